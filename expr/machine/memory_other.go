//go:build !linux

package machine

import "math"

// Memory returns the bytes of memory of the machine, which only Linux tells.
func Memory() int64 { return math.MaxInt64 }

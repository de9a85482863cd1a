// Package machine knows how much memory there is: Go ends a process that asks for
// more, so whoever makes large arrays asks first.
package machine

import (
	"math"
	"sync"
	"syscall"
)

// Memory returns the bytes of memory of the machine.
var Memory = sync.OnceValue(func() int64 {
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) != nil {
		return math.MaxInt64
	}
	return int64(info.Totalram) * int64(info.Unit)
})

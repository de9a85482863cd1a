//go:build !linux

package par

// yield does nothing: a thread that waits for this processor gets it when the
// operating system's scheduler says so.
func yield() {}

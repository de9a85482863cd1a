package backend

import (
	"math"
	"sync"
	"syscall"
)

// physicalMemory returns the bytes of memory of the machine.
var physicalMemory = sync.OnceValue(func() int64 {
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) != nil {
		return math.MaxInt64
	}
	return int64(info.Totalram) * int64(info.Unit)
})

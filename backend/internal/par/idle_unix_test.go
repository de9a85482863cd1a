//go:build unix

package par

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// processorTime returns how long the process has been running on processors.
func processorTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestIdleCostsNothing measures the processor time of workers with nothing to do.
func TestIdleCostsNothing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	p := newPool()
	p.allWorkers(4)
	eventually(t, "workers do not park", func() bool { return p.hot.Load() == 0 })
	before := processorTime(t)
	time.Sleep(300 * time.Millisecond)
	if used := processorTime(t) - before; used > 100*time.Millisecond {
		t.Errorf("%v of processor time in 300 ms", used)
	}
}

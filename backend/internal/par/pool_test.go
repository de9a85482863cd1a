package par

import (
	"context"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// runOn is For on a pool of the test's own, which no other test has left workers
// in.
func (p *pool) runOn(o Options, n int, body func(worker, lo, hi int)) error {
	j := p.open(o, n)
	j.n, j.chunk, j.body = n, 1, body
	return j.call(n)
}

// allWorkers runs a chunk on each of as many goroutines at the same time.
func (p *pool) allWorkers(threads int) {
	var missing atomic.Int64
	missing.Store(int64(threads))
	p.runOn(Options{Threads: threads}, threads, func(worker, lo, hi int) {
		meet(&missing)
	})
}

// eventually waits until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

func (p *pool) parkedWorkers() (n int) {
	for i := range p.parked {
		for set := p.parked[i].Load(); set != 0; set &= set - 1 {
			n++
		}
	}
	return n
}

// TestIdle checks that workers stop watching and that all jobs are free again.
func TestIdle(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	p := newPool()
	p.allWorkers(4)
	eventually(t, "workers do not park", func() bool { return p.hot.Load() == 0 && p.parkedWorkers() == 3 })
	eventually(t, "jobs are not given back", func() bool { return p.free.Load() == ^uint64(0) })
	if p.published.Load() != 0 {
		t.Error("a job is still published")
	}
}

func TestWorkersEnd(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	before := runtime.NumGoroutine()
	p := newPool()
	p.life = 10 * time.Millisecond
	for range 3 {
		p.allWorkers(4)
		eventually(t, "workers do not end", func() bool { return p.count.Load() == 0 })
	}
	eventually(t, "goroutines are left", func() bool { return runtime.NumGoroutine() <= before })
}

// TestFewerProcs checks that the number of workers follows GOMAXPROCS.
func TestFewerProcs(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	p := newPool()
	p.allWorkers(8)
	if n := p.count.Load(); n != 7 {
		t.Errorf("%d workers", n)
	}
	runtime.GOMAXPROCS(3)
	eventually(t, "surplus workers stay", func() bool {
		p.runOn(Options{Threads: 3}, 10, func(worker, lo, hi int) { time.Sleep(time.Microsecond) })
		return p.count.Load() <= 2
	})
	p.allWorkers(3)
	runtime.GOMAXPROCS(1)
	if j := p.open(Options{Threads: 8}, 10); j != nil {
		t.Error("workers asked for with one processor")
	}
}

// TestManyWorkers has more goroutines than one word of a bit set holds.
func TestManyWorkers(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many threads")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(150))
	p := newPool()
	for _, threads := range []int{63, 64, 65, 127, 128, 129, 150} {
		p.allWorkers(threads)
	}
}

// TestAllJobsTaken checks that calls beyond the pool's jobs are the caller's
// alone.
func TestAllJobsTaken(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	p := newPool()
	for range maxJobs {
		if p.open(Options{Threads: 2}, 2) == nil {
			t.Fatal("no job")
		}
	}
	if p.open(Options{Threads: 2}, 2) != nil {
		t.Error("one job too many")
	}
}

// TestBubble uses a pool where time stands still while goroutines run: watching
// must end nevertheless.
func TestBubble(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	synctest.Test(t, func(t *testing.T) {
		p := newPool()
		p.allWorkers(4)
		time.Sleep(2 * p.life) // as long as any goroutine runs, this does not end
		if n := p.count.Load(); n != 0 {
			t.Errorf("%d workers are left", n)
		}
	})
}

func TestFewestFirst(t *testing.T) {
	p := newPool()
	for _, slot := range []int{3, 5, 60} {
		p.jobs[slot].state.Store(2*oneTicket + 2*oneRef)
		p.published.Or(p.jobs[slot].bit)
	}
	order := func(w *worker) int { return p.choose(w).slot }
	for _, c := range []struct{ last, want int }{{0, 3}, {3, 5}, {4, 5}, {5, 60}, {60, 3}, {63, 3}} {
		if got := order(&worker{slot: c.last}); got != c.want {
			t.Errorf("after %d: %d, want %d", c.last, got, c.want)
		}
	}
	p.jobs[60].state.Store(oneTicket + oneRef)
	if got := order(&worker{slot: 3}); got != 60 {
		t.Errorf("the fewest: %d", got)
	}
	if !p.betterUse(&p.jobs[3], turnLength) || p.betterUse(&p.jobs[3], turnLength-1) {
		t.Error("one goroutine less: should leave after its turn")
	}
	p.jobs[3].state.Store(oneTicket + 3*oneRef)
	if !p.betterUse(&p.jobs[3], 1) || p.betterUse(&p.jobs[60], 1000) {
		t.Error("two goroutines less: should leave at once")
	}
}

func TestTooSmall(t *testing.T) {
	p := newPool()
	if p.tooSmall(0) || p.tooSmall(wakeWorth) {
		t.Error("unknown or long calls should wake workers")
	}
	if !p.tooSmall(1) {
		t.Error("a single short call should not")
	}
	p.small.Store(math.MaxInt64 / 2) // the last one was a moment ago
	if p.tooSmall(1) {
		t.Error("frequent short calls should")
	}
	p.small.Store(0)
	p.hot.Store(1)
	if p.tooSmall(1) {
		t.Error("hot workers need not be woken")
	}
}

// TestWorkHint checks that short calls get workers when they are frequent.
func TestWorkHint(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var helped atomic.Bool
	o := Options{Threads: 2, Work: time.Microsecond}
	eventually(t, "no worker came", func() bool {
		for range 1000 {
			For(o, 8, 1, func(worker, lo, hi int) {
				if worker != 0 {
					helped.Store(true)
				}
			})
		}
		return helped.Load()
	})
}

// TestFair runs two long calls with one worker for both, which must help both.
func TestFair(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	p := newPool()
	var helped [2]atomic.Int64
	both := func() bool { return helped[0].Load() > 100 && helped[1].Load() > 100 }
	deadline := time.Now().Add(20 * time.Second)
	var calls sync.WaitGroup
	for i := range helped {
		ctx, cancel := context.WithCancel(t.Context())
		calls.Go(func() {
			p.runOn(Options{Threads: 2, Context: ctx}, 1<<30, func(worker, lo, hi int) {
				time.Sleep(10 * time.Microsecond)
				helped[i].Add(int64(worker))
				if both() || time.Now().After(deadline) {
					cancel()
				}
			})
		})
	}
	calls.Wait()
	if !both() {
		t.Errorf("chunks that the worker ran: %d and %d", helped[0].Load(), helped[1].Load())
	}
}

// meet waits until it has been called as often as missing said at first.
func meet(missing *atomic.Int64) {
	for missing.Add(-1); missing.Load() > 0; {
		runtime.Gosched()
	}
}

// TestTasksParked checks that workers that helped with tasks park while there is
// but one to run, although there are tickets.
func TestTasksParked(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	p := newPool()
	tasks := NewTasks([][]int{{}, {}, {0, 1}})
	for tested := false; !tested; {
		var missing atomic.Int64
		missing.Store(2)
		tasks.runOn(p, Options{Threads: 3}, func(worker, task int) {
			if task < 2 {
				meet(&missing)
			} else if worker == 0 {
				tested = true
				eventually(t, "workers do not park", func() bool {
					return p.hot.Load() == 0 && int64(p.parkedWorkers()) == p.count.Load()
				})
			}
		})
	}
}

// TestTasksForkJoin alternates single tasks with pairs that wait for each other,
// so that the one worker leaves and comes again, and so that the caller sleeps
// and must be woken.
func TestTasksForkJoin(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	p := newPool()
	needs := [][]int{{}, {}} // so that the worker may run the single task after it
	for len(needs) < 60 {
		last := len(needs) - 1
		needs = append(needs, []int{last - 1, last}, []int{last + 1}, []int{last + 1})
	}
	tasks := NewTasks(needs)
	missing := make([]atomic.Int64, len(needs))
	for i := range missing {
		missing[i].Store(2)
	}
	ended := make(chan error)
	go func() {
		ended <- tasks.runOn(p, Options{Threads: 2}, func(worker, task int) {
			if task%3 == 2 {
				time.Sleep(500 * time.Microsecond)
				return
			}
			meet(&missing[task/3])
		})
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("no end")
	}
}

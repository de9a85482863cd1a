package par_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"arignote/backend/internal/par"
)

// procs sets GOMAXPROCS for a test, so that workers exist on a small machine too.
func procs(t testing.TB, n int) {
	old := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(old) })
}

// within fails the test, with all stacks, if f does not return in time.
func within(t testing.TB, limit time.Duration, f func()) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f()
	}()
	select {
	case <-ended:
	case <-time.After(limit):
		stacks := make([]byte, 1<<16)
		t.Fatalf("no end after %v\n%s", limit, stacks[:runtime.Stack(stacks, true)])
	}
}

// A recorder checks what For promises about its calls of body.
type recorder struct {
	n, chunk, threads int
	visits            []atomic.Int32
	busy              []atomic.Bool
	bad               atomic.Pointer[string]
}

func newRecorder(n, chunk, threads int) *recorder {
	if chunk < 1 {
		chunk = max(n, 1)
	}
	return &recorder{n: n, chunk: chunk, threads: threads,
		visits: make([]atomic.Int32, n), busy: make([]atomic.Bool, max(threads, 1))}
}

func (r *recorder) fail(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.bad.CompareAndSwap(nil, &text)
}

func (r *recorder) body(worker, lo, hi int) {
	if worker < 0 || worker >= len(r.busy) {
		r.fail("worker %d of %d", worker, r.threads)
		return
	}
	if !r.busy[worker].CompareAndSwap(false, true) {
		r.fail("worker %d twice at the same time", worker)
	}
	if lo%r.chunk != 0 || hi != min(lo+r.chunk, r.n) || lo >= hi {
		r.fail("part [%d, %d)", lo, hi)
	}
	for i := lo; i < hi; i++ {
		r.visits[i].Add(1)
	}
	r.busy[worker].Store(false)
}

func (r *recorder) check(t testing.TB) {
	t.Helper()
	if text := r.bad.Load(); text != nil {
		t.Fatalf("n %d, chunk %d, threads %d: %s", r.n, r.chunk, r.threads, *text)
	}
	for i := range r.visits {
		if v := r.visits[i].Load(); v != 1 {
			t.Fatalf("n %d, chunk %d, threads %d: index %d visited %d times", r.n, r.chunk, r.threads, i, v)
		}
	}
}

func TestForVisitsAllOnce(t *testing.T) {
	procs(t, 8)
	sizes := []int{1000, 4097, 50000}
	for n := range 40 {
		sizes = append(sizes, n)
	}
	for _, n := range sizes {
		for _, chunk := range []int{-1, 0, 1, 2, 3, 7, 16, 39, 40, 1000, 1 << 30} {
			for _, threads := range []int{-1, 0, 1, 2, 3, 8, 70, 5000} {
				r := newRecorder(n, chunk, threads)
				if err := par.For(par.Options{Threads: threads}, n, chunk, r.body); err != nil {
					t.Fatal(err)
				}
				r.check(t)
			}
		}
	}
}

func TestForNegative(t *testing.T) {
	err := par.For(par.Options{Threads: 2}, -3, 1, func(worker, lo, hi int) { t.Error("called") })
	if err != nil {
		t.Error(err)
	}
}

// TestForNearMaxInt has bounds that overflow if added carelessly.
func TestForNearMaxInt(t *testing.T) {
	procs(t, 4)
	const n = int(^uint(0) >> 1)
	for threads := 1; threads <= 4; threads++ {
		var sum, calls atomic.Int64
		err := par.For(par.Options{Threads: threads}, n, n/3*2, func(worker, lo, hi int) {
			sum.Add(int64(hi - lo))
			calls.Add(1)
		})
		if err != nil || sum.Load() != int64(n) || calls.Load() != 2 {
			t.Errorf("%v, %d calls, sum %d", err, calls.Load(), sum.Load())
		}
	}
}

// TestWorkersCome checks that calls do run on several goroutines at once: two
// chunks wait for each other.
func TestWorkersCome(t *testing.T) {
	procs(t, 4)
	within(t, 10*time.Second, func() {
		for threads := 2; threads <= 4; threads++ {
			var meet sync.WaitGroup
			meet.Add(threads)
			par.For(par.Options{Threads: threads}, threads, 1, func(worker, lo, hi int) {
				meet.Done()
				meet.Wait()
			})
		}
	})
}

// TestCallerAlone blocks every worker and checks that other calls end
// nevertheless.
func TestCallerAlone(t *testing.T) {
	procs(t, 4)
	release := make(chan struct{})
	var blocked sync.WaitGroup
	blocked.Add(4)
	first := make(chan error)
	go func() {
		first <- par.For(par.Options{Threads: 4}, 4, 1, func(worker, lo, hi int) {
			blocked.Done()
			<-release
		})
	}()
	within(t, 10*time.Second, func() {
		blocked.Wait()
		for range 100 {
			r := newRecorder(100, 7, 4)
			par.For(par.Options{Threads: 4}, 100, 7, func(worker, lo, hi int) {
				if worker != 0 {
					t.Error("a worker came")
				}
				r.body(worker, lo, hi)
			})
			r.check(t)
		}
	})
	close(release)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestNested(t *testing.T) {
	procs(t, 4)
	var leaves atomic.Int64
	var tree func(depth int)
	tree = func(depth int) {
		if depth == 0 {
			leaves.Add(1)
			return
		}
		par.For(par.Options{Threads: 4}, 2, 1, func(worker, lo, hi int) { tree(depth - 1) })
	}
	within(t, 60*time.Second, func() { tree(12) })
	if leaves.Load() != 1<<12 {
		t.Errorf("%d leaves", leaves.Load())
	}
	// More calls inside one another than the pool has jobs.
	leaves.Store(0)
	var chain func(depth int)
	chain = func(depth int) {
		par.For(par.Options{Threads: 4}, 3, 1, func(worker, lo, hi int) {
			if leaves.Add(1); lo == 0 && depth > 0 {
				chain(depth - 1)
			}
		})
	}
	within(t, 60*time.Second, func() { chain(199) })
	if leaves.Load() != 600 {
		t.Errorf("%d leaves", leaves.Load())
	}
}

func TestCancel(t *testing.T) {
	procs(t, 4)
	for threads := 1; threads <= 4; threads++ {
		t.Run(fmt.Sprint("threads ", threads), func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var ran atomic.Int64
			err := par.For(par.Options{Threads: threads, Context: ctx}, 1000, 1, func(worker, lo, hi int) {
				if n := ran.Add(1); n == 20 {
					cancel()
				} else if n > 20 {
					<-ctx.Done()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			// Each other goroutine may have claimed one when it happened.
			if n := ran.Load(); n < 20 || n > int64(20+threads-1) {
				t.Errorf("%d chunks ran", n)
			}
			err = par.For(par.Options{Threads: threads, Context: ctx}, 1000, 1, func(worker, lo, hi int) {
				t.Error("ran although cancelled")
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestCancelAfterLastChunk(t *testing.T) {
	procs(t, 4)
	for threads := 1; threads <= 4; threads++ {
		ctx, cancel := context.WithCancel(t.Context())
		var ran atomic.Int64
		err := par.For(par.Options{Threads: threads, Context: ctx}, 64, 1, func(worker, lo, hi int) {
			if ran.Add(1) == 64 {
				cancel()
			}
		})
		if err != nil {
			t.Errorf("threads %d: %v although everything ran", threads, err)
		}
	}
}

func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	err := par.For(par.Options{Threads: 2, Context: ctx}, 1<<30, 1, func(worker, lo, hi int) {
		time.Sleep(100 * time.Microsecond)
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestProgress(t *testing.T) {
	procs(t, 4)
	for threads := 1; threads <= 4; threads++ {
		last, calls := 0, 0
		o := par.Options{Threads: threads, Progress: func(done, total int) {
			if calls++; total != 15 || done > total || done < last {
				t.Errorf("%d of %d after %d", done, total, last)
			}
			last = done
		}}
		par.For(o, 100, 7, func(worker, lo, hi int) { time.Sleep(10 * time.Microsecond) })
		if last != 15 || calls < 2 || threads == 1 && calls != 15 {
			t.Errorf("threads %d: %d calls, the last with %d", threads, calls, last)
		}
	}
}

// recovered returns what f panics with.
func recovered(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

func TestPanic(t *testing.T) {
	procs(t, 4)
	boom := errors.New("boom")
	t.Run("alone", func(t *testing.T) {
		got := recovered(func() {
			par.For(par.Options{Threads: 1}, 10, 1, func(worker, lo, hi int) { panic(boom) })
		})
		if got != boom {
			t.Errorf("%v", got)
		}
	})
	t.Run("caller", func(t *testing.T) {
		var running, ran atomic.Int64
		got := recovered(func() {
			par.For(par.Options{Threads: 4}, 1<<30, 1, func(worker, lo, hi int) {
				running.Add(1)
				defer running.Add(-1)
				if ran.Add(1) > 100 && worker == 0 {
					panic(boom)
				}
				time.Sleep(time.Microsecond)
			})
		})
		if got != boom || running.Load() != 0 {
			t.Errorf("%v, %d still run", got, running.Load())
		}
	})
	t.Run("worker", func(t *testing.T) {
		var running atomic.Int64
		got := recovered(func() {
			par.For(par.Options{Threads: 4}, 1<<30, 1, func(worker, lo, hi int) {
				running.Add(1)
				defer running.Add(-1)
				if worker != 0 {
					panicHere(boom)
				}
				time.Sleep(time.Microsecond)
			})
		})
		p, ok := got.(*par.Panic)
		if !ok || p.Value != boom || !errors.Is(p, boom) || running.Load() != 0 {
			t.Fatalf("%v, %d still run", got, running.Load())
		}
		if !strings.Contains(string(p.Stack), "panicHere") || !strings.Contains(p.Error(), "boom") {
			t.Errorf("the stack does not tell where: %v", p)
		}
	})
	t.Run("exit in worker", func(t *testing.T) {
		for range 20 { // more often than there are workers
			got := recovered(func() {
				par.For(par.Options{Threads: 4}, 1<<30, 1, func(worker, lo, hi int) {
					if worker != 0 {
						runtime.Goexit()
					}
					time.Sleep(time.Microsecond)
				})
			})
			if p, ok := got.(*par.Panic); !ok || !strings.Contains(p.Error(), "Goexit") {
				t.Fatalf("%v", got)
			}
		}
	})
	t.Run("exit in caller", func(t *testing.T) {
		within(t, 10*time.Second, func() {
			par.For(par.Options{Threads: 4}, 1<<30, 1, func(worker, lo, hi int) {
				if worker == 0 {
					runtime.Goexit()
				}
			})
			t.Error("returned")
		})
	})
	// The pool is as before.
	r := newRecorder(10000, 3, 4)
	par.For(par.Options{Threads: 4}, 10000, 3, r.body)
	r.check(t)
	TestWorkersCome(t)
}

func panicHere(v any) { panic(v) }

// TestHammer has many goroutines call at once, some with calls inside calls,
// cancellations and panics.
func TestHammer(t *testing.T) {
	procs(t, 4)
	rounds := 300
	if testing.Short() {
		rounds = 60
	}
	var callers sync.WaitGroup
	for caller := range 100 { // more than the pool has jobs
		callers.Go(func() {
			for round := range rounds {
				n, threads := (caller*31+round*17)%200, 1+(caller+round)%6
				r := newRecorder(n, 1+round%9, threads)
				o := par.Options{Threads: threads}
				switch round % 5 {
				case 0:
					par.For(o, n, r.chunk, func(worker, lo, hi int) {
						in := newRecorder(hi-lo, 1, 2)
						par.For(par.Options{Threads: 2}, hi-lo, 1, in.body)
						in.check(t)
						r.body(worker, lo, hi)
					})
				case 1:
					v := recovered(func() {
						par.For(o, n+1, 1, func(worker, lo, hi int) {
							if lo == n/2 {
								panic("hammer")
							}
						})
					})
					if p, ok := v.(*par.Panic); v != "hammer" && (!ok || p.Value != "hammer") {
						t.Errorf("panicked with %v", v)
					}
					continue
				case 2:
					ctx, cancel := context.WithCancel(t.Context())
					o.Context = ctx
					err := par.For(o, n+200, 1, func(worker, lo, hi int) {
						if lo == n/2 {
							cancel()
						}
					})
					cancel()
					if err != nil && !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
					continue
				default:
					par.For(o, n, r.chunk, r.body)
				}
				r.check(t)
			}
		})
	}
	within(t, 2*time.Minute, callers.Wait)
}

func TestNoAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	procs(t, 4)
	var sum atomic.Int64
	body := func(worker, lo, hi int) { sum.Add(int64(hi - lo)) }
	tasks := par.NewTasks([][]int{{}, {}, {0, 1}, {0}, {2, 3}})
	task := func(worker, task int) { sum.Add(1) }
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, o := range []par.Options{{}, {Threads: 1}, {Threads: 2}, {Threads: 4}, {Threads: 4, Context: ctx}, {Context: ctx}} {
		name := fmt.Sprintf("threads %d, context %v", o.Threads, o.Context != nil)
		if a := testing.AllocsPerRun(1000, func() { par.For(o, 100, 10, body) }); a != 0 {
			t.Errorf("For, %s: %v allocations", name, a)
		}
		if a := testing.AllocsPerRun(1000, func() { tasks.Run(o, task) }); a != 0 {
			t.Errorf("Run, %s: %v allocations", name, a)
		}
	}
}

func TestThreads(t *testing.T) {
	procs(t, 3)
	for limit, want := range map[int]int{-1: 3, 0: 3, 1: 1, 2: 2, 3: 3, 4: 3} {
		if got := par.Threads(limit); got != want {
			t.Errorf("Threads(%d) is %d, want %d", limit, got, want)
		}
	}
}

// TestCancelOrComplete cancels calls at any time: a call that returns no error
// has run all parts.
func TestCancelOrComplete(t *testing.T) {
	procs(t, 4)
	o := par.Options{Threads: 4, Progress: func(_, _ int) {}} // parts end one by one
	for i := range 3000 {
		ctx, cancel := context.WithCancel(context.Background())
		o.Context = ctx
		var ran atomic.Int64
		stop := int64(i % 9)
		err := par.For(o, 8, 1, func(_, _, _ int) {
			if ran.Add(1) == stop {
				cancel()
			}
		})
		if n := ran.Load(); err == nil && n != 8 || err != nil && n == 0 && stop > 0 {
			t.Fatalf("call %d: %v after %d parts", i, err, n)
		}
		cancel()
	}
}

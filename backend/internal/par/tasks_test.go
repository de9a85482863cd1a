package par_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"arignote/backend/internal/par"
)

// randomNeeds returns a graph of n tasks.
func randomNeeds(r *rand.Rand, n int) [][]int {
	needs := make([][]int, n)
	degree := r.IntN(4)
	for i := 1; i < n; i++ {
		for range r.IntN(degree + 1) {
			// Near ones make chains, far ones width; repeats are allowed.
			needs[i] = append(needs[i], max(0, i-1-r.IntN(1+r.IntN(20))))
		}
	}
	return needs
}

// runTasks runs the graph and checks that each task ran once, after its needs.
func runTasks(t testing.TB, tasks *par.Tasks, needs [][]int, threads int, inside func(task int)) {
	ended := make([]atomic.Int32, len(needs))
	busy := make([]atomic.Bool, max(threads, 1))
	err := tasks.Run(par.Options{Threads: threads}, func(worker, task int) {
		if !busy[worker].CompareAndSwap(false, true) {
			t.Errorf("worker %d twice at the same time", worker)
		}
		for _, k := range needs[task] {
			if ended[k].Load() != 1 {
				t.Errorf("task %d began before %d ended", task, k)
			}
		}
		if inside != nil {
			inside(task)
		}
		if ended[task].Add(1) != 1 {
			t.Errorf("task %d ran again", task)
		}
		busy[worker].Store(false)
	})
	if err != nil {
		t.Error(err)
	}
	for i := range ended {
		if ended[i].Load() != 1 {
			t.Errorf("task %d of %d: ran %d times", i, len(ended), ended[i].Load())
		}
	}
}

func TestTasks(t *testing.T) {
	procs(t, 4)
	r := rand.New(rand.NewPCG(1, 2))
	graphs := [][][]int{{}, {{}}, {{}, {}}, {{}, {0}, {1}}, {{}, {0}, {0}, {1, 2}}, {{}, {0, 0}, {0, 1, 1}}}
	for i := range 300 {
		graphs = append(graphs, randomNeeds(r, i))
	}
	within(t, time.Minute, func() {
		for _, needs := range graphs {
			tasks := par.NewTasks(needs)
			for _, threads := range []int{0, 1, 2, 4, 9} {
				runTasks(t, tasks, needs, threads, nil)
			}
		}
	})
}

// TestTasksTogether has three independent tasks wait for each other.
func TestTasksTogether(t *testing.T) {
	procs(t, 4)
	tasks := par.NewTasks([][]int{{}, {0}, {0}, {0}, {1, 2, 3}})
	within(t, 10*time.Second, func() {
		for range 100 {
			var meet sync.WaitGroup
			meet.Add(3)
			tasks.Run(par.Options{Threads: 3}, func(worker, task int) {
				if task >= 1 && task <= 3 {
					meet.Done()
					meet.Wait()
				}
			})
		}
	})
}

// TestTasksLong has tasks that are long enough for the caller to sleep while a
// worker runs the one that all others wait for.
func TestTasksLong(t *testing.T) {
	procs(t, 4)
	needs := [][]int{{}, {}, {0, 1}, {2}, {2}, {3, 4}}
	tasks := par.NewTasks(needs)
	within(t, 20*time.Second, func() {
		for range 20 {
			runTasks(t, tasks, needs, 4, func(task int) { time.Sleep(time.Duration(task%3) * time.Millisecond) })
		}
	})
}

func TestTasksOrderAlone(t *testing.T) {
	var order []int
	par.NewTasks([][]int{{}, {}, {0}, {1}}).Run(par.Options{}, func(worker, task int) { order = append(order, task) })
	if !slices.Equal(order, []int{0, 1, 2, 3}) {
		t.Error(order)
	}
}

func TestTasksHammer(t *testing.T) {
	procs(t, 4)
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	needs := randomNeeds(rand.New(rand.NewPCG(3, 4)), 60)
	tasks := par.NewTasks(needs)
	var callers sync.WaitGroup
	for caller := range 16 {
		callers.Go(func() {
			for round := range rounds {
				runTasks(t, tasks, needs, 1+(caller+round)%5, func(task int) {
					r := newRecorder(task, 3, 3)
					par.For(par.Options{Threads: 3}, task, 3, r.body)
					r.check(t)
				})
			}
		})
	}
	within(t, 2*time.Minute, callers.Wait)
}

func TestTasksCancelAndPanic(t *testing.T) {
	procs(t, 4)
	needs := make([][]int, 100)
	for i := 4; i < len(needs); i++ {
		needs[i] = []int{i - 4}
	}
	tasks := par.NewTasks(needs)
	for threads := 1; threads <= 4; threads++ {
		t.Run(fmt.Sprint("threads ", threads), func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var ran atomic.Int64
			err := tasks.Run(par.Options{Threads: threads, Context: ctx}, func(worker, task int) {
				if n := ran.Add(1); n == 20 {
					cancel()
				} else if n > 20 {
					<-ctx.Done()
				}
			})
			if n := ran.Load(); !errors.Is(err, context.Canceled) || n < 20 || n > int64(20+threads-1) {
				t.Errorf("%v after %d tasks", err, n)
			}
			v := recovered(func() {
				tasks.Run(par.Options{Threads: threads}, func(worker, task int) {
					if task == 50 {
						panic("task")
					}
					if task > 50 && (task-50)%4 == 0 {
						t.Error("ran although what it needs did not end")
					}
				})
			})
			if p, ok := v.(*par.Panic); v != "task" && (!ok || p.Value != "task") {
				t.Errorf("panicked with %v", v)
			}
			runTasks(t, tasks, needs, threads, nil)
		})
	}
}

func TestTasksMistake(t *testing.T) {
	for _, needs := range [][][]int{{{0}}, {{}, {2}, {}}, {{}, {-1}}} {
		if recovered(func() { par.NewTasks(needs) }) == nil {
			t.Errorf("%v: no panic", needs)
		}
	}
}

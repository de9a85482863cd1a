package par

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Tasks is a graph of tasks: which must have ended before which may begin. It is
// made once and may be run many times, by several goroutines at the same time.
type Tasks struct {
	needs []int32 // number of tasks that task i waits for
	first []int32 // users[first[i]:first[i+1]] wait for task i
	users []int32
	roots []int32 // tasks that wait for nothing
	chain bool    // each task waits for the one before it

	mu   sync.Mutex
	idle []*taskRun
}

// NewTasks returns the graph of len(needs) tasks in which task i may begin when
// the tasks needs[i] have ended. A task needs only tasks before it; NewTasks
// panics otherwise. It keeps no reference to needs.
func NewTasks(needs [][]int) *Tasks {
	n := len(needs)
	t := &Tasks{needs: make([]int32, n), first: make([]int32, n+1), chain: true}
	for i, list := range needs {
		for _, k := range list {
			if k < 0 || k >= i {
				panic(fmt.Sprintf("par: task %d needs task %d, which is not before it", i, k))
			}
			t.first[k+1]++
		}
		t.needs[i] = int32(len(list))
		if len(list) == 0 {
			t.roots = append(t.roots, int32(i))
		}
		t.chain = t.chain && (i == 0 || slices.Contains(list, i-1))
	}
	for i := range n {
		t.first[i+1] += t.first[i]
	}
	t.users = make([]int32, t.first[n])
	end := slices.Clone(t.first)
	for i, list := range needs {
		for _, k := range list {
			t.users[end[k]] = int32(i)
			end[k]++
		}
	}
	return t
}

// Run calls body once for each task, a task after all that it needs, independent
// ones at the same time if o.Threads > 1. Worker numbers, o.Context and panics
// are as in [For]; if the call ends early, tasks that wait for one that did not
// run are not run. body may call For and Run.
//
// With o.Threads <= 1 the Go loop is:
//
//	for i := range len(needs) {
//		body(0, i)
//	}
func (t *Tasks) Run(o Options, body func(worker, task int)) error {
	return t.runOn(shared, o, body)
}

// runOn is Run with workers of the given pool.
func (t *Tasks) runOn(p *pool, o Options, body func(worker, task int)) error {
	n := len(t.needs)
	if n == 0 {
		return nil
	}
	var j *job
	if o.Threads > 1 && !t.chain {
		j = p.open(o, n)
	}
	if j == nil {
		return serial(o, n, 1, func(worker, lo, hi int) { body(worker, lo) })
	}
	j.tasks, j.task = t.newRun(), body
	return j.call(len(t.roots))
}

// A taskRun is the state of one run: a queue of the tasks that may begin, with
// room for all of them, so that nothing is ever moved. The front of the queue is
// job.next.
type taskRun struct {
	of    *Tasks
	needs []atomic.Int32 // for each task, how many it still waits for
	ready []atomic.Int32 // the queue: task+1, or 0 where none has come yet
	back  atomic.Int64   // length of the queue
}

// newRun returns the state of a run that has not begun.
func (t *Tasks) newRun() *taskRun {
	t.mu.Lock()
	var r *taskRun
	if last := len(t.idle) - 1; last >= 0 {
		r, t.idle = t.idle[last], t.idle[:last]
	}
	t.mu.Unlock()
	if r == nil {
		r = &taskRun{of: t, needs: make([]atomic.Int32, len(t.needs)), ready: make([]atomic.Int32, len(t.needs))}
	}
	for i, n := range t.needs {
		r.needs[i].Store(n)
		r.ready[i].Store(0)
	}
	for i, task := range t.roots {
		r.ready[i].Store(task + 1)
	}
	r.back.Store(int64(len(t.roots)))
	return r
}

// release gives the state back when nobody looks at it any more.
func (r *taskRun) release() {
	r.of.mu.Lock()
	r.of.idle = append(r.of.idle, r)
	r.of.mu.Unlock()
}

// claim is job.claim.
func (r *taskRun) claim(j *job) int {
	for {
		i := j.next.Load()
		if i >= int64(j.total) || r.ready[i].Load() == 0 {
			return -1
		}
		if j.next.CompareAndSwap(i, i+1) {
			return int(i)
		}
	}
}

// run runs the task at place i of the queue and appends those that waited for
// nothing else. The caller must learn of them, since nobody else is certain to
// come; of the workers one is here already.
func (r *taskRun) run(j *job, worker, i int) {
	task := r.ready[i].Load() - 1
	j.task(worker, int(task))
	added := 0
	for _, user := range r.of.users[r.of.first[task]:r.of.first[task+1]] {
		if r.needs[user].Add(-1) == 0 {
			r.ready[r.back.Add(1)-1].Store(user + 1)
			added++
		}
	}
	if added > 0 {
		j.pool.publish(j)
		j.pool.summon(min(added-1, j.helpers))
		j.tell()
	}
}

package par

import (
	"math"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// shared is the pool of the process.
var shared = newPool()

// A pool is a set of workers and the jobs that they may join.
//
// A worker looks for a job with a ticket in the set of published jobs. If there
// is none it watches the set (it is hot), and after a while parks: it enters the
// parked set and sleeps until somebody takes it out again and sends it a token.
// Whoever publishes a job sees to it that enough workers are hot or woken.
//
// All atomic operations are sequentially consistent, so that "publish, then look
// for parked workers" and "park, then look for published jobs" cannot both miss.
type pool struct {
	published atomic.Uint64 // bit set of the jobs that may have tickets and items
	_         [120]byte
	hot       atomic.Int64 // workers that watch
	_         [120]byte
	free      atomic.Uint64 // bit set of the jobs not in use
	_         [120]byte

	life    time.Duration // how long a parked worker lives
	running atomic.Int64  // calls of Enter without Leave
	small   atomic.Int64  // when tooSmall was last asked
	limit   atomic.Int64  // workers that may exist: GOMAXPROCS-1 when last looked up
	count   atomic.Int64  // workers that exist
	mu      sync.Mutex    // held to change count and workers
	workers [maxThreads]*worker
	parked  [maxThreads / 64]atomic.Uint64 // bit set of workers
	jobs    [maxJobs]job
}

// maxJobs is how many calls may have workers at the same time; the caller works
// alone in those beyond it. The sets of jobs are single words.
const maxJobs = 64

type worker struct {
	id    int
	slot  int           // of the job it helped last
	wake  chan struct{} // holds one token
	timer *time.Timer
}

func newPool() *pool {
	p := &pool{life: idleLife}
	p.small.Store(math.MinInt64 / 2)
	for i := range p.jobs {
		j := &p.jobs[i]
		j.pool, j.slot, j.bit = p, i, 1<<i
		j.wake = make(chan struct{}, 1)
	}
	p.free.Store(^uint64(0))
	return p
}

// Enter says that a program is running and will call For or Tasks.Run again
// soon; [Leave] says that it ended. Between them idle workers watch for longer
// before they sleep. Programs that never share work should not say so.
func Enter() { shared.running.Add(1) }

// Leave ends what the matching [Enter] began.
func Leave() { shared.running.Add(-1) }

// open returns a job for a call of total items, or nil if the caller should work
// alone.
func (p *pool) open(o Options, total int) *job {
	most := Threads(0)
	if limit := int64(most - 1); p.limit.Load() != limit {
		p.limit.Store(limit)
	}
	helpers := min(o.Threads, most, total) - 1
	if helpers < 1 {
		return nil
	}
	for {
		free := p.free.Load()
		if free == 0 {
			return nil
		}
		if !p.free.CompareAndSwap(free, free&(free-1)) {
			continue
		}
		j := &p.jobs[bits.TrailingZeros64(free)]
		j.total, j.helpers, j.estimate, j.ctx, j.progress = total, helpers, o.Work, o.Context, o.Progress
		if o.Context != nil {
			j.done = o.Context.Done()
		}
		return j
	}
}

// publish shows the job to the workers.
func (p *pool) publish(j *job) {
	if p.published.Load()&j.bit == 0 {
		p.published.Or(j.bit)
	}
}

// retract hides the job from the workers unless it has tickets. It may be called
// without a reference.
func (p *pool) retract(j *job) {
	if p.published.Load()&j.bit == 0 {
		return
	}
	p.published.And(^j.bit)
	if tickets(j.state.Load()) > 0 {
		p.published.Or(j.bit)
	}
}

// summon sees to it that up to helpers workers come, if they exist or may be
// started. It wakes a few only; those wake more (see help), so that the caller
// of a wide job can begin to work.
func (p *pool) summon(helpers int) {
	for k := min(helpers-int(p.hot.Load()), 2); k > 0; k-- {
		if !p.wakeOne() && !p.spawn() {
			return
		}
	}
}

// tooSmall reports whether a call of the given length should not wake parked
// workers: it would have ended before they come. Frequent calls should
// nevertheless, as the workers then stay hot.
func (p *pool) tooSmall(work time.Duration) bool {
	if work <= 0 || work >= wakeWorth || p.hot.Load() > 0 {
		return false
	}
	now := int64(time.Since(epoch))
	return now-p.small.Swap(now) > int64(watchIdle)
}

// epoch is the zero of pool.small.
var epoch = time.Now()

// wakeOne wakes a parked worker and reports whether there was one.
func (p *pool) wakeOne() bool {
	for i := range p.parked {
		for set := p.parked[i].Load(); set != 0; set = p.parked[i].Load() {
			if p.parked[i].CompareAndSwap(set, set&(set-1)) {
				p.workers[64*i+bits.TrailingZeros64(set)].wake <- struct{}{}
				push()
				return true
			}
		}
	}
	return false
}

// push makes a goroutine that this one has just made ready start at once on
// another processor. The scheduler would run it next on this processor, and lets
// others steal it only after some delay; a newer goroutine takes its place, and
// what is behind that place is stolen without delay.
func push() { go func() {}() }

// spawn starts a worker and reports whether there may be one more.
func (p *pool) spawn() bool {
	if p.count.Load() >= p.limit.Load() {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count.Load() >= p.limit.Load() {
		return false
	}
	id := 0
	for p.workers[id] != nil {
		id++
	}
	w := &worker{id: id, wake: make(chan struct{}, 1), timer: time.NewTimer(p.life)}
	p.workers[id] = w
	p.count.Add(1)
	go p.loop(w)
	push()
	return true
}

// remove forgets a worker that ends.
func (p *pool) remove(w *worker) {
	w.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.workers[w.id] = nil
	p.count.Add(-1)
}

// loop is a worker's life.
func (p *pool) loop(w *worker) {
	defer p.remove(w)
	for {
		if p.help(w) {
			continue
		}
		if p.count.Load() > p.limit.Load() {
			return
		}
		if !p.watch() && !p.park(w) {
			return
		}
	}
}

// help works on one of the published jobs and reports whether it got a ticket.
func (p *pool) help(w *worker) bool {
	j := p.choose(w)
	if j == nil {
		return false
	}
	left, ok := j.join()
	if left == 0 {
		p.retract(j)
	}
	if ok {
		w.slot = j.slot
		more := min(left, j.unclaimed()-1)
		if p.published.Load()&^j.bit != 0 {
			more = max(more, 1)
		}
		p.summon(more)
		j.help()
	}
	return ok
}

// help is a worker's part in a job that it joined.
func (j *job) help() {
	number := j.takeNumber()
	defer j.leave(number)
	j.work(number)
}

// choose returns the published job that the fewest goroutines work on, beginning
// after the one that w helped last, or nil.
func (p *pool) choose(w *worker) *job {
	var best *job
	fewest := math.MaxInt
	set := bits.RotateLeft64(p.published.Load(), -(w.slot + 1))
	for ; set != 0; set &= set - 1 {
		j := &p.jobs[(bits.TrailingZeros64(set)+w.slot+1)%maxJobs]
		if n := refs(j.state.Load()); n < fewest {
			best, fewest = j, n
		}
	}
	return best
}

// betterUse reports whether a worker that has run turn items of j should leave
// it for another job: at once for one that has two goroutines less, which makes
// them even, and after a number of items for one that has one less, so that
// they take turns.
func (p *pool) betterUse(j *job, turn int) bool {
	set := p.published.Load() &^ j.bit
	if set == 0 {
		return false
	}
	mine := refs(j.state.Load())
	if turn < turnLength {
		mine--
	}
	for ; set != 0; set &= set - 1 {
		s := p.jobs[bits.TrailingZeros64(set)].state.Load()
		if tickets(s) > 0 && refs(s) < mine {
			return true
		}
	}
	return false
}

// watch waits for a published job and reports whether there is one; it gives up
// after a while.
func (p *pool) watch() bool {
	p.hot.Add(1)
	defer p.hot.Add(-1)
	start := time.Now()
	for round := 1; round <= maxRounds; round++ {
		if p.published.Load() != 0 {
			return true
		}
		pause(pauseLength)
		if round%yieldRounds != 0 {
			continue
		}
		limit := watchIdle
		if p.running.Load() > 0 {
			limit = watchRunning
		}
		if time.Since(start) > limit {
			break
		}
		yield()
		if round%goschedRounds == 0 {
			runtime.Gosched()
		}
	}
	return false
}

// park sleeps until woken and returns true, or until it is time for the worker
// to end and returns false.
func (p *pool) park(w *worker) bool {
	p.parked[w.id/64].Or(1 << (w.id % 64))
	if p.published.Load() != 0 && p.unpark(w) {
		return true
	}
	w.timer.Reset(p.life)
	select {
	case <-w.wake:
		return true
	case <-w.timer.C:
		if p.unpark(w) {
			return false
		}
		<-w.wake
		return true
	}
}

// unpark takes w out of the parked set. If it is not in it, somebody is about to
// send it a token.
func (p *pool) unpark(w *worker) bool {
	bit := uint64(1) << (w.id % 64)
	return p.parked[w.id/64].And(^bit)&bit != 0
}

package par

import (
	"context"
	"math/bits"
	"sync/atomic"
	"time"
)

// A job is one call of For or Tasks.Run that workers may join. Jobs are the
// slots of an array and are used again, never freed, so a worker may look at a
// job that ended long ago: it does not get in.
//
// Life: the caller takes a free slot (pool.open), fills it in and publishes it
// (call). A worker that gets a ticket (join) holds a reference until it leaves.
// When there is nothing more to claim the job is closed, which annuls the
// tickets. The caller goes on when nothing is left; the last one to drop its
// reference gives back the slot.
type job struct {
	// state packs, so that they change together: the references in the low 32
	// bits (the caller has one), the tickets for workers above, and the closed
	// flag. No field below may be used without a reference.
	state   atomic.Uint64
	numbers [maxThreads / 64]atomic.Uint64 // bit set of the worker numbers not in use
	_       [56]byte

	next atomic.Int64 // items claimed; total or more: none is left to claim
	_    [120]byte

	left    atomic.Int64 // items that have not ended and have not been given up
	waiting atomic.Bool  // the caller sleeps on wake
	_       [112]byte

	cancelled atomic.Bool           // items were given up because ctx was done
	failure   atomic.Pointer[Panic] // the first panic of a worker

	pool *pool
	slot int
	bit  uint64        // 1 << slot
	wake chan struct{} // holds one token for a caller that sleeps

	// What to do. Written before the job is published, read only after.
	total    int
	helpers  int
	estimate time.Duration // Options.Work
	ctx      context.Context
	done     <-chan struct{}
	progress func(done, total int)
	n, chunk int // a range: item i is [i*chunk, min((i+1)*chunk, n))
	body     func(worker, lo, hi int)
	tasks    *taskRun // tasks: item i is the i-th that became ready
	task     func(worker, task int)

	_ [128]byte // the next job's state
}

// Parts of job.state.
const (
	oneRef    = 1
	refMask   = 1<<32 - 1
	oneTicket = 1 << 32
	jobClosed = 1 << 63
)

func refs(state uint64) int    { return int(state & refMask) }
func tickets(state uint64) int { return int(state &^ jobClosed >> 32) }

// call publishes the job, of which the given number of items are claimable,
// works on it, and returns when it is complete or given up.
func (j *job) call(claimable int) error {
	j.offerNumbers()
	j.next.Store(0)
	j.left.Store(int64(j.total))
	j.state.Store(uint64(j.helpers)*oneTicket + oneRef)
	j.pool.publish(j)
	if !j.pool.tooSmall(j.estimate) {
		j.pool.summon(min(j.helpers, claimable-1))
	}

	ended := false
	defer j.abandon(&ended)
	for more := true; more; more = j.await() {
		j.work(0)
	}
	ended = true

	ctx, progress, total := j.ctx, j.progress, j.total
	failure, cancelled := j.failure.Load(), j.cancelled.Load()
	j.close()
	j.drop()
	switch {
	case failure != nil:
		panic(failure)
	case cancelled:
		return ctx.Err()
	case progress != nil:
		progress(total, total)
	}
	return nil
}

// abandon ends the job when the caller's own item panicked: it waits for the
// items that workers have begun.
func (j *job) abandon(ended *bool) {
	if *ended {
		return
	}
	j.giveUp(false)
	for j.await() {
	}
	j.close()
	j.drop()
}

// work claims and runs items until there is none to claim or, for a worker,
// until another job needs it more.
func (j *job) work(worker int) {
	turn, ran, unfinished := 0, 0, false
	defer func() {
		if unfinished { // a panic or runtime.Goexit is on its way
			if worker != 0 {
				j.failure.CompareAndSwap(nil, newPanic(recover()))
			}
			j.giveUp(false)
			ran++
		}
		j.finish(ran)
	}()
	for i := j.claim(); i >= 0; i = j.claim() {
		unfinished = true
		j.item(worker, i)
		unfinished = false
		ran++
		if j.progress != nil {
			j.finish(ran)
			ran = 0
			if worker == 0 {
				j.report()
			}
		}
		if turn++; worker != 0 && j.pool.betterUse(j, turn) {
			return
		}
	}
}

// report calls progress, but leaves the end to call. Items that were given up
// count as nothing: next tells, as it changes before left does.
func (j *job) report() {
	done := j.total - int(j.left.Load())
	if done < j.total && j.next.Load() < claimedAll {
		j.progress(done, j.total)
	}
}

// item runs item i.
func (j *job) item(worker, i int) {
	if j.tasks != nil {
		j.tasks.run(j, worker, i)
		return
	}
	lo := i * j.chunk
	j.body(worker, lo, lo+min(j.chunk, j.n-lo))
}

// claimedAll is a value of job.next that no claim reaches.
const claimedAll = 1 << 62

// claim returns an item that is now the claimant's to run, or -1 if there is
// none at present.
func (j *job) claim() int {
	if closed(j.done) {
		j.giveUp(true)
		return -1
	}
	if j.tasks != nil {
		return j.tasks.claim(j)
	}
	if i := j.next.Add(1) - 1; i < int64(j.total) {
		return int(i)
	}
	return -1
}

// claimable reports whether a claim would have success.
func (j *job) claimable() bool {
	i := j.next.Load()
	return i < int64(j.total) && (j.tasks == nil || j.tasks.ready[i].Load() != 0)
}

// unclaimed returns the number of items that are claimable.
func (j *job) unclaimed() int {
	end := int64(j.total)
	if j.tasks != nil {
		end = j.tasks.back.Load()
	}
	return int(max(0, end-j.next.Load()))
}

// giveUp makes all items that are not claimed unclaimable. If there were any and
// the reason is that the context is done, the job counts as cancelled, which must
// be seen before the last of them are no longer left: the caller returns then.
func (j *job) giveUp(cancelled bool) {
	unclaimed := int64(j.total) - j.next.Swap(claimedAll)
	if unclaimed <= 0 {
		return
	}
	if cancelled {
		j.cancelled.Store(true)
	}
	j.finish(int(unclaimed))
}

// finish takes items from those that are left and tells a sleeping caller if
// they were the last.
func (j *job) finish(items int) {
	if items > 0 && j.left.Add(-int64(items)) == 0 {
		j.tell()
	}
}

// tell wakes the caller if it sleeps.
func (j *job) tell() {
	if j.waiting.Load() && j.waiting.CompareAndSwap(true, false) {
		j.wake <- struct{}{}
		push()
	}
}

// await waits until nothing is left, then returns false, or until there is
// something to claim, then returns true.
func (j *job) await() bool {
	var start time.Time
	for round := 1; ; round++ {
		switch {
		case j.left.Load() == 0:
			return false
		case j.claimable():
			return true
		}
		pause(pauseLength)
		if round%yieldRounds != 0 {
			continue
		}
		yield()
		if start.IsZero() {
			start = time.Now()
		} else if round > maxRounds || time.Since(start) > awaitTime {
			j.sleep()
		}
	}
}

// sleep blocks the caller until it is told that an item is claimable or that
// nothing is left.
func (j *job) sleep() {
	j.waiting.Store(true)
	if (j.left.Load() == 0 || j.claimable()) && j.waiting.CompareAndSwap(true, false) {
		return
	}
	<-j.wake
}

// join takes a ticket and a reference and returns the number of tickets that
// are left; ok is false if there was none.
func (j *job) join() (left int, ok bool) {
	for {
		s := j.state.Load()
		if tickets(s) == 0 {
			return 0, false
		}
		if j.state.CompareAndSwap(s, s-oneTicket+oneRef) {
			return tickets(s) - 1, true
		}
	}
}

// offerNumbers makes the worker numbers 1 to helpers available; 0 is the caller's.
func (j *job) offerNumbers() {
	for w := range j.numbers[:j.helpers/64+1] {
		free := ^uint64(0)
		if above := 63 - (j.helpers - 64*w); above > 0 {
			free >>= above
		}
		if w == 0 {
			free &^= 1
		}
		j.numbers[w].Store(free)
	}
}

// takeNumber returns a worker number that nobody else has. There is one for each
// ticket.
func (j *job) takeNumber() int {
	for {
		for w := range j.numbers[:j.helpers/64+1] {
			for free := j.numbers[w].Load(); free != 0; free = j.numbers[w].Load() {
				if j.numbers[w].CompareAndSwap(free, free&(free-1)) {
					return 64*w + bits.TrailingZeros64(free)
				}
			}
		}
	}
}

// leave is the end of a worker's part in the job: it gives back its number, its
// ticket and its reference. Others may use the ticket if there is something to
// claim, which is looked up after the ticket is back so that an item that
// becomes ready meanwhile is not overlooked.
func (j *job) leave(number int) {
	j.numbers[number/64].Or(1 << (number % 64))
	for s := j.state.Load(); s&jobClosed == 0; s = j.state.Load() {
		if j.state.CompareAndSwap(s, s+oneTicket) {
			break
		}
	}
	if !j.claimable() {
		j.pool.published.And(^j.bit)
	}
	if j.claimable() {
		j.pool.publish(j)
	}
	j.drop()
}

// close annuls the tickets.
func (j *job) close() {
	for s := j.state.Load(); !j.state.CompareAndSwap(s, s&refMask|jobClosed); s = j.state.Load() {
	}
	j.pool.retract(j)
}

// drop gives up a reference, and the slot if it was the last.
func (j *job) drop() {
	if refs(j.state.Add(^uint64(0))) > 0 {
		return
	}
	if j.tasks != nil {
		j.tasks.release()
	}
	j.ctx, j.done, j.progress, j.body, j.tasks, j.task = nil, nil, nil, nil, nil, nil
	j.failure.Store(nil)
	j.cancelled.Store(false)
	j.pool.free.Or(j.bit)
}

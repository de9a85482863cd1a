package par

import "time"

// Lengths of waiting. They were set by go test -bench . on two cores of an Intel
// Sapphire Rapids (a virtual machine with nothing else to do, Linux, Go 1.26).
// Median time of a call of For in 8 chunks on two threads, in us, by the time that
// the chunks take together; the caller computes for 20 us between calls (hot
// worker), or for 400 us (parked worker; the last row is between Enter and
// Leave, which keeps it hot):
//
//	work               0     1     2     5    10    20    50   100  1000
//	one thread      0.04   1.1   2.1   5.1    10    20    50   100  1003
//	hot              0.5   1.8   2.2   4.0   6.5  11.5    27    52   505
//	parked           2.7   4.0   5.2   8.6  12.5    18    35    60   516
//	running          0.5   1.8   2.3   4.0   6.9    13    30    54   508
//
// So sharing pays from about 2 us of work with a hot worker and from 20 us with
// a parked one. Waking costs the caller 2 us; the worker comes 18 us later, or 80
// without push. A chunk costs 2 ns when the caller is alone and 35 ns with two
// threads at once. For returns 0.5 us after the end of the last chunk if that is
// a worker's, 6 us if the caller had to sleep. Each figure varies by a fifth
// from run to run: measure on an idle machine, and compare within one run.
const (
	// pauseLength is the number of PAUSE instructions in a round of a waiting
	// loop: 0.2 us. 1 to 8 give the same times.
	pauseLength = 4

	// Every yieldRounds (3 us) a waiting loop reads the clock and lets the
	// operating system run another thread. This matters where another process
	// keeps processors busy, so that the caller and the worker are on one:
	// without it the caller continues only when the worker's watch is over, 100
	// us after the end of the worker's chunk, instead of 3 us.
	yieldRounds = 16

	// Every goschedRounds (50 us) a watching worker lets other goroutines run
	// that wait for its processor. More often would be felt on a machine with
	// many cores, as it takes a lock of the scheduler.
	goschedRounds = 256

	// maxRounds ends the waiting if the clock does not, as in a bubble of
	// testing/synctest.
	maxRounds = 1 << 16

	// awaitTime is how long a caller watches for the end of the last chunks
	// before it sleeps: longer than most chunks are.
	awaitTime = 100 * time.Microsecond

	// watchIdle is how long a worker watches for work before it parks, about
	// what waking it would cost in time lost. watchRunning is the same while a
	// program runs, so that steps that one thread computes do not cool it.
	watchIdle    = 100 * time.Microsecond
	watchRunning = time.Millisecond

	// wakeWorth is the length of a call from which it pays to wake a worker.
	wakeWorth = 20 * time.Microsecond

	// turnLength is the number of chunks after which a worker looks after a
	// call that has as many goroutines but one: about 1 ms.
	turnLength = 32

	// idleLife is how long a parked worker lives.
	idleLife = 5 * time.Second
)

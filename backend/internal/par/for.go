package par

import (
	"context"
	"runtime"
	"time"
)

// Options say how to run a call. The zero value runs it in the calling
// goroutine alone.
type Options struct {
	// Threads is the largest number of goroutines that work on the call, the
	// caller included. Worker numbers are below it, or 0 when it is 0. See
	// [Threads] for a good value.
	Threads int

	// Work is about how long the caller would need alone, 0 if not known. A call
	// that is too short to gain by waking workers from sleep does not wake them;
	// it still gets those that are awake.
	Work time.Duration

	// Context ends the call early: it is looked at before each chunk or task.
	// nil is never done.
	Context context.Context

	// Progress, if not nil, is called in the calling goroutine, after chunks
	// or tasks that it computed itself and once at the end of a complete call,
	// with the number of all chunks or tasks that have ended and their total.
	Progress func(done, total int)
}

// maxThreads bounds the number of goroutines of one call.
const maxThreads = 512

// Threads returns how many goroutines can compute at the same time: GOMAXPROCS,
// but at most limit if limit is positive.
func Threads(limit int) int {
	threads := min(runtime.GOMAXPROCS(0), maxThreads)
	if limit > 0 {
		threads = min(threads, limit)
	}
	return threads
}

// For calls body for [0, chunk), [chunk, 2*chunk) and so on up to n; only the
// last part may be shorter. Each part is run exactly once, in no particular
// order, several at the same time if o.Threads > 1. Parts that run at the same
// time have different worker numbers: 0 is the calling goroutine, all are less
// than o.Threads. With chunk < 1 there is one part. All parts have ended when
// For returns.
//
// When o.Context is done, no further part begins and For returns the context's
// error; it returns nil if all parts were run.
//
// If body panics, no further part begins, and For panics when those that run
// have ended: with the same value if it was the caller's part, with a *[Panic]
// that holds it if it was a worker's.
//
// The Go loop:
//
//	for lo := 0; lo < n; lo += chunk {
//		body(0, lo, min(lo+chunk, n))
//	}
func For(o Options, n, chunk int, body func(worker, lo, hi int)) error {
	if n <= 0 {
		return nil
	}
	if chunk < 1 || chunk > n {
		chunk = n
	}
	if o.Threads <= 1 || chunk == n {
		return serial(o, n, chunk, body)
	}
	total := (n-1)/chunk + 1
	j := shared.open(o, total)
	if j == nil {
		return serial(o, n, chunk, body)
	}
	j.n, j.chunk, j.body = n, chunk, body
	return j.call(total)
}

// serial is For in the calling goroutine alone.
func serial(o Options, n, chunk int, body func(worker, lo, hi int)) error {
	var done <-chan struct{}
	if o.Context != nil {
		done = o.Context.Done()
	}
	for lo := 0; lo < n; {
		if closed(done) {
			return o.Context.Err()
		}
		hi := lo + min(chunk, n-lo)
		body(0, lo, hi)
		lo = hi
		if o.Progress != nil {
			o.Progress((hi-1)/chunk+1, (n-1)/chunk+1)
		}
	}
	return nil
}

// closed reports whether c is closed. It costs a few nanoseconds; a nil channel
// is never closed.
func closed(c <-chan struct{}) bool {
	if c == nil {
		return false
	}
	select {
	case <-c:
		return true
	default:
		return false
	}
}

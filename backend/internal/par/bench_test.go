package par

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

var sink float64

// burn computes for about d; it looks at no clock.
func burn(d time.Duration) { steps(int(float64(d) / nsPerStep)) }

func steps(n int) {
	x := 1.0
	for ; n > 0; n-- {
		x = x*0.999 + 0.001
	}
	if x == 0 {
		sink = x
	}
}

// nsPerStep is how long one of steps takes.
var nsPerStep = func() float64 {
	const n = 1 << 18
	best := time.Hour
	for range 20 {
		start := time.Now()
		steps(n)
		best = min(best, time.Since(start))
	}
	return float64(best) / n
}()

// BenchmarkForkJoin measures one call of For on two threads whose chunks take
// the given time together, with a caller that computes between calls: for 20 us,
// so that the worker is hot, or for 400 us, so that it is parked, unless a
// program is running.
func BenchmarkForkJoin(b *testing.B) {
	for _, state := range []struct {
		name string
		busy time.Duration
		in   bool
	}{{"hot", 20 * time.Microsecond, false}, {"parked", 400 * time.Microsecond, false}, {"running", 400 * time.Microsecond, true}} {
		for _, work := range []time.Duration{0, 1, 2, 5, 10, 20, 50, 100, 1000} {
			for _, c := range []struct{ chunks, threads int }{{2, 1}, {2, 2}, {8, 2}} {
				name := fmt.Sprintf("%s/work=%v/chunks=%d/threads=%d", state.name, work*time.Microsecond, c.chunks, c.threads)
				b.Run(name, func(b *testing.B) {
					if state.in {
						Enter()
						defer Leave()
					}
					forkJoin(b, state.busy, work*time.Microsecond, c.chunks, c.threads)
				})
			}
		}
	}
}

func forkJoin(b *testing.B, busy, work time.Duration, chunks, threads int) {
	part := work / time.Duration(chunks)
	body := func(worker, lo, hi int) { burn(part * time.Duration(hi-lo)) }
	times := make([]time.Duration, 0, 1<<16)
	for b.Loop() {
		burn(busy)
		start := time.Now()
		For(Options{Threads: threads}, chunks, 1, body)
		times = append(times, time.Since(start))
	}
	report(b, times)
}

// report adds the distribution of times to what a benchmark prints.
func report(b *testing.B, times []time.Duration) {
	slices.Sort(times)
	at := func(percent int) float64 { return float64(times[(len(times)-1)*percent/100]) / 1e3 }
	b.ReportMetric(at(10), "us/p10")
	b.ReportMetric(at(50), "us/median")
	b.ReportMetric(at(95), "us/p95")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkReturn measures how long after the end of the last chunk, which a
// worker runs, For returns: for a caller that watches and for one that sleeps.
func BenchmarkReturn(b *testing.B) {
	for _, work := range []time.Duration{10, 300} {
		b.Run((work * time.Microsecond).String(), func(b *testing.B) {
			var end time.Time
			var begun atomic.Bool
			var times []time.Duration
			body := func(worker, lo, hi int) {
				if worker == 0 {
					for !begun.Load() {
						yield()
					}
					return
				}
				begun.Store(true)
				burn(work * time.Microsecond)
				end = time.Now()
			}
			for b.Loop() {
				begun.Store(false)
				For(Options{Threads: 2}, 2, 1, body)
				times = append(times, time.Since(end))
			}
			report(b, times)
		})
	}
}

// BenchmarkChunk measures the cost of a chunk that does nothing.
func BenchmarkChunk(b *testing.B) {
	body := func(worker, lo, hi int) {}
	for threads := 1; threads <= 2; threads++ {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			For(Options{Threads: threads}, b.N, 1, body)
		})
	}
}

// BenchmarkTasks measures a graph of 30 tasks of 10 us in pairs.
func BenchmarkTasks(b *testing.B) {
	needs := [][]int{{}, {}}
	for len(needs) < 30 {
		needs = append(needs, []int{len(needs) - 2 - len(needs)%2, len(needs) - 1 - len(needs)%2})
	}
	tasks := NewTasks(needs)
	for threads := 1; threads <= 2; threads++ {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			for b.Loop() {
				tasks.Run(Options{Threads: threads}, func(worker, task int) { burn(10 * time.Microsecond) })
			}
		})
	}
}

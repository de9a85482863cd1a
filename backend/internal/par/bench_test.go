package par

import (
	"fmt"
	"sort"
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

func forkJoin(b *testing.B, busy, work time.Duration, chunks, threads int) {
	part := work / time.Duration(chunks)
	body := func(worker, lo, hi int) {
		burn(part * time.Duration(hi-lo))
	}
	times := make([]time.Duration, 0, 2000)
	for range 30 {
		burn(busy)
		For(Options{Threads: threads}, chunks, 1, body)
	}
	for b.Loop() {
		burn(busy)
		start := time.Now()
		For(Options{Threads: threads}, chunks, 1, body)
		times = append(times, time.Since(start))
	}
	sort.Slice(times, func(i, k int) bool { return times[i] < times[k] })
	b.ReportMetric(float64(times[len(times)/2])/1e3, "us/median")
	b.ReportMetric(float64(times[len(times)*95/100])/1e3, "us/p95")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkForkJoin(b *testing.B) {
	for _, busy := range []time.Duration{0, 20 * time.Microsecond, 80 * time.Microsecond, 400 * time.Microsecond} {
		for _, work := range []time.Duration{0, 1, 5, 20, 100, 1000} {
			for _, c := range []struct{ chunks, threads int }{{1, 1}, {2, 2}, {8, 2}} {
				b.Run(fmt.Sprintf("busy=%v/work=%v/chunks=%d/threads=%d", busy, work*time.Microsecond, c.chunks, c.threads), func(b *testing.B) {
					forkJoin(b, busy, work*time.Microsecond, c.chunks, c.threads)
				})
			}
		}
	}
}

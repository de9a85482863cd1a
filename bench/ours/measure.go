package main

import (
	"runtime"
	"slices"
	"time"
)

// row is one measurement, printed as a line of JSON with the fields of the
// peers' driver.
type row struct {
	Workload string   `json:"workload"`
	Impl     string   `json:"impl"`
	Threads  int      `json:"threads"`
	N        any      `json:"n"`
	Median   float64  `json:"median_s,omitempty"`
	Min      float64  `json:"min_s,omitempty"`
	Runs     int      `json:"runs,omitempty"`
	First    float64  `json:"first_s,omitempty"`  // building, compiling and the first call
	Setup    float64  `json:"setup_s,omitempty"`  // reading or making the inputs
	Steady   float64  `json:"steady_s,omitempty"` // a later call, of compile latencies
	Scaled   float64  `json:"scaled,omitempty"`   // measured at a smaller size and multiplied by this
	PeakMB   int      `json:"peak_mb,omitempty"`
	BaseMB   int      `json:"base_mb,omitempty"`
	Foreign  float64  `json:"foreign"`
	Steal    float64  `json:"steal"`
	Check    *float64 `json:"check,omitempty"` // absent where the inputs or the size are not the peers'
	Note     string   `json:"note,omitempty"`
	Error    string   `json:"error,omitempty"`
}

// sample is the timing of many calls.
type sample struct {
	median, min    float64 // seconds
	runs           int
	foreign, steal float64 // cores used by others meanwhile
}

// sampling calls f, which was called before, by the rules of the peers' driver:
// a few calls to settle, then for budget seconds, at least 5 and at most 200
// times, fewer if a call takes seconds; short calls are timed in batches of a
// millisecond. The sample is repeated, and the quietest kept, while other
// processes use the CPU, unless it took seconds.
func sampling(f func() error, first, budget float64, threads int) (sample, error) {
	best, err := sampleOnce(f, first, budget)
	for range 2 {
		if err != nil || best.foreign+best.steal <= tolerated(threads) || best.median*float64(best.runs) > 2 {
			break
		}
		var s sample
		if s, err = sampleOnce(f, best.median, budget); s.foreign+s.steal < best.foreign+best.steal {
			best = s
		}
	}
	return best, err
}

// tolerated is how many cores other processes may use: the peers' limits.
func tolerated(threads int) float64 {
	if threads > 1 {
		return 0.15
	}
	return 0.4
}

func sampleOnce(f func() error, first, budget float64) (sample, error) {
	runtime.GC()
	last := first
	settle := 3
	if first >= 1 {
		settle = 1
	}
	if first >= 4 {
		settle = 0
	}
	for range settle {
		d, err := timed(f, 1)
		if err != nil {
			return sample{}, err
		}
		last = d
	}
	inner := 1
	if last <= 2e-4 {
		inner = max(1, int(1e-3/max(last, 1e-8)))
	}
	var times []float64
	total, start, began := 0.0, takeSnapshot(), time.Now()
	for (time.Since(began).Seconds() < budget || len(times) < 5) && len(times) < 200 {
		d, err := timed(f, inner)
		if err != nil {
			return sample{}, err
		}
		times = append(times, d)
		if total += d; len(times) >= 3 && total > 3 || total > 12 {
			break
		}
	}
	foreign, steal := start.since()
	return sample{median: median(times), min: slices.Min(times), runs: len(times), foreign: foreign, steal: steal}, nil
}

// timed returns the seconds of one of n calls of f.
func timed(f func() error, n int) (float64, error) {
	start := time.Now()
	for range n {
		if err := f(); err != nil {
			return 0, err
		}
	}
	return time.Since(start).Seconds() / float64(n), nil
}

// median returns the median of x, which it sorts.
func median(x []float64) float64 {
	slices.Sort(x)
	if n := len(x); n%2 == 0 {
		return (x[n/2-1] + x[n/2]) / 2
	}
	return x[len(x)/2]
}

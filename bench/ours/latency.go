package main

import (
	"slices"

	"arignote/backend"
)

// latencies are the workloads whose compilation is timed, at sizes so small
// that running hardly counts.
var latencies = []struct {
	name   string
	length int
}{
	{"W1", 1000}, {"W2vg", 1000}, {"W3", 100}, {"W8", 100}, {"W11", 8}, {"W12s", 16}, {"W17", 100}, {"W18", 1000},
}

// latency measures building, compiling and the first call of a workload minus
// a later call: the median of five times, and the first one in this process.
func latency(w *workload, length int, set settings) row {
	r := row{Workload: "LAT", Impl: "arignote", Threads: set.threads, N: w.name}
	var firsts, steadies []float64
	for range 5 {
		j, err := w.prepare(newSource("", w.name, length), length, backend.Config{Threads: set.threads})
		if err != nil {
			r.Error = err.Error()
			return r
		}
		f, err := timed(func() error { return j.first(w) }, 1)
		if err != nil {
			r.Error = err.Error()
			return r
		}
		for range 5 {
			d, err := timed(j.call, 1)
			if err != nil {
				r.Error = err.Error()
				return r
			}
			steadies = append(steadies, d)
		}
		firsts = append(firsts, f)
	}
	r.First, r.Steady, r.Runs = firsts[0], slices.Min(steadies), len(firsts)
	r.Median, r.Min = median(firsts)-r.Steady, slices.Min(firsts)-r.Steady
	return r
}

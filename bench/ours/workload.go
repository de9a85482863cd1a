package main

import (
	"fmt"
	"math"
	"runtime"
	"time"

	"gorgonia.org/tensor"

	"arignote/backend"
	"arignote/expr"
)

// workload is a row of the table of workloads.
type workload struct {
	name string
	impl string // the name of our variant; "arignote" if empty

	sizes []size
	order int // the work grows with the length to this power; 0 = the full size alone makes sense

	build func() (*expr.Graph, error)        // the expression, as a user would write it
	data  func(s *source, length int) []any  // the arguments
	check func(results [][]float64) float64  // the peers' checksum; nil if they have none
	feed  [][2]int                           // {result, argument} that change places after each call
	start func(s *source, length int) runner // instead of one call of build: a whole program
}

// size is a size by the name that the peers give it, and as a length.
type size struct {
	n      any // int or string
	length int
}

func lengths(n ...int) []size {
	s := make([]size, len(n))
	for i, n := range n {
		s[i] = size{n, n}
	}
	return s
}

// runner is a workload that is more than repeated calls of one Program. It
// returns the results to check.
type runner func(c backend.Config) ([]*tensor.Dense, error)

// text returns a build function for a program in the language.
func text(src string) func() (*expr.Graph, error) {
	return func() (*expr.Graph, error) { return expr.ParseGraph(src) }
}

// graph returns what build functions return for nodes.
func graph(inputs []*expr.Node, outputs ...*expr.Node) (*expr.Graph, error) {
	return expr.NewGraph(inputs, outputs...), nil
}

// job is a workload that is ready to be run again and again.
type job struct {
	program *backend.Program
	args    []any
	results []*tensor.Dense
	feed    [][2]int
	whole   runner
	config  backend.Config
}

// prepare makes the arguments.
func (w *workload) prepare(s *source, length int, c backend.Config) (*job, error) {
	j := &job{feed: w.feed, config: c}
	if w.start != nil {
		j.whole = w.start(s, length)
	} else {
		j.args = w.data(s, length)
	}
	return j, s.err
}

// first builds, compiles and runs for the first time.
func (j *job) first(w *workload) (err error) {
	if j.whole != nil {
		return j.call()
	}
	g, err := w.build()
	if err != nil {
		return err
	}
	if j.program, err = j.config.Compile(g.Inputs, g.Outputs...); err != nil {
		return err
	}
	j.results, err = j.program.Run(j.args...)
	return err
}

// call runs once more, into the results of the first run.
func (j *job) call() (err error) {
	if j.whole != nil {
		j.results, err = j.whole(j.config)
		return err
	}
	err = j.program.RunInto(j.results, j.args...)
	for _, f := range j.feed {
		result := j.results[f[0]]
		j.results[f[0]], j.args[f[1]] = j.args[f[1]].(*tensor.Dense), result
	}
	return err
}

// settings are those of the command line.
type settings struct {
	data       string  // folder of input files
	budget     float64 // seconds for which a workload is repeated
	maxSeconds float64 // of one call
	maxBytes   float64 // that one call may allocate
	threads    int
}

// measure runs w at one size.
func (w *workload) measure(z size, set settings) row {
	r := row{Workload: w.name, Impl: w.impl, Threads: set.threads, N: z.n}
	if r.Impl == "" {
		r.Impl = "arignote"
	}
	length, err := w.fit(z, set, &r)
	if err == nil {
		err = w.sample(z, length, set, &r)
	}
	if err != nil {
		r.Error = err.Error()
	}
	return r
}

// probed is the length from which fit tries a smaller size first, about a
// hundredth of the work.
const probed, fraction = 1000, 100.0

// fit returns the length to measure at: that of z, or a smaller one if a trial
// shows that a call would take too long or too much memory. The row then says
// so.
func (w *workload) fit(z size, set settings, r *row) (length int, err error) {
	if w.order == 0 || z.length < probed {
		return z.length, nil
	}
	small := int(float64(z.length) / math.Pow(fraction, 1/float64(w.order)))
	j, err := w.prepare(newSource("", w.name, z.n), small, backend.Config{Threads: set.threads})
	if err != nil {
		return 0, err
	}
	if err := j.first(w); err != nil {
		return 0, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	factor := math.Pow(float64(z.length)/float64(small), float64(w.order))
	seconds, calls := math.Inf(1), 0.0
	for ; calls < 3 && seconds > set.maxSeconds; calls++ { // others may have taken the CPU
		d, err := timed(j.call, 1)
		if err != nil {
			return 0, err
		}
		seconds = min(seconds, d*factor)
	}
	runtime.ReadMemStats(&after)
	bytes := float64(after.TotalAlloc-before.TotalAlloc) / calls * factor
	if seconds <= set.maxSeconds && bytes <= set.maxBytes {
		return z.length, nil
	}
	r.Scaled = factor
	r.Note = fmt.Sprintf("measured at length %d; %v would take %.1f s and %.1f GB of arrays", small, z.n, seconds, bytes/1e9)
	return small, nil
}

// sample measures w at the given length and completes the row.
func (w *workload) sample(z size, length int, set settings, r *row) error {
	begin := time.Now()
	dir := set.data
	if r.Scaled != 0 {
		dir = ""
	}
	s := newSource(dir, w.name, z.n)
	j, err := w.prepare(s, length, backend.Config{Threads: set.threads})
	if err != nil {
		return err
	}
	r.Setup = time.Since(begin).Seconds()
	runtime.GC()
	r.BaseMB = peakMB()
	first, err := timed(func() error { return j.first(w) }, 1)
	if err != nil {
		return err
	}
	checked := w.check != nil && s.shared && r.Scaled == 0
	if checked && w.feed != nil { // later calls give other results
		r.Check = checksum(w, j)
	}
	got, err := sampling(j.call, first, set.budget, set.threads)
	if err != nil {
		return err
	}
	if checked && w.feed == nil {
		r.Check = checksum(w, j)
	}
	factor := max(1, r.Scaled)
	r.Median, r.Min, r.First = got.median*factor, got.min*factor, first*factor
	r.Runs, r.Foreign, r.Steal, r.PeakMB = got.runs, got.foreign, got.steal, peakMB()
	return nil
}

func checksum(w *workload, j *job) *float64 {
	results := make([][]float64, len(j.results))
	for i, t := range j.results {
		results[i] = floats(t)
	}
	c := w.check(results)
	return &c
}

// floats returns the elements of t, or of a slice or a number.
func floats(x any) []float64 {
	v, err := expr.ValueOf(x)
	if err != nil {
		panic(err)
	}
	if data, ok := v.Data().([]float64); ok && v.Contiguous() {
		return data
	}
	data := make([]float64, v.Len())
	for i := range data {
		data[i] = v.Float(i)
	}
	return data
}

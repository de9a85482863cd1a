package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"arignote/backend"
	"arignote/expr"
)

// benchCommand measures a program.
type benchCommand struct {
	source
	flags
	Samples int           `default:"15" placeholder:"N" help:"Number of measurements of steady calls."`
	Time    time.Duration `default:"2s" placeholder:"D" help:"How long to measure, about."`
}

// Help is the text below the summary of "arignote bench -h".
func (*benchCommand) Help() string {
	return `Measures, with the values given:

    compile     from the graph to something that runs: the first time in this
                process, then the median of more
    first call  the first run, which makes what later runs use again
    steady      later runs with results in fresh memory, after a warm-up: the
                median of samples, each the mean of as many calls as it takes to
                be measured well, with quartiles, fastest and slowest
    reusing     the same with results written over the previous ones

Reading the text and the files is not included. Results are not looked at: eval does that.

Examples:

    arignote bench 'sum(x*x)' 'x=linspace(0, 1, 1000000)'
    arignote bench 'softmax(A @ B)' A=a.npy B=b.npy --time 10s --samples 31
    arignote bench '(M + a) @ v' 'M=ones((1000, 1000))' 'v=ones(1000)' a=2 --threads 1`
}

// Run is the command.
func (c *benchCommand) Run(s *session) error {
	if c.Samples < 1 || c.Time <= 0 {
		return usagef("--samples and --time must be positive")
	}
	p, err := c.load(s)
	if err != nil {
		return err
	}
	args, err := p.arguments()
	if err != nil {
		return err
	}
	f, compiles, err := c.compile(p)
	if err != nil {
		return err
	}
	start := time.Now()
	results, err := f.Run(args...)
	first := time.Since(start)
	if err != nil {
		return &mistake{text: p.text, err: err}
	}

	fresh, err := measure(c.Samples, c.Time/2, func() error { _, err := f.Run(args...); return err })
	if err != nil {
		return &mistake{text: p.text, err: err}
	}
	reused, err := measure(c.Samples, c.Time/2, func() error { return f.RunInto(results, args...) })
	if err != nil {
		return &mistake{text: p.text, err: err}
	}

	row := func(name, format string, a ...any) {
		fmt.Fprintf(&s.out, "%-11s %s\n", name, fmt.Sprintf(format, a...))
	}
	row("machine", "%s/%s, %d CPUs, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	for _, in := range p.graph.Inputs {
		row("input", "%s: %v", in.Name(), argumentType(in, p.values[in.Name()]))
	}
	for i, r := range results {
		v, err := expr.ValueOf(r)
		if err != nil {
			return err
		}
		row("result", "%s: %v", p.names[i], v.Type())
	}
	if n := f.Trace().Nodes; len(n) > 1 {
		row("nodes", "%d as written, %d simplified", n[0], n[len(n)-1])
	}
	row("compile", "%s", compiles.compileText())
	row("first call", "%s", duration(first))
	row("steady", "%s", fresh)
	row("reusing", "%s", reused)
	return nil
}

// argumentType returns the type of what an input was bound to.
func argumentType(in *expr.Node, x any) expr.Type {
	if v, err := expr.ValueOf(x); err == nil {
		return expr.Type{DType: in.DType(), Dims: v.Type().Dims}
	}
	return in.Type()
}

// compile compiles the program several times.
func (c *benchCommand) compile(p *program) (f *backend.Program, m *measurement, err error) {
	m = &measurement{calls: 1}
	start := time.Now()
	for len(m.samples) < 2 || len(m.samples) < 10 && time.Since(start) < c.Time {
		began := time.Now()
		f, err = p.compile(c.config())
		m.samples = append(m.samples, time.Since(began).Seconds())
		if err != nil {
			return nil, nil, err
		}
	}
	return f, m, nil
}

// measurement is a number of samples, each the seconds of one call as the mean
// of several.
type measurement struct {
	samples []float64
	calls   int     // in each sample
	bytes   float64 // allocated by each call
	objects float64
}

// measure calls f for about the given time, and before that long enough to be
// warm: at least two calls and a fifth of the time.
func measure(samples int, total time.Duration, f func() error) (*measurement, error) {
	start := time.Now()
	warm := 0
	for warm < 2 || time.Since(start) < total/5 {
		if err := f(); err != nil {
			return nil, err
		}
		warm++
	}
	perCall := time.Since(start).Seconds() / float64(warm)
	each := total.Seconds() / float64(samples)
	m := &measurement{calls: max(1, int(math.Round(each/perCall)))}

	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range samples {
		began := time.Now()
		for range m.calls {
			if err := f(); err != nil {
				return nil, err
			}
		}
		m.samples = append(m.samples, time.Since(began).Seconds()/float64(m.calls))
	}
	runtime.ReadMemStats(&after)
	n := float64(samples * m.calls)
	m.bytes = float64(after.TotalAlloc-before.TotalAlloc) / n
	m.objects = float64(after.Mallocs-before.Mallocs) / n
	return m, nil
}

// quantile returns the value below which a part q of the samples lies.
func (m *measurement) quantile(q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(m.samples))
	at := q * float64(len(sorted)-1)
	low := int(at)
	x := sorted[low]
	if low+1 < len(sorted) {
		x += (at - float64(low)) * (sorted[low+1] - x)
	}
	return time.Duration(x * float64(time.Second))
}

// String returns the median, the spread and what is allocated.
func (m *measurement) String() string {
	var b strings.Builder
	q1, median, q3 := m.quantile(0.25), m.quantile(0.5), m.quantile(0.75)
	spread := 0.0
	if median > 0 {
		spread = float64(q3-q1) / float64(median)
	}
	line := func(format string, a ...any) {
		fmt.Fprintf(&b, "\n%-11s %s", "", fmt.Sprintf(format, a...))
	}
	fmt.Fprintf(&b, "%s a call, the median of %d samples of %s", duration(median), len(m.samples), calls(m.calls))
	line("quartiles %s to %s (%.0f%%), fastest %s, slowest %s",
		duration(q1), duration(q3), 100*spread, duration(m.quantile(0)), duration(m.quantile(1)))
	line("allocates %s in %.0f objects a call", size(m.bytes), m.objects)
	if spread > 0.1 {
		line("the times vary much: is the machine busy? --time 10s measures longer")
	}
	return b.String()
}

func calls(n int) string {
	if n == 1 {
		return "1 call"
	}
	return fmt.Sprintf("%d calls", n)
}

// compileText returns the first time and the median of the others.
func (m *measurement) compileText() string {
	first := time.Duration(m.samples[0] * float64(time.Second))
	later := &measurement{samples: m.samples[1:]}
	return fmt.Sprintf("%s the first time, then %s (median of %d)",
		duration(first), duration(later.quantile(0.5)), len(later.samples))
}

// duration writes d with three digits.
func duration(d time.Duration) string {
	x := float64(d)
	for _, unit := range []string{"ns", "µs", "ms"} {
		if x < 1000 {
			return threeDigits(x) + " " + unit
		}
		x /= 1000
	}
	return threeDigits(x) + " s"
}

// size writes a number of bytes with three digits.
func size(x float64) string {
	for _, unit := range []string{"B", "kB", "MB"} {
		if x < 1000 {
			return threeDigits(x) + " " + unit
		}
		x /= 1000
	}
	return threeDigits(x) + " GB"
}

func threeDigits(x float64) string {
	switch {
	case x == math.Trunc(x) || x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

package bench_test

import (
	"math"
	"testing"
	"time"

	"arignote/backend"
	"arignote/expr"
)

// BenchmarkCall measures a call of c = a + b on scalars, with the results
// written into a tensor that is reused.
func BenchmarkCall(b *testing.B) {
	x, y := expr.Scalar("a"), expr.Scalar("b")
	p, err := backend.Compile([]*expr.Node{x, y}, x.Add(y))
	if err != nil {
		b.Fatal(err)
	}
	args := []any{1.5, 2.5}
	out, err := p.Run(args...)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := p.RunInto(out, args...); err != nil {
			b.Fatal(err)
		}
	}
	if got := out[0].Data(); got != 4.0 {
		b.Fatalf("1.5 + 2.5 = %v", got)
	}
}

// fifty builds a graph of about 50 nodes that the optimizer cannot shorten
// much.
func fifty(x *expr.Node) *expr.Node {
	y := x
	for i := range 12 {
		y = y.Sin().Mul(1.5 + float64(i)).Add(x)
	}
	return y.Sum()
}

// BenchmarkCompile measures building a graph of 50 nodes, compiling it and its
// first result, and says how long each of the three takes.
func BenchmarkCompile(b *testing.B) {
	data := []float64{0.1, 0.2, 0.3}
	var build, compile, run time.Duration
	nodes := 0
	for b.Loop() {
		start := time.Now()
		x := expr.Vector("x")
		g := expr.NewGraph([]*expr.Node{x}, fifty(x))
		built := time.Now()
		p, err := backend.Compile(g.Inputs, g.Outputs...)
		if err != nil {
			b.Fatal(err)
		}
		compiled := time.Now()
		if _, err := p.Run(data); err != nil {
			b.Fatal(err)
		}
		build, compile, run = build+built.Sub(start), compile+compiled.Sub(built), run+time.Since(compiled)
		if nodes == 0 {
			for range g.Nodes() {
				nodes++
			}
		}
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(b.N) }
	b.ReportMetric(float64(nodes), "nodes")
	b.ReportMetric(each(build), "build-µs/op")
	b.ReportMetric(each(compile), "compile-µs/op")
	b.ReportMetric(each(run), "first-run-µs/op")
}

// BenchmarkNewLength measures calls of a compiled Program: with vectors of a
// length that it meets for the first time, and of the length of the last call.
// The difference is what a new shape costs.
func BenchmarkNewLength(b *testing.B) {
	x, y := expr.Vector("a"), expr.Vector("b")
	square := func(n *expr.Node) *expr.Node { return n.Pow(2) }
	p, err := backend.Compile([]*expr.Node{x, y}, square(x).Add(square(y)).Add(x.Mul(y).Mul(2)))
	if err != nil {
		b.Fatal(err)
	}
	// Lengths repeat after so many calls that no Program will remember them;
	// the one that stays the same is the middle one, so that both cost the
	// same but for the new shape.
	const shortest, lengths = 100, 5000
	data := make([]float64, shortest+lengths)
	for _, fresh := range []bool{true, false} {
		b.Run(map[bool]string{true: "new", false: "same"}[fresh], func(b *testing.B) {
			i := 0
			for b.Loop() {
				n := shortest + lengths/2
				if fresh {
					n = shortest + i%lengths
					i++
				}
				if _, err := p.Run(data[:n], data[:n]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestFifty runs the benchmarks' graph.
func TestFifty(t *testing.T) {
	const at = 0.3
	want := at
	for i := range 12 {
		want = math.Sin(want)*(1.5+float64(i)) + at
	}
	x := expr.Vector("x")
	y, err := backend.Eval(fifty(x), map[string]any{"x": []float64{at}})
	if err != nil {
		t.Fatal(err)
	}
	if got := y.Data().(float64); math.Abs(got-want) > 1e-9 {
		t.Errorf("%v, want %v", got, want)
	}
}

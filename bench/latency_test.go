package bench_test

import (
	"math"
	"testing"
	"time"

	"gorgonia.org/tensor"

	"arignote/autodiff"
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

// fresh are programs whose arguments have a length n, for measuring what a new
// one costs.
var fresh = []struct {
	name, src string
	args      func(n int, data []float64) []any
}{
	{"W1", "a: float64[?]\nb: float64[?]\na**2 + b**2 + 2*a*b", func(n int, data []float64) []any { return []any{data[:n], data[:n]} }},
	{"softmax", "x: float64[?, ?]\nsoftmax(x, axis=1)", func(n int, data []float64) []any { return []any{matrix(n, 8, data)} }},
	{"slide", "a: float64\nv: float64[?]\nM: float64[?, ?]\na/a + dot(M + a, v)", func(n int, data []float64) []any { return []any{1.5, data[:8], matrix(n, 8, data)} }},
	{"MLP step", `x: float64[?, ?]
y: float64[?, ?]
U: float64[?, ?]
V: float64[?, ?]
loss = mean((dot(tanh(dot(x, U)), V) - y)**2)
loss, U - 0.1*grad(loss, U), V - 0.1*grad(loss, V)`, func(n int, data []float64) []any {
		return []any{matrix(n, 8, data), matrix(n, 2, data), matrix(8, 4, data), matrix(4, 2, data)}
	}},
	{"50 nodes", "", func(n int, data []float64) []any { return []any{data[:n]} }},
}

func matrix(rows, cols int, data []float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(data[:rows*cols]))
}

// BenchmarkNewLength measures calls of a compiled Program: with arrays of a
// length that it meets for the first time, and of the length of the last call.
// The difference is what a new shape costs.
func BenchmarkNewLength(b *testing.B) {
	for _, c := range fresh {
		var p *backend.Program
		var err error
		if c.src == "" {
			x := expr.Vector("x")
			p, err = backend.Compile([]*expr.Node{x}, fifty(x))
		} else {
			g, wrong := expr.Parser{Funcs: autodiff.Funcs}.ParseGraph(c.src)
			if wrong != nil {
				b.Fatal(wrong)
			}
			p, err = backend.Compile(g.Inputs, g.Outputs...)
		}
		if err != nil {
			b.Fatal(err)
		}
		// Lengths repeat after so many calls that no Program will remember
		// them; the one that stays the same is the middle one, so that both
		// cost the same but for the new shape.
		const shortest, lengths = 100, 500
		data := make([]float64, 8*(shortest+lengths))
		for _, kind := range []string{"new", "same"} {
			b.Run(c.name+"/"+kind, func(b *testing.B) {
				i := 0
				b.ReportAllocs()
				for b.Loop() {
					n := shortest + lengths/2
					if kind == "new" {
						n = shortest + i%lengths
						i++
					}
					if _, err := p.Run(c.args(n, data)...); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
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

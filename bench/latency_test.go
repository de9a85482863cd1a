package bench_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
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

// A freshCase is a program whose arguments have a length n, for measuring what a
// new one costs.
type freshCase struct {
	name, src string
	args      func(n int, data []float64) []any
}

// program compiles the text of the case, or the graph of fifty nodes if it has none.
func (c *freshCase) program(b *testing.B) *backend.Program {
	x := expr.Vector("x")
	g := expr.NewGraph([]*expr.Node{x}, fifty(x))
	var err error
	if c.src != "" {
		if g, err = (expr.Parser{Funcs: autodiff.Funcs}).ParseGraph(c.src); err != nil {
			b.Fatal(err)
		}
	}
	p, err := backend.Compile(g.Inputs, g.Outputs...)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

var fresh = []freshCase{
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
	{"logistic", `X: float64[?, ?]
y: float64[?]
w: float64[?]
loss = mean(log(1 + exp(-y*dot(X, w))))
loss, grad(loss, w)`, func(n int, data []float64) []any { return []any{matrix(n, 8, data), data[:n], data[:8]} }},
	{"differences", "x: float64[?]\nx[1:] - x[:-1], x[::-1]", func(n int, data []float64) []any { return []any{data[:n]} }},
	{"50 nodes", "", func(n int, data []float64) []any { return []any{data[:n]} }},
}

func matrix(rows, cols int, data []float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(data[:rows*cols]))
}

// BenchmarkNewLength measures calls of a compiled Program in turns: with arrays of
// a length that it meets for the first time, or has long forgotten, and again with
// the same. The medians, in microseconds, are told; their difference is what a new
// shape costs.
func BenchmarkNewLength(b *testing.B) {
	const shortest, lengths = 1000, 500
	data := make([]float64, 8*(shortest+lengths))
	for _, c := range fresh {
		b.Run(c.name, func(b *testing.B) {
			p := c.program(b)
			var took [2][]time.Duration
			i := 0
			for b.Loop() {
				args := c.args(shortest+i%lengths, data)
				i++
				for k := range took {
					start := time.Now()
					if _, err := p.Run(args...); err != nil {
						b.Fatal(err)
					}
					took[k] = append(took[k], time.Since(start))
				}
			}
			known, all := median(took[1]), median(took[0])
			b.ReportMetric(all, "µs/new")
			b.ReportMetric(known, "µs/known")
			b.ReportMetric(all-known, "µs/extra")
		})
	}
}

// BenchmarkDecompositions measures a factorisation of a random matrix of so many
// rows, symmetric for eigh.
func BenchmarkDecompositions(b *testing.B) {
	for _, op := range []string{"eigh", "svd", "qr"} {
		for _, n := range []int{100, 200, 400, 800} {
			b.Run(fmt.Sprintf("%s/%d", op, n), func(b *testing.B) { decompose(b, op, n) })
		}
	}
}

func decompose(b *testing.B, op string, n int) {
	g, err := expr.ParseGraph(fmt.Sprintf("A: float64[n, n]\nt = %s(A)\nt[0], t[1]", op))
	if err != nil {
		b.Fatal(err)
	}
	p, err := backend.Compile(g.Inputs, g.Outputs...)
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	data := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			data[i*n+j] = random.NormFloat64()
			data[j*n+i] = data[i*n+j]
		}
	}
	a := matrix(n, n, data)
	for b.Loop() {
		if _, err := p.Run(a); err != nil {
			b.Fatal(err)
		}
	}
}

// median returns a median in microseconds.
func median(all []time.Duration) float64 {
	slices.Sort(all)
	return float64(all[len(all)/2].Nanoseconds()) / 1e3
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

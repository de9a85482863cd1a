package backend

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"arignote/backend/internal/par"
	"arignote/expr"
)

// productCase is a product with operands that may be transposed in memory.
type productCase struct {
	src     string
	m, n, k int
}

// step compiles the product and returns its only step with the memory of a
// frame, bound to random arguments.
func (c productCase) step(t *testing.T, seed uint64) (*frame, *multiplication[float64]) {
	t.Helper()
	g, err := expr.ParseGraph(c.src)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(g.Inputs, g.Outputs...)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 0))
	length := map[string]int{"m": c.m, "n": c.n, "k": c.k}
	values := make([]*expr.Value, len(g.Inputs))
	for i, in := range g.Inputs {
		shape := make([]int, in.Rank())
		for a, d := range in.Type().Dims {
			shape[a] = length[d.String()]
		}
		values[i] = expr.Zeros(expr.Float64, shape...)
		for j := range values[i].Len() {
			expr.Elements[float64](values[i])[j] = r.NormFloat64()
		}
	}
	q, err := p.plan(values)
	if err != nil {
		t.Fatal(err)
	}
	f := q.frame()
	f.setArguments(values)
	for i, a := range q.results {
		f.data[a.id] = expr.Zeros(expr.Float64, q.shapes[i]...).Data()
	}
	if len(q.steps) != 1 || f.steps[0].routine == nil {
		t.Fatalf("%s is not one product:\n%v", c.src, q)
	}
	return f, f.steps[0].routine.(*multiplication[float64])
}

var productCases = []productCase{
	{"A: float64[m, k]\nB: float64[k, n]\ndot(A, B)", 130, 150, 170},
	{"A: float64[k, m]\nB: float64[k, n]\ndot(A.T, B)", 130, 150, 170},
	{"A: float64[m, k]\nB: float64[n, k]\ndot(A, B.T)", 130, 150, 170},
	{"A: float64[k, m]\nB: float64[n, k]\ndot(A.T, B.T)", 130, 150, 170},
	{"A: float64[m, k]\nB: float64[k, n]\nC: float64[m, n]\n2*dot(A, B) + 3*C", 65, 64, 63},
	{"A: float64[m, k]\nx: float64[k]\ndot(A, x)", 1000, 1, 517},
	{"A: float64[k, m]\nx: float64[k]\ndot(A.T, x)", 1000, 1, 517},
	{"A: float64[m, k]\nx: float64[k]\ny: float64[m]\ny + 2*dot(A, x)", 333, 1, 1001},
	{"A: float64[m, n]\nx: float64[m]\ny: float64[n]\nA + outer(x, y)", 333, 777, 1},
}

// TestProductParts: into which parts a product is cut along its result does not
// change a bit, and it is the sum that it should be.
func TestProductParts(t *testing.T) {
	for i, c := range productCases {
		t.Run(c.src, func(t *testing.T) {
			f, p := c.step(t, uint64(i))
			multiply := func(threads int) []float64 {
				if done, err := p.compute(f, par.Options{Threads: threads}); !done || err != nil {
					t.Fatal(done, err)
				}
				return slices.Clone(p.out)
			}
			want := multiply(1)
			if x, err := f.reference(p.v, &f.steps[0]); err != nil {
				t.Fatal(err)
			} else {
				for i, x := range expr.Elements[float64](x) {
					if math.Abs(x-want[i]) > 1e-11 {
						t.Fatalf("element %d: %v, want %v", i, want[i], x)
					}
				}
			}
			for _, threads := range []int{2, 5} {
				if !slices.Equal(multiply(threads), want) {
					t.Errorf("other bits with %d threads", threads)
				}
			}
			for _, rows := range []int{8, 24, 128} {
				if p.parts.rows > 0 {
					p.parts.rows, p.parts.cols = rows, rows+8
					p.blocks = parts(p.m, rows) * parts(p.n, rows+8)
					p.parts.units, p.parts.chunk = p.blocks, 1
				} else {
					p.parts.chunk = rows
				}
				if !slices.Equal(multiply(2), want) {
					t.Errorf("other bits in parts of %d", rows)
				}
			}
		})
	}
}

// TestProductRounds: a long sum is cut into rounds, whose number decides how it
// is added up but whose result is the sum.
func TestProductRounds(t *testing.T) {
	for i, c := range productCases[5:8] {
		f, p := c.step(t, uint64(i))
		p.parts.round = 64
		if done, err := p.compute(f, par.Options{Threads: 2}); !done || err != nil {
			t.Fatal(done, err)
		}
		x, err := f.reference(p.v, &f.steps[0])
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range expr.Elements[float64](x) {
			if math.Abs(x-p.out[i]) > 1e-11 {
				t.Fatalf("%s: element %d: %v, want %v", c.src, i, p.out[i], x)
			}
		}
	}
}

// TestProductOfInfinities: where BLAS would leave out what is not finite, plain
// loops compute a product.
func TestProductOfInfinities(t *testing.T) {
	for i, c := range productCases {
		f, p := c.step(t, uint64(i))
		for k, x := range []*operand[float64]{p.a, p.b} {
			data, other := f.data[x.at.id].([]float64), f.data[[]*operand[float64]{p.b, p.a}[k].at.id].([]float64)
			data[len(data)-1], other[len(other)-1] = math.Inf(1), 0 // in the last element they meet
			if done, err := p.compute(f, par.Options{Threads: 2}); err != nil || !done {
				t.Errorf("%s: done %v, %v", c.src, done, err)
			}
			want, err := f.reference(p.v, &f.steps[0])
			if err != nil {
				t.Fatal(err)
			}
			for i, w := range expr.Elements[float64](want) {
				if g := p.out[i]; g != w && (g == g || w == w) && !(math.Abs(g-w) < 1e-11) || i == len(p.out)-1 && g == g {
					t.Fatalf("%s: element %d: %v, want %v", c.src, i, g, w)
				}
			}
		}
	}
}

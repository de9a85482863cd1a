package optimize_test

import (
	"fmt"
	"testing"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/optimize"
)

// families are graphs of any size, of the shapes that have broken simplifiers:
// deep chains, long sums, shared subexpressions, gradients.
var families = []struct {
	name  string
	build func(x *expr.Node, n int) *expr.Node
}{
	{"chain", chain},
	{"affine", func(x *expr.Node, n int) *expr.Node {
		y := x
		for i := range n / 2 {
			y = y.Mul(1 + 1/float64(i+2)).Add(x)
		}
		return y
	}},
	{"sum", func(x *expr.Node, n int) *expr.Node {
		y := x
		for i := range n / 2 {
			y = y.Add(x.Mul(float64(i)))
		}
		return y
	}},
	{"terms", func(x *expr.Node, n int) *expr.Node {
		y, t := x, x
		for range n / 2 {
			t = t.Cos()
			y = y.Add(t)
		}
		return y
	}},
	{"product", func(x *expr.Node, n int) *expr.Node {
		y, t := x, x
		for range n / 2 {
			t = t.Cos()
			y = y.Mul(t)
		}
		return y
	}},
	{"doubling", func(x *expr.Node, n int) *expr.Node { // 2**n paths
		y := x
		for range n / 2 {
			y = y.Add(y.Neg().Exp())
		}
		return y
	}},
	{"layers", func(x *expr.Node, n int) *expr.Node {
		y := x
		for i := range n / 6 {
			y = y.Mul(float64(i%7) + 0.5).Add(x).Neg().Exp().Add(1).Reciprocal()
		}
		return y
	}},
	{"gradient", func(x *expr.Node, n int) *expr.Node {
		y := x
		for range n / 12 {
			y = y.Mul(x).Sin().Add(1)
		}
		return autodiff.Grad(y.Sum(), x)
	}},
}

func chain(x *expr.Node, n int) *expr.Node {
	for range n {
		x = x.Sin()
	}
	return x
}

// TestGrowth: the work for a node does not depend on how many there are. It is
// told by allocations, which are the same on every machine: of a few thousand
// nodes each takes about as many as of a few hundred.
func TestGrowth(t *testing.T) {
	for _, f := range families {
		small, large := allocations(t, f.build, 1000), allocations(t, f.build, 10000)
		if large > 1.3*small {
			t.Errorf("%s: %.1f allocations for each of 10^4 nodes, %.1f for each of 10^3", f.name, large, small)
		}
	}
}

// allocations returns how many allocations it takes to simplify a graph, for
// each of its nodes.
func allocations(t *testing.T, build func(x *expr.Node, n int) *expr.Node, n int) float64 {
	x := expr.Vector("x")
	g := expr.NewGraph([]*expr.Node{x}, build(x, n))
	nodes := 0
	for range g.Nodes() {
		nodes++
	}
	return testing.AllocsPerRun(1, func() {
		if _, _, err := optimize.Run(g, optimize.Options{}); err != nil {
			t.Fatal(err)
		}
	}) / float64(nodes)
}

// TestMillion: a chain of a million nodes does not overflow anything.
func TestMillion(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	x := expr.Vector("x")
	g, _, err := optimize.Run(expr.NewGraph([]*expr.Node{x}, chain(x, 1000000)), optimize.Options{})
	if err != nil {
		t.Fatal(err)
	}
	nodes := 0
	for range g.Nodes() {
		nodes++
	}
	if nodes != 1000001 {
		t.Errorf("%d nodes, want 1000001", nodes)
	}
}

func BenchmarkRun(b *testing.B) {
	for _, f := range families {
		for _, n := range []int{10, 1000, 10000, 100000} {
			b.Run(fmt.Sprintf("%s/%d", f.name, n), func(b *testing.B) {
				x := expr.Vector("x")
				g := expr.NewGraph([]*expr.Node{x}, f.build(x, n))
				for b.Loop() {
					if _, _, err := optimize.Run(g, optimize.Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// TestLongSums: a rule with two parts finds them however far they are apart, and
// all pairs at once.
func TestLongSums(t *testing.T) {
	x := expr.Input("x", expr.Float64, 3)
	pairs := func(n int) *expr.Node {
		y, z := x.Sin().Square(), x.Cos().Square()
		for i := range n {
			angle := x.Mul(float64(i) + 0.5)
			y, z = y.Add(angle.Sin().Square()).Add(angle.Erf()), angle.Cos().Square().Add(z)
		}
		return y.Add(z)
	}
	for _, n := range []int{0, 10, 300} {
		g, trace, err := optimize.Run(expr.NewGraph([]*expr.Node{x}, pairs(n)), optimize.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if trace.Hits()["sin-cos"] == 0 {
			t.Errorf("%d pairs of sin**2 and cos**2: none has met", n+1)
		}
		for y := range g.Nodes() {
			if y.Op() == expr.OpSin || y.Op() == expr.OpCos {
				t.Fatalf("%d pairs of sin**2 and cos**2: %v is left", n+1, y)
			}
		}
	}
}

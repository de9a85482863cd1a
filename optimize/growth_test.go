package optimize_test

import (
	"fmt"
	"slices"
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

// awkward are graphs in which a rule may find the same terms again for each of
// many nodes, or write what is shared more than once.
var awkward = map[string]func(x *expr.Node, n int) *expr.Node{
	"product of sums": folded(3, func(x, y *expr.Node, i int) *expr.Node { return y.Mul(x.Add(i)) }),
	"where": folded(5, func(x, y *expr.Node, i int) *expr.Node {
		return expr.Where(x.Gt(i), y, x.Mul(i))
	}),
	"bounds": folded(6, func(x, y *expr.Node, i int) *expr.Node {
		return y.Maximum(x.Mul(i)).Minimum(x.Add(i))
	}),
	"constant bounds": folded(4, func(x, y *expr.Node, i int) *expr.Node {
		return y.Maximum(float64(i % 100)).Minimum(float64(200 - i%100))
	}),
	"equal terms":   folded(1, func(x, y *expr.Node, i int) *expr.Node { return y.Add(x.Sin()) }),
	"equal factors": folded(1, func(x, y *expr.Node, i int) *expr.Node { return y.Mul(x.Sin()) }),
	"tower":         folded(2, func(x, y *expr.Node, i int) *expr.Node { return y.Add(1).Mul(y.Add(1)) }),
	"squares":       folded(2, func(x, y *expr.Node, i int) *expr.Node { return y.Mul(y).Add(y) }),
	"horner":        folded(3, func(x, y *expr.Node, i int) *expr.Node { return y.Mul(x).Add(i) }),
	"sum of products": folded(6, func(x, y *expr.Node, i int) *expr.Node {
		return y.Add(x.Add(i).Mul(x.Sub(i)))
	}),
	"nested sums of products": folded(6, func(x, y *expr.Node, i int) *expr.Node {
		return y.Mul(x.Sin()).Add(x.Cos().Mul(float64(i) + 0.5)).Mul(y.Add(x.Cos()))
	}),
	"slices": func(x *expr.Node, n int) *expr.Node {
		var parts []any
		for i := range n {
			parts = append(parts, x.Index(expr.Range{Start: i % 8, Stop: i%8 + 2}))
		}
		return expr.Concatenate(0, parts...)
	},
	"joined slices": folded(3, func(x, y *expr.Node, i int) *expr.Node {
		return expr.Concatenate(0, y.Index(expr.Range{Stop: 5}), x.Index(expr.Range{Start: i % 3, Stop: i%3 + 5}))
	}),
	"assignments": folded(2, func(x, y *expr.Node, i int) *expr.Node { return y.SetSubtensor(float64(i), i%10) }),
	"increments":  folded(2, func(x, y *expr.Node, i int) *expr.Node { return y.IncSubtensor(x.Index(i%7), i%10) }),
	"softplus":    folded(4, func(x, y *expr.Node, i int) *expr.Node { return y.Exp().Add(1).Log().Sub(2) }),
	"softmax": folded(6, func(x, y *expr.Node, i int) *expr.Node {
		y = y.Sub(y.Max()).Exp()
		return y.Div(y.Sum())
	}),
	"reshapes":   folded(5, func(x, y *expr.Node, i int) *expr.Node { return y.Reshape(2, -1).T().Exp().Reshape(-1) }),
	"casts":      folded(3, func(x, y *expr.Node, i int) *expr.Node { return y.AsType(expr.Float32).Mul(1.5).AsType(expr.Float64) }),
	"conditions": folded(4, func(x, y *expr.Node, i int) *expr.Node { return y.Mul(x.Lt(i).Or(x.Gt(i + 1)).And(x.Gt(0))) }),
	"exponents":  folded(3, func(x, y *expr.Node, i int) *expr.Node { return y.Add(y.Neg().Exp()) }),
	"products of matrices": func(x *expr.Node, n int) *expr.Node {
		w := x.Outer(x).Add(1)
		return folded(1, func(w, y *expr.Node, i int) *expr.Node { return y.Dot(w) })(w, n)
	},
	"steps": folded(3, func(x, y *expr.Node, i int) *expr.Node { return x.Outer(x).Dot(y).Add(x).Mul(0.5) }),
	"takes": folded(2, func(x, y *expr.Node, i int) *expr.Node { return y.Take([]int{i % 10, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 0) }),
}

// folded returns graphs of about n nodes, f of f of f ... of x, where f makes
// that many nodes.
func folded(nodes int, f func(x, y *expr.Node, i int) *expr.Node) func(x *expr.Node, n int) *expr.Node {
	return func(x *expr.Node, n int) *expr.Node {
		y := x
		for i := range n / nodes {
			y = f(x, y, i)
		}
		return y
	}
}

// TestAwkwardGrowth: what is looked at for a node does not depend on how many
// nodes there are, in awkward graphs and their gradients, and simplification does
// not make graphs much larger.
func TestAwkwardGrowth(t *testing.T) {
	for name, build := range awkward {
		var each [2]float64
		for i, n := range [2]int{300, 3000} {
			x := expr.Input("x", expr.Float64, 10)
			y := build(x, n)
			g := expr.NewGraph([]*expr.Node{x}, y, autodiff.Grad(y.Sum(), x))
			after, trace, err := optimize.Run(g, optimize.Options{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			nodes := trace.Nodes[0]
			each[i] = float64(trace.Looks()) / float64(nodes)
			if now := len(slices.Collect(after.Nodes())); now > nodes*3/2 {
				t.Errorf("%s: %d nodes have become %d", name, nodes, now)
			}
		}
		if each[1] > 1.5*each[0]+10 {
			t.Errorf("%s: %.1f looks for each of 3000 nodes, %.1f for each of 300", name, each[1], each[0])
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

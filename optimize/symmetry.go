package optimize

import (
	"slices"

	"arignote/expr"
)

// Blocks such as f(x[i] - x[j]) for all i and j: where f is even, the block is
// symmetric, and reducing it over i or over j is the same; where f is odd, the
// two sums differ in sign, and the sum over both is 0.

// exchange asks how arrays behave when two of their axes are exchanged. Axes are
// counted from the last, as broadcasting does, so that they are the same for
// all arguments of an element-wise op.
type exchange struct {
	r    *run
	left int // nodes that may still be looked at
}

// maxExchange is the number of nodes that are looked at for one answer.
const maxExchange = 200

// symmetryRules is a table of one row, to be tested like all rules.
var symmetryRules = []Rule{
	{Name: "reduce-symmetric", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean, expr.OpMax, expr.OpMin}, rewrite: reduceSymmetric,
		example: "x: float64[3]; t = sin(expand_dims(x, 0) - expand_dims(x, 1)); sum(t, axis=0), sum(t, axis=1), sum(t)"},
}

// symmetry relates the reductions of a block over its axes to each other. It
// is a pass of its own because it asks for reductions that structure makes.
func symmetry(r *run, _ *expr.Graph) (*opSet, stepFunc) {
	return r.applyTable(r.rules.symmetry)
}

// reduceSymmetric uses the reduction over one axis of a block for that over the
// other, and knows that the sum over both axes of an antisymmetric block is 0.
func reduceSymmetric(r *run, n *expr.Node) *expr.Node {
	x, axes := n.Arg(0), n.Attr().(expr.Axes).Axes
	sums := n.Op() == expr.OpSum || n.Op() == expr.OpMean
	for i, a := range axes {
		for _, b := range axes[i+1:] {
			if sums && n.DType().IsFloat() && r.parity(x, a, b) < 0 {
				return r.weak(0.0)
			}
		}
	}
	if len(axes) != 1 || axes[0]+1 >= x.Rank() {
		return nil
	}
	other := r.otherReduction(n, axes[0]+1)
	if other == nil {
		return nil
	}
	parity := r.parity(x, axes[0], axes[0]+1)
	if parity == 0 || parity < 0 && !(sums && n.DType().IsFloat()) {
		return nil
	}
	if parity < 0 {
		return r.make(n, expr.OpNeg, nil, other)
	}
	return other
}

// otherReduction returns the reduction like n over another axis, if the graph
// has it, with its axes at the place of those of n.
func (r *run) otherReduction(n *expr.Node, axis int) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axes)
	for _, keep := range []bool{false, true} {
		attr := axesAttr([]int{axis}, x.Rank(), keep)
		other := r.existing(n.Op(), attr, []*expr.Node{x})
		if other == nil || r.uses.at(r.id(other)).count == 0 {
			continue
		}
		var pattern []int
		for i := range x.Rank() {
			from := i
			switch {
			case i == a.Axes[0] && a.KeepDims:
				from = -1
			case i == a.Axes[0]:
				continue
			case i == axis:
				from = a.Axes[0]
			case !keep && i > axis:
				from--
			}
			pattern = append(pattern, from)
		}
		if isIdentity(pattern, other.Rank()) {
			return other
		}
		return r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, other)
	}
	return nil
}

// parity is 1 if x with the axes a and b exchanged is x, -1 if it is -x, and 0
// if neither is certain.
func (r *run) parity(x *expr.Node, a, b int) int {
	if d := r.dims(x); d[a] != d[b] || d[a] == 1 {
		return 0
	}
	return (&exchange{r, maxExchange}).parity(x, x.Rank()-1-a, x.Rank()-1-b)
}

// even and odd are functions of one argument: f(-x) is f(x), or -f(x).
var (
	even = []expr.Op{expr.OpAbs, expr.OpSquare, expr.OpCos, expr.OpCosh}
	odd  = []expr.Op{expr.OpNeg, expr.OpSign, expr.OpSin, expr.OpTan, expr.OpSinh, expr.OpTanh, expr.OpArcsin, expr.OpArctan,
		expr.OpArcsinh, expr.OpArctanh, expr.OpErf, expr.OpCbrt, expr.OpReciprocal, expr.OpTrunc, expr.OpRound}
)

func (s *exchange) parity(n *expr.Node, a, b int) int {
	if s.left--; s.left < 0 {
		return 0
	}
	if s.constant(n, a) && s.constant(n, b) {
		return 1
	}
	if n.Op().Reduction() {
		return s.parityReduced(n, a, b)
	}
	if !n.Op().Elementwise() {
		return 0
	}
	if args := n.Args(); len(args) == 2 && (n.Op().Commutative() || n.Op() == expr.OpSub) && s.mirrored(args[0], args[1], a, b) {
		if n.Op() == expr.OpSub {
			return -1
		}
		return 1
	}
	list := make([]int, len(n.Args()))
	for i, x := range n.Args() {
		if list[i] = s.parity(x, a, b); list[i] == 0 {
			return 0
		}
	}
	return combinedParity(n.Op(), list)
}

// combinedParity is the parity of op applied to arguments of the given parities.
func combinedParity(op expr.Op, list []int) int {
	same := !slices.ContainsFunc(list, func(p int) bool { return p != list[0] })
	switch {
	case slices.Contains(even, op):
		return 1
	case slices.Contains(odd, op):
		return list[0]
	case op == expr.OpAdd || op == expr.OpSub:
		if same {
			return list[0]
		}
		return 0
	case op == expr.OpMul || op == expr.OpDiv:
		p := 1
		for _, q := range list {
			p *= q
		}
		return p
	case op == expr.OpWhere && list[0] == 1 && list[1] == list[2]:
		return list[1]
	case same && list[0] == 1:
		return 1
	}
	return 0
}

// parityReduced is the parity of a reduction over other axes.
func (s *exchange) parityReduced(n *expr.Node, a, b int) int {
	p := s.parity(n.Arg(0), beforeReduction(n, a), beforeReduction(n, b))
	if p < 0 && n.Op() != expr.OpSum && n.Op() != expr.OpMean {
		return 0
	}
	return p
}

// beforeReduction returns what axis of the argument of n is axis a of n, both
// counted from the last.
func beforeReduction(n *expr.Node, a int) int {
	k, x := n.Attr().(expr.Axes), n.Arg(0)
	if k.KeepDims {
		return a
	}
	for axis := x.Rank() - 1; axis >= 0; axis-- {
		if slices.Contains(k.Axes, axis) {
			continue
		}
		if a == 0 {
			return x.Rank() - 1 - axis
		}
		a--
	}
	return x.Rank()
}

// constant reports whether n is the same along an axis, because it has length
// 1 there or does not have it.
func (s *exchange) constant(n *expr.Node, axis int) bool {
	d := s.r.dims(n)
	return axis >= len(d) || d[len(d)-1-axis] == 1
}

// mirrored reports whether q is p with the two axes exchanged.
func (s *exchange) mirrored(p, q *expr.Node, a, b int) bool {
	if s.left--; s.left < 0 {
		return false
	}
	if p == q && s.constant(p, a) && s.constant(p, b) {
		return true
	}
	x, from := viewed(p)
	y, to := viewed(q)
	if x == y && (x != p || y != q) {
		from, to = padded(from, max(len(to), a+1, b+1)), padded(to, max(len(from), a+1, b+1))
		last := len(from) - 1
		from[last-a], from[last-b] = from[last-b], from[last-a]
		return slices.Equal(from, to)
	}
	if p.Op() != q.Op() || !sameAttr(p, q) || len(p.Args()) != len(q.Args()) || len(p.Args()) == 0 {
		return false
	}
	switch {
	case p.Op().Elementwise():
		return s.allMirrored(p.Args(), q.Args(), a, b) ||
			len(p.Args()) == 2 && p.Op().Commutative() && s.allMirrored(p.Args(), []*expr.Node{q.Arg(1), q.Arg(0)}, a, b)
	case p.Op().Reduction() && p.Rank() == q.Rank():
		return s.mirrored(p.Arg(0), q.Arg(0), beforeReduction(p, a), beforeReduction(p, b))
	}
	return false
}

func (s *exchange) allMirrored(ps, qs []*expr.Node, a, b int) bool {
	for i := range ps {
		if !s.mirrored(ps[i], qs[i], a, b) {
			return false
		}
	}
	return true
}

// viewed returns the array of which n moves and makes axes, and which axis of
// it each axis of n is: -1 for a new one.
func viewed(n *expr.Node) (x *expr.Node, pattern []int) {
	if n.Op() == expr.OpDimShuffle {
		return n.Arg(0), n.Attr().(expr.Pattern).Axes
	}
	return n, axesAttr(nil, n.Rank(), false).Axes
}

// padded returns a copy of pattern with new axes in front, n in all.
func padded(pattern []int, n int) []int {
	out := make([]int, 0, n)
	for range n - len(pattern) {
		out = append(out, -1)
	}
	return append(out, pattern...)
}

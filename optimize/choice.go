package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// Rewrites of where, and of comparisons and differences that are there the
// other way round too.

// whereHoist computes once what both branches do: where(c, exp(x), exp(y)) is
// exp(where(c, x, y)), where(c, x + 1, x + 2) is x + where(c, 1, 2).
func whereHoist(r *run, n *expr.Node) *expr.Node {
	x, y := n.Arg(1), n.Arg(2)
	if x.Op() != y.Op() || !x.Op().Elementwise() || !sameAttr(x, y) || x == y || !r.once(x) || !r.once(y) ||
		len(x.Args()) != len(y.Args()) || x.DType() != n.DType() || y.DType() != n.DType() {
		return nil
	}
	xs, ys := x.Args(), y.Args()
	if len(xs) == 2 && x.Op().Commutative() && xs[0] != ys[0] && xs[1] != ys[1] && (xs[0] == ys[1] || xs[1] == ys[0]) {
		ys = []*expr.Node{ys[1], ys[0]}
	}
	at := -1 // the argument that differs
	for i := range xs {
		if xs[i] == ys[i] {
			continue
		}
		if at >= 0 || xs[i].DType() != ys[i].DType() || xs[i].Type().Weak != ys[i].Type().Weak {
			return nil
		}
		at = i
	}
	args := slices.Clone(xs)
	args[at] = r.make(n, expr.OpWhere, nil, n.Arg(0), xs[at], ys[at])
	m := r.make(x, x.Op(), x.Attr(), args...)
	if m.Err() != nil || m.DType() != n.DType() || m.OperandDType() != x.OperandDType() {
		return nil
	}
	return m
}

func sameAttr(x, y *expr.Node) bool {
	a, b := x.Attr(), y.Attr()
	return a == nil && b == nil || a != nil && b != nil && a.Key() == b.Key()
}

// whereMerge brings two choices by the same condition together, where that
// leaves nothing to compute in the branches: where(c, x, 0) + where(c, 0, y) is
// where(c, x + 0, 0 + y).
func whereMerge(r *run, n *expr.Node) *expr.Node {
	if len(n.Args()) != 2 {
		return nil
	}
	x, y := n.Arg(0), n.Arg(1)
	if x.Op() != expr.OpWhere || y.Op() != expr.OpWhere || x == y || x.Arg(0) != y.Arg(0) ||
		!r.once(x) || !r.once(y) || x.DType() != y.DType() {
		return nil
	}
	crossed := n.Op().Commutative() && x.Arg(1) == y.Arg(2) && x.Arg(2) == y.Arg(1)
	if !crossed && !(trivial(x.Arg(1), y.Arg(1)) && trivial(x.Arg(2), y.Arg(2))) {
		return nil
	}
	var branch [2]*expr.Node
	for i := range branch {
		branch[i] = r.make(n, n.Op(), n.Attr(), r.cast(n, x.Arg(i+1), x.DType()), r.cast(n, y.Arg(i+1), y.DType()))
	}
	return r.make(n, expr.OpWhere, nil, x.Arg(0), branch[0], branch[1])
}

// trivial reports whether one of two operands is 0, 1 or both are constant, so
// that hardly anything is left of a sum or product of them.
func trivial(x, y *expr.Node) bool {
	a, okA := scalarOf(x)
	b, okB := scalarOf(y)
	return okA && okB || okA && a == 0 || okB && b == 0
}

// compareMirror writes a comparison with its arguments in the order in which they
// were compared first, if both orders are there: y > x is then x < y, and rules for
// two comparisons need not be said for each order.
func compareMirror(r *run, n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if r.firstCompared(y, x) < r.firstCompared(x, y) {
		return r.make(n, mirrored[n.Op()], nil, y, x)
	}
	return nil
}

// firstCompared returns the number of the first comparison of x with y, in this
// order, that has been made; a large one if there is none.
func (r *run) firstCompared(x, y *expr.Node) int32 {
	first := int32(math.MaxInt32)
	for _, op := range comparisons {
		if m := r.existing(op, nil, []*expr.Node{x, y}); m != nil {
			first = min(first, r.id(m))
		}
	}
	return first
}

// dotMirror uses the product of two vectors in the order that is there.
func dotMirror(r *run, n *expr.Node) *expr.Node {
	if n.Arg(0).Rank() != 1 || n.Arg(1).Rank() != 1 || n.Arg(0) == n.Arg(1) {
		return nil
	}
	return r.earlier(n, expr.OpDot)
}

// evenDifference uses abs(x - y) for abs(y - x), if both differences are
// there. It does that for all even functions.
func evenDifference(r *run, n *expr.Node) *expr.Node {
	d := n.Arg(0)
	if d.Op() != expr.OpSub || d.DType() != n.DType() {
		return nil
	}
	if m := r.earlier(d, expr.OpSub); m != nil {
		return r.make(n, n.Op(), nil, m)
	}
	return nil
}

// earlier returns op applied to the arguments of n in the other order, if that
// is a node that came before n.
func (r *run) earlier(n *expr.Node, op expr.Op) *expr.Node {
	if m := r.existing(op, nil, []*expr.Node{n.Arg(1), n.Arg(0)}); m != nil && r.id(m) < r.id(n) {
		return m
	}
	return nil
}

// choiceOfConstants computes with both of two constants, one of which is chosen,
// instead of with the one that was: where(c, 2, 3)*4 is where(c, 8, 12), and
// 1 - p, for a truth value p that was converted, is where(p, 0, 1).
func choiceOfConstants(r *run, n *expr.Node) *expr.Node {
	at, args := -1, n.Args()
	for i, x := range args {
		if _, ok := scalarOf(x); ok && x.Rank() == 0 {
			continue
		}
		if at >= 0 {
			return nil
		}
		at = i
	}
	if at < 0 || n.Op() == expr.OpWhere && at == 0 || n.DType().IsComplex() {
		return nil
	}
	x := args[at]
	condition, branches := r.constantChoice(x)
	if condition == nil || n.Op() == expr.OpCast && x.Op() == expr.OpCast {
		return nil
	}
	for i, b := range branches {
		with := slices.Clone(args)
		with[at] = r.cast(n, b, x.DType())
		if branches[i] = r.computed(r.make(n, n.Op(), n.Attr(), with...)); branches[i] == nil {
			return nil
		}
	}
	return r.make(n, expr.OpWhere, nil, condition, branches[0], branches[1])
}

// constantChoice takes x apart into a condition and two constants, of which it
// chooses for this use alone; a truth value that was converted chooses of 1
// and 0.
func (r *run) constantChoice(x *expr.Node) (condition *expr.Node, branches [2]*expr.Node) {
	switch x.Op() {
	case expr.OpCast:
		if x.Arg(0).DType() == expr.Bool {
			return x.Arg(0), [2]*expr.Node{r.weak(1), r.weak(0)}
		}
	case expr.OpWhere:
		if x.Arg(0).DType() != expr.Bool || !r.once(x) || !r.sameShape(x, x.Arg(0)) {
			return nil, branches
		}
		for i, b := range x.Args()[1:] {
			if _, ok := scalarOf(b); !ok || b.Rank() > 0 {
				return nil, branches
			}
			branches[i] = b
		}
		return x.Arg(0), branches
	}
	return nil, branches
}

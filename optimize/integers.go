package optimize

import "arignote/expr"

// Rewrites of integers that look at the values of constants.

// twice takes n = op(op(x, a), b) apart, with integer constants a and b.
func twice(n *expr.Node) (x *expr.Node, a, b int64, ok bool) {
	inner := n.Arg(0)
	if inner.Op() != n.Op() || inner.DType() != n.DType() || !n.DType().IsInteger() || inner.Arg(0).DType() != n.DType() {
		return nil, 0, 0, false
	}
	p, okA := numberOf(inner.Arg(1), n.DType())
	q, okB := numberOf(n.Arg(1), n.DType())
	return inner.Arg(0), p.i, q.i, okA && okB && inner.Arg(1).Rank()+n.Arg(1).Rank() == 0
}

// floordivFloordiv divides by the product of two positive constants, which
// must be a number of the dtype.
func floordivFloordiv(r *run, n *expr.Node) *expr.Node {
	x, a, b, ok := twice(n)
	limit := int64(1) << (8*n.DType().Size() - 2)
	if !ok || a <= 0 || b <= 0 || a > limit/b {
		return nil
	}
	return r.make(n, expr.OpFloorDiv, nil, x, r.numberNode(whole(a*b), n.DType()))
}

// shiftShift shifts once by the sum of two constants. Shifting by the width
// or more gives 0, or the sign, as two shifts do.
func shiftShift(r *run, n *expr.Node) *expr.Node {
	x, a, b, ok := twice(n)
	if width := int64(8 * n.DType().Size()); !ok || a < 0 || b < 0 || a >= width || b >= width {
		return nil
	}
	return r.make(n, n.Op(), nil, x, r.numberNode(whole(a+b), n.DType()))
}

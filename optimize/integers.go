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

// modOfSum drops multiples of c from x % c, for c a power of two: then wrapping
// does no harm, since it drops multiples of c too.
func modOfSum(r *run, n *expr.Node) *expr.Node {
	x, d := n.Arg(0), n.DType()
	c, ok := numberOf(n.Arg(1), d)
	if !ok || !d.IsInteger() || n.Arg(1).Rank() > 0 || c.i <= 1 || c.i&(c.i-1) != 0 || !r.collected(x, d) {
		return nil
	}
	s := r.gatherSum(x, 0)
	out := newSum(d)
	for _, t := range s.terms {
		if t.coef = whole(t.coef.i & (c.i - 1)); t.coef.i != 0 {
			out.terms = append(out.terms, t)
		}
	}
	out.constant, out.has = whole(s.constant.i&(c.i-1)), s.has
	if out.costBack() >= s.cost {
		return nil
	}
	return r.make(n, expr.OpMod, nil, out.write(r, n), n.Arg(1))
}

// modMod takes the remainder by the second of two divisors if it divides the
// first.
func modMod(r *run, n *expr.Node) *expr.Node {
	x, a, b, ok := twice(n)
	if !ok || a <= 0 || b <= 0 || a%b != 0 {
		return nil
	}
	return r.make(n, expr.OpMod, nil, x, n.Arg(1))
}

// shiftBack masks the bits that are lost by shifting there and back: always to
// the right first; to the left first for unsigned numbers.
func shiftBack(r *run, n *expr.Node) *expr.Node {
	inner, d := n.Arg(0), n.DType()
	if inner.Op() != expr.OpShl && inner.Op() != expr.OpShr || inner.Op() == n.Op() || inner.DType() != d || inner.Arg(0).DType() != d {
		return nil
	}
	a, okA := numberOf(inner.Arg(1), d)
	b, okB := numberOf(n.Arg(1), d)
	width := int64(8 * d.Size())
	if !okA || !okB || a.i != b.i || a.i <= 0 || a.i >= width || inner.Arg(1).Rank()+n.Arg(1).Rank() > 0 {
		return nil
	}
	mask := int64(-1) << a.i
	if inner.Op() == expr.OpShl {
		if d.IsSigned() {
			return nil
		}
		mask = int64(^uint64(0) >> (64 - width) >> a.i)
	}
	return r.make(n, expr.OpAnd, nil, inner.Arg(0), r.numberNode(whole(mask), d))
}

// quotientRemainder puts a number together again from quotient and remainder by
// a constant other than 0, and takes the remainder where it is what is left.
func quotientRemainder(r *run, n *expr.Node) *expr.Node {
	if !n.DType().IsInteger() || len(n.Args()) != 2 {
		return nil
	}
	for i, y := range n.Args() {
		if n.Op() == expr.OpSub && i == 0 {
			continue
		}
		x, c := floored(y, n.DType())
		other := n.Arg(1 - i)
		switch {
		case x == nil:
		case n.Op() == expr.OpSub && other == x:
			return r.make(n, expr.OpMod, nil, x, c)
		case n.Op() == expr.OpAdd && other.Op() == expr.OpMod && other.DType() == n.DType() && other.Arg(0) == x && sameOperand(other.Arg(1), c):
			return x
		}
	}
	return nil
}

// floored takes x // c * c apart, with a constant c other than 0.
func floored(y *expr.Node, d expr.DType) (x, c *expr.Node) {
	if y.Op() != expr.OpMul || len(y.Args()) != 2 || y.DType() != d {
		return nil, nil
	}
	for i, q := range y.Args() {
		c := y.Arg(1 - i)
		z, ok := scalarOf(c)
		if ok && z != 0 && c.Rank() == 0 && q.Op() == expr.OpFloorDiv && q.DType() == d && q.Arg(0).DType() == d && sameOperand(q.Arg(1), c) {
			return q.Arg(0), c
		}
	}
	return nil, nil
}

package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// Rewrites of conversions and of what is computed of converted numbers, for the
// pass simplify.

// castSame drops a conversion to the dtype that is there already.
func castSame(r *run, n *expr.Node) *expr.Node {
	if x := n.Arg(0); n.DType() == x.DType() && !x.Type().Weak {
		return x
	}
	return nil
}

// castCast drops a conversion through a dtype that holds every value of the
// first one.
func castCast(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	if inner.Op() != expr.OpCast {
		return nil
	}
	x := inner.Arg(0)
	if !holdsAll(inner.DType(), x.DType()) {
		return nil
	}
	if x.DType().IsInteger() && !inner.DType().IsInteger() && n.DType().IsInteger() && !holdsAll(n.DType(), x.DType()) {
		return nil // integer to integer wraps, float to integer saturates
	}
	return r.make(n, expr.OpCast, n.Attr(), x)
}

// holdsAll reports whether each number of dtype d is one of dtype wide too.
func holdsAll(wide, d expr.DType) bool {
	switch {
	case wide == d:
		return true
	case wide == expr.Bool:
		return false
	case d == expr.Bool:
		return true
	case d.IsInteger() && wide.IsInteger():
		return d.IsSigned() == wide.IsSigned() && d.Size() <= wide.Size() || d.IsUnsigned() && wide.IsSigned() && d.Size() < wide.Size()
	case d.IsInteger():
		real := wide.Real()
		return d.Size() < real.Size() // 24 bits hold int16, 53 hold int32
	case wide.IsInteger() || d.IsComplex() && !wide.IsComplex():
		return false
	}
	return d.Real().Size() <= wide.Real().Size()
}

// compareCast compares before a conversion that holds every value: two numbers of
// one dtype, or one with a constant of that dtype.
func compareCast(r *run, n *expr.Node) *expr.Node {
	d, args := expr.Bool, slices.Clone(n.Args())
	for i, c := range n.Args() {
		if c.Op() != expr.OpCast {
			continue
		}
		x := c.Arg(0)
		if x.Type().Weak || x.DType() == expr.Bool || d != expr.Bool && x.DType() != d || !holdsAll(c.DType(), x.DType()) {
			return nil
		}
		d, args[i] = x.DType(), x
	}
	for i, c := range n.Args() {
		if c.Op() == expr.OpCast {
			continue
		}
		if args[i] = r.constantOf(c, d); args[i] == nil {
			return nil
		}
	}
	m := r.make(n, n.Op(), nil, args...)
	if m.Err() != nil || m.OperandDType() != d || !holdsAll(n.OperandDType(), d) {
		return nil
	}
	return m
}

// constantOf returns the scalar constant c as one that gives way to d, nil if it
// is none or has no such value.
func (r *run) constantOf(c *expr.Node, d expr.DType) *expr.Node {
	z, ok := scalarOf(c)
	f := real(z)
	switch {
	case !ok || imag(z) != 0 || c.Rank() > 0 || c.DType() == expr.Bool:
		return nil
	case d.IsInteger() && f == math.Trunc(f) && math.Abs(f) < countable && (bounds{f, f}).within(dtypeBounds(d)):
		return r.weak(int(f))
	case d == expr.Float32 && (float64(float32(f)) == f || f != f), d == expr.Float64 && !c.DType().IsInteger():
		return r.weak(f)
	}
	return nil
}

// mulOfTruths multiplies truth values before they become numbers.
func mulOfTruths(r *run, n *expr.Node) *expr.Node {
	var truths []*expr.Node
	for _, x := range n.Args() {
		if x.Op() != expr.OpCast || x.Arg(0).DType() != expr.Bool || x.DType() != n.DType() {
			return nil
		}
		truths = append(truths, x.Arg(0))
	}
	both := truths[0]
	for _, p := range truths[1:] {
		both = r.make(n, expr.OpAnd, nil, both, p)
	}
	return r.cast(n, both, n.DType())
}

// castNarrow computes in float32 what is computed of float32 in float64 and
// rounded to float32 again. The digits of float64 suffice for the two roundings
// to be one (Figueroa, When is double rounding innocuous?, SIGNUM Newsletter 30,
// 1995).
func castNarrow(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if n.DType() != expr.Float32 || x.DType() != expr.Float64 || !r.once(x) || len(x.Args()) > 2 {
		return nil
	}
	switch x.Op() {
	case expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpDiv, expr.OpSquare, expr.OpSqrt, expr.OpReciprocal,
		expr.OpNeg, expr.OpAbs, expr.OpMaximum, expr.OpMinimum:
	default:
		return nil
	}
	args := make([]*expr.Node, len(x.Args()))
	for i, a := range x.Args() {
		if args[i] = a; a.Op() == expr.OpCast && a.Arg(0).DType() == expr.Float32 {
			args[i] = a.Arg(0)
		} else if args[i] = r.constantOf(a, expr.Float32); args[i] == nil {
			return nil
		}
	}
	return r.make(n, x.Op(), nil, args...)
}

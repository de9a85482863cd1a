package optimize

import (
	"slices"

	"arignote/expr"
)

// Rewrites of the largest and smallest elements: a function that keeps the
// order is applied to one element instead of all.

// rising are functions that never fall, where they are defined; those before
// OpFloor do not stay the same either.
var rising = []expr.Op{
	expr.OpExp, expr.OpExp2, expr.OpExpm1, expr.OpLog, expr.OpLog2, expr.OpLog10, expr.OpLog1p, expr.OpSqrt, expr.OpCbrt,
	expr.OpSigmoid, expr.OpSoftplus, expr.OpTanh, expr.OpSinh, expr.OpArctan, expr.OpArcsinh, expr.OpArctanh, expr.OpArcsin,
	expr.OpArccosh, expr.OpErf, expr.OpErfinv,
	expr.OpFloor, expr.OpCeil, expr.OpTrunc, expr.OpRound, expr.OpSign, expr.OpRelu,
}

// strictlyRising reports whether different arguments have different results.
func strictlyRising(op expr.Op) bool {
	i := slices.Index(rising, op)
	return i >= 0 && i < slices.Index(rising, expr.OpFloor)
}

// opposite exchanges largest and smallest.
var opposite = map[expr.Op]expr.Op{
	expr.OpMax: expr.OpMin, expr.OpMin: expr.OpMax, expr.OpArgmax: expr.OpArgmin, expr.OpArgmin: expr.OpArgmax,
}

// extremumMonotone applies a function to the extremum instead of to all
// elements: max(exp(x)) is exp(max(x)), min(a - x) is a - max(x).
func extremumMonotone(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axes)
	if !r.once(x) || !n.DType().IsFloat() || x.DType() != n.DType() || len(a.Axes) == 0 {
		return nil
	}
	of := func(op expr.Op, y *expr.Node) *expr.Node { return r.make(n, op, a, y) }
	switch {
	case slices.Contains(rising, x.Op()) && x.Arg(0).DType() == x.DType():
		return r.make(n, x.Op(), nil, of(n.Op(), x.Arg(0)))
	case x.Op() == expr.OpNeg:
		return r.make(n, expr.OpNeg, nil, of(opposite[n.Op()], x.Arg(0)))
	case x.Op() == expr.OpMaximum || x.Op() == expr.OpMinimum:
		return r.extremumBounded(n, x, a)
	case sumOp(x.Op()):
		if same, rest := r.splitConstant(x, a.Axes); rest != nil {
			return r.addReduced(n, of(n.Op(), rest), same, x.Rank())
		}
	case x.Op() == expr.OpMul:
		if c, rest := r.takeCoefficient(x, x.DType()); rest != nil && c.f != 0 && r.sameShape(rest, x) {
			op := n.Op()
			if c.f < 0 {
				op = opposite[op]
			}
			return r.scaledOrNeg(n, c.f, of(op, rest))
		}
	}
	return nil
}

// extremumBounded takes a bound that is the same for all elements out.
func (r *run) extremumBounded(n, x *expr.Node, a expr.Axes) *expr.Node {
	for i, bound := range x.Args() {
		y := x.Arg(1 - i)
		if bound.DType() == n.DType() && r.constantAlong(bound, a.Axes, x.Rank()) || bound.Type().Weak {
			if !r.sameShape(y, x) || y.DType() != n.DType() {
				return nil
			}
			return r.make(n, x.Op(), nil, r.make(n, n.Op(), a, y), r.reducedFactor(n, bound, a, x.Rank()))
		}
	}
	return nil
}

// argMonotone looks for the extremum before a function that keeps the order:
// argmax(softmax(x)) is argmax(x).
func argMonotone(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axis)
	if !x.DType().IsFloat() {
		return nil
	}
	along := []int{a.Axis}
	if a.Axis < 0 {
		along = axesAttr(nil, x.Rank(), false).Axes
	}
	switch {
	case strictlyRising(x.Op()) && x.Arg(0).DType() == x.DType():
		return r.make(n, n.Op(), a, x.Arg(0))
	case x.Op() == expr.OpSoftmax || x.Op() == expr.OpLogSoftmax:
		if k := x.Attr().(expr.Axis).Axis; len(along) == 1 && k == along[0] {
			return r.make(n, n.Op(), a, x.Arg(0))
		}
	case x.Op() == expr.OpNeg:
		return r.make(n, opposite[n.Op()], a, x.Arg(0))
	case sumOp(x.Op()):
		if _, rest := r.splitConstant(x, along); rest != nil {
			return r.make(n, n.Op(), a, rest)
		}
	case x.Op() == expr.OpMul:
		if c, rest := r.takeCoefficient(x, x.DType()); rest != nil && c.f != 0 && r.sameShape(rest, x) {
			op := n.Op()
			if c.f < 0 {
				op = opposite[op]
			}
			return r.make(n, op, a, rest)
		}
	}
	return nil
}

// extremumHoist applies to the larger of two, or the smaller, what was applied
// to both: maximum(exp(x), exp(y)) is exp(maximum(x, y)).
func extremumHoist(r *run, n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if x.Op() != y.Op() || x == y || len(x.Args()) != len(y.Args()) || !n.DType().IsFloat() || x.DType() != n.DType() || y.DType() != n.DType() ||
		!r.once(x) || !r.once(y) {
		return nil
	}
	if len(x.Args()) == 1 {
		if slices.Contains(rising, x.Op()) && x.Arg(0).DType() == n.DType() && y.Arg(0).DType() == n.DType() {
			return r.make(n, x.Op(), nil, r.make(n, n.Op(), nil, x.Arg(0), y.Arg(0)))
		}
		return nil
	}
	for i, common := range x.Args() {
		j := i
		if x.Op().Commutative() && !sameOperand(common, y.Arg(i)) {
			j = 1 - i
		}
		if len(x.Args()) != 2 || !sameOperand(common, y.Arg(j)) {
			continue
		}
		if op := extremumThrough(n.Op(), x.Op(), i, common); op != expr.OpInvalid {
			args := []*expr.Node{common, common}
			args[1-i] = r.make(n, op, nil, x.Arg(1-i), y.Arg(1-j))
			return r.make(n, x.Op(), nil, args...)
		}
	}
	return nil
}

// extremumThrough returns which of the other arguments makes an operation with
// the common argument number i the largest, or the smallest, as op asks.
func extremumThrough(op, through expr.Op, i int, common *expr.Node) expr.Op {
	b := boundsOf(common)
	switch {
	case through == expr.OpAdd, through == expr.OpMaximum, through == expr.OpMinimum, through == expr.OpSub && i == 1, through == expr.OpMul && b.lo >= 0:
		return op
	case through == expr.OpSub, through == expr.OpMul && b.hi <= 0:
		return dual[op]
	}
	return expr.OpInvalid
}

package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// What is known of the values of a node without computing them.

// factDepth is how many levels of a node are looked at.
const factDepth = 8

// nonNegative reports whether every element of n that is a number is 0 or
// more, -0 included.
func nonNegative(n *expr.Node) bool { return boundsOf(n).lo >= 0 }

// positive reports whether every element of n that is a number is above 0, or
// has underflowed to 0.
func positive(n *expr.Node) bool { return boundsOf(n).lo > 0 || positiveWithin(n, factDepth) }

// positiveWithin is positive, looking at so many levels.
func positiveWithin(n *expr.Node, depth int) bool {
	if depth == 0 || n.DType().IsComplex() {
		return false
	}
	if z, ok := scalarOf(n); ok {
		return real(z) > 0
	}
	known := func(x *expr.Node) bool { return positiveWithin(x, depth-1) }
	switch n.Op() {
	case expr.OpExp, expr.OpExp2, expr.OpSigmoid, expr.OpSoftplus, expr.OpCosh, expr.OpErfc, expr.OpErfcx, expr.OpSoftmax:
		return true
	case expr.OpSqrt, expr.OpReciprocal, expr.OpCast:
		return n.DType().IsFloat() && known(n.Arg(0))
	case expr.OpAdd: // one is enough, if no other is negative
		return n.DType().IsFloat() && slices.ContainsFunc(n.Args(), known) && allOf(n.Args(), nonNegative)
	case expr.OpMul, expr.OpDiv, expr.OpMinimum:
		return n.DType().IsFloat() && allOf(n.Args(), known)
	case expr.OpMaximum:
		return known(n.Arg(0)) || known(n.Arg(1))
	case expr.OpWhere:
		return known(n.Arg(1)) && known(n.Arg(2))
	case expr.OpSum: // of nothing it is 0
		count, counted := reducedCount(n)
		return n.DType().IsFloat() && counted && count > 0 && known(n.Arg(0))
	case expr.OpProd, expr.OpMean, expr.OpMax, expr.OpMin:
		return n.DType().IsFloat() && known(n.Arg(0))
	}
	return n.Op().View() && known(n.Arg(0))
}

// allOf reports whether all members of a list are so.
func allOf[T any](list []T, is func(T) bool) bool {
	return !slices.ContainsFunc(list, func(x T) bool { return !is(x) })
}

// integral reports whether every element of n that is finite is an integer.
func integral(n *expr.Node) bool {
	switch n.Op() {
	case expr.OpFloor, expr.OpCeil, expr.OpTrunc, expr.OpRound, expr.OpSign:
		return !n.DType().IsComplex()
	case expr.OpCast:
		return integral(n.Arg(0))
	}
	return !n.DType().Inexact()
}

// Rewrites that follow from what is known.

// roundWhole drops the rounding of integers.
func roundWhole(r *run, n *expr.Node) *expr.Node {
	if !integral(n.Arg(0)) || n.Arg(0).Type().Weak {
		return nil
	}
	return r.cast(n, n.Arg(0), n.DType())
}

// signPositive is 1.
func signPositive(r *run, n *expr.Node) *expr.Node {
	if n.DType().IsFloat() && positive(n.Arg(0)) {
		return r.weak(1)
	}
	return nil
}

// signScaled drops a constant factor, but for its sign.
func signScaled(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if x.Op() != expr.OpMul || !n.DType().IsFloat() {
		return nil
	}
	c, rest := r.takeCoefficient(x, n.DType())
	if rest == nil || c.f == 0 {
		return nil
	}
	return r.scaledOrNeg(n, math.Copysign(1, c.f), r.make(n, expr.OpSign, nil, rest))
}

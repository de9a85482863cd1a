package optimize

import (
	"math"

	"arignote/expr"
)

// What is known of the values of a node without computing them.

// factDepth is how many levels of a node are looked at.
const factDepth = 8

// nonNegative reports whether every element of n that is a number is 0 or
// more, -0 included. Overflow of integers does not count as a number.
func nonNegative(n *expr.Node) bool { return signKnown(n, false, factDepth) }

// positive reports whether every element of n that is a number is above 0, or
// has underflowed to 0.
func positive(n *expr.Node) bool { return signKnown(n, true, factDepth) }

// signKnown is positive if strict, else nonNegative.
func signKnown(n *expr.Node, strict bool, depth int) bool {
	if depth == 0 || n.DType().IsComplex() {
		return false
	}
	if z, ok := scalarOf(n); ok {
		return real(z) > 0 || !strict && real(z) == 0
	}
	known := func(x *expr.Node) bool { return signKnown(x, strict, depth-1) }
	switch op := n.Op(); op {
	case expr.OpExp, expr.OpExp2, expr.OpSigmoid, expr.OpSoftplus, expr.OpCosh, expr.OpErfc, expr.OpErfcx, expr.OpSoftmax:
		return true
	case expr.OpAbs, expr.OpSquare:
		return !strict && n.DType().IsFloat()
	case expr.OpSqrt, expr.OpReciprocal, expr.OpCast:
		return n.DType().IsFloat() && (known(n.Arg(0)) || !strict && op == expr.OpSqrt)
	case expr.OpRelu, expr.OpHypot, expr.OpArccos, expr.OpArccosh:
		return !strict
	case expr.OpAdd, expr.OpMul, expr.OpDiv, expr.OpMinimum:
		return n.DType().IsFloat() && allOf(n.Args(), known)
	case expr.OpMaximum:
		return known(n.Arg(0)) || known(n.Arg(1))
	case expr.OpWhere:
		return known(n.Arg(1)) && known(n.Arg(2))
	case expr.OpSum, expr.OpProd, expr.OpMean, expr.OpMax, expr.OpMin:
		return n.DType().IsFloat() && known(n.Arg(0))
	}
	return n.Op().View() && known(n.Arg(0)) || !strict && (n.DType().IsUnsigned() || n.DType() == expr.Bool)
}

func allOf(list []*expr.Node, is func(*expr.Node) bool) bool {
	for _, n := range list {
		if !is(n) {
			return false
		}
	}
	return true
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

// absNonNegative drops the absolute value of what has no sign, and the part of
// a number below 0 (relu) that it does not have.
func absNonNegative(r *run, n *expr.Node) *expr.Node {
	if nonNegative(n.Arg(0)) {
		return n.Arg(0)
	}
	return nil
}

// maximumNonNegative drops a lower bound that is none.
func maximumNonNegative(r *run, n *expr.Node) *expr.Node {
	for i, x := range n.Args() {
		if z, ok := scalarOf(x); ok && real(z) <= 0 && nonNegative(n.Arg(1-i)) {
			return n.Arg(1 - i)
		}
	}
	return nil
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

// mirrored maps a comparison to the one that says the same of its arguments
// in the other order.
var mirrored = map[expr.Op]expr.Op{
	expr.OpLt: expr.OpGt, expr.OpGt: expr.OpLt, expr.OpLe: expr.OpGe, expr.OpGe: expr.OpLe,
}

// compareNonNegative decides x < c and x >= c where x has no sign and c is not
// above 0, in either order.
func compareNonNegative(r *run, n *expr.Node) *expr.Node {
	x, c, op := n.Arg(0), n.Arg(1), n.Op()
	if _, ok := scalarOf(x); ok {
		x, c, op = c, x, mirrored[op]
	}
	z, ok := scalarOf(c)
	if !ok || imag(z) != 0 || real(z) > 0 || !nonNegative(x) {
		return nil
	}
	switch {
	case op == expr.OpLt:
		return r.weak(false)
	case op == expr.OpGe:
		return r.weak(true)
	case op == expr.OpGt && real(z) < 0:
		return r.weak(true)
	case op == expr.OpLe && real(z) < 0:
		return r.weak(false)
	}
	return nil
}

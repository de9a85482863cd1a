package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// bounds are numbers between which every element of a node lies that is a
// number. Those of integers hold for their values after wrapping.
type bounds struct{ lo, hi float64 }

// unbounded is what is known of nothing in particular.
var unbounded = bounds{math.Inf(-1), math.Inf(1)}

// within reports whether all numbers of b are numbers of c.
func (b bounds) within(c bounds) bool { return c.lo <= b.lo && b.hi <= c.hi }

// join returns the bounds of what lies in b or in c.
func (b bounds) join(c bounds) bounds { return bounds{math.Min(b.lo, c.lo), math.Max(b.hi, c.hi)} }

// dtypeBounds returns the range of a dtype. That of 64 bits is rounded outwards.
func dtypeBounds(d expr.DType) bounds {
	bits := float64(8 * d.Size())
	switch {
	case d == expr.Bool:
		return bounds{0, 1}
	case d.IsUnsigned():
		return bounds{0, math.Exp2(bits) - 1}
	case d.IsInteger():
		return bounds{-math.Exp2(bits - 1), math.Exp2(bits-1) - 1}
	}
	return unbounded
}

// functionBounds are the ranges of functions of real numbers.
var functionBounds = [expr.NumOps]bounds{
	expr.OpExp: {0, math.Inf(1)}, expr.OpExp2: {0, math.Inf(1)}, expr.OpSoftplus: {0, math.Inf(1)}, expr.OpErfcx: {0, math.Inf(1)},
	expr.OpRelu: {0, math.Inf(1)}, expr.OpHypot: {0, math.Inf(1)}, expr.OpSqrt: {0, math.Inf(1)}, expr.OpArccosh: {0, math.Inf(1)},
	expr.OpCosh: {1, math.Inf(1)}, expr.OpSigmoid: {0, 1}, expr.OpSoftmax: {0, 1}, expr.OpErfc: {0, 2}, expr.OpArccos: {0, math.Pi},
	expr.OpSin: {-1, 1}, expr.OpCos: {-1, 1}, expr.OpTanh: {-1, 1}, expr.OpErf: {-1, 1}, expr.OpSign: {-1, 1},
	expr.OpArctan: {-math.Pi / 2, math.Pi / 2}, expr.OpArcsin: {-math.Pi / 2, math.Pi / 2},
	expr.OpExpm1: {-1, math.Inf(1)}, expr.OpLogSoftmax: {math.Inf(-1), 0}, expr.OpLog1mExp: {math.Inf(-1), 0},
}

// finder finds bounds. It looks at so many nodes more.
type finder struct{ left int }

// boundsOf returns what is known of the elements of n.
func boundsOf(n *expr.Node) bounds { return (&finder{left: 32}).find(n) }

// countable is the largest integer to which floats can count.
const countable = 1 << 53

// find is boundsOf.
func (f *finder) find(n *expr.Node) bounds {
	if n.Type().IsTuple() || n.DType().IsComplex() {
		return unbounded
	}
	all := dtypeBounds(n.DType())
	if z, ok := scalarOf(n); ok {
		if math.IsNaN(real(z)) || n.DType().IsInteger() && math.Abs(real(z)) > countable {
			return all
		}
		return bounds{real(z), real(z)}
	}
	if b := functionBounds[n.Op()]; b != (bounds{}) && n.DType().IsFloat() {
		return b
	}
	if f.left--; f.left < 0 || len(n.Args()) == 0 {
		return all
	}
	b := f.derived(n, all)
	if !b.within(all) || math.IsNaN(b.lo) || math.IsNaN(b.hi) {
		return all // it may wrap
	}
	return b
}

// derived returns the bounds that follow from those of the arguments.
func (f *finder) derived(n *expr.Node, all bounds) bounds {
	var known [3]bool // of the first arguments
	var found [3]bounds
	arg := func(i int) bounds {
		if i >= len(found) {
			return f.find(n.Arg(i))
		}
		if !known[i] {
			known[i], found[i] = true, f.find(n.Arg(i))
		}
		return found[i]
	}
	switch {
	case n.Op().View(), keepsBounds(n.Op()):
		return arg(0)
	case n.Op() == expr.OpConcatenate:
		b := arg(0)
		for i := range n.Args() {
			b = b.join(arg(i))
		}
		return b
	case n.Op() == expr.OpSize || n.Op() == expr.OpShape:
		return bounds{0, all.hi}
	case n.DType().IsFloat() && (n.Op() == expr.OpSum || n.Op() == expr.OpProd) && arg(0).lo >= 0:
		return bounds{0, all.hi}
	case n.Op().Elementwise():
		return elementBounds(n, arg)
	}
	return all
}

// keepsBounds reports whether results of op are, or lie between, elements of
// its first argument.
func keepsBounds(op expr.Op) bool {
	switch op {
	case expr.OpMax, expr.OpMin, expr.OpMean, expr.OpTake, expr.OpSort:
		return true
	}
	return false
}

// elementBounds returns the bounds of an element-wise op, those of its
// arguments being arg(0), arg(1) ...; they may be beyond the dtype.
func elementBounds(n *expr.Node, arg func(i int) bounds) bounds {
	all, float := dtypeBounds(n.DType()), n.DType().IsFloat()
	switch n.Op() {
	case expr.OpAbs:
		switch b := arg(0); {
		case b.lo >= 0:
			return b
		case float || b.lo >= -countable: // the least integer stays what it is
			return bounds{0, math.Max(-b.lo, b.hi)}
		}
	case expr.OpSquare:
		if b := arg(0); float || math.Max(-b.lo, b.hi) < math.MaxInt32 {
			return bounds{0, math.Max(b.lo*b.lo, b.hi*b.hi)}
		}
	case expr.OpNeg:
		if b := arg(0); float || math.Max(-b.lo, b.hi) <= countable {
			return bounds{-b.hi, -b.lo}
		}
	case expr.OpNot:
		if b := arg(0); n.DType() != expr.Bool && n.DType().IsSigned() && math.Max(-b.lo, b.hi) <= countable {
			return bounds{-b.hi - 1, -b.lo - 1}
		}
	case expr.OpReciprocal:
		if float && arg(0).lo >= 0 {
			return bounds{0, all.hi}
		}
	case expr.OpDiv:
		if float && arg(0).lo >= 0 && arg(1).lo >= 0 {
			return bounds{0, all.hi}
		}
	case expr.OpCast:
		b := arg(0)
		if n.DType() == expr.Bool {
			return all
		}
		if !float && n.Arg(0).DType().Inexact() {
			b = b.join(bounds{0, 0}) // of NaN
		}
		return b
	case expr.OpAdd, expr.OpSub, expr.OpMul:
		return arithmeticBounds(n, arg)
	case expr.OpMaximum:
		return bounds{math.Max(arg(0).lo, arg(1).lo), math.Max(arg(0).hi, arg(1).hi)}
	case expr.OpMinimum:
		return bounds{math.Min(arg(0).lo, arg(1).lo), math.Min(arg(0).hi, arg(1).hi)}
	case expr.OpClip:
		return bounds{math.Min(math.Max(arg(0).lo, arg(1).lo), arg(2).lo), math.Min(math.Max(arg(0).hi, arg(1).hi), arg(2).hi)}
	case expr.OpWhere:
		return arg(1).join(arg(2))
	case expr.OpMod, expr.OpFloorDiv, expr.OpAnd, expr.OpShr:
		return integerBounds(n, arg)
	}
	return all
}

// arithmeticBounds returns the bounds of a sum, difference or product. What is
// rounded up or down is so for the bounds too.
func arithmeticBounds(n *expr.Node, arg func(i int) bounds) bounds {
	if n.DType() == expr.Bool || n.DType() == expr.Float32 {
		return signOfArithmetic(n, arg)
	}
	b := arg(0)
	if n.DType().IsFloat() && b == unbounded && n.Op() != expr.OpMul {
		return b
	}
	for i := range n.Args()[1:] {
		c := arg(i + 1)
		switch n.Op() {
		case expr.OpAdd:
			b = bounds{b.lo + c.lo, b.hi + c.hi}
		case expr.OpSub:
			b = bounds{b.lo - c.hi, b.hi - c.lo}
		case expr.OpMul:
			b = b.times(c)
		}
		if b == unbounded || !n.DType().IsFloat() && math.Max(-b.lo, b.hi) > countable {
			return unbounded
		}
	}
	return b
}

// times returns the bounds of a product. A factor 0 times an infinite bound is
// 0: the bound is not reached.
func (b bounds) times(c bounds) bounds {
	product := func(x, y float64) float64 {
		if x == 0 || y == 0 {
			return 0
		}
		return float64(x * y)
	}
	p, q, s, t := product(b.lo, c.lo), product(b.lo, c.hi), product(b.hi, c.lo), product(b.hi, c.hi)
	return bounds{min(p, q, s, t), max(p, q, s, t)}
}

// signOfArithmetic knows that sums and products of what is not negative are not
// negative either, in whatever precision.
func signOfArithmetic(n *expr.Node, arg func(i int) bounds) bounds {
	b := dtypeBounds(n.DType())
	if n.Op() == expr.OpSub {
		return b
	}
	for i := range n.Args() {
		if arg(i).lo < 0 {
			return b
		}
	}
	b.lo = 0
	return b
}

// integerBounds returns the bounds of x % c, x // c, x & c and x >> c for
// constants c that are not negative.
func integerBounds(n *expr.Node, arg func(i int) bounds) bounds {
	all := dtypeBounds(n.DType())
	z, ok := scalarOf(n.Arg(1))
	c, b := real(z), arg(0)
	if n.DType().IsFloat() && n.Op() == expr.OpMod && ok && c > 0 {
		return bounds{0, c}
	}
	if !n.DType().IsInteger() {
		return all
	}
	switch {
	case n.Op() == expr.OpAnd:
		for i := range 2 { // a number that is not negative has no bits above those of a bound
			if arg(i).lo >= 0 {
				all = bounds{0, math.Min(all.hi, arg(i).hi)}
			}
		}
	case !ok || c < 0 || n.DType() != n.OperandDType():
	case n.Op() == expr.OpMod && c > 0 && 0 <= b.lo && b.hi < c:
		return b
	case n.Op() == expr.OpMod && c > 0:
		return bounds{0, c - 1}
	case n.Op() == expr.OpFloorDiv && c > 0:
		return bounds{math.Floor(b.lo / c), math.Floor(b.hi / c)}
	case n.Op() == expr.OpShr && c < 63:
		return bounds{math.Floor(b.lo / math.Exp2(c)), math.Floor(b.hi / math.Exp2(c))}
	}
	return all
}

// Rewrites that follow from bounds.

// mirrored maps a comparison to the one that says the same of its arguments
// in the other order.
var mirrored = map[expr.Op]expr.Op{
	expr.OpLt: expr.OpGt, expr.OpGt: expr.OpLt, expr.OpLe: expr.OpGe, expr.OpGe: expr.OpLe,
}

// compareBounds decides a comparison of arguments that do not overlap, or do in
// one point.
func compareBounds(r *run, n *expr.Node) *expr.Node {
	x, y, op := n.Arg(0), n.Arg(1), n.Op()
	if x.DType().IsComplex() || y.DType().IsComplex() || x == y {
		return nil
	}
	if mixedIntegers(x, y) {
		return nil
	}
	if op == expr.OpGt || op == expr.OpGe {
		x, y, op = y, x, mirrored[op]
	}
	a, b := boundsOf(x), boundsOf(y)
	switch {
	case op == expr.OpLt && a.hi < b.lo, op == expr.OpLe && (a.hi <= b.lo || atLeast(y, x)):
		return r.weak(true)
	case op == expr.OpLt && (a.lo >= b.hi || atLeast(x, y)), op == expr.OpLe && a.lo > b.hi:
		return r.weak(false)
	}
	return nil
}

// atLeast reports whether no element of x is below that of y, by what x and y are:
// maximum(x, y), abs(y) and relu(y) are not below y, minimum(x, y) is not above x.
func atLeast(x, y *expr.Node) bool {
	if x.DType() != y.DType() {
		return false
	}
	below, above := []*expr.Node{x}, []*expr.Node{y}
	switch x.Op() {
	case expr.OpMaximum, expr.OpAbs, expr.OpRelu:
		below = append(below, x.Args()...)
	}
	if y.Op() == expr.OpMinimum {
		above = append(above, y.Args()...)
	}
	return slices.ContainsFunc(above, func(a *expr.Node) bool { return slices.Contains(below, a) && a.DType() == x.DType() })
}

// mixedIntegers reports whether x and y are compared in a dtype that does not
// hold all of their numbers: integers of 64 bits that floats round.
func mixedIntegers(x, y *expr.Node) bool {
	big := func(n *expr.Node) bool {
		b := boundsOf(n)
		return n.DType().IsInteger() && math.Max(-b.lo, b.hi) > countable
	}
	return x.DType() != y.DType() && !x.Type().Weak && !y.Type().Weak && (big(x) || big(y))
}

// absBounds drops the absolute value of what has no sign, and the part of
// a number below 0 (relu) that it does not have; of what is never above 0 the
// one is the negative and the other 0.
func absBounds(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	switch b := boundsOf(x); {
	case b.lo >= 0:
		return x
	case b.hi > 0:
	case n.Op() == expr.OpRelu:
		return r.weak(0)
	case n.DType().IsFloat():
		return r.make(n, expr.OpNeg, nil, x)
	}
	return nil
}

// extremumBounds drops what is never the larger one, or never the smaller one.
func extremumBounds(r *run, n *expr.Node) *expr.Node {
	if n.DType().IsComplex() || mixedIntegers(n.Arg(0), n.Arg(1)) {
		return nil
	}
	if larger, ok := r.apart(n); ok {
		return n.Arg(larger ^ oneOf(n.Op() == expr.OpMinimum))
	}
	for i, x := range n.Args() {
		y := n.Arg(1 - i)
		a, b := boundsOf(x), boundsOf(y)
		if n.Op() == expr.OpMinimum {
			a, b = bounds{-a.hi, -a.lo}, bounds{-b.hi, -b.lo}
		}
		if a.hi <= b.lo && !math.IsInf(b.lo, 0) {
			return y
		}
	}
	return nil
}

// apart tells which argument of n is larger where they differ by a number: of x and
// x + 3 the second. Integers wrap, and are not told.
func (r *run) apart(n *expr.Node) (larger int, ok bool) {
	x, y, d := n.Arg(0), n.Arg(1), n.DType()
	if !d.IsFloat() || !r.collected(x, d) && !r.collected(y, d) {
		return 0, false
	}
	s, ok := r.difference(x, y, d)
	return oneOf(ok && s.constant.f < 0), ok && len(s.left()) == 0
}

// clipBounds drops bounds that are none.
func clipBounds(r *run, n *expr.Node) *expr.Node {
	x, lo, hi := n.Arg(0), n.Arg(1), n.Arg(2)
	if n.DType().IsComplex() || mixedIntegers(x, lo) || mixedIntegers(x, hi) {
		return nil
	}
	b, l, h := boundsOf(x), boundsOf(lo), boundsOf(hi)
	switch {
	case l.hi > h.lo:
		return nil // which of the two counts is another question
	case l.hi <= b.lo && b.hi <= h.lo:
		return x
	case l.hi <= b.lo && !math.IsInf(b.lo, 0):
		return r.make(n, expr.OpMinimum, nil, x, hi)
	case b.hi <= h.lo && !math.IsInf(b.hi, 0):
		return r.make(n, expr.OpMaximum, nil, x, lo)
	}
	return nil
}

// integerWithin drops %, &, // and >> by constants that have nothing to do:
// x % c and x & 7 are x, x // c and x >> 3 are 0, for small x.
func integerWithin(r *run, n *expr.Node) *expr.Node {
	x, d := n.Arg(0), n.DType()
	z, ok := scalarOf(n.Arg(1))
	c := real(z)
	if !ok || c < 0 || !d.IsInteger() || x.DType() != d || n.OperandDType() != d {
		return nil
	}
	b := boundsOf(x)
	switch {
	case b.lo < 0:
	case (n.Op() == expr.OpMod || n.Op() == expr.OpFloorDiv) && b.hi < c:
		return r.wholeOrZero(n, n.Op() == expr.OpMod)
	case n.Op() == expr.OpAnd && c < countable && math.Exp2(math.Round(math.Log2(c+1))) == c+1 && b.hi <= c:
		return x
	case n.Op() == expr.OpShr && c < 63 && b.hi < math.Exp2(c):
		return r.weak(0)
	}
	return nil
}

// wholeOrZero returns the first argument of n if whole, else 0.
func (r *run) wholeOrZero(n *expr.Node, whole bool) *expr.Node {
	if whole {
		return n.Arg(0)
	}
	return r.weak(0)
}

// discrete is the rewrite f for arguments that are no floats.
func discrete(f func(r *run, n *expr.Node) *expr.Node) func(r *run, n *expr.Node) *expr.Node {
	return func(r *run, n *expr.Node) *expr.Node {
		if !allOf(n.Args(), func(x *expr.Node) bool { return !x.DType().Inexact() }) {
			return nil
		}
		return f(r, n)
	}
}

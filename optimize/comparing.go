package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// Rewrites of comparisons by what their two sides have in common, and of
// choices between what is compared.

// compareSum collects the difference of two sides that are compared: what both
// add cancels, constants meet, a common coefficient is divided out. x + 1 < y +
// 1 is x < y, 2*x > 4 is x > 2. Of integers, whose sums wrap, it does so for ==
// and !=, without dividing.
func compareSum(r *run, n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	d := n.OperandDType()
	ordered := n.Op() != expr.OpEq && n.Op() != expr.OpNe
	if x == y || !(d.IsFloat() || d.IsInteger() && !ordered) || !r.collected(x, d) && !r.collected(y, d) {
		return nil
	}
	s, ok := r.difference(x, y, d)
	if !ok {
		return nil
	}
	coef := commonCoefficient(s)
	if len(s.left()) == 0 {
		return r.comparedWithZero(n, s)
	}
	if !d.IsFloat() || coef == 0 {
		coef = 1
	}
	left, right, cost := s.apart(coef)
	if !ordered && !(wholeBelow(left.constant.f) && wholeBelow(right.constant.f) && wholeBelow(math.Log2(coef))) {
		return nil // what is equal after rounding need not be before
	}
	if cost >= s.cost || math.IsInf(right.constant.f, 0) || math.IsInf(left.constant.f, 0) {
		return nil
	}
	return r.make(n, n.Op(), nil, left.write(r, n), right.write(r, n))
}

// wholeBelow reports whether f is a whole number to which floats can count.
func wholeBelow(f float64) bool { return f == math.Trunc(f) && math.Abs(f) < countable }

// collected reports whether x is a sum or product of dtype d that nothing else
// uses.
func (r *run) collected(x *expr.Node, d expr.DType) bool {
	return (sumOp(x.Op()) || x.Op() == expr.OpMul) && r.opens(x, d) && len(x.Args()) <= maxShared
}

// difference collects x - y. It fails if a side is of another dtype.
func (r *run) difference(x, y *expr.Node, d expr.DType) (*sum, bool) {
	s := newSum(d)
	for i, side := range []*expr.Node{x, y} {
		if side.DType() != d && !side.Type().Weak {
			return nil, false
		}
		sign := number{f: 1 - 2*float64(i), i: int64(1 - 2*i)}
		if c, ok := numberOf(side, d); ok {
			if b := dtypeBounds(d); d.IsInteger() && side.Type().Weak && (c.f < b.lo || c.f > b.hi) {
				return nil, false // no number of d equals it, but what it wraps to might
			}
			s.constant, s.has = s.constant.add(c.mul(sign)), true
			continue
		}
		if _, ok := scalarOf(side); ok {
			return nil, false // infinite
		}
		if !r.collected(side, d) {
			s.put(term{coef: sign, base: side, met: 1})
			continue
		}
		part := r.gatherSum(side, 0)
		s.cost += part.cost
		s.constant, s.has = s.constant.add(part.constant.mul(sign)), s.has || part.has
		for _, t := range part.terms {
			t.coef = t.coef.mul(sign)
			s.put(t)
		}
	}
	return s, true
}

// commonCoefficient returns the absolute value that all coefficients of s share,
// 0 if they do not.
func commonCoefficient(s *sum) float64 {
	common := 0.0
	for _, t := range s.left() {
		if c := math.Abs(t.coef.f); common == 0 || common == c {
			common = c
		} else {
			return 0
		}
	}
	return common
}

// content returns the absolute value that all coefficients and the constant of s
// share, 1 if they do not.
func (s *sum) content() float64 {
	c := commonCoefficient(s)
	if c == 0 || s.has && math.Abs(s.constant.f) != c && s.constant.f != 0 {
		return 1
	}
	return c
}

// apart returns the two sides of s > 0 divided by coef: the terms with positive
// coefficients on the left and the others, negated, on the right. A constant
// stands on a side that has nothing else, else on the left. It counts the
// operations of both.
func (s *sum) apart(coef float64) (left, right *sum, cost int) {
	left, right = newSum(s.d), newSum(s.d)
	for _, t := range s.left() {
		t.coef.f /= coef
		side := left
		if t.coef.negative(s.d) {
			side, t.coef = right, t.coef.neg()
		}
		side.terms = append(side.terms, t)
	}
	c := s.constant
	c.f /= coef
	if len(left.terms) > 0 && len(right.terms) == 0 {
		right.constant, right.has = c.neg(), true
	} else {
		left.constant, left.has = c, true
	}
	for _, side := range []*sum{left, right} {
		if len(side.terms) > 0 {
			cost += side.costBack()
		}
	}
	return left, right, cost
}

// comparedWithZero decides the comparison of a difference that is constant with
// 0. Whether something equals itself asks for NaN.
func (r *run) comparedWithZero(n *expr.Node, s *sum) *expr.Node {
	c := s.constant.f
	if s.d.IsInteger() {
		c = float64(s.constant.i)
	}
	switch n.Op() {
	case expr.OpLt:
		return r.weak(c < 0)
	case expr.OpLe:
		return r.weak(c <= 0)
	case expr.OpGt:
		return r.weak(c > 0)
	case expr.OpGe:
		return r.weak(c >= 0)
	}
	if c == 0 && !s.d.IsInteger() {
		return nil
	}
	return r.weak((c == 0) == (n.Op() == expr.OpEq))
}

// compareRising compares the arguments of a function that keeps the order
// instead of its results, or with the place where it has a constant result:
// exp(x) < exp(y) is x < y, sigmoid(x) > 0.5 is x > 0.
func compareRising(r *run, n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	same := x.Op() == y.Op() && x != y && r.once(x) && r.once(y)
	if same && strictlyRising(x.Op()) && x.DType() == y.DType() && x.Arg(0).DType() == x.DType() && y.Arg(0).DType() == x.DType() {
		return r.make(n, n.Op(), nil, x.Arg(0), y.Arg(0))
	}
	for i, f := range n.Args() {
		c, ok := scalarOf(n.Arg(1 - i))
		if !ok || !r.once(f) || !f.DType().IsFloat() || len(f.Args()) != 1 || f.Arg(0).DType() != f.DType() {
			continue
		}
		if at, ok := whereReached(f.Op(), real(c)); ok {
			args := []*expr.Node{r.weak(at), r.weak(at)}
			args[i] = f.Arg(0)
			return r.make(n, n.Op(), nil, args...)
		}
	}
	return nil
}

// whereReached returns the argument for which a function that keeps the order,
// and is defined everywhere, has a simple result.
func whereReached(op expr.Op, c float64) (float64, bool) {
	switch {
	case op == expr.OpExp && c == 1, op == expr.OpExp2 && c == 1, op == expr.OpSigmoid && c == 0.5:
		return 0, true
	case op == expr.OpExp && c > 0 && !math.IsInf(c, 0):
		return math.Log(c), true
	}
	odd := []expr.Op{expr.OpTanh, expr.OpSinh, expr.OpArctan, expr.OpArcsinh, expr.OpErf, expr.OpExpm1, expr.OpCbrt}
	return 0, c == 0 && slices.Contains(odd, op)
}

// whereExtremum turns the choice of the larger of two into maximum, and that of
// the smaller into minimum.
func whereExtremum(r *run, n *expr.Node) *expr.Node {
	c, then, other := n.Arg(0), n.Arg(1), n.Arg(2)
	if mirrored[c.Op()] == 0 || then.DType() != n.DType() && !then.Type().Weak || other.DType() != n.DType() && !other.Type().Weak {
		return nil
	}
	x, y := c.Arg(0), c.Arg(1)
	op := expr.OpMaximum
	if c.Op() == expr.OpLt || c.Op() == expr.OpLe {
		op = expr.OpMinimum
	}
	switch {
	case sameOperand(x, then) && sameOperand(y, other):
	case sameOperand(x, other) && sameOperand(y, then):
		op = dual[op]
	default:
		return r.whereClip(n, c)
	}
	return r.make(n, op, nil, then, other)
}

// whereClip is whereExtremum where the other bound has been applied already:
// where(x < 0, 0, minimum(x, 1)).
func (r *run) whereClip(n, c *expr.Node) *expr.Node {
	then, other := n.Arg(1), n.Arg(2)
	lower := (c.Op() == expr.OpLt || c.Op() == expr.OpLe)
	inner := expr.OpMaximum
	if lower {
		inner = expr.OpMinimum
	}
	if other.Op() != inner || !sameOperand(c.Arg(1), then) {
		return nil
	}
	for i, x := range other.Args() {
		lo, hi := then, other.Arg(1-i)
		if !lower {
			lo, hi = hi, lo
		}
		a, okA := scalarOf(lo)
		b, okB := scalarOf(hi)
		if x == c.Arg(0) && okA && okB && real(a) <= real(b) {
			return r.make(n, expr.OpClip, nil, x, lo, hi)
		}
	}
	return nil
}

// halfLine is the numbers above, or below, a constant.
type halfLine struct {
	x    *expr.Node
	at   float64
	up   bool // above
	open bool // without the constant itself
}

// halfLineOf takes the comparison of x with a constant apart.
func halfLineOf(n *expr.Node) (h halfLine, ok bool) {
	op := n.Op()
	if mirrored[op] == 0 || n.Arg(0).DType().IsComplex() || n.Arg(1).DType().IsComplex() {
		return h, false
	}
	x, c := n.Arg(0), n.Arg(1)
	if _, ok := scalarOf(x); ok {
		x, c, op = c, x, mirrored[op]
	}
	z, ok := scalarOf(c)
	if !ok || math.IsNaN(real(z)) || math.Abs(real(z)) > countable && x.DType().IsInteger() {
		return h, false
	}
	return halfLine{x, real(z), op == expr.OpGt || op == expr.OpGe, op == expr.OpGt || op == expr.OpLt}, true
}

// ranges joins comparisons of the same with constants in a chain: of x > 2 and
// x > 5 one follows from the other, x > 5 and x < 2 exclude each other.
func ranges(r *run, n *expr.Node) *expr.Node {
	operands := r.chainOperands(n)
	if len(operands) > maxArgs {
		return nil
	}
	for i, x := range operands {
		a, ok := halfLineOf(x)
		for j := i + 1; ok && j < len(operands); j++ {
			b, also := halfLineOf(operands[j])
			switch {
			case !also || a.x != b.x:
			case a.up == b.up:
				implied := i // by the other, which for | is the one that stays
				if a.inside(b) == (n.Op() == expr.OpAnd) {
					implied = j
				}
				return r.leftToRight(n, slices.Delete(slices.Clone(operands), implied, implied+1))
			case n.Op() == expr.OpAnd && a.misses(b):
				return r.weak(false)
			}
		}
	}
	return nil
}

// rangesDiscrete decides that every integer is above one constant or below
// another.
func rangesDiscrete(r *run, n *expr.Node) *expr.Node {
	a, okA := halfLineOf(n.Arg(0))
	b, okB := halfLineOf(n.Arg(1))
	if !okA || !okB || a.x != b.x || a.up == b.up || n.Op() != expr.OpOr || a.x.DType().Inexact() {
		return nil
	}
	a.up, b.up, a.open, b.open = !a.up, !b.up, !a.open, !b.open
	if a.misses(b) { // their complements
		return r.weak(true)
	}
	return nil
}

// inside reports whether all of a is in b, which goes to the same side.
func (a halfLine) inside(b halfLine) bool {
	if a.at == b.at {
		return a.open || !b.open
	}
	return (a.at > b.at) == a.up
}

// misses reports whether a and b, which go to different sides, have no number
// in common.
func (a halfLine) misses(b halfLine) bool {
	if a.at == b.at {
		return a.open || b.open
	}
	return (a.at > b.at) == a.up
}

// sameOperand reports whether x and y are one node, or equal constants.
func sameOperand(x, y *expr.Node) bool {
	a, okA := scalarOf(x)
	b, okB := scalarOf(y)
	return x == y || okA && okB && a == b
}

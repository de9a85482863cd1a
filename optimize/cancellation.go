package optimize

import (
	"math"
	"math/bits"
	"slices"
	"sync"

	"arignote/expr"
)

// cancellation replaces differences that cancel where their parts are close by
// forms that do not, and are as good as the difference elsewhere. These forms are
// longer, and no rule looks inside them; so they are made when all others have
// found what they look for, such as the log(exp(x) - exp(y)) that is better as a
// whole. Where nothing is close a choice keeps the difference as it is written,
// with its NaN and infinities.
func cancellation(r *run, _ *expr.Graph) (*opSet, stepFunc) {
	return r.applyTable(r.rules.cancellation)
}

// cancellationRules are tried once, after all that collect sums and products.
var cancellationRules = []Rule{
	// Differences of exponentials, logarithms, powers.
	{Name: "exp-sub-exp", Class: Real, Op: expr.OpSub, rewrite: expSubExp, with: []expr.Op{expr.OpExp}, example: "x: float64[3]; y: float64[3]; exp(x) - exp(y)"},
	{Name: "log-sub-log", Class: Real, Op: expr.OpSub, rewrite: logSubLog, with: []expr.Op{expr.OpLog, expr.OpLog1p}, example: "x: float64[3]; y: float64[3]; log(x) - log(y)"},
	{Name: "log-quotient", Class: Real, Op: expr.OpLog, rewrite: logQuotient, with: []expr.Op{expr.OpDiv}, example: "x: float64[3]; y: float64[3]; log(x/y)"},
	{Name: "log-cosh", Left: "log(cosh(x))", Right: "where(abs(x) < 20, log1p(2 * square(sinh(0.5 * x))), abs(x) - 0.6931471805599453)", Class: Real},
	{Name: "power-sub-one", Class: Real, ops: []expr.Op{expr.OpAdd, expr.OpSub}, rewrite: powerSubOne, example: "x: float64[3]; square(1 + x) - 1, (1 + x)**30 - 1"},

	// Differences of roots and quotients.
	{Name: "root-sub-root", Class: Real, Op: expr.OpSub, rewrite: rootSubRoot, with: []expr.Op{expr.OpSqrt, expr.OpCbrt}, example: "x: float64[3]; y: float64[3]; sqrt(x + y) - sqrt(x), cbrt(x + 1) - cbrt(x)"},
	{Name: "root-conjugate", Class: Real, ops: []expr.Op{expr.OpAdd, expr.OpSub}, rewrite: rootConjugate, example: "x: float64[3]; y: float64[3]; hypot(x, 1) - x, x + sqrt(square(x) - y)"},
	{Name: "reciprocal-sub-reciprocal", Class: Real, Op: expr.OpSub, rewrite: reciprocalSubReciprocal, with: []expr.Op{expr.OpReciprocal}, example: "x: float64[3]; reciprocal(x) - reciprocal(x + 1)"},
	{Name: "one-sub-quotient", Class: Real, ops: []expr.Op{expr.OpAdd, expr.OpSub}, rewrite: oneSubQuotient, with: []expr.Op{expr.OpDiv}, example: "x: float64[3]; y: float64[3]; 1 - x/(x + y)"},
}

// form returns what builds an expression, given as text, of the nodes that its
// names stand for.
func form(text string, names ...string) func(r *run, at *expr.Node, nodes ...*expr.Node) *expr.Node {
	parsed := sync.OnceValue(func() *pattern {
		p, err := (&patternParser{names: names, right: true}).parse(text)
		if err != nil {
			return nil // the rule does not fire, which a test finds
		}
		return p
	})
	return func(r *run, at *expr.Node, nodes ...*expr.Node) *expr.Node {
		p := parsed()
		if p == nil {
			return nil
		}
		return p.build(r, at, &binding{vars: nodes})
	}
}

// together returns the arguments of the two nodes that n subtracts, if they are
// functions of one of these ops for this use alone, and of one dtype.
func (r *run) together(n *expr.Node, ops ...expr.Op) (x, y *expr.Node) {
	f, g := n.Arg(0), n.Arg(1)
	if !n.DType().IsFloat() || !slices.Contains(ops, f.Op()) || !slices.Contains(ops, g.Op()) || !r.once(f) || !r.once(g) {
		return nil, nil
	}
	x, y = f.Arg(0), g.Arg(0)
	if x.DType() != n.DType() || y.DType() != n.DType() || x == y {
		return nil, nil
	}
	return x, y
}

// gap returns x - y collected, so that what both have in common does not
// come in with its rounding.
func (r *run) gap(at, x, y *expr.Node) (d *expr.Node, s *sum) {
	s, ok := r.difference(x, y, at.DType())
	if ok && s.costBack() <= s.cost+1 {
		return s.write(r, at), s
	}
	return r.make(at, expr.OpSub, nil, x, y), nil
}

// ofTwo returns the sum n of two floats, without taking its parts apart but for their
// coefficients; nil if it is no such sum.
func (r *run) ofTwo(n *expr.Node) *sum {
	if !n.DType().IsFloat() || len(n.Args()) != 2 {
		return nil
	}
	s, second := newSum(n.DType()), whole(1)
	if n.Op() == expr.OpSub {
		second = second.neg()
	}
	s.add(r, term{coef: whole(1), base: n.Arg(0)})
	s.add(r, term{coef: second, base: n.Arg(1)})
	return s
}

// likewise returns another node with the bits of the sum or difference n of two,
// to stay: what replaces n may not contain it.
func (r *run) likewise(n *expr.Node) *expr.Node {
	op := expr.OpAdd
	if n.Op() == expr.OpAdd {
		op = expr.OpSub
	}
	return r.keep(r.make(n, op, nil, n.Arg(0), r.make(n, expr.OpNeg, nil, n.Arg(1))))
}

var expApart = form("copysign(exp(maximum(x, y)) * expm1(-abs(where(x == y, 0, d))), d)", "d", "x", "y")

// expSubExp scales the difference of two exponentials by the larger one:
// exp(x) - exp(y) has the size of exp(max(x, y))*expm1(-|x - y|) and the sign of
// x - y, which is accurate for any x and y.
func expSubExp(r *run, n *expr.Node) *expr.Node {
	x, y := r.together(n, expr.OpExp)
	if x == nil {
		return nil
	}
	d, _ := r.gap(n, x, y)
	return expApart(r, n, d, x, y)
}

var logsApart = form("where(abs(d) < 1e30 * m, copysign(log1p(abs(d) / m), d), z)", "d", "m", "z")

// logSubLog computes the difference of two logarithms from that of the numbers and
// the smaller of them, unless that is nearly nothing beside the other: then nothing
// cancels, and the quotient could overflow.
func logSubLog(r *run, n *expr.Node) *expr.Node {
	x, y := r.together(n, expr.OpLog, expr.OpLog1p)
	if x == nil {
		return nil
	}
	for i, p := range []**expr.Node{&x, &y} {
		if n.Arg(i).Op() == expr.OpLog1p {
			*p = r.make(n, expr.OpAdd, nil, r.weak(1), *p)
		}
	}
	d, _ := r.gap(n, x, y)
	return logsApart(r, n, d, r.make(n, expr.OpMinimum, nil, x, y), r.likewise(n))
}

var logApart = form("where(abs(d) < 0.5 * abs(y), log1p(d / y), 0) + log(where(abs(d) < 0.5 * abs(y), 1, q))", "d", "q", "y")

// logQuotient computes the logarithm of a quotient near 1, whose rounding is as
// large as the result, from the difference of its two parts.
func logQuotient(r *run, n *expr.Node) *expr.Node {
	q := n.Arg(0)
	if q.Op() != expr.OpDiv || !n.DType().IsFloat() || q.DType() != n.DType() {
		return nil
	}
	x, y := q.Arg(0), q.Arg(1)
	if x.DType() != n.DType() && !x.Type().Weak || y.DType() != n.DType() && !y.Type().Weak || unstretched(y).Op().Reduction() {
		return nil
	}
	d, _ := r.gap(n, x, y)
	return logApart(r, n, d, q, y)
}

var (
	powerSquared = form("e * (2 + e)", "e")          // (1+e)**2 - 1
	powerRaised  = form("e + x * (1 + e)", "e", "x") // (1+e)*(1+x) - 1
	powerInverse = form("-e / (1 + e)", "e")         // 1/(1+e) - 1
	powerByLog   = form("where(x > -0.5, expm1(k * log1p(x)), p)", "k", "p", "x")
)

// powerSubOne computes (1+x)**k - 1 for a whole number k without forming 1 + x:
// small powers by squaring, (1+e)**2 - 1 = e*(2+e), others by expm1 and log1p
// where 1 + x is positive.
func powerSubOne(r *run, n *expr.Node) *expr.Node {
	s := r.ofTwo(n)
	if s == nil || len(s.terms) != 1 || !s.has || s.constant.f != -s.terms[0].coef.f {
		return nil
	}
	power, sign := s.terms[0].base, s.terms[0].coef
	x, k := r.powerOfOneAnd(power, n.DType())
	if x == nil {
		return nil
	}
	var e *expr.Node
	if powerCost(k) < costPow {
		e = r.powerLessOne(n, x, int(math.Abs(k)))
		if k < 0 {
			e = powerInverse(r, n, e)
		}
	} else {
		far := r.make(n, expr.OpAdd, nil, power, r.weak(-1))
		if far == n {
			far = r.make(n, expr.OpSub, nil, power, r.weak(1))
		}
		e = powerByLog(r, n, r.weak(k), r.keep(far), x)
	}
	if e == nil {
		return nil
	}
	return r.scaledOrNeg(n, sign.f, e)
}

// powerOfOneAnd reads p as (1+x)**k, where k is a whole number and neither 0, 1 nor
// -1.
func (r *run) powerOfOneAnd(p *expr.Node, d expr.DType) (x *expr.Node, k float64) {
	if !productOp(p.Op()) || p.DType() != d {
		return nil, 0
	}
	q := r.gatherProduct(p, 0)
	if q.bad || q.coef.f != 1 || len(q.factors) != 1 || !sumOp(q.factors[0].base.Op()) || q.factors[0].base.DType() != d {
		return nil, 0
	}
	base, k := q.factors[0].base, q.factors[0].exp
	if k != math.Trunc(k) || math.Abs(k) < 2 || math.Abs(k) > countable {
		return nil, 0
	}
	s := r.gatherSum(base, 0)
	if s.constant.f != 1 || len(s.terms) == 0 {
		return nil, 0
	}
	s.constant, s.has = number{}, false
	return s.write(r, base), k
}

// powerLessOne returns (1+x)**k - 1 by squaring.
func (r *run) powerLessOne(at, x *expr.Node, k int) *expr.Node {
	e := x
	for i := bits.Len(uint(k)) - 2; i >= 0 && e != nil; i-- {
		if e = powerSquared(r, at, e); e != nil && k>>i&1 == 1 {
			e = powerRaised(r, at, e, x)
		}
	}
	return e
}

var (
	sqrtApart = form("d / maximum(f + g, t)", "d", "f", "g", "t")
	cbrtApart = form("d / (square(f) + f * g + square(g))", "d", "f", "g")
)

// rootSubRoot divides the difference of the radicands by the sum of the roots. Where
// both roots are 0 it divides by the smallest normal number instead. Cube roots
// need radicands that differ by a number, so that they are not both 0.
func rootSubRoot(r *run, n *expr.Node) *expr.Node {
	f, g := n.Arg(0), n.Arg(1)
	x, y := r.together(n, f.Op())
	if x == nil || f.Op() != expr.OpSqrt && f.Op() != expr.OpCbrt {
		return nil
	}
	d, s := r.gap(n, x, y)
	switch {
	case f.Op() == expr.OpSqrt:
		return sqrtApart(r, n, d, f, g, r.weak(smallestNormal(n.DType())))
	case s != nil && len(s.left()) == 0 && s.constant.f != 0:
		return cbrtApart(r, n, d, f, g)
	}
	return nil
}

// smallestNormal is the least number of dtype d with all of its digits.
func smallestNormal(d expr.DType) float64 {
	if d == expr.Float32 {
		return 0x1p-126
	}
	return 0x1p-1022
}

var (
	conjugateAbove = form("where(u > 0, c / m, n)", "c", "m", "n", "u")
	conjugateBelow = form("where(u < 0, c / m, n)", "c", "m", "n", "u")
	conjugateLeg   = form("where(u > 0, c * (v / m), n)", "c", "m", "n", "u", "v")
	belowLeg       = form("where(u < 0, c * (v / m), n)", "c", "m", "n", "u", "v")
)

// rootConjugate computes a*u + b*sqrt(D), where D is (a/b*u)**2 + R, as
// b**2*R/(b*sqrt(D) - a*u) where the two terms have opposite signs: the root of a
// quadratic equation that cancels from the one that does not.
func rootConjugate(r *run, n *expr.Node) *expr.Node {
	s := r.ofTwo(n)
	if s == nil || len(s.terms) != 2 || s.has && s.constant.f != 0 {
		return nil
	}
	for i, root := range s.terms {
		line := s.terms[1-i]
		if line.base.DType() != n.DType() || root.base.DType() != n.DType() {
			continue
		}
		above := line.coef.f*root.coef.f < 0 // where u > 0 it cancels
		sign := whole(1)                     // so that the root stands with a plus below
		if root.coef.f < 0 {
			sign = whole(-1)
		}
		over, leg := r.radicandLess(n, root, line, sign.mul(root.coef).mul(root.coef))
		if over == nil {
			continue
		}
		m := newSum(s.d)
		m.put(term{coef: root.coef.mul(sign), base: root.base})
		m.put(term{coef: line.coef.mul(sign).neg(), base: line.base})
		other, u, below := r.likewise(n), line.base, r.keep(m.write(r, n))
		switch {
		case leg != nil && above:
			return conjugateLeg(r, n, over, below, other, u, leg)
		case leg != nil:
			return belowLeg(r, n, over, below, other, u, leg)
		case above:
			return conjugateAbove(r, n, over, below, other, u)
		}
		return conjugateBelow(r, n, over, below, other, u)
	}
	return nil
}

// radicandLess returns c*R if the square of line is that of root, without c*R:
// where root is a hypot and R the square of its leg, c times the leg, and the leg.
func (r *run) radicandLess(at *expr.Node, root, line term, c number) (over, leg *expr.Node) {
	ratio := line.coef.f / root.coef.f
	square := ratio * ratio
	switch f := root.base; f.Op() {
	case expr.OpHypot:
		for i, x := range f.Args() {
			leg := f.Arg(1 - i)
			k, ok := r.multipleOf(x, line.base)
			if !ok || k*k != square || leg.DType() != f.DType() && !leg.Type().Weak {
				continue
			}
			if number, ok := numberOf(leg, f.DType()); ok {
				return r.numberNode(c.mul(number).mul(number), f.DType()), nil
			}
			return r.scaled(at, c, f.DType(), leg), leg
		}
	case expr.OpSqrt:
		x := f.Arg(0)
		if !sumOp(x.Op()) || x.DType() != f.DType() {
			return nil, nil
		}
		s, found := r.gatherSum(x, 0), false
		for i, t := range s.terms {
			k, ok := 0.0, false
			if t.base.Op() == expr.OpSquare {
				k, ok = r.multipleOf(t.base.Arg(0), line.base)
			}
			if s.terms[i].coef = t.coef.mul(c); ok && float64(t.coef.f*k)*k == square {
				s.terms[i].coef, found = number{}, true
			}
		}
		if s.constant = s.constant.mul(c); found && (len(s.left()) > 0 || s.constant.f != 0) {
			return s.write(r, x), nil
		}
	}
	return nil, nil
}

// multipleOf reads x as c*u.
func (r *run) multipleOf(x, u *expr.Node) (c float64, ok bool) {
	if x == u {
		return 1, true
	}
	if x.Op() != expr.OpMul {
		return 0, false
	}
	k, rest := r.takeCoefficient(x, u.DType())
	return k.f, rest == u
}

var reciprocalsApart = form("d / x / y", "d", "x", "y")

// reciprocalSubReciprocal computes 1/x - 1/y from y - x, where that is a number.
func reciprocalSubReciprocal(r *run, n *expr.Node) *expr.Node {
	x, y := r.together(n, expr.OpReciprocal)
	if x == nil {
		return nil
	}
	d, s := r.gap(n, y, x)
	if s == nil || len(s.left()) > 0 || s.constant.f == 0 {
		return nil
	}
	return reciprocalsApart(r, n, d, x, y)
}

// oneSubQuotient computes 1 - x/y as (y - x)/y, where something cancels in that
// difference: 1 - x/(x + y) is y/(x + y).
func oneSubQuotient(r *run, n *expr.Node) *expr.Node {
	s := r.ofTwo(n)
	if s == nil || len(s.terms) != 1 || s.terms[0].base.Op() != expr.OpDiv || s.constant.f == 0 || s.constant.f != -s.terms[0].coef.f {
		return nil
	}
	x, y := s.terms[0].base.Arg(0), s.terms[0].base.Arg(1)
	if x.DType() != n.DType() || y.DType() != n.DType() {
		return nil
	}
	d, ok := r.difference(y, x, s.d)
	if !ok || d.costBack() >= d.cost {
		return nil
	}
	p := newProduct(s.d)
	p.coef = s.constant
	p.mul(factor{d.write(r, n), 1})
	p.mul(factor{y, -1})
	return p.write(r, n)
}

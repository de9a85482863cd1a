package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// Functions of the index of a range, as sums of polynomials on intervals: what
// element-wise ops make of them. See counted.go.

// polynomial has the coefficients of the powers of q, lowest first.
type polynomial []*scalar

// piece is a polynomial on the k with low <= k < high; nil for no bound.
type piece struct {
	p         polynomial
	low, high *scalar
}

// function returns the pieces of x in the class that is looked at.
func (c *counter) function(x *expr.Node) ([]piece, bool) {
	switch {
	case x == c.inner.leaf:
		return []piece{{p: c.line().trimmed()}}, true
	case c.outer != nil && x == c.outer.leaf:
		return []piece{{p: polynomial{&scalar{outer: polynomial{c.outer.start, c.outer.step}}}}}, true
	case c.block != nil && c.block.narrow && x == c.block.of:
		return c.wrapped(x.DType()), true
	}
	if y := unstretched(x); y.Rank() == 0 {
		return c.constant(y)
	}
	if c.block != nil && slices.ContainsFunc(c.divisions, func(d division) bool { return d.node == x }) {
		return c.inBlock(x), true
	}
	if x.DType() != expr.Int64 && x.DType() != expr.Bool && !keepsNumbers(x.Op()) {
		return nil, false
	}
	args := make([][]piece, len(x.Args()))
	for i, a := range x.Args() {
		var ok bool
		if args[i], ok = c.function(a); !ok || len(args[i]) > maxPieces {
			return nil, false
		}
	}
	f, ok := c.combine(x, args)
	return c.merged(f), ok
}

// keepsNumbers reports whether results of op are among its arguments, so that
// they do not wrap around.
func keepsNumbers(op expr.Op) bool {
	switch op {
	case expr.OpWhere, expr.OpMaximum, expr.OpMinimum, expr.OpClip, expr.OpCast:
		return true
	}
	return false
}

// constant is a scalar, a bool as 0 or 1.
func (c *counter) constant(x *expr.Node) ([]piece, bool) {
	if v := x.Value(); v != nil && x.DType() == expr.Bool {
		return []piece{{p: polynomial{number64(int64(oneOf(v.Bool(0))))}}}, true
	}
	s, ok := c.scalarOf64(x)
	return []piece{{p: polynomial{s}}}, ok
}

// merged adds up the pieces that have no bounds.
func (c *counter) merged(f []piece) []piece {
	var everywhere polynomial
	var out []piece
	for _, a := range f {
		if a.low == nil && a.high == nil {
			everywhere = c.total(everywhere, a.p)
		} else {
			out = append(out, a)
		}
	}
	if len(everywhere) > 0 {
		out = append(out, piece{p: everywhere})
	}
	return out
}

// total adds polynomials.
func (c *counter) total(p, q polynomial) polynomial {
	out := make(polynomial, max(len(p), len(q)))
	for i := range out {
		if i < len(p) {
			out[i] = p[i]
		}
		if i < len(q) {
			out[i] = c.add(out[i], q[i])
		}
	}
	return out.trimmed()
}

// trimmed is p without leading zeros; zero has no coefficients.
func (p polynomial) trimmed() polynomial {
	for len(p) > 0 {
		if last, known := p[len(p)-1].value(); !known || last != 0 {
			break
		}
		p = p[:len(p)-1]
	}
	return p
}

// combine is the op of x on functions.
func (c *counter) combine(x *expr.Node, args [][]piece) ([]piece, bool) {
	switch x.Op() {
	case expr.OpCast:
		from := x.Arg(0).DType()
		return args[0], x.DType().IsInteger() && !from.Inexact() && holdsAll(x.DType(), from)
	case expr.OpAdd, expr.OpSub, expr.OpNeg:
		f, ok := c.arithmetic(x.Op(), args)
		return f, ok && x.DType() == expr.Int64
	case expr.OpMod, expr.OpFloorDiv, expr.OpShr:
		return c.divide(x, args[0])
	case expr.OpShl:
		return c.shifted(args[0], unstretched(x.Arg(1)))
	case expr.OpMaximum, expr.OpMinimum, expr.OpAbs, expr.OpSign, expr.OpClip:
		return c.bounded(x, args)
	case expr.OpMul, expr.OpAnd:
		if x.Op() == expr.OpAnd && x.DType() != expr.Bool {
			return c.divide(x, args[0])
		}
		out, ok := args[0], x.Op() == expr.OpMul || x.DType() == expr.Bool
		for _, a := range args[1:] {
			var fits bool
			out, fits = c.multiply(out, a)
			ok = ok && fits
		}
		return out, ok
	case expr.OpSquare:
		return c.multiply(args[0], args[0])
	case expr.OpPow:
		return c.power(args[0], unstretched(x.Arg(1)))
	case expr.OpOr, expr.OpXor, expr.OpNot:
		return c.logic(x, args)
	case expr.OpWhere:
		return c.choose(args)
	}
	if len(args) != 2 || x.Arg(0).DType() == expr.Bool || x.Arg(1).DType() == expr.Bool {
		return nil, false
	}
	return c.compare(x.Op(), x.Args(), args)
}

// arithmetic adds or subtracts functions, or takes one as it is.
func (c *counter) arithmetic(op expr.Op, args [][]piece) ([]piece, bool) {
	out := args[0]
	switch op {
	case expr.OpNeg:
		return c.negative(out), true
	case expr.OpSub:
		return append(out[:len(out):len(out)], c.negative(args[1])...), true
	}
	for _, a := range args[1:] {
		out = append(out[:len(out):len(out)], a...)
	}
	return out, true
}

// shifted multiplies by a power of two.
func (c *counter) shifted(f []piece, by *expr.Node) ([]piece, bool) {
	k, ok := integerOf(by)
	if !ok || k < 0 || k > 63 {
		return nil, false
	}
	return c.multiply(f, []piece{{p: polynomial{number64(1 << k)}}})
}

// bounded is the larger or smaller of two functions, or another choice by a
// comparison: where(x < 0, -x, x) is abs(x).
func (c *counter) bounded(x *expr.Node, args [][]piece) ([]piece, bool) {
	if x.DType() == expr.Bool || x.Op() == expr.OpAbs && x.DType() != expr.Int64 {
		return nil, false
	}
	nodes := x.Args()
	if len(nodes) == 1 {
		nodes, args = []*expr.Node{nodes[0], c.r.weak(0)}, [][]piece{args[0], nil}
	}
	op := expr.OpLt
	if x.Op() == expr.OpMaximum {
		op = expr.OpGt
	}
	first, ok := c.compare(op, nodes[:2], args[:2])
	if !ok {
		return nil, false
	}
	switch x.Op() {
	case expr.OpAbs:
		return c.choose([][]piece{first, c.negative(args[0]), args[0]})
	case expr.OpSign:
		second, ok := c.compare(expr.OpGt, nodes, args)
		return append(second, c.negative(first)...), ok
	case expr.OpClip:
		lo, okLo := integerOf(unstretched(nodes[1]))
		hi, okHi := integerOf(unstretched(nodes[2]))
		beyond, ok := c.compare(expr.OpGt, []*expr.Node{nodes[0], nodes[2]}, [][]piece{args[0], args[2]})
		if !okLo || !okHi || lo > hi || !ok {
			return nil, false
		}
		inside, ok := c.choose([][]piece{beyond, args[2], args[0]})
		if !ok {
			return nil, false
		}
		return c.choose([][]piece{first, args[1], inside})
	}
	return c.choose([][]piece{first, args[0], args[1]})
}

func (c *counter) negative(f []piece) []piece {
	minus := polynomial{number64(-1)}
	out := make([]piece, len(f))
	for i, a := range f {
		out[i] = piece{c.product(a.p, minus), a.low, a.high}
	}
	return out
}

// multiply multiplies two functions piece by piece.
func (c *counter) multiply(f, g []piece) ([]piece, bool) {
	var out []piece
	for _, a := range f {
		for _, b := range g {
			p := c.product(a.p, b.p)
			if len(p) == 0 {
				continue
			}
			if len(p) > maxDegree+1 || len(out) == maxPieces {
				return nil, false
			}
			low, high := a.low, a.high
			if low == nil || b.low != nil {
				low = b.low
				if a.low != nil {
					low = c.max(a.low, b.low)
				}
			}
			if high == nil || b.high != nil {
				high = b.high
				if a.high != nil {
					high = c.min(a.high, b.high)
				}
			}
			out = append(out, piece{p, low, high})
		}
	}
	return out, true
}

// product multiplies polynomials.
func (c *counter) product(p, q polynomial) polynomial {
	out := make(polynomial, max(0, len(p)+len(q)-1))
	for i, a := range p {
		for j, b := range q {
			out[i+j] = c.add(out[i+j], c.mul(a, b))
		}
	}
	return out.trimmed()
}

// power multiplies f by itself.
func (c *counter) power(f []piece, exponent *expr.Node) ([]piece, bool) {
	e, ok := integerOf(exponent)
	if !ok || e < 0 || e > maxDegree {
		return nil, false
	}
	out := []piece{{p: polynomial{number64(1)}}}
	for range e {
		if out, ok = c.multiply(out, f); !ok {
			return nil, false
		}
	}
	return out, true
}

// complement is 1 - f.
func (c *counter) complement(f []piece) []piece {
	return append([]piece{{p: polynomial{number64(1)}}}, c.negative(f)...)
}

// logic computes with conditions, which are 0 or 1: a|b is a + b - a*b, a^b is
// a + b - 2*a*b.
func (c *counter) logic(x *expr.Node, args [][]piece) ([]piece, bool) {
	if x.DType() != expr.Bool {
		return nil, false
	}
	if x.Op() == expr.OpNot {
		return c.complement(args[0]), true
	}
	both, ok := c.multiply(args[0], args[1])
	if x.Op() == expr.OpXor {
		both = append(both[:len(both):len(both)], both...)
	}
	out := append(args[0][:len(args[0]):len(args[0])], args[1]...)
	return append(out, c.negative(both)...), ok
}

// choose is c*a + (1-c)*b.
func (c *counter) choose(args [][]piece) ([]piece, bool) {
	a, okA := c.multiply(args[0], args[1])
	b, okB := c.multiply(c.complement(args[0]), args[2])
	return append(a, b...), okA && okB
}

// straight returns the numbers a and b of a function a + b*q, if it is one.
func straight(f []piece) (a, b int64, ok bool) {
	if len(f) != 1 || f[0].low != nil || f[0].high != nil || len(f[0].p) > 2 {
		return 0, 0, len(f) == 0
	}
	values := [2]int64{}
	for i, s := range f[0].p {
		v, known := s.value()
		if !known || v > maxCounted*maxPeriod || v < -maxCounted*maxPeriod && v != math.MinInt64 {
			return 0, 0, false
		}
		values[i] = v
	}
	return values[0], values[1], true
}

// divide is the remainder or the quotient of a + b*q by m, which divides b.
func (c *counter) divide(x *expr.Node, f []piece) ([]piece, bool) {
	by, ok := c.divisor(x)
	m, known := by.value()
	a, b, okF := straight(f)
	if !ok || !known || !okF || m == 0 || b%m != 0 {
		return nil, false
	}
	quotient := floorDiv64(a, m)
	p := polynomial{number64(quotient), number64(b / m)}
	if x.Op() == expr.OpMod || x.Op() == expr.OpAnd {
		p = polynomial{number64(a - quotient*m)}
	}
	return []piece{{p: c.product(p, polynomial{number64(1)})}}, true
}

// compare is 1 where the comparison of two nodes, whose functions are args, holds:
// known in the class, or on an interval of k.
func (c *counter) compare(op expr.Op, of []*expr.Node, args [][]piece) ([]piece, bool) {
	if f := args[0]; halves(f) {
		return c.compareHalves(op, of, args)
	}
	a, b, ok := straight(args[0])
	d, e, also := straight(args[1])
	one := []piece{{p: polynomial{number64(1)}}}
	if ok && also && b == e {
		if compare64(op, a, d) {
			return one, true
		}
		return nil, comparison(op)
	}
	switch {
	case unstretched(of[1]).Rank() == 0 && ok:
		return c.threshold(op, a, b, unstretched(of[1]))
	case unstretched(of[0]).Rank() == 0 && also:
		return c.threshold(mirroredComparison[op], d, e, unstretched(of[0]))
	}
	return nil, false
}

// halves reports whether f is one function below a bound and another above it.
func halves(f []piece) bool {
	return len(f) == 2 && f[0].low == nil && f[1].high == nil && f[0].high != nil && f[1].low != nil && sameScalar(f[0].high, f[1].low)
}

// compareHalves compares both halves.
func (c *counter) compareHalves(op expr.Op, of []*expr.Node, args [][]piece) ([]piece, bool) {
	var out []piece
	for _, half := range args[0] {
		holds, ok := c.compare(op, of, [][]piece{{{p: half.p}}, args[1]})
		if !ok {
			return nil, false
		}
		if holds, ok = c.multiply(holds, []piece{{polynomial{number64(1)}, half.low, half.high}}); !ok {
			return nil, false
		}
		out = append(out, holds...)
	}
	return out, true
}

// compare64 compares two numbers.
func compare64(op expr.Op, a, b int64) bool {
	switch op {
	case expr.OpLt:
		return a < b
	case expr.OpLe:
		return a <= b
	case expr.OpGt:
		return a > b
	case expr.OpGe:
		return a >= b
	case expr.OpEq:
		return a == b
	}
	return op == expr.OpNe && a != b
}

func comparison(op expr.Op) bool { return op >= expr.OpEq && op <= expr.OpGe }

// mirroredComparison is the comparison with the sides exchanged.
var mirroredComparison = map[expr.Op]expr.Op{
	expr.OpLt: expr.OpGt, expr.OpLe: expr.OpGe, expr.OpGt: expr.OpLt, expr.OpGe: expr.OpLe, expr.OpEq: expr.OpEq, expr.OpNe: expr.OpNe,
}

// threshold is 1 where a + b*q compares with a scalar as op says.
func (c *counter) threshold(op expr.Op, a, b int64, with *expr.Node) ([]piece, bool) {
	t, ok := c.scalarOf64(with)
	if !ok || b == 0 {
		return nil, false
	}
	if a != math.MinInt64 {
		limit := int64(math.MaxInt64 - 1<<46) // hardly an element is beyond; so nothing overflows below
		t = c.max(c.min(t, number64(limit)), number64(-limit))
	}
	below, orEqual := c.below(a, b, t), c.below(a, b, c.add(t, number64(1)))
	switch op {
	case expr.OpLt:
		return below, true
	case expr.OpLe:
		return orEqual, true
	case expr.OpGt:
		return c.complement(orEqual), true
	case expr.OpGe:
		return c.complement(below), true
	case expr.OpEq:
		return append(orEqual, c.negative(below)...), true
	case expr.OpNe:
		return c.complement(append(orEqual, c.negative(below)...)), true
	}
	return nil, false
}

// below is 1 where a + b*q < t: q has a bound, from which that of k follows.
func (c *counter) below(a, b int64, t *scalar) []piece {
	one := polynomial{number64(1)}
	bound := func(q *scalar) *scalar { // the first k of the class from q on
		return c.add(c.mul(q, number64(int64(c.period))), number64(int64(c.class)))
	}
	switch {
	case a == math.MinInt64: // see byLeast: b is 1, and q above 0, so that all are below 0
		return []piece{{p: one, high: c.sub(c.min(t, number64(-1)), number64(a))}}
	case b > 0:
		return []piece{{p: one, high: bound(c.ceilDiv(c.sub(t, number64(a)), b))}}
	}
	// a - |b|*q < t from q = floor((a-t)/|b|) + 1 on.
	low := c.apply(expr.OpFloorDiv, floorDiv64, c.sub(number64(a), t), number64(-b))
	return []piece{{p: one, low: bound(c.add(low, number64(1)))}}
}

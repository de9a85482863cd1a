package optimize

import (
	"math/bits"

	"arignote/expr"
)

// Sums over ranges of integers in closed form, for the pass structure.
//
// The argument of the sum is a function of k = 0, 1 ... count-1, written as a
// sum of pieces: a polynomial on an interval. Remainders and quotients by
// constants are periodic, so the k are split into residue classes by the common
// period, k = period*q + class, on each of which they are polynomials of q, and
// conditions about them are known. Sums of powers are sums of falling factors,
//
//	sum over q < n of q(q-1)...(q-j+1) = n(n-1)...(n-j) / (j+1)
//
// by Stirling numbers (Graham, Knuth, Patashnik: Concrete Mathematics, section
// 2.6). All of it is modulo 2^64, as the loop is: where the division is by an
// odd number it is a multiplication by the inverse, and one of the factors is
// divided by the power of two before they are multiplied.

// structureCounting are the rows about sums over ranges.
var structureCounting = []Rule{
	// Sums over ranges.
	{Name: "sum-arange", Class: Exact, Op: expr.OpSum, rewrite: sumArange, example: "n: int64; sum(arange(n)**2 + 1)"},
	{Name: "sum-mask", Class: Real, Op: expr.OpSum, rewrite: sumMask, example: "x: float64[5]; sum(x[x > 0])"},
}

const (
	maxDegree  = 7    // of polynomials
	maxPeriod  = 4096 // of remainders
	maxPieces  = 16   // of the function on one residue class
	maxClasses = 64   // residue classes that are summed, where the count is not known
	maxCounted = 1 << 31
)

// sumArange: the sum of a polynomial over a range, also where a condition on
// remainders or bounds says which elements count.
func sumArange(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if n.DType() != expr.Int64 || n.Rank() != 0 || x.Rank() != 1 {
		return nil
	}
	c := &counter{r: r, at: n, period: 1}
	if !c.findRange(x) || c.leaf == nil || c.period > maxPeriod || !r.sameShape(c.leaf, x) {
		return nil // where shapes may differ, a fill may stretch a range of one number
	}
	_, known := c.count.value()
	var total *scalar
	classes := 0
	for class := range c.period {
		c.class = class
		f, ok := c.function(x)
		if classes += oneOf(len(f) > 0); !ok || !known && classes > maxClasses {
			return nil
		}
		for _, p := range f {
			total = c.add(total, c.sum(p))
		}
	}
	return c.node(total)
}

// counter writes a sum over a range.
type counter struct {
	r           *run
	at          *expr.Node
	leaf        *expr.Node // the range: arange, or a slice of one
	start, step *scalar
	count       *scalar
	period      int // of k in the class that is looked at
	class       int
}

// scalar is an int64, known or computed; nil is 0.
type scalar struct {
	n    int64
	node *expr.Node // nil for a number
}

func number64(n int64) *scalar { return &scalar{n: n} }

// value returns s if it is a number.
func (s *scalar) value() (int64, bool) {
	switch {
	case s == nil:
		return 0, true
	case s.node == nil:
		return s.n, true
	}
	return 0, false
}

// node writes s as a strong int64.
func (c *counter) node(s *scalar) *expr.Node {
	if n, known := s.value(); known {
		return c.r.cast(c.at, c.r.weak(int(n)), expr.Int64)
	}
	return s.node
}

// scalarOf64 reads an integer scalar.
func (c *counter) scalarOf64(n *expr.Node) (*scalar, bool) {
	if v, ok := integerOf(n); ok {
		return number64(v), true
	}
	if n.Rank() != 0 || !n.DType().IsInteger() || n.DType() == expr.Uint64 {
		return nil, false
	}
	return &scalar{node: c.r.cast(c.at, n, expr.Int64)}, true
}

// apply computes an op on two scalars, at once by f where both are numbers.
func (c *counter) apply(op expr.Op, f func(a, b int64) int64, a, b *scalar) *scalar {
	x, okX := a.value()
	y, okY := b.value()
	if okX && okY {
		return number64(f(x, y))
	}
	return &scalar{node: c.r.make(c.at, op, nil, c.node(a), c.node(b))}
}

func (c *counter) add(a, b *scalar) *scalar {
	if x, ok := a.value(); ok && x == 0 {
		return b
	}
	if y, ok := b.value(); ok && y == 0 {
		return a
	}
	return c.apply(expr.OpAdd, func(a, b int64) int64 { return a + b }, a, b)
}

func (c *counter) sub(a, b *scalar) *scalar {
	if y, ok := b.value(); ok {
		return c.add(a, number64(-y))
	}
	return c.apply(expr.OpSub, func(a, b int64) int64 { return a - b }, a, b)
}

func (c *counter) mul(a, b *scalar) *scalar {
	x, okX := a.value()
	y, okY := b.value()
	switch {
	case okX && x == 0 || okY && y == 0:
		return nil
	case okX && x == 1:
		return b
	case okY && y == 1:
		return a
	}
	return c.apply(expr.OpMul, func(a, b int64) int64 { return a * b }, a, b)
}

func (c *counter) max(a, b *scalar) *scalar {
	return c.apply(expr.OpMaximum, func(a, b int64) int64 { return max(a, b) }, a, b)
}

func (c *counter) min(a, b *scalar) *scalar {
	return c.apply(expr.OpMinimum, func(a, b int64) int64 { return min(a, b) }, a, b)
}

// ceilDiv is a/b rounded up, for a constant b > 0.
func (c *counter) ceilDiv(a *scalar, b int64) *scalar {
	if b == 1 {
		return a
	}
	return c.apply(expr.OpFloorDiv, floorDiv64, c.add(a, number64(b-1)), number64(b))
}

func floorDiv64(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// findRange finds the one range that x is computed from, and the common period
// of remainders.
func (c *counter) findRange(x *expr.Node) bool {
	if x.Rank() == 0 || isFill(x) {
		return true
	}
	if x.Op() == expr.OpArange || x.Op() == expr.OpSlice {
		return c.readRange(x) && c.leaf == x
	}
	if !x.Op().Elementwise() {
		return false
	}
	for _, a := range x.Args() {
		if !c.findRange(a) {
			return false
		}
	}
	if m, _, divides := divisorOf(x); divides {
		m = max(m, -m)
		if m < 1 || m > maxPeriod {
			return false
		}
		c.period = c.period / gcd(c.period, int(m)) * int(m)
	}
	return c.leaf != nil && c.period <= maxPeriod
}

// divisorOf reads x as a remainder or quotient by a constant; m is 0 if that is
// none that can be counted with. x & 7 is x % 8, x >> 3 is x // 8.
func divisorOf(x *expr.Node) (m int64, quotient, divides bool) {
	switch x.Op() {
	case expr.OpMod, expr.OpFloorDiv, expr.OpShr:
	case expr.OpAnd:
		if x.DType() == expr.Bool {
			return 0, false, false
		}
	default:
		return 0, false, false
	}
	m, ok := integerOf(unstretched(x.Arg(1)))
	switch {
	case !ok || m < -maxPeriod || m > maxPeriod:
		m = 0
	case x.Op() == expr.OpAnd && (m < 0 || m&(m+1) != 0), x.Op() == expr.OpShr && (m < 0 || m > 62):
		m = 0
	case x.Op() == expr.OpAnd:
		m++
	case x.Op() == expr.OpShr:
		m = 1 << m
	}
	return m, x.Op() == expr.OpFloorDiv || x.Op() == expr.OpShr, true
}

// unstretched returns the scalar of which x consists, x if it does not.
func unstretched(x *expr.Node) *expr.Node {
	if isFill(x) {
		return x.Arg(0)
	}
	return x
}

// readRange reads an arange of int64 with constant step, or a slice of it that
// goes forward to the end.
func (c *counter) readRange(x *expr.Node) bool {
	if c.leaf != nil {
		return true
	}
	a, from, by := x, 0, 1
	if x.Op() == expr.OpSlice {
		e := itemsOf(x)[0]
		if a = x.Arg(0); len(itemsOf(x)) != 1 || e.kind != expr.IndexSlice || !e.numeric() || e.stop.has || e.start.n < 0 || e.step.n < 1 {
			return false
		}
		from, by = e.start.n, e.step.n
	}
	if a.Op() != expr.OpArange || a.DType() != expr.Int64 {
		return false
	}
	start, okStart := c.scalarOf64(a.Arg(0))
	stop, okStop := c.scalarOf64(a.Arg(1))
	step, okStep := integerOf(a.Arg(2))
	if !okStart || !okStop || !okStep || step == 0 || step > maxCounted || step < -maxCounted || int64(from) > maxCounted || int64(by) > maxCounted {
		return false
	}
	var count *scalar
	if step > 0 {
		count = c.ceilDiv(c.sub(stop, start), step)
	} else {
		count = c.ceilDiv(c.sub(start, stop), -step)
	}
	count = c.ceilDiv(c.sub(count, number64(int64(from))), int64(by))
	c.leaf, c.count = x, c.max(count, number64(0))
	c.start, c.step = c.add(start, number64(step*int64(from))), number64(step*int64(by))
	return true
}

// line is the polynomial start + step*k in the class that is looked at.
func (c *counter) line() polynomial {
	return polynomial{c.add(c.start, c.mul(c.step, number64(int64(c.class)))), c.mul(c.step, number64(int64(c.period)))}
}

// sum adds up a piece over the k of its class.
func (c *counter) sum(p piece) *scalar {
	low, high := p.low, c.count
	if p.high != nil {
		high = c.min(high, p.high)
	}
	switch {
	case low == nil && p.high == nil:
		return c.sumBelow(p.p, c.index(high)) // which is not negative
	case low == nil:
		return c.sumBelow(p.p, c.max(c.index(high), number64(0)))
	}
	first := c.index(c.max(low, number64(0)))
	last := c.max(c.index(high), first)
	return c.sub(c.sumBelow(p.p, last), c.sumBelow(p.p, first))
}

// index is the number of elements of the class below k.
func (c *counter) index(k *scalar) *scalar {
	return c.ceilDiv(c.sub(k, number64(int64(c.class))), int64(c.period))
}

// sumBelow is the sum of p over q < n, for n that is not negative.
func (c *counter) sumBelow(p polynomial, n *scalar) *scalar {
	falling := c.toFalling(p)
	var total *scalar
	for j, a := range falling {
		if v, known := a.value(); known && v == 0 {
			continue
		}
		total = c.add(total, c.mul(a, c.fallingSum(n, j)))
	}
	return total
}

// toFalling writes a polynomial in falling factors q(q-1)...(q-j+1) instead of
// powers, by repeated division by q-j.
func (c *counter) toFalling(p polynomial) polynomial {
	rest := append(polynomial{}, p...)
	var out polynomial
	for j := int64(0); len(rest) > 0; j++ {
		var carry *scalar
		quotient := make(polynomial, len(rest)-1)
		for i := len(rest) - 1; i >= 0; i-- { // Horner's scheme at j
			carry = c.add(rest[i], c.mul(carry, number64(j)))
			if i > 0 {
				quotient[i-1] = carry
			}
		}
		out, rest = append(out, carry), quotient
	}
	return out
}

// fallingSum is n(n-1)...(n-j) / (j+1), modulo 2^64: one of any 2^t neighbouring
// numbers is divisible by 2^t, and is divided before the product is taken.
func (c *counter) fallingSum(n *scalar, j int) *scalar {
	m := j + 1
	if m == 2 { // n/2 * (n-1), or n * (n-1)/2, without a question
		half := c.apply(expr.OpShr, func(a, b int64) int64 { return a >> b }, n, number64(1))
		odd := c.apply(expr.OpOr, func(a, b int64) int64 { return a | b }, c.sub(n, number64(1)), number64(1))
		return c.mul(half, odd)
	}
	twos := bits.TrailingZeros(uint(m))
	product := number64(inverse64(uint64(m >> twos)))
	for t := range m {
		f := c.sub(n, number64(int64(t)))
		if t < 1<<twos && twos > 0 {
			f = c.halved(n, f, t, twos)
		}
		product = c.mul(product, f)
	}
	return product
}

// halved is f = n-t divided by 2^twos, if it is the one of n, n-1 ... that is
// divisible by it, else f.
func (c *counter) halved(n, f *scalar, t, twos int) *scalar {
	mask := int64(1)<<twos - 1
	if v, known := n.value(); known {
		if v&mask == int64(t) {
			return number64((v - int64(t)) >> twos)
		}
		return f
	}
	rest := c.apply(expr.OpAnd, nil, n, number64(mask))
	is := c.r.make(c.at, expr.OpEq, nil, rest.node, c.node(number64(int64(t))))
	shifted := c.apply(expr.OpShr, nil, f, number64(int64(twos)))
	return &scalar{node: c.r.make(c.at, expr.OpWhere, nil, is, shifted.node, f.node)}
}

// inverse64 is the inverse of an odd number modulo 2^64: each step of Newton's
// iteration doubles the number of right bits, of which there are 3 at first.
func inverse64(m uint64) int64 {
	x := m
	for range 5 {
		x *= 2 - m*x
	}
	return int64(x)
}

// sumMask adds up what is not masked, and need not know how much that is.
func sumMask(r *run, n *expr.Node) *expr.Node {
	part := n.Arg(0)
	if part.Op() != expr.OpTake || len(part.Args()) != 2 || part.Rank() != 1 || n.Rank() != 0 || !r.once(part) {
		return nil
	}
	x, index := part.Arg(0), part.Arg(1)
	if index.Op() != expr.OpItem || index.Arg(0).Op() != expr.OpNonzero || !r.sameShape(x, index.Arg(0).Arg(0)) {
		return nil
	}
	mask := r.cast(n, index.Arg(0).Arg(0), expr.Bool)
	return r.make(n, expr.OpSum, n.Attr(), r.make(n, expr.OpWhere, nil, mask, x, r.cast(n, r.weak(0), x.DType())))
}

package optimize

import (
	"math/bits"

	"arignote/expr"
)

// Sums over ranges of integers in closed form, for the pass structure.
//
// The argument of the sum is a function of the index k of a range, written as a
// sum of pieces: a polynomial on an interval. Remainders and quotients by small
// constants are periodic, so the k are split into residue classes by the common
// period, k = period*q + class, on each of which they are polynomials of q, and
// conditions about them are known. Division by anything else is counted in
// blocks, see dividing.go. Sums of powers are sums of falling factors,
//
//	sum over q < n of q(q-1)...(q-j+1) = n(n-1)...(n-j) / (j+1)
//
// by Stirling numbers (Graham, Knuth, Patashnik: Concrete Mathematics, section
// 2.6). All of it is modulo 2^64, as the loop is: where the division is by an
// odd number it is a multiplication by the inverse, and powers of two are taken
// out of pairs of neighbours, one of which is even.
//
// Of a function of two ranges, one along each axis, the sum over one is a
// polynomial of the other.

// structureCounting are the rows about sums over ranges.
var structureCounting = []Rule{
	// Sums over ranges.
	{Name: "sum-arange", Class: Exact, Op: expr.OpSum, rewrite: sumArange, example: "n: int64; k: int64; sum(arange(n)**2 + 1), sum(arange(n) % k), sum((arange(n)[:, None] + arange(k))**2)"},
	{Name: "sum-arange-step", Class: Real, Op: expr.OpSum, rewrite: sumArangeStep, example: "n: int64; k: int64; sum(arange(3, n, maximum(k, 1)))"},
	{Name: "dot-arange", Class: Exact, Op: expr.OpDot, rewrite: dotArange, example: "n: int64; arange(n) @ (arange(n) % 3)"},
	{Name: "size-arange", Class: Exact, Op: expr.OpSize, rewrite: sizeArange, example: "n: int64; size(arange(3, n)[::2])"},
	{Name: "sum-mask", Class: Real, Op: expr.OpSum, rewrite: sumMask, example: "x: float64[5]; sum(x[x > 0])"},
}

const (
	maxDegree  = 127  // of polynomials
	maxPeriod  = 4096 // of remainders
	maxPieces  = 16   // of the function on one residue class
	maxClasses = 64   // residue classes that are summed, where the count is not known
	maxCounted = 1 << 31
	maxWritten = 4000 // scalars that are computed
)

// sumArange: the sum of a polynomial over a range, also where a condition on
// remainders or bounds says which elements count.
func sumArange(r *run, n *expr.Node) *expr.Node { return r.sumOverRange(n, false) }

// sumArangeStep does the same for a step that is not known. If it is 0, there is
// no range, and that is no longer reported.
func sumArangeStep(r *run, n *expr.Node) *expr.Node { return r.sumOverRange(n, true) }

// dotArange takes the product of two vectors for the sum that it is.
func dotArange(r *run, n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if x.Rank() != 1 || y.Rank() != 1 || n.DType() != expr.Int64 || !r.sameShape(x, y) {
		return nil
	}
	product := r.make(n, expr.OpMul, nil, x, y)
	return r.sumOverRange(r.make(n, expr.OpSum, axesAttr([]int{0}, 1, false), product), false)
}

// sizeArange counts the elements of a range, of whatever length.
func sizeArange(r *run, n *expr.Node) *expr.Node {
	if n.Arg(0).Rank() != 1 {
		return nil
	}
	c := &counter{r: r, at: n}
	s, ok := c.readSpan(n.Arg(0))
	if !ok || c.failed {
		return nil
	}
	return c.node(c.sub(s.count, s.first))
}

// sumOverRange returns the closed form of the sum n, nil if there is none.
func (r *run) sumOverRange(n *expr.Node, anyStep bool) *expr.Node {
	x := n.Arg(0)
	if n.DType() != expr.Int64 || n.Rank() != 0 || x.Rank() < 1 || x.Rank() > 2 {
		return nil
	}
	c := &counter{r: r, at: n, period: 1, anyStep: anyStep}
	if !c.find(x) || !c.wholeShape(x) {
		return nil // where shapes may differ, a fill may stretch a range of one number
	}
	for _, way := range []func(x *expr.Node) (total *scalar, ok bool){c.byClasses, c.byBlocks, c.byTable} {
		c.period, c.class, c.failed, c.written = 1, 0, false, 0
		if total, ok := way(x); ok && !c.failed {
			return c.node(total)
		}
	}
	return nil
}

// counter writes a sum over one or two ranges.
type counter struct {
	r            *run
	at           *expr.Node
	inner, outer *span64    // what the sum goes over; outer may be nil
	divisions    []division // what is computed of indices
	anyStep      bool
	period       int // of k in the class that is looked at
	class        int
	block        *blockwise // where indices are counted in blocks
	failed       bool       // something cannot be written
	written      int
}

// wholeShape reports whether x has the shape of its ranges.
func (c *counter) wholeShape(x *expr.Node) bool {
	if c.outer == nil {
		return x.Rank() == 1 && c.r.sameShape(c.inner.leaf, x)
	}
	d := c.r.dims(x)
	return d[0] == c.r.dims(c.outer.leaf)[0] && d[1] == c.r.dims(c.inner.leaf)[c.inner.leaf.Rank()-1]
}

// byClasses adds up the classes of the common period, one after the other, if
// they are few or the count is known.
func (c *counter) byClasses(x *expr.Node) (total *scalar, ok bool) {
	if !c.readPeriod() {
		return nil, false
	}
	_, known := c.inner.count.value()
	classes := 0
	for c.class = range c.period {
		f, ok := c.function(x)
		if classes += oneOf(len(f) > 0); !ok || !known && classes > maxClasses {
			return nil, false
		}
		total = c.add(total, c.sumPieces(f))
	}
	return c.overOuter(total), true
}

// readPeriod finds the common period of the divisions.
func (c *counter) readPeriod() bool {
	for _, d := range c.divisions {
		m, known := d.by.value()
		if m = max(m, -m); d.narrow || !known || m < 1 || m > maxPeriod {
			return false
		}
		if c.period = c.period / gcd(c.period, int(m)) * int(m); c.period > maxPeriod {
			return false
		}
	}
	return true
}

// overOuter adds up a polynomial of the outer index over its range.
func (c *counter) overOuter(s *scalar) *scalar {
	if c.outer == nil {
		return s
	}
	return c.sub(c.sumBelow(s.asPolynomial(), c.outer.count), c.sumBelow(s.asPolynomial(), c.outer.first))
}

// find finds the ranges that x is computed from, and what is divided.
func (c *counter) find(x *expr.Node) bool {
	return c.visit(x, make(map[*expr.Node]bool)) && c.inner != nil
}

// visit is find, which looks at each node once.
func (c *counter) visit(x *expr.Node, seen map[*expr.Node]bool) bool {
	if x.Rank() == 0 || isFill(x) || seen[x] {
		return true
	}
	seen[x] = true
	switch x.Op() {
	case expr.OpArange, expr.OpSlice, expr.OpDimShuffle:
		return c.readRange(x)
	}
	if !x.Op().Elementwise() || x.DType() == expr.Uint64 {
		return false
	}
	for _, a := range x.Args() {
		if !c.visit(a, seen) {
			return false
		}
	}
	return c.readDivision(x)
}

// unstretched returns the scalar of which x consists, x if it does not.
func unstretched(x *expr.Node) *expr.Node {
	if isFill(x) {
		return x.Arg(0)
	}
	return x
}

// line is the polynomial of q that the elements of the inner range are.
func (c *counter) line() polynomial {
	s := c.inner
	if c.block != nil && c.block.sign != 0 {
		return c.total(polynomial{s.start}, c.product(polynomial{s.step}, c.block.index(c)))
	}
	return polynomial{c.add(s.start, c.mul(s.step, number64(int64(c.class)))), c.mul(s.step, number64(int64(c.period)))}
}

// sumPieces adds up a function over the k of its class.
func (c *counter) sumPieces(f []piece) (total *scalar) {
	for _, p := range f {
		total = c.add(total, c.sum(p))
	}
	return total
}

// sum adds up a piece over the k of its class.
func (c *counter) sum(p piece) *scalar {
	low, high := c.inner.first, c.inner.count
	if p.high != nil {
		high = c.min(high, p.high)
	}
	if p.low != nil {
		low = c.max(p.low, low)
	}
	first, last := c.index(low), c.index(high)
	if p.low != nil || p.high != nil {
		last = c.max(last, first)
	}
	return c.sub(c.sumBelow(p.p, last), c.sumBelow(p.p, first))
}

// index is the number of elements of the class below k.
func (c *counter) index(k *scalar) *scalar {
	if v, known := k.value(); known && v == 0 {
		return nil
	}
	return c.ceilDiv(c.sub(k, number64(int64(c.class))), int64(c.period))
}

// sumBelow is the sum of p over q < n; for n below 0 the sum over n <= q < 0
// with the other sign, so that differences are right.
func (c *counter) sumBelow(p polynomial, n *scalar) *scalar {
	if v, known := n.value(); known && v == 0 {
		return nil
	}
	sums := fallingSums{n: n}
	var total *scalar
	for j, a := range c.toFalling(p) {
		if v, known := a.value(); known && v == 0 {
			continue
		}
		total = c.add(total, c.mul(a, sums.at(c, j)))
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

// fallingSums are n(n-1)...(n-j) / (j+1), modulo 2^64, for all j. As many pairs of
// neighbours are halved as the divisor has factors 2, of which there are never
// more than pairs; products for equally many begin alike and are kept.
type fallingSums struct {
	n    *scalar
	kept [8]struct {
		product *scalar
		factors int
	}
}

// at returns number j, which is larger than those before.
func (s *fallingSums) at(c *counter, j int) *scalar {
	m := j + 1
	twos := bits.TrailingZeros(uint(m))
	k := &s.kept[twos]
	if k.factors == 0 {
		k.product = number64(1)
	}
	for ; k.factors < m; k.factors++ {
		f := c.sub(s.n, number64(int64(k.factors)))
		if k.factors < 2*twos { // f/2 * (f-1), or f * (f-1)/2, without a question
			half := c.apply(expr.OpShr, func(a, b int64) int64 { return a >> b }, f, number64(1))
			odd := c.apply(expr.OpOr, func(a, b int64) int64 { return a | b }, c.sub(f, number64(1)), number64(1))
			f = c.mul(half, odd)
			k.factors++
		}
		k.product = c.mul(k.product, f)
	}
	return c.mul(number64(inverse64(uint64(m>>twos))), k.product)
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

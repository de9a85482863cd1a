package optimize

import (
	"math"

	"arignote/expr"
)

// Sums over ranges in which an index is divided by a number that is not known, or
// is large, or in which it wraps around because it is converted to few bits. What
// is divided is v = shift + k or shift - k, and v = m*q + r for the quotient q and
// the remainder r. In a block, where q is the same for all, everything is a
// function of r; added up over a block, it is a polynomial of q, which is added
// up over the blocks. The last block is shorter.

// division is a remainder, a quotient, or a number of few bits.
type division struct {
	node, of *expr.Node // what it is, and what is divided
	by       *scalar
	narrow   bool // node wraps around
}

// blockwise says how v is counted.
type blockwise struct {
	division
	shift *scalar
	slope int64   // of v, 1 or -1
	sign  int64   // of the divisor; 0 if that is 0, and then k is counted
	least bool    // the divisor is -2^63: all is one block, and r is v
	m     *scalar // the divisor without it
	q     *scalar
}

// value is v as a polynomial of r.
func (b *blockwise) value(c *counter) polynomial {
	sign := number64(b.sign)
	return polynomial{c.mul(sign, c.mul(b.m, b.q)), sign}
}

// index is k as a polynomial of r.
func (b *blockwise) index(c *counter) polynomial {
	v := c.total(b.value(c), polynomial{c.sub(nil, b.shift)})
	return c.product(polynomial{number64(b.slope)}, v)
}

// readDivision adds x to the divisions, if it is one: a remainder or quotient by a
// scalar (x & 7 is x % 8, x >> 3 is x // 8), or what wraps around in few bits. It
// fails if x cannot be counted with.
func (c *counter) readDivision(x *expr.Node) bool {
	switch x.Op() {
	case expr.OpMod, expr.OpFloorDiv, expr.OpShr, expr.OpAnd:
		if x.DType() == expr.Bool {
			return true
		}
		by, ok := c.divisor(x)
		c.divisions = append(c.divisions, division{node: x, of: x.Arg(0), by: by})
		return ok && x.Arg(0).Rank() > 0
	case expr.OpCast, expr.OpAdd, expr.OpSub, expr.OpNeg:
		if !x.DType().IsInteger() || x.DType().Size() == 8 || x.Op() == expr.OpCast && holdsAll(x.DType(), x.Arg(0).DType()) {
			return true
		}
		c.forgetNarrow(x.Args())
		c.divisions = append(c.divisions, division{x, x, number64(1 << (8 * x.DType().Size())), true})
	}
	return true
}

// forgetNarrow drops nodes that wrap around, because what is computed of them
// does.
func (c *counter) forgetNarrow(nodes []*expr.Node) {
	kept := c.divisions[:0]
	for _, d := range c.divisions {
		if allOf(nodes, func(n *expr.Node) bool { return !d.narrow || d.node != n }) {
			kept = append(kept, d)
		}
	}
	c.divisions = kept
}

// divisor reads what x divides by.
func (c *counter) divisor(x *expr.Node) (*scalar, bool) {
	by, ok := c.scalarOf64(unstretched(x.Arg(1)))
	if !ok || x.DType() != expr.Int64 {
		return nil, false
	}
	m, known := by.value()
	switch x.Op() {
	case expr.OpAnd:
		return number64(m + 1), known && m >= 0 && m < maxCounted && m&(m+1) == 0
	case expr.OpShr:
		return number64(1 << (m & 63)), known && m >= 0 && m < 32
	}
	return by, !known || m > -maxCounted && m < maxCounted
}

// byBlocks adds up blocks, if all divisions are of one number by one number.
func (c *counter) byBlocks(x *expr.Node) (total *scalar, ok bool) {
	if len(c.divisions) == 0 || c.outer != nil {
		return nil, false
	}
	b := blockwise{division: c.divisions[0]}
	for _, d := range c.divisions[1:] {
		if d.of != b.of || d.narrow != b.narrow || !sameScalar(d.by, b.by) {
			return nil, false
		}
	}
	f, ok := c.unwrapped(b.of)
	if !ok || !b.follow(f) {
		return nil, false
	}
	if m, known := b.by.value(); known {
		return c.signed(x, b, sign64(m))
	}
	up, okUp := c.signed(x, b, 1)
	down, okDown := c.signed(x, b, -1)
	none, okNone := c.signed(x, b, 0)
	b.least = true
	least, okLeast := c.signed(x, b, 1)
	return c.bySign(b.by, up, down, none, least), okUp && okDown && okNone && okLeast
}

// sameScalar reports whether a and b are one number or one node.
func sameScalar(a, b *scalar) bool {
	x, okX := a.value()
	y, okY := b.value()
	return okX && okY && x == y || !okX && !okY && a.node == b.node
}

func sign64(m int64) int64 { return int64(oneOf(m > 0)) - int64(oneOf(m < 0)) }

// follow takes shift and slope from the function of k that is divided.
func (b *blockwise) follow(f []piece) bool {
	if len(f) != 1 || f[0].low != nil || f[0].high != nil || len(f[0].p) != 2 {
		return false
	}
	slope, known := f[0].p[1].value()
	b.shift, b.slope = f[0].p[0], slope
	return known && (slope == 1 || slope == -1)
}

// unwrapped is the function of x, or for a number of few bits what it would be if
// it did not wrap around.
func (c *counter) unwrapped(x *expr.Node) ([]piece, bool) {
	if y := unstretched(x); y.Rank() == 0 {
		return c.constant(y)
	}
	if x.DType() == expr.Int64 || x.DType() == expr.Bool {
		return c.function(x)
	}
	args := make([][]piece, len(x.Args()))
	for i, a := range x.Args() {
		var ok bool
		if args[i], ok = c.unwrapped(a); !ok || !a.DType().IsInteger() || a.DType().Size() < x.DType().Size() && !a.Type().Weak {
			return nil, false
		}
	}
	switch x.Op() {
	case expr.OpCast, expr.OpAdd, expr.OpSub, expr.OpNeg:
		f, ok := c.arithmetic(x.Op(), args)
		return c.merged(f), ok
	}
	return nil, false
}

// signed adds up blocks of v for a divisor of the given sign.
func (c *counter) signed(x *expr.Node, b blockwise, sign int64) (total *scalar, ok bool) {
	whole := *c.inner
	defer func() { *c.inner, c.block = whole, nil }()
	b.sign = sign
	c.block = &b
	if sign == 0 {
		f, ok := c.function(x)
		return c.sumPieces(f), ok
	}
	if b.m = c.mul(number64(sign), b.by); b.by.node != nil {
		b.m = c.max(b.m, number64(1)) // else it is not this sum that is taken
	}
	low, high := whole.first, whole.count
	reflect := func() { low, high = c.sub(number64(1), high), c.sub(number64(1), low) }
	if b.slope < 0 {
		reflect()
	}
	low, high = c.add(low, b.shift), c.add(high, b.shift)
	if sign < 0 {
		reflect()
	}
	if b.least {
		b.q, c.inner.first, c.inner.count = nil, low, high
		f, ok := c.function(x)
		return c.sumPieces(f), ok
	}
	c.inner.first, c.inner.count = nil, b.m
	b.q = &scalar{outer: polynomial{nil, number64(1)}}
	f, ok := c.function(x)
	full := c.sumPieces(f)
	below := func(v *scalar) *scalar { // the sum over what is below v, up to a constant
		b.q = c.apply(expr.OpFloorDiv, floorDiv64, v, b.m)
		c.inner.count = c.sub(v, c.mul(b.q, b.m))
		f, okPart := c.function(x)
		ok = ok && okPart
		return c.add(c.sumBelow(full.asPolynomial(), b.q), c.sumPieces(f))
	}
	return c.sub(below(high), below(low)), ok
}

// bySign chooses by the sign of a number.
func (c *counter) bySign(by, up, down, none, least *scalar) *scalar {
	if boundsOf(by.node).lo > 0 {
		return up
	}
	where := func(op expr.Op, with int64, then, other *scalar) *scalar {
		return c.where(c.apply(op, nil, by, number64(with)), then, other)
	}
	down = where(expr.OpEq, math.MinInt64, least, down)
	return where(expr.OpGt, 0, up, where(expr.OpLt, 0, down, none))
}

// wrapped is a number of few bits as a function of r.
func (c *counter) wrapped(d expr.DType) []piece {
	if !d.IsSigned() {
		return []piece{{p: polynomial{nil, number64(1)}}}
	}
	m := int64(1) << (8 * d.Size())
	return []piece{
		{p: polynomial{nil, number64(1)}, high: number64(m / 2)},
		{p: polynomial{number64(-m), number64(1)}, low: number64(m / 2)},
	}
}

// inBlock is the remainder or quotient x of v.
func (c *counter) inBlock(x *expr.Node) []piece {
	switch {
	case c.block.least:
		return c.byLeast(x)
	case c.block.sign == 0:
		return nil
	case x.Op() == expr.OpMod || x.Op() == expr.OpAnd:
		return []piece{{p: polynomial{nil, number64(c.block.sign)}}}
	}
	return []piece{{p: polynomial{c.block.q}.trimmed()}}
}

// byLeast is the remainder or quotient x of v by -2^63: of what is positive the
// quotient is -1.
func (c *counter) byLeast(x *expr.Node) []piece {
	one := number64(1)
	if x.Op() == expr.OpFloorDiv {
		return []piece{{high: one}, {p: polynomial{number64(-1)}, low: one}}
	}
	return []piece{{p: polynomial{nil, one}, high: one}, {p: polynomial{number64(math.MinInt64), one}, low: one}}
}

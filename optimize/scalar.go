package optimize

import "arignote/expr"

// Numbers of which closed forms are made, see counted.go: arithmetic is done at
// once where all is known, else written as nodes.

// scalar is an int64: known, computed, or a polynomial of the index of an outer
// loop; nil is 0.
type scalar struct {
	n     int64
	node  *expr.Node // nil for a number
	outer polynomial // nil but for such a polynomial
}

func number64(n int64) *scalar { return &scalar{n: n} }

// value returns s if it is a number.
func (s *scalar) value() (int64, bool) {
	switch {
	case s == nil:
		return 0, true
	case s.node == nil && s.outer == nil:
		return s.n, true
	}
	return 0, false
}

// asPolynomial returns s as a polynomial of the outer index.
func (s *scalar) asPolynomial() polynomial {
	if s == nil || s.outer != nil {
		return s.outerOf()
	}
	return polynomial{s}
}

// outerOf returns the polynomial of s, which has one or is nil.
func (s *scalar) outerOf() polynomial {
	if s == nil {
		return nil
	}
	return s.outer
}

// ofOuter returns a polynomial of the outer index as a scalar.
func ofOuter(p polynomial) *scalar {
	switch len(p) {
	case 0:
		return nil
	case 1:
		return p[0]
	}
	return &scalar{outer: p}
}

// varies reports whether a or b is a polynomial of the outer index.
func varies(a, b *scalar) bool { return a != nil && a.outer != nil || b != nil && b.outer != nil }

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
	switch {
	case okX && okY && f != nil:
		return number64(f(x, y))
	case varies(a, b):
		c.failed = true
		return nil
	}
	if c.written++; c.written > maxWritten {
		c.failed = true
		return nil
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
	if varies(a, b) {
		return ofOuter(c.total(a.asPolynomial(), b.asPolynomial()))
	}
	return c.apply(expr.OpAdd, func(a, b int64) int64 { return a + b }, a, b)
}

func (c *counter) sub(a, b *scalar) *scalar {
	if y, ok := b.value(); ok {
		return c.add(a, number64(-y))
	}
	if varies(a, b) {
		return c.add(a, c.mul(number64(-1), b))
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
	case varies(a, b):
		return ofOuter(c.product(a.asPolynomial(), b.asPolynomial()))
	}
	return c.apply(expr.OpMul, func(a, b int64) int64 { return a * b }, a, b)
}

func (c *counter) max(a, b *scalar) *scalar {
	return c.apply(expr.OpMaximum, func(a, b int64) int64 { return max(a, b) }, a, b)
}

func (c *counter) min(a, b *scalar) *scalar {
	return c.apply(expr.OpMinimum, func(a, b int64) int64 { return min(a, b) }, a, b)
}

// ceilDiv is a/b rounded up, for a constant b > 0 and any a but the least.
func (c *counter) ceilDiv(a *scalar, b int64) *scalar {
	if b == 1 {
		return a
	}
	return c.add(c.apply(expr.OpFloorDiv, floorDiv64, c.sub(a, number64(1)), number64(b)), number64(1))
}

// where chooses by a condition that is not known.
func (c *counter) where(condition, then, other *scalar) *scalar {
	c.written++
	return &scalar{node: c.r.make(c.at, expr.OpWhere, nil, condition.node, c.node(then), c.node(other))}
}

func floorDiv64(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

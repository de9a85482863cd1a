package optimize

import "arignote/expr"

// The ranges over which sums in closed form go, see counted.go.

// span64 is a range: its elements are start + step*k for first <= k < count.
type span64 struct {
	leaf         *expr.Node // arange, or a slice of one
	start, step  *scalar
	first, count *scalar
}

// readRange reads a range along the last axis, or the first of two.
func (c *counter) readRange(x *expr.Node) bool {
	a, outer := x, false
	if x.Op() == expr.OpDimShuffle {
		p := x.Attr().(expr.Pattern).Axes
		if a = x.Arg(0); len(p) != 2 || a.Rank() != 1 {
			return false
		}
		outer = p[0] == 0
	}
	to := &c.inner
	if outer {
		to = &c.outer
	}
	s, ok := c.readSpan(a)
	if !ok || *to != nil {
		return false
	}
	s.leaf, *to = x, s
	return true
}

// readSpan reads an arange of int64, or a slice of one. Where the step is 1 or -1, k
// is the number itself, so that remainders are known if the start is not.
func (c *counter) readSpan(x *expr.Node) (*span64, bool) {
	a := x
	if x.Op() == expr.OpSlice {
		a = x.Arg(0)
	}
	if a.Op() != expr.OpArange || a.DType() != expr.Int64 {
		return nil, false
	}
	start, okStart := c.scalarOf64(a.Arg(0))
	stop, okStop := c.scalarOf64(a.Arg(1))
	step, okStep := c.scalarOf64(a.Arg(2))
	if !okStart || !okStop || !okStep {
		return nil, false
	}
	count, ok := c.countOf(start, stop, step)
	s := &span64{start: start, step: step, count: count}
	if !ok || a != x && !s.slice(c, itemsOf(x)) {
		return nil, false
	}
	if by, known := s.step.value(); known && (by == 1 || by == -1) {
		s.ascend(c, by)
	}
	return s, true
}

// slice takes a part of s, with bounds that need not be known.
func (s *span64) slice(c *counter, items []item) bool {
	by, known := items[0].step.number()
	if len(items) != 1 || items[0].kind != expr.IndexSlice || !known || by == 0 || int64(by) > maxCounted || int64(by) < -maxCounted {
		return false
	}
	first, last := c.sub(s.count, number64(1)), number64(-1) // as going down does
	if by > 0 {
		first, last = nil, s.count
	}
	from, okFrom := c.bound(items[0].start, first, s.count, by)
	if n, isNumber := items[0].start.number(); isNumber && n >= 0 && by > 0 {
		from = number64(int64(n)) // which may be above the end, where there is nothing either
	}
	to, okTo := c.bound(items[0].stop, last, s.count, by)
	if !okFrom || !okTo {
		return false
	}
	if by > 0 {
		s.count = c.ceilDiv(c.sub(c.max(to, from), from), int64(by))
	} else {
		s.count = c.ceilDiv(c.sub(from, c.min(to, from)), int64(-by))
	}
	s.start, s.step = c.add(s.start, c.mul(s.step, from)), c.mul(s.step, number64(int64(by)))
	return true
}

// bound is the bound b of a slice, counted from the beginning of an axis and within
// it: otherwise if there is none.
func (c *counter) bound(b bound, otherwise, count *scalar, by int) (*scalar, bool) {
	least, most := (*scalar)(nil), count
	if by < 0 {
		least, most = number64(-1), c.sub(count, number64(1))
	}
	n, isNumber := b.number()
	switch {
	case !b.has:
		return otherwise, true
	case isNumber && (int64(n) > maxCounted || int64(n) < -maxCounted):
		return nil, false
	case isNumber && n >= 0:
		return c.min(number64(int64(n)), most), true
	case isNumber:
		return c.max(c.add(count, number64(int64(n))), least), true
	}
	at, ok := c.scalarOf64(b.node)
	if !ok {
		return nil, false
	}
	negative := c.apply(expr.OpLt, nil, at, nil)
	return c.where(negative, c.max(c.add(at, count), least), c.min(at, most)), true
}

// ascend counts the elements of s, whose step is 1 or -1, by themselves.
func (s *span64) ascend(c *counter, step int64) {
	if s.first, s.count = s.start, c.add(s.start, s.count); step < 0 {
		s.first, s.count = c.add(c.sub(s.start, c.sub(s.count, s.start)), number64(1)), c.add(s.start, number64(1))
	}
	s.start, s.step = nil, number64(1)
}

// countOf is the length of a range, right unless it is 2^63 or more. What is
// subtracted is not larger, so that nothing wraps where there is nothing between
// numbers that are far apart; and a known start is taken apart, s*step + rest.
func (c *counter) countOf(start, stop, step *scalar) (*scalar, bool) {
	by, known := step.value()
	rest, steps := start, (*scalar)(nil)
	switch a, knownStart := start.value(); {
	case !known:
		up := c.apply(expr.OpGt, nil, step, nil)
		stop = c.where(up, c.max(stop, start), c.min(stop, start))
		return c.sub(nil, c.apply(expr.OpFloorDiv, nil, c.sub(start, stop), step)), c.anyStep
	case by == 0 || by > maxCounted || by < -maxCounted:
		return nil, false
	case knownStart:
		q := floorDiv64(a, by)
		rest, steps = number64(a-q*by), number64(q)
	}
	if by > 0 {
		return c.sub(c.ceilDiv(c.sub(c.max(stop, start), rest), by), steps), true
	}
	below := c.sub(c.min(stop, start), rest)
	if by < -1 {
		below = c.apply(expr.OpFloorDiv, floorDiv64, below, number64(-by))
	}
	return c.sub(c.sub(nil, below), steps), true
}

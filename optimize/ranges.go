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

// readSpan reads an arange of int64, or a slice of it that goes forward. Where the
// step is 1 or -1, k is the number itself, so that remainders are known if the start
// is not.
func (c *counter) readSpan(x *expr.Node) (*span64, bool) {
	a, from, by, to := x, 0, 1, bound{}
	if x.Op() == expr.OpSlice {
		e := itemsOf(x)[0]
		if a = x.Arg(0); len(itemsOf(x)) != 1 || e.kind != expr.IndexSlice || !e.numeric() || e.start.n < 0 || e.step.n < 1 {
			return nil, false
		}
		from, by, to = e.start.n, e.step.n, e.stop
	}
	if a.Op() != expr.OpArange || a.DType() != expr.Int64 {
		return nil, false
	}
	start, okStart := c.scalarOf64(a.Arg(0))
	stop, okStop := c.scalarOf64(a.Arg(1))
	step, okStep := c.scalarOf64(a.Arg(2))
	if !okStart || !okStop || !okStep || int64(from) > maxCounted || int64(by) > maxCounted {
		return nil, false
	}
	count, ok := c.countOf(start, stop, step)
	if !ok {
		return nil, false
	}
	switch {
	case to.has && to.n >= 0:
		count = c.min(count, number64(int64(to.n)))
	case to.has:
		count = c.add(count, number64(int64(to.n)))
	}
	if from > 0 || to.has {
		count = c.max(count, number64(int64(from)))
	}
	count = c.ceilDiv(c.sub(count, number64(int64(from))), int64(by))
	s := &span64{
		start: c.add(start, c.mul(step, number64(int64(from)))), step: c.mul(step, number64(int64(by))), count: count,
	}
	if by, known := s.step.value(); known && (by == 1 || by == -1) {
		s.ascend(c, by)
	}
	return s, true
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

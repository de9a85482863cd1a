package autodiff

import (
	"slices"

	"arignote/expr"
)

// Rules of reductions and of ops along an axis.

// unreduced returns r, which has the shape of the result of a reduction,
// stretched back to the shape of the argument.
func (s *step) unreduced(r term) term { return s.kept(r).stretch(s.x(0)) }

// kept returns r, which has the shape of the result of a reduction, with the
// reduced axes as axes of length 1.
func (s *step) kept(r term) term {
	a := s.n.Attr().(expr.Axes)
	if a.KeepDims || r.rank() == 0 { // a scalar broadcasts as it is
		return r
	}
	pattern := make([]int, s.x(0).rank())
	next := 0
	for i := range pattern {
		pattern[i] = -1
		if !slices.Contains(a.Axes, i) {
			pattern[i] = next
			next++
		}
	}
	return r.dimshuffle(pattern...)
}

// meanRule divides by the number of elements.
func meanRule(s *step) []term {
	x, count := s.x(0), number(1)
	for _, axis := range s.n.Attr().(expr.Axes).Axes {
		count = product(s.n, count, x.size(axis))
	}
	n := x.is(count)
	if count.Value() == nil {
		n = n.cast(s.n.DType().Real())
	}
	return []term{s.unreduced(s.g().div(n))}
}

// product returns u*v, at once where both are known.
func product(at, u, v *expr.Node) *expr.Node {
	a, b := u.Value(), v.Value()
	switch {
	case a != nil && b != nil:
		return number(a.Float(0) * b.Float(0))
	case a != nil && a.Float(0) == 1:
		return v
	}
	return expr.New(at, expr.OpMul, nil, u, v)
}

// extremumRule: every element that is the extremum gets the full gradient.
func extremumRule(s *step) []term {
	x := s.x(0)
	return []term{x.eq(s.kept(s.y())).choose(s.kept(s.g()), 0.0)}
}

// logSumExpRule: softmax.
func logSumExpRule(s *step) []term {
	x, g := s.x(0), s.kept(s.g())
	if axes := s.n.Attr().(expr.Axes).Axes; len(axes) == 1 {
		return []term{x.softmax(axes[0]).mul(g)}
	}
	return []term{x.sub(s.kept(s.y())).exp().mul(g)}
}

// prodRule: for each element the product of the others, also where some of
// them are zero.
func prodRule(s *step) []term {
	x, axes := s.x(0), s.n.Attr().(expr.Axes).Axes
	g := s.kept(s.g())
	switch {
	case len(axes) == 0:
		return []term{g}
	case len(axes) == 1:
		return []term{g.mul(others(x, axes[0]).conj())}
	case len(axes) == x.rank():
		all := others(x.reshape(-1), 0)
		return []term{g.mul(all.reshapeLike(x).conj())}
	}
	var order []int // the reduced axes last
	for i := range x.rank() {
		if !slices.Contains(axes, i) {
			order = append(order, i)
		}
	}
	rest := len(order)
	order = append(order, axes...)
	y := x.dimshuffle(order...)
	lines := y.reshape(append(sizes(y.v)[:rest], -1)...)
	back := make([]int, len(order))
	for i, a := range order {
		back[a] = i
	}
	return []term{g.mul(others(lines, rest).reshapeLike(y).dimshuffle(back...).conj())}
}

// others returns, for each element of a line along axis, the product of all
// other elements of the line: of those before it times of those after it.
func others(x term, axis int) term {
	return before(x, axis).mul(before(x.flip(axis), axis).flip(axis))
}

// before returns the products of the elements before each one along axis.
func before(x term, axis int) term {
	items := make([]any, axis+1)
	for i := range items {
		items[i] = expr.All
	}
	items[axis] = expr.Range{Stop: -1}
	dims := sizes(x.shape())
	dims[axis] = 1
	one := x.is(expr.OnesOf(x.dtype(), dims...))
	joined := x.apply(expr.OpConcatenate, expr.Axis{Axis: axis}, one.v, x.v)
	return joined.cumprod(axis).index(items...)
}

// line returns the argument of an op along an axis, and the axis; where the op
// works on the flattened argument, that.
func (s *step) line() (x term, axis int) {
	x, axis = s.x(0), s.n.Attr().(expr.Axis).Axis
	if axis < 0 {
		return x.reshape(-1), 0
	}
	return x, axis
}

// whole returns d, a gradient with respect to what line returns, as one with
// respect to the argument.
func (s *step) whole(d term) []term {
	if s.n.Attr().(expr.Axis).Axis < 0 {
		d = d.reshapeLike(s.x(0))
	}
	return []term{d}
}

func softmaxRule(s *step) []term {
	_, axis := s.line()
	gy := s.g().mul(s.y())
	return s.whole(gy.sub(s.y().mul(gy.sum(axis))))
}

func logSoftmaxRule(s *step) []term {
	_, axis := s.line()
	g := s.g()
	return s.whole(g.sub(s.y().exp().mul(g.sum(axis))))
}

// cumsumRule: the running sums from the other end.
func cumsumRule(s *step) []term {
	_, axis := s.line()
	return s.whole(s.g().flip(axis).cumsum(axis).flip(axis))
}

// cumprodRule: the running product z[i] depends on each x[k], k <= i, by the
// product of the elements before k times that of those after k up to i. The
// latter are the running products, from k on, of a matrix with a row for each
// k that starts with ones. No quotients are taken, so that zeros do no harm in
// derivatives of any order, but n elements cost n² products.
func cumprodRule(s *step) []term {
	x, axis := s.line()
	line, g := x.moveLast(axis), s.g().moveLast(axis)
	n := line.rank() - 1
	i := x.is(expr.Arange(0, line.size(n), 1))
	after := i.expand(0).gt(i.expand(1)).choose(line.expand(n), 1.0) // [k, i]: x[i] where i > k, else 1
	from := i.expand(0).ge(i.expand(1)).choose(after.cumprod(n+1).conj(), 0.0)
	sums := from.mul(g.expand(n)).sum(n + 1).squeeze(n + 1)
	return s.whole(before(line, n).conj().mul(sums).back(axis))
}

// sortRule puts each gradient back to where its element has come from.
func sortRule(s *step) []term {
	x, axis := s.line()
	index := x.argsort(axis)
	args := []*expr.Node{x.zeros().v, s.g().v}
	for i := range x.rank() {
		if i == axis {
			args = append(args, index.v)
			continue
		}
		along := x.is(expr.Arange(0, x.size(i), 1))
		for range x.rank() - 1 - i {
			along = along.expand(-1)
		}
		args = append(args, along.v)
	}
	return s.whole(x.apply(expr.OpIncTake, expr.Gathered{Axes: allAxes(x.rank())}, args...))
}

package optimize

import (
	"slices"

	"arignote/expr"
)

// Rewrites of reductions, for the pass structure.

// reduceNothing drops a reduction over axes of length 1 alone: it is the
// element itself.
func reduceNothing(r *run, n *expr.Node) *expr.Node {
	a, x := n.Attr().(expr.Axes), n.Arg(0)
	for _, axis := range a.Axes {
		if !x.Type().Dims[axis].Is(1) {
			return nil
		}
	}
	if a.KeepDims || x.Rank() == 0 {
		return r.cast(n, x, n.DType())
	}
	var pattern []int
	for i := range x.Rank() {
		if !slices.Contains(a.Axes, i) {
			pattern = append(pattern, i)
		}
	}
	return r.cast(n, r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, x), n.DType())
}

// reduceReduce merges two reductions by the same op: sums of sums, means of
// means (all groups have the same size).
func reduceReduce(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	if inner.Op() != n.Op() || !r.once(inner) || inner.DType() != n.DType() {
		return nil
	}
	return r.reduceBoth(n, inner, n.Op())
}

// sumOfMean divides a sum over the axes of a sum and a mean once: the sum of the
// means of rows, the mean of their sums.
func sumOfMean(r *run, n *expr.Node) *expr.Node {
	inner, mean := n.Arg(0), n
	if n.Op() == expr.OpSum {
		mean = inner
	}
	if inner.Op() != expr.OpSum && inner.Op() != expr.OpMean || inner.Op() == n.Op() || !r.once(inner) ||
		!n.DType().IsFloat() || inner.Arg(0).DType() != n.DType() {
		return nil
	}
	count, known := reducedCount(mean)
	if !known || count == 0 {
		return nil
	}
	return r.make(n, expr.OpMul, nil, r.weak(1/float64(count)), r.reduceBoth(n, inner, expr.OpSum))
}

// reduceBoth reduces by op at once what inner reduces and n reduces again.
func (r *run) reduceBoth(n, inner *expr.Node, op expr.Op) *expr.Node {
	outer, in, x := n.Attr().(expr.Axes), inner.Attr().(expr.Axes), inner.Arg(0)
	more := outer.Axes
	if !in.KeepDims {
		more = outerAxes(in.Axes, outer.Axes, x.Rank())
	}
	axes := slices.Concat(in.Axes, more)
	slices.Sort(axes)
	axes = slices.Compact(axes)
	if outer.KeepDims == in.KeepDims {
		return r.make(n, op, axesAttr(axes, x.Rank(), outer.KeepDims), x)
	}
	m := r.make(n, op, axesAttr(axes, x.Rank(), false), x)
	var pattern []int // of the axes that one of the two keeps
	kept := 0
	for axis := range x.Rank() {
		switch first, second := slices.Contains(in.Axes, axis), slices.Contains(more, axis); {
		case !first && !second:
			pattern = append(pattern, kept)
			kept++
		case first && in.KeepDims && !second || second && outer.KeepDims:
			pattern = append(pattern, -1)
		}
	}
	if len(pattern) == m.Rank() {
		return m
	}
	return r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, m)
}

// outerAxes numbers axes of a result as axes of the array of the given rank
// from which reduced axes were dropped.
func outerAxes(reduced, axes []int, rank int) []int {
	var kept, out []int
	for i := range rank {
		if !slices.Contains(reduced, i) {
			kept = append(kept, i)
		}
	}
	for _, a := range axes {
		out = append(out, kept[a])
	}
	return out
}

// reduceDimshuffle reduces before a view: max(x.T, axis=0) is max(x, axis=1). The
// axes that are left are put in their places after it.
func reduceDimshuffle(r *run, n *expr.Node) *expr.Node {
	view, a := n.Arg(0), n.Attr().(expr.Axes)
	if view.Op() != expr.OpDimShuffle {
		return nil
	}
	x, pattern := view.Arg(0), view.Attr().(expr.Pattern).Axes
	kept := make([]bool, x.Rank())
	for i, p := range pattern {
		if p >= 0 {
			kept[p] = !slices.Contains(a.Axes, i)
		}
	}
	var axes []int // of x
	place := make([]int, x.Rank())
	for p := range kept {
		if place[p] = p - len(axes); !kept[p] {
			axes = append(axes, p)
		}
	}
	if len(axes) == 0 {
		return nil
	}
	var after []int
	for i, p := range pattern {
		switch {
		case slices.Contains(a.Axes, i) && a.KeepDims, p < 0 && !slices.Contains(a.Axes, i):
			after = append(after, -1)
		case !slices.Contains(a.Axes, i):
			after = append(after, place[p])
		}
	}
	return r.shuffled(n, r.make(n, n.Op(), axesAttr(axes, x.Rank(), false), x), after)
}

// reduceEmpty is what a reduction of no elements gives.
func reduceEmpty(r *run, n *expr.Node) *expr.Node {
	dims := n.Arg(0).Type().Dims
	if !slices.ContainsFunc(n.Attr().(expr.Axes).Axes, func(k int) bool { return dims[k].Is(0) }) {
		return nil
	}
	switch n.Op() {
	case expr.OpSum:
		return r.weak(0)
	case expr.OpProd:
		return r.weak(1)
	}
	return r.weak(n.Op() == expr.OpAll)
}

// argDimshuffle looks for the extremum before a view: argmax(x.T, axis=0) is
// argmax(x, axis=1).
func argDimshuffle(r *run, n *expr.Node) *expr.Node {
	view, k := n.Arg(0), n.Attr().(expr.Axis).Axis
	if view.Op() != expr.OpDimShuffle || k < 0 {
		return nil
	}
	x, pattern := view.Arg(0), view.Attr().(expr.Pattern).Axes
	if pattern[k] < 0 {
		return nil
	}
	var after []int
	for i, p := range pattern {
		switch {
		case i == k:
		case p > pattern[k]:
			after = append(after, p-1)
		default:
			after = append(after, p)
		}
	}
	return r.shuffled(n, r.make(n, n.Op(), expr.Axis{Axis: pattern[k]}, x), after)
}

// alongDimshuffle works along an axis before a view: softmax(x.T, axis=0) is
// softmax(x, axis=1).T.
func alongDimshuffle(r *run, n *expr.Node) *expr.Node {
	view, k := n.Arg(0), n.Attr().(expr.Axis).Axis
	if view.Op() != expr.OpDimShuffle || k < 0 {
		return nil
	}
	axis := view.Attr().(expr.Pattern).Axes[k]
	if axis < 0 {
		return nil
	}
	return r.make(n, view.Op(), view.Attr(), r.make(n, n.Op(), expr.Axis{Axis: axis}, view.Arg(0)))
}

// sumCast adds up integers and truth values without converting them before.
func sumCast(r *run, n *expr.Node) *expr.Node {
	c := n.Arg(0)
	if !n.DType().IsInteger() || c.DType() != n.DType() || c.Op() != expr.OpWhere && c.Op() != expr.OpCast {
		return nil
	}
	x := c.Arg(0)
	if c.Op() == expr.OpWhere {
		one, okOne := scalarOf(c.Arg(1))
		zero, okZero := scalarOf(c.Arg(2))
		if !okOne || !okZero || one != 1 || zero != 0 || x.DType() != expr.Bool || !r.sameShape(x, c) {
			return nil
		}
	} else if x.DType().Inexact() || !holdsAll(c.DType(), x.DType()) {
		return nil
	}
	m := r.make(n, expr.OpSum, n.Attr(), x)
	if m.Err() != nil || m.DType() != n.DType() {
		return nil
	}
	return m
}

// singleton is what is computed along an axis of length 1.
func singleton(r *run, n *expr.Node) *expr.Node {
	x, axis := n.Arg(0), n.Attr().(expr.Axis).Axis
	if axis < 0 && x.Rank() == 1 {
		axis = 0
	}
	if axis < 0 || !x.Type().Dims[axis].Is(1) {
		return nil
	}
	switch n.Op() {
	case expr.OpArgsort, expr.OpArgmax, expr.OpArgmin:
		return r.weak(0)
	case expr.OpSoftmax:
		return r.weak(1.0)
	case expr.OpLogSoftmax:
		return r.weak(0.0)
	}
	return r.cast(n, x, n.DType())
}

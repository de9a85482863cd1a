package optimize

import (
	"slices"

	"arignote/expr"
)

// Reductions of what is stretched, reshaped, reversed or sorted, for the pass
// structure.

// orderless are the reductions that do not ask for an order of the elements.
var orderless = []expr.Op{expr.OpSum, expr.OpProd, expr.OpMax, expr.OpMin, expr.OpMean, expr.OpAny, expr.OpAll, expr.OpLogSumExp}

// reduceBroadcast counts instead of repeating: the sum of n equal rows is n
// times the row, their mean and their maximum are the row.
func reduceBroadcast(r *run, n *expr.Node) *expr.Node {
	view := n.Arg(0)
	if view.Op() != expr.OpBroadcastTo && view.Op() != expr.OpBroadcastLike || n.DType().IsComplex() {
		return nil
	}
	if m := r.reduceFirst(n, view.Arg(0), view); m != nil {
		return m
	}
	return r.reduceStretched(n, view.Arg(0), view)
}

// reduceFirst reduces x along its own axes before it is stretched to the shape of
// view along others; nil if it is stretched along one that goes.
func (r *run) reduceFirst(n, x, view *expr.Node) *expr.Node {
	own, stretched, ok := r.splitAxes(x, view, n.Attr().(expr.Axes).Axes)
	if !ok || len(stretched) > 0 || len(own) == 0 || r.sameShape(x, view) {
		return nil
	}
	m := r.cast(n, r.reduceOwn(n, x, own), n.DType())
	if m.Err() != nil {
		return nil
	}
	return r.stretch(n, m, r.dims(n))
}

// reduceStretched is the reduction n of x stretched to the shape of view, nil if
// it is not certain to be stretched.
func (r *run) reduceStretched(n, x, view *expr.Node) *expr.Node {
	own, stretched, ok := r.splitAxes(x, view, n.Attr().(expr.Axes).Axes)
	if !ok || len(stretched) == 0 {
		return nil
	}
	times, ok := r.countAlong(n, view, stretched)
	if !ok {
		return nil
	}
	m := r.reduceOwn(n, x, own)
	switch n.Op() {
	case expr.OpSum:
		m = r.make(n, expr.OpMul, nil, r.cast(n, times, n.DType()), r.cast(n, m, n.DType()))
	case expr.OpProd:
		m = r.make(n, expr.OpPow, nil, r.cast(n, m, n.DType()), times)
	}
	if m.Err() != nil {
		return nil
	}
	m = r.cast(n, m, n.DType())
	if r.sameShape(m, n) {
		return m
	}
	return r.stretch(n, m, r.dims(n))
}

// splitAxes tells axes of view, x stretched, that x has (numbered as its own)
// from those along which it is stretched; ok is false where that is not
// certain.
func (r *run) splitAxes(x, view *expr.Node, axes []int) (own, stretched []int, ok bool) {
	skip := view.Rank() - x.Rank()
	for _, axis := range axes {
		switch i := axis - skip; {
		case i < 0:
			stretched = append(stretched, axis)
		case r.dims(x)[i] == r.dims(view)[axis]:
			own = append(own, i)
		case r.dims(x)[i] == 1:
			own, stretched = append(own, i), append(stretched, axis)
		default:
			return nil, nil, false
		}
	}
	return own, stretched, true
}

// countAlong returns the number of equal elements, a constant if that is known.
// Only sums, products and means of floats have a value where it may be 0.
func (r *run) countAlong(n, view *expr.Node, axes []int) (*expr.Node, bool) {
	times, unknown := 1, []*expr.Node{}
	for _, axis := range axes {
		length, known := view.Type().Dims[axis].Known()
		if known {
			times *= length
			continue
		}
		size := r.sizeNode(n, r.dims(view)[axis])
		if size == nil {
			return nil, false
		}
		unknown = append(unknown, size)
	}
	adds := n.Op() == expr.OpSum || n.Op() == expr.OpProd
	if times == 0 || len(unknown) > 0 && !adds && n.Op() != expr.OpMean {
		return nil, false
	}
	if len(unknown) == 0 || times > 1 {
		unknown = append(unknown, r.weak(times))
	}
	return r.chain(n, expr.OpMul, unknown), true
}

// reduceOwn reduces x along its own axes, which stay with length 1 where n
// keeps them.
func (r *run) reduceOwn(n, x *expr.Node, own []int) *expr.Node {
	if len(own) == 0 {
		return x
	}
	return r.make(n, n.Op(), axesAttr(own, x.Rank(), n.Attr().(expr.Axes).KeepDims), x)
}

// reduceReshape: the shape does not matter where all elements are reduced.
func reduceReshape(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axes)
	if x.Op() != expr.OpReshape || len(a.Axes) != x.Rank() || a.KeepDims || x.Rank() == 0 {
		return nil
	}
	y := x.Arg(0)
	if y.Rank() == 0 {
		return nil
	}
	return r.make(n, n.Op(), axesAttr(nil, y.Rank(), false), y)
}

// argRavel: the place of an extremum is counted in the flattened array anyway.
func argRavel(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axis)
	if x.Op() != expr.OpReshape || a.KeepDims || a.Axis >= 0 && x.Rank() != 1 {
		return nil
	}
	return r.make(n, n.Op(), expr.Axis{Axis: -1}, x.Arg(0))
}

// reduceFlip reduces in the order in which the elements lie.
func reduceFlip(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axes)
	items, ok := unflipped(x, a.Axes)
	if !ok {
		return nil
	}
	return r.make(n, n.Op(), a, r.slice(n, x.Arg(0), items))
}

// unflipped returns the index of the slice x without the reversal of the given
// axes, if there is one.
func unflipped(x *expr.Node, axes []int) ([]item, bool) {
	if x.Op() != expr.OpSlice {
		return nil, false
	}
	items := itemsOf(x)
	if hasNew(items) {
		return nil, false
	}
	found := false
	for _, axis := range axes {
		i := slicedAxis(items, axis)
		if items[i] == (item{kind: expr.IndexSlice, step: at(-1)}) {
			items[i], found = wholeItem, true
		}
	}
	return items, found
}

// reduceAlong forgets an order along the axes that are reduced.
func reduceAlong(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axes)
	if x.Op() != expr.OpSort || !sortedAlong(x, a.Axes) {
		return nil
	}
	return r.make(n, n.Op(), a, x.Arg(0))
}

// sortedAlong reports whether x is sorted along one of the axes.
func sortedAlong(x *expr.Node, axes []int) bool {
	axis := x.Attr().(expr.Axis).Axis
	return slices.Contains(axes, axis) || axis < 0 && x.Rank() == 1 && len(axes) == 1
}

// sortSort forgets an order along the axis that is sorted.
func sortSort(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axis)
	if x.Op() == expr.OpSort && x.Attr().Key() == a.Key() {
		return x
	}
	if a.Axis < 0 {
		return nil
	}
	if items, ok := unflipped(x, []int{a.Axis}); ok {
		return r.make(n, expr.OpSort, a, r.slice(n, x.Arg(0), items))
	}
	return nil
}

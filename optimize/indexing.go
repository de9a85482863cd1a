package optimize

import (
	"slices"

	"arignote/expr"
)

// Rewrites of indexing and joining, for the pass structure.

// plainStep is the step of a slice that was written without one.
var plainStep = expr.Size{Arg: -1, N: 1}

// items returns the index of a slice if all its bounds are numbers.
func items(n *expr.Node) ([]expr.IndexItem, bool) {
	first := 1
	if n.Op() != expr.OpSlice {
		first = 2
	}
	return n.Attr().(expr.Index).Items, len(n.Args()) == first
}

// sliceWhole drops an index that takes everything.
func sliceWhole(r *run, n *expr.Node) *expr.Node {
	list, ok := items(n)
	if !ok || len(list) > n.Arg(0).Rank() {
		return nil
	}
	for i, it := range list {
		if it.Kind != expr.IndexSlice || it.Step != plainStep {
			return nil
		}
		if it.HasStart && !(it.Start.Arg < 0 && it.Start.N == 0) {
			return nil
		}
		if d := n.Arg(0).Type().Dims[i]; it.HasStop && !d.Same(n.Type().Dims[i]) {
			return nil
		}
	}
	return n.Arg(0)
}

// span is a resolved item: first element, number of elements, step; or one
// element, which drops the axis.
type span struct {
	first, count, step int
	drop               bool
}

// resolve returns the span of an item on an axis of known length.
func resolve(it expr.IndexItem, d expr.Dim) (span, bool) {
	n, known := d.Known()
	if !known || it.Kind == expr.IndexNew {
		return span{}, false
	}
	if it.Kind == expr.IndexInt {
		if it.Start.Arg >= 0 {
			return span{}, false
		}
		i := it.Start.N
		if i < 0 {
			i += n
		}
		return span{first: i, count: 1, step: 1, drop: true}, i >= 0 && i < n
	}
	if it.HasStart && it.Start.Arg >= 0 || it.HasStop && it.Stop.Arg >= 0 || it.Step.Arg >= 0 {
		return span{}, false
	}
	low, high := 0, n
	if it.Step.N < 0 {
		low, high = -1, n-1
	}
	clamp := func(has bool, i, absent int) int {
		if !has {
			return absent
		}
		if i < 0 {
			i += n
		}
		return min(max(i, low), high)
	}
	s := span{step: it.Step.N}
	var end int
	if it.Step.N > 0 {
		s.first, end = clamp(it.HasStart, it.Start.N, low), clamp(it.HasStop, it.Stop.N, high)
		s.count = (end - s.first + s.step - 1) / s.step
	} else {
		s.first, end = clamp(it.HasStart, it.Start.N, high), clamp(it.HasStop, it.Stop.N, low)
		s.count = (s.first - end - s.step - 1) / -s.step
	}
	s.count = max(s.count, 0)
	return s, it.Step.N != 0
}

// item writes a span as an index of an axis of length n.
func (s span) item(n int) expr.IndexItem {
	if s.drop {
		return expr.IndexItem{Kind: expr.IndexInt, Start: expr.Size{Arg: -1, N: s.first}, Step: plainStep}
	}
	it := expr.IndexItem{Kind: expr.IndexSlice, Step: expr.Size{Arg: -1, N: s.step}}
	if s.count == 0 {
		it.Step, it.HasStop = plainStep, true
		it.Stop = expr.Size{Arg: -1, N: 0}
		return it
	}
	last := s.first + (s.count-1)*s.step
	if s.step > 0 {
		it.HasStart, it.HasStop = s.first != 0, last+s.step < n
		it.Stop = expr.Size{Arg: -1, N: last + 1}
	} else {
		it.HasStart, it.HasStop = s.first != n-1, last+s.step >= 0
		it.Stop = expr.Size{Arg: -1, N: last - 1}
	}
	it.Start = expr.Size{Arg: -1, N: s.first}
	if !it.HasStart {
		it.Start = expr.Size{}
	}
	if !it.HasStop {
		it.Stop = expr.Size{}
	}
	return it
}

// sliceSlice merges two indices with number bounds along axes of known length.
func sliceSlice(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	if inner.Op() != expr.OpSlice {
		return nil
	}
	outer, ok1 := items(n)
	in, ok2 := items(inner)
	if !ok1 || !ok2 {
		return nil
	}
	x := inner.Arg(0)
	var merged []expr.IndexItem
	axis, at := 0, 0 // of x, of the outer index
	for _, it := range in {
		if it.Kind == expr.IndexNew {
			return nil
		}
		s, ok := resolve(it, x.Type().Dims[axis])
		if !ok && !(wholeAxis(it) && it.Step.N == 1) {
			return nil
		}
		d := x.Type().Dims[axis]
		axis++
		if it.Kind == expr.IndexInt || at >= len(outer) {
			merged = append(merged, it)
			continue
		}
		o := outer[at]
		at++
		if !ok { // the inner item takes all: the outer one says it
			merged = append(merged, o)
			continue
		}
		t, fine := resolve(o, expr.KnownDim(s.count))
		if !fine {
			return nil
		}
		length, _ := d.Known()
		t.first, t.step = s.first+t.first*s.step, t.step*s.step
		merged = append(merged, t.item(length))
	}
	if at < len(outer) {
		merged = append(merged, outer[at:]...)
	}
	return r.make(n, expr.OpSlice, expr.Index{Items: merged}, x)
}

// sliceElementwise computes only the part that is wanted: exp(x)[0] is
// exp(x[0]).
func sliceElementwise(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	list, ok := items(n)
	if !ok || !f.Op().Elementwise() || !r.once(f) || slices.ContainsFunc(list, func(it expr.IndexItem) bool { return it.Kind == expr.IndexNew }) {
		return nil
	}
	args := make([]*expr.Node, len(f.Args()))
	for i, a := range f.Args() {
		switch {
		case a.Rank() == 0:
			args[i] = a
		case r.sameShape(a, f):
			args[i] = r.make(n, expr.OpSlice, n.Attr(), a)
		default:
			return nil
		}
	}
	return r.make(f, f.Op(), f.Attr(), args...)
}

// sliceConcatenate takes a part of one of the arrays that were joined.
func sliceConcatenate(r *run, n *expr.Node) *expr.Node {
	c := n.Arg(0)
	list, ok := items(n)
	if !ok || c.Op() != expr.OpConcatenate {
		return nil
	}
	axis := c.Attr().(expr.Axis).Axis
	if axis >= len(list) || slices.ContainsFunc(list[:axis+1], func(it expr.IndexItem) bool { return it.Kind == expr.IndexNew }) {
		return nil
	}
	s, ok := resolve(list[axis], c.Type().Dims[axis])
	if !ok || s.count == 0 {
		return nil
	}
	last := s.first + (s.count-1)*s.step
	start := 0
	for _, x := range c.Args() {
		length, _ := x.Type().Dims[axis].Known()
		if min(s.first, last) >= start && max(s.first, last) < start+length {
			s.first -= start
			part := slices.Clone(list)
			part[axis] = s.item(length)
			return r.make(n, expr.OpSlice, expr.Index{Items: part}, x)
		}
		start += length
	}
	return nil
}

// sliceNewAxis picks the one element of an axis that dimshuffle has made.
func sliceNewAxis(r *run, n *expr.Node) *expr.Node {
	view := n.Arg(0)
	list, ok := items(n)
	if !ok || view.Op() != expr.OpDimShuffle {
		return nil
	}
	pattern := view.Attr().(expr.Pattern).Axes
	for i, it := range list {
		if it.Kind == expr.IndexNew || i >= len(pattern) {
			return nil
		}
		if s, ok := resolve(it, view.Type().Dims[i]); ok && s.drop && pattern[i] < 0 {
			less := slices.Delete(slices.Clone(pattern), i, i+1)
			m := r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: less}, view.Arg(0))
			rest := slices.Delete(slices.Clone(list), i, i+1)
			if m.Err() != nil || len(rest) == 0 {
				return m
			}
			return r.make(n, expr.OpSlice, expr.Index{Items: rest}, m)
		}
	}
	return nil
}

// sliceSetSlice reads the part that was just replaced.
func sliceSetSlice(r *run, n *expr.Node) *expr.Node {
	set := n.Arg(0)
	if set.Op() != expr.OpSetSlice || !sameIndex(n, set) {
		return nil
	}
	v := r.cast(n, set.Arg(1), n.DType())
	if v.Err() != nil || r.sameShape(v, n) {
		return v
	}
	return r.stretch(n, v, r.dims(n))
}

// setSliceItself drops the replacement of a part by itself.
func setSliceItself(r *run, n *expr.Node) *expr.Node {
	v := n.Arg(1)
	if v.Op() != expr.OpSlice || v.Arg(0) != n.Arg(0) || !sameIndex(v, n) {
		return nil
	}
	return n.Arg(0)
}

// sameIndex reports whether two index nodes have one index with number bounds.
func sameIndex(a, b *expr.Node) bool {
	_, ok1 := items(a)
	_, ok2 := items(b)
	return ok1 && ok2 && a.Attr().Key() == b.Attr().Key()
}

// takeRange makes a slice of constant indices that ascend or descend evenly
// and are in range.
func takeRange(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if len(n.Args()) != 2 {
		return nil
	}
	index, axis := n.Arg(1), n.Attr().(expr.Gathered).Axes[0]
	first, count, step, ok := evenly(index)
	length, known := x.Type().Dims[axis].Known()
	if !ok || !known || first < 0 || first >= length {
		return nil
	}
	if last := first + (count-1)*step; last < 0 || last >= length {
		return nil
	}
	list := make([]expr.IndexItem, axis+1)
	for i := range list {
		list[i] = expr.IndexItem{Kind: expr.IndexSlice, Step: plainStep}
	}
	list[axis] = span{first: first, count: count, step: step}.item(length)
	return r.make(n, expr.OpSlice, expr.Index{Items: list}, x)
}

// evenly returns the progression that an index vector is: a constant, or an
// arange of constants.
func evenly(index *expr.Node) (first, count, step int, ok bool) {
	if index.Rank() != 1 || !index.DType().IsInteger() {
		return 0, 0, 0, false
	}
	if v := index.Value(); v != nil && v.Len() > 0 {
		first, count, step = int(v.Int(0)), v.Len(), 1
		if count > 1 {
			step = int(v.Int(1)) - first
		}
		for i := range count {
			if int(v.Int(i)) != first+i*step {
				return 0, 0, 0, false
			}
		}
		return first, count, step, step != 0
	}
	if index.Op() == expr.OpArange && index.Arg(0).Value() != nil && index.Arg(2).Value() != nil {
		count, known := index.Type().Dims[0].Known()
		return int(index.Arg(0).Value().Int(0)), count, int(index.Arg(2).Value().Int(0)), known && count > 0
	}
	return 0, 0, 0, false
}

// concatenateOne drops the joining of one array.
func concatenateOne(r *run, n *expr.Node) *expr.Node {
	if len(n.Args()) == 1 {
		return n.Arg(0)
	}
	return nil
}

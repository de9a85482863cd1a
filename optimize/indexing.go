package optimize

import (
	"slices"

	"arignote/expr"
)

// This file is the arithmetic of basic indices: what a slice of a slice takes.
// Rules that use it are in slicing.go, assigning.go and joining.go.

// bound is a bound of an index: absent, a number, or the value of a node.
type bound struct {
	has  bool
	n    int
	node *expr.Node
}

func at(n int) bound { return bound{has: true, n: n} }

// number returns the bound if it is there and a number.
func (b bound) number() (int, bool) { return b.n, b.has && b.node == nil }

// item is one entry of a basic index; start alone for a single element. Bounds
// that say what is so without them are absent: 0: is :, and -1::-1 is ::-1.
type item struct {
	kind              expr.IndexKind
	start, stop, step bound
}

// wholeItem takes all of an axis in order.
var wholeItem = item{kind: expr.IndexSlice, step: at(1)}

// element takes one element.
func element(i int) item { return item{kind: expr.IndexInt, start: at(i), step: at(1)} }

// whole reports whether e takes all of an axis in order.
func (e item) whole() bool { return e == wholeItem }

// numeric reports whether all bounds are numbers.
func (e item) numeric() bool { return e.start.node == nil && e.stop.node == nil && e.step.node == nil }

// itemsOf returns the index of slice, set_subtensor or inc_subtensor, with an
// item for every axis of the array that is indexed.
func itemsOf(n *expr.Node) []item {
	written := n.Attr().(expr.Index).Items
	list := make([]item, 0, len(written))
	axes := 0
	for _, it := range written {
		e := itemOf(it, n.Args())
		list = append(list, e)
		if e.kind != expr.IndexNew {
			axes++
		}
	}
	for ; axes < n.Arg(0).Rank(); axes++ {
		list = append(list, wholeItem)
	}
	return list
}

// itemOf reads an item whose bounds are among the arguments of its node.
func itemOf(it expr.IndexItem, args []*expr.Node) item {
	read := func(has bool, z expr.Size) bound {
		switch {
		case !has:
			return bound{}
		case z.Arg >= 0:
			if i, ok := integerOf(args[z.Arg]); ok {
				return at(int(i))
			}
			return bound{has: true, node: args[z.Arg]}
		}
		return at(z.N)
	}
	e := item{kind: it.Kind, start: read(it.HasStart || it.Kind == expr.IndexInt, it.Start), stop: read(it.HasStop, it.Stop), step: at(1)}
	if it.Kind == expr.IndexSlice {
		e.step = read(true, it.Step)
	}
	return e.tidy()
}

// tidy drops a start that is where a slice starts anyway.
func (e item) tidy() item {
	i, isNumber := e.start.number()
	if step, ok := e.step.number(); ok && isNumber && e.kind == expr.IndexSlice && (i == 0 && step > 0 || i == -1 && step < 0) {
		e.start = bound{}
	}
	return e
}

// item writes e; nodes among its bounds are appended to args.
func (e item) indexItem(args *[]*expr.Node) expr.IndexItem {
	write := func(b bound) expr.Size {
		if b.node == nil {
			return expr.Size{Arg: -1, N: b.n}
		}
		*args = append(*args, b.node)
		return expr.Size{Arg: len(*args) - 1}
	}
	it := expr.IndexItem{Kind: e.kind, HasStop: e.stop.has, HasStart: e.start.has && e.kind == expr.IndexSlice}
	it.Start, it.Stop, it.Step = write(e.start), write(e.stop), write(e.step)
	return it
}

// slice returns the part of x that the items take, x itself if that is all.
func (r *run) slice(n, x *expr.Node, items []item) *expr.Node {
	if !slices.ContainsFunc(items, func(e item) bool { return !e.whole() }) {
		return x
	}
	args := []*expr.Node{x}
	list := make([]expr.IndexItem, len(items))
	for i, e := range items {
		list[i] = e.indexItem(&args)
	}
	return r.make(n, expr.OpSlice, expr.Index{Items: list}, args...)
}

// wholeItems returns the index that takes everything of an array.
func wholeItems(rank int) []item {
	list := make([]item, rank)
	for i := range list {
		list[i] = wholeItem
	}
	return list
}

// hasNew reports whether an index makes new axes.
func hasNew(items []item) bool {
	return slices.ContainsFunc(items, func(e item) bool { return e.kind == expr.IndexNew })
}

// span is what an item takes of an axis of known length: first element, number
// of elements, step; or one element, which drops the axis.
type span struct {
	first, count, step int
	drop               bool
}

// span resolves e on an axis of length d, if both are numbers and in range.
func (e item) span(d expr.Dim) (span, bool) {
	n, known := d.Known()
	if !known || e.kind == expr.IndexNew || !e.numeric() {
		return span{}, false
	}
	fromEnd := func(i int) int {
		if i < 0 {
			return i + n
		}
		return i
	}
	if e.kind == expr.IndexInt {
		i := fromEnd(e.start.n)
		return span{first: i, count: 1, step: 1, drop: true}, i >= 0 && i < n
	}
	low, high := 0, n
	if e.step.n < 0 {
		low, high = -1, n-1
	}
	clamp := func(b bound, absent int) int {
		if !b.has {
			return absent
		}
		return min(max(fromEnd(b.n), low), high)
	}
	s := span{step: e.step.n}
	switch {
	case s.step > 0:
		s.first = clamp(e.start, low)
		s.count = max(0, clamp(e.stop, high)-s.first+s.step-1) / s.step
	case s.step < 0:
		s.first = clamp(e.start, high)
		s.count = max(0, s.first-clamp(e.stop, low)-s.step-1) / -s.step
	}
	return s, s.step != 0
}

func (s span) last() int { return s.first + (s.count-1)*s.step }

// low and high are the first and the last element in the order of the axis.
func (s span) low() int  { return min(s.first, s.last()) }
func (s span) high() int { return max(s.first, s.last()) }

// item writes a span as an item for an axis of length n.
func (s span) item(n int) item {
	if s.drop {
		return element(s.first)
	}
	e := item{kind: expr.IndexSlice, step: at(s.step)}
	switch {
	case s.count == 0:
		e.step, e.stop = at(1), at(0)
		return e
	case s.step > 0 && s.first != 0 || s.step < 0 && s.first != n-1:
		e.start = at(s.first)
	}
	next := s.last() + s.step
	if s.step > 0 && next < n {
		e.stop = at(s.last() + 1)
	}
	if s.step < 0 && next >= 0 {
		e.stop = at(s.last() - 1)
	}
	return e
}

// meets reports whether two spans may have an element in common: they do not if
// their ranges are apart, or their remainders by what both steps share.
func (s span) meets(t span) bool {
	if s.count == 0 || t.count == 0 || s.high() < t.low() || t.high() < s.low() {
		return false
	}
	g := gcd(s.stride(), t.stride())
	return g == 0 || (s.first-t.first)%g == 0
}

// stride is the distance of neighbouring elements, 0 where there is one.
func (s span) stride() int {
	if s.count == 1 {
		return 0
	}
	return abs(s.step)
}

// inside returns s counted in the elements of t, if all of s is in t.
func (s span) inside(t span) (span, bool) {
	if s.count == 0 || t.count == 0 || s.low() < t.low() || s.high() > t.high() {
		return span{}, false
	}
	by := 1
	if t.count > 1 {
		by = t.step
	}
	out := span{first: (s.first - t.first) / by, count: s.count, step: 1, drop: s.drop}
	if s.count > 1 {
		out.step = s.step / by
	}
	return out, (s.first-t.first)%by == 0 && (s.count == 1 || s.step%by == 0)
}

// oneOf is 1 for true.
func oneOf(b bool) int {
	if b {
		return 1
	}
	return 0
}

func abs(i int) int { return max(i, -i) }

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// after returns the item that takes of an axis of length d what outer takes of
// what inner takes of it.
func after(inner, outer item, d expr.Dim) (item, bool) {
	switch {
	case outer.whole():
		return inner, true
	case inner.whole():
		return outer, true
	case inner.kind != expr.IndexSlice || !inner.numeric() || !outer.numeric():
		return item{}, false
	}
	if s, ok := inner.span(d); ok {
		t, ok := outer.span(expr.KnownDim(s.count))
		n, _ := d.Known()
		t.first, t.step = s.first+t.first*s.step, t.step*s.step
		return t.item(n), ok
	}
	e, ok := afterUnknown(inner, outer)
	return e.tidy(), ok
}

// afterUnknown is after for an axis of unknown length: it answers where the
// same item is right for every length, mistakes included.
func afterUnknown(inner, outer item) (item, bool) {
	switch s := inner.step.n; {
	case s == -1 && !inner.start.has && !inner.stop.has:
		return outer.mirrored(), true
	case s == 1 && inner.start.n < 0 && !inner.stop.has: // the last elements
		return outer, outer.kind == expr.IndexInt && outer.start.n < 0 && outer.start.n >= inner.start.n
	case s < 1 || inner.start.n < 0:
		return item{}, false
	case outer.kind == expr.IndexInt:
		i := inner.start.n + s*outer.start.n
		return element(i), outer.start.n >= 0 && (!inner.stop.has || inner.stop.n > i)
	case outer == item{kind: expr.IndexSlice, step: at(-1)}:
		return inner.reversed()
	case outer.step.n < 1 || outer.start.n < 0:
		return item{}, false
	}
	return inner.then(outer)
}

// mirrored counts from the other end: ::-1 and then e is the mirrored e.
func (e item) mirrored() item {
	for _, b := range []*bound{&e.start, &e.stop} {
		if b.has {
			b.n = -1 - b.n
		}
	}
	if e.kind == expr.IndexSlice {
		e.step.n = -e.step.n
	}
	return e
}

// reversed is e, which goes forward by ones, and then ::-1.
func (e item) reversed() (item, bool) {
	if e.step.n != 1 || e.stop.has && e.stop.n == 0 {
		return item{}, false
	}
	out := item{kind: expr.IndexSlice, step: at(-1)}
	if e.stop.has {
		out.start = at(e.stop.n - 1)
	}
	if e.start.n > 0 {
		out.stop = at(e.start.n - 1)
	}
	return out, true
}

// then merges two slices that go forward from starts that are not negative.
func (e item) then(outer item) (item, bool) {
	s := e.step.n
	out := item{kind: expr.IndexSlice, start: at(e.start.n + s*outer.start.n), stop: e.stop, step: at(s * outer.step.n)}
	switch end := e.start.n + s*outer.stop.n; {
	case !outer.stop.has:
	case outer.stop.n >= 0 && !e.stop.has:
		out.stop = at(end)
	case outer.stop.n >= 0 && e.stop.n >= 0:
		out.stop = at(min(e.stop.n, end))
	case outer.stop.n < 0 && s == 1 && e.stop.n <= 0 && !(e.stop.has && e.stop.n == 0):
		out.stop = at(e.stop.n + outer.stop.n)
	default:
		return item{}, false
	}
	return out, true
}

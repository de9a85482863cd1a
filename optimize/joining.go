package optimize

import (
	"slices"

	"arignote/expr"
)

// Arrays that are joined, for the pass structure.

// structureJoining are the rows about concatenate.
var structureJoining = []Rule{
	// Joins.
	{Name: "concatenate-one", Class: Exact, Op: expr.OpConcatenate, rewrite: concatenateOne, example: "x: float64[5]; concatenate((x,))"},
	{Name: "concatenate-concatenate", Class: Exact, Op: expr.OpConcatenate, rewrite: concatenateConcatenate, example: "x: float64[m]; y: float64[n]; concatenate((concatenate((x, y)), x))"},
	{Name: "concatenate-empty", Class: Exact, Op: expr.OpConcatenate, rewrite: concatenateEmpty, example: "x: float64[3]; concatenate((x, zeros(0)))"},
	{Name: "concatenate-slices", Class: Exact, Op: expr.OpConcatenate, rewrite: concatenateSlices, example: "x: float64[?]; concatenate((x[:2], x[2:]))"},
	{Name: "concatenate-fill", Class: Exact, Op: expr.OpConcatenate, rewrite: concatenateFill, example: "concatenate((zeros((10000, 3)), zeros((10000, 3))))"},
	{Name: "reduce-stack-exact", Class: Exact, ops: exactReductionOps, rewrite: reduceStack, example: "x: float64[3]; y: float64[3]; max(stack((x, y)), axis=0)"},
	{Name: "reduce-stack", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpProd, expr.OpMean, expr.OpLogSumExp}, rewrite: reduceStack, example: "x: float64[3]; y: float64[3]; sum(stack((x, y)), axis=0)"},
}

// sliceConcatenate takes parts of the arrays that were joined.
func sliceConcatenate(r *run, n *expr.Node) *expr.Node {
	c, items := n.Arg(0), itemsOf(n)
	if c.Op() != expr.OpConcatenate || hasNew(items) {
		return nil
	}
	axis := c.Attr().(expr.Axis).Axis
	if items[axis].whole() {
		return r.sliceEach(n, items, axis)
	}
	s, ok := items[axis].span(knownLength(c, axis, items[axis]))
	if !ok {
		return r.sliceNamed(n, items, axis)
	}
	if s.count == 0 {
		return nil
	}
	parts := r.partsOf(n, s, items, axis)
	switch {
	case len(parts) == 1:
		return parts[0]
	case s.drop || !r.once(c):
		return nil
	case s.step < 0:
		slices.Reverse(parts)
	}
	return r.join(n, items, axis, parts)
}

// sliceEach takes the same part of each array, along other axes.
func (r *run) sliceEach(n *expr.Node, items []item, axis int) *expr.Node {
	c := n.Arg(0)
	if !r.once(c) {
		return nil
	}
	var parts []*expr.Node
	for _, x := range c.Args() {
		parts = append(parts, r.slice(n, x, items))
	}
	return r.join(n, items, axis, parts)
}

// join concatenates parts that the items took, which may have dropped axes in
// front of the one that is joined.
func (r *run) join(n *expr.Node, items []item, axis int, parts []*expr.Node) *expr.Node {
	for _, e := range items[:axis] {
		axis -= oneOf(e.kind == expr.IndexInt)
	}
	return r.make(n.Arg(0), expr.OpConcatenate, expr.Axis{Axis: axis}, parts...)
}

// knownLength is the length of what was joined, or, where only the first arrays
// have known lengths and e takes of these alone, the length of these.
func knownLength(c *expr.Node, axis int, e item) expr.Dim {
	d := c.Type().Dims[axis]
	if _, known := d.Known(); known {
		return d
	}
	total := 0
	for _, x := range c.Args() {
		length, known := x.Type().Dims[axis].Known()
		if !known {
			break
		}
		total += length
	}
	start, _ := e.start.number()
	stop, bounded := e.stop.number()
	if e.kind == expr.IndexInt {
		stop, bounded = start+1, true
	}
	if !e.numeric() || start < 0 || !bounded || stop < 0 || stop > total || e.step.n < 0 {
		return expr.Dim{}
	}
	return expr.KnownDim(total)
}

// partsOf returns what s takes of each of the joined arrays that it meets, in
// their order.
func (r *run) partsOf(n *expr.Node, s span, items []item, axis int) []*expr.Node {
	var parts []*expr.Node
	start := 0
	for _, x := range n.Arg(0).Args() {
		length, known := x.Type().Dims[axis].Known()
		if !known {
			break
		}
		if t, ok := s.among(start, length); ok {
			part := slices.Clone(items)
			part[axis] = t.item(length)
			parts = append(parts, r.slice(n, x, part))
		}
		start += length
	}
	return parts
}

// among returns the elements of s among the length ones from start on, counted
// from there.
func (s span) among(start, length int) (span, bool) {
	// The elements s.first + i*s.step >= start and < start+length are those
	// with from <= i < to.
	var from, to int
	if s.step > 0 {
		from, to = ceilDiv(start-s.first, s.step), ceilDiv(start+length-s.first, s.step)
	} else {
		from, to = ceilDiv(s.first-start-length+1, -s.step), ceilDiv(s.first-start+1, -s.step)
	}
	from, to = max(from, 0), min(to, s.count)
	return span{first: s.first + from*s.step - start, count: to - from, step: s.step, drop: s.drop}, to > from
}

// ceilDiv is a/b rounded up, for b > 0.
func ceilDiv(a, b int) int {
	if a <= 0 {
		return -(-a / b)
	}
	return (a + b - 1) / b
}

// concatenateOne drops the joining of one array.
func concatenateOne(r *run, n *expr.Node) *expr.Node {
	if len(n.Args()) == 1 {
		return n.Arg(0)
	}
	return nil
}

// concatenateConcatenate joins all arrays at once.
func concatenateConcatenate(r *run, n *expr.Node) *expr.Node {
	var list []*expr.Node
	opened := false
	for _, x := range n.Args() {
		if x.Op() == expr.OpConcatenate && x.DType() == n.DType() && x.Attr().Key() == n.Attr().Key() && r.once(x) {
			list, opened = append(list, x.Args()...), true
			continue
		}
		list = append(list, x)
	}
	if !opened {
		return nil
	}
	return r.make(n, expr.OpConcatenate, n.Attr(), list...)
}

// concatenateEmpty leaves out arrays without elements.
func concatenateEmpty(r *run, n *expr.Node) *expr.Node {
	axis := n.Attr().(expr.Axis).Axis
	list := slices.DeleteFunc(slices.Clone(n.Args()), func(x *expr.Node) bool { return x.Type().Dims[axis].Is(0) })
	switch len(list) {
	case 0, len(n.Args()):
		return nil
	case 1:
		return list[0]
	}
	return r.make(n, expr.OpConcatenate, n.Attr(), list...)
}

// concatenateSlices joins what was cut: x[:k] and x[k:] are x.
func concatenateSlices(r *run, n *expr.Node) *expr.Node {
	axis := n.Attr().(expr.Axis).Axis
	list := []*expr.Node{n.Arg(0)}
	for _, x := range n.Args()[1:] {
		last := len(list) - 1
		if m := r.joined(n, list[last], x, axis); m != nil {
			list[last] = m
		} else {
			list = append(list, x)
		}
	}
	switch len(list) {
	case len(n.Args()):
		return nil
	case 1:
		return list[0]
	}
	return r.make(n, expr.OpConcatenate, n.Attr(), list...)
}

// joined returns one slice for two neighbouring ones, or nil.
func (r *run) joined(n, x, y *expr.Node, axis int) *expr.Node {
	if x.Op() != expr.OpSlice || y.Op() != expr.OpSlice || x.Arg(0) != y.Arg(0) {
		return nil
	}
	a, b, source := itemsOf(x), itemsOf(y), x.Arg(0)
	i := slicedAxis(a, axis)
	if hasNew(a) || len(a) != len(b) || i < 0 {
		return nil
	}
	merged := slices.Clone(a)
	var ok bool
	merged[i], ok = neighbours(a[i], b[i], source.Type().Dims[i])
	b[i] = a[i]
	if !ok || !slices.Equal(a, b) {
		return nil
	}
	return r.slice(n, source, merged)
}

// slicedAxis returns the axis of the source that is the given axis of a slice.
func slicedAxis(items []item, axis int) int {
	for i, e := range items {
		if e.kind != expr.IndexSlice {
			continue
		}
		if axis == 0 {
			return i
		}
		axis--
	}
	return -1
}

// neighbours returns the item that takes what a takes and then what b takes of
// an axis of length d.
func neighbours(a, b item, d expr.Dim) (item, bool) {
	if a.kind != expr.IndexSlice || b.kind != expr.IndexSlice {
		return item{}, false
	}
	s, okS := a.span(d)
	t, okT := b.span(d)
	if okS && okT {
		n, _ := d.Known()
		step := s.step
		if s.count == 1 {
			step = t.first - s.first
		}
		ok := s.count > 0 && t.count > 0 && t.first == s.first+s.count*step && (t.count == 1 || t.step == step) && step != 0
		return span{first: s.first, count: s.count + t.count, step: step}.item(n), ok
	}
	if a.step != at(1) || b.step != at(1) || !a.stop.has || a.stop != b.start {
		return item{}, false
	}
	// The cut lies between the ends whatever it is if there are no ends, and
	// if all are numbers from the front in order.
	merged := item{kind: expr.IndexSlice, start: a.start, stop: b.stop, step: at(1)}
	switch {
	case !a.start.has && !b.stop.has:
		return merged, true
	case !a.numeric() || !b.numeric() || a.start.n < 0 || a.stop.n < a.start.n:
		return item{}, false
	}
	return merged, !b.stop.has || b.stop.n >= a.stop.n
}

// concatenateFill joins arrays of one number.
func concatenateFill(r *run, n *expr.Node) *expr.Node {
	first := n.Arg(0)
	if _, known := n.Type().Shape(); !known || !isFill(first) {
		return nil
	}
	for _, x := range n.Args() {
		if !isFill(x) || x.Arg(0) != first.Arg(0) {
			return nil
		}
	}
	return r.stretch(n, first.Arg(0), r.dims(n))
}

// isFill reports whether all elements of n are one scalar.
func isFill(n *expr.Node) bool {
	return (n.Op() == expr.OpBroadcastTo || n.Op() == expr.OpBroadcastLike) && n.Arg(0).Rank() == 0
}

// pairwise are the operations on two numbers of which reductions are made.
var pairwise = map[expr.Op]expr.Op{
	expr.OpSum: expr.OpAdd, expr.OpMean: expr.OpAdd, expr.OpProd: expr.OpMul, expr.OpMax: expr.OpMaximum, expr.OpMin: expr.OpMinimum,
	expr.OpAny: expr.OpOr, expr.OpAll: expr.OpAnd, expr.OpLogSumExp: expr.OpLogAddExp,
}

// maxStack is the largest number of arrays that are added one by one.
const maxStack = 8

// reduceStack combines arrays without joining them: sum(stack((x, y)), axis=0)
// is x + y.
func reduceStack(r *run, n *expr.Node) *expr.Node {
	c, a := n.Arg(0), n.Attr().(expr.Axes)
	if c.Op() != expr.OpConcatenate || !r.once(c) || len(c.Args()) > maxStack || c.DType() != n.DType() {
		return nil
	}
	axis := c.Attr().(expr.Axis).Axis
	if n.Op() == expr.OpLogSumExp && len(c.Args()) > 2 || !slices.Contains(a.Axes, axis) || slices.ContainsFunc(c.Args(), func(x *expr.Node) bool { return !x.Type().Dims[axis].Is(1) }) {
		return nil
	}
	drop := without(c.Rank(), axis)
	if a.KeepDims {
		drop = without(c.Rank(), -1)
	}
	y := r.shuffled(n, c.Arg(0), drop)
	for _, x := range c.Args()[1:] {
		y = r.make(n, pairwise[n.Op()], nil, y, r.shuffled(n, x, drop))
	}
	if n.Op() == expr.OpMean {
		y = r.make(n, expr.OpDiv, nil, y, r.weak(float64(len(c.Args()))))
	}
	if len(a.Axes) == 1 {
		return y
	}
	if !a.KeepDims {
		a.Axes = axesBeside(a.Axes, axis)
	}
	return r.make(n, n.Op(), axesAttr(a.Axes, y.Rank(), a.KeepDims), y)
}

// axesBeside are the axes other than one, as they are numbered without it.
func axesBeside(axes []int, without int) []int {
	var list []int
	for _, k := range axes {
		if k != without {
			list = append(list, k-oneOf(k > without))
		}
	}
	return list
}

// without is the pattern that drops an axis.
func without(rank, axis int) []int {
	var pattern []int
	for i := range rank {
		if i != axis {
			pattern = append(pattern, i)
		}
	}
	return pattern
}

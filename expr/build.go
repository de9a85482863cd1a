package expr

import (
	"slices"

	"arignote/expr/syntax"
)

// This file has the builders of the language's functions, in the order of the
// table in lang.go.

// applied builds op from arrays alone.
func applied(op Op) func(*site) *Node {
	return func(s *site) *Node { return s.apply(op, nil, s.all()...) }
}

func buildPolygamma(s *site) *Node {
	k := s.integer(0)
	if k < 0 {
		s.fail(s.args[0], ErrDomain, "negative order %d", k)
	}
	return s.apply(OpPolygamma, Number{k}, s.node(1))
}

// logical builds op from what its arguments are as truth values.
func logical(op Op) func(*site) *Node {
	return func(s *site) *Node {
		args := s.all()
		for i, x := range args {
			if x.mistake() == nil && x.DType() != Bool {
				args[i] = s.apply(OpNe, nil, x, s.constant(ScalarValue(int64(0))))
			}
		}
		return s.apply(op, nil, args...)
	}
}

// axesAttr returns the attribute of a reduction of x with the axes of argument
// 1 and the keepdims of argument 2.
func (s *site) axesAttr(x *Node) Axes {
	axes, ok := s.axes(1)
	a := Axes{KeepDims: s.bool(2) && x.Rank() > 0, All: !ok, Axes: allAxes(x.Rank())}
	if ok {
		a = sortedAxes(axes, x.Rank(), a.KeepDims)
	}
	return a
}

func reduced(op Op) func(*site) *Node {
	return func(s *site) *Node {
		x := s.node(0)
		return s.apply(op, s.axesAttr(x), x)
	}
}

func buildVar(s *site) *Node {
	x := s.node(0)
	axes, ok := s.axes(1)
	if ok && len(axes) == 0 {
		s.fail(s.args[1], ErrAxis, "no axes are named")
	}
	return variance(x, s.bool(2), axes)
}

// alongOne builds an op with an [Axis] attribute from "x, axis" or "x, axis,
// keepdims".
func alongOne(op Op) func(*site) *Node {
	return func(s *site) *Node {
		x := s.node(0)
		a := Axis{Axis: -1}
		if !s.none(1) {
			a.Axis = s.axisOf(x, 1)
		}
		if len(s.args) > 2 {
			a.KeepDims = s.bool(2) && x.Rank() > 0
		}
		return s.apply(op, a, x)
	}
}

// axisOf returns the axis of x that argument i names, counted from the front.
func (s *site) axisOf(x *Node, i int) int {
	axis := s.integer(i)
	a := fromEnd(axis, x.Rank())
	if s.err == nil && (a < 0 || a >= x.Rank()) {
		s.fail(s.args[i], ErrAxis, "axis %d of %s", axis, countAxes(x.Rank()))
	}
	return a
}

// maxDiff is the largest order of diff, each of which is two slices and a
// subtraction.
const maxDiff = 100

func buildDiff(s *site) *Node {
	x, n := s.node(0), s.integer(1)
	if n > maxDiff {
		s.fail(s.args[1], ErrDomain, "order %d is more than the limit of %d", n, maxDiff)
		return failed(s.err)
	}
	return x.Diff(n, s.integer(2))
}

// buildTensordot reads axes=2 or axes=((0, 1), (1, 0)).
func buildTensordot(s *site) *Node {
	a, b := s.node(0), s.node(1)
	pair, ok := elemsOf(s.args[2])
	if !ok {
		k := s.integer(2)
		if k < 0 || k > a.Rank() || k > b.Rank() {
			s.fail(s.args[2], ErrAxis, "%d axes of %s and %s", k, countAxes(a.Rank()), countAxes(b.Rank()))
			return failed(s.err)
		}
		return a.Tensordot(b, allAxes(a.Rank())[a.Rank()-k:], allAxes(k))
	}
	if len(pair) != 2 {
		s.fail(s.args[2], ErrInput, "axes must be a number or two tuples")
		return failed(s.err)
	}
	return a.Tensordot(b, s.axesIn(pair[0]), s.axesIn(pair[1]))
}

// axesIn reads an integer or a tuple of integers.
func (s *site) axesIn(e syntax.Expr) []int {
	elems, ok := elemsOf(e)
	if !ok {
		elems = []syntax.Expr{e}
	}
	if !s.fewEnough(e, elems) {
		return nil
	}
	axes := make([]int, len(elems))
	for i, e := range elems {
		axes[i] = s.int(e, "an axis")
	}
	return axes
}

// scaled returns the arguments of gemm and gemv: the last two may be missing.
func (s *site) scaled() []*Node {
	n := 5
	if s.none(3) && s.none(4) {
		n = 3
	}
	return s.arrays(s.args[:n])
}

func buildGemm(s *site) *Node {
	return s.apply(OpGemm, Transposed{A: s.bool(5), B: s.bool(6)}, s.scaled()...)
}

func buildGemv(s *site) *Node { return s.apply(OpGemv, Transposed{A: s.bool(5)}, s.scaled()...) }

func buildSolveTriangular(s *site) *Node {
	return s.apply(OpSolveTriangular, Triangular{Lower: s.bool(2)}, s.node(0), s.node(1))
}

// restElems returns the entries that the parameter with * took, alone or in a
// tuple: transpose(x, 1, 0) or transpose(x, (1, 0)).
func (s *site) restElems() []syntax.Expr {
	elems := s.rest
	if len(elems) == 1 {
		if inner, ok := elemsOf(elems[0]); ok {
			elems = inner
		}
	}
	if len(elems) > 0 && !s.fewEnough(elems[0], elems) {
		return nil
	}
	return elems
}

func buildTranspose(s *site) *Node {
	x := s.node(0)
	elems := s.restElems()
	none := false
	if len(elems) == 1 {
		_, none = elems[0].(*syntax.None)
	}
	if len(s.rest) == 0 || none {
		order := allAxes(x.Rank())
		slices.Reverse(order)
		return s.apply(OpDimShuffle, Pattern{order}, x)
	}
	order := make([]int, len(elems))
	for i, e := range elems {
		axis := s.int(e, "an axis")
		if order[i] = fromEnd(axis, x.Rank()); order[i] < 0 {
			s.fail(e, ErrAxis, "axis %d of %s", axis, countAxes(x.Rank()))
		}
	}
	if s.err == nil && len(order) != x.Rank() {
		s.fail(s.rest[0], ErrAxis, "%d axes named of %s", len(order), countAxes(x.Rank()))
	}
	return s.apply(OpDimShuffle, Pattern{order}, x)
}

// buildDimShuffle reads patterns such as (1, 'x', 0).
func buildDimShuffle(s *site) *Node {
	x := s.node(0)
	elems := s.restElems()
	pattern := make([]int, len(elems))
	for i, e := range elems {
		if text, ok := e.(*syntax.String); ok && text.Value == "x" {
			pattern[i] = -1
			continue
		}
		axis := s.int(e, "an axis")
		if pattern[i] = fromEnd(axis, x.Rank()); pattern[i] < 0 {
			s.fail(e, ErrAxis, "axis %d of %s", axis, countAxes(x.Rank()))
		}
	}
	return s.apply(OpDimShuffle, Pattern{pattern}, x)
}

func buildSqueeze(s *site) *Node {
	x := s.node(0)
	axes, ok := s.axes(1)
	if ok && len(axes) == 0 {
		return x
	}
	return x.Squeeze(axes...)
}

func buildConcatenate(s *site) *Node {
	arrays, axis := s.nodes(0), s.integer(1)
	if len(arrays) == 0 {
		s.fail(s.args[0], ErrInput, "no arrays")
		return failed(s.err)
	}
	return s.apply(OpConcatenate, Axis{Axis: fromEnd(axis, arrays[0].Rank())}, arrays...)
}

func buildStack(s *site) *Node {
	arrays, axis := s.nodes(0), s.integer(1)
	if s.err != nil {
		return failed(s.err)
	}
	return Stack(axis, anys(arrays)...)
}

// countOf returns argument i, a number of elements: an integer scalar.
func (s *site) countOf(i int) any {
	n := s.node(i)
	if s.err == nil && (n.Rank() != 0 || !n.DType().IsInteger()) {
		s.fail(s.args[i], ErrDType, "%s must be an integer scalar, not %s", s.form.params[i].name, n.Type())
	}
	return s.length(s.args[i], n)
}

func buildRepeat(s *site) *Node {
	x, n := s.node(0), s.countOf(1)
	if s.err != nil {
		return failed(s.err)
	}
	if s.none(2) {
		if x.Rank() != 1 {
			x = x.Ravel()
		}
		return x.Repeat(n, 0)
	}
	return x.Repeat(n, s.integer(2))
}

func buildTile(s *site) *Node {
	x := s.node(0)
	elems, ok := elemsOf(s.args[1])
	if !ok {
		elems = s.args[1:2]
	}
	if !s.fewEnough(s.args[1], elems) {
		return failed(s.err)
	}
	reps := make([]any, len(elems))
	for i, n := range s.arrays(elems) {
		reps[i] = s.length(elems[i], n)
	}
	if s.err != nil {
		return failed(s.err)
	}
	return x.Tile(reps...)
}

func buildFlip(s *site) *Node {
	x := s.node(0)
	axes, ok := s.axes(1)
	if ok && len(axes) == 0 {
		return x
	}
	return x.Flip(axes...)
}

// buildRoll: without axis the array is flattened, and has its shape again at
// the end.
func buildRoll(s *site) *Node {
	x, n := s.node(0), s.countOf(1)
	switch {
	case s.err != nil:
		return failed(s.err)
	case !s.none(2):
		return x.Roll(n, s.integer(2))
	case x.Rank() == 1:
		return x.Roll(n, 0)
	}
	sizes := make([]any, x.Rank())
	for i := range sizes {
		sizes[i] = x.Size(i)
	}
	return x.Ravel().Roll(n, 0).Reshape(sizes)
}

func buildSize(s *site) *Node {
	x := s.node(0)
	k := -1
	if !s.none(1) {
		k = s.axisOf(x, 1)
	}
	return s.apply(OpSize, Number{k}, x)
}

// buildTake: take(x, i, axis=1), and with several axes one index array for
// each: take(x, (i, j), axis=(0, 2), front=True), as x[i, :, j].
func buildTake(s *site) *Node {
	x := s.node(0)
	if s.none(2) {
		if x.Rank() != 1 {
			x = x.Ravel()
		}
		return x.Take(s.index(s.args[1]), 0)
	}
	elems, several := s.args[1].(*syntax.Tuple)
	if !several {
		a := Gathered{Axes: []int{s.axisOf(x, 2)}, Front: s.bool(3)}
		return s.apply(OpTake, a, x, s.index(s.args[1]))
	}
	a := Gathered{Axes: s.ints(2), Front: s.bool(3)}
	args := []*Node{x}
	for _, e := range elems.Elems {
		args = append(args, s.index(e))
	}
	for k, axis := range a.Axes {
		a.Axes[k] = fromEnd(axis, x.Rank())
		if a.Axes[k] < 0 || k > 0 && a.Axes[k] <= a.Axes[k-1] {
			s.fail(s.args[2], ErrAxis, "axes must ascend and be axes of %s", countAxes(x.Rank()))
		}
	}
	return s.apply(OpTake, a, args...)
}

// assigned builds set_subtensor(x[items], v) and inc_subtensor.
func assigned(slice, take Op) func(*site) *Node {
	return func(s *site) *Node {
		part, v := s.part(), s.node(1)
		switch {
		case s.err != nil:
			return failed(s.err)
		case part.base != nil && slice == OpSetSlice:
			return part.base.SetSubtensor(v, part.items...)
		case part.base != nil:
			return part.base.IncSubtensor(v, part.items...)
		}
		n := part.node
		args := append([]*Node{n.Args()[0], v}, n.Args()[1:]...)
		if n.op == OpTake {
			return s.apply(take, n.attr, args...)
		}
		return s.apply(slice, n.attr.(Index).shifted(1), args...)
	}
}

// partOf is the part of an array that set_subtensor replaces: x[items] as it
// was written, or a node that is such a part.
type partOf struct {
	indexing
	node *Node
}

// part reads argument 0, x[items] or a name for such a part.
func (s *site) part() (p partOf) {
	if e, ok := s.args[0].(*syntax.Index); ok && s.err == nil {
		base := s.array(e.X)
		if s.err == nil {
			var err *Error
			p.base = base
			if p.items, err = s.r.items(e); err != nil {
				s.err = err
			}
			return p
		}
	}
	n := s.node(0)
	if s.err != nil {
		return p
	}
	if from, ok := s.r.indexed[n]; ok {
		return partOf{indexing: from}
	}
	if n.op != OpSlice && n.op != OpTake {
		s.fail(s.args[0], ErrInput, "the first argument must be a part of an array, such as x[1:3]")
	}
	return partOf{node: n}
}

// shifted returns the index for arguments that stand k places further on.
func (a Index) shifted(k int) Index {
	items := make([]IndexItem, len(a.Items))
	for i, it := range a.Items {
		for _, z := range []*Size{&it.Start, &it.Stop, &it.Step} {
			if z.Arg > 0 {
				z.Arg += k
			}
		}
		items[i] = it
	}
	return Index{items}
}

// buildItem picks one of several results, as x[i] does.
func buildItem(s *site) *Node {
	x, err := s.r.expr(s.args[0])
	if err != nil {
		s.err = err
		return failed(err)
	}
	return s.apply(OpItem, Number{s.integer(1)}, x)
}

package backend

import (
	"slices"

	"arignote/expr"
)

// This file makes of map, a function of one element of a sequence, the same
// function of all elements at once: each value of the body that depends on the
// element gets a new leading axis. A body with an op for which there is no such
// rule stays with the reference.

// lowerMap returns the results of the map m, whose arguments have known dims, or
// nil if there is no rule for something in its body.
func lowerMap(m *expr.Node) []*expr.Node {
	body := m.Attr().(expr.Body)
	b := &mapping{at: m, length: length(m.Arg(0), 0), of: make(map[*expr.Node]mapped)}
	g := b.specialize(body, m.Args())
	if g == nil || b.length == 0 {
		return nil
	}
	for i, in := range g.Inputs {
		b.of[in] = mapped{m.Arg(i), i < body.Sequences}
	}
	for x := range g.Nodes() {
		if _, ok := b.of[x]; ok {
			continue
		}
		y, ok := b.node(x)
		if !ok || y.Err() != nil {
			return nil
		}
		b.of[x] = y
	}
	results := make([]*expr.Node, len(g.Outputs))
	for i, out := range g.Outputs {
		results[i] = castTo(m, b.all(b.of[out]), body.Graph.Outputs[i].DType())
	}
	return results
}

// mapped is a value of the body: for all elements, along its leading axis, or
// the same for each.
type mapped struct {
	*expr.Node
	each bool
}

// mapping is a body on its way.
type mapping struct {
	at     *expr.Node
	length int
	of     map[*expr.Node]mapped
}

// specialize returns the body for one element, with all dims known and lowered;
// nil if a size depends on data, or if something that can fail would be left out.
func (b *mapping) specialize(body expr.Body, args []*expr.Node) *expr.Graph {
	types, values := make([]expr.Type, len(args)), make([]*expr.Value, len(args))
	for i, a := range args {
		types[i] = a.Type()
		if i < body.Sequences {
			types[i].Dims = types[i].Dims[1:]
		} else {
			values[i] = a.Value()
		}
	}
	s, err := specialize(body.Graph, hostNodes(body.Graph), types, values)
	if err != nil || len(s.stop) > 0 || s.drops(body.Graph) {
		return nil
	}
	return s.graph
}

// node returns what x, a node of the body, is for all elements.
func (b *mapping) node(x *expr.Node) (y mapped, ok bool) {
	args := make([]mapped, len(x.Args()))
	each, rank := false, 0
	for i, a := range x.Args() {
		args[i] = b.of[a]
		each, rank = each || args[i].each, max(rank, a.Rank())
	}
	if !each || x.Op() == expr.OpItem {
		return mapped{x.With(nodes(args)...), each}, true
	}
	if x.Op().Elementwise() || x.Op() == expr.OpWhile {
		for i := range args {
			args[i].Node = b.lead(args[i], rank)
		}
		return mapped{x.With(nodes(args)...), true}, true
	}
	return b.rule(x, args)
}

func nodes(args []mapped) []*expr.Node {
	out := make([]*expr.Node, len(args))
	for i, a := range args {
		out[i] = a.Node
	}
	return out
}

// lead returns x so that its leading axis meets that of values whose elements
// have the given rank: axes of length 1 are put behind it.
func (b *mapping) lead(x mapped, rank int) *expr.Node {
	y := x.Node
	for x.each && y.Rank() < rank+1 {
		y = insertAxis(b.at, y, 1)
	}
	return y
}

// all returns x with a leading axis, also where it is the same for each element.
func (b *mapping) all(x mapped) *expr.Node {
	if x.each {
		return x.Node
	}
	shape, _ := x.Type().Shape()
	return broadcastTo(b.at, x.Node, append([]int{b.length}, shape...))
}

// rule returns what x is where an argument has a leading axis: the same op
// along the axes behind it.
func (b *mapping) rule(x *expr.Node, args []mapped) (y mapped, ok bool) {
	attr := x.Attr()
	shape, known := x.Type().Shape()
	if !known {
		return y, false
	}
	one := func(op expr.Op, attr expr.Attr, args ...*expr.Node) (mapped, bool) {
		return mapped{expr.New(b.at, op, attr, args...), true}, true
	}
	switch op := x.Op(); op {
	case expr.OpSum, expr.OpProd, expr.OpMax, expr.OpMin, expr.OpAny, expr.OpAll:
		a := attr.(expr.Axes)
		return one(op, expr.Axes{Axes: behind(a.Axes), KeepDims: a.KeepDims}, args[0].Node)
	case expr.OpSize:
		if axis := attr.(expr.Number).N; axis >= 0 {
			return mapped{expr.New(b.at, op, expr.Number{N: axis + 1}, args[0].Node), false}, true
		}
		return mapped{expr.Strong(lengths(x)), false}, true
	case expr.OpArgmax, expr.OpArgmin, expr.OpCumsum, expr.OpCumprod, expr.OpSort, expr.OpArgsort:
		a := attr.(expr.Axis)
		if a.Axis < 0 { // along the whole of each element
			flat := b.reshaped(args[0].Node, length(args[0].Node, 0), product(args[0].shape()[1:]))
			return mapped{b.reshaped(expr.New(b.at, op, expr.Axis{Axis: 1}, flat), append([]int{b.length}, shape...)...), true}, true
		}
		return one(op, expr.Axis{Axis: a.Axis + 1, KeepDims: a.KeepDims}, args[0].Node)
	case expr.OpDimShuffle:
		return one(op, expr.Pattern{Axes: append([]int{0}, behind(attr.(expr.Pattern).Axes)...)}, args[0].Node)
	case expr.OpSlice:
		return one(op, insideOf(resolve(x)), args[0].Node)
	case expr.OpSetSlice:
		rank := x.Rank() // of the part
		for _, it := range x.Attr().(expr.Index).Items {
			switch it.Kind {
			case expr.IndexNew:
				rank++
			case expr.IndexInt:
				rank--
			}
		}
		return one(op, insideOf(resolve(x)), b.all(args[0]), b.lead(args[1], rank))
	case expr.OpTake:
		return b.take(x, args)
	case expr.OpBroadcastTo:
		return mapped{broadcastTo(b.at, b.lead(args[0], len(shape)), append([]int{b.length}, shape...)), true}, true
	case expr.OpReshape:
		return one(op, expr.Dims{Sizes: sizes(append([]int{b.length}, shape...))}, args[0].Node)
	case expr.OpTril, expr.OpTriu:
		return one(op, attr, args[0].Node)
	case expr.OpConcatenate:
		var parts []*expr.Node
		for _, a := range args {
			parts = append(parts, b.all(a))
		}
		return one(op, expr.Axis{Axis: attr.(expr.Axis).Axis + 1}, parts...)
	case expr.OpDet, expr.OpLogAbsDet, expr.OpLogDet, expr.OpInv, expr.OpCholesky:
		return one(op, attr, args[0].Node)
	case expr.OpSolve, expr.OpSolveTriangular:
		return one(op, attr, b.all(args[0]), b.all(args[1]))
	case expr.OpDiag:
		return b.diagonal(attr.(expr.Diagonal).K, shape[0], args[0]), true
	case expr.OpSetTake, expr.OpIncTake:
		return b.put(x, args)
	case expr.OpDot:
		return b.dot(x.Arg(0), x.Arg(1), args)
	case expr.OpGemm, expr.OpGemv:
		if len(shape) > 2 {
			return y, false // stacks of stacks would meet axis by axis
		}
		return b.gemm(x, args)
	}
	return y, false
}

// shape returns the lengths of the axes, the leading one included.
func (x mapped) shape() []int {
	shape, _ := x.Type().Shape()
	return shape
}

// reshaped returns x in another shape.
func (b *mapping) reshaped(x *expr.Node, shape ...int) *expr.Node {
	return expr.New(b.at, expr.OpReshape, expr.Dims{Sizes: sizes(shape)}, x)
}

// diagonal returns the diagonal k, which has n elements, of matrices.
func (b *mapping) diagonal(k, n int, x mapped) mapped {
	from := func(first int) *expr.Node {
		return expr.New(b.at, expr.OpArange, expr.Filled{DType: expr.Int64}, expr.Const(first), expr.Const(first+n), expr.Const(1))
	}
	return mapped{expr.New(b.at, expr.OpTake, expr.Gathered{Axes: []int{1, 2}}, x.Node, from(max(-k, 0)), from(max(k, 0))), true}
}

// behind returns axes of one element as axes of all; negative ones, which stand
// for new axes, stay.
func behind(axes []int) []int {
	out := slices.Clone(axes)
	for i, a := range out {
		if a >= 0 {
			out[i] = a + 1
		}
	}
	return out
}

// insideOf returns an index of each element as one of all.
func insideOf(index expr.Index) expr.Index {
	whole := expr.IndexItem{Kind: expr.IndexSlice, Step: expr.Size{Arg: -1, N: 1}}
	return expr.Index{Items: append([]expr.IndexItem{whole}, index.Items...)}
}

// take returns elements of an array at computed places: of the same array for
// each element, at the same places of each, or at places of its own of each.
func (b *mapping) take(x *expr.Node, args []mapped) (y mapped, ok bool) {
	a := x.Attr().(expr.Gathered)
	index, own, rank := args[1:], false, 0
	for _, i := range x.Args()[1:] {
		own, rank = own || b.of[i].each, max(rank, i.Rank())
	}
	at := a.Axes[0] // where the axes of the indices are in the result for one element
	if a.Front {
		at = 0
	}
	if !own {
		r := expr.New(b.at, expr.OpTake, expr.Gathered{Axes: behind(a.Axes), Front: a.Front}, nodes(args)...)
		if a.Front {
			r = moved(b.at, r, rank, 1, 0)
		}
		return mapped{r, true}, true
	}
	from := []*expr.Node{args[0].Node}
	if args[0].each {
		from = append(from, b.number(rank))
	}
	for _, i := range index {
		from = append(from, b.lead(i, rank))
	}
	if !args[0].each { // the leading axis is the first of those of the indices
		return mapped{moved(b.at, expr.New(b.at, expr.OpTake, a, from...), at, 1, 0), true}, true
	}
	r := expr.New(b.at, expr.OpTake, ownPlaces(a), from...)
	return mapped{moved(b.at, r, 1, rank, 1+at), true}, true
}

// ownPlaces returns the attribute of an access to places of its own of each element,
// whose number is an index beside those of a.
func ownPlaces(a expr.Gathered) expr.Gathered {
	axes := append([]int{0}, behind(a.Axes)...)
	front := false // where there are axes between them
	for i := range len(axes) - 1 {
		front = front || axes[i+1] != axes[i]+1
	}
	return expr.Gathered{Axes: axes, Front: front}
}

// number returns the numbers of the elements, shaped like indices of a rank.
func (b *mapping) number(rank int) *expr.Node {
	element := expr.New(b.at, expr.OpArange, expr.Filled{DType: expr.Int64}, expr.Const(0), expr.Const(b.length), expr.Const(1))
	return b.lead(mapped{element, true}, rank)
}

// put returns arrays with elements at computed places set, or increased.
func (b *mapping) put(x *expr.Node, args []mapped) (y mapped, ok bool) {
	a := x.Attr().(expr.Gathered)
	rank := 0
	for _, i := range x.Args()[2:] {
		rank = max(rank, i.Rank())
	}
	part := expr.New(b.at, expr.OpTake, a, append([]*expr.Node{x.Arg(0)}, x.Args()[2:]...)...)
	shape, known := part.Type().Shape()
	if !known {
		return y, false
	}
	v := broadcastTo(b.at, b.lead(args[1], len(shape)), append([]int{b.length}, shape...))
	if !a.Front { // behind the number of the element come the indices
		v = moved(b.at, v, 1+a.Axes[0], rank, 1)
	}
	from := []*expr.Node{b.all(args[0]), v, b.number(rank)}
	for _, i := range args[2:] {
		from = append(from, b.lead(i, rank))
	}
	return mapped{expr.New(b.at, x.Op(), ownPlaces(a), from...), true}, true
}

// moved returns x with count axes from number from on at number to.
func moved(n, x *expr.Node, from, count, to int) *expr.Node {
	var rest, axes []int
	for i := range x.Rank() {
		if i >= from && i < from+count {
			axes = append(axes, i)
		} else {
			rest = append(rest, i)
		}
	}
	return expr.New(n, expr.OpDimShuffle, expr.Pattern{Axes: slices.Insert(rest, to, axes...)}, x)
}

// dot returns a product of vectors or matrices, in the body x and y, for all
// elements.
func (b *mapping) dot(x, y *expr.Node, args []mapped) (p mapped, ok bool) {
	u, v := args[0].Node, args[1].Node
	row, column := x.Rank() == 1, y.Rank() == 1
	if row && !args[1].each { // the rows of a matrix
		return mapped{lowerDot(expr.New(b.at, expr.OpDot, nil, u, v)), true}, true
	}
	if row { // a vector is a row on the left and a column on the right
		u = insertAxis(b.at, u, u.Rank()-1)
	}
	if column {
		v = insertAxis(b.at, v, v.Rank())
	}
	r := lowerMatMul(expr.New(b.at, expr.OpMatMul, nil, u, v))
	if column {
		r = dropAxes(b.at, r, []int{r.Rank() - 1})
	}
	if row {
		r = dropAxes(b.at, r, []int{1})
	}
	return mapped{r, true}, true
}

// gemm returns alpha*A@B, or alpha*A@B + beta*C, for all elements; B is a vector
// for gemv.
func (b *mapping) gemm(x *expr.Node, args []mapped) (y mapped, ok bool) {
	t := x.Attr().(expr.Transposed)
	turn := func(m mapped, transposed bool) mapped {
		if !transposed {
			return m
		}
		last := m.Rank() - 1
		return mapped{moved(b.at, m.Node, last, 1, last-1), m.each}
	}
	pair := []mapped{turn(args[1], t.A), turn(args[2], t.B)}
	var p mapped
	if !pair[0].each && !pair[1].each {
		p = mapped{lowerDot(expr.New(b.at, expr.OpDot, nil, pair[0].Node, pair[1].Node)), false}
	} else if p, ok = b.dot(x.Arg(1), x.Arg(2), pair); !ok {
		return mapped{}, false
	}
	scaled := func(factor, m mapped) *expr.Node {
		return expr.New(b.at, expr.OpMul, nil, b.lead(factor, x.Rank()), b.lead(m, x.Rank()))
	}
	sum := scaled(args[0], p)
	if len(args) == 5 {
		sum = expr.New(b.at, expr.OpAdd, nil, sum, scaled(args[3], args[4]))
	}
	return mapped{castTo(b.at, sum, x.DType()), true}, true
}

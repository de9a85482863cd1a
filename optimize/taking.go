package optimize

import "arignote/expr"

// Indexing by arrays of integers, for the pass structure.

// structureTaking are the rows about take.
var structureTaking = []Rule{
	// Indexing by arrays.
	{Name: "take-range", Class: Exact, Op: expr.OpTake, rewrite: takeRange, example: "x: float64[5]; x[arange(3)]"},
	{Name: "take-element", Class: Exact, Op: expr.OpTake, rewrite: takeElement, example: "x: float64[5, 4]; take(x, 3, axis=1)"},
	{Name: "take-equal", Class: Exact, Op: expr.OpTake, rewrite: takeEqual, example: "x: float64[5, 4]; x[[2, 2, 2]]"},
	{Name: "take-all", Class: Exact, Op: expr.OpTake, rewrite: takeAll, example: "x: float64[?]; x[arange(size(x))]"},
	{Name: "take-take", Class: Real, Op: expr.OpTake, rewrite: takeTake, example: "x: float64[5, 4]; i: int64[3]; x[i*0][[2, 0, 0, 1]]"},
	{Name: "take-argsort", Class: Real, Op: expr.OpTake, rewrite: takeArgsort, example: "x: float64[5]; x[argsort(x)]"},
	{Name: "take-elementwise", Class: Exact, Op: expr.OpTake, rewrite: takeElementwise, example: "x: float64[9]; exp(x)[[2, 0, 5]]"},
	{Name: "take-broadcast", Class: Exact, Op: expr.OpTake, rewrite: takeBroadcast, example: "a: float64; full((5,), a)[[2, 0, 1, 1]]"},
	{Name: "take-product", Class: Real, Op: expr.OpTake, rewrite: takeProduct, example: "A: float64[5, 4]; B: float64[4, 6]; (A @ B)[[2, 0, 4]]"},
}

// takeRange makes a slice of constant indices that ascend or descend evenly
// and are in range.
func takeRange(r *run, n *expr.Node) *expr.Node {
	if len(n.Args()) != 2 {
		return nil
	}
	items, ok := evenItems(n.Arg(0), n.Arg(1), n.Attr().(expr.Gathered))
	if !ok {
		return nil
	}
	return r.slice(n, n.Arg(0), items)
}

// evenItems returns the index of x that an index array along one axis is.
func evenItems(x, index *expr.Node, a expr.Gathered) ([]item, bool) {
	axis := a.Axes[0]
	first, count, step, ok := evenly(index)
	length, known := x.Type().Dims[axis].Known()
	s := span{first: first, count: count, step: step}
	if !ok || !known || s.low() < 0 || s.high() >= length || a.Front && axis > 0 {
		return nil, false
	}
	items := wholeItems(x.Rank())
	items[axis] = s.item(length)
	return items, true
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

// alongOne returns the axis and the index array of a take along one axis.
func alongOne(n *expr.Node) (axis int, index *expr.Node, ok bool) {
	a := n.Attr().(expr.Gathered)
	if len(n.Args()) != 2 || a.Front && a.Axes[0] > 0 {
		return 0, nil, false
	}
	return a.Axes[0], n.Arg(1), true
}

// takeElement slices where the index is one constant.
func takeElement(r *run, n *expr.Node) *expr.Node {
	axis, index, ok := alongOne(n)
	if !ok {
		return nil
	}
	i, isNumber := integerOf(index)
	if !isNumber {
		return nil
	}
	items := wholeItems(n.Arg(0).Rank())
	items[axis] = element(int(i))
	return r.slice(n, n.Arg(0), items)
}

// takeEqual stretches one element that is taken several times.
func takeEqual(r *run, n *expr.Node) *expr.Node {
	axis, index, ok := alongOne(n)
	if !ok || index.Rank() != 1 {
		return nil
	}
	i, equal := equalIndices(index)
	length, known := n.Arg(0).Type().Dims[axis].Known()
	if !equal || !known || i < -length || i >= length {
		return nil
	}
	if i < 0 {
		i += length
	}
	items := wholeItems(n.Arg(0).Rank())
	items[axis] = span{first: i, count: 1, step: 1}.item(length)
	return r.stretch(n, r.slice(n, n.Arg(0), items), r.dims(n))
}

// equalIndices returns the integer that all elements of a constant index are.
func equalIndices(index *expr.Node) (int, bool) {
	if z, ok := scalarOf(index); ok {
		return int(real(z)), true
	}
	v := index.Value()
	if v == nil || v.Len() == 0 || !equalElements(v) {
		return 0, false
	}
	return int(v.Int(0)), true
}

// takeAll: each element in its place.
func takeAll(r *run, n *expr.Node) *expr.Node {
	axis, index, ok := alongOne(n)
	if !ok || index.Op() != expr.OpArange {
		return nil
	}
	x := n.Arg(0)
	if d, ok := r.counted(index); !ok || d != r.dims(x)[axis] {
		return nil
	}
	return x
}

// takeTake indexes the indices: x[i][j] is x[i[j]].
func takeTake(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	axis, j, ok := alongOne(n)
	if !ok || inner.Op() != expr.OpTake || !r.once(inner) {
		return nil
	}
	at, i, ok := alongOne(inner)
	if !ok || at != axis || i.Rank() != 1 {
		return nil
	}
	return r.make(n, expr.OpTake, n.Attr(), inner.Arg(0), r.make(n, expr.OpTake, expr.Gathered{Axes: []int{0}}, i, j))
}

// fewer reports whether a take certainly has no more elements than what it
// takes from.
func fewer(n *expr.Node, axis int) bool {
	length, known := n.Arg(0).Type().Dims[axis].Known()
	count := 1
	for _, d := range n.Arg(1).Type().Dims {
		k, ok := d.Known()
		known = known && ok
		count *= k
	}
	return n.Arg(1).Rank() == 0 || known && count <= length
}

// takeElementwise computes only what is taken, where that is less.
func takeElementwise(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	axis, index, ok := alongOne(n)
	if !ok || !f.Op().Elementwise() || !r.once(f) || !fewer(n, axis) {
		return nil
	}
	args := make([]*expr.Node, len(f.Args()))
	for i, a := range f.Args() {
		k := axis - (f.Rank() - a.Rank())
		switch {
		case a.Rank() == 0:
			args[i] = a
		case k < 0 || index.Rank() != 1 && a.Rank() != f.Rank() || r.dims(a)[k] != r.dims(f)[axis]:
			return nil
		default:
			args[i] = r.make(n, expr.OpTake, expr.Gathered{Axes: []int{k}}, a, index)
		}
	}
	return r.make(f, f.Op(), f.Attr(), args...)
}

// takeBroadcast takes nothing where all elements are one scalar and indices in
// range.
func takeBroadcast(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	axis, index, ok := alongOne(n)
	if !ok || !isFill(f) || index.Value() == nil {
		return nil
	}
	length, known := f.Type().Dims[axis].Known()
	for i := range index.Value().Len() {
		if k := int(index.Value().Int(i)); !known || k >= length || k < -length {
			return nil
		}
	}
	if n.Rank() == 0 {
		return f.Arg(0)
	}
	return r.stretch(n, f.Arg(0), r.dims(n))
}

// takeProduct multiplies only the rows or columns that are taken.
func takeProduct(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	axis, index, ok := alongOne(n)
	if !ok || f.Op() != expr.OpDot || !r.once(f) || !fewer(n, axis) || index.Rank() > 1 {
		return nil
	}
	a, b := f.Arg(0), f.Arg(1)
	if a.Rank() == 2 && axis == 0 {
		return r.make(f, expr.OpDot, nil, r.make(n, expr.OpTake, expr.Gathered{Axes: []int{0}}, a, index), b)
	}
	return r.make(f, expr.OpDot, nil, a, r.make(n, expr.OpTake, expr.Gathered{Axes: []int{1}}, b, index))
}

// takeArgsort sorts where the places in order are asked for, to be taken.
func takeArgsort(r *run, n *expr.Node) *expr.Node {
	x, i := n.Arg(0), n.Arg(1)
	if len(n.Args()) != 2 || x.Rank() != 1 || i.Op() != expr.OpArgsort || i.Arg(0) != x {
		return nil
	}
	return r.make(n, expr.OpSort, i.Attr(), x)
}

package optimize

import (
	"slices"

	"arignote/expr"
)

// What is computed of joined arrays is computed of each of them instead, so that
// they need not be joined.

// structureUnjoining are the rows about this, for the pass structure.
var structureUnjoining = []Rule{
	{Name: "reduce-rotated-exact", Class: Exact, ops: exactReductionOps, rewrite: reduceRotated, with: []expr.Op{expr.OpConcatenate}, example: "x: float64[5]; max(roll(x, 2))"},
	{Name: "reduce-rotated", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpProd, expr.OpMean, expr.OpLogSumExp}, rewrite: reduceRotated, with: []expr.Op{expr.OpConcatenate}, example: "x: float64[n]; sum(roll(x, 2)), mean(roll(x, 1))"},
	{Name: "reduce-concatenate-exact", Class: Exact, ops: exactReductionOps, rewrite: reduceConcatenate, example: "x: float64[3]; y: float64[4]; max(concatenate((x, y)))"},
	{Name: "reduce-concatenate", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpProd, expr.OpMean}, rewrite: reduceConcatenate, example: "x: float64[m]; y: float64[n]; sum(concatenate((x, y)))"},
	{Name: "dimshuffle-concatenate", Class: Exact, Op: expr.OpDimShuffle, rewrite: dimshuffleConcatenate, example: "x: float64[3]; y: float64[3]; stack((x, y)).T"},
}

// reduceConcatenate reduces the arrays: the results are combined where they were
// joined along an axis that goes, else joined.
func reduceConcatenate(r *run, n *expr.Node) *expr.Node {
	c, a := n.Arg(0), n.Attr().(expr.Axes)
	if c.Op() != expr.OpConcatenate || !r.once(c) || len(c.Args()) > maxStack {
		return nil
	}
	axis := c.Attr().(expr.Axis).Axis
	combine := slices.Contains(a.Axes, axis)
	if combine {
		return r.combined(n, c.Args(), axis)
	}
	parts := make([]*expr.Node, len(c.Args()))
	for i, x := range c.Args() {
		if x.DType() != c.DType() {
			return nil
		}
		parts[i] = r.make(n, n.Op(), a, x)
	}
	if !a.KeepDims {
		for _, k := range a.Axes {
			axis -= oneOf(k < c.Attr().(expr.Axis).Axis)
		}
	}
	return r.make(n, expr.OpConcatenate, expr.Axis{Axis: axis}, parts...)
}

// combined reduces each of the pieces that the argument of n is joined of along an
// axis that goes, and combines the results.
func (r *run) combined(n *expr.Node, pieces []*expr.Node, axis int) *expr.Node {
	op := n.Op()
	if op == expr.OpMean {
		op = expr.OpSum
	}
	var y *expr.Node
	for _, x := range pieces {
		length, known := x.Type().Dims[axis].Known()
		if x.DType() != n.Arg(0).DType() || (!known || length == 0) && (op == expr.OpMax || op == expr.OpMin) {
			return nil // of no elements there is no extremum
		}
		part := r.make(n, op, n.Attr(), x)
		if y == nil {
			y = part
		} else {
			y = r.make(n, pairwise[n.Op()], nil, y, part)
		}
	}
	if n.Op() != expr.OpMean {
		return y
	}
	return r.perElement(n, y)
}

// reduceRotated joins parts of one array that lie apart or in another order, where
// the order does not matter: sum(roll(x, 2)) is sum(x).
func reduceRotated(r *run, n *expr.Node) *expr.Node {
	c := n.Arg(0)
	if c.Op() != expr.OpConcatenate || len(c.Args()) > maxStack {
		return nil
	}
	axis := c.Attr().(expr.Axis).Axis
	if !slices.Contains(n.Attr().(expr.Axes).Axes, axis) {
		return nil
	}
	var parts []*expr.Node
	for _, x := range c.Args() {
		parts = r.withPart(c, parts, x, axis)
	}
	switch len(parts) {
	case len(c.Args()):
		return nil
	case 1:
		return r.make(n, n.Op(), n.Attr(), parts[0])
	}
	return r.make(n, n.Op(), n.Attr(), r.make(c, c.Op(), c.Attr(), parts...))
}

// withPart appends x to the parts of c, or joins it with those that it continues or
// that continue it.
func (r *run) withPart(c *expr.Node, parts []*expr.Node, x *expr.Node, axis int) []*expr.Node {
	for i, y := range parts {
		m := r.joined(c, y, x, axis)
		if m == nil {
			m = r.joined(c, x, y, axis)
		}
		if m != nil {
			return r.withPart(c, slices.Delete(parts, i, i+1), m, axis)
		}
	}
	return append(parts, x)
}

// perElement divides y, the sum for the mean n, by the number of elements, where
// that is known.
func (r *run) perElement(n, y *expr.Node) *expr.Node {
	count := 1
	for _, k := range n.Attr().(expr.Axes).Axes {
		length, known := n.Arg(0).Type().Dims[k].Known()
		if !known {
			return nil
		}
		count *= length
	}
	if y.DType() != n.DType() {
		return nil
	}
	return r.make(n, expr.OpDiv, nil, y, r.weak(float64(count)))
}

// dimshuffleConcatenate moves the axes of each array.
func dimshuffleConcatenate(r *run, n *expr.Node) *expr.Node {
	c, pattern := n.Arg(0), n.Attr().(expr.Pattern).Axes
	if c.Op() != expr.OpConcatenate || !r.once(c) {
		return nil
	}
	axis := slices.Index(pattern, c.Attr().(expr.Axis).Axis)
	if axis < 0 {
		return nil // dropped, because its length is 1
	}
	parts := make([]*expr.Node, len(c.Args()))
	for i, x := range c.Args() {
		parts[i] = r.shuffled(n, x, pattern)
	}
	return r.make(n, expr.OpConcatenate, expr.Axis{Axis: axis}, parts...)
}

// sliceNamed takes whole arrays out of what was joined, where the bounds are said
// by the lengths of arrays: concatenate((x, y))[size(x):] is y.
func (r *run) sliceNamed(n *expr.Node, items []item, axis int) *expr.Node {
	c, e := n.Arg(0), items[axis]
	if e.kind != expr.IndexSlice || e.step != at(1) {
		return nil
	}
	lengths := make([]symbol, len(c.Args()))
	for i, x := range c.Args() {
		lengths[i] = r.dims(x)[axis]
	}
	from, to, ok := r.wholes(lengths, e)
	if !ok || to-from > 1 && !r.once(c) {
		return nil
	}
	rest := slices.Clone(items)
	rest[axis] = wholeItem
	parts := make([]*expr.Node, to-from)
	for i := range parts {
		parts[i] = r.slice(n, c.Arg(from+i), rest)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return r.join(n, items, axis, parts)
}

// wholes returns the numbers of the first of joined arrays of these lengths that e
// takes, and of that after the last, if it takes whole ones.
func (s *shapes) wholes(lengths []symbol, e item) (from, to int, ok bool) {
	from, to = -1, -1
	for i := 0; i <= len(lengths); i++ {
		offset := symbol(0)
		if i > 0 {
			offset = s.total(lengths[:i])
		}
		if from < 0 && (i == 0 && !e.start.has || s.says(e.start, offset)) {
			from = i
		}
		if i == len(lengths) && !e.stop.has || s.says(e.stop, offset) {
			to = i
		}
	}
	return from, to, from >= 0 && to > from
}

// says reports whether a bound is a number of elements that has this symbol.
func (s *shapes) says(b bound, length symbol) bool {
	if !b.has {
		return false
	}
	if b.node == nil {
		return length >= 0 && b.n == int(length)
	}
	x, ok := s.lengthOf(b.node)
	return ok && x == length
}

// lengthOf is the length that n, a sum of sizes of arrays, computes.
func (s *shapes) lengthOf(n *expr.Node) (symbol, bool) {
	if n.Op() != expr.OpAdd {
		return s.sizeSymbol(n)
	}
	var list []symbol
	for _, a := range n.Args() {
		x, ok := s.lengthOf(a)
		if !ok {
			return 0, false
		}
		list = append(list, x)
	}
	return s.total(list), true
}

package optimize

import "arignote/expr"

// Questions about shapes alone are answered from the shapes of inputs, for the
// pass structure: nothing is computed for them.

// sizeNode returns an int64 scalar that is the length with the given symbol,
// asked of the node whose axis it is; nil if it cannot be asked.
func (r *run) sizeNode(n *expr.Node, d symbol) *expr.Node {
	if d >= 0 {
		return r.cast(n, r.weak(int(d)), expr.Int64)
	}
	if list, ok := r.totals[d]; ok {
		sizes := make([]*expr.Node, len(list))
		for i, part := range list {
			if sizes[i] = r.sizeNode(n, part); sizes[i] == nil {
				return nil
			}
		}
		return r.chain(n, expr.OpAdd, sizes)
	}
	if p, ok := r.parts[d]; ok {
		return r.sizeOfPart(n, p)
	}
	from, ok := r.sources[d]
	if !ok || from.scope != r.scope {
		return nil
	}
	return r.sizeAlong(n, from.node, from.axis)
}

// sizeAlong is size(x, axis), of a vector size(x).
func (r *run) sizeAlong(n, x *expr.Node, axis int) *expr.Node {
	if x.Rank() == 1 {
		axis = -1
	}
	return r.make(n, expr.OpSize, expr.Number{N: axis}, x)
}

// sizeOfPart asks a slice of the input that has the whole axis.
func (r *run) sizeOfPart(n *expr.Node, p sliced) *expr.Node {
	from, ok := r.sources[p.of]
	if !ok || from.scope != r.scope {
		return nil
	}
	items := wholeItems(from.node.Rank())
	items[from.axis] = p.e
	return r.sizeAlong(n, r.slice(n, from.node, items), from.axis)
}

// source is an axis whose length a symbol is.
type source struct {
	node  *expr.Node
	axis  int
	scope int32
}

// sizeKnown is the lengths where all that are asked for are known.
func sizeKnown(r *run, n *expr.Node) *expr.Node {
	d := n.Arg(0).Type().Dims
	if a, ok := n.Attr().(expr.Number); ok && a.N >= 0 {
		d = d[a.N : a.N+1]
	}
	lengths, count := make([]int64, len(d)), int64(1)
	for i := range d {
		length, known := d[i].Known()
		if !known {
			return nil
		}
		lengths[i] = int64(length)
		count *= lengths[i]
	}
	if n.Op() == expr.OpSize {
		return r.constant(expr.ScalarValue(count), false)
	}
	v, err := expr.NewValue([]int{len(d)}, lengths)
	if err != nil {
		return nil
	}
	return r.constant(v, false)
}

// sizeTraced asks an input for a length, or says it.
func sizeTraced(r *run, n *expr.Node) *expr.Node {
	x, axis := n.Arg(0), n.Attr().(expr.Number).N
	if len(x.Args()) == 0 {
		return nil
	}
	if axis >= 0 {
		return r.sizeNode(n, r.dims(x)[axis])
	}
	if x.Rank() == 0 {
		return nil
	}
	return r.product(n, r.sizeNodes(n, x))
}

// product is the product of numbers; nil if there are none.
func (r *run) product(n *expr.Node, sizes []*expr.Node) *expr.Node {
	if len(sizes) == 0 {
		return nil
	}
	return r.chain(n, expr.OpMul, sizes)
}

// sizeNodes returns the lengths of all axes of x, nil if one cannot be asked.
func (r *run) sizeNodes(n, x *expr.Node) []*expr.Node {
	var sizes []*expr.Node
	for _, d := range r.dims(x) {
		size := r.sizeNode(n, d)
		if size == nil {
			return nil
		}
		sizes = append(sizes, size)
	}
	return sizes
}

// shapeTraced asks inputs for the lengths of what would be computed.
func shapeTraced(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if len(x.Args()) == 0 || x.Op().View() || r.witness(x, r.dims(x)) != nil {
		return nil
	}
	sizes := r.sizeNodes(n, x)
	for i, size := range sizes {
		sizes[i] = r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: []int{-1}}, size)
	}
	if len(sizes) == 0 {
		return nil
	}
	return r.make(n, expr.OpConcatenate, expr.Axis{Axis: 0}, sizes...)
}

// broadcastTraced stretches by the lengths of inputs where the node that is
// asked for its shape would have to be computed.
func broadcastTraced(r *run, n *expr.Node) *expr.Node {
	y := n.Arg(1)
	if len(y.Args()) == 0 || y.Op().View() || r.witness(y, r.dims(y)) != nil || !r.sameShape(n, y) {
		return nil
	}
	sizes := r.sizeNodes(n, y)
	if len(sizes) == 0 {
		return nil
	}
	return r.stretchBy(n, n.Arg(0), sizes)
}

// stretchBy broadcasts x to lengths given by scalars.
func (r *run) stretchBy(n, x *expr.Node, sizes []*expr.Node) *expr.Node {
	dims := make([]expr.Size, len(sizes))
	args := []*expr.Node{x}
	for i, size := range sizes {
		if k, known := integerOf(size); known {
			dims[i] = expr.Size{Arg: -1, N: int(k)}
			continue
		}
		dims[i] = expr.Size{Arg: len(args)}
		args = append(args, size)
	}
	return r.make(n, expr.OpBroadcastTo, expr.Dims{Sizes: dims}, args...)
}

package optimize

import (
	"slices"

	"arignote/expr"
)

// Reductions of what is computed of joined arrays, or of arrays of which a part was
// set, for the pass structure: piece by piece, so that nothing need be put together.

// structurePieces are the rows about it.
var structurePieces = []Rule{
	{Name: "reduce-pieces-exact", Class: Exact, ops: exactReductionOps, rewrite: reducePieces, example: "x: float64[3]; y: float64[4]; s: float64; max(abs(concatenate((x, y)))), min(set_subtensor(y[1:3], s))"},
	{Name: "reduce-pieces", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpProd, expr.OpMean, expr.OpLogSumExp}, rewrite: reducePieces, example: "x: float64[3]; y: float64[4]; s: float64; sum(square(concatenate((x, y)))), prod(set_subtensor(y[1:3], s)), logsumexp(concatenate((x, y)))"},
	{Name: "sum-assigned", Class: Real, Op: expr.OpSum, rewrite: sumAssigned, with: []expr.Op{expr.OpSetSlice, expr.OpIncSlice}, example: "A: float64[3, 4]; s: float64; sum(inc_subtensor(A[1:, :2], s)), sum(set_subtensor(zeros((3, 4))[1:, 1:], A[1:, 1:]))"},
}

// mostPieces is the largest number of pieces of which a formula is computed one by
// one, mostCopied that of the nodes which are made for that.
const mostPieces, mostCopied = 4, 12

// reducePieces reduces what is computed element by element of joined arrays, or of an
// array with a part that was set, piece by piece.
func reducePieces(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	direct := x.Op() == expr.OpConcatenate && n.Op() != expr.OpLogSumExp
	if direct || x.Op() != expr.OpConcatenate && x.Op() != expr.OpSetSlice && !x.Op().Elementwise() {
		return nil
	}
	for _, axis := range n.Attr().(expr.Axes).Axes {
		left := mostCopied
		if pieces := r.pieces(x, axis, &left); len(pieces) > 1 && len(pieces) <= mostPieces {
			return r.combined(n, pieces, axis)
		}
	}
	return nil
}

// pieces returns the arrays that x, which nothing else uses, is joined of along the
// axis, nil if it is not. Left is how many nodes may be made.
func (r *run) pieces(x *expr.Node, axis int, left *int) []*expr.Node {
	if !r.once(x) || *left <= 0 {
		return nil
	}
	switch {
	case x.Op() == expr.OpConcatenate && x.Attr().(expr.Axis).Axis == axis:
		return x.Args()
	case x.Op() == expr.OpSetSlice:
		if k, part, ok := r.assignedPart(x); ok && k == axis {
			return r.around(x.Arg(0), axis, part)
		}
	case x.Op().Elementwise():
		return r.elementwisePieces(x, axis, left)
	}
	return nil
}

// around returns what is before the part of x, the part, and what is behind.
func (r *run) around(x *expr.Node, axis int, part assigned) []*expr.Node {
	length, _ := x.Type().Dims[axis].Known()
	whole := assigned{to: length, v: x}
	var list []*expr.Node
	if part.from > 0 {
		list = append(list, r.slice(x, x, r.along(whole, axis, 0, part.from)))
	}
	list = append(list, part.v)
	if part.to < length {
		list = append(list, r.slice(x, x, r.along(whole, axis, part.to, length)))
	}
	return list
}

// elementwisePieces computes f of the pieces of its arguments: all that have the axis
// are joined of pieces of the same lengths.
func (r *run) elementwisePieces(f *expr.Node, axis int, left *int) []*expr.Node {
	var args [][]*expr.Node // for each piece
	var cuts []symbol
	for i, x := range f.Args() {
		k := axis - f.Rank() + x.Rank()
		if k < 0 || r.dims(x)[k] == 1 && r.dims(f)[axis] != 1 {
			continue // the same for all pieces
		}
		pieces := r.pieces(x, k, left)
		if len(pieces) < 2 || len(pieces) > mostPieces || args != nil && len(args) != len(pieces) {
			return nil
		}
		if args == nil {
			for range pieces {
				args = append(args, slices.Clone(f.Args()))
			}
		}
		for p, piece := range pieces {
			length := r.dims(piece)[k]
			if len(cuts) <= p {
				cuts = append(cuts, length)
			}
			if args[p][i] = piece; piece.DType() != x.DType() || cuts[p] != length {
				return nil
			}
		}
	}
	if *left -= len(args); *left < 0 {
		return nil
	}
	out := make([]*expr.Node, len(args))
	for p := range args {
		out[p] = r.make(f, f.Op(), f.Attr(), args[p]...)
	}
	return out
}

// sumAssigned adds what is added to a part, or set where there are zeros, to the sum
// of the rest.
func sumAssigned(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if _, known := x.Type().Shape(); n.Rank() > 0 || !r.once(x) || !x.DType().Inexact() || !known && hasInt(itemsOf(x)) {
		return nil // an index may turn out to be out of range
	}
	z, constant := scalarOf(x.Arg(0))
	zeros := constant && z == 0
	region := r.region(x)
	if x.Op() == expr.OpSetSlice && !zeros || region.Err() != nil || !r.fills(x.Arg(1), region) {
		return nil
	}
	v := r.cast(n, x.Arg(1), x.DType())
	if !r.sameShape(v, region) {
		v = r.stretch(region, v, r.dims(region))
	}
	if v == nil || v.Err() != nil {
		return nil
	}
	part := v
	if v.Rank() > 0 {
		part = r.make(n, expr.OpSum, axesAttr(nil, v.Rank(), false), v)
	}
	if zeros {
		return part
	}
	return r.make(n, expr.OpAdd, nil, r.make(n, expr.OpSum, n.Attr(), x.Arg(0)), part)
}

// hasInt reports whether an index takes single elements along an axis.
func hasInt(items []item) bool {
	return slices.ContainsFunc(items, func(e item) bool { return e.kind == expr.IndexInt })
}

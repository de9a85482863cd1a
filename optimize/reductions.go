package optimize

import (
	"slices"

	"arignote/expr"
)

// Rewrites of reductions, for the pass structure.

// reduceNothing drops a reduction over axes of length 1 alone: it is the
// element itself.
func reduceNothing(r *run, n *expr.Node) *expr.Node {
	a, x := n.Attr().(expr.Axes), n.Arg(0)
	for _, axis := range a.Axes {
		if !x.Type().Dims[axis].Is(1) {
			return nil
		}
	}
	if len(a.Axes) == 0 && x.Rank() > 0 {
		return nil
	}
	if a.KeepDims || x.Rank() == 0 {
		return r.cast(n, x, n.DType())
	}
	var pattern []int
	for i := range x.Rank() {
		if !slices.Contains(a.Axes, i) {
			pattern = append(pattern, i)
		}
	}
	return r.cast(n, r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, x), n.DType())
}

// reduceReduce merges two reductions by the same op.
func reduceReduce(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	if inner.Op() != n.Op() || !r.once(inner) {
		return nil
	}
	outer, in := n.Attr().(expr.Axes), inner.Attr().(expr.Axes)
	if outer.KeepDims != in.KeepDims {
		return nil
	}
	axes := slices.Clone(in.Axes)
	if outer.KeepDims {
		axes = append(axes, outer.Axes...)
	} else {
		axes = append(axes, outerAxes(in.Axes, outer.Axes, inner.Arg(0).Rank())...)
	}
	slices.Sort(axes)
	return r.make(n, n.Op(), axesAttr(slices.Compact(axes), inner.Arg(0).Rank(), outer.KeepDims), inner.Arg(0))
}

// outerAxes numbers axes of a result as axes of the array of the given rank
// from which reduced axes were dropped.
func outerAxes(reduced, axes []int, rank int) []int {
	var kept, out []int
	for i := range rank {
		if !slices.Contains(reduced, i) {
			kept = append(kept, i)
		}
	}
	for _, a := range axes {
		out = append(out, kept[a])
	}
	return out
}

// reduceDimshuffle reduces before the axes are permuted, if no permutation is
// left to do after it.
func reduceDimshuffle(r *run, n *expr.Node) *expr.Node {
	view, a := n.Arg(0), n.Attr().(expr.Axes)
	if view.Op() != expr.OpDimShuffle || a.KeepDims {
		return nil
	}
	x, pattern := view.Arg(0), view.Attr().(expr.Pattern).Axes
	var axes []int
	last := -1
	for i, p := range pattern {
		switch {
		case slices.Contains(a.Axes, i):
			if p >= 0 {
				axes = append(axes, p)
			}
		case p <= last: // a new axis, or one out of order
			return nil
		default:
			last = p
		}
	}
	for p := range x.Rank() { // axes of length 1 that the view dropped
		if !slices.Contains(pattern, p) {
			axes = append(axes, p)
		}
	}
	slices.Sort(axes)
	if len(axes) == 0 {
		return nil
	}
	return r.make(n, n.Op(), axesAttr(axes, x.Rank(), false), x)
}

// sumFactor takes factors out of a sum that are the same for all summands:
// sum(a*x) is a*sum(x). It works through products and quotients.
func sumFactor(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axes)
	if !r.once(x) || !n.DType().IsFloat() || x.DType() != n.DType() || len(a.Axes) == 0 {
		return nil
	}
	switch x.Op() {
	case expr.OpMul:
		var inside, outside []*expr.Node
		for _, f := range x.Args() {
			if r.constantAlong(f, a.Axes, x.Rank()) {
				outside = append(outside, f)
			} else {
				inside = append(inside, f)
			}
		}
		if len(outside) == 0 || len(inside) == 0 {
			return nil
		}
		s := r.reduceFactor(n, r.chain(x, expr.OpMul, inside), x)
		return r.timesOutside(n, s, outside, a, x.Rank())
	case expr.OpDiv:
		if !r.constantAlong(x.Arg(1), a.Axes, x.Rank()) {
			return nil
		}
		s := r.reduceFactor(n, x.Arg(0), x)
		d := r.reducedFactor(n, x.Arg(1), a, x.Rank())
		if s == nil || d == nil {
			return nil
		}
		return r.make(n, expr.OpDiv, nil, s, d)
	}
	return nil
}

// constantAlong reports whether f, an argument of an element-wise node of the
// given rank, has length 1 along axes of that node.
func (r *run) constantAlong(f *expr.Node, axes []int, rank int) bool {
	d := f.Type().Dims
	for _, a := range axes {
		if i := a - (rank - len(d)); i >= 0 && !d[i].Is(1) {
			return false
		}
	}
	return true
}

// reduceFactor is n's reduction of x alone, if x has the shape that was
// reduced.
func (r *run) reduceFactor(n, x, whole *expr.Node) *expr.Node {
	if x.Err() != nil || x.DType() != whole.DType() || !r.sameShape(x, whole) {
		return nil
	}
	return r.make(n, n.Op(), n.Attr(), x)
}

// reducedFactor gives a factor that is constant along axes the shape that it
// has after the reduction.
func (r *run) reducedFactor(n, f *expr.Node, a expr.Axes, rank int) *expr.Node {
	if a.KeepDims || f.Rank() == 0 {
		return f
	}
	var pattern []int
	for i := range f.Rank() {
		if !slices.Contains(a.Axes, i+rank-f.Rank()) {
			pattern = append(pattern, i)
		}
	}
	if len(pattern) == f.Rank() {
		return f
	}
	return r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, f)
}

// timesOutside multiplies a reduction by the factors taken out of it.
func (r *run) timesOutside(n, s *expr.Node, outside []*expr.Node, a expr.Axes, rank int) *expr.Node {
	if s == nil {
		return nil
	}
	factors := make([]*expr.Node, 0, len(outside)+1)
	for _, f := range outside {
		f = r.reducedFactor(n, f, a, rank)
		if f == nil || f.Err() != nil {
			return nil
		}
		factors = append(factors, f)
	}
	return r.chain(n, expr.OpMul, append(factors, s))
}

// sumNeg takes the sign out of a sum.
func sumNeg(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if x.Op() != expr.OpNeg || !r.once(x) || !n.DType().IsFloat() {
		return nil
	}
	return r.make(n, expr.OpNeg, nil, r.make(n, n.Op(), n.Attr(), x.Arg(0)))
}

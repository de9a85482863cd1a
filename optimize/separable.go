package optimize

import (
	"slices"

	"arignote/expr"
)

// Sums over several axes of what depends on one axis here and on another there:
// the sum of all x[i]*y[j] is the sum of x times that of y.

// sumSeparable sums the factors of a product along an axis by themselves, if the
// others are the same along it.
func sumSeparable(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axes)
	if x.Op() != expr.OpMul || len(a.Axes) < 2 || !r.sums(n, x) {
		return nil
	}
	for _, k := range a.Axes {
		others := slices.DeleteFunc(slices.Clone(a.Axes), func(i int) bool { return i == k })
		var along, rest []*expr.Node
		for _, f := range x.Args() {
			if r.constantAlong(f, []int{k}, x.Rank()) {
				rest = append(rest, f)
			} else {
				along = append(along, f)
			}
		}
		separate := allOf(along, func(f *expr.Node) bool { return r.constantAlong(f, others, x.Rank()) })
		if len(along) == 0 || len(rest) == 0 || !separate {
			continue
		}
		p := r.sumAlong(n, x, r.chain(n, expr.OpMul, along), []int{k})
		q := r.sumAlong(n, x, r.chain(n, expr.OpMul, rest), others)
		if p != nil && q != nil {
			return r.make(n, expr.OpMul, nil, p, q)
		}
	}
	return nil
}

// sums reports whether n adds up x, which nothing else uses, in its own dtype, and
// x has so many elements that it pays to add up twice what has fewer.
func (r *run) sums(n, x *expr.Node) bool {
	const many = 1000
	shape, known := x.Type().Shape()
	return r.once(x) && x.DType() == n.DType() && (n.DType().IsFloat() || n.DType().IsInteger()) && (!known || volume(shape) >= many)
}

// sumAlong is the sum of f, a factor of x, over those axes of x that the sum n
// is to add up with it; nil if f is shorter than x along one of them.
func (r *run) sumAlong(n, x, f *expr.Node, axes []int) *expr.Node {
	skip := x.Rank() - f.Rank()
	own := make([]int, len(axes))
	for i, k := range axes {
		if own[i] = k - skip; own[i] < 0 || f.DType() != x.DType() || r.dims(f)[own[i]] != r.dims(x)[k] {
			return nil
		}
	}
	s := r.make(n, expr.OpSum, axesAttr(own, f.Rank(), true), f)
	if s.Err() != nil {
		return nil
	}
	return r.reducedFactor(n, s, n.Attr().(expr.Axes), x.Rank())
}

// sumOfStretched adds up the terms of a sum one by one, if each is the same along
// an axis: the sum of all x[i] + y[j] takes as many additions as x and y have
// elements.
func sumOfStretched(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axes)
	if x.Op() != expr.OpAdd && x.Op() != expr.OpSub || len(a.Axes) < 2 || !r.sums(n, x) {
		return nil
	}
	terms := make([]*expr.Node, len(x.Args()))
	for i, t := range x.Args() {
		if t.DType() != x.DType() && !t.Type().Weak {
			return nil
		}
		if terms[i] = r.reduceStretched(n, r.cast(n, t, x.DType()), x); terms[i] == nil {
			return nil
		}
	}
	return r.make(n, x.Op(), nil, terms...)
}

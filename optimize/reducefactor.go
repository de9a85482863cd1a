package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// Rewrites of reductions of sums and products: what is the same for all
// elements is taken out.

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

// sumFactor takes factors out of a sum or mean that are the same for all
// summands: sum(a*x) is a*sum(x), sum(square(a*x)/b) is square(a)*sum(x**2)/b.
func sumFactor(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axes)
	if !r.once(x) || !n.DType().IsFloat() || len(a.Axes) == 0 {
		return nil
	}
	out, inside := r.splitProduct(x, a)
	if inside == nil {
		return nil
	}
	for i, f := range out.factors {
		out.factors[i].base = r.reducedFactor(n, f.base, a, x.Rank())
	}
	s := r.reduceFactor(n, inside, x)
	if s == nil {
		return nil
	}
	out.mul(factor{s, 1})
	return out.write(r, n)
}

// splitProduct takes the product x apart into factors that are the same along
// axes and the rest, nil if there is nothing to take out.
func (r *run) splitProduct(x *expr.Node, a expr.Axes) (same *product, rest *expr.Node) {
	if !productOp(x.Op()) || !x.DType().IsFloat() {
		return nil, nil
	}
	all := r.gatherProduct(x, 0)
	same = all.coefficient()
	other := newProduct(all.d)
	for _, f := range all.factors {
		if f.base.DType() == x.DType() && r.constantAlong(f.base, a.Axes, x.Rank()) {
			same.mul(f)
		} else {
			other.mul(f)
		}
	}
	if all.bad || len(other.factors) == 0 || len(same.factors) == 0 && same.coef.is(all.d, 1) {
		return nil, nil
	}
	return same, other.write(r, x)
}

// sumNeg takes the sign out of a sum or mean, also of a negation that others
// use: the sum itself is as dear.
func sumNeg(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if x.Op() != expr.OpNeg || !x.DType().IsFloat() {
		return nil
	}
	return r.make(n, expr.OpNeg, nil, r.make(n, n.Op(), n.Attr(), x.Arg(0)))
}

// prodFactor takes a constant factor, or a sign, out of a product of a known
// number of elements.
func prodFactor(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	count, known := reducedCount(n)
	if !known || !n.DType().IsFloat() || !productOp(x.Op()) || !r.once(x) {
		return nil
	}
	p := r.gatherProduct(x, 0)
	c := math.Pow(p.coef.f, float64(count))
	if p.bad || p.coef.is(p.d, 1) || len(p.factors) == 0 || !(math.Abs(c) > 1e-30 && math.Abs(c) < 1e30) {
		return nil
	}
	p.coef = whole(1)
	m := r.reduceFactor(n, p.write(r, x), x)
	if m == nil {
		return nil
	}
	return r.scaledOrNeg(n, c, m)
}

// reducedCount returns the number of elements that the reduction n makes one
// of, if that is known.
func reducedCount(n *expr.Node) (count int, known bool) {
	count = 1
	for _, axis := range n.Attr().(expr.Axes).Axes {
		length, ok := n.Arg(0).Type().Dims[axis].Known()
		if !ok {
			return 0, false
		}
		count *= length
	}
	return count, true
}

// meanOfSum turns sum(x)/k into mean(x), and k*mean(x) into sum(x), where k
// elements are added.
func meanOfSum(r *run, n *expr.Node) *expr.Node {
	if len(n.Args()) != 2 || !n.DType().IsFloat() {
		return nil
	}
	for i, m := range n.Args() {
		c, ok := scalarOf(n.Arg(1 - i))
		if !ok || m.Op() != expr.OpSum && m.Op() != expr.OpMean || m.DType() != n.DType() || m.Arg(0).DType() != n.DType() {
			continue
		}
		count, known := reducedCount(m)
		k := complex(float64(count), 0)
		switch {
		case !known || count < 2:
		case m.Op() == expr.OpSum && (n.Op() == expr.OpDiv && i == 0 && c == k || n.Op() == expr.OpMul && c == 1/k):
			return r.make(n, expr.OpMean, m.Attr(), m.Arg(0))
		case m.Op() == expr.OpMean && n.Op() == expr.OpMul && c == k:
			return r.make(n, expr.OpSum, m.Attr(), m.Arg(0))
		}
	}
	return nil
}

// centred drops from x - mean(x) what is added to all x alike, and takes out
// common factors, so that a variance does not depend on the shift.
func centred(r *run, n *expr.Node) *expr.Node {
	x, m := n.Arg(0), n.Arg(1)
	if m.Op() != expr.OpMean || m.Arg(0) != x || x.DType() != n.DType() || !n.DType().IsFloat() {
		return nil
	}
	a := m.Attr().(expr.Axes)
	if !a.KeepDims && !a.All || len(a.Axes) == 0 {
		return nil
	}
	deviation := func(y *expr.Node) *expr.Node {
		return r.make(n, expr.OpSub, nil, y, r.make(n, expr.OpMean, a, y))
	}
	if _, rest := r.splitConstant(x, a.Axes); rest != nil {
		return deviation(rest)
	}
	out, rest := r.splitProduct(x, a)
	if rest == nil || !slices.Equal(r.dims(rest), r.dims(x)) {
		return nil
	}
	out.mul(factor{deviation(rest), 1})
	return out.write(r, n)
}

// sumCentred: what deviates from its mean is 0 on average, whatever it is
// multiplied by.
func sumCentred(r *run, n *expr.Node) *expr.Node {
	axes := n.Attr().(expr.Axes).Axes
	x := n.Arg(0)
	if !n.DType().IsFloat() || x.DType() != n.DType() {
		return nil
	}
	for y := r.varying(x, axes); y != nil; y = r.varying(x, axes) {
		x = y
	}
	if x.Op() != expr.OpSub || !r.sameShape(x, n.Arg(0)) || !meanAlong(x.Arg(1), x.Arg(0), axes) {
		return nil
	}
	return r.weak(0.0)
}

// varying returns the factor of the product x that is not the same along axes,
// nil if x is no product with others or there are several.
func (r *run) varying(x *expr.Node, axes []int) *expr.Node {
	switch x.Op() {
	case expr.OpNeg:
		return x.Arg(0)
	case expr.OpDiv:
		if x.Arg(0).Rank() == x.Rank() && r.constantAlong(x.Arg(1), axes, x.Rank()) {
			return x.Arg(0)
		}
	case expr.OpMul:
		var only *expr.Node
		for _, f := range x.Args() {
			if r.constantAlong(f, axes, x.Rank()) {
				continue
			}
			if only != nil || f.Rank() != x.Rank() {
				return nil
			}
			only = f
		}
		return only
	}
	return nil
}

// meanAlong reports whether m is the mean of x over some of the axes, as it is
// subtracted from x.
func meanAlong(m, x *expr.Node, axes []int) bool {
	from := m
	if m.Op() == expr.OpDimShuffle {
		from = m.Arg(0)
	}
	if from.Op() != expr.OpMean || from.Arg(0) != x {
		return false
	}
	a := from.Attr().(expr.Axes)
	for i, k := range a.Axes {
		if !slices.Contains(axes, k) || !a.KeepDims && m == from && k != i { // dropped in front, or put back
			return false
		}
	}
	return m == from || putsBack(m, a, x.Rank())
}

// putsBack reports whether the view m gives a reduction its axes back.
func putsBack(m *expr.Node, a expr.Axes, rank int) bool {
	pattern := m.Attr().(expr.Pattern).Axes
	if a.KeepDims || len(pattern) != rank {
		return false
	}
	next := 0
	for i, p := range pattern {
		switch {
		case slices.Contains(a.Axes, i) && p >= 0, !slices.Contains(a.Axes, i) && p != next:
			return false
		case p >= 0:
			next++
		}
	}
	return true
}

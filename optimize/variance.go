package optimize

import (
	"math"

	"arignote/expr"
)

// varianceOfSums adds up squared deviations instead of subtracting the square of
// a sum from a sum of squares, which cancels: sum(x**2) - sum(x)**2/n and
// sum(x**2) - n*mean(x)**2 are sum((x - mean(x))**2).
func varianceOfSums(r *run, n *expr.Node) *expr.Node {
	if !n.DType().IsFloat() {
		return nil
	}
	s := r.gatherSum(n, 0)
	for i, t := range s.terms {
		m := t.base
		if m.Op() != expr.OpSum && m.Op() != expr.OpMean || m.Arg(0).Op() != expr.OpSquare || m.DType() != n.DType() {
			continue
		}
		x, a := m.Arg(0).Arg(0), m.Attr().(expr.Axes)
		count, known := reducedCount(m)
		if !known || count == 0 || x.DType() != n.DType() || len(s.terms) > maxShared {
			continue
		}
		want := -t.coef.f / float64(count) // of the square of the sum
		if m.Op() == expr.OpMean {
			want /= float64(count)
		}
		for j, u := range s.terms {
			c, ok := r.squareOfSum(u.base, x, a, float64(count))
			if !ok || math.Abs(float64(u.coef.f*c)/want-1) > 4*epsilon {
				continue
			}
			keep := expr.Axes{Axes: a.Axes, All: a.All, KeepDims: true}
			deviation := r.make(n, expr.OpSub, nil, x, r.make(n, expr.OpMean, keep, x))
			s.terms[i].base = r.make(n, m.Op(), a, r.make(n, expr.OpSquare, nil, deviation))
			s.terms[j].coef = number{}
			return s.write(r, n)
		}
	}
	return nil
}

// squareOfSum reads u as c*sum(x, axes)**2, written with sums or means; count is
// the number of summands.
func (r *run) squareOfSum(u, x *expr.Node, a expr.Axes, count float64) (c float64, ok bool) {
	p := r.gatherProduct(u, 0)
	if p.bad || !p.d.IsFloat() {
		return 0, false
	}
	c, power := p.coef.f, 0.0
	for _, f := range p.factors {
		m := f.base
		if m.Op() != expr.OpSum && m.Op() != expr.OpMean || m.Arg(0) != x || m.Attr().Key() != a.Key() || m.DType() != p.d {
			return 0, false
		}
		power += f.exp
		if m.Op() == expr.OpMean {
			c /= math.Pow(count, f.exp)
		}
	}
	return c, power == 2
}

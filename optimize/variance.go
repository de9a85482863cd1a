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
		if x.DType() != n.DType() || len(s.terms) > maxShared {
			continue
		}
		for j, u := range s.terms {
			c, means, ok := r.squareOfSum(u.base, x, a)
			if !ok || !completes(m, t.coef.f, float64(u.coef.f*c), means) {
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

// completes reports whether c*sum(x)**2, divided by the number of summands as
// often as means says, is what is subtracted from coef*m, the sum or mean of the
// squares, to make it one of squared deviations.
func completes(m *expr.Node, coef, c float64, means int) bool {
	count, known := reducedCount(m)
	want := 1 // how often it is to be divided
	if m.Op() == expr.OpMean {
		want = 2
	}
	if !known {
		return means == want && c == -coef
	}
	return count > 0 && math.Abs(c*math.Pow(float64(count), float64(want-means))/coef+1) <= 4*epsilon
}

// squareOfSum reads u as c*sum(x, axes)**2, where means of the two factors are
// means.
func (r *run) squareOfSum(u, x *expr.Node, a expr.Axes) (c float64, means int, ok bool) {
	p := r.gatherProduct(u, 0)
	if p.bad || !p.d.IsFloat() {
		return 0, 0, false
	}
	power := 0.0
	for _, f := range p.factors {
		m := f.base
		if m.Op() != expr.OpSum && m.Op() != expr.OpMean || m.Arg(0) != x || m.Attr().Key() != a.Key() || m.DType() != p.d || f.exp < 0 {
			return 0, 0, false
		}
		if power += f.exp; m.Op() == expr.OpMean {
			means += int(f.exp)
		}
	}
	return p.coef.f, means, power == 2
}

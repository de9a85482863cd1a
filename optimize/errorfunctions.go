package optimize

import (
	"math"

	"arignote/expr"
)

// erfcxScaled brings erfc and the exponential that takes its decay away together,
// however the two are scaled: exp(x**2/2)*erfc(x/sqrt(2)) is erfcx(x/sqrt(2)).
func erfcxScaled(r *run, n *expr.Node) *expr.Node {
	if !n.DType().IsFloat() || r.onlyUser(n) != nil && productOp(r.onlyUser(n).Op()) && r.onlyUser(n).Op() != expr.OpSqrt {
		return nil // it is looked at with its root
	}
	p := r.gatherProduct(n, 0)
	if p.bad {
		return nil
	}
	for i, f := range p.factors {
		if f.base.Op() != expr.OpErfc || math.Abs(f.exp) != 1 || f.base.DType() != p.d {
			continue
		}
		for j, e := range p.factors {
			if e.base.Op() == expr.OpExp && math.Abs(e.exp) == 1 && r.isSquare(e.base.Arg(0), f.base.Arg(0), float64(e.exp*f.exp)) {
				p.factors[i].base = r.make(n, expr.OpErfcx, nil, f.base.Arg(0))
				p.factors[j].exp = 0
				return p.write(r, n)
			}
		}
	}
	return nil
}

// isSquare reports whether x is sign*y**2, but for the rounding of constants.
func (r *run) isSquare(x, y *expr.Node, sign float64) bool {
	p, q := r.gatherProduct(x, maxShared), r.gatherProduct(y, maxShared)
	if p.bad || q.bad || len(p.factors) != len(q.factors) || x.DType() != y.DType() {
		return false
	}
	for _, f := range q.factors {
		if i := p.find(f.base); i < 0 || p.factors[i].exp != 2*f.exp {
			return false
		}
	}
	return math.Abs(p.coef.f/float64(sign*q.coef.f*q.coef.f)-1) < 8*epsilon
}

// epsilon is the distance from 1 to the next float64.
const epsilon = 0x1p-52

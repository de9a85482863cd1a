package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// group is a set of terms of a sum that have a factor in common.
type group struct {
	by    factor // exp is 1 or -1
	terms []int
	saves int // multiplications
}

// factorize takes common factors out of sums. It leaves the sum itself to
// canonicalize, and factors that rules of stabilize know: an exponential is
// better off with what it is divided by.
func factorize(r *run, _ *expr.Graph) (*opSet, stepFunc) {
	return sums, func(n *expr.Node) (*expr.Node, why) {
		if !n.DType().IsFloat() || !hasProduct(n) || !r.collects(n) {
			return nil, why{}
		}
		return r.factorSum(n, r.gatherSum(n, 0))
	}
}

// sums are the ops that add terms.
var sums = opSetWith(sumOp)

// hasProduct reports whether a term of the sum n, or an inner sum, is a
// product.
func hasProduct(n *expr.Node) bool {
	return slices.ContainsFunc(n.Args(), func(x *expr.Node) bool {
		return productOp(x.Op()) && x.Op() != expr.OpNeg || sumOp(x.Op()) && slices.ContainsFunc(x.Args(), func(y *expr.Node) bool {
			return productOp(y.Op()) || sumOp(y.Op())
		})
	})
}

// factorSum takes a common factor out of terms of the sum s, which is n, where
// that saves operations: x*y + x*z is x*(y + z), x/a - y/a is (x - y)/a. Terms
// with a product of matrices are left to the pass blas.
func (r *run) factorSum(n *expr.Node, s *sum) (*expr.Node, why) {
	if len(s.terms) < 2 || len(s.terms) > maxArgs || r.skips("factor-sum") {
		return nil, why{}
	}
	products := make([]*product, len(s.terms))
	for i, t := range s.terms {
		if x := t.base; productOp(x.Op()) && x.Op() != expr.OpPow && r.opens(x, s.d) {
			products[i] = r.gatherProduct(x, 0)
		}
		if involvesMatrixProduct(t.base, products[i]) {
			return nil, why{}
		}
	}
	var m *expr.Node
	if best := r.bestGroup(s, products); best.saves >= 1 {
		m = r.fit(n, r.writeFactored(n, s, products, best))
	} else {
		m = r.fit(n, r.scaledAlike(n, s, products))
	}
	if m == nil || m == n {
		return nil, why{}
	}
	return m, why{rule: "factor-sum", class: Real, note: "true over the reals"}
}

// scaledAlike takes a constant factor out of terms that share it, but for its
// sign: 2*x - 2*y is 2*(x - y), which is also rounded less. It returns nil if no
// terms do.
func (r *run) scaledAlike(n *expr.Node, s *sum, products []*product) *expr.Node {
	var coefs, sizes [maxArgs]float64
	for i, t := range s.terms {
		if coefs[i] = t.coef.f; products[i] != nil && !products[i].bad {
			coefs[i] *= products[i].coef.f
		}
		sizes[i] = math.Abs(coefs[i])
	}
	most := mostFrequent(sizes[:len(s.terms)])
	if most == 1 {
		return nil
	}
	inner, outer := newSum(s.d), s.constantPart()
	for i, t := range s.terms {
		if math.Abs(coefs[i]) != most {
			outer.put(t)
			continue
		}
		base := t.base
		if p := products[i]; p != nil && !p.bad && p.coef.f != 1 {
			rest := *p
			rest.coef = whole(1)
			base = rest.write(r, n)
		}
		inner.put(term{coef: number{f: coefs[i] / most}, base: base})
	}
	outer.put(term{coef: number{f: most}, base: inner.write(r, n)})
	return outer.write(r, n)
}

// mostFrequent returns the number other than 1 that is there most often, and twice
// at least, the first of equals; 1 if there is none.
func mostFrequent(numbers []float64) float64 {
	most, times := 1.0, 1
	for i, x := range numbers {
		count := 0
		for _, y := range numbers[i:] {
			if x == y {
				count++
			}
		}
		if x != 1 && count > times {
			most, times = x, count
		}
	}
	return most
}

// involvesMatrixProduct reports whether a term has a product of matrices as a
// factor.
func involvesMatrixProduct(base *expr.Node, p *product) bool {
	is := func(x *expr.Node) bool {
		switch x.Op() {
		case expr.OpDot, expr.OpMatMul, expr.OpOuter, expr.OpGemm, expr.OpGemv, expr.OpGer, expr.OpDimShuffle:
			return true
		}
		return false
	}
	return is(base) || p != nil && slices.ContainsFunc(p.factors, func(f factor) bool { return is(f.base) })
}

// bestGroup returns the group that saves most, the first of equals.
func (r *run) bestGroup(s *sum, products []*product) group {
	var best group
	seen := make(map[factor]bool)
	for _, p := range products {
		if p == nil || p.bad {
			continue
		}
		for _, f := range p.factors {
			if f.exp != 1 && f.exp != -1 || seen[f] {
				continue
			}
			seen[f] = true
			g := r.groupBy(s, products, f)
			if f.exp < 0 && slices.ContainsFunc(g.terms, func(i int) bool { return hasExp(products[i]) }) {
				continue
			}
			if f.base.Op() == expr.OpExp && slices.ContainsFunc(g.terms, func(i int) bool { return divides(products[i]) }) {
				continue
			}
			if g.saves > best.saves {
				best = g
			}
		}
	}
	return best
}

// divides reports whether p has a factor below the line, or is a term alone:
// for which a rule may wait.
func divides(p *product) bool {
	return p == nil || len(p.factors) < 2 || slices.ContainsFunc(p.factors, func(f factor) bool { return f.exp < 0 })
}

// hasExp reports whether p has an exponential as a factor: what it is divided
// by may be the sum of exponentials that makes it a softmax.
func hasExp(p *product) bool {
	return slices.ContainsFunc(p.factors, func(f factor) bool { return f.base.Op() == expr.OpExp })
}

// groupBy returns the terms of s that have the factor f. A term that is f alone
// becomes a constant, which saves nothing unless a rule waits for it: x*exp(y) -
// x is x*expm1(y). A term that would become a reciprocal stays: x/y - x/z.
func (r *run) groupBy(s *sum, products []*product, f factor) group {
	g := group{by: f, saves: -1}
	for i, t := range s.terms {
		p := products[i]
		switch {
		case p != nil && !p.bad && slices.Contains(p.factors, f):
			if leavesReciprocal(p, f, t.coef.mul(p.coef)) {
				continue
			}
			g.terms = append(g.terms, i)
			g.saves++
			if len(p.factors) == 2 && f.exp == 1 && r.complemented(p, f, t.coef.mul(p.coef), s) {
				g.saves++
			}
		case f.exp == 1 && t.base == f.base:
			g.terms = append(g.terms, i)
		}
	}
	return g
}

// leavesReciprocal reports whether the product p is coef*f/y, which without its
// factor f were a reciprocal: the division stays and is rounded once more.
func leavesReciprocal(p *product, f factor, coef number) bool {
	if f.exp < 0 || math.Abs(coef.f) != 1 || len(p.factors) < 2 {
		return false
	}
	return !slices.ContainsFunc(p.factors, func(other factor) bool { return other != f && other.exp > 0 })
}

// complemented reports whether the product p = f*g(x) is a term beside f or -f
// such that g(x) + 1 or g(x) - 1 is a function of its own, or the constant meets
// another one: x*(y + 1) - x is x*y.
func (r *run) complemented(p *product, f factor, coef number, s *sum) bool {
	other := p.factors[0]
	if other == f {
		other = p.factors[1]
	}
	i := s.find(f.base)
	if i < 0 || other.exp != 1 {
		return false
	}
	switch other.base.Op() {
	case expr.OpExp, expr.OpSigmoid, expr.OpErfc:
		return s.terms[i].coef.f == -coef.f
	case expr.OpAdd, expr.OpSub:
		return r.opens(other.base, s.d) && slices.ContainsFunc(other.base.Args(), func(a *expr.Node) bool {
			_, constant := numberOf(a, s.d)
			return constant
		})
	case expr.OpErf:
		return s.terms[i].coef.f == -coef.f || s.terms[i].coef.f == coef.f
	}
	return false
}

// writeFactored returns the sum with the factor of g taken out of its terms.
func (r *run) writeFactored(n *expr.Node, s *sum, products []*product, g group) *expr.Node {
	inner := newSum(s.d)
	outer := s.constantPart()
	for i, t := range s.terms {
		switch {
		case !slices.Contains(g.terms, i):
			outer.put(t)
		case t.base == g.by.base && g.by.exp == 1:
			inner.has, inner.constant = true, inner.constant.add(t.coef)
		default:
			p := products[i]
			rest := p.coefficient()
			for _, f := range p.factors {
				if f != g.by {
					rest.mul(f)
				}
			}
			inner.add(r, term{coef: t.coef, base: rest.write(r, n)})
		}
	}
	p := newProduct(s.d)
	p.mul(g.by)
	p.mul(factor{inner.write(r, n), 1})
	outer.add(r, term{coef: whole(1), base: p.write(r, n)})
	return outer.write(r, n)
}

// divideTerms divides a sum term by term where each term has the factor that it is
// divided by: (x*y + x)/x is y + 1.
func divideTerms(r *run, n *expr.Node) *expr.Node {
	x, d := n.Arg(0), n.Arg(1)
	if !n.DType().IsFloat() || !sumOp(x.Op()) || d.DType() != n.DType() || !r.opens(x, n.DType()) {
		return nil
	}
	s, by := r.gatherSum(x, 0), r.gatherProduct(d, 0)
	if s.has || len(s.terms) < 2 || len(s.terms) > maxShared || by.bad || len(by.factors) == 0 {
		return nil
	}
	out := newSum(n.DType())
	for _, t := range s.terms {
		q := r.gatherProduct(t.base, maxShared)
		if q.bad || q.d != out.d || !q.divide(by) {
			return nil
		}
		out.add(r, term{coef: t.coef.mul(number{f: 1 / by.coef.f}), base: q.write(r, n)})
	}
	return out.write(r, n)
}

// divide takes the factors of by out of p; false if p does not have them.
func (p *product) divide(by *product) bool {
	for _, f := range by.factors {
		i := p.find(f.base)
		if i < 0 || f.exp < 0 || p.factors[i].exp < f.exp {
			return false
		}
		if p.factors[i].exp -= f.exp; p.factors[i].exp == 0 {
			p.factors = slices.Delete(p.factors, i, i+1)
			p.index = positions{}
		}
	}
	return true
}

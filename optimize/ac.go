package optimize

import (
	"math"

	"arignote/expr"
)

// acRule is a rule whose left side is a sum or a product, ready to be matched
// inside longer ones: its terms may stand in any order, far apart, and (with
// all of them scaled or raised alike) more than once.
type acRule struct {
	*compiled
	parts    []acPart
	constant float64 // of a sum
}

// acPart is a term with its coefficient, or a base with its exponent.
type acPart struct {
	n    float64
	left []*pattern // the orders of one term
}

// appendAC adds c to the rules that are matched inside sums, or inside
// products, if its left side is one.
func (c *compiled) appendAC(sums, products []*acRule) (inSums, inProducts []*acRule) {
	if c.left == nil || c.Class == Exact {
		return sums, products // what is exact is matched as it stands
	}
	a := &acRule{compiled: c}
	switch c.left[0].op {
	case expr.OpAdd, expr.OpSub:
		if a.sumParts(c.left[0], 1) && a.useful() {
			sums = append(sums, a)
		}
	case expr.OpMul, expr.OpDiv:
		if a.productParts(c.left[0], 1) && a.useful() {
			products = append(products, a)
		}
	}
	return sums, products
}

// useful reports whether each part but the last starts with an op, and the
// first does: names alone match everything, and collecting has dealt with them.
func (a *acRule) useful() bool {
	if len(a.parts) == 0 || len(a.parts) > 2 {
		return false
	}
	// The part with an op comes first: it binds the names of the other.
	if a.parts[0].left[0].kind != isOp && len(a.parts) == 2 {
		a.parts[0], a.parts[1] = a.parts[1], a.parts[0]
	}
	return a.parts[0].left[0].kind == isOp
}

func (a *acRule) sumParts(p *pattern, sign float64) bool {
	switch {
	case p.kind == isLit:
		a.constant += float64(sign * p.lit.value)
		return !p.lit.isBool
	case p.kind == isOp && p.op == expr.OpAdd:
		return a.sumParts(p.args[0], sign) && a.sumParts(p.args[1], sign)
	case p.kind == isOp && p.op == expr.OpSub:
		return a.sumParts(p.args[0], sign) && a.sumParts(p.args[1], -sign)
	case p.kind == isOp && p.op == expr.OpNeg:
		return a.sumParts(p.args[0], -sign)
	}
	a.parts = append(a.parts, acPart{sign, p.orders()})
	return true
}

func (a *acRule) productParts(p *pattern, exp float64) bool {
	switch {
	case p.kind == isLit:
		return p.lit.value == 1 && !p.lit.isBool
	case p.kind == isOp && p.op == expr.OpMul:
		return a.productParts(p.args[0], exp) && a.productParts(p.args[1], exp)
	case p.kind == isOp && p.op == expr.OpDiv:
		return a.productParts(p.args[0], exp) && a.productParts(p.args[1], -exp)
	}
	a.parts = append(a.parts, acPart{exp, p.orders()})
	return true
}

// matchSum applies the first rule that matches terms of s.
func (r *run) matchSum(n *expr.Node, s *sum) (*expr.Node, why) {
	if s.d.IsInteger() {
		return nil, why{}
	}
	for _, a := range r.rules.inSums {
		if !r.allowed(a.compiled) || r.skipsStabilize(a) {
			continue
		}
		for i, t := range s.terms {
			scale := t.coef.f / a.parts[0].n
			if t.base.Op() != a.parts[0].left[0].op || scale == 0 || a.constant != 0 && s.constant.f != scale*a.constant {
				continue
			}
			if !r.starts(a, t.base) {
				continue
			}
			if m := r.replaceTerms(n, s, a, i, scale); m != nil {
				return m, why{a.Name, a.Class, a.assumption()}
			}
		}
	}
	return nil, why{}
}

// starts reports whether the first part of a matches x.
func (r *run) starts(a *acRule, x *expr.Node) bool {
	for _, left := range a.parts[0].left {
		r.bound.reset(a.compiled)
		if left.match(x, &r.bound) {
			return true
		}
	}
	return false
}

// near returns the range of terms or factors among n that may be the second part
// of a rule whose first is number i. To try all would take time that grows with
// the square of n; what belongs together stands together as a rule.
func near(i, n int) (from, to int) {
	const most = 32 // on each side
	return max(0, i-most), min(n, i+most+1)
}

// replaceTerms replaces terms of s, the i-th among them, by the right side of
// a times scale.
func (r *run) replaceTerms(n *expr.Node, s *sum, a *acRule, i int, scale float64) *expr.Node {
	second, right := r.matchParts(n, a, s.terms[i].base, func(yield func(int, *expr.Node) bool) {
		for j, end := near(i, len(s.terms)); j < end; j++ {
			t := s.terms[j]
			if j != i && t.coef.f == scale*a.parts[1].n && !yield(j, t.base) {
				return
			}
		}
	})
	if right == nil {
		return nil
	}
	out := newSum(s.d)
	out.constant, out.has = s.constant, s.has
	out.constant.f -= float64(scale * a.constant)
	for j, t := range s.terms {
		switch j {
		case i:
			out.add(r, term{coef: number{f: scale}, base: right})
		case second:
		default:
			out.add(r, t)
		}
	}
	return r.fit(n, out.write(r, n))
}

// matchParts matches first with the first part of a and, if there is another,
// one of the others with the second. It returns the number of that one (-1 if
// there is no second part) and the right side, nil if nothing matches.
func (r *run) matchParts(n *expr.Node, a *acRule, first *expr.Node, others func(yield func(int, *expr.Node) bool)) (int, *expr.Node) {
	for _, left := range a.parts[0].left {
		r.bound.reset(a.compiled)
		if !left.match(first, &r.bound) {
			continue
		}
		if len(a.parts) == 1 {
			if a.holds(r, n, &r.bound) {
				return -1, a.right.build(r, n, &r.bound)
			}
			continue
		}
		for j, x := range others {
			for _, p := range a.parts[1].left {
				if p.kind == isOp && !p.plausible(x) {
					continue
				}
				r.bound.reset(a.compiled)
				if left.match(first, &r.bound) && p.match(x, &r.bound) && a.holds(r, n, &r.bound) {
					return j, a.right.build(r, n, &r.bound)
				}
			}
		}
	}
	return -1, nil
}

// matchProduct applies the first rule that matches factors of p.
func (r *run) matchProduct(n *expr.Node, p *product) (*expr.Node, why) {
	if p.d.IsInteger() {
		return nil, why{}
	}
	for _, a := range r.rules.inProducts {
		if !r.allowed(a.compiled) || r.skipsStabilize(a) {
			continue
		}
		for i, f := range p.factors {
			if f.base.Op() != a.parts[0].left[0].op || times(f.exp, a.parts[0].n) == 0 || !r.starts(a, f.base) {
				continue
			}
			if m := r.replaceFactors(n, p, a, i); m != nil {
				return m, why{a.Name, a.Class, a.assumption()}
			}
		}
	}
	return nil, why{}
}

// times returns how often a factor with exponent part goes into one with
// exponent exp.
func times(exp, part float64) float64 { return math.Max(0, math.Trunc(exp/part)) }

// replaceFactors replaces factors of p, the i-th among them, by the right side
// of a, as often as they contain its left side.
func (r *run) replaceFactors(n *expr.Node, p *product, a *acRule, i int) *expr.Node {
	second, right := r.matchParts(n, a, p.factors[i].base, func(yield func(int, *expr.Node) bool) {
		for j, end := near(i, len(p.factors)); j < end; j++ {
			f := p.factors[j]
			if j != i && times(f.exp, a.parts[1].n) > 0 && !yield(j, f.base) {
				return
			}
		}
	})
	if right == nil {
		return nil
	}
	k := times(p.factors[i].exp, a.parts[0].n)
	if second >= 0 {
		k = min(k, times(p.factors[second].exp, a.parts[1].n))
	}
	out := newProduct(p.d)
	out.coef = p.coef
	for j, f := range p.factors {
		switch j {
		case i:
			f.exp -= float64(k * a.parts[0].n)
		case second:
			f.exp -= float64(k * a.parts[1].n)
		}
		if j == i {
			out.mul(factor{right, k})
		}
		if f.exp != 0 {
			out.mul(f)
		}
	}
	if out.bad {
		return nil
	}
	return r.fit(n, out.write(r, n))
}

// skipsStabilize reports whether a belongs to the pass stabilize and that is
// left out.
func (r *run) skipsStabilize(a *acRule) bool {
	return r.noStabilize && r.rules.stabilize.has(a.compiled)
}

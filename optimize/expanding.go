package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// Sums of products of sums, multiplied out where that saves operations.

// monomial is coef times the product of powers, which are in the order of their
// bases' numbers.
type monomial struct {
	coef number
	of   []factor
}

const (
	maxMonomials = 24 // of a polynomial
	maxExponent  = 4  // of a power in it
)

// expansion multiplies a sum out.
type expansion struct {
	r    *run
	d    expr.DType
	root *expr.Node
	cost int  // operations of what was multiplied out
	fail bool // there are too many monomials
}

// expandSum multiplies the products of sums in n out, for nothing but to see whether
// so much cancels that what is left is cheaper: (x + y)**2 - 4*x*y is (x - y)**2.
// What is left of squares and their mixed product is a square again. Sums of floats
// in which no term vanishes and no square is found stay as they are: y*f + (1 - y)*g
// may be written so that nothing cancels.
func expandSum(r *run, n *expr.Node) *expr.Node {
	d := n.DType()
	if !d.IsFloat() && !d.IsInteger() || r.partOfSum(n) || !r.worthExpanding(n, d) {
		return nil
	}
	e := &expansion{r: r, d: d, root: n}
	p := e.polynomial(n)
	if e.fail {
		return nil
	}
	s, cost, met := e.collected(n, p)
	if s.costBack()+cost >= e.cost || !met && d.IsFloat() {
		return nil
	}
	return s.write(r, n)
}

// worthExpanding reports whether, among the terms that are looked at, is a product
// of sums, or there are two squares or one and a product.
func (r *run) worthExpanding(n *expr.Node, d expr.DType) bool {
	squares, products := 0, 0
	var few [nearby]*expr.Node
	todo, looked := append(few[:0], n), 0
	for ; len(todo) > 0 && looked < nearby; looked++ {
		x := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch {
		case sumOp(x.Op()) && (x == n || r.opens(x, d)):
			todo = append(todo, x.Args()...)
		case (x.Op() == expr.OpMul || x.Op() == expr.OpSquare) && r.opens(x, d):
			if slices.ContainsFunc(x.Args(), func(y *expr.Node) bool { return sumOp(y.Op()) && r.opens(y, d) }) {
				return looked < nearby
			}
			if products++; x.Op() == expr.OpSquare {
				squares++
			}
		}
	}
	return len(todo) == 0 && squares > 0 && products > 1
}

// polynomial returns x as a list of monomials.
func (e *expansion) polynomial(x *expr.Node) []monomial {
	if c, ok := numberOf(x, e.d); ok {
		return []monomial{{coef: c}}
	}
	if e.fail || x != e.root && !e.r.opens(x, e.d) {
		return e.atom(x)
	}
	switch x.Op() {
	case expr.OpAdd, expr.OpSub, expr.OpNeg:
		e.cost += max(1, len(x.Args())-1)
		var p []monomial
		for i, a := range x.Args() {
			sign := whole(1)
			if x.Op() == expr.OpNeg || x.Op() == expr.OpSub && i == 1 {
				sign = whole(-1)
			}
			for _, m := range e.polynomial(a) {
				m.coef = m.coef.mul(sign)
				p = e.plus(p, m)
			}
		}
		return p
	case expr.OpMul, expr.OpSquare:
		e.cost += max(1, len(x.Args())-1)
		p := e.polynomial(x.Arg(0))
		if x.Op() == expr.OpSquare {
			return e.times(p, p)
		}
		for _, a := range x.Args()[1:] {
			p = e.times(p, e.polynomial(a))
		}
		return p
	}
	return e.atom(x)
}

// atom returns x as what it is.
func (e *expansion) atom(x *expr.Node) []monomial {
	if x.DType() != e.d {
		e.fail = true
	}
	return []monomial{{coef: whole(1), of: []factor{{x, 1}}}}
}

// plus adds a monomial to a polynomial.
func (e *expansion) plus(p []monomial, m monomial) []monomial {
	for i := range p {
		if slices.Equal(p[i].of, m.of) {
			p[i].coef = p[i].coef.add(m.coef)
			return p
		}
	}
	e.fail = e.fail || len(p) == maxMonomials
	return append(p, m)
}

// times multiplies polynomials.
func (e *expansion) times(p, q []monomial) []monomial {
	var out []monomial
	for _, a := range p {
		for _, b := range q {
			if e.fail {
				return nil
			}
			out = e.plus(out, monomial{a.coef.mul(b.coef), e.powers(a.of, b.of)})
		}
	}
	return out
}

// powers multiplies products of powers.
func (e *expansion) powers(a, b []factor) []factor {
	out := slices.Clone(a)
	for _, f := range b {
		i, found := slices.BinarySearchFunc(out, f, func(x, y factor) int { return int(e.r.id(x.base)) - int(e.r.id(y.base)) })
		if !found {
			out = slices.Insert(out, i, f)
			continue
		}
		out[i].exp += f.exp
		e.fail = e.fail || out[i].exp > maxExponent
	}
	return out
}

// collected returns the monomials that are not zero, squares that are complete
// as such, and the number of operations that the terms take. It reports whether
// terms have vanished or are such a square.
func (e *expansion) collected(at *expr.Node, p []monomial) (s *sum, cost int, met bool) {
	s = newSum(e.d)
	all := len(p)
	p = slices.DeleteFunc(p, func(m monomial) bool { return m.coef.is(e.d, 0) })
	met = len(p) < all
	for {
		inner, rest := e.square(p)
		if inner == nil {
			break
		}
		s.put(term{coef: whole(1), base: e.r.make(at, expr.OpSquare, nil, inner.write(e.r, at))})
		cost, p, met = cost+1+inner.costBack(), rest, true
	}
	for _, m := range p {
		if len(m.of) == 0 {
			s.constant, s.has = m.coef, true
			continue
		}
		product := newProduct(e.d)
		for _, f := range m.of {
			product.mul(f)
			cost += powerCost(f.exp)
		}
		cost += len(m.of) - 1
		s.put(term{coef: m.coef, base: product.write(e.r, at)})
	}
	return s, cost, met
}

// square finds a**2*x**2 + 2*a*b*x*y + b**2*y**2 among monomials, where y may be 1.
// It returns a*x + b*y and the other monomials, nil if there is no such thing.
func (e *expansion) square(p []monomial) (inner *sum, rest []monomial) {
	for i, m := range p {
		x, a, ok := e.squareRoot(m)
		if !ok || x == nil {
			continue
		}
		for j, n := range p {
			y, b, ok := e.squareRoot(n)
			if !ok || j == i || y != nil && j < i {
				continue
			}
			mixed := []factor{{x, 1}}
			if y != nil {
				mixed = e.powers(mixed, []factor{{y, 1}})
			}
			k := slices.IndexFunc(p, func(m monomial) bool { return slices.Equal(m.of, mixed) })
			if k < 0 {
				continue
			}
			if twice := a.mul(b).mul(whole(2)); p[k].coef.add(twice).is(e.d, 0) {
				b = b.neg()
			} else if !p[k].coef.add(twice.neg()).is(e.d, 0) {
				continue
			}
			inner = newSum(e.d)
			inner.put(term{coef: a, base: x})
			if y != nil {
				inner.put(term{coef: b, base: y})
			} else {
				inner.constant, inner.has = b, true
			}
			for at, m := range p {
				if at != i && at != j && at != k {
					rest = append(rest, m)
				}
			}
			return inner, rest
		}
	}
	return nil, nil
}

// squareRoot reads m as (a*x)**2, or as a**2 with no x, for an a that is exact.
func (e *expansion) squareRoot(m monomial) (x *expr.Node, a number, ok bool) {
	f := m.coef.f
	if e.d.IsInteger() {
		f = float64(m.coef.i)
	}
	root := math.Sqrt(f)
	if a = whole(int64(root)); !e.d.IsInteger() {
		a.f = root
	}
	if !(f > 0) || f > countable || float64(root*root) != f || e.d.IsInteger() && root != math.Trunc(root) || len(m.of) > 1 || len(m.of) == 1 && m.of[0].exp != 2 {
		return nil, a, false
	}
	if len(m.of) == 1 {
		x = m.of[0].base
	}
	return x, a, true
}

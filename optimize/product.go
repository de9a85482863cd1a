package optimize

import (
	"math"

	"arignote/expr"
)

// product is a collected product: coef * base[0]**exp[0] * base[1]**exp[1] ...
// in the order in which the factors were met.
type product struct {
	d       expr.DType
	coef    number
	factors []factor
	index   positions
	cost    int  // operations that the collected nodes spend
	met     int  // how often a factor was met a second time: x*y*x is better square(x)*y
	shared  bool // an inner product was left closed that others use
	bad     bool
	few     [4]factor
}

// newProduct returns the empty product.
func newProduct(d expr.DType) *product {
	p := &product{d: d, coef: whole(1)}
	p.factors = p.few[:0]
	return p
}

// coefficient returns the coefficient of p as a product.
func (p *product) coefficient() *product {
	q := newProduct(p.d)
	q.coef = p.coef
	return q
}

type factor struct {
	base *expr.Node
	exp  float64
}

// costPow is what a general power counts for, in operations.
const costPow = 5

// gatherProduct takes the product n apart. It opens inner products that
// nothing else uses, and up to left of those that others use, see gatherSum.
func (r *run) gatherProduct(n *expr.Node, left int) *product {
	p, o := r.lentProducts.take(), r.opening(n)
	*p = product{d: n.DType(), coef: whole(1), factors: p.factors[:0]}
	if cap(p.factors) == 0 {
		p.factors = p.few[:0]
	}
	var few, fewParts [8]factor
	stack := append(few[:0], factor{n, 1})
	for len(stack) > 0 && !p.bad {
		f := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		r.trace.looks++
		paid := f.base == n || r.opens(f.base, p.d) && o.again(f.base)
		if !paid && !(left > 0 && opensShared(f.base, p.d)) {
			p.shared = p.shared || productOp(f.base.Op()) && opensShared(f.base, p.d)
			p.mul(r.oriented(p, f))
			continue
		}
		parts, cost, ok := p.open(f, fewParts[:0])
		if !ok {
			p.mul(r.oriented(p, f))
			continue
		}
		if paid {
			p.cost += cost
		} else {
			left--
		}
		for i := len(parts) - 1; i >= 0; i-- {
			stack = append(stack, parts[i])
		}
	}
	return p
}

// oriented turns the factor x - y into -(y - x) if p has a factor y - x.
func (r *run) oriented(p *product, f factor) factor {
	x := f.base
	if x.Op() != expr.OpSub || f.exp != math.Trunc(f.exp) {
		return f
	}
	y := r.existing(expr.OpSub, nil, []*expr.Node{x.Arg(1), x.Arg(0)})
	if y == nil || p.find(y) < 0 {
		return f
	}
	if math.Mod(f.exp, 2) != 0 {
		p.coef = p.coef.neg()
	}
	return factor{y, f.exp}
}

// open takes one node of a product apart: base**exp is the product of parts.
// It appends to parts and multiplies signs into the coefficient itself.
func (p *product) open(f factor, parts []factor) (_ []factor, cost int, ok bool) {
	x, isWhole := f.base, f.exp == math.Trunc(f.exp)
	if !isWhole || p.d.IsInteger() && f.exp < 0 {
		return nil, 0, false // (x*y)**0.5 is not x**0.5 * y**0.5 for negative x and y
	}
	switch x.Op() {
	case expr.OpMul:
		for _, a := range x.Args() {
			parts = append(parts, factor{a, f.exp})
		}
		return parts, len(parts) - 1, true
	case expr.OpDiv:
		return append(parts, factor{x.Arg(0), f.exp}, factor{x.Arg(1), -f.exp}), 1, true
	case expr.OpReciprocal:
		return append(parts, factor{x.Arg(0), -f.exp}), 1, true
	case expr.OpAdd:
		if len(x.Args()) != 2 || x.Arg(0) != x.Arg(1) {
			return nil, 0, false
		}
		p.mulConstant(whole(2), f.exp)
		return append(parts, factor{x.Arg(0), f.exp}), 1, true
	case expr.OpSquare:
		return append(parts, factor{x.Arg(0), 2 * f.exp}), 1, true
	case expr.OpSqrt:
		return append(parts, factor{x.Arg(0), f.exp / 2}), 1, true
	case expr.OpNeg:
		if math.Mod(f.exp, 2) != 0 {
			p.coef = p.coef.neg()
		}
		return append(parts, factor{x.Arg(0), f.exp}), 1, true
	case expr.OpPow:
		c, ok := numberOf(x.Arg(1), expr.Float64)
		if !ok || p.d.IsInteger() && (c.f < 0 || c.f != math.Trunc(c.f)) || math.Abs(c.f) > 1e6 {
			return nil, 0, false
		}
		return append(parts, factor{x.Arg(0), c.f * f.exp}), costPow, true
	}
	return nil, 0, false
}

// find returns the place of the factor with the given base, -1 if there is none.
func (p *product) find(base *expr.Node) int {
	return p.index.of(base, len(p.factors), func(i int) *expr.Node { return p.factors[i].base })
}

// mul multiplies by a factor: into the coefficient, or to the power of its
// base.
func (p *product) mul(f factor) {
	if c, ok := numberOf(f.base, p.d); ok {
		p.mulConstant(c, f.exp)
		return
	}
	i := p.find(f.base)
	if i >= 0 && f.exp == 1 && p.factors[i].exp == 1 {
		p.met++
	}
	if i < 0 {
		i = len(p.factors)
		p.factors = append(p.factors, factor{f.base, 0})
	}
	p.factors[i].exp += f.exp
}

func (p *product) mulConstant(c number, exp float64) {
	if p.d.IsInteger() {
		for range int(min(exp, 64)) {
			p.coef.i *= c.i
		}
		p.bad = p.bad || exp > 64 || exp < 0
		return
	}
	p.coef.f *= math.Pow(c.f, exp)
	if x := math.Abs(p.coef.f); !(x > 1e-290 && x < 1e290) {
		p.bad = true // zero is for other rules; near the ends rounding would show
	}
	if x := math.Abs(p.coef.f); p.d == expr.Float32 && !(x > 1e-35 && x < 1e35) {
		p.bad = true
	}
}

// collectProduct returns a cheaper form of the product n, or nil.
func (r *run) collectProduct(n *expr.Node) (*expr.Node, why) {
	p := r.gatherProduct(n, 0)
	if p.bad {
		return nil, why{}
	}
	if m, by := r.matchProduct(n, p); m != nil {
		return m, by
	}
	if !r.mergeExps(n, p) && p.costBack() >= p.cost && !(p.met > 0 && p.costBack() == p.cost) {
		if !p.shared || len(p.factors) > maxShared {
			return nil, why{}
		}
		open := r.gatherProduct(n, maxShared)
		if open.bad {
			return nil, why{}
		}
		if open.costBack() >= p.cost {
			return r.matchOpened(n, open, p.cost)
		}
		p = open
	}
	m := r.fit(n, p.write(r, n))
	if m == nil || m == n || r.skips("collect-product") {
		return nil, why{}
	}
	by := why{rule: "collect-product", class: Real, note: "factors are multiplied in another order; what cancels is not 0"}
	if p.d.IsInteger() {
		by = why{rule: "collect-product", class: Exact}
	}
	return m, by
}

// matchOpened applies a rule to factors that others use too, if the result
// takes no more operations than before.
func (r *run) matchOpened(n *expr.Node, open *product, cost int) (*expr.Node, why) {
	m, by := r.matchProduct(n, open)
	if m == nil || !productOp(m.Op()) || r.gatherProduct(m, 0).costBack() > cost {
		return nil, why{}
	}
	return m, by
}

// mergeExps turns exp(a)**i * exp(b)**j into exp(i*a + j*b), if nothing else
// uses the exponentials.
func (r *run) mergeExps(n *expr.Node, p *product) bool {
	var exps []int
	for i, f := range p.factors {
		if f.base.Op() == expr.OpExp && f.base.DType() == p.d && r.once(f.base) && f.exp == math.Trunc(f.exp) && f.exp != 0 {
			exps = append(exps, i)
		}
	}
	if len(exps) < 2 {
		return false
	}
	s := newSum(p.d)
	for _, i := range exps {
		f := p.factors[i]
		s.add(r, term{coef: number{f: f.exp}, base: f.base.Arg(0)})
	}
	m := r.make(n, expr.OpExp, nil, s.write(r, n))
	if m.Err() != nil {
		return false
	}
	for _, i := range exps {
		p.factors[i].exp = 0
	}
	p.factors[exps[0]] = factor{m, 1}
	return true
}

// powerCost is the number of operations of power.
func powerCost(e float64) int {
	e = math.Abs(e)
	switch {
	case e == 0.5:
		return 1
	case e == math.Trunc(e)+0.5:
		return min(powerCost(e-0.5)+2, costPow)
	case e == math.Trunc(e) && e <= maxPower:
		cost := 0
		for k := int(e); k > 1; k /= 2 {
			cost += 1 + k%2
		}
		return cost
	}
	return costPow
}

// maxPower is the largest power that is computed by squaring: each squaring
// doubles the relative error, so that x**16 has about 8 ulp.
const maxPower = 16

// sides splits the factors that are left into those above and those below the
// line.
func (p *product) sides() (above, below []factor) {
	for _, f := range p.factors {
		switch {
		case f.exp > 0:
			above = append(above, f)
		case f.exp < 0:
			below = append(below, factor{f.base, -f.exp})
		}
	}
	return above, below
}

// costBack is the number of operations of the product as write writes it.
func (p *product) costBack() int {
	if p.d.IsInteger() && p.coef.i == 0 {
		return 0
	}
	cost, above, below := 0, 0, 0
	for _, f := range p.factors {
		switch {
		case f.exp == 0:
			continue
		case f.exp > 0:
			above++
		default:
			below++
		}
		cost += powerCost(f.exp)
	}
	cost += max(above-1, 0) + max(below-1, 0)
	if below > 0 {
		cost++
		if above == 0 {
			return cost // the coefficient is what is divided
		}
	}
	if !p.coef.is(p.d, 1) && above+below > 0 {
		cost++
	}
	return cost
}

// write returns the product as nodes.
func (p *product) write(r *run, at *expr.Node) *expr.Node {
	above, below := p.sides()
	if len(above)+len(below) == 0 || p.d.IsInteger() && p.coef.i == 0 {
		return r.numberNode(p.coef, p.d)
	}
	top := p.powers(r, at, above)
	bottom := p.powers(r, at, below)
	negative := p.coef.is(p.d, -1) && len(top) > 0
	if !negative && !p.coef.is(p.d, 1) {
		top = append([]*expr.Node{r.numberNode(p.coef, p.d)}, top...)
	}
	var n *expr.Node
	switch {
	case len(bottom) == 0:
		n = r.chain(at, expr.OpMul, top)
	case len(top) == 0:
		n = r.make(at, expr.OpReciprocal, nil, r.chain(at, expr.OpMul, bottom))
	default:
		n = r.make(at, expr.OpDiv, nil, r.chain(at, expr.OpMul, top), r.chain(at, expr.OpMul, bottom))
	}
	if negative {
		n = r.make(at, expr.OpNeg, nil, n)
	}
	return n
}

func (p *product) powers(r *run, at *expr.Node, side []factor) []*expr.Node {
	var list []*expr.Node
	for _, f := range side {
		list = append(list, r.power(at, r.cast(at, f.base, p.d), f.exp))
	}
	return list
}

// power returns x**e for e > 0, by squaring where that is cheap.
func (r *run) power(at, x *expr.Node, e float64) *expr.Node {
	switch {
	case e == 1:
		return x
	case e == 0.5:
		return r.make(at, expr.OpSqrt, nil, x)
	case e == math.Trunc(e)+0.5 && powerCost(e) < costPow:
		return r.make(at, expr.OpMul, nil, r.power(at, x, e-0.5), r.make(at, expr.OpSqrt, nil, x))
	case e == math.Trunc(e) && e <= maxPower:
		half := r.power(at, x, math.Trunc(e/2))
		half = r.make(at, expr.OpSquare, nil, half)
		if math.Mod(e, 2) == 0 {
			return half
		}
		return r.make(at, expr.OpMul, nil, x, half)
	case e == math.Trunc(e):
		return r.make(at, expr.OpPow, nil, x, r.weak(int(e)))
	}
	return r.make(at, expr.OpPow, nil, x, r.weak(e))
}

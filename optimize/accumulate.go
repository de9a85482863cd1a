package optimize

import (
	"slices"

	"arignote/expr"
)

// Sums with products of matrices among their terms, for the pass blas.

// A summand is a term of a sum: alpha*core, where alpha has the sign that the
// term has in the sum.
type summand struct {
	scaledNode
	term    *expr.Node     // as it was written, with its shape and dtype
	times   float64        // how often it was written, less how often it was subtracted
	product *matrixProduct // what core is, if it is a product without addend
	merged  bool           // it is not as it was written
}

// accumulate lets each product in the sum n take in another term of its shape:
// the sum of the products and of what they are added to is a chain of gemm, gemv
// and ger, each with the one before as its C.
func (r *run) accumulate(n *expr.Node) *expr.Node {
	o := &openSum{r: r, n: n, times: make(map[*expr.Node]float64), uses: make(map[*expr.Node]int)}
	o.open(n, 1)
	terms := o.summands()
	if !slices.ContainsFunc(terms, func(s summand) bool { return s.product != nil }) {
		return nil
	}
	terms, counted := r.repeated(n, terms)
	terms, added := r.added(n, terms)
	counted = counted || slices.ContainsFunc(terms, func(s summand) bool { return s.merged && s.product != nil })
	if !counted && !added {
		return nil
	}
	return r.sumOf(n, terms)
}

// openSum is the sum n with inner sums that nothing else uses taken apart.
type openSum struct {
	r     *run
	n     *expr.Node
	terms []*expr.Node           // in their order, each once
	times map[*expr.Node]float64 // how often each was written, less how often it was subtracted
	uses  map[*expr.Node]int     // how often each is used here
}

// open appends the terms of t, which is n or a part of it, each sign times.
func (o *openSum) open(t *expr.Node, sign float64) {
	opens := t == o.n || o.r.once(t) && t.DType() == o.n.DType() && len(o.terms)+len(t.Args()) <= maxArgs
	switch {
	case opens && t.Op() == expr.OpAdd:
		for _, x := range t.Args() {
			o.open(x, sign)
		}
	case opens && t.Op() == expr.OpSub:
		o.open(t.Arg(0), sign)
		o.open(t.Arg(1), -sign)
	default:
		o.add(t, sign)
	}
}

func (o *openSum) add(t *expr.Node, sign float64) {
	if o.uses[t]++; o.uses[t] == 1 {
		o.terms = append(o.terms, t)
	}
	o.times[t] += sign
}

// summands describes the terms. Of alpha*op(A)@op(B) + beta*C the parts are terms
// of their own where another term is a multiple of C, by numbers.
func (o *openSum) summands() (terms []summand) {
	r, n := o.r, o.n
	for _, t := range o.terms {
		times := r.weak(o.times[t])
		if !isScaledSum(t) || !o.again(t) {
			terms = append(terms, o.summand(t, times))
			continue
		}
		c := o.summand(t.Arg(4), r.times(n, times, t.Arg(3)))
		c.merged = true
		terms = append(terms, o.summand(r.make(t, t.Op(), t.Attr(), t.Args()[:3]...), times), c)
	}
	return terms
}

// again reports whether C of the term t, alpha*op(A)@op(B) + beta*C by numbers, is
// in another term too.
func (o *openSum) again(t *expr.Node) bool {
	if !o.r.once(t) || t.DType() != o.n.DType() || !isNumber(t.Arg(0)) || !isNumber(t.Arg(3)) {
		return false
	}
	return slices.ContainsFunc(o.terms, func(x *expr.Node) bool {
		s := o.r.asScaled(x)
		return s.core == t.Arg(4) && isNumber(s.alpha)
	})
}

// summand describes the term alpha*t.
func (o *openSum) summand(t, alpha *expr.Node) summand {
	r, n := o.r, o.n
	s := summand{scaledNode: scaledNode{alpha: r.weak(1.0), core: t}, term: t, times: o.times[t]}
	if t.DType() == n.DType() && (r.once(t) || int(r.uses.at(r.id(t)).count) == o.uses[t]) {
		s.scaledNode = r.asScaled(t)
		if p, ok := r.asProduct(s.core); ok && (s.core == t || r.once(s.core)) {
			s.product = &p
		}
	}
	s.alpha = r.times(n, alpha, s.alpha)
	s.merged = s.times != 1 && s.times != -1
	return s
}

// repeated makes one term of those that are multiples of the same by numbers:
// A@B - C - C has C twice.
func (r *run) repeated(n *expr.Node, terms []summand) (_ []summand, changed bool) {
	first := make(map[*expr.Node]int, len(terms))
	var out []summand
	for _, s := range terms {
		i, met := first[s.core]
		if met && isNumber(s.alpha) && isNumber(out[i].alpha) && s.term.DType() == n.DType() {
			x, _ := scalarOf(s.alpha)
			y, _ := scalarOf(out[i].alpha)
			if x+y != 0 {
				out[i].alpha, out[i].merged, changed = r.weakNumber(x+y), true, true
				continue
			}
		}
		if !met {
			first[s.core] = len(out)
		}
		out = append(out, s)
	}
	return out, changed
}

// added lets products take in other terms, first those that can scale them.
func (r *run) added(n *expr.Node, terms []summand) (_ []summand, changed bool) {
	for _, rank1 := range []bool{false, true} {
		for i := 0; i < len(terms); i++ {
			p := terms[i].product
			if p == nil || (p.op == expr.OpGer) != rank1 {
				continue
			}
			j := r.addend(n, terms, i)
			if j < 0 {
				continue
			}
			if m := r.withAddend(n, terms[i], terms[j]); m.Err() == nil {
				terms[j] = summand{scaledNode: scaledNode{alpha: r.weak(1.0), core: m}, term: m, merged: true}
				terms = slices.Delete(terms, i, i+1)
				i, changed = i-1, true
			}
		}
	}
	return terms, changed
}

// addend returns the number of another term that has the shape and dtype of term
// i, preferring one that is no product itself; -1 if there is none that product i
// should take in.
func (r *run) addend(n *expr.Node, terms []summand, i int) int {
	best := -1
	for j, t := range terms {
		switch {
		case j == i || t.term.DType() != n.DType() || !r.meets(t.term, terms[i]):
		case t.product == nil && !(t.core.Op().Elementwise() && r.once(t.core) && r.endsInLoop(n)):
			return j
		case t.product == nil: // one loop computes it and what n is needed for
		case best < 0 || t.times > 0 || terms[best].times < 0:
			best = j
		}
	}
	if u := r.onlyUser(n); best >= 0 && u != nil && (u.Op() == expr.OpAdd || u.Op() == expr.OpSub) &&
		u.DType() == n.DType() && len(terms)+len(u.Args()) <= maxArgs/2 {
		return -1 // that sum may have something that both can be added to
	}
	return best
}

// meets reports whether the product s can take in t: they have the same shape, or may
// have for all that is known. Gemm and gemv broadcast where they turn out not to.
func (r *run) meets(t *expr.Node, s summand) bool {
	x, y := r.dims(t), r.dims(s.term)
	if slices.Equal(x, y) {
		return true
	}
	if s.product.op == expr.OpGer || len(x) != len(y) {
		return false
	}
	for i, d := range x {
		if d != y[i] && (d == 1 || y[i] == 1 || d >= 0 && y[i] >= 0) {
			return false
		}
	}
	return true
}

// endsInLoop reports whether n, scaled and added to what it may be, is needed in one
// loop over elements alone.
func (r *run) endsInLoop(n *expr.Node) bool {
	for range nearby {
		u := r.onlyUser(n)
		if u == nil || !u.Op().Elementwise() {
			return false
		}
		if !formsBlas[u.Op()] || (u.Op() == expr.OpMul || u.Op() == expr.OpDiv) && slices.ContainsFunc(u.Args(), func(x *expr.Node) bool { return x != n && x.Rank() > 0 }) {
			return true
		}
		n = u
	}
	return false
}

// withAddend returns the sum of the product s and the term c. A product of rank
// one scales nothing.
func (r *run) withAddend(n *expr.Node, s, c summand) *expr.Node {
	p := *s.product
	p.alpha = r.times(n, s.alpha, p.alpha)
	if p.op == expr.OpGer {
		return p.node(r, n, nil, r.multiple(n, c.alpha, c.core))
	}
	return p.node(r, n, c.alpha, c.core)
}

// multiple is alpha*x.
func (r *run) multiple(n, alpha, x *expr.Node) *expr.Node {
	switch c, ok := scalarOf(alpha); {
	case ok && c == 1 && alpha.Type().Weak:
		return x
	case ok && c == -1 && alpha.Type().Weak:
		return r.make(n, expr.OpNeg, nil, x)
	}
	return r.make(n, expr.OpMul, nil, alpha, x)
}

// sumOf adds up terms, those first that are not as they were written.
func (r *run) sumOf(n *expr.Node, terms []summand) *expr.Node {
	var plus, minus []*expr.Node
	for _, s := range terms {
		switch {
		case s.merged && s.product != nil:
			plus = append(plus, r.scaledProduct(n, s))
		case s.merged:
			plus = append(plus, r.multiple(n, s.alpha, s.core))
		}
	}
	for _, s := range terms {
		switch {
		case s.times < 0 && !s.merged:
			minus = append(minus, s.term)
		case !s.merged:
			plus = append(plus, s.term)
		}
	}
	sum := r.chain(n, expr.OpAdd, plus) // a longer sum would be copied for each of its products
	for _, x := range minus {
		sum = r.make(n, expr.OpSub, nil, sum, x)
	}
	return sum
}

// scaledProduct is the product s without an addend.
func (r *run) scaledProduct(n *expr.Node, s summand) *expr.Node {
	p := *s.product
	if p.op == expr.OpGer {
		return r.multiple(n, s.alpha, s.core)
	}
	p.alpha = r.times(n, s.alpha, p.alpha)
	return p.node(r, n)
}

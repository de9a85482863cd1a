package optimize

import (
	"iter"
	"math"
	"math/bits"
	"slices"

	"arignote/expr"
)

// acRule is a rule whose left side is a sum or a product, ready to be matched
// inside longer ones: its terms may stand in any order, far apart, and (with
// all of them scaled or raised alike) more than once.
type acRule struct {
	*compiled
	pass     string // of which it is a rule
	parts    []acPart
	constant float64 // of a sum
}

// acPart is a term with its coefficient, or a base with its exponent.
type acPart struct {
	n    float64
	left []*pattern // the orders of one term
	// determined: the names that another part binds say what this one is, so
	// that it can be looked up.
	determined bool
}

// appendAC adds c to the rules that are matched inside sums, or inside
// products, if its left side is one. It is a rule of the given pass.
func (c *compiled) appendAC(pass string, sums, products []*acRule) (inSums, inProducts []*acRule) {
	if c.left == nil || c.Class == Exact {
		return sums, products // what is exact is matched as it stands
	}
	a := &acRule{compiled: c, pass: pass}
	switch c.left[0].op {
	case expr.OpAdd, expr.OpSub:
		if a.sumParts(c.left[0], 1) && a.useful() {
			c.inSums = a.constant != 0
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
	if len(a.parts) == 2 {
		bound := a.parts[0].left[0].names(nil)
		a.parts[1].determined = a.parts[1].left[0].follows(bound)
	}
	return a.parts[0].left[0].kind == isOp
}

// names appends the numbers of the names of p, those of attributes below 0.
func (p *pattern) names(list []int) []int {
	if p.kind == isVar {
		return append(list, p.v)
	}
	if v, has := p.attr.variable(); has {
		list = append(list, -1-v)
	}
	for _, a := range p.args {
		list = a.names(list)
	}
	return list
}

// variable returns the number of the attribute that a binds, if it binds one.
func (a attrPattern) variable() (v int, has bool) {
	if a.family == noFamily {
		return 0, false
	}
	if !a.keys {
		return int(a.family), true
	}
	return numWhole + a.axis, a.axis >= 0
}

// follows reports whether p is known once these names are. A number is not: it
// may be of any dtype.
func (p *pattern) follows(bound []int) bool {
	switch p.kind {
	case isVar:
		return slices.Contains(bound, p.v)
	case isLit, isSpread:
		return false
	}
	if v, has := p.attr.variable(); has && !slices.Contains(bound, -1-v) {
		return false
	}
	return allOf(p.args, func(a *pattern) bool { return a.follows(bound) })
}

// find returns the node that p stands for, nil if there is none.
func (p *pattern) find(r *run, b *binding) *expr.Node {
	if p.kind == isVar {
		return b.vars[p.v]
	}
	args := make([]*expr.Node, len(p.args))
	for i, a := range p.args {
		if args[i] = a.find(r, b); args[i] == nil {
			return nil
		}
	}
	if p.kind == isTranspose {
		return r.existing(expr.OpDimShuffle, expr.Pattern{Axes: []int{1, 0}}, args)
	}
	attr, ok := p.attr.build(args, b)
	if !ok {
		return nil
	}
	if p.op == expr.OpNeg { // as negatives has it
		switch x := args[0]; x.Op() {
		case expr.OpNeg:
			return x.Arg(0)
		case expr.OpSub:
			if y := r.existing(expr.OpSub, nil, []*expr.Node{x.Arg(1), x.Arg(0)}); y != nil {
				return y
			}
		}
	}
	return r.existing(p.op, attr, args)
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
	a.parts = append(a.parts, acPart{n: sign, left: p.orders()})
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
	a.parts = append(a.parts, acPart{n: exp, left: p.orders()})
	return true
}

// acList is a sum or product in which a rule looks for its parts.
type acList interface {
	size() int
	base(i int) *expr.Node
	find(base *expr.Node) int
	// ratio says how often a part with coefficient or exponent n goes into
	// number i, 0 if it does not.
	ratio(i int, n float64) float64
}

func (s *sum) size() int                      { return len(s.terms) }
func (s *sum) base(i int) *expr.Node          { return s.terms[i].base }
func (s *sum) ratio(i int, n float64) float64 { return s.terms[i].coef.f / n }

func (p *product) size() int                      { return len(p.factors) }
func (p *product) base(i int) *expr.Node          { return p.factors[i].base }
func (p *product) ratio(i int, n float64) float64 { return times(p.factors[i].exp, n) }

// times returns how often a factor with exponent part goes into one with
// exponent exp.
func times(exp, part float64) float64 { return math.Max(0, math.Trunc(exp/part)) }

// acMatch is a place where a rule matches: the numbers of its parts, the second
// -1 if there is none, what replaces them, and how often.
type acMatch struct {
	first, second int
	right         *expr.Node
	times         float64
}

// opSet is a set of ops.
type opSet [expr.NumOps]bool

// acTable is a list of rules, in order, with sets of them, bit by bit: those of
// which the first part, or the second, may be a node with a certain op.
type acTable struct {
	rules []*acRule
	byOp  [2][expr.NumOps][]uint64
}

// newACTable indexes rules.
func newACTable(rules []*acRule) *acTable {
	t := &acTable{rules: rules}
	for part := range t.byOp {
		for op := range t.byOp[part] {
			set := make([]uint64, (len(rules)+63)/64)
			for i, a := range rules {
				if part >= len(a.parts) || !a.parts[part].left[0].hasOp() || a.parts[part].left[0].op == expr.Op(op) {
					set[i/64] |= 1 << (i % 64)
				}
			}
			t.byOp[part][op] = set
		}
	}
	return t
}

// possible visits the rules for whose parts there are members of the list with
// their ops: with most lists these are few or none.
func (t *acTable) possible(list acList) iter.Seq[*acRule] {
	return func(yield func(*acRule) bool) {
		for word := range (len(t.rules) + 63) / 64 {
			var have [2]uint64
			for i := range list.size() {
				op := list.base(i).Op()
				have[0] |= t.byOp[0][op][word]
				have[1] |= t.byOp[1][op][word]
			}
			for set := have[0] & have[1]; set != 0; set &= set - 1 {
				if !yield(t.rules[64*word+bits.TrailingZeros64(set)]) {
					return
				}
			}
		}
	}
}

// matchSum applies the first rule that matches terms of s, wherever it does.
func (r *run) matchSum(n *expr.Node, s *sum) (*expr.Node, why) {
	if s.d.IsInteger() {
		return nil, why{}
	}
	for a := range r.rules.inSums.possible(s) {
		if !r.allowed(a.compiled) || r.skips(a.pass) {
			continue
		}
		accepts := func(m acMatch) bool {
			return (m.second < 0 || s.ratio(m.second, a.parts[1].n) == m.times) &&
				(a.constant == 0 || s.constant.f == float64(m.times*a.constant) && !s.hasPower(m.first))
		}
		if found := r.matches(n, a, s, accepts); len(found) > 0 {
			if m := r.replaceTerms(n, s, a, found); m != nil {
				return m, why{a.Name, a.Class, a.assumption()}
			}
		}
	}
	return nil, why{}
}

// hasPower reports whether term i of s is a bounded function of which a power is
// another term: 1 + tanh(x) - tanh(x)**2 takes one function as it stands, and
// where 1 + tanh(x) cancels, that is not what the sum is made of.
func (s *sum) hasPower(i int) bool {
	x := s.terms[i].base
	if b := functionBounds[x.Op()]; b == (bounds{}) || math.IsInf(b.hi, 0) || math.IsInf(b.lo, 0) {
		return false
	}
	return slices.ContainsFunc(s.terms, func(t term) bool {
		return productOp(t.base.Op()) && slices.ContainsFunc(t.base.Args(), func(f *expr.Node) bool {
			return f == x && t.base.Op() != expr.OpMul || f.Op() == expr.OpSquare && f.Arg(0) == x
		})
	})
}

// matches returns the places where a matches, none of which overlap. A rule with
// a constant of a sum matches once.
func (r *run) matches(n *expr.Node, a *acRule, list acList, accepts func(acMatch) bool) []acMatch {
	var found []acMatch
	var used []bool
	op := a.parts[0].left[0].op
	r.seconds = a.secondsOf(list, r.seconds)
	for i := range list.size() {
		if list.base(i).Op() != op || used != nil && used[i] {
			continue
		}
		m := acMatch{first: i, second: -1, times: list.ratio(i, a.parts[0].n)}
		if m.times == 0 || !r.matchParts(n, a, list, &m, used, accepts) {
			continue
		}
		if used == nil {
			used = make([]bool, list.size())
		}
		used[i] = true
		if m.second >= 0 {
			used[m.second] = true
		}
		if found = append(found, m); a.constant != 0 {
			break
		}
	}
	return found
}

// matchParts matches m.first with the first part of a and, if there is another,
// one of the others with the second.
func (r *run) matchParts(n *expr.Node, a *acRule, list acList, m *acMatch, used []bool, accepts func(acMatch) bool) bool {
	x := list.base(m.first)
	for _, left := range a.parts[0].left {
		r.bound.reset(a.compiled)
		if !left.match(x, &r.bound) {
			continue
		}
		if len(a.parts) == 1 {
			if accepts(*m) && a.holds(r, n, &r.bound) {
				m.right = a.right.build(r, n, &r.bound)
				return m.right != nil
			}
			continue
		}
		for _, p := range a.parts[1].left {
			for _, j := range r.candidates(a, p, list, m.first) {
				if j == m.first || used != nil && used[j] {
					continue
				}
				r.bound.reset(a.compiled)
				if m.second = j; accepts(*m) && left.match(x, &r.bound) && p.match(list.base(j), &r.bound) && a.holds(r, n, &r.bound) {
					m.right = a.right.build(r, n, &r.bound)
					return m.right != nil
				}
			}
			r.bound.reset(a.compiled)
			left.match(x, &r.bound)
		}
	}
	return false
}

// candidates returns the members of a list that may be the second part p of a
// rule whose first is number i: the one that it must be, given the names that are
// bound, or the nearest of those with its op. To try all of these would take time
// that grows with the square of their number.
func (r *run) candidates(a *acRule, p *pattern, list acList, i int) []int {
	if a.parts[1].determined {
		if x := p.find(r, &r.bound); x != nil {
			if j := list.find(x); j >= 0 {
				return []int{j}
			}
		}
		return nil
	}
	const most = 32 // on each side
	k, _ := slices.BinarySearch(r.seconds, i)
	return r.seconds[max(0, k-most):min(len(r.seconds), k+most)]
}

// secondsOf returns the members of a list that have the op of the second part of
// a, if that cannot be looked up.
func (a *acRule) secondsOf(list acList, room []int) []int {
	room = room[:0]
	if len(a.parts) < 2 || a.parts[1].determined {
		return room
	}
	p := a.parts[1].left[0]
	for j := range list.size() {
		if !p.hasOp() || list.base(j).Op() == p.op {
			room = append(room, j)
		}
	}
	return room
}

// replaceTerms replaces the terms of s that a matches.
func (r *run) replaceTerms(n *expr.Node, s *sum, a *acRule, found []acMatch) *expr.Node {
	out := newSum(s.d)
	out.constant, out.has = s.constant, s.has
	instead := make(map[int]*acMatch, 2*len(found))
	for i := range found {
		m := &found[i]
		instead[m.first], instead[m.second] = m, m
		out.constant.f -= float64(m.times * a.constant)
	}
	for j, t := range s.terms {
		switch m := instead[j]; {
		case m == nil:
			out.add(r, t)
		case m.first == j:
			out.add(r, term{coef: number{f: m.times}, base: m.right})
		}
	}
	return r.fit(n, out.write(r, n))
}

// matchProduct applies the first rule that matches factors of p, wherever it
// does.
func (r *run) matchProduct(n *expr.Node, p *product) (*expr.Node, why) {
	if p.d.IsInteger() {
		return nil, why{}
	}
	for a := range r.rules.inProducts.possible(p) {
		if !r.allowed(a.compiled) || r.skips(a.pass) {
			continue
		}
		accepts := func(m acMatch) bool { return m.second < 0 || p.ratio(m.second, a.parts[1].n) > 0 }
		if found := r.matches(n, a, p, accepts); len(found) > 0 {
			if m := r.replaceFactors(n, p, a, found); m != nil {
				return m, why{a.Name, a.Class, a.assumption()}
			}
		}
	}
	return nil, why{}
}

// replaceFactors replaces the factors of p that a matches, as often as they
// contain its left side.
func (r *run) replaceFactors(n *expr.Node, p *product, a *acRule, found []acMatch) *expr.Node {
	instead := make(map[int]*acMatch, 2*len(found))
	for i := range found {
		m := &found[i]
		if instead[m.first] = m; m.second >= 0 {
			instead[m.second] = m
			m.times = min(m.times, p.ratio(m.second, a.parts[1].n))
		}
	}
	out := newProduct(p.d)
	out.coef = p.coef
	for j, f := range p.factors {
		if m := instead[j]; m != nil {
			part := a.parts[0]
			if m.second == j {
				part = a.parts[1]
			} else {
				out.mul(factor{m.right, m.times})
			}
			f.exp -= float64(m.times * part.n)
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

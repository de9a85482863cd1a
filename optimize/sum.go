package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// sum is a collected sum: constant + coef[0]*base[0] + coef[1]*base[1] ... in
// the order in which the terms were met. Coefficients of integers are whole
// numbers modulo 2^64.
type sum struct {
	d        expr.DType
	constant number
	has      bool // there is a constant
	terms    []term
	index    positions
	cost     int  // operations that the collected nodes spend
	shared   bool // an inner sum was left closed: others use it, or it is scaled
	few      [4]term
}

// positions finds the terms of a sum, or the factors of a product, by their
// bases: few by looking through them, many by a map.
type positions map[*expr.Node]int

const fewPositions = 12

// of returns the position of x among n bases, -1 if it is not there; base
// returns one of them.
func (p *positions) of(x *expr.Node, n int, base func(i int) *expr.Node) int {
	if n <= fewPositions {
		for i := range n {
			if base(i) == x {
				return i
			}
		}
		return -1
	}
	if *p == nil {
		*p = make(positions, 2*n)
	}
	for i := len(*p); i < n; i++ {
		(*p)[base(i)] = i
	}
	if i, ok := (*p)[x]; ok {
		return i
	}
	return -1
}

type term struct {
	coef number
	base *expr.Node
	met  int32 // how often base was met
}

// number is a coefficient: i of integers, f of floats.
type number struct {
	f float64
	i int64
}

func whole(i int64) number           { return number{float64(i), i} }
func (a number) add(b number) number { return number{a.f + b.f, a.i + b.i} }
func (a number) mul(b number) number { return number{float64(a.f * b.f), a.i * b.i} }
func (a number) neg() number         { return number{-a.f, -a.i} }
func (a number) is(d expr.DType, i int64) bool {
	if d.IsInteger() {
		return a.i == i
	}
	return a.f == float64(i)
}

func (a number) negative(d expr.DType) bool {
	if d.IsInteger() {
		return a.i < 0
	}
	return a.f < 0
}

// newSum returns the empty sum.
func newSum(d expr.DType) *sum {
	s := &sum{d: d}
	s.terms = s.few[:0]
	return s
}

// constantPart returns the constant of s as a sum.
func (s *sum) constantPart() *sum {
	c := newSum(s.d)
	c.constant, c.has = s.constant, s.has
	return c
}

// find returns the place of the term with the given base, -1 if there is none.
func (s *sum) find(base *expr.Node) int {
	return s.index.of(base, len(s.terms), func(i int) *expr.Node { return s.terms[i].base })
}

// numberOf returns the constant n as a coefficient of a sum or product of
// dtype d; false for what is no finite number of that kind.
func numberOf(n *expr.Node, d expr.DType) (number, bool) {
	z, ok := scalarOf(n)
	if !ok || n.DType() == expr.Bool || n.DType().IsComplex() {
		return number{}, false
	}
	v := n
	for v.Op() != expr.OpConst {
		v = v.Arg(0)
	}
	if d.IsInteger() {
		return number{real(z), v.Value().Int(0)}, true
	}
	f := real(z)
	return number{f: f}, !math.IsInf(f, 0) && !math.IsNaN(f)
}

// maxShared is the largest number of terms or factors for which inner nodes
// that others use are taken apart too, to see whether something cancels; and
// the largest number of such nodes.
const maxShared = 8

// gatherSum takes the sum n apart. It opens inner sums that nothing else uses,
// and up to left of those that others use: they cost nothing here, but what
// they are made of is then computed again.
func (r *run) gatherSum(n *expr.Node, left int) *sum {
	s, o := r.lentSums.take(), r.opening(n)
	*s = sum{d: n.DType(), terms: s.terms[:0]}
	if cap(s.terms) == 0 {
		s.terms = s.few[:0]
	}
	var few [8]term
	stack := append(few[:0], term{coef: whole(1), base: n})
	for len(stack) > 0 {
		t := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		r.trace.looks++
		x := t.base
		paid := x == n || r.opens(x, s.d) && o.again(x)
		if c, inner := r.scaledSum(x, s.d); inner != nil && left > 0 && x != n {
			s.cost++
			stack = append(stack, term{coef: t.coef.mul(c), base: inner})
			continue
		} else if inner != nil {
			s.shared = true
		}
		if !sumOp(x.Op()) || !paid && !(left > 0 && opensShared(x, s.d)) {
			s.shared = s.shared || sumOp(x.Op()) && opensShared(x, s.d)
			s.add(r, t)
			continue
		}
		cost := s.cost
		switch x.Op() {
		case expr.OpAdd:
			s.cost += len(x.Args()) - 1
			for i := len(x.Args()) - 1; i >= 0; i-- {
				stack = append(stack, term{coef: t.coef, base: x.Arg(i)})
			}
		case expr.OpSub:
			s.cost++
			stack = append(stack, term{coef: t.coef.neg(), base: x.Arg(1)}, term{coef: t.coef, base: x.Arg(0)})
		case expr.OpNeg:
			s.cost++
			stack = append(stack, term{coef: t.coef.neg(), base: x.Arg(0)})
		}
		if !paid {
			s.cost = cost
			left--
		}
	}
	return r.splitRepeated(s)
}

// scaledSum takes x = c*inner apart, where inner is a sum for this use alone.
func (r *run) scaledSum(x *expr.Node, d expr.DType) (c number, inner *expr.Node) {
	if x.Op() != expr.OpMul || len(x.Args()) != 2 || !r.opens(x, d) {
		return c, nil
	}
	for i, a := range x.Args() {
		if c, ok := numberOf(a, d); ok && sumOp(x.Arg(1-i).Op()) && r.opens(x.Arg(1-i), d) && r.sameShapeWithout(x, i) {
			return c, x.Arg(1 - i)
		}
	}
	return c, nil
}

// splitRepeated takes coefficients off terms that occur several times in this
// sum and nowhere else: they were not split when they were met.
func (r *run) splitRepeated(s *sum) *sum {
	again := func(t term) bool {
		return t.met > 1 && t.base.Op() == expr.OpMul && r.uses.at(r.id(t.base)).count == t.met
	}
	if !slices.ContainsFunc(s.terms, again) {
		return s
	}
	out := newSum(s.d)
	out.constant, out.has, out.cost, out.shared = s.constant, s.has, s.cost, s.shared
	for _, t := range s.terms {
		if again(t) {
			if c, rest := r.takeCoefficient(t.base, s.d); rest != nil {
				t.coef, t.base = t.coef.mul(c), rest
				out.cost++
			}
		}
		out.put(t)
	}
	return out
}

// opensShared reports whether an inner node that others use too may be taken
// apart to see whether something cancels.
func opensShared(x *expr.Node, d expr.DType) bool {
	return x.DType() == d && !x.Type().Weak && len(x.Args()) <= maxShared
}

// opens reports whether the inner node x of a sum or product of dtype d may be
// taken apart: it is computed in the same dtype, and for this use alone.
func (r *run) opens(x *expr.Node, d expr.DType) bool {
	return x.DType() == d && !x.Type().Weak && r.once(x)
}

// add adds a term, or to the constant.
func (s *sum) add(r *run, t term) {
	if c, ok := numberOf(t.base, s.d); ok {
		s.has = true
		s.constant = s.constant.add(c.mul(t.coef))
		return
	}
	t.met = 1
	if t.base.Op() == expr.OpMul && r.once(t.base) {
		if c, rest := r.takeCoefficient(t.base, s.d); rest != nil {
			s.cost++
			t.coef, t.base = t.coef.mul(c), rest
		}
	}
	s.put(t)
}

// put adds a term whose coefficient is known.
func (s *sum) put(t term) {
	i := s.find(t.base)
	if i < 0 {
		s.terms = append(s.terms, t)
		return
	}
	s.terms[i].coef = s.terms[i].coef.add(t.coef)
	s.terms[i].met += t.met
}

// takeCoefficient takes the product x = c*rest apart; rest is nil if x has no
// constant factor, no factor with a sign of its own, or is not of dtype d.
func (r *run) takeCoefficient(x *expr.Node, d expr.DType) (c number, rest *expr.Node) {
	if x.DType() != d {
		return c, nil
	}
	for i, a := range x.Args() {
		if a.Op() == expr.OpNeg && a.DType() == d && r.once(a) && d.IsFloat() {
			args := slices.Clone(x.Args())
			args[i] = a.Arg(0)
			return whole(-1), r.make(x, expr.OpMul, nil, args...)
		}
		c, ok := numberOf(a, d)
		if !ok || !r.sameShapeWithout(x, i) {
			continue
		}
		if len(x.Args()) == 2 {
			return c, x.Arg(1 - i)
		}
		args := append(append([]*expr.Node{}, x.Args()[:i]...), x.Args()[i+1:]...)
		if m := r.make(x, expr.OpMul, nil, args...); m.Err() == nil && m.DType() == d {
			return c, m
		}
	}
	return c, nil
}

// sameShapeWithout reports whether x keeps its shape without argument i, a
// constant: certain for scalars.
func (r *run) sameShapeWithout(x *expr.Node, i int) bool {
	return x.Arg(i).Rank() == 0 || r.sameShape(x, x.Arg(1-min(i, 1)))
}

// collectSum returns a cheaper form of the sum n, or nil.
func (r *run) collectSum(n *expr.Node) (*expr.Node, why) {
	s := r.gatherSum(n, 0)
	if m, by := r.matchSum(n, s); m != nil {
		return m, by
	}
	if cost := s.costBack(); cost >= s.cost && !(cost == s.cost && s.repeats()) {
		if !s.shared || len(s.terms) > maxShared {
			return nil, why{}
		}
		open := r.gatherSum(n, maxShared)
		if open.costBack() >= s.cost {
			return nil, why{}
		}
		s = open
	}
	m := r.fit(n, s.write(r, n))
	if m == nil || m == n || r.skips("collect-sum") {
		return nil, why{}
	}
	by := why{rule: "collect-sum", class: Real, note: "terms are added in another order"}
	if s.d.IsInteger() {
		by = why{rule: "collect-sum", class: Exact}
	}
	return m, by
}

// repeats reports whether a term of several occurs more than once. Its coefficient
// costs no more than adding it again, and one rounding with fma: a + b + a is
// 2*a + b, which is also what it is when it is written so.
func (s *sum) repeats() bool {
	return len(s.left()) > 1 && slices.ContainsFunc(s.terms, func(t term) bool { return t.met > 1 && !t.coef.is(s.d, 0) })
}

// left returns the terms that are not zero.
func (s *sum) left() []term {
	var left []term
	for _, t := range s.terms {
		if !t.coef.is(s.d, 0) {
			left = append(left, t)
		}
	}
	return left
}

// keepsConstant reports whether the constant is written.
func (s *sum) keepsConstant(terms int) bool {
	return terms == 0 || s.has && !s.constant.is(s.d, 0)
}

// costBack is the number of operations of the sum as write writes it.
func (s *sum) costBack() int {
	terms, cost, positive := 0, -1, false
	for _, t := range s.terms {
		if t.coef.is(s.d, 0) {
			continue
		}
		terms++
		cost++
		if !t.coef.is(s.d, 1) && !t.coef.is(s.d, -1) {
			cost++
			positive = true
		}
		positive = positive || t.coef.is(s.d, 1)
	}
	if s.keepsConstant(terms) {
		cost++
		positive = true
	}
	if !positive && terms > 0 {
		cost++
	}
	return cost
}

// write returns the sum as nodes: (constant + positive terms) - (negative
// terms).
func (s *sum) write(r *run, at *expr.Node) *expr.Node {
	terms := s.left()
	var plus, minus []*expr.Node
	if len(terms) == 0 {
		return r.numberNode(s.constant, s.d)
	}
	constant := s.keepsConstant(len(terms))
	for i, t := range terms {
		base := r.cast(at, t.base, s.d)
		switch {
		case t.coef.is(s.d, 1):
			plus = append(plus, base)
		case t.coef.is(s.d, -1):
			minus = append(minus, base)
		case t.coef.negative(s.d) && (len(plus) > 0 || constant || i < len(terms)-1 && !s.d.IsUnsigned()):
			minus = append(minus, r.scaled(at, t.coef.neg(), s.d, base))
		default:
			plus = append(plus, r.scaled(at, t.coef, s.d, base))
		}
	}
	switch {
	case constant && s.constant.negative(s.d) && len(plus) > 0 && !s.d.IsInteger():
		minus = append(minus, r.numberNode(s.constant.neg(), s.d))
	case constant:
		plus = append([]*expr.Node{r.numberNode(s.constant, s.d)}, plus...)
	}
	if len(plus) == 0 {
		return r.make(at, expr.OpNeg, nil, r.chain(at, expr.OpAdd, minus))
	}
	if len(minus) == 0 {
		return r.chain(at, expr.OpAdd, plus)
	}
	return r.make(at, expr.OpSub, nil, r.chain(at, expr.OpAdd, plus), r.chain(at, expr.OpAdd, minus))
}

// numberNode returns a number as a constant that gives way to d.
func (r *run) numberNode(c number, d expr.DType) *expr.Node {
	if !d.IsInteger() {
		return r.weak(c.f)
	}
	return r.cast(r.weak(0), r.weak(int(c.i)), d)
}

// scaled returns c*base.
func (r *run) scaled(at *expr.Node, c number, d expr.DType, base *expr.Node) *expr.Node {
	if c.is(d, 1) {
		return base
	}
	if base.Op() == expr.OpMul && len(base.Args()) < maxArgs {
		return r.make(at, expr.OpMul, nil, append([]*expr.Node{r.numberNode(c, d)}, base.Args()...)...)
	}
	return r.make(at, expr.OpMul, nil, r.numberNode(c, d), base)
}

// chain joins nodes by the variadic op, in nodes of at most maxArgs arguments.
func (r *run) chain(at *expr.Node, op expr.Op, list []*expr.Node) *expr.Node {
	head, list := list[0], list[1:]
	for len(list) > 0 && head.Err() == nil {
		k := min(len(list), maxArgs-1)
		head = r.make(at, op, nil, append([]*expr.Node{head}, list[:k]...)...)
		list = list[k:]
	}
	return head
}

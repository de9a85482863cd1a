package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// Rewrites of logarithms and exponentials of sums and products, for the pass
// stabilize.

// logProduct takes factors out of the logarithm of a product whose own
// logarithm is simpler: log(a*exp(x)) is log(a) + x. These factors have no
// sign, so that the rest is positive where the product is.
func logProduct(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if !productOp(x.Op()) || !n.DType().IsFloat() || x.DType() != n.DType() {
		return nil
	}
	p := r.gatherProduct(x, 0)
	if p.bad || len(p.factors) == 0 || p.factors[0].base == x {
		return nil
	}
	s := newSum(n.DType())
	rest := p.coefficient()
	alone := len(p.factors) == 1 && p.factors[0].exp == 1 && p.coef.f > 0 // it has the sign of the product
	for _, f := range p.factors {
		if l := r.simplerLog(n, f.base, alone); l != nil {
			s.add(r, term{coef: number{f: f.exp}, base: l})
		} else {
			rest.mul(f)
		}
	}
	if len(s.terms) == 0 && !s.has {
		return nil
	}
	switch {
	case len(rest.factors) > 0:
		s.add(r, term{coef: number{f: 1}, base: r.make(n, expr.OpLog, nil, rest.write(r, n))})
	case p.coef.f <= 0:
		return nil
	case p.coef.f != 1:
		s.has = true
		s.constant.f += math.Log(p.coef.f)
	}
	return s.write(r, n)
}

// simplerLog returns what the logarithm of x becomes, if x has no sign, or is
// positive where the result is a number, and a rule turns it into something else
// than a logarithm.
func (r *run) simplerLog(at, x *expr.Node, positive bool) *expr.Node {
	if x.Op() == expr.OpConst || x.DType() != at.DType() || !positive && !nonNegative(x) {
		return nil
	}
	l := r.make(at, expr.OpLog, nil, x)
	if x.Op() == expr.OpCosh {
		return l // see cancellation.go
	}
	for _, t := range []*table{r.rules.user, r.rules.simplify, r.rules.stabilize} {
		if m, _ := r.apply(t, l); m != nil && m.Op() != expr.OpLog {
			return m
		}
	}
	return nil
}

// logSum turns the logarithm of a sum of exponentials with positive constant
// factors, and perhaps a positive constant, into logaddexp.
func logSum(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if !n.DType().IsFloat() || x.DType() != n.DType() || !sumOp(x.Op()) && (n.Op() == expr.OpLog || x.Op() != expr.OpMul && x.Op() != expr.OpSum) {
		return nil
	}
	s := r.gatherSum(x, 0)
	if n.Op() == expr.OpLog1p {
		s.has = true
		s.constant.f++
	}
	if s.constant.f < 0 || len(s.terms) > maxShared || len(s.terms) == 0 || len(s.terms) == 1 && s.constant.f == 0 {
		return nil
	}
	content := s.content()
	var out *expr.Node
	if s.constant.f > 0 {
		out = r.weak(math.Log(s.constant.f / content))
	}
	for _, t := range s.terms {
		y := r.logOfTerm(n, t.base)
		if y == nil || t.coef.f <= 0 {
			return nil
		}
		if c := t.coef.f / content; c != 1 {
			y = r.make(n, expr.OpAdd, nil, y, r.weak(math.Log(c)))
		}
		if out == nil {
			out = y
		} else {
			out = r.make(n, expr.OpLogAddExp, nil, y, out)
		}
	}
	if content != 1 {
		out = r.make(n, expr.OpAdd, nil, out, r.weak(math.Log(content)))
	}
	return out
}

// logOfTerm returns the logarithm of an exponential or of a sum of them, nil for
// anything else.
func (r *run) logOfTerm(at, x *expr.Node) *expr.Node {
	switch {
	case x.Op() == expr.OpExp:
		return x.Arg(0)
	case x.Op() == expr.OpSum && x.Arg(0).Op() == expr.OpExp:
		return r.make(at, expr.OpLogSumExp, x.Attr(), x.Arg(0).Arg(0))
	}
	return nil
}

// logBase finds the logarithm to another base by the natural one, where that is
// a function of its own that does not overflow or cancel.
func logBase(r *run, n *expr.Node) *expr.Node {
	l := r.simplerLog(n, n.Arg(0), true)
	if l == nil {
		return nil
	}
	switch f := unsigned(l); f.Op() {
	case expr.OpLogSumExp, expr.OpLogAddExp, expr.OpLogSoftmax, expr.OpSoftplus, expr.OpLog1mExp, expr.OpLogErfc, expr.OpLog:
		scale := math.Log2E
		if n.Op() == expr.OpLog10 {
			scale = math.Log10E
		}
		return r.scaledOrNeg(n, scale, l)
	}
	return nil
}

// unsigned returns x without a sign before it.
func unsigned(x *expr.Node) *expr.Node {
	if x.Op() == expr.OpNeg {
		return x.Arg(0)
	}
	return x
}

// logOfView takes the logarithm before a view, or before elements are picked,
// where it is a function of its own: log(softmax(x)[i]) is log_softmax(x)[i].
func logOfView(r *run, n *expr.Node) *expr.Node {
	var views []*expr.Node
	x := n.Arg(0)
	for x.Op().View() || x.Op() == expr.OpTake {
		views = append(views, x)
		x = x.Arg(0)
	}
	if len(views) == 0 || len(views) > maxShared || x.Op() != expr.OpSoftmax && x.Op() != expr.OpSum && x.Op() != expr.OpMean {
		return nil
	}
	y := r.simplerLog(n, x, true)
	for i := len(views) - 1; i >= 0 && y != nil; i-- {
		v := views[i]
		y = r.make(n, v.Op(), v.Attr(), append([]*expr.Node{y}, v.Args()[1:]...)...)
	}
	return y
}

// log1pSum turns the logarithm of 1 and other terms into log1p.
func log1pSum(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if !sumOp(x.Op()) || !n.DType().IsFloat() || x.DType() != n.DType() || len(x.Args()) > maxShared {
		return nil
	}
	s := r.gatherSum(x, 0)
	if s.constant.f != 1 || len(s.terms) == 0 {
		return nil
	}
	s.constant, s.has = number{}, false
	return r.make(n, expr.OpLog1p, nil, s.write(r, n))
}

// logMeanExp turns the logarithm of a mean of exponentials of a known number
// into logsumexp.
func logMeanExp(r *run, n *expr.Node) *expr.Node {
	m := n.Arg(0)
	if m.Op() != expr.OpMean || m.Arg(0).Op() != expr.OpExp || !n.DType().IsFloat() {
		return nil
	}
	count, known := reducedCount(m)
	if !known || count == 0 {
		return nil
	}
	return r.make(n, expr.OpSub, nil, r.make(n, expr.OpLogSumExp, m.Attr(), m.Arg(0).Arg(0)), r.weak(math.Log(float64(count))))
}

// logPower takes the exponent out of the logarithm of a power: of an even power,
// which is positive for a negative base too, that of the absolute value.
func logPower(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if !productOp(x.Op()) || !n.DType().IsFloat() || x.DType() != n.DType() {
		return nil
	}
	p := r.gatherProduct(x, 0)
	if p.bad || p.coef.f != 1 || len(p.factors) != 1 || p.factors[0].exp == 1 || p.factors[0].exp == 0 {
		return nil
	}
	f := p.factors[0]
	if math.Mod(f.exp, 2) == 0 && !nonNegative(f.base) {
		f.base = r.make(n, expr.OpAbs, nil, f.base)
	}
	return r.scaledOrNeg(n, f.exp, r.make(n, expr.OpLog, nil, f.base))
}

// scaledOrNeg returns c*x, or -x, in the dtype of at: x may be integers.
func (r *run) scaledOrNeg(at *expr.Node, c float64, x *expr.Node) *expr.Node {
	x = r.cast(at, x, at.DType())
	if c == -1 {
		return r.make(at, expr.OpNeg, nil, x)
	}
	return r.scaled(at, number{f: c}, at.DType(), x)
}

// expSum takes logarithms out of the exponential of a sum: exp(x + 2*log(y)) is
// exp(x)*y**2, and exp(x*log(y)) is y**x.
func expSum(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if !n.DType().IsFloat() || x.DType() != n.DType() || !hasLog(x, 4) {
		return nil
	}
	rest := newSum(n.DType())
	p := newProduct(n.DType())
	s := r.gatherSum(x, 0)
	rest.constant, rest.has = s.constant, s.has
	for _, t := range s.terms {
		switch base, exponent := r.logFactor(t.base); {
		case base == nil || !r.once(t.base):
			rest.add(r, t)
		case exponent == nil:
			p.mul(factor{base, t.coef.f})
		default:
			p.mul(factor{r.make(n, expr.OpPow, nil, base, r.scaled(n, t.coef, n.DType(), exponent)), 1})
		}
	}
	if p.bad || len(p.factors) == 0 {
		return nil
	}
	if len(rest.terms) > 0 || rest.constant.f != 0 {
		p.mul(factor{r.make(n, expr.OpExp, nil, rest.write(r, n)), 1})
	}
	return p.write(r, n)
}

// hasLog reports whether a sum or product has a logarithm as a term or factor,
// looking some levels deep.
func hasLog(x *expr.Node, depth int) bool {
	return depth > 0 && (sumOp(x.Op()) || x.Op() == expr.OpMul) && slices.ContainsFunc(x.Args(), func(y *expr.Node) bool {
		return y.Op() == expr.OpLog || hasLog(y, depth-1)
	})
}

// logFactor takes x = log(base) or x = exponent*log(base) apart; base is nil if
// x is neither.
func (r *run) logFactor(x *expr.Node) (base, exponent *expr.Node) {
	if x.Op() == expr.OpLog {
		return x.Arg(0), nil
	}
	if x.Op() != expr.OpMul || len(x.Args()) != 2 {
		return nil, nil
	}
	for i, l := range x.Args() {
		if l.Op() == expr.OpLog && r.once(l) {
			return l.Arg(0), x.Arg(1 - i)
		}
	}
	return nil, nil
}

// splitConstant takes the sum x apart into terms that are the same along the
// given axes and the rest, which has the shape of x; rest is nil if there is
// nothing to take out.
func (r *run) splitConstant(x *expr.Node, axes []int) (same *sum, rest *expr.Node) {
	if !sumOp(x.Op()) || !x.DType().IsFloat() {
		return nil, nil
	}
	all := r.gatherSum(x, 0)
	same = all.constantPart()
	other := newSum(x.DType())
	for _, t := range all.terms {
		if t.base.DType() == x.DType() && r.constantAlong(t.base, axes, x.Rank()) {
			same.put(t)
		} else {
			other.put(t)
		}
	}
	if len(other.terms) == 0 || len(same.terms) == 0 && !same.has {
		return nil, nil
	}
	rest = other.write(r, x)
	if rest.Err() != nil || !slices.Equal(r.dims(rest), r.dims(x)) {
		return nil, nil
	}
	return same, rest
}

// softmaxShift drops what is added to all elements of a row alike.
func softmaxShift(r *run, n *expr.Node) *expr.Node {
	axis := n.Attr().(expr.Axis).Axis
	if axis < 0 {
		return nil
	}
	_, rest := r.splitConstant(n.Arg(0), []int{axis})
	if rest == nil {
		return nil
	}
	return r.make(n, n.Op(), n.Attr(), rest)
}

// logSumExpShift takes out what is added to all elements alike.
func logSumExpShift(r *run, n *expr.Node) *expr.Node {
	a := n.Attr().(expr.Axes)
	same, rest := r.splitConstant(n.Arg(0), a.Axes)
	if rest == nil || len(a.Axes) == 0 || rest.DType() != n.DType() {
		return nil
	}
	return r.addReduced(n, r.make(n, n.Op(), a, rest), same, n.Arg(0).Rank())
}

// addReduced adds to the reduction m terms that were taken out of it, in the
// shape that they have after it.
func (r *run) addReduced(n, m *expr.Node, same *sum, rank int) *expr.Node {
	out := same.constantPart()
	out.add(r, term{coef: number{f: 1}, base: m})
	for _, t := range same.terms {
		t.base = r.reducedFactor(n, t.base, n.Attr().(expr.Axes), rank)
		out.add(r, t)
	}
	return out.write(r, n)
}

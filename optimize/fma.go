package optimize

import (
	"slices"

	"arignote/expr"
)

// fma makes one operation, rounded once, of a product and what is added to it:
// a*b + c is fma(a, b, c). Kernels never contract, so that a value has the same
// bits however it is fused and whatever its size; therefore it is decided here,
// from the graph alone.
//
// A product stays as it is
//
//   - where something else needs it too, or the sum stretches it;
//   - where the sum has other products and may cancel: a*b - c*d is exactly 0
//     for equal products only if both are rounded, and so is
//     a*a + b*b - 2*a*b for a = b (Kahan, "Lecture notes on the status of IEEE
//     754", 1997, on fused multiply-add);
//   - where the sign would cost an operation of its own for each element:
//     z - x*y, x*y - z. A scalar takes it in: z - a*x is fma(-a, x, z), and
//     x*y - a is fma(x, y, -a). Of a constant minus a product, which mostly
//     cancels somewhere (1 - x*x), it is worth it;
//   - in float32: the interpreter computes it in float64, and converting to and
//     fro takes twice as long as a product and a sum of float32, with the test
//     whether it was rounded the wrong way nearly three times (1.5 ns beside
//     0.55 ns for an element in the cache, Xeon at 2.6 GHz);
//   - in the body of a while_loop, where a last bit decides how many steps are
//     taken: what is known of such counts is computed with two roundings.
//
// Multiplying by a power of two is exact, and taken in nevertheless: one
// operation less.
func fma(r *run, _ *expr.Graph) (*opSet, stepFunc) {
	return &opSet{expr.OpAdd: true, expr.OpSub: true}, func(n *expr.Node) (*expr.Node, why) {
		if n.DType() != expr.Float64 || n.Type().Weak {
			return nil, why{}
		}
		var m *expr.Node
		var by why
		switch n.Op() {
		case expr.OpAdd:
			m, by = r.mulAdd(n)
		case expr.OpSub:
			if m, by = r.mulSub(n); m == nil {
				m, by = r.subMul(n)
			}
		}
		if m = r.fit(n, m); m == nil || r.skips(by.rule) {
			return nil, why{}
		}
		return m, by
	}
}

// mulAdd takes the first term of the sum n that is a product together with the
// terms before it, which are added first, or with the one after it.
func (r *run) mulAdd(n *expr.Node) (*expr.Node, why) {
	terms := n.Args()
	for i, t := range terms {
		before, after := terms[:i], terms[i+1:]
		if i == 0 {
			before, after = terms[1:2], terms[2:]
		}
		if !r.fuses(n, t) {
			continue
		}
		c := r.chain(n, expr.OpAdd, before)
		if c.Err() != nil || len(before) > 1 && c.DType() != n.DType() || isProduct(c) {
			continue
		}
		if m := r.fused(n, t, factorsOf(t), c); m != nil {
			m = r.chain(n, expr.OpAdd, append([]*expr.Node{m}, after...))
			return m, why{rule: "mul-add", class: Real, note: "one rounding instead of two"}
		}
	}
	return nil, why{}
}

// mulSub takes a scalar after a product with the other sign: x*y - 2 is
// fma(x, y, -2).
func (r *run) mulSub(n *expr.Node) (*expr.Node, why) {
	t := n.Arg(0)
	if !r.fuses(n, t) {
		return nil, why{}
	}
	c := r.negated(n, n.Arg(1))
	if c == nil {
		return nil, why{}
	}
	return r.fused(n, t, factorsOf(t), c), why{rule: "mul-sub", class: Real, note: "one rounding instead of two"}
}

// subMul takes a scalar factor with the other sign, z - 2*x is fma(-2, x, z); any
// factor of what a constant is diminished by.
func (r *run) subMul(n *expr.Node) (*expr.Node, why) {
	c, t := n.Arg(0), n.Arg(1)
	if isProduct(c) || !r.fuses(n, t) {
		return nil, why{}
	}
	factors := factorsOf(t)
	at, minus := 0, (*expr.Node)(nil)
	for i, x := range factors {
		if minus = r.negated(n, x); minus != nil {
			at = i
			break
		}
	}
	if _, ok := scalarOf(c); ok && minus == nil {
		// An integer factor would wrap around before it is converted.
		if at = slices.IndexFunc(factors, func(x *expr.Node) bool { return x.DType() == n.DType() }); at >= 0 {
			minus = r.make(n, expr.OpNeg, nil, factors[at])
		}
	}
	if minus == nil {
		return nil, why{}
	}
	factors[at] = minus
	return r.fused(n, t, factors, c), why{rule: "sub-mul", class: Real, note: "one rounding instead of two"}
}

// factorsOf returns the factors of a product or square.
func factorsOf(t *expr.Node) []*expr.Node {
	if t.Op() == expr.OpSquare {
		return []*expr.Node{t.Arg(0), t.Arg(0)}
	}
	return slices.Clone(t.Args())
}

// fused is the product of factors, which is t or -t, plus c; nil where t
// without its last factor were of another dtype.
func (r *run) fused(n, t *expr.Node, factors []*expr.Node, c *expr.Node) *expr.Node {
	last := len(factors) - 1
	a := r.chain(n, expr.OpMul, factors[:last])
	if last > 1 && a.DType() != t.DType() {
		return nil
	}
	return r.make(n, expr.OpFMA, nil, a, factors[last], c)
}

// fuses reports whether the term t of the sum n is a product that may be
// computed together with it.
func (r *run) fuses(n, t *expr.Node) bool {
	if t.Op() != expr.OpMul && t.Op() != expr.OpSquare || t.DType() != n.DType() || t.Type().Weak {
		return false
	}
	return r.once(t) && r.sameShape(t, n) && !r.mayCancel(n)
}

// nearby is how many levels of a sum, and how many of its terms, are looked at
// for other products.
const nearby = 16

// mayCancel reports whether the whole sum that n is a part of has several
// products, whose rounding errors could be the same.
func (r *run) mayCancel(n *expr.Node) bool {
	for range nearby {
		user := r.onlyUser(n)
		if user == nil || !sumOp(user.Op()) || user.DType() != n.DType() {
			break
		}
		n = user
	}
	return countProducts(n) > 1 && !nonNegative(n)
}

// countProducts returns the number of products among the terms of the sum n.
func countProducts(n *expr.Node) int {
	count, looked := 0, 0
	var few [nearby]*expr.Node
	for todo := append(few[:0], n); len(todo) > 0 && looked < nearby; looked++ {
		x := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch {
		case isProduct(x) || x.Op() == expr.OpFMA:
			count++
		case sumOp(x.Op()):
			todo = append(todo, x.Args()...)
		}
	}
	return count
}

// isProduct reports whether n is a product, or a view of one or its negative.
func isProduct(n *expr.Node) bool {
	for n.Op() == expr.OpNeg || n.Op().View() && len(n.Args()) > 0 {
		n = n.Arg(0)
	}
	return n.Op() == expr.OpMul || n.Op() == expr.OpSquare
}

// negated returns -x for a scalar in the sum n: a constant number that gives way
// to the dtype of what it meets, or is a float, or a scalar of the dtype of n,
// whose sign is changed once for all elements; else nil.
func (r *run) negated(n, x *expr.Node) *expr.Node {
	v := x.Value()
	switch {
	case v == nil && x.Rank() == 0 && n.Rank() > 0 && x.DType() == n.DType():
		return r.make(n, expr.OpNeg, nil, x)
	case v == nil || v.Len() != 1:
		return nil
	case x.Type().Weak && !x.DType().IsComplex():
		return r.weak(-real(v.Complex(0)))
	case !x.DType().IsFloat():
		return nil
	}
	minus, err := expr.New(x, expr.OpNeg, nil, x).Eval([]*expr.Value{v})
	if err != nil {
		return nil
	}
	return r.node(expr.Strong(minus))
}

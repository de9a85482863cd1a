package optimize

import (
	"slices"

	"arignote/expr"
)

// blas turns products of matrices, with the scalings, transposes and sums
// around them, into gemv, gemm and ger: alpha*op(A)@op(B) + beta*C is one step,
// (of stacks of matrices too). A plain product of two matrices stays dot. What else is added, or stretches,
// stays outside: 1 + M@v is an add of a gemv.
//
// A product that several nodes use is computed once and takes nothing in.
func blas(r *run, _ *expr.Graph) (*opSet, stepFunc) {
	if !slices.ContainsFunc(matrixProducts, r.met.has) {
		return nil, nil
	}
	return &formsBlas, func(n *expr.Node) (*expr.Node, why) {
		if !n.DType().Inexact() {
			return nil, why{}
		}
		m := r.formBlas(n)
		if m == nil || m.Err() != nil || r.skips(blasName(m)) {
			return nil, why{}
		}
		if m = r.fit(n, m); m == nil {
			return nil, why{}
		}
		return m, why{rule: blasName(m), class: Real, note: "products are added in another order"}
	}
}

// matrixProducts are the ops that multiply matrices.
var matrixProducts = []expr.Op{expr.OpDot, expr.OpMatMul, expr.OpOuter, expr.OpGemm, expr.OpGemv, expr.OpGer}

// formsBlas are the ops at which a product of matrices takes something in.
var formsBlas = opSet{
	expr.OpDot: true, expr.OpMatMul: true, expr.OpMul: true, expr.OpNeg: true, expr.OpDiv: true, expr.OpAdd: true, expr.OpSub: true,
}

// blasName is the name under which forming m is reported: its op, or that of
// the product under what stays outside.
func blasName(m *expr.Node) string {
	for _, n := range append([]*expr.Node{m}, m.Args()...) {
		switch n.Op() {
		case expr.OpGemm, expr.OpGemv, expr.OpGer:
			return n.Op().String()
		}
	}
	return "dot"
}

// formBlas returns what n becomes, or nil.
func (r *run) formBlas(n *expr.Node) *expr.Node {
	switch n.Op() {
	case expr.OpDot, expr.OpMatMul:
		if p, ok := r.asProduct(n); ok && (p.op == expr.OpGemv || p.t != expr.Transposed{}) {
			return p.node(r, n)
		}
	case expr.OpMul, expr.OpNeg, expr.OpDiv:
		return r.scaleProduct(n)
	case expr.OpAdd, expr.OpSub:
		return r.accumulate(n)
	}
	return nil
}

// scaleProduct takes the scalar factors of n into the product that they scale,
// and into what was added to it.
//
// It looks one operation down: a product further below would have taken in what
// is between when that was looked at.
func (r *run) scaleProduct(n *expr.Node) *expr.Node {
	s := r.takeScalars(n, scaledNode{alpha: r.weak(1.0), core: n})
	if !s.scaled || !r.once(s.core) {
		return nil
	}
	if p, ok := r.asProduct(s.core); ok && p.op != expr.OpGer {
		p.alpha = r.times(n, s.alpha, p.alpha)
		return p.node(r, n)
	}
	g := s.core
	if u := r.onlyUser(n); !isScaledSum(g) || !isNumber(s.alpha) && u != nil && u.Op().Elementwise() {
		return nil // a loop can multiply by alpha, which here takes two more scalars
	}
	alpha, beta := r.times(n, s.alpha, g.Arg(0)), r.times(n, s.alpha, g.Arg(3))
	return r.make(n, g.Op(), g.Attr(), alpha, g.Arg(1), g.Arg(2), beta, g.Arg(4))
}

// isScaledSum reports whether n is alpha*op(A)@op(B) + beta*C.
func isScaledSum(n *expr.Node) bool {
	return (n.Op() == expr.OpGemm || n.Op() == expr.OpGemv) && len(n.Args()) == 5
}

// matrixProduct is alpha*op(A)@op(B), gemv where b is a vector, or
// alpha*outer(a, b), which only ger can add to something.
type matrixProduct struct {
	op    expr.Op
	alpha *expr.Node
	a, b  *expr.Node
	t     expr.Transposed
}

// asProduct reads a node as a product without addend.
func (r *run) asProduct(n *expr.Node) (matrixProduct, bool) {
	p := matrixProduct{alpha: r.weak(1.0)}
	switch n.Op() {
	case expr.OpDot:
		p.a, p.b, p.op = n.Arg(0), n.Arg(1), expr.OpGemm
		switch {
		case p.a.Rank() == 1 && p.b.Rank() == 1:
			return p, false
		case p.a.Rank() == 1: // a vector times a matrix is its transpose times the vector
			p.a, p.b, p.t.A, p.op = p.b, p.a, true, expr.OpGemv
		case p.b.Rank() == 1:
			p.op = expr.OpGemv
		}
	case expr.OpMatMul:
		p.a, p.b, p.op = n.Arg(0), n.Arg(1), expr.OpGemm
		if p.a.Rank() < 2 || p.b.Rank() < 2 {
			return p, false
		}
	case expr.OpGemv, expr.OpGemm:
		if len(n.Args()) != 3 {
			return p, false
		}
		p.op, p.alpha, p.a, p.b, p.t = n.Op(), n.Arg(0), n.Arg(1), n.Arg(2), n.Attr().(expr.Transposed)
	case expr.OpOuter:
		a, b := r.unscaled(n, n.Arg(0)), r.unscaled(n, n.Arg(1))
		p.op, p.alpha, p.a, p.b = expr.OpGer, r.times(n, a.alpha, b.alpha), a.core, b.core
	default:
		return p, false
	}
	if p.op != expr.OpGer {
		p.a, p.t.A = r.transposedBy(p.a, p.t.A)
		p.b, p.t.B = r.transposedBy(p.b, p.t.B)
	}
	return p, n.DType().Inexact() && p.a.DType() == n.DType() && p.b.DType() == n.DType()
}

// transposedBy leaves the transpose of a factor, or of its conjugate, to the product.
func (r *run) transposedBy(x *expr.Node, t bool) (*expr.Node, bool) {
	switch {
	case swapsLast(x):
		return x.Arg(0), !t
	case x.Op() == expr.OpConj && swapsLast(x.Arg(0)) && r.once(x):
		return r.make(x, expr.OpConj, nil, x.Arg(0).Arg(0)), !t
	}
	return x, t
}

// node builds the product, with an addend if there are two further arguments,
// beta and C.
func (p matrixProduct) node(r *run, at *expr.Node, betaC ...*expr.Node) *expr.Node {
	if p.op == expr.OpGer {
		return r.make(at, expr.OpGer, nil, p.alpha, p.a, p.b, betaC[1])
	}
	return r.make(at, p.op, p.t, append([]*expr.Node{p.alpha, p.a, p.b}, betaC...)...)
}

// scaledNode is alpha*core with a scalar alpha.
type scaledNode struct {
	alpha, core *expr.Node
	scaled      bool // alpha is something other than the 1 that is always there
}

// asScaled takes scalar factors off n, if the core has the type of n.
func (r *run) asScaled(n *expr.Node) scaledNode {
	s := scaledNode{alpha: r.weak(1.0), core: n}
	for {
		inner := r.takeScalars(n, s)
		switch inner.core {
		case s.core:
			return s
		case n:
			return inner
		}
		if s = inner; !r.once(s.core) {
			return s
		}
	}
}

// takeScalars takes one more operation by scalars off s, which is what is left of
// n. It returns s as it is if there is none, and n itself if what would be left
// does not have its type.
func (r *run) takeScalars(n *expr.Node, s scaledNode) scaledNode {
	x := s.core
	switch x.Op() {
	case expr.OpNeg:
		s.core, s.alpha = x.Arg(0), r.times(n, r.weak(-1.0), s.alpha)
	case expr.OpMul:
		core, factors := splitScalars(x)
		if core == nil {
			return s
		}
		s.core = core
		for _, f := range factors {
			s.alpha = r.times(n, s.alpha, f)
		}
	case expr.OpDiv:
		if x.Arg(1).Rank() > 0 || !scalarFor(x.Arg(1), x) {
			return s
		}
		s.core, s.alpha = x.Arg(0), r.times(n, s.alpha, r.inverse(n, x.Arg(1)))
	default:
		return s
	}
	if s.core.DType() != n.DType() || s.core.Rank() != n.Rank() || s.alpha.Err() != nil {
		return scaledNode{alpha: r.weak(1.0), core: n}
	}
	s.scaled = true
	return s
}

// splitScalars returns the one factor of a product that is no scalar, and the
// scalars; nil if there are none or several.
func splitScalars(x *expr.Node) (core *expr.Node, factors []*expr.Node) {
	for _, f := range x.Args() {
		switch {
		case f.Rank() > 0 && core != nil:
			return nil, nil
		case f.Rank() > 0:
			core = f
		case !scalarFor(f, x):
			return nil, nil
		default:
			factors = append(factors, f)
		}
	}
	return core, factors
}

// scalarFor reports whether the scalar f can be an alpha of a product with the
// type of x: it does not change the dtype.
func scalarFor(f, x *expr.Node) bool {
	return f.DType() == x.DType() || f.Type().Weak && (x.DType().IsComplex() || !f.DType().IsComplex())
}

// complexTimes is x*y with each product rounded: the conversions keep the compiler
// from fusing them.
func complexTimes(x, y complex128) complex128 {
	return complex(float64(real(x)*real(y))-float64(imag(x)*imag(y)), float64(real(x)*imag(y))+float64(imag(x)*real(y)))
}

// weakNumber is a literal.
func (r *run) weakNumber(z complex128) *expr.Node {
	if imag(z) == 0 {
		return r.weak(real(z))
	}
	return r.weak(z)
}

// times multiplies two scalars, at once where both are numbers.
func (r *run) times(at, a, b *expr.Node) *expr.Node {
	x, okX := scalarOf(a)
	y, okY := scalarOf(b)
	switch {
	case okX && okY && a.Type().Weak && b.Type().Weak:
		return r.weakNumber(complexTimes(x, y))
	case okX && x == 1 && a.Type().Weak:
		return b
	case okY && y == 1 && b.Type().Weak:
		return a
	case okX && x == -1 && a.Type().Weak:
		return r.make(at, expr.OpNeg, nil, b)
	case okY && y == -1 && b.Type().Weak:
		return r.make(at, expr.OpNeg, nil, a)
	}
	return r.make(at, expr.OpMul, nil, a, b)
}

// inverse is 1/x for a scalar.
func (r *run) inverse(at, x *expr.Node) *expr.Node {
	if v, ok := scalarOf(x); ok && x.Type().Weak && v != 0 {
		return r.weakNumber(1 / v)
	}
	return r.make(at, expr.OpReciprocal, nil, x)
}

// isNumber reports whether the factor x is a literal.
func isNumber(x *expr.Node) bool {
	_, ok := scalarOf(x)
	return ok && x.Type().Weak
}

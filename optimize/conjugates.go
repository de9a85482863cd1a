package optimize

import "arignote/expr"

// Conjugates around products and in linear algebra, for the pass linalg: each is a
// pass over an array that BLAS does not spare, so the fewer the better.

// linalgConjugates are the rows about them.
var linalgConjugates = []Rule{
	{Name: "dot-conj-conj", Class: Real, ops: []expr.Op{expr.OpDot, expr.OpMatMul}, rewrite: dotConjConj, with: []expr.Op{expr.OpConj, expr.OpDimShuffle}, example: "A: complex128[3, 4]; B: complex128[4, 3]; conj(A) @ conj(B)"},
	{Name: "conj-dot", Class: Real, Op: expr.OpConj, rewrite: conjDot, with: []expr.Op{expr.OpDot, expr.OpMatMul}, example: "A: complex128[3, 4]; B: complex128[4, 3]; conj(A @ conj(B)), conj(conj(A).T @ A)"},
	{Name: "det-conj", Left: "det(conj(x))", Right: "conj(det(x))", Class: Real, When: "complex, x complex"},
	{Name: "logabsdet-conj", Left: "logabsdet(conj(x))", Right: "logabsdet(x)", Class: Real, When: "complex, x complex"},
	{Name: "trace-conj", Class: Real, Op: expr.OpTrace, rewrite: traceConj, with: []expr.Op{expr.OpConj, expr.OpDimShuffle}, example: "A: complex128[3, 3]; trace(conj(A))"},
}

// conjugated returns what x is the conjugate of, if nothing else uses x: of a
// transposed conjugate that is the transpose.
func (r *run) conjugated(x *expr.Node) *expr.Node {
	switch {
	case !r.once(x):
		return nil
	case x.Op() == expr.OpConj:
		return x.Arg(0)
	case swapsLast(x):
		if y := r.conjugated(x.Arg(0)); y != nil {
			return r.make(x, expr.OpDimShuffle, x.Attr(), y)
		}
	}
	return nil
}

// dotConjConj conjugates the product instead of both factors.
func dotConjConj(r *run, n *expr.Node) *expr.Node {
	x, y := r.conjugated(n.Arg(0)), r.conjugated(n.Arg(1))
	if x == nil || y == nil {
		return nil
	}
	return r.make(n, expr.OpConj, nil, r.make(n, n.Op(), nil, x, y))
}

// conjDot conjugates the other factor of a product instead of one and the result.
func conjDot(r *run, n *expr.Node) *expr.Node {
	p := n.Arg(0)
	if p.Op() != expr.OpDot && p.Op() != expr.OpMatMul || !r.once(p) || !p.DType().IsComplex() {
		return nil
	}
	for i, x := range p.Args() {
		y := r.conjugated(x)
		if y == nil {
			continue
		}
		args := []*expr.Node{y, y}
		args[1-i] = r.make(n, expr.OpConj, nil, p.Arg(1-i))
		return r.make(p, p.Op(), nil, args...)
	}
	return nil
}

// traceConj conjugates one number.
func traceConj(r *run, n *expr.Node) *expr.Node {
	if x := r.conjugated(n.Arg(0)); x != nil {
		return r.make(n, expr.OpConj, nil, r.make(n, expr.OpTrace, n.Attr(), x))
	}
	return nil
}

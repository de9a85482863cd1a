package optimize

import (
	"slices"

	"arignote/expr"
)

// Linear algebra on stacks of matrices, for the pass linalg, as linalg.go has it for
// one matrix.

// linalgStacks are the rows about it.
var linalgStacks = []Rule{
	{Name: "matmul-inv", Class: Real, Op: expr.OpMatMul, rewrite: matMulInv, with: []expr.Op{expr.OpInv}, example: "A: float64[2, 3, 3]; B: float64[2, 3, 4]; C: float64[2, 5, 3]; inv(A) @ B, C @ inv(A + 1)"},
	{Name: "matmul-eye", Class: Real, Op: expr.OpMatMul, rewrite: matMulEye, example: "A: float64[2, 3, 3]; eye(3) @ A, A @ inv(A) @ A"},
	{Name: "det-swap", Class: Real, ops: []expr.Op{expr.OpDet, expr.OpLogAbsDet, expr.OpLogDet}, rewrite: detSwap, example: "A: float64[2, 3, 3]; det(swapaxes(A, 1, 2))"},
	{Name: "det-matmul", Class: Real, ops: []expr.Op{expr.OpDet, expr.OpLogAbsDet}, rewrite: detMatMul, example: "A: float64[2, 3, 3]; B: float64[2, 3, 3]; det(A @ B), logabsdet(B @ A)"},
}

// stacked reports whether x and y are stacks of as many matrices.
func (r *run) stacked(x, y *expr.Node) bool {
	return x.Rank() == y.Rank() && x.Rank() > 2 && slices.Equal(r.dims(x)[:x.Rank()-2], r.dims(y)[:y.Rank()-2])
}

// matMulInv solves instead of multiplying by inverses, one for each matrix of a
// stack.
func matMulInv(r *run, n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if !r.stacked(x, y) || !n.DType().Inexact() || x.DType() != y.DType() {
		return nil
	}
	if x.Op() == expr.OpInv && r.once(x) {
		return r.make(n, expr.OpSolve, nil, x.Arg(0), y)
	}
	if y.Op() != expr.OpInv || !r.once(y) {
		return nil
	}
	if x == y.Arg(0) {
		return r.identities(n)
	}
	axes := without(n.Rank(), -1)
	k := len(axes)
	axes[k-2], axes[k-1] = k-1, k-2
	swap := func(x *expr.Node) *expr.Node { return r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: axes}, x) }
	return swap(r.make(n, expr.OpSolve, nil, swap(y.Arg(0)), swap(x)))
}

// identities is the identity for each matrix of the stack n, if their size is known.
func (r *run) identities(n *expr.Node) *expr.Node {
	size, known := n.Type().Dims[n.Rank()-1].Known()
	if !known {
		return nil
	}
	k := r.weak(size)
	return r.filled(n, r.make(n, expr.OpEye, expr.Diagonal{DType: n.DType()}, k, k))
}

// matMulEye: multiplying each matrix by the identity changes nothing.
func matMulEye(r *run, n *expr.Node) *expr.Node {
	for i, x := range n.Args() {
		if x.Op() == expr.OpBroadcastTo {
			x = x.Arg(0)
		}
		if y := n.Arg(1 - i); r.isIdentity(x) && r.sameShape(y, n) {
			return r.cast(n, y, n.DType())
		}
	}
	return nil
}

// detSwap: a matrix has the determinant of its transpose.
func detSwap(r *run, n *expr.Node) *expr.Node {
	if x := n.Arg(0); swapsLast(x) {
		return r.make(n, n.Op(), nil, x.Arg(0))
	}
	return nil
}

// detMatMul: the determinants of products are the products of determinants.
func detMatMul(r *run, n *expr.Node) *expr.Node {
	p := n.Arg(0)
	if p.Op() != expr.OpMatMul || p.DType() != n.DType() || !r.once(p) || r.inLog(n) || !r.sameShape(p, p.Arg(0)) || !r.sameShape(p, p.Arg(1)) {
		return nil
	}
	return r.determinants(n, expr.OpMul, expr.OpAdd, p.Arg(0), p.Arg(1))
}

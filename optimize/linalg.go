package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// linalgRules use what matrices have in common: an inverse is never formed to
// be multiplied by.
var linalgRules = []Rule{
	// Diagonal matrices, before what else they are multiplied by.
	{Name: "dot-eye", Class: Real, Op: expr.OpDot, rewrite: dotEye, example: "A: float64[3, 4]; A @ eye(4)"},
	{Name: "dot-diag", Class: Real, Op: expr.OpDot, rewrite: dotDiag, example: "A: float64[3, 4]; v: float64[4]; A @ diag(v)"},

	// Inverses.
	{Name: "inv-inv", Left: "inv(inv(x))", Right: "x", Class: Real, When: "complex"},
	{Name: "inv-dot", Left: "inv(x) @ y", Right: "solve(x, y)", Class: Real, When: "complex, x matrix"},
	{Name: "inv-transpose-dot", Left: "inv(x).T @ y", Right: "solve(x.T, y)", Class: Real, When: "complex, x matrix"},
	{Name: "dot-inv", Left: "x @ inv(y)", Right: "solve(y.T, x.T).T", Class: Real, When: "complex, x matrix, y matrix"},
	{Name: "dot-inv-vector", Left: "x @ inv(y)", Right: "solve(y.T, x)", Class: Real, When: "complex, x vector, y matrix"},
	{Name: "dot-inv-transpose", Left: "x @ inv(y).T", Right: "solve(y, x.T).T", Class: Real, When: "complex, x matrix, y matrix"},
	{Name: "dot-inv-transpose-vector", Left: "x @ inv(y).T", Right: "solve(y, x)", Class: Real, When: "complex, x vector, y matrix"},
	{Name: "inv-transpose", Left: "inv(x.T)", Right: "inv(x).T", Class: Real, When: "complex"},
	{Name: "solve-inv", Left: "solve(inv(x), y)", Right: "x @ y", Class: Real, When: "complex, x matrix"},
	{Name: "solve-columns", Class: Real, Op: expr.OpDot, rewrite: solveColumns, example: "A: float64[3, 3]; B: float64[3, 3]; b: float64[3]; solve(A, B) @ b, b @ solve(B, A), solve(B.T, b) @ b, solve(A, B).T @ b"},
	{Name: "solve-dot", Left: "solve(x, x @ y)", Right: "y", Class: Real, When: "complex, x matrix"},
	{Name: "dot-solve", Left: "x @ solve(x, y)", Right: "y", Class: Real, When: "complex, x matrix"},
	{Name: "solve-eye", Class: Real, ops: []expr.Op{expr.OpSolve, expr.OpSolveTriangular}, rewrite: solveEye, example: "A: float64[3, 3]; solve(A, eye(3)), solve(eye(3), A), solve_triangular(2*eye(3), A)"},
	{Name: "solve-self", Class: Real, Op: expr.OpSolve, rewrite: solveSelf, example: "A: float64[3, 3]; B: float64[2, 3, 3]; solve(A, A), solve(B, B)"},
	{Name: "inv-scale", Class: Real, Op: expr.OpInv, rewrite: invScale, example: "A: float64[3, 3]; inv(2*A)"},
	{Name: "solve-scale", Class: Real, ops: []expr.Op{expr.OpSolve, expr.OpSolveTriangular}, rewrite: solveScale, example: "A: float64[3, 3]; b: float64[3]; solve(2*A, b), solve_triangular(A, -b)"},
	{Name: "solve-zeros", Class: Real, ops: []expr.Op{expr.OpSolve, expr.OpSolveTriangular}, rewrite: solveZeros, with: []expr.Op{expr.OpBroadcastTo, expr.OpBroadcastLike, expr.OpConst}, example: "A: float64[3, 3]; solve(A, zeros(3))"},

	// Transposes.
	{Name: "dot-transpose", Class: Real, Op: expr.OpDimShuffle, rewrite: dotTranspose, example: "A: float64[4, 3]; B: float64[3, 4]; (A @ B).T"},

	// Determinants.
	{Name: "det-transpose", Left: "det(x.T)", Right: "det(x)", Class: Real, When: "complex"},
	{Name: "det-inv", Left: "det(inv(x))", Right: "reciprocal(det(x))", Class: Real, When: "complex"},
	{Name: "det-dot", Class: Real, ops: []expr.Op{expr.OpDet, expr.OpLogAbsDet}, rewrite: detDot, example: "A: float64[3, 3]; B: float64[3, 3]; det(A @ B), logabsdet(B @ A)"},
	{Name: "det-scale", Class: Real, ops: []expr.Op{expr.OpDet, expr.OpLogAbsDet}, rewrite: detScale, example: "A: float64[3, 3]; det(2*A), logabsdet(-A)"},
	{Name: "logabsdet-transpose", Left: "logabsdet(x.T)", Right: "logabsdet(x)", Class: Real},
	{Name: "logabsdet-inv", Left: "logabsdet(inv(x))", Right: "-logabsdet(x)", Class: Real},
	{Name: "log-abs-det", Left: "log(abs(det(x)))", Right: "logabsdet(x)", Class: Real},
	{Name: "logdet-transpose", Left: "logdet(x.T)", Right: "logdet(x)", Class: Real},
	{Name: "logdet-inv", Left: "logdet(inv(x))", Right: "-logdet(x)", Class: Real},
	{Name: "log-det", Left: "log(det(x))", Right: "logdet(x)", Class: Real},
	{Name: "log-square-det", Left: "log(square(det(x)))", Right: "2 * logabsdet(x)", Class: Real},
	{Name: "log-prod", Class: Real, Op: expr.OpLog, rewrite: logProd, example: "x: float64[3]; log(prod(exp(x)))"},
	{Name: "prod-exp", Left: "prod(exp(x))", Right: "exp(sum(x))", Class: Real},

	// Traces and diagonals.
	{Name: "trace-transpose", Class: Exact, Op: expr.OpTrace, rewrite: traceTranspose, example: "x: float64[3, 3]; trace(x.T)"},
	{Name: "trace-dot", Class: Real, Op: expr.OpTrace, rewrite: traceDot, example: "x: float64[3, 4]; y: float64[4, 3]; trace(x @ y)"},
	{Name: "trace-sum", Class: Real, Op: expr.OpTrace, rewrite: traceSum, example: "x: float64[3, 3]; y: float64[3, 3]; trace(x - 2*y)"},
	{Name: "trace-outer", Class: Real, Op: expr.OpTrace, rewrite: traceOuter, example: "x: float64[3]; trace(outer(x, x))"},
	{Name: "trace-diag", Class: Real, Op: expr.OpTrace, rewrite: traceDiag, example: "x: float64[3]; trace(diag(x)), trace(eye(100))"},
	{Name: "sum-diag", Class: Real, Op: expr.OpSum, rewrite: sumDiag, example: "x: float64[3, 3]; sum(diag(x))"},
	{Name: "diag-diag", Class: Exact, Op: expr.OpDiag, rewrite: diagDiag, example: "x: float64[3]; diag(diag(x))"},
	{Name: "transpose-diag", Class: Exact, Op: expr.OpDimShuffle, rewrite: transposeDiag, example: "x: float64[3]; diag(x).T"},
	{Name: "diag-transpose", Class: Exact, Op: expr.OpDiag, rewrite: diagTranspose, example: "x: float64[3, 3]; diag(x.T)"},
	{Name: "diag-elementwise", Class: Exact, Op: expr.OpDiag, rewrite: diagElementwise, example: "x: float64[3, 3]; diag(exp(x))"},
	{Name: "diag-dot", Class: Real, Op: expr.OpDiag, rewrite: diagDot, example: "x: float64[3, 4]; y: float64[4, 3]; diag(x @ y)"},
	{Name: "diag-outer", Class: Real, Op: expr.OpDiag, rewrite: diagOuter, example: "x: float64[3]; diag(outer(x, x))"},
}

// solveEye: the inverse, or nothing.
func solveEye(r *run, n *expr.Node) *expr.Node {
	a, b := n.Arg(0), n.Arg(1)
	if c, ok := identityScale(b); ok && c == 1 && n.Op() == expr.OpSolve {
		return r.make(n, expr.OpInv, nil, a)
	}
	if c, ok := identityScale(a); ok && imag(c) == 0 && n.DType().IsFloat() {
		return r.make(n, expr.OpMul, nil, r.weak(1/real(c)), b)
	}
	return nil
}

// solveSelf is the identity, for each matrix of a stack.
func solveSelf(r *run, n *expr.Node) *expr.Node {
	if n.Arg(0) != n.Arg(1) {
		return nil
	}
	return r.identities(n)
}

// invScale takes scalar factors out of an inverse.
func invScale(r *run, n *expr.Node) *expr.Node {
	s := r.unscaled(n, n.Arg(0))
	if !s.scaled || !n.DType().IsFloat() {
		return nil
	}
	return r.make(n, expr.OpMul, nil, r.inverse(n, s.alpha), r.make(n, expr.OpInv, nil, s.core))
}

// solveScale takes scalar factors out of a matrix that is solved with, and out of
// what is solved for.
func solveScale(r *run, n *expr.Node) *expr.Node {
	a, b := r.unscaled(n, n.Arg(0)), r.unscaled(n, n.Arg(1))
	if !a.scaled && !b.scaled || !n.DType().IsFloat() {
		return nil
	}
	x := r.make(n, n.Op(), n.Attr(), a.core, b.core)
	if a.scaled {
		b.alpha = r.times(n, b.alpha, r.inverse(n, a.alpha))
	}
	return r.make(n, expr.OpMul, nil, b.alpha, x)
}

// solveZeros: zeros have the solution zero.
func solveZeros(r *run, n *expr.Node) *expr.Node {
	if c, ok := scalarOf(n.Arg(1)); ok && c == 0 && n.DType().IsFloat() {
		return n.Arg(1)
	}
	return nil
}

// detDot: the determinant of a product of square matrices is the product of
// theirs, but for integers, which wrap.
func detDot(r *run, n *expr.Node) *expr.Node {
	d := n.Arg(0)
	if d.Op() != expr.OpDot || d.DType() != n.DType() || !r.once(d) || !r.sameShape(d, d.Arg(0)) || !r.sameShape(d, d.Arg(1)) {
		return nil
	}
	if x, y := d.Arg(0), d.Arg(1); x != y && !isTransposeOf(x, y) && !isTransposeOf(y, x) && r.inLog(n) {
		return nil
	}
	return r.determinants(n, expr.OpMul, expr.OpAdd, d.Arg(0), d.Arg(1))
}

// inLog reports whether n, a determinant, is there for its logarithm, which is
// finite where those of two factors are NaN, as both may be negative.
func (r *run) inLog(n *expr.Node) bool {
	u := r.onlyUser(n)
	return n.Op() == expr.OpDet && u != nil && u.Op() == expr.OpLog
}

// determinants combines those of x and y by op, or their logarithms by logOp if n is
// one.
func (r *run) determinants(n *expr.Node, op, logOp expr.Op, x, y *expr.Node) *expr.Node {
	if n.Op() == expr.OpLogAbsDet {
		op = logOp
	}
	return r.make(n, op, nil, r.make(n, n.Op(), nil, x), r.make(n, n.Op(), nil, y))
}

// detScale takes a scalar factor out of each row.
func detScale(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	s := r.unscaled(n, x)
	size, known := x.Type().Dims[x.Rank()-1].Known()
	if !s.scaled || !known || !n.DType().IsFloat() {
		return nil
	}
	det := r.make(n, n.Op(), nil, s.core)
	c, isNumber := scalarOf(s.alpha)
	switch {
	case n.Op() == expr.OpDet && isNumber:
		return r.make(n, expr.OpMul, nil, r.weak(math.Pow(real(c), float64(size))), det)
	case n.Op() == expr.OpDet:
		return r.make(n, expr.OpMul, nil, r.make(n, expr.OpPow, nil, s.alpha, r.weak(size)), det)
	case isNumber && (c == 1 || c == -1):
		return det
	}
	log := r.make(n, expr.OpLog, nil, r.make(n, expr.OpAbs, nil, s.alpha))
	return r.make(n, expr.OpAdd, nil, r.make(n, expr.OpMul, nil, r.weak(float64(size)), log), det)
}

// logProd adds logarithms, which overflow less than the product does, of
// numbers that are not negative.
func logProd(r *run, n *expr.Node) *expr.Node {
	p := n.Arg(0)
	if p.Op() != expr.OpProd || !r.once(p) || !n.DType().IsFloat() || !notNegative(p.Arg(0)) {
		return nil
	}
	return r.make(n, expr.OpSum, p.Attr(), r.make(n, expr.OpLog, nil, p.Arg(0)))
}

// maxLook is the number of nodes that are looked at to learn something about
// one.
const maxLook = 64

// notNegative reports whether certainly no element of x is below zero.
func notNegative(x *expr.Node) bool {
	left := maxLook
	return notNegativeWithin(x, &left)
}

// notNegativeWithin is notNegative, looking at as many nodes as are left.
func notNegativeWithin(x *expr.Node, left *int) bool {
	if *left--; *left < 0 || !x.DType().IsFloat() {
		return false
	}
	all := func() bool {
		return !slices.ContainsFunc(x.Args(), func(a *expr.Node) bool { return !notNegativeWithin(a, left) })
	}
	switch x.Op() {
	case expr.OpExp, expr.OpExp2, expr.OpAbs, expr.OpSquare, expr.OpSqrt, expr.OpSigmoid, expr.OpSoftplus, expr.OpRelu,
		expr.OpSoftmax, expr.OpUniform, expr.OpCosh, expr.OpErfc, expr.OpHypot:
		return true
	case expr.OpAdd, expr.OpMul, expr.OpDiv, expr.OpReciprocal, expr.OpMinimum, expr.OpSum, expr.OpProd, expr.OpMax, expr.OpMin,
		expr.OpMean, expr.OpDimShuffle, expr.OpReshape, expr.OpSlice, expr.OpConcatenate:
		return all()
	case expr.OpMaximum:
		return notNegativeWithin(x.Arg(0), left) || notNegativeWithin(x.Arg(1), left)
	}
	if x.Op() == expr.OpDiag && x.Rank() == 1 && x.Arg(0).Op() == expr.OpCholesky {
		return true
	}
	z, ok := scalarOf(x)
	return ok && real(z) >= 0
}

// traceTranspose: the diagonal stays where it is.
func traceTranspose(r *run, n *expr.Node) *expr.Node {
	if x := n.Arg(0); isMatrixTranspose(x) {
		return r.make(n, expr.OpTrace, n.Attr(), x.Arg(0))
	}
	return nil
}

// traceDot computes only the diagonal of a product: trace(x @ y) is the sum of
// x * y.T.
func traceDot(r *run, n *expr.Node) *expr.Node {
	d := n.Arg(0)
	if d.Op() != expr.OpDot || !r.once(d) || !d.DType().IsFloat() {
		return nil
	}
	m := r.diagonalProduct(n, d)
	if m == nil {
		return nil
	}
	return r.make(n, expr.OpSum, axesAttr(nil, 2, false), m)
}

// diagonalProduct is x * y.T, of which the rows add up to the diagonal of the
// product d of x and y, or x.T * y with columns where that saves a transpose.
func (r *run) diagonalProduct(n, d *expr.Node) *expr.Node {
	x, y := d.Arg(0), d.Arg(1)
	if x.Rank() != 2 || y.Rank() != 2 {
		return nil
	}
	y = r.transpose(n, y)
	if !r.sameShape(x, y) {
		return nil
	}
	if isMatrixTranspose(x) && n.Op() == expr.OpTrace {
		x, y = x.Arg(0), d.Arg(1)
	}
	m := r.make(n, expr.OpMul, nil, x, y)
	if m.Err() != nil {
		return nil
	}
	return m
}

// traceSum takes sums and scalar factors apart: only diagonals are added.
func traceSum(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if !r.once(x) || !n.DType().IsFloat() || x.DType() != n.DType() {
		return nil
	}
	if s := r.unscaled(n, x); s.scaled {
		return r.make(n, expr.OpMul, nil, s.alpha, r.make(n, expr.OpTrace, n.Attr(), s.core))
	}
	if x.Op() != expr.OpAdd && x.Op() != expr.OpSub {
		return nil
	}
	terms := make([]*expr.Node, len(x.Args()))
	for i, t := range x.Args() {
		if !r.sameShape(t, x) || t.DType() != x.DType() {
			return nil
		}
		terms[i] = r.make(n, expr.OpTrace, n.Attr(), t)
	}
	return r.make(n, x.Op(), nil, terms...)
}

// traceOuter: the trace of an outer product is the inner one, unless it adds up
// in a wider dtype than that of the product.
func traceOuter(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if x.Op() != expr.OpOuter || x.DType() != n.DType() || !r.sameShape(x.Arg(0), x.Arg(1)) {
		return nil
	}
	return r.make(n, expr.OpDot, nil, x.Args()...)
}

// traceDiag adds up the vector of diag, and counts the ones of eye.
func traceDiag(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if v, ok := diagonalOf(x); ok {
		return r.make(n, expr.OpSum, axesAttr(nil, 1, false), v)
	}
	size, known := x.Type().Dims[0].Known()
	if c, ok := identityScale(x); ok && known && c == 1 {
		return r.cast(n, r.weak(size), n.DType())
	}
	return nil
}

// sumDiag: the sum of the diagonal of a matrix is its trace, the sums of a
// diagonal matrix are its elements.
func sumDiag(r *run, n *expr.Node) *expr.Node {
	d, a := n.Arg(0), n.Attr().(expr.Axes)
	if v, ok := diagonalOf(d); ok && !a.KeepDims && len(a.Axes) > 0 {
		if len(a.Axes) == 1 {
			return v
		}
		return r.make(n, expr.OpSum, axesAttr(nil, 1, false), v)
	}
	if d.Op() != expr.OpDiag || d.Rank() != 1 || d.Attr().(expr.Diagonal).K != 0 || n.Rank() != 0 {
		return nil
	}
	return r.make(n, expr.OpTrace, nil, d.Arg(0))
}

// transposeDiag: a diagonal matrix is its own transpose.
func transposeDiag(r *run, n *expr.Node) *expr.Node {
	if _, ok := diagonalOf(n.Arg(0)); ok && isMatrixTranspose(n) {
		return n.Arg(0)
	}
	return nil
}

// solveColumns multiplies first where that leaves fewer columns to solve for:
// solve(A, B) @ b is solve(A, B @ b), b @ solve(A, B) is solve(A.T, b) @ B. Of two
// vectors it solves with the matrix that is not transposed.
func solveColumns(r *run, n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if isSolve(x) && x.Rank() == 2 && r.once(x) && n.DType().IsFloat() {
		if many, few := columns(x), columns(y); few < many {
			return r.make(n, x.Op(), x.Attr(), x.Arg(0), r.make(n, expr.OpDot, nil, x.Arg(1), y))
		}
	}
	if isMatrixTranspose(x) && isSolve(x.Arg(0)) && r.once(x) && r.once(x.Arg(0)) && n.DType().IsFloat() {
		if s := x.Arg(0); columns(y) < columns(s) {
			return r.make(n, expr.OpDot, nil, r.transpose(n, s.Arg(1)), r.solveTransposed(n, s, y))
		}
	}
	if x.Op() == expr.OpSolve && x.Rank() == 1 && y.Rank() == 1 && isMatrixTranspose(x.Arg(0)) && r.once(x) {
		return r.make(n, expr.OpDot, nil, x.Arg(1), r.make(n, expr.OpSolve, nil, x.Arg(0).Arg(0), y))
	}
	if isSolve(y) && y.Rank() == 2 && x.Rank() == 1 && r.once(y) && n.DType().IsFloat() {
		return r.make(n, expr.OpDot, nil, r.solveTransposed(n, y, x), y.Arg(1))
	}
	return nil
}

// isSolve reports whether n solves a system of equations.
func isSolve(n *expr.Node) bool {
	return n.Op() == expr.OpSolve || n.Op() == expr.OpSolveTriangular
}

// solveTransposed solves for b with the transpose of the matrix of s.
func (r *run) solveTransposed(n, s, b *expr.Node) *expr.Node {
	attr := s.Attr()
	if t, ok := attr.(expr.Triangular); ok {
		attr = expr.Triangular{Lower: !t.Lower}
	}
	return r.make(n, s.Op(), attr, r.transpose(n, s.Arg(0)), b)
}

// columns is the number of columns of x, 0 if it is a vector, a number beyond
// any other if that is unknown.
func columns(x *expr.Node) int {
	if x.Rank() < 2 {
		return 0
	}
	if n, known := x.Type().Dims[1].Known(); known {
		return n
	}
	return math.MaxInt
}

// diagDiag reads the vector of which a matrix was made.
func diagDiag(r *run, n *expr.Node) *expr.Node {
	d := n.Arg(0)
	if d.Op() != expr.OpDiag || d.Attr() != n.Attr() || d.Arg(0).Rank() != 1 {
		return nil
	}
	return d.Arg(0)
}

// ofMatrix reports whether n is the main diagonal of a matrix.
func ofMatrix(n *expr.Node) bool { return n.Rank() == 1 && n.Attr().(expr.Diagonal).K == 0 }

// diagTranspose: the diagonal stays where it is.
func diagTranspose(r *run, n *expr.Node) *expr.Node {
	if x := n.Arg(0); ofMatrix(n) && isMatrixTranspose(x) {
		return r.make(n, expr.OpDiag, n.Attr(), x.Arg(0))
	}
	return nil
}

// diagElementwise computes only the diagonal.
func diagElementwise(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	if n.Rank() != 1 || !f.Op().Elementwise() || !r.once(f) {
		return nil
	}
	args := make([]*expr.Node, len(f.Args()))
	for i, a := range f.Args() {
		switch {
		case a.Rank() == 0:
			args[i] = a
		case r.sameShape(a, f):
			args[i] = r.make(n, expr.OpDiag, n.Attr(), a)
		default:
			return nil
		}
	}
	return r.make(f, f.Op(), f.Attr(), args...)
}

// diagDot computes only the diagonal of a product.
func diagDot(r *run, n *expr.Node) *expr.Node {
	d := n.Arg(0)
	if !ofMatrix(n) || d.Op() != expr.OpDot || !r.once(d) || !d.DType().IsFloat() {
		return nil
	}
	m := r.diagonalProduct(n, d)
	if m == nil {
		return nil
	}
	return r.make(n, expr.OpSum, axesAttr([]int{1}, 2, false), m)
}

// diagOuter multiplies element by element.
func diagOuter(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if !ofMatrix(n) || x.Op() != expr.OpOuter || !r.sameShape(x.Arg(0), x.Arg(1)) {
		return nil
	}
	return r.make(n, expr.OpMul, nil, x.Args()...)
}

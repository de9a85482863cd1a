package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// What is known of symmetric matrices and of the factors of decompositions, for the
// pass linalg.

// linalgFactors are the rows that use it.
var linalgFactors = []Rule{
	// Symmetric matrices and decompositions.
	{Name: "transpose-symmetric", Class: Real, Op: expr.OpDimShuffle, rewrite: transposeSymmetric, example: "S: float64[3, 3]; (S @ S.T + eye(3)).T"},
	{Name: "factors-product", Class: Real, Op: expr.OpDot, rewrite: factorsProduct, example: "S: float64[3, 3]; L = cholesky(S @ S.T + eye(3)); L @ L.T, qr(S)[0] @ qr(S)[1]"},
	{Name: "dot-orthonormal", Class: Real, Op: expr.OpDot, rewrite: dotOrthonormal, example: "S: float64[3, 3]; qr(S)[0].T @ qr(S)[0], eigh(S)[1] @ eigh(S)[1].T"},
	{Name: "logabsdet-orthogonal", Class: Real, Op: expr.OpLogAbsDet, rewrite: logAbsDetOrthogonal, example: "S: float64[3, 3]; logabsdet(qr(S)[0])"},
	{Name: "det-solve", Class: Real, ops: []expr.Op{expr.OpDet, expr.OpLogAbsDet}, rewrite: detSolve, example: "S: float64[3, 3]; R: float64[3, 3]; det(solve(S, R)), logabsdet(solve(R, S))"},
	{Name: "det-update", Class: Real, Op: expr.OpDet, rewrite: detUpdate, example: "u: float64[3]; v: float64[3]; det(eye(3) + 2*outer(u, v))"},
	{Name: "log-of-det", Class: Real, Op: expr.OpLog, rewrite: logOfDet, with: []expr.Op{expr.OpMul, expr.OpDiv, expr.OpReciprocal, expr.OpAbs}, example: "S: float64[3, 3]; a: float64; log(abs(a*det(S))), log(2/det(S.T))"},
	{Name: "log-abs-prod", Left: "log(abs(prod(x)))", Right: "sum(log(abs(x)))", Class: Real},
	{Name: "diag-arithmetic", Class: Real, ops: []expr.Op{expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpNeg, expr.OpDiv}, rewrite: diagArithmetic, with: []expr.Op{expr.OpDiag}, example: "u: float64[3]; v: float64[3]; S: float64[3, 3]; diag(u) + diag(v), S*diag(u*v), -diag(2*u)"},
}

// symmetric reports whether the square matrix x is its own transpose by how it is
// made.
func (r *run) symmetric(x *expr.Node) bool {
	left := maxLook
	return r.symmetricWithin(x, &left)
}

// symmetricWithin is symmetric, looking at as many nodes as are left.
func (r *run) symmetricWithin(x *expr.Node, left *int) bool {
	if *left--; *left < 0 || x.Rank() != 2 {
		return false
	}
	switch op := x.Op(); {
	case isGram(x) || r.isIdentity(x) || op == expr.OpOuter && x.Arg(0) == x.Arg(1):
		return true
	case op == expr.OpDiag:
		_, ok := diagonalOf(x)
		return ok
	case op == expr.OpInv || isMatrixTranspose(x):
		return r.symmetricWithin(x.Arg(0), left)
	case op == expr.OpConst:
		t := triangularValue(x.Value())
		return t.lower && t.upper && x.Type().Dims[0].Same(x.Type().Dims[1])
	case op == expr.OpAdd && len(x.Args()) == 2 && (isTransposeOf(x.Arg(0), x.Arg(1)) || isTransposeOf(x.Arg(1), x.Arg(0))):
		return true
	case !op.Elementwise():
		return false
	}
	return allOf(x.Args(), func(a *expr.Node) bool {
		return a.Rank() == 0 || r.sameShape(a, x) && r.symmetricWithin(a, left)
	})
}

// isTransposeOf reports whether x is y.T.
func isTransposeOf(x, y *expr.Node) bool { return isMatrixTranspose(x) && x.Arg(0) == y }

// transposeSymmetric drops a transpose that changes nothing.
func transposeSymmetric(r *run, n *expr.Node) *expr.Node {
	if isMatrixTranspose(n) && r.symmetric(n.Arg(0)) {
		return n.Arg(0)
	}
	return nil
}

// factorOf returns of which matrix x is a factor, by which decomposition, and which
// of the factors.
func factorOf(x *expr.Node) (of *expr.Node, op expr.Op, i int) {
	if x.Op() != expr.OpItem {
		return nil, expr.OpInvalid, 0
	}
	return x.Arg(0).Arg(0), x.Arg(0).Op(), x.Attr().(expr.Number).N
}

// factorsProduct finds the matrix that was decomposed again.
func factorsProduct(r *run, n *expr.Node) *expr.Node {
	a, b := n.Arg(0), n.Arg(1)
	if a.Op() == expr.OpCholesky && isTransposeOf(b, a) && r.symmetric(a.Arg(0)) {
		return a.Arg(0)
	}
	x, op, i := factorOf(a)
	y, same, j := factorOf(b)
	if x != nil && x == y && op == expr.OpQR && same == op && i == 0 && j == 1 {
		return r.cast(n, x, n.DType())
	}
	return nil
}

// orthonormal reports whether the columns of x are orthonormal; whether the rows
// are too.
func orthonormal(x *expr.Node) (columns, rows bool) {
	if isMatrixTranspose(x) {
		rows, columns = orthonormal(x.Arg(0))
		return columns, rows
	}
	of, op, i := factorOf(x)
	if of == nil || of.Rank() != 2 {
		return false, false
	}
	square := of.Type().Dims[0].Same(of.Type().Dims[1])
	switch {
	case op == expr.OpQR && i == 0, op == expr.OpSVD && i == 0:
		return true, square
	case op == expr.OpSVD && i == 2:
		return square, true
	}
	return op == expr.OpEigh && i == 1, op == expr.OpEigh && i == 1
}

// dotOrthonormal: of orthonormal columns the inner products are known.
func dotOrthonormal(r *run, n *expr.Node) *expr.Node {
	a, b := n.Arg(0), n.Arg(1)
	if !isTransposeOf(a, b) && !isTransposeOf(b, a) {
		return nil
	}
	size, known := n.Type().Dims[0].Known()
	if columns, _ := orthonormal(b); !columns || !known {
		return nil
	}
	k := r.weak(size)
	return r.make(n, expr.OpEye, expr.Diagonal{DType: n.DType()}, k, k)
}

// logAbsDetOrthogonal: such a matrix has the determinant 1 or -1.
func logAbsDetOrthogonal(r *run, n *expr.Node) *expr.Node {
	if columns, rows := orthonormal(n.Arg(0)); columns && rows {
		return r.weak(0.0)
	}
	return nil
}

// detSolve divides determinants instead of solving.
func detSolve(r *run, n *expr.Node) *expr.Node {
	s := n.Arg(0)
	if s.Op() != expr.OpSolve || s.Rank() != 2 || !r.once(s) || !n.DType().IsFloat() || s.Arg(0).DType() != n.DType() || s.Arg(1).DType() != n.DType() {
		return nil
	}
	if r.inLog(n) {
		return nil
	}
	return r.determinants(n, expr.OpDiv, expr.OpSub, s.Arg(1), s.Arg(0))
}

// detUpdate: the determinant of the identity and a matrix of rank one is 1 + u @ v.
func detUpdate(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if x.Op() != expr.OpAdd && x.Op() != expr.OpSub || len(x.Args()) != 2 || !r.once(x) || !n.DType().IsFloat() || x.DType() != n.DType() {
		return nil
	}
	for i, t := range x.Args() {
		s := r.unscaled(n, t)
		if s.core.Op() != expr.OpOuter || !r.isIdentity(x.Arg(1-i)) || x.Op() == expr.OpSub && i == 0 || !r.sameShape(t, x) {
			continue
		}
		d := r.multiple(n, s.alpha, r.make(n, expr.OpDot, nil, s.core.Args()...))
		return r.make(n, x.Op(), nil, r.weak(1.0), d)
	}
	return nil
}

// logOfDet takes a determinant out of the logarithm of a product, as what does not
// overflow: log(2*det(S)) is log(2) + logdet(S). Where several factors may be negative
// it is left as it is, but for log(abs(a*det(S))), which is log(abs(a)) + logabsdet(S).
func logOfDet(r *run, n *expr.Node) *expr.Node {
	x, abs := n.Arg(0), n.Arg(0).Op() == expr.OpAbs
	if abs {
		x = x.Arg(0)
	}
	if !productOp(x.Op()) && x.Op() != expr.OpReciprocal || !n.DType().IsFloat() || x.DType() != n.DType() {
		return nil
	}
	p := r.gatherProduct(x, 0)
	s, rest, unsure := newSum(n.DType()), p.coefficient(), oneOf(p.coef.f <= 0)
	for _, f := range p.factors {
		even := math.Mod(f.exp, 2) == 0
		unsure += oneOf(!even && !notNegative(f.base))
		switch isDet := f.base.Op() == expr.OpDet && r.once(f.base); {
		case isDet && (abs || even):
			s.add(r, term{coef: number{f: f.exp}, base: r.make(n, expr.OpLogAbsDet, nil, f.base.Arg(0))})
		case isDet:
			s.add(r, term{coef: number{f: f.exp}, base: r.make(n, expr.OpLogDet, nil, f.base.Arg(0))})
		default:
			rest.mul(f)
		}
	}
	if p.bad || len(s.terms) == 0 || unsure > 1 && !abs {
		return nil
	}
	sum := s.write(r, n)
	if len(rest.factors) == 0 && (p.coef.f == 1 || p.coef.f == -1 && abs) {
		return sum
	}
	y := rest.write(r, n)
	if abs {
		y = r.make(n, expr.OpAbs, nil, y)
	}
	return r.make(n, expr.OpAdd, nil, r.make(n, expr.OpLog, nil, y), sum)
}

// diagArithmetic works on the diagonals of diagonal matrices.
func diagArithmetic(r *run, n *expr.Node) *expr.Node {
	if n.Rank() != 2 || !n.DType().IsFloat() {
		return nil
	}
	diagonals := 0
	args := make([]*expr.Node, len(n.Args()))
	for i, x := range n.Args() {
		v, ok := diagonalOf(x)
		switch {
		case ok && x.DType() == n.DType() && r.sameShape(x, n) && !(n.Op() == expr.OpDiv && i == 1):
			args[i] = v
			diagonals++
		case x.Rank() == 0 && n.Op() != expr.OpAdd && n.Op() != expr.OpSub:
			args[i] = x
		case n.Op() == expr.OpMul && x.Rank() == 2 && r.sameShape(x, n):
			args[i] = r.make(n, expr.OpDiag, expr.Diagonal{}, x)
		default:
			return nil
		}
	}
	if diagonals == 0 || !slices.ContainsFunc(n.Args(), func(x *expr.Node) bool { _, ok := diagonalOf(x); return ok && r.once(x) }) {
		return nil
	}
	return r.make(n, expr.OpDiag, expr.Diagonal{}, r.make(n, n.Op(), n.Attr(), args...))
}

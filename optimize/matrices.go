package optimize

import (
	"slices"

	"arignote/expr"
)

// What is known of a matrix from how it is made, for the pass linalg:
// triangular, diagonal, positive definite, a Kronecker product.

// linalgMatrices are the rows that use such knowledge.
var linalgMatrices = []Rule{
	// Matrices of known form.
	{Name: "diag-inverse", Class: Real, ops: []expr.Op{expr.OpInv, expr.OpSolve, expr.OpSolveTriangular, expr.OpDet, expr.OpLogAbsDet, expr.OpCholesky}, rewrite: diagInverse, example: "v: float64[3]; b: float64[3]; inv(diag(v)), cholesky(eye(3)*v), solve(diag(v), b), det(diag(v)), logabsdet(diag(v))"},
	{Name: "solve-triangular", Class: Real, Op: expr.OpSolve, rewrite: solveTriangular, example: "A: float64[3, 3]; b: float64[3]; solve(tril(A) + eye(3), b)"},
	{Name: "solve-triangle", Class: Exact, Op: expr.OpSolveTriangular, rewrite: solveTriangle, example: "A: float64[3, 3]; b: float64[3]; solve_triangular(tril(A), b, lower=True)"},
	{Name: "det-triangular", Class: Real, ops: []expr.Op{expr.OpDet, expr.OpLogAbsDet}, rewrite: detTriangular, example: "A: float64[3, 3]; det(tril(A)), logabsdet(triu(A))"},
	{Name: "triangle-triangular", Class: Real, ops: []expr.Op{expr.OpTril, expr.OpTriu}, rewrite: triangleTriangular, example: "A: float64[3, 3]; tril(tril(A)), triu(tril(A).T)"},
	{Name: "triangle-whole", Class: Exact, ops: []expr.Op{expr.OpTril, expr.OpTriu}, rewrite: triangleWhole, example: "A: float64[3, 4]; tril(A, 3), triu(A, 4)"},
	{Name: "solve-cholesky", Class: Real, Op: expr.OpSolve, rewrite: solveCholesky, example: "M: float64[3, 5]; b: float64[3]; solve(M @ M.T + eye(3), b)"},
	{Name: "det-cholesky", Class: Real, ops: []expr.Op{expr.OpDet, expr.OpLogAbsDet, expr.OpLogDet}, rewrite: detCholesky, example: "M: float64[3, 5]; A = M @ M.T + eye(3); sum(cholesky(A)) + logabsdet(A)"},
	{Name: "kron", Class: Real, ops: []expr.Op{expr.OpDet, expr.OpLogAbsDet, expr.OpInv, expr.OpTrace}, rewrite: kronParts, example: "A: float64[2, 2]; B: float64[3, 3]; trace(kron(A, B)), inv(kron(A, B)), logabsdet(kron(A, B))"},
}

// diagInverse divides by the elements of a diagonal matrix, or multiplies them.
func diagInverse(r *run, n *expr.Node) *expr.Node {
	v := r.diagonal(n, n.Arg(0))
	if v == nil || !n.DType().IsFloat() {
		return nil
	}
	v = r.castReal(n, v)
	switch n.Op() {
	case expr.OpCholesky:
		return r.make(n, expr.OpDiag, expr.Diagonal{}, r.make(n, expr.OpSqrt, nil, v))
	case expr.OpInv:
		return r.make(n, expr.OpDiag, expr.Diagonal{}, r.make(n, expr.OpReciprocal, nil, v))
	case expr.OpDet:
		return r.make(n, expr.OpProd, axesAttr(nil, 1, false), v)
	case expr.OpLogAbsDet:
		return r.sumLogAbs(n, v)
	}
	return r.make(n, expr.OpDiv, nil, n.Arg(1), r.column(n, v, n.Arg(1).Rank()))
}

// castReal converts x to the dtype of n, unless x is complex: its logarithm of
// absolute values n is not.
func (r *run) castReal(n, x *expr.Node) *expr.Node {
	if x.DType().IsComplex() {
		return x
	}
	return r.cast(n, x, n.DType())
}

// diagonal returns the diagonal of x if x has nothing else that is not 0: it is
// diag(v), or a multiple of the identity, element by element.
func (r *run) diagonal(n, x *expr.Node) *expr.Node {
	if v, ok := diagonalOf(x); ok {
		return v
	}
	if x.Op() != expr.OpMul || len(x.Args()) != 2 {
		return nil
	}
	for i, f := range x.Args() {
		c, ok := identityScale(x.Arg(1 - i))
		if !ok || imag(c) != 0 || !r.sameShape(x, x.Arg(1-i)) || f.DType() != x.DType() {
			continue
		}
		if v := r.onDiagonal(n, f, x); v != nil {
			return r.scaledOrNeg(n, real(c), v)
		}
	}
	return nil
}

// onDiagonal returns what f, stretched to the square matrix x, has on the
// diagonal; nil for a scalar, which other rules take out.
func (r *run) onDiagonal(n, f, x *expr.Node) *expr.Node {
	switch {
	case f.Rank() == 1 && f.Type().Dims[0].Same(x.Type().Dims[1]):
		return f
	case r.sameShape(f, x):
		return r.make(n, expr.OpDiag, expr.Diagonal{}, f)
	case f.Rank() == 2 && f.Type().Dims[1].Is(1) && f.Type().Dims[0].Same(x.Type().Dims[0]):
		return r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: []int{0}}, f)
	}
	return nil
}

// sumLogAbs is the logarithm of the product of absolute values.
func (r *run) sumLogAbs(n, v *expr.Node) *expr.Node {
	if !notNegative(v) {
		v = r.make(n, expr.OpAbs, nil, v)
	}
	log := r.make(n, expr.OpLog, nil, v)
	return r.make(n, expr.OpSum, axesAttr(nil, 1, false), log)
}

// triangle says in which halves a matrix may have elements that are not 0.
type triangle struct{ lower, upper bool } // only below, only above the diagonal

// triangular returns what is known of the matrix x.
func triangular(x *expr.Node) triangle {
	left := maxLook
	return triangularWithin(x, &left)
}

// triangularWithin is triangular, looking at as many nodes as are left.
func triangularWithin(x *expr.Node, left *int) triangle {
	if *left--; *left < 0 || x.Rank() != 2 {
		return triangle{}
	}
	switch a, _ := x.Attr().(expr.Diagonal); x.Op() {
	case expr.OpTril:
		t := triangularWithin(x.Arg(0), left)
		return triangle{a.K <= 0 || t.lower, t.upper}
	case expr.OpTriu:
		t := triangularWithin(x.Arg(0), left)
		return triangle{t.lower, a.K >= 0 || t.upper}
	case expr.OpCholesky:
		return triangle{lower: true}
	case expr.OpDiag, expr.OpEye:
		return triangle{a.K <= 0, a.K >= 0}
	case expr.OpConst:
		return triangularValue(x.Value())
	}
	return combined(x, left)
}

// combined is triangular for what is computed from matrices of known form.
func combined(x *expr.Node, left *int) triangle {
	var of []triangle
	for _, a := range x.Args() {
		if a.Rank() == 2 {
			of = append(of, triangularWithin(a, left))
		}
	}
	if len(of) == 0 {
		return triangle{}
	}
	t := of[0]
	switch x.Op() {
	case expr.OpDimShuffle:
		return triangle{t.upper, t.lower}
	case expr.OpInv, expr.OpNeg:
		return t
	case expr.OpDiv:
		if x.Arg(0).Rank() == 2 && x.Arg(1).Rank() < 2 {
			return t
		}
	case expr.OpMul: // one factor with zeros is enough
		for _, u := range of[1:] {
			t = triangle{t.lower || u.lower, t.upper || u.upper}
		}
		return t
	case expr.OpAdd, expr.OpSub, expr.OpDot:
		if len(of) < len(x.Args()) {
			return triangle{}
		}
		for _, u := range of[1:] {
			t = triangle{t.lower && u.lower, t.upper && u.upper}
		}
		return t
	}
	return triangle{}
}

// triangularValue looks at the elements of a constant.
func triangularValue(v *expr.Value) triangle {
	shape := v.Shape()
	t := triangle{true, true}
	for i := range shape[0] {
		for j := range shape[1] {
			if v.Complex(i*shape[1]+j) != 0 {
				t = triangle{t.lower && j <= i, t.upper && j >= i}
			}
		}
	}
	return t
}

// solveTriangular substitutes instead of eliminating.
func solveTriangular(r *run, n *expr.Node) *expr.Node {
	t := triangular(n.Arg(0))
	if !t.lower && !t.upper || !n.DType().IsFloat() {
		return nil
	}
	return r.make(n, expr.OpSolveTriangular, expr.Triangular{Lower: t.lower}, n.Args()...)
}

// solveTriangle: the other half is not read.
func solveTriangle(r *run, n *expr.Node) *expr.Node {
	a, lower := n.Arg(0), n.Attr().(expr.Triangular).Lower
	t := a
	if isMatrixTranspose(a) {
		t, lower = a.Arg(0), !lower
	}
	op := expr.OpTriu
	if lower {
		op = expr.OpTril
	}
	if t.Op() != op || t.Attr().(expr.Diagonal).K != 0 {
		return nil
	}
	x := t.Arg(0)
	if t != a {
		x = r.transpose(n, x)
	}
	return r.make(n, n.Op(), n.Attr(), x, n.Arg(1))
}

// detTriangular multiplies the diagonal.
func detTriangular(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if t := triangular(x); !t.lower && !t.upper || !n.DType().IsFloat() {
		return nil
	}
	v := r.make(n, expr.OpDiag, expr.Diagonal{}, r.castReal(n, r.untriangled(x)))
	if n.Op() == expr.OpDet {
		return r.make(n, expr.OpProd, axesAttr(nil, 1, false), v)
	}
	return r.sumLogAbs(n, v)
}

// untriangled is a matrix with the diagonal of x, from which no triangle is
// taken.
func (r *run) untriangled(x *expr.Node) *expr.Node {
	if (x.Op() == expr.OpTril || x.Op() == expr.OpTriu) && x.Attr().(expr.Diagonal).K == 0 {
		return x.Arg(0)
	}
	return x
}

// triangleTriangular drops a triangle of what is one already.
func triangleTriangular(r *run, n *expr.Node) *expr.Node {
	t := triangular(n.Arg(0))
	k := n.Attr().(expr.Diagonal).K
	if n.Op() == expr.OpTril && t.lower && k >= 0 || n.Op() == expr.OpTriu && t.upper && k <= 0 {
		return n.Arg(0)
	}
	return nil
}

// triangleWhole takes all of a matrix, or nothing, where the diagonal that ends the
// triangle lies beyond its corner; a triangle of zeros is zeros.
func triangleWhole(r *run, n *expr.Node) *expr.Node {
	x, k := n.Arg(0), n.Attr().(expr.Diagonal).K
	if z, ok := scalarOf(x); ok && z == 0 {
		return x
	}
	dims := x.Type().Dims[x.Rank()-2:]
	rows, knownRows := dims[0].Known()
	columns, knownColumns := dims[1].Known()
	if !knownRows || !knownColumns {
		return nil
	}
	last, first := k >= columns-1, k <= -rows // of the diagonals of tril
	if n.Op() == expr.OpTriu {
		last, first = k <= 1-rows, k >= columns
	}
	switch {
	case last:
		return x
	case first:
		return r.weak(0)
	}
	return nil
}

// choleskyOf returns the Cholesky factor of a where it pays: the factor is
// computed anyway, or n solves with an a that is positive definite by how it is
// made.
func (r *run) choleskyOf(n, a *expr.Node) *expr.Node {
	if a.Rank() != 2 || !n.DType().IsFloat() || a.DType() != n.DType() {
		return nil
	}
	if isGram(a) && a.Arg(0).Op() == expr.OpCholesky {
		return a.Arg(0)
	}
	l := r.make(n, expr.OpCholesky, nil, a)
	if l.Err() == nil && (r.uses.at(r.id(l)).count > 0 || n.Op() == expr.OpSolve && positiveDefinite(a)) {
		return l
	}
	return nil
}

// positiveDefinite reports whether a is M @ M.T, or M.T @ M, plus a positive
// multiple of the identity.
func positiveDefinite(a *expr.Node) bool {
	if a.Op() != expr.OpAdd {
		return false
	}
	identities := 0
	for _, t := range a.Args() {
		c, ok := identityScale(t)
		switch {
		case ok && real(c) > 0 && imag(c) == 0:
			identities++
		case !isGram(t):
			return false
		}
	}
	return identities > 0
}

// isGram reports whether x is M @ M.T or M.T @ M.
func isGram(x *expr.Node) bool {
	if x.Op() != expr.OpDot || x.Rank() != 2 {
		return false
	}
	a, b := x.Arg(0), x.Arg(1)
	return isMatrixTranspose(b) && b.Arg(0) == a || isMatrixTranspose(a) && a.Arg(0) == b
}

// solveCholesky solves by the factor of a positive definite matrix.
func solveCholesky(r *run, n *expr.Node) *expr.Node {
	l := r.choleskyOf(n, n.Arg(0))
	if l == nil {
		return nil
	}
	y := r.make(n, expr.OpSolveTriangular, expr.Triangular{Lower: true}, l, n.Arg(1))
	return r.make(n, expr.OpSolveTriangular, expr.Triangular{}, r.transpose(n, l), y)
}

// detCholesky is the squared product of the factor's diagonal.
func detCholesky(r *run, n *expr.Node) *expr.Node {
	l := r.choleskyOf(n, n.Arg(0))
	if l == nil {
		return nil
	}
	v := r.make(n, expr.OpDiag, expr.Diagonal{}, l)
	if n.Op() == expr.OpDet {
		return r.make(n, expr.OpSquare, nil, r.make(n, expr.OpProd, axesAttr(nil, 1, false), v))
	}
	log := r.make(n, expr.OpSum, axesAttr(nil, 1, false), r.make(n, expr.OpLog, nil, v))
	return r.make(n, expr.OpMul, nil, r.weak(2.0), log)
}

// asKron returns the square matrices of which x is the Kronecker product.
func asKron(x *expr.Node) (a, b *expr.Node, ok bool) {
	if x.Op() != expr.OpReshape || x.Rank() != 2 || x.Arg(0).Op() != expr.OpMul || len(x.Arg(0).Args()) != 2 {
		return nil, nil, false
	}
	parts := [2]*expr.Node{}
	for _, f := range x.Arg(0).Args() {
		p, _ := f.Attr().(expr.Pattern)
		switch {
		case f.Op() == expr.OpDimShuffle && slices.Equal(p.Axes, []int{0, -1, 1, -1}):
			parts[0] = f.Arg(0)
		case f.Op() == expr.OpDimShuffle && slices.Equal(p.Axes, []int{-1, 0, -1, 1}):
			parts[1] = f.Arg(0)
		}
	}
	if parts[0] == nil || parts[1] == nil {
		return nil, nil, false
	}
	total := 1
	for _, m := range parts {
		k, known := m.Type().Dims[0].Known()
		if !known || m.Rank() != 2 || !m.Type().Dims[1].Is(k) {
			return nil, nil, false
		}
		total *= k
	}
	return parts[0], parts[1], x.Type().Dims[0].Is(total)
}

// kronParts asks the factors of a Kronecker product.
func kronParts(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	a, b, ok := asKron(x)
	if !ok || !n.DType().IsFloat() || x.DType() != n.DType() {
		return nil
	}
	p, q := r.make(n, n.Op(), n.Attr(), a), r.make(n, n.Op(), n.Attr(), b)
	i, _ := a.Type().Dims[0].Known()
	j, _ := b.Type().Dims[0].Known()
	switch n.Op() {
	case expr.OpTrace:
		return r.make(n, expr.OpMul, nil, p, q)
	case expr.OpDet:
		return r.make(n, expr.OpMul, nil, r.make(n, expr.OpPow, nil, p, r.weak(j)), r.make(n, expr.OpPow, nil, q, r.weak(i)))
	case expr.OpLogAbsDet:
		return r.make(n, expr.OpAdd, nil, r.make(n, expr.OpMul, nil, r.weak(float64(j)), p), r.make(n, expr.OpMul, nil, r.weak(float64(i)), q))
	}
	left := r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: []int{0, -1, 1, -1}}, p)
	right := r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: []int{-1, 0, -1, 1}}, q)
	return r.make(n, expr.OpReshape, x.Attr(), r.make(n, expr.OpMul, nil, left, right))
}

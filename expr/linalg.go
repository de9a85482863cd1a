package expr

// Products of arrays and linear algebra.

// Dot returns the product of vectors and matrices: inner product, matrix times
// vector, vector times matrix, matrix product. With a scalar it is Mul. With
// more axes it is NumPy's: the sum over the last axis of x and the last but one
// of y, where those of y in front follow those of x instead of meeting them as
// in MatMul.
func (x *Node) Dot(y any) *Node { return dot(x, operand(y)) }

func dot(x, y *Node) *Node {
	if x.Err() == nil && y.mistake() == nil {
		switch {
		case x.Rank() == 0 || y.Rank() == 0:
			return apply(OpMul, nil, x, y)
		case x.Rank() > 1 && y.Rank() > 2:
			return x.Tensordot(y, []int{-1}, []int{-2})
		case x.Rank() > 2 || y.Rank() > 2:
			return apply(OpMatMul, nil, x, y)
		}
	}
	return apply(OpDot, nil, x, y)
}

// MatMul returns the matrix product x @ y; the axes before the last two
// broadcast, a vector is a row on the left and a column on the right.
func (x *Node) MatMul(y any) *Node {
	b := operand(y)
	if x.Err() == nil && b.mistake() == nil && (x.Rank() == 1 || x.Rank() == 2) && (b.Rank() == 1 || b.Rank() == 2) {
		return apply(OpDot, nil, x, b)
	}
	return apply(OpMatMul, nil, x, b)
}

// Outer returns the matrix x[i]*y[j] of two vectors.
func (x *Node) Outer(y any) *Node { return applyTwo(OpOuter, x, y) }

// Gemm returns alpha*a@b + beta*c for matrices, or stacks of matrices as MatMul
// takes them, where c broadcasts with the product; without c, alpha*a@b. The
// attribute says which factors are used transposed.
func Gemm(t Transposed, alpha, a, b any, betaC ...any) *Node {
	return apply(OpGemm, t, operands(append([]any{alpha, a, b}, betaC...))...)
}

// Gemv returns alpha*a@x + beta*y for a matrix and vectors, where y broadcasts with
// the product; without y, alpha*a@x.
func Gemv(t Transposed, alpha, a, x any, betaY ...any) *Node {
	return apply(OpGemv, t, operands(append([]any{alpha, a, x}, betaY...))...)
}

// Ger returns a + alpha*outer(x, y).
func Ger(alpha, x, y, a any) *Node { return apply(OpGer, nil, operands([]any{alpha, x, y, a})...) }

func operands(v []any) []*Node {
	nodes := make([]*Node, len(v))
	for i, x := range v {
		nodes[i] = operand(x)
	}
	return nodes
}

// Tensordot returns the sum of products over the axes of x and y that are
// paired by axesX and axesY; the other axes follow, those of x first.
func (x *Node) Tensordot(y any, axesX, axesY []int) *Node {
	b := operand(y)
	if err := x.Err(); err != nil {
		return x
	}
	if b.mistake() != nil {
		return b
	}
	if len(axesX) != len(axesY) {
		return wrong(Errorf(ErrAxis, "tensordot", "%d axes on the left, %d on the right", len(axesX), len(axesY)))
	}
	left, leftRest, err := splitAxes(x, axesX)
	if err == nil {
		var right, rightRest []int
		right, rightRest, err = splitAxes(b, axesY)
		if err == nil {
			return contract(x, left, leftRest, b, right, rightRest)
		}
	}
	return wrong(err)
}

// splitAxes checks axes and returns them from the front, and the others.
func splitAxes(x *Node, axes []int) (named, rest []int, err *Error) {
	s := sig{op: OpDot}
	for _, a := range axes {
		named = append(named, fromEnd(a, x.Rank()))
	}
	if err := s.checkAxes(named, x.Rank()); err != nil {
		err.Op = "tensordot"
		return nil, nil, err
	}
	for a := range x.Rank() {
		if !contains(named, a) {
			rest = append(rest, a)
		}
	}
	return named, rest, nil
}

func contains(axes []int, a int) bool {
	for _, b := range axes {
		if a == b {
			return true
		}
	}
	return false
}

// contract brings the summed axes together, multiplies two matrices, and gives
// the result its axes back.
func contract(x *Node, left, leftRest []int, y *Node, right, rightRest []int) *Node {
	for i, a := range left {
		if p, q := x.Type().Dims[a], y.Type().Dims[right[i]]; !p.mayEqual(q) {
			return wrong(Errorf(ErrShape, "tensordot", "shapes %s and %s do not match: %s is not %s",
				shapeString(x.Type().Dims), shapeString(y.Type().Dims), p, q))
		}
	}
	x, y = matched(x, left, y, right)
	a := x.Transpose(append(append([]int{}, leftRest...), left...)...).Reshape(sizeOfAxes(x, leftRest), sizeOfAxes(x, left))
	b := y.Transpose(append(append([]int{}, right...), rightRest...)...).Reshape(sizeOfAxes(y, right), sizeOfAxes(y, rightRest))
	return a.Dot(b).Reshape(append(sizesOf(x, leftRest), sizesOf(y, rightRest)...)...)
}

// matched returns x and y, two or more axes of which are paired, so that
// lengths that differ are found when they are known: flattening the axes would
// pair (2, 3) with (3, 2). Each is stretched to the other, which only equal
// lengths allow both ways.
func matched(x *Node, left []int, y *Node, right []int) (*Node, *Node) {
	same := true
	stretchedX, stretchedY := sizesOf(x, allAxes(x.Rank())), sizesOf(y, allAxes(y.Rank()))
	for i, a := range left {
		b := right[i]
		same = same && x.Type().Dims[a].Same(y.Type().Dims[b])
		stretchedX[a], stretchedY[b] = y.Size(b), x.Size(a)
	}
	if same || len(left) < 2 {
		return x, y
	}
	return x.BroadcastTo(stretchedX...), y.BroadcastTo(stretchedY...)
}

// sizesOf lists the lengths of some axes.
func sizesOf(x *Node, axes []int) []any {
	sizes := make([]any, len(axes))
	for i, a := range axes {
		sizes[i] = x.Size(a)
	}
	return sizes
}

// sizeOfAxes is the product of the lengths of some axes.
func sizeOfAxes(x *Node, axes []int) any {
	total := x.one()
	for _, a := range axes {
		total = mulSizes(total, x.Size(a))
	}
	return total
}

// Trace returns the sum of the main diagonal of a matrix.
func (x *Node) Trace() *Node { return apply(OpTrace, nil, x) }

// Det returns the determinant of each square matrix.
func (x *Node) Det() *Node { return apply(OpDet, nil, x) }

// LogAbsDet returns log(abs(det(x))) without overflow.
func (x *Node) LogAbsDet() *Node { return apply(OpLogAbsDet, nil, x) }

// LogDet returns log(det(x)) of real matrices without overflow: NaN where the
// determinant is negative.
func (x *Node) LogDet() *Node { return apply(OpLogDet, nil, x) }

// Inv returns the inverse of each square matrix; a zero pivot is ErrSingular.
func (x *Node) Inv() *Node { return apply(OpInv, nil, x) }

// Cholesky returns the lower triangular L with L @ L.T == x, reading the lower triangle of x; ErrDomain where x is not positive definite.
func (x *Node) Cholesky() *Node { return apply(OpCholesky, nil, x) }

// Solve returns the y with x @ y == b, where b is a vector or a matrix of
// columns; a zero pivot is ErrSingular.
func (x *Node) Solve(b any) *Node { return apply(OpSolve, nil, x, operand(b)) }

// SolveTriangular returns the y with x @ y == b, reading only the upper
// triangle of x, or only the lower one.
func (x *Node) SolveTriangular(b any, lower bool) *Node {
	return apply(OpSolveTriangular, Triangular{lower}, x, operand(b))
}

// Eigh returns the eigenvalues, ascending, and the eigenvectors as columns of
// a real symmetric matrix, of which it reads the lower triangle.
func (x *Node) Eigh() (values, vectors *Node) {
	t := apply(OpEigh, nil, x)
	return t.Item(0), t.Item(1)
}

// SVD returns U, s and Vt with U @ diag(s) @ Vt == x, s descending.
func (x *Node) SVD() (u, s, vt *Node) {
	t := apply(OpSVD, nil, x)
	return t.Item(0), t.Item(1), t.Item(2)
}

// QR returns Q with orthonormal columns and the upper triangular R with
// Q @ R == x.
func (x *Node) QR() (q, r *Node) {
	t := apply(OpQR, nil, x)
	return t.Item(0), t.Item(1)
}

// Kron returns the Kronecker product of two arrays of the same rank.
func (x *Node) Kron(y any) *Node {
	b := operand(y)
	rank := 0
	if x.Err() == nil {
		rank = max(x.Rank(), b.Rank())
		x, b = x.atLeast(rank), b.atLeast(rank)
	}
	switch {
	case x.Err() != nil:
		return x
	case b.mistake() != nil:
		return b
	}
	left, right, shape := make([]int, 0, 2*rank), make([]int, 0, 2*rank), make([]any, rank)
	for i := range rank {
		left, right = append(left, i, -1), append(right, -1, i)
		shape[i] = mulSizes(x.Size(i), b.Size(i))
	}
	return x.DimShuffle(left...).Mul(b.DimShuffle(right...)).Reshape(shape...)
}

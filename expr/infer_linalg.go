package expr

// Type rules of products of arrays and of linear algebra.

// product joins the dtypes of two factors.
func (s *sig) product() DType {
	d, _ := s.promoted(0)
	return d
}

// matches checks that two axes that are summed over can have one length.
func (s *sig) matches(a, b Dim) *Error {
	if a.mayEqual(b) {
		return nil
	}
	return s.errorf(ErrShape, "shapes %s do not match: %s is not %s", s.shapes(), a, b)
}

// inferDot: vectors and matrices; a vector counts as a row on the left and as
// a column on the right.
func inferDot(s *sig) (Type, *Error) {
	a, b := s.args[0], s.args[1]
	if a.Rank() < 1 || a.Rank() > 2 || b.Rank() < 1 || b.Rank() > 2 {
		return Type{}, s.errorf(ErrShape, "shapes %s: vectors or matrices are wanted", s.shapes())
	}
	if err := s.matches(a.Dims[a.Rank()-1], b.Dims[0]); err != nil {
		return Type{}, err
	}
	dims := append(append([]Dim{}, a.Dims[:a.Rank()-1]...), b.Dims[1:]...)
	return Type{DType: s.product(), Dims: dims}, nil
}

// inferMatMul: stacks of matrices; the axes before the last two broadcast. A
// vector is a row on the left and a column on the right.
func inferMatMul(s *sig) (Type, *Error) {
	a, b := s.args[0].Dims, s.args[1].Dims
	if len(a) == 0 || len(b) == 0 {
		return Type{}, s.errorf(ErrShape, "shapes %s: no scalars", s.shapes())
	}
	aRow, bColumn := len(a) == 1, len(b) == 1
	if aRow {
		a = []Dim{KnownDim(1), a[0]}
	}
	if bColumn {
		b = []Dim{b[0], KnownDim(1)}
	}
	dims, err := s.stack(a, b)
	if err != nil {
		return Type{}, err
	}
	if !aRow {
		dims = append(dims, a[len(a)-2])
	}
	if !bColumn {
		dims = append(dims, b[len(b)-1])
	}
	return Type{DType: s.product(), Dims: dims}, nil
}

// stack returns the axes in front of those of each matrix of the product of
// two stacks.
func (s *sig) stack(a, b []Dim) ([]Dim, *Error) {
	if err := s.matches(a[len(a)-1], b[len(b)-2]); err != nil {
		return nil, err
	}
	dims, ok := broadcastDims(a[:len(a)-2], b[:len(b)-2])
	if !ok {
		return nil, s.errorf(ErrShape, "shapes %s do not broadcast", s.shapes())
	}
	return append([]Dim{}, dims...), nil
}

// inferOuter: two vectors.
func inferOuter(s *sig) (Type, *Error) {
	if s.args[0].Rank() != 1 || s.args[1].Rank() != 1 {
		return Type{}, s.errorf(ErrShape, "shapes %s: vectors are wanted", s.shapes())
	}
	return Type{DType: s.product(), Dims: []Dim{s.args[0].Dims[0], s.args[1].Dims[0]}}, nil
}

// rank checks the number of axes of argument i.
func (s *sig) rank(i, rank int) *Error {
	if s.args[i].Rank() == rank {
		return nil
	}
	return s.errorf(ErrShape, "argument %d has shape %s: %s is wanted", i+1, shapeString(s.args[i].Dims),
		[]string{"a scalar", "a vector", "a matrix"}[rank])
}

func (s *sig) ranks(ranks ...int) *Error {
	for i, r := range ranks {
		if err := s.rank(i, r); err != nil {
			return err
		}
	}
	return nil
}

// transposedDims returns the shape of a stack of matrices, each transposed if so
// wanted.
func transposedDims(d []Dim, transposed bool) []Dim {
	if !transposed {
		return d
	}
	last := len(d) - 1
	return append(append([]Dim{}, d[:last-1]...), d[last], d[last-1])
}

// inferGemm: gemm(alpha, A, B) = alpha*A@B and gemm(alpha, A, B, beta, C) =
// alpha*A@B + beta*C, where A and B are matrices or stacks of them, which
// broadcast, as C does with their product.
func inferGemm(s *sig) (Type, *Error) {
	if len(s.args) != 3 && len(s.args) != 5 {
		return Type{}, s.errorf(ErrInput, "%d arguments: alpha, A, B or alpha, A, B, beta, C", len(s.args))
	}
	for i, x := range s.args {
		if i == 0 || i == 3 {
			if err := s.rank(i, 0); err != nil {
				return Type{}, err
			}
		} else if x.Rank() < 2 {
			return Type{}, s.errorf(ErrShape, "argument %d has shape %s: a matrix or a stack of matrices is wanted", i+1, shapeString(x.Dims))
		}
	}
	t := s.attr.(Transposed)
	a, b := transposedDims(s.args[1].Dims, t.A), transposedDims(s.args[2].Dims, t.B)
	stack, err := s.stack(a, b)
	if err != nil {
		return Type{}, err
	}
	return s.accumulated(append(stack, a[len(a)-2], b[len(b)-1]), broadcastDims)
}

// inferGemv: gemv(alpha, A, x) = alpha*A@x and gemv(alpha, A, x, beta, y) =
// alpha*A@x + beta*y.
func inferGemv(s *sig) (Type, *Error) {
	if len(s.args) != 3 && len(s.args) != 5 {
		return Type{}, s.errorf(ErrInput, "%d arguments: alpha, A, x or alpha, A, x, beta, y", len(s.args))
	}
	if err := s.ranks([]int{0, 2, 1, 0, 1}[:len(s.args)]...); err != nil {
		return Type{}, err
	}
	a := transposedDims(s.args[1].Dims, s.attr.(Transposed).A)
	if err := s.matches(a[1], s.args[2].Dims[0]); err != nil {
		return Type{}, err
	}
	return s.accumulated(a[:1], broadcastDims)
}

// inferGer: ger(alpha, x, y, A) = A + alpha*outer(x, y).
func inferGer(s *sig) (Type, *Error) {
	if err := s.ranks(0, 1, 1, 2); err != nil {
		return Type{}, err
	}
	return s.accumulated([]Dim{s.args[1].Dims[0], s.args[2].Dims[0]}, equalDims)
}

// accumulated checks that the last argument, where there is one to add to, meets the
// product.
func (s *sig) accumulated(dims []Dim, meet func(a, b []Dim) ([]Dim, bool)) (Type, *Error) {
	d := s.product()
	if !d.Inexact() {
		return Type{}, s.errorf(ErrDType, "no %s for %s", s.op, s.dtypes())
	}
	if len(s.args) == 3 {
		return Type{DType: d, Dims: dims}, nil
	}
	to := s.args[len(s.args)-1].Dims
	out, ok := meet(dims, to)
	if !ok || len(to) != len(dims) {
		return Type{}, s.errorf(ErrShape, "a product of shape %s is added to shape %s", shapeString(dims), shapeString(to))
	}
	return Type{DType: d, Dims: out}, nil
}

// equalDims returns the dims of arrays of one shape.
func equalDims(a, b []Dim) ([]Dim, bool) {
	out := make([]Dim, len(a))
	for i := range a {
		if len(b) != len(a) || !a[i].mayEqual(b[i]) {
			return nil, false
		}
		out[i] = moreKnown(b[i], a[i])
	}
	return out, true
}

// moreKnown returns the better known of two dims that are equal.
func moreKnown(a, b Dim) Dim {
	if _, ok := a.Known(); ok || b == (Dim{}) {
		return a
	}
	if _, ok := b.Known(); ok || a == (Dim{}) {
		return b
	}
	return a
}

// linear checks the dtype of a matrix for linear algebra and returns the dtype
// in which it is computed.
func (s *sig) linear() (DType, *Error) {
	d := s.product().floating()
	return d, nil
}

// inferTrace: the sum of the main diagonal of a matrix.
func inferTrace(s *sig) (Type, *Error) {
	if err := s.rank(0, 2); err != nil {
		return Type{}, err
	}
	return Type{DType: s.args[0].DType.accumulator()}, nil
}

// square checks that argument 0 is a stack of square matrices.
func (s *sig) square() *Error {
	d := s.args[0].Dims
	if len(d) >= 2 && d[len(d)-1].mayEqual(d[len(d)-2]) {
		return nil
	}
	return s.errorf(ErrShape, "shape %s: a square matrix is wanted", shapeString(d))
}

// inferSquare: inv and cholesky.
func inferSquare(s *sig) (Type, *Error) {
	if err := s.square(); err != nil {
		return Type{}, err
	}
	d, err := s.linear()
	return Type{DType: d, Dims: s.args[0].Dims}, err
}

// inferDet: det and logabsdet.
func inferDet(s *sig) (Type, *Error) {
	if err := s.square(); err != nil {
		return Type{}, err
	}
	d, err := s.linear()
	if s.op == OpLogAbsDet {
		d = d.Real()
	}
	dims := s.args[0].Dims
	return Type{DType: d, Dims: dims[:len(dims)-2]}, err
}

// inferLogDet: logdet, of real matrices.
func inferLogDet(s *sig) (Type, *Error) {
	if s.args[0].DType.IsComplex() {
		return Type{}, s.errorf(ErrDType, "no %s for %s", s.op, s.dtypes())
	}
	return inferDet(s)
}

// inferSolve: A x = b with b a vector or a matrix of columns; stacks of
// matrices need stacks of the same axes.
func inferSolve(s *sig) (Type, *Error) {
	if err := s.square(); err != nil {
		return Type{}, err
	}
	a, b := s.args[0].Dims, s.args[1].Dims
	batch := len(a) - 2
	if len(b) != batch+1 && len(b) != batch+2 {
		return Type{}, s.errorf(ErrShape, "shapes %s: a vector or a matrix of right-hand sides is wanted", s.shapes())
	}
	for i := range batch {
		if !a[i].mayEqual(b[i]) {
			return Type{}, s.errorf(ErrShape, "shapes %s do not match", s.shapes())
		}
	}
	if err := s.matches(a[batch+1], b[batch]); err != nil {
		return Type{}, err
	}
	d, err := s.linear()
	return Type{DType: d, Dims: b}, err
}

// matrix checks that the argument is one real matrix and returns its dims.
func (s *sig) matrix() (rows, columns Dim, d DType, err *Error) {
	if err := s.rank(0, 2); err != nil {
		return Dim{}, Dim{}, NoDType, err
	}
	d, err = s.linear()
	if err == nil && d.IsComplex() {
		err = s.errorf(ErrDType, "no %s for %s", s.op, d)
	}
	return s.args[0].Dims[0], s.args[0].Dims[1], d, err
}

// inferEigh: eigenvalues (ascending) and the matrix whose columns are the
// eigenvectors.
func inferEigh(s *sig) (Type, *Error) {
	if err := s.square(); err != nil {
		return Type{}, err
	}
	n, _, d, err := s.matrix()
	return Type{Elems: []Type{{DType: d, Dims: []Dim{n}}, {DType: d, Dims: []Dim{n, n}}}}, err
}

// minDim is the smaller of two dims.
func minDim(a, b Dim) Dim {
	if a.Same(b) {
		return a
	}
	m, okM := a.Known()
	n, okN := b.Known()
	if okM && okN {
		return KnownDim(min(m, n))
	}
	return Dim{}
}

// inferSVD: U (m, k), s (k), Vt (k, n) with k = min(m, n).
func inferSVD(s *sig) (Type, *Error) {
	m, n, d, err := s.matrix()
	k := minDim(m, n)
	return Type{Elems: []Type{
		{DType: d, Dims: []Dim{m, k}}, {DType: d, Dims: []Dim{k}}, {DType: d, Dims: []Dim{k, n}},
	}}, err
}

// inferQR: Q (m, k), R (k, n) with k = min(m, n).
func inferQR(s *sig) (Type, *Error) {
	m, n, d, err := s.matrix()
	k := minDim(m, n)
	return Type{Elems: []Type{{DType: d, Dims: []Dim{m, k}}, {DType: d, Dims: []Dim{k, n}}}}, err
}

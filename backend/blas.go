package backend

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"arignote/expr"
)

// This file runs products of float matrices and vectors by gonum's BLAS.
// gonum skips factors that are zero and ignores what is multiplied by beta = 0,
// so that 0*NaN and 0*Inf are lost: operands that are not finite go to the
// reference instead.

// float is an element type that BLAS has.
type float interface{ float32 | float64 }

// routines are the BLAS routines for one element type.
type routines[T float] struct {
	gemm func(ta, tb blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	gemv func(ta blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int)
	ger  func(m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int)
	dot  func(n int, x []T, incX int, y []T, incY int) T
}

var (
	double = routines[float64]{gonum.Implementation{}.Dgemm, gonum.Implementation{}.Dgemv, gonum.Implementation{}.Dger, gonum.Implementation{}.Ddot}
	single = routines[float32]{gonum.Implementation{}.Sgemm, gonum.Implementation{}.Sgemv, gonum.Implementation{}.Sger, gonum.Implementation{}.Sdot}
)

// isProduct reports whether BLAS has n's op.
func isProduct(n *expr.Node) bool {
	switch n.Op() {
	case expr.OpDot, expr.OpGemm, expr.OpGemv, expr.OpGer:
		return true
	}
	return false
}

// blasReads reports whether BLAS can read v where it lies.
func blasReads(v *vertex) bool {
	_, strides := v.layout()
	switch len(v.shape) {
	case 0:
		return true
	case 1:
		return strides[0] > 0
	case 2:
		rows, cols := v.shape[0], v.shape[1]
		return strides[1] == 1 && strides[0] >= cols && cols > 1 && rows > 1 || strides[0] == 1 && strides[1] >= rows && cols > 1 && rows > 1 ||
			isRowMajor(v.shape, strides)
	}
	return false
}

// dense is an array in memory: where its first element is, and how far it is
// along each axis to the next.
type dense struct {
	data    any
	off     int
	shape   []int
	strides []int
	dtype   expr.DType
}

// multiply computes the product n into out, a slice of as many elements as the
// result has, if all arguments are finite and of n's dtype; else it returns
// false.
func multiply(n *expr.Node, args []dense, out any) bool {
	if n.DType() == expr.Float64 {
		return multiplyOf(double, n, args, out.([]float64))
	}
	return multiplyOf(single, n, args, out.([]float32))
}

func multiplyOf[T float](r routines[T], n *expr.Node, args []dense, out []T) bool {
	in := make([]operand[T], len(args))
	for i, v := range args {
		o, ok := operandOf[T](v, n.DType())
		if !ok {
			return false
		}
		in[i] = o
	}
	switch n.Op() {
	case expr.OpDot:
		dot(r, in, out)
	case expr.OpGemm:
		gemm(r, n.Attr().(expr.Transposed), in, out)
	case expr.OpGemv:
		gemv(r, n.Attr().(expr.Transposed), in, out)
	default:
		ger(r, in, out)
	}
	return true
}

// operand is a scalar, a vector (rows elements, inc apart) or a matrix whose
// rows lie ld apart; transposed tells that the memory holds its transpose.
type operand[T float] struct {
	data       []T
	rank       int
	rows, cols int
	inc, ld    int
	transposed bool
}

// operandOf describes v. It refuses empty arrays, other dtypes than d and
// elements that are not finite.
func operandOf[T float](v dense, d expr.DType) (operand[T], bool) {
	if v.dtype != d || len(v.shape) > 2 || product(v.shape) == 0 {
		return operand[T]{}, false
	}
	o := operand[T]{data: v.data.([]T)[v.off:], rank: len(v.shape), rows: 1, cols: 1, inc: 1, ld: 1}
	switch o.rank {
	case 1:
		o.rows, o.inc = v.shape[0], max(1, v.strides[0])
	case 2:
		o.rows, o.cols = v.shape[0], v.shape[1]
		switch rows, cols := v.shape[0], v.shape[1]; {
		case cols == 1 || v.strides[1] == 1: // the other stride of one row does not matter
			o.ld = max(v.strides[0], cols)
			if rows == 1 {
				o.ld = cols
			}
			if cols == 1 && rows > 1 {
				o.ld = v.strides[0]
			}
		default:
			o.ld, o.transposed = max(v.strides[1], rows), true
		}
	}
	return o, o.finite()
}

// finite reports whether all elements of o are.
func (o operand[T]) finite() bool {
	rows, cols, ld := o.rows, o.cols, o.ld
	switch {
	case o.rank == 1:
		cols, ld = 1, o.inc
	case o.transposed:
		rows, cols = cols, rows
	}
	for i := range rows {
		for _, x := range o.data[i*ld : i*ld+cols] {
			if f := float64(x); math.IsInf(f, 0) || math.IsNaN(f) {
				return false
			}
		}
	}
	return true
}

func transpose(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

// shape returns the shape of o, transposed if t.
func (o operand[T]) shape(t bool) (rows, cols int) {
	if t {
		return o.cols, o.rows
	}
	return o.rows, o.cols
}

// dot computes products of vectors and matrices.
func dot[T float](r routines[T], in []operand[T], out []T) {
	a, b := in[0], in[1]
	switch {
	case a.rank == 1 && b.rank == 1:
		out[0] = r.dot(a.rows, a.data, a.inc, b.data, b.inc)
	case b.rank == 1:
		gemv(r, expr.Transposed{}, []operand[T]{scalar[T](1), a, b}, out)
	case a.rank == 1:
		gemv(r, expr.Transposed{A: true}, []operand[T]{scalar[T](1), b, a}, out)
	default:
		gemm(r, expr.Transposed{}, []operand[T]{scalar[T](1), a, b}, out)
	}
}

func scalar[T float](x T) operand[T] { return operand[T]{data: []T{x}} }

// gemm computes alpha*op(A)@op(B) + beta*C.
func gemm[T float](r routines[T], t expr.Transposed, in []operand[T], out []T) {
	a, b := in[1], in[2]
	m, k := a.shape(t.A)
	_, n := b.shape(t.B)
	beta := T(0)
	if len(in) == 5 {
		beta = in[3].data[0]
		in[4].copyTo(out)
	}
	r.gemm(transpose(t.A != a.transposed), transpose(t.B != b.transposed), m, n, k,
		in[0].data[0], a.data, a.ld, b.data, b.ld, beta, out, n)
}

// gemv computes alpha*op(A)@x + beta*y.
func gemv[T float](r routines[T], t expr.Transposed, in []operand[T], out []T) {
	a, x := in[1], in[2]
	beta := T(0)
	if len(in) == 5 {
		beta = in[3].data[0]
		in[4].copyTo(out)
	}
	rows, cols := a.shape(a.transposed) // of the memory
	r.gemv(transpose(t.A != a.transposed), rows, cols, in[0].data[0], a.data, a.ld, x.data, x.inc, beta, out, 1)
}

// ger computes A + alpha*outer(x, y).
func ger[T float](r routines[T], in []operand[T], out []T) {
	x, y := in[1], in[2]
	in[3].copyTo(out)
	r.ger(x.rows, y.rows, in[0].data[0], x.data, x.inc, y.data, y.inc, out, y.rows)
}

// copyTo writes the elements of o to dst in row-major order.
func (o operand[T]) copyTo(dst []T) {
	for i := range o.rows {
		switch {
		case o.rank == 1:
			dst[i] = o.data[i*o.inc]
		case !o.transposed:
			copy(dst[i*o.cols:(i+1)*o.cols], o.data[i*o.ld:])
		default:
			for j := range o.cols {
				dst[i*o.cols+j] = o.data[j*o.ld+i]
			}
		}
	}
}

// productFlops returns the multiplications and additions of a product: two for
// each element of the result and each element along the axis summed over.
func productFlops(v *vertex) float64 {
	summed := 1 // ger
	switch v.node.Op() {
	case expr.OpDot:
		a := v.args[0].shape
		summed = a[len(a)-1]
	case expr.OpGemm, expr.OpGemv:
		if rows := v.shape[0]; rows > 0 {
			summed = product(v.args[1].shape) / rows
		}
	}
	return 2 * float64(product(v.shape)) * float64(summed)
}

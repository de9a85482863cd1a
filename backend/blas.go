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

// product computes the product n, whose arguments have passed its type rule,
// if all of them are finite, of n's dtype and not empty; else it returns nil.
func product(n *expr.Node, args []*expr.Value) *expr.Value {
	if n.DType() == expr.Float64 {
		return productOf(double, n, args)
	}
	if n.DType() == expr.Float32 {
		return productOf(single, n, args)
	}
	return nil
}

func productOf[T float](r routines[T], n *expr.Node, args []*expr.Value) *expr.Value {
	in := make([]operand[T], len(args))
	for i, v := range args {
		o, ok := operandOf[T](v, n.DType())
		if !ok {
			return nil
		}
		in[i] = o
	}
	switch n.Op() {
	case expr.OpDot:
		return dot(r, in)
	case expr.OpGemm:
		return gemm(r, n.Attr().(expr.Transposed), in)
	case expr.OpGemv:
		return gemv(r, n.Attr().(expr.Transposed), in)
	}
	return ger(r, in)
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

// operandOf describes v where its strides allow, or else a copy of it. It
// refuses empty arrays, other dtypes than d and elements that are not finite.
func operandOf[T float](v *expr.Value, d expr.DType) (operand[T], bool) {
	if v.DType() != d || v.Rank() > 2 || v.Len() == 0 || !finite(expr.Elements[T](v)) {
		return operand[T]{}, false
	}
	shape, strides := v.Shape(), v.Strides()
	o := operand[T]{data: v.Data().([]T), rank: v.Rank()}
	switch v.Rank() {
	case 1:
		o.rows, o.inc = shape[0], max(1, strides[0])
	case 2:
		o.rows, o.cols = shape[0], shape[1]
		switch {
		case strides[1] == 1 && strides[0] >= shape[1]:
			o.ld = strides[0]
		case strides[0] == 1 && strides[1] >= shape[0]:
			o.ld, o.transposed = strides[1], true
		default:
			o.ld, o.data = shape[1], v.Clone().Data().([]T)
		}
	}
	return o, true
}

func finite[T float](data []T) bool {
	for _, x := range data {
		if f := float64(x); math.IsInf(f, 0) || math.IsNaN(f) {
			return false
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
func dot[T float](r routines[T], in []operand[T]) *expr.Value {
	a, b := in[0], in[1]
	switch {
	case a.rank == 1 && b.rank == 1:
		return value(nil, []T{r.dot(a.rows, a.data, a.inc, b.data, b.inc)})
	case b.rank == 1:
		return gemv(r, expr.Transposed{}, []operand[T]{scalar[T](1), a, b})
	case a.rank == 1:
		return gemv(r, expr.Transposed{A: true}, []operand[T]{scalar[T](1), b, a})
	}
	return gemm(r, expr.Transposed{}, []operand[T]{scalar[T](1), a, b})
}

func scalar[T float](x T) operand[T] { return operand[T]{data: []T{x}} }

// gemm computes alpha*op(A)@op(B) + beta*C.
func gemm[T float](r routines[T], t expr.Transposed, in []operand[T]) *expr.Value {
	a, b := in[1], in[2]
	m, k := a.shape(t.A)
	_, n := b.shape(t.B)
	c, beta := make([]T, m*n), T(0)
	if len(in) == 5 {
		beta = in[3].data[0]
		in[4].copyTo(c)
	}
	r.gemm(transpose(t.A != a.transposed), transpose(t.B != b.transposed), m, n, k,
		in[0].data[0], a.data, a.ld, b.data, b.ld, beta, c, n)
	return value([]int{m, n}, c)
}

// gemv computes alpha*op(A)@x + beta*y.
func gemv[T float](r routines[T], t expr.Transposed, in []operand[T]) *expr.Value {
	a, x := in[1], in[2]
	m, _ := a.shape(t.A)
	y, beta := make([]T, m), T(0)
	if len(in) == 5 {
		beta = in[3].data[0]
		in[4].copyTo(y)
	}
	rows, cols := a.shape(a.transposed) // of the memory
	r.gemv(transpose(t.A != a.transposed), rows, cols, in[0].data[0], a.data, a.ld, x.data, x.inc, beta, y, 1)
	return value([]int{m}, y)
}

// ger computes A + alpha*outer(x, y).
func ger[T float](r routines[T], in []operand[T]) *expr.Value {
	x, y := in[1], in[2]
	a := make([]T, x.rows*y.rows)
	in[3].copyTo(a)
	r.ger(x.rows, y.rows, in[0].data[0], x.data, x.inc, y.data, y.inc, a, y.rows)
	return value([]int{x.rows, y.rows}, a)
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

// value returns the array of the given shape over data.
func value[T float](shape []int, data []T) *expr.Value {
	v, err := expr.NewValue(shape, data)
	if err != nil {
		panic(err)
	}
	return v
}

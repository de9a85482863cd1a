package expr

import (
	"arignote/expr/layout"
)

import "arignote/expr/internal/scalar"

// Reference meaning of products of arrays, and of the trace.
//
// All arguments are converted to the dtype of the result first. Then integers
// are multiplied and added in int64, which wraps; bool likewise, so that a
// product of bool arrays is an "or" of "ands"; floats in float64 and complex
// numbers in complex128, in the order of the summed axis, rounded to the
// dtype of the result at the end. Other engines sum in another order, and in
// float32: they differ from this within a tolerance. No term is left out, so
// that 0*Inf gives NaN; a sum of no terms is 0.

// formula computes the elements of a result from the elements of the
// arguments, all in row-major order.
type formula[T number] func(c *call, args [][]T) []T

// eval computes c by f.
func (f formula[T]) eval(c *call) *Value {
	args := make([][]T, len(c.args))
	for i, a := range c.args {
		args[i] = widened[T](a, c.typ.DType)
	}
	return convert(makeValue(c.shape(), f(c, args)), c.typ.DType)
}

// widened returns the elements of v, rounded to the dtype d, as T.
func widened[T number](v *Value, d DType) []T {
	return Elements[T](convert(convert(v, d), dtypeOf[T]()))
}

// evalProduct computes c by the formula for the dtype of the result.
func evalProduct(c *call, ints formula[int64], reals formula[float64], complexes formula[complex128]) (*Value, *Error) {
	switch d := c.typ.DType; {
	case d.IsComplex():
		return complexes.eval(c), nil
	case d.IsFloat():
		return reals.eval(c), nil
	}
	return ints.eval(c), nil
}

func evalDot(c *call) (*Value, *Error) {
	return evalProduct(c, matmul[int64], matmul[float64], matmul[complex128])
}

func evalMatMul(c *call) (*Value, *Error) {
	return evalProduct(c, matmul[int64], matmul[float64], matmul[complex128])
}

func evalOuter(c *call) (*Value, *Error) {
	return evalProduct(c, outer[int64], outer[float64], outer[complex128])
}

func evalGemm(c *call) (*Value, *Error) {
	return evalProduct(c, gemm[int64], gemm[float64], gemm[complex128])
}

func evalGemv(c *call) (*Value, *Error) {
	return evalProduct(c, gemv[int64], gemv[float64], gemv[complex128])
}

func evalGer(c *call) (*Value, *Error) {
	return evalProduct(c, ger[int64], ger[float64], ger[complex128])
}

func evalTrace(c *call) (*Value, *Error) {
	return evalProduct(c, trace[int64], trace[float64], trace[complex128])
}

// multiply adds to out, an m by n matrix, the product of a (m by k) and
// b (k by n). Terms are added in the order of the summed axis.
func multiply[T number](out, a, b []T, m, k, n int) {
	for i := range m {
		row := out[i*n : (i+1)*n]
		for l := range k {
			addTimes(row, a[i*k+l], b[l*n:(l+1)*n])
		}
	}
}

// addTimes adds to y the products of factor and the elements of x, each
// rounded: the conversion keeps the compiler from fusing, which complex numbers
// need a function for.
func addTimes[T number](y []T, factor T, x []T) {
	if y, ok := any(y).([]complex128); ok {
		factor := any(factor).(complex128)
		for j, v := range any(x).([]complex128) {
			y[j] += scalar.CMul(factor, v)
		}
		return
	}
	for j, v := range x {
		y[j] += T(factor * v) // never complex
	}
}

// matmul multiplies stacks of matrices; a vector is a row on the left and a
// column on the right. For vectors and matrices that is dot.
func matmul[T number](c *call, args [][]T) []T {
	a, b := c.args[0].shape, c.args[1].shape
	if len(a) == 1 {
		a = []int{1, a[0]}
	}
	if len(b) == 1 {
		b = []int{b[0], 1}
	}
	return multiplyStacks(args[0], a, args[1], b, c.shape()[:max(len(a), len(b))-2])
}

// multiplyStacks multiplies the matrices of x, which has shape a, by those of y,
// which has shape b; stack is the shape of the stack that they make.
func multiplyStacks[T number](x []T, a []int, y []T, b []int, stack []int) []T {
	m, k, n := a[len(a)-2], a[len(a)-1], b[len(b)-1]
	atX, atY := matrixOffsets(a, stack), matrixOffsets(b, stack)
	out := make([]T, len(atX)*m*n)
	for s := range atX {
		multiply(out[s*m*n:(s+1)*m*n], x[atX[s]:], y[atY[s]:], m, k, n)
	}
	return out
}

// matrixOffsets returns where, in a row-major array of the given shape, the
// matrices begin that meet those of a stack: an axis of length 1 and a missing
// axis give the same matrix again.
func matrixOffsets(shape, stack []int) []int {
	rank := len(shape) - 2
	strides := make([]int, len(stack))
	skip := len(stack) - rank
	for i, step := range layout.RowMajor(shape)[:rank] {
		if shape[i] != 1 {
			strides[skip+i] = step
		}
	}
	var offsets []int
	forEachOffset(stack, strides, func(offset int) { offsets = append(offsets, offset) })
	return offsets
}

// outer gives x[i]*y[j].
func outer[T number](c *call, args [][]T) []T {
	out := make([]T, 0, product(c.shape()))
	for _, x := range args[0] {
		for _, y := range args[1] {
			out = append(out, scalar.Times(x, y))
		}
	}
	return out
}

// gemm gives alpha*A@B + beta*C, in plain arithmetic: a beta of 0 does not
// hide a NaN in C.
func gemm[T number](c *call, args [][]T) []T {
	t := c.attr.(Transposed)
	x, a := oriented(args[1], c.args[1].shape, t.A)
	y, b := oriented(args[2], c.args[2].shape, t.B)
	shape := append(stackShape(a, b), a[len(a)-2], b[len(b)-1])
	return scaled(c, args, multiplyStacks(x, a, y, b, shape[:len(shape)-2]), shape)
}

// gemv gives alpha*A@x + beta*y.
func gemv[T number](c *call, args [][]T) []T {
	a, shape := oriented(args[1], c.args[1].shape, c.attr.(Transposed).A)
	out := make([]T, shape[0])
	multiply(out, a, args[2], shape[0], shape[1], 1)
	return scaled(c, args, out, shape[:1])
}

// oriented returns a stack of matrices, each transposed if so wanted, and its
// shape.
func oriented[T number](x []T, shape []int, transposed bool) ([]T, []int) {
	if !transposed {
		return x, shape
	}
	last := len(shape) - 1
	rows, columns := shape[last-1], shape[last]
	y := make([]T, 0, len(x))
	for at := 0; at < len(x); at += rows * columns {
		for j := range columns {
			for i := range rows {
				y = append(y, x[at+i*columns+j])
			}
		}
	}
	return y, append(append([]int{}, shape[:last-1]...), columns, rows)
}

// stackShape is what the axes in front of the last two broadcast to.
func stackShape(a, b []int) []int {
	if len(a) < len(b) {
		a, b = b, a
	}
	stack := append([]int{}, a[:len(a)-2]...)
	for i, n := range b[:len(b)-2] {
		if n != 1 {
			stack[len(a)-len(b)+i] = n
		}
	}
	return stack
}

// scaled returns alpha*x of the product x of args[1] and args[2], which has the
// given shape, or alpha*x + beta*c where args has alpha, a, b, beta and c.
func scaled[T number](c *call, args [][]T, x []T, shape []int) []T {
	for i, p := range x {
		x[i] = scalar.Times(args[0][0], p)
	}
	if len(args) < 5 {
		return x
	}
	at := offsetsOf(shape, c.shape())
	out := make([]T, 0, len(at))
	for i, j := range offsetsOf(c.args[4].shape, c.shape()) {
		out = append(out, x[at[i]]+scalar.Times(args[3][0], args[4][j]))
	}
	return out
}

// offsetsOf returns where, in a row-major array of the given shape, the elements
// are of what it is broadcast to.
func offsetsOf(shape, to []int) []int {
	strides := layout.RowMajor(shape)
	for i, n := range shape {
		if n == 1 {
			strides[i] = 0
		}
	}
	var offsets []int
	forEachOffset(to, strides, func(offset int) { offsets = append(offsets, offset) })
	return offsets
}

// ger gives A + alpha*outer(x, y).
func ger[T number](c *call, args [][]T) []T {
	out := outer(c, args[1:3])
	for i, p := range out {
		out[i] = args[3][i] + scalar.Times(args[0][0], p)
	}
	return out
}

// trace adds the elements of a diagonal: the main one, or that of the
// attribute.
func trace[T number](c *call, args [][]T) []T {
	row, column := 0, 0
	if d, ok := c.attr.(Diagonal); ok {
		row, column = max(-d.K, 0), max(d.K, 0)
	}
	rows, columns := c.args[0].shape[0], c.args[0].shape[1]
	var sum T
	for ; row < rows && column < columns; row, column = row+1, column+1 {
		sum += args[0][row*columns+column]
	}
	return []T{sum}
}

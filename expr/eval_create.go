package expr

import (
	"arignote/expr/layout"
)

// Reference meaning of the ops that make arrays from scalars, and of diagonals.

// evalArange: start, start+step and, from there on, start + i*delta, where
// delta is the difference of the first two elements in the dtype of the
// result. Integers are exact.
func evalArange(c *call) (*Value, *Error) {
	start, step := c.args[0], c.args[2]
	d, n := c.typ.DType, c.shape()[0]
	switch {
	case d.IsInteger() && start.dtype.IsInteger() && step.dtype.IsInteger():
		out := make([]int64, n)
		for i := range out {
			out[i] = start.Int(0) + int64(i)*step.Int(0)
		}
		return convert(makeValue([]int{n}, out), d), nil
	case d == Float32:
		return makeValue([]int{n}, ramp[float32](start.Float(0), step.Float(0), n)), nil
	}
	return convert(makeValue([]int{n}, ramp[float64](start.Float(0), step.Float(0), n)), d), nil
}

// ramp is arange in a float type.
func ramp[T float32 | float64](start, step float64, n int) []T {
	first, second := T(start), T(start+step)
	delta := second - first
	out := make([]T, n)
	for i := range out {
		switch i {
		case 0:
			out[i] = first
		case 1:
			out[i] = second
		default:
			out[i] = first + T(T(i)*delta) // T(...) keeps compilers from fusing
		}
	}
	return out
}

// evalLinspace: a + i*((b-a)/(n-1)) in float64, the last element exactly b.
func evalLinspace(c *call) (*Value, *Error) {
	a, b := c.args[0].Float(0), c.args[1].Float(0)
	n := c.shape()[0]
	out := make([]float64, n)
	step := (b - a) / float64(max(n-1, 1))
	for i := range out {
		out[i] = a + float64(float64(i)*step)
	}
	if n > 1 {
		out[n-1] = b
	}
	return convert(makeValue([]int{n}, out), c.typ.DType), nil
}

// evalEye: ones on a diagonal.
func evalEye(c *call) (*Value, *Error) {
	shape := c.shape()
	out := make([]bool, product(shape))
	for _, i := range diagonal(shape, layout.RowMajor(shape), c.attr.(Diagonal).K).offsets() {
		out[i] = true
	}
	return convert(makeValue(shape, out), c.typ.DType), nil
}

// diagonal is the k-th diagonal of a matrix of this shape and strides.
func diagonal(shape, strides []int, k int) part {
	k = min(max(k, -shape[0]), shape[1]) // further out there is nothing either
	row, column := max(-k, 0), max(k, 0)
	n := min(shape[0]-row, shape[1]-column)
	if n <= 0 {
		return part{0, []int{0}, []int{1}}
	}
	return part{row*strides[0] + column*strides[1], []int{n}, []int{strides[0] + strides[1]}}
}

// evalDiag: the diagonal of a matrix, or the matrix with x on its diagonal.
func evalDiag(c *call) (*Value, *Error) {
	x, k := c.args[0], c.attr.(Diagonal).K
	if x.Rank() == 2 {
		return x.pick(diagonal(x.shape, x.Strides(), k)), nil
	}
	out := Zeros(x.dtype, c.shape()...)
	out.put(diagonal(out.shape, layout.RowMajor(out.shape), k).offsets(), x)
	return out, nil
}

// evalTri: the elements of each matrix on and below (tril) or on and above
// (triu) the k-th diagonal, zeros elsewhere.
func evalTri(c *call) (*Value, *Error) {
	x, k := c.args[0].contiguous(), c.attr.(Diagonal).K
	columns := x.shape[x.Rank()-1]
	rows := x.shape[x.Rank()-2]
	var kept []int
	for i := range x.Len() {
		above := i%columns - i/columns%rows // how far above the main diagonal
		if c.op == OpTril && above <= k || c.op == OpTriu && above >= k {
			kept = append(kept, i)
		}
	}
	out := Zeros(x.dtype, x.shape...)
	out.put(kept, x.pickAt([]int{len(kept)}, kept))
	return out, nil
}

package expr

import (
	"math"
	"math/cmplx"
	"slices"

	"arignote/expr/internal/scalar"
)

// Matrices of float64 and of complex128, and the few steps of which the
// reference meaning of linear algebra is made.

// field is a Go type in which linear algebra is computed.
type field interface {
	float64 | complex128
}

// matrix is a row-major matrix.
type matrix[T field] struct {
	rows, columns int
	data          []T
}

func newMatrix[T field](rows, columns int) matrix[T] {
	return matrix[T]{rows, columns, make([]T, rows*columns)}
}

func (a matrix[T]) row(i int) []T { return a.data[i*a.columns : (i+1)*a.columns] }

func (a matrix[T]) at(i, j int) T { return a.data[i*a.columns+j] }

func (a matrix[T]) swapRows(i, j int) {
	if i == j {
		return
	}
	x, y := a.row(i), a.row(j)
	for k := range x {
		x[k], y[k] = y[k], x[k]
	}
}

// matrices copies the matrices that a stack with the given number of leading
// axes consists of; each element of a stack of vectors is a column.
func matrices[T field](v *Value, d DType, leading int) []matrix[T] {
	rows, columns := v.shape[leading], 1
	if v.Rank() == leading+2 {
		columns = v.shape[leading+1]
	}
	data := slices.Clone(widened[T](v, d))
	all := make([]matrix[T], product(v.shape[:leading]))
	for k := range all {
		all[k] = matrix[T]{rows, columns, data[k*rows*columns : (k+1)*rows*columns]}
	}
	return all
}

// subtract takes factor*x from y.
func subtract[T field](y []T, factor T, x []T) {
	addTimes(y, -factor, x)
}

// subtractDot takes the products of x and y from s, one after the other.
func subtractDot[T field](s *T, x, y []T) {
	for k, v := range x {
		*s += times(-v, y[k])
	}
}

// hasNaN reports whether an element is NaN, or has a part that is.
func hasNaN[T field](x []T) bool {
	return slices.ContainsFunc(x, func(v T) bool { return v != v })
}

// nans returns n times NaN.
func nans[T field](n int) []T {
	var zero T
	return slices.Repeat([]T{zero / zero}, n)
}

// over is x/y, rounded in the same way on every machine.
func over[T field](x, y T) T {
	if z, ok := any(x).(complex128); ok {
		return any(scalar.CDiv(z, any(y).(complex128))).(T)
	}
	return x / y
}

// magnitude is the absolute value.
func magnitude[T field](x T) float64 {
	switch x := any(x).(type) {
	case complex128:
		return scalar.CAbs(x)
	case float64:
		return math.Abs(x)
	}
	panic("expr: no field")
}

// realPart is x itself where it is real.
func realPart[T field](x T) float64 {
	switch x := any(x).(type) {
	case complex128:
		return real(x)
	case float64:
		return x
	}
	panic("expr: no field")
}

// conjugate is x itself where it is real.
func conjugate[T field](x T) T {
	if z, ok := any(x).(complex128); ok {
		return any(cmplx.Conj(z)).(T)
	}
	return x
}

// fromReal is x as a T.
func fromReal[T field](x float64) T {
	var v T
	switch p := any(&v).(type) {
	case *float64:
		*p = x
	case *complex128:
		*p = complex(x, 0)
	}
	return v
}

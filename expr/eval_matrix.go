package expr

import (
	"slices"

	"arignote/expr/internal/scalar"
)

// Matrices of float64 and of complex128, and the few steps of which the
// reference meaning of linear algebra is made.

// matrix is a row-major matrix.
type matrix[T scalar.Field] struct {
	rows, columns int
	data          []T
}

func newMatrix[T scalar.Field](rows, columns int) matrix[T] {
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
func matrices[T scalar.Field](v *Value, d DType, leading int) []matrix[T] {
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
func subtract[T scalar.Field](y []T, factor T, x []T) {
	addTimes(y, -factor, x)
}

// subtractDot takes the products of x and y from s, one after the other.
func subtractDot[T scalar.Field](s *T, x, y []T) {
	for k, v := range x {
		*s += scalar.Times(-v, y[k])
	}
}

// nans returns n times NaN.
func nans[T scalar.Field](n int) []T {
	var zero T
	return slices.Repeat([]T{zero / zero}, n)
}

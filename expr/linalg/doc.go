// Package linalg has linear algebra as an engine wants it: on row-major matrices
// in memory that the caller gives, without allocating, in parts that any number
// of workers do with the same result, and that can be ended between them.
//
// Elimination, substitution and Cholesky factors work in blocks of columns: a
// block is done first, then what follows from it for the rest of the matrix, row
// by row. Every element goes through the same operations in the same order as
// in the textbook loops that define these ops in package expr, so that it has
// the same bits: pivots are divided by, no term is left out.
//
// Eigenvalues, singular values and QR factors are gonum's LAPACK, of one matrix
// by one worker; package expr uses these very functions.
package linalg

import (
	"arignote/expr/internal/scalar"
)

// Number is an element of a matrix.
type Number interface {
	scalar.Field
}

// A Split calls body for [0, chunk), [chunk, 2*chunk) and so on up to n, several
// at the same time by workers of different numbers. What it returns ends the
// computation.
type Split func(n, chunk int, body func(worker, lo, hi int)) error

const (
	block = 32  // columns that are done together
	tile  = 128 // columns of the rest done together: block rows of a tile stay in the first cache

	// Multiplications of a part: about 100 us.
	partWork = 1 << 17
)

// Blocks returns the number of blocks of a matrix of n rows: for each of them
// Eliminate, Substitute and Factor split work up to twice.
func Blocks(n int) int { return (n + block - 1) / block }

// rowsOf returns how many rows, each of so many multiplications, are a part.
func rowsOf(work int) int { return max(1, partWork/max(work, 1)) }

// subtract takes from y the products of f[k] and row k of x, whose rows lie ld
// apart, one after the other: from the first on or, backwards, from the last.
func subtract[T Number](y, f, x []T, ld int, backwards bool) {
	switch y := any(y).(type) {
	case []float64:
		subtractReal(y, any(f).([]float64), any(x).([]float64), ld, backwards)
	case []complex128:
		subtractComplex(y, any(f).([]complex128), any(x).([]complex128), ld, backwards)
	}
}

// subtractReal is subtract. Four rows at a time save loads and stores of y. The
// conversions keep the compiler from fusing.
func subtractReal(y, f, x []float64, ld int, backwards bool) {
	k, by, n := 0, 1, len(f)
	if backwards {
		k, by = n-1, -1
	}
	for ; n >= 4; n -= 4 {
		f0, f1, f2, f3 := f[k], f[k+by], f[k+2*by], f[k+3*by]
		x0, x1, x2, x3 := x[k*ld:][:len(y)], x[(k+by)*ld:][:len(y)], x[(k+2*by)*ld:][:len(y)], x[(k+3*by)*ld:][:len(y)]
		for j := range y {
			y[j] = y[j] - float64(f0*x0[j]) - float64(f1*x1[j]) - float64(f2*x2[j]) - float64(f3*x3[j])
		}
		k += 4 * by
	}
	for ; n > 0; n-- {
		f0, x0 := f[k], x[k*ld:][:len(y)]
		for j := range y {
			y[j] -= float64(f0 * x0[j])
		}
		k += by
	}
}

// subtractComplex is subtract.
func subtractComplex(y, f, x []complex128, ld int, backwards bool) {
	k, by := 0, 1
	if backwards {
		k, by = len(f)-1, -1
	}
	for range f {
		f0, x0 := f[k], x[k*ld:][:len(y)]
		for j := range y {
			y[j] += scalar.CMul(-f0, x0[j])
		}
		k += by
	}
}

// divide divides each element of x.
func divide[T Number](x []T, by T) {
	switch x := any(x).(type) {
	case []float64:
		by := any(by).(float64)
		for i := range x {
			x[i] /= by
		}
	case []complex128:
		by := any(by).(complex128)
		for i := range x {
			x[i] = scalar.CDiv(x[i], by)
		}
	}
}

// HasNaN reports whether an element is NaN, or has a part that is.
func HasNaN[T Number](x []T) bool {
	for _, v := range x {
		if v != v {
			return true
		}
	}
	return false
}

// FillNaN makes all elements NaN.
func FillNaN[T Number](x []T) {
	var zero T
	for i := range x {
		x[i] = zero / zero
	}
}

package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// Factorizations of one real matrix that have several results: LAPACK's as gonum
// has it. Factors of a matrix with an infinite or NaN element are NaN.
//
// Eigenvectors and singular vectors are free to change sign. Here the first
// element of each that is not tiny (below 1e-6 of the largest, where it may be
// a rounding error) is positive; right singular vectors follow the left ones.

// tinyElement is the part of the largest element below which an element does
// not decide about the sign of a vector.
const tinyElement = 1e-6

// generalOf is the row-major matrix over data.
func generalOf(rows, columns int, data []float64) blas64.General {
	return blas64.General{Rows: rows, Cols: columns, Stride: max(columns, 1), Data: data}
}

// wanted asks a LAPACK routine how much memory it wants.
func wanted(routine func(work []float64, lwork int)) int {
	size := []float64{0}
	routine(size, -1)
	return int(size[0])
}

// finite reports whether all elements are numbers.
func finite(x []float64) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// symmetric is the matrix of n rows in the lower triangle of a.
func symmetric(n int, a []float64) blas64.Symmetric {
	return blas64.Symmetric{N: n, Stride: max(n, 1), Data: a, Uplo: blas.Lower}
}

// EighWork returns the number of elements of the memory that Eigh works in.
func EighWork(n int) int {
	if n == 0 {
		return 0
	}
	return wanted(func(work []float64, lwork int) {
		lapack64.Syev(lapack.EVCompute, symmetric(n, nil), nil, work, lwork)
	})
}

// Eigh writes the eigenvalues, ascending, of the symmetric matrix of n rows whose
// lower triangle is that of a, and overwrites a by the eigenvectors as columns.
// It returns whether they were found.
func Eigh(n int, a, values, work []float64) bool {
	for i := range n {
		for j := i + 1; j < n; j++ {
			a[i*n+j] = a[j*n+i]
		}
	}
	if n == 0 || !finite(a) {
		FillNaN(a)
		FillNaN(values)
		return true
	}
	exponent := scaleToOne(a)
	if !lapack64.Syev(lapack.EVCompute, symmetric(n, a), values, work, len(work)) {
		return false
	}
	for i, v := range values {
		values[i] = math.Ldexp(v, exponent)
	}
	for j := range n {
		if column := columnOf(generalOf(n, n, a), j); startsNegative(column) {
			blas64.Scal(-1, column)
		}
	}
	return true
}

// scaleToOne multiplies x by the power of two, 2**-exponent, that brings the
// largest element to between 1/2 and 1. LAPACK scales too, but only until
// squares do not overflow, and there its iteration for eigenvalues fails on
// some matrices whose elements differ widely.
func scaleToOne(x []float64) (exponent int) {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	_, exponent = math.Frexp(largest)
	for i, v := range x {
		x[i] = math.Ldexp(v, -exponent)
	}
	return exponent
}

// SVDWork returns the number of elements of the memory that SVD works in.
func SVDWork(m, n int) int {
	k := min(m, n)
	if k == 0 {
		return 0
	}
	a := generalOf(m, n, make([]float64, m*n)) // gonum takes slices of it even when it is only asked
	return wanted(func(work []float64, lwork int) {
		lapack64.Gesvd(lapack.SVDStore, lapack.SVDStore, a, generalOf(m, k, nil), generalOf(k, n, nil), nil, work, lwork)
	})
}

// SVD writes U (m by k), the singular values, descending, and the transposed V (k
// by n) of the m by n matrix a, with k = min(m, n). It overwrites a and returns
// whether they were found.
func SVD(m, n int, a, u, s, vt, work []float64) bool {
	k := min(m, n)
	if k == 0 || !finite(a) {
		FillNaN(u)
		FillNaN(s)
		FillNaN(vt)
		return true
	}
	left := generalOf(m, k, u)
	if !lapack64.Gesvd(lapack.SVDStore, lapack.SVDStore, generalOf(m, n, a), left, generalOf(k, n, vt), s, work, len(work)) {
		return false
	}
	for j := range k {
		if column := columnOf(left, j); startsNegative(column) {
			blas64.Scal(-1, column)
			blas64.Scal(-1, blas64.Vector{N: n, Inc: 1, Data: vt[j*n:]})
		}
	}
	return true
}

// columnOf is column j of a matrix, in place.
func columnOf(a blas64.General, j int) blas64.Vector {
	return blas64.Vector{N: a.Rows, Inc: a.Stride, Data: a.Data[j:]}
}

// startsNegative reports whether the first element of v that is not tiny is
// negative.
func startsNegative(v blas64.Vector) bool {
	largest := 0.0
	for i := range v.N {
		largest = max(largest, math.Abs(v.Data[i*v.Inc]))
	}
	for i := range v.N {
		if x := v.Data[i*v.Inc]; math.Abs(x) > tinyElement*largest {
			return x < 0
		}
	}
	return false
}

// QRWork returns the number of elements of the memory that QR works in.
func QRWork(m, n int) int {
	k := min(m, n)
	if k == 0 {
		return 0
	}
	a, q := generalOf(m, n, nil), generalOf(m, k, nil)
	return k + max(
		wanted(func(work []float64, lwork int) { lapack64.Geqrf(a, make([]float64, k), work, lwork) }),
		wanted(func(work []float64, lwork int) { lapack64.Orgqr(q, make([]float64, k), work, lwork) }))
}

// QR writes Q (m by k) with orthonormal columns and the upper triangular R (k by
// n) of the m by n matrix a, with k = min(m, n). It overwrites a. The signs are
// those of LAPACK's reflections, as in NumPy: where a column has something below
// the diagonal to eliminate, the diagonal of R gets the sign opposite to that of
// the element it replaces; elsewhere it keeps it.
func QR(m, n int, a, q, r, work []float64) {
	k := min(m, n)
	if k == 0 || !finite(a) {
		FillNaN(q)
		FillNaN(r)
		return
	}
	tau, work := work[:k], work[k:]
	lapack64.Geqrf(generalOf(m, n, a), tau, work, len(work))
	for i := range k {
		clear(r[i*n : i*n+i])
		copy(r[i*n+i:(i+1)*n], a[i*n+i:(i+1)*n])
	}
	for i := range m {
		copy(q[i*k:(i+1)*k], a[i*n:i*n+k])
	}
	lapack64.Orgqr(generalOf(m, k, q), tau, work, len(work))
}

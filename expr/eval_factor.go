package expr

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// Reference meaning of the factorizations of one real matrix that have several
// results. They are LAPACK's as gonum has it, in float64. Factors of a matrix
// with an infinite or NaN element are NaN.
//
// Eigenvectors and singular vectors are free to change sign. Here the first
// element of each that is not tiny (below 1e-6 of the largest, where it may be
// a rounding error) is positive; right singular vectors follow the left ones.

// tinyElement is the part of the largest element below which an element does
// not decide about the sign of a vector.
const tinyElement = 1e-6

// general copies argument 0 for LAPACK.
func (c *call) general() blas64.General {
	shape := c.args[0].shape
	data := slices.Clone(widened[float64](c.args[0], c.typ.Elems[0].DType))
	return generalOf(shape[0], shape[1], data)
}

// generalOf is the row-major matrix over data.
func generalOf(rows, columns int, data []float64) blas64.General {
	return blas64.General{Rows: rows, Cols: columns, Stride: max(columns, 1), Data: data}
}

// results makes the tuple of the result from the elements of its parts.
func (c *call) results(parts ...[]float64) *Value {
	values := make([]*Value, len(parts))
	for i, t := range c.typ.Elems {
		shape, _ := t.Shape()
		values[i] = convert(makeValue(shape, parts[i]), t.DType)
	}
	return tupleValue(values...)
}

// blank makes the tuple of the result with NaN for each element, if there are
// elements.
func (c *call) blank() *Value {
	parts := make([][]float64, len(c.typ.Elems))
	for i, t := range c.typ.Elems {
		shape, _ := t.Shape()
		parts[i] = nans[float64](product(shape))
	}
	return c.results(parts...)
}

// finite reports whether all elements are numbers.
func finite(x []float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

// workspace asks a LAPACK routine how much memory it wants, and returns it.
func workspace(routine func(work []float64, lwork int)) []float64 {
	size := []float64{0}
	routine(size, -1)
	return make([]float64, int(size[0]))
}

// evalEigh gives the eigenvalues, ascending, and the eigenvectors as columns,
// of the symmetric matrix whose lower triangle is that of the argument.
func evalEigh(c *call) (*Value, *Error) {
	a := c.general()
	n := a.Rows
	for i := range n {
		for j := i + 1; j < n; j++ {
			a.Data[i*n+j] = a.Data[j*n+i]
		}
	}
	if n == 0 || !finite(a.Data) {
		return c.blank(), nil
	}
	exponent := scaleToOne(a.Data)
	values := make([]float64, n)
	s := blas64.Symmetric{N: n, Stride: n, Data: a.Data, Uplo: blas.Lower}
	work := workspace(func(work []float64, lwork int) { lapack64.Syev(lapack.EVCompute, s, values, work, lwork) })
	if !lapack64.Syev(lapack.EVCompute, s, values, work, len(work)) {
		return nil, c.errorf(ErrDomain, "the eigenvalues of the matrix do not converge")
	}
	for i, v := range values {
		values[i] = math.Ldexp(v, exponent)
	}
	for j := range n {
		if column := columnOf(a, j); startsNegative(column) {
			blas64.Scal(-1, column)
		}
	}
	return c.results(values, a.Data), nil
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

// evalSVD gives U (m by k), the singular values, descending, and the
// transposed V (k by n) with k = min(m, n).
func evalSVD(c *call) (*Value, *Error) {
	a := c.general()
	m, n := a.Rows, a.Cols
	k := min(m, n)
	if k == 0 || !finite(a.Data) {
		return c.blank(), nil
	}
	u, vt := generalOf(m, k, make([]float64, m*k)), generalOf(k, n, make([]float64, k*n))
	s := make([]float64, k)
	run := func(work []float64, lwork int) bool {
		return lapack64.Gesvd(lapack.SVDStore, lapack.SVDStore, a, u, vt, s, work, lwork)
	}
	work := workspace(func(work []float64, lwork int) { run(work, lwork) })
	if !run(work, len(work)) {
		return nil, c.errorf(ErrDomain, "the singular values of the matrix do not converge")
	}
	for j := range k {
		if column := columnOf(u, j); startsNegative(column) {
			blas64.Scal(-1, column)
			blas64.Scal(-1, blas64.Vector{N: n, Inc: 1, Data: vt.Data[j*n:]})
		}
	}
	return c.results(u.Data, s, vt.Data), nil
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

// evalQR gives Q (m by k) with orthonormal columns and the upper triangular R
// (k by n) with k = min(m, n). The signs are those of LAPACK's reflections, as
// in NumPy: where a column has something below the diagonal to eliminate, the
// diagonal of R gets the sign opposite to that of the element it replaces;
// elsewhere it keeps it.
func evalQR(c *call) (*Value, *Error) {
	a := c.general()
	m, n := a.Rows, a.Cols
	k := min(m, n)
	if k == 0 || !finite(a.Data) {
		return c.blank(), nil
	}
	tau := make([]float64, k)
	work := workspace(func(work []float64, lwork int) { lapack64.Geqrf(a, tau, work, lwork) })
	lapack64.Geqrf(a, tau, work, len(work))
	r, q := make([]float64, k*n), generalOf(m, k, make([]float64, m*k))
	for i := range k {
		copy(r[i*n+i:(i+1)*n], a.Data[i*n+i:(i+1)*n])
	}
	for i := range m {
		copy(q.Data[i*k:(i+1)*k], a.Data[i*n:i*n+k])
	}
	work = workspace(func(work []float64, lwork int) { lapack64.Orgqr(q, tau, work, lwork) })
	lapack64.Orgqr(q, tau, work, len(work))
	return c.results(q.Data, r), nil
}

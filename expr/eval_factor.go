package expr

import (
	"slices"

	"arignote/expr/linalg"
)

// Reference meaning of the factorizations of one real matrix that have several
// results: package linalg has them, in float64.

// general copies the matrix of argument 0, and returns the numbers of its rows and
// columns.
func (c *call) general() (m, n int, a []float64) {
	shape := c.args[0].shape
	return shape[0], shape[1], slices.Clone(widened[float64](c.args[0], c.typ.Elems[0].DType))
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

// evalEigh gives the eigenvalues, ascending, and the eigenvectors as columns,
// of the symmetric matrix whose lower triangle is that of the argument.
func evalEigh(c *call) (*Value, *Error) {
	n, _, a := c.general()
	values := make([]float64, n)
	if !linalg.Eigh(n, a, values, make([]float64, linalg.EighWork(n))) {
		return nil, c.errorf(ErrDomain, "the eigenvalues of the matrix do not converge")
	}
	return c.results(values, a), nil
}

// evalSVD gives U (m by k), the singular values, descending, and the
// transposed V (k by n) with k = min(m, n).
func evalSVD(c *call) (*Value, *Error) {
	m, n, a := c.general()
	k := min(m, n)
	u, s, vt := make([]float64, m*k), make([]float64, k), make([]float64, k*n)
	if !linalg.SVD(m, n, a, u, s, vt, make([]float64, linalg.SVDWork(m, n))) {
		return nil, c.errorf(ErrDomain, "the singular values of the matrix do not converge")
	}
	return c.results(u, s, vt), nil
}

// evalQR gives Q (m by k) with orthonormal columns and the upper triangular R
// (k by n) with k = min(m, n).
func evalQR(c *call) (*Value, *Error) {
	m, n, a := c.general()
	k := min(m, n)
	q, r := make([]float64, m*k), make([]float64, k*n)
	linalg.QR(m, n, a, q, r, make([]float64, linalg.QRWork(m, n)))
	return c.results(q, r), nil
}

package expr

import (
	"fmt"
	"math"

	"arignote/expr/internal/scalar"
	"arignote/expr/linalg"
)

// Reference meaning of determinants, inverses, linear systems and Cholesky
// factors, by textbook elimination: one text for float64 and complex128. All
// other dtypes are computed in these and rounded at the end. Arguments of more
// than two axes are stacks of matrices, one result for each.
//
// These loops are not those of LAPACK for two reasons. They divide by a pivot
// where LAPACK multiplies by its reciprocal: a matrix of equal rows then has
// a pivot of exactly zero, and exactly that is what singular means here. And
// they leave no term out, as gonum's BLAS does with zeros, so that NaN and Inf
// go where arithmetic takes them.
//
// A matrix with a NaN in the part that is read is neither singular nor
// indefinite: everything that follows from it is NaN.

// linear computes the elements of the result for one matrix a, and one
// right-hand side b where the op has two arguments. It may overwrite both.
type linear[T, R scalar.Field] func(c *call, a, b matrix[T]) ([]R, *Error)

// eval computes c, whose arguments have the common dtype d, matrix by matrix.
func (f linear[T, R]) eval(c *call, d DType) (*Value, *Error) {
	leading := c.args[0].Rank() - 2
	a := matrices[T](c.args[0], d, leading)
	b := make([]matrix[T], len(a))
	if len(c.args) == 2 {
		b = matrices[T](c.args[1], d, leading)
	}
	out := make([]R, 0, product(c.shape()))
	for k := range a {
		x, err := f(c, a[k], b[k])
		if err != nil {
			if leading > 0 {
				err.Msg = fmt.Sprintf("matrix %d of the stack: %s", k, err.Msg)
			}
			return nil, err
		}
		out = append(out, x...)
	}
	return convert(makeValue(c.shape(), out), c.typ.DType), nil
}

// evalLinear computes c in float64, or in complex128 if an argument is complex.
func evalLinear[R scalar.Field](c *call, reals linear[float64, float64], complexes linear[complex128, R]) (*Value, *Error) {
	d := c.args[0].dtype
	for _, a := range c.args[1:] {
		d = Promote(d, a.dtype)
	}
	if d = d.floating(); d.IsComplex() {
		return complexes.eval(c, d)
	}
	return reals.eval(c, d)
}

func evalDet(c *call) (*Value, *Error) {
	return evalLinear(c, det[float64], det[complex128])
}

func evalLogAbsDet(c *call) (*Value, *Error) {
	return evalLinear(c, logAbsDet[float64], logAbsDet[complex128])
}

func evalLogDet(c *call) (*Value, *Error) {
	return evalLinear(c, logDet[float64], logDet[complex128])
}

func evalInv(c *call) (*Value, *Error) {
	return evalLinear(c, inverse[float64], inverse[complex128])
}

func evalSolve(c *call) (*Value, *Error) {
	return evalLinear(c, solve[float64], solve[complex128])
}

func evalSolveTriangular(c *call) (*Value, *Error) {
	return evalLinear(c, solveTriangular[float64], solveTriangular[complex128])
}

func evalCholesky(c *call) (*Value, *Error) {
	return evalLinear(c, cholesky[float64], cholesky[complex128])
}

// det gives the product of the pivots, 0 where one is zero.
func det[T scalar.Field](c *call, a, _ matrix[T]) ([]T, *Error) {
	if linalg.HasNaN(a.data) {
		return nans[T](1), nil
	}
	odd, zero := eliminate(a, newMatrix[T](a.rows, 0))
	if zero >= 0 {
		return []T{0}, nil
	}
	d := T(1)
	for k := range a.rows {
		d = scalar.Times(d, a.at(k, k))
	}
	if odd {
		d = -d
	}
	return []T{d}, nil
}

// logAbsDet gives the sum of log(abs(pivot)), -Inf where one is zero.
func logAbsDet[T scalar.Field](c *call, a, _ matrix[T]) ([]float64, *Error) {
	sum, _ := logDetParts(a)
	return []float64{sum}, nil
}

// logDet gives that, or NaN where the determinant is negative.
func logDet[T scalar.Field](c *call, a, _ matrix[T]) ([]float64, *Error) {
	sum, negative := logDetParts(a)
	if negative {
		return nans[float64](1), nil
	}
	return []float64{sum}, nil
}

// logDetParts returns the sum of the logarithms of the pivots, and the sign of their
// product, if they are real.
func logDetParts[T scalar.Field](a matrix[T]) (sum float64, negative bool) {
	if linalg.HasNaN(a.data) {
		return math.NaN(), false
	}
	negative, zero := eliminate(a, newMatrix[T](a.rows, 0))
	if zero >= 0 {
		return math.Inf(-1), false
	}
	for k := range a.rows {
		sum += scalar.Log(scalar.Magnitude(a.at(k, k)))
		negative = negative != (scalar.RealPart(a.at(k, k)) < 0)
	}
	return sum, negative
}

// inverse solves a@x = eye.
func inverse[T scalar.Field](c *call, a, _ matrix[T]) ([]T, *Error) {
	eye := newMatrix[T](a.rows, a.rows)
	for k := range a.rows {
		eye.row(k)[k] = 1
	}
	return solve(c, a, eye)
}

// solve gives the x with a@x = b.
func solve[T scalar.Field](c *call, a, b matrix[T]) ([]T, *Error) {
	if linalg.HasNaN(a.data) {
		return nans[T](len(b.data)), nil
	}
	if _, zero := eliminate(a, b); zero >= 0 {
		return nil, c.errorf(ErrSingular, "the matrix is singular: pivot %d is zero", zero)
	}
	substitute(a, b, false)
	return b.data, nil
}

// eliminate brings a to upper triangular form by Gauss's elimination with
// partial pivoting, and does to b what it does to a. Elements below the
// diagonal of a are left as they are: they count as zeros. It returns whether
// the number of row exchanges is odd, and the first pivot that is zero, at
// which it stops, or -1.
func eliminate[T scalar.Field](a, b matrix[T]) (odd bool, zero int) {
	for k := range a.rows {
		p := pivotRow(a, k)
		a.swapRows(p, k)
		b.swapRows(p, k)
		odd = odd != (p != k)
		pivot := a.at(k, k)
		if pivot == 0 {
			return odd, k
		}
		for i := k + 1; i < a.rows; i++ {
			factor := scalar.Over(a.at(i, k), pivot)
			subtract(a.row(i)[k+1:], factor, a.row(k)[k+1:])
			subtract(b.row(i), factor, b.row(k))
		}
	}
	return odd, -1
}

// pivotRow returns the row, from k on, with the largest element in column k:
// the first of several, or the first NaN.
func pivotRow[T scalar.Field](a matrix[T], k int) int {
	best, largest := k, -1.0
	for i := k; i < a.rows; i++ {
		size := scalar.Magnitude(a.at(i, k))
		if math.IsNaN(size) {
			return i
		}
		if size > largest {
			best, largest = i, size
		}
	}
	return best
}

// substitute replaces b by the x with a@x = b, where a is triangular; it reads
// only that triangle.
func substitute[T scalar.Field](a, b matrix[T], lower bool) {
	for step := range a.rows {
		k, from, to := step, step+1, a.rows
		if !lower {
			k = a.rows - 1 - step
			from, to = 0, k
		}
		for j := range b.row(k) {
			b.row(k)[j] = scalar.Over(b.row(k)[j], a.at(k, k))
		}
		for i := from; i < to; i++ {
			subtract(b.row(i), a.at(i, k), b.row(k))
		}
	}
}

// solveTriangular gives the x with a@x = b. It reads one triangle of a.
func solveTriangular[T scalar.Field](c *call, a, b matrix[T]) ([]T, *Error) {
	for k := range a.rows {
		if a.at(k, k) == 0 {
			return nil, c.errorf(ErrSingular, "the matrix is singular: element %d of the diagonal is zero", k)
		}
	}
	substitute(a, b, c.attr.(Triangular).Lower)
	return b.data, nil
}

// cholesky gives the lower triangular x with a positive diagonal and
// x@conj(x.T) = a, zeros above the diagonal. It reads the lower triangle of a,
// and the real parts of its diagonal.
func cholesky[T scalar.Field](c *call, a, _ matrix[T]) ([]T, *Error) {
	n := a.rows
	for i := range n {
		clear(a.row(i)[i+1:])
	}
	if linalg.HasNaN(a.data) {
		for i := range n {
			copy(a.row(i), nans[T](i+1))
		}
		return a.data, nil
	}
	x, conj := a, newMatrix[T](n, n)
	for j := range n {
		for i := j; i < n; i++ {
			subtractDot(&x.row(i)[j], x.row(i)[:j], conj.row(j)[:j])
		}
		d := scalar.RealPart(x.at(j, j))
		if d <= 0 {
			return nil, c.errorf(ErrDomain, "the matrix is not positive definite: pivot %d is %g", j, d)
		}
		root := scalar.FromReal[T](math.Sqrt(d))
		x.row(j)[j] = root
		for i := j + 1; i < n; i++ {
			x.row(i)[j] = scalar.Over(x.row(i)[j], root)
		}
		for i := j; i < n; i++ {
			conj.row(i)[j] = scalar.Conjugate(x.at(i, j))
		}
	}
	return x.data, nil
}

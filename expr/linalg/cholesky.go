package linalg

import (
	"arignote/expr/internal/scalar"
)

import "math"

// A Cholesky factors positive definite matrices of n rows. One goroutine at a time
// may use it.
type Cholesky[T Number] struct {
	n       int
	x, conj []T

	from, to   int // the block
	rows, rest func(worker, lo, hi int)
}

// NewCholesky returns a factorization of matrices of n rows.
func NewCholesky[T Number](n int) *Cholesky[T] {
	c := &Cholesky[T]{n: n}
	c.rows, c.rest = c.factorRows, c.factorRest
	return c
}

// Scratch returns the number of elements of the memory that Factor works in.
func (c *Cholesky[T]) Scratch() int { return block * c.n }

// row is row i.
func (c *Cholesky[T]) row(i int) []T { return c.x[i*c.n : (i+1)*c.n] }

// Factor overwrites a by the lower triangular x with a positive diagonal and
// x @ conj(x.T) = a, zeros above the diagonal. It reads the lower triangle, and
// the real parts of the diagonal. It returns the first pivot that is not positive,
// at which it stops, or -1.
func (c *Cholesky[T]) Factor(split Split, a, scratch []T) (bad int, err error) {
	c.x, c.conj = a, scratch
	for c.from = 0; c.from < c.n; c.from += block {
		c.to = min(c.from+block, c.n)
		if bad := c.factorBlock(); bad >= 0 {
			return bad, nil
		}
		if c.to == c.n {
			break
		}
		if err := split(c.n-c.to, rowsOf(block*block/2), c.rows); err != nil {
			return -1, err
		}
		if err := split(c.n-c.to, rowsOf(block*(c.n-c.to)/2), c.rest); err != nil {
			return -1, err
		}
	}
	return -1, nil
}

// factorBlock factors the block on the diagonal.
func (c *Cholesky[T]) factorBlock() (bad int) {
	for i := c.from; i < c.to; i++ {
		c.factorRow(i, i)
		d := scalar.RealPart(c.row(i)[i])
		if d <= 0 {
			return i
		}
		c.row(i)[i] = scalar.FromReal[T](math.Sqrt(d))
	}
	return -1
}

// factorRow finishes the columns of the block in row i up to column end, which
// belong to rows that are finished, and takes what they contribute from the rest
// of the row in the block.
func (c *Cholesky[T]) factorRow(i, end int) {
	row := c.row(i)
	rest := min(i+1, c.to)
	for k := c.from; k < end; k++ {
		divide(row[k:k+1], c.row(k)[k])
		c.conjugates(k)[i] = scalar.Conjugate(row[k])
		subtract(row[k+1:rest], row[k:k+1], c.conjugates(k)[k+1:], 0, false)
	}
}

// conjugates returns the conjugates of column k of the factor, which is in the
// block, by rows.
func (c *Cholesky[T]) conjugates(k int) []T {
	return c.conj[(k-c.from)*c.n : (k-c.from+1)*c.n]
}

// factorRows finishes the columns of the block in rows lo up to hi below it.
func (c *Cholesky[T]) factorRows(_, lo, hi int) {
	for i := c.to + lo; i < c.to+hi; i++ {
		c.factorRow(i, c.to)
	}
}

// factorRest takes from rows lo up to hi below the block, on the right of it up to
// the diagonal, what the columns of the block contribute.
func (c *Cholesky[T]) factorRest(_, lo, hi int) {
	for j := c.to; j < c.to+hi; j += tile {
		for i := max(c.to+lo, j); i < c.to+hi; i++ {
			row := c.row(i)
			subtract(row[j:min(j+tile, i+1)], row[c.from:c.to], c.conj[j:], c.n, false)
		}
	}
}

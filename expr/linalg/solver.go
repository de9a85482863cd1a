package linalg

import (
	"math"

	"arignote/expr/internal/scalar"
)

// A Solver brings a square matrix A of n rows to triangular form and solves
// A @ X = B for the m columns of B. One goroutine at a time may use it.
type Solver[T Number] struct {
	n, m int
	a, b []T

	from, to int  // the block
	lower    bool // of Substitute

	rows, rest, diagonal, others func(worker, lo, hi int)
}

// NewSolver returns a solver for matrices of these sizes; m may be 0.
func NewSolver[T Number](n, m int) *Solver[T] {
	s := &Solver[T]{n: n, m: m}
	s.rows, s.rest, s.diagonal, s.others = s.eliminateRows, s.eliminateRest, s.substituteDiagonal, s.substituteOthers
	return s
}

// Use gives the solver the elements of A and of B, which it overwrites.
func (s *Solver[T]) Use(a, b []T) { s.a, s.b = a, b }

// row is row i of A, line row i of B.
func (s *Solver[T]) row(i int) []T  { return s.a[i*s.n : (i+1)*s.n] }
func (s *Solver[T]) line(i int) []T { return s.b[i*s.m : (i+1)*s.m] }

// Eliminate brings A to upper triangular form by Gauss's elimination with partial
// pivoting, and does to B what it does to A. Below the diagonal of A factors are
// left. It returns whether the number of row exchanges is odd, and the first
// pivot that is zero, at which it stops, or -1.
func (s *Solver[T]) Eliminate(split Split) (odd bool, zero int, err error) {
	for s.from = 0; s.from < s.n; s.from += block {
		s.to = min(s.from+block, s.n)
		o, zero := s.eliminateBlock()
		odd = odd != o
		if zero >= 0 {
			return odd, zero, nil
		}
		tiles := (s.n-s.to+tile-1)/tile + (s.m+tile-1)/tile
		if err := split(tiles, rowsOf(block*block/2*tile), s.rows); err != nil {
			return odd, -1, err
		}
		if s.to < s.n {
			if err := split(s.n-s.to, rowsOf(block*(s.n-s.to+s.m)), s.rest); err != nil {
				return odd, -1, err
			}
		}
	}
	return odd, -1, nil
}

// eliminateBlock eliminates within the columns of the block, and exchanges whole
// rows.
func (s *Solver[T]) eliminateBlock() (odd bool, zero int) {
	for k := s.from; k < s.to; k++ {
		p := s.pivot(k)
		if p != k {
			swap(s.row(p), s.row(k))
			swap(s.line(p), s.line(k))
			odd = !odd
		}
		pivot := s.row(k)
		if pivot[k] == 0 {
			return odd, k
		}
		for i := k + 1; i < s.n; i++ {
			row := s.row(i)
			divide(row[k:k+1], pivot[k])
			subtract(row[k+1:s.to], row[k:k+1], pivot[k+1:s.to], 0, false)
		}
	}
	return odd, -1
}

// pivot returns the row, from k on, with the largest element in column k: the
// first of several, or the first NaN.
func (s *Solver[T]) pivot(k int) int {
	best, largest := k, -1.0
	for i := k; i < s.n; i++ {
		size := scalar.Magnitude(s.a[i*s.n+k])
		if size != size {
			return i
		}
		if size > largest {
			best, largest = i, size
		}
	}
	return best
}

func swap[T any](x, y []T) {
	for i := range x {
		x[i], y[i] = y[i], x[i]
	}
}

// eliminateRows finishes the rows of the block, in tiles lo up to hi of what is on
// the right of it: those of A and then those of B.
func (s *Solver[T]) eliminateRows(_, lo, hi int) {
	inA := (s.n - s.to + tile - 1) / tile
	for t := lo; t < hi; t++ {
		x, ld, j, end := s.a, s.n, s.to+t*tile, s.n
		if t >= inA {
			x, ld, j, end = s.b, s.m, (t-inA)*tile, s.m
		}
		end = min(j+tile, end)
		for i := s.from + 1; i < s.to; i++ {
			subtract(x[i*ld+j:i*ld+end], s.row(i)[s.from:i], x[s.from*ld+j:], ld, false)
		}
	}
}

// eliminateRest takes the rows of the block from rows lo up to hi below it.
func (s *Solver[T]) eliminateRest(_, lo, hi int) {
	for j := s.to; j < s.n; j += tile {
		s.subtractBlock(s.a, s.n, j, min(j+tile, s.n), s.to+lo, s.to+hi, false)
	}
	for j := 0; j < s.m; j += tile {
		s.subtractBlock(s.b, s.m, j, min(j+tile, s.m), s.to+lo, s.to+hi, false)
	}
}

// subtractBlock takes from the rows first up to last of x, in columns j up to end,
// the rows of the block times the factors that are in A.
func (s *Solver[T]) subtractBlock(x []T, ld, j, end, first, last int, backwards bool) {
	for i := first; i < last; i++ {
		subtract(x[i*ld+j:i*ld+end], s.row(i)[s.from:s.to], x[s.from*ld+j:], ld, backwards)
	}
}

// Substitute replaces B by the X with A @ X = B, where A is triangular: it reads
// only that triangle.
func (s *Solver[T]) Substitute(split Split, lower bool) error {
	s.lower = lower
	blocks := (s.n + block - 1) / block
	for k := range blocks {
		if !lower {
			k = blocks - 1 - k
		}
		s.from, s.to = k*block, min((k+1)*block, s.n)
		if err := split((s.m+tile-1)/tile, rowsOf(block*block/2*tile), s.diagonal); err != nil {
			return err
		}
		others := s.from
		if lower {
			others = s.n - s.to
		}
		if others > 0 {
			if err := split(others, rowsOf(block*s.m), s.others); err != nil {
				return err
			}
		}
	}
	return nil
}

// substituteDiagonal solves for the rows of the block, in tiles lo up to hi of B.
func (s *Solver[T]) substituteDiagonal(_, lo, hi int) {
	for t := lo; t < hi; t++ {
		j, end := t*tile, min((t+1)*tile, s.m)
		for step := range s.to - s.from {
			k := s.from + step
			known := s.row(k)[s.from:k]
			rows := s.b[s.from*s.m+j:]
			if !s.lower {
				k = s.to - 1 - step
				known = s.row(k)[k+1 : s.to]
				rows = s.b[min((k+1)*s.m+j, len(s.b)):]
			}
			y := s.b[k*s.m+j : k*s.m+end]
			subtract(y, known, rows, s.m, !s.lower)
			divide(y, s.a[k*s.n+k])
		}
	}
}

// substituteOthers takes the rows of the block from rows lo up to hi of the others
// that are still to be solved for.
func (s *Solver[T]) substituteOthers(_, lo, hi int) {
	first := 0
	if s.lower {
		first = s.to
	}
	for j := 0; j < s.m; j += tile {
		s.subtractBlock(s.b, s.m, j, min(j+tile, s.m), first+lo, first+hi, !s.lower)
	}
}

// Det returns the determinant of A, which has been brought to triangular form
// by an odd or even number of exchanges.
func (s *Solver[T]) Det(odd bool) T {
	d := T(1)
	for k := range s.n {
		d = scalar.Times(d, s.a[k*s.n+k])
	}
	if odd {
		return -d
	}
	return d
}

// LogAbsDet returns the logarithm of the absolute value of that.
func (s *Solver[T]) LogAbsDet() float64 {
	sum := 0.0
	for k := range s.n {
		sum += scalar.Log(scalar.Magnitude(s.a[k*s.n+k]))
	}
	return sum
}

// LogDet returns the logarithm of the determinant of a real A, which has been
// brought to triangular form by an odd or even number of exchanges: NaN where that
// is negative.
func (s *Solver[T]) LogDet(odd bool) float64 {
	negative := odd
	for k := range s.n {
		negative = negative != (scalar.RealPart(s.a[k*s.n+k]) < 0)
	}
	if negative {
		return math.NaN()
	}
	return s.LogAbsDet()
}

// ZeroOnDiagonal returns the first row of A that has a zero on the diagonal, or -1.
func (s *Solver[T]) ZeroOnDiagonal() int {
	for k := range s.n {
		if s.a[k*s.n+k] == 0 {
			return k
		}
	}
	return -1
}

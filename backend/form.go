package backend

import (
	"encoding/binary"
	"math/bits"
)

// This file finds out how numbers depend on lengths. A number of a plan is a
// polynomial of the lengths for which it was made; its values on a small lattice
// of lengths determine it (Newton's forward differences).

// A grid is a lattice of places: those whose coordinates, none below 0, have a
// sum of at most degree.
type grid struct {
	degree int
	points [][]int // the sum of coordinates does not go down; the first is the origin
}

// newGrid returns the lattice for some number of variables.
func newGrid(variables, degree int) *grid {
	g := &grid{degree: degree}
	for sum := range degree + 1 {
		g.add(make([]int, variables), 0, sum)
	}
	return g
}

// add adds the points that are like at before axis and have the given sum from
// there on.
func (g *grid) add(at []int, axis, sum int) {
	if axis == len(at)-1 {
		at[axis] = sum
		g.points = append(g.points, append([]int(nil), at...))
		return
	}
	for n := sum; n >= 0; n-- {
		at[axis] = n
		g.add(at, axis+1, sum-n)
	}
}

// A form is a polynomial: a sum of products of binomial coefficients C(t, n) of
// the coordinates t, one product for each point n of a grid.
type form []term

// term is a coefficient and the number of its point.
type term struct{ point, factor int }

// forms returns the polynomials that have the given values, of each of which
// there is one for each point of g. What is wanted are the differences: those
// along one axis after the other.
func (g *grid) forms(values [][]int) []form {
	table := make([][]int, len(g.points))
	for i := range values {
		table[i] = append([]int(nil), values[i]...)
	}
	for axis := range g.points[0] {
		for order := 1; order <= g.degree; order++ {
			for i := len(g.points) - 1; i >= 0; i-- {
				if g.points[i][axis] >= order {
					subtract(table[i], table[g.before(i, axis)])
				}
			}
		}
	}
	out := make([]form, len(values[0]))
	for k := range out {
		for i := range table {
			if table[i][k] != 0 {
				out[k] = append(out[k], term{i, table[i][k]})
			}
		}
	}
	return out
}

func subtract(x, y []int) {
	for i := range x {
		x[i] -= y[i]
	}
}

// before returns the number of the point one step back along axis.
func (g *grid) before(i, axis int) int {
	for j, p := range g.points[:i] {
		same := true
		for a := range p {
			want := g.points[i][a]
			if a == axis {
				want--
			}
			same = same && p[a] == want
		}
		if same {
			return j
		}
	}
	panic("a lattice with a hole")
}

// basis computes the products of binomial coefficients for the place t; ok is
// false if one of them is too large.
func (g *grid) basis(product, t []int) (ok bool) {
	for i, p := range g.points {
		product[i] = 1
		for axis, n := range p {
			c, small := binomial(t[axis], n)
			product[i], ok = times(product[i], c)
			if !ok || !small {
				return false
			}
		}
	}
	return true
}

// binomial returns C(t, n), for any t the value of that polynomial.
func binomial(t, n int) (c int, ok bool) {
	c, ok = 1, true
	for i := 0; i < n && ok; i++ {
		c, ok = times(c, t-i)
		c /= i + 1
	}
	return c, ok
}

// times returns x*y unless that is too large.
func times(x, y int) (int, bool) {
	hi, lo := bits.Mul64(uint64(max(x, -x)), uint64(max(y, -y)))
	return x * y, hi == 0 && lo < 1<<62
}

// constant reports whether f is a number.
func (f form) constant() bool { return len(f) == 0 || len(f) == 1 && f[0].point == 0 }

// key tells polynomials on a grid apart.
func (f form) key() string {
	var b []byte
	for _, t := range f {
		b = binary.AppendVarint(binary.AppendUvarint(b, uint64(t.point)), int64(t.factor))
	}
	return string(b)
}

// value returns the value of a polynomial.
func (f form) value(basis []int) int {
	n := 0
	for _, t := range f {
		n += t.factor * basis[t.point]
	}
	return n
}

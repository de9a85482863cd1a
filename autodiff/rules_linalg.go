package autodiff

import "arignote/expr"

// Rules of products of arrays and of linear algebra. Sources: Giles, Collected
// matrix derivative results for forward and reverse mode algorithmic
// differentiation (2008); Murray, Differentiation of the Cholesky decomposition
// (2016); Townsend, Differentiating the singular value decomposition (2016);
// Walter and Lehmann, Algorithmic differentiation of linear algebra functions
// with application in optimum experimental design (2010).

// productRule of a@b: g@b' and a'@g, with vectors as rows and columns, and
// summed over the axes of the stack that have been stretched.
func productRule(s *step) []term {
	a, b, g := s.x(0), s.x(1), s.g()
	if s.mask.c != nil { // rows and columns that play no part may be infinite
		a, b = s.used(0).choose(a, 0.0), s.used(1).choose(b, 0.0)
	}
	out := []term{none, none}
	if s.want[0] {
		out[0] = leftFactor(a, b, g)
	}
	if s.want[1] {
		out[1] = rightFactor(a, b, g)
	}
	return out
}

// leftFactor is the gradient with respect to a of a@b.
func leftFactor(a, b, g term) term {
	switch {
	case a.rank() == 1 && b.rank() == 1:
		return g.mul(b.conj())
	case a.rank() == 1 && b.rank() == 2:
		return b.conj().dot(g)
	case a.rank() == 2 && b.rank() == 1:
		return g.outer(b.conj())
	case a.rank() == 1:
		return g.expand(g.rank() - 1).dot(b.adjoint()).shrink(a.expand(0)).squeeze(0)
	case b.rank() == 1:
		return g.expand(-1).mul(b.conj())
	}
	return g.dot(b.adjoint()).shrink(a)
}

// rightFactor is the gradient with respect to b of a@b.
func rightFactor(a, b, g term) term {
	switch {
	case a.rank() == 1 && b.rank() == 1:
		return g.mul(a.conj())
	case a.rank() == 1 && b.rank() == 2:
		return a.conj().outer(g)
	case a.rank() == 2 && b.rank() == 1:
		return a.adjoint().dot(g)
	case a.rank() == 1:
		return a.conj().expand(-1).mul(g.expand(g.rank() - 1))
	case b.rank() == 1:
		return a.adjoint().dot(g.expand(-1)).shrink(b.expand(-1)).squeeze(-1)
	}
	return a.adjoint().dot(g).shrink(b)
}

// used returns a mask of the rows of the left factor (0), or of the columns of
// the right one (1), that have a part in an element of the product that counts.
func (s *step) used(i int) term {
	m := s.mask.bool(s.n).stretch(s.y())
	left, right := s.x(0).rank() > 1, s.x(1).rank() > 1
	switch {
	case i == 0 && right:
		m = m.any(-1)
	case i == 0 && left:
		m = m.expand(-1)
	case i == 1 && left && right:
		m = m.any(-2)
	case i == 1 && left:
		m = m.any(-1)
	case i == 1 && right:
		m = m.expand(m.rank() - 1)
	}
	for m.rank() > s.x(i).rank() {
		m = m.any(0).squeeze(0)
	}
	return m
}

func reachProduct(s *step, i int) mask { return mask{c: s.used(i).v} }

// outerRule: products with a vector; where some elements of g do not count,
// the same written out, so that they never meet an infinite one.
func outerRule(s *step) []term {
	x, y, g := s.x(0), s.x(1), s.g()
	if s.mask.c == nil {
		return []term{g.dot(y.conj()), x.conj().dot(g)}
	}
	dx, dy := g.mul(y.conj()), g.mul(x.conj().expand(1))
	return []term{
		dx.is(s.mask.apply(dx.v, s.n)).sum(1).squeeze(1),
		dy.is(s.mask.apply(dy.v, s.n)).sum(0).squeeze(0),
	}
}

// reachOuter: an element counts if one of its row, or column, does.
func reachOuter(s *step, i int) mask {
	return mask{c: s.mask.bool(s.n).stretch(s.y()).any(1 - i).squeeze(1 - i).v}
}

// gemmRule of alpha*a@b + beta*c, with the factors as they are used: matrices, or
// stacks of them.
func gemmRule(s *step) []term {
	t := s.n.Attr().(expr.Transposed)
	alpha, a, b := s.x(0), s.x(1), s.x(2)
	if t.A {
		a = a.transposed()
	}
	if t.B {
		b = b.transposed()
	}
	out, g := make([]term, len(s.want)), s.g()
	if len(out) == 5 {
		g = g.shrink(a.dot(b))
	}
	if s.want[0] {
		out[0] = g.mul(a.dot(b).conj()).total()
	}
	if s.want[1] {
		out[1] = transposedIf(t.A, leftFactor(a, b, g).mul(alpha.conj()))
	}
	if s.want[2] {
		out[2] = transposedIf(t.B, rightFactor(a, b, g).mul(alpha.conj()))
	}
	return s.addend(out)
}

func transposedIf(yes bool, x term) term {
	if yes {
		return x.transposed()
	}
	return x
}

// addend completes out by the gradients with respect to beta and c of
// alpha*a@b + beta*c, where there is a c.
func (s *step) addend(out []term) []term {
	if len(out) == 5 && s.want[3] {
		out[3] = s.g().mul(s.x(4).conj()).total()
	}
	if len(out) == 5 && s.want[4] {
		out[4] = s.g().mul(s.x(3).conj()).shrink(s.x(4))
	}
	return out
}

// gemvRule of alpha*a@x + beta*y.
func gemvRule(s *step) []term {
	alpha, a, x := s.x(0), s.x(1), s.x(2)
	t := s.n.Attr().(expr.Transposed).A
	if t {
		a = a.transposed()
	}
	out, g := make([]term, len(s.want)), s.g()
	if len(out) == 5 {
		g = g.shrink(a.dot(x))
	}
	if s.want[0] {
		out[0] = g.mul(a.dot(x).conj()).total()
	}
	if s.want[1] {
		out[1] = transposedIf(t, g.outer(x.conj()).mul(alpha.conj()))
	}
	if s.want[2] {
		out[2] = a.adjoint().dot(g).mul(alpha.conj())
	}
	return s.addend(out)
}

// gerRule of a + alpha*outer(x, y).
func gerRule(s *step) []term {
	alpha, x, y, g := s.x(0), s.x(1), s.x(2), s.g()
	out := []term{none, none, none, g}
	if s.want[0] {
		out[0] = x.conj().dot(g).mul(y.conj()).total()
	}
	if s.want[1] {
		out[1] = g.dot(y.conj()).mul(alpha.conj())
	}
	if s.want[2] {
		out[2] = x.conj().dot(g).mul(alpha.conj())
	}
	return out
}

// overMatrices gives a value for each matrix of a stack two axes of length 1.
func overMatrices(x term) term { return x.expand(-1).expand(-1) }

// detRule: det times the inverse, transposed. A singular matrix has a gradient
// that this does not find; its inverse is an error.
func detRule(s *step) []term {
	return []term{overMatrices(s.g().mul(s.y().conj())).mul(s.x(0).inv().adjoint())}
}

func logAbsDetRule(s *step) []term {
	return []term{overMatrices(s.g()).mul(s.x(0).inv().adjoint())}
}

// invRule: with z the inverse, -z'gz'.
func invRule(s *step) []term {
	z := s.y().adjoint()
	return []term{z.dot(s.g()).dot(z).neg()}
}

// solveRule of the z with a@z = b: solve(a', g), and minus that times z'.
func solveRule(s *step) []term {
	a := s.x(0)
	b := a.adjoint().solve(s.g())
	return []term{solvedMatrix(s, b), b}
}

func solveTriangularRule(s *step) []term {
	a, lower := s.x(0), s.n.Attr().(expr.Triangular).Lower
	b := a.adjoint().solveTriangular(s.g(), !lower)
	da := solvedMatrix(s, b)
	if lower {
		return []term{da.tril(0), b}
	}
	return []term{da.triu(0), b}
}

// solvedMatrix is the gradient with respect to the matrix of a system of
// equations, from the one with respect to the right-hand side.
func solvedMatrix(s *step, b term) term {
	if z := s.y(); z.rank() == s.x(0).rank() {
		return b.dot(z.adjoint()).neg()
	}
	return b.expand(-1).mul(s.y().conj().expand(s.n.Rank() - 1)).neg()
}

// half returns the lower triangle of x with half of the diagonal.
func half(x term) term { return x.tril(0).sub(x.mul(x.eye()).mul(0.5)) }

// lowerTriangle turns x, the gradient with respect to a matrix as a whole, into
// the one of a function that reads its lower triangle alone.
func lowerTriangle(x term) term { return half(x.add(x.adjoint())) }

// choleskyRule (Murray 2016, equation 10): with P = half(L'g), the inverse of
// L' times P times the inverse of L.
func choleskyRule(s *step) []term {
	l := s.y()
	p := half(l.adjoint().dot(s.g()))
	left := l.adjoint().solveTriangular(p, false)
	right := l.adjoint().solveTriangular(left.adjoint(), false).adjoint()
	return []term{lowerTriangle(right)}
}

// gaps returns, for the elements of the vector w, the matrix 1/(w[j]-w[i]) with
// zeros on the diagonal.
func gaps(w term) term {
	differences := w.expand(0).sub(w.expand(1))
	diagonal := differences.eye()
	return diagonal.choose(0.0, diagonal.choose(1.0, differences).under(1.0))
}

// eighRule (Giles 2008, 3.1): V (diag(gw) + F*(V'gV)) V' with F = gaps(w). The
// eigenvectors of equal eigenvalues have no gradient.
func eighRule(s *step) []term {
	w, v := s.item(0), s.item(1)
	gw, gv := s.gItem(0), s.gItem(1)
	if gv.v == nil {
		return []term{lowerTriangle(v.mul(gw).dot(v.transposed()))}
	}
	middle := gaps(w).mul(v.transposed().dot(gv))
	if gw.v != nil {
		middle = middle.add(middle.eye().mul(gw))
	}
	return []term{lowerTriangle(v.dot(middle).dot(v.transposed()))}
}

// svdRule (Townsend 2016): the part of the singular values, and with
// F = gaps(s²) the parts of U and Vt inside and outside of what the singular
// vectors span. Equal singular values have no vectors with a gradient.
func svdRule(s *step) []term {
	u, d, vt := s.item(0), s.item(1), s.item(2)
	gu, gd, gvt := s.gItem(0), s.gItem(1), s.gItem(2)
	ut := u.transposed()
	var parts []term
	if gd.v != nil {
		parts = append(parts, u.mul(gd).dot(vt))
	}
	if gu.v != nil {
		skew := ut.dot(gu)
		inside := gaps(d.square()).mul(skew.sub(skew.transposed())).mul(d)
		outside := gu.sub(u.dot(skew)).div(d)
		parts = append(parts, u.dot(inside).add(outside).dot(vt))
	}
	if gvt.v != nil {
		skew := vt.dot(gvt.transposed())
		inside := gaps(d.square()).mul(skew.sub(skew.transposed())).mul(d.expand(1))
		outside := gvt.sub(skew.transposed().dot(vt)).div(d.expand(1))
		parts = append(parts, u.dot(inside.dot(vt).add(outside)))
	}
	total := parts[0]
	for _, p := range parts[1:] {
		total = total.add(p)
	}
	return []term{total}
}

// qrRule (Walter and Lehmann 2010) of a full-rank matrix. A wide one is a
// square one X, whose factors are Q and U, beside Y with Q'Y = the rest of R.
func qrRule(s *step) []term {
	a, q, r := s.x(0), s.item(0), s.item(1)
	gq, gr := s.gItem(0), s.gItem(1)
	if gq.v == nil {
		gq = q.zeros()
	}
	if gr.v == nil {
		gr = r.zeros()
	}
	rows, columns := a.v.Type().Dims[0], a.v.Type().Dims[1]
	m, mOK := rows.Known()
	n, nOK := columns.Known()
	if mOK && nOK && m >= n {
		return []term{tallQR(q, r, gq, gr)}
	}
	size := a.v.Size(0)
	first, rest := expr.Range{Stop: size}, expr.Range{Start: size}
	y, gy := a.index(expr.All, rest), gr.index(expr.All, rest)
	gx := tallQR(q, r.index(expr.All, first), gq.add(y.dot(gy.transposed())), gr.index(expr.All, first))
	return []term{gx.apply(expr.OpConcatenate, expr.Axis{Axis: 1}, gx.v, q.dot(gy).v)}
}

// tallQR is the gradient with respect to a matrix with at least as many rows
// as columns: (gq + Q copyltu(M)) / R' with M = R gr' - gq'Q, where copyltu
// mirrors the lower triangle.
func tallQR(q, r, gq, gr term) term {
	m := r.dot(gr.triu(0).transposed()).sub(gq.transposed().dot(q))
	mirrored := m.tril(0).add(m.tril(-1).transposed())
	x := gq.add(q.dot(mirrored))
	return r.solveTriangular(x.transposed(), false).transposed()
}

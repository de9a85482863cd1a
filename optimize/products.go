package optimize

import (
	"slices"

	"arignote/expr"
)

// Products of matrices and vectors, for the pass linalg: what is known of a
// factor makes the product cheaper. What BLAS does in one step is left to the
// pass blas.

// linalgProducts are the rows about dot, matmul and outer.
var linalgProducts = []Rule{
	// Products.
	{Name: "matmul-dot", Class: Exact, Op: expr.OpMatMul, rewrite: matMulDot, example: "A: float64[3, 4]; v: float64[4]; batched_matmul(A, v)"},
	{Name: "matmul-transpose", Class: Real, Op: expr.OpDimShuffle, rewrite: matMulTranspose, example: "A: float64[2, 4, 3]; B: float64[2, 4, 5]; swapaxes(swapaxes(A, 1, 2) @ B, 1, 2)"},
	{Name: "dot-scale", Class: Real, ops: []expr.Op{expr.OpDot, expr.OpMatMul}, rewrite: dotScale, example: "A: float64[3, 4]; B: float64[4, 5]; (2*A) @ -B"},
	{Name: "dot-fill", Class: Real, Op: expr.OpDot, rewrite: dotFill, example: "A: float64[3, 4]; A @ ones(4)"},
	{Name: "dot-outer", Class: Real, Op: expr.OpDot, rewrite: dotOuter, example: "u: float64[3]; v: float64[4]; w: float64[4]; outer(u, v) @ w"},
	{Name: "dot-mul-vector", Class: Real, Op: expr.OpDot, rewrite: dotMulVector, example: "A: float64[3, 4]; v: float64[4]; w: float64[4]; (A*v) @ w"},
	{Name: "dot-add-scalar", Class: Real, Op: expr.OpDot, rewrite: dotAddScalar, example: "M: float64[100, 100]; a: float64; v: float64[100]; (M + a) @ v"},
	{Name: "dot-column-row", Class: Real, Op: expr.OpDot, rewrite: dotColumnRow, example: "u: float64[3]; v: float64[4]; u[:, None] @ v[None], v[None] @ v[:, None]"},
	{Name: "dot-chain", Class: Real, Op: expr.OpDot, rewrite: dotChain, example: "A: float64[3, 4]; B: float64[4, 3]; v: float64[3]; A @ B @ v"},
	{Name: "reduce-dot", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean}, rewrite: reduceDot, example: "A: float64[3, 4]; B: float64[4, 5]; sum(A @ B)"},
	{Name: "reduce-outer", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean}, rewrite: reduceOuter, example: "u: float64[3]; v: float64[4]; sum(outer(u, v), axis=0)"},
	{Name: "outer-fill", Class: Real, Op: expr.OpOuter, rewrite: outerFill, example: "v: float64[4]; outer(ones(3), v)"},
	{Name: "outer-transpose", Class: Exact, Op: expr.OpDimShuffle, rewrite: outerTranspose, example: "u: float64[3]; v: float64[4]; outer(u, v).T"},
	{Name: "dot-power", Left: "x @ x @ x @ x", Right: "(x @ x) @ (x @ x)", Class: Real, When: "x matrix"},
}

// matMulDot: matrices and vectors are multiplied by dot.
func matMulDot(r *run, n *expr.Node) *expr.Node {
	if n.Arg(0).Rank() > 2 || n.Arg(1).Rank() > 2 {
		return nil
	}
	return r.make(n, expr.OpDot, nil, n.Args()...)
}

// dotTranspose transposes the factors of a product of matrices that nothing else
// uses, which BLAS reads either way: (A @ B).T is B.T @ A.T.
func dotTranspose(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	if !isMatrixTranspose(n) || f.Op() != expr.OpDot || !r.once(f) || f.Arg(0).Rank() != 2 || f.Arg(1).Rank() != 2 {
		return nil
	}
	swap := func(x *expr.Node) *expr.Node { return r.make(n, expr.OpDimShuffle, n.Attr(), x) }
	return r.make(f, expr.OpDot, nil, swap(f.Arg(1)), swap(f.Arg(0)))
}

// matMulTranspose transposes the factors of a stack of products where that
// undoes a transpose.
func matMulTranspose(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	if f.Op() != expr.OpMatMul || !r.once(f) || !swapsLast(n) {
		return nil
	}
	a, b := f.Arg(0), f.Arg(1)
	if !swapsLast(a) && !swapsLast(b) || a.Rank() != b.Rank() {
		return nil
	}
	swap := func(x *expr.Node) *expr.Node { return r.make(n, expr.OpDimShuffle, n.Attr(), x) }
	return r.make(f, expr.OpMatMul, nil, swap(b), swap(a))
}

// swapsLast reports whether n is a matrix transposed, or a stack of matrices, each
// transposed.
func swapsLast(n *expr.Node) bool {
	p, ok := n.Attr().(expr.Pattern)
	k := len(p.Axes)
	return ok && n.Op() == expr.OpDimShuffle && k >= 2 && k == n.Arg(0).Rank() && isIdentity(p.Axes[:k-2], k-2) &&
		p.Axes[k-2] == k-1 && p.Axes[k-1] == k-2
}

// dotScale takes scalar factors out of a product, where one step multiplies
// with them: (2*A) @ B is 2*(A @ B).
func dotScale(r *run, n *expr.Node) *expr.Node {
	if !n.DType().Inexact() {
		return nil
	}
	a, b := r.unscaled(n, n.Arg(0)), r.unscaled(n, n.Arg(1))
	if !a.scaled && !b.scaled || n.Op() == expr.OpMatMul && n.Rank() < 3 {
		return nil
	}
	return r.make(n, expr.OpMul, nil, r.times(n, a.alpha, b.alpha), r.make(n, n.Op(), nil, a.core, b.core))
}

// unscaled takes scalar factors off an argument that nothing else uses.
func (r *run) unscaled(n, x *expr.Node) scaledNode {
	none := scaledNode{alpha: r.weak(1.0), core: x}
	if !r.once(x) || x.DType() != n.DType() || x.Rank() == 0 {
		return none
	}
	if x.Op() != expr.OpMul {
		return r.asScaled(x)
	}
	s := none
	var rest []*expr.Node
	for _, f := range x.Args() {
		if f.Rank() == 0 && scalarFor(f, x) {
			s.alpha, s.scaled = r.times(n, s.alpha, f), true
		} else {
			rest = append(rest, f)
		}
	}
	if !s.scaled || len(rest) == 0 {
		return none
	}
	s.core = r.chain(x, expr.OpMul, rest)
	if s.core.Err() != nil || s.alpha.Err() != nil || s.core.DType() != x.DType() || !r.sameShape(s.core, x) {
		return none
	}
	return s
}

// identityScale returns c for the matrix c*eye(n).
func identityScale(n *expr.Node) (c complex128, ok bool) {
	if n.Rank() != 2 || !n.Type().Dims[0].Same(n.Type().Dims[1]) {
		return 0, false
	}
	if n.Op() == expr.OpEye {
		return 1, n.Attr().(expr.Diagonal).K == 0
	}
	v := n.Value()
	if v == nil || v.Len() == 0 {
		return 0, false
	}
	size := v.Shape()[0]
	for i := range v.Len() {
		want := complex128(0)
		if i%(size+1) == 0 {
			want = v.Complex(0)
		}
		if v.Complex(i) != want {
			return 0, false
		}
	}
	return v.Complex(0), v.Complex(0) != 0
}

// dotEye: multiplying by the identity changes nothing.
func dotEye(r *run, n *expr.Node) *expr.Node {
	for i, x := range n.Args() {
		c, ok := identityScale(x)
		if !ok || imag(c) != 0 || !n.DType().IsFloat() {
			continue
		}
		other := r.cast(n, n.Arg(1-i), n.DType())
		if c == 1 {
			return other
		}
		return r.make(n, expr.OpMul, nil, r.weak(real(c)), other)
	}
	return nil
}

// fillOf returns the scalar of which an array consists.
func fillOf(x *expr.Node) (*expr.Node, bool) {
	if isFill(x) {
		return x.Arg(0), true
	}
	return nil, false
}

// dotFill adds up instead of multiplying by equal numbers.
func dotFill(r *run, n *expr.Node) *expr.Node {
	if !n.DType().IsFloat() {
		return nil
	}
	for i, x := range n.Args() {
		c, ok := fillOf(x)
		if !ok {
			continue
		}
		other := n.Arg(1 - i)
		axis := 0 // of the other factor that is summed over
		if i == 1 {
			axis = other.Rank() - 1
		}
		s := r.make(n, expr.OpSum, axesAttr([]int{axis}, other.Rank(), false), r.cast(n, other, n.DType()))
		if i == 1 && s.Rank() == 1 {
			s = r.column(n, s, x.Rank())
		}
		return r.filled(n, r.make(n, expr.OpMul, nil, c, s))
	}
	return nil
}

// filled stretches m to the shape of n, if that can be told.
func (r *run) filled(n, m *expr.Node) *expr.Node {
	if m == nil || m.Err() != nil {
		return nil
	}
	m = r.cast(n, m, n.DType())
	if r.sameShape(m, n) {
		return m
	}
	if w := r.stretch(n, m, r.dims(n)); w != nil {
		return w
	}
	sizes := r.sizeNodes(n, n)
	if sizes == nil {
		return nil
	}
	return r.stretchBy(n, m, sizes)
}

// diagonalOf returns the vector v of diag(v).
func diagonalOf(x *expr.Node) (*expr.Node, bool) {
	if x.Op() != expr.OpDiag || x.Arg(0).Rank() != 1 || x.Attr().(expr.Diagonal).K != 0 {
		return nil, false
	}
	return x.Arg(0), true
}

// column is a vector as a matrix of one column; of a vector with itself.
func (r *run) column(n, v *expr.Node, rank int) *expr.Node {
	if rank == 1 {
		return v
	}
	return r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: []int{0, -1}}, v)
}

// dotDiag scales rows or columns instead of multiplying by a diagonal matrix.
func dotDiag(r *run, n *expr.Node) *expr.Node {
	a, b := n.Arg(0), n.Arg(1)
	v, w := r.diagonal(n, a), r.diagonal(n, b)
	left, right := v != nil, w != nil
	switch {
	case !n.DType().IsFloat() && (v != nil && a.Op() != expr.OpDiag || w != nil && b.Op() != expr.OpDiag):
		return nil
	case left && right:
		return r.make(n, expr.OpDiag, expr.Diagonal{}, r.make(n, expr.OpMul, nil, v, w))
	case left:
		return r.make(n, expr.OpMul, nil, r.column(n, v, b.Rank()), b)
	case right:
		return r.make(n, expr.OpMul, nil, a, w)
	}
	return nil
}

// dotOuter multiplies vectors instead of a matrix of rank one.
func dotOuter(r *run, n *expr.Node) *expr.Node {
	a, b := n.Arg(0), n.Arg(1)
	dot := func(x, y *expr.Node) *expr.Node { // two factors of a narrower dtype stay in that of all three
		return r.make(n, expr.OpDot, nil, r.cast(n, x, n.DType()), r.cast(n, y, n.DType()))
	}
	switch {
	case !n.DType().IsFloat():
	case a.Op() == expr.OpOuter && b.Rank() == 1:
		return r.make(n, expr.OpMul, nil, dot(a.Arg(1), b), a.Arg(0))
	case a.Op() == expr.OpOuter && r.once(a):
		return r.make(n, expr.OpOuter, nil, a.Arg(0), dot(a.Arg(1), b))
	case b.Op() == expr.OpOuter && a.Rank() == 1:
		return r.make(n, expr.OpMul, nil, dot(a, b.Arg(0)), b.Arg(1))
	case b.Op() == expr.OpOuter && r.once(b):
		return r.make(n, expr.OpOuter, nil, dot(a, b.Arg(0)), b.Arg(1))
	}
	return nil
}

// dotMulVector scales the vector, or the result, instead of the matrix:
// (A*v) @ w is A @ (v*w), and (A*u[:, None]) @ w is u*(A @ w).
func dotMulVector(r *run, n *expr.Node) *expr.Node {
	i := slices.IndexFunc(n.Args(), func(x *expr.Node) bool { return x.Rank() == 1 })
	if i < 0 || !n.DType().IsFloat() {
		return nil
	}
	w, m := n.Arg(i), n.Arg(1-i)
	if m.Op() != expr.OpMul || m.Rank() != 2 || !r.once(m) || m.DType() != n.DType() {
		return nil
	}
	var matrices, rows, columns []*expr.Node
	for _, f := range m.Args() {
		f = r.cast(n, f, n.DType()) // narrower ones are not multiplied by each other
		switch {
		case r.constantAlong(f, []int{0}, 2) && f.Rank() > 0 && !r.constantAlong(f, []int{1}, 2):
			rows = append(rows, r.shuffled(n, f, []int{f.Rank() - 1}))
		case r.constantAlong(f, []int{1}, 2) && f.Rank() == 2 && !r.constantAlong(f, []int{0}, 2):
			columns = append(columns, r.shuffled(n, f, []int{0}))
		default:
			matrices = append(matrices, f)
		}
	}
	if len(matrices) == 0 || len(rows)+len(columns) == 0 {
		return nil
	}
	x := r.chain(m, expr.OpMul, matrices)
	if x.Err() != nil || !r.sameShape(x, m) || x.DType() != m.DType() {
		return nil
	}
	inside, outside := rows, columns // of factors along the axis summed over
	args := []*expr.Node{x, nil}
	if i == 0 {
		inside, outside, args = columns, rows, []*expr.Node{nil, x}
	}
	args[1-slices.Index(args, x)] = r.chain(n, expr.OpMul, append(inside, r.cast(n, w, n.DType())))
	return r.chain(n, expr.OpMul, append(outside, r.make(n, expr.OpDot, nil, args...)))
}

// minDistribute is the number of elements from which it pays to add a scalar
// to a product rather than to each element of a matrix: below, one more step
// costs more than it saves.
const minDistribute = 4096

// dotAddScalar: (M + a) @ v is M @ v + a*sum(v), where M is known to be large
// and the other factor much smaller.
func dotAddScalar(r *run, n *expr.Node) *expr.Node {
	for i, m := range n.Args() {
		other := n.Arg(1 - i)
		if sum := m.Op() == expr.OpAdd || m.Op() == expr.OpSub; !sum || m.Rank() != 2 || !r.once(m) || !n.DType().IsFloat() || m.DType() != n.DType() {
			continue
		}
		shape, known := m.Type().Shape()
		small, alsoKnown := other.Type().Shape()
		if !known || !alsoKnown || volume(shape) < minDistribute || 4*volume(small) > volume(shape) {
			continue
		}
		if y := r.distribute(n, m, i); y != nil {
			return y
		}
	}
	return nil
}

// distribute multiplies the sum m, argument i of the product n, term by term:
// the scalars, and what is left.
func (r *run) distribute(n, m *expr.Node, i int) *expr.Node {
	other := n.Arg(1 - i)
	var scalars, rest []*expr.Node
	for k, t := range m.Args() {
		if m.Op() == expr.OpSub && k == 1 {
			t = r.make(n, expr.OpNeg, nil, t)
		}
		if t.Rank() == 0 {
			scalars = append(scalars, t)
		} else {
			rest = append(rest, t)
		}
	}
	if len(scalars) == 0 || len(rest) == 0 {
		return nil
	}
	x := r.chain(m, expr.OpAdd, rest)
	if x.Err() != nil || x.DType() != m.DType() || !r.sameShape(x, m) {
		return nil
	}
	args, axis := []*expr.Node{x, other}, 0
	if i == 1 {
		args, axis = []*expr.Node{other, x}, other.Rank()-1
	}
	s := r.make(n, expr.OpSum, axesAttr([]int{axis}, other.Rank(), false), other)
	if i == 1 && s.Rank() == 1 {
		s = r.column(n, s, 2)
	}
	s = r.make(n, expr.OpMul, nil, r.chain(n, expr.OpAdd, scalars), s)
	return r.make(n, expr.OpAdd, nil, r.make(n, expr.OpDot, nil, args...), s)
}

// dotColumnRow: a column times a row is an outer product, a row times a column
// an inner one.
func dotColumnRow(r *run, n *expr.Node) *expr.Node {
	a, b := n.Arg(0), n.Arg(1)
	if a.Rank() == 2 && b.Rank() == 2 && a.Type().Dims[0].Is(1) && b.Type().Dims[1].Is(1) && n.DType().IsFloat() {
		inner := r.make(n, expr.OpDot, nil, r.shuffled(n, a, []int{1}), r.shuffled(n, b, []int{0}))
		return r.shuffled(n, inner, []int{-1, -1})
	}
	if a.Rank() != 2 || b.Rank() != 2 || !a.Type().Dims[1].Is(1) || !b.Type().Dims[0].Is(1) || !n.DType().IsFloat() {
		return nil
	}
	return r.make(n, expr.OpOuter, nil, r.shuffled(n, a, []int{0}), r.shuffled(n, b, []int{1}))
}

// reduceDot reduces the factors and not their product: the sum of all elements
// of A @ B is sum(A, axis=0) @ sum(B, axis=1).
func reduceDot(r *run, n *expr.Node) *expr.Node {
	d, a := n.Arg(0), n.Attr().(expr.Axes)
	if d.Op() != expr.OpDot || d.Rank() == 0 || !r.once(d) || a.KeepDims || d.DType() != n.DType() || len(a.Axes) == 0 {
		return nil
	}
	x, y := d.Arg(0), d.Arg(1)
	if d.Rank() == 1 && x.Rank() == 2 {
		return r.make(n, expr.OpDot, nil, r.make(n, n.Op(), axesAttr([]int{0}, 2, false), x), y)
	}
	if d.Rank() == 1 {
		return r.make(n, expr.OpDot, nil, x, r.make(n, n.Op(), axesAttr([]int{1}, 2, false), y))
	}
	if slices.Contains(a.Axes, 0) {
		x = r.make(n, n.Op(), axesAttr([]int{0}, 2, false), x)
	}
	if slices.Contains(a.Axes, 1) {
		y = r.make(n, n.Op(), axesAttr([]int{1}, 2, false), y)
	}
	return r.make(n, expr.OpDot, nil, x, y)
}

// reduceOuter does the same for an outer product.
func reduceOuter(r *run, n *expr.Node) *expr.Node {
	d, a := n.Arg(0), n.Attr().(expr.Axes)
	if d.Op() != expr.OpOuter || !r.once(d) || a.KeepDims || !d.DType().IsFloat() || len(a.Axes) == 0 {
		return nil
	}
	f := []*expr.Node{d.Arg(0), d.Arg(1)}
	for _, axis := range a.Axes {
		f[axis] = r.make(n, n.Op(), axesAttr([]int{0}, 1, false), f[axis])
	}
	return r.make(n, expr.OpMul, nil, f...)
}

// outerFill stretches instead of multiplying by equal numbers.
func outerFill(r *run, n *expr.Node) *expr.Node {
	if !n.DType().IsFloat() {
		return nil
	}
	if c, ok := fillOf(n.Arg(0)); ok {
		return r.filled(n, r.make(n, expr.OpMul, nil, c, n.Arg(1)))
	}
	if c, ok := fillOf(n.Arg(1)); ok {
		return r.filled(n, r.make(n, expr.OpMul, nil, c, r.column(n, n.Arg(0), 2)))
	}
	return nil
}

// outerTranspose changes the places of the vectors.
func outerTranspose(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	if !isMatrixTranspose(n) || f.Op() != expr.OpOuter || !r.once(f) {
		return nil
	}
	return r.make(f, expr.OpOuter, nil, f.Arg(1), f.Arg(0))
}

package optimize

import (
	"slices"

	"arignote/expr"
)

// Products with matrices that are put together from others, or repeat or pick
// rows, for the pass linalg.

// linalgBlocks are the rows about such matrices.
var linalgBlocks = []Rule{
	// Matrices of parts.
	{Name: "dot-concatenate", Class: Real, Op: expr.OpDot, rewrite: dotConcatenate, with: []expr.Op{expr.OpConcatenate}, example: "A: float64[3, 4]; u: float64[3]; v: float64[4]; concatenate((A, u[:, None]), axis=1) @ concatenate((v, ones(1)))"},
	{Name: "concatenate-dot", Class: Real, Op: expr.OpConcatenate, rewrite: concatenateDot, with: []expr.Op{expr.OpDot}, example: "A: float64[8, 4]; B: float64[4, 5]; E: float64[4, 6]; concatenate((A @ B, A @ E), axis=1)"},
	{Name: "dot-one-hot", Class: Real, Op: expr.OpDot, rewrite: dotOneHot, example: "i: int64[5]; B: float64[4, 3]; E: float64[100, 20]; (i[:, None] == arange(100)) @ E, eye(4)[i] @ B, B @ array([0.0, 2.0, 0.0])"},
	{Name: "dot-stretched", Class: Real, Op: expr.OpDot, rewrite: dotStretched, with: []expr.Op{expr.OpBroadcastTo, expr.OpBroadcastLike}, example: "v: float64[4]; B: float64[4, 3]; broadcast_to(v, (5, 4)) @ B"},
	{Name: "dot-column", Class: Real, Op: expr.OpDot, rewrite: dotColumn, with: []expr.Op{expr.OpDimShuffle}, example: "A: float64[3, 4]; v: float64[4]; u: float64[3]; A @ dimshuffle(v, (0, 'x')), dimshuffle(u, ('x', 0)) @ A"},
	{Name: "dot-kron", Class: Real, Op: expr.OpDot, rewrite: dotKron, with: []expr.Op{expr.OpReshape}, example: "A: float64[2, 2]; B: float64[3, 3]; kron(A, B) @ kron(A.T, B.T)"},
	{Name: "kron-transpose", Class: Exact, Op: expr.OpDimShuffle, rewrite: kronTranspose, with: []expr.Op{expr.OpReshape}, example: "A: float64[2, 2]; B: float64[3, 3]; kron(A, B).T"},
	{Name: "sum-matmul", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean}, rewrite: sumMatMul, with: []expr.Op{expr.OpMatMul}, example: "x: float64[2, 3, 4]; y: float64[2, 3, 5]; sum(swapaxes(x, 1, 2) @ y, axis=0)"},
	{Name: "sum-mul-dot", Class: Real, Op: expr.OpSum, rewrite: sumMulDot, with: []expr.Op{expr.OpMul}, example: "A: float64[3, 4]; B: float64[4, 5]; sum(A[:, :, None]*B[None], axis=1)"},
}

// maxBlocks is the largest number of parts that are multiplied one by one.
const maxBlocks = 8

// dotConcatenate multiplies the parts of matrices that were joined along the axis
// that is summed over, instead of joining them.
func dotConcatenate(r *run, n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if x.Op() != expr.OpConcatenate || y.Op() != expr.OpConcatenate || !r.once(x) || !r.once(y) || !n.DType().IsFloat() ||
		len(x.Args()) != len(y.Args()) || len(x.Args()) > maxBlocks {
		return nil
	}
	along := x.Rank() - 1
	if x.Attr().(expr.Axis).Axis != along || y.Attr().(expr.Axis).Axis != 0 {
		return nil
	}
	var terms []*expr.Node
	for i, a := range x.Args() {
		b := y.Arg(i)
		if r.dims(a)[along] != r.dims(b)[0] {
			return nil
		}
		terms = append(terms, r.make(n, expr.OpDot, nil, r.cast(n, a, n.DType()), r.cast(n, b, n.DType())))
	}
	return r.chain(n, expr.OpAdd, terms)
}

// concatenateDot joins the factors of products with a common one, if they are
// smaller than the products.
func concatenateDot(r *run, n *expr.Node) *expr.Node {
	axis := n.Attr().(expr.Axis).Axis
	if n.Rank() != 2 || !n.DType().IsFloat() {
		return nil
	}
	first := n.Arg(0)
	var parts []*expr.Node
	size := 0
	for _, d := range n.Args() {
		if d.Op() != expr.OpDot || !r.once(d) || d.Arg(1-axis) != first.Arg(1-axis) || d.Arg(axis).Rank() != 2 || d.DType() != n.DType() {
			return nil
		}
		shape, known := d.Arg(axis).Type().Shape()
		if !known {
			return nil
		}
		size += volume(shape)
		parts = append(parts, r.cast(n, d.Arg(axis), n.DType()))
	}
	if shape, known := n.Type().Shape(); !known || len(parts) < 2 || size > volume(shape) {
		return nil
	}
	args := []*expr.Node{first.Arg(0), first.Arg(1)}
	args[axis] = r.make(n, expr.OpConcatenate, n.Attr(), parts...)
	return r.make(first, expr.OpDot, nil, args...)
}

// dotOneHot picks rows instead of multiplying by rows of the identity.
func dotOneHot(r *run, n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if !n.DType().IsFloat() || y.DType() != n.DType() && x.DType() != n.DType() {
		return nil
	}
	if j, c, ok := unitVector(x); ok && y.Rank() == 2 && x.Rank() == 1 {
		row := r.slice(n, y, []item{element(j), wholeItem})
		return r.multiple(n, r.weak(c), r.cast(n, row, n.DType()))
	}
	if j, c, ok := unitVector(y); ok && x.Rank() == 2 {
		column := r.slice(n, x, []item{wholeItem, element(j)})
		return r.multiple(n, r.weak(c), r.cast(n, column, n.DType()))
	}
	if y.Rank() != 2 || y.DType() != n.DType() {
		return nil
	}
	if m := r.rowsOfIdentity(n, x, y); m != nil {
		return m
	}
	return r.equalOneHot(n, x, y)
}

// unitVector returns the place and the value of the one element of a constant
// vector that is not 0.
func unitVector(x *expr.Node) (at int, c float64, ok bool) {
	v := x.Value()
	if v == nil || x.Rank() != 1 || x.DType().IsComplex() {
		return 0, 0, false
	}
	for i := range v.Len() {
		switch z := real(v.Complex(i)); {
		case z == 0:
		case ok:
			return 0, 0, false
		default:
			at, c, ok = i, z, true
		}
	}
	return at, c, ok
}

// rowsOfIdentity is the product of eye(k)[i] and y: y[i].
func (r *run) rowsOfIdentity(n, x, y *expr.Node) *expr.Node {
	switch a := x.Attr().(type) {
	case expr.Gathered:
		if x.Op() == expr.OpTake && r.isIdentity(x.Arg(0)) && slices.Equal(a.Axes, []int{0}) && x.Arg(1).Rank() < 2 {
			return r.make(x, expr.OpTake, a, y, x.Arg(1))
		}
	case expr.Index:
		if items := itemsOf(x); x.Op() == expr.OpSlice && r.isIdentity(x.Arg(0)) && items[1].whole() && !hasNew(items) {
			return r.slice(n, y, items)
		}
	}
	return nil
}

// equalOneHot is the product of (i[:, None] == arange(k)) and y: the rows of y with
// the numbers i, 0 where there is none.
func (r *run) equalOneHot(n, x, y *expr.Node) *expr.Node {
	if x.Op() == expr.OpCast {
		x = x.Arg(0)
	}
	size, known := y.Type().Dims[0].Known()
	if x.Op() != expr.OpEq || x.Rank() != 2 || !known || size == 0 || isSmallDot(n) {
		return nil
	}
	for k, column := range x.Args() {
		i := r.columnOf(n, column)
		if i == nil || !i.DType().IsInteger() || i.DType() == expr.Uint64 || !countsTo(x.Arg(1-k), size) {
			continue
		}
		i = r.cast(n, i, expr.Int64)
		zero, last := r.weak(0), r.weak(size-1)
		rows := r.make(n, expr.OpTake, expr.Gathered{Axes: []int{0}}, y, r.make(n, expr.OpClip, nil, i, zero, last))
		within := r.make(n, expr.OpAnd, nil, r.make(n, expr.OpGe, nil, i, zero), r.make(n, expr.OpLe, nil, i, last))
		return r.make(n, expr.OpWhere, nil, r.column(n, within, 2), rows, r.weak(0.0))
	}
	return nil
}

// columnOf returns the vector v if x is v[:, None].
func (r *run) columnOf(n, x *expr.Node) *expr.Node {
	if p, ok := x.Attr().(expr.Pattern); ok && x.Op() == expr.OpDimShuffle && x.Arg(0).Rank() == 1 && slices.Equal(p.Axes, []int{0, -1}) {
		return x.Arg(0)
	}
	return nil
}

// countsTo reports whether x is arange(size).
func countsTo(x *expr.Node, size int) bool {
	if x.Op() == expr.OpDimShuffle && x.Rank() == 2 && x.Arg(0).Rank() == 1 {
		x = x.Arg(0)
	}
	v := x.Value()
	if v == nil || v.Len() != size || x.Rank() != 1 {
		first, okFirst := int64(1), false
		if x.Op() == expr.OpArange {
			first, okFirst = integerOf(x.Arg(0))
			step, okStep := integerOf(x.Arg(2))
			return okFirst && okStep && first == 0 && step == 1 && x.Type().Dims[0].Is(size)
		}
		return false
	}
	for i := range size {
		if v.Complex(i) != complex(float64(i), 0) {
			return false
		}
	}
	return true
}

// dotStretched multiplies by one of equal rows, or adds up where columns are equal.
func dotStretched(r *run, n *expr.Node) *expr.Node {
	for i, x := range n.Args() {
		if x.Op() != expr.OpBroadcastTo && x.Op() != expr.OpBroadcastLike || x.Rank() != 2 || x.Arg(0).Rank() == 0 ||
			!n.DType().IsFloat() || x.DType() != n.DType() || n.Arg(1-i).DType() != n.DType() {
			continue
		}
		from, other := x.Arg(0), n.Arg(1-i)
		summed := 1 - i // axis of x
		switch {
		case r.constantAlong(from, []int{summed}, 2): // each element of the other factor meets the same number
			axis := 0
			if i == 1 {
				axis = other.Rank() - 1
			}
			sum := r.make(n, expr.OpSum, axesAttr([]int{axis}, other.Rank(), other.Rank() == 2), other)
			if other.Rank() == 1 {
				from = r.shuffled(n, from, []int{min(i, from.Rank()-1)})
			}
			return r.filled(n, r.make(n, expr.OpMul, nil, from, sum))
		case r.constantAlong(from, []int{1 - summed}, 2): // one row, or one column
			args := []*expr.Node{other, other}
			args[i] = r.shuffled(n, from, []int{min(1-i, from.Rank()-1)})
			p := r.make(n, expr.OpDot, nil, args...)
			if i == 1 && p.Rank() == 1 {
				p = r.column(n, p, 2)
			}
			return r.filled(n, p)
		}
	}
	return nil
}

// dotColumn multiplies by a vector instead of a matrix with one column, or one row.
func dotColumn(r *run, n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if x.Rank() != 2 || y.Rank() != 2 || !n.DType().IsFloat() {
		return nil
	}
	if v := r.columnOf(n, y); v != nil {
		return r.column(n, r.make(n, expr.OpDot, nil, x, v), 2)
	}
	if p, ok := x.Attr().(expr.Pattern); ok && x.Op() == expr.OpDimShuffle && slices.Equal(p.Axes, []int{-1, 0}) {
		return r.make(n, expr.OpDimShuffle, p, r.make(n, expr.OpDot, nil, x.Arg(0), y))
	}
	return nil
}

// kron is the Kronecker product of square matrices of known sizes.
func (r *run) kron(n, a, b *expr.Node) *expr.Node {
	left := r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: []int{0, -1, 1, -1}}, a)
	right := r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: []int{-1, 0, -1, 1}}, b)
	size := lengthOf(a, 0) * lengthOf(b, 0)
	return r.make(n, expr.OpReshape, expr.Dims{Sizes: sizesOf([]int{size, size})}, r.make(n, expr.OpMul, nil, left, right))
}

// dotKron multiplies the parts of Kronecker products; a vector is a matrix between
// them: kron(a, b) @ v has the elements of a @ V @ b.T (Van Loan, The ubiquitous
// Kronecker product).
func dotKron(r *run, n *expr.Node) *expr.Node {
	a, b, ok := asKron(n.Arg(0))
	if !ok || !n.DType().IsFloat() || n.Arg(0).DType() != n.DType() || n.Arg(1).DType() != n.DType() || !r.once(n.Arg(0)) {
		return nil
	}
	if v := n.Arg(1); v.Rank() == 1 {
		shape := expr.Dims{Sizes: sizesOf([]int{lengthOf(a, 0), lengthOf(b, 0)})}
		m := r.make(n, expr.OpDot, nil, a, r.make(n, expr.OpDot, nil, r.make(n, expr.OpReshape, shape, v), r.transpose(n, b)))
		return r.make(n, expr.OpReshape, expr.Dims{Sizes: sizesOf([]int{lengthOf(v, 0)})}, m)
	}
	c, d, ok := asKron(n.Arg(1))
	if !ok || !r.sameShape(a, c) || !r.sameShape(b, d) || !r.once(n.Arg(1)) {
		return nil
	}
	return r.kron(n, r.make(n, expr.OpDot, nil, a, c), r.make(n, expr.OpDot, nil, b, d))
}

// kronTranspose transposes the parts.
func kronTranspose(r *run, n *expr.Node) *expr.Node {
	if a, b, ok := asKron(n.Arg(0)); ok && isMatrixTranspose(n) && r.once(n.Arg(0)) {
		return r.kron(n, r.transpose(n, a), r.transpose(n, b))
	}
	return nil
}

// sumMatMul adds up the products of a stack as one product of two matrices, in
// which those of one side lie next to each other and those of the other below: the
// gradient with respect to a matrix that all of a stack are multiplied by.
func sumMatMul(r *run, n *expr.Node) *expr.Node {
	p, axes := n.Arg(0), n.Attr().(expr.Axes)
	stack := p.Rank() - 2
	if p.Op() != expr.OpMatMul || !r.once(p) || stack < 1 || axes.KeepDims || !n.DType().IsFloat() || p.DType() != n.DType() ||
		len(axes.Axes) != stack || slices.Max(axes.Axes) >= stack {
		return nil
	}
	x, y := p.Arg(0), p.Arg(1)
	if x.Rank() != p.Rank() || y.Rank() != p.Rank() || !slices.Equal(r.dims(x)[:stack], r.dims(y)[:stack]) || !swapsLast(x) {
		return nil
	}
	shape, known := p.Type().Shape()
	below := func(x *expr.Node) *expr.Node { // the matrices of a stack
		sizes := []int{-1, lengthOf(x, x.Rank()-1)}
		if _, known := x.Type().Shape(); !known {
			return nil
		}
		return r.make(n, expr.OpReshape, expr.Dims{Sizes: sizesOf(sizes)}, r.cast(n, x, n.DType()))
	}
	a, b := below(x.Arg(0)), below(y)
	if !known || a == nil || b == nil {
		return nil
	}
	m := r.make(n, expr.OpDot, nil, r.transpose(n, a), b)
	if n.Op() == expr.OpMean {
		if volume(shape[:stack]) == 0 {
			return nil
		}
		m = r.make(n, expr.OpMul, nil, r.weak(1/float64(volume(shape[:stack]))), m)
	}
	return m
}

// sumMulDot is a product of matrices written as the sum of a product of stretched
// ones: sum(A[:, :, None]*B[None], axis=1) is A @ B.
func sumMulDot(r *run, n *expr.Node) *expr.Node {
	p, a := n.Arg(0), n.Attr().(expr.Axes)
	if p.Op() != expr.OpMul || len(p.Args()) != 2 || p.Rank() != 3 || !r.once(p) || a.KeepDims || len(a.Axes) != 1 || !n.DType().IsFloat() ||
		p.Arg(0).DType() != n.DType() || p.Arg(1).DType() != n.DType() {
		return nil
	}
	summed := a.Axes[0]
	rest := []int{0, 1, 2}
	rest = slices.Delete(rest, summed, summed+1)
	for i, left := range p.Args() {
		right := p.Arg(1 - i)
		if !r.variesAlong(left, summed) || !r.variesAlong(right, summed) || !r.variesAlong(left, rest[0]) || !r.variesAlong(right, rest[1]) ||
			!r.constantAlong(left, rest[1:], 3) || !r.constantAlong(right, rest[:1], 3) {
			continue
		}
		pick := func(x *expr.Node, axes ...int) *expr.Node {
			for i := range axes {
				axes[i] -= 3 - x.Rank()
			}
			return r.shuffled(n, x, axes)
		}
		return r.make(n, expr.OpDot, nil, pick(left, rest[0], summed), pick(right, summed, rest[1]))
	}
	return nil
}

// variesAlong reports whether x, stretched to three axes, certainly has its own
// elements along one of them.
func (r *run) variesAlong(x *expr.Node, axis int) bool {
	i := axis - (3 - x.Rank())
	if i < 0 {
		return false
	}
	length, known := x.Type().Dims[i].Known()
	return known && length != 1
}

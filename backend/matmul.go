package backend

import (
	"slices"

	"arignote/expr"
)

// This file expresses products that BLAS does not do, of integers, bools, small
// complex matrices and stacks of small ones, as sums of products of elements.

// lowerDot makes a sum of the product of two vectors, and of matrices that BLAS
// does not multiply; a float matrix times something is a product step.
func lowerDot(n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if (x.Rank() > 1 || y.Rank() > 1) && byBLAS(n) {
		return ofOneDType(n)
	}
	return castTo(n, productOf(n, x, y, n.DType()), n.DType())
}

// castOperand returns x as an operand of dtype d of the product n; of a number that is
// known, such as a factor in a gemm, no step has to do that.
func castOperand(n, x *expr.Node, d expr.DType) *expr.Node {
	y := castTo(n, x, d)
	if v := x.Value(); v != nil && y != x && v.Rank() == 0 {
		if v, err := y.Eval([]*expr.Value{v}); err == nil {
			return expr.Strong(v)
		}
	}
	return y
}

// ofOneDType returns the product n with arguments of its own dtype.
func ofOneDType(n *expr.Node) *expr.Node {
	args := slices.Clone(n.Args())
	for i, a := range args {
		args[i] = castOperand(n, a, n.DType())
	}
	return n.With(args...)
}

// lowerMatMul makes a dot of the product of two matrices, and a sum of products
// of stacks of small ones, and where one side is a vector; of other stacks BLAS
// multiplies matrix after matrix.
func lowerMatMul(n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if x.Rank() <= 2 && y.Rank() <= 2 {
		return lowerDot(expr.New(n, expr.OpDot, nil, x, y))
	}
	if x.Rank() > 1 && y.Rank() > 1 && byBLAS(n) {
		return ofOneDType(n)
	}
	return castTo(n, productOf(n, x, y, n.DType()), n.DType())
}

// byBLAS reports whether BLAS multiplies the matrices of n. Complex ones are worth
// it where they are not small; adding an outer product is no more than one loop.
func byBLAS(n *expr.Node) bool {
	d := n.DType()
	switch {
	case !d.Inexact() || d.IsComplex() && n.Op() == expr.OpGer:
		return false
	case d.IsFloat() && n.Rank() < 3:
		return true
	case n.Rank() == 1:
		return length(n, 0) >= minBeside && summedOver(n) >= minBeside
	}
	return !smallProduct(n)
}

// smallProduct reports whether the matrices of the product n are so small that
// one loop over the elements of the stack is faster than a call for each: from
// 4x4x4 on, where both take as long, and where one side is less and another at
// least minBeside. For 8x8x8 the calls take a quarter, for 64x64x64 a sixteenth.
// Lengths are compared with limits that classes know.
func smallProduct(n *expr.Node) bool {
	last, large := n.Rank()-1, 0
	for _, l := range []int{length(n, last-1), length(n, last), summedOver(n)} {
		if l >= 4 {
			large++
		}
		if l >= minBeside {
			large++
		}
	}
	return large < 3
}

// summedOver returns the length of the axis along which the product n adds up.
func summedOver(n *expr.Node) int {
	t, scaled := n.Attr().(expr.Transposed)
	a := n.Arg(0)
	if scaled {
		a = n.Arg(1)
	}
	if a.Rank() == 1 {
		return length(a, 0)
	}
	if t.A {
		return length(a, a.Rank()-2)
	}
	return length(a, a.Rank()-1)
}

// summedProduct is the sum n of all matrices of a product of stacks as one
// product of two matrices, in which the matrices of one side lie next to each
// other and those of the other below: the gradient with respect to a matrix that
// all of a stack are multiplied by. Nil if n is no such sum.
func summedProduct(n *expr.Node) *expr.Node {
	p, axes := n.Arg(0), n.Attr().(expr.Axes)
	stack := p.Rank() - 2
	if n.Op() != expr.OpSum || p.Op() != expr.OpMatMul || n.DType() != p.DType() || len(axes.Axes) != stack || slices.Max(axes.Axes) >= stack {
		return nil
	}
	x, y := p.Arg(0), p.Arg(1)
	for i := range stack {
		if x.Rank() != p.Rank() || y.Rank() != p.Rank() || length(x, i) != length(y, i) {
			return nil // a matrix is used several times
		}
	}
	r := lowerDot(expr.New(n, expr.OpDot, nil, oriented(n, stacked(n, swapLast(n, x)), true), stacked(n, y)))
	if axes.KeepDims {
		for range stack {
			r = insertAxis(n, r, 0)
		}
	}
	return r
}

// stacked returns the matrices of x one below the other.
func stacked(n, x *expr.Node) *expr.Node {
	shape, _ := x.Type().Shape()
	last := len(shape) - 1
	return expr.New(n, expr.OpReshape, expr.Dims{Sizes: sizes([]int{product(shape[:last]), shape[last]})}, x)
}

// swapLast returns x with the last two axes in the other order.
func swapLast(n, x *expr.Node) *expr.Node {
	var pattern []int
	for i := range x.Rank() - 2 {
		pattern = append(pattern, i)
	}
	return expr.New(n, expr.OpDimShuffle, expr.Pattern{Axes: append(pattern, x.Rank()-1, x.Rank()-2)}, x)
}

// productOf is the matrix product of x and y, converted to d before, in the
// dtype in which elements of d are added up.
func productOf(n, x, y *expr.Node, d expr.DType) *expr.Node {
	row, column := x.Rank() == 1, y.Rank() == 1
	if row {
		x = insertAxis(n, x, 0)
	}
	if column {
		y = insertAxis(n, y, 1)
	}
	x, y = insertAxis(n, castTo(n, x, d), x.Rank()), insertAxis(n, castTo(n, y, d), y.Rank()-2)
	op, fold := expr.OpMul, expr.OpSum
	if d == expr.Bool {
		op, fold = expr.OpAnd, expr.OpAny
	}
	if w := wide(d); w != d {
		x, y = castTo(n, x, w), castTo(n, y, w)
	}
	terms := expr.New(n, op, nil, x, y)
	axes := []int{terms.Rank() - 2}
	if column {
		axes = append(axes, terms.Rank()-1)
	}
	if row {
		axes = append([]int{terms.Rank() - 3}, axes...)
	}
	s := expr.New(n, fold, expr.Axes{Axes: axes, All: len(axes) == terms.Rank()}, terms)
	switch {
	case d == expr.Bool:
		return s
	case d.IsInteger():
		return lowerSum(s)
	}
	// Added up from 0: a product whose terms are all -0 is 0.
	return expr.New(n, expr.OpAdd, nil, lowerSum(s), expr.Strong(expr.Zeros(wide(d))))
}

// insertAxis returns x with a new axis of length 1 at the given place.
func insertAxis(n, x *expr.Node, at int) *expr.Node {
	var pattern []int
	for i := range x.Rank() + 1 {
		switch {
		case i < at:
			pattern = append(pattern, i)
		case i == at:
			pattern = append(pattern, -1)
		default:
			pattern = append(pattern, i-1)
		}
	}
	return expr.New(n, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, x)
}

// lowerGemm is a product step, and a sum where C and the product stretch each other;
// it is alpha*A@B, or alpha*A@B + beta*C, with A or B transposed as n
// says, where BLAS does not do it; so are gemv and ger.
func lowerGemm(n *expr.Node) *expr.Node {
	d := n.DType()
	if len(n.Args()) == 5 {
		if p := expr.New(n, n.Op(), n.Attr(), n.Args()[:3]...); !p.Type().SameShape(n.Arg(4).Type()) {
			c := expr.New(n, expr.OpMul, nil, castOperand(n, n.Arg(3), d), castOperand(n, n.Arg(4), d))
			return castTo(n, expr.New(n, expr.OpAdd, nil, castTo(n, lowerGemm(p), d), c), d)
		}
	}
	if byBLAS(n) {
		return ofOneDType(n)
	}
	args := make([]*expr.Node, len(n.Args()))
	for i, a := range n.Args() {
		args[i] = castTo(n, castOperand(n, a, d), wide(d))
	}
	times := func(x, y *expr.Node) *expr.Node { return expr.New(n, expr.OpMul, nil, x, y) }
	if n.Op() == expr.OpGer {
		outer := times(insertAxis(n, args[1], 1), insertAxis(n, args[2], 0))
		return castTo(n, expr.New(n, expr.OpAdd, nil, args[3], times(args[0], outer)), d)
	}
	t := n.Attr().(expr.Transposed)
	x := times(args[0], productOf(n, oriented(n, args[1], t.A), oriented(n, args[2], t.B), wide(d)))
	if len(args) == 5 {
		x = expr.New(n, expr.OpAdd, nil, x, times(args[3], args[4]))
	}
	return castTo(n, x, d)
}

// oriented returns x, transposed if that is wanted.
func oriented(n, x *expr.Node, transposed bool) *expr.Node {
	if !transposed {
		return x
	}
	return swapLast(n, x)
}

// lowerOuter multiplies a column by a row.
func lowerOuter(n *expr.Node) *expr.Node {
	op := expr.OpMul
	if n.DType() == expr.Bool {
		op = expr.OpAnd
	}
	x, y := castTo(n, n.Arg(0), n.DType()), castTo(n, n.Arg(1), n.DType())
	return expr.New(n, op, nil, insertAxis(n, x, 1), insertAxis(n, y, 0))
}

package autodiff

import (
	"math"
	"slices"

	"arignote/expr"
)

// term is a node in the hands of a gradient rule. What a rule builds from its
// terms is placed where the differentiated node is, so that a mistake in a
// gradient (a singular matrix, say) names the line of the operation that it
// belongs to. Operands are terms, nodes, or float64, which is weak: it takes the
// precision of what it meets. The zero term stands for "no gradient".
type term struct {
	v *expr.Node
	s *step // the node that is differentiated, and the tape that it is on
}

// on returns v as a term at the place of n, which is on no tape.
func on(n, v *expr.Node) term { return term{v, &step{n: n}} }

// none is the gradient of an argument that has none.
var none term

// numbers has the constants that rules use often, made once.
var numbers = func() map[float64]*expr.Node {
	m := make(map[float64]*expr.Node)
	for _, x := range []float64{0, 0.5, 1, -1, 2, -2, math.Ln2, math.Ln10} {
		m[x] = expr.Const(x)
	}
	return m
}()

func number(x float64) *expr.Node {
	if n, ok := numbers[x]; ok {
		return n
	}
	return expr.Const(x)
}

// node returns the operand u as a node.
func node(u any) *expr.Node {
	switch u := u.(type) {
	case term:
		return u.v
	case *expr.Node:
		return u
	}
	return number(u.(float64))
}

func (t term) apply(op expr.Op, attr expr.Attr, args ...*expr.Node) term {
	return term{expr.New(t.s.n, op, attr, args...), t.s}
}

func (t term) unary(op expr.Op) term         { return t.apply(op, nil, t.v) }
func (t term) binary(op expr.Op, u any) term { return t.apply(op, nil, t.v, node(u)) }

// is returns v as a term at the place of t.
func (t term) is(v *expr.Node) term { return term{v, t.s} }

func (t term) rank() int         { return t.v.Rank() }
func (t term) dtype() expr.DType { return t.v.DType() }

// Arithmetic. under is u/t and from is u-t.

func (t term) add(u any) term      { return t.binary(expr.OpAdd, u) }
func (t term) sub(u any) term      { return t.binary(expr.OpSub, u) }
func (t term) div(u any) term      { return t.binary(expr.OpDiv, u) }
func (t term) pow(u any) term      { return t.binary(expr.OpPow, u) }
func (t term) hypot(u any) term    { return t.binary(expr.OpHypot, u) }
func (t term) floorDiv(u any) term { return t.binary(expr.OpFloorDiv, u) }
func (t term) from(u any) term     { return t.apply(expr.OpSub, nil, node(u), t.v) }
func (t term) under(u any) term    { return t.apply(expr.OpDiv, nil, node(u), t.v) }
func (t term) neg() term           { return t.unary(expr.OpNeg) }
func (t term) square() term        { return t.unary(expr.OpSquare) }
func (t term) sqrt() term          { return t.unary(expr.OpSqrt) }
func (t term) sign() term          { return t.unary(expr.OpSign) }
func (t term) round() term         { return t.unary(expr.OpRound) }

// mul leaves out a factor that is the constant one.
func (t term) mul(u any) term {
	v := node(u)
	switch {
	case isOne(t.v) && keeps(v, t.v):
		return t.is(v)
	case isOne(v) && keeps(t.v, v):
		return t
	}
	return t.binary(expr.OpMul, u)
}

// keeps reports whether x has the dtype of its product with y already.
func keeps(x, y *expr.Node) bool {
	a, b := x.Type(), y.Type()
	return !a.Weak && (a.DType == b.DType || b.Weak && a.DType.Inexact())
}

func isOne(x *expr.Node) bool { return x.Op() == expr.OpConst && x.Rank() == 0 && isFilled(x, 1) }

// Functions.

func (t term) exp() term             { return t.unary(expr.OpExp) }
func (t term) expm1() term           { return t.unary(expr.OpExpm1) }
func (t term) log() term             { return t.unary(expr.OpLog) }
func (t term) sigmoid() term         { return t.unary(expr.OpSigmoid) }
func (t term) sin() term             { return t.unary(expr.OpSin) }
func (t term) cos() term             { return t.unary(expr.OpCos) }
func (t term) sinh() term            { return t.unary(expr.OpSinh) }
func (t term) cosh() term            { return t.unary(expr.OpCosh) }
func (t term) erfcx() term           { return t.unary(expr.OpErfcx) }
func (t term) polygamma(k int) term  { return t.apply(expr.OpPolygamma, expr.Number{N: k}, t.v) }
func (t term) softmax(axis int) term { return t.along(expr.OpSoftmax, axis) }
func (t term) cumsum(axis int) term  { return t.along(expr.OpCumsum, axis) }
func (t term) cumprod(axis int) term { return t.along(expr.OpCumprod, axis) }
func (t term) argsort(axis int) term { return t.along(expr.OpArgsort, axis) }
func (t term) tril(k int) term       { return t.apply(expr.OpTril, expr.Diagonal{K: k}, t.v) }
func (t term) triu(k int) term       { return t.apply(expr.OpTriu, expr.Diagonal{K: k}, t.v) }
func (t term) along(op expr.Op, axis int) term {
	return t.apply(op, expr.Axis{Axis: axis}, t.v)
}

// Comparison and choice. or, where t is a condition, is x where it holds and y
// elsewhere.

func (t term) eq(u any) term        { return t.binary(expr.OpEq, u) }
func (t term) ne(u any) term        { return t.binary(expr.OpNe, u) }
func (t term) lt(u any) term        { return t.binary(expr.OpLt, u) }
func (t term) le(u any) term        { return t.binary(expr.OpLe, u) }
func (t term) gt(u any) term        { return t.binary(expr.OpGt, u) }
func (t term) ge(u any) term        { return t.binary(expr.OpGe, u) }
func (t term) and(u any) term       { return t.binary(expr.OpAnd, u) }
func (t term) not() term            { return t.unary(expr.OpNot) }
func (t term) choose(x, y any) term { return t.apply(expr.OpWhere, nil, t.v, node(x), node(y)) }

// Complex numbers and conversion. conj is t itself, and so is real, where t is
// real; cast is t itself where t has the dtype d already.

func (t term) real() term {
	if !t.dtype().IsComplex() {
		return t
	}
	return t.unary(expr.OpReal)
}

func (t term) imag() term { return t.unary(expr.OpImag) }

func (t term) conj() term {
	if !t.dtype().IsComplex() {
		return t
	}
	return t.unary(expr.OpConj)
}

func (t term) cast(d expr.DType) term {
	if t.dtype() == d && !t.v.Type().Weak {
		return t
	}
	return t.apply(expr.OpCast, expr.Cast{DType: d}, t.v)
}

// Reductions, keeping the reduced axes with length 1; no axes are all.

func (t term) sum(axes ...int) term { return t.reduce(expr.OpSum, axes) }
func (t term) any(axes ...int) term { return t.reduce(expr.OpAny, axes) }

func (t term) reduce(op expr.Op, axes []int) term {
	a := expr.Axes{Axes: slices.Clone(axes), KeepDims: t.rank() > 0}
	if len(axes) == 0 {
		a.Axes = allAxes(t.rank())
	}
	for i, axis := range a.Axes {
		if axis < 0 {
			a.Axes[i] += t.rank()
		}
	}
	slices.Sort(a.Axes)
	a.All = len(a.Axes) == t.rank()
	return t.apply(op, a, t.v)
}

// total is the sum of all elements, a scalar.
func (t term) total() term {
	if t.rank() == 0 {
		return t
	}
	return t.apply(expr.OpSum, expr.Axes{Axes: allAxes(t.rank()), All: true}, t.v)
}

func allAxes(rank int) []int {
	axes := make([]int, rank)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

// Shape.

func (t term) dimshuffle(pattern ...int) term {
	return t.apply(expr.OpDimShuffle, expr.Pattern{Axes: pattern}, t.v)
}

// expand returns t with a new axis of length 1; axis -1 is the last.
func (t term) expand(axis int) term {
	if axis < 0 {
		axis += t.rank() + 1
	}
	return t.dimshuffle(slices.Insert(allAxes(t.rank()), axis, -1)...)
}

// squeeze returns t without an axis of length 1; axis -1 is the last.
func (t term) squeeze(axis int) term {
	if axis < 0 {
		axis += t.rank()
	}
	return t.dimshuffle(slices.Delete(allAxes(t.rank()), axis, axis+1)...)
}

// moveLast returns t with axis moved to the end, and back returns it from
// there.
func (t term) moveLast(axis int) term {
	if axis == t.rank()-1 {
		return t
	}
	return t.dimshuffle(append(slices.Delete(allAxes(t.rank()), axis, axis+1), axis)...)
}

func (t term) back(axis int) term {
	last := t.rank() - 1
	if axis == last {
		return t
	}
	return t.dimshuffle(slices.Insert(allAxes(last), axis, last)...)
}

// transposed returns each matrix of a stack transposed, and adjoint its complex
// conjugate too.
func (t term) transposed() term {
	order := allAxes(t.rank())
	last := len(order) - 1
	order[last], order[last-1] = last-1, last
	return t.dimshuffle(order...)
}

func (t term) adjoint() term { return t.conj().transposed() }

// reshapeLike returns the elements of t in the shape of x.
func (t term) reshapeLike(x term) term { return t.reshape(sizes(x.shape())...) }

func (t term) reshape(dims ...any) term {
	attr := expr.Dims{Sizes: make([]expr.Size, len(dims))}
	args := []*expr.Node{t.v}
	for i, d := range dims {
		switch d := d.(type) {
		case int:
			attr.Sizes[i] = expr.Size{Arg: -1, N: d}
		case *expr.Node:
			if v := d.Value(); v != nil {
				attr.Sizes[i] = expr.Size{Arg: -1, N: int(v.Int(0))}
				continue
			}
			attr.Sizes[i] = expr.Size{Arg: len(args)}
			args = append(args, d)
		}
	}
	return t.apply(expr.OpReshape, attr, args...)
}

// sizes returns the lengths of all axes of x, as reshape takes them.
func sizes(x *expr.Node) []any {
	s := make([]any, x.Rank())
	for i := range s {
		s[i] = x.Size(i)
	}
	return s
}

// stretch returns t broadcast to the shape of x, and shrink returns t summed to
// it; t itself where the shapes are surely the same. The shape is taken from the
// first node that surely has it: what comes after need not be computed for it.
func (t term) stretch(x term) term { return t.shaped(expr.OpBroadcastLike, x) }
func (t term) shrink(x term) term  { return t.shaped(expr.OpSumLike, x) }

func (t term) shaped(op expr.Op, x term) term {
	shape := x.shape()
	if t.v.Type().SameShape(x.v.Type()) || t.v == shape {
		return t
	}
	return t.apply(op, nil, t.v, shape)
}

// shape returns the first node that surely has the shape of t.
func (t term) shape() *expr.Node {
	if t.s.tape == nil {
		return t.v
	}
	return t.s.tape.shapeOf(t.v)
}

// size returns the length of an axis as an integer scalar.
func (t term) size(axis int) *expr.Node { return t.shape().Size(axis) }

// zeros returns zeros with the shape and the dtype of t.
func (t term) zeros() term {
	zero := t.is(expr.Strong(expr.Zeros(t.dtype())))
	if t.v.Rank() == 0 {
		return zero
	}
	return zero.stretch(t)
}

// index is [expr.Node.Index].
func (t term) index(items ...any) term { return t.is(t.v.Index(items...)) }

// flip returns t with the elements along axis in reverse order.
func (t term) flip(axis int) term {
	items := make([]expr.IndexItem, t.rank())
	for i := range items {
		step := 1
		if i == axis {
			step = -1
		}
		items[i].Step = expr.Size{Arg: -1, N: step}
	}
	return t.apply(expr.OpSlice, expr.Index{Items: items}, t.v)
}

// Products of matrices.

// dot returns the product of vectors, matrices or stacks of matrices.
func (t term) dot(u term) term {
	if t.rank() <= 2 && u.rank() <= 2 {
		return t.binary(expr.OpDot, u)
	}
	return t.binary(expr.OpMatMul, u)
}

func (t term) outer(u term) term { return t.binary(expr.OpOuter, u) }
func (t term) inv() term         { return t.unary(expr.OpInv) }
func (t term) solve(u term) term { return t.binary(expr.OpSolve, u) }

func (t term) solveTriangular(u term, lower bool) term {
	return t.apply(expr.OpSolveTriangular, expr.Triangular{Lower: lower}, t.v, u.v)
}

// eye returns the unit matrix with the lengths of the last two axes of t.
func (t term) eye() term {
	n, m := t.size(t.rank()-2), t.size(t.rank()-1)
	return t.apply(expr.OpEye, expr.Diagonal{DType: t.dtype()}, n, m)
}

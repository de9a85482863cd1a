package backend

import (
	"math"
	"slices"

	"arignote/expr"
)

// A lowering rewrites a node, all of whose dims are known, as an expression of
// ops that kernels have: element-wise ops, reductions whose argument has the
// dtype in which they accumulate, views. It returns n where there is nothing
// to do.
type lowering func(n *expr.Node) *expr.Node

// lowerings has the ops without a loop of their own. What a kernel computes is
// this, fused or not, so that both have the same bits.
var lowerings = [expr.NumOps]lowering{
	expr.OpSum:             lowerSum,
	expr.OpProd:            lowerSum,
	expr.OpMean:            lowerMean,
	expr.OpAny:             lowerLogic,
	expr.OpAll:             lowerLogic,
	expr.OpArgmax:          lowerArg,
	expr.OpArgmin:          lowerArg,
	expr.OpLogSumExp:       lowerLogSumExp,
	expr.OpSoftmax:         lowerSoftmax,
	expr.OpLogSoftmax:      lowerLogSoftmax,
	expr.OpCumsum:          lowerScan,
	expr.OpCumprod:         lowerScan,
	expr.OpSumLike:         lowerSumLike,
	expr.OpBroadcastLike:   lowerBroadcastLike,
	expr.OpOuter:           lowerOuter,
	expr.OpDot:             lowerDot,
	expr.OpMatMul:          lowerMatMul,
	expr.OpGemm:            lowerGemm,
	expr.OpGemv:            lowerGemm,
	expr.OpGer:             lowerGemm,
	expr.OpDiag:            lowerDiag,
	expr.OpTake:            lowerTake,
	expr.OpSetTake:         lowerTake,
	expr.OpIncTake:         lowerTake,
	expr.OpTrace:           lowerTrace,
	expr.OpDet:             lowerLinear,
	expr.OpLogAbsDet:       lowerLinear,
	expr.OpLogDet:          lowerLinear,
	expr.OpInv:             lowerLinear,
	expr.OpSolve:           lowerLinear,
	expr.OpSolveTriangular: lowerLinear,
	expr.OpCholesky:        lowerLinear,
	expr.OpEigh:            lowerLinear,
	expr.OpSVD:             lowerLinear,
	expr.OpQR:              lowerLinear,
	expr.OpIncSlice:        lowerIncSlice,
	expr.OpSetSlice:        lowerSetSlice,
	expr.OpStopGradient:    first,
	expr.OpScaleGradient:   first,
	expr.OpWithGradient:    first,
}

// first returns the argument of ops that concern gradients alone.
func first(n *expr.Node) *expr.Node { return n.Arg(0) }

// castTo returns x with dtype d, made at n.
func castTo(n, x *expr.Node, d expr.DType) *expr.Node {
	if x.DType() == d {
		return x
	}
	return expr.New(n, expr.OpCast, expr.Cast{DType: d}, x)
}

// wide returns the dtype in which floats are added up.
func wide(d expr.DType) expr.DType {
	switch d {
	case expr.Float32:
		return expr.Float64
	case expr.Complex64:
		return expr.Complex128
	}
	return d
}

// lowerSum adds and multiplies in float64 what is float32, with one rounding at
// the end, and small integers in the dtype of the result.
func lowerSum(n *expr.Node) *expr.Node {
	if p := summedProduct(n); p != nil {
		return p
	}
	x, d := n.Arg(0), wide(n.DType())
	if x.DType() == d {
		return n
	}
	return castTo(n, expr.New(n, n.Op(), n.Attr(), castTo(n, x, d)), n.DType())
}

// lowerMean is the sum by the count, for complex numbers part by part.
func lowerMean(n *expr.Node) *expr.Node {
	x, d := n.Arg(0), wide(n.DType())
	count := castTo(n, counted(n, x, n.Attr().(expr.Axes).Axes), expr.Float64)
	total := expr.New(n, expr.OpSum, n.Attr(), castTo(n, x, d))
	each := func(x *expr.Node) *expr.Node { return expr.New(n, expr.OpDiv, nil, x, count) }
	if !d.IsComplex() {
		return castTo(n, each(total), n.DType())
	}
	re, im := expr.New(n, expr.OpReal, nil, total), expr.New(n, expr.OpImag, nil, total)
	return castTo(n, expr.New(n, expr.OpComplex, nil, each(re), each(im)), n.DType())
}

// counted returns the number of elements along axes of x, made at n: not as a
// constant, so that another length needs no other kernel.
func counted(n, x *expr.Node, axes []int) *expr.Node {
	count := 1
	var sizes []*expr.Node
	for _, a := range axes {
		count *= length(x, a)
		sizes = append(sizes, expr.New(n, expr.OpSize, expr.Number{N: a}, x))
	}
	switch {
	case count == 0 || len(sizes) == 0:
		return expr.Strong(expr.ScalarValue(int64(count)))
	case len(sizes) == 1:
		return sizes[0]
	}
	return expr.New(n, expr.OpMul, nil, sizes...)
}

// length returns the length of an axis, which is known.
func length(x *expr.Node, axis int) int {
	l, _ := x.Type().Dims[axis].Known()
	return l
}

// lowerLogic asks of each element first whether it is not zero.
func lowerLogic(n *expr.Node) *expr.Node {
	return n.With(castTo(n, n.Arg(0), expr.Bool))
}

// lowerArg compares bools as numbers.
func lowerArg(n *expr.Node) *expr.Node {
	if n.Arg(0).DType() == expr.Bool {
		return n.With(castTo(n, n.Arg(0), expr.Uint8))
	}
	return n
}

// keep returns the attribute of a reduction along the same axes that keeps them.
func keep(axes ...int) expr.Axes { return expr.Axes{Axes: axes, KeepDims: true} }

// sumOf is the lowered sum along axes that are kept.
func sumOf(n, x *expr.Node, axes expr.Axes) *expr.Node {
	return lowerSum(expr.New(n, expr.OpSum, axes, x))
}

// lowerLogSumExp is m + log(sum(exp(x - m))) where the maximum m is finite, else
// m: what softmax computes too. It leaves lines without elements to the
// reference; along no axis each element is a line of its own. That x - m is
// rounded matters little here: where it is large, the exponential is small.
func lowerLogSumExp(n *expr.Node) *expr.Node {
	a := n.Attr().(expr.Axes)
	if slices.ContainsFunc(a.Axes, func(i int) bool { return length(n.Arg(0), i) == 0 }) {
		return n
	}
	if len(a.Axes) == 0 {
		return castTo(n, n.Arg(0), n.DType())
	}
	kept := expr.Axes{Axes: a.Axes, All: a.All, KeepDims: true}
	x := belowMax(n, kept)
	s := expr.New(n, expr.OpSum, kept, x.exp(n))
	y := expr.New(n, expr.OpAdd, nil, x.max, expr.New(n, expr.OpLog, nil, s))
	y = castTo(n, expr.New(n, expr.OpWhere, nil, expr.New(n, expr.OpIsFinite, nil, x.max), y, x.max), n.DType())
	if a.KeepDims {
		return y
	}
	return dropAxes(n, y, a.Axes)
}

// dropAxes returns x without the given axes, which have length 1.
func dropAxes(n, x *expr.Node, axes []int) *expr.Node {
	var pattern []int
	for i := range x.Rank() {
		if !slices.Contains(axes, i) {
			pattern = append(pattern, i)
		}
	}
	return expr.New(n, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, x)
}

// alongKept is the axis of n as that of a reduction that keeps it.
func alongKept(n *expr.Node) expr.Axes {
	axes := keep(n.Attr().(expr.Axis).Axis)
	axes.All = n.Rank() == 1
	return axes
}

// shifted is an array minus its maximum along some axes, in float64.
type shifted struct{ x, max, diff *expr.Node }

// belowMax returns the argument of n minus its maximum along axes that are kept.
// What is float32 is subtracted in float64: rounded to float32, a difference of
// -30 would put the exponential 30 units in the last place off.
func belowMax(n *expr.Node, axes expr.Axes) shifted {
	x := castTo(n, n.Arg(0), n.DType())
	s := shifted{
		x:   castTo(n, x, expr.Float64),
		max: castTo(n, expr.New(n, expr.OpMax, axes, x), expr.Float64),
	}
	s.diff = expr.New(n, expr.OpSub, nil, s.x, s.max)
	return s
}

// exp is exp(x - max) of the rounded difference.
func (s shifted) exp(n *expr.Node) *expr.Node { return expr.New(n, expr.OpExp, nil, s.diff) }

// exactExp is exp(x - max) as if the difference were not rounded: with e, what
// the difference lacks (Knuth's two-sum), exp(d + e) = exp(d)*(1 + e). Where the
// difference is infinite, e would be NaN.
func (s shifted) exactExp(n *expr.Node) *expr.Node {
	sub := func(a, b *expr.Node) *expr.Node { return expr.New(n, expr.OpSub, nil, a, b) }
	add := func(a, b *expr.Node) *expr.Node { return expr.New(n, expr.OpAdd, nil, a, b) }
	t := sub(s.diff, s.x)
	e := sub(sub(s.x, sub(s.diff, t)), add(s.max, t))
	far := expr.New(n, expr.OpLt, nil, s.diff, expr.Const(-1000.0))
	factor := expr.New(n, expr.OpWhere, nil, far, expr.Const(1.0), add(expr.Const(1.0), e))
	return expr.New(n, expr.OpMul, nil, s.exp(n), factor)
}

// alongLine returns the argument of n, an op along one axis, minus its maximum
// there; not for arrays without elements.
func alongLine(n *expr.Node) (x shifted, axes expr.Axes, ok bool) {
	shape, _ := n.Arg(0).Type().Shape()
	if n.Attr().(expr.Axis).Axis < 0 || slices.Contains(shape, 0) {
		return shifted{}, expr.Axes{}, false
	}
	axes = alongKept(n)
	return belowMax(n, axes), axes, true
}

// lowerSoftmax is exp(x - max) by its sum. The difference of two float32 has no
// error in float64 that a float32 would show.
func lowerSoftmax(n *expr.Node) *expr.Node {
	x, axes, ok := alongLine(n)
	if !ok {
		return n
	}
	e := x.exactExp(n)
	if n.DType() == expr.Float32 {
		e = x.exp(n)
	}
	return castTo(n, expr.New(n, expr.OpDiv, nil, e, expr.New(n, expr.OpSum, axes, e)), n.DType())
}

// lowerLogSoftmax is x - max - log(sum(exp(x - max))). The largest elements give
// a whole number to the sum; the others are added apart from it, so that a
// probability near 1 keeps the digits of its logarithm.
func lowerLogSoftmax(n *expr.Node) *expr.Node {
	x, axes, ok := alongLine(n)
	if !ok {
		return n
	}
	e := x.exp(n)
	zero, one := expr.Const(0.0), expr.Const(1.0)
	smaller := expr.New(n, expr.OpLt, nil, x.diff, zero)
	largest := expr.New(n, expr.OpSum, axes, expr.New(n, expr.OpWhere, nil, smaller, zero, e))
	others := expr.New(n, expr.OpSum, axes, expr.New(n, expr.OpWhere, nil, smaller, e, zero))
	sum := expr.New(n, expr.OpAdd, nil, expr.New(n, expr.OpSub, nil, largest, one), others)
	return castTo(n, expr.New(n, expr.OpSub, nil, x.diff, expr.New(n, expr.OpLog1p, nil, sum)), n.DType())
}

// lowerSumLike is a sum over the axes that were stretched.
func lowerSumLike(n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	skip := x.Rank() - y.Rank()
	var axes, front []int
	for i := range x.Rank() {
		if i < skip || length(y, i-skip) != length(x, i) {
			axes = append(axes, i)
		}
		if i < skip {
			front = append(front, i)
		}
	}
	if len(axes) == 0 {
		return x
	}
	s := sumOf(n, x, expr.Axes{Axes: axes, All: len(axes) == x.Rank(), KeepDims: true})
	s = castTo(n, s, n.DType())
	if skip == 0 {
		return s
	}
	return dropAxes(n, s, front)
}

// lowerBroadcastLike broadcasts to a shape that is known now.
func lowerBroadcastLike(n *expr.Node) *expr.Node {
	shape, _ := n.Type().Shape()
	return broadcastTo(n, n.Arg(0), shape)
}

// broadcastTo returns x with the given shape.
func broadcastTo(n, x *expr.Node, shape []int) *expr.Node {
	return expr.New(n, expr.OpBroadcastTo, expr.Dims{Sizes: sizes(shape)}, x)
}

// sizes returns known lengths as an attribute has them.
func sizes(shape []int) []expr.Size {
	out := make([]expr.Size, len(shape))
	for i, l := range shape {
		out[i] = expr.Size{Arg: -1, N: l}
	}
	return out
}

// lowerTrace is the sum of the diagonal.
func lowerTrace(n *expr.Node) *expr.Node {
	if n.Arg(0).Rank() != 2 {
		return n
	}
	a, _ := n.Attr().(expr.Diagonal)
	diagonal := expr.New(n, expr.OpDiag, expr.Diagonal{K: a.K}, n.Arg(0))
	return castTo(n, lowerSum(expr.New(n, expr.OpSum, expr.Axes{Axes: []int{0}, All: true}, diagonal)), n.DType())
}

// lowerDiag makes of a vector the matrix that has it on a diagonal: its
// elements, stretched over all columns or rows, are kept there alone.
func lowerDiag(n *expr.Node) *expr.Node {
	x, k := n.Arg(0), n.Attr().(expr.Diagonal).K
	if x.Rank() != 1 {
		return n
	}
	if k != 0 {
		rest := expr.Strong(expr.Zeros(x.DType(), max(k, -k)))
		x = expr.New(n, expr.OpConcatenate, expr.Axis{}, x, rest)
	}
	size := expr.Const(length(x, 0))
	on := expr.New(n, expr.OpEye, expr.Diagonal{K: k, DType: expr.Bool}, size, size)
	at := 1 // element i belongs to row i, or to column i
	if k < 0 {
		at = 0
	}
	return expr.New(n, expr.OpWhere, nil, on, insertAxis(n, x, at), expr.Strong(expr.Zeros(x.DType())))
}

// lowerTake makes int64 of uint64 indices: those that are too large become the
// largest int64, which is out of every range too.
func lowerTake(n *expr.Node) *expr.Node {
	args := slices.Clone(n.Args())
	from := len(args) - len(n.Attr().(expr.Gathered).Axes)
	for i, a := range args[from:] {
		if a.DType() == expr.Uint64 {
			most := expr.Strong(expr.ScalarValue(uint64(math.MaxInt64)))
			args[from+i] = castTo(n, expr.New(n, expr.OpMinimum, nil, a, most), expr.Int64)
		}
	}
	return n.With(args...)
}

// lowerIncSlice sets a part of x to that part plus y.
func lowerIncSlice(n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	index := resolve(n)
	old := expr.New(n, expr.OpSlice, index, x)
	add := expr.OpAdd
	if x.DType() == expr.Bool {
		add = expr.OpOr
	}
	sum := expr.New(n, add, nil, old, castTo(n, y, x.DType()))
	return lowerSetSlice(expr.New(n, expr.OpSetSlice, index, x, sum))
}

// lowerSetSlice is the new part where that is all of the array.
func lowerSetSlice(n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	var part, axes []int
	axis := 0
	for _, it := range resolve(n).Items {
		if it.Kind == expr.IndexNew {
			part = append(part, 1)
			continue
		}
		l := length(x, axis)
		if it.Kind == expr.IndexInt {
			return n
		}
		if _, count, _ := bounds(it, l); count != l || it.Step.N != 1 {
			return n
		}
		axes, part = append(axes, len(part)), append(part, l)
		axis++
	}
	for ; axis < x.Rank(); axis++ {
		axes, part = append(axes, len(part)), append(part, length(x, axis))
	}
	y = broadcastTo(n, castTo(n, y, x.DType()), part)
	return expr.New(n, expr.OpDimShuffle, expr.Pattern{Axes: axes}, y)
}

// resolve returns the index of n with numbers for the arguments that give its
// bounds, which are constants now.
func resolve(n *expr.Node) expr.Index {
	items := slices.Clone(n.Attr().(expr.Index).Items)
	for i := range items {
		it := &items[i]
		if it.HasStart || it.Kind == expr.IndexInt {
			it.Start = sizeOf(n, it.Start)
		}
		if it.HasStop {
			it.Stop = sizeOf(n, it.Stop)
		}
		if it.Kind == expr.IndexSlice {
			it.Step = sizeOf(n, it.Step)
		}
	}
	return expr.Index{Items: items}
}

// sizeOf returns z as a number: a constant argument of n gives it if z is no
// number yet.
func sizeOf(n *expr.Node, z expr.Size) expr.Size {
	if z.Arg < 0 {
		return z
	}
	v := n.Arg(z.Arg).Value()
	i := int(v.Int(0))
	if v.DType() == expr.Uint64 && i < 0 {
		i = math.MaxInt
	}
	return expr.Size{Arg: -1, N: i}
}

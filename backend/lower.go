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
	expr.OpSum:           lowerSum,
	expr.OpProd:          lowerSum,
	expr.OpMean:          lowerMean,
	expr.OpAny:           lowerLogic,
	expr.OpAll:           lowerLogic,
	expr.OpArgmax:        lowerArg,
	expr.OpArgmin:        lowerArg,
	expr.OpLogSumExp:     lowerLogSumExp,
	expr.OpSoftmax:       lowerSoftmax,
	expr.OpLogSoftmax:    lowerLogSoftmax,
	expr.OpCumsum:        lowerScan,
	expr.OpCumprod:       lowerScan,
	expr.OpSumLike:       lowerSumLike,
	expr.OpBroadcastLike: lowerBroadcastLike,
	expr.OpOuter:         lowerOuter,
	expr.OpDot:           lowerDot,
	expr.OpMatMul:        lowerMatMul,
	expr.OpTrace:         lowerTrace,
	expr.OpIncSlice:      lowerIncSlice,
	expr.OpStopGradient:  first,
	expr.OpScaleGradient: first,
	expr.OpWithGradient:  first,
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
	x, d := n.Arg(0), wide(n.DType())
	if n.Op() == expr.OpProd && d.IsComplex() || x.DType() == d {
		return n // complex products are the reference's
	}
	return castTo(n, expr.New(n, n.Op(), n.Attr(), castTo(n, x, d)), n.DType())
}

// lowerMean is the sum by the count.
func lowerMean(n *expr.Node) *expr.Node {
	if n.DType().IsComplex() {
		return n
	}
	x := n.Arg(0)
	count := 1
	for _, a := range n.Attr().(expr.Axes).Axes {
		count *= length(x, a)
	}
	total := expr.New(n, expr.OpSum, n.Attr(), castTo(n, x, expr.Float64))
	return castTo(n, expr.New(n, expr.OpDiv, nil, total, expr.Strong(expr.ScalarValue(float64(count)))), n.DType())
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

// lowerLogSumExp is m + log(sum(exp(x - m))), m the maximum where that is
// finite. It leaves lines without elements to the reference.
func lowerLogSumExp(n *expr.Node) *expr.Node {
	a := n.Attr().(expr.Axes)
	x := castTo(n, n.Arg(0), n.DType())
	if slices.ContainsFunc(a.Axes, func(i int) bool { return length(x, i) == 0 }) || len(a.Axes) == 0 {
		return n
	}
	kept := expr.Axes{Axes: a.Axes, All: a.All, KeepDims: true}
	m := expr.New(n, expr.OpMax, kept, x)
	zero := expr.Strong(number(n.DType(), 0))
	finite := expr.New(n, expr.OpWhere, nil, expr.New(n, expr.OpIsFinite, nil, m), m, zero)
	s := sumOf(n, expr.New(n, expr.OpExp, nil, expr.New(n, expr.OpSub, nil, x, finite)), kept)
	y := expr.New(n, expr.OpAdd, nil, finite, expr.New(n, expr.OpLog, nil, s))
	if a.KeepDims {
		return y
	}
	return dropAxes(n, y, a.Axes)
}

// number returns x as a scalar of a float dtype.
func number(d expr.DType, x float64) *expr.Value {
	if d == expr.Float32 {
		return expr.ScalarValue(float32(x))
	}
	return expr.ScalarValue(x)
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

// shifted returns x minus its maximum along the axis of n, and the sum of the
// exponentials of that.
func shifted(n *expr.Node) (x, e, s *expr.Node, ok bool) {
	a := n.Attr().(expr.Axis).Axis
	x = castTo(n, n.Arg(0), n.DType())
	shape, _ := x.Type().Shape()
	if a < 0 || slices.Contains(shape, 0) {
		return nil, nil, nil, false
	}
	axes := keep(a)
	axes.All = x.Rank() == 1
	x = expr.New(n, expr.OpSub, nil, x, expr.New(n, expr.OpMax, axes, x))
	e = expr.New(n, expr.OpExp, nil, x)
	return x, e, sumOf(n, e, axes), true
}

// lowerSoftmax is exp(x - max) by its sum.
func lowerSoftmax(n *expr.Node) *expr.Node {
	_, e, s, ok := shifted(n)
	if !ok {
		return n
	}
	return expr.New(n, expr.OpDiv, nil, e, s)
}

// lowerLogSoftmax is x - max - log(sum(exp(x - max))).
func lowerLogSoftmax(n *expr.Node) *expr.Node {
	x, _, s, ok := shifted(n)
	if !ok {
		return n
	}
	return expr.New(n, expr.OpSub, nil, x, expr.New(n, expr.OpLog, nil, s))
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
	sizes := make([]expr.Size, len(shape))
	for i, l := range shape {
		sizes[i] = expr.Size{Arg: -1, N: l}
	}
	return expr.New(n, expr.OpBroadcastTo, expr.Dims{Sizes: sizes}, n.Arg(0))
}

// lowerOuter multiplies a column by a row.
func lowerOuter(n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if x.Rank() != 1 || y.Rank() != 1 || n.DType() == expr.Bool {
		return n
	}
	column := expr.New(n, expr.OpDimShuffle, expr.Pattern{Axes: []int{0, -1}}, castTo(n, x, n.DType()))
	row := expr.New(n, expr.OpDimShuffle, expr.Pattern{Axes: []int{-1, 0}}, castTo(n, y, n.DType()))
	return expr.New(n, expr.OpMul, nil, column, row)
}

// lowerDot makes a sum of the product of two float vectors; a matrix times
// something is a product step.
func lowerDot(n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	if x.Rank() != 1 || y.Rank() != 1 || !n.DType().IsFloat() {
		return n
	}
	d := wide(n.DType())
	terms := expr.New(n, expr.OpMul, nil, castTo(n, x, d), castTo(n, y, d))
	return castTo(n, expr.New(n, expr.OpSum, expr.Axes{Axes: []int{0}, All: true}, terms), n.DType())
}

// lowerMatMul makes a dot of the product of two matrices.
func lowerMatMul(n *expr.Node) *expr.Node {
	if n.Arg(0).Rank() > 2 || n.Arg(1).Rank() > 2 {
		return n
	}
	return lowerDot(expr.New(n, expr.OpDot, nil, n.Arg(0), n.Arg(1)))
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

// lowerIncSlice sets a part of x to that part plus y.
func lowerIncSlice(n *expr.Node) *expr.Node {
	x, y := n.Arg(0), n.Arg(1)
	index := resolve(n)
	old := expr.New(n, expr.OpSlice, index, x)
	sum := expr.New(n, expr.OpAdd, nil, old, castTo(n, y, x.DType()))
	if x.DType() == expr.Bool || sum.DType() != x.DType() {
		return n
	}
	return expr.New(n, expr.OpSetSlice, index, x, sum)
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

package optimize

import (
	"slices"

	"arignote/expr"
)

// structureRules merge and drop views, reductions and indexing. They are
// functions, since what they do is arithmetic on attributes.
var structureRules = []Rule{
	// Axes.
	{Name: "dimshuffle-none", Class: Exact, Op: expr.OpDimShuffle, rewrite: dimshuffleNone, example: "x: float64[3, 4]; dimshuffle(x, (0, 1))"},
	{Name: "dimshuffle-dimshuffle", Class: Exact, Op: expr.OpDimShuffle, rewrite: dimshuffleDimshuffle, example: "x: float64[3, 4]; x.T.T"},
	{Name: "view-elementwise", Class: Exact, ops: []expr.Op{expr.OpDimShuffle, expr.OpReshape}, rewrite: viewElementwise, example: "x: float64[3, 4]; exp(sin(x.T)).T, reshape(exp(reshape(x, (12,))), (3, 4))"},
	{Name: "dimshuffle-reduce", Class: Exact, Op: expr.OpDimShuffle, rewrite: dimshuffleReduce, example: "x: float64[3, 4]; expand_dims(sum(x, axis=1), 1)"},
	{Name: "dimshuffle-expand", Class: Exact, Op: expr.OpDimShuffle, rewrite: dimshuffleExpand, example: "x: float64[3]; expand_dims(exp(x), 1)"},
	{Name: "reshape-same", Class: Exact, Op: expr.OpReshape, rewrite: reshapeSame, example: "x: float64[3, 4]; reshape(x, (3, 4))"},
	{Name: "reshape-reshape", Class: Exact, Op: expr.OpReshape, rewrite: reshapeReshape, example: "x: float64[3, 4]; reshape(reshape(x, (2, 6)), (4, 3))"},

	{Name: "reshape-dimshuffle", Class: Exact, Op: expr.OpReshape, rewrite: reshapeDimshuffle, example: "x: float64[3, 4]; reshape(x, (3, 1, 4))"},
	{Name: "dimshuffle-slice", Class: Exact, Op: expr.OpDimShuffle, rewrite: dimshuffleSlice, example: "x: float64[3, 4]; expand_dims(x[1], 0)"},
	{Name: "dimshuffle-reshape", Class: Exact, Op: expr.OpDimShuffle, rewrite: dimshuffleReshape, example: "x: float64[3, 4]; expand_dims(reshape(x, (12,)), 0)"},
	{Name: "view-fill", Class: Exact, ops: []expr.Op{expr.OpReshape, expr.OpDimShuffle}, rewrite: viewFill, example: "a: float64; full((3, 4), a).T, reshape(full((3, 4), a), (12,))"},

	// Stretching.
	{Name: "broadcast-same", Class: Exact, ops: []expr.Op{expr.OpBroadcastTo, expr.OpBroadcastLike}, rewrite: broadcastSame, example: "x: float64[3, 4]; y: float64[m]; broadcast_to(x, (3, 4)), broadcast_like(y, exp(y))"},
	{Name: "broadcast-known", Class: Exact, Op: expr.OpBroadcastLike, rewrite: broadcastKnown, example: "x: float64[3, 4]; broadcast_like(1.0, x)"},
	{Name: "broadcast-broadcast", Class: Exact, ops: []expr.Op{expr.OpBroadcastTo, expr.OpBroadcastLike}, rewrite: broadcastBroadcast, example: "x: float64[3]; broadcast_to(broadcast_to(x, (2, 3)), (4, 2, 3))"},
	{Name: "broadcast-leading", Class: Exact, Op: expr.OpBroadcastTo, rewrite: broadcastLeading, with: []expr.Op{expr.OpDimShuffle}, example: "x: float64[4]; broadcast_to(expand_dims(x, 0), (3, 4))"},
	{Name: "broadcast-result", Class: Exact, rewrite: broadcastResult, ops: elementwiseOps(), with: stretching, example: "x: float64[3]; y: float64[3]; exp(broadcast_to(x, (2, 3))), broadcast_to(x, (2, 3)) + broadcast_to(y, (2, 3))"},
	{Name: "broadcast-argument", Class: Exact, rewrite: broadcastArgument, ops: elementwiseOps(), with: stretching, example: "x: float64[3]; a: float64; x*broadcast_to(a, (3,))"},
	{Name: "broadcast-reduced", Class: Exact, rewrite: broadcastReduced, ops: elementwiseOps(), example: "x: float64[4]; x - mean(x, keepdims=True), x / mean(x)"},
	{Name: "sum-like-same", Class: Exact, Op: expr.OpSumLike, rewrite: sumLikeSame, example: "x: float64[m]; sum_like(exp(x), x)"},
	{Name: "sum-like-known", Class: Exact, Op: expr.OpSumLike, rewrite: sumLikeKnown, example: "x: float64[3, 4]; y: float64[4]; sum_like(x, y)"},
	{Name: "size-known", Class: Exact, ops: []expr.Op{expr.OpSize, expr.OpShape}, rewrite: sizeKnown, example: "x: float64[3, 4]; size(x, 1), shape(x)"},
	{Name: "size-traced", Class: Real, Op: expr.OpSize, rewrite: sizeTraced, example: "x: float64[?, 3]; y: float64[3, ?]; size(x @ y, 1)"},
	{Name: "shape-traced", Class: Real, Op: expr.OpShape, rewrite: shapeTraced, example: "x: float64[?, 3]; y: float64[3, ?]; shape(x @ y)"},
	{Name: "broadcast-traced", Class: Real, Op: expr.OpBroadcastLike, rewrite: broadcastTraced, example: "x: float64[?, 3]; y: float64[3, ?]; a: float64; broadcast_like(a, x @ y)"},
	{Name: "shape-witness", Class: Exact, ops: shapeOnlyOps(), rewrite: shapeWitness, example: "x: float64[m]; a: float64; broadcast_like(a, exp(x))"},

	// Reductions.
	{Name: "reduce-nothing-exact", Class: Exact, ops: append(exactReductionOps, expr.OpProd), rewrite: reduceNothing, example: "x: float64[4, 1]; max(x, axis=1)"},
	{Name: "reduce-nothing", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean, expr.OpLogSumExp}, rewrite: reduceNothing, example: "x: float64[4, 1]; sum(x, axis=1)"},
	{Name: "reduce-reduce-exact", Class: Exact, ops: exactReductionOps, rewrite: reduceReduce, example: "x: float64[3, 4]; max(max(x, axis=1), axis=0)"},
	{Name: "reduce-reduce", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpProd, expr.OpMean, expr.OpLogSumExp}, rewrite: reduceReduce, example: "x: float64[3, 4]; sum(sum(x, axis=1), axis=0)"},
	{Name: "sum-of-mean", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean}, rewrite: sumOfMean, example: "x: float64[3, 4]; sum(mean(x, axis=1)), mean(sum(x, axis=0, keepdims=True))"},
	{Name: "reduce-dimshuffle-exact", Class: Exact, ops: exactReductionOps, rewrite: reduceDimshuffle, example: "x: float64[3, 4]; max(x.T)"},
	{Name: "reduce-dimshuffle", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpProd, expr.OpMean, expr.OpLogSumExp}, rewrite: reduceDimshuffle, example: "x: float64[3, 4]; sum(x.T)"},
	{Name: "sum-factor", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean}, rewrite: sumFactor, example: "x: float64[3, 4]; a: float64; sum(a*x)"},
	{Name: "sum-separable-integer", Class: Exact, Op: expr.OpSum, rewrite: discrete(sumSeparable), example: "i: int64[30]; j: int64[40]; sum(i[:, None]*j)"},
	{Name: "sum-separable", Class: Real, Op: expr.OpSum, rewrite: sumSeparable, example: "x: float64[30, 2]; y: float64[40]; sum(x[:, None]*y[:, None], axis=(0, 1))"},
	{Name: "sum-of-stretched-integer", Class: Exact, Op: expr.OpSum, rewrite: discrete(sumOfStretched), example: "i: int64[30]; j: int64[40]; sum(i[:, None] - j)"},
	{Name: "sum-of-stretched", Class: Real, Op: expr.OpSum, rewrite: sumOfStretched, example: "x: float64[30]; y: float64[40]; sum(x[:, None] + y)"},
	{Name: "sum-neg", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean}, rewrite: sumNeg, example: "x: float64[3, 4]; sum(-x)"},
	{Name: "reduce-broadcast-exact", Class: Exact, ops: exactReductionOps, rewrite: reduceBroadcast, example: "x: float64[3]; max(broadcast_to(x, (2, 3)))"},
	{Name: "reduce-broadcast", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean, expr.OpProd}, rewrite: reduceBroadcast, example: "x: float64[3]; sum(broadcast_to(x, (2, 3)), axis=0)"},
	{Name: "reduce-reshape-exact", Class: Exact, ops: exactReductionOps, rewrite: reduceReshape, example: "x: float64[3, 4]; max(reshape(x, (12,)))"},
	{Name: "reduce-reshape", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean, expr.OpProd, expr.OpLogSumExp}, rewrite: reduceReshape, example: "x: float64[3, 4]; sum(reshape(x, (12,)))"},
	{Name: "sum-cast", Class: Exact, Op: expr.OpSum, rewrite: sumCast, example: "p: bool[5]; sum(astype(p, 'int64')), sum(where(p, 1, 0))"},
	{Name: "reduce-empty", Class: Exact, ops: []expr.Op{expr.OpSum, expr.OpProd, expr.OpAny, expr.OpAll}, rewrite: reduceEmpty, example: "x: float64[5]; sum(x[2:2]), prod(x[5:])"},
	{Name: "arg-dimshuffle", Class: Exact, ops: []expr.Op{expr.OpArgmax, expr.OpArgmin}, rewrite: argDimshuffle, example: "x: float64[3, 4]; argmax(x.T, axis=0)"},
	{Name: "along-dimshuffle-exact", Class: Exact, ops: []expr.Op{expr.OpSort, expr.OpArgsort}, rewrite: alongDimshuffle, with: []expr.Op{expr.OpDimShuffle}, example: "x: float64[3, 4]; sort(x.T, axis=0)"},
	{Name: "along-dimshuffle", Class: Real, ops: []expr.Op{expr.OpSoftmax, expr.OpLogSoftmax, expr.OpCumsum, expr.OpCumprod}, rewrite: alongDimshuffle, with: []expr.Op{expr.OpDimShuffle}, example: "x: float64[3, 4]; softmax(x.T, axis=0), cumsum(x[:, None], axis=0)"},
	{Name: "arg-ravel", Class: Exact, ops: []expr.Op{expr.OpArgmax, expr.OpArgmin}, rewrite: argRavel, example: "x: float64[3, 4]; argmax(reshape(x, (12,)))"},
	{Name: "reduce-flip-exact", Class: Exact, ops: exactReductionOps, rewrite: reduceFlip, example: "x: float64[3, 4]; max(x[::-1], axis=0)"},
	{Name: "reduce-flip", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean, expr.OpProd, expr.OpLogSumExp}, rewrite: reduceFlip, example: "x: float64[3, 4]; sum(x[:, ::-1])"},
	{Name: "reduce-along", Class: Real, ops: orderless, rewrite: reduceAlong, example: "x: float64[3, 4]; sum(sort(x, axis=1), axis=1)"},
	{Name: "singleton-exact", Class: Exact, ops: []expr.Op{expr.OpSort, expr.OpArgsort, expr.OpArgmax, expr.OpArgmin}, rewrite: singleton, example: "x: float64[4, 1]; sort(x, axis=1), argmax(x, axis=1), argsort(x, axis=1)"},
	{Name: "singleton", Class: Real, ops: []expr.Op{expr.OpSoftmax, expr.OpLogSoftmax, expr.OpCumsum, expr.OpCumprod}, rewrite: singleton, example: "x: float64[4, 1]; softmax(x, axis=1), log_softmax(x, axis=1), cumsum(x, axis=1)"},
	{Name: "sort-sort", Class: Real, Op: expr.OpSort, rewrite: sortSort, example: "x: float64[4]; sort(sort(x)), sort(x[::-1])"},
	{Name: "prod-factor", Class: Real, Op: expr.OpProd, rewrite: prodFactor, example: "x: float64[3]; prod(-2*x)"},
	{Name: "mean-of-sum", Class: Real, ops: []expr.Op{expr.OpMul, expr.OpDiv}, rewrite: meanOfSum, example: "x: float64[3]; sum(x)/3"},
	{Name: "sum-centred", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean}, rewrite: sumCentred, example: "x: float64[3, 4]; a: float64; sum(2*(x - mean(x, axis=1, keepdims=True))/a, axis=1)"},
	{Name: "centred", Class: Real, Op: expr.OpSub, rewrite: centred, example: "x: float64[3]; a: float64; (a*x + 1) - mean(a*x + 1)"},
	{Name: "extremum-monotone", Class: Real, ops: []expr.Op{expr.OpMax, expr.OpMin}, rewrite: extremumMonotone, example: "x: float64[3]; max(exp(x)), min(3 - x)"},
	{Name: "arg-monotone", Class: Real, ops: []expr.Op{expr.OpArgmax, expr.OpArgmin}, rewrite: argMonotone, example: "x: float64[3]; argmax(sigmoid(x))"},
	{Name: "dimshuffle-neg", Class: Exact, Op: expr.OpDimShuffle, rewrite: dimshuffleNeg, example: "x: float64[3, 1]; dimshuffle(-x, (0,))"},
	{Name: "any-not", Left: "any(~x)", Right: "~all(x)", Class: Exact, When: "x bool"},
	{Name: "all-not", Left: "all(~x)", Right: "~any(x)", Class: Exact, When: "x bool"},
	{Name: "prod-square", Left: "prod(square(x))", Right: "square(prod(x))", Class: Real},
	{Name: "prod-abs", Left: "prod(abs(x))", Right: "abs(prod(x))", Class: Real},
	{Name: "prod-reciprocal", Left: "prod(reciprocal(x))", Right: "reciprocal(prod(x))", Class: Real},
}

// exactReductionOps are the reductions that do not round.
var exactReductionOps = []expr.Op{expr.OpMax, expr.OpMin, expr.OpAny, expr.OpAll}

func elementwiseOps() []expr.Op {
	return opsWith(func(op expr.Op) bool { return op.Elementwise() })
}

// shapeOnlyOps are the ops that use nothing but the shape of an argument.
func shapeOnlyOps() []expr.Op {
	return opsWith(func(op expr.Op) bool { return op.ShapeOnly(0) || op.ShapeOnly(1) })
}

func opsWith(has func(expr.Op) bool) []expr.Op {
	var list []expr.Op
	for op := expr.OpConst + 1; op < expr.NumOps; op++ {
		if has(op) {
			list = append(list, op)
		}
	}
	return list
}

// dimshuffleNone drops a permutation that moves nothing: each axis stays, or is
// an axis of length 1 that is dropped and made anew.
func dimshuffleNone(r *run, n *expr.Node) *expr.Node {
	p, x := n.Attr().(expr.Pattern).Axes, n.Arg(0)
	if len(p) != x.Rank() {
		return nil
	}
	for i, a := range p {
		if a != i && !(a < 0 && x.Type().Dims[i].Is(1)) {
			return nil
		}
	}
	return x
}

// dimshuffleDimshuffle merges two permutations.
func dimshuffleDimshuffle(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	if inner.Op() != expr.OpDimShuffle {
		return nil
	}
	return r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: composed(n, inner)}, inner.Arg(0))
}

// composed is the pattern of outer after inner.
func composed(outer, inner *expr.Node) []int {
	p, q := outer.Attr().(expr.Pattern).Axes, inner.Attr().(expr.Pattern).Axes
	axes := make([]int, len(p))
	for i, a := range p {
		axes[i] = -1
		if a >= 0 {
			axes[i] = q[a]
		}
	}
	return axes
}

// dimshuffleReduce lets a reduction keep its axes where they are put back
// after it, or drop them where they are dropped after it.
func dimshuffleReduce(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	if !f.Op().Reduction() || !r.once(f) {
		return nil
	}
	a, x := f.Attr().(expr.Axes), f.Arg(0)
	if a.KeepDims && !dropsKept(n) || !a.KeepDims && !respread(n) {
		return nil
	}
	return r.make(n, f.Op(), axesAttr(a.Axes, x.Rank(), !a.KeepDims), x)
}

// respread reports whether n inserts just the axes that a reduction has dropped.
func respread(n *expr.Node) bool {
	f := n.Arg(0)
	if !f.Op().Reduction() {
		return false
	}
	a, p := f.Attr().(expr.Axes), n.Attr().(expr.Pattern).Axes
	if a.KeepDims || len(p) != f.Arg(0).Rank() {
		return false
	}
	for i, axis := range p {
		if (axis < 0) != slices.Contains(a.Axes, i) {
			return false
		}
	}
	return ascending(p)
}

// dropsKept reports whether n drops just the axes that a reduction has kept.
func dropsKept(n *expr.Node) bool {
	f := n.Arg(0)
	var rest []int
	for i := range f.Rank() {
		if !slices.Contains(f.Attr().(expr.Axes).Axes, i) {
			rest = append(rest, i)
		}
	}
	return slices.Equal(rest, n.Attr().(expr.Pattern).Axes)
}

// ascending reports whether a pattern keeps the order of all axes.
func ascending(pattern []int) bool {
	next := 0
	for _, a := range pattern {
		if a >= 0 && a != next {
			return false
		}
		next = max(next, a+1)
	}
	return true
}

// dimshuffleExpand inserts axes before an element-wise op instead of after it,
// where that brings the view to another view or a reduction.
func dimshuffleExpand(r *run, n *expr.Node) *expr.Node {
	f, p := n.Arg(0), n.Attr().(expr.Pattern).Axes
	if !f.Op().Elementwise() || !r.once(f) || !slices.Contains(p, -1) || !ascending(p) {
		return nil
	}
	args, arrays, meets := slices.Clone(f.Args()), 0, true
	for i, a := range args {
		if a.Rank() == 0 {
			continue
		}
		if a.Rank() != f.Rank() {
			return nil
		}
		arrays++
		meets = meets && (a.Op().Reduction() || a.Op() == expr.OpDimShuffle)
		args[i] = r.make(n, expr.OpDimShuffle, n.Attr(), a)
	}
	if arrays == 0 || arrays > 1 && !meets {
		return nil
	}
	return r.make(f, f.Op(), f.Attr(), args...)
}

// dimshuffleNeg takes the sign out of a view, to where signs are collected.
func dimshuffleNeg(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if x.Op() != expr.OpNeg {
		return nil
	}
	return r.make(x, expr.OpNeg, nil, r.make(n, expr.OpDimShuffle, n.Attr(), x.Arg(0)))
}

func isIdentity(pattern []int, rank int) bool {
	if len(pattern) != rank {
		return false
	}
	for i, a := range pattern {
		if i != a {
			return false
		}
	}
	return true
}

// reshapeSame drops a reshape to the shape that is there.
func reshapeSame(r *run, n *expr.Node) *expr.Node {
	if r.sameShape(n, n.Arg(0)) {
		return n.Arg(0)
	}
	return nil
}

// reshapeReshape keeps the last of two reshapes, if its shape does not depend
// on the first one, which may move axes of length 1.
func reshapeReshape(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	if inner.Op() != expr.OpReshape && !(inner.Op() == expr.OpDimShuffle && keepsOrder(inner)) {
		return nil
	}
	args := append([]*expr.Node{inner.Arg(0)}, n.Args()[1:]...)
	return r.make(n, expr.OpReshape, n.Attr(), args...)
}

// reshapeDimshuffle makes or drops axes of length 1 by dimshuffle, which other
// rules look through.
func reshapeDimshuffle(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	from, to := r.dims(x), r.dims(n)
	pattern := make([]int, len(to))
	next := 0
	for i, d := range to {
		for next < len(from) && from[next] == 1 && d != 1 {
			next++
		}
		switch {
		case next < len(from) && d == from[next]:
			pattern[i] = next
			next++
		case d == 1:
			pattern[i] = -1
		default:
			return nil
		}
	}
	for ; next < len(from); next++ {
		if from[next] != 1 {
			return nil
		}
	}
	return r.shuffled(n, x, pattern)
}

// dimshuffleSlice takes a part of length 1 where an element is taken and its
// axis made anew, and an element where the axis of a part of length 1 is
// dropped.
func dimshuffleSlice(r *run, n *expr.Node) *expr.Node {
	part, pattern := n.Arg(0), n.Attr().(expr.Pattern).Axes
	if part.Op() != expr.OpSlice || !r.once(part) {
		return nil
	}
	x, items := part.Arg(0), itemsOf(part)
	axis, next, changed := 0, 0, false // of the part, of the pattern
	for i, e := range items {
		if e.kind == expr.IndexNew {
			return nil
		}
		s, ok := e.span(x.Type().Dims[i])
		length, _ := x.Type().Dims[i].Known()
		isNew := next < len(pattern) && pattern[next] < 0
		switch {
		case e.kind == expr.IndexInt && isNew && ok:
			s.drop, changed = false, true
			items[i] = s.item(length)
			next++
		case e.kind == expr.IndexInt:
		case next < len(pattern) && pattern[next] == axis:
			next, axis = next+1, axis+1
		case ok && s.count == 1 && !isNew:
			items[i], changed, axis = element(s.first), true, axis+1
		default:
			return nil
		}
	}
	if !changed || next < len(pattern) {
		return nil
	}
	return r.slice(n, x, items)
}

// dimshuffleReshape makes and drops axes of length 1 by the reshape before.
func dimshuffleReshape(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	shape, known := n.Type().Shape()
	if f.Op() != expr.OpReshape || !known || !keepsOrder(n) {
		return nil
	}
	return r.make(n, expr.OpReshape, expr.Dims{Sizes: sizesOf(shape)}, f.Arg(0))
}

// keepsOrder reports whether the dimshuffle n keeps the order of all elements: it moves
// axes of length 1 only.
func keepsOrder(n *expr.Node) bool {
	last, dims := -1, n.Arg(0).Type().Dims
	for _, a := range n.Attr().(expr.Pattern).Axes {
		if a < 0 || dims[a].Is(1) {
			continue
		}
		if a < last {
			return false
		}
		last = a
	}
	return true
}

// viewFill: a view of equal elements is an array of them.
func viewFill(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	if !isFill(f) {
		return nil
	}
	if n.Rank() == 0 {
		return f.Arg(0)
	}
	return r.stretch(n, f.Arg(0), r.dims(n))
}

// broadcastSame drops stretching that changes nothing, or makes axes of length 1
// in front.
func broadcastSame(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if r.sameShape(n, x) {
		return x
	}
	want, missing := r.dims(n), n.Rank()-x.Rank()
	if x.Rank() == 0 || !slices.Equal(want[missing:], r.dims(x)) || slices.ContainsFunc(want[:missing], func(d symbol) bool { return d != 1 }) {
		return nil
	}
	pattern := make([]int, n.Rank())
	for i := range pattern {
		pattern[i] = max(i-missing, -1)
	}
	return r.shuffled(n, x, pattern)
}

// broadcastKnown stretches by numbers where the lengths are known.
func broadcastKnown(r *run, n *expr.Node) *expr.Node {
	shape, known := n.Type().Shape()
	if !known {
		return nil
	}
	return r.make(n, expr.OpBroadcastTo, expr.Dims{Sizes: sizesOf(shape)}, n.Arg(0))
}

// broadcastBroadcast stretches once instead of twice.
func broadcastBroadcast(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	if inner.Op() != expr.OpBroadcastTo && inner.Op() != expr.OpBroadcastLike {
		return nil
	}
	args := append([]*expr.Node{inner.Arg(0)}, n.Args()[1:]...)
	return r.make(n, n.Op(), n.Attr(), args...)
}

// broadcastLeading drops new axes in front of what is stretched: broadcasting puts
// them there.
func broadcastLeading(r *run, n *expr.Node) *expr.Node {
	view := n.Arg(0)
	if view.Op() != expr.OpDimShuffle {
		return nil
	}
	pattern := view.Attr().(expr.Pattern).Axes
	first := slices.IndexFunc(pattern, func(a int) bool { return a >= 0 })
	if first <= 0 {
		return nil
	}
	args := append([]*expr.Node{r.shuffled(view, view.Arg(0), pattern[first:])}, n.Args()[1:]...)
	return r.make(n, n.Op(), n.Attr(), args...)
}

// broadcastArgument drops the stretching of an argument of an element-wise op
// where the others stretch the result as far.
func broadcastArgument(r *run, n *expr.Node) *expr.Node {
	if len(n.Args()) < 2 {
		return nil
	}
	if !slices.ContainsFunc(n.Args(), isStretched) {
		return nil
	}
	args, changed := slices.Clone(n.Args()), false
	for i, a := range args {
		if !isStretched(a) {
			continue
		}
		args[i] = a.Arg(0)
		if slices.Equal(r.broadcast(args...), r.dims(n)) {
			changed = true
		} else {
			args[i] = a
		}
	}
	if !changed {
		return nil
	}
	return r.make(n, n.Op(), n.Attr(), args...)
}

// stretching are the ops that broadcast.
var stretching = []expr.Op{expr.OpBroadcastTo, expr.OpBroadcastLike}

// isStretched reports whether n is a broadcast of another node.
func isStretched(n *expr.Node) bool {
	return n.Op() == expr.OpBroadcastTo || n.Op() == expr.OpBroadcastLike
}

// broadcastResult computes first and stretches then: an element-wise op all of
// whose arguments are scalars or stretched, one of them to the shape of the
// result.
func broadcastResult(r *run, n *expr.Node) *expr.Node {
	if !slices.ContainsFunc(n.Args(), isStretched) {
		return nil
	}
	args, stretched := slices.Clone(n.Args()), (*expr.Node)(nil)
	for i, a := range args {
		switch {
		case isStretched(a):
			if stretched == nil && r.sameShape(n, a) {
				stretched = a
			}
			args[i] = a.Arg(0)
		case a.Rank() > 0:
			return nil
		}
	}
	if stretched == nil || slices.Equal(r.broadcast(args...), r.dims(n)) {
		return nil
	}
	small := r.make(n, n.Op(), n.Attr(), args...)
	if small.Err() != nil {
		return nil
	}
	return r.make(n, stretched.Op(), stretched.Attr(), append([]*expr.Node{small}, stretched.Args()[1:]...)...)
}

// sumLikeSame drops a sum over no axis.
func sumLikeSame(r *run, n *expr.Node) *expr.Node {
	if r.sameShape(n.Arg(0), n.Arg(1)) {
		return n.Arg(0)
	}
	return nil
}

// sumLikeKnown names the axes that sum_like sums over, where they are known.
func sumLikeKnown(r *run, n *expr.Node) *expr.Node {
	x, y := r.dims(n.Arg(0)), r.dims(n.Arg(1))
	skip := len(x) - len(y)
	var axes, pattern []int
	for i := range x {
		switch {
		case i < skip:
			axes = append(axes, i)
			continue
		case y[i-skip] == 1 && x[i] != 1:
			axes = append(axes, i)
			pattern = append(pattern, -1)
			continue
		case x[i] != y[i-skip]:
			return nil // may turn out to stretch
		}
		pattern = append(pattern, i-len(axes))
	}
	if len(axes) == 0 {
		return n.Arg(0)
	}
	m := r.make(n, expr.OpSum, axesAttr(axes, len(x), false), n.Arg(0))
	if m.Err() != nil || m.DType() != n.DType() {
		return nil
	}
	if isIdentity(pattern, m.Rank()) {
		return m
	}
	return r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, m)
}

// shapeWitness lets an op that uses only the shape of an argument ask an input
// for it, or a node nearer to the inputs.
func shapeWitness(r *run, n *expr.Node) *expr.Node {
	args, changed := slices.Clone(n.Args()), false
	for i, a := range args {
		if !n.Op().ShapeOnly(i) || len(a.Args()) == 0 {
			continue
		}
		if w := r.witness(a, r.dims(a)); w != nil {
			args[i], changed = w, true
		}
	}
	if !changed {
		return nil
	}
	return r.make(n, n.Op(), n.Attr(), args...)
}

// broadcastReduced uses the reduction of a vector to a scalar that is there for
// the one that keeps the axis: broadcasting puts it there.
func broadcastReduced(r *run, n *expr.Node) *expr.Node {
	if len(n.Args()) < 2 {
		return nil
	}
	for i, x := range n.Args() {
		if !x.Op().Reduction() || x.Rank() != 1 || x.Arg(0).Rank() != 1 {
			continue
		}
		y := r.existing(x.Op(), axesAttr(nil, 1, false), x.Args())
		if y == nil || r.uses.at(r.id(y)).count == 0 || len(x.Attr().(expr.Axes).Axes) == 0 {
			continue
		}
		args := slices.Clone(n.Args())
		if args[i] = y; slices.Equal(r.broadcast(args...), r.dims(n)) {
			return r.make(n, n.Op(), n.Attr(), args...)
		}
	}
	return nil
}

package optimize

import (
	"slices"

	"arignote/expr"
)

// Slices go towards the inputs, so that only what is needed is computed:
// through views and joins, and through what is computed for this slice alone.

// structureSlicing are the rows about slices, for the pass structure.
var structureSlicing = []Rule{
	// Slices.
	{Name: "slice-whole", Class: Exact, Op: expr.OpSlice, rewrite: sliceWhole, example: "x: float64[5]; x[:]"},
	{Name: "slice-new-axis", Class: Exact, Op: expr.OpSlice, rewrite: sliceNew, example: "x: float64[5]; x[1:, None]"},
	{Name: "slice-slice", Class: Exact, Op: expr.OpSlice, rewrite: sliceSlice, example: "x: float64[9]; x[2:][1:3]"},
	{Name: "slice-elementwise", Class: Exact, Op: expr.OpSlice, rewrite: sliceElementwise, example: "x: float64[9]; exp(x)[0]"},
	{Name: "slice-reduce-exact", Class: Exact, Op: expr.OpSlice, rewrite: sliceReduceExact, example: "x: float64[3, 4]; max(x, axis=1)[2]"},
	{Name: "slice-reduce", Class: Real, Op: expr.OpSlice, rewrite: sliceReduce, example: "x: float64[3, 4]; sum(x, axis=1)[2]"},
	{Name: "slice-along", Class: Real, Op: expr.OpSlice, rewrite: sliceAlong, example: "x: float64[3, 4]; softmax(x, axis=1)[2]"},
	{Name: "slice-end", Class: Real, Op: expr.OpSlice, rewrite: sliceEnd, example: "x: float64[5]; cumsum(x)[-1], cumprod(x)[2], sort(x)[0]"},
	{Name: "slice-arg", Class: Real, Op: expr.OpSlice, rewrite: sliceArg, example: "x: float64[5]; x[argmax(x)]"},
	{Name: "slice-dimshuffle", Class: Exact, Op: expr.OpSlice, rewrite: sliceDimshuffle, example: "x: float64[3, 4]; x.T[0]"},
	{Name: "slice-reshape", Class: Exact, Op: expr.OpSlice, rewrite: sliceReshape, example: "x: float64[3, 4]; reshape(x, (12,))[5]"},
	{Name: "slice-broadcast", Class: Exact, ops: []expr.Op{expr.OpSlice}, rewrite: sliceBroadcast, example: "x: float64[5]; broadcast_to(x, (3, 5))[1]"},
	{Name: "slice-concatenate", Class: Exact, Op: expr.OpSlice, rewrite: sliceConcatenate, example: "x: float64[5]; y: float64[5]; stack((x, y))[1]"},
	{Name: "slice-set-slice", Class: Exact, Op: expr.OpSlice, rewrite: sliceSetSlice, example: "x: float64[5]; y: float64[2]; set_subtensor(x[1:3], y)[1:3]"},
	{Name: "slice-product", Class: Real, Op: expr.OpSlice, rewrite: sliceProduct, example: "A: float64[3, 4]; B: float64[4, 5]; dot(A, B)[1]"},
	{Name: "slice-outer", Class: Exact, Op: expr.OpSlice, rewrite: sliceOuter, example: "u: float64[3]; v: float64[4]; outer(u, v)[1]"},
	{Name: "slice-solve", Class: Real, Op: expr.OpSlice, rewrite: sliceSolve, example: "A: float64[3, 3]; B: float64[3, 4]; solve(A, B)[:, 1]"},
	{Name: "slice-diag", Class: Exact, Op: expr.OpSlice, rewrite: sliceDiag, example: "A: float64[3, 3]; diag(A)[1]"},
	{Name: "slice-arange", Class: Exact, Op: expr.OpSlice, rewrite: sliceArange, example: "arange(100)[40:60:2]"},
	{Name: "slice-take", Class: Exact, Op: expr.OpSlice, rewrite: sliceTake, example: "x: float64[5, 4]; i: int64[3]; x[i][:, 1]"},
}

// sliceWhole drops an index that takes everything.
func sliceWhole(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	for i, e := range itemsOf(n) {
		if e.whole() {
			continue
		}
		if e.kind != expr.IndexSlice {
			return nil
		}
		d := x.Type().Dims[i]
		length, _ := d.Known()
		if s, ok := e.span(d); !ok || s.count != length || s.step != 1 && length > 1 {
			return nil // one element is in order either way
		}
	}
	return x
}

// sliceNew makes new axes by dimshuffle, so that no slice has any.
func sliceNew(r *run, n *expr.Node) *expr.Node {
	items := itemsOf(n)
	if !hasNew(items) {
		return nil
	}
	var kept []item
	var pattern []int
	axis := 0
	for _, e := range items {
		switch e.kind {
		case expr.IndexNew:
			pattern = append(pattern, -1)
			continue
		case expr.IndexSlice:
			pattern = append(pattern, axis)
			axis++
		}
		kept = append(kept, e)
	}
	return r.shuffled(n, r.slice(n, n.Arg(0), kept), pattern)
}

// shuffled is dimshuffle, unless that moves nothing.
func (r *run) shuffled(n, x *expr.Node, pattern []int) *expr.Node {
	if x == nil || x.Err() != nil || isIdentity(pattern, x.Rank()) {
		return x
	}
	return r.make(n, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, x)
}

// sliceSlice merges two indices.
func sliceSlice(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	if inner.Op() != expr.OpSlice {
		return nil
	}
	in, outer, x := itemsOf(inner), itemsOf(n), inner.Arg(0)
	if hasNew(in) || hasNew(outer) {
		return nil
	}
	merged, next := make([]item, len(in)), 0
	for axis, e := range in {
		if e.kind == expr.IndexInt {
			merged[axis] = e
			continue
		}
		var ok bool
		if merged[axis], ok = after(e, outer[next], x.Type().Dims[axis]); !ok {
			return nil
		}
		next++
	}
	return r.slice(n, x, merged)
}

// sliceElementwise computes only the part that is wanted: exp(x)[0] is
// exp(x[0]).
func sliceElementwise(r *run, n *expr.Node) *expr.Node {
	f, items := n.Arg(0), itemsOf(n)
	if !f.Op().Elementwise() || !r.once(f) && !r.smallPart(n, f) || hasNew(items) {
		return nil
	}
	args := make([]*expr.Node, len(f.Args()))
	for i, a := range f.Args() {
		if args[i] = r.partOfOperand(n, a, r.dims(f), items); args[i] == nil {
			return nil
		}
	}
	return r.make(f, f.Op(), f.Attr(), args...)
}

// smallPart reports whether all uses of f together need no more elements than f
// has, if each is as small as the part n of it. There are few of them, so that
// what f is made of is not written many times.
func (r *run) smallPart(n, f *expr.Node) bool {
	const few = 4
	part, known := n.Type().Shape()
	whole, alsoKnown := f.Type().Shape()
	uses := int(r.uses.at(r.id(f)).count)
	return known && alsoKnown && uses <= few && volume(part)*uses <= volume(whole)
}

// partOfOperand is what the items take of an operand that is stretched to
// the given shape, before it is stretched; nil if that is not certain.
func (r *run) partOfOperand(n, a *expr.Node, shape []symbol, items []item) *expr.Node {
	d := r.dims(a)
	skip := len(shape) - len(d)
	part := make([]item, len(d))
	for i, x := range d {
		e := items[i+skip]
		switch {
		case x == shape[i+skip]:
			part[i] = e
		case x != 1:
			return nil
		case e.kind == expr.IndexInt:
			part[i] = element(0)
		default:
			part[i] = wholeItem
		}
	}
	return r.slice(n, a, part)
}

func sliceReduceExact(r *run, n *expr.Node) *expr.Node {
	switch f := n.Arg(0); f.Op() {
	case expr.OpMax, expr.OpMin, expr.OpAny, expr.OpAll, expr.OpArgmax, expr.OpArgmin:
		return r.sliceReduced(n)
	}
	return nil
}

// sliceReduce reduces only the lines that are wanted: sum(x, axis=1)[3] is
// sum(x[3]).
func sliceReduce(r *run, n *expr.Node) *expr.Node {
	if n.Arg(0).Op().Reduction() {
		return r.sliceReduced(n)
	}
	return nil
}

func (r *run) sliceReduced(n *expr.Node) *expr.Node {
	f, items := n.Arg(0), itemsOf(n)
	a, x := axesOf(f), f.Arg(0)
	if !r.once(f) || len(a.Axes) == 0 || hasNew(items) {
		return nil
	}
	part := wholeItems(x.Rank())
	var axes, pattern []int // of the part; of the result
	axis, kept, next := 0, 0, 0
	for i := range part {
		reduced := slices.Contains(a.Axes, i)
		if reduced {
			axes = append(axes, axis)
			axis++
			if !a.KeepDims {
				continue
			}
		}
		e := items[next]
		next++
		switch {
		case reduced && e.whole():
			pattern = append(pattern, -1)
		case reduced:
			if s, ok := e.span(expr.KnownDim(1)); !ok || !s.drop {
				return nil
			}
		default:
			part[i] = e
			if e.kind == expr.IndexSlice {
				pattern = append(pattern, kept)
				kept, axis = kept+1, axis+1
			}
		}
	}
	y := r.slice(n, x, part)
	if y.Err() != nil {
		return nil
	}
	return r.shuffled(n, r.reduced(f, y, axes), pattern)
}

// reduced applies the reduction of f to y along other axes, which it drops.
func (r *run) reduced(f, y *expr.Node, axes []int) *expr.Node {
	if f.Op().Reduction() {
		return r.make(f, f.Op(), axesAttr(axes, y.Rank(), false), y)
	}
	return r.make(f, f.Op(), expr.Axis{Axis: axes[0]}, y)
}

// sliceAlong computes only the lines that are wanted of what is computed along
// an axis, and of running sums and products only the beginning.
func sliceAlong(r *run, n *expr.Node) *expr.Node {
	f, items := n.Arg(0), itemsOf(n)
	switch f.Op() {
	case expr.OpSoftmax, expr.OpLogSoftmax, expr.OpCumsum, expr.OpCumprod, expr.OpSort, expr.OpArgsort:
	default:
		return nil
	}
	axis := f.Attr().(expr.Axis).Axis
	if axis < 0 && f.Rank() == 1 {
		axis = 0
	}
	if !r.once(f) || axis < 0 || hasNew(items) {
		return nil
	}
	running := f.Op() == expr.OpCumsum || f.Op() == expr.OpCumprod
	if e := items[axis]; !e.whole() && !(running && e.kind == expr.IndexSlice && !e.start.has && e.step == at(1)) {
		return nil
	}
	x := r.slice(n, f.Arg(0), items)
	for _, e := range items[:axis] {
		axis -= oneOf(e.kind == expr.IndexInt)
	}
	return r.make(f, f.Op(), expr.Axis{Axis: axis}, x)
}

// sliceEnd: the ends of what is sorted are reductions, and so are the elements
// of a running sum or product.
func sliceEnd(r *run, n *expr.Node) *expr.Node {
	f, items := n.Arg(0), itemsOf(n)
	if _, ok := reductionAt[f.Op()]; !ok || !r.once(f) || hasNew(items) {
		return nil
	}
	axis := f.Attr().(expr.Axis).Axis
	if axis < 0 && f.Rank() == 1 {
		axis = 0
	}
	if axis < 0 || items[axis].kind != expr.IndexInt {
		return nil
	}
	length, _ := f.Type().Dims[axis].Known()
	s, ok := items[axis].span(f.Type().Dims[axis])
	op := reductionAt[f.Op()][oneOf(s.first == length-1)]
	if !ok || f.Op() == expr.OpSort && s.first != 0 && s.first != length-1 || length == 1 {
		return nil
	}
	x := f.Arg(0)
	if f.Op() != expr.OpSort && s.first < length-1 {
		part := wholeItems(f.Rank())
		part[axis] = span{count: s.first + 1, step: 1}.item(length)
		x = r.slice(n, x, part)
	}
	rest := slices.Delete(items, axis, axis+1)
	return r.slice(n, r.make(f, op, axesAttr([]int{axis}, f.Rank(), false), x), rest)
}

// reductionAt has what the first and the last element of a line is; the others
// of a running sum are like the last one.
var reductionAt = map[expr.Op][2]expr.Op{
	expr.OpSort:    {expr.OpMin, expr.OpMax},
	expr.OpCumsum:  {expr.OpSum, expr.OpSum},
	expr.OpCumprod: {expr.OpProd, expr.OpProd},
}

// sliceArg: the element at the place of the extremum is the extremum.
func sliceArg(r *run, n *expr.Node) *expr.Node {
	x, items := n.Arg(0), itemsOf(n)
	if len(items) != 1 || items[0].kind != expr.IndexInt || items[0].start.node == nil || x.DType().IsComplex() {
		return nil
	}
	arg := items[0].start.node
	op := map[expr.Op]expr.Op{expr.OpArgmax: expr.OpMax, expr.OpArgmin: expr.OpMin}[arg.Op()]
	if op == expr.OpInvalid || arg.Arg(0) != x {
		return nil
	}
	return r.make(n, op, axesAttr(nil, 1, false), x)
}

// sliceDimshuffle takes first and permutes then.
func sliceDimshuffle(r *run, n *expr.Node) *expr.Node {
	view, items := n.Arg(0), itemsOf(n)
	if view.Op() != expr.OpDimShuffle || hasNew(items) {
		return nil
	}
	pattern := view.Attr().(expr.Pattern).Axes
	part := wholeItems(view.Arg(0).Rank())
	var left []int // of the pattern
	for i, e := range items {
		switch a := pattern[i]; {
		case a >= 0:
			part[a] = e
			if e.kind == expr.IndexSlice {
				left = append(left, a)
			}
		case e.whole():
			left = append(left, -1)
		default:
			if s, ok := e.span(expr.KnownDim(1)); !ok || !s.drop {
				return nil
			}
		}
	}
	for i, a := range left { // axes in front that are gone
		for j := range max(a, 0) {
			left[i] -= oneOf(part[j].kind == expr.IndexInt)
		}
	}
	return r.shuffled(n, r.slice(n, view.Arg(0), part), left)
}

// sliceBroadcast takes first and stretches then.
func sliceBroadcast(r *run, n *expr.Node) *expr.Node {
	f, items := n.Arg(0), itemsOf(n)
	if f.Op() != expr.OpBroadcastTo && f.Op() != expr.OpBroadcastLike || hasNew(items) {
		return nil
	}
	x, shape := f.Arg(0), r.dims(f)
	skip := len(shape) - x.Rank()
	for i, e := range items { // an element of a stretched axis must be in range
		if e.kind == expr.IndexInt && (i < skip || r.dims(x)[i-skip] != shape[i]) {
			if _, ok := e.span(f.Type().Dims[i]); !ok {
				return nil
			}
		}
	}
	y := r.partOfOperand(n, x, shape, items)
	switch {
	case y == nil || y.Err() != nil || r.sameShape(y, n):
		return y
	case f.Op() == expr.OpBroadcastLike && r.sameShape(f, f.Arg(1)):
		return r.make(n, expr.OpBroadcastLike, nil, y, r.slice(n, f.Arg(1), items))
	}
	return r.stretch(n, y, r.dims(n))
}

// sliceProduct computes only the rows and columns of a product that are
// wanted.
func sliceProduct(r *run, n *expr.Node) *expr.Node {
	f, items := n.Arg(0), itemsOf(n)
	if f.Op() != expr.OpDot && f.Op() != expr.OpMatMul || !r.once(f) || hasNew(items) {
		return nil
	}
	a, b := f.Arg(0), f.Arg(1)
	if f.Op() == expr.OpMatMul {
		return r.sliceMatMul(n, items)
	}
	rows, columns := wholeItems(a.Rank()), wholeItems(b.Rank())
	if a.Rank() == 2 {
		rows[0], items = items[0], items[1:]
	}
	if b.Rank() == 2 {
		columns[1] = items[0]
	}
	return r.make(f, expr.OpDot, nil, r.slice(n, a, rows), r.slice(n, b, columns))
}

// sliceMatMul takes of stacks of matrices first the matrices, then the rows
// and columns.
func (r *run) sliceMatMul(n *expr.Node, items []item) *expr.Node {
	f := n.Arg(0)
	a, b := f.Arg(0), f.Arg(1)
	if a.Rank() < 2 || b.Rank() < 2 {
		return nil
	}
	stack := len(items) - 2
	shape := r.dims(f)[:stack]
	var parts [2]*expr.Node
	left := 0 // axes of the stack that stay
	for _, e := range items[:stack] {
		left += oneOf(e.kind == expr.IndexSlice)
	}
	for i, x := range []*expr.Node{a, b} {
		line := items[stack+i] // of rows of a, of columns of b
		if line.kind == expr.IndexInt && left > 0 {
			return nil // a stack of vectors is no argument of matmul
		}
		part := make([]item, 0, x.Rank())
		for j, d := range r.dims(x)[:x.Rank()-2] {
			k := j + stack - (x.Rank() - 2)
			switch e := items[k]; {
			case d == shape[k]:
				part = append(part, e)
			case d != 1:
				return nil
			case e.kind == expr.IndexInt:
				part = append(part, element(0))
			default:
				part = append(part, wholeItem)
			}
		}
		part = append(part, wholeItem, wholeItem)
		part[len(part)-2+i] = line
		parts[i] = r.slice(n, x, part)
	}
	op := expr.OpMatMul
	if left == 0 && parts[0].Rank() <= 2 && parts[1].Rank() <= 2 {
		op = expr.OpDot
	}
	return r.make(f, op, nil, parts[0], parts[1])
}

// sliceOuter multiplies only what is wanted.
func sliceOuter(r *run, n *expr.Node) *expr.Node {
	f, items := n.Arg(0), itemsOf(n)
	if f.Op() != expr.OpOuter || !r.once(f) || hasNew(items) || f.DType() == expr.Bool {
		return nil
	}
	u, v := r.slice(n, f.Arg(0), items[:1]), r.slice(n, f.Arg(1), items[1:])
	if items[0].kind == expr.IndexSlice && items[1].kind == expr.IndexSlice {
		return r.make(f, expr.OpOuter, nil, u, v)
	}
	return r.make(f, expr.OpMul, nil, u, v)
}

// sliceSolve solves only for the right-hand sides that are wanted.
func sliceSolve(r *run, n *expr.Node) *expr.Node {
	f, items := n.Arg(0), itemsOf(n)
	if f.Op() != expr.OpSolve && f.Op() != expr.OpSolveTriangular || !r.once(f) || f.Arg(0).Rank() != 2 ||
		len(items) != 2 || !items[0].whole() || hasNew(items) {
		return nil
	}
	return r.make(f, f.Op(), f.Attr(), f.Arg(0), r.slice(n, f.Arg(1), items))
}

// sliceDiag reads one element of a diagonal where it lies.
func sliceDiag(r *run, n *expr.Node) *expr.Node {
	f, items := n.Arg(0), itemsOf(n)
	if f.Op() != expr.OpDiag || len(items) != 1 || items[0].kind != expr.IndexInt {
		return nil
	}
	s, ok := items[0].span(f.Type().Dims[0])
	if !ok {
		return nil
	}
	k := f.Attr().(expr.Diagonal).K
	return r.slice(n, f.Arg(0), []item{element(s.first + max(-k, 0)), element(s.first + max(k, 0))})
}

// sliceArange counts from and by what the slice says.
func sliceArange(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	if f.Op() != expr.OpArange || !f.DType().IsInteger() || hasNew(itemsOf(n)) {
		return nil
	}
	s, ok := itemsOf(n)[0].span(f.Type().Dims[0])
	first, okFirst := integerOf(f.Arg(0))
	step, okStep := integerOf(f.Arg(2))
	if !ok || !okFirst || !okStep || s.count == 0 {
		return nil
	}
	value := func(i int) *expr.Node { return r.weak(int(first) + i*int(step)) }
	if s.drop {
		return r.cast(n, value(s.first), n.DType())
	}
	return r.make(n, expr.OpArange, f.Attr(), value(s.first), value(s.first+s.count*s.step), r.weak(int(step)*s.step))
}

// integerOf returns the value of a constant integer scalar.
func integerOf(n *expr.Node) (int64, bool) {
	if v := n.Value(); v != nil && n.Rank() == 0 && n.DType().IsInteger() && n.DType() != expr.Uint64 {
		return v.Int(0), true
	}
	return 0, false
}

// sliceTake takes of the indices, and of the axes that are not indexed.
func sliceTake(r *run, n *expr.Node) *expr.Node {
	f, items := n.Arg(0), itemsOf(n)
	if f.Op() != expr.OpTake || len(f.Args()) != 2 || !r.once(f) || hasNew(items) {
		return nil
	}
	x, index, a := f.Arg(0), f.Arg(1), f.Attr().(expr.Gathered)
	axis := a.Axes[0]
	if a.Front && axis > 0 {
		return nil
	}
	part := wholeItems(x.Rank())
	dropped := 0
	for i := range part {
		switch {
		case i < axis:
			part[i] = items[i]
			dropped += oneOf(part[i].kind == expr.IndexInt)
		case i > axis:
			part[i] = items[i+index.Rank()-1]
		}
	}
	some := items[axis : axis+index.Rank()]
	if r.opt.Strict && slices.ContainsFunc(some, func(e item) bool { return !e.whole() }) {
		return nil // an index out of range may not be wanted
	}
	return r.make(f, expr.OpTake, expr.Gathered{Axes: []int{axis - dropped}}, r.slice(n, x, part), r.slice(n, index, some))
}

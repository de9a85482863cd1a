package backend

import (
	"math"
	"slices"
	"strconv"

	"arignote/expr"
	"arignote/expr/layout"
)

// A vertex is a node of the specialised graph as planning sees it: its shape
// is known, the arguments are those that hold data.
type vertex struct {
	id    int
	node  *expr.Node
	kind  kind
	args  []*vertex
	shape []int
	dtype expr.DType

	index  expr.Index // of slices, with numbers for all bounds
	items  []*vertex  // of a loop or routine with several results: those that are wanted
	merges []merged   // of a reshape that splits axes: the axes of the argument

	oneByOne bool // of a reduction: rows were combined before, and it takes up these in their order

	users  int
	output bool    // is a result of the program
	kept   bool    // is stored whatever needs it: a result, or because it can fail (must.go)
	cost   float64 // of one element, with all arguments computed on the way
	leaves int     // elements of the arrays it is computed from
	uses   []use   // by groups, while fusion is decided
	body   *Plan   // of a map: for one element
	home   *group  // the group that stores it, if one does
	array  *array  // where it is, once it has a place
	met    *int    // the last search that has met it, see needs

	domain  int      // number of its shape without lengths of 1
	near    *near    // what is around it, while groups are sought
	readers []*group // some of the groups that are computed from it, the latest last
}

// merged is an axis of the argument of a reshape: the sum of axes of the
// result times strides.
type merged struct{ axes, strides []int }

// kind says how a vertex comes to be.
type kind uint8

const (
	kindInput   kind = iota // an argument of the program
	kindConst               // a constant
	kindElement             // one op for each element
	kindView                // elements of the argument, at affine places
	kindSource              // computed from the place: arange, linspace, eye
	kindMask                // tril, triu
	kindReduce              // combines elements along axes
	kindTake                // elements of the argument at computed places
	kindReshape             // the elements of the argument, which must be contiguous
	kindCopy                // a contiguous copy of an input
	kindConcat              // put together from parts
	kindSetSlice
	kindScatter
	kindScan      // running sums or products
	kindProduct   // by BLAS
	kindRoutine   // by Go code on whole arrays
	kindReference // by the op's reference meaning
	kindItem      // one of several results
	kindWhile     // a loop for each element
	kindResult    // one of several results of such a loop or of a routine
)

// kindOf returns how n, which is lowered, is computed.
func kindOf(n *expr.Node) kind {
	switch op := n.Op(); {
	case op == expr.OpInput:
		return kindInput
	case op == expr.OpConst:
		return kindConst
	case op.Elementwise():
		return kindElement
	case op == expr.OpSum || op == expr.OpProd || op == expr.OpMax || op == expr.OpMin || op == expr.OpAny || op == expr.OpAll:
		return kindReduce
	case op == expr.OpArgmax || op == expr.OpArgmin:
		return kindReduce
	case op == expr.OpDimShuffle || op == expr.OpSlice || op == expr.OpBroadcastTo || op == expr.OpDiag && n.Arg(0).Rank() == 2:
		return kindView
	case op == expr.OpArange || op == expr.OpLinspace || op == expr.OpEye || op == expr.OpUniform || op == expr.OpSize:
		return kindSource
	case op == expr.OpTril || op == expr.OpTriu:
		return kindMask
	case op == expr.OpReshape:
		return kindReshape
	case op == expr.OpTake:
		return kindTake
	case op == expr.OpConcatenate:
		return kindConcat
	case op == expr.OpSetSlice:
		return kindSetSlice
	case op == expr.OpSetTake || op == expr.OpIncTake:
		return kindScatter
	case isProduct(n) && n.DType().Inexact():
		return kindProduct
	case op == expr.OpCumsum || op == expr.OpCumprod:
		return kindScan
	case op == expr.OpWhile:
		return kindWhile
	case op == expr.OpItem:
		return kindItem
	case hasRoutine(n):
		return kindRoutine
	}
	return kindReference
}

// empty reports whether n, which is computed, has no elements or is computed
// from an array without elements. Kernels are not made for that: the reference
// costs nothing then, and knows what each op makes of nothing.
func empty(n *expr.Node) bool {
	none := func(n *expr.Node) bool {
		shape, known := n.Type().Shape()
		return known && product(shape) == 0
	}
	return len(n.Args()) > 0 && n.Op() != expr.OpItem && (none(n) || slices.ContainsFunc(n.Args(), none))
}

// mostVacuous is the largest number of elements of a constant that planning makes.
const mostVacuous = 1 << 12

// vacuous returns the value of n, to which [empty] applies, if it follows from the
// shapes of arguments and cannot fail because of data; nil if the reference must
// find it: where only some arguments are empty, and for results that are not small.
func vacuous(n *expr.Node) *expr.Value {
	shape, known := n.Type().Shape()
	if n.Type().IsTuple() || !known || n.Op() == expr.OpCustom || n.Op() == expr.OpMap || product(shape) > mostVacuous {
		return nil
	}
	args := make([]*expr.Value, len(n.Args()))
	all := true // data arguments are empty
	for i, a := range n.Args() {
		s, known := a.Type().Shape()
		if args[i] = a.Value(); args[i] != nil {
			continue
		}
		if !known {
			return nil
		}
		if product(s) > 0 {
			all = false
			break
		}
		args[i] = expr.Zeros(a.DType(), s...)
	}
	if all {
		if v, err := n.Eval(args); err == nil {
			return v
		}
		return nil
	}
	if product(shape) == 0 && (n.Op().Elementwise() || n.Op().View() || n.Op().Reduction()) {
		return expr.Zeros(n.DType(), shape...)
	}
	return nil
}

// reducedAxes returns the axes along which a reduction combines.
func reducedAxes(v *vertex) []int {
	switch a := v.node.Attr().(type) {
	case expr.Axes:
		return a.Axes
	case expr.Axis:
		if a.Axis >= 0 {
			return []int{a.Axis}
		}
	}
	all := make([]int, len(v.args[0].shape))
	for i := range all {
		all[i] = i
	}
	return all
}

// flow is the specialised graph as vertices, arguments before users.
type flow struct {
	vertices []*vertex
	inputs   []*vertex
	outputs  []*vertex
	shapes   [][]int // of the results, which may be those of outputs in another shape
	of       map[*expr.Node]*vertex
	known    map[string]*vertex // by op, attribute and arguments: equal expressions are one vertex
	domains  map[string]int     // numbers of shapes without lengths of 1, from 1 on
}

// newFlow makes the vertices of g. Strides are those of the arguments, nil for
// a contiguous one; musts are computed although they are no results.
func newFlow(g *expr.Graph, musts []*expr.Node, strides [][]int) *flow {
	f := &flow{of: make(map[*expr.Node]*vertex), known: make(map[string]*vertex), domains: make(map[string]int)}
	for i, in := range g.Inputs {
		v := f.add(in, kindInput)
		v.array = inputArray(v, i, strides[i])
		f.of[in] = v
		f.inputs = append(f.inputs, v)
	}
	for n := range expr.Nodes(slices.Concat(g.Outputs, musts)...) {
		if f.of[n] == nil {
			f.of[n] = f.vertex(n)
		}
	}
	for _, n := range musts {
		v := f.of[n]
		v.kept = v.kind != kindInput && v.kind != kindConst
	}
	for _, out := range g.Outputs {
		v := f.of[out]
		f.shapes = append(f.shapes, v.shape)
		if u := v.reshaped(); u.canBeResult() {
			v = u
		}
		if v.output || v.kind == kindInput || v.kind == kindConst {
			v = f.add(expr.New(out, expr.OpStopGradient, nil, out), kindCopy, v)
		}
		v.output, v.kept = true, true
		f.outputs = append(f.outputs, v)
	}
	return f
}

// reshaped returns what v has the elements of, in the same order and in another
// shape: v itself, or what it is a view of.
func (v *vertex) reshaped() *vertex {
	for v.kind == kindReshape || v.kind == kindView {
		x := v.args[0]
		if off, strides := viewedOf(v); off != 0 || product(x.shape) != product(v.shape) || !layout.IsRowMajor(v.shape, strides) {
			break
		}
		v = x
	}
	return v
}

// viewedOf returns the offset and strides of v in an argument in row-major order.
func viewedOf(v *vertex) (off int, strides []int) {
	if v.kind == kindReshape {
		return 0, layout.RowMajor(v.shape)
	}
	return viewed(v, 0, layout.RowMajor(v.args[0].shape))
}

// rearranged reports whether v has the elements of a view in another order, which is
// that of the array below as long as that view is not stored.
func (v *vertex) rearranged() bool {
	if v.kind != kindView || v.args[0].kind != kindView {
		return false
	}
	_, strides := viewedOf(v)
	return !layout.IsRowMajor(v.shape, strides)
}

// canBeResult reports whether v, which is needed in another shape as a result, can be
// stored as one.
func (v *vertex) canBeResult() bool {
	switch v.kind {
	case kindProduct, kindElement, kindReduce, kindMask, kindView:
		return !v.output
	case kindRoutine:
		return !v.output && !v.node.Type().IsTuple()
	}
	return false
}

func (f *flow) add(n *expr.Node, k kind, args ...*vertex) *vertex {
	v := &vertex{id: len(f.vertices), node: n, kind: k, args: args, dtype: n.DType()}
	t := n.Type()
	if k == kindWhile && t.IsTuple() {
		t = t.Elems[0] // all results have the same shape
	}
	if !t.IsTuple() {
		v.shape, _ = t.Shape()
		v.domain = f.domain(v.shape)
	}
	f.vertices = append(f.vertices, v)
	v.measure()
	return v
}

// domain returns the number of a shape: shapes that differ in axes of length 1
// alone have the same.
func (f *flow) domain(shape []int) int {
	var room [64]byte
	key := room[:0]
	for _, n := range shape {
		if n != 1 {
			key = strconv.AppendInt(append(key, ' '), int64(n), 10)
		}
	}
	n, ok := f.domains[string(key)]
	if !ok {
		n = len(f.domains) + 1
		f.domains[string(key)] = n
	}
	return n
}

// vertex makes the vertex of a node, or finds one that is the same.
func (f *flow) vertex(n *expr.Node) *vertex {
	k := kindOf(n)
	if empty(n) {
		k = kindReference
		if known := vacuous(n); known != nil {
			n, k = expr.Strong(known), kindConst
		}
	}
	args := make([]*vertex, 0, len(n.Args()))
	for i, a := range n.Args() {
		if from, to := shapeArgs(n); i >= from && i < to && k != kindReference {
			continue
		}
		if !(n.Op().ShapeOnly(i) && k != kindReference) {
			args = append(args, f.of[a])
		}
	}
	key := ""
	if k != kindConst && k != kindReference {
		key = vertexKey(n, args)
		if v := f.known[key]; v != nil {
			return v
		}
	}
	var split []merged
	switch {
	case k == kindReshape:
		k, split = f.reshape(n, args)
	case k == kindProduct:
		f.readable(args)
	case k == kindRoutine && !(isLinear(n.Op()) && !n.Type().IsTuple() && args[0].dtype != expr.Float32 && args[0].dtype != expr.Complex64):
		f.contiguous(args)
	case k == kindItem && (args[0].kind == kindWhile || args[0].kind == kindRoutine):
		k = kindResult
	}
	v := f.add(n, k, args...)
	v.merges = split
	switch k {
	case kindResult:
		args[0].items = append(args[0].items, v)
	case kindView, kindSetSlice:
		if n.Op() == expr.OpSlice || n.Op() == expr.OpSetSlice {
			v.index = resolve(n)
		}
	case kindConst:
		v.array = constArray(n.Value())
	}
	if key != "" {
		f.known[key] = v
	}
	return v
}

// vertexKey tells expressions apart.
func vertexKey(n *expr.Node, args []*vertex) string {
	b := strconv.AppendInt(nil, int64(n.Op()), 10)
	b = strconv.AppendInt(append(b, ':'), int64(n.DType()), 10)
	for _, a := range args {
		b = strconv.AppendInt(append(b, ','), int64(a.id), 10)
	}
	switch a := n.Attr().(type) {
	case nil:
	case expr.Index:
		b = append(append(b, ' '), resolve(n).Key()...)
	case expr.Dims:
		shape, _ := n.Type().Shape()
		for _, l := range shape {
			b = strconv.AppendInt(append(b, ' '), int64(l), 10)
		}
	default:
		b = append(append(b, ' '), a.Key()...)
	}
	if n.Op() == expr.OpSize {
		b = strconv.AppendInt(append(b, ' '), lengths(n).Int(0), 10)
	}
	if n.Op() == expr.OpUniform {
		shape, _ := n.Type().Shape()
		for _, l := range shape {
			b = strconv.AppendInt(append(b, ' '), int64(l), 10)
		}
	}
	if n.Op() == expr.OpArange || n.Op() == expr.OpLinspace || n.Op() == expr.OpEye {
		for _, a := range n.Args() {
			if v := a.Value(); v != nil {
				b = append(append(b, ' '), v.String()...)
			}
		}
	}
	return string(b)
}

// reshape finds out whether a reshape is a view of any argument, because each
// axis of the argument is split into axes of the result; else the argument
// must be contiguous, and an input that is not is copied.
func (f *flow) reshape(n *expr.Node, args []*vertex) (kind, []merged) {
	shape, _ := n.Type().Shape()
	x := args[0]
	if m, ok := splits(x.shape, shape); ok {
		return kindView, m
	}
	if x.kind == kindInput && !x.array.contiguous(x.shape) {
		args[0] = f.copied(x)
	}
	return kindReshape, nil
}

// copied returns a contiguous copy of an input.
func (f *flow) copied(x *vertex) *vertex {
	return f.add(expr.New(x.node, expr.OpStopGradient, nil, x.node), kindCopy, x)
}

// readable replaces inputs that BLAS cannot read where they lie by copies.
func (f *flow) readable(args []*vertex) {
	for i, x := range args {
		if x.kind == kindInput && !blasReads(x) {
			args[i] = f.copied(x)
		}
	}
}

// contiguous replaces inputs that have gaps by copies.
func (f *flow) contiguous(args []*vertex) {
	for i, x := range args {
		if x.kind == kindInput && !x.array.contiguous(x.shape) {
			args[i] = f.copied(x)
		}
	}
}

// splits returns, for each axis of an array of shape from, which axes of shape
// to it is split into; ok is false if axes are joined.
func splits(from, to []int) (m []merged, ok bool) {
	m = make([]merged, len(from))
	if product(to) == 0 {
		return m, true // there are no elements to find
	}
	j := len(to) - 1
	for i := len(from) - 1; i >= 0; i-- {
		for stride := 1; stride < from[i]; j-- {
			if j < 0 {
				return nil, false
			}
			if to[j] != 1 {
				m[i].axes, m[i].strides = append(m[i].axes, j), append(m[i].strides, stride)
			}
			stride *= to[j]
			if stride > from[i] || stride < from[i] && j == 0 {
				return nil, false
			}
		}
		n := 1
		for _, a := range m[i].axes {
			n *= to[a]
		}
		if n != from[i] {
			return nil, false
		}
	}
	return m, true
}

// measure estimates the cost of an element and counts the elements that it
// comes from.
func (v *vertex) measure() {
	for _, a := range v.args {
		a.users++
		v.leaves = min(v.leaves+a.leaves, math.MaxInt/2)
		v.cost += a.cost
	}
	switch v.kind {
	case kindElement:
		v.cost += opCost(v.node.Op())
	case kindSource:
		v.cost += 2
		if v.node.Op() == expr.OpUniform {
			v.cost += 20
		}
	case kindMask:
		v.cost += 2
	case kindTake:
		v.cost += 4
	case kindWhile:
		v.cost += loopCost(v)
	case kindReduce:
		v.cost = 0 // it is computed once, wherever that is
	case kindInput, kindConst, kindProduct, kindRoutine, kindReference, kindItem, kindConcat, kindSetSlice, kindScatter, kindScan, kindReshape, kindCopy:
		v.cost = 0
		v.leaves = product(v.shape)
	case kindResult:
		if v.args[0].kind == kindRoutine {
			v.leaves = product(v.shape)
		}
	}
	v.cost = min(v.cost, 1e12)
}

// opCost is the time of an element-wise op on one element, in units of an
// addition; rough, for deciding whether to compute something again.
func opCost(op expr.Op) float64 {
	switch op {
	case expr.OpDiv, expr.OpReciprocal, expr.OpSqrt, expr.OpHypot, expr.OpFloorDiv, expr.OpMod, expr.OpFmod:
		return 6
	case expr.OpExp, expr.OpExp2, expr.OpExpm1, expr.OpLog, expr.OpLog2, expr.OpLog10, expr.OpLog1p, expr.OpLogAddExp, expr.OpLog1mExp,
		expr.OpSigmoid, expr.OpSoftplus, expr.OpSin, expr.OpCos, expr.OpTan, expr.OpArcsin, expr.OpArccos, expr.OpArctan, expr.OpArctan2,
		expr.OpSinh, expr.OpCosh, expr.OpTanh, expr.OpArcsinh, expr.OpArccosh, expr.OpArctanh, expr.OpCbrt:
		return 20
	case expr.OpPow, expr.OpErf, expr.OpErfc, expr.OpErfcx, expr.OpLogErfc, expr.OpErfinv, expr.OpGamma, expr.OpGammaln, expr.OpPolygamma:
		return 60
	}
	return 1
}

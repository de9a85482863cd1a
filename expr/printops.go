package expr

import (
	"math"
	"slices"
	"strings"
)

// This file writes single operations.

// special has the ops whose text is neither an operator nor a call of the op's
// name with the arguments and the attribute's key.
var special [NumOps]func(p *printer, n *Node) piece

func init() {
	special = [NumOps]func(p *printer, n *Node) piece{
		OpInput:         (*printer).input,
		OpConst:         (*printer).constant,
		OpNeg:           (*printer).neg,
		OpNot:           (*printer).not,
		OpMatMul:        (*printer).matmul,
		OpPolygamma:     (*printer).polygamma,
		OpSoftmax:       (*printer).along,
		OpLogSoftmax:    (*printer).along,
		OpSort:          (*printer).along,
		OpArgsort:       (*printer).along,
		OpDimShuffle:    (*printer).dimshuffle,
		OpReshape:       (*printer).shaped,
		OpBroadcastTo:   (*printer).broadcast,
		OpBroadcastLike: (*printer).broadcastLike,
		OpConcatenate:   (*printer).concatenate,
		OpSize:          (*printer).size,
		OpSlice:         (*printer).slice,
		OpTake:          (*printer).take,
		OpSetSlice:      (*printer).setSlice,
		OpIncSlice:      (*printer).setSlice,
		OpSetTake:       (*printer).setTake,
		OpIncTake:       (*printer).setTake,
		OpArange:        (*printer).arange,
		OpLinspace:      (*printer).linspace,
		OpEye:           (*printer).eye,
		OpScaleGradient: (*printer).scaleGradient,
		OpWithGradient:  (*printer).withGradient,
		OpMap:           (*printer).mapping,
		OpWhile:         (*printer).while,
		OpUniform:       (*printer).uniform,
		OpItem:          (*printer).item,
		OpCustom:        (*printer).custom,
	}
}

// write writes n, whose arguments have been written.
func (p *printer) write(n *Node) piece {
	if f := special[n.op]; f != nil {
		return f(p, n)
	}
	if op := opInfixes[n.op]; op != nil && len(n.Args()) == 2 && !isComplexSum(n) {
		left := p.arg(n, 0)
		return binary(op, left, p.arg(n, 1))
	}
	key := ""
	if n.attr != nil {
		key = n.attr.Key()
	}
	return p.call(n, n.op.String(), key)
}

// call writes name(arguments, key).
func (p *printer) call(n *Node, name, key string) piece {
	args := make([]piece, len(n.Args()))
	for i := range n.Args() {
		args[i] = p.arg(n, i)
	}
	return callText(name, key, args...)
}

func callText(name, key string, args ...piece) piece {
	parts := make([]string, len(args), len(args)+1)
	height := 0
	for i, a := range args {
		parts[i] = a.text
		height = max(height, a.height)
	}
	if key != "" {
		parts = append(parts, key)
	}
	return piece{name + "(" + strings.Join(parts, ", ") + ")", levelPostfix, height + 1}
}

func (p *printer) input(n *Node) piece {
	if name, ok := p.names[n]; ok {
		return leaf(name)
	}
	return leaf(n.Name())
}

func (p *printer) constant(n *Node) piece {
	text := p.hide(constText(n.Value(), n.Type().Weak))
	if digits := formatFloat(math.Pi, 64); strings.HasSuffix(text, digits) && !p.hides("pi") && len(text) <= len(digits)+1 {
		text = strings.TrimSuffix(text, digits) + "pi"
	}
	switch {
	case !isLiteral(n.Value(), n.Type().Weak):
		return leaf(text)
	case n.DType().IsComplex() && strings.ContainsAny(text[1:], "+-"):
		return piece{text: text, level: levelSum}
	case text[0] == '-':
		return piece{text: text, level: levelUnary}
	}
	return leaf(text)
}

// hide replaces inf and nan, written as constants, where an input has that
// name.
func (p *printer) hide(text string) string {
	for _, name := range []string{"inf", "nan"} {
		if p.hides(name) && strings.Contains(text, name) {
			text = strings.ReplaceAll(text, name, "float('"+name+"')")
			text = strings.ReplaceAll(text, "-float('", "float('-")
		}
	}
	return text
}

// neg writes -x, and neg(2.0) for what would be read as a literal.
func (p *printer) neg(n *Node) piece {
	if a := n.Args()[0]; a.op == OpConst && isLiteral(a.Value(), a.Type().Weak) && a.DType() != Bool {
		return p.call(n, "neg", "")
	}
	return p.prefix("-", n)
}

func (p *printer) not(n *Node) piece { return p.prefix("~", n) }

func (p *printer) prefix(op string, n *Node) piece {
	x := p.arg(n, 0)
	return piece{op + x.in(levelUnary), levelUnary, x.height + 1}
}

// matmul: the operator @ of vectors and matrices is dot.
func (p *printer) matmul(n *Node) piece {
	if n.Args()[0].isMatrix() && n.Args()[1].isMatrix() {
		return p.call(n, "batched_matmul", "")
	}
	left := p.arg(n, 0)
	return binary(opInfixes[OpMatMul], left, p.arg(n, 1))
}

func (p *printer) polygamma(n *Node) piece {
	if n.attr.(Number).N == 0 {
		return p.call(n, "psi", "")
	}
	return callText("polygamma", "", leaf(n.attr.Key()), p.arg(n, 0))
}

// along names the axis also where it is none: the default is the last.
func (p *printer) along(n *Node) piece {
	if n.attr.(Axis).Axis < 0 {
		return p.call(n, n.op.String(), "axis=None")
	}
	return p.call(n, n.op.String(), n.attr.Key())
}

// dimshuffle writes x.T, transpose(x, (0, 2, 1)) or dimshuffle(x, (0, 'x')).
func (p *printer) dimshuffle(n *Node) piece {
	axes, rank := n.attr.(Pattern).Axes, n.Args()[0].Rank()
	if len(axes) != rank || rank < 2 || slices.Contains(axes, -1) {
		return p.call(n, "dimshuffle", n.attr.Key())
	}
	for i, a := range axes {
		if a != rank-1-i {
			return p.call(n, "transpose", n.attr.Key())
		}
	}
	x := p.arg(n, 0)
	return piece{x.in(levelPostfix) + ".T", levelPostfix, x.height + 1}
}

// length writes a Size: a number, or the integer that an argument is.
func (p *printer) length(n *Node, z Size) piece {
	if z.Arg < 0 {
		return leaf(z.key())
	}
	if v := n.Args()[z.Arg].Value(); v != nil && v.Rank() == 0 {
		return leaf(v.contiguous().element(0))
	}
	return p.arg(n, z.Arg)
}

// lengths writes the shape in n's attribute as a tuple.
func (p *printer) lengths(n *Node, sizes []Size) piece {
	parts := make([]string, len(sizes))
	height := 0
	for i, z := range sizes {
		s := p.length(n, z)
		parts[i] = s.text
		height = max(height, s.height)
	}
	if len(parts) == 1 {
		parts[0] += ","
	}
	return piece{"(" + strings.Join(parts, ", ") + ")", levelPostfix, height + 1}
}

func (p *printer) shaped(n *Node) piece {
	x := p.arg(n, 0)
	return callText(n.op.String(), "", x, p.lengths(n, n.attr.(Dims).Sizes))
}

// broadcast writes zeros, ones and full for a strong scalar constant that is
// stretched.
func (p *printer) broadcast(n *Node) piece {
	x := n.Args()[0]
	if x.op != OpConst || x.Rank() != 0 || x.Type().Weak {
		return p.shaped(n)
	}
	dtype := "dtype='" + x.DType().String() + "'"
	v := x.Value()
	switch v.key() {
	case Zeros(v.dtype).key():
		return callText("zeros", keyIf(v.dtype != Float64, dtype), p.lengths(n, n.attr.(Dims).Sizes))
	case ScalarValue(1.0).convert(v.dtype).key():
		return callText("ones", keyIf(v.dtype != Float64, dtype), p.lengths(n, n.attr.(Dims).Sizes))
	}
	shape := p.lengths(n, n.attr.(Dims).Sizes)
	return callText("full", keyIf(v.dtype != literalDType(v.dtype), dtype), shape, p.filling(v))
}

// filling writes the scalar v as a literal.
func (p *printer) filling(v *Value) piece {
	if z := v.Complex(0); v.dtype == Uint64 && v.Int(0) < 0 || v.dtype.IsComplex() && !(isFinite(real(z)) && isFinite(imag(z))) {
		return leaf(p.hide(constText(v, false)))
	}
	return leaf(p.hide(v.contiguous().element(0)))
}

func (p *printer) broadcastLike(n *Node) piece {
	v, x := n.Args()[0], n.Args()[1]
	if v.op != OpConst || v.Rank() != 0 || v.Type().Weak || v.DType() != x.DType() || x.Rank() == 0 {
		return p.call(n, "broadcast_like", "")
	}
	like := p.arg(n, 1)
	switch v.Value().key() {
	case Zeros(v.DType()).key():
		return callText("zeros_like", "", like)
	case ScalarValue(1.0).convert(v.DType()).key():
		return callText("ones_like", "", like)
	}
	return callText("full_like", "", like, p.filling(v.Value()))
}

func (p *printer) concatenate(n *Node) piece {
	arrays := p.call(n, "", "")
	if len(n.Args()) == 1 {
		arrays.text = strings.TrimSuffix(arrays.text, ")") + ",)"
	}
	return callText("concatenate", n.attr.Key(), arrays)
}

func (p *printer) size(n *Node) piece {
	if n.attr.(Number).N < 0 {
		return p.call(n, "size", "")
	}
	return p.call(n, "size", n.attr.Key())
}

// slice writes x[1:-1, 0].
func (p *printer) slice(n *Node) piece {
	x := p.arg(n, 0)
	index := p.index(n)
	return piece{x.in(levelPostfix) + index.text, levelPostfix, 1 + max(x.height, index.height)}
}

// index writes the items of an Index without the whole axes at the end.
func (p *printer) index(n *Node) piece {
	items := n.attr.(Index).Items
	for len(items) > 1 && items[len(items)-1].whole() {
		items = items[:len(items)-1]
	}
	if len(items) == 0 {
		return leaf("[()]")
	}
	height := 0
	parts := make([]string, len(items))
	for i, it := range items {
		parts[i] = it.text(func(z Size) string {
			s := p.length(n, z)
			height = max(height, s.height)
			return s.text
		})
	}
	return piece{"[" + strings.Join(parts, ", ") + "]", levelPostfix, height}
}

// indices writes the index arrays of a Gathered, the arguments from the i-th
// on, as items: [:, i]. ok is false if they would be read as something else.
func (p *printer) indices(n *Node, i int) (index piece, ok bool) {
	g := n.attr.(Gathered)
	adjacent, arrays := true, false
	for k, axis := range g.Axes {
		adjacent = adjacent && axis == g.Axes[0]+k
		arrays = arrays || n.Args()[i+k].Rank() > 0
	}
	if !arrays || g.Front == adjacent || !slices.IsSorted(g.Axes) || len(g.Axes) > maxRank/2 {
		return piece{}, false
	}
	var parts []string
	for k, axis := range g.Axes {
		for len(parts) < axis {
			parts = append(parts, ":")
		}
		a := p.indexArray(n, i+k)
		index.height = max(index.height, a.height)
		parts = append(parts, a.text)
	}
	return piece{"[" + strings.Join(parts, ", ") + "]", levelPostfix, index.height}, true
}

// indexArray writes argument i of n as an index: a constant as a list.
func (p *printer) indexArray(n *Node, i int) piece {
	v := n.Args()[i].Value()
	text := p.arg(n, i)
	if v == nil || v.dtype != Int64 || v.Rank() == 0 || v.Len() == 0 || text.text != arrayText(v, false, math.MaxInt) {
		return text
	}
	return leaf(v.list(math.MaxInt))
}

// gathered writes take(x, i, axis=1), or with several axes take(x, (i, j),
// axis=(0, 1)).
func (p *printer) gathered(x piece, n *Node, i int) piece {
	args := []piece{}
	for k := i; k < len(n.Args()); k++ {
		args = append(args, p.indexArray(n, k))
	}
	g := n.attr.(Gathered)
	key := keywords("axis="+intTuple(g.Axes), keyIf(g.Front, "front=True"))
	if len(args) == 1 {
		return callText("take", key, x, args[0])
	}
	return callText("take", key, x, callText("", "", args...))
}

func (p *printer) take(n *Node) piece {
	x := p.arg(n, 0)
	if index, ok := p.indices(n, 1); ok {
		return piece{x.in(levelPostfix) + index.text, levelPostfix, 1 + max(x.height, index.height)}
	}
	return p.gathered(x, n, 1)
}

// setSlice writes set_subtensor(x[1:3], v).
func (p *printer) setSlice(n *Node) piece {
	x, v := p.arg(n, 0), p.arg(n, 1)
	index := p.index(n)
	part := piece{x.in(levelPostfix) + index.text, levelPostfix, 1 + max(x.height, index.height)}
	return callText(n.op.String(), "", part, v)
}

func (p *printer) setTake(n *Node) piece {
	x, v := p.arg(n, 0), p.arg(n, 1)
	index, ok := p.indices(n, 2)
	part := piece{x.in(levelPostfix) + index.text, levelPostfix, 1 + max(x.height, index.height)}
	if !ok {
		part = p.gathered(x, n, 2)
	}
	return callText(n.op.String(), "", part, v)
}

// isInt reports whether n is the literal k.
func (n *Node) isInt(k int64) bool {
	return n.op == OpConst && n.Type().Weak && n.DType() == Int64 && n.Value().Int(0) == k
}

// arange leaves out what is the default.
func (p *printer) arange(n *Node) piece {
	d := n.attr.(Filled).DType
	key := keyIf(Arange(n.Args()[0], n.Args()[1], n.Args()[2]).attr != Attr(Filled{d}), "dtype='"+d.String()+"'")
	start, stop, step := p.arg(n, 0), p.arg(n, 1), p.arg(n, 2)
	switch {
	case !n.Args()[2].isInt(1):
		return callText("arange", key, start, stop, step)
	case !n.Args()[0].isInt(0):
		return callText("arange", key, start, stop)
	}
	return callText("arange", key, stop)
}

func (p *printer) linspace(n *Node) piece {
	d := n.attr.(Filled).DType
	return p.call(n, "linspace", keyIf(d != Float64, "dtype='"+d.String()+"'"))
}

// uniform leaves out the dtype that is the default. Integers are random_bits.
func (p *printer) uniform(n *Node) piece {
	a := n.attr.(Drawn)
	name, usual := "uniform", Float64
	if a.DType.IsInteger() {
		name, usual = "random_bits", Uint64
	}
	seed := p.arg(n, 0)
	return callText(name, keyIf(a.DType != usual, "dtype='"+a.DType.String()+"'"), seed, p.lengths(n, a.Sizes))
}

// eye leaves out the number of columns if it is that of the rows.
func (p *printer) eye(n *Node) piece {
	rows, columns := p.arg(n, 0), piece{}
	a, b := n.Args()[0], n.Args()[1]
	if a == b || a.op == OpConst && b.op == OpConst && rows.text == p.nodes[b].text.text {
		return callText("eye", n.attr.Key(), rows)
	}
	columns = p.arg(n, 1)
	return callText("eye", n.attr.Key(), rows, columns)
}

func (p *printer) scaleGradient(n *Node) piece {
	return p.call(n, "scale_gradient", p.hide(n.attr.Key()))
}

func (p *printer) item(n *Node) piece {
	x := p.arg(n, 0)
	return piece{x.in(levelPostfix) + "[" + n.attr.Key() + "]", levelPostfix, x.height + 1}
}

func (p *printer) custom(n *Node) piece { return p.call(n, n.attr.(User).Custom.Name(), "") }

// lambda writes a body: lambda a, b: {t1 = a*b; t1 + t1}.
func (p *printer) lambda(g *Graph) piece {
	q := newPrinter(g.Inputs, g.Outputs)
	q.outer, q.names = p, map[*Node]string{}
	used := map[string]bool{}
	params := make([]string, len(g.Inputs))
	for i, in := range g.Inputs {
		name := in.Name()
		for used[name] {
			name += "_"
		}
		used[name], q.taken[name] = true, true
		q.names[in], params[i] = name, name
	}
	head := "lambda: "
	if len(params) > 0 {
		head = "lambda " + strings.Join(params, ", ") + ": "
	}
	last := tupleText(q.outputs(g.Outputs), true)
	if len(q.lines) == 0 {
		return piece{text: head + last}
	}
	return piece{text: head + "{" + q.join("; ", last) + "}"}
}

// mapping writes map(lambda v, c: v*c, x, (c,)). It always gets a name where
// it is an argument, so that lambdas inside lambdas do not nest deeply.
func (p *printer) mapping(n *Node) piece {
	b := n.attr.(Body)
	args := []piece{p.lambda(b.Graph)}
	for i := range b.Sequences {
		args = append(args, p.arg(n, i))
	}
	if b.Sequences < len(n.Args()) {
		var others []piece
		for i := b.Sequences; i < len(n.Args()); i++ {
			others = append(others, p.arg(n, i))
		}
		args = append(args, tupleOf(others))
	}
	text := callText("map", "", args...)
	text.height = maxHeight
	return text
}

// tupleOf writes (a, b) or (a,).
func tupleOf(elems []piece) piece {
	tuple := callText("", "", elems...)
	if len(elems) == 1 {
		tuple.text = "(" + elems[0].text + ",)"
	}
	return tuple
}

// while writes while_loop(lambda z, c: abs(z) < 2, lambda z, c: z*z + c, (x,),
// 9, c). As a map it always gets a name where it is an argument.
func (p *printer) while(n *Node) piece {
	g := n.attr.(Body).Graph
	states, last := len(g.Outputs)-1, len(n.Args())-1
	args := []piece{p.lambda(NewGraph(g.Inputs, g.Outputs[0])), p.lambda(NewGraph(g.Inputs, g.Outputs[1:]...))}
	var init []piece
	for i := range states {
		init = append(init, p.arg(n, i))
	}
	args = append(args, tupleOf(init), p.arg(n, last))
	for i := states; i < last; i++ {
		args = append(args, p.arg(n, i))
	}
	text := callText("while_loop", "", args...)
	text.height = maxHeight
	return text
}

func (p *printer) withGradient(n *Node) piece {
	args := []piece{p.arg(n, 0), p.lambda(n.attr.(Body).Graph)}
	for i := 1; i < len(n.Args()); i++ {
		args = append(args, p.arg(n, i))
	}
	text := callText("with_gradient", "", args...)
	text.height = maxHeight
	return text
}

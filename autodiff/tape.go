package autodiff

import (
	"slices"

	"arignote/expr"
)

// tape is the part of a graph between some nodes and the outputs, in the order
// of evaluation. Nodes are known by their position in that order.
type tape struct {
	nodes    []*expr.Node
	position expr.Numbers
	active   []bool       // the node depends on one of those asked for, by inexact numbers
	shape    []*expr.Node // the first node that surely has the same shape
	sums     []sum
}

// record lists the nodes that the outputs need and finds out which of them
// depend on wrt. The caller releases the positions.
func record(outputs, wrt []*expr.Node) *tape {
	nodes := slices.Collect(expr.Nodes(outputs...))
	t := &tape{
		nodes:  nodes,
		active: make([]bool, len(nodes)),
		shape:  make([]*expr.Node, 0, len(nodes)),
		sums:   make([]sum, len(nodes)),
	}
	t.position.Grow(len(nodes))
	asked := make(map[*expr.Node]bool, len(wrt))
	for _, x := range wrt {
		asked[x] = true
	}
	for k, n := range nodes {
		active := asked[n]
		for i, a := range n.Args() {
			active = active || t.active[t.position.Of(a)] && !n.Op().ShapeOnly(i)
		}
		t.shape = append(t.shape, t.shapeOf(n))
		t.position.Add(n)
		t.active[k] = active && differentiable(n.Type())
	}
	return t
}

// differentiable reports whether a result of type t may have a gradient.
func differentiable(t expr.Type) bool {
	for _, e := range t.Elems {
		if differentiable(e) {
			return true
		}
	}
	return t.DType.Inexact()
}

// shapeOf returns the first node on the tape that surely has the shape of n, n
// itself if there is none before. Where dims are unknown this knows more than
// types do: an element-wise op on arrays of one shape and scalars has that
// shape too. n may be on the tape, or have just been made from nodes that are.
func (t *tape) shapeOf(n *expr.Node) *expr.Node {
	if i := t.position.Of(n); i >= 0 && int(i) < len(t.shape) {
		return t.shape[i]
	}
	args, elementwise := n.Args(), n.Op().Elementwise()
	if loop := whileOf(n); loop != nil {
		args, elementwise = loop.Args()[:len(loop.Args())-1], true
	}
	switch {
	case n.Op() == expr.OpBroadcastLike || n.Op() == expr.OpSumLike:
		return t.shapeOf(args[1])
	case keepsShape(n):
		return t.shapeOf(args[0])
	case !elementwise:
		return n
	}
	var same *expr.Node
	for _, a := range args {
		if neutral(a) {
			continue
		}
		shape := t.shapeOf(a)
		if same != nil && shape != same {
			return n
		}
		same = shape
	}
	if same == nil || same.Rank() != n.Rank() {
		return n
	}
	return same
}

// whileOf returns the element-wise loop that n is a result of, or nil.
func whileOf(n *expr.Node) *expr.Node {
	if n.Op() == expr.OpItem {
		n = n.Arg(0)
	}
	if n.Op() != expr.OpWhile {
		return nil
	}
	return n
}

// neutral reports whether a never stretches what it is combined with: a scalar,
// or an array with axes of length 1 alone.
func neutral(a *expr.Node) bool {
	for _, d := range a.Type().Dims {
		if !d.Is(1) {
			return false
		}
	}
	return true
}

// keepsShape reports whether the result of an op that is not element-wise has
// the shape of the first argument.
func keepsShape(n *expr.Node) bool {
	switch n.Op() {
	case expr.OpSoftmax, expr.OpLogSoftmax, expr.OpCumsum, expr.OpCumprod, expr.OpSort, expr.OpArgsort:
		return n.Attr().(expr.Axis).Axis >= 0
	case expr.OpTril, expr.OpTriu, expr.OpInv, expr.OpCholesky,
		expr.OpSetSlice, expr.OpIncSlice, expr.OpSetTake, expr.OpIncTake,
		expr.OpStopGradient, expr.OpScaleGradient, expr.OpWithGradient:
		return true
	}
	return false
}

// sameShape reports whether n and m surely have the same shape.
func (t *tape) sameShape(n, m *expr.Node) bool {
	return t.shapeOf(n) == t.shapeOf(m) || n.Type().SameShape(m.Type())
}

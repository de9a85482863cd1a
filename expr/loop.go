package expr

import "strconv"

// Loops and gradients of the user's own: ops whose attribute holds a graph.

// Map returns f applied to each element along the leading axis of the
// sequences, the results stacked along a new leading axis. f is called once,
// with a symbol for one element of each sequence followed by one for each of
// the others, which f gets whole. Every array that f depends on must come in
// as an argument. If f returns one node, the result is one item.
func Map(f func(args ...*Node) []*Node, sequences []any, others ...any) []*Node {
	args := append(operands(sequences), operands(others)...)
	for _, a := range args {
		if a.err != nil {
			return []*Node{a}
		}
	}
	params := make([]*Node, len(args))
	for i, a := range args {
		t := a.typ
		if i < len(sequences) {
			if t.Rank() == 0 {
				return []*Node{wrong(Errorf(ErrShape, "map", "argument %d is a scalar: it has no leading axis", i+1))}
			}
			t.Dims = t.Dims[1:]
		}
		params[i] = InputOf("p"+strconv.Itoa(i), Type{DType: t.DType, Dims: t.Dims})
	}
	n := MapGraph(NewGraph(params, f(params...)...), len(sequences), args...)
	if !n.typ.IsTuple() {
		return []*Node{n}
	}
	items := make([]*Node, len(n.typ.Elems))
	for i := range items {
		items[i] = n.Item(i)
	}
	return items
}

// MapGraph is Map for a body that is already a graph: its first inputs are
// bound to slices of the first arguments, the others to whole arguments. The
// node has several results if the body has.
func MapGraph(body *Graph, sequences int, args ...*Node) *Node {
	return withBody(OpMap, body, sequences, args)
}

// WithGradient returns y, whose gradient with respect to wrt is given by body
// instead of being derived: the body's inputs are the gradient with respect to
// y followed by one input for each of wrt, its outputs the gradients with
// respect to these.
func WithGradient(y *Node, body *Graph, wrt ...*Node) *Node {
	return withBody(OpWithGradient, body, 0, append([]*Node{y}, wrt...))
}

func withBody(op Op, body *Graph, sequences int, args []*Node) *Node {
	for _, out := range body.Outputs {
		if out.Err() != nil {
			return out
		}
	}
	if name := body.unbound(); name != "" {
		return wrong(Errorf(ErrInput, op.String(), "the function uses %s, which is not one of its parameters", name))
	}
	return apply(op, Body{body, sequences}, args...)
}

// unbound returns the name of an input that g uses but does not list, or "".
func (g *Graph) unbound() string {
	listed := make(map[*Node]bool, len(g.Inputs))
	for _, in := range g.Inputs {
		listed[in] = true
	}
	for n := range g.Nodes() {
		if n.op == OpInput && !listed[n] {
			return n.Name()
		}
	}
	return ""
}

// StopGradient returns x, whose gradient is zero.
func (x *Node) StopGradient() *Node { return apply(OpStopGradient, nil, x) }

// ScaleGradient returns x, whose gradient is multiplied by factor.
func (x *Node) ScaleGradient(factor float64) *Node {
	return apply(OpScaleGradient, Factor{factor}, x)
}

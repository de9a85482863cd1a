package expr

import (
	"slices"
	"strconv"
)

// Loops and gradients of the user's own: ops whose attribute holds a graph.

// Map returns f applied to each element along the leading axis of the
// sequences, the results stacked along a new leading axis. f is called once,
// with a symbol for one element of each sequence followed by one for each of
// the others, which f gets whole. Every array that f depends on must come in
// as an argument. If f returns one node, the result is one item.
func Map(f func(args ...*Node) []*Node, sequences []any, others ...any) []*Node {
	if f == nil {
		return []*Node{wrong(Errorf(ErrInput, "map", "nil function"))}
	}
	args := append(operands(sequences), operands(others)...)
	for _, a := range args {
		if a.mistake() != nil {
			return []*Node{a}
		}
	}
	params := make([]*Node, len(args))
	for i, a := range args {
		t := a.Type()
		if i < len(sequences) {
			if t.Rank() == 0 {
				return []*Node{wrong(Errorf(ErrShape, "map", "argument %d is a scalar: it has no leading axis", i+1))}
			}
			t.Dims = t.Dims[1:]
		}
		params[i] = InputOf("p"+strconv.Itoa(i), Type{DType: t.DType, Dims: t.Dims})
	}
	n := MapGraph(NewGraph(params, f(params...)...), len(sequences), args...)
	if !n.Type().IsTuple() {
		return []*Node{n}
	}
	items := make([]*Node, len(n.Type().Elems))
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

// While returns the states at which an element-wise loop ends. All arguments
// broadcast together; each element runs on its own, for as long as its own
// condition holds and at most bound times:
//
//	for t := 0; t < bound && cond(states, others); t++ {
//		states = body(states, others)
//	}
//
// cond and body are called once, with symbols for one element of each of the
// states, which start from init, followed by those of the others. They consist
// of element-wise operations alone (ErrInput otherwise); every array that they
// depend on must come in as an argument. cond returns a bool, body one value
// for each state in the state's dtype (ErrDType otherwise), which literals
// take. bound is an integer scalar; below 1 nothing is done.
//
// The gradient is that of the steps that were taken: how many there are counts
// as constant. It is found by carrying derivatives along with the states, so
// that it needs no memory for each step.
func While(cond func(args ...*Node) *Node, body func(args ...*Node) []*Node, init []any, bound any, others ...any) []*Node {
	switch {
	case cond == nil || body == nil:
		return []*Node{wrong(Errorf(ErrInput, "while_loop", "nil function"))}
	case len(init) == 0:
		return []*Node{wrong(Errorf(ErrInput, "while_loop", "a state is missing"))}
	}
	args := append(operands(init), operands(others)...)
	params := make([]*Node, len(args))
	for i, a := range args {
		switch {
		case a.mistake() != nil:
			return []*Node{a}
		case a.Type().IsTuple():
			return []*Node{wrong(Errorf(ErrDType, "while_loop", "argument %d has several results %v: pick one by its index", i+1, a.Type()))}
		}
		params[i] = InputOf("p"+strconv.Itoa(i), Type{DType: a.DType()})
	}
	outputs := []*Node{cond(params...)}
	outputs = append(outputs, body(params...)...)
	if len(outputs) != 1+len(init) {
		return []*Node{wrong(Errorf(ErrInput, "while_loop", "a body of %d results for %d states", len(outputs)-1, len(init)))}
	}
	n := WhileGraph(NewGraph(params, outputs...), operand(bound), args...)
	if !n.Type().IsTuple() {
		return []*Node{n}
	}
	items := make([]*Node, len(n.Type().Elems))
	for i := range items {
		items[i] = n.Item(i)
	}
	return items
}

// WhileGraph is While for functions that are already a graph: its inputs are
// scalars, the states first, its outputs the condition and the next states. The
// node has several results if there are several states.
func WhileGraph(body *Graph, bound *Node, args ...*Node) *Node {
	g := NewGraph(body.Inputs, body.Outputs...)
	for _, out := range g.Outputs {
		if err := out.Err(); err != nil {
			return wrong(asError(err, ErrInput, OpWhile.String()))
		}
	}
	if name := g.unbound(); name != "" {
		return wrong(Errorf(ErrInput, OpWhile.String(), "the function uses %s, which is not one of its parameters", name))
	}
	return apply(OpWhile, Body{Graph: g.adapted()}, append(slices.Clone(args), bound)...)
}

// adapted returns the graph of an element-wise loop in which next states that
// are weak have the dtype of their state if they can have it.
func (g *Graph) adapted() *Graph {
	out := NewGraph(g.Inputs, slices.Clone(g.Outputs)...)
	for i := range out.Outputs {
		if i > 0 && i <= len(g.Inputs) {
			out.Outputs[i] = g.Outputs[i].adapted(g.Inputs[i-1].DType())
		}
	}
	return out
}

// adapted returns x with dtype d if x is weak and d is a dtype that it can
// adapt to.
func (x *Node) adapted(d DType) *Node {
	if !x.Type().Weak || x.DType() == d || promoteWeak(d, x.DType()) != d {
		return x
	}
	v := x.Value()
	switch {
	case v == nil:
		return New(x, OpCast, Cast{d}, x)
	case v.dtype.IsInteger() && d.IsInteger() && !integerFits(v.Int(0), d):
		return x
	}
	return &Node{op: OpConst, attr: Constant{v.convert(d)}, typ: &Type{DType: d}, place: x.place}
}

// WithGradient returns y, whose gradient with respect to wrt is given by body
// instead of being derived: the body's inputs are the gradient with respect to
// y followed by one input for each of wrt, its outputs the gradients with
// respect to these.
func WithGradient(y *Node, body *Graph, wrt ...*Node) *Node {
	return withBody(OpWithGradient, body, 0, append([]*Node{y}, wrt...))
}

func withBody(op Op, body *Graph, sequences int, args []*Node) *Node {
	if body == nil {
		return wrong(Errorf(ErrInput, op.String(), "nil function"))
	}
	for _, out := range body.Outputs {
		if err := out.Err(); err != nil {
			return wrong(asError(err, ErrInput, op.String()))
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

package backend

import (
	"math"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file plans and writes element-wise loops: while_loop. The loop and its
// results are vertices, of which the results are computed, or stored, together.

// likelySteps is how many steps an element of a long loop is taken to need,
// for deciding about costs.
const likelySteps = 100

// results returns the vertices of f that pick results of the loop v: v itself
// if there is but one.
func (v *vertex) results() []*vertex {
	if v.node.Type().IsTuple() {
		return v.items
	}
	return []*vertex{v}
}

// bodyOf returns the graph of a loop's condition and step.
func bodyOf(v *vertex) *expr.Graph { return v.node.Attr().(expr.Body).Graph }

// boundOf returns the largest number of steps of a loop.
func boundOf(v *vertex) int {
	n := v.node.Arg(len(v.node.Args()) - 1).Value()
	if i := n.Int(0); n.DType() != expr.Uint64 || i >= 0 {
		return int(min(max(i, 0), math.MaxInt))
	}
	return math.MaxInt
}

// loopCost estimates the time of a loop for one element.
func loopCost(v *vertex) float64 {
	cost := 0.0
	for n := range bodyOf(v).Nodes() {
		cost += opCost(n.Op())
	}
	return cost * float64(min(boundOf(v), likelySteps))
}

// loop decides about a loop, with all its results: it is computed where one
// group needs it, at one place, else a group stores the results that are
// needed.
func (s *fusion) loop(v *vertex) {
	stored := false
	v.uses = nil
	for _, r := range v.results() {
		stored = stored || r.kept
		v.uses = append(v.uses, r.uses...)
	}
	switch {
	case len(v.uses) == 0 && !stored:
	case !stored && s.inlines(v):
		s.inline(v)
	default:
		s.root(v)
	}
}

// item writes result number n of the loop v for the place at.
func (e *emitter) item(v *vertex, n int, at []coord) kernel.Value {
	key := string(appendKeyOf(nil, 'W', v.id, at))
	if x, ok := e.known[key]; ok { // the results of a loop have successive values
		return x + kernel.Value(n)
	}
	x := e.while(v, at)
	e.remember(key, x)
	return x + kernel.Value(n)
}

// while writes the loop v for the place at and returns its first result. What
// does not depend on states is computed before it.
func (e *emitter) while(v *vertex, at []coord) kernel.Value {
	g := bodyOf(v)
	w := &kernel.While{Bound: e.param(boundOf(v)), States: make([]kernel.State, len(g.Outputs)-1)}
	values := make(map[*expr.Node]kernel.Value)
	level := 0
	for i, in := range g.Inputs {
		x := e.gen(v.args[i], broadcastAt(v.args[i].shape, at))
		values[in], level = x, max(level, e.level[x])
		if i < len(w.States) {
			w.States[i].Init = x
		}
	}
	blocks := e.blocks
	e.blocks = append(e.blocks[:level+1:level+1], &block{})
	for i := range w.States {
		w.States[i].Value = e.value(e.k.Values[w.States[i].Init], e.top())
		values[g.Inputs[i]] = w.States[i].Value
	}
	inside := e.blocks[e.top()]
	w.Test = e.body(g.Outputs[0], values)
	w.Cond, inside.stmts = inside.stmts, nil
	for i := range w.States {
		w.States[i].Next = e.body(g.Outputs[1+i], values)
	}
	w.Body = e.close()
	e.blocks = blocks
	for i := range w.States {
		w.States[i].Result = e.value(e.k.Values[w.States[i].Init], level)
	}
	e.put(level, w)
	return w.States[0].Result
}

// body writes a node of a loop's graph; values has the inputs and what was
// written before.
func (e *emitter) body(out *expr.Node, values map[*expr.Node]kernel.Value) kernel.Value {
	for n := range expr.Nodes(out) {
		if _, ok := values[n]; ok {
			continue
		}
		if n.Op() == expr.OpConst {
			values[n] = e.scalar(n.DType(), constant(n.Value()))
			continue
		}
		args := make([]kernel.Value, len(n.Args()))
		for i, a := range n.Args() {
			args[i] = values[a]
		}
		values[n] = e.apply(n, args)
	}
	return values[out]
}

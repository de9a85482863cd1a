package autodiff

import (
	"slices"

	"arignote/expr"
)

// The element-wise loop. How many steps an element takes depends on data, so
// that reverse mode would have to keep the states of every step. But an element
// of the results depends on the same element of the arguments alone: its
// derivatives are a few numbers, which a second loop computes by carrying them
// along with the states. This is forward mode inside, and exact. How many steps
// are taken counts as constant.

// direction is a way in which an argument may move: by 1, or a complex one by
// 1i too.
type direction struct {
	arg int
	v   complex128
}

// whileRule sums up, over the results, how the cost changes with each when an
// argument moves.
func whileRule(s *step) []term {
	var directions []direction
	for i, want := range s.want {
		if want {
			directions = append(directions, direction{i, 1})
		}
		if want && s.n.Arg(i).DType().IsComplex() {
			directions = append(directions, direction{i, 1i})
		}
	}
	w := newWhileTangents(s.n, directions)
	loop := w.loop()
	out := make([]term, len(s.want))
	for k, d := range directions {
		slope := s.whileSlope(w, loop, k)
		switch {
		case slope.v == nil:
		case d.v == 1:
			out[d.arg] = slope
		default:
			out[d.arg] = out[d.arg].binary(expr.OpComplex, slope)
		}
	}
	for i, d := range out {
		if d.v != nil && !s.tape.sameShape(d.v, s.n.Arg(i)) {
			out[i] = d.shrink(s.x(i))
		}
	}
	return out
}

// whileSlope is how much the cost changes, at each element, when an argument
// moves in direction k.
func (s *step) whileSlope(w *whileTangents, loop *expr.Node, k int) term {
	slope := none
	for i, state := range w.inexact {
		if s.gs[state] == nil {
			continue
		}
		tangent := s.y().apply(expr.OpItem, expr.Number{N: w.item(k, i)}, loop)
		change := tangent.conj().mul(s.gs[state]).real()
		if slope.v == nil {
			slope = change
		} else {
			slope = slope.add(change)
		}
	}
	if slope.v != nil {
		slope.v = s.mask.apply(slope.v, s.n)
	}
	return slope
}

// whileTangents makes the loop that carries, beside the states, how these change
// when an argument moves.
type whileTangents struct {
	n          *expr.Node
	body       *expr.Graph
	states     int
	inexact    []int // the states that have derivatives
	directions []direction
	params     [][]*expr.Node // for each direction and each of inexact: the change so far, an input of the new body
}

func newWhileTangents(n *expr.Node, directions []direction) *whileTangents {
	body := n.Attr().(expr.Body).Graph
	w := &whileTangents{n: n, body: body, states: len(body.Outputs) - 1, directions: directions}
	taken := make(map[string]bool)
	for i, in := range body.Inputs {
		taken[in.Name()] = true
		if i < w.states && in.DType().Inexact() {
			w.inexact = append(w.inexact, i)
		}
	}
	for range directions {
		var row []*expr.Node
		for _, state := range w.inexact {
			row = append(row, expr.InputOf(freshName(taken), expr.Type{DType: body.Inputs[state].DType()}))
		}
		w.params = append(w.params, row)
	}
	return w
}

// item returns which result of the loop is the change in direction k of
// inexact[i].
func (w *whileTangents) item(k, i int) int { return w.states + k*len(w.inexact) + i }

// loop returns the node of the new loop.
func (w *whileTangents) loop() *expr.Node {
	inputs, args := slices.Clone(w.body.Inputs[:w.states]), slices.Clone(w.n.Args()[:w.states])
	outputs := slices.Clone(w.body.Outputs)
	next := w.next()
	for k, d := range w.directions {
		for i, state := range w.inexact {
			start := w.params[k][i].ZerosLike()
			if d.arg == state {
				start = start.FullLike(d.v)
			}
			inputs, args, outputs = append(inputs, w.params[k][i]), append(args, start), append(outputs, next[i][k])
		}
	}
	inputs, args = append(inputs, w.body.Inputs[w.states:]...), append(args, w.n.Args()[w.states:]...)
	return expr.New(w.n, expr.OpWhile, expr.Body{Graph: expr.NewGraph(inputs, outputs...)}, args...)
}

// next returns, for each of inexact and each direction, the change after one
// more step.
func (w *whileTangents) next() [][]*expr.Node {
	var moving []*expr.Node // what the body depends on: states, then other arguments
	for _, state := range w.inexact {
		moving = append(moving, w.body.Inputs[state])
	}
	for _, d := range w.directions {
		if d.arg >= w.states && d.v == 1 {
			moving = append(moving, w.body.Inputs[d.arg])
		}
	}
	moves := make([][]*expr.Node, len(w.directions))
	for k, d := range w.directions {
		moves[k] = make([]*expr.Node, len(moving))
		copy(moves[k], w.params[k])
		if d.arg >= w.states {
			in := w.body.Inputs[d.arg]
			moves[k][slices.Index(moving, in)] = in.FullLike(d.v)
		}
	}
	var out [][]*expr.Node
	for _, state := range w.inexact {
		out = append(out, pushForward(w.body.Outputs[1+state], moving, moves))
	}
	return out
}

// pushForward returns, for each row of moves, how much the scalar y changes when
// each of xs moves by its entry of the row (nil = not at all). It is [JVP] of
// several nodes at once.
func pushForward(y *expr.Node, xs []*expr.Node, moves [][]*expr.Node) []*expr.Node {
	u := expr.InputOf("u", y.Type())
	back := reverse([]seed{{y, part{g: u}}}, xs)
	out := make([]*expr.Node, len(moves))
	for k, row := range moves {
		var seeds []seed
		for i, b := range back {
			if b != nil && row[i] != nil {
				seeds = append(seeds, seed{b, part{g: row[i]}})
			}
		}
		if len(seeds) > 0 {
			out[k] = reverse(seeds, []*expr.Node{u})[0]
		}
		if out[k] == nil {
			out[k] = y.ZerosLike()
		}
	}
	return out
}

// reachWhile: an element of an argument has a part in the same element of the
// result alone.
func reachWhile(s *step, i int) mask {
	x, y := s.x(i), s.y()
	if s.n.Type().IsTuple() {
		y = s.item(0)
	}
	if s.tape.sameShape(y.v, x.v) {
		return s.mask
	}
	return mask{c: s.mask.bool(s.n).stretch(y).cast(x.dtype().Real()).shrink(x).ne(0.0).v}
}

package autodiff

import (
	"fmt"
	"slices"
	"strconv"

	"arignote/expr"
)

// Rules of ops that hold a graph, and of the user's own operations.

// mapRule is a map whose body is the reverse of the body: beside an element of
// each sequence it gets one of the gradient of each result. The gradients with
// respect to arguments that the body gets whole are summed over the iterations.
func mapRule(s *step) []term {
	body := s.n.Attr().(expr.Body)
	b := backward{inputs: slices.Clone(body.Graph.Inputs[:body.Sequences]), args: slices.Clone(s.n.Args()[:body.Sequences])}
	taken := make(map[string]bool)
	for _, in := range body.Graph.Inputs {
		taken[in.Name()] = true
	}
	param := func(arg *expr.Node, t expr.Type) *expr.Node {
		p := expr.InputOf(freshName(taken), expr.Type{DType: arg.DType(), Dims: t.Dims})
		b.inputs, b.args = append(b.inputs, p), append(b.args, arg)
		return p
	}
	var seeds []seed
	for k, out := range body.Graph.Outputs {
		if s.gs[k] == nil {
			continue
		}
		p := part{g: param(s.gs[k], out.Type())}
		if s.mask.c != nil {
			p.mask.c = param(s.mask.bool(s.n).stretch(s.y()).v, out.Type())
		}
		seeds = append(seeds, seed{out, p})
	}
	sequences := len(b.inputs)
	b.inputs = append(b.inputs, body.Graph.Inputs[body.Sequences:]...)
	b.args = append(b.args, s.n.Args()[body.Sequences:]...)
	var wrt []*expr.Node
	for i, in := range body.Graph.Inputs {
		if s.want[i] {
			wrt = append(wrt, in)
		}
	}
	gradients := b.run(sequences, reverse(seeds, wrt))
	out := make([]term, len(s.want))
	for i := range out {
		if !s.want[i] {
			continue
		}
		if g := gradients[0]; g != nil {
			out[i] = term{g, s}
			if i >= body.Sequences {
				out[i] = out[i].sum(0).squeeze(0)
			}
		}
		gradients = gradients[1:]
	}
	return out
}

// freshName returns a name that is not taken, and takes it.
func freshName(taken map[string]bool) string {
	for i := 0; ; i++ {
		if name := "g" + strconv.Itoa(i); !taken[name] {
			taken[name] = true
			return name
		}
	}
}

// backward is a map under construction: the inputs of its body and the
// arguments that are bound to them.
type backward struct{ inputs, args []*expr.Node }

// run returns the map's results for these outputs of the body, nil for nil.
// Inputs that no output needs are left out.
func (b *backward) run(sequences int, outputs []*expr.Node) []*expr.Node {
	var some []*expr.Node
	for _, out := range outputs {
		if out != nil {
			some = append(some, out)
		}
	}
	results := make([]*expr.Node, len(outputs))
	if len(some) == 0 {
		return results
	}
	used := make(map[*expr.Node]bool)
	for n := range expr.Nodes(some...) {
		used[n] = true
	}
	var inputs, args []*expr.Node
	left := 0
	for i, in := range b.inputs {
		if used[in] || i == sequences-1 && left == 0 { // one sequence must stay: it says how often
			inputs, args = append(inputs, in), append(args, b.args[i])
			if i < sequences {
				left++
			}
		}
	}
	n := expr.MapGraph(expr.NewGraph(inputs, some...), left, args...)
	next := 0
	for i, out := range outputs {
		if out == nil {
			continue
		}
		results[i] = n
		if len(some) > 1 {
			results[i] = n.Item(next)
		}
		next++
	}
	return results
}

// reachMap: an element of a sequence counts if a result at its index does.
func reachMap(s *step, i int) mask {
	if i >= s.n.Attr().(expr.Body).Sequences {
		return reachAll(s, i)
	}
	m := s.mask.bool(s.n).stretch(s.y())
	for m.rank() > 1 {
		m = m.any(-1).squeeze(-1)
	}
	for m.rank() < s.x(i).rank() {
		m = m.expand(-1)
	}
	return mask{c: m.v}
}

// withGradientRule puts the gradient and the arguments into the user's graph.
func withGradientRule(s *step) []term {
	g := s.n.Attr().(expr.Body).Graph
	by := map[*expr.Node]*expr.Node{g.Inputs[0]: s.gs[0]}
	for i, a := range s.n.Args()[1:] {
		by[g.Inputs[i+1]] = a
	}
	out := []term{none}
	for i, d := range expr.Replace(by, g.Outputs...) {
		out = append(out, s.given(i+1, d))
	}
	return out
}

// customRule asks the user's operation.
func customRule(s *step) []term {
	c := s.n.Attr().(expr.User).Custom
	out := make([]term, len(s.want))
	gradients, err := s.custom(c)
	if err == nil && len(gradients) != len(out) {
		err = fmt.Errorf("method Gradient returned %d gradients for %d arguments", len(gradients), len(out))
	}
	for i := range out {
		if err != nil {
			out[i] = s.wrong(expr.ErrInput, "%s: %v", c.Name(), err)
		} else {
			out[i] = s.given(i, gradients[i])
		}
	}
	return out
}

// custom calls the user's code; a panic becomes an error.
func (s *step) custom(c expr.Custom) (gradients []*expr.Node, err error) {
	if s.n.Type().IsTuple() {
		return nil, fmt.Errorf("no gradient of an operation with several results")
	}
	defer func() {
		if r := recover(); r != nil {
			gradients, err = nil, fmt.Errorf("method Gradient: panic: %v", r)
		}
	}()
	return c.Gradient(s.n, s.gs[0]), nil
}

// given checks a gradient with respect to argument i that comes from the user.
func (s *step) given(i int, d *expr.Node) term {
	if d == nil || !s.want[i] {
		return none
	}
	if d.Err() != nil {
		return term{d, s}
	}
	x := s.n.Arg(i)
	if !d.DType().Inexact() {
		return s.wrong(expr.ErrDType, "the gradient of %s is %s", x.Type(), d.Type())
	}
	fits := d.Rank() == x.Rank()
	for k := 0; fits && k < x.Rank(); k++ {
		m, mOK := d.Type().Dims[k].Known()
		n, nOK := x.Type().Dims[k].Known()
		fits = m == n || !mOK || !nOK
	}
	if !fits {
		return s.wrong(expr.ErrShape, "the gradient of %s is %s", x.Type(), d.Type())
	}
	return term{d, s}
}

// wrong returns a gradient that carries a mistake, at the place of the node.
func (s *step) wrong(kind error, format string, args ...any) term {
	err := expr.Errorf(kind, s.n.Op().String(), format, args...)
	err.Pos = s.n.Pos()
	return term{expr.Wrong(err), s}
}

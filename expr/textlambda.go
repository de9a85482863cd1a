package expr

import (
	"slices"

	"arignote/expr/syntax"
)

// This file reads functions as arguments: the bodies of map, while_loop and
// with_gradient.

// maxLambdas is how deep lambdas may be nested in each other.
const maxLambdas = 16

// lambda reads argument i, a lambda whose parameters have the given types. It
// returns the body and the nodes outside of it that it uses, for which it has
// more parameters. If elements is true, these stand for elements of the nodes.
func (s *site) lambda(i int, types []Type, elements bool) (body *Graph, captured []*Node) {
	e, ok := s.args[i].(*syntax.Lambda)
	switch {
	case s.err != nil:
		return nil, nil
	case !ok:
		s.fail(s.args[i], ErrInput, "%s must be a lambda", s.form.params[i].name)
		return nil, nil
	case len(e.Params) != len(types):
		s.fail(e, ErrInput, "a lambda of %d parameters for %d arguments", len(e.Params), len(types))
		return nil, nil
	case s.r.lambdas == maxLambdas:
		s.fail(e, ErrSyntax, "more than %d lambdas inside each other", maxLambdas)
		return nil, nil
	}
	inner := &scope{names: map[string]definition{}, outer: s.r.scope, elements: elements}
	body = &Graph{}
	for k, p := range e.Params {
		in := parameter(p.Ident, types[k], p.Pos)
		inner.names[p.Ident] = definition{in, p.Pos}
		body.Inputs = append(body.Inputs, in)
	}
	s.r.scope, s.r.lambdas = inner, s.r.lambdas+1
	outputs, err := s.r.block(e.Body)
	s.r.scope, s.r.lambdas = inner.outer, s.r.lambdas-1
	if err != nil {
		s.err = err
		return nil, nil
	}
	for k, out := range outputs {
		if out.Type().IsTuple() {
			s.fail(s.args[i], ErrDType, "output %d of the lambda has several results %v: pick one by its index", k+1, out.Type())
		}
	}
	body.Inputs = append(body.Inputs, inner.params...)
	body.Outputs = outputs
	return body, inner.captured
}

// buildMap reads map(f, x, y, (c,)): f of the elements of the sequences x and
// y along their leading axes, and of the whole of c. A tuple in front holds
// sequences: map(f, (x, y), (c,)).
func buildMap(s *site) *Node {
	sequences := s.rest
	var others []syntax.Expr
	if n := len(sequences); n > 1 {
		if tuple, ok := sequences[n-1].(*syntax.Tuple); ok {
			sequences, others = sequences[:n-1], tuple.Elems
		}
	}
	if len(sequences) == 1 {
		if tuple, ok := sequences[0].(*syntax.Tuple); ok {
			sequences = tuple.Elems
		}
	}
	if len(sequences) == 0 {
		s.err = s.refuse(s.pos, "a sequence is missing")
		return failed(s.err)
	}
	args := s.arrays(slices.Concat(sequences, others))
	types := make([]Type, len(args))
	for i, a := range args {
		types[i] = a.Type()
		if i >= len(sequences) || s.err != nil {
			continue
		}
		if a.Rank() == 0 {
			s.fail(sequences[i], ErrShape, "argument %d is a scalar: it has no leading axis", i+1)
			return failed(s.err)
		}
		types[i].Dims = a.Type().Dims[1:]
	}
	body, captured := s.lambda(0, types, false)
	if s.err != nil {
		return failed(s.err)
	}
	return s.apply(OpMap, Body{body, len(sequences)}, append(args, captured...)...)
}

// buildWhile reads while_loop(cond, body, (x, y), bound, c): two functions of
// an element of each of x, y, c and of what they use from outside.
func buildWhile(s *site) *Node {
	init, ok := elemsOf(s.args[2])
	if !ok {
		init = []syntax.Expr{s.args[2]}
	}
	args := s.arrays(slices.Concat(init, s.rest))
	bound := s.node(3)
	types := make([]Type, len(args))
	for i, a := range args {
		types[i] = Type{DType: a.DType()}
	}
	cond, usedByCond := s.lambda(0, types, true)
	body, usedByBody := s.lambda(1, types, true)
	switch {
	case s.err != nil:
	case len(init) == 0:
		s.fail(s.args[2], ErrInput, "a state is missing")
	case len(cond.Outputs) != 1:
		s.fail(s.args[0], ErrInput, "a condition of %d results, one is wanted", len(cond.Outputs))
	case cond.Outputs[0].DType() != Bool:
		s.fail(s.args[0], ErrDType, "the condition is %s, not bool", cond.Outputs[0].Type())
	case len(body.Outputs) != len(init):
		s.fail(s.args[1], ErrInput, "a body of %d results for %d states", len(body.Outputs), len(init))
	}
	if s.err != nil {
		return failed(s.err)
	}
	g, used := oneGraph(cond, usedByCond, body, usedByBody)
	n := s.apply(OpWhile, Body{Graph: g.adapted()}, slices.Concat(args, used, []*Node{bound})...)
	s.err = n.mistake() // it has the place of what is wrong inside
	return n
}

// oneGraph joins two functions of the same arguments, given what each uses from
// outside beside these. The parameters have the names of the second function.
func oneGraph(f *Graph, usedByF []*Node, h *Graph, usedByH []*Node) (g *Graph, used []*Node) {
	g = NewGraph(slices.Clone(h.Inputs))
	names := map[string]bool{}
	for _, in := range h.Inputs {
		names[in.Name()] = true
	}
	by := map[*Node]*Node{}
	used = usedByH
	args := len(h.Inputs) - len(usedByH)
	for i, in := range f.Inputs {
		k := i
		if i >= args {
			n := usedByF[i-args]
			k = slices.Index(used, n)
			if k < 0 {
				k = len(used)
				used = append(used, n)
				g.Inputs = append(g.Inputs, renamed(in, names))
			}
			k += args
		}
		by[in] = g.Inputs[k]
	}
	g.Outputs = append(Replace(by, f.Outputs...), h.Outputs...)
	return g, used
}

// renamed returns the input x with a name that is not in names, and adds it.
func renamed(x *Node, names map[string]bool) *Node {
	name := x.Name()
	for names[name] {
		name += "_"
	}
	names[name] = true
	if name == x.Name() {
		return x
	}
	return &Node{op: OpInput, attr: InputName{name}, typ: x.typ, place: x.place}
}

// buildWithGradient reads with_gradient(y, lambda g, x: 2*g*x, x). What the
// lambda uses from outside gets a gradient of zero.
func buildWithGradient(s *site) *Node {
	y := s.node(0)
	wrt := s.arrays(s.rest)
	types := []Type{y.Type()}
	for _, x := range wrt {
		types = append(types, x.Type())
	}
	body, captured := s.lambda(1, types, false)
	if s.err != nil {
		return failed(s.err)
	}
	if len(body.Outputs) != len(wrt) {
		s.fail(s.args[1], ErrInput, "a lambda of %d results for %d arguments", len(body.Outputs), len(wrt))
		return failed(s.err)
	}
	for _, in := range body.Inputs[1+len(wrt):] {
		zero := in.ZerosLike()
		s.r.adopt(zero, placeAt(s.pos))
		body.Outputs = append(body.Outputs, zero)
	}
	return s.apply(OpWithGradient, Body{body, 0}, append(append([]*Node{y}, wrt...), captured...)...)
}

package expr

import (
	"slices"

	"arignote/expr/syntax"
)

// This file reads functions as arguments: the bodies of map and with_gradient.

// maxLambdas is how deep lambdas may be nested in each other.
const maxLambdas = 16

// lambda reads argument i, a lambda whose parameters have the given types. It
// returns the body and the nodes outside of it that it uses, for which it has
// more parameters.
func (s *site) lambda(i int, types []Type) (body *Graph, captured []*Node) {
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
	inner := &scope{names: map[string]definition{}, outer: s.r.scope}
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
		if out.typ.IsTuple() {
			s.fail(s.args[i], ErrDType, "output %d of the lambda has several results %v: pick one by its index", k+1, out.typ)
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
		return &Node{err: s.err}
	}
	args := s.arrays(slices.Concat(sequences, others))
	types := make([]Type, len(args))
	for i, a := range args {
		types[i] = a.typ
		if i >= len(sequences) || s.err != nil {
			continue
		}
		if a.Rank() == 0 {
			s.fail(sequences[i], ErrShape, "argument %d is a scalar: it has no leading axis", i+1)
			return &Node{err: s.err}
		}
		types[i].Dims = a.typ.Dims[1:]
	}
	body, captured := s.lambda(0, types)
	if s.err != nil {
		return &Node{err: s.err}
	}
	return s.apply(OpMap, Body{body, len(sequences)}, append(args, captured...)...)
}

// buildWithGradient reads with_gradient(y, lambda g, x: 2*g*x, x). What the
// lambda uses from outside gets a gradient of zero.
func buildWithGradient(s *site) *Node {
	y := s.node(0)
	wrt := s.arrays(s.rest)
	types := []Type{y.typ}
	for _, x := range wrt {
		types = append(types, x.typ)
	}
	body, captured := s.lambda(1, types)
	if s.err != nil {
		return &Node{err: s.err}
	}
	if len(body.Outputs) != len(wrt) {
		s.fail(s.args[1], ErrInput, "a lambda of %d results for %d arguments", len(body.Outputs), len(wrt))
		return &Node{err: s.err}
	}
	for _, in := range body.Inputs[1+len(wrt):] {
		zero := in.ZerosLike()
		s.r.adopt(zero, placeAt(s.pos))
		body.Outputs = append(body.Outputs, zero)
	}
	return s.apply(OpWithGradient, Body{body, 0}, append(append([]*Node{y}, wrt...), captured...)...)
}

package expr

import "slices"

// Type rules of ops with a body, of tuples and of the user's operations.

// inferMap: the body's outputs, stacked along a new leading axis.
func inferMap(s *sig) (Type, *Error) {
	b := s.attr.(Body)
	if b.Sequences < 1 || len(b.Graph.Inputs) != len(s.args) {
		return Type{}, s.errorf(ErrInput, "%d arguments for a function of %d", len(s.args), len(b.Graph.Inputs))
	}
	var length Dim
	for i, in := range b.Graph.Inputs {
		want := s.args[i]
		if i < b.Sequences {
			if want.Rank() == 0 {
				return Type{}, s.errorf(ErrShape, "argument %d is a scalar: it has no leading axis", i+1)
			}
			if !length.mayEqual(want.Dims[0]) {
				return Type{}, s.errorf(ErrShape, "shapes %s differ in the leading axis", s.shapes())
			}
			length = moreKnown(length, want.Dims[0])
			want.Dims = want.Dims[1:]
		}
		if err := s.fitsInput(want, in); err != nil {
			return Type{}, err
		}
	}
	elems := make([]Type, len(b.Graph.Outputs))
	for i, out := range b.Graph.Outputs {
		if out.mistake() != nil {
			return Type{}, out.mistake()
		}
		t := out.Type()
		elems[i] = Type{DType: t.DType, Dims: append([]Dim{length}, t.Dims...)}
	}
	if len(elems) == 1 {
		return elems[0], nil
	}
	return Type{Elems: elems}, nil
}

// inferWhile: each state, broadcast with all arguments but the bound, which is
// the last.
func inferWhile(s *sig) (Type, *Error) {
	g := s.attr.(Body).Graph
	last, states := len(s.args)-1, len(g.Outputs)-1
	if len(g.Inputs) != last || states < 1 || states > last {
		return Type{}, s.errorf(ErrInput, "%d arguments for functions of %d, %d states", last, len(g.Inputs), states)
	}
	if b := s.args[last]; b.Rank() != 0 || !b.DType.IsInteger() {
		return Type{}, s.errorf(ErrDType, "the bound must be an integer scalar, not %s", b)
	}
	for i, in := range g.Inputs {
		if d := s.args[i].DType; d != in.Type().DType || in.Rank() != 0 {
			return Type{}, s.errorf(ErrDType, "an element of %s does not fit the parameter %s: %s", s.args[i], in.Name(), in.Type())
		}
	}
	if err := s.checkStep(g); err != nil {
		return Type{}, err
	}
	elements := *s
	elements.args = s.args[:last]
	dims, err := elements.broadcast()
	if err != nil {
		return Type{}, err
	}
	if tooLarge(dims) {
		return Type{}, s.errorf(ErrShape, "shape %s has too many elements", shapeString(dims))
	}
	elems := make([]Type, states)
	for i := range elems {
		elems[i] = Type{DType: s.args[i].DType, Dims: dims}
	}
	if states == 1 {
		return elems[0], nil
	}
	return Type{Elems: elems}, nil
}

// checkStep checks the condition and the body of an element-wise loop.
func (s *sig) checkStep(g *Graph) *Error {
	for n := range g.Nodes() {
		switch {
		case n.mistake() != nil:
			return n.mistake()
		case n.op == OpConst && n.Rank() > 0:
			return s.errorf(ErrInput, "the functions work on single elements: a constant of shape %s must be an argument", shapeString(n.Type().Dims)).at(n.Pos())
		case n.op != OpInput && n.op != OpConst && !n.op.Elementwise():
			return s.errorf(ErrInput, "the functions work on single elements: %s is not element-wise", n.op).at(n.Pos())
		}
	}
	if c := g.Outputs[0]; c.DType() != Bool {
		return s.errorf(ErrDType, "the condition is %s, not bool", c.Type()).at(c.Pos())
	}
	for i, next := range g.Outputs[1:] {
		if d := g.Inputs[i].DType(); next.DType() != d {
			return s.errorf(ErrDType, "the state %s is %s and the body makes it %s", g.Inputs[i].Name(), d, next.DType()).at(next.Pos())
		}
	}
	return nil
}

// fitsInput checks that an argument of type t can be bound to the body's input.
func (s *sig) fitsInput(t Type, in *Node) *Error {
	want := in.Type()
	ok := t.DType == want.DType && t.Rank() == want.Rank()
	for i := 0; ok && i < t.Rank(); i++ {
		ok = t.Dims[i].mayEqual(want.Dims[i])
	}
	if !ok {
		return s.errorf(ErrShape, "%s does not fit the parameter %s: %s", t, in.Name(), want)
	}
	return nil
}

// inferWithGradient: the type of the first argument.
func inferWithGradient(s *sig) (Type, *Error) {
	b := s.attr.(Body)
	if len(b.Graph.Inputs) != len(s.args) || len(b.Graph.Outputs) != len(s.args)-1 {
		return Type{}, s.errorf(ErrInput, "a gradient of %d parameters and %d results for %d arguments",
			len(b.Graph.Inputs), len(b.Graph.Outputs), len(s.args)-1)
	}
	return s.args[0], nil
}

// inferItem: one of several results.
func inferItem(s *sig) (Type, *Error) {
	i := s.attr.(Number).N
	switch t := s.args[0]; {
	case !t.IsTuple():
		return Type{}, s.errorf(ErrDType, "%s is a single result", t)
	case i < 0 || i >= len(t.Elems):
		return Type{}, s.errorf(ErrIndex, "result %d of %d", i, len(t.Elems))
	default:
		return t.Elems[i], nil
	}
}

// inferCustom asks the user's operation. A panic of the user's code is a
// mistake of that operation.
func inferCustom(s *sig) (t Type, wrong *Error) {
	c := s.attr.(User).Custom
	defer func() {
		if r := recover(); r != nil {
			wrong = Errorf(ErrInput, c.Name(), "panic in Type: %v", r)
		}
	}()
	t, err := c.Type(slices.Clone(s.args))
	if err != nil {
		return Type{}, asError(err, ErrShape, c.Name())
	}
	return t, nil
}

package expr

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
		if out.err != nil {
			return Type{}, out.err
		}
		t := out.typ
		elems[i] = Type{DType: t.DType, Dims: append([]Dim{length}, t.Dims...)}
	}
	if len(elems) == 1 {
		return elems[0], nil
	}
	return Type{Elems: elems}, nil
}

// fitsInput checks that an argument of type t can be bound to the body's input.
func (s *sig) fitsInput(t Type, in *Node) *Error {
	want := in.typ
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
	t, err := c.Type(s.args)
	if err != nil {
		return Type{}, asError(err, ErrShape, c.Name())
	}
	return t, nil
}

package expr

import "slices"

// Evaluate computes the outputs by the reference meaning of each op: slowly,
// in one goroutine, each node once. Every other engine is compared to it.
//
// The inputs are in the order of g.Inputs. Their number and nil are checked
// (ErrInput), their dtypes (ErrDType), and their shapes (ErrShape): the number
// of axes, known lengths, and equal lengths where the types have equal names.
// The inputs are not changed, but outputs may share their memory.
func (g *Graph) Evaluate(inputs []*Value) ([]*Value, error) {
	for _, out := range g.Outputs {
		if err := out.Err(); err != nil {
			return nil, err
		}
	}
	if err := BindInputs(g.Inputs, inputs); err != nil {
		return nil, err
	}
	out, err := newSchedule(g).run(inputs)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// schedule is a graph in the order of evaluation. Nodes are known by their
// position in that order.
type schedule struct {
	nodes   []*Node
	args    [][]int // of each node
	last    []int   // the last user of each node's value; len(nodes) for outputs
	inputs  []int   // -1 where an input is not needed
	outputs []int
}

// newSchedule orders the nodes of g, none of which is wrong.
func newSchedule(g *Graph) *schedule {
	s := &schedule{}
	position := make(map[*Node]int)
	for n := range g.Nodes() {
		at := len(s.nodes)
		position[n] = at
		args := make([]int, len(n.Args()))
		for i, a := range n.Args() {
			args[i] = position[a]
			s.last[args[i]] = at
		}
		s.nodes, s.args, s.last = append(s.nodes, n), append(s.args, args), append(s.last, at)
	}
	for _, in := range g.Inputs {
		at, ok := position[in]
		if !ok {
			at = -1
		}
		s.inputs = append(s.inputs, at)
	}
	for _, out := range g.Outputs {
		s.outputs = append(s.outputs, position[out])
		s.last[position[out]] = len(s.nodes)
	}
	return s
}

// run evaluates the nodes for inputs that fit. A value is dropped after its
// last use.
func (s *schedule) run(inputs []*Value) ([]*Value, *Error) {
	values := make([]*Value, len(s.nodes))
	for i, at := range s.inputs {
		if at >= 0 {
			values[at] = inputs[i]
		}
	}
	for at, n := range s.nodes {
		if err := s.step(values, at, n); err != nil {
			return nil, err
		}
	}
	out := make([]*Value, len(s.outputs))
	for i, at := range s.outputs {
		out[i] = values[at]
	}
	return out, nil
}

// step evaluates node n at position at.
func (s *schedule) step(values []*Value, at int, n *Node) *Error {
	if n.op == OpInput {
		if values[at] == nil {
			return Errorf(ErrInput, "", "%s is used but is not among the inputs", n.Name()).at(n.Pos())
		}
		return nil
	}
	args := make([]*Value, len(n.Args()))
	for i, a := range s.args[at] {
		args[i] = values[a]
	}
	v, err := n.evaluate(args, values)
	if err != nil {
		return asError(err, ErrInput, n.op.String())
	}
	values[at] = v
	for _, a := range s.args[at] {
		if s.last[a] == at {
			values[a] = nil
		}
	}
	return nil
}

// BindInputs checks that values fit the declared types of inputs, see
// [Graph.Evaluate].
func BindInputs(inputs []*Node, values []*Value) error {
	if len(inputs) != len(values) {
		return Errorf(ErrInput, "", "%d values for %d inputs", len(values), len(inputs))
	}
	named := make(map[string]binding)
	for i, in := range inputs {
		if err := in.Err(); err != nil {
			return err
		}
		if slices.Contains(inputs[:i], in) {
			return Errorf(ErrInput, "", "%s is twice among the inputs", in.Name())
		}
		if err := bindInput(in, values[i], named); err != nil {
			return err
		}
	}
	return nil
}

// binding is the length of a named dim and the input that has set it.
type binding struct {
	length int
	by     *Node
}

// bindInput checks one input, given the named dims of those before it.
func bindInput(in *Node, v *Value, named map[string]binding) error {
	switch {
	case in.op != OpInput:
		return Errorf(ErrInput, "", "%s is no input", in.op)
	case v == nil || v.elems != nil:
		return Errorf(ErrInput, "", "%s: no value", in.Name())
	case v.dtype != in.Type().DType:
		return wrongDType(in, v.dtype)
	}
	if !fitsDims(v.shape, in.Type().Dims) {
		return misfit(in, v)
	}
	for i, d := range in.Type().Dims {
		if d.name == "" {
			continue
		}
		b, ok := named[d.name]
		if !ok {
			named[d.name] = binding{v.shape[i], in}
		} else if b.length != v.shape[i] {
			err := misfit(in, v)
			err.Msg += ": " + d.name + " is " + KnownDim(b.length).String() + " in " + b.by.Name()
			return err
		}
	}
	return nil
}

// misfit is the mistake of giving data of another shape to an input.
func misfit(in *Node, v *Value) *Error {
	return Errorf(ErrShape, "", "%s: shape %s does not fit %s", in.Name(), shapeString(knownDims(v.shape)), in.Type())
}

// wrongDType is the mistake of giving data of dtype d to an input.
func wrongDType(in *Node, d DType) error {
	return Errorf(ErrDType, "", "%s: %s data for an input of %s: convert the data, or declare the input %s", in.Name(), d, in.Type().DType, d)
}

// fitsDims reports whether an array of this shape can have these dims.
func fitsDims(shape []int, dims []Dim) bool {
	return slices.EqualFunc(shape, dims, func(n int, d Dim) bool { return d.mayEqual(KnownDim(n)) })
}

// ValueFor returns x as a value for the input in. It is [ValueOf] with a check
// of the dtype, except that plain Go numbers take the input's dtype: an int
// that of any number type that can hold it, a float64 that of a float or
// complex input, a complex128 that of a complex input.
func ValueFor(in *Node, x any) (*Value, error) {
	if err := in.Err(); err != nil {
		return nil, err
	}
	v, err := ValueOf(x)
	if err != nil {
		e := *asError(err, ErrInput, "")
		e.Msg = in.Name() + ": " + e.Msg
		return nil, &e
	}
	if v.dtype == in.Type().DType {
		return v, nil
	}
	switch x.(type) {
	case int, float64, complex128:
		return weakFor(in, v)
	}
	return nil, wrongDType(in, v.dtype)
}

// weakFor converts a weak number to the dtype of the input.
func weakFor(in *Node, v *Value) (*Value, error) {
	d := in.Type().DType
	if promoteWeak(d, v.dtype) != d {
		return nil, wrongDType(in, v.dtype)
	}
	if v.dtype.IsInteger() && d.IsInteger() && !integerFits(v.Int(0), d) {
		return nil, Errorf(ErrDomain, "", "%s: %d does not fit %s", in.Name(), v.Int(0), d)
	}
	return convert(v, d), nil
}

package expr

// call is one evaluation of an op: what an evalFunc sees.
type call struct {
	op   Op
	attr Attr
	args []*Value // concrete arguments
	from []Type   // their types: dtype and weakness as the node has them, all dims known
	typ  Type     // the type of the result by the type rule; dims unknown only where they depend on data
}

// evalFunc is the reference meaning of an op: slow and obvious. It returns a
// new value, or one of the arguments, and never changes an argument.
type evalFunc func(c *call) (*Value, *Error)

func (c *call) errorf(kind error, format string, args ...any) *Error {
	return Errorf(kind, c.op.String(), format, args...)
}

// shape returns the shape of the result, which must be known.
func (c *call) shape() []int {
	shape, known := c.typ.Shape()
	if !known {
		panic("expr: the shape of " + c.op.String() + " depends on data")
	}
	return shape
}

// bind applies the type rule of x's op to concrete arguments: dtypes and
// weakness are those found when x was built, dims are those of the arguments.
func (x *Node) bind(args []*Value) (from []Type, t Type, err *Error) {
	from = make([]Type, len(args))
	for i, a := range args {
		from[i] = a.Type()
		from[i].DType, from[i].Weak = x.Args()[i].Type().DType, x.Args()[i].Type().Weak
	}
	t, err = infer(&sig{op: x.op, attr: x.attr, args: from, values: args})
	return from, t, err
}

// takes checks that x is a node without a mistake, of so many arguments. A
// constant, which needs none, takes any.
func (x *Node) takes(args []*Value) error {
	if err := x.Err(); err != nil {
		return err
	}
	if x.op != OpConst && len(args) != len(x.Args()) {
		return Errorf(ErrInput, x.op.String(), "%d values for %d arguments", len(args), len(x.Args())).at(x.Pos())
	}
	return nil
}

// Bind applies the type rule of x's op to concrete arguments and returns the
// type of the result; dims are unknown only where they depend on data.
func (x *Node) Bind(args []*Value) (Type, error) {
	if err := x.takes(args); err != nil {
		return Type{}, err
	}
	_, t, err := x.bind(args)
	if err != nil {
		return Type{}, err.at(x.Pos())
	}
	return t, nil
}

// Eval computes x from the values of its arguments by the reference meaning
// of its op. Mistakes carry x's place.
//
// What would need more memory than the machine has is refused (ErrMemory).
func (x *Node) Eval(args []*Value) (*Value, error) { return x.evaluate(args, nil) }

// evaluate is Eval beside other values that are in memory.
func (x *Node) evaluate(args, others []*Value) (*Value, error) {
	if err := x.takes(args); err != nil {
		return nil, err
	}
	if x.op == OpConst {
		return x.Value(), nil
	}
	from, t, err := x.bind(args)
	if err != nil {
		return nil, err.at(x.Pos())
	}
	if err := x.fits(t, args, others); err != nil {
		return nil, err.at(x.Pos())
	}
	v, err := ops[x.op].eval(&call{op: x.op, attr: x.attr, args: args, from: from, typ: t})
	if err != nil {
		return nil, err.at(x.Pos())
	}
	return v, nil
}

package expr

import "sync"

// sig is what a type rule sees: the op, its attribute, and the types of the
// arguments. The same rule runs when a node is built, with what is known then,
// and when shapes are bound at run time, with everything known.
type sig struct {
	op   Op
	attr Attr
	args []Type

	nodes  []*Node  // the arguments when a node is built
	values []*Value // the arguments at run time
}

// value returns argument i if it is a constant, else nil.
func (s *sig) value(i int) *Value {
	switch {
	case s.nodes != nil:
		return s.nodes[i].Value()
	case s.values != nil:
		return s.values[i]
	}
	return nil
}

// dim returns the dim that integer scalar argument i denotes, as far as that
// is known without its value: shape(x)[0], size(x, 0).
func (s *sig) dim(i int) Dim {
	if s.nodes != nil {
		return s.nodes[i].asDim()
	}
	return Dim{}
}

// inferFunc is the type rule of an op: it returns the type of the result or
// the mistake.
type inferFunc func(s *sig) (Type, *Error)

// errorf returns a mistake of s.op.
func (s *sig) errorf(kind error, format string, args ...any) *Error {
	return Errorf(kind, s.op.String(), format, args...)
}

// inferNode applies the type rule of n's op to its arguments.
func inferNode(n *Node) (Type, *Error) {
	s := sigs.Get().(*sig)
	s.op, s.attr, s.nodes = n.op, n.attr, n.Args()
	for _, a := range n.Args() {
		s.args = append(s.args, a.Type())
	}
	t, err := infer(s)
	clear(s.args)
	*s = sig{args: s.args[:0]}
	sigs.Put(s)
	return t, err
}

// sigs are sigs that are not in use: type rules run for each node that is
// built and keep nothing of what they see.
var sigs = sync.Pool{New: func() any { return new(sig) }}

// inferValues applies the type rule to concrete arguments.
func inferValues(op Op, attr Attr, args []*Value) (Type, *Error) {
	types := make([]Type, len(args))
	for i, a := range args {
		types[i] = a.Type()
	}
	return infer(&sig{op: op, attr: attr, args: types, values: args})
}

func infer(s *sig) (Type, *Error) {
	if s.op >= NumOps || ops[s.op].infer == nil {
		return Type{}, s.errorf(ErrInput, "not an operation")
	}
	r := &ops[s.op]
	if n := len(s.args); r.arity >= 0 && n != r.arity || r.arity < 0 && n < -r.arity-1 {
		return Type{}, s.errorf(ErrInput, "%d arguments", n)
	}
	for _, t := range s.args {
		if t.IsTuple() && s.op != OpItem {
			return Type{}, s.errorf(ErrDType, "an operand has several results %v: pick one by its index", t)
		}
	}
	t, err := r.infer(s)
	if err == nil && tooLarge(t.Dims) {
		return Type{}, s.errorf(ErrShape, "shape %s has too many elements", shapeString(t.Dims))
	}
	return t, err
}

// tooLarge reports whether an array has more elements than any memory.
func tooLarge(dims []Dim) bool {
	total, empty := 1.0, false
	for _, d := range dims {
		if n, ok := d.Known(); ok {
			total *= float64(n)
			empty = empty || n == 0
		}
	}
	return total > maxLen && !empty
}

// size resolves a Size: its value where known, else the dim that it denotes.
func (s *sig) size(z Size) (n int, d Dim, known bool) {
	if z.Arg < 0 {
		return z.N, KnownDim(max(z.N, 0)), true
	}
	if v := s.value(z.Arg); v != nil {
		n := v.index(0)
		return n, KnownDim(max(n, 0)), true
	}
	d = s.dim(z.Arg)
	if n, ok := d.Known(); ok {
		return n, d, true
	}
	return 0, d, false
}

// asDim returns the dim whose length the integer scalar x is.
func (x *Node) asDim() Dim {
	switch x.op {
	case OpConst:
		if v := x.Value(); len(v.shape) == 0 && v.dtype.IsInteger() && v.Int(0) >= 0 {
			return KnownDim(int(v.Int(0)))
		}
	case OpSize:
		if k := x.attr.(Number).N; k >= 0 {
			return x.Args()[0].Type().Dims[k]
		}
	case OpSlice: // shape(y)[k]
		items := x.attr.(Index).Items
		if x.Args()[0].op != OpShape || len(items) != 1 || items[0].Kind != IndexInt || items[0].Start.Arg >= 0 {
			break
		}
		dims := x.Args()[0].Args()[0].Type().Dims
		k := items[0].Start.N
		if k < 0 {
			k += len(dims)
		}
		return dims[k]
	}
	return Dim{}
}

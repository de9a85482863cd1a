package expr

// Type rules of the element-wise ops. Each joins the shapes by broadcasting;
// they differ in the dtypes that they take and give.

// broadcast joins the shapes of all arguments.
func (s *sig) broadcast() ([]Dim, *Error) {
	dims := s.args[0].Dims
	for _, a := range s.args[1:] {
		joined, ok := broadcastDims(dims, a.Dims)
		if !ok {
			return nil, s.errorf(ErrShape, "shapes %s do not broadcast", s.shapes())
		}
		dims = joined
	}
	return dims, nil
}

// shapes lists the arguments' shapes for a message: "(3, 4) and (5,)".
func (s *sig) shapes() string {
	return s.list(func(t Type) string { return shapeString(t.Dims) })
}

// dtypes lists the arguments' dtypes for a message: "float64 and bool".
func (s *sig) dtypes() string { return s.list(func(t Type) string { return t.DType.String() }) }

// list writes something of each argument, of the first ones if there are many.
func (s *sig) list(write func(Type) string) string {
	const most = 8
	text := ""
	for i, a := range s.args {
		switch {
		case i == 0:
		case i == most:
			return text + " ..."
		case i == len(s.args)-1:
			text += " and "
		default:
			text += ", "
		}
		text += write(a)
	}
	return text
}

// promoted joins the dtypes of the arguments from the i-th on.
func (s *sig) promoted(i int) (DType, bool) {
	joined := s.args[i]
	for _, a := range s.args[i+1:] {
		joined.DType, joined.Weak = promote(joined, a)
	}
	return joined.DType, joined.Weak
}

// fits refuses an integer literal that the strong integer dtype d cannot hold:
// a literal never widens an array, and wrapping it would be silent. The
// condition of where is not converted to d.
func (s *sig) fits(d DType) *Error {
	if !d.IsInteger() {
		return nil
	}
	for i, a := range s.args {
		if !a.Weak || !a.DType.IsInteger() || a.DType == d || s.op == OpWhere && i == 0 {
			continue
		}
		v := s.value(i)
		if v == nil {
			continue
		}
		if n := v.Int(0); !integerFits(n, d) {
			return s.errorf(ErrDomain, "%d does not fit %s", n, d)
		}
	}
	return nil
}

func integerFits(n int64, d DType) bool {
	bits := 8 * d.Size()
	if d.IsUnsigned() {
		return n >= 0 && (bits == 64 || n < 1<<bits)
	}
	return bits == 64 || n >= -1<<(bits-1) && n < 1<<(bits-1)
}

// elementwiseType finishes a rule: broadcast shape, result dtype d. accept
// says which promoted dtypes the op has.
func (s *sig) elementwiseType(accept func(DType) bool, result func(DType) DType) (Type, *Error) {
	d, weak := s.promoted(0)
	if !accept(d) {
		return Type{}, s.errorf(ErrDType, "no %s for %s", s.op, s.dtypes())
	}
	if err := s.fits(result(d)); err != nil {
		return Type{}, err
	}
	dims, err := s.broadcast()
	if err != nil {
		return Type{}, err
	}
	return Type{DType: result(d), Weak: weak, Dims: dims}, nil
}

func anyDType(d DType) bool { return d != NoDType }
func numeric(d DType) bool  { return d > Bool }
func ordered(d DType) bool  { return d != NoDType && !d.IsComplex() }
func bitwise(d DType) bool  { return d == Bool || d.IsInteger() }
func keep(d DType) DType    { return d }
func toBool(DType) DType    { return Bool }

// inferArith: all dtypes; add and mul of bool are or and and, as in NumPy.
func inferArith(s *sig) (Type, *Error) { return s.elementwiseType(anyDType, keep) }

// inferNumeric: all dtypes but bool.
func inferNumeric(s *sig) (Type, *Error) { return s.elementwiseType(numeric, keep) }

// inferRealNumeric: integers and floats; bool counts as int8.
func inferRealNumeric(s *sig) (Type, *Error) {
	return s.elementwiseType(ordered, func(d DType) DType {
		if d == Bool {
			return Int8
		}
		return d
	})
}

// inferOrdered: all dtypes that have an order, unchanged.
func inferOrdered(s *sig) (Type, *Error) { return s.elementwiseType(ordered, keep) }

// inferFloat: a float function, of complex numbers too; integers give float64.
func inferFloat(s *sig) (Type, *Error) { return s.elementwiseType(anyDType, DType.floating) }

// inferRealFloat: a float function of real numbers.
func inferRealFloat(s *sig) (Type, *Error) { return s.elementwiseType(ordered, DType.floating) }

// inferAbs: abs, real and imag give the real dtype of a complex one.
func inferAbs(s *sig) (Type, *Error) { return s.elementwiseType(anyDType, DType.Real) }

// inferAngle: angle gives a float.
func inferAngle(s *sig) (Type, *Error) {
	return s.elementwiseType(anyDType, func(d DType) DType { return d.Real().floating() })
}

// inferPow: as arithmetic; an integer to a negative literal has no integer value.
func inferPow(s *sig) (Type, *Error) {
	t, err := inferRealOrComplexPow(s)
	if err != nil || !t.DType.IsInteger() || !s.args[1].Weak {
		return t, err
	}
	if v := s.value(1); v != nil && v.Int(0) < 0 {
		return Type{}, s.errorf(ErrDomain, "an integer to the negative power %d is no integer: use a float", v.Int(0))
	}
	return t, nil
}

func inferRealOrComplexPow(s *sig) (Type, *Error) {
	return s.elementwiseType(anyDType, func(d DType) DType {
		if d == Bool {
			return Int8
		}
		return d
	})
}

// inferEqual: == and != of anything.
func inferEqual(s *sig) (Type, *Error) { return s.compare(anyDType) }

// inferCompare: an order, of anything but complex numbers.
func inferCompare(s *sig) (Type, *Error) { return s.compare(ordered) }

// compare gives bool. An integer literal that does not fit the other side's
// dtype is fine here: the comparison has an answer.
func (s *sig) compare(accept func(DType) bool) (Type, *Error) {
	d, weak := s.promoted(0)
	if !accept(d) {
		return Type{}, s.errorf(ErrDType, "no %s for %s", s.op, s.dtypes())
	}
	dims, err := s.broadcast()
	return Type{DType: Bool, Weak: weak, Dims: dims}, err
}

// inferBitwise: integers bit by bit, bool by truth.
func inferBitwise(s *sig) (Type, *Error) { return s.elementwiseType(bitwise, keep) }

// inferShift: integers.
func inferShift(s *sig) (Type, *Error) { return s.elementwiseType(DType.IsInteger, keep) }

// inferTest: isnan and the like give bool.
func inferTest(s *sig) (Type, *Error) { return s.elementwiseType(anyDType, toBool) }

// inferSame: the type of the argument.
func inferSame(s *sig) (Type, *Error) { return s.args[0], nil }

// inferWhere: the condition may have any dtype (not zero is true) and does not
// count for the dtype of the result.
func inferWhere(s *sig) (Type, *Error) {
	d, weak := s.promoted(1)
	if err := s.fits(d); err != nil {
		return Type{}, err
	}
	dims, err := s.broadcast()
	return Type{DType: d, Weak: weak && s.args[0].Weak, Dims: dims}, err
}

// inferComplex: complex(re, im) of real numbers.
func inferComplex(s *sig) (Type, *Error) {
	return s.elementwiseType(ordered, func(d DType) DType { return d.floating().Complex() })
}

// inferCast: any dtype to any other; the result is strong.
func inferCast(s *sig) (Type, *Error) {
	return Type{DType: s.attr.(Cast).DType, Dims: s.args[0].Dims}, nil
}

// bitsOf has the unsigned integer that has the bits of each float dtype.
var bitsOf = map[DType]DType{Float32: Uint32, Float64: Uint64}

// inferBits: floats give unsigned integers of the same width, which are strong
// as of astype.
func inferBits(s *sig) (Type, *Error) {
	t, err := s.elementwiseType(DType.IsFloat, func(d DType) DType { return bitsOf[d] })
	t.Weak = false
	return t, err
}

// inferFromBits: unsigned integers of 32 and 64 bits give floats.
func inferFromBits(s *sig) (Type, *Error) {
	float := map[DType]DType{Uint32: Float32, Uint64: Float64}
	return s.elementwiseType(func(d DType) bool { return float[d] != NoDType }, func(d DType) DType { return float[d] })
}

// OperandDType returns the dtype to which the arguments of the element-wise
// node x are converted before op works on them: that of the result for
// arithmetic, the joined dtype of the arguments for comparisons and tests.
func (x *Node) OperandDType() DType {
	if !byOperands[x.op] {
		return x.Type().DType
	}
	types := make([]Type, len(x.Args()))
	for i, a := range x.Args() {
		types[i] = a.Type()
	}
	return operandDType(x.op, types, x.Type().DType)
}

// byOperands has the ops that do not work in the dtype of their result.
var byOperands = [NumOps]bool{
	OpEq: true, OpNe: true, OpLt: true, OpLe: true, OpGt: true, OpGe: true, OpIsNaN: true, OpIsInf: true, OpIsFinite: true,
	OpAbs: true, OpReal: true, OpImag: true, OpAngle: true, OpBits: true, OpFromBits: true, OpComplex: true,
}

func operandDType(op Op, args []Type, result DType) DType {
	if !byOperands[op] {
		return result
	}
	switch op {
	case OpAngle:
		return args[0].DType.floating()
	case OpBits, OpFromBits:
		return args[0].DType
	case OpComplex:
		return result.Real()
	}
	s := sig{args: args}
	d, _ := s.promoted(0)
	return d
}

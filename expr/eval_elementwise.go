package expr

import (
	"cmp"
	"math"

	"arignote/expr/internal/scalar"
)

// The reference meaning of element-wise ops. What an op does to one element is
// a row of the table in eval_meaning.go; this file brings the arguments
// together and applies it to all elements.

// evalElementwise converts the arguments to the operand dtype, broadcasts
// them, works in the lane type and converts the result to its dtype.
func evalElementwise(c *call) (*Value, *Error) {
	d := operandDType(c.op, c.from, c.typ.DType)
	m := c.meaning(d)
	switch {
	case m.testF != nil:
		return c.test(m, d), nil
	case m.compareF != nil:
		return c.compare(m, d), nil
	case d == Bool:
		return mapLanes(c, d, m.b1, m.b2, m.b3), nil
	case d.IsSigned():
		return mapLanes(c, d, m.i1, m.i2, m.i3), nil
	case d.IsUnsigned():
		return mapLanes(c, d, m.u1, m.u2, m.u3), nil
	case d.IsFloat():
		return mapLanes(c, d, m.f1, m.f2, m.f3), nil
	case m.toReal != nil:
		return c.complexToReal(d, m.toReal), nil
	}
	return mapLanes(c, d, m.c1, m.c2, nil), nil
}

// meaning returns the row of c.op for operands of dtype d. It fills in what
// depends on the attribute or on the width of d.
func (c *call) meaning(d DType) meaning {
	m := meanings[c.op]
	bits := 8 * d.Size()
	switch c.op {
	case OpPolygamma:
		n := c.attr.(Number).N
		m.f1 = func(x float64) float64 { return scalar.Polygamma(n, x) }
	case OpShl:
		m.i2 = func(x, n int64) int64 { return scalar.ShiftLeft(x, n, bits) }
		m.u2 = func(x, n uint64) uint64 { return scalar.ShiftLeftUint(x, n, bits) }
	case OpShr:
		m.i2 = func(x, n int64) int64 { return scalar.ShiftRight(x, n, bits) }
		m.u2 = func(x, n uint64) uint64 { return scalar.ShiftRightUint(x, n, bits) }
	case OpFMA:
		if d == Float32 {
			m.f3 = fma32
		}
	}
	return m
}

// mapLanes computes every element of the result with the function that takes as
// many arguments as there are. A function of two takes more by folding from
// left to right, with rounding to d after each step.
func mapLanes[T lane](c *call, d DType, one func(T) T, two func(T, T) T, three func(T, T, T) T) *Value {
	shape := c.shape()
	args := make([][]T, len(c.args))
	for i, a := range c.args {
		args[i] = lanes[T](a, d, shape)
	}
	out := make([]T, product(shape))
	x := args[0]
	switch {
	case len(args) == 1 && one != nil:
		for i := range out {
			out[i] = one(x[i])
		}
	case len(args) == 3 && three != nil:
		y, z := args[1], args[2]
		for i := range out {
			out[i] = three(x[i], y[i], z[i])
		}
	case len(args) >= 2 && two != nil:
		for _, y := range args[1:] {
			for i := range out {
				out[i] = two(x[i], y[i])
			}
			out = widen(narrow(out, d)).([]T)
			x = out
		}
	default:
		panic("expr: no " + c.op.String() + " for " + d.String() + " in the table of eval_meaning.go")
	}
	return fromLanes(out, c.typ.DType, shape)
}

// complexToReal computes a real number from each complex one.
func (c *call) complexToReal(d DType, toReal func(complex128) float64) *Value {
	x := lanes[complex128](c.args[0], d, c.shape())
	out := make([]float64, len(x))
	for i, z := range x {
		out[i] = toReal(z)
	}
	return fromLanes(out, c.typ.DType, c.shape())
}

// test asks a question of each element. An integer or bool answers as the
// float that it is.
func (c *call) test(m meaning, d DType) *Value {
	shape := c.shape()
	out := make([]bool, product(shape))
	if d.IsComplex() {
		for i, z := range lanes[complex128](c.args[0], d, shape) {
			out[i] = m.testC(z)
		}
	} else {
		for i, x := range lanes[float64](c.args[0], d.floating(), shape) {
			out[i] = m.testF(x)
		}
	}
	return makeValue(shape, out)
}

// compare compares two arrays. Integers are compared as the numbers they are,
// whatever they promote to: int64 with uint64, uint8 with the literal 300.
func (c *call) compare(m meaning, d DType) *Value {
	x, y := c.args[0], c.args[1]
	isInteger := x.dtype < Float32 && y.dtype < Float32
	isSigned := x.dtype.IsSigned() || y.dtype.IsSigned()
	isUnsigned := x.dtype.IsUnsigned() || y.dtype.IsUnsigned()
	switch {
	case d.IsComplex():
		return compareLanes(c, d, m.compareC)
	case !isInteger:
		return compareLanes(c, d, m.compareF)
	case isSigned && isUnsigned:
		return c.compareMixed(m.compareI)
	case isSigned:
		return compareLanes(c, Int64, m.compareI)
	}
	return compareLanes(c, Uint64, m.compareU)
}

func compareLanes[T lane](c *call, d DType, is func(x, y T) bool) *Value {
	shape := c.shape()
	x, y := lanes[T](c.args[0], d, shape), lanes[T](c.args[1], d, shape)
	out := make([]bool, product(shape))
	for i := range out {
		out[i] = is(x[i], y[i])
	}
	return makeValue(shape, out)
}

// compareMixed compares signed with unsigned integers: no lane holds both, so
// their order is found first, as -1, 0 or 1, and that compared with 0.
func (c *call) compareMixed(is func(order, zero int64) bool) *Value {
	shape := c.shape()
	x, y, sign := c.args[0], c.args[1], int64(1)
	if x.dtype.IsUnsigned() {
		x, y, sign = y, x, -1
	}
	signed, unsigned := lanes[int64](x, Int64, shape), lanes[uint64](y, Uint64, shape)
	out := make([]bool, product(shape))
	for i := range out {
		order := -1
		if signed[i] >= 0 {
			order = cmp.Compare(uint64(signed[i]), unsigned[i])
		}
		out[i] = is(sign*int64(order), 0)
	}
	return makeValue(shape, out)
}

// fma32 is x*y + z for float32 numbers, such that rounding the result to
// float32 rounds the exact value once. The product is exact in float64; the
// sum is rounded to odd: Boldo and Melquiond, "Emulation of FMA and correctly
// rounded sums: proved algorithms using rounding to odd" (2008).
func fma32(x, y, z float64) float64 {
	p := float64(x * y)
	s := p + z
	v := s - p
	lost := (p - (s - v)) + (z - v) // s + lost is p + z: Knuth's two-sum
	if lost == 0 || lost != lost || math.IsInf(s, 0) {
		return s
	}
	bits := math.Float64bits(s)
	if bits&1 == 0 { // even: take the odd neighbour on the other side of the exact value
		if (lost > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
	}
	return math.Float64frombits(bits)
}

// evalWhere takes the second argument where the condition, of any dtype, is
// not zero, else the third.
func evalWhere(c *call) (*Value, *Error) {
	d := c.typ.DType
	switch {
	case d == Bool:
		return choose[bool](c), nil
	case d.IsSigned():
		return choose[int64](c), nil
	case d.IsUnsigned():
		return choose[uint64](c), nil
	case d.IsFloat():
		return choose[float64](c), nil
	}
	return choose[complex128](c), nil
}

func choose[T lane](c *call) *Value {
	d, shape := c.typ.DType, c.shape()
	condition := lanes[bool](c.args[0], Bool, shape)
	x, y := lanes[T](c.args[1], d, shape), lanes[T](c.args[2], d, shape)
	out := make([]T, product(shape))
	for i := range out {
		if condition[i] {
			out[i] = x[i]
		} else {
			out[i] = y[i]
		}
	}
	return fromLanes(out, d, shape)
}

// evalComplex makes complex numbers of their parts.
func evalComplex(c *call) (*Value, *Error) {
	d, shape := operandDType(c.op, c.from, c.typ.DType), c.shape()
	re, im := lanes[float64](c.args[0], d, shape), lanes[float64](c.args[1], d, shape)
	out := make([]complex128, product(shape))
	for i := range out {
		out[i] = complex(re[i], im[i])
	}
	return fromLanes(out, c.typ.DType, shape), nil
}

// evalComplexPart gives the real part, the imaginary part or the angle. The
// imaginary part of real numbers is 0, their angle 0 or pi.
func evalComplexPart(c *call) (*Value, *Error) { return evalElementwise(c) }

// evalCast converts to the dtype of the attribute.
func evalCast(c *call) (*Value, *Error) { return convert(c.args[0], c.attr.(Cast).DType), nil }

// evalBits reads the memory of floats as unsigned integers and the other way
// round.
func evalBits(c *call) (*Value, *Error) {
	v := c.args[0].contiguous()
	out := &Value{dtype: c.typ.DType, shape: v.shape}
	switch x := v.data.(type) {
	case []float32:
		out.data = mapped(x, math.Float32bits)
	case []float64:
		out.data = mapped(x, math.Float64bits)
	case []uint32:
		out.data = mapped(x, math.Float32frombits)
	case []uint64:
		out.data = mapped(x, math.Float64frombits)
	}
	return out, nil
}

func mapped[T, S Element](x []S, f func(S) T) []T {
	out := make([]T, len(x))
	for i, v := range x {
		out[i] = f(v)
	}
	return out
}

// evalIdentity returns the first argument: ops that concern gradients alone.
func evalIdentity(c *call) (*Value, *Error) { return c.args[0], nil }

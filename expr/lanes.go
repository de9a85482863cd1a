package expr

import (
	"fmt"
	"math"
	"sync/atomic"

	"arignote/expr/internal/scalar"
)

// This file lends the meanings of element-wise ops to engines that work on
// slices of elements, so that an engine has every op, with the same bits as
// the reference, before it has a fast loop for any.

// ElementDType returns the dtype of op's result for arguments of the given
// dtypes, and the dtype in which it computes: to get the same bits as a node
// of the same op, an engine converts the arguments to it first (where, and
// comparisons of integers, take their arguments as they are).
func (op Op) ElementDType(attr Attr, args ...DType) (result, operand DType, err error) {
	known := op.remembered(attr, args)
	if known != nil {
		if d := known.Load(); d != 0 {
			return DType(d >> 8), DType(d & 0xff), nil
		}
	}
	if result, operand, err = op.elementDType(attr, args); err == nil && known != nil {
		known.Store(uint32(result)<<8 | uint32(operand))
	}
	return result, operand, err
}

// elementDTypes remembers what ElementDType found, by op and by the dtypes of up
// to three arguments: kernels ask for each of their instructions.
var elementDTypes [NumOps]atomic.Pointer[[1 << 12]atomic.Uint32]

// remembered returns where the dtypes of an op are remembered, nil if nowhere:
// result<<8 + operand, 0 for what is not known yet.
func (op Op) remembered(attr Attr, args []DType) *atomic.Uint32 {
	if attr != nil || len(args) > 3 || op >= NumOps {
		return nil
	}
	at := 0
	for i, d := range args {
		if d >= 1<<4 {
			return nil
		}
		at |= int(d) << (4 * i)
	}
	all := elementDTypes[op].Load()
	if all == nil {
		elementDTypes[op].CompareAndSwap(nil, new([1 << 12]atomic.Uint32))
		all = elementDTypes[op].Load()
	}
	return &all[at]
}

// elementDType is ElementDType for what is not remembered.
func (op Op) elementDType(attr Attr, args []DType) (result, operand DType, err error) {
	if !op.Elementwise() {
		return NoDType, NoDType, Errorf(ErrInput, op.String(), "not element-wise")
	}
	if n, variadic := op.Arity(); len(args) < n || len(args) > n && !variadic {
		return NoDType, NoDType, Errorf(ErrInput, op.String(), "%d arguments", len(args))
	}
	types := make([]Type, len(args))
	for i, d := range args {
		types[i] = Type{DType: d}
	}
	t, e := infer(&sig{op: op, attr: attr, args: types})
	if e != nil {
		return NoDType, NoDType, e
	}
	return t.DType, operandDType(op, types, t.DType), nil
}

// Lanes returns a function that applies op to slices of elements. Out and args
// are pointers to slices, *[]float64 for Float64 and so on; the function works
// on the slices found there when it is called:
//
//	for i := range *out { (*out)[i] = op((*args[0])[i], (*args[1])[i], ...) }
//
// An argument slice has as many elements as out, or one that stands for all of
// them. Out may be one of the arguments. The dtypes are those of the arguments
// converted to the operand dtype, and of the result: see [Op.ElementDType].
// The function does not allocate.
func (op Op) Lanes(attr Attr, out any, args ...any) (func(), error) {
	from := make([]DType, len(args))
	for i, a := range args {
		from[i] = pointedDType(a)
	}
	result, d, err := op.ElementDType(attr, from...)
	if err != nil {
		return nil, err
	}
	if to := pointedDType(out); to != result {
		return nil, Errorf(ErrDType, op.String(), "%v out of %v, want %v", to, from, result)
	}
	c := &call{op: op, attr: attr}
	m := c.meaning(d)
	var f func()
	switch {
	case op == OpWhere && from[0] == Bool && sameDType(from[1:], result):
		f = laneTables[result].where(out, args)
	case op == OpWhere:
	case op == OpCast:
		f = laneTables[from[0]].cast(out, args[0])
	case op == OpBits || op == OpFromBits:
		f = bitLanes(out, args[0])
	case op == OpComplex && sameDType(from, Float32):
		f = joinLanes[float32, complex64](out, args)
	case op == OpComplex && sameDType(from, Float64):
		f = joinLanes[float64, complex128](out, args)
	case op == OpComplex:
	case m.testF != nil:
		f = laneTables[from[0]].test(&m, out.(*[]bool), args[0])
	case m.compareF != nil:
		f = compareFunc(&m, from, out.(*[]bool), args)
	case sameDType(from, d):
		f = laneTables[d].apply(&m, out, args)
	}
	if f == nil {
		return nil, Errorf(ErrDType, op.String(), "no loop over elements %v that gives %v", from, result)
	}
	return f, nil
}

func sameDType(all []DType, d DType) bool {
	for _, x := range all {
		if x != d {
			return false
		}
	}
	return true
}

// pointedDType returns the DType of the elements of the slice that p points
// to, NoDType if p is no such pointer.
func pointedDType(p any) DType {
	for d := Bool; d < numDTypes; d++ {
		if laneTables[d].points(p) {
			return d
		}
	}
	return NoDType
}

// laneTable has the loops over elements of one Go type.
type laneTable interface {
	points(p any) bool
	apply(m *meaning, out any, args []any) func() // functions within one family; nil if there is none
	test(m *meaning, out *[]bool, x any) func()
	where(out any, args []any) func()
	cast(out, x any) func() // from this type to any other
	signed(x any) func(i int) int64
	unsigned(x any) func(i int) uint64
}

// laneTables has the loops of each DType.
var laneTables = [numDTypes]laneTable{
	NoDType: noLanes{},
	Bool:    boolLanes{},
	Int8:    realLanes[int8]{Int8}, Int16: realLanes[int16]{Int16}, Int32: realLanes[int32]{Int32}, Int64: realLanes[int64]{Int64},
	Uint8: realLanes[uint8]{Uint8}, Uint16: realLanes[uint16]{Uint16}, Uint32: realLanes[uint32]{Uint32}, Uint64: realLanes[uint64]{Uint64},
	Float32: realLanes[float32]{Float32}, Float64: realLanes[float64]{Float64},
	Complex64: complexLanes[complex64]{}, Complex128: complexLanes[complex128]{},
}

// each returns -1 for a slice that is indexed as it is and 0 for one whose
// only element stands for all: element i is x[i & each(len(x))].
func each(n int) int {
	if n == 1 {
		return 0
	}
	return -1
}

// mapOne, mapTwo and mapThree apply f, a function in the lane type L, to
// elements of type T.
func mapOne[T, L realElement](out *[]T, args []any, f func(L) L) func() {
	x := args[0].(*[]T)
	return func() {
		o, x := *out, *x
		ex := each(len(x))
		for i := range o {
			o[i] = T(f(L(x[i&ex])))
		}
	}
}

func mapTwo[T, L realElement](out *[]T, args []any, f func(x, y L) L) func() {
	x, y := args[0].(*[]T), args[1].(*[]T)
	return func() {
		o, x, y := *out, *x, *y
		ex, ey := each(len(x)), each(len(y))
		for i := range o {
			o[i] = T(f(L(x[i&ex]), L(y[i&ey])))
		}
	}
}

func mapThree[T, L realElement](out *[]T, args []any, f func(x, y, z L) L) func() {
	x, y, z := args[0].(*[]T), args[1].(*[]T), args[2].(*[]T)
	return func() {
		o, x, y, z := *out, *x, *y, *z
		ex, ey, ez := each(len(x)), each(len(y)), each(len(z))
		for i := range o {
			o[i] = T(f(L(x[i&ex]), L(y[i&ey]), L(z[i&ez])))
		}
	}
}

// mapReal picks the function with as many arguments as there are.
func mapReal[T, L realElement](out *[]T, args []any, one func(L) L, two func(L, L) L, three func(L, L, L) L) func() {
	switch {
	case len(args) == 1 && one != nil:
		return mapOne(out, args, one)
	case len(args) == 2 && two != nil:
		return mapTwo(out, args, two)
	case len(args) == 3 && three != nil:
		return mapThree(out, args, three)
	}
	return nil
}

// whereLanes chooses between elements of any type.
func whereLanes[T Element](out any, args []any) func() {
	to, c, x, y := out.(*[]T), args[0].(*[]bool), args[1].(*[]T), args[2].(*[]T)
	return func() {
		o, c, x, y := *to, *c, *x, *y
		ec, ex, ey := each(len(c)), each(len(x)), each(len(y))
		for i := range o {
			if c[i&ec] {
				o[i] = x[i&ex]
			} else {
				o[i] = y[i&ey]
			}
		}
	}
}

// convertLanes computes each element by a function of one of another type.
func convertLanes[T, S Element](out *[]T, x *[]S, f func(S) T) func() {
	return func() {
		o, x := *out, *x
		ex := each(len(x))
		for i := range o {
			o[i] = f(x[i&ex])
		}
	}
}

// bitLanes reads floats as unsigned integers and the other way round.
func bitLanes(out, x any) func() {
	switch x := x.(type) {
	case *[]float32:
		return convertLanes(out.(*[]uint32), x, math.Float32bits)
	case *[]float64:
		return convertLanes(out.(*[]uint64), x, math.Float64bits)
	case *[]uint32:
		return convertLanes(out.(*[]float32), x, math.Float32frombits)
	case *[]uint64:
		return convertLanes(out.(*[]float64), x, math.Float64frombits)
	}
	return nil
}

// joinLanes makes complex numbers of their parts.
func joinLanes[F float32 | float64, C complex64 | complex128](out any, args []any) func() {
	to, re, im := out.(*[]C), args[0].(*[]F), args[1].(*[]F)
	return func() {
		o, re, im := *to, *re, *im
		er, ei := each(len(re)), each(len(im))
		for i := range o {
			o[i] = C(complex(float64(re[i&er]), float64(im[i&ei])))
		}
	}
}

// compareFunc compares two slices: of one dtype, or of integers of any two.
func compareFunc(m *meaning, from []DType, out *[]bool, args []any) func() {
	x, y := from[0], from[1]
	tx, ty := laneTables[x], laneTables[y]
	switch {
	case x == Float64 && y == x:
		return compareReal[float64](out, args, m.compareF)
	case x == Float32 && y == x:
		return compareReal[float32](out, args, m.compareF)
	case x == Complex64 && y == x:
		return compareComplex[complex64](out, args, m.compareC)
	case x == Complex128 && y == x:
		return compareComplex[complex128](out, args, m.compareC)
	case x >= Float32 || y >= Float32:
		return nil
	case !x.IsSigned() && !y.IsSigned():
		return comparePairs(out, args, tx.unsigned, ty.unsigned, m.compareU)
	case !x.IsUnsigned() && !y.IsUnsigned():
		return comparePairs(out, args, tx.signed, ty.signed, m.compareI)
	case x.IsSigned():
		return compareMixed(m, out, args, tx, ty, +1)
	}
	return compareMixed(m, out, []any{args[1], args[0]}, ty, tx, -1)
}

func compareReal[T float32 | float64](out *[]bool, args []any, is func(x, y float64) bool) func() {
	x, y := args[0].(*[]T), args[1].(*[]T)
	return func() {
		o, x, y := *out, *x, *y
		ex, ey := each(len(x)), each(len(y))
		for i := range o {
			o[i] = is(float64(x[i&ex]), float64(y[i&ey]))
		}
	}
}

func compareComplex[T complex64 | complex128](out *[]bool, args []any, is func(x, y complex128) bool) func() {
	if is == nil {
		return nil
	}
	x, y := args[0].(*[]T), args[1].(*[]T)
	return func() {
		o, x, y := *out, *x, *y
		ex, ey := each(len(x)), each(len(y))
		for i := range o {
			o[i] = is(complex128(x[i&ex]), complex128(y[i&ey]))
		}
	}
}

// comparePairs compares integers in a lane type that holds both.
func comparePairs[L int64 | uint64](out *[]bool, args []any, fx, fy func(any) func(int) L, is func(x, y L) bool) func() {
	x, y := fx(args[0]), fy(args[1])
	return func() {
		for i := range *out {
			(*out)[i] = is(x(i), y(i))
		}
	}
}

// compareMixed compares signed with unsigned integers, as call.compareMixed
// does. Sign is -1 if the arguments have changed places.
func compareMixed(m *meaning, out *[]bool, args []any, signed, unsigned laneTable, sign int64) func() {
	x, y := signed.signed(args[0]), unsigned.unsigned(args[1])
	return func() {
		for i := range *out {
			order, s, u := int64(-1), x(i), y(i)
			switch {
			case s < 0:
			case uint64(s) == u:
				order = 0
			case uint64(s) > u:
				order = 1
			}
			(*out)[i] = m.compareI(sign*order, 0)
		}
	}
}

// noLanes stands for NoDType.
type noLanes struct{ laneTable }

func (noLanes) points(any) bool { return false }

// realLanes has the loops over integers or floats.
type realLanes[T realElement] struct{ d DType }

func (realLanes[T]) points(p any) bool {
	_, ok := p.(*[]T)
	return ok
}

func (r realLanes[T]) apply(m *meaning, out any, args []any) func() {
	o := out.(*[]T)
	switch {
	case r.d.IsSigned():
		return mapReal(o, args, m.i1, m.i2, m.i3)
	case r.d.IsUnsigned():
		return mapReal(o, args, m.u1, m.u2, m.u3)
	}
	return mapReal(o, args, m.f1, m.f2, m.f3)
}

func (realLanes[T]) test(m *meaning, out *[]bool, x any) func() {
	return convertLanes(out, x.(*[]T), func(x T) bool { return m.testF(float64(x)) })
}

func (realLanes[T]) where(out any, args []any) func() { return whereLanes[T](out, args) }

func (r realLanes[T]) signed(x any) func(int) int64 {
	p := x.(*[]T)
	return func(i int) int64 { return int64((*p)[i&each(len(*p))]) }
}

func (r realLanes[T]) unsigned(x any) func(int) uint64 {
	p := x.(*[]T)
	return func(i int) uint64 { return uint64((*p)[i&each(len(*p))]) }
}

func (r realLanes[T]) cast(out, x any) func() {
	from := x.(*[]T)
	switch out := out.(type) {
	case *[]bool:
		return convertLanes(out, from, func(x T) bool { return x != 0 })
	case *[]int8:
		return castReal(out, from, r.d, Int8)
	case *[]int16:
		return castReal(out, from, r.d, Int16)
	case *[]int32:
		return castReal(out, from, r.d, Int32)
	case *[]int64:
		return castReal(out, from, r.d, Int64)
	case *[]uint8:
		return castReal(out, from, r.d, Uint8)
	case *[]uint16:
		return castReal(out, from, r.d, Uint16)
	case *[]uint32:
		return castReal(out, from, r.d, Uint32)
	case *[]uint64:
		return castReal(out, from, r.d, Uint64)
	case *[]float32:
		return castReal(out, from, r.d, Float32)
	case *[]float64:
		return castReal(out, from, r.d, Float64)
	case *[]complex64:
		return convertLanes(out, from, func(x T) complex64 { return complex(float32(x), 0) })
	case *[]complex128:
		return convertLanes(out, from, func(x T) complex128 { return complex(float64(x), 0) })
	}
	panic(fmt.Sprintf("expr: no conversion to %T", out))
}

// castReal converts from dtype s to dtype d. Float to integer is not as Go has
// it.
func castReal[T, S realElement](out *[]T, x *[]S, s, d DType) func() {
	bits := 8 * d.Size()
	switch {
	case s.IsFloat() && d.IsSigned():
		return convertLanes(out, x, func(x S) T { return T(scalar.FloatToInt(float64(x), bits)) })
	case s.IsFloat() && d.IsUnsigned():
		return convertLanes(out, x, func(x S) T { return T(scalar.FloatToUint(float64(x), bits)) })
	}
	return func() {
		o, x := *out, *x
		ex := each(len(x))
		for i := range o {
			o[i] = T(x[i&ex])
		}
	}
}

// boolLanes has the loops over bools.
type boolLanes struct{}

func (boolLanes) points(p any) bool {
	_, ok := p.(*[]bool)
	return ok
}

func (boolLanes) apply(m *meaning, out any, args []any) func() {
	o, x, y, z := out.(*[]bool), args[0].(*[]bool), args[0].(*[]bool), args[0].(*[]bool)
	if len(args) > 1 {
		y = args[1].(*[]bool)
	}
	if len(args) > 2 {
		z = args[2].(*[]bool)
	}
	f := m.b3
	switch {
	case len(args) == 1 && m.b1 != nil:
		f = func(x, _, _ bool) bool { return m.b1(x) }
	case len(args) == 2 && m.b2 != nil:
		f = func(x, y, _ bool) bool { return m.b2(x, y) }
	case len(args) != 3 || f == nil:
		return nil
	}
	return func() {
		o, x, y, z := *o, *x, *y, *z
		ex, ey, ez := each(len(x)), each(len(y)), each(len(z))
		for i := range o {
			o[i] = f(x[i&ex], y[i&ey], z[i&ez])
		}
	}
}

func (boolLanes) test(m *meaning, out *[]bool, x any) func() {
	return convertLanes(out, x.(*[]bool), func(x bool) bool { return m.testF(float64(oneIf(x))) })
}

func (boolLanes) where(out any, args []any) func() { return whereLanes[bool](out, args) }

func (boolLanes) signed(x any) func(int) int64 {
	p := x.(*[]bool)
	return func(i int) int64 { return oneIf((*p)[i&each(len(*p))]) }
}

func (boolLanes) unsigned(x any) func(int) uint64 {
	p := x.(*[]bool)
	return func(i int) uint64 { return uint64(oneIf((*p)[i&each(len(*p))])) }
}

func oneIf(x bool) int64 {
	if x {
		return 1
	}
	return 0
}

// cast goes by way of integers of one byte.
func (boolLanes) cast(out, x any) func() {
	from := x.(*[]bool)
	if out, ok := out.(*[]bool); ok {
		return convertLanes(out, from, same[bool])
	}
	numbers := new([]int8)
	convert := realLanes[int8]{Int8}.cast(out, numbers)
	return func() {
		*numbers = (*numbers)[:0]
		for _, b := range *from {
			*numbers = append(*numbers, int8(oneIf(b)))
		}
		convert()
	}
}

// complexLanes has the loops over complex numbers.
type complexLanes[T complex64 | complex128] struct{}

func (complexLanes[T]) points(p any) bool {
	_, ok := p.(*[]T)
	return ok
}

func (complexLanes[T]) apply(m *meaning, out any, args []any) func() {
	x := args[0].(*[]T)
	switch {
	case len(args) == 1 && m.toReal != nil:
		if out, ok := out.(*[]float32); ok {
			return convertLanes(out, x, func(x T) float32 { return float32(m.toReal(complex128(x))) })
		}
		return convertLanes(out.(*[]float64), x, func(x T) float64 { return m.toReal(complex128(x)) })
	case len(args) == 1 && m.c1 != nil:
		return convertLanes(out.(*[]T), x, func(x T) T { return T(m.c1(complex128(x))) })
	case len(args) == 2 && m.c2 != nil:
		out, y := out.(*[]T), args[1].(*[]T)
		return func() {
			o, x, y := *out, *x, *y
			ex, ey := each(len(x)), each(len(y))
			for i := range o {
				o[i] = T(m.c2(complex128(x[i&ex]), complex128(y[i&ey])))
			}
		}
	}
	return nil
}

func (complexLanes[T]) test(m *meaning, out *[]bool, x any) func() {
	return convertLanes(out, x.(*[]T), func(x T) bool { return m.testC(complex128(x)) })
}

func (complexLanes[T]) where(out any, args []any) func() { return whereLanes[T](out, args) }

func (complexLanes[T]) signed(any) func(int) int64    { panic("expr: a complex number as integer") }
func (complexLanes[T]) unsigned(any) func(int) uint64 { panic("expr: a complex number as integer") }

// cast drops the imaginary part where the other type has none.
func (complexLanes[T]) cast(out, x any) func() {
	from := x.(*[]T)
	switch out := out.(type) {
	case *[]bool:
		return convertLanes(out, from, func(x T) bool { return x != 0 })
	case *[]complex64:
		return convertLanes(out, from, func(x T) complex64 { return complex64(x) })
	case *[]complex128:
		return convertLanes(out, from, func(x T) complex128 { return complex128(x) })
	}
	re := new([]float64)
	convert := realLanes[float64]{Float64}.cast(out, re)
	return func() {
		*re = (*re)[:0]
		for _, z := range *from {
			*re = append(*re, real(complex128(z)))
		}
		convert()
	}
}

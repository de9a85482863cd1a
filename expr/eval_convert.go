package expr

import (
	"arignote/expr/layout"
)

import "arignote/expr/internal/scalar"

// This file has what all reference evaluators need of elements: conversion
// from any dtype to any other, and broadcasting.
//
// Elements are worked on in lanes: the widest type of their family. Widening
// to the lane is exact, and narrowing is the one place where results round,
// wrap or saturate.

// lane is a type in which elements are worked on: bool for Bool, int64 for
// signed and uint64 for unsigned integers, float64 for floats, complex128 for
// complex numbers.
type lane interface {
	bool | int64 | uint64 | float64 | complex128
}

// convert returns v with dtype d, in row-major order; v itself if it is that
// already. Float to integer truncates, saturates, and makes 0 of NaN; integer
// to integer wraps; anything to bool asks whether it is not zero; complex to
// real drops the imaginary part; float64 to float32 rounds.
func convert(v *Value, d DType) *Value {
	v = v.contiguous()
	if v.dtype == d {
		return v
	}
	return &Value{dtype: d, shape: v.shape, data: narrow(widen(v.data), d)}
}

// lanes returns the elements of v, converted to d and stretched to shape, in
// the lane type of d, which T must be.
func lanes[T lane](v *Value, d DType, shape []int) []T {
	return stretch(widen(convert(v, d).data).([]T), v.shape, shape)
}

// fromLanes returns the array of the given shape whose elements are x, a slice
// of lanes, converted to d. It may keep x.
func fromLanes[T lane](x []T, d DType, shape []int) *Value {
	return &Value{dtype: d, shape: shape, data: narrow(x, d)}
}

// stretch repeats the row-major elements x of an array of shape from so that
// they fill the shape to, by the rule of broadcasting. It returns x itself
// where nothing is repeated.
func stretch[T any](x []T, from, to []int) []T {
	if len(x) == product(to) {
		return x // at most axes of length 1 were added
	}
	out := make([]T, product(to))
	if len(x) == 1 {
		for i := range out {
			out[i] = x[0]
		}
		return out
	}
	own := layout.RowMajor(from)
	strides := make([]int, len(to)) // 0 along axes that are repeated
	skip := len(to) - len(from)
	for i, n := range from {
		if n != 1 {
			strides[skip+i] = own[i]
		}
	}
	i := 0
	forEachOffset(to, strides, func(offset int) {
		out[i] = x[offset]
		i++
	})
	return out
}

// widen returns the elements of data, a slice of any element type, in their
// lane type; data itself if that is its type.
func widen(data any) any {
	switch x := data.(type) {
	case []int8:
		return cast[int64](x)
	case []int16:
		return cast[int64](x)
	case []int32:
		return cast[int64](x)
	case []uint8:
		return cast[uint64](x)
	case []uint16:
		return cast[uint64](x)
	case []uint32:
		return cast[uint64](x)
	case []float32:
		return cast[float64](x)
	case []complex64:
		out := make([]complex128, len(x))
		for i, z := range x {
			out[i] = complex128(z)
		}
		return out
	}
	return data
}

// narrow converts a slice of lanes to elements of dtype d; it returns the
// slice itself if they are that already.
func narrow(x any, d DType) any {
	switch x := x.(type) {
	case []bool:
		if d == Bool {
			return x
		}
		return fromInteger(zeroOne(x), d)
	case []int64:
		if d == Int64 {
			return x
		}
		return fromInteger(x, d)
	case []uint64:
		if d == Uint64 {
			return x
		}
		return fromInteger(x, d)
	case []float64:
		if d == Float64 {
			return x
		}
		return fromFloat(x, d)
	case []complex128:
		if d == Complex128 {
			return x
		}
		return fromComplex(x, d)
	}
	panic("expr: no slice of lanes")
}

// realElement is any element type that Go converts to any other: integers wrap,
// floats round once. Only float to integer is not as Go has it.
type realElement interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64
}

// cast converts by Go's rules.
func cast[T, S realElement](x []S) []T {
	out := make([]T, len(x))
	for i, v := range x {
		out[i] = T(v)
	}
	return out
}

func zeroOne(x []bool) []int64 {
	out := make([]int64, len(x))
	for i, v := range x {
		if v {
			out[i] = 1
		}
	}
	return out
}

func notZero[T int64 | uint64 | float64 | complex128](x []T) []bool {
	out := make([]bool, len(x))
	for i, v := range x {
		out[i] = v != 0
	}
	return out
}

func fromInteger[S int64 | uint64](x []S, d DType) any {
	switch d {
	case Bool:
		return notZero(x)
	case Int8:
		return cast[int8](x)
	case Int16:
		return cast[int16](x)
	case Int32:
		return cast[int32](x)
	case Int64:
		return cast[int64](x)
	case Uint8:
		return cast[uint8](x)
	case Uint16:
		return cast[uint16](x)
	case Uint32:
		return cast[uint32](x)
	case Uint64:
		return cast[uint64](x)
	case Float32:
		return cast[float32](x)
	case Float64:
		return cast[float64](x)
	case Complex64:
		return complex64s(cast[float32](x))
	case Complex128:
		return complex128s(cast[float64](x))
	}
	panic("expr: no conversion to " + d.String())
}

func fromFloat(x []float64, d DType) any {
	switch d {
	case Bool:
		return notZero(x)
	case Int8, Int16, Int32, Int64:
		out := make([]int64, len(x))
		for i, v := range x {
			out[i] = scalar.FloatToInt(v, 8*d.Size())
		}
		return narrow(out, d)
	case Uint8, Uint16, Uint32, Uint64:
		out := make([]uint64, len(x))
		for i, v := range x {
			out[i] = scalar.FloatToUint(v, 8*d.Size())
		}
		return narrow(out, d)
	case Float32:
		return cast[float32](x)
	case Complex64:
		return complex64s(cast[float32](x))
	case Complex128:
		return complex128s(x)
	}
	panic("expr: no conversion to " + d.String())
}

func fromComplex(x []complex128, d DType) any {
	switch d {
	case Bool:
		return notZero(x)
	case Complex64:
		out := make([]complex64, len(x))
		for i, z := range x {
			out[i] = complex64(z)
		}
		return out
	}
	re := make([]float64, len(x))
	for i, z := range x {
		re[i] = real(z)
	}
	return narrow(re, d)
}

func complex64s(x []float32) []complex64 {
	out := make([]complex64, len(x))
	for i, v := range x {
		out[i] = complex(v, 0)
	}
	return out
}

func complex128s(x []float64) []complex128 {
	out := make([]complex128, len(x))
	for i, v := range x {
		out[i] = complex(v, 0)
	}
	return out
}

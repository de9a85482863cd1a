package scalar

import (
	"math"
	"math/cmplx"
)

// Field is a Go type in which linear algebra is computed. What follows is there for
// both, so that algorithms can be written once.
type Field interface {
	float64 | complex128
}

// Times is the product, of integers too, rounded in the same way on every machine.
func Times[T int64 | uint64 | Field](x, y T) T {
	if z, ok := any(x).(complex128); ok {
		return any(CMul(z, any(y).(complex128))).(T)
	}
	return T(x * y) // never complex
}

// Over is x/y, rounded in the same way on every machine.
func Over[T Field](x, y T) T {
	if z, ok := any(x).(complex128); ok {
		return any(CDiv(z, any(y).(complex128))).(T)
	}
	return x / y
}

// Magnitude is the absolute value.
func Magnitude[T Field](x T) float64 {
	if z, ok := any(x).(complex128); ok {
		return CAbs(z)
	}
	return math.Abs(any(x).(float64))
}

// RealPart is x itself where it is real.
func RealPart[T Field](x T) float64 {
	if z, ok := any(x).(complex128); ok {
		return real(z)
	}
	return any(x).(float64)
}

// Conjugate is x itself where it is real.
func Conjugate[T Field](x T) T {
	if z, ok := any(x).(complex128); ok {
		return any(cmplx.Conj(z)).(T)
	}
	return x
}

// FromReal is x as a T.
func FromReal[T Field](x float64) T {
	var v T
	switch p := any(&v).(type) {
	case *float64:
		*p = x
	case *complex128:
		*p = complex(x, 0)
	}
	return v
}

package exprtest

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"arignote/expr"
)

// Compare returns an error that names the first difference between got and
// want: dtype, shape, or an element with abs(got-want) > atol + rtol*abs(want).
// NaN matches NaN, infinities match themselves; bool and integers must be
// equal.
func Compare(got, want *expr.Value, rtol, atol float64) error {
	if got.DType() != want.DType() {
		return fmt.Errorf("dtype %v, want %v", got.DType(), want.DType())
	}
	if !slices.Equal(got.Shape(), want.Shape()) {
		return fmt.Errorf("shape %v, want %v", got.Shape(), want.Shape())
	}
	for i := range want.Len() {
		if !matches(got, want, i, rtol, atol) {
			return fmt.Errorf("element %d: %v, want %v", i, element(got, i), element(want, i))
		}
	}
	return nil
}

func element(v *expr.Value, i int) any {
	if v.DType().IsInteger() {
		return v.Int(i)
	}
	if v.DType().IsComplex() {
		return v.Complex(i)
	}
	return v.Float(i)
}

func matches(got, want *expr.Value, i int, rtol, atol float64) bool {
	switch {
	case want.DType().IsInteger():
		return got.Int(i) == want.Int(i)
	case want.DType().IsComplex():
		g, w := got.Complex(i), want.Complex(i)
		return near(real(g), real(w), cmplx.Abs(w), rtol, atol) && near(imag(g), imag(w), cmplx.Abs(w), rtol, atol)
	case want.DType() == expr.Bool:
		return got.Bool(i) == want.Bool(i)
	}
	w := want.Float(i)
	return near(got.Float(i), w, math.Abs(w), rtol, atol)
}

func near(g, w, size, rtol, atol float64) bool {
	if math.IsNaN(w) || math.IsInf(w, 0) || math.IsNaN(g) || math.IsInf(g, 0) {
		return g == w || math.IsNaN(g) && math.IsNaN(w)
	}
	return g == w || math.Abs(g-w) <= atol+float64(rtol*size) // size may be infinite
}

// SameBits returns an error that names the first element whose bits differ.
// Any NaN is the same as any other.
func SameBits(got, want *expr.Value) error {
	if err := Compare(got, want, 0, 0); err != nil {
		return err
	}
	for i := range want.Len() {
		g, w := got.Complex(i), want.Complex(i)
		if math.Signbit(real(g)) != math.Signbit(real(w)) && !math.IsNaN(real(w)) ||
			math.Signbit(imag(g)) != math.Signbit(imag(w)) && !math.IsNaN(imag(w)) {
			return fmt.Errorf("element %d: %v, want %v: the sign of zero differs", i, element(got, i), element(want, i))
		}
	}
	return nil
}

// ErrorKind returns the error kind that a golden case names, or nil.
func ErrorKind(name string) error {
	return map[string]error{
		"shape": expr.ErrShape, "axis": expr.ErrAxis, "index": expr.ErrIndex, "empty": expr.ErrEmpty,
		"singular": expr.ErrSingular, "domain": expr.ErrDomain, "dtype": expr.ErrDType,
	}[name]
}

package kernel

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"arignote/expr"
)

// Scalar is a number of some dtype: the bits of a float64 for floats (also of
// a float32), of an int64 or uint64 for integers, 0 or 1 for bool, and of two
// float64 for complex numbers.
type Scalar struct{ Bits, Imag uint64 }

// Float returns the Scalar of a float.
func Float(x float64) Scalar { return Scalar{Bits: math.Float64bits(x)} }

// Integer returns the Scalar of a signed or unsigned integer.
func Integer[T int | int64 | uint64](x T) Scalar { return Scalar{Bits: uint64(x)} }

// Bool returns the Scalar of a bool.
func Bool(x bool) Scalar {
	if x {
		return Scalar{Bits: 1}
	}
	return Scalar{}
}

// Complex returns the Scalar of a complex number.
func Complex(x complex128) Scalar {
	return Scalar{math.Float64bits(real(x)), math.Float64bits(imag(x))}
}

// Float returns the float that x stands for.
func (x Scalar) Float() float64 { return math.Float64frombits(x.Bits) }

// Complex returns the complex number that x stands for.
func (x Scalar) Complex() complex128 {
	return complex(math.Float64frombits(x.Bits), math.Float64frombits(x.Imag))
}

// scalarOf returns the Scalar of dtype d for a Scalar, or a Go number or bool
// of a kind that d holds; a float is rounded to float32.
func scalarOf(d expr.DType, x any) (Scalar, bool) {
	switch x := x.(type) {
	case Scalar:
		return x, true
	case bool:
		return Bool(x), d == expr.Bool
	case int:
		switch {
		case d.IsInteger():
			return Integer(x), true
		case d.IsFloat():
			return Float(float64(x)), true
		case d.IsComplex():
			return Complex(complex(float64(x), 0)), true
		}
	case int64:
		return Integer(x), d.IsSigned()
	case uint64:
		return Integer(x), d.IsUnsigned()
	case float64:
		switch {
		case d == expr.Float32:
			return Float(float64(float32(x))), true
		case d.IsFloat():
			return Float(x), true
		case d.IsComplex():
			return Complex(complex(x, 0)), true
		}
	case complex128:
		return Complex(x), d.IsComplex()
	}
	return Scalar{}, false
}

// fits reports whether x is the Scalar of an element of dtype d.
func (x Scalar) fits(d expr.DType) bool {
	bits := 8 * d.Size()
	switch {
	case d == expr.Bool:
		return x.Bits <= 1 && x.Imag == 0
	case d.IsSigned():
		v := int64(x.Bits)
		return v<<(64-bits)>>(64-bits) == v && x.Imag == 0
	case d.IsUnsigned():
		return x.Bits<<(64-bits)>>(64-bits) == x.Bits && x.Imag == 0
	case d == expr.Float32:
		return isFloat32(x.Float()) && x.Imag == 0
	case d == expr.Complex64:
		return isFloat32(real(x.Complex())) && isFloat32(imag(x.Complex()))
	}
	return d.IsComplex() || x.Imag == 0
}

func isFloat32(x float64) bool { return x != x || float64(float32(x)) == x }

// text writes x, an element of dtype d, such that parseScalar reads it back.
func (x Scalar) text(d expr.DType) string {
	switch {
	case d == expr.Bool:
		return strconv.FormatBool(x.Bits != 0)
	case d.IsSigned():
		return strconv.FormatInt(int64(x.Bits), 10)
	case d.IsUnsigned():
		return strconv.FormatUint(x.Bits, 10)
	case d.IsComplex():
		return "(" + floatText(x.Bits) + "," + floatText(x.Imag) + ")"
	}
	return floatText(x.Bits)
}

// floatText writes a float64 with as few digits as give it again; a NaN other
// than Go's with its bits.
func floatText(bits uint64) string {
	x := math.Float64frombits(bits)
	if x != x && bits != math.Float64bits(math.NaN()) {
		return fmt.Sprintf("nan:%x", bits)
	}
	return strings.ToLower(strconv.FormatFloat(x, 'g', -1, 64))
}

func parseFloat(s string) (uint64, error) {
	if bits, ok := strings.CutPrefix(s, "nan:"); ok {
		return strconv.ParseUint(bits, 16, 64)
	}
	x, err := strconv.ParseFloat(s, 64)
	return math.Float64bits(x), err
}

// parseScalar reads what text writes.
func parseScalar(d expr.DType, s string) (x Scalar, err error) {
	switch {
	case d == expr.Bool:
		b, err := strconv.ParseBool(s)
		return Bool(b), err
	case d.IsSigned():
		v, err := strconv.ParseInt(s, 10, 64)
		return Integer(v), err
	case d.IsUnsigned():
		x.Bits, err = strconv.ParseUint(s, 10, 64)
		return x, err
	case d.IsComplex():
		re, im, _ := strings.Cut(strings.Trim(s, "()"), ",")
		if x.Bits, err = parseFloat(re); err == nil {
			x.Imag, err = parseFloat(im)
		}
		return x, err
	}
	x.Bits, err = parseFloat(s)
	return x, err
}

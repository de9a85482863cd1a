package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// This file writes numbers and constants as the language reads them.

// formatFloat writes x, a float of so many bits, with as few digits as give x
// again when read, and so that it is read as a float: 2.0, 1e-30, inf, nan.
func formatFloat(x float64, bits int) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	}
	if a := math.Abs(x); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, bits)
	}
	s := strconv.FormatFloat(x, 'f', -1, bits)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// formatFloat32 is formatFloat for a float32. Text is read as a float64 and
// then rounded, and where that gives another number more digits are written.
func formatFloat32(x float32) string {
	s := formatFloat(float64(x), 32)
	if back, err := strconv.ParseFloat(s, 64); err == nil && float32(back) == x || x != x {
		return s
	}
	return formatFloat(float64(x), 64)
}

// formatComplex writes a complex number: 2.0j, 1.0-0.5j, or complex(nan, inf)
// where a part is not finite. The parts are written by the function part.
func formatComplex(re, im float64, part func(float64) string) string {
	switch {
	case !isFinite(re) || !isFinite(im):
		return "complex(" + part(re) + ", " + part(im) + ")"
	case math.Signbit(im):
		return part(re) + part(im) + "j"
	case re == 0 && !math.Signbit(re):
		return part(im) + "j"
	}
	return part(re) + "+" + part(im) + "j"
}

// element writes element i of the contiguous array v.
func (v *Value) element(i int) string {
	switch d := v.data.(type) {
	case []bool:
		if d[i] {
			return "True"
		}
		return "False"
	case []uint64:
		return strconv.FormatUint(d[i], 10)
	case []float32:
		return formatFloat32(d[i])
	case []float64:
		return formatFloat(d[i], 64)
	case []complex64:
		return formatComplex(float64(real(d[i])), float64(imag(d[i])), func(x float64) string { return formatFloat32(float32(x)) })
	case []complex128:
		return formatComplex(real(d[i]), imag(d[i]), func(x float64) string { return formatFloat(x, 64) })
	}
	return strconv.FormatInt(v.Int(i), 10)
}

// list writes the elements as nested lists, a scalar without brackets. After
// the first limit elements it writes "..." instead.
func (v *Value) list(limit int) string {
	v = v.contiguous()
	var b strings.Builder
	next := 0
	var write func(shape []int)
	write = func(shape []int) {
		if len(shape) == 0 {
			b.WriteString(v.element(next))
			next++
			return
		}
		b.WriteByte('[')
		for i := range shape[0] {
			if i > 0 {
				b.WriteString(", ")
			}
			if next >= limit {
				b.WriteString("...")
				break
			}
			write(shape[1:])
		}
		b.WriteByte(']')
	}
	write(v.shape)
	return b.String()
}

// literalDType is the dtype that array() gives to elements that are written as
// those of d are.
func literalDType(d DType) DType {
	switch {
	case d.IsInteger():
		return Int64
	case d.IsFloat():
		return Float64
	case d.IsComplex():
		return Complex128
	}
	return d
}

// arrayText writes v as a call of array: all of it, or the first elements.
func arrayText(v *Value, weak bool, limit int) string {
	list, dtype, shape := "[]", "", ""
	if v.Len() > 0 || len(v.shape) == 0 {
		list = v.list(limit)
	} else if len(v.shape) > 1 {
		shape = "shape=" + shapeString(knownDims(v.shape))
	}
	if v.dtype != literalDType(v.dtype) || v.Len() == 0 {
		dtype = "'" + v.dtype.String() + "'"
	}
	return "array(" + keywords(list, dtype, shape, keyIf(weak, "weak=True")) + ")"
}

// isLiteral reports whether a constant is written as a number, not as an
// array: a weak scalar of a dtype that literals have, and finite if complex.
func isLiteral(v *Value, weak bool) bool {
	if !weak || len(v.shape) != 0 || v.dtype != literalDType(v.dtype) {
		return false
	}
	c := v.Complex(0)
	return !v.dtype.IsComplex() || isFinite(real(c)) && isFinite(imag(c))
}

// constText writes a constant completely.
func constText(v *Value, weak bool) string {
	if isLiteral(v, weak) {
		return v.contiguous().element(0)
	}
	return arrayText(v, weak, math.MaxInt)
}

// shortText writes a constant for people: large arrays are cut.
func shortText(v *Value, weak bool) string {
	const most = 6
	if isLiteral(v, weak) {
		return v.contiguous().element(0)
	}
	text := arrayText(v, weak, most)
	if v.Len() > most {
		text = v.Type().String() + strings.TrimPrefix(text, "array")
	}
	return text
}

// MaxKey is the number of elements up to which constants with the same
// elements count as the same.
const MaxKey = 64

// key returns a text that two arrays have in common only if they have the same
// dtype, shape and elements, bit by bit. Above MaxKey elements it stands for
// this one Value.
func (v *Value) key() string {
	if v.Len() > MaxKey {
		return fmt.Sprintf("%s@%p", v.Type(), v)
	}
	v = v.contiguous()
	b := append([]byte(v.Type().String()), '{')
	for i := range v.Len() {
		b = v.appendBits(b, i)
		b = append(b, ',')
	}
	return string(append(b, '}'))
}

// appendBits appends a text for the bits of element i to b.
func (v *Value) appendBits(b []byte, i int) []byte {
	switch d := v.data.(type) {
	case []bool:
		return strconv.AppendBool(b, d[i])
	case []uint64:
		return strconv.AppendUint(b, d[i], 10)
	case []float32:
		return strconv.AppendUint(b, uint64(math.Float32bits(d[i])), 16)
	case []float64:
		return strconv.AppendUint(b, math.Float64bits(d[i]), 16)
	case []complex64:
		b = strconv.AppendUint(b, uint64(math.Float32bits(real(d[i]))), 16)
		return strconv.AppendUint(append(b, '+'), uint64(math.Float32bits(imag(d[i]))), 16)
	case []complex128:
		b = strconv.AppendUint(b, math.Float64bits(real(d[i])), 16)
		return strconv.AppendUint(append(b, '+'), math.Float64bits(imag(d[i])), 16)
	}
	return strconv.AppendInt(b, v.Int(i), 10)
}

// convert returns v with dtype d, by the rules of astype.
func (v *Value) convert(d DType) *Value { return convert(v, d) }

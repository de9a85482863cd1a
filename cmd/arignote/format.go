package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"arignote/expr"
)

// How much of an array is printed unless all of it is asked for.
const (
	maxShown  = 1000 // elements up to which nothing is left out
	edge      = 3    // elements at both ends of an axis that are shown of a larger array
	lineWidth = 80
	digits    = 8 // significant digits of the elements of arrays
)

// layout prints the elements of one array, nested in brackets as in the
// language's lists.
type layout struct {
	shape   []int
	element func(i int) string
	elide   bool
	width   int // of the widest element
	b       strings.Builder
}

// valueText writes an array as a list that can be given back as a value; large
// ones with the middle left out unless all is set. Floats have the given number
// of significant digits, 0 meaning all; -1 means 8 in arrays and all elsewhere.
func valueText(v *expr.Value, significant int, all bool) string {
	if significant < 0 {
		if significant = digits; v.Rank() == 0 {
			significant = 0
		}
	}
	element := elementTexts(v, significant)
	switch {
	case v.Rank() == 0:
		return element(0)
	case v.Len() == 0:
		return "[]"
	}
	l := &layout{shape: v.Shape(), element: element, elide: v.Len() > maxShown && !all}
	l.measure(0, 0)
	l.print(0, 0)
	return l.b.String()
}

// indices calls f with the indices along an axis that are shown, and with -1
// for those left out.
func (l *layout) indices(axis int, f func(i int)) {
	n := l.shape[axis]
	for i := 0; i < n; i++ {
		if l.elide && n > 2*edge && i == edge {
			f(-1)
			i = n - edge
		}
		f(i)
	}
}

// measure finds the widest element in the part of the array at offset.
func (l *layout) measure(axis, offset int) {
	if axis == len(l.shape) {
		l.width = max(l.width, len(l.element(offset)))
		return
	}
	l.indices(axis, func(i int) {
		if i >= 0 {
			l.measure(axis+1, offset*l.shape[axis]+i)
		}
	})
}

// print writes the part of the array at offset, which counts subarrays of that
// axis.
func (l *layout) print(axis, offset int) {
	last := axis == len(l.shape)-1
	l.b.WriteByte('[')
	separator := ", "
	if !last {
		separator = "," + strings.Repeat("\n", len(l.shape)-axis-1) + strings.Repeat(" ", axis+1)
	}
	column := axis + 1 // characters in the line so far, of the innermost lists only
	l.indices(axis, func(i int) {
		if i != 0 {
			if last && column+len(separator)+l.width+1 > lineWidth {
				l.b.WriteString(",\n" + strings.Repeat(" ", axis+1))
				column = axis + 1
			} else {
				l.b.WriteString(separator)
				column += len(separator)
			}
		}
		switch {
		case i < 0:
			l.b.WriteString("...")
			column += len("...")
		case last:
			fmt.Fprintf(&l.b, "%*s", l.width, l.element(offset*l.shape[axis]+i))
			column += l.width
		default:
			l.print(axis+1, offset*l.shape[axis]+i)
		}
	})
	l.b.WriteByte(']')
}

// elementTexts returns a function that writes element i as a literal.
func elementTexts(v *expr.Value, significant int) func(i int) string {
	bits := v.DType().Real().Size() * 8
	switch d := v.DType(); {
	case d == expr.Bool:
		return func(i int) string {
			if v.Bool(i) {
				return "True"
			}
			return "False"
		}
	case d == expr.Uint64:
		data := expr.Elements[uint64](v)
		return func(i int) string { return strconv.FormatUint(data[i], 10) }
	case d.IsInteger():
		return func(i int) string { return strconv.FormatInt(v.Int(i), 10) }
	case d.IsFloat():
		return func(i int) string { return floatText(v.Float(i), significant, bits) }
	}
	return func(i int) string {
		c := v.Complex(i)
		re, im := floatText(real(c), significant, bits), floatText(imag(c), significant, bits)
		if im[0] != '-' {
			im = "+" + im
		}
		return re + im + "j"
	}
}

// floatText writes x as Python does, with at most the given number of
// significant digits if that is not 0.
func floatText(x float64, significant, bits int) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 0):
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(x, 'g', -1, 64)), "+")
	}
	s := strconv.FormatFloat(x, 'g', -1, bits)
	if mantissa, _, _ := strings.Cut(s, "e"); significant > 0 && len(strings.Trim(mantissa, "-0.")) > significant {
		s = strconv.FormatFloat(x, 'g', significant, bits)
	}
	if rounded, _ := strconv.ParseFloat(s, bits); strings.Contains(s, "e") && rounded == x {
		if a := math.Abs(x); a >= 1e-4 && a < 1e16 {
			s = strconv.FormatFloat(x, 'f', -1, bits)
		}
	}
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

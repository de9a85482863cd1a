package optimize

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"arignote/expr"
)

// point is one computation of both sides.
type point struct {
	label   string        // what is special about the values
	values  []*expr.Value // of what is watched
	err     error
	differs bool   // in some element
	wrong   bool   // and both are finite numbers there, or the rewrite is exact
	rounded bool   // they differ in bits, but not by more than rounding
	example string // "NaN -> 1"
}

// point computes both sides.
func (t *trial) point(values []*expr.Value, label string) point {
	out, err := t.graph.Evaluate(values)
	p := point{label: label, err: err}
	if err != nil {
		return p
	}
	for _, w := range t.watched {
		if w.free {
			p.values = append(p.values, values[w.at])
		} else {
			p.values = append(p.values, out[w.at])
		}
	}
	p.compare(out[0], out[1], t.exact)
	return p
}

// compare looks for an element in which two results differ.
func (p *point) compare(before, after *expr.Value, exact bool) {
	if before.Len() != after.Len() || before.DType() != after.DType() {
		p.differs, p.wrong, p.example = true, true, fmt.Sprintf("%v -> %v", before.Type(), after.Type())
		return
	}
	for i := range before.Len() {
		x, y := before.Complex(i), after.Complex(i)
		same := sameBits(real(x), real(y)) && sameBits(imag(x), imag(y))
		if before.DType().IsInteger() {
			same = before.Int(i) == after.Int(i)
		}
		if same {
			continue
		}
		if !exact && nearlyEqual(x, y, before) {
			p.rounded = true
			continue
		}
		p.differs = true
		if wrong := exact || finite(x) && finite(y); p.example == "" || wrong && !p.wrong {
			p.wrong = wrong
			p.example = numberText(before, i) + " -> " + numberText(after, i)
		}
	}
}

// nearlyEqual reports whether x and y are equal up to rounding in an array like v, or
// up to the sign of zero.
func nearlyEqual(x, y complex128, v *expr.Value) bool {
	if x == y {
		return true
	}
	tolerance := 1e-9
	switch d := v.DType(); {
	case !d.Inexact():
		return false
	case d == expr.Float32 || d == expr.Complex64:
		tolerance = 1e-4
	}
	return finite(x) && finite(y) && cabs(x-y) <= tolerance*max(1, largest(v))
}

// largest returns the magnitude of the largest finite element.
func largest(v *expr.Value) float64 {
	m := 0.0
	for i := range v.Len() {
		if x := cabs(v.Complex(i)); x > m && x <= math.MaxFloat64 {
			m = x
		}
	}
	return m
}

func finite(z complex128) bool { return real(z)-real(z) == 0 && imag(z)-imag(z) == 0 }

// numberText writes an element in a few digits.
func numberText(v *expr.Value, i int) string {
	switch d := v.DType(); {
	case d == expr.Bool:
		return map[bool]string{false: "False", true: "True"}[v.Bool(i)]
	case d.IsInteger():
		return strconv.FormatInt(v.Int(i), 10)
	case d.IsComplex():
		return strings.Trim(fmt.Sprintf("%.4g", v.Complex(i)), "()")
	}
	return fmt.Sprintf("%.4g", v.Float(i))
}

// specialNumbers are those at which functions have poles, overflow or lose
// digits. They are converted to the dtype of an input, with saturation.
var specialNumbers = []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 1000, -1000, 1e300, -1e300, 1e-300}

// specials returns points with special numbers: in each input alone, in every
// element or in one of them; then in all inputs.
func (t *trial) specials() []point {
	var list []point
	for i := range t.inputs {
		for _, x := range specialNumbers {
			if t.inputs[i].DType() == expr.Bool && x != 0 && x != 1 {
				continue
			}
			list = append(list, t.special(x, i, false))
			if elements(t.shapes[i]) > 1 {
				list = append(list, t.special(x, i, true))
			}
		}
	}
	for _, x := range specialNumbers {
		if len(t.inputs) > 1 {
			list = append(list, t.special(x, -1, false))
		}
	}
	return slices.DeleteFunc(list, func(p point) bool { return p.err != nil })
}

// special computes both sides with x in the input i, or in all if i < 0; in its
// first element if one is set, else in every one.
func (t *trial) special(x float64, i int, one bool) point {
	values := t.random(0)
	var names []string
	for k, in := range t.inputs {
		if i >= 0 && k != i {
			continue
		}
		values[k] = filledWith(values[k], in.DType(), x, one)
		name := t.watched[k].name
		if one {
			name += "[0]"
		}
		if values[k].Len() > 0 {
			names = append(names, name+" = "+numberText(values[k], 0))
		}
	}
	return t.point(values, strings.Join(names, ", "))
}

// filledWith returns v with x in all elements, or in the first one.
func filledWith(v *expr.Value, d expr.DType, x float64, one bool) *expr.Value {
	data := make([]float64, v.Len())
	for i := range data {
		data[i] = x
		if one && i > 0 {
			data[i] = v.Float(i)
		}
	}
	return valueOf(v.Shape(), data, d)
}

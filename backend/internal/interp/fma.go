package interp

import (
	"math"

	"arignote/expr"
)

// This file has the loops of fma.

// fastFMA returns the loop of fma where the first argument varies, or the
// second does; on float32 where any does.
func fastFMA(dst value, args []value) func() {
	switch o := dst.register.(type) {
	case *vec[float64]:
		return fma64(o, args)
	case *vec[float32]:
		return fma32(o, args)
	}
	return nil
}

func fma64(o *vec[float64], args []value) func() {
	if !args[0].vary {
		args = []value{args[1], args[0], args[2]} // the same product
	}
	x, y, z := args[0].register.(*vec[float64]), args[1].register.(*vec[float64]), args[2].register.(*vec[float64])
	switch {
	case !args[0].vary:
		return nil
	case args[1].vary && args[2].vary:
		return func() { fmaVVV(o.s, x.s, y.s, z.s) }
	case args[1].vary:
		return func() { fmaVVS(o.s, x.s, y.s, z.s[0]) }
	case args[2].vary:
		return func() { fmaVSV(o.s, x.s, y.s[0], z.s) }
	}
	return func() { fmaVSS(o.s, x.s, y.s[0], z.s[0]) }
}

func fmaVVV(o, x, y, z []float64) {
	x, y, z = x[:len(o)], y[:len(o)], z[:len(o)]
	for i := range o {
		o[i] = math.FMA(x[i], y[i], z[i])
	}
}

func fmaVVS(o, x, y []float64, z float64) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = math.FMA(x[i], y[i], z)
	}
}

func fmaVSV(o, x []float64, y float64, z []float64) {
	x, z = x[:len(o)], z[:len(o)]
	for i := range o {
		o[i] = math.FMA(x[i], y, z[i])
	}
}

func fmaVSS(o, x []float64, y, z float64) {
	x = x[:len(o)]
	for i := range o {
		o[i] = math.FMA(x[i], y, z)
	}
}

// fma32 returns the loop on float32. The product is exact in float64. The sum,
// rounded to float64, rounds to the same float32 as the exact one unless it lies
// half way between two of them; that, and where float32 is subnormal, is left to
// the reference, element by element.
func fma32(o *vec[float32], args []value) func() {
	x, y, z := args[0].register.(*vec[float32]), args[1].register.(*vec[float32]), args[2].register.(*vec[float32])
	var r [4][]float32 // the arguments and the result of the reference
	for i := range r {
		r[i] = make([]float32, 1)
	}
	reference, err := expr.OpFMA.Lanes(nil, &r[3], &r[0], &r[1], &r[2])
	if err != nil {
		return nil
	}
	return func() {
		o, x, y, z := o.s, x.s, y.s, z.s
		ex, ey, ez := each(len(x)), each(len(y)), each(len(z))
		for i := range o {
			a, b, c := x[i&ex], y[i&ey], z[i&ez]
			s := float64(float64(a)*float64(b)) + float64(c)
			o[i] = float32(s)
			if halfWay32(s) {
				r[0][0], r[1][0], r[2][0] = a, b, c
				reference()
				o[i] = r[3][0]
			}
		}
	}
}

// halfWay32 reports whether s may lie half way between two float32 numbers:
// below the last bit of float32 it has 1 and then zeros, or it is too small for
// all bits and not 0, which float64 is only where it is exact.
func halfWay32(s float64) bool {
	const below = 1<<29 - 1 // the bits of float64 that float32 has not
	return math.Float64bits(s)&below == 1<<28 || math.Abs(s) < 0x1p-126 && s != 0
}

package interp

import "math"

// This file has the loops of fma.

// fastFMA returns the loop of fma where the first argument varies, or the
// second does. The product of two float32 is exact in float64; the sum, rounded
// to float64 and then to float32, is wrong in rare cases only, which are found
// by looking at it.
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
	if !args[0].vary && args[1].vary {
		args[0], args[1] = args[1], args[0] // the same product
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

// fma32 returns the loop on float32.
func fma32(o *vec[float32], args []value) func() {
	if !args[0].vary && args[1].vary {
		args[0], args[1] = args[1], args[0] // the same product
	}
	x, y, z := args[0].register.(*vec[float32]), args[1].register.(*vec[float32]), args[2].register.(*vec[float32])
	switch {
	case !args[0].vary:
		return nil
	case args[1].vary && args[2].vary:
		return func() { fma32VVV(o.s, x.s, y.s, z.s) }
	case args[1].vary:
		return func() { fma32VVS(o.s, x.s, y.s, z.s[0]) }
	case args[2].vary:
		return func() { fma32VSV(o.s, x.s, y.s[0], z.s) }
	}
	return func() { fma32VSS(o.s, x.s, y.s[0], z.s[0]) }
}

func fma32VVV(o, x, y, z []float32) {
	x, y, z = x[:len(o)], y[:len(o)], z[:len(o)]
	for i := range o {
		p, c := float64(float64(x[i])*float64(y[i])), float64(z[i])
		s := p + c
		r := float32(s)
		if doubtful(s, r) {
			r = roundedOnce(p, c)
		}
		o[i] = r
	}
}

func fma32VVS(o, x, y []float32, z float32) {
	x, y = x[:len(o)], y[:len(o)]
	c := float64(z)
	for i := range o {
		p := float64(float64(x[i]) * float64(y[i]))
		s := p + c
		r := float32(s)
		if doubtful(s, r) {
			r = roundedOnce(p, c)
		}
		o[i] = r
	}
}

func fma32VSV(o, x []float32, y float32, z []float32) {
	x, z = x[:len(o)], z[:len(o)]
	b := float64(y)
	for i := range o {
		p, c := float64(float64(x[i])*b), float64(z[i])
		s := p + c
		r := float32(s)
		if doubtful(s, r) {
			r = roundedOnce(p, c)
		}
		o[i] = r
	}
}

func fma32VSS(o, x []float32, y, z float32) {
	x = x[:len(o)]
	b, c := float64(y), float64(z)
	for i := range o {
		p := float64(float64(x[i]) * b)
		s := p + c
		r := float32(s)
		if doubtful(s, r) {
			r = roundedOnce(p, c)
		}
		o[i] = r
	}
}

// doubtful reports whether r, a sum rounded to the float64 s and then to
// float32, may differ from the sum rounded once: where s lies half way between
// two float32, which below the last bit of a float32 looks like 1 and then
// zeros, and where r is subnormal or next to it, with fewer bits. A zero is
// right: s is exact if it is so small.
func doubtful(s float64, r float32) bool {
	const below = 1<<29 - 1 // the bits of float64 that float32 has not
	return math.Float64bits(s)&below == 1<<28 || math.Float32bits(r)&(1<<31-1)-1 < 1<<23
}

// roundedOnce is p + c rounded to float32: the sum is rounded to odd first, to
// the float64 next to it whose last bit is 1, from which rounding again goes the
// right way (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums:
// proved algorithms using rounding to odd", 2008).
func roundedOnce(p, c float64) float32 {
	s := p + c
	t := s - p
	rest := (p - (s - t)) + (c - t)
	if u := math.Float64bits(s); rest != 0 && rest-rest == 0 && u&1 == 0 {
		if (rest > 0) == (s > 0) {
			u++
		} else {
			u--
		}
		s = math.Float64frombits(u)
	}
	return float32(s)
}

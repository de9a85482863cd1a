package scalar

import "math"

// scaled is m 2^k with m = 0 or 0.5 <= |m| <= 1: a dd whose products never over- or underflow.
type scaled struct {
	m dd
	k int
}

// scale is m 2^k.
func scale(m dd, k int) scaled {
	_, e := math.Frexp(m.hi)
	return scaled{m.shift(-e), k + e}
}

// scaledOf is x.
func scaledOf(x float64) scaled { return scale(ddOf(x), 0) }

func (x scaled) neg() scaled         { return scaled{x.m.neg(), x.k} }
func (x scaled) mul(y scaled) scaled { return scale(x.m.mul(y.m), x.k+y.k) }
func (x scaled) div(y scaled) scaled { return scale(x.m.div(y.m), x.k-y.k) }

func (x scaled) add(y scaled) scaled {
	switch {
	case x.m.hi == 0:
		return y
	case y.m.hi == 0:
		return x
	case x.k < y.k:
		x, y = y, x
	}
	if x.k-y.k > 300 { // y is far below the last bit of x
		return x
	}
	return scale(x.m.add(y.m.shift(y.k-x.k)), x.k)
}

// sqrt is the square root, x >= 0.
func (x scaled) sqrt() scaled {
	odd := x.k & 1
	return scale(x.m.shift(odd).sqrt(), (x.k-odd)/2)
}

// float is x rounded once.
func (x scaled) float() float64 { return x.m.float(x.k) }

// cscaled is a complex number with separately scaled components.
type cscaled struct{ re, im scaled }

// complexScaled is z.
func complexScaled(z complex128) cscaled { return cscaled{scaledOf(real(z)), scaledOf(imag(z))} }

func (z cscaled) conj() cscaled { return cscaled{z.re, z.im.neg()} }

func (z cscaled) mul(w cscaled) cscaled {
	return cscaled{z.re.mul(w.re).add(z.im.mul(w.im).neg()), z.re.mul(w.im).add(z.im.mul(w.re))}
}

// over is z divided by the real d.
func (z cscaled) over(d scaled) cscaled { return cscaled{z.re.div(d), z.im.div(d)} }

// norm2 is |z|^2.
func (z cscaled) norm2() scaled { return z.re.mul(z.re).add(z.im.mul(z.im)) }

// sqrt is the square root in the right half-plane, without the sign of z's imaginary part where that is zero.
func (z cscaled) sqrt() cscaled {
	size := z.norm2().sqrt()
	if size.m.hi == 0 {
		return cscaled{}
	}
	t := size.add(scaled{z.re.m.abs(), z.re.k})
	t.k--
	t = t.sqrt()
	u := z.im.div(t)
	u.k--
	switch {
	case z.re.m.hi >= 0:
		return cscaled{t, u}
	case z.im.m.hi < 0:
		return cscaled{u.neg(), t.neg()}
	}
	return cscaled{u, t}
}

// arg is the angle of z, imaginary part not 0.
func (z cscaled) arg() dd {
	x, y := z.re, z.im
	k := y.k
	if x.m.hi != 0 {
		k = max(x.k, y.k)
	}
	if x.m.hi > 0 && y.k < x.k-200 {
		return y.m.div(x.m).shift(y.k - x.k) // atan(t) = t
	}
	return atan2DD(y.m.shift(y.k-k), x.m.shift(x.k-k))
}

// log is log(x), x > 0.
func (x scaled) log() dd { return logDD(x.m).add(ddLn2.mulF(float64(x.k))) }

// float is z rounded once.
func (z cscaled) float() complex128 { return complex(z.re.float(), z.im.float()) }

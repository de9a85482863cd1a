package scalar

import (
	"math"
	"math/cmplx"
)

// Complex exponentials, powers and the functions built from them.

// CExp is e to the power z; a product exp(x) cos(y) is finite if it can be. At most 0.51 ulp.
func CExp(z complex128) complex128 {
	x, y := real(z), imag(z)
	switch {
	case y == 0 && x == x:
		return complex(Exp(x), y)
	case math.IsInf(x, 0) && !special(y): // the signs are those of cos and sin
		return complex(math.Copysign(Exp(x), Cos(y)), math.Copysign(Exp(x), Sin(y)))
	case math.IsInf(x, -1) && y != y: // the sign of a NaN is a matter of the machine
		return 0
	case cspecial(z):
		return cmplx.Exp(z)
	}
	return cexpDD(cdd{ddOf(x), ddOf(y)}, y)
}

// cexpDD is exp(z) rounded once; a zero imaginary part gets the sign of y.
func cexpDD(z cdd, y float64) complex128 {
	sin, cos := sincosDD(z.im)
	if math.Abs(z.re.hi) > 1e4 {
		z.re = dd{math.Copysign(1e4, z.re.hi), 0}
	}
	m, k := expDD(z.re)
	e := scale(m, k)
	return signed(complex(e.mul(scale(cos, 0)).float(), e.mul(scale(sin, 0)).float()), cos.hi, signOf(sin.hi, y))
}

// CExpm1 is exp(z) - 1, accurate for small z: at most 0.51 ulp, except where the real part nearly vanishes for a z that is
// not small.
func CExpm1(z complex128) complex128 {
	x, y := real(z), imag(z)
	switch {
	case cspecial(z) || x > 700:
		return CExp(z) - 1
	case y == 0:
		return complex(Expm1(x), y)
	}
	// exp(x) cos(y) - 1 = expm1(x) cos(y) - 2 sin(y/2)^2
	_, cos := sincosDD(ddOf(y))
	half, _ := sincosDD(ddOf(y / 2))
	re := expm1DD(ddOf(math.Max(x, -600))).mul(cos).sub(half.mul(half).mulF(2))
	return signed(complex(re.float(0), imag(CExp(z))), x, y)
}

// CPow is z to the power w, exp(w log z); a small integer power is repeated multiplication, so that powers of real and
// imaginary numbers stay so. z**0 is 1; 0**w is 0 if re w > 0 and else NaN, as in NumPy. At most 0.51 ulp in norm.
func CPow(z, w complex128) complex128 {
	n := real(w)
	switch {
	case w == 0:
		return 1
	case z == 0:
		if n > 0 {
			return 0
		}
		return complex(math.NaN(), math.NaN())
	case w == 1:
		return z
	case cspecial(z) || cspecial(w):
		return CExp(CMul(w, CLog(z)))
	case imag(w) == 0 && n == math.Trunc(n) && math.Abs(n) <= 1024:
		return cpowInt(z, int(n))
	}
	l := cdd{logAbs(z), argDD(z)}
	p := complexDD(w).mul(l)
	if special(p.re.hi) || special(p.im.hi) || special(p.re.lo) || special(p.im.lo) {
		return CExp(CMul(w, l.float(0)))
	}
	return cexpDD(p, 0)
}

// cpowInt is z to the power n, z finite and not 0.
func cpowInt(z complex128, n int) complex128 {
	base := complexScaled(z)
	if n < 0 {
		base, n = base.conj().over(base.norm2()), -n
	}
	p := complexScaled(1)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p = p.mul(base)
		}
		base = base.mul(base)
	}
	return p.float()
}

// CSinh is the hyperbolic sine, sinh(x) cos(y) + i cosh(x) sin(y). At most 0.51 ulp.
func CSinh(z complex128) complex128 {
	if cspecial(z) {
		return cmplx.Sinh(z)
	}
	x, y := real(z), imag(z)
	sinh, cosh, sin, cos := fourParts(z)
	w := complex(sinh.mul(cos).float(), cosh.mul(sin).float())
	return signed(w, math.Copysign(1, x)*cos.m.hi, y)
}

// CCosh is the hyperbolic cosine, cosh(x) cos(y) + i sinh(x) sin(y). At most 0.51 ulp.
func CCosh(z complex128) complex128 {
	if cspecial(z) {
		return cmplx.Cosh(z)
	}
	x, y := real(z), imag(z)
	sinh, cosh, sin, cos := fourParts(z)
	w := complex(cosh.mul(cos).float(), sinh.mul(sin).float())
	return signed(w, 1, math.Copysign(1, x)*signOf(sin.m.hi, y))
}

// fourParts are sinh and cosh of the real part of z, sin and cos of the imaginary part.
func fourParts(z complex128) (sinh, cosh, sin, cos scaled) {
	s, c := sincosDD(ddOf(imag(z)))
	x := math.Max(-1e4, math.Min(real(z), 1e4))
	return scale(sinhDD(x)), scale(coshDD(x)), scale(s, 0), scale(c, 0)
}

// signOf is ±1 with the sign of x, that of zero if x is 0.
func signOf(x, zero float64) float64 {
	if x == 0 {
		x = zero
	}
	return math.Copysign(1, x)
}

// CTanh is the hyperbolic tangent, (sinh(x) cosh(x) + i sin(y) cos(y)) / (sinh(x)^2 + cos(y)^2). At most 0.51 ulp.
func CTanh(z complex128) complex128 {
	if cspecial(z) {
		return cmplx.Tanh(z)
	}
	x, y := real(z), imag(z)
	sinh, cosh, sin, cos := fourParts(z)
	re, im, d := sinh.mul(cosh), sin.mul(cos), sinh.mul(sinh).add(cos.mul(cos))
	return signed(cscaled{re, im}.over(d).float(), x, signOf(sin.m.hi, y)*cos.m.hi)
}

// timesI is i z and timesMinusI is -i z, both exact.
func timesI(z complex128) complex128      { return complex(-imag(z), real(z)) }
func timesMinusI(z complex128) complex128 { return complex(imag(z), -real(z)) }

// CSin is the sine, -i sinh(i z). At most 0.51 ulp.
func CSin(z complex128) complex128 { return timesMinusI(CSinh(timesI(z))) }

// CCos is the cosine, cosh(i z). At most 0.51 ulp.
func CCos(z complex128) complex128 { return CCosh(timesI(z)) }

// CTan is the tangent, -i tanh(i z). At most 0.51 ulp.
func CTan(z complex128) complex128 { return timesMinusI(CTanh(timesI(z))) }

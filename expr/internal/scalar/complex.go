package scalar

import (
	"math"
	"math/cmplx"
)

// Complex functions. Accuracies are per component unless "norm" is said; the arithmetic follows NumPy where C99 would
// repair infinities. Infinities and NaN in functions have the values of C99 Annex G, from package math/cmplx.

// cdd is a complex number of double-doubles.
type cdd struct{ re, im dd }

// complexDD is z as a cdd.
func complexDD(z complex128) cdd { return cdd{ddOf(real(z)), ddOf(imag(z))} }

func (z cdd) mul(w cdd) cdd {
	return cdd{z.re.mul(w.re).sub(z.im.mul(w.im)), z.re.mul(w.im).add(z.im.mul(w.re))}
}

// float is z * 2^k rounded once.
func (z cdd) float(k int) complex128 { return complex(z.re.float(k), z.im.float(k)) }

// cspecial reports whether a component is NaN or infinite.
func cspecial(z complex128) bool { return special(real(z)) || special(imag(z)) }

// exponent is the binary exponent of the larger component.
func exponent(z complex128) int {
	_, k := math.Frexp(math.Max(math.Abs(real(z)), math.Abs(imag(z))))
	return k
}

// cshift is z * 2^k.
func cshift(z complex128, k int) complex128 {
	return complex(math.Ldexp(real(z), k), math.Ldexp(imag(z), k))
}

// signed gives the components of z that are zero the signs of re and im: the double-doubles have no -0.
func signed(z complex128, re, im float64) complex128 {
	x, y := real(z), imag(z)
	if x == 0 {
		x = math.Copysign(0, re)
	}
	if y == 0 {
		y = math.Copysign(0, im)
	}
	return complex(x, y)
}

// CAbs is |z| without needless over- or underflow; infinite if a component is. At most 0.51 ulp.
func CAbs(z complex128) float64 {
	if cspecial(z) || z == 0 {
		return math.Hypot(real(z), imag(z))
	}
	return complexScaled(z).norm2().sqrt().float()
}

// CMul is z w by the plain formula with each product rounded, like NumPy: infinities are not repaired, and a component
// that cancels has only the accuracy of the products.
func CMul(z, w complex128) complex128 {
	a, b, c, d := real(z), imag(z), real(w), imag(w)
	return complex(float64(a*c)-float64(b*d), float64(a*d)+float64(b*c))
}

// CSquare is CMul(z, z).
func CSquare(z complex128) complex128 { return CMul(z, z) }

// CDiv is z/w. Finite operands with w not 0: at most 0.51 ulp. Otherwise NumPy's values, from Smith's formula ("Algorithm
// 116: Complex division", 1962): division by 0 divides both components by |re w| = 0.
func CDiv(z, w complex128) complex128 {
	if w != 0 && !cspecial(z) && !cspecial(w) {
		if z == 0 {
			return smith(z, w)
		}
		x, y := complexScaled(z), complexScaled(w)
		q := x.mul(y.conj()).over(y.norm2()).float()
		if real(q) == 0 || imag(q) == 0 {
			s := smith(cshift(z, -exponent(z)), cshift(w, -exponent(w)))
			q = signed(q, real(s), imag(s))
		}
		return q
	}
	return smith(z, w)
}

// smith is z/w by Smith's formula as in NumPy.
func smith(z, w complex128) complex128 {
	a, b, c, d := real(z), imag(z), real(w), imag(w)
	if math.Abs(c) >= math.Abs(d) {
		if c == 0 && d == 0 {
			return complex(a/math.Abs(c), b/math.Abs(c))
		}
		ratio := d / c
		scale := 1 / (c + float64(d*ratio))
		return complex((a+float64(b*ratio))*scale, (b-float64(a*ratio))*scale)
	}
	ratio := c / d
	scale := 1 / (d + float64(c*ratio))
	return complex((float64(a*ratio)+b)*scale, (float64(b*ratio)-a)*scale)
}

// CReciprocal is CDiv(1, z).
func CReciprocal(z complex128) complex128 { return CDiv(1, z) }

// CSign is z/|z|, and 0 for 0, as in NumPy 2. An infinite z gives the direction of its infinite components, ±1, ±i or
// (±1±i)/sqrt(2), with NaN beside a NaN.
func CSign(z complex128) complex128 {
	x, y := real(z), imag(z)
	switch {
	case x != x || y != y:
		return complex(math.NaN(), math.NaN())
	case z == 0:
		return 0
	case cspecial(z):
		direction := func(t float64) float64 {
			if special(t) {
				return math.Copysign(1, t)
			}
			return math.Copysign(0, t)
		}
		return CSign(complex(direction(x), direction(y)))
	}
	w := complexScaled(z)
	return signed(w.over(w.norm2().sqrt()).float(), x, y)
}

// CSqrt is the square root in the right half-plane, continuous from above at the negative axis for +0 imaginary parts. At
// most 0.51 ulp.
func CSqrt(z complex128) complex128 {
	switch {
	case real(z) != real(z) && !math.IsInf(imag(z), 0):
		return complex(math.NaN(), math.NaN())
	case cspecial(z) || z == 0:
		return cmplx.Sqrt(z)
	}
	w := complexScaled(z).sqrt().float()
	return complex(math.Abs(real(w)), math.Copysign(imag(w), imag(z)))
}

// CLog is the natural logarithm, imaginary part in [-pi, pi]. At most 0.51 ulp, except that the real part loses relative
// (not absolute: 2^-104) accuracy for |z| within 2^-52 of 1.
func CLog(z complex128) complex128 {
	if cspecial(z) || z == 0 {
		return cmplx.Log(z)
	}
	return complex(logAbs(z).float(0), Atan2(imag(z), real(z)))
}

// CLog2 is the logarithm to base 2. Accuracy as for [CLog].
func CLog2(z complex128) complex128 { return clogBase(z, ddLn2) }

// CLog10 is the logarithm to base 10. Accuracy as for [CLog].
func CLog10(z complex128) complex128 { return clogBase(z, ddLn10) }

func clogBase(z complex128, ln dd) complex128 {
	if cspecial(z) || z == 0 {
		w := cmplx.Log(z)
		return complex(real(w)/ln.hi, imag(w)/ln.hi)
	}
	im := Atan2(imag(z), real(z))
	if math.Abs(im) < 0x1p-900 {
		im = timesDD(im, ddOne.div(ln))
	} else {
		im = argDD(z).div(ln).float(0)
	}
	return complex(logAbs(z).div(ln).float(0), im)
}

// argDD is the angle of z, not 0.
func argDD(z complex128) dd {
	switch {
	case imag(z) != 0:
		return complexScaled(z).arg()
	case real(z) > 0:
		return dd{}
	}
	return dd{math.Copysign(ddPi.hi, imag(z)), math.Copysign(ddPi.lo, imag(z))}
}

// logAbs is log|z|.
func logAbs(z complex128) dd {
	a, b := math.Abs(real(z)), math.Abs(imag(z))
	if a < b {
		a, b = b, a
	}
	if a > 0.5 && a < 2 { // |z|^2 - 1 = (a-1)(a+1) + b^2
		return log1pDD(twoSum(a, -1).mul(twoSum(a, 1)).add(twoProd(b, b))).half()
	}
	return complexScaled(z).norm2().log().half()
}

// CLog1p is log(1+z), accurate for small z: at most 0.51 ulp except where |1+z| is within 2^-52 of 1.
func CLog1p(z complex128) complex128 {
	x, y := real(z), imag(z)
	if cspecial(z) || z == -1 || math.Abs(x) > 0x1p100 || math.Abs(y) > 0x1p100 {
		return CLog(1 + z)
	}
	a := twoSum(1, x)
	t := ddOf(x).mul(a.addF(1)).add(twoProd(y, y)) // |1+z|^2 - 1
	re := log1pDD(t).half().float(0)
	if x == 0 && math.Abs(y) < 0x1p-200 { // the square may underflow
		re = y / 2 * y
	}
	if math.Abs(y) < tiny {
		return complex(re, Atan2(y, a.hi))
	}
	return complex(re, atan2DD(ddOf(y), a).float(0))
}

package scalar

import (
	"math"
	"math/cmplx"
)

// Inverse trigonometric and hyperbolic functions of complex numbers: Kahan, "Branch cuts for complex elementary functions,
// or: much ado about nothing's sign bit" (1987).

// large is where the inverse functions become logarithms of 2z.
const large = 0x1p60

// roots are sqrt(1-z) and sqrt(1+z), signs of zero imaginary parts as Kahan has them.
func roots(z complex128) (minus, plus cdd) {
	x, y := real(z), imag(z)
	sqrt := func(re dd, im float64) cdd {
		w := cscaled{scale(re, 0), scaledOf(im)}.sqrt()
		return cdd{w.re.m.shift(w.re.k), w.im.m.shift(w.im.k)}
	}
	minus, plus = sqrt(twoSum(1, -x), -y), sqrt(twoSum(1, x), y)
	if y == 0 && !math.Signbit(y) && x > 1 {
		minus.im = minus.im.abs().neg()
	}
	if y == 0 && math.Signbit(y) && x < -1 {
		plus.im = plus.im.abs().neg()
	}
	return minus, plus
}

// crossImag is Im(conj(z) w) and dotReal is Re(z w).
func crossImag(z, w cdd) dd { return z.re.mul(w.im).sub(z.im.mul(w.re)) }
func dotReal(z, w cdd) dd   { return z.re.mul(w.re).sub(z.im.mul(w.im)) }

// asinhFloat is asinh(x) rounded, with the sign of sign.
func asinhFloat(x dd, sign float64) float64 {
	return math.Copysign(asinhDD(x.abs()).float(0), sign)
}

// CAsin is the inverse sine; cuts on the real axis outside [-1, 1]. At most 0.51 ulp in norm.
func CAsin(z complex128) complex128 {
	if cspecial(z) {
		return cmplx.Asin(z)
	}
	x, y := real(z), imag(z)
	a := CAbs(z)
	switch {
	case a < tiny:
		return z
	case a > large: // |re| is the angle from the imaginary axis, |im| is log|2z|
		return complex(math.Copysign(Atan2(math.Abs(x), math.Abs(y)), x), math.Copysign(logAbs(z).add(ddLn2).float(0), y))
	}
	minus, plus := roots(z)
	re := math.Copysign(0, x)
	if x != 0 {
		re = math.Copysign(angle(ddOf(x), dotReal(minus, plus)).float(0), x)
	}
	return complex(re, asinhFloat(crossImag(minus, plus), y))
}

// angle is atan2 for x >= 0, also where x or y is 0 or the ratio underflows.
func angle(y, x dd) dd {
	if y.hi == 0 || math.Abs(y.hi) < tiny*x.hi {
		return y.div(x)
	}
	return atan2DD(y, x)
}

// CAcos is the inverse cosine; cuts on the real axis outside [-1, 1]. At most 0.51 ulp in norm.
func CAcos(z complex128) complex128 {
	if cspecial(z) {
		return cmplx.Acos(z)
	}
	x, y := real(z), imag(z)
	if CAbs(z) > large {
		return complex(Atan2(math.Abs(y), x), math.Copysign(logAbs(z).add(ddLn2).float(0), -y))
	}
	minus, plus := roots(z)
	re := 0.0
	if minus.re.hi != 0 {
		re = angle(minus.re, plus.re).mulF(2).float(0)
	}
	return complex(re, asinhFloat(crossImag(plus, minus), -y))
}

// CAtanh is the inverse hyperbolic tangent; cuts on the real axis outside (-1, 1). At most 0.51 ulp in norm.
func CAtanh(z complex128) complex128 {
	if cspecial(z) || z == 1 || z == -1 {
		return cmplx.Atanh(z)
	}
	x, y := real(z), imag(z)
	a := CAbs(z)
	switch {
	case a < tiny:
		return z
	case a > large: // 1/z + i pi/2
		return complex(math.Copysign(real(CReciprocal(z)), x), math.Copysign(math.Pi/2, y))
	}
	// re = log1p(4 |x| / ((1-|x|)^2 + y^2)) / 4, im = atan2(2y, (1-|x|)(1+|x|) - y^2) / 2
	minus, plus := scale(twoSum(1, -math.Abs(x)), 0), scale(twoSum(1, math.Abs(x)), 0)
	y1 := scaledOf(y)
	y2 := y1.mul(y1)
	re := scaledOf(4 * math.Abs(x)).div(minus.mul(minus).add(y2))
	l := re.log()
	if re.k < 200 {
		l = log1pDD(re.m.shift(re.k))
	}
	im := math.Copysign(math.Pi/2, y)
	switch {
	case y != 0:
		y1.k++
		im = cscaled{minus.mul(plus).add(y2.neg()), y1}.arg().half().float(0)
	case math.Abs(x) < 1:
		im = y
	}
	return complex(math.Copysign(l.float(-2), x), im)
}

// CAsinh is the inverse hyperbolic sine, -i asin(i z). At most 0.51 ulp in norm.
func CAsinh(z complex128) complex128 { return timesMinusI(CAsin(timesI(z))) }

// CAtan is the inverse tangent, -i atanh(i z). At most 0.51 ulp in norm.
func CAtan(z complex128) complex128 { return timesMinusI(CAtanh(timesI(z))) }

// CAcosh is the inverse hyperbolic cosine, the one of ±i acos(z) with a real part that is not negative. At most 0.51 ulp
// in norm.
func CAcosh(z complex128) complex128 {
	w := CAcos(z)
	if math.Signbit(imag(w)) || imag(w) != imag(w) {
		return timesI(w)
	}
	return timesMinusI(w)
}

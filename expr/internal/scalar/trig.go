package scalar

import "math"

// Sin is the sine of x radians for x of any size; NaN for infinities. At most 0.51 ulp.
func Sin(x float64) float64 {
	if special(x) {
		return x - x
	}
	if math.Abs(x) < tiny {
		return x
	}
	s, _ := sincosDD(ddOf(x))
	return s.float(0)
}

// Cos is the cosine of x radians for x of any size; NaN for infinities. At most 0.51 ulp.
func Cos(x float64) float64 {
	if special(x) {
		return x - x
	}
	_, c := sincosDD(ddOf(x))
	return c.float(0)
}

// Tan is the tangent of x radians for x of any size; NaN for infinities. At most 0.51 ulp.
func Tan(x float64) float64 {
	if special(x) {
		return x - x
	}
	if math.Abs(x) < tiny {
		return x
	}
	s, c := sincosDD(ddOf(x))
	return s.div(c).float(0)
}

// Asin is the angle in [-pi/2, pi/2] whose sine is x; NaN outside [-1, 1]. At most 0.51 ulp.
func Asin(x float64) float64 {
	if !(math.Abs(x) <= 1) {
		return math.NaN()
	}
	if math.Abs(x) < tiny {
		return x
	}
	return atan2DD(ddOf(x), sqrtOneMinusSquare(x)).float(0)
}

// Acos is the angle in [0, pi] whose cosine is x; NaN outside [-1, 1]. At most 0.51 ulp.
func Acos(x float64) float64 {
	switch {
	case !(math.Abs(x) <= 1):
		return math.NaN()
	case x == 1:
		return 0
	}
	return atan2DD(sqrtOneMinusSquare(x), ddOf(x)).float(0)
}

// sqrtOneMinusSquare is sqrt(1 - x^2) without cancellation.
func sqrtOneMinusSquare(x float64) dd { return twoSum(1, -x).mul(twoSum(1, x)).sqrt() }

// Atan is the angle in [-pi/2, pi/2] whose tangent is x. At most 0.51 ulp.
func Atan(x float64) float64 {
	if !(math.Abs(x) > tiny && math.Abs(x) < 1/tiny) {
		return math.Atan(x)
	}
	return atan2DD(ddOf(x), ddOne).float(0)
}

// Atan2 is the angle of the point (x, y) in [-pi, pi], with the special values of C99. At most 0.51 ulp, subnormal results
// included.
func Atan2(y, x float64) float64 {
	if x == 0 || y == 0 || special(x) || special(y) {
		return math.Atan2(y, x)
	}
	_, ey := math.Frexp(y)
	_, ex := math.Frexp(x)
	d := ey - ex
	switch {
	case d > 200: // too near the axis to differ from it
		return math.Copysign(math.Pi/2, y)
	case d < -200 && x < 0:
		return math.Copysign(math.Pi, y)
	case d < -200: // atan(t) = t
		return ddOf(math.Ldexp(y, -ey)).div(ddOf(math.Ldexp(x, -ex))).float(d)
	}
	return atan2DD(ddOf(math.Ldexp(y, -ex)), ddOf(math.Ldexp(x, -ex))).float(0)
}

// Sinh is the hyperbolic sine. At most 0.51 ulp.
func Sinh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case a < tiny || special(x):
		return x
	case a > 800:
		return math.Copysign(math.Inf(1), x)
	}
	m, k := sinhDD(a)
	return math.Copysign(m.float(k), x)
}

// Cosh is the hyperbolic cosine. At most 0.51 ulp.
func Cosh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case special(a):
		return a
	case a > 800:
		return math.Inf(1)
	}
	m, k := coshDD(a)
	return m.float(k)
}

// sinhDD is sinh(x) = m 2^k; |x| < 2^20.
func sinhDD(x float64) (m dd, k int) {
	if x < 0 {
		m, k = sinhDD(-x)
		return m.neg(), k
	}
	if x > 50 {
		m, k = expDD(ddOf(x))
		return m, k - 1
	}
	p := expm1DD(ddOf(x))
	return p.add(p.div(p.addF(1))), -1
}

// coshDD is cosh(x) = m 2^k; |x| < 2^20.
func coshDD(x float64) (m dd, k int) {
	m, k = expDD(ddOf(math.Abs(x)))
	if math.Abs(x) > 50 {
		return m, k - 1
	}
	e := m.shift(k)
	return e.add(ddOne.div(e)), -1
}

// Tanh is the hyperbolic tangent. At most 0.51 ulp.
func Tanh(x float64) float64 {
	switch a := math.Abs(x); {
	case x != x || a < tiny:
		return x
	case a > 40:
		return math.Copysign(1, x)
	}
	p := expm1DD(ddOf(2 * x))
	return p.div(p.addF(2)).float(0)
}

// Asinh is the inverse hyperbolic sine. At most 0.51 ulp.
func Asinh(x float64) float64 {
	if math.Abs(x) < tiny || special(x) {
		return x
	}
	return math.Copysign(asinhDD(ddOf(math.Abs(x))).float(0), x)
}

// asinhDD is asinh(x), x >= 0: log(x + sqrt(1+x^2)) in a form that is accurate for small x.
func asinhDD(x dd) dd {
	if x.hi > 1e20 {
		return logDD(x).add(ddLn2) // the next term is 1/(4 x^2)
	}
	x2 := x.mul(x)
	return log1pDD(x.add(x2.div(x2.addF(1).sqrt().addF(1))))
}

// Acosh is the inverse hyperbolic cosine; NaN for x < 1. At most 0.51 ulp.
func Acosh(x float64) float64 {
	switch {
	case !(x >= 1):
		return math.NaN()
	case special(x):
		return x
	case x > 1e20:
		return logDD(ddOf(x)).add(ddLn2).float(0)
	}
	t := twoSum(x, -1)
	return log1pDD(t.add(t.mul(t.addF(2)).sqrt())).float(0)
}

// Atanh is the inverse hyperbolic tangent; infinite at ±1, NaN outside. At most 0.51 ulp.
func Atanh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case a < tiny:
		return x
	case !(a < 1):
		return math.Atanh(x)
	}
	l := log1pDD(twoProd(2, a).div(twoSum(1, -a))).half()
	return math.Copysign(l.float(0), x)
}

package scalar

import "math"

// The error function and its relatives: Abramowitz and Stegun 7.1.6 (a series of positive terms) below erfcSplit and the
// continued fraction 7.1.14 above.
const erfcSplit = 4

// erfDD is erf(x), |x| <= 6: 2/sqrt(pi) exp(-x^2) times the sum of 2^n x^(2n+1) / (1 3 ... (2n+1)).
func erfDD(x float64) dd {
	x2 := twoProd(x, x)
	term := ddOf(x)
	sum := term
	for n := 3.0; math.Abs(term.hi) > math.Abs(sum.hi)*0x1p-110; n += 2 {
		term = term.mul(x2).mulF(2).div(ddOf(n))
		sum = sum.add(term)
	}
	m, k := expDD(x2.neg())
	return m.shift(k).mul(sum).mul(ddTwoOverSqPi)
}

// erfcxDD is exp(x^2) erfc(x), x >= erfcSplit: 1/sqrt(pi) / (x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))), cut
// where the rest is below 2^-106.
func erfcxDD(x float64) dd {
	f := ddOf(x)
	for n := math.Floor(25 + 1200/(x*x)); n > 0; n-- {
		f = ddOf(n / 2).div(f).addF(x)
	}
	return ddOne.div(f.mul(ddSqrtPi))
}

// erfcDD is erfc(x) = m 2^k, |x| < 1000.
func erfcDD(x float64) (m dd, k int) {
	if x < erfcSplit {
		if x < -8 {
			return dd{2, 0}, 0
		}
		return ddOne.sub(erfDD(x)), 0
	}
	m, k = expDD(twoProd(x, x).neg())
	return m.mul(erfcxDD(x)), k
}

// Erf is the error function. At most 0.51 ulp.
func Erf(x float64) float64 {
	switch a := math.Abs(x); {
	case x != x:
		return x
	case a < tiny:
		return timesDD(x, ddTwoOverSqPi)
	case a > 6:
		return math.Copysign(1, x)
	}
	return erfDD(x).float(0)
}

// Erfc is 1 - erf(x). At most 0.51 ulp in the whole tail, subnormal results included.
func Erfc(x float64) float64 {
	switch {
	case x != x:
		return x
	case math.Abs(x) < tiny:
		return 1
	case x > 30:
		return 0
	}
	m, k := erfcDD(math.Max(x, -30))
	return m.float(k)
}

// Erfcx is exp(x^2) erfc(x), which falls like 1/x and overflows below -26.6. At most 0.51 ulp.
func Erfcx(x float64) float64 {
	switch {
	case x != x:
		return x
	case math.Abs(x) < tiny:
		return 1
	case x < -30:
		return math.Inf(1)
	case x > 1e20: // the next factor is 1 - 1/(2 x^2)
		if special(x) {
			return 0
		}
		f, e := math.Frexp(x)
		return ddOne.div(ddSqrtPi.mulF(f)).float(-e)
	case x >= erfcSplit:
		return erfcxDD(x).float(0)
	}
	c, _ := erfcDD(x)
	m, k := expDD(twoProd(x, x))
	return m.mul(c).float(k)
}

// LogErfc is log(erfc(x)), also where erfc underflows. At most 0.51 ulp.
func LogErfc(x float64) float64 {
	switch {
	case x != x:
		return x
	case x == 0:
		return 0
	case math.Abs(x) < tiny:
		return timesDD(-x, ddTwoOverSqPi)
	case x > 1e154:
		return -x * x
	}
	return logErfcDD(x).float(0)
}

// logErfcDD is log(erfc(x)), x < 1e154.
func logErfcDD(x float64) dd {
	switch {
	case x < -8:
		return ddLn2
	case x < erfcSplit:
		return log1pDD(erfDD(-x))
	}
	return logDD(erfcxDD(x)).sub(twoProd(x, x))
}

// Erfinv is the inverse of [Erf]; infinite at ±1, NaN outside. At most 0.51 ulp: one Newton step in double-double from a
// float64 estimate.
func Erfinv(x float64) float64 {
	switch a := math.Abs(x); {
	case !(a < 1):
		return math.Erfinv(x)
	case a < tiny:
		return timesDD(x, ddSqrtPi.half())
	case a > 0.5:
		return math.Copysign(Erfcinv(1-a), x)
	}
	y := math.Erfinv(x)
	m, k := expDD(twoProd(y, y))
	step := ddOf(x).sub(erfDD(y)).mul(m.shift(k)).mul(ddSqrtPi.half())
	return ddOf(y).add(step).float(0)
}

// Erfcinv is the inverse of [Erfc], accurate for the smallest x too; +Inf at 0, -Inf at 2, NaN outside. At most 0.51 ulp:
// Newton's method on log(erfc(y)), the last step in double-double.
func Erfcinv(x float64) float64 {
	switch {
	case !(x > 0 && x < 2):
		return math.Erfcinv(x)
	case x >= 0.5:
		return Erfinv(1 - x)
	}
	log := logDD(ddOf(x))
	y := math.Sqrt(-log.hi)
	for range 50 {
		logErfc, erfcx := math.Log(math.Erfc(y)), math.Erfc(y)*math.Exp(y*y)
		if y > 26 { // beside underflow
			logErfc, erfcx = LogErfc(y), Erfcx(y)
		}
		step := float64((logErfc - log.hi) * erfcx * (math.SqrtPi / 2))
		y += step
		if math.Abs(step) < 0x1p-40*y {
			break
		}
	}
	step := logErfcDD(y).sub(log).mulF(Erfcx(y)).mul(ddSqrtPi.half())
	return ddOf(y).add(step).float(0)
}

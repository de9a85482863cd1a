package scalar

import "math"

// expFloat is exp(x) rounded once.
func expFloat(x dd) float64 {
	switch {
	case x.hi > 800:
		return math.Inf(1)
	case x.hi < -800:
		return 0
	}
	m, k := expDD(x)
	return m.float(k)
}

// Exp is e to the power x. At most 0.51 ulp, subnormal results included.
func Exp(x float64) float64 {
	switch {
	case x != x || x > 800:
		return x + math.Inf(1)
	case x < -800:
		return 0
	}
	return expFloat(ddOf(x))
}

// ExpSub is exp(x - y) of the exact difference. At most 0.51 ulp.
func ExpSub(x, y float64) float64 {
	d := twoSum(x, -y)
	if !(math.Abs(d.hi) < 800) {
		return Exp(d.hi)
	}
	return expFloat(quickSum(d.hi, d.lo))
}

// Exp2 is 2 to the power x. At most 0.51 ulp.
func Exp2(x float64) float64 {
	switch {
	case x != x || x > 1100:
		return x + math.Inf(1)
	case x < -1100:
		return 0
	}
	n := math.RoundToEven(x)
	m, k := expDD(ddLn2.mulF(x - n))
	return m.float(k + int(n))
}

// Expm1 is exp(x) - 1. At most 0.51 ulp.
func Expm1(x float64) float64 {
	switch {
	case math.Abs(x) < tiny || x != x:
		return x
	case x < -50:
		return -1
	case x > 50: // the 1 is far below the last bit
		return Exp(x)
	}
	return expm1DD(ddOf(x)).float(0)
}

// Log is the natural logarithm. At most 0.51 ulp, of subnormal numbers too.
func Log(x float64) float64 {
	if !(x > 0) || special(x) {
		return math.Log(x)
	}
	return logDD(ddOf(x)).float(0)
}

// Log1p is log(1+x). At most 0.51 ulp.
func Log1p(x float64) float64 {
	if !(x > -1) || special(x) || math.Abs(x) < tiny {
		return math.Log1p(x)
	}
	return log1pDD(ddOf(x)).float(0)
}

// Log2 is the logarithm to base 2, exact for powers of 2. At most 0.51 ulp.
func Log2(x float64) float64 {
	if !(x > 0) || special(x) {
		return math.Log(x)
	}
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, k = 2*m, k-1
	}
	return logDD(ddOf(m)).div(ddLn2).addF(float64(k)).float(0)
}

// Log10 is the logarithm to base 10, exact for powers of 10. At most 0.51 ulp.
func Log10(x float64) float64 {
	if !(x > 0) || special(x) {
		return math.Log(x)
	}
	return logDD(ddOf(x)).div(ddLn10).float(0)
}

// Pow is x to the power y with the special values of C99 and NumPy: 1 for y = 0 and for x = 1 whatever the other is, NaN
// for x < 0 and y not an integer. At most 0.51 ulp.
func Pow(x, y float64) float64 {
	if x == 0 || x == 1 || y == 0 || special(x) || special(y) || x < 0 && y != math.Trunc(y) {
		return math.Pow(x, y)
	}
	l := logDD(ddOf(math.Abs(x)))
	var p float64
	switch estimate := float64(y * l.hi); {
	case estimate > 800:
		p = math.Inf(1)
	case estimate < -800:
		p = 0
	default:
		p = expFloat(l.mulF(y))
	}
	if x < 0 && math.Mod(y, 2) != 0 {
		return -p
	}
	return p
}

// Sigmoid is 1/(1+exp(-x)), also called expit. At most 0.51 ulp.
func Sigmoid(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > 50:
		return 1
	case x < -100:
		return Exp(x)
	}
	m, k := expDD(ddOf(-x))
	return ddOne.div(m.shift(k).addF(1)).float(0)
}

// Softplus is log(1+exp(x)). At most 0.51 ulp.
func Softplus(x float64) float64 {
	switch {
	case x != x || x > 100:
		return x
	case x < -100:
		return Exp(x)
	}
	return softplusDD(ddOf(x)).float(0)
}

// softplusDD is log(1+exp(x)).
func softplusDD(x dd) dd {
	if x.hi < -700 {
		return dd{}
	}
	if x.hi > 0 {
		return x.add(softplusDD(x.neg()))
	}
	m, k := expDD(x)
	return log1pDD(m.shift(k))
}

// LogAddExp is log(exp(x)+exp(y)). -Inf is neutral; NaN gives NaN. At most 0.51 ulp, except where the result nearly
// vanishes.
func LogAddExp(x, y float64) float64 {
	if x < y {
		x, y = y, x
	}
	d := y - x
	switch {
	case x != x || y != y:
		return math.NaN()
	case special(x) || d < -1000: // also y = -Inf
		return x
	case d < -600: // log(1 + e) is e
		return x + Exp(d)
	}
	// d is above -1000, so y - x as a dd is exact.
	return ddOf(x).add(softplusDD(twoSum(y, -x))).float(0)
}

// Log1mExp is log(1-exp(x)) for x <= 0 and NaN for x > 0. It switches form at -ln 2: Mächler, "Accurately computing
// log(1-exp(-|a|))" (2012). At most 0.51 ulp.
func Log1mExp(x float64) float64 {
	switch {
	case x != x || x > 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	case x < -100:
		return -Exp(x)
	case x > -0x1p-120:
		return logDD(ddOf(-x)).float(0)
	case x > -math.Ln2:
		return logDD(expm1DD(ddOf(x)).neg()).float(0)
	}
	m, k := expDD(ddOf(x))
	return log1pDD(m.shift(k).neg()).float(0)
}

// Logit is log(x/(1-x)), the inverse of [Sigmoid]; infinite at 0 and 1, NaN outside. At most 0.51 ulp.
func Logit(x float64) float64 {
	switch {
	case x == 0:
		return math.Inf(-1)
	case x == 1:
		return math.Inf(1)
	case !(x > 0 && x < 1):
		return math.NaN()
	case math.Abs(x-0.5) < 0.08:
		l := atanhSeries(twoSum(2*x, -1))
		return l.add(l).float(0)
	}
	return logDD(ddOf(x)).sub(log1pDD(ddOf(-x))).float(0)
}

// Xlogy is x log(y), and 0 for x = 0 unless y is NaN. At most 0.51 ulp.
func Xlogy(x, y float64) float64 {
	switch {
	case y != y:
		return y
	case x == 0:
		return 0
	case special(x) || special(y) || y <= 0:
		return x * math.Log(y)
	}
	return timesDD(x, logDD(ddOf(y)))
}

// Xlog1py is x log(1+y), and 0 for x = 0 unless y is NaN. At most 0.51 ulp.
func Xlog1py(x, y float64) float64 {
	switch {
	case y != y:
		return y
	case x == 0:
		return 0
	case special(x) || special(y) || y <= -1 || math.Abs(y) < tiny:
		return x * math.Log1p(y)
	}
	return timesDD(x, log1pDD(ddOf(y)))
}

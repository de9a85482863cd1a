package scalar

import "math"

// The gamma function and its relatives. Arguments are moved to x >= 20 by the recurrence, where the asymptotic series with
// Bernoulli numbers to B34 is good to 2^-110; x < 0 by reflection (Abramowitz and Stegun, chapter 6).

// bernoulli are B2, B4 ... B34.
var bernoulli = func() (b [17]dd) {
	for k, f := range [...][2]float64{
		{1, 6}, {-1, 30}, {1, 42}, {-1, 30}, {5, 66}, {-691, 2730}, {7, 6}, {-3617, 510}, {43867, 798}, {-174611, 330},
		{854513, 138}, {-236364091, 2730}, {8553103, 6}, {-23749461029, 870}, {8615841276005, 14322},
		{-7709321041217, 510}, {2577687858367, 6},
	} {
		b[k] = ddOf(f[0]).div(ddOf(f[1]))
	}
	return
}()

// asymptotic is where the series are used.
const asymptotic = 20

var (
	stirlingTerms = bernoulliOver(func(k float64) float64 { return 2 * k * (2*k - 1) })
	psiTerms      = bernoulliOver(func(k float64) float64 { return 2 * k })
)

// bernoulliOver is B2k / divisor(k) for k = 1, 2, ...
func bernoulliOver(divisor func(k float64) float64) []dd {
	c := make([]dd, len(bernoulli))
	for i, b := range bernoulli {
		c[i] = b.div(ddOf(divisor(float64(i + 1))))
	}
	return c
}

// stirling is log(gamma(x)) for x >= 20.
func stirling(x dd) dd {
	r := ddOne.div(x)
	l := logDD(x)
	s := horner(r.mul(r), stirlingTerms).mul(r).add(ddHalfLogTwoPi)
	return x.mul(l.addF(-1)).sub(l.half()).add(s)
}

// rise moves x > 0 to y = x + n >= 20; product is x (x+1) ... (y-1).
func rise(x dd) (y, product dd) {
	product = ddOne
	for ; x.hi < asymptotic; x = x.addF(1) {
		product = product.mul(x)
	}
	return x, product
}

// gammaDD is gamma(x) = m 2^k for 2^-110 < x < 1000.
func gammaDD(x dd) (m dd, k int) {
	y, product := rise(x)
	m, k = expDD(stirling(y))
	return m.div(product), k
}

// sinPi is sin(pi x) and cos(pi x), exactly reduced.
func sinPi(x float64) (sin, cos dd) {
	n := math.RoundToEven(x)
	sin, cos = sincosDD(ddPi.mulF(x - n))
	if math.Mod(n, 2) != 0 {
		return sin.neg(), cos.neg()
	}
	return sin, cos
}

// Gamma is the gamma function: ±Inf at ±0, NaN at negative integers and -Inf. At most 0.51 ulp, subnormal results
// included.
func Gamma(x float64) float64 {
	switch {
	case x != x, x < 0 && x == math.Floor(x):
		return math.NaN()
	case math.Abs(x) < 0x1p-110:
		return 1 / x
	case x > 180:
		return math.Inf(1)
	case x > 0:
		m, k := gammaDD(ddOf(x))
		return m.float(k)
	}
	sin, _ := sinPi(x)
	if x < -190 {
		return math.Copysign(0, sin.hi)
	}
	m, k := gammaDD(twoSum(1, -x))
	return ddPi.div(sin.mul(m)).float(-k)
}

// Gammaln is log|gamma(x)|: +Inf at 0, -1, -2 ... and at both infinities. At most 0.51 ulp, except beside its irrational
// zeros at negative x, where the absolute error is 2^-98.
func Gammaln(x float64) float64 {
	switch {
	case x != x:
		return x
	case special(x), x <= 0 && x == math.Floor(x):
		return math.Inf(1)
	case x > 1e300: // x*(log(x) - 1), scaled because it may overflow
		const scale = 16
		return logDD(ddOf(x)).addF(-1).mulF(math.Ldexp(x, -scale)).float(scale)
	case math.Abs(x) < 0x1p-110:
		return logDD(ddOf(math.Abs(x))).neg().float(0)
	case x > 0:
		return gammalnDD(ddOf(x)).float(0)
	}
	sin, _ := sinPi(x)
	return logDD(ddPi.div(sin.abs())).sub(gammalnDD(twoSum(1, -x))).float(0)
}

// gammalnDD is log(gamma(x)), x > 2^-110.
func gammalnDD(x dd) dd {
	const near = 0x1p-8
	if t := x.addF(-1); math.Abs(t.hi) < near {
		return horner(t, gammalnTerms(0)).mul(t)
	}
	if t := x.addF(-2); math.Abs(t.hi) < near {
		return horner(t, gammalnTerms(1)).mul(t)
	}
	y, product := rise(x)
	return stirling(y).sub(logDD(product))
}

// gammalnTerms are the coefficients of t, t^2 ... in log(gamma(1+at+t)) for at = 0 or 1: at - euler, and
// (-1)^k (zeta(k) - at)/k. (gamma(1+t) = gamma(2+t)/(1+t), and log(1+t) has the terms -(-1)^k/k.)
func gammalnTerms(at float64) []dd {
	c := []dd{{at, 0}}
	c[0] = c[0].sub(dd{0x1.2788cfc6fb619p-1, -0x1.6cb90701fbfabp-58})
	for i, z := range zetaMinusOne {
		k := float64(i + 2)
		z = z.addF(1 - at).div(ddOf(k))
		if i%2 == 1 {
			z = z.neg()
		}
		c = append(c, z)
	}
	return c
}

// zetaMinusOne are zeta(k) - 1 for k = 2 ... 15.
var zetaMinusOne = [...]dd{
	{0x1.4a34cc4a60fa6p-1, 0x1.1873d8912200cp-55},
	{0x1.9dd002780310ap-3, -0x1.f23a3a8e9865cp-58},
	{0x1.51322ac7d8483p-4, 0x1.afc89088cb729p-58},
	{0x1.2e831d94f99b7p-5, -0x1.773ec70b99803p-62},
	{0x1.1c26130249124p-6, -0x1.049a1e95fe1f7p-61},
	{0x1.1196d0a679c47p-7, -0x1.5902995de94efp-62},
	{0x1.0b36af86396e9p-8, -0x1.0698d6c892967p-62},
	{0x1.073e7b02d6ae0p-9, 0x1.7fd07dd8e6b43p-63},
	{0x1.04b8ce96ee5f8p-10, 0x1.811f3054300c0p-64},
	{0x1.0318df2459954p-11, 0x1.1c138c584e5d8p-65},
	{0x1.020a5b2cd3042p-12, -0x1.91bdf43d1ea35p-66},
	{0x1.01593a1177bd6p-13, 0x1.8ccb23ed16378p-70},
	{0x1.00e4af2b4e156p-14, 0x1.e18438a6b48bep-70},
	{0x1.0097bcbf11bedp-15, 0x1.55e8bafea33acp-72},
}

// Psi is the digamma function, the derivative of log(gamma(x)): -Inf at +0, +Inf at -0, NaN at negative integers and -Inf.
// At most 0.51 ulp, except beside its negative zeros, where the absolute error is 2^-100.
func Psi(x float64) float64 {
	switch {
	case x != x, x < 0 && x == math.Floor(x):
		return math.NaN()
	case math.Abs(x) < 0x1p-110:
		return -1 / x
	case x > 1e30:
		return math.Log(x)
	case math.Abs(x-psiRoot[0]) < 0x1p-8:
		t := ddOf(x - psiRoot[0]).addF(-psiRoot[1]).addF(-psiRoot[2])
		return horner(t, psiRootTerms).mul(t).float(0)
	case x > 0:
		return psiDD(ddOf(x)).float(0)
	}
	sin, cos := sinPi(x)
	return psiDD(twoSum(1, -x)).sub(ddPi.mul(cos).div(sin)).float(0)
}

// psiDD is the digamma function, x > 2^-110.
func psiDD(x dd) dd {
	var sum dd
	for ; x.hi < asymptotic; x = x.addF(1) {
		sum = sum.add(ddOne.div(x))
	}
	r := ddOne.div(x)
	r2 := r.mul(r)
	return logDD(x).sub(r.half()).sub(horner(r2, psiTerms).mul(r2)).sub(sum)
}

// psiRoot is the positive root of Psi to 159 bits.
var psiRoot = [3]float64{0x1.762d86356be3fp+0, 0x1.b86a722197829p-54, 0x1.e0d62a6be90c7p-109}

// psiRootTerms are the coefficients of t, t^2 ... of Psi at its root: psi_n(root) / n!.
var psiRootTerms = func() (c []dd) {
	root := dd{psiRoot[0], psiRoot[1]}
	for n := 1; n <= 14; n++ {
		term := hurwitz(n, root, root).div(powDD(root, n+1))
		if n%2 == 0 {
			term = term.neg()
		}
		c = append(c, term)
	}
	return c
}()

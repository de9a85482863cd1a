package scalar

import "math"

// Trigamma is the derivative of [Psi]. At most 0.51 ulp.
func Trigamma(x float64) float64 { return Polygamma(1, x) }

// Polygamma is the n-th derivative of [Psi], n >= 0 (NaN for n < 0). At 0, -1, -2 ... it is +Inf for odd n; for even n > 0
// it is -Inf at +0, +Inf at -0 and NaN at the negative integers. At most 0.51 ulp; beside its zeros (even n, x < 0) the
// error is that small relative to the terms that cancel.
func Polygamma(n int, x float64) float64 {
	odd := n%2 == 1
	switch {
	case n < 0 || x != x || math.IsInf(x, -1):
		return math.NaN()
	case n == 0:
		return Psi(x)
	case x <= 0 && x == math.Floor(x):
		return polygammaPole(odd, x)
	case math.IsInf(x, 1):
		if odd {
			return 0
		}
		return math.Copysign(0, -1)
	case x > 0:
		return polygammaFloat(n, ddOf(x), hurwitz(n, ddOf(x), ddOf(x)))
	case n < 30:
		return polygammaReflected(n, x)
	}
	// Only the terms beside the nearest pole count: (0.5/7)^31 < 2^-117.
	near := ddOf(x - math.Max(math.RoundToEven(x), math.Ceil(x)-1))
	if x > -0.5 {
		near = ddOf(x)
	}
	return polygammaFloat(n, near, hurwitz(n, ddOf(math.Max(x, near.hi-7)), near))
}

// polygammaPole is the n-th polygamma function at 0, -1, -2 ...
func polygammaPole(odd bool, x float64) float64 {
	switch {
	case odd:
		return math.Inf(1)
	case x == 0:
		return -1 / x
	}
	return math.NaN()
}

// hurwitz is near^(n+1) times the sum of 1/y^(n+1) over y = from, from+1, from+2 ...; near is one of these y, the one of
// the smallest size.
func hurwitz(n int, from, near dd) (sum dd) {
	y := from
	for end := float64(asymptotic + n); y.hi < end; y = y.addF(1) {
		term := powDD(near.div(y), n+1)
		sum = sum.add(term)
		if y.hi > 0 && math.Abs(term.hi) < 0x1p-120 {
			return sum
		}
	}
	// The Euler-Maclaurin sum of the rest, over (near/y)^(n+1).
	r := ddOne.div(y)
	r2 := r.mul(r)
	tail := y.div(ddOf(float64(n))).addF(0.5)
	c := r.mulF(float64(n + 1)).half() // (n+1) ... (n+2k-1) / (2k)! y^(1-2k)
	for i, b := range bernoulli {
		k := float64(2 * (i + 1))
		tail = tail.add(b.mul(c))
		c = c.mul(r2).mulF((float64(n) + k) * (float64(n) + k + 1)).div(ddOf((k + 1) * (k + 2)))
	}
	return sum.add(tail.mul(powDD(near.div(y), n+1)))
}

// polygammaScaled is (-1)^(n+1) n! / near^(n+1) * sum as m 2^k.
func polygammaScaled(n int, near, sum dd) (m dd, k int) {
	if n%2 == 0 && near.hi > 0 {
		sum = sum.neg()
	}
	order := ddOf(float64(n) + 1)
	e := gammalnDD(order).sub(logDD(near.abs()).mul(order))
	if math.Abs(e.hi) > 1e5 {
		return dd{math.Copysign(1, sum.hi), 0}, int(math.Copysign(1e5, e.hi))
	}
	m, k = expDD(e)
	return m.mul(sum), k
}

// polygammaFloat is [polygammaScaled] rounded once.
func polygammaFloat(n int, near, sum dd) float64 {
	m, k := polygammaScaled(n, near, sum)
	return m.float(k)
}

// powDD is x to the power n by repeated squaring.
func powDD(x dd, n int) dd {
	p := ddOne
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p = p.mul(x)
		}
		x = x.mul(x)
	}
	return p
}

// polygammaReflected is the n-th polygamma function for x < 0 not an integer, 1 <= n < 30: with D the n-th derivative of
// cot at pi x, it is (-1)^n psi_n(1-x) - pi^(n+1) D.
func polygammaReflected(n int, x float64) float64 {
	if x > -0x1p-60 { // pi cot(pi x) is 1/x to 2^-120, and psi_n(1-x) is as small beside its derivative
		return polygammaFloat(n, ddOf(x), ddOne)
	}
	// D is a polynomial p in c = cot; the derivative of c is -(1+c^2).
	p := []dd{{}, ddOne}
	for range n {
		q := make([]dd, len(p)+1)
		for i := 1; i < len(p); i++ {
			d := p[i].mulF(-float64(i))
			q[i-1], q[i+1] = q[i-1].add(d), q[i+1].add(d)
		}
		p = q
	}
	sin, cos := sinPi(x)
	d := horner(cos.div(sin), p).mul(powDD(ddPi, n+1))
	y := twoSum(1, -x)
	m, k := polygammaScaled(n, y, hurwitz(n, y, y))
	m = m.shift(k)
	if n%2 == 1 {
		m = m.neg()
	}
	return m.sub(d).float(0)
}

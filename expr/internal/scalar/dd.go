package scalar

import "math"

// dd is an unevaluated sum hi + lo with |lo| <= ulp(hi)/2: a number of about 106 bits. Zero has lo = 0. Infinities and
// NaN are not represented: callers handle them first.
//
// The algorithms are those of Dekker, "A floating-point technique for extending the available precision" (1971), and
// Knuth's two-sum; errors are a few units of 2^-104. Products that must be rounded before an addition are wrapped in
// float64(), which keeps the compiler from contracting them into a fused multiply-add.
type dd struct{ hi, lo float64 }

// ddOf is x as a dd.
func ddOf(x float64) dd { return dd{x, 0} }

// quickSum is a + b exactly, for |a| >= |b| or a = 0.
func quickSum(a, b float64) dd {
	s := a + b
	return dd{s, b - (s - a)}
}

// twoSum is a + b exactly.
func twoSum(a, b float64) dd {
	s := a + b
	t := s - a
	return dd{s, (a - (s - t)) + (b - t)}
}

// twoProd is a * b exactly, unless it underflows.
func twoProd(a, b float64) dd {
	p := float64(a * b)
	return dd{p, math.FMA(a, b, -p)}
}

func (x dd) neg() dd { return dd{-x.hi, -x.lo} }

func (x dd) add(y dd) dd {
	s, t := twoSum(x.hi, y.hi), twoSum(x.lo, y.lo)
	s = quickSum(s.hi, s.lo+t.hi)
	return quickSum(s.hi, s.lo+t.lo)
}

func (x dd) sub(y dd) dd { return x.add(y.neg()) }

func (x dd) addF(y float64) dd { return x.add(ddOf(y)) }

func (x dd) mul(y dd) dd {
	p := twoProd(x.hi, y.hi)
	return quickSum(p.hi, p.lo+(float64(x.hi*y.lo)+float64(x.lo*y.hi)))
}

func (x dd) mulF(y float64) dd {
	p := twoProd(x.hi, y)
	return quickSum(p.hi, p.lo+float64(x.lo*y))
}

// div is long division with three digits of 53 bits.
func (x dd) div(y dd) dd {
	q1 := x.hi / y.hi
	r := x.sub(y.mulF(q1))
	q2 := r.hi / y.hi
	r = r.sub(y.mulF(q2))
	q3 := r.hi / y.hi
	return quickSum(q1, q2).addF(q3)
}

// sqrt is one Newton step from the square root of the high part; x >= 0.
func (x dd) sqrt() dd {
	if x.hi == 0 {
		return dd{}
	}
	s := math.Sqrt(x.hi)
	r := x.sub(twoProd(s, s))
	return quickSum(s, r.hi/(2*s))
}

// half is x/2, exact unless it underflows.
func (x dd) half() dd { return dd{x.hi / 2, x.lo / 2} }

// abs is |x|.
func (x dd) abs() dd {
	if x.hi < 0 {
		return x.neg()
	}
	return x
}

// shift is x * 2^k, exact unless it over- or underflows.
func (x dd) shift(k int) dd { return dd{math.Ldexp(x.hi, k), math.Ldexp(x.lo, k)} }

// float is x * 2^k rounded once to float64, to zero or infinity where it under- or overflows.
func (x dd) float(k int) float64 {
	const mantissa, smallest = 53, -1074
	if x.hi == 0 {
		return 0
	}
	_, e := math.Frexp(x.hi)
	if e+k-mantissa >= smallest {
		return math.Ldexp(x.hi+x.lo, k)
	}
	if e+k < smallest-1 {
		return math.Copysign(0, x.hi)
	}
	// The result is subnormal: adding a number whose ulp is the smallest subnormal (scaled) rounds hi + lo once.
	magic := math.Ldexp(math.Copysign(1, x.hi), smallest-k+52)
	s := twoSum(magic, x.hi)
	return math.Copysign(math.Ldexp((s.hi+(s.lo+x.lo))-magic, k), x.hi)
}

// horner is c[0] + c[1] x + c[2] x^2 + ...
func horner(x dd, c []dd) dd {
	var s dd
	for i := len(c) - 1; i >= 0; i-- {
		s = s.mul(x).add(c[i])
	}
	return s
}

// Constants to 106 bits.
var (
	ddOne          = dd{1, 0}
	ddLn2          = dd{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56}
	ddLn10         = dd{0x1.26bb1bbb55516p+1, -0x1.f48ad494ea3e9p-53}
	ddPi           = dd{0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53}
	ddHalfPi       = dd{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54}
	ddSqrtPi       = dd{0x1.c5bf891b4ef6bp+0, -0x1.618f13eb7ca89p-54}
	ddTwoOverSqPi  = dd{0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56}
	ddHalfLogTwoPi = dd{0x1.d67f1c864beb5p-1, -0x1.65b5a1b7ff5dfp-55}
)

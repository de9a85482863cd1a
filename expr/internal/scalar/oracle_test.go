package scalar_test

import (
	"math"
	"math/big"
)

// High-precision elementary functions, written for obviousness: Taylor series in 2000 bits after simple argument
// reductions. The tests round their results to float64 and count ulps.

const prec = 2000

func newFloat() *big.Float           { return new(big.Float).SetPrec(prec) }
func bf(x float64) *big.Float        { return newFloat().SetFloat64(x) }
func add(x, y *big.Float) *big.Float { return newFloat().Add(x, y) }
func sub(x, y *big.Float) *big.Float { return newFloat().Sub(x, y) }
func mul(x, y *big.Float) *big.Float { return newFloat().Mul(x, y) }
func quo(x, y *big.Float) *big.Float { return newFloat().Quo(x, y) }
func neg(x *big.Float) *big.Float    { return newFloat().Neg(x) }
func root(x *big.Float) *big.Float   { return newFloat().Sqrt(x) }
func scaleBy(x *big.Float, k int) *big.Float {
	return newFloat().SetMantExp(x, k)
}

var (
	one   = bf(1)
	bigPi = mul(bf(4), sub(mul(bf(4), bigAtan(quo(one, bf(5)))), bigAtan(quo(one, bf(239))))) // Machin
	ln2   = atanhSeries(quo(one, bf(3)), 1)
)

// negligible reports whether term no longer counts in sum; 300 bits are enough for a relative error.
func negligible(term, sum *big.Float) bool {
	return term.Sign() == 0 || sum.Sign() != 0 && term.MantExp(nil) < sum.MantExp(nil)-300
}

func bigExp(x *big.Float) *big.Float {
	if x.Sign() < 0 {
		return quo(one, bigExp(neg(x)))
	}
	const halvings = 40
	x = scaleBy(x, -halvings)
	sum, term := newFloat(), x // exp(x)-1
	for n := 2.0; !negligible(term, sum); n++ {
		sum = add(sum, term)
		term = quo(mul(term, x), bf(n))
	}
	for range halvings {
		sum = add(mul(sum, sum), scaleBy(sum, 1))
	}
	return add(sum, one)
}

func bigExpm1(x *big.Float) *big.Float { return sub(bigExp(x), one) }

// atanhSeries is 2 atanh(s) for sign = 1 and 2 atan(s) for sign = -1.
func atanhSeries(s *big.Float, sign float64) *big.Float {
	s2 := mul(mul(s, s), bf(sign))
	sum, power := newFloat(), s
	for n := 1.0; ; n += 2 {
		term := quo(power, bf(n))
		if term.Sign() == 0 || sum.Sign() != 0 && term.MantExp(nil) < sum.MantExp(nil)-prec {
			return scaleBy(sum, 1)
		}
		sum = add(sum, term)
		power = mul(power, s2)
	}
}

func bigLog(x *big.Float) *big.Float {
	m := newFloat()
	k := x.MantExp(m)
	if m.Cmp(bf(0.7)) < 0 {
		m, k = scaleBy(m, 1), k-1
	}
	roots := 0
	for ; roots < 30 && m.Cmp(one) != 0; roots++ {
		m = root(m)
	}
	s := quo(sub(m, one), add(m, one))
	sum, power, s2 := newFloat(), s, mul(s, s)
	for n := 1.0; ; n += 2 {
		term := quo(power, bf(n))
		if negligible(term, sum) {
			break
		}
		sum, power = add(sum, term), mul(power, s2)
	}
	return add(scaleBy(sum, roots+1), mul(ln2, bf(float64(k))))
}

func bigAtan(x *big.Float) *big.Float {
	const halvings = 8
	for range halvings {
		x = quo(x, add(one, root(add(one, mul(x, x)))))
	}
	return scaleBy(atanhSeries(x, -1), halvings-1)
}

// bigSincos reduces modulo pi/2 and sums the Taylor series.
func bigSincos(x *big.Float) (sin, cos *big.Float) {
	half := scaleBy(bigPi, -1)
	n, _ := add(quo(x, half), bf(math.Copysign(0.5, float64(x.Sign())))).Int(nil)
	x = sub(x, mul(newFloat().SetInt(n), half))
	series := func(term *big.Float, n float64) *big.Float {
		sum := newFloat()
		for ; !negligible(term, sum); n += 2 {
			sum = add(sum, term)
			term = neg(quo(mul(mul(term, x), x), bf(n*(n+1))))
		}
		return sum
	}
	sin, cos = series(x, 2), series(one, 1)
	switch new(big.Int).And(n, big.NewInt(3)).Int64() {
	case 1:
		return cos, neg(sin)
	case 2:
		return neg(sin), neg(cos)
	case 3:
		return neg(cos), sin
	}
	return sin, cos
}

func bigSin(x *big.Float) *big.Float { s, _ := bigSincos(x); return s }
func bigCos(x *big.Float) *big.Float { _, c := bigSincos(x); return c }
func bigTan(x *big.Float) *big.Float { s, c := bigSincos(x); return quo(s, c) }

func bigPow(x, y *big.Float) *big.Float { return bigExp(mul(y, bigLog(x))) }

func bigSinh(x *big.Float) *big.Float {
	e := bigExp(x)
	return scaleBy(sub(e, quo(one, e)), -1)
}

func bigCosh(x *big.Float) *big.Float {
	e := bigExp(x)
	return scaleBy(add(e, quo(one, e)), -1)
}

func bigTanh(x *big.Float) *big.Float {
	p := bigExpm1(scaleBy(x, 1))
	return quo(p, add(p, bf(2)))
}

// ulps is the distance of x from the exact value in ulps of the value rounded to float64.
func ulps(x float64, exact *big.Float) float64 {
	y, _ := exact.Float64()
	switch {
	case x != x:
		return math.Inf(1)
	case math.IsInf(y, 0) || math.IsInf(x, 0):
		if x == y {
			return 0
		}
		return math.Inf(1)
	}
	_, e := math.Frexp(y)
	unit := max(e-53, -1074)
	if y == 0 {
		unit = -1074
	}
	d, _ := scaleBy(sub(bf(x), exact), -unit).Float64()
	return math.Abs(d)
}

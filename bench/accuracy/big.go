package main

import (
	"math"
	"math/big"
)

// Functions to about 190 correct bits, by series and continued fractions that
// can be checked by eye: Abramowitz and Stegun, Handbook of Mathematical
// Functions (1964), 4.2.1 (exp), 7.1.6 (erf), 7.1.14 (erfc).

// prec is the working precision in bits.
const prec = 320

func num(x float64) *big.Float          { return new(big.Float).SetPrec(prec).SetFloat64(x) }
func zero() *big.Float                  { return new(big.Float).SetPrec(prec) }
func add(x, y *big.Float) *big.Float    { return zero().Add(x, y) }
func sub(x, y *big.Float) *big.Float    { return zero().Sub(x, y) }
func mul(x, y *big.Float) *big.Float    { return zero().Mul(x, y) }
func quo(x, y *big.Float) *big.Float    { return zero().Quo(x, y) }
func neg(x *big.Float) *big.Float       { return zero().Neg(x) }
func sqrt(x *big.Float) *big.Float      { return zero().Sqrt(x) }
func half(x *big.Float) *big.Float      { return zero().SetMantExp(x, -1) }
func square(x *big.Float) *big.Float    { return mul(x, x) }
func f64(x *big.Float) float64          { f, _ := x.Float64(); return f }
func exponent(x *big.Float) (e int)     { return x.MantExp(nil) }
func below(x *big.Float, bits int) bool { return x.Sign() == 0 || exponent(x) < -bits }

var (
	one = num(1)
	ln2 = logOf2()
	pi  = machin()
)

// logOf2 is 2*artanh(1/3).
func logOf2() *big.Float {
	third := quo(num(1), num(3))
	sum, power := zero(), third
	for n := 1; !below(power, prec); n += 2 {
		sum = add(sum, quo(power, num(float64(n))))
		power = mul(power, square(third))
	}
	return add(sum, sum)
}

// machin is pi by Machin's formula, 16*arctan(1/5) - 4*arctan(1/239).
func machin() *big.Float {
	arctan := func(k float64) *big.Float {
		x := quo(num(1), num(k))
		sum, power := zero(), x
		for n, sign := 1.0, 1.0; !below(power, prec); n, sign = n+2, -sign {
			sum = add(sum, quo(mul(power, num(sign)), num(n)))
			power = mul(power, square(x))
		}
		return sum
	}
	return sub(mul(num(16), arctan(5)), mul(num(4), arctan(239)))
}

// exp reduces x to x - k*ln2, that by 2^12, adds Taylor's series and squares.
func exp(x *big.Float) *big.Float {
	k := math.Round(f64(quo(x, ln2)))
	const squarings = 12
	r := zero().SetMantExp(sub(x, mul(num(k), ln2)), -squarings)
	sum, term := num(1), num(1)
	for n := 1.0; !below(term, prec); n++ {
		term = quo(mul(term, r), num(n))
		sum = add(sum, term)
	}
	for range squarings {
		sum = square(sum)
	}
	return zero().SetMantExp(sum, int(k))
}

// log solves exp(z) = x by Halley's method from a float64.
func log(x *big.Float) *big.Float {
	m := new(big.Float).SetPrec(prec)
	k := x.MantExp(m)
	z := num(math.Log(f64(m)))
	for range 2 { // 50, 150, 450 bits
		e := exp(z)
		z = add(z, mul(num(2), quo(sub(m, e), add(m, e))))
	}
	return add(z, mul(num(float64(k)), ln2))
}

// cbrt solves z**3 = x > 0 by Newton's method from a float64.
func cbrt(x *big.Float) *big.Float {
	z := num(math.Cbrt(f64(x)))
	for range 4 { // 50, 100, 200, 400 bits
		z = quo(add(add(z, z), quo(x, square(z))), num(3))
	}
	return z
}

// log1p is log(1 + x), by its series where x is small.
func log1p(x *big.Float) *big.Float {
	if !below(x, 40) {
		return log(add(one, x))
	}
	sum, power := zero(), x
	for n, sign := 1.0, 1.0; n < 8; n, sign = n+1, -sign {
		sum = add(sum, quo(mul(power, num(sign)), num(n)))
		power = mul(power, x)
	}
	return sum
}

// expm1 is exp(x) - 1; 320 bits leave enough for |x| > 1e-30.
func expm1(x *big.Float) *big.Float { return sub(exp(x), one) }

// sin and cos of x reduce it by multiples of pi/2 and by 2^-8, and add Taylor's
// series (4.3.65); |x| < 1e9.
func sincos(x *big.Float) (s, c *big.Float) {
	quarter := half(pi)
	k := math.Round(f64(quo(x, quarter)))
	x = sub(x, mul(num(k), quarter))
	const halvings = 8
	x = zero().SetMantExp(x, -halvings)
	// s is sin(x), c is 1 - cos(x): small numbers keep their digits.
	s, c = zero(), zero()
	term := x
	for n := 2.0; !below(term, 2*prec); n += 2 {
		s = add(s, term)
		term = quo(mul(term, x), num(n))
		c = add(c, term)
		term = neg(quo(mul(term, x), num(n+1)))
	}
	for range halvings { // sin(2x) = 2 sin(x) cos(x), 1 - cos(2x) = 2 sin(x)^2
		s, c = mul(mul(num(2), s), sub(one, c)), mul(num(2), square(s))
	}
	c = sub(one, c)
	switch int64(k) & 3 {
	case 1:
		return c, neg(s)
	case 2:
		return neg(s), neg(c)
	case 3:
		return neg(c), s
	}
	return s, c
}

// log1mexp is log(1 - exp(x)) for x < 0.
func log1mexp(x *big.Float) *big.Float {
	if f64(x) > -1 {
		return log(neg(expm1(x)))
	}
	return log1p(neg(exp(x)))
}

func sinh(x *big.Float) *big.Float { return half(sub(exp(x), exp(neg(x)))) }

func sigmoid(x *big.Float) *big.Float { return quo(one, add(one, exp(neg(x)))) }

func softplus(x *big.Float) *big.Float {
	if x.Sign() > 0 {
		return add(x, log1p(exp(neg(x))))
	}
	return log1p(exp(x))
}

// erf is 2/sqrt(pi) exp(-x^2) times the sum of 2^n x^(2n+1) / (1*3*...*(2n+1)),
// of which all terms have one sign.
func erf(x *big.Float) *big.Float {
	sum, term := zero(), x
	for n := 1.0; !below(term, prec); n++ {
		sum = add(sum, term)
		term = quo(mul(mul(num(2), square(x)), term), num(2*n+1))
	}
	return mul(quo(num(2), sqrt(pi)), mul(exp(neg(square(x))), sum))
}

// erfcx is exp(x^2)*erfc(x): by the continued fraction where that converges
// soon.
func erfcx(x *big.Float) *big.Float {
	if f64(x) < 4 {
		return mul(exp(square(x)), sub(one, erf(x)))
	}
	fraction := x
	for n := 300.0; n > 0; n-- {
		fraction = add(x, quo(num(n/2), fraction))
	}
	return quo(one, mul(sqrt(pi), fraction))
}

func erfc(x *big.Float) *big.Float {
	if f64(x) < 4 {
		return sub(one, erf(x))
	}
	return mul(exp(neg(square(x))), erfcx(x))
}

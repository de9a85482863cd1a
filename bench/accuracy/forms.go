package main

import (
	"math"
	"math/big"
	"math/rand/v2"
)

// form is an expression that overflows or cancels as it is written. It has the
// inputs x and, if two is set, y: vectors, or where row is set the rows of a
// matrix with that many columns.
type form struct {
	text  string
	where string // which points are tried
	two   bool
	row   int
	draw  func(rng *rand.Rand) []float64 // the inputs of one point: x, y or a row
	value func(x []*big.Float) []*big.Float
	// limit is the largest error, in ulp, that the compiled expression may
	// have; the test holds it.
	limit float64
}

// pointsOf is the number of correctly rounded values for each form, storedOf that
// of the first ones, which are stored for the test; a row may have several.
const pointsOf, storedOf = 100000, 5000

// spread returns numbers of both signs, or one (sign is not 0), between 10^lo
// and 10^hi.
func spread(sign, lo, hi float64) func(*rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 {
		x := math.Pow(10, lo+(hi-lo)*rng.Float64())
		if sign < 0 || sign == 0 && rng.IntN(2) == 0 {
			x = -x
		}
		return []float64{x}
	}
}

// within returns numbers between lo and hi.
func within(lo, hi float64) func(*rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 { return []float64{lo + (hi-lo)*rng.Float64()} }
}

// several returns n numbers of the same kind.
func several(n int, draw func(*rand.Rand) []float64) func(*rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 {
		var x []float64
		for range n {
			x = append(x, draw(rng)...)
		}
		return x
	}
}

// around returns n numbers near a number between -size and size, which is at
// least 2 away from 0: where the logarithm of a sum of exponentials is near 0 it
// cannot be better than the largest of its arguments.
func around(n int, size, width float64) func(*rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 {
		centre := (2 + width + (size-2-width)*rng.Float64()) * float64(2*rng.IntN(2)-1)
		x := make([]float64, n)
		for i := range x {
			x[i] = centre + width*(2*rng.Float64()-1)
		}
		return x
	}
}

// closeTo returns a number that draw gives and one that is a small part of 1 away.
func closeTo(draw func(*rand.Rand) []float64, lo, hi float64) func(*rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 {
		x := draw(rng)[0]
		return []float64{x, x + spread(0, lo, hi)(rng)[0]}
	}
}

// positive makes numbers positive.
func positive(draw func(*rand.Rand) []float64) func(*rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 {
		x := draw(rng)
		for i := range x {
			x[i] = math.Abs(x[i])
		}
		return x
	}
}

// ordered makes the first of two numbers the larger one.
func ordered(draw func(*rand.Rand) []float64) func(*rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 {
		x := draw(rng)
		return []float64{max(x[0], x[1]), min(x[0], x[1])}
	}
}

// from returns numbers that are a beyond those that draw gives.
func from(a float64, draw func(*rand.Rand) []float64) func(*rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 { return []float64{a + draw(rng)[0]} }
}

// nearly returns two numbers that differ by a small part of them.
func nearly(rng *rand.Rand) []float64 {
	x := spread(0, -100, 100)(rng)[0]
	return []float64{x, x * (1 + spread(0, -15, 0)(rng)[0])}
}

func unary(f func(x *big.Float) *big.Float) func([]*big.Float) []*big.Float {
	return func(x []*big.Float) []*big.Float { return []*big.Float{f(x[0])} }
}

// shifted returns x - max(x) and log(sum(exp(x - max(x)))).
func shifted(x []*big.Float) (d []*big.Float, largest, logSum *big.Float) {
	largest = x[0]
	for _, v := range x {
		if v.Cmp(largest) > 0 {
			largest = v
		}
	}
	sum := zero()
	for _, v := range x {
		d = append(d, sub(v, largest))
		sum = add(sum, exp(sub(v, largest)))
	}
	return d, largest, log(sum)
}

func logSumExp(x []*big.Float) []*big.Float {
	_, largest, l := shifted(x)
	return []*big.Float{add(largest, l)}
}

func logSoftmax(x []*big.Float) []*big.Float {
	d, _, l := shifted(x)
	for i := range d {
		d[i] = sub(d[i], l)
	}
	return d
}

func softmax(x []*big.Float) []*big.Float {
	d := logSoftmax(x)
	for i := range d {
		d[i] = exp(d[i])
	}
	return d
}

// sigmoidSlope is the derivative of the sigmoid.
func sigmoidSlope(x *big.Float) *big.Float { return mul(sigmoid(x), sigmoid(neg(x))) }

func tanh(x *big.Float) *big.Float {
	e := expm1(mul(num(2), x))
	return quo(e, add(e, num(2)))
}

// log1pOf is log(1 + x + y), of |x| + y with the sign of x where x is negative:
// -log(1 + |x| + y).
func log1pOf(x, y *big.Float) *big.Float {
	if x.Sign() < 0 {
		return neg(log1p(sub(y, x)))
	}
	return log1p(add(x, y))
}

// powerOfOneAnd returns (1+x)**k - 1.
func powerOfOneAnd(k float64) func([]*big.Float) []*big.Float {
	return unary(func(x *big.Float) *big.Float { return expm1(mul(num(k), log1p(x))) })
}

// logOfQuotient is log(x/y).
func logOfQuotient(x, y *big.Float) *big.Float { return log1p(quo(sub(x, y), y)) }

func variance(x []*big.Float) []*big.Float {
	mean, sum, n := zero(), zero(), num(float64(len(x)))
	for _, v := range x {
		mean = add(mean, quo(v, n))
	}
	for _, v := range x {
		sum = add(sum, square(sub(v, mean)))
	}
	return []*big.Float{quo(sum, n)}
}

// forms is the table. What the functions compute is told in the words of
// mathematics, not in those of the expression.
var forms = []form{
	{text: "log(1 + x)", where: "±10^-18 to ±0.9", draw: spread(0, -18, math.Log10(0.9)), value: unary(log1p), limit: 2},
	{text: "exp(x) - 1", where: "±10^-18 to ±31", draw: spread(0, -18, 1.5), value: unary(expm1), limit: 2},
	{text: "2**x - 1", where: "±10^-18 to ±1", draw: spread(0, -18, 0), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return expm1(mul(x, ln2)) })},
	{text: "(1 + x)**y - 1", where: "±10^-18 to ±0.03, y from -30 to 30", two: true, limit: 4,
		draw: func(rng *rand.Rand) []float64 {
			return []float64{spread(0, -18, math.Log10(0.03))(rng)[0], within(-30, 30)(rng)[0]}
		},
		value: func(x []*big.Float) []*big.Float { return []*big.Float{expm1(mul(x[1], log1p(x[0])))} }},
	{text: "(exp(x) - exp(-x))/2", where: "±10^-18 to ±31", draw: spread(0, -18, 1.5), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return half(sub(exp(x), exp(neg(x)))) })},
	{text: "log(1 + exp(x))", where: "-700 to 700", draw: within(-700, 700), value: unary(softplus), limit: 4},
	{text: "1/(1 + exp(-x))", where: "-700 to 700", draw: within(-700, 700), value: unary(sigmoid), limit: 4},
	{text: "exp(x)/(1 + exp(x))", where: "-700 to 1400", draw: within(-700, 1400), value: unary(sigmoid), limit: 4},
	{text: "0.5*(1 + tanh(x/2))", where: "-700 to 700", draw: within(-700, 700), value: unary(sigmoid), limit: 4},
	{text: "1 - 1/(1 + exp(-x))", where: "-700 to 700", draw: within(-700, 700), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return sigmoid(neg(x)) })},
	{text: "log(1 - 1/(1 + exp(-x)))", where: "-700 to 700", draw: within(-700, 700), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return neg(softplus(x)) })},
	{text: "log(1 - exp(x))", where: "-700 to -10^-18", draw: spread(-1, -18, 2.84), limit: 4, value: unary(log1mexp)},
	{text: "log(1 - exp(-x))", where: "10^-18 to 700", draw: spread(1, -18, 2.84), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return log1mexp(neg(x)) })},
	{text: "log(1 + exp(4*x))/4", where: "-170 to 1000", draw: within(-170, 1000), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return quo(softplus(mul(num(4), x)), num(4)) })},
	{text: "-log(1/(1 + exp(-x)))", where: "-1400 to 700", draw: within(-1400, 700), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return softplus(neg(x)) })},
	{text: "log(exp(x)/(1 + exp(x)))", where: "-700 to 700", draw: within(-700, 700), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return neg(softplus(neg(x))) })},
	{text: "log(sinh(x))", where: "2 to 2000", draw: within(2, 2000), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return sub(add(x, log1mexp(mul(num(-2), x))), ln2) })},
	{text: "log(exp(x) - exp(-x))", where: "2 to 2000", draw: within(2, 2000), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return add(x, log1mexp(mul(num(-2), x))) })},
	{text: "log(cosh(x))", where: "±10^-18 to ±2000", draw: spread(0, -18, math.Log10(2000)), limit: 4,
		value: unary(func(x *big.Float) *big.Float {
			if f64(x) < 30 && f64(x) > -30 {
				return log1p(mul(num(2), square(sinh(half(x)))))
			}
			x = zero().Abs(x)
			return sub(add(x, log1p(exp(mul(num(-2), x)))), ln2)
		})},
	{text: "log(exp(x) + exp(y))", where: "±2 to ±2000, near to each other", two: true, draw: around(2, 2000, 20), value: logSumExp, limit: 4},
	{text: "log2(exp(x) + exp(y))", where: "±2 to ±2000, near to each other", two: true, draw: around(2, 2000, 20), limit: 4,
		value: func(x []*big.Float) []*big.Float { return []*big.Float{quo(logSumExp(x)[0], ln2)} }},
	{text: "x + log(1 + exp(y - x))", where: "±2 to ±2000, near to each other", two: true, draw: around(2, 2000, 20), value: logSumExp, limit: 4},
	{text: "maximum(x, y) + log(1 + exp(-abs(x - y)))", where: "±2 to ±2000, near to each other", two: true, draw: around(2, 2000, 20), value: logSumExp, limit: 4},
	{text: "log(exp(x) - exp(y))", where: "30 to 2000, near to each other, x > y", two: true, draw: ordered(around(2, 2000, 20)), limit: 16,
		value: func(x []*big.Float) []*big.Float { return []*big.Float{add(x[0], log1mexp(sub(x[1], x[0])))} }},
	{text: "s = 1/(1 + exp(-x)); s*(1 - s)", where: "-700 to 700", draw: within(-700, 700), limit: 4, value: unary(sigmoidSlope)},
	{text: "exp(-x)/(1 + exp(-x))**2", where: "-700 to 700", draw: within(-700, 700), limit: 4, value: unary(sigmoidSlope)},
	{text: "s = 1/(1 + exp(-x)); log(s/(1 - s))", where: "-700 to 700", draw: within(-700, 700), limit: 1,
		value: unary(func(x *big.Float) *big.Float { return x })},
	{text: "(exp(x) - 1)/x", where: "±10^-18 to ±31", draw: spread(0, -18, 1.5), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return quo(expm1(x), x) })},
	{text: "log(1 + x)/x", where: "±10^-18 to ±0.9", draw: spread(0, -18, math.Log10(0.9)), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return quo(log1p(x), x) })},
	{text: "log(1 + x) - log(x)", where: "10^-5 to 10^18", draw: spread(1, -5, 18), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return log1p(quo(one, x)) })},
	{text: "log(x/y)", where: "±10^-100 to ±10^100, near to each other", two: true, draw: nearly, limit: 4,
		value: func(x []*big.Float) []*big.Float { return []*big.Float{logOfQuotient(x[0], x[1])} }},
	{text: "log(x) - log(y)", where: "10^-100 to 10^100, near to each other", two: true, draw: positive(nearly), limit: 4,
		value: func(x []*big.Float) []*big.Float { return []*big.Float{logOfQuotient(x[0], x[1])} }},
	{text: "log(x/(1 - x))", where: "0.5 ± 10^-15 to 0.5 ± 0.4", draw: from(0.5, spread(0, -15, math.Log10(0.4))), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return logOfQuotient(x, sub(one, x)) })},
	{text: "exp(x) - exp(y)", where: "±700, ±10^-15 to ±100 from each other", two: true, draw: closeTo(within(-600, 600), -15, 2), limit: 4,
		value: func(x []*big.Float) []*big.Float { return []*big.Float{mul(exp(x[1]), expm1(sub(x[0], x[1])))} }},
	{text: "exp(x)/(exp(x) - 1)", where: "±10^-18 to ±700, and to 1400", limit: 4, draw: func(rng *rand.Rand) []float64 {
		if rng.IntN(3) == 0 {
			return within(-700, 1400)(rng)
		}
		return spread(0, -18, 2.84)(rng)
	}, value: unary(func(x *big.Float) *big.Float { return quo(num(-1), expm1(neg(x))) })},
	{text: "(1 + x)**2 - 1", where: "±10^-18 to ±0.9", draw: spread(0, -18, math.Log10(0.9)), value: powerOfOneAnd(2), limit: 2},
	{text: "(1 + x)**10 - 1", where: "±10^-18 to ±0.9", draw: spread(0, -18, math.Log10(0.9)), value: powerOfOneAnd(10), limit: 16},
	{text: "(1 + x)**360 - 1", where: "±10^-18 to ±0.01", draw: spread(0, -18, -2), value: powerOfOneAnd(360), limit: 8},
	{text: "1 - (1 + x)**-20", where: "±10^-18 to ±0.1", draw: spread(0, -18, -1), limit: 8,
		value: unary(func(x *big.Float) *big.Float { return neg(expm1(mul(num(-20), log1p(x)))) })},
	{text: "log(x**2)", where: "±10^-300 to ±10^300", draw: spread(0, -300, 300), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return mul(num(2), log(zero().Abs(x))) })},
	{text: "1 - 1/(1 + x)", where: "±10^-18 to ±0.9", draw: spread(0, -18, math.Log10(0.9)), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return quo(x, add(one, x)) })},
	{text: "1 - x**2", where: "1 ± 10^-15 to 1 ± 0.9", draw: from(1, spread(0, -15, math.Log10(0.9))), limit: 2,
		value: unary(func(x *big.Float) *big.Float { return sub(one, square(x)) })},
	{text: "x**2 - y**2", where: "±10^-100 to ±10^100, near to each other", two: true, draw: nearly, limit: 4,
		value: func(x []*big.Float) []*big.Float { return []*big.Float{sub(square(x[0]), square(x[1]))} }},
	{text: "sqrt(1 + x) - 1", where: "±10^-18 to ±0.9", draw: spread(0, -18, math.Log10(0.9)), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return sub(sqrt(add(one, x)), one) })},
	{text: "1 - sqrt(1 - x)", where: "±10^-18 to ±0.9", draw: spread(0, -18, math.Log10(0.9)), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return sub(one, sqrt(sub(one, x))) })},
	{text: "sqrt(1 + x**2) - 1", where: "±10^-18 to ±10^18", draw: spread(0, -18, 18), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return quo(square(x), add(sqrt(add(one, square(x))), one)) })},
	{text: "sqrt(x + 1) - sqrt(x)", where: "10^-5 to 10^18", draw: spread(1, -5, 18), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return quo(one, add(sqrt(add(x, one)), sqrt(x))) })},
	{text: "sqrt(x) - sqrt(y)", where: "10^-100 to 10^100, near to each other", two: true, draw: positive(nearly), limit: 4,
		value: func(x []*big.Float) []*big.Float { return []*big.Float{sub(sqrt(x[0]), sqrt(x[1]))} }},
	{text: "cbrt(x + 1) - cbrt(x)", where: "10^-5 to 10^18", draw: spread(1, -5, 18), limit: 8,
		value: unary(func(x *big.Float) *big.Float { return sub(cbrt(add(x, one)), cbrt(x)) })},
	{text: "sqrt(x**2 + 1) - x", where: "±10^-18 to ±10^18", draw: spread(0, -18, 18), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return sub(sqrt(add(square(x), one)), x) })},
	{text: "x - sqrt(x**2 - y)", where: "±10^-50 to ±10^50, y from 10^-30 to 0.5 of x**2", two: true, limit: 4,
		draw: func(rng *rand.Rand) []float64 {
			x := spread(0, -50, 50)(rng)[0]
			return []float64{x, float64(x*x) * spread(1, -30, math.Log10(0.5))(rng)[0]}
		},
		value: func(x []*big.Float) []*big.Float {
			return []*big.Float{sub(x[0], sqrt(sub(square(x[0]), x[1])))}
		}},
	{text: "1/x - 1/(x + 1)", where: "10^-5 to 10^18", draw: spread(1, -5, 18), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return quo(one, mul(x, add(x, one))) })},
	{text: "1 - x/(x + y)", where: "10^-100 to 10^100, y near to x or 10^-15 of it", two: true, draw: func(rng *rand.Rand) []float64 {
		x := spread(1, -100, 100)(rng)[0]
		return []float64{x, x * spread(1, -15, 0)(rng)[0]}
	}, limit: 4, value: func(x []*big.Float) []*big.Float { return []*big.Float{quo(x[1], add(x[0], x[1]))} }},
	{text: "log(sqrt(x**2 + 1) - x)", where: "±10^-18 to ±10^200", draw: spread(0, -18, 200), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return neg(log1pOf(x, sub(sqrt(add(square(x), one)), one))) })},
	{text: "1 + cos(x)", where: "0 and pi ± 10^-8 to ± 3", limit: 4, draw: func(rng *rand.Rand) []float64 {
		return []float64{[]float64{math.Pi, 0}[rng.IntN(2)] + float64(within(-3, 3)(rng)[0]*math.Pow(10, -float64(rng.IntN(9))))}
	}, value: unary(func(x *big.Float) *big.Float { _, c := sincos(half(x)); return mul(num(2), square(c)) })},
	{text: "cosh(x)**2 - 1", where: "±10^-18 to ±300", draw: spread(0, -18, math.Log10(300)), limit: 6,
		value: unary(func(x *big.Float) *big.Float { return square(sinh(x)) })},
	{text: "1 - cos(x)", where: "±10^-18 to ±1000", draw: spread(0, -18, 3), limit: 4,
		value: unary(func(x *big.Float) *big.Float { s, _ := sincos(half(x)); return mul(num(2), square(s)) })},
	{text: "cosh(x) - 1", where: "±10^-18 to ±700", draw: spread(0, -18, 2.84), limit: 6,
		value: unary(func(x *big.Float) *big.Float { return mul(num(2), square(sinh(half(x)))) })},
	{text: "(exp(x) - exp(-x))/(exp(x) + exp(-x))", where: "±10^-18 to ±1000", draw: spread(0, -18, 3), limit: 4, value: unary(tanh)},
	{text: "2/(1 + exp(-2*x)) - 1", where: "±10^-18 to ±1000", draw: spread(0, -18, 3), limit: 4, value: unary(tanh)},
	{text: "log(x + sqrt(x**2 + 1))", where: "±10^-18 to ±10^200", draw: spread(0, -18, 200), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return log1pOf(x, sub(sqrt(add(square(x), one)), one)) })},
	{text: "log(x + sqrt(x**2 - 1))", where: "1 + 10^-15 to 10^200", limit: 4,
		draw:  func(rng *rand.Rand) []float64 { return from(1, spread(1, -15, float64(200*rng.IntN(2))))(rng) },
		value: unary(func(x *big.Float) *big.Float { return log1pOf(sub(x, one), sqrt(sub(square(x), one))) })},
	{text: "0.5*log((1 + x)/(1 - x))", where: "±10^-18 to ±0.9", draw: spread(0, -18, math.Log10(0.9)), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return half(sub(log1p(x), log1p(neg(x)))) })},
	{text: "1 + erf(x)", where: "-26 to 5", draw: within(-26, 5), limit: 8, value: unary(func(x *big.Float) *big.Float { return erfc(neg(x)) })},
	{text: "1 - erf(x)", where: "-5 to 26", draw: within(-5, 26), value: unary(erfc), limit: 8},
	{text: "log(1 - erf(x))", where: "1 to 1000", draw: within(1, 1000), limit: 8,
		value: unary(func(x *big.Float) *big.Float { return sub(log(erfcx(x)), square(x)) })},
	{text: "exp(x**2)*(1 - erf(x))", where: "-5 to 1000", draw: func(rng *rand.Rand) []float64 {
		if rng.IntN(2) == 0 {
			return within(-5, 30)(rng)
		}
		return spread(1, 0, 3)(rng)
	}, value: unary(erfcx), limit: 16},
	{text: "exp(-x**2/2)/erfc(x/sqrt(2))", where: "1 to 1000", draw: within(1, 1000), limit: 8,
		value: unary(func(x *big.Float) *big.Float { return quo(one, erfcx(quo(x, sqrt(num(2))))) })},
	{text: "sqrt(x**2 + y**2)", where: "±10^-200 to ±10^200, near to each other", two: true, limit: 2,
		draw: func(rng *rand.Rand) []float64 {
			scale := spread(1, -200, 200)(rng)[0]
			return []float64{scale * (2*rng.Float64() - 1), scale * (2*rng.Float64() - 1)}
		},
		value: func(x []*big.Float) []*big.Float { return []*big.Float{sqrt(add(square(x[0]), square(x[1])))} }},
	{text: "log(sum(exp(x), axis=1))", where: "rows of 4, ±2 to ±2000", row: 4, draw: around(4, 2000, 20), value: logSumExp, limit: 4},
	{text: "log(1 + sum(exp(x), axis=1))", where: "rows of 4, 0 to 2000", row: 4, draw: several(4, within(0, 2000)), limit: 4,
		value: func(x []*big.Float) []*big.Float { return logSumExp(append([]*big.Float{zero()}, x...)) }},
	{text: "log(softmax(x, axis=1)[:, 1:3])", where: "rows of 4, ±2 to ±2000", row: 4, draw: around(4, 2000, 20), limit: 16,
		value: func(x []*big.Float) []*big.Float { return logSoftmax(x)[1:3] }},
	{text: "exp(x)/sum(exp(x), axis=1, keepdims=True)", where: "rows of 4, ±2 to ±2000", row: 4, draw: around(4, 2000, 20), value: softmax, limit: 4},
	{text: "log(exp(x)/sum(exp(x), axis=1, keepdims=True))", where: "rows of 4, ±2 to ±2000", row: 4, draw: around(4, 2000, 20), value: logSoftmax, limit: 8},
	{text: "grad(sum(log(1 + exp(x))), x)", where: "-700 to 1400", draw: within(-700, 1400), value: unary(sigmoid), limit: 4},
	{text: "grad(-sum(log(1/(1 + exp(-x)))), x)", where: "-700 to 700", draw: within(-700, 700), limit: 4,
		value: unary(func(x *big.Float) *big.Float { return neg(sigmoid(neg(x))) })},
	{text: "grad(sum(1/(1 + exp(-x))), x)", where: "-700 to 700", draw: within(-700, 700), limit: 4, value: unary(sigmoidSlope)},
	{text: "grad(sum(log(sum(exp(x), axis=1))), x)", where: "rows of 4, ±2 to ±2000", row: 4, draw: around(4, 2000, 20), value: softmax, limit: 4},
	{text: "mean(x**2, axis=1) - mean(x, axis=1)**2", where: "rows of 8, 10^6 ± 1", row: 8,
		draw: several(8, within(1e6-1, 1e6+1)), value: variance, limit: 8},
	{text: "sum(x**2, axis=1) - sum(x, axis=1)*mean(x, axis=1)", where: "rows of 8, 10^6 ± 1", row: 8, draw: several(8, within(1e6-1, 1e6+1)), limit: 8,
		value: func(x []*big.Float) []*big.Float { return []*big.Float{mul(num(8), variance(x)[0])} }},
}

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

// pointsOf is the number of correctly rounded values stored for each form;
// a row may have several.
const pointsOf = 5000

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
	{text: "log(1 - exp(x))", where: "-700 to -10^-18", draw: spread(-1, -18, 2.84), limit: 4,
		value: unary(func(x *big.Float) *big.Float {
			if f64(x) > -1 {
				return log(neg(expm1(x)))
			}
			return log1p(neg(exp(x)))
		})},
	{text: "log(exp(x) + exp(y))", where: "±2 to ±2000, near to each other", two: true, draw: around(2, 2000, 20), value: logSumExp, limit: 4},
	{text: "1 - erf(x)", where: "-5 to 26", draw: within(-5, 26), value: unary(erfc), limit: 8},
	{text: "log(1 - erf(x))", where: "1 to 1000", draw: within(1, 1000), limit: 8,
		value: unary(func(x *big.Float) *big.Float { return sub(log(erfcx(x)), square(x)) })},
	{text: "exp(x**2)*(1 - erf(x))", where: "-5 to 1000", draw: func(rng *rand.Rand) []float64 {
		if rng.IntN(2) == 0 {
			return within(-5, 30)(rng)
		}
		return spread(1, 0, 3)(rng)
	}, value: unary(erfcx), limit: 16},
	{text: "sqrt(x**2 + y**2)", where: "±10^-200 to ±10^200, near to each other", two: true, limit: 2,
		draw: func(rng *rand.Rand) []float64 {
			scale := spread(1, -200, 200)(rng)[0]
			return []float64{scale * (2*rng.Float64() - 1), scale * (2*rng.Float64() - 1)}
		},
		value: func(x []*big.Float) []*big.Float { return []*big.Float{sqrt(add(square(x[0]), square(x[1])))} }},
	{text: "log(sum(exp(x), axis=1))", where: "rows of 4, ±2 to ±2000", row: 4, draw: around(4, 2000, 20), value: logSumExp, limit: 4},
	{text: "exp(x)/sum(exp(x), axis=1, keepdims=True)", where: "rows of 4, ±2 to ±2000", row: 4, draw: around(4, 2000, 20), value: softmax, limit: 4},
	{text: "log(exp(x)/sum(exp(x), axis=1, keepdims=True))", where: "rows of 4, ±2 to ±2000", row: 4, draw: around(4, 2000, 20), value: logSoftmax, limit: 8},
	{text: "mean(x**2, axis=1) - mean(x, axis=1)**2", where: "rows of 8, 10^6 ± 1", row: 8,
		draw: several(8, within(1e6-1, 1e6+1)), value: variance, limit: 8},
}

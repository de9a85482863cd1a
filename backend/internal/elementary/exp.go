package elementary

import "math"

// Exponentials. exp(x) = 2**k exp(r), k the integer nearest to x log2(e): Cody
// and Waite, "Software manual for the elementary functions" (1980), with the
// magic number of Kahan that leaves k in the low bits of a float.

const (
	log2e   = 0x1.71547652b82fep+0
	log2eLo = 0x1.777d0ffda0d24p-56
	ln2     = 0x1.62e42fefa39efp-1
	ln2Tail = 0x1.abc9e3b39803fp-56
	// ln2Hi has 42 bits, so that its product with an integer of 11 bits is exact.
	ln2Hi = 0x1.62e42fefa38p-1
	ln2Lo = 0x1.ef35793c7673p-45

	// bias makes the exponents that are added to it positive.
	bias = 2046
	// magic + k is rounded to an integer, whose low 12 bits are those of k + bias.
	magic = 0x1.8p52 + bias
)

// expTerms is (exp(r) - 1 - r)/r**2 for |r| <= log(2)/2, with an error below
// 2**-56 of exp(r). Like all coefficients of this package without another source
// it is a minimax polynomial by Remez's algorithm in 200 bits, each coefficient
// rounded to float64.
var expTerms = []float64{0x1.0000000000001p-1, 0x1.5555555555558p-3, 0x1.5555555553d62p-5, 0x1.111111110f803p-7, 0x1.6c16c1788c44dp-10,
	0x1.a01a01b00c2c6p-13, 0x1.a019b90bc3fbdp-16, 0x1.71ddf6b3f10d1p-19, 0x1.289186d6aea07p-22, 0x1.af632ad6abee8p-26}

// exponent is an integer k, as a float and as bits that end with k + bias.
type exponent struct{ k, bits node }

// round returns the integer that is nearest to x*factor; its absolute value is
// below 1100.
func round(x node, factor any) exponent {
	t := x.FMA(factor, magic)
	return exponent{t.Sub(magic), t.Bits()}
}

// scale is x * 2**k. The power of two is the product of two, because it may be
// no normal number where the result is one, and the other way round.
func (e exponent) scale(x node) node {
	half := e.bits.Shr(1)
	return x.Mul(half.Shl(52).FromBits()).Mul(e.bits.Sub(half).Shl(52).FromBits())
}

// expReduced is k, r = x - k log(2) and tail = exp(r) - 1 - r.
func expReduced(x node) (k exponent, r pair, tail node) {
	k = round(x, log2e)
	exact := k.k.FMA(-ln2Hi, x)
	r.hi = k.k.FMA(-ln2Lo, exact)
	r.lo = k.k.FMA(-ln2Lo, exact.Sub(r.hi))
	return k, r, r.hi.Mul(r.hi).Mul(horner(r.hi, expTerms...))
}

// expPair is exp(x) = p * 2**k, with p between 0.7 and 1.5; |x| < 760.
func expPair(x node) (p pair, k exponent) {
	k, r, tail := expReduced(x)
	p = quickSum(c(1.0), r.hi)
	return quickSum(p.hi, p.lo.Add(tail)), k
}

// exp needs no test for overflow: the scale gives infinity and zero. NaN goes
// through the minimum and maximum.
func exp(x ...node) node {
	p, k := expPair(x[0].Maximum(-746.0).Minimum(710.0))
	return k.scale(p.hi)
}

// exp2 is exact where x is an integer.
func exp2(x ...node) node {
	t := x[0].Maximum(-1080.0).Minimum(1030.0)
	k := round(t, 1.0)
	r := pair{t.Sub(k.k), c(0.0)}.times(ln2, ln2Tail)
	p := quickSum(c(1.0), r.hi)
	return k.scale(p.hi.Add(p.lo.Add(r.hi.Mul(r.hi).FMA(horner(r.hi, expTerms...), r.lo))))
}

// expm1Pair is (exp(x) - 1)/2**shift for x up to 710.5, which a shift keeps from
// overflowing.
func expm1Pair(x node, shift int) pair {
	k, r, tail := expReduced(x)
	power := k.bits.Sub(bias - 1023 + shift).Shl(52).FromBits()
	y := quickSum(power.Sub(math.Ldexp(1, -shift)), power.Mul(r.hi))
	return quickSum(y.hi, power.FMA(tail.Add(r.lo), y.lo))
}

// expm1 is x where adding x**2/2 makes no difference, which keeps -0 and
// subnormal numbers.
func expm1(x ...node) node {
	y := expm1Pair(x[0].Maximum(-50.0).Minimum(710.0), 1).hi
	return where(x[0].Abs().Lt(0x1p-54), x[0], y.Add(y))
}

// sigmoid is 1/(1 + e) for x >= 0 and e/(1 + e) otherwise, with e = exp(-|x|).
// The power of two in the numerator comes last, so that a subnormal result is
// rounded once.
func sigmoid(x ...node) node {
	p, k := expPair(x[0].Abs().Minimum(746.0).Neg())
	y := quickSum(c(1.0), k.scale(p.hi))
	y.lo = y.lo.Add(k.scale(p.lo))
	positive := x[0].Ge(0.0)
	q := chosen(positive, pair{c(1.0), c(0.0)}, p).over(y)
	return where(positive, q, k.scale(q))
}

// tanh is e/(e + 2) with e = exp(2 |x|) - 1, with the sign of x.
func tanh(x ...node) node {
	a := x[0].Abs().Minimum(22.0)
	e := expm1Pair(a.Add(a), 0)
	y := twoSum(c(2.0), e.hi)
	y.lo = y.lo.Add(e.lo)
	return e.over(y).Copysign(x[0])
}

// sinh is (e + e/(e + 1))/2 with e = exp(|x|) - 1; here y is e/4.
func sinh(x ...node) node {
	y := expm1Pair(x[0].Abs().Minimum(710.5), 2)
	q := y.hi.Div(y.hi.FMA(4.0, 1.0))
	s := y.hi.Add(q.Add(y.lo))
	return where(x[0].Abs().Lt(0x1p-27), x[0], s.Add(s).Copysign(x[0]))
}

// cosh is (e + 1/e)/2 with e = exp(|x|); here y is e/4.
func cosh(x ...node) node {
	p, k := expPair(x[0].Abs().Minimum(710.5))
	power := k.bits.Sub(bias - 1023 + 2).Shl(52).FromBits()
	y := p.hi.Mul(power)
	s := y.Add(p.lo.FMA(power, c(0.0625).Div(y)))
	return s.Add(s)
}

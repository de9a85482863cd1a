package elementary

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

// power is 2**k, for k from -1022 to 1023.
func (e exponent) power() node { return e.bits.Sub(bias - 1023).Shl(52).FromBits() }

// expReduced is k and r + tail = exp(x - k log(2)) - 1.
func expReduced(x node) (k exponent, r, tail node) {
	k = round(x, log2e)
	r = k.k.FMA(-ln2Lo, k.k.FMA(-ln2Hi, x))
	return k, r, r.Mul(r).Mul(horner(r, expTerms...))
}

// expPair is exp(x) = p * 2**k, with p between 0.7 and 1.5; |x| < 760.
func expPair(x node) (p pair, k exponent) {
	k, r, tail := expReduced(x)
	p = quickSum(c(1.0), r)
	return pair{p.hi, p.lo.Add(tail)}, k
}

// exp needs no test for overflow: the scale gives infinity and zero. NaN goes
// through the minimum and maximum.
func exp(x ...node) node {
	p, k := expPair(x[0].Maximum(-746.0).Minimum(710.0))
	return k.scale(p.float())
}

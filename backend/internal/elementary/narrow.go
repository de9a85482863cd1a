package elementary

import (
	"math"

	"arignote/expr"
)

// Expansions for float32: the same methods in float64 with fewer terms and no
// second parts. Arguments are float32 numbers, and results are rounded to
// float32, so that errors below 2**-40 leave half a unit in the last place and
// what exceeds float64's normal numbers does not occur.

// narrowExpTerms is (exp(r) - 1)/r for |r| <= log(2)/2, narrowLogTerms
// 2 atanh(s)/s in s*s for |s| <= 3 - sqrt(8), narrowSinTerms sin(r)/r and
// narrowCosTerms cos(r), in r*r for |r| <= pi/4: by interpolation in Chebyshev's
// points, with errors below 2**-41.
var (
	narrowExpTerms = []float64{1, 0x1.fffffffff71b2p-2, 0x1.5555555553b78p-3, 0x1.555555742d965p-5, 0x1.1111111c478ebp-7, 0x1.6c164de86dafdp-10,
		0x1.a019ada3609f3p-13, 0x1.a15a600528a0fp-16, 0x1.72c72ca338df0p-19}
	narrowLogTerms = []float64{2, 0x1.5555555564eb7p-1, 0x1.999998cae671fp-2, 0x1.249323f5fe0a4p-2, 0x1.c67ad18010d25p-3, 0x1.8c8cb725e2db5p-3}
	narrowSinTerms = []float64{1, -0x1.555555555516bp-3, 0x1.1111110fd3b3cp-7, -0x1.a019fd9ae7168p-13, 0x1.71d9a9b87993fp-19, -0x1.aa283bea75579p-26}
	narrowCosTerms = []float64{1, -0x1.fffffffffe694p-2, 0x1.555555514f0e0p-5, -0x1.6c16bae56f7d8p-10, 0x1.a0129877a1cfcp-16, -0x1.2474cb416294ep-22}
)

// far is where exp(x) of a float32 is 0 or infinite, and exp(-x) still adds
// nothing to it.
const far = 110.0

// scaled is 2**k and (exp(r) - 1) 2**k.
func (e exponent) scaled(r node) (power, rest node) {
	power = e.bits.Sub(bias - 1023).Shl(52).FromBits()
	return power, power.Mul(r.Mul(horner(r, narrowExpTerms...)))
}

// narrowExp is exp(x) as the sum of a power of two and a smaller number, for
// |x| < 700.
func narrowExp(x node) (power, rest node) {
	k := round(x, log2e)
	return k.scaled(k.k.FMA(-ln2, x))
}

// narrowExpm1 is exp(x) - 1.
func narrowExpm1(x node) node {
	power, rest := narrowExp(x)
	return power.Sub(1.0).Add(rest)
}

// sum is power + rest.
func sum(power, rest node) node { return power.Add(rest) }

func exp32(x ...node) node { return sum(narrowExp(x[0].Maximum(-far).Minimum(far))) }

func exp2of32(x ...node) node {
	t := x[0].Maximum(-2 * far).Minimum(2 * far)
	k := round(t, 1.0)
	return sum(k.scaled(t.Sub(k.k).Mul(ln2)))
}

// expm1of32 is x where adding x**2/2 makes no difference, which keeps -0.
func expm1of32(x ...node) node {
	return where(x[0].Abs().Lt(0x1p-30), x[0], narrowExpm1(x[0].Maximum(-far).Minimum(far)))
}

func sigmoid32(x ...node) node {
	power, rest := narrowExp(x[0].Maximum(-far).Minimum(far).Neg())
	return c(1.0).Div(power.Add(1.0).Add(rest))
}

func tanh32(x ...node) node {
	a := x[0].Abs().Minimum(12.0)
	e := narrowExpm1(a.Add(a))
	return e.Div(e.Add(2.0)).Copysign(x[0])
}

func sinh32(x ...node) node {
	e := narrowExpm1(x[0].Abs().Minimum(far))
	return e.Add(e.Div(e.Add(1.0))).Mul(0.5).Copysign(x[0])
}

func cosh32(x ...node) node {
	e := sum(narrowExp(x[0].Abs().Minimum(far)))
	return e.Add(c(1.0).Div(e)).Mul(0.5)
}

// narrowLogNear is log(1 + f) for 1 + f between sqrt(1/2) and sqrt(2).
func narrowLogNear(f node) node {
	s := f.Div(f.Add(2.0))
	return s.Mul(horner(s.Mul(s), narrowLogTerms...))
}

// narrowParts is k and log(m) with x = m 2**k.
func narrowParts(x node) (k, l node) {
	k, m := decomposed(x)
	return k, narrowLogNear(m.Sub(1.0))
}

func log32(x ...node) node {
	k, l := narrowParts(x[0])
	return onDomain(x[0], k.FMA(ln2, l))
}

func log2of32(x ...node) node {
	k, l := narrowParts(x[0])
	return onDomain(x[0], l.FMA(log2e, k))
}

func log10of32(x ...node) node {
	k, l := narrowParts(x[0])
	return onDomain(x[0], k.FMA(math.Ln2/math.Ln10, l.Mul(1/math.Ln10)))
}

// narrowLog is log(u) for u > 0, which is 1 + x; near 1 it follows from x.
func narrowLog(u, x node) node {
	k, m := decomposed(u)
	return k.FMA(ln2, narrowLogNear(where(k.Eq(0.0), x, m.Sub(1.0))))
}

// log1pOf32 is x where subtracting x**2/2 makes no difference, which keeps -0.
func log1pOf32(x ...node) node {
	y := where(x[0].Abs().Lt(0x1p-30), x[0], narrowLog(x[0].Add(1.0), x[0]))
	return where(x[0].Gt(-1.0), where(x[0].Lt(math.Inf(1)), y, x[0]), where(x[0].Eq(-1.0), math.Inf(-1), math.NaN()))
}

// softplus32 is max(x, 0) + log(1 + exp(-|x|)).
func softplus32(x ...node) node {
	e := sum(narrowExp(x[0].Abs().Minimum(far).Neg()))
	return x[0].Maximum(0.0).Add(narrowLog(e.Add(1.0), e))
}

// logaddexp32 is as logaddexp.
func logaddexp32(x ...node) node {
	m := x[0].Maximum(x[1])
	d := x[0].Minimum(x[1]).Sub(m)
	e := sum(narrowExp(d.Maximum(-far)))
	return where(d.Gt(-far), m.Add(narrowLog(e.Add(1.0), e)), m)
}

// log1mexp32 is log(1 - exp(x)).
func log1mexp32(x ...node) node {
	power, rest := narrowExp(x[0].Maximum(-far).Minimum(0.0))
	y := narrowLog(c(1.0).Sub(power).Sub(rest), power.Add(rest).Neg())
	return where(x[0].Lt(0.0), y, where(x[0].Eq(0.0), math.Inf(-1), math.NaN()))
}

// narrowReducible is a limit of |x|: pi/2 in two parts does for n of 30 bits.
const narrowReducible = 0x1p30

// narrowQuarter is r, bits that end with those of n, and sin(r) and cos(r).
func narrowQuarter(x node) (n, s, k node) {
	const magic = 0x1.8p52
	t := x.FMA(twoOverPi, magic)
	q := t.Sub(magic)
	r := q.FMA(-0x1.1a62633145c07p-54, q.FMA(-math.Pi/2, x))
	z := r.Mul(r)
	return t.Bits(), r.Mul(horner(z, narrowSinTerms...)), horner(z, narrowCosTerms...)
}

// narrowSine is sin(x + n pi/2).
func narrowSine(x node, shift int) node {
	n, s, k := narrowQuarter(x)
	n = n.Add(shift)
	return where(n.And(1).Eq(0), s, k).Bits().Xor(n.And(2).Shl(62)).FromBits()
}

func sin32(x ...node) node {
	return rare(x[0].Abs().Gt(narrowReducible), expr.OpSin, narrowSine(x[0], 0), x[0])
}

func cos32(x ...node) node {
	return rare(x[0].Abs().Gt(narrowReducible), expr.OpCos, narrowSine(x[0], 1), x[0])
}

// tan32 is sin/cos or -cos/sin.
func tan32(x ...node) node {
	n, s, k := narrowQuarter(x[0])
	even := n.And(1).Eq(0)
	y := where(even, s, k).Div(where(even, k, s))
	y = y.Bits().Xor(n.And(1).Shl(63)).FromBits()
	return rare(x[0].Abs().Gt(narrowReducible), expr.OpTan, y, x[0])
}

package elementary

import (
	"math"

	"arignote/expr"
)

// Logarithms. log(x) = k log(2) + log(1 + f), with 1 + f between sqrt(1/2) and
// sqrt(2), and log(1 + f) = 2 atanh(s) with s = f/(2 + f), written as
// f - f*f/2 + s*(f*f/2 + R(s*s)), in which the last term is small: as in Tang,
// "Table-driven implementation of the logarithm function in IEEE
// floating-point arithmetic" (1990) and Muller, "Elementary functions".

// logTerms is R(z)/z: (2 atanh(s) - 2 s)/(s*z) with z = s*s, for 1 + f as above,
// with an error below 2**-63 of log(1 + f).
var logTerms = []float64{0x1.5555555555555p-1, 0x1.9999999999a39p-2, 0x1.2492492476905p-2, 0x1.c71c7201ba2bbp-3, 0x1.745cf8df6e793p-3,
	0x1.3b1c3ca3a4754p-3, 0x1.0fbde05e573b5p-3, 0x1.0c0a8bd475011p-3}

const smallest = 0x1p-1022 // normal number

// Bits of floats.
const (
	sqrtHalf uint64 = 0x3fe6a09e667f3bcd // sqrt(1/2)
	one      uint64 = 0x3ff0000000000000 // 1
	two52    uint64 = 0x4330000000000000 // 2**52
	fraction uint64 = 0x000fffffffffffff // all but sign and exponent
)

// decomposed is k and m with x = m 2**k, sqrt(1/2) <= m < sqrt(2), for a normal
// number x > 0.
func decomposed(x node) (k, m node) {
	u := x.Bits().Add(one - sqrtHalf)
	m = u.And(fraction).Add(sqrtHalf).FromBits()
	return u.Shr(52).Or(two52).FromBits().Sub(0x1p52 + 1023.0), m
}

// anyDecomposed is decomposed for subnormal numbers too.
func anyDecomposed(x node) (k, m node) {
	tiny := x.Lt(smallest)
	k, m = decomposed(where(tiny, x.Mul(0x1p54), x))
	return k.Sub(where(tiny, 54.0, 0.0)), m
}

// logNear is log(1 + f) for 1 + f between sqrt(1/2) and sqrt(2).
func logNear(f node) pair {
	half := f.Mul(0.5)
	square := twoProduct(f, half)
	s := f.Div(f.Add(2.0))
	z := s.Mul(s)
	rest := s.Mul(z.FMA(horner(z, logTerms...), square.hi))
	y := quickSum(f, square.hi.Neg())
	return pair{y.hi, y.lo.Sub(square.lo).Add(rest)}
}

// plusLn2 is k log(2) + x for an integer k.
func plusLn2(k node, x pair) pair {
	y := quickSum(k.Mul(ln2Hi), x.hi)
	return pair{y.hi, k.FMA(ln2Lo, y.lo.Add(x.lo))}
}

// onDomain is y for finite x > 0 and the logarithm of other x, to any base.
func onDomain(x, y node) node {
	return where(x.Gt(0.0), where(x.Lt(math.Inf(1)), y, x), where(x.Eq(0.0), math.Inf(-1), math.NaN()))
}

func log(x ...node) node {
	k, m := anyDecomposed(x[0])
	return onDomain(x[0], plusLn2(k, logNear(m.Sub(1.0))).float())
}

// log2 is exact for powers of 2, whose m is 1.
func log2(x ...node) node {
	k, m := anyDecomposed(x[0])
	l := logNear(m.Sub(1.0)).times(log2e, log2eLo)
	y := quickSum(k, l.hi)
	return onDomain(x[0], y.hi.Add(y.lo.Add(l.lo)))
}

// log10 has log10(2) in two parts, the first of 42 bits.
func log10(x ...node) node {
	k, m := anyDecomposed(x[0])
	l := logNear(m.Sub(1.0)).times(0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57)
	y := quickSum(k.Mul(0x1.34413509f78p-2), l.hi)
	return onDomain(x[0], y.hi.Add(k.FMA(0x1.fef311f12b358p-46, y.lo.Add(l.lo))))
}

// times is x multiplied by hi + lo.
func (x pair) times(hi, lo float64) pair {
	p := twoProduct(x.hi, hi)
	return pair{p.hi, x.hi.FMA(lo, x.lo.FMA(hi, p.lo))}
}

// logSum is k log(2) + log(u) for normal u > 0, u being 1 + x. Where the
// logarithm is small it follows from x. What the high part of u lacks is added
// to the logarithm, divided by u.
func logSum(k node, u, x pair) pair {
	own, m := decomposed(u.hi)
	near := own.Eq(0.0)
	l := logNear(where(near, x.hi, m.Sub(1.0)))
	l.lo = l.lo.Add(where(near, x.lo, u.lo).Div(u.hi))
	return plusLn2(own.Add(k), l)
}

// log1pPair is log(1 + x) for x > -1 and not huge, with a small relative error.
func log1pPair(x pair) pair {
	u := twoSum(c(1.0), x.hi)
	u.lo = u.lo.Add(x.lo)
	return logSum(c(0.0), u, x)
}

// log1p is x where subtracting x**2/2 makes no difference, which keeps -0.
func log1p(x ...node) node {
	y := log1pPair(pair{x[0], c(0.0)}).float()
	y = where(x[0].Abs().Lt(0x1p-54), x[0], y)
	return where(x[0].Gt(-1.0), where(x[0].Lt(math.Inf(1)), y, x[0]), where(x[0].Eq(-1.0), math.Inf(-1), math.NaN()))
}

// softplus is max(x, 0) + log(1 + exp(-|x|)).
func softplus(x ...node) node {
	p, k := expPair(x[0].Abs().Minimum(746.0).Neg())
	l := log1pPair(pair{k.scale(p.hi), k.scale(p.lo)})
	y := twoSum(x[0].Maximum(0.0), l.hi)
	return where(x[0].Lt(40.0), y.hi.Add(y.lo.Add(l.lo)), x[0])
}

// logaddexp is m + log(1 + exp(d)), m the larger argument and d the other minus
// m. Where the exponential vanishes or d is NaN, m is the result: infinite or
// NaN too, if an argument is.
func logaddexp(x ...node) node {
	m := x[0].Maximum(x[1])
	d := twoSum(x[0].Minimum(x[1]), m.Neg())
	p, k := expPair(d.hi.Maximum(-746.0))
	p.lo = p.hi.FMA(d.lo, p.lo)
	l := log1pPair(pair{k.scale(p.hi), k.scale(p.lo)})
	y := twoSum(m, l.hi)
	return where(d.hi.Gt(-1000.0), y.hi.Add(y.lo.Add(l.lo)), m)
}

// log1mexp is log(1 - exp(x)): of -expm1(x) where that is small, else by the
// logarithm of 1 + y with y = -exp(x): Mächler, "Accurately computing
// log(1 - exp(-|a|))" (2012).
func log1mexp(x ...node) node {
	t := x[0].Maximum(-746.0)
	p, k := expPair(t)
	y := pair{k.scale(p.hi).Neg(), k.scale(p.lo).Neg()}
	e := expm1Pair(t.Maximum(-1.0), 0)
	far := twoSum(c(1.0), y.hi)
	far.lo = far.lo.Add(y.lo)
	u := chosen(t.Gt(-math.Ln2), pair{e.hi.Neg(), e.lo.Neg()}, far)
	l := logSum(c(0.0), u, y).float()
	l = where(x[0].Gt(-50.0), l, y.hi)
	l = where(x[0].Lt(0.0), l, where(x[0].Eq(0.0), math.Inf(-1), math.NaN()))
	return rare(x[0].Gt(-0x1p-1000), expr.OpLog1mExp, l, x[0])
}

// huge is where adding 1 to the square of a number makes no difference, and its
// square does not overflow.
const huge = 0x1p60

// arcsinh is log(a + sqrt(a*a + 1)) for a = |x|, which is log(1 + y) with
// y = a + a*a/(1 + sqrt(a*a + 1)), and log(2 a) for huge a.
func arcsinh(x ...node) node {
	a := x[0].Abs()
	far := a.Gt(huge)
	b := a.Minimum(huge)
	square := b.Mul(b)
	y := quickSum(b, square.Div(square.Add(1.0).Sqrt().Add(1.0)))
	u := twoSum(c(1.0), y.hi)
	u.lo = u.lo.Add(y.lo)
	l := logSum(where(far, 1.0, 0.0), chosen(far, pair{a, c(0.0)}, u), y).float()
	return where(a.Lt(math.Inf(1)), l, a).Copysign(x[0])
}

// arccosh is log(1 + y) with d = x - 1 and y = d + sqrt(d*(d + 2)), and log(2 x)
// for huge x.
func arccosh(x ...node) node {
	far := x[0].Gt(huge)
	d := twoSum(x[0].Minimum(huge), c(-1.0))
	root := d.hi.Mul(d.hi.Add(2.0)).Sqrt()
	y := twoSum(d.hi, root)
	y.lo = y.lo.Add(d.lo)
	u := twoSum(c(1.0), y.hi)
	u.lo = u.lo.Add(y.lo)
	l := logSum(where(far, 1.0, 0.0), chosen(far, pair{x[0], c(0.0)}, u), y).float()
	return where(x[0].Ge(1.0), where(x[0].Lt(math.Inf(1)), l, x[0]), math.NaN())
}

// arctanh is log(1 + 2 a/(1 - a))/2 for a = |x|.
func arctanh(x ...node) node {
	a := x[0].Abs()
	y := pair{a.Add(a), c(0.0)}.quotient(twoSum(c(1.0), a.Neg()))
	l := log1pPair(y).float().Mul(0.5)
	return where(a.Lt(1.0), l, where(a.Eq(1.0), math.Inf(1), math.NaN())).Copysign(x[0])
}

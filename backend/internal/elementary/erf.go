package elementary

import "math"

// The error function and its relatives. Near 0 erf(x)/x is a polynomial in x*x;
// elsewhere everything follows from erfcx(x) = exp(x*x) erfc(x) for x >= 0, which
// becomes a polynomial on [-1, 1] by t = (x - k)/(x + k) once multiplied by
// x + k: Shepherd and Laframboise, "Chebyshev approximation of
// (1 + 2x) exp(x^2) erfc x in 0 <= x < infinity" (1981).

// erfcxPole is k, chosen for the lowest degree.
const erfcxPole = 3.75

// erfTerms is erf(x)/x - 1 in x*x for |x| <= 1, erfcxTerms (x + k) erfcx(x) in t,
// with errors below 2**-56 and 2**-57; erfcxTails is what its
// first terms lack.
var (
	erfTerms = []float64{0x1.06eba8214db68p-3, -0x1.812746b0379c2p-2, 0x1.ce2f21a041018p-4, -0x1.b82ce312062bcp-6, 0x1.565bccfa9a825p-8,
		-0x1.c02db072f3fe0p-11, 0x1.f9a2bf73f0c68p-14, -0x1.f4ca94990cb86p-17, 0x1.b9827b1885f9bp-20, -0x1.5c16e30fb0d45p-23,
		0x1.d784936618cc2p-27, -0x1.acdff90b8ebd8p-31}
	erfcxTerms = []float64{0x1.178842825349dp+0, -0x1.eae02d0a1456ap-1, 0x1.78fecb4e81b07p-1, -0x1.f63dd811961cap-2, 0x1.1dc271189e39ap-2,
		-0x1.0e3ea224bbe6cp-3, 0x1.92618b78ece9bp-5, -0x1.9ac69567ef349p-7, 0x1.029006e44e49cp-10, 0x1.a0b75a501648bp-11,
		-0x1.6d95267d6a3c9p-12, 0x1.63790f3e8ef5dp-17, 0x1.3a551c49b010bp-15, -0x1.2ac2bb3a1f664p-17, -0x1.b964fabcbb764p-19,
		0x1.bc7b08d8beca2p-20, 0x1.2b4d803c2968cp-22, -0x1.1b14bad1ef0d2p-22, -0x1.be85a94e36201p-26, 0x1.5afe5a4bacfa8p-25,
		0x1.815e7a524a9b3p-29, -0x1.76235a903e272p-28, -0x1.02ad27959bf42p-32, 0x1.f2dcafd7dee7fp-32}
)

var erfcxTails = []float64{-0x1.ef64b8586ed0ep-54, -0x1.84bed569847cdp-55}

// erfNear is erf(x) for |x| <= 1.
func erfNear(x node) node { return x.FMA(horner(x.Mul(x), erfTerms...), x) }

// erfcxOf is erfcx(a) for a >= 0. The first two terms, which nearly cancel where
// t is near 1, are added as pairs.
func erfcxOf(a node) node {
	b := a.Add(erfcxPole)
	t := a.Sub(erfcxPole).Div(b)
	y := pair{horner(t, erfcxTerms[2:]...), c(0.0)}
	for i := 1; i >= 0; i-- {
		p := y.product(pair{t, c(0.0)})
		y = quickSum(c(erfcxTerms[i]), p.hi)
		y.lo = y.lo.Add(p.lo.Add(erfcxTails[i]))
	}
	return y.float().Div(b)
}

// erfcOf is erfc(a) for a >= 0.
func erfcOf(a node) node {
	a = a.Minimum(27.5)
	square := twoProduct(a, a)
	p, k := expPair(square.hi.Neg().Maximum(-750.0))
	e := p.hi.Add(square.lo.Neg().FMA(p.hi, p.lo))
	return k.scale(e.Mul(erfcxOf(a)))
}

// erfOf is erf(x), rest being erfc(|x|).
func erfOf(x, rest node) node {
	return where(x.Abs().Lt(1.0), erfNear(x), c(1.0).Sub(rest).Copysign(x))
}

func erf(x ...node) node { return erfOf(x[0], erfcOf(x[0].Abs())) }

func erfc(x ...node) node {
	y := erfcOf(x[0].Abs())
	y = where(x[0].Lt(0.0), c(2.0).Sub(y), y)
	return where(x[0].Abs().Lt(0.75), c(1.0).Sub(erfNear(x[0])), y)
}

// erfcx is 2 exp(x*x) - erfcx(|x|) for x < 0, and exp(x*x) (1 - erf(x)) near 0.
func erfcx(x ...node) node {
	a := x[0].Abs()
	y := where(a.Lt(math.Inf(1)), erfcxOf(a), 0.0)
	b := x[0].Minimum(0.5).Maximum(-27.0)
	square := twoProduct(b, b)
	p, k := expPair(square.hi.Minimum(715.0))
	e := k.scale(p.hi.Add(square.lo.FMA(p.hi, p.lo)))
	y = where(x[0].Lt(0.0), e.Add(e.Sub(y)), y)
	y = where(a.Lt(0.5), e.Mul(c(1.0).Sub(erfNear(x[0]))), y)
	return where(x[0].Eq(x[0]), y, x[0])
}

// logErfc is log(1 - erf(x)) up to 1 and log(erfcx(x)) - x*x from there.
func logErfc(x ...node) node {
	small := x[0].Lt(1.0)
	near := erfOf(x[0], erfcOf(x[0].Abs())).Neg()
	far := erfcxOf(x[0].Abs().Minimum(huge))
	zero := c(0.0)
	u := twoSum(c(1.0), near)
	l := logSum(zero, chosen(small, u, pair{far, zero}), pair{where(small, near, far.Sub(1.0)), zero})
	square := twoProduct(x[0], x[0])
	y := quickSum(square.hi.Neg(), l.hi)
	y.lo = y.lo.Add(l.lo.Sub(square.lo))
	z := where(small, l.float(), y.float())
	return where(x[0].Lt(huge), z, square.hi.Neg())
}

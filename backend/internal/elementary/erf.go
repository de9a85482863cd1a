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

// erfinvNear is erfinv(x)/x in w - 4 for w = -log(1 - x*x) up to 8, erfinvFar the
// same in sqrt(w) - 4.5 for w from there to 36, which is x = 1 - 2**-53: in the
// manner of Giles, "Approximating the erfinv function" (2011). Their errors are
// below 2**-56.
var (
	erfinvNear = []float64{
		0x1.dbd8f2aa5c9c3p+0, 0x1.d3ab9f0b4f5c7p-3, -0x1.d93d4855e9bc7p-8, -0x1.abc2a49f8ca0fp-13, 0x1.f29c0ddb7956dp-14, -0x1.044d0621e8328p-16,
		0x1.0535e25dc2b45p-21, 0x1.7ca0c4755dc83p-23, -0x1.1f378dd1933b5p-25, 0x1.fc89e434436b6p-30, 0x1.3ff403703f80ap-32, -0x1.3b9ef901194f0p-34,
		0x1.70d7649d5bf7ep-38, 0x1.065a9173b48abp-41, -0x1.5a357241c01f9p-43, 0x1.efbc58bc3e919p-47, 0x1.7b061eda60bbbp-51, -0x1.77cf2a137f156p-52,
		0x1.4ca2c72ed65fap-55, 0x1.005ee38476e76p-61, -0x1.cc3756c9f82a5p-61, 0x1.eb0c3adff5764p-64, 0x1.2cc0598eb67c7p-68, -0x1.5c488b6cf9e5ep-69,
		0x1.701f04d08402bp-74, 0x1.cf3e32e8cbccdp-76, -0x1.3f9f594b6bb5dp-80, -0x1.0c22d5de03b6ap-83,
	}
	erfinvFar = []float64{
		0x1.1610724b28771p+2, 0x1.029e9db4b1b4ap+0, 0x1.57592ac1eb2dfp-12, -0x1.c324a6648d77ep-12, 0x1.36414959cce1cp-13, -0x1.58191c41ed3c9p-15,
		0x1.744801bdbb11cp-17, -0x1.e34175f51fce7p-19, 0x1.b841fb2f8877cp-20, -0x1.e831f32f218a2p-21, 0x1.060800d8581fep-21, -0x1.df70a68d0f1c7p-23,
		0x1.545bb95b16f28p-24, -0x1.2d040ed049cb4p-26, -0x1.178de362cfce1p-30, 0x1.b1b5f520286b0p-29, -0x1.c7b6408c92125p-30, 0x1.0574bbc1f80d4p-31,
		-0x1.2b76f7c7f9b21p-35, -0x1.2a7870a44098ap-35, 0x1.281680de10cc8p-36, -0x1.838197694ed73p-38, 0x1.4a2847ff5d787p-40, 0x1.eb730d2fcbac7p-42,
		-0x1.445799387d040p-42, 0x1.23f7e29d088cfp-48, 0x1.e473ed0585449p-47,
	}
)

func erfinv(x ...node) node {
	square := twoProduct(x[0], x[0])
	w := log1pPair(pair{square.hi.Neg(), square.lo.Neg()}).float().Neg()
	y := where(w.Lt(8.0), horner(w.Sub(4.0), erfinvNear...), horner(w.Sqrt().Sub(4.5), erfinvFar...)).Mul(x[0])
	a := x[0].Abs()
	return where(a.Lt(1.0), y, where(a.Eq(1.0), c(math.Inf(1)).Copysign(x[0]), math.NaN()))
}

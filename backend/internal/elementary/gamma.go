package elementary

import "arignote/expr"

// The gamma function, its logarithm and the derivative of that, for x > 0: Stirling's
// series, its tail fitted, down to a small limit; below that a polynomial near
// the zero, with the recurrence gamma(x + 1) = x gamma(x). The reference meaning
// has the negative numbers.

// stirlingLimit is from where gammaln follows Stirling's formula, digammaLimit
// the same for the digamma function.
const stirlingLimit, digammaLimit = 2.5, 2.0

// gammalnTerms is gammaln(2 + v)/v for |v| <= 1/2; stirlingTerms, in 1/(x*x),
// is x times what (x - 1/2) log(x) - x + log(2 pi)/2 lacks for x >= 2.5;
// digammaTerms is psi(1.5 + v) divided by the distance of its argument from the
// zero of psi, for |v| <= 1/2; psiTerms, in 1/(x*x), is x*x times the distance of
// psi(x) from log(x) - 1/(2 x) for x >= 2. All have errors below 2**-57.
var (
	gammalnTerms = []float64{
		0x1.b0ee6072093cep-2, 0x1.4a34cc4a60fa7p-2, -0x1.13e001a557616p-4, 0x1.51322ac7d8009p-6, -0x1.e404fc21888a0p-8, 0x1.7add6eae5589cp-9,
		-0x1.38ac5c309ca11p-10, 0x1.0b36af3681aeap-11, -0x1.d3fd4943a6cc9p-13, 0x1.a127dc2761445p-14, -0x1.78defda4b87dcp-15, 0x1.5806f530cce6bp-16,
		-0x1.3ca940606062ap-17, 0x1.263ea6478c99ep-18, -0x1.131ceea5fa60ap-19, 0x1.ee179b8fcbd66p-21, -0x1.c30632127d4e1p-22, 0x1.2b070131aa83cp-22,
		-0x1.33b63c63b2da5p-23,
	}
	stirlingTerms = []float64{
		0x1.5555555555555p-4, -0x1.6c16c16c134a2p-9, 0x1.a01a018839872p-11, -0x1.381370eb5e330p-11, 0x1.b94c02f68101ap-11, -0x1.f605ae6b5a710p-10,
		0x1.9e09077202214p-8, -0x1.bb9f623fcf63cp-6, 0x1.0a109ec931523p-3, -0x1.2f6904904b594p-1, 0x1.1d8a6c6f96ae9p+1, -0x1.88171d7ff5bf7p+2,
		0x1.52e2a9fff435ap+3, -0x1.10ce042daa054p+3,
	}
	digammaTerms = []float64{
		0x1.e6f0cbb873616p-1, -0x1.b1cb63005ee98p-2, 0x1.eca189b8e6f76p-3, -0x1.2feeeb98a78d3p-3, 0x1.8512e590384ccp-4, -0x1.fb44202a24f0cp-5,
		0x1.4de9aa17d3627p-5, -0x1.b9f8b11b64f28p-6, 0x1.25647162205c5p-6, -0x1.8635640e4d76ep-7, 0x1.03c0b0f8babf7p-7, -0x1.5a06a32c0ab49p-8,
		0x1.cd1f77f128455p-9, -0x1.336dea3d2541ap-9, 0x1.99dceeb6d8484p-10, -0x1.0fb1c5fba9756p-10, 0x1.69e823d47bc8cp-11, -0x1.fda4f1d839b4ep-12,
		0x1.55b5bef730b4ap-12, -0x1.2f5dc6805649bp-13, 0x1.874ff8eb74a23p-14, -0x1.75fe01519951dp-13, 0x1.fc3c38684b776p-14,
	}
	psiTerms = []float64{
		0x1.5555555555555p-4, -0x1.111111110c7f4p-7, 0x1.041040f302816p-8, -0x1.1111046084d42p-8, 0x1.f07715c858bc1p-8, -0x1.5946602b28770p-6,
		0x1.5205e9d9c8343p-4, -0x1.ac23a0f0ea21ep-2, 0x1.39b888cfe0b3ap+1, -0x1.d566680e81720p+3, 0x1.42adf20e6e989p+6, -0x1.7a786dcdf15b7p+8,
		0x1.677370e8432c9p+10, -0x1.08b5b2a6bbffcp+12, 0x1.206c44b713293p+13, -0x1.b342de735709fp+13, 0x1.94bbdbf5ad8f8p+13, -0x1.5c9b100d0f4e4p+12,
	}
)

const (
	halfLogTwoPi     = 0x1.d67f1c864beb5p-1
	halfLogTwoPiTail = -0x1.65b5a1b7ff5dfp-55
	psiZero          = 0x1.762d86356be3fp+0 // psi(psiZero + psiZeroTail) = 0
	psiZeroTail      = 0x1.b86a722197829p-54
)

// logNormal is log(x) for a normal number x > 0.
func logNormal(x node) pair {
	k, m := decomposed(x)
	return plusLn2(k, logNear(m.Sub(1.0)))
}

// toNear gives v and the factor with gamma(x) = gamma(2 + v)/factor, |v| <= 1/2,
// for x below stirlingLimit.
func toNear(x node) (v, factor node) {
	low, high := x.Lt(0.5), x.Ge(1.5)
	return where(low, x, where(high, x.Sub(2.0), x.Sub(1.0))), where(low, x.FMA(x, x), where(high, 1.0, x))
}

// stirling is gammaln(x) for x above stirlingLimit, l being log(x).
func stirling(x node, l pair) pair {
	half := x.Sub(0.5)
	main := twoProduct(half, l.hi)
	less := twoSum(main.hi, x.Neg())
	sum := twoSum(less.hi, c(halfLogTwoPi))
	inverse := c(1.0).Div(x)
	tail := inverse.FMA(horner(inverse.Mul(inverse), stirlingTerms...), half.FMA(l.lo, main.lo.Add(halfLogTwoPiTail)))
	return quickSum(sum.hi, sum.lo.Add(less.lo).Add(tail))
}

func gammaln(args ...node) node {
	x := args[0]
	far := x.Gt(stirlingLimit)
	v, factor := toNear(x)
	l := logNormal(where(far, x, factor))
	near := v.FMA(horner(v, gammalnTerms...), l.hi.Neg()).Sub(l.lo)
	y := where(far, stirling(x, l).hi, near)
	return rare(x.Ge(0x1p-900).And(x.Le(0x1p1000)).Not(), expr.OpGammaln, y, x)
}

// gamma is the exponential of gammaln, which is a pair because it may be large.
// It overflows before the limit from where the reference meaning is asked.
func gamma(args ...node) node {
	x := args[0]
	far := x.Gt(stirlingLimit)
	v, factor := toNear(x)
	y := chosen(far, stirling(x, logAccurate(x)), twoProduct(v, horner(v, gammalnTerms...)))
	p, k := expPair(y.hi.Minimum(750.0))
	p.lo = p.hi.FMA(y.lo, p.lo)
	z := k.scale(p.over(pair{where(far, 1.0, factor), c(0.0)}))
	return rare(x.Ge(0x1p-900).And(x.Le(192.0)).Not(), expr.OpGamma, z, x)
}

// digamma is psi(x + 1) - 1/x for x < 1.
func digamma(args ...node) node {
	x := args[0]
	low := x.Lt(1.0)
	y := where(low, x.Add(1.0), x)
	inverse := c(1.0).Div(x)
	near := y.Sub(psiZero).Sub(psiZeroTail).Mul(horner(y.Sub(1.5), digammaTerms...)).Sub(where(low, inverse, 0.0))

	l := logNormal(x)
	w := inverse.Mul(inverse)
	far := l.hi.Sub(w.FMA(horner(w, psiTerms...), inverse.FMA(0.5, l.lo.Neg())))
	z := where(x.Ge(digammaLimit), far, near)
	return rare(x.Gt(0.0).And(x.Lt(0x1p1000)).Not(), expr.OpPolygamma, z, x)
}

package scalar_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	. "arignote/expr/internal/scalar"
)

// span is a range of test arguments; logarithmic ones have both signs unless lo and hi are of one sign already.
type span struct {
	lo, hi      float64
	logarithmic bool
}

func uniform(lo, hi float64) span { return span{lo, hi, false} }
func logs(lo, hi float64) span    { return span{lo, hi, true} }

func (s span) draw(r *rand.Rand) float64 {
	if !s.logarithmic {
		return s.lo + (s.hi-s.lo)*r.Float64()
	}
	return math.Exp(math.Log(s.lo) + (math.Log(s.hi)-math.Log(s.lo))*r.Float64())
}

func bigAsinh(x *big.Float) *big.Float { return bigLog(add(x, root(add(mul(x, x), one)))) }
func bigAcosh(x *big.Float) *big.Float { return bigLog(add(x, root(sub(mul(x, x), one)))) }

var realFunctions = []struct {
	name  string
	f     func(float64) float64
	exact func(*big.Float) *big.Float
	spans []span
	limit float64 // ulp
}{
	{"Exp", Exp, bigExp, []span{uniform(-745.2, 710), uniform(-1, 1), uniform(709.7, 709.79), logs(1e-20, 1)}, 0.51},
	{"Exp2", Exp2, func(x *big.Float) *big.Float { return bigExp(mul(x, ln2)) }, []span{uniform(-1075, 1024), uniform(-1, 1)}, 0.51},
	{"Log2", Log2, func(x *big.Float) *big.Float { return quo(bigLog(x), ln2) }, []span{logs(5e-324, 1e308), uniform(0.9, 1.1)}, 0.51},
	{"Log10", Log10, func(x *big.Float) *big.Float { return quo(bigLog(x), bigLog(bf(10))) }, []span{logs(5e-324, 1e308), uniform(0.9, 1.1)}, 0.51},
	{"Sin", Sin, bigSin, []span{uniform(-10, 10), logs(1e-20, 1e300)}, 0.51},
	{"Cos", Cos, bigCos, []span{uniform(-10, 10), logs(1e-20, 1e300)}, 0.51},
	{"Tan", Tan, bigTan, []span{uniform(-10, 10), logs(1e-20, 1e300)}, 0.51},
	{"Asin", Asin, func(x *big.Float) *big.Float { return bigAtan(quo(x, root(sub(one, mul(x, x))))) }, []span{uniform(-1, 1), uniform(0.9999, 1), logs(1e-20, 1)}, 0.51},
	{"Acos", Acos, func(x *big.Float) *big.Float {
		return scaleBy(bigAtan(root(quo(sub(one, x), add(one, x)))), 1)
	}, []span{uniform(-1, 1), uniform(0.9999, 1)}, 0.51},
	{"Atan", Atan, bigAtan, []span{uniform(-10, 10), logs(1e-20, 1e20)}, 0.51},
	{"Sinh", Sinh, bigSinh, []span{uniform(-710.5, 710.5), uniform(-1, 1), logs(1e-20, 1)}, 0.51},
	{"Cosh", Cosh, bigCosh, []span{uniform(-710.5, 710.5), uniform(-1, 1)}, 0.51},
	{"Tanh", Tanh, bigTanh, []span{uniform(-25, 25), logs(1e-20, 1)}, 0.51},
	{"Asinh", Asinh, bigAsinh, []span{uniform(-5, 5), logs(1e-20, 1e100)}, 0.51},
	{"Acosh", Acosh, bigAcosh, []span{uniform(1, 5), uniform(1, 1.000001), logs(1, 1e100)}, 0.51},
	{"Atanh", Atanh, func(x *big.Float) *big.Float {
		return scaleBy(bigLog(quo(add(one, x), sub(one, x))), -1)
	}, []span{uniform(-1, 1), uniform(0.999999, 1), logs(1e-20, 1)}, 0.51},
	{"Sigmoid", Sigmoid, func(x *big.Float) *big.Float { return quo(one, add(one, bigExp(neg(x)))) }, []span{uniform(-745, 50), uniform(-5, 5)}, 0.51},
	{"Softplus", Softplus, func(x *big.Float) *big.Float { return bigLog(add(one, bigExp(x))) }, []span{uniform(-745, 745), uniform(-5, 5)}, 0.51},
	{"Log1mExp", Log1mExp, func(x *big.Float) *big.Float { return bigLog(neg(bigExpm1(x))) }, []span{uniform(-745, 0), uniform(-2, 0)}, 0.51},
	{"Logit", Logit, func(x *big.Float) *big.Float { return bigLog(quo(x, sub(one, x))) }, []span{uniform(0, 1), uniform(0.49, 0.51), logs(1e-300, 1)}, 0.51},
	{"Rad2deg", Rad2deg, func(x *big.Float) *big.Float { return quo(mul(bf(180), x), bigPi) }, []span{logs(1e-320, 1e305)}, 0.51},
	{"Deg2rad", Deg2rad, func(x *big.Float) *big.Float { return quo(mul(bigPi, x), bf(180)) }, []span{logs(1e-320, 1e305)}, 0.51},

	// Used from package math as they are.
	{"Log", Log, bigLog, []span{logs(5e-324, 1e308), logs(5e-324, 1e-308), uniform(0.5, 2)}, 0.51},
	{"Log1p", Log1p, func(x *big.Float) *big.Float { return bigLog(add(one, x)) }, []span{uniform(-1, 2), logs(1e-20, 1e300)}, 0.51},
	{"Expm1", Expm1, bigExpm1, []span{uniform(-60, 709.78), uniform(-1, 1), logs(1e-300, 1)}, 0.51},
	{"math.Cbrt", math.Cbrt, func(x *big.Float) *big.Float { return bigExp(quo(bigLog(x), bf(3))) }, []span{logs(5e-324, 1e308), uniform(0, 10)}, 1},
}

func TestRealAccuracy(t *testing.T) {
	for _, c := range realFunctions {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			var worst, at float64
			for _, s := range c.spans {
				for range 40 {
					x := s.draw(r)
					if u := ulps(c.f(x), c.exact(bf(x))); u > worst {
						worst, at = u, x
					}
				}
			}
			t.Logf("worst %.4f ulp at %v", worst, at)
			if worst > c.limit {
				t.Errorf("%s(%v) = %v: %.3f ulp off, limit %v", c.name, at, c.f(at), worst, c.limit)
			}
		})
	}
}

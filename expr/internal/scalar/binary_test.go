package scalar_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	. "arignote/expr/internal/scalar"
)

var binaryFunctions = []struct {
	name  string
	f     func(x, y float64) float64
	exact func(x, y *big.Float) *big.Float
	spans [][2]span
}{
	{"Pow", Pow, bigPow, [][2]span{
		{logs(1e-300, 1e300), uniform(-2, 2)}, {uniform(0, 2), uniform(-1000, 1000)},
		{uniform(0.9999, 1.0001), uniform(-5e6, 5e6)}, {logs(5e-324, 1e-300), uniform(-1, 1)},
	}},
	{"ExpSub", ExpSub, func(x, y *big.Float) *big.Float { return bigExp(sub(x, y)) }, [][2]span{
		{uniform(-3000, 0), uniform(0, 10)}, {uniform(0, 1), uniform(0, 700)}, {uniform(-700, 0), logs(1e-300, 1)}, {logs(1e-20, 1e-10), uniform(-3, 3)},
	}},
	{"LogAddExp", LogAddExp, func(x, y *big.Float) *big.Float { return bigLog(add(bigExp(x), bigExp(y))) }, [][2]span{
		{uniform(-10, 10), uniform(-10, 10)}, {uniform(-3000, 3000), uniform(-3000, 3000)},
	}},
	{"Xlogy", Xlogy, func(x, y *big.Float) *big.Float { return mul(x, bigLog(y)) }, [][2]span{
		{uniform(-5, 5), uniform(0, 3)}, {logs(1e-300, 1e300), logs(5e-324, 1e300)},
	}},
	{"Xlog1py", Xlog1py, func(x, y *big.Float) *big.Float { return mul(x, bigLog(add(one, y))) }, [][2]span{
		{uniform(-5, 5), uniform(-1, 3)}, {logs(1e-300, 1e300), logs(1e-200, 1e300)},
	}},
	{"Atan2", Atan2, func(y, x *big.Float) *big.Float {
		angle := bigAtan(quo(y, x))
		switch {
		case x.Sign() > 0:
			return angle
		case y.Sign() < 0:
			return sub(angle, bigPi)
		}
		return add(angle, bigPi)
	}, [][2]span{
		{uniform(-1, 1), uniform(-1, 1)}, {logs(1e-250, 1e50), logs(1e-50, 1e70)}, {uniform(-1e-280, 1e-280), uniform(-1e200, 1e20)},
	}},
	{"FloorDiv", FloorDiv, func(x, y *big.Float) *big.Float {
		n, _ := quo(x, y).Int(nil)
		f := newFloat().SetInt(n)
		if f.Cmp(quo(x, y)) > 0 {
			f = sub(f, one)
		}
		return f
	}, [][2]span{{uniform(-1000, 1000), uniform(-7, 7)}}},
}

func TestBinaryAccuracy(t *testing.T) {
	for _, c := range binaryFunctions {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			for _, s := range c.spans {
				for range 60 {
					x, y := s[0].draw(r), s[1].draw(r)
					if u := ulps(c.f(x, y), c.exact(bf(x), bf(y))); u > 0.51 {
						t.Errorf("%s(%v, %v) = %v: %.3f ulp off", c.name, x, y, c.f(x, y), u)
					}
				}
			}
		})
	}
}

func TestMod(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		x, y := (r.Float64()-0.5)*1000, (r.Float64()-0.5)*10
		m := Mod(x, y)
		if m != 0 && (m < 0) != (y < 0) || math.Abs(m) > math.Abs(y) {
			t.Fatalf("Mod(%v, %v) = %v", x, y, m)
		}
		if back := FloorDiv(x, y)*y + m; math.Abs(back-x) > 1e-12*math.Abs(x)+1e-12 {
			t.Fatalf("FloorDiv and Mod of %v, %v give back %v", x, y, back)
		}
	}
}

func TestPowersOfTenAndTwo(t *testing.T) {
	for k := -300; k <= 300; k++ {
		if k >= 0 && k <= 22 && Log10(math.Pow10(k)) != float64(k) || math.Abs(Log10(math.Pow10(k))-float64(k)) != 0 {
			t.Errorf("Log10(1e%d) = %v", k, Log10(math.Pow10(k)))
		}
	}
	for k := -1074; k < 1024; k++ {
		x := math.Ldexp(1, k)
		if Log2(x) != float64(k) || Exp2(float64(k)) != x || Pow(2, float64(k)) != x {
			t.Errorf("2**%d: Log2 %v, Exp2 %v, Pow %v", k, Log2(x), Exp2(float64(k)), Pow(2, float64(k)))
		}
	}
	for n, f := 1, 1.0; n <= 22; n++ { // exact factorials
		if Gamma(float64(n)) != f {
			t.Errorf("Gamma(%d) = %v, want %v", n, Gamma(float64(n)), f)
		}
		f *= float64(n)
	}
}

package scalar_test

import (
	"math"
	"testing"

	. "arignote/expr/internal/scalar"
)

var (
	inf  = math.Inf(1)
	nan  = math.NaN()
	zero = math.Copysign(0, -1) // -0
)

// identical is equality with NaN equal to NaN and -0 different from +0.
func identical(x, y float64) bool {
	return x == y && math.Signbit(x) == math.Signbit(y) || x != x && y != y
}

// TestSpecialValues gives x, f(x) pairs.
func TestSpecialValues(t *testing.T) {
	for _, c := range []struct {
		name  string
		f     func(float64) float64
		pairs [][2]float64
	}{
		{"Exp", Exp, [][2]float64{{0, 1}, {zero, 1}, {inf, inf}, {-inf, 0}, {nan, nan}, {709.782712893384, 1.7976931348622732e308}, {709.782712893385, inf}, {-745.13, 5e-324}, {-745.14, 0}, {-1e300, 0}, {1e300, inf}}},
		{"Exp2", Exp2, [][2]float64{{0, 1}, {inf, inf}, {-inf, 0}, {nan, nan}, {1024, inf}, {-1074, 5e-324}, {-1075, 0}, {-1e300, 0}, {1e300, inf}}},
		{"Log2", Log2, [][2]float64{{1, 0}, {0, -inf}, {zero, -inf}, {-1, nan}, {inf, inf}, {-inf, nan}, {nan, nan}, {5e-324, -1074}}},
		{"Log10", Log10, [][2]float64{{1, 0}, {0, -inf}, {zero, -inf}, {-1, nan}, {inf, inf}, {-inf, nan}, {nan, nan}, {1000, 3}}},
		{"Sign", Sign, [][2]float64{{2, 1}, {-inf, -1}, {0, 0}, {zero, 0}, {nan, nan}}},
		{"Relu", Relu, [][2]float64{{2, 2}, {-2, 0}, {zero, 0}, {inf, inf}, {-inf, 0}, {nan, nan}}},
		{"Sin", Sin, [][2]float64{{0, 0}, {zero, zero}, {inf, nan}, {-inf, nan}, {nan, nan}, {5e-324, 5e-324}, {math.Pi, 1.2246467991473532e-16}, {1e22, -0.8522008497671888}}},
		{"Cos", Cos, [][2]float64{{0, 1}, {zero, 1}, {inf, nan}, {-inf, nan}, {nan, nan}, {math.Pi / 2, 6.123233995736766e-17}, {1e22, 0.523214785395139}}},
		{"Tan", Tan, [][2]float64{{0, 0}, {zero, zero}, {inf, nan}, {-inf, nan}, {nan, nan}, {-5e-324, -5e-324}, {math.Pi / 2, 1.633123935319537e16}}},
		{"Asin", Asin, [][2]float64{{0, 0}, {zero, zero}, {1, math.Pi / 2}, {-1, -math.Pi / 2}, {1.1, nan}, {inf, nan}, {nan, nan}}},
		{"Acos", Acos, [][2]float64{{0, math.Pi / 2}, {1, 0}, {-1, math.Pi}, {1.1, nan}, {-inf, nan}, {nan, nan}}},
		{"Atan", Atan, [][2]float64{{0, 0}, {zero, zero}, {inf, math.Pi / 2}, {-inf, -math.Pi / 2}, {1e300, math.Pi / 2}, {nan, nan}}},
		{"Sinh", Sinh, [][2]float64{{0, 0}, {zero, zero}, {inf, inf}, {-inf, -inf}, {711, inf}, {-1e300, -inf}, {nan, nan}, {5e-324, 5e-324}}},
		{"Cosh", Cosh, [][2]float64{{0, 1}, {zero, 1}, {inf, inf}, {-inf, inf}, {711, inf}, {-1e300, inf}, {nan, nan}}},
		{"Tanh", Tanh, [][2]float64{{0, 0}, {zero, zero}, {inf, 1}, {-inf, -1}, {1e300, 1}, {nan, nan}}},
		{"Asinh", Asinh, [][2]float64{{0, 0}, {zero, zero}, {inf, inf}, {-inf, -inf}, {nan, nan}}},
		{"Acosh", Acosh, [][2]float64{{1, 0}, {0.5, nan}, {-1, nan}, {inf, inf}, {-inf, nan}, {nan, nan}}},
		{"Atanh", Atanh, [][2]float64{{0, 0}, {zero, zero}, {1, inf}, {-1, -inf}, {2, nan}, {inf, nan}, {nan, nan}}},
		{"Sigmoid", Sigmoid, [][2]float64{{0, 0.5}, {zero, 0.5}, {inf, 1}, {-inf, 0}, {1e300, 1}, {-1e300, 0}, {nan, nan}}},
		{"Softplus", Softplus, [][2]float64{{0, math.Ln2}, {inf, inf}, {-inf, 0}, {1e300, 1e300}, {-1e300, 0}, {nan, nan}}},
		{"Log1mExp", Log1mExp, [][2]float64{{0, -inf}, {zero, -inf}, {1, nan}, {-inf, zero}, {inf, nan}, {nan, nan}}},
		{"Logit", Logit, [][2]float64{{0, -inf}, {1, inf}, {0.5, 0}, {-1, nan}, {2, nan}, {nan, nan}}},
		{"Rad2deg", Rad2deg, [][2]float64{{0, 0}, {zero, zero}, {math.Pi, 180}, {inf, inf}, {-inf, -inf}, {1e308, inf}, {nan, nan}}},
		{"Deg2rad", Deg2rad, [][2]float64{{0, 0}, {zero, zero}, {180, math.Pi}, {inf, inf}, {nan, nan}}},
		{"Erf", Erf, [][2]float64{{0, 0}, {zero, zero}, {inf, 1}, {-inf, -1}, {nan, nan}, {5e-324, 5e-324}}},
		{"Erfc", Erfc, [][2]float64{{0, 1}, {inf, 0}, {-inf, 2}, {27.3, 0}, {1e300, 0}, {nan, nan}}},
		{"Erfcx", Erfcx, [][2]float64{{0, 1}, {inf, 0}, {-inf, inf}, {-26.7, inf}, {nan, nan}}},
		{"LogErfc", LogErfc, [][2]float64{{0, 0}, {inf, -inf}, {-inf, math.Ln2}, {1e200, -inf}, {nan, nan}}},
		{"Erfinv", Erfinv, [][2]float64{{0, 0}, {zero, zero}, {1, inf}, {-1, -inf}, {1.1, nan}, {inf, nan}, {nan, nan}}},
		{"Erfcinv", Erfcinv, [][2]float64{{0, inf}, {1, 0}, {2, -inf}, {-0.1, nan}, {inf, nan}, {nan, nan}}},
		{"Gamma", Gamma, [][2]float64{{0, inf}, {zero, -inf}, {-1, nan}, {-1e300, nan}, {inf, inf}, {-inf, nan}, {171.7, inf}, {-200.5, zero}, {-201.5, 0}, {5e-324, inf}, {nan, nan}}},
		{"Gammaln", Gammaln, [][2]float64{{0, inf}, {zero, inf}, {1, 0}, {2, 0}, {-1, inf}, {-1e300, inf}, {inf, inf}, {-inf, inf}, {1e307, inf}, {nan, nan}}},
		{"Psi", Psi, [][2]float64{{0, -inf}, {zero, inf}, {-1, nan}, {inf, inf}, {-inf, nan}, {nan, nan}}},
		{"Trigamma", Trigamma, [][2]float64{{0, inf}, {zero, inf}, {-1, inf}, {inf, 0}, {-inf, nan}, {nan, nan}, {1e-300, inf}}},
		{"psi''", func(x float64) float64 { return Polygamma(2, x) }, [][2]float64{{0, -inf}, {zero, inf}, {-1, nan}, {inf, zero}, {nan, nan}}},
		{"order 0", func(x float64) float64 { return Polygamma(0, x) }, [][2]float64{{1, Psi(1)}}},
		{"order -1", func(x float64) float64 { return Polygamma(-1, x) }, [][2]float64{{1, nan}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, p := range c.pairs {
				if got := c.f(p[0]); !identical(got, p[1]) {
					t.Errorf("%s(%v) = %v, want %v", c.name, p[0], got, p[1])
				}
			}
		})
	}
}

// TestSpecialPairs gives x, y, f(x, y).
func TestSpecialPairs(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(x, y float64) float64
		rows [][3]float64
	}{
		{"FloorDiv", FloorDiv, [][3]float64{{7, 2, 3}, {-7, 2, -4}, {7, -2, -4}, {-7, -2, 3}, {1, 0, inf}, {-1, 0, -inf}, {1, zero, -inf}, {0, 0, nan}, {inf, 2, nan}, {2, inf, 0}, {-2, inf, -1}, {inf, inf, nan}, {zero, 2, zero}, {0, -2, zero}, {nan, 1, nan}, {1, nan, nan}, {1, 0.1, 9}, {1e308, 1e-10, inf}}},
		{"Mod", Mod, [][3]float64{{7, 2, 1}, {-7, 2, 1}, {7, -2, -1}, {-7, -2, -1}, {1, 0, nan}, {0, 0, nan}, {inf, 2, nan}, {2, inf, 2}, {-2, inf, inf}, {2, -inf, -inf}, {zero, 2, 0}, {0, -2, zero}, {4, -2, zero}, {nan, 1, nan}, {1, nan, nan}, {-1, nan, nan}}},
		{"Maximum", Maximum, [][3]float64{{1, 2, 2}, {zero, 0, 0}, {0, zero, 0}, {nan, inf, nan}, {inf, nan, nan}, {-inf, 1, 1}}},
		{"Minimum", Minimum, [][3]float64{{1, 2, 1}, {zero, 0, zero}, {0, zero, zero}, {nan, -inf, nan}, {-inf, nan, nan}, {inf, 1, 1}}},
		{"Fmax", Fmax, [][3]float64{{1, 2, 2}, {nan, 1, 1}, {-inf, nan, -inf}, {nan, nan, nan}}},
		{"Fmin", Fmin, [][3]float64{{1, 2, 1}, {nan, 1, 1}, {inf, nan, inf}, {nan, nan, nan}}},
		{"Heaviside", Heaviside, [][3]float64{{-1, 5, 0}, {0, 5, 5}, {zero, 5, 5}, {1, nan, 1}, {0, nan, nan}, {nan, 1, nan}}},
		{"Pow", Pow, [][3]float64{{nan, 0, 1}, {1, nan, 1}, {nan, 1, nan}, {2, nan, nan}, {0, 0, 1}, {0, -1, inf}, {zero, -1, -inf}, {zero, -2, inf}, {zero, 3, zero}, {zero, 2, 0}, {-1, inf, 1}, {-1, -inf, 1}, {0.5, inf, 0}, {0.5, -inf, inf}, {2, inf, inf}, {2, -inf, 0}, {inf, -1, 0}, {inf, 1, inf}, {-inf, 3, -inf}, {-inf, 2, inf}, {-inf, -3, zero}, {-inf, 0.5, inf}, {-8, 1.0 / 3, nan}, {-2, 3, -8}, {-2, -1075, zero}, {-2, 1025, -inf}, {3, 2, 9}, {10, 22, 1e22}, {2, 1e300, inf}, {-0.5, 1e300, 0}, {2, 5e-324, 1}, {10, 308, 1e308}, {10, -323, 1e-323}}},
		{"LogAddExp", LogAddExp, [][3]float64{{-inf, -inf, -inf}, {inf, inf, inf}, {inf, -inf, inf}, {-inf, 3, 3}, {3, -inf, 3}, {nan, 1, nan}, {inf, nan, nan}, {-inf, nan, nan}, {1e308, -1e308, 1e308}, {1000, 1000, 1000 + math.Ln2}}},
		{"Xlogy", Xlogy, [][3]float64{{0, 0, 0}, {0, -1, 0}, {0, inf, 0}, {0, nan, nan}, {nan, 1, nan}, {1, 0, -inf}, {-1, 0, inf}, {1, -1, nan}, {inf, 2, inf}, {2, 1, 0}}},
		{"Xlog1py", Xlog1py, [][3]float64{{0, -1, 0}, {0, -2, 0}, {0, inf, 0}, {0, nan, nan}, {1, -1, -inf}, {1, -2, nan}, {2, 1e-320, 2e-320}}},
		{"Atan2", Atan2, [][3]float64{{0, 1, 0}, {zero, 1, zero}, {0, -1, math.Pi}, {zero, -1, -math.Pi}, {zero, zero, -math.Pi}, {inf, inf, math.Pi / 4}, {inf, -inf, 3 * math.Pi / 4}, {1, inf, 0}, {-1, -inf, -math.Pi}, {nan, 1, nan}, {-5e-291, -4e241, -math.Pi}, {5e-324, 1e300, 0}, {-5e-324, 2, zero}, {1, 0, math.Pi / 2}, {1e300, -1e-300, math.Pi / 2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range c.rows {
				if got := c.f(r[0], r[1]); !identical(got, r[2]) {
					t.Errorf("%s(%v, %v) = %v, want %v", c.name, r[0], r[1], got, r[2])
				}
			}
		})
	}
}

func TestClip(t *testing.T) {
	for _, c := range [][4]float64{{5, 0, 1, 1}, {-5, 0, 1, 0}, {0.5, 0, 1, 0.5}, {0.5, 2, 1, 1}, {nan, 0, 1, nan}, {0, nan, 1, nan}, {0, 0, nan, nan}, {inf, -inf, 3, 3}} {
		if got := Clip(c[0], c[1], c[2]); !identical(got, c[3]) {
			t.Errorf("Clip(%v, %v, %v) = %v, want %v", c[0], c[1], c[2], got, c[3])
		}
	}
}

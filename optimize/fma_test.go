package optimize_test

import (
	"strings"
	"testing"

	"arignote/optimize"
)

const threeVectors = "x: float64[5]; y: float64[5]; z: float64[5]; a: float64; b: float64; w: float64[2, 5]; s: float32[5]; r: float32[5]; " +
	"u: float64[?]; v: float64[?]; i: int64[5]; j: int64[5]; h: complex128[5]; "

// TestFMA: a product and what is added to it are one operation, where that
// saves one and nothing cancels.
func TestFMA(t *testing.T) {
	list := cases{
		{"x*y + z", "fma(x, y, z)"},
		{"z + x*y", "fma(x, y, z)"},
		{"x*y - 2", "fma(x, y, -2.0)"},
		{"x*y - array(2.5, 'float64')", "fma(x, y, -2.5)"},
		{"z - 2*x", "fma(-2.0, x, z)"},
		{"z - 0.1*x*y", "fma(-0.1*x, y, z)"},
		{"2*x + y", "fma(2, x, y)"},
		{"x*x + 1", "fma(x, x, 1)"},
		{"a*b + 1", "fma(a, b, 1)"},
		{"a*x + b", "fma(a, x, b)"},
		{"x*y*z + a", "fma(x*y, z, a)"},
		{"x + y + z*a", "fma(z, a, x + y)"},
		{"z*a + x + y", "fma(z, a, x) + y"},
		{"((0.7*x - 2)*x + 1)*x + 4", "fma(fma(fma(0.7, x, -2.0), x, 1), x, 4)"},
		{"0.1*s + r", "0.1*s + r"},
		{"i*x + y", "fma(i, x, y)"},
		{"map(lambda p: 3*p + 1, x)", "map(lambda p: fma(3, p, 1), x)"},
		{"fma(x, y, z) + 1", "fma(x, y, z) + 1"},
		{"x*y - a", "fma(x, y, -a)"},
		{"z - a*x", "fma(-a, x, z)"},
		{"1 - x*x", "fma(-x, x, 1)"},
		{"u*u + 1", "fma(u, u, 1)"},

		// A sign that nothing takes in, a product that is shared, an output,
		// of another dtype, or smaller than the sum.
		{"z - x*y", "z - x*y"},
		{"x*y - z", "x*y - z"},
		{"x*y + z, x*y", "t1 = x*y; t1 + z, t1"},
		{"t = x*y; (t + z)*sin(t)", "t1 = x*y; (t1 + z)*sin(t1)"},
		{"s*r + x", "s*r + x"},
		{"x*y + w", "x*y + w"},
		{"u*2.5 + v", "u*2.5 + v"},
		{"i*j + 1", "i*j + 1"},
		{"h*h + 1", "square(h) + 1"},

		// Several products, which may cancel.
		{"x*z - y*y", "x*z - square(y)"},
		{"x*y - z*a", "x*y - z*a"},
		{"x*y + z*a + b", "x*y + z*a + b"},
		{"x*x + y*y - 2*x*z", "square(x) + square(y) - 2*x*z"},
		{"x*y + a - z*b", "x*y + a - z*b"},
		{"x*x + y*y", "square(x) + square(y)"},
		{"x*x + y*y + z*z", "fma(z, z, square(x) + square(y))"},

		// The last bits of a loop decide when it ends.
		{"while_loop(lambda p: p < 9, lambda p: 2.5*p + 1, x, 50)[0]", "t1 = while_loop(lambda p: p < 9, lambda p: 2.5*p + 1, (x,), 50); t1[0]"},
	}
	for i := range list {
		list[i].src = threeVectors + list[i].src
	}
	list.test(t, optimize.Options{})
}

// TestFMALeftOut: strict mode rounds twice, and so does who leaves the pass
// out, or simplifies to read or to differentiate.
func TestFMALeftOut(t *testing.T) {
	list := cases{{"x: float64[5]; y: float64[5]; x*y + 1.5", "x*y + 1.5"}}
	list.test(t, optimize.Options{Strict: true})
	list.test(t, optimize.Options{Skip: []string{"fma"}})
	if got := optimize.Simplify(parse(t, list[0].src).Outputs[0]).String(); !strings.Contains(got, list[0].want) {
		t.Errorf("Simplify: %s", got)
	}
}

// TestFMATrace: the trace says what is taken for granted.
func TestFMATrace(t *testing.T) {
	_, trace, err := optimize.Run(parse(t, "x: float64[5]; x*x + 1, x*sin(x) - 1, 1 - 3*x"), optimize.Options{Check: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range []string{"mul-add", "mul-sub", "sub-mul"} {
		if !strings.Contains(trace.String(), rule+" (fma, real; one rounding instead of two)") {
			t.Errorf("%s is not in\n%v", rule, trace)
		}
	}
}

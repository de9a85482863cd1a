package autodiff_test

import (
	"fmt"
	"math"
	"testing"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestWhereDoesNotLeak: the side that is not taken has no influence on the
// gradient, whatever its derivative is. The data has places where it is
// infinite or NaN. Derivatives of the gradient must be free of it too.
func TestWhereDoesNotLeak(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		expr         string
		x            []float64
		want, second []float64 // of the sum, and of the sum of the gradient; nil second is not checked
	}{
		{"where(x > 0, x*log(x), 0.0)", []float64{0, 1, -1}, []float64{0, 1, 0}, []float64{0, 1, 0}},
		{"where(x > 0, sqrt(x), 0.0)", []float64{0, 4, -1}, []float64{0, 0.25, 0}, []float64{0, -1. / 32, 0}},
		{"where(x <= 0, 0.0, sqrt(x))", []float64{0, 4, -1}, []float64{0, 0.25, 0}, []float64{0, -1. / 32, 0}},
		{"where(x > 0, log(x), x**2)", []float64{0, 2, -1}, []float64{0, 0.5, -2}, []float64{2, -0.25, 2}},
		{"where(x != 0, sin(x)/x, 1.0)", []float64{0, math.Pi / 2}, []float64{0, -4 / (math.Pi * math.Pi)}, nil},
		{"where(x < 100, exp(x), 0.0)", []float64{0, 1000, inf}, []float64{1, 0, 0}, []float64{1, 0, 0}},
		{"where(x > 0, x, expm1(x))", []float64{1, 1e4, -1}, []float64{1, 1, math.Exp(-1)}, []float64{0, 0, math.Exp(-1)}},
		{"where(isnan(x), 0.0, x**2)", []float64{nan, 3}, []float64{0, 6}, []float64{0, 2}},
		{"where(x > 0, arctan2(x, x), 0.0)", []float64{3, 0, -5}, []float64{0, 0, 0}, nil},
		{"where(x > 0, 1/x, where(x < 0, sqrt(-x), 0.0))", []float64{2, 0, -4}, []float64{-0.25, 0, -0.25}, []float64{0.25, 0, -1. / 32}},
		{"where(x > 1, where(x > 2, 1/(x - 2), log(x - 1)), 0.0)", []float64{1, 2, 4, 0}, []float64{0, 1, -0.25, 0}, []float64{0, -1, 0.25, 0}},
		{"2*where(x > 0, sqrt(x), 0.0)**2", []float64{0, 4}, []float64{0, 2}, []float64{0, 0}},
		{"sqrt(where(x > 0, x, 1.0))*where(x > 0, log(x), 0.0)", []float64{0, 1}, []float64{0, 1}, []float64{0, 0}},
		{"where(x > 0, sum(sqrt(x)), 0.0)", []float64{4, 9}, []float64{0.5, 1. / 3}, nil},
		{"where(sum(x) > 1, sum(sqrt(x)), 0.0)", []float64{0, 0}, []float64{0, 0}, []float64{0, 0}},
		{"where(sum(x) > 1, sum(sqrt(x)[::-1]), sum(x))", []float64{0, 0}, []float64{1, 1}, []float64{0, 0}},
		{"where(sum(x) > 1, prod(log(x)), 0.0)", []float64{0, 0}, []float64{0, 0}, []float64{0, 0}},
		{"where(sum(x) > 1, max(log(x)), 0.0)", []float64{0, 0}, []float64{0, 0}, []float64{0, 0}},
		{"where(sum(x) > 1, softmax(1/x), 0.0)", []float64{0, 0}, []float64{0, 0}, []float64{0, 0}},
		{"where(sum(x) > 1, cumprod(1/x), 0.0)", []float64{0, 0}, []float64{0, 0}, []float64{0, 0}},
		{"where(sum(x) > 1, concatenate((sqrt(x), 1/x)), 0.0)", []float64{0, 0}, []float64{0, 0}, []float64{0, 0}},
		{"where(sum(x) > 1, dot(x, 1/x), 0.0)", []float64{0, 0}, []float64{0, 0}, []float64{0, 0}},
		{"where(sum(x) > 1, reshape(sqrt(x), (2, 1)), 0.0)", []float64{0, 0}, []float64{0, 0}, []float64{0, 0}},
		{"where(array([True, False]), array([[1.0, 2.0], [inf, nan]]) @ x, 0.0)", []float64{1, 1}, []float64{1, 2}, []float64{0, 0}},
		{"where(array([[True], [False]]), outer(array([1.0, inf]), x), 0.0)", []float64{1, 1}, []float64{1, 1}, []float64{0, 0}},
		{"where(array([True, False]), x @ array([[1.0, inf], [2.0, nan]]), 0.0)", []float64{1, 1}, []float64{1, 2}, []float64{0, 0}},
		{"where(array([True, False]), map(lambda v: sqrt(v)*v, x), 0.0)", []float64{4, 0}, []float64{3, 0}, nil},
		{"sqrt(x)[x > 0]", []float64{0, 4, -1}, []float64{0, 0.25, 0}, []float64{0, -1. / 32, 0}},
		{"sum(outer(sqrt(x), array([1.0, 2.0]))[x > 0])", []float64{0, 4, -1}, []float64{0, 0.75, 0}, []float64{0, -3. / 32, 0}},
		{"set_subtensor((1/x)[x == 0], 0.0)", []float64{0, 2}, []float64{0, -0.25}, []float64{0, 0.25}},
		{"relu(where(x > 0, log(x), -1.0))", []float64{0, 4}, []float64{0, 0.25}, nil},
		{"maximum(sqrt(x), 1.0)", []float64{4, 0.25}, []float64{0.25, 0}, nil},
		{"where(x, 1/x, 0.0)", []float64{2, 0}, []float64{-0.25, 0}, nil},
		{"where(x, x, sqrt(-x*x))", []float64{2, 3}, []float64{1, 1}, nil},
	} {
		for _, known := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s known=%v", c.expr, known), func(t *testing.T) {
				x := expr.Vector("x")
				if known {
					x = expr.Input("x", expr.Float64, len(c.x))
				}
				y, err := expr.Parse(c.expr, x)
				if err != nil {
					t.Fatal(err)
				}
				at, err := expr.ValueOf(c.x)
				if err != nil {
					t.Fatal(err)
				}
				compare := func(g *expr.Node, want []float64) {
					t.Helper()
					w, _ := expr.ValueOf(want)
					got := evaluate(t, []*expr.Node{x}, []*expr.Value{at}, g)[0]
					if err := exprtest.Compare(got, w, 1e-14, 1e-14); err != nil {
						t.Errorf("%v\n%v", err, g)
					}
				}
				g := autodiff.Grad(y.Sum(), x)
				compare(g, c.want)
				if c.second != nil {
					compare(autodiff.Grad(g.Sum(), x), c.second)
				}
			})
		}
	}
}

// TestWhereStaysRightAtZeros: masks do not depend on whether a gradient happens
// to be zero. Here it is at x = 2, where the second derivative is not.
func TestWhereStaysRightAtZeros(t *testing.T) {
	x := expr.Scalar("x")
	y := expr.Where(x.Gt(0), x.Sub(2).Square().Exp(), 0.0)
	d2 := autodiff.Grad(autodiff.Grad(y, x), x)
	got := evaluate(t, []*expr.Node{x}, []*expr.Value{expr.ScalarValue(2.0)}, d2, autodiff.JVP(y.Exp(), x, expr.Const(0.0).Mul(x)))
	if got[0].Float(0) != 2 || got[1].Float(0) != 0 {
		t.Errorf("second derivative %v, want 2; JVP %v, want 0", got[0], got[1])
	}
}

// TestOneWhere: masks cost one where at the end, not one for each product.
func TestOneWhere(t *testing.T) {
	x := expr.Vector("x")
	for _, c := range []struct{ y, want *expr.Node }{
		{expr.Where(x.Gt(0), x.Mul(x.Log()), 0.0), expr.Where(x.Gt(0), x.Log().Add(x.Div(x)), 0.0)},
		{expr.Where(x.Gt(0), x.Sin(), x.Cos()), expr.Where(x.Gt(0), x.Cos(), x.Sin().Neg())},
	} {
		if got := autodiff.Grad(c.y.Sum(), x).String(); got != c.want.String() {
			t.Errorf("gradient of %v:\n%v, want\n%v", c.y, got, c.want)
		}
	}
}

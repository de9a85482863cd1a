package autodiff_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/num/hyperdual"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestHyperdual compares first and second derivatives to those that hyperdual
// numbers give.
func TestHyperdual(t *testing.T) {
	type number = hyperdual.Number
	unary := map[expr.Op]func(number) number{
		expr.OpAbs: hyperdual.Abs, expr.OpReciprocal: hyperdual.Inv, expr.OpSqrt: hyperdual.Sqrt,
		expr.OpExp: hyperdual.Exp, expr.OpLog: hyperdual.Log,
		expr.OpSin: hyperdual.Sin, expr.OpCos: hyperdual.Cos, expr.OpTan: hyperdual.Tan,
		expr.OpArcsin: hyperdual.Asin, expr.OpArccos: hyperdual.Acos, expr.OpArctan: hyperdual.Atan,
		expr.OpSinh: hyperdual.Sinh, expr.OpCosh: hyperdual.Cosh, expr.OpTanh: hyperdual.Tanh,
		expr.OpArcsinh: hyperdual.Asinh, expr.OpArccosh: hyperdual.Acosh, expr.OpArctanh: hyperdual.Atanh,
	}
	binary := map[expr.Op]func(x, y number) number{
		expr.OpAdd: hyperdual.Add, expr.OpSub: hyperdual.Sub, expr.OpMul: hyperdual.Mul, expr.OpPow: hyperdual.Pow,
		expr.OpDiv: func(x, y number) number { return hyperdual.Mul(x, hyperdual.Inv(y)) },
	}
	random := rand.New(rand.NewPCG(7, 8))
	x, y := expr.Scalar("x"), expr.Scalar("y")
	close := func(got, want float64) bool { return math.Abs(got-want) <= 1e-10*(1+math.Abs(want)) }
	for op := range expr.NumOps {
		f, f2 := unary[op], binary[op]
		if f == nil && f2 == nil {
			continue
		}
		z := expr.New(x, op, nil, x)
		if f2 != nil {
			z = expr.New(x, op, nil, x, y)
		}
		dx, dy := autodiff.Grad(z, x), autodiff.Grad(z, y)
		dxx, dxy, dyy := autodiff.Grad(dx, x), autodiff.Grad(dx, y), autodiff.Grad(dy, y)
		lo, hi := op.Domain()
		for range 20 {
			a, b := lo+(hi-lo)*random.Float64(), lo+(hi-lo)*random.Float64()
			got := evaluate(t, []*expr.Node{x, y}, []*expr.Value{expr.ScalarValue(a), expr.ScalarValue(b)}, dx, dy, dxx, dxy, dyy)
			g := func(i int) float64 { return got[i].Float(0) }
			if f != nil {
				if d := f(number{Real: a, E1mag: 1, E2mag: 1}); !close(g(0), d.E1mag) || !close(g(2), d.E1E2mag) {
					t.Errorf("%v at %v: %v and %v, want %v and %v", z, a, g(0), g(2), d.E1mag, d.E1E2mag)
				}
				continue
			}
			mixed := f2(number{Real: a, E1mag: 1}, number{Real: b, E2mag: 1})
			byX := f2(number{Real: a, E1mag: 1, E2mag: 1}, number{Real: b})
			byY := f2(number{Real: a}, number{Real: b, E1mag: 1, E2mag: 1})
			if !close(g(0), mixed.E1mag) || !close(g(1), mixed.E2mag) || !close(g(3), mixed.E1E2mag) ||
				!close(g(2), byX.E1E2mag) || !close(g(4), byY.E1E2mag) {
				t.Errorf("%v at %v, %v: %v %v %v %v %v, want %v %v %v %v %v", z, a, b, g(0), g(1), g(2), g(3), g(4),
					mixed.E1mag, mixed.E2mag, byX.E1E2mag, mixed.E1E2mag, byY.E1E2mag)
			}
		}
	}
}

// TestSharp: values at places where a careless formula fails.
func TestSharp(t *testing.T) {
	for _, c := range []struct {
		expr    string
		x, want float64
		tol     float64
	}{
		{"sigmoid(x)", 40, math.Exp(-40), 1e-12},
		{"sigmoid(x)", -800, 0, 0},
		{"softplus(x)", 800, 1, 0},
		{"log_erfc(x)", 1e6, -2e6, 1e-9},
		{"log_erfc(x)", -40, 0, 0},
		{"expm1(x)", -50, math.Exp(-50), 1e-14},
		{"log1mexp(x)", -1e-10, -1e10, 1e-9},
		{"log1mexp(x)", -800, 0, 0},
		{"arcsin(x)", 1 - 1e-15, 1 / math.Sqrt(1.9999999999999991*9.992007221626409e-16), 1e-12},
		{"logaddexp(x, 900.0)", 800, math.Exp(-100), 1e-12},
		{"hypot(x, 0.0)", 0, 0, 0},
		{"arctan2(x, 1e200)", 1e200, 0.5e-200, 1e-14},
		{"sqrt(x)", 0, math.Inf(1), 0},
		{"abs(x)", 0, 0, 0},
		{"x**0", 0, 0, 0},
		{"x**1", 0, 1, 0},
		{"x**2", 0, 0, 0},
		{"x**(x*0)", 0, 0, 0},
		{"x**(x*0 + 1)", 0, 1, 0},
		{"0.0**x", 2, 0, 0},
		{"prod(x*array([0.0, 1.0, 2.0]) + array([0.0, 3.0, 4.0]))", 0, 0, 0},
	} {
		x := expr.Scalar("x")
		y, err := expr.Parse(c.expr, x)
		if err != nil {
			t.Fatal(err)
		}
		got := evaluate(t, []*expr.Node{x}, []*expr.Value{expr.ScalarValue(c.x)}, autodiff.Grad(y, x))[0].Float(0)
		if got != c.want && !(math.Abs(got-c.want) <= c.tol*math.Abs(c.want)) {
			t.Errorf("derivative of %s at %v: %v, want %v", c.expr, c.x, got, c.want)
		}
	}
}

// TestProductsOfZeros: derivatives of prod and cumprod with 0, 1, 2 and 3
// zeros, of first, second and third order, are those of the product written
// out.
func TestProductsOfZeros(t *testing.T) {
	x := expr.Input("x", expr.Float64, 4)
	var written []*expr.Node
	out := expr.Const(1.0)
	for i := range 4 {
		out = out.Mul(x.Index(i))
		written = append(written, out)
	}
	w := []float64{1, 2, 4, 8}
	sum := expr.Const(0.0)
	for i, n := range written {
		sum = sum.Add(n.Mul(w[i]))
	}
	for _, c := range []struct{ got, want *expr.Node }{{x.Prod(), out}, {x.Cumprod(0).Mul(w).Sum(), sum}} {
		for _, at := range [][]float64{{2, 3, 5, 7}, {2, 0, 5, 7}, {0, 3, 0, 7}, {0, 3, 5, 0}, {0, 0, 0, 7}, {0, 0, 0, 0}} {
			got, want := c.got, c.want
			for order := 1; order <= 3; order++ {
				got, want = autodiff.Grad(got, x), autodiff.Grad(want, x)
				v := evaluate(t, []*expr.Node{x}, []*expr.Value{mustValue(at)}, got, want)
				if err := exprtest.Compare(v[0], v[1], 0, 0); err != nil {
					t.Errorf("%v: derivative %d at %v: %v", c.got, order, at, err)
				}
				got, want = got.Mul(w).Sum(), want.Mul(w).Sum()
			}
		}
	}
}

package autodiff_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// cube is an operation of the user's own.
type cube struct {
	gradients func(y, g *expr.Node) []*expr.Node
}

func (cube) Name() string                             { return "cube" }
func (cube) Type(args []expr.Type) (expr.Type, error) { return args[0], nil }
func (c cube) Gradient(y, g *expr.Node) []*expr.Node  { return c.gradients(y, g) }
func (cube) Eval(args []*expr.Value) (*expr.Value, error) {
	data := make([]float64, args[0].Len())
	for i := range data {
		data[i] = math.Pow(args[0].Float(i), 3)
	}
	return expr.NewValue(args[0].Shape(), data)
}

// TestUserGradients: gradients that are stopped, scaled, given by a graph or by
// an operation of the user's own, also in other derivatives.
func TestUserGradients(t *testing.T) {
	x := expr.Input("x", expr.Float64, 2)
	at := []*expr.Value{mustValue([]float64{2, -3})}
	g := expr.Vector("g")
	p := expr.Vector("p")
	clipped := expr.WithGradient(x.Square(), expr.NewGraph([]*expr.Node{g, p}, g.Mul(p).Mul(2).Clip(-5, 5)), x)
	own := expr.Apply(cube{func(y, g *expr.Node) []*expr.Node { return []*expr.Node{g.Mul(y.Arg(0).Square()).Mul(3)} }}, x)
	for _, c := range []struct {
		name string
		got  *expr.Node
		want []float64
	}{
		{"stop", autodiff.Grad(x.Mul(x.StopGradient()).Sum(), x), []float64{2, -3}},
		{"scale", autodiff.Grad(x.Square().ScaleGradient(0.5).Sum(), x), []float64{2, -3}},
		{"scale by -1", autodiff.JVP(x.ScaleGradient(-1), x, x), []float64{-2, 3}},
		{"given", autodiff.Grad(clipped.Sum(), x), []float64{4, -5}},
		{"given, second", autodiff.Grad(autodiff.Grad(clipped.Sum(), x).Sum(), x), []float64{2, 0}},
		{"custom", autodiff.Grad(own.Sum(), x), []float64{12, 27}},
		{"custom, second", autodiff.Grad(autodiff.Grad(own.Sum(), x).Sum(), x), []float64{12, -18}},
		{"custom, jvp", autodiff.JVP(own, x, x), []float64{24, -81}},
		{"custom, hessian", autodiff.Hessian(own.Sum(), x).Diag(0), []float64{12, -18}},
		{"custom, none", autodiff.Grad(expr.Apply(cube{func(y, g *expr.Node) []*expr.Node { return []*expr.Node{nil} }}, x).Sum(), x), []float64{0, 0}},
	} {
		got := evaluate(t, []*expr.Node{x}, at, c.got)[0]
		if err := exprtest.Compare(got, mustValue(c.want), 1e-15, 0); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for program, want := range map[string][]float64{
		expr.OpWithGradient.Example():  {2, 4, 6},
		expr.OpScaleGradient.Example(): {1, 2, 3},
		expr.OpStopGradient.Example():  {1, 2, 3},
	} {
		p, err := expr.ParseGraph(program)
		if err != nil {
			t.Fatal(err)
		}
		got := evaluate(t, p.Inputs, []*expr.Value{mustValue([]float64{1, 2, 3})}, autodiff.Grad(p.Outputs[0].Sum(), p.Inputs[0]))[0]
		if err := exprtest.Compare(got, mustValue(want), 1e-15, 0); err != nil {
			t.Errorf("%s: %v", program, err)
		}
	}
	for text, f := range map[string]func(y, g *expr.Node) []*expr.Node{
		"cube: method Gradient returned 2 gradients for 1 arguments": func(y, g *expr.Node) []*expr.Node { return []*expr.Node{g, g} },
		"the gradient of float64[2] is float64":                      func(y, g *expr.Node) []*expr.Node { return []*expr.Node{g.Sum()} },
		"the gradient of float64[2] is int64[2]":                     func(y, g *expr.Node) []*expr.Node { return []*expr.Node{g.AsType(expr.Int64)} },
		"cube: method Gradient: panic: oh":                           func(y, g *expr.Node) []*expr.Node { panic("oh") },
	} {
		err := autodiff.Grad(expr.Apply(cube{f}, x).Exp().Sum(), x).Err()
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want %q", err, text)
		}
	}
}

// TestMap: gradients of maps with captured arguments and several results, of
// any order, are those of the same thing said without a map.
func TestMap(t *testing.T) {
	x, a := expr.Matrix("x"), expr.Matrix("a")
	both := expr.Map(func(p ...*expr.Node) []*expr.Node {
		return []*expr.Node{p[1].Dot(p[0]).Tanh(), p[0].Square().Sum()}
	}, []any{x}, a)
	mapped := both[0].Sum(1).Mul(both[1]).Sum()
	plain := x.Dot(a.T()).Tanh().Sum(1).Mul(x.Square().Sum(1)).Sum()
	inputs := []*expr.Node{x, a}
	random := rand.New(rand.NewPCG(1, 2))
	values := []*expr.Value{randomValue(random, expr.Float64, []int{3, 2}, -1, 1), randomValue(random, expr.Float64, []int{2, 2}, -1, 1)}
	same := func(what string, m, p *expr.Node) {
		t.Helper()
		got := evaluate(t, inputs, values, m, p)
		if err := exprtest.Compare(got[0], got[1], 1e-12, 1e-12); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, by := range inputs {
		gm, gp := autodiff.Grad(mapped, by), autodiff.Grad(plain, by)
		same("gradient", gm, gp)
		same("second", autodiff.Grad(gm.Square().Sum(), a), autodiff.Grad(gp.Square().Sum(), a))
		same("hessian", autodiff.Hessian(mapped, by), autodiff.Hessian(plain, by))
		same("gradient of the hessian", autodiff.Grad(autodiff.Hessian(mapped, by).Square().Sum(), x), autodiff.Grad(autodiff.Hessian(plain, by).Square().Sum(), x))
	}
	same("only one result", autodiff.Grad(both[1].Sum(), x), x.Mul(2))
	same("no dependence", autodiff.Grad(both[1].Sum(), a), a.ZerosLike())
}

package autodiff_test

import (
	"errors"
	"fmt"

	"arignote/autodiff"
	"arignote/expr"
)

// show prints an expression and its value.
func show(n *expr.Node, inputs []*expr.Node, values ...any) {
	data := make([]*expr.Value, len(values))
	for i, v := range values {
		data[i], _ = expr.ValueFor(inputs[i], v)
	}
	out, err := expr.NewGraph(inputs, n).Evaluate(data)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n, "=", out[0])
}

func ExampleGrad() {
	x := expr.Vector("x")
	g := autodiff.Grad(x.Sin().Sum(), x)
	show(g, []*expr.Node{x}, []float64{0, 1})

	second := autodiff.Grad(g.Sum(), x)
	show(second, []*expr.Node{x}, []float64{0, 1})

	fmt.Println(errors.Is(autodiff.Grad(x.Sin(), x).Err(), expr.ErrShape)) // no scalar
	// Output:
	// cos(x) = float64[2][1 0.5403023058681398]
	// -sin(x) = float64[2][-0 -0.8414709848078965]
	// true
}

func ExampleGrads() {
	w, x, y := expr.Vector("w"), expr.Matrix("x"), expr.Vector("y")
	loss := x.Dot(w).Sub(y).Square().Sum()
	for _, g := range autodiff.Grads(loss, w, y) {
		fmt.Println(g)
	}
	// Output:
	// t1 = x @ w; x.T @ sum_like((t1 - y)*2.0, t1)
	// sum_like(-((x @ w - y)*2.0), y)
}

func ExampleVJP() {
	x, v := expr.Input("x", expr.Float64, 2), expr.Input("v", expr.Float64, 2)
	show(autodiff.VJP(x.Square(), x, v), []*expr.Node{x, v}, []float64{3, 5}, []float64{1, 10})
	// Output:
	// v*(x*2.0) = float64[2][6 100]
}

func ExampleJVP() {
	a, x, v := expr.Input("A", expr.Float64, 2, 2), expr.Input("x", expr.Float64, 2), expr.Input("v", expr.Float64, 2)
	show(autodiff.JVP(a.Dot(x).Exp(), x, v), []*expr.Node{a, x, v}, [][]float64{{1, 0}, {0, 2}}, []float64{0, 0}, []float64{1, 10})
	// Output:
	// A.T.T @ v*exp(A @ x) = float64[2][1 20]
}

func ExampleJacobian() {
	x := expr.Vector("x")
	j := autodiff.Jacobian(x.Softmax(0), x)
	fmt.Println(j.Type())
	show(j, []*expr.Node{x}, []float64{0, 0})
	// Output:
	// float64[?, ?]
	// t1 = softmax(x, axis=0); map(lambda p0, p1: {t1 = p0*p1; t1 - p1*sum(t1, keepdims=True)}, eye(size(t1), size(t1)), (t1,)) = float64[2, 2][0.25 -0.25 -0.25 0.25]
}

func ExampleHessian() {
	x := expr.Input("x", expr.Float64, 2)
	h := autodiff.Hessian(x.Index(0).Square().Mul(x.Index(1)), x)
	out, _ := expr.NewGraph([]*expr.Node{x}, h).Evaluate([]*expr.Value{mustValue([]float64{3, 5})})
	fmt.Println(out[0])
	// Output:
	// float64[2, 2][10 6 6 0]
}

func Example_text() {
	x := expr.Vector("x")
	p := expr.Parser{Inputs: []*expr.Node{x}, Funcs: autodiff.Funcs}
	n, err := p.Parse("grad(sum(x**2), x)")
	fmt.Println(n, err)
	_, err = p.Parse("1 + grad(x, x)")
	fmt.Println(err)
	// Output:
	// x*2.0 <nil>
	// 1:5: grad: the cost is float64[?], not a scalar: sum it first
}

// ExampleGrad_where: the side that is not taken does not leak.
func ExampleGrad_where() {
	x := expr.Vector("x")
	entropy := expr.Where(x.Gt(0), x.Mul(x.Log()), 0.0)
	show(autodiff.Grad(entropy.Sum(), x), []*expr.Node{x}, []float64{0, 1})
	// Output:
	// where(x > 0, log(x) + x/x, 0.0) = float64[2][0 1]
}

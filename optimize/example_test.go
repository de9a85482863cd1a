package optimize_test

import (
	"fmt"

	"arignote/expr"
	"arignote/optimize"
)

func ExampleRun() {
	g, err := expr.ParseGraph(`
a: float64
v: float64[?]
M: float64[?, ?]
a/a + (M + a) @ v
`)
	if err != nil {
		fmt.Println(err)
		return
	}
	g, trace, err := optimize.Run(g, optimize.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(g.Outputs[0])
	for _, s := range trace.Steps {
		fmt.Println(s.Pass, s.Rule, s.Class)
	}
	// Output:
	// 1.0 + gemv(1.0, M + a, v)
	// simplify div-self real
	// simplify weaken-constant exact
	// blas gemv real
}

func ExampleRun_rules() {
	g, _ := expr.ParseGraph("x: float64[m]; y: float64[m]; log(x*y)")
	rule := optimize.Rule{Name: "log-mul", Left: "log(x * y)", Right: "log(x) + log(y)", Class: optimize.Real}
	g, trace, err := optimize.Run(g, optimize.Options{Rules: []optimize.Rule{rule}})
	fmt.Println(g.Outputs[0], err)
	fmt.Println(trace.Steps[0])
	// Output:
	// log(x) + log(y) <nil>
	// 1:31: log(x*y) -> log(x) + log(y)   log-mul (user, real; log(x * y) = log(x) + log(y) over the reals)
}

func ExampleStep_Try() {
	g, _ := expr.ParseGraph("a: float64; a/a")
	_, trace, _ := optimize.Run(g, optimize.Options{})
	fmt.Println(trace.Steps[0].Try())
	// Output: equal on 71 of 76 random and special values; differs at a = 0: NaN -> 1; assumes a != 0, finite
}

func ExampleSimplify() {
	x := expr.Vector("x")
	fmt.Println(optimize.Simplify(x.Exp().Add(1).Log()))
	fmt.Println(optimize.Simplify(x.Mul(2).Mul(3).Sub(x)))
	// Output:
	// softplus(x)
	// 5.0*x
}

func ExampleBrief() {
	x := expr.Vector("x")
	fmt.Println(optimize.Brief(x.Add(1).Mul(x.Neg()).Sin().Exp().Log().Sqrt().Abs()))
	// Output: abs(sqrt(log(exp(sin((x + 1)*-x)))))
}

// Command 03-logistic differentiates the logistic function. The gradient is
// stated by the chain rule as it stands, overflows as it stands, and is
// rewritten into a form that does not.
package main

import (
	"fmt"
	"log"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
)

func main() {
	x := expr.Matrix("x")
	s := expr.Const(1).Div(x.Neg().Exp().Add(1)).Sum() // sum(1/(1 + exp(-x)))
	gs := autodiff.Grad(s, x)
	fmt.Println("gradient:  ", gs)

	f, err := backend.Compile([]*expr.Node{x}, gs)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("simplified:", f.Graph().Outputs[0])

	// exp(1000) is infinite, but the gradient is 0 there, not NaN.
	results, err := f.Run([][]float64{{0, 1}, {-1, -2}, {1000, -1000}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.8f\n", results[0])
}

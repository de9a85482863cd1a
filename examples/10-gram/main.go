// Command 10-gram builds the Gram matrix of a kernel. The kernel is a Go
// function from expressions to an expression: expressions are values, so
// functions may take and return them.
package main

import (
	"fmt"
	"log"
	"math"

	"arignote/backend"
	"arignote/expr"
)

// gram returns kernel(x[i], x[j]) for all pairs of elements of a vector.
func gram(kernel func(x, y *expr.Node) *expr.Node, x *expr.Node) *expr.Node {
	return kernel(x.ExpandDims(1), x)
}

// gaussian returns the kernel exp(-(x-y)**2 / (2 g**2)).
func gaussian(g *expr.Node) func(x, y *expr.Node) *expr.Node {
	return func(x, y *expr.Node) *expr.Node {
		return x.Sub(y).Pow(2).Neg().Div(g.Pow(2).Mul(2)).Exp()
	}
}

func main() {
	x, g := expr.Vector("x"), expr.Scalar("g")
	k := gram(gaussian(g), x)
	fmt.Println(k)

	f, err := backend.Compile([]*expr.Node{x, g}, k)
	if err != nil {
		log.Fatal(err)
	}
	results, err := f.Run([]float64{-2, -1, 0, 1, 2}, 1.0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.8e\n", results[0].Float64s()[:5])

	// Another kernel, the same function.
	laplace := func(x, y *expr.Node) *expr.Node { return x.Sub(y).Abs().Neg().Exp() }
	y, err := backend.Eval(gram(laplace, x), map[string]any{"x": []float64{0, math.Ln2}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(y.Float64s())
}

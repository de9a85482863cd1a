// Command 02-slide shows the main job on real input: an expression is said,
// printed, differentiated, simplified and run. The division a/a disappears and
// the product of matrix and vector becomes one gemv.
package main

import (
	"fmt"
	"log"
	"os"

	"gonum.org/v1/gonum/mat"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
)

func main() {
	a, v, M := expr.Scalar("a"), expr.Vector("v"), expr.Matrix("M")
	d := a.Div(a).Add(M.Add(a).Dot(v))

	fmt.Println("As written:")
	check(expr.Print(os.Stdout, d))

	f, err := backend.Compile([]*expr.Node{a, v, M}, d)
	check(err)
	fmt.Println("\nSimplified:")
	check(expr.Print(os.Stdout, f.Graph().Outputs...))
	fmt.Println("\nBecause:")
	fmt.Print(f.Trace())

	// Arguments may be Go numbers, slices, tensors or gonum matrices.
	vector := []float64{1, 2, 3, 4}
	matrix := mat.NewDense(3, 4, []float64{
		1, 2, 3, 4,
		5, 6, 7, 8,
		9, 10, 11, 12,
	})
	results, err := f.Run(1.5, vector, matrix)
	check(err)
	fmt.Println("\nd =", results[0])

	// The gradient of sum(d) with respect to M, as an expression and as
	// numbers: each row is v.
	g := autodiff.Grad(d.Sum(), M)
	p, err := backend.Compile([]*expr.Node{a, v, M}, g)
	check(err)
	fmt.Println("\nGradient with respect to M:", p.Graph().Outputs[0])
	results, err = p.Run(1.5, vector, matrix)
	check(err)
	fmt.Println(results[0])
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

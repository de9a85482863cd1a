// Command 01-sum is the smallest program: say c = a + b, compile it, run it.
package main

import (
	"fmt"
	"log"

	"arignote/backend"
	"arignote/expr"
)

func main() {
	// Symbols stand for numbers that come later.
	a, b := expr.Scalar("a"), expr.Scalar("b")
	c := a.Add(b)

	// A Program takes the inputs in this order, as often as you like.
	f, err := backend.Compile([]*expr.Node{a, b}, c)
	if err != nil {
		log.Fatal(err)
	}
	results, err := f.Run(1.5, 2.5)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(c, "=", results[0])

	// Mistakes are values: the error names this file and the line of Add.
	wrong := expr.Input("x", expr.Float64, 3).Add(expr.Input("y", expr.Float64, 4))
	fmt.Println(wrong.Err())
}

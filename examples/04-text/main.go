// Command 04-text evaluates an expression that comes as text, as numexpr does
// in Python: a**2 + b**2 + 2*a*b for a million numbers. The grammar is closed:
// text from strangers is safe to parse.
package main

import (
	"fmt"
	"log"

	"arignote/backend"
	"arignote/expr"
)

func main() {
	g, err := expr.ParseGraph(`
		a: float64[n]       # two vectors of one length
		b: float64[n]
		a**2 + b**2 + 2*a*b
	`)
	if err != nil {
		log.Fatal(err)
	}
	f, err := backend.Compile(g.Inputs, g.Outputs...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Graph())

	const n = 1_000_000
	a, b := make([]float64, n), make([]float64, n)
	for i := range n {
		a[i], b[i] = float64(i)/n, 1-float64(i)/n
	}
	results, err := f.RunNamed(map[string]any{"a": a, "b": b})
	if err != nil {
		log.Fatal(err)
	}
	c := results[0].Float64s()
	fmt.Printf("%d results, all (a+b)**2 = 1: %.6f %.6f %.6f\n", len(c), c[0], c[n/2], c[n-1])

	// Lengths that differ are found before anything is computed.
	_, err = f.Run(a, b[:10])
	fmt.Println(err)
	// So is text that is no expression.
	_, err = expr.ParseGraph("a: float64[n]\na**2 + (b")
	fmt.Println(err)
}

// Command 12-area computes the area under a curve from up to a hundred million
// points, none of which is stored.
package main

import (
	"flag"
	"fmt"
	"log"

	"arignote/backend"
	"arignote/expr"
)

var largest = flag.Int("n", 100_000_000, "the largest number of points")

// area returns the integral of f from a to b by the midpoint rule: the mean of f
// in the middle of n intervals, times their common length n.
func area(f func(x *expr.Node) *expr.Node, a, b float64, n *expr.Node) *expr.Node {
	dx := expr.Const(b - a).Div(n)
	x := expr.Linspace(dx.Div(2).Add(a), expr.Const(b).Sub(dx.Div(2)), n)
	return f(x).Sum().Mul(dx)
}

func main() {
	flag.Parse()
	n := expr.Scalar("n", expr.Int64)
	curve := func(x *expr.Node) *expr.Node { // 0.7 x^3 - 2 x^2 + 4
		return x.Pow(3).Mul(0.7).Sub(x.Pow(2).Mul(2)).Add(4)
	}
	f, err := backend.Compile([]*expr.Node{n}, area(curve, 0, 3, n))
	if err != nil {
		log.Fatal(err)
	}
	for points := 10; points <= *largest; points *= 100 {
		results, err := f.Run(points)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%9d points: %.12f\n", points, results[0])
	}
	fmt.Println("      exactly:  8.175")

	// The plan says what a hundred million points take before they are computed.
	plan, err := f.Plan(100_000_000)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("less than a megabyte:", plan.PeakBytes() < 1<<20)
}

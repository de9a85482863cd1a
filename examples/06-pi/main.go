// Command 06-pi estimates pi from random points of the square [-1, 1]^2: the
// part of them that falls inside the circle of radius 1 is about pi/4.
package main

import (
	"fmt"
	"log"

	"arignote/backend"
	"arignote/expr"
)

func main() {
	// Random numbers are a function of a key and an index, so that this is an
	// expression like any other: the same key gives the same numbers, on any
	// machine. Different numbers need different keys; FoldIn makes them.
	key, n := expr.Scalar("key", expr.Int64), expr.Scalar("n", expr.Int64)
	coordinate := func(i int) *expr.Node {
		return expr.Uniform(expr.FoldIn(key, i), n).Mul(2).Sub(1)
	}
	x, y := coordinate(0), coordinate(1)
	inside := x.Square().Add(y.Square()).Lt(1)
	pi := inside.Sum().Mul(4).Div(n)

	f, err := backend.Compile([]*expr.Node{key, n}, pi)
	if err != nil {
		log.Fatal(err)
	}
	for _, points := range []int{1000, 1_000_000} {
		results, err := f.Run(2026, points)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%7d points: %v\n", points, results[0])
	}
	results, err := f.Run(2027, 1_000_000)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("with another key:", results[0])
}

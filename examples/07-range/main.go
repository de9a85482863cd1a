// Command 07-range adds the integers below ten million, and then only those
// that 3 divides. Nobody stores the ten million: arange is an expression, and
// what a sum needs of it is computed on the way.
package main

import (
	"fmt"
	"log"

	"arignote/backend"
	"arignote/expr"
)

func main() {
	n := expr.Scalar("n", expr.Int64)
	i := expr.Arange(0, n, 1)
	all := i.Sum()
	threes := expr.Where(i.Mod(3).Eq(0), i, 0).Sum()
	fmt.Println(all, "and", threes)

	f, err := backend.Compile([]*expr.Node{n}, all, threes)
	if err != nil {
		log.Fatal(err)
	}
	for _, n := range []int{0, 1, 10, 10_000_000} {
		sums, err := f.Run(n)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("n = %8d: %v, %v\n", n, sums[0], sums[1])
	}

	// The plan knows the memory before anything runs.
	plan, err := f.Plan(10_000_000)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("less than a megabyte:", plan.PeakBytes() < 1<<20)
}

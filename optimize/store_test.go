package optimize_test

import (
	"testing"

	"arignote/expr"
	"arignote/optimize"
)

// TestManyUsers: equal nodes become one, also where one argument has more users
// than are listed with it, and however many arguments they have.
func TestManyUsers(t *testing.T) {
	const users = 100
	x, y := expr.Vector("x"), expr.Vector("y")
	slices := func() []*expr.Node {
		var all []*expr.Node
		for i := range users {
			all = append(all, x.Index(i).Exp(), expr.Where(x.Gt(y), x, y.Index(i)).Sum())
		}
		return all
	}
	once := expr.NewGraph(nil, slices()...)
	twice := expr.NewGraph(nil, append(slices(), slices()...)...)
	merged, _, err := optimize.Run(twice, optimize.Options{})
	if err != nil {
		t.Fatal(err)
	}
	alone, _, err := optimize.Run(once, optimize.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := nodesOf(merged), nodesOf(alone); got != want {
		t.Errorf("%d nodes, and %d of each expression twice", want, got)
	}
	for i, n := range merged.Outputs[:2*users] {
		if merged.Outputs[2*users+i] != n {
			t.Errorf("%v is there twice", n)
		}
	}
}

func nodesOf(g *expr.Graph) (count int) {
	for range g.Nodes() {
		count++
	}
	return count
}

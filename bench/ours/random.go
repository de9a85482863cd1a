package main

import "arignote/expr"

// pi builds 4*count(x*x + y*y < 1)/n for n points of the square [-1, 1]^2.
func pi() (*expr.Graph, error) {
	key, n := expr.Scalar("key", expr.Int64), expr.Scalar("n", expr.Int64)
	coordinate := func(i int) *expr.Node { return expr.Uniform(expr.FoldIn(key, i), n).Mul(2).Sub(1) }
	x, y := coordinate(0), coordinate(1)
	return graph([]*expr.Node{key, n}, x.Square().Add(y.Square()).Lt(1).Sum().Mul(4).Div(n))
}

func piData(_ *source, n int) []any { return []any{1, n} }

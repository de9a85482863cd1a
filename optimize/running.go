package optimize

import (
	"slices"

	"arignote/expr"
)

// Products with triangles of equal numbers are running sums, for the pass linalg.

// linalgRunning are the rows about them.
var linalgRunning = []Rule{
	{Name: "dot-triangle-of-ones", Class: Real, Op: expr.OpDot, rewrite: dotTriangleOfOnes, with: []expr.Op{expr.OpTril, expr.OpTriu, expr.OpDimShuffle}, example: "v: float64[5]; A: float64[3, 5]; tril(ones((5, 5))) @ v, A @ tril(ones((5, 5)))"},
}

// triangleOf returns the number c of which the square matrix x has a triangle with
// the diagonal, and whether that is the lower one.
func triangleOf(x *expr.Node) (c *expr.Node, lower, ok bool) {
	flipped := isMatrixTranspose(x)
	if flipped {
		x = x.Arg(0)
	}
	if x.Op() != expr.OpTril && x.Op() != expr.OpTriu || x.Rank() != 2 || x.Attr().(expr.Diagonal).K != 0 || !x.Type().Dims[0].Same(x.Type().Dims[1]) {
		return nil, false, false
	}
	c, ok = fillOf(x.Arg(0))
	return c, (x.Op() == expr.OpTril) != flipped, ok
}

// dotTriangleOfOnes adds up instead of multiplying: tril(ones((n, n))) @ v is
// cumsum(v), and of an upper triangle, or from the right, it is that from the end.
func dotTriangleOfOnes(r *run, n *expr.Node) *expr.Node {
	for i, x := range n.Args() {
		y := n.Arg(1 - i)
		c, lower, ok := triangleOf(x)
		if !ok || !n.DType().IsFloat() || y.DType() != n.DType() || !r.sameShape(y, n) {
			continue
		}
		axis := 0 // of y, along which it is added up
		if i == 1 {
			axis, lower = y.Rank()-1, !lower
		}
		flip := slices.Repeat([]item{wholeItem}, y.Rank())
		if !lower {
			flip[axis] = backwards
		}
		sums := r.slice(n, r.make(n, expr.OpCumsum, expr.Axis{Axis: axis}, r.slice(n, y, flip)), flip)
		return r.make(n, expr.OpMul, nil, r.cast(n, c, n.DType()), sums)
	}
	return nil
}

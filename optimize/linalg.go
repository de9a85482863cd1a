package optimize

import "arignote/expr"

// linalgRules use what matrices have in common: an inverse is never formed to
// be multiplied by.
var linalgRules = []Rule{
	{Name: "inv-inv", Left: "inv(inv(x))", Right: "x", Class: Real},
	{Name: "inv-dot", Left: "inv(x) @ y", Right: "solve(x, y)", Class: Real, When: "x matrix"},
	{Name: "dot-inv", Left: "x @ inv(y)", Right: "solve(y.T, x.T).T", Class: Real, When: "x matrix, y matrix"},
	{Name: "dot-inv-vector", Left: "x @ inv(y)", Right: "solve(y.T, x)", Class: Real, When: "x vector, y matrix"},
	{Name: "inv-transpose", Left: "inv(x.T)", Right: "inv(x).T", Class: Real},
	{Name: "dot-transpose", Left: "(x @ y).T", Right: "y.T @ x.T", Class: Real, When: "x matrix, y matrix"},
	{Name: "det-transpose", Left: "det(x.T)", Right: "det(x)", Class: Real},
	{Name: "det-inv", Left: "det(inv(x))", Right: "reciprocal(det(x))", Class: Real},
	{Name: "log-abs-det", Left: "log(abs(det(x)))", Right: "logabsdet(x)", Class: Real},
	{Name: "trace-transpose", Class: Exact, Op: expr.OpTrace, rewrite: traceTranspose, example: "x: float64[3, 3]; trace(x.T)"},
	{Name: "trace-dot", Class: Real, Op: expr.OpTrace, rewrite: traceDot, example: "x: float64[3, 4]; y: float64[4, 3]; trace(x @ y)"},
}

// traceTranspose: the diagonal stays where it is.
func traceTranspose(r *run, n *expr.Node) *expr.Node {
	if x := n.Arg(0); isMatrixTranspose(x) {
		return r.make(n, expr.OpTrace, n.Attr(), x.Arg(0))
	}
	return nil
}

// traceDot computes only the diagonal of a product: trace(x @ y) is the sum of
// x * y.T.
func traceDot(r *run, n *expr.Node) *expr.Node {
	d := n.Arg(0)
	if d.Op() != expr.OpDot || !r.once(d) || !d.DType().IsFloat() {
		return nil
	}
	x, y := d.Arg(0), d.Arg(1)
	yt := r.transpose(n, y)
	if yt == nil || x.Rank() != 2 || !r.sameShape(x, yt) {
		return nil
	}
	m := r.make(n, expr.OpMul, nil, x, yt)
	if m.Err() != nil {
		return nil
	}
	return r.make(n, expr.OpSum, axesAttr(nil, 2, false), m)
}

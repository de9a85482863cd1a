package optimize

import (
	"slices"

	"arignote/expr"
)

// linalgMaps are the rows about products in loops over rows.
var linalgMaps = []Rule{
	// Products in loops.
	{Name: "map-dot", Class: Real, Op: expr.OpMap, rewrite: mapDot, example: "S: float64[3, 3]; X: float64[5, 3]; map(lambda x: S @ x, X), map(lambda x, y: (2*x) @ S + y, (X, X))"},
}

// maxBody is the largest body that is written out for all elements.
const maxBody = 32

// mapDot multiplies all vectors that a loop goes through at once: the Jacobian of
// S @ v is eye @ S.T, and so S.
func mapDot(r *run, n *expr.Node) *expr.Node {
	body, ok := n.Attr().(expr.Body)
	if !ok || len(body.Graph.Outputs) != 1 || !n.DType().IsFloat() {
		return nil
	}
	m := &vectorizing{r: r, n: n, of: make(map[*expr.Node]vectorized)}
	for i, in := range body.Graph.Inputs {
		m.of[in] = vectorized{n.Arg(i), i < body.Sequences}
	}
	nodes := 0
	for x := range body.Graph.Nodes() {
		if nodes++; nodes > maxBody || m.of[x].node == nil && !m.add(x) {
			return nil
		}
	}
	if out := m.of[body.Graph.Outputs[0]]; m.dots > 0 && out.each {
		return out.node
	}
	return nil
}

// vectorizing is the writing of a body for all elements at once.
type vectorizing struct {
	r    *run
	n    *expr.Node
	of   map[*expr.Node]vectorized
	dots int
}

// vectorized is a node of the body for all elements: with their axis in front if it
// is another one for each.
type vectorized struct {
	node *expr.Node
	each bool
}

// add writes x, whose arguments have been written; it reports whether it can.
func (m *vectorizing) add(x *expr.Node) bool {
	args, each := make([]*expr.Node, len(x.Args())), false
	for i, a := range x.Args() {
		args[i] = m.of[a].node
		each = each || m.of[a].each
	}
	switch {
	case len(args) == 0:
		m.of[x] = vectorized{m.r.node(x), false}
		return x.Op() == expr.OpConst
	case !each:
	case x.Op().Elementwise():
		for i, a := range x.Args() {
			args[i] = m.aligned(a, x.Rank())
		}
	case x.Op() == expr.OpDot:
		m.dots++
		return m.dot(x)
	default:
		return false
	}
	y := m.r.make(m.n, x.Op(), x.Attr(), args...)
	m.of[x] = vectorized{y, each}
	return y.Err() == nil
}

// aligned returns the argument a of an element-wise node with the given number of axes
// so that the axis of the elements is in front of all others.
func (m *vectorizing) aligned(a *expr.Node, rank int) *expr.Node {
	v := m.of[a]
	if !v.each {
		return v.node
	}
	pattern := []int{0}
	for range rank - a.Rank() {
		pattern = append(pattern, -1)
	}
	for i := range a.Rank() {
		pattern = append(pattern, i+1)
	}
	return m.r.shuffled(m.n, v.node, pattern)
}

// dot writes the product of a vector of each element and a vector or matrix of all.
func (m *vectorizing) dot(x *expr.Node) bool {
	i := slices.IndexFunc(x.Args(), func(a *expr.Node) bool { return m.of[a].each })
	vector, other := m.of[x.Arg(i)], m.of[x.Arg(1-i)]
	if x.Arg(i).Rank() != 1 || other.each {
		return false
	}
	b := other.node
	if i == 1 && b.Rank() == 2 {
		b = m.r.transpose(m.n, b)
	}
	y := m.r.make(m.n, expr.OpDot, nil, vector.node, b)
	m.of[x] = vectorized{y, true}
	return y.Err() == nil
}

package backend

import (
	"slices"

	"arignote/expr"
)

// In strict mode a program fails for the arguments for which the graph as written
// does. Planning computes what results need and no more: of x[i][:1] the first
// element, of shape(inv(A)) nothing. So what can fail is computed whole, as if it
// were a result.

// musts returns the nodes of the specialised graph that are to be computed
// although no result needs all of their elements.
func (p *Program) musts(s *special) []*expr.Node {
	if !p.config.Strict {
		return nil
	}
	return partlyNeeded(s.graph.Outputs, slices.Concat(s.graph.Outputs, s.fallible(p.graph)))
}

// fallible returns what the nodes of g that can fail have become.
func (s *special) fallible(g *expr.Graph) []*expr.Node {
	var list []*expr.Node
	for n := range g.Nodes() {
		m := s.of[n]
		switch {
		case m == nil || m.Value() != nil || !n.Op().Fallible() && !m.Op().Fallible():
		case s.items[m] != nil:
			list = append(list, s.items[m]...)
		default:
			list = append(list, m)
		}
	}
	return list
}

// drops reports whether a node of g that can fail is no part of the specialised
// graph.
func (s *special) drops(g *expr.Graph) bool {
	list := s.fallible(g)
	if len(list) == 0 {
		return false
	}
	kept := make(map[*expr.Node]bool)
	for n := range s.graph.Nodes() {
		kept[n] = true
	}
	return slices.ContainsFunc(list, func(n *expr.Node) bool { return !kept[n] })
}

// partlyNeeded returns the nodes that can fail among those that roots are built
// of, without those of which outputs need all elements.
func partlyNeeded(outputs, roots []*expr.Node) []*expr.Node {
	var list []*expr.Node
	all := needed(outputs)
	for n := range expr.Nodes(roots...) {
		if !n.Op().Fallible() || all[n] {
			continue
		}
		if n.Type().IsTuple() {
			n = expr.New(n, expr.OpItem, expr.Number{N: 0}, n)
		}
		list = append(list, n)
	}
	return list
}

// needed returns the nodes of which outputs need every element.
func needed(outputs []*expr.Node) map[*expr.Node]bool {
	all := make(map[*expr.Node]bool)
	visit := append([]*expr.Node{}, outputs...)
	for len(visit) > 0 {
		n := visit[len(visit)-1]
		visit = visit[:len(visit)-1]
		if all[n] || empty(n) {
			continue
		}
		all[n] = true
		for i, a := range n.Args() {
			if needsAll(n, i) {
				visit = append(visit, a)
			}
		}
	}
	return all
}

// needsAll reports whether n, which is not empty, is computed from every element
// of argument i.
func needsAll(n *expr.Node, i int) bool {
	if from, to := shapeArgs(n); n.Op().ShapeOnly(i) || i >= from && i < to {
		return false
	}
	switch n.Op() {
	case expr.OpSlice:
		x, _ := n.Arg(0).Type().Shape()
		y, _ := n.Type().Shape()
		return product(x) == product(y)
	case expr.OpTake, expr.OpSetSlice, expr.OpSetTake, expr.OpIncTake:
		return i > 0
	case expr.OpDiag, expr.OpTril, expr.OpTriu, expr.OpMap, expr.OpWhile:
		return false
	}
	return true
}

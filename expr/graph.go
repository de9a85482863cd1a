package expr

import (
	"iter"
)

// Graph is a function: inputs and the outputs computed from them.
type Graph struct{ Inputs, Outputs []*Node }

// NewGraph returns the graph with these inputs and outputs.
func NewGraph(inputs []*Node, outputs ...*Node) *Graph {
	return &Graph{Inputs: inputs, Outputs: outputs}
}

// Nodes visits each node that the outputs need once, arguments before users;
// bodies of loops are not entered. Inputs come when they are first used.
func (g *Graph) Nodes() iter.Seq[*Node] { return Nodes(g.Outputs...) }

// Nodes visits each node that roots need once, arguments before users.
func Nodes(roots ...*Node) iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		// A frame is a node and the number of its arguments already entered.
		type frame struct {
			n    *Node
			next int
		}
		var seen Numbers
		defer seen.Release()
		var stack []frame
		for _, root := range roots {
			if root == nil || seen.Of(root) >= 0 {
				continue
			}
			seen.Add(root)
			stack = append(stack[:0], frame{root, 0})
			for len(stack) > 0 {
				top := &stack[len(stack)-1]
				if top.next < len(top.n.Args()) {
					a := top.n.Args()[top.next]
					top.next++
					if a != nil && seen.Of(a) < 0 {
						seen.Add(a)
						stack = append(stack, frame{a, 0})
					}
					continue
				}
				n := top.n
				stack = stack[:len(stack)-1]
				if !yield(n) {
					return
				}
			}
		}
	}
}

// Rebuild returns the graph in which each node, arguments before users, is
// replaced by what f returns for it. f is given the node and its arguments as
// they are now; n.With(args...) keeps the node as it is. Inputs keep their
// place even if f replaces them in what is computed.
func (g *Graph) Rebuild(f func(n *Node, args []*Node) *Node) *Graph {
	now := make(map[*Node]*Node)
	for n := range g.Nodes() {
		args := make([]*Node, len(n.Args()))
		for i, a := range n.Args() {
			args[i] = now[a]
		}
		now[n] = f(n, args)
	}
	out := &Graph{Inputs: g.Inputs, Outputs: make([]*Node, len(g.Outputs))}
	for i, n := range g.Outputs {
		out.Outputs[i] = now[n]
	}
	return out
}

// Replace returns the outputs with each node that is a key of by replaced by
// its value: Aesara's givens, substitution, cloning with other inputs.
func Replace(by map[*Node]*Node, outputs ...*Node) []*Node {
	g := NewGraph(nil, outputs...).Rebuild(func(n *Node, args []*Node) *Node {
		if m, ok := by[n]; ok {
			return m
		}
		return n.With(args...)
	})
	return g.Outputs
}

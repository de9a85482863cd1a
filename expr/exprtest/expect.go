package exprtest

import (
	"fmt"
	"slices"
	"strings"

	"arignote/expr"
)

// Unmet returns what is not as expected of a simplified graph that runs as so
// many kernels, in words; nil if all is.
func (e *Expect) Unmet(g *expr.Graph, kernels int) []string {
	var unmet []string
	miss := func(format string, args ...any) { unmet = append(unmet, fmt.Sprintf(format, args...)) }
	atMost := func(limit *int, n int, what string) {
		if limit != nil && n > *limit {
			miss("%d %s, want at most %d", n, what, *limit)
		}
	}
	nodes, views, names := census(g)
	atMost(e.MaxNodes, nodes, "nodes")
	atMost(e.MaxViews, views, "views")
	atMost(e.MaxKernels, kernels, "kernels")
	for _, entry := range e.MustContain {
		if !slices.ContainsFunc(strings.Split(entry, "|"), func(name string) bool { return names[name] }) {
			miss("no %s", entry)
		}
	}
	for _, name := range e.MustNotContain {
		if names[name] {
			miss("there is %s", name)
		}
	}
	if out := g.Outputs[0]; e.ResultIs != "" && (out.Op() != expr.OpInput || out.Name() != e.ResultIs) {
		miss("the result is not %s", e.ResultIs)
	}
	return unmet
}

// census counts the nodes of g that compute and those that are views, and
// collects the names of both. Inputs, constants and questions about shapes do
// not count.
func census(g *expr.Graph) (nodes, views int, names map[string]bool) {
	names = make(map[string]bool)
	for n := range g.Nodes() {
		switch op := n.Op(); op {
		case expr.OpInput, expr.OpConst, expr.OpSize, expr.OpShape:
			continue
		default:
			if op.View() {
				views++
			} else {
				nodes++
			}
		}
		for _, name := range genericNames(n) {
			names[name] = true
		}
	}
	return nodes, views, names
}

// genericNames returns the names under which golden files know what n does:
// that of its op, and of what it is a spelling or a composition of.
func genericNames(n *expr.Node) []string {
	names := []string{n.Op().String()}
	switch n.Op() {
	case expr.OpSetSlice, expr.OpSetTake:
		names = append(names, "set_slice")
	case expr.OpIncSlice, expr.OpIncTake:
		names = append(names, "inc_slice")
	case expr.OpConcatenate:
		names = append(names, "concat")
	case expr.OpTake:
		names = append(names, "gather")
	case expr.OpDimShuffle:
		names = append(names, shuffles(n)...)
	case expr.OpBroadcastTo, expr.OpBroadcastLike:
		names = append(names, "broadcast")
	case expr.OpMatMul:
		names = append(names, "dot")
	case expr.OpFMA:
		names = append(names, "mul", "add")
	case expr.OpMaximum, expr.OpMinimum:
		names = append(names, strings.TrimSuffix(n.Op().String(), "imum"))
	case expr.OpDiv:
		if v := n.Args()[0].Value(); v != nil && v.Len() == 1 && v.Complex(0) == 1 {
			names = append(names, "reciprocal")
		}
	case expr.OpMul:
		if args := n.Args(); len(args) == 2 && args[0] == args[1] {
			names = append(names, "square")
		}
	}
	return names
}

// shuffles returns what a dimshuffle does: it may permute axes, insert and
// leave out.
func shuffles(n *expr.Node) []string {
	pattern := n.Attr().(expr.Pattern).Axes
	kept := slices.DeleteFunc(slices.Clone(pattern), func(axis int) bool { return axis < 0 })
	var names []string
	if !slices.IsSorted(kept) {
		names = append(names, "transpose")
	}
	if len(kept) < len(pattern) {
		names = append(names, "broadcast")
	}
	if len(kept) < n.Args()[0].Rank() {
		names = append(names, "squeeze")
	}
	return names
}

package optimize

import (
	"slices"

	"arignote/expr"
)

// Rules of the user's that go on and on inside of what they made: sin(x) becomes
// -sin(-x), then -(-sin(-(-x))), and so on. A rule that moves into what it
// replaces, as f(x + y) = f(x) + f(y) does, also leaves one replacement waiting for
// the next, as often as the graph is deep; but what it looks at becomes smaller.

// grows reports whether the last maxDepth replacements on the stack, each of which
// waits for the one after it and at last for the node child, have not led to a node
// that is less high, and rules of the user's were among them.
func (r *run) grows(stack []frame, child int32) bool {
	depth := stack[len(stack)-1].depth + 1 - maxDepth
	at := len(stack) - 1
	for at > 0 && stack[at-1].depth >= depth {
		at--
	}
	var heights []int32
	return r.userRules(r.chainRules(stack)) && r.height(&heights, child) >= r.height(&heights, stack[at].id)
}

// height is the number of nodes on the longest way from the node id to an input or a
// constant. It keeps those of all nodes below by their number.
func (r *run) height(heights *[]int32, id int32) int32 {
	*heights = extended(*heights, r.numbered())
	known := *heights
	for stack := []int32{id}; len(stack) > 0; {
		n := stack[len(stack)-1]
		highest, ready := int32(0), true
		for _, a := range r.args(n) {
			if known[a] == 0 {
				stack, ready = append(stack, a), false
			}
			highest = max(highest, known[a])
		}
		if ready {
			known[n] = highest + 1
			stack = stack[:len(stack)-1]
		}
	}
	return known[id]
}

// undoing names the rules that have made the node n out of itself.
func (r *run) undoing(stack []frame, n *expr.Node) error {
	return expr.Errorf(expr.ErrDomain, "optimize", "rules undo each other without end on %s: %s", Brief(n), sortedNames(r.chainRules(stack)))
}

// goesOn names the rules of an ever growing expression, and where that began.
func (r *run) goesOn(stack []frame) error {
	first := slices.IndexFunc(stack, func(f frame) bool { return f.repl != unseen })
	return expr.Errorf(expr.ErrDomain, "optimize", "rules rewrite what they make without end on %s: %s", Brief(r.nodeAt(stack[first].id)), sortedNames(r.chainRules(stack)))
}

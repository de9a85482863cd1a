package optimize

import "arignote/expr"

// uses counts the users of each node of the graph that a pass works on, so
// that a rewrite does not compute anew what another node needs anyway. Nodes
// made during the pass count as used once.
type uses struct {
	epoch int32
	of    []useInfo // by node number
}

type useInfo struct {
	epoch int32
	count int32
	user  int32 // one of the users
}

// countUses counts for the nodes of g; an output is one use.
func (r *run) countUses(g *expr.Graph) {
	r.uses.epoch++
	var stack []int32
	enter := func(id, user int32) {
		for int(id) >= len(r.uses.of) {
			r.uses.of = append(r.uses.of, useInfo{})
		}
		u := &r.uses.of[id]
		if u.epoch != r.uses.epoch {
			*u = useInfo{epoch: r.uses.epoch}
			stack = append(stack, id)
		}
		u.count++
		u.user = user
	}
	for _, n := range g.Outputs {
		enter(r.id(n), -1)
		for len(stack) > 0 {
			id := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, a := range r.args[id] {
				enter(a, id)
			}
		}
	}
}

// once reports whether n has one user at most.
func (r *run) once(n *expr.Node) bool {
	id := r.id(n)
	return int(id) >= len(r.uses.of) || r.uses.of[id].count <= 1
}

// inherit lets a node that was rewritten count as used as often as before.
func (u *uses) inherit(from, to int32) {
	if int(from) >= len(u.of) || from == to {
		return
	}
	for int(to) >= len(u.of) {
		u.of = append(u.of, useInfo{})
	}
	u.of[to].count += u.of[from].count
	u.of[to].user = u.of[from].user
}

// onlyUser returns the user of n if it has exactly one, else nil.
func (r *run) onlyUser(n *expr.Node) *expr.Node {
	id := r.id(n)
	if int(id) >= len(r.uses.of) || r.uses.of[id].count != 1 || r.uses.of[id].user < 0 {
		return nil
	}
	return r.nodes[r.uses.of[id].user]
}

package optimize

import (
	"slices"

	"arignote/expr"
)

// uses counts the users of each node of the graph that a pass works on, so
// that a rewrite does not compute anew what another node needs anyway. The
// counts follow the rewrites: what is replaced no longer uses its arguments.
//
// A use of a node counts as a use of what it has been rewritten to. Between
// the two an argument may be met in either form.
type uses struct {
	store    *store
	counting bool         // the running passes use counts
	graph    []*expr.Node // the outputs for which was counted,
	steps    int          // when so many rewrites were made
}

type useInfo struct {
	count int32
	user  int32 // one of the users, its number plus one; 0 if that is none
}

// at returns what is known of the uses of a node, zero if it is not in the graph.
func (u *uses) at(id int32) *useInfo { return &u.store.entries.at(id).use }

// countUses counts for the nodes of g; an output is one use. The counts of the
// pass before are right if neither has rewritten anything.
func (r *run) countUses(g *expr.Graph) {
	r.uses.counting = true
	if r.uses.steps == r.steps && slices.Equal(r.uses.graph, g.Outputs) {
		return
	}
	r.uses.graph, r.uses.steps = g.Outputs, r.steps
	if r.scope >= 0 { // bodies of loops are counted beside the graph
		for _, n := range g.Outputs {
			r.use(r.id(n), 0)
		}
		return
	}
	for _, page := range r.entries.all {
		for i := range page {
			page[i].use = useInfo{}
		}
	}
	for _, id := range r.order(g) {
		for _, a := range r.args(id) {
			u := r.uses.at(a)
			u.count, u.user = u.count+1, id+1
		}
	}
	for _, n := range g.Outputs {
		u := r.uses.at(r.id(n))
		u.count, u.user = u.count+1, 0
	}
}

// use counts a use of a node by another, as useInfo has it, and of its arguments if
// it was not used before.
func (r *run) use(id, user int32) {
	type edge struct{ id, user int32 }
	var few [16]edge
	stack := append(few[:0], edge{id, user})
	for len(stack) > 0 {
		e := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		u := r.uses.at(e.id)
		u.user = e.user
		if u.count++; u.count == 1 {
			for _, a := range r.args(e.id) {
				stack = append(stack, edge{a, e.id + 1})
			}
		}
	}
}

// unuse takes a use of a node back, and those of its arguments if it was the
// last.
func (r *run) unuse(id int32) {
	var few [16]int32
	stack := append(few[:0], id)
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		u := r.uses.at(id)
		if u.count--; u.count == 0 {
			stack = append(stack, r.args(id)...)
		}
	}
}

// moved notes that the node from is now to: the same op on arguments that were
// rewritten.
func (r *run) moved(from, to int32) {
	if !r.uses.counting || from == to {
		return
	}
	old, user := r.uses.at(from).count, r.uses.at(from).user
	u := r.uses.at(to)
	u.count += old
	u.user = user
}

// replaced notes that users of the node from use the node to instead.
func (r *run) replaced(from, to int32) {
	if !r.uses.counting || from == to {
		return
	}
	count, user := r.uses.at(from).count, r.uses.at(from).user
	r.use(to, user)
	r.uses.at(to).count += count - 1
	for _, a := range r.args(from) {
		r.unuse(a)
	}
	r.uses.at(from).count = 0
}

// once reports whether n has one user at most.
func (r *run) once(n *expr.Node) bool { return r.uses.at(r.id(n)).count <= 1 }

// onlyUser returns the user of n if it has exactly one, else nil. Its arguments may
// be equal ones to n, instead of n.
func (r *run) onlyUser(n *expr.Node) *expr.Node {
	u := r.uses.at(r.id(n))
	if u.count != 1 || u.user == 0 {
		return nil
	}
	return r.known.Node(u.user - 1)
}

// opening is the taking apart of a sum, a product or another chain of which n is
// the root. What was a root before and has become a part of something longer was
// collected as it stands; opening it each time that a term joins it would take
// time that grows with the square of the length. So what stands near is compared
// with what joins, and what is further away is one term.
type opening struct {
	r    *run
	left int // arguments of former roots that may still be looked at
}

// maxReopened is how many arguments of former roots are looked at.
const maxReopened = 64

// opening returns the opening of n, which is a root from now on.
func (r *run) opening(n *expr.Node) opening {
	r.entries.at(r.id(n)).root = true
	return opening{r, maxReopened}
}

// again reports whether x may be opened, with respect to whether it was a root.
func (o *opening) again(x *expr.Node) bool {
	if !o.r.entries.at(o.r.id(x)).root {
		return true
	}
	o.left -= len(x.Args())
	return o.left >= 0
}

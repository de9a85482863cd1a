package optimize

import (
	"slices"
	"strings"

	"arignote/expr"
)

// This file is the one traversal that all passes share: it brings every node
// of a graph to the normal form of a pass, arguments before users.
//
// Requirements, and how they are met:
//
//  1. Any depth: the traversal keeps its own stack.
//  2. Near-linear time: a node is looked at once in a pass, also over repeated
//     rounds, because what a pass has finished stays finished (nodes are
//     immutable and merged). The nodes that a rewrite makes are looked at in
//     turn; the parts it keeps are not looked at again.
//  3. It ends. A replacement that is, or contains, the node that it replaces
//     would never come to rest: it is found when the traversal meets a node
//     that it is still working on. A chain of replacements of one place that
//     is longer than maxChain and has rules of the user's in it, or more
//     rewrites than maxSteps allows for, ends the run too. The error names the
//     rules involved. Where built-in rules alone lead back to a node, it stays
//     as it is; their long chains take up one term of a sum after the other.
//  4. Types stay: every replacement goes through fit.

// why says which rewrite fired.
type why struct {
	rule  string
	class Class
	note  string // what it takes for granted
}

// stepFunc looks at one node whose arguments are finished and returns what
// replaces it, or nil.
type stepFunc func(n *expr.Node) (*expr.Node, why)

// visit is a pass at work: what it does to a node, and what it knows of nodes.
type visit struct {
	pass   *Pass
	ops    *opSet // at other nodes it does nothing
	step   stepFunc
	counts bool    // it asks for uses
	to     []int32 // by number: one more than the finished node, than unseen or than working
	bit    uint16  // in done
}

// opSetOf returns the set of ops for which in is true.
func opSetWith(in func(op expr.Op) bool) *opSet {
	s := &opSet{}
	for op := range s {
		s[op] = in(expr.Op(op))
	}
	return s
}

// loops are the ops that have a body.
var loops = opSet{expr.OpMap: true, expr.OpWhile: true, expr.OpWithGradient: true}

// bodyRule is what a pass at work in the body of a loop is called in the trace.
const bodyRule = "body"

const (
	maxChain = 400 // replacements of one place, each by what the one before made
	maxSteps = 64  // rewrites per node of the input, on average
)

const (
	unseen  = -1
	working = -2
)

// at returns the number of what the node id has become in the pass v, or unseen
// or working. What a pass leaves as it is has its bit in done, all passes in one
// place: there is most to know of such nodes.
func (r *run) at(v *visit, id int32) int32 {
	switch {
	case int(id) < len(r.done) && r.done[id]&v.bit != 0:
		return id
	case int(id) < len(v.to):
		return v.to[id] - 1
	}
	return unseen
}

// put notes what the node id has become.
func (r *run) put(v *visit, id, to int32) {
	if id == to {
		r.leave(id, v.bit)
		return
	}
	if int(id) >= len(v.to) {
		v.to = extended(v.to, r.numbered())
	}
	v.to[id] = to + 1
}

// leave notes that passes leave a node as it is.
func (r *run) leave(id int32, passes uint16) {
	if int(id) >= len(r.done) {
		r.done = extended(r.done, r.numbered())
	}
	r.done[id] |= passes
}

// frame is a node that the traversal works on.
type frame struct {
	first int32 // the node as it was met
	id    int32 // the node with finished arguments
	next  int32 // the next argument to look at
	repl  int32 // what replaces id and is being finished, or unseen
	made  int32 // the step of the trace that made repl
	chain int32 // number of replacements that led to this node at this place
}

// rewrite returns g with every node in the normal form of the running pass,
// which does nothing at nodes of other ops than these.
func (r *run) rewrite(g *expr.Graph, ops *opSet, step stepFunc) *expr.Graph {
	order, v := r.order(g), r.visit(ops, step)
	for _, id := range order {
		switch { // most nodes stay as they are, and need not be looked at closely
		case r.at(v, id) != unseen:
		case r.settled(v, id):
			r.leave(id, v.bit)
		default:
			r.normalize(v, id)
		}
		if r.err != nil {
			return g
		}
	}
	out := make([]*expr.Node, len(g.Outputs))
	for i, n := range g.Outputs {
		out[i] = r.nodeAt(r.at(v, r.id(n)))
	}
	return &expr.Graph{Inputs: g.Inputs, Outputs: out}
}

// visit returns the visit of the running pass.
func (r *run) visit(ops *opSet, step stepFunc) *visit {
	i := slices.IndexFunc(r.visits, func(v *visit) bool { return v.pass == r.pass })
	if i < 0 {
		i = len(r.visits)
		r.visits = append(r.visits, &visit{pass: r.pass, bit: 1 << i})
	}
	r.done = extended(r.done, r.numbered())
	v := r.visits[i]
	v.ops, v.step, v.counts = ops, step, r.uses.counting
	return v
}

// order returns the numbers of the nodes of g, arguments before users.
func (r *run) order(g *expr.Graph) []int32 {
	if slices.Equal(r.ordered.of, g.Outputs) {
		return r.ordered.ids
	}
	for _, n := range g.Outputs {
		r.id(n)
	}
	type frame struct{ id, next int32 }
	var few [32]frame
	seen := make([]bool, r.numbered())
	ids, stack := make([]int32, 0, len(r.ordered.ids)), few[:0]
	enter := func(id int32) {
		if !seen[id] {
			seen[id] = true
			stack = append(stack, frame{id: id})
		}
	}
	for _, n := range g.Outputs {
		for enter(r.id(n)); len(stack) > 0; {
			top := &stack[len(stack)-1]
			if args := r.args(top.id); int(top.next) < len(args) {
				top.next++
				enter(args[top.next-1])
				continue
			}
			ids = append(ids, top.id)
			stack = stack[:len(stack)-1]
		}
	}
	r.ordered.of, r.ordered.ids = g.Outputs, ids
	return ids
}

// settled reports whether the pass v certainly leaves a node as it is: it leaves
// the arguments, and does nothing at nodes of that op, nor do passes before it
// that have not seen the node.
func (r *run) settled(v *visit, id int32) bool {
	op := r.entries[id].op
	if loops[op] {
		return false
	}
	for _, u := range r.visits {
		if u.ops[op] && r.consults(v, u) && r.done[id]&u.bit == 0 {
			return false
		}
	}
	for _, a := range r.args(id) {
		if r.done[a]&v.bit == 0 {
			return false
		}
	}
	return true
}

// consults reports whether what the pass u does is done while v runs. Of repeated
// passes, those that have run before look at a node too, unless they have
// finished it: what one of them would do in the next round is done now, and the
// nodes above are made anew once, not in each round.
func (r *run) consults(v, u *visit) bool {
	return u == v || v.pass.Repeat && u.pass.Repeat && (!u.counts || r.uses.counting)
}

// normalize finishes the node with number root, which v has not seen.
func (r *run) normalize(v *visit, root int32) {
	r.put(v, root, working)
	stack := append(r.frames[:0], frame{first: root, id: root, repl: unseen})
	r.frames = nil // a body of a loop is normalized meanwhile
	defer func() { r.frames = stack }()
	for len(stack) > 0 && r.err == nil {
		f := &stack[len(stack)-1]
		child := r.advance(v, f)
		if child == unseen {
			stack = stack[:len(stack)-1]
			continue
		}
		circle := r.at(v, child) == working
		if (circle || f.chain >= maxChain) && len(r.opt.Rules) > 0 && r.userRules(r.chainRules(stack)) {
			r.err = r.endlessChain(stack, r.nodeAt(child))
			return
		}
		if circle {
			r.finish(v, f, child) // built-in rules that differ about a form do no harm
			stack = stack[:len(stack)-1]
			continue
		}
		next := frame{first: child, id: child, repl: unseen}
		if f.repl != unseen {
			next.chain = f.chain + 1
		}
		r.put(v, child, working)
		stack = append(stack, next)
	}
}

// advance works on f until it is finished, which it tells by returning unseen,
// or another node must be finished first, whose number it returns.
func (r *run) advance(v *visit, f *frame) int32 {
	if f.repl != unseen {
		return r.finish(v, f, r.at(v, f.repl))
	}
	args := r.args(f.id)
	for ; int(f.next) < len(args); f.next++ {
		if to := r.at(v, args[f.next]); to < 0 {
			return args[f.next]
		}
	}
	if id := r.withFinished(v, f.id); id != f.id {
		r.moved(f.id, id)
		switch to := r.at(v, id); {
		case to >= 0:
			r.moved(id, to)
			return r.finish(v, f, to)
		case to == working:
			return id
		}
		f.id = id
		r.put(v, id, working)
	}
	to, by, pass := r.body(v, f.id), why{rule: bodyRule, class: Exact}, r.pass
	if to == unseen {
		to, by, pass = r.inspect(v, f.id)
	}
	if to == unseen {
		return r.finish(v, f, f.id)
	}
	r.record(pass, r.nodeAt(f.id), r.nodeAt(to), by)
	r.replaced(f.id, to)
	if done := r.at(v, to); done >= 0 {
		r.moved(to, done)
		return r.finish(v, f, done)
	}
	f.repl, f.made = to, int32(len(r.trace.Steps)-1)
	return to
}

// inspect returns the number of what replaces a node whose arguments are finished,
// unseen if nothing does: by the pass v, or one that it consults.
func (r *run) inspect(v *visit, id int32) (to int32, by why, pass *Pass) {
	op, left := r.entries[id].op, uint16(0)
	for _, u := range r.visits {
		if !r.consults(v, u) {
			continue
		}
		left |= u.bit
		if !u.ops[op] || int(id) < len(r.done) && r.done[id]&u.bit != 0 {
			continue
		}
		r.trace.looks++
		repl, by := u.step(r.nodeAt(id))
		if to := r.replacement(id, repl); to != unseen {
			return to, by, u.pass
		}
	}
	r.leave(id, left)
	return unseen, why{}, nil
}

// replacement returns the number of repl if that is a right node other than the
// one with the given number, else unseen.
func (r *run) replacement(id int32, repl *expr.Node) int32 {
	if repl == nil || repl.Err() != nil {
		return unseen
	}
	if to := r.id(repl); to != id {
		return to
	}
	return unseen
}

// finish notes that f's node has become the one numbered to.
func (r *run) finish(v *visit, f *frame, to int32) int32 {
	r.put(v, f.first, to)
	r.put(v, f.id, to)
	return unseen
}

// withFinished returns the number of the node id with its arguments replaced
// by what they have become.
func (r *run) withFinished(v *visit, id int32) int32 {
	now, same := r.finished[:0], true
	for _, a := range r.args(id) {
		to := r.at(v, a)
		now = append(now, to)
		same = same && to == a
	}
	r.finished = now
	if same {
		return id
	}
	old := r.nodeAt(id)
	if _, to := r.lookup(old.Op(), r.entries[id].attr, now); to >= 0 {
		if n := r.nodeAt(to); n.DType() == old.DType() && n.Type().Weak == old.Type().Weak {
			return to
		}
		return id
	}
	var few [4]*expr.Node
	nodes := few[:0]
	for _, a := range now {
		nodes = append(nodes, r.nodeAt(a))
	}
	n := old.With(nodes...)
	if n.Err() != nil && old.DType().IsInteger() {
		// A literal must fit the array it meets, a computed scalar wraps: now
		// that 1 - 3 is -2, say what it is for uint8.
		for i, a := range nodes {
			if a.Value() != nil && a.Type().Weak {
				nodes[i] = r.cast(old, a, old.DType())
			}
		}
		n = old.With(nodes...)
	}
	if n.Err() != nil || n.DType() != old.DType() || n.Type().Weak != old.Type().Weak {
		return id
	}
	return r.id(n)
}

// body runs the pass on the body of a loop and returns the number of the loop
// with the new body, unseen if that is as it was or there is none.
func (r *run) body(v *visit, id int32) int32 {
	if op := r.entries[id].op; !loops[op] || slices.Contains(v.pass.Spares, op) || r.skips(bodyRule) {
		return unseen
	}
	n := r.nodeAt(id)
	b := n.Attr().(expr.Body)
	key := bodyKey{v.pass, b.Graph}
	after, done := r.bodies[key]
	if !done {
		scope, ordered := r.scope, r.ordered
		r.scope, r.ordered = r.id(b.Graph.Inputs[0]), ordering{}
		after = v.pass.run(r, b.Graph)
		r.scope, r.ordered = scope, ordered
		if r.err != nil {
			return unseen
		}
		if slices.Equal(after.Outputs, b.Graph.Outputs) {
			after = b.Graph
		}
		r.bodies[key] = after
		r.bodies[bodyKey{v.pass, after}] = after
	}
	if after == b.Graph {
		return unseen
	}
	return r.replacement(id, expr.New(n, n.Op(), expr.Body{Graph: after, Sequences: b.Sequences}, n.Args()...))
}

// record notes a rewrite.
func (r *run) record(pass *Pass, before, after *expr.Node, by why) {
	r.steps++
	r.trace.Steps = append(r.trace.Steps, Step{
		Pass: pass.Name, Rule: by.rule, Before: before, After: after, Class: by.class, Note: by.note,
	})
	if r.steps > 10000+maxSteps*r.trace.Nodes[0] {
		names := map[string]bool{}
		for _, s := range r.trace.Steps[len(r.trace.Steps)-1000:] {
			names[s.Rule] = true
		}
		r.err = expr.Errorf(expr.ErrDomain, "optimize", "%d rewrites and no end, by the rules %s", r.steps, sortedNames(names))
	}
}

// endlessChain names the rules that have made the node n out of itself, or an
// ever growing expression.
func (r *run) endlessChain(stack []frame, n *expr.Node) error {
	return expr.Errorf(expr.ErrDomain, "optimize", "rules undo each other without end on %s: %s", Brief(n), sortedNames(r.chainRules(stack)))
}

// chainRules returns the names of the rules that have led to the top of stack.
func (r *run) chainRules(stack []frame) map[string]bool {
	names := map[string]bool{}
	for i := len(stack) - 1; i >= 0 && len(stack)-i < 64; i-- {
		if stack[i].repl != unseen {
			names[r.trace.Steps[stack[i].made].Rule] = true
		}
	}
	return names
}

func sortedNames(names map[string]bool) string {
	list := make([]string, 0, len(names))
	for n := range names {
		list = append(list, n)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// make builds a node at the place of at and returns the one that stands for
// it. A wrong node is returned as it is: rewriting refuses it later.
func (r *run) make(at *expr.Node, op expr.Op, attr expr.Attr, args ...*expr.Node) *expr.Node {
	if n := r.existing(op, attr, args); n != nil {
		return n
	}
	n := expr.New(at, op, attr, args...)
	if n.Err() != nil {
		return n
	}
	return r.node(n)
}

package optimize

import (
	"math/bits"
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
//     turn; the parts it keeps are not looked at again. Where many rewrites are
//     found all nodes above them are made anew, once in a traversal, which is
//     why passes share traversals (Pass.Joins).
//  3. It ends. A replacement that is, or contains, the node that it replaces
//     would never come to rest: it is found when the traversal meets a node
//     that it is still working on. A chain of replacements of one place that
//     is longer than maxChain and has rules of the user's in it, one of parts of
//     replacements that do not become smaller (endless.go), or more rewrites than
//     maxSteps allows for, ends the run too. The error names the rules involved. Where built-in rules alone lead back to a node, it stays
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

// work is a pass at work.
type work struct {
	pass *Pass
	ops  *opSet // at other nodes it does nothing
	step stepFunc
	bit  uint16 // in done
}

// visit is a traversal by one pass or several that are done together, and what
// they know of nodes.
type visit struct {
	works []*work
	bits  uint16              // of works
	all   uint16              // of all passes that look at nodes meanwhile
	asked [expr.NumOps]uint16 // by op: of those that look at a node
	tag   uint8               // in entries: what a node has become in this traversal
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
	maxChain = 400   // replacements of one place, each by what the one before made
	maxDepth = 10000 // replacements, each within what the one before made, without progress
	maxSteps = 64    // rewrites per node of the input, on average
)

const (
	unseen  = -1
	working = -2
)

// at returns the number of what the node id has become in the traversal v, or
// unseen or working. What a pass leaves as it is has its bit in done.
func (r *run) at(v *visit, id int32) int32 {
	switch e := r.entries.at(id); {
	case e.done&v.bits == v.bits:
		return id
	case e.by == v.tag:
		return e.to
	}
	return unseen
}

// put notes what the node id has become.
func (r *run) put(v *visit, id, to int32) {
	if id == to {
		r.leave(id, v.bits)
		return
	}
	e := r.entries.at(id)
	e.to, e.by = to, v.tag
}

// leave notes that passes leave a node as it is.
func (r *run) leave(id int32, passes uint16) {
	r.entries.at(id).done |= passes
}

// keep has the pass that is at work leave n, made of finished nodes, as it is: a
// part of a replacement on which the same rule would fire again.
func (r *run) keep(n *expr.Node) *expr.Node {
	if n.Err() == nil {
		r.leave(r.id(n), r.asking)
	}
	return n
}

// frame is a node that the traversal works on.
type frame struct {
	first int32 // the node as it was met
	id    int32 // the node with finished arguments
	next  int32 // the next argument to look at
	repl  int32 // what replaces id and is being finished, or unseen
	made  int32 // the step of the trace that made repl
	chain int32 // number of replacements that led to this node at this place
	depth int32 // number of replacements that wait for this node
}

// rewrite returns g with every node in the normal form of the passes of v.
func (r *run) rewrite(v *visit, g *expr.Graph) *expr.Graph {
	if !r.prepare(v, g) {
		return g
	}
	order := r.order(g)
	for _, id := range order {
		switch { // most nodes stay as they are, and need not be looked at closely
		case r.at(v, id) != unseen:
		case r.settled(v, id):
			r.leave(id, v.bits)
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

// prepare tells the passes of v that g is next. It reports whether one of them
// has something to do there.
//
// Of repeated passes, those that have run before look at a node too, unless they
// have finished it: what one of them would do in the next round is done now, and
// the nodes above are made anew once, not in each round.
func (r *run) prepare(v *visit, g *expr.Graph) bool {
	busy, steps := false, false
	for _, w := range v.works {
		w.ops, w.step = w.pass.run(r, g)
		busy, steps = busy || w.ops != nil, steps || w.step != nil
	}
	if !busy {
		return false
	}
	v.all, v.asked = 0, [expr.NumOps]uint16{}
	for _, w := range r.works {
		if w.ops == nil || v.bits&w.bit == 0 && !(v.works[0].pass.Repeat && w.pass.Repeat) {
			continue
		}
		v.all |= w.bit
		for op, has := range w.ops {
			if has {
				v.asked[op] |= w.bit
			}
		}
	}
	if steps {
		r.countUses(g)
	}
	return true
}

// begin has the pass p take part in v.
func (r *run) begin(v *visit, p *Pass) {
	w := &work{pass: p, bit: 1 << len(r.works)}
	r.works = append(r.works, w)
	v.tag = uint8(len(r.works))
	v.works, v.bits = append(v.works, w), v.bits|w.bit
}

// name names the passes of v.
func (v *visit) name() string {
	var names []string
	for _, w := range v.works {
		names = append(names, w.pass.Name)
	}
	return strings.Join(names, ", ")
}

// order returns the numbers of the nodes of g, arguments before users.
func (r *run) order(g *expr.Graph) []int32 {
	if slices.Equal(r.ordered.of, g.Outputs) {
		return r.ordered.ids
	}
	r.ordered.of = g.Outputs
	if r.scope < 0 {
		r.ordered.ids = r.needed(g.Outputs, r.ordered.ids[:0])
	} else {
		r.ordered.ids = r.reached(g.Outputs)
	}
	return r.ordered.ids
}

// needed appends the numbers of what the outputs need to ids, in rising order. It
// looks at all numbers, in the order in which they lie in memory.
func (r *run) needed(outputs []*expr.Node, ids []int32) []int32 {
	for _, n := range outputs {
		r.id(n)
	}
	live := make([]bool, r.numbered())
	for _, n := range outputs {
		live[r.id(n)] = true
	}
	count := 0
	for id := int32(len(live)) - 1; id >= 0; id-- {
		if live[id] {
			count++
			for _, a := range r.args(id) {
				live[a] = true
			}
		}
	}
	ids = slices.Grow(ids, count)
	for id, is := range live {
		if is {
			ids = append(ids, int32(id))
		}
	}
	return ids
}

// reached is needed for the bodies of loops, which are small parts of what is
// numbered.
func (r *run) reached(outputs []*expr.Node) []int32 {
	var ids []int32
	seen := make(map[int32]bool)
	stack := make([]int32, 0, len(outputs))
	enter := func(id int32) {
		if !seen[id] {
			seen[id] = true
			ids, stack = append(ids, id), append(stack, id)
		}
	}
	for _, n := range outputs {
		enter(r.id(n))
	}
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, a := range r.args(id) {
			enter(a)
		}
	}
	slices.Sort(ids) // arguments have lower numbers than users
	return ids
}

// settled reports whether the passes of v certainly leave a node as it is: they
// leave the arguments, and none of those that are asked has yet to look at it.
func (r *run) settled(v *visit, id int32) bool {
	e := r.entries.at(id)
	if loops[e.op] || v.asked[e.op]&^e.done != 0 {
		return false
	}
	for _, a := range r.args(id) {
		if r.entries.at(a).done&v.bits != v.bits {
			return false
		}
	}
	return true
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
			if r.err = r.goesOn(stack); circle {
				r.err = r.undoing(stack, r.nodeAt(child))
			}
			return
		}
		if circle {
			r.finish(v, f, child) // built-in rules that differ about a form do no harm
			stack = stack[:len(stack)-1]
			continue
		}
		next := frame{first: child, id: child, repl: unseen, depth: f.depth}
		if f.repl != unseen {
			next.chain, next.depth = f.chain+1, f.depth+1
			if next.depth%maxDepth == 0 && r.grows(stack, child) {
				r.err = r.goesOn(stack)
				return
			}
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
	to, pass := r.body(v, f.id)
	by := why{rule: bodyRule, class: Exact}
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
// unseen if nothing does, and by which of the passes that v asks.
func (r *run) inspect(v *visit, id int32) (to int32, by why, pass string) {
	asked := v.asked[r.entries.at(id).op] &^ r.entries.at(id).done
	for ; asked != 0; asked &= asked - 1 { // in their order
		w := r.works[bits.TrailingZeros16(asked)]
		r.trace.looks++
		r.lentSums.lent, r.lentProducts.lent = 0, 0
		r.asking = w.bit
		repl, by := w.step(r.nodeAt(id))
		if to := r.replacement(id, repl); to != unseen {
			return to, by, w.pass.Name
		}
	}
	r.leave(id, v.all|v.bits)
	return unseen, why{}, ""
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
	old := r.known.Node(id) // its arguments do not matter
	attr := r.entries.at(id).attr
	home, to := r.lookup(old.Op(), attr, now)
	if to >= 0 {
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
	if n.Err() == nil && n.DType() == old.DType() && n.Type().Weak == old.Type().Weak {
		return r.add(n, attr, now, home)
	}
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

// body has the passes of v do their work in the body of a loop. It returns the
// number of the loop with the new body, unseen if that is as it was or there is
// none, and the pass that was at work last.
func (r *run) body(v *visit, id int32) (to int32, pass string) {
	op := r.entries.at(id).op
	if !loops[op] || r.skips(bodyRule) || slices.ContainsFunc(v.works, func(w *work) bool { return slices.Contains(w.pass.Spares, op) }) {
		return unseen, ""
	}
	n := r.nodeAt(id)
	b := n.Attr().(expr.Body)
	key := bodyKey{v, b.Graph}
	done, seen := r.bodies[key]
	if !seen {
		scope, ordered := r.scope, r.ordered
		r.scope, r.ordered = r.id(b.Graph.Inputs[0]), ordering{}
		from := len(r.trace.Steps)
		done.pass = v.works[0].pass.Name
		after := r.rewrite(v, b.Graph)
		r.scope, r.ordered = scope, ordered
		if r.err != nil {
			return unseen, ""
		}
		if slices.Equal(after.Outputs, b.Graph.Outputs) {
			after = b.Graph
		} else if len(r.trace.Steps) > from {
			done.pass = r.trace.Steps[len(r.trace.Steps)-1].Pass
		}
		done.graph = after
		r.bodies[key], r.bodies[bodyKey{v, after}] = done, done
	}
	if done.graph == b.Graph {
		return unseen, ""
	}
	return r.replacement(id, expr.New(n, n.Op(), expr.Body{Graph: done.graph, Sequences: b.Sequences}, n.Args()...)), done.pass
}

// record notes a rewrite.
func (r *run) record(pass string, before, after *expr.Node, by why) {
	r.steps++
	r.trace.Steps = append(roomy(r.trace.Steps), Step{
		Pass: pass, Rule: by.rule, Before: before, After: after, Class: by.class, Note: by.note,
	})
	if r.steps > 10000+maxSteps*r.trace.Nodes[0] {
		names := map[string]bool{}
		for _, s := range r.trace.Steps[len(r.trace.Steps)-1000:] {
			names[s.Rule] = true
		}
		r.err = expr.Errorf(expr.ErrDomain, "optimize", "%d rewrites and no end, by the rules %s", r.steps, sortedNames(names))
	}
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

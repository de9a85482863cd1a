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

// bodyRule is what a pass at work in the body of a loop is called in the trace.
const bodyRule = "body"

const (
	maxChain = 400 // replacements of one place, each by what the one before made
	maxSteps = 64  // rewrites per node of the input, on average
)

// memo is what a pass knows of nodes, by their number: one more than the number
// of the finished node, than unseen or than working.
type memo struct{ to []int32 }

const (
	unseen  = -1
	working = -2
)

func (m *memo) get(id int32) int32 {
	if int(id) >= len(m.to) {
		return unseen
	}
	return m.to[id] - 1
}

func (m *memo) set(id, to int32) {
	if int(id) >= len(m.to) {
		m.grow(int(id) + 1)
	}
	m.to[id] = to + 1
}

// grow makes room for the numbers below n.
func (m *memo) grow(n int) {
	m.to = extended(m.to, n)
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

// rewrite returns g with every node in the normal form of the running pass.
func (r *run) rewrite(g *expr.Graph, step stepFunc) *expr.Graph {
	m := r.memos[r.pass]
	if m == nil {
		m = &memo{}
		r.memos[r.pass] = m
	}
	m.grow(max(len(m.to), r.numbered()))
	if r.pass.Repeat {
		r.repeat(m, step)
	}
	out := make([]*expr.Node, len(g.Outputs))
	for i, n := range g.Outputs {
		id := r.id(n)
		r.normalize(m, id, step)
		if r.err != nil {
			return g
		}
		out[i] = r.nodeAt(m.get(id))
	}
	return &expr.Graph{Inputs: g.Inputs, Outputs: out}
}

// normalize finishes the node with number root.
func (r *run) normalize(m *memo, root int32, step stepFunc) {
	if m.get(root) != unseen {
		return
	}
	m.set(root, working)
	stack := append(r.frames[:0], frame{first: root, id: root, repl: unseen})
	r.frames = nil // a body of a loop is normalized meanwhile
	defer func() { r.frames = stack }()
	for len(stack) > 0 && r.err == nil {
		f := &stack[len(stack)-1]
		child := r.advance(m, f, step)
		if child == unseen {
			stack = stack[:len(stack)-1]
			continue
		}
		circle := m.get(child) == working
		if (circle || f.chain >= maxChain) && len(r.opt.Rules) > 0 && r.userRules(r.chainRules(stack)) {
			r.err = r.endlessChain(stack, r.nodeAt(child))
			return
		}
		if circle {
			r.finish(m, f, child) // built-in rules that differ about a form do no harm
			stack = stack[:len(stack)-1]
			continue
		}
		next := frame{first: child, id: child, repl: unseen}
		if f.repl != unseen {
			next.chain = f.chain + 1
		}
		m.set(child, working)
		stack = append(stack, next)
	}
}

// advance works on f until it is finished, which it tells by returning unseen,
// or another node must be finished first, whose number it returns.
func (r *run) advance(m *memo, f *frame, step stepFunc) int32 {
	if f.repl != unseen {
		return r.finish(m, f, m.get(f.repl))
	}
	args := r.args(f.id)
	for ; int(f.next) < len(args); f.next++ {
		if to := m.get(args[f.next]); to < 0 {
			return args[f.next]
		}
	}
	if id := r.withFinished(m, f.id); id != f.id {
		r.moved(f.id, id)
		switch to := m.get(id); {
		case to >= 0:
			r.moved(id, to)
			return r.finish(m, f, to)
		case to == working:
			return id
		}
		f.id = id
		m.set(id, working)
	}
	n := r.nodeAt(f.id)
	to, by, pass := r.replacement(f.id, r.stepBody(n)), why{rule: bodyRule, class: Exact}, r.pass
	if to == unseen {
		to, by, pass = r.inspect(f.id, step)
	}
	if to == unseen {
		return r.finish(m, f, f.id)
	}
	r.record(pass, n, r.nodeAt(to), by)
	r.replaced(f.id, to)
	if done := m.get(to); done >= 0 {
		r.moved(to, done)
		return r.finish(m, f, done)
	}
	f.repl, f.made = to, int32(len(r.trace.Steps)-1)
	return to
}

// repeated is a pass that has run and will again if something changes.
type repeated struct {
	pass   *Pass
	memo   *memo
	visit  stepFunc
	counts bool // it asks for uses
}

// repeat notes how the running pass looks at nodes, for the passes after it.
func (r *run) repeat(m *memo, step stepFunc) {
	i := slices.IndexFunc(r.repeats, func(p repeated) bool { return p.pass == r.pass })
	if i < 0 {
		i = len(r.repeats)
		r.repeats = append(r.repeats, repeated{})
	}
	r.repeats[i] = repeated{r.pass, m, step, r.uses.counting}
}

// inspect returns the number of what replaces a node whose arguments are finished,
// unseen if nothing does. Of repeated passes, those that have run before look at
// it too, unless they have finished it: what one of them would do in the next
// round is done now, and the nodes above are made anew once, not in each round.
func (r *run) inspect(id int32, own stepFunc) (to int32, by why, pass *Pass) {
	n := r.nodeAt(id)
	if !r.pass.Repeat {
		repl, by := own(n)
		return r.replacement(id, repl), by, r.pass
	}
	for _, p := range r.repeats {
		if p.counts && !r.uses.counting || p.memo.get(id) == id {
			continue
		}
		repl, by := p.visit(n)
		to := r.replacement(id, repl)
		if to != unseen {
			return to, by, p.pass
		}
	}
	for _, p := range r.repeats {
		if !p.counts || r.uses.counting {
			p.memo.set(id, id)
		}
	}
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
func (r *run) finish(m *memo, f *frame, to int32) int32 {
	m.set(f.first, to)
	m.set(f.id, to)
	return unseen
}

// withFinished returns the number of the node id with its arguments replaced
// by what they have become.
func (r *run) withFinished(m *memo, id int32) int32 {
	now, same := r.finished[:0], true
	for _, a := range r.args(id) {
		to := m.get(a)
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

// stepBody runs the pass on the body of a loop and returns the loop with the
// new body, or nil.
func (r *run) stepBody(n *expr.Node) *expr.Node {
	b, ok := n.Attr().(expr.Body)
	if !ok || slices.Contains(r.pass.Spares, n.Op()) || r.skips(bodyRule) {
		return nil
	}
	key := bodyKey{r.pass, b.Graph}
	after, done := r.body[key]
	if !done {
		scope := r.scope
		r.scope = r.id(b.Graph.Inputs[0])
		after = r.pass.run(r, b.Graph)
		r.scope = scope
		if r.err != nil {
			return nil
		}
		if slices.Equal(after.Outputs, b.Graph.Outputs) {
			after = b.Graph
		}
		r.body[key] = after
		r.body[bodyKey{r.pass, after}] = after
	}
	if after == b.Graph {
		return nil
	}
	return expr.New(n, n.Op(), expr.Body{Graph: after, Sequences: b.Sequences}, n.Args()...)
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

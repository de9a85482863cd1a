package optimize

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"arignote/expr"
)

// Options say how a graph is simplified. The zero value is the default.
type Options struct {
	// Strict keeps only rewrites that are bit-equal for all numbers, NaN,
	// infinities and -0 included.
	Strict bool
	// Skip names passes and rewrites that are left out: rules, and whatever
	// else a trace names. An unknown name is an error.
	Skip []string
	// Rules of the user's are tried in a pass of their own, before all others.
	Rules []Rule
	// Check verifies the graph after every pass and compares it numerically
	// with the graph before, by the reference evaluator.
	Check bool
	// Trace receives a text of every stage, with rule hits and times.
	Trace io.Writer
	// Stages keeps the graph after every pass in the trace that is returned.
	Stages bool
	// KeepGradient keeps stop_gradient and its like, for a graph that will be
	// differentiated. By default they are dropped: they compute nothing.
	KeepGradient bool
	// MaxConst is the largest number of elements of a constant that folding
	// makes; 0 means 4096.
	MaxConst int
}

const (
	defaultMaxConst = 4096
	maxRounds       = 12 // of the passes that are repeated while something changes
)

// Run returns g simplified, with the same inputs and with outputs of the same
// types, and the rewrites that fired, in order. It fails if an output carries
// an error, if a rule of the user's does not parse, if rules undo each other
// without end, and, with Check, if a pass changes a value.
func Run(g *expr.Graph, o Options) (*expr.Graph, *Trace, error) {
	if g == nil {
		return nil, nil, expr.Errorf(expr.ErrInput, "", "nil graph")
	}
	for _, list := range [][]*expr.Node{g.Inputs, g.Outputs} {
		for _, n := range list {
			if err := n.Err(); err != nil {
				return nil, nil, err
			}
		}
	}
	r, err := newRun(o)
	if err != nil {
		return nil, nil, err
	}
	defer r.known.Release()
	after, err := r.passes(g)
	if err == nil {
		err = r.foreign(g, after)
	}
	return after, r.trace, err
}

// Simplify returns n simplified with the default options, n itself if it is
// wrong. The result can be differentiated and simplified again: sums and
// products stay what they are, without the passes cancellation and fma.
func Simplify(n *expr.Node) *expr.Node {
	g, _, err := Run(expr.NewGraph(nil, n), Options{KeepGradient: true, Skip: []string{"cancellation", "fma"}})
	if err != nil {
		return n
	}
	return g.Outputs[0]
}

// run is the state of one call of Run.
type run struct {
	opt   Options
	trace *Trace
	rules *tables
	store
	shapes
	uses

	works        []*work // the passes that have run or are running
	ordered      ordering
	bodies       map[bodyKey]bodyDone
	bound        binding   // of the match under way
	finished     []int32   // room for withFinished
	lentSums     pool[sum] // to the step under way
	lentProducts pool[product]
	seconds      []int   // what may be the second part of the rule that is tried
	frames       []frame // room for normalize
	steps        int
	asking       uint16 // in done, the bit of the pass that looks at a node
	duplicates   bool   // nodes were merged, and no stage has told so yet
	err          error  // why no further rewrite is tried
}

// pool lends what one step of a pass needs: all of it is free again with the next
// step. Most sums and products are taken apart to find that they are fine, and were
// a quarter of the memory that simplifying asked for.
type pool[T any] struct {
	all  []*T
	lent int
}

// take returns a T as its last user left it.
func (p *pool[T]) take() *T {
	if p.lent == len(p.all) {
		p.all = append(p.all, new(T))
	}
	p.lent++
	return p.all[p.lent-1]
}

// ordering is the nodes that outputs need, arguments before users.
type ordering struct {
	of  []*expr.Node
	ids []int32
}

type bodyKey struct {
	visit *visit
	graph *expr.Graph
}

// bodyDone is the body of a loop that a traversal is done with.
type bodyDone struct {
	graph *expr.Graph
	pass  string // that was at work last
}

// newRun prepares the rewriting of a graph.
func newRun(o Options) (*run, error) {
	if o.MaxConst == 0 {
		o.MaxConst = defaultMaxConst
	}
	t, err := tablesFor(o)
	if err == nil {
		err = o.checkSkip(t)
	}
	if err != nil {
		return nil, err
	}
	r := &run{
		opt: o, trace: &Trace{}, rules: t,
		bodies: make(map[bodyKey]bodyDone),
	}
	r.store.init(!slices.Contains(o.Skip, "merge"))
	r.shapes.store, r.shapes.scope, r.uses.store = &r.store, -1, &r.store
	return r, nil
}

// passes applies the list of passes. Neighbours that are marked Repeat form a
// group that is repeated until a round changes nothing, others a group with those
// that join them.
func (r *run) passes(g *expr.Graph) (*expr.Graph, error) {
	r.stage("input", g, 0, nil)
	r.enter(g)
	list := Passes
	for len(list) > 0 {
		n := 1
		for n < len(list) && (list[0].Repeat && list[n].Repeat || !list[0].Repeat && list[n].Joins) {
			n++
		}
		var err error
		if g, err = r.group(g, list[:n]); err != nil {
			return nil, err
		}
		list = list[n:]
	}
	r.trace.Nodes = append(r.trace.Nodes, len(r.order(g)))
	return g, nil
}

// enter numbers the nodes of the graph that is to be rewritten: equal ones become
// one.
func (r *run) enter(g *expr.Graph) {
	start := time.Now()
	r.order(g)
	r.trace.Nodes = []int{r.numbered() + r.known.Aliases()}
	r.duplicates = r.known.Aliases() > 0
	r.trace.spend("merge", time.Since(start))
}

// group runs a group of passes, once or until nothing changes.
func (r *run) group(g *expr.Graph, group []Pass) (*expr.Graph, error) {
	visits := r.traversals(group)
	for round := 0; ; round++ {
		before, from, changed := g, len(r.trace.Steps), false
		for _, v := range visits {
			after, err := r.one(g, v)
			if err != nil {
				return nil, err
			}
			changed = changed || !slices.Equal(after.Outputs, g.Outputs)
			g = after
		}
		if !group[0].Repeat {
			return g, nil
		}
		if slices.Equal(before.Outputs, g.Outputs) {
			if changed {
				return g, r.undone()
			}
			return g, nil
		}
		if round == maxRounds {
			return g, r.endless(from)
		}
	}
}

// traversals returns the traversals by a group of passes, without those that are
// left out.
func (r *run) traversals(group []Pass) []*visit {
	var visits []*visit
	var last *visit // if the next pass may join it
	for i := range group {
		p := &group[i]
		if !p.Joins {
			last = nil
		}
		if r.skips(p.Name) && p.Name != "merge" || r.opt.Strict && !p.Exact {
			continue
		}
		if last == nil {
			last = &visit{}
			visits = append(visits, last)
		}
		r.begin(last, p)
	}
	return visits
}

// undone is called when what one pass has done in a round another one has
// undone. That is an error if a rule of the user's took part: rewrites lead
// from what it makes back to where it began.
func (r *run) undone() error {
	next := make(map[*expr.Node][]Step)
	for _, s := range r.trace.Steps {
		next[s.Before] = append(next[s.Before], s)
	}
	for _, s := range r.trace.Steps {
		if !slices.ContainsFunc(r.opt.Rules, func(rule Rule) bool { return rule.Name == s.Rule }) {
			continue
		}
		way := map[*expr.Node]string{s.After: s.Rule} // to each node, the rules that lead there
		for todo := []*expr.Node{s.After}; len(todo) > 0; todo = todo[1:] {
			for _, t := range next[todo[0]] {
				if t.After == s.Before {
					return expr.Errorf(expr.ErrDomain, "optimize", "rules undo each other without end on %s: %s, %s", Brief(s.Before), way[t.Before], t.Rule)
				}
				if way[t.After] == "" {
					way[t.After] = way[t.Before] + ", " + t.Rule
					todo = append(todo, t.After)
				}
			}
		}
	}
	return nil
}

// endless is called when a group of passes has not come to rest. That is an
// error if rules of the user's took part; else the graph is right as it is.
func (r *run) endless(from int) error {
	names := map[string]bool{}
	for _, s := range r.trace.Steps[from:] {
		names[s.Rule] = true
	}
	if r.userRules(names) {
		return expr.Errorf(expr.ErrDomain, "optimize", "rules undo each other without end: %s", sortedNames(names))
	}
	r.trace.Unsettled = true
	return nil
}

// userRules reports whether a rule of the user's is among the names.
func (r *run) userRules(names map[string]bool) bool {
	return slices.ContainsFunc(r.opt.Rules, func(rule Rule) bool { return names[rule.Name] })
}

// one runs the passes of one traversal and, where asked to, shows and checks what
// they did.
func (r *run) one(g *expr.Graph, v *visit) (*expr.Graph, error) {
	start, from := time.Now(), len(r.trace.Steps)
	r.uses.counting = false
	after := r.rewrite(v, g)
	if r.err != nil {
		return nil, r.err
	}
	spent := time.Since(start)
	r.trace.spend(v.name(), spent)
	if slices.Equal(g.Outputs, after.Outputs) {
		return g, nil
	}
	r.stage(r.busy(v, from), after, spent, r.becomes(v, g))
	r.sayHits(from)
	if r.opt.Check {
		if err := r.check(v, g, after, from); err != nil {
			return nil, err
		}
	}
	return after, nil
}

// busy names the passes that did something in the traversal v: of which a rewrite
// stands in the trace from one on. Merging does its work at the beginning.
func (r *run) busy(v *visit, from int) string {
	var names []string
	if r.duplicates {
		names, r.duplicates = []string{"merge"}, false
	}
	for _, w := range r.works {
		if slices.ContainsFunc(r.trace.Steps[from:], func(s Step) bool { return s.Pass == w.pass.Name }) {
			names = append(names, w.pass.Name)
		}
	}
	if len(names) == 0 {
		return v.name()
	}
	return strings.Join(names, ", ")
}

// stage notes the graph that passes have made of the one before, of which the
// nodes have become others.
func (r *run) stage(name string, g *expr.Graph, spent time.Duration, becomes map[*expr.Node]*expr.Node) {
	if r.opt.Stages {
		r.trace.Stages = append(r.trace.Stages, Stage{name, g, spent, len(r.trace.Steps), becomes})
	}
	if r.opt.Trace == nil {
		return
	}
	r.say("== %s (%d nodes", name, count(g))
	if spent > 0 {
		r.say(", %v", spent.Round(time.Microsecond))
	}
	r.say(")\n%s\n", g)
}

// becomes returns what the traversal v has made of the nodes of g, where stages
// are kept.
func (r *run) becomes(v *visit, g *expr.Graph) map[*expr.Node]*expr.Node {
	if !r.opt.Stages {
		return nil
	}
	to := make(map[*expr.Node]*expr.Node)
	for n := range g.Nodes() {
		if r.known.Of(n) < 0 {
			continue
		}
		if done := r.at(v, r.id(n)); done >= 0 && r.nodeAt(done) != n {
			to[n] = r.nodeAt(done)
		}
	}
	return to
}

// sayHits writes the rewrites from one on to the trace, with what the first
// ones do to numbers.
func (r *run) sayHits(from int) {
	if r.opt.Trace == nil {
		return
	}
	for i, s := range r.trace.Steps[from:] {
		r.say("    %v\n", s)
		if from+i < mostTried {
			r.say("        %v\n", s.Try())
		}
	}
}

func (r *run) say(format string, args ...any) {
	if r.opt.Trace != nil {
		fmt.Fprintf(r.opt.Trace, format, args...)
	}
}

// count returns the number of nodes of g, inputs and constants included.
func count(g *expr.Graph) int {
	n := 0
	for range g.Nodes() {
		n++
	}
	return n
}

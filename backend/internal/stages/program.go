package stages

import (
	"sync"

	"arignote/expr"
	"arignote/optimize"
)

// Program is the block of a program.
type Program struct {
	ID     int     `json:"id"`
	Title  string  `json:"title"`
	Nodes  []*Node `json:"nodes"`
	Stages []Stage `json:"stages"`
	Steps  []Step  `json:"steps"`
	Passes []Pass  `json:"passes"`
	file   string
	lock   sync.Mutex // numbers grow with each plan
	known  numbers
}

// Stage is a graph: a column of the page.
type Stage struct {
	Names   []string    `json:"names"` // of the passes that gave this graph
	Lines   []int       `json:"lines"` // the nodes, arguments first
	Outputs []int       `json:"outputs"`
	Becomes map[int]int `json:"becomes,omitempty"` // from nodes of the stage before
	Spent   int64       `json:"spent"`             // nanoseconds
	Steps   [2]int      `json:"steps"`             // the rewrites of the pass, from and to
}

// Step is a rewrite.
type Step struct {
	Pass    string `json:"pass"`
	Rule    string `json:"rule"`
	Class   string `json:"class"`
	At      string `json:"at"`
	Before  int    `json:"before"`
	After   int    `json:"after"`
	From    string `json:"from"` // in words
	To      string `json:"to"`
	Note    string `json:"note"`
	Verdict string `json:"verdict"`
	Wrong   bool   `json:"wrong,omitempty"`
	Inside  []int  `json:"inside,omitempty"` // nodes of Before that After does not use
}

// Pass is the time spent in a pass.
type Pass struct {
	Name  string `json:"name"`
	Spent int64  `json:"spent"`
}

// Plan is the block of a plan.
type Plan struct {
	Program int        `json:"program"`
	Title   string     `json:"title"` // the shapes that it is for
	Nodes   []*Node    `json:"nodes"` // those that the program did not have
	Graph   Stage      `json:"graph"`
	Steps   []PlanStep `json:"steps"`
	Total   string     `json:"total"`
}

// PlanStep is a step of a plan.
type PlanStep struct {
	Text    string   `json:"text"`
	Nodes   []int    `json:"nodes"`   // computed by it
	Kernels []string `json:"kernels"` // as text
}

// mostTried is how many rewrites are tried on values.
const mostTried = 400

// New returns the block of a program with the trace of its optimisation, which
// has stages.
func New(title string, trace *optimize.Trace) *Program {
	p := &Program{Title: title, known: newNumbers()}
	from := 0
	for _, s := range trace.Stages {
		p.stage(s, from)
		from = s.Steps
	}
	for i, s := range trace.Steps {
		p.step(s, i < mostTried)
	}
	names, spent := trace.Times()
	for i, name := range names {
		p.Passes = append(p.Passes, Pass{name, spent[i].Nanoseconds()})
	}
	p.Nodes = p.known.fresh()
	return p
}

// stage adds a column, or a name to the last one if the graph is the same.
func (p *Program) stage(s optimize.Stage, from int) {
	g := p.known.graph(s.Graph, s.Becomes)
	g.Names, g.Spent, g.Steps = []string{s.Pass}, s.Spent.Nanoseconds(), [2]int{from, s.Steps}
	if n := len(p.Stages); n > 0 && p.Stages[n-1].same(g) {
		last := &p.Stages[n-1]
		last.Names, last.Spent, last.Steps[1] = append(last.Names, s.Pass), last.Spent+g.Spent, s.Steps
		return
	}
	p.Stages = append(p.Stages, g)
}

func (p *Program) step(s optimize.Step, try bool) {
	d := Step{
		Pass: s.Pass, Rule: s.Rule, Class: s.Class.String(), At: s.Pos().String(), Note: s.Note,
		Before: p.known.of(s.Before), After: p.known.of(s.After), From: optimize.Brief(s.Before), To: optimize.Brief(s.After),
		Inside: p.known.inside(s.Before, s.After),
	}
	if try {
		v := s.Try()
		d.Verdict, d.Wrong = v.String(), v.Wrong
	}
	p.Steps = append(p.Steps, d)
}

// Number returns the number of a node, for [PlanStep].
func (p *Program) Number(n *expr.Node) int {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.known.of(n)
}

// Specialise returns the plan block for the graph that a plan is made from; of
// has what stands in it for the nodes of the program.
func (p *Program) Specialise(title string, g *expr.Graph, of map[*expr.Node]*expr.Node) *Plan {
	p.lock.Lock()
	defer p.lock.Unlock()
	q := &Plan{Title: title, Graph: p.known.graph(g, of)}
	q.Graph.Names = []string{"specialised"}
	q.Nodes = p.known.fresh()
	return q
}

package optimize

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"arignote/expr"
)

// Trace is the record of one run: every rewrite that fired, in order.
type Trace struct {
	Steps []Step
	// Nodes are the numbers of nodes before and after, inputs and constants
	// included.
	Nodes []int
	// Unsettled says that the repeated passes were stopped while they were
	// still changing the graph.
	Unsettled bool
	// Stages are the graph as given and after each pass that changed it, if
	// Options.Stages asks for them.
	Stages []Stage

	times []passTime
	looks int // nodes and terms that were looked at
}

// Step is one rewrite.
type Step struct {
	Pass, Rule    string
	Before, After *expr.Node
	Class         Class
	Note          string // what the rewrite takes for granted, "" if nothing
}

// Stage is the graph after a pass.
type Stage struct {
	Pass  string // "input" for the graph as given
	Graph *expr.Graph
	Spent time.Duration
	// Steps is the number of rewrites in the trace when the pass had ended.
	Steps int
	// Becomes has, for nodes of the stage before that are other nodes here,
	// these.
	Becomes map[*expr.Node]*expr.Node
}

type passTime struct {
	name  string
	spent time.Duration
}

// Pos returns the place in the user's program that built Before.
func (s Step) Pos() expr.Pos { return s.Before.Pos() }

// String returns "model.go:12: a / a -> 1.0   div-self (simplify, real)".
func (s Step) String() string {
	var b strings.Builder
	if p := s.Pos().String(); p != "" {
		b.WriteString(p + ": ")
	}
	fmt.Fprintf(&b, "%s -> %s   %s (%s, %v", Brief(s.Before), Brief(s.After), s.Rule, s.Pass, s.Class)
	if s.Note != "" {
		b.WriteString("; " + s.Note)
	}
	b.WriteByte(')')
	return b.String()
}

// String explains the rewrites: a line for each as [Step.String] writes it and,
// below, what [Step.Try] finds when it computes both sides, which takes about a
// millisecond. Only the first rewrites of a long trace are computed.
func (t *Trace) String() string {
	var b strings.Builder
	for i, s := range t.Steps {
		b.WriteString(s.String() + "\n")
		if i < mostTried {
			fmt.Fprintf(&b, "    %v\n", s.Try())
		}
	}
	return b.String()
}

// mostTried is how many rewrites of a trace are computed when it is printed.
const mostTried = 500

// Hits returns how often each rule has fired.
func (t *Trace) Hits() map[string]int {
	hits := make(map[string]int)
	for _, s := range t.Steps {
		hits[s.Rule]++
	}
	return hits
}

// Times returns the time spent in each pass, in the order of their first run.
func (t *Trace) Times() (names []string, spent []time.Duration) {
	for _, p := range t.times {
		names, spent = append(names, p.name), append(spent, p.spent)
	}
	return names, spent
}

func (t *Trace) spend(name string, d time.Duration) {
	i := slices.IndexFunc(t.times, func(p passTime) bool { return p.name == name })
	if i < 0 {
		i = len(t.times)
		t.times = append(t.times, passTime{name: name})
	}
	t.times[i].spent += d
}

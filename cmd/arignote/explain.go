package main

import (
	"fmt"

	"arignote/optimize"
)

// explainCommand lists the rewrites of a program.
type explainCommand struct {
	source
	flags
	All bool `help:"Try every rewrite on random and special values, not only the first 500."`
}

// mostTried is how many rewrites are tried unless all are asked for.
const mostTried = 500

// Help is the text below the summary of "arignote explain -h".
func (*explainCommand) Help() string {
	return `Lists the rewrites that lead from an expression as written to the one that is run, in order: the rule with its pass, the place in the text, and what it made of what. A rule is exact (the same bits for all values) or real (true over the real numbers; --strict leaves these out). Both sides are computed for random and for special values such as 0, infinity and NaN: where they differ, and what a rewrite takes for granted, is said below it.

Examples:

    arignote explain 'x: float64[n]; log(1 + exp(x))'
    arignote explain 'M: float64[m,n]; v: float64[n]; 2*(M @ v) + 0' --strict
    arignote explain -f model.txt --skip blas --skip div-self
    arignote explain -f model.txt --html stages.html
    ARIGNOTE_TRACE=- arignote explain -f model.txt    (the graph after each pass, on standard error)`
}

// Run is the command.
func (c *explainCommand) Run(s *session) error {
	p, err := c.load(s)
	if err != nil {
		return err
	}
	f, err := p.compile(c.config())
	if err != nil {
		return err
	}
	t := f.Trace()
	for i, step := range t.Steps {
		fmt.Fprintf(&s.out, "%2d. %s (%s, %v)", i+1, step.Rule, step.Pass, step.Class)
		if p := step.Pos(); p.File == "" && p.Line > 0 {
			fmt.Fprintf(&s.out, " at %v", p)
		}
		fmt.Fprintf(&s.out, "\n       %s\n    -> %s\n", optimize.Brief(step.Before), optimize.Brief(step.After))
		if step.Note != "" {
			fmt.Fprintf(&s.out, "       %s\n", step.Note)
		}
		if i < mostTried || c.All {
			fmt.Fprintf(&s.out, "       %v\n", step.Try())
		}
	}
	if len(t.Steps) == 0 {
		fmt.Fprintln(&s.out, "no rewrites")
	}
	if t.Unsettled {
		fmt.Fprintln(&s.out, "stopped while there was still something to rewrite")
	}
	fmt.Fprintf(&s.out, "\n# simplified%s\n%v\n", nodeCounts(t), f.Graph())
	return nil
}

// nodeCounts says how many nodes there were and are.
func nodeCounts(t *optimize.Trace) string {
	if len(t.Nodes) < 2 {
		return ""
	}
	return fmt.Sprintf(" (nodes: %d before, %d after)", t.Nodes[0], t.Nodes[len(t.Nodes)-1])
}

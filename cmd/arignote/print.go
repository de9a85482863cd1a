package main

import (
	"fmt"
	"io"

	"arignote/expr"
)

// stages says which graphs are printed, and how.
type stages struct {
	Before bool `help:"Print the graph as written only."`
	After  bool `help:"Print the simplified graph only."`
	Tree   bool `xor:"form" help:"Print trees with types instead of text."`
	Dot    bool `xor:"form" help:"Print Graphviz's language instead of text."`
}

// print prints the graphs; a heading, which is a comment, tells them apart if
// there are both.
func (c *stages) print(w io.Writer, before, after *expr.Graph) error {
	both := c.Before == c.After
	for _, stage := range []struct {
		name  string
		graph *expr.Graph
		wants bool
	}{
		{"as written", before, c.Before},
		{"simplified", after, c.After},
	} {
		if !both && !stage.wants {
			continue
		}
		if both {
			mark := "#"
			if c.Dot {
				mark = "//"
			}
			fmt.Fprintf(w, "%s %s\n", mark, stage.name)
		}
		if err := c.graph(w, stage.graph); err != nil {
			return err
		}
		if both && stage.graph == before {
			fmt.Fprintln(w)
		}
	}
	return nil
}

func (c *stages) graph(w io.Writer, g *expr.Graph) error {
	switch {
	case c.Tree:
		return expr.Print(w, g.Outputs...)
	case c.Dot:
		return expr.DOT(w, g.Outputs...)
	}
	_, err := fmt.Fprintln(w, g)
	return err
}

// printCommand prints a program.
type printCommand struct {
	source
	flags
	stages
}

// Help is the text below the summary of "arignote print -h".
func (*printCommand) Help() string {
	return `Prints the graph of an expression as it is written and as it is run, in the language itself (which can be read back), as a tree, or for Graphviz. Inputs are declared in front of the expression with dtype and shape; n, a number and ? are lengths.

Examples:

    arignote print 'x: float64[n]; y: float64[n]; x*y/y'
    arignote print 'M: float64[m, n]; v: float32[?]; a: float64; a/a + (M + a) @ v' --tree
    arignote print 'x: float64[3]; exp(x)/sum(exp(x))' --after --dot | dot -Tsvg > graph.svg
    arignote print -f model.txt --strict
    arignote print 'sum(exp(x))' 'x=[1,2,3]' --html stages.html`
}

// Run is the command.
func (c *printCommand) Run(s *session) error {
	p, err := c.load(s)
	if err != nil {
		return err
	}
	f, err := p.compile(c.config())
	if err != nil {
		return err
	}
	if c.HTML != "" && len(p.values) > 0 {
		args, err := p.arguments()
		if err != nil {
			return err
		}
		if _, err := f.Plan(args...); err != nil {
			return &mistake{text: p.text, err: err}
		}
	}
	return c.print(&s.out, p.graph, f.Graph())
}

package main

import (
	"fmt"
	"strings"

	"arignote/autodiff"
	"arignote/expr"
)

// gradCommand differentiates a program with one output.
type gradCommand struct {
	source
	Wrt []string `placeholder:"NAME" help:"Inputs to differentiate with respect to; all floats unless given."`
	flags
	stages
	output
}

// Help is the text below the summary of "arignote grad -h".
func (*gradCommand) Help() string {
	return `Prints the gradient of an expression with one element, as differentiation makes it and simplified, and evaluates it if the inputs have values.

Examples:

    arignote grad 'x: float64[n]; sum(log(1 + exp(x)))' --wrt x
    arignote grad 'x: float64; y: float64; x**2*y' --wrt x --wrt y --after
    arignote grad 'sum((A @ w - b)**2)' --wrt w A=A.npy b=b.npy 'w=[0.5,0.5]'
    arignote grad 'mean(exp(x))' x=data.npy -o gradient.npy`
}

// Run is the command.
func (c *gradCommand) Run(s *session) error {
	p, err := c.load(s)
	if err != nil {
		return err
	}
	wrt, err := c.wrt(p)
	if err != nil {
		return err
	}
	if err := c.check(len(wrt)); err != nil {
		return err
	}
	if err := p.differentiate(wrt); err != nil {
		return err
	}
	f, err := p.compile(c.config())
	if err != nil {
		return err
	}
	var values []*expr.Value
	if c.Output != "" || len(p.values) > 0 {
		if values, err = p.run(f); err != nil {
			return err
		}
	}
	if c.Output == "" {
		if err := c.stages.print(&s.out, p.graph, f.Graph()); err != nil || values == nil {
			return err
		}
		fmt.Fprintln(&s.out, "\n# value")
	}
	return c.write(s, p.names, values)
}

// wrt returns the inputs to differentiate with respect to.
func (c *gradCommand) wrt(p *program) ([]*expr.Node, error) {
	var wrt []*expr.Node
	if len(c.Wrt) == 0 {
		for _, in := range p.graph.Inputs {
			if in.DType().Inexact() {
				wrt = append(wrt, in)
			}
		}
		if len(wrt) == 0 {
			return nil, p.mistake("there is no input of floats to differentiate with respect to")
		}
		return wrt, nil
	}
	for _, name := range c.Wrt {
		in := p.input(name)
		if in == nil {
			return nil, p.mistake("--wrt %s: no input is called that; there is %s", name, p.inputNames())
		}
		wrt = append(wrt, in)
	}
	return wrt, nil
}

// input returns the input with a name, nil if there is none.
func (p *program) input(name string) *expr.Node {
	for _, in := range p.graph.Inputs {
		if in.Name() == name {
			return in
		}
	}
	return nil
}

func (p *program) inputNames() string {
	var names []string
	for _, in := range p.graph.Inputs {
		names = append(names, in.Name())
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// differentiate replaces the output by its gradients.
func (p *program) differentiate(wrt []*expr.Node) error {
	if n := len(p.graph.Outputs); n != 1 {
		return p.mistake("the gradient is that of one output, not of %d", n)
	}
	y := p.graph.Outputs[0]
	if y.Rank() > 0 {
		m := p.mistake("the gradient is that of a scalar, not of %v", y.Type())
		m.hint = "Take its sum or mean, or its derivative in full: jacobian(y, x) is a function of the language."
		return m
	}
	p.names = nil
	for _, x := range wrt {
		p.names = append(p.names, x.Name())
	}
	gradients := autodiff.Grads(y, wrt...)
	for _, g := range gradients {
		if err := g.Err(); err != nil {
			return &mistake{text: p.text, err: err}
		}
	}
	p.graph = expr.NewGraph(p.graph.Inputs, gradients...)
	return nil
}

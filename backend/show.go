package backend

import (
	"fmt"
	"strings"

	"arignote/backend/internal/stages"
	"arignote/expr"
)

// This file tells the stage viewer (Config.Stages) about programs and plans.

// show adds p to the page that its configuration names.
func (p *Program) show() error {
	if p.config.Stages == "" {
		return nil
	}
	p.page = stages.New(p.title(), p.trace)
	// What only the page needed is not kept.
	p.trace.Stages = nil
	return stages.Add(p.config.Stages, p.page)
}

// title says which program it is: where the first output was built, and from
// what.
func (p *Program) title() string {
	inputs := make([]string, len(p.graph.Inputs))
	for i, in := range p.graph.Inputs {
		inputs[i] = in.Name() + ": " + in.Type().String()
	}
	title := "(" + strings.Join(inputs, ", ") + ")"
	if at := p.trace.Stages[0].Graph.Outputs[0].Pos().String(); at != "" {
		title = at + " " + title
	}
	return title
}

// showPlan adds a plan that was made from the specialised graph s. That the page
// can no longer be written is told once.
func (p *Program) showPlan(q *Plan, s *special) error {
	if p.page == nil || p.unwritten.Load() {
		return nil
	}
	b := p.page.Specialise(shapesText(s.graph.Inputs), s.graph, s.of)
	stored := make(map[*expr.Node]bool)
	for _, st := range q.steps {
		for _, v := range st.stored {
			stored[v.node] = true
		}
	}
	var total strings.Builder
	for _, batch := range q.batches {
		for k := batch.lo; k < batch.hi; k++ {
			var text strings.Builder
			q.steps[k].write(&text, k+1, batch)
			b.Steps = append(b.Steps, p.showStep(text.String(), q.steps[k], stored))
		}
	}
	q.writeTotal(&total)
	b.Total = strings.TrimSpace(total.String())
	if err := p.page.AddPlan(b); err != nil && p.unwritten.CompareAndSwap(false, true) {
		return err
	}
	return nil
}

// showStep returns a step with the nodes that it computes: those that it
// stores, and what these are made of that no step stores.
func (p *Program) showStep(text string, s *step, stored map[*expr.Node]bool) stages.PlanStep {
	show := stages.PlanStep{Text: strings.TrimRight(text, "\n")}
	seen := make(map[*expr.Node]bool)
	var stack []*expr.Node
	for _, v := range s.stored {
		stack = append(stack, v.node)
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[n] || n.Op() == expr.OpInput || n.Op() == expr.OpConst {
			continue
		}
		seen[n] = true
		show.Nodes = append(show.Nodes, p.page.Number(n))
		for _, a := range n.Args() {
			if !stored[a] {
				stack = append(stack, a)
			}
		}
	}
	for _, l := range s.launches {
		show.Kernels = append(show.Kernels, fmt.Sprintf("%v\nparameters %v, %d units by %d", l.k, l.params, l.units, l.chunk))
	}
	return show
}

// shapesText lists inputs with their shapes: "x float64[3], a float64".
func shapesText(inputs []*expr.Node) string {
	parts := make([]string, len(inputs))
	for i, in := range inputs {
		parts[i] = in.Name() + " " + in.Type().String()
	}
	return strings.Join(parts, ", ")
}

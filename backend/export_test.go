package backend

import "strings"

// Kernels returns the text of the kernels of q.
func Kernels(q *Plan) string {
	var b strings.Builder
	for _, s := range q.steps {
		for _, l := range s.launches {
			b.WriteString(l.k.String())
		}
	}
	return b.String()
}

// Templates returns how many classes of shapes p has a template for.
func Templates(p *Program) int {
	p.plans.Lock()
	defer p.plans.Unlock()
	n := 0
	for _, t := range p.classes.byKey {
		if t != nil && t.base != nil {
			n++
		}
	}
	return n
}

// Derived reports whether the plan for these arguments comes from a template.
func Derived(p *Program, args ...any) bool {
	values, err := p.bind(args)
	if err != nil {
		return false
	}
	q, err := p.plan(values)
	return err == nil && q.derived
}

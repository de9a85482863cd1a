package backend

import (
	"strings"

	"arignote/expr"
)

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

// Classes returns how many classes p knows, and how many plans it keeps.
func Classes(p *Program) (classes, plans int) {
	p.plans.Lock()
	defer p.plans.Unlock()
	return len(p.classes.known), len(p.plans.byKey)
}

// Derived reports whether the plan for these arguments follows from another one.
func Derived(p *Program, args ...any) bool {
	values, err := p.bind(args)
	if err != nil {
		return false
	}
	q, err := p.plan(values)
	return err == nil && q.class != nil
}

// Segments returns the programs of which p, sizes in which depend on data, is made.
func Segments(p *Program) (first, rest *Program) {
	return p.plans.staged.stage.first, p.plans.staged.stage.rest
}

// Steps returns how many steps searches through groups take when p plans for these
// arguments.
func Steps(p *Program, args ...any) int {
	values, err := p.bind(args)
	if err != nil {
		return -1
	}
	types, strides := make([]expr.Type, len(values)), make([][]int, len(values))
	for i, v := range values {
		types[i] = v.Type()
	}
	s, err := specialize(p.graph, p.host, types, values)
	if err != nil {
		return -1
	}
	return fuse(newFlow(s.graph, nil, strides), true, false).reach.steps
}

// ForgetKernels empties the cache of kernels.
func ForgetKernels() {
	kernels.Lock()
	defer kernels.Unlock()
	kernels.byText = nil
}

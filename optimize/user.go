package optimize

import (
	"slices"

	"arignote/expr"
)

// Functions of the user's that are rules: what they do wrong is told with the name
// of the rule.

// call calls a function of the user's. What it panics with is the error of the run.
func (r *run) call(rule Rule, n *expr.Node) (m *expr.Node) {
	defer func() {
		if cause := recover(); cause != nil {
			m, r.err = nil, expr.Errorf(expr.ErrInput, "optimize", "rule %s panics on %s: %v", rule.Name, Brief(n), cause)
		}
	}()
	return rule.Func(n)
}

// foreign returns the mistake of a function that has brought an input of its own
// into the graph g, which before is simplified to.
func (r *run) foreign(before, g *expr.Graph) error {
	if !slices.ContainsFunc(r.opt.Rules, func(rule Rule) bool { return rule.Func != nil }) {
		return nil
	}
	inputs := slices.Clone(before.Inputs)
	for n := range before.Nodes() {
		if n.Op() == expr.OpInput {
			inputs = append(inputs, n) // Simplify lists none
		}
	}
	n := stranger(expr.NewGraph(inputs, g.Outputs...))
	if n == nil {
		return nil
	}
	return expr.Errorf(expr.ErrInput, "optimize", "rule %s brings in the input %s, which the graph does not have", r.bringer(n), n.Name())
}

// stranger returns an input that g, or a body in it, uses and does not list.
func stranger(g *expr.Graph) *expr.Node {
	own := make(map[*expr.Node]bool)
	for _, in := range g.Inputs {
		own[in] = true
	}
	for n := range g.Nodes() {
		if n.Op() == expr.OpInput && !own[n] {
			return n
		}
		if b, ok := n.Attr().(expr.Body); ok {
			if n := stranger(b.Graph); n != nil {
				return n
			}
		}
	}
	return nil
}

// bringer returns the name of the rule that first made something of the input.
func (r *run) bringer(input *expr.Node) string {
	for _, s := range r.trace.Steps {
		for n := range expr.Nodes(s.After) {
			if n == input {
				return s.Rule
			}
		}
	}
	return ""
}

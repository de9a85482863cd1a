package optimize

import "arignote/expr"

// user applies the rules of the user's, which canonicalize matches inside sums
// and products too.
func user(r *run, _ *expr.Graph) (*opSet, stepFunc) {
	if len(r.opt.Rules) == 0 {
		return nil, nil
	}
	return r.applyTable(r.rules.user)
}

// simplify applies the rules of simplifyRules and the user's own. It leaves
// terms and factors that are further apart to canonicalize.
func simplify(r *run, _ *expr.Graph) (*opSet, stepFunc) {
	return r.applyTable(r.rules.simplify)
}

// structure applies the rules of structureRules: views, reductions, indexing.
func structure(r *run, g *expr.Graph) (*opSet, stepFunc) {
	for _, x := range g.Inputs { // those to ask for lengths
		r.dims(x)
	}
	return r.applyTable(r.rules.structure)
}

// linalg applies the rules of linalgRules.
func linalg(r *run, _ *expr.Graph) (*opSet, stepFunc) {
	return r.applyTable(r.rules.linalg)
}

// applyTable applies the rules of t until none of them matches.
func (r *run) applyTable(t *table) (*opSet, stepFunc) {
	return &t.ops, func(n *expr.Node) (*expr.Node, why) { return r.apply(t, n) }
}

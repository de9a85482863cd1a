package optimize

import "arignote/expr"

// simplify applies the rules of simplifyRules and the user's own. It leaves
// terms and factors that are further apart to canonicalize.
func simplify(r *run, g *expr.Graph) *expr.Graph {
	r.countUses(g)
	return r.applyTable(g, r.rules.simplify)
}

// structure applies the rules of structureRules: views, reductions, indexing.
func structure(r *run, g *expr.Graph) *expr.Graph {
	r.countUses(g)
	for _, x := range g.Inputs { // those to ask for lengths
		r.dims(x)
	}
	return r.applyTable(g, r.rules.structure)
}

// linalg applies the rules of linalgRules.
func linalg(r *run, g *expr.Graph) *expr.Graph {
	r.countUses(g)
	return r.applyTable(g, r.rules.linalg)
}

// applyTable brings every node to the form in which no rule of t matches.
func (r *run) applyTable(g *expr.Graph, t *table) *expr.Graph {
	return r.rewrite(g, &t.ops, func(n *expr.Node) (*expr.Node, why) { return r.apply(t, n) })
}

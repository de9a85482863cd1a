package optimize

import (
	"slices"

	"arignote/expr"
)

// inCode are the rewrites that are no rows of a table, by the names under which
// a trace shows them.
var inCode = []string{
	"fold", "flatten", "collect-sum", "collect-product", "factor-sum", "gemm", "gemv", "ger", "dot",
	"mul-add", "mul-sub", "sub-mul", bodyRule,
}

// skips reports whether a pass or rewrite is left out by name.
func (r *run) skips(name string) bool {
	return len(r.opt.Skip) > 0 && slices.Contains(r.opt.Skip, name)
}

// checkSkip returns an error if a name of Skip belongs to nothing.
func (o Options) checkSkip(t *tables) error {
	for _, name := range o.Skip {
		pass := func(p Pass) bool { return p.Name == name }
		row := func(c *compiled) bool { return c.Name == name }
		known := slices.Contains(inCode, name) || slices.ContainsFunc(Passes, pass) ||
			slices.ContainsFunc([]*table{t.user, t.simplify, t.stabilize, t.structure, t.symmetry, t.linalg, t.cancellation}, func(t *table) bool {
				return slices.ContainsFunc(t.rules, row)
			})
		if !known {
			return expr.Errorf(expr.ErrDomain, "optimize", "Skip: there is no pass and no rule %q", name)
		}
	}
	return nil
}

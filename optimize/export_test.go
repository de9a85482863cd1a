package optimize

import "arignote/expr"

// TableOf is one table of rules and the file to mend it in.
type TableOf struct {
	Pass, File string
	Rules      []Rule
}

// Tables returns the tables of rules.
func Tables() []TableOf {
	return []TableOf{
		{"simplify", "optimize/rules.go", simplifyRules},
		{"stabilize", "optimize/stabilize.go", stabilizeRules},
		{"structure", "optimize/structure.go", structureRules},
		{"structure", "optimize/slicing.go", structureSlicing},
		{"structure", "optimize/assigning.go", structureAssigning},
		{"structure", "optimize/joining.go", structureJoining},
		{"structure", "optimize/unjoining.go", structureUnjoining},
		{"structure", "optimize/pieces.go", structurePieces},
		{"structure", "optimize/taking.go", structureTaking},
		{"structure", "optimize/counted.go", structureCounting},
		{"symmetry", "optimize/symmetry.go", symmetryRules},
		{"cancellation", "optimize/cancellation.go", cancellationRules},
		{"linalg", "optimize/linalg.go", linalgRules},
		{"linalg", "optimize/products.go", linalgProducts},
		{"linalg", "optimize/distributing.go", linalgSums},
		{"linalg", "optimize/blocks.go", linalgBlocks},
		{"linalg", "optimize/matrices.go", linalgMatrices},
		{"linalg", "optimize/symmetric.go", linalgFactors},
		{"linalg", "optimize/conjugates.go", linalgConjugates},
		{"linalg", "optimize/stacks.go", linalgStacks},
		{"linalg", "optimize/running.go", linalgRunning},
		{"linalg", "optimize/vectorize.go", linalgMaps},
	}
}

// Looks returns how many nodes and terms a run has looked at.
func (t *Trace) Looks() int { return t.looks }

// Example returns a program in which a rule without text fires.
func (r Rule) Example() string { return r.example }

// Alone applies one rule to g, after equal nodes have been merged.
func Alone(rule Rule, g *expr.Graph) (*expr.Graph, *Trace, error) {
	t, err := newTable([]Rule{rule})
	if err != nil {
		return nil, nil, err
	}
	r, err := newRun(Options{})
	if err != nil {
		return nil, nil, err
	}
	defer r.known.Release()
	r.enter(g)
	v := &visit{}
	r.begin(v, &Pass{Name: "alone", run: func(r *run, g *expr.Graph) (*opSet, stepFunc) { return r.applyTable(t) }})
	g = r.rewrite(v, g)
	return g, r.trace, r.err
}

// Sabotage returns a function that runs with Check while the right side of a
// built-in rule is another one, and returns the trace as far as it came.
func Sabotage(rule *Rule, right string) (func(g *expr.Graph) (*Trace, error), error) {
	sound := rule.Right
	rule.Right = right
	defer func() { rule.Right = sound }()
	t, err := compileTables(nil)
	return func(g *expr.Graph) (*Trace, error) {
		r, err := newRun(Options{Check: true})
		if err != nil {
			return nil, err
		}
		r.rules = t
		_, err = r.passes(g)
		return r.trace, err
	}, err
}

package optimize

import "arignote/expr"

// Pass is a step of simplification: it makes a graph into one that means the
// same. To add one, write a file with its function and add a row to [Passes].
type Pass struct {
	Name string
	// run returns what the pass does to a node of g, and the ops of the nodes to
	// which it does something: none if nil.
	run func(r *run, g *expr.Graph) (*opSet, stepFunc)
	// Why says what the pass does and why it stands where it does.
	Why string
	// Joins: the pass is done together with the one before, in one traversal. A
	// node is brought to rest by both before its users are looked at. That saves
	// making the graph above each change once more, which is most of the work on
	// large graphs: joining five passes has made it half.
	Joins bool
	// Repeat: neighbouring passes with this mark are repeated together until
	// none of them changes anything, because each makes work for the others.
	Repeat bool
	// Exact: the pass has something to do in strict mode.
	Exact bool
	// Spares lists loops whose bodies the pass leaves as they are.
	Spares []expr.Op
	// After names passes that must come earlier in the list.
	After []string
}

// Passes are the steps of simplification, in their order.
var Passes = []Pass{
	{Name: "user", run: user, Repeat: true, Exact: true,
		Why: "rules of the user's, if there are any; before all others, so that they see what the user wrote"},
	{Name: "merge", run: merge, Repeat: true, Exact: true,
		Why: "equal subexpressions become one node; numbering does it, from the start, because rules know two nodes for equal by identity"},
	{Name: "fold", run: fold, Joins: true, Repeat: true, Exact: true, After: []string{"merge"},
		Why: "computes what depends on constants alone, so that rules see numbers"},
	{Name: "simplify", run: simplify, Joins: true, Repeat: true, Exact: true, After: []string{"fold"},
		Why: "rules that shrink (x*1, x/x, -(-x)), before sums and products are collected"},
	{Name: "canonicalize", run: canonicalize, Joins: true, Repeat: true, Exact: true, After: []string{"simplify"},
		Why: "collects sums and products of any length, and matches rules inside of them"},
	{Name: "structure", run: structure, Joins: true, Repeat: true, Exact: true,
		Why: "merges views and reductions, drops stretching that an operation does anyway"},
	{Name: "stabilize", run: stabilize, Repeat: true, After: []string{"canonicalize"},
		Why: "replaces formulas that overflow or cancel; after collecting, which brings their parts together"},
	{Name: "symmetry", run: symmetry, Repeat: true, After: []string{"structure"},
		Why: "reductions of a symmetric or antisymmetric block over one axis serve for the other; after structure has brought them to one form"},
	{Name: "linalg", run: linalg, Repeat: true, After: []string{"structure"},
		Why: "inv(A) @ b becomes solve(A, b); after transposes have met"},
	{Name: "factorize", run: factorize, Repeat: true, After: []string{"canonicalize", "stabilize"},
		Why: "takes common factors out of sums where that saves operations; after the rules that look for the sums as written"},
	{Name: "blas", run: blas, After: []string{"canonicalize", "structure", "linalg"},
		Why: "products of matrices take in scalings, transposes and sums; late, because no rule looks inside a gemm"},
	{Name: "cancellation", run: cancellation, Joins: true, After: []string{"stabilize", "factorize"},
		Why: "differences that cancel where their parts are close become forms that do not; late, because no rule looks inside those"},
	{Name: "fma", run: fma, Spares: []expr.Op{expr.OpWhile}, After: []string{"canonicalize", "factorize", "blas", "cancellation"},
		Why: "a product and what is added to it are rounded once; last, because no rule looks inside an fma, and a gemm takes in sums first"},
}

package optimize

import "arignote/expr"

// Pass is a step of simplification: a function from a graph to a graph that
// means the same. To add one, write a file with its function and add a row to
// [Passes].
type Pass struct {
	Name string
	run  func(r *run, g *expr.Graph) *expr.Graph
	// Why says what the pass does and why it stands where it does.
	Why string
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
	{Name: "merge", run: merge, Exact: true,
		Why: "equal subexpressions become one node; first, because rules know two nodes for equal by identity"},
	{Name: "fold", run: fold, Repeat: true, Exact: true, After: []string{"merge"},
		Why: "computes what depends on constants alone, so that rules see numbers"},
	{Name: "simplify", run: simplify, Repeat: true, Exact: true, After: []string{"fold"},
		Why: "rules that shrink (x*1, x/x, -(-x)), before sums and products are collected"},
	{Name: "canonicalize", run: canonicalize, Repeat: true, Exact: true, After: []string{"simplify"},
		Why: "collects sums and products of any length, and matches rules inside of them"},
	{Name: "stabilize", run: stabilize, Repeat: true, After: []string{"canonicalize"},
		Why: "replaces formulas that overflow or cancel; after collecting, which brings their parts together"},
	{Name: "structure", run: structure, Repeat: true, Exact: true,
		Why: "merges views and reductions, drops stretching that an operation does anyway"},
	{Name: "symmetry", run: symmetry, Repeat: true, After: []string{"structure"},
		Why: "reductions of a symmetric or antisymmetric block over one axis serve for the other; after structure has brought them to one form"},
	{Name: "linalg", run: linalg, Repeat: true, After: []string{"structure"},
		Why: "inv(A) @ b becomes solve(A, b); after transposes have met"},
	{Name: "factorize", run: factorize, Repeat: true, After: []string{"canonicalize", "stabilize"},
		Why: "takes common factors out of sums where that saves operations; after the rules that look for the sums as written"},
	{Name: "blas", run: blas, After: []string{"canonicalize", "structure", "linalg"},
		Why: "products of matrices take in scalings, transposes and sums; late, because no rule looks inside a gemm"},
	{Name: "fma", run: fma, Spares: []expr.Op{expr.OpWhile}, After: []string{"canonicalize", "factorize", "blas"},
		Why: "a product and what is added to it are rounded once; last, because no rule looks inside an fma, and a gemm takes in sums first"},
}

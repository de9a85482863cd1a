// Package backend compiles expressions and runs them.
//
// What comes in: symbolic inputs and outputs of package expr. What goes out: a
// [Program], which any number of goroutines may run at the same time on
// concrete arrays.
//
// [Compile] checks the graph and has package optimize simplify it. All else
// happens when the shapes of arguments are first seen, and is kept for the next
// time that they are ([Plan]):
//
//  1. The graph is written again for these shapes: every dim is known, integers
//     that shapes depend on are numbers, ops without a loop of their own, such as
//     softmax, are expressed by others (specialize.go, lower.go; products in
//     matmul.go, map in map.go), assignments over one another by cells in which the
//     same of them write (cells.go).
//  2. Vertices say how each value comes to be: an element-wise op, a view, a
//     reduction, an assembled array, a product, the reference (vertex.go).
//  3. Fusion decides what is stored and which loops store it together (fuse.go,
//     group.go, reach.go): what is computed where it is needed (inline.go), which group
//     stores something (join.go, space.go), in which order its loops are
//     (looporder.go), and which reductions have loops of their own (sweep.go) or
//     those of the group (closing.go). Results put together from parts are in
//     assemble.go, computed indices in take.go.
//  4. Kernels are written for the groups that result (emit.go, emitgroup.go,
//     emitnest.go, emitsweep.go, chain.go, rowscratch.go; the order of reductions in
//     reduce.go, element-wise loops in while.go, scans in scan.go), and it is
//     marked what runs in vectors and on several workers (mark.go). When one runs
//     for the first time, exp and its like become primitive instructions
//     (internal/elementary), and it is made ready (internal/interp).
//  5. Steps get their order, short independent ones side by side (schedule.go);
//     memory gets its place in one arena, element-wise results over operands
//     that nobody needs any more (buffers.go).
//
// For most graphs a plan for other lengths follows from one that is there,
// without going through the graph again (class.go, sample.go, derive.go).
//
// A run (run.go, frame.go) binds the user's arrays, which are never written, and
// lets the steps go through the worker pool in fixed parts. Steps that are no
// kernels but Go code on whole arrays are routines (routine.go): products of float
// matrices are gonum's, in parts too (blas.go), sorts and ranks by radix (sort.go,
// internal/radix), linear algebra in blocks (linalg.go, expr/linalg; factor.go),
// and maps whose body is planned for one element (element.go).
// What nothing else can do is computed by the reference meaning that package expr
// gives each op, which [Plan.String] shows. [Program.RunInto] keeps what a call needs for the next one (into.go).
//
// Where the size of something depends on data, as of nonzero, the program is
// run in segments: the first computes what the size depends on, the rest is
// planned when that is known (stage.go). In strict mode what can fail is computed
// whole, although no result may need it (must.go).
//
// The order in which a reduction adds follows from its op and shape, never from
// fusion, threads or memory: the bits of a result are the same in all of these.
//
// What it does not do: machine code.
//
// [Config].Stages shows all of this as a page of HTML (show.go, internal/stages).
//
// Read compile.go first, then plan.go and fuse.go.
package backend

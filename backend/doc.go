// Package backend compiles expressions and runs them.
//
// What comes in: symbolic inputs and outputs of package expr. What goes out: a
// [Program], which any number of goroutines may run at the same time on
// concrete arrays.
//
// [Compile] checks the graph, has package optimize simplify it, and orders the
// nodes that are left. [Program.Run] binds the arguments to the inputs, which
// finds wrong shapes and dtypes, and then computes node by node: products of
// matrices by gonum's BLAS, everything else by the reference meaning that
// package expr gives each op. Every intermediate value is freed after its last
// use. Arrays of the user are never written.
//
// What it does not do yet: plan, fuse and run on several cores.
//
// Read compile.go first, then program.go.
package backend

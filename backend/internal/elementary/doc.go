// Package elementary writes elementary functions as primitive instructions.
//
// What comes in: a kernel with functions such as exp. What goes out: a kernel in
// which they are straight lines of fma, comparisons, choices and operations on
// the bits of floats, which every engine runs fast and with the same bits. The
// reference meaning of a function, which package expr has, is slower and more
// accurate; it stays the oracle, the meaning where constants are folded, and
// that of functions without a row in the table here.
//
// An expansion is a Go function from nodes of package expr to nodes, written
// once: [Expand] reads off the instructions, and a test evaluates the same nodes
// by the reference evaluator and wants the same bits. Arguments that only slow
// algorithms master, such as sin(1e300), are left to the reference meaning
// element by element (kernel.Rare).
//
// Float32 is computed in float64 and rounded once, which gives errors below
// 0.51 ulp: an algorithm in float32 would need an fma of float32, which Go does
// not have. Where that takes fewer terms and no second parts, there is an
// expansion of its own (narrow.go).
//
// What it does not do: complex functions, polygamma other than the digamma
// function.
//
// Read table.go first, then exp.go. The words that expansions use are in
// words.go; how instructions are made of them, in template.go and expand.go.
package elementary

// Package optimize makes a graph cheaper and safer to compute without changing
// what it means.
//
// In comes a graph as users, the parser and autodiff build it; out goes a graph
// with the same inputs and with outputs of the same types, and a [Trace] of
// every rewrite that fired. Equal subexpressions are one node, constants are
// computed, sums and products are collected (x*y/y is x), formulas that
// overflow or cancel are replaced by ones that do not (log(1 + exp(x)) is
// softplus(x)), slices go to the inputs so that only what they take is computed,
// products are made in the cheapest order and take in the scalings, transposes
// and sums around them (gemm, gemv, ger), sums over ranges have closed forms,
// and a*b + c is rounded once (fma).
//
// It does not fuse, order, or place anything in memory: that is planning, in
// package backend. It never changes the type of an output.
//
// Read passes.go first (the list of passes), then rules.go (the rows of
// rewriting as text) and the head of rule.go (how a rule is found and what it
// may do). A pass is a file with a function of the same name.
package optimize

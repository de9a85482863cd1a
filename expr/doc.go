// Package expr says what can be said: symbolic expressions over arrays.
//
// An expression is a graph of [Node] values. Inputs ([Scalar], [Vector],
// [Matrix], [Input]) and constants ([Const]) are its leaves; methods such as
// [Node.Add], [Node.Exp] and [Node.Sum], and functions such as [Where] and
// [Concatenate], apply operations to nodes and to anything that can be made
// one: Go numbers, slices, tensors, gonum matrices. [Parse] and [ParseGraph]
// build the same graphs from text, and [Node.String] and [Graph.String] print
// text that parses back.
//
// # Types
//
// A node's [Type] is an element type ([DType]) and for each axis a [Dim]: a
// known length, a named one, or an unknown one. Shapes broadcast as in NumPy.
// Type rules are checked when a node is built, with what is known then, and
// again when it is computed.
//
// # Mistakes
//
// Constructors neither panic nor return errors: a wrong node carries an
// [*Error] with the user's file and line, and everything built on it is wrong
// too. [Node.Err] returns it, and so do the functions that take nodes in.
//
// # Meaning
//
// [Node.Eval] and [Graph.Evaluate] compute by the reference meaning of each
// op: slow and obvious, the thing that engines are compared to.
//
// What this package does not do: differentiate (package autodiff), simplify
// (optimize), run fast (backend).
//
// Read node.go first, then the table in ops.go; each op's type rule is in an
// infer file, its meaning in an eval file, its constructor in the file of its
// family.
package expr

// Package kernel is the intermediate language of one fused step: a small
// structured program of nested and successive loops over arrays.
//
// What comes in: a kernel that the planner builds with a [Builder] (or a test
// reads with [Parse]). What goes out: the same kernel, printed, checked, with
// its arguments verified, for an executor to run: package interp in Go, or
// generated machine code. Both give the same bits.
//
// # Structure and arguments
//
// A [Kernel] is structure only: which loops, which instructions, which dtypes,
// which strides are absent, 1 or general. Lengths, strides and offsets are
// parameters, integers that are bound in [Args] when it runs. New lengths need
// no new kernel, and the printed text, [Kernel.String], is the key under which
// a kernel and its machine code are cached.
//
// # Statements
//
// Each [Stmt] says in its comment the Go loop that it stands for. There are
// [Loop] and [Reduce] and [While]; [Let], [Rare], [Const], [Iota] and
// [Random], which make values; [Load], [Store] and [Scratch], which concern memory. Values are
// scalars in static single assignment form. A [Let] is one element-wise
// operation of package expr, with operands of one dtype: conversions are
// instructions of their own.
//
// # Order, and why the bits do not change
//
// A loop without a mark runs in order. A Vector loop is one whose iterations
// do not touch each other's memory, so that an executor may run any number of
// them at once, instruction by instruction. A Split loop is one whose
// iterations may run on several workers, as a [Range] says. The marks change
// speed, never a bit: nothing contracts a*b + c, and the order of a reduction
// is written in the kernel.
//
// A [Reduce] of n elements has Lanes accumulators: the element at position p
// goes to accumulator p mod Lanes, in ascending order of p, and in the end
// accumulator k takes up accumulator k+h for h = Lanes/2, ..., 2, 1. A long
// reduction is cut into chunks of fixed length by a block loop: a Reduce over
// chunks whose elements are the results of a Reduce over one chunk. In the
// same way a sum over two axes is a Reduce over the first whose elements are
// the results of a Reduce over the second. [Kernel.Divide] makes two kernels
// of such a nest, one that stores the results of all chunks and can be split
// among workers and one that combines them, which give the same bits as the
// kernel that they are made from.
//
// # What it does not do
//
// It knows no expression graph, chooses no fusion, no lanes and no order of
// loops (the planner does), and runs nothing.
//
// Read kernel.go first, then build.go. Text and its parser: text.go, parse.go.
// Invariants of the structure: check.go; of structure and arguments together:
// verify.go.
package kernel

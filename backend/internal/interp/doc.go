// Package interp runs kernels in Go, on any machine.
//
// What comes in: a kernel and its arguments. What goes out: the elements of
// the output buffers, with the bits that package kernel defines. It is the
// fallback where there is no machine code and the oracle that machine code is
// compared with. It does not verify arguments: [kernel.Kernel.Verify] does.
//
// A [Program] turns each statement into a Go function once. Values are
// registers, slices of elements of their own type. In a Vector loop these hold
// one element for each of up to 1024 iterations (a tile), and each instruction
// is one Go loop over a tile; values that are the same for all iterations, and
// all values outside of Vector loops, are slices of one element. What an
// instruction does to an element comes from the reference meanings of package
// expr; the commonest ones have faster loops here that give the same bits, and
// Horner's scheme for a polynomial is one loop.
//
// Read program.go first, then compile.go. Registers and memory: vec.go. Loads
// and stores: memory.go. Instructions: arith.go. Reductions: reduce.go.
package interp

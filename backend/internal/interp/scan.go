package interp

import (
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// takeScan returns the function that takes up a tile in a Vector loop that is an
// ordered fold, each state of which is made by one instruction: the states of all
// iterations are made one after the other in one Go loop, and what follows from
// them runs for the whole tile. It is nil for other loops.
func (c *compiler) takeScan(r *kernel.Reduce, acc []accumulator, rest []kernel.Stmt) func(w int) {
	n := len(acc)
	if r.Lanes != 1 || len(rest) < n {
		return nil
	}
	for i, state := range r.States {
		s, ok := rest[i].(*kernel.Let)
		if !ok || len(s.Args) != 2 || s.Dst != state.Next || s.Args[0] != state.Value {
			return nil
		}
		for _, other := range r.States {
			if s.Args[1] == other.Value || slices.ContainsFunc(rest[n:], func(s kernel.Stmt) bool { return usesValue(s, other.Value) }) {
				return nil
			}
		}
	}
	var outs []register
	var scans []func()
	for i := range acc {
		s := rest[i].(*kernel.Let)
		out := types[c.k.Values[s.Dst]].register()
		c.reserve(out, 1, true)
		scan := scanFor(s.Op, out, acc[i].own, c.values[s.Args[1]].register)
		if scan == nil {
			return nil
		}
		c.values[s.Dst] = value{register: out, vary: true}
		outs, scans = append(outs, out), append(scans, scan)
	}
	after := c.block(rest[n:], nil)
	return func(w int) {
		for i, scan := range scans {
			outs[i].window(0, w)
			scan()
		}
		after.run(w)
	}
}

// usesValue reports whether s, or what is inside of it, uses v.
func usesValue(s kernel.Stmt, v kernel.Value) bool {
	for n := range kernel.All([]kernel.Stmt{s}) {
		if slices.Contains(kernel.Uses(n), v) {
			return true
		}
	}
	return false
}

// scanFor returns the loop that fills the window of out with the states after
// each element of x, and keeps the last one in state; nil if there is none.
func scanFor(op expr.Op, out, state, x register) func() {
	switch out := out.(type) {
	case *vec[float64]:
		return scanReal(op, out, state, x)
	case *vec[float32]:
		return scanReal(op, out, state, x)
	case *vec[int64]:
		return scanReal(op, out, state, x)
	case *vec[uint64]:
		return scanReal(op, out, state, x)
	case *vec[complex128]:
		if op == expr.OpAdd {
			return scanOf(out, state, x, func(s, x complex128) complex128 { return s + x })
		}
	}
	return nil
}

func scanReal[T float32 | float64 | int64 | uint64](op expr.Op, out *vec[T], state, x register) func() {
	switch op {
	case expr.OpAdd:
		return scanOf(out, state, x, func(s, x T) T { return s + x })
	case expr.OpMul:
		return scanOf(out, state, x, func(s, x T) T { return s * x })
	case expr.OpMaximum:
		return scanOf(out, state, x, func(s, x T) T { return max(s, x) })
	case expr.OpMinimum:
		return scanOf(out, state, x, func(s, x T) T { return min(s, x) })
	}
	return nil
}

func scanOf[T expr.Element](out *vec[T], state, x register, f func(s, x T) T) func() {
	last, in := state.(*vec[T]), x.(*vec[T])
	return func() {
		s, x, each := last.s[0], in.s, each(len(in.s))
		for i := range out.s {
			s = f(s, x[i&each])
			out.s[i] = s
		}
		last.s[0] = s
	}
}

package kernel

import (
	"fmt"
	"slices"
)

// Divide cuts a kernel at its Split Reduce, so that the elements of the
// reduction can be computed by several workers and are combined by one, in the
// order of the Reduce. First runs the part of the body that does not depend on
// the states, as a Split loop, and stores the values that the rest needs;
// second loads them, runs the rest, and all that follows the Reduce. What
// precedes it runs in both. Ok is false if k has no Split Reduce.
//
// Both kernels have the parameters and buffers of k, in their order (an output
// that one of them does not store to is an input there), and after these one
// buffer for each value handed over, with first.Units elements.
//
// Divide is of use where the Reduce is over the chunks of another one:
//
//	reduce c < n by 8192 split lanes 1 (v1: float64 = v0) {
//	  reduce i in c vector lanes 32 (v2: float64 = v0) { ... } ... gives v3
//	  v4: float64 = add(v1, v3)
//	  next v4
//	} combine ...
func (k *Kernel) Divide() (first, second *Kernel, ok bool) {
	at := slices.IndexFunc(k.Body, func(s Stmt) bool {
		r, ok := s.(*Reduce)
		return ok && r.Split
	})
	if at < 0 {
		return nil, nil, false
	}
	r := k.Body[at].(*Reduce)
	element, step := r.Element()
	first, second = k.part(), k.part()
	place := At(r.Var.Unit())
	var loads []Stmt
	body := slices.Clone(element)
	for i, v := range handedOver(element, step, nexts(r.States)) {
		b := Buffer{Name: fmt.Sprintf("part%d", i), DType: k.Values[v]}
		b.Mode = Out
		first.Buffers = append(first.Buffers, b)
		b.Mode = In
		second.Buffers = append(second.Buffers, b)
		buf := Buf(len(first.Buffers) - 1)
		body = append(body, &Store{Buf: buf, At: place, Src: v})
		loads = append(loads, &Load{Dst: v, Buf: buf, At: place})
	}
	loop := r.Loop
	loop.Body = body
	first.Body = append(slices.Clone(k.Body[:at]), &loop)

	rest := *r
	rest.Split = false
	rest.Body = append(loads, step...)
	second.Body = slices.Clone(k.Body)
	second.Body[at] = &rest
	first.inputs(len(k.Buffers))
	second.inputs(len(k.Buffers))
	return first, second, true
}

// part returns a kernel with the tables of k and no body.
func (k *Kernel) part() *Kernel {
	return &Kernel{Buffers: slices.Clone(k.Buffers), Params: k.Params, Values: k.Values, Vars: k.Vars}
}

// handedOver returns the values that element defines and step, or the next
// states, take.
func handedOver(element, step []Stmt, next []Value) []Value {
	defined := make(map[Value]bool)
	for _, s := range element {
		for _, v := range Defs(s) {
			defined[v] = true
		}
	}
	var over []Value
	take := func(values []Value) {
		for _, v := range values {
			if defined[v] && !slices.Contains(over, v) {
				over = append(over, v)
			}
		}
	}
	for s := range All(step) {
		take(Uses(s))
	}
	take(next)
	return over
}

// inputs makes inputs of those of the first n buffers that k does not store to.
func (k *Kernel) inputs(n int) {
	stored := make(map[Buf]bool)
	for s := range All(k.Body) {
		if s, ok := s.(*Store); ok {
			stored[s.Buf] = true
		}
	}
	for i := range k.Buffers[:n] {
		if b := &k.Buffers[i]; !stored[Buf(i)] && (b.Mode == Out || b.Mode == InOut) {
			b.Mode, b.Reduced = In, nil
		}
	}
}

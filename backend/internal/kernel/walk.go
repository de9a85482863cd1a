package kernel

import (
	"iter"
	"slices"

	"arignote/expr"
)

// Blocks returns the blocks nested in s, in the order in which they are
// written, without those of a Combine.
func Blocks(s Stmt) [][]Stmt {
	switch s := s.(type) {
	case *Loop:
		return [][]Stmt{s.Body}
	case *Reduce:
		return [][]Stmt{s.Body}
	case *While:
		return [][]Stmt{s.Cond, s.Body}
	}
	return nil
}

// Defs returns the values that s makes visible to the statements after it.
func Defs(s Stmt) []Value { return AppendDefs(nil, s) }

// AppendDefs appends to values those that s makes visible.
func AppendDefs(values []Value, s Stmt) []Value {
	switch s := s.(type) {
	case *Let:
		return append(values, s.Dst)
	case *Rare:
		return append(values, s.Dst)
	case *Const:
		return append(values, s.Dst)
	case *Iota:
		return append(values, s.Dst)
	case *Load:
		return append(values, s.Dst)
	case *Random:
		return append(values, s.Dst...)
	case *Reduce:
		return append(values, results(s.States)...)
	case *While:
		return append(values, results(s.States)...)
	}
	return values
}

func results(states []State) []Value {
	v := make([]Value, len(states))
	for i, s := range states {
		v[i] = s.Result
	}
	return v
}

// Uses returns the values that s itself takes, not those that statements
// nested in it take: for a Reduce or While the initial and next states and the
// test.
func Uses(s Stmt) []Value { return AppendUses(nil, s) }

// AppendUses appends to values those that s itself takes.
func AppendUses(values []Value, s Stmt) []Value {
	switch s := s.(type) {
	case *Let:
		return append(values, s.Args...)
	case *Rare:
		return append(append(values, s.Args...), s.Test, s.Otherwise)
	case *Random:
		return append(values, s.Key[:]...)
	case *Load:
		return appendIndices(values, s.Picks)
	case *Store:
		return append(appendIndices(values, s.Picks), s.Src)
	case *Reduce:
		return appendStates(values, s.States)
	case *While:
		return append(appendStates(values, s.States), s.Test)
	}
	return values
}

func appendIndices(values []Value, picks []Picked) []Value {
	for _, p := range picks {
		values = append(values, p.Index)
	}
	return values
}

func appendStates(values []Value, states []State) []Value {
	for _, s := range states {
		values = append(values, s.Init, s.Next)
	}
	return values
}

// All yields the statements of body and all that are nested in them, each
// before those nested in it, without those of a Combine.
func All(body []Stmt) iter.Seq[Stmt] {
	return func(yield func(Stmt) bool) { all(body, yield) }
}

func all(body []Stmt, yield func(Stmt) bool) bool {
	for _, s := range body {
		if !yield(s) {
			return false
		}
		for _, b := range Blocks(s) {
			if !all(b, yield) {
				return false
			}
		}
	}
	return true
}

// Element cuts the body of r in two: the statements that do not depend on its
// states, which can run for many elements at once, and those that do, which
// take up one element after the other. A statement that loads from a buffer
// which a statement of the second part stored to belongs to the second part,
// and so does one that stores to a buffer which the second part touched.
func (r *Reduce) Element() (element, step []Stmt) {
	depends := make(map[Value]bool)
	touched := make(map[Buf]bool) // by step; true if stored to
	for _, s := range r.States {
		depends[s.Value] = true
	}
	for _, s := range r.Body {
		if !needs(s, depends, touched) {
			element = append(element, s)
			continue
		}
		step = append(step, s)
		for _, v := range Defs(s) {
			depends[v] = true
		}
		for n := range All([]Stmt{s}) {
			switch n := n.(type) {
			case *Load:
				if !touched[n.Buf] {
					touched[n.Buf] = false
				}
			case *Store:
				touched[n.Buf] = true
			}
		}
	}
	return element, step
}

// needs reports whether s or a statement in it takes one of the values, loads
// from a buffer that is true in touched, or stores to one that is in touched.
func needs(s Stmt, values map[Value]bool, touched map[Buf]bool) bool {
	for n := range All([]Stmt{s}) {
		if slices.ContainsFunc(Uses(n), func(v Value) bool { return values[v] }) {
			return true
		}
		switch n := n.(type) {
		case *Load:
			if touched[n.Buf] {
				return true
			}
		case *Store:
			if _, ok := touched[n.Buf]; ok {
				return true
			}
		}
	}
	return false
}

// Attr returns the attribute of the element-wise op of s.
func (k *Kernel) Attr(s *Let) expr.Attr {
	switch s.Op {
	case expr.OpCast:
		return expr.Cast{DType: k.Values[s.Dst]}
	case expr.OpPolygamma:
		return expr.Number{N: s.N}
	}
	return nil
}

package backend

import (
	"slices"
	"strconv"

	"arignote/backend/internal/kernel"
)

// This file finds reductions that one nest of loops can compute: several sums
// over the same rows, which need the same elements.

// domain is what reductions that share a nest have in common: the lengths of
// the axes, which of them are combined, and the place along the others.
func domain(v *vertex, at []coord) string {
	arg, _ := reduceAt(v, at, func(int) kernel.Var { return 0 })
	b := appendKey(nil, trimAt(v.args[0].shape, arg))
	for _, n := range trim(v.args[0].shape) {
		b = strconv.AppendInt(append(b, ' '), int64(n), 10)
	}
	return string(b)
}

// companions returns reductions of the group that one nest of loops can compute
// together with v at the place at, with their places: none needs another one, or
// one whose loops are being written around here.
func (e *emitter) companions(v *vertex, at []coord) (more []*vertex, places [][]coord) {
	want := domain(v, at)
	for _, h := range e.g.hoisted {
		place, ok := e.located(h.at)
		if !ok || h.v == v || domain(h.v, place) != want {
			continue
		}
		apart := func(w *vertex) bool { return !needs(h.v, w) && !needs(w, h.v) }
		later := func(w *vertex) bool { return !needs(h.v, w) }
		if _, done := e.known[valueKey(h.v, place)]; done || !apart(v) || !every(more, apart) || !every(e.pending, later) {
			continue
		}
		more, places = append(more, h.v), append(places, place)
	}
	return more, places
}

// located returns a place in terms of the loops of the kernel; ok is false if
// one of these is not open.
func (e *emitter) located(at []coord) (place []coord, ok bool) {
	for _, c := range at {
		for _, t := range c.terms {
			if _, open := e.loopOf[t.v]; !open {
				return nil, false
			}
		}
		for _, p := range c.picks {
			if _, ok := e.located(p.at); !ok {
				return nil, false
			}
		}
	}
	return replaced(at, e.loopOf), true
}

// needs reports whether v is computed from w.
func needs(v, w *vertex) bool {
	seen := make(map[*vertex]bool)
	var visit func(v *vertex) bool
	visit = func(v *vertex) bool {
		if v == w || seen[v] || v.id < w.id { // arguments come before users
			return v == w
		}
		seen[v] = true
		return slices.ContainsFunc(v.args, visit)
	}
	return visit(v)
}

// valueKey tells elements of vertices apart.
func valueKey(v *vertex, at []coord) string {
	return "V" + string(appendKey(strconv.AppendInt(nil, int64(v.id), 10), at))
}

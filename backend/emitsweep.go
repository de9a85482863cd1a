package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
)

// This file writes reductions that have loops of their own: where one is needed,
// with others of the group that the same loops can compute.

// reduce writes the reduction v for the place at of its result, before the
// loops on which that does not depend, and with it others of the group that the
// same loops can compute: these are remembered.
func (e *emitter) reduce(v *vertex, at []coord) kernel.Value {
	level := 0
	for _, c := range at {
		for _, t := range c.terms {
			level = max(level, e.depth[t.v])
		}
		for _, p := range c.picks {
			level = max(level, e.level[e.pick(p)])
		}
	}
	blocks := e.blocks
	e.blocks = slices.Clone(blocks[:level+1])
	defer func() { e.blocks = blocks }()

	more, places := e.companions(v, at)
	all := append([]*vertex{v}, more...)
	pending := len(e.pending)
	e.pending = append(e.pending, all...)
	results := e.ownLoops(all, append([][]coord{at}, places...))
	e.pending = e.pending[:pending]
	for i, w := range more {
		e.remember(valueKey(w, places[i]), results[i+1])
	}
	return results[0]
}

// ownLoops writes the loops of reductions through the same elements, each for a
// place, and returns the results.
func (e *emitter) ownLoops(all []*vertex, places [][]coord) []kernel.Value {
	shape := all[0].args[0].shape
	o := all[0].order()
	loops := make(map[int]kernel.Var)
	for _, a := range o.axes {
		loops[a] = e.variable()
	}
	arg, _ := reduceAt(all[0], places[0], func(axis int) kernel.Var { return loops[axis] })
	n := &nest{loops: e.orderedLoops(o, shape, loops)}
	n.until = len(n.loops)
	elements := trimAt(shape, arg) // arguments have other axes of length 1
	for i, v := range all {
		f := foldAt{foldingOf(v), 0, spread(v.args[0].shape, elements)}
		n.folds = append(n.folds, f)
		e.enterSweep(v, places[i], f)
	}
	n.done = func(foldAt, kernel.Value) {}
	have := n.write(e, 0)
	results := make([]kernel.Value, len(all))
	for i, f := range n.folds {
		results[i] = e.foldResult(f, have[i])
	}
	return results
}

// orderedLoops returns the loops of an order.
func (e *emitter) orderedLoops(o order, shape []int, loops map[int]kernel.Var) []nestLoop {
	var all []nestLoop
	var chunks kernel.Var
	for i, a := range o.axes {
		last := i == len(o.axes)-1
		if o.chunk != 0 && (last && o.chunkInside || i == 0 && !o.chunkInside) {
			chunks = e.variable()
			all = append(all, nestLoop{v: chunks, extent: shape[o.axes[len(o.axes)-1]], by: o.chunk})
		}
		l := nestLoop{v: loops[a], extent: shape[a]}
		if last {
			l.block, l.lanes = chunks, o.lanes
		}
		all = append(all, l)
	}
	return all
}

// enterSweep notes which loops of the kernel are those of the sweep of v.
func (e *emitter) enterSweep(v *vertex, at []coord, f foldAt) {
	for _, h := range e.g.hoisted {
		if h.v != v {
			continue
		}
		if place, ok := e.located(h.at); !ok || !slices.EqualFunc(place, at, sameCoord) {
			continue
		}
		for i, a := range combinedAxes(v) {
			e.loopOf[h.sweep.loops[i]] = f.at[a]
		}
	}
}

// companions returns reductions of the group that one nest of loops can compute
// together with v at the place at, with their places: none needs another one, or
// one whose loops are being written around here.
func (e *emitter) companions(v *vertex, at []coord) (more []*vertex, places [][]coord) {
	if len(e.g.hoisted) < 2 {
		return nil, nil
	}
	want, c := "", e.g.chained()
	nest, around := c.links(v), c.links(e.pending...)
	for _, h := range e.g.hoisted {
		if h.v == v || h.v.args[0].domain != v.args[0].domain || !c.apart(nest, h.v) || c.reach(h.v).meets(around.of) {
			continue
		}
		place, ok := e.located(h.at)
		if !ok {
			continue
		}
		if want == "" {
			want = domain(v, at)
		}
		if domain(h.v, place) != want {
			continue
		}
		if _, done := e.known[valueKey(h.v, place)]; done {
			continue
		}
		more, places = append(more, h.v), append(places, place)
		nest = c.joined(nest, h.v)
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

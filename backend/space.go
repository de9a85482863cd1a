package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
)

// This file finds groups by what they go through and by what they are computed
// from.
//
// What a group or a vertex goes through is told by spaces: the lengths of the
// axes of an array whose elements are visited. The vertex of a group's row sums
// goes through the elements of the rows, and so does what is computed from row
// sums; so they can be found by those who do something with the elements.

// A space is an array through which one goes to compute a vertex, and which of
// its axes, in order, are those of the vertex; axes of length 1 are left out.
type space struct {
	key  string
	size int
	rank int
	axes []int
}

const (
	// Groups are sought among the last of those through the same space, and among
	// the last of those that are computed from the same array.
	maxTried = 16

	// So many vertices are looked at to find what a vertex is computed from.
	maxShared = 64

	// Reductions of reductions are followed that far.
	maxNested = 3
)

// spacesOf returns the spaces of an array, its own first.
func spacesOf(x *vertex, nested int) []space {
	dims := trim(x.shape)
	own := space{key: lengthsKey(dims), size: product(dims), rank: len(dims)}
	for i := range dims {
		own.axes = append(own.axes, i)
	}
	all := []space{own}
	if nested == 0 {
		return all
	}
	for _, r := range nearestReductions(x) {
		if !slices.Equal(trim(r.shape), dims) {
			continue
		}
		for _, sp := range spacesOf(r.args[0], nested-1) {
			if slices.ContainsFunc(all, func(o space) bool { return o.key == sp.key }) {
				continue
			}
			sp.axes = keptOf(r, sp.axes)
			all = append(all, sp)
		}
	}
	return all
}

// nearestReductions returns reductions of which x is computed element by element.
func nearestReductions(x *vertex) []*vertex {
	var found []*vertex
	queue := []*vertex{x}
	for i := 0; i < len(queue) && len(queue) < maxShared; i++ {
		for _, a := range queue[i].args {
			switch {
			case slices.Contains(queue, a) || slices.Contains(found, a):
			case a.kind == kindReduce:
				found = append(found, a)
			case a.kind == kindElement || a.kind == kindView:
				queue = append(queue, a)
			}
		}
	}
	return found
}

// addSpace notes that g goes through a space, in these loops along its axes: its
// own, those of a sweep, or 0 where that is not known yet.
func (s *fusion) addSpace(g *group, key string, loops []kernel.Var) {
	known := g.spaces[key]
	if known == nil {
		s.bySpace[key] = append(s.bySpace[key], g)
	}
	if known == nil || every(loops, g.has) || unknown(loops) < unknown(known) {
		g.spaces[key] = loops
	}
}

// unknown returns how many of the loops are not known.
func unknown(loops []kernel.Var) int {
	n := 0
	for _, x := range loops {
		if x == 0 {
			n++
		}
	}
	return n
}

// visible lets the root r of g, which is v, be found by others.
func (s *fusion) visible(v *vertex, g *group, r *root) {
	if !s.on {
		return
	}
	x := v
	if r.combines {
		x = domainOf(v)
	}
	for _, sp := range spacesOf(x, maxNested) {
		loops := make([]kernel.Var, sp.rank)
		for i, a := range sp.axes {
			loops[a] = r.loops[i]
		}
		s.addSpace(g, sp.key, loops)
	}
	for _, w := range sourcesOf(v, 2) {
		if !g.sources[w] {
			g.sources[w] = true
			s.readers[w] = append(s.readers[w], g)
		}
	}
}

// sourcesOf returns the nearest vertices of at least size elements that v is
// computed from.
func sourcesOf(v *vertex, size int) []*vertex {
	var all []*vertex
	queue := []*vertex{v}
	for i := 0; i < len(queue) && len(queue) < maxShared; i++ {
		for _, a := range queue[i].args {
			if slices.Contains(queue, a) {
				continue
			}
			queue = append(queue, a)
			if len(a.shape) > 0 && product(a.shape) >= size {
				all = append(all, a)
			}
		}
	}
	return all
}

// shares reports whether v and what g stores are computed from some array of
// size elements, or more.
func (g *group) shares(v *vertex, size int) bool {
	return slices.ContainsFunc(sourcesOf(v, size), func(w *vertex) bool { return g.sources[w] })
}

// candidates returns groups that go through a space, the latest first, and then
// those that are computed from the sources too.
func (s *fusion) candidates(sp space, sources []*vertex) []*group {
	var all []*group
	last := func(groups []*group) {
		for i := len(groups) - 1; i >= max(0, len(groups)-maxTried); i-- {
			if g := groups[i]; g.spaces[sp.key] != nil && !slices.Contains(all, g) {
				all = append(all, g)
			}
		}
	}
	last(s.bySpace[sp.key])
	for _, w := range sources {
		last(s.readers[w])
	}
	return all
}

// along returns v as a root along loops that g has; nil if it does not go
// through what v is computed from.
func (g *group) along(v *vertex) *root {
	if g.opaque != nil || len(g.order) == 0 {
		return nil
	}
	for _, sp := range spacesOf(domainOf(v), maxNested) {
		r := &root{v: v}
		for _, a := range sp.axes {
			if at := g.spaces[sp.key]; at != nil {
				r.loops = append(r.loops, at[a])
			}
		}
		if len(r.loops) == len(sp.axes) && len(r.loops) > 0 && every(r.loops, g.has) {
			return r
		}
	}
	return nil
}

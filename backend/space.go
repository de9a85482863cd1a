package backend

import (
	"iter"
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
	key  int // the number of its shape: see vertex.domain
	size int
	rank int
	axes []int
}

// A gone is what a group goes through: the loops along the axes of a space.
type gone struct {
	key   int
	loops []kernel.Var
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

// ownSpace returns the array x as a space.
func ownSpace(x *vertex) space {
	sp := space{key: x.domain, size: product(x.shape)}
	for _, n := range x.shape {
		if n != 1 {
			sp.axes = append(sp.axes, sp.rank)
			sp.rank++
		}
	}
	return sp
}

// spacesOf returns the spaces of an array, its own first.
func spacesOf(x *vertex, nested int) []space {
	all := []space{ownSpace(x)}
	if nested == 0 {
		return all
	}
	for _, r := range x.around().reductions {
		if r.domain != x.domain {
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

// A near is what there is around a vertex.
type near struct {
	sources    []*vertex // the nearest arrays of two elements, or more, that it is computed from
	reductions []*vertex // the nearest reductions of which it is computed element by element
}

// around returns what there is around v.
func (v *vertex) around() *near {
	if v.near == nil {
		v.near = &near{v.nearestSources(), v.nearestReductions()}
	}
	return v.near
}

func (x *vertex) nearestReductions() (found []*vertex) {
	x.below(func(a *vertex) bool {
		if a.kind == kindReduce {
			found = append(found, a)
		}
		return a.kind == kindElement || a.kind == kindView
	})
	return found
}

func (x *vertex) nearestSources() (found []*vertex) {
	x.below(func(a *vertex) bool {
		if len(a.shape) > 0 && product(a.shape) >= 2 {
			found = append(found, a)
		}
		return true
	})
	return found
}

// below visits what x is computed from, the nearest first and not too much of it.
// What visit says yes to is looked into in turn.
func (x *vertex) below(visit func(a *vertex) (further bool)) {
	var room [2 * maxShared]*vertex
	search, queue := new(int), append(room[:0], x)
	for i := 0; i < len(queue) && len(queue) < maxShared; i++ {
		for _, a := range queue[i].args {
			if a.met == search {
				continue
			}
			a.met = search
			if visit(a) {
				queue = append(queue, a)
			}
		}
	}
}

// addSpace notes that g goes through a space, in these loops along its axes: its
// own, those of a sweep, or 0 where that is not known yet.
func (s *fusion) addSpace(g *group, key int, loops []kernel.Var) {
	i := slices.IndexFunc(g.spaces, func(k gone) bool { return k.key == key })
	switch {
	case i < 0:
		g.spaces = append(g.spaces, gone{key, loops})
		for len(s.bySpace) <= key {
			s.bySpace = append(s.bySpace, nil)
		}
		s.bySpace[key] = latest(s.bySpace[key], g)
	case every(loops, g.has) || unknown(loops) < unknown(g.spaces[i].loops):
		g.spaces[i].loops = loops
	}
}

// through returns the loops along the axes of a space, nil if g does not go through
// it.
func (g *group) through(key int) []kernel.Var {
	for _, k := range g.spaces {
		if k.key == key {
			return k.loops
		}
	}
	return nil
}

// latest adds g to groups, of which the last maxTried are wanted.
func latest(groups []*group, g *group) []*group {
	if len(groups) == 2*maxTried {
		groups = groups[:copy(groups, groups[maxTried:])]
	}
	return append(groups, g)
}

// isAmong reports whether g is among groups, the latest of which it is likely to be.
func isAmong(groups []*group, g *group) bool {
	for i := len(groups) - 1; i >= 0; i-- {
		if groups[i] == g {
			return true
		}
	}
	return false
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
	for _, w := range v.around().sources {
		if !isAmong(w.readers, g) {
			w.readers = latest(w.readers, g)
			g.sources = append(g.sources, w)
		}
	}
}

// shares reports whether v and what g stores are computed from some array of
// size elements, or more.
func (g *group) shares(v *vertex, size int) bool {
	if g.reads == nil {
		g.reads = make(map[*vertex]bool, len(g.sources))
	}
	for _, w := range g.sources {
		g.reads[w] = true
	}
	g.sources = g.sources[:0]
	return slices.ContainsFunc(v.around().sources, func(w *vertex) bool { return product(w.shape) >= size && g.reads[w] })
}

// candidates yields groups that go through a space, the latest first, and then
// those that are computed from the sources too, each once in a round.
func (s *fusion) candidates(sp space, sources []*vertex) iter.Seq[*group] {
	return func(yield func(*group) bool) {
		round := s.rounds
		last := func(groups []*group) bool {
			for i := len(groups) - 1; i >= max(0, len(groups)-maxTried); i-- {
				g := groups[i]
				if g.tried == round || g.through(sp.key) == nil {
					continue
				}
				if g.tried = round; !yield(g) {
					return false
				}
			}
			return true
		}
		if sp.key < len(s.bySpace) && !last(s.bySpace[sp.key]) {
			return
		}
		for _, w := range sources {
			if !last(w.readers) {
				return
			}
		}
	}
}

// along returns v as a root along loops that g has; nil if it does not go
// through what v is computed from.
func (g *group) along(v *vertex) *root {
	if g.opaque != nil || len(g.order) == 0 {
		return nil
	}
	for _, sp := range spacesOf(domainOf(v), maxNested) {
		r := &root{v: v}
		if at := g.through(sp.key); at != nil {
			for _, a := range sp.axes {
				r.loops = append(r.loops, at[a])
			}
		}
		if len(r.loops) == len(sp.axes) && len(r.loops) > 0 && every(r.loops, g.has) {
			return r
		}
	}
	return nil
}

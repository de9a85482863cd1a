package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
)

// This file has groups of vertices, each of which becomes a step, and which of them
// need which.

// A use is a place where a vertex is needed: by the group by, inside the loops
// of nest, at the coordinates at.
type use struct {
	by         *group
	nest       []kernel.Var
	at         []coord
	whole      bool // as an array in memory
	contiguous bool // whole, in row-major order
	region     int  // number of the nest: stages of a row have different ones
}

// A group is what becomes one step.
type group struct {
	id      int
	rank    int                      // less than that of the groups that it needs
	deps    []*group                 // that it needs; some of them more than once
	users   []*group                 // that need it, likewise
	weight  int                      // vertices computed
	opaque  *vertex                  // for groups that are no loops over roots: product, reference, concatenate ...
	parts   []*part                  // of an assembled vertex
	roots   []*root                  // what it stores
	scans   []*root                  // running sums and products by its loops
	closing []*root                  // reductions by its loops that are not stored: roots are computed from them
	hoisted []hoisted                // reductions with loops of their own
	hoists  int                      // how many of these are inside of fewer loops than what needs them
	chains  *chains                  // which hoisted reductions need which, once that was asked
	sweeps  []*sweep                 // the loops of hoisted reductions
	scratch map[*vertex][]kernel.Var // element-wise vertices that stages of a row share: the loops over rows
	spaces  []gone                   // what it goes through: see space
	reads   map[*vertex]bool         // arrays that roots are computed from, but for
	sources []*vertex                // those that nobody has asked for yet
	marks
	loopOrder
}

// A root is a vertex that a group stores inside of the loops along its axes,
// those of length 1 left out. If it combines, they are the axes of its argument,
// and the group's loops are those of the reduction.
type root struct {
	v        *vertex
	loops    []kernel.Var
	combines bool
}

// A part is a loop that stores a part of an assembled vertex: the elements of
// v, with offset first and the given strides in the result.
type part struct {
	v       *vertex
	at      []coord // where in v the element of the loops lies
	loops   []kernel.Var
	dims    []int
	first   int
	strides []int
	picks   []pick // of a scatter
}

// A pick is a computed index along an axis of the result of a scatter.
type pick struct {
	v           *vertex
	at          []coord
	len, stride int
}

// group adds an empty group.
func (s *fusion) group() *group {
	g := &group{id: len(s.groups)}
	s.groups = append(s.groups, g)
	return g
}

// newGroup returns a group for v, with v as a root of it.
func (s *fusion) newGroup(v *vertex) (*group, *root) {
	g := s.group()
	r := &root{v, s.fresh(len(trim(domainOf(v).shape))), v.kind == kindReduce && len(combinedAxes(v)) > 0}
	for i, n := range trim(domainOf(v).shape) {
		g.addLoop(r.loops[i], n)
	}
	return g, r
}

// store makes v, or those of its results that are needed, a root of g like r.
func (s *fusion) store(v *vertex, g *group, r *root) {
	for _, item := range v.results() {
		if item.kept || len(item.uses) > 0 {
			g.roots = append(g.roots, &root{item, r.loops, r.combines})
			item.home = g
		}
	}
	for _, u := range v.uses {
		s.depend(u.by, g)
	}
}

// domainOf returns the array through whose elements one goes to compute v.
func domainOf(v *vertex) *vertex {
	if v.kind == kindReduce {
		return v.args[0]
	}
	return v
}

// combinedAxes returns the axes of its argument along which the reduction v
// combines, those of length 1 left out.
func combinedAxes(v *vertex) []int {
	return slices.DeleteFunc(slices.Clone(reducedAxes(v)), func(a int) bool { return v.args[0].shape[a] == 1 })
}

// depend notes that user needs what g stores.
func (s *fusion) depend(user, g *group) {
	if user == g {
		return
	}
	if n := len(g.users); n == 0 || g.users[n-1] != user {
		g.users, user.deps = append(g.users, user), append(user.deps, g)
		s.reach.asked = nil
	}
	g.lift(user.rank + 1)
}

// lift gives g, and what it needs, ranks of at least n.
func (g *group) lift(n int) {
	if g.rank >= n {
		return
	}
	g.rank = n
	for _, d := range g.deps {
		d.lift(n + 1)
	}
}

// sorted returns the groups in an order in which each comes after those that
// store what it needs.
func (s *fusion) sorted() []*group {
	var out []*group
	done := make([]bool, len(s.groups))
	var visit func(g *group)
	visit = func(g *group) {
		if done[g.id] {
			return
		}
		done[g.id] = true
		slices.SortFunc(g.deps, func(a, b *group) int { return b.id - a.id })
		for _, d := range g.deps {
			visit(d)
		}
		out = append(out, g)
	}
	for i := len(s.groups) - 1; i >= 0; i-- {
		visit(s.groups[i])
	}
	return out
}

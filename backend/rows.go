package backend

import "slices"

// This file lets a vertex join a group whose loops are not its own but go over
// the same rows: a row's sum beside the elements of the row, and the other way
// round.

// A matching says how a vertex could join a group: stored inside of the
// outermost level loops, of which those behind the group's own are new.
type matching struct {
	level int
	dims  []int // of all loops then
}

// joinNested returns a group over the same rows that v, which has loops of the
// lengths dims, can join, and inside how many of its loops v is then stored.
func (s *fusion) joinNested(v *vertex, dims []int) (*group, int) {
	for i := len(s.groups) - 1; i >= max(0, len(s.groups)-16); i-- {
		g := s.groups[i]
		m, ok := g.match(v, dims)
		if !ok || g.weight >= maxWeight || !fewRows(v, m) || !s.acyclic(v, g) || !shares(v, g, product(m.dims)) {
			continue
		}
		if more := m.dims[len(g.dims):]; len(more) > 0 {
			g.dims, g.loops = m.dims, append(g.loops, s.fresh(len(more))...)
			s.byDims[dimsKey(g.dims)] = append(s.byDims[dimsKey(g.dims)], g)
		}
		return g, m.level
	}
	return nil, 0
}

// match finds out how the loops of v and of g could be the same ones.
func (g *group) match(v *vertex, dims []int) (m matching, ok bool) {
	rows, own := trim(v.shape), len(g.dims)
	l := len(rows)
	switch {
	case g.opaque != nil:
		return m, false
	case l == 0 && v.kind != kindReduce && g.scalar() && own > 0: // v is computed from the results of g, perhaps
		return matching{0, g.dims}, true
	case l < own: // v is stored once for each row of g
		return matching{l, g.dims}, l > 0 && slices.Equal(g.dims[:l], rows) && slices.Equal(g.order[:l], g.loops[:l]) && !g.combinesRows(l)
	case g.reduced != nil || len(g.hoisted) == 0:
		return m, false
	case v.kind == kindReduce: // like the roots of g
		return matching{l, g.dims}, l < len(dims) && slices.Equal(g.dims, rows) && (own > 0 || g.admits(v))
	case own == 0:
		return m, false
	}
	return matching{l, dims}, own < l && slices.Equal(g.dims, dims[:own]) // g has what is stored once for each row of v
}

// scalar reports whether what g stores outside of its loops are scalars, which
// it computes from the results of whole reductions.
func (g *group) scalar() bool {
	return g.opaque == nil && (len(g.dims) == 0 || g.reduced != nil && !slices.Contains(g.reduced, false))
}

// admits reports whether the whole reduction v can be computed by g, whose
// results are scalars. If it is large, or another one is, one nest of loops must
// do all of them, so that workers can share it.
func (g *group) admits(v *vertex) bool {
	n := product(v.args[0].shape)
	conflict := func(w *vertex) bool {
		large := max(n, product(w.args[0].shape)) > serialElements
		return large && (!w.whole() || domain(v, nil) != domain(w, nil) || needs(v, w) || needs(w, v))
	}
	return !slices.ContainsFunc(g.hoisted, func(h hoisted) bool { return conflict(h.v) }) &&
		!slices.ContainsFunc(g.roots, func(r *root) bool { return r.combines && conflict(r.v) })
}

// whole reports whether v is a reduction along all axes.
func (v *vertex) whole() bool { return v.kind == kindReduce && product(v.shape) == 1 }

// fewRows reports whether a worker can do a whole row: there are many, or they
// are short, or there is one that workers can share.
func fewRows(v *vertex, m matching) bool {
	if product(v.shape) == 1 {
		return true
	}
	n := product(m.dims)
	if v.kind == kindReduce {
		n = max(n, product(v.args[0].shape))
	}
	return n <= serialElements || product(m.dims[:min(m.level, len(m.dims)-1)]) >= serialRows || product(v.shape) >= serialRows && m.level == len(m.dims)
}

// acyclic reports whether what needs v is not needed by g, nor is g itself.
func (s *fusion) acyclic(v *vertex, g *group) bool {
	return !slices.ContainsFunc(v.uses, func(u use) bool { return u.by == g || reaches(g, u.by, make(map[*group]bool)) })
}

// maxShared is how many vertices are looked at to find what groups share.
const maxShared = 64

// shares reports whether v and what g stores are computed from some array of
// size elements, or more.
func shares(v *vertex, g *group, size int) bool {
	mine := large(v, size)
	return slices.ContainsFunc(g.roots, func(r *root) bool {
		return slices.ContainsFunc(large(r.v, size), func(w *vertex) bool { return slices.Contains(mine, w) })
	})
}

// large returns the nearest vertices of at least size elements that v is
// computed from.
func large(v *vertex, size int) []*vertex {
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

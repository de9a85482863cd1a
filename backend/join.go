package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
)

// This file finds a group for a vertex that is stored: one that goes through the
// same elements, or over the same rows.
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

// join returns a group that v can join, and v as a root of it; nil if there is
// none.
func (s *fusion) join(v *vertex) (*group, *root) {
	if !s.on {
		return nil, nil
	}
	if r := s.joinRows(v); r != nil {
		return v.uses[0].by, r
	}
	sources := sourcesOf(v, 2)
	for _, sp := range spacesOf(domainOf(v), maxNested) {
		for _, g := range s.candidates(sp, sources) {
			if r := s.fit(v, g, sp); r != nil {
				return g, r
			}
		}
	}
	return nil, nil
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

// joinRows finds the group that computes v, a reduction or something of its
// results, once for each row, and needs it for the elements of the row.
func (s *fusion) joinRows(v *vertex) *root {
	if len(v.uses) == 0 || v.kind == kindScan {
		return nil
	}
	g := v.uses[0].by
	var loops []kernel.Var
	for i, u := range v.uses {
		rows, ok := u.rows()
		if u.whole || !ok || u.by != g || g.opaque != nil || len(rows) == 0 || len(rows) >= len(g.order) || !every(rows, g.has) {
			return nil
		}
		var at []kernel.Var
		for _, c := range trimAt(v.shape, u.at) {
			at = append(at, c.isUnit())
		}
		if i > 0 && !slices.Equal(at, loops) || len(rows) != len(at) || !slices.Equal(trim(v.shape), g.dims(at)) {
			return nil
		}
		loops = at
	}
	if g.weight >= maxWeight || !g.worthTurning(loops) {
		return nil
	}
	if v.kind == kindReduce && product(v.shape) < serialRows && product(v.args[0].shape) > serialElements {
		return nil
	}
	return &root{v: v, loops: loops}
}

// fit returns v as a root of g if g, which goes through the space sp of v, can
// store it; else nil.
func (s *fusion) fit(v *vertex, g *group, sp space) *root {
	if g.opaque != nil || g.weight >= maxWeight {
		return nil
	}
	r := &root{v: v, loops: make([]kernel.Var, len(sp.axes))}
	for i, a := range sp.axes {
		r.loops[i] = g.spaces[sp.key][a]
	}
	own := every(r.loops, g.has)
	switch {
	case v.kind == kindScan && !(own && len(r.loops) == len(g.order) && g.scannable(r)):
		return nil
	case v.kind == kindReduce && len(combinedAxes(v)) > 0:
		return s.fitReduction(g, r, sp)
	case own && len(r.loops) == len(g.order):
		return s.fitAll(g, r)
	case own:
		return s.fitRows(g, r, sp)
	}
	return s.extend(g, r, sp)
}

// fitAll is fit for something that is stored inside of all loops of g.
func (s *fusion) fitAll(g *group, r *root) *root {
	for _, u := range r.v.uses {
		if u.by == g && (u.whole || r.v.kind == kindReduce) || u.by != g && g.reaches(u.by) {
			return nil
		}
	}
	if !every(rowsWanted(r.v, r.loops), g.canPlace) {
		return nil
	}
	return r
}

// rowsWanted returns of what loops the rows are for which something is computed
// that an element of v, in these loops, needs.
func rowsWanted(v *vertex, loops []kernel.Var) [][]kernel.Var {
	var all [][]kernel.Var
	for _, w := range nearestReductions(v) {
		if slices.Equal(trim(w.args[0].shape), trim(v.shape)) && !w.whole() {
			all = append(all, keptOf(w, loops))
		}
	}
	return all
}

// after reports whether v can be a reduction by the loops of g inside of the kept
// ones: g needs it behind its loops only, and what else needs it is not needed by
// g.
func (g *group) after(v *vertex, kept []kernel.Var) bool {
	for _, u := range v.uses {
		if u.by != g && g.reaches(u.by) || u.by == g && (u.whole || len(u.nest) != len(kept) || !runsAlong(v, u, kept)) {
			return false
		}
	}
	return true
}

// apart reports whether what needs v is not needed by g, nor is g itself.
func (g *group) apart(v *vertex) bool {
	return !slices.ContainsFunc(v.uses, func(u use) bool { return u.by == g || g.reaches(u.by) })
}

// atRows reports whether v can be stored by g inside of some of its loops: g needs
// it there or not at all, and what else needs it is not needed by g.
func (g *group) atRows(v *vertex, loops []kernel.Var) bool {
	for _, u := range v.uses {
		if u.by != g && g.reaches(u.by) || u.by == g && (len(loops) == 0 || u.whole || !runsAlong(v, u, loops)) {
			return false
		}
	}
	return true
}

// runsAlong reports whether u is one element of v for each iteration of the loops,
// which are those along the axes of v.
func runsAlong(v *vertex, u use, loops []kernel.Var) bool {
	_, ok := u.rows()
	return ok && slices.EqualFunc(trimAt(v.shape, u.at), loops, func(c coord, x kernel.Var) bool { return c.isUnit() == x })
}

// fitRows is fit for something that is stored inside of some loops of g.
func (s *fusion) fitRows(g *group, r *root, sp space) *root {
	v := r.v
	enough := product(v.shape) == 1 || sp.size <= serialElements || product(v.shape) >= serialRows
	if !enough || !g.canPlace(r.loops) || !g.worthTurning(r.loops) || !g.shares(v, sp.size) || !g.atRows(v, r.loops) {
		return nil
	}
	if len(r.loops) == 0 && v.kind != kindReduce && !g.closes(v) {
		return nil
	}
	return r
}

// fitReduction is fit for a reduction: along loops of g, or for each of its rows.
func (s *fusion) fitReduction(g *group, r *root, sp space) *root {
	v := r.v
	if every(r.loops, g.has) && g.combinable(v, r.loops) && (len(r.loops) == len(g.order) || g.shares(v, sp.size)) && g.after(v, keptOf(v, r.loops)) {
		r.combines = true
		return r
	}
	r.loops = keptOf(v, r.loops)
	if !every(r.loops, g.has) || len(r.loops) == 0 && !(len(g.order) == 0 && g.admits(v)) {
		return nil
	}
	return s.fitRows(g, r, sp)
}

// extend is fit for something that is stored inside of all loops of g, which is
// computed for rows, and of loops over the elements of the rows.
func (s *fusion) extend(g *group, r *root, sp space) *root {
	if r.v.kind == kindReduce || !g.shares(r.v, sp.size) {
		return nil
	}
	if g.line != 0 {
		return nil
	}
	rows, dims := slices.Clone(g.order), trim(r.v.shape)
	st := g.onlySweep()
	if st != nil {
		rows = st.loops
	}
	if len(rows) == 0 || !every(rows, func(x kernel.Var) bool { return slices.Contains(r.loops, x) }) {
		return nil
	}
	if len(rows) == len(dims) && !g.atRows(r.v, r.loops) || len(rows) < len(dims) && !g.apart(r.v) {
		return nil
	}
	n, loops := 1, slices.Clone(r.loops)
	for i, x := range r.loops {
		if slices.Contains(rows, x) {
			n *= dims[i]
		} else {
			loops[i] = s.fresh(1)[0]
		}
	}
	for _, wanted := range rowsWanted(r.v, loops) {
		if in := func(x kernel.Var) bool { return slices.Contains(rows, x) }; !every(wanted, in) && !every(rows, func(x kernel.Var) bool { return slices.Contains(wanted, x) }) {
			return nil
		}
	}
	if sp.size > serialElements && n < serialRows || g.combined != nil && !g.combined.shareable(n) || st != nil && !st.promote(g, sp.size > n) {
		return nil
	}
	r.loops = loops
	g.putOutside(rows)
	for i, x := range loops {
		if !g.has(x) {
			g.addLoop(x, dims[i])
		}
	}
	g.settled = append(g.settled, len(rows))
	return r
}

// onlySweep returns the loops of the reductions along all axes that g computes,
// if it has no loops but these; nil if there are none, or several.
func (g *group) onlySweep() *sweep {
	var only *sweep
	for _, h := range g.hoisted {
		switch st := h.sweep; {
		case len(g.order) > 0 || st.whole && only != nil && st != only:
			return nil
		case st.whole:
			only = st
		}
	}
	return only
}

// promote makes the loops of a sweep, whose reductions are along all axes, those
// of g, and reports whether that could be done. Others may come inside of them.
func (st *sweep) promote(g *group, more bool) bool {
	var members []*vertex
	var inner []hoisted
	for _, h := range g.hoisted {
		if h.sweep == st {
			members = append(members, h.v)
		} else {
			inner = append(inner, h)
		}
	}
	first := members[0]
	loops := loopOrder{extent: make(map[kernel.Var]int), placed: make(map[int]bool)}
	for i, n := range trim(first.args[0].shape) {
		loops.addLoop(st.loops[i], n)
	}
	rowsOf := func(h hoisted) (rows []kernel.Var) {
		for _, c := range h.at {
			if x := c.isUnit(); x != 0 && loops.has(x) && !slices.Contains(rows, x) {
				rows = append(rows, x)
			}
		}
		return rows
	}
	r := &root{first, st.loops, true}
	if !loops.combinable(first, st.loops) || more && !combinationOf(first, st.loops).shareable(product(loops.dims(st.loops))) {
		return false
	}
	loops.combine(r)
	for _, h := range inner {
		if rows := rowsOf(h); !loops.canPlace(rows) {
			return false
		}
		loops.settle(rowsOf(h))
	}
	g.loopOrder, g.hoisted = loops, inner
	g.sweeps = slices.DeleteFunc(g.sweeps, func(o *sweep) bool { return o == st })
	for _, v := range members {
		g.closing = append(g.closing, &root{v, st.loops, true})
	}
	return true
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

// closes reports whether the scalar v can be computed behind the loops of g, from
// reductions that these compute.
func (g *group) closes(v *vertex) bool {
	if g.scalar() {
		return true
	}
	all := nearestReductions(v)
	return len(all) > 0 && every(all, func(w *vertex) bool {
		r := g.along(w)
		return w.whole() && r != nil && g.combinable(w, r.loops)
	})
}

// scalar reports whether what g stores outside of its loops are scalars, which
// it computes from the results of whole reductions.
func (g *group) scalar() bool {
	return g.opaque == nil && (len(g.order) == 0 || g.combined != nil && g.whole())
}

// whole reports whether all that g combines is along all of its loops.
func (g *group) whole() bool {
	return every(slices.Concat(g.closing, g.roots), func(r *root) bool { return !r.combines || r.v.whole() })
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
		!slices.ContainsFunc(slices.Concat(g.closing, g.roots), func(r *root) bool { return r.combines && conflict(r.v) })
}

// whole reports whether v is a reduction along all axes.
func (v *vertex) whole() bool { return v.kind == kindReduce && product(v.shape) == 1 }

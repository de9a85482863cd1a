package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
)

// This file decides about vertices that are computed where they are needed.

// A hoisted is a reduction that is computed inside of a group for each
// iteration of outer loops, at a place in terms of the group's loops.
type hoisted struct {
	v     *vertex
	at    []coord
	sweep *sweep
}

// A sweep is the loops of hoisted reductions that go through the same elements
// and do not need one another.
type sweep struct {
	key    string
	whole  bool         // along all axes
	loops  []kernel.Var // along the axes that are combined
	coarse bool         // workers could not share them well if there was more to do in each iteration
	region int
	needs  []*sweep
}

// inlines reports whether v is computed where it is needed.
func (s *fusion) inlines(v *vertex) bool {
	if v.output || v.kind == kindCopy {
		return false
	}
	for _, u := range v.uses {
		if u.whole {
			return false
		}
	}
	if !s.on {
		return v.kind == kindView
	}
	if v.kind == kindView {
		return true
	}
	one := true
	for _, u := range v.uses {
		one = one && u.by == v.uses[0].by
		if v.cost > 0 && u.by.weight >= maxWeight {
			return false
		}
	}
	size := product(v.shape)
	if size >= s.huge && size/8 > v.leaves && v.kind != kindWhile && (v.kind != kindReduce || product(v.args[0].shape)/size <= maxRepeat) {
		return true
	}
	if v.kind == kindReduce {
		return one && s.hoistable(v)
	}
	if v.cost <= s.cheap && v.kind != kindTake {
		return true
	}
	dense := slices.DeleteFunc(slices.Clone(v.uses), func(u use) bool { return u.picks(v) })
	return one && !s.repeated(v) && (len(distinct(dense)) <= 1 || s.shared(v, dense))
}

// distinct returns the uses at different places.
func distinct(uses []use) []use {
	var out []use
	seen := make(map[string]bool)
	for _, u := range uses {
		key := string(appendKey(nil, u.at))
		if !seen[key] {
			seen[key] = true
			out = append(out, u)
		}
	}
	return out
}

// distinctByGroup returns the uses at different places or by different groups.
func distinctByGroup(uses []use) []use {
	if len(uses) == 1 {
		return uses
	}
	type place struct {
		g  *group
		at string
	}
	var out []use
	seen := make(map[place]bool)
	for _, u := range uses {
		p := place{u.by, string(appendKey(nil, u.at))}
		if !seen[p] {
			seen[p] = true
			out = append(out, u)
		}
	}
	return out
}

// repeated reports whether an element of v would be computed again in an inner
// loop on which it does not depend.
func (s *fusion) repeated(v *vertex) bool {
	for _, u := range v.uses {
		depends := make(map[kernel.Var]bool)
		addLoops(depends, u.at)
		for i, x := range u.nest {
			if i < len(depends) != depends[x] {
				return true
			}
		}
	}
	return false
}

// addLoops adds the loops on which a place depends.
func addLoops(loops map[kernel.Var]bool, at []coord) {
	for _, c := range at {
		for _, t := range c.terms {
			loops[t.v] = true
		}
		for _, p := range c.picks {
			addLoops(loops, p.at)
		}
	}
}

// rows returns the loops along which a place runs, if it is one element for each
// iteration of these, and they are the outermost ones of the nest or can be.
func (u use) rows() (loops []kernel.Var, ok bool) {
	for _, c := range u.at {
		x := c.isUnit()
		if x == 0 && !c.isZero() {
			return nil, false
		}
		if x != 0 && !slices.Contains(loops, x) {
			loops = append(loops, x)
		}
	}
	if n := len(loops); !every(loops, u.by.has) { // of a sweep: inside of the group's own, in their order
		return loops, n <= len(u.nest) && every(loops, func(x kernel.Var) bool { return slices.Contains(u.nest[:n], x) })
	}
	return loops, u.by.canPlace(loops)
}

// hoistable reports whether the reduction v, which one group needs, can be
// computed inside that group without computing anything twice.
func (s *fusion) hoistable(v *vertex) bool {
	if len(distinct(v.uses)) > 1 {
		return false
	}
	u := v.uses[0]
	if s.closing(v) != nil {
		return true
	}
	rows, ok := u.rows()
	if !ok || !u.by.worthTurning(rows) {
		return false
	}
	g := u.by
	if v.whole() && g.scalar() && len(u.nest) == 0 {
		return g.admits(v)
	}
	n := product(v.args[0].shape)
	return n <= serialElements || product(v.shape) >= serialRows && len(rows) > 0 && (n < longRow*product(v.shape) || !g.coarse(u))
}

// coarse reports whether u is in a sweep that workers could not share well.
func (g *group) coarse(u use) bool {
	return slices.ContainsFunc(g.sweeps, func(st *sweep) bool { return st.region == u.region && st.coarse })
}

// closing returns v as a root that is not stored, if its loops can be those of
// the group that needs it, and nothing in these needs it.
func (s *fusion) closing(v *vertex) *root {
	g := v.uses[0].by
	r := g.along(v)
	if r == nil || len(combinedAxes(v)) == 0 || !g.combinable(v, r.loops) {
		return nil
	}
	if !g.after(v, keptOf(v, r.loops)) || slices.ContainsFunc(v.uses, func(u use) bool { return u.by != g }) {
		return nil
	}
	r.combines = true
	return r
}

// sameLoops reports whether x and y are the same loops, in any order.
func sameLoops(x, y []kernel.Var) bool {
	return len(x) == len(y) && every(x, func(l kernel.Var) bool { return slices.Contains(y, l) })
}

// shared reports whether stages of a row, in which v is needed at these places, can
// share it by row scratch, and notes that they do.
func (s *fusion) shared(v *vertex, uses []use) bool {
	uses = distinct(uses)
	if len(uses) < 2 || v.kind != kindElement {
		return false
	}
	common := slices.Clone(uses[0].nest)
	for _, u := range uses[1:] {
		common = slices.DeleteFunc(common, func(x kernel.Var) bool { return !slices.Contains(u.nest, x) })
	}
	rows := product(v.shape)
	row := rowElements(uses[0], v, common)
	if row > 0 {
		rows /= row
	}
	g := uses[0].by
	if len(common) < 1 || row < minScratch || row > maxScratch || rows < 2 || !g.canPlace(common) {
		return false
	}
	for i, u := range uses {
		if len(u.nest) <= len(common) || !sameLoops(u.nest[:len(common)], common) || rowElements(u, v, common) != row || !sameRow(u, uses[0], common) {
			return false
		}
		for _, w := range uses[:i] {
			if w.region == u.region {
				return false
			}
		}
	}
	if g.scratch == nil {
		g.scratch = make(map[*vertex][]kernel.Var)
	}
	g.scratch[v] = common
	g.settle(common)
	return true
}

// sameRow reports whether the uses u and w of a vertex are of the same row: the
// loops over rows, which they share, count along the same axes.
func sameRow(u, w use, rows []kernel.Var) bool {
	row := func(u use, axis int) kernel.Var {
		if x := u.at[axis].isUnit(); slices.Contains(rows, x) {
			return x
		}
		return 0
	}
	for axis := range u.at {
		if row(u, axis) != row(w, axis) {
			return false
		}
	}
	return true
}

// rowElements returns how many elements of v there are for each iteration of
// the loops over rows, if the loops inside of them visit each of these once;
// else 0.
func rowElements(u use, v *vertex, rows []kernel.Var) int {
	n, vars := 1, 0
	for i, c := range u.at {
		x := c.isUnit()
		if x == 0 && v.shape[i] != 1 {
			return 0
		}
		if x != 0 {
			vars++
			if !slices.Contains(rows, x) {
				n *= v.shape[i]
			}
		}
	}
	if vars != len(u.nest) {
		return 0
	}
	return n
}

// inline tells the arguments of v that they are needed where v is.
func (s *fusion) inline(v *vertex) {
	if v.kind == kindReduce && s.on {
		if r := s.closing(v); r != nil {
			s.close(v, r)
			return
		}
	}
	for _, u := range distinctByGroup(v.uses) {
		u.by.weight++
		if v.kind == kindReduce {
			s.hoist(v, u)
		}
		s.args(v, u)
	}
}

// close adds a reduction that the loops of the group compute beside all else.
func (s *fusion) close(v *vertex, r *root) {
	g := v.uses[0].by
	g.combine(r)
	r.v, g.closing = v, append(g.closing, r)
	g.weight++
	s.visible(v, g, r)
	s.rootArgs(v, g, r)
}

// hoist notes that the reduction v is computed at u.
func (s *fusion) hoist(v *vertex, u use) {
	g, st := u.by, s.sweep(v, u)
	g.hoisted = append(g.hoisted, hoisted{v, u.at, st})
	rows, ok := u.rows()
	if ok {
		g.settle(rows)
	}
	if len(rows) < len(u.nest) || !ok {
		g.hoists++
	}
	next := 0
	arg, _ := reduceAt(v, u.at, func(int) kernel.Var { next++; return st.loops[next-1] })
	var loops []kernel.Var
	for _, c := range trimAt(v.args[0].shape, arg) {
		loops = append(loops, c.isUnit())
	}
	s.addSpace(g, lengthsKey(trim(v.args[0].shape)), loops)
}

// args tells the arguments of v that they are needed for v at a use.
func (s *fusion) args(v *vertex, u use) {
	switch v.kind {
	case kindReduce:
		s.need(v.args[0], s.reduceUse(v, u))
	case kindTake:
		if x := v.args[0]; s.on && x.takesPicks(v) {
			s.need(x, use{by: u.by, nest: u.nest, region: u.region, at: takenAt(v, u.at)})
		} else {
			s.need(x, use{by: u.by, whole: true})
		}
		s.indices(v.args[1:], takeAt(v, u.at), u)
	case kindScatter:
		s.need(v.args[0], use{by: u.by, nest: u.nest, region: u.region, at: u.at})
		y, at := placedAt(v, u.at)
		s.need(v.args[1], use{by: u.by, nest: u.nest, region: u.region, at: broadcastAt(v.args[1].shape, y)})
		s.indices(v.args[2:], at, u)
	case kindReshape:
		s.need(v.args[0], use{by: u.by, whole: true, contiguous: true})
	case kindCopy:
		if v.args[0].array == nil {
			s.need(v.args[0], u)
		}
	default:
		for i, a := range v.args {
			s.need(a, use{by: u.by, nest: u.nest, region: u.region, at: v.argAt(i, u.at)})
		}
	}
}

// indices tells index arrays that they are needed at a place, or a part of it, of
// what they are broadcast to.
func (s *fusion) indices(index []*vertex, at []coord, u use) {
	for _, i := range index {
		s.need(i, use{by: u.by, nest: u.nest, region: u.region, at: broadcastAt(i.shape, at)})
	}
}

// reduceUse is the use of the argument of a reduction that is needed at u.
func (s *fusion) reduceUse(v *vertex, u use) use {
	st := s.sweep(v, u)
	next := 0
	at, inner := reduceAt(v, u.at, func(int) kernel.Var { next++; return st.loops[next-1] })
	outer := u.nest
	if rows, ok := u.rows(); ok {
		outer = u.nest[:len(rows)]
	}
	return use{by: u.by, nest: append(slices.Clone(outer), inner...), at: at, region: st.region}
}

// sweep returns the loops for the reduction v at u: those of others in the group
// that neither need v nor, by way of other sweeps, wait for something that does.
func (s *fusion) sweep(v *vertex, u use) *sweep {
	g, key := u.by, domain(v, u.at)
	var users []*sweep // sweeps that need v
	for _, st := range g.sweeps {
		if slices.ContainsFunc(v.uses, func(w use) bool { return w.by == g && w.region == st.region }) {
			users = append(users, st)
		}
	}
	for _, st := range g.sweeps {
		if st.key == key && !st.waitsFor(users) {
			st.neededBy(users)
			return st
		}
	}
	st := &sweep{key: key, whole: v.whole(), loops: s.fresh(len(combinedAxes(v))), region: s.region()}
	if st.whole && len(st.loops) > 0 {
		st.coarse = !combinationOf(v, st.loops).shareable(product(v.args[0].shape))
	}
	st.neededBy(users)
	g.sweeps = append(g.sweeps, st)
	return st
}

// waitsFor reports whether st is among the sweeps, or needs one of them.
func (st *sweep) waitsFor(sweeps []*sweep) bool {
	seen := make(map[*sweep]bool)
	var visit func(st *sweep) bool
	visit = func(st *sweep) bool {
		if seen[st] {
			return false
		}
		seen[st] = true
		return slices.Contains(sweeps, st) || slices.ContainsFunc(st.needs, visit)
	}
	return visit(st)
}

// neededBy notes that users need st.
func (st *sweep) neededBy(users []*sweep) {
	for _, u := range users {
		u.needs = append(u.needs, st)
	}
}

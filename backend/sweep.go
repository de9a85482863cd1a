package backend

import (
	"slices"
	"strconv"

	"arignote/backend/internal/kernel"
)

// This file is about reductions inside of a group that have loops of their own.
// Those that go through the same elements, and do not need one another, share
// these: that is a sweep. A sweep along all axes can become the loops of the group.

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
	met    *int // the last search through sweeps that has met it
	waits  bool // what that has found
}

// hoistable reports whether the reduction v, which one group needs, can be
// computed inside that group without computing anything twice.
func (s *fusion) hoistable(v *vertex) bool {
	if len(distinct(v.uses)) > 1 {
		return false
	}
	u := v.uses[0]
	if s.closing(v) != nil || v.whole() && s.after(u.by, v, nil) && u.by.parted(v) != nil {
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
	s.addSpace(g, v.args[0].domain, loops)
}

// reduceUse is the use of the argument of a reduction that is needed at u.
func (s *fusion) reduceUse(v *vertex, u use) use {
	st := s.sweepOf(v, u)
	next := 0
	at, inner := reduceAt(v, u.at, func(int) kernel.Var { next++; return st.loops[next-1] })
	outer := u.nest
	if rows, ok := u.rows(); ok {
		outer = u.nest[:len(rows)]
	}
	return use{by: u.by, nest: append(slices.Clone(outer), inner...), at: at, region: st.region}
}

// sweepOf returns the loops for the reduction v at u, which may have been hoisted
// just now.
func (s *fusion) sweepOf(v *vertex, u use) *sweep {
	if all := u.by.hoisted; len(all) > 0 {
		if last := all[len(all)-1]; last.v == v && slices.EqualFunc(last.at, u.at, sameCoord) {
			return last.sweep
		}
	}
	return s.sweep(v, u)
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
	search := new(int)
	for _, u := range users {
		u.met, u.waits = search, true
	}
	for _, st := range g.sweeps {
		if st.key == key && !st.waitsIn(search) {
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

// waitsIn reports whether st is among the sweeps that a search has begun with, or
// needs one of them.
func (st *sweep) waitsIn(search *int) bool {
	if st.met != search {
		st.met, st.waits = search, false
		st.waits = slices.ContainsFunc(st.needs, func(o *sweep) bool { return o.waitsIn(search) })
	}
	return st.waits
}

// neededBy notes that users need st.
func (st *sweep) neededBy(users []*sweep) {
	for _, u := range users {
		if !slices.Contains(u.needs, st) {
			u.needs = append(u.needs, st)
		}
	}
}

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

// needs reports whether v is computed from w.
func needs(v, w *vertex) bool {
	search := new(int)
	var visit func(v *vertex) bool
	visit = func(v *vertex) bool {
		if v == w || v.met == search || v.id < w.id { // arguments come before users
			return v == w
		}
		v.met = search
		return slices.ContainsFunc(v.args, visit)
	}
	return visit(v)
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
	var loops loopOrder
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

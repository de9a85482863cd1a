package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
)

// This file finds a group for a vertex that is stored: one that goes through the
// same elements, or over the same rows.

// join returns a group that v can join, and v as a root of it; nil if there is
// none.
func (s *fusion) join(v *vertex) (*group, *root) {
	if !s.on {
		return nil, nil
	}
	if r := s.joinRows(v); r != nil {
		return v.uses[0].by, r
	}
	for _, sp := range spacesOf(domainOf(v), maxNested) {
		s.rounds++
		for g := range s.candidates(sp, v.around().sources) {
			if r := s.fit(v, g, sp); r != nil {
				return g, r
			}
		}
	}
	return nil, nil
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
	through := g.through(sp.key)
	for i, a := range sp.axes {
		r.loops[i] = through[a]
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
		if u.by == g && (u.whole || r.v.kind == kindReduce) {
			return nil
		}
	}
	if s.reach.follows(g, r.v) || !every(rowsWanted(r.v, r.loops), g.canPlace) {
		return nil
	}
	return r
}

// rowsWanted returns of what loops the rows are for which something is computed
// that an element of v, in these loops, needs.
func rowsWanted(v *vertex, loops []kernel.Var) [][]kernel.Var {
	var all [][]kernel.Var
	for _, w := range v.around().reductions {
		if w.args[0].domain == v.domain && !w.whole() {
			all = append(all, keptOf(w, loops))
		}
	}
	return all
}

// apart reports whether what needs v is not needed by g, nor is g itself.
func (s *fusion) apart(g *group, v *vertex) bool {
	return !slices.ContainsFunc(v.uses, func(u use) bool { return u.by == g }) && !s.reach.follows(g, v)
}

// atRows reports whether v can be stored by g inside of some of its loops: g needs
// it there or not at all, and what else needs it is not needed by g.
func (s *fusion) atRows(g *group, v *vertex, loops []kernel.Var) bool {
	for _, u := range v.uses {
		if u.by == g && (len(loops) == 0 || u.whole || !runsAlong(v, u, loops)) {
			return false
		}
	}
	return !s.reach.follows(g, v)
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
	if !enough || !g.canPlace(r.loops) || !g.worthTurning(r.loops) || !g.shares(v, sp.size) || !s.atRows(g, v, r.loops) {
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
	if every(r.loops, g.has) && g.combinable(v, r.loops) && (len(r.loops) == len(g.order) || g.shares(v, sp.size)) && s.after(g, v, keptOf(v, r.loops)) {
		r.combines = true
		return r
	}
	if p := g.parted(v); v.whole() && p != nil && g.shares(v, sp.size) && s.after(g, v, nil) {
		return s.inParts(v, p)
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
	if len(rows) == len(dims) && !s.atRows(g, r.v, r.loops) || len(rows) < len(dims) && !s.apart(g, r.v) {
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

package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file is about reductions that the loops of a group compute on the way, from
// whose results it stores something else behind the loops: the mean of losses
// beside their gradients.

// closing returns v as a root that is not stored, if its loops can be those of
// the group that needs it, and nothing in these needs it.
func (s *fusion) closing(v *vertex) *root {
	g := v.uses[0].by
	r := g.along(v)
	if r == nil || len(combinedAxes(v)) == 0 || !g.combinable(v, r.loops) {
		return nil
	}
	if !s.after(g, v, keptOf(v, r.loops)) || slices.ContainsFunc(v.uses, func(u use) bool { return u.by != g }) {
		return nil
	}
	r.combines = true
	return r
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

// after reports whether v can be a reduction by the loops of g inside of the kept
// ones: g needs it behind its loops only, and what else needs it is not needed by
// g.
func (s *fusion) after(g *group, v *vertex, kept []kernel.Var) bool {
	for _, u := range v.uses {
		if u.by == g && (u.whole || len(u.nest) != len(kept) || !runsAlong(v, u, kept)) {
			return false
		}
	}
	return !s.reach.follows(g, v)
}

// closes reports whether the scalar v can be computed behind the loops of g, from
// reductions that these compute.
func (g *group) closes(v *vertex) bool {
	if g.scalar() {
		return true
	}
	all := v.around().reductions
	return len(all) > 0 && every(all, func(w *vertex) bool {
		r := g.along(w)
		return w.whole() && (r != nil && g.combinable(w, r.loops) || g.parted(w) != nil)
	})
}

// A partition is a whole reduction as one by the loops of a group of reductions of
// the rows.
type partition struct {
	loops       []kernel.Var
	outer, rows []int // axes
}

// parted returns how the whole reduction v can be one along the loops of g of
// reductions that g has loops of their own for; nil if that is not its order.
func (g *group) parted(v *vertex) *partition {
	if op := v.node.Op(); g.opaque != nil || len(g.order) == 0 || op == expr.OpArgmax || op == expr.OpArgmin || op == expr.OpProd && v.dtype.IsComplex() {
		return nil
	}
	x, o := v.args[0], v.order()
	n := len(g.order)
	if n >= len(o.axes) || o.chunk != 0 && !o.chunkInside {
		return nil
	}
	rows := orderOf(x.shape, o.axes[n:])
	if !slices.Equal(rows.axes, o.axes[n:]) || rows.lanes != o.lanes || rows.chunk != o.chunk || o.chunk != 0 && len(rows.axes) > 1 {
		return nil
	}
	c := combination{level: n, inner: g.order[n-1], lanes: 1}
	if g.line != 0 || g.combined != nil && *g.combined != c {
		return nil
	}
	for _, h := range g.hoisted {
		if p := g.partedLike(v, h, o); p != nil {
			return p
		}
	}
	return nil
}

// partedLike is parted for the rows of h, if v goes through the same elements.
func (g *group) partedLike(v *vertex, h hoisted, o order) *partition {
	x, n := v.args[0], len(g.order)
	if h.v.args[0].domain != x.domain {
		return nil
	}
	at, _ := reduceAt(h.v, h.at, func(int) kernel.Var { return 0 })
	place := spread(x.shape, trimAt(h.v.args[0].shape, at))
	p := &partition{outer: o.axes[:n], rows: o.axes[n:]}
	var outside []kernel.Var
	for _, a := range p.outer {
		outside = append(outside, place[a].isUnit())
		if !g.outermost(outside) || slices.Contains(outside, 0) {
			return nil
		}
	}
	p.loops = keptIn(x.shape, place, p.outer)
	return p
}

// keptIn returns the loops of a place along the given axes, in the order of axes.
func keptIn(shape []int, place []coord, axes []int) (loops []kernel.Var) {
	for a := range shape {
		if slices.Contains(axes, a) {
			loops = append(loops, place[a].isUnit())
		}
	}
	return loops
}

// inParts makes the whole reduction v one of reductions of the rows, and returns it as
// a root.
func (s *fusion) inParts(v *vertex, p *partition) *root {
	n := v.node
	inner := expr.New(n, n.Op(), expr.Axes{Axes: slices.Sorted(slices.Values(p.rows))}, v.args[0].node)
	row := s.flow.add(inner, kindReduce, v.args[0])
	all := make([]int, len(row.shape))
	for a := range all {
		all[a] = a
	}
	v.near = nil
	v.node, v.args, v.oneByOne = expr.New(n, n.Op(), expr.Axes{Axes: all, All: true}, inner), []*vertex{row}, true
	return &root{v: v, loops: p.loops, combines: true}
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

package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file plans and writes scans: cumsum and cumprod. A line along the axis is
// an ordered fold, of which each element is what it has there; lines are
// independent of each other. What a scan is computed from, and what is computed
// from it element by element, is done in the same loops, and so are other scans.

// lowerScan makes a scan along an axis of one of the flattened array.
func lowerScan(n *expr.Node) *expr.Node {
	x, axis := n.Arg(0), n.Attr().(expr.Axis).Axis
	if axis < 0 {
		size := 1
		for i := range x.Rank() {
			size *= length(x, i)
		}
		x, axis = expr.New(n, expr.OpReshape, expr.Dims{Sizes: []expr.Size{{Arg: -1, N: size}}}, x), 0
	}
	if length(x, axis) == 1 {
		return castTo(n, x, n.DType())
	}
	return expr.New(n, n.Op(), expr.Axis{Axis: axis}, x)
}

// scan decides about the scan v: it is computed by the group that needs its
// elements, along one of the loops, or stored by another one.
func (s *fusion) scan(v *vertex) {
	g, r := s.joinUser(v)
	if g == nil {
		g, r = s.join(v)
	}
	if g == nil {
		g, r = s.newGroup(v)
	}
	at := identity(v.shape, r.loops)
	g.line = at[v.node.Attr().(expr.Axis).Axis].isUnit()
	g.putOutside(without(r.loops, g.line))
	g.scans = append(g.scans, r)
	if v.kept || slices.ContainsFunc(v.uses, func(u use) bool { return u.by != g }) {
		s.store(v, g, r)
	}
	g.weight++
	s.visible(v, g, r)
	s.need(v.args[0], use{by: g, nest: g.order, region: s.region(), at: at})
}

// joinUser returns the first group that needs the scan v, if it can compute it.
func (s *fusion) joinUser(v *vertex) (*group, *root) {
	if !s.on || len(v.uses) == 0 {
		return nil, nil
	}
	g, own := v.uses[0].by, ownSpace(v)
	if g.through(own.key) == nil {
		return nil, nil
	}
	if r := s.fit(v, g, own); r != nil {
		return g, r
	}
	return nil, nil
}

// without returns the loops but x.
func without(loops []kernel.Var, x kernel.Var) []kernel.Var {
	return slices.DeleteFunc(slices.Clone(loops), func(l kernel.Var) bool { return l == x })
}

// scannable reports whether g can compute the scan r: at all places where it needs
// it, and beside other scans along the same loop.
func (g *group) scannable(r *root) bool {
	v := r.v
	line := identity(v.shape, r.loops)[v.node.Attr().(expr.Axis).Axis].isUnit()
	if g.combined != nil || g.line != 0 && g.line != line || !g.outermost(without(r.loops, line)) {
		return false
	}
	return every(v.uses, func(u use) bool {
		return u.by != g || u.region == 0 && len(u.nest) == len(g.order) && runsAlong(v, u, r.loops)
	})
}

// Loops beside a scan run in vectors if they are as long as minBeside or the
// lines are shorter than minLanes.
const minBeside = 16

// linesAlong returns the loops of a group that scans, from outer to inner: the
// lines, if nothing runs in vectors beside them, do so themselves.
func (e *emitter) linesAlong() []nestLoop {
	g := e.g
	axes, line := g.scans[0].loops, g.extent(g.line)
	last := slices.Index(axes, g.line)
	beside := -1
	var all []nestLoop
	for i, x := range g.order {
		n, a := g.extent(x), slices.Index(axes, x)
		if a > last && n >= minBeside || a < last && line < minLanes && n > line {
			beside = i
		}
		all = append(all, nestLoop{v: e.variable(), extent: n})
		e.loopOf[x] = unit(all[i].v)
	}
	inner := len(all) - 1
	all[inner].scans = g.scans
	switch {
	case beside >= 0:
		all[beside].vector = true
	case line >= 4:
		all[inner].vector = true
	}
	return all
}

// scan writes loop number i of a nest, which is an ordered fold for each scan:
// what it has at an element is the element of the scan.
func (n *nest) scan(e *emitter, i int) {
	l := n.loops[i]
	r := &kernel.Reduce{Lanes: 1, Loop: kernel.Loop{Var: l.v, Extent: e.param(l.extent), Vector: l.vector}}
	level := e.top()
	for _, s := range l.scans {
		r.States = append(r.States, kernel.State{Init: e.scalar(scanInit(s.v))})
	}
	e.open(l.v)
	elements := make([]kernel.Value, len(l.scans))
	for k, s := range l.scans {
		r.States[k].Value = e.value(wide(s.v.dtype), e.top())
		elements[k] = e.cast(wide(s.v.dtype), e.gen(s.v.args[0], e.placeOf(s)))
	}
	for k, s := range l.scans {
		r.States[k].Next = e.scanned(s.v, r.States[k].Value, elements[k], unit(l.v))
	}
	for k, s := range l.scans {
		e.remember(valueKey(s.v, e.placeOf(s)), e.cast(s.v.dtype, r.States[k].Next))
	}
	n.finish(e, i+1, nil)
	r.Body = e.close()
	for k, s := range l.scans {
		r.States[k].Result = e.value(wide(s.v.dtype), level)
	}
	e.put(level, r)
}

// placeOf returns the place of a root in the loops of the kernel.
func (e *emitter) placeOf(r *root) []coord {
	return replaced(identity(r.v.shape, r.loops), e.loopOf)
}

// scanInit returns what a scan begins with.
func scanInit(v *vertex) (expr.DType, kernel.Scalar) {
	d := wide(v.dtype)
	if v.node.Op() == expr.OpCumprod {
		return d, scalarNumber(d, 1)
	}
	return d, minusZero(d)
}

// scanned writes the next state of a scan at element i.
func (e *emitter) scanned(v *vertex, state, x kernel.Value, i coord) kernel.Value {
	if v.node.Op() != expr.OpCumprod {
		return e.let(expr.OpAdd, nil, state, x)
	}
	next := e.let(expr.OpMul, nil, state, x)
	if v.dtype.IsComplex() { // 1*x is not x where x is infinite
		first := e.let(expr.OpEq, nil, e.iota(i), e.scalar(expr.Int64, kernel.Integer(0)))
		next = e.let(expr.OpWhere, nil, first, x, next)
	}
	return next
}

package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file plans and writes scans: cumsum and cumprod. A line along the axis is
// an ordered fold that stores what it has at each element; lines are
// independent of each other. What a scan is computed from is fused into it.

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

// scan tells the argument of the scan v, which g stores, that it is needed.
func (s *fusion) scan(v *vertex, g *group) {
	loops := s.fresh(len(trim(v.shape)))
	at := identity(v.shape, loops)
	line := at[v.node.Attr().(expr.Axis).Axis].isUnit()
	nest := append(slices.DeleteFunc(slices.Clone(loops), func(l kernel.Var) bool { return l == line }), line)
	s.need(v.args[0], use{by: g, nest: nest, region: s.region(), at: at})
}

// Loops beside a scan run in vectors if they are as long as minBeside or the
// lines are shorter than minLanes.
const minBeside = 16

// scan writes the loops of the scan v.
func (e *emitter) scan(v *vertex) {
	axis := v.node.Attr().(expr.Axis).Axis
	at := make([]coord, len(v.shape))
	var beside []*kernel.Loop
	for a, n := range v.shape {
		if a != axis && n != 1 {
			l := &kernel.Loop{Var: e.variable(), Extent: e.param(n)}
			l.Vector = a > axis && n >= minBeside || a < axis && v.shape[axis] < minLanes && n > v.shape[axis]
			if l.Vector && len(beside) > 0 {
				beside[len(beside)-1].Vector = false // the innermost
			}
			at[a] = unit(l.Var)
			beside = append(beside, l)
			e.open(l.Var)
		}
	}
	e.line(v, axis, at)
	for _, l := range slices.Backward(beside) {
		l.Body = e.close()
		e.put(e.top(), l)
	}
}

// line writes the fold along the axis.
func (e *emitter) line(v *vertex, axis int, at []coord) {
	d := wide(v.dtype)
	op, init := expr.OpAdd, minusZero(d)
	if v.node.Op() == expr.OpCumprod {
		op, init = expr.OpMul, scalarNumber(d, 1)
	}
	r := &kernel.Reduce{Lanes: 1, States: []kernel.State{{Init: e.scalar(d, init)}}}
	r.Var, r.Extent = e.variable(), e.param(v.shape[axis])
	at[axis] = unit(r.Var)
	level := e.top()
	e.open(r.Var)
	state := e.value(d, e.top())
	x := e.cast(d, e.gen(v.args[0], at))
	next := e.let(op, nil, state, x)
	if op == expr.OpMul && d.IsComplex() { // 1*x is not x where x is infinite
		first := e.let(expr.OpEq, nil, e.iota(at[axis]), e.scalar(expr.Int64, kernel.Integer(0)))
		next = e.let(expr.OpWhere, nil, first, x, next)
	}
	e.store(v.array.storage, v.array.address(at), e.cast(v.dtype, next))
	r.States[0].Value, r.States[0].Next = state, next
	r.Body = e.close()
	r.States[0].Result = e.value(d, level)
	e.put(level, r)
}

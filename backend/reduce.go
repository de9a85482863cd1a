package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file writes reductions. Their order, and so their bits, follows from the
// op, the shape of the argument and the axes alone.

const (
	// Lanes of a reduction along the innermost axis: 4 vectors of 8 float64,
	// which hide the latency of additions.
	lanes = 32

	// An axis shorter than this is added up with one lane.
	minLanes = 64

	// An axis is cut into chunks of this many elements, which are added up
	// separately: 64 KiB of float64, tens of microseconds for a kernel.
	chunkLength = 8192
)

// An order says in which order the elements of a reduction are combined: from
// the outer loop to the inner one.
type order struct {
	axes  []int // of the argument; the innermost last
	chunk int   // length of chunks of the innermost axis; they are the outermost loop; 0 = one
	lanes int   // of the innermost axis
}

// orderOf returns the order for an argument of the given shape.
func orderOf(shape, axes []int) order {
	var o order
	for _, a := range axes {
		if shape[a] != 1 {
			o.axes = append(o.axes, a)
		}
	}
	slices.Sort(o.axes)
	if len(o.axes) == 0 {
		return o
	}
	at := len(o.axes) - 1
	if shape[o.axes[at]] < minLanes {
		for i, a := range o.axes {
			if shape[a] > shape[o.axes[at]] {
				at = i
			}
		}
	}
	inner := o.axes[at]
	o.axes = append(slices.Delete(o.axes, at, at+1), inner)
	n := shape[inner]
	o.lanes = 1
	if n >= minLanes && keptInside(shape, o.axes) < minLanes {
		o.lanes = lanes
	}
	if n > chunkLength {
		o.chunk = chunkLength
	}
	return o
}

// keptInside returns the number of elements along the axes that are kept and
// lie inside of the innermost one that is combined.
func keptInside(shape, axes []int) int {
	n := 1
	for a := axes[len(axes)-1] + 1; a < len(shape); a++ {
		if !slices.Contains(axes, a) {
			n *= shape[a]
		}
	}
	return n
}

// A folding says how a reduction combines.
type folding struct {
	v      *vertex
	init   []kernel.Scalar
	of     []expr.DType                              // of the states
	result int                                       // which state it is
	beside func(e *emitter, at []coord) kernel.Value // what an element has beside its value, for the second state
	step   func(e *emitter, x, y []kernel.Value) []kernel.Value
}

// fold returns the folding of a reduction.
func foldingOf(v *vertex) folding {
	d := v.args[0].dtype
	simple := func(op expr.Op, d expr.DType, init kernel.Scalar) folding {
		return folding{v: v, init: []kernel.Scalar{init}, of: []expr.DType{d},
			step: func(e *emitter, x, y []kernel.Value) []kernel.Value {
				return []kernel.Value{e.let(op, nil, x[0], y[0])}
			}}
	}
	switch v.node.Op() {
	case expr.OpSum:
		return simple(expr.OpAdd, v.dtype, minusZero(v.dtype))
	case expr.OpProd:
		if v.dtype.IsComplex() {
			return complexProduct(v)
		}
		return simple(expr.OpMul, v.dtype, scalarNumber(v.dtype, 1))
	case expr.OpMax:
		return simple(expr.OpMaximum, d, infinity(d, -1))
	case expr.OpMin:
		return simple(expr.OpMinimum, d, infinity(d, 1))
	case expr.OpAny:
		return simple(expr.OpOr, expr.Bool, kernel.Bool(false))
	case expr.OpAll:
		return simple(expr.OpAnd, expr.Bool, kernel.Bool(true))
	}
	sign, better := -1, expr.OpGt
	if v.node.Op() == expr.OpArgmin {
		sign, better = 1, expr.OpLt
	}
	return folding{v: v, init: []kernel.Scalar{infinity(d, sign), infinity(expr.Int64, 1)}, of: []expr.DType{d, expr.Int64}, result: 1,
		beside: func(e *emitter, at []coord) kernel.Value { return e.iota(flat(v, at)) },
		step:   func(e *emitter, x, y []kernel.Value) []kernel.Value { return e.best(better, x, y) }}
}

// complexProduct carries beside a product whether it has any factor: nothing
// else is neutral, since 1*x is not x where x is infinite.
func complexProduct(v *vertex) folding {
	return folding{v: v, init: []kernel.Scalar{scalarNumber(v.dtype, 1), kernel.Bool(false)}, of: []expr.DType{v.dtype, expr.Bool},
		beside: func(e *emitter, _ []coord) kernel.Value { return e.scalar(expr.Bool, kernel.Bool(true)) },
		step: func(e *emitter, x, y []kernel.Value) []kernel.Value {
			both := e.let(expr.OpWhere, nil, y[1], e.let(expr.OpMul, nil, x[0], y[0]), x[0])
			return []kernel.Value{e.let(expr.OpWhere, nil, x[1], both, y[0]), e.let(expr.OpOr, nil, x[1], y[1])}
		}}
}

// minusZero is what can be added to any number without a trace: -0 for floats.
func minusZero(d expr.DType) kernel.Scalar {
	const sign = 1 << 63
	switch {
	case d.IsFloat():
		return kernel.Scalar{Bits: sign}
	case d.IsComplex():
		return kernel.Scalar{Bits: sign, Imag: sign}
	}
	return kernel.Scalar{}
}

// best returns the better of two pairs of an element and its index: NaN before
// numbers, among equals the first.
func (e *emitter) best(better expr.Op, x, y []kernel.Value) []kernel.Value {
	earlier := e.let(expr.OpLt, nil, y[1], x[1])
	equal := e.let(expr.OpEq, nil, y[0], x[0])
	take := e.let(expr.OpOr, nil, e.let(better, nil, y[0], x[0]), e.let(expr.OpAnd, nil, equal, earlier))
	if e.k.Values[x[0]].IsFloat() {
		nx, ny := e.let(expr.OpIsNaN, nil, x[0]), e.let(expr.OpIsNaN, nil, y[0])
		first := e.let(expr.OpOr, nil, e.let(expr.OpNot, nil, nx), earlier) // y is NaN and comes before x
		take = e.let(expr.OpOr, nil, e.let(expr.OpAnd, nil, take, e.let(expr.OpNot, nil, nx)), e.let(expr.OpAnd, nil, ny, first))
	}
	return []kernel.Value{e.let(expr.OpWhere, nil, take, y[0], x[0]), e.let(expr.OpWhere, nil, take, y[1], x[1])}
}

// reduce writes the reduction v for the place at of its result, before the
// loops on which that does not depend.
func (e *emitter) reduce(v *vertex, at []coord) kernel.Value {
	level := 0
	for _, c := range at {
		for _, t := range c.terms {
			level = max(level, e.depth[t.v])
		}
	}
	blocks := e.blocks
	e.blocks = slices.Clone(blocks[:level+1])
	defer func() { e.blocks = blocks }()
	x := v.args[0]
	vars := make(map[int]kernel.Var)
	for _, a := range reducedAxes(v) {
		if x.shape[a] != 1 {
			vars[a] = e.variable()
		}
	}
	arg, _ := reduceAt(v, at, func(axis int) kernel.Var { return vars[axis] })
	return e.shared([]*vertex{v}, at, arg, vars, nil)[0]
}

// shared is nest for reductions of which the first is wanted at the place at,
// and for others that the same loops can compute: these are remembered.
func (e *emitter) shared(all []*vertex, at, arg []coord, vars map[int]kernel.Var, also func()) []kernel.Value {
	more, places := e.companions(all, at)
	pending := len(e.pending)
	e.pending = append(append(e.pending, all...), more...)
	results := e.nest(append(all, more...), arg, vars, also)
	e.pending = e.pending[:pending]
	for i, v := range more {
		e.remember(valueKey(v, places[i]), results[len(all)+i])
	}
	return results[:len(all)]
}

// nest writes the loops of reductions of one shape along the same axes, whose
// loop variables vars has, and returns the results. Also writes what else is
// done for each element.
func (e *emitter) nest(all []*vertex, at []coord, vars map[int]kernel.Var, also func()) []kernel.Value {
	x := all[0].args[0]
	o := orderOf(x.shape, reducedAxes(all[0]))
	folds := make([]folding, len(all))
	for i, v := range all {
		folds[i] = foldingOf(v)
	}
	results := e.loops(folds, o, x.shape, at, vars, 0, 0, also)
	out := make([]kernel.Value, len(all))
	k := 0
	for i, f := range folds {
		r := results[k+f.result]
		k += len(f.of)
		if f.v.node.Op() == expr.OpSum && slices.Contains(x.shape, 0) {
			r = e.scalar(f.v.dtype, scalarNumber(f.v.dtype, 0))
		}
		out[i] = e.cast(f.v.dtype, r)
	}
	return out
}

// elements writes one element of each reduction, at a place of the argument of
// the first one: the others have other axes of length 1.
func (e *emitter) elements(folds []folding, at []coord) []kernel.Value {
	var out []kernel.Value
	first := trimAt(folds[0].v.args[0].shape, at)
	for _, f := range folds {
		x := f.v.args[0]
		at := spread(x.shape, first)
		out = append(out, e.cast(f.of[0], e.gen(x, at)))
		if f.beside != nil {
			out = append(out, f.beside(e, at))
		}
	}
	return out
}

// flat returns the index that argmax gives for the element at of its argument.
func flat(v *vertex, at []coord) coord {
	axes, shape := reducedAxes(v), v.args[0].shape
	c, n := coord{}, 1
	for i := len(axes) - 1; i >= 0; i-- {
		c = c.plus(at[axes[i]], n)
		n *= shape[axes[i]]
	}
	return c
}

// loops writes the loops from number i of the order on.
func (e *emitter) loops(folds []folding, o order, shape []int, at []coord, vars map[int]kernel.Var, i int, block kernel.Var, also func()) []kernel.Value {
	if len(o.axes) == 0 {
		if also != nil {
			also()
		}
		return e.elements(folds, at)
	}
	last := len(o.axes) - 1
	r := &kernel.Reduce{Lanes: 1}
	inner := func() []kernel.Value { return e.loops(folds, o, shape, at, vars, i+1, block, also) }
	switch {
	case o.chunk != 0 && block == 0: // the loop over chunks, outside of all others
		r.Var, r.Extent, r.By = e.variable(), e.param(shape[o.axes[last]]), kernel.N(o.chunk)
		inner = func() []kernel.Value { return e.loops(folds, o, shape, at, vars, 0, r.Var, also) }
	case i < last:
		r.Var, r.Extent = vars[o.axes[i]], e.param(shape[o.axes[i]])
	default:
		r.Var, r.Lanes = vars[o.axes[i]], o.lanes
		if block != 0 {
			r.Block = block
		} else {
			r.Extent = e.param(shape[o.axes[i]])
		}
		inner = func() []kernel.Value {
			if also != nil {
				also()
			}
			return e.elements(folds, at)
		}
	}
	return e.reduction(r, folds, inner)
}

// reduction writes one loop of a reduction, whose elements inner writes.
func (e *emitter) reduction(r *kernel.Reduce, folds []folding, inner func() []kernel.Value) []kernel.Value {
	level := e.top()
	for _, f := range folds {
		for i, d := range f.of {
			r.States = append(r.States, kernel.State{Init: e.scalar(d, f.init[i])})
		}
	}
	e.open(r.Var)
	for i := range r.States {
		r.States[i].Value = e.value(e.k.Values[r.States[i].Init], e.top())
	}
	elements := inner()
	next := e.steps(folds, stateValues(r.States), elements)
	for i := range r.States {
		r.States[i].Next = next[i]
	}
	r.Body = e.close()
	if r.Lanes > 1 {
		e.combine(r, folds)
	}
	results := make([]kernel.Value, len(r.States))
	for i := range r.States {
		results[i] = e.value(e.k.Values[r.States[i].Init], level)
		r.States[i].Result = results[i]
	}
	e.put(level, r)
	return results
}

func stateValues(states []kernel.State) []kernel.Value {
	v := make([]kernel.Value, len(states))
	for i, s := range states {
		v[i] = s.Value
	}
	return v
}

// steps joins states x with states y.
func (e *emitter) steps(folds []folding, x, y []kernel.Value) []kernel.Value {
	var next []kernel.Value
	k := 0
	for _, f := range folds {
		n := len(f.of)
		next = append(next, f.step(e, x[k:k+n], y[k:k+n])...)
		k += n
	}
	return next
}

// combine writes how lanes are joined.
func (e *emitter) combine(r *kernel.Reduce, folds []folding) {
	c := &kernel.Combine{}
	for _, s := range r.States {
		d := e.k.Values[s.Init]
		c.Left, c.Right = append(c.Left, e.value(d, 0)), append(c.Right, e.value(d, 0))
	}
	body := &block{}
	e.forced = body
	c.Next = e.steps(folds, c.Left, c.Right)
	e.forced = nil
	c.Body = body.stmts
	r.Combine = c
}

package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file says what reductions do with elements, and in which order. The order,
// and so the bits, follows from the op, the shape of the argument and the axes
// alone.

const (
	// Lanes of a reduction along the innermost axis: 4 vectors of 8 float64,
	// which hide the latency of additions.
	lanes = 32

	// An axis shorter than this is added up with one lane.
	minLanes = 64

	// An axis is cut into chunks of this many elements, which are added up
	// separately: 64 KiB of float64, tens of microseconds for a kernel.
	chunkLength = 8192

	// Lines of up to this many elements, if there are many, are added up one by
	// one, each in its chunks: a worker takes lines. Longer ones would let a
	// worker go for too long.
	maxLine = 1 << 20
)

// An order says in which order the elements of a reduction are combined: from
// the outer loop to the inner one.
type order struct {
	axes        []int // of the argument; the innermost last
	chunk       int   // length of chunks of the innermost axis; 0 = one
	chunkInside bool  // the loop over chunks is inside of those along other axes; else it is the outermost
	lanes       int   // of the innermost axis
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
		others := 1
		for _, a := range o.axes[:len(o.axes)-1] {
			others *= shape[a]
		}
		o.chunkInside = others >= serialRows && n <= maxLine
	}
	return o
}

// order returns the order of the reduction v.
func (v *vertex) order() order {
	o := orderOf(v.args[0].shape, reducedAxes(v))
	if v.oneByOne {
		o.lanes, o.chunk = 1, 0
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

// combine writes how lanes are joined.
func (e *emitter) combine(r *kernel.Reduce, folds []foldAt) {
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

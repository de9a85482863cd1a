package expr

import (
	"arignote/expr/layout"
)

// Reference meaning of the ops that change shapes. All of them pick elements of
// an argument by their offsets in its data.

// part is a regular part of an array's data: where its first element lies, its
// shape, and for each axis how far it is from one index to the next. A step
// may be zero (a stretched axis) or negative (a reversed one).
type part struct {
	first          int
	shape, strides []int
}

// whole is the part that is all of v.
func (v *Value) whole() part { return part{0, v.shape, v.Strides()} }

// offsets lists where the elements of p lie, in row-major order of p.
func (p part) offsets() []int {
	out := make([]int, 0, product(p.shape))
	forEachOffset(p.shape, p.strides, func(offset int) { out = append(out, p.first+offset) })
	return out
}

// stretched is p broadcast to shape: new axes in front, and axes of length 1
// that are longer in shape, have step 0.
func (p part) stretched(shape []int) part {
	strides := make([]int, len(shape))
	skip := len(shape) - len(p.shape)
	for i, n := range p.shape {
		if n == shape[skip+i] {
			strides[skip+i] = p.strides[i]
		}
	}
	return part{p.first, shape, strides}
}

// pick returns a copy of the part p of v.
func (v *Value) pick(p part) *Value { return v.pickAt(p.shape, p.offsets()) }

// pickAt returns the array with this shape of the elements at these offsets of
// v's data.
func (v *Value) pickAt(shape, offsets []int) *Value {
	return &Value{dtype: v.dtype, shape: shape, data: elements[v.dtype].gather(v.data, offsets)}
}

// put overwrites the elements at these offsets of v's data by those of from,
// which has the same dtype. It is for values under construction.
func (v *Value) put(offsets []int, from *Value) {
	elements[v.dtype].scatter(v.data, offsets, from.contiguous().data)
}

// reshaped returns v, which is not copied if it is contiguous, in another
// shape of as many elements.
func (v *Value) reshaped(shape []int) *Value {
	return &Value{dtype: v.dtype, shape: shape, data: v.contiguous().data}
}

// evalDimShuffle: axis i of the result is axis pattern[i] of x, or new.
func evalDimShuffle(c *call) (*Value, *Error) {
	x := c.args[0]
	from := x.Strides()
	strides := make([]int, len(c.typ.Dims))
	for i, axis := range c.attr.(Pattern).Axes {
		if axis >= 0 {
			strides[i] = from[axis]
		}
	}
	return x.pick(part{0, c.shape(), strides}), nil
}

// evalReshape: the elements in row-major order, counted anew.
func evalReshape(c *call) (*Value, *Error) { return c.args[0].reshaped(c.shape()), nil }

// evalBroadcast: x stretched to the shape of the result.
func evalBroadcast(c *call) (*Value, *Error) {
	x := c.args[0]
	return x.pick(x.whole().stretched(c.shape())), nil
}

// evalSumLike: the sum over the axes that y does not have or has with length
// 1, in the dtype of x.
func evalSumLike(c *call) (*Value, *Error) {
	x, y := c.args[0], c.args[1]
	skip := x.Rank() - y.Rank()
	var axes []int
	for i, n := range x.shape {
		if i < skip || y.shape[i-skip] != n {
			axes = append(axes, i)
		}
	}
	if len(axes) == 0 {
		return x, nil
	}
	total, err := sumOver(x, axes)
	if err != nil {
		return nil, err
	}
	return convert(total, x.dtype).reshaped(c.shape()), nil
}

// sumOver is sum(x, axes).
func sumOver(x *Value, axes []int) (*Value, *Error) {
	attr := Axes{Axes: axes, All: len(axes) == x.Rank()}
	t, err := inferValues(OpSum, attr, []*Value{x})
	if err != nil {
		return nil, err
	}
	return ops[OpSum].eval(&call{op: OpSum, attr: attr, args: []*Value{x}, from: []Type{x.Type()}, typ: t})
}

// evalConcatenate: each argument takes its place in the result.
func evalConcatenate(c *call) (*Value, *Error) {
	axis := c.attr.(Axis).Axis
	out := Zeros(c.typ.DType, c.shape()...)
	strides := layout.RowMajor(out.shape)
	first := 0
	for _, x := range c.args {
		out.put(part{first, x.shape, strides}.offsets(), convert(x, out.dtype))
		first += x.shape[axis] * strides[axis]
	}
	return out, nil
}

// evalShape: the lengths of the axes.
func evalShape(c *call) (*Value, *Error) {
	lengths := make([]int64, c.args[0].Rank())
	for i, n := range c.args[0].shape {
		lengths[i] = int64(n)
	}
	return makeValue([]int{len(lengths)}, lengths), nil
}

// evalSize: the length of one axis, or the number of elements.
func evalSize(c *call) (*Value, *Error) {
	x := c.args[0]
	if axis := c.attr.(Number).N; axis >= 0 {
		return ScalarValue(int64(x.shape[axis])), nil
	}
	return ScalarValue(int64(x.Len())), nil
}

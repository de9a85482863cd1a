package expr

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"arignote/expr/layout"
)

// Reference meaning of indexing.

// sliceOf returns the part of v, an argument in the shape of argument 0, that
// the index of the attribute names. The type rule has checked the integers.
func (c *call) sliceOf(v *Value) part {
	var p part
	strides := v.Strides()
	axis := 0
	for _, it := range c.attr.(Index).Items {
		if it.Kind == IndexNew {
			p.shape, p.strides = append(p.shape, 1), append(p.strides, 0)
			continue
		}
		n, step := v.shape[axis], strides[axis]
		axis++
		if it.Kind == IndexInt {
			p.first += wrapIndex(c.size(it.Start), n) * step
			continue
		}
		by := c.size(it.Step)
		first, count := sliceRange(n, it.HasStart, c.bound(it.HasStart, it.Start), it.HasStop, c.bound(it.HasStop, it.Stop), by)
		if count > 0 {
			p.first += first * step
		}
		p.shape, p.strides = append(p.shape, count), append(p.strides, by*step)
	}
	p.shape, p.strides = append(p.shape, v.shape[axis:]...), append(p.strides, strides[axis:]...)
	return p
}

// size returns the value of a size of the attribute.
func (c *call) size(z Size) int {
	if z.Arg < 0 {
		return z.N
	}
	return c.args[z.Arg].index(0)
}

// bound returns the value of a bound of a slice, if there is one.
func (c *call) bound(has bool, z Size) int {
	if !has {
		return 0
	}
	return c.size(z)
}

// wrapIndex counts a negative index from the end.
func wrapIndex(i, n int) int {
	if i < 0 {
		return i + n
	}
	return i
}

// evalSlice: x[items].
func evalSlice(c *call) (*Value, *Error) {
	x := c.args[0]
	return x.pick(c.sliceOf(x)), nil
}

// evalSetSlice: set_subtensor and inc_subtensor of x[items].
func evalSetSlice(c *call) (*Value, *Error) {
	out := c.args[0].Clone()
	p := c.sliceOf(out)
	return c.replace(out, p.shape, p.offsets(), c.op == OpIncSlice), nil
}

// replace changes the elements of out at the offsets, which are those of a
// part of this shape: to the values of argument 1 stretched to the part, or by
// them where add is set. An offset that comes twice is set to the later value,
// or increased by both.
func (c *call) replace(out *Value, shape, offsets []int, add bool) *Value {
	v := convert(c.args[1], out.dtype)
	v = v.pick(v.whole().stretched(shape))
	if add {
		elements[out.dtype].scatterAdd(out.data, offsets, v.data)
	} else {
		out.put(offsets, v)
	}
	return out
}

// evalTake: x[i, j].
func evalTake(c *call) (*Value, *Error) {
	x := c.args[0]
	shape, offsets, err := c.gathered(x, c.args[1:])
	if err != nil {
		return nil, err
	}
	return x.pickAt(shape, offsets), nil
}

// evalSetTake: set_subtensor and inc_subtensor of x[i, j].
func evalSetTake(c *call) (*Value, *Error) {
	out := c.args[0].Clone()
	shape, offsets, err := c.gathered(out, c.args[2:])
	if err != nil {
		return nil, err
	}
	return c.replace(out, shape, offsets, c.op == OpIncTake), nil
}

// gathered returns the shape of the part of x that the index arrays pick, and
// the offsets of its elements: each sum of an offset along the axes before the
// indexed ones, one by the indices, and one along the axes after them.
func (c *call) gathered(x *Value, index []*Value) (shape, offsets []int, err *Error) {
	a := c.attr.(Gathered)
	split := a.Axes[0]
	if a.Front {
		split = 0
	}
	before := x.lengthsExcept(a.Axes, 0, split)
	after := x.lengthsExcept(a.Axes, split, x.Rank())
	joined, middle, err := c.indexOffsets(x, index)
	if err != nil {
		return nil, nil, err
	}
	shape = slices.Concat(before.shape, joined, after.shape)
	offsets = make([]int, 0, product(shape))
	last := after.offsets()
	for _, i := range before.offsets() {
		for _, j := range middle {
			for _, k := range last {
				offsets = append(offsets, i+j+k)
			}
		}
	}
	return shape, offsets, nil
}

// lengthsExcept returns the lengths and steps of the axes from a to b that are
// not named.
func (v *Value) lengthsExcept(axes []int, a, b int) part {
	var p part
	strides := v.Strides()
	for i := a; i < b; i++ {
		if !slices.Contains(axes, i) {
			p.shape, p.strides = append(p.shape, v.shape[i]), append(p.strides, strides[i])
		}
	}
	return p
}

// indexOffsets returns the joined shape of the index arrays and, for each of
// its places, the offset in x to which the entries there lead.
func (c *call) indexOffsets(x *Value, index []*Value) (shape, offsets []int, err *Error) {
	var dims []Dim
	for _, i := range index {
		dims, _ = broadcastDims(dims, knownDims(i.shape)) // the type rule has checked it
	}
	shape, _ = Type{Dims: dims}.Shape()
	offsets = make([]int, product(shape))
	strides := x.Strides()
	for k, i := range index {
		axis := c.attr.(Gathered).Axes[k]
		if err := c.checkIndex(i, axis, x.shape[axis]); err != nil {
			return nil, nil, err
		}
		i = i.pick(i.whole().stretched(shape))
		for place := range offsets {
			offsets[place] += wrapIndex(i.index(place), x.shape[axis]) * strides[axis]
		}
	}
	return shape, offsets, nil
}

// checkIndex refuses entries of an index array that are not in [-n, n).
func (c *call) checkIndex(v *Value, axis, n int) *Error {
	v = v.contiguous()
	for place := range v.Len() {
		if i := v.index(place); i >= n || i < -n {
			return c.errorf(ErrIndex, "index %v at %s is out of range for axis %d of length %d",
				reflect.ValueOf(v.data).Index(place), placeString(v.shape, place), axis, n)
		}
	}
	return nil
}

// placeString returns the index of element i of an array of this shape, as
// Python writes it: [2], [0, 1]; "[]" for a scalar.
func placeString(shape []int, i int) string {
	index := make([]string, len(shape))
	for axis := len(shape) - 1; axis >= 0; axis-- {
		index[axis] = fmt.Sprint(i % shape[axis])
		i /= shape[axis]
	}
	return "[" + strings.Join(index, ", ") + "]"
}

// evalNonzero: for each axis the indices of the elements that are not zero.
func evalNonzero(c *call) (*Value, *Error) {
	x := c.args[0].contiguous()
	strides := layout.RowMajor(x.shape)
	indices := make([][]int64, x.Rank())
	for i := range x.Len() {
		if !x.Bool(i) {
			continue
		}
		for axis, n := range x.shape {
			indices[axis] = append(indices[axis], int64(i/strides[axis]%n))
		}
	}
	vectors := make([]*Value, x.Rank())
	for axis, v := range indices {
		vectors[axis] = makeValue([]int{len(v)}, v)
	}
	return tupleValue(vectors...), nil
}

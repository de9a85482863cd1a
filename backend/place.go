package backend

import (
	"encoding/binary"
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file has places: of elements in arrays, in terms of loops. A place in the
// result of an op is turned into places in its arguments.

// A coord is a place along an axis: off plus loop variables times strides, plus
// computed indices times strides.
type coord struct {
	off   int
	terms []strideOf
	picks []picked
}

// picked is an element of an index array times n: an index along an axis of length
// len, of which count elements are picked.
type picked struct {
	v     *vertex
	at    []coord
	len   int
	n     int
	count int
}

type strideOf struct {
	v kernel.Var
	n int
}

// unit is the coordinate that runs with a loop.
func unit(v kernel.Var) coord { return coord{terms: []strideOf{{v, 1}}} }

// isUnit returns the loop that c runs with, 0 if it is anything else.
func (c coord) isUnit() kernel.Var {
	if c.off == 0 && len(c.terms) == 1 && c.terms[0].n == 1 && len(c.picks) == 0 {
		return c.terms[0].v
	}
	return 0
}

// isZero reports whether c is the first place.
func (c coord) isZero() bool { return c.off == 0 && len(c.terms) == 0 && len(c.picks) == 0 }

// plus returns c + d*n. Computed indices stay there for n = 0 too: they may be out
// of range.
func (c coord) plus(d coord, n int) coord {
	switch {
	case n == 0 && len(d.picks) == 0:
		return c
	case n == 1 && c.isZero():
		return d
	}
	r := coord{off: c.off + d.off*n, terms: slices.Clone(c.terms), picks: slices.Clone(c.picks)}
	for _, p := range d.picks {
		p.n *= n
		r.picks = append(r.picks, p)
	}
next:
	for _, t := range d.terms {
		for i := range r.terms {
			if r.terms[i].v == t.v {
				r.terms[i].n += t.n * n
				continue next
			}
		}
		r.terms = append(r.terms, strideOf{t.v, t.n * n})
	}
	r.terms = slices.DeleteFunc(r.terms, func(t strideOf) bool { return t.n == 0 })
	return r
}

// appendKey appends what tells coordinates apart: the same bytes for the same ones
// alone, and none of them the beginning of others of the same rank.
func appendKey(b []byte, at []coord) []byte {
	for _, c := range at {
		if x := c.isUnit(); x != 0 { // by far the commonest
			b = binary.AppendUvarint(append(b, 'u'), uint64(x))
			continue
		}
		b = binary.AppendVarint(append(b, 'c'), int64(c.off))
		b = binary.AppendUvarint(b, uint64(len(c.terms)))
		for _, t := range c.terms {
			b = binary.AppendUvarint(b, uint64(t.v))
			b = binary.AppendVarint(b, int64(t.n))
		}
		b = binary.AppendUvarint(b, uint64(len(c.picks)))
		for _, p := range c.picks {
			b = binary.AppendUvarint(b, uint64(p.v.id))
			b = appendKey(binary.AppendUvarint(b, uint64(len(p.at))), p.at)
			b = binary.AppendVarint(b, int64(p.n))
			b = binary.AppendVarint(b, int64(p.len))
		}
	}
	return b
}

// sameCoord reports whether x and y are the same place along an axis.
func sameCoord(x, y coord) bool {
	return x.off == y.off && slices.Equal(x.terms, y.terms) && slices.EqualFunc(x.picks, y.picks, func(p, q picked) bool {
		return p.v == q.v && p.n == q.n && p.len == q.len && samePlace(p.at, q.at)
	})
}

// samePlace reports whether x and y are the same place in an array.
func samePlace(x, y []coord) bool { return slices.EqualFunc(x, y, sameCoord) }

// hashPlace returns a number that is the same for the same places.
func hashPlace(at []coord) uint64 {
	h := uint64(len(at))
	mix := func(n int) {
		h = (h ^ uint64(n)) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	for _, c := range at {
		mix(c.off)
		for _, t := range c.terms {
			mix(int(t.v))
			mix(t.n)
		}
		for _, p := range c.picks {
			mix(p.v.id)
		}
	}
	return h
}

// argAt returns the place in argument i of the element at of v, for vertices
// whose elements each depend on one element of each argument.
func (v *vertex) argAt(i int, at []coord) []coord {
	if v.kind == kindView {
		return v.viewAt(at)
	}
	return broadcastAt(v.args[i].shape, at)
}

// broadcastAt returns the place in an array of the given shape that belongs to
// the place at in the array that it is broadcast to.
func broadcastAt(shape []int, at []coord) []coord {
	from := len(at) - len(shape)
	if from >= 0 && !stretched(shape, at[from:]) {
		return at[from:len(at):len(at)]
	}
	out := make([]coord, len(shape))
	for i, n := range shape {
		if n != 1 {
			out[i] = at[from+i]
		}
	}
	return out
}

// stretched reports whether the place at is another than the first along an axis
// of length 1 of an array of the given shape.
func stretched(shape []int, at []coord) bool {
	for i, n := range shape {
		if n == 1 && !at[i].isZero() {
			return true
		}
	}
	return false
}

// viewAt is argAt for views.
func (v *vertex) viewAt(at []coord) []coord {
	from := v.args[0].shape
	out := make([]coord, len(from))
	switch v.node.Op() {
	case expr.OpBroadcastTo:
		return broadcastAt(from, at)
	case expr.OpDimShuffle:
		for i, a := range v.node.Attr().(expr.Pattern).Axes {
			if a >= 0 {
				out[a] = at[i]
			}
		}
	case expr.OpReshape:
		for i, m := range v.merges {
			for k, a := range m.axes {
				out[i] = out[i].plus(at[a], m.strides[k])
			}
		}
	case expr.OpDiag:
		k := v.node.Attr().(expr.Diagonal).K
		out[0], out[1] = at[0].plus(coord{off: max(-k, 0)}, 1), at[0].plus(coord{off: max(k, 0)}, 1)
	case expr.OpSlice:
		return sliceAt(v.index, from, at)
	}
	return out
}

// sliceAt returns the place in an array of the given shape of the element at
// of a slice of it.
func sliceAt(index expr.Index, shape []int, at []coord) []coord {
	out := make([]coord, len(shape))
	axis, i := 0, 0
	for _, it := range index.Items {
		switch it.Kind {
		case expr.IndexNew:
			i++
		case expr.IndexInt:
			out[axis] = coord{off: wrap(it.Start.N, shape[axis])}
			axis++
		default:
			first, _, step := bounds(it, shape[axis])
			out[axis] = coord{off: first}.plus(at[i], step)
			axis++
			i++
		}
	}
	for ; axis < len(shape); axis++ {
		out[axis] = at[i]
		i++
	}
	return out
}

// wrap counts a negative index from the end.
func wrap(i, n int) int {
	if i < 0 {
		return i + n
	}
	return i
}

// bounds returns the first index, the number of indices and the step of a
// slice of an axis of length n, as Python has it.
func bounds(it expr.IndexItem, n int) (first, count, step int) {
	step = it.Step.N
	low, high := 0, n
	first, end := low, high
	if step < 0 {
		low, high = -1, n-1
		first, end = high, low
	}
	if it.HasStart {
		first = min(max(wrap(it.Start.N, n), low), high)
	}
	if it.HasStop {
		end = min(max(wrap(it.Stop.N, n), low), high)
	}
	switch {
	case step > 0 && end > first:
		count = (end-first-1)/step + 1
	case step < 0 && end < first:
		count = (end-first+1)/step + 1
	}
	return first, count, step
}

// reduceAt returns the place in the argument of a reduction: that of the
// result along the axes that are kept, a loop along those that are not.
func reduceAt(v *vertex, at []coord, loop func(axis int) kernel.Var) (arg []coord, loops []kernel.Var) {
	x, axes := v.args[0], reducedAxes(v)
	arg = make([]coord, len(x.shape))
	kept := len(v.shape) == len(x.shape) && len(x.shape) > 0 // axes of length 1 stand for those combined
	i := 0
	for a, n := range x.shape {
		switch {
		case slices.Contains(axes, a):
			if n != 1 {
				l := loop(a)
				arg[a] = unit(l)
				loops = append(loops, l)
			}
			if kept {
				i++
			}
		default:
			if n != 1 {
				arg[a] = at[i]
			}
			i++
		}
	}
	return arg, loops
}

// keptOf returns those of the elements, one for each axis of the argument of the
// reduction v that is not of length 1, that belong to axes of v.
func keptOf[T any](v *vertex, of []T) []T {
	kept, combined := []T{}, combinedAxes(v)
	i := 0
	for a, n := range v.args[0].shape {
		if n == 1 {
			continue
		}
		if !slices.Contains(combined, a) {
			kept = append(kept, of[i])
		}
		i++
	}
	return kept
}

// trim leaves out lengths of 1.
func trim(shape []int) []int {
	return slices.DeleteFunc(slices.Clone(shape), func(n int) bool { return n == 1 })
}

// trimAt leaves out the coordinates of axes of length 1.
func trimAt(shape []int, at []coord) []coord {
	var out []coord
	for i, n := range shape {
		if n != 1 {
			out = append(out, at[i])
		}
	}
	return out
}

// identity returns the place with one loop for each axis whose length is not 1.
func identity(shape []int, loops []kernel.Var) []coord {
	at := make([]coord, len(shape))
	i := 0
	for a, n := range shape {
		if n != 1 {
			at[a] = unit(loops[i])
			i++
		}
	}
	return at
}

// spread returns the place that has the coordinates at along the axes whose
// length is not 1.
func spread(shape []int, at []coord) []coord {
	place := make([]coord, len(shape))
	i := 0
	for a, n := range shape {
		if n != 1 {
			place[a] = at[i]
			i++
		}
	}
	return place
}

// replaced returns coordinates with other loops.
func replaced(at []coord, by map[kernel.Var]coord) []coord {
	out := make([]coord, len(at))
	for i, c := range at {
		out[i] = coord{off: c.off}
		for _, t := range c.terms {
			out[i] = out[i].plus(by[t.v], t.n)
		}
		for _, p := range c.picks {
			p.at = replaced(p.at, by)
			out[i].picks = append(out[i].picks, p)
		}
	}
	return out
}

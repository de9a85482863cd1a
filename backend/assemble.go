package backend

import (
	"slices"

	"arignote/expr"
)

// This file plans results that are put together from parts, each stored where
// it belongs: concatenate, set_subtensor, inc_subtensor.

// assemble makes the parts of v, which g stores.
func (s *fusion) assemble(v *vertex, g *group) {
	switch v.kind {
	case kindConcat:
		s.concatenate(v, g)
	case kindSetSlice:
		s.setSlice(v, g)
	case kindScatter:
		s.scatter(v, g)
	}
}

// part adds a part: the elements of x in a loop over an array of the given
// shape, stored from first on with the given strides.
func (s *fusion) part(g *group, x *vertex, shape []int, at func(place []coord) []coord, first int, strides []int) *part {
	p := &part{v: x, dims: trim(shape), first: first}
	p.loops = s.fresh(len(p.dims))
	place := identity(shape, p.loops)
	p.at = at(place)
	for i, n := range shape {
		if n != 1 {
			p.strides = append(p.strides, strides[i])
		}
	}
	g.parts = append(g.parts, p)
	s.need(x, use{by: g, nest: p.loops, region: s.region(), at: p.at})
	return p
}

func same(place []coord) []coord { return place }

// concatenate stores each argument at its place.
func (s *fusion) concatenate(v *vertex, g *group) {
	axis, first, strides := v.node.Attr().(expr.Axis).Axis, 0, rowMajor(v.shape)
	for _, x := range v.args {
		if product(x.shape) > 0 {
			s.part(g, x, x.shape, same, first, strides)
		}
		first += x.shape[axis] * strides[axis]
	}
}

// setSlice stores the new part, and of the old array what that leaves.
func (s *fusion) setSlice(v *vertex, g *group) {
	x, y := v.args[0], v.args[1]
	strides := rowMajor(v.shape)
	part, lo, hi, box := sliced(v)
	if product(part) == 0 {
		s.part(g, x, x.shape, same, 0, strides)
		return
	}
	if !box {
		s.part(g, x, x.shape, same, 0, strides)
	} else {
		for a, n := range v.shape {
			s.border(g, x, lo, hi, a, 0, lo[a])
			s.border(g, x, lo, hi, a, hi[a], n)
		}
	}
	// Where the part lies: the address of element 0 and the strides.
	loops := s.fresh(len(trim(part)))
	c := (&array{strides: strides}).address(sliceAt(v.index, v.shape, identity(part, loops)))
	to := make([]int, len(part))
	k := 0
	for i, n := range part {
		if n == 1 {
			continue
		}
		for _, t := range c.terms {
			if t.v == loops[k] {
				to[i] = t.n
			}
		}
		k++
	}
	s.part(g, y, part, func(place []coord) []coord { return broadcastAt(y.shape, place) }, c.off, to)
}

// sliced returns the shape of the part that a set_subtensor replaces and, if
// it is a box, its bounds along each axis.
func sliced(v *vertex) (part, lo, hi []int, box bool) {
	box = true
	axis := 0
	for _, it := range v.index.Items {
		if it.Kind == expr.IndexNew {
			part = append(part, 1)
			continue
		}
		n := v.shape[axis]
		axis++
		if it.Kind == expr.IndexInt {
			i := wrap(it.Start.N, n)
			lo, hi = append(lo, i), append(hi, i+1)
			continue
		}
		first, count, step := bounds(it, n)
		last := first + step*max(count-1, 0)
		part = append(part, count)
		lo, hi = append(lo, min(first, last)), append(hi, max(first, last)+1)
		box = box && (step == 1 || step == -1 || count <= 1)
	}
	part = append(part, v.shape[axis:]...)
	for _, n := range v.shape[axis:] {
		lo, hi = append(lo, 0), append(hi, n)
	}
	return part, lo, hi, box
}

// border adds the part of x that has index from up to to along axis a, indices
// in the box along the axes before a, and any along those after it.
func (s *fusion) border(g *group, x *vertex, lo, hi []int, a, from, to int) {
	shape, first, strides := slices.Clone(x.shape), 0, rowMajor(x.shape)
	start := make([]int, len(shape))
	for i := range a {
		start[i], shape[i] = lo[i], hi[i]-lo[i]
	}
	start[a], shape[a] = from, to-from
	if product(shape) <= 0 {
		return
	}
	for i, n := range start {
		first += n * strides[i]
	}
	s.part(g, x, shape, func(place []coord) []coord {
		at := make([]coord, len(place))
		for i, c := range place {
			at[i] = c.plus(coord{off: start[i]}, 1)
		}
		return at
	}, first, strides)
}

// scatter copies the old array and then stores, or adds, the new elements one
// after the other.
func (s *fusion) scatter(v *vertex, g *group) {
	x, y, index := v.args[0], v.args[1], v.args[2:]
	s.part(g, x, x.shape, same, 0, rowMajor(v.shape))
	axes := v.node.Attr().(expr.Gathered).Axes
	first, rank := takeAxes(v)
	strides := rowMajor(v.shape)

	joined := make([]int, rank)
	for i := range joined {
		joined[i] = 1
	}
	for _, i := range index {
		for k, n := range i.shape {
			if n != 1 {
				joined[rank-len(i.shape)+k] = n
			}
		}
	}
	var shape, to []int
	others := func(from, end int) {
		for a := from; a < end; a++ {
			if !slices.Contains(axes, a) {
				shape, to = append(shape, v.shape[a]), append(to, strides[a])
			}
		}
	}
	others(0, first)
	shape, to = append(shape, joined...), append(to, make([]int, rank)...)
	others(first, len(v.shape))
	if product(shape) == 0 {
		return
	}
	p := s.part(g, y, shape, func(place []coord) []coord { return broadcastAt(y.shape, place) }, 0, to)
	at := identity(shape, p.loops)[first : first+rank]
	for k, i := range index {
		x := pick{v: i, at: broadcastAt(i.shape, at), len: v.shape[axes[k]], stride: strides[axes[k]]}
		p.picks = append(p.picks, x)
		s.need(i, use{by: g, nest: p.loops, region: s.region(), at: x.at})
	}
}

package backend

import (
	"slices"

	"arignote/expr"
	"arignote/expr/layout"
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

// concatenate stores each argument at its place. Those that are joined themselves
// are stored part by part.
func (s *fusion) concatenate(v *vertex, g *group) {
	s.joined(v, g, 0, layout.RowMajor(v.shape))
}

// joined stores the arguments of v, whose first element is stored at first, by
// strides.
func (s *fusion) joined(v *vertex, g *group, first int, strides []int) {
	axis := v.node.Attr().(expr.Axis).Axis
	for _, x := range v.args {
		switch {
		case product(x.shape) == 0:
		case s.on && x.kind == kindConcat && x.users == 1 && !x.kept:
			s.joined(x, g, first, strides)
		default:
			s.part(g, x, x.shape, same, first, strides)
		}
		first += x.shape[axis] * strides[axis]
	}
}

// setSlice stores the new part, and of the old array what that leaves.
func (s *fusion) setSlice(v *vertex, g *group) {
	x, y := v.args[0], v.args[1]
	part, axes := sliced(v)
	if product(part) == 0 {
		s.part(g, x, x.shape, same, 0, layout.RowMajor(v.shape))
		return
	}
	for a, inside := range axes {
		for _, rest := range inside.others(v.shape[a]) {
			piece := slices.Clone(axes)
			piece[a] = rest
			for i := a + 1; i < len(axes); i++ {
				piece[i] = lattice{counts: []int{v.shape[i]}, steps: []int{1}}
			}
			s.piece(g, x, piece)
		}
	}
	// Where the part lies: the address of element 0 and the strides.
	loops := s.fresh(len(trim(part)))
	c := (&array{strides: layout.RowMajor(v.shape)}).address(sliceAt(v.index, v.shape, identity(part, loops)))
	to := make([]int, len(part))
	k := 0
	for i, n := range part {
		if n != 1 {
			to[i] = strideIn(c, loops[k])
			k++
		}
	}
	s.part(g, y, part, func(place []coord) []coord { return broadcastAt(y.shape, place) }, c.off, to)
}

// A lattice is a set of indices along an axis: start plus, for each of counts,
// a number below that times its step.
type lattice struct {
	start         int
	counts, steps []int
}

// others returns the indices below n that are not in l, which has one step
// that is positive: those before, behind and between.
func (l lattice) others(n int) []lattice {
	count, step := l.counts[0], l.steps[0]
	end := l.start + (count-1)*step + 1
	return []lattice{
		{0, []int{l.start}, []int{1}},
		{end, []int{n - end}, []int{1}},
		{l.start + 1, []int{count - 1, step - 1}, []int{step, 1}},
	}
}

// sliced returns the shape of the part that a set_subtensor replaces, and which
// indices it has along each axis.
func sliced(v *vertex) (part []int, axes []lattice) {
	for _, it := range v.index.Items {
		if it.Kind == expr.IndexNew {
			part = append(part, 1)
			continue
		}
		n := v.shape[len(axes)]
		if it.Kind == expr.IndexInt {
			axes = append(axes, lattice{wrap(it.Start.N, n), []int{1}, []int{1}})
			continue
		}
		first, count, step := bounds(it, n)
		part = append(part, count)
		if step < 0 {
			first, step = first+step*max(count-1, 0), -step
		}
		axes = append(axes, lattice{first, []int{count}, []int{step}})
	}
	for _, n := range v.shape[len(axes):] {
		part = append(part, n)
		axes = append(axes, lattice{0, []int{n}, []int{1}})
	}
	return part, axes
}

// piece adds the part of x that has these indices along its axes.
func (s *fusion) piece(g *group, x *vertex, axes []lattice) {
	var shape, to []int
	first, strides := 0, layout.RowMajor(x.shape)
	for a, l := range axes {
		first += l.start * strides[a]
		for i, n := range l.counts {
			shape, to = append(shape, n), append(to, l.steps[i]*strides[a])
		}
	}
	if slices.ContainsFunc(shape, func(n int) bool { return n <= 0 }) {
		return
	}
	s.part(g, x, shape, func(place []coord) []coord {
		at := make([]coord, len(axes))
		for a, l := range axes {
			at[a].off = l.start
			for _, step := range l.steps {
				at[a], place = at[a].plus(place[0], step), place[1:]
			}
		}
		return at
	}, first, to)
}

// scatter copies the old array and then stores, or adds, the new elements one
// after the other.
func (s *fusion) scatter(v *vertex, g *group) {
	x, y, index := v.args[0], v.args[1], v.args[2:]
	s.part(g, x, x.shape, same, 0, layout.RowMajor(v.shape))
	axes := v.node.Attr().(expr.Gathered).Axes
	first, rank := takeAxes(v)
	strides := layout.RowMajor(v.shape)

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

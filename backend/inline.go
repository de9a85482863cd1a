package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
)

// This file decides about vertices that are computed where they are needed.

// inlines reports whether v is computed where it is needed.
func (s *fusion) inlines(v *vertex) bool {
	if v.kept || v.kind == kindCopy {
		return false
	}
	for _, u := range v.uses {
		if u.whole {
			return false
		}
	}
	if !s.on {
		return v.kind == kindView
	}
	if v.kind == kindView {
		return true
	}
	one := true
	for _, u := range v.uses {
		one = one && u.by == v.uses[0].by
		if v.cost > 0 && u.by.weight >= maxWeight {
			return false
		}
	}
	size := product(v.shape)
	if size >= s.huge && size/8 > v.leaves && v.kind != kindWhile && (v.kind != kindReduce || product(v.args[0].shape)/size <= maxRepeat) {
		return true
	}
	if v.kind == kindReduce {
		return one && s.hoistable(v)
	}
	if v.cost <= s.cheap && v.kind != kindTake {
		return true
	}
	dense := slices.DeleteFunc(slices.Clone(v.uses), func(u use) bool { return u.picks(v) })
	return one && !s.repeated(v) && s.onePlace(v, dense)
}

// onePlace reports whether v is needed at one place of these, or at places whose
// stages share it.
func (s *fusion) onePlace(v *vertex, uses []use) bool {
	places := distinct(uses)
	return len(places) <= 1 || s.shared(v, places)
}

// distinct returns the first of the uses at each place.
func distinct(uses []use) []use {
	return firstUses(uses, func(x, y use) bool { return samePlace(x.at, y.at) })
}

// distinctByGroup returns the first of the uses by each group at each place.
func distinctByGroup(uses []use) []use {
	return firstUses(uses, func(x, y use) bool { return x.by == y.by && samePlace(x.at, y.at) })
}

// fewUses are compared with each other; of more, those whose places have the same
// hash.
const fewUses = 8

// firstUses returns the first of those uses that are the same, which they are at the
// same place alone.
func firstUses(uses []use, same func(x, y use) bool) []use {
	if len(uses) == 1 {
		return uses
	}
	var out []use
	if len(uses) <= fewUses {
		for _, u := range uses {
			if !slices.ContainsFunc(out, func(o use) bool { return same(o, u) }) {
				out = append(out, u)
			}
		}
		return out
	}
	last := make(map[uint64]int, len(uses)) // of those with a hash, the number in out + 1
	before := make([]int, 0, len(uses))     // for each of out, the last one with that hash before it
	for _, u := range uses {
		h := hashPlace(u.at)
		k := last[h]
		for k > 0 && !same(out[k-1], u) {
			k = before[k-1]
		}
		if k == 0 {
			out, before = append(out, u), append(before, last[h])
			last[h] = len(out)
		}
	}
	return out
}

// repeated reports whether an element of v would be computed again in an inner
// loop on which it does not depend.
func (s *fusion) repeated(v *vertex) bool {
	var room [8]kernel.Var
	for _, u := range v.uses {
		depends := appendLoops(room[:0], u.at)
		for i, x := range u.nest {
			if i < len(depends) != slices.Contains(depends, x) {
				return true
			}
		}
	}
	return false
}

// appendLoops appends the loops on which a place depends, each once.
func appendLoops(loops []kernel.Var, at []coord) []kernel.Var {
	for _, c := range at {
		for _, t := range c.terms {
			if !slices.Contains(loops, t.v) {
				loops = append(loops, t.v)
			}
		}
		for _, p := range c.picks {
			loops = appendLoops(loops, p.at)
		}
	}
	return loops
}

// rows returns the loops along which a place runs, if it is one element for each
// iteration of these, and they are the outermost ones of the nest or can be.
func (u use) rows() (loops []kernel.Var, ok bool) {
	for _, c := range u.at {
		x := c.isUnit()
		if x == 0 && !c.isZero() {
			return nil, false
		}
		if x != 0 && !slices.Contains(loops, x) {
			loops = append(loops, x)
		}
	}
	if n := len(loops); !every(loops, u.by.has) { // of a sweep: inside of the group's own, in their order
		return loops, n <= len(u.nest) && every(loops, func(x kernel.Var) bool { return slices.Contains(u.nest[:n], x) })
	}
	return loops, u.by.canPlace(loops)
}

// sameLoops reports whether x and y are the same loops, in any order.
func sameLoops(x, y []kernel.Var) bool {
	return len(x) == len(y) && every(x, func(l kernel.Var) bool { return slices.Contains(y, l) })
}

// inline tells the arguments of v that they are needed where v is.
func (s *fusion) inline(v *vertex) {
	if v.kind == kindReduce && s.on {
		if r := s.closing(v); r != nil {
			s.close(v, r)
			return
		}
		if g := v.uses[0].by; v.whole() && s.after(g, v, nil) {
			if p := g.parted(v); p != nil {
				s.close(v, s.inParts(v, p))
				return
			}
		}
	}
	for _, u := range distinctByGroup(v.uses) {
		u.by.weight++
		if v.kind == kindReduce {
			s.hoist(v, u)
		}
		s.args(v, u)
	}
}

// args tells the arguments of v that they are needed for v at a use.
func (s *fusion) args(v *vertex, u use) {
	switch v.kind {
	case kindReduce:
		s.need(v.args[0], s.reduceUse(v, u))
	case kindTake:
		if x := v.args[0]; s.on && x.takesPicks(v) {
			s.need(x, use{by: u.by, nest: u.nest, region: u.region, at: takenAt(v, u.at)})
		} else {
			s.need(x, use{by: u.by, whole: true})
		}
		s.indices(v.args[1:], takeAt(v, u.at), u)
	case kindScatter:
		s.need(v.args[0], use{by: u.by, nest: u.nest, region: u.region, at: u.at})
		y, at := placedAt(v, u.at)
		s.need(v.args[1], use{by: u.by, nest: u.nest, region: u.region, at: broadcastAt(v.args[1].shape, y)})
		s.indices(v.args[2:], at, u)
	case kindReshape:
		s.need(v.args[0], use{by: u.by, whole: true, contiguous: true})
	case kindCopy:
		if v.args[0].array == nil {
			s.need(v.args[0], u)
		}
	default:
		for i, a := range v.args {
			s.need(a, use{by: u.by, nest: u.nest, region: u.region, at: v.argAt(i, u.at)})
		}
	}
}

// indices tells index arrays that they are needed at a place, or a part of it, of
// what they are broadcast to.
func (s *fusion) indices(index []*vertex, at []coord, u use) {
	for _, i := range index {
		s.need(i, use{by: u.by, nest: u.nest, region: u.region, at: broadcastAt(i.shape, at)})
	}
}

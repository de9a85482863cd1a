package optimize

import (
	"cmp"
	"slices"

	"arignote/expr"
)

// assigned is a part of an axis and what was written there.
type assigned struct {
	from, to int
	v        *expr.Node
	adds     bool // to what is there
}

// mostJoined is the largest number of parts that assignments are turned into.
const mostJoined = 16

// assignParts joins what several assignments, one over the other or over joined
// arrays, have written to different parts of one axis, and what is left between
// them: gradients of roll and of slices side by side are concatenate.
func assignParts(r *run, n *expr.Node) *expr.Node {
	var parts []assigned
	axis, base := -1, n
	for base == n || r.once(base) {
		k, part, ok := r.assignedPart(base)
		if !ok || axis >= 0 && k != axis || len(parts) == mostJoined {
			break
		}
		axis = k
		parts = append(parts, part)
		base = base.Arg(0)
	}
	if len(parts) == 0 {
		return nil
	}
	under := r.segments(base, axis)
	if len(parts)+len(under) < 3 {
		return nil
	}
	slices.SortFunc(parts, func(a, b assigned) int { return cmp.Compare(a.from, b.from) })
	length, _ := n.Type().Dims[axis].Known()
	var list []*expr.Node
	at := 0
	for _, part := range append(parts, assigned{from: length, to: length}) {
		if part.from < at || part.adds && !zeros(under, part) {
			return nil // they overlap, or add to what is there
		}
		for _, u := range under {
			if from, to := max(at, u.from), min(part.from, u.to); from < to {
				list = append(list, r.slice(n, u.v, r.along(u, axis, from, to)))
			}
		}
		if part.v != nil {
			list = append(list, part.v)
		}
		at = part.to
	}
	if len(list) > mostJoined {
		return nil
	}
	return r.make(n, expr.OpConcatenate, expr.Axis{Axis: axis}, list...)
}

// segments returns the arrays that x is joined of along the axis, or x as the only
// one.
func (r *run) segments(x *expr.Node, axis int) []assigned {
	length, _ := x.Type().Dims[axis].Known()
	if x.Op() != expr.OpConcatenate || x.Attr().(expr.Axis).Axis != axis || !r.once(x) {
		return []assigned{{from: 0, to: length, v: x}}
	}
	var list []assigned
	at := 0
	for _, a := range x.Args() {
		n, known := a.Type().Dims[axis].Known()
		if !known || a.DType() != x.DType() {
			return []assigned{{from: 0, to: length, v: x}}
		}
		list = append(list, assigned{from: at, to: at + n, v: a})
		at += n
	}
	return list
}

// zeros reports whether there are only zeros below the part.
func zeros(under []assigned, part assigned) bool {
	return !slices.ContainsFunc(under, func(u assigned) bool {
		z, constant := scalarOf(u.v)
		return max(u.from, part.from) < min(u.to, part.to) && !(constant && z == 0)
	})
}

// along is the index of what lies between from and to in the array u.
func (r *run) along(u assigned, axis, from, to int) []item {
	items := slices.Repeat([]item{wholeItem}, u.v.Rank())
	if from > u.from || to < u.to {
		items[axis] = span{first: from - u.from, count: to - from, step: 1}.item(u.to - u.from)
	}
	return items
}

// assignedPart returns the axis along which n writes to some of the elements, all
// of them along others, and what it writes, as large as the part.
func (r *run) assignedPart(n *expr.Node) (axis int, part assigned, ok bool) {
	if n.Op() != expr.OpSetSlice && (n.Op() != expr.OpIncSlice || n.DType() == expr.Bool) {
		return 0, part, false
	}
	items := itemsOf(n)
	if hasNew(items) {
		return 0, part, false
	}
	var pattern []int // puts back the axis that an element does not have
	axis = -1
	for i, e := range items {
		if e.whole() {
			continue
		}
		s, known := e.span(n.Type().Dims[i])
		if axis >= 0 || !known || s.count > 1 && s.step != 1 || s.count == 0 {
			return 0, part, false
		}
		axis, part.from, part.to = i, s.first, s.first+s.count
		if s.drop {
			pattern = slices.Insert(without(n.Rank()-1, -1), i, -1)
		}
	}
	region := r.region(n)
	if axis < 0 || region.Err() != nil || !r.fills(n.Arg(1), region) {
		return 0, part, false
	}
	v := r.cast(n, n.Arg(1), n.DType())
	if v.Err() == nil && !r.sameShape(v, region) {
		v = r.stretch(region, v, r.dims(region))
	}
	if pattern != nil {
		v = r.shuffled(n, v, pattern)
	}
	part.v, part.adds = v, n.Op() == expr.OpIncSlice
	return axis, part, v != nil && v.Err() == nil
}

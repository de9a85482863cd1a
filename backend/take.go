package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file has what is done with computed indices. A take is an element of its
// argument at a place of which some coordinates are computed; where the argument
// is computed too, only these elements of it are. A scatter that stores at most
// one element for each row is a choice between old and new, element by element:
// so it needs no memory where it is not a result.

// takeAt returns the place in the broadcast index arrays of the element at of
// a take.
func takeAt(v *vertex, at []coord) []coord {
	first, rank := takeAxes(v)
	return at[first : first+rank]
}

// takeAxes returns the axes of the result of a take that are those of the
// index arrays: the first and how many.
func takeAxes(v *vertex) (first, rank int) {
	a := v.node.Attr().(expr.Gathered)
	index := v.args[1:]
	if v.kind == kindScatter {
		index = v.args[2:]
	}
	for _, i := range index {
		rank = max(rank, len(i.shape))
	}
	if !a.Front {
		first = a.Axes[0]
	}
	return first, rank
}

// takenAt returns the place in the argument of a take of the element at of it.
func takenAt(v *vertex, at []coord) []coord {
	x := v.args[0]
	axes := v.node.Attr().(expr.Gathered).Axes
	first, rank := takeAxes(v)
	out := make([]coord, len(x.shape))
	i := 0
	for axis := range x.shape {
		if k := slices.Index(axes, axis); k >= 0 {
			out[axis] = indexAt(v.args[1+k], takeAt(v, at), x.shape[axis], product(v.shape))
			continue
		}
		if i == first {
			i += rank
		}
		if x.shape[axis] != 1 {
			out[axis] = at[i]
		}
		i++
	}
	return out
}

// indexAt returns the coordinate along an axis of length n that an index array has
// at a place, or a part of it, of what it is broadcast to; count elements are
// picked by it.
func indexAt(index *vertex, at []coord, n, count int) coord {
	at = broadcastAt(index.shape, at)
	if c, ok := countedAt(index, at, n); ok {
		return c
	}
	return coord{picks: []picked{{v: index, at: at, len: n, n: 1, count: count}}}
}

// countedAt returns the element at of an index array that counts in steps, if all
// that it counts are places along an axis of length n.
func countedAt(index *vertex, at []coord, n int) (coord, bool) {
	for index.kind == kindView {
		index, at = index.args[0], index.viewAt(at)
	}
	if index.node.Op() != expr.OpArange || !index.dtype.IsInteger() || index.dtype.Size() < 8 {
		return coord{}, false
	}
	start, step := index.node.Arg(0).Value(), index.node.Arg(2).Value()
	if start == nil || step == nil || !integral(start.DType()) || !integral(step.DType()) || start.DType() == expr.Uint64 || step.DType() == expr.Uint64 {
		return coord{}, false
	}
	a, d := start.Int(0), step.Int(0)
	if far := int64(n); a < 0 || a >= far || d < -far || d > far {
		return coord{}, false
	}
	if last := int(a) + int(d)*(index.shape[0]-1); last < 0 || last >= n {
		return coord{}, false
	}
	return coord{off: int(a)}.plus(at[0], int(d)), true
}

// picks reports whether a place has computed indices.
func picks(at []coord) bool {
	return slices.ContainsFunc(at, func(c coord) bool { return len(c.picks) > 0 })
}

// sparse is how many times fewer elements must be picked than there are for it
// to be no loss to compute these once more.
const sparse = 8

// picks reports whether u is of few elements of v, picked by computed indices.
func (u use) picks(v *vertex) bool {
	return slices.ContainsFunc(u.at, func(c coord) bool {
		return slices.ContainsFunc(c.picks, func(p picked) bool { return p.count*sparse <= product(v.shape) })
	})
}

// takesPicks reports whether the elements of x that the take v picks had better be
// computed where they are needed. Each index is then checked by a load.
func (x *vertex) takesPicks(v *vertex) bool {
	if x.array != nil || product(v.shape)*sparse > product(x.shape) {
		return false
	}
	at := takenAt(v, make([]coord, len(v.shape)))
	visits := 0
	for _, c := range at {
		if len(c.picks) == 0 {
			continue
		}
		if found, ok := x.loads(at, c.picks[0], &visits); !found || !ok {
			return false
		}
	}
	return true
}

// maxVisits is how many vertices loads visits; one that several need counts for
// each of them.
const maxVisits = 1000

// loads reports whether computing the element at of x loads something at a place
// that has the computed index p; ok is false if something there needs a place
// without one. It gives up when it has visited many vertices.
func (x *vertex) loads(at []coord, p picked, visits *int) (found, ok bool) {
	if *visits++; *visits > maxVisits {
		return false, false
	}
	if x.array != nil || x.hasMemory() {
		return slices.ContainsFunc(at, func(c coord) bool {
			return slices.ContainsFunc(c.picks, func(q picked) bool { return q.v == p.v && q.len == p.len })
		}), true
	}
	ok = true
	visit := func(a *vertex, at []coord) {
		f, o := a.loads(at, p, visits)
		found, ok = found || f, ok && o
	}
	switch x.kind {
	case kindElement, kindView:
		for i, a := range x.args {
			visit(a, x.argAt(i, at))
		}
	case kindReduce:
		arg, _ := reduceAt(x, at, func(int) kernel.Var { return 0 })
		visit(x.args[0], arg)
	default:
		ok = !picks(at)
	}
	return found, ok
}

// hasMemory reports whether x is stored wherever it is needed.
func (x *vertex) hasMemory() bool {
	switch x.kind {
	case kindProduct, kindRoutine, kindReference, kindItem, kindConcat, kindSetSlice, kindScan, kindCopy, kindReshape:
		return true
	case kindResult:
		return x.args[0].kind == kindRoutine
	}
	return false
}

// pick writes a computed index.
func (e *emitter) pick(p picked) kernel.Value {
	return e.cast(expr.Int64, e.gen(p.v, p.at))
}

// wrapped writes an index counted from the front, for one along an axis of length n
// that may be counted from the end.
func (e *emitter) wrapped(i kernel.Value, n int) kernel.Value {
	negative := e.let(expr.OpLt, nil, i, e.scalar(expr.Int64, kernel.Integer(0)))
	return e.let(expr.OpWhere, nil, negative, e.let(expr.OpAdd, nil, i, e.intParam(n)), i)
}

// checked is pick for an index by which nothing is loaded: it loads the index
// again, from a place that does not depend on it, and fails if it is out of range.
func (e *emitter) checked(p picked) kernel.Value {
	a := p.v.located()
	c := a.address(p.at).plus(coord{picks: []picked{p}}, 0)
	b := e.buf(a.storage, kernel.In)
	key := "A" + string(appendKey(nil, []coord{{off: int(b)}, c}))
	i, ok := e.known[key]
	if !ok {
		i = e.loadFrom(b, c, 0)
		e.remember(key, i)
	}
	return e.wrapped(e.cast(expr.Int64, i), p.len)
}

// rowAxis returns the axis of a scatter along which each row has one element that
// is stored, if its only index array along that axis counts all of them; -1 if
// there is none, or if an index is not there to be checked.
func rowAxis(v *vertex) int {
	axes, index := v.node.Attr().(expr.Gathered).Axes, v.args[2:]
	if _, rank := takeAxes(v); rank != 1 {
		return -1
	}
	row, n := -1, 1
	for _, i := range index {
		n = max(n, product(i.shape))
	}
	for k, i := range index {
		c, ok := countedAt(i, []coord{unit(1)}, v.shape[axes[k]])
		switch {
		case ok && c.isUnit() == 1 && product(i.shape) == v.shape[axes[k]] && n == v.shape[axes[k]] && n > 1:
			row = axes[k]
		case !ok && (i.located() == nil || len(i.shape) == 0):
			return -1
		}
	}
	return row
}

// placeable reports whether the elements of a scatter can be chosen where they are
// needed.
func (s *fusion) placeable(v *vertex) bool {
	stored := slices.ContainsFunc(v.uses, func(u use) bool { return u.whole || u.by.weight >= maxWeight })
	return s.on && !v.kept && !stored && rowAxis(v) >= 0
}

// placedAt returns, for the element at of a scatter, the place in what is stored
// and that in the index arrays.
func placedAt(v *vertex, at []coord) (y, index []coord) {
	axes := v.node.Attr().(expr.Gathered).Axes
	first, _ := takeAxes(v)
	index = []coord{at[rowAxis(v)]}
	for a := range v.shape {
		if a == first {
			y = append(y, index...)
		}
		if !slices.Contains(axes, a) {
			y = append(y, at[a])
		}
	}
	return y, index
}

// placed writes an element of a scatter: the new one where the indices say so.
func (e *emitter) placed(v *vertex, at []coord) kernel.Value {
	y, index := placedAt(v, at)
	old := e.cast(v.dtype, e.gen(v.args[0], at))
	x := e.cast(v.dtype, e.gen(v.args[1], broadcastAt(v.args[1].shape, y)))
	switch {
	case v.node.Op() == expr.OpIncTake && v.dtype == expr.Bool:
		x = e.let(expr.OpOr, nil, old, x)
	case v.node.Op() == expr.OpIncTake:
		x = e.let(expr.OpAdd, nil, old, x)
	}
	row := rowAxis(v)
	for k, axis := range v.node.Attr().(expr.Gathered).Axes {
		if axis == row {
			continue
		}
		c := indexAt(v.args[2+k], index, v.shape[axis], 1)
		var here kernel.Value
		if len(c.picks) > 0 {
			here = e.checked(c.picks[0])
		} else {
			here = e.iota(c)
		}
		x = e.let(expr.OpWhere, nil, e.let(expr.OpEq, nil, e.iota(at[axis]), here), x, old)
	}
	return x
}

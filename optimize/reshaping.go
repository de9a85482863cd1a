package optimize

import (
	"slices"

	"arignote/expr"
)

// Slices of reshaped arrays, for the pass structure.

// block is a run of axes of an array and the run of axes of the reshaped array
// that holds the same elements.
type block struct{ from, fromEnd, to, toEnd int }

// blocks splits two shapes of the same elements into the shortest runs of equal
// products; nil if a length is 0, where products say nothing.
func blocks(x, y []int) []block {
	var list []block
	i, j := 0, 0
	for i < len(x) && j < len(y) {
		b := block{from: i, to: j}
		p, q := x[i], y[j]
		i, j = i+1, j+1
		for p != q {
			switch {
			case p == 0 || q == 0 || p < q && i == len(x) || p > q && j == len(y):
				return nil
			case p < q:
				p *= x[i]
				i++
			default:
				q *= y[j]
				j++
			}
		}
		b.fromEnd, b.toEnd = i, j
		list = append(list, b)
	}
	return append(list, block{i, len(x), j, len(y)}) // axes of length 1
}

// sliceReshape takes of the array before it is reshaped, where the part is one
// of it too.
func sliceReshape(r *run, n *expr.Node) *expr.Node {
	f, items := n.Arg(0), itemsOf(n)
	if f.Op() != expr.OpReshape || hasNew(items) {
		return nil
	}
	x := f.Arg(0)
	from, known := x.Type().Shape()
	to, alsoKnown := f.Type().Shape()
	if !known || !alsoKnown || slices.Contains(from, 0) {
		return nil
	}
	var part []item
	var shape []int
	for _, b := range blocks(from, to) {
		in, out, ok := b.take(items[b.to:b.toEnd], from, to)
		if !ok {
			return nil
		}
		part, shape = append(part, in...), append(shape, out...)
	}
	if len(part) != len(from) {
		return nil
	}
	y := r.slice(n, x, part)
	if y.Err() != nil {
		return nil
	}
	return r.make(n, expr.OpReshape, expr.Dims{Sizes: sizesOf(shape)}, y)
}

// take returns the items for the array that take what the given items take
// of the reshaped one, and the shape of that.
func (b block) take(items []item, from, to []int) (part []item, shape []int, ok bool) {
	x, y := from[b.from:b.fromEnd], to[b.to:b.toEnd]
	spans := make([]span, len(y))
	elements, whole := len(y) > 0, true
	for i, e := range items {
		if spans[i], ok = e.span(expr.KnownDim(y[i])); !ok {
			return nil, nil, false
		}
		elements = elements && spans[i].drop
		whole = whole && e.whole()
	}
	switch {
	case whole:
		return wholeItems(len(x)), y, true
	case elements:
		return unravel(spans, x, y), nil, true
	case len(x) == 0 || slices.ContainsFunc(items[1:], func(e item) bool { return !e.whole() }):
		return nil, nil, false
	}
	return b.takeRows(spans[0], x, y)
}

// unravel counts one element of a block of shape y in the shape x.
func unravel(spans []span, x, y []int) []item {
	flat := 0
	for i, s := range spans {
		flat = flat*y[i] + s.first
	}
	part := make([]item, len(x))
	for i := len(x) - 1; i >= 0; i-- {
		part[i] = element(flat % x[i])
		flat /= x[i]
	}
	return part
}

// takeRows takes neighbouring rows along the first axis of a block of shape y:
// they are rows of the shape x if its rows divide them.
func (b block) takeRows(s span, x, y []int) (part []item, shape []int, ok bool) {
	if len(x) == 1 && len(y) == 1 {
		return []item{s.item(x[0])}, countOf(s), true
	}
	rowY, rowX := volume(y[1:]), volume(x[1:])
	first, count := s.first*rowY, s.count*rowY
	if s.count == 0 || s.step != 1 || first%rowX != 0 || count%rowX != 0 {
		return nil, nil, false
	}
	part = wholeItems(len(x))
	part[0] = span{first: first / rowX, count: count / rowX, step: 1}.item(x[0])
	return part, append(countOf(s), y[1:]...), true
}

// countOf is the length of the axis that s leaves, if it leaves one.
func countOf(s span) []int {
	if s.drop {
		return nil
	}
	return []int{s.count}
}

// volume is the number of elements of a shape.
func volume(shape []int) int {
	n := 1
	for _, l := range shape {
		n *= l
	}
	return n
}

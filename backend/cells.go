package backend

import (
	"slices"

	"arignote/expr"
)

// This file joins what several assignments, one over the other, leave of each
// other: the array is cut into cells within which the same of them write, and
// each cell is computed by itself. So the array is written once, where else every
// assignment would make a copy. Gradients of neighbours that are subtracted, and
// frames around a block, are such assignments. Each element is computed by the
// same operations in the same order.

const (
	mostWrites = 8  // so many assignments are taken together
	mostCells  = 40 // and no more than so many cells made: parts of a kernel
)

func assigns(n *expr.Node) bool { return n.Op() == expr.OpSetSlice || n.Op() == expr.OpIncSlice }

// assignments returns the nodes of g that are the last of several assignments,
// each to the result of the one before that nothing else needs, and how many.
func assignments(g *expr.Graph) map[*expr.Node]int {
	users := make(map[*expr.Node]int)
	for n := range g.Nodes() {
		for _, a := range n.Args() {
			if assigns(a) {
				users[a]++
			}
		}
	}
	if len(users) == 0 {
		return nil
	}
	for _, out := range g.Outputs {
		users[out]++
	}
	count, last := make(map[*expr.Node]int), make(map[*expr.Node]int)
	for n := range g.Nodes() {
		if !assigns(n) {
			continue
		}
		count[n] = 1
		if x := n.Arg(0); assigns(x) && users[x] == 1 && count[x] < mostWrites {
			count[n] = count[x] + 1
			delete(last, x)
			last[n] = count[n]
		}
	}
	return last
}

// A written is an assignment whose part is an interval along each axis, and what
// is written there: y has the shape of the part.
type written struct {
	from, to []int
	y        *expr.Node
	adds     bool
}

// writtenBy returns what n assigns, if that is the kind of part that can be cut.
func writtenBy(n *expr.Node) (w written, ok bool) {
	x := n.Arg(0)
	items := resolve(n).Items
	var part, pattern []int // the shape without the axes of single elements, and how these are put back
	for axis := range x.Rank() {
		length := length(x, axis)
		it := expr.IndexItem{Kind: expr.IndexSlice, Step: expr.Size{Arg: -1, N: 1}}
		if axis < len(items) {
			it = items[axis]
		}
		first, count, step := 0, 1, 1
		switch it.Kind {
		case expr.IndexSlice:
			first, count, step = bounds(it, length)
			pattern, part = append(pattern, len(part)), append(part, count)
		case expr.IndexInt:
			first = wrap(it.Start.N, length)
			pattern = append(pattern, -1)
		default:
			return w, false
		}
		if step != 1 && count > 1 {
			return w, false
		}
		w.from, w.to = append(w.from, first), append(w.to, first+count)
	}
	y := broadcastTo(n, castTo(n, n.Arg(1), x.DType()), part)
	w.y, w.adds = expr.New(n, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, y), n.Op() == expr.OpIncSlice
	return w, len(items) <= x.Rank()
}

// cells makes an array of what assignments leave.
type cells struct {
	n      *expr.Node // the last of them
	x      *expr.Node // what the first is made to
	writes []written
	left   int // how many cells may still be made
}

// cellsOf returns n, the last of count assignments, as joined cells, or nil.
// Plain has the others for the lengths that are known now.
func cellsOf(n *expr.Node, count int, plain func(last int) *expr.Node) *expr.Node {
	c := &cells{n: n, left: mostCells}
	for i := range count {
		m := plain(i)
		w, ok := writtenBy(m)
		if !ok {
			return nil
		}
		c.x, c.writes = m.Arg(0), append(c.writes, w)
	}
	slices.Reverse(c.writes)
	shape, _ := n.Type().Shape()
	if product(shape) == 0 {
		return nil
	}
	m := c.along(0, make([]int, len(shape)), slices.Clone(shape), c.writes)
	if c.left < 0 || m.Err() != nil {
		return nil
	}
	return m
}

// along returns the block between from and to, in which these assignments write
// something, in cells along the axis and those after it. From and to are as they
// were when it returns.
func (c *cells) along(axis int, from, to []int, writes []written) *expr.Node {
	if c.left < 0 {
		return c.x
	}
	if axis == len(from) || len(writes) == 0 {
		c.left--
		return c.cell(from, to, writes)
	}
	low, high := from[axis], to[axis]
	cuts := []int{low, high}
	for _, w := range writes {
		cuts = append(cuts, w.from[axis], w.to[axis])
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var parts []*expr.Node
	for i, end := range cuts[1:] {
		from[axis], to[axis] = cuts[i], end
		inside := slices.DeleteFunc(slices.Clone(writes), func(w written) bool { return w.from[axis] > cuts[i] || w.to[axis] < end })
		parts = append(parts, c.along(axis+1, from, to, inside))
	}
	from[axis], to[axis] = low, high
	if len(parts) == 1 {
		return parts[0]
	}
	return expr.New(c.n, expr.OpConcatenate, expr.Axis{Axis: axis}, parts...)
}

// cell returns what these assignments, all of which write to the whole cell
// between from and to, leave there.
func (c *cells) cell(from, to []int, writes []written) *expr.Node {
	y := c.x
	origin := make([]int, len(from))
	for i := len(writes) - 1; i >= 0; i-- {
		if w := writes[i]; !w.adds {
			y, origin, writes = w.y, w.from, writes[i+1:]
			break
		}
	}
	y = c.part(y, origin, from, to)
	add := expr.OpAdd
	if y.DType() == expr.Bool {
		add = expr.OpOr
	}
	for _, w := range writes {
		y = expr.New(c.n, add, nil, y, c.part(w.y, w.from, from, to))
	}
	return y
}

// part returns the elements between from and to of x, whose first element is at
// origin.
func (c *cells) part(x *expr.Node, origin, from, to []int) *expr.Node {
	items := make([]expr.IndexItem, len(from))
	number := func(n int) expr.Size { return expr.Size{Arg: -1, N: n} }
	for i := range items {
		items[i] = expr.IndexItem{Kind: expr.IndexSlice, HasStart: true, HasStop: true,
			Start: number(from[i] - origin[i]), Stop: number(to[i] - origin[i]), Step: number(1)}
	}
	return expr.New(c.n, expr.OpSlice, expr.Index{Items: items}, x)
}

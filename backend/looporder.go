package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
)

// This file says which loops of a group are outside of which. That is settled
// step by step: what is computed inside of some of the loops must find these to
// be the outermost ones, and a reduction has an order of its own. Loops of which
// nothing of that kind is known stay in the order of the axes.

// loopOrder is the loops of a group.
type loopOrder struct {
	order    []kernel.Var // from outer to inner
	lengths  []loopLength // of the axes
	settled  []int        // how many of the outermost loops are known to be these
	placed   []bool       // for a number of the outermost loops, whether something is computed inside of these
	combined *combination // nil if no loop combines
	line     kernel.Var   // the loop along which there are scans, 0 if there are none; it is the innermost
}

// A loopLength is a loop with its number of iterations.
type loopLength struct {
	loop kernel.Var
	n    int
}

// A combination is what reductions along the loops of a group have in common.
// They differ in how many of the loops, the outermost ones, they do not combine
// along.
type combination struct {
	level int // inside of so many loops the elements are
	inner kernel.Var
	chunk int // length of the chunks of the innermost loop; 0 = one
	cut   int // the loop over chunks is inside of so many loops
	lanes int
}

// has reports whether x is one of the loops.
func (l *loopOrder) has(x kernel.Var) bool { return slices.Contains(l.order, x) }

// addLoop adds a loop inside of the others.
func (l *loopOrder) addLoop(x kernel.Var, n int) {
	l.order = append(slices.Clone(l.order), x)
	l.lengths = append(l.lengths, loopLength{x, n})
}

// extent returns the number of iterations of a loop, 0 if it is another group's.
func (l *loopOrder) extent(x kernel.Var) int {
	for _, known := range l.lengths {
		if known.loop == x {
			return known.n
		}
	}
	return 0
}

// dims returns the lengths of loops.
func (l *loopOrder) dims(loops []kernel.Var) []int {
	dims := make([]int, len(loops))
	for i, x := range loops {
		dims[i] = l.extent(x)
	}
	return dims
}

// outermost reports whether the given ones of the loops can be the outermost ones.
func (l *loopOrder) outermost(loops []kernel.Var) bool {
	if !every(loops, l.has) {
		return false
	}
	for _, n := range l.settled {
		common := 0
		for _, x := range l.order[:n] {
			if slices.Contains(loops, x) {
				common++
			}
		}
		if common != min(n, len(loops)) {
			return false
		}
	}
	return true
}

// canPlace reports whether something can be computed once for each iteration of
// these loops.
func (l *loopOrder) canPlace(loops []kernel.Var) bool {
	return l.outermost(loops) && !l.torn(len(loops))
}

// torn reports whether what is inside of n loops is met more than once, because
// a loop over chunks is around it.
func (l *loopOrder) torn(n int) bool {
	c := l.combined
	return c != nil && c.chunk != 0 && c.cut < n && n < c.level
}

// worthTurning reports whether the loops are the outermost ones, or may well go
// outside of others: if they are long, they go through memory side by side.
func (l *loopOrder) worthTurning(loops []kernel.Var) bool {
	n := len(loops)
	return !every(loops, l.has) || sameLoops(l.order[:n], loops) || product(l.dims(loops)) >= minLanes
}

// settle settles that something is computed inside of these loops.
func (l *loopOrder) settle(loops []kernel.Var) {
	if !every(loops, l.has) {
		return // of a stage
	}
	l.putOutside(loops)
	l.place(len(loops))
}

// place notes that something is computed inside of the n outermost loops.
func (l *loopOrder) place(n int) {
	for len(l.placed) <= n {
		l.placed = append(l.placed, false)
	}
	l.placed[n] = true
}

// prefer puts the loops over rows outside for which something is computed that the
// elements of v need, which is stored inside of all loops.
func (l *loopOrder) prefer(v *vertex, loops []kernel.Var) {
	if len(loops) < len(l.order) || v.kind == kindReduce {
		return
	}
	for _, rows := range rowsWanted(v, loops) {
		if l.canPlace(rows) && l.worthTurning(rows) {
			l.putOutside(rows)
		}
	}
}

// putOutside makes these loops the outermost ones.
func (l *loopOrder) putOutside(loops []kernel.Var) {
	n := len(loops)
	if n == 0 || n == len(l.order) || slices.Contains(l.settled, n) {
		return
	}
	inner := slices.DeleteFunc(slices.Clone(l.order), func(x kernel.Var) bool { return slices.Contains(loops, x) })
	outer := slices.DeleteFunc(slices.Clone(l.order), func(x kernel.Var) bool { return !slices.Contains(loops, x) })
	copy(l.order, append(outer, inner...)) // nests of uses see it
	l.settled = append(l.settled, n)
}

// sequence returns the loops along which the reduction v combines from outer to
// inner, if loops are those along the axes of its argument; and their order.
func sequence(v *vertex, loops []kernel.Var) ([]kernel.Var, order) {
	o := v.order()
	at := identity(v.args[0].shape, loops)
	var seq []kernel.Var
	for _, a := range o.axes {
		seq = append(seq, at[a].isUnit())
	}
	return seq, o
}

// combinationOf returns what the reduction v along these loops would be.
func combinationOf(v *vertex, loops []kernel.Var) *combination {
	seq, o := sequence(v, loops)
	c := &combination{level: len(loops), inner: seq[len(seq)-1], chunk: o.chunk, lanes: o.lanes}
	switch {
	case o.chunk == 0:
	case o.chunkInside:
		c.cut = len(loops) - 1
	default:
		c.cut = len(loops) - len(seq)
	}
	return c
}

// shareable reports whether there are enough parts for workers to share, if there
// are more loops inside of those that combine n elements.
func (c *combination) shareable(n int) bool { return c.chunk == 0 || n >= c.chunk*serialRows }

// combinable reports whether the loops of a group, which include the given ones
// along the axes of the argument of v, can compute the reduction v.
func (l *loopOrder) combinable(v *vertex, loops []kernel.Var) bool {
	c := combinationOf(v, loops)
	if l.line != 0 || l.combined != nil && *c != *l.combined {
		return false
	}
	if c.level < len(l.order) && !c.shareable(l.extent(c.inner)) {
		return false
	}
	for n := c.cut + 1; n < c.level; n++ {
		if c.chunk != 0 && n < len(l.placed) && l.placed[n] {
			return false
		}
	}
	outer := keptOf(v, loops)
	seq, _ := sequence(v, loops)
	for _, x := range append([]kernel.Var{0}, seq...) {
		if x != 0 {
			outer = append(outer, x)
		}
		if !l.outermost(outer) {
			return false
		}
	}
	return l.worthTurning(outer[:len(outer)-len(seq)])
}

// combine settles that the loops compute the reduction that r is.
func (l *loopOrder) combine(r *root) {
	l.combined = combinationOf(r.v, r.loops)
	seq, _ := sequence(r.v, r.loops)
	outer := keptOf(r.v, r.loops)
	l.settle(outer)
	for _, x := range seq {
		outer = append(slices.Clone(outer), x)
		l.putOutside(outer)
	}
	l.place(len(r.loops))
}

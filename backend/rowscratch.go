package backend

import (
	"slices"
	"strconv"

	"arignote/backend/internal/kernel"
)

// This file has row scratch: a row of elements that several stages of a kernel
// need, such as the exponentials of softmax, is computed once and kept until the
// next row.

// shared reports whether stages of a row, in which v is needed at these places, which
// differ, can
// share it by row scratch, and notes that they do.
func (s *fusion) shared(v *vertex, uses []use) bool {
	if len(uses) < 2 || v.kind != kindElement {
		return false
	}
	common := slices.Clone(uses[0].nest)
	for _, u := range uses[1:] {
		common = slices.DeleteFunc(common, func(x kernel.Var) bool { return !slices.Contains(u.nest, x) })
	}
	rows := product(v.shape)
	row := rowElements(uses[0], v, common)
	if row > 0 {
		rows /= row
	}
	g := uses[0].by
	if len(common) < 1 || row < minScratch || row > maxScratch || rows < 2 || !g.canPlace(common) {
		return false
	}
	for i, u := range uses {
		if len(u.nest) <= len(common) || !sameLoops(u.nest[:len(common)], common) || rowElements(u, v, common) != row || !sameRow(u, uses[0], common) {
			return false
		}
		for _, w := range uses[:i] {
			if w.region == u.region {
				return false
			}
		}
	}
	if g.scratch == nil {
		g.scratch = make(map[*vertex][]kernel.Var)
	}
	g.scratch[v] = common
	g.settle(common)
	return true
}

// sameRow reports whether the uses u and w of a vertex are of the same row: the
// loops over rows, which they share, count along the same axes.
func sameRow(u, w use, rows []kernel.Var) bool {
	row := func(u use, axis int) kernel.Var {
		if x := u.at[axis].isUnit(); slices.Contains(rows, x) {
			return x
		}
		return 0
	}
	for axis := range u.at {
		if row(u, axis) != row(w, axis) {
			return false
		}
	}
	return true
}

// rowElements returns how many elements of v there are for each iteration of
// the loops over rows, if the loops inside of them visit each of these once;
// else 0.
func rowElements(u use, v *vertex, rows []kernel.Var) int {
	n, vars := 1, 0
	for i, c := range u.at {
		x := c.isUnit()
		if x == 0 && v.shape[i] != 1 {
			return 0
		}
		if x != 0 {
			vars++
			if !slices.Contains(rows, x) {
				n *= v.shape[i]
			}
		}
	}
	if vars != len(u.nest) {
		return 0
	}
	return n
}

// rowDepth returns the level of the block for a row of v in scratch.
func (e *emitter) rowDepth(v *vertex) int {
	level := 0
	for _, x := range e.g.scratch[v] {
		level = max(level, e.depth[e.loopOf[x].isUnit()])
	}
	return level
}

// rowPlace returns the place of the element at in row scratch: its coordinates
// inside of the row loops, and the number of elements of a row.
func (e *emitter) rowPlace(v *vertex, at []coord) (c coord, n int) {
	n = 1
	level := e.rowDepth(v)
	for i := len(at) - 1; i >= 0; i-- {
		x := at[i].isUnit()
		if x == 0 || e.depth[x] <= level {
			continue
		}
		c = c.plus(at[i], n)
		n *= v.shape[i]
	}
	return c, n
}

// fillRow writes a loop that computes a row of v into scratch, before all that
// is being written inside of the row loops.
func (e *emitter) fillRow(v *vertex, level int, at []coord) {
	_, n := e.rowPlace(v, at)
	b := kernel.Buf(len(e.k.Buffers))
	e.k.Buffers = append(e.k.Buffers, kernel.Buffer{Name: "b" + strconv.Itoa(int(b)), DType: v.dtype, Mode: kernel.Scratch, Len: e.param(n)})
	e.bound = append(e.bound, nil)
	blocks := e.blocks
	e.blocks = slices.Clone(blocks[:level+1])
	at = slices.Clone(at)
	var inner []*kernel.Loop
	for i, c := range at {
		if x := c.isUnit(); x != 0 && e.depth[x] > level {
			l := &kernel.Loop{Var: e.variable(), Extent: e.param(v.shape[i])}
			at[i] = unit(l.Var)
			inner = append(inner, l)
			e.open(l.Var)
		}
	}
	x := e.compute(v, at)
	c, _ := e.rowPlace(v, at)
	index, _ := e.index(c)
	e.put(e.top(), &kernel.Store{Buf: b, At: index, Src: x})
	for i := len(inner) - 1; i >= 0; i-- {
		inner[i].Body = e.close()
		if i == 0 {
			e.put(level, &kernel.Alloc{Buf: b})
		}
		e.put(e.top(), inner[i])
	}
	e.blocks = blocks
	e.rows[v] = b
	e.blocks[level].rows = append(e.blocks[level].rows, v)
}

// loadRow loads an element from row scratch.
func (e *emitter) loadRow(v *vertex, b kernel.Buf, at []coord) kernel.Value {
	c, _ := e.rowPlace(v, at)
	x := e.loadFrom(b, c, e.rowDepth(v))
	e.remember(valueKey(v, at), x)
	return x
}

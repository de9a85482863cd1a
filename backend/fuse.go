package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr/layout"
)

// This file decides which vertices are stored and which kernels store them. It
// goes through the graph once, users before arguments. A vertex has been told
// by all its users in which groups, inside which loops and at which place they
// need it, so that it can be decided at once whether it is computed there
// (inline.go) or stored by a group (a root), and by which (join.go).
//
//   - A view, and what is cheap, is computed wherever it is needed.
//   - An element-wise vertex is inlined if only one group needs it, at one
//     place; else it is stored, unless computing it again costs less than
//     storing and loading it, or it is a huge block of few inputs: pairwise
//     distances are computed twice rather than stored.
//   - A reduction is inlined where its result depends on outer loops alone: a
//     row's sum, used for the elements of that row, is computed before the loop
//     over the row. Softmax and layer norm become one kernel that way.
//   - A root joins a group with the same loops, or with loops over the same
//     rows, if that makes no cycle: several outputs from one pass over the data.
//   - Reductions of what a group goes through anyway are taken up on the way:
//     the sum of the rows' losses beside the gradients of the rows.

// Limits of fusion.
const (
	maxWeight = 400 // vertices computed in one group: bounds registers and the time to compile

	// An element that costs more than this, in additions, is not computed twice
	// rather than stored and loaded. In the cache the interpreter gains from
	// storing what costs 2 (30 % at 2 to 4), beyond it from storing what costs 6
	// (computing again what costs 1 saves 30 % there).
	cheap = 4

	// The same where memory is short.
	maxRepeated = 1000

	// A block is not stored if it has more elements than this and 8 times as
	// many as the arrays that it is computed from.
	hugeBlock = 1 << 20

	// A reduction of up to this many elements is computed again for each use of a
	// huge block.
	maxRepeat = 64

	// Row scratch is used for rows of this many elements: shorter ones run side
	// by side, longer ones leave the second cache.
	minScratch, maxScratch = 64, 1 << 15

	// A row of so many elements is combined where that can be shared among
	// workers, although its result has to be stored.
	longRow = 16

	// A reduction of more elements over fewer rows than this is a step of its
	// own, because it can be split among workers and what follows it too.
	serialElements, serialRows = 1 << 15, 32
)

// fusion is the state of the decisions.
type fusion struct {
	flow    *flow
	on      bool
	cheap   float64 // what costs no more than this is computed again rather than stored
	huge    int     // a block with more elements than this is not stored
	groups  []*group
	nextVar kernel.Var
	nextReg int
	bySpace [][]*group // some of the groups by what they go through, the latest last

	rounds int // of candidates, so far
	reach  reach
}

// fuse groups the vertices of f. With on = false each vertex is stored; with
// save = true memory counts for more than time.
func fuse(f *flow, on, save bool) *fusion {
	s := &fusion{flow: f, on: on, cheap: cheap, huge: hugeBlock}
	if save {
		s.cheap, s.huge = maxRepeated, 0
	}
	for i := len(f.vertices) - 1; i >= 0; i-- {
		s.vertex(f.vertices[i])
		f.vertices[i].near = nil
	}
	return s
}

func (s *fusion) fresh(n int) []kernel.Var {
	v := make([]kernel.Var, n)
	for i := range v {
		s.nextVar++
		v[i] = s.nextVar
	}
	return v
}

func (s *fusion) region() int { s.nextReg++; return s.nextReg }

// vertex decides about v, whose users have been decided.
func (s *fusion) vertex(v *vertex) {
	switch {
	case v.kind == kindWhile:
		s.loop(v)
		return
	case v.kind == kindRoutine && v.node.Type().IsTuple():
		s.several(v)
		return
	case v.kind == kindInput || v.kind == kindConst || v.kind == kindResult || len(v.uses) == 0 && !v.kept:
		return // the results of a loop or routine are decided with it
	}
	switch v.kind {
	case kindScatter:
		if s.placeable(v) {
			s.inline(v)
			return
		}
		s.opaque(v)
		return
	case kindScan:
		s.scan(v)
		return
	case kindProduct, kindRoutine, kindReference, kindItem, kindConcat, kindSetSlice:
		s.opaque(v)
		return
	}
	if s.alias(v) {
		return
	}
	if s.inlines(v) {
		s.inline(v)
		return
	}
	s.root(v)
}

// alias lets a view that is needed as an array be the array of its argument,
// where it need not be stored for another reason.
func (s *fusion) alias(v *vertex) bool {
	if v.kept || v.kind != kindView && v.kind != kindReshape {
		return false
	}
	for _, u := range v.uses {
		_, strides := v.layout()
		if u.contiguous && (!layout.IsRowMajor(v.shape, strides) || v.rearranged()) {
			return false
		}
	}
	for _, u := range v.uses {
		whole := use{by: u.by, whole: true, contiguous: v.kind == kindReshape || u.contiguous && v.args[0].kind == kindView}
		switch {
		case v.kind == kindReshape, u.whole:
			s.need(v.args[0], whole)
		default:
			u.at = v.argAt(0, u.at)
			s.need(v.args[0], u)
		}
	}
	return true
}

// need adds a use of v.
func (s *fusion) need(v *vertex, u use) {
	if v.array != nil {
		return
	}
	v.uses = append(v.uses, u)
}

// root makes v one that is stored, by a group that it joins or a new one.
func (s *fusion) root(v *vertex) {
	g, r := s.join(v)
	if g == nil {
		g, r = s.newGroup(v)
	}
	if r.combines {
		g.combine(r)
	} else {
		g.settle(r.loops)
		g.prefer(v, r.loops)
	}
	s.store(v, g, r)
	g.weight++
	s.visible(v, g, r)
	s.rootArgs(v, g, r)
}

// rootArgs tells the arguments of the root r, which is v, that they are needed.
func (s *fusion) rootArgs(v *vertex, g *group, r *root) {
	u := use{by: g, nest: g.order[:len(r.loops)], region: 0}
	if r.combines {
		u.at = identity(v.args[0].shape, r.loops)
		s.need(v.args[0], u)
		if v.oneByOne {
			s.inline(v.args[0]) // the rows
		}
		return
	}
	u.at = identity(v.shape, r.loops)
	if v.kind == kindReduce {
		s.hoist(v, u)
	}
	s.args(v, u)
	s.elsewhere(v, u)
}

// elsewhere tells the arguments of v, which is stored at u, of the other places
// where the same group computes it again.
func (s *fusion) elsewhere(v *vertex, u use) {
	var others []use
	for _, w := range v.uses {
		if w.by == u.by && !samePlace(w.at, u.at) {
			others = append(others, w)
		}
	}
	for _, w := range distinct(others) {
		s.args(v, w)
	}
}

// opaque makes a group of its own for a vertex that is no loop over elements.
func (s *fusion) opaque(v *vertex) {
	g := s.group()
	g.opaque, v.home = v, g
	for _, u := range v.uses {
		s.depend(u.by, g)
	}
	switch v.kind {
	case kindConcat, kindSetSlice, kindScatter:
		s.assemble(v, g)
	default:
		for _, a := range v.args {
			s.need(a, use{by: g, whole: true, contiguous: !(v.kind == kindProduct && blasReads(a) || readsRows(v, a))})
		}
	}
}

// several makes a group for a routine that has several results, if one of them is
// needed: it stores those that are.
func (s *fusion) several(v *vertex) {
	needed := func(r *vertex) bool { return r.kept || len(r.uses) > 0 }
	if !slices.ContainsFunc(v.items, needed) {
		return
	}
	s.opaque(v)
	for _, r := range v.items {
		if needed(r) {
			r.home = v.home
			for _, u := range r.uses {
				s.depend(u.by, v.home)
			}
		}
	}
}

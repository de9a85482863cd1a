package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file decides which vertices are stored and which kernels store them. It
// goes through the graph once, users before arguments. A vertex has been told
// by all its users in which groups, inside which loops and at which place they
// need it, so that it can be decided at once whether it is computed there
// (inline) or stored by a group (a root).
//
//   - A view, and what is cheap, is computed wherever it is needed.
//   - An element-wise vertex is inlined if only one group needs it, at one
//     place; else it is stored, unless computing it again costs less than
//     storing and loading it, or it is a huge block of few inputs: pairwise
//     distances are computed twice rather than stored.
//   - A reduction is inlined where its result depends on outer loops alone: a
//     row's sum, used for the elements of that row, is computed before the loop
//     over the row. Softmax and layer norm become one kernel that way.
//   - A root joins a group with the same loops if that makes no cycle: several
//     outputs from one pass over the data.

// A use is a place where a vertex is needed: by the group by, inside the loops
// of nest, at the coordinates at.
type use struct {
	by         *group
	nest       []kernel.Var
	at         []coord
	whole      bool // as an array in memory
	contiguous bool // whole, in row-major order
	region     int  // number of the nest: stages of a row have different ones
}

// A group is what becomes one step.
type group struct {
	id      int
	roots   []*root
	dims    []int        // lengths of the loops, those of length 1 left out
	loops   []kernel.Var // one for each of dims
	order   []kernel.Var // the loops from outer to inner
	reduced []bool       // which of dims are combined; nil if none
	hoists  int          // inlined reductions
	hoisted []hoisted    // likewise, all of them
	weight  int          // vertices computed
	opaque  *vertex      // for groups that are no loops over roots: product, reference, concatenate ...
	parts   []*part      // of an assembled vertex
	deps    map[*group]bool
	scratch map[*vertex]int // element-wise vertices that stages of a row share: the number of row loops
}

// A root is a vertex that a group stores, inside of the outermost level loops.
type root struct {
	v        *vertex
	level    int
	combines bool // along the loops that the group reduces
}

// A part is a loop that stores a part of an assembled vertex: the elements of
// v, with offset first and the given strides in the result.
type part struct {
	v       *vertex
	at      []coord // where in v the element of the loops lies
	loops   []kernel.Var
	dims    []int
	first   int
	strides []int
	picks   []pick // of a scatter
}

// A pick is a computed index along an axis of the result of a scatter.
type pick struct {
	v           *vertex
	at          []coord
	len, stride int
}

// Limits of fusion.
const (
	maxWeight = 400 // vertices computed in one group: bounds registers and the time to compile

	// An element that costs more than this, in additions, is not computed twice
	// rather than stored and loaded: an estimate, not measured.
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

	// A reduction of more elements over fewer rows than this is a step of its
	// own, because it can be split among workers and what follows it too.
	serialElements, serialRows = 1 << 15, 32
)

// fusion is the state of the decisions.
type fusion struct {
	on      bool
	cheap   float64 // what costs no more than this is computed again rather than stored
	huge    int     // a block with more elements than this is not stored
	groups  []*group
	nextVar kernel.Var
	nextReg int
	byDims  map[string][]*group
}

// fuse groups the vertices of f. With on = false each vertex is stored; with
// save = true memory counts for more than time.
func fuse(f *flow, on, save bool) *fusion {
	s := &fusion{on: on, cheap: cheap, huge: hugeBlock, byDims: make(map[string][]*group)}
	if save {
		s.cheap, s.huge = maxRepeated, 0
	}
	for i := len(f.vertices) - 1; i >= 0; i-- {
		s.vertex(f.vertices[i])
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
	case v.kind == kindInput || v.kind == kindConst || v.kind == kindResult || len(v.uses) == 0 && !v.output:
		return // the results of a loop or routine are decided with it
	}
	switch v.kind {
	case kindProduct, kindRoutine, kindReference, kindItem, kindConcat, kindSetSlice, kindScatter, kindScan:
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
	if v.output || v.kind != kindView && v.kind != kindReshape {
		return false
	}
	for _, u := range v.uses {
		_, strides := v.layout()
		if u.contiguous && !isRowMajor(v.shape, strides) {
			return false
		}
	}
	for _, u := range v.uses {
		whole := use{by: u.by, whole: true, contiguous: v.kind == kindReshape}
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

// inlines reports whether v is computed where it is needed.
func (s *fusion) inlines(v *vertex) bool {
	if v.output || v.kind == kindCopy {
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
	return one && !s.repeated(v) && (len(distinct(v.uses)) == 1 || s.shared(v) > 0)
}

// distinct returns the uses at different places.
func distinct(uses []use) []use {
	var out []use
	seen := make(map[string]bool)
	for _, u := range uses {
		key := string(appendKey(nil, u.at))
		if !seen[key] {
			seen[key] = true
			out = append(out, u)
		}
	}
	return out
}

// repeated reports whether an element of v would be computed again in an inner
// loop on which it does not depend.
func (s *fusion) repeated(v *vertex) bool {
	for _, u := range v.uses {
		depends := make(map[kernel.Var]bool)
		for _, c := range u.at {
			for _, t := range c.terms {
				depends[t.v] = true
			}
		}
		for i, x := range u.nest {
			if i < len(depends) != depends[x] {
				return true
			}
		}
	}
	return false
}

// prefix returns how many of the outermost loops of a nest the place at is, if
// it is one element for each iteration of these.
func prefix(u use) (level int, ok bool) {
	for _, c := range u.at {
		x := c.isUnit()
		if x == 0 && (len(c.terms) != 0 || c.off != 0) {
			return 0, false
		}
		if x != 0 {
			level++
		}
	}
	if level > len(u.nest) {
		return 0, false
	}
	for _, c := range u.at {
		if x := c.isUnit(); x != 0 && !slices.Contains(u.nest[:level], x) {
			return 0, false
		}
	}
	return level, true
}

// hoistable reports whether the reduction v, which one group needs, can be
// computed inside that group without computing anything twice.
func (s *fusion) hoistable(v *vertex) bool {
	if len(distinct(v.uses)) > 1 {
		return false
	}
	level, ok := prefix(v.uses[0])
	if !ok {
		return false
	}
	g := v.uses[0].by
	if v.whole() && g.scalar() && len(v.uses[0].nest) == 0 {
		return g.admits(v)
	}
	n := product(v.args[0].shape)
	return n <= serialElements || product(v.shape) >= serialRows && level > 0
}

// shared returns how many stages of a row can share v by row scratch beyond the
// first, and notes that they do.
func (s *fusion) shared(v *vertex) int {
	uses := distinct(v.uses)
	if len(uses) < 2 || v.kind != kindElement {
		return 0
	}
	nest := uses[0].nest
	level := 0
	for level < len(nest) && level < len(uses[1].nest) && nest[level] == uses[1].nest[level] {
		level++
	}
	rows := product(v.shape)
	row := rowElements(uses[0], v, level)
	if row > 0 {
		rows /= row
	}
	if level < 1 || row < minScratch || row > maxScratch || rows < 2 {
		return 0
	}
	for i, u := range uses {
		if len(u.nest) <= level || !slices.Equal(u.nest[:level], nest[:level]) || rowElements(u, v, level) != row || !sameRow(u, uses[0], level) {
			return 0
		}
		for _, w := range uses[:i] {
			if w.region == u.region {
				return 0
			}
		}
	}
	g := uses[0].by
	if g.scratch == nil {
		g.scratch = make(map[*vertex]int)
	}
	g.scratch[v] = level
	return len(uses) - 1
}

// sameRow reports whether the uses u and w of a vertex are of the same row: the
// level outermost loops, which they share, count along the same axes.
func sameRow(u, w use, level int) bool {
	row := func(u use, axis int) kernel.Var {
		if x := u.at[axis].isUnit(); slices.Contains(u.nest[:level], x) {
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
// the level outermost loops, if the loops inside of them visit each of these
// once; else 0.
func rowElements(u use, v *vertex, level int) int {
	n, vars := 1, 0
	for i, c := range u.at {
		x := c.isUnit()
		if x == 0 && v.shape[i] != 1 {
			return 0
		}
		if x != 0 {
			vars++
			if slices.Index(u.nest, x) >= level {
				n *= v.shape[i]
			}
		}
	}
	if vars != len(u.nest) {
		return 0
	}
	return n
}

// inline tells the arguments of v that they are needed where v is.
func (s *fusion) inline(v *vertex) {
	for _, u := range distinctByGroup(v.uses) {
		u.by.weight++
		s.args(v, u)
		if v.kind != kindReduce {
			continue
		}
		u.by.hoisted = append(u.by.hoisted, hoisted{v, u.at})
		if level, _ := prefix(u); level < len(u.nest) {
			u.by.hoists++
		}
	}
}

// distinctByGroup returns the uses at different places or by different groups.
func distinctByGroup(uses []use) []use {
	if len(uses) == 1 {
		return uses
	}
	type place struct {
		g  *group
		at string
	}
	var out []use
	seen := make(map[place]bool)
	for _, u := range uses {
		p := place{u.by, string(appendKey(nil, u.at))}
		if !seen[p] {
			seen[p] = true
			out = append(out, u)
		}
	}
	return out
}

// args tells the arguments of v that they are needed for v at a use.
func (s *fusion) args(v *vertex, u use) {
	switch v.kind {
	case kindReduce:
		s.need(v.args[0], s.reduceUse(v, u))
	case kindTake:
		s.need(v.args[0], use{by: u.by, whole: true})
		at := takeAt(v, u.at)
		for _, i := range v.args[1:] {
			s.need(i, use{by: u.by, nest: u.nest, region: u.region, at: broadcastAt(i.shape, at)})
		}
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

// reduceUse is the use of the argument of a reduction that is needed at u.
func (s *fusion) reduceUse(v *vertex, u use) use {
	at, inner := reduceAt(v, u.at, func(axis int) kernel.Var { return s.fresh(1)[0] })
	outer := u.nest
	if level, ok := prefix(u); ok {
		outer = u.nest[:level]
	}
	return use{by: u.by, nest: append(slices.Clone(outer), inner...), at: at, region: s.region()}
}

// reduceAt returns the place in the argument of a reduction: that of the
// result along the axes that are kept, a loop along those that are not.
func reduceAt(v *vertex, at []coord, loop func(axis int) kernel.Var) (arg []coord, loops []kernel.Var) {
	x, axes := v.args[0], reducedAxes(v)
	arg = make([]coord, len(x.shape))
	kept := len(v.shape) == len(x.shape) && len(x.shape) > 0 // axes of length 1 stand for those combined
	i := 0
	for a, n := range x.shape {
		switch {
		case slices.Contains(axes, a):
			if n != 1 {
				l := loop(a)
				arg[a] = unit(l)
				loops = append(loops, l)
			}
			if kept {
				i++
			}
		default:
			if n != 1 {
				arg[a] = at[i]
			}
			i++
		}
	}
	return arg, loops
}

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

// trim leaves out lengths of 1.
func trim(shape []int) []int {
	return slices.DeleteFunc(slices.Clone(shape), func(n int) bool { return n == 1 })
}

// identity returns the place with one loop for each axis whose length is not 1.
func identity(shape []int, loops []kernel.Var) []coord {
	at := make([]coord, len(shape))
	i := 0
	for a, n := range shape {
		if n != 1 {
			at[a] = unit(loops[i])
			i++
		}
	}
	return at
}

// root makes v one that is stored, by a group that it joins or a new one.
func (s *fusion) root(v *vertex) {
	full, reduced := v.shape, []bool(nil)
	if v.kind == kindReduce {
		full = v.args[0].shape
		axes := reducedAxes(v)
		for a, n := range full {
			if n != 1 {
				reduced = append(reduced, slices.Contains(axes, a))
			}
		}
	}
	dims := trim(full)
	g, level := s.join(v, dims, reduced)
	if g == nil {
		g = s.group(v)
		g.dims, g.loops = dims, s.fresh(len(dims))
		level = len(dims)
		key := dimsKey(dims)
		s.byDims[key] = append(s.byDims[key], g)
	}
	combines := slices.Contains(reduced, true) && level == len(dims)
	if combines {
		g.reduced = reduced
	}
	if v.kind == kindReduce && !combines {
		g.hoists++
		g.hoisted = append(g.hoisted, hoisted{v, identity(v.shape, g.loops[:level])})
	}
	g.setOrder()
	for _, r := range v.results() {
		if r.output || len(r.uses) > 0 {
			g.roots = append(g.roots, &root{r, level, combines})
			r.home = g
		}
	}
	g.weight++
	for _, u := range v.uses {
		if u.by != g {
			u.by.deps[g] = true
		}
	}
	s.rootArgs(v, g, level, combines)
}

// rootArgs tells the arguments of a root that they are needed.
func (s *fusion) rootArgs(v *vertex, g *group, level int, combines bool) {
	u := use{by: g, nest: g.order, region: 0}
	if combines {
		u.at = identity(v.args[0].shape, g.loops)
		s.need(v.args[0], u)
		return
	}
	u.nest = g.order[:level]
	u.at = identity(v.shape, g.loops[:level])
	s.args(v, u)
	s.elsewhere(v, u)
}

// elsewhere tells the arguments of v, which is stored at u, of the other places
// where the same group computes it again.
func (s *fusion) elsewhere(v *vertex, u use) {
	stored := string(appendKey(nil, u.at))
	for _, w := range distinctByGroup(v.uses) {
		if w.by == u.by && string(appendKey(nil, w.at)) != stored {
			s.args(v, w)
		}
	}
}

// group adds an empty group that stores v.
func (s *fusion) group(v *vertex) *group {
	g := &group{id: len(s.groups), deps: make(map[*group]bool)}
	s.groups = append(s.groups, g)
	return g
}

// setOrder puts the loops that are combined inside of the others.
func (g *group) setOrder() {
	g.order = nil
	for _, inner := range []bool{false, true} {
		for i, l := range g.loops {
			if (g.reduced != nil && g.reduced[i]) == inner {
				g.order = append(g.order, l)
			}
		}
	}
}

func dimsKey(dims []int) string {
	at := make([]coord, len(dims))
	for i, n := range dims {
		at[i].off = n
	}
	return string(appendKey(nil, at))
}

// join returns a group that v can join, and inside how many of its loops v is
// then stored; nil if there is none.
func (s *fusion) join(v *vertex, dims []int, reduced []bool) (*group, int) {
	if !s.on {
		return nil, 0
	}
	if level, ok := s.joinRows(v); ok {
		return v.uses[0].by, level
	}
	same := s.byDims[dimsKey(dims)]
	for i := len(same) - 1; i >= max(0, len(same)-16); i-- {
		if g := same[i]; len(g.dims) == len(dims) && s.joins(v, g, reduced) {
			return g, len(dims)
		}
	}
	return s.joinNested(v, dims)
}

// joinRows finds the group that computes v, a reduction or something of its
// results, once for each row, and needs it for the elements of the row.
func (s *fusion) joinRows(v *vertex) (level int, ok bool) {
	if len(v.uses) == 0 {
		return 0, false
	}
	g := v.uses[0].by
	for _, u := range v.uses {
		l, isPrefix := prefix(u)
		if u.whole || !isPrefix || u.by != g || u.by.parts != nil || u.by.opaque != nil {
			return 0, false
		}
		if level = l; level == 0 || level >= len(g.dims) || !slices.Equal(u.nest[:l], g.order[:l]) || !slices.Equal(g.order[:l], g.loops[:l]) {
			return 0, false
		}
		if !slices.Equal(trim(v.shape), g.dims[:l]) || g.weight >= maxWeight || g.combinesRows(l) {
			return 0, false
		}
		for i, c := range trimAt(v.shape, u.at) {
			if c.isUnit() != g.loops[i] {
				return 0, false
			}
		}
	}
	if v.kind == kindReduce && product(v.shape) < serialRows && product(v.args[0].shape) > serialElements {
		return 0, false
	}
	return level, true
}

// combinesRows reports whether g combines along one of its outermost level
// loops: nothing is then stored once for each of their iterations.
func (g *group) combinesRows(level int) bool {
	return g.reduced != nil && slices.Contains(g.reduced[:level], true)
}

// trimAt leaves out the coordinates of axes of length 1.
func trimAt(shape []int, at []coord) []coord {
	var out []coord
	for i, n := range shape {
		if n != 1 {
			out = append(out, at[i])
		}
	}
	return out
}

// joins reports whether v can be stored by the loops of g.
func (s *fusion) joins(v *vertex, g *group, reduced []bool) bool {
	if g.opaque != nil || g.weight >= maxWeight {
		return false
	}
	if v.kind == kindReduce && slices.Contains(reduced, true) {
		trailing := !slices.Contains(reduced[slices.Index(reduced, true):], false)
		switch {
		case g.reduced != nil && !slices.Equal(g.reduced, reduced):
			return false
		case g.reduced == nil && !trailing: // the order of loops would change
			return false
		case g.reduced == nil && g.hoists > 0:
			return false
		case slices.ContainsFunc(g.roots, func(r *root) bool { return slices.Contains(reduced[:r.level], true) && r.level < len(g.dims) }):
			return false
		}
		if product(v.shape) == 1 && g.hoists > 0 {
			return false
		}
	}
	for _, u := range v.uses {
		if u.by == g {
			if u.whole || v.kind == kindReduce {
				return false
			}
			continue
		}
		if reaches(g, u.by, make(map[*group]bool)) {
			return false
		}
	}
	return true
}

// reaches reports whether g needs, perhaps by way of others, what h stores.
func reaches(g, h *group, seen map[*group]bool) bool {
	if g == h {
		return true
	}
	if seen[g] {
		return false
	}
	seen[g] = true
	for d := range g.deps {
		if reaches(d, h, seen) {
			return true
		}
	}
	return false
}

// opaque makes a group of its own for a vertex that is no loop over elements.
func (s *fusion) opaque(v *vertex) {
	g := s.group(v)
	g.opaque, v.home = v, g
	for _, u := range v.uses {
		u.by.deps[g] = true
	}
	switch v.kind {
	case kindConcat, kindSetSlice, kindScatter:
		s.assemble(v, g)
	case kindScan:
		s.scan(v, g)
	default:
		for _, a := range v.args {
			s.need(a, use{by: g, whole: true, contiguous: v.kind != kindProduct || !blasReads(a)})
		}
	}
}

// several makes a group for a routine that has several results, if one of them is
// needed: it stores those that are.
func (s *fusion) several(v *vertex) {
	needed := func(r *vertex) bool { return r.output || len(r.uses) > 0 }
	if !slices.ContainsFunc(v.items, needed) {
		return
	}
	s.opaque(v)
	for _, r := range v.items {
		if needed(r) {
			r.home = v.home
			for _, u := range r.uses {
				u.by.deps[v.home] = true
			}
		}
	}
}

// sorted returns the groups in an order in which each comes after those that
// store what it needs.
func (s *fusion) sorted() []*group {
	var out []*group
	done := make(map[*group]bool)
	var visit func(g *group)
	visit = func(g *group) {
		if done[g] {
			return
		}
		done[g] = true
		deps := make([]*group, 0, len(g.deps))
		for d := range g.deps {
			deps = append(deps, d)
		}
		slices.SortFunc(deps, func(a, b *group) int { return b.id - a.id })
		for _, d := range deps {
			visit(d)
		}
		out = append(out, g)
	}
	for i := len(s.groups) - 1; i >= 0; i-- {
		visit(s.groups[i])
	}
	return out
}

package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file writes the kernels of groups.

// emitted is a kernel with what it runs on.
type emitted struct {
	k      *kernel.Kernel
	params []int
	bound  []*storage // of the buffers of k, nil for scratch
	picks  []*vertex  // of the accesses with computed indices
}

// emit writes the kernel of a group whose results have their places.
func (g *group) emit() *emitted {
	if g.opaque == nil {
		return g.emitRoots()
	}
	e := newEmitter(g)
	if g.opaque.kind == kindScan {
		e.scan(g.opaque)
	}
	for _, p := range g.parts {
		e.joinedLoops(p.dims, func(e *emitter, at []coord) { e.storePart(p, at) })
	}
	return e.done()
}

func (e *emitter) done() *emitted {
	e.k.Body = e.close()
	mark(e.k, e.params)
	return &emitted{k: e.k, params: e.params, bound: e.bound, picks: e.access}
}

// emitRoots writes the loops of a group over its roots. They are not joined
// where what is inside of some of them tells these apart.
func (g *group) emitRoots() *emitted {
	if g.reduced != nil || g.hoists > 0 || len(g.scratch) > 0 || slices.ContainsFunc(g.roots, func(r *root) bool { return r.level < len(g.dims) }) {
		e := newEmitter(g)
		at := make([]coord, len(g.dims))
		e.rowLoops(at, 0)
		return e.done()
	}
	e := newEmitter(g)
	e.joinedLoops(g.dims, func(e *emitter, at []coord) {
		for i, l := range g.loops {
			e.loopOf[l] = at[i]
		}
		for _, r := range g.roots {
			e.storeRoot(r, at)
		}
	})
	return e.done()
}

// joinedLoops writes a nest of loops with as few loops as the strides of what
// body touches allow: body is written elsewhere to see these, and then here.
func (e *emitter) joinedLoops(dims []int, body func(e *emitter, at []coord)) {
	trial := newEmitter(e.g)
	trial.trace = &[]coord{}
	vars := trial.plainLoops(dims, body)
	joined := make([]bool, len(dims)) // with the next one
	for i := 0; i+1 < len(dims); i++ {
		joined[i] = true
		for _, c := range *trial.trace {
			if strideIn(c, vars[i]) != strideIn(c, vars[i+1])*dims[i+1] {
				joined[i] = false
			}
		}
	}
	fewer := slices.Clone(dims)
	for i, j := range joined {
		if j {
			fewer[i+1] *= fewer[i]
			fewer[i] = 1
		}
	}
	e.plainLoops(fewer, body)
}

func strideIn(c coord, v kernel.Var) int {
	for _, t := range c.terms {
		if t.v == v {
			return t.n
		}
	}
	return 0
}

// plainLoops writes a loop for each of dims that is not 1, and body inside of
// them. It returns the loop variables.
func (e *emitter) plainLoops(dims []int, body func(e *emitter, at []coord)) []kernel.Var {
	vars := make([]kernel.Var, len(dims))
	at := make([]coord, len(dims))
	var write func(i int)
	write = func(i int) {
		if i == len(dims) {
			body(e, at)
			return
		}
		if dims[i] == 1 {
			write(i + 1)
			return
		}
		vars[i] = e.variable()
		at[i] = unit(vars[i])
		l := &kernel.Loop{Var: vars[i], Extent: e.param(dims[i])}
		e.open(l.Var)
		write(i + 1)
		l.Body = e.close()
		e.put(e.top(), l)
	}
	write(0)
	return vars
}

// reduced names the loops along which the elements of an output are combined.
func (e *emitter) reduced(s *storage, shape []int, vars map[int]kernel.Var) {
	b := &e.k.Buffers[e.buf(s, kernel.Out)]
	for axis := range shape {
		if l, ok := vars[axis]; ok {
			b.Reduced = append(b.Reduced, e.k.Vars[l-1])
		}
	}
}

// storeRoot writes the store of a root; at has the loops.
func (e *emitter) storeRoot(r *root, at []coord) {
	place := spread(r.v.shape, at)
	x := e.gen(r.v, place)
	e.store(r.v.array.storage, r.v.array.address(place), x)
}

// spread returns the place that has the coordinates at along the axes whose
// length is not 1.
func spread(shape []int, at []coord) []coord {
	place := make([]coord, len(shape))
	i := 0
	for a, n := range shape {
		if n != 1 {
			place[a] = at[i]
			i++
		}
	}
	return place
}

// rowLoops writes loop number i of the order of the group and those inside, the
// roots that are stored there, and the reductions.
func (e *emitter) rowLoops(at []coord, i int) {
	g := e.g
	kept := len(g.order)
	for _, r := range g.reduced {
		if r {
			kept--
		}
	}
	if i < kept {
		v := e.variable()
		at[slices.Index(g.loops, g.order[i])] = unit(v)
		e.loopOf[g.order[i]] = unit(v)
		l := &kernel.Loop{Var: v, Extent: e.param(g.dims[slices.Index(g.loops, g.order[i])])}
		e.open(v)
		e.rowLoops(at, i+1)
		l.Body = e.close()
		e.put(e.top(), l)
		delete(e.loopOf, g.order[i])
	} else {
		e.innermost(at, i)
	}
	for _, r := range g.roots {
		if r.level == i && r.level < len(g.dims) {
			e.storeRoot(r, at[:i])
		}
	}
}

// innermost writes the roots that have all loops.
func (e *emitter) innermost(at []coord, i int) {
	var combined, plain []*root
	for _, r := range e.g.roots {
		switch {
		case r.level < len(e.g.dims):
		case r.combines:
			combined = append(combined, r)
		default:
			plain = append(plain, r)
		}
	}
	if len(combined) == 0 {
		for _, r := range plain {
			e.storeRoot(r, at)
		}
		return
	}
	// Vertices of one shape with other axes of length 1 are the same here.
	x := combined[0].v.args[0]
	vars := make(map[int]kernel.Var)
	full := make([]coord, len(x.shape))
	k := 0
	for a, n := range x.shape {
		if n == 1 {
			continue
		}
		if e.g.reduced[k] {
			vars[a] = e.variable()
			at[k] = unit(vars[a])
		}
		full[a] = at[k]
		k++
	}
	all := make([]*vertex, len(combined))
	for i, r := range combined {
		all[i] = r.v
	}
	var outer []coord
	for k, c := range at {
		if !e.g.reduced[k] {
			outer = append(outer, c)
		}
	}
	results := e.shared(all, spread(all[0].shape, outer), full, vars, func() {
		for _, r := range plain {
			e.storeRoot(r, at)
		}
	})
	for i, r := range combined {
		e.reduced(r.v.array.storage, x.shape, vars)
		e.store(r.v.array.storage, r.v.array.address(spread(r.v.shape, outer)), results[i])
	}
}

// storePart writes the store of an element of a part.
func (e *emitter) storePart(p *part, at []coord) {
	v := e.g.opaque
	by := make(map[kernel.Var]coord)
	c := coord{off: p.first}
	for i, l := range p.loops {
		by[l] = at[i]
		c = c.plus(at[i], p.strides[i])
	}
	x := e.cast(v.dtype, e.gen(p.v, replaced(p.at, by)))
	if p.picks == nil {
		e.store(v.array.storage, c, x)
		return
	}
	b := e.buf(v.array.storage, kernel.InOut)
	index, _ := e.index(c)
	s := &kernel.Store{Buf: b, At: index, Add: v.node.Op() == expr.OpIncTake, Src: x}
	for _, k := range p.picks {
		i := e.cast(expr.Int64, e.gen(k.v, replaced(k.at, by)))
		s.Picks = append(s.Picks, kernel.Picked{Index: i, Len: e.param(k.len), Stride: e.param(k.stride)})
	}
	e.access = append(e.access, v)
	s.Access = len(e.access)
	e.put(e.top(), s)
}

// replaced returns coordinates with other loops.
func replaced(at []coord, by map[kernel.Var]coord) []coord {
	out := make([]coord, len(at))
	for i, c := range at {
		out[i] = coord{off: c.off}
		for _, t := range c.terms {
			out[i] = out[i].plus(by[t.v], t.n)
		}
	}
	return out
}

// mark marks the loops of a kernel that may run in vectors or be split.
func mark(k *kernel.Kernel, params []int) {
	m := &marker{k: k, params: params, extents: make(map[kernel.Var]int)}
	m.vectors(k.Body, 64, false)
	m.folds = true
	m.vectors(k.Body, 64, false)
	m.vectors(k.Body, 4, false)
	m.splits()
}

type marker struct {
	k       *kernel.Kernel
	params  []int
	extents map[kernel.Var]int // of loops over blocks: the length of a block
	folds   bool               // whether an ordered fold may be a Vector loop: a loop around it does better
}

// vectors marks loops of at least n iterations as Vector, inner ones first, and
// reports whether there is one in body.
func (m *marker) vectors(body []kernel.Stmt, n int, inside bool) bool {
	found := false
	for _, s := range body {
		l := kernel.StmtLoop(s)
		if l == nil {
			continue
		}
		if l.By != (kernel.Int{}) {
			m.extents[l.Var] = min(l.By.Value(m.params), l.Extent.Value(m.params))
		}
		inner := m.vectors(l.Body, n, inside || l.Vector)
		if !inner && !inside && !l.Vector && m.trips(l) >= n && (m.folds || !oneLane(s)) && m.vectorizable(l) {
			l.Vector = true
		}
		found = found || inner || l.Vector
	}
	return found
}

func (m *marker) trips(l *kernel.Loop) int {
	if l.Block != 0 {
		return m.extents[l.Block]
	}
	return l.Extent.Value(m.params)
}

// oneLane reports whether s is a reduction of one lane: as a Vector loop it takes up
// its elements one by one.
func oneLane(s kernel.Stmt) bool {
	r, ok := s.(*kernel.Reduce)
	return ok && r.Lanes == 1
}

// vectorizable reports whether l may be a Vector loop.
func (m *marker) vectorizable(l *kernel.Loop) bool {
	if l.By != (kernel.Int{}) {
		return false
	}
	stored := make(map[kernel.Buf]int)
	for s := range kernel.All(l.Body) {
		switch s := s.(type) {
		case *kernel.Alloc:
			return false
		case *kernel.Store:
			_, depends := s.At.Stride(l.Var)
			if !depends && len(s.Picks) == 0 || len(s.Picks) > 0 && !slices.Contains(l.Body, kernel.Stmt(s)) {
				return false
			}
			if stored[s.Buf]++; stored[s.Buf] > 1 && len(s.Picks) > 0 {
				return false
			}
		}
	}
	return true
}

// splits marks the outermost loops that workers may share: nests of them that
// follow one another, or a reduction.
func (m *marker) splits() {
	if !m.splitNests(false) {
		m.splitReduce()
		return
	}
	m.splitNests(true)
}

// splitNests marks the loops of the body, or finds out whether it can: whether
// nothing else stores anything or takes long.
func (m *marker) splitNests(do bool) bool {
	units := 0
	for _, s := range m.k.Body {
		l, ok := s.(*kernel.Loop)
		switch {
		case ok && m.splittable(l):
			if do {
				m.splitNest(l)
			}
			units += l.Trips(m.params)
		case !m.harmless(s):
			return false
		}
	}
	return units > 1
}

// splitNest marks l and loops inside of it, as many as give enough parts.
func (m *marker) splitNest(l *kernel.Loop) {
	for units := 1; ; {
		l.Split = true
		units *= max(1, l.Trips(m.params))
		if l.Vector || units >= 1<<12 || len(l.Body) == 0 {
			return
		}
		last := len(l.Body) - 1
		inner, ok := l.Body[last].(*kernel.Loop)
		if !ok || !m.splittable(inner) {
			return
		}
		for _, s := range l.Body[:last] {
			if !m.harmless(s) {
				return
			}
		}
		l = inner
	}
}

// splitReduce marks the only loop of the kernel if that is a reduction of which
// workers may compute the elements.
func (m *marker) splitReduce() {
	var only *kernel.Reduce
	for _, s := range m.k.Body {
		if kernel.StmtLoop(s) == nil {
			if _, ok := s.(*kernel.Store); ok && only == nil {
				return // what stands before the loop may run more than once
			}
			continue
		}
		r, ok := s.(*kernel.Reduce)
		if !ok || only != nil {
			return
		}
		only = r
	}
	if only != nil && only.Trips(m.params) > 1 && !only.Vector && m.independent(only) {
		only.Split = true
	}
}

// harmless reports whether s, beside loops that are divided, may run for each
// of the parts.
func (m *marker) harmless(s kernel.Stmt) bool {
	switch s.(type) {
	case *kernel.Let, *kernel.Const, *kernel.Iota, *kernel.Load:
		return true
	}
	return false
}

// splittable reports whether the iterations of l may be divided.
func (m *marker) splittable(l *kernel.Loop) bool {
	if l.Block != 0 || l.By != (kernel.Int{}) {
		return false
	}
	for s := range kernel.All(l.Body) {
		if s, ok := s.(*kernel.Store); ok && m.k.Buffers[s.Buf].Mode != kernel.Scratch {
			if _, depends := s.At.Stride(l.Var); !depends || len(s.Picks) > 0 {
				return false
			}
		}
	}
	return true
}

// independent reports whether every store in r depends on its loop, or on one
// over its blocks.
func (m *marker) independent(r *kernel.Reduce) bool {
	blocks := map[kernel.Var]bool{r.Var: true}
	for s := range kernel.All(r.Body) {
		if l := kernel.StmtLoop(s); l != nil && l.Block == r.Var {
			blocks[l.Var] = true
		}
		st, ok := s.(*kernel.Store)
		if !ok || m.k.Buffers[st.Buf].Mode == kernel.Scratch {
			continue
		}
		if !slices.ContainsFunc(st.At.Terms, func(t kernel.Term) bool { return blocks[t.Var] }) || len(st.Picks) > 0 {
			return false
		}
	}
	return true
}

// work estimates the time of running a kernel once, in additions.
func (m *marker) work(body []kernel.Stmt) float64 {
	t := 0.0
	for _, s := range body {
		switch s := s.(type) {
		case *kernel.Let:
			t += opCost(s.Op)
		case *kernel.Load, *kernel.Store:
			t++
		}
		n := 1.0
		if w, ok := s.(*kernel.While); ok {
			n = float64(min(w.Bound.Value(m.params), likelySteps))
		}
		if l := kernel.StmtLoop(s); l != nil {
			if l.By != (kernel.Int{}) {
				m.extents[l.Var] = min(l.By.Value(m.params), l.Extent.Value(m.params))
				n = float64(l.Trips(m.params))
			} else {
				n = float64(m.trips(l))
			}
		}
		for _, b := range kernel.Blocks(s) {
			t += float64(n * m.work(b))
		}
	}
	return t
}

func (e *emitter) note(c coord) {
	if e.trace != nil {
		*e.trace = append(*e.trace, coord{off: c.off, terms: slices.Clone(c.terms)})
	}
}

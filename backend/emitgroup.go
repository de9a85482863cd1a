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
	picks  bool       // whether there are computed indices, which may be out of range
}

// emit writes the kernel of a group whose results have their places.
func (g *group) emit() *emitted {
	if g.opaque == nil {
		return g.emitRoots()
	}
	e := newEmitter(g)
	for _, p := range g.parts {
		e.joinedLoops(p.dims, func(e *emitter, at []coord) { e.storePart(p, at) })
	}
	return e.done()
}

func (e *emitter) done() *emitted {
	e.k.Body = e.close()
	mark(e.k, e.params)
	return &emitted{k: e.k, params: e.params, bound: e.bound, picks: e.accesses > 0}
}

// emitRoots writes the loops of a group over its roots. They are not joined
// where what is inside of some of them tells these apart.
func (g *group) emitRoots() *emitted {
	e := newEmitter(g)
	if g.combined != nil || g.line != 0 || g.hoists > 0 || len(g.scratch) > 0 || slices.ContainsFunc(g.roots, func(r *root) bool { return len(r.loops) < len(g.order) }) {
		e.mainNest()
		return e.done()
	}
	e.joinedLoops(g.dims(g.order), func(e *emitter, at []coord) {
		e.enter(g.order, at)
		for _, r := range g.roots {
			e.storeRoot(r)
		}
	})
	return e.done()
}

// enter notes which loops of the kernel are the given ones of the group.
func (e *emitter) enter(loops []kernel.Var, at []coord) {
	for i, l := range loops {
		e.loopOf[l] = at[i]
	}
}

// joinedLoops writes a nest of loops with as few loops as the strides of what
// body touches allow: where there are several loops, body is written elsewhere to
// see these, and then here.
func (e *emitter) joinedLoops(dims []int, body func(e *emitter, at []coord)) {
	if len(dims)-count(dims, 1) < 2 {
		e.plainLoops(dims, body)
		return
	}
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

// count returns how many of the numbers are n.
func count(numbers []int, n int) int {
	k := 0
	for _, x := range numbers {
		if x == n {
			k++
		}
	}
	return k
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

// storeRoot writes the store of a root.
func (e *emitter) storeRoot(r *root) {
	place := e.placeOf(r)
	e.store(r.v.array.storage, r.v.array.address(place), e.gen(r.v, place))
}

// storePart writes the store of an element of a part.
func (e *emitter) storePart(p *part, at []coord) {
	v := e.g.opaque
	e.enter(p.loops, at)
	c := coord{off: p.first}
	for i := range p.loops {
		c = c.plus(at[i], p.strides[i])
	}
	x := e.cast(v.dtype, e.gen(p.v, replaced(p.at, e.loopOf)))
	if p.picks == nil {
		e.store(v.array.storage, c, x)
		return
	}
	b := e.buf(v.array.storage, kernel.InOut)
	index, _ := e.index(c)
	s := &kernel.Store{Buf: b, At: index, Add: v.node.Op() == expr.OpIncTake, Src: x}
	for _, k := range p.picks {
		i := e.cast(expr.Int64, e.gen(k.v, replaced(k.at, e.loopOf)))
		s.Picks = append(s.Picks, kernel.Picked{Index: i, Len: e.param(k.len), Stride: e.param(k.stride)})
	}
	e.accesses++
	s.Access = e.accesses
	e.put(e.top(), s)
}

// note remembers a place that is touched.
func (e *emitter) note(c coord) {
	if e.trace != nil {
		*e.trace = append(*e.trace, coord{off: c.off, terms: slices.Clone(c.terms)})
	}
}

package backend

import (
	"slices"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file writes nests of loops of which some combine, and those of groups.

// A nest is loops from outer to inner, of which some combine.
type nest struct {
	loops  []nestLoop
	folds  []foldAt
	until  int // the elements are inside of so many loops
	inside func(i int)
	done   func(f foldAt, result kernel.Value)
}

// A nestLoop is one of the loops of a nest.
type nestLoop struct {
	v      kernel.Var
	extent int
	by     int        // length of the chunks that it counts
	block  kernel.Var // the loop over chunks, of which it goes through one
	lanes  int
	scans  []*root // along this loop, which is the innermost
	vector bool
}

// A foldAt is a reduction in a nest: along the loops inside of the outermost from
// ones. At is the place in its argument.
type foldAt struct {
	folding
	from int
	at   []coord
}

// write writes the loops from number i on, and returns what each fold has of what
// is inside of the first i: a result if all of its loops are there.
func (n *nest) write(e *emitter, i int) [][]kernel.Value {
	var have [][]kernel.Value
	switch {
	case i == len(n.loops):
	case n.loops[i].scans != nil:
		n.scan(e, i)
	default:
		have = n.loop(e, i)
	}
	if i == n.until {
		have = make([][]kernel.Value, len(n.folds))
		for k, f := range n.folds {
			have[k] = e.foldElement(f)
		}
	}
	return have
}

// loop writes loop number i: a Reduce if a fold combines along it.
func (n *nest) loop(e *emitter, i int) [][]kernel.Value {
	var active []foldAt
	if i < n.until {
		active = slices.DeleteFunc(slices.Clone(n.folds), func(f foldAt) bool { return f.from > i })
	}
	l := n.loops[i]
	r := &kernel.Reduce{Lanes: max(l.lanes, 1), Loop: kernel.Loop{Var: l.v, Block: l.block, Vector: l.vector}}
	if l.block == 0 {
		r.Extent = e.param(l.extent)
	}
	if l.by != 0 {
		r.By = kernel.N(l.by)
	}
	level := e.top()
	for _, f := range active {
		for k, d := range f.of {
			r.States = append(r.States, kernel.State{Init: e.scalar(d, f.init[k])})
		}
	}
	e.open(l.v)
	for k := range r.States {
		r.States[k].Value = e.value(e.k.Values[r.States[k].Init], e.top())
	}
	have := n.write(e, i+1)
	n.finish(e, i+1, have)
	next := e.steps(active, stateValues(r.States), flatten(n.folds, have, i))
	for k := range r.States {
		r.States[k].Next = next[k]
	}
	r.Body = e.close()
	if len(active) == 0 {
		e.put(level, &r.Loop)
		return have
	}
	if r.Lanes > 1 {
		e.combine(r, active)
	}
	for k := range r.States {
		r.States[k].Result = e.value(e.k.Values[r.States[k].Init], level)
	}
	e.put(level, r)
	return n.results(r, have, i)
}

// finish hands over the folds that are complete inside of i loops, and writes
// what else is there.
func (n *nest) finish(e *emitter, i int, have [][]kernel.Value) {
	for k, f := range n.folds {
		if f.from == i && i <= n.until {
			n.done(f, e.foldResult(f, have[k]))
		}
	}
	if n.inside != nil {
		n.inside(i)
	}
}

// results returns what each fold has behind the Reduce r, which is loop number i.
func (n *nest) results(r *kernel.Reduce, have [][]kernel.Value, i int) [][]kernel.Value {
	out := make([][]kernel.Value, len(n.folds))
	k := 0
	for j, f := range n.folds {
		if f.from > i {
			continue
		}
		for range f.of {
			out[j] = append(out[j], r.States[k].Result)
			k++
		}
	}
	return out
}

// flatten returns what the folds that combine along loop i have, one after the other.
func flatten(folds []foldAt, have [][]kernel.Value, i int) []kernel.Value {
	var all []kernel.Value
	for k, f := range folds {
		if f.from <= i && have != nil {
			all = append(all, have[k]...)
		}
	}
	return all
}

// foldElement writes one element of a fold.
func (e *emitter) foldElement(f foldAt) []kernel.Value {
	out := []kernel.Value{e.cast(f.of[0], e.gen(f.v.args[0], f.at))}
	if f.beside != nil {
		out = append(out, f.beside(e, f.at))
	}
	return out
}

// foldResult returns the element of the vertex of a fold, from its states.
func (e *emitter) foldResult(f foldAt, states []kernel.Value) kernel.Value {
	if f.v.node.Op() == expr.OpSum && slices.Contains(f.v.args[0].shape, 0) {
		return e.scalar(f.v.dtype, scalarNumber(f.v.dtype, 0))
	}
	return e.cast(f.v.dtype, states[f.result])
}

func stateValues(states []kernel.State) []kernel.Value {
	v := make([]kernel.Value, len(states))
	for i, s := range states {
		v[i] = s.Value
	}
	return v
}

// steps joins states x with states y.
func (e *emitter) steps(folds []foldAt, x, y []kernel.Value) []kernel.Value {
	var next []kernel.Value
	k := 0
	for _, f := range folds {
		n := len(f.of)
		next = append(next, f.step(e, x[k:k+n], y[k:k+n])...)
		k += n
	}
	return next
}

// mainNest writes the loops of the group, the roots that are stored inside of
// them, and the reductions.
func (e *emitter) mainNest() {
	g := e.g
	n, levels := e.groupLoops()
	stored := make(map[*vertex]*root)
	for _, r := range g.roots {
		if r.combines {
			stored[r.v] = r
			n.folds = append(n.folds, e.mainFold(r, levels))
		}
	}
	for _, r := range g.closing {
		n.folds = append(n.folds, e.mainFold(r, levels))
	}
	n.inside = func(i int) {
		for _, r := range g.roots {
			if !r.combines && len(r.loops) == levels[i] {
				e.storeRoot(r)
			}
		}
	}
	n.done = func(f foldAt, x kernel.Value) {
		place := identity(f.v.shape, keptOf(f.v, e.loopsAt(f)))
		e.remember(valueKey(f.v, place), x)
		if r := stored[f.v]; r != nil {
			e.nameReduced(f)
			e.store(r.v.array.storage, r.v.array.address(place), x)
		}
	}
	have := n.write(e, 0)
	n.finish(e, 0, have)
}

// groupLoops returns the loops of the group as a nest, and inside of how many loops
// of the group one is inside of each number of loops of the nest.
func (e *emitter) groupLoops() (*nest, []int) {
	g, c := e.g, e.g.combined
	n, levels := &nest{until: -1}, []int{0}
	if g.line != 0 {
		n.loops = e.linesAlong()
		for i := range g.order {
			levels = append(levels, i+1)
		}
		return n, levels
	}
	var chunks kernel.Var
	for i, x := range g.order {
		if c != nil && c.chunk != 0 && i == c.cut {
			chunks = e.variable()
			n.loops = append(n.loops, nestLoop{v: chunks, extent: g.extent(c.inner), by: c.chunk})
			levels = append(levels, -1)
		}
		l := nestLoop{v: e.variable(), extent: g.extent(x)}
		e.loopOf[x] = unit(l.v)
		if c != nil && x == c.inner {
			l.block, l.lanes = chunks, c.lanes
		}
		n.loops, levels = append(n.loops, l), append(levels, i+1)
		if c != nil && i+1 == c.level {
			n.until = len(n.loops)
		}
	}
	return n, levels
}

// mainFold returns the fold of a reduction by the loops of the group.
func (e *emitter) mainFold(r *root, levels []int) foldAt {
	kept := len(keptOf(r.v, r.loops))
	from := slices.Index(levels, kept)
	return foldAt{foldingOf(r.v), from, replaced(identity(r.v.args[0].shape, r.loops), e.loopOf)}
}

// loopsAt returns the loops of the kernel along the axes of the argument of a fold.
func (e *emitter) loopsAt(f foldAt) []kernel.Var {
	var loops []kernel.Var
	for _, c := range trimAt(f.v.args[0].shape, f.at) {
		loops = append(loops, c.isUnit())
	}
	return loops
}

// nameReduced names the loops along which the elements of an output are combined.
func (e *emitter) nameReduced(f foldAt) {
	b := &e.k.Buffers[e.buf(f.v.array.storage, kernel.Out)]
	for _, a := range combinedAxes(f.v) {
		b.Reduced = append(b.Reduced, e.k.Vars[f.at[a].isUnit()-1])
	}
}

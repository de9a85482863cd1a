package backend

import (
	"slices"
	"sync"

	"arignote/backend/internal/elementary"
	"arignote/backend/internal/interp"
	"arignote/backend/internal/kernel"
	"arignote/backend/internal/par"
	"arignote/expr"
	"arignote/expr/layout"
)

// A Plan is how a Program computes its outputs for arguments of certain shapes:
// steps in order, over pieces of memory whose sizes are known.
type Plan struct {
	program     *Program
	steps       []*step
	batches     []batch // of steps
	storages    []*storage
	results     []*array // where the outputs are
	shapes      [][]int  // of the outputs
	dtypes      []expr.DType
	inputs      []*vertex
	arena       int64 // bytes
	thrift      thrift
	stage       *stage // if sizes depend on data
	frames      sync.Pool
	class       *class // that it follows from, whose nodes are those of another plan; nil if there is none
	description []int  // of the arguments, likewise
	used        uint64 // for the cache: when it was used last
}

// A step is one thing that touches data.
type step struct {
	launches []*launch // of a kernel step, one after the other
	vertex   *vertex   // of a routine, reference or item step
	stored   []*vertex // what it stores
	why      string    // why it runs by the reference
	reads    []*storage
	writes   []*storage
	flops    float64
	counted  int64      // parts of a routine
	workers  int        // that a routine has memory for
	scratch  []*storage // of a routine
	text     string     // what a routine does
	own      int64      // bytes that a routine has beside its scratch
	inPlace  bool       // writes over what it reads
	clock
}

// A launch is a kernel with everything that it runs on but memory.
type launch struct {
	*emitted
	*ready
	units int // iterations that may be divided
	chunk int // units that one worker does at a time
	work  float64
}

// thrift says what a plan does to save memory.
type thrift uint8

const (
	fast      thrift = iota
	ordered          // steps in an order that needs little memory, one at a time, as in those below
	repeating        // what is expensive is computed again rather than stored
	apart            // without fusion: fewer arrays are needed at the same time
)

// newPlan plans for a specialised graph; musts are computed too.
func newPlan(p *Program, g *expr.Graph, musts []*expr.Node, strides [][]int, t thrift) (*Plan, error) {
	return newFlow(g, musts, strides).plan(p, t)
}

// plan plans for a graph that has become vertices.
func (f *flow) plan(p *Program, t thrift) (*Plan, error) {
	s := fuse(f, !p.config.skips("fuse") && t != apart, t == repeating)
	q := &Plan{program: p, inputs: f.inputs, thrift: t}
	groups := s.sorted()
	for i, v := range f.outputs {
		v.array = v.place(inResult)
		v.array.index = i
	}
	for _, g := range groups {
		g.place()
	}
	for _, g := range groups {
		if err := q.group(g); err != nil {
			return nil, err
		}
	}
	for i, v := range f.outputs {
		q.results = append(q.results, &array{storage: v.array.storage, strides: layout.RowMajor(f.shapes[i])})
		q.shapes = append(q.shapes, f.shapes[i])
		q.dtypes = append(q.dtypes, v.dtype)
	}
	q.schedule()
	q.number()
	q.reuse()
	q.layOut()
	return q, nil
}

// place returns memory for v, in row-major order.
func (v *vertex) place(p place) *array {
	s := &storage{place: p, dtype: v.dtype, n: product(v.shape), shared: p == inValue && v.kind == kindItem}
	if t := v.node.Type(); t.IsTuple() {
		s.dtype, s.n = expr.Uint8, 0
		for _, e := range t.Elems {
			shape, _ := e.Shape()
			s.n += product(shape) * e.DType.Size()
		}
	}
	return &array{storage: s, strides: layout.RowMajor(v.shape)}
}

// place gives memory to what a group stores.
func (g *group) place() {
	if v := g.opaque; v != nil {
		if v.kind == kindRoutine && v.node.Type().IsTuple() {
			for _, r := range v.items {
				if r.home == g && r.array == nil {
					r.array = r.place(inArena)
				}
			}
			return
		}
		place := inArena
		if v.kind == kindReference || v.kind == kindItem {
			place = inValue
		}
		if v.array == nil {
			v.array = v.place(place)
		}
		return
	}
	for _, r := range g.roots {
		if r.v.array == nil {
			r.v.array = r.v.place(inArena)
		}
	}
}

// group adds the steps of a group.
func (q *Plan) group(g *group) error {
	v := g.opaque
	if v != nil && g.parts == nil && (v.kind == kindProduct || v.kind == kindRoutine || v.kind == kindReference || v.kind == kindItem) {
		s := &step{vertex: v}
		for _, r := range v.stores() {
			s.stored, s.writes = append(s.stored, r), append(s.writes, r.array.storage)
		}
		if v.kind == kindRoutine && v.node.Op() == expr.OpMap {
			if err := q.program.planElement(v); err != nil {
				return err
			}
		}
		switch {
		case v.kind == kindProduct || v.kind == kindRoutine:
			if s.routine(par.Threads(q.program.config.Threads)); s.counted == 0 {
				s.why = "no routine for these operands"
			}
		case v.kind == kindReference && empty(v.node):
			s.why = "an array without elements"
		case v.kind == kindReference:
			s.why = "no loop for " + v.node.Op().String()
		}
		for _, a := range v.args {
			s.reads = append(s.reads, a.located().storage)
		}
		q.steps = append(q.steps, s)
		return nil
	}
	if v != nil && product(v.shape) == 0 || v == nil && g.empty() {
		return nil
	}
	s := &step{}
	if v != nil {
		s.stored = []*vertex{v}
	}
	for _, r := range g.roots {
		s.stored = append(s.stored, r.v)
	}
	q.steps = append(q.steps, s)
	return s.kernel(g.emit(), par.Threads(q.program.config.Threads))
}

// stores returns what the step of v stores: v, or those of the several results of
// a routine that are wanted.
func (v *vertex) stores() []*vertex {
	if v.kind != kindRoutine || !v.node.Type().IsTuple() {
		return []*vertex{v}
	}
	return slices.DeleteFunc(slices.Clone(v.items), func(r *vertex) bool { return r.array == nil })
}

// empty reports whether what g stores has no elements.
func (g *group) empty() bool {
	for _, r := range g.roots {
		if product(r.v.shape) > 0 {
			return false
		}
	}
	return true
}

// kernel makes a kernel step, in two parts if it is a long reduction.
func (s *step) kernel(k *emitted, workers int) error {
	m := &marker{k: k.k, params: k.params, extents: make(map[kernel.Var]int)}
	s.flops = m.work(k.k.Body)
	parts := []*emitted{k}
	if first, second, ok := k.k.Divide(); ok {
		bound := slices.Clone(k.bound)
		units := first.Units(k.params)
		for _, b := range first.Buffers[len(k.k.Buffers):] {
			bound = append(bound, &storage{place: inArena, dtype: b.DType, n: units, partial: true})
		}
		parts = []*emitted{
			{first, k.params, bound, k.picks},
			{second, k.params, bound, k.picks},
		}
	}
	for i, p := range parts {
		l := &launch{emitted: p, units: p.k.Units(p.params)}
		if i == 0 {
			l.work = s.flops
		}
		l.cut(workers)
		var err error
		if l.ready, err = compiled(p.k); err != nil {
			return err
		}
		s.launches = append(s.launches, l)
		for b, st := range p.bound {
			if st == nil {
				continue
			}
			if p.k.Buffers[b].Mode == kernel.In {
				s.reads = append(s.reads, st)
			} else {
				s.writes = append(s.writes, st)
			}
		}
	}
	return nil
}

// Kernels returns the number of steps that touch data.
func (q *Plan) Kernels() int {
	n := 0
	for _, s := range q.steps {
		if s.vertex == nil || s.vertex.kind != kindItem {
			n++
		}
	}
	if q.stage != nil {
		n += q.stage.kernels()
	}
	return n
}

// PeakBytes returns the memory that a run needs beyond its arguments: results,
// what is kept between steps, and the workspace of sorts and linear algebra.
// Each worker has some memory of its own beside it, for a row of what a kernel
// computes: hundreds of kilobytes.
func (q *Plan) PeakBytes() int64 {
	n := q.arena
	for _, s := range q.steps {
		n += s.own
	}
	for _, s := range q.storages {
		if (s.place == inResult || s.place == inValue) && s.root() == s && !s.shared {
			n += s.bytes()
		}
	}
	if q.stage != nil {
		n += q.stage.bytes()
	}
	return n
}

// The cache of kernels, shared by all Programs: by the text of the kernel, in which
// lengths are parameters.
var kernels struct {
	sync.Mutex
	byText map[string]*ready
	text   []byte // of the last one
}

// maxKernels bounds the cache of kernels.
const maxKernels = 1024

// A ready is a kernel that has been checked. It is made ready to run when it first
// runs: of plans that are made to find a class, most never do.
type ready struct {
	text string
	run  func() *interp.Program
}

// compiled returns the compiled form of a kernel.
func compiled(k *kernel.Kernel) (*ready, error) {
	kernels.Lock()
	defer kernels.Unlock()
	kernels.text = k.Append(kernels.text[:0])
	if p := kernels.byText[string(kernels.text)]; p != nil {
		return p, nil
	}
	text := string(kernels.text)
	if err := k.Check(); err != nil {
		return nil, &InternalError{Stage: "plan", Cause: err.Error() + "\n" + text}
	}
	p := &ready{text, sync.OnceValue(func() *interp.Program { return interp.New(elementary.Expand(k)) })}
	if kernels.byText == nil || len(kernels.byText) >= maxKernels {
		kernels.byText = make(map[string]*ready)
	}
	kernels.byText[text] = p
	return p, nil
}

// minWork is the least work, in additions, that is worth sharing among workers;
// chunkWork is what one worker takes at a time. The interpreter does an addition
// in 0.15 ns, a load or a store being one too. On two cores of a Xeon two
// workers that are awake took 1.0 of the time of one for 5 us of work, 0.65 for
// 10 us, 0.6 for 20 us and 0.5 from 40 us on, the same for x + 1, exp and sums;
// chunks of 1<<14 to 1<<16 made no difference to that.
const minWork, chunkWork = 1 << 16, 1 << 15

// parts returns the number of parts in which workers do a step; what the
// reference computes is one.
func (s *step) parts() int64 {
	if s.vertex != nil {
		return max(s.counted, 1)
	}
	n := int64(0)
	for _, l := range s.launches {
		n += l.parts()
	}
	return n
}

// parts returns the number of parts in which workers do a launch.
func (l *launch) parts() int64 {
	if l.units == 0 {
		return 0
	}
	return int64((l.units-1)/l.chunk + 1)
}

// goodTile is how many iterations of a Vector loop a worker does at least if there
// are enough for all workers, and leastTile otherwise, however much work each of
// them is: the interpreter needs about 15 ns to go on to the next instruction and
// less than 1 ns for an element.
const goodTile, leastTile = 128, 16

// cut decides how many units of the launch each of the workers does at a time.
func (l *launch) cut(workers int) {
	l.chunk = chunkOf(l.units, l.work)
	tile := min(goodTile, max(leastTile, l.units/(2*workers)))
	for _, nest := range l.k.SplitNests() {
		if nest[len(nest)-1].Vector {
			l.chunk = min(max(l.chunk, tile), max(l.units, 1))
		}
	}
}

// chunkOf returns how many units a worker does at a time.
func chunkOf(units int, work float64) int {
	if units <= 1 || work < minWork {
		return max(units, 1)
	}
	return max(1, int(chunkWork/(work/float64(units))))
}

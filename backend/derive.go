package backend

import (
	"math"
	"slices"
	"sync"

	"arignote/backend/internal/kernel"
	"arignote/backend/internal/par"
)

// This file has classes as they are used: whether arguments belong to one, and
// what their plan is.

// A class is a set of arguments whose plans differ in numbers alone. Its values
// are the different numbers that these plans have, and what they are watched by:
// first constants, then polynomials.
type class struct {
	of    []origin // of the numbers of a description
	base  []int    // values of the variables at the origin of the grid
	steps []int    // of the grid along each variable
	grid  *grid

	constants []int
	forms     []form
	numbers   []int32 // of the plan: for each of them, which of the values it is
	chains    []link
	ranges    []limits

	plan   *Plan // for some arguments of the class
	frames sync.Pool
}

// A link says of two values that the second is larger, or that they are equal.
type link struct {
	less, more int32
	equal      bool
}

// limits are those of a value: lo <= value < hi.
type limits struct {
	value  int32
	lo, hi int
}

// class makes the class of a search, with the polynomials of all numbers.
func (s *search) class(g *grid, forms []form) *class {
	c := &class{of: s.of, base: s.base, steps: s.steps, grid: g, plan: s.first.plan}
	x := s.first
	places := c.intern(x.all(), forms)
	next := func(like []int) []int32 {
		of := places[:len(like):len(like)]
		places = places[len(like):]
		return of
	}
	c.numbers = next(x.numbers)
	lengths, bounds := next(x.lengths), next(x.bounds)
	c.chain(x.lengths, lengths)
	from := 0
	for _, to := range x.chains {
		c.chain(x.bounds[from:to], bounds[from:to])
		from = to
	}
	c.limit(x.lengths, lengths, lengthLimits)
	c.limit(x.bounds, bounds, boundLimits)
	c.limit(x.sizes, next(x.sizes), sizeLimits)
	return c
}

// chain keeps numbers, which are the given values, in order of size.
func (c *class) chain(numbers []int, values []int32) {
	order := ascending(numbers)
	for i := 1; i < len(order); i++ {
		l := link{values[order[i-1].at], values[order[i].at], order[i].equal}
		if l.less != l.more && int(max(l.less, l.more)) >= len(c.constants) && !slices.Contains(c.chains, l) {
			c.chains = append(c.chains, l)
		}
	}
}

// intern makes values of numbers with their polynomials, equal ones once, and
// returns which value each number is.
func (c *class) intern(numbers []int, forms []form) []int32 {
	constants, others := make(map[int]int32), make(map[string]int32)
	for i, f := range forms {
		if _, ok := constants[numbers[i]]; f.constant() && !ok {
			constants[numbers[i]] = int32(len(c.constants))
			c.constants = append(c.constants, numbers[i])
		}
	}
	places := make([]int32, len(forms))
	for i, f := range forms {
		if f.constant() {
			places[i] = constants[numbers[i]]
			continue
		}
		key := f.key()
		at, ok := others[key]
		if !ok {
			at = int32(len(c.constants) + len(c.forms))
			others[key] = at
			c.forms = append(c.forms, f)
		}
		places[i] = at
	}
	return places
}

// limit keeps numbers, which are the given values, between the limits between
// which they are.
func (c *class) limit(numbers []int, values []int32, all []int) {
	for i, n := range numbers {
		l := limits{values[i], math.MinInt, math.MaxInt}
		at := limitsOf(all, n)
		if at < len(all) {
			l.hi = all[at]
		}
		if at > 0 {
			l.lo = all[at-1]
		}
		if int(l.value) >= len(c.constants) && !slices.Contains(c.ranges, l) {
			c.ranges = append(c.ranges, l)
		}
	}
}

// admits reports whether described arguments belong to the class, and computes
// the values for them.
func (c *class) admits(numbers []int, cs *classes) bool {
	if len(numbers) != len(c.of) {
		return false
	}
	cs.places = append(cs.places[:0], c.base...)
	for i, o := range c.of { // the first number of each variable gives its value
		if o.variable >= 0 && o.offset == 0 {
			cs.places[o.variable] = numbers[i]
		}
	}
	for i, o := range c.of {
		want := o.offset
		if o.variable >= 0 {
			want += cs.places[o.variable]
		}
		if numbers[i] != want {
			return false
		}
	}
	for i, n := range c.base {
		if cs.places[i] -= n; cs.places[i]%c.steps[i] != 0 {
			return false
		}
		cs.places[i] /= c.steps[i]
	}
	return c.evaluate(cs) && c.within(cs.values)
}

// evaluate computes the values at a place of the grid; it is not ok if they are
// too large.
func (c *class) evaluate(cs *classes) (ok bool) {
	points, all := len(c.grid.points), len(c.constants)+len(c.forms)
	cs.values = slices.Grow(cs.values[:0], all+points)[:all+points]
	basis := cs.values[all:]
	if !c.grid.basis(basis, cs.places) {
		return false
	}
	cs.values = cs.values[:all]
	copy(cs.values, c.constants)
	for i, f := range c.forms {
		cs.values[len(c.constants)+i] = f.value(basis)
	}
	return true
}

// within reports whether values that are watched are in the order that they have
// in the class, and between its limits.
func (c *class) within(values []int) bool {
	for _, l := range c.chains {
		if x, y := values[l.less], values[l.more]; x > y || l.equal != (x == y) {
			return false
		}
	}
	for _, l := range c.ranges {
		if n := values[l.value]; n < l.lo || n >= l.hi {
			return false
		}
	}
	return true
}

// numbers returns the numbers of a plan that depend on lengths.
func (q *Plan) numbers() []int {
	var all []int
	q.visit(func(n int) int { all = append(all, n); return n })
	return all
}

// visit replaces the numbers of a plan, one after the other, by what f returns
// for them.
func (q *Plan) visit(f func(int) int) {
	each := func(numbers []int) {
		for i, n := range numbers {
			numbers[i] = f(n)
		}
	}
	for _, s := range q.storages {
		if !s.partial {
			s.n = f(s.n)
		}
	}
	for i := range q.shapes {
		each(q.shapes[i])
		each(q.results[i].strides)
	}
	for _, s := range q.steps {
		if len(s.launches) > 0 {
			each(s.launches[0].params) // the second part of a reduction has the same
		}
		if v := s.vertex; v != nil {
			each(v.shape)
			for _, a := range v.args {
				each(a.shape)
				each(a.array.strides)
				a.array.off = f(a.array.off)
			}
		}
	}
}

// derive returns the plan for described arguments of the class, with its values
// for them; nil if a routine goes another way.
func (c *class) derive(description, values []int) *Plan {
	q := c.copy()
	q.description = slices.Clone(description)
	i := 0
	q.visit(func(int) int {
		i++
		return values[c.numbers[i-1]]
	})
	for _, s := range q.steps {
		if !q.measure(s) {
			return nil
		}
	}
	q.layOut()
	return q
}

// A copying is the memory of a plan that is being copied, in few pieces.
type copying struct {
	q        *Plan
	ints     []int
	pointers []*vertex
	vertices []struct {
		vertex
		array
	}
	launches []struct {
		launch
		emitted
	}
	lists []*launch
}

// take cuts a slice from a piece of memory.
func take[T any](from *[]T, n int) []T {
	out := (*from)[:n:n]
	*from = (*from)[n:]
	return out
}

// copy returns a plan like that of the class, whose numbers are to be set. What
// depends on no number is shared, and so is what only the text of a plan needs:
// see [Plan.shown].
func (c *class) copy() *Plan {
	from := c.plan
	q := &Plan{program: from.program, batches: from.batches, dtypes: from.dtypes, thrift: from.thrift, inputs: from.inputs, class: c}
	m := &copying{q: q, ints: make([]int, len(c.numbers))}
	vertices, launches := 0, 0
	for _, s := range from.steps {
		launches += len(s.launches)
		if s.vertex != nil {
			vertices += 1 + len(s.vertex.args)
		}
	}
	m.vertices, m.pointers, m.launches, m.lists = slices.Grow(m.vertices, vertices)[:vertices], make([]*vertex, vertices), slices.Grow(m.launches, launches)[:launches], make([]*launch, launches)
	m.memory(from)
	steps := make([]step, len(from.steps))
	q.steps = make([]*step, len(steps))
	for i, s := range from.steps {
		d := &steps[i]
		q.steps[i] = d
		d.stored, d.why, d.counted, d.workers, d.inPlace = s.stored, s.why, s.counted, s.workers, s.inPlace
		for _, x := range s.scratch {
			d.scratch = append(d.scratch, q.storages[x.number])
		}
		if s.vertex != nil {
			d.vertex = m.step(s.vertex)
		}
		if s.launches != nil {
			d.launches = m.launch(s.launches)
		}
	}
	return q
}

// memory copies the storages and results of a plan.
func (m *copying) memory(from *Plan) {
	q := m.q
	storages := make([]storage, len(from.storages))
	q.storages = make([]*storage, len(storages))
	for i, s := range from.storages {
		storages[i] = *s
		q.storages[i] = &storages[i]
		if s.over != nil {
			storages[i].over = &storages[s.over.number]
		}
	}
	arrays := make([]array, len(from.results))
	q.results, q.shapes = make([]*array, len(arrays)), make([][]int, len(arrays))
	for i, a := range from.results {
		arrays[i] = array{storage: q.storages[a.number], off: a.off, strides: take(&m.ints, len(a.strides))}
		q.results[i], q.shapes[i] = &arrays[i], take(&m.ints, len(from.shapes[i]))
	}
}

// step copies the vertex of a step that is no kernel, with its arguments.
func (m *copying) step(from *vertex) *vertex {
	v := m.vertex(from, from.array.strides)
	v.args = take(&m.pointers, len(from.args))
	for i, a := range from.args {
		v.args[i] = m.vertex(a, nil)
	}
	return v
}

// vertex copies a vertex and where it is; nil stands for strides that are to be
// set.
func (m *copying) vertex(from *vertex, strides []int) *vertex {
	x, a := &take(&m.vertices, 1)[0], from.located()
	x.vertex = vertex{node: from.node, kind: from.kind, dtype: from.dtype, shape: take(&m.ints, len(from.shape))}
	if strides == nil {
		strides = take(&m.ints, len(a.strides))
	}
	x.array = array{storage: m.q.storages[a.number], off: a.off, strides: strides}
	x.vertex.array = &x.array
	return &x.vertex
}

// launch copies the launches of a step, which have the same parameters.
func (m *copying) launch(from []*launch) []*launch {
	out := take(&m.lists, len(from))
	params := take(&m.ints, len(from[0].params))
	for i, l := range from {
		x := &take(&m.launches, 1)[0]
		x.emitted = emitted{k: l.k, params: params, bound: l.bound, picks: l.picks}
		x.launch = launch{emitted: &x.emitted, ready: l.ready}
		out[i] = &x.launch
	}
	return out
}

// measure finds the work of a step, how it is divided, and the scratch that it
// needs; it is not ok if that is of another kind than in the plan of the class.
func (q *Plan) measure(s *step) (ok bool) {
	if s.vertex != nil {
		return s.vertex.kind != kindRoutine || s.room()
	}
	for i, l := range s.launches {
		if i == 0 {
			m := &marker{k: l.k, params: l.params, extents: make(map[kernel.Var]int)}
			s.flops = m.work(l.k.Body)
			l.work = s.flops
		}
		l.units = l.k.Units(l.params)
		l.cut(par.Threads(q.program.config.Threads))
		for _, b := range l.bound {
			if b != nil && b.partial && i == 0 {
				q.storages[b.number].n = l.units
			}
		}
	}
	return true
}

// room sets the size of the scratch of a routine.
func (s *step) room() (ok bool) {
	r := newRoutine(s.vertex, nil, s.workers)
	if r == nil || s.counted == 0 {
		return r == nil && s.counted == 0
	}
	rooms := r.scratch()
	if len(rooms) != len(s.scratch) {
		return false
	}
	for i, m := range rooms {
		if s.scratch[i].n = m.n; s.scratch[i].dtype != m.dtype {
			return false
		}
	}
	return true
}

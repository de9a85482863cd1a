package backend

import (
	"math"
	"slices"
	"sync"

	"arignote/backend/internal/kernel"
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
		if !s.measure() {
			return nil
		}
	}
	q.layOut()
	return q
}

// ints cuts slices from a piece of memory.
type ints []int

// like returns a slice of the length of x, of no particular numbers.
func (s *ints) like(x []int) []int {
	out := (*s)[:len(x):len(x)]
	*s = (*s)[len(x):]
	return out
}

// copy returns a plan like that of the class, whose numbers are to be set. What
// depends on no number is shared, and so is what only the text of a plan needs:
// see [Plan.shown].
func (c *class) copy() *Plan {
	from := c.plan
	q := &Plan{program: from.program, batches: from.batches, dtypes: from.dtypes, thrift: from.thrift, inputs: from.inputs, class: c}
	free := make(ints, len(c.numbers))
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
		arrays[i] = array{storage: q.storages[a.number], off: a.off, strides: free.like(a.strides)}
		q.results[i], q.shapes[i] = &arrays[i], free.like(from.shapes[i])
	}
	steps := make([]step, len(from.steps))
	q.steps = make([]*step, len(steps))
	for i, s := range from.steps {
		d := &steps[i]
		q.steps[i] = d
		d.stored, d.why, d.flops, d.counted, d.workers, d.inPlace = s.stored, s.why, s.flops, s.counted, s.workers, s.inPlace
		for _, x := range s.scratch {
			d.scratch = append(d.scratch, q.storages[x.number])
		}
		if s.vertex != nil {
			d.vertex = q.vertex(s.vertex, &free)
		}
		d.launches = q.launches(s.launches, &free)
	}
	return q
}

// vertex returns the vertex of a step that is no kernel for the storages of q.
func (q *Plan) vertex(from *vertex, free *ints) *vertex {
	all := make([]struct {
		vertex
		array
	}, 1+len(from.args))
	like := func(i int, v *vertex) *vertex {
		x, a := &all[i], v.located()
		x.array = array{storage: q.storages[a.number], off: a.off, strides: a.strides}
		x.vertex = vertex{node: v.node, kind: v.kind, dtype: v.dtype, shape: free.like(v.shape)}
		x.vertex.array = &x.array
		return &x.vertex
	}
	v := like(0, from)
	v.args = make([]*vertex, len(from.args))
	for i, a := range from.args {
		v.args[i] = like(1+i, a)
		v.args[i].array.strides = free.like(a.located().strides)
	}
	return v
}

// launches returns the launches of a step for the storages of q.
func (q *Plan) launches(from []*launch, free *ints) []*launch {
	if len(from) == 0 {
		return nil
	}
	all := make([]struct {
		launch
		emitted
	}, len(from))
	out := make([]*launch, len(from))
	params := free.like(from[0].params)
	for i, l := range from {
		x := &all[i]
		x.emitted = emitted{k: l.k, params: params, bound: make([]*storage, len(l.bound)), picks: l.picks}
		for k, s := range l.bound {
			if s != nil {
				x.bound[k] = q.storages[s.number]
			}
		}
		x.launch = launch{emitted: &x.emitted, program: l.program, text: l.text}
		out[i] = &x.launch
	}
	return out
}

// measure finds the work of a step, how it is divided, and the scratch that it
// needs; it is not ok if that is of another kind than in the plan of the class.
func (s *step) measure() (ok bool) {
	if s.vertex != nil && (s.vertex.kind == kindProduct || s.vertex.kind == kindRoutine) {
		r := newRoutine(s.vertex, nil, s.workers)
		if r == nil || s.counted == 0 {
			return r == nil && s.counted == 0
		}
		s.flops, s.counted, s.text = r.flops(), r.count(), r.describe()
		rooms := r.scratch()
		if len(rooms) != len(s.scratch) {
			return false
		}
		for i, m := range rooms {
			if s.scratch[i].n = m.n; s.scratch[i].dtype != m.dtype {
				return false
			}
		}
	}
	for i, l := range s.launches {
		if i == 0 {
			m := &marker{k: l.k, params: l.params, extents: make(map[kernel.Var]int)}
			s.flops = m.work(l.k.Body)
			l.work = s.flops
		}
		l.units = l.k.Units(l.params)
		l.chunk = chunkOf(l.units, l.work)
		for _, b := range l.bound {
			if b != nil && b.partial && i == 0 {
				b.n = l.units
			}
		}
	}
	return true
}

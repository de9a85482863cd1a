package backend

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"arignote/expr"
	"arignote/expr/layout"
)

// This file plans for chosen lengths, to find a class and its polynomials.

var (
	// Limits between which the lengths of a class are: x < limit for all of them,
	// or for none. 0 and 1 are special everywhere; the others decide about the
	// order of reductions and about vectors.
	lengthLimits = []int{0, 1, 2, 4, minBeside, minLanes, 1 << 12, chunkLength + 1, 1 << 15, maxLine + 1}

	// The same for bounds of slices and other integers.
	boundLimits = []int{0, 1, 2}

	// The same for sizes of arrays, which decide about what is stored.
	sizeLimits = []int{1, 2, serialRows, minLanes, maxScratch, maxScratch + 1, hugeBlock}
)

// A sample is what is looked at of a plan for chosen lengths.
type sample struct {
	plan    *Plan
	text    string // all of the plan but its numbers
	numbers []int  // the numbers of the plan
	lengths []int  // of axes: they decide by their order and by lengthLimits
	bounds  []int  // they decide by boundLimits, and by their order within chains
	chains  []int  // where these end
	sizes   []int  // that decide by sizeLimits
}

// all returns all numbers of a sample.
func (x *sample) all() []int { return slices.Concat(x.numbers, x.lengths, x.bounds, x.sizes) }

// chain adds bounds that are compared with each other.
func (x *sample) chain(bounds ...int) {
	x.bounds = append(x.bounds, bounds...)
	x.chains = append(x.chains, len(x.bounds))
}

// sampleOf plans for described arguments, nil if that is not possible.
func (p *Program) sampleOf(numbers []int) *sample {
	types := make([]expr.Type, len(p.graph.Inputs))
	values := make([]*expr.Value, len(types))
	strides := make([][]int, len(types))
	gaps, left := numbers[0], numbers[1:]
	for i, in := range p.graph.Inputs {
		lengths, shape := take(&left, in.Rank()), make([]any, in.Rank())
		for a, n := range lengths {
			if shape[a] = n; n < 0 {
				return nil
			}
		}
		types[i] = expr.Input("x", in.DType(), shape...).Type()
		if i < maxGaps && gaps>>i&1 != 0 {
			if strides[i] = take(&left, in.Rank()); layout.IsRowMajor(lengths, strides[i]) {
				return nil // these are not planned for
			}
		}
	}
	for i, in := range p.graph.Inputs {
		if p.host[in] {
			v, err := expr.Strong(expr.ScalarValue(int64(left[0]))).AsType(in.DType()).Eval([]*expr.Value{expr.ScalarValue(int64(left[0]))})
			if err != nil || v.Int(0) != int64(left[0]) {
				return nil
			}
			values[i], left = v, left[1:]
		}
	}
	s, err := specialize(p.graph, p.host, types, values)
	if err != nil || len(s.stop) > 0 {
		return nil
	}
	f := newFlow(s.graph, p.musts(s), strides)
	q, err := f.plan(p, fast)
	if err != nil {
		return nil
	}
	x := &sample{plan: q, text: q.structure(), numbers: q.numbers()}
	x.watchNodes(p, s)
	for _, v := range f.vertices {
		x.watch(v)
	}
	return x
}

// watchNodes collects the lengths of all axes and the integers on which shapes
// depend.
func (x *sample) watchNodes(p *Program, s *special) {
	for n := range p.graph.Nodes() {
		m := s.of[n]
		if shape, known := m.Type().Shape(); known {
			x.lengths = append(x.lengths, shape...)
		}
		args := make([]*expr.Node, len(n.Args()))
		for i, a := range n.Args() {
			args[i] = s.of[a]
		}
		x.watchBounds(n, args)
		if p.host[n] && m.Value() != nil && m.Rank() == 0 {
			x.watchInteger(n, m, s)
		}
	}
}

// watchInteger collects what the value of n, which is m, is chosen by.
func (x *sample) watchInteger(n, m *expr.Node, s *special) {
	bounds := []int{0, valueOf(m)}
	for _, a := range n.Args() {
		if a.Rank() == 0 {
			bounds = append(bounds, valueOf(s.of[a]))
		}
	}
	if n.Op() == expr.OpFloorDiv || n.Op() == expr.OpMod {
		if a, b := bounds[2], bounds[3]; b != 0 {
			q := a / b
			if a%b != 0 && (a < 0) != (b < 0) {
				q--
			}
			x.chain(q) // with the remainder, this shows that the quotient is right
			bounds = append(bounds, a-q*b)
		}
	}
	x.chain(bounds...)
}

// valueOf returns the value of a scalar constant, an integer or a bool.
func valueOf(n *expr.Node) int {
	switch v := n.Value(); {
	case v == nil:
		return 0
	case v.DType() == expr.Bool:
		if v.Bool(0) {
			return 1
		}
		return 0
	case v.DType().IsInteger():
		return int(v.Int(0))
	}
	return 0
}

// watch collects what decides about a vertex: for bounds, one that comes from the
// body of a map.
func (x *sample) watch(v *vertex) {
	x.lengths = append(x.lengths, v.shape...)
	x.sizes = append(x.sizes, product(v.shape))
	x.watchBounds(v.node, v.node.Args())
	switch v.kind {
	case kindInput:
		if a := v.array; !a.contiguous(v.shape) {
			x.chain(slices.Concat([]int{0}, v.shape, a.strides)...)
		}
	case kindReduce:
		from := v.args[0].shape
		if o := orderOf(from, reducedAxes(v)); len(o.axes) > 0 {
			x.sizes = append(x.sizes, keptInside(from, o.axes))
			others := 1
			for _, a := range o.axes[:len(o.axes)-1] {
				others *= from[a]
			}
			x.sizes = append(x.sizes, others)
		}
	case kindTake, kindScatter:
		x.watchCounted(v)
	case kindProduct:
		for _, a := range v.args {
			_, strides := a.layout()
			x.lengths = append(x.lengths, strides...)
		}
	}
}

// watchCounted collects what decides whether an index array that counts stays
// within the axis that it is for.
func (x *sample) watchCounted(v *vertex) {
	axes := v.node.Attr().(expr.Gathered).Axes
	for k, index := range v.args[len(v.args)-len(axes):] {
		for index.kind == kindView {
			index = index.args[0]
		}
		if index.node.Op() == expr.OpArange && index.dtype.IsInteger() {
			first, step := valueOf(index.node.Arg(0)), valueOf(index.node.Arg(2))
			n := v.args[0].shape[axes[k]]
			x.chain(0, n, first, first+step*(index.shape[0]-1), step, -step)
		}
	}
}

// watchBounds collects the bounds of slices, as they are and where they are
// clipped, and the ends of diagonals, for a node with these arguments.
func (x *sample) watchBounds(n *expr.Node, args []*expr.Node) {
	switch a := n.Attr().(type) {
	case expr.Diagonal:
		if from, known := args[0].Type().Shape(); known && len(from) == 2 {
			x.chain(0, from[0], from[1], from[0]+a.K, from[1]-a.K)
		}
	case expr.Index:
		from, _ := args[0].Type().Shape()
		for _, it := range a.Items {
			if it.Kind != expr.IndexNew {
				x.watchItem(it, from[0], args)
				from = from[1:]
			}
		}
	}
}

// watchItem collects the bounds of a slice of an axis of length n.
func (x *sample) watchItem(it expr.IndexItem, n int, args []*expr.Node) {
	chain := []int{0, n}
	known := func(z *expr.Size) bool {
		if z.Arg >= 0 {
			if args[z.Arg].Value() == nil {
				return false
			}
			*z = expr.Size{Arg: -1, N: valueOf(args[z.Arg])}
		}
		chain = append(chain, z.N, wrap(z.N, n))
		return true
	}
	ok := it.Kind == expr.IndexInt || it.Step.Arg < 0 || args[it.Step.Arg].Value() != nil
	ok = (it.Kind != expr.IndexInt && !it.HasStart || known(&it.Start)) && (!it.HasStop || known(&it.Stop)) && ok
	if ok && it.Kind == expr.IndexSlice {
		if it.Step.Arg >= 0 {
			it.Step = expr.Size{Arg: -1, N: valueOf(args[it.Step.Arg])}
		}
		first, count, step := bounds(it, n)
		last := first + max(count-1, 0)*step
		chain = append(chain, first, last)
		for _, part := range []int{count, min(first, last), n - 1 - max(first, last)} { // inside, before, behind
			x.chain(part)
		}
	}
	x.chain(chain...)
}

// structure returns all of a plan but its numbers as text; it is empty if there
// is a step of which that cannot be said.
func (q *Plan) structure() string {
	var b []byte
	put := func(numbers ...int) {
		for _, n := range numbers {
			b = strconv.AppendInt(append(b, ' '), int64(n), 10)
		}
	}
	list := func(kind byte, all []*storage) {
		b = append(b, kind)
		for _, s := range all {
			if s == nil {
				put(-1)
			} else {
				put(s.number)
			}
		}
	}
	for _, s := range q.storages {
		b = append(b, 's')
		put(s.id, int(s.place), s.index, int(s.dtype), s.from, s.to)
		if s.place == inConstant { // what depends on lengths may be one, such as sums of nothing
			b = append(b, constantKey(s.value)...)
		}
	}
	for _, s := range q.steps {
		list('r', s.reads)
		list('w', s.writes)
		for _, l := range s.launches {
			b = append(append(b, "\nk "...), l.text...)
			list('b', l.bound)
		}
		v := s.vertex
		if v == nil {
			continue
		}
		routine := v.kind == kindProduct || v.kind == kindRoutine && !v.node.Type().IsTuple() && v.body == nil
		if !routine && v.kind != kindReference && v.kind != kindItem {
			return ""
		}
		b = append(append(b, "\nv "...), s.why...)
		put(int(v.kind), int(v.node.Op()), int(v.dtype), v.array.number)
		b = strconv.AppendBool(b, s.counted > 0)
		if a := v.node.Attr(); a != nil {
			b = append(b, a.Key()...)
		}
		for _, a := range v.args {
			put(int(a.kind), int(a.dtype), a.located().number)
			b = strconv.AppendBool(b, layout.IsRowMajor(a.shape, a.located().strides))
		}
	}
	for _, c := range q.batches {
		put(c.hi)
	}
	for _, a := range q.results {
		put(a.number)
	}
	return string(b)
}

// constantKey tells constants apart: small ones by their elements, others by where
// they are, which is the same in all plans if the graph has them.
func constantKey(v *expr.Value) string {
	if v.Len() <= mostVacuous {
		return expr.Constant{Value: v}.Key()
	}
	return fmt.Sprintf("%p", v)
}

// A search looks for the class of some arguments.
type search struct {
	p     *Program
	of    []origin
	base  []int // the values of the variables
	steps []int // of the lattice along each variable
	first *sample
	seen  map[string]*sample
}

// newClass finds the class of described arguments with the given origins, nil
// if there is none.
func (p *Program) newClass(of []origin, numbers []int, modulus int) *class {
	s := &search{p: p, of: of, seen: make(map[string]*sample)}
	for i, o := range of {
		if o.variable == len(s.base) {
			s.base, s.steps = append(s.base, numbers[i]), append(s.steps, modulus)
		}
	}
	if s.first = p.sampleOf(numbers); s.first == nil || s.first.text == "" {
		return nil
	}
	s.seen[placeKey(make([]int, len(s.base)))] = s.first
	if !s.turn() {
		return nil
	}
	highest := 3
	if len(s.base) > 2 {
		highest = 2
	}
	for degree := 1; degree <= highest; degree++ {
		if k := s.fit(degree); k != nil {
			return k
		}
	}
	return nil
}

// A ranked says which of some numbers it is, and whether it is equal to the one
// before it in order of size.
type ranked struct {
	at    int
	equal bool
}

// ascending returns the order of numbers by size.
func ascending(numbers []int) []ranked {
	order := make([]ranked, len(numbers))
	for i := range order {
		order[i].at = i
	}
	slices.SortStableFunc(order, func(x, y ranked) int { return cmp.Compare(numbers[x.at], numbers[y.at]) })
	for i := 1; i < len(order); i++ {
		order[i].equal = numbers[order[i].at] == numbers[order[i-1].at]
	}
	return order
}

func placeKey(at []int) string {
	var b []byte
	for _, n := range at {
		b = strconv.AppendInt(append(b, ' '), int64(n), 10)
	}
	return string(b)
}

// at returns the sample at a place of the lattice, nil if it is not in the class
// of the first.
func (s *search) at(place []int) *sample {
	key := placeKey(place)
	if x, ok := s.seen[key]; ok {
		return x
	}
	numbers := make([]int, len(s.of))
	for i, o := range s.of {
		numbers[i] = o.offset
		if o.variable >= 0 {
			numbers[i] += s.base[o.variable] + place[o.variable]*s.steps[o.variable]
		}
	}
	x := s.p.sampleOf(numbers)
	if x != nil && !s.similar(x) {
		x = nil
	}
	s.seen[key] = x
	return x
}

// similar reports whether x is in the class of the first sample, as far as can
// be seen without polynomials.
func (s *search) similar(x *sample) bool {
	y := s.first
	if x.text != y.text || len(x.numbers) != len(y.numbers) || !slices.Equal(x.chains, y.chains) ||
		!alike(x.lengths, y.lengths, lengthLimits) || !alike(x.bounds, y.bounds, boundLimits) || !alike(x.sizes, y.sizes, sizeLimits) ||
		!slices.Equal(ascending(x.lengths), ascending(y.lengths)) {
		return false
	}
	from := 0
	for _, to := range x.chains {
		if !slices.Equal(ascending(x.bounds[from:to]), ascending(y.bounds[from:to])) {
			return false
		}
		from = to
	}
	return true
}

// alike reports whether numbers are between the same limits as others.
func alike(x, y, limits []int) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if limitsOf(limits, x[i]) != limitsOf(limits, y[i]) {
			return false
		}
	}
	return true
}

// limitsOf returns how many of the limits are not above n.
func limitsOf(limits []int, n int) int {
	at, found := slices.BinarySearch(limits, n)
	if found {
		at++
	}
	return at
}

// turn gives the lattice the directions in which there is room for it.
func (s *search) turn() bool {
	for i := range s.steps {
		place := make([]int, len(s.steps))
		place[i] = 1
		if s.at(place) != nil {
			place[i] = 2
			if s.at(place) != nil {
				continue
			}
		}
		s.steps[i] = -s.steps[i]
		clear(s.seen)
		s.seen[placeKey(make([]int, len(s.base)))] = s.first
		if place[i] = 1; s.at(place) == nil {
			return false
		}
	}
	return true
}

// fit finds the polynomials, of at most the given degree, nil if they are others.
func (s *search) fit(degree int) *class {
	g := newGrid(len(s.base), degree)
	values := make([][]int, len(g.points))
	for i, place := range g.points {
		x := s.at(place)
		if x == nil {
			return nil
		}
		values[i] = x.all()
	}
	forms := g.forms(values)
	basis := make([]int, len(g.points))
	checked := 0
	for _, place := range s.elsewhere(degree) {
		if checked == 2 {
			break
		}
		x := s.at(place)
		if x == nil {
			continue
		}
		checked++
		if !g.basis(basis, place) {
			return nil
		}
		for k, n := range x.all() {
			if forms[k].value(basis) != n {
				return nil
			}
		}
	}
	if checked < 2 {
		return nil
	}
	return s.class(g, forms)
}

// elsewhere returns places that are not on the lattice: far away first.
func (s *search) elsewhere(degree int) [][]int {
	var out [][]int
	for _, far := range []int{2, 1, -3, -8} { // so many times the length, or a fraction of it
		place := make([]int, len(s.base))
		for i, n := range s.base {
			place[i] = degree + 1 + i
			if far > 0 {
				place[i] += far * n / max(s.steps[i], -s.steps[i])
			} else {
				place[i] -= n / far / max(s.steps[i], -s.steps[i])
			}
		}
		out = append(out, place)
	}
	for near := range 2 {
		place := make([]int, len(s.base))
		for i := range place {
			place[i] = degree + 1 + near + i
		}
		out = append(out, place)
		back := make([]int, len(s.base))
		for i := range back {
			back[i] = -1 - near
		}
		out = append(out, back)
	}
	return out
}

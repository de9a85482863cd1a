package backend

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
	"sync"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file plans a new length on a Program that has planned others like it. The
// shapes of arguments belong to a class; plans for shapes of one class differ in
// numbers alone, each a constant times lengths of axes. The plan for one shape
// of the class and these products are a template, from which the plan for
// another shape follows without going through the graph.
//
// Why that is right. It is done for graphs of [uniform] ops alone: every axis of
// every node has the length of an axis of an argument, or 1. So every number in
// a plan that depends on lengths (extents, strides, sizes) is a product of some
// of these. Planning looks at lengths in order to know whether they are 1 or
// equal to others, how they compare with constants that are powers of two, and
// which of two is longer; all of this is in the key of a class, in which lengths
// below [leastFree] stand for themselves. It compares products of lengths with
// constants too, but these decisions concern speed and never a bit of a result.
// Parts, parallel work and places in the arena are computed anew.
//
// The products are found by planning for lengths that are prime numbers: the
// factors of a number tell of which lengths it is the product. A second plan for
// other primes and the one for the lengths that were asked for must agree with
// them in everything, or there is no template for the class.

// leastFree is the least length that is not a part of the key of a class.
const leastFree = 64

// maxClasses bounds the classes that a Program keeps.
const maxClasses = 64

// A class is the class of the shapes of arguments.
type class struct {
	key  []byte
	free []int // the lengths that stand for others, ascending
}

// template is the plan for some shape of a class; nil maps stand for "there is
// none".
type template struct {
	base    *Plan
	numbers []monomial // of base, in the order in which numbers visits them
}

// monomial is a number times powers of the free lengths of a class.
type monomial struct {
	factor int
	of     []int // numbers of the free lengths, each as often as it is a factor
}

// classes are the templates of a Program.
type classes struct {
	once  sync.Once
	apply bool                 // whether the graph has classes
	byKey map[string]*template // nil value: the class was seen once
	class class                // of the last call
	none  template             // stands for a class without template
}

// uniform reports whether op, on arguments with axes that have lengths of axes of
// the program's arguments or 1, gives results of which the same can be said.
func uniform(n *expr.Node) bool {
	switch n.Op() {
	case expr.OpInput, expr.OpSize, expr.OpSum, expr.OpProd, expr.OpMax, expr.OpMin, expr.OpAny, expr.OpAll, expr.OpMean,
		expr.OpArgmax, expr.OpArgmin, expr.OpLogSumExp, expr.OpSoftmax, expr.OpLogSoftmax, expr.OpDimShuffle, expr.OpSumLike,
		expr.OpBroadcastLike, expr.OpOuter, expr.OpDot, expr.OpMatMul, expr.OpGemm, expr.OpGemv, expr.OpGer:
		return true
	case expr.OpConst:
		return n.Rank() == 0
	}
	return n.Op().Elementwise()
}

// classify finds the class of arguments; ok is false if there are no classes
// for them. The class is valid until the next call.
func (p *Program) classify(values []*expr.Value) (*class, bool) {
	c := &p.classes
	c.once.Do(func() {
		c.apply = len(p.host) == 0 && p.config.MemoryLimit == 0 && !p.config.skips("classes")
		for n := range p.graph.Nodes() {
			c.apply = c.apply && uniform(n)
		}
	})
	if !c.apply {
		return nil, false
	}
	x := &c.class
	x.key, x.free = x.key[:0], x.free[:0]
	for i, v := range values {
		if !v.Contiguous() {
			return nil, false
		}
		for a, n := range v.Shape() {
			if _, known := p.graph.Inputs[i].Type().Dims[a].Known(); n >= leastFree && !known && !slices.Contains(x.free, n) {
				x.free = append(x.free, n)
			}
		}
	}
	slices.Sort(x.free)
	for i, v := range values {
		for a, n := range v.Shape() {
			_, known := p.graph.Inputs[i].Type().Dims[a].Known()
			switch at, free := slices.BinarySearch(x.free, n); {
			case !free:
				x.key = binary.AppendUvarint(append(x.key, 'n'), uint64(n))
			case known:
				return nil, false // equal by chance to one that is free
			default:
				x.key = append(x.key, 'f', byte(at))
			}
		}
		x.key = append(x.key, ';')
	}
	for _, n := range x.free {
		x.key = append(x.key, byte(bits.Len(uint(n))), byte(bits.Len(uint(n-1))))
	}
	return x, len(x.free) > 0 && len(x.free) < 8
}

// bound returns the plan for arguments by the template of their class, nil if
// there is none.
func (p *Program) bound(c *class) *Plan {
	t := p.classes.byKey[string(c.key)]
	if t == nil || t.base == nil {
		return nil
	}
	return t.bind(c.free)
}

// learn makes the template of a class, of which q is a plan, when the class is
// seen for the second time.
func (p *Program) learn(c *class, q *Plan, values []*expr.Value) {
	cs := &p.classes
	t, seen := cs.byKey[string(c.key)]
	switch {
	case t != nil:
		return
	case !seen:
		if cs.byKey == nil || len(cs.byKey) >= maxClasses {
			cs.byKey = make(map[string]*template)
		}
		cs.byKey[string(c.key)] = nil
		return
	}
	cs.byKey[string(c.key)] = &cs.none
	if t := p.newTemplate(c, q, values); t != nil {
		cs.byKey[string(c.key)] = t
	}
}

// newTemplate plans for two shapes of the class whose free lengths are primes
// and finds the numbers that q has in common with these plans; nil if the three
// differ in more than numbers.
func (p *Program) newTemplate(c *class, q *Plan, values []*expr.Value) *template {
	primes := [2][]int{}
	plans := [2]*Plan{}
	for i := range plans {
		primes[i] = primesLike(c.free, i)
		if primes[i] == nil || i > 0 && slices.ContainsFunc(primes[1], func(n int) bool { return slices.Contains(primes[0], n) }) {
			return nil
		}
		if plans[i] = p.planFor(c.free, primes[i], values); plans[i] == nil {
			return nil
		}
	}
	text := q.structure()
	if text == "" || plans[0].structure() != text || plans[1].structure() != text {
		return nil
	}
	x, y, z := q.numbers(), plans[0].numbers(), plans[1].numbers()
	t := &template{base: q, numbers: make([]monomial, len(x))}
	if len(y) != len(x) || len(z) != len(x) {
		return nil
	}
	for i := range x {
		m := factored(y[i], primes[0])
		if x[i] == y[i] && y[i] == z[i] {
			m = monomial{factor: x[i]}
		}
		if m.value(primes[1]) != z[i] || m.value(c.free) != x[i] {
			return nil
		}
		t.numbers[i] = m
	}
	return t
}

// primesLike returns primes that have as many binary digits as the given
// lengths and are in the same order; nil if there are none. Different variants
// are different primes.
func primesLike(lengths []int, variant int) []int {
	out := make([]int, len(lengths))
	for i, n := range lengths {
		least := 1 << (bits.Len(uint(n)) - 1)
		first, last := i, i
		for first > 0 && lengths[first-1] >= least {
			first--
		}
		for last+1 < len(lengths) && lengths[last+1] < 2*least {
			last++
		}
		share := least / (2 * (last - first + 2))
		at := least + share*(2*(i-first)+1+variant)
		for !isPrime(at) || i > 0 && at <= out[i-1] {
			at++
		}
		if n == least || at >= 2*least || bits.Len(uint(at)) > 41 {
			return nil
		}
		out[i] = at
	}
	return out
}

func isPrime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return n > 1
}

// planFor plans for arguments in whose shapes other lengths stand for the free
// ones; nil if that is not possible.
func (p *Program) planFor(free, others []int, values []*expr.Value) *Plan {
	types := make([]expr.Type, len(values))
	room := 62
	for _, n := range others {
		room -= bits.Len(uint(n))
	}
	if room < 10 {
		return nil // sizes might overflow
	}
	for i, v := range values {
		shape := make([]any, v.Rank())
		for a, n := range v.Shape() {
			if at, ok := slices.BinarySearch(free, n); ok {
				n = others[at]
			}
			shape[a] = n
		}
		types[i] = expr.Input("x", v.DType(), shape...).Type()
	}
	s, err := specialize(p.graph, p.host, types, make([]*expr.Value, len(values)))
	if err != nil || len(s.stop) > 0 {
		return nil
	}
	q, err := newPlan(p, s.graph, make([][]int, len(values)), fast)
	if err != nil {
		return nil
	}
	return q
}

// factored returns n as a product of some of the primes and a factor.
func factored(n int, primes []int) monomial {
	m := monomial{factor: n}
	for i, p := range primes {
		for m.factor != 0 && m.factor%p == 0 {
			m.factor /= p
			m.of = append(m.of, i)
		}
	}
	return m
}

// value returns the number for some lengths.
func (m *monomial) value(free []int) int {
	n := m.factor
	for _, i := range m.of {
		n *= free[i]
	}
	return n
}

// structure returns all of a plan but its numbers as text; it is empty if a
// template cannot stand for the plan.
func (q *Plan) structure() string {
	var b []byte
	number := func(n int) { b = strconv.AppendInt(append(b, ' '), int64(n), 10) }
	list := func(kind byte, all []*storage) {
		b = append(b, kind)
		for _, s := range all {
			if s == nil {
				number(-1)
			} else {
				number(s.number)
			}
		}
	}
	for _, s := range q.storages {
		b = append(b, 's')
		for _, n := range []int{s.id, int(s.place), s.index, int(s.dtype), s.from, s.to} {
			number(n)
		}
	}
	for _, s := range q.steps {
		list('r', s.reads)
		list('w', s.writes)
		for _, l := range s.launches {
			b = append(append(b, "\nk "...), l.text...)
			list('b', l.bound)
		}
		if s.vertex == nil {
			continue
		}
		if s.vertex.kind != kindProduct || s.counted == 0 {
			return ""
		}
		b = append(b, "\np "...)
		number(int(s.vertex.node.Op()))
		if a := s.vertex.node.Attr(); a != nil {
			b = append(b, a.Key()...)
		}
		number(s.vertex.array.number)
		for _, a := range s.vertex.args {
			number(a.located().number)
			b = strconv.AppendBool(b, isRowMajor(a.shape, a.located().strides))
		}
	}
	for _, c := range q.batches {
		number(c.hi)
	}
	for _, a := range q.results {
		number(a.number)
	}
	return string(b)
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
		for i, l := range s.launches {
			if i == 0 { // the second part of a reduction has the same
				each(l.params)
			}
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

// bind returns the plan for other lengths.
func (t *template) bind(free []int) *Plan {
	q := t.base.copy()
	i := 0
	q.visit(func(int) int {
		i++
		return t.numbers[i-1].value(free)
	})
	for _, s := range q.steps {
		s.measure()
	}
	q.layOut()
	return q
}

// copy returns a plan like q whose numbers can be replaced.
func (q *Plan) copy() *Plan {
	c := &Plan{program: q.program, batches: q.batches, dtypes: q.dtypes, thrift: q.thrift, derived: true}
	storages := make([]storage, len(q.storages))
	c.storages = make([]*storage, len(q.storages))
	for i, s := range q.storages {
		storages[i] = *s
		c.storages[i] = &storages[i]
		if s.over != nil {
			storages[i].over = &storages[s.over.number]
		}
	}
	array := func(a *array) *array {
		b := *a
		b.storage, b.strides = c.storages[a.number], slices.Clone(a.strides)
		return &b
	}
	operand := func(v *vertex) *vertex {
		return &vertex{node: v.node, kind: v.kind, dtype: v.dtype, shape: slices.Clone(v.shape), array: array(v.located())}
	}
	for _, v := range q.inputs {
		c.inputs = append(c.inputs, operand(v))
	}
	for i, a := range q.results {
		c.results = append(c.results, array(a))
		c.shapes = append(c.shapes, slices.Clone(q.shapes[i]))
	}
	steps := make([]step, len(q.steps))
	for i, s := range q.steps {
		d := &steps[i]
		d.stored, d.why, d.flops, d.counted, d.workers, d.text, d.inPlace = s.stored, s.why, s.flops, s.counted, s.workers, s.text, s.inPlace
		d.reads, d.writes = c.like(s.reads), c.like(s.writes)
		if v := s.vertex; v != nil {
			d.vertex = operand(v)
			for _, a := range v.args {
				d.vertex.args = append(d.vertex.args, operand(a))
			}
		}
		var params []int
		for k, l := range s.launches {
			if k == 0 {
				params = slices.Clone(l.params)
			}
			d.launches = append(d.launches, &launch{emitted: &emitted{l.k, params, c.like(l.bound), l.picks}, program: l.program, text: l.text})
		}
		c.steps = append(c.steps, d)
	}
	return c
}

// like returns the storages of q that have the numbers of those of another plan.
func (q *Plan) like(list []*storage) []*storage {
	out := make([]*storage, len(list))
	for i, s := range list {
		if s != nil {
			out[i] = q.storages[s.number]
		}
	}
	return out
}

// measure finds the work of a step and how it is divided.
func (s *step) measure() {
	if s.vertex != nil {
		if s.vertex.kind == kindProduct {
			s.routine(s.workers)
		}
		return
	}
	for i, l := range s.launches {
		if i == 0 {
			m := &marker{k: l.k, params: l.params, extents: make(map[kernel.Var]int)}
			s.flops = m.work(l.k.Body)
			l.work = s.flops
		}
		l.units = l.k.Units(l.params)
		l.cut()
		for _, b := range l.bound {
			if b != nil && b.partial && i == 0 {
				b.n = l.units
			}
		}
	}
}

package optimize

import (
	"encoding/binary"
	"slices"

	"arignote/expr"
)

// This file answers one question: do two nodes certainly have the same shape?
// Types alone do not say it of unknown dims: with x: float64[?] the nodes x and
// exp(x) have one length, x and x + y need not.
//
// Every dim gets a symbol. A known length is its own symbol; an unknown one is
// traced to the dims it comes from: to an axis of an input (or of another node
// of which nothing is known), or, where such axes broadcast, to the set of
// them. Equal symbols are equal lengths.

// symbol is a length n >= 0 where known, else a negative number that stands
// for a set of unknown dims.
type symbol int32

// shapes knows the symbols of the nodes of a run.
type shapes struct {
	store    *store
	of       []int32          // by node number: one more than the number of the shape; 0 = not asked yet
	distinct [][]symbol       // by number
	numbers  map[string]int32 // of shapes, by their keys
	atoms    map[atom]symbol
	sets     map[string]symbol
	list     [][]symbol                // by -1-symbol: the atoms of a set, sorted; an atom is a set of itself
	named    map[namedShape]*expr.Node // an input that has a shape

	sources map[symbol]source // axes of which lengths can be asked

	parts  map[symbol]sliced // what lengths of slices are parts of
	partOf map[sliced]symbol
	totals map[symbol][]symbol // what lengths of concatenations are sums of

	witnesses map[*expr.Node]*expr.Node // what witness found for a node
	scope     int32                     // the graph that is being rewritten: -1, or the first input of a body
}

// atom is an unknown dim that is traced no further: a named one, or an axis of
// a node.
type atom struct {
	name string
	node int32
	axis int
}

// namedShape is a shape (see shapeKey) within one graph: bodies of loops have
// inputs of their own.
type namedShape struct {
	scope int32
	key   string
}

// dims returns the symbol of each axis of n.
func (s *shapes) dims(n *expr.Node) []symbol {
	id := s.store.id(n)
	if d := s.get(id); d != nil {
		return d
	}
	var few [16]int32
	stack := append(few[:0], id)
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		before := len(stack)
		if s.get(top) == nil && !s.plain(top) {
			for _, a := range s.store.args(top) {
				if s.get(a) == nil {
					stack = append(stack, a)
				}
			}
		}
		if len(stack) > before {
			continue
		}
		stack = stack[:len(stack)-1]
		if s.get(top) == nil {
			s.find(top)
		}
	}
	return s.get(id)
}

func (s *shapes) get(id int32) []symbol {
	if int(id) >= len(s.of) || s.of[id] == 0 {
		return nil
	}
	return s.distinct[s.of[id]-1]
}

// set notes the symbols of a node: equal shapes lie in the same memory.
func (s *shapes) set(id int32, d []symbol) {
	key := shapeKey(d)
	k, ok := s.numbers[key]
	if !ok {
		if s.numbers == nil {
			s.numbers = make(map[string]int32)
		}
		k = int32(len(s.distinct))
		s.numbers[key], s.distinct = k, append(s.distinct, d)
	}
	s.setNumber(id, k+1)
}

func (s *shapes) setNumber(id, number int32) {
	if int(id) >= len(s.of) {
		s.of = extended(s.of, s.store.numbered())
	}
	s.of[id] = number
}

// inherited returns what s.of has for the arguments of an element-wise node
// that all have one shape, or are scalars; 0 for other nodes.
func (s *shapes) inherited(id int32) int32 {
	n, number := s.store.nodeAt(id), int32(0)
	if !n.Op().Elementwise() {
		return 0
	}
	for _, a := range s.store.args(id) {
		switch k := s.of[a]; {
		case len(s.distinct[k-1]) == 0 || k == number:
		case number != 0:
			return 0
		default:
			number = k
		}
	}
	return number
}

// plain reports whether the type of a node says all: each dim is known or
// named.
func (s *shapes) plain(id int32) bool {
	return !slices.Contains(s.store.nodeAt(id).Type().Dims, expr.Dim{})
}

// find sets the symbols of a node whose arguments have theirs.
func (s *shapes) find(id int32) {
	n := s.store.nodeAt(id)
	if s.sources == nil {
		s.sources = make(map[symbol]source)
	}
	var from []symbol
	if !s.plain(id) {
		if number := s.inherited(id); number != 0 {
			s.setNumber(id, number)
			return
		}
		from = s.derive(n)
	}
	d := make([]symbol, n.Rank())
	for axis, dim := range n.Type().Dims {
		length, known := dim.Known()
		switch {
		case known:
			d[axis] = symbol(length)
		case dim.Name() != "":
			d[axis] = s.atom(atom{name: dim.Name(), node: -1})
		case from != nil && from[axis] != untraced:
			d[axis] = from[axis]
		default:
			d[axis] = s.atom(atom{node: id, axis: axis})
			s.sources[d[axis]] = source{n, axis, s.scope}
		}
	}
	s.set(id, d)
	if n.Op() == expr.OpInput {
		s.keepInput(n, d)
	}
}

// keepInput remembers an input as the witness of its shape.
func (s *shapes) keepInput(n *expr.Node, d []symbol) {
	if s.named == nil {
		s.named = make(map[namedShape]*expr.Node)
	}
	if key := (namedShape{s.scope, shapeKey(d)}); s.named[key] == nil {
		s.named[key] = n
	}
	for axis, x := range d {
		if from, ok := s.sources[x]; x < 0 && (!ok || from.scope != s.scope) {
			s.sources[x] = source{n, axis, s.scope}
		}
	}
}

// shapeKey is a text that equal shapes share.
func shapeKey(d []symbol) string {
	key := make([]byte, 0, 4*len(d))
	for _, x := range d {
		key = binary.LittleEndian.AppendUint32(key, uint32(x))
	}
	return string(key)
}

// untraced marks an axis of which derive knows nothing.
const untraced = symbol(-1 << 31)

func (s *shapes) atom(a atom) symbol {
	if x, ok := s.atoms[a]; ok {
		return x
	}
	if s.atoms == nil {
		s.atoms = make(map[atom]symbol)
	}
	x := symbol(-1 - len(s.list))
	s.list = append(s.list, []symbol{x})
	s.atoms[a] = x
	return x
}

// join is the symbol of two dims that broadcast.
func (s *shapes) join(a, b symbol) symbol {
	switch {
	case a == b || b == 1:
		return a
	case a == 1:
		return b
	case a >= 0: // a length other than 1 wins over an unknown one
		return a
	case b >= 0:
		return b
	}
	all := slices.Concat(s.list[-1-a], s.list[-1-b])
	slices.Sort(all)
	all = slices.Compact(all)
	switch {
	case len(all) == len(s.list[-1-a]):
		return a
	case len(all) == len(s.list[-1-b]):
		return b
	}
	key := shapeKey(all)
	if x, ok := s.sets[key]; ok {
		return x
	}
	if s.sets == nil {
		s.sets = make(map[string]symbol)
	}
	x := symbol(-1 - len(s.list))
	s.list = append(s.list, all)
	s.sets[key] = x
	return x
}

// broadcast is the shape of the element-wise combination of nodes.
func (s *shapes) broadcast(nodes ...*expr.Node) []symbol {
	var out []symbol
	for _, n := range nodes {
		d := s.dims(n)
		if len(d) > len(out) {
			out = append(slices.Clone(d[:len(d)-len(out)]), out...)
			d = d[len(d)-min(len(d), len(out)):]
		}
		skip := len(out) - len(d)
		for i, x := range d {
			out[skip+i] = s.join(out[skip+i], x)
		}
	}
	return out
}

// within reports whether a, stretched to b, certainly is no error where b is
// the result of broadcasting something of a's shape.
func (s *shapes) within(a, b symbol) bool {
	if a == b || a == 1 {
		return true
	}
	if a >= 0 {
		return false
	}
	if b >= 0 {
		return true // a met a known length: it is that or 1
	}
	for _, x := range s.list[-1-a] {
		if !slices.Contains(s.list[-1-b], x) {
			return false
		}
	}
	return true
}

// sameShape reports whether all nodes certainly have one shape.
func (r *run) sameShape(nodes ...*expr.Node) bool {
	first := r.dims(nodes[0])
	for _, n := range nodes[1:] {
		if !slices.Equal(first, r.dims(n)) {
			return false
		}
	}
	return true
}

// derive traces the axes of n to those of its arguments; nil where it cannot.
func (s *shapes) derive(n *expr.Node) []symbol {
	if n.Op().Elementwise() {
		return s.broadcast(n.Args()...)
	}
	if len(n.Args()) == 0 {
		return nil
	}
	x := s.dims(n.Arg(0))
	switch a := n.Attr().(type) {
	case expr.Axes:
		return reducedSymbols(x, a)
	case expr.Pattern:
		out := make([]symbol, len(a.Axes))
		for i, axis := range a.Axes {
			out[i] = 1
			if axis >= 0 {
				out[i] = x[axis]
			}
		}
		return out
	case expr.Dims:
		return s.deriveDims(n, a)
	case expr.Index:
		if n.Op() == expr.OpSlice {
			return s.deriveSlice(n, x)
		}
		return x // set_subtensor, inc_subtensor
	case expr.Gathered:
		if n.Op() != expr.OpTake {
			return x
		}
		return s.deriveTake(n, a)
	case expr.Transposed:
		return s.deriveBlas(n, a)
	}
	return s.deriveOther(n, x)
}

// deriveOther traces ops whose attribute does not matter for it.
func (s *shapes) deriveOther(n *expr.Node, x []symbol) []symbol {
	switch n.Op() {
	case expr.OpSoftmax, expr.OpLogSoftmax, expr.OpCumsum, expr.OpCumprod, expr.OpSort, expr.OpArgsort:
		if n.Attr().(expr.Axis).Axis < 0 && len(x) != 1 {
			return nil
		}
		return x
	case expr.OpArgmax, expr.OpArgmin:
		if a := n.Attr().(expr.Axis); a.Axis >= 0 {
			return reducedSymbols(x, expr.Axes{Axes: []int{a.Axis}, KeepDims: a.KeepDims})
		}
	case expr.OpInv, expr.OpCholesky, expr.OpTril, expr.OpTriu,
		expr.OpStopGradient, expr.OpScaleGradient, expr.OpWithGradient:
		return x
	case expr.OpSolve, expr.OpSolveTriangular, expr.OpBroadcastLike, expr.OpSumLike:
		return s.dims(n.Arg(1))
	case expr.OpDet, expr.OpLogAbsDet:
		return x[:len(x)-2]
	case expr.OpGer:
		return []symbol{s.dims(n.Arg(1))[0], s.dims(n.Arg(2))[0]}
	case expr.OpOuter:
		return []symbol{x[0], s.dims(n.Arg(1))[0]}
	case expr.OpDot:
		y := s.dims(n.Arg(1))
		return append(slices.Clone(x[:len(x)-1]), y[1:]...)
	case expr.OpMatMul:
		return s.deriveMatMul(n)
	case expr.OpConcatenate:
		out, axis := slices.Clone(x), n.Attr().(expr.Axis).Axis
		list := make([]symbol, len(n.Args()))
		for i, a := range n.Args() {
			list[i] = s.dims(a)[axis]
		}
		out[axis] = s.total(list)
		return out
	case expr.OpArange:
		if d, ok := s.counted(n); ok {
			return []symbol{d}
		}
	}
	return nil
}

func reducedSymbols(x []symbol, a expr.Axes) []symbol {
	out := make([]symbol, 0, len(x))
	for i, d := range x {
		switch {
		case !slices.Contains(a.Axes, i):
			out = append(out, d)
		case a.KeepDims:
			out = append(out, 1)
		}
	}
	return out
}

// deriveDims traces sizes that are given as size(y, axis).
func (s *shapes) deriveDims(n *expr.Node, a expr.Dims) []symbol {
	out := make([]symbol, len(a.Sizes))
	for i, z := range a.Sizes {
		out[i] = untraced
		if z.Arg < 0 {
			continue
		}
		if d, ok := s.sizeSymbol(n.Arg(z.Arg)); ok {
			out[i] = d
		}
	}
	return out
}

// deriveSlice traces each axis to the one it is a part of: the same item takes
// as many elements of axes of one length.
func (s *shapes) deriveSlice(n *expr.Node, x []symbol) []symbol {
	var out []symbol
	axis := 0
	for _, e := range itemsOf(n) {
		if e.kind == expr.IndexNew {
			out = append(out, 1)
			continue
		}
		if e.kind == expr.IndexSlice {
			out = append(out, s.part(x[axis], e))
		}
		axis++
	}
	return out
}

// sliced is the length of a part of an axis of unknown length.
type sliced struct {
	of symbol
	e  item
}

// part is the length of what e takes of an axis of length x. A part of a part
// is traced to the axis where one item says the same, and a part that goes
// backward is as long as its mirror image.
func (s *shapes) part(x symbol, e item) symbol {
	if from, ok := s.parts[x]; ok {
		if merged, ok := after(from.e, e, expr.Dim{}); ok {
			return s.part(from.of, merged)
		}
	}
	if e.numeric() && e.step.n < 0 {
		e = e.mirrored().tidy()
	}
	switch {
	case e.whole():
		return x
	case x >= 0:
		if p, ok := e.span(expr.KnownDim(int(x))); ok {
			return symbol(p.count)
		}
	}
	if y, ok := s.partOf[sliced{x, e}]; ok {
		return y
	}
	if s.parts == nil {
		s.parts, s.partOf = make(map[symbol]sliced), make(map[sliced]symbol)
	}
	y := s.atom(atom{name: "part", node: int32(len(s.parts)), axis: int(x)})
	s.parts[y], s.partOf[sliced{x, e}] = sliced{x, e}, y
	return y
}

// total is the length of joined axes. Neighbouring parts of one axis are joined
// again, and what was joined before counts by its parts.
func (s *shapes) total(list []symbol) symbol {
	var parts []symbol
	for _, x := range list {
		if inner, ok := s.totals[x]; ok {
			parts = append(parts, inner...)
		} else {
			parts = append(parts, x)
		}
	}
	var out []symbol
	for _, x := range parts {
		if last := len(out) - 1; last >= 0 {
			if y, ok := s.sum(out[last], x); ok {
				out[last] = y
				continue
			}
		}
		out = append(out, x)
	}
	if len(out) == 1 {
		return out[0]
	}
	y := s.atom(atom{name: "joined " + shapeKey(out), node: -1})
	if s.totals == nil {
		s.totals = make(map[symbol][]symbol)
	}
	s.totals[y] = out
	return y
}

// sum is the length of two neighbours where that is a number or the length of
// an axis or part.
func (s *shapes) sum(x, y symbol) (symbol, bool) {
	switch {
	case x == 0:
		return y, true
	case y == 0:
		return x, true
	case x >= 0 && y >= 0:
		return x + y, true
	}
	a, okA := s.parts[x]
	b, okB := s.parts[y]
	if !okA || !okB || a.of != b.of {
		return 0, false
	}
	e, ok := neighbours(a.e, b.e, expr.Dim{})
	if !ok {
		return 0, false
	}
	return s.part(a.of, e.tidy()), true
}

// counted is the length of arange(0, size(x, axis), 1).
func (s *shapes) counted(n *expr.Node) (symbol, bool) {
	first, okFirst := integerOf(n.Arg(0))
	step, okStep := integerOf(n.Arg(2))
	if !okFirst || !okStep || first != 0 || step != 1 {
		return 0, false
	}
	return s.sizeSymbol(n.Arg(1))
}

// sizeSymbol is the length that the node n, size(x, axis), asks for.
func (s *shapes) sizeSymbol(n *expr.Node) (symbol, bool) {
	if n.Op() != expr.OpSize {
		return 0, false
	}
	x, axis := n.Arg(0), n.Attr().(expr.Number).N
	if axis < 0 && x.Rank() == 1 {
		axis = 0
	}
	if axis < 0 {
		return 0, false
	}
	return s.dims(x)[axis], true
}

// deriveTake replaces the indexed axes by those of the index arrays.
func (s *shapes) deriveTake(n *expr.Node, a expr.Gathered) []symbol {
	x, index := s.dims(n.Arg(0)), s.broadcast(n.Args()[1:]...)
	var out []symbol
	if a.Front {
		out = append(out, index...)
	}
	for axis, d := range x {
		switch {
		case axis == a.Axes[0] && !a.Front:
			out = append(out, index...)
		case !slices.Contains(a.Axes, axis):
			out = append(out, d)
		}
	}
	return out
}

// deriveBlas traces gemm and gemv.
func (s *shapes) deriveBlas(n *expr.Node, t expr.Transposed) []symbol {
	a := s.dims(n.Arg(1))
	rows := a[0]
	if t.A {
		rows = a[1]
	}
	if n.Op() == expr.OpGemv {
		return []symbol{rows}
	}
	b := s.dims(n.Arg(2))
	columns := b[1]
	if t.B {
		columns = b[0]
	}
	return []symbol{rows, columns}
}

// deriveMatMul traces a product of stacks of matrices.
func (s *shapes) deriveMatMul(n *expr.Node) []symbol {
	a, b := s.dims(n.Arg(0)), s.dims(n.Arg(1))
	if len(a) < 2 || len(b) < 2 {
		return nil
	}
	p, q := a[:len(a)-2], b[:len(b)-2]
	if len(p) < len(q) {
		p, q = q, p
	}
	out := slices.Clone(p)
	for i, x := range q {
		out[len(p)-len(q)+i] = s.join(out[len(p)-len(q)+i], x)
	}
	return append(out, a[len(a)-2], b[len(b)-1])
}

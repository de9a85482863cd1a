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
			return deriveSlice(x, a)
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
		out := slices.Clone(x)
		if len(n.Args()) > 1 {
			out[n.Attr().(expr.Axis).Axis] = untraced
		}
		return out
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
		if size := n.Arg(z.Arg); size.Op() == expr.OpSize {
			if axis := size.Attr().(expr.Number).N; axis >= 0 {
				out[i] = s.dims(size.Arg(0))[axis]
			}
		}
	}
	return out
}

// deriveSlice keeps the axes that are taken whole.
func deriveSlice(x []symbol, a expr.Index) []symbol {
	var out []symbol
	axis := 0
	for _, it := range a.Items {
		switch {
		case it.Kind == expr.IndexNew:
			out = append(out, 1)
			continue
		case it.Kind == expr.IndexSlice && wholeAxis(it):
			out = append(out, x[axis])
		case it.Kind == expr.IndexSlice:
			out = append(out, untraced)
		}
		axis++
	}
	return append(out, x[axis:]...)
}

// wholeAxis reports whether an item takes all of an axis, in either direction.
func wholeAxis(it expr.IndexItem) bool {
	return it.Kind == expr.IndexSlice && !it.HasStart && !it.HasStop && it.Step.Arg < 0 && (it.Step.N == 1 || it.Step.N == -1)
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

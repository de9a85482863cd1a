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

package optimize

import (
	"math"
	"slices"
	"strconv"

	"arignote/expr"
)

// store numbers the nodes of one run. A node is numbered after its arguments
// and never again, and two nodes that mean the same (same op, attribute and
// arguments) share one number: equal subexpressions are one node from the
// moment in which they arise (hash-consing).
//
// Where one of two equal nodes stands for both, all nodes above the other are
// equal to ones with other arguments. Those are made when they are first asked
// for: many never are, because by then their arguments have been rewritten.
//
// Numbers are small and dense, so that what passes know of nodes lies in slices
// without pointers: large graphs are bounded by waiting for memory, and by what
// the garbage collector has to follow.
type store struct {
	merging bool
	known   expr.Numbers // all nodes that were met
	entries pages[entry] // by number
	list    []int32      // arguments of nodes with more than two
	scratch []int32      // arguments of a node that is looked for
	peers   pages[peer]  // by number
	table   index
	keys    attrKeys
	met     opBits // the ops of all nodes
}

// entry is what is known of a node: first what makes it the same as another one,
// then what passes have found. It is half a line of the cache, because what is
// asked of a node is mostly asked together, and large graphs are not in the caches.
type entry struct {
	few   [2]int32 // its arguments; if they are many, where they begin in the store's list and how many
	attr  int32    // the number of the attribute
	op    expr.Op
	done  uint16  // the passes that leave it as it is
	to    int32   // what it has become in the traversal by, unless that left it as it is
	use   useInfo // in the graph that a pass works on
	count uint8   // of arguments in few, or many
	by    uint8   // 0 is none
	stale bool    // the node has other arguments, equal to these
	root  bool    // it was taken apart as the root of a chain
}

// many is the count of entries whose arguments lie in the store's list.
const many = 3

// init makes an empty store ready for use.
func (s *store) init(merging bool) {
	s.merging = merging
	s.table.grow(1)
}

// nodeAt returns the node with the given number.
func (s *store) nodeAt(id int32) *expr.Node {
	if s.entries.at(id).stale {
		s.renew(id)
	}
	return s.known.Node(id)
}

// renew gives the node id, and those below it, the arguments that stand for
// theirs.
func (s *store) renew(id int32) {
	for stack := []int32{id}; len(stack) > 0; {
		id := stack[len(stack)-1]
		below := len(stack)
		for _, a := range s.args(id) {
			if s.entries.at(a).stale {
				stack = append(stack, a)
			}
		}
		if len(stack) > below {
			continue
		}
		stack = stack[:below-1]
		if e := s.entries.at(id); e.stale {
			e.stale = false
			s.known.Replace(id, s.known.Node(id).With(s.nodesOf(s.args(id))...))
		}
	}
}

// args returns the numbers of a node's arguments.
func (s *store) args(id int32) []int32 {
	e := s.entries.at(id)
	if e.count == many {
		return s.list[e.few[0]:][:e.few[1]]
	}
	return e.few[:e.count]
}

// numbered is above all numbers in use.
func (s *store) numbered() int { return s.known.Len() }

// id returns the number of n, numbering n and what it is built of if they are
// new.
func (s *store) id(n *expr.Node) int32 {
	if id := s.known.Of(n); id >= 0 {
		return id
	}
	for m := range s.unknown(n) {
		s.number(m)
	}
	return s.known.Of(n)
}

// node returns the node that stands for n: n itself or an equal one that was
// there before.
func (s *store) node(n *expr.Node) *expr.Node { return s.nodeAt(s.id(n)) }

// unknown visits the nodes below n that have no number yet, arguments first,
// then n.
func (s *store) unknown(n *expr.Node) func(yield func(*expr.Node) bool) {
	type frame struct {
		n    *expr.Node
		next int
	}
	return func(yield func(*expr.Node) bool) {
		var few [8]frame
		stack := append(few[:0], frame{n, 0})
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if args := top.n.Args(); top.next < len(args) {
				a := args[top.next]
				top.next++
				if s.known.Of(a) < 0 {
					stack = append(stack, frame{a, 0})
				}
				continue
			}
			m := top.n
			stack = stack[:len(stack)-1]
			if s.known.Of(m) < 0 && !yield(m) {
				return
			}
		}
	}
}

// number gives n, whose arguments are numbered, a number, and that of an equal
// node to share if there is one.
func (s *store) number(n *expr.Node) {
	args, own := s.scratch[:0], true
	for _, a := range n.Args() {
		id := s.known.Of(a)
		args = append(args, id)
		own = own && !s.entries.at(id).stale && s.known.Node(id) == a
	}
	s.scratch = args
	attr := s.keys.of(n.Op(), n.Attr(), n.Type().Weak)
	home, id := s.lookup(n.Op(), attr, args)
	if id >= 0 {
		s.known.Alias(n, id)
		return
	}
	s.entries.at(s.add(n, attr, args, home)).stale = !own
}

// nodesOf returns the nodes with the given numbers.
func (s *store) nodesOf(ids []int32) []*expr.Node {
	nodes := make([]*expr.Node, len(ids))
	for i, id := range ids {
		nodes[i] = s.nodeAt(id)
	}
	return nodes
}

// home is where a node is found again: among the users of its latest argument,
// which was just looked at, as a rule, and is in the caches. A hash table of all
// nodes is not: to look there took a tenth of the time of large graphs. Only what
// has no arguments, and what has an argument with many users, lies in the table.
type home struct {
	latest int32 // -1 if in the table
	hash   uint32
}

// maxPeers is how many nodes are listed as users of their latest argument.
const maxPeers = 8

// peer is a node among those that have their latest argument in common. Both are
// numbers plus one.
type peer struct {
	first int32 // of the nodes of which it is the latest argument itself
	next  int32 // after it, with the same latest argument
}

// lookup returns the number of the node with this op, attribute and arguments,
// -1 if there is none or if equal nodes are not to be merged, and where such a
// node belongs.
func (s *store) lookup(op expr.Op, attr int32, args []int32) (home, int32) {
	if !s.merging || op == expr.OpInput {
		return home{}, -1
	}
	swaps := len(args) == 2 && op.Commutative()
	if len(args) > 0 {
		latest, count := slices.Max(args), 0
		for u := s.peers.at(latest).first; u != 0; u = s.peers.at(u - 1).next {
			if s.is(u-1, op, attr, args, swaps) {
				return home{}, u - 1
			}
			count++
		}
		if count < maxPeers {
			return home{latest: latest}, -1
		}
	}
	hash := hashOf(op, attr, args, swaps)
	for i := s.table.start(hash); s.table.slots[i].id != 0; i = s.table.next(i) {
		if e := s.table.slots[i]; e.hash == hash && s.is(e.id-1, op, attr, args, swaps) {
			return home{}, e.id - 1
		}
	}
	return home{-1, hash}, -1
}

// is reports whether the node with number id has this op, attribute and
// arguments; in either order if swaps.
func (s *store) is(id int32, op expr.Op, attr int32, args []int32, swaps bool) bool {
	e := s.entries.at(id)
	if e.op != op || e.attr != attr {
		return false
	}
	have := s.args(id)
	return slices.Equal(have, args) || swaps && len(have) == 2 && have[0] == args[1] && have[1] == args[0]
}

// add numbers the node n, which is new, as lookup has looked for it.
func (s *store) add(n *expr.Node, attr int32, args []int32, at home) int32 {
	s.met.add(n.Op())
	id := s.known.Add(n)
	e := entry{attr: attr, op: n.Op(), count: uint8(min(len(args), many))}
	if copy(e.few[:], args) < len(args) {
		e.few = [2]int32{int32(len(s.list)), int32(len(args))}
		s.list = append(s.list, args...)
	}
	s.entries.append(e)
	s.peers.append(peer{})
	switch {
	case !s.merging || n.Op() == expr.OpInput:
	case at.latest < 0:
		s.table.put(at.hash, id+1)
	default:
		latest := s.peers.at(at.latest)
		s.peers.at(id).next, latest.first = latest.first, id+1
	}
	return id
}

// roomy returns s with room for one more element, half as large again if it has
// none: append makes large slices larger by a quarter, and copies them more often.
func roomy[T any](s []T) []T {
	if len(s) == cap(s) {
		s = slices.Grow(s, max(len(s)/2, 16))
	}
	return s
}

// extended returns s with n elements at least, the new ones zero.
func extended[T any](s []T, n int) []T {
	if n > cap(s) {
		s = append(make([]T, 0, max(n, 2*cap(s))), s...)
	}
	return s[:max(n, len(s))]
}

// existing returns the node with this op, attribute and arguments if there is
// one.
func (s *store) existing(op expr.Op, attr expr.Attr, args []*expr.Node) *expr.Node {
	if !s.merging || op == expr.OpInput || op == expr.OpConst {
		return nil
	}
	ids := s.scratch[:0]
	for _, a := range args {
		if a == nil || a.Err() != nil {
			return nil
		}
		id := s.known.Of(a)
		if id < 0 {
			return nil
		}
		ids = append(ids, id)
	}
	s.scratch = ids
	if _, id := s.lookup(op, s.keys.of(op, attr, false), ids); id >= 0 {
		return s.nodeAt(id)
	}
	return nil
}

// weakScalar returns the weak constant of the given value if there is one.
func (s *store) weakScalar(d expr.DType, i int64, z complex128) *expr.Node {
	attr, ok := s.keys.scalars[scalarOfKey(d, true, i, z)]
	if !ok {
		return nil
	}
	if _, id := s.lookup(expr.OpConst, attr, nil); id >= 0 {
		return s.nodeAt(id)
	}
	return nil
}

// index is a hash table of numbers of nodes: open addressing with linear
// probing (Knuth, The Art of Computer Programming 3, algorithm 6.4 L).
type index struct {
	slots []slot // a power of two
	used  int
}

// slot holds the number of a node plus one, or 0.
type slot struct {
	hash uint32
	id   int32
}

func (t *index) start(hash uint32) uint32 { return hash & uint32(len(t.slots)-1) }
func (t *index) next(i uint32) uint32     { return (i + 1) & uint32(len(t.slots)-1) }

// put adds an entry that is not there.
func (t *index) put(hash uint32, id int32) {
	if t.used++; 3*t.used > 2*len(t.slots) {
		t.grow(2 * t.used)
	}
	t.set(slot{hash, id})
}

func (t *index) set(e slot) {
	i := t.start(e.hash)
	for t.slots[i].id != 0 {
		i = t.next(i)
	}
	t.slots[i] = e
}

// grow makes room for n entries.
func (t *index) grow(n int) {
	size := 64
	for 2*size < 3*n {
		size *= 2
	}
	old := t.slots
	t.slots = make([]slot, size)
	for _, e := range old {
		if e.id != 0 {
			t.set(e)
		}
	}
}

// hashOf mixes op, attribute and arguments; the arguments in either order if
// swaps.
func hashOf(op expr.Op, attr int32, args []int32, swaps bool) uint32 {
	h := mix(uint64(op)<<32 | uint64(uint32(attr)))
	if swaps {
		a, b := min(args[0], args[1]), max(args[0], args[1])
		return fold32(mix(h ^ (uint64(uint32(a))<<32 | uint64(uint32(b)))))
	}
	for _, a := range args {
		h = mix(h ^ uint64(uint32(a)) + 0x9e3779b97f4a7c15)
	}
	return fold32(h)
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood, Fast splittable
// pseudorandom number generators, 2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func fold32(h uint64) uint32 { return uint32(h ^ h>>32) }

// attrKeys numbers attributes: equal ones of one op have one number, 0 is none.
type attrKeys struct {
	texts   map[string]int32
	scalars map[scalarKey]int32
	bodies  map[*expr.Graph]string
	count   int32
}

// scalarKey tells scalar constants apart: by dtype, weakness and bits.
type scalarKey struct {
	dtype  expr.DType
	weak   bool
	re, im uint64
}

// of returns the number of the attribute a of a node with the given op; weak
// says that it is a weak constant.
func (k *attrKeys) of(op expr.Op, a expr.Attr, weak bool) int32 {
	switch a := a.(type) {
	case nil:
		return 0
	case expr.Constant:
		if v := a.Value; v.Rank() == 0 {
			return keyNumber(k, &k.scalars, scalarOfKey(v.DType(), weak, v.Int(0), v.Complex(0)))
		}
	case expr.Body:
		return keyNumber(k, &k.texts, k.bodyText(a))
	}
	text := a.Key()
	if text == "" {
		return 0
	}
	return keyNumber(k, &k.texts, text)
}

// keyNumber returns the number of a key in m, a new one for a new key.
func keyNumber[K comparable](k *attrKeys, m *map[K]int32, key K) int32 {
	n, ok := (*m)[key]
	if !ok {
		if *m == nil {
			*m = make(map[K]int32)
		}
		k.count++
		n = k.count
		(*m)[key] = n
	}
	return n
}

// bodyText is the key of a body; the text of the graph is written once.
func (k *attrKeys) bodyText(a expr.Body) string {
	text, ok := k.bodies[a.Graph]
	if !ok {
		if k.bodies == nil {
			k.bodies = make(map[*expr.Graph]string)
		}
		text = a.Key()
		k.bodies[a.Graph] = text
	}
	return strconv.Itoa(a.Sequences) + ":" + text
}

func scalarOfKey(d expr.DType, weak bool, i int64, z complex128) scalarKey {
	if d.IsInteger() {
		return scalarKey{dtype: d, weak: weak, re: uint64(i)}
	}
	return scalarKey{d, weak, math.Float64bits(real(z)), math.Float64bits(imag(z))}
}

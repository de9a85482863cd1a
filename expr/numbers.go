package expr

import "slices"

// Numbers gives nodes the numbers 0, 1, 2 ... in the order in which they are
// added, so that what is known of them can lie in slices. It is a map from
// nodes that neither hashes nor holds more memory than its list.
//
// The number lies in the node itself: a sparse set (Briggs and Torczon, An
// efficient representation for sparse sets, 1993). What a node says counts only
// if the list agrees, so a node may say anything, and what is left behind by a
// Numbers that was never released does no harm. Each node has room for one
// number: whoever comes second, such as another goroutine that works on the
// same graph, keeps its number in a map until the first calls Release.
//
// The zero Numbers is empty. It must not be used by several goroutines at once.
type Numbers struct {
	nodes   []*Node
	aliases []alias
	other   map[*Node]int32 // of nodes whose room is taken
}

// alias is a node that has the number of another one.
type alias struct {
	node *Node
	id   int32
}

// isAlias marks the place of an alias in a node's room; 1 is added to numbers, so
// that 0 is none.
const isAlias = 1 << 31

// Grow makes room for n more nodes.
func (s *Numbers) Grow(n int) { s.nodes = slices.Grow(s.nodes, n) }

// Len returns how many numbers there are.
func (s *Numbers) Len() int { return len(s.nodes) }

// Aliases returns how many nodes share the number of another one.
func (s *Numbers) Aliases() int { return len(s.aliases) }

// Node returns the node with number i.
func (s *Numbers) Node(i int32) *Node { return s.nodes[i] }

// Of returns the number of x, -1 if it has none.
func (s *Numbers) Of(x *Node) int32 {
	slot := x.slot.Load()
	if i := slot - 1; i < uint32(len(s.nodes)) && s.nodes[i] == x {
		return int32(i)
	}
	if i := slot &^ isAlias; slot&isAlias != 0 && i < uint32(len(s.aliases)) && s.aliases[i].node == x {
		return s.aliases[i].id
	}
	if s.other != nil {
		if i, ok := s.other[x]; ok {
			return i
		}
	}
	return -1
}

// Add gives x, which has none, the next number and returns it.
func (s *Numbers) Add(x *Node) int32 {
	i := int32(len(s.nodes))
	if len(s.nodes) == cap(s.nodes) { // append alone would copy large lists five times
		s.nodes = slices.Grow(s.nodes, max(len(s.nodes)/2, 16))
	}
	s.nodes = append(s.nodes, x)
	s.name(x, i, uint32(i+1))
	return i
}

// Alias gives x, which has none, the number i that another node has.
func (s *Numbers) Alias(x *Node, i int32) {
	s.aliases = append(s.aliases, alias{x, i})
	s.name(x, i, uint32(len(s.aliases)-1)|isAlias)
}

// Replace makes x, which has no number, the node with number i, which becomes an
// alias.
func (s *Numbers) Replace(i int32, x *Node) {
	old := s.nodes[i]
	s.nodes[i] = x
	s.name(x, i, uint32(i+1))
	s.aliases = append(s.aliases, alias{old, i})
	if _, taken := s.other[old]; !taken {
		old.slot.Store(uint32(len(s.aliases)-1) | isAlias)
	}
}

// name writes into x where its number i is found.
func (s *Numbers) name(x *Node, i int32, slot uint32) {
	if !x.slot.CompareAndSwap(0, slot) {
		if s.other == nil {
			s.other = make(map[*Node]int32)
		}
		s.other[x] = i
	}
}

// Release empties s and makes the room in its nodes free again.
func (s *Numbers) Release() {
	for _, x := range s.nodes {
		s.forget(x)
	}
	for _, a := range s.aliases {
		s.forget(a.node)
	}
	*s = Numbers{}
}

func (s *Numbers) forget(x *Node) {
	if _, taken := s.other[x]; !taken {
		x.slot.Store(0)
	}
}

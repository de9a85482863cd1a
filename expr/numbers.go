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
	nodes  []*Node
	former []*Node         // by number: what was replaced; empty if nothing was
	other  map[*Node]int32 // of nodes whose room is taken
}

// Grow makes room for n more nodes.
func (s *Numbers) Grow(n int) { s.nodes = slices.Grow(s.nodes, n) }

// Len returns how many nodes there are.
func (s *Numbers) Len() int { return len(s.nodes) }

// Node returns the node with number i.
func (s *Numbers) Node(i int32) *Node { return s.nodes[i] }

// Of returns the number of x, -1 if it has none.
func (s *Numbers) Of(x *Node) int32 {
	i := x.slot.Load() - 1
	if i < uint32(len(s.nodes)) && (s.nodes[i] == x || i < uint32(len(s.former)) && s.former[i] == x) {
		return int32(i)
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
	i := len(s.nodes)
	if i == cap(s.nodes) { // append alone would copy large lists five times
		s.nodes = slices.Grow(s.nodes, max(i, 16))
	}
	s.nodes = append(s.nodes, x)
	s.name(x, i)
	return int32(i)
}

// name writes the number i into x.
func (s *Numbers) name(x *Node, i int) {
	if !x.slot.CompareAndSwap(0, uint32(i+1)) {
		if s.other == nil {
			s.other = make(map[*Node]int32)
		}
		s.other[x] = int32(i)
	}
}

// Replace makes x, which has no number, the node with number i, once. The one
// that it replaces keeps the number too.
func (s *Numbers) Replace(i int32, x *Node) {
	if int(i) >= len(s.former) {
		s.former = append(s.former, make([]*Node, len(s.nodes)-len(s.former))...)
	}
	s.former[i], s.nodes[i] = s.nodes[i], x
	s.name(x, int(i))
}

// Release empties s and makes the room in its nodes free again.
func (s *Numbers) Release() {
	for _, list := range [2][]*Node{s.nodes, s.former} {
		for _, x := range list {
			if x == nil {
				continue
			}
			if _, taken := s.other[x]; !taken {
				x.slot.Store(0)
			}
		}
	}
	*s = Numbers{}
}

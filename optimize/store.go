package optimize

import (
	"encoding/binary"
	"math"
	"strconv"

	"arignote/expr"
)

// store numbers the nodes of one run. A node is numbered after its arguments
// and never again, and two nodes that mean the same (same op, attribute and
// arguments) share one number: equal subexpressions are one node from the
// moment in which they arise (hash-consing).
//
// Numbers are small and dense, so that what passes know of nodes lies in
// slices.
type store struct {
	merging bool
	ids     map[*expr.Node]int32 // known nodes, and others that stand for them
	nodes   []*expr.Node         // by number
	args    [][]int32            // by number
	table   map[nodeKey]int32
	bodies  map[*expr.Graph]string
	pool    []int32 // room for args
}

// nodeKey is what makes two nodes the same. Attributes are told apart by their
// canonical text; leading arguments by number, further ones as bytes.
type nodeKey struct {
	op   expr.Op
	attr string
	a, b int32
	rest string
}

// init makes room for the rewriting of a graph of n nodes, which makes about
// twice as many again: growing large maps step by step costs more than filling
// them.
func (s *store) init(merging bool, n int) {
	s.merging = merging
	s.ids = make(map[*expr.Node]int32, 3*n)
	s.table = make(map[nodeKey]int32, 3*n)
	s.bodies = make(map[*expr.Graph]string)
	s.nodes = make([]*expr.Node, 0, 3*n)
	s.args = make([][]int32, 0, 3*n)
}

// id returns the number of n, numbering n and what it is built of if they are
// new.
func (s *store) id(n *expr.Node) int32 {
	if id, ok := s.ids[n]; ok {
		return id
	}
	for m := range s.unknown(n) {
		s.number(m)
	}
	return s.ids[n]
}

// node returns the node that stands for n: n itself or an equal one that was
// there before.
func (s *store) node(n *expr.Node) *expr.Node { return s.nodes[s.id(n)] }

// unknown visits the nodes below n that have no number yet, arguments first,
// then n.
func (s *store) unknown(n *expr.Node) func(yield func(*expr.Node) bool) {
	type frame struct {
		n    *expr.Node
		next int
	}
	return func(yield func(*expr.Node) bool) {
		stack := []frame{{n, 0}}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if args := top.n.Args(); top.next < len(args) {
				a := args[top.next]
				top.next++
				if _, ok := s.ids[a]; !ok {
					stack = append(stack, frame{a, 0})
				}
				continue
			}
			m := top.n
			stack = stack[:len(stack)-1]
			if _, ok := s.ids[m]; !ok && !yield(m) {
				return
			}
		}
	}
}

// number gives n, whose arguments are numbered, a number: that of an equal
// node if there is one.
func (s *store) number(n *expr.Node) {
	pool := s.pool
	args := s.room(len(n.Args()))
	own := true
	for i, a := range n.Args() {
		args[i] = s.ids[a]
		own = own && s.nodes[args[i]] == a
	}
	key, keyed := s.key(n, args)
	if keyed {
		if id, ok := s.table[key]; ok {
			s.ids[n] = id
			s.pool = pool
			return
		}
	}
	id := int32(len(s.nodes))
	s.ids[n] = id
	if !own { // an argument is represented by another node
		nodes := make([]*expr.Node, len(args))
		for i, a := range args {
			nodes[i] = s.nodes[a]
		}
		n = n.With(nodes...)
		s.ids[n] = id
	}
	s.nodes, s.args = append(s.nodes, n), append(s.args, args)
	if keyed {
		s.table[key] = id
	}
}

// room returns a slice of n numbers.
func (s *store) room(n int) []int32 {
	if n == 0 {
		return nil
	}
	if len(s.pool) < n {
		s.pool = make([]int32, max(n, 1024))
	}
	r := s.pool[:n:n]
	s.pool = s.pool[n:]
	return r
}

// key returns what makes n the same as another node; false for inputs and for
// everything if equal nodes are not to be merged.
func (s *store) key(n *expr.Node, args []int32) (nodeKey, bool) {
	if n.Op() == expr.OpInput || !s.merging {
		return nodeKey{}, false
	}
	k := nodeKey{op: n.Op(), attr: s.attrKey(n), a: -1, b: -1}
	switch {
	case len(args) > 1:
		k.a, k.b = args[0], args[1]
		if k.a > k.b && n.Op().Commutative() {
			k.a, k.b = k.b, k.a
		}
	case len(args) == 1:
		k.a = args[0]
	}
	if len(args) > 2 {
		rest := make([]byte, 0, 4*(len(args)-2))
		for _, a := range args[2:] {
			rest = binary.LittleEndian.AppendUint32(rest, uint32(a))
		}
		k.rest = string(rest)
	}
	return k, true
}

// attrKey returns the canonical text of n's attribute.
func (s *store) attrKey(n *expr.Node) string {
	switch a := n.Attr().(type) {
	case nil:
		return ""
	case expr.Constant:
		return constantKey(n, a.Value)
	case expr.Body:
		text, ok := s.bodies[a.Graph]
		if !ok {
			text = a.Key()
			s.bodies[a.Graph] = text
		}
		return strconv.Itoa(a.Sequences) + ":" + text
	default:
		return a.Key()
	}
}

// constantKey tells constants apart: scalars by dtype, weakness and bits,
// others by the value's own key.
func constantKey(n *expr.Node, v *expr.Value) string {
	if v.Rank() > 0 {
		return expr.Constant{Value: v}.Key()
	}
	return scalarKey(v.DType(), n.Type().Weak, v.Int(0), v.Complex(0))
}

func scalarKey(d expr.DType, weak bool, i int64, z complex128) string {
	var bits [26]byte
	bits[0] = byte(d)
	if weak {
		bits[1] = 1
	}
	if d.IsInteger() {
		binary.LittleEndian.PutUint64(bits[2:], uint64(i))
	} else {
		binary.LittleEndian.PutUint64(bits[10:], math.Float64bits(real(z)))
		binary.LittleEndian.PutUint64(bits[18:], math.Float64bits(imag(z)))
	}
	return string(bits[:])
}

// weakScalar returns the weak constant of the given value if there is one.
func (s *store) weakScalar(d expr.DType, i int64, z complex128) *expr.Node {
	k := nodeKey{op: expr.OpConst, attr: scalarKey(d, true, i, z), a: -1, b: -1}
	if id, ok := s.table[k]; ok {
		return s.nodes[id]
	}
	return nil
}

package elementary

import (
	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// operation is a primitive on values: the same one is made once in a block.
type operation struct {
	op   expr.Op
	d    expr.DType
	args [4]kernel.Value
}

// A memo has a number for each operation, which is 0 at first. It is a hash table
// with open addressing, because an entry of a map costs as much as all else that is
// done for an instruction.
type memo struct {
	slots []slot
	used  int
	round uint32 // slots of other rounds are free
}

type slot struct {
	operation
	round uint32
	value kernel.Value
}

// clear empties m, which keeps its memory.
func (m *memo) clear() {
	m.used = 0
	if m.round++; m.round+1 == 0 {
		clear(m.slots)
		m.round = 0
	}
}

// taken reports whether s has an operation.
func (m *memo) taken(s *slot) bool { return s.round == m.round+1 }

// at returns where the number of an operation is, until the next call.
func (m *memo) at(o operation) *kernel.Value {
	if 2*m.used >= len(m.slots) {
		m.grow()
	}
	s := m.find(o)
	if !m.taken(s) {
		*s = slot{operation: o, round: m.round + 1}
		m.used++
	}
	return &s.value
}

// find returns the slot of an operation, or the one that it will have.
func (m *memo) find(o operation) *slot {
	mask := uint32(len(m.slots) - 1)
	for i := o.hash() & mask; ; i = (i + 1) & mask {
		if s := &m.slots[i]; !m.taken(s) || s.operation == o {
			return s
		}
	}
}

func (m *memo) grow() {
	old := m.slots
	m.slots = make([]slot, max(64, 2*len(old)))
	for _, s := range old {
		if m.taken(&s) {
			*m.find(s.operation) = s
		}
	}
}

// hash mixes the parts one after the other, as FNV-1a does with bytes.
func (o operation) hash() uint32 {
	h := uint64(14695981039346656037)
	for _, x := range [...]uint64{uint64(o.op)<<8 | uint64(o.d), joined(o.args[0], o.args[1]), joined(o.args[2], o.args[3])} {
		h = (h ^ x) * 1099511628211
		h ^= h >> 32
	}
	return uint32(h)
}

func joined(x, y kernel.Value) uint64 { return uint64(uint32(x))<<32 | uint64(uint32(y)) }

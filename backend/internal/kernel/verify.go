package kernel

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"arignote/expr"
)

// Verify returns an error unless k, which Check found right, can run with a
// without leaving any buffer, whatever the data, and unless the promises of
// its Split and Vector loops are kept: no iteration touches what another one
// stores to, as far as affine indices tell. Where an index is picked by a
// value, any element of its axis counts as touched. Buffers are taken not to
// overlap.
func (k *Kernel) Verify(a *Args) error {
	if len(a.Params) != len(k.Params) {
		return fmt.Errorf("kernel: %d parameters, want %d", len(a.Params), len(k.Params))
	}
	v := &verifier{k: k, params: a.Params, room: make([]int, len(k.Buffers)), accesses: make([]access, 0, 2*len(k.Buffers))}
	for i, b := range k.Buffers {
		if b.Mode == Scratch {
			v.room[i] = b.Len.Value(a.Params)
		} else if i < len(a.Buffers) {
			x, ok := a.Buffers[i], false
			if v.room[i], ok = length(x.Data, b.DType); !ok || x.Offset < 0 {
				return fmt.Errorf("kernel: buffer %s is %T from %d on, want elements %v", b.Name, x.Data, x.Offset, b.DType)
			}
			v.room[i] -= x.Offset
		} else {
			return fmt.Errorf("kernel: no memory for buffer %s", b.Name)
		}
		if v.room[i] < 0 {
			return fmt.Errorf("kernel: buffer %s has %d elements", b.Name, v.room[i])
		}
	}
	v.block(k.Body, nil)
	v.disjoint()
	return v.err
}

// verifier is a walk through a kernel with parameters.
type verifier struct {
	k        *Kernel
	params   []int
	room     []int // elements of each buffer
	accesses []access
	err      error
}

// access is a Load or Store with what is around it.
type access struct {
	buf    Buf
	store  bool
	picked bool
	offset int
	terms  []span // one for each loop around it, outermost first, and for each pick
}

// span is a part of an address: stride times a number from 0 to n-1. Of a loop
// over a block it is the position in the block; the rest went to the span of
// the loop over the blocks. Last is the number of elements of the last block.
type span struct {
	stride, n  int
	v, block   Var
	last       int
	split, vec bool
}

func (v *verifier) errorf(format string, args ...any) {
	if v.err == nil {
		v.err = fmt.Errorf("kernel: "+format, args...)
	}
}

// block collects the accesses in body, inside the given loops.
func (v *verifier) block(body []Stmt, loops []*Loop) {
	for _, s := range body {
		switch s := s.(type) {
		case *Load:
			v.access(access{buf: s.Buf, picked: len(s.Picks) > 0}, s.At, s.Picks, loops)
		case *Store:
			v.access(access{buf: s.Buf, picked: len(s.Picks) > 0, store: true}, s.At, s.Picks, loops)
		case *Random:
			a := access{}
			if terms, ok := v.spans(s.At, nil, loops); ok {
				a.offset, a.terms = s.At.Offset.Value(v.params), terms
				if lo, _ := v.reach(a); lo < 0 {
					v.errorf("random number %d", lo)
				}
			}
		}
		inner := loops
		if l := StmtLoop(s); l != nil {
			if !v.loop(l) {
				continue // runs not once, or not at all well
			}
			inner = append(loops[:len(loops):len(loops)], l)
		}
		for _, b := range Blocks(s) {
			v.block(b, inner)
		}
	}
}

// loop reports whether l runs at least once.
func (v *verifier) loop(l *Loop) bool {
	if l.Block != 0 {
		return true // the loop over the blocks runs, so that this one does
	}
	by := 1
	if l.By != (Int{}) {
		by = l.By.Value(v.params)
	}
	if n := l.Extent.Value(v.params); n < 0 || by <= 0 {
		v.errorf("loop %s runs to %d by %d", v.k.Vars[l.Var-1], n, by)
		return false
	}
	return l.Trips(v.params) > 0
}

// access keeps an access and checks that it stays in its buffer.
func (v *verifier) access(a access, at Index, picks []Picked, loops []*Loop) {
	terms, ok := v.spans(at, picks, loops)
	if !ok {
		return
	}
	a.offset, a.terms = at.Offset.Value(v.params), terms
	v.accesses = append(v.accesses, a)
	if lo, hi := v.reach(a); lo < 0 || hi >= v.room[a.buf] {
		v.errorf("elements %d to %d of %s, which has %d", lo, hi, v.k.Buffers[a.buf].Name, v.room[a.buf])
	}
}

// spans returns the spans of an index; ok is false for an axis without
// elements, of which any index fails.
func (v *verifier) spans(at Index, picks []Picked, loops []*Loop) (terms []span, ok bool) {
	terms = make([]span, 0, len(loops)+len(picks))
	for _, l := range loops {
		s := span{v: l.Var, split: l.Split, vec: l.Vector, block: l.Block}
		if stride, ok := at.Stride(l.Var); ok {
			s.stride = stride.Value(v.params)
		}
		if l.Block == 0 {
			s.n = l.Trips(v.params)
		} else {
			around := slices.IndexFunc(loops, func(o *Loop) bool { return o.Var == l.Block })
			n, by := loops[around].Extent.Value(v.params), loops[around].By.Value(v.params)
			s.n, s.last = min(by, n), n-(terms[around].n-1)*by
			terms[around].stride += s.stride * by
		}
		terms = append(terms, s)
	}
	for _, p := range picks {
		n := p.Len.Value(v.params)
		if n <= 0 {
			return nil, false
		}
		terms = append(terms, span{stride: p.Stride.Value(v.params), n: n})
	}
	return terms, true
}

// far is more than any slice has elements; twice as much is still an int.
const far = math.MaxInt / 2

// reach returns the first and the last element that a touches.
func (v *verifier) reach(a access) (lo, hi int) {
	lo, hi = a.offset, a.offset
	for i, t := range a.terms {
		switch {
		case t.block != 0 && slices.ContainsFunc(a.terms[:i], func(c span) bool { return c.v == t.block }):
			// counted with the loop over the blocks
		case !slices.ContainsFunc(a.terms[i+1:], func(r span) bool { return t.v != 0 && r.block == t.v }):
			l, h := t.reach(t.n)
			lo, hi = bounded(lo, l), bounded(hi, h)
		default:
			l, h := blockReach(t, a.terms[i+1:])
			lo, hi = bounded(lo, l), bounded(hi, h)
		}
	}
	return lo, hi
}

// reach returns the smallest and the largest of stride times 0 to n-1.
func (t span) reach(n int) (lo, hi int) {
	end := product(t.stride, n-1)
	return min(end, 0), max(end, 0)
}

// blockReach returns the smallest and the largest sum of a loop over blocks and
// the loops over one of its blocks: in full blocks, and in the last one.
func blockReach(c span, inner []span) (lo, hi int) {
	sum := func(first, last int, n func(span) int) (lo, hi int) {
		a, b := product(c.stride, first), product(c.stride, last)
		lo, hi = min(a, b), max(a, b)
		for _, t := range inner {
			if t.block == c.v {
				l, h := t.reach(n(t))
				lo, hi = bounded(lo, l), bounded(hi, h)
			}
		}
		return lo, hi
	}
	lo, hi = sum(c.n-1, c.n-1, func(t span) int { return t.last })
	if c.n > 1 {
		l, h := sum(0, c.n-2, func(t span) int { return t.n })
		lo, hi = min(lo, l), max(hi, h)
	}
	return lo, hi
}

// bounded returns x + y between -far and far.
func bounded(x, y int) int { return max(-far, min(far, x+y)) }

// product returns stride*n, for n >= 0, between -far and far.
func product(stride, n int) int {
	over, p := bits.Mul64(uint64(distance(stride)), uint64(n))
	if over != 0 || p > far {
		p = far
	}
	if stride < 0 {
		return -int(p)
	}
	return int(p)
}

// distance returns |stride|, at most far.
func distance(stride int) int {
	if stride < -far || stride > far {
		return far
	}
	return max(stride, -stride)
}

// length returns the length of data if it is a slice of elements of dtype d.
func length(data any, d expr.DType) (n int, ok bool) {
	switch x := data.(type) {
	case []bool:
		return len(x), d == expr.Bool
	case []int8:
		return len(x), d == expr.Int8
	case []int16:
		return len(x), d == expr.Int16
	case []int32:
		return len(x), d == expr.Int32
	case []int64:
		return len(x), d == expr.Int64
	case []uint8:
		return len(x), d == expr.Uint8
	case []uint16:
		return len(x), d == expr.Uint16
	case []uint32:
		return len(x), d == expr.Uint32
	case []uint64:
		return len(x), d == expr.Uint64
	case []float32:
		return len(x), d == expr.Float32
	case []float64:
		return len(x), d == expr.Float64
	case []complex64:
		return len(x), d == expr.Complex64
	case []complex128:
		return len(x), d == expr.Complex128
	}
	return 0, false
}

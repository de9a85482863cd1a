package kernel

import (
	"cmp"
	"slices"
)

// This file has the part of Verify that asks whether iterations of loops that
// may run at the same time stay out of each other's way.

// disjoint checks all pairs of accesses to a buffer of which one is a store.
func (v *verifier) disjoint() {
	for i, a := range v.accesses {
		if !a.store {
			continue
		}
		for j, b := range v.accesses {
			if a.buf != b.buf || b.store && j < i {
				continue
			}
			if v.k.Buffers[a.buf].Mode != Scratch {
				v.pair(a, b, i == j, "split", func(t span) bool { return t.split })
			}
			if i != j || !a.picked { // a scatter keeps its order in a Vector loop
				v.pair(a, b, i == j, "vector", func(t span) bool { return t.vec })
			}
		}
	}
}

// pair checks that a and b, a store, in different iterations of those loops
// around both that are chosen do not touch one element. The loops outside of
// the chosen ones are at the same iteration: they are not Split, and a Vector
// loop is one at a time.
func (v *verifier) pair(a, b access, same bool, kind string, chosen func(span) bool) {
	first := slices.IndexFunc(a.terms, chosen)
	if first < 0 {
		return
	}
	last := first // behind the last chosen loop around both
	for i := range min(len(a.terms), len(b.terms)) {
		if a.terms[i].v == 0 || a.terms[i].v != b.terms[i].v {
			break
		}
		if chosen(a.terms[i]) {
			last = i + 1
		}
	}
	if last == first {
		return // no chosen loop around both
	}
	if !same && v.apart(a, b, first) {
		return
	}
	if sameStrides(a.terms[:last], b.terms[:last]) && (interleaved(a, b, first, last) || injective(a, b, first)) {
		return
	}
	v.errorf("iterations of the %s loop %s may touch the same elements of %s", kind, v.k.Vars[a.terms[first].v-1], v.k.Buffers[a.buf].Name)
}

// apart reports whether nothing that a touches is touched by b, the loops
// before number first being at the same iteration.
func (v *verifier) apart(a, b access, first int) bool {
	if !sameStrides(a.terms[:first], b.terms[:first]) {
		first = 0
	}
	a.terms, b.terms = a.terms[first:], b.terms[first:]
	alo, ahi := v.reach(a)
	blo, bhi := v.reach(b)
	return ahi < blo || bhi < alo
}

func sameStrides(a, b []span) bool {
	return slices.EqualFunc(a, b, func(x, y span) bool { return x.stride == y.stride })
}

// interleaved reports whether the steps from iteration to iteration of the
// loops first to last are larger than all that a and b touch in one iteration.
func interleaved(a, b access, first, last int) bool {
	alo, ahi := width(a.terms[last:])
	blo, bhi := width(b.terms[last:])
	lo, hi := min(a.offset+alo, b.offset+blo), max(a.offset+ahi, b.offset+bhi)
	_, ok := stacked(a.terms[first:last], hi-lo)
	return ok
}

func width(terms []span) (lo, hi int) {
	for _, t := range terms {
		l, h := t.reach(t.n)
		lo, hi = bounded(lo, l), bounded(hi, h)
	}
	return lo, hi
}

// injective reports whether a and b touch a new element in every iteration of
// all loops from number first on.
func injective(a, b access, first int) bool {
	inner := func(x access) []span {
		return slices.DeleteFunc(slices.Clone(x.terms[first:]), func(t span) bool { return t.n <= 1 || t.stride == 0 && !t.split && !t.vec })
	}
	ta, tb := inner(a), inner(b)
	same := slices.EqualFunc(ta, tb, func(x, y span) bool { return x.stride == y.stride && x.n == y.n })
	if a.picked || b.picked || !same {
		return false
	}
	if d := a.offset - b.offset; d != 0 {
		ta = append(ta, span{stride: d, n: 2})
	}
	_, ok := stacked(ta, 0)
	return ok
}

// stacked reports whether the sums of the terms are different for different
// iterations, by more than width, because each stride is longer than all that
// the smaller ones come to together. It returns what they all come to.
func stacked(terms []span, width int) (int, bool) {
	terms = slices.DeleteFunc(slices.Clone(terms), func(t span) bool { return t.n <= 1 })
	slices.SortFunc(terms, func(x, y span) int { return cmp.Compare(distance(x.stride), distance(y.stride)) })
	for _, t := range terms {
		if distance(t.stride) <= width {
			return width, false
		}
		width = bounded(width, distance(product(t.stride, t.n-1)))
	}
	return width, true
}

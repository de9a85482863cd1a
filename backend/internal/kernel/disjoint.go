package kernel

import (
	"cmp"
	"slices"
)

// This file has the part of Verify that asks whether iterations of loops that
// may run at the same time stay out of each other's way.

// disjoint checks all pairs of accesses to a buffer of which one is a store and
// whose elements lie in overlapping parts of it. Accesses come in the order of
// their first elements, so that those which end before the next one begins, as
// the many parts of a concatenation do, are not looked at again.
func (v *verifier) disjoint() {
	type part struct{ number, lo, hi int }
	stored := make([]bool, len(v.k.Buffers))
	for _, a := range v.accesses {
		stored[a.buf] = stored[a.buf] || a.store
	}
	var parts []part
	for i, a := range v.accesses {
		if stored[a.buf] {
			lo, hi := v.reach(a)
			parts = append(parts, part{i, lo, hi})
		}
	}
	slices.SortStableFunc(parts, func(p, q part) int {
		return cmp.Or(cmp.Compare(v.accesses[p.number].buf, v.accesses[q.number].buf), cmp.Compare(p.lo, q.lo))
	})
	var open []part
	for _, p := range parts {
		open = slices.DeleteFunc(open, func(q part) bool {
			return v.accesses[q.number].buf != v.accesses[p.number].buf || q.hi < p.lo
		})
		open = append(open, p)
		for _, q := range open {
			v.both(min(p.number, q.number), max(p.number, q.number))
		}
	}
}

// both checks the accesses number i and j, which may be the same.
func (v *verifier) both(i, j int) {
	a, b := v.accesses[i], v.accesses[j]
	if !a.store {
		a, b = b, a
	}
	if !a.store {
		return
	}
	if v.k.Buffers[a.buf].Mode != Scratch {
		v.pair(a, b, i == j, "split", func(t span) bool { return t.split })
	}
	if i != j || !a.picked { // a scatter keeps its order in a Vector loop
		v.pair(a, b, i == j, "vector", func(t span) bool { return t.vec })
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
	if other := slices.IndexFunc(b.terms, chosen); kind == "split" && other >= 0 && a.terms[0].v != b.terms[0].v {
		if !separate(a.offset, a.terms, b.offset, b.terms) {
			v.errorf("the split loops %s and %s may touch the same elements of %s", v.k.Vars[a.terms[first].v-1], v.k.Vars[b.terms[other].v-1], v.k.Buffers[a.buf].Name)
		}
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
		return slices.DeleteFunc(joined(x.terms[first:]), func(t span) bool { return t.n <= 1 || t.stride == 0 && !t.split && !t.vec })
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

// joined returns terms in which a loop over blocks and the only one over one of its
// blocks are a single loop, with as many iterations as they have together.
func joined(terms []span) []span {
	out := slices.Clone(terms)
	for i, t := range out {
		outer := slices.IndexFunc(out[:i], func(c span) bool { return t.block != 0 && c.v == t.block })
		if outer < 0 || out[outer].n <= 1 || out[outer].stride != product(t.stride, t.n) {
			continue
		}
		if slices.ContainsFunc(out[i+1:], func(o span) bool { return o.block == t.block }) {
			continue
		}
		c := &out[outer]
		out[i].n = (c.n-1)*t.n + t.last
		out[i].split, out[i].vec = t.split || c.split, t.vec || c.vec
		c.n = 1
	}
	return out
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

// separate reports whether two accesses to different parts of an array touch no
// element twice: along the axis with the longest stride they are in different
// places, or if not that, along the next one, or the steps of both pass between
// each other. Blocks are as if all were full.
func separate(x int, a []span, y int, b []span) bool {
	stride, common := 0, 0
	for _, t := range slices.Concat(a, b) {
		if t.n > 1 {
			stride = max(stride, distance(t.stride))
			common = gcd(common, distance(t.stride))
		}
	}
	if common > 1 && (x-y)%common != 0 {
		return true
	}
	xlo, xhi := width(a)
	ylo, yhi := width(b)
	if bounded(x, xhi) < bounded(y, ylo) || bounded(y, yhi) < bounded(x, xlo) {
		return true
	}
	if stride <= 1 || stride >= far {
		return false
	}
	apart := func(first int) bool { // with places that are counted from first
		af, al, x, a, aok := alongAxis(bounded(x, -first), a, stride)
		bf, bl, y, b, bok := alongAxis(bounded(y, -first), b, stride)
		return aok && bok && (al < bf || bl < af || separate(x, a, y, b))
	}
	return apart(0) || apart(min(bounded(x, xlo), bounded(y, ylo)))
}

// alongAxis returns the first and the last place along an axis with the given
// stride that an access touches, and its offset and terms inside of a place.
// Ok is false if these reach over the end of one.
func alongAxis(offset int, terms []span, stride int) (first, last, inside int, rest []span, ok bool) {
	var along []span
	for _, t := range terms {
		size := distance(t.stride)
		switch {
		case t.n <= 1 || size == 0:
		case t.stride%stride == 0:
			along = append(along, span{stride: t.stride / stride, n: t.n})
		case stride%size == 0 && t.n > stride/size: // counts on from place to place
			if t.stride < 0 { // turned around, so that places are aligned
				offset = bounded(offset, product(t.stride, t.n-1))
			}
			along = append(along, span{stride: 1, n: (t.n-1)/(stride/size) + 1})
			rest = append(rest, span{stride: size, n: stride / size})
		default:
			rest = append(rest, t)
		}
	}
	lo, hi := width(rest)
	at := floorDiv(bounded(offset, lo), stride)
	if floorDiv(bounded(offset, hi), stride) != at {
		return 0, 0, 0, nil, false
	}
	first, last = width(along)
	return at + first, at + last, offset - at*stride, rest, true
}

func gcd(x, y int) int {
	for y != 0 {
		x, y = y, x%y
	}
	return x
}

func floorDiv(x, y int) int {
	if x < 0 {
		return -((y - 1 - x) / y)
	}
	return x / y
}

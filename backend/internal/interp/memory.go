package interp

import (
	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// place is where a Load or Store goes, bound to a state.
type place struct {
	*state
	at     *address
	picks  []pick
	access int
	vary   bool       // the place, or for a store the value, differs within a tile
	unit   bool       // elements of a tile lie side by side
	alias  bool       // a load may show the buffer's own memory
	mask   *vec[bool] // iterations of a tile that count; nil = all
}

// pick is a kernel.Picked bound to a state.
type pick struct {
	index       *vec[int64]
	len, stride *integer
}

// offset returns what the picks add to the address of iteration i of a tile; ok
// is false, and the state failed, where one is out of range.
func (p *place) offset(i int) (o int, ok bool) {
	for n, x := range p.picks {
		index := x.index.s[0]
		if len(x.index.s) > 1 {
			index = x.index.s[i]
		}
		j := index
		if j < 0 {
			j += int64(x.len.v)
		}
		if j < 0 || j >= int64(x.len.v) {
			p.fail(&kernel.IndexError{Access: p.access, Pick: n, Index: index, Len: x.len.v})
			return 0, false
		}
		o += int(j) * x.stride.v
	}
	return o, true
}

// masked reports whether iteration i does not count.
func (p *place) masked(i int) bool { return p.vary && p.mask != nil && !p.mask.s[i] }

func (typedOf[T]) load(m memory, dst register, p place) step {
	b, d, at := m.(*block[T]), dst.(*vec[T]), p.at
	switch {
	case len(p.picks) > 0:
		return func(w int) { loadPicked(b, d, &p, w) }
	case !p.vary:
		return func(int) { d.own[0] = b.s[at.base(p.vars)] }
	case p.unit && p.alias:
		return func(w int) {
			o := at.base(p.vars)
			d.s = b.s[o : o+w]
		}
	case p.unit:
		return func(w int) {
			d.s = d.own[:w]
			copy(d.s, b.s[at.base(p.vars):])
		}
	}
	return func(w int) {
		d.s = d.own[:w]
		o, s, stride := at.base(p.vars), b.s, at.stride
		for i := range d.s {
			d.s[i] = s[o]
			o += stride
		}
	}
}

// loadPicked loads where the place depends on values. Iterations that do not
// count give 0.
func loadPicked[T expr.Element](b *block[T], d *vec[T], p *place, w int) {
	if !p.vary {
		w = 1
	}
	d.s = d.own[:w]
	base := p.at.base(p.vars)
	for i := range d.s {
		if p.masked(i) {
			var zero T
			d.s[i] = zero
			continue
		}
		o, ok := p.offset(i)
		if !ok {
			return
		}
		d.s[i] = b.s[base+i*p.at.stride+o]
	}
}

func (t typedOf[T]) store(m memory, src register, add bool, p place) step {
	b, x, at := m.(*block[T]), src.(*vec[T]), p.at
	switch {
	case len(p.picks) > 0 || add:
		return func(w int) { t.scatter(b, x, add, &p, w) }
	case !p.vary:
		return func(int) { b.s[at.base(p.vars)] = x.s[0] }
	case p.unit:
		return func(w int) {
			o := at.base(p.vars)
			to := b.s[o : o+w]
			if len(x.s) == 1 {
				fill(to, x.s[0])
				return
			}
			copy(to, x.s)
		}
	}
	return func(w int) {
		o, s, stride, each := at.base(p.vars), b.s, at.stride, each(len(x.s))
		for i := range w {
			s[o] = x.s[i&each]
			o += stride
		}
	}
}

// each returns -1 for a window that is indexed as it is and 0 for one whose
// only element stands for all: element i is s[i & each(len(s))].
func each(n int) int {
	if n == 1 {
		return 0
	}
	return -1
}

// scatter stores, or adds, one element after the other: what is added counts once
// for each iteration, also where all of them add the same.
func (t typedOf[T]) scatter(b *block[T], x *vec[T], add bool, p *place, w int) {
	if !p.vary && !add {
		w = 1
	}
	base, each := p.at.base(p.vars), each(len(x.s))
	for i := range w {
		o, ok := p.offset(i)
		if !ok {
			return
		}
		to := &b.s[base+i*p.at.stride+o]
		if add {
			*to = t.add(*to, x.s[i&each])
		} else {
			*to = x.s[i&each]
		}
	}
}

func (typedOf[T]) target(m memory, dst register, at *address, vars []int) step {
	b, d := m.(*block[T]), dst.(*vec[T])
	return func(w int) {
		o := at.base(vars)
		d.s = b.s[o : o+w]
	}
}

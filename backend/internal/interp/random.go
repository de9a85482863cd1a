package interp

import (
	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// random makes the step of a Random.
func (c *compiler) random(s *kernel.Random) step {
	a, vary, _ := c.address(s.At)
	key := [2]*vec[uint32]{}
	for i, k := range s.Key {
		key[i] = c.values[k].register.(*vec[uint32])
		vary = vary || c.values[k].vary
	}
	dst := make([]register, len(s.Dst))
	for i, v := range s.Dst {
		dst[i] = c.register(v, vary)
	}
	d, vars := c.k.Values[s.Dst[0]], c.vars
	return func(w int) {
		if !vary {
			w = 1
		}
		for _, r := range dst {
			r.window(0, w)
		}
		draw(d, dst, key, a.base(vars), a.stride, w)
	}
}

// draw fills w elements of each register: those of number
// (at + i*stride)*len(dst) and behind. Words of a counter that comes twice in
// a row are computed once.
func draw(d expr.DType, dst []register, key [2]*vec[uint32], at, stride, w int) {
	per := kernel.RandomPer(d)
	counter, last, words := -1, [2]uint32{}, [4]uint32{}
	for i := range w {
		k := [2]uint32{key[0].s[i&each(len(key[0].s))], key[1].s[i&each(len(key[1].s))]}
		for n, r := range dst {
			e := (at+i*stride)*len(dst) + n
			if e/per != counter || k != last {
				counter, last = e/per, k
				words = kernel.RandomWords(k, uint64(counter))
			}
			put(r, i, words, e%per)
		}
	}
}

// put sets element i of a register to number j of those that words give: see
// kernel.RandomElement.
func put(r register, i int, words [4]uint32, j int) {
	switch r := r.(type) {
	case *vec[uint32]:
		r.s[i] = words[j]
	case *vec[uint64]:
		r.s[i] = kernel.RandomUint64(words, j)
	case *vec[float32]:
		r.s[i] = kernel.RandomFloat32(words[j])
	case *vec[float64]:
		r.s[i] = kernel.RandomFloat64(kernel.RandomUint64(words, j))
	}
}

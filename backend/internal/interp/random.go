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
// (at + i*stride)*len(dst) and behind.
func draw(d expr.DType, dst []register, key [2]*vec[uint32], at, stride, w int) {
	switch d {
	case expr.Uint32:
		drawOf(dst, key, 2, at, stride, w, func(words *[4]uint32, j int) uint32 { return words[j] })
	case expr.Uint64:
		drawOf(dst, key, 1, at, stride, w, func(words *[4]uint32, j int) uint64 { return kernel.RandomUint64(*words, j) })
	case expr.Float32:
		drawOf(dst, key, 2, at, stride, w, func(words *[4]uint32, j int) float32 { return kernel.RandomFloat32(words[j]) })
	case expr.Float64:
		drawOf(dst, key, 1, at, stride, w, func(words *[4]uint32, j int) float64 {
			return kernel.RandomFloat64(kernel.RandomUint64(*words, j))
		})
	}
}

// drawOf draws elements of which 1<<shift belong to a counter: see
// kernel.RandomElement. The words of a counter that comes several times in a
// row are computed once.
func drawOf[T expr.Element](dst []register, key [2]*vec[uint32], shift, at, stride, w int, element func(words *[4]uint32, j int) T) {
	k0, k1, e0, e1 := key[0].s, key[1].s, each(len(key[0].s)), each(len(key[1].s))
	var to [4][]T
	for n, r := range dst {
		to[n] = r.(*vec[T]).s
	}
	last, words := -1, [4]uint32{}
	for i := range w {
		e := (at + i*stride) * len(dst)
		if counter := e >> shift; counter != last || e0|e1 != 0 {
			last = counter
			words = kernel.RandomWords([2]uint32{k0[i&e0], k1[i&e1]}, uint64(counter))
		}
		for n := range dst { // all of one counter: their number divides 1<<shift
			to[n][i] = element(&words, e&(1<<shift-1)+n)
		}
	}
}

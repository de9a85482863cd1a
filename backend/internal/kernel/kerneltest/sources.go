package kerneltest

import (
	"math"
	"math/rand/v2"

	"arignote/backend/internal/kernel"
)

func sourceCases() []Case {
	return []Case{
		{"iota", `kernel(x: int64 out, y: float64 out; n, step, start) {
			for i < n split vector {
				v: int64 = iota[i*step + start]
				store x[i] = v
				w: float64 = astype(v)
				store y[i] = w
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			step, start := -3, math.MaxInt>>23
			x, y := make([]int64, n), make([]float64, n)
			for i := range x {
				x[i] = int64(start + i*step)
				y[i] = float64(x[i])
			}
			return []int{n, step, start}, []any{make([]int64, n), make([]float64, n)}, []any{x, y}
		}},
		{"mandelbrot", mandelbrot, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n, bound := 3, 50
			re, im, y := normal(m, r), normal(n, r), make([]int64, n*m)
			for i := range y {
				y[i] = escape(re[i%m], im[i/m], bound)
			}
			return []int{n, m, bound}, []any{re, im, make([]int64, n*m)}, []any{nil, nil, y}
		}},
		{"count of steps", `kernel(x: int64 in, y: int64 out over i; n, bound) {
			zero: int64 = const 0
			reduce i < n vector lanes 32 (sum: int64 = zero) {
				v: int64 = load x[i]
				one: int64 = const 1
				while bound (k: int64 = v, steps: int64 = zero) {
					more: bool = gt(k, one)
					next more
				} do {
					two: int64 = const 2
					half: int64 = floor_divide(k, two)
					s: int64 = add(steps, one)
					next half, s
				} gives rest, steps
				t: int64 = add(sum, steps)
				next t
			} combine (a; b) {
				d: int64 = add(a, b)
				next d
			} gives total
			store y[0] = total
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			x, sum, bound := make([]int64, n), int64(0), 9
			for i := range x {
				x[i] = r.Int64N(1000)
				for k, t := x[i], 0; k > 1 && t < bound; k, t = k/2, t+1 {
					sum++
				}
			}
			return []int{n, bound}, []any{x, []int64{0}}, []any{nil, []int64{sum}}
		}},
		{"while in a while", `kernel(x: int64 in, y: int64 out; n) {
			for i < n split vector {
				x: int64 = load x[i]
				zero: int64 = const 0
				one: int64 = const 1
				two: int64 = const 2
				while 100 (k: int64 = zero, sum: int64 = zero) {
					more: bool = lt(k, x)
					next more
				} do {
					while 5 (h: int64 = k, s: int64 = sum) {
						more: bool = gt(h, one)
						next more
					} do {
						half: int64 = floor_divide(h, two)
						t: int64 = add(s, one)
						next half, t
					} gives rest, total
					k2: int64 = add(k, one)
					next k2, total
				} gives k3, sum3
				store y[i] = sum3
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			x, y := make([]int64, n), make([]int64, n)
			for i := range x {
				x[i] = r.Int64N(60)
				for k := range x[i] {
					for h, t := k, 0; h > 1 && t < 5; h, t = h/2, t+1 {
						y[i]++
					}
				}
			}
			return []int{n}, []any{x, make([]int64, n)}, []any{nil, y}
		}},
		{"search with picks in a while", `kernel(next: int64 in, y: int64 out; n, m) {
			for i < n split vector {
				start: int64 = iota[i]
				limit: int64 = iota[m]
				while 1000 (at: int64 = start) {
					inside: bool = lt(at, limit)
					next inside
				} do {
					to: int64 = load next[pick(at of m)] access 1
					next to
				} gives end
				store y[i] = end
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			next, y := make([]int64, n), make([]int64, n)
			for i := range next {
				next[i] = int64(i + 1 + r.IntN(n)) // beyond n: done, and no index
			}
			for i := range y {
				at := int64(i)
				for t := 0; t < 1000 && at < int64(n); t++ {
					at = next[at]
				}
				y[i] = at
			}
			return []int{n, n}, []any{next, make([]int64, n)}, []any{nil, y}
		}},
		{"pi", `kernel(key: uint32 in, y: int64 out over c; n) {
			k0: uint32 = load key[0]
			k1: uint32 = load key[1]
			zero: int64 = const 0
			reduce c < n by 512 split lanes 1 (s: int64 = zero) {
				reduce i in c vector lanes 32 (p: int64 = zero) {
					u, v: float64 = random(k0, k1)[i]
					uu: float64 = square(u)
					vv: float64 = square(v)
					w: float64 = add(uu, vv)
					one: float64 = const 1
					in: bool = lt(w, one)
					count: int64 = astype(in)
					t: int64 = add(p, count)
					next t
				} combine (a; b) {
					d: int64 = add(a, b)
					next d
				} gives chunk
				t: int64 = add(s, chunk)
				next t
			} combine (a; b) {
				d: int64 = add(a, b)
				next d
			} gives total
			store y[0] = total
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			key, count := [2]uint32{r.Uint32(), r.Uint32()}, int64(0)
			for i := range n {
				w := kernel.RandomWords(key, uint64(i))
				x, y := kernel.RandomFloat64(kernel.RandomUint64(w, 0)), kernel.RandomFloat64(kernel.RandomUint64(w, 1))
				if float64(x*x)+float64(y*y) < 1 {
					count++
				}
			}
			return []int{n}, []any{key[:], []int64{0}}, []any{nil, []int64{count}}
		}},
		{"random numbers of all kinds", `kernel(key: uint32 in, a: uint32 out, b: uint64 out, c: float32 out, d: float64 out; n, at) {
			k0: uint32 = load key[0]
			k1: uint32 = load key[1]
			for i < n split vector {
				v1: uint32 = random(k0, k1)[i + at]
				store a[i] = v1
				v2: uint64 = random(k0, k1)[i*2 + at]
				store b[i] = v2
				w1, w2, w3, w4: float32 = random(k1, k0)[i]
				store c[i*4] = w1
				store c[i*4 + 1] = w2
				store c[i*4 + 2] = w3
				store c[i*4 + 3] = w4
				v4: float64 = random(k0, k1)[i + at]
				store d[i] = v4
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			key, at := [2]uint32{r.Uint32(), r.Uint32()}, math.MaxInt>>28+4
			a, b, c, d := make([]uint32, n), make([]uint64, n), make([]float32, 4*n), make([]float64, n)
			for i := range n {
				e := at + i
				a[i] = kernel.RandomWords(key, uint64(e/4))[e%4]
				f := at + 2*i
				b[i] = kernel.RandomUint64(kernel.RandomWords(key, uint64(f/2)), f%2)
				for j, w := range kernel.RandomWords([2]uint32{key[1], key[0]}, uint64(i)) {
					c[4*i+j] = float32(w>>9) / (1 << 23)
				}
				d[i] = float64(kernel.RandomUint64(kernel.RandomWords(key, uint64(e/2)), e%2)>>12) / (1 << 52)
			}
			data := []any{key[:], make([]uint32, n), make([]uint64, n), make([]float32, 4*n), make([]float64, n)}
			return []int{n, at}, data, []any{nil, a, b, c, d}
		}},
	}
}

const mandelbrot = `kernel(re: float64 in, im: float64 in, y: int64 out; n, m, bound) {
	zero: float64 = const 0
	none: int64 = const 0
	for i < n split {
		b: float64 = load im[i]
		for j < m vector {
			a: float64 = load re[j]
			while bound (x: float64 = zero, y: float64 = zero, k: int64 = none) {
				xx: float64 = square(x)
				yy: float64 = square(y)
				r: float64 = add(xx, yy)
				four: float64 = const 4
				in: bool = le(r, four)
				next in
			} do {
				xx: float64 = square(x)
				yy: float64 = square(y)
				d: float64 = sub(xx, yy)
				x2: float64 = add(d, a)
				two: float64 = const 2
				tx: float64 = mul(two, x)
				xy: float64 = mul(tx, y)
				y2: float64 = add(xy, b)
				one: int64 = const 1
				k2: int64 = add(k, one)
				next x2, y2, k2
			} gives xe, ye, ke
			store y[i*m + j] = ke
		}
	}
}`

// escape is the number of steps of z*z + c that stay within radius 2.
func escape(a, b float64, bound int) int64 {
	x, y := 0.0, 0.0
	for k := range bound {
		xx, yy := float64(x*x), float64(y*y)
		if xx+yy > 4 {
			return int64(k)
		}
		x, y = float64(xx-yy)+a, float64(2*x*y)+b
	}
	return int64(bound)
}

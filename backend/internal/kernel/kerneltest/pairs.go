package kerneltest

import (
	"math"
	"math/rand/v2"
)

func pairCases() []Case {
	return []Case{
		{"gram", `kernel(x: float64 in, y: float64 out; n, m) {
			minus: float64 = const -0.5
			for i < m split {
				a: float64 = load x[i]
				for j < n vector {
					b: float64 = load x[j]
					d: float64 = sub(a, b)
					q: float64 = square(d)
					h: float64 = mul(q, minus)
					e: float64 = exp(h)
					store y[i*n + j] = e
				}
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			m := min(n, 3)
			x, y := normal(n, r), make([]float64, m*n)
			for i := range m {
				for j := range n {
					d := x[i] - x[j]
					y[i*n+j] = exp(d * d * -0.5)
				}
			}
			return []int{n, m}, []any{x, make([]float64, m*n)}, []any{nil, y}
		}},
		{"nearest", `kernel(target: float64 in, thumbs: float64 in, y: int64 out over j c; n, m) {
			far: float64 = const inf
			none: int64 = const 9223372036854775807
			for i < n split {
				reduce j < m vector lanes 16 (best: float64 = far, at: int64 = none) {
					zero: float64 = const 0
					reduce c < 3 lanes 1 (s: float64 = zero) {
						t: float64 = load target[i*3 + c]
						u: float64 = load thumbs[j*3 + c]
						d: float64 = sub(t, u)
						q: float64 = square(d)
						p: float64 = add(s, q)
						next p
					} gives dist
					k: int64 = iota[j]
					less: bool = lt(dist, best)
					b: float64 = where(less, dist, best)
					w: int64 = where(less, k, at)
					next b, w
				} combine (b1, k1; b2, k2) {
					less: bool = lt(b2, b1)
					same: bool = eq(b2, b1)
					first: bool = lt(k2, k1)
					both: bool = and(same, first)
					take: bool = or(less, both)
					b: float64 = where(take, b2, b1)
					k: int64 = where(take, k2, k1)
					next b, k
				} gives b, k
				store y[i] = k
			}
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 9
			coarse := func(n int) []float64 {
				x := make([]float64, n)
				for i := range x {
					x[i] = float64(r.IntN(6)) // many ties
				}
				return x
			}
			target, thumbs, y := coarse(3*n), coarse(3*m), make([]int64, n)
			for i := range y {
				best := math.Inf(1)
				y[i] = math.MaxInt64
				for j := range m {
					s := 0.0
					for c := range 3 {
						d := target[3*i+c] - thumbs[3*j+c]
						s += float64(d * d)
					}
					if s < best {
						best, y[i] = s, int64(j)
					}
				}
			}
			return []int{n, m}, []any{target, thumbs, make([]int64, n)}, []any{nil, nil, y}
		}},
		{"pair energies and forces", `kernel(x: float64 in, energy: float64 out over j, force: float64 out over j; n, m) {
			zero: float64 = const 0
			one: float64 = const 1
			for i < m split {
				a: float64 = load x[i]
				me: int64 = iota[i]
				reduce j < n vector lanes 32 (e: float64 = zero, f: float64 = zero) {
					b: float64 = load x[j]
					d: float64 = sub(a, b)
					q: float64 = square(d)
					s: float64 = add(q, one)
					u: float64 = reciprocal(s)
					other: int64 = iota[j]
					self: bool = eq(me, other)
					g: float64 = where(self, zero, u)
					h: float64 = mul(g, d)
					e2: float64 = add(e, g)
					f2: float64 = sub(f, h)
					next e2, f2
				} combine (e1, f1; e2, f2) {
					e: float64 = add(e1, e2)
					f: float64 = add(f1, f2)
					next e, f
				} gives et, ft
				store energy[i] = et
				store force[i] = ft
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			m := min(n, 7)
			x, energy, force := normal(n, r), make([]float64, m), make([]float64, m)
			type pair struct{ e, f float64 }
			for i := range m {
				s := lanes(n, 32, pair{}, func(s pair, j int) pair {
					d := x[i] - x[j]
					g := 1 / (float64(d*d) + 1)
					if i == j {
						g = 0
					}
					return pair{s.e + g, s.f - float64(g*d)}
				}, func(s, t pair) pair { return pair{s.e + t.e, s.f + t.f} })
				energy[i], force[i] = s.e, s.f
			}
			return []int{n, m}, []any{x, make([]float64, m), make([]float64, m)}, []any{nil, energy, force}
		}},
	}
}

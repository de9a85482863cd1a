package kerneltest

import (
	"math"
	"math/rand/v2"
)

func rowCases() []Case {
	return []Case{
		{"border and inside", `kernel(x: float64 in, y: float64 out; n, m) {
			two: float64 = const 2
			for i < n split {
				a: float64 = load x[i*m]
				store y[i*m] = a
			}
			for i < n split {
				for j < m-2 split vector {
					left: float64 = load x[i*m + j]
					right: float64 = load x[i*m + j + 2]
					sum: float64 = add(left, right)
					v: float64 = div(sum, two)
					store y[i*m + j + 1] = v
				}
			}
			for i < n split {
				a: float64 = load x[i*m + m-1]
				store y[i*m + m-1] = a
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			m := 2 + n%5
			x, y := normal(n*m, r), make([]float64, n*m)
			for i := range y {
				y[i] = x[i]
				if 0 < i%m && i%m < m-1 {
					y[i] = (x[i-1] + x[i+1]) / 2
				}
			}
			return []int{n, m}, []any{x, make([]float64, n*m)}, []any{nil, y}
		}},
		{"softmax", `kernel(x: float64 in, y: float64 out; n, m) {
			low: float64 = const -inf
			zero: float64 = const 0
			for i < n split {
				scratch e: float64[m]
				reduce j < m vector lanes 32 (s: float64 = low) {
					v: float64 = load x[i*m + j]
					t: float64 = maximum(s, v)
					next t
				} combine (a; b) {
					c: float64 = maximum(a, b)
					next c
				} gives peak
				reduce j < m vector lanes 32 (s: float64 = zero) {
					v: float64 = load x[i*m + j]
					d: float64 = sub(v, peak)
					p: float64 = exp(d)
					store e[j] = p
					t: float64 = add(s, p)
					next t
				} combine (a; b) {
					c: float64 = add(a, b)
					next c
				} gives total
				for j < m vector {
					v: float64 = load e[j]
					q: float64 = div(v, total)
					store y[i*m + j] = q
				}
			}
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 5
			x, y := normal(n*m, r), make([]float64, n*m)
			for i := range n {
				row, out := x[i*m:i*m+m], y[i*m:i*m+m]
				peak := lanes(m, 32, math.Inf(-1), func(s float64, j int) float64 { return maximum(s, row[j]) }, func(x, y float64) float64 { return maximum(x, y) })
				for j := range row {
					out[j] = exp(row[j] - peak)
				}
				total := laneSum(out, 32)
				for j := range row {
					out[j] /= total
				}
			}
			return []int{n, m}, []any{x, make([]float64, n*m)}, []any{nil, y}
		}},
		{"layer norm", `kernel(x: float64 in, gain: float64 in, y: float64 out; n, m) {
			zero: float64 = const 0
			eps: float64 = const 1e-5
			count: int64 = iota[m]
			float: float64 = astype(count)
			for i < n split {
				scratch d: float64[m]
				reduce j < m vector lanes 32 (s: float64 = zero) {
					v: float64 = load x[i*m + j]
					t: float64 = add(v, s)
					next t
				} combine (a; b) {
					c: float64 = add(a, b)
					next c
				} gives sum
				mean: float64 = div(sum, float)
				reduce j < m vector lanes 32 (s: float64 = zero) {
					v: float64 = load x[i*m + j]
					w: float64 = sub(v, mean)
					store d[j] = w
					q: float64 = square(w)
					t: float64 = add(s, q)
					next t
				} combine (a; b) {
					c: float64 = add(a, b)
					next c
				} gives squares
				var: float64 = div(squares, float)
				shift: float64 = add(var, eps)
				dev: float64 = sqrt(shift)
				for j < m vector {
					v: float64 = load d[j]
					q: float64 = div(v, dev)
					g: float64 = load gain[j]
					z: float64 = mul(q, g)
					store y[i*m + j] = z
				}
			}
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 5
			x, gain, y := normal(n*m, r), normal(m, r), make([]float64, n*m)
			for i := range n {
				row, d, sq := x[i*m:i*m+m], make([]float64, m), make([]float64, m)
				mean := laneSum(row, 32) / float64(m)
				for j := range row {
					d[j] = row[j] - mean
					sq[j] = d[j] * d[j]
				}
				dev := math.Sqrt(laneSum(sq, 32)/float64(m) + 1e-5)
				for j := range row {
					y[i*m+j] = d[j] / dev * gain[j]
				}
			}
			return []int{n, m}, []any{x, gain, make([]float64, n*m)}, []any{nil, nil, y}
		}},
		{"running sum of rows", `kernel(x: float64 in, y: float64 out; n, m) {
			zero: float64 = const 0
			for i < n split {
				reduce j < m vector lanes 1 (s: float64 = zero) {
					v: float64 = load x[i*m + j]
					w: float64 = neg(v)
					t: float64 = add(s, w)
					store y[i*m + j] = t
					next t
				} gives total
			}
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 5
			x, y := normal(n*m, r), make([]float64, n*m)
			for i := range n {
				s := 0.0
				for j := range m {
					s += -x[i*m+j]
					y[i*m+j] = s
				}
			}
			return []int{n, m}, []any{x, make([]float64, n*m)}, []any{nil, y}
		}},
		{"running maximum and how far below it", `kernel(x: float64 in, y: float32 out, z: float64 out; n) {
			low: float64 = const -inf
			reduce j < n vector lanes 1 (s: float64 = low) {
				v: float64 = load x[j]
				t: float64 = maximum(s, v)
				r: float32 = astype(t)
				store y[j*2] = r
				d: float64 = sub(t, v)
				store z[j] = d
				next t
			} gives peak
			store z[n] = peak
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			x, y, z := normal(n, r), make([]float32, 2*n), make([]float64, n+1)
			peak := math.Inf(-1)
			for i, v := range x {
				peak = max(peak, v)
				y[2*i], z[i] = float32(peak), peak-v
			}
			z[n] = peak
			return []int{n}, []any{x, make([]float32, 2*n), make([]float64, n+1)}, []any{nil, y, z}
		}},
		{"running sum of columns", `kernel(x: float64 in, y: float64 inout; n, m, behind) {
			for j < m vector {
				v: float64 = load x[j]
				store y[j] = v
			}
			for i < n-1 {
				for j < m vector {
					v: float64 = load x[i*m + j + m]
					w: float64 = load y[i*m + j]
					t: float64 = add(w, v)
					store y[i*m + j + m] = t
				}
			}
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 5
			x, y := normal(n*m, r), make([]float64, n*m)
			for i := range x {
				y[i] = x[i]
				if i >= m {
					y[i] += y[i-m]
				}
			}
			return []int{n, m, m}, []any{x, make([]float64, n*m)}, []any{nil, y}
		}},
		{"fibonacci in lockstep", `kernel(x: int64 in, y: int64 out; n, steps) {
			for i < n split vector {
				one: int64 = const 1
				v: int64 = load x[i]
				reduce t < steps lanes 1 (b: int64 = one, a: int64 = v) {
					c: int64 = add(a, b)
					next c, b
				} gives q, p
				store y[i] = p
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			x, y := make([]int64, n), make([]int64, n)
			for i := range x {
				x[i] = r.Int64N(100)
				a, b := x[i], int64(1)
				for range 10 {
					a, b = b, a+b
				}
				y[i] = a
			}
			return []int{n, 10}, []any{x, make([]int64, n)}, []any{nil, y}
		}},
	}
}

package kerneltest

import (
	"math"
	"math/rand/v2"
)

func reduceCases() []Case {
	return []Case{
		{"sum of all", `kernel(x: float64 in, y: float64 out over c; n) {
			zero: float64 = const 0
			reduce c < n by 256 split lanes 1 (s: float64 = zero) {
				reduce i in c vector lanes 32 (p: float64 = zero) {
					v: float64 = load x[i]
					t: float64 = add(p, v)
					next t
				} combine (a; b) {
					d: float64 = add(a, b)
					next d
				} gives chunk
				t: float64 = add(s, chunk)
				next t
			} combine (a; b) {
				d: float64 = add(a, b)
				next d
			} gives total
			store y[0] = total
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			x, s := normal(n, r), 0.0
			for lo := 0; lo < n; lo += 256 {
				s += laneSum(x[lo:min(lo+256, n)], 32)
			}
			return []int{n}, []any{x, []float64{0}}, []any{nil, []float64{s}}
		}},
		{"running sum and product", `kernel(x: float64 in, y: float64 out, z: float64 out; n) {
			zero: float64 = const 0
			one: float64 = const 1
			reduce i < n vector lanes 1 (s: float64 = zero, p: float64 = one) {
				v: float64 = load x[i]
				w: float64 = sub(v, one)
				t: float64 = add(s, v)
				q: float64 = mul(p, w)
				store y[i] = t
				u: float64 = sub(q, t)
				store z[i] = u
				next t, q
			} gives total, all
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			x, y, z := normal(n, r), make([]float64, n), make([]float64, n)
			s, p := 0.0, 1.0
			for i, v := range x {
				s += v
				p = float64(p * (v - 1))
				y[i], z[i] = s, p-s
			}
			return []int{n}, []any{x, make([]float64, n), make([]float64, n)}, []any{nil, y, z}
		}},
		{"mean and scaled elements", `kernel(x: float64 in, y: float64 out, mean: float64 out over c; n) {
			zero: float64 = const 0
			two: float64 = const 2
			reduce c < n by 100 split lanes 4 (s: float64 = zero) {
				reduce i in c vector lanes 8 (p: float64 = zero) {
					v: float64 = load x[i]
					w: float64 = mul(v, two)
					store y[i] = w
					t: float64 = add(p, w)
					next t
				} combine (a; b) {
					d: float64 = add(a, b)
					next d
				} gives chunk
				t: float64 = add(s, chunk)
				next t
			} combine (a; b) {
				d: float64 = add(a, b)
				next d
			} gives total
			count: int64 = iota[n]
			f: float64 = astype(count)
			m: float64 = div(total, f)
			store mean[0] = m
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			x, y := normal(n, r), make([]float64, n)
			var chunks []float64
			for i := range x {
				y[i] = 2 * x[i]
			}
			for lo := 0; lo < n; lo += 100 {
				chunks = append(chunks, laneSum(y[lo:min(lo+100, n)], 8))
			}
			mean := laneSum(chunks, 4) / float64(n)
			return []int{n}, []any{x, make([]float64, n), []float64{0}}, []any{nil, y, []float64{mean}}
		}},
		{"sum over two axes", `kernel(x: float64 in, y: float64 out over i j; n, m) {
			zero: float64 = const 0
			reduce i < n lanes 2 (s: float64 = zero) {
				reduce j < m vector lanes 32 (p: float64 = zero) {
					v: float64 = load x[i*m + j]
					t: float64 = add(p, v)
					next t
				} combine (a; b) {
					d: float64 = add(a, b)
					next d
				} gives row
				t: float64 = add(s, row)
				next t
			} combine (a; b) {
				d: float64 = add(a, b)
				next d
			} gives total
			store y[0] = total
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 5
			x, rows := normal(n*m, r), make([]float64, n)
			for i := range rows {
				rows[i] = laneSum(x[i*m:i*m+m], 32)
			}
			return []int{n, m}, []any{x, []float64{0}}, []any{nil, []float64{laneSum(rows, 2)}}
		}},
		{"sums of columns, serial inside", `kernel(x: float64 in, y: float64 out over i; n, m) {
			zero: float64 = const 0
			for j < m split vector {
				reduce i < n lanes 4 (s: float64 = zero) {
					v: float64 = load x[i*m + j]
					t: float64 = add(s, v)
					next t
				} combine (a; b) {
					d: float64 = add(a, b)
					next d
				} gives total
				store y[j] = total
			}
		}`, columnSums(4)},
		{"sums of columns in scratch", `kernel(x: float64 in, y: float64 out over i; n, m) {
			zero: float64 = const 0
			scratch acc: float64[m]
			for j < m vector {
				store acc[j] = zero
			}
			for i < n {
				for j < m vector {
					s: float64 = load acc[j]
					v: float64 = load x[i*m + j]
					t: float64 = add(s, v)
					store acc[j] = t
				}
			}
			for j < m vector {
				s: float64 = load acc[j]
				store y[j] = s
			}
		}`, columnSums(1)},
		{"sums of columns by blocks of rows", `kernel(x: float64 in, part: float64 out over i; n, m) {
			zero: float64 = const 0
			for c < n by 2 split {
				scratch acc: float64[m]
				for j < m vector {
					store acc[j] = zero
				}
				for i in c {
					for j < m vector {
						v: float64 = load x[i*m + j]
						store acc[j] += v
					}
				}
				for j < m vector {
					s: float64 = load acc[j]
					store part[c*m + j] = s
				}
			}
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 5
			x, y := normal(n*m, r), make([]float64, 3*m)
			for i := range n {
				for j := range m {
					y[i/2*m+j] += x[i*m+j]
				}
			}
			return []int{n, m}, []any{x, make([]float64, 3*m)}, []any{nil, y}
		}},
		{"extrema of int64", `kernel(x: int64 in, lo: int64 out over j, hi: int64 out over j; n, m) {
			big: int64 = const 9223372036854775807
			small: int64 = const -9223372036854775808
			for i < n split {
				reduce j < m vector lanes 16 (s: int64 = small) {
					v: int64 = load x[i*m + j]
					t: int64 = maximum(v, s)
					next t
				} combine (a; b) {
					d: int64 = maximum(a, b)
					next d
				} gives top
				reduce j < m vector lanes 16 (s: int64 = big, u: int64 = small) {
					v: int64 = load x[i*m + j]
					t: int64 = minimum(v, s)
					w: int64 = maximum(v, u)
					next t, w
				} combine (a, a2; b, b2) {
					d: int64 = minimum(a, b)
					d2: int64 = maximum(a2, b2)
					next d, d2
				} gives bottom, top2
				store lo[i] = bottom
				store hi[i] = top
			}
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 5
			x, lo, hi := make([]int64, n*m), make([]int64, n), make([]int64, n)
			for i := range n {
				lo[i], hi[i] = math.MaxInt64, math.MinInt64
				for j := range m {
					v := int64(r.Uint64())
					x[i*m+j] = v
					lo[i], hi[i] = min(lo[i], v), max(hi[i], v)
				}
			}
			return []int{n, m}, []any{x, make([]int64, n), make([]int64, n)}, []any{nil, lo, hi}
		}},
		{"variance in one pass", variance, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 5
			x, y := normal(n*m, r), make([]float64, n)
			for i := range y {
				row := x[i*m : i*m+m]
				s := lanes(m, 8, moments{}, func(s moments, j int) moments { return s.take(row[j]) }, moments.join)
				y[i] = s.squares / s.count
			}
			return []int{n, m}, []any{x, make([]float64, n)}, []any{nil, y}
		}},
	}
}

// columnSums is the sum of the columns of a 5 by m matrix with so many lanes.
func columnSums(lanes int) func(m int, r *rand.Rand) ([]int, []any, []any) {
	return func(m int, r *rand.Rand) ([]int, []any, []any) {
		n := 5
		x, y, column := normal(n*m, r), make([]float64, m), make([]float64, n)
		for j := range y {
			for i := range column {
				column[i] = x[i*m+j]
			}
			y[j] = laneSum(column, lanes)
		}
		return []int{n, m}, []any{x, make([]float64, m)}, []any{nil, y}
	}
}

// moments are the three states of a running variance: Welford (1962), joined
// as Chan, Golub and LeVeque (1979) do.
type moments struct{ count, mean, squares float64 }

func (s moments) take(v float64) moments {
	n := s.count + 1
	d := v - s.mean
	q := d / n
	mean := s.mean + q
	return moments{n, mean, s.squares + float64(d*(v-mean))}
}

func (s moments) join(t moments) moments {
	n := s.count + t.count
	safe := max(n, 1)
	d := t.mean - s.mean
	w := t.count / safe
	return moments{n, s.mean + float64(d*w), s.squares + t.squares + float64(float64(d*d)*float64(s.count*w))}
}

const variance = `kernel(x: float64 in, y: float64 out over j; n, m) {
	zero: float64 = const 0
	for i < n split {
		reduce j < m vector lanes 8 (count: float64 = zero, mean: float64 = zero, squares: float64 = zero) {
			v: float64 = load x[i*m + j]
			one: float64 = const 1
			k: float64 = add(count, one)
			d: float64 = sub(v, mean)
			q: float64 = div(d, k)
			u: float64 = add(mean, q)
			e: float64 = sub(v, u)
			p: float64 = mul(d, e)
			s: float64 = add(squares, p)
			next k, u, s
		} combine (c1, m1, s1; c2, m2, s2) {
			one: float64 = const 1
			k: float64 = add(c1, c2)
			safe: float64 = maximum(k, one)
			d: float64 = sub(m2, m1)
			w: float64 = div(c2, safe)
			dw: float64 = mul(d, w)
			u: float64 = add(m1, dw)
			s12: float64 = add(s1, s2)
			dd: float64 = square(d)
			cw: float64 = mul(c1, w)
			p: float64 = mul(dd, cw)
			s: float64 = add(s12, p)
			next k, u, s
		} gives c, mu, sq
		r: float64 = div(sq, c)
		store y[i] = r
	}
}`

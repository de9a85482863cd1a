package kerneltest

import "math/rand/v2"

func memoryCases() []Case {
	return []Case{
		{"gather", `kernel(x: float64 in, index: int64 in, y: float64 out; n, rows, m) {
			for i < n split {
				k: int64 = load index[i]
				for j < m vector {
					v: float64 = load x[j + pick(k of rows)*m] access 1
					store y[i*m + j] = v
				}
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			rows, m := 7, 3
			x, index, y := normal(rows*m, r), indices(n, rows, r), make([]float64, n*m)
			for i := range y {
				y[i] = x[(int(index[i/m])+rows)%rows*m+i%m]
			}
			return []int{n, rows, m}, []any{x, index, make([]float64, n*m)}, []any{nil, nil, y}
		}},
		{"gather of two indices", `kernel(x: float64 in, index: int64 in, y: float64 out; n, rows, cols) {
			for i < n split vector {
				a: int64 = load index[i]
				b: int64 = load index[i + n]
				v: float64 = load x[pick(a of rows)*cols + pick(b of cols) + 1] access 4
				store y[i] = v
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			rows, cols := 7, 11
			x, index, y := normal(rows*cols+1, r), append(indices(n, rows, r), indices(n, cols, r)...), make([]float64, n)
			for i := range y {
				y[i] = x[(int(index[i])+rows)%rows*cols+(int(index[n+i])+cols)%cols+1]
			}
			return []int{n, rows, cols}, []any{x, index, make([]float64, n)}, []any{nil, nil, y}
		}},
		{"scatter", `kernel(x: float32 in, index: int64 in, sums: float32 inout, last: float32 inout; n, bins) {
			for i < n vector {
				k: int64 = load index[i]
				v: float32 = load x[i]
				store sums[pick(k of bins)] access 1 += v
				store last[pick(k of bins)*2] access 2 = v
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			bins := 7
			x, index, sums, last := make([]float32, n), indices(n, bins, r), make([]float32, bins), make([]float32, 2*bins)
			for i := range x {
				x[i] = float32(r.NormFloat64())
				sums[(int(index[i])+bins)%bins] += x[i]
				last[(int(index[i])+bins)%bins*2] = x[i]
			}
			return []int{n, bins}, []any{x, index, make([]float32, bins), make([]float32, 2*bins)}, []any{nil, nil, sums, last}
		}},
		{"scatter into rows of its own", `kernel(x: float64 in, index: int64 in, y: float64 inout; n, m, bins) {
			for i < n split {
				for j < m vector {
					k: int64 = load index[i*m + j]
					v: float64 = load x[i*m + j]
					store y[i*bins + pick(k of bins)] access 1 += v
				}
			}
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n, bins := 5, 7
			x, index, y := normal(n*m, r), indices(n*m, bins, r), make([]float64, n*bins)
			for i := range x {
				y[i/m*bins+(int(index[i])+bins)%bins] += x[i]
			}
			return []int{n, m, bins}, []any{x, index, make([]float64, n*bins)}, []any{nil, nil, y}
		}},
		{"concatenate", `kernel(x: float64 in, y: float64 in, z: float64 out; n) {
			for i < n split vector {
				v: float64 = load x[i]
				store z[i] = v
				w: float64 = load y[i]
				store z[i + n] = w
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			x, y := normal(n, r), normal(n, r)
			z := append(append([]float64{}, x...), y...)
			return []int{n}, []any{x, y, make([]float64, 2*n)}, []any{nil, nil, z}
		}},
		{"reversed rows through scratch", `kernel(x: int16 in, y: int16 out; n, m) {
			for i < n split {
				scratch t: int16[m]
				for j < m vector {
					v: int16 = load x[i*m + j]
					store t[j*-1 + m-1] = v
				}
				for j < m vector {
					v: int16 = load t[j]
					store y[i*m + j] = v
				}
			}
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 5
			x, y := make([]int16, n*m), make([]int16, n*m)
			for i := range x {
				x[i] = int16(r.Uint32())
				y[i/m*m+m-1-i%m] = x[i]
			}
			return []int{n, m}, []any{x, make([]int16, n*m)}, []any{nil, y}
		}},
	}
}

// indices returns n indices of an axis of the given length, from either end.
func indices(n, length int, r *rand.Rand) []int64 {
	x := make([]int64, n)
	for i := range x {
		x[i] = int64(r.IntN(2*length) - length)
	}
	return x
}

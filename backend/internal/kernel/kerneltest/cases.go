package kerneltest

import (
	"math"
	"math/rand/v2"

	"arignote/expr"
)

// Cases returns the kernels. Rows and columns of two-dimensional ones are
// 5 by n unless they say otherwise.
func Cases() []Case {
	var all []Case
	all = append(all, elementCases()...)
	all = append(all, rowCases()...)
	all = append(all, reduceCases()...)
	all = append(all, pairCases()...)
	all = append(all, memoryCases()...)
	return append(all, sourceCases()...)
}

// op returns the reference meaning of an op of one or two float64.
func op(o expr.Op) func(args ...float64) float64 {
	return func(args ...float64) float64 {
		out := []float64{0}
		pointers := make([]any, len(args))
		for i := range args {
			pointers[i] = &[]float64{args[i]}
		}
		f, err := o.Lanes(nil, &out, pointers...)
		if err != nil {
			panic(err)
		}
		f()
		return out[0]
	}
}

var (
	exp     = op(expr.OpExp)
	hypot   = op(expr.OpHypot)
	maximum = op(expr.OpMaximum)
)

// lanes reduces n elements as package kernel says.
func lanes[T any](n, lanes int, init T, step func(s T, i int) T, combine func(x, y T) T) T {
	acc := make([]T, lanes)
	for i := range acc {
		acc[i] = init
	}
	for i := range n {
		acc[i%lanes] = step(acc[i%lanes], i)
	}
	for h := lanes / 2; h > 0; h /= 2 {
		for i := range h {
			acc[i] = combine(acc[i], acc[i+h])
		}
	}
	return acc[0]
}

func plus(x, y float64) float64 { return x + y }

func laneSum(x []float64, n int) float64 {
	return lanes(len(x), n, 0, func(s float64, i int) float64 { return s + x[i] }, plus)
}

// normal returns n random numbers, some of them special.
func normal(n int, r *rand.Rand) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
		if r.IntN(200) == 0 {
			x[i] = []float64{0, math.Copysign(0, -1), 1e300, -1e-310}[r.IntN(4)]
		}
	}
	return x
}

// zeros returns n zeros of a dtype.
func zeros(dtype string, n int) any {
	d, _ := expr.ParseDType(dtype)
	return expr.Zeros(d, n).Data()
}

func elementCases() []Case {
	return []Case{
		{"squares", `kernel(a: float64 in, b: float64 in, y: float64 out; n) {
			for i < n split vector {
				v0: float64 = load a[i]
				v1: float64 = load b[i]
				v2: float64 = square(v0)
				v3: float64 = square(v1)
				two: float64 = const 2
				v4: float64 = mul(two, v0)
				v5: float64 = mul(v4, v1)
				v6: float64 = add(v2, v3)
				v7: float64 = add(v6, v5)
				store y[i] = v7
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			a, b, y := normal(n, r), normal(n, r), make([]float64, n)
			for i := range y {
				t := float64(2 * a[i] * b[i])
				y[i] = float64(float64(a[i]*a[i])+float64(b[i]*b[i])) + t
			}
			return []int{n}, []any{a, b, make([]float64, n)}, []any{nil, nil, y}
		}},
		{"rare", `kernel(a: float64 in, b: float64 in, y: float64 out, z: float64 out; n) {
			for i < n split vector {
				v0: float64 = load a[i]
				v1: float64 = load b[i]
				one: float64 = const 1
				v2: bool = lt(one, v0)
				v3: float64 = rare hypot(v0, v1) if v2 else v1
				store y[i] = v3
				v4: float64 = load a[0]
				v5: bool = lt(v4, one)
				v6: float64 = rare exp(v4) if v5 else one
				store z[i] = v6
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			a, b, y, z := normal(n, r), normal(n, r), make([]float64, n), make([]float64, n)
			for i := range y {
				y[i], z[i] = b[i], 1
				if a[i] > 1 {
					y[i] = hypot(a[i], b[i])
				}
				if a[0] < 1 {
					z[i] = exp(a[0])
				}
			}
			return []int{n}, []any{a, b, make([]float64, n), make([]float64, n)}, []any{nil, nil, y, z}
		}},
		{"polynomials", `kernel(a: float64 in, b: float64 in, x: float64 out, y: float64 out, z: float64 out; n) {
			for i < n split vector {
				v0: float64 = load a[i]
				v1: float64 = load b[i]
				c0: float64 = const 0.1
				c1: float64 = const -0.7
				c2: float64 = load b[0]
				p0: float64 = fma(c0, v0, c1)
				p1: float64 = fma(p0, v0, c2)
				p2: float64 = fma(p1, v0, c0)
				q1: float64 = fma(v1, p2, c1)
				q2: float64 = fma(q1, p2, c0)
				store x[i] = q2
				r1: float64 = fma(p2, v1, c1)
				r2: float64 = fma(r1, v1, c0)
				r3: float64 = fma(r2, v0, c1)
				r4: float64 = fma(r3, v1, v0)
				store y[i] = r4
				s: float64 = add(r1, r2)
				t1: float64 = fma(c0, v0, c1)
				t2: float64 = fma(t1, v0, c0)
				t3: float64 = fma(t2, v0, t2)
				t4: float64 = add(s, t3)
				store z[i] = t4
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			a, b, x, y, z := normal(n, r), normal(n, r), make([]float64, n), make([]float64, n), make([]float64, n)
			for i := range y {
				p := math.FMA(math.FMA(math.FMA(0.1, a[i], -0.7), a[i], b[0]), a[i], 0.1)
				x[i] = math.FMA(math.FMA(b[i], p, -0.7), p, 0.1)
				first := math.FMA(p, b[i], -0.7)
				second := math.FMA(first, b[i], 0.1)
				y[i] = math.FMA(math.FMA(second, a[i], -0.7), b[i], a[i])
				third := math.FMA(math.FMA(0.1, a[i], -0.7), a[i], 0.1)
				z[i] = (first + second) + math.FMA(third, a[i], third)
			}
			return []int{n}, []any{a, b, make([]float64, n), make([]float64, n), make([]float64, n)}, []any{nil, nil, x, y, z}
		}},
		{"squares of float32", `kernel(a: float32 in, y: float32 out, z: float32 out; n) {
			for i < n split vector {
				v0: float32 = load a[i]
				v2: float32 = square(v0)
				v3: float32 = sqrt(v2)
				v4: float32 = div(v0, v3)
				store y[i] = v4
				v5: float32 = sub(v4, v2)
				store z[i] = v5
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			a, y, z := make([]float32, n), make([]float32, n), make([]float32, n)
			for i := range y {
				a[i] = float32(r.NormFloat64())
				sq := float32(a[i] * a[i])
				y[i] = a[i] / float32(math.Sqrt(float64(sq)))
				z[i] = y[i] - sq
			}
			return []int{n}, []any{a, make([]float32, n), make([]float32, n)}, []any{nil, y, z}
		}},
		{"broadcast rows and columns", `kernel(x: float64 in, row: float64 in, col: float64 in, y: float64 out; n, m) {
			for i < n split {
				v0: float64 = load col[i]
				for j < m split vector {
					v1: float64 = load x[i*m + j]
					v2: float64 = load row[j]
					v3: float64 = mul(v0, v2)
					v4: float64 = sub(v1, v3)
					store y[i*m + j] = v4
				}
			}
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 5
			x, row, col, y := normal(n*m, r), normal(m, r), normal(n, r), make([]float64, n*m)
			for i := range y {
				y[i] = x[i] - float64(col[i/m]*row[i%m])
			}
			return []int{n, m}, []any{x, row, col, make([]float64, n*m)}, []any{nil, nil, nil, y}
		}},
		{"reversed and strided", `kernel(x: float64 in, z: float64 in, y: float64 out; n, last) {
			for i < n split vector {
				v0: float64 = load x[i*-1 + last]
				v1: float64 = load z[i*3 + 1]
				v2: float64 = maximum(v0, v1)
				store y[i*2] = v2
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			x, z, y := normal(n, r), normal(3*n, r), make([]float64, 2*n)
			for i := range n {
				y[2*i] = max(x[n-1-i], z[3*i+1])
			}
			return []int{n, n - 1}, []any{x, z, make([]float64, 2*n)}, []any{nil, nil, y}
		}},
		{"transposed", `kernel(x: float64 in, y: float64 out; n, m) {
			for i < n split {
				for j < m vector {
					v0: float64 = load x[i*m + j]
					v1: float64 = neg(v0)
					store y[j*n + i] = v1
				}
			}
		}`, func(m int, r *rand.Rand) ([]int, []any, []any) {
			n := 5
			x, y := normal(n*m, r), make([]float64, n*m)
			for i := range n {
				for j := range m {
					y[j*n+i] = -x[i*m+j]
				}
			}
			return []int{n, m}, []any{x, make([]float64, n*m)}, []any{nil, y}
		}},
		{"stencil into the interior", `kernel(p: float64 in, y: float64 out; n, m, up, mid, down) {
			c: float64 = const 0.25
			four: float64 = const 4
			for i < n-2 split {
				for j < m-2 split vector {
					v0: float64 = load p[i*m + j + up]
					v1: float64 = load p[i*m + j + down]
					v2: float64 = load p[i*m + j + mid-1]
					v3: float64 = load p[i*m + j + mid+1]
					v4: float64 = load p[i*m + j + mid]
					s1: float64 = add(v0, v1)
					s2: float64 = add(s1, v2)
					s3: float64 = add(s2, v3)
					t: float64 = mul(four, v4)
					s4: float64 = sub(s3, t)
					s5: float64 = mul(c, s4)
					s6: float64 = add(v4, s5)
					store y[i*m + j + mid] = s6
				}
			}
		}`, func(size int, r *rand.Rand) ([]int, []any, []any) {
			n, m := 6, size+2
			p, y := normal(n*m, r), make([]float64, n*m)
			for i := 1; i < n-1; i++ {
				for j := 1; j < m-1; j++ {
					q := p[i*m+j:]
					s := p[i*m+j-m] + p[i*m+j+m] + p[i*m+j-1] + p[i*m+j+1] - float64(4*q[0])
					y[i*m+j] = q[0] + float64(0.25*s)
				}
			}
			return []int{n, m, 1, m + 1, 2*m + 1}, []any{p, make([]float64, n*m)}, []any{nil, y}
		}},
		{"in place", `kernel(x: float64 inout, y: float64 out; n) {
			for i < n split vector {
				v0: float64 = load x[i]
				v1: float64 = square(v0)
				store x[i] = v1
				v2: float64 = load x[i]
				v3: float64 = sub(v2, v0)
				store y[i] = v3
			}
		}`, func(n int, r *rand.Rand) ([]int, []any, []any) {
			x, sq, y := normal(n, r), make([]float64, n), make([]float64, n)
			for i := range x {
				sq[i] = float64(x[i] * x[i])
				y[i] = sq[i] - x[i]
			}
			return []int{n}, []any{x, make([]float64, n)}, []any{sq, y}
		}},
	}
}

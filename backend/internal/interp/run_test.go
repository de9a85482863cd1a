package interp_test

import (
	"errors"
	"math"
	"sync"
	"testing"

	"arignote/backend/internal/interp"
	"arignote/backend/internal/kernel"
)

func compile(t testing.TB, text string) (*kernel.Kernel, *interp.Program) {
	t.Helper()
	k, err := kernel.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := interp.Compile(k)
	if err != nil {
		t.Fatal(err)
	}
	return k, p
}

func args(params []int, data ...any) *kernel.Args {
	a := &kernel.Args{Params: params}
	for _, d := range data {
		a.Buffers = append(a.Buffers, kernel.Arg{Data: d})
	}
	return a
}

func TestIndexError(t *testing.T) {
	for _, vector := range []string{"", "vector"} {
		k, p := compile(t, `kernel(x: float64 in, index: int64 in, y: float64 inout; n, rows) {
			for i < n `+vector+` {
				a: int64 = load index[i]
				v: float64 = load x[pick(a of rows)] access 7
				store y[pick(a of rows)] access 8 = v
			}
		}`)
		for _, bad := range []int64{3, -4, math.MaxInt64, math.MinInt64} {
			a := args([]int{2, 3}, []float64{1, 2, 3}, []int64{-3, bad}, make([]float64, 3))
			if err := k.Verify(a); err != nil {
				t.Fatal(err)
			}
			var e *kernel.IndexError
			if err := p.Run(a, k.Whole(a.Params)); !errors.As(err, &e) || *e != (kernel.IndexError{Access: 7, Index: bad, Len: 3}) {
				t.Errorf("index %d: %v", bad, err)
			}
		}
		a := args([]int{2, 3}, []float64{1, 2, 3}, []int64{-3, 2}, make([]float64, 3))
		if err := p.Run(a, k.Whole(a.Params)); err != nil {
			t.Errorf("after an error: %v", err)
		}
	}
}

const sumText = `kernel(x: float64 in, y: float64 out over j; n, m) {
	zero: float64 = const 0
	for i < n split {
		scratch e: float64[m]
		reduce j < m vector lanes 32 (p: float64 = zero) {
			v: float64 = load x[i*m + j]
			w: float64 = square(v)
			store e[j] = w
			t: float64 = add(p, w)
			next t
		} combine (a; b) {
			d: float64 = add(a, b)
			next d
		} gives s
		store y[i] = s
	}
}`

func TestRunDoesNotAllocate(t *testing.T) {
	k, p := compile(t, sumText)
	a := args([]int{10, 2000}, make([]float64, 20000), make([]float64, 10))
	whole := k.Whole(a.Params)
	n := testing.AllocsPerRun(20, func() {
		if err := p.Run(a, whole); err != nil {
			t.Fatal(err)
		}
	})
	if n > 0 && !raceEnabled {
		t.Errorf("%v allocations", n)
	}
}

func TestRunFromManyGoroutines(t *testing.T) {
	_, p := compile(t, sumText)
	n, m := 64, 1500
	x := make([]float64, n*m)
	for i := range x {
		x[i] = float64(i % 7)
	}
	y := make([]float64, n)
	a := args([]int{n, m}, x, y)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			if err := p.Run(a, kernel.Range{Lo: i, Hi: i + 1}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for i, s := range y {
		want := 0.0
		for _, v := range x[i*m : i*m+m] {
			want += v * v
		}
		if s != want {
			t.Fatalf("row %d: %v, want %v", i, s, want)
		}
	}
}

func bench(b *testing.B, text string, params []int, elements int, data ...any) {
	k, p := compile(b, text)
	a := args(params, data...)
	if err := k.Verify(a); err != nil {
		b.Fatal(err)
	}
	whole := k.Whole(params)
	for b.Loop() {
		if err := p.Run(a, whole); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(elements), "ns/element")
}

func ramp(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i%1000)/250 - 2
	}
	return x
}

func BenchmarkSquares(b *testing.B) {
	const n = 1e5
	bench(b, `kernel(a: float64 in, b: float64 in, y: float64 out; n) {
		two: float64 = const 2
		for i < n split vector {
			v0: float64 = load a[i]
			v1: float64 = load b[i]
			v2: float64 = square(v0)
			v3: float64 = square(v1)
			v6: float64 = add(v2, v3)
			v4: float64 = mul(two, v0)
			v5: float64 = mul(v4, v1)
			v7: float64 = add(v6, v5)
			store y[i] = v7
		}
	}`, []int{n}, n, ramp(n), ramp(n), make([]float64, n))
}

func BenchmarkSigmoid(b *testing.B) {
	const n = 1e4
	bench(b, `kernel(x: float64 in, y: float64 out; n) {
		one: float64 = const 1
		for i < n split vector {
			v0: float64 = load x[i]
			v1: float64 = neg(v0)
			v2: float64 = exp(v1)
			v3: float64 = add(one, v2)
			v4: float64 = div(one, v3)
			store y[i] = v4
		}
	}`, []int{n}, n, ramp(n), make([]float64, n))
}

func BenchmarkSum(b *testing.B) {
	const n = 1e5
	bench(b, `kernel(x: float64 in, y: float64 out over c; n) {
		zero: float64 = const 0
		reduce c < n by 8192 split lanes 1 (s: float64 = zero) {
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
	}`, []int{n}, n, ramp(n), make([]float64, 1))
}

func BenchmarkArgmin(b *testing.B) {
	const n = 1e5
	bench(b, `kernel(x: float64 in, y: int64 out over i; n) {
		far: float64 = const inf
		none: int64 = const 9223372036854775807
		reduce i < n vector lanes 32 (best: float64 = far, at: int64 = none) {
			v: float64 = load x[i]
			k: int64 = iota[i]
			less: bool = lt(v, best)
			b: float64 = where(less, v, best)
			w: int64 = where(less, k, at)
			next b, w
		} combine (b1, k1; b2, k2) {
			less: bool = lt(b2, b1)
			b: float64 = where(less, b2, b1)
			k: int64 = where(less, k2, k1)
			next b, k
		} gives b, k
		store y[0] = k
	}`, []int{n}, n, ramp(n), make([]int64, 1))
}

func BenchmarkMandelbrot(b *testing.B) {
	const n = 256
	re, im := make([]float64, n), make([]float64, n)
	for i := range n {
		re[i], im[i] = -0.8+float64(i-n/2)*3/n, float64(i-n/2)*3/n
	}
	bench(b, `kernel(re: float64 in, im: float64 in, y: int64 out; n, m, bound) {
		zero: float64 = const 0
		none: int64 = const 0
		four: float64 = const 4
		one: int64 = const 1
		for i < n split {
			b: float64 = load im[i]
			for j < m vector {
				a: float64 = load re[j]
				while bound (x: float64 = zero, y: float64 = zero, xx: float64 = zero, yy: float64 = zero, k: int64 = none) {
					r: float64 = add(xx, yy)
					in: bool = le(r, four)
					next in
				} do {
					d: float64 = sub(xx, yy)
					x2: float64 = add(d, a)
					xy: float64 = mul(x, y)
					tx: float64 = add(xy, xy)
					y2: float64 = add(tx, b)
					x3: float64 = square(x2)
					y3: float64 = square(y2)
					k2: int64 = add(k, one)
					next x2, y2, x3, y3, k2
				} gives xe, ye, x4, y4, ke
				store y[i*m + j] = ke
			}
		}
	}`, []int{n, n, 256}, n*n, re, im, make([]int64, n*n))
}

func BenchmarkRandomPi(b *testing.B) {
	const n = 1e5
	bench(b, `kernel(key: uint32 in, y: int64 out over i; n) {
		k0: uint32 = load key[0]
		k1: uint32 = load key[1]
		zero: int64 = const 0
		one: float64 = const 1
		reduce i < n vector lanes 32 (p: int64 = zero) {
			u, v: float64 = random(k0, k1)[i]
			uu: float64 = square(u)
			vv: float64 = square(v)
			w: float64 = add(uu, vv)
			in: bool = lt(w, one)
			count: int64 = astype(in)
			t: int64 = add(p, count)
			next t
		} combine (a; b) {
			d: int64 = add(a, b)
			next d
		} gives total
		store y[0] = total
	}`, []int{n}, n, []uint32{1, 2}, make([]int64, 1))
}

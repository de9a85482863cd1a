package backend_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// reals are the dtypes that can be sorted.
var reals = []expr.DType{expr.Bool, expr.Int8, expr.Int16, expr.Int32, expr.Int64, expr.Uint8, expr.Uint16, expr.Uint32, expr.Uint64, expr.Float32, expr.Float64}

// scattered returns an array of any dtype, in which numbers come again, and among
// floats zeros of both signs, infinities and NaN.
func scattered(seed uint64, d expr.DType, shape ...int) *expr.Value {
	r := rand.New(rand.NewPCG(seed, 1))
	n := 1
	for _, l := range shape {
		n *= l
	}
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN()}
	data := make([]complex128, n)
	for i := range data {
		data[i] = complex(math.Round(100*r.NormFloat64()), 0)
		if d.IsFloat() && r.IntN(8) == 0 {
			data[i] = complex(special[r.IntN(len(special))], 0)
		}
	}
	return exprtest.Convert(data, shape, d)
}

// asReference runs a program, strictly, with several numbers of threads and compares the
// results, bit for bit, with the reference.
func asReference(t *testing.T, src string, args ...*expr.Value) {
	t.Helper()
	for _, threads := range []int{1, 3} {
		p := program(t, backend.Config{Threads: threads, Strict: true}, src)
		want, err := p.Graph().Evaluate(args)
		if err != nil {
			t.Fatal(err)
		}
		anys := make([]any, len(args))
		for i, a := range args {
			anys[i] = a
		}
		q, err := p.Plan(anys...)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(q.String(), "reference") {
			t.Errorf("a step of the reference in\n%v", q)
		}
		got, err := p.Run(anys...)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want {
			g, err := expr.ValueOf(got[i])
			if err != nil {
				t.Fatal(err)
			}
			if err := exprtest.SameBits(g, w); err != nil {
				t.Errorf("%s, result %d, %d threads: %v\n%v", src, i, threads, err, q)
			}
		}
	}
}

func TestSort(t *testing.T) {
	for _, d := range reals {
		t.Run(d.String(), func(t *testing.T) {
			for _, shape := range [][]int{{1}, {1000}, {70000}} {
				asReference(t, fmt.Sprintf("x: %v[?]\nsort(x), argsort(x), sort(x[::-1]), x[argsort(x[::-2])]", d), scattered(1, d, shape...))
			}
			for _, shape := range [][]int{{1, 1, 1}, {3, 40, 5}, {2, 1, 300}} {
				asReference(t, fmt.Sprintf(`x: %v[?, ?, ?]
					sort(x, axis=0), sort(x, axis=1), sort(x, axis=2), sort(x, axis=None), argsort(x, axis=0), argsort(x, axis=1), argsort(x, axis=2), argsort(x, axis=None), sort(x[:, ::-1], axis=1), argsort(dimshuffle(x, (2, 0, 1)), axis=0), sort(sort(x, axis=2)[0], axis=0)`, d), scattered(2, d, shape...))
			}
		})
	}
}

// TestElements: bodies of maps that no kernel computes for all elements at once, as
// plans of their own, also one inside another.
func TestElements(t *testing.T) {
	for _, d := range []expr.DType{expr.Int16, expr.Float32, expr.Float64} {
		for _, n := range []int{1, 3, 200} {
			asReference(t, fmt.Sprintf(`A: %v[?, ?, ?]
				c: float64[?]
				r = map(lambda M: (svd(M)[1]*c[:2], qr(M[:, :2])[1] + M[0, 0], M[1]), A)
				r[0], r[1], r[2], map(lambda M, k: eigh(M[:, :2])[0] + k*c[1:], A, A[:, 0, 0]), map(lambda M: max(map(lambda r: qr(r[None] * c[2])[0], M)), A[::-1])`, d),
				scattered(4, d, n, 2, 3), scattered(5, expr.Float64, 3))
		}
	}
	p := program(t, backend.Config{}, "A: float64[?, 2, 2]\ni: int64[?]\nmap(lambda M, k: svd(M)[1][k], A, i)")
	A := [][][]float64{{{3, 0}, {0, 1}}, {{2, 0}, {0, 5}}}
	if got := run(t, p, A, []int{1, 0})[0].Data(); fmt.Sprint(got) != "[1 5]" {
		t.Errorf("singular values %v, want 1 and 5", got)
	}
	if _, err := p.Run(A, []int{1, 2}); !errors.Is(err, expr.ErrIndex) {
		t.Errorf("index 2 of 2 values: %v", err)
	}
	if got := run(t, p, A, []int{0, 1})[0].Data(); fmt.Sprint(got) != "[3 2]" {
		t.Errorf("singular values %v, want 3 and 2, after a mistake", got)
	}
}

// TestMixedProducts: operands of several dtypes are converted, and then it is a
// product like any other.
func TestMixedProducts(t *testing.T) {
	p := program(t, backend.Config{}, "A: float32[?, ?]\nB: int64[?, ?]\nx: float64[?]\ndot(A, B), dot(B, x), dot(x, A)")
	args := []any{[][]float32{{1, 2}, {3, 4}}, [][]int64{{5, 6}, {7, 8}}, []float64{0.5, 2}}
	q, err := p.Plan(args...)
	if err != nil {
		t.Fatal(err)
	}
	if text := q.String(); strings.Contains(text, "reference") || strings.Count(text, "gonum: ") != 3 {
		t.Errorf("want three products:\n%s", text)
	}
	want := [][]float64{{19, 22, 43, 50}, {14.5, 19.5}, {6.5, 9}}
	for i, out := range run(t, p, args...) {
		if got := fmt.Sprint(out.Data()); got != fmt.Sprint(want[i]) {
			t.Errorf("result %d is %v, want %v", i, got, want[i])
		}
	}
}

// TestRoutinesCancelled: a run ends between the parts of one long sort, and of
// the inverse of one large matrix.
func TestRoutinesCancelled(t *testing.T) {
	cancelled(t, "x: float64[?]\nsort(x)", scattered(1, expr.Float64, 1<<18))
	cancelled(t, "A: float64[?, ?]\ninv(A)", matrices(1, expr.Float64, 300, 300))
}

// TestLoopCancelled: a run ends within the loop of one element, and within one sum
// that nobody can divide.
func TestLoopCancelled(t *testing.T) {
	for _, src := range []string{"x: float64\nwhile_loop(lambda z: z >= 0, lambda z: z*1, x, 10**15)", "x: float64\ncumsum(linspace(x, 1, 10**6))[-1] + while_loop(lambda z: z >= 0, lambda z: z*1, x, 10**15)"} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		if _, err := program(t, backend.Config{}, src).RunContext(ctx, 1.0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", src, err)
		}
		cancel()
	}
}

func cancelled(t *testing.T, src string, x *expr.Value) {
	t.Helper()
	p := program(t, backend.Config{Threads: 2}, src)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	calls, last, all := 0, int64(0), int64(0)
	ctx = backend.WithProgress(ctx, func(done, total int64) {
		if calls++; calls == 10 {
			cancel()
		}
		last, all = done, total
	})
	if _, err := p.RunContext(ctx, x); !errors.Is(err, context.Canceled) {
		t.Fatalf("%s: the run ended with %v", src, err)
	}
	if calls < 10 || last >= all {
		t.Errorf("%s: %d reports, %d of %d parts done", src, calls, last, all)
	}
}

// matrices returns a stack of matrices, with a few zeros, and diagonals that make
// them positive definite.
func matrices(seed uint64, d expr.DType, shape ...int) *expr.Value {
	r := rand.New(rand.NewPCG(seed, 1))
	stack, n := 1, shape[len(shape)-1]
	for _, l := range shape[:len(shape)-2] {
		stack *= l
	}
	data := make([]complex128, stack*n*n)
	for i := range data {
		if r.IntN(5) > 0 {
			data[i] = complex(math.Round(10*r.Float64())/4, math.Round(10*r.Float64())/4)
		}
	}
	for k := range stack {
		for i := range n {
			for j := range i {
				data[k*n*n+i*n+j] = data[k*n*n+j*n+i]
				if d.IsComplex() {
					x := data[k*n*n+j*n+i]
					data[k*n*n+i*n+j] = complex(real(x), -imag(x))
				}
			}
			data[k*n*n+i*n+i] = complex(float64(3*n), 0)
		}
	}
	return exprtest.Convert(data, shape, d)
}

// TestLinearAlgebra: one matrix of each size, and stacks.
func TestLinearAlgebra(t *testing.T) {
	for _, d := range []expr.DType{expr.Bool, expr.Int32, expr.Uint64, expr.Float32, expr.Float64, expr.Complex64, expr.Complex128} {
		for _, n := range []int{1, 2, 7, 40} {
			if n == 40 && !d.Inexact() || n > 1 && d == expr.Bool {
				continue
			}
			t.Run(fmt.Sprint(d, n), func(t *testing.T) {
				asReference(t, fmt.Sprintf(`A: %v[?, ?]
					b: float32[?]
					det(A), logabsdet(A), inv(A), solve(A, A[:, :1]), solve(A, b), solve(A.T, b), cholesky(A), solve_triangular(A, A, lower=True), solve_triangular(A, b[::-1], lower=False)`, d),
					matrices(1, d, n, n), scattered(2, expr.Float32, n))
				if n < 40 {
					asReference(t, fmt.Sprintf(`A: %v[?, ?, ?, ?]
						B: float64[?, ?, ?, ?]
						det(A), logabsdet(A), inv(A), solve(A, B), solve(A, B[:, :, :, 0]), cholesky(A), solve_triangular(A, B, lower=False), inv(dimshuffle(A, (1, 0, 3, 2)))`, d),
						matrices(1, d, 3, 2, n, n), matrices(2, expr.Float64, 3, 2, n, n))
				}
			})
		}
	}
}

// TestFactors: all results, or some of them, of matrices of any form.
func TestFactors(t *testing.T) {
	for _, d := range []expr.DType{expr.Int8, expr.Float32, expr.Float64} {
		for _, shape := range [][]int{{1, 1}, {5, 3}, {3, 5}, {20, 20}} {
			a := scattered(3, d, shape...)
			if d.IsFloat() && shape[0] == 20 {
				a = matrices(3, d, shape...)
			}
			asReference(t, fmt.Sprintf("A: %v[?, ?]\nf = svd(A)\ng = qr(A)\nf[0], f[1], f[2], g[0], g[1], svd(A.T)[1], qr(A[:1])[1], f[1]*2, f[2] + g[1]", d), a)
			if shape[0] == shape[1] {
				asReference(t, fmt.Sprintf("A: %v[?, ?]\nf = eigh(A)\nf[0], f[1], eigh(A.T)[0], max(eigh(A[::-1])[1])", d), a)
			}
		}
	}
}

// TestLogSumExpOfNumbers: along no axis it is the number itself.
func TestLogSumExpOfNumbers(t *testing.T) {
	asReference(t, "x: float64\ny: float32[?]\nlogsumexp(x*1), logsumexp(y[0]), logsumexp(-y[1])", scattered(1, expr.Float64), exprtest.Convert([]complex128{complex(math.Inf(1), 0), complex(math.Inf(1), 0)}, []int{2}, expr.Float32))
}

package backend_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

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

// asReference runs a program with several numbers of threads and compares the
// results, bit for bit, with the reference.
func asReference(t *testing.T, src string, args ...*expr.Value) {
	t.Helper()
	for _, threads := range []int{1, 3} {
		p := program(t, backend.Config{Threads: threads}, src)
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

// TestSortCancelled: a run ends between the parts of one long sort.
func TestSortCancelled(t *testing.T) {
	p := program(t, backend.Config{Threads: 2}, "x: float64[?]\nsort(x)")
	x := scattered(1, expr.Float64, 1<<18)
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
		t.Fatalf("the run ended with %v", err)
	}
	if calls < 10 || last >= all {
		t.Errorf("%d reports, %d of %d parts done", calls, last, all)
	}
}

package backend_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestInPlace: an element-wise step writes over an operand that nobody needs any
// more, and over nothing else.
func TestInPlace(t *testing.T) {
	for _, c := range []struct {
		name, src string
		inPlace   bool
		peak      int64
	}{
		{"product", "A: float64[n, n]\nexp(dot(A, A))", true, 100 * 100 * 8},
		{"chain of products", "A: float64[n, n]\nexp(dot(exp(dot(A, A)), A))", true, 2 * 100 * 100 * 8},
		{"twice", "A: float64[n, n]\nB = dot(A, A)\nexp(B)*sin(B) + B", true, 100 * 100 * 8},
		{"needed later", "A: float64[n, n]\nB = dot(A, A)\nexp(B), sum(dot(B, B))", false, 0},
		{"a result", "A: float64[n, n]\nB = dot(A, A)\nB, exp(B)", false, 2 * 100 * 100 * 8},
		{"other dtype", "A: float64[n, n]\ndot(A, A) > 0", false, 0},
		{"the argument", "A: float64[n, n]\nexp(A)", false, 100 * 100 * 8},
		{"added to", "A: float64[n, n]\n2*dot(A, A.T) + 3*exp(A)", true, 100 * 100 * 8},
		{"a vector added to", "A: float64[n, n]\nmax(dot(A, A), axis=0) - dot(A, A[0])", true, 0},
		{"added to a sum", "A: float64[n, n]\nexp(A) + outer(A[0], A[1])", true, 100 * 100 * 8},
		{"added to the factor", "A: float64[n, n]\nB = exp(A)\ndot(B, A) + B", false, 2 * 100 * 100 * 8},
		{"added to the argument", "A: float64[n, n]\ndot(A, A) + A", false, 100 * 100 * 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := program(t, backend.Config{}, c.src)
			A := dense(100, 100)
			q, err := p.Plan(A)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(q.String(), "in place") != c.inPlace || c.peak > 0 && q.PeakBytes() != c.peak {
				t.Errorf("peak %d\n%v", q.PeakBytes(), q)
			}
			v, err := expr.ValueOf(A)
			if err != nil {
				t.Fatal(err)
			}
			want, err := p.Graph().Evaluate([]*expr.Value{v})
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range run(t, p, A) {
				got, err := expr.ValueOf(r)
				if err != nil {
					t.Fatal(err)
				}
				if err := exprtest.Compare(got, want[i], 1e-9, 1e-9); err != nil {
					t.Errorf("output %d: %v\n%v", i, err, q)
				}
			}
		})
	}
}

// TestThrift: with less memory a plan does more work, and the results are the
// same.
func TestThrift(t *testing.T) {
	for _, c := range []struct{ name, src, says string }{
		// Fast is to compute both products at the same time; thrifty to reduce
		// one before the other.
		{"order", "A: float64[n, n]\ndot(A, inv(dot(A, A))[0]) + dot(A, dot(inv(dot(A.T, A))[0], A))", "ordered to save memory"},
		// Fast is to add up all products in one loop; thrifty to reduce each
		// one before the next.
		{"apart", "A: float64[n, n]\nmax(dot(A, A)) + max(dot(A.T, A)) + max(dot(A, A.T)) + max(dot(A.T, A.T))", "apart to save memory"},
		// Fast is to store the exponential, which three products need.
		{"repeat", "A: float64[n, n]\nB = exp(A)\nsum(B, axis=0), sum(B[::-1]*A, axis=1), sum(B.T*A)", "computing again to save memory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			A := dense(50, 50)
			p := program(t, backend.Config{}, c.src)
			plenty, err := p.Plan(A)
			if err != nil {
				t.Fatal(err)
			}
			limit := plenty.PeakBytes() - 1
			short := program(t, backend.Config{MemoryLimit: limit}, c.src)
			q, err := short.Plan(A)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(q.String(), c.says) || q.PeakBytes() > limit {
				t.Errorf("limit %d:\n%v\nwithout:\n%v", limit, q, plenty)
			}
			want := run(t, p, A)
			for i, r := range run(t, short, A) {
				equalTensors(t, r, want[i])
			}
			least := q.PeakBytes()
			_, err = program(t, backend.Config{MemoryLimit: least / 2}, c.src).Run(A)
			wrong(t, err, backend.ErrMemory, "are needed at least")
		})
	}
}

// TestPeakBytes: a first run allocates what the plan says, and not much more:
// the plan itself and what workers have for themselves.
func TestPeakBytes(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	const slack = 1 << 20
	A := dense(500, 500) // 2 MB
	for _, src := range []string{
		"exp(A)*2",
		"dot(A, A)",
		"exp(dot(A, A)) + A, sum(A)",
		"softmax(A, axis=1) + softmax(A, axis=0)",
		"concatenate((dot(A, A), sin(A)), axis=0)",
		"B = dot(A, A)\nC = dot(B, A)\nD = dot(C, A)\ndot(D, A)",
	} {
		p := program(t, backend.Config{Threads: 2}, "A: float64[?, ?]\n"+src)
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := p.Run(A); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		q, err := p.Plan(A)
		if err != nil {
			t.Fatal(err)
		}
		took := int64(after.TotalAlloc - before.TotalAlloc)
		if took > q.PeakBytes()+slack || took < q.PeakBytes() {
			t.Errorf("%s: %d bytes allocated, the plan says %d\n%v", src, took, q.PeakBytes(), q)
		}
	}
}

// TestAlongside: short independent steps run at the same time, with the same
// bits.
func TestAlongside(t *testing.T) {
	src := "A: float64[n, n]\nB: float64[n, n]\ndot(A, A)[0] + dot(B, B)[0], svd(A)[1] + svd(B)[1]"
	args := []any{dense(48, 48), dense(48, 48)}
	want := run(t, program(t, backend.Config{Threads: 1}, src), args...)
	p := program(t, backend.Config{Threads: 4}, src)
	for range 20 {
		for i, r := range run(t, p, args...) {
			equalTensors(t, r, want[i])
		}
	}
	q, err := p.Plan(args...)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(q.String(), "at the same time as steps") {
		t.Errorf("one after the other:\n%v", q)
	}
}

// TestManySteps plans a long chain without fusion, whose intermediate arrays
// need the memory of two.
func TestManySteps(t *testing.T) {
	x := expr.Vector("x")
	y := x
	for i := range 2000 {
		y = y.Sin().Add(x.Mul(float64(i)))
	}
	p, err := backend.Config{Skip: []string{"fuse"}}.Compile([]*expr.Node{x}, y)
	if err != nil {
		t.Fatal(err)
	}
	data := tensor.New(tensor.WithShape(8), tensor.WithBacking(make([]float64, 8)))
	q, err := p.Plan(data)
	if err != nil {
		t.Fatal(err)
	}
	if q.Kernels() < 3999 || q.PeakBytes() > 4*64 {
		t.Errorf("%d kernels, %s", q.Kernels(), fmt.Sprint(q.PeakBytes()))
	}
}

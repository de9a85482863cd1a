package linalg_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"arignote/expr"
	"arignote/expr/linalg"
)

// inOrder is a Split that does one part after the other.
func inOrder(n, chunk int, body func(worker, lo, hi int)) error {
	for lo := 0; lo < n; lo += chunk {
		body(0, lo, min(lo+chunk, n))
	}
	return nil
}

// backwards is a Split with small parts, the last ones first.
func backwards(n, chunk int, body func(worker, lo, hi int)) error {
	chunk = min(chunk, 7)
	for i := (n - 1) / chunk; n > 0 && i >= 0; i-- {
		body(0, i*chunk, min((i+1)*chunk, n))
	}
	return nil
}

// random returns n numbers with a few zeros among them.
func random[T linalg.Number](r *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		if r.IntN(9) == 0 {
			continue
		}
		switch p := any(&x[i]).(type) {
		case *float64:
			*p = r.NormFloat64()
		case *complex128:
			*p = complex(r.NormFloat64(), r.NormFloat64())
		}
	}
	return x
}

// meaning returns what an op of package expr makes of matrices.
func meaning[T linalg.Number](t *testing.T, op expr.Op, attr expr.Attr, args ...*expr.Value) []T {
	t.Helper()
	nodes := make([]*expr.Node, len(args))
	for i, a := range args {
		nodes[i] = expr.Const(a)
	}
	v, err := expr.New(nodes[0], op, attr, nodes...).Eval(args)
	if err != nil {
		t.Fatal(err)
	}
	if (op == expr.OpLogAbsDet || op == expr.OpLogDet) && v.DType() == expr.Float64 {
		return []T{fromFloat[T](v.Float(0))}
	}
	return expr.Elements[T](v)
}

func fromFloat[T linalg.Number](x float64) T {
	var v T
	switch p := any(&v).(type) {
	case *float64:
		*p = x
	case *complex128:
		*p = complex(x, 0)
	}
	return v
}

// same compares numbers, all NaN being equal and the zeros too.
func same[T linalg.Number](t *testing.T, what string, got, want []T) {
	t.Helper()
	for i, w := range want {
		if got[i] != w && (got[i] == got[i] || w == w) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, got[i], w)
		}
	}
}

func matrix[T linalg.Number](t testing.TB, rows, columns int, x []T) *expr.Value {
	t.Helper()
	v, err := expr.NewValue([]int{rows, columns}, slices.Clone(x))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// sizes of matrices around those of blocks and tiles.
var sizes = [][2]int{{1, 1}, {2, 3}, {31, 1}, {32, 33}, {33, 0}, {65, 130}, {150, 20}}

func TestSolver(t *testing.T) {
	testSolver[float64](t)
	testSolver[complex128](t)
}

// testSolver compares with the textbook loops of package expr, bit for bit.
func testSolver[T linalg.Number](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range sizes {
		n, m := size[0], size[1]
		a, b := random[T](r, n*n), random[T](r, n*m)
		if n == 65 {
			a[70], b[20] = fromFloat[T](math.Inf(1)), fromFloat[T](math.NaN())
		}
		for k, split := range []linalg.Split{inOrder, backwards} {
			what := fmt.Sprintf("%T %d %d split %d", a, n, m, k)
			s, x, y := linalg.NewSolver[T](n, m), slices.Clone(a), slices.Clone(b)
			s.Use(x, y)
			odd, zero, err := s.Eliminate(split)
			if zero >= 0 || err != nil {
				t.Fatal(what, zero, err)
			}
			va, vb := matrix(t, n, n, a), matrix(t, n, m, b)
			same(t, what+" det", []T{s.Det(odd)}, meaning[T](t, expr.OpDet, nil, va))
			same(t, what+" logabsdet", []T{fromFloat[T](s.LogAbsDet())}, meaning[T](t, expr.OpLogAbsDet, nil, va))
			if va.DType() == expr.Float64 {
				same(t, what+" logdet", []T{fromFloat[T](s.LogDet(odd))}, meaning[T](t, expr.OpLogDet, nil, va))
			}
			s.Substitute(split, false)
			same(t, what+" solve", y, meaning[T](t, expr.OpSolve, nil, va, vb))
			for _, lower := range []bool{false, true} {
				for i := range n { // a triangular matrix with random elements overflows
					a[i*n+i] = fromFloat[T](float64(n))
				}
				copy(x, a)
				copy(y, b)
				s.Substitute(split, lower)
				same(t, what+" triangular", y, meaning[T](t, expr.OpSolveTriangular, expr.Triangular{Lower: lower}, matrix(t, n, n, a), vb))
			}
		}
	}
}

func TestCholesky(t *testing.T) {
	testCholesky[float64](t)
	testCholesky[complex128](t)
}

func testCholesky[T linalg.Number](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range sizes {
		n := size[0]
		a := random[T](r, n*n)
		for i := range n {
			a[i*n+i] = fromFloat[T](float64(2 * n))
			clear(a[i*n+i+1 : (i+1)*n])
		}
		for k, split := range []linalg.Split{inOrder, backwards} {
			c, x := linalg.NewCholesky[T](n), slices.Clone(a)
			if bad, err := c.Factor(split, x, make([]T, c.Scratch())); bad >= 0 || err != nil {
				t.Fatal(bad, err)
			}
			same(t, fmt.Sprintf("%T %d split %d", a, n, k), x, meaning[T](t, expr.OpCholesky, nil, matrix(t, n, n, a)))
		}
		last := slices.Clone(a)
		last[n*n-1] = 0
		c := linalg.NewCholesky[T](n)
		if bad, err := c.Factor(inOrder, last, make([]T, c.Scratch())); bad != n-1 || err != nil {
			t.Errorf("%d rows: pivot %d is not positive (%v), want %d", n, bad, err, n-1)
		}
	}
}

// TestSingular: the pivot that is zero is found in any block.
func TestSingular(t *testing.T) {
	for _, at := range []int{0, 5, 40, 69} {
		n := 70
		a := random[float64](rand.New(rand.NewPCG(1, 2)), n*n)
		for i := range n {
			a[i*n+at] = 0
		}
		s := linalg.NewSolver[float64](n, 0)
		s.Use(a, nil)
		if _, zero, _ := s.Eliminate(inOrder); zero != at {
			t.Errorf("pivot %d is zero, want %d", zero, at)
		}
	}
}

func BenchmarkLU(b *testing.B) {
	for _, n := range []int{8, 32, 100, 500} {
		a := random[float64](rand.New(rand.NewPCG(1, 2)), n*n)
		x := slices.Clone(a)
		s := linalg.NewSolver[float64](n, 0)
		s.Use(x, nil)
		v := matrix(b, n, n, a)
		node := expr.New(expr.Const(v), expr.OpDet, nil, expr.Const(v))
		rate := func(b *testing.B) {
			b.ReportMetric(float64(n)*float64(n)*float64(n)*2/3*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "flops/ns")
		}
		b.Run(fmt.Sprintf("blocks/%d", n), func(b *testing.B) {
			for range b.N {
				copy(x, a)
				s.Eliminate(inOrder)
			}
			rate(b)
		})
		b.Run(fmt.Sprintf("textbook/%d", n), func(b *testing.B) {
			for range b.N {
				node.Eval([]*expr.Value{v})
			}
			rate(b)
		})
	}
}

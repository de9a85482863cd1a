package expr

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestEvalFactorValues(t *testing.T) {
	h := math.Sqrt(0.5)
	// Of a symmetric matrix the upper triangle is not read.
	e := mustEval(t, OpEigh, nil, grid([]int{2, 2}, 2.0, nan, 1, 2))
	checkNear(t, "eigenvalues", e.Item(0), vec(1.0, 3), 1e-14)
	checkNear(t, "eigenvectors", e.Item(1), grid([]int{2, 2}, h, h, -h, h), 1e-14)

	s := mustEval(t, OpSVD, nil, grid([]int{3, 2}, 0.0, -2, 0, 0, 3, 0))
	checkNear(t, "U", s.Item(0), grid([]int{3, 2}, 0.0, 1, 0, 0, 1, 0), 1e-14)
	checkNear(t, "s", s.Item(1), vec(3.0, 2), 1e-14)
	checkNear(t, "Vt", s.Item(2), grid([]int{2, 2}, 1.0, 0, 0, -1), 1e-14)

	// The signs of NumPy: the diagonal of R is against that of the columns.
	q := mustEval(t, OpQR, nil, grid([]int{2, 2}, 3.0, 5, 4, 0))
	checkNear(t, "Q", q.Item(0), grid([]int{2, 2}, -0.6, -0.8, -0.8, 0.6), 1e-14)
	checkNear(t, "R", q.Item(1), grid([]int{2, 2}, -5.0, -3, 0, -4), 1e-14)
}

// TestEvalFactorResiduals checks factors by what defines them.
func TestEvalFactorResiduals(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, shape := range [][]int{{1, 1}, {2, 2}, {5, 5}, {40, 40}, {5, 3}, {3, 5}, {1, 4}, {4, 1}, {50, 8}, {8, 50}} {
		for _, d := range []DType{Float32, Float64} {
			t.Run(fmt.Sprint(d, shape), func(t *testing.T) {
				tol := 1e-13 * float64(shape[0]*shape[1])
				if d == Float32 {
					tol = 1e-6 * float64(shape[0]*shape[1])
				}
				a := convert(randomValue(rng, shape), d)
				checkSVD(t, a, tol)
				checkQR(t, a, tol)
				if shape[0] == shape[1] {
					checkEigh(t, a, tol)
				}
			})
		}
	}
}

func checkSVD(t *testing.T, a *Value, tol float64) {
	t.Helper()
	r := mustEval(t, OpSVD, nil, a)
	u, s, vt := r.Item(0), r.Item(1), r.Item(2)
	k := s.shape[0]
	checkNear(t, "U.T@U", matmulOf(t, adjoint(u), u), eyes(a.dtype, 1, k).reshaped([]int{k, k}), tol)
	checkNear(t, "Vt@Vt.T", matmulOf(t, vt, adjoint(vt)), eyes(a.dtype, 1, k).reshaped([]int{k, k}), tol)
	us := mapMatrices(a, u.shape, func(_, i, j int) complex128 { return u.Complex(i*k+j) * s.Complex(j) })
	checkNear(t, "U@diag(s)@Vt", matmulOf(t, us, vt), a, tol)
	for i := 1; i < k; i++ {
		if s.Float(i) > s.Float(i-1) || s.Float(i) < 0 {
			t.Errorf("singular values %v", s)
		}
	}
	checkSigns(t, "U", u)
}

func checkQR(t *testing.T, a *Value, tol float64) {
	t.Helper()
	v := mustEval(t, OpQR, nil, a)
	q, r := v.Item(0), v.Item(1)
	k, n := r.shape[0], r.shape[1]
	checkNear(t, "Q.T@Q", matmulOf(t, adjoint(q), q), eyes(a.dtype, 1, k).reshaped([]int{k, k}), tol)
	checkNear(t, "Q@R", matmulOf(t, q, r), a, tol)
	for i := range k {
		for j := range min(i, n) {
			if r.Float(i*n+j) != 0 {
				t.Errorf("R is not triangular: %v", r)
			}
		}
	}
}

func checkEigh(t *testing.T, a *Value, tol float64) {
	t.Helper()
	n := a.shape[0]
	r := mustEval(t, OpEigh, nil, a)
	w, v := r.Item(0), r.Item(1)
	symmetric := mapMatrices(a, a.shape, func(_, i, j int) complex128 { return a.Complex(max(i, j)*n + min(i, j)) })
	checkNear(t, "V.T@V", matmulOf(t, adjoint(v), v), eyes(a.dtype, 1, n).reshaped([]int{n, n}), tol)
	vw := mapMatrices(a, a.shape, func(_, i, j int) complex128 { return v.Complex(i*n+j) * w.Complex(j) })
	checkNear(t, "a@V - V*w", matmulOf(t, symmetric, v), vw, tol)
	for i := 1; i < n; i++ {
		if w.Float(i) < w.Float(i-1) {
			t.Errorf("eigenvalues %v", w)
		}
	}
	checkSigns(t, "V", v)
}

// checkSigns checks that each column begins with a positive element, leaving
// out tiny ones.
func checkSigns(t *testing.T, name string, v *Value) {
	t.Helper()
	n := v.shape[1]
	for j := range n {
		for i := range v.shape[0] {
			if x := v.Float(i*n + j); math.Abs(x) > 1e-6 {
				if x < 0 {
					t.Errorf("%s: column %d begins with %g", name, j, x)
				}
				break
			}
		}
	}
}

func TestEvalFactorEdges(t *testing.T) {
	empty := func(m, n int) *Value { return grid[float64]([]int{m, n}) }
	for _, c := range []struct {
		op   Op
		arg  *Value
		want string // the parts, one after the other
	}{
		{OpEigh, empty(0, 0), "float64[0][] float64[0, 0][]"},
		{OpSVD, empty(0, 3), "float64[0, 0][] float64[0][] float64[0, 3][]"},
		{OpSVD, empty(3, 0), "float64[3, 0][] float64[0][] float64[0, 0][]"},
		{OpQR, empty(0, 3), "float64[0, 0][] float64[0, 3][]"},
		{OpQR, empty(2, 0), "float64[2, 0][] float64[0, 0][]"},
		{OpEigh, grid([]int{1, 1}, nan), "float64[1][NaN] float64[1, 1][NaN]"},
		{OpSVD, grid([]int{1, 2}, inf, 1), "float64[1, 1][NaN] float64[1][NaN] float64[1, 2][NaN NaN]"},
		{OpQR, grid([]int{1, 2}, nan, 1), "float64[1, 1][NaN] float64[1, 2][NaN NaN]"},
		{OpEigh, grid[int8]([]int{1, 1}, -5), "float64[1][-5] float64[1, 1][1]"},
		{OpSVD, grid([]int{1, 1}, true), "float64[1, 1][1] float64[1][1] float64[1, 1][1]"},
		{OpSVD, grid[float32]([]int{1, 1}, -2), "float32[1, 1][1] float32[1][2] float32[1, 1][-1]"},
		{OpQR, grid[uint8]([]int{1, 1}, 7), "float64[1, 1][1] float64[1, 1][7]"},
	} {
		v, got := mustEval(t, c.op, nil, c.arg), ""
		for i, e := range v.elems {
			if i > 0 {
				got += " "
			}
			got += e.String()
		}
		if got != c.want {
			t.Errorf("%v of %v\n got %s\nwant %s", c.op, c.arg, got, c.want)
		}
	}
	if _, err := evalOn(OpQR, nil, grid([]int{1, 1}, 1i)); !errors.Is(err, ErrDType) {
		t.Errorf("qr of a complex matrix: %v", err)
	}
}

// TestEvalFactorExtremes tries numbers at the ends of the range, and matrices
// of low rank, of which LAPACK must not make a panic or a NaN.
func TestEvalFactorExtremes(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	scales := []float64{0, 5e-324, 1e-300, 1e-160, 1, 1e150, 1e300}
	for range 300 {
		shape := []int{1 + rng.IntN(6), 1 + rng.IntN(6)}
		x := make([]float64, product(shape))
		largest := 0.0
		for i := range x {
			x[i] = (rng.Float64() - 0.5) * scales[rng.IntN(len(scales))]
			largest = max(largest, math.Abs(x[i]))
		}
		a := makeValue(shape, x)
		s := mustEval(t, OpSVD, nil, a).Item(1)
		if got := s.Float(0); math.IsNaN(got) || got < largest*(1-1e-9) {
			t.Fatalf("svd of %v: largest singular value %g", a, got)
		}
		mustEval(t, OpQR, nil, a)
		if shape[0] == shape[1] {
			mustEval(t, OpEigh, nil, a)
		}
	}
}

package expr

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestEvalLinalg(t *testing.T) {
	none := grid[float64]([]int{0, 0})
	singular := grid([]int{2, 2}, 1.0, 2, 2, 4)
	a := grid([]int{2, 2}, 0.0, 2, 1, 1) // needs a row exchange
	gap := grid([]int{2, 2}, 0.0, nan, 0, 1)
	upper := grid([]int{2, 2}, 2.0, 4, nan, 0.5)
	zeroDiagonal := grid([]int{2, 2}, 1.0, 2, 3, 0)
	runEvalCases(t, []evalCase{
		{OpDet, nil, args(a), "float64[-2]"},
		{OpDet, nil, args(singular), "float64[0]"},
		{OpDet, nil, args(none), "float64[1]"},
		{OpDet, nil, args(gap), "float64[NaN]"},
		{OpDet, nil, args(grid([]int{2, 2}, true, true, true, false)), "float64[-1]"},
		{OpDet, nil, args(grid[int8]([]int{2, 2}, 100, 1, 0, 100)), "float64[10000]"},
		{OpDet, nil, args(grid[float32]([]int{1, 1}, 0.1)), "float32[0.1]"},
		{OpDet, nil, args(grid([]int{2, 2}, 1i, 0, 0, 2)), "complex128[(0+2i)]"},
		{OpDet, nil, args(grid[complex64]([]int{2, 2}, 0, 1i, 1, 0)), "complex64[(-0-1i)]"},
		{OpDet, nil, args(grid([]int{3, 1, 1}, 3.0, nan, 0)), "float64[3][3 NaN 0]"},
		{OpDet, nil, args(grid[float64]([]int{2, 0, 0})), "float64[2][1 1]"},
		{OpDet, nil, args(grid[float64]([]int{0, 2, 2})), "float64[0][]"},

		{OpLogAbsDet, nil, args(grid([]int{1, 1}, -1.0)), "float64[0]"},
		{OpLogAbsDet, nil, args(singular), "float64[-Inf]"},
		{OpLogDet, nil, args(grid([]int{1, 1}, -1.0)), "float64[NaN]"},
		{OpLogDet, nil, args(grid([]int{2, 2}, 0.0, 2.0, 2.0, 0.0)), "float64[NaN]"},
		{OpLogDet, nil, args(grid([]int{2, 2}, 0.0, -1.0, 1.0, 0.0)), "float64[0]"},
		{OpLogDet, nil, args(grid([]int{2, 2}, -1e-300, 0.0, 0.0, 1e-300)), "float64[NaN]"},
		{OpLogDet, nil, args(singular), "float64[-Inf]"},
		{OpLogDet, nil, args(none), "float64[0]"},
		{OpLogAbsDet, nil, args(none), "float64[0]"},
		{OpLogAbsDet, nil, args(gap), "float64[NaN]"},
		{OpLogAbsDet, nil, args(grid([]int{1, 1}, -1i)), "float64[0]"},
		{OpLogAbsDet, nil, args(grid[complex64]([]int{1, 1, 1}, 1i)), "float32[1][0]"},

		{OpInv, nil, args(a), "float64[2, 2][-0.5 1 0.5 0]"},
		{OpInv, nil, args(none), "float64[0, 0][]"},
		{OpInv, nil, args(gap), "float64[2, 2][NaN NaN NaN NaN]"},
		{OpInv, nil, args(grid[int32]([]int{1, 1}, 4)), "float64[1, 1][0.25]"},
		{OpInv, nil, args(grid([]int{1, 1}, 2i)), "complex128[1, 1][(0-0.5i)]"},
		{OpInv, nil, args(grid([]int{2, 1, 1}, 2.0, 4)), "float64[2, 1, 1][0.5 0.25]"},
		{OpInv, nil, args(singular), "inv: the matrix is singular: pivot 1 is zero"},
		{OpInv, nil, args(grid([]int{1, 1}, 0i)), "inv: the matrix is singular: pivot 0 is zero"},
		{OpInv, nil, args(grid([]int{2, 1, 1}, 2.0, 0)), "inv: matrix 1 of the stack: the matrix is singular: pivot 0 is zero"},
		{OpInv, nil, args(grid([]int{1, 2}, 1.0, 2)), "inv: shape (1, 2): a square matrix is wanted"},

		{OpSolve, nil, args(a, vec(2.0, 3)), "float64[2][2 1]"},
		{OpSolve, nil, args(a, grid([]int{2, 2}, 2.0, nan, 3, 0)), "float64[2, 2][2 NaN 1 NaN]"},
		{OpSolve, nil, args(none, vec[float64]()), "float64[0][]"},
		{OpSolve, nil, args(none, grid[float64]([]int{0, 3})), "float64[0, 3][]"},
		{OpSolve, nil, args(a, grid[float64]([]int{2, 0})), "float64[2, 0][]"},
		{OpSolve, nil, args(gap, vec(1.0, 2)), "float64[2][NaN NaN]"},
		{OpSolve, nil, args(singular, vec(1.0, 2)), "solve: the matrix is singular: pivot 1 is zero"},
		{OpSolve, nil, args(grid([]int{2, 1, 1}, 2.0, 4), grid([]int{2, 1}, 1.0, 1)), "float64[2, 1][0.5 0.25]"},
		{OpSolve, nil, args(grid([]int{2, 1, 1}, 2.0, 4), grid([]int{2, 1, 2}, 1.0, 2, 3, 4)), "float64[2, 1, 2][0.5 1 0.75 1]"},
		{OpSolve, nil, args(grid[int64]([]int{1, 1}, 4), vec[float32](1)), "float64[1][0.25]"},
		{OpSolve, nil, args(grid[float32]([]int{1, 1}, 4), vec[complex64](1i)), "complex64[1][(0+0.25i)]"},

		{OpSolveTriangular, Triangular{}, args(upper, vec(4.0, 1)), "float64[2][-2 2]"},
		{OpSolveTriangular, Triangular{Lower: true}, args(grid([]int{2, 2}, 2.0, nan, 4, 0.5), vec(2.0, 1)), "float64[2][1 -6]"},
		{OpSolveTriangular, Triangular{}, args(grid([]int{1, 1}, 2i), vec(4.0)), "complex128[1][(0-2i)]"},
		{OpSolveTriangular, Triangular{}, args(none, vec[float64]()), "float64[0][]"},
		{OpSolveTriangular, Triangular{}, args(zeroDiagonal, vec(4.0, 1)), "solve_triangular: the matrix is singular: element 1 of the diagonal is zero"},

		{OpCholesky, nil, args(grid([]int{2, 2}, 4.0, nan, 2, 10)), "float64[2, 2][2 0 1 3]"},
		{OpCholesky, nil, args(grid([]int{2, 2}, 4.0, nan, nan, -1)), "float64[2, 2][NaN 0 NaN NaN]"},
		{OpCholesky, nil, args(grid([]int{2, 2}, 4+9i, 0, 2i, 10)), "complex128[2, 2][(2+0i) (0+0i) (0+1i) (3+0i)]"},
		{OpCholesky, nil, args(grid[int16]([]int{2, 1, 1}, 4, 9)), "float64[2, 1, 1][2 3]"},
		{OpCholesky, nil, args(none), "float64[0, 0][]"},
		{OpCholesky, nil, args(grid([]int{2, 2}, 1.0, 2, 2, 1)), "cholesky: the matrix is not positive definite: pivot 1 is -3"},
		{OpCholesky, nil, args(grid([]int{1, 1}, 0.0)), "cholesky: the matrix is not positive definite: pivot 0 is 0"},
	})
}

func TestEvalLinalgErrorKinds(t *testing.T) {
	zero := grid([]int{1, 1}, 0.0)
	for _, c := range []struct {
		op   Op
		attr Attr
		args []any
		want error
	}{
		{OpInv, nil, args(zero), ErrSingular},
		{OpSolve, nil, args(zero, vec(1.0)), ErrSingular},
		{OpSolveTriangular, Triangular{}, args(zero, vec(1.0)), ErrSingular},
		{OpCholesky, nil, args(zero), ErrDomain},
	} {
		if _, err := evalOn(c.op, c.attr, c.args...); !errors.Is(err, c.want) {
			t.Errorf("%v: %v, want kind %v", c.op, err, c.want)
		}
	}
}

// TestEvalSingular has matrices with two equal rows, which are singular
// whatever the numbers, and one that is only nearly so.
func TestEvalSingular(t *testing.T) {
	for x := 1.0; x < 200; x++ {
		if _, err := evalOn(OpInv, nil, grid([]int{2, 2}, x, 1/x, x, 1/x)); !errors.Is(err, ErrSingular) {
			t.Errorf("inv of two rows %g %g: %v", x, 1/x, err)
		}
	}
	near := mustEval(t, OpInv, nil, grid([]int{2, 2}, 1.0, 1, 1, 1+1e-15))
	if x := near.Float(0); x < 1e14 || math.IsInf(x, 0) {
		t.Errorf("inv of a nearly singular matrix begins with %g", x)
	}
}

// linalgSizes are the sizes of the random matrices of the tests below.
var linalgSizes = []int{1, 2, 3, 5, 8, 40}

// TestEvalLinalgResiduals checks results by what defines them, for real and
// complex matrices of all inexact dtypes.
func TestEvalLinalgResiduals(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range linalgSizes {
		for _, d := range []DType{Float32, Float64, Complex64, Complex128} {
			t.Run(fmt.Sprint(d, n), func(t *testing.T) {
				tol := 1e-12 * float64(n*n)
				if d == Float32 || d == Complex64 {
					tol = 2e-5 * float64(n*n)
				}
				a := randomOf(rng, d, 2, n, n)
				b := randomOf(rng, d, 2, n, 3)
				checkNear(t, "a@inv(a)", matmulOf(t, a, mustEval(t, OpInv, nil, a)), eyes(d, 2, n), tol)
				checkNear(t, "a@solve(a, b)", matmulOf(t, a, mustEval(t, OpSolve, nil, a, b)), b, tol)
				for _, lower := range []bool{false, true} {
					l := triangleOf(a, lower)
					x := mustEval(t, OpSolveTriangular, Triangular{lower}, a, b)
					checkNear(t, "a@solve_triangular(a, b)", matmulOf(t, l, x), b, tol*triangleGrowth(l))
				}
				p := matmulOf(t, a, adjoint(a))
				l := mustEval(t, OpCholesky, nil, p)
				checkNear(t, "cholesky", matmulOf(t, l, adjoint(l)), p, tol)
				if n < 40 { // float32 would overflow
					checkDets(t, a, tol)
				}
			})
		}
	}
}

// checkDets checks that logabsdet is the logarithm of the size of det, and
// that det(a@a) = det(a)**2.
func checkDets(t *testing.T, a *Value, tol float64) {
	t.Helper()
	x, l := mustEval(t, OpDet, nil, a), mustEval(t, OpLogAbsDet, nil, a)
	y := mustEval(t, OpDet, nil, matmulOf(t, a, a))
	for k := range 2 {
		if want := math.Log(cmplx.Abs(x.Complex(k))); math.Abs(l.Float(k)-want) > tol {
			t.Errorf("logabsdet is %g, log(abs(det)) is %g", l.Float(k), want)
		}
		if want := x.Complex(k) * x.Complex(k); cmplx.Abs(y.Complex(k)-want) > 100*tol*cmplx.Abs(want) {
			t.Errorf("det(a@a) is %g, det(a)**2 is %g", y.Complex(k), want)
		}
	}
}

// randomOf returns a stack of well conditioned random matrices.
func randomOf(rng *rand.Rand, d DType, shape ...int) *Value {
	x := make([]complex128, product(shape))
	rows, columns := shape[len(shape)-2], shape[len(shape)-1]
	for i := range x {
		x[i] = complex(rng.Float64()*2-1, 0)
		if d.IsComplex() {
			x[i] += complex(0, rng.Float64()*2-1)
		}
		if rows == columns && i/columns%rows == i%columns {
			x[i] += complex(2*math.Sqrt(float64(rows)), 0)
		}
	}
	return convert(makeValue(shape, x), d)
}

func matmulOf(t *testing.T, a, b *Value) *Value {
	t.Helper()
	return mustEval(t, OpMatMul, nil, a, b)
}

// eyes returns a stack of unit matrices.
func eyes(d DType, count, n int) *Value {
	x := make([]float64, count*n*n)
	for i := range x {
		if i/n%n == i%n {
			x[i] = 1
		}
	}
	return convert(makeValue([]int{count, n, n}, x), d)
}

// mapMatrices returns the array of the same shape with f of the place of each
// element: the matrix of the stack, row and column.
func mapMatrices(v *Value, shape []int, f func(s, i, j int) complex128) *Value {
	rows, columns := shape[len(shape)-2], shape[len(shape)-1]
	x := make([]complex128, product(shape))
	for at := range x {
		x[at] = f(at/(rows*columns), at/columns%rows, at%columns)
	}
	return convert(makeValue(shape, x), v.dtype)
}

// adjoint returns the conjugate transpose of each matrix.
func adjoint(v *Value) *Value {
	shape := slices.Clone(v.shape)
	m, n := shape[len(shape)-2], shape[len(shape)-1]
	shape[len(shape)-2], shape[len(shape)-1] = n, m
	return mapMatrices(v, shape, func(s, i, j int) complex128 { return cmplx.Conj(v.Complex((s*m+j)*n + i)) })
}

func triangleOf(v *Value, lower bool) *Value {
	n := v.shape[len(v.shape)-1]
	return mapMatrices(v, v.shape, func(s, i, j int) complex128 {
		if i == j || (i > j) == lower {
			return v.Complex((s*n+i)*n + j)
		}
		return 0
	})
}

// triangleGrowth is a generous bound of how much rounding grows in a solution.
func triangleGrowth(l *Value) float64 { return float64(10 * l.shape[len(l.shape)-1]) }

func checkNear(t *testing.T, name string, got, want *Value, tol float64) {
	t.Helper()
	if got.dtype != want.dtype || !slices.Equal(got.shape, want.shape) {
		t.Errorf("%s: %v, want %v", name, got.Type(), want.Type())
		return
	}
	for i := range want.Len() {
		if g, w := got.Complex(i), want.Complex(i); !(cmplx.Abs(g-w) <= tol) {
			t.Errorf("%s: element %d is %g, want %g", name, i, g, w)
			return
		}
	}
}

// TestEvalLinalgArguments checks that arguments of any strides give the same
// bits, and are not changed.
func TestEvalLinalgArguments(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	a, b := randomOf(rng, Float64, 4, 4), randomOf(rng, Float64, 4, 2)
	p := matmulOf(t, a, adjoint(a))
	for _, c := range []struct {
		op   Op
		attr Attr
		args []*Value
	}{
		{OpDet, nil, []*Value{a}},
		{OpLogAbsDet, nil, []*Value{a}},
		{OpInv, nil, []*Value{a}},
		{OpSolve, nil, []*Value{a, b}},
		{OpSolveTriangular, Triangular{}, []*Value{a, b}},
		{OpCholesky, nil, []*Value{p}},
		{OpTrace, nil, []*Value{a}},
		{OpEigh, nil, []*Value{a}},
		{OpSVD, nil, []*Value{a}},
		{OpQR, nil, []*Value{a}},
		{OpGemm, Transposed{A: true}, []*Value{ScalarValue(2.0), a, b, ScalarValue(3.0), b}},
		{OpGemv, Transposed{}, []*Value{ScalarValue(2.0), a, makeValue([]int{4}, []float64{1, 2, 3, 4})}},
	} {
		plain, strange := make([]any, len(c.args)), make([]any, len(c.args))
		var before []*Value
		for i, v := range c.args {
			plain[i], strange[i] = v, gapped(v)
			before = append(before, v.Clone())
		}
		want, got := mustEval(t, c.op, c.attr, plain...), mustEval(t, c.op, c.attr, strange...)
		if !sameElements(got, want) {
			t.Errorf("%v: strided arguments give another result", c.op)
		}
		for i, v := range c.args {
			if !sameElements(v, before[i]) {
				t.Errorf("%v changed argument %d", c.op, i)
			}
		}
	}
}

func sameElements(a, b *Value) bool {
	if a.elems != nil {
		return slices.EqualFunc(a.elems, b.elems, sameElements)
	}
	return slices.Equal(Elements[float64](a), Elements[float64](b))
}

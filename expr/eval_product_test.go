package expr

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// grid returns the row-major array of the given shape.
func grid[T Element](shape []int, x ...T) *Value { return makeValue(shape, x) }

func TestEvalProducts(t *testing.T) {
	m23 := grid([]int{2, 3}, 1.0, 2, 3, 4, 5, 6)
	m32 := grid([]int{3, 2}, 1.0, 0, 0, 1, 1, 1)
	runEvalCases(t, []evalCase{
		{OpDot, nil, args(vec(1.0, 2, 3), vec(4.0, 5, 6)), "float64[32]"},
		{OpDot, nil, args(m23, vec(1.0, 0, -1)), "float64[2][-2 -2]"},
		{OpDot, nil, args(vec(1.0, 2), m23), "float64[3][9 12 15]"},
		{OpDot, nil, args(m23, m32), "float64[2, 2][4 5 10 11]"},
		{OpMatMul, nil, args(m23, m32), "float64[2, 2][4 5 10 11]"},
		{OpOuter, nil, args(vec(1.0, 2), vec(3.0, minus0)), "float64[2, 2][3 -0 6 -0]"},
		// A sum of nothing.
		{OpDot, nil, args(vec[float64](), vec[float64]()), "float64[0]"},
		{OpDot, nil, args(grid[float64]([]int{2, 0}), grid[float64]([]int{0, 1})), "float64[2, 1][0 0]"},
		{OpDot, nil, args(grid[float64]([]int{0, 2}), vec(1.0, 2)), "float64[0][]"},
		{OpOuter, nil, args(vec[float64](), vec(1.0)), "float64[0, 1][]"},
		{OpMatMul, nil, args(grid[float64]([]int{0, 2, 2}), vec(1.0, 2)), "float64[0, 2][]"},
		// Zeros hide nothing.
		{OpDot, nil, args(vec(0.0, 1), vec(inf, 1)), "float64[NaN]"},
		{OpDot, nil, args(vec(0.0, 1), vec(nan, 1)), "float64[NaN]"},
		{OpDot, nil, args(vec(inf, 1), vec(2.0, 1)), "float64[+Inf]"},
		// dtypes.
		{OpDot, nil, args(vec[int8](127, 1), vec[int8](2, 1)), "int8[-1]"},
		{OpDot, nil, args(vec[uint8](200, 1), vec[uint8](2, 1)), "uint8[145]"},
		{OpDot, nil, args(vec[int8](100), vec[uint8](200)), "int16[20000]"},
		{OpDot, nil, args(vec[uint64](math.MaxUint64), vec[uint64](3)), "uint64[18446744073709551613]"},
		{OpDot, nil, args(vec[int64](math.MaxInt64), vec[int64](2)), "int64[-2]"},
		{OpDot, nil, args(vec(true, true), vec(false, true)), "bool[true]"},
		{OpDot, nil, args(vec(true, true), vec(true, true)), "bool[true]"},
		{OpDot, nil, args(vec(true, false), vec(false, true)), "bool[false]"},
		{OpDot, nil, args(vec(true, true), vec[int32](5, 6)), "int32[11]"},
		{OpDot, nil, args(vec[int32](3), vec[float32](0.5)), "float64[1.5]"},
		{OpDot, nil, args(vec(1+2i, 1i), vec(3.0, 1)), "complex128[(3+7i)]"},
		{OpDot, nil, args(vec[complex64](1+2i), vec[float32](3)), "complex64[(3+6i)]"},
		{OpDot, nil, args(vec[complex64](1+2i), vec(3.0)), "complex128[(3+6i)]"},
		{OpOuter, nil, args(vec[int16](2), vec[int32](3, 4)), "int32[1, 2][6 8]"},
		// float32 is rounded once, at the end.
		{OpDot, nil, args(vec[float32](1<<24, 1, 1), vec[float32](1, 1, 1)), "float32[1.6777218e+07]"},
		// Shapes.
		{OpDot, nil, args(m23, m23), "dot: shapes (2, 3) and (2, 3) do not match: 3 is not 2"},
		{OpMatMul, nil, args(grid[float64]([]int{2, 1, 0}), grid[float64]([]int{3, 0, 1})), "matmul: shapes (2, 1, 0) and (3, 0, 1) do not broadcast"},
	})
}

func TestEvalGemm(t *testing.T) {
	a := grid([]int{2, 3}, 1.0, 2, 3, 4, 5, 6)
	b := grid([]int{3, 2}, 1.0, 0, 0, 1, 1, 1)
	at := grid([]int{3, 2}, 1.0, 4, 2, 5, 3, 6)
	bt := grid([]int{2, 3}, 1.0, 0, 1, 0, 1, 1)
	c := grid([]int{2, 2}, 1.0, nan, 0, 1)
	runEvalCases(t, []evalCase{
		{OpGemm, Transposed{}, args(2.0, a, b), "float64[2, 2][8 10 20 22]"},
		{OpGemm, Transposed{A: true}, args(2.0, at, b), "float64[2, 2][8 10 20 22]"},
		{OpGemm, Transposed{B: true}, args(2.0, a, bt), "float64[2, 2][8 10 20 22]"},
		{OpGemm, Transposed{A: true, B: true}, args(2.0, at, bt, 10.0, c), "float64[2, 2][18 NaN 20 32]"},
		{OpGemm, Transposed{}, args(1.0, a, b, 0.0, c), "float64[2, 2][4 NaN 10 11]"},
		{OpGemm, Transposed{}, args(0.0, a, grid([]int{3, 1}, inf, 0, 0)), "float64[2, 1][NaN NaN]"},
		{OpGemm, Transposed{}, args(3.0, grid[float64]([]int{2, 0}), grid[float64]([]int{0, 2}), 1.0, c), "float64[2, 2][1 NaN 0 1]"},
		{OpGemm, Transposed{}, args(1i, a, b), "complex128[2, 2][(0+4i) (0+5i) (0+10i) (0+11i)]"},
		// A literal takes the precision of the matrices.
		{OpGemm, Transposed{}, args(0.1, grid[float32]([]int{1, 1}, 1), grid[float32]([]int{1, 1}, 1e8)), "float32[1, 1][1e+07]"},
		{OpGemm, Transposed{}, args(1, grid([]int{1, 1}, int32(1)), grid([]int{1, 1}, int32(1))), "gemm: no gemm for int64, int32 and int32"},

		// Stacks broadcast, and so do the product and C of as many axes.
		{OpGemm, Transposed{}, args(2.0, a, b, 10.0, grid([]int{1, 2}, 1.0, 2)), "float64[2, 2][18 30 30 42]"},
		{OpGemm, Transposed{}, args(2.0, grid([]int{1, 1}, 1.0), grid([]int{1, 1}, 3.0), 1.0, grid([]int{2, 1}, 1.0, 2)), "float64[2, 1][7 8]"},
		{OpGemv, Transposed{}, args(1.0, grid([]int{1, 1}, 3.0), vec(2.0), 1.0, vec(1.0, 2)), "float64[2][7 8]"},
		{OpGer, nil, args(1.0, vec(1.0), vec(3.0), grid([]int{2, 1}, 1.0, 2)), "ger: a product of shape (1, 1) is added to shape (2, 1)"},
		{OpGemm, Transposed{}, args(2.0, grid([]int{2, 1, 2}, 1.0, 2, 3, 4), c), "float64[2, 1, 2][2 NaN 6 NaN]"},
		{OpGemm, Transposed{A: true}, args(1.0, grid([]int{2, 2, 1}, 1.0, 2, 3, 4), grid([]int{1, 2, 1}, 10.0, 1), 2.0, grid([]int{2, 1, 1}, 1.0, 2)), "float64[2, 1, 1][14 38]"},
		{OpGemm, Transposed{B: true}, args(1.0, grid([]int{1, 2}, 1.0, 2), grid([]int{2, 1, 2}, 1.0, 0, 0, 1)), "float64[2, 1, 1][1 2]"},
		{OpGemm, Transposed{}, args(1.0, grid([]int{2, 1, 1}, 1.0, 2), grid([]int{1, 1}, 3.0), 1.0, grid([]int{1, 1}, 4.0)), "gemm: a product of shape (2, 1, 1) is added to shape (1, 1)"},
		{OpGemm, Transposed{}, args(1.0, vec(1.0), grid([]int{1, 1}, 3.0)), "gemm: argument 2 has shape (1,): a matrix or a stack of matrices is wanted"},
		{OpGemm, Transposed{}, args(1.0, grid([]int{2, 1, 1}, 1.0, 2), grid([]int{3, 1, 1}, 3.0, 4, 5)), "gemm: shapes (), (2, 1, 1) and (3, 1, 1) do not broadcast"},

		{OpGemv, Transposed{}, args(2.0, a, vec(1.0, 0, -1)), "float64[2][-4 -4]"},
		{OpGemv, Transposed{A: true}, args(1.0, a, vec(1.0, 2), 0.5, vec(2.0, 4, nan)), "float64[3][10 14 NaN]"},
		{OpGemv, Transposed{}, args(2.0, grid[float64]([]int{2, 0}), vec[float64](), -1.0, vec(1.0, 2)), "float64[2][-1 -2]"},
		{OpGer, nil, args(2.0, vec(1.0, 2), vec(1.0, 10, 100), a), "float64[2, 3][3 22 203 8 45 406]"},
		{OpGer, nil, args(0.0, vec(1.0), vec(inf), grid([]int{1, 1}, 1.0)), "float64[1, 1][NaN]"},
		{OpGer, nil, args(2.0, vec[float64](), vec(1.0), grid[float64]([]int{0, 1})), "float64[0, 1][]"},
	})
}

func TestEvalTrace(t *testing.T) {
	wide := grid([]int{2, 3}, 1.0, 2, 3, 4, 5, 6)
	runEvalCases(t, []evalCase{
		{OpTrace, nil, args(wide), "float64[6]"},
		{OpTrace, Diagonal{K: 1}, args(wide), "float64[8]"},
		{OpTrace, Diagonal{K: -1}, args(wide), "float64[4]"},
		{OpTrace, Diagonal{K: 3}, args(wide), "float64[0]"},
		{OpTrace, nil, args(grid[float64]([]int{0, 4})), "float64[0]"},
		{OpTrace, nil, args(grid([]int{2, 2}, true, false, false, true)), "int64[2]"},
		{OpTrace, nil, args(grid[uint8]([]int{2, 2}, 200, 0, 0, 100)), "uint64[300]"},
		{OpTrace, nil, args(grid[float32]([]int{3, 3}, 1<<24, 0, 0, 0, 1, 0, 0, 0, 1)), "float32[1.6777218e+07]"},
		{OpTrace, nil, args(grid([]int{2, 2}, 1i, 0, 0, complex(nan, 0))), "complex128[(NaN+1i)]"},
		{OpTrace, nil, args(vec(1.0)), "trace: argument 1 has shape (1,): a matrix is wanted"},
	})
}

// TestEvalMatMulStacks compares stacks of matrices with the definition, index
// by index.
func TestEvalMatMulStacks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, shapes := range [][2][]int{
		{{2, 3, 4}, {4, 2}},
		{{3, 4}, {2, 4, 2}},
		{{2, 3, 4}, {2, 4, 5}},
		{{2, 1, 3, 4}, {5, 4, 2}},
		{{5, 1, 4}, {1, 4, 1}},
		{{2, 3, 4}, {4}},
		{{3}, {2, 5, 3, 4}},
		{{2, 0, 3}, {3, 2}},
		{{2, 3, 0}, {0, 2}},
	} {
		a, b := randomValue(rng, shapes[0]), randomValue(rng, shapes[1])
		name := fmt.Sprint(shapes)
		want := mustEval(t, OpMatMul, nil, a, b)
		checkMatMul(t, name, a, b, want)
		got := mustEval(t, OpMatMul, nil, gapped(a), gapped(b))
		if !slices.Equal(got.data.([]float64), want.data.([]float64)) {
			t.Errorf("%s: strided arguments give %v, want %v", name, got, want)
		}
	}
}

func checkMatMul(t *testing.T, name string, a, b, got *Value) {
	t.Helper()
	as, bs := a.shape, b.shape
	if len(as) == 1 {
		as = []int{1, as[0]}
	}
	if len(bs) == 1 {
		bs = []int{bs[0], 1}
	}
	n := bs[len(bs)-1]
	stack := got.shape[:max(len(as), len(bs))-2]
	a3, b3 := stackIndex(as, stack), stackIndex(bs, stack)
	flat := got.data.([]float64)
	at := 0
	for s := range product(stack) {
		for i := range as[len(as)-2] {
			for j := range n {
				sum := 0.0
				for l := range as[len(as)-1] {
					sum += a.Float(a3(s)+i*as[len(as)-1]+l) * b.Float(b3(s)+l*n+j)
				}
				if d := math.Abs(flat[at] - sum); d > 1e-14 {
					t.Errorf("%s: element %d is %g, want %g", name, at, flat[at], sum)
				}
				at++
			}
		}
	}
	if at != len(flat) {
		t.Errorf("%s: %d elements, want %d", name, len(flat), at)
	}
}

// stackIndex returns the function from the number of a matrix in the stack to
// the first element of that matrix in a broadcast argument.
func stackIndex(shape, stack []int) func(s int) int {
	return func(s int) int {
		at, size := 0, shape[len(shape)-2]*shape[len(shape)-1]
		step := size
		for axis := len(stack) - 1; axis >= 0; axis-- {
			i := s % stack[axis]
			s /= stack[axis]
			if own := axis - len(stack) + len(shape) - 2; own >= 0 {
				at += i % shape[own] * step
				step *= shape[own]
			}
		}
		return at
	}
}

func randomValue(rng *rand.Rand, shape []int) *Value {
	x := make([]float64, product(shape))
	for i := range x {
		x[i] = rng.Float64()*4 - 2
	}
	return makeValue(shape, x)
}

// gapped returns the same array with its axes in another order in memory, and
// gaps between the elements.
func gapped(v *Value) *Value {
	strides := make([]int, v.Rank())
	step := 2
	for i, n := range v.shape {
		strides[i] = step
		step *= n
	}
	src := Elements[float64](v)
	data := slices.Repeat([]float64{math.NaN()}, step)
	i := 0
	forEachOffset(v.shape, strides, func(offset int) {
		data[offset] = src[i]
		i++
	})
	return strided(v.shape, strides, data)
}

func mustEval(t *testing.T, op Op, attr Attr, args ...any) *Value {
	t.Helper()
	v, err := evalOn(op, attr, args...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

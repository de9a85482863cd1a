package expr

import (
	"math"
	"testing"
)

func TestEvalArange(t *testing.T) {
	arange := func(x []*Node) *Node { return Arange(x[0], x[1], x[2]) }
	ints := func(x ...int64) []*Value {
		out := make([]*Value, len(x))
		for i, n := range x {
			out[i] = ScalarValue(n)
		}
		return out
	}
	floats := func(x ...float64) []*Value {
		out := make([]*Value, len(x))
		for i, n := range x {
			out[i] = ScalarValue(n)
		}
		return out
	}
	runPrograms(t, []programCase{
		{"up", arange, ints(1, 10, 3), "int64[3][1 4 7]"},
		{"down", arange, ints(5, -3, -2), "int64[4][5 3 1 -1]"},
		{"up to the limit", arange, ints(math.MaxInt64-3, math.MaxInt64, 2), "int64[2][9223372036854775804 9223372036854775806]"},
		{"from limit to limit", arange, ints(math.MinInt64, math.MaxInt64, math.MaxInt64), "int64[3][-9223372036854775808 -1 9223372036854775806]"},
		{"none", arange, ints(3, 3, 1), "int64[0][]"},
		{"wrong way", arange, ints(0, 3, -1), "int64[0][]"},
		{"narrow arguments", arange, values(ScalarValue(uint8(250)), ScalarValue(int16(260)), ScalarValue(true)),
			"int64[10][250 251 252 253 254 255 256 257 258 259]"},
		{"uint64", arange, values(ScalarValue(uint64(1<<63)), ScalarValue(uint64(1<<63+3)), ScalarValue(uint64(2))),
			"uint64[2][9223372036854775808 9223372036854775810]"},
		{"floats", arange, floats(0, 1, 0.25), "float64[4][0 0.25 0.5 0.75]"},
		{"floats as NumPy rounds them", arange, floats(0, 0.5, 0.1), "float64[5][0 0.1 0.2 0.30000000000000004 0.4]"},
		{"delta of rounded elements", arange, floats(1, 1.3, 0.1), "float64[4][1 1.1 1.2000000000000002 1.3000000000000003]"},
		{"one float", arange, values(ScalarValue(int64(0)), ScalarValue(int64(2)), ScalarValue(0.5)), "float64[4][0 0.5 1 1.5]"},
		{"float32", arange, values(ScalarValue(float32(1)), ScalarValue(float32(1.3)), ScalarValue(float32(0.1))),
			"float32[3][1 1.1 1.2]"},
		{"step 0", arange, ints(0, 3, 0), "domain error: arange: step 0"},
		{"to infinity", arange, floats(0, inf, 1), "shape error: arange: from 0 to +Inf by 1: too many elements, or not a number"},
		{"from nan", arange, floats(nan, 1, 1), "shape error: arange: from NaN to 1 by 1: too many elements, or not a number"},
	})
}

func TestEvalLinspace(t *testing.T) {
	linspace := func(x []*Node) *Node { return Linspace(x[0], x[1], x[2]) }
	ends := func(a, b float64, n int64) []*Value { return values(ScalarValue(a), ScalarValue(b), ScalarValue(n)) }
	runPrograms(t, []programCase{
		{"plain", linspace, ends(0, 1, 5), "float64[5][0 0.25 0.5 0.75 1]"},
		{"down", linspace, ends(1, -1, 3), "float64[3][1 0 -1]"},
		{"the last is exact", linspace, ends(0, 0.7, 8), "float64[8][0 0.09999999999999999 0.19999999999999998 0.3 0.39999999999999997 0.49999999999999994 0.6 0.7]"},
		{"one", linspace, ends(2, 9, 1), "float64[1][2]"},
		{"none", linspace, ends(2, 9, 0), "float64[0][]"},
		{"integers", linspace, values(ScalarValue(int8(0)), ScalarValue(uint8(3)), ScalarValue(int32(3))), "float64[3][0 1.5 3]"},
		{"negative", linspace, ends(2, 9, -1), "shape error: linspace: length -1"},
		{"not integer", linspace, values(ScalarValue(0.0), ScalarValue(1.0), ScalarValue(2.0)),
			"dtype error: linspace: a length must be an integer scalar, not float64"},
	})
}

func TestEvalEye(t *testing.T) {
	eye := func(d DType, k int) func(x []*Node) *Node {
		return func(x []*Node) *Node { return Eye(d, x[0], x[1], k) }
	}
	size := func(n, m int64) []*Value { return values(ScalarValue(n), ScalarValue(m)) }
	runPrograms(t, []programCase{
		{"square", eye(Float64, 0), size(2, 2), "float64[2, 2][1 0 0 1]"},
		{"wide", eye(Int8, 1), size(2, 3), "int8[2, 3][0 1 0 0 0 1]"},
		{"tall", eye(Bool, -1), size(3, 2), "bool[3, 2][false false true false false true]"},
		{"outside", eye(Complex64, 2), size(2, 2), "complex64[2, 2][(0+0i) (0+0i) (0+0i) (0+0i)]"},
		{"far outside", eye(Uint8, math.MinInt), size(1, 2), "uint8[1, 2][0 0]"},
		{"empty", eye(Float32, 0), size(0, 3), "float32[0, 3][]"},
		{"negative", eye(Float32, 0), size(-1, 3), "shape error: eye: length -1"},
	})
}

func TestEvalDiag(t *testing.T) {
	diag := func(k int) func(x []*Node) *Node { return func(x []*Node) *Node { return x[0].Diag(k) } }
	runPrograms(t, []programCase{
		{"make", diag(0), values(vec(1.0, 2)), "float64[2, 2][1 0 0 2]"},
		{"make above", diag(1), values(vec[int8](5)), "int8[2, 2][0 5 0 0]"},
		{"make below", diag(-1), values(vec(true, true)), "bool[3, 3][false false false true false false false true false]"},
		{"make of nothing", diag(1), values(vec[float64]()), "float64[1, 1][0]"},
		{"get", diag(0), values(counted(2, 3)), "float64[2][0 4]"},
		{"get above", diag(1), values(counted(3, 3)), "float64[2][1 5]"},
		{"get below", diag(-1), values(counted(3, 2)), "float64[2][2 5]"},
		{"get outside", diag(7), values(counted(3, 2)), "float64[0][]"},
		{"get far outside", diag(math.MinInt), values(counted(3, 2)), "float64[0][]"},
		{"get of nothing", diag(0), values(counted(0, 2)), "float64[0][]"},
	})
}

func TestEvalTri(t *testing.T) {
	tril := func(k int) func(x []*Node) *Node { return func(x []*Node) *Node { return x[0].Tril(k) } }
	triu := func(k int) func(x []*Node) *Node { return func(x []*Node) *Node { return x[0].Triu(k) } }
	ones := array([]int{2, 3}, int8(1), 1, 1, 1, 1, 1)
	runPrograms(t, []programCase{
		{"lower", tril(0), values(ones), "int8[2, 3][1 0 0 1 1 0]"},
		{"lower above", tril(1), values(ones), "int8[2, 3][1 1 0 1 1 1]"},
		{"lower below", tril(-1), values(ones), "int8[2, 3][0 0 0 1 0 0]"},
		{"lower none", tril(math.MinInt), values(ones), "int8[2, 3][0 0 0 0 0 0]"},
		{"upper", triu(0), values(ones), "int8[2, 3][1 1 1 0 1 1]"},
		{"upper above", triu(1), values(ones), "int8[2, 3][0 1 1 0 0 1]"},
		{"upper below", triu(-1), values(ones), "int8[2, 3][1 1 1 1 1 1]"},
		{"stack", tril(0), values(counted(2, 2, 2)), "float64[2, 2, 2][0 0 2 3 4 0 6 7]"},
		{"drops NaN", triu(0), values(array([]int{2, 2}, 1.0, 2, nan, 4)), "float64[2, 2][1 2 0 4]"},
		{"empty", tril(0), values(counted(0, 2)), "float64[0, 2][]"},
	})
}

func TestEvalDiagonalRanks(t *testing.T) {
	for _, c := range []struct {
		n    *Node
		want string
	}{
		{Const(1.0).Diag(0), "shape error: diag: shape (): a vector or a matrix is wanted"},
		{Const([][][]int{{{1}}}).Diag(0), "shape error: diag: shape (1, 1, 1): a vector or a matrix is wanted"},
		{Const([]int{1}).Tril(0), "shape error: tril: shape (1,): a matrix is wanted"},
		{Const(1.0).Triu(0), "shape error: triu: shape (): a matrix is wanted"},
	} {
		if got := evaluated(NewGraph(nil, c.n), nil); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

package expr

import (
	"math"
	"testing"
)

func TestEvalSoftmax(t *testing.T) {
	line := Axis{Axis: 0}
	runEvalCases(t, []evalCase{
		{OpSoftmax, line, args(vec(1000.0, 1000)), "float64[2][0.5 0.5]"},
		{OpSoftmax, line, args(vec[float32](0, -inf32())), "float32[2][1 0]"},
		{OpSoftmax, line, args(vec[int32](3, 3, 3, 3)), "float64[4][0.25 0.25 0.25 0.25]"},
		{OpSoftmax, line, args(vec(1, nan)), "float64[2][NaN NaN]"},
		{OpSoftmax, line, args(vec(1, inf)), "float64[2][NaN NaN]"},
		{OpSoftmax, line, args(vec(-inf, -inf)), "float64[2][NaN NaN]"},
		{OpSoftmax, Axis{Axis: 1}, args(makeValue([]int{2, 2}, []float64{0, 0, 5, 5})), "float64[2, 2][0.5 0.5 0.5 0.5]"},
		{OpSoftmax, Axis{Axis: 1}, args(makeValue([]int{2, 0}, []float64{})), "float64[2, 0][]"},
		{OpLogSoftmax, line, args(vec(1000.0, 1000)), "float64[2][-0.6931471805599453 -0.6931471805599453]"},
		{OpLogSoftmax, line, args(vec(0.0, -46)), "float64[2][-1.0530617357553812e-20 -46]"},
		{OpLogSoftmax, line, args(vec(0, -inf)), "float64[2][0 -Inf]"},
		{OpLogSoftmax, line, args(vec(0, inf)), "float64[2][NaN NaN]"},
		{OpSoftmax, line, args(vec(1i)), "softmax: no softmax for complex128"},
	})
}

func inf32() float32 { return float32(math.Inf(1)) }

func TestEvalCumulative(t *testing.T) {
	matrix := makeValue([]int{2, 3}, []int8{1, 2, 3, 4, 5, 6})
	flat := Axis{Axis: -1}
	runEvalCases(t, []evalCase{
		{OpCumsum, Axis{Axis: 0}, args(matrix), "int64[2, 3][1 2 3 5 7 9]"},
		{OpCumsum, Axis{Axis: 1}, args(matrix), "int64[2, 3][1 3 6 4 9 15]"},
		{OpCumsum, flat, args(matrix), "int64[6][1 3 6 10 15 21]"},
		{OpCumsum, Axis{Axis: 0}, args(strided([]int{3, 2}, []int{1, 3}, matrix.data.([]int8))), "int64[3, 2][1 4 3 9 6 15]"},
		{OpCumsum, flat, args(strided([]int{3, 2}, []int{1, 3}, matrix.data.([]int8))), "int64[6][1 5 7 12 15 21]"},
		{OpCumsum, flat, args(vec(1e16, 1, -1e16)), "float64[3][1e+16 1e+16 1]"},
		{OpCumsum, flat, args(vec(1, inf, -inf, 1)), "float64[4][1 +Inf NaN NaN]"},
		{OpCumsum, flat, args(vec(true, true)), "int64[2][1 2]"},
		{OpCumsum, flat, args(vec[uint8](255, 1)), "uint64[2][255 256]"},
		{OpCumsum, flat, args(vec[complex64](1, 1i)), "complex64[2][(1+0i) (1+1i)]"},
		{OpCumsum, flat, args(ScalarValue(2.5)), "float64[1][2.5]"},
		{OpCumsum, flat, args(vec[float64]()), "float64[0][]"},
		{OpCumprod, Axis{Axis: 1}, args(matrix), "int64[2, 3][1 2 6 4 20 120]"},
		{OpCumprod, flat, args(vec[float32](1e30, 1e30, 1e-30)), "float32[3][1e+30 +Inf 1e+30]"},
		{OpCumprod, flat, args(vec(1i, 1i)), "complex128[2][(0+1i) (-1+0i)]"},
		{OpCumprod, flat, args(vec[uint64](1<<63, 2)), "uint64[2][9223372036854775808 0]"},
	})
}

func TestEvalSort(t *testing.T) {
	matrix := makeValue([]int{2, 3}, []float64{3, nan, 1, minus0, 0, -inf})
	flat := Axis{Axis: -1}
	runEvalCases(t, []evalCase{
		{OpSort, Axis{Axis: 1}, args(matrix), "float64[2, 3][1 3 NaN -Inf -0 0]"},
		{OpArgsort, Axis{Axis: 1}, args(matrix), "int64[2, 3][2 0 1 2 0 1]"},
		{OpSort, Axis{Axis: 0}, args(matrix), "float64[2, 3][-0 0 -Inf 3 NaN 1]"},
		{OpArgsort, Axis{Axis: 0}, args(matrix), "int64[2, 3][1 1 1 0 0 0]"},
		{OpSort, flat, args(matrix), "float64[6][-Inf -0 0 1 3 NaN]"},
		{OpArgsort, flat, args(vec(nan, 1, nan, 0, 1)), "int64[5][3 1 4 0 2]"},
		{OpSort, flat, args(vec(0, minus0, 0)), "float64[3][0 -0 0]"},
		{OpSort, flat, args(vec[uint64](math.MaxUint64, 0)), "uint64[2][0 18446744073709551615]"},
		{OpSort, flat, args(vec[int8](5, -5)), "int8[2][-5 5]"},
		{OpSort, flat, args(vec(true, false, true)), "bool[3][false true true]"},
		{OpArgsort, flat, args(vec(true, false, true)), "int64[3][1 0 2]"},
		{OpSort, flat, args(vec[float32](2, 0.1)), "float32[2][0.1 2]"},
		{OpSort, Axis{Axis: 0}, args(makeValue([]int{0, 2}, []int8{})), "int8[0, 2][]"},
		{OpSort, flat, args(ScalarValue[int8](5)), "int8[1][5]"},
		{OpSort, flat, args(vec(1i)), "sort: no sort for complex128"},
	})
}

// TestSortStable sorts a line that is long enough for any algorithm to show
// whether it keeps equal elements in their order.
func TestSortStable(t *testing.T) {
	x := make([]float64, 1000)
	for i := range x {
		x[i] = math.Copysign(float64(i%3), float64(i%2)-0.5) // -2, -1, -0, 0, 1, 2
	}
	v := vec(x...)
	order, err := evalOn(OpArgsort, Axis{Axis: 0}, v)
	if err != nil {
		t.Fatal(err)
	}
	sorted, err := evalOn(OpSort, Axis{Axis: 0}, v)
	if err != nil {
		t.Fatal(err)
	}
	index, data := order.data.([]int64), sorted.data.([]float64)
	for i := range index {
		if math.Float64bits(x[index[i]]) != math.Float64bits(data[i]) {
			t.Fatalf("sort has %v at %d, argsort says %v", data[i], i, x[index[i]])
		}
		if i > 0 && (data[i-1] > data[i] || data[i-1] == data[i] && index[i-1] > index[i]) {
			t.Fatalf("elements %d and %d of the input come in this order", index[i-1], index[i])
		}
	}
}

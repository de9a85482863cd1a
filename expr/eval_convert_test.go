package expr

import (
	"fmt"
	"math"
	"testing"
)

func TestConvert(t *testing.T) {
	to := func(d DType) Attr { return Cast{d} }
	floats := vec(1.9, -1.9, nan, inf, -inf, 300)
	runEvalCases(t, []evalCase{
		{OpCast, to(Int8), args(floats), "int8[6][1 -1 0 127 -128 127]"},
		{OpCast, to(Uint8), args(floats), "uint8[6][1 0 0 255 0 255]"},
		{OpCast, to(Int64), args(floats), "int64[6][1 -1 0 9223372036854775807 -9223372036854775808 300]"},
		{OpCast, to(Uint64), args(floats), "uint64[6][1 0 0 18446744073709551615 0 300]"},
		{OpCast, to(Bool), args(vec(0, minus0, nan, 0.1)), "bool[4][false false true true]"},
		{OpCast, to(Float32), args(vec(0.1, 1e300, 1e-300)), "float32[3][0.1 +Inf 0]"},
		{OpCast, to(Complex64), args(vec(0.1)), "complex64[1][(0.1+0i)]"},
		{OpCast, to(Int16), args(vec[int64](70000, -1)), "int16[2][4464 -1]"},
		{OpCast, to(Uint64), args(vec[int8](-1)), "uint64[1][18446744073709551615]"},
		{OpCast, to(Int8), args(vec[uint64](255)), "int8[1][-1]"},
		{OpCast, to(Bool), args(vec[int16](256, 0)), "bool[2][true false]"},
		{OpCast, to(Float32), args(vec(true, false)), "float32[2][1 0]"},
		{OpCast, to(Uint8), args(vec(true)), "uint8[1][1]"},
		{OpCast, to(Int32), args(vec(complex(2.5, 7))), "int32[1][2]"},
		{OpCast, to(Bool), args(vec(complex(0, 1))), "bool[1][true]"},
		{OpCast, to(Complex64), args(vec(complex(0.1, 0.2))), "complex64[1][(0.1+0.2i)]"},
		// One rounding: through float64 these would round to even twice.
		{OpCast, to(Float32), args(vec[int64](1<<60 + 1<<36 + 1)), "float32[1][1.1529216e+18]"},
		{OpCast, to(Complex64), args(vec[uint64](1<<60 + 1<<36 + 1)), "complex64[1][(1.1529216e+18+0i)]"},
		{OpCast, to(Float64), args(makeValue([]int{0, 2}, []int8{})), "float64[0, 2][]"},
		{OpCast, to(Int8), args(strided([]int{2, 2}, []int{1, 2}, []float64{1, 2, 3, 4})), "int8[2, 2][1 3 2 4]"},
	})
}

// TestConvertRoundTrip converts small numbers from each dtype to each other
// one and back: nothing may be lost.
func TestConvertRoundTrip(t *testing.T) {
	for _, from := range DTypes() {
		for _, to := range DTypes() {
			v := fromLanes([]int64{0, 1, 1, 0}, from, []int{2, 2})
			w := convert(v, to)
			if w.dtype != to {
				t.Errorf("%v to %v is %v", from, to, w.dtype)
			}
			if back := convert(w, from); back.String() != v.String() {
				t.Errorf("%v to %v and back: %v, want %v", from, to, back, v)
			}
			if from == to && w != v {
				t.Errorf("%v to itself makes a copy", from)
			}
		}
	}
}

func TestStretch(t *testing.T) {
	x := []int64{1, 2, 3, 4, 5, 6}
	for _, c := range []struct {
		from, to []int
		want     string
	}{
		{[]int{2, 3}, []int{2, 3}, "[1 2 3 4 5 6]"},
		{[]int{3}, []int{2, 3}, "[1 2 3 1 2 3]"},
		{[]int{3, 1}, []int{3, 2}, "[1 1 2 2 3 3]"},
		{[]int{2, 1, 3}, []int{2, 2, 3}, "[1 2 3 1 2 3 4 5 6 4 5 6]"},
		{[]int{1, 1}, []int{2, 2}, "[1 1 1 1]"},
		{nil, []int{3}, "[1 1 1]"},
		{nil, nil, "[1]"},
		{[]int{1, 3}, []int{0, 3}, "[]"},
		{[]int{2, 1}, []int{2, 0}, "[]"},
	} {
		if got := fmt.Sprint(stretch(x[:product(c.from)], c.from, c.to)); got != c.want {
			t.Errorf("%v to %v: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

// TestValueInt compares Value.Int, which the type rules use, with convert.
func TestValueInt(t *testing.T) {
	for _, x := range []float64{-1.5, 0, 7, 1e300, -1e300, math.NaN()} {
		v := vec(x)
		if got, want := v.Int(0), convert(v, Int64).data.([]int64)[0]; got != want {
			t.Errorf("Int of %v is %d, converted it is %d", x, got, want)
		}
	}
}

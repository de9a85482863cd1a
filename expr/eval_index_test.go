package expr

import (
	"fmt"
	"testing"
)

// indexBy returns the program x[items].
func indexBy(items ...any) func(x []*Node) *Node {
	return func(x []*Node) *Node { return x[0].Index(items...) }
}

func TestEvalSlice(t *testing.T) {
	runPrograms(t, []programCase{
		{"x[1]", indexBy(1), values(counted(3)), "float64[1]"},
		{"x[-1]", indexBy(-1), values(counted(3, 2)), "float64[2][4 5]"},
		{"x[1, 0]", indexBy(1, 0), values(counted(3, 2)), "float64[2]"},
		{"x[:, 1]", indexBy(All, 1), values(counted(3, 2)), "float64[3][1 3 5]"},
		{"x[1:3]", indexBy(Range{Start: 1, Stop: 3}), values(counted(5)), "float64[2][1 2]"},
		{"x[-2:]", indexBy(Range{Start: -2}), values(counted(5)), "float64[2][3 4]"},
		{"x[-9:9]", indexBy(Range{Start: -9, Stop: 9}), values(counted(3)), "float64[3][0 1 2]"},
		{"x[3:1]", indexBy(Range{Start: 3, Stop: 1}), values(counted(5)), "float64[0][]"},
		{"x[9:]", indexBy(Range{Start: 9}), values(counted(5)), "float64[0][]"},
		{"x[1::3]", indexBy(Range{Start: 1, Step: 3}), values(counted(8)), "float64[3][1 4 7]"},
		{"x[::-1]", indexBy(Range{Step: -1}), values(counted(4)), "float64[4][3 2 1 0]"},
		{"x[5:0:-2]", indexBy(Range{Start: 5, Stop: 0, Step: -2}), values(counted(7)), "float64[3][5 3 1]"},
		{"x[9:-9:-3]", indexBy(Range{Start: 9, Stop: -9, Step: -3}), values(counted(5)), "float64[2][4 1]"},
		{"x[-9::-1]", indexBy(Range{Start: -9, Step: -1}), values(counted(5)), "float64[0][]"},
		{"x[::-1, ::2]", indexBy(Range{Step: -1}, Range{Step: 2}), values(counted(2, 3)), "float64[2, 2][3 5 0 2]"},
		{"x[1:, None, ::-2]", indexBy(Range{Start: 1}, NewAxis, Range{Step: -2}), values(counted(3, 4)), "float64[2, 1, 2][7 5 11 9]"},
		{"x[..., 0]", indexBy(Ellipsis, 0), values(counted(2, 2, 2)), "float64[2, 2][0 2 4 6]"},
		{"x[None]", indexBy(NewAxis), values(counted()), "float64[1][0]"},
		{"x[...]", indexBy(Ellipsis), values(counted()), "float64[0]"},
		{"empty x[::-1]", indexBy(Range{Step: -1}), values(counted(0, 2)), "float64[0, 2][]"},
		{"empty x[:, 1]", indexBy(All, 1), values(counted(0, 2)), "float64[0][]"},
		{"x[3]", indexBy(3), values(counted(3)), "index error: slice: index 3 is out of range for axis 0 of length 3"},
		{"x[:, -3]", indexBy(All, -3), values(counted(3, 2)), "index error: slice: index -3 is out of range for axis 1 of length 2"},
		{"x[0] of nothing", indexBy(0), values(counted(0)), "index error: slice: index 0 is out of range for axis 0 of length 0"},
		{"x[::0]", indexBy(Range{Step: 0}), values(counted(3)), "index error: slice: a slice cannot have step 0"},
	})
}

func TestEvalSliceByArguments(t *testing.T) {
	runPrograms(t, []programCase{
		{"x[i]", func(x []*Node) *Node { return x[0].Index(x[1]) }, values(counted(3, 2), ScalarValue(int64(-1))), "float64[2][4 5]"},
		{"x[i, :j]", func(x []*Node) *Node { return x[0].Index(x[1], Range{Stop: x[2]}) },
			values(counted(2, 3), ScalarValue(uint8(1)), ScalarValue(int32(2))), "float64[2][3 4]"},
		{"x[i:j:k]", func(x []*Node) *Node { return x[0].Index(Range{x[1], x[2], x[3]}) },
			values(counted(9), ScalarValue(int64(-1)), ScalarValue(int64(1)), ScalarValue(int64(-3))), "float64[3][8 5 2]"},
		{"x[i], i too large", func(x []*Node) *Node { return x[0].Index(x[1]) }, values(counted(3), ScalarValue(int64(3))),
			"index error: slice: index 3 is out of range for axis 0 of length 3"},
		{"x[::i], i = 0", func(x []*Node) *Node { return x[0].Index(Range{Step: x[1]}) }, values(counted(3), ScalarValue(int64(0))),
			"index error: slice: a slice cannot have step 0"},
	})
}

func TestEvalSliceHugeBound(t *testing.T) {
	x, i := Input("x", Float64, 3), Input("i", Uint64)
	g := NewGraph([]*Node{x, i}, x.Index(Range{Stop: i}))
	if got := evaluated(g, values(counted(3), ScalarValue(uint64(1<<63)))); got != "float64[3][0 1 2]" {
		t.Error(got)
	}
}

// TestSliceRange compares to Python's slice: PySlice_AdjustIndices, and a walk.
func TestSliceRange(t *testing.T) {
	const absent = 99
	bounds := []int{absent, -9, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 9}
	for n := range 5 {
		for _, start := range bounds {
			for _, stop := range bounds {
				for _, step := range []int{-5, -3, -2, -1, 1, 2, 3, 5} {
					want := walk(n, start, stop, step, absent)
					first, count := sliceRange(n, start != absent, start, stop != absent, stop, step)
					got := []int{}
					for i := range count {
						got = append(got, first+i*step)
					}
					if fmt.Sprint(got) != fmt.Sprint(want) {
						t.Errorf("[%d:%d:%d] of %d: %v, want %v", start, stop, step, n, got, want)
					}
				}
			}
		}
	}
}

func walk(n, start, stop, step, absent int) []int {
	adjust := func(i, ifAbsent int) int {
		switch {
		case i == absent:
			return ifAbsent
		case i < 0 && i+n >= 0:
			return i + n
		case i < 0 && step < 0:
			return -1
		case i < 0:
			return 0
		case i >= n && step < 0:
			return n - 1
		case i >= n:
			return n
		}
		return i
	}
	list := []int{}
	if step > 0 {
		for i := adjust(start, 0); i < adjust(stop, n); i += step {
			list = append(list, i)
		}
		return list
	}
	for i := adjust(start, n-1); i > adjust(stop, -1); i += step {
		list = append(list, i)
	}
	return list
}

func TestEvalTake(t *testing.T) {
	runPrograms(t, []programCase{
		{"x[i]", func(x []*Node) *Node { return x[0].Index(x[1]) }, values(counted(4), vec[int64](2, 0, -1, 2)), "float64[4][2 0 3 2]"},
		{"x[i], rows", func(x []*Node) *Node { return x[0].Index(x[1]) }, values(counted(3, 2), vec[uint8](2, 0)), "float64[2, 2][4 5 0 1]"},
		{"x[i], i of rank 2", func(x []*Node) *Node { return x[0].Index(x[1]) },
			values(counted(4), array([]int{2, 2}, int32(0), 1, -1, -2)), "float64[2, 2][0 1 3 2]"},
		{"x[:, i]", func(x []*Node) *Node { return x[0].Index(All, x[1]) }, values(counted(2, 3), vec[int64](2, 0)), "float64[2, 2][2 0 5 3]"},
		{"x[i, j]", func(x []*Node) *Node { return x[0].Index(x[1], x[2]) },
			values(counted(3, 4), vec[int64](0, 2), vec[uint64](1, 3)), "float64[2][1 11]"},
		{"x[i, j], joined", func(x []*Node) *Node { return x[0].Index(x[1], x[2]) },
			values(counted(3, 4), array([]int{2, 1}, int64(0), 2), vec[int64](1, 3)), "float64[2, 2][1 3 9 11]"},
		{"x[i, :, j]: in front", func(x []*Node) *Node { return x[0].Index(x[1], All, x[2]) },
			values(counted(2, 2, 2), vec[int64](0, 1, 1), vec[int64](1, 0, 1)), "float64[3, 2][1 3 4 6 5 7]"},
		{"x[:, i, :, j]: in front", func(x []*Node) *Node { return x[0].Index(All, x[1], All, x[2]) },
			values(counted(2, 2, 2, 2), vec[int64](0, 1, 1), vec[int64](1, 0, 1)), "float64[3, 2, 2][1 3 9 11 4 6 12 14 5 7 13 15]"},
		{"x[:, i, j]: in place", func(x []*Node) *Node { return x[0].Index(All, x[1], x[2]) },
			values(counted(2, 2, 2), vec[int64](0, 1, 1), vec[int64](1, 0, 1)), "float64[2, 3][1 2 3 5 6 7]"},
		{"x[0, :, i]: in front", func(x []*Node) *Node { return x[0].Index(0, All, x[1]) },
			values(counted(2, 2, 2), vec[int64](1, 1, 0)), "float64[3, 2][1 3 1 3 0 2]"},
		{"x[1:, i]", func(x []*Node) *Node { return x[0].Index(Range{Start: 1}, x[1]) }, values(counted(3, 2), vec[int64](1, 1)), "float64[2, 2][3 3 5 5]"},
		{"take", func(x []*Node) *Node { return x[0].Take(x[1], -1) },
			values(counted(2, 3), array([]int{1, 2}, int64(2), 0)), "float64[2, 1, 2][2 0 5 3]"},
		{"take a scalar", func(x []*Node) *Node { return x[0].Take(x[1], 0) }, values(counted(2, 3), ScalarValue(int64(-1))), "float64[3][3 4 5]"},
		{"no indices", func(x []*Node) *Node { return x[0].Index(x[1]) }, values(counted(2, 3), vec[int64]()), "float64[0, 3][]"},
		{"empty rows", func(x []*Node) *Node { return x[0].Index(x[1]) }, values(counted(2, 0), vec[int64](1)), "float64[1, 0][]"},
		{"x[x > 1]", func(x []*Node) *Node { return x[0].Index(x[1]) }, values(counted(3), vec(true, false, true)), "float64[2][0 2]"},
		{"too large", func(x []*Node) *Node { return x[0].Index(x[1]) }, values(counted(3), array([]int{2, 2}, int64(0), 1, 3, 0)),
			"index error: take: index 3 at [1, 0] is out of range for axis 0 of length 3"},
		{"too small", func(x []*Node) *Node { return x[0].Index(All, x[1]) }, values(counted(3, 2), vec[int8](1, -3)),
			"index error: take: index -3 at [1] is out of range for axis 1 of length 2"},
		{"huge", func(x []*Node) *Node { return x[0].Index(x[1]) }, values(counted(3), vec[uint64](1<<64-1)),
			"index error: take: index 18446744073709551615 at [0] is out of range for axis 0 of length 3"},
		{"of nothing", func(x []*Node) *Node { return x[0].Index(x[1]) }, values(counted(0, 0), vec[int64](0)),
			"index error: take: index 0 at [0] is out of range for axis 0 of length 0"},
	})
}

func TestEvalSetSlice(t *testing.T) {
	set := func(items ...any) func(x []*Node) *Node {
		return func(x []*Node) *Node { return x[0].SetSubtensor(x[1], items...) }
	}
	inc := func(items ...any) func(x []*Node) *Node {
		return func(x []*Node) *Node { return x[0].IncSubtensor(x[1], items...) }
	}
	runPrograms(t, []programCase{
		{"set x[1:3]", set(Range{Start: 1, Stop: 3}), values(counted(4), vec(7.0, 8)), "float64[4][0 7 8 3]"},
		{"set x[0]", set(0), values(counted(2, 2), ScalarValue(9.0)), "float64[2, 2][9 9 2 3]"},
		{"set x[::-1]", set(Range{Step: -1}), values(counted(3), vec(7.0, 8, 9)), "float64[3][9 8 7]"},
		{"set x[:, 1]", set(All, 1), values(counted(2, 2), vec(7.0, 8)), "float64[2, 2][0 7 2 8]"},
		{"set x[:, None]", set(All, NewAxis), values(counted(2), array([]int{1, 1}, 5.0)), "float64[2][5 5]"},
		{"set nothing", set(Range{Start: 2}), values(counted(2), vec[float64]()), "float64[2][0 1]"},
		{"set scalar x[...]", set(Ellipsis), values(counted(), ScalarValue(3.0)), "float64[3]"},
		{"set float32", set(0), values(vec[float32](1, 2), ScalarValue(0.1)), "float32[2][0.1 2]"},
		{"set bool in int", set(0), values(vec[int16](5, 6), ScalarValue(true)), "int16[2][1 6]"},
		{"set wide", set(0), values(vec[int8](5, 6), ScalarValue(int64(300))), "int8[2][44 6]"},
		{"set misfit", set(Range{Stop: 2}), values(counted(3), vec(1.0, 2, 3)), "shape error: set_subtensor: shape (3,) does not broadcast to (2,)"},
		{"inc x[::2]", inc(Range{Step: 2}), values(counted(4), vec(10.0, 20)), "float64[4][10 1 22 3]"},
		{"inc x[1]", inc(1), values(counted(2, 2), vec(10.0, 20)), "float64[2, 2][0 1 12 23]"},
		{"inc wraps", inc(All), values(vec[int8](100, 1), vec[int8](100, 1)), "int8[2][-56 2]"},
		{"inc bool", inc(All), values(vec(true, false, false), vec(true, true, false)), "bool[3][true true false]"},
		{"inc float in int", inc(0), values(vec[int8](1), ScalarValue(0.5)), "dtype error: inc_subtensor: float64 does not go into int8: convert with astype"},
	})
	runPrograms(t, []programCase{
		{"bounds", func(x []*Node) *Node { return x[0].SetSubtensor(x[1], Range{x[2], x[3], nil}) },
			values(counted(4), ScalarValue(9.0), ScalarValue(int64(1)), ScalarValue(int64(-1))), "float64[4][0 9 9 3]"},
		{"index out of range", func(x []*Node) *Node { return x[0].IncSubtensor(x[1], x[2]) },
			values(counted(4), ScalarValue(9.0), ScalarValue(int64(4))), "index error: inc_subtensor: index 4 is out of range for axis 0 of length 4"},
	})
}

func TestEvalSetTake(t *testing.T) {
	set := func(x []*Node) *Node { return x[0].SetSubtensor(x[1], x[2]) }
	inc := func(x []*Node) *Node { return x[0].IncSubtensor(x[1], x[2]) }
	runPrograms(t, []programCase{
		{"set", set, values(counted(4), vec(7.0, 8), vec[int64](2, -4)), "float64[4][8 1 7 3]"},
		{"set twice: the last wins", set, values(counted(3), vec(7.0, 8, 9), vec[int64](1, 1, -2)), "float64[3][0 9 2]"},
		{"set rows", set, values(counted(3, 2), vec(7.0, 8), vec[int64](2, 0)), "float64[3, 2][7 8 2 3 7 8]"},
		{"set none", set, values(counted(2), ScalarValue(1.0), vec[int64]()), "float64[2][0 1]"},
		{"inc", inc, values(counted(4), vec(10.0, 20), vec[int64](3, 1)), "float64[4][0 21 2 13]"},
		{"inc twice: both count", inc, values(counted(3), vec(1.0, 2, 4), vec[int64](1, 1, -2)), "float64[3][0 8 2]"},
		{"inc by a scalar", inc, values(counted(2), ScalarValue(1.0), vec[int64](0, 0, 0)), "float64[2][3 1]"},
		{"inc by mask", inc, values(counted(3), ScalarValue(10.0), vec(true, false, true)), "float64[3][10 1 12]"},
		{"inc out of range", inc, values(counted(2), ScalarValue(1.0), vec[int64](0, 2)),
			"index error: inc_subtensor: index 2 at [1] is out of range for axis 0 of length 2"},
	})
	runPrograms(t, []programCase{
		{"set x[i, j]", func(x []*Node) *Node { return x[0].SetSubtensor(x[1], x[2], x[3]) },
			values(counted(2, 2), vec(7.0, 8), vec[int64](0, 1), vec[int64](1, 0)), "float64[2, 2][0 7 8 3]"},
		{"inc x[i, :, j]", func(x []*Node) *Node { return x[0].IncSubtensor(x[1], x[2], All, x[3]) },
			values(counted(2, 2, 2), array([]int{2, 2}, 10.0, 20, 30, 40), vec[int64](0, 1), vec[int64](0, 1)),
			"float64[2, 2, 2][10 1 22 3 4 35 6 47]"},
		{"set x[1:, i]", func(x []*Node) *Node { return x[0].SetSubtensor(x[1], Range{Start: 1}, x[2]) },
			values(counted(3, 2), ScalarValue(9.0), vec[int64](1)), "float64[3, 2][0 1 2 9 4 9]"},
	})
}

func TestEvalNonzero(t *testing.T) {
	nonzero := func(x []*Node) *Node { return apply(OpNonzero, nil, x[0]) }
	runPrograms(t, []programCase{
		{"matrix", nonzero, values(array([]int{2, 3}, 0.0, 1, 0, 2, 0, nan)), "int64[3][0 1 1]\nint64[3][1 0 2]\n"},
		{"vector", nonzero, values(vec(false, true)), "int64[1][1]\n"},
		{"none", nonzero, values(vec(0i, -0i)), "int64[0][]\n"},
		{"empty", nonzero, values(counted(0, 2)), "int64[0][]\nint64[0][]\n"},
		{"item", func(x []*Node) *Node { return x[0].Nonzero()[1] }, values(counted(2, 2)), "int64[3][1 0 1]"},
		{"scalar", nonzero, values(counted()), "shape error: nonzero: a scalar has no axes"},
	})
}

// TestEvalMovesEveryDType takes and increases an array of each dtype once.
func TestEvalMovesEveryDType(t *testing.T) {
	for _, d := range DTypes() {
		x := convert(vec[int64](0, 1, 2, 3), d)
		program := func(x []*Node) *Node {
			y := x[0].Index(Range{Step: -1}).Reshape(2, 2).T().Index([]int{1, 0})
			y = Concatenate(0, y, y.BroadcastTo(1, 2, 2).Index(0))
			return y.IncSubtensor(x[0].Index(1), 0).SetSubtensor(x[0].Index(0), -1).Ravel()
		}
		want := convert(vec[int64](3, 1, 3, 1, 2, 0, 0, 0), d)
		runPrograms(t, []programCase{{d.String(), program, values(x), want.String()}})
	}
}

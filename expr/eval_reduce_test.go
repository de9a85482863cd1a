package expr

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// all names every axis of a vector, as constructors do.
var all = Axes{Axes: []int{0}, All: true}

func TestEvalReduce(t *testing.T) {
	empty, none := vec[float64](), Axes{}
	matrix := makeValue([]int{2, 3}, []int32{1, 2, 3, 4, 5, 6})
	runEvalCases(t, []evalCase{
		{OpSum, Axes{Axes: []int{0}}, args(matrix), "int64[3][5 7 9]"},
		{OpSum, Axes{Axes: []int{1}, KeepDims: true}, args(matrix), "int64[2, 1][6 15]"},
		{OpSum, Axes{Axes: []int{0, 1}, All: true}, args(matrix), "int64[21]"},
		{OpSum, Axes{Axes: []int{0}}, args(strided([]int{3, 2}, []int{1, 3}, matrix.data.([]int32))), "int64[2][6 15]"},
		{OpSum, all, args(vec(true, true, false)), "int64[2]"},
		{OpSum, all, args(vec[uint8](255, 255)), "uint64[510]"},
		{OpSum, all, args(vec[int64](math.MaxInt64, 1)), "int64[-9223372036854775808]"},
		{OpSum, all, args(vec(1e16, 1, -1e16)), "float64[1]"},
		{OpSum, all, args(vec(1, 1e100, 1, -1e100)), "float64[2]"},
		{OpSum, all, args(vec[float32](1e30, 1, -1e30)), "float32[1]"},
		{OpSum, all, args(vec(complex(1e16, 1), 1, complex(-1e16, 1))), "complex128[(1+2i)]"},
		{OpSum, all, args(vec(inf, 1)), "float64[+Inf]"},
		{OpSum, all, args(vec(1, -inf, 5)), "float64[-Inf]"},
		{OpSum, all, args(vec(inf, -inf)), "float64[NaN]"},
		{OpSum, all, args(vec(math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64)), "float64[+Inf]"},
		{OpSum, all, args(vec(1, nan)), "float64[NaN]"},
		{OpSum, all, args(vec(minus0)), "float64[-0]"},
		{OpSum, all, args(empty), "float64[0]"},
		{OpSum, none, args(vec(minus0, 2)), "float64[2][-0 2]"},
		{OpSum, none, args(vec[int8](3)), "int64[1][3]"},
		{OpSum, none, args(ScalarValue(true)), "int64[1]"},
		{OpProd, all, args(vec[int8](100, 100, 100)), "int64[1000000]"},
		{OpProd, all, args(vec[float32](1e30, 1e30, 1e-30)), "float32[1e+30]"},
		{OpProd, all, args(vec(complex(0, 1), complex(0, 1))), "complex128[(-1+0i)]"},
		{OpProd, all, args(empty), "float64[1]"},
		{OpProd, none, args(vec[uint16](7)), "uint64[1][7]"},
		{OpMean, all, args(vec[int32](1, 2)), "float64[1.5]"},
		{OpMean, all, args(vec(true, false)), "float64[0.5]"},
		{OpMean, all, args(vec[float32](1, 2)), "float32[1.5]"},
		{OpMean, all, args(vec[complex64](1, 2i)), "complex64[(0.5+1i)]"},
		{OpMean, all, args(empty), "float64[NaN]"},
		{OpMean, none, args(vec[int32](7)), "float64[1][7]"},
		{OpMax, all, args(vec(1, nan, 3)), "float64[NaN]"},
		{OpMax, all, args(vec(-inf, -2.0)), "float64[-2]"},
		{OpMin, all, args(vec[int8](3, -5)), "int8[-5]"},
		{OpMin, all, args(vec[uint64](math.MaxUint64, 1<<63)), "uint64[9223372036854775808]"},
		{OpMax, all, args(vec(false, true)), "bool[true]"},
		{OpMin, all, args(vec(true, false)), "bool[false]"},
		{OpMax, none, args(vec[float32](2, 1)), "float32[2][2 1]"},
		{OpMax, all, args(empty), "max: axis 0 of shape (0,) has no elements"},
		{OpMin, Axes{Axes: []int{1}}, args(makeValue([]int{0, 0}, []int8{})), "int8[0][]"},
		{OpMax, all, args(vec(1i)), "max: no max for complex128"},
		{OpAny, all, args(vec(0, nan)), "bool[true]"},
		{OpAny, all, args(vec[int8](0, 0)), "bool[false]"},
		{OpAny, all, args(empty), "bool[false]"},
		{OpAll, all, args(vec(1i, 1)), "bool[true]"},
		{OpAll, all, args(vec(1, minus0)), "bool[false]"},
		{OpAll, all, args(empty), "bool[true]"},
	})
}

func TestEvalArgReduce(t *testing.T) {
	matrix := makeValue([]int{2, 3}, []float64{1, 5, 5, 5, nan, nan})
	flat := Axis{Axis: -1}
	runEvalCases(t, []evalCase{
		{OpArgmax, Axis{Axis: 1}, args(matrix), "int64[2][1 1]"},
		{OpArgmin, Axis{Axis: 0}, args(matrix), "int64[3][0 1 1]"},
		{OpArgmax, flat, args(matrix), "int64[4]"},
		{OpArgmin, Axis{Axis: -1, KeepDims: true}, args(matrix), "int64[1, 1][4]"},
		{OpArgmax, flat, args(vec(minus0, 0)), "int64[0]"},
		{OpArgmin, flat, args(vec(0, minus0)), "int64[0]"},
		{OpArgmax, flat, args(vec(true, false)), "int64[0]"},
		{OpArgmin, flat, args(vec(true, false)), "int64[1]"},
		{OpArgmax, flat, args(vec[uint64](1, math.MaxUint64)), "int64[1]"},
		{OpArgmax, flat, args(vec[int64](1<<53, 1<<53+1)), "int64[1]"},
		{OpArgmax, flat, args(ScalarValue(2.0)), "int64[0]"},
		{OpArgmax, flat, args(vec[int8]()), "argmax: axis 0 of shape (0,) has no elements"},
		{OpArgmin, Axis{Axis: 0}, args(makeValue([]int{0, 2}, []int8{})), "argmin: axis 0 of shape (0, 2) has no elements"},
		{OpArgmin, Axis{Axis: 0}, args(makeValue([]int{2, 0}, []int8{})), "int64[0][]"},
	})
}

func TestEvalLogSumExp(t *testing.T) {
	runEvalCases(t, []evalCase{
		{OpLogSumExp, all, args(vec(1000.0, 1000)), "float64[1000.6931471805599]"},
		{OpLogSumExp, all, args(vec[float32](-1000, -1000)), "float32[-999.3068]"},
		{OpLogSumExp, all, args(vec(0.0, -46)), "float64[1.0530617357553812e-20]"},
		{OpLogSumExp, all, args(vec(-inf, -inf)), "float64[-Inf]"},
		{OpLogSumExp, all, args(vec(inf, -inf, 1)), "float64[+Inf]"},
		{OpLogSumExp, all, args(vec(inf, inf)), "float64[+Inf]"},
		{OpLogSumExp, all, args(vec(1, nan, inf)), "float64[NaN]"},
		{OpLogSumExp, all, args(vec[float64]()), "float64[-Inf]"},
		{OpLogSumExp, all, args(vec[int32](3)), "float64[3]"},
		{OpLogSumExp, Axes{}, args(vec(3.5, -inf)), "float64[2][3.5 -Inf]"},
	})
}

// TestEmptyAtRun builds max and argmax with an unknown dim that turns out
// to be 0.
func TestEmptyAtRun(t *testing.T) {
	x := Input("x", Float64, -1)
	for _, n := range []*Node{
		newNode(OpMax, all, 0, []*Node{x}),
		newNode(OpArgmin, Axis{Axis: -1}, 0, []*Node{x}),
	} {
		if _, err := n.Eval([]*Value{vec[float64]()}); !errors.Is(err, ErrEmpty) {
			t.Errorf("%v of nothing: %v", n.op, err)
		}
	}
}

// TestReduceAxes reduces a (2, 3, 4) array and a strided view of it along
// every set of axes, and compares with the plain loop over all indices.
func TestReduceAxes(t *testing.T) {
	shape := []int{2, 3, 4}
	data := make([]int64, 24)
	for i := range data {
		data[i] = int64(i*i%17 - 5)
	}
	wide := make([]int64, 48) // every second element is not part of the array
	for i, v := range data {
		wide[2*i] = v
	}
	gaps := strided(shape, []int{24, 8, 2}, wide)
	for mask := range 8 {
		for _, keep := range []bool{false, true} {
			var axes, out []int
			for a, n := range shape {
				switch reduced := mask>>a&1 == 1; {
				case !reduced:
					out = append(out, n)
				case keep:
					axes, out = append(axes, a), append(out, 1)
				default:
					axes = append(axes, a)
				}
			}
			want := make([]int64, product(out))
			for i, v := range data {
				at, index := 0, []int{i / 12, i / 4 % 3, i % 4}
				for a := range shape {
					if mask>>a&1 == 0 {
						at = at*shape[a] + index[a]
					}
				}
				want[at] += v
			}
			attr := Axes{Axes: axes, All: mask == 7, KeepDims: keep}
			for _, x := range []*Value{makeValue(shape, data), gaps} {
				if got := evalText(OpSum, attr, x); got != makeValue(out, want).String() {
					t.Errorf("sum(%s): %s, want %v", attr.Key(), got, want)
				}
			}
		}
	}
}

// TestReduceEveryDType evaluates every reduction on every dtype: the type rule
// refuses it, or the result has the type that the rule says.
func TestReduceEveryDType(t *testing.T) {
	for op := range NumOps {
		var attrs []Attr
		switch {
		case op.Reduction():
			attrs = []Attr{Axes{}, all, Axes{Axes: []int{0}, KeepDims: true}}
		case op == OpArgmax || op == OpArgmin:
			attrs = []Attr{Axis{Axis: -1}, Axis{Axis: 0, KeepDims: true}}
		case op >= OpSoftmax && op <= OpArgsort:
			attrs = []Attr{Axis{Axis: -1}, Axis{Axis: 0}}
		}
		for _, attr := range attrs {
			for _, d := range DTypes() {
				x := sample(d, []int{5})
				v, err := evalOn(op, attr, x)
				if err != nil {
					if !errors.Is(err, ErrDType) || !d.IsComplex() {
						t.Errorf("%v of %v: %v", op, x, err)
					}
					continue
				}
				n := newNode(op, attr, 0, []*Node{constant(x, false)})
				if dataType, _ := describe(v.data); !v.Type().Equal(n.Type()) || dataType != v.dtype {
					t.Errorf("%v of %v: %v, want %v", op, x, v, n.typ)
				}
			}
		}
	}
}

// TestSumAccuracy compares sums of numbers of very different sizes and signs
// with exact ones.
func TestSumAccuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		x := make([]float64, 1000)
		exact := new(big.Float).SetPrec(2000)
		size := 0.0
		for i := range x {
			x[i] = math.Ldexp(r.NormFloat64(), r.IntN(60)-30)
			size += math.Abs(x[i])
			exact.Add(exact, big.NewFloat(x[i]))
		}
		got := sumFloats(x)
		want, _ := exact.Float64()
		if math.Abs(got-want) > 0x1p-53*math.Abs(want)+1e-29*size {
			t.Errorf("sum %v, want %v", got, want)
		}
		if last := runningSum(x)[len(x)-1]; last != got {
			t.Errorf("last of cumsum %v, sum %v", last, got)
		}
	}
}

func BenchmarkEvalSum(b *testing.B) {
	x := Zeros(Float64, 1000, 1000)
	for axis := range 2 {
		b.Run(fmt.Sprintf("axis=%d", axis), func(b *testing.B) {
			for b.Loop() {
				evalOn(OpSum, Axes{Axes: []int{axis}}, x)
			}
		})
	}
}

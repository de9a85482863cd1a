package expr

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"arignote/expr/layout"
)

// evalCase applies an op to arguments: a *Value is a strong constant, Go's
// int, float64, complex128 and bool are weak ones. want is the text of the
// resulting Value, or of the error.
type evalCase struct {
	op   Op
	attr Attr
	args []any
	want string
}

func runEvalCases(t *testing.T, cases []evalCase) {
	t.Helper()
	for _, c := range cases {
		got := evalText(c.op, c.attr, c.args...)
		if got != c.want {
			t.Errorf("%v of %v\n got %s\nwant %s", c.op, c.args, got, c.want)
		}
	}
}

// evalText evaluates op on constants and returns the result or the error as
// text. Numbers are printed with all digits that tell them apart, -0 as -0.
func evalText(op Op, attr Attr, args ...any) string {
	v, err := evalOn(op, attr, args...)
	if err != nil {
		return err.Error()
	}
	return v.String()
}

func evalOn(op Op, attr Attr, args ...any) (*Value, error) {
	nodes, values := make([]*Node, len(args)), make([]*Value, len(args))
	for i, a := range args {
		if v, ok := a.(*Value); ok {
			nodes[i] = constant(v, false) // not Const, which would copy strided values
		} else {
			nodes[i] = Const(a)
		}
		values[i] = nodes[i].Value()
	}
	n := newNode(op, attr, 0, nodes)
	if err := n.Err(); err != nil {
		return nil, err
	}
	return n.Eval(values)
}

func vec[T Element](x ...T) *Value { return makeValue([]int{len(x)}, x) }

var (
	inf     = math.Inf(1)
	nan     = math.NaN()
	minus0  = math.Copysign(0, -1)
	args    = func(x ...any) []any { return x }
	minInt8 = int8(math.MinInt8)
)

func TestEvalArithmetic(t *testing.T) {
	f32 := vec[float32](1, 0.1)
	runEvalCases(t, []evalCase{
		{OpAdd, nil, args(vec(1.5, inf), vec(2.0, -inf)), "float64[2][3.5 NaN]"},
		{OpAdd, nil, args(vec[int8](127, -128), vec[int8](1, -1)), "int8[2][-128 127]"},
		{OpAdd, nil, args(vec[uint8](255), 1), "uint8[1][0]"},
		{OpAdd, nil, args(vec(true, true, false), vec(true, false, false)), "bool[3][true true false]"},
		{OpMul, nil, args(vec(true, true, false), vec(true, false, false)), "bool[3][true false false]"},
		{OpAdd, nil, args(vec(1e16), vec(1.0), vec(1.0)), "float64[1][1e+16]"},
		{OpAdd, nil, args(vec(1.0), vec(1.0), vec(1e16)), "float64[1][1.0000000000000002e+16]"},
		// After each step float32 is rounded: 2^24 + 1 + 1 stays 2^24.
		{OpAdd, nil, args(vec[float32](1<<24), vec[float32](1), vec[float32](1)), "float32[1][1.6777216e+07]"},
		{OpAdd, nil, args(vec[complex64](1<<24), vec[complex64](1), vec[complex64](1)), "complex64[1][(1.6777216e+07+0i)]"},
		{OpMul, nil, args(f32, 0.1), "float32[2][0.1 0.010000001]"},
		{OpMul, nil, args(vec[int32](3), 0.5), "float64[1][1.5]"},
		{OpMul, nil, args(vec(complex(1, 2)), vec(complex(3, -1))), "complex128[1][(5+5i)]"},
		{OpSub, nil, args(vec[uint16](0), vec[uint16](1)), "uint16[1][65535]"},
		{OpDiv, nil, args(vec(1.0, -1, 0), vec(0.0, 0, 0)), "float64[3][+Inf -Inf NaN]"},
		{OpDiv, nil, args(vec[int64](1, 7), vec[int64](2, 2)), "float64[2][0.5 3.5]"},
		{OpFloorDiv, nil, args(vec[int8](7, -7, 7, -7, 5, minInt8), vec[int8](2, 2, -2, -2, 0, -1)), "int8[6][3 -4 -4 3 0 -128]"},
		{OpMod, nil, args(vec[int8](7, -7, 7, -7, 5, minInt8), vec[int8](2, 2, -2, -2, 0, -1)), "int8[6][1 1 -1 -1 0 0]"},
		{OpFmod, nil, args(vec[int8](7, -7, 7, -7, 5), vec[int8](2, 2, -2, -2, 0)), "int8[5][1 -1 1 -1 0]"},
		{OpFloorDiv, nil, args(vec[uint8](7, 7), vec[uint8](2, 0)), "uint8[2][3 0]"},
		{OpMod, nil, args(vec(true), vec(true)), "int8[1][0]"},
		{OpFloorDiv, nil, args(vec(7.5, -7.5, 1), vec(2.0, 2, 0)), "float64[3][3 -4 +Inf]"},
		{OpMod, nil, args(vec(7.5, -7.5), vec(2.0, 2)), "float64[2][1.5 0.5]"},
		{OpFmod, nil, args(vec(7.5, -7.5), vec(2.0, 2)), "float64[2][1.5 -1.5]"},
		{OpPow, nil, args(vec[int8](2, 3, -1, 1, 0, 2), vec[int8](7, 2, -3, -1, 0, -1)), "int8[6][-128 9 -1 1 1 0]"},
		{OpPow, nil, args(vec[int32](2), -1), "pow: an integer to the negative power -1 is no integer: use a float"},
		{OpPow, nil, args(vec(true), vec(false)), "int8[1][1]"},
		{OpPow, nil, args(vec(4.0, nan, 0), vec(0.5, 0, -1)), "float64[3][2 1 +Inf]"},
		{OpPow, nil, args(vec(complex(0, 1)), 2), "complex128[1][(-1+0i)]"},
		{OpNeg, nil, args(vec(minInt8, 1)), "int8[2][-128 -1]"},
		{OpNeg, nil, args(vec[uint8](1)), "uint8[1][255]"},
		{OpAbs, nil, args(vec(minInt8, -1)), "int8[2][-128 1]"},
		{OpAbs, nil, args(vec[int64](math.MinInt64)), "int64[1][-9223372036854775808]"},
		{OpAbs, nil, args(vec[complex64](3 + 4i)), "float32[1][5]"},
		{OpAbs, nil, args(vec(true)), "bool[1][true]"},
		{OpSign, nil, args(vec(-2, minus0, nan)), "float64[3][-1 0 NaN]"},
		{OpSign, nil, args(vec[int16](-5, 0, 5)), "int16[3][-1 0 1]"},
		{OpSign, nil, args(vec[uint16](0, 5)), "uint16[2][0 1]"},
		{OpSign, nil, args(vec(complex(3, 4), 0)), "complex128[2][(0.6+0.8i) (0+0i)]"},
		{OpSquare, nil, args(vec[int8](16)), "int8[1][0]"},
		{OpReciprocal, nil, args(vec[int32](4, 0)), "float64[2][0.25 +Inf]"},
		{OpSqrt, nil, args(vec(4, -1.0)), "float64[2][2 NaN]"},
		{OpSqrt, nil, args(vec(complex(-4, 0))), "complex128[1][(0+2i)]"},
		{OpCbrt, nil, args(vec(-8.0)), "float64[1][-2]"},
		{OpHypot, nil, args(vec(3*0x1p900, inf, 5), vec(4*0x1p900, nan, 12)), "float64[3][4.226356249085322e+271 +Inf 13]"},
		{OpCopysign, nil, args(vec(1.0, 2), vec(minus0, 3)), "float64[2][-1 2]"},
		{OpSub, nil, args(vec(true), vec(true)), "sub: no sub for bool and bool"},
		{OpAdd, nil, args(vec[uint8](1), 300), "add: 300 does not fit uint8"},
	})
}

func TestEvalLimitsAndRounding(t *testing.T) {
	runEvalCases(t, []evalCase{
		{OpMaximum, nil, args(vec(1, nan, minus0), vec(nan, 1, 0.0)), "float64[3][NaN NaN 0]"},
		{OpMinimum, nil, args(vec(1, nan, 0), vec(nan, 1, minus0)), "float64[3][NaN NaN -0]"},
		{OpMaximum, nil, args(vec[uint64](math.MaxUint64), vec[uint64](0)), "uint64[1][18446744073709551615]"},
		{OpMinimum, nil, args(vec(true, true), vec(true, false)), "bool[2][true false]"},
		{OpClip, nil, args(vec(-1, 0.5, 7, nan), 0, 1), "float64[4][0 0.5 1 NaN]"},
		{OpClip, nil, args(vec[int8](-5, 0, 5), -1, 1), "int8[3][-1 0 1]"},
		{OpClip, nil, args(vec(true, false), false, true), "bool[2][true false]"},
		{OpRelu, nil, args(vec(-1, 2, nan)), "float64[3][0 2 NaN]"},
		{OpRelu, nil, args(vec[int32](-1, 2)), "int32[2][0 2]"},
		{OpRound, nil, args(vec(0.5, 1.5, -2.5)), "float64[3][0 2 -2]"},
		{OpRound, nil, args(vec[int64](1<<62 + 1)), "int64[1][4611686018427387905]"},
		{OpFloor, nil, args(vec(-1.5)), "float64[1][-2]"},
		{OpFloor, nil, args(vec[int32](3)), "float64[1][3]"},
		{OpCeil, nil, args(vec[float32](-1.5)), "float32[1][-1]"},
		{OpTrunc, nil, args(vec(-1.5)), "float64[1][-1]"},
	})
}

func TestEvalFunctions(t *testing.T) {
	runEvalCases(t, []evalCase{
		{OpExp, nil, args(vec(0, -inf, inf, nan)), "float64[4][1 0 +Inf NaN]"},
		{OpExp, nil, args(vec[int32](1)), "float64[1][2.718281828459045]"},
		{OpExp, nil, args(vec[float32](1)), "float32[1][2.7182817]"},
		{OpExp, nil, args(vec(true)), "float64[1][2.718281828459045]"},
		{OpExp2, nil, args(vec(10.0)), "float64[1][1024]"},
		{OpExp2, nil, args(vec(complex(3, 0))), "complex128[1][(8+0i)]"},
		{OpLog, nil, args(vec(1, 0.0, -1)), "float64[3][0 -Inf NaN]"},
		{OpLog10, nil, args(vec(1000.0)), "float64[1][3]"},
		{OpLog2, nil, args(vec(0.125)), "float64[1][-3]"},
		{OpLog1p, nil, args(vec(1e-20)), "float64[1][1e-20]"},
		{OpExpm1, nil, args(vec(1e-20)), "float64[1][1e-20]"},
		{OpLogAddExp, nil, args(vec(-inf, 0), vec(-inf, -100.0)), "float64[2][-Inf 3.720075976020836e-44]"},
		{OpSigmoid, nil, args(vec(0, -1000, 1000.0)), "float64[3][0.5 0 1]"},
		{OpSoftplus, nil, args(vec(1000.0, -1000)), "float64[2][1000 0]"},
		{OpArctan2, nil, args(vec(0.0, 1), vec(-1.0, 0)), "float64[2][3.141592653589793 1.5707963267948966]"},
		{OpErf, nil, args(vec(inf, 0)), "float64[2][1 0]"},
		{OpGamma, nil, args(vec[int32](5)), "float64[1][24]"},
		{OpGammaln, nil, args(vec(1.0, 0)), "float64[2][0 +Inf]"},
		{OpPolygamma, Number{0}, args(vec(1.0)), "float64[1][-0.5772156649015329]"},
		{OpPolygamma, Number{1}, args(vec(1.0)), "float64[1][1.6449340668482264]"},
		{OpErf, nil, args(vec(complex(1, 1))), "erf: no erf for complex128"},
	})
}

func TestEvalBits(t *testing.T) {
	runEvalCases(t, []evalCase{
		{OpAnd, nil, args(vec[int8](-1, 6), vec[int8](5, 3)), "int8[2][5 2]"},
		{OpOr, nil, args(vec[uint8](4), 3), "uint8[1][7]"},
		{OpXor, nil, args(vec(true, true), vec(true, false)), "bool[2][false true]"},
		{OpNot, nil, args(vec[uint8](1)), "uint8[1][254]"},
		{OpNot, nil, args(vec[int16](1)), "int16[1][-2]"},
		{OpNot, nil, args(vec(true, false)), "bool[2][false true]"},
		{OpShl, nil, args(vec[int8](1, 1, 1, 1), vec[int8](6, 7, 8, -1)), "int8[4][64 -128 0 0]"},
		{OpShl, nil, args(vec[uint8](255, 1), vec[uint8](4, 8)), "uint8[2][240 0]"},
		{OpShr, nil, args(vec[int8](-128, -1, 64, -5, 5), vec[int8](2, 8, 8, -1, -1)), "int8[5][-32 -1 0 -1 0]"},
		{OpShr, nil, args(vec[uint8](255, 255), vec[uint8](4, 8)), "uint8[2][15 0]"},
		{OpAnd, nil, args(vec(1.5), vec(2.5)), "and: no and for float64 and float64"},
	})
}

func TestEvalCompare(t *testing.T) {
	const big = 1 << 53
	runEvalCases(t, []evalCase{
		{OpLt, nil, args(vec(1, nan, 2), vec(2.0, 1, nan)), "bool[3][true false false]"},
		{OpNe, nil, args(vec(nan, 1), vec(nan, 1)), "bool[2][true false]"},
		{OpEq, nil, args(vec(minus0), vec(0.0)), "bool[1][true]"},
		{OpEq, nil, args(vec(complex(1, 2)), vec(complex(1, 2))), "bool[1][true]"},
		{OpLt, nil, args(vec(complex(1, 2)), vec(1.0)), "lt: no lt for complex128 and float64"},
		{OpGt, nil, args(vec(true, false), vec(false, false)), "bool[2][true false]"},
		// Literals outside of the array's dtype.
		{OpLt, nil, args(vec[uint8](255), 300), "bool[1][true]"},
		{OpEq, nil, args(vec[uint8](44), 300), "bool[1][false]"},
		{OpGe, nil, args(vec[uint8](0), -1), "bool[1][true]"},
		{OpGt, nil, args(vec[int8](-128), -129), "bool[1][true]"},
		{OpLt, nil, args(-1, vec[uint64](math.MaxUint64)), "bool[1][true]"},
		{OpLt, nil, args(vec(true), 2), "bool[1][true]"},
		// Integers whose common dtype is float64.
		{OpEq, nil, args(vec[int64](big), vec[uint64](big+1)), "bool[1][false]"},
		{OpLt, nil, args(vec[int64](big, -1, math.MaxInt64), vec[uint64](big+1, 0, 1<<63)), "bool[3][true true true]"},
		{OpGt, nil, args(vec[uint64](math.MaxUint64), vec[int64](-1)), "bool[1][true]"},
		{OpEq, nil, args(vec[int64](big), vec[int64](big+1)), "bool[1][false]"},
		{OpLt, nil, args(vec[int8](-1), vec[uint8](0)), "bool[1][true]"},
		{OpGe, nil, args(vec[uint64](1, 0), vec(true, true)), "bool[2][true false]"},
		{OpEq, nil, args(vec[float32](0.1), 0.1), "bool[1][true]"},
		{OpIsNaN, nil, args(vec(nan, inf, 1)), "bool[3][true false false]"},
		{OpIsInf, nil, args(vec(nan, -inf, 1)), "bool[3][false true false]"},
		{OpIsFinite, nil, args(vec(nan, inf, 1)), "bool[3][false false true]"},
		{OpIsNaN, nil, args(vec[int64](1)), "bool[1][false]"},
		{OpIsFinite, nil, args(vec(true)), "bool[1][true]"},
		{OpIsNaN, nil, args(vec(complex(1, nan))), "bool[1][true]"},
		{OpIsInf, nil, args(vec[complex64](complex64(complex(-inf, nan)))), "bool[1][true]"},
	})
}

func TestEvalWhereAndComplex(t *testing.T) {
	runEvalCases(t, []evalCase{
		{OpWhere, nil, args(vec(true, false), vec(1.0, 2), vec(3.0, 4)), "float64[2][1 4]"},
		{OpWhere, nil, args(vec(nan, 0, minus0), 1, vec[int8](7)), "int8[3][1 7 7]"},
		{OpWhere, nil, args(vec(complex(0, 1)), vec(true), vec(false)), "bool[1][true]"},
		{OpWhere, nil, args(true, vec[uint64](math.MaxUint64), vec[uint64](0)), "uint64[1][18446744073709551615]"},
		{OpWhere, nil, args(false, vec[complex64](1), vec(2.0)), "complex128[1][(2+0i)]"},
		{OpComplex, nil, args(vec[float32](1), vec[float32](2)), "complex64[1][(1+2i)]"},
		{OpComplex, nil, args(vec[int8](1), 2), "complex128[1][(1+2i)]"},
		{OpReal, nil, args(vec(complex(1, 2))), "float64[1][1]"},
		{OpImag, nil, args(vec[complex64](1 + 2i)), "float32[1][2]"},
		{OpReal, nil, args(vec[int8](3)), "int8[1][3]"},
		{OpImag, nil, args(vec(nan)), "float64[1][0]"},
		{OpImag, nil, args(vec(true)), "bool[1][false]"},
		{OpConj, nil, args(vec(complex(1, 2))), "complex128[1][(1-2i)]"},
		{OpConj, nil, args(vec[int8](3)), "int8[1][3]"},
		{OpAngle, nil, args(vec(complex(0, 1))), "float64[1][1.5707963267948966]"},
		{OpAngle, nil, args(vec[int32](-1, 1)), "float64[2][3.141592653589793 0]"},
		{OpAngle, nil, args(vec[float32](-1)), "float32[1][3.1415927]"},
		{OpStopGradient, nil, args(vec[int32](3)), "int32[1][3]"},
	})
}

func TestEvalBroadcast(t *testing.T) {
	column := makeValue([]int{2, 1}, []float64{10, 20})
	matrix := makeValue([]int{2, 3}, []float64{1, 2, 3, 4, 5, 6})
	transposed := strided([]int{3, 2}, []int{1, 3}, matrix.data.([]float64))
	runEvalCases(t, []evalCase{
		{OpAdd, nil, args(column, vec(1.0, 2, 3)), "float64[2, 3][11 12 13 21 22 23]"},
		{OpAdd, nil, args(ScalarValue(1.0), ScalarValue(2.0)), "float64[3]"},
		{OpAdd, nil, args(transposed, 1), "float64[3, 2][2 5 3 6 4 7]"},
		{OpAdd, nil, args(transposed, makeValue([]int{1, 2}, []float64{0, 100})), "float64[3, 2][1 104 2 105 3 106]"},
		{OpWhere, nil, args(column, transposed, 0), "where: shapes (2, 1), (3, 2) and () do not broadcast"},
		{OpAdd, nil, args(makeValue([]int{0, 3}, []float64{}), vec(1.0, 2, 3)), "float64[0, 3][]"},
		{OpAdd, nil, args(makeValue([]int{2, 1}, []float64{1, 2}), vec[float64]()), "float64[2, 0][]"},
		{OpSqrt, nil, args(vec[int32]()), "float64[0][]"},
		{OpEq, nil, args(vec[int32](), vec[uint8](3)), "bool[0][]"},
	})
}

func TestEvalFloatBits(t *testing.T) {
	runEvalCases(t, []evalCase{
		{OpBits, nil, args(vec(1.0, math.Copysign(0, -1), 0x1p-1074)), "uint64[3][4607182418800017408 9223372036854775808 1]"},
		{OpBits, nil, args(vec[float32](1, -2)), "uint32[2][1065353216 3221225472]"},
		{OpBits, nil, args(1.0), "uint64[4607182418800017408]"},
		{OpBits, nil, args(strided([]int{2}, []int{2}, []float64{0, 7, 1})), "uint64[2][0 4607182418800017408]"},
		{OpFromBits, nil, args(vec[uint64](1<<62, 1<<63)), "float64[2][2 -0]"},
		{OpFromBits, nil, args(vec[uint32](1 << 30)), "float32[1][2]"},
		{OpFromBits, nil, args(vec[uint64]()), "float64[0][]"},
		{OpBits, nil, args(vec[int64](1)), "bits: no bits for int64"},
		{OpBits, nil, args(1), "bits: no bits for int64"},
		{OpFromBits, nil, args(vec[uint16](1)), "from_bits: no from_bits for uint16"},
		{OpFromBits, nil, args(1.5), "from_bits: no from_bits for float64"},
	})
}

// elementwiseOps lists the ops that this file is about.
func elementwiseOps() []Op {
	var list []Op
	for op := range NumOps {
		if op.Elementwise() {
			list = append(list, op)
		}
	}
	return list
}

// attrFor returns the attribute with which op is swept.
func attrFor(op Op) Attr {
	switch op {
	case OpPolygamma:
		return Number{1}
	case OpCast:
		return Cast{Int16}
	}
	return nil
}

// TestEvalEveryDType evaluates every element-wise op on every combination of
// dtypes, with broadcasting: the type rule refuses it, or each element of the
// result is what the op gives for the elements at its place.
func TestEvalEveryDType(t *testing.T) {
	shapes := [][]int{{2, 1}, {3}, {}}
	for _, op := range elementwiseOps() {
		t.Run(fmt.Sprintf("%v", op), func(t *testing.T) {
			arity, variadic := op.Arity()
			if variadic {
				arity = 3
			}
			types := make([]DType, arity)
			var sweep func(i int)
			sweep = func(i int) {
				if i == arity {
					values := make([]any, arity)
					for k, d := range types {
						values[k] = sample(d, shapes[k])
					}
					checkElements(t, op, values)
					return
				}
				for _, d := range DTypes() {
					types[i] = d
					sweep(i + 1)
				}
			}
			sweep(0)
		})
	}
}

// sample returns an array of dtype d whose elements are various.
func sample(d DType, shape []int) *Value {
	numbers := []float64{-1, 3, 0, 0.5, 1, 2}
	out := make([]complex128, product(shape))
	for i := range out {
		out[i] = complex(numbers[i], 0.25)
	}
	return fromLanes(out, d, shape)
}

// checkElements compares the op on arrays with the op on their elements.
func checkElements(t *testing.T, op Op, values []any) {
	t.Helper()
	got, err := evalOn(op, attrFor(op), values...)
	if err != nil {
		if !errors.Is(err, ErrDType) {
			t.Errorf("%v of %v: %v", op, values, err)
		}
		return
	}
	if _, n := describe(got.data); n != product(got.shape) || got.strides != nil {
		t.Errorf("%v of %v: %d elements for shape %v", op, values, n, got.shape)
		return
	}
	for i := range got.Len() {
		elements := make([]any, len(values))
		for k, v := range values {
			elements[k] = pick(v.(*Value), got.shape, i)
		}
		want, err := evalOn(op, attrFor(op), elements...)
		if one := pick(got, got.shape, i).String(); err != nil || one != want.String() {
			t.Errorf("%v of %v: element %d is %s, of the elements alone %v, %v", op, values, i, one, want, err)
		}
	}
}

// pick returns, as a scalar, the element of v that broadcasting to shape puts
// at row-major place i.
func pick(v *Value, shape []int, i int) *Value {
	offset, strides := 0, layout.RowMajor(v.shape)
	for k := len(shape) - 1; k >= 0; k-- {
		index := i % shape[k]
		i /= shape[k]
		if own := k - (len(shape) - len(v.shape)); own >= 0 && v.shape[own] > 1 {
			offset += index * strides[own]
		}
	}
	return &Value{dtype: v.dtype, data: elements[v.dtype].head(tail(v.data, offset), 1)}
}

// tail returns data from element i on.
func tail(data any, i int) any {
	switch x := data.(type) {
	case []bool:
		return x[i:]
	case []int8:
		return x[i:]
	case []int16:
		return x[i:]
	case []int32:
		return x[i:]
	case []int64:
		return x[i:]
	case []uint8:
		return x[i:]
	case []uint16:
		return x[i:]
	case []uint32:
		return x[i:]
	case []uint64:
		return x[i:]
	case []float32:
		return x[i:]
	case []float64:
		return x[i:]
	case []complex64:
		return x[i:]
	}
	return data.([]complex128)[i:]
}

// TestEvalWeak evaluates every op of two arguments on every dtype with
// literals of each kind on either side.
func TestEvalWeak(t *testing.T) {
	for _, op := range elementwiseOps() {
		if arity, _ := op.Arity(); arity != 2 {
			continue
		}
		for _, d := range DTypes() {
			for _, literal := range []any{true, 1, 1.5, 1i} {
				for _, pair := range [][]any{{sample(d, []int{3}), literal}, {literal, sample(d, []int{3})}} {
					v, err := evalOn(op, nil, pair...)
					if err != nil && !errors.Is(err, ErrDType) || err == nil && !slices.Equal(v.shape, []int{3}) {
						t.Errorf("%v of %v: %v, %v", op, pair, v, err)
					}
				}
			}
		}
	}
}

// TestFMA32 compares the float32 fma with exact arithmetic, on operands made
// so that two roundings differ from one.
func TestFMA32(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func() float32 {
		bits := r.Uint32()
		if r.IntN(2) == 0 {
			bits &^= 0xfff // few digits: products that end in long runs of zeros
		}
		return math.Float32frombits(bits&0x807fffff | uint32(100+r.IntN(60))<<23)
	}
	twice := 0
	for range 200000 {
		x, y, z := draw(), draw(), draw()
		if r.IntN(2) == 0 { // the sum lies beside the middle of two float32
			z = float32(float64(x)*float64(y)) * float32(math.Ldexp(1, -24-r.IntN(30)))
		}
		exact := new(big.Float).SetPrec(400).SetFloat64(float64(x) * float64(y))
		exact.Add(exact, big.NewFloat(float64(z)))
		want, _ := exact.Float32()
		if got := float32(fma32(float64(x), float64(y), float64(z))); got != want {
			t.Fatalf("fma(%b, %b, %b) = %b, want %b", x, y, z, got, want)
		}
		if float32(float64(x)*float64(y)+float64(z)) != want {
			twice++
		}
	}
	if twice == 0 {
		t.Error("no operands on which rounding twice would show")
	}
	runEvalCases(t, []evalCase{
		{OpFMA, nil, args(vec(2.0), vec(3.0), vec(4.0)), "float64[1][10]"},
		{OpFMA, nil, args(vec(1+0x1p-30), vec(1-0x1p-30), -1.0), "float64[1][-8.673617379884035e-19]"},
		{OpFMA, nil, args(vec(float32(inf)), vec[float32](0), 1), "float32[1][NaN]"},
		{OpFMA, nil, args(vec(float32(inf)), vec[float32](1), float64(-inf)), "float32[1][NaN]"},
		{OpFMA, nil, args(vec(float32(inf)), vec[float32](1), 1), "float32[1][+Inf]"},
		{OpFMA, nil, args(vec[int8](2), 3, 4), "float64[1][10]"},
	})
}

func BenchmarkEvalAdd(b *testing.B) {
	for _, d := range []DType{Float64, Float32, Int8, Complex64} {
		b.Run(d.String(), func(b *testing.B) {
			x := Zeros(d, 1000, 1000)
			for b.Loop() {
				evalOn(OpAdd, nil, x, x)
			}
		})
	}
}

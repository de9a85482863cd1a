package expr

import (
	"cmp"
	"math"

	"arignote/expr/internal/scalar"
)

// meaning says what an element-wise op does to one element. The columns are
// functions of one, two and three arguments for each lane type:
//
//	f  float64; float32 is computed in float64 and rounded
//	c  complex128; complex64 is computed in it and rounded
//	i  int64; narrower signed integers are computed in it and wrap
//	u  uint64; narrower unsigned integers are computed in it and wrap
//	b  bool
//
// An op has a function in each column that its type rule lets arguments come
// to; which that is, operandDType says. Integer arguments of a float function
// come as float64.
type meaning struct {
	f1 func(x float64) float64
	f2 func(x, y float64) float64
	f3 func(x, y, z float64) float64

	c1     func(x complex128) complex128
	c2     func(x, y complex128) complex128
	toReal func(x complex128) float64 // instead of c1, where the result is real

	i1 func(x int64) int64
	i2 func(x, y int64) int64
	i3 func(x, y, z int64) int64

	u1 func(x uint64) uint64
	u2 func(x, y uint64) uint64
	u3 func(x, y, z uint64) uint64

	b1 func(x bool) bool
	b2 func(x, y bool) bool
	b3 func(x, y, z bool) bool

	// Questions about one number, and comparisons of two.
	testF    func(x float64) bool
	testC    func(x complex128) bool
	compareF func(x, y float64) bool
	compareC func(x, y complex128) bool
	compareI func(x, y int64) bool
	compareU func(x, y uint64) bool
}

// meanings has the meaning of each op that evalElementwise evaluates. The
// functions of shifts, which depend on the width, and of polygamma, which
// depends on the attribute, are filled in by call.meaning.
var meanings = [NumOps]meaning{
	OpAdd:        {f2: add[float64], c2: add[complex128], i2: add[int64], u2: add[uint64], b2: either},
	OpSub:        {f2: sub[float64], c2: sub[complex128], i2: sub[int64], u2: sub[uint64]},
	OpMul:        {f2: mul[float64], c2: scalar.CMul, i2: mul[int64], u2: mul[uint64], b2: both},
	OpDiv:        {f2: func(x, y float64) float64 { return x / y }, c2: scalar.CDiv},
	OpFloorDiv:   {f2: scalar.FloorDiv, i2: scalar.FloorDivInt, u2: scalar.FloorDivUint},
	OpMod:        {f2: scalar.Mod, i2: scalar.ModInt, u2: scalar.ModUint},
	OpFmod:       {f2: math.Mod, i2: scalar.FmodInt, u2: scalar.ModUint},
	OpPow:        {f2: scalar.Pow, c2: scalar.CPow, i2: scalar.PowInt, u2: scalar.PowUint},
	OpFMA:        {f3: math.FMA}, // of float32: fma32
	OpNeg:        {f1: neg[float64], c1: neg[complex128], i1: neg[int64], u1: neg[uint64]},
	OpAbs:        {f1: math.Abs, toReal: scalar.CAbs, i1: scalar.AbsInt, u1: same[uint64], b1: same[bool]},
	OpSign:       {f1: scalar.Sign, c1: scalar.CSign, i1: scalar.SignInt, u1: scalar.SignUint},
	OpSquare:     {f1: square[float64], c1: scalar.CSquare, i1: square[int64], u1: square[uint64]},
	OpReciprocal: {f1: func(x float64) float64 { return 1 / x }, c1: scalar.CReciprocal},
	OpSqrt:       {f1: math.Sqrt, c1: scalar.CSqrt},
	OpCbrt:       {f1: math.Cbrt},
	OpHypot:      {f2: hypot},
	OpCopysign:   {f2: math.Copysign},
	OpMaximum:    {f2: scalar.Maximum, i2: maximum[int64], u2: maximum[uint64], b2: either},
	OpMinimum:    {f2: scalar.Minimum, i2: minimum[int64], u2: minimum[uint64], b2: both},
	OpClip:       {f3: scalar.Clip, i3: clip[int64], u3: clip[uint64], b3: func(x, lo, hi bool) bool { return (x || lo) && hi }},

	OpFloor: {f1: math.Floor},
	OpCeil:  {f1: math.Ceil},
	OpTrunc: {f1: math.Trunc},
	OpRound: {f1: math.RoundToEven, i1: same[int64], u1: same[uint64], b1: same[bool]},

	OpExp:       {f1: scalar.Exp, c1: scalar.CExp},
	OpExp2:      {f1: scalar.Exp2, c1: func(x complex128) complex128 { return scalar.CPow(2, x) }},
	OpExpm1:     {f1: scalar.Expm1, c1: scalar.CExpm1},
	OpLog:       {f1: scalar.Log, c1: scalar.CLog},
	OpLog2:      {f1: scalar.Log2, c1: scalar.CLog2},
	OpLog10:     {f1: scalar.Log10, c1: scalar.CLog10},
	OpLog1p:     {f1: scalar.Log1p, c1: scalar.CLog1p},
	OpLogAddExp: {f2: scalar.LogAddExp},
	OpLog1mExp:  {f1: scalar.Log1mExp},
	OpSigmoid:   {f1: scalar.Sigmoid},
	OpSoftplus:  {f1: scalar.Softplus},
	OpRelu:      {f1: scalar.Relu, i1: func(x int64) int64 { return max(x, 0) }, u1: same[uint64], b1: same[bool]},

	OpSin:     {f1: scalar.Sin, c1: scalar.CSin},
	OpCos:     {f1: scalar.Cos, c1: scalar.CCos},
	OpTan:     {f1: scalar.Tan, c1: scalar.CTan},
	OpArcsin:  {f1: scalar.Asin, c1: scalar.CAsin},
	OpArccos:  {f1: scalar.Acos, c1: scalar.CAcos},
	OpArctan:  {f1: scalar.Atan, c1: scalar.CAtan},
	OpArctan2: {f2: scalar.Atan2},
	OpSinh:    {f1: scalar.Sinh, c1: scalar.CSinh},
	OpCosh:    {f1: scalar.Cosh, c1: scalar.CCosh},
	OpTanh:    {f1: scalar.Tanh, c1: scalar.CTanh},
	OpArcsinh: {f1: scalar.Asinh, c1: scalar.CAsinh},
	OpArccosh: {f1: scalar.Acosh, c1: scalar.CAcosh},
	OpArctanh: {f1: scalar.Atanh, c1: scalar.CAtanh},

	OpErf:     {f1: scalar.Erf},
	OpErfc:    {f1: scalar.Erfc},
	OpErfcx:   {f1: scalar.Erfcx},
	OpLogErfc: {f1: scalar.LogErfc},
	OpErfinv:  {f1: scalar.Erfinv},
	OpGamma:   {f1: scalar.Gamma},
	OpGammaln: {f1: scalar.Gammaln},

	OpEq: {compareF: eq[float64], compareC: eq[complex128], compareI: eq[int64], compareU: eq[uint64]},
	OpNe: {compareF: ne[float64], compareC: ne[complex128], compareI: ne[int64], compareU: ne[uint64]},
	OpLt: {compareF: lt[float64], compareI: lt[int64], compareU: lt[uint64]},
	OpLe: {compareF: le[float64], compareI: le[int64], compareU: le[uint64]},
	OpGt: {compareF: gt[float64], compareI: gt[int64], compareU: gt[uint64]},
	OpGe: {compareF: ge[float64], compareI: ge[int64], compareU: ge[uint64]},

	OpAnd: {i2: func(x, y int64) int64 { return x & y }, u2: func(x, y uint64) uint64 { return x & y }, b2: both},
	OpOr:  {i2: func(x, y int64) int64 { return x | y }, u2: func(x, y uint64) uint64 { return x | y }, b2: either},
	OpXor: {i2: func(x, y int64) int64 { return x ^ y }, u2: func(x, y uint64) uint64 { return x ^ y }, b2: ne[bool]},
	OpNot: {i1: func(x int64) int64 { return ^x }, u1: func(x uint64) uint64 { return ^x }, b1: func(x bool) bool { return !x }},

	OpIsNaN:    {testF: isNaN, testC: func(z complex128) bool { return isNaN(real(z)) || isNaN(imag(z)) }},
	OpIsInf:    {testF: isInf, testC: func(z complex128) bool { return isInf(real(z)) || isInf(imag(z)) }},
	OpIsFinite: {testF: isFinite, testC: func(z complex128) bool { return isFinite(real(z)) && isFinite(imag(z)) }},

	OpReal: {f1: same[float64], toReal: func(z complex128) float64 { return real(z) }, i1: same[int64], u1: same[uint64], b1: same[bool]},
	OpImag: {f1: zero[float64], toReal: func(z complex128) float64 { return imag(z) }, i1: zero[int64], u1: zero[uint64], b1: zero[bool]},
	OpConj: {f1: same[float64], c1: func(z complex128) complex128 { return complex(real(z), -imag(z)) }, i1: same[int64], u1: same[uint64], b1: same[bool]},
	OpAngle: {
		f1:     func(x float64) float64 { return scalar.Atan2(0, x) },
		toReal: func(z complex128) float64 { return scalar.Atan2(imag(z), real(z)) },
	},
}

// number is a lane that has arithmetic.
type number interface {
	int64 | uint64 | float64 | complex128
}

func add[T number](x, y T) T { return x + y }
func sub[T number](x, y T) T { return x - y }
func mul[T number](x, y T) T { return x * y }
func neg[T number](x T) T    { return -x }
func square[T number](x T) T { return x * x }

func same[T lane](x T) T { return x }

func zero[T lane](T) T {
	var z T
	return z
}

func either(x, y bool) bool { return x || y }
func both(x, y bool) bool   { return x && y }

func eq[T comparable](x, y T) bool  { return x == y }
func ne[T comparable](x, y T) bool  { return x != y }
func lt[T cmp.Ordered](x, y T) bool { return x < y }
func le[T cmp.Ordered](x, y T) bool { return x <= y }
func gt[T cmp.Ordered](x, y T) bool { return x > y }
func ge[T cmp.Ordered](x, y T) bool { return x >= y }

func maximum[T cmp.Ordered](x, y T) T { return max(x, y) }
func minimum[T cmp.Ordered](x, y T) T { return min(x, y) }

// clip limits x to [lo, hi]; hi wins where lo > hi.
func clip[T cmp.Ordered](x, lo, hi T) T { return min(max(x, lo), hi) }

// hypot is sqrt(x*x + y*y) without needless over- or underflow, the same bits
// for hypot(y, x).
func hypot(x, y float64) float64 {
	if math.Abs(x) < math.Abs(y) {
		x, y = y, x
	}
	return scalar.CAbs(complex(x, y))
}

func isNaN(x float64) bool    { return x != x }
func isInf(x float64) bool    { return math.IsInf(x, 0) }
func isFinite(x float64) bool { return x-x == 0 }

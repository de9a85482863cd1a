package expr

// Op names an operation: it is the index of a row of the ops table.
type Op uint16

// The operations. OpInvalid is the op of a wrong node.
const (
	OpInvalid Op = iota

	// Leaves.
	OpInput
	OpConst

	// Arithmetic, element by element.
	OpAdd
	OpSub
	OpMul
	OpDiv
	OpFloorDiv
	OpMod
	OpFmod
	OpPow
	OpFMA
	OpNeg
	OpAbs
	OpSign
	OpSquare
	OpReciprocal
	OpSqrt
	OpCbrt
	OpHypot
	OpCopysign
	OpMaximum
	OpMinimum
	OpClip

	// Rounding.
	OpFloor
	OpCeil
	OpTrunc
	OpRound

	// Exponentials and logarithms.
	OpExp
	OpExp2
	OpExpm1
	OpLog
	OpLog2
	OpLog10
	OpLog1p
	OpLogAddExp
	OpLog1mExp
	OpSigmoid
	OpSoftplus
	OpRelu

	// Trigonometry.
	OpSin
	OpCos
	OpTan
	OpArcsin
	OpArccos
	OpArctan
	OpArctan2
	OpSinh
	OpCosh
	OpTanh
	OpArcsinh
	OpArccosh
	OpArctanh

	// Special functions.
	OpErf
	OpErfc
	OpErfcx
	OpLogErfc
	OpErfinv
	OpGamma
	OpGammaln
	OpPolygamma

	// Comparison, logic, choice.
	OpEq
	OpNe
	OpLt
	OpLe
	OpGt
	OpGe
	OpAnd
	OpOr
	OpXor
	OpNot
	OpShl
	OpShr
	OpWhere
	OpIsNaN
	OpIsInf
	OpIsFinite

	// Complex numbers and conversion.
	OpComplex
	OpReal
	OpImag
	OpConj
	OpAngle
	OpCast
	OpBits
	OpFromBits

	// Reductions.
	OpSum
	OpProd
	OpMax
	OpMin
	OpMean
	OpAny
	OpAll
	OpArgmax
	OpArgmin
	OpLogSumExp

	// Along an axis.
	OpSoftmax
	OpLogSoftmax
	OpCumsum
	OpCumprod
	OpSort
	OpArgsort

	// Products of arrays.
	OpDot
	OpMatMul
	OpOuter
	OpGemm
	OpGemv
	OpGer

	// Linear algebra.
	OpTrace
	OpDet
	OpLogAbsDet
	OpLogDet
	OpInv
	OpSolve
	OpSolveTriangular
	OpCholesky
	OpEigh
	OpSVD
	OpQR

	// Shape.
	OpDimShuffle
	OpReshape
	OpBroadcastTo
	OpBroadcastLike
	OpSumLike
	OpConcatenate
	OpShape
	OpSize

	// Index.
	OpSlice
	OpTake
	OpSetSlice
	OpIncSlice
	OpSetTake
	OpIncTake
	OpNonzero

	// Creation.
	OpArange
	OpLinspace
	OpEye
	OpDiag
	OpTril
	OpTriu
	OpUniform

	// Gradients, loops, the user's own.
	OpStopGradient
	OpScaleGradient
	OpWithGradient
	OpMap
	OpWhile
	OpItem
	OpCustom

	// NumOps is the length of every table that is indexed by Op.
	NumOps
)

// row is what this package knows of an op. The columns:
//
//	name     the op in the language and in messages
//	arity    number of arguments; -1-k means k or more
//	infer    type rule: the arguments' types to the result's type
//	eval     reference meaning: the arguments' values to the result's value
//	props    properties that other packages ask for
//	shapeOf  bit i set: only the shape of argument i is used, not its value
//	domain   interval of the arguments on which tests try the op; zero = [-2, 2]
//	example  a program that uses the op; tests of all kinds start from it.
//	         Element-wise ops and reductions need none.
type row struct {
	name    string
	arity   int
	infer   inferFunc
	eval    evalFunc
	props   props
	shapeOf uint8
	domain  interval
	example string
}

// interval is a closed range of numbers.
type interval struct{ lo, hi float64 }

// props is a set of properties of an op.
type props uint8

const (
	elementwise props = 1 << iota // element i of the result depends on element i of the broadcast arguments
	commutative                   // two arguments may change places, bit for bit
	reduction                     // attribute Axes; combines elements along axes
	view                          // the result is made of elements of the first argument, none computed
	exact                         // every engine must give the same bits: no rounding, or one correct rounding
	fallible                      // may fail because of the elements of arguments
)

const (
	variadic1 = -2 // one or more arguments
	variadic2 = -3 // two or more arguments
)

// ops points to the table. The functions in the table ask it for names and
// rules, so that it cannot be the initial value of a variable they use.
var ops *[NumOps]row

func init() { ops = &opTable }

// opTable is the table of all operations.
var opTable = [NumOps]row{
	OpInvalid: {name: "invalid"},
	OpInput:   {name: "input"},
	OpConst:   {name: "const"},

	OpAdd:        {name: "add", arity: variadic2, infer: inferArith, eval: evalElementwise, props: elementwise | commutative | exact},
	OpSub:        {name: "sub", arity: 2, infer: inferNumeric, eval: evalElementwise, props: elementwise | exact},
	OpMul:        {name: "mul", arity: variadic2, infer: inferArith, eval: evalElementwise, props: elementwise | commutative | exact},
	OpDiv:        {name: "div", arity: 2, infer: inferFloat, eval: evalElementwise, props: elementwise | exact},
	OpFloorDiv:   {name: "floor_divide", arity: 2, infer: inferRealNumeric, eval: evalElementwise, props: elementwise},
	OpMod:        {name: "mod", arity: 2, infer: inferRealNumeric, eval: evalElementwise, props: elementwise},
	OpFmod:       {name: "fmod", arity: 2, infer: inferRealNumeric, eval: evalElementwise, props: elementwise},
	OpPow:        {name: "pow", arity: 2, infer: inferPow, eval: evalElementwise, props: elementwise, domain: interval{0.2, 3}},
	OpFMA:        {name: "fma", arity: 3, infer: inferRealFloat, eval: evalElementwise, props: elementwise | exact},
	OpNeg:        {name: "neg", arity: 1, infer: inferNumeric, eval: evalElementwise, props: elementwise | exact},
	OpAbs:        {name: "abs", arity: 1, infer: inferAbs, eval: evalElementwise, props: elementwise | exact},
	OpSign:       {name: "sign", arity: 1, infer: inferNumeric, eval: evalElementwise, props: elementwise | exact},
	OpSquare:     {name: "square", arity: 1, infer: inferNumeric, eval: evalElementwise, props: elementwise | exact},
	OpReciprocal: {name: "reciprocal", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise | exact, domain: interval{0.3, 4}},
	OpSqrt:       {name: "sqrt", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise | exact, domain: interval{0.1, 9}},
	OpCbrt:       {name: "cbrt", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise, domain: interval{0.1, 9}},
	OpHypot:      {name: "hypot", arity: 2, infer: inferRealFloat, eval: evalElementwise, props: elementwise | commutative},
	OpCopysign:   {name: "copysign", arity: 2, infer: inferRealFloat, eval: evalElementwise, props: elementwise | exact},
	OpMaximum:    {name: "maximum", arity: 2, infer: inferOrdered, eval: evalElementwise, props: elementwise | commutative | exact},
	OpMinimum:    {name: "minimum", arity: 2, infer: inferOrdered, eval: evalElementwise, props: elementwise | commutative | exact},
	OpClip:       {name: "clip", arity: 3, infer: inferOrdered, eval: evalElementwise, props: elementwise | exact},

	OpFloor: {name: "floor", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise | exact},
	OpCeil:  {name: "ceil", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise | exact},
	OpTrunc: {name: "trunc", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise | exact},
	OpRound: {name: "round", arity: 1, infer: inferOrdered, eval: evalElementwise, props: elementwise | exact},

	OpExp:       {name: "exp", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise},
	OpExp2:      {name: "exp2", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise},
	OpExpm1:     {name: "expm1", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise},
	OpLog:       {name: "log", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise, domain: interval{0.1, 9}},
	OpLog2:      {name: "log2", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise, domain: interval{0.1, 9}},
	OpLog10:     {name: "log10", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise, domain: interval{0.1, 9}},
	OpLog1p:     {name: "log1p", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise, domain: interval{-0.9, 9}},
	OpLogAddExp: {name: "logaddexp", arity: 2, infer: inferRealFloat, eval: evalElementwise, props: elementwise | commutative},
	OpLog1mExp:  {name: "log1mexp", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise, domain: interval{-4, -0.1}},
	OpSigmoid:   {name: "sigmoid", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise},
	OpSoftplus:  {name: "softplus", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise},
	OpRelu:      {name: "relu", arity: 1, infer: inferOrdered, eval: evalElementwise, props: elementwise | exact},

	OpSin:     {name: "sin", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise},
	OpCos:     {name: "cos", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise},
	OpTan:     {name: "tan", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise, domain: interval{-1.3, 1.3}},
	OpArcsin:  {name: "arcsin", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise, domain: interval{-0.9, 0.9}},
	OpArccos:  {name: "arccos", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise, domain: interval{-0.9, 0.9}},
	OpArctan:  {name: "arctan", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise},
	OpArctan2: {name: "arctan2", arity: 2, infer: inferRealFloat, eval: evalElementwise, props: elementwise},
	OpSinh:    {name: "sinh", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise},
	OpCosh:    {name: "cosh", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise},
	OpTanh:    {name: "tanh", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise},
	OpArcsinh: {name: "arcsinh", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise},
	OpArccosh: {name: "arccosh", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise, domain: interval{1.2, 9}},
	OpArctanh: {name: "arctanh", arity: 1, infer: inferFloat, eval: evalElementwise, props: elementwise, domain: interval{-0.9, 0.9}},

	OpErf:       {name: "erf", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise},
	OpErfc:      {name: "erfc", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise},
	OpErfcx:     {name: "erfcx", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise},
	OpLogErfc:   {name: "log_erfc", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise},
	OpErfinv:    {name: "erfinv", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise, domain: interval{-0.9, 0.9}},
	OpGamma:     {name: "gamma", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise, domain: interval{0.3, 5}},
	OpGammaln:   {name: "gammaln", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise, domain: interval{0.3, 9}},
	OpPolygamma: {name: "polygamma", arity: 1, infer: inferRealFloat, eval: evalElementwise, props: elementwise, domain: interval{0.3, 9}, example: "x: float64[4]; psi(x) + polygamma(2, x)"},

	OpEq:       {name: "eq", arity: 2, infer: inferEqual, eval: evalElementwise, props: elementwise | commutative | exact},
	OpNe:       {name: "ne", arity: 2, infer: inferEqual, eval: evalElementwise, props: elementwise | commutative | exact},
	OpLt:       {name: "lt", arity: 2, infer: inferCompare, eval: evalElementwise, props: elementwise | exact},
	OpLe:       {name: "le", arity: 2, infer: inferCompare, eval: evalElementwise, props: elementwise | exact},
	OpGt:       {name: "gt", arity: 2, infer: inferCompare, eval: evalElementwise, props: elementwise | exact},
	OpGe:       {name: "ge", arity: 2, infer: inferCompare, eval: evalElementwise, props: elementwise | exact},
	OpAnd:      {name: "and", arity: 2, infer: inferBitwise, eval: evalElementwise, props: elementwise | commutative | exact},
	OpOr:       {name: "or", arity: 2, infer: inferBitwise, eval: evalElementwise, props: elementwise | commutative | exact},
	OpXor:      {name: "xor", arity: 2, infer: inferBitwise, eval: evalElementwise, props: elementwise | commutative | exact},
	OpNot:      {name: "not", arity: 1, infer: inferBitwise, eval: evalElementwise, props: elementwise | exact},
	OpShl:      {name: "shl", arity: 2, infer: inferShift, eval: evalElementwise, props: elementwise | exact},
	OpShr:      {name: "shr", arity: 2, infer: inferShift, eval: evalElementwise, props: elementwise | exact},
	OpWhere:    {name: "where", arity: 3, infer: inferWhere, eval: evalWhere, props: elementwise | exact},
	OpIsNaN:    {name: "isnan", arity: 1, infer: inferTest, eval: evalElementwise, props: elementwise | exact},
	OpIsInf:    {name: "isinf", arity: 1, infer: inferTest, eval: evalElementwise, props: elementwise | exact},
	OpIsFinite: {name: "isfinite", arity: 1, infer: inferTest, eval: evalElementwise, props: elementwise | exact},

	OpComplex:  {name: "complex", arity: 2, infer: inferComplex, eval: evalComplex, props: elementwise | exact},
	OpReal:     {name: "real", arity: 1, infer: inferAbs, eval: evalComplexPart, props: elementwise | exact},
	OpImag:     {name: "imag", arity: 1, infer: inferAbs, eval: evalComplexPart, props: elementwise | exact},
	OpConj:     {name: "conj", arity: 1, infer: inferSame, eval: evalElementwise, props: elementwise | exact},
	OpAngle:    {name: "angle", arity: 1, infer: inferAngle, eval: evalComplexPart, props: elementwise},
	OpCast:     {name: "astype", arity: 1, infer: inferCast, eval: evalCast, props: elementwise | exact, example: "x: float64[3]; astype(x, 'float32')"},
	OpBits:     {name: "bits", arity: 1, infer: inferBits, eval: evalBits, props: elementwise | exact},
	OpFromBits: {name: "from_bits", arity: 1, infer: inferFromBits, eval: evalBits, props: elementwise | exact, example: "x: float64[3]; x + from_bits(bits(x) >> 52 << 52)"},

	OpSum:       {name: "sum", arity: 1, infer: inferSum, eval: evalSum, props: reduction},
	OpProd:      {name: "prod", arity: 1, infer: inferSum, eval: evalProd, props: reduction},
	OpMax:       {name: "max", arity: 1, infer: inferExtremum, eval: evalMax, props: reduction | exact},
	OpMin:       {name: "min", arity: 1, infer: inferExtremum, eval: evalMin, props: reduction | exact},
	OpMean:      {name: "mean", arity: 1, infer: inferMean, eval: evalMean, props: reduction},
	OpAny:       {name: "any", arity: 1, infer: inferAny, eval: evalAny, props: reduction | exact},
	OpAll:       {name: "all", arity: 1, infer: inferAny, eval: evalAll, props: reduction | exact},
	OpArgmax:    {name: "argmax", arity: 1, infer: inferArg, eval: evalArgmax, props: exact, example: "x: float64[3, 4]; argmax(x, axis=1)"},
	OpArgmin:    {name: "argmin", arity: 1, infer: inferArg, eval: evalArgmin, props: exact, example: "x: float64[3, 4]; argmin(x)"},
	OpLogSumExp: {name: "logsumexp", arity: 1, infer: inferMeanReal, eval: evalLogSumExp, props: reduction},

	OpSoftmax:    {name: "softmax", arity: 1, infer: inferAlongFloat, eval: evalSoftmax, example: "x: float64[3, 4]; softmax(x, axis=1)"},
	OpLogSoftmax: {name: "log_softmax", arity: 1, infer: inferAlongFloat, eval: evalLogSoftmax, example: "x: float64[3, 4]; log_softmax(x, axis=0)"},
	OpCumsum:     {name: "cumsum", arity: 1, infer: inferCumulative, eval: evalCumsum, example: "x: float64[3, 4]; cumsum(x, axis=1)"},
	OpCumprod:    {name: "cumprod", arity: 1, infer: inferCumulative, eval: evalCumprod, example: "x: float64[3, 4]; cumprod(x, axis=0)"},
	OpSort:       {name: "sort", arity: 1, infer: inferSort, eval: evalSort, props: exact, example: "x: float64[3, 4]; sort(x, axis=1)"},
	OpArgsort:    {name: "argsort", arity: 1, infer: inferArgsort, eval: evalArgsort, props: exact, example: "x: float64[3, 4]; argsort(x, axis=0)"},

	OpDot:    {name: "dot", arity: 2, infer: inferDot, eval: evalDot, example: "a: float64[3, 4]; b: float64[4, 2]; dot(a, b)"},
	OpMatMul: {name: "matmul", arity: 2, infer: inferMatMul, eval: evalMatMul, example: "a: float64[2, 3, 4]; b: float64[4, 2]; matmul(a, b)"},
	OpOuter:  {name: "outer", arity: 2, infer: inferOuter, eval: evalOuter, example: "x: float64[3]; y: float64[4]; outer(x, y)"},
	OpGemm:   {name: "gemm", arity: variadic2, infer: inferGemm, eval: evalGemm, example: "A: float64[4, 3]; B: float64[4, 2]; C: float64[3, 2]; gemm(2.0, A, B, 0.5, C, trans_a=True)"},
	OpGemv:   {name: "gemv", arity: variadic2, infer: inferGemv, eval: evalGemv, example: "A: float64[4, 3]; x: float64[3]; y: float64[4]; gemv(2.0, A, x, 0.5, y)"},
	OpGer:    {name: "ger", arity: 4, infer: inferGer, eval: evalGer, example: "x: float64[3]; y: float64[4]; A: float64[3, 4]; ger(2.0, x, y, A)"},

	OpTrace:           {name: "trace", arity: 1, infer: inferTrace, eval: evalTrace, example: "A: float64[3, 4]; trace(A)"},
	OpDet:             {name: "det", arity: 1, infer: inferDet, eval: evalDet, example: "A: float64[3, 3]; det(A)"},
	OpLogAbsDet:       {name: "logabsdet", arity: 1, infer: inferDet, eval: evalLogAbsDet, example: "A: float64[3, 3]; logabsdet(A + 3*eye(3))"},
	OpLogDet:          {name: "logdet", arity: 1, infer: inferLogDet, eval: evalLogDet, example: "A: float64[3, 3]; logdet(A + 3*eye(3))"},
	OpInv:             {name: "inv", arity: 1, infer: inferSquare, eval: evalInv, props: fallible, example: "A: float64[3, 3]; inv(A + 3*eye(3))"},
	OpSolve:           {name: "solve", arity: 2, infer: inferSolve, eval: evalSolve, props: fallible, example: "A: float64[3, 3]; b: float64[3]; solve(A + 3*eye(3), b)"},
	OpSolveTriangular: {name: "solve_triangular", arity: 2, infer: inferSolve, eval: evalSolveTriangular, props: fallible, example: "A: float64[3, 3]; b: float64[3, 2]; solve_triangular(A + 3*eye(3), b, lower=True)"},
	OpCholesky:        {name: "cholesky", arity: 1, infer: inferSquare, eval: evalCholesky, props: fallible, example: "A: float64[3, 3]; cholesky(A @ A.T + eye(3))"},
	OpEigh:            {name: "eigh", arity: 1, infer: inferEigh, eval: evalEigh, props: fallible, example: "A: float64[3, 3]; eigh(A + A.T)[0]"},
	OpSVD:             {name: "svd", arity: 1, infer: inferSVD, eval: evalSVD, props: fallible, example: "A: float64[3, 4]; svd(A)[1]"},
	OpQR:              {name: "qr", arity: 1, infer: inferQR, eval: evalQR, example: "A: float64[4, 3]; qr(A)[1]"},

	OpDimShuffle:    {name: "dimshuffle", arity: 1, infer: inferDimShuffle, eval: evalDimShuffle, props: view | exact, example: "x: float64[3, 1, 4]; dimshuffle(x, (2, 'x', 0))"},
	OpReshape:       {name: "reshape", arity: variadic1, infer: inferReshape, eval: evalReshape, props: view | exact, example: "x: float64[3, 4]; reshape(x, (2, -1))"},
	OpBroadcastTo:   {name: "broadcast_to", arity: variadic1, infer: inferBroadcastTo, eval: evalBroadcast, props: view | exact, example: "x: float64[3, 1]; broadcast_to(x, (2, 3, 4))"},
	OpBroadcastLike: {name: "broadcast_like", arity: 2, infer: inferBroadcastLike, eval: evalBroadcast, props: view | exact, shapeOf: 1 << 1, example: "x: float64[3]; y: float64[2, 3]; broadcast_like(x, y)"},
	OpSumLike:       {name: "sum_like", arity: 2, infer: inferSumLike, eval: evalSumLike, shapeOf: 1 << 1, example: "x: float64[2, 3]; y: float64[3]; sum_like(x, y)"},
	OpConcatenate:   {name: "concatenate", arity: variadic1, infer: inferConcatenate, eval: evalConcatenate, props: exact, example: "x: float64[2, 3]; y: float64[1, 3]; concatenate((x, y), axis=0)"},
	OpShape:         {name: "shape", arity: 1, infer: inferShape, eval: evalShape, props: exact, shapeOf: 1, example: "x: float64[2, 3]; shape(x)"},
	OpSize:          {name: "size", arity: 1, infer: inferSize, eval: evalSize, props: exact, shapeOf: 1, example: "x: float64[2, 3]; size(x)*x"},

	OpSlice:    {name: "slice", arity: variadic1, infer: inferSlice, eval: evalSlice, props: view | exact, example: "x: float64[5, 6]; x[1:-1, ::-2]"},
	OpTake:     {name: "take", arity: variadic2, infer: inferTake, eval: evalTake, props: exact | fallible, example: "x: float64[4, 3]; take(x, [2, 0, 2], axis=0)"},
	OpSetSlice: {name: "set_subtensor", arity: variadic2, infer: inferSetSlice, eval: evalSetSlice, props: exact, example: "x: float64[5]; y: float64[2]; set_subtensor(x[1:3], y)"},
	OpIncSlice: {name: "inc_subtensor", arity: variadic2, infer: inferSetSlice, eval: evalSetSlice, props: exact, example: "x: float64[5]; y: float64[2]; inc_subtensor(x[1:3], y)"},
	OpSetTake:  {name: "set_subtensor", arity: variadic2, infer: inferSetTake, eval: evalSetTake, props: exact | fallible, example: "x: float64[4, 3]; y: float64[2, 3]; set_subtensor(x[[2, 0]], y)"},
	OpIncTake:  {name: "inc_subtensor", arity: variadic2, infer: inferSetTake, eval: evalSetTake, props: fallible, example: "x: float64[4]; y: float64[3]; inc_subtensor(x[[2, 0, 2]], y)"},
	OpNonzero:  {name: "nonzero", arity: 1, infer: inferNonzero, eval: evalNonzero, props: exact, example: "x: float64[3, 4]; nonzero(x > 0)[1]"},

	OpArange:   {name: "arange", arity: 3, infer: inferArange, eval: evalArange, props: exact, example: "n: int64; arange(1, n, 2)"},
	OpLinspace: {name: "linspace", arity: 3, infer: inferLinspace, eval: evalLinspace, example: "a: float64; b: float64; linspace(a, b, 5)"},
	OpEye:      {name: "eye", arity: 2, infer: inferEye, eval: evalEye, props: exact, example: "x: float64[3, 4]; x*eye(3, 4, k=1)"},
	OpDiag:     {name: "diag", arity: 1, infer: inferDiag, eval: evalDiag, props: exact, example: "x: float64[3]; diag(x)"},
	OpTril:     {name: "tril", arity: 1, infer: inferTri, eval: evalTri, props: exact, example: "x: float64[3, 4]; tril(x, k=1)"},
	OpTriu:     {name: "triu", arity: 1, infer: inferTri, eval: evalTri, props: exact, example: "x: float64[3, 4]; triu(x)"},
	OpUniform:  {name: "uniform", arity: variadic1, infer: inferUniform, eval: evalUniform, props: exact, example: "x: float64[3, 4]; x*uniform(7, (3, 4))"},

	OpStopGradient:  {name: "stop_gradient", arity: 1, infer: inferSame, eval: evalIdentity, props: exact, example: "x: float64[3]; x*stop_gradient(x)"},
	OpScaleGradient: {name: "scale_gradient", arity: 1, infer: inferSame, eval: evalIdentity, props: exact, example: "x: float64[3]; scale_gradient(x**2, 0.5)"},
	OpWithGradient:  {name: "with_gradient", arity: variadic1, infer: inferWithGradient, eval: evalIdentity, example: "x: float64[3]; with_gradient(x**2, lambda g, x: 2*g*x, x)"},
	OpMap:           {name: "map", arity: variadic1, infer: inferMap, eval: evalMap, props: fallible, example: "x: float64[3, 2]; map(lambda v: sum(v*v), x)"},
	OpWhile:         {name: "while_loop", arity: variadic2, infer: inferWhile, eval: evalWhile, props: fallible, example: "x: float64[3]; y: float64[2, 1]; while_loop(lambda z, k: abs(z) < 1, lambda z, k: (z*z + y/2, k + 1), (x/2, 0), 4)[0]"},
	OpItem:          {name: "item", arity: 1, infer: inferItem, eval: evalItem, props: exact, example: "x: float64[3, 4]; nonzero(x > 0)[0]"},
	OpCustom:        {name: "custom", arity: variadic1, infer: inferCustom, eval: evalCustom, props: fallible},
}

// String returns the op's name in the language.
func (op Op) String() string {
	if op >= NumOps {
		return "invalid"
	}
	return ops[op].name
}

// Elementwise reports whether each element of the result depends on the
// element of each (broadcast) argument at the same place, and on nothing else.
func (op Op) Elementwise() bool { return ops[op].props&elementwise != 0 }

// Commutative reports whether any two arguments may change places without
// changing one bit of the result.
func (op Op) Commutative() bool { return ops[op].props&commutative != 0 }

// Reduction reports whether op combines elements along the axes of an [Axes]
// attribute.
func (op Op) Reduction() bool { return ops[op].props&reduction != 0 }

// View reports whether the result only rearranges elements of the first
// argument.
func (op Op) View() bool { return ops[op].props&view != 0 }

// Exact reports whether every engine must give the same bits as the reference.
func (op Op) Exact() bool { return ops[op].props&exact != 0 }

// Fallible reports whether computing op can fail because of what the arguments'
// elements are, such as an index out of range or a singular matrix.
func (op Op) Fallible() bool { return ops[op].props&fallible != 0 }

// ShapeOnly reports whether op uses the shape of argument i but not its value.
func (op Op) ShapeOnly(i int) bool { return i < 8 && ops[op].shapeOf>>i&1 != 0 }

// Domain returns the interval of arguments on which the op is tested.
func (op Op) Domain() (lo, hi float64) {
	if d := ops[op].domain; d != (interval{}) {
		return d.lo, d.hi
	}
	return -2, 2
}

// Example returns a program in the language that uses the op, "" for ops whose
// use follows from their class: element-wise ops and reductions.
func (op Op) Example() string { return ops[op].example }

// Arity returns the number of arguments, or the least number if variadic.
func (op Op) Arity() (n int, variadic bool) {
	if a := ops[op].arity; a >= 0 {
		return a, false
	} else {
		return -a - 1, true
	}
}

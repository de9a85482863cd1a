package expr

// This file is the table of the language: its operators and its functions.
//
// The language is that of Python expressions with NumPy's meaning. What is not
// an operator or a function:
//
//	x: float64[m, 3, ?]      declares an input; m is a length with a name, ? one without
//	t = x + 1                names a value; a name is given once
//	t*t, sum(t)              the last line has the outputs
//	; or a new line          separates; # begins a comment
//	1  2.5  2j  1+2j  True   weak constants, also pi inf nan
//	array([1, 2], 'int8')    strong constants
//	x[1:n, None, ..., i]     indices: integers, slices, new axes, arrays of integers or bools
//	svd(A)[1]                one of several results
//	x.sum(axis=0)            sum(x, axis=0); x.T x.shape x.size x.real x.imag
//	lambda a, b: a*b         an argument of map and with_gradient
//	lambda a: {t = a*a; t+t} with assignments
//
// A lambda may use names from outside, which then are arguments behind the
// others: map(lambda v: v*c, x) is map(lambda v, c: v*c, x, (c,)). Names of
// functions and of values do not meet: an input may be called sum.

// infix is an operator between two operands.
type infix struct {
	text  string
	op    Op
	level level  // how tightly it binds
	print string // how it is printed, with spaces
}

// level is how tightly an operator binds.
type level uint8

const (
	levelCompare level = 1 + iota // not chained
	levelOr
	levelXor
	levelAnd
	levelShift
	levelSum
	levelProduct
	levelUnary
	levelPower   // binds to the right
	levelPostfix // names, calls, indices, attributes
)

// infixes is the table of operators. The operator @ makes OpMatMul where an
// operand is neither a vector nor a matrix.
var infixes = []infix{
	{"==", OpEq, levelCompare, " == "},
	{"!=", OpNe, levelCompare, " != "},
	{"<", OpLt, levelCompare, " < "},
	{"<=", OpLe, levelCompare, " <= "},
	{">", OpGt, levelCompare, " > "},
	{">=", OpGe, levelCompare, " >= "},
	{"|", OpOr, levelOr, " | "},
	{"^", OpXor, levelXor, " ^ "},
	{"&", OpAnd, levelAnd, " & "},
	{"<<", OpShl, levelShift, " << "},
	{">>", OpShr, levelShift, " >> "},
	{"+", OpAdd, levelSum, " + "},
	{"-", OpSub, levelSum, " - "},
	{"*", OpMul, levelProduct, "*"},
	{"/", OpDiv, levelProduct, "/"},
	{"//", OpFloorDiv, levelProduct, " // "},
	{"%", OpMod, levelProduct, " % "},
	{"@", OpDot, levelProduct, " @ "},
	{"**", OpPow, levelPower, "**"},
}

// infixOps finds operators by their text, opInfixes by their op.
var infixOps, opInfixes = indexInfixes()

func indexInfixes() (map[string]*infix, [NumOps]*infix) {
	byText, byOp := map[string]*infix{}, [NumOps]*infix{}
	for i := range infixes {
		byText[infixes[i].text] = &infixes[i]
		byOp[infixes[i].op] = &infixes[i]
	}
	byOp[OpMatMul] = byOp[OpDot]
	return byText, byOp
}

// function is a function of the language. The columns:
//
//	name       as it is called, f(x) or x.f()
//	signature  the parameters: with a default they may be left out, with * they take all further arguments
//	build      makes the node from the arguments of one call
type function struct {
	name      string
	signature string
	build     func(s *site) *Node
}

// forms finds functions by their names. The functions of the table ask it, so
// that it cannot be the initial value of a variable they use.
var forms map[string]*form

func init() {
	forms = make(map[string]*form, len(functions))
	for _, f := range functions {
		forms[f.name] = newForm(f)
	}
}

// functions is the table of the language's functions, in the order of the ops.
var functions = []function{
	// Arithmetic.
	{"add", "x, y, *more", applied(OpAdd)},
	{"sub", "x, y", applied(OpSub)},
	{"subtract", "x, y", applied(OpSub)},
	{"mul", "x, y, *more", applied(OpMul)},
	{"multiply", "x, y, *more", applied(OpMul)},
	{"div", "x, y", applied(OpDiv)},
	{"divide", "x, y", applied(OpDiv)},
	{"true_divide", "x, y", applied(OpDiv)},
	{"floor_divide", "x, y", applied(OpFloorDiv)},
	{"mod", "x, y", applied(OpMod)},
	{"remainder", "x, y", applied(OpMod)},
	{"fmod", "x, y", applied(OpFmod)},
	{"pow", "x, y", applied(OpPow)},
	{"power", "x, y", applied(OpPow)},
	{"fma", "x, y, z", applied(OpFMA)},
	{"neg", "x", applied(OpNeg)},
	{"negative", "x", applied(OpNeg)},
	{"abs", "x", applied(OpAbs)},
	{"absolute", "x", applied(OpAbs)},
	{"sign", "x", applied(OpSign)},
	{"square", "x", applied(OpSquare)},
	{"reciprocal", "x", applied(OpReciprocal)},
	{"sqrt", "x", applied(OpSqrt)},
	{"cbrt", "x", applied(OpCbrt)},
	{"hypot", "x, y", applied(OpHypot)},
	{"copysign", "x, y", applied(OpCopysign)},
	{"maximum", "x, y", applied(OpMaximum)},
	{"minimum", "x, y", applied(OpMinimum)},
	{"clip", "x, lo, hi", applied(OpClip)},

	// Rounding.
	{"floor", "x", applied(OpFloor)},
	{"ceil", "x", applied(OpCeil)},
	{"trunc", "x", applied(OpTrunc)},
	{"round", "x", applied(OpRound)},

	// Exponentials and logarithms.
	{"exp", "x", applied(OpExp)},
	{"exp2", "x", applied(OpExp2)},
	{"expm1", "x", applied(OpExpm1)},
	{"log", "x", applied(OpLog)},
	{"log2", "x", applied(OpLog2)},
	{"log10", "x", applied(OpLog10)},
	{"log1p", "x", applied(OpLog1p)},
	{"logaddexp", "x, y", applied(OpLogAddExp)},
	{"log1mexp", "x", applied(OpLog1mExp)},
	{"sigmoid", "x", applied(OpSigmoid)},
	{"softplus", "x", applied(OpSoftplus)},
	{"relu", "x", applied(OpRelu)},

	// Trigonometry.
	{"sin", "x", applied(OpSin)},
	{"cos", "x", applied(OpCos)},
	{"tan", "x", applied(OpTan)},
	{"arcsin", "x", applied(OpArcsin)},
	{"arccos", "x", applied(OpArccos)},
	{"arctan", "x", applied(OpArctan)},
	{"arctan2", "y, x", applied(OpArctan2)},
	{"sinh", "x", applied(OpSinh)},
	{"cosh", "x", applied(OpCosh)},
	{"tanh", "x", applied(OpTanh)},
	{"arcsinh", "x", applied(OpArcsinh)},
	{"arccosh", "x", applied(OpArccosh)},
	{"arctanh", "x", applied(OpArctanh)},
	{"asin", "x", applied(OpArcsin)},
	{"acos", "x", applied(OpArccos)},
	{"atan", "x", applied(OpArctan)},
	{"atan2", "y, x", applied(OpArctan2)},
	{"asinh", "x", applied(OpArcsinh)},
	{"acosh", "x", applied(OpArccosh)},
	{"atanh", "x", applied(OpArctanh)},

	// Special functions.
	{"erf", "x", applied(OpErf)},
	{"erfc", "x", applied(OpErfc)},
	{"erfcx", "x", applied(OpErfcx)},
	{"log_erfc", "x", applied(OpLogErfc)},
	{"erfinv", "x", applied(OpErfinv)},
	{"gamma", "x", applied(OpGamma)},
	{"gammaln", "x", applied(OpGammaln)},
	{"psi", "x", func(s *site) *Node { return s.apply(OpPolygamma, Number{0}, s.node(0)) }},
	{"digamma", "x", func(s *site) *Node { return s.apply(OpPolygamma, Number{0}, s.node(0)) }},
	{"polygamma", "n, x", buildPolygamma},

	// Comparison, logic, choice.
	{"eq", "x, y", applied(OpEq)},
	{"equal", "x, y", applied(OpEq)},
	{"ne", "x, y", applied(OpNe)},
	{"not_equal", "x, y", applied(OpNe)},
	{"lt", "x, y", applied(OpLt)},
	{"less", "x, y", applied(OpLt)},
	{"le", "x, y", applied(OpLe)},
	{"less_equal", "x, y", applied(OpLe)},
	{"gt", "x, y", applied(OpGt)},
	{"greater", "x, y", applied(OpGt)},
	{"ge", "x, y", applied(OpGe)},
	{"greater_equal", "x, y", applied(OpGe)},
	{"bitwise_and", "x, y", applied(OpAnd)},
	{"bitwise_or", "x, y", applied(OpOr)},
	{"bitwise_xor", "x, y", applied(OpXor)},
	{"bitwise_not", "x", applied(OpNot)},
	{"invert", "x", applied(OpNot)},
	{"logical_and", "x, y", logical(OpAnd)},
	{"logical_or", "x, y", logical(OpOr)},
	{"logical_xor", "x, y", logical(OpXor)},
	{"logical_not", "x", logical(OpNot)},
	{"shl", "x, y", applied(OpShl)},
	{"left_shift", "x, y", applied(OpShl)},
	{"shr", "x, y", applied(OpShr)},
	{"right_shift", "x, y", applied(OpShr)},
	{"where", "c, a, b", applied(OpWhere)},
	{"isnan", "x", applied(OpIsNaN)},
	{"isinf", "x", applied(OpIsInf)},
	{"isfinite", "x", applied(OpIsFinite)},

	// Complex numbers and conversion.
	{"complex", "re, im", applied(OpComplex)},
	{"real", "x", applied(OpReal)},
	{"imag", "x", applied(OpImag)},
	{"conj", "x", applied(OpConj)},
	{"angle", "x", applied(OpAngle)},
	{"bits", "x", applied(OpBits)},
	{"from_bits", "x", applied(OpFromBits)},
	{"astype", "x, dtype", func(s *site) *Node { return s.apply(OpCast, Cast{s.dtype(1, Float64)}, s.node(0)) }},

	// Reductions.
	{"sum", "x, axis=None, keepdims=False", reduced(OpSum)},
	{"prod", "x, axis=None, keepdims=False", reduced(OpProd)},
	{"max", "x, axis=None, keepdims=False", reduced(OpMax)},
	{"min", "x, axis=None, keepdims=False", reduced(OpMin)},
	{"mean", "x, axis=None, keepdims=False", reduced(OpMean)},
	{"var", "x, axis=None, keepdims=False", buildVar},
	{"std", "x, axis=None, keepdims=False", func(s *site) *Node { return buildVar(s).Sqrt() }},
	{"any", "x, axis=None, keepdims=False", reduced(OpAny)},
	{"all", "x, axis=None, keepdims=False", reduced(OpAll)},
	{"argmax", "x, axis=None, keepdims=False", alongOne(OpArgmax)},
	{"argmin", "x, axis=None, keepdims=False", alongOne(OpArgmin)},
	{"logsumexp", "x, axis=None, keepdims=False", reduced(OpLogSumExp)},

	// Along an axis.
	{"softmax", "x, axis=-1", alongOne(OpSoftmax)},
	{"log_softmax", "x, axis=-1", alongOne(OpLogSoftmax)},
	{"cumsum", "x, axis=None", alongOne(OpCumsum)},
	{"cumprod", "x, axis=None", alongOne(OpCumprod)},
	{"diff", "x, n=1, axis=-1", buildDiff},
	{"sort", "x, axis=-1", alongOne(OpSort)},
	{"argsort", "x, axis=-1", alongOne(OpArgsort)},

	// Products of arrays.
	{"dot", "x, y", func(s *site) *Node { return s.node(0).Dot(s.node(1)) }},
	{"matmul", "x, y", func(s *site) *Node { return s.node(0).MatMul(s.node(1)) }},
	{"batched_matmul", "x, y", applied(OpMatMul)},
	{"outer", "x, y", applied(OpOuter)},
	{"tensordot", "a, b, axes=2", buildTensordot},
	{"kron", "x, y", func(s *site) *Node { return s.node(0).Kron(s.node(1)) }},
	{"gemm", "alpha, a, b, beta=None, c=None, trans_a=False, trans_b=False", buildGemm},
	{"gemv", "alpha, a, x, beta=None, y=None, trans_a=False", buildGemv},
	{"ger", "alpha, x, y, a", applied(OpGer)},

	// Linear algebra.
	{"trace", "x", applied(OpTrace)},
	{"det", "x", applied(OpDet)},
	{"logabsdet", "x", applied(OpLogAbsDet)},
	{"logdet", "x", applied(OpLogDet)},
	{"inv", "x", applied(OpInv)},
	{"solve", "A, b", applied(OpSolve)},
	{"solve_triangular", "A, b, lower=False", buildSolveTriangular},
	{"cholesky", "x", applied(OpCholesky)},
	{"eigh", "x", applied(OpEigh)},
	{"svd", "x", applied(OpSVD)},
	{"qr", "x", applied(OpQR)},

	// Shape.
	{"transpose", "x, *axes", buildTranspose},
	{"swapaxes", "x, i, j", func(s *site) *Node { return s.node(0).SwapAxes(s.integer(1), s.integer(2)) }},
	{"moveaxis", "x, src, dst", func(s *site) *Node { return s.node(0).MoveAxis(s.integer(1), s.integer(2)) }},
	{"dimshuffle", "x, *pattern", buildDimShuffle},
	{"expand_dims", "x, axis", func(s *site) *Node { return s.node(0).ExpandDims(s.integer(1)) }},
	{"squeeze", "x, axis=None", buildSqueeze},
	{"ravel", "x", func(s *site) *Node { return s.node(0).Ravel() }},
	{"reshape", "x, *shape", func(s *site) *Node { return s.node(0).Reshape(s.restShape()) }},
	{"broadcast_to", "x, *shape", func(s *site) *Node { return s.node(0).BroadcastTo(s.restShape()) }},
	{"broadcast_like", "x, y", applied(OpBroadcastLike)},
	{"sum_like", "x, y", applied(OpSumLike)},
	{"concatenate", "arrays, axis=0", buildConcatenate},
	{"stack", "arrays, axis=0", buildStack},
	{"repeat", "x, n, axis=None", buildRepeat},
	{"tile", "x, reps", buildTile},
	{"flip", "x, axis=None", buildFlip},
	{"roll", "x, n, axis=None", buildRoll},
	{"shape", "x", applied(OpShape)},
	{"size", "x, axis=None", buildSize},

	// Index.
	{"take", "x, i, axis=None, front=False", buildTake},
	{"set_subtensor", "part, v", assigned(OpSetSlice, OpSetTake)},
	{"inc_subtensor", "part, v", assigned(OpIncSlice, OpIncTake)},
	{"nonzero", "x", applied(OpNonzero)},

	// Creation.
	{"array", "x, dtype=None, shape=None, weak=False", buildArray},
	{"float", "x", buildFloat},
	{"arange", "start, stop=None, step=1, dtype=None", buildArange},
	{"linspace", "a, b, n, dtype='float64'", buildLinspace},
	{"zeros", "shape, dtype='float64'", func(s *site) *Node { return ZerosOf(s.dtype(1, Float64), s.shape(0)) }},
	{"ones", "shape, dtype='float64'", func(s *site) *Node { return OnesOf(s.dtype(1, Float64), s.shape(0)) }},
	{"full", "shape, v, dtype=None", buildFull},
	{"zeros_like", "x, dtype=None", filledLike(0)},
	{"ones_like", "x, dtype=None", filledLike(1)},
	{"full_like", "x, v, dtype=None", buildFullLike},
	{"eye", "n, m=None, k=0, dtype='float64'", buildEye},
	{"diag", "x, k=0", diagonalOf(OpDiag)},
	{"tril", "x, k=0", diagonalOf(OpTril)},
	{"triu", "x, k=0", diagonalOf(OpTriu)},

	// Random numbers.
	{"uniform", "key, shape, dtype='float64'", drawing(Float64, UniformOf)},
	{"random_bits", "key, shape, dtype='uint64'", drawing(Uint64, RandomBitsOf)},
	{"normal", "key, shape, dtype='float64'", drawing(Float64, NormalOf)},
	{"fold_in", "key, i", func(s *site) *Node { return FoldIn(s.node(0), s.node(1)) }},

	// Gradients, loops, several results.
	{"stop_gradient", "x", applied(OpStopGradient)},
	{"scale_gradient", "x, factor", func(s *site) *Node { return s.apply(OpScaleGradient, Factor{s.float(1)}, s.node(0)) }},
	{"with_gradient", "y, gradient, *wrt", buildWithGradient},
	{"map", "f, *sequences", buildMap},
	{"while_loop", "cond, body, init, bound, *others", buildWhile},
	{"item", "x, i", buildItem},
}

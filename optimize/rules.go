package optimize

import (
	"slices"
	"sync"

	"arignote/expr"
)

// The tables of rules, one for each pass that has one. A row is tested by
// existing: that both sides are equal (bit by bit for Exact rows), that it
// fires, and that it ends. See rule.go for what the text means.

// simplifyRules make expressions smaller.
var simplifyRules = []Rule{
	// Neutral elements. x + 0 turns -0 into +0, so that only -0 is neutral.
	{Name: "mul-one", Left: "x * 1", Right: "x", Class: Exact},
	{Name: "mul-one-complex", Left: "x * 1", Right: "x", Class: Real, When: "complex"},
	{Name: "div-one", Left: "x / 1", Right: "x", Class: Exact},
	{Name: "pow-one", Left: "x ** 1", Right: "x", Class: Exact},
	{Name: "pow-zero", Left: "x ** 0", Right: "1", Class: Exact},
	{Name: "one-pow", Left: "1 ** x", Right: "1", Class: Exact},
	{Name: "sub-zero", Left: "x - 0", Right: "x", Class: Exact},
	{Name: "add-minus-zero", Left: "x + -0.0", Right: "x", Class: Exact},
	{Name: "add-zero-integer", Left: "x + 0", Right: "x", Class: Exact, When: "x integer"},
	{Name: "add-zero-bool", Left: "x + False", Right: "x", Class: Exact, When: "x bool"},
	{Name: "add-zero", Left: "x + 0", Right: "x", Class: Real, When: "complex"},
	{Name: "zero-sub-integer", Left: "0 - x", Right: "-x", Class: Exact, When: "result integer"},
	{Name: "zero-sub", Left: "0 - x", Right: "-x", Class: Real},
	{Name: "floordiv-one", Left: "x // 1", Right: "x", Class: Exact, When: "x integer"},

	// Absorbing elements and equal operands.
	{Name: "div-self", Left: "x / x", Right: "1", Class: Real, When: "integers, complex"},
	{Name: "sub-self-integer", Left: "x - x", Right: "0", Class: Exact, When: "x integer"},
	{Name: "sub-self", Left: "x - x", Right: "0", Class: Real, When: "complex"},
	{Name: "mul-zero-integer", Left: "x * 0", Right: "0", Class: Exact, When: "result integer"},
	{Name: "mul-zero", Left: "x * 0", Right: "0", Class: Real, When: "complex"},
	{Name: "zero-div", Left: "0 / x", Right: "0", Class: Real, When: "integers"},
	{Name: "maximum-self", Left: "maximum(x, x)", Right: "x", Class: Exact},
	{Name: "minimum-self", Left: "minimum(x, x)", Right: "x", Class: Exact},
	{Name: "and-self", Left: "x & x", Right: "x", Class: Exact},
	{Name: "or-self", Left: "x | x", Right: "x", Class: Exact},
	{Name: "xor-self", Left: "x ^ x", Right: "0", Class: Exact, When: "x integer"},
	{Name: "xor-self-bool", Left: "x ^ x", Right: "False", Class: Exact, When: "x bool"},
	{Name: "and-true", Left: "x & True", Right: "x", Class: Exact, When: "x bool"},
	{Name: "and-false", Left: "x & False", Right: "False", Class: Exact, When: "x bool"},
	{Name: "or-false", Left: "x | False", Right: "x", Class: Exact, When: "x bool"},
	{Name: "or-true", Left: "x | True", Right: "True", Class: Exact, When: "x bool"},

	// Comparisons. x == x and x != x of floats ask for NaN and are left alone.
	{Name: "lt-self", Left: "x < x", Right: "False", Class: Exact},
	{Name: "gt-self", Left: "x > x", Right: "False", Class: Exact},
	{Name: "le-self-discrete", Left: "x <= x", Right: "True", Class: Exact, When: "x discrete"},
	{Name: "ge-self-discrete", Left: "x >= x", Right: "True", Class: Exact, When: "x discrete"},
	{Name: "le-self", Left: "x <= x", Right: "True", Class: Real},
	{Name: "ge-self", Left: "x >= x", Right: "True", Class: Real},
	{Name: "eq-self-discrete", Left: "x == x", Right: "True", Class: Exact, When: "x discrete"},
	{Name: "ne-self-discrete", Left: "x != x", Right: "False", Class: Exact, When: "x discrete"},
	{Name: "ne-self", Left: "x != x", Right: "isnan(x)", Class: Exact, When: "x float"},
	{Name: "not-lt", Left: "~(x < y)", Right: "x >= y", Class: Exact, When: "x discrete, y discrete"},
	{Name: "not-le", Left: "~(x <= y)", Right: "x > y", Class: Exact, When: "x discrete, y discrete"},
	{Name: "not-gt", Left: "~(x > y)", Right: "x <= y", Class: Exact, When: "x discrete, y discrete"},
	{Name: "not-ge", Left: "~(x >= y)", Right: "x < y", Class: Exact, When: "x discrete, y discrete"},
	{Name: "not-eq", Left: "~(x == y)", Right: "x != y", Class: Exact, When: "complex"},
	{Name: "not-ne", Left: "~(x != y)", Right: "x == y", Class: Exact, When: "complex"},
	{Name: "lt-neg", Left: "-x < -y", Right: "y < x", Class: Exact, When: "x float, y float"},
	{Name: "le-neg", Left: "-x <= -y", Right: "y <= x", Class: Exact, When: "x float, y float"},
	{Name: "gt-neg", Left: "-x > -y", Right: "y > x", Class: Exact, When: "x float, y float"},
	{Name: "ge-neg", Left: "-x >= -y", Right: "y >= x", Class: Exact, When: "x float, y float"},
	{Name: "eq-neg", Left: "-x == -y", Right: "x == y", Class: Exact, When: "x float, y float"},
	{Name: "ne-neg", Left: "-x != -y", Right: "x != y", Class: Exact, When: "x float, y float"},
	{Name: "lt-neg-zero", Left: "-x < 0", Right: "x > 0", Class: Exact, When: "x float"},
	{Name: "le-neg-zero", Left: "-x <= 0", Right: "x >= 0", Class: Exact, When: "x float"},
	{Name: "gt-neg-zero", Left: "-x > 0", Right: "x < 0", Class: Exact, When: "x float"},
	{Name: "ge-neg-zero", Left: "-x >= 0", Right: "x <= 0", Class: Exact, When: "x float"},
	{Name: "eq-true", Left: "x == True", Right: "x", Class: Exact, When: "x bool"},
	{Name: "eq-false", Left: "x == False", Right: "~x", Class: Exact, When: "x bool"},
	{Name: "ne-true", Left: "x != True", Right: "~x", Class: Exact, When: "x bool"},
	{Name: "ne-false", Left: "x != False", Right: "x", Class: Exact, When: "x bool"},
	{Name: "isnan-discrete", Left: "isnan(x)", Right: "False", Class: Exact, When: "x discrete"},
	{Name: "isinf-discrete", Left: "isinf(x)", Right: "False", Class: Exact, When: "x discrete"},
	{Name: "isfinite-discrete", Left: "isfinite(x)", Right: "True", Class: Exact, When: "x discrete"},
	{Name: "isnan-neg", Left: "isnan(-x)", Right: "isnan(x)", Class: Exact, When: "x float"},
	{Name: "isnan-abs", Left: "isnan(abs(x))", Right: "isnan(x)", Class: Exact, When: "x float"},
	{Name: "isinf-neg", Left: "isinf(-x)", Right: "isinf(x)", Class: Exact, When: "x float"},
	{Name: "isinf-abs", Left: "isinf(abs(x))", Right: "isinf(x)", Class: Exact, When: "x float"},
	{Name: "isfinite-neg", Left: "isfinite(-x)", Right: "isfinite(x)", Class: Exact, When: "x float"},
	{Name: "isfinite-abs", Left: "isfinite(abs(x))", Right: "isfinite(x)", Class: Exact, When: "x float"},

	// Logic, of truth values and of bits. See lattice.go for longer chains.
	{Name: "mul-bool", Left: "x * y", Right: "x & y", Class: Exact, When: "x bool, y bool"},
	{Name: "add-bool", Left: "x + y", Right: "x | y", Class: Exact, When: "x bool, y bool"},
	{Name: "xor-true", Left: "x ^ True", Right: "~x", Class: Exact, When: "x bool"},
	{Name: "xor-false", Left: "x ^ False", Right: "x", Class: Exact, When: "x bool"},
	{Name: "not-and-not", Left: "~x & ~y", Right: "~(x | y)", Class: Exact, When: "same"},
	{Name: "not-or-not", Left: "~x | ~y", Right: "~(x & y)", Class: Exact, When: "same"},
	{Name: "not-and-not-right", Left: "~(x & ~y)", Right: "~x | y", Class: Exact, When: "same"},
	{Name: "not-or-not-right", Left: "~(x | ~y)", Right: "~x & y", Class: Exact, When: "same"},
	{Name: "not-xor-not", Left: "~x ^ ~y", Right: "x ^ y", Class: Exact, When: "same"},
	{Name: "and-not-or-not-and", Left: "(x & ~y) | (~x & y)", Right: "x ^ y", Class: Exact, When: "same"},
	{Name: "or-and-not-and", Left: "(x | y) & ~(x & y)", Right: "x ^ y", Class: Exact, When: "same"},
	{Name: "and-or-not-or", Left: "(x & y) | ~(x | y)", Right: "~(x ^ y)", Class: Exact, When: "same"},
	{Name: "and-xor-or", Left: "(x & y) ^ (x | y)", Right: "x ^ y", Class: Exact, When: "same"},
	{Name: "xor-or-and", Left: "(x ^ y) | (x & y)", Right: "x | y", Class: Exact, When: "same"},
	{Name: "or-not-and", Left: "x | (~x & y)", Right: "x | y", Class: Exact, When: "same"},
	{Name: "and-not-or", Left: "x & (~x | y)", Right: "x & y", Class: Exact, When: "same"},
	{Name: "or-and-not", Left: "(x | y) & ~x", Right: "y & ~x", Class: Exact, When: "same"},
	{Name: "not-xor-bool", Left: "~(x ^ y)", Right: "x == y", Class: Exact, When: "x bool, y bool"},
	{Name: "eq-not-not", Left: "~x == ~y", Right: "x == y", Class: Exact, When: "same"},
	{Name: "ne-not-not", Left: "~x != ~y", Right: "x != y", Class: Exact, When: "same"},
	{Name: "eq-not", Left: "~x == y", Right: "x != y", Class: Exact, When: "x bool, y bool"},
	{Name: "ne-not", Left: "~x != y", Right: "x == y", Class: Exact, When: "x bool, y bool"},
	{Name: "not-xor", Left: "~x ^ y", Right: "~(x ^ y)", Class: Exact, When: "same"},
	{Name: "or-of-ands", Left: "(x & y) | (x & z)", Right: "x & (y | z)", Class: Exact},
	{Name: "and-of-ors", Left: "(x | y) & (x | z)", Right: "x | (y & z)", Class: Exact},
	{Name: "lt-or-eq", Left: "(x < y) | (x == y)", Right: "x <= y", Class: Exact},
	{Name: "gt-or-eq", Left: "(x > y) | (x == y)", Right: "x >= y", Class: Exact},
	{Name: "le-and-ge", Left: "(x <= y) & (x >= y)", Right: "x == y", Class: Exact},
	{Name: "le-and-ne", Left: "(x <= y) & (x != y)", Right: "x < y", Class: Exact},
	{Name: "ge-and-ne", Left: "(x >= y) & (x != y)", Right: "x > y", Class: Exact},
	{Name: "ranges-integer", Class: Exact, ops: []expr.Op{expr.OpAnd, expr.OpOr}, rewrite: rangesDiscrete, example: "i: int64[3]; (i > 2) | (i <= 5)"},
	{Name: "ranges", Class: Exact, ops: []expr.Op{expr.OpAnd, expr.OpOr}, rewrite: ranges, example: "x: float64[3]; (x > 2) & (x > 5), (x > 2) | (x > 5), (x < 2) & (5 < x)"},
	{Name: "lt-and-gt", Left: "(x < y) & (x > y)", Right: "False", Class: Exact},
	{Name: "lt-and-ge", Left: "(x < y) & (x >= y)", Right: "False", Class: Exact},
	{Name: "le-and-gt", Left: "(x <= y) & (x > y)", Right: "False", Class: Exact},
	{Name: "lt-and-eq", Left: "(x < y) & (x == y)", Right: "False", Class: Exact},
	{Name: "gt-and-eq", Left: "(x > y) & (x == y)", Right: "False", Class: Exact},
	{Name: "lt-or-ge", Left: "(x < y) | (x >= y)", Right: "True", Class: Exact, When: "x discrete, y discrete"},
	{Name: "le-or-gt", Left: "(x <= y) | (x > y)", Right: "True", Class: Exact, When: "x discrete, y discrete"},
	{Name: "lt-or-gt", Left: "(x < y) | (x > y)", Right: "x != y", Class: Exact, When: "x discrete, y discrete"},

	// Integers.
	{Name: "floordiv-minus-one", Left: "x // -1", Right: "-x", Class: Exact, When: "x integer, x signed"},
	{Name: "mod-one", Left: "x % 1", Right: "0", Class: Exact, When: "x integer"},
	{Name: "mod-minus-one", Left: "x % -1", Right: "0", Class: Exact, When: "result integer, x signed"},
	{Name: "zero-floordiv", Left: "0 // x", Right: "0", Class: Exact, When: "result integer"},
	{Name: "zero-mod", Left: "0 % x", Right: "0", Class: Exact, When: "result integer"},
	{Name: "mod-self", Left: "x % x", Right: "0", Class: Exact, When: "x integer"},
	{Name: "mod-mod", Left: "(x % y) % y", Right: "x % y", Class: Exact, When: "same, x integer"},
	{Name: "shl-zero", Left: "x << 0", Right: "x", Class: Exact, When: "x integer"},
	{Name: "shr-zero", Left: "x >> 0", Right: "x", Class: Exact, When: "x integer"},
	{Name: "zero-shl", Left: "0 << x", Right: "0", Class: Exact, When: "result integer"},
	{Name: "zero-shr", Left: "0 >> x", Right: "0", Class: Exact, When: "result integer"},
	{Name: "neg-not", Left: "-(~x)", Right: "x + 1", Class: Exact, When: "x integer"},
	{Name: "not-add-one", Left: "~x + 1", Right: "-x", Class: Exact, When: "x integer"},
	{Name: "not-neg", Left: "~(-x)", Right: "x - 1", Class: Exact, When: "x integer"},
	{Name: "minus-one-sub", Left: "-1 - x", Right: "~x", Class: Exact, When: "x integer, x signed"},
	{Name: "add-not-self", Left: "x + ~x", Right: "-1", Class: Exact, When: "x integer, x signed"},
	{Name: "and-add-or", Left: "(x & y) + (x | y)", Right: "x + y", Class: Exact, When: "same, x integer"},
	{Name: "or-sub-and", Left: "(x | y) - (x & y)", Right: "x ^ y", Class: Exact, When: "same, x integer"},
	{Name: "xor-add-twice-and", Left: "(x ^ y) + 2 * (x & y)", Right: "x + y", Class: Exact, When: "same, x integer"},
	{Name: "add-sub-and", Left: "(x + y) - (x & y)", Right: "x | y", Class: Exact, When: "same, x integer"},
	{Name: "add-sub-or", Left: "(x + y) - (x | y)", Right: "x & y", Class: Exact, When: "same, x integer"},
	{Name: "quotient-remainder", Class: Exact, ops: []expr.Op{expr.OpAdd, expr.OpSub}, rewrite: quotientRemainder, example: "i: int64[3]; i//3*3 + i%3, i - i//7*7"},
	{Name: "mod-of-multiple", Class: Exact, Op: expr.OpMod, rewrite: modOfSum, example: "i: int64[3]; j: int64[3]; (4*i + j + 5) % 4"},
	{Name: "mod-mod-constant", Class: Exact, Op: expr.OpMod, rewrite: modMod, example: "i: int64[3]; i % 12 % 4"},
	{Name: "shift-back", Class: Exact, ops: []expr.Op{expr.OpShl, expr.OpShr}, rewrite: shiftBack, example: "i: int64[3]; n: uint8[3]; (i >> 3) << 3, (n << 2) >> 2"},
	{Name: "sign-mul-abs-integer", Left: "sign(x) * abs(x)", Right: "x", Class: Exact, When: "x integer"},
	{Name: "abs-unsigned", Left: "abs(x)", Right: "x", Class: Exact, When: "x unsigned"},

	// Larger and smaller.
	{Name: "maximum-neg-neg", Left: "maximum(-x, -y)", Right: "-minimum(x, y)", Class: Exact, When: "x float, y float"},
	{Name: "minimum-neg-neg", Left: "minimum(-x, -y)", Right: "-maximum(x, y)", Class: Exact, When: "x float, y float"},
	{Name: "maximum-neg-self", Left: "maximum(x, -x)", Right: "abs(x)", Class: Exact, When: "x signed, x number"},
	{Name: "minimum-neg-self", Left: "minimum(x, -x)", Right: "-abs(x)", Class: Exact, When: "x float"},
	{Name: "maximum-add-minimum-integer", Left: "maximum(x, y) + minimum(x, y)", Right: "x + y", Class: Exact, When: "same, x integer"},
	{Name: "maximum-mul-minimum-integer", Left: "maximum(x, y) * minimum(x, y)", Right: "x * y", Class: Exact, When: "same, x integer"},
	{Name: "maximum-add-minimum", Left: "maximum(x, y) + minimum(x, y)", Right: "x + y", Class: Real},
	{Name: "maximum-mul-minimum", Left: "maximum(x, y) * minimum(x, y)", Right: "x * y", Class: Real},
	{Name: "maximum-sub-minimum", Left: "maximum(x, y) - minimum(x, y)", Right: "abs(x - y)", Class: Real},
	{Name: "maximum-minus-inf", Left: "maximum(x, -inf)", Right: "x", Class: Exact, When: "x float"},
	{Name: "minimum-inf", Left: "minimum(x, inf)", Right: "x", Class: Exact, When: "x float"},
	{Name: "bounds-clip", Class: Exact, ops: []expr.Op{expr.OpMaximum, expr.OpMinimum}, rewrite: boundsClip, example: "x: float64[3]; minimum(maximum(x, 0), 1), maximum(minimum(x, 1), 0)"},
	{Name: "clip-equal", Left: "clip(x, y, y)", Right: "y", Class: Real, When: "integers"},
	{Name: "clip-nothing", Left: "clip(x, -inf, inf)", Right: "x", Class: Exact, When: "x float"},
	{Name: "maximum-zero-sub-neg", Left: "maximum(x, 0) - maximum(-x, 0)", Right: "x", Class: Real},
	{Name: "maximum-zero-add-neg", Left: "maximum(x, 0) + maximum(-x, 0)", Right: "abs(x)", Class: Real},
	{Name: "relu-sub-relu-neg", Left: "relu(x) - relu(-x)", Right: "x", Class: Real},
	{Name: "relu-add-relu-neg", Left: "relu(x) + relu(-x)", Right: "abs(x)", Class: Real},

	// Signs.
	{Name: "neg-neg", Left: "-(-x)", Right: "x", Class: Exact, When: "complex"},
	{Name: "mul-minus-one", Left: "x * -1", Right: "-x", Class: Exact},
	{Name: "div-minus-one", Left: "x / -1", Right: "-x", Class: Exact, When: "x float"},
	{Name: "sub-neg", Left: "x - (-y)", Right: "x + y", Class: Exact},
	{Name: "sub-negative", Class: Exact, Op: expr.OpSub, rewrite: subNegative, example: "x: float64[3]; x - -3.0"},
	{Name: "add-neg", Left: "x + (-y)", Right: "x - y", Class: Exact},
	{Name: "mul-neg-neg", Left: "(-x) * (-y)", Right: "x * y", Class: Exact},
	{Name: "div-neg-neg", Left: "(-x) / (-y)", Right: "x / y", Class: Exact, When: "x float, y float"},
	{Name: "neg-odd", Class: Exact, Op: expr.OpNeg, rewrite: negOdd, example: "x: float64[3]; -tanh(-2*x), -sin(-0.5*x)"},
	{Name: "neg-sub", Left: "-(x - y)", Right: "y - x", Class: Real},
	{Name: "abs-neg", Left: "abs(-x)", Right: "abs(x)", Class: Exact, When: "x signed"},
	{Name: "square-neg", Left: "square(-x)", Right: "square(x)", Class: Exact},
	{Name: "cos-neg", Left: "cos(-x)", Right: "cos(x)", Class: Exact, When: "x float"},
	{Name: "cosh-neg", Left: "cosh(-x)", Right: "cosh(x)", Class: Exact, When: "x float"},
	{Name: "sin-neg", Left: "sin(-x)", Right: "-sin(x)", Class: Exact, When: "x float"},
	{Name: "tan-neg", Left: "tan(-x)", Right: "-tan(x)", Class: Exact, When: "x float"},
	{Name: "arcsin-neg", Left: "arcsin(-x)", Right: "-arcsin(x)", Class: Exact, When: "x float"},
	{Name: "arctan-neg", Left: "arctan(-x)", Right: "-arctan(x)", Class: Exact, When: "x float"},
	{Name: "sinh-neg", Left: "sinh(-x)", Right: "-sinh(x)", Class: Exact, When: "x float"},
	{Name: "tanh-neg", Left: "tanh(-x)", Right: "-tanh(x)", Class: Exact, When: "x float"},
	{Name: "arcsinh-neg", Left: "arcsinh(-x)", Right: "-arcsinh(x)", Class: Exact, When: "x float"},
	{Name: "arctanh-neg", Left: "arctanh(-x)", Right: "-arctanh(x)", Class: Exact, When: "x float"},
	{Name: "erf-neg", Left: "erf(-x)", Right: "-erf(x)", Class: Exact, When: "x float"},
	{Name: "cbrt-neg", Left: "cbrt(-x)", Right: "-cbrt(x)", Class: Exact, When: "x float"},
	{Name: "sign-neg", Left: "sign(-x)", Right: "-sign(x)", Class: Real},
	{Name: "trunc-neg", Left: "trunc(-x)", Right: "-trunc(x)", Class: Exact, When: "x float"},
	{Name: "round-neg", Left: "round(-x)", Right: "-round(x)", Class: Exact, When: "x float"},
	{Name: "floor-neg", Left: "floor(-x)", Right: "-ceil(x)", Class: Exact, When: "x float"},
	{Name: "ceil-neg", Left: "ceil(-x)", Right: "-floor(x)", Class: Exact, When: "x float"},
	{Name: "hypot-neg", Left: "hypot(-x, y)", Right: "hypot(x, y)", Class: Exact, When: "x float"},
	{Name: "hypot-abs", Left: "hypot(abs(x), y)", Right: "hypot(x, y)", Class: Exact, When: "x float"},
	{Name: "cos-abs", Left: "cos(abs(x))", Right: "cos(x)", Class: Exact, When: "x float"},
	{Name: "cosh-abs", Left: "cosh(abs(x))", Right: "cosh(x)", Class: Exact, When: "x float"},
	{Name: "abs-mul-abs", Left: "abs(x) * abs(y)", Right: "abs(x * y)", Class: Exact, When: "x float, y float"},
	{Name: "abs-div-abs", Left: "abs(x) / abs(y)", Right: "abs(x / y)", Class: Exact, When: "x float, y float"},
	{Name: "abs-mul-sign", Left: "abs(x) * sign(x)", Right: "x", Class: Real},
	{Name: "mul-sign", Left: "x * sign(x)", Right: "abs(x)", Class: Real},
	{Name: "div-sign", Left: "x / sign(x)", Right: "abs(x)", Class: Real},
	{Name: "div-abs", Left: "x / abs(x)", Right: "sign(x)", Class: Real},
	{Name: "abs-div", Left: "abs(x) / x", Right: "sign(x)", Class: Real},
	{Name: "copysign-self", Left: "copysign(x, x)", Right: "x", Class: Exact, When: "x float"},
	{Name: "copysign-abs", Left: "copysign(abs(x), y)", Right: "copysign(x, y)", Class: Exact, When: "x float"},
	{Name: "copysign-neg", Left: "copysign(-x, y)", Right: "copysign(x, y)", Class: Exact, When: "x float"},
	{Name: "copysign-copysign", Left: "copysign(copysign(x, y), z)", Right: "copysign(x, z)", Class: Exact, When: "same"},
	{Name: "abs-copysign", Left: "abs(copysign(x, y))", Right: "abs(x)", Class: Exact, When: "same"},

	// Once is enough.
	{Name: "abs-abs", Left: "abs(abs(x))", Right: "abs(x)", Class: Exact},
	{Name: "abs-exp", Left: "abs(exp(x))", Right: "exp(x)", Class: Exact, When: "x float"},
	{Name: "abs-square", Left: "abs(square(x))", Right: "square(x)", Class: Exact, When: "x float"},
	{Name: "square-abs", Left: "square(abs(x))", Right: "square(x)", Class: Exact},
	{Name: "round-whole", Class: Exact, ops: []expr.Op{expr.OpFloor, expr.OpCeil, expr.OpTrunc, expr.OpRound}, rewrite: roundWhole, example: "x: float64[3]; floor(ceil(x))"},
	{Name: "sign-sign", Left: "sign(sign(x))", Right: "sign(x)", Class: Exact},
	{Name: "not-not", Left: "~(~x)", Right: "x", Class: Exact},
	{Name: "conj-conj", Left: "conj(conj(x))", Right: "x", Class: Exact, When: "complex"},
	{Name: "conj-real", Left: "conj(x)", Right: "x", Class: Exact, When: "x float"},
	{Name: "real-real", Left: "real(x)", Right: "x", Class: Exact, When: "x float"},
	{Name: "imag-real", Left: "imag(x)", Right: "0", Class: Exact, When: "x float"},
	{Name: "real-complex", Left: "real(complex(x, y))", Right: "x", Class: Exact, When: "complex, same, x float"},
	{Name: "imag-complex", Left: "imag(complex(x, y))", Right: "y", Class: Exact, When: "complex, same, x float"},
	{Name: "complex-real-imag", Left: "complex(real(x), imag(x))", Right: "x", Class: Exact, When: "complex, x complex"},
	{Name: "real-conj", Left: "real(conj(x))", Right: "real(x)", Class: Exact, When: "complex, x complex"},
	{Name: "imag-conj", Left: "imag(conj(x))", Right: "-imag(x)", Class: Exact, When: "complex, x complex"},
	{Name: "abs-conj", Left: "abs(conj(x))", Right: "abs(x)", Class: Exact, When: "complex, x complex"},
	{Name: "abs-neg-complex", Left: "abs(-x)", Right: "abs(x)", Class: Exact, When: "complex, x complex"},
	{Name: "square-abs-complex", Left: "square(abs(x))", Right: "square(real(x)) + square(imag(x))", Class: Real, When: "complex, x complex"},
	{Name: "part-of-multiple", Class: Real, ops: []expr.Op{expr.OpReal, expr.OpImag}, rewrite: partOfMultiple, example: "z: complex128[3]; x: float64[3]; real(x*z), imag(2*z)"},
	{Name: "abs-complex", Left: "abs(complex(x, y))", Right: "hypot(x, y)", Class: Real, When: "complex, same, x float"},

	// Choice.
	{Name: "where-true", Left: "where(True, x, y)", Right: "x", Class: Exact, When: "complex"},
	{Name: "where-false", Left: "where(False, x, y)", Right: "y", Class: Exact, When: "complex"},
	{Name: "where-same", Left: "where(c, x, x)", Right: "x", Class: Exact, When: "complex"},
	{Name: "where-not", Left: "where(~c, x, y)", Right: "where(c, y, x)", Class: Exact, When: "complex, c bool"},
	{Name: "where-where-then", Left: "where(c, where(c, x, y), z)", Right: "where(c, x, z)", Class: Exact, When: "complex"},
	{Name: "where-where-else", Left: "where(c, x, where(c, y, z))", Right: "where(c, x, z)", Class: Exact, When: "complex"},
	{Name: "where-and", Left: "where(c, where(d, x, y), y)", Right: "where(c & d, x, y)", Class: Exact, When: "complex, c bool, d bool"},
	{Name: "where-or", Left: "where(c, x, where(d, x, y))", Right: "where(c | d, x, y)", Class: Exact, When: "complex, c bool, d bool"},
	{Name: "where-true-false", Left: "where(c, True, False)", Right: "c", Class: Exact, When: "c bool"},
	{Name: "where-false-true", Left: "where(c, False, True)", Right: "~c", Class: Exact, When: "c bool"},
	{Name: "where-else-false", Left: "where(c, x, False)", Right: "c & x", Class: Exact, When: "c bool, x bool"},
	{Name: "where-then-true", Left: "where(c, True, x)", Right: "c | x", Class: Exact, When: "c bool, x bool"},
	{Name: "where-then-self", Left: "where(c, c, x)", Right: "c | x", Class: Exact, When: "c bool, x bool"},
	{Name: "where-else-self", Left: "where(c, x, c)", Right: "c & x", Class: Exact, When: "c bool, x bool"},
	{Name: "where-extremum-integer", Class: Exact, Op: expr.OpWhere, rewrite: discrete(whereExtremum), example: "i: int64[3]; j: int64[3]; where(i > j, i, j)"},
	{Name: "where-extremum", Class: Real, Op: expr.OpWhere, rewrite: whereExtremum, example: "x: float64[3]; y: float64[3]; where(x > y, x, y), where(x < 0, 0, x)"},
	{Name: "where-eq-discrete", Left: "where(x == y, x, y)", Right: "y", Class: Exact, When: "same, x discrete"},
	{Name: "where-ne-discrete", Left: "where(x != y, x, y)", Right: "x", Class: Exact, When: "same, x discrete"},
	{Name: "where-eq", Left: "where(x == y, x, y)", Right: "y", Class: Real},
	{Name: "where-ne", Left: "where(x != y, x, y)", Right: "x", Class: Real},
	{Name: "where-lt-zero", Left: "where(x < 0, -x, x)", Right: "abs(x)", Class: Real, When: "same, integers"},
	{Name: "where-lt-zero-neg", Left: "where(x < 0, x, -x)", Right: "-abs(x)", Class: Real, When: "same, integers"},
	{Name: "where-le-zero", Left: "where(x <= 0, -x, x)", Right: "abs(x)", Class: Real, When: "same, integers"},
	{Name: "where-le-zero-neg", Left: "where(x <= 0, x, -x)", Right: "-abs(x)", Class: Real, When: "same, integers"},
	{Name: "where-gt-zero", Left: "where(x > 0, x, -x)", Right: "abs(x)", Class: Real, When: "same, integers"},
	{Name: "where-gt-zero-neg", Left: "where(x > 0, -x, x)", Right: "-abs(x)", Class: Real, When: "same, integers"},
	{Name: "where-ge-zero", Left: "where(x >= 0, x, -x)", Right: "abs(x)", Class: Real, When: "same, integers"},
	{Name: "where-ge-zero-neg", Left: "where(x >= 0, -x, x)", Right: "-abs(x)", Class: Real, When: "same, integers"},
	{Name: "mul-positive", Left: "x * (x > 0)", Right: "maximum(x, 0)", Class: Real},
	{Name: "mul-not-negative", Left: "x * (x >= 0)", Right: "maximum(x, 0)", Class: Real},
	{Name: "mul-negative", Left: "x * (x < 0)", Right: "minimum(x, 0)", Class: Real},
	{Name: "mul-not-positive", Left: "x * (x <= 0)", Right: "minimum(x, 0)", Class: Real},
	{Name: "mul-where-one", Left: "x * where(c, 1, 0)", Right: "where(c, x, 0)", Class: Real, When: "integers, c bool"},
	{Name: "mul-where-zero", Left: "x * where(c, 0, 1)", Right: "where(c, 0, x)", Class: Real, When: "integers, c bool"},

	// Functions and their inverses.
	{Name: "log-exp", Left: "log(exp(x))", Right: "x", Class: Real, When: "integers"},
	{Name: "exp-log", Left: "exp(log(x))", Right: "x", Class: Real, When: "integers, complex"},
	{Name: "log2-exp2", Left: "log2(exp2(x))", Right: "x", Class: Real, When: "integers"},
	{Name: "exp2-log2", Left: "exp2(log2(x))", Right: "x", Class: Real, When: "integers"},
	{Name: "log1p-expm1", Left: "log1p(expm1(x))", Right: "x", Class: Real},
	{Name: "expm1-log1p", Left: "expm1(log1p(x))", Right: "x", Class: Real},
	{Name: "tan-arctan", Left: "tan(arctan(x))", Right: "x", Class: Real},
	{Name: "sinh-arcsinh", Left: "sinh(arcsinh(x))", Right: "x", Class: Real},
	{Name: "arcsinh-sinh", Left: "arcsinh(sinh(x))", Right: "x", Class: Real},
	{Name: "arctanh-tanh", Left: "arctanh(tanh(x))", Right: "x", Class: Real},
	{Name: "sin-arcsin", Left: "sin(arcsin(x))", Right: "x", Class: Real},
	{Name: "cos-arccos", Left: "cos(arccos(x))", Right: "x", Class: Real},
	{Name: "cosh-arccosh", Left: "cosh(arccosh(x))", Right: "x", Class: Real},
	{Name: "tanh-arctanh", Left: "tanh(arctanh(x))", Right: "x", Class: Real},
	{Name: "erf-erfinv", Left: "erf(erfinv(x))", Right: "x", Class: Real},
	{Name: "erfinv-erf", Left: "erfinv(erf(x))", Right: "x", Class: Real},
	{Name: "arccosh-cosh", Left: "arccosh(cosh(x))", Right: "abs(x)", Class: Real},
	{Name: "cbrt-cube", Left: "cbrt(x * square(x))", Right: "x", Class: Real},
	{Name: "cube-cbrt", Left: "cbrt(x) * square(cbrt(x))", Right: "x", Class: Real},
	{Name: "exp-log1p", Left: "exp(log1p(x))", Right: "1 + x", Class: Real},
	{Name: "expm1-log", Left: "expm1(log(x))", Right: "x - 1", Class: Real},
	{Name: "log1p-sub-one", Left: "log1p(x - 1)", Right: "log(x)", Class: Real},
	{Name: "log10-ten-pow", Left: "log10(10 ** x)", Right: "x", Class: Real},
	{Name: "ten-pow-log10", Left: "10 ** log10(x)", Right: "x", Class: Real},
	{Name: "log-exp2", Left: "log(exp2(x))", Right: "0.6931471805599453 * x", Class: Real},
	{Name: "log2-exp", Left: "log2(exp(x))", Right: "1.4426950408889634 * x", Class: Real},
	{Name: "log10-exp", Left: "log10(exp(x))", Right: "0.4342944819032518 * x", Class: Real},
	{Name: "exp-mul-log2", Left: "exp(0.6931471805599453 * x)", Right: "exp2(x)", Class: Real},
	{Name: "log-div-log2", Left: "log(x) / 0.6931471805599453", Right: "log2(x)", Class: Real},
	{Name: "log-mul-log2e", Left: "log(x) * 1.4426950408889634", Right: "log2(x)", Class: Real},
	{Name: "log-div-log10", Left: "log(x) / 2.302585092994046", Right: "log10(x)", Class: Real},
	{Name: "log2-mul-log2", Left: "log2(x) * 0.6931471805599453", Right: "log(x)", Class: Real},
	{Name: "log10-mul-log10", Left: "log10(x) * 2.302585092994046", Right: "log(x)", Class: Real},
	{Name: "sinh-div-cosh", Left: "sinh(x) / cosh(x)", Right: "tanh(x)", Class: Real},
	{Name: "sin-div-cos", Left: "sin(x) / cos(x)", Right: "tan(x)", Class: Real},
	{Name: "cos-div-sin", Left: "cos(x) / sin(x)", Right: "reciprocal(tan(x))", Class: Real},
	{Name: "cosh-div-sinh", Left: "cosh(x) / sinh(x)", Right: "reciprocal(tanh(x))", Class: Real},
	{Name: "sin-div-tan", Left: "sin(x) / tan(x)", Right: "cos(x)", Class: Real},
	{Name: "one-sub-two-sin-square", Left: "1 - 2 * square(sin(x))", Right: "cos(2 * x)", Class: Real},
	{Name: "two-cos-square-sub-one", Left: "2 * square(cos(x)) - 1", Right: "cos(2 * x)", Class: Real},
	{Name: "cos-square-sub-sin-square", Left: "square(cos(x)) - square(sin(x))", Right: "cos(2 * x)", Class: Real},
	{Name: "sin-mul-cos", Class: Real, Op: expr.OpMul, rewrite: doubleAngle, example: "x: float64[3]; sin(x)*cos(x)"},
	{Name: "tanh-mul-cosh", Left: "tanh(x) * cosh(x)", Right: "sinh(x)", Class: Real},
	{Name: "tan-mul-cos", Left: "tan(x) * cos(x)", Right: "sin(x)", Class: Real},
	{Name: "gamma-log", Left: "log(gamma(x))", Right: "gammaln(x)", Class: Real},
	{Name: "gamma-next", Left: "gamma(x + 1) / gamma(x)", Right: "x", Class: Real},
	{Name: "gammaln-next", Left: "gammaln(x + 1) - gammaln(x)", Right: "log(abs(x))", Class: Real},
	{Name: "log-mul-sub-log", Left: "log(x * y) - log(x)", Right: "log(y)", Class: Real},
	{Name: "log-div-add-log", Left: "log(x / y) + log(y)", Right: "log(x)", Class: Real},
	{Name: "log-div-sub-log", Left: "log(x / y) - log(x)", Right: "-log(y)", Class: Real},
	{Name: "square-hypot", Left: "square(hypot(x, y))", Right: "square(x) + square(y)", Class: Real},
	{Name: "sqrt-squares", Class: Real, Op: expr.OpSqrt, rewrite: sqrtSquares, example: "x: float64[3]; y: float64[3]; sqrt(4*square(x)*square(y))"},
	{Name: "square-sqrt", Left: "square(sqrt(x))", Right: "x", Class: Real},
	{Name: "sqrt-square", Left: "sqrt(square(x))", Right: "abs(x)", Class: Real},
	{Name: "reciprocal-reciprocal", Left: "reciprocal(reciprocal(x))", Right: "x", Class: Real},
	{Name: "reciprocal-div", Left: "reciprocal(x / y)", Right: "y / x", Class: Real},
	{Name: "reciprocal-exp", Left: "reciprocal(exp(x))", Right: "exp(-x)", Class: Real},
	{Name: "div-reciprocal", Left: "x / reciprocal(y)", Right: "x * y", Class: Real},
	{Name: "mul-reciprocal", Left: "x * reciprocal(y)", Right: "x / y", Class: Real},

	// Powers. Other constant powers are taken apart by canonicalize.
	{Name: "mul-self", Left: "x * x", Right: "square(x)", Class: Exact},
	{Name: "one-div", Left: "1 / x", Right: "reciprocal(x)", Class: Exact},
	{Name: "pow-two-integer", Left: "x ** 2", Right: "square(x)", Class: Exact, When: "result integer"},
	{Name: "pow-two", Left: "x ** 2", Right: "square(x)", Class: Real},
	{Name: "pow-half", Left: "x ** 0.5", Right: "sqrt(x)", Class: Real},
	{Name: "pow-minus-one", Left: "x ** -1", Right: "reciprocal(x)", Class: Real},
	{Name: "pow-minus-two", Left: "x ** -2", Right: "reciprocal(square(x))", Class: Real},
	{Name: "pow-quarter", Left: "x ** 0.25", Right: "sqrt(sqrt(x))", Class: Real},
	{Name: "pow-minus-half", Left: "x ** -0.5", Right: "reciprocal(sqrt(x))", Class: Real},
	{Name: "two-pow", Left: "2 ** x", Right: "exp2(x)", Class: Real},
	{Name: "exp-pow", Left: "exp(x) ** y", Right: "exp(x * y)", Class: Real},
	{Name: "sqrt-exp", Left: "sqrt(exp(x))", Right: "exp(0.5 * x)", Class: Real},
	{Name: "exp2-mul-exp2", Left: "exp2(x) * exp2(y)", Right: "exp2(x + y)", Class: Real},
	{Name: "exp2-div-exp2", Left: "exp2(x) / exp2(y)", Right: "exp2(x - y)", Class: Real},
	{Name: "pow-mul-pow", Left: "x ** y * x ** z", Right: "x ** (y + z)", Class: Real},
	{Name: "pow-div-pow", Left: "x ** y / x ** z", Right: "x ** (y - z)", Class: Real},
	{Name: "hypot-zero", Left: "hypot(x, 0)", Right: "abs(x)", Class: Real},
	{Name: "pow-constant", Class: Real, Op: expr.OpPow, rewrite: powConstant, example: "x: float64[3]; y: float64[3]; (x*y)**3"},
	{Name: "div-sum", Class: Real, Op: expr.OpDiv, rewrite: divideTerms, with: []expr.Op{expr.OpAdd, expr.OpSub}, example: "x: float64[3]; y: float64[3]; (x*y + x)/x, (x*y - 2*x*x)/(3*x)"},
	{Name: "div-power-of-two", Class: Exact, Op: expr.OpDiv, rewrite: divPowerOfTwo, example: "x: float64[3]; x / 4.0"},

	// What concerns gradients alone.
	{Name: "drop-gradient", Class: Exact, ops: []expr.Op{expr.OpStopGradient, expr.OpScaleGradient, expr.OpWithGradient}, rewrite: dropGradient, example: "x: float64[3]; x*stop_gradient(x)"},

	// What follows from the range of a function. See bounds.go and facts.go.
	{Name: "abs-bounds", Class: Real, ops: []expr.Op{expr.OpAbs, expr.OpRelu}, rewrite: absBounds, example: "x: float64[3]; abs(exp(x)), relu(sqrt(x))"},
	{Name: "extremum-bounds", Class: Real, ops: []expr.Op{expr.OpMaximum, expr.OpMinimum}, rewrite: extremumBounds, example: "x: float64[3]; maximum(0, softplus(x)), minimum(sin(x), 2)"},
	{Name: "extremum-bounds-integer", Class: Exact, ops: []expr.Op{expr.OpMaximum, expr.OpMinimum}, rewrite: discrete(extremumBounds), example: "n: uint8[3]; maximum(n, 0)"},
	{Name: "integer-within", Class: Exact, ops: []expr.Op{expr.OpMod, expr.OpFloorDiv, expr.OpAnd, expr.OpShr}, rewrite: integerWithin, example: "i: int64[3]; i % 2 % 4, i % 8 // 8, (i & 15) >> 4"},
	{Name: "sign-positive", Class: Real, Op: expr.OpSign, rewrite: signPositive, example: "x: float64[3]; sign(exp(x))"},
	{Name: "sign-scaled", Class: Real, Op: expr.OpSign, rewrite: signScaled, example: "x: float64[3]; sign(-2*x)"},
	{Name: "compare-bounds-integer", Class: Exact, ops: comparisons, rewrite: discrete(compareBounds), example: "n: uint8[3]; n <= 255, n < 0"},
	{Name: "compare-sum-integer", Class: Exact, ops: []expr.Op{expr.OpEq, expr.OpNe}, rewrite: discrete(compareSum), example: "i: int64[3]; j: int64[3]; i + 3 == j + 3, i - 1 != 2"},
	{Name: "compare-sum", Class: Real, ops: slices.Concat(comparisons, []expr.Op{expr.OpEq, expr.OpNe}), rewrite: compareSum, example: "x: float64[3]; y: float64[3]; x + 1 < y + 1, x - y >= 0, 2*x > 4"},
	{Name: "compare-rising", Class: Real, ops: comparisons, rewrite: compareRising, example: "x: float64[3]; y: float64[3]; exp(x) < exp(y), 0.5 <= sigmoid(x)"},
	{Name: "compare-bounds", Class: Real, ops: comparisons, rewrite: compareBounds, example: "x: float64[3]; square(x) >= 0, 0 > abs(x), tanh(x) <= 1"},

	// Chains and pairs of which the parts lie apart. See lattice.go and choice.go.
	{Name: "collect-chain", Class: Exact, ops: chainOps, rewrite: collectChain, example: "p: bool[3]; q: bool[3]; p & q & p"},
	{Name: "absorb-chain-integer", Class: Exact, ops: []expr.Op{expr.OpAnd, expr.OpOr}, rewrite: absorbChain, example: "p: bool[3]; q: bool[3]; p | (q & p)"},
	{Name: "absorb-chain", Class: Real, ops: []expr.Op{expr.OpMaximum, expr.OpMinimum}, rewrite: absorbChain, example: "x: float64[3]; y: float64[3]; maximum(x, minimum(x, y))"},
	{Name: "clip-clip", Class: Exact, Op: expr.OpClip, rewrite: clipClip, example: "x: float64[3]; clip(clip(x, 0.0, 2.0), 1.0, 3.0)"},
	{Name: "extremum-hoist", Class: Real, ops: []expr.Op{expr.OpMaximum, expr.OpMinimum}, rewrite: extremumHoist, example: "x: float64[3]; y: float64[3]; z: float64[3]; maximum(exp(x), exp(y)), minimum(z - x, z - y), maximum(-2*x, -2*y)"},
	{Name: "clip-bounds", Class: Real, Op: expr.OpClip, rewrite: clipBounds, example: "x: float64[3]; clip(exp(x), 0, 1), clip(sin(x), -1, 1)"},
	{Name: "compare-mirror", Class: Exact, ops: comparisons, rewrite: compareMirror, example: "x: float64[3]; y: float64[3]; (x < y) ^ (y > x)"},
	{Name: "even-difference", Class: Exact, ops: []expr.Op{expr.OpAbs, expr.OpSquare, expr.OpCos, expr.OpCosh}, rewrite: evenDifference, example: "x: float64[3]; y: float64[3]; abs(x - y) * cos(y - x)"},
	{Name: "where-hoist", Class: Exact, Op: expr.OpWhere, rewrite: whereHoist, example: "c: bool[3]; x: float64[3]; y: float64[3]; where(c, exp(x), exp(y))"},
	{Name: "choice-of-constants", Class: Exact, ops: elementwiseOps(), rewrite: choiceOfConstants, with: []expr.Op{expr.OpWhere, expr.OpCast}, example: "c: bool[3]; where(c, 2.0, 3.0)*4, 1 - astype(c, 'float64'), astype(c, 'int64') > 0"},
	{Name: "where-merge", Class: Exact, ops: elementwiseOps(), rewrite: whereMerge, with: []expr.Op{expr.OpWhere}, example: "c: bool[3]; x: float64[3]; y: float64[3]; where(c, x, 0.0) + where(c, 0.0, y)"},

	// Integers divided or shifted twice.
	{Name: "floordiv-floordiv", Class: Exact, Op: expr.OpFloorDiv, rewrite: floordivFloordiv, example: "x: int64[3]; x // 2 // 3"},
	{Name: "shift-shift", Class: Exact, ops: []expr.Op{expr.OpShl, expr.OpShr}, rewrite: shiftShift, example: "x: int64[3]; x << 1 << 2, x >> 1 >> 2"},

	// Conversions.
	{Name: "weaken-constant", Class: Exact, ops: elementwiseOps(), rewrite: weakenConstant, with: []expr.Op{expr.OpConst}, example: "x: float64[3]; x + array(1.5)"},
	{Name: "cast-same", Class: Exact, Op: expr.OpCast, rewrite: castSame, example: "x: float64[3]; astype(x, 'float64')"},
	{Name: "compare-cast", Class: Exact, ops: slices.Concat(comparisons, []expr.Op{expr.OpEq, expr.OpNe}), rewrite: compareCast, with: []expr.Op{expr.OpCast}, example: "k: int32[3]; l: int32[3]; astype(k, 'float64') < astype(l, 'float64'), astype(k, 'float64') == 3"},
	{Name: "mul-of-truths", Class: Exact, Op: expr.OpMul, rewrite: mulOfTruths, with: []expr.Op{expr.OpCast}, example: "p: bool[3]; q: bool[3]; astype(p, 'float64')*astype(q, 'float64')"},
	{Name: "cast-narrow", Class: Exact, Op: expr.OpCast, rewrite: castNarrow, example: "s: float32[3]; t: float32[3]; astype(astype(s, 'float64')*astype(t, 'float64'), 'float32')"},
	{Name: "cast-cast", Class: Exact, Op: expr.OpCast, rewrite: castCast, example: "x: float32[3]; astype(astype(x, 'float64'), 'float32')"},
}

// comparisons are the ops that order.
var comparisons = []expr.Op{expr.OpLt, expr.OpLe, expr.OpGt, expr.OpGe}

// tables are the compiled rules of one run.
type tables struct {
	user, simplify, stabilize, structure, symmetry, linalg *table
	inSums, inProducts                                     *acTable
}

// builtin compiles the rules of this package, once.
var builtin = sync.OnceValues(func() (*tables, error) { return compileTables(nil) })

// tablesFor returns the tables with the user's rules.
func tablesFor(o Options) (*tables, error) {
	if len(o.Rules) == 0 {
		return builtin()
	}
	return compileTables(o.Rules)
}

// compileTables compiles the rules of this package and the user's.
func compileTables(user []Rule) (*tables, error) {
	t := &tables{}
	for _, x := range []struct {
		to    **table
		rules []Rule
	}{
		{&t.user, user}, {&t.simplify, simplifyRules}, {&t.stabilize, stabilizeRules},
		{&t.structure, slices.Concat(structureRules, structureSlicing, structureAssigning, structureJoining, structureUnjoining, structurePieces, structureTaking, structureCounting)}, {&t.symmetry, symmetryRules},
		{&t.linalg, slices.Concat(linalgRules, linalgProducts, linalgSums, linalgBlocks, linalgMatrices, linalgFactors, linalgConjugates, linalgStacks, linalgRunning, linalgMaps)},
	} {
		var err error
		if *x.to, err = newTable(x.rules); err != nil {
			return nil, err
		}
	}
	var sums, products []*acRule
	for _, from := range []struct {
		pass string
		*table
	}{{"user", t.user}, {"simplify", t.simplify}, {"stabilize", t.stabilize}} {
		for _, c := range from.rules {
			sums, products = c.appendAC(from.pass, sums, products)
		}
	}
	t.inSums, t.inProducts = newACTable(sums), newACTable(products)
	return t, nil
}

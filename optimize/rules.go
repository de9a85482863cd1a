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
	{Name: "div-self", Left: "x / x", Right: "1", Class: Real, When: "integers"},
	{Name: "sub-self-integer", Left: "x - x", Right: "0", Class: Exact, When: "x integer"},
	{Name: "sub-self", Left: "x - x", Right: "0", Class: Real, When: "integers, integers"},
	{Name: "mul-zero-integer", Left: "x * 0", Right: "0", Class: Exact, When: "result integer"},
	{Name: "mul-zero", Left: "x * 0", Right: "0", Class: Real},
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
	{Name: "eq-self-integer", Left: "x == x", Right: "True", Class: Exact, When: "x integer"},

	// Signs.
	{Name: "neg-neg", Left: "-(-x)", Right: "x", Class: Exact, When: "complex"},
	{Name: "mul-minus-one", Left: "x * -1", Right: "-x", Class: Exact},
	{Name: "div-minus-one", Left: "x / -1", Right: "-x", Class: Exact, When: "x float"},
	{Name: "sub-neg", Left: "x - (-y)", Right: "x + y", Class: Exact},
	{Name: "add-neg", Left: "x + (-y)", Right: "x - y", Class: Exact},
	{Name: "mul-neg-neg", Left: "(-x) * (-y)", Right: "x * y", Class: Exact},
	{Name: "div-neg-neg", Left: "(-x) / (-y)", Right: "x / y", Class: Exact, When: "x float, y float"},
	{Name: "neg-sub", Left: "-(x - y)", Right: "y - x", Class: Real},
	{Name: "abs-neg", Left: "abs(-x)", Right: "abs(x)", Class: Exact, When: "x signed"},
	{Name: "square-neg", Left: "square(-x)", Right: "square(x)", Class: Exact},
	{Name: "cos-neg", Left: "cos(-x)", Right: "cos(x)", Class: Exact, When: "x float"},
	{Name: "cosh-neg", Left: "cosh(-x)", Right: "cosh(x)", Class: Exact, When: "x float"},

	// Once is enough.
	{Name: "abs-abs", Left: "abs(abs(x))", Right: "abs(x)", Class: Exact},
	{Name: "abs-square", Left: "abs(square(x))", Right: "square(x)", Class: Exact, When: "x float"},
	{Name: "abs-exp", Left: "abs(exp(x))", Right: "exp(x)", Class: Exact},
	{Name: "abs-sqrt", Left: "abs(sqrt(x))", Right: "sqrt(x)", Class: Real},
	{Name: "square-abs", Left: "square(abs(x))", Right: "square(x)", Class: Exact},
	{Name: "floor-floor", Left: "floor(floor(x))", Right: "floor(x)", Class: Exact},
	{Name: "ceil-ceil", Left: "ceil(ceil(x))", Right: "ceil(x)", Class: Exact},
	{Name: "trunc-trunc", Left: "trunc(trunc(x))", Right: "trunc(x)", Class: Exact},
	{Name: "round-round", Left: "round(round(x))", Right: "round(x)", Class: Exact},
	{Name: "sign-sign", Left: "sign(sign(x))", Right: "sign(x)", Class: Exact},
	{Name: "relu-relu", Left: "relu(relu(x))", Right: "relu(x)", Class: Exact},
	{Name: "not-not", Left: "~(~x)", Right: "x", Class: Exact},
	{Name: "conj-conj", Left: "conj(conj(x))", Right: "x", Class: Exact, When: "complex"},

	// Choice.
	{Name: "where-true", Left: "where(True, x, y)", Right: "x", Class: Exact, When: "complex"},
	{Name: "where-false", Left: "where(False, x, y)", Right: "y", Class: Exact, When: "complex"},
	{Name: "where-same", Left: "where(c, x, x)", Right: "x", Class: Exact, When: "complex"},
	{Name: "where-not", Left: "where(~c, x, y)", Right: "where(c, y, x)", Class: Exact, When: "complex, c bool"},

	// Functions and their inverses.
	{Name: "log-exp", Left: "log(exp(x))", Right: "x", Class: Real, When: "integers"},
	{Name: "exp-log", Left: "exp(log(x))", Right: "x", Class: Real, When: "integers"},
	{Name: "log2-exp2", Left: "log2(exp2(x))", Right: "x", Class: Real, When: "integers"},
	{Name: "exp2-log2", Left: "exp2(log2(x))", Right: "x", Class: Real, When: "integers"},
	{Name: "log1p-expm1", Left: "log1p(expm1(x))", Right: "x", Class: Real},
	{Name: "expm1-log1p", Left: "expm1(log1p(x))", Right: "x", Class: Real},
	{Name: "tan-arctan", Left: "tan(arctan(x))", Right: "x", Class: Real},
	{Name: "sinh-arcsinh", Left: "sinh(arcsinh(x))", Right: "x", Class: Real},
	{Name: "arcsinh-sinh", Left: "arcsinh(sinh(x))", Right: "x", Class: Real},
	{Name: "arctanh-tanh", Left: "arctanh(tanh(x))", Right: "x", Class: Real},
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
	{Name: "pow-minus-half", Left: "x ** -0.5", Right: "reciprocal(sqrt(x))", Class: Real},
	{Name: "div-power-of-two", Class: Exact, Op: expr.OpDiv, rewrite: divPowerOfTwo, example: "x: float64[3]; x / 4.0"},

	// What concerns gradients alone.
	{Name: "drop-gradient", Class: Exact, ops: []expr.Op{expr.OpStopGradient, expr.OpScaleGradient, expr.OpWithGradient}, rewrite: dropGradient, example: "x: float64[3]; x*stop_gradient(x)"},

	// Conversions.
	{Name: "weaken-constant", Class: Exact, ops: elementwiseOps(), rewrite: weakenConstant, example: "x: float64[3]; x + array(1.5)"},
	{Name: "cast-same", Class: Exact, Op: expr.OpCast, rewrite: castSame, example: "x: float64[3]; astype(x, 'float64')"},
	{Name: "cast-cast", Class: Exact, Op: expr.OpCast, rewrite: castCast, example: "x: float32[3]; astype(astype(x, 'float64'), 'float32')"},
}

// stabilizeRules replace formulas that overflow, underflow or cancel by ones
// that do not. Order matters: the first that matches wins.
var stabilizeRules = []Rule{
	// Logarithms and exponentials near 1 and 0.
	{Name: "softplus", Left: "log(1 + exp(x))", Right: "softplus(x)", Class: Real},
	{Name: "softplus-log1p", Left: "log1p(exp(x))", Right: "softplus(x)", Class: Real},
	{Name: "log1mexp", Left: "log(1 - exp(x))", Right: "log1mexp(x)", Class: Real},
	{Name: "log1mexp-log1p", Left: "log1p(-exp(x))", Right: "log1mexp(x)", Class: Real},
	{Name: "log1mexp-expm1", Left: "log(-expm1(x))", Right: "log1mexp(x)", Class: Real},
	{Name: "log1p", Left: "log(1 + x)", Right: "log1p(x)", Class: Real},
	{Name: "log1p-neg", Left: "log(1 - x)", Right: "log1p(-x)", Class: Real},
	{Name: "expm1", Left: "exp(x) - 1", Right: "expm1(x)", Class: Real},
	{Name: "expm1-add-one", Left: "expm1(x) + 1", Right: "exp(x)", Class: Real},
	{Name: "logaddexp", Left: "log(exp(x) + exp(y))", Right: "logaddexp(x, y)", Class: Real},

	// The logistic function in its spellings.
	{Name: "sigmoid", Left: "1 / (1 + exp(-x))", Right: "sigmoid(x)", Class: Real},
	{Name: "sigmoid-neg", Left: "1 / (1 + exp(x))", Right: "sigmoid(-x)", Class: Real},
	{Name: "exp-mul-sigmoid-neg", Left: "exp(x) * sigmoid(-x)", Right: "sigmoid(x)", Class: Real},
	{Name: "exp-neg-mul-sigmoid", Left: "exp(-x) * sigmoid(x)", Right: "sigmoid(-x)", Class: Real},
	{Name: "one-sub-sigmoid", Left: "1 - sigmoid(x)", Right: "sigmoid(-x)", Class: Real},
	{Name: "log-sigmoid", Left: "log(sigmoid(x))", Right: "-softplus(-x)", Class: Real},
	{Name: "softplus-sub-self", Left: "softplus(x) - x", Right: "softplus(-x)", Class: Real},
	{Name: "exp-neg-softplus", Left: "exp(-softplus(x))", Right: "sigmoid(-x)", Class: Real},

	// Sums of exponentials.
	{Name: "logsumexp", Left: "log(sum(exp(x)))", Right: "logsumexp(x)", Class: Real},
	{Name: "softmax", Left: "exp(x) / sum(exp(x), axis=k, keepdims=True)", Right: "softmax(x, axis=k)", Class: Real},
	{Name: "softmax-vector", Left: "exp(x) / sum(exp(x), axis=k)", Right: "softmax(x, axis=k)", Class: Real, When: "x vector"},
	{Name: "sum-softmax", Left: "sum(softmax(x, axis=k), axis=k)", Right: "1", Class: Real, When: "x filled"},
	{Name: "sum-softmax-keepdims", Left: "sum(softmax(x, axis=k), axis=k, keepdims=True)", Right: "1", Class: Real, When: "x filled"},
	{Name: "log-softmax", Left: "log(softmax(x))", Right: "log_softmax(x)", Class: Real},
	{Name: "exp-log-softmax", Left: "exp(log_softmax(x))", Right: "softmax(x)", Class: Real},
	{Name: "sub-logsumexp-vector", Left: "x - logsumexp(x, axis=k)", Right: "log_softmax(x, axis=k)", Class: Real, When: "x float, x vector"},
	{Name: "sub-logsumexp", Left: "x - logsumexp(x, axis=k, keepdims=True)", Right: "log_softmax(x, axis=k)", Class: Real, When: "x float"},

	// Error functions.
	{Name: "one-sub-erf", Left: "1 - erf(x)", Right: "erfc(x)", Class: Real},
	{Name: "one-sub-erfc", Left: "1 - erfc(x)", Right: "erf(x)", Class: Real},
	{Name: "one-add-erf", Left: "1 + erf(x)", Right: "erfc(-x)", Class: Real},
	{Name: "log-erfc", Left: "log(erfc(x))", Right: "log_erfc(x)", Class: Real},
	{Name: "erfcx", Left: "exp(square(x)) * erfc(x)", Right: "erfcx(x)", Class: Real},
	{Name: "exp-div-erfc", Left: "exp(-square(x)) / erfc(x)", Right: "reciprocal(erfcx(x))", Class: Real},

	// Lengths, angles, factorials.
	{Name: "hypot", Left: "sqrt(square(x) + square(y))", Right: "hypot(x, y)", Class: Real},
	{Name: "sin-cos", Left: "square(sin(x)) + square(cos(x))", Right: "1", Class: Real},
	{Name: "log-abs-gamma", Left: "log(abs(gamma(x)))", Right: "gammaln(x)", Class: Real},
}

// tables are the compiled rules of one run.
type tables struct {
	simplify, stabilize, structure, linalg *table
	inSums, inProducts                     []*acRule
}

// builtin compiles the rules of this package, once.
var builtin = sync.OnceValues(func() (*tables, error) { return compileTables(simplifyRules) })

// tablesFor returns the tables with the user's rules.
func tablesFor(o Options) (*tables, error) {
	if len(o.Rules) == 0 {
		return builtin()
	}
	return compileTables(slices.Concat(o.Rules, simplifyRules))
}

func compileTables(simplify []Rule) (*tables, error) {
	t := &tables{}
	for _, x := range []struct {
		to    **table
		rules []Rule
	}{
		{&t.simplify, simplify}, {&t.stabilize, stabilizeRules},
		{&t.structure, slices.Concat(structureRules, structureSlicing, structureAssigning, structureJoining, structureTaking, structureCounting)}, {&t.linalg, slices.Concat(linalgRules, linalgProducts, linalgMatrices)},
	} {
		var err error
		if *x.to, err = newTable(x.rules); err != nil {
			return nil, err
		}
	}
	for _, from := range []*table{t.simplify, t.stabilize} {
		for _, c := range from.rules {
			t.inSums, t.inProducts = c.appendAC(t.inSums, t.inProducts)
		}
	}
	return t, nil
}

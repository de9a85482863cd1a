package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// stabilize applies the rules of stabilizeRules: log(1 + exp(x)) overflows for
// x = 1000, softplus(x) does not. Those whose left side is a sum or a product
// are matched by canonicalize too.
func stabilize(r *run, _ *expr.Graph) (*opSet, stepFunc) {
	return r.applyTable(r.rules.stabilize)
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
	{Name: "log2-one-add", Left: "log2(1 + x)", Right: "1.4426950408889634 * log1p(x)", Class: Real},
	{Name: "log10-one-add", Left: "log10(1 + x)", Right: "0.4342944819032518 * log1p(x)", Class: Real},
	{Name: "log2-one-sub", Left: "log2(1 - x)", Right: "1.4426950408889634 * log1p(-x)", Class: Real},
	{Name: "log10-one-sub", Left: "log10(1 - x)", Right: "0.4342944819032518 * log1p(-x)", Class: Real},
	{Name: "expm1", Left: "exp(x) - 1", Right: "expm1(x)", Class: Real},
	{Name: "expm1-add-one", Left: "expm1(x) + 1", Right: "exp(x)", Class: Real},
	{Name: "exp-sub-expm1", Left: "exp(x) - expm1(x)", Right: "1", Class: Real},
	{Name: "expm1-div-exp", Left: "expm1(x) / exp(x)", Right: "-expm1(-x)", Class: Real},
	{Name: "exp-div-expm1", Left: "exp(x) / expm1(x)", Right: "reciprocal(-expm1(-x))", Class: Real},
	{Name: "exp-mul-expm1-neg", Left: "exp(x) * expm1(-x)", Right: "-expm1(x)", Class: Real},
	{Name: "exp-neg-mul-expm1", Left: "exp(-x) * expm1(x)", Right: "-expm1(-x)", Class: Real},
	{Name: "pow-sub-one", Left: "(1 + x) ** y - 1", Right: "expm1(y * log1p(x))", Class: Real, When: "y general"},
	{Name: "exp2-sub-one", Left: "exp2(x) - 1", Right: "expm1(0.6931471805599453 * x)", Class: Real},
	{Name: "logaddexp", Left: "log(exp(x) + exp(y))", Right: "logaddexp(x, y)", Class: Real},
	{Name: "log-exp-sub-exp", Left: "log(exp(x) - exp(y))", Right: "x + log1mexp(y - x)", Class: Real},
	{Name: "log-expm1", Left: "log(expm1(x))", Right: "x + log1mexp(-x)", Class: Real},
	{Name: "log-reciprocal-sub-one", Left: "log(reciprocal(x) - 1)", Right: "log((1 - x) / x)", Class: Real},
	{Name: "logaddexp-zero", Left: "logaddexp(x, 0)", Right: "softplus(x)", Class: Real},
	{Name: "logaddexp-self", Left: "logaddexp(x, x)", Right: "x + 0.6931471805599453", Class: Real},
	{Name: "logaddexp-sub", Left: "logaddexp(x, y) - x", Right: "softplus(y - x)", Class: Real},
	{Name: "logaddexp-logs", Left: "logaddexp(log(x), log(y))", Right: "log(x + y)", Class: Real},
	{Name: "add-softplus-sub", Left: "x + softplus(y - x)", Right: "logaddexp(x, y)", Class: Real},
	{Name: "log1p-sub-log", Left: "log1p(x) - log(x)", Right: "log1p(reciprocal(x))", Class: Real},
	{Name: "log-sinh", Left: "log(sinh(x))", Right: "x + log1mexp(-2 * x) - 0.6931471805599453", Class: Real},
	{Name: "log-two-cosh", Left: "log(2 * cosh(x))", Right: "logaddexp(x, -x)", Class: Real},
	{Name: "log-product", Class: Real, Op: expr.OpLog, rewrite: logProduct, example: "x: float64[3]; y: float64[3]; log(exp(x)*y)"},
	{Name: "log-sum", Class: Real, ops: []expr.Op{expr.OpLog, expr.OpLog1p}, rewrite: logSum, example: "x: float64[3]; y: float64[3]; log(1 + 2*exp(x) + exp(y))"},
	{Name: "log1p-sum", Class: Real, Op: expr.OpLog, rewrite: log1pSum, example: "x: float64[3]; y: float64[3]; log(x + 1 + y)"},
	{Name: "log-mean-exp", Class: Real, Op: expr.OpLog, rewrite: logMeanExp, example: "x: float64[3]; log(mean(exp(x)))"},
	{Name: "log-base", Class: Real, ops: []expr.Op{expr.OpLog2, expr.OpLog10}, rewrite: logBase, example: "x: float64[3]; y: float64[3]; log2(exp(x) + exp(y)), log10(1 - exp(x))"},
	{Name: "log-of-view", Class: Real, Op: expr.OpLog, rewrite: logOfView, example: "x: float64[3, 4]; log(softmax(x)[:, 1])"},
	{Name: "log-power", Class: Real, Op: expr.OpLog, rewrite: logPower, example: "x: float64[3]; log(x**3)"},
	{Name: "log-pow", Left: "log(x ** y)", Right: "y * log(abs(x))", Class: Real},
	{Name: "exp-sum", Class: Real, Op: expr.OpExp, rewrite: expSum, example: "x: float64[3]; y: float64[3]; exp(x + 2*log(y))"},

	// The logistic function in its spellings.
	{Name: "sigmoid", Left: "1 / (1 + exp(-x))", Right: "sigmoid(x)", Class: Real},
	{Name: "sigmoid-neg", Left: "1 / (1 + exp(x))", Right: "sigmoid(-x)", Class: Real},
	{Name: "exp-mul-sigmoid-neg", Left: "exp(x) * sigmoid(-x)", Right: "sigmoid(x)", Class: Real},
	{Name: "exp-neg-mul-sigmoid", Left: "exp(-x) * sigmoid(x)", Right: "sigmoid(-x)", Class: Real},
	{Name: "one-sub-sigmoid", Left: "1 - sigmoid(x)", Right: "sigmoid(-x)", Class: Real},
	{Name: "log-sigmoid", Left: "log(sigmoid(x))", Right: "-softplus(-x)", Class: Real},
	{Name: "softplus-sub-self", Left: "softplus(x) - x", Right: "softplus(-x)", Class: Real},
	{Name: "exp-neg-softplus", Left: "exp(-softplus(x))", Right: "sigmoid(-x)", Class: Real},
	{Name: "softplus-neg-abs-add-maximum", Left: "softplus(-abs(x)) + maximum(x, 0)", Right: "softplus(x)", Class: Real},
	{Name: "softplus-neg-abs-add-relu", Left: "softplus(-abs(x)) + relu(x)", Right: "softplus(x)", Class: Real},
	{Name: "softplus-neg-abs-sub", Left: "softplus(-abs(x - y)) + maximum(x, y)", Right: "logaddexp(x, y)", Class: Real},
	{Name: "softplus-neg-add-self", Left: "softplus(-x) + x", Right: "softplus(x)", Class: Real},
	{Name: "softplus-sub-softplus-neg", Left: "softplus(x) - softplus(-x)", Right: "x", Class: Real},
	{Name: "log1p-neg-sigmoid", Left: "log1p(-sigmoid(x))", Right: "-softplus(x)", Class: Real},
	{Name: "sigmoid-add-sigmoid-neg", Left: "sigmoid(x) + sigmoid(-x)", Right: "1", Class: Real},
	{Name: "sigmoid-div-sigmoid-neg", Left: "sigmoid(x) / sigmoid(-x)", Right: "exp(x)", Class: Real},
	{Name: "sigmoid-neg-div-sigmoid", Left: "sigmoid(-x) / sigmoid(x)", Right: "exp(-x)", Class: Real},
	{Name: "sigmoid-mul-one-add-exp-neg", Left: "sigmoid(x) * (1 + exp(-x))", Right: "1", Class: Real},
	{Name: "sigmoid-neg-mul-one-add-exp", Left: "sigmoid(-x) * (1 + exp(x))", Right: "1", Class: Real},
	{Name: "reciprocal-sigmoid", Left: "reciprocal(sigmoid(x))", Right: "1 + exp(-x)", Class: Real},
	{Name: "exp-div-exp-add-exp", Left: "exp(x) / (exp(x) + exp(y))", Right: "sigmoid(x - y)", Class: Real},
	{Name: "exp-softplus", Left: "exp(softplus(x))", Right: "1 + exp(x)", Class: Real},
	{Name: "expm1-softplus", Left: "expm1(softplus(x))", Right: "exp(x)", Class: Real},
	{Name: "expm1-neg-softplus", Left: "expm1(-softplus(x))", Right: "-sigmoid(x)", Class: Real},
	{Name: "softplus-log", Left: "softplus(log(x))", Right: "log1p(x)", Class: Real},
	{Name: "sigmoid-log-div", Left: "sigmoid(log(x / (1 - x)))", Right: "x", Class: Real},
	{Name: "sigmoid-log-sub-log", Left: "sigmoid(log(x) - log1p(-x))", Right: "x", Class: Real},

	// Hyperbolic functions in their spellings.
	{Name: "one-add-tanh", Left: "1 + tanh(x)", Right: "2 * sigmoid(2 * x)", Class: Real},
	{Name: "one-sub-tanh", Left: "1 - tanh(x)", Right: "2 * sigmoid(-2 * x)", Class: Real},
	{Name: "sigmoid-sub-half", Left: "sigmoid(x) - 0.5", Right: "0.5 * tanh(0.5 * x)", Class: Real},
	{Name: "expm1-mul-sigmoid-neg", Left: "expm1(x) * sigmoid(-x)", Right: "tanh(0.5 * x)", Class: Real},
	{Name: "exp-add-exp-neg", Left: "exp(x) + exp(-x)", Right: "2 * cosh(x)", Class: Real},
	{Name: "exp-sub-exp-neg", Left: "exp(x) - exp(-x)", Right: "2 * sinh(x)", Class: Real},
	{Name: "exp-div-cosh", Left: "exp(x) / cosh(x)", Right: "2 * sigmoid(2 * x)", Class: Real},
	{Name: "exp-neg-div-cosh", Left: "exp(-x) / cosh(x)", Right: "2 * sigmoid(-2 * x)", Class: Real},
	{Name: "cosh-add-sinh", Left: "cosh(x) + sinh(x)", Right: "exp(x)", Class: Real},
	{Name: "cosh-sub-sinh", Left: "cosh(x) - sinh(x)", Right: "exp(-x)", Class: Real},
	{Name: "cosh-square-sub-sinh-square", Left: "square(cosh(x)) - square(sinh(x))", Right: "1", Class: Real},

	{Name: "log-add-hypot", Left: "log(x + hypot(x, 1))", Right: "arcsinh(x)", Class: Real},
	{Name: "log-hypot-sub", Left: "log(hypot(x, 1) - x)", Right: "-arcsinh(x)", Class: Real},
	{Name: "log-ratio-arctanh", Left: "log((1 + x) / (1 - x))", Right: "2 * arctanh(x)", Class: Real},
	{Name: "log-ratio-arctanh-neg", Left: "log((1 - x) / (1 + x))", Right: "-2 * arctanh(x)", Class: Real},
	{Name: "log-ratio-arctanh-reciprocal", Left: "log((x + 1) / (x - 1))", Right: "2 * arctanh(reciprocal(x))", Class: Real},
	{Name: "log1p-sub-log1p", Left: "log1p(x) - log1p(-x)", Right: "2 * arctanh(x)", Class: Real},
	{Name: "sigmoid-cross", Left: "y * sigmoid(-x) + (y - 1) * sigmoid(x)", Right: "y - sigmoid(x)", Class: Real},
	{Name: "sigmoid-cross-neg", Left: "y * sigmoid(-x) - (1 - y) * sigmoid(x)", Right: "y - sigmoid(x)", Class: Real},
	{Name: "sigmoid-square-exp", Left: "sigmoid(x) - square(sigmoid(x))", Right: "sigmoid(x) * sigmoid(-x)", Class: Real},
	{Name: "cosh-sub-one", Left: "cosh(x) - 1", Right: "2 * square(sinh(0.5 * x))", Class: Real},
	{Name: "cosh-square-sub-one", Left: "square(cosh(x)) - 1", Right: "square(sinh(x))", Class: Real},
	{Name: "arccosh", Left: "log(x + sqrt(square(x) - 1))", Right: "arccosh(x)", Class: Real},
	{Name: "arccosh-factors", Left: "log(x + sqrt((x - 1) * (x + 1)))", Right: "arccosh(x)", Class: Real},
	{Name: "arccosh-roots", Left: "log(x + sqrt(x - 1) * sqrt(x + 1))", Right: "arccosh(x)", Class: Real},

	// Sums of exponentials.
	{Name: "logsumexp", Left: "log(sum(exp(x)))", Right: "logsumexp(x)", Class: Real},
	{Name: "softmax", Left: "exp(x) / sum(exp(x), axis=k, keepdims=True)", Right: "softmax(x, axis=k)", Class: Real},
	{Name: "softmax-first", Left: "exp(x) / sum(exp(x), axis=0)", Right: "softmax(x, axis=0)", Class: Real},
	{Name: "exp-div-sum-exp", Left: "exp(x) / sum(exp(x))", Right: "exp(x - logsumexp(x))", Class: Real},
	{Name: "softmax-log-softmax", Left: "softmax(log_softmax(x))", Right: "softmax(x)", Class: Real},
	{Name: "log-softmax-log-softmax", Left: "log_softmax(log_softmax(x))", Right: "log_softmax(x)", Class: Real},
	{Name: "softmax-shift", Class: Real, ops: []expr.Op{expr.OpSoftmax, expr.OpLogSoftmax}, rewrite: softmaxShift, example: "x: float64[3, 4]; a: float64[3, 1]; softmax(x - a, axis=1)"},
	{Name: "logsumexp-shift", Class: Real, Op: expr.OpLogSumExp, rewrite: logSumExpShift, example: "x: float64[3, 4]; a: float64[3, 1]; logsumexp(x - a, axis=1)"},
	{Name: "sum-softmax", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean}, rewrite: sumSoftmax, with: []expr.Op{expr.OpSoftmax}, example: "x: float64[3, 4]; sum(softmax(x, axis=1), axis=1), sum(softmax(x, axis=0)), mean(softmax(x), axis=1)"},
	{Name: "logsumexp-log-softmax", Class: Real, Op: expr.OpLogSumExp, rewrite: sumSoftmax, with: []expr.Op{expr.OpLogSoftmax}, example: "x: float64[3, 4]; logsumexp(log_softmax(x, axis=1), axis=1), logsumexp(log_softmax(x, axis=0))"},
	{Name: "weighted-mean", Left: "sum(exp(x) * y, axis=k) / sum(exp(x), axis=k)", Right: "sum(softmax(x, axis=k) * y, axis=k)", Class: Real, When: "aligned"},
	{Name: "weighted-mean-keepdims", Left: "sum(exp(x) * y, axis=k, keepdims=True) / sum(exp(x), axis=k, keepdims=True)", Right: "sum(softmax(x, axis=k) * y, axis=k, keepdims=True)", Class: Real, When: "aligned"},
	{Name: "logsumexp-log", Left: "logsumexp(log(x))", Right: "log(sum(x))", Class: Real},
	{Name: "log-softmax", Left: "log(softmax(x))", Right: "log_softmax(x)", Class: Real},
	{Name: "exp-log-softmax", Left: "exp(log_softmax(x))", Right: "softmax(x)", Class: Real},
	{Name: "sub-logsumexp-first", Left: "x - logsumexp(x, axis=0)", Right: "log_softmax(x, axis=0)", Class: Real, When: "x float"},
	{Name: "sub-logsumexp", Left: "x - logsumexp(x, axis=k, keepdims=True)", Right: "log_softmax(x, axis=k)", Class: Real, When: "x float"},

	// Error functions.
	{Name: "one-sub-erf", Left: "1 - erf(x)", Right: "erfc(x)", Class: Real},
	{Name: "one-sub-erfc", Left: "1 - erfc(x)", Right: "erf(x)", Class: Real},
	{Name: "one-add-erf", Left: "1 + erf(x)", Right: "erfc(-x)", Class: Real},
	{Name: "two-sub-erfc", Left: "2 - erfc(x)", Right: "erfc(-x)", Class: Real},
	{Name: "erfc-add-erfc-neg", Left: "erfc(x) + erfc(-x)", Right: "2", Class: Real},
	{Name: "erf-add-erfc", Left: "erf(x) + erfc(x)", Right: "1", Class: Real},
	{Name: "log-erfc", Left: "log(erfc(x))", Right: "log_erfc(x)", Class: Real},
	{Name: "erfcx", Left: "exp(square(x)) * erfc(x)", Right: "erfcx(x)", Class: Real},
	{Name: "erfcx-scaled", Class: Real, ops: []expr.Op{expr.OpMul, expr.OpDiv}, rewrite: erfcxScaled, example: "x: float64[3]; exp(0.5*square(x))*erfc(0.7071067811865476*x), erfc(x)/exp(-square(x))"},
	{Name: "exp-div-erfc", Left: "exp(-square(x)) / erfc(x)", Right: "reciprocal(erfcx(x))", Class: Real},

	// Lengths, angles, factorials.
	{Name: "hypot", Left: "sqrt(square(x) + square(y))", Right: "hypot(x, y)", Class: Real},
	{Name: "hypot-scaled", Class: Real, Op: expr.OpSqrt, rewrite: hypotScaled, example: "x: float64[3]; y: float64[3]; sqrt(1 + square(x)), sqrt(4*square(x) + 9*square(y))"},
	{Name: "one-sub-sin-square", Left: "1 - square(sin(x))", Right: "square(cos(x))", Class: Real},
	{Name: "one-sub-cos-square", Left: "1 - square(cos(x))", Right: "square(sin(x))", Class: Real},
	{Name: "one-sub-cos", Left: "1 - cos(x)", Right: "2 * square(sin(0.5 * x))", Class: Real},
	{Name: "one-add-cos", Left: "1 + cos(x)", Right: "2 * square(cos(0.5 * x))", Class: Real},
	{Name: "sin-cos", Left: "square(sin(x)) + square(cos(x))", Right: "1", Class: Real},
	{Name: "log-abs-gamma", Left: "log(abs(gamma(x)))", Right: "gammaln(x)", Class: Real},

	// Differences that cancel.
	{Name: "sqrt-sub-one", Left: "sqrt(1 + x) - 1", Right: "x / (sqrt(1 + x) + 1)", Class: Real},
	{Name: "one-sub-sqrt", Left: "1 - sqrt(1 - x)", Right: "x / (sqrt(1 - x) + 1)", Class: Real},
	{Name: "sqrt-sub-sqrt", Left: "sqrt(1 + x) - sqrt(x)", Right: "reciprocal(sqrt(1 + x) + sqrt(x))", Class: Real},
	{Name: "one-sub-reciprocal", Left: "1 - reciprocal(1 + x)", Right: "x / (1 + x)", Class: Real},
	{Name: "square-sub-square", Left: "square(x) - square(y)", Right: "(x - y) * (x + y)", Class: Real, When: "x float, y float"},

	// Moments.
	{Name: "variance-of-sums", Class: Real, Op: expr.OpSub, rewrite: varianceOfSums, example: "x: float64[5]; sum(square(x)) - square(sum(x))/5, sum(square(x)) - 5*square(mean(x))"},
	{Name: "variance", Left: "mean(square(x), axis=k) - square(mean(x, axis=k))", Right: "mean(square(x - mean(x, axis=k, keepdims=True)), axis=k)", Class: Real},
	{Name: "covariance", Left: "mean(x * y, axis=k) - mean(x, axis=k) * mean(y, axis=k)", Right: "mean((x - mean(x, axis=k, keepdims=True)) * (y - mean(y, axis=k, keepdims=True)), axis=k)", Class: Real},
	{Name: "covariance-keepdims", Left: "mean(x * y, axis=k, keepdims=True) - mean(x, axis=k, keepdims=True) * mean(y, axis=k, keepdims=True)", Right: "mean((x - mean(x, axis=k, keepdims=True)) * (y - mean(y, axis=k, keepdims=True)), axis=k, keepdims=True)", Class: Real},
	{Name: "variance-keepdims", Left: "mean(square(x), axis=k, keepdims=True) - square(mean(x, axis=k, keepdims=True))", Right: "mean(square(x - mean(x, axis=k, keepdims=True)), axis=k, keepdims=True)", Class: Real},
}

// hypotScaled turns the root of two squares with positive coefficients, or of one
// and a positive constant, into hypot.
func hypotScaled(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if x.Op() != expr.OpAdd || len(x.Args()) != 2 || !n.DType().IsFloat() || x.DType() != n.DType() {
		return nil
	}
	s := r.gatherSum(x, 0)
	content := s.content()
	var legs []*expr.Node
	for _, t := range s.terms {
		if t.base.Op() != expr.OpSquare || t.base.DType() != n.DType() || t.coef.f <= 0 {
			return nil
		}
		legs = append(legs, r.scaled(n, number{f: math.Sqrt(t.coef.f / content)}, n.DType(), t.base.Arg(0)))
	}
	if s.constant.f > 0 {
		legs = append(legs, r.weak(math.Sqrt(s.constant.f/content)))
	}
	if len(legs) != 2 || s.constant.f < 0 {
		return nil
	}
	return r.scaled(n, number{f: math.Sqrt(content)}, n.DType(), r.make(n, expr.OpHypot, nil, legs...))
}

// sumSoftmax adds up whole rows of softmax, or the exponentials of its logarithms:
// each row is 1.
func sumSoftmax(r *run, n *expr.Node) *expr.Node {
	x, axes := n.Arg(0), n.Attr().(expr.Axes).Axes
	count, known := reducedCount(n)
	axis := x.Attr().(expr.Axis).Axis
	if !known || !filled(x.Type()) || !n.DType().IsFloat() || !slices.Contains(axes, axis) {
		return nil
	}
	length, _ := x.Type().Dims[axis].Known()
	switch n.Op() {
	case expr.OpMean:
		return r.weak(1 / float64(length))
	case expr.OpLogSumExp:
		return r.weak(math.Log(float64(count / length)))
	}
	return r.weak(float64(count / length))
}

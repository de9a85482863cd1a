package exprtest

import "arignote/expr"

// idioms are what people write and optimizers rewrite, of two arrays x and y.
// Those that do not fit the arrays at hand are left out.
var idioms = []string{
	// Constants beside each other.
	"2*x", "x*0.5", "-1.0*x", "x/4", "x/3*3", "x + 1 - 1", "1 - x", "x - 0.5", "2*x + 3*y", "2*(x + 1)", "x*2*0.5*4", "0*x", "x + 0.0", "x*-x",
	// Sums and products in which terms meet again.
	"x - y + y", "x + y - x", "x*y/y", "x/y*y", "x*x*y", "x*y + x", "x*y - y*x", "(x + y)*(x - y)", "(x + y)**2 - x**2", "x - (y - x)", "-(x - y)", "x*y + x*y*2",
	"x**2", "x**3", "x**0.5", "x**-1", "(x**2)**2", "x**2*x", "x*x/x", "sqrt(x*x)", "sqrt(abs(x))**2", "1/x/x", "x*(1/y)",
	// Functions and their inverses.
	"log(1 + exp(x))", "log(1 + x*x)", "exp(x) - 1", "1/(1 + exp(-x))", "1 - sigmoid(x)", "log(sigmoid(x))", "exp(x)*exp(y)", "exp(x)/exp(y)", "log(exp(x))", "exp(2*x)", "log(abs(x) + 1)",
	"exp(log(abs(x) + 1))", "log(x*x)", "tanh(x)**2", "sin(-x)", "sin(x)**2 + cos(x)**2", "1 - erf(x)", "(exp(x) - exp(-x))/2", "log(exp(x) + exp(y))", "hypot(x, y)",
	// Signs, bounds and conditions.
	"abs(-x)", "abs(2*x)", "abs(x)**2", "sign(0.5*x)", "sign(-x)", "sign(x)*abs(x)", "relu(x) - relu(-x)", "maximum(x, 0)", "minimum(maximum(x, -1), 1)", "clip(x, -1, y)", "maximum(x, -x)",
	"where(x > 0, x, -x)", "where(x > y, x, y)", "where(x > 0, x, 0)", "where(x < 1, 1, x)", "x*(y > 0)", "(x > 0) & (y > 0)", "x <= x", "~(x > y)", "x > 0.5*y", "x - 1 > 0",
	// Integers and conversions.
	"x // 2", "x % 3", "x // 2 * 2 + x % 2", "x << 1 >> 1", "x & 3 | 1", "x ^ y ^ x", "floor(floor(x))", "round(x + 1)", "astype(x, 'int64')", "astype(x, 'float32')*1.5", "astype(astype(x, 'float64'), 'int32')",
	// Reductions.
	"sum(2*x)", "sum(x + 1)", "sum(-x, axis=0)", "sum(x*y)", "sum(x[:, None]*y)", "sum(sum(x, axis=0))", "sum(x.T, axis=0)", "sum(ones_like(x))", "sum(zeros_like(x) + 2)", "sum(broadcast_like(x, y))", "mean(3*x)",
	"mean(x, axis=0)", "prod(2*x)", "max(-x)", "max(0.5*x)", "min(x - 1)", "max(exp(x))", "max(x, axis=0) - x", "argmax(2*x)", "argmin(-x)", "any(x > 0)", "all(x > y, axis=0)", "var(x)", "var(2*x, axis=0)", "std(x)",
	"x - mean(x)", "x/sqrt(sum(x**2))", "logsumexp(x)", "log(sum(exp(x)))", "exp(x)/sum(exp(x))", "softmax(x)", "log(softmax(x))", "x - max(x, axis=-1, keepdims=True)", "sum(diff(x))", "sum(arange(size(x)))", "sum(cumsum(x))",
	"x/size(x)", "sum(x)/size(x)", "mean(x*x) - mean(x)**2", "sum((x - y)**2)", "sum((x[:, None] - y)**2, axis=-1)",
	// Parts and places.
	"x[0]", "x[-1]", "x[1:]", "x[:-1]", "x[::-1]", "x[::2]", "x[1:] - x[:-1]", "(x + y)[1:]", "(2*x)[0]", "exp(x)[::-1]", "x[::-1][1:]", "x[1:][::-1]", "x[None]", "x[..., None]", "x[:, None] + y", "x[[0, 0]]", "x[[-1, 0]]*2", "take(x, 0, axis=0)",
	"sum(x, axis=0)[0]", "x.T[0]", "x.T.T", "x.T + y", "ravel(x)[1:]", "reshape(x, (-1, 1))", "reshape(x.T, (-1,))", "concatenate((x, y))", "concatenate((x, y))[1:3]", "concatenate((x[1:], x[:1]))", "stack((x, y))", "stack((x, y))[1]", "sum(stack((x, y)), axis=0)",
	"set_subtensor(x[0], 1)", "set_subtensor(x[1:], y[1:])", "set_subtensor(x[1:], 0)[0]", "inc_subtensor(x[:-1], y[1:])", "inc_subtensor(x[[0, 0]], 1)", "inc_subtensor(zeros_like(x)[1:], x[1:])", "set_subtensor(x[x > 0], 0)", "sum(x[x > 0])", "x[y > 0]",
	"flip(x)", "roll(x, 1)", "repeat(x, 2)", "tile(x, 2)", "sort(x)", "sort(x)[0]", "sort(2*x)", "argsort(x)", "x[argsort(x)]", "max(sort(x))", "cumsum(x)[-1]", "cumsum(x[::-1])[::-1]", "diff(x)", "diff(cumsum(x))", "cumprod(x)", "broadcast_like(x, y)", "sum_like(x + y, x)",
	// Products of matrices.
	"x @ y", "x.T @ y", "x @ y.T", "x @ x.T", "2*x @ y", "x @ y + y", "x @ y + x @ x", "(x + 1) @ y", "(x @ y)[0]", "sum(x @ y)", "trace(x @ y)", "trace(outer(x, y))", "outer(x, y)", "outer(x, y)[0]", "outer(x, y) @ x", "x @ diag(y)", "x @ eye(4)", "x*eye(4)",
	"diag(x)", "diag(diag(x))", "diag(x*y)", "diag(x @ y)", "trace(x)", "trace(x + y)", "tril(x) + triu(x, 1)", "tril(triu(x))", "dot(x, y)", "kron(x, y)", "tensordot(x, y, axes=1)", "sum(x*y, axis=-1)", "sum(x[..., None]*y, axis=0)",
}

// idiom returns one of the idioms of x and y, nil where it does not fit them.
func (g *Generator) idiom(x, y *expr.Node) *expr.Node {
	text := idioms[g.rand.IntN(len(idioms))]
	if x.Type().Weak || y.Type().Weak {
		return nil
	}
	a, b := expr.InputOf("x", x.Type()), expr.InputOf("y", y.Type())
	n, err := expr.Parse(text, a, b)
	if err != nil {
		return nil
	}
	return expr.Replace(map[*expr.Node]*expr.Node{a: x, b: y}, n)[0]
}

package optimize_test

import (
	"math"
	"testing"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/expr/exprtest"
	"arignote/optimize"
)

func TestMerge(t *testing.T) {
	cases{
		{"x: float64[m]; y: float64[m]; (x*y + 1) * (y*x + 1)", "square(fma(x, y, 1))"},
		{"x: float64[m]; x*1.0, x*array(1.5), x*1.5", "t1 = x*1.5; x, t1, t1"},
		{"x: float64[m]; sum(x, axis=0) + sum(x)*3", "4.0*sum(x)"},
		{"x: float32[m]; y: float32; x*y - y*x", "zeros_like(x)"},
	}.test(t, optimize.Options{})
}

func TestFold(t *testing.T) {
	cases{
		{"x: float64[m]; x*(2.0*3.0 + 1.0)", "x*7.0"},
		{"x: float32[m]; x*(exp(0.0) + 0.5)", "x*1.5"},
		{"x: float64[m]; x + sum(arange(5))", "x + 10"},
		{"x: float64[m]; x[:3] + arange(3), x + sum(arange(1000))", "x[:3] + array([0, 1, 2]), x + 499500"},
		{"x: float64[m]; x + max(arange(100000))", "x + max(arange(100000))"},
		{"x: float64[3]; x + arange(100)[:3]", "x + array([0, 1, 2])"},
		{"ones((1000, 1000))", "ones((1000, 1000))"},
		{"x: float64[m]; x*exp(ones((3, 1)))", "x*full((3, 1), 2.718281828459045)"},
		{"x: float64[2, 2]; x + inv(zeros((2, 2)))", "x + inv(zeros((2, 2)))"},
		{"True % True", "True % True"},
	}.test(t, optimize.Options{})
	_, trace, err := optimize.Run(parse(t, "x: float64[m]; x + sum(exp(arange(20000)))"), optimize.Options{MaxConst: 20000})
	if err != nil || trace.Hits()["fold"] == 0 {
		t.Errorf("a larger cap does not fold more: %v %v", trace, err)
	}
}

func TestCanonicalize(t *testing.T) {
	cases{
		{"x: float64[m]; y: float64[m]; x + y - y", "x"},
		{"x: float64[?]; y: float64[?]; x + y - y", "broadcast_like(x, x + y)"},
		{"x: float64[m]; y: float64[m]; x*y/y", "x"},
		{"x: float64[m]; y: float64[m]; y + x - 2*y - x", "-y"},
		{"x: float64[m]; y: float64[m]; z: float64[m]; x*y*z/(y*2)", "0.5*x*z"},
		{"x: float64[m]; y: float64[m]; z: float64[m]; x + y + z", "x + y + z"},
		{"x: float64[m]; 2*x*3*4", "24.0*x"},
		{"x: float64[m]; 1 + x + 2 + 3", "6.0 + x"},
		{"x: int8[m]; 100*x + 100*x + 1", "1 + -56*x"},
		{"x: int64[m]; y: int64[m]; x*y//y", "x*y // y"},
		{"x: float64[m]; y: float64[m]; exp(x)*exp(y)", "exp(x + y)"},
		{"x: float64[m]; x**3, x**4, x**1.5, x**-3, x**2.5", "t1 = square(x); t2 = x*t1; t3 = sqrt(x); t2, square(t1), x*t3, reciprocal(t2), t1*t3"},
		{"x: float64[m]; (x**2)**3, (x**2)**0.5, sqrt(x)**4", "t1 = square(x); t1*square(t1), abs(x), t1"},
		{"x: float64[m]; y: float64[m]; (-x)*y/(-2)", "0.5*x*y"},
		{"x: float64[m]; y: float64[m]; 1/(x/y), x*(1/y)", "y/x, x/y"},
		{"x: float64[m]; y: float64[m]; x/y/y, x/(y*y)", "x/y/y, x/square(y)"},
		{"x: float64[m]; y: float64[m]; z: float64[m]; x/y/z, x*(y*z)", "x/y/z, x*(y*z)"},
		{"x: float32[m]; y: float64[m]; x + x + x + y - y", "astype(3.0*x, 'float64')"},
		{"x: float64[m]; y: float64[m]; t = x + y; t*sin(t) + (t - y)", "t1 = x + y; fma(t1, sin(t1), x)"},
		{"x: complex128[m]; y: complex128[m]; x*y/y", "x"},
	}.test(t, optimize.Options{})
}

// TestHoldsShape: what stretched the result is not forgotten.
func TestHoldsShape(t *testing.T) {
	cases{
		{"x: float64[?]; x/x", "ones_like(x)"},
		{"x: float64[m]; y: float64[n]; x*0 + y*0", "zeros_like(x) + zeros_like(y)"},
		{"x: float64[4]; y: float64[3, 4]; x + y - y", "broadcast_to(x, (3, 4))"},
		{"x: float64[?]; y: float64[?]; (x + y)*(x + y)/(x + y)", "x + y"},
	}.test(t, optimize.Options{})
}

func TestStabilize(t *testing.T) {
	cases{
		{"x: float64[m]; log(1 + exp(x)), log(1 + x), exp(x) - 1", "softplus(x), log1p(x), expm1(x)"},
		{"x: float64[m]; y: float64[m]; 1/(1 + exp(-x)), exp(x)/(1 + exp(x))*y", "t1 = sigmoid(x); t1, t1*y"},
		{"x: float64[m]; log(1 - 1/(1 + exp(-x)))", "-softplus(x)"},
		{"x: float64[m]; y: float64[m]; y + 1 - erf(x)", "y + erfc(x)"},
		{"x: float64[m]; y: float64[m]; 2 - 2*erf(x)", "2.0*erfc(x)"},
		{"x: float64[m, n]; log(sum(exp(x), axis=1)), log(softmax(x, axis=0))", "logsumexp(x, axis=1), log_softmax(x, axis=0)"},
		{"x: float64[m, n]; y: float64; y*exp(x)/sum(exp(x), axis=1, keepdims=True)", "y*softmax(x, axis=1)"},
		{"x: float64[m]; log(erfc(x)), log(abs(gamma(x)))", "log_erfc(x), gammaln(x)"},
		{"x: float64[m]; y: float64[m]; sqrt(x*x + y*y)", "hypot(x, y)"},
		{"x: float32[m]; log(1 + exp(x))", "softplus(x)"},
	}.test(t, optimize.Options{})
}

// TestLogistic: the gradient of the logistic function is finite everywhere.
func TestLogistic(t *testing.T) {
	x := expr.Matrix("x")
	s := expr.Const(1).Div(x.Neg().Exp().Add(1)).Sum()
	g, _, err := optimize.Run(expr.NewGraph([]*expr.Node{x}, s, autodiff.Grad(s, x)), optimize.Options{})
	if err != nil {
		t.Fatal(err)
	}
	v, _ := expr.NewValue([]int{1, 5}, []float64{-1000, -40, 0, 40, 1000})
	got, err := g.Evaluate([]*expr.Value{v})
	if err != nil {
		t.Fatal(err)
	}
	want, _ := expr.NewValue([]int{1, 5}, []float64{0, math.Exp(-40), 0.25, math.Exp(-40), 0})
	if err := exprtest.Compare(got[1], want, 1e-12, 0); err != nil {
		t.Errorf("%v\n%v", err, g)
	}
	for n := range g.Nodes() {
		if n.Op() == expr.OpExp || n.Op() == expr.OpDiv {
			t.Errorf("there is still %v in\n%v", n.Op(), g)
		}
	}
}

func TestStructure(t *testing.T) {
	cases{
		{"x: float64[m, n]; x.T.T, exp(x.T).T, x[:]", "x, exp(x), x"},
		{"x: float64[m, n]; sum(sum(x, axis=1), axis=0), max(x.T)", "sum(x), max(x)"},
		{"x: float64[m, n]; a: float64; sum(a*x), sum(-x), mean(x/a, axis=0)", "t1 = sum(x); a*t1, -t1, mean(x, axis=0)/a"},
		{"x: float64[9]; x[2:][1:3], x[1:][2], x[::-1][::-1], x[::2][1:3]", "x[3:5], x[3], x, x[2:5:2]"},
		{"x: float64[9]; y: float64[9]; (x + y)[1:3]", "x[1:3] + y[1:3]"},
		{"x: float64[m, 1]; sum(x, axis=1), sum(x, axis=1, keepdims=True)", "dimshuffle(x, (0,)), x"},
		{"x: float64[m]; a: float64; x*broadcast_like(a, exp(x))", "x*a"},
		{"x: float64[m]; shape(log(x))", "shape(x)"},
		{"x: float64[3]; sum(broadcast_to(x, (4, 3)), axis=0)", "4.0*x"},
		{"x: float64[5]; x[arange(3)], x[[4, 2, 0]]", "x[:3], x[::-2]"},
	}.test(t, optimize.Options{})
}

func TestLinalg(t *testing.T) {
	cases{
		{"A: float64[3, 3]; b: float64[3]; inv(A) @ b, b @ inv(A)", "solve(A, b), solve(A.T, b)"},
		{"A: float64[3, 3]; inv(inv(A)), trace(A.T), log(abs(det(A)))", "A, trace(A), logabsdet(A)"},
		{"A: float64[3, 4]; B: float64[4, 3]; trace(A @ B)", "sum(A*B.T)"},
	}.test(t, optimize.Options{})
}

func TestBlas(t *testing.T) {
	cases{
		{"A: float64[3, 4]; B: float64[4, 2]; A @ B", "A @ B"},
		{"A: float64[4, 3]; B: float64[2, 4]; C: float64[3, 2]; a: float64; b: float64; a*(A.T @ B.T) - b*C",
			"gemm(a, A, B, -b, C, trans_a=True, trans_b=True)"},
		{"M: float64[3, 4]; v: float64[4]; y: float64[3]; 2.0*(M @ v) + 3.0*y", "gemv(2.0, M, v, 3.0, y)"},
		{"M: float64[3, 4]; v: float64[3]; v @ M / 2.0", "gemv(0.5, M, v, trans_a=True)"},
		{"M: float64[3, 4]; v: float64[4]; N: float64[3, 5]; w: float64[5]; M @ v + N @ w + 1.0", "gemv(1.0, M, v, 1.0, gemv(1.0, N, w)) + 1.0"},
		{"A: float64[3, 4]; x: float64[3]; y: float64[4]; A - 2.0*outer(x, y)", "ger(-2.0, x, y, A)"},
		{"a: float64; v: float64[?]; M: float64[?, ?]; a/a + (M + a) @ v", "1.0 + gemv(1.0, M + a, v)"},
		{"M: float64[?, ?]; v: float64[?]; y: float64[?]; y + M @ v", "gemv(1.0, M, v, 1.0, y)"},
		{"M: float64[m, n]; v: float64[n]; y: float64[m]; t = M @ v; y + t, t", "t1 = gemv(1.0, M, v); y + t1, t1"},
		{"A: int64[3, 4]; B: int64[4, 2]; C: int64[3, 2]; A @ B + C", "A @ B + C"},
	}.test(t, optimize.Options{})
}

// TestBodies: passes work inside of loops too.
func TestBodies(t *testing.T) {
	cases{
		{"x: float64[m, 3]; map(lambda v: log(1 + exp(v*1)), x)", "map(lambda v: softplus(v), x)"},
	}.test(t, optimize.Options{Check: true})
}

// TestCheckGolden: check mode finds nothing wrong with the golden cases.
func TestCheckGolden(t *testing.T) {
	areas, err := exprtest.Load(goldenDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, area := range areas {
		for _, c := range area.Cases {
			inputs, err := c.Symbols(true)
			if err != nil || c.Error != "" {
				continue
			}
			y, err := expr.Parser{Inputs: inputs, Funcs: autodiff.Funcs}.Parse(c.Expr)
			if err != nil {
				continue
			}
			for _, strict := range []bool{false, true} {
				if _, _, err := optimize.Run(expr.NewGraph(inputs, y), optimize.Options{Check: true, Strict: strict}); err != nil {
					t.Errorf("%s: %s: %v", c.Name, c.Expr, err)
				}
			}
		}
	}
}

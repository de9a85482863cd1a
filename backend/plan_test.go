package backend_test

import (
	"fmt"
	"strings"
	"testing"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
)

var parser = expr.Parser{Funcs: autodiff.Funcs}

// program compiles a program in the language.
func program(t testing.TB, c backend.Config, src string) *backend.Program {
	t.Helper()
	g, err := parser.ParseGraph(src)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Compile(g.Inputs, g.Outputs...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// planned are expressions and how they must be planned.
var planned = []struct {
	name    string
	src     string
	shapes  [][]int // of the inputs
	kernels int     // at most
	peak    int64   // at most; 0 = any
}{
	{"scalars", "a: float64\nb: float64\na + b", [][]int{{}, {}}, 1, 0},
	{"chain", "a: float64[?]\nb: float64[?]\na**2 + b**2 + 2*a*b", [][]int{{1000}, {1000}}, 1, 8000},
	{"broadcast", "a: float64[?, 1]\nb: float64[?]\nexp(a + b)*sin(a)[::-1]", [][]int{{100, 1}, {200}}, 2, 0},
	{"value and gradient", "x: float64[?, ?]\ns = sum(1/(1+exp(-x)))\ns, grad(s, x)", [][]int{{1000, 1000}}, 1, 8.1e6},
	{"softmax", "x: float32[?, ?]\nsoftmax(x, axis=1)", [][]int{{300, 200}}, 1, 300 * 200 * 4},
	{"log_softmax", "x: float64[?, ?]\nlog_softmax(x, axis=1)", [][]int{{300, 200}}, 1, 300 * 200 * 8},
	{"logsumexp", "x: float64[?, ?]\nlogsumexp(x, axis=1)", [][]int{{300, 200}}, 1, 300 * 8},
	{"layer norm", "x: float64[?, ?]\nm = mean(x, axis=1, keepdims=True)\nv = mean((x-m)**2, axis=1, keepdims=True)\n(x-m)/sqrt(v+1e-5)",
		[][]int{{300, 200}}, 1, 300 * 200 * 8},
	{"stencil", "p: float64[?, ?]\nset_subtensor(p[1:-1,1:-1], p[1:-1,1:-1] + 0.25*(p[2:,1:-1] + p[:-2,1:-1] + p[1:-1,2:] + p[1:-1,:-2] - 4*p[1:-1,1:-1]))",
		[][]int{{301, 301}}, 1, 301 * 301 * 8},
	{"gram", "x: float64[?]\nexp(-(x[:,None]-x)**2/2)", [][]int{{500}}, 1, 500 * 500 * 8},
	{"argmin of distances", "t: float64[?, 3]\nm: float64[?, 3]\nargmin(sum((t[:,None,:] - m[None,:,:])**2, axis=2), axis=1)",
		[][]int{{20000, 3}, {20000, 3}}, 1, 16 << 20},
	{"area", "sum(0.7*linspace(0, 3, 100000000)**3 - 2*linspace(0, 3, 100000000)**2 + 4)", nil, 1, 1 << 20},
	{"range", "sum(arange(100000000))", nil, 1, 1 << 20},
	{"draws", "x = uniform(7, (1000000000,))\ny = uniform(8, (1000000000,))\n4*mean(astype(x*x + y*y < 1, 'float64'))", nil, 2, 2 << 20},
	{"axes", "x: float64[?, ?, ?]\nsum(x*x, axis=(0, 2)), max(x)", [][]int{{20, 30, 40}}, 2, 0},
	{"variance", "x: float64[?]\nsum((x - mean(x))**2)", [][]int{{1000}}, 2, 0},
	{"pair energy and gradient", `x: float64[?, 3]
r2 = sum((x[:,None,:] - x[None,:,:])**2, axis=2) + 1e3*eye(20000)
e = 0.5*sum(r2**-3 - r2**-6)
e, grad(e, x)`, [][]int{{20000, 3}}, 6, 16 << 20},
	{"mandelbrot", `a: complex128
c = a + complex(arange(256), arange(256)[:, None])*3/256
while_loop(lambda z, k, c: abs(z)**2 <= 4, lambda z, k, c: (z*z + c, k + 1), (c, 0), 255, c)[1]`, [][]int{{}}, 1, 256 * 256 * 8},
	{"logsumexp and softmax", "x: float64[?, ?]\nlogsumexp(x, axis=1), softmax(x, axis=1), log_softmax(x, axis=1)", [][]int{{300, 200}}, 1, 300*401*8 + 64},
	{"mean and variance of rows", "x: float64[?, ?]\nm = mean(x, axis=1, keepdims=True)\nm, mean((x - m)**2, axis=1)", [][]int{{300, 200}}, 1, 300 * 2 * 8},
	{"statistics", "x: float64[?, ?]\nmean(x), mean(x*x), min(x), max(x)", [][]int{{300, 200}}, 1, 0},
	{"sum and extrema of rows", "x: float64[?, ?]\nsum(x, axis=1)*2 + 1, max(x, axis=1), argmin(x, axis=1)", [][]int{{300, 200}}, 1, 300 * 3 * 8},
	{"mean of many", "x: float64[?]\nsqrt(mean(x*x))", [][]int{{300000}}, 1, 0},
	{"pair energy and gradients", `x: float64[?]
y: float64[?]
z: float64[?]
r2 = (x[:,None]-x)**2 + (y[:,None]-y)**2 + (z[:,None]-z)**2 + 1e3*eye(20000)
e = 0.5*sum(r2**-3 - r2**-6)
e, grad(e, x), grad(e, y), grad(e, z)`, [][]int{{20000}, {20000}, {20000}}, 1, 1 << 20},
	{"gram, its sum and gradient", "x: float64[?]\ng = sum(exp(-(x[:,None]-x)**2/2))\ng, grad(g, x)", [][]int{{20000}}, 1, 1 << 20},
	{"cross-entropy of rows", "z: float64[?, ?]\nt: float64[?, ?]\nl = -mean(sum(t*log_softmax(z, axis=1), axis=1))\nl, grad(l, z)",
		[][]int{{300, 200}, {300, 200}}, 1, 300*203*8 + 64},
	{"cross-entropy by logsumexp", "z: float64[?, ?]\nt: float64[?, ?]\nl = mean(logsumexp(z, axis=1) - sum(t*z, axis=1))\nl, grad(l, z)",
		[][]int{{300, 200}, {300, 200}}, 1, 300*203*8 + 64},
	{"gradient and cross-entropy", "z: float64[?, ?]\nt: float64[?, ?]\nl = mean(logsumexp(z, axis=1) - sum(t*z, axis=1))\ngrad(l, z), l, logsumexp(z, axis=1)",
		[][]int{{300, 200}, {300, 200}}, 1, 0},
	{"cross-entropy of many rows", "z: float64[?, ?]\nt: float64[?, ?]\nl = -mean(sum(t*log_softmax(z, axis=1), axis=1))\nl, grad(l, z)",
		[][]int{{20000, 70}, {20000, 70}}, 2, 20000*72*8 + 64},
	{"cross-entropy of labels", "z: float64[?, ?]\ny: int64[?]\nl = -mean(log_softmax(z, axis=1)[arange(size(y)), y])\nl, grad(l, z)",
		[][]int{{300, 200}, {300}}, 1, 300*202*8 + 64},
	{"cross-entropy of labels alone", "z: float64[?, ?]\ny: int64[?]\n-mean(log_softmax(z, axis=1)[arange(size(y)), y])", [][]int{{300, 200}, {300}}, 1, 300*8 + 64},
	{"probabilities of labels", "z: float64[?, ?]\ny: int64[?]\nsoftmax(z, axis=1)[arange(size(y)), y]", [][]int{{300, 200}, {300}}, 1, 300 * 8},
	{"softmax squared", "x: float64[?, ?]\ns = sum(softmax(x, axis=1)**2)\ns, grad(s, x)", [][]int{{300, 200}}, 1, 300*202*8 + 64},
	{"mean of squares and gradient", "x: float64[?, ?]\ny: float64[?, ?]\nl = mean((tanh(x) - y)**2)\nl, grad(l, x), grad(l, y)", [][]int{{300, 200}, {300, 200}}, 1, 0},
	{"softmax and its vjp", "x: float64[?, ?]\ng: float64[?, ?]\no = softmax(x, axis=1)\no, vjp(o, x, g)", [][]int{{300, 200}, {300, 200}}, 1, 300 * 400 * 8},
	{"layer norm and its vjp", `x: float64[?, ?]
g: float64[?, ?]
u = mean(x, axis=1, keepdims=True)
v = mean((x - u)**2, axis=1, keepdims=True)
o = (x - u)/sqrt(v + 1e-5)
o, vjp(o, x, g)`, [][]int{{300, 200}, {300, 200}}, 1, 300 * 400 * 8},
	{"layer norm and all its gradients", `x: float64[?, ?]
g: float64[?, ?]
a: float64[?]
b: float64[?]
u = mean(x, axis=1, keepdims=True)
v = mean((x - u)**2, axis=1, keepdims=True)
o = (x - u)/sqrt(v + 1e-5)*a + b
s = sum(o*g)
o, grad(s, x), grad(s, a), grad(s, b)`, [][]int{{300, 200}, {300, 200}, {200}, {200}}, 2, 0}, // rows, then columns
	{"statistics of columns", "x: float64[?, ?]\nsum(x, axis=0), max(x, axis=0), argmin(x, axis=0), mean(x, axis=0), var(x, axis=0)", [][]int{{300, 200}}, 1, 5 * 200 * 8},
	{"statistics along the middle", "x: float64[?, ?, ?]\nsum(x, axis=1), max(x, axis=1), argmin(x, axis=1), mean(x, axis=1), var(x, axis=1)", [][]int{{30, 40, 70}}, 1, 5 * 2100 * 8},
	{"statistics along two axes", "x: float64[?, ?, ?]\nsum(x, axis=(0, 2)), max(x, axis=(0, 2)), mean(x, axis=(0, 2)), var(x, axis=(0, 2))", [][]int{{30, 40, 70}}, 1, 4 * 40 * 8},
	{"standardised columns", "x: float64[?, ?]\n(x - mean(x, axis=0))/sqrt(var(x, axis=0) + 1e-5)", [][]int{{300, 200}}, 1, 300 * 200 * 8},
	{"softmax of columns", "x: float32[?, ?]\nsoftmax(x, axis=0)", [][]int{{300, 200}}, 1, 300 * 200 * 4},
	{"sums of rows and of all", "x: float64[?, ?]\nmax(x, axis=1), sum(x), sum(x, axis=1)", [][]int{{300, 200}}, 1, 0},
	{"running sum and what follows", "x: float64[?]\ny: float64[?]\nc = cumsum(exp(x))\nc*2 + y, c, cumprod(x), sqrt(cumsum(x*x))", [][]int{{1000}, {1000}}, 1, 4 * 8000},
	{"running sums of columns", "x: float64[?, ?]\nc = cumsum(x, axis=0)\nc/max(x, axis=0), c*x", [][]int{{300, 200}}, 1, 2 * 300 * 200 * 8},
	{"concatenate", "x: float64[?]\ny: float64[?]\nconcatenate((exp(x), y[::-1]), axis=0)", [][]int{{100}, {50}}, 1, 1200},
	{"gather", "x: float64[?]\ni: int64[?]\nsum(x[i]*2)", [][]int{{100}, {50}}, 1, 8},
	{"scatter", "x: float64[?]\ni: int64[?]\ny: float64[?]\ninc_subtensor(x[i], exp(y))", [][]int{{100}, {50}, {50}}, 1, 800},
}

// TestPlans checks that what belongs together is one step.
func TestPlans(t *testing.T) {
	for _, c := range planned {
		t.Run(c.name, func(t *testing.T) {
			p := program(t, backend.Config{}, c.src)
			q, err := p.Plan(zeros(p, c.shapes)...)
			if err != nil {
				t.Fatal(err)
			}
			if testing.Verbose() {
				fmt.Println(p.Graph())
				fmt.Println(q)
			}
			if q.Kernels() > c.kernels {
				t.Errorf("%d kernels, want %d\n%v%v", q.Kernels(), c.kernels, p.Graph(), q)
			}
			if c.peak > 0 && q.PeakBytes() > c.peak {
				t.Errorf("%d bytes, want %d\n%v%v", q.PeakBytes(), c.peak, p.Graph(), q)
			}
			if !strings.Contains(q.String(), "interpreter") {
				t.Errorf("no engine in\n%v", q)
			}
		})
	}
}

// zeros returns arguments of these shapes.
func zeros(p *backend.Program, shapes [][]int) []any {
	args := make([]any, len(shapes))
	for i, s := range shapes {
		args[i] = expr.Zeros(p.Graph().Inputs[i].DType(), s...)
	}
	return args
}

// TestProductOperations: products are counted, whichever op says them.
func TestProductOperations(t *testing.T) {
	a, b := expr.Matrix("a"), expr.Matrix("b")
	p := compile(t, []*expr.Node{a, b}, a.T().Dot(b).Mul(3))
	q, err := p.Plan([][]float64{{1, 2}, {3, 4}, {5, 6}}, [][]float64{{1, 2, 3, 4}, {1, 2, 3, 4}, {1, 2, 3, 4}})
	if err != nil {
		t.Fatal(err)
	}
	if want := ", 48 operations"; !strings.Contains(q.String(), want) { // 2 * (2x4) * 3
		t.Errorf("no %q in\n%v", want, q)
	}
}

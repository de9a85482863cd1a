package backend_test

import (
	"math/rand/v2"
	"testing"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// engines are ways to run a program that must give the same bits.
var engines = map[string]backend.Config{
	"unfused":   {Skip: []string{"fuse"}},
	"8 threads": {Threads: 8},
}

// results compiles and runs a graph.
func results(t *testing.T, c backend.Config, g *expr.Graph, args []any) ([]*expr.Value, error) {
	t.Helper()
	p, err := c.Compile(g.Inputs, g.Outputs...)
	if err != nil {
		t.Fatalf("compile: %v\n%v", err, g)
	}
	out, err := p.Run(args...)
	if err != nil {
		return nil, err
	}
	values := make([]*expr.Value, len(out))
	for i, r := range out {
		if values[i], err = expr.ValueOf(r); err != nil {
			t.Fatal(err)
		}
	}
	return values, nil
}

// compareEngines runs a graph fused on one thread and in all other ways, as it
// stands or as it is after all rewrites.
func compareEngines(t *testing.T, strict bool, g *expr.Graph, args []any) {
	t.Helper()
	want, wrong := results(t, backend.Config{Strict: strict, Threads: 1}, g, args)
	for name, c := range engines {
		c.Strict = strict
		got, err := results(t, c, g, args)
		if (err == nil) != (wrong == nil) {
			t.Fatalf("%s: error %v, fused %v\n%v", name, err, wrong, g)
		}
		for i := range got {
			if err := exprtest.SameBits(got[i], want[i]); err != nil {
				t.Errorf("%s: output %d: %v (as fused)\n%v", name, i, err, g)
			}
		}
	}
}

// FuzzFusion compares random graphs fused, unfused and with several threads,
// bit for bit.
func FuzzFusion(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed, seed%2 == 0, seed%3 == 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, known, special bool) {
		g := exprtest.NewGenerator(seed)
		g.Known, g.Special = known, special
		s := g.Graph(3 + int(seed%40))
		args := make([]any, len(s.Values))
		for i, v := range s.Values {
			args[i] = v
		}
		compareEngines(t, seed%4 != 0, s.Graph, args)
	})
}

// FuzzRows compares random graphs on arrays with long axes, fused in the ways
// that only these are, and unfused.
func FuzzRows(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, seed%3 == 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, special bool) {
		g := exprtest.NewGenerator(seed)
		g.Rows, g.Special, g.Floats = true, special, seed%2 == 0
		s := g.Graph(3 + int(seed%20))
		args := make([]any, len(s.Values))
		for i, v := range s.Values {
			args[i] = v
		}
		compareEngines(t, seed%4 != 0, s.Graph, args)
	})
}

// TestEngines compares larger arrays: long reductions, several chunks, rows.
func TestEngines(t *testing.T) {
	for _, c := range []struct {
		src    string
		shapes [][]int
	}{
		{"x: float64[?]\nsum(exp(x)), max(x), argmax(x), prod(1 + 1e-3*x)", [][]int{{100003}}},
		{"x: float64[?]\nsum(x), mean(x), sum(x)/sum(x*x)", [][]int{{8192}}},
		{"x: float32[?]\nsum(x), mean(x), logsumexp(x)", [][]int{{30000}}},
		{"x: float64[?, ?]\nsum(x, axis=0), sum(x, axis=1), sum(x), x.T + 1", [][]int{{300, 200}}},
		{"x: float64[?, ?]\nsum(x, axis=0), argmin(x, axis=0), any(x > 2, axis=0)", [][]int{{10000, 3}}},
		{"x: float64[?, ?]\nsum(x), sum(exp(x))", [][]int{{10000, 3}}},
		{"x: float64[?, ?]\nsum(x), sum(exp(x))", [][]int{{3, 20000}}},
		{"x: float64[?, ?, ?]\nsum(x, axis=(0, 2)), sum(x, axis=1), max(x, axis=(0, 1)), sum(x)", [][]int{{20, 70, 90}}},
		{"x: float32[?, ?]\nsoftmax(x, axis=1), log_softmax(x, axis=0), logsumexp(x, axis=1)", [][]int{{200, 300}}},
		{"x: float64[?, ?]\nm = mean(x, axis=1, keepdims=True)\nv = mean((x-m)**2, axis=1, keepdims=True)\n(x-m)/sqrt(v+1e-5), v", [][]int{{100, 500}}},
		{"x: float64[?, ?]\ns = sum(1/(1+exp(-x)))\ns, grad(s, x)", [][]int{{300, 200}}},
		{"x: float64[?, ?]\ns = sum(softmax(x, axis=1)**2)\ns, grad(s, x)", [][]int{{300, 100}}},
		{"x: float64[?, ?]\nset_subtensor(x[1:-1,1:-1], x[1:-1,1:-1] + 0.25*(x[2:,1:-1] + x[:-2,1:-1] - 2*x[1:-1,1:-1]))", [][]int{{301, 201}}},
		{"x: float64[?, ?]\ninc_subtensor(x[::2, ::-3], 1.5), set_subtensor(x[3], x[4])", [][]int{{31, 21}}},
		{"x: float64[?]\nexp(-(x[:,None]-x)**2/2), sum(exp(x[:,None]-x), axis=0)", [][]int{{300}}},
		{"t: float64[?, 3]\nm: float64[?, 3]\nargmin(sum((t[:,None,:] - m[None,:,:])**2, axis=2), axis=1)", [][]int{{300, 3}, {200, 3}}},
		{"x: float64[?, 3]\nr2 = sum((x[:,None,:] - x[None,:,:])**2, axis=2) + 1e3*eye(100)\ne = 0.5*sum(r2**-3 - r2**-6)\ne, grad(e, x)", [][]int{{100, 3}}},
		{"x: float64[?, ?]\ny: float64[?, ?]\nconcatenate((exp(x), y[::-1], x.T[:, :200]), axis=0)", [][]int{{300, 200}, {70, 200}}},
		{"x: float64[?, ?]\nreshape(x.T, (-1,)) + 1, reshape(x, (100, 3, -1))*2, reshape(exp(x), (-1,))[::2]", [][]int{{300, 200}}},
		{"x: float64[?, ?]\nx[[2, 0, -1]]*2, sum(x[:, [1, 1]]), inc_subtensor(x[[0, 0, 5]], x[:3])", [][]int{{30, 20}}},
		{"x: float64[?, ?]\nx[x > 0.5], sum(x[nonzero(x > 0)[0]]), cumsum(exp(x), axis=1) + 1", [][]int{{30, 20}}},
		{"x: float64[?, ?]\n(x + 1) @ x.T, x.T @ sum(x, axis=1), tril(x) + triu(x, 1), sum(diag(x)), trace(x)", [][]int{{40, 40}}},
		{"x: float64[?, ?]\nsoftmax(x, axis=1), logsumexp(x, axis=1), log_softmax(x, axis=1), max(x, axis=1), mean(x, axis=1)*2", [][]int{{100, 300}}},
		{"x: float64[?, ?]\nm = mean(x, axis=1)\nm, mean((x - m[:, None])**2, axis=1), min(x, axis=1) - m, argmax(x, axis=1), x - m[:, None]", [][]int{{100, 300}}},
		{"x: float64[?, ?]\nm = mean(x, axis=0)\nm, mean((x - m)**2, axis=0), min(x, axis=0) - m, argmax(x, axis=0), x - m, sum(x*x, axis=0)", [][]int{{300, 100}}},
		{"x: float64[?]\nm = mean(x)\nm, mean((x - m)**2), min(x), max(x) - m, sqrt(sum(x*x)), x - m", [][]int{{100000}}},
		{"x: float64[?, ?]\nmean(x), mean(x*x), min(x), max(x), sum(x)/sum(abs(x)), exp(-x)", [][]int{{300, 200}}},
		{"x: float64[?, ?]\ny: float64[?, 1, ?]\nsum(x), sum(y*2), sum(x[:, None]*x[:, None]), max(y), max(x), sum(y, axis=0), sum(x, axis=0)", [][]int{{300, 200}, {300, 1, 200}}},
		{"x: float64[?, ?]\nt: float64[?, ?]\nl = -mean(sum(t*log_softmax(x, axis=1), axis=1))\nl, grad(l, x), mean(exp(x - max(x, axis=1, keepdims=True)))", [][]int{{100, 70}, {100, 70}}},
		{"x: float64[?]\ny: float64[?]\nz: float64[?]\nr2 = (x[:, None] - x)**2 + (y[:, None] - y)**2 + (z[:, None] - z)**2 + 1e3*eye(130)\ne = 0.5*sum(r2**-3 - r2**-6)\ne, grad(e, x), grad(e, y), grad(e, z)", [][]int{{130}, {130}, {130}}},
		{"z: float64[?, ?]\nt: float64[?, ?]\nl = mean(logsumexp(z, axis=1) - sum(t*z, axis=1))\nl, grad(l, z), sum(softmax(z, axis=1)**2), max(z, axis=1)", [][]int{{100, 70}, {100, 70}}},
		{"z: float64[?, ?]\nt: float64[?, ?]\nl = mean(logsumexp(z, axis=1) - sum(t*z, axis=1))\nl, grad(l, z)", [][]int{{9000, 5}, {9000, 5}}},
		{"z: float64[?, ?]\nt: float64[?, ?]\nl = mean(logsumexp(z, axis=1) - sum(t*z, axis=1))\ngrad(l, z), l", [][]int{{3, 9000}, {3, 9000}}},
		{"z: float64[?, ?]\nt: float64[?, ?]\nl = mean(logsumexp(z, axis=1) - sum(t*z, axis=1))\ngrad(l, z), l, sum(z, axis=0)", [][]int{{70, 9000}, {70, 9000}}},
		{"x: float64[?, ?]\ng: float64[?, ?]\na: float64[?]\nu = mean(x, axis=1, keepdims=True)\nv = var(x, axis=1, keepdims=True)\no = (x - u)/sqrt(v + 1e-5)*a\ns = sum(o*g)\no, grad(s, x), grad(s, a), s", [][]int{{100, 80}, {100, 80}, {80}}},
		{"x: float64[?, ?]\n(x - mean(x, axis=0))/sqrt(var(x, axis=0) + 1e-5), softmax(x, axis=0), argmin(x, axis=0), x + 1, sum(x), sum(x, axis=1)", [][]int{{300, 200}}},
		{"x: float64[?, ?]\nsum(x), sum(x, axis=1), exp(x), prod(1 + x/100, axis=1), max(x)", [][]int{{40, 9000}}},
		{"x: float64[?, ?]\nsum(x), sum(x, axis=1), exp(x), max(x)", [][]int{{3, 9000}}},
		{"x: float64[?, ?]\nl = mean((tanh(x) - 1)**2)\nl, grad(l, x), argmax(x), x - mean(x)", [][]int{{70, 9000}}},
		{"x: float32[?, ?, ?]\nsum(x, axis=1), max(x, axis=1), var(x, axis=1), softmax(x, axis=1), softmax(x, axis=0)", [][]int{{7, 80, 90}}},
		{"x: complex128[?, ?]\nprod(1 + x/100), prod(1 + x/100, axis=1), sum(x, axis=1), mean(x), x*x", [][]int{{70, 80}}},
		{"z: float64[?, ?]\ny: int64[?]\nl = -mean(log_softmax(z, axis=1)[arange(size(y)), y])\nl, grad(l, z), softmax(z, axis=1)[arange(size(y)), y]", [][]int{{100, 70}, {100}}},
		{"z: float64[?, ?]\ny: int64[?]\nl = -mean(log_softmax(z, axis=0)[y, arange(size(y))])\nl, grad(l, z)", [][]int{{70, 100}, {100}}},
		{"z: float64[?, ?]\ny: int64[?]\nk = arange(size(y))\nset_subtensor(z[k, y], 7)*z, inc_subtensor((z*2)[k, y], z[:, 0]) + 1, sum(set_subtensor(z[k, k], z[0, :70]), axis=0)", [][]int{{70, 90}, {70}}},
		{"z: float64[?, ?, ?]\ny: int64[?]\nk = arange(size(y))\nexp(inc_subtensor(z[:, y, k], z[:, 0, :])), exp(set_subtensor(z[k, :, y], z[:, :, 1])), sum(exp(z)[k, y])", [][]int{{9, 8, 9}, {9}}},
		{"z: float64[?, ?]\ny: int64[?]\n(exp(z) - sum(z, axis=1, keepdims=True))[y, y + 1], cumsum(z, axis=0)[y], (z*arange(70)*exp(z))[::-2, ::3][y[:3]], tril(exp(z) + eye(70))[y[0], y[1]]", [][]int{{70, 70}, {7}}},
		{"x: float64[?]\ny: float64[?]\nc = cumsum(exp(x))\nc*2 + y, cumsum(x*x), c, cumprod(1 + x/100)*y, cumsum(x*x) - c", [][]int{{3000}, {3000}}},
		{"x: float64[?, ?]\nc = cumsum(x - max(x, axis=1, keepdims=True), axis=1)\nc/sum(x, axis=1, keepdims=True), x + 1, cumprod(x/2, axis=1), max(c, axis=1), mean(x)", [][]int{{80, 90}}},
		{"x: float64[?, ?]\nc = cumsum(x, axis=0)\nc*x, cumprod(x/2, axis=0), cumsum(x, axis=1) + c, cumsum(cumsum(x, axis=0)*2, axis=0), c[::-1]", [][]int{{80, 90}}},
		{"x: float64[?]\ny: float64[?]\nx[:, None] - cumsum(log1p(y*y)), cumsum(x[:, None] + y, axis=1)*x, sum(cumsum(x)**2), cumsum(x)[5]", [][]int{{70}, {70}}},
		{"x: complex128[?]\ncumprod(x) + cumsum(x), cumprod(x)*2", [][]int{{100}}},
		{"x: float64[?]\ny = exp(x[:, None] - 2*x)\nsum(y), sum(y, axis=1)*x, max(y), sum(y*y, axis=1)", [][]int{{300}}},
		{"x: float64[?]\ny: float64[?]\nz = exp(x[:, None] - 2*y)\nmean(z) + 1, max(z, axis=1) - x, prod(1 + z*1e-6)", [][]int{{40}, {9000}}},
		{"x: float64[?]\ny: float64[?]\nz = exp(x[:, None] - 2*y)\nsum(z), argmax(z, axis=1), argmin(z), any(z > 5), sum(z, axis=0)", [][]int{{3}, {9000}}},
		{"k: int64\nuniform(k, (300, 7)), sum(uniform(k + 1, (10000,), 'float32'))", [][]int{{}}},
		{"x: float64[?]\ny = exp(x[:, None] - 2*x)\nsum(y, axis=0) - sum(y, axis=1), sum(y, axis=0)*x", [][]int{{100}}},
		{"x: float64[?]\ny = exp(x[:, None, None] - 2*x[:, None] + 3*x)\nsum(y, axis=(0, 2)) - sum(y, axis=(1, 2)) + sum(y, axis=(1, 0))", [][]int{{70}}},
		{"a: float64[?, 1]\nb: float64[1, ?]\nany(all(b*a > 0, axis=1)), sum(sum(b*a, axis=1)), any(b > 2, keepdims=True), sum(b)", [][]int{{70, 1}, {1, 70}}},
		{"a: float64[?]\nb: float64[?, ?]\nprod(sum(b, axis=0, keepdims=True), keepdims=True), any(a > 1, keepdims=True), argmax(a)", [][]int{{70}, {3, 70}}},
		{"x: float64[?, ?, ?]\ny: float64[?, ?]\ninc_subtensor(x.T[:, :, 0:-1], y)", [][]int{{2, 70, 70}, {70, 1}}},
		{"x: float64[1, ?]\ny = exp(x)\nall(where(y > 1, x, y.T)), y", [][]int{{1, 40}}},
		{"x: float64[?, 1]\ny = exp(x)\ny, sum(where(x[:, 0] > 1, x[:, 0], y))", [][]int{{40, 1}}},
		{"x: float64[?, ?, ?]\nt = tanh(x)\na = any(t, axis=(1, 2))\nt*2, cos(softmax(a)), astype(a, 'float64')", [][]int{{65, 65, 2}}},
		{"x: float64[?, 3, 1, 3]\ny: float64[3, 1, 3]\nz = set_subtensor((x*2)[[-38]], y)\nlog_softmax(z, axis=0), z", [][]int{{64, 3, 1, 3}, {3, 1, 3}}},
		{"x: float64[1]\ninc_subtensor(x[zeros((7,), dtype='int64')], ones((7,)))", [][]int{{1}}},
		{"x: float64[?]\nlinspace(0, sum(x), 1000) + arange(1000)*0.5, arange(0.1, 9.7, 0.3)", [][]int{{10}}},
	} {
		t.Run(c.src, func(t *testing.T) {
			g, err := parser.ParseGraph(c.src)
			if err != nil {
				t.Fatal(err)
			}
			r := rand.New(rand.NewPCG(1, 2))
			args := make([]any, len(c.shapes))
			var values []*expr.Value
			for i, s := range c.shapes {
				v := expr.Zeros(g.Inputs[i].DType(), s...)
				switch d := v.Data().(type) {
				case []float64:
					for k := range d {
						d[k] = r.NormFloat64()
					}
				case []float32:
					for k := range d {
						d[k] = float32(r.NormFloat64())
					}
				case []int64:
					for k := range d {
						d[k] = r.Int64N(5) - 2
					}
				}
				args[i], values = v, append(values, v)
			}
			compareEngines(t, true, g, args)
			compareEngines(t, false, g, args)
			want, err := g.Evaluate(values)
			if err != nil {
				t.Fatal(err)
			}
			got, err := results(t, backend.Config{}, g, args)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				rtol := 1e-9
				if want[i].DType() == expr.Float32 {
					rtol = 1e-5
				}
				if err := exprtest.Compare(got[i], want[i], rtol, 1e-9); err != nil {
					t.Errorf("output %d: %v", i, err)
				}
			}
		})
	}
}

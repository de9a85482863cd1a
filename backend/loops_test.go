package backend_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// looped are programs that must run as kernels, for inputs of each of the
// dtypes that take the place of D; a dim of n or m is tried with several
// lengths.
var looped = []struct {
	name, src string
	dtypes    string
	kernels   int     // at most
	rtol      float64 // 0: bit for bit as the reference
}{
	{"loop of one state", "x: D[n, m]\nwhile_loop(lambda z: abs(z) < 9, lambda z: z*z + 1, (x,), 20)", "float64 float32 complex64 complex128 int32 int64", 1, 0},
	{"loop of bools", "x: D[n]\nwhile_loop(lambda p, q: p, lambda p, q: (q, ~p), (x, x[::-1]), 5)[1]", "bool", 1, 0},
	{"loop with states swapped", "x: D[n]\ny: D[n]\nr = while_loop(lambda a, b, k: k < 3, lambda a, b, k: (b, a + b, k + 1), (x, y, 0), 7)\nr[0], r[1], r[2]", "float64 int8 uint64", 1, 0},
	{"loop with a bound given", "x: D[n]\nb: int64\nwhile_loop(lambda z, k: z < 9, lambda z, k: (2*z + 1, k + 1), (x, 0), b)[1]", "float64 uint8", 1, 0},
	{"loop that broadcasts", "x: D[n]\ny: D[m]\nr = while_loop(lambda z, k, c: abs(z) < 4, lambda z, k, c: (z*z + c, k + 1), (x[:, None]*0, 0), 30, y*2)\nr[1]", "float64 complex128", 1, 0},
	{"loop between others", "x: D[n, m]\nr = while_loop(lambda z, k: z < 100, lambda z, k: (z*z + 1, k + 1), (abs(x) + 1, 0), 9)\nmax(r[0]*2 - r[1], axis=1, keepdims=True)*0 + x", "float64", 2, 0},
	{"loop into a sum", "x: D[n]\nsum(while_loop(lambda z, k: z < 100, lambda z, k: (z*z + 1, k + 1), (abs(x), 0), 9)[1])", "float64 int32", 1, 0},
	{"loop of constants", "x: D[n]\nwhile_loop(lambda z: True, lambda z: 1, x, 3), while_loop(lambda z: False, lambda z: z + 1, x, 3)", "float32", 1, 0},
	{"part of a matrix", "x: D[n, m]\nset_subtensor(x[1:-1, 1:-1], 2*x[1:-1, 1:-1] - x[:-2, 2:])", "float64 int16 complex64", 1, 0},
	{"every third row", "x: D[n, m]\nset_subtensor(x[::3], x[::-3]), set_subtensor(x[-2::-3, 1::2], 7), inc_subtensor(x[0, ::5], x[-1, ::5])", "float64 int8", 3, 0},
	{"parts of three axes", "x: D[n, m]\ny = x[:, :, None] + x[:, None, :3]\nset_subtensor(y[::2, ::-3, 1:], y[::2, ::-3, :-1]), set_subtensor(y[:, 0, ::2], y[:, 1 % shape(x)[1], ::2])", "float64", 2, 0},
	{"running sums", "x: D[n, m]\ncumsum(x, axis=0), cumsum(x, axis=1), cumsum(x)", "int16 uint64 bool", 3, 0},
	{"running sums of floats", "x: D[n, m]\ncumsum(x*2, axis=0)*1, cumsum(x - x[:, :1], axis=1), cumsum(x.T)[::-1], cumsum(x[:, :1]), cumsum(x[0, 0])", "float64 float32 complex64", 9, 1e-5},
	{"running products", "x: D[n, m]\ncumprod(x/2, axis=0), cumprod(-x, axis=1), cumprod(x)", "float64 float32 complex128 complex64 int8", 3, 0},
	{"running sums of lines", "x: D[n, m]\ny = x[:, None, :] + x[:, :3, None]\ncumsum(y, axis=1) + 1, cumprod(y, axis=0), cumsum(y, axis=2)", "int64", 4, 0},
	{"products of vectors", "x: D[n]\ny: D[n]\ndot(x, y), outer(x[:40], y)", "int8 uint64 bool", 2, 0},
	{"products of matrices", "x: D[n, m]\ny: D[n, m]\nx[:9] @ y.T, x.T @ y[:, :5], x @ y[0], y[:, 0] @ x", "int32 bool uint8", 4, 0},
	{"products of complex matrices", "x: D[n, m]\ny: D[n, m]\nz: D[n, n]\nx @ y[:9].T, gemm(2, x[:, :9], y[:, :9], 0.5j, z, trans_b=True), gemv(1j, x, y[0]), ger(2, x[:, 0], y[:, 0], z), dot(x[0], y[0])", "complex128 complex64", 5, 1e-5},
	{"stacks of matrices", "x: D[n, m]\ny: D[m]\nz = x + arange(2)[:, None, None]\nz @ y, z @ x[:5].T, x[:5] @ swapaxes(z, 1, 2), y @ swapaxes(z, 1, 2)", "int64", 4, 0},
	{"stacks of float matrices", "x: D[n, m]\nz = x + arange(2)[:, None, None]\nz @ x[0], z[:, None] @ x[:5].T", "float64 float32", 4, 1e-5},
	{"complex products", "x: D[n, m]\nprod(x[:5, :50]), prod(x, axis=0), prod(x[:, :40], axis=1), mean(x), mean(x, axis=0), mean(x, axis=1, keepdims=True)", "complex128 complex64", 6, 1e-5},
	{"on a diagonal", "x: D[n]\ndiag(x[:90]), diag(x[:2], 3), diag(x[:3], -1)", "float64 complex64 bool int16", 5, 0},
	{"taken", "x: D[n, m]\ni: int64[m]\nj = abs(i) % shape(x)[0]\nx[j[:20]], x[j[:9] - shape(x)[0]], x[astype(j, 'uint64'), arange(shape(x)[1])], x[:, [0, 0]], sum(x[j[:30]] != x[0])", "float64 bool complex64 uint8", 5, 0},
	{"picked of what is computed", "x: D[n, m]\ni: int64[n]\nk = arange(shape(x)[0])\nj = abs(i) % shape(x)[1]\ny = x*x + x\ny[k, j], y[k, j - shape(x)[1]]*2, (y - max(y, axis=1, keepdims=True))[k, j], y[::-1, 1:][k[:2], j[:2]]", "float64 int32", 9, 0},
	{"picked out of range", "x: D[n, m]\ni: int64[n]\nsum(abs(x)[arange(shape(x)[0]), i])", "int64", 2, 0},
	{"placed out of range", "x: D[n, m]\ni: int64[n]\nx + inc_subtensor(x[arange(shape(x)[0]), i], 1)", "int64 uint8", 1, 0},
	{"scattered", "x: D[n, m]\ni: int64[m]\nj = abs(i) % shape(x)[0]\nset_subtensor(x[j[:20]], x[j[:20] - 1]), set_subtensor(x[astype(j, 'uint64'), 0], x[0])", "float64 bool int8", 3, 0},
	{"added up where it belongs", "x: D[n, m]\ni: int64[m]\nj = abs(i) % shape(x)[0]\ninc_subtensor(x[j[:20]], x[j[:20] - 1]), inc_subtensor(x[astype(j, 'uint64'), 0], x[0]), inc_subtensor(x[::2], x[0])", "int64 bool complex64 float32", 4, 0},
	{"map over elements", "x: D[n]\ny: D[m]\nmap(lambda e: e*e + 1, x), map(lambda e: max(y)*e, x), map(lambda e: 7, x), map(lambda e: y, x)", "float64 int8", 4, 0},
	{"map over rows", "x: D[n, m]\nmap(lambda r: max(r), x), map(lambda r: r[::-1]*2 - r[0], x), map(lambda r: cumsum(r), x), map(lambda r: r[:, None] == r[:3], x)", "int64 uint8", 5, 0},
	{"map over several", "x: D[n, m]\nr = map(lambda r, a: (where(r[0] > 0, r, a), sum(r) - r[-1], argmax(r)), x, x[0])\nr[0], r[1], r[2]", "int64 int16", 3, 0},
	{"map over columns", "x: D[n, m]\nmap(lambda c: concatenate((c, x[:2, 0], c[:1])), x.T), map(lambda c: reshape(c, (-1, 1)) + c[-1], x.T), map(lambda c: tril(c[:, None] + c[:4]), x.T)", "float32 int64", 3, 0},
	{"map of products", "x: D[n, m]\nmap(lambda r: dot(r, x[0]), x), map(lambda r: x[:3] @ r, x), map(lambda r: r @ x.T[:, :3], x), map(lambda r: r[:3, None] @ r[None, :2], x)", "int64 complex128", 4, 1e-9},
	{"map of takes", "x: D[n, m]\ni: int64[n]\nj = abs(i) % shape(x)[1]\nmap(lambda k: x[0, k], j), map(lambda k: x[:, k], j), map(lambda r: r[[0, -1]], x)", "int64 float32", 5, 0},
	{"map of takes of its own", "x: D[n, m]\ny = x[:, :, None] + x[:, None, :3]\nmap(lambda r: r[abs(astype(r[0], 'int64')) % size(r)], x), map(lambda r: r[:, [0, 0]], y), map(lambda r: r[[0, 0], abs(r[:2, 0]) % 1], y), map(lambda r: r[:, abs(r[0, :1]) % 1], y)", "int64", 7, 0},
	{"index that is computed", "x: D[n, m]\ny: D[n]\nx[argmax(y)], x[1:, argmax(x[0])], x[argmin(y), argmin(x[:, 0] % 1)], x[argmax(y) - shape(y)[0], None, ::2], x[argmax(y)*0 - 1]", "int64 uint8", 9, 0},
	{"index out of range", "x: D[n]\ny: D[n, m]\nx[argmax(x) + 70], y[::2, argmin(x) - 2000]", "int64", 2, 0},
	{"bounds that are computed", "x: D[n, m]\nx[argmax(x[:, 0]):, argmax(x[0])]", "int64", 9, 0},
	{"map of parts", "x: D[n, m]\nmap(lambda r: set_subtensor(r[1:], r[:-1]), x), map(lambda r: inc_subtensor(r[:2], 1), x), map(lambda r: set_subtensor(x[0], r), x[:, 0]), map(lambda r: set_subtensor(r[0], 7), x)", "int64", 4, 0},
	{"map of statistics", "x: D[n, m]\ny = x[:, :, None] + x[:, None, :3]\nmap(lambda r: mean(r), x), map(lambda r: var(r, axis=0), y), map(lambda r: size(r) + shape(r)[0], y)", "float64 float32", 12, 1e-5},
	{"map of orders", "x: D[n, m]\ny = x[:, :, None] + x[:, None, :3]\nmap(lambda r: argmax(r), y), map(lambda r: sort(r, axis=None), y), map(lambda r: argsort(r, axis=0), y), map(lambda r: r[argmin(r[0])%1], y)", "int64", 9, 0},
	{"map of linear algebra", "x: D[n, m]\nA = eye(size(x[0, :2]))\nmap(lambda r: inv(outer(r[:2], r[:2]) + 1e6*A), x), map(lambda r: solve(1e6*A + r[0], r[:2]), x), map(lambda r: solve(A, r[:2]), x), map(lambda r: det(A + r[:2]), x), map(lambda r: cholesky(A*(1 + abs(r[:2]))), x), map(lambda r: solve_triangular(A, r[:2, None] + r), x), map(lambda r: logabsdet(A*r[0]), x)", "float64 complex128", 99, 1e-9},
	{"map of diagonals", "x: D[n, m]\ny = x[:, :, None] + x[:, None, :3]\nmap(lambda r: diag(r), y), map(lambda r: trace(r), y), map(lambda r: diag(r[:2]), x), map(lambda r: diag(r, k=-1), y), map(lambda r: diag(r, k=1), y)", "int64", 9, 0},
	{"map of scatters", "x: D[n, m]\ny = x[:, :, None] + x[:, None, :3]\nmap(lambda r: inc_subtensor(r[[0, 0, -1]], r[0]), x), map(lambda r: set_subtensor(r[:, [0, -1]], r[:, :1]), y), map(lambda r: inc_subtensor(x[0, abs(r) % size(r)], r), x), map(lambda r: inc_subtensor(y[:, [0, 0], abs(r[:1]) % 1], r[0]), x), map(lambda r: set_subtensor(r[[0], :, None], 7), y)", "int64", 99, 0},
	{"map of gemms", "x: D[n, m]\ny = x[:, :, None] + x[:, None, :3]\nmap(lambda r: gemm(2, r, r, trans_a=True), y), map(lambda r: gemm(r[0, 0], x, x, -1, x @ x.T + r[0, 0], trans_b=True), y), map(lambda r: gemv(2, r, r[0], 3, r[:, 0]), y), map(lambda r: gemv(r[0], x, x[0]), x)", "float64 complex128", 99, 1e-9},
	{"map of loops", "x: D[n]\nmap(lambda e: while_loop(lambda z, k: z < 50, lambda z, k: (z + z, k + 1), (abs(e) + 1, 0), 20)[1], x), map(lambda e: softmax(e + arange(4)), x)", "float64", 2, 1e-9},
	{"put together", "x: D[n, m]\nconcatenate((x, sqrt(abs(x[:2])), x[::-1]), axis=0), concatenate((x[:, ::2], x*2, x[:, :1]), axis=1)", "float32", 2, 0},
}

// lengths are tried for the dims n and m.
var lengths = [][2]int{{0, 3}, {1, 1}, {5, 7}, {70, 130}, {3, 1100}}

// TestLooped compares kernels with the reference.
func TestLooped(t *testing.T) {
	for _, c := range looped {
		for _, d := range strings.Fields(c.dtypes) {
			t.Run(c.name+" "+d, func(t *testing.T) {
				src := strings.NewReplacer("D[", d+"[", "n, m]", "?, ?]", "[n]", "[?]", "[m]", "[?]").Replace(c.src)
				g, err := parser.ParseGraph(src)
				if err != nil {
					t.Fatal(err)
				}
				p := program(t, backend.Config{Strict: true}, src)
				for i, l := range lengths {
					compareLooped(t, p, g, loopedArgs(c.src, g, l, uint64(i)), c.kernels, c.rtol)
				}
			})
		}
	}
}

// loopedArgs makes arguments for the inputs that src declares; every second
// time matrices lie column by column.
func loopedArgs(src string, g *expr.Graph, l [2]int, seed uint64) []*expr.Value {
	r := exprtest.NewGenerator(seed)
	r.Special = seed%2 == 1
	var args []*expr.Value
	for i, line := range strings.Split(src, "\n")[:len(g.Inputs)] {
		var shape []int
		_, dims, _ := strings.Cut(line, "[")
		for d := range strings.SplitSeq(strings.TrimSuffix(dims, "]"), ",") {
			switch strings.TrimSpace(d) {
			case "n":
				shape = append(shape, l[0])
			case "m":
				shape = append(shape, l[1])
			}
		}
		if seed%2 == 0 {
			slices.Reverse(shape)
		}
		_, v := r.Input("x", g.Inputs[i].DType(), shape)
		if seed%2 == 0 && len(shape) == 2 {
			v, _ = expr.Strong(v).T().Eval([]*expr.Value{v})
		}
		args = append(args, v)
	}
	return args
}

// compareLooped compares p, whose graph is g, with the reference, unfused and on
// several threads too.
func compareLooped(t *testing.T, p *backend.Program, g *expr.Graph, values []*expr.Value, kernels int, rtol float64) {
	t.Helper()
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	want, wrong := g.Evaluate(values)
	q, err := p.Plan(args...)
	if err != nil && wrong == nil {
		t.Fatal(err)
	}
	large := values[0].Len() > 64 // arrays without elements are the reference's
	if text := fmt.Sprint(q); wrong == nil && (large && q.Kernels() > kernels || strings.Contains(text, "no loop for")) {
		t.Errorf("not %d kernels:\n%v", kernels, text)
	}
	got, err := results(t, backend.Config{Strict: true}, g, args)
	if (err == nil) != (wrong == nil) {
		t.Fatalf("error %v, of the reference %v", err, wrong)
	}
	for i := range got {
		if err := exprtest.Compare(got[i], want[i], rtol, rtol); err != nil {
			t.Errorf("output %d for %v: %v", i, values, err)
		} else if err := exprtest.SameBits(got[i], want[i]); rtol == 0 && err != nil {
			t.Errorf("output %d for %v: %v", i, values, err)
		}
	}
	compareEngines(t, true, g, args)
	compareEngines(t, false, g, args)
}

package optimize_test

import (
	"math/rand/v2"
	"os"
	"regexp"
	"testing"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/optimize"
)

// TestParts simplifies the expressions of testdata/parts.txt for known
// lengths and for unknown ones, and computes what is left; in strict mode too.
func TestParts(t *testing.T) {
	const known = "x: float64[5]; y: float64[5]; A: float64[4, 6]; B: float64[4, 6]; T: float64[2, 3, 4]; i: int64[3]; "
	const unknown = "x: float64[n]; y: float64[n]; A: float64[m, p]; B: float64[m, p]; T: float64[q, r, m]; i: int64[?]; "
	const rest = "s: float64; k: int64; "
	rng := rand.New(rand.NewPCG(7, 8))
	values := []*expr.Value{}
	for _, shape := range [][]int{{5}, {5}, {4, 6}, {4, 6}, {2, 3, 4}} {
		values = append(values, randomArray(rng, expr.Float64, shape))
	}
	i, err := expr.NewValue([]int{3}, []int64{2, 0, 3})
	if err != nil {
		t.Fatal(err)
	}
	values = append(values, i, expr.ScalarValue(1.5), expr.ScalarValue(int64(2)))
	text, err := os.ReadFile("testdata/parts.txt")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^([^#].*) ([-=?]>) (.*)$`)
	for _, m := range line.FindAllStringSubmatch(string(text), -1) {
		src, sign, want := m[1], m[2], m[3]
		if sign != "?>" {
			checkParts(t, known+rest, src, want, values)
		}
		if sign != "->" {
			checkParts(t, unknown+rest, src, want, values)
		}
	}
}

func checkParts(t *testing.T, declared, src, want string, values []*expr.Value) {
	t.Helper()
	g, err := expr.Parser{Funcs: autodiff.Funcs}.ParseGraph(declared + src)
	if err != nil {
		t.Errorf("%s: %v", src, err)
		return
	}
	for _, strict := range []bool{false, true} {
		after, trace, err := optimize.Run(g, optimize.Options{Strict: strict})
		if err != nil || trace.Unsettled {
			t.Errorf("%s: %v, comes to rest: %v", src, err, !trace.Unsettled)
			continue
		}
		if got := outputs(after); got != want && !strict {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
		if err := sameMeaning(g, after, values, strict); err != nil {
			t.Errorf("%s: %v", src, err)
		}
	}
}

// TestSlices: a slice goes to the inputs, and only what it takes is computed.
func TestSlices(t *testing.T) {
	cases{
		// Slices of slices, for any length.
		{"x: float64[n]; x[2:][1:3], x[2:][3], x[:5][:3], x[1:-1][1:-1]", "x[3:5], x[5], x[:3], x[2:-2]"},
		{"x: float64[n]; x[::2][::3], x[1::2][3], x[-3:][-1], x[0:]", "x[::6], x[7], x[-1], x"},
		{"x: float64[n]; x[::-1][::-1], x[::-1][0], x[::-1][-2], x[::-1][1:]", "x, x[-1], x[1], x[-2::-1]"},
		{"x: float64[n]; x[2:6][::-1], x[:-1][::-1]", "x[5:1:-1], x[-2::-1]"},
		{"x: float64[n]; x[2:][-1], x[:5][-1], x[:-2][:4], x[-3:][1:]", "x[2:][-1], x[:5][-1], x[:-2][:4], x[-3:][1:]"},
		{"x: float64[n, m]; x[1][2], x[:, 1][2], x[1:][:, 2:]", "x[1, 2], x[2, 1], x[1:, 2:]"},
		{"x: float64[9]; x[::-1][2:6:2], x[2:2][:5]", "x[6:3:-2], x[2:2]"},
		// Of what is computed element by element.
		{"x: float64[n]; y: float64[n]; (x + y)[1:3]", "x[1:3] + y[1:3]"},
		{"x: float64[3, 4]; y: float64[3, 1]; (x*y)[:, 2]", "x[:, 2]*y[:, 0]"},
		{"x: float64[?]; y: float64[?]; (x + y)[1]", "(x + y)[1]"},
		{"x: float64[n]; t = exp(x); t[0] + sum(t)", "t1 = exp(x); t1[0] + sum(t1)"},
		// Of reductions and of what is computed along an axis.
		{"x: float64[n, m]; sum(x, axis=1)[3]", "sum(x[3])"},
		{"x: float64[5, 4, 3]; max(x, axis=1)[2, 1]", "max(x[2, :, 1])"},
		{"x: float64[5, 4]; mean(x, axis=1, keepdims=True)[2:4]", "mean(x[2:4], axis=1, keepdims=True)"},
		{"x: float64[5, 4]; argmax(x, axis=1)[2]", "argmax(x[2], axis=0)"},
		{"x: float64[5, 4]; softmax(x, axis=1)[2]", "softmax(x[2], axis=0)"},
		{"x: float64[5]; cumsum(x)[:3]", "cumsum(x[:3], axis=0)"},
		{"x: float64[5]; cumsum(x)[-1]", "sum(x)"},
		{"x: float64[5]; sort(x)[0]", "min(x)"},
		// Of views and joins.
		{"x: float64[2, 3, 4]; transpose(x, (1, 2, 0))[1]", "x[:, 1].T"},
		{"x: float64[3, 4]; reshape(x, (12,))[5], reshape(x, (12,))[4:8]", "x[1, 1], x[1]"},
		{"x: float64[6, 4]; reshape(x, (2, 3, 4))[1], reshape(x, (3, 8))[1, 5]", "x[3:], x[3, 1]"},
		{"x: float64[5]; broadcast_to(x, (3, 5))[:, 1:3]", "broadcast_to(x[1:3], (3, 2))"},
		{"x: float64[n]; zeros_like(x)[2:]", "zeros_like(x[2:])"},
		{"x: float64[3]; y: float64[4]; concatenate((x, y))[1:5]", "concatenate((x[1:], y[:2]), axis=0)"},
		{"x: float64[3]; y: float64[4]; concatenate((x, y))[::-2]", "concatenate((y[::-2], x[::-2]), axis=0)"},
		{"x: float64[3, 5]; y: float64[4, 5]; concatenate((x, y))[:, 2]", "concatenate((x[:, 2], y[:, 2]), axis=0)"},
		// Of products.
		{"A: float64[m, k]; B: float64[k, n]; (A @ B)[1], (A @ B)[1, 2]", "t1 = A @ B; t1[1], t1[1, 2]"},
		{"A: float64[m, k]; B: float64[k, n]; (A @ B)[1]", "gemv(1.0, B, A[1], trans_a=True)"},
		{"A: float64[m, k]; B: float64[k, n]; (A @ B)[1, 2]", "A[1] @ B[:, 2]"},
		{"A: float64[3, 4]; B: float64[4, 5]; dot(A, B)[1:3, ::2]", "A[1:3] @ B[:, ::2]"},
		{"A: float64[2, 3, 4]; B: float64[2, 4, 5]; matmul(A, B)[1, :, 2:]", "A[1] @ B[1, :, 2:]"},
		{"u: float64[3]; v: float64[4]; outer(u, v)[:, 1]", "u*v[1]"},
		{"A: float64[3, 3]; B: float64[3, 4]; solve(A, B)[:, 1]", "solve(A, B[:, 1])"},
		{"arange(100)[40:60:10], arange(10**9)[7:10**8]", "array([40, 50]), arange(7, 100000000)"},
		{"x: float64[n]; i: int64[k]; j: int64[m]; x[i][j]", "x[i[j]]"},
	}.test(t, optimize.Options{})
}

// TestAssignments: what is read beside a part that was written, of it, and what
// is written over.
func TestAssignments(t *testing.T) {
	cases{
		{"x: float64[5]; y: float64[2]; t = set_subtensor(x[1:3], y); t[3:], t[0], t[2]", "x[3:], x[0], y[1]"},
		{"x: float64[5]; y: float64[2]; set_subtensor(x[1:4:2], y)[2]", "x[2]"},
		{"x: float64[5]; y: float64[2]; t = inc_subtensor(x[1:3], y); t[1:3], t[3:], t[2]", "x[1:3] + y, x[3:], x[2] + y[1]"},
		{"x: float64[n]; a: float64; set_subtensor(x[2], a)[3], set_subtensor(x[2], a)[1]", "x[3], set_subtensor(x[2], a)[1]"},
		{"x: float64[5, 4]; y: float64[4]; t = set_subtensor(x[2], y); t[3, 1], t[2, 1]", "x[3, 1], y[1]"},
		{"x: float64[5]; y: float64[2]; z: float64[2]; set_subtensor(set_subtensor(x[1:3], y)[1:3], z)", "set_subtensor(x[1:3], z)"},
		{"x: float64[5]; y: float64[2]; z: float64[2]; inc_subtensor(inc_subtensor(x[1:3], y)[1:3], z)", "inc_subtensor(x[1:3], y + z)"},
		{"x: float64[5]; y: float64[2]; z: float64[2]; inc_subtensor(set_subtensor(x[1:3], y)[1:3], z)", "set_subtensor(x[1:3], y + z)"},
		{"x: float64[5]; a: float64; set_subtensor(x[:], a), inc_subtensor(x[0:5], a)", "broadcast_to(a, (5,)), x + a"},
		{"x: float64[n]; y: float64[n]; set_subtensor(x[:], y), inc_subtensor(zeros_like(x)[:], y)", "y, y"},
		{"y: float64[2]; inc_subtensor(zeros(5)[1:3], y)", "set_subtensor(zeros((5,))[1:3], y)"},
		{"x: float64[5]; inc_subtensor(x[1:3], 0.0), set_subtensor(x[2:2], 1.0)", "x, x"},
		{"x: float64[5]; y: float64[2]; set_subtensor(x[[1, 3]], y)", "set_subtensor(x[1::2], y)"},
	}.test(t, optimize.Options{})
}

// TestJoins: what was cut is whole again, and stacks are not made to be
// reduced.
func TestJoins(t *testing.T) {
	cases{
		{"x: float64[n]; k: int64; concatenate((x[:2], x[2:])), concatenate((x[:k], x[k:]))", "x, x"},
		{"x: float64[n]; concatenate((x[:2], x[2:4])), concatenate((x[:2], x[3:]))", "x[:4], concatenate((x[:2], x[3:]), axis=0)"},
		{"x: float64[5]; roll(roll(x, 1), -1), roll(x, 5)", "x, x"},
		{"x: float64[2, 3]; stack((x[0], x[1]))", "x"},
		{"x: float64[n]; y: float64[m]; z: float64[k]; concatenate((concatenate((x, y)), z))", "concatenate((x, y, z), axis=0)"},
		{"x: float64[n]; concatenate((x, zeros(0)))", "x"},
		{"x: float64[n]; y: float64[n]; sum(stack((x, y)), axis=0), max(stack((x, y), axis=1), axis=1)", "x + y, maximum(x, y)"},
		{"a: float64; b: float64; mean(stack((a, b)))", "0.5*(a + b)"},
		{"concatenate((zeros(10**8), zeros(10**8)))", "zeros((200000000,))"},
	}.test(t, optimize.Options{})
}

// TestReductionsOfViews: reductions look through what only moves or repeats
// elements.
func TestReductionsOfViews(t *testing.T) {
	cases{
		{"x: float64[3]; t = broadcast_to(x, (2, 3)); sum(t), max(t, axis=0), prod(t, axis=0), mean(t)", "2.0*sum(x), x, square(x), mean(x)"},
		{"x: int32[3]; sum(broadcast_to(x, (2, 3)), axis=0)", "2*astype(x, 'int64')"},
		{"x: float64[n]; sum(ones_like(x)), mean(full_like(x, 2.0))", "astype(size(x), 'float64'), array(2.0)"},
		{"x: float64[n]; sum(tile(x, 4)), max(repeat(x, 3))", "4.0*sum(x), max(x)"},
		{"x: float64[3, 4]; sum(reshape(x, (2, 6))), argmax(ravel(x))", "sum(x), argmax(x)"},
		{"x: float64[n, m]; sum(flip(x)), max(x[::-1], axis=0), sum(x[::-1], axis=1)", "sum(x), max(x, axis=0), sum(x[::-1], axis=1)"},
		{"x: float64[n, m]; sum(sort(x, axis=0), axis=0), sort(sort(x[:, ::-1]))", "sum(x, axis=0), sort(x, axis=1)"},
	}.test(t, optimize.Options{})
}

// TestShapesOnly: questions about shapes compute nothing.
func TestShapesOnly(t *testing.T) {
	cases{
		{"x: float64[?, ?]; y: float64[?, ?]; size(x @ y, 0), size(x @ y, 1)", "size(x, 0), size(y, 1)"},
		{"x: float64[m, k]; y: float64[k, n]; size(exp(x @ y)), ones_like(x @ y)", "t1 = size(x, 0); t2 = size(y, 1); t1*t2, ones((t1, t2))"},
		{"x: float64[?]; y: float64[?]; size(concatenate((x, y, exp(x)[2:])))", "size(x) + size(y) + size(x[2:])"},
		{"x: float64[?]; zeros((10**5, 10**4)) + sum(zeros_like(exp(x)))", "zeros((100000, 10000))"},
	}.test(t, optimize.Options{})
}

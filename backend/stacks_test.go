package backend_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// stacks are products of stacks of matrices; %s is the dtype.
var stacks = []string{
	"x: %s[5, 3, 7]; y: %s[5, 7, 4]; x @ y",
	"x: %s[5, 70, 9]; y: %s[5, 9, 66]; x @ y",
	"x: %s[5, 9, 70]; y: %s[5, 9, 66]; swapaxes(x, 1, 2) @ y",
	"x: %s[5, 70, 9]; y: %s[5, 66, 9]; x @ swapaxes(y, 1, 2)",
	"x: %s[5, 9, 70]; y: %s[5, 66, 9]; swapaxes(x, -1, -2) @ swapaxes(y, -1, -2)",
	"x: %s[2, 1, 5, 6]; y: %s[3, 6, 7]; x @ y",
	"x: %s[2, 4, 5, 6]; y: %s[2, 1, 6, 7]; x @ y",
	"x: %s[2, 4, 5, 6]; y: %s[6, 7]; x @ y",
	"x: %s[2, 4, 6, 5]; y: %s[6, 7]; swapaxes(x, -1, -2) @ y",
	"x: %s[5, 6]; y: %s[2, 4, 6, 7]; x @ y",
	"x: %s[4, 5, 6]; y: %s[1, 6, 7]; x @ y",
	"x: %s[1, 5, 6]; y: %s[4, 6, 7]; broadcast_to(x, (4, 5, 6)) @ y",
	"x: %s[6, 5, 8]; y: %s[6, 8, 7]; x[::2] @ y[1::2], x[::-1] @ y, x[:, 1:4, 2:] @ y[:, 2:, ::3]",
	"x: %s[6, 5, 8]; y: %s[5, 6, 7]; transpose(x, (1, 2, 0)) @ y, transpose(x, (2, 1, 0)) @ y[:1]",
	"x: %s[6, 1, 9]; y: %s[6, 9, 1]; y @ x, x @ y",
	"x: %s[6, 4, 9]; y: %s[6, 9, 5]; sum(x @ y, axis=0), sum(x @ y, axis=0, keepdims=True), sum(x @ y), sum(x @ y, axis=1)",
	"x: %s[2, 3, 4, 9]; y: %s[2, 3, 9, 5]; sum(x @ y, axis=(0, 1)), sum(x @ y, axis=0)",
	"x: %s[2, 3, 4, 9]; y: %s[9, 5]; sum(x @ y, axis=(0, 1)), exp(-(x @ y)), (x @ y) @ y.T",
	"x: %s[2, 3, 4, 9]; y: %s[2, 1, 9, 5]; sum(x @ y, axis=(0, 1), keepdims=True)",
	"x: %s[6, 9]; y: %s[9, 5]; 2*(x @ y) - 3*exp(x[:, :5]), cos(x[:, 0]) + x @ y[:, 1], cos(y) + outer(y[:, 0], x[1, :5])",
	"x: %s[6, 4, 9]; y: %s[9, 5]; x @ astype(y*3, 'int32'), matmul(x[0] > 0, y)",
	"x: %[1]s[5, 70, 9]; y: %[1]s[5, 9, 66]; z: %[1]s[5, 70, 66]; a: %[1]s; 2*(x @ y) - 0.5*z, a*(x @ y) + z, z - x @ y, a*(x @ y + a*z)",
	"x: %[1]s[5, 9, 70]; y: %[1]s[5, 66, 9]; z: %[1]s[5, 66, 70]; swapaxes(x, 1, 2) @ swapaxes(y, 1, 2) + 3*swapaxes(z, 1, 2)",
	"x: %[1]s[2, 4, 5, 6]; y: %[1]s[6, 7]; z: %[1]s[2, 4, 5, 7]; 2*(x @ y) - z, x @ y + exp(z), x[::-1] @ y + z[:, ::2][:, [0, 1, 1, 0]]",
	"x: %[1]s[2, 4, 5, 6]; y: %[1]s[6, 7]; z: %[1]s[5, 7, 2, 4]; 2*(x @ y) - transpose(z, (2, 3, 0, 1)), x @ y + transpose(z, (2, 3, 0, 1))[::-1]",
	"x: %[1]s[2, 1, 5, 6]; y: %[1]s[3, 6, 7]; z: %[1]s[2, 3, 5, 7]; x @ y - 2*z, x @ y + x @ (y*y) - z - z, x @ y - broadcast_to(z[:1], (2, 3, 5, 7))",
	"x: %[1]s[4, 6, 5]; y: %[1]s[3, 1, 7, 6]; z: %[1]s[3, 4, 5, 7]; gemm(2.0, x, y, 0.0, z, trans_a=True, trans_b=True), gemm(0.0, x, y, trans_a=True, trans_b=True)",
	"x: %[1]s[4, 2, 5]; y: %[1]s[4, 5, 3]; z: %[1]s[4, 2, 3]; x @ y - 2*z, exp(0.5*(x @ y) + z), gemm(2.0, x, y, 0.0, z), z[:, :, 0] - sum(x @ y - z, axis=2)",
}

// TestStacks compares products of stacks with the reference, also with zeros
// and what is not finite, and on several threads bit for bit.
func TestStacks(t *testing.T) {
	for i, form := range stacks {
		for _, d := range []expr.DType{expr.Float64, expr.Float32, expr.Complex128, expr.Complex64} {
			if d.IsComplex() && strings.Contains(form, "astype") {
				continue // no order, and no integers
			}
			t.Run(fmt.Sprintf("%v/%d", d, i), func(t *testing.T) {
				g, err := expr.ParseGraph(strings.ReplaceAll(fmt.Sprintf(form, d, d), "; ", "\n"))
				if err != nil {
					t.Fatal(err)
				}
				for _, infinite := range []bool{false, true} {
					compareStacks(t, g, stackArguments(g, uint64(i), infinite))
				}
			})
		}
	}
}

// stackArguments returns random arguments; some have zeros and a number that is
// not finite, which zeros must not hide.
func stackArguments(g *expr.Graph, seed uint64, infinite bool) []*expr.Value {
	rng := rand.New(rand.NewPCG(seed, 5))
	var values []*expr.Value
	for _, in := range g.Inputs {
		shape, _ := in.Type().Shape()
		z := make([]complex128, productOf(shape))
		for i := range z {
			z[i] = complex(rng.NormFloat64(), 0)
			if in.DType().IsComplex() {
				z[i] += complex(0, rng.NormFloat64())
			}
			if infinite && rng.IntN(3) == 0 {
				z[i] = 0
			}
		}
		if infinite {
			z[rng.IntN(len(z))] = complex(math.Inf(1), 0)
		}
		values = append(values, exprtest.Convert(z, shape, in.DType()))
	}
	return values
}

func productOf(shape []int) int {
	n := 1
	for _, l := range shape {
		n *= l
	}
	return n
}

func compareStacks(t *testing.T, g *expr.Graph, values []*expr.Value) {
	t.Helper()
	want, err := g.Evaluate(values)
	if err != nil {
		t.Fatal(err)
	}
	var args []any
	for _, v := range values {
		x, err := v.Dense()
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, x)
	}
	one, err := results(t, backend.Config{Threads: 1}, g, args)
	if err != nil {
		t.Fatal(err)
	}
	several, err := results(t, backend.Config{Threads: 3}, g, args)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want {
		tolerance := 1e-12
		if w.DType() == expr.Float32 || w.DType() == expr.Complex64 {
			tolerance = 1e-4
		}
		if err := exprtest.Compare(one[i], w, tolerance, tolerance); err != nil {
			t.Errorf("result %d: %v\n%v", i, err, g)
		}
		if err := exprtest.SameBits(several[i], one[i]); err != nil {
			t.Errorf("result %d on several threads: %v", i, err)
		}
	}
}

// TestTrainingStep: a step of training a network of two layers makes no copy of
// a matrix, transposed or not: memory is for its values and their gradients.
func TestTrainingStep(t *testing.T) {
	p := program(t, backend.Config{}, "x: float64[64, 20]\ny: float64[64, 3]\nU: float64[20, 30]\nb: float64[30]\nV: float64[30, 3]\n"+
		"loss = mean((tanh(x @ U + b) @ V - y)**2)\nloss, U - 0.1*grad(loss, U), b - 0.1*grad(loss, b), V - 0.1*grad(loss, V)")
	args := []any{dense(64, 20), dense(64, 3), dense(20, 30), vector(30), dense(30, 3)}
	q, err := p.Plan(args...)
	if err != nil {
		t.Fatal(err)
	}
	hidden, output, results := 64*30, 64*3, 1+20*30+30+30*3
	if most := int64(8 * (2*hidden + 2*output + results + 64)); q.Kernels() > 10 || q.PeakBytes() > most {
		t.Errorf("peak %d, %d will do\n%v", q.PeakBytes(), most, q)
	}
}

// TestAddendsStretch: of unknown lengths, what is added to a product and the product
// may stretch each other.
func TestAddendsStretch(t *testing.T) {
	for _, c := range []struct {
		src    string
		shapes [][][]int // of the arguments, one call after the other
	}{
		{"A: float64[?, ?]; v: float64[?]; y: float64[?]; 2*(A @ v) - 3*y", [][][]int{{{3, 4}, {4}, {3}}, {{3, 4}, {4}, {1}}, {{1, 4}, {4}, {5}}, {{1, 4}, {4}, {1}}, {{0, 4}, {4}, {0}}}},
		{"A: float64[?, ?]; B: float64[?, ?]; C: float64[?, ?]; C - 2*(A @ B)", [][][]int{{{3, 4}, {4, 5}, {3, 5}}, {{3, 4}, {4, 5}, {1, 5}}, {{3, 4}, {4, 5}, {3, 1}}, {{1, 4}, {4, 5}, {3, 1}}, {{3, 0}, {0, 5}, {3, 5}}}},
		{"A: float32[?, ?]; B: float32[?, ?]; C: float32[?, ?]; 2*(A @ B.T) + 0.5*C", [][][]int{{{3, 4}, {5, 4}, {3, 5}}, {{3, 4}, {5, 4}, {1, 1}}, {{30, 40}, {50, 40}, {30, 50}}}},
		{"A: float64[?, ?, ?]; B: float64[?, ?, ?]; C: float64[?, ?, ?]; A @ B + C", [][][]int{{{2, 8, 8}, {2, 8, 8}, {2, 8, 8}}, {{1, 8, 8}, {2, 8, 8}, {1, 8, 8}}, {{1, 8, 8}, {1, 8, 8}, {3, 8, 1}}}},
		{"A: complex128[?, ?]; B: complex128[?, ?]; C: complex128[?, ?]; A @ B - 2j*C", [][][]int{{{3, 4}, {4, 5}, {3, 5}}, {{3, 4}, {4, 5}, {1, 5}}, {{20, 20}, {20, 20}, {20, 20}}, {{20, 20}, {20, 20}, {20, 1}}}},
	} {
		g, err := expr.ParseGraph(strings.ReplaceAll(c.src, "; ", "\n"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := backend.Compile(g.Inputs, g.Outputs...)
		if err != nil {
			t.Fatal(err)
		}
		if out := p.Graph().Outputs[0]; out.Op() != expr.OpGemm && out.Op() != expr.OpGemv {
			t.Errorf("%s: %v", c.src, out)
		}
		for _, shapes := range c.shapes {
			var symbols []*expr.Node
			for i, in := range g.Inputs {
				symbols = append(symbols, expr.Input(in.Name(), in.DType(), anys(shapes[i])...))
			}
			values := stackArguments(expr.NewGraph(symbols), 3, false)
			compareStacks(t, g, values)
		}
	}
}

func anys(shape []int) []any {
	dims := make([]any, len(shape))
	for i, n := range shape {
		dims[i] = n
	}
	return dims
}

// TestTransposedTwice: a stack transposed twice lies as the first one, unless it is
// stored in between.
func TestTransposedTwice(t *testing.T) {
	g, err := expr.ParseGraph("g: float64[2, 4, 4]\nt = transpose(g, (0, 2, 1))\nu = transpose(t, (0, 2, 1))\n" +
		"reshape(t, (8, 4)).T @ reshape(exp(g), (8, 4)), reshape(u, (8, 4)).T @ reshape(t @ g, (8, 4))")
	if err != nil {
		t.Fatal(err)
	}
	values := stackArguments(g, 4, false)
	want, err := g.Evaluate(values)
	if err != nil {
		t.Fatal(err)
	}
	x, err := values[0].Dense()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []backend.Config{{}, {Strict: true}, {Strict: true, Skip: []string{"structure"}}} {
		got, err := results(t, c, g, []any{x})
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want {
			if err := exprtest.Compare(got[i], w, 1e-12, 1e-12); err != nil {
				t.Errorf("%+v: result %d: %v", c, i, err)
			}
		}
	}
}

// TestMatricesWhereTheyLie: linear algebra reads transposed matrices, and other parts
// of arrays, where they lie.
func TestMatricesWhereTheyLie(t *testing.T) {
	for _, form := range []string{
		"x: %[1]s[6, 6]; y: %[1]s[6, 3]; s = x + 9*eye(6); solve(s.T, y), solve(s.T[::-1], y[::-1]), inv(s[1:5, 1:5].T), det(s[:, ::-1])",
		"x: %[1]s[3, 6, 6]; y: %[1]s[3, 4, 6]; s = x + 9*eye(6); solve(swapaxes(s, 1, 2), swapaxes(y, 1, 2)), inv(s[::-1, ::2, ::2]), logabsdet(transpose(s, (0, 2, 1))[1:])",
		"x: %[1]s[6, 6]; y: %[1]s[3, 6]; solve(x, y.T), solve(x.T, y[0]), solve_triangular(x.T, y.T), solve_triangular(x[:3, :3].T, y[:, 1], lower=True), inv(broadcast_to(x, (2, 6, 6)))",
		"x: %[1]s[70, 70]; y: %[1]s[70, 70]; solve((x + 90*eye(70)).T, y.T), det(x[:4, :4].T)",
	} {
		for _, d := range []expr.DType{expr.Float64, expr.Float32, expr.Complex128} {
			g, err := expr.ParseGraph(strings.ReplaceAll(fmt.Sprintf(form, d), "; ", "\n"))
			if err != nil {
				t.Fatal(err)
			}
			if d == expr.Float32 && strings.Contains(form, "eye") {
				continue // eye is float64
			}
			values := stackArguments(g, 8, false)
			compareStacks(t, g, values)
		}
	}
}

package autodiff_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestEveryOpHasARow: deleting a row makes this fail.
func TestEveryOpHasARow(t *testing.T) {
	for op := range expr.NumOps {
		if !autodiff.HasRule(op) && autodiff.Reason(op) == "" {
			t.Errorf("autodiff/rules.go: the table gradients has no row for op %d, %q: add its rule, or noGradient with the reason", op, op)
		}
	}
}

// example is an expression that uses an op, and data for it.
type example struct {
	name   string
	inputs []*expr.Node
	values []*expr.Value
	node   *expr.Node
}

// userGradient has the ops whose gradient is what the user says, which
// differences cannot confirm. They have tests of their own.
var userGradient = map[expr.Op]bool{
	expr.OpStopGradient: true, expr.OpScaleGradient: true, expr.OpWithGradient: true, expr.OpCustom: true,
}

// examples returns expressions for an op with known and with unknown dims: its
// example, and if it is element-wise or a reduction, some that are made here.
func examples(t *testing.T, op expr.Op) []example {
	var list []example
	switch {
	case op == expr.OpInvalid || op == expr.OpInput || op == expr.OpConst || op == expr.OpCustom:
		return nil
	case op.Example() != "":
		list = append(list, parse(t, op.Example(), op))
	case op.Elementwise():
		list = append(list, elementwise(op))
		list = append(list, complexElementwise(op)...)
	case op.Reduction():
		for _, axes := range []expr.Axes{{Axes: []int{1}}, {Axes: []int{0, 2}}, {Axes: []int{0, 1, 2}, All: true}, {Axes: []int{2}, KeepDims: true}} {
			x := newInput("x", op, 2, 3, 4)
			list = append(list, finish(fmt.Sprintf("%s(%s)", op, axes.Key()), op, expr.New(x, op, axes, x), x))
		}
	default:
		t.Fatalf("expr/ops.go: %q needs an example", op)
	}
	for _, program := range more[op] {
		list = append(list, parse(t, program, op))
	}
	for _, e := range list {
		if u := e.unknown(); u.node.Err() == nil { // some ops need known dims
			list = append(list, u)
		}
	}
	return list
}

// more has programs beside the one of the ops table, for ops that need several.
var more = map[expr.Op][]string{
	expr.OpSum:       {"z: complex128[2, 3]; sum(z*z, axis=0)"},
	expr.OpProd:      {"z: complex128[2, 3]; prod(z, axis=1)"},
	expr.OpMean:      {"z: complex128[2, 3]; mean(z*z)"},
	expr.OpMul:       {"x: float64[3]; y: float64[2, 3]; z: float64; x*y*z*x"},
	expr.OpPow:       {"x: float64[4]; x**2 + x**3 + x**0.5 + x**1 + x**0 + x**-1.5"},
	expr.OpLogSumExp: {"x: float64[2, 3]; logsumexp(x, axis=(0, 1))"},
	expr.OpCumsum:    {"x: float64[2, 3]; cumsum(x)"},
	expr.OpCumprod:   {"x: float64[2, 3]; cumprod(x)", "z: complex128[3]; cumprod(z)", "x: float64[2, 3]; cumprod(x, axis=1)"},
	expr.OpSort:      {"x: float64[2, 3]; sort(x, axis=0)", "x: float64[5]; sort(x)"},
	expr.OpDot:       {"x: float64[3]; y: float64[3]; dot(x, y)", "x: float64[3]; A: float64[3, 4]; dot(x, A)", "A: float64[3, 4]; x: float64[4]; dot(A, x)", "a: complex128[2, 3]; b: complex128[3, 2]; a @ b", "a: complex128[2, 3]; b: float64[3]; a @ b", "a: complex128[3]; b: complex128[3]; dot(a, b)"},
	expr.OpMatMul:    {"a: float64[3]; b: float64[2, 3, 2]; a @ b", "a: float64[2, 2, 3]; b: float64[3]; a @ b", "a: float64[3, 2]; b: float64[4, 2, 3]; a @ b", "a: float64[2, 1, 2, 3]; b: float64[3, 3, 2]; a @ b"},
	expr.OpGemm: {"A: float64[3, 4]; B: float64[2, 4]; s: float64; gemm(s, A, B, trans_b=True)", "A: float64[4, 3]; B: float64[2, 4]; C: float64[3, 2]; s: float64; t: float64; gemm(s, A, B, t, C, trans_a=True, trans_b=True)",
		"A: float64[2, 4, 3]; B: float64[2, 4]; C: float64[2, 3, 2]; s: float64; t: float64; gemm(s, A, B, t, C, trans_a=True, trans_b=True)", "A: float64[1, 3, 4]; B: float64[2, 4, 2]; s: float64; gemm(s, A, B)",
		"A: float64[3, 4]; B: float64[4, 1]; C: float64[1, 2]; s: float64; t: float64; gemm(s, A, B, t, C)"},
	expr.OpGemv:            {"A: float64[3, 4]; x: float64[3]; s: float64; gemv(s, A, x, trans_a=True)", "A: float64[3, 4]; x: float64[4]; y: float64[3]; s: float64; t: float64; gemv(s, A, x, t, y)", "A: float64[1, 4]; x: float64[4]; y: float64[3]; s: float64; t: float64; gemv(s, A, x, t, y)"},
	expr.OpGer:             {"x: float64[3]; y: float64[4]; A: float64[3, 4]; s: float64; ger(s, x, y, A)"},
	expr.OpDet:             {"A: float64[2, 3, 3]; det(A)", "A: complex128[2, 2]; det(A)"},
	expr.OpLogDet:          {"A: float64[2, 3, 3]; logdet(A + 3*eye(3))"},
	expr.OpLogAbsDet:       {"A: float64[2, 3, 3]; logabsdet(A + 3*eye(3))", "A: complex128[2, 2]; logabsdet(A + 3*eye(2))"},
	expr.OpInv:             {"A: float64[2, 3, 3]; inv(A + 3*eye(3))", "A: complex128[2, 2]; inv(A + 3*eye(2))"},
	expr.OpSolve:           {"A: float64[3, 3]; b: float64[3, 2]; solve(A + 3*eye(3), b)", "A: float64[2, 3, 3]; b: float64[2, 3]; solve(A + 3*eye(3), b)", "A: float64[2, 3, 3]; b: float64[2, 3, 2]; solve(A + 3*eye(3), b)", "A: complex128[2, 2]; b: complex128[2]; solve(A + 3*eye(2), b)"},
	expr.OpSolveTriangular: {"A: float64[3, 3]; b: float64[3]; solve_triangular(A + 3*eye(3), b)"},
	expr.OpCholesky:        {"A: float64[3, 3]; cholesky(A + 9*eye(3))", "A: float64[2, 3, 3]; cholesky(A + 9*eye(3))", "A: complex128[2, 2]; cholesky(A + 9*eye(2))"},
	expr.OpEigh:            {"A: float64[3, 3]; eigh(A)[0]", "A: float64[3, 3]; eigh(A)[1]", "A: float64[3, 3]; e = eigh(A); e[1]*e[0]"},
	expr.OpSVD:             {"A: float64[3, 4]; svd(A)[0]", "A: float64[4, 3]; svd(A)[0]", "A: float64[3, 4]; svd(A)[2]", "A: float64[4, 3]; svd(A)[2]", "A: float64[3, 3]; s = svd(A); (s[0]*s[1]**2) @ s[2] + s[0]"},
	expr.OpQR:              {"A: float64[4, 3]; qr(A)[0]", "A: float64[3, 3]; q = qr(A); q[0]*q[1]", "A: float64[2, 4]; qr(A)[1]", "A: float64[2, 4]; qr(A)[0]"},
	expr.OpReshape:         {"x: float64[3, 4]; reshape(x, (2, 6))"},
	expr.OpConcatenate:     {"x: float64[2, 3]; y: float64[2, 1]; concatenate((x, y, x), axis=1)"},
	expr.OpSlice:           {"x: float64[5]; i: int64; x[i:4]", "x: float64[5, 3]; x[::-2, None, 1]", "x: float64[6]; x[1:-1] - 2*x[:-2] + x[2:]*x[0]"},
	expr.OpTake:            {"x: float64[4, 3]; x[[2, 0, 2], [1, 0, 1]]", "x: float64[4, 3, 2]; i: int64[2]; x[i, :, i]"},
	expr.OpSetSlice:        {"x: float64[5, 3]; y: float64[3]; set_subtensor(x[1:3], y)", "x: float64[5]; y: float64; i: int64; set_subtensor(x[i], y)"},
	expr.OpIncSlice:        {"x: float64[5, 3]; y: float64[3]; inc_subtensor(x[::2], y)"},
	expr.OpSetTake:         {"x: float64[4]; y: float64[3]; set_subtensor(x[[2, 0, 2]], y)", "x: float64[4]; y: float64[3]; i: int64[3]; set_subtensor(x[i], y)", "x: float64[4]; y: float64; set_subtensor(x[x > 0], y)"},
	expr.OpIncTake:         {"x: float64[4]; y: float64; inc_subtensor(x[[2, 0, 2]], y)"},
	expr.OpArange:          {"a: float64; b: float64; arange(a, 5.5, 1 + b*b)"},
	expr.OpDiag:            {"x: float64[3]; diag(x, k=-1)", "A: float64[3, 4]; diag(A)", "A: float64[3, 4]; diag(A, k=2)", "A: float64[3, 4]; diag(A, k=-1)"},
	expr.OpMap:             {"x: float64[3, 2]; A: float64[2, 2]; map(lambda v: A @ v * sum(v), x)"},
	expr.OpWhile: {
		"x: float64[3]; while_loop(lambda z: z > 1, lambda z: sqrt(z), x*x + 3, 2)",
		"x: float64[3]; y: float64[2, 1]; w = while_loop(lambda a, b, k: k < 3, lambda a, b, k: (a*b + x, sin(a) + y*b, k + 1), (x, y, 0), 5); w[0]*w[1]",
		"x: float64[3]; y: float64; while_loop(lambda a, b: abs(a) < 50, lambda a, b: (b, a*y), (x, 1.0), 3)[1]",
		"x: float64[3]; y: float64; while_loop(lambda a: True, lambda a: astype(sin(a*y), 'float32'), astype(x, 'float32'), 3)*x",
		"z: complex128[3]; c: complex128; while_loop(lambda w: abs(w) < 40, lambda w: w*w + c, z, 2)",
		"z: complex128[3]; x: float64[3]; while_loop(lambda w, r, k: k < 2, lambda w, r, k: (w*conj(w) + x*w, abs(w)*r + imag(w), k + 1), (z, x, 0), 5)[1]",
		"z: complex128[3]; x: float64[3]; while_loop(lambda w, r, k: k < 2, lambda w, r, k: (w*conj(w) + x*w, abs(w)*r + imag(w), k + 1), (z, x, 0), 5)[0]",
		"x: float64[4]; where(x > 0, while_loop(lambda a: True, lambda a: sqrt(a), x, 2), x)",
	},
	expr.OpItem: {"A: float64[3, 3]; eigh(A)[0]"},
}

// parse returns the example that a program is.
func parse(t *testing.T, program string, op expr.Op) example {
	t.Helper()
	g, err := expr.ParseGraph(program)
	if err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	return finish(program, op, g.Outputs[0], g.Inputs...)
}

// elementwise returns op applied to inputs of different shapes.
func elementwise(op expr.Op) example {
	arity, _ := op.Arity()
	shapes := [][]any{{2, 3}, {3}, {2, 1}}
	inputs := make([]*expr.Node, arity)
	for i := range inputs {
		inputs[i] = newInput(string(rune('x'+i)), op, shapes[i]...)
	}
	return finish(op.String(), op, expr.New(inputs[0], op, nil, inputs...), inputs...)
}

// complexElementwise returns op applied to complex numbers, and to complex and
// real ones, where it takes them.
func complexElementwise(op expr.Op) []example {
	arity, _ := op.Arity()
	var list []example
	for last := range arity {
		inputs := make([]*expr.Node, arity)
		for i := range inputs {
			inputs[i] = expr.Input(string(rune('x'+i)), expr.Complex128, 3)
			if i > last {
				inputs[i] = expr.Input(string(rune('x'+i)), expr.Float64, 3)
			}
		}
		if n := expr.New(inputs[0], op, nil, inputs...); n.Err() == nil && op != expr.OpWhere {
			list = append(list, finish(fmt.Sprintf("%s of %d complex", op, last+1), op, n, inputs...))
		}
	}
	return list
}

// newInput returns an input with a dtype that op takes.
func newInput(name string, op expr.Op, dims ...any) *expr.Node {
	switch op {
	case expr.OpAnd, expr.OpOr, expr.OpXor, expr.OpNot:
		return expr.Input(name, expr.Bool, dims...)
	case expr.OpShl, expr.OpShr:
		return expr.Input(name, expr.Int64, dims...)
	}
	return expr.Input(name, expr.Float64, dims...)
}

// finish makes data in the op's domain, the same at each run.
func finish(name string, op expr.Op, n *expr.Node, inputs ...*expr.Node) example {
	random := rand.New(rand.NewPCG(1, uint64(op)))
	lo, hi := op.Domain()
	e := example{name: name, inputs: inputs, node: n}
	for _, x := range inputs {
		shape, _ := x.Type().Shape()
		e.values = append(e.values, randomValue(random, x.DType(), shape, lo, hi))
	}
	return e
}

// randomValue returns numbers between lo and hi, integers 0 or 1.
func randomValue(random *rand.Rand, d expr.DType, shape []int, lo, hi float64) *expr.Value {
	data := make([]complex128, expr.Zeros(expr.Float64, shape...).Len())
	for i := range data {
		switch {
		case d.Inexact():
			data[i] = complex(lo+(hi-lo)*random.Float64(), lo+(hi-lo)*random.Float64())
		case d == expr.Bool:
			data[i] = complex(float64(random.IntN(2)), 0)
		default:
			data[i] = complex(float64(random.IntN(2)), 0)
		}
		if !d.IsComplex() {
			data[i] = complex(real(data[i]), 0)
		}
	}
	return exprtest.Convert(data, shape, d)
}

// unknown returns e with inputs of unknown dims, a wrong one where the op needs
// known dims.
func (e example) unknown() example {
	by := make(map[*expr.Node]*expr.Node)
	u := example{name: e.name + " with unknown dims", values: e.values}
	for _, x := range e.inputs {
		dims := make([]any, x.Rank())
		for i := range dims {
			dims[i] = -1
		}
		by[x] = expr.Input(x.Name(), x.DType(), dims...)
		u.inputs = append(u.inputs, by[x])
	}
	u.node = expr.Replace(by, e.node)[0]
	return u
}

// TestGradients compares first and second derivatives of an example of each op
// to differences.
func TestGradients(t *testing.T) {
	for op := range expr.NumOps {
		if userGradient[op] {
			continue
		}
		for _, e := range examples(t, op) {
			if e.node.Err() != nil {
				t.Fatalf("%s: %v", e.name, e.node.Err())
			}
			if !e.node.DType().Inexact() {
				continue
			}
			t.Run(e.name, func(t *testing.T) {
				cost := e.cost(e.node, 1)
				grads := e.check(t, "gradient", cost)
				if !autodiff.HasRule(op) {
					return
				}
				for i, g := range grads {
					if g != nil {
						e.check(t, "gradient of the gradient by "+e.inputs[i].Name(), e.cost(g, 2))
					}
				}
			})
		}
	}
}

// cost returns a weighted sum of the elements of n, with weights that are the
// same each time; for complex numbers, of their real and imaginary parts.
func (e example) cost(n *expr.Node, seed uint64) *expr.Node {
	v, err := expr.NewGraph(e.inputs, n).Evaluate(e.values)
	if err != nil {
		return expr.Wrong(expr.Errorf(expr.ErrInput, "", "%v", err))
	}
	random := rand.New(rand.NewPCG(seed, 9))
	w := expr.Strong(randomValue(random, n.DType(), v[0].Shape(), 0.5, 1.5))
	return n.Mul(w).Real().Sum()
}

// check compares the gradients of cost to differences and returns them, nil
// for inputs without one.
func (e example) check(t *testing.T, what string, cost *expr.Node) []*expr.Node {
	t.Helper()
	grads := make([]*expr.Node, len(e.inputs))
	for i, x := range e.inputs {
		if !x.DType().Inexact() {
			continue
		}
		grads[i] = autodiff.Grad(cost, x)
		if err := grads[i].Err(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		got := evaluate(t, e.inputs, e.values, grads[i])[0]
		want := e.differences(t, cost, i)
		tolerance := 2e-6
		if strings.Contains(e.name, "float32") {
			tolerance = 1e-3
		}
		if err := exprtest.Compare(got, want, tolerance, tolerance); err != nil {
			t.Errorf("%s by %s: %v\n%v\n%v", what, x.Name(), err, cost, grads[i])
		}
	}
	return grads
}

// differences returns the gradient of cost with respect to input k from central
// differences with two steps, extrapolated. Complex inputs are moved along both
// axes.
func (e example) differences(t *testing.T, cost *expr.Node, k int) *expr.Value {
	t.Helper()
	at, x := e.values[k], e.inputs[k]
	g := expr.NewGraph(e.inputs, cost)
	f := func(i int, step complex128) float64 {
		data := make([]complex128, at.Len())
		for j := range data {
			data[j] = at.Complex(j)
		}
		data[i] += step
		values := append([]*expr.Value{}, e.values...)
		values[k] = exprtest.Convert(data, at.Shape(), x.DType())
		out, err := g.Evaluate(values)
		if err != nil {
			t.Fatal(err)
		}
		return out[0].Float(0)
	}
	slope := func(i int, direction complex128) float64 {
		central := func(h float64) float64 {
			step := complex(h, 0) * direction
			return (f(i, step) - f(i, -step)) / (2 * h)
		}
		const h = 1e-3
		return (4*central(h/2) - central(h)) / 3
	}
	data := make([]complex128, at.Len())
	for i := range data {
		data[i] = complex(slope(i, 1), 0)
		if x.DType().IsComplex() {
			data[i] += complex(0, slope(i, 1i))
		}
	}
	return exprtest.Convert(data, at.Shape(), x.DType())
}

func TestThirdDerivatives(t *testing.T) {
	x := expr.Scalar("x")
	for _, c := range []struct {
		y    *expr.Node
		want func(x float64) float64
	}{
		{x.Sin(), func(x float64) float64 { return -math.Cos(x) }},
		{x.Exp(), math.Exp},
		{x.Pow(4), func(x float64) float64 { return 24 * x }},
		{x.Log(), func(x float64) float64 { return 2 / (x * x * x) }},
		{x.Prod().Mul(x).Mul(x), func(float64) float64 { return 6 }},
	} {
		d := autodiff.Grad(autodiff.Grad(autodiff.Grad(c.y, x), x), x)
		got := evaluate(t, []*expr.Node{x}, []*expr.Value{expr.ScalarValue(0.7)}, d)[0].Float(0)
		if want := c.want(0.7); math.Abs(got-want) > 1e-12*math.Abs(want) {
			t.Errorf("third derivative of %v: %v, want %v", c.y, got, want)
		}
	}
}

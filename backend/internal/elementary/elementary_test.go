package elementary

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"arignote/backend/internal/interp"
	"arignote/backend/internal/kernel"
	"arignote/backend/internal/kernel/kerneltest"
	"arignote/expr"
)

// hard are arguments at the edges of ranges, of all functions together.
var hard = func() []float64 {
	list := []float64{0, math.Inf(1), math.NaN(), math.SmallestNonzeroFloat64, 0x1p-1022, math.MaxFloat64, math.Pi, math.E, 171.6243769563027}
	for _, x := range []float64{0x1p-1060, 0x1p-1022, 0x1p-540, 0x1p-54, 0x1p-53, 0x1p-27, 0.25, 0.5, math.Sqrt2 / 2, 1, math.Sqrt2, 2, 3, 4, 8, 10, 100, 1000,
		math.Ln2, math.Ln2 / 2, math.Log2E, math.Pi / 4, math.Pi / 2, 3 * math.Pi / 2, 100 * math.Pi, 0x1p23, 0x1p24, 0x1p52, 0x1p53, 0x1p300, 0x1p1000,
		709.782712893384, 710.4758600739439, 745.1332191019411, 708.3964185322641, 1024, 1022, 1074, 1075, 19.06, 22, 36.7, 37.4, 5.9, 6, 26.5, 27.2} {
		list = append(list, x, math.Nextafter(x, 0), math.Nextafter(x, math.Inf(1)), x*(1-1e-3), x*(1+1e-3))
	}
	for _, x := range list {
		list = append(list, -x)
	}
	return list
}()

// points returns n arguments of a function: hard ones (pairs of them for two
// arguments), floats of all exponents, ordinary ones and ones from where the
// function is tested elsewhere.
func points(op expr.Op, n int, r *rand.Rand) [][]float64 {
	arity, _ := op.Arity()
	lo, hi := op.Domain()
	args := make([][]float64, arity)
	for i := range n {
		for k := range args {
			var x float64
			switch {
			case arity == 1 && i < len(hard):
				x = hard[i]
			case arity == 2 && i%3 == 0:
				x = hard[r.IntN(len(hard))]
			case i%4 == 0:
				x = math.Float64frombits(r.Uint64())
			case i%4 == 1:
				x = r.NormFloat64() * math.Exp(r.NormFloat64()*4)
			case i%4 == 2:
				x = r.Float64()*4*(hi-lo) + lo - 1.5*(hi-lo)
			default:
				x = math.Copysign(math.Exp(r.Float64()*16-9), r.Float64()-0.5)
			}
			args[k] = append(args[k], x)
		}
	}
	return args
}

// evaluated returns an expansion as the reference evaluator evaluates it: the
// slow twin of what an engine runs.
func evaluated(t *testing.T, op expr.Op, d expr.DType, args [][]float64) []float64 {
	inputs, values := make([]*expr.Node, len(args)), make([]*expr.Value, len(args))
	for i, a := range args {
		inputs[i] = expr.Vector(fmt.Sprintf("x%d", i))
		v, err := expr.NewValue([]int{len(a)}, a)
		if err != nil {
			t.Fatal(err)
		}
		values[i] = v
	}
	out, err := expr.NewGraph(inputs, expansion(op, d)(inputs...)).Evaluate(values)
	if err != nil {
		t.Fatal(err)
	}
	return out[0].Data().([]float64)
}

// source is a kernel that applies op to each element of its arguments.
func source(op expr.Op, d expr.DType) string {
	arity, _ := op.Arity()
	var head, body strings.Builder
	for i := range arity {
		fmt.Fprintf(&head, "x%d: %v in, ", i, d)
		fmt.Fprintf(&body, "a%d: %v = load x%d[i]\n", i, d, i)
	}
	call := op.String()
	if op == expr.OpPolygamma {
		call += "[0]"
	}
	call += "(a0" + strings.Repeat(", a1", arity-1) + ")"
	return fmt.Sprintf("kernel(%sy: %v out; n) {\nfor i < n vector {\n%sb: %v = %s\nstore y[i] = b\n}\n}", head.String(), d, body.String(), d, call)
}

// run applies op to each element of arguments by an engine.
func run[T float32 | float64](t *testing.T, op expr.Op, d expr.DType, args [][]T) []T {
	k, err := kernel.Parse(source(op, d))
	if err != nil {
		t.Fatal(err)
	}
	k = Expand(k)
	p, err := interp.Compile(k)
	if err != nil {
		t.Fatalf("%v\n%v", err, k)
	}
	a := &kernel.Args{Params: []int{len(args[0])}}
	for _, x := range args {
		a.Buffers = append(a.Buffers, kernel.Arg{Data: x})
	}
	out := make([]T, len(args[0]))
	a.Buffers = append(a.Buffers, kernel.Arg{Data: out})
	if err := p.Run(a, k.Whole(a.Params)); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTwin compares the bits of an engine with those of the reference evaluator
// on the expansions.
func TestTwin(t *testing.T) {
	each(t, func(t *testing.T, op expr.Op) {
		args := points(op, 2500, rand.New(rand.NewPCG(1, 1)))
		got, want := run(t, op, expr.Float64, args), evaluated(t, op, expr.Float64, args)
		for i := range got {
			if !kerneltest.Same(got[i], want[i]) {
				t.Fatalf("%v of %v: %v, want %v", op, at(args, i), got[i], want[i])
			}
		}
		narrow := make([][]float32, len(args))
		for k := range args {
			for i, x := range args[k] {
				narrow[k] = append(narrow[k], float32(x))
				args[k][i] = float64(narrow[k][i])
			}
		}
		got32, want := run(t, op, expr.Float32, narrow), evaluated(t, op, expr.Float32, args)
		for i := range got32 {
			if !kerneltest.Same(got32[i], float32(want[i])) {
				t.Fatalf("%v of %v: %v, want %v", op, at(narrow, i), got32[i], float32(want[i]))
			}
		}
	})
}

// each runs a test for each function of the table.
func each(t *testing.T, f func(t *testing.T, op expr.Op)) {
	for op, r := range table {
		if r.of != nil {
			t.Run(expr.Op(op).String(), func(t *testing.T) { f(t, expr.Op(op)) })
		}
	}
}

func at[T any](args [][]T, i int) []T {
	var x []T
	for _, a := range args {
		x = append(x, a[i])
	}
	return x
}

// reference returns what the accurate meaning of op gives, rounded from less
// than 0.51 ulp.
func reference(t *testing.T, op expr.Op, args [][]float64) []float64 {
	out := make([]float64, len(args[0]))
	pointers := make([]any, len(args))
	for i := range args {
		pointers[i] = &args[i]
	}
	var attr expr.Attr
	if op == expr.OpPolygamma {
		attr = expr.Number{}
	}
	f, err := op.Lanes(attr, &out, pointers...)
	if err != nil {
		t.Fatal(err)
	}
	f()
	return out
}

// ulps is the distance of two floats in units of the last place of want: at
// most half an ulp of want itself is not seen.
func ulps(got, want float64) float64 {
	if kerneltest.Same(got, want) {
		return 0
	}
	if got != got || want != want || math.Signbit(got) != math.Signbit(want) || got == want {
		return math.Inf(1)
	}
	return math.Abs(float64(int64(math.Float64bits(got)) - int64(math.Float64bits(want))))
}

// TestAccuracy compares with the reference meaning, in units of the last place.
func TestAccuracy(t *testing.T) {
	each(t, func(t *testing.T, op expr.Op) {
		n := 100000
		if table[op].ulp > 2 { // their reference meaning takes 2 us
			n = 25000
		}
		args := points(op, n, rand.New(rand.NewPCG(2, 2)))
		got, want := run(t, op, expr.Float64, args), reference(t, op, args)
		worst, bad, rounded := 0.0, 0, 0
		for i := range got {
			u := ulps(got[i], want[i])
			if small := table[op].abs; math.Abs(want[i]) < small && u > table[op].ulp {
				u = math.Abs(got[i]-want[i]) / (small * 0x1p-52)
			}
			worst = max(worst, u)
			if u == 0 {
				rounded++
			}
			if u > table[op].ulp {
				if bad++; bad < 8 {
					t.Errorf("%v of %v: %v, want %v: %v ulp", op, at(args, i), got[i], want[i], u)
				}
			}
		}
		t.Logf("%v: at most %v ulp, %.1f %% correctly rounded", op, worst, 100*float64(rounded)/float64(len(got)))
	})
}

// TestFloat32 compares float32 with the reference meaning, rounded: on every
// argument with -exhaustive, otherwise on some.
func TestFloat32(t *testing.T) {
	each(t, func(t *testing.T, op expr.Op) {
		arity, _ := op.Arity()
		step := uint64(1<<32/10000 | 1)
		if *exhaustive && arity == 1 {
			step = 1
		}
		worst := 0.0
		const block = 1 << 16
		for from := uint64(0); from < 1<<32; from += block * step {
			args, wide := make([][]float32, arity), make([][]float64, arity)
			for k := range args {
				for i := range uint64(block) {
					bits := from + i*step
					if bits >= 1<<32 {
						break
					}
					x := math.Float32frombits(uint32(bits))
					if k > 0 {
						x = math.Float32frombits(uint32(bits * 0x9e3779b1))
					}
					args[k], wide[k] = append(args[k], x), append(wide[k], float64(x))
				}
			}
			var want []float64
			got := run(t, op, expr.Float32, args)
			if step == 1 {
				want = quickReference(t, op, wide, got)
			} else {
				want = reference(t, op, wide)
			}
			for i := range got {
				u := ulps32(got[i], float32(want[i]))
				if worst = max(worst, u); u > 1 {
					t.Fatalf("%v of %v: %v, want %v", op, at(args, i), got[i], want[i])
				}
			}
		}
		t.Logf("%v: at most %v ulp", op, worst)
	})
}

// quick has functions of package math, which are fast and right but for the last
// places of a float64.
var quick = map[expr.Op]func(float64) float64{
	expr.OpExp: math.Exp, expr.OpExp2: math.Exp2, expr.OpExpm1: math.Expm1, expr.OpLog: math.Log, expr.OpLog2: math.Log2, expr.OpLog10: math.Log10,
	expr.OpLog1p: math.Log1p, expr.OpSin: math.Sin, expr.OpCos: math.Cos, expr.OpTan: math.Tan, expr.OpArcsin: math.Asin, expr.OpArccos: math.Acos,
	expr.OpArctan: math.Atan, expr.OpSinh: math.Sinh, expr.OpCosh: math.Cosh, expr.OpTanh: math.Tanh, expr.OpArcsinh: math.Asinh,
	expr.OpArccosh: math.Acosh, expr.OpArctanh: math.Atanh, expr.OpCbrt: math.Cbrt, expr.OpErf: math.Erf, expr.OpErfc: math.Erfc,
	expr.OpSigmoid:  func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	expr.OpSoftplus: func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) },
}

// quickReference is reference where a quick function does not agree with got.
func quickReference(t *testing.T, op expr.Op, args [][]float64, got []float32) []float64 {
	f := quick[op]
	if f == nil {
		return reference(t, op, args)
	}
	want := make([]float64, len(got))
	var doubtful []int
	x := [][]float64{nil}
	for i := range want {
		want[i] = float64(got[i])
		if !kerneltest.Same(float32(f(args[0][i])), got[i]) {
			doubtful, x[0] = append(doubtful, i), append(x[0], args[0][i])
		}
	}
	for k, y := range reference(t, op, x) {
		want[doubtful[k]] = y
	}
	return want
}

var exhaustive = flag.Bool("exhaustive", false, "all arguments in TestFloat32: minutes for a function of package math, otherwise an hour")

func ulps32(got, want float32) float64 {
	if kerneltest.Same(got, want) {
		return 0
	}
	if got != got || want != want || math.Signbit(float64(got)) != math.Signbit(float64(want)) {
		return math.Inf(1)
	}
	return math.Abs(float64(int32(math.Float32bits(got)) - int32(math.Float32bits(want))))
}

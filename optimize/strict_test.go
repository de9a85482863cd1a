package optimize_test

import (
	"iter"
	"math"
	"testing"

	"arignote/expr"
	"arignote/expr/exprtest"
	"arignote/optimize"
)

// strictNumbers are the values on which strict mode is tried, in all pairs.
var strictNumbers = []float64{0, math.Copysign(0, -1), 1, -1, 2, 0.5, -2.5, 1e-40, 5e-324, math.MaxFloat64, -128, 127, 255,
	math.Inf(1), math.Inf(-1), math.NaN()}

// strictDTypes leaves out the integers that differ from others in their width
// alone.
var strictDTypes = []expr.DType{expr.Bool, expr.Int8, expr.Int64, expr.Uint8, expr.Uint64, expr.Float32, expr.Float64, expr.Complex64, expr.Complex128}

// TestStrictEveryOp: in strict mode every op, alone, with constants and over
// every other op, has all bits of what the reference makes of the graph as
// written.
func TestStrictEveryOp(t *testing.T) {
	rewritten := 0
	for _, d := range strictDTypes {
		in := pairs(d)
		for n := range strictGraphs(in.inputs[0], in.inputs[1]) {
			if n.Err() != nil {
				continue // not for this dtype
			}
			before := expr.NewGraph(in.inputs, n)
			after, trace, err := optimize.Run(before, optimize.Options{Strict: true})
			if err != nil {
				t.Fatalf("%v: %v", n, err)
			}
			if len(trace.Steps) == 0 {
				continue
			}
			rewritten++
			want, errBefore := before.Evaluate(in.values)
			got, errAfter := after.Evaluate(in.values)
			if (errBefore == nil) != (errAfter == nil) {
				t.Errorf("%v: %v became %v\n%v", n, errBefore, errAfter, trace)
				continue
			}
			if errBefore != nil {
				continue
			}
			if err := exprtest.SameBits(got[0], want[0]); err != nil {
				t.Errorf("%v of %v: %v\n%v", n, d, err, trace)
			}
		}
	}
	if rewritten < 2000 {
		t.Errorf("only %d graphs were rewritten", rewritten)
	}
}

// pairs returns two vectors in which every pair of special values occurs.
func pairs(d expr.DType) instance {
	k := len(strictNumbers)
	in := instance{}
	for i, name := range []string{"x", "y"} {
		data := make([]complex128, k*k)
		for j := range data {
			at := []int{j % k, j / k}[i]
			data[j] = complex(strictNumbers[at], strictNumbers[(at+5)%k])
		}
		in.inputs = append(in.inputs, expr.Input(name, d, "n"))
		in.values = append(in.values, exprtest.Convert(data, []int{k * k}, d))
	}
	return in
}

// strictGraphs yields what is made of x and y by one op, and by one op of
// another, a constant, or what reductions make of it. Ops that do not take the dtype give nodes with an error.
func strictGraphs(x, y *expr.Node) iter.Seq[*expr.Node] {
	return func(yield func(*expr.Node) bool) {
		first := append(append(calls(1, x), calls(2, x, y)...), calls(3, x, y, x)...)
		for _, a := range first {
			if !yield(a) {
				return
			}
			if a.Err() != nil {
				continue
			}
			for _, b := range append(calls(1, a), append(calls(2, a, x), calls(2, y, a)...)...) {
				if !yield(b) {
					return
				}
			}
		}
		for _, a := range calls(1, expr.Stack(0, x, y)) {
			for _, b := range reductions(a) {
				if !yield(b) {
					return
				}
			}
		}
		for _, c := range []any{0, 1, -1, 2, 0.0, math.Copysign(0, -1), 1.0, -1.0, 2.0, 0.5, math.Inf(1), math.NaN(), true} {
			k := expr.Const(c)
			for _, a := range append(calls(2, x, k), append(calls(2, k, x), calls(3, x, k, y)...)...) {
				if !yield(a) {
					return
				}
			}
		}
	}
}

// calls returns every element-wise op that takes that many arguments, of these,
// and casts of one.
func calls(arity int, args ...*expr.Node) []*expr.Node {
	var list []*expr.Node
	for op := range expr.NumOps {
		least, variadic := op.Arity()
		switch {
		case op == expr.OpCast && arity == 1:
			for _, d := range expr.DTypes() {
				list = append(list, args[0].AsType(d))
			}
		case op == expr.OpPolygamma && arity == 1:
			list = append(list, args[0].Polygamma(1))
		case op == expr.OpCast || op == expr.OpPolygamma || op == expr.OpScaleGradient || op == expr.OpWithGradient || op == expr.OpCustom:
		case op.Elementwise() && (arity == least || variadic && arity > least):
			list = append(list, expr.New(args[0], op, nil, args...))
		}
	}
	return list
}

// reductions returns the reductions of a over its first axis.
func reductions(a *expr.Node) []*expr.Node {
	var list []*expr.Node
	for op := range expr.NumOps {
		if op.Reduction() {
			list = append(list, expr.Reduce(op, a, false, 0))
		}
	}
	return list
}

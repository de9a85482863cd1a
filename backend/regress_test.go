package backend_test

import (
	"fmt"
	"testing"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
)

// TestRegressions has programs that once gave another result than NumPy, or
// none.
func TestRegressions(t *testing.T) {
	for _, c := range []struct {
		name, program string
		args          []any
		want          string
	}{
		// Rewrites.
		{"the trace of an outer product of bools is a number", "x: bool[3]; trace(outer(x, x))", []any{[]bool{true, false, true}}, "int64[2]"},
		{"the trace of an outer product adds up in int64", "x: int8[2]; trace(outer(x, x))", []any{[]int8{11, 11}}, "int64[242]"},
		{"the gradient of a scalar with a new axis", "x: float64; grad(sum(x[None]), x)", []any{2.0}, "float64[1]"},
		{"the sign of integers times a fraction", "x: int64[?]; sign(0.5*x)", []any{[]int64{-3, 0, 4}}, "float64[3][-1 0 1]"},
		{"the maximum of integers times a fraction", "x: int64[?]; max(0.5*x), min(-0.5*x)", []any{[]int64{-3, 0, 5}}, "float64[2.5] float64[-2.5]"},
		{"the sign of unsigned numbers times -1", "x: uint8[?]; sign(-1.0*x), max(-1.0*x)", []any{[]uint8{3, 4}}, "float64[2][-1 -1] float64[-3]"},
		{"a count of elements without a range", "x: int64[?]; y: int64[?, ?]; sum(ones_like(concatenate((x, y[y > 0]))))", []any{[]int64{7, 8}, [][]int64{{1, -2}, {3, 4}}}, "int64[5]"},
		{"a range of one number stretched by zeros", "n: int64; y: int64[?]; sum(arange(n) + 3 + zeros_like(y))", []any{1, []int64{5, 6}}, "int64[6]"},
		{"the mean of unsigned numbers that wrap", "x: uint8[2]; mean(-x), mean(x*-x)", []any{[]uint8{1, 255}}, "float64[128] float64[255]"},
		{"an outer product with small integers times another", "x: float64[2]; i: int8[2]; outer(x, i) @ i, i @ outer(i, x)", []any{[]float64{1, 2}, []int8{100, 100}}, "float64[2][20000 40000] float64[2][20000 40000]"},
		{"a matrix scaled by small integers times others", "A: float64[2, 2]; i: int8[2]; (A*i) @ i", []any{[][]float64{{1, 0}, {0, 1}}, []int8{100, 90}}, "float64[2][10000 8100]"},
		{"a chain of products of small integers", "A: float64[1, 2]; B: int8[2, 9]; i: int8[9]; A @ B @ i", []any{[][]float64{{1, 1}}, [][]int8{{100, 0, 0, 0, 0, 0, 0, 0, 0}, {100, 0, 0, 0, 0, 0, 0, 0, 0}}, []int8{100, 0, 0, 0, 0, 0, 0, 0, 0}}, "float64[1][20000]"},
		{"the determinant of a product of small integers", "A: int8[1, 1]; det(A @ A), det(kron(A, A)), logabsdet(diag(A[0]))", []any{[][]int8{{-128}}}, "float64[0] float64[0] float64[4.852030263919617]"},
		{"the sign of the sum of nothing", "x: float64[0]; sign(sum(exp(x)))", []any{[]float64{}}, "float64[0]"},
		// Gradients.
		{"the gradient of a scalar times bools", "x: float64; b: bool[?]; grad(sum(x*b), x)", []any{2.0, []bool{true, true, false, true}}, "float64[3]"},
		{"the gradient of a scalar times small integers", "x: float64; i: int8[?]; grad(sum(x*i), x)", []any{2.0, []int8{100, 100}}, "float64[200]"},
	} {
		for _, strict := range []bool{false, true} {
			got, err := runProgram(backend.Config{Strict: strict}, c.program, c.args)
			if err != nil || got != c.want {
				t.Errorf("%s, strict: %v: %s\n%s, %v; want %s", c.name, strict, c.program, got, err, c.want)
			}
		}
	}
}

// runProgram runs the text of a whole program and returns its results, with
// spaces between them.
func runProgram(config backend.Config, src string, args []any) (string, error) {
	g, err := expr.Parser{Funcs: autodiff.Funcs}.ParseGraph(src)
	if err != nil {
		return "", err
	}
	p, err := config.Compile(g.Inputs, g.Outputs...)
	if err != nil {
		return "", err
	}
	results, err := p.Run(args...)
	if err != nil {
		return "", err
	}
	text := ""
	for i, r := range results {
		v, err := expr.ValueOf(r)
		if err != nil {
			return "", err
		}
		if i > 0 {
			text += " "
		}
		text += fmt.Sprint(v)
	}
	return text, nil
}

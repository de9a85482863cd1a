package exprtest_test

import (
	"slices"
	"testing"

	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestUnmet checks the counting of expectations on graphs as they are written.
func TestUnmet(t *testing.T) {
	zero, one := 0, 1
	for _, c := range []struct {
		src    string
		expect exprtest.Expect
		want   []string
	}{
		{"x: float64[3]; x", exprtest.Expect{MaxNodes: &zero, MaxViews: &zero, ResultIs: "x"}, nil},
		{"x: float64[3]; x", exprtest.Expect{ResultIs: "y"}, []string{"the result is not y"}},
		{"x: float64[3]; exp(x) + size(x)", exprtest.Expect{MaxNodes: &one}, []string{"2 nodes, want at most 1"}},
		{"x: float64[3]; x[1:]", exprtest.Expect{MaxNodes: &zero, MaxViews: &zero}, []string{"1 views, want at most 0"}},
		{"x: float64[3]; x", exprtest.Expect{MaxKernels: &one}, []string{"2 kernels, want at most 1"}},
		{"x: float64[3]; 1/x", exprtest.Expect{MustContain: []string{"reciprocal|pow"}, MustNotContain: []string{"div"}}, []string{"there is div"}},
		{"x: float64[3]; x*x", exprtest.Expect{MustContain: []string{"square"}}, nil},
		{"x: float64[3]; x + 1", exprtest.Expect{MustContain: []string{"mul|exp"}}, []string{"no mul|exp"}},
		{"x: float64[3]; set_subtensor(x[1:], 0)", exprtest.Expect{MustContain: []string{"set_slice"}}, nil},
		{"x: float64[3]; concatenate((x, x[[0]]))", exprtest.Expect{MustContain: []string{"concat", "gather"}}, nil},
		{"x: float64[3, 4]; x.T", exprtest.Expect{MustContain: []string{"transpose"}, MustNotContain: []string{"broadcast", "squeeze"}}, nil},
		{"x: float64[3, 1]; expand_dims(squeeze(x, 1), 0)", exprtest.Expect{MustContain: []string{"broadcast", "squeeze"}, MustNotContain: []string{"transpose"}}, nil},
	} {
		g, err := expr.ParseGraph(c.src)
		if err != nil {
			t.Fatalf("%s: %v", c.src, err)
		}
		if got := c.expect.Unmet(g, 2); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.src, got, c.want)
		}
	}
}

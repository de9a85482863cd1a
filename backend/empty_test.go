package backend_test

import (
	"strings"
	"testing"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestEmptyArrays: views, reductions and products of arrays without elements.
func TestEmptyArrays(t *testing.T) {
	for _, c := range []struct {
		text  string
		shape []int
	}{
		{"sort(x[::-1])", []int{0}},
		{"sort(diag(x, 2))", []int{1, 0}},
		{"cumsum(flip(x), 1)", []int{0, 5}},
		{"logsumexp(x[4:, ::-1])", []int{5, 0, 1}},
		{"sum(reshape(x, (0,)))", []int{2, 0}},
		{"matmul(ravel(x), ravel(x))", []int{0, 5}},
		{"sum(repeat(x, 2))", []int{5, 0}},
		{"mean(tile(x, (2, 1)))", []int{0}},
		{"softmax(x, axis=1)", []int{3, 0}},
		{"sum(x, axis=0) + 1", []int{0, 3}},
		{"x - mean(x, axis=0)", []int{0, 3}},
		{"concatenate((x, ones((1, 3))), axis=0)*2", []int{0, 3}},
		{"set_subtensor(x[1:], 1.0)", []int{0}},
		{"sum(exp(x[1:1]))", []int{4}},
		{"argmax(concatenate((x, ones(2))))", []int{0}},
		{"(x[:, None] - x)[0:0].sum(axis=0)", []int{3}},
	} {
		for _, known := range []bool{false, true} {
			g := exprtest.NewGenerator(1)
			g.Known = known
			x, v := g.Input("x", expr.Float64, c.shape)
			y, err := expr.Parse(c.text, x)
			if err != nil {
				t.Errorf("%s: %v", c.text, err)
				continue
			}
			want, err := expr.NewGraph([]*expr.Node{x}, y).Evaluate([]*expr.Value{v})
			if err != nil {
				t.Errorf("%s: reference: %v", c.text, err)
				continue
			}
			p, err := backend.Compile([]*expr.Node{x}, y)
			if err != nil {
				t.Errorf("%s: %v", c.text, err)
				continue
			}
			q, err := p.Plan(v)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(q.String(), "reference") && !strings.Contains(c.text, "concat") && !strings.Contains(c.text, "set_sub") {
				t.Errorf("%s: a step of the reference in\n%v", c.text, q)
			}
			results, err := p.Run(v)
			if err != nil {
				t.Errorf("%s of shape %v: %v", c.text, c.shape, err)
				continue
			}
			got, err := expr.ValueOf(results[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := exprtest.Compare(got, want[0], 1e-12, 0); err != nil {
				t.Errorf("%s of shape %v: %v", c.text, c.shape, err)
			}
		}
	}
}

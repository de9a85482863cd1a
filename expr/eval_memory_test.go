package expr_test

import (
	"errors"
	"testing"

	"arignote/expr"
	"arignote/expr/machine"
)

// TestEvalMemory: what no machine has memory for is refused; Go would end the
// process.
func TestEvalMemory(t *testing.T) {
	if machine.Memory() > 1<<48 {
		t.Skip("nobody says how much memory there is")
	}
	for _, src := range []string{
		"zeros(2**45)", "zeros(2**45) + 1", "sum(zeros((2**30, 2**15)))", "arange(2**45)", "eye(2**22)", "ones(2**23)[:, None] + ones(2**23)",
		"uniform(1, (2**45,))", "ones((2**22, 1)) @ ones((1, 2**22))", "x[None] + zeros((2**45, 1), 'int8')", "sum(map(lambda i: i + zeros(2**44), x))",
	} {
		t.Run(src, func(t *testing.T) {
			g, err := expr.ParseGraph("x: float64[2]\n" + src)
			if err != nil {
				t.Fatal(err)
			}
			x, err := expr.NewValue([]int{2}, []float64{1, 2})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := g.Evaluate([]*expr.Value{x}); !errors.Is(err, expr.ErrMemory) {
				t.Errorf("%v, want a mistake of memory", err)
			}
		})
	}
}

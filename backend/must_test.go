package backend_test

import (
	"testing"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestStrictFails: what no result needs, or of which only a part is needed, fails
// in strict mode as it does in the reference, for lengths met before too.
func TestStrictFails(t *testing.T) {
	for _, src := range []string{
		"set_subtensor(inv(S)[:], 2)", "ones_like(inv(S))", "inv(S).shape[0]", "sum(inv(S)[:0])", "svd(inv(S))[1][:0]",
		"solve(S, x[:2])[:0]", "concatenate([cholesky(S - 2)[:0], S])", "inv(S)[0:1]", "diag(inv(S))[:0]",
		"x[i][0:1]", "x[i][:0]", "set_subtensor(x[i][:], 2)", "broadcast_to(x[i][0:1], (0,))*1.0", "max(x[i][:1])",
		"set_subtensor(x[i], 1)[:0]", "set_subtensor(set_subtensor(x[i], 1)[:], 5)", "inc_subtensor(x[i], 1)[:1]",
		"map(lambda r: 1.0, x[i])", "map(lambda r: set_subtensor(inv(r)[:], 2), S[None])",
		"map(lambda r: sum(eigh(r)[0]) + set_subtensor(inv(r)[:], 2), S[None])", "map(lambda j: x[j], i)[:1]",
		"where(False, x[i], 1)", "x[i][:1][:, None]", "nonzero(x[:2] - x[i])[0][:0]", "x[nonzero(x)[0]][:0] + x[i][:0]",
	} {
		t.Run(src, func(t *testing.T) {
			g, err := expr.ParseGraph("S: float64[?, ?]\nx: float64[?]\ni: int64[?]\n" + src)
			if err != nil {
				t.Fatal(err)
			}
			p, err := backend.Config{Strict: true}.Compile(g.Inputs, g.Outputs...)
			if err != nil {
				t.Fatal(err)
			}
			for n := 3; n < 9; n++ {
				x := make([]float64, n)
				for _, args := range [][]any{
					{[][]float64{{1, 1}, {1, 1}}, x, []int64{0, int64(n)}}, // singular, out of range
					{[][]float64{{7, 1}, {1, 9}}, x, []int64{0, 1}},
				} {
					want, wrong := evaluated(t, g, args)
					got, err := p.Run(args...)
					switch {
					case (err != nil) != (wrong != nil):
						t.Errorf("%v, the reference: %v\n%v", err, wrong, p.Graph())
					case err == nil:
						for k, v := range want {
							g, err := expr.ValueOf(got[k])
							if err != nil {
								t.Fatal(err)
							}
							if err := exprtest.Compare(g, v, 1e-12, 0); err != nil {
								t.Error(err)
							}
						}
					}
				}
			}
		})
	}
}

// evaluated computes a graph by the reference.
func evaluated(t *testing.T, g *expr.Graph, args []any) ([]*expr.Value, error) {
	t.Helper()
	values := make([]*expr.Value, len(args))
	for k, a := range args {
		var err error
		if values[k], err = expr.ValueOf(a); err != nil {
			t.Fatal(err)
		}
	}
	return g.Evaluate(values)
}

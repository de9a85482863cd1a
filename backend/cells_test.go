package backend_test

import (
	"testing"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// assignments are several over one another; kernels is the number that the
// plan for lengths of 9 has.
var assignments = []struct {
	src     string
	kernels int
}{
	{"grad(sum((x[1:] - x[:-1])**2), x)", 1},
	{"grad(sum((A[1:] - A[:-1])**2) + sum((A[:, 1:] - A[:, :-1])**2), A)", 1},
	{"set_subtensor(set_subtensor(zeros_like(A)[1:-1, 1:-1], A[:-2, 2:])[0], s)", 1},
	{"set_subtensor(set_subtensor(set_subtensor(set_subtensor(A[:1], 1.0)[-1:], 2.0)[:, :1], s)[:, -1:], A[:, :1])", 1},
	{"set_subtensor(set_subtensor(x[1:4], s)[2:], 2.0)", 1},
	{"set_subtensor(set_subtensor(x[3:5], 2.0)[1:7], s)", 1},
	{"inc_subtensor(set_subtensor(x[:-2], y[2:])[3:], y[:-3])", 1},
	{"z = -zeros_like(x); inc_subtensor(inc_subtensor(z[2:5], -0.0)[1:4], s)", 1},
	{"inc_subtensor(inc_subtensor((x > 0)[2:5], True)[1:-1], y[1:-1] > 0)", 1},
	{"set_subtensor(set_subtensor(x[:k], s)[k - 2:], y[k - 2:])", 1},
	{"inc_subtensor(set_subtensor(A[:, 2:4], x[:, None])[1:3, 3:], 1.0)", 1},
	{"set_subtensor(set_subtensor(x[::2], s)[1:4], 2.0)", 2},
	{"t = set_subtensor(x[1:4], s); set_subtensor(t[2:], 2.0) + max(t)", 3},
	{"concatenate((concatenate((A, A + 1), axis=1), concatenate((A*s, A), axis=1)))", 1},
	{"t = concatenate((A, A + 1), axis=1); concatenate((t, t[:, ::-1]))", 2},
}

// TestAssignmentsAreJoined runs them for lengths that are not known, in the order in
// which classes of lengths are learnt, and compares all bits with the reference.
func TestAssignmentsAreJoined(t *testing.T) {
	for _, c := range assignments {
		g, err := expr.Parser{Funcs: autodiff.Funcs}.ParseGraph("x: float64[n]; y: float64[n]; A: float64[n, m]; s: float64; k: int64; " + c.src)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		p, err := backend.Config{Strict: true, Threads: 1}.Compile(g.Inputs, g.Outputs...)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		for i := range 22 {
			n, m := max(21-i, i%3), 2+i%5*3
			r := exprtest.NewGenerator(uint64(i))
			var values []*expr.Value
			for _, shape := range [][]int{{n}, {n}, {n, m}, nil} {
				_, v := r.Input("x", expr.Float64, shape)
				values = append(values, v)
			}
			values = append(values, expr.ScalarValue(int64(4)))
			want, wrong := g.Evaluate(values)
			args := make([]any, len(values))
			for k, v := range values {
				args[k] = v
			}
			out, err := p.Run(args...)
			if (err != nil) != (wrong != nil) {
				t.Errorf("%s for %d, %d: %v, want %v", c.src, n, m, err, wrong)
			}
			if err != nil || wrong != nil {
				continue
			}
			got, err := expr.ValueOf(out[0])
			if err == nil {
				err = exprtest.SameBits(got, want[0])
			}
			if err != nil {
				t.Errorf("%s for %d, %d: %v", c.src, n, m, err)
			}
			if q, err := p.Plan(args...); n == 9 && (err != nil || q.Kernels() != c.kernels) {
				t.Errorf("%s: %v, want %d kernels\n%v", c.src, err, c.kernels, q)
			}
		}
	}
}

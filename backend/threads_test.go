package backend_test

import (
	"testing"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestThreadsAndFusion runs random graphs on large arrays with one thread, with
// several, and without fusion: all give the same bits, and they agree with the
// reference.
func TestThreadsAndFusion(t *testing.T) {
	if testing.Short() {
		t.Skip("large arrays")
	}
	configs := []backend.Config{{Threads: 1}, {Threads: 2}, {Threads: 7}, {Threads: 3, Skip: []string{"fuse"}}}
	for seed := range uint64(40) {
		g := exprtest.NewGenerator(1000 + seed)
		g.Large, g.Known = true, seed%2 == 0
		s := g.Graph(3 + int(seed%6))
		want, err := s.Graph.Evaluate(s.Values)
		if err != nil {
			continue
		}
		args := make([]any, len(s.Values))
		for i, v := range s.Values {
			args[i] = v
		}
		var first []*expr.Value
		for k, c := range configs {
			c.Strict = true
			got := runAll(t, c, s.Graph, args)
			if k == 0 {
				first = got
			}
			for i, v := range got {
				if err := exprtest.SameBits(v, first[i]); err != nil {
					t.Errorf("seed %d, %+v: output %d: not as with one thread: %v\n%v", seed, c, i, err, s.Graph)
				}
				if err := exprtest.Compare(v, want[i], 1e-6, 1e-9); err != nil && k == 0 {
					t.Errorf("seed %d: output %d: not as the reference: %v\n%v", seed, i, err, s.Graph)
				}
			}
		}
	}
}

// runAll compiles g and runs it twice, so that recycled memory is used too.
func runAll(t *testing.T, c backend.Config, g *expr.Graph, args []any) []*expr.Value {
	t.Helper()
	p, err := c.Compile(g.Inputs, g.Outputs...)
	if err != nil {
		t.Fatal(err)
	}
	run(t, p, args...)
	var values []*expr.Value
	for _, r := range run(t, p, args...) {
		v, err := expr.ValueOf(r)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	return values
}

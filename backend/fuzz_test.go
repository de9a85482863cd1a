package backend_test

import (
	"testing"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// FuzzGraph compares what a Program computes with the reference on random
// graphs: in strict mode bit for bit but for sums and products.
func FuzzGraph(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, seed%2 == 0, seed%3 == 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, known, special bool) {
		g := exprtest.NewGenerator(seed)
		g.Known, g.Special = known, special
		compareWithReference(t, g.Graph(3+int(seed%30)))
	})
}

func compareWithReference(t *testing.T, s exprtest.Sample) {
	want, err := s.Graph.Evaluate(s.Values)
	if err != nil {
		return // both may refuse; the program may have simplified the mistake away
	}
	p, err := backend.Config{Strict: true}.Compile(s.Graph.Inputs, s.Graph.Outputs...)
	if err != nil {
		t.Fatalf("compile: %v\n%v", err, s.Graph)
	}
	args := make([]any, len(s.Values))
	for i, v := range s.Values {
		args[i] = v
	}
	results, err := p.Run(args...)
	if err != nil {
		t.Fatalf("run: %v\n%v", err, s.Graph)
	}
	for i, r := range results {
		got, err := expr.ValueOf(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := exprtest.Compare(got, want[i], 1e-6, 1e-300); err != nil && !jumps(s.Graph.Outputs[i]) {
			t.Errorf("output %d: %v\nas written:\n%v\nas run:\n%v", i, err, s.Graph, p.Graph())
		}
	}
}

// FuzzRewrites compares what programs compute by default, where rewrites hold
// over the real numbers, with the reference, as closely as the graph allows.
func FuzzRewrites(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed, seed%2 == 0, seed%5 == 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, known, floats bool) {
		g := exprtest.NewGenerator(seed)
		g.Idioms, g.Known, g.Floats = true, known, floats
		s := g.Graph(2 + int(seed%12))
		want, err := s.Graph.Evaluate(s.Values)
		if err != nil {
			return // the program may have simplified the mistake away
		}
		tolerances, ok := exprtest.Tolerance(s)
		if !ok {
			return
		}
		args := make([]any, len(s.Values))
		for i, v := range s.Values {
			args[i] = v
		}
		for _, c := range []backend.Config{{}, {Skip: []string{"fuse"}}} {
			got, err := results(t, c, s.Graph, args)
			if err != nil {
				t.Fatalf("run: %v\n%v", err, s.Graph)
			}
			for i := range got {
				if err := exprtest.Compare(got[i], want[i], 0, tolerances[i]); err != nil {
					t.Errorf("output %d: %v\n%v", i, err, s.Graph)
				}
			}
		}
	})
}

// jumps reports whether n depends by a jump, such as that of floor, on something
// whose rounding the engine may choose: then there is no one right value.
func jumps(n *expr.Node) bool {
	rounded := make(map[*expr.Node]bool)
	for m := range expr.Nodes(n) {
		float := m.DType().IsFloat() || m.DType().IsComplex()
		for _, a := range m.Args() {
			if !rounded[a] {
				continue
			}
			switch m.Op() {
			case expr.OpFloor, expr.OpCeil, expr.OpTrunc, expr.OpRound, expr.OpSign, expr.OpFloorDiv, expr.OpMod, expr.OpFmod, expr.OpCopysign:
				return true
			}
			if !float {
				return true
			}
			rounded[m] = true
		}
		if float && !m.Op().Exact() {
			rounded[m] = true
		}
	}
	return false
}

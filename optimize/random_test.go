package optimize_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"arignote/expr"
	"arignote/expr/exprtest"
	"arignote/optimize"
)

// TestRandomGraphs simplifies random graphs and compares them with what they
// were: in every bit in strict mode, also for special values, and up to
// rounding otherwise.
func TestRandomGraphs(t *testing.T) {
	trials := 4000
	if testing.Short() {
		trials = 300
	}
	for seed := range trials {
		if err := randomGraph(uint64(seed)); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// FuzzRandomGraphs is TestRandomGraphs for any seed.
func FuzzRandomGraphs(f *testing.F) {
	for seed := range 20 {
		f.Add(uint64(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		if err := randomGraph(seed); err != nil {
			t.Error(err)
		}
	})
}

func randomGraph(seed uint64) error {
	strict := seed%2 == 0
	gen := exprtest.NewGenerator(seed)
	gen.Known = seed%3 == 0
	gen.Special = strict
	gen.Floats = !strict
	s := gen.Graph(12)
	want, err := s.Graph.Evaluate(s.Values)
	if err != nil {
		return nil
	}
	g, trace, err := optimize.Run(s.Graph, optimize.Options{Strict: strict})
	if err != nil {
		return fmt.Errorf("%w\n%v", err, s.Graph)
	}
	if trace.Unsettled {
		return fmt.Errorf("does not come to rest:\n%v\n%v", s.Graph, lastSteps(trace))
	}
	if err := g.Check(); err != nil {
		return fmt.Errorf("%w\n%v", err, s.Graph)
	}
	got, err := g.Evaluate(s.Values)
	if err != nil {
		return fmt.Errorf("fails: %w\n%v\n%v", err, s.Graph, g)
	}
	for i, w := range want {
		if a, b := s.Graph.Outputs[i].Type(), g.Outputs[i].Type(); !atLeastAsKnown(b, a) {
			return fmt.Errorf("output %d: the type %v becomes %v\n%v\n%v", i, a, b, s.Graph, g)
		}
		if strict {
			err = exprtest.SameBits(got[i], w)
		} else if tame(s) {
			err = closeWhereFinite(got[i], w)
		}
		if err != nil {
			return fmt.Errorf("output %d: %w\n%v\n%v\n%v", i, err, s.Graph, g, trace)
		}
	}
	return nil
}

// tame reports whether rewriting over the reals keeps the values of a sample up
// to rounding: all numbers on the way are finite and not large, no float32 is
// made float64, and no op tells 0 from -0.
func tame(s exprtest.Sample) bool {
	var nodes []*expr.Node
	for n := range s.Graph.Nodes() {
		switch n.Op() {
		case expr.OpCopysign, expr.OpAngle, expr.OpArctan2:
			return false
		}
		for _, a := range n.Args() {
			if a.DType() == expr.Float32 && n.DType() != expr.Float32 {
				return false
			}
		}
		nodes = append(nodes, n)
	}
	values, err := expr.NewGraph(s.Graph.Inputs, nodes...).Evaluate(s.Values)
	if err != nil {
		return false
	}
	for _, v := range values {
		for i := range v.Len() {
			if z := v.Complex(i); !(math.Abs(real(z)) < 1e4) {
				return false
			}
		}
	}
	return true
}

// atLeastAsKnown reports whether t is the type u or one whose dims are better
// known.
func atLeastAsKnown(t, u expr.Type) bool {
	if t.DType != u.DType || t.Weak != u.Weak || t.Rank() != u.Rank() {
		return false
	}
	for i, d := range u.Dims {
		if (d != expr.Dim{}) && d != t.Dims[i] {
			return false
		}
	}
	return true
}

func lastSteps(t *optimize.Trace) string {
	lines := strings.Split(t.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

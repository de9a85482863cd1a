package optimize_test

import (
	"fmt"
	"math"
	"math/rand/v2"
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
			err = closeWhereFinite(got[i], w, precision(s.Graph))
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

// TestRandomArithmetic does the same for graphs of sums, products and powers
// alone, in which terms and factors meet often: of integers in every bit, of
// positive floats up to rounding.
func TestRandomArithmetic(t *testing.T) {
	trials := 5000
	if testing.Short() {
		trials = 500
	}
	for seed := range trials {
		if err := arithmeticGraph(uint64(seed)); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

func arithmeticGraph(seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 7))
	d := []expr.DType{expr.Float64, expr.Float64, expr.Int64, expr.Int8, expr.Uint8}[rng.IntN(5)]
	var pool []*expr.Node
	var values []*expr.Value
	for _, name := range []string{"x", "y", "z"} {
		shape := [][]int{{}, {3}, {2, 3}, {1}}[rng.IntN(4)]
		pool = append(pool, input(name, d, shape, rng.IntN(2) == 0))
		values = append(values, randomArray(rng, d, shape))
	}
	inputs := pool[:3:3]
	for len(pool) < 18 {
		pick := func() *expr.Node {
			if rng.IntN(5) == 0 {
				return expr.Const([]any{1, 2, -1, 3, 5, -2}[rng.IntN(6)])
			}
			return pool[rng.IntN(len(pool))]
		}
		var n *expr.Node
		switch k := rng.IntN(12); {
		case k < 4:
			n = pick().Add(pick())
		case k < 6:
			n = pick().Sub(pick())
		case k < 9:
			n = pick().Mul(pick())
		case k == 9:
			n = pick().Neg()
		case d.IsInteger():
			n = pick().Square()
		case k == 10:
			n = pick().Div(pick())
		default:
			n = pick().Pow([]any{2, -1, 3, 0.5, -2, 1}[rng.IntN(6)])
		}
		if n.Err() == nil {
			pool = append(pool, n)
		}
	}
	g := expr.NewGraph(inputs, pool[len(pool)-1], pool[10])
	s := exprtest.Sample{Graph: g, Values: values}
	if d.IsFloat() && !tame(s) {
		return nil
	}
	after, trace, err := optimize.Run(g, optimize.Options{})
	if err != nil {
		return err
	}
	if trace.Unsettled {
		return fmt.Errorf("does not come to rest:\n%v\n%v", g, lastSteps(trace))
	}
	if a, b := operations(g), operations(after); b > a+2 {
		return fmt.Errorf("%d operations become %d\n%v\n%v", a, b, g, after)
	}
	if err := sameMeaning(g, after, values, false); err != nil {
		return fmt.Errorf("%w\n%v", err, trace)
	}
	return nil
}

// operations counts compute nodes, a general power as four.
func operations(g *expr.Graph) int {
	n := computeNodes(g)
	for x := range g.Nodes() {
		if x.Op() == expr.OpPow {
			n += 3
		}
	}
	return n
}

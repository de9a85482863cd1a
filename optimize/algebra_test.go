package optimize_test

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/optimize"
)

// declared are the inputs of the expressions.
const declared = "x: float64[5]; y: float64[5]; z: float64[5]; a: float64; b: float64; c: float64; A: float64[3, 4]; B: float64[3, 4]; " +
	"v: float64[4]; m: float64[3, 1]; T: float64[2, 3, 4]; u: float64[?]; s: float32[5]; w: float32[5]; " +
	"i: int64[5]; j: int64[5]; k: int32[5]; n: uint8[5]; p: bool[5]; q: bool[5]; r: bool[5]; h: complex128[5]"

// TestAlgebra simplifies the expressions of tables of expressions and what is left
// of them, and computes both. Whatever its traces name can be left out by that
// name.
func TestAlgebra(t *testing.T) {
	for _, name := range []string{"algebra", "products"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile("testdata/" + name + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			testAlgebra(t, string(text))
		})
	}
}

// inputsOf returns the inputs that a table declares, in lines of their own, or those
// that are declared for all.
func inputsOf(t *testing.T, text string) []*expr.Node {
	var own []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !strings.Contains(line, " -> ") {
			own = append(own, line)
		}
	}
	if own == nil {
		own = []string{declared}
	}
	all := strings.Join(own, "; ")
	var names []string
	for d := range strings.SplitSeq(all, "; ") {
		name, _, _ := strings.Cut(d, ":")
		names = append(names, name)
	}
	return parse(t, all+"; "+strings.Join(names, ", ")).Inputs
}

func testAlgebra(t *testing.T, text string) {
	inputs := inputsOf(t, text)
	rng := rand.New(rand.NewPCG(5, 6))
	var values []*expr.Value
	for _, x := range inputs {
		shape := make([]int, x.Rank())
		for i, d := range x.Type().Dims {
			if shape[i] = 5; d != (expr.Dim{}) {
				shape[i], _ = d.Known()
			}
		}
		values = append(values, randomArray(rng, x.DType(), shape))
	}
	skipped := make(map[string]bool)
	for line := range strings.Lines(text) {
		src, want, ok := strings.Cut(strings.TrimSpace(line), " -> ")
		if !ok {
			continue // a heading, or inputs
		}
		want, _, _ = strings.Cut(want, "  # ")
		y, err := expr.Parser{Inputs: inputs, Funcs: autodiff.Funcs}.Parse(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		g := expr.NewGraph(inputs, y)
		after, trace, err := optimize.Run(g, optimize.Options{})
		if err != nil || trace.Unsettled {
			t.Errorf("%s: %v, comes to rest: %v", src, err, !trace.Unsettled)
			continue
		}
		if got := strings.ReplaceAll(outputs(after), "; ", ", "); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
		if err := sameMeaning(g, after, values, false); err != nil {
			t.Errorf("%s: %v", src, err)
		}
		for name := range trace.Hits() {
			if skipped[name] {
				continue
			}
			skipped[name] = true
			if _, trace, err := optimize.Run(g, optimize.Options{Skip: []string{name}}); err != nil || trace.Hits()[name] > 0 {
				t.Errorf("%s: %s is not left out: %v", src, name, err)
			}
		}
	}
}

package backend_test

import (
	"fmt"
	"slices"
	"testing"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
	"arignote/optimize"
)

// TestGoldenBits runs every golden value and gradient by the engine and
// compares it with the reference meaning of the graph that the engine ran: bit
// for bit where all ops are exact, else within a tolerance that is much
// narrower than that of the golden cases. Without the optimizer, and by strict
// rewrites, that graph is the one as written.
func TestGoldenBits(t *testing.T) {
	areas, err := exprtest.Load(*golden)
	if err != nil {
		t.Fatal(err)
	}
	var passes []string
	for _, p := range optimize.Passes {
		passes = append(passes, p.Name)
	}
	configs := []struct {
		name    string
		config  backend.Config
		written bool // compare with the graph as written
	}{
		{"default", backend.Config{}, false},
		{"strict", backend.Config{Strict: true}, true},
		{"as written", backend.Config{Strict: true, Skip: passes}, true},
	}
	exact := 0
	for _, area := range areas {
		for i := range area.Cases {
			c := &area.Cases[i]
			for _, known := range []bool{false, true} {
				g, values := goldenGraph(c, known)
				if g == nil {
					continue
				}
				for _, config := range configs {
					n, err := compareBits(config.config, g, values, config.written)
					if exact += n; err != nil {
						t.Errorf("%s, %s, known dims %v: %v\n%v", c.Name, config.name, known, err, g)
					}
				}
			}
		}
	}
	if exact < 1000 {
		t.Errorf("only %d results compared bit for bit", exact)
	}
}

// goldenGraph returns the graph of a case with its gradients, and arguments;
// nil if it is a mistake or does not expect a value.
func goldenGraph(c *exprtest.Case, known bool) (*expr.Graph, []*expr.Value) {
	inputs, err := c.Symbols(known)
	if err != nil || c.Error != "" || c.Value == nil {
		return nil, nil
	}
	values, err := c.Values()
	if err != nil {
		return nil, nil
	}
	y, err := expr.Parser{Inputs: inputs, Funcs: autodiff.Funcs}.Parse(c.Expr)
	if err != nil {
		return nil, nil
	}
	outputs := []*expr.Node{y}
	if c.Grad != nil {
		outputs = append(outputs, gradients(y, inputs)...)
	}
	return expr.NewGraph(inputs, outputs...), values
}

// compareBits runs g by a Program and by the reference, and returns how many
// results were compared bit for bit.
func compareBits(c backend.Config, g *expr.Graph, values []*expr.Value, written bool) (exact int, err error) {
	p, err := c.Compile(g.Inputs, g.Outputs...)
	if err != nil {
		return 0, err
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	results, err := p.Run(args...)
	if err != nil {
		return 0, err
	}
	ran := p.Graph()
	if written {
		ran = g
	}
	want, err := ran.Evaluate(values)
	if err != nil {
		return 0, fmt.Errorf("reference: %w", err)
	}
	for i, r := range results {
		got, err := expr.ValueOf(r)
		if err != nil {
			return exact, err
		}
		if exactGraph(ran.Outputs[i]) {
			err = exprtest.SameBits(got, want[i])
			exact++
		} else {
			rtol := 1e-12
			if d := got.DType(); d == expr.Float32 || d == expr.Complex64 {
				rtol = 1e-5
			}
			err = exprtest.Compare(got, want[i], rtol, rtol)
		}
		if err != nil {
			return exact, fmt.Errorf("output %d: %w\nas run: %v", i, err, p.Graph())
		}
	}
	return exact, nil
}

// exactGraph reports whether no engine may compute n otherwise: all ops are
// exact, or their elements and those of their arguments are integers.
func exactGraph(n *expr.Node) bool {
	inexact := func(x *expr.Node) bool { return x.Type().IsTuple() || x.DType().Inexact() }
	for x := range expr.NewGraph(nil, n).Nodes() {
		if !x.Op().Exact() && x.Op() != expr.OpInput && x.Op() != expr.OpConst && (inexact(x) || slices.ContainsFunc(x.Args(), inexact)) {
			return false
		}
	}
	return true
}

package optimize_test

import (
	"fmt"
	"testing"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/expr/exprtest"
	"arignote/optimize"
)

const goldenDir = "../backend/testdata/golden"

// TestGolden simplifies the value and the gradients of each golden case, with
// known and with unknown dims, and evaluates the result.
func TestGolden(t *testing.T) {
	areas, err := exprtest.Load(goldenDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, area := range areas {
		for _, c := range area.Cases {
			if c.Error != "" {
				continue
			}
			t.Run(c.Name, func(t *testing.T) {
				for _, known := range []bool{true, false} {
					if err := goldenCase(&c, known, optimize.Options{}); err != nil {
						t.Errorf("known dims: %v: %s: %v", known, c.Expr, err)
					}
				}
			})
		}
	}
}

// TestSkipEach leaves out one pass after the other, and runs all cases at once
// for the race detector's sake.
func TestSkipEach(t *testing.T) {
	areas, err := exprtest.Load(goldenDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range optimize.Passes {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			for _, area := range areas {
				for _, c := range area.Cases {
					if c.Error != "" || area.Area == "hard" {
						continue
					}
					if err := goldenCase(&c, true, optimize.Options{Skip: []string{p.Name}}); err != nil {
						t.Errorf("%s: %s: %v", c.Name, c.Expr, err)
					}
				}
			}
		})
	}
}

func goldenCase(c *exprtest.Case, known bool, o optimize.Options) error {
	inputs, err := c.Symbols(known)
	if err != nil {
		return err
	}
	y, err := expr.Parser{Inputs: inputs, Funcs: autodiff.Funcs}.Parse(c.Expr)
	if err != nil {
		if !known || c.Optional {
			return nil // squeeze without an axis, functions that may be missing
		}
		return err
	}
	outputs := []*expr.Node{y}
	var wrt []*expr.Node
	for _, x := range inputs {
		if _, ok := c.Grad[x.Name()]; ok {
			wrt = append(wrt, x)
		}
	}
	if len(wrt) > 0 {
		outputs = append(outputs, autodiff.Grads(y.Sum(), wrt...)...)
	}
	g, trace, err := optimize.Run(expr.NewGraph(inputs, outputs...), o)
	if err != nil {
		return err
	}
	if trace.Unsettled {
		return fmt.Errorf("the passes do not come to rest:\n%v", trace)
	}
	return compareGolden(c, g, wrt)
}

// compareGolden evaluates g, whose outputs are the value and the gradients.
func compareGolden(c *exprtest.Case, g *expr.Graph, wrt []*expr.Node) error {
	values, err := c.Values()
	if err != nil {
		return err
	}
	got, err := g.Evaluate(values)
	if err != nil {
		return fmt.Errorf("%w\n%v", err, g)
	}
	want, err := c.Value.Value()
	if err != nil {
		return err
	}
	if err := exprtest.Compare(got[0], want, c.RTol, c.ATol); err != nil {
		return fmt.Errorf("%w\n%v", err, g)
	}
	atol := c.ATol
	if c.GradATol != nil {
		atol = *c.GradATol
	}
	for i, x := range wrt {
		a := c.Grad[x.Name()]
		want, err := a.Value()
		if err != nil {
			return err
		}
		if err := exprtest.Compare(got[i+1], want, c.RTol, atol); err != nil {
			return fmt.Errorf("gradient of %s: %w\n%v", x.Name(), err, g)
		}
	}
	return nil
}

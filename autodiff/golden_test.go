package autodiff_test

import (
	"strings"
	"testing"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestGolden differentiates the sum of each golden case, with known and with
// unknown dims, and compares value and gradients to the reference's. Where
// kinks have a convention, it is followed too.
func TestGolden(t *testing.T) {
	areas, err := exprtest.Load("../backend/testdata/golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, area := range areas {
		for _, c := range area.Cases {
			if c.Error != "" || strings.Contains(c.Note, "stabilising") || c.Note == "gradient must be finite" {
				continue // an error, or a case for the simplifier
			}
			for _, known := range []bool{true, false} {
				name := c.Name
				if !known {
					name += "/unknown"
				}
				t.Run(name, func(t *testing.T) { golden(t, &c, known) })
			}
		}
	}
}

func golden(t *testing.T, c *exprtest.Case, known bool) {
	symbols, err := c.Symbols(known)
	if err != nil {
		t.Fatal(err)
	}
	values, err := c.Values()
	if err != nil {
		t.Fatal(err)
	}
	p := expr.Parser{Inputs: symbols, Funcs: autodiff.Funcs}
	n, err := p.Parse(c.Expr)
	if err != nil {
		if !known {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	if strings.HasPrefix(c.Name, "second_order/") {
		want, err := c.Value.Value()
		if err != nil {
			t.Fatal(err)
		}
		if err := exprtest.Compare(evaluate(t, symbols, values, n)[0], want, c.RTol, c.ATol); err != nil {
			t.Error(err)
		}
	}
	grads, atol := c.Grad, c.ATol
	if grads == nil {
		grads = c.GradConvention
	}
	if c.GradATol != nil {
		atol = *c.GradATol
	}
	for i, x := range symbols {
		a, ok := grads[x.Name()]
		if !ok {
			continue
		}
		if c.Name == "hard/a_over_a_zero" {
			continue // the simplifier decides
		}
		want, err := a.Value()
		if err != nil {
			t.Fatal(err)
		}
		g := autodiff.Grad(n.Sum(), x)
		if g.Err() != nil {
			t.Fatal(g.Err())
		}
		if err := exprtest.Compare(evaluate(t, symbols, values, g)[0], want, c.RTol, atol); err != nil {
			t.Errorf("gradient of input %d, %s: %v\n%v", i, x.Name(), err, g)
		}
	}
}

// evaluate computes nodes by their reference meaning.
func evaluate(t *testing.T, inputs []*expr.Node, values []*expr.Value, nodes ...*expr.Node) []*expr.Value {
	t.Helper()
	for _, n := range nodes {
		if n.Err() != nil {
			t.Fatal(n.Err())
		}
	}
	out, err := expr.NewGraph(inputs, nodes...).Evaluate(values)
	if err != nil {
		t.Fatalf("%v\n%v", err, nodes)
	}
	return out
}

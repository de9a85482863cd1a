package backend_test

import (
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

var golden = flag.String("golden", "testdata/golden", "directory of golden cases")

// TestGolden runs every golden case, but for the expectations about graphs,
// with unknown dims and with known ones: values, gradients and errors.
func TestGolden(t *testing.T) {
	areas, err := exprtest.Load(*golden)
	if err != nil {
		t.Fatal(err)
	}
	for _, area := range areas {
		for _, c := range area.Cases {
			t.Run(c.Name, func(t *testing.T) {
				for _, known := range []bool{false, true} {
					err := runCase(t, &c, known)
					if err != nil && !known && needsKnownDims(&c) {
						continue
					}
					if err != nil && c.Optional {
						t.Skipf("optional: %s: %v", c.Expr, err)
					}
					if err != nil {
						t.Errorf("known dims: %v: %s: %v", known, c.Expr, err)
					}
				}
			})
		}
	}
}

// needsKnownDims reports whether c is not well-formed when dims are unknown:
// squeeze without an axis must know which dims are 1.
func needsKnownDims(c *exprtest.Case) bool { return strings.Contains(c.Expr, "squeeze(x)") }

// runCase compiles and runs one case.
func runCase(t *testing.T, c *exprtest.Case, known bool) error {
	inputs, err := c.Symbols(known)
	if err != nil {
		return err
	}
	args, err := c.Args()
	if err != nil {
		return err
	}
	y, err := expr.Parser{Inputs: inputs, Funcs: autodiff.Funcs}.Parse(c.Expr)
	if c.Error != "" {
		return wantError(c, inputs, y, err, args)
	}
	if err != nil {
		return err
	}
	outputs := []*expr.Node{y}
	if c.Grad != nil || c.GradConvention != nil {
		outputs = append(outputs, gradients(y, inputs)...)
	}
	p, err := backend.Compile(inputs, outputs...)
	if err != nil {
		return fmt.Errorf("compile: %w", err)
	}
	results, err := p.Run(args...)
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	want, err := c.Value.Value()
	if err != nil {
		return err
	}
	got, err := expr.ValueOf(results[0])
	if err != nil {
		return err
	}
	if err := exprtest.Compare(got, want, c.RTol, c.ATol); err != nil {
		return fmt.Errorf("value: %w\ngraph:\n%v", err, p.Graph())
	}
	next := 1
	for _, in := range inputs {
		if len(outputs) == 1 || !in.DType().IsFloat() {
			continue
		}
		got, err := expr.ValueOf(results[next])
		next++
		if err != nil {
			return err
		}
		if err := compareGradient(t, c, in.Name(), got); err != nil {
			return fmt.Errorf("gradient: %w\ngraph:\n%v", err, p.Graph())
		}
	}
	return nil
}

// gradients returns the gradient of sum(y) with respect to each float input.
func gradients(y *expr.Node, inputs []*expr.Node) []*expr.Node {
	var wrt []*expr.Node
	for _, in := range inputs {
		if in.DType().IsFloat() {
			wrt = append(wrt, in)
		}
	}
	if len(wrt) == 0 {
		return nil
	}
	return autodiff.Grads(y.Sum(), wrt...)
}

// compareGradient compares with the case's gradient. Differences in what is a
// matter of convention are reported and are no failure.
func compareGradient(t *testing.T, c *exprtest.Case, input string, got *expr.Value) error {
	atol := c.ATol
	if c.GradATol != nil {
		atol = *c.GradATol
	}
	a, ok := c.Grad[input]
	if !ok {
		if a, ok = c.GradConvention[input]; !ok {
			return nil
		}
	}
	want, err := a.Value()
	if err != nil {
		return err
	}
	err = exprtest.Compare(got, want, c.RTol, atol)
	if err != nil && c.Grad == nil {
		t.Logf("%s: gradient of %s by another convention: %v", c.Expr, input, err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", input, err)
	}
	return nil
}

// wantError checks that building, compiling or running a case that is wrong
// reports its kind of error.
func wantError(c *exprtest.Case, inputs []*expr.Node, y *expr.Node, err error, args []any) error {
	if err == nil {
		var p *backend.Program
		if p, err = backend.Compile(inputs, y); err == nil {
			_, err = p.Run(args...)
		}
	}
	if !errors.Is(err, exprtest.ErrorKind(c.Error)) {
		return fmt.Errorf("error %v, want kind %s", err, c.Error)
	}
	return nil
}

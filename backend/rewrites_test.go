package backend_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// rewrites is what TestRewrites found: the last line of a run of tests.
var rewrites string

// TestMain prints the result of TestRewrites below those of single cases.
func TestMain(m *testing.M) {
	code := m.Run()
	if rewrites != "" {
		fmt.Println(rewrites)
	}
	os.Exit(code)
}

// TestRewrites compares simplified graphs and the plans made for them with what
// golden cases expect of them. The values must be right too.
func TestRewrites(t *testing.T) {
	areas, err := exprtest.Load(*golden)
	if err != nil {
		t.Fatal(err)
	}
	met, all := 0, 0
	for _, area := range areas {
		for _, c := range area.Cases {
			if c.Expect == nil {
				continue
			}
			all++
			if t.Run(c.Name, func(t *testing.T) { testRewrite(t, &c) }) {
				met++
			}
		}
	}
	rewrites = fmt.Sprintf("rewrites: %d of %d", met, all)
}

func testRewrite(t *testing.T, c *exprtest.Case) {
	if err := runCase(t, c, true); err != nil {
		t.Fatalf("%s: %v", c.Expr, err)
	}
	p, q, err := planCase(c)
	if err != nil {
		t.Fatalf("%s: %v", c.Expr, err)
	}
	if unmet := c.Expect.Unmet(p.Graph(), q.Kernels()); unmet != nil {
		t.Errorf("%s: %s\ngraph:\n%v\nplan:\n%v", c.Expr, strings.Join(unmet, "; "), p.Graph(), q)
	}
}

// planCase compiles the value of a case and plans it for the arguments.
func planCase(c *exprtest.Case) (*backend.Program, *backend.Plan, error) {
	inputs, err := c.Symbols(true)
	if err != nil {
		return nil, nil, err
	}
	y, err := expr.Parser{Inputs: inputs, Funcs: autodiff.Funcs}.Parse(c.Expr)
	if err != nil {
		return nil, nil, err
	}
	p, err := backend.Compile(inputs, y)
	if err != nil {
		return nil, nil, err
	}
	args, err := c.Args()
	if err != nil {
		return nil, nil, err
	}
	q, err := p.Plan(args...)
	return p, q, err
}

package expr_test

import (
	"testing"

	. "arignote/expr"
	"arignote/expr/exprtest"
)

// TestGoldenExpressions: the expressions of all golden cases are read, with
// known and with unknown lengths, and survive being printed. What an error
// case says is wrong may be found only when it is computed.
func TestGoldenExpressions(t *testing.T) {
	areas, err := exprtest.Load("../backend/testdata/golden")
	if err != nil {
		t.Skip(err)
	}
	derivative := func(args ...*Node) *Node { // stands for package autodiff
		return Apply(custom{"grad"}, args[0], args[1])
	}
	funcs := map[string]Func{"grad": derivative, "jacobian": derivative, "hessian": derivative}
	for _, area := range areas {
		for _, c := range area.Cases {
			t.Run(c.Name, func(t *testing.T) {
				for _, known := range []bool{true, false} {
					inputs, err := c.Symbols(known)
					if err != nil {
						t.Fatal(err)
					}
					p := Parser{Inputs: inputs, Funcs: funcs}
					n, err := p.Parse(c.Expr)
					switch {
					case err != nil && c.Error == "" && known:
						t.Fatal(err)
					case err != nil:
						continue
					}
					text := n.String()
					m, err := p.Parse(text)
					if err != nil || m.String() != text {
						t.Fatalf("%s\nbecame %v, %v", text, m, err)
					}
					if diff := difference(NewGraph(inputs, n), NewGraph(inputs, m)); diff != "" {
						t.Errorf("%s in\n%s", diff, text)
					}
				}
			})
		}
	}
}

package optimize_test

import (
	"strings"
	"testing"

	"arignote/expr"
	"arignote/optimize"
)

// TestTry: what is said of single rewrites.
func TestTry(t *testing.T) {
	for _, c := range []struct{ src, rule, want string }{
		{"a: float64; a/a", "div-self",
			"equal on 71 of 76 random and special values; differs at a = 0: NaN -> 1; assumes a != 0, finite"},
		{"x: float64[n]; y: float64[n]; (x - y)/(x - y)", "div-self", "; assumes x - y != 0, finite"},
		{"x: float64[n]; x - x", "sub-self", "; assumes x finite"},
		{"x: float64[n]; x*0", "mul-zero", "; assumes x finite"},
		{"x: float64[n]; log(1 + exp(x))", "softplus", "differs at x = 1000: +Inf -> 1000; assumes exp(x) finite"},
		{"x: float64[n]; log(exp(x))", "log-exp", "; assumes exp(x) != 0, finite"},
		{"x: float64[n]; exp(log(x))", "exp-log", "; assumes x >= 0"},
		{"x: float64[n]; sqrt(square(x))", "sqrt-square", "; assumes x not huge"},
		{"x: float64[n]; -(-x)", "neg-neg", "equal on 64 random, 24 special values"},
		{"x: float64[n]; abs(exp(x))", "abs-exp", "equal on 64 random, 24 special values"},
		{"x: int32[n]; x - x", "sub-self-integer", "equal on 64 random"},
		{"x: bool[n]; ~~x", "not-not", "equal on 64 random, 6 special values"},
		{"x: float64[n]; exp(x) - 1", "expm1", "equal up to rounding on 64 random"},
		{"x: float64[1000, 784]; sum(2*x)", "sum-factor", "equal on 64 random"},
		{"A: float64[3, 3]; b: float64[3]; inv(A) @ b", "inv-dot", "; assumes b finite"},
		{"x: float64[n]; map(lambda v: v - v, x)", "sub-self", "; assumes v finite"},
		{"x: float64[100000]; y: float64[99999]; x[1:]/y*y/x[1:]", "collect-product", "not tried: too large"},
	} {
		_, trace, err := optimize.Run(parse(t, c.src), optimize.Options{})
		if err != nil {
			t.Fatal(err)
		}
		tried := false
		for _, s := range trace.Steps {
			if s.Rule == c.rule && !tried {
				tried = true
				if got := s.Try().String(); !strings.Contains(got, c.want) {
					t.Errorf("%v:\n%s, want %s", s, got, c.want)
				}
			}
		}
		if !tried {
			t.Errorf("%s: %s does not fire:\n%v", c.src, c.rule, trace)
		}
	}
}

// TestTryWrong: rewrites that are wrong are said to be, and that is in the
// printed trace.
func TestTryWrong(t *testing.T) {
	for _, c := range []struct {
		rule optimize.Rule
		want string
	}{
		{optimize.Rule{Name: "wrong", Left: "tanh(x)", Right: "1.01 * x", Class: optimize.Real}, "WRONG: differs at x = "},
		{optimize.Rule{Name: "too-exact", Left: "tanh(x)", Right: "expm1(2*x) / (expm1(2*x) + 2)", Class: optimize.Exact}, "WRONG: differs at "},
		{optimize.Rule{Name: "deep", Op: expr.OpTanh, Func: func(n *expr.Node) *expr.Node { return n.Arg(0).Arg(0) }, Class: optimize.Real}, "WRONG"},
	} {
		_, trace, err := optimize.Run(parse(t, "x: float64[n]; tanh(sin(x)) + 1"), optimize.Options{Rules: []optimize.Rule{c.rule}})
		if err != nil {
			t.Fatal(err)
		}
		if text := trace.String(); !strings.Contains(text, c.want) {
			t.Errorf("%s: no %q in\n%s", c.rule.Name, c.want, text)
		}
	}
}

// TestTryLarge: what is too large to compute is left alone, soon.
func TestTryLarge(t *testing.T) {
	x := expr.Vector("x")
	y := x
	for range 100000 {
		y = y.Add(x).Sin()
	}
	s := optimize.Step{Before: y.Sub(y), After: y.ZerosLike()}
	if got := s.Try().String(); !strings.Contains(got, "WRONG") { // an exact rewrite that is not
		t.Errorf("%s", got)
	}
	s = optimize.Step{Before: y, After: y.Sin(), Class: optimize.Real}
	if got := s.Try().String(); !strings.Contains(got, "WRONG") && !strings.Contains(got, "not tried") {
		t.Errorf("%s", got)
	}
}

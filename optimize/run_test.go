package optimize_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"arignote/expr"
	"arignote/optimize"
)

// parse returns the graph of a program.
func parse(t testing.TB, src string) *expr.Graph {
	t.Helper()
	g, err := expr.ParseGraph(src)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// outputs returns the text of g's outputs, without declarations.
func outputs(g *expr.Graph) string {
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(g.String()), "\n") {
		if i := strings.Index(line, ": "); i > 0 && !strings.ContainsAny(line[:i], "( ") {
			continue
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// cases is a table of programs and what they become.
type cases []struct{ src, want string }

func (list cases) test(t *testing.T, o optimize.Options) {
	t.Helper()
	for _, c := range list {
		g, trace, err := optimize.Run(parse(t, c.src), o)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := outputs(g); got != c.want {
			t.Errorf("%s: %s, want %s\n%v", c.src, got, c.want, trace)
		}
	}
}

// TestStrict: only what is equal in every bit is done.
func TestStrict(t *testing.T) {
	cases{
		{"x: float64[m]; x/x", "x/x"},
		{"x: float64[m]; x*1 - 0", "x"},
		{"x: float64[m]; x + 0", "x + 0"},
		{"x: float64[m]; x + -0.0", "x"},
		{"x: float64[m]; (x + 1) - 1", "x + 1 - 1"},
		{"x: int32[m]; x + 3 - x", "full_like(x, 3)"},
		{"x: float64[m]; log(1 + exp(x))", "log(1 + exp(x))"},
		{"x: float64[3, 4]; x.T.T", "x"},
		{"A: float64[3, 4]; v: float64[4]; A @ v + 1.0*v[:3]", "A @ v + v[:3]"},
	}.test(t, optimize.Options{Strict: true})
}

// TestStrictErrors: what fails at run time still fails in strict mode.
func TestStrictErrors(t *testing.T) {
	cases{
		{"c: bool[?]; y: float64[5]; where(c, y, y)", "where(c, y, y)"},
		{"c: bool[?]; y: float64[?]; where(c, y, y)", "where(c, y, y)"},
		{"x: float64[?]; y: float64[?]; (-x)*(-y), where(x < 0.0, y, y)", "x*y, where(x < 0.0, y, y)"},
		{"c: bool[5]; y: float64[5]; where(c, y, y)", "y"},
		{"c: bool[m]; y: float64[m]; where(c, y, y)", "y"},
		{"x: int64[?]; y: int64[5]; y & (y | x)", "y & (y | x)"},
		{"x: int64[?]; y: int64[5]; y - (y + x - x)", "y - (y + x - x)"},
		{"x: int64[4]; i: int64; 0*x[array([7])] + i", "0*x[[7]] + i"},
		{"A: float64[3, 3]; where(True, 1.0, inv(A)[0, 0])", "where(True, 1.0, inv(A)[0, 0])"},
	}.test(t, optimize.Options{Strict: true})
}

// TestSkip: passes and rules can be left out by name.
func TestSkip(t *testing.T) {
	src := "x: float64[3]; log(1 + exp(x/x - 1 + x*1))"
	for _, c := range []struct{ skip, want string }{
		{"", "softplus(x)"},
		{"stabilize", "log(1 + exp(x))"},
		{"mul-one", "softplus(x)"}, // collecting does it too
		{"softplus softplus-log1p", "log1p(exp(x))"},
	} {
		g, _, err := optimize.Run(parse(t, src), optimize.Options{Skip: strings.Fields(c.skip)})
		if err != nil {
			t.Fatal(err)
		}
		if got := outputs(g); got != c.want {
			t.Errorf("without %s: %s, want %s", c.skip, got, c.want)
		}
	}
	if _, _, err := optimize.Run(parse(t, src), optimize.Options{Skip: []string{"softmin"}}); err == nil || !strings.Contains(err.Error(), "softmin") {
		t.Errorf("an unknown name is left out: %v", err)
	}
}

// TestUserRules: rules of the user's are tried, named in the trace, checked.
func TestUserRules(t *testing.T) {
	g := parse(t, "x: float64[m]; sin(x)*2")
	rule := optimize.Rule{Name: "small-angle", Left: "sin(x)", Right: "x", Class: optimize.Real}
	after, trace, err := optimize.Run(g, optimize.Options{Rules: []optimize.Rule{rule}})
	if err != nil || outputs(after) != "x*2" || trace.Hits()["small-angle"] != 1 {
		t.Errorf("%v %v %v", after, trace, err)
	}
	if _, _, err = optimize.Run(g, optimize.Options{Rules: []optimize.Rule{rule}, Check: true}); err == nil || !strings.Contains(err.Error(), "small-angle") {
		t.Errorf("Check does not find the wrong rule: %v", err)
	}
	function := optimize.Rule{Name: "drop-sin", Class: optimize.Real, Op: expr.OpSin,
		Func: func(n *expr.Node) *expr.Node { return n.Arg(0) }}
	after, _, err = optimize.Run(g, optimize.Options{Rules: []optimize.Rule{function}})
	if err != nil || outputs(after) != "x*2" {
		t.Errorf("%v %v", after, err)
	}
	if _, _, err = optimize.Run(g, optimize.Options{Rules: []optimize.Rule{{Name: "bad", Left: "sin(", Right: "x"}}}); err == nil {
		t.Error("a rule that does not parse is accepted")
	}
}

// TestSabotage: a wrong rule deep in a graph is found and named by Check, an
// Exact one that is only Real too.
func TestSabotage(t *testing.T) {
	g := parse(t, "x: float64[m, 3]; y: float64[3]; sum(exp(x*y + tanh(y)) + log(1 + exp(y)), axis=0)")
	for _, rule := range []optimize.Rule{
		{Name: "sabotage", Left: "tanh(x)", Right: "1.0001 * x", Class: optimize.Real},
		{Name: "too-exact", Left: "tanh(x)", Right: "expm1(2*x) / (expm1(2*x) + 2)", Class: optimize.Exact},
	} {
		_, _, err := optimize.Run(g, optimize.Options{Check: true, Rules: []optimize.Rule{rule}})
		if err == nil || !strings.Contains(err.Error(), rule.Name) {
			t.Errorf("%s: %v", rule.Name, err)
		}
	}
	if _, _, err := optimize.Run(g, optimize.Options{Check: true}); err != nil {
		t.Error(err)
	}
}

// TestEndless: rules that undo each other, or grow, end in an error that names
// them, soon.
func TestEndless(t *testing.T) {
	real := optimize.Real
	for _, c := range []struct {
		rules []optimize.Rule
		names []string
	}{
		{[]optimize.Rule{{Name: "there", Left: "sin(x)", Right: "cos(x)", Class: real}, {Name: "back", Left: "cos(x)", Right: "sin(x)", Class: real}},
			[]string{"there", "back"}},
		{[]optimize.Rule{{Name: "grow", Left: "sin(x)", Right: "sin(x + 1)", Class: real}}, []string{"grow"}},
		{[]optimize.Rule{{Name: "wrap", Left: "sin(x)", Right: "exp(sin(x))", Class: real}}, []string{"wrap"}},
		{[]optimize.Rule{{Name: "double", Left: "sin(x)", Right: "sin(2*x) + sin(3*x)", Class: real}}, []string{"double"}},
	} {
		start := time.Now()
		_, _, err := optimize.Run(parse(t, "x: float64[m]; y: float64; sin(x)*y + softplus(x)"), optimize.Options{Rules: c.rules})
		if err == nil {
			t.Errorf("%v: no error", c.names)
			continue
		}
		for _, name := range c.names {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%v is not named in: %v", name, err)
			}
		}
		if spent := time.Since(start); spent > 20*time.Second { // milliseconds, unless it does not end
			t.Errorf("%v: %v", c.names, spent)
		}
	}
}

// TestTrace: steps know the user's line and what they take for granted; the
// dump shows each stage.
func TestTrace(t *testing.T) {
	x := expr.Vector("x")
	y := x.Exp().Add(1).Log() // line of the log
	var dump bytes.Buffer
	_, trace, err := optimize.Run(expr.NewGraph([]*expr.Node{x}, y), optimize.Options{Trace: &dump})
	if err != nil {
		t.Fatal(err)
	}
	s := trace.Steps[len(trace.Steps)-1]
	if s.Rule != "softplus" || s.Pass != "stabilize" || s.Class != optimize.Real || !strings.HasSuffix(s.Pos().File, "run_test.go") {
		t.Errorf("%+v", s)
	}
	for _, want := range []string{"log(exp(x) + 1) -> softplus(x)", "over the reals", "run_test.go:"} {
		if !strings.Contains(trace.String(), want) {
			t.Errorf("no %q in\n%v", want, trace)
		}
	}
	for _, want := range []string{"== input (5 nodes)", "== stabilize (2 nodes", "softplus(x)\n"} {
		if !strings.Contains(dump.String(), want) {
			t.Errorf("no %q in\n%s", want, dump.String())
		}
	}
}

// TestPassOrder: each pass has a reason, and stands after those it needs.
func TestPassOrder(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range optimize.Passes {
		if p.Name == "" || p.Why == "" || seen[p.Name] {
			t.Errorf("pass %q: a name of its own and a reason are wanted", p.Name)
		}
		for _, name := range p.After {
			if !seen[name] {
				t.Errorf("pass %s must come after %s", p.Name, name)
			}
		}
		seen[p.Name] = true
	}
}

// TestWrongInput: mistakes of the user's come back.
func TestWrongInput(t *testing.T) {
	bad := expr.Vector("x").Add(expr.Const([]float64{1, 2})).Reshape(3)
	if bad.Err() == nil {
		bad = expr.Input("x", expr.Float64, 3).Add(expr.Const([]float64{1, 2}))
	}
	if _, _, err := optimize.Run(expr.NewGraph(nil, bad), optimize.Options{}); err == nil {
		t.Error("no error")
	}
	if optimize.Simplify(bad) != bad {
		t.Error("a wrong node is not returned as it is")
	}
}

// TestCheckAllows: lengths that become known and differences that Real rules
// permit are no mistakes.
func TestCheckAllows(t *testing.T) {
	for _, text := range []string{
		"x: float64[?]; tile(x, (0,))",
		"y: bool[?]; astype(expm1(y/y), 'int8')",
	} {
		g, err := expr.ParseGraph(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := optimize.Run(g, optimize.Options{Check: true}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestBrief(t *testing.T) {
	M, v, a := expr.Matrix("M"), expr.Vector("v"), expr.Scalar("a")
	for want, n := range map[string]*expr.Node{
		"2*(M @ v)":     expr.Const(2).Mul(M.Dot(v)),
		"2*M @ v":       expr.Const(2).Mul(M).Dot(v),
		"a + 2*v":       a.Add(expr.Const(2).Mul(v)),
		"(a + v)*(v/a)": a.Add(v).Mul(v.Div(a)),
		"v - (a - v)":   v.Sub(a.Sub(v)),
		"(-v)**2":       v.Neg().Pow(2),
	} {
		if got := optimize.Brief(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

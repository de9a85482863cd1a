package optimize_test

import (
	"strings"
	"testing"
	"time"

	"arignote/expr"
	"arignote/optimize"
)

// userRules are rules as users write them, as text and as a function, with a
// program and what becomes of it.
var userRules = []struct {
	rule      optimize.Rule
	src, want string
}{
	{optimize.Rule{Name: "mine", Left: "sin(x)", Right: "x", Class: optimize.Real}, "x: float64[m]; sin(x)*2", "x*2"},
	{optimize.Rule{Name: "mine", Left: "x / x", Right: "2", Class: optimize.Real}, "x: float64[3]; x/x", "full((3,), 2.0)"},
	{optimize.Rule{Name: "mine", Left: "x * y + x * z", Right: "x * (y + z)", Class: optimize.Real},
		"x: float64; y: float64; z: float64; exp(x)*y + exp(x)*z", "exp(x)*(y + z)"},
	{optimize.Rule{Name: "mine", Left: "sum(x, axis=k)", Right: "max(x, axis=k)", Class: optimize.Real}, "x: float64[3, 4]; sum(x, axis=1)", "max(x, axis=1)"},
	{optimize.Rule{Name: "mine", Left: "x + y", Right: "x - y", Class: optimize.Exact, When: "x integer, y integer"}, "x: int64[3]; y: int64[3]; x + y", "x - y"},
	{optimize.Rule{Name: "mine", Class: optimize.Exact, Op: expr.OpTanh, Func: func(n *expr.Node) *expr.Node { return n.Arg(0).Sigmoid() }},
		"x: float64[3]; tanh(x)", "sigmoid(x)"},
	{optimize.Rule{Name: "mine", Class: optimize.Real, Op: expr.OpSum, Func: func(n *expr.Node) *expr.Node {
		if n.Arg(0).Op() != expr.OpExp {
			return nil
		}
		return n.Arg(0).Arg(0).Sum()
	}}, "x: float64[3]; sum(exp(x)) + sum(x)", "t1 + t1"},
	{optimize.Rule{Name: "mine", Left: "cos(x)", Right: "1 - square(x) / 2", Class: optimize.Real}, "x: float32[3]; map(lambda v: cos(v), x)", "1 - 0.5*square(v)"},
}

// TestUserRulesFire: each fires, is named in the trace, and does not when it is
// excluded by its name or, being Real, by Strict.
func TestUserRulesFire(t *testing.T) {
	for _, c := range userRules {
		o := optimize.Options{Rules: []optimize.Rule{c.rule}}
		after, trace, err := optimize.Run(parse(t, c.src), o)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := outputs(after); !strings.Contains(got, c.want) || trace.Hits()["mine"] == 0 || !strings.Contains(trace.String(), "mine (user, ") {
			t.Errorf("%s: %s, want %s\n%v", c.src, got, c.want, trace)
		}
		o.Skip = []string{"mine"}
		if _, trace, err = optimize.Run(parse(t, c.src), o); err != nil || trace.Hits()["mine"] != 0 {
			t.Errorf("%s: excluded: %v\n%v", c.src, err, trace)
		}
		o = optimize.Options{Rules: o.Rules, Strict: true}
		if _, trace, err = optimize.Run(parse(t, c.src), o); err != nil || trace.Hits()["mine"] != 0 && c.rule.Class == optimize.Real {
			t.Errorf("%s: strict: %v\n%v", c.src, err, trace)
		}
	}
}

// TestUndoing: rules that undo each other, or what built-in rules do, end in an
// error that names them, on small graphs and on large ones.
func TestUndoing(t *testing.T) {
	text := func(name, left, right string) optimize.Rule {
		return optimize.Rule{Name: name, Left: left, Right: right, Class: optimize.Real}
	}
	function := func(name string, op expr.Op, f func(x *expr.Node) *expr.Node) optimize.Rule {
		return optimize.Rule{Name: name, Op: op, Class: optimize.Real, Func: func(n *expr.Node) *expr.Node { return f(n.Arg(0)) }}
	}
	for _, c := range []struct {
		names string
		src   string
		rules []optimize.Rule
	}{
		{"there, back", "sin(x)", []optimize.Rule{text("there", "sin(x)", "cos(x)"), text("back", "cos(x)", "sin(x)")}},
		{"there, back", "exp(x)*y + exp(x)*z", []optimize.Rule{text("there", "x * (y + z)", "x * y + x * z"), text("back", "x * y + x * z", "x * (y + z)")}},
		{"there, back", "tanh(x)", []optimize.Rule{function("there", expr.OpTanh, (*expr.Node).Sinh), function("back", expr.OpSinh, (*expr.Node).Tanh)}},
		{"there, back", "tanh(x)", []optimize.Rule{text("there", "tanh(x)", "sinh(x)"), function("back", expr.OpSinh, (*expr.Node).Tanh)}},
		{"first, second, third", "sin(x)", []optimize.Rule{text("first", "sin(x)", "cos(x)"), text("second", "cos(x)", "tan(x)"), text("third", "tan(x)", "sin(x)")}},
		{"mine, softplus", "log(1 + exp(x))", []optimize.Rule{text("mine", "softplus(x)", "log(1 + exp(x))")}},
		{"mine, log1p", "log(1 + x)", []optimize.Rule{text("mine", "log1p(x)", "log(1 + x)")}},
		{"mine", "sin(x)", []optimize.Rule{text("mine", "sin(x)", "sin(x + 1)")}},
		{"mine", "sin(x)", []optimize.Rule{text("mine", "sin(x)", "-sin(-x)")}},
		{"mine, other", "sin(x)", []optimize.Rule{text("mine", "sin(x)", "x*cos(2*x)"), text("other", "cos(x)", "1 + sin(3*x)")}},
	} {
		for _, size := range []int{1, 3000} {
			g := parse(t, "x: float64[m]; y: float64[m]; z: float64[m]; "+c.src)
			for i := range size - 1 {
				g.Outputs[0] = g.Outputs[0].Add(float64(i)).Erf()
			}
			start := time.Now()
			_, trace, err := optimize.Run(g, optimize.Options{Rules: c.rules})
			spent := time.Since(start)
			if err == nil {
				t.Errorf("%s, %s: no error\n%d steps", c.names, c.src, len(trace.Steps))
				continue
			}
			for _, name := range strings.Split(c.names, ", ") {
				if !strings.Contains(err.Error(), name) {
					t.Errorf("%s: %s is not named in: %v", c.src, name, err)
				}
			}
			t.Logf("%s: %d nodes: %v", c.names, size, spent)
		}
	}
}

// TestDeepRules: a rule may go through all of a deep graph, and take a number down
// step by step.
func TestDeepRules(t *testing.T) {
	rules := []optimize.Rule{
		{Name: "linear", Left: "erf(x + y)", Right: "erf(x) + erf(y)", Class: optimize.Real},
		{Name: "down", Op: expr.OpPow, Class: optimize.Real, Func: func(n *expr.Node) *expr.Node {
			if e := n.Arg(1).Value(); e != nil && e.Float(0) > 1 {
				return n.Arg(0).Pow(e.Float(0) - 1).Mul(n.Arg(0)).Sinh()
			}
			return nil
		}},
	}
	const depth = 12000
	x := expr.Vector("x")
	sum := x
	for i := range depth {
		sum = sum.Add(x.Mul(i))
	}
	for _, c := range []struct {
		n    *expr.Node
		rule string
		hits int
	}{{sum.Erf(), "linear", depth}, {x.Pow(3000.0), "down", 2999}} {
		_, trace, err := optimize.Run(expr.NewGraph([]*expr.Node{x}, c.n), optimize.Options{Rules: rules})
		if err != nil || trace.Hits()[c.rule] != c.hits {
			t.Errorf("%s: %d times, want %d: %v", c.rule, trace.Hits()[c.rule], c.hits, err)
		}
	}
}

// TestSabotageBuiltIn makes each rule of the tables wrong: Check finds it, if it
// fires at all, and names it.
func TestSabotageBuiltIn(t *testing.T) {
	found, fired := 0, 0
	for _, table := range optimize.Tables() {
		for i := range table.Rules {
			rule := &table.Rules[i]
			if rule.Left == "" {
				continue
			}
			hit, named, err := sabotage(rule)
			if hit {
				fired++
			}
			if named {
				found++
			} else if hit {
				t.Errorf("%s is wrong, and Check says: %v", rule.Name, err)
			}
		}
	}
	t.Logf("%d of %d rules that fired were found", found, fired)
	if fired < 100 {
		t.Errorf("only %d rules fired", fired)
	}
}

// sabotage makes a rule wrong and looks for a program in which Check names it.
func sabotage(rule *optimize.Rule) (hit, named bool, err error) {
	runs := make(map[string]func(*expr.Graph) (*optimize.Trace, error))
	for in := range instances(*rule) {
		for _, text := range withLiterals(withAxis(rule.Left, in.inputs)) {
			g, parsing := expr.Parser{Inputs: in.inputs}.ParseGraph(text)
			if parsing != nil || g.Outputs[0].DType().IsComplex() {
				continue
			}
			right := wrong(rule.Right, g.Outputs[0].DType())
			if runs[right] == nil {
				if runs[right], err = optimize.Sabotage(rule, right); err != nil {
					return false, false, err
				}
			}
			trace, checked := runs[right](expr.NewGraph(in.inputs, g.Outputs...))
			if trace == nil || trace.Hits()[rule.Name] == 0 {
				continue
			}
			hit, err = true, checked
			if checked != nil && strings.Contains(checked.Error(), rule.Name) {
				return true, true, nil
			}
		}
	}
	return hit, false, err
}

// wrong returns another expression than right.
func wrong(right string, d expr.DType) string {
	switch {
	case d == expr.Bool:
		return "~(" + right + ")"
	case d.IsInteger():
		return "(" + right + ") + 1"
	}
	return "(" + right + ") * 1.5 + 0.25"
}

// TestWrongUserRules: rules that cannot be meant are mistakes that name them, and
// what a function does wrong crosses no border.
func TestWrongUserRules(t *testing.T) {
	function := func(f func(n *expr.Node) *expr.Node) optimize.Rule {
		return optimize.Rule{Name: "mine", Op: expr.OpSin, Class: optimize.Real, Func: f}
	}
	null := func(*expr.Node) *expr.Node { return nil }
	for _, c := range []struct {
		rule optimize.Rule
		want string
	}{
		{optimize.Rule{Left: "sin(x)", Right: "x"}, "it has no name"},
		{optimize.Rule{Name: "mine"}, "rule mine: "},
		{optimize.Rule{Name: "mine", Left: "sin(x", Right: "x"}, "rule mine: 1:6: unexpected end"},
		{optimize.Rule{Name: "mine", Left: "sin(x)", Right: "y"}, "rule mine: 1:1: the left side does not bind y"},
		{optimize.Rule{Name: "mine", Left: "x", Right: "x + 0"}, "rule mine: the left side"},
		{optimize.Rule{Name: "mine", Left: "sin(x)", Right: "x", When: "x purple"}, "rule mine: condition"},
		{optimize.Rule{Name: "mine", Left: "sin(x)", Right: "x", Op: expr.OpSin, Func: null}, "rule mine: both text and a function"},
		{optimize.Rule{Name: "mine", Func: null}, "rule mine: a function needs the Op"},
		{optimize.Rule{Name: "mine", Op: expr.NumOps, Func: null}, "rule mine: a function needs the Op"},
		{function(func(*expr.Node) *expr.Node { panic("oh") }), "rule mine panics on sin(x): oh"},
		{function(func(*expr.Node) *expr.Node { return expr.Input("q", expr.Float64, 3) }), "rule mine brings in the input q"},
		{function(func(n *expr.Node) *expr.Node { return n.Add(n) }), "without end on sin(x): mine"},
	} {
		_, _, err := optimize.Run(parse(t, "x: float64[3]; sin(x)"), optimize.Options{Rules: []optimize.Rule{c.rule}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.rule, err, c.want)
		}
	}
	keep := function(func(n *expr.Node) *expr.Node { return n.Index(1, 2) })
	if g, _, err := optimize.Run(parse(t, "x: float64[3]; sin(x)"), optimize.Options{Rules: []optimize.Rule{keep}}); err != nil || !strings.HasSuffix(outputs(g), "sin(x)") {
		t.Errorf("a wrong replacement: %v, %v", g, err)
	}
}

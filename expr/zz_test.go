package expr_test
import ("testing";"fmt"; . "arignote/expr"; "os"; "encoding/json"; "path/filepath")
func TestZZ(t *testing.T) {
	for _, src := range []string{
		"a: float64; v: float64[?]; M: float64[?, ?]; a/a + (M+a).dot(v)",
		"x: float64[3]; y = x+x; z = y+y; z*z",
		"x: float64[4,3]; map(lambda v: sum(v*v), x)",
		"x: float64[4,3]; c: float64; t=c*2; map(lambda v: {s = v*t; s*s+c}, x) + 1",
		"x: float64[4,3]; x[1:, [0,1]] + x[:,0][1:][:,None] - -2.0**x[1:,:2]",
		"x: float64[n]; n: int64; x[n:] , -n, 1+2j, -inf",
		"x: float64[3]; with_gradient(x**2, lambda g, x: 2*g*x, x)",
		"zeros((2,3)), ones(3,dtype='int8'), full((2,), 1e-30), eye(3), eye(3,4), arange(4), arange(1,4), array([[1,2],[3,4]],'float32')",
	} {
		g, err := ParseGraph(src)
		if err != nil { t.Error(src, err); continue }
		s := g.String()
		fmt.Println(s)
		g2, err := ParseGraph(s)
		if err != nil { t.Error(s, err); continue }
		if g2.String() != s { t.Errorf("%s\n%s", s, g2) }
		fmt.Println("--")
	}
}
func TestZZGolden(t *testing.T) {
	files, _ := filepath.Glob("/work/shared/golden/*.json")
	for _, f := range files {
		b, _ := os.ReadFile(f)
		var d struct{ Cases []struct{ Name, Expr, Error string; Inputs map[string]struct{Dtype string; Shape []int} } }
		if err := json.Unmarshal(b, &d); err != nil { t.Fatal(err) }
		for _, c := range d.Cases {
			p := Parser{Funcs: map[string]Func{"grad": func(a ...*Node) *Node { return a[1].Mul(a[0]) }, "hessian": func(a ...*Node) *Node { return a[1].Mul(a[0]) }, "jacobian": func(a ...*Node) *Node { return a[1].Mul(a[0]) }}}
			for name, a := range c.Inputs {
				dt, _ := ParseDType(a.Dtype)
				var dims []any
				for _, n := range a.Shape { dims = append(dims, n) }
				p.Inputs = append(p.Inputs, Input(name, dt, dims...))
			}
			n, err := p.Parse(c.Expr)
			if err != nil { if c.Error == "" {t.Errorf("%s: %s: %v", c.Name, c.Expr, err)} else { fmt.Println(c.Expr, err) }; continue }
			s := n.String()
			n2, err := p.Parse(s)
			if err != nil { t.Errorf("%s: %s: %v", c.Name, s, err); continue }
			if s != n2.String() { t.Errorf("%s:\n%s\n%s", c.Expr, s, n2) }
			if s != c.Expr && len(s) > 60 { fmt.Println(c.Expr,"\n         ", s) }
		}
	}
}

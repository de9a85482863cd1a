package backend_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"arignote/backend"
	"arignote/expr"
)

// wrong checks the kind of an error, that it has a place, and its text.
func wrong(t *testing.T, err, kind error, text string) {
	t.Helper()
	var e *expr.Error
	switch {
	case err == nil:
		t.Fatalf("no error, want %q", text)
	case !errors.Is(err, kind):
		t.Errorf("%v: not of kind %v", err, kind)
	case !strings.Contains(err.Error(), text):
		t.Errorf("%q does not say %q", err, text)
	case !errors.As(err, &e) || e.Pos.Line == 0:
		t.Errorf("%v: no place", err)
	}
}

// TestWrongExpressions has mistakes that are found when expressions are built
// or compiled.
func TestWrongExpressions(t *testing.T) {
	x := expr.Input("x", expr.Float64, 3, 4)
	v := expr.Input("v", expr.Float64, 5)
	i := expr.Vector("i", expr.Int64)
	var none *expr.Node
	for name, c := range map[string]struct {
		node *expr.Node
		kind error
		text string
	}{
		"shapes":             {x.Add(v), expr.ErrShape, "add: shapes (3, 4) and (5,) do not broadcast"},
		"sticky":             {x.Add(v).Exp().Sum(), expr.ErrShape, "add: shapes"},
		"product":            {x.Dot(v), expr.ErrShape, "dot: shapes (3, 4) and (5,) do not match: 4 is not 5"},
		"axis":               {x.Sum(2), expr.ErrAxis, "sum: axis 2 of an array of 2 axes"},
		"axis twice":         {x.Sum(0, 0), expr.ErrAxis, "twice"},
		"index":              {v.Index(7), expr.ErrIndex, "index 7 is out of range for axis 0 of length 5"},
		"too many":           {v.Index(0, 0), expr.ErrIndex, "2 indices for shape (5,)"},
		"dtype":              {x.And(x), expr.ErrDType, "no and for float64 and float64"},
		"order of complex":   {expr.Const([]complex128{1}).Lt(1), expr.ErrDType, "complex"},
		"empty":              {expr.Const([]float64{}).Max(), expr.ErrEmpty, "no elements"},
		"square":             {x.Inv(), expr.ErrShape, "square"},
		"integer power":      {i.Pow(-1), expr.ErrDomain, "negative power"},
		"literal":            {expr.Vector("u", expr.Uint8).Add(300), expr.ErrDomain, "300 does not fit uint8"},
		"nil operand":        {x.Add(none), expr.ErrInput, "nil"},
		"nil receiver":       {none.Exp(), expr.ErrInput, "nil"},
		"operand":            {x.Add("text"), expr.ErrDType, "string"},
		"ragged":             {x.Add([][]float64{{1, 2}, {3}}), expr.ErrShape, "ragged"},
		"name":               {expr.Scalar("a b"), expr.ErrInput, "name"},
		"dim":                {expr.Input("x", expr.Float64, -2), expr.ErrShape, "negative length"},
		"step of 0":          {v.Index(expr.Range{Step: 0}), expr.ErrIndex, "step 0"},
		"unknown to squeeze": {expr.Matrix("m").Squeeze(), expr.ErrShape, "name the axes"},
	} {
		t.Run(name, func(t *testing.T) {
			wrong(t, c.node.Err(), c.kind, c.text)
			_, err := backend.Compile(nil, c.node)
			wrong(t, err, c.kind, c.text)
			if !strings.Contains(err.Error(), "wrong_test.go:") {
				t.Errorf("%v: not at the user's line", err)
			}
		})
	}
}

// TestWrongSignatures has mistakes in what Compile is given.
func TestWrongSignatures(t *testing.T) {
	x, y, other := expr.Vector("x"), expr.Vector("y"), expr.Vector("x")
	for name, c := range map[string]struct {
		inputs  []*expr.Node
		outputs []*expr.Node
		text    string
	}{
		"unlisted":   {[]*expr.Node{x}, []*expr.Node{x.Add(y)}, "needs y"},
		"twice":      {[]*expr.Node{x, x}, []*expr.Node{x.Neg()}, "two inputs are called x"},
		"same name":  {[]*expr.Node{x, other}, []*expr.Node{x.Neg()}, "two inputs are called x"},
		"other node": {[]*expr.Node{x}, []*expr.Node{other.Neg()}, "another input called x"},
		"no input":   {[]*expr.Node{x.Neg()}, []*expr.Node{x.Neg()}, "neg"},
		"nil input":  {[]*expr.Node{nil}, []*expr.Node{x}, "input 1: nil"},
		"nil output": {[]*expr.Node{x}, []*expr.Node{nil}, "output 1: nil"},
		"no outputs": {[]*expr.Node{x}, nil, "no outputs"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := backend.Compile(c.inputs, c.outputs...)
			wrong(t, err, expr.ErrInput, c.text)
		})
	}
}

// TestWrongArguments has mistakes that only data can make.
func TestWrongArguments(t *testing.T) {
	x, y := expr.Input("x", expr.Float64, "n"), expr.Input("y", expr.Float64, "n")
	A, i := expr.Matrix("A"), expr.Scalar("i", expr.Int64)
	sum := compile(t, []*expr.Node{x, y}, x.Add(y))
	any := compile(t, []*expr.Node{expr.Vector("u")}, expr.Const(1))
	broadcast := func() *backend.Program {
		u, v := expr.Vector("u"), expr.Vector("v")
		return compile(t, []*expr.Node{u, v}, u.Add(v))
	}()
	masked := tensor.New(tensor.WithShape(2), tensor.WithBacking([]float64{1, 2}, []bool{true, false}))
	for name, c := range map[string]struct {
		p    *backend.Program
		args []interface{}
		kind error
		text string
	}{
		"too few":        {sum, []interface{}{[]float64{1}}, expr.ErrInput, "1 arguments for 2 inputs (x, y)"},
		"nil":            {any, []interface{}{nil}, expr.ErrInput, "nil"},
		"nil tensor":     {any, []interface{}{(*tensor.Dense)(nil)}, expr.ErrInput, "nil"},
		"mask":           {any, []interface{}{masked}, expr.ErrInput, "mask"},
		"ragged":         {compile(t, []*expr.Node{A}, A), []interface{}{[][]float64{{1}, {1, 2}}}, expr.ErrShape, "ragged"},
		"dtype":          {any, []interface{}{[]float32{1}}, expr.ErrDType, "float32"},
		"string":         {any, []interface{}{"1"}, expr.ErrDType, "string"},
		"rank":           {any, []interface{}{[][]float64{{1}}}, expr.ErrShape, "(1, 1)"},
		"named dims":     {sum, []interface{}{[]float64{1, 2}, []float64{1, 2, 3}}, expr.ErrShape, "n"},
		"named dim of 1": {sum, []interface{}{[]float64{1, 2}, []float64{1}}, expr.ErrShape, "n"},
		"broadcast":      {broadcast, []interface{}{[]float64{1, 2}, []float64{1, 2, 3}}, expr.ErrShape, "add: shapes (2,) and (3,) do not broadcast"},
		"index":          {compile(t, []*expr.Node{x, i}, x.Index(i)), []interface{}{[]float64{1, 2}, 2}, expr.ErrIndex, "index 2"},
		"take":           {compile(t, []*expr.Node{x}, x.Take([]int{0, 5}, 0)), []interface{}{[]float64{1, 2}}, expr.ErrIndex, "5"},
		"empty":          {compile(t, []*expr.Node{x}, x.Max()), []interface{}{[]float64{}}, expr.ErrEmpty, "no elements"},
		"singular":       {compile(t, []*expr.Node{A}, A.Inv()), []interface{}{[][]float64{{1, 2}, {2, 4}}}, expr.ErrSingular, "singular"},
		"indefinite":     {compile(t, []*expr.Node{A}, A.Cholesky()), []interface{}{[][]float64{{1, 2}, {2, 1}}}, expr.ErrDomain, "positive definite"},
		"not square":     {compile(t, []*expr.Node{A}, A.Det()), []interface{}{[][]float64{{1, 2}}}, expr.ErrShape, "square"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.p.Run(c.args...)
			wrong(t, err, c.kind, c.text)
		})
	}
	_, err := sum.RunNamed(map[string]interface{}{"x": []float64{1}})
	wrong(t, err, expr.ErrInput, "no argument for y")
	_, err = sum.RunNamed(map[string]interface{}{"x": 1, "y": 1, "z": 1})
	wrong(t, err, expr.ErrInput, "no input is called z")
}

// TestBadNumbers runs data that is not finite, and divides integers by zero.
func TestBadNumbers(t *testing.T) {
	x := expr.Vector("x")
	i := expr.Vector("i", expr.Int64)
	inf, nan := math.Inf(1), math.NaN()
	results := run(t, compile(t, []*expr.Node{x}, x.Add(1), x.Max(), x.Sort(0)), []float64{nan, inf, -inf})
	if got := results[0].Float64s(); !math.IsNaN(got[0]) || got[1] != inf || got[2] != -inf {
		t.Errorf("x + 1 = %v", got)
	}
	if got := results[1].Data().(float64); !math.IsNaN(got) {
		t.Errorf("max = %v", got)
	}
	if got := results[2].Float64s(); got[0] != -inf || got[1] != inf || !math.IsNaN(got[2]) {
		t.Errorf("sort = %v", got)
	}
	results = run(t, compile(t, []*expr.Node{i}, i.FloorDiv(0), i.Mod(0), i.Div(0)), []int{5, -5})
	if got := results[0].Int64s(); got[0] != 0 || got[1] != 0 {
		t.Errorf("i // 0 = %v", got)
	}
	if got := results[1].Int64s(); got[0] != 0 || got[1] != 0 {
		t.Errorf("i %% 0 = %v", got)
	}
	if got := results[2].Float64s(); got[0] != inf || got[1] != -inf {
		t.Errorf("i / 0 = %v", got)
	}
}

// TestWrongText has mistakes in text; the place is a line and a column.
func TestWrongText(t *testing.T) {
	for src, text := range map[string]string{
		"x: float64\nx +":                      "2:4:",
		"x: float64\nx: float64\nx":            "2:1:",
		"x: float64\nx + y":                    "2:5:",
		"x: float65\nx":                        "1:4:",
		"x: float64[3]\ny = x\nsum(y, axis=1)": "3:1: sum: axis 1",
		"x: float64\nx = 1\nx":                 "2:1:",
	} {
		_, err := expr.ParseGraph(src)
		if err == nil {
			t.Errorf("%q: no error", src)
			continue
		}
		if !strings.HasPrefix(err.Error(), text) {
			t.Errorf("%q: %v, want %s", src, err, text)
		}
	}
	_, err := expr.Parse(strings.Repeat("(", 10<<20))
	wrong(t, err, expr.ErrSyntax, "1:")
	x := expr.Scalar("x")
	_, err = expr.Parse("x", x, expr.Vector("x"))
	if !errors.Is(err, expr.ErrInput) {
		t.Errorf("a name used twice: %v", err)
	}
}

// TestWrongCPU asks for processors that are not there.
func TestWrongCPU(t *testing.T) {
	x := expr.Scalar("x")
	_, err := backend.Config{CPU: "mmx"}.Compile([]*expr.Node{x}, x)
	wrong(t, err, expr.ErrInput, `CPU level "mmx": not one of generic, avx2, avx512`)
	t.Setenv("ARIGNOTE_CPU", "sse")
	_, err = backend.Compile([]*expr.Node{x}, x)
	wrong(t, err, expr.ErrInput, `CPU level "sse"`)
	p, err := backend.Config{CPU: "generic"}.Compile([]*expr.Node{x}, x)
	if err != nil {
		t.Fatal(err)
	}
	if q, err := p.Plan(1); err != nil || !strings.Contains(q.String(), "CPU level generic") {
		t.Errorf("%v\n%v", err, q)
	}
}

// TestWrongWords: a mistake that shows when shapes are known is told in the
// words of the user's expression, and not of what it became.
func TestWrongWords(t *testing.T) {
	M, v := expr.Matrix("M"), expr.Vector("v")
	for _, c := range []struct {
		n    *expr.Node
		says string
	}{
		{M.Dot(v.Mul(2)), "dot: shapes (2, 2) and (3,) do not match"},
		{M.T().Mul(3).Dot(v).Add(1), "dot: shapes (2, 2) and (3,) do not match"},
		{M.Exp().Add(v).Index(0), "add: shapes (2, 2) and (3,) do not broadcast"},
	} {
		p, err := backend.Compile([]*expr.Node{M, v}, c.n)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Run([][]float64{{1, 2}, {3, 4}}, []float64{1, 2, 3})
		wrong(t, err, expr.ErrShape, c.says)
	}
}

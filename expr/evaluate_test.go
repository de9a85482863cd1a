package expr

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"weak"
)

// tracer is a custom identity that counts its calls and the results that are
// still in memory when it is called.
type tracer struct {
	calls, most int
	results     []weak.Pointer[Value]
}

func (c *tracer) Name() string                   { return "tracer" }
func (c *tracer) Type(args []Type) (Type, error) { return args[0], nil }
func (c *tracer) Gradient(n, g *Node) []*Node    { return []*Node{g} }
func (c *tracer) Eval(args []*Value) (*Value, error) {
	c.calls++
	runtime.GC()
	alive := 0
	for _, p := range c.results {
		if p.Value() != nil {
			alive++
		}
	}
	c.most = max(c.most, alive)
	v := args[0].Clone()
	c.results = append(c.results, weak.Make(v))
	return v, nil
}

func TestEvaluate(t *testing.T) {
	x, y := Input("x", Float64, "n"), Input("y", Float64, 1, "n")
	column := x.DimShuffle(0, -1)
	g := NewGraph([]*Node{y, x}, column.T(), x, Const(2.5), column.T())
	out, err := g.Evaluate(values(counted(1, 2), counted(2)))
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(out)
	if want := "[float64[1, 2][0 1] float64[2][0 1] float64[2.5] float64[1, 2][0 1]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEvaluateLongChain(t *testing.T) {
	x := Input("x", Float64)
	n := x
	for range 1_000_000 {
		n = New(x, OpDimShuffle, Pattern{}, n)
	}
	out, err := NewGraph([]*Node{x}, n).Evaluate(values(ScalarValue(3.0)))
	if err != nil || out[0].Float(0) != 3 {
		t.Fatal(out, err)
	}
}

func TestEvaluateOnceAndReleases(t *testing.T) {
	c := &tracer{}
	x := Input("x", Float64, 2)
	n := x
	for range 8 {
		n = Concatenate(0, Apply(c, n), n.Index(Range{Stop: 0}))
	}
	if _, err := NewGraph([]*Node{x}, n, n).Evaluate(values(counted(2))); err != nil {
		t.Fatal(err)
	}
	if c.calls != 8 {
		t.Errorf("%d evaluations of 8 nodes", c.calls)
	}
	if c.most > 1 {
		t.Errorf("%d intermediate values were in memory, each of which was used at once", c.most)
	}
}

func TestEvaluateErrors(t *testing.T) {
	x, y := Input("x", Float64, 2), Input("y", Float64, 2)
	for _, c := range []struct {
		name   string
		g      *Graph
		inputs []*Value
		want   string
	}{
		{"wrong node", NewGraph(nil, Const(1.0).Index(0)), nil, "index error: slice: 1 indices for shape ()"},
		{"nil output", NewGraph(nil, nil), nil, "input error: : nil expression"},
		{"too few values", NewGraph([]*Node{x, y}, x), values(counted(2)), "input error: : 1 values for 2 inputs"},
		{"too many values", NewGraph(nil, Const(1.0)), values(counted(2)), "input error: : 1 values for 0 inputs"},
		{"not listed", NewGraph([]*Node{x}, y), values(counted(2)), "input error: : y is used but is not among the inputs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := evaluated(c.g, c.inputs); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestBindInputs(t *testing.T) {
	x := Input("x", Float64, "m", 4)
	y := Input("y", Float64, "m")
	for _, c := range []struct {
		name   string
		inputs []*Node
		values []*Value
		want   string
	}{
		{"fits", []*Node{x, y}, values(counted(3, 4), counted(3)), ""},
		{"fits, empty", []*Node{x, y}, values(counted(0, 4), counted(0)), ""},
		{"unknown length", []*Node{Input("z", Int64, -1)}, values(vec[int64](1, 2)), ""},
		{"number", []*Node{x, y}, values(counted(3, 4)), "input error: : 1 values for 2 inputs"},
		{"nil", []*Node{x}, []*Value{nil}, "input error: : x: no value"},
		{"tuple", []*Node{x}, values(tupleValue(counted(3, 4))), "input error: : x: no value"},
		{"dtype", []*Node{y}, values(vec[float32](1)), "dtype error: : y: float32 data for an input of float64: convert the data, or declare the input float32"},
		{"rank", []*Node{x}, values(counted(4)), "shape error: : x: shape (4,) does not fit float64[m, 4]"},
		{"length", []*Node{x}, values(counted(3, 5)), "shape error: : x: shape (3, 5) does not fit float64[m, 4]"},
		{"named length", []*Node{x, y}, values(counted(3, 4), counted(2)), "shape error: : y: shape (2,) does not fit float64[m]: m is 3 in x"},
		{"named length in one", []*Node{Input("z", Float64, "k", "k")}, values(counted(2, 3)), "shape error: : z: shape (2, 3) does not fit float64[k, k]: k is 2 in z"},
		{"twice", []*Node{y, y}, values(counted(3), counted(3)), "input error: : y is twice among the inputs"},
		{"no input", []*Node{y.Index(0)}, values(counted()), "input error: : slice is no input"},
		{"nil node", []*Node{nil}, values(counted()), "input error: : nil expression"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := BindInputs(c.inputs, c.values); err != nil {
				got = mistake(err)
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestValueFor(t *testing.T) {
	for _, c := range []struct {
		d    DType
		x    any
		want string
	}{
		{Float64, 1.5, "float64[1.5]"},
		{Float64, 2, "float64[2]"},
		{Float32, 0.1, "float32[0.1]"},
		{Float32, 3, "float32[3]"},
		{Complex64, 0.5, "complex64[(0.5+0i)]"},
		{Complex64, 1i, "complex64[(0+1i)]"},
		{Complex128, -1, "complex128[(-1+0i)]"},
		{Int8, 127, "int8[127]"},
		{Uint64, 7, "uint64[7]"},
		{Bool, true, "bool[true]"},
		{Int64, []int{1, 2}, "int64[2][1 2]"},
		{Float32, float32(2), "float32[2]"},
		{Float64, counted(2), "float64[2][0 1]"},
		{Int8, 128, "domain error: : x: 128 does not fit int8"},
		{Uint8, -1, "domain error: : x: -1 does not fit uint8"},
		{Int64, 1.0, "dtype error: : x: float64 data for an input of int64: convert the data, or declare the input float64"},
		{Bool, 1, "dtype error: : x: int64 data for an input of bool: convert the data, or declare the input int64"},
		{Float64, true, "dtype error: : x: bool data for an input of float64: convert the data, or declare the input bool"},
		{Float64, 1i, "dtype error: : x: complex128 data for an input of float64: convert the data, or declare the input complex128"},
		{Float64, float32(1), "dtype error: : x: float32 data for an input of float64: convert the data, or declare the input float32"},
		{Float64, int32(1), "dtype error: : x: int32 data for an input of float64: convert the data, or declare the input int32"},
		{Float64, []int{1}, "dtype error: : x: int64 data for an input of float64: convert the data, or declare the input int64"},
		{Float64, nil, "input error: : x: nil"},
		{Float64, "1", "dtype error: : x: a string is no number, slice or tensor"},
	} {
		t.Run(fmt.Sprintf("%v of %T %v", c.d, c.x, c.x), func(t *testing.T) {
			v, err := ValueFor(Input("x", c.d), c.x)
			got := ""
			if err != nil {
				got = mistake(err)
			} else {
				got = v.String()
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	if _, err := ValueFor(Input("1", Float64), 1.0); !errors.Is(err, ErrInput) {
		t.Errorf("wrong input: %v", err)
	}
}

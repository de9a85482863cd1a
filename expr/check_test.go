package expr_test

import (
	"strings"
	"testing"

	. "arignote/expr"
)

func TestCheck(t *testing.T) {
	x, y := Vector("x"), Input("y", Float64, 3)
	lying := WithType(x.Exp(), Type{DType: Float32, Dims: x.Type().Dims})
	body := NewGraph([]*Node{Scalar("r")}, Scalar("s"))
	for _, c := range []struct {
		name string
		g    *Graph
		want string // "" for a graph that is right
	}{
		{"right", NewGraph([]*Node{x, y}, x.Add(y), y), ""},
		{"no outputs", NewGraph([]*Node{x}), ""},
		{"weak constant", NewGraph(nil, Const(2.0).Add(Const(1))), ""},
		{"nil graph", nil, "nil graph"},
		{"nil input", NewGraph([]*Node{nil}, y), "input 1 is nil"},
		{"no input", NewGraph([]*Node{x.Exp()}), "input 1 is no input but exp"},
		{"wrong input", NewGraph([]*Node{Input("1", Float64)}), "is no name"},
		{"one input twice", NewGraph([]*Node{x, x}), "two inputs are called x"},
		{"one name twice", NewGraph([]*Node{x, Scalar("x")}), "two inputs are called x"},
		{"nil output", NewGraph([]*Node{x}, x, nil), "output 2 is nil"},
		{"wrong output", NewGraph([]*Node{x}, x.Reshape(-1, -1)), "two lengths of -1"},
		{"input not listed", NewGraph([]*Node{x}, x.Add(y)), "y is used but is not among the inputs"},
		{"wrong type", NewGraph([]*Node{x}, lying.Sin()), "exp: the node has type float32[?], its rule says float64[?]"},
		{"weak array", NewGraph(nil, WithType(Const([]float64{1}), Type{DType: Float64, Weak: true, Dims: Const([]int{1}).Type().Dims})), "for the constant"},
		{"body", NewGraph([]*Node{x}, NewNode(OpMap, Body{Graph: body, Sequences: 1}, x)), "in the function: s is used but is not among the inputs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			switch err := c.g.Check(); {
			case err == nil && c.want != "":
				t.Errorf("no mistake found, want %s", c.want)
			case err != nil && (c.want == "" || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

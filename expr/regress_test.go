package expr_test

import (
	"errors"
	"math"
	"testing"

	. "arignote/expr"
)

// TestRegressions has programs that once gave another result than NumPy.
func TestRegressions(t *testing.T) {
	for _, c := range []struct {
		name, src, want string
		kind            error
	}{
		{"a mask behind an ellipsis", "x = reshape(arange(6), (1, 2, 3)); x[..., [True, False, True]]", "int64[1, 2, 2][0 2 3 5]", nil},
		{"a mask and an integer behind an ellipsis", "x = reshape(arange(12), (2, 3, 2)); x[..., [True, False, True], 1]", "int64[2, 2][1 5 7 11]", nil},
		{"a mask that does not fit behind an ellipsis", "x = reshape(arange(6), (3, 2)); x[..., [True, False, True]]", "", ErrIndex},
		{"an ellipsis of no axes keeps arrays apart", "x = reshape(arange(6), (2, 3)); x[None, [1, 0], ..., 1]", "int64[2, 1][4 1]", nil},
		{"an ellipsis of no axes beside the arrays", "x = reshape(arange(6), (2, 3)); x[None, [1, 0], 1, ...]", "int64[1, 2][4 1]", nil},
		{"an ellipsis of no axes, set", "x = reshape(arange(6), (2, 3)); set_subtensor(x[None, [1, 0], ..., 1], array([[7], [8]]))", "int64[2, 3][0 8 2 3 7 5]", nil},
		{"a quotient takes any literal", "array([6, 4], 'uint8')/-2", "float64[2][-3 -2]", nil},
		{"a float function takes any literal", "hypot(array([90], 'uint8'), 400)", "float64[1][410]", nil},
		{"a sum takes literals that fit", "array([6, 4], 'uint8') + 300", "", ErrDomain},
		{"dot pairs the last axis with the last but one", "x = reshape(arange(4), (2, 2)); y = reshape(arange(6), (1, 2, 3)); dot(x, y)", "int64[2, 1, 3][3 4 5 9 14 19]", nil},
		{"a condition need not fit", "where(2147483648, array([6], 'uint8'), array([7], 'uint8'))", "uint8[1][6]", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			g, err := ParseGraph(c.src)
			if err == nil {
				var out []*Value
				if out, err = g.Evaluate(nil); err == nil {
					got = out[0].String()
				}
			}
			if got != c.want || !errors.Is(err, c.kind) {
				t.Errorf("%s\n%s, %v; want %s, %v", c.src, got, err, c.want, c.kind)
			}
		})
	}
}

// TestSizeIsStrong: a mean by hand has one dtype, whether lengths are known or
// not.
func TestSizeIsStrong(t *testing.T) {
	for _, dim := range []any{3, -1} {
		x := Input("x", Float32, dim)
		if m := x.Sum().Div(x.Size()); m.DType() != Float64 || m.Type().Weak {
			t.Errorf("length %v: %v, want float64", dim, m.Type())
		}
	}
}

// TestTensordotPairs: lengths that differ in pairs are refused although there
// are as many elements, also where they are not known when the node is built.
func TestTensordotPairs(t *testing.T) {
	g, err := ParseGraph("x: float64[?, ?]; y: float64[?, ?]; tensordot(x, y, axes=2)")
	if err != nil {
		t.Fatal(err)
	}
	ones := func(shape ...int) *Value { return mustEval(t, OnesOf(Float64, shape[0], shape[1])) }
	for _, c := range []struct {
		x, y *Value
		want string
	}{
		{ones(2, 3), ones(2, 3), "float64[6]"},
		{ones(2, 3), ones(3, 2), ""},
		{ones(3, 1), ones(1, 3), ""},
		{ones(1, 1), ones(1, 3), ""},
		{ones(1, 3), ones(1, 1), ""},
	} {
		out, err := g.Evaluate([]*Value{c.x, c.y})
		switch {
		case c.want == "" && !errors.Is(err, ErrShape):
			t.Errorf("%v and %v: error %v, want a shape error", c.x.Shape(), c.y.Shape(), err)
		case c.want != "" && (err != nil || out[0].String() != c.want):
			t.Errorf("%v and %v: %v, %v; want %s", c.x.Shape(), c.y.Shape(), out, err, c.want)
		}
	}
}

// mustEval computes a node without inputs.
func mustEval(t *testing.T, n *Node) *Value {
	t.Helper()
	out, err := NewGraph(nil, n).Evaluate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// TestNonsenseCarriesErrors: building neither panics nor hangs, whatever it is
// given.
func TestNonsenseCarriesErrors(t *testing.T) {
	x := Matrix("x")
	u, _, _ := x.SVD()
	tuple := u.Arg(0)
	for name, c := range map[string]struct {
		build func() *Node
		kind  error
	}{
		"kron of several results":           {func() *Node { return tuple.Kron(x) }, ErrDType},
		"kron with several results":         {func() *Node { return x.Kron(tuple) }, ErrDType},
		"tile of several results":           {func() *Node { return tuple.Tile(2, 2) }, ErrDType},
		"full_like of several results":      {func() *Node { return tuple.OnesLike() }, ErrDType},
		"differences without end":           {func() *Node { return x.Diff(math.MaxInt, 0) }, ErrDomain},
		"repeat by no number":               {func() *Node { return x.Repeat([]int{}, 0) }, ErrDType},
		"tile by no number":                 {func() *Node { return x.Tile([]int{}, 1) }, ErrDType},
		"roll by no number":                 {func() *Node { return Input("y", Float64, 3).Roll([]int{}, 0) }, ErrDType},
		"zeros of no dtype":                 {func() *Node { return ZerosOf(99, 2) }, ErrDType},
		"ones of no dtype":                  {func() *Node { return OnesOf(NoDType, 2) }, ErrDType},
		"eye of no dtype":                   {func() *Node { return Eye(99, 2, 2, 0) }, ErrDType},
		"reduce by no reduction":            {func() *Node { return Reduce(OpSlice, x, false) }, ErrInput},
		"reduce by no operation":            {func() *Node { return Reduce(NumOps+1, x, false) }, ErrInput},
		"no value":                          {func() *Node { return Strong(nil) }, ErrInput},
		"an empty value":                    {func() *Node { return Const(&Value{}) }, ErrInput},
		"map of nil":                        {func() *Node { return Map(nil, []any{x})[0] }, ErrInput},
		"map to nil":                        {func() *Node { return Map(func(...*Node) []*Node { return []*Node{nil} }, []any{x})[0] }, ErrInput},
		"while of nil":                      {func() *Node { return While(nil, nil, []any{x}, 3)[0] }, ErrInput},
		"the gradient of a nil graph":       {func() *Node { return WithGradient(x, nil) }, ErrInput},
		"an empty node":                     {func() *Node { return new(Node) }, ErrInput},
		"a sum with an empty node":          {func() *Node { return x.Add(new(Node)) }, ErrInput},
		"a nil operation":                   {func() *Node { return Apply(nil, x) }, ErrInput},
		"replaced output that is not there": {func() *Node { return Replace(map[*Node]*Node{x: x}, nil, x)[0] }, ErrInput},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.build().Err(); !errors.Is(err, c.kind) {
				t.Errorf("error %v, want %v", err, c.kind)
			}
		})
	}
}

// TestNilNode: a nil node can be asked about.
func TestNilNode(t *testing.T) {
	var n *Node
	if n.Args() != nil || n.Attr() != nil || n.Pos() != (Pos{}) || n.Op() != OpInvalid || n.Value() != nil || n.Err() == nil {
		t.Error("a nil node has something")
	}
	for m := range Nodes(n) {
		t.Errorf("visited %v", m)
	}
}

// TestNil: nil nodes and wrong numbers of values are mistakes, no panics.
func TestNil(t *testing.T) {
	var x *Node
	_, bind := x.Bind(nil)
	_, eval := x.Eval(nil)
	_, few := Vector("v").Neg().Eval(nil)
	for name, err := range map[string]error{
		"bind": bind, "eval": eval, "values": few, "with": x.With().Err(), "add": New(nil, OpAdd, nil, x).Err(),
		"no op": New(nil, Op(9999), nil, Vector("v")).Err(), "no arguments": New(nil, OpAdd, nil).Err(),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, k := range []int{math.MinInt, math.MaxInt} {
		if err := Vector("v").Diag(k).Err(); !errors.Is(err, ErrShape) {
			t.Errorf("diagonal %d: %v, want a shape error", k, err)
		}
	}
}

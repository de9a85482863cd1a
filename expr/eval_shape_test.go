package expr

import (
	"errors"
	"fmt"
	"testing"
)

// programCase is an expression of some arguments and the text of its value or
// mistake.
type programCase struct {
	name  string
	build func(x []*Node) *Node
	args  []*Value
	want  string
}

// runPrograms evaluates each case three times, which must not differ: on
// constants, on inputs of unknown shapes, and on inputs with gaps between
// their elements. The arguments must be as before afterwards.
func runPrograms(t *testing.T, cases []programCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Helper()
			constants, inputs := make([]*Node, len(c.args)), make([]*Node, len(c.args))
			gaps := make([]*Value, len(c.args))
			for i, v := range c.args {
				constants[i] = constant(v, false)
				inputs[i] = unknownInput("x"+fmt.Sprint(i), v)
				gaps[i] = withGaps(v)
			}
			before := fmt.Sprint(c.args)
			onInputs := NewGraph(inputs, c.build(inputs))
			if got := evaluated(NewGraph(nil, c.build(constants)), nil); got != c.want {
				t.Errorf("on constants:\n got %s\nwant %s", got, c.want)
			}
			if got := evaluated(onInputs, c.args); got != c.want {
				t.Errorf("on inputs:\n got %s\nwant %s", got, c.want)
			}
			if got := evaluated(onInputs, gaps); got != c.want {
				t.Errorf("on strided inputs:\n got %s\nwant %s", got, c.want)
			}
			if fmt.Sprint(c.args) != before || fmt.Sprint(gaps) != before {
				t.Errorf("the arguments were changed")
			}
		})
	}
}

// evaluated returns the text of g's only output, several results on lines of
// their own, or of the mistake.
func evaluated(g *Graph, inputs []*Value) string {
	out, err := g.Evaluate(inputs)
	if err != nil {
		return mistake(err)
	}
	if out[0].elems == nil {
		return out[0].String()
	}
	text := ""
	for _, v := range out[0].elems {
		text += v.String() + "\n"
	}
	return text
}

// mistake returns the text of err without its place.
func mistake(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return "no *Error: " + err.Error()
	}
	return fmt.Sprintf("%v error: %s: %s", e.Kind, e.Op, e.Msg)
}

// unknownInput returns an input for v that says nothing of the lengths of axes.
func unknownInput(name string, v *Value) *Node {
	dims := make([]any, v.Rank())
	for i := range dims {
		dims[i] = -1
	}
	return Input(name, v.dtype, dims...)
}

// withGaps returns v with its axes in the opposite order in memory, and with
// two foreign elements after each of its own.
func withGaps(v *Value) *Value {
	strides := make([]int, len(v.shape))
	step := 3
	for i, n := range v.shape {
		strides[i] = step
		step *= n
	}
	data := elements[v.dtype].gather(v.contiguous().data, make([]int, 3*v.Len()))
	out := &Value{dtype: v.dtype, shape: v.shape, data: data, strides: strides}
	out.put(out.whole().offsets(), v)
	return out
}

// array returns the array of this shape with the given elements.
func array[T Element](shape []int, data ...T) *Value {
	v, err := NewValue(shape, data)
	if err != nil {
		panic(err)
	}
	return v
}

// counted returns a float64 array with the elements 0, 1, 2 ...
func counted(shape ...int) *Value {
	data := make([]float64, product(shape))
	for i := range data {
		data[i] = float64(i)
	}
	return makeValue(shape, data)
}

func values(v ...*Value) []*Value { return v }

func TestEvalDimShuffle(t *testing.T) {
	shuffle := func(pattern ...int) func(x []*Node) *Node {
		return func(x []*Node) *Node { return x[0].DimShuffle(pattern...) }
	}
	runPrograms(t, []programCase{
		{"transpose", shuffle(1, 0), values(counted(2, 3)), "float64[3, 2][0 3 1 4 2 5]"},
		{"three axes", shuffle(2, 0, 1), values(counted(2, 3, 2)), "float64[2, 2, 3][0 2 4 6 8 10 1 3 5 7 9 11]"},
		{"new axes", shuffle(-1, 0, -1), values(counted(2)), "float64[1, 2, 1][0 1]"},
		{"drop", shuffle(1), values(counted(1, 3)), "float64[3][0 1 2]"},
		{"drop to a scalar", shuffle(), values(counted(1, 1)), "float64[0]"},
		{"scalar", shuffle(-1), values(counted()), "float64[1][0]"},
		{"empty", shuffle(2, -1, 0, 1), values(counted(2, 0, 3)), "float64[3, 1, 2, 0][]"},
		{"bool", shuffle(1, 0), values(array([]int{2, 2}, true, true, false, false)), "bool[2, 2][true false true false]"},
		{"drop of length 2", shuffle(1), values(counted(2, 3)),
			"shape error: dimshuffle: axis 0 of shape (2, 3) has length 2 and cannot be dropped"},
	})
}

func TestEvalReshape(t *testing.T) {
	reshape := func(dims ...any) func(x []*Node) *Node {
		return func(x []*Node) *Node { return x[0].Reshape(dims...) }
	}
	runPrograms(t, []programCase{
		{"plain", reshape(3, 2), values(counted(2, 3)), "float64[3, 2][0 1 2 3 4 5]"},
		{"minus one", reshape(2, -1, 1), values(counted(6)), "float64[2, 3, 1][0 1 2 3 4 5]"},
		{"of a transpose", func(x []*Node) *Node { return x[0].T().Ravel() }, values(counted(2, 3)), "float64[6][0 3 1 4 2 5]"},
		{"scalar", reshape(1, 1), values(counted()), "float64[1, 1][0]"},
		{"to a scalar", func(x []*Node) *Node { return x[0].Reshape([]any{}) }, values(counted(1, 1)), "float64[0]"},
		{"empty", reshape(3, 0), values(counted(0, 5)), "float64[3, 0][]"},
		{"empty, minus one", reshape(0, -1), values(counted(0, 5)), "float64[0, 5][]"},
		{"length as argument", func(x []*Node) *Node { return x[0].Reshape(x[1], -1) },
			values(counted(6), ScalarValue(int8(2))), "float64[2, 3][0 1 2 3 4 5]"},
		{"shape of another", func(x []*Node) *Node { return x[0].Reshape(x[1].Shape()) },
			values(counted(6), counted(3, 2)), "float64[3, 2][0 1 2 3 4 5]"},
		{"misfit", reshape(4, 2), values(counted(6)), "shape error: reshape: shape (6,) does not fit into shape (4, 2)"},
		{"misfit, minus one", reshape(4, -1), values(counted(6)), "shape error: reshape: shape (6,) does not fit into shape (4, ?)"},
	})
}

func TestEvalBroadcastAndSum(t *testing.T) {
	to := func(dims ...any) func(x []*Node) *Node {
		return func(x []*Node) *Node { return x[0].BroadcastTo(dims...) }
	}
	like := func(x []*Node) *Node { return x[0].BroadcastLike(x[1]) }
	runPrograms(t, []programCase{
		{"rows", to(2, 3), values(counted(3)), "float64[2, 3][0 1 2 0 1 2]"},
		{"columns", to(2, 3), values(counted(2, 1)), "float64[2, 3][0 0 0 1 1 1]"},
		{"scalar", to(3), values(array(nil, int8(7))), "int8[3][7 7 7]"},
		{"to nothing", to(2, 0), values(counted(2, 1)), "float64[2, 0][]"},
		{"same", to(2), values(counted(2)), "float64[2][0 1]"},
		{"like", like, values(counted(2, 1), counted(3, 2, 2)), "float64[3, 2, 2][0 0 1 1 0 0 1 1 0 0 1 1]"},
		{"misfit", to(2, 4), values(counted(3)), "shape error: broadcast_to: shape (3,) does not broadcast to (2, 4)"},
		{"too long", to(1<<60, 2), values(counted()), "shape error: broadcast_to: length 1152921504606846976"},
	})
	sum := func(x []*Node) *Node { return x[0].SumLike(x[1]) }
	runPrograms(t, []programCase{
		{"sum rows", sum, values(counted(2, 3), counted(3)), "float64[3][3 5 7]"},
		{"sum columns", sum, values(counted(2, 3), counted(2, 1)), "float64[2, 1][3 12]"},
		{"sum both", sum, values(counted(2, 2, 3), counted(1, 3)), "float64[1, 3][18 22 26]"},
		{"sum all", sum, values(counted(2, 3), counted()), "float64[15]"},
		{"sum nothing", sum, values(counted(2, 3), counted(2, 3)), "float64[2, 3][0 1 2 3 4 5]"},
		{"sum of an empty axis", sum, values(counted(0, 2), counted(1, 2)), "float64[1, 2][0 0]"},
		{"sum of length 1", sum, values(counted(1, 1, 2), counted(1, 2)), "float64[1, 2][0 1]"},
		{"sum keeps the dtype", sum, values(array([]int{2}, int8(100), 100), counted()), "int8[-56]"},
		{"sum of bool", sum, values(array([]int{2}, true, true), counted()), "bool[true]"},
		{"sum of float32", sum, values(array([]int{3}, float32(1e8), 1, -1e8), counted()), "float32[1]"},
		{"sum misfit", sum, values(counted(2, 3), counted(2)), "shape error: sum_like: shape (2, 3) does not come from broadcasting shape (2,)"},
	})
}

func TestEvalConcatenate(t *testing.T) {
	along := func(axis int) func(x []*Node) *Node {
		return func(x []*Node) *Node {
			operands := make([]any, len(x))
			for i, n := range x {
				operands[i] = n
			}
			return Concatenate(axis, operands...)
		}
	}
	runPrograms(t, []programCase{
		{"rows", along(0), values(counted(2, 2), counted(1, 2)), "float64[3, 2][0 1 2 3 0 1]"},
		{"columns", along(1), values(counted(2, 2), counted(2, 1)), "float64[2, 3][0 1 0 2 3 1]"},
		{"middle", along(1), values(counted(2, 1, 2), counted(2, 2, 2)), "float64[2, 3, 2][0 1 0 1 2 3 2 3 4 5 6 7]"},
		{"one", along(0), values(counted(2)), "float64[2][0 1]"},
		{"empty first", along(0), values(counted(0, 2), counted(1, 2)), "float64[1, 2][0 1]"},
		{"dtypes", along(0), values(vec(true), vec[int32](-2), vec[uint8](7)), "int32[3][1 -2 7]"},
		{"to float64", along(0), values(vec[int64](-2), vec[float32](0.5)), "float64[2][-2 0.5]"},
		{"misfit", along(0), values(counted(2, 2), counted(2, 3)), "shape error: concatenate: shapes (2, 2) and (2, 3) differ in axis 1"},
	})
}

func TestEvalShapeAndSize(t *testing.T) {
	size := func(axis ...int) func(x []*Node) *Node {
		return func(x []*Node) *Node { return apply(OpSize, Number{append(axis, -1)[0]}, x[0]) }
	}
	runPrograms(t, []programCase{
		{"shape", func(x []*Node) *Node { return x[0].Shape() }, values(counted(2, 0, 3)), "int64[3][2 0 3]"},
		{"shape of a scalar", func(x []*Node) *Node { return x[0].Shape() }, values(counted()), "int64[0][]"},
		{"size", size(), values(counted(2, 3)), "int64[6]"},
		{"size of a scalar", size(), values(counted()), "int64[1]"},
		{"length", size(1), values(counted(2, 3)), "int64[3]"},
	})
}

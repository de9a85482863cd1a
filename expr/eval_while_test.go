package expr

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// loopOf returns a program that is a loop over the first states arguments; the
// last argument is the bound.
func loopOf(states int, cond func(p ...*Node) *Node, body func(p ...*Node) []*Node) func(x []*Node) *Node {
	return func(x []*Node) *Node {
		last := len(x) - 1
		var init, others []any
		for i, a := range x[:last] {
			if i < states {
				init = append(init, a)
			} else {
				others = append(others, a)
			}
		}
		items := While(cond, body, init, x[last], others...)
		if items[0].op == OpItem {
			return items[0].Args()[0]
		}
		return items[0]
	}
}

func TestEvalWhile(t *testing.T) {
	always := func(p ...*Node) *Node { return Const(true) }
	below := func(p ...*Node) *Node { return p[0].Lt(p[len(p)-1]) }
	double := func(p ...*Node) []*Node { return []*Node{p[0].Mul(2)} }
	doubleAndCount := func(p ...*Node) []*Node { return []*Node{p[0].Mul(2), p[1].Add(1)} }
	swap := func(p ...*Node) []*Node { return []*Node{p[1], p[0]} }
	n := func(k int64) *Value { return ScalarValue(k) }
	empty := counted(0, 3)
	runPrograms(t, []programCase{
		{"each stops on its own", loopOf(2, below, doubleAndCount), values(vec(1.0, 3, 8, 100), vec[int64](0, 0, 0, 0), ScalarValue(10.0), n(100)),
			"float64[4][16 12 16 100]\nint64[4][4 2 1 0]\n"},
		{"a limit for each", loopOf(2, below, doubleAndCount), values(ScalarValue(1.0), n(0), array([]int{2, 1}, 1.0, 5), n(9)),
			"float64[2, 1][1 8]\nint64[2, 1][0 3]\n"},
		{"the bound", loopOf(2, below, doubleAndCount), values(vec(1.0, 3), n(0), ScalarValue(10.0), n(1)), "float64[2][2 6]\nint64[2][1 1]\n"},
		{"bound 0", loopOf(1, always, double), values(vec(1.0, 3), n(0)), "float64[2][1 3]"},
		{"negative bound", loopOf(1, always, double), values(vec(1.0, 3), n(-5)), "float64[2][1 3]"},
		{"bound above int64", loopOf(1, below, double), values(vec(1.0, 3), ScalarValue(9.0), ScalarValue(uint64(1)<<63)), "float64[2][16 12]"},
		{"narrow bound", loopOf(1, always, double), values(vec(1.0, 3), ScalarValue(uint8(2))), "float64[2][4 12]"},
		{"never", loopOf(1, below, double), values(vec(1.0, nan), ScalarValue(nan), n(3)), "float64[2][1 NaN]"},
		{"states broadcast", loopOf(2, always, swap), values(array([]int{2, 1}, 1.0, 2), vec(3.0, 4), n(1)), "float64[2, 2][3 4 3 4]\nfloat64[2, 2][1 1 2 2]\n"},
		{"scalars", loopOf(1, below, double), values(ScalarValue(float32(3)), ScalarValue(float32(7)), n(9)), "float32[12]"},
		{"empty", loopOf(2, below, doubleAndCount), values(empty, n(0), ScalarValue(10.0), n(3)), "float64[0, 3][]\nint64[0, 3][]\n"},
		{"integers wrap", loopOf(1, always, double), values(vec[int8](65, -3), n(1)), "int8[2][-126 -6]"},
		{"unsigned", loopOf(1, below, double), values(vec[uint16](1, 7), ScalarValue(uint16(9)), n(9)), "uint16[2][16 14]"},
		{"bool", loopOf(1, func(p ...*Node) *Node { return p[0] }, func(p ...*Node) []*Node { return []*Node{p[0].Not()} }),
			values(vec(true, false), n(5)), "bool[2][false false]"},
		{"complex", loopOf(1, func(p ...*Node) *Node { return p[0].Abs().Lt(3) }, func(p ...*Node) []*Node { return []*Node{p[0].Mul(2i)} }),
			values(vec(1i, 5), n(5)), "complex128[2][(-0-4i) (5+0i)]"},
		{"complex64", loopOf(1, always, double), values(vec[complex64](1i), n(1)), "complex64[1][(0+2i)]"},
		{"a constant condition and body", loopOf(1, always, func(p ...*Node) []*Node { return []*Node{Const(7)} }), values(vec(1.0, 2), n(2)), "float64[2][7 7]"},
		{"a literal of another dtype", loopOf(1, always, func(p ...*Node) []*Node { return []*Node{Const(7).Add(1)} }), values(vec[float32](1, 2), n(2)), "float32[2][8 8]"},
		{"shapes", loopOf(1, below, double), values(vec(1.0, 3), vec(1.0, 2, 3), n(2)), "shape error: while_loop: shapes (2,) and (3,) do not broadcast"},
		{"bound of a float", loopOf(1, always, double), values(vec(1.0), ScalarValue(2.0)), "dtype error: while_loop: the bound must be an integer scalar, not float64"},
	})
}

// TestWhileMistakes: mistakes in the functions are kept at the user's line.
func TestWhileMistakes(t *testing.T) {
	x := Vector("x")
	always := func(p ...*Node) *Node { return Const(true) }
	same := func(p ...*Node) []*Node { return p[:1] }
	for _, c := range []struct {
		name string
		got  []*Node
		kind error
		want string
	}{
		{"not element-wise", While(always, func(p ...*Node) []*Node { return []*Node{p[0].Prod()} }, []any{x}, 3), ErrInput,
			"the functions work on single elements: prod is not element-wise"},
		{"an array", While(always, func(p ...*Node) []*Node { return []*Node{p[0].Add([]float64{1, 2})} }, []any{x}, 3), ErrInput,
			"a constant of shape (2,) must be an argument"},
		{"from outside", While(always, func(p ...*Node) []*Node { return []*Node{p[0].Add(x)} }, []any{x}, 3), ErrInput, "the function uses x"},
		{"several results", While(always, func(p ...*Node) []*Node { return []*Node{p[0], p[0]} }, []any{x}, 3), ErrInput, "a body of 2 results for 1 states"},
		{"no states", While(always, func(p ...*Node) []*Node { return nil }, nil, 3), ErrInput, "a state is missing"},
		{"nil condition", While(func(p ...*Node) *Node { return nil }, same, []any{x}, 3), ErrInput, "nil expression"},
		{"wrong body", While(always, func(p ...*Node) []*Node { return []*Node{p[0].Shl(2)} }, []any{x}, 3), ErrDType, "no shl for float64"},
		{"condition", While(func(p ...*Node) *Node { return p[0] }, same, []any{x}, 3), ErrDType, "the condition is float64, not bool"},
		{"dtype", While(always, func(p ...*Node) []*Node { return []*Node{p[0].Mul(2i)} }, []any{x}, 3), ErrDType, "the state p0 is float64 and the body makes it complex128"},
		{"nil state", While(always, same, []any{(*Node)(nil)}, 3), ErrInput, "nil operand"},
		{"nil bound", While(always, same, []any{x}, nil), ErrInput, ""},
		{"several results in", While(always, same, []any{apply(OpNonzero, nil, Matrix("m"))}, 3), ErrDType, "pick one by its index"},
	} {
		err := c.got[0].Err()
		if len(c.got) != 1 || !errors.Is(err, c.kind) || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

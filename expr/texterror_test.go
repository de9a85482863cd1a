package expr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	. "arignote/expr"
)

// wrongTexts has for programs that are wrong the kind of mistake and the
// message, which begins with the line and the column.
var wrongTexts = []struct {
	src, want string
	kind      error
}{
	{"x +", "1:4: unexpected end of input, expected an expression", ErrSyntax},
	{"x y", "1:3: unexpected name 'y', expected an operator or the end of the statement", ErrSyntax},
	{"(x", "1:3: unexpected end of input, expected ',' or ')' to close the '(' at 1:1", ErrSyntax},
	{"x = x + 1; x", "1:1: x is already defined as an input", ErrSyntax},
	{"t = x\nt = y\nt", "2:1: t is already defined at 1:1", ErrSyntax},
	{"pi = 3; x", "1:1: pi is a constant of the language", ErrSyntax},
	{"x: float64; x", "1:1: input x is already declared as an input", ErrInput},
	{"u: float64[3]; u: int32; u", "1:16: input u is already declared at 1:1", ErrInput},
	{"u: float65; u", "1:4: float65 is no dtype; did you mean float64?", ErrDType},
	{"u: int; u", "1:4: int is no dtype; did you mean int8?", ErrDType},
	{"u: float64[99999999999999999]; u", "1:12: length 99999999999999999 is too large", ErrShape},
	{"1 +\\\n lenght", "2:2: unknown name lenght; did you mean length?", ErrInput},
	{"foo(x)", "1:1: unknown function foo", ErrInput},
	{"coz(x)", "1:1: unknown function coz; did you mean cos?", ErrInput},
	{"array([1], 'foo')", "1:12: array: \"foo\" is no dtype", ErrDType},
	{"x + qqqqq", "1:5: unknown name qqqqq", ErrInput},
	{"x*sum", "1:3: sum is a function: sum(x, axis=None, keepdims=False)", ErrInput},
	{"x + sofmax(x)", "1:5: unknown function sofmax; did you mean softmax?", ErrInput},
	{"y(3)", "1:1: y is an array, not a function", ErrInput},
	{"sum()", "1:1: sum: argument x is missing: sum(x, axis=None, keepdims=False)", ErrInput},
	{"x + sum(x, axes=1)", "1:12: sum: no parameter \"axes\": sum(x, axis=None, keepdims=False)", ErrInput},
	{"sum(x, 0, axis=1)", "1:11: sum: axis is given twice: sum(x, axis=None, keepdims=False)", ErrInput},
	{"sin(x, y)", "1:8: sin: 2 arguments are too many: sin(x)", ErrInput},
	{"x.foo", "1:3: no attribute foo", ErrInput},
	{"x.shapes", "1:3: no attribute shapes; did you mean shape?", ErrInput},
	{"x.sum", "1:3: sum is a method: write .sum(...)", ErrSyntax},
	{"x + 'a'", "1:5: a string is no array", ErrSyntax},
	{"x + (1, 2)", "1:5: a tuple is no array", ErrSyntax},
	{"x + [1, 2]", "1:5: a list (write array([...]) for a constant) is no array", ErrSyntax},
	{"x + None", "1:5: None is no array", ErrSyntax},
	{"lambda x: x", "1:1: a lambda is no array", ErrSyntax},
	{"x, y", "1:4: one expression is wanted, not a tuple", ErrSyntax},
	{"(x, y)", "1:1: one expression is wanted, not a tuple", ErrSyntax},
	{"99999999999999999999999", "1:1: 99999999999999999999999 is too large for an integer", ErrSyntax},
	{"x + 9223372036854775808", "1:5: 9223372036854775808 does not fit int64", ErrSyntax},

	{"x + y", "1:3: add: shapes (3,) and (4,) do not broadcast", ErrShape},
	{"1 +\n 2", "1:4: unexpected end of line, expected an expression", ErrSyntax},
	{"sum(x + 1) + sin(A[0] & 1)", "1:23: and: no and for float64 and int64", ErrDType},
	{"\n\n  std(A, axis=(0, 5))", "3:3: std: axis 5 of an array of 2 axes", ErrAxis},
	{"sum(A, axis=x)", "1:13: sum: axis must be an integer literal", ErrInput},
	{"sum(A, axis='x')", "1:13: a string is no array", ErrSyntax},
	{"sum(A, keepdims=1)", "1:17: sum: keepdims must be True or False", ErrInput},
	{"softmax(A, axis=3)", "1:17: softmax: axis 3 of an array of 2 axes", ErrAxis},
	{"transpose(A, (0, 0))", "1:1: transpose: axis 0 is named twice", ErrAxis},
	{"transpose(A, 0)", "1:14: transpose: 1 axes named of an array of 2 axes", ErrAxis},
	{"squeeze(A, axis=0)", "1:1: squeeze: axis 0 of shape (2, 3) has length 2 and cannot be dropped", ErrShape},
	{"reshape(A, (5, 2))", "1:1: reshape: shape (2, 3) does not fit into shape (5, 2)", ErrShape},
	{"A.reshape(1.5)", "1:11: reshape: a length must be an integer scalar, not float64", ErrDType},
	{"reshape(A)", "1:1: reshape: argument shape is missing: reshape(x, *shape)", ErrInput},
	{"zeros((99999999999999999,))", "1:8: zeros: length 99999999999999999 is too large", ErrShape},
	{"zeros((1000000000, 1000000000))", "1:1: zeros: shape (1000000000, 1000000000) has too many elements", ErrShape},
	{"x[7]", "1:2: slice: index 7 is out of range for axis 0 of length 3", ErrIndex},
	{"x[1.5:]", "1:3: slice: a bound must be an integer scalar, not float64", ErrDType},
	{"x[0, 0]", "1:2: slice: 2 indices for shape (3,)", ErrIndex},
	{"x[[0, [1]]]", "1:7: array: a ragged list: lists side by side must have the same length", ErrShape},
	{"array([[1, 2], [3]])", "1:16: array: a ragged list: lists side by side must have the same length", ErrShape},
	{"array([x])", "1:8: array: numbers are wanted: stack((x, y)) joins arrays", ErrSyntax},
	{"array([300], 'int8')", "1:7: array: 300 does not fit int8", ErrDomain},
	{"array([1, 2], shape=(3,))", "1:21: array: 2 elements for shape (3,)", ErrShape},
	{"astype(x, 'flaot32')", "1:11: astype: \"flaot32\" is no dtype; did you mean float32?", ErrDType},
	{"astype(x, 3)", "1:11: astype: dtype must be the name of a dtype in quotes, such as 'float32'", ErrDType},
	{"concatenate(x)", "1:13: concatenate: arrays must be a tuple of arrays: (x, y)", ErrInput},
	{"concatenate(())", "1:13: concatenate: no arrays", ErrInput},
	{"svd(A) + 1", "1:8: add: an operand has several results (float64[2, 2], float64[2], float64[2, 3]): pick one by its index", ErrDType},
	{"sum(svd(A))", "1:5: sum: svd has several results (float64[2, 2], float64[2], float64[2, 3]): pick one by its index", ErrDType},
	{"svd(A)[3]", "1:7: item: result 3 of 3", ErrIndex},
	{"svd(A)[1:]", "1:7: item: one of the results (float64[2, 2], float64[2], float64[2, 3]) is picked by an integer literal", ErrIndex},
	{"set_subtensor(x, 1)", "1:15: set_subtensor: the first argument must be a part of an array, such as x[1:3]", ErrInput},
	{"set_subtensor(x[1:], y)", "1:1: set_subtensor: shape (4,) does not broadcast to (2,)", ErrShape},
	{"diff(x, n=1000000000)", "1:11: diff: order 1000000000 is more than the limit of 100", ErrDomain},
	{"polygamma(-1, x)", "1:11: polygamma: negative order -1", ErrDomain},
	{"map(lambda a, b: a, x)", "1:5: map: a lambda of 2 parameters for 1 arguments", ErrInput},
	{"map(x, x)", "1:5: map: f must be a lambda", ErrInput},
	{"map(lambda a: a)", "1:1: map: a sequence is missing: map(f, *sequences)", ErrInput},
	{"map(lambda a: a + zz, x)", "1:19: unknown name zz", ErrInput},
	{"map(lambda a: a, x[0])", "1:19: map: argument 1 is a scalar: it has no leading axis", ErrShape},
	{"map(lambda a: {t = y; y = a; t}, x)", "1:23: y is already defined at 1:20", ErrSyntax},
	{"while_loop(lambda z: z < 2, lambda z: z, (), 3)", "1:12: while_loop: a lambda of 1 parameters for 0 arguments", ErrInput},
	{"while_loop(lambda: True, lambda: (), (), 3)", "1:38: while_loop: a state is missing", ErrInput},
	{"while_loop(x, lambda z: z, x, 3)", "1:12: while_loop: cond must be a lambda", ErrInput},
	{"while_loop(lambda z: (z < 2, z < 3), lambda z: z, x, 3)", "1:12: while_loop: a condition of 2 results, one is wanted", ErrInput},
	{"while_loop(lambda z: z < 2, lambda z: (z, z), x, 3)", "1:29: while_loop: a body of 2 results for 1 states", ErrInput},
	{"while_loop(lambda z: z < 2,\n lambda z: z + sum(x), x, 3)", "2:16: while_loop: the functions work on single elements: sum is not element-wise", ErrInput},
	{"while_loop(lambda z: z < 2, lambda z: map(lambda e: e, z), x, 3)", "1:56: map: argument 1 is a scalar: it has no leading axis", ErrShape},
	{"while_loop(lambda z: z < array([1, 2]), lambda z: z, x, 3)", "1:26: while_loop: the functions work on single elements: a constant of shape (2,) must be an argument", ErrInput},
	{"while_loop(lambda z: z, lambda z: z, x, 3)", "1:12: while_loop: the condition is float64, not bool", ErrDType},
	{"while_loop(lambda k: k < 3, lambda k: k + 0.5, 0, 3)", "1:41: while_loop: the state k is int64 and the body makes it float64", ErrDType},
	{"while_loop(lambda k: k < 3, lambda k: 300, array(0, 'int8'), 3)", "1:39: while_loop: the state k is int8 and the body makes it int64", ErrDType},
	{"while_loop(lambda k: k < 3, lambda k: k, 0, 2.5)", "1:1: while_loop: the bound must be an integer scalar, not float64", ErrDType},
	{"while_loop(lambda k: k < 3, lambda k: k, 0, array([1, 2]))", "1:1: while_loop: the bound must be an integer scalar, not int64[2]", ErrDType},
	{"while_loop(lambda k, c: k < 3, lambda k, c: k, zeros(3), 2, zeros(4))", "1:1: while_loop: shapes (3,) and (4,) do not broadcast", ErrShape},
	{"uniform(1.5, 3)", "1:1: uniform: a key must be an integer scalar, not float64", ErrDType},
	{"uniform([1, 2], 3)", "1:9: a list (write array([...]) for a constant) is no array", ErrSyntax},
	{"uniform(1, 3, 'uint32')", "1:1: uniform: no uniform numbers of uint32: float32 or float64 is wanted", ErrDType},
	{"uniform(1, -3)", "1:1: uniform: negative length -3", ErrShape},
	{"uniform(1, (2, -1))", "1:1: uniform: negative length -1", ErrShape},
	{"uniform(1, 2.5)", "1:12: uniform: a length must be an integer scalar, not float64", ErrDType},
	{"uniform(1, (10000000, 10000000))", "1:1: uniform: shape (10000000, 10000000) has too many elements", ErrShape},
	{"random_bits(1, 3, 'int64')", "1:1: random_bits: no random bits of int64: uint32 or uint64 is wanted", ErrDType},
	{"fold_in(x, 1)", "1:1: fold_in: a key and a number to fold in must be integers, not float64[3]", ErrDType},
	{"with_gradient(x, lambda g: g, x)", "1:18: with_gradient: a lambda of 1 parameters for 2 arguments", ErrInput},
	{"with_gradient(x, lambda g, x: (g, g), x)", "1:18: with_gradient: a lambda of 2 results for 1 arguments", ErrInput},
	{"x" + strings.Repeat("[None]", 65), "1:380: slice: 65 axes, more than the limit of 64", ErrShape},
	{"tile(x, (" + strings.Repeat("1, ", 65) + "))", "1:9: tile: 65 entries, more than the limit of 64 axes", ErrShape},
	{strings.Repeat("map(lambda a:", 17) + "a" + strings.Repeat(",A[None])", 17), "", ErrSyntax},
	{strings.Repeat("(", 600), "1:501: nested too deeply (the limit is 500 levels)", ErrSyntax},
	{"reshape(x, zeros(70, 'int64'))", "1:12: reshape: 70 entries, more than the limit of 64 axes", ErrShape},
}

func TestWrongTexts(t *testing.T) {
	inputs := []*Node{Input("x", Float64, 3), Input("y", Float64, 4), Input("A", Float64, 2, 3), Input("length", Int64)}
	for _, c := range wrongTexts {
		t.Run(cut(c.src), func(t *testing.T) {
			n, err := Parse(c.src, inputs...)
			var e *Error
			switch {
			case err == nil:
				t.Fatalf("read as %s, want %s", n, c.want)
			case !errors.As(err, &e) || e.Pos.Line == 0:
				t.Errorf("%v is no *Error with a position", err)
			case !errors.Is(err, c.kind):
				t.Errorf("%v is of the kind %v, not %v", err, e.Kind, c.kind)
			case err.Error() != c.want && c.want != "":
				t.Errorf("got  %s\nwant %s", err, c.want)
			}
		})
	}
}

func TestWrongInputs(t *testing.T) {
	x := Vector("x")
	for _, c := range []struct {
		inputs []*Node
		want   string
	}{
		{[]*Node{x, x}, "two inputs are called x"},
		{[]*Node{x, nil}, "input 2 is nil"},
		{[]*Node{x.Exp()}, "input 1 is no input but exp"},
		{[]*Node{Input("2", Float64)}, "is no name"},
	} {
		if _, err := Parse("1", c.inputs...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	if n, err := Parse("1 +"); n != nil || err == nil {
		t.Error(n, err)
	}
	if g, err := ParseGraph("1 +"); g != nil || err == nil {
		t.Error(g, err)
	}
}

// TestHostileTexts: none of these may take long or much memory.
func TestHostileTexts(t *testing.T) {
	many := func(text string) string { return strings.Repeat(text, 100_000) }
	doubled := "x: float64\nt0 = x\n"
	for i := range 2000 {
		doubled += fmt.Sprintf("t%d = t%d + t%d\n", i+1, i, i)
	}
	for _, src := range []string{
		"zeros(10**12) + ones(10**12) + full(10**12, 1.0) + arange(10**12)*eye(1)[0]",
		"eye(70368744177664)", "eye(70368744177664, 1)", "arange(10000000000000)", "linspace(0, 1, 10000000000000)",
		"arange(-9223372036854775808, 9223372036854775807)",
		"x: float64[3]\ntile(repeat(x, 1000000000), 1000)", "x: float64[3]\nroll(x, -9223372036854775808)",
		"x: float64[3]\ndiag(x, k=70368744177664)", "x: float64[3]\nx[::-9223372036854775808] + x[9223372036854775807:]",
		"x: float64[3]\nconcatenate((" + many("x,") + "x[None]))",
		"x: float64[3]\nadd(" + many("x,") + "x)", "x: float64[3]\nadd(x, x" + many(", x[1:]") + ")",
		"x: float64[3]\nx" + many(".T") + many("[0:]"), "x: float64[3]\nx" + many(" + x") + many(" - 1"), "x: float64\n" + many("-") + "x",
		many("["), many("lambda a:"), many("a="), "array(" + many("["), "array([" + many("1,") + "])", "array([" + many("[1],") + "])",
		"x: float64[" + many("1,") + "]\nx", many("x: float64\n"), strings.Repeat("q", 1_000_000),
		"x: float64[3]\nmap(lambda " + strings.Repeat("a", 1_000_000) + ": x, x)", doubled + "t2000",
		"x: float64[2]\n" + strings.Repeat("map(lambda a:", 16) + "a" + strings.Repeat("+x, x)", 16),
		"x: float64[3]\ndimshuffle(x, (" + many("'x',") + "))", "x: float64[3]\nsum(x, axis=(" + many("0,") + "))",
		"x: float64[3]\nx[" + many("None,") + "]", "x: float64[3]\nreshape(x, (" + many("1,") + "))",
	} {
		g, err := ParseGraph(src)
		if err != nil {
			continue
		}
		roundTrip(t, g, false)
		if err := Print(&countingWriter{}, g.Outputs...); err != nil {
			t.Error(err)
		}
	}
}

// countingWriter counts the bytes written to it.
type countingWriter struct{ n int }

func (c *countingWriter) Write(b []byte) (int, error) {
	c.n += len(b)
	return len(b), nil
}

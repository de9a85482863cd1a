package expr

import (
	"errors"
	"testing"
)

// mapOver returns a program that maps f over the first n arguments and gets
// the others whole. It returns the node of all results.
func mapOver(n int, f func(p ...*Node) []*Node) func(x []*Node) *Node {
	return func(x []*Node) *Node {
		var sequences, others []any
		for i, a := range x {
			if i < n {
				sequences = append(sequences, a)
			} else {
				others = append(others, a)
			}
		}
		items := Map(f, sequences, others...)
		if items[0].op == OpItem {
			return items[0].Args()[0]
		}
		return items[0]
	}
}

func TestEvalMap(t *testing.T) {
	reverse := func(p ...*Node) []*Node { return []*Node{p[0].Index(Range{Step: -1})} }
	both := func(p ...*Node) []*Node { return []*Node{p[0].Index(p[1]), p[2]} }
	selected := func(p ...*Node) []*Node { return []*Node{p[0].Nonzero()[0]} }
	constants := func(p ...*Node) []*Node { return []*Node{Strong(vec(7.0, 8))} }
	inner := func(p ...*Node) []*Node { return Map(reverse, []any{p[0]}) }
	runPrograms(t, []programCase{
		{"reverse", mapOver(1, reverse), values(counted(3, 2)), "float64[3, 2][1 0 3 2 5 4]"},
		{"two sequences, one whole", mapOver(2, both), values(counted(2, 2), vec[int64](1, 0), vec(true)), "float64[2][1 2]\nbool[2, 1][true true]\n"},
		{"nested", mapOver(1, inner), values(counted(2, 1, 2)), "float64[2, 1, 2][1 0 3 2]"},
		{"constant", mapOver(1, constants), values(counted(2)), "float64[2, 2][7 8 7 8]"},
		{"parameter", mapOver(1, func(p ...*Node) []*Node { return p }), values(counted(2)), "float64[2][0 1]"},
		{"empty", mapOver(1, reverse), values(counted(0, 2)), "float64[0, 2][]"},
		{"empty elements", mapOver(1, reverse), values(counted(2, 0)), "float64[2, 0][]"},
		{"length by data", mapOver(1, selected), values(array([]int{2, 2}, 0.0, 1, 2, 0)), "int64[2, 1][1 0]"},
		{"length by data, empty", mapOver(1, selected), values(counted(0, 2)), "int64[0, 0][]"},
		{"lengths that differ", mapOver(1, selected), values(array([]int{2, 2}, 0.0, 1, 2, 3)),
			"shape error: map: result 0 has shape (1,) at index 0 and (2,) at index 1: they cannot be stacked"},
		{"mistake in the body", mapOver(1, func(p ...*Node) []*Node { return []*Node{p[1].Index(p[0])} }), values(vec[int64](0, 2), counted(2)),
			"index error: slice: index 2 is out of range for axis 0 of length 2"},
		{"leading axes", mapOver(2, both), values(counted(2, 2), vec[int64](1), vec(true)),
			"shape error: map: shapes (2, 2), (1,) and (1,) differ in the leading axis"},
	})
}

// promise is a custom operation that promises one type and returns another
// value, or panics.
type promise struct {
	typ   Type
	value *Value
	err   error
	panic any
}

func (c promise) Name() string                { return "promise" }
func (c promise) Type([]Type) (Type, error)   { return c.typ, nil }
func (c promise) Gradient(n, g *Node) []*Node { return nil }
func (c promise) Eval([]*Value) (*Value, error) {
	if c.panic != nil {
		panic(c.panic)
	}
	return c.value, c.err
}

func TestEvalCustom(t *testing.T) {
	vector := Type{DType: Float64, Dims: []Dim{{}}}
	two := Type{DType: Float64, Dims: []Dim{KnownDim(2)}}
	tuple := Type{Elems: []Type{two, vector}}
	for _, c := range []struct {
		name string
		op   promise
		want string
	}{
		{"kept", promise{typ: two, value: counted(2)}, "float64[2][0 1]"},
		{"kept, length by data", promise{typ: vector, value: counted(3)}, "float64[3][0 1 2]"},
		{"kept, two", promise{typ: tuple, value: tupleValue(counted(2), counted(1))}, "float64[2][0 1]\nfloat64[1][0]\n"},
		{"dtype", promise{typ: two, value: vec[float32](1, 2)}, "dtype error: promise: Eval returned float32 where Type promised float64"},
		{"length", promise{typ: two, value: counted(3)}, "shape error: promise: Eval returned shape (3,) where Type promised (2,)"},
		{"rank", promise{typ: vector, value: counted()}, "shape error: promise: Eval returned shape () where Type promised (?,)"},
		{"nil", promise{typ: two}, "input error: promise: Eval returned nil"},
		{"one of two", promise{typ: tuple, value: counted(2)}, "input error: promise: Eval returned 1 results where Type promised 2"},
		{"second of two", promise{typ: tuple, value: tupleValue(counted(2), counted())},
			"shape error: promise: result 1: Eval returned shape () where Type promised (?,)"},
		{"error", promise{typ: two, err: errors.New("no data")}, "domain error: promise: no data"},
		{"error with a kind", promise{typ: two, err: Errorf(ErrSingular, "inner", "zero pivot")}, "singular error: inner: zero pivot"},
		{"panic", promise{typ: two, panic: "oh"}, "input error: promise: panic: oh"},
		{"nil panic", promise{typ: two, panic: errors.New("e")}, "input error: promise: panic: e"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := evaluated(NewGraph(nil, Apply(c.op, 1.0)), nil); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestEvalItem(t *testing.T) {
	n := apply(OpNonzero, nil, constant(counted(2, 2), false))
	for i, want := range []string{"int64[3][0 1 1]", "int64[3][1 0 1]"} {
		if got := evaluated(NewGraph(nil, n.Item(i)), nil); got != want {
			t.Errorf("item %d: got %s, want %s", i, got, want)
		}
	}
}

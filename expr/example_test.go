package expr_test

import (
	"errors"
	"fmt"
	"log"

	"arignote/expr"
)

func Example() {
	x, y := expr.Vector("x"), expr.Vector("y")
	distance := x.Sub(y).Square().Sum().Sqrt()
	fmt.Println(distance, distance.Type())
	// Output: sqrt(sum(square(x - y))) float64
}

func ExampleScalar() {
	a, i := expr.Scalar("a"), expr.Scalar("i", expr.Int32)
	fmt.Println(a.Mul(i).Type(), a.Mul(2).Type(), i.Mul(2).Type())
	// Output: float64 float64 int32
}

func ExampleVector() {
	x := expr.Vector("x", expr.Float32)
	fmt.Println(x.Type(), x.Mul(0.1).Type())
	// Output: float32[?] float32[?]
}

func ExampleMatrix() {
	m, v := expr.Matrix("m"), expr.Vector("v")
	fmt.Println(m.T().Dot(v), m.Dot(v).Type())
	// Output: m.T @ v float64[?]
}

func ExampleInput() {
	x := expr.Input("x", expr.Float64, "rows", 3)
	y := expr.Input("y", expr.Float64, "rows", 1)
	fmt.Println(x.Type(), x.Add(y).Type())
	fmt.Println(errors.Is(x.Add(expr.Input("z", expr.Float64, 4)).Err(), expr.ErrShape))
	// Output:
	// float64[rows, 3] float64[rows, 3]
	// true
}

func ExampleConst() {
	x := expr.Vector("x", expr.Float32)
	fmt.Println(x.Add(expr.Const(0.5)).Type()) // a Go number takes x's precision
	fmt.Println(x.Add(expr.Const([]float64{0.5})).Type())
	// Output:
	// float32[?]
	// float64[?]
}

func ExampleWhere() {
	x := expr.Vector("x")
	fmt.Println(expr.Where(x.Gt(0), x.Log(), 0.0))
	// Output: where(x > 0, log(x), 0.0)
}

func ExampleNode_Index() {
	x, n := expr.Matrix("x"), expr.Scalar("n", expr.Int64)
	fmt.Println(x.Index(expr.Range{Start: n}, -1))
	fmt.Println(x.Index(expr.Ellipsis, expr.Range{Step: -2}, expr.NewAxis))
	fmt.Println(x.Index([]int{2, 0}))
	// Output:
	// x[n:, -1]
	// x[:, ::-2, None]
	// x[[2, 0]]
}

func ExampleNode_SetSubtensor() {
	x := expr.Vector("x")
	fmt.Println(x.SetSubtensor(0.0, expr.Range{Start: 1, Stop: -1}))
	// Output: set_subtensor(x[1:-1], 0.0)
}

func ExampleMap() {
	x, a := expr.Matrix("x"), expr.Scalar("a")
	norms := expr.Map(func(args ...*expr.Node) []*expr.Node {
		row, a := args[0], args[1]
		return []*expr.Node{row.Square().Sum().Mul(a)}
	}, []any{x}, a)
	fmt.Println(norms[0], norms[0].Type())
	// Output: map(lambda p0, p1: sum(square(p0))*p1, x, (a,)) float64[?]
}

func ExampleGraph_Nodes() {
	x := expr.Vector("x")
	g := expr.NewGraph([]*expr.Node{x}, x.Exp().Add(1))
	for n := range g.Nodes() {
		fmt.Println(n.Op(), n)
	}
	// Output:
	// input x
	// exp exp(x)
	// const 1
	// add exp(x) + 1
}

func ExampleGraph_Rebuild() {
	x := expr.Vector("x")
	g := expr.NewGraph([]*expr.Node{x}, x.Sin().Add(x.Cos()))
	swapped := g.Rebuild(func(n *expr.Node, args []*expr.Node) *expr.Node {
		if n.Op() == expr.OpSin {
			return expr.New(n, expr.OpCos, nil, args...)
		}
		return n.With(args...)
	})
	fmt.Println(swapped.Outputs[0])
	// Output: cos(x) + cos(x)
}

func ExampleReplace() {
	x, t := expr.Vector("x"), expr.Scalar("t")
	y := x.Mul(t).Sum()
	fmt.Println(expr.Replace(map[*expr.Node]*expr.Node{t: expr.Const(2.0)}, y)[0])
	// Output: sum(x*2.0)
}

func ExampleGraph_Evaluate() {
	x := expr.Vector("x")
	v, err := expr.ValueOf([]float64{1, 2, 3})
	if err != nil {
		log.Fatal(err)
	}
	out, err := expr.NewGraph([]*expr.Node{x}, x.Cumsum(0)).Evaluate([]*expr.Value{v})
	fmt.Println(out[0], err)
	// Output: float64[3][1 3 6] <nil>
}

func ExampleNode_Err() {
	sum := expr.Input("x", expr.Float64, 3).Add(expr.Input("y", expr.Float64, 4))
	var e *expr.Error
	if errors.As(sum.Exp().Err(), &e) {
		fmt.Println(e.Op, e.Msg, e.Kind == expr.ErrShape)
	}
	// Output: add shapes (3,) and (4,) do not broadcast true
}

func ExampleWhile() {
	// Collatz: halve n where it is even, else take 3n+1, until it is 1.
	n := expr.Vector("n", expr.Int64)
	ends := expr.While(
		func(a ...*expr.Node) *expr.Node { return a[0].Gt(1) },
		func(a ...*expr.Node) []*expr.Node {
			n, count := a[0], a[1]
			return []*expr.Node{expr.Where(n.Mod(2).Eq(0), n.FloorDiv(2), n.Mul(3).Add(1)), count.Add(1)}
		},
		[]any{n, 0}, 1000)
	v, err := expr.ValueOf([]int64{1, 6, 27})
	if err != nil {
		log.Fatal(err)
	}
	out, err := expr.NewGraph([]*expr.Node{n}, ends[1]).Evaluate([]*expr.Value{v})
	fmt.Println(out[0], err)
	// Output: int64[3][0 8 111] <nil>
}

func ExampleUniform() {
	key := expr.Scalar("key", expr.Int64)
	x, y := expr.Uniform(expr.FoldIn(key, 0), 2), expr.Uniform(expr.FoldIn(key, 1), 2)
	out, err := expr.NewGraph([]*expr.Node{key}, x, y, x.Sub(x)).Evaluate([]*expr.Value{expr.ScalarValue(int64(7))})
	fmt.Println(out[0], out[1], out[2], err)
	// Output: float64[2][0.03231562863339921 0.47100010712772566] float64[2][0.1109005136442982 0.8951043623752528] float64[2][0 0] <nil>
}

func ExamplePromote() {
	fmt.Println(expr.Promote(expr.Int32, expr.Float32), expr.Promote(expr.Uint8, expr.Int8))
	// Output: float64 int16
}

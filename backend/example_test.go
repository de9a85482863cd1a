package backend_test

import (
	"errors"
	"fmt"
	"log"
	"os"

	"gorgonia.org/tensor"

	"arignote/backend"
	"arignote/expr"
)

func Example() {
	x, y := expr.Vector("x"), expr.Scalar("y")
	f, err := backend.Compile([]*expr.Node{x, y}, x.Mul(y).Sum())
	if err != nil {
		log.Fatal(err)
	}
	results, err := f.Run([]float64{1, 2, 3}, 10)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(results[0])
	// Output: 60
}

func ExampleCompile() {
	x := expr.Input("x", expr.Float64, "n")
	f, err := backend.Compile([]*expr.Node{x}, x.Div(x).Add(x), x.Max())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Graph())
	// Output:
	// x: float64[n]
	// 1.0 + x, max(x)
}

func ExampleCompile_error() {
	x := expr.Input("x", expr.Float64, 3)
	_, err := backend.Compile([]*expr.Node{x}, x.Sum(1))
	fmt.Println(errors.Is(err, expr.ErrAxis))
	// Output: true
}

func ExampleConfig_Compile() {
	x := expr.Vector("x")
	f, err := backend.Config{Strict: true}.Compile([]*expr.Node{x}, x.Div(x), x.Mul(1))
	if err != nil {
		log.Fatal(err)
	}
	results, err := f.Run([]float64{0, 2})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Graph().Outputs, results[0])
	// Output: [x/x x] [NaN    1]
}

func ExampleProgram_Run() {
	a, b := expr.Matrix("a"), expr.Vector("b", expr.Float32)
	f, err := backend.Compile([]*expr.Node{a, b}, a.T(), b.Sum())
	if err != nil {
		log.Fatal(err)
	}
	// Slices, nested slices and tensors are all fine.
	results, err := f.Run([][]float64{{1, 2}, {3, 4}}, []float32{1, 2})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(results[0].Float64s(), results[1])
	_, err = f.Run([][]float64{{1, 2}, {3}}, []float32{1, 2})
	fmt.Println(errors.Is(err, expr.ErrShape))
	// Output:
	// [1 3 2 4] 3
	// true
}

func ExampleProgram_RunNamed() {
	g, err := expr.ParseGraph("x: float64[n]; y: float64; x**2 + y")
	if err != nil {
		log.Fatal(err)
	}
	f, err := backend.Compile(g.Inputs, g.Outputs...)
	if err != nil {
		log.Fatal(err)
	}
	results, err := f.RunNamed(map[string]any{"x": []float64{1, 2}, "y": 0.5})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(results[0])
	// Output: [1.5  4.5]
}

func ExampleProgram_RunInto() {
	x := expr.Vector("x")
	f, err := backend.Compile([]*expr.Node{x}, x.Mul(2))
	if err != nil {
		log.Fatal(err)
	}
	data := tensor.New(tensor.WithBacking([]float64{1, 2, 3}))
	for range 3 { // into the argument itself
		if err := f.RunInto([]*tensor.Dense{data}, data); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(data)
	// Output: [ 8  16  24]
}

func ExampleProgram_Graph() {
	x := expr.Vector("x")
	f, err := backend.Compile([]*expr.Node{x}, x.Exp().Add(1).Log())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Graph())
	// Output:
	// x: float64[?]
	// softplus(x)
}

func ExampleProgram_Trace() {
	x := expr.Vector("x")
	f, err := backend.Compile([]*expr.Node{x}, x.Exp().Add(1).Log())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(f.Trace())
}

func ExampleEval() {
	x := expr.Vector("x")
	mean, err := backend.Eval(x.Mean(), map[string]any{"x": []float64{1, 2, 6}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(mean)
	// Output: 3
}

func ExampleConfig() {
	// Everything that the optimizer does, as text.
	x := expr.Vector("x")
	c := backend.Config{Trace: os.Stdout, Skip: []string{"stabilize"}, Check: true}
	f, err := c.Compile([]*expr.Node{x}, x.Exp().Log())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Graph().Outputs[0])
}

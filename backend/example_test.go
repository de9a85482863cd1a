package backend_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

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

// A plan tells what a run of these shapes will do, before it runs.
func ExampleProgram_Plan() {
	x := expr.Vector("x")
	p, err := backend.Compile([]*expr.Node{x}, x.Exp().Add(1).Log().Sum())
	if err != nil {
		log.Fatal(err)
	}
	q, err := p.Plan(make([]float64, 1000))
	if err != nil {
		log.Fatal(err)
	}
	steps, _, _ := strings.Cut(q.String(), "\n1 kernel, peak")
	fmt.Println(steps)
	fmt.Println(q.Kernels(), q.PeakBytes())
	// Output:
	// 1 sum(softplus(x)): float64
	//    interpreter: reduce 1000
	//    reads argument 1 (7.8 KiB), writes result 1 (8 B); 7.8 KiB, 2.2e+04 operations
	// 1 8
}

// A run ends when its context does, and says how far it is.
func ExampleProgram_RunContext() {
	x := expr.Vector("x")
	p, err := backend.Compile([]*expr.Node{x}, x.Mul(2))
	if err != nil {
		log.Fatal(err)
	}
	all := false
	ctx, cancel := context.WithCancel(backend.WithProgress(context.Background(), func(done, total int64) {
		all = done == total
	}))
	outs, err := p.RunContext(ctx, []float64{1, 2})
	fmt.Println(outs, err, all)

	cancel()
	_, err = p.RunContext(ctx, []float64{1, 2})
	fmt.Println(err)
	// Output:
	// [[2  4]] <nil> true
	// context canceled
}

// Where the time goes, by step and line.
func ExampleProgram_Profile() {
	A := expr.Matrix("A")
	p, err := backend.Config{Profile: true}.Compile([]*expr.Node{A}, A.MatMul(A), A.Exp().Sum())
	if err != nil {
		log.Fatal(err)
	}
	for range 3 {
		if _, err := p.Run([][]float64{{1, 2}, {3, 4}}); err != nil {
			log.Fatal(err)
		}
	}
	for _, s := range p.Profile() {
		fmt.Println(s.Step, s.Engine, s.Runs, s.Time > 0, s.Flops)
	}
	// Unordered output:
	// A @ A: float64[2, 2] gonum 3 true 16
	// sum(exp(A)): float64 interpreter 3 true 91
	// overhead  3 true 0
}

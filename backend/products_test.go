package backend_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestProductKernels plans the expressions of a table of products and linear algebra,
// counts the kernels, and compares what they compute with the reference.
func TestProductKernels(t *testing.T) {
	text, err := os.ReadFile("../optimize/testdata/products.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []*expr.Node
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		src, rest, ok := strings.Cut(line, " -> ")
		if ok {
			_, kernels, _ := strings.Cut(rest, "  # ")
			productKernels(t, src, kernels, list)
		} else if line != "" && line[0] != '#' {
			for d := range strings.SplitSeq(line, "; ") {
				name, _, _ := strings.Cut(d, ":")
				g, err := expr.ParseGraph(d + "\n" + name)
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, g.Inputs[0])
			}
		}
	}
}

func productKernels(t *testing.T, src, kernels string, inputs []*expr.Node) {
	t.Helper()
	y, err := expr.Parser{Inputs: inputs, Funcs: autodiff.Funcs}.Parse(src)
	if err != nil {
		t.Errorf("%s: %v", src, err)
		return
	}
	var used []*expr.Node
	for n := range expr.NewGraph(nil, y).Nodes() {
		if n.Op() == expr.OpInput {
			used = append(used, n)
		}
	}
	g := expr.NewGraph(used, y)
	p, err := backend.Compile(g.Inputs, y)
	if err != nil {
		t.Errorf("%s: %v", src, err)
		return
	}
	values := regularArguments(g)
	args := make([]any, len(values))
	for i, v := range values {
		if args[i], err = v.Dense(); err != nil {
			t.Fatal(err)
		}
	}
	q, err := p.Plan(args...)
	if err != nil {
		t.Errorf("%s: %v", src, err)
		return
	}
	if got := strconv.Itoa(q.Kernels()); got != kernels {
		t.Errorf("%s: %s kernels, want %s\n%v", src, got, kernels, q)
	}
	want, err := g.Evaluate(values)
	if err != nil {
		t.Errorf("%s: %v", src, err)
		return
	}
	got, err := results(t, backend.Config{Threads: 1}, g, args)
	if err != nil {
		t.Errorf("%s: %v", src, err)
		return
	}
	tolerance := 1e-9
	for _, in := range g.Inputs {
		if in.DType() == expr.Float32 || in.DType() == expr.Complex64 {
			tolerance = 1e-4
		}
	}
	if err := exprtest.Compare(got[0], want[0], tolerance, tolerance); err != nil {
		t.Errorf("%s: %v", src, err)
	}
}

// regularArguments returns random arguments: small integers, and square matrices that
// are far from singular.
func regularArguments(g *expr.Graph) []*expr.Value {
	rng := rand.New(rand.NewPCG(1, 2))
	var values []*expr.Value
	for _, in := range g.Inputs {
		shape, _ := in.Type().Shape()
		z := make([]complex128, productOf(shape))
		last := 1
		if len(shape) > 0 {
			last = shape[len(shape)-1]
		}
		for i := range z {
			z[i] = complex(rng.NormFloat64(), 0)
			switch {
			case in.DType().IsInteger():
				z[i] = complex(float64(rng.IntN(3)), 0)
			case in.DType().IsComplex():
				z[i] += complex(0, rng.NormFloat64())
			case len(shape) == 0:
				z[i] = 1.75
			case len(shape) > 1 && shape[len(shape)-2] == last && i/last%last == i%last:
				z[i] += 3
			}
		}
		values = append(values, exprtest.Convert(z, shape, in.DType()))
	}
	return values
}

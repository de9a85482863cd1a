package backend_test

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// uniformPrograms have plans that follow from those for other lengths; dims of
// one name are equal.
var uniformPrograms = []string{
	"a: float64[m]\nb: float64[m]\na**2 + b**2 + 2*a*b",
	"x: float64[m, n]\nsoftmax(x, axis=1), softmax(x, axis=0)",
	"a: float64\nv: float64[n]\nM: float64[m, n]\na/a + dot(M + a, v)",
	"x: float64[m, n]\nu = mean(x, axis=1, keepdims=True)\n(x - u)/sqrt(mean((x - u)**2, axis=1, keepdims=True) + 1e-5)",
	"x: float64[m, k]\ny: float64[m, 3]\nU: float64[k, 30]\nV: float64[30, 3]\nloss = mean((dot(tanh(dot(x, U)), V) - y)**2)\nloss, U - 0.1*grad(loss, U), V - 0.1*grad(loss, V)",
	"x: float64[m]\nsum(x), argmax(x), max(x) - min(x), mean(x*x)",
	"x: float32[m, n]\nsum(x, axis=0), sum(x, axis=1), prod(1 + x/1000), argmin(x, axis=0)",
	"x: float64[m, 1]\ny: float64[n]\nsum(exp(-abs(x - y)), axis=1)",
	"x: float64[?]\ny: float64[?]\nx + y, x*2 - y",
	"x: float64[m, 20]\ny: float64[m, 1]\ndot(x.T, x), logsumexp(x, axis=1), x + y",
	"x: float64[m]\ny: float64[n]\nx*size(x) + x.T, outer(x, y)",
	"x: float64[m, n, 5]\nsum(x, axis=(0, 2)), mean(x, axis=(0, 1)), max(x)",
	"x: float64[m, 100]\ny: float64[100]\ndot(x, y) + sum(x), x*y",
}

// arguments returns random arguments for the inputs of a program; lengths go by
// name, those without one are drawn.
func arguments(p *backend.Program, r *rand.Rand) []any {
	length := func() int {
		switch r.IntN(8) {
		case 0:
			return 1 + r.IntN(3)
		case 1:
			return 60 + r.IntN(10)
		case 2:
			return 126 + r.IntN(5)
		}
		return 64 + r.IntN(200)
	}
	named := make(map[string]int)
	args := make([]any, len(p.Graph().Inputs))
	for i, in := range p.Graph().Inputs {
		var shape []int
		for _, d := range in.Type().Dims {
			n, known := d.Known()
			name := d.String()
			if !known {
				if named[name] == 0 || name == "?" && r.IntN(2) == 0 {
					named[name] = length()
					if len(p.Graph().Inputs) == 1 && in.Rank() == 1 && r.IntN(4) == 0 {
						named[name] = 8190 + r.IntN(9000) // longer than a chunk
					}
				}
				n = named[name]
			}
			shape = append(shape, n)
		}
		v := expr.Zeros(in.DType(), shape...)
		infinite := -1
		if r.IntN(8) == 0 {
			infinite = r.IntN(v.Len())
		}
		for k := range v.Len() {
			x := r.NormFloat64()
			if k == infinite {
				x = math.Inf(1)
			}
			switch d := v.Data().(type) {
			case []float64:
				d[k] = x
			case []float32:
				d[k] = float32(x)
			}
		}
		args[i] = v
	}
	return args
}

// TestClasses: a Program that has met many shapes gives for a new one what one
// gives that plans every shape for itself, bit for bit, also where it derives a
// plan from others.
func TestClasses(t *testing.T) {
	const rounds = 16
	for i, src := range uniformPrograms {
		p := program(t, backend.Config{Threads: 2}, src)
		plain := program(t, backend.Config{Threads: 2, Skip: []string{"classes"}}, src)
		r := rand.New(rand.NewPCG(uint64(i), 1))
		derived := 0
		for range rounds {
			args := arguments(p, r)
			want, wrong := plain.Run(args...)
			got, err := p.Run(args...)
			if (err != nil) != (wrong != nil) {
				t.Fatalf("%s: %v, want %v", src, err, wrong)
			}
			if err != nil {
				continue // shapes that do not fit
			}
			if backend.Derived(p, args...) {
				derived++
			}
			for k := range want {
				g, _ := expr.ValueOf(got[k])
				w, _ := expr.ValueOf(want[k])
				if err := exprtest.SameBits(g, w); err != nil {
					t.Fatalf("%s: output %d of %v: %v", src, k, args, err)
				}
			}
		}
		if derived == 0 {
			t.Errorf("%s: no plan was derived from another one, %d templates", src, backend.Templates(p))
		}
	}
}

// TestNoClasses: where numbers in a plan are no products of lengths, or where
// constants meet them, every shape is planned for itself.
func TestNoClasses(t *testing.T) {
	for _, src := range []string{
		"x: float64[?]\nx[1:] - x[:-1]",
		"x: float64[?]\nx[:100]*2",
		"x: float64[?]\nconcatenate((x, x), axis=0)",
		"x: float64[?]\nx*arange(size(x))",
		"x: float64[?]\nreshape(x, (-1, 1))*2",
		"x: float64[?]\nsort(x) + cumsum(x)",
	} {
		p, plain := program(t, backend.Config{}, src), program(t, backend.Config{Skip: []string{"classes"}}, src)
		for _, n := range []int{70, 80, 90, 100, 110, 120} {
			equalTensors(t, run(t, p, vector(n))[0], run(t, plain, vector(n))[0])
		}
		if backend.Templates(p) > 0 {
			t.Errorf("%s: a template", src)
		}
	}
}

// TestClassesTogether meets new lengths in many goroutines at the same time.
func TestClassesTogether(t *testing.T) {
	p := program(t, backend.Config{Threads: 2}, "x: float64[m]\nA: float64[m, 8]\nsum(x*size(x)), dot(A.T, x)")
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 30 {
				n := 65 + (i*8+g)%60
				x := make([]float64, n)
				x[n-1] = 1
				A := dense(n, 8)
				r, err := p.Run(x, A)
				if err != nil || r[0].Data() != float64(n) || r[1].Float64s()[3] != A.Float64s()[8*n-5] {
					t.Errorf("%d: %v %v", n, r, err)
				}
			}
		})
	}
	wg.Wait()
	if backend.Templates(p) == 0 {
		t.Error("no template")
	}
}

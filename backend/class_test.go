package backend_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"arignote/backend"
	"arignote/expr"
)

// varying are programs, of any lengths, of every kind of op. An integer input is an
// index, and a name stands for a length.
var varying = []string{
	"a: float64[m]\nb: float64[m]\na**2 + b**2 + 2*a*b",
	"x: float64[m, n]\nsoftmax(x, axis=1), softmax(x, axis=0)",
	"a: float64\nv: float64[n]\nM: float64[m, n]\na/a + dot(M + a, v)",
	"x: float64[m, n]\nu = mean(x, axis=1, keepdims=True)\n(x - u)/sqrt(mean((x - u)**2, axis=1, keepdims=True) + 1e-5)",
	"x: float64[m, 5]\ny: float64[m, 3]\nU: float64[5, 30]\nV: float64[30, 3]\nloss = mean((dot(tanh(dot(x, U)), V) - y)**2)\nloss, U - 0.1*grad(loss, U), V - 0.1*grad(loss, V)",
	"x: float64[m]\nsum(x), argmax(x), max(x) - min(x), mean(x*x)",
	"x: float32[m, n]\nsum(x, axis=0), sum(x, axis=1), prod(1 + x/1000), argmin(x, axis=0)",
	"x: float64[m, 1]\ny: float64[n]\nsum(exp(-abs(x - y)), axis=1)",
	"x: float64[m, 20]\ny: float64[m, 1]\ndot(x.T, x), logsumexp(x, axis=1), x + y",
	"x: float64[m]\ny: float64[n]\nx*size(x) + x.T, outer(x, y)",
	"x: float64[m, n, 5]\nsum(x, axis=(0, 2)), mean(x, axis=(0, 1)), max(x)",
	"x: float64[m, 100]\ny: float64[100]\ndot(x, y) + sum(x), x*y",
	"x: float64[m]\nx[1:] - x[:-1]",
	"x: float64[m]\nx[:100]*2",
	"x: float64[m]\nx[::2] + 1, x[::-1], x[-7:-2]",
	"x: float64[m]\nx[size(x)//2:]*2, x[size(x) % 3:]",
	"x: float64[m]\ni: int64\nx[i:i+5]*2",
	"x: float64[m]\ni: int64\nk: int64\nsum(x[i:k]), x[:i]*k",
	"x: float64[m]\nroll(x, 3), repeat(x, 2), tile(x, 3)",
	"x: float64[m]\ny: float64[n]\nconcatenate((x, y, x*2), axis=0)*2",
	"x: float64[m]\nx*arange(size(x)) + 1/size(x)",
	"x: float64[m]\nreshape(x, (-1, 1))*2, sum((reshape(x, (-1, 1)) - x)**2)",
	"x: float64[m, n]\nreshape(x, (-1,))*2, x.T, var(x, axis=0)",
	"x: float64[m]\nsort(x) + cumsum(x), cumprod(x)",
	"x: float64[m, n]\ncumsum(x, axis=0), cumsum(x)",
	"k: int64\nsum(arange(k)*1.5), arange(k, 0, -1)*1.5, arange(2, k, 3)",
	"k: int64\nlinspace(0, 1, k)**2, uniform(7, (k, 3))",
	"k: int64\neye(k) + 1",
	"x: float64[m, n]\nx[1:-1, 1:-1] + x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, :-2] + x[1:-1, 2:]",
	"x: float64[m, n]\ntril(x) + triu(x, 1), diag(x)*2, diag(x, 2), trace(x)",
	"x: float64[m]\ndiag(x), diag(x, -1)",
	"x: float64[m]\nmap(lambda e: e*2 + sum(x[1:]), x)",
	"x: float64[m]\nk: int64[n]\nx[k % size(x)]*2",
	"x: float64[m]\nset_subtensor(x[2:5], 1.0)",
	"x: float64[m, n]\nset_subtensor(x[1:-1, 1:-1], 0.0)",
	"x: float64[m]\nwhile_loop(lambda s, t: s < 10, lambda s, t: (s + t*t + 1, t), (x, x + 1), 20)[0]",
	"x: float64[3, m, n]\ny: float64[3, n, 4]\nmatmul(x, y)",
	"x: float64[m, m]\ny: float64[m]\nsolve(x + 30*eye(size(y)), y)",
	"x: float64[m, 4, 5]\nw: float64[5, 7]\nx @ w, sum(swapaxes(x, 1, 2) @ (x @ w), axis=0), grad(sum((x @ w)**2), w)",
	"x: float64[3, m, 6]\ny: float64[3, 6, 4]\nx @ y, x @ swapaxes(x, 1, 2) + 1",
}

// arguments returns random arguments for the inputs of a program; length gives the
// lengths that have one name, and integers.
func arguments(p *backend.Program, r *rand.Rand, length func() int) []any {
	named := make(map[string]int)
	args := make([]any, len(p.Graph().Inputs))
	for i, in := range p.Graph().Inputs {
		if in.Rank() == 0 && in.DType() == expr.Int64 {
			args[i] = length()
			continue
		}
		var shape []int
		for _, d := range in.Type().Dims {
			n, known := d.Known()
			if name := d.String(); !known {
				if _, ok := named[name]; !ok {
					named[name] = length()
				}
				n = named[name]
			}
			shape = append(shape, n)
		}
		args[i] = randomValue(r, in.DType(), shape)
	}
	return args
}

// randomValue returns normal numbers, seldom with an infinite one among them.
func randomValue(r *rand.Rand, d expr.DType, shape []int) *expr.Value {
	v := expr.Zeros(d, shape...)
	infinite := -1
	if r.IntN(8) == 0 && v.Len() > 0 {
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
		case []int64:
			d[k] = int64(r.IntN(1000))
		}
	}
	return v
}

// TestClasses: a Program that has met many shapes gives for a new one what one
// gives that plans every shape for itself, bit for bit, also where it derives a
// plan from others: which it does for most lengths of a growing series.
func TestClasses(t *testing.T) {
	for i, src := range varying {
		p := program(t, backend.Config{Threads: 2}, src)
		plain := program(t, backend.Config{Threads: 2, Skip: []string{"classes"}}, src)
		r := rand.New(rand.NewPCG(uint64(i), 1))
		derived, most := 0, 24
		for n := range most {
			args := arguments(p, r, func() int { return n + 70 })
			sameRun(t, p, plain, args)
			if backend.Derived(p, args...) {
				derived++
			}
		}
		if derived < most/2 {
			t.Errorf("%s: %d of %d plans follow from others", src, derived, most)
		}
		for range 12 {
			n := oddLengths[r.IntN(len(oddLengths))]
			if r.IntN(8) == 0 && len(p.Graph().Inputs) == 1 && p.Graph().Inputs[0].Rank() == 1 {
				n = 8180 + r.IntN(9000) // longer than a chunk
			}
			sameRun(t, p, plain, arguments(p, r, func() int { n += r.IntN(3); return n }))
		}
	}
}

// TestClassesStrided: arguments with gaps and transposed ones have classes too.
func TestClassesStrided(t *testing.T) {
	const src = "x: float64[?, ?]\ny: float64[?]\ndot(x, y) + sum(x, axis=1), x*2, x[1:, ::2], dot(x.T, x), reshape(x, (-1,))"
	p, plain := program(t, backend.Config{}, src), program(t, backend.Config{Skip: []string{"classes"}}, src)
	large := mat.NewDense(150, 150, vector(150*150))
	r := rand.New(rand.NewPCG(1, 9))
	derived := [2]int{}
	for round := range 60 {
		n, m := 1+round, 9
		if round%5 == 0 {
			m = 1 + r.IntN(60)
		}
		turned := dense(m, n)
		if err := turned.T(); err != nil {
			t.Fatal(err)
		}
		for k, x := range []any{large.Slice(3, 3+n, 5, 5+m), turned} {
			args := []any{x, vector(m)}
			sameRun(t, p, plain, args)
			if backend.Derived(p, args...) {
				derived[k]++
			}
		}
	}
	if min(derived[0], derived[1]) < 20 {
		t.Errorf("%v of 60 plans follow from others", derived)
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
	if n, _ := backend.Classes(p); n == 0 {
		t.Error("no class")
	}
}

// TestClassesOfSegments: where sizes depend on data both segments have classes, and
// mistakes are those of a Program that plans for each length.
func TestClassesOfSegments(t *testing.T) {
	const src = "x: float64[?]\ny: float64[?]\nx[x > 0]*2 + sum(x[1:]*y[1:])"
	p, plain := program(t, backend.Config{}, src), program(t, backend.Config{Skip: []string{"classes"}}, src)
	r := rand.New(rand.NewPCG(1, 7))
	for n := range 60 {
		x, y := randomValue(r, expr.Float64, []int{n}), randomValue(r, expr.Float64, []int{n})
		sameRun(t, p, plain, []any{x, y})
		sameRun(t, p, plain, []any{x, randomValue(r, expr.Float64, []int{n + 5})})
	}
	first, rest := backend.Segments(p)
	for _, s := range []*backend.Program{first, rest} {
		if n, _ := backend.Classes(s); n == 0 {
			t.Errorf("no classes of\n%v", s.Graph())
		}
	}
}

// TestDerivedTexts: what is shown of plans that follow from others is about the
// lengths of the arguments.
func TestDerivedTexts(t *testing.T) {
	p := program(t, backend.Config{Profile: true}, "x: float64[?]\nexp(x[1:])")
	for n := 80; n < 100; n++ {
		run(t, p, vector(n))
		if n > 90 && !backend.Derived(p, vector(n)) {
			t.Fatalf("the plan for %d is its own", n)
		}
		q, err := p.Plan(vector(n))
		if text := fmt.Sprintf("float64[%d]", n-1); err != nil || !strings.Contains(q.String(), text) {
			t.Errorf("no %s in\n%v%v", text, q, err)
		}
	}
	rows := 0
	for _, s := range p.Profile() {
		n := s.Bytes/8 - s.Bytes/16 // without the first element of x
		if text := fmt.Sprintf("float64[%d]", n-1); s.Engine != "" && !strings.HasSuffix(s.Step, text) {
			t.Errorf("%+v: want ... %s", s, text)
		} else if s.Engine != "" {
			rows++
		}
	}
	if rows != 20 {
		t.Errorf("%d rows", rows)
	}
}

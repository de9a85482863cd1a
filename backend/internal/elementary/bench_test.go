package elementary

import (
	"math/rand/v2"
	"testing"

	"arignote/backend/internal/interp"
	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// BenchmarkFunction gives the time for an element of a function, expanded and
// by the reference meaning.
func BenchmarkFunction(b *testing.B) {
	for op, r := range table {
		if r.of != nil {
			b.Run(expr.Op(op).String(), func(b *testing.B) { benchmark(b, expr.Op(op), Expand) })
			b.Run(expr.Op(op).String()+"/reference", func(b *testing.B) {
				benchmark(b, expr.Op(op), func(k *kernel.Kernel) *kernel.Kernel { return k })
			})
		}
	}
}

func benchmark(b *testing.B, op expr.Op, expand func(*kernel.Kernel) *kernel.Kernel) {
	const n = 1000000
	k, err := kernel.Parse(source(op, expr.Float64))
	if err != nil {
		b.Fatal(err)
	}
	p, err := interp.Compile(expand(k))
	if err != nil {
		b.Fatal(err)
	}
	a := &kernel.Args{Params: []int{n}}
	arity, _ := op.Arity()
	r := rand.New(rand.NewPCG(1, 1))
	lo, hi := op.Domain()
	for range arity {
		x := make([]float64, n)
		for i := range x {
			x[i] = lo + r.Float64()*(hi-lo)
		}
		a.Buffers = append(a.Buffers, kernel.Arg{Data: x})
	}
	a.Buffers = append(a.Buffers, kernel.Arg{Data: make([]float64, n)})
	for b.Loop() {
		if err := p.Run(a, k.Whole(a.Params)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
}

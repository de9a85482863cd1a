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
			b.Run(expr.Op(op).String(), func(b *testing.B) { benchmark[float64](b, expr.Op(op), expr.Float64, Expand) })
			b.Run(expr.Op(op).String()+"/float32", func(b *testing.B) { benchmark[float32](b, expr.Op(op), expr.Float32, Expand) })
			b.Run(expr.Op(op).String()+"/reference", func(b *testing.B) {
				benchmark[float64](b, expr.Op(op), expr.Float64, func(k *kernel.Kernel) *kernel.Kernel { return k })
			})
		}
	}
}

func benchmark[T float32 | float64](b *testing.B, op expr.Op, d expr.DType, expand func(*kernel.Kernel) *kernel.Kernel) {
	const n = 1000000
	k, err := kernel.Parse(source(op, d))
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
		x := make([]T, n)
		for i := range x {
			x[i] = T(lo + r.Float64()*(hi-lo))
		}
		a.Buffers = append(a.Buffers, kernel.Arg{Data: x})
	}
	a.Buffers = append(a.Buffers, kernel.Arg{Data: make([]T, n)})
	for b.Loop() {
		if err := p.Run(a, k.Whole(a.Params)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
}

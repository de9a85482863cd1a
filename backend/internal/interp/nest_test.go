package interp_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"arignote/backend/internal/kernel"
	"arignote/backend/internal/kernel/kerneltest"
	"arignote/expr"
)

// FuzzNest makes random kernels over rows, with successive loops, reductions
// and while loops that hand over scratch, with and without the marks of loops.
// Both must give the same bits: without marks each instruction works on one
// element at a time.
func FuzzNest(f *testing.F) {
	for i := range uint64(60) {
		f.Add(i)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		const rows = 3
		cols := []int{1, 2, 31, 40, 1030}[seed%5]
		r := rand.New(rand.NewPCG(seed, 2))
		x := sample(expr.Float64, rows*cols, r).Data()
		var got [2][]float64
		var text string
		for marks := range 2 {
			g := &nest{b: kernel.NewBuilder(), r: rand.New(rand.NewPCG(seed, 3)), marks: marks == 1}
			k, outputs := g.kernel(t)
			text = k.String()
			got[marks] = make([]float64, outputs*rows*cols)
			a := &kernel.Args{Params: []int{rows, cols}, Buffers: make([]kernel.Arg, len(k.Buffers))}
			a.Buffers[0].Data = x
			for i := range outputs {
				a.Buffers[1+i] = kernel.Arg{Data: got[marks], Offset: i * rows * cols}
			}
			run(t, k, a)
		}
		for i, v := range got[0] {
			if !kerneltest.Same(v, got[1][i]) {
				t.Fatalf("element %d: %v without marks, %v with\n%s", i, v, got[1][i], text)
			}
		}
	})
}

// nest makes a random kernel.
type nest struct {
	b       *kernel.Builder
	r       *rand.Rand
	marks   bool
	x       kernel.Buf
	out     []kernel.Buf
	n, m    kernel.Int
	scratch []kernel.Buf
	row     kernel.Var
}

func (g *nest) kernel(t *testing.T) (*kernel.Kernel, int) {
	b := g.b
	g.x = b.In("x", expr.Float64)
	for i := range 3 {
		g.out = append(g.out, b.Out(fmt.Sprintf("y%d", i), expr.Float64))
	}
	g.n, g.m = b.Param("n"), b.Param("m")
	zero := b.Const(expr.Float64, 0)
	b.For(kernel.Over{Name: "i", Extent: g.n, Split: g.marks}, func(i kernel.Var) {
		g.row = i
		values := []kernel.Value{zero, b.Load(g.x, kernel.At(i.Times(g.m)))}
		for k := range 2 {
			e := b.Scratch(fmt.Sprintf("e%d", k), expr.Float64, g.m)
			values = append(values, g.reduce(e, values)...)
			g.scratch = append(g.scratch, e)
		}
		for k := range g.out {
			b.For(kernel.Over{Name: "j", Extent: g.m, Vector: g.marks}, func(j kernel.Var) {
				g.element(j, values, g.out[k:k+1])
			})
		}
	})
	k, err := b.Kernel()
	if err != nil {
		t.Fatal(err)
	}
	return k, len(g.out)
}

// reduce makes a reduction with two states along the row, or a scan with one
// lane, which stores its elements in e.
func (g *nest) reduce(e kernel.Buf, values []kernel.Value) []kernel.Value {
	b := g.b
	lanes := []int{1, 2, 8, 32}[g.r.IntN(4)]
	init := []kernel.Value{g.pick(values), g.pick(values)}
	swap := g.r.IntN(2) == 0
	return b.Reduce(kernel.Over{Name: "j", Extent: g.m, Vector: g.marks}, lanes, init,
		func(j kernel.Var, s []kernel.Value) []kernel.Value {
			v := g.element(j, values, nil)
			if lanes == 1 && g.r.IntN(2) == 0 {
				v = b.Let(expr.OpAdd, v, s[0])
			}
			b.Store(e, kernel.At(j.Unit()), v)
			w := b.Let(expr.OpMul, v, g.pick(values))
			next := []kernel.Value{b.Let(expr.OpAdd, s[0], v), b.Let(expr.OpMaximum, b.Let(expr.OpSub, s[1], s[0]), w)}
			if swap {
				next[0], next[1] = next[1], s[0]
			}
			return next
		},
		func(x, y []kernel.Value) []kernel.Value {
			return []kernel.Value{b.Let(expr.OpAdd, x[0], y[1]), x[g.r.IntN(2)]}
		})
}

// element makes a value of column j from random instructions; it stores some
// of what it makes to the buffers.
func (g *nest) element(j kernel.Var, values []kernel.Value, to []kernel.Buf) kernel.Value {
	b := g.b
	at := kernel.At(g.row.Times(g.m), j.Unit())
	values = append([]kernel.Value{}, values...)
	values = append(values, b.Load(g.x, at), b.Cast(expr.Float64, b.Iota(at)))
	for _, e := range g.scratch {
		values = append(values, b.Load(e, kernel.At(j.Unit())), b.Load(e, kernel.At(j.Times(kernel.N(-1))).Plus(g.m.Plus(-1))))
	}
	for range 3 + g.r.IntN(6) {
		x, y := g.pick(values), g.pick(values)
		var v kernel.Value
		switch g.r.IntN(7) {
		case 0:
			v = b.Let(expr.OpWhere, b.Let(expr.OpLt, x, y), y, g.pick(values))
		case 1:
			v = g.while(x, y)
		case 2:
			v = g.serial(j, x)
		default:
			v = b.Let([]expr.Op{expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpMinimum}[g.r.IntN(4)], x, y)
		}
		values = append(values, v)
	}
	last := values[len(values)-1]
	for _, buf := range to {
		b.Store(buf, at, last)
	}
	return last
}

// while halves x until it is less than y, at most 20 times.
func (g *nest) while(x, y kernel.Value) kernel.Value {
	b := g.b
	half := b.Const(expr.Float64, 0.5)
	return b.While(kernel.N(20), []kernel.Value{x, y},
		func(s []kernel.Value) kernel.Value { return b.Let(expr.OpGt, s[0], s[1]) },
		func(s []kernel.Value) []kernel.Value {
			return []kernel.Value{b.Let(expr.OpMul, s[0], half), b.Let(expr.OpMul, s[1], b.Let(expr.OpAdd, half, half))}
		})[0]
}

// serial adds up a column, and x, inside of whatever loop is around.
func (g *nest) serial(j kernel.Var, x kernel.Value) kernel.Value {
	b := g.b
	lanes := 1 << g.r.IntN(3)
	return b.Fold(kernel.Over{Name: "k", Extent: g.n}, lanes, expr.OpAdd, x, func(k kernel.Var) kernel.Value {
		return b.Load(g.x, kernel.At(k.Times(g.m), j.Unit()))
	})
}

func (g *nest) pick(values []kernel.Value) kernel.Value { return values[g.r.IntN(len(values))] }

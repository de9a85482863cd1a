package backend_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"gorgonia.org/tensor"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// oddLengths are those that tests of lengths draw from: what is special, and what is not.
var oddLengths = []int{0, 1, 2, 3, 4, 5, 7, 11, 16, 17, 31, 32, 63, 64, 65, 97, 101, 127, 128, 129}

// FuzzLengths runs a random graph with arguments of ever other lengths: a Program
// that derives plans from others gives what one gives that plans all for
// themselves, bit for bit, and the same mistakes.
func FuzzLengths(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed)
	}
	f.Fuzz(lengthsCase)
}

func lengthsCase(t *testing.T, seed uint64) {
	g := exprtest.NewGenerator(seed)
	s := g.Graph(2 + int(seed%14))
	p, err := backend.Config{Threads: 2}.Compile(s.Graph.Inputs, s.Graph.Outputs...)
	if err != nil {
		return
	}
	plain, err := backend.Config{Threads: 2, Skip: []string{"classes"}}.Compile(s.Graph.Inputs, s.Graph.Outputs...)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 2))
	n := [5]int{2: oddLengths[r.IntN(12)], 3: oddLengths[r.IntN(12)], 4: oddLengths[r.IntN(len(oddLengths))]}
	for range 16 {
		switch r.IntN(3) { // one length varies, or another one is drawn
		case 0:
			n[4] = oddLengths[r.IntN(len(oddLengths))]
		case 1:
			n[3] = oddLengths[r.IntN(12)]
		}
		n[4]++
		args := make([]any, len(s.Values))
		for i, v := range s.Values {
			shape := make([]int, v.Rank())
			for a, k := range v.Shape() {
				if shape[a] = k; k > 1 {
					shape[a] = n[k]
				}
			}
			_, x := g.Input("x", v.DType(), shape)
			if args[i] = x; len(shape) == 2 && seed%3 == 0 && x.Len() > 0 {
				args[i] = byColumns(t, x)
			}
		}
		sameRun(t, p, plain, args)
	}
}

// byColumns returns a matrix whose elements lie column by column.
func byColumns(t *testing.T, x *expr.Value) *tensor.Dense {
	d, err := x.Dense()
	if err == nil {
		err = d.T()
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sameRun runs two programs, which must give the same bits or the same mistakes.
func sameRun(t *testing.T, p, plain *backend.Program, args []any) {
	t.Helper()
	want, wrong := plain.Run(args...)
	got, err := p.Run(args...)
	if fmt.Sprint(err) != fmt.Sprint(wrong) {
		t.Fatalf("%v\nfor %v: %v\nwant %v", p.Graph(), shapesOf(args), err, wrong)
	}
	for k := range want {
		g, _ := expr.ValueOf(got[k])
		w, _ := expr.ValueOf(want[k])
		if err := exprtest.SameBits(g, w); err != nil {
			t.Fatalf("%v\noutput %d for %v: %v", p.Graph(), k, shapesOf(args), err)
		}
	}
}

// shapesOf returns the shapes of arguments, and the values of integers.
func shapesOf(args []any) string {
	text := ""
	for _, x := range args {
		if d, ok := x.(*tensor.Dense); ok {
			text += fmt.Sprint(d.Shape(), d.Strides(), " ")
		} else if v, ok := x.(*expr.Value); ok && v.Rank() > 0 {
			text += fmt.Sprint(v.Shape(), " ")
		} else {
			text += fmt.Sprint(x, " ")
		}
	}
	return text
}

// A lengthCase is arguments of some shapes and what must come of them.
type lengthCase struct {
	args []any
	want []*expr.Value
}

// TestLengthsTogether runs all programs on many shapes from many goroutines at the
// same time, in ever other order: each result has the bits of a plan made for its
// shape, and a Program keeps but so many plans and classes.
func TestLengthsTogether(t *testing.T) {
	shapes, goroutines := 40, 4
	if testing.Short() || raceEnabled {
		shapes, goroutines = 8, 3
	}
	var wg sync.WaitGroup
	var programs []*backend.Program
	for i, src := range varying {
		p := program(t, backend.Config{Threads: 2}, src)
		programs = append(programs, p)
		cases := lengthCases(t, src, shapes, rand.New(rand.NewPCG(uint64(i), 3)))
		for g := range goroutines {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(i), uint64(g)))
				for _, k := range r.Perm(len(cases)) {
					if err := cases[k].run(p, g%2 == 0); err != nil {
						t.Errorf("%s for %s: %v", src, shapesOf(cases[k].args), err)
						return
					}
				}
			})
		}
	}
	wg.Wait()
	for i, p := range programs {
		if classes, plans := backend.Classes(p); classes > 64 || plans > 64 {
			t.Errorf("%s: %d classes, %d plans", varying[i], classes, plans)
		}
	}
}

// lengthCases draws arguments for a program and computes what comes of them, each
// by a plan of its own.
func lengthCases(t *testing.T, src string, count int, r *rand.Rand) (cases []lengthCase) {
	plain := program(t, backend.Config{Threads: 2, Skip: []string{"classes"}}, src)
	for range count {
		n := oddLengths[r.IntN(len(oddLengths))]
		c := lengthCase{args: arguments(plain, r, func() int { n += r.IntN(3); return n })}
		results, err := plain.Run(c.args...)
		if err != nil {
			continue
		}
		for _, x := range results {
			v, err := expr.ValueOf(x)
			if err != nil {
				t.Fatal(err)
			}
			c.want = append(c.want, v)
		}
		cases = append(cases, c)
	}
	return cases
}

// run runs p on the case, by Run or by RunInto.
func (c lengthCase) run(p *backend.Program, into bool) error {
	results := make([]*tensor.Dense, len(c.want))
	var err error
	if into {
		for i, w := range c.want {
			if results[i], err = expr.Zeros(w.DType(), w.Shape()...).Dense(); err != nil {
				return err
			}
		}
		err = p.RunInto(results, c.args...)
	} else {
		results, err = p.Run(c.args...)
	}
	for i := 0; i < len(results) && err == nil; i++ {
		var got *expr.Value
		if got, err = expr.ValueOf(results[i]); err == nil {
			err = exprtest.SameBits(got, c.want[i])
		}
	}
	return err
}

// TestLengthsBounded: however many shapes there are, so many plans and classes are
// kept.
func TestLengthsBounded(t *testing.T) {
	p := program(t, backend.Config{}, "x: float64[?]\ny: float64[?]\nz: float64[?]\nw: float64[?]\nconcatenate((x, y, z, w))")
	r := rand.New(rand.NewPCG(1, 5))
	args, n := make([]any, 4), [4]int{}
	for i := range 500 {
		n[i%4] = oddLengths[2+r.IntN(len(oddLengths)-2)] + i/4%2
		for k := range args {
			args[k] = vector(n[k])
		}
		if got := run(t, p, args...)[0]; got.Shape()[0] != n[0]+n[1]+n[2]+n[3] {
			t.Fatalf("%v of %v", got.Shape(), n)
		}
	}
	if classes, plans := backend.Classes(p); classes != 64 || plans != 64 {
		t.Errorf("%d classes, %d plans", classes, plans)
	}
}

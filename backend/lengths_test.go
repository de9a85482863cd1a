package backend_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

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
			_, args[i] = g.Input("x", v.DType(), shape)
		}
		sameRun(t, p, plain, args)
	}
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
		if v, ok := x.(*expr.Value); ok && v.Rank() > 0 {
			text += fmt.Sprint(v.Shape(), " ")
		} else {
			text += fmt.Sprint(x, " ")
		}
	}
	return text
}

package kernel_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"arignote/backend/internal/kernel"
)

// TestCheckRefuses has a body for each thing that Check refuses. The buffers
// are x and k (in), y (out) and z (inout).
func TestCheckRefuses(t *testing.T) {
	const fold = "v: float64 = load x[i]\nt: float64 = add(s, v)\nnext t\n} combine (a; b) {\nd: float64 = add(a, b)\nnext d\n} gives r"
	for _, c := range []struct{ want, body string }{
		{"used where it is not defined", "for i < n { v: float64 = load x[i] } store y[0] = v"},
		{"used where it is not defined", "o: float64 = const 0\nreduce i < n lanes 1 (s: float64 = o) { next s } gives r\nstore y[0] = s"},
		{"want float64", "v: float32 = load x[0]"},
		{"and: no and for float64", "v: float64 = load x[0]\nw: float64 = and(v, v)"},
		{"gives float64, not float32", "v: float64 = load x[0]\nw: float32 = add(v, v)"},
		{"want float64", "v: float64 = load x[0]\nc: float32 = const 1\nw: float64 = add(v, c)"},
		{"want float64", "c: int32 = const 1\nw: float64 = exp(c)"},
		{"add of 3 arguments", "v: float64 = load x[0]\nw: float64 = add(v, v, v)"},
		{"const of", "c: int8 = const 300"},
		{"const of", "c: float32 = const 0.1"},
		{"want bool", "v: float64 = load x[0]\nw: float64 = rare exp(v) if v else v"},
		{"is float32, want float64", "v: float64 = load x[0]\nc: bool = const true\nu: float32 = astype(v)\nw: float64 = rare exp(v) if c else u"},
		{"gives float64, not bool", "v: float64 = load x[0]\nc: bool = const true\nw: bool = rare exp(v) if c else c"},
		{"load from the output", "v: float64 = load y[0]"},
		{"store to the input", "v: float64 = load x[0]\nstore x[0] = v"},
		{"adds to what is there", "v: float64 = load x[0]\nstore y[0] += v"},
		{"is not around it", "for i < n { v: float64 = load x[i] }\nv: float64 = load x[i]"},
		{"two terms", "for i < n { v: float64 = load x[i + i] }"},
		{"with stride", "for i < n { v: float64 = load x[i*0] }"},
		{"loop i inside loop i", "for i < n { for i < n { v: float64 = load x[i] } }"},
		{"that of something else", "for n < n { v: float64 = load x[n] }"},
		{"inside vector loop", "for i < n vector { for j < n vector { v: float64 = load x[i] } }"},
		{"the same for all iterations of the vector loop", "v: float64 = load x[0]\nfor i < n vector { store y[0] = v }"},
		{"the same for all iterations of the split loop", "v: float64 = load x[0]\nfor i < n split { store y[0] = v }"},
		{"store to y behind a split loop", "v: float64 = load x[0]\nfor i < n split { store z[i] = v }\nstore y[0] = v"},
		{"the split loop j is not the last", "for i < n split { for j < n split { v: float64 = load x[j] } w: float64 = load x[i] }"},
		{"the split loop j is not the last statement of its block", "for i < n { for j < n split { v: float64 = load x[j] } v: float64 = load x[i] }"},
		{"inside a loop that is not", "for i < n { for j < n split { v: float64 = load x[j] } }"},
		{"before the split loop", "v: float64 = load x[0]\nstore z[0] = v\nfor i < n split { store y[i] = v }"},
		{"outside of a split loop", "scratch t: float64[n]\nv: float64 = load x[0]\nfor i < n split { store t[i] = v }"},
		{"in a vector loop or a while", "for i < n vector { scratch t: float64[3] }"},
		{"buffer 4 is used where it is not", "for i < n { scratch t: float64[3] }\nv: float64 = load t[0]"},
		{"in a loop inside a vector loop", "c: int64 = const 0\nv: float64 = load x[0]\nfor i < n vector { for j < n { store z[pick(c of n)] access 1 += v } }"},
		{"one of them a scatter", "c: int64 = const 0\nv: float64 = load x[0]\nfor i < n vector { store z[pick(c of n)] access 1 += v\nstore z[i] = v }"},
		{"that scatters to it", "c: int64 = const 0\nv: float64 = load x[0]\nfor i < n vector { store z[pick(c of n)] access 1 += v\nw: float64 = load z[i] }"},
		{"no combine for 32 lanes", "o: float64 = const 0\nreduce i < n lanes 32 (s: float64 = o) { next s } gives r"},
		{"3 lanes", "o: float64 = const 0\nreduce i < n lanes 3 (s: float64 = o) { " + fold},
		{"the split reduce i is not outermost", "o: float64 = const 0\nfor j < n { reduce i < n split lanes 1 (s: float64 = o) { " + fold + " }"},
		{"in a combine", "o: float64 = const 0\nreduce i < n lanes 1 (s: float64 = o) { next s } combine (a; b) { c: int64 = iota[3]\nnext a } gives r"},
		{"used where it is not defined", "o: float64 = const 0\nreduce i < n lanes 1 (s: float64 = o) { next s } combine (a; b) { c: float64 = add(a, o)\nnext c } gives r"},
		{"store to z in a while", "o: float64 = const 0\nc: bool = const true\nwhile 3 (s: float64 = o) { next c } do { store z[0] = s\nnext s } gives r"},
		{"want bool", "o: float64 = const 0\nwhile 3 (s: float64 = o) { next s } do { next s } gives r"},
		{"is int64, want float64", "o: float64 = const 0\nc: int64 = const 0\nreduce i < n lanes 1 (s: float64 = o) { next c } gives r"},
		{"over blocks of c, which is not around it", "for c < n { for i in c { v: float64 = load x[i] } }"},
		{"nothing is stored to the output y", "v: float64 = load x[0]"},
		{"random numbers", "c: uint32 = const 0\nu, v, w: float32 = random(c, c)[0]"},
		{"random numbers", "c: uint32 = const 0\nu: int32 = random(c, c)[0]"},
		{"want uint32", "c: uint64 = const 0\nu: float32 = random(c, c)[0]"},
		{"want int64", "c: uint64 = const 0\nv: float64 = load x[pick(c of n)] access 1"},
		{"used twice", "scratch x: float64[3]"},
		{"depends on q, along which it is reduced", "v: float64 = load x[0]\nfor q < n { store y[q] = v }"},
		{"no value", "store y[0] = w"},
		{"no buffer", "store w[0] = w"},
		{"line 3", "for"},
	} {
		// A first, right loop named q lets y be reduced along it.
		text := "kernel(x: float64 in, k: int64 in, y: float64 out over q, z: float64 inout; n) {\n" + c.body + "\n}"
		if !strings.Contains(c.body, "q <") {
			text = strings.Replace(text, " over q", "", 1)
		}
		if _, err := kernel.Parse(text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\nerror %v, want %q", c.body, err, c.want)
		}
	}
}

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		want, body string // want "" = fine
		n, m       int
	}{
		{"", "for i < n { v: float64 = load x[i*m] }", 4, 3},
		{"elements 0 to 10 of x, which has 10", "for i < n { v: float64 = load x[i*m] }", 3, 5},
		{"elements -3 to 0 of x", "for i < n { v: float64 = load x[i*m] }", 4, -1},
		{"", "for i < n { v: float64 = load x[i*-1 + 3] }", 4, 0},
		{"", "for i < n { v: float64 = load x[100] }", 0, 0},
		{"elements 100 to 100", "v: float64 = load x[100]", 0, 0},
		{"runs to -1", "for i < n { v: float64 = load x[i] }", -1, 0},
		{"runs to 5 by 0", "for i < n by m { }", 5, 0},
		{"which has 10", "for i < n { for j < n { v: float64 = load x[i*m + j] } }", 1 << 40, 1 << 40},
		{"", "for c < n by 4 { for i in c { v: float64 = load x[i] } }", 10, 0},
		{"elements 0 to 10 of x", "for c < n by 4 { for i in c { v: float64 = load x[i] } }", 11, 0},
		{"", "for c < n by 4 { scratch t: float64[4]\nfor i in c { v: float64 = load x[i]\nstore t[i + c*-4] = v } }", 10, 0},
		{"elements 0 to 4 of t", "for c < n by 5 { scratch t: float64[4]\nfor i in c { v: float64 = load x[i]\nstore t[i + c*-5] = v } }", 10, 0},
		{"elements 0 to 4 of t", "for c < n by 5 { scratch t: float64[4]\nfor i in c { v: float64 = load x[i]\nstore t[i + c*-5] = v } }", 5, 0},
		{"t has -1 elements", "scratch t: float64[m]", 0, -1},
		{"", "c: int64 = const 0\nv: float64 = load x[pick(c of n)*2 + 1] access 1", 5, 0},
		{"elements 2 to 10 of x", "c: int64 = const 0\nv: float64 = load x[pick(c of n)*2 + 2] access 1", 5, 0},
		{"", "c: int64 = const 0\nv: float64 = load x[pick(c of n)*2 + 200] access 1", 0, 0},
		{"random number -1", "k: uint32 = const 1\nfor i < n { u: float64 = random(k, k)[i*-1 + 2] }", 4, 0},

		{"", "v: float64 = load x[0]\nfor i < n split { for j < 2 vector { store z[i*2 + j] = v } }", 5, 0},
		{"", "v: float64 = load x[0]\nfor i < n split { for j < 2 vector { store z[j*5 + i] = v } }", 5, 0},
		{"split loop i may touch the same elements of z", "v: float64 = load x[0]\nfor i < n split { for j < 3 vector { store z[i*2 + j] = v } }", 4, 0},
		{"split loop i may touch the same elements of z", "v: float64 = load x[0]\nfor i < n split { store z[i*m] = v }", 4, 0},
		{"", "v: float64 = load x[0]\nfor i < n split { store z[i*m] = v }", 1, 0},
		{"vector loop i may touch the same elements of z", "v: float64 = load x[0]\nfor i < n vector { for j < 2 { store z[i + j] = v } }", 4, 0},
		{"", "for i < n vector { v: float64 = load z[i]\nstore z[i] = v }", 4, 0},
		{"vector loop i may touch the same elements of z", "for i < n vector { v: float64 = load z[i + 1]\nstore z[i] = v }", 4, 0},
		{"", "for i < n vector { v: float64 = load z[i + m]\nstore z[i] = v }", 4, 4},
		{"", "for i < n vector { v: float64 = load z[i*2 + 1]\nstore z[i*2] = v }", 5, 4},
		{"vector loop i may touch the same elements of z", "for i < n vector { v: float64 = load z[0]\nstore z[i] = v }", 4, 0},
		{"", "for i < n split { v: float64 = load z[i*2]\nfor j < 2 vector { store z[i*2 + j] = v } }", 5, 0},
		{"split loop i may touch the same elements of z", "for i < n split { v: float64 = load z[i*2 + 2]\nfor j < 2 vector { store z[i*2 + j] = v } }", 4, 0},
		{"split loop c may touch the same elements of z", "v: float64 = load x[0]\nfor c < n by 4 split { for i in c { store z[c*3 + i*-1 + 7] = v } }", 8, 0},
		{"", "v: float64 = load x[0]\nfor i < n split { store z[i*5] = v }\nfor j < n split { for k < 3 vector { store z[j*5 + k + 1] = v } }\nfor l < n split { store z[l*5 + 4] = v }", 2, 0},
		{"", "v: float64 = load x[0]\nfor i < n split { store z[i*2 + 1] = v }\nfor j < n split { store z[j*-2 + 8] = v }", 4, 0},
		{"split loops i and j may touch the same elements of z", "v: float64 = load x[0]\nfor i < n split { store z[i*5] = v }\nfor j < n split { for k < 4 vector { store z[j*5 + k] = v } }", 2, 0},
		{"split loops i and j may touch the same elements of z", "v: float64 = load x[0]\nfor i < n split { store z[i*5 + 3] = v }\nfor j < n split { for k < 3 vector { store z[j*5 + k + 1] = v } }", 2, 0},
		{"split loops j and i may touch the same elements of z", "for i < n split { v: float64 = load z[i*2 + 1]\nstore z[i*2] = v }\nfor j < n split { w: float64 = load x[0]\nstore z[j*2 + 1] = w }", 4, 0},
		{"", "for i < n split { v: float64 = load z[i*2]\nstore z[i*2] = v }\nfor j < n split { w: float64 = load x[0]\nstore z[j*2 + 1] = w }", 4, 0},
		{"", "v: float64 = load x[0]\nfor c < n by 4 split { for i in c vector { store z[i] = v } }", 10, 0},
		{"", "v: float64 = load x[0]\nc: int64 = const 0\nfor i < n split { for j < 3 vector { store z[i*5 + pick(c of m)] access 1 += v } }", 2, 5},
		{"split loop i may touch the same elements of z", "v: float64 = load x[0]\nc: int64 = const 0\nfor i < n split { for j < 3 vector { store z[i*4 + pick(c of m)] access 1 += v } }", 2, 5},
		{"vector loop i may touch the same elements of z", "v: float64 = load x[0]\nc: int64 = const 0\nfor i < n vector { w: float64 = load z[i]\nstore z[pick(c of m)] access 1 += w }", 2, 5},
	} {
		k, err := kernel.Parse("kernel(x: float64 in, z: float64 inout; n, m) {\n" + c.body + "\n}")
		if err != nil {
			t.Errorf("%s: %v", c.body, err)
			continue
		}
		a := &kernel.Args{Params: []int{c.n, c.m}, Buffers: make([]kernel.Arg, len(k.Buffers))}
		a.Buffers[0], a.Buffers[1] = kernel.Arg{Data: make([]float64, 12), Offset: 2}, kernel.Arg{Data: make([]float64, 10)}
		switch err := k.Verify(a); {
		case err == nil && c.want != "":
			t.Errorf("%s\nno error, want %q", c.body, c.want)
		case err != nil && (c.want == "" || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s\nerror %v, want %q", c.body, err, c.want)
		}
	}
}

func TestVerifyArguments(t *testing.T) {
	k, err := kernel.Parse("kernel(x: float64 in; n) { v: float64 = load x[0] }")
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range []*kernel.Args{
		{Params: []int{1}},
		{Buffers: []kernel.Arg{{Data: []float64{1}}}},
		{Params: []int{1}, Buffers: []kernel.Arg{{Data: []float32{1}}}},
		{Params: []int{1}, Buffers: []kernel.Arg{{}}},
		{Params: []int{1}, Buffers: []kernel.Arg{{Data: []float64{1}, Offset: 1}}},
		{Params: []int{1}, Buffers: []kernel.Arg{{Data: []float64{1}, Offset: -1}}},
		{Params: []int{1}, Buffers: []kernel.Arg{{Data: []float64{1}, Offset: 2}}},
	} {
		if k.Verify(a) == nil {
			t.Errorf("arguments %d are fine", i)
		}
	}
}

// TestVerifyApart compares what Verify says of stores in two nests of split
// loops with the elements that they touch.
func TestVerifyApart(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	apart := 0
	for range 20000 {
		n, at := [4]int{}, [6]int{}
		for i := range n {
			n[i] = 1 + r.IntN(4)
		}
		for i := range at {
			at[i] = 1 + r.IntN(12)
		}
		at[0], at[1] = at[0]*2, at[1]*2
		text := fmt.Sprintf(`kernel(z: float64 out; m) {
			v: float64 = const 0
			for i < %d split { for j < %d split { store z[i*%d + j*%d + %d] = v } }
			for k < %d split { for l < %d split { store z[k*%d + l*%d + %d] = v } }
		}`, n[0], n[1], at[0], at[2], at[4], n[2], n[3], at[1], at[3], at[5])
		k, err := kernel.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		err = k.Verify(&kernel.Args{Params: []int{1}, Buffers: []kernel.Arg{{Data: make([]float64, 200)}}})
		touched := make(map[int]bool)
		for i := range n[0] * n[1] {
			touched[i/n[1]*at[0]+i%n[1]*at[2]+at[4]] = true
		}
		for i := range n[2] * n[3] {
			if err == nil && touched[i/n[3]*at[1]+i%n[3]*at[3]+at[5]] {
				t.Fatalf("Verify did not see that the nests touch the same elements:\n%s", text)
			}
		}
		if err == nil {
			apart++
		}
	}
	if apart < 1000 {
		t.Errorf("%d pairs are apart", apart)
	}
}

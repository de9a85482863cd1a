package elementary

import (
	"math"
	"strings"
	"testing"

	"arignote/backend/internal/interp"
	"arignote/backend/internal/kernel"
	"arignote/backend/internal/kernel/kerneltest"
	"arignote/expr"
)

// TestExpandCases expands kernels of all kinds: they stay right, and no function
// is left in them.
func TestExpandCases(t *testing.T) {
	changed := 0
	for _, c := range kerneltest.Cases() {
		k, err := kernel.Parse(c.Text)
		if err != nil {
			t.Fatal(err)
		}
		before := k.String()
		x := Expand(k)
		if err := x.Check(); err != nil {
			t.Errorf("%s: %v\n%v", c.Name, err, x)
		}
		if k.String() != before {
			t.Errorf("%s: Expand changed its argument", c.Name)
		}
		if wanted(x.Body) {
			t.Errorf("%s: functions are left in\n%v", c.Name, x)
		}
		if x != k {
			changed++
		} else if wanted(k.Body) {
			t.Errorf("%s: not expanded", c.Name)
		}
	}
	if changed < 2 {
		t.Errorf("only %d kernels had functions", changed)
	}
}

// TestExpandPlaces has functions in each kind of block: it looks at the text, and
// compares what the kernel gives with what it gave before, which is nearly the
// same.
func TestExpandPlaces(t *testing.T) {
	k, err := kernel.Parse(`kernel(x: float64 in, y: float32 out, z: float64 out, u: complex64 in, w: complex64 out; n) {
		one: float64 = const 1
		reduce i < n vector lanes 8 (s: float64 = one) {
			v: float64 = load x[i]
			while n (a: float64 = v) {
				e: float64 = exp(a)
				more: bool = lt(e, one)
				next more
			} do {
				f: float64 = exp(a)
				g: float64 = add(f, a)
				next g
			} gives h
			t: float64 = mul(s, h)
			next t
		} combine (p; q) {
			p1: float64 = exp(p)
			q1: float64 = exp(q)
			r: float64 = sub(p1, q1)
			next r
		} gives total
		narrow: float32 = astype(total)
		result: float32 = exp(narrow)
		store y[0] = result
		again: float64 = exp(total)
		twice: float64 = exp(total)
		both: float64 = add(again, twice)
		store z[0] = both
		v1: complex64 = load u[0]
		v2: complex64 = exp(v1)
		store w[0] = v2
	}`)
	if err != nil {
		t.Fatal(err)
	}
	x := Expand(k)
	if err := x.Check(); err != nil {
		t.Fatalf("%v\n%v", err, x)
	}
	text := x.String()
	if n := strings.Count(text, " exp("); n != 1 {
		t.Errorf("%d functions are left, want that of complex numbers", n)
	}
	before, after := results(t, k), results(t, x)
	for i := range before {
		if d := math.Abs(after[i]/before[i] - 1); !(d < 1e-6) {
			t.Errorf("result %d is %v, was %v", i, after[i], before[i])
		}
	}
	// One polynomial each in the condition, in the body, and for float32, two in
	// the combine, and one for the two exp(total).
	one := func(d expr.DType) int {
		k, err := kernel.Parse(source(expr.OpExp, d))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(Expand(k).String(), "fma(")
	}
	if n := strings.Count(text, "fma("); n != 5*one(expr.Float64)+one(expr.Float32) {
		t.Errorf("%d fma in\n%s", n, text)
	}
}

// results runs the kernel of TestExpandPlaces.
func results(t *testing.T, k *kernel.Kernel) []float64 {
	p, err := interp.Compile(k)
	if err != nil {
		t.Fatal(err)
	}
	x := []float64{-3, 0.2, -1.5, 0.3, -0.1, 0.05, -2, -0.7, 0.4}
	y, z, u, w := []float32{0}, []float64{0}, []complex64{1 + 2i}, []complex64{0}
	a := &kernel.Args{Params: []int{len(x)}, Buffers: []kernel.Arg{{Data: x}, {Data: y}, {Data: z}, {Data: u}, {Data: w}}}
	if err := p.Run(a, k.Whole(a.Params)); err != nil {
		t.Fatal(err)
	}
	return []float64{float64(y[0]), z[0], float64(real(w[0])), float64(imag(w[0]))}
}

package backend_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// dense returns a tensor with some numbers.
func dense(shape ...int) *tensor.Dense {
	n := 1
	for _, l := range shape {
		n *= l
	}
	data := make([]float64, n)
	for i := range data {
		data[i] = math.Sin(float64(i))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}

// transposed returns a view of a tensor with its axes exchanged.
func transposed(t testing.TB, x *tensor.Dense) *tensor.Dense {
	t.Helper()
	v := x.Clone().(*tensor.Dense)
	if err := v.T(); err != nil {
		t.Fatal(err)
	}
	return v
}

// vector returns a slice with some numbers.
func vector(n int) []float64 { return dense(n).Float64s() }

// steady are calls that need no memory when they come again.
func steady(t testing.TB) map[string]struct {
	src  string
	args []any
} {
	return map[string]struct {
		src  string
		args []any
	}{
		"scalars":          {"a: float64\nb: float64\na + b", []any{1.5, 2.5}},
		"weak scalars":     {"a: float64\nb: float32\na + b", []any{3, 2.5}},
		"scalar tensor":    {"a: float64\n2*a", []any{tensor.New(tensor.FromScalar(1.5))}},
		"vectors":          {"x: float64[?]\ny: float64[?]\nx*x + y, sum(exp(-x))", []any{vector(10000), vector(10000)}},
		"no arguments":     {"sum(arange(10)), arange(5)", nil},
		"softmax":          {"x: float64[?, ?]\nsoftmax(x, axis=1)", []any{dense(100, 100)}},
		"slide":            {"a: float64\nv: float64[?]\nM: float64[?, ?]\na/a + dot(M + a, v)", []any{1.5, vector(30), dense(20, 30)}},
		"transposed":       {"v: float64[?]\nM: float64[?, ?]\ndot(M, v)", []any{vector(30), transposed(t, dense(30, 20))}},
		"gonum":            {"v: float64[?]\nM: float64[?, ?]\ndot(M, v)", []any{mat.NewVecDense(30, vector(30)), mat.NewDense(20, 30, vector(600))}},
		"gather":           {"x: float64[?]\ni: int64[?]\nx[i]*2", []any{vector(100), []int{3, 99, -100}}},
		"scatter":          {"x: float64[?]\ni: int64[?]\ny: float64[?]\ninc_subtensor(x[i], y)", []any{vector(100), []int64{3, 99}, vector(2)}},
		"symbolic bound":   {"x: float64[?]\nn: int64\nx[n:]", []any{vector(100), 10}},
		"bools":            {"x: float64[?]\nx > 0", []any{vector(100)}},
		"product":          {"A: float64[?, ?]\nB: float64[?, ?]\nexp(dot(A, B))", []any{dense(70, 90), dense(90, 80)}},
		"large product":    {"A: float64[?, ?]\nB: float64[?, ?]\ndot(A, B.T)", []any{dense(200, 300), dense(250, 300)}},
		"float32 product":  {"A: float32[?, ?]\nB: float32[?, ?]\ndot(A, B)", []any{expr.Zeros(expr.Float32, 70, 90), expr.Zeros(expr.Float32, 90, 80)}},
		"stacks":           {"A: float64[?, ?, ?]\nB: float64[?, ?]\nA @ B, swapaxes(A, 1, 2) @ A", []any{dense(8, 30, 20), dense(20, 40)}},
		"outer":            {"A: float64[?, ?]\nx: float64[?]\nA + outer(x, x)", []any{dense(40, 40), vector(40)}},
		"step of training": {"x: float64[?, ?]\ny: float64[?, ?]\nU: float64[?, ?]\nV: float64[?, ?]\nloss = mean((dot(tanh(dot(x, U)), V) - y)**2)\nloss, U - 0.1*grad(loss, U), V - 0.1*grad(loss, V)", []any{dense(64, 20), dense(64, 3), dense(20, 30), dense(30, 3)}},
		"infinite product": {"A: float64[?, ?]\nB: float64[?, ?]\ndot(A/0, B)", []any{dense(70, 90), dense(90, 80)}},
		"two products":     {"A: float64[?, ?]\nB: float64[?, ?]\ndot(A, A)[0] + dot(B, B)[0]", []any{dense(48, 48), dense(48, 48)}},
		"sort":             {"x: float64[?, ?]\nsort(x, axis=1), sort(x, axis=0)", []any{dense(100, 300)}},
		"argsort":          {"x: float64[?, ?]\nargsort(x, axis=1), argsort(x, axis=0)", []any{dense(100, 300)}},
		"sort of a line":   {"x: float64[?]\nsort(x), argsort(-x)", []any{vector(100000)}},
		"elimination":      {"A: float64[?, ?]\nb: float32[?]\nB = A.T@A + eye(40)\ndet(B), logabsdet(A), logdet(A), inv(B), solve(B, b), solve_triangular(B, b, lower=True), cholesky(B)", []any{dense(40, 40), expr.Zeros(expr.Float32, 40)}},
		"stacked":          {"A: float64[?, ?, ?]\ninv(complex(A, 1.0) + 9*eye(4)), det(A)", []any{dense(1000, 4, 4)}},
		"large inverse":    {"A: float64[?, ?]\ninv(A + 9*eye(270))", []any{dense(270, 270)}},
		"factors":          {"A: float64[?, ?]\nsvd(A)[1], qr(A)[0], eigh(A[:, :20])[0]", []any{dense(20, 30)}},
		"map of factors":   {"A: float64[?, ?, ?]\nr = map(lambda M: (svd(M)[1], sum(eigh(M)[0]*M[0])), A)\nr[0], r[1]*2", []any{dense(100, 3, 3)}},
		"mixed product":    {"A: float32[?, ?]\nB: float64[?, ?]\ndot(A, B)", []any{expr.Zeros(expr.Float32, 70, 90), dense(90, 80)}},
		"pieces":           {"x: float64[?]\ny: float64[?]\nconcatenate((exp(x), y[::-1]), axis=0)", []any{vector(100), vector(50)}},
	}
}

// TestRunIntoAllocates runs calls into the same tensors again and again without
// allocating, with one thread and with several.
func TestRunIntoAllocates(t *testing.T) {
	for name, c := range steady(t) {
		for _, threads := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s/%d", name, threads), func(t *testing.T) {
				p := program(t, backend.Config{Threads: threads}, c.src)
				want := run(t, p, c.args...)
				out := make([]*tensor.Dense, len(want))
				for i, w := range want {
					out[i] = blank(w)
				}
				into := func() {
					if err := p.RunInto(out, c.args...); err != nil {
						t.Error(err)
					}
				}
				into()
				into()
				allocatesNothing(t, into)
				for i := range want {
					equalTensors(t, out[i], want[i])
				}
			})
		}
	}
}

// allocatesNothing calls f again and again until it has not allocated for some
// calls: what comes from elsewhere, such as a collection that empties pools or a
// second worker that joins for the first time, does not go on.
func allocatesNothing(t *testing.T, f func()) {
	t.Helper()
	n := 1.0
	for i := 0; i < 10 && n > 0 && !raceEnabled; i++ {
		n = testing.AllocsPerRun(10, f)
	}
	if n > 0 && !raceEnabled {
		t.Errorf("%v allocations", n)
	}
}

// blank returns a tensor like another one, without its numbers.
func blank(like *tensor.Dense) *tensor.Dense {
	if like.Dims() == 0 {
		return like.Clone().(*tensor.Dense)
	}
	return tensor.New(tensor.WithShape(like.Shape()...), tensor.Of(like.Dtype()))
}

// equalTensors compares all bits.
func equalTensors(t *testing.T, got, want *tensor.Dense) {
	t.Helper()
	g, err := expr.ValueOf(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := expr.ValueOf(want)
	if err != nil {
		t.Fatal(err)
	}
	if err := exprtest.SameBits(g, w); err != nil {
		t.Error(err)
	}
}

// TestRunIntoTurns: calls of several kinds that take turns, with tensors that
// take turns, need no memory either; so do results that go into an argument or
// into a window.
func TestRunIntoTurns(t *testing.T) {
	p := program(t, backend.Config{}, "x: float64[?, ?]\n2*x")
	one := func(x *tensor.Dense) []*tensor.Dense { return []*tensor.Dense{x} }
	a, b, c, d := dense(3, 4), dense(3, 4), dense(50, 60), dense(50, 60)
	wide := dense(3, 8)
	window, err := wide.Slice(nil, tensor.S(2, 6))
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range []struct{ out, arg *tensor.Dense }{{b, a}, {d, c}, {a, b}, {c, d}, {a, a}, {window.(*tensor.Dense), a}} {
		out, args := one(call.out), []any{call.arg}
		all := func() {
			before := call.arg.Clone().(*tensor.Dense)
			if err := p.RunInto(out, args...); err != nil {
				t.Fatal(err)
			}
			equalTensors(t, call.out, run(t, p, before)[0])
		}
		all()
		all()
	}
	outs, args := [][]*tensor.Dense{one(b), one(d), one(a), one(c), one(a)}, [][]any{{a}, {c}, {b}, {d}, {a}}
	turns := func() {
		for i, out := range outs {
			if err := p.RunInto(out, args[i]...); err != nil {
				t.Error(err)
			}
		}
	}
	turns()
	turns()
	allocatesNothing(t, turns)
}

// TestRunIntoChanges runs into tensors and with arguments that change from
// call to call.
func TestRunIntoChanges(t *testing.T) {
	p := program(t, backend.Config{}, "x: float64[?]\nx*2")
	for _, n := range []int{3, 3, 5, 0, 3, 3} {
		out := tensor.New(tensor.WithShape(n), tensor.Of(tensor.Float64))
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(i)
		}
		for range 3 {
			if n > 0 {
				x[0]++
			}
			if err := p.RunInto([]*tensor.Dense{out}, x); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				continue
			}
			if got := out.Float64s(); got[0] != 2*x[0] || got[n-1] != 2*x[n-1] {
				t.Errorf("%v, twice %v", got, x)
			}
		}
		if n == 0 {
			continue
		}
		own := tensor.New(tensor.WithShape(n), tensor.WithBacking(x))
		if err := p.RunInto([]*tensor.Dense{own}, own); err != nil || x[1] != 2 {
			t.Errorf("into the argument: %v %v", x, err)
		}
	}
	// A scalar tensor and a bound that shapes depend on, changed in place.
	s := tensor.New(tensor.FromScalar(1.0))
	q := program(t, backend.Config{}, "a: float64\nn: int64\na*arange(10)[n:n+2]")
	out := []*tensor.Dense{dense(2)}
	for i := range 5 {
		s.Float64s()[0] = float64(i)
		if err := q.RunInto(out, s, i); err != nil {
			t.Fatal(err)
		}
		if got := out[0].Float64s(); got[1] != float64(i*(i+1)) {
			t.Errorf("%d: %v", i, got)
		}
	}
}

// TestRunIntoFails: when a run fails, nothing is written.
func TestRunIntoFails(t *testing.T) {
	for _, c := range []struct {
		src  string
		good []any
		bad  []any
	}{
		{"x: float64[?]\ni: int64[?]\nx[i], 2*x", []any{vector(3), []int64{0, 1}}, []any{vector(3), []int64{0, 3}}},
		{"x: float64[?]\ni: int64[?]\ninc_subtensor(x[i], 1.0)", []any{vector(3), []int64{0, 1}}, []any{vector(3), []int64{0, 3}}},
		{"A: float64[?, ?]\ninv(A), 2*A", []any{mat.NewDense(2, 2, []float64{1, 2, 3, 4})}, []any{mat.NewDense(2, 2, []float64{1, 2, 2, 4})}},
	} {
		p := program(t, backend.Config{}, c.src)
		out, before := run(t, p, c.good...), []*tensor.Dense(nil)
		for range 3 {
			if err := p.RunInto(out, c.good...); err != nil {
				t.Fatal(err)
			}
			before = before[:0]
			for _, o := range out {
				before = append(before, o.Clone().(*tensor.Dense))
			}
			if err := p.RunInto(out, c.bad...); err == nil {
				t.Errorf("%s: no error", c.src)
			}
			for i := range out {
				if !slices.Equal(out[i].Float64s(), before[i].Float64s()) {
					t.Errorf("%s: output %d: %v written", c.src, i, out[i])
				}
			}
		}
	}
}

package backend_test

import (
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"arignote/backend"
)

// TestRunIntoAllocates runs plans of kernels into the same tensors again and
// again without allocating.
func TestRunIntoAllocates(t *testing.T) {
	x, y := make([]float64, 10000), make([]float64, 10000)
	for i := range x {
		x[i], y[i] = float64(i), 1
	}
	for _, c := range []struct {
		src  string
		args []any
		out  []*tensor.Dense
	}{
		{"a: float64\nb: float64\na + b", []any{1.5, 2.5}, []*tensor.Dense{tensor.New(tensor.FromScalar(0.0))}},
		{"x: float64[?]\ny: float64[?]\nx*x + y, sum(exp(-x))", []any{x, y},
			[]*tensor.Dense{tensor.New(tensor.WithShape(10000), tensor.Of(tensor.Float64)), tensor.New(tensor.FromScalar(0.0))}},
		{"x: float64[?, ?]\nsoftmax(x, axis=1)", []any{tensor.New(tensor.WithShape(100, 100), tensor.WithBacking(slices.Clone(x)))},
			[]*tensor.Dense{tensor.New(tensor.WithShape(100, 100), tensor.Of(tensor.Float64))}},
	} {
		p := program(t, backend.Config{}, c.src)
		want, err := p.Run(c.args...)
		if err != nil {
			t.Fatal(err)
		}
		run := func() {
			if err := p.RunInto(c.out, c.args...); err != nil {
				t.Error(err)
			}
		}
		run()
		run()
		if n := testing.AllocsPerRun(100, run); n > 0 && !raceEnabled {
			t.Errorf("%s: %v allocations", c.src, n)
		}
		for i := range want {
			if !want[i].Eq(c.out[i]) && want[i].Data() != c.out[i].Data() {
				t.Errorf("%s: output %d: %v, want %v", c.src, i, c.out[i], want[i])
			}
		}
	}
}

// TestRunIntoChanges runs into tensors and with arguments that change from
// call to call.
func TestRunIntoChanges(t *testing.T) {
	p := program(t, backend.Config{}, "x: float64[?]\nx*2")
	for _, n := range []int{3, 3, 5, 3, 3} {
		out := tensor.New(tensor.WithShape(n), tensor.Of(tensor.Float64))
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(i)
		}
		for range 3 {
			x[0]++
			if err := p.RunInto([]*tensor.Dense{out}, x); err != nil {
				t.Fatal(err)
			}
			if got := out.Float64s(); got[0] != 2*x[0] || got[n-1] != 2*x[n-1] {
				t.Errorf("%v, twice %v", got, x)
			}
		}
		own := tensor.New(tensor.WithShape(n), tensor.WithBacking(x))
		if err := p.RunInto([]*tensor.Dense{own}, own); err != nil || x[1] != 2 {
			t.Errorf("into the argument: %v %v", x, err)
		}
	}
}

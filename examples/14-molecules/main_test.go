package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
)

// inverted is r^-6 - r^-12, another potential.
func inverted(r2 *expr.Node) *expr.Node { return r2.Pow(-3).Sub(r2.Pow(-6)) }

func Example() {
	*side, *steps = 4, 200
	main()
	// Output:
	// step  40: potential  -215.551, kinetic    5.127, total  -210.424
	// step  80: potential  -221.086, kinetic   10.661, total  -210.424
	// step 120: potential  -219.930, kinetic    9.506, total  -210.424
	// step 160: potential  -215.039, kinetic    4.616, total  -210.424
	// step 200: potential  -211.452, kinetic    1.029, total  -210.424
	// energy is kept to a thousandth: true
	// 20,000 atoms: 1 MB; their distances would take 3051 MB
}

// TestForces compares the gradient of the energy with forces derived by hand,
// for more atoms than fit a tile and for both potentials.
func TestForces(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 14))
	positions := lattice(5, 1.1)
	data := positions.Float64s()
	for i := range data {
		data[i] += 0.05 * random.NormFloat64()
	}
	want := byHand(data)
	for _, c := range []struct {
		name   string
		pair   func(r2 *expr.Node) *expr.Node
		factor float64
	}{{"Lennard-Jones", lennardJones, 1}, {"inverted", inverted, -0.25}} {
		x := atoms("x")
		got, err := backend.Eval(autodiff.Grad(energy(c.pair, x), x).Neg(), map[string]any{"x": positions})
		if err != nil {
			t.Fatal(err)
		}
		largest := 0.0
		for _, f := range want {
			largest = max(largest, math.Abs(c.factor*f))
		}
		for i, f := range got.Float64s() {
			if math.Abs(f-c.factor*want[i]) > 1e-14*largest {
				t.Errorf("%s: force %d: %v, want %v", c.name, i, f, c.factor*want[i])
			}
		}
	}
}

// byHand adds up the forces of pairs: 24 (2 r^-14 - r^-8) times the distance.
func byHand(x []float64) []float64 {
	f := make([]float64, len(x))
	for i := 0; i < len(x); i += 3 {
		for j := 0; j < i; j += 3 {
			var d [3]float64
			r2 := 0.0
			for k := range d {
				d[k] = x[i+k] - x[j+k]
				r2 += float64(d[k] * d[k])
			}
			i6 := 1 / (r2 * r2 * r2)
			size := 24 * i6 * (2*i6 - 1) / r2
			for k := range d {
				f[i+k] += float64(size * d[k])
				f[j+k] -= float64(size * d[k])
			}
		}
	}
	return f
}

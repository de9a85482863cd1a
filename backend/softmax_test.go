package backend_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"arignote/backend"
	"arignote/expr"
)

// TestSoftmaxFarFromMaximum compares softmax and its relatives with the
// reference, whose exponentials are of exact differences, in units of the last
// place: where elements are hundreds below the largest, the rounding of x - max
// alone would cost hundreds of units.
func TestSoftmaxFarFromMaximum(t *testing.T) {
	for _, src := range []string{"softmax(x, axis=1)", "softmax(x, axis=0)", "log_softmax(x, axis=1)",
		"logsumexp(x, axis=1), softmax(x, axis=1), log_softmax(x, axis=1)"} {
		t.Run(src, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 1))
			wide := farRows(r, 700)
			narrow := make([]float32, len(wide))
			for i, x := range farRows(r, 80) {
				narrow[i] = float32(x)
			}
			unit64 := func(x float64) float64 { return math.Nextafter(x, math.Inf(1)) - x }
			unit32 := func(x float64) float64 {
				return float64(math.Nextafter32(float32(x), float32(math.Inf(1)))) - float64(float32(x))
			}
			compareFar(t, "x: float64[?, ?]\n"+src, mustMatrix(t, wide), unit64)
			compareFar(t, "x: float32[?, ?]\n"+src, mustMatrix(t, narrow), unit32)
		})
	}
}

const farColumns = 6

// farRows returns rows of numbers down to reach below the largest of each, which
// may be small or large itself, and rows with special values.
func farRows(r *rand.Rand, reach float64) []float64 {
	var rows []float64
	for range 400 {
		peak := r.NormFloat64() * math.Exp(r.Float64()*12-6)
		rows = append(rows, peak)
		for range farColumns - 1 {
			rows = append(rows, peak-reach*r.Float64())
		}
	}
	special := []float64{math.Inf(-1), math.Inf(1), math.NaN(), 0, math.Copysign(0, -1), math.MaxFloat64, -math.MaxFloat64, 1, -1e300, 1e-300, -800}
	for range 200 {
		for range farColumns {
			rows = append(rows, special[r.IntN(len(special))])
		}
	}
	return rows
}

func mustMatrix[T float32 | float64](t *testing.T, x []T) *expr.Value {
	t.Helper()
	v, err := expr.NewValue([]int{len(x) / farColumns, farColumns}, x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// compareFar runs a graph on x compiled and by the reference; unit is that of
// the last place.
func compareFar(t *testing.T, src string, x *expr.Value, unit func(float64) float64) {
	t.Helper()
	g, err := expr.ParseGraph(src)
	if err != nil {
		t.Fatal(err)
	}
	want, err := g.Evaluate([]*expr.Value{x})
	if err != nil {
		t.Fatal(err)
	}
	arg, err := x.Dense()
	if err != nil {
		t.Fatal(err)
	}
	got, err := results(t, backend.Config{}, g, []any{arg})
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want {
		for k := range w.Len() {
			y, z := got[i].Float(k), w.Float(k)
			size := math.Abs(z)
			if w.Rank() == 1 { // logsumexp near 0 is as good as the largest argument
				size = max(size, 1)
			}
			if y != z && (y == y || z == z) && !(math.Abs(y-z) <= 4*unit(size)) {
				t.Fatalf("result %d, element %d: %v, want %v", i, k, y, z)
			}
		}
	}
}

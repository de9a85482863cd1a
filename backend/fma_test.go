package backend_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"arignote/backend"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestFMARounding compares fma with the exact value rounded once, also where
// rounding to float64 first would round the wrong way to float32.
func TestFMARounding(t *testing.T) {
	const n = 3000
	rng := rand.New(rand.NewPCG(7, 8))
	x, y, z, want := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	twice := 0
	for i := range n {
		x[i], y[i], z[i] = fmaArguments(rng, i)
		want[i] = exactFMA(x[i], y[i], z[i])
		if float32(float64(float64(x[i])*float64(y[i]))+float64(z[i])) != want[i] {
			twice++
		}
	}
	if twice < n/5 {
		t.Errorf("only %d of %d sums need care", twice, n)
	}
	g, err := expr.ParseGraph("x: float32[n]; y: float32[n]; z: float32[n]; fma(x, y, z)")
	if err != nil {
		t.Fatal(err)
	}
	got, err := results(t, backend.Config{}, g, []any{x, y, z})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range got[0].Data().([]float32) {
		if r != want[i] {
			t.Fatalf("%v*%v + %v: %v, want %v", x[i], y[i], z[i], r, want[i])
		}
	}
}

// TestFMASameBits: what the pass fma forms has the bits of the reference,
// fused, unfused and on any number of threads.
func TestFMASameBits(t *testing.T) {
	g, err := expr.ParseGraph("x: float64[?]; s: float32[?]; a: float64; b: float32\n" +
		"x*x + 1, a*x - 0.1, 3 - a*x*0.1, ((0.7*x - 2)*x + a)*x + 4, fma(s, s, b), fma(s, b, -0.1), fma(-0.1, s, 1), x[1:]*x[:-1] + a, sum(x*a + 1, axis=0, keepdims=True) > 0")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(9, 10))
	x, s := make([]float64, 5003), make([]float32, 5003)
	for i := range x {
		x[i], s[i] = math.Ldexp(rng.NormFloat64(), rng.IntN(40)-20), float32(math.Ldexp(rng.NormFloat64(), rng.IntN(40)-20))
	}
	args := []any{x, s, 0.3, float32(0.7)}
	p, err := backend.Compile(g.Inputs, g.Outputs...)
	if err != nil {
		t.Fatal(err)
	}
	if hits := p.Trace().Hits(); hits["mul-add"] < 4 || hits["mul-sub"] < 1 || hits["sub-mul"] < 1 {
		t.Errorf("the pass forms %v", hits)
	}
	values := make([]*expr.Value, len(args))
	for i, a := range args {
		if values[i], err = expr.ValueOf(a); err != nil {
			t.Fatal(err)
		}
	}
	want, err := p.Graph().Evaluate(values)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]backend.Config{"fused": {}, "unfused": {Skip: []string{"fuse"}}, "8 threads": {Threads: 8}} {
		got, err := results(t, c, g, args)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if err := exprtest.SameBits(got[i], want[i]); err != nil {
				t.Errorf("%s: output %d: %v\n%v", name, i, err, p.Graph())
			}
		}
	}
}

// fmaArguments returns numbers whose x*y + z lies next to the middle between two
// float32, in every second case, subnormal or not; else anywhere.
func fmaArguments(rng *rand.Rand, i int) (x, y, z float32) {
	above, below := float32(1+0x1p-23), float32(1-0x1p-23) // their product is a little below 1
	switch i % 4 {
	case 0:
		z = math.Float32frombits(0x3f800000 + rng.Uint32N(1<<23)) // from 1 to 2
		return 0x1p-12 * above, 0x1p-12 * below, z
	case 1:
		z = math.Float32frombits(rng.Uint32N(1 << 23)) // subnormal
		return 0x1p-75 * above, 0x1p-75 * below, -z
	}
	return float32(rng.NormFloat64()), float32(rng.NormFloat64()), float32(rng.NormFloat64())
}

// exactFMA is x*y + z, rounded once.
func exactFMA(x, y, z float32) float32 {
	exact := func(v float32) *big.Float { return new(big.Float).SetPrec(600).SetFloat64(float64(v)) }
	sum := exact(x)
	sum.Mul(sum, exact(y)).Add(sum, exact(z))
	r, _ := sum.Float32()
	return r
}

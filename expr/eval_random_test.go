package expr

import (
	"errors"
	"math"
	"slices"
	"testing"
)

func TestEvalUniform(t *testing.T) {
	of := func(d DType, dims ...any) func(x []*Node) *Node {
		return func(x []*Node) *Node { return draw(d, x[0], dims) }
	}
	key := func(k int64) []*Value { return values(ScalarValue(k)) }
	// The known answer for counter 0 and key 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
	runPrograms(t, []programCase{
		{"bits", of(Uint32, 4), key(0), "uint32[4][1713891541 3781805453 3159862348 2600524760]"},
		{"two words", of(Uint64, 2), key(0), "uint64[2][16242730742183356629 11169168799798111308]"},
		{"more than one counter", of(Uint32, 5), key(0), "uint32[5][1713891541 3781805453 3159862348 2600524760 4175744164]"},
		{"float64", of(Float64, 2), key(0), "float64[2][0.8805201978886141 0.6054818538799212]"},
		{"float32", of(Float32, 2), key(0), "float32[2][0.39904642 0.8805201]"},
		{"a negative key", of(Uint32, 1), key(-1), "uint32[1][1923381001]"},
		{"of a narrow dtype", of(Uint32, 1), values(ScalarValue(int8(-1))), "uint32[1][1923381001]"},
		{"of uint64", of(Uint32, 1), values(ScalarValue(uint64(math.MaxUint64))), "uint32[1][1923381001]"},
		{"empty", of(Float64, 2, 0), key(0), "float64[2, 0][]"},
		{"scalar", of(Uint64), key(0), "uint64[16242730742183356629]"},
		{"not an integer", of(Float64, 2), values(ScalarValue(1.0)), "dtype error: uniform: a key must be an integer scalar, not float64"},
		{"a length by data", func(x []*Node) *Node { return RandomBitsOf(Uint32, 0, x[0], 2) }, key(1), "uint32[1, 2][1713891541 3781805453]"},
		{"a negative length", func(x []*Node) *Node { return Uniform(0, x[0]) }, key(-2), "shape error: uniform: negative length -2"},
	})
}

// evaluateAlone computes a node without inputs.
func evaluateAlone(t *testing.T, n *Node) *Value {
	t.Helper()
	out, err := NewGraph(nil, n).Evaluate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// TestUniformOrder: an element depends on its index alone, and both words of
// the key and of the counter count.
func TestUniformOrder(t *testing.T) {
	for _, d := range []DType{Uint32, Uint64, Float32, Float64} {
		long := evaluateAlone(t, draw(d, 5, []any{7, 11}))
		short := evaluateAlone(t, draw(d, 5, []any{13}))
		other := evaluateAlone(t, draw(d, 5+1<<32, []any{13}))
		for i := range 13 {
			if long.Complex(i) != short.Complex(i) {
				t.Errorf("%s: element %d is %v and %v", d, i, long.Complex(i), short.Complex(i))
			}
			if short.Complex(i) == other.Complex(i) {
				t.Errorf("%s: element %d does not depend on the upper half of the key", d, i)
			}
		}
	}
}

// moments returns the mean and the standard deviation.
func moments(x []float64) (mean, deviation float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		deviation += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(deviation)
}

// TestDistributions compares mean, deviation and range to what they should be:
// within five standard errors.
func TestDistributions(t *testing.T) {
	const n = 100000
	for _, c := range []struct {
		name            string
		node            *Node
		mean, deviation float64
		lo, hi          float64
	}{
		{"uniform", Uniform(1, n), 0.5, math.Sqrt(1.0 / 12), 0, 1 - 0x1p-52},
		{"uniform float32", UniformOf(Float32, 1, n), 0.5, math.Sqrt(1.0 / 12), 0, 1 - 0x1p-23},
		{"normal", Normal(2, n), 0, 1, -8.3, 8.3},
		{"normal float32", NormalOf(Float32, 2, n), 0, 1, -5.3, 5.3},
	} {
		v := evaluateAlone(t, c.node)
		data := lanes[float64](v, Float64, []int{n})
		mean, deviation := moments(data)
		allowed := 5 * c.deviation / math.Sqrt(n)
		if math.Abs(mean-c.mean) > allowed || math.Abs(deviation-c.deviation) > allowed {
			t.Errorf("%s: mean %v, standard deviation %v", c.name, mean, deviation)
		}
		if lo, hi := slices.Min(data), slices.Max(data); lo < c.lo || hi > c.hi {
			t.Errorf("%s: from %v to %v", c.name, lo, hi)
		}
	}
}

// TestFoldIn: different numbers and different keys give different keys, which
// share no bits by more than chance.
func TestFoldIn(t *testing.T) {
	const n = 300
	keys := Elements[int64](evaluateAlone(t, FoldIn(Arange(-n/2, n/2, 1).ExpandDims(1), Arange(0, n, 1))))
	sorted := slices.Compact(slices.Sorted(slices.Values(keys)))
	if len(sorted) != n*n {
		t.Errorf("%d keys of %d are different", len(sorted), n*n)
	}
	for bit := range 64 {
		ones := 0
		for _, k := range keys {
			ones += int(uint64(k) >> bit & 1)
		}
		if got := float64(ones) / (n * n); math.Abs(got-0.5) > 5*0.5/n {
			t.Errorf("bit %d is set in %v of all keys", bit, got)
		}
	}
	// SplitMix64 from 0: the first number of the generator whose state is mix(0) = 0.
	if got := uint64(evaluateAlone(t, FoldIn(0, 0)).Int(0)); got != 0xE220A8397B1DCDAF {
		t.Errorf("fold_in(0, 0) is %x", got)
	}
	for _, n := range []*Node{FoldIn(1.5, 0), FoldIn(1, Vector("x")), FoldIn(1, true), UniformOf(Int64, 1, 2), RandomBitsOf(Float64, 1, 2), NormalOf(Complex64, 1)} {
		if !errors.Is(n.Err(), ErrDType) {
			t.Errorf("%v, want a dtype error", n.Err())
		}
	}
}

package kernel_test

import (
	"testing"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// TestRandomIsTheReference: a Random statement and the uniform op of package
// expr mean the same numbers.
func TestRandomIsTheReference(t *testing.T) {
	const key = -0x123456789ABCDEF
	bits := uint64(0xFFFFFFFFFFFFFFFF - 0x123456789ABCDEF + 1)
	words := [2]uint32{uint32(bits), uint32(bits >> 32)}
	for _, c := range []struct {
		d    expr.DType
		node *expr.Node
	}{
		{expr.Float64, expr.Uniform(key, 3, 7)},
		{expr.Float32, expr.UniformOf(expr.Float32, key, 3, 7)},
		{expr.Uint64, expr.RandomBits(key, 3, 7)},
		{expr.Uint32, expr.RandomBitsOf(expr.Uint32, key, 3, 7)},
	} {
		out, err := expr.NewGraph(nil, c.node).Evaluate(nil)
		if err != nil {
			t.Fatal(err)
		}
		per := kernel.RandomPer(c.d)
		for i := range out[0].Len() {
			want := kernel.RandomElement(c.d, kernel.RandomWords(words, uint64(i/per)), i%per)
			got := kernel.Float(out[0].Float(i))
			if c.d.IsInteger() {
				got = kernel.Integer(uint64(out[0].Int(i)))
			}
			if got != want {
				t.Errorf("%s: element %d is %v, in a kernel %v", c.d, i, got, want)
			}
		}
	}
}

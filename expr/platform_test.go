package expr_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"arignote/expr"
	"arignote/expr/exprtest"
)

var updateBits = flag.Bool("update-bits", false, "write testdata/bits.txt anew")

// TestBitsOnAllPlatforms compares a hash of the results of every element-wise op
// at many points with the one stored: the bits of a result may not depend on
// the platform. Compilers that fuse a product and a sum, as on arm64, and
// functions of package math that are written in assembly for some machines only
// would show here.
func TestBitsOnAllPlatforms(t *testing.T) {
	const file = "testdata/bits.txt"
	var all bytes.Buffer
	stored := make(map[string]string)
	if !*updateBits {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			name, hash, _ := bytes.Cut(bytes.TrimSpace(line), []byte(": "))
			stored[string(name)] = string(hash)
		}
	}
	for op := expr.Op(0); op < expr.NumOps; op++ {
		for _, d := range []expr.DType{expr.Float64, expr.Float32, expr.Complex128} {
			name := op.String() + " " + d.String()
			hash := hashOf(op, d)
			if hash == "" {
				continue
			}
			fmt.Fprintf(&all, "%s: %s\n", name, hash)
			if !*updateBits && hash != stored[name] {
				t.Errorf("%s: hash %s, stored is %s", name, hash, stored[name])
			}
		}
	}
	if *updateBits {
		if err := os.WriteFile(file, all.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// hashOf returns a hash of op at many points, "" if it is no function of
// elements of dtype d.
func hashOf(op expr.Op, d expr.DType) string {
	if !op.Elementwise() || op == expr.OpCast || op == expr.OpPolygamma {
		return ""
	}
	arity, _ := op.Arity()
	var inputs []*expr.Node
	var values []*expr.Value
	for i := range arity {
		inputs = append(inputs, expr.Input(fmt.Sprint("x", i), d, -1))
		values = append(values, points(op, i, d))
	}
	n := expr.New(inputs[0], op, nil, inputs...)
	if n.Err() != nil {
		return ""
	}
	results, err := expr.NewGraph(inputs, n).Evaluate(values)
	if err != nil {
		return ""
	}
	h := fnv.New64a()
	for i := range results[0].Len() {
		z := results[0].Complex(i)
		for _, x := range []float64{real(z), imag(z)} {
			if x != x {
				x = math.NaN() // the payload does not count
			}
			binary.Write(h, binary.LittleEndian, x)
		}
	}
	return fmt.Sprintf("%016x", h.Sum64())
}

// points returns arguments number i: special numbers, numbers of the op's
// domain, and of all magnitudes.
func points(op expr.Op, i int, d expr.DType) *expr.Value {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	special := []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 0.5, -2, 5e-324, 1e-310, math.MaxFloat64, 1 << 53}
	lo, hi := op.Domain()
	draw := func(k int) float64 {
		switch {
		case k%4 == 0:
			return special[r.IntN(len(special))]
		case k%4 == 1:
			return math.Ldexp(r.Float64()-0.5, r.IntN(120)-60)
		}
		return lo + float64((hi-lo)*r.Float64())
	}
	data := make([]complex128, 1000)
	for k := range data {
		data[k] = complex(draw(k), draw(k))
	}
	return exprtest.Convert(data, []int{len(data)}, d)
}

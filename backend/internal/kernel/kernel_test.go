package kernel_test

import (
	"math"
	"strings"
	"testing"

	"arignote/backend/internal/kernel"
	"arignote/backend/internal/kernel/kerneltest"
	"arignote/expr"
)

func TestTextIsReadBack(t *testing.T) {
	for _, c := range kerneltest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			k, err := kernel.Parse(c.Text)
			if err != nil {
				t.Fatal(err)
			}
			roundTrip(t, k)
			if first, second, ok := k.Divide(); ok {
				roundTrip(t, first)
				roundTrip(t, second)
			}
		})
	}
}

func roundTrip(t *testing.T, k *kernel.Kernel) {
	t.Helper()
	text := k.String()
	back, err := kernel.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if again := back.String(); again != text {
		t.Errorf("read back as\n%s\nwant\n%s", again, text)
	}
}

// TestBuilder builds a kernel with every statement.
func TestBuilder(t *testing.T) {
	b := kernel.NewBuilder()
	x, index, key := b.In("x", expr.Float64), b.In("index", expr.Int64), b.In("key", expr.Uint32)
	y, z, w := b.InOut("y", expr.Float64), b.Out("z", expr.Float32), b.InOut("w", expr.Complex128)
	n, m := b.Param("n"), b.Param("m")
	zero := b.Const(expr.Float64, 0)
	k0, k1 := b.Load(key, kernel.At()), b.Load(key, kernel.At().Plus(kernel.N(1)))
	b.For(kernel.Over{Name: "c", Extent: n, By: kernel.N(64)}, func(c kernel.Var) {
		b.For(kernel.Over{Name: "i", Block: c, Vector: true}, func(i kernel.Var) {
			v := b.Load(x, kernel.At(i.Times(m.Plus(1))), kernel.Picked{Index: b.Load(index, kernel.At(i.Unit())), Len: m, Stride: kernel.N(1)})
			v = b.Polygamma(2, v)
			v = b.Rare(b.Let(expr.OpIsNaN, v), expr.OpExp, zero, v)
			r := b.Random(expr.Float32, 4, [2]kernel.Value{k0, k1}, kernel.At(i.Unit()))
			b.Store(z, kernel.At(i.Unit()), r[3])
			limit := b.Const(expr.Float64, 10.5)
			end := b.While(m.Plus(-1), []kernel.Value{v}, func(s []kernel.Value) kernel.Value {
				return b.Let(expr.OpLt, s[0], limit)
			}, func(s []kernel.Value) []kernel.Value { return []kernel.Value{b.Let(expr.OpSquare, s[0])} })
			b.Add(y, kernel.At(), end[0], kernel.Picked{Index: b.Iota(kernel.At(i.Unit())), Len: n, Stride: kernel.N(1)})
			if b.LastAccess() != 2 {
				t.Errorf("last access %d", b.LastAccess())
			}
			b.Store(w, kernel.At(i.Unit()), b.Cast(expr.Complex128, b.Let(expr.OpAdd, end[0], zero)))
		})
	})
	k, err := b.Kernel()
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, k)
}

func TestBuilderKeepsTheFirstMistake(t *testing.T) {
	b := kernel.NewBuilder()
	x := b.Const(expr.Float64, "one")
	b.Let(expr.OpAnd, x, x)
	if _, err := b.Kernel(); err == nil || !strings.Contains(err.Error(), "string") {
		t.Error(err)
	}
	b = kernel.NewBuilder()
	x = b.Const(expr.Float64, 1.5)
	b.Let(expr.OpAnd, x, x)
	if _, err := b.Kernel(); err == nil || !strings.Contains(err.Error(), "and") {
		t.Error(err)
	}
}

func TestConstants(t *testing.T) {
	b := kernel.NewBuilder()
	numbers := []float64{0, math.Copysign(0, -1), 0.1, math.Inf(1), math.Inf(-1), math.NaN(), 1e-310, math.MaxFloat64, math.Float64frombits(0x7FF8000000000ABC)}
	for _, x := range numbers {
		b.Const(expr.Float64, x)
		b.Const(expr.Complex128, complex(x, -x))
		if !math.IsNaN(x) {
			b.Const(expr.Float32, x)
		}
	}
	b.Const(expr.Int8, -128)
	b.Const(expr.Int64, int64(math.MinInt64))
	b.Const(expr.Uint64, uint64(math.MaxUint64))
	b.Const(expr.Bool, true)
	b.Const(expr.Complex64, 1+2i)
	k, err := b.Kernel()
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, k)
	back, err := kernel.Parse(k.String())
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range k.Body {
		if x, y := s.(*kernel.Const).X, back.Body[i].(*kernel.Const).X; x != y {
			t.Errorf("constant %d: %v was read as %v", i, x, y)
		}
	}
}

// TestPhilox has the known answers of the Random123 distribution.
func TestPhilox(t *testing.T) {
	const all = 0xFFFFFFFF
	for _, c := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{all, all, all, all}, [2]uint32{all, all}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := kernel.Philox(c.counter, c.key); got != c.want {
			t.Errorf("philox of %x: %x, want %x", c.counter, got, c.want)
		}
	}
}

func TestRandomElement(t *testing.T) {
	words := [4]uint32{0xFFFFFFFF, 0xFFFFFFFF, 0, 1 << 31}
	for _, c := range []struct {
		d    expr.DType
		j    int
		want kernel.Scalar
	}{
		{expr.Uint32, 3, kernel.Integer(1 << 31)},
		{expr.Uint64, 0, kernel.Integer(uint64(math.MaxUint64))},
		{expr.Float32, 0, kernel.Float(1 - 1.0/(1<<23))},
		{expr.Float32, 3, kernel.Float(0.5)},
		{expr.Float64, 0, kernel.Float(1 - 1.0/(1<<52))},
		{expr.Float64, 1, kernel.Float(0.5)},
	} {
		if got := kernel.RandomElement(c.d, words, c.j); got != c.want {
			t.Errorf("element %d of %v: %v, want %v", c.j, c.d, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range kerneltest.Cases() {
		f.Add(c.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := kernel.Parse(text); err == nil {
			roundTrip(t, k)
		}
	})
}

package scalar_test

import (
	"math"
	"math/big"
	"testing"

	. "arignote/expr/internal/scalar"
)

// edges are the integers that matter, each with its neighbours.
var edges = func() (xs []int64) {
	for _, x := range []int64{0, 3, -3, 7, -7, 12, -18, 100, 1 << 31, -1 << 31, 1 << 53, math.MaxInt64 - 1, math.MinInt64 + 1} {
		xs = append(xs, x-1, x, x+1)
	}
	return xs
}()

func wrapBig(x *big.Int) int64 {
	return int64(new(big.Int).And(x, new(big.Int).SetUint64(math.MaxUint64)).Uint64())
}

func TestIntegerDivision(t *testing.T) {
	for _, x := range edges {
		for _, y := range edges {
			if y == 0 {
				continue
			}
			a, b := big.NewInt(x), big.NewInt(y)
			q, m := new(big.Int).QuoRem(a, b, new(big.Int))
			fmod := m.Int64()
			if m.Sign() != 0 && m.Sign() != b.Sign() {
				q.Sub(q, big.NewInt(1))
				m.Add(m, b)
			}
			if got := FloorDivInt(x, y); got != wrapBig(q) {
				t.Errorf("FloorDivInt(%d, %d) = %d, want %d", x, y, got, q)
			}
			if got := ModInt(x, y); got != m.Int64() {
				t.Errorf("ModInt(%d, %d) = %d, want %d", x, y, got, m)
			}
			if got := FmodInt(x, y); got != fmod {
				t.Errorf("FmodInt(%d, %d) = %d, want %d", x, y, got, fmod)
			}
			g := new(big.Int).GCD(nil, nil, new(big.Int).Abs(a), new(big.Int).Abs(b))
			if got := GCD(x, y); got != wrapBig(g) {
				t.Errorf("GCD(%d, %d) = %d, want %d", x, y, got, g)
			}
			l := new(big.Int).Mul(new(big.Int).Quo(new(big.Int).Abs(a), g), new(big.Int).Abs(b))
			if got := LCM(x, y); got != wrapBig(l) {
				t.Errorf("LCM(%d, %d) = %d, want %d modulo 2^64", x, y, got, l)
			}
		}
	}
}

func TestPowInt(t *testing.T) {
	modulus := new(big.Int).Lsh(big.NewInt(1), 64)
	for _, x := range edges {
		for _, n := range edges {
			want := int64(0)
			switch {
			case n >= 0:
				want = wrapBig(new(big.Int).Exp(big.NewInt(x), big.NewInt(n), modulus))
			case x == 1 || x == -1 && n%2 == 0:
				want = 1
			case x == -1:
				want = -1
			}
			if got := PowInt(x, n); got != want {
				t.Errorf("PowInt(%d, %d) = %d, want %d", x, n, got, want)
			}
		}
	}
	if got := PowUint(3, 41); got != uint64(wrapBig(new(big.Int).Exp(big.NewInt(3), big.NewInt(41), nil))) {
		t.Errorf("PowUint(3, 41) = %d", got)
	}
}

func TestIntegerSpecial(t *testing.T) {
	const smallest = math.MinInt64
	for _, c := range []struct {
		name      string
		got, want int64
	}{
		{"// 0", FloorDivInt(5, 0), 0}, {"% 0", ModInt(5, 0), 0}, {"fmod 0", FmodInt(-5, 0), 0},
		{"min // -1", FloorDivInt(smallest, -1), smallest}, {"min % -1", ModInt(smallest, -1), 0},
		{"0 ** 0", PowInt(0, 0), 1}, {"0 ** -1", PowInt(0, -1), 0},
		{"1 << -1", ShiftLeft(1, -1, 64), 0}, {"1 << 64", ShiftLeft(1, 64, 64), 0}, {"1 << 63", ShiftLeft(1, 63, 64), smallest},
		{"1 << 32, width 32", ShiftLeft(1, 32, 32), 0}, {"3 << 2", ShiftLeft(3, 2, 8), 12},
		{"-8 >> 1", ShiftRight(-8, 1, 64), -4}, {"-8 >> 64", ShiftRight(-8, 64, 64), -1}, {"8 >> -1", ShiftRight(8, -1, 64), 0},
		{"-8 >> -1", ShiftRight(-8, -1, 64), -1}, {"-8 >> 8, width 8", ShiftRight(-8, 8, 8), -1},
		{"abs", AbsInt(-3), 3}, {"abs min", AbsInt(smallest), smallest},
		{"sign", SignInt(-9), -1}, {"sign 0", SignInt(0), 0}, {"sign +", SignInt(9), 1},
		{"gcd 0 0", GCD(0, 0), 0}, {"gcd 0 -4", GCD(0, -4), 4}, {"gcd min 0", GCD(smallest, 0), smallest}, {"lcm 0", LCM(0, 4), 0},
	} {
		if c.got != c.want {
			t.Errorf("%s = %d, want %d", c.name, c.got, c.want)
		}
	}
	for _, c := range []struct {
		name      string
		got, want uint64
	}{
		{"// 0", FloorDivUint(5, 0), 0}, {"//", FloorDivUint(math.MaxUint64, 2), math.MaxInt64}, {"% 0", ModUint(5, 0), 0}, {"%", ModUint(17, 5), 2},
		{"<< 64", ShiftLeftUint(1, 64, 64), 0}, {"<< 63", ShiftLeftUint(1, 63, 64), 1 << 63}, {">> 64", ShiftRightUint(9, 64, 64), 0},
		{">> 8, width 8", ShiftRightUint(255, 8, 8), 0}, {">> 1", ShiftRightUint(math.MaxUint64, 1, 64), math.MaxInt64},
		{"sign", SignUint(7), 1}, {"sign 0", SignUint(0), 0}, {"gcd", GCDUint(12, 18), 6}, {"lcm", LCMUint(12, 18), 36}, {"lcm 0", LCMUint(0, 0), 0},
	} {
		if c.got != c.want {
			t.Errorf("unsigned %s = %d, want %d", c.name, c.got, c.want)
		}
	}
}

func TestConversions(t *testing.T) {
	for _, c := range []struct {
		x        float64
		bits     int
		signed   int64
		unsigned uint64
	}{
		{2.9, 8, 2, 2}, {-2.9, 8, -2, 0}, {-0.9, 8, 0, 0}, {127.9, 8, 127, 127}, {128, 8, 127, 128}, {255.9, 8, 127, 255}, {256, 8, 127, 255},
		{-128.9, 8, -128, 0}, {-129, 8, -128, 0}, {3e9, 32, math.MaxInt32, 3000000000}, {-3e9, 32, math.MinInt32, 0},
		{0x1p63, 64, math.MaxInt64, 1 << 63}, {0x1p64, 64, math.MaxInt64, math.MaxUint64}, {-0x1p63, 64, math.MinInt64, 0},
		{0x1.fffffffffffffp62, 64, 0x7ffffffffffffc00, 0x7ffffffffffffc00}, {0x1.fffffffffffffp63, 64, math.MaxInt64, 0xfffffffffffff800},
		{nan, 64, 0, 0}, {inf, 16, math.MaxInt16, math.MaxUint16}, {-inf, 64, math.MinInt64, 0}, {zero, 64, 0, 0}, {5e-324, 64, 0, 0},
	} {
		if got := FloatToInt(c.x, c.bits); got != c.signed {
			t.Errorf("FloatToInt(%v, %d) = %d, want %d", c.x, c.bits, got, c.signed)
		}
		if got := FloatToUint(c.x, c.bits); got != c.unsigned {
			t.Errorf("FloatToUint(%v, %d) = %d, want %d", c.x, c.bits, got, c.unsigned)
		}
	}
	for _, x := range edges {
		for _, c := range []struct {
			bits      int
			got, want int64
		}{
			{8, WrapInt(x, 8), int64(int8(x))}, {16, WrapInt(x, 16), int64(int16(x))}, {32, WrapInt(x, 32), int64(int32(x))}, {64, WrapInt(x, 64), x},
			{8, int64(WrapUint(uint64(x), 8)), int64(uint8(x))}, {32, int64(WrapUint(uint64(x), 32)), int64(uint32(x))}, {64, int64(WrapUint(uint64(x), 64)), x},
		} {
			if c.got != c.want {
				t.Errorf("wrap %d to %d bits = %d, want %d", x, c.bits, c.got, c.want)
			}
		}
	}
}

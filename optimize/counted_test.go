package optimize_test

import (
	"testing"

	"arignote/expr"
	"arignote/optimize"
)

// counted are functions of i, an index, as text and in Go.
var counted = []struct {
	text string
	f    func(i, k int64) int64
}{
	{"i", func(i, k int64) int64 { return i }},
	{"3*i - 7", func(i, k int64) int64 { return 3*i - 7 }},
	{"k*i + 1", func(i, k int64) int64 { return k*i + 1 }},
	{"i**2", func(i, k int64) int64 { return i * i }},
	{"i**3 - i", func(i, k int64) int64 { return i*i*i - i }},
	{"i**7 + i*i*(1 - i)", func(i, k int64) int64 { return i*i*i*i*i*i*i + i*i*(1-i) }},
	{"where(i % 3 == 0, i, 0)", func(i, k int64) int64 { return i * when(modulo(i, 3) == 0) }},
	{"where(i % 3 == 0, i**3, -i)", func(i, k int64) int64 {
		if modulo(i, 3) == 0 {
			return i * i * i
		}
		return -i
	}},
	{"i % 3 == 1", func(i, k int64) int64 { return when(modulo(i, 3) == 1) }},
	{"(i % 3 == 0) | (i % 5 == 0)", func(i, k int64) int64 { return when(modulo(i, 3) == 0 || modulo(i, 5) == 0) }},
	{"i*(i % 4)", func(i, k int64) int64 { return i * modulo(i, 4) }},
	{"i // 3", func(i, k int64) int64 { return (i - modulo(i, 3)) / 3 }},
	{"(2*i + 1) % 3 == 0", func(i, k int64) int64 { return when(modulo(2*i+1, 3) == 0) }},
	{"where(i < 10, i, 0)", func(i, k int64) int64 { return i * when(i < 10) }},
	{"where((i >= k) & (i % 2 == 0), i**2, 1)", func(i, k int64) int64 {
		if i >= k && modulo(i, 2) == 0 {
			return i * i
		}
		return 1
	}},
	{"(i != 4) & ~(i > k)", func(i, k int64) int64 { return when(i != 4 && i <= k) }},
	{"maximum(i, k) - 2*minimum(i, 3)", func(i, k int64) int64 { return max(i, k) - 2*min(i, 3) }},
	{"abs(i - 4) + sign(i - 6)*i", func(i, k int64) int64 { return max(i-4, 4-i) + i*(when(i > 6)-when(i < 6)) }},
	{"clip(2*i, -3, 9)", func(i, k int64) int64 { return min(max(2*i, -3), 9) }},
	{"(i % 2 == 0) ^ (i % 3 == 0)", func(i, k int64) int64 { return when((modulo(i, 2) == 0) != (modulo(i, 3) == 0)) }},
	{"(i & 3)*i + (i >> 2) - (i << 5)", func(i, k int64) int64 { return (i&3)*i + i>>2 - i<<5 }},
	{"i % -3 + i // -4", func(i, k int64) int64 { return -modulo(-i, 3) + (-i-modulo(-i, 4))/4 }},
	{"where(i % 97 == 5, i, 0)", func(i, k int64) int64 { return i * when(modulo(i, 97) == 5) }},
	{"where((i % 3 == 0) | (i % 5 == 0) | (i % 7 == 0), i, 0)", func(i, k int64) int64 {
		return i * when(modulo(i, 3) == 0 || modulo(i, 5) == 0 || modulo(i, 7) == 0)
	}},
	{"where(7 == i, 100, i)", func(i, k int64) int64 {
		if i == 7 {
			return 100
		}
		return i
	}},
}

func when(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func modulo(i, m int64) int64 { return ((i % m) + m) % m }

// TestCountedSums compares closed forms with loops, for known and for unknown
// bounds.
func TestCountedSums(t *testing.T) {
	ranges := []struct {
		text        string
		start, step int64
		toStart     bool // from n down to start, not from start to n
	}{
		{"arange(n)", 0, 1, false},
		{"arange(-5, n, 3)", -5, 3, false},
		{"arange(n)[1::2]", 1, 2, false},
		{"arange(9, n, -2)", 9, -2, false},
	}
	for _, c := range counted {
		for _, from := range ranges {
			program := "n: int64; k: int64; i = " + from.text + "; sum(" + c.text + ")"
			g := parse(t, program)
			after, trace, err := optimize.Run(g, optimize.Options{Strict: true})
			if err != nil {
				t.Fatal(err)
			}
			if trace.Hits()["sum-arange"] == 0 || !onlyScalars(after) {
				t.Errorf("%s has no closed form: %v", program, after.Outputs[0])
				continue
			}
			for _, n := range []int64{-20, -5, -1, 0, 1, 2, 3, 4, 7, 8, 16, 23, 100} {
				k := n/2 + 1
				want := int64(0)
				for i := from.start; from.step > 0 && i < n || from.step < 0 && i > n; i += from.step {
					want += c.f(i, k)
				}
				values, err := after.Evaluate([]*expr.Value{expr.ScalarValue(n), expr.ScalarValue(k)})
				if err != nil {
					t.Fatal(err)
				}
				if got := values[0].Int(0); got != want {
					t.Errorf("%s for n = %d is %d, want %d\n%v", program, n, got, want, after.Outputs[0])
				}
			}
		}
	}
}

// onlyScalars reports whether no node of g is an array.
func onlyScalars(g *expr.Graph) bool {
	for n := range g.Nodes() {
		if n.Rank() > 0 {
			return false
		}
	}
	return true
}

// TestCountedConstants: sums that are too long for a loop, and those that wrap.
func TestCountedConstants(t *testing.T) {
	cases{
		{"sum(arange(10**7))", "array(49999995000000)"},
		{"i = arange(10**7); sum(where(i % 3 == 0, i, 0))", "array(16666668333333)"},
		{"sum(arange(10**10))", "array(-5340232226128654848)"},
		{"i = arange(10**18); sum(where((i % 3 == 0) | (i % 5 == 0) | (i % 7 == 0), i, 0))", "array(-34884038795741479)"},
		{"i = arange(8*10**18); sum((i < 7*10**18) & (i % 1000 == 7))", "array(7000000000000000)"},
		{"n: int64; k: int64; sum(arange(n)[:, None]*arange(k))", "t1 = maximum(n, 0); t2 = maximum(k, 0); (t1 >> 1)*(t1 + -1 | 1)*((t2 >> 1)*(t2 + -1 | 1))"},
		{"i = arange(10**10); sum((i % 2 == 0) & (i < 1000))", "array(500)"},
		{"x: float64[n]; sum(x[x > 0])", "sum(maximum(x, 0.0))"},
		{"n: int64; sum(arange(n) % 1000)", "sum(arange(n) % 1000)"},
		{"n: int64; sum(sin(arange(n)))", "sum(sin(arange(n)))"},
	}.test(t, optimize.Options{})
}

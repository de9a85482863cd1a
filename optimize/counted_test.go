package optimize_test

import (
	"fmt"
	"math"
	"strings"
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
	{"i**23 - 5*i**12", func(i, k int64) int64 { return power(i, 23) - 5*power(i, 12) }},
	{"i**64", func(i, k int64) int64 { return power(i, 64) }},
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

func power(i int64, e int) int64 {
	p := int64(1)
	for range e {
		p *= i
	}
	return p
}

func modulo(i, m int64) int64 { return ((i % m) + m) % m }

// blocked are functions in which an index is divided by a number that is not
// known or large, or wraps around.
var blocked = []struct {
	text string
	f    func(i, k int64) int64
}{
	{"i % k", floorMod},
	{"i // k", func(i, k int64) int64 { return floorDiv(i, k) }},
	{"where(i % k == 0, i, 0)", func(i, k int64) int64 { return i * when(floorMod(i, k) == 0) }},
	{"(i % k)**3*i - i // k", func(i, k int64) int64 { r := floorMod(i, k); return r*r*r*i - floorDiv(i, k) }},
	{"where((i % k < 3) | (i % k == 5), i**2, -1)", func(i, k int64) int64 {
		if r := floorMod(i, k); r < 3 || r == 5 {
			return i * i
		}
		return -1
	}},
	{"maximum((i + 2) % k, 2)", func(i, k int64) int64 { return max(floorMod(i+2, k), 2) }},
	{"(7 - i) % k", func(i, k int64) int64 { return floorMod(7-i, k) }},
	{"i % 1000*i + (i // 1000)**2", func(i, k int64) int64 { q := floorDiv(i, 1000); return floorMod(i, 1000)*i + q*q }},
	{"where((i & 1023) > 1000, i >> 10, 3)", func(i, k int64) int64 {
		if i&1023 > 1000 {
			return i >> 10
		}
		return 3
	}},
	{"i % -1500", func(i, k int64) int64 { return floorMod(i, -1500) }},
	{"astype(i, 'int8')", func(i, k int64) int64 { return int64(int8(i)) }},
	{"astype(i, 'uint8')*i", func(i, k int64) int64 { return int64(uint8(i)) * i }},
	{"where(astype(i, 'int16') == 3, i, 1)", func(i, k int64) int64 {
		if int16(i) == 3 {
			return i
		}
		return 1
	}},
	{"astype(3 - i, 'int32')", func(i, k int64) int64 { return int64(int32(3 - i)) }},
	{"astype(astype(i, 'int8') + 100, 'int64')**2", func(i, k int64) int64 { x := int64(int8(i) + 100); return x * x }},
	{"maximum(astype(astype(i, 'uint16'), 'int8'), 0)", func(i, k int64) int64 { return max(int64(int8(i)), 0) }},
}

// span is a range as text, and its first number and step; it goes to n.
type span struct {
	text  string
	start func(k int64) int64
	step  int64
}

func from(k int64) func(int64) int64 { return func(int64) int64 { return k } }
func same(k int64) int64             { return k }

// TestCountedSums compares closed forms with loops, for known and for unknown
// bounds.
func TestCountedSums(t *testing.T) {
	for _, c := range counted {
		for _, s := range []span{
			{"arange(n)", from(0), 1}, {"arange(-5, n, 3)", from(-5), 3}, {"arange(n)[1::2]", from(1), 2},
			{"arange(9, n, -2)", from(9), -2}, {"arange(k, n)", same, 1}, {"arange(k, n, -1)", same, -1},
		} {
			testCounted(t, c.text, s, c.f)
		}
	}
	for _, c := range blocked {
		for _, s := range []span{
			{"arange(n)", from(0), 1}, {"arange(n)[2:]", from(2), 1}, {"arange(9, n, -1)", from(9), -1},
			{"arange(k, n)", same, 1}, {"arange(k, n, -1)", same, -1},
		} {
			testCounted(t, c.text, s, c.f)
		}
	}
}

// testCounted compares the closed form of the sum of f over a range with a loop.
func testCounted(t *testing.T, text string, s span, f func(i, k int64) int64) {
	program := "n: int64; k: int64; i = " + s.text + "; sum(" + text + ")"
	sum := closedForm(t, program, optimize.Options{Strict: true})
	if sum == nil {
		return
	}
	for _, n := range []int64{math.MinInt64, -2000, -20, -5, -3, -2, -1, 0, 1, 2, 3, 4, 7, 8, 16, 23, 100, 4000} {
		for _, k := range []int64{n/2 + 1, 7, math.MinInt64} {
			if (float64(n)-float64(s.start(k)))/float64(s.step) > 1e5 {
				continue // too long for a loop
			}
			want := int64(0)
			for i := s.start(k); s.step > 0 && i < n || s.step < 0 && i > n; i += s.step {
				want += f(i, k)
			}
			if got := sum(n, k); got != want {
				t.Errorf("%s for n = %d, k = %d is %d, want %d", program, n, k, got, want)
			}
		}
	}
}

// closedForm simplifies a sum and returns it as a function of n and k; nil, and
// an error, if it is not written in scalars.
func closedForm(t *testing.T, program string, o optimize.Options) func(args ...int64) int64 {
	t.Helper()
	after, trace, err := optimize.Run(parse(t, program), o)
	if err != nil {
		t.Fatal(err)
	}
	if trace.Hits()["sum-arange"]+trace.Hits()["sum-arange-step"] == 0 || !onlyScalars(after) {
		t.Errorf("%s has no closed form: %v", program, after.Outputs[0])
		return nil
	}
	return func(args ...int64) int64 {
		var values []*expr.Value
		for _, x := range args {
			values = append(values, expr.ScalarValue(x))
		}
		result, err := after.Evaluate(values)
		if err != nil {
			t.Fatal(err)
		}
		return result[0].Int(0)
	}
}

// TestCountedFar: far out, where no loop gets to, the sum grows by what is added.
func TestCountedFar(t *testing.T) {
	for _, c := range append(counted, blocked...) {
		sum := closedForm(t, "n: int64; k: int64; i = arange(n); sum("+c.text+")", optimize.Options{})
		for _, n := range []int64{1e9 + 7, 1 << 40, 1<<62 - 60, math.MaxInt64 - 40} {
			if n > 1<<62 && (strings.Contains(c.text, "(2*i") || strings.Contains(c.text, "(i + 2)")) {
				continue // which wraps
			}
			for _, k := range []int64{math.MinInt64, -9, 0, 1, 12345, 1e9 + 11, 1<<62 - 1} {
				want := sum(n, k)
				for i := range int64(40) {
					want += c.f(n+i, k)
				}
				if got := sum(n+40, k); got != want {
					t.Errorf("%s from %d for k = %d: %d, want %d", c.text, n, k, got, want)
				}
			}
		}
	}
}

// TestCountedTwice: sums over two ranges, and over one with any step.
func TestCountedTwice(t *testing.T) {
	for _, c := range []struct {
		text string
		f    func(i, j int64) int64
	}{
		{"(i + j)**2", func(i, j int64) int64 { return (i + j) * (i + j) }},
		{"(2*i - 3*j + 1)**5", func(i, j int64) int64 { x := 2*i - 3*j + 1; return x * x * x * x * x }},
		{"i*where(j % 3 == 0, j, i) + j", func(i, j int64) int64 {
			if j%3 == 0 {
				return i*j + j
			}
			return i*i + j
		}},
	} {
		sum := closedForm(t, "n: int64; k: int64; i = arange(n)[:, None]; j = arange(2, k); sum("+c.text+")", optimize.Options{})
		for _, n := range []int64{-3, 0, 1, 2, 9, 30} {
			for _, k := range []int64{-1, 2, 3, 17} {
				want := int64(0)
				for i := range n {
					for j := int64(2); j < k; j++ {
						want += c.f(i, j)
					}
				}
				if got := sum(n, k); got != want {
					t.Errorf("%s for n = %d, k = %d is %d, want %d", c.text, n, k, got, want)
				}
			}
		}
	}
	program := "a: int64; b: int64; s: int64; i = arange(a, b, s); sum(i**3 + i)"
	sum := closedForm(t, program, optimize.Options{})
	for _, s := range []int64{-4, -1, 1, 2, 7} {
		for _, b := range []int64{-30, 3, 4, 5, 31} {
			want := int64(0)
			for i := int64(4); s > 0 && i < b || s < 0 && i > b; i += s {
				want += i*i*i + i
			}
			if got := sum(4, b, s); got != want {
				t.Errorf("%s for b = %d, s = %d is %d, want %d", program, b, s, got, want)
			}
		}
	}
	if after, _, _ := optimize.Run(parse(t, program), optimize.Options{Strict: true}); onlyScalars(after) {
		t.Error("strict: a step of 0 is no longer found")
	}
}

// TestCountedTables: remainders by several numbers, whose common period is long.
func TestCountedTables(t *testing.T) {
	for _, from := range []int64{0, -7} {
		program := fmt.Sprintf("n: int64; i = arange(%d, n); sum(i %% 7*(i %% 11)*(i %% 13)*i + i // 7)", from)
		g := parse(t, program)
		after, _, err := optimize.Run(g, optimize.Options{Strict: true})
		if err != nil || strings.Contains(outputs(after), "arange") {
			t.Fatalf("%s has no closed form: %v %s", program, err, outputs(after))
		}
		for _, n := range []int64{-20, 0, 1, 77, 1000, 1001, 1002, 5000} {
			want := int64(0)
			for i := from; i < n; i++ {
				want += floorMod(i, 7)*floorMod(i, 11)*floorMod(i, 13)*i + floorDiv(i, 7)
			}
			if got, err := after.Evaluate([]*expr.Value{expr.ScalarValue(n)}); err != nil || got[0].Int(0) != want {
				t.Errorf("%s for n = %d is %v %v, want %d", program, n, got, err, want)
			}
		}
	}
}

// TestCountedParts: slices of ranges, with bounds that are known or not, and what is
// made of them otherwise than by a sum.
func TestCountedParts(t *testing.T) {
	for _, text := range []string{
		"sum(arange(n)[k:])", "sum(arange(n)[:k])", "sum(arange(n)[k:n:2])", "sum(arange(n)[3:9])", "sum(arange(n)[3:-2:3])",
		"sum(arange(n)[-4:-1])", "sum(arange(n)[:-k])", "sum(arange(n)[::-2])", "sum(arange(n)[8:2:-1])", "sum(arange(n)[-2::-3])",
		"sum(arange(n)[k::-1])", "sum(arange(n)[:k:-2])", "sum(arange(2, n, 3)[k:])", "sum(arange(k, n)[k:-1])", "sum(arange(k, n, -2)[::-1])",
		"i = arange(n)[k:]; sum(where(i % 3 == 0, i, 0))", "i = arange(k, n)[::-1]; sum(where(i % 3 == 0, i*i, 0))",
		"i = arange(n)[::-1]; i @ (i % 4)", "size(arange(k, n, 3)[k:])", "i = arange(n)[:, None]; j = arange(k); sum(i + j)",
	} {
		g := parse(t, "n: int64; k: int64; "+text)
		after, _, err := optimize.Run(g, optimize.Options{})
		if err != nil || !onlyScalars(after) {
			t.Errorf("%s has no closed form: %v %v", text, err, outputs(after))
			continue
		}
		for _, n := range []int64{math.MinInt64, -7, 0, 1, 2, 3, 5, 8, 9, 20} {
			for _, k := range []int64{math.MinInt64, -9, -8, -2, -1, 0, 1, 2, 5, 8, 30, math.MaxInt64} {
				values := []*expr.Value{expr.ScalarValue(n), expr.ScalarValue(k)}
				want, err := g.Evaluate(values)
				if err != nil {
					continue // too long
				}
				if got, err := after.Evaluate(values); err != nil || got[0].Int(0) != want[0].Int(0) {
					t.Errorf("%s for n = %d, k = %d is %v %v, want %d", text, n, k, got, err, want[0].Int(0))
				}
			}
		}
	}
}

func floorMod(i, m int64) int64 { return i - m*floorDiv(i, m) - i*when(m == 0) }

func floorDiv(i, m int64) int64 {
	if m == 0 {
		return 0
	}
	q := i / m
	return q - when(i%m != 0 && (i < 0) != (m < 0))
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
		{"n: int64; i = arange(n); sum(i % 1001*(i % 997))", "t1 = arange(n); sum(t1 % 1001*(t1 % 997))"},
		{"n: int64; i = arange(n); sum(i[:10]) + sum(i[5:-20:2]) + sum(i[2:1])", "t1 = clip(n, 0, 10); t2 = (-6 + maximum(maximum(n, 0) + -20, 5)) // 2; t3 = t2 + 1; (t1 >> 1)*(t1 + -1 | 1) + (5*t3 + 2*((t3 >> 1)*(t2 | 1)))"},
		{"n: int64; sum(sin(arange(n)))", "sum(sin(arange(n)))"},
	}.test(t, optimize.Options{})
}

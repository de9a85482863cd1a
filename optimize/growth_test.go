//go:build unix

package optimize_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/optimize"
)

// families are graphs of any size, of the shapes that have broken simplifiers:
// deep chains, long sums, shared subexpressions, gradients.
var families = []struct {
	name  string
	build func(x *expr.Node, n int) *expr.Node
}{
	{"chain", chain},
	{"affine", func(x *expr.Node, n int) *expr.Node {
		y := x
		for i := range n / 2 {
			y = y.Mul(1 + 1/float64(i+2)).Add(x)
		}
		return y
	}},
	{"sum", func(x *expr.Node, n int) *expr.Node {
		y := x
		for i := range n / 2 {
			y = y.Add(x.Mul(float64(i)))
		}
		return y
	}},
	{"terms", func(x *expr.Node, n int) *expr.Node {
		y, t := x, x
		for range n / 2 {
			t = t.Cos()
			y = y.Add(t)
		}
		return y
	}},
	{"product", func(x *expr.Node, n int) *expr.Node {
		y, t := x, x
		for range n / 2 {
			t = t.Cos()
			y = y.Mul(t)
		}
		return y
	}},
	{"doubling", func(x *expr.Node, n int) *expr.Node { // 2**n paths
		y := x
		for range n / 2 {
			y = y.Add(y.Neg().Exp())
		}
		return y
	}},
	{"layers", func(x *expr.Node, n int) *expr.Node {
		y := x
		for i := range n / 6 {
			y = y.Mul(float64(i%7) + 0.5).Add(x).Neg().Exp().Add(1).Reciprocal()
		}
		return y
	}},
	{"gradient", func(x *expr.Node, n int) *expr.Node {
		y := x
		for range n / 12 {
			y = y.Mul(x).Sin().Add(1)
		}
		return autodiff.Grad(y.Sum(), x)
	}},
}

func chain(x *expr.Node, n int) *expr.Node {
	for range n {
		x = x.Sin()
	}
	return x
}

// TestGrowth: ten times the nodes take about ten times the time (the collector
// takes its share of the largest), and 10^5
// nodes about a second.
func TestGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("times")
	}
	for _, f := range families {
		var last time.Duration
		for _, n := range []int{1000, 10000, 100000} {
			spent := timeRun(t, f.build, n)
			t.Logf("%s: %d nodes: %v", f.name, n, spent)
			if last > 0 && spent > 30*last && spent > 200*time.Millisecond {
				t.Errorf("%s: %d nodes take %v, a tenth of them %v", f.name, n, spent, last)
			}
			if spent > 5*time.Second {
				t.Fatalf("%s: %d nodes take %v", f.name, n, spent)
			}
			last = spent
		}
	}
}

// timeRun returns the best of several times.
func timeRun(t testing.TB, build func(x *expr.Node, n int) *expr.Node, n int) time.Duration {
	x := expr.Vector("x")
	g := expr.NewGraph([]*expr.Node{x}, build(x, n))
	best := time.Hour
	for range max(1, min(5, 100000/n)) {
		start := cpuTime(t)
		if _, _, err := optimize.Run(g, optimize.Options{}); err != nil {
			t.Fatal(err)
		}
		best = min(best, cpuTime(t)-start)
	}
	return best
}

// cpuTime is the time that this process has computed, which other processes on
// the machine do not stretch.
func cpuTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestMillion: a chain of a million nodes does not overflow anything.
func TestMillion(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Log(timeRun(t, chain, 1000000))
}

func BenchmarkRun(b *testing.B) {
	for _, f := range families {
		for _, n := range []int{10, 1000, 10000, 100000} {
			b.Run(fmt.Sprintf("%s/%d", f.name, n), func(b *testing.B) {
				x := expr.Vector("x")
				g := expr.NewGraph([]*expr.Node{x}, f.build(x, n))
				for b.Loop() {
					if _, _, err := optimize.Run(g, optimize.Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

package backend_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/optimize"
)

// grown are families of graphs whose number of nodes can be chosen. Each
// returns an input and a scalar that depends on it.
var grown = map[string]func(nodes int) (x, cost *expr.Node){
	// One node after the other.
	"chain": func(nodes int) (x, cost *expr.Node) {
		x = expr.Vector("x")
		y := x
		for range nodes / 3 {
			y = y.Sin().Mul(1.5).Add(x)
		}
		return x, y.Sum()
	},
	// A sum of many different terms.
	"wide": func(nodes int) (x, cost *expr.Node) {
		x = expr.Vector("x")
		y := x
		for i := range nodes / 3 {
			y = y.Add(x.Mul(float64(i)).Exp())
		}
		return x, y.Sum()
	},
	// Nodes that use any two earlier ones.
	"random": func(nodes int) (x, cost *expr.Node) {
		x = expr.Vector("x")
		r := rand.New(rand.NewPCG(1, 2))
		pool := []*expr.Node{x, x.Exp()}
		for len(pool) < nodes {
			a, b := pool[len(pool)-1-r.IntN(min(len(pool), 50))], pool[r.IntN(len(pool))]
			switch r.IntN(4) {
			case 0:
				pool = append(pool, a.Add(b))
			case 1:
				pool = append(pool, a.Mul(b))
			case 2:
				pool = append(pool, a.Sub(b).Tanh())
			default:
				pool = append(pool, a.Mul(0.5))
			}
		}
		return x, pool[len(pool)-1].Sum()
	},
	// An unrolled recurrent net.
	"recurrent": func(nodes int) (x, cost *expr.Node) {
		x = expr.Matrix("x")
		w, h := expr.Matrix("w"), expr.Vector("h")
		for i := range nodes / 6 {
			h = x.Index(i).Add(w.Dot(h)).Tanh().Mul(0.9).Add(h)
		}
		return x, h.Square().Sum()
	},
}

// growth returns the time to build, differentiate and simplify a graph.
func growth(b *testing.B, make func(int) (x, cost *expr.Node), nodes int) time.Duration {
	start := time.Now()
	x, cost := make(nodes)
	gradient := autodiff.Grad(cost, x)
	var inputs []*expr.Node
	for n := range expr.Nodes(cost, gradient) {
		if n.Op() == expr.OpInput {
			inputs = append(inputs, n)
		}
	}
	if _, _, err := optimize.Run(expr.NewGraph(inputs, cost, gradient), optimize.Options{}); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// BenchmarkGrowth reports, for each family, the time for 10^3, 10^4 and 10^5
// nodes and the larger of the two ratios, which should stay below 13.
func BenchmarkGrowth(b *testing.B) {
	for name, make := range grown {
		b.Run(name, func(b *testing.B) {
			var least [3]time.Duration
			sizes := [3]int{1e3, 1e4, 1e5}
			for b.Loop() {
				for i, n := range sizes {
					if d := growth(b, make, n); least[i] == 0 || d < least[i] {
						least[i] = d
					}
				}
			}
			for i, n := range sizes {
				b.ReportMetric(float64(least[i].Microseconds())/1e3, fmt.Sprintf("ms/%.0e", float64(n)))
			}
			b.ReportMetric(max(float64(least[1])/float64(least[0]), float64(least[2])/float64(least[1])), "worst-ratio")
		})
	}
}

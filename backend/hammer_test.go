package backend_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"gorgonia.org/tensor"

	"arignote/backend"
)

// TestHammerAll runs one Program in every way from many goroutines at the same
// time, on more shapes than it keeps plans for, some runs being cancelled.
func TestHammerAll(t *testing.T) {
	p := program(t, backend.Config{Threads: 3, Profile: true},
		"x: float64[n, n]\ny: float64[n]\ndot(exp(x), y), sum(dot(x, x)) + sum(dot(x.T, x)), cumsum(y), y[::-1]*2")
	want := func(n int, got []*tensor.Dense) {
		if got[0].Float64s()[n-1] != float64(n) || got[1].Data() != 0.0 || got[2].Float64s()[n-1] != float64(n) || got[3].Float64s()[0] != 2 {
			t.Errorf("%d: %v", n, got)
		}
	}
	var wg sync.WaitGroup
	for g := range 12 {
		wg.Go(func() {
			for i := range 12 {
				n := 2 + (7*g+i)%90
				x, y := tensor.New(tensor.WithShape(n, n), tensor.Of(tensor.Float64)), make([]float64, n)
				for i := range y {
					y[i] = 1
				}
				ctx, cancel := context.WithCancel(context.Background())
				if g%3 == 0 {
					cancel()
				}
				if r, err := p.RunContext(ctx, x, y); err == nil {
					want(n, r)
				} else if g%3 != 0 || !errors.Is(err, context.Canceled) {
					t.Errorf("RunContext: %v", err)
				}
				cancel()
				r, err := p.RunNamed(map[string]any{"x": x, "y": y})
				if err != nil {
					t.Error(err)
					return
				}
				want(n, r)
				for range 2 {
					if err := p.RunInto(r, x, y); err != nil {
						t.Error(err)
					}
					want(n, r)
				}
				if i%4 == 0 {
					if q, err := p.Plan(x, y); err != nil || q.PeakBytes() == 0 || len(p.Profile()) == 0 {
						t.Errorf("Plan: %v", err)
					}
				}
			}
		})
	}
	wg.Wait()
}

// TestProgress: what is told only grows, and ends with everything.
func TestProgress(t *testing.T) {
	for _, src := range []string{
		"sum(exp(x))",
		"cumsum(x[0])",
		"dot(x, x), dot(x.T, x[0])",
		"dot(x[:48, :48], x[:48, :48])[0] + dot(x[1:49, :48], x[:48, :48])[0]",
		"sort(x)[0] + exp(x)",
		"2.0",
	} {
		p := program(t, backend.Config{Threads: 3}, "x: float64[n, n]\n"+src)
		var last, all int64
		ctx := backend.WithProgress(context.Background(), func(done, total int64) {
			if done < last || done > total || all != 0 && all != total {
				t.Errorf("%s: %d of %d after %d of %d", src, done, total, last, all)
			}
			last, all = done, total
		})
		if _, err := p.RunContext(ctx, dense(300, 300)); err != nil || last != all || all == 0 {
			t.Errorf("%s: %v, %d of %d", src, err, last, all)
		}
	}
}

// TestCancel ends runs after their first part: the rest is not computed.
func TestCancel(t *testing.T) {
	for _, src := range []string{
		"sum(exp(x))",
		"dot(x, x)",
		"dot(x, x[0]), dot(x.T, x[0])",
		"x + outer(x[0], x[1])",
		"cumsum(x[0]), exp(x)",
	} {
		for _, threads := range []int{1, 3} {
			p := program(t, backend.Config{Threads: threads}, "x: float64[n, n]\n"+src)
			ctx, cancel := context.WithCancel(context.Background())
			var first, all int64
			ctx = backend.WithProgress(ctx, func(done, total int64) {
				if first == 0 {
					first, all = done, total
				}
				cancel()
			})
			_, err := p.RunContext(ctx, dense(700, 700))
			late := first+int64(threads) >= all // other workers may have been faster
			if !errors.Is(err, context.Canceled) && !(threads > 1 && late) {
				t.Errorf("%s: %v, cancelled after %d of %d parts", src, err, first, all)
			}
			if r, err := p.Run(dense(700, 700)); err != nil || r[0] == nil { // nothing is left behind
				t.Error(err)
			}
		}
	}
}

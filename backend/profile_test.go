package backend_test

import (
	"context"
	"errors"
	"testing"

	"arignote/backend"
)

func TestMemoryLimit(t *testing.T) {
	p := program(t, backend.Config{MemoryLimit: 8000}, "x: float64[?]\nexp(x)")
	if _, err := p.Run(make([]float64, 1000)); err != nil {
		t.Error(err)
	}
	_, err := p.Run(make([]float64, 1001))
	wrong(t, err, backend.ErrMemory, "8008 bytes")
}

func TestProfile(t *testing.T) {
	p := program(t, backend.Config{Profile: true}, "x: float64[?]\nsum(exp(x))")
	for range 3 {
		if _, err := p.Run(make([]float64, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	steps := p.Profile()
	if len(steps) != 1 || steps[0].Runs != 3 || steps[0].Time <= 0 || steps[0].Flops <= 0 || steps[0].Engine != "interpreter" || steps[0].Pos.Line == 0 {
		t.Errorf("%+v", steps)
	}
}

func TestRunContext(t *testing.T) {
	p := program(t, backend.Config{}, "x: float64[?]\nsum(exp(x)), cumsum(x)")
	var last, all int64
	ctx := backend.WithProgress(context.Background(), func(done, total int64) {
		if done < last || done > total {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last, all = done, total
	})
	if _, err := p.RunContext(ctx, make([]float64, 300000)); err != nil || last != all || all == 0 {
		t.Errorf("%v, %d of %d", err, last, all)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.RunContext(ctx, make([]float64, 300000)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

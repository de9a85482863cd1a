package backend_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"gorgonia.org/tensor"

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

// TestMemoryOfMachine: what cannot fit is an error and not the end of the process,
// also when a plan for another length is at hand.
func TestMemoryOfMachine(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells how much memory there is")
	}
	p := program(t, backend.Config{}, "n: int64\nexp(arange(n)*0.5)")
	for n := range 200 {
		if _, err := p.Run(100 + n); err != nil {
			t.Fatal(err)
		}
	}
	_, err := p.Run(1 << 42)
	wrong(t, err, backend.ErrMemory, "35184372088832 bytes")
}

// TestProfile: the rows have what they must have, and are together the time of
// the runs, which lies within the time around the calls.
func TestProfile(t *testing.T) {
	p := program(t, backend.Config{Profile: true}, "x: float64[?]\nA: float64[?, ?]\nsum(exp(x)), exp(dot(A, x)), inv(A[:3, :3] + eye(3))")
	start := time.Now()
	for range 3 {
		if _, err := p.Run(make([]float64, 1000), tensor.New(tensor.WithShape(1000, 1000), tensor.Of(tensor.Float64))); err != nil {
			t.Fatal(err)
		}
	}
	around := time.Since(start)
	steps := p.Profile()
	engines, sum := map[string]int{}, time.Duration(0)
	for _, s := range steps {
		engines[s.Engine]++
		sum += s.Time
		switch {
		case s.Runs != 3 || s.Time < 0:
			t.Errorf("%+v: want 3 runs", s)
		case s.Engine == "":
			if s.Step != "overhead" || s.Time <= 0 {
				t.Errorf("%+v: want the overhead", s)
			}
		case s.Pos.Line != 3 || s.Bytes < 72:
			t.Errorf("%+v: want line 3, and bytes", s)
		case s.Flops < 10:
			t.Errorf("%+v: want operations", s)
		}
	}
	if engines["interpreter"] < 1 || engines["gonum"] != 1 || engines["routine"] != 1 || engines[""] != 1 {
		t.Errorf("engines %v", engines)
	}
	if sum <= 0 || sum > around {
		t.Errorf("all rows together %v, the calls took %v", sum, around)
	}
	if plain := program(t, backend.Config{}, "x: float64\nx + 1"); len(plain.Profile()) != 0 {
		t.Error("a profile that nobody asked for")
	}
}

// TestProfileForgets runs so many shapes that plans leave the cache: nothing is
// lost.
func TestProfileForgets(t *testing.T) {
	p := program(t, backend.Config{Profile: true}, "x: float64[?]\nsum(exp(x))")
	for n := range 100 {
		if _, err := p.Run(make([]float64, n+1)); err != nil {
			t.Fatal(err)
		}
	}
	forgotten := false
	for _, s := range p.Profile() {
		forgotten = forgotten || s.Step == "forgotten plans" && s.Time > 0
	}
	if !forgotten {
		t.Errorf("%+v", p.Profile())
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

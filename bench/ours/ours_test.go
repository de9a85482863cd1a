package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"arignote/backend"
)

// plain has, for each workload, a plain loop over the arguments that gives the
// results, and a size at which that takes no time.
var plain = map[string]struct {
	length int
	loop   func(args [][]float64) [][]float64
}{
	"W1":                       {17, squareOfSum},
	"W2v":                      {1009, func(a [][]float64) [][]float64 { return logisticLoop(a)[:1] }},
	"W2vg":                     {1009, logisticLoop},
	"W3":                       {7, slideLoop},
	"W4":                       {3, diffusionLoop},
	"W5":                       {1000, piLoop},
	"W6":                       {3, mandelbrotLoop},
	"W16":                      {1000, func(a [][]float64) [][]float64 { return single(sum(a) / 1000) }},
	"W7":                       {101, func(a [][]float64) [][]float64 { return single(a[0][0] * (a[0][0] - 1) / 2) }},
	"W7b":                      {101, func(a [][]float64) [][]float64 { return single(sum(a)) }},
	"W8":                       {9, func(a [][]float64) [][]float64 { return nearestLoop(a[0], a[1]) }},
	"W8b":                      {9, func(a [][]float64) [][]float64 { return nearestLoop(a[1], a[0]) }},
	"W9":                       {50, curveLoop},
	"W10d":                     {5, productLoop},
	"W10s":                     {5, productLoop},
	"W11":                      {2, perceptronLoop},
	"W11f":                     {2, func(a [][]float64) [][]float64 { return [][]float64{newNet(a[0], a[1:]).forward()} }},
	"W12s":                     {3, softmaxLoop},
	"W12l":                     {3, layerNormLoop},
	"W13":                      {17, densityLoop},
	"W13l":                     {3, logSumExpLoop},
	"W17":                      {9, lennardJonesLoop},
	"W18":                      {17, optionLoop},
	"OVH arignote-add-scalars": {1, addLoop},
	"OVH arignote-add":         {5, addLoop},
	"OVH arignote-W1expr":      {5, squareOfSum},
}

// TestWorkloads compares each workload, run twice so that results are also
// written into given arrays, with its plain loop.
func TestWorkloads(t *testing.T) {
	for i := range workloads {
		w := &workloads[i]
		if w.start != nil { // see TestDiffusion
			continue
		}
		name := w.name
		if w.impl != "" {
			name += " " + w.impl
		}
		t.Run(name, func(t *testing.T) {
			p, ok := plain[name]
			if !ok {
				t.Fatalf("no plain loop for %s in the table of this file", name)
			}
			j := prepared(t, w, p.length)
			for range 2 {
				var args [][]float64
				for _, a := range j.args {
					args = append(args, slices.Clone(floats(a)))
				}
				want := p.loop(args)
				if j.program == nil {
					if err := j.first(w); err != nil {
						t.Fatal(err)
					}
				} else {
					feed := j.feed
					j.feed = nil
					if err := j.call(); err != nil {
						t.Fatal(err)
					}
					j.feed = feed
				}
				compareResults(t, j, want)
			}
			if w.check != nil && checksum(w, j) == nil {
				t.Error("no checksum")
			}
		})
	}
}

func prepared(t *testing.T, w *workload, length int) *job {
	t.Helper()
	j, err := w.prepare(newSource("", w.name, length), length, backend.Config{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// compareResults compares by the precision of the results.
func compareResults(t *testing.T, j *job, want [][]float64) {
	t.Helper()
	if len(j.results) != len(want) {
		t.Fatalf("%d results, want %d", len(j.results), len(want))
	}
	for i, r := range j.results {
		rtol := 1e-11
		if r.Dtype() == tensor.Float32 {
			rtol = 1e-4
		}
		if err := near(floats(r), want[i], rtol); err != nil {
			t.Errorf("result %d: %v", i, err)
		}
	}
}

// near compares with a tolerance relative to the largest element.
func near(got, want []float64, rtol float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d elements, want %d", len(got), len(want))
	}
	largest := 0.0
	for _, x := range want {
		largest = max(largest, math.Abs(x))
	}
	for i, x := range got {
		if !(math.Abs(x-want[i]) <= rtol*largest) {
			return fmt.Errorf("element %d: %v, want %v", i, x, want[i])
		}
	}
	return nil
}

// TestFeed checks that a training step and a diffusion step continue from what
// the last call gave.
func TestFeed(t *testing.T) {
	for i := range workloads {
		w := &workloads[i]
		if w.feed == nil {
			continue
		}
		j := prepared(t, w, plain[w.name].length)
		if err := j.first(w); err != nil {
			t.Fatal(err)
		}
		if err := j.call(); err != nil {
			t.Fatal(err)
		}
		for _, f := range w.feed {
			if j.results[f[0]] == j.args[f[1]] {
				t.Errorf("%s: result %d is argument %d", w.name, f[0], f[1])
			}
		}
		before := floats(j.results[0])[0]
		if w.name == "W11" {
			for range 3 {
				if err := j.call(); err != nil {
					t.Fatal(err)
				}
			}
			if after := floats(j.results[0])[0]; after >= before {
				t.Errorf("the loss does not fall: %v, then %v", before, after)
			}
		}
	}
}

// TestDiffusion compares three steps of the whole program with a loop.
func TestDiffusion(t *testing.T) {
	const steps = 3
	got, err := diffuse(nil, steps)(backend.Config{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	args := diffusionData(nil, diffusionRows)
	p := floats(args[0])
	for range steps {
		p = diffusionLoop([][]float64{p, {args[1].(float64)}})[0]
	}
	if err := near(floats(got[0]), p, 1e-12); err != nil {
		t.Error(err)
	}
}

// TestMeasure runs a measurement from the arguments to the row, at the size as
// given and at a smaller one.
func TestMeasure(t *testing.T) {
	w := *byName("W1")
	w.sizes = lengths(2000)
	set := settings{budget: 0.001, maxSeconds: 5, maxBytes: 1e9, threads: 1}
	r := w.measure(w.sizes[0], set)
	if r.Error != "" || r.Median <= 0 || r.Min > r.Median || r.Runs < 5 || r.Scaled != 0 || r.Check != nil {
		t.Errorf("%+v", r)
	}
	set.maxBytes = 1
	if r = w.measure(w.sizes[0], set); r.Error != "" || r.Scaled != 100 || r.Note == "" {
		t.Errorf("with too little memory: %+v", r)
	}
	if r = latency(byName("W3"), 5, set); r.Error != "" || r.First <= 0 {
		t.Errorf("latency: %+v", r)
	}
}

// TestSharedInputs reads a file as NumPy writes it.
func TestSharedInputs(t *testing.T) {
	dir := t.TempDir()
	header := "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 1), }\n"
	file := "\x93NUMPY\x01\x00" + string(rune(len(header))) + "\x00" + header +
		"\x07\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"
	if err := os.WriteFile(filepath.Join(dir, "W0-2-x.npy"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSource(dir, "W0", 2)
	if x := slice[int64](s, "x", 2, one); !slices.Equal(x, []int64{7, -1}) || !s.shared || s.err != nil {
		t.Errorf("read %v, shared %v, error %v", x, s.shared, s.err)
	}
	if slice[float64](s, "x", 2, one); s.err == nil {
		t.Error("int64 read as float64")
	}
	if slice[int64](s, "y", 2, one); s.shared {
		t.Error("a missing file counts as shared")
	}
}

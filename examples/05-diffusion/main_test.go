package main

import (
	"image/color"
	"testing"
)

func Example() {
	*count = 250 // all of them take seconds
	main()
	// Output:
	// time  0.00: in the middle 0.000045, in all 22349.75
	// time  0.28: in the middle 0.014270, in all 21885.91
	// equal to a plain loop to 1e-12: true
}

func TestPicture(t *testing.T) {
	density := make([]float64, points*points)
	density[points+2], density[points+3] = 1, 0.5
	m := draw(density)
	for _, c := range []struct {
		x, y int
		want color.RGBA
	}{{0, 0, color.RGBA{A: 255}}, {2, 1, color.RGBA{255, 255, 255, 255}}, {3, 1, color.RGBA{160, 121, 73, 255}}} {
		if got := m.At(c.x, c.y); got != c.want {
			t.Errorf("pixel %d, %d: %v, want %v", c.x, c.y, got, c.want)
		}
	}
	// Brightness, as the eye weighs colours, grows from step to step.
	last := -1.0
	for i := range 101 {
		c := shade(float64(i) / 100)
		now := 0.30*float64(c.R) + 0.59*float64(c.G) + 0.11*float64(c.B)
		if now <= last {
			t.Errorf("%d%% is not brighter than the step before", i)
		}
		last = now
	}
}

package main

import (
	"image/color"
	"math"
	"testing"

	"arignote/backend"
	"arignote/expr"
)

func Example() {
	*width, *count = 40, 900
	main()
	// Output:
	// 1600 pixels, 900 thumbnails: 33 kB instead of 11250 kB
	// 19 thumbnails are used; the mean colour is off by 7.1 of 255
}

// TestNearest compares with loops over all pairs.
func TestNearest(t *testing.T) {
	pixels, pictures := paint(12), photographs(70)
	colors := make([]float64, 0, 3*70)
	for i := range 70 {
		colors = append(colors, pictures[i*side*side*3:][:3]...)
	}
	n, m := len(pixels)/3, len(colors)/3
	got, err := backend.Eval(nearest(expr.Input("t", expr.Float64, -1, 3), expr.Input("c", expr.Float64, -1, 3)),
		map[string]any{"t": rows(pixels, n, 3), "c": rows(colors, m, 3)})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		least, best := math.Inf(1), 0
		for j := range m {
			d := 0.0
			for c := range 3 {
				d += float64((pixels[3*i+c] - colors[3*j+c]) * (pixels[3*i+c] - colors[3*j+c]))
			}
			if d < least {
				least, best = d, j
			}
		}
		if b := got.Data().([]int64)[i]; int(b) != best {
			t.Errorf("pixel %d: thumbnail %d, want %d", i, b, best)
		}
	}
}

func TestCompose(t *testing.T) {
	pictures := make([]float64, 2*side*side*3)
	for i := side * side * 3; i < len(pictures); i++ {
		pictures[i] = 200
	}
	m := compose(pictures, []int64{0, 1, 1, 0}, 2)
	if b := m.Bounds(); b.Dx() != 2*side || b.Dy() != 2*side {
		t.Errorf("bounds %v", b)
	}
	for _, c := range []struct {
		x, y int
		want uint8
	}{{0, 0, 0}, {side, 0, 200}, {side - 1, side, 200}, {2*side - 1, 2*side - 1, 0}} {
		if got := m.At(c.x, c.y).(color.RGBA); got != (color.RGBA{c.want, c.want, c.want, 255}) {
			t.Errorf("pixel %d, %d: %v, want %d", c.x, c.y, got, c.want)
		}
	}
}

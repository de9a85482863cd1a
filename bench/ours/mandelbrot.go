package main

// A view is a square part of the plane.
type view struct {
	re, im, extent float64
	pixels, steps  int // on a side, and the most of them
}

// views are those of the peers, by the lengths of the sizes of W6, and a small
// one.
var views = []view{{-0.8, 0, 3, 256, 256}, {-0.8, 0, 3, 1024, 256}, {-1.1195, 0.2718, 0.005, 256, 1024}, {-0.8, 0, 3, 20, 30}}

var viewSizes = []size{{"256px", 0}, {"1024px", 1}, {"256px-zoom", 2}}

// mandelbrot counts for each point c of a view the steps z = z*z + c from 0 to
// outside of the circle of radius 2.
const mandelbrot = `
	re: float64
	im: float64
	scale: float64
	n: int64
	steps: int64
	offset = (arange(n) - n//2)*scale
	c = complex(offset + re, offset[:, None] + im)
	while_loop(lambda z, k, c: real(z)**2 + imag(z)**2 <= 4,
		lambda z, k, c: (z*z + c, k + 1), (c, 0), steps - 1, c)[1]`

func viewData(_ *source, i int) []any {
	v := views[i]
	return []any{v.re, v.im, v.extent / float64(v.pixels), v.pixels, v.steps}
}

package main

import (
	"image/color"
	"testing"
)

func Example() {
	main()
	// Output:
	// t1 = arange(-128, 128)*scale; t2 = complex(t1, dimshuffle(t1, (0, 'x'))) + center; t3 = while_loop(lambda p0, p1, p2: square(abs(p0)) <= 4, lambda p0, p1, p2: (p0*p0 + p2, p1 + 1), (0.0j*0.0j + t2, 0), 255, t2); t3[1]
	// .........:::::::::::::::::::::::
	// ........:::::-------------::::::
	// ......:::------------=+==----:::
	// .....::------------==**@+==-----
	// ....:----------===*+%**@*++=+---
	// ....-------======%@@@@@@@@@@+=--
	// ...:----===+***++@@@@@@@@@@@@=--
	// ...---===+*@@@@@*@@@@@@@@@@@%=--
	// ...---===+*@@@@@*@@@@@@@@@@@%=--
	// ...:----===+***++@@@@@@@@@@@@=--
	// ....-------======%@@@@@@@@@@+=--
	// ....:----------===*+%**@*++=+---
	// .....::------------==**@+==-----
	// ......:::------------=+==----:::
	// ........:::::-------------::::::
	// .........:::::::::::::::::::::::
	// sum of counts: 3050149
	// points inside: 11132
}

// count is the loop for one point.
func count(z, c complex128, steps int) int64 {
	for k := range steps {
		x, y := real(z), imag(z)
		z = complex(float64(x*x)-float64(y*y)+real(c), float64(x*y)+float64(y*x)+imag(c))
		if float64(real(z)*real(z))+float64(imag(z)*imag(z)) > 4 {
			return int64(k)
		}
	}
	return int64(steps - 1)
}

// TestViews compares all views, smaller, with loops.
func TestViews(t *testing.T) {
	const size = 33
	for name, v := range views {
		f, err := compile(v, size)
		if err != nil {
			t.Fatal(err)
		}
		results, err := f.Run(v.center, v.scale(size))
		if err != nil {
			t.Fatal(err)
		}
		counts, different := results[0].Data().([]int64), make(map[int64]bool)
		for i, got := range counts {
			offset := complex(float64(i%size-size/2)*v.scale(size), float64(i/size-size/2)*v.scale(size))
			z, c := complex128(0), v.center+offset
			if v.julia {
				z, c = c, v.c
			}
			if want := count(z, c, v.steps); got != want {
				t.Errorf("%s: point %d: %d steps, want %d", name, i, got, want)
			}
			different[got] = true
		}
		if len(different) < 10 {
			t.Errorf("%s: only %d different counts", name, len(different))
		}
	}
}

func TestDraw(t *testing.T) {
	counts := []int64{255, 0, 15, 255}
	picture := draw(counts, 2, 256)
	for i, want := range []uint8{0, 255, 127, 0} {
		if got := picture.At(i%2, i/2).(color.Gray).Y; got != want {
			t.Errorf("pixel %d: %d, want %d", i, got, want)
		}
	}
}

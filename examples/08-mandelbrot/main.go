// Command 08-mandelbrot counts how often z = z*z + c can be repeated before z is
// further from 0 than 2, for 65,536 points of the plane: a loop in which each
// element stops on its own.
//
//	go run ./examples/08-mandelbrot -view julia -png julia.png
package main

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"log"
	"math"

	"arignote/backend"
	"arignote/examples/internal/picture"
	"arignote/expr"
)

// A view is a part of the plane and what is counted in it.
type view struct {
	center, extent complex128
	steps          int
	julia          bool       // points are where z starts; else they are c, and z starts from 0
	c              complex128 // of Julia's set
}

var views = map[string]view{
	"whole": {center: -0.8, extent: 3 + 3i, steps: 256},
	"zoom":  {center: -1.1195 + 0.2718i, extent: 0.005 + 0.005i, steps: 1024},
	"julia": {extent: 4 + 3i, steps: 256, julia: true, c: -1.1193 + 0.2718i},
}

var (
	name = flag.String("view", "whole", "what to show: whole, zoom or julia")
	size = flag.Int("size", 256, "pixels on a side")
	file = flag.String("png", "", "the file to write the picture to")
)

// plane returns the complex numbers that the pixels of a square stand for.
func plane(center, scale *expr.Node, size int) *expr.Node {
	offset := expr.Arange(-size/2, size-size/2, 1).Mul(scale)
	return expr.Complex(offset, offset.ExpandDims(1)).Add(center)
}

// escape returns, for each start and c, the number of the first step after which
// z is outside of the circle of radius 2; steps count from 0, and what stays
// inside gets the number of the last one.
func escape(start, c *expr.Node, steps int) *expr.Node {
	inside := func(a ...*expr.Node) *expr.Node {
		z := a[0]
		return z.Abs().Square().Le(4)
	}
	step := func(a ...*expr.Node) []*expr.Node {
		z, k, c := a[0], a[1], a[2]
		return []*expr.Node{z.Mul(z).Add(c), k.Add(1)}
	}
	first := start.Mul(start).Add(c) // after step 0
	states := expr.While(inside, step, []any{first, 0}, steps-1, c)
	return states[1]
}

// compile makes the program that counts in views like v: of the center and the
// size of a pixel.
func compile(v view, size int) (*backend.Program, error) {
	center, scale := expr.Scalar("center", expr.Complex128), expr.Scalar("scale")
	start, c := expr.Const(complex128(0)), plane(center, scale, size)
	if v.julia {
		start, c = c, expr.Const(v.c)
	}
	counts := escape(start, c, v.steps)
	fmt.Println(counts)
	return backend.Compile([]*expr.Node{center, scale}, counts, counts.Sum(), counts.Eq(v.steps-1).Sum())
}

func main() {
	flag.Parse()
	v, ok := views[*name]
	if !ok {
		log.Fatalf("no view %s", *name)
	}
	f, err := compile(v, *size)
	check(err)
	results, err := f.Run(v.center, v.scale(*size))
	check(err)
	counts := results[0].Data().([]int64)
	print(counts, *size, v.steps)
	fmt.Println("sum of counts:", results[1])
	fmt.Println("points inside:", results[2])
	if *file != "" {
		check(picture.Save(*file, draw(counts, *size, v.steps)))
	}
}

// scale is the distance of two pixels.
func (v view) scale(size int) float64 { return max(real(v.extent), imag(v.extent)) / float64(size) }

// light is 1 for points that escape at once and 0 for those that do not.
func light(count int64, steps int) float64 {
	return 1 - math.Log2(float64(count+1))/math.Log2(float64(steps))
}

// print draws with letters.
func print(counts []int64, size, steps int) {
	const letters = "@#%*+=-:."
	for y := 8; y < size; y += 16 {
		for x := 4; x < size; x += 8 {
			fmt.Print(letters[int(8*light(counts[y*size+x], steps)):][:1])
		}
		fmt.Println()
	}
}

// draw makes a picture of the counts, black inside.
func draw(counts []int64, size, steps int) image.Image {
	picture := image.NewGray(image.Rect(0, 0, size, size))
	for i, k := range counts {
		picture.SetGray(i%size, i/size, color.Gray{Y: uint8(255 * light(k, steps))})
	}
	return picture
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Command 08-mandelbrot counts how often z = z*z + c can be repeated from z = 0
// before z is further from 0 than 2, for 65,536 numbers c: a loop in which each
// element stops on its own.
//
//	go run ./examples/08-mandelbrot -png set.png
package main

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log"
	"math"
	"os"

	"arignote/backend"
	"arignote/expr"
)

const (
	size  = 256 // pixels on a side
	steps = 256
)

var file = flag.String("png", "", "the file to write the picture to")

// plane returns the complex numbers that the pixels of a square stand for.
func plane(re, im, extent *expr.Node) *expr.Node {
	offset := expr.Arange(-size/2, size/2, 1).Mul(extent.Div(size))
	return expr.Complex(offset.Add(re), offset.Add(im).ExpandDims(1))
}

// escape returns, for each c, the number of the first step after which z is
// outside of the circle of radius 2; steps count from 0, and what stays inside
// gets the number of the last one.
func escape(c *expr.Node) *expr.Node {
	inside := func(a ...*expr.Node) *expr.Node {
		z := a[0]
		return z.Abs().Square().Le(4)
	}
	step := func(a ...*expr.Node) []*expr.Node {
		z, k, c := a[0], a[1], a[2]
		return []*expr.Node{z.Mul(z).Add(c), k.Add(1)}
	}
	// After step 0, z is c. States start from c and 0, and c is there too.
	states := expr.While(inside, step, []any{c, 0}, steps-1, c)
	return states[1]
}

func main() {
	flag.Parse()
	re, im, extent := expr.Scalar("re"), expr.Scalar("im"), expr.Scalar("extent")
	counts := escape(plane(re, im, extent))
	fmt.Println(counts)

	f, err := backend.Compile([]*expr.Node{re, im, extent}, counts, counts.Sum(), counts.Eq(steps-1).Sum())
	check(err)
	results, err := f.Run(-0.8, 0.0, 3.0)
	check(err)
	picture := results[0].Data().([]int64)
	for y := 8; y < size; y += 16 {
		for x := 4; x < size; x += 8 {
			k := picture[y*size+x]
			fmt.Print(string(".:-=+*%#@"[int(math.Log2(float64(k+1)))]))
		}
		fmt.Println()
	}
	fmt.Println("sum of counts:", results[1])
	fmt.Println("points inside:", results[2])
	if *file != "" {
		check(draw(*file, picture))
	}
}

// draw writes the counts as a picture: light where they are small, black inside.
func draw(file string, counts []int64) error {
	picture := image.NewGray(image.Rect(0, 0, size, size))
	for i, k := range counts {
		picture.SetGray(i%size, i/size, color.Gray{Y: uint8(255 - 255*math.Log2(float64(k+1))/8)})
	}
	w, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := png.Encode(w, picture); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

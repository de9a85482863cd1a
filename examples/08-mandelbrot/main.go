// Command 08-mandelbrot counts how often z = z*z + c can be repeated from z = 0
// before z has gone further from 0 than 2, for 65,536 numbers c: a loop in which
// each element stops on its own. The argument, if any, is a file for the
// picture, a PNG.
package main

import (
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

// plane returns the complex numbers of the pixels around center.
func plane(center complex128, extent float64) *expr.Node {
	scale := extent / size
	along := expr.Arange(-size/2, size/2, 1).Mul(scale)
	return along.Mul(1i).ExpandDims(1).Add(along).Add(center)
}

// escape returns, for each c, the number of the first step after which z is
// outside of the circle of radius 2, counted from 0, and otherwise that of the
// last step.
func escape(c *expr.Node) *expr.Node {
	inside := func(a ...*expr.Node) *expr.Node {
		return a[0].Abs().Square().Le(4)
	}
	step := func(a ...*expr.Node) []*expr.Node {
		z, k, c := a[0], a[1], a[2]
		return []*expr.Node{z.Mul(z).Add(c), k.Add(1)}
	}
	// After step 0, z is c.
	states := expr.While(inside, step, []any{c, 0}, steps-1, c)
	return states[1]
}

func main() {
	counts := escape(plane(-0.8, 3))
	f, err := backend.Compile(nil, counts, counts.Sum(), counts.Eq(steps-1).AsType(expr.Int64).Sum())
	check(err)
	fmt.Println(f.Graph().Outputs[0])
	results, err := f.Run()
	check(err)
	fmt.Println("sum of counts:", results[1])
	fmt.Println("points inside:", results[2])
	picture := results[0].Data().([]int64)
	for y := 8; y < size; y += 16 { // every sixteenth row and eighth column
		for x := 4; x < size; x += 8 {
			fmt.Print(string(" .:-=+*%#@"[min(9, int(math.Log2(float64(picture[y*size+x]+1))*9/8))]))
		}
		fmt.Println()
	}
	if len(os.Args) == 2 {
		check(draw(os.Args[1], picture))
	}
}

// draw writes the counts as a picture: white for those that are small, black
// inside.
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

// Command 09-mosaic composes a picture of little pictures: for each pixel of a
// target, the thumbnail whose mean colour is nearest. Distances of 10,000 pixels
// from 10,000 thumbnails would fill 2.4 gigabytes; they are never stored.
//
//	go run ./examples/09-mosaic -png mosaic.png
package main

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"log"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"arignote/backend"
	"arignote/examples/internal/picture"
	"arignote/expr"
)

const side = 8 // pixels of a thumbnail, and also its height

var (
	width = flag.Int("width", 100, "pixels on a side of the target")
	count = flag.Int("thumbs", 10_000, "how many thumbnails there are")
	file  = flag.String("png", "", "the file to write the mosaic to")
)

// nearest returns, for each row of target, the number of the row of colors that
// has the least squared distance.
func nearest(target, colors *expr.Node) *expr.Node {
	d := target.ExpandDims(1).Sub(colors) // [pixels, thumbnails, 3]
	return d.Square().Sum(2).Argmin(1)
}

func main() {
	flag.Parse()
	target := expr.Input("target", expr.Float64, "pixels", 3)
	thumbs := expr.Input("thumbs", expr.Float64, "n", side, side, 3)
	chosen := nearest(target, thumbs.Mean(1, 2))

	f, err := backend.Compile([]*expr.Node{target, thumbs}, chosen)
	check(err)
	pixels, pictures := paint(*width), photographs(*count)
	args := []any{rows(pixels, len(pixels)/3, 3), rows(pictures, *count, side, side, 3)}

	plan, err := f.Plan(args...)
	check(err)
	block := int64(len(pixels)/3) * int64(*count) * 8
	fmt.Printf("%d pixels, %d thumbnails: %d kB instead of %d kB\n", len(pixels)/3, *count, plan.PeakBytes()>>10, block>>10)

	results, err := f.Run(args...)
	check(err)
	best := results[0].Data().([]int64)
	fmt.Printf("%d thumbnails are used; the mean colour is off by %.1f of 255\n", different(best), distance(pixels, pictures, best))
	if *file != "" {
		check(picture.Save(*file, compose(pictures, best, *width)))
	}
}

// paint makes the target, a ball in front of the sky, as rows of red, green and
// blue.
func paint(n int) []float64 {
	pixels := make([]float64, 0, 3*n*n)
	for k := range n * n {
		x, y := 2*float64(k%n)/float64(n)-1, 2*float64(k/n)/float64(n)-1
		if r := x*x + y*y; r < 0.6 {
			light := max(0, 0.5*math.Sqrt(0.6-r)-0.5*x-0.6*y) + 0.15
			pixels = append(pixels, 235*min(1, light), 120*min(1, light), 50*min(1, light))
			continue
		}
		pixels = append(pixels, 120+60*y, 160+50*y, 215+30*y)
	}
	return pixels
}

// photographs makes n thumbnails: two random colours that go over into each
// other.
func photographs(n int) []float64 {
	random := rand.New(rand.NewPCG(9, 9))
	data := make([]float64, 0, n*side*side*3)
	for range n {
		var from, to [3]float64
		for c := range 3 {
			from[c] = 255 * random.Float64()
			to[c] = min(255, max(0, from[c]+80*random.NormFloat64()))
		}
		for k := range side * side {
			t := float64(k/side+k%side) / (2*side - 2)
			for c := range 3 {
				data = append(data, from[c]+float64(t*(to[c]-from[c])))
			}
		}
	}
	return data
}

func rows(data []float64, shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}

// different counts the thumbnails that occur.
func different(best []int64) int {
	seen := make(map[int64]bool)
	for _, b := range best {
		seen[b] = true
	}
	return len(seen)
}

// distance is the mean difference of the target from the mean colours of the
// thumbnails that stand for it.
func distance(pixels, pictures []float64, best []int64) float64 {
	const size = side * side * 3
	sum := 0.0
	for i, b := range best {
		for c := range 3 {
			mean := 0.0
			for k := c; k < size; k += 3 {
				mean += pictures[int(b)*size+k] / (side * side)
			}
			sum += math.Abs(pixels[3*i+c] - mean)
		}
	}
	return sum / float64(len(pixels))
}

// compose puts the thumbnails in their places.
func compose(pictures []float64, best []int64, width int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, width*side, len(best)/width*side))
	for i, b := range best {
		for k := range side * side {
			c := pictures[(int(b)*side*side+k)*3:][:3]
			m.SetRGBA(i%width*side+k%side, i/width*side+k/side, color.RGBA{uint8(c[0]), uint8(c[1]), uint8(c[2]), 255})
		}
	}
	return m
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

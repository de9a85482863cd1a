// Command 05-diffusion follows a density that spreads over a square. One step
// is compiled once and called 13,410 times, with two arrays that change places,
// so that nothing is allocated on the way.
//
//	go run ./examples/05-diffusion -png pictures
package main

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"log"
	"math"
	"os"
	"path/filepath"

	"gorgonia.org/tensor"

	"arignote/backend"
	"arignote/examples/internal/picture"
	"arignote/expr"
)

// The square is 20 on a side, the border of the grid is held at 0.
const (
	extent, coefficient, runTime = 20.0, 1.0, 15.0
	rows                         = 299 // inside the border
	points                       = rows + 2
	steps                        = 13410 // in the run time
)

var (
	count  = flag.Int("steps", steps, "how many steps to take")
	folder = flag.String("png", "", "the folder to write pictures to")
)

// step says one step: each point inside the border gains a part of what its
// four neighbours have more than it. A slice leaves the border out, or one row
// or column more; taking slices apart is what moves the array.
func step(p, factor *expr.Node) *expr.Node {
	inside, before, after := expr.Range{Start: 1, Stop: -1}, expr.Range{Stop: -2}, expr.Range{Start: 2}
	neighbours := p.Index(after, inside).Add(p.Index(before, inside)).
		Add(p.Index(inside, after)).Add(p.Index(inside, before))
	gain := factor.Mul(neighbours.Sub(p.Index(inside, inside).Mul(4)))
	return p.IncSubtensor(gain, inside, inside)
}

func main() {
	flag.Parse()
	p, factor := expr.Matrix("p"), expr.Scalar("factor")
	f, err := backend.Compile([]*expr.Node{p, factor}, step(p, factor))
	check(err)

	dx := extent / rows
	dt := 0.25 * dx * dx / coefficient // the longest step that is stable
	part := coefficient / (dx * dx) * dt

	now, next := tensor.New(tensor.WithShape(points, points), tensor.WithBacking(start())), blank()
	other, spare := start(), make([]float64, points*points) // the same by a plain loop
	differ := 0.0
	for i := 0; ; i++ {
		if i%(steps/6) == 0 || i == *count {
			fmt.Printf("time %5.2f: in the middle %.6f, in all %8.2f\n", float64(i)*dt, at(now, points/2, points/2), total(now))
			check(save(fmt.Sprintf("density-%05d.png", i), now.Float64s()))
		}
		if i == *count {
			break
		}
		check(f.RunInto([]*tensor.Dense{next}, now, part))
		now, next = next, now

		plainStep(spare, other, part)
		other, spare = spare, other
		differ = max(differ, difference(now.Float64s(), other, i))
	}
	fmt.Println("equal to a plain loop to 1e-12:", differ <= 1e-12)
}

// start returns the density at time 0: four pyramids that fall to 0 where they
// meet.
func start() []float64 {
	profile := func(i int) float64 {
		x := -extent/2 + float64(i-1)*extent/rows
		return 1 - math.Abs(1-4*math.Abs(x/extent))
	}
	density := make([]float64, points*points)
	for i := 1; i <= rows; i++ {
		for j := 1; j <= rows; j++ {
			density[i*points+j] = profile(i) * profile(j)
		}
	}
	return density
}

// plainStep is the step as a loop.
func plainStep(next, p []float64, factor float64) {
	for i := 1; i < points-1; i++ {
		for k := i*points + 1; k < (i+1)*points-1; k++ {
			next[k] = p[k] + factor*(p[k+points]+p[k-points]+p[k+1]+p[k-1]-4*p[k])
		}
	}
}

// difference compares after each hundredth step.
func difference(x, y []float64, i int) float64 {
	largest := 0.0
	for k := range x {
		if i%100 != 99 && i != *count-1 {
			break
		}
		largest = max(largest, math.Abs(x[k]-y[k]))
	}
	return largest
}

func blank() *tensor.Dense {
	return tensor.New(tensor.WithShape(points, points), tensor.Of(tensor.Float64))
}

func at(p *tensor.Dense, i, j int) float64 { return p.Float64s()[i*points+j] }

func total(p *tensor.Dense) float64 {
	sum := 0.0
	for _, x := range p.Float64s() {
		sum += x
	}
	return sum
}

// save writes a picture, if pictures are wanted.
func save(name string, density []float64) error {
	if *folder == "" {
		return nil
	}
	if err := os.MkdirAll(*folder, 0o755); err != nil {
		return err
	}
	return picture.Save(filepath.Join(*folder, name), draw(density))
}

// draw makes a picture of a density between 0 and 1.
func draw(density []float64) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, points, points))
	for k, x := range density {
		m.SetRGBA(k%points, k/points, shade(x))
	}
	return m
}

// shade is the colour of a number between 0 and 1: brightness grows evenly from
// black to white while the hue turns. D. A. Green, "A colour scheme for the
// display of astronomical intensity images", 2011.
func shade(x float64) color.RGBA {
	const first, turns = 0.5, -1.5
	angle := 2 * math.Pi * (first/3 + 1 + turns*x)
	depth := x * (1 - x) / 2
	sin, cos := math.Sincos(angle)
	level := func(c, s float64) uint8 {
		return uint8(math.Round(255 * min(1, max(0, x+depth*(c*cos+s*sin)))))
	}
	return color.RGBA{level(-0.14861, 1.78277), level(-0.29227, -0.90649), level(1.97294, 0), 255}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

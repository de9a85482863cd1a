// Command 14-molecules lets atoms move under the forces that each pair of them
// exerts. Only the energy is written down; the forces are its gradient, and the
// distances of all pairs are never stored.
package main

import (
	"flag"
	"fmt"
	"log"
	"math"

	"gorgonia.org/tensor"

	"arignote/autodiff"
	"arignote/backend"
	"arignote/expr"
)

var (
	side  = flag.Int("side", 6, "atoms along each edge of the cube from which they start")
	steps = flag.Int("steps", 500, "how many steps to take")
)

// lennardJones is the usual energy of two atoms, 4 (r^-12 - r^-6).
func lennardJones(r2 *expr.Node) *expr.Node {
	i6 := r2.Pow(-3)
	return i6.Mul(i6.Sub(1)).Mul(4)
}

// energy is that of all pairs of atoms, the rows of x: pair gives it for two at
// a squared distance. Each pair is met twice, so that it is half of the sum. An atom has no energy with itself: its distance from itself is made so large.
func energy(pair func(r2 *expr.Node) *expr.Node, x *expr.Node) *expr.Node {
	d := x.ExpandDims(1).Sub(x)
	self := expr.Eye(expr.Float64, x.Size(0), x.Size(0), 0)
	return pair(d.Square().Sum(2).Add(self.Mul(1e30))).Sum().Div(2)
}

// verlet says one step of length dt for atoms of mass 1: positions x,
// velocities v and forces f to new ones, and their energies. L. Verlet,
// "Computer experiments on classical fluids", 1967, in the form with velocities.
func verlet(x, v, f, dt *expr.Node) []*expr.Node {
	half := v.Add(f.Mul(dt.Div(2)))
	moved := x.Add(half.Mul(dt))
	potential := energy(lennardJones, moved)
	forces := autodiff.Grad(potential, moved).Neg()
	faster := half.Add(forces.Mul(dt.Div(2)))
	return []*expr.Node{moved, faster, forces, potential, faster.Square().Sum().Div(2)}
}

func main() {
	flag.Parse()
	x, v, f, dt := atoms("x"), atoms("v"), atoms("f"), expr.Scalar("dt")
	p, err := backend.Compile([]*expr.Node{x, v, f, dt}, verlet(x, v, f, dt)...)
	check(err)

	// Atoms start at rest on a lattice that is a little too tight.
	n := *side * *side * *side
	now := []*tensor.Dense{lattice(*side, 1.05), still(n), still(n)}
	next, err := p.Run(now[0], now[1], now[2], 0.0) // no time passes: gives the forces
	check(err)
	now[2] = next[2]
	next[2] = still(n)
	before := energies(next)
	first := before
	for i := range *steps {
		check(p.RunInto(next, now[0], now[1], now[2], 0.002))
		for k := range now {
			now[k], next[k] = next[k], now[k]
		}
		if (i+1)%(*steps/5) == 0 {
			first = energies(next)
			fmt.Printf("step %3d: potential %9.3f, kinetic %8.3f, total %9.3f\n", i+1, first[0], first[1], first[0]+first[1])
		}
	}
	drift := math.Abs(first[0] + first[1] - before[0] - before[1])
	fmt.Println("energy is kept to a thousandth:", drift < 1e-3*math.Abs(before[0]))

	large := still(20_000)
	plan, err := p.Plan(large, large, large, 0.002)
	check(err)
	fmt.Printf("20,000 atoms: %d MB; their distances would take %d MB\n", plan.PeakBytes()>>20, 20_000*20_000*8>>20)
}

func atoms(name string) *expr.Node { return expr.Input(name, expr.Float64, "n", 3) }

// energies returns the potential and the kinetic energy after a step.
func energies(results []*tensor.Dense) [2]float64 {
	return [2]float64{results[3].Data().(float64), results[4].Data().(float64)}
}

func still(n int) *tensor.Dense {
	return tensor.New(tensor.WithShape(n, 3), tensor.Of(tensor.Float64))
}

// lattice returns the points of a cube.
func lattice(side int, apart float64) *tensor.Dense {
	x := still(side * side * side)
	data := x.Float64s()
	for i := range side * side * side {
		for k, c := range [3]int{i / (side * side), i / side % side, i % side} {
			data[3*i+k] = apart * float64(c)
		}
	}
	return x
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

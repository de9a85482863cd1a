package main

import (
	"math"

	"gorgonia.org/tensor"

	"arignote/backend"
	"arignote/expr"
)

// Diffusion on a square: the extent, the number of rows inside the border and
// how many steps make the simulated time.
const (
	diffusionExtent = 20.0
	diffusionRows   = 299
	diffusionTime   = 15.0
	diffusionSteps  = 13410
)

// diffusionFactor is D*dt/dx**2: a quarter, up to rounding as in the course.
func diffusionFactor() float64 {
	const coefficient = 1.0
	dx := diffusionExtent / diffusionRows
	dt := 0.25 * dx * dx / coefficient
	return coefficient / (dx * dx) * dt
}

// diffusionStep builds one step: the density p gains a fraction of what its
// neighbors have more than it.
func diffusionStep() (*expr.Graph, error) {
	g, err := expr.ParseGraph(`
		p: float64[n, n]
		f: float64
		c = p[1:-1, 1:-1]
		inc_subtensor(p[1:-1, 1:-1], f*(p[2:, 1:-1] + p[:-2, 1:-1] + p[1:-1, 2:] + p[1:-1, :-2] - 4*c))`)
	return g, err
}

// diffusionData returns the density at the start and the factor.
func diffusionData(_ *source, rows int) []any {
	n := rows + 2
	profile := func(i int) float64 {
		x := -diffusionExtent/2 + float64(i-1)*diffusionExtent/float64(rows)
		return 1 - math.Abs(1-4*math.Abs(x/diffusionExtent))
	}
	p := make([]float64, n*n)
	for i := 1; i <= rows; i++ {
		for j := 1; j <= rows; j++ {
			p[i*n+j] = profile(i) * profile(j)
		}
	}
	return []any{tensor.New(tensor.WithShape(n, n), tensor.WithBacking(p)), diffusionFactor()}
}

// diffuse is the whole program: compile the step, then call it again and again
// with two arrays that change places.
func diffuse(s *source, steps int) runner {
	return func(c backend.Config) ([]*tensor.Dense, error) {
		g, err := diffusionStep()
		if err != nil {
			return nil, err
		}
		step, err := c.Compile(g.Inputs, g.Outputs...)
		if err != nil {
			return nil, err
		}
		args := diffusionData(s, diffusionRows)
		next, err := step.Run(args...)
		if err != nil {
			return nil, err
		}
		for range steps - 1 {
			now := args[0].(*tensor.Dense)
			args[0], next[0] = next[0], now
			if err := step.RunInto(next, args...); err != nil {
				return nil, err
			}
		}
		return next, nil
	}
}

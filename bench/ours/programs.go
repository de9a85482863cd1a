package main

import (
	"math"

	"gorgonia.org/tensor"

	"arignote/autodiff"
	"arignote/expr"
)

// logistic returns sum(1/(1 + exp(-x))).
func logistic(x *expr.Node) *expr.Node {
	return expr.Const(1).Div(x.Neg().Exp().Add(1)).Sum()
}

func logisticData(s *source, n int) []any {
	rows := min(n, 1000)
	return []any{matrix[float64](s, "x", rows, n/rows, normal(0, 2))}
}

// slide builds a/a + (M + a).dot(v).
func slide() (*expr.Graph, error) {
	a, v, m := expr.Scalar("a"), expr.Vector("v"), expr.Matrix("M")
	return graph([]*expr.Node{a, v, m}, a.Div(a).Add(m.Add(a).Dot(v)))
}

func slideData(s *source, n int) []any {
	m := matrix[float64](s, "M", n, n, uniform(0, 1))
	return []any{1.7, slice[float64](s, "v", n, uniform(0, 1)), m}
}

// mosaicData returns n target pixels and n thumbnails as rows of three colors.
func mosaicData(s *source, n int) []any {
	return []any{
		matrix[float64](s, "target", n, 3, integer(256)),
		matrix[float64](s, "thumbs", n, 3, uniform(0, 255)),
	}
}

// product returns the function that builds the product of two matrices.
func product(d expr.DType) func() (*expr.Graph, error) {
	return func() (*expr.Graph, error) {
		a, b := expr.Matrix("A", d), expr.Matrix("B", d)
		return graph([]*expr.Node{a, b}, a.Dot(b))
	}
}

func squares[T number](s *source, n int) []any {
	return []any{matrix[T](s, "A", n, n, uniform(0, 1)), matrix[T](s, "B", n, n, uniform(0, 1))}
}

func softmaxData(s *source, rows int) []any {
	return []any{matrix[float32](s, "x", rows, 1024, normal(0, 1))}
}

func layerNormData(s *source, rows int) []any {
	return append(softmaxData(s, rows),
		slice[float32](s, "g", 1024, uniform(0, 1)), slice[float32](s, "b", 1024, uniform(0, 1)))
}

func densityData(s *source, n int) []any {
	return []any{slice[float64](s, "x", n, normal(1, 3)), 0.7, 1.9}
}

// optionData returns prices, strikes, times to expiry, rate and volatility.
func optionData(s *source, n int) []any {
	price := uniform(10, 100)
	return []any{
		slice[float64](s, "s", n, price), slice[float64](s, "K", n, price),
		slice[float64](s, "T", n, uniform(0.1, 2.1)), 0.03, 0.25,
	}
}

// lennardJones builds the energy of all pairs of atoms, whose positions are the
// rows of X, and the forces, the negative gradient. The distance of an atom from
// itself is made large.
func lennardJones() (*expr.Graph, error) {
	x := expr.Input("X", expr.Float64, "n", 3)
	n := x.Size(0)
	d := x.ExpandDims(1).Sub(x)
	r2 := d.Square().Sum(2).Add(expr.Eye(expr.Float64, n, n, 0).Mul(1e30))
	i6 := r2.Pow(-3)
	energy := i6.Mul(i6.Sub(1)).Sum().Mul(2)
	return graph([]*expr.Node{x}, energy, autodiff.Grad(energy, x).Neg())
}

// atoms places n atoms near the points of a lattice.
func atoms(s *source, n int) []any {
	positions := slice[float64](s, "X", 3*n, normal(0, 0.05))
	if !s.shared {
		side := int(math.Ceil(math.Cbrt(float64(n))))
		for i := range n {
			for k, c := range [3]int{i / (side * side), i / side % side, i % side} {
				positions[3*i+k] += 1.1 * float64(c)
			}
		}
	}
	return []any{tensor.New(tensor.WithShape(n, 3), tensor.WithBacking(positions))}
}

// energyAndForces is the checksum energy + sum(abs(forces)).
func energyAndForces(results [][]float64) float64 {
	total := results[0][0]
	for _, f := range results[1] {
		total += math.Abs(f)
	}
	return total
}

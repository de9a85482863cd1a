package main

import (
	"math/rand/v2"

	"arignote/autodiff"
	"arignote/expr"
)

// workloads is the table of workloads, in the order of the peers' list.
// Sizes and checksums are those of peers/wl.py.
var workloads = []workload{
	{name: "W1", sizes: lengths(1e6, 1e7), order: 1, check: sum, data: vectors(uniform(0, 1), "a", "b"),
		build: text("a: float64[n]\n b: float64[n]\n a**2 + b**2 + 2*a*b")},
	{name: "W2v", sizes: lengths(1e6), order: 1, check: sum, data: logisticData,
		build: func() (*expr.Graph, error) {
			x := expr.Matrix("x")
			return graph([]*expr.Node{x}, logistic(x))
		}},
	{name: "W2vg", sizes: lengths(1e6), order: 1, check: sum, data: logisticData,
		build: func() (*expr.Graph, error) {
			x := expr.Matrix("x")
			s := logistic(x)
			return graph([]*expr.Node{x}, s, autodiff.Grad(s, x))
		}},
	{name: "W3", sizes: lengths(2000), order: 2, check: sum, data: slideData, build: slide},
	{name: "W4", sizes: []size{{"299x299x13410 steps", diffusionSteps}}, order: 1, check: sum, start: diffuse},
	{name: "W4", sizes: []size{{"step", diffusionRows}}, data: diffusionData, build: diffusionStep, feed: [][2]int{{0, 0}}},
	{name: "W5", sizes: lengths(1e6, 1e7), order: 1, check: sum, data: piData, build: pi},
	{name: "W6", sizes: viewSizes, check: sum, data: viewData, build: text(mandelbrot)},
	{name: "W7", sizes: lengths(1e7), order: 1, check: sum,
		data: func(s *source, n int) []any { return []any{n} },
		build: func() (*expr.Graph, error) {
			n := expr.Scalar("n", expr.Int64)
			return graph([]*expr.Node{n}, expr.Arange(0, n, 1).Sum())
		}},
	{name: "W7b", sizes: lengths(1e6, 1e7), order: 1, check: sum, data: vectors(uniform(0, 1), "x"),
		build: text("x: float64[n]\n sum(x)")},
	{name: "W8", sizes: lengths(10_000), order: 2, check: sum, data: mosaicData,
		build: text("target: float64[n, 3]\n thumbs: float64[m, 3]\n" +
			"argmin(sum((target[:, None, :] - thumbs[None, :, :])**2, axis=2), axis=0)")},
	{name: "W8b", sizes: lengths(10_000), order: 2, check: sum, data: mosaicData,
		build: text("target: float64[n, 3]\n thumbs: float64[m, 3]\n" +
			"argmin(sum((target[:, None, :] - thumbs[None, :, :])**2, axis=2), axis=1)")},
	{name: "W9", sizes: lengths(1e8), order: 1, check: sum,
		data: func(s *source, n int) []any { return []any{n} },
		build: text("n: int64\n dx = 3/n\n x = linspace(0, 3 - dx, n)\n" +
			"sum(0.7*x**3 - 2*x**2 + 4)*dx")},
	{name: "W10d", sizes: lengths(64, 128, 256, 512, 1024, 2048), order: 3, check: sum, data: squares[float64], build: product(expr.Float64)},
	{name: "W10s", sizes: lengths(64, 128, 256, 512, 1024, 2048), order: 3, check: sum, data: squares[float32], build: product(expr.Float32)},
	{name: "W11", sizes: lengths(128), check: first, data: perceptronData, build: perceptronStep, feed: perceptronUpdates},
	{name: "W11f", sizes: lengths(128), check: weighted(10), data: perceptronInputs, build: perceptronForward},
	{name: "W12s", sizes: []size{{"4096x1024", 4096}}, order: 1, check: weighted(1024), data: softmaxData,
		build: text("x: float32[m, n]\n softmax(x, axis=1)")},
	{name: "W12l", sizes: []size{{"4096x1024", 4096}}, order: 1, check: weighted(1024), data: layerNormData,
		build: text("x: float32[m, n]\n g: float32[n]\n b: float32[n]\n" +
			"mu = mean(x, axis=1, keepdims=True)\n v = var(x, axis=1, keepdims=True)\n" +
			"(x - mu)/sqrt(v + 1e-5)*g + b")},
	{name: "W13", sizes: lengths(1e7), order: 1, check: sum, data: densityData,
		build: text("x: float64[n]\n mu: float64\n s: float64\n exp(-0.5*((x - mu)/s)**2)/(s*sqrt(2*pi))")},
	{name: "W13l", sizes: []size{{"1000x1000", 1000}}, order: 1, check: sum,
		data:  func(s *source, rows int) []any { return []any{matrix[float64](s, "x", rows, 1000, normal(0, 3))} },
		build: text("x: float64[m, n]\n logsumexp(x, axis=1)")},
	{name: "W16", sizes: []size{{"2GB-warm", 1 << 28}}, check: sum, data: mapped, build: text("x: float64[n]\n mean(x)")},
	{name: "W17", sizes: lengths(1000), order: 2, check: energyAndForces, data: atoms, build: lennardJones},
	{name: "W18", sizes: lengths(1e6, 1e7), order: 1, check: sum, data: optionData,
		build: text(`
			s: float64[n]
			K: float64[n]
			T: float64[n]
			r: float64
			v: float64
			vs = v*sqrt(T)
			d1 = (log(s/K) + (r + 0.5*v*v)*T)/vs
			d2 = d1 - vs
			ke = K*exp(-r*T)
			q = sqrt(0.5)
			call = s*0.5*(1 + erf(d1*q)) - ke*0.5*(1 + erf(d2*q))
			call, call - s + ke`)},
	{name: "OVH", impl: "arignote-add-scalars", sizes: lengths(1), check: sum,
		data:  func(s *source, n int) []any { return []any{1.0, 1.0} },
		build: text("a: float64\n b: float64\n a + b")},
	{name: "OVH", impl: "arignote-add", sizes: lengths(1, 10, 1000), check: sum, data: vectors(one, "a", "b"),
		build: text("a: float64[n]\n b: float64[n]\n a + b")},
	{name: "OVH", impl: "arignote-W1expr", sizes: lengths(1, 10, 1000), check: sum, data: vectors(one, "a", "b"),
		build: text("a: float64[n]\n b: float64[n]\n a**2 + b**2 + 2*a*b")},
}

func one(*rand.Rand) float64 { return 1 }

// sum is the checksum of most workloads: the sum of all results.
func sum(results [][]float64) float64 {
	total := 0.0
	for _, r := range results {
		part := 0.0
		for _, x := range r {
			part += x
		}
		total += part
	}
	return total
}

// first is the checksum of a workload whose first result is a number.
func first(results [][]float64) float64 { return results[0][0] }

// weighted returns the checksum that adds the elements of rows of the given
// length, each multiplied by its place in the row.
func weighted(columns int) func([][]float64) float64 {
	return func(results [][]float64) float64 {
		total := 0.0
		for i, x := range results[0] {
			total += x * float64(i%columns)
		}
		return total
	}
}

// vectors returns a data function for float64 vectors of one length.
func vectors(f draw, names ...string) func(s *source, n int) []any {
	return func(s *source, n int) []any {
		args := make([]any, len(names))
		for i, name := range names {
			args[i] = slice[float64](s, name, n, f)
		}
		return args
	}
}

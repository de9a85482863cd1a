package main

import (
	"math"

	"arignote/expr"
)

// This file has the workloads as plain loops, the reference of ours_test.go.

func single(x float64) [][]float64 { return [][]float64{{x}} }

// each returns f(0) ... f(n-1).
func each(n int, f func(i int) float64) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = f(i)
	}
	return y
}

func addLoop(a [][]float64) [][]float64 {
	return [][]float64{each(len(a[0]), func(i int) float64 { return a[0][i] + a[1][i] })}
}

func squareOfSum(a [][]float64) [][]float64 {
	return [][]float64{each(len(a[0]), func(i int) float64 { return (a[0][i] + a[1][i]) * (a[0][i] + a[1][i]) })}
}

func logisticLoop(a [][]float64) [][]float64 {
	total := 0.0
	gradient := each(len(a[0]), func(i int) float64 {
		p := 1 / (1 + math.Exp(-a[0][i]))
		total += p
		return p * (1 - p)
	})
	return [][]float64{{total}, gradient}
}

func slideLoop(args [][]float64) [][]float64 {
	a, v, m := args[0][0], args[1], args[2]
	return [][]float64{each(len(v), func(i int) float64 {
		y := 1.0
		for j := range v {
			y += (m[i*len(v)+j] + a) * v[j]
		}
		return y
	})}
}

func diffusionLoop(a [][]float64) [][]float64 {
	p, f := a[0], a[1][0]
	n := int(math.Sqrt(float64(len(p))))
	return [][]float64{each(len(p), func(k int) float64 {
		if i, j := k/n, k%n; i == 0 || j == 0 || i == n-1 || j == n-1 {
			return p[k]
		}
		return p[k] + f*(p[k+n]+p[k-n]+p[k+1]+p[k-1]-4*p[k])
	})}
}

// piLoop counts the points inside of the circle among those of expr.Uniform.
func piLoop(a [][]float64) [][]float64 {
	n, inside := int(a[1][0]), 0
	var points [2][]float64
	for i := range points {
		v, err := expr.NewGraph(nil, expr.Uniform(expr.FoldIn(int64(a[0][0]), i), n)).Evaluate(nil)
		if err != nil {
			panic(err)
		}
		points[i] = floats(v[0])
	}
	for i := range n {
		x, y := 2*points[0][i]-1, 2*points[1][i]-1
		if x*x+y*y < 1 {
			inside++
		}
	}
	return single(4 * float64(inside) / float64(n))
}

func mandelbrotLoop(a [][]float64) [][]float64 {
	n, steps := int(a[3][0]), int(a[4][0])
	return [][]float64{each(n*n, func(i int) float64 {
		re, im := a[0][0]+float64(i%n-n/2)*a[2][0], a[1][0]+float64(i/n-n/2)*a[2][0]
		x, y := 0.0, 0.0
		for k := range steps {
			x, y = x*x-y*y+re, 2*x*y+im
			if x*x+y*y > 4 {
				return float64(k)
			}
		}
		return float64(steps - 1)
	})}
}

// nearestLoop returns for each point of s the index of the nearest one of t.
func nearestLoop(t, s []float64) [][]float64 {
	return [][]float64{each(len(s)/3, func(j int) float64 {
		best, at := math.Inf(1), 0
		for i := range len(t) / 3 {
			d := 0.0
			for k := range 3 {
				d += (t[3*i+k] - s[3*j+k]) * (t[3*i+k] - s[3*j+k])
			}
			if d < best {
				best, at = d, i
			}
		}
		return float64(at)
	})}
}

func curveLoop(a [][]float64) [][]float64 {
	n, area := int(a[0][0]), 0.0
	dx := 3 / float64(n)
	for i := range n {
		x := float64(i) * dx
		area += (0.7*x*x*x - 2*x*x + 4) * dx
	}
	return single(area)
}

// times returns the product of an m by k and a k by n matrix.
func times(a, b []float64, m, k, n int) []float64 {
	return each(m*n, func(at int) float64 {
		y := 0.0
		for l := range k {
			y += a[at/n*k+l] * b[l*n+at%n]
		}
		return y
	})
}

func productLoop(a [][]float64) [][]float64 {
	n := int(math.Sqrt(float64(len(a[0]))))
	return [][]float64{times(a[0], a[1], n, n, n)}
}

// rows applies f to each row of n elements.
func rows(x []float64, n int, f func(row []float64) []float64) []float64 {
	var y []float64
	for ; len(x) > 0; x = x[n:] {
		y = append(y, f(x[:n])...)
	}
	return y
}

func softmaxRow(x []float64) []float64 {
	l := logSumExp(x)
	return each(len(x), func(i int) float64 { return math.Exp(x[i] - l) })
}

func logSumExp(x []float64) float64 {
	largest, total := math.Inf(-1), 0.0
	for _, x := range x {
		largest = max(largest, x)
	}
	for _, x := range x {
		total += math.Exp(x - largest)
	}
	return largest + math.Log(total)
}

func softmaxLoop(a [][]float64) [][]float64 {
	return [][]float64{rows(a[0], 1024, softmaxRow)}
}

func logSumExpLoop(a [][]float64) [][]float64 {
	return [][]float64{rows(a[0], 1000, func(row []float64) []float64 { return []float64{logSumExp(row)} })}
}

func layerNormLoop(a [][]float64) [][]float64 {
	g, b := a[1], a[2]
	return [][]float64{rows(a[0], len(g), func(row []float64) []float64 {
		n, mean, variance := float64(len(row)), 0.0, 0.0
		for _, x := range row {
			mean += x / n
		}
		for _, x := range row {
			variance += (x - mean) * (x - mean) / n
		}
		return each(len(row), func(i int) float64 { return (row[i]-mean)/math.Sqrt(variance+1e-5)*g[i] + b[i] })
	})}
}

func densityLoop(a [][]float64) [][]float64 {
	x, mu, s := a[0], a[1][0], a[2][0]
	return [][]float64{each(len(x), func(i int) float64 {
		z := (x[i] - mu) / s
		return math.Exp(-0.5*z*z) / (s * math.Sqrt(2*math.Pi))
	})}
}

func lennardJonesLoop(a [][]float64) [][]float64 {
	x := a[0]
	energy, forces := 0.0, make([]float64, len(x))
	for i := 0; i < len(x); i += 3 {
		for j := 0; j < len(x); j += 3 {
			if i == j {
				continue
			}
			r2 := 0.0
			for k := range 3 {
				r2 += (x[i+k] - x[j+k]) * (x[i+k] - x[j+k])
			}
			i6 := 1 / (r2 * r2 * r2)
			energy += 2 * i6 * (i6 - 1)
			for k := range 3 {
				forces[i+k] += 24 / r2 * i6 * (2*i6 - 1) * (x[i+k] - x[j+k])
			}
		}
	}
	return [][]float64{{energy}, forces}
}

func optionLoop(a [][]float64) [][]float64 {
	s, strike, t, r, v := a[0], a[1], a[2], a[3][0], a[4][0]
	normal := func(x float64) float64 { return 0.5 * (1 + math.Erf(x*math.Sqrt(0.5))) }
	discounted := func(i int) float64 { return strike[i] * math.Exp(-r*t[i]) }
	call := each(len(s), func(i int) float64 {
		vs := v * math.Sqrt(t[i])
		d1 := (math.Log(s[i]/strike[i]) + (r+0.5*v*v)*t[i]) / vs
		return s[i]*normal(d1) - discounted(i)*normal(d1-vs)
	})
	return [][]float64{call, each(len(s), func(i int) float64 { return call[i] - s[i] + discounted(i) })}
}

// net is the perceptron: activations and parameters by layer.
type net struct {
	batch         int
	at            [][]float64 // at[0] is the input, at[k] the values of layer k
	weights, bias [][]float64
}

func newNet(x []float64, parameters [][]float64) *net {
	n := &net{batch: len(x) / layers[0], at: [][]float64{x}}
	for k := 0; k < len(parameters); k += 2 {
		n.weights, n.bias = append(n.weights, parameters[k]), append(n.bias, parameters[k+1])
	}
	return n
}

// forward fills the layers and returns the probabilities.
func (n *net) forward() []float64 {
	for k, w := range n.weights {
		from, to := layers[k], layers[k+1]
		z := times(n.at[k], w, n.batch, from, to)
		for i := range z {
			z[i] += n.bias[k][i%to]
			if k < len(n.weights)-1 {
				z[i] = max(0, z[i])
			}
		}
		n.at = append(n.at, z)
	}
	classes := layers[len(layers)-1]
	return rows(n.at[len(n.weights)], classes, softmaxRow)
}

// transposed returns the transpose of an m by n matrix.
func transposed(a []float64, m, n int) []float64 {
	return each(m*n, func(at int) float64 { return a[at%m*n+at/m] })
}

func perceptronLoop(a [][]float64) [][]float64 {
	n := newNet(a[0], a[2:])
	d, loss := n.forward(), 0.0
	classes := layers[len(layers)-1]
	for i, y := range a[1] {
		loss -= math.Log(d[i*classes+int(y)]) / float64(n.batch)
		d[i*classes+int(y)]--
	}
	for i := range d {
		d[i] /= float64(n.batch)
	}
	results := make([][]float64, 1+2*len(n.weights))
	results[0] = []float64{loss}
	for k := len(n.weights) - 1; k >= 0; k-- {
		from, to := layers[k], layers[k+1]
		gradient := times(transposed(n.at[k], n.batch, from), d, from, n.batch, to)
		results[1+2*k] = each(from*to, func(i int) float64 { return n.weights[k][i] - rate*gradient[i] })
		results[2+2*k] = each(to, func(j int) float64 {
			b := n.bias[k][j]
			for i := range n.batch {
				b -= rate * d[i*to+j]
			}
			return b
		})
		d = times(d, transposed(n.weights[k], from, to), n.batch, to, from)
		for i := range d {
			if n.at[k][i] <= 0 {
				d[i] = 0
			}
		}
	}
	return results
}

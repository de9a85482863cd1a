package exprtest

import (
	"math"
	"math/rand/v2"
	"slices"

	"arignote/expr"
)

// Tolerance returns how far from the values of s another way to compute the same
// real numbers may be, for each output: as far as the outputs move when what is
// computed on the way is moved, node by node, by much more than a rounding
// (Vignes: A stochastic arithmetic for reliable scientific computation, 1993).
// It reports false where real numbers do not say what the result is: something
// on the way is not finite or very large, an integer or a condition changes, or
// an op is singular there.
func Tolerance(s Sample) (tolerances []float64, ok bool) {
	nodes := slices.Collect(s.Graph.Nodes())
	eps := epsilon(nodes)
	still, ok := evaluate(s, nodes, nil, 0)
	if !ok || slices.ContainsFunc(nodes, func(n *expr.Node) bool { return singular(n, still) }) {
		return nil, false
	}
	tolerances = make([]float64, len(s.Graph.Outputs))
	r := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		moved, ok := evaluate(s, nodes, r, 100*eps)
		if !ok {
			return nil, false
		}
		for _, n := range nodes {
			if d := distance(still[n], moved[n]); math.IsInf(d, 1) || d > 0 && !n.DType().Inexact() {
				return nil, false
			}
		}
		for i, n := range s.Graph.Outputs {
			tolerances[i] = max(tolerances[i], distance(still[n], moved[n]), eps*(1+magnitude(still[n])))
		}
	}
	return tolerances, true
}

// evaluate computes all nodes, each moved by a part of eps. It reports false
// where a number is not finite or very large, or a node has several results.
func evaluate(s Sample, nodes []*expr.Node, r *rand.Rand, eps float64) (map[*expr.Node]*expr.Value, bool) {
	values := make(map[*expr.Node]*expr.Value, len(nodes))
	for i, in := range s.Graph.Inputs {
		values[in] = shaken(r, s.Values[i], eps, true)
	}
	for _, n := range nodes {
		if n.Type().IsTuple() {
			return nil, false
		}
		if n.Op() != expr.OpInput {
			args := make([]*expr.Value, len(n.Args()))
			for i, a := range n.Args() {
				args[i] = values[a]
			}
			v, err := n.Eval(args)
			if err != nil {
				return nil, false
			}
			values[n] = shaken(r, v, eps, n.Op().Exact())
		}
		if !(magnitude(values[n]) < 1e6) {
			return nil, false
		}
	}
	return values, true
}

// singular reports whether an op meets numbers of which real numbers do not say
// what it makes: a zero where it divides or tells 0 from -0, and floats that are
// compared for being equal, also to zero.
func singular(n *expr.Node, values map[*expr.Node]*expr.Value) bool {
	switch n.Op() {
	case expr.OpCopysign, expr.OpAngle, expr.OpArctan2, expr.OpBits, expr.OpReciprocal:
		return slices.ContainsFunc(n.Args(), func(a *expr.Node) bool { return hasZero(values[a]) })
	case expr.OpDiv:
		return hasZero(values[n.Arg(1)])
	case expr.OpEq, expr.OpNe:
		return n.OperandDType().Inexact()
	case expr.OpWhere:
		return n.Arg(0).DType().Inexact()
	}
	return false
}

func hasZero(v *expr.Value) bool {
	for i := range v.Len() {
		if z := v.Complex(i); real(z) == 0 || imag(z) == 0 && v.DType().IsComplex() {
			return true
		}
	}
	return false
}

// magnitude is the largest absolute value, NaN where there is one.
func magnitude(v *expr.Value) float64 {
	m := 0.0
	for i := range v.Len() {
		z := v.Complex(i)
		m = max(m, math.Abs(real(z)), math.Abs(imag(z)))
	}
	return m
}

// epsilon is a thousand times the rounding error of the coarsest dtype.
func epsilon(nodes []*expr.Node) float64 {
	for _, n := range nodes {
		if d := n.DType(); d == expr.Float32 || d == expr.Complex64 {
			return 1e-4
		}
	}
	return 1e-12
}

// shaken returns v with its elements moved by parts of eps. Integers that an
// exact op has made stay: mostly they are what they seem.
func shaken(r *rand.Rand, v *expr.Value, eps float64, exact bool) *expr.Value {
	if eps == 0 || !v.DType().Inexact() {
		return v
	}
	data := make([]complex128, v.Len())
	for k := range data {
		z := v.Complex(k)
		if !exact || real(z) != math.Trunc(real(z)) || imag(z) != math.Trunc(imag(z)) {
			scale := 1 + float64(eps*(float64(r.Float64())-0.5))
			z = complex(real(z)*scale, imag(z)*scale)
		}
		data[k] = z
	}
	return Convert(data, v.Shape(), v.DType())
}

// distance is how far two arrays are apart at most; infinite where shapes
// differ or numbers are not finite.
func distance(a, b *expr.Value) float64 {
	if a.Len() != b.Len() {
		return math.Inf(1)
	}
	d := 0.0
	for i := range a.Len() {
		z := a.Complex(i) - b.Complex(i)
		d = max(d, math.Abs(real(z)), math.Abs(imag(z)))
	}
	if math.IsNaN(d) {
		return math.Inf(1)
	}
	return d
}

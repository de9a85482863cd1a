package optimize

import (
	"fmt"
	"math"
	"math/rand/v2"

	"arignote/expr"
)

// Check mode: after every pass the graph must keep its invariants, and must
// give the values that it gave before, on random inputs, by the reference
// evaluator. Where it does not, the rewrites of the pass are evaluated one by
// one, both sides on the same inputs, to find the rule that is wrong.

const (
	checkTrials   = 3       // sets of inputs
	checkShapes   = 40      // attempts to find lengths for unknown dims that fit
	checkElements = 1 << 20 // inputs with more elements are not tried
)

// check compares the graph after a pass with the one before; from is the
// number of the first step of the pass.
func (r *run) check(v *visit, before, after *expr.Graph, from int) error {
	if err := after.Check(); err != nil {
		return fmt.Errorf("pass %s: %w", v.name(), err)
	}
	for i, n := range before.Outputs {
		if m := after.Outputs[i]; !sharpens(n.Type(), m.Type()) {
			return fmt.Errorf("pass %s: output %d was %v and is %v", v.name(), i, n.Type(), m.Type())
		}
	}
	steps := r.trace.Steps[from:]
	exact := true
	for _, s := range steps {
		exact = exact && s.Class == Exact
	}
	inputs := inputsOf(before, after)
	rng := rand.New(rand.NewPCG(1, uint64(from)))
	for trial := range checkTrials {
		values, want := inputsFor(rng, trial, inputs, before)
		if want == nil {
			return nil // no inputs found for which the graph has a value
		}
		got, err := (&expr.Graph{Inputs: inputs, Outputs: after.Outputs}).Evaluate(values)
		if err == nil && sameValues(want, got, exact) {
			continue
		}
		return r.blame(v, steps, inputs, values, err, exact)
	}
	return nil
}

// sharpens reports whether u says what t says, or more of the lengths.
func sharpens(t, u expr.Type) bool {
	if t.DType != u.DType || t.Weak != u.Weak || t.Rank() != u.Rank() {
		return false
	}
	for i, d := range t.Dims {
		if _, known := d.Known(); known && d != u.Dims[i] {
			return false
		}
	}
	return true
}

// blame finds the rewrite whose two sides differ on values. Where each keeps to
// what it promises and not all are exact, what they permit may add up: a NaN
// that is none any more decides a comparison.
func (r *run) blame(v *visit, steps []Step, inputs []*expr.Node, values []*expr.Value, err error, exact bool) error {
	for _, s := range steps {
		g := expr.Graph{Inputs: inputs, Outputs: []*expr.Node{s.Before}}
		want, errBefore := g.Evaluate(values)
		if errBefore != nil {
			continue // in the body of a loop, or fails on these inputs
		}
		g.Outputs[0] = s.After
		got, errAfter := g.Evaluate(values)
		if errAfter != nil {
			return fmt.Errorf("pass %s, rule %s: %v fails: %w", s.Pass, s.Rule, s, errAfter)
		}
		if !sameValues(want, got, s.Class == Exact) {
			return fmt.Errorf("pass %s, rule %s is wrong: %v: %v became %v", s.Pass, s.Rule, s, want[0], got[0])
		}
	}
	if err != nil {
		return fmt.Errorf("pass %s: the graph fails now: %w", v.name(), err)
	}
	if !exact {
		return nil
	}
	return fmt.Errorf("pass %s changes the values of the graph", v.name())
}

// inputsOf returns the inputs of both graphs, listed or used.
func inputsOf(graphs ...*expr.Graph) []*expr.Node {
	var list []*expr.Node
	seen := make(map[*expr.Node]bool)
	add := func(n *expr.Node) {
		if !seen[n] {
			seen[n] = true
			list = append(list, n)
		}
	}
	for _, g := range graphs {
		for _, n := range g.Inputs {
			add(n)
		}
		for n := range g.Nodes() {
			if n.Op() == expr.OpInput {
				add(n)
			}
		}
	}
	return list
}

// inputsFor looks for inputs for which g has values and returns both.
func inputsFor(rng *rand.Rand, trial int, inputs []*expr.Node, g *expr.Graph) (values []*expr.Value, outputs []*expr.Value) {
	for attempt := range checkShapes {
		shapes, total := shapesFor(rng, attempt, inputs)
		if total > checkElements {
			return nil, nil
		}
		values = values[:0]
		for i, in := range inputs {
			values = append(values, randomValue(rng, trial, in.DType(), shapes[i]))
		}
		out, err := (&expr.Graph{Inputs: inputs, Outputs: g.Outputs}).Evaluate(values)
		if err == nil {
			return values, out
		}
	}
	return nil, nil
}

// shapesFor returns shapes for inputs, and the number of their elements.
// Unknown lengths are all 3 at the first attempt, then random.
func shapesFor(rng *rand.Rand, attempt int, inputs []*expr.Node) (shapes [][]int, total int) {
	named := make(map[string]int)
	length := func(d expr.Dim) int {
		if n, known := d.Known(); known {
			return n
		}
		n := 3
		if attempt > 0 {
			n = 1 + rng.IntN(4)
		}
		if d.Name() == "" {
			return n
		}
		if _, ok := named[d.Name()]; !ok {
			named[d.Name()] = n
		}
		return named[d.Name()]
	}
	for _, in := range inputs {
		shape := make([]int, in.Rank())
		for i, d := range in.Type().Dims {
			shape[i] = length(d)
		}
		shapes, total = append(shapes, shape), total+elements(shape)
	}
	return shapes, total
}

// elements returns the number of elements of a shape.
func elements(shape []int) int {
	n := 1
	for _, k := range shape {
		n *= k
	}
	return n
}

// randomValue returns an array of numbers that most functions are defined for:
// in the first trial between 0.1 and 2, in the second of both signs, then below 1.
func randomValue(rng *rand.Rand, trial int, d expr.DType, shape []int) *expr.Value {
	x := make([]float64, elements(shape))
	for i := range x {
		x[i] = 0.1 + float64(1.9*rng.Float64())
		switch trial {
		case 1:
			x[i] = 2 * rng.NormFloat64()
		case 2:
			x[i] /= 2.1
		}
		if d.IsInteger() {
			x[i] = math.Trunc(3 * x[i])
		}
		if d.IsUnsigned() {
			x[i] = math.Abs(x[i])
		}
		if d == expr.Bool {
			x[i] = float64(rng.IntN(2))
		}
	}
	return valueOf(shape, x, d)
}

// valueOf returns numbers as an array of dtype d.
func valueOf(shape []int, x []float64, d expr.DType) *expr.Value {
	v, _ := expr.NewValue(shape, x)
	in := expr.InputOf("x", v.Type())
	c, err := expr.New(in, expr.OpCast, expr.Cast{DType: d}, in).Eval([]*expr.Value{v})
	if err != nil {
		return v
	}
	return c
}

// sameValues compares results: bit by bit if exact (NaN is NaN), else up to
// rounding where both are finite.
func sameValues(want, got []*expr.Value, exact bool) bool {
	for i, w := range want {
		if !sameValue(w, got[i], exact) {
			return false
		}
	}
	return true
}

func sameValue(w, g *expr.Value, exact bool) bool {
	if w.Len() != g.Len() || w.DType() != g.DType() {
		return false
	}
	tolerance := 1e-6
	if w.DType() == expr.Float32 || w.DType() == expr.Complex64 {
		tolerance = 1e-3
	}
	largest := 1.0
	for i := range w.Len() {
		if x := cabs(w.Complex(i)); x > largest && x <= math.MaxFloat64 {
			largest = x
		}
	}
	for i := range w.Len() {
		x, y := w.Complex(i), g.Complex(i)
		switch {
		case w.DType().IsInteger():
			if w.Int(i) != g.Int(i) {
				return false
			}
		case exact:
			if !sameBits(real(x), real(y)) || !sameBits(imag(x), imag(y)) {
				return false
			}
		case cabs(x-y) > tolerance*largest && cabs(x) <= math.MaxFloat64 && cabs(y) <= math.MaxFloat64:
			return false
		}
	}
	return true
}

func cabs(z complex128) float64 { return math.Hypot(real(z), imag(z)) }

func sameBits(x, y float64) bool {
	return x != x && y != y || math.Float64bits(x) == math.Float64bits(y)
}

package optimize_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"arignote/expr"
	"arignote/expr/exprtest"
	"arignote/optimize"
)

// TestRandomStructure simplifies random graphs of slices, views, joins,
// assignments, reductions and products, and compares them with what they were.
// Strict mode keeps every bit and every mistake.
func TestRandomStructure(t *testing.T) {
	trials := 1500
	if testing.Short() {
		trials = 500
	}
	for seed := range trials {
		if err := structureGraph(uint64(seed)); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// twin is a node, and the same node of inputs with known dims, which knows its
// shape.
type twin struct{ n, known *expr.Node }

func (a twin) shape() []int {
	shape, _ := a.known.Type().Shape()
	return shape
}

// structures makes random nodes.
type structures struct {
	rng  *rand.Rand
	pool []twin
}

func structureGraph(seed uint64) error {
	s := &structures{rng: rand.New(rand.NewPCG(seed, 11))}
	d := []expr.DType{expr.Float64, expr.Float64, expr.Int64}[s.rng.IntN(3)]
	var inputs []*expr.Node
	var values []*expr.Value
	for i, shape := range [][]int{{4}, {3, 4}, {4, 3}, {1 + s.rng.IntN(5)}, {2, 3, 4}} {
		name := string(rune('a' + i))
		x := twin{input(name, d, shape, s.rng.IntN(2) == 0), input(name, d, shape, true)}
		s.pool, inputs = append(s.pool, x), append(inputs, x.n)
		values = append(values, randomArray(s.rng, d, shape))
	}
	for tries := 0; len(s.pool) < 12 && tries < 60; tries++ {
		s.grow()
	}
	last := len(s.pool) - 1
	g := expr.NewGraph(inputs, s.pool[last].n, s.pool[last-2].n)
	return compareStructure(g, values, seed%2 == 0)
}

// compareStructure simplifies g and evaluates both.
func compareStructure(g *expr.Graph, values []*expr.Value, strict bool) error {
	after, trace, err := optimize.Run(g, optimize.Options{Strict: strict})
	if err != nil {
		return fmt.Errorf("%w\n%v", err, g)
	}
	if trace.Unsettled {
		return fmt.Errorf("does not come to rest:\n%v\n%v", g, lastSteps(trace))
	}
	if err := after.Check(); err != nil {
		return fmt.Errorf("%w\n%v\n%v", err, g, after)
	}
	want, err := g.Evaluate(values)
	if err != nil {
		if _, lost := after.Evaluate(values); strict && lost == nil && !forgets(trace) {
			return fmt.Errorf("the mistake is lost: %w\n%v\n%v", err, g, after)
		}
		return nil
	}
	got, err := after.Evaluate(values)
	if err != nil {
		return fmt.Errorf("fails: %w\n%v\n%v", err, g, after)
	}
	for i, w := range want {
		if strict {
			err = exprtest.SameBits(got[i], w)
		} else {
			err = closeWhereFinite(got[i], w, precision(g))
		}
		if err != nil {
			return fmt.Errorf("output %d: %w\n%v\n%v\n%v", i, err, g, after, trace)
		}
	}
	return nil
}

// forgets reports whether something was dropped because nothing of it is read,
// with its mistakes.
func forgets(trace *optimize.Trace) bool {
	hits := trace.Hits()
	return hits["assign-whole"]+hits["assign-assign"]+hits["slice-set-slice"]+hits["slice-concatenate"] > 0
}

func (s *structures) pick() twin { return s.pool[s.rng.IntN(len(s.pool))] }

// both applies f to the two nodes of twins.
func both(f func(x ...*expr.Node) *expr.Node, args ...twin) twin {
	var n, known []*expr.Node
	for _, a := range args {
		n, known = append(n, a.n), append(known, a.known)
	}
	return twin{f(n...), f(known...)}
}

// grow adds a node to the pool, if it is not wrong.
func (s *structures) grow() {
	x := s.pick()
	rank := len(x.shape())
	var y twin
	switch k := s.rng.IntN(16); {
	case k < 5 && rank > 0:
		items := s.index(x.shape())
		y = both(func(x ...*expr.Node) *expr.Node { return x[0].Index(items...) }, x)
	case k == 5 && rank > 0:
		y = s.assign(x)
	case k == 6 && rank > 0:
		axis := s.rng.IntN(rank)
		y = both(func(x ...*expr.Node) *expr.Node { return expr.Concatenate(axis, x[0], x[1]) }, x, s.pick())
	case k == 7 && rank > 1:
		perm := s.rng.Perm(rank)
		y = both(func(x ...*expr.Node) *expr.Node { return x[0].Transpose(perm...) }, x)
	case k == 8 && rank > 0:
		y = s.reduce(x)
	case k == 9:
		y = both(func(x ...*expr.Node) *expr.Node { return x[0].MatMul(x[1]) }, x, s.pick())
	case k == 10:
		y = s.reshape(x)
	case k == 11:
		y = both(func(x ...*expr.Node) *expr.Node { return x[0].ExpandDims(rank).BroadcastTo(x[0].Size(0), 2) }, s.pool[0])
	case k == 12 && rank > 0:
		index, axis := []int{s.rng.IntN(3), 2, s.rng.IntN(2), -1}[:1+s.rng.IntN(4)], s.rng.IntN(rank)
		y = both(func(x ...*expr.Node) *expr.Node { return x[0].Take(index, axis) }, x)
	case k == 13 && rank > 0:
		axis := s.rng.IntN(rank)
		y = both(func(x ...*expr.Node) *expr.Node { return []*expr.Node{x[0].Cumsum(axis), x[0].Sort(axis)}[axis%2] }, x)
	default:
		y = both(func(x ...*expr.Node) *expr.Node { return x[0].Add(x[1]) }, x, s.pick())
	}
	if y.n == nil || y.n.Err() != nil || y.known.Err() != nil || len(y.shape()) > 4 {
		return
	}
	s.pool = append(s.pool, y)
}

// index returns a random basic index, sometimes with a mistake that shows only
// where the length is known.
func (s *structures) index(shape []int) []any {
	var items []any
	bound := func(n int) any {
		if s.rng.IntN(3) == 0 {
			return nil
		}
		return s.rng.IntN(2*n+3) - n - 1
	}
	for _, n := range shape {
		switch k := s.rng.IntN(8); {
		case k == 0:
			items = append(items, nil)
			fallthrough
		case k < 3:
			items = append(items, expr.All)
		case k < 4 && n > 0:
			items = append(items, s.rng.IntN(2*n)-n)
		case k == 4:
			items = append(items, expr.Range{Step: -1})
		default:
			r := expr.Range{Start: bound(n), Stop: bound(n)}
			r.Step = []any{nil, nil, 1, 2, -1, -2, 3}[s.rng.IntN(7)]
			items = append(items, r)
		}
	}
	return items
}

// assign sets or increases a part of x.
func (s *structures) assign(x twin) twin {
	items := s.index(x.shape())
	part := both(func(x ...*expr.Node) *expr.Node { return x[0].Index(items...) }, x)
	if part.known.Err() != nil {
		return twin{}
	}
	v := twin{expr.Const(2), expr.Const(2)}
	if s.rng.IntN(2) == 0 {
		v = both(func(x ...*expr.Node) *expr.Node { return x[0].Mul(3) }, part)
	}
	inc := s.rng.IntN(2) == 0
	return both(func(x ...*expr.Node) *expr.Node {
		if inc {
			return x[0].IncSubtensor(x[1], items...)
		}
		return x[0].SetSubtensor(x[1], items...)
	}, x, v)
}

// reduce reduces x along an axis.
func (s *structures) reduce(x twin) twin {
	axis, k := s.rng.IntN(len(x.shape())), s.rng.IntN(3)
	return both(func(x ...*expr.Node) *expr.Node {
		switch k {
		case 0:
			return x[0].Max(axis)
		case 1:
			return x[0].Argmax(axis).Mul(x[0].Sum())
		}
		return x[0].Sum(axis)
	}, x)
}

// reshape flattens x or splits an axis of even length.
func (s *structures) reshape(x twin) twin {
	for axis, n := range x.shape() {
		if n > 0 && n%2 == 0 && s.rng.IntN(2) == 0 {
			var dims []any
			for i, m := range x.shape() {
				if i == axis {
					dims = append(dims, 2)
					m /= 2
				}
				dims = append(dims, m)
			}
			return both(func(x ...*expr.Node) *expr.Node { return x[0].Reshape(dims...) }, x)
		}
	}
	return both(func(x ...*expr.Node) *expr.Node { return x[0].Ravel() }, x)
}

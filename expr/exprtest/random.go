package exprtest

import (
	"math"
	"math/rand/v2"

	"arignote/expr"
)

// Sample is a random graph with values to run it on.
type Sample struct {
	Graph  *expr.Graph
	Values []*expr.Value // one for each input
}

// Generator makes random graphs. The zero value is not ready: use NewGenerator.
type Generator struct {
	rand *rand.Rand

	// Known makes inputs with known dims; otherwise dims are unknown.
	Known bool
	// Special mixes NaN, infinities, signed zeros and subnormals into the
	// values.
	Special bool
	// Large makes arrays so large that engines cut them into parts.
	Large bool
	// Rows makes arrays of known dims with axes so long that rows of them are
	// kept, and graphs that set elements of one array beside all of another and
	// combine them again.
	Rows bool
	// Floats restricts inputs to float64 and float32.
	Floats bool
	// Idioms makes most nodes by what people write, which is what is rewritten.
	Idioms bool
}

// NewGenerator returns a generator whose graphs depend on the seed alone.
func NewGenerator(seed uint64) *Generator {
	return &Generator{rand: rand.New(rand.NewPCG(seed, seed))}
}

// shapes are the input shapes that fit together by broadcasting.
var shapes = [][]int{{}, {4}, {3, 4}, {3, 1}, {1, 4}, {2, 3, 4}, {1}, {0, 4}}

// largeShapes fit together too; no length is a multiple of a usual tile.
var largeShapes = [][]int{{}, {2111}, {37, 2111}, {37, 1}, {1, 2111}, {1}}

// rowShapes fit together too; the long axes are as long as one another.
var rowShapes = [][]int{{}, {70}, {70}, {70, 70}, {3, 70}, {70, 1}, {1, 70}, {2, 70, 70}}

// maxRows is the most elements of an array of a graph of rows.
const maxRows = 100_000

// Graph returns a graph of about size nodes over at most four inputs, with one
// to three outputs.
func (g *Generator) Graph(size int) Sample {
	var s Sample
	var pool []*expr.Node
	for i := range 2 + g.rand.IntN(3) {
		choice := shapes
		switch {
		case g.Large:
			choice = largeShapes
		case g.Rows:
			choice = rowShapes
		}
		shape := choice[g.rand.IntN(len(choice))]
		in, v := g.Input(string(rune('a'+i)), g.dtype(), shape)
		pool = append(pool, in)
		s.Values = append(s.Values, v)
	}
	inputs := pool[:len(pool):len(pool)]
	for tries := 0; len(pool) < size+len(inputs) && tries < 20*size; tries++ {
		if n := g.step(pool); n != nil && n.Err() == nil && !n.Type().IsTuple() && n.Rank() <= 4 && !(g.Rows && elements(n) > maxRows) {
			pool = append(pool, n)
		}
	}
	outputs := []*expr.Node{pool[len(pool)-1]}
	for range g.rand.IntN(3) {
		outputs = append(outputs, pool[len(inputs)/2+g.rand.IntN(len(pool)-len(inputs)/2)])
	}
	s.Graph = expr.NewGraph(inputs, outputs...)
	return s
}

// elements returns the number of elements of n, whose dims are known.
func elements(n *expr.Node) int {
	count := 1
	for _, d := range n.Type().Dims {
		k, _ := d.Known()
		count *= k
	}
	return count
}

// dtype picks a dtype, most often float64.
func (g *Generator) dtype() expr.DType {
	if g.rand.IntN(2) == 0 {
		return expr.Float64
	}
	if g.Floats {
		return expr.Float32
	}
	all := expr.DTypes()
	return all[g.rand.IntN(len(all))]
}

// Input returns a symbolic input and a value for it.
func (g *Generator) Input(name string, d expr.DType, shape []int) (*expr.Node, *expr.Value) {
	dims := make([]any, len(shape))
	n := 1
	for i, k := range shape {
		n *= k
		dims[i] = -1
		if g.Known || g.Rows {
			dims[i] = k
		}
	}
	scale := 1.0
	if g.Idioms && d.IsInteger() && g.rand.IntN(2) == 0 {
		scale = 50 // products of small integers wrap
	}
	data := make([]complex128, n)
	for i := range data {
		data[i] = complex(scale*g.number(), g.number())
	}
	return expr.Input(name, d, dims...), Convert(data, shape, d)
}

// special values that break careless code.
var special = []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, 1e-310, math.MaxFloat64, 0.5, 2}

func (g *Generator) number() float64 {
	if g.Special && g.rand.IntN(4) == 0 {
		return special[g.rand.IntN(len(special))]
	}
	return math.Round(g.rand.NormFloat64()*1e3) / 500
}

// Convert returns an array of dtype d with the elements of data, converted as
// astype does.
func Convert(data []complex128, shape []int, d expr.DType) *expr.Value {
	v, err := expr.NewValue(shape, data)
	if err != nil {
		panic(err)
	}
	if !d.IsComplex() {
		re := make([]float64, len(data))
		for i, z := range data {
			re[i] = real(z)
		}
		if v, err = expr.NewValue(shape, re); err != nil {
			panic(err)
		}
	}
	n := expr.Strong(v).AsType(d)
	if v, err = n.Eval([]*expr.Value{v}); err != nil {
		panic(err)
	}
	return v
}

// step builds one more node from the pool, nil or a wrong node if the choice
// does not fit.
func (g *Generator) step(pool []*expr.Node) *expr.Node {
	pick := func() *expr.Node {
		if g.rand.IntN(8) == 0 {
			return expr.Const([]any{0, 1, 2, -1, 0.5, 3.0, 1.0, 0.0}[g.rand.IntN(8)])
		}
		return pool[g.rand.IntN(len(pool))]
	}
	x := pick()
	if g.Idioms && g.rand.IntN(4) > 0 {
		return g.idiom(x, pick())
	}
	if g.Rows && g.rand.IntN(3) == 0 {
		switch y := pick(); g.rand.IntN(4) {
		case 0:
			return x.ExpandDims(x.Rank()).Sub(y)
		case 1:
			return x.ExpandDims(g.rand.IntN(x.Rank() + 1)).Mul(y)
		}
		return g.reduction(x)
	}
	switch g.rand.IntN(10) {
	case 0:
		return g.reduction(x)
	case 1, 2:
		return g.rearranged(x, pick())
	case 3:
		return expr.Where(pick(), x, pick())
	case 4:
		return x.Dot(pick())
	}
	op := expr.Op(g.rand.IntN(int(expr.NumOps)))
	arity, variadic := op.Arity()
	if !op.Elementwise() || op == expr.OpCast || op == expr.OpPolygamma || op == expr.OpBits {
		return x.AsType(g.dtype())
	}
	if variadic {
		arity += g.rand.IntN(2)
	}
	args := []*expr.Node{x}
	for len(args) < arity {
		args = append(args, pick())
	}
	return expr.New(x, op, nil, args...)
}

func (g *Generator) reduction(x *expr.Node) *expr.Node {
	ops := []expr.Op{expr.OpSum, expr.OpProd, expr.OpMax, expr.OpMin, expr.OpMean, expr.OpAny, expr.OpAll, expr.OpLogSumExp}
	var axes []int
	for a := range x.Rank() {
		if g.rand.IntN(2) == 0 {
			axes = append(axes, a)
		}
	}
	return expr.Reduce(ops[g.rand.IntN(len(ops))], x, g.rand.IntN(2) == 0, axes...)
}

// rearranged moves elements of x, or puts y into it.
func (g *Generator) rearranged(x, y *expr.Node) *expr.Node {
	if x.Rank() == 0 {
		return x.ExpandDims(0)
	}
	axis := g.rand.IntN(x.Rank())
	part := make([]any, axis+1)
	for i := range part {
		part[i] = expr.All
	}
	part[axis] = expr.Range{Start: g.rand.IntN(2), Stop: []any{nil, -1, 3}[g.rand.IntN(3)], Step: []any{nil, -1, 2}[g.rand.IntN(3)]}
	switch g.rand.IntN(12) {
	case 0:
		return x.T()
	case 1:
		return x.Ravel()
	case 2:
		return x.ExpandDims(axis)
	case 3:
		return x.Index(part...)
	case 4:
		part[axis] = g.rand.IntN(2)
		return x.Index(part...)
	case 5:
		return x.Flip(axis)
	case 6:
		return expr.Concatenate(axis, x, y)
	case 7:
		return x.SetSubtensor(y, part...)
	case 8:
		return x.IncSubtensor(y, part...)
	case 9:
		return x.Softmax(axis)
	case 10:
		return x.Cumsum(axis)
	}
	return x.BroadcastLike(x.Add(y))
}

package optimize

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"arignote/expr"
)

// A trial computes both sides of a step, to see what a rewrite does to numbers.
// The sides are not computed from the inputs of the graph but from what lies a
// few levels below the root: x/x is tried for any x, whatever x is computed
// from. If the sides do not agree that way, be it for special values alone, the
// rewrite may depend on what lies deeper: the cut goes deeper, down to the
// inputs if need be.

const (
	trialNodes    = 400     // more nodes than these are not computed
	trialElements = 1 << 12 // nor inputs with more elements
	randomTrials  = 64
	firstTrials   = 4 // decide whether a cut will do
	mostWatched   = 24
	shrinkAbove   = 4 // known lengths above this are made smaller where that is possible
)

// cutDepths are the levels at which a step is cut; the last is as deep as any.
var cutDepths = []int{1, 2, 3, 4, 6, 9, 14, math.MaxInt}

// trial is a step as a function of free values.
type trial struct {
	exact   bool
	inputs  []*expr.Node // what is free
	watched []watched    // the same in words, then what Before computes from it
	graph   *expr.Graph  // Before, After, and what is watched and computed
	shapes  [][]int      // of the inputs
	rng     *rand.Rand
}

// watched is a value about which a rewrite may take something for granted.
type watched struct {
	name string
	at   int // number among the inputs, or behind Before and After among the outputs
	free bool
}

// newTrial cuts s at a depth; nil if what remains is too large, or has no
// values. whole says that a deeper cut would be the same.
func newTrial(s Step, depth int) (t *trial, whole bool) {
	level, whole := levels(s.Before, depth)
	for _, shrink := range []bool{true, false} {
		c := &cutter{level: level, depth: depth, image: make(map[*expr.Node]*expr.Node), shrink: shrink}
		t := &trial{exact: s.Class == Exact, rng: rand.New(rand.NewPCG(uint64(depth), 1))}
		before, after := c.copy(s.Before), c.copy(s.After)
		if before == nil || after == nil {
			continue
		}
		t.inputs = c.inputs
		t.graph = &expr.Graph{Inputs: t.inputs, Outputs: []*expr.Node{before, after}}
		t.watch(c, s.Before)
		if t.findShapes(shrink) {
			return t, whole
		}
	}
	return nil, whole
}

// levels returns the distance from n of the nodes that are nearer than depth,
// or that far; whole says that these are all.
func levels(n *expr.Node, depth int) (level map[*expr.Node]int, whole bool) {
	level = map[*expr.Node]int{n: 0}
	queue := []*expr.Node{n}
	whole = true
	for len(queue) > 0 && len(level) <= trialNodes {
		x := queue[0]
		queue = queue[1:]
		if level[x] == depth {
			whole = whole && len(x.Args()) == 0
			continue
		}
		for _, a := range x.Args() {
			if _, seen := level[a]; !seen {
				level[a] = level[x] + 1
				queue = append(queue, a)
			}
		}
	}
	return level, whole
}

// cutter copies the part of a graph above a cut.
type cutter struct {
	level  map[*expr.Node]int
	depth  int
	shrink bool
	image  map[*expr.Node]*expr.Node
	inputs []*expr.Node
	free   []*expr.Node // what the inputs stand for
	lines  []*expr.Node // what was copied, arguments first
	short  map[int]int  // lengths that have been made smaller
}

// cuts reports whether n is cut off: computed arrays at the depth, and inputs.
// Scalars of literals keep their values, because they are weak.
func (c *cutter) cuts(n *expr.Node) bool {
	if n.Op() == expr.OpInput {
		return true
	}
	d, ok := c.level[n]
	return ok && d == c.depth && n.Op() != expr.OpConst && !n.Type().Weak && !n.Type().IsTuple()
}

// copy returns n computed from the inputs of the cut, nil if that takes too
// many nodes or is not possible with the lengths of the inputs.
func (c *cutter) copy(root *expr.Node) *expr.Node {
	stack := []*expr.Node{root}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		if c.image[n] != nil {
			stack = stack[:len(stack)-1]
			continue
		}
		if len(c.image) > trialNodes || len(stack) > 4*trialNodes {
			return nil
		}
		ready := true
		if !c.cuts(n) {
			for _, a := range slices.Backward(n.Args()) {
				if c.image[a] == nil {
					stack = append(stack, a)
					ready = false
				}
			}
		}
		if !ready {
			continue
		}
		m := c.one(n)
		if m == nil {
			return nil
		}
		c.image[n] = m
		stack = stack[:len(stack)-1]
	}
	return c.image[root]
}

// one copies a node whose arguments have been copied.
func (c *cutter) one(n *expr.Node) *expr.Node {
	if c.cuts(n) {
		in := expr.InputOf("x"+strconv.Itoa(len(c.inputs)), c.typeOf(n))
		c.inputs, c.free = append(c.inputs, in), append(c.free, n)
		return in
	}
	args := make([]*expr.Node, len(n.Args()))
	for i, a := range n.Args() {
		args[i] = c.image[a]
	}
	m := n
	if len(args) > 0 {
		m = n.With(args...)
	}
	if m.Err() != nil || m.DType() != n.DType() || m.Rank() != n.Rank() {
		return nil
	}
	if n.Op() != expr.OpConst {
		c.lines = append(c.lines, n)
	}
	return m
}

// typeOf returns the type of n, with long axes made short.
func (c *cutter) typeOf(n *expr.Node) expr.Type {
	t := n.Type()
	if !c.shrink {
		return t
	}
	t.Dims = slices.Clone(t.Dims)
	for i, d := range t.Dims {
		if k, known := d.Known(); known && k > shrinkAbove {
			if c.short == nil {
				c.short = make(map[int]int)
			}
			if c.short[k] == 0 {
				c.short[k] = 2 + len(c.short)%3
			}
			t.Dims[i] = expr.KnownDim(c.short[k])
		}
	}
	return t
}

// watch lists the values about which something may be taken for granted: what
// is free, and what Before computes from it.
func (t *trial) watch(c *cutter, before *expr.Node) {
	for i, n := range c.free {
		t.watched = append(t.watched, watched{Brief(n), i, true})
	}
	for _, n := range c.lines {
		if _, own := c.level[n]; !own || n == before || n.Type().IsTuple() || len(t.watched) >= mostWatched {
			continue
		}
		t.watched = append(t.watched, watched{Brief(n), len(t.graph.Outputs), false})
		t.graph.Outputs = append(t.graph.Outputs, c.image[n])
	}
}

// findShapes looks for lengths of unknown dims for which the sides have values,
// of one shape if lengths have been shrunk.
func (t *trial) findShapes(shrunk bool) bool {
	for attempt := range checkShapes {
		shapes, total := shapesFor(t.rng, attempt, t.inputs)
		if total > trialElements {
			return false
		}
		t.shapes = shapes
		if out, err := t.graph.Evaluate(t.random(0)); err == nil {
			// A shape that After says in numbers does not become smaller.
			return !shrunk || slices.Equal(out[0].Shape(), out[1].Shape())
		}
	}
	return false
}

// random returns random values for the inputs: positive, or of both signs.
func (t *trial) random(kind int) []*expr.Value {
	values := make([]*expr.Value, len(t.inputs))
	for i, in := range t.inputs {
		values[i] = randomValue(t.rng, kind, in.DType(), t.shapes[i])
	}
	return values
}

// agrees reports whether both sides are equal for some random values, wherever
// Before has a value.
func (t *trial) agrees() bool {
	for i := range firstTrials {
		if p := t.point(t.random(i%2), ""); p.err == nil && p.wrong {
			return false
		}
	}
	return true
}

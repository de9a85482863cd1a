package backend

import (
	"slices"

	"arignote/expr"
)

// This file plans new lengths on a Program that has planned others like them. A
// class is a set of arguments whose plans differ in numbers alone, each a
// polynomial of the lengths that vary (form.go); so the plan for other arguments
// of the class follows from one that is there without going through the graph
// (derive.go).
//
// Why that is right. A plan depends on the arguments by integers alone: lengths
// of axes, strides of those that are not contiguous, and the values of integers
// that shapes depend on. Planning does two things with integers. It computes
// others from them, by adding and multiplying; where it divides, the remainder is
// among the numbers that are watched. And it compares them. The decisions that a
// result depends on compare
//
//   - lengths of axes with each other and with constants;
//   - bounds of slices and diagonals, indices that count, strides, integers that
//     shapes are computed from, with the lengths that they belong to. All that the
//     planning of some arguments has of these is collected (sample.go): a class has
//     them in the same order, equal where they are equal, and between the same
//     constants of [lengthLimits] or [boundLimits];
//   - in reductions, the elements that lie inside of the axis added up and those
//     outside, which are between the same of [sizeLimits];
//   - products of lengths for equality, to see that elements lie side by side.
//     An equality that holds at a lattice of places and at others far from it is
//     one of polynomials, and holds everywhere. One that does not hold is never
//     made use of.
//
// All other decisions, such as what is stored, concern speed: sizes of arrays
// are therefore between the same of sizeLimits too. How steps are divided among
// workers and where memory lies is decided anew for each plan. The plans that
// the polynomials were found with, and two for other lengths far away, must agree
// in everything but numbers, and the numbers with the polynomials, or there is no
// class. What these arguments do not cover (custom ops, integers computed by
// divisions of floats ...) is left out by [foreseeable].

const (
	// A Program keeps so many classes, those that were used last.
	maxClasses = 64

	// So many arguments without a class are remembered, to find out which
	// lengths vary.
	maxMet = 8

	// So many lengths may vary independently.
	maxVariables = 4

	// Lengths that vary together and are no further apart than this are one
	// variable.
	maxApart = 8

	// A residue class is a class of its own, of up to so many.
	maxResidues = 64

	// So many of the first arguments may be not contiguous.
	maxGaps = 60

	// After failures, so many arguments at most are planned without trying to
	// find their class.
	maxPatience = 32
)

// classes are the classes of the arguments of a Program.
type classes struct {
	checked  bool
	apply    bool     // whether the graph may have classes
	modulus  int      // lengths of a class have the same remainders by it
	known    []*class // the one used last first
	met      [][]int  // descriptions of arguments that had none
	learning bool     // whether one is being sought
	failures int      // since a class was found
	patience int      // how many arguments will be planned without trying
	numbers  []int    // of the arguments of the last call: their description
	places   []int    // of these, for each variable
	values   []int    // of the numbers of a class
}

// describe returns the integers by which a plan depends on arguments: a bit for
// each that is not contiguous, of each the lengths, and the strides if it is not
// contiguous; then the values of integers that shapes depend on. ok is false if
// there are no classes for these arguments. The description is valid until the
// next call.
func (p *Program) describe(values []*expr.Value) (numbers []int, ok bool) {
	c := &p.classes
	if !c.checked {
		c.checked = true
		c.modulus, c.apply = foreseeable(p.graph, p.host)
		c.apply = c.apply && p.config.MemoryLimit == 0 && !p.config.skips("classes")
	}
	if !c.apply {
		return nil, false
	}
	c.numbers = append(c.numbers[:0], 0)
	for i, v := range values {
		c.numbers = append(c.numbers, v.Shape()...)
		if !v.Contiguous() {
			if i >= maxGaps {
				return nil, false
			}
			c.numbers[0] |= 1 << i
			c.numbers = append(c.numbers, v.Strides()...)
		}
	}
	for i, v := range values {
		if p.host[p.graph.Inputs[i]] {
			n := v.Int(0)
			if v.DType() == expr.Uint64 && n < 0 {
				return nil, false
			}
			c.numbers = append(c.numbers, int(n))
		}
	}
	return c.numbers, true
}

// find returns the plan for described arguments by their class, nil if there is
// none.
func (c *classes) find(numbers []int) *Plan {
	for i, k := range c.known {
		if k.admits(numbers, c) {
			copy(c.known[1:i+1], c.known[:i])
			c.known[0] = k
			return k.derive(numbers, c.values)
		}
	}
	return nil
}

// learn finds the class of described arguments, which have none yet: it needs to
// have met others without a class, to know what varies. That takes several plans,
// while other goroutines may use those that are there.
func (p *Program) learn(numbers []int) {
	of := p.beginLearning(numbers)
	if of == nil {
		return
	}
	var k *class
	defer func() { p.endLearning(k) }()
	k = p.newClass(of, numbers, p.classes.modulus)
}

// beginLearning notes that arguments without a class were met, and returns where
// their numbers come from, if their class is to be found: no other one is sought
// meanwhile.
func (p *Program) beginLearning(numbers []int) []origin {
	p.plans.Lock()
	defer p.plans.Unlock()
	c := &p.classes
	of, ok := c.variables(numbers)
	if len(c.met) == maxMet {
		c.met = slices.Delete(c.met, 0, 1)
	}
	c.met = append(c.met, numbers)
	switch {
	case !ok || c.learning:
		return nil
	case c.patience > 0:
		c.patience--
		return nil
	}
	c.learning = true
	return of
}

// endLearning keeps the class that was found, nil if there is none.
func (p *Program) endLearning(k *class) {
	p.plans.Lock()
	defer p.plans.Unlock()
	c := &p.classes
	c.learning = false
	if k == nil {
		c.failures++
		c.patience = min(c.failures, maxPatience)
		return
	}
	c.failures = 0
	if len(c.known) == maxClasses {
		c.known = c.known[:maxClasses-1]
	}
	c.known = slices.Insert(c.known, 0, k)
}

// An origin says where a number of a description comes from: it is a variable
// plus an offset, or a constant if variable is -1.
type origin struct{ variable, offset int }

// variables finds out which numbers vary, by the most similar description that
// was met: numbers that differ by the same from that are one variable if they
// are near each other.
func (c *classes) variables(numbers []int) (best []origin, ok bool) {
	fewest := maxVariables + 1
	for _, other := range slices.Backward(c.met) {
		of, n := compareDescriptions(numbers, other)
		if n > 0 && n < fewest {
			best, fewest = of, n
		}
	}
	return best, best != nil
}

// compareDescriptions returns the origins of numbers, and the number of
// variables, as far as the description other tells.
func compareDescriptions(numbers, other []int) (of []origin, variables int) {
	if len(numbers) != len(other) || numbers[0] != other[0] {
		return nil, 0
	}
	of = make([]origin, len(numbers))
	var first []int // for each variable, the first number that it gives
	for i, n := range numbers {
		of[i] = origin{-1, n}
		if n == other[i] {
			continue
		}
		at := slices.IndexFunc(first, func(k int) bool {
			return n-other[i] == numbers[k]-other[k] && max(n-numbers[k], numbers[k]-n) <= maxApart
		})
		if at < 0 {
			at = len(first)
			first = append(first, i)
		}
		of[i] = origin{at, n - numbers[first[at]]}
	}
	return of, len(first)
}

// foreseeable reports whether the plans of a graph depend on lengths in no other
// way than this file says. Modulus is what decides about remainders: the steps of
// slices, divisors of lengths.
func foreseeable(g *expr.Graph, host map[*expr.Node]bool) (modulus int, ok bool) {
	modulus = 1
	for n := range g.Nodes() {
		by, ok := watched(n)
		if ok && host[n] {
			ok = hostWatched(n)
		}
		if body, is := n.Attr().(expr.Body); is && ok && n.Op() == expr.OpMap {
			inner := 0
			inner, ok = foreseeable(body.Graph, hostNodes(body.Graph))
			ok = ok && polynomial(body.Graph)
			by = multiple(by, inner)
		}
		if modulus = multiple(modulus, by); !ok || modulus > maxResidues {
			return 0, false
		}
	}
	return modulus, true
}

// multiple returns the least common multiple of two positive numbers.
func multiple(x, y int) int {
	a, b := x, y
	for b != 0 {
		a, b = b, a%b
	}
	return x / a * y
}

// number returns the value of a constant integer.
func number(n *expr.Node) (int, bool) {
	v := n.Value()
	if v == nil || v.Len() != 1 || !v.DType().IsInteger() {
		return 0, false
	}
	return int(v.Int(0)), true
}

// watched reports whether the shape of n is one of those that are watched, and
// what its remainders are by.
func watched(n *expr.Node) (modulus int, ok bool) {
	modulus = 1
	by := func(k int) {
		if k = max(k, -k); k > 0 {
			modulus = multiple(modulus, min(k, maxResidues+1))
		}
	}
	switch n.Op() {
	case expr.OpCustom, expr.OpNonzero:
		return 1, false
	case expr.OpSlice, expr.OpSetSlice, expr.OpIncSlice:
		for _, it := range n.Attr().(expr.Index).Items {
			step, known := it.Step.N, true
			if it.Kind == expr.IndexSlice && it.Step.Arg >= 0 {
				step, known = number(n.Arg(it.Step.Arg))
			}
			if it.Kind == expr.IndexSlice {
				if by(step); !known {
					return 1, false
				}
			}
		}
	case expr.OpArange:
		step, known := number(n.Arg(2))
		if !known { // floats then, with a length that is rounded
			return 1, n.Arg(0).Value() != nil && n.Arg(1).Value() != nil && n.Arg(2).Value() != nil
		}
		by(step)
	case expr.OpReshape:
		k := 1
		for _, z := range n.Attr().(expr.Dims).Sizes {
			if z.Arg < 0 && z.N > 0 && k <= maxResidues {
				k *= z.N
			}
		}
		if slices.Contains(n.Attr().(expr.Dims).Sizes, expr.Size{Arg: -1, N: -1}) {
			by(k)
		}
	case expr.OpFloorDiv, expr.OpMod:
		if k, known := number(n.Arg(1)); known && n.Rank() == 0 {
			by(k)
		}
	}
	return modulus, true
}

// hostWatched reports whether planning computes the integer n, on which shapes
// depend, by what it may: adding, multiplying, dividing without losing the
// remainder, and choosing between numbers that are watched.
func hostWatched(n *expr.Node) bool {
	if n.Op() == expr.OpConst {
		return true
	}
	if !integral(n.DType()) {
		return false
	}
	switch n.Op() {
	case expr.OpInput:
		return n.DType() != expr.Bool
	case expr.OpShape, expr.OpSize, expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpNeg, expr.OpSquare, expr.OpFloorDiv, expr.OpMod,
		expr.OpMaximum, expr.OpMinimum, expr.OpClip, expr.OpAbs, expr.OpSign, expr.OpWhere,
		expr.OpEq, expr.OpNe, expr.OpLt, expr.OpLe, expr.OpGt, expr.OpGe, expr.OpAnd, expr.OpOr, expr.OpNot:
		return !slices.ContainsFunc(n.Args(), func(a *expr.Node) bool {
			return n.Op() != expr.OpShape && n.Op() != expr.OpSize && !integral(a.DType())
		})
	case expr.OpCast:
		return integral(n.Arg(0).DType()) && n.DType() == expr.Int64
	case expr.OpSlice:
		return n.Arg(0).Op() == expr.OpShape && len(n.Args()) == 1
	}
	return false
}

// polynomial reports whether the integers that shapes in the body of a map depend
// on are polynomials of lengths: they are not watched.
func polynomial(g *expr.Graph) bool {
	for n := range hostNodes(g) {
		switch n.Op() {
		case expr.OpConst, expr.OpShape, expr.OpSize, expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpNeg, expr.OpSquare, expr.OpSlice:
		default:
			return false
		}
	}
	return true
}

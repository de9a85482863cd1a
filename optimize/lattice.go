package optimize

import (
	"slices"

	"arignote/expr"
)

// Chains of & | ^ maximum minimum. All of them can be taken in any order; & |
// maximum minimum of equal operands is that operand, and each of the pairs
// (& |) and (maximum minimum) absorbs the other: x | (x & y) is x. In x ^ x
// equal operands cancel.

// dual is the op that op absorbs.
var dual = map[expr.Op]expr.Op{
	expr.OpAnd: expr.OpOr, expr.OpOr: expr.OpAnd, expr.OpMaximum: expr.OpMinimum, expr.OpMinimum: expr.OpMaximum,
}

// chainOps are the ops of this file.
var chainOps = []expr.Op{expr.OpAnd, expr.OpOr, expr.OpXor, expr.OpMaximum, expr.OpMinimum}

// collectChain collects the operands of a chain: equal ones meet, constants
// are joined, an operand meets its complement.
func collectChain(r *run, n *expr.Node) *expr.Node {
	operands := r.chainOperands(n)
	if operands == nil {
		return nil
	}
	kept, ones := r.distinct(n.Op(), operands)
	var constants, rest []*expr.Node
	for _, x := range kept {
		if _, ok := scalarOf(x); ok && x.Rank() == 0 {
			constants = append(constants, x)
		} else {
			rest = append(rest, x)
		}
	}
	if ones { // an operand and its complement
		constants = append(constants, r.allOnes(n.DType()))
		if n.Op() == expr.OpAnd {
			return r.literal(literal{isBool: n.DType() == expr.Bool, isInt: true})
		} else if n.Op() == expr.OpOr {
			return constants[len(constants)-1]
		}
	}
	if c := r.folded(n, constants); c != nil {
		rest = r.withConstant(n, rest, c)
	}
	switch {
	case len(rest) >= len(operands):
		return nil
	case len(rest) == 0: // of xor, every operand has met its equal
		return r.literal(literal{isBool: n.DType() == expr.Bool, isInt: true})
	}
	return r.leftToRight(n, rest)
}

// absorbChain drops operands that another one absorbs: of x | (x & y) the
// second.
func absorbChain(r *run, n *expr.Node) *expr.Node {
	operands := r.chainOperands(n)
	absorbs := func(x *expr.Node) bool { return x.Op() == dual[n.Op()] && x.DType() == n.DType() }
	if !slices.ContainsFunc(operands, absorbs) {
		return nil
	}
	has := make(map[*expr.Node]bool, len(operands))
	for _, x := range operands {
		has[x] = true
	}
	kept := slices.DeleteFunc(slices.Clone(operands), func(x *expr.Node) bool {
		return absorbs(x) && (has[x.Arg(0)] || has[x.Arg(1)])
	})
	if len(kept) == len(operands) {
		return nil
	}
	return r.leftToRight(n, kept)
}

// chainOperands returns the operands of the chain of which n is the root; nil
// if n is not the root, or an operand is converted on the way.
func (r *run) chainOperands(n *expr.Node) []*expr.Node {
	if u := r.onlyUser(n); n.Type().Weak || u != nil && u.Op() == n.Op() && u.DType() == n.DType() {
		return nil
	}
	var operands []*expr.Node
	o := r.opening(n)
	stack := []*expr.Node{n}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		r.trace.looks++
		switch {
		case x.Op() == n.Op() && (x == n || r.opens(x, n.DType()) && o.again(x)):
			stack = append(stack, x.Arg(1), x.Arg(0))
		case x.DType() != n.DType() && !x.Type().Weak:
			return nil
		default:
			operands = append(operands, x)
		}
	}
	return operands
}

// distinct returns each operand once; of xor those that occur an odd number of
// times. It reports whether an operand and its complement have met, and drops
// them.
func (r *run) distinct(op expr.Op, operands []*expr.Node) (kept []*expr.Node, ones bool) {
	const isKept = -1
	times := make(map[*expr.Node]int, len(operands))
	for _, x := range operands {
		times[x]++
	}
	for _, x := range operands {
		if k := times[x]; k > 0 && (op != expr.OpXor || k%2 == 1) {
			kept, times[x] = append(kept, x), isKept
		}
	}
	if op == expr.OpMaximum || op == expr.OpMinimum {
		return kept, false
	}
	for _, x := range kept {
		if x.Op() != expr.OpNot || times[x.Arg(0)] != isKept {
			continue
		}
		kept = slices.DeleteFunc(kept, func(y *expr.Node) bool { return y == x || y == x.Arg(0) })
		return kept, true
	}
	return kept, false
}

// allOnes is the constant of dtype d with all bits set.
func (r *run) allOnes(d expr.DType) *expr.Node {
	if d == expr.Bool {
		return r.weak(true)
	}
	return r.cast(r.weak(0), r.weak(-1), d)
}

// folded applies the op of n to constants, nil if there are none.
func (r *run) folded(n *expr.Node, constants []*expr.Node) *expr.Node {
	if len(constants) == 0 {
		return nil
	}
	c := r.cast(n, constants[0], n.DType())
	for _, x := range constants[1:] {
		m := expr.New(n, n.Op(), nil, c, r.cast(n, x, n.DType()))
		if m.Err() != nil {
			return nil
		}
		v, err := m.Eval([]*expr.Value{m.Arg(0).Value(), m.Arg(1).Value()})
		if err != nil {
			return nil
		}
		c = r.constant(v, false)
	}
	return c
}

// withConstant adds the constant c to the operands of a chain of bits, or drops
// it, or all others. Constants of maximum and minimum have no such meaning.
func (r *run) withConstant(n *expr.Node, rest []*expr.Node, c *expr.Node) []*expr.Node {
	zero := c.Value().Int(0) == 0
	ones := c == r.allOnesStrong(n.DType())
	switch {
	case n.Op() == expr.OpMaximum || n.Op() == expr.OpMinimum || len(rest) == 0:
		return append(rest, c)
	case n.Op() == expr.OpAnd && zero, n.Op() == expr.OpOr && ones:
		return []*expr.Node{c}
	case n.Op() == expr.OpAnd && ones, n.Op() != expr.OpAnd && zero:
		return rest
	case n.Op() == expr.OpXor && ones:
		return []*expr.Node{r.make(n, expr.OpNot, nil, r.leftToRight(n, rest))}
	}
	return append(rest, c)
}

// allOnesStrong is allOnes as an array's element.
func (r *run) allOnesStrong(d expr.DType) *expr.Node { return r.cast(r.weak(0), r.allOnes(d), d) }

// leftToRight joins operands by the op of n.
func (r *run) leftToRight(n *expr.Node, operands []*expr.Node) *expr.Node {
	x := operands[0]
	for _, y := range operands[1:] {
		x = r.make(n, n.Op(), nil, x, y)
	}
	return x
}

// clipClip joins two clippings to constant bounds.
func clipClip(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	if inner.Op() != expr.OpClip || inner.DType() != n.DType() {
		return nil
	}
	for _, k := range []*expr.Node{inner, n} {
		lo, okLo := scalarOf(k.Arg(1))
		hi, okHi := scalarOf(k.Arg(2))
		if !okLo || !okHi || !(real(lo) <= real(hi)) || k.Arg(1).Rank() > 0 || k.Arg(2).Rank() > 0 {
			return nil
		}
	}
	bound := func(x *expr.Node) *expr.Node {
		return r.make(n, expr.OpClip, nil, r.cast(n, x, n.DType()), n.Arg(1), n.Arg(2))
	}
	return r.make(n, expr.OpClip, nil, inner.Arg(0), bound(inner.Arg(1)), bound(inner.Arg(2)))
}

// boundsClip joins a lower and an upper constant bound, the lower not above the
// upper.
func boundsClip(r *run, n *expr.Node) *expr.Node {
	for i, inner := range n.Args() {
		if inner.Op() != dual[n.Op()] || inner.DType() != n.DType() || !r.once(inner) {
			continue
		}
		for j, x := range inner.Args() {
			lo, hi := inner.Arg(1-j), n.Arg(1-i)
			if n.Op() == expr.OpMaximum {
				lo, hi = hi, lo
			}
			a, okLo := scalarOf(lo)
			b, okHi := scalarOf(hi)
			if okLo && okHi && lo.Rank()+hi.Rank() == 0 && real(a) < real(b) {
				return r.make(n, expr.OpClip, nil, x, lo, hi)
			}
		}
	}
	return nil
}

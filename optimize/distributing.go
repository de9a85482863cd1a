package optimize

import (
	"slices"

	"arignote/expr"
)

// Products of sums and sums of products, for the pass linalg: a product is made of
// each term where that is cheaper, or one of all where that is.

// linalgSums are the rows about sums beside products.
var linalgSums = []Rule{
	// Products of sums, sums of products.
	{Name: "dot-sum", Class: Real, Op: expr.OpDot, rewrite: dotSum, with: []expr.Op{expr.OpAdd, expr.OpSub}, example: "S: float64[3, 3]; a: float64; u: float64[3]; v: float64[3]; (S + a*eye(3)) @ S, (S - outer(u, v)) @ v"},
	{Name: "sum-dot", Class: Real, ops: []expr.Op{expr.OpAdd, expr.OpSub}, rewrite: sumDot, with: sharing, example: "A: float64[3, 4]; B: float64[4, 5]; E: float64[4, 5]; A @ B + A @ E, solve(A[:, :3], A[:, 0]) - solve(A[:, :3], A[:, 1])"},
	{Name: "reduce-sum-dot", Class: Real, ops: []expr.Op{expr.OpSum, expr.OpMean}, rewrite: reduceSumDot, with: []expr.Op{expr.OpAdd, expr.OpSub}, example: "A: float64[30, 40]; B: float64[40, 50]; C: float64[30, 50]; sum(A @ B - C)"},
	{Name: "dot-div-vector", Class: Real, Op: expr.OpDot, rewrite: dotDivVector, with: []expr.Op{expr.OpDiv}, example: "A: float64[3, 4]; v: float64[4]; w: float64[4]; (A/v) @ w"},
	{Name: "mul-outer", Class: Real, Op: expr.OpMul, rewrite: mulOuter, with: []expr.Op{expr.OpOuter}, example: "u: float64[3]; v: float64[4]; outer(u, v)*outer(u*u, v)"},
}

// dotSum multiplies the terms of a sum one by one if some of them are multiples of
// the identity, or, where the other factor is a vector, diagonal or of rank one:
// (S + a*eye(n)) @ x is S@x + a*x.
func dotSum(r *run, n *expr.Node) *expr.Node {
	for i, m := range n.Args() {
		if m.Op() != expr.OpAdd && m.Op() != expr.OpSub || m.Rank() != 2 || !r.once(m) || !n.DType().IsFloat() || m.DType() != n.DType() {
			continue
		}
		var rest, sum []*expr.Node // to be multiplied, and products
		for k, t := range m.Args() {
			minus := m.Op() == expr.OpSub && k == 1
			p := r.easyProduct(n, t, m, i)
			switch {
			case p == nil && minus:
				rest = append(rest, r.make(n, expr.OpNeg, nil, t))
			case p == nil:
				rest = append(rest, t)
			case minus:
				sum = append(sum, r.make(n, expr.OpNeg, nil, p))
			default:
				sum = append(sum, p)
			}
		}
		if len(sum) == 0 {
			continue
		}
		if len(rest) > 0 {
			x := r.chain(m, expr.OpAdd, rest)
			if x.Err() != nil || x.DType() != m.DType() || !r.sameShape(x, m) {
				continue
			}
			args := slices.Clone(n.Args())
			args[i] = x
			sum = append([]*expr.Node{r.make(n, expr.OpDot, nil, args...)}, sum...)
		}
		return r.chain(n, expr.OpAdd, sum)
	}
	return nil
}

// easyProduct is the product n with the term t of the matrix m in place of m, which
// is argument i, if that takes no product of matrices; else nil.
func (r *run) easyProduct(n, t, m *expr.Node, i int) *expr.Node {
	other := n.Arg(1 - i)
	if t.DType() != m.DType() || !r.sameShape(t, m) {
		return nil
	}
	if s := r.unscaled(n, t); r.isIdentity(s.core) {
		return r.multiple(n, s.alpha, r.cast(n, other, n.DType()))
	}
	if other.Rank() != 1 {
		return nil
	}
	if v := r.diagonal(n, t); v != nil {
		return r.make(n, expr.OpMul, nil, v, other)
	}
	if s := r.unscaled(n, t); s.core.Op() == expr.OpOuter && s.core.DType() == n.DType() {
		return r.make(n, expr.OpMul, nil, s.alpha, r.make(n, expr.OpDot, nil, s.core.Arg(1-i), other), s.core.Arg(i))
	}
	return nil
}

// isIdentity reports whether x is an identity matrix.
func (r *run) isIdentity(x *expr.Node) bool {
	c, ok := identityScale(x)
	return ok && c == 1
}

// sharing are products of which two with a common factor make one.
var sharing = []expr.Op{expr.OpDot, expr.OpMatMul, expr.OpOuter, expr.OpSolve, expr.OpSolveTriangular}

// sumDot takes a common factor out of two terms: A@B + A@E is A @ (B + E).
func sumDot(r *run, n *expr.Node) *expr.Node {
	if !n.DType().IsFloat() {
		return nil
	}
	at := make(map[[2]any]int) // by op with attribute and shared factor with its side
	for j, t := range n.Args() {
		if !slices.Contains(sharing, t.Op()) || !r.once(t) || t.DType() != n.DType() {
			continue
		}
		for side, shared := range t.Args() {
			key := [2]any{[2]any{t.Op(), side}, shared}
			i, met := at[key]
			if !met {
				at[key] = j
				continue
			}
			if m := r.shared(n, n.Arg(i), t, side); m != nil {
				return r.withShared(n, i, j, m)
			}
		}
	}
	return nil
}

// shared is the sum, or the difference, of the products x and y, which have the
// same argument at the given side; nil if it is better as it is.
func (r *run) shared(n, x, y *expr.Node, side int) *expr.Node {
	a, b, common := x.Arg(1-side), y.Arg(1-side), x.Arg(side)
	if !r.sameShape(a, b) || a.DType() != n.DType() || b.DType() != n.DType() || x.Attr() != y.Attr() || x.Rank() != n.Rank() {
		return nil
	}
	switch x.Op() {
	case expr.OpSolve, expr.OpSolveTriangular:
		if side == 1 {
			return nil
		}
	case expr.OpDot:
		if common.Rank() == 1 && a.Rank() == 2 {
			return nil // adding matrices takes longer than a product with a vector
		}
	}
	args := []*expr.Node{common, common}
	args[1-side] = r.make(n, n.Op(), nil, a, b)
	return r.make(x, x.Op(), x.Attr(), args...)
}

// withShared is the sum or difference n with m in place of the terms i and j.
func (r *run) withShared(n *expr.Node, i, j int, m *expr.Node) *expr.Node {
	if len(n.Args()) == 2 {
		return m
	}
	terms := slices.Clone(n.Args())
	terms[i] = m
	return r.chain(n, expr.OpAdd, slices.Delete(terms, j, j+1))
}

// reduceSumDot reduces the terms of a sum one by one if one is a product, of which
// reductions are cheap.
func reduceSumDot(r *run, n *expr.Node) *expr.Node {
	x, a := n.Arg(0), n.Attr().(expr.Axes)
	if !r.once(x) || a.KeepDims || len(a.Axes) == 0 || !n.DType().IsFloat() || x.DType() != n.DType() {
		return nil
	}
	product := false
	terms := make([]*expr.Node, len(x.Args()))
	for i, t := range x.Args() {
		if !r.sameShape(t, x) || t.DType() != n.DType() {
			return nil
		}
		core := r.asScaled(t).core
		product = product || core.Op() == expr.OpDot && core.Rank() == 2 && r.once(core) && r.once(t) && !isSmallDot(core)
		terms[i] = r.make(n, n.Op(), a, t)
	}
	if !product {
		return nil
	}
	return r.make(n, x.Op(), nil, terms...)
}

// isSmallDot reports whether the product n is known to take so few multiplications
// that more steps cost more than they save.
func isSmallDot(n *expr.Node) bool {
	shape, known := n.Type().Shape()
	factor, alsoKnown := n.Arg(0).Type().Shape()
	return known && alsoKnown && volume(shape)*factor[len(factor)-1] < minDistribute
}

// dotDivVector divides the vector, or the result, instead of the matrix:
// (A/v) @ w is A @ (w/v), and (A/u[:, None]) @ w is (A @ w)/u.
func dotDivVector(r *run, n *expr.Node) *expr.Node {
	i := slices.IndexFunc(n.Args(), func(x *expr.Node) bool { return x.Rank() == 1 })
	if i < 0 || !n.DType().IsFloat() {
		return nil
	}
	w, m := n.Arg(i), n.Arg(1-i)
	if m.Op() != expr.OpDiv || m.Rank() != 2 || !r.once(m) || m.DType() != n.DType() || w.DType() != n.DType() {
		return nil
	}
	x, f := m.Arg(0), m.Arg(1)
	if x.DType() != m.DType() || !r.sameShape(x, m) || f.Rank() == 0 {
		return nil
	}
	args := []*expr.Node{x, w}
	if i == 0 {
		args = []*expr.Node{w, x}
	}
	switch row := r.constantAlong(f, []int{0}, 2); {
	case row && i == 1:
		args[1] = r.make(n, expr.OpDiv, nil, w, r.shuffled(n, f, []int{f.Rank() - 1}))
		return r.make(n, expr.OpDot, nil, args...)
	case row:
		return r.make(n, expr.OpDiv, nil, r.make(n, expr.OpDot, nil, args...), r.shuffled(n, f, []int{f.Rank() - 1}))
	case f.Rank() < 2 || !r.constantAlong(f, []int{1}, 2):
		return nil
	case i == 0:
		args[0] = r.make(n, expr.OpDiv, nil, w, r.shuffled(n, f, []int{0}))
		return r.make(n, expr.OpDot, nil, args...)
	}
	return r.make(n, expr.OpDiv, nil, r.make(n, expr.OpDot, nil, args...), r.shuffled(n, f, []int{0}))
}

// mulOuter multiplies the vectors of outer products.
func mulOuter(r *run, n *expr.Node) *expr.Node {
	if !n.DType().IsFloat() {
		return nil
	}
	var u, v, rest []*expr.Node
	for _, x := range n.Args() {
		if x.Op() == expr.OpOuter && r.once(x) && x.DType() == n.DType() && r.sameShape(x, n) {
			u, v = append(u, x.Arg(0)), append(v, x.Arg(1))
		} else {
			rest = append(rest, x)
		}
	}
	if len(u) < 2 {
		return nil
	}
	m := r.make(n, expr.OpOuter, nil, r.chain(n, expr.OpMul, u), r.chain(n, expr.OpMul, v))
	return r.chain(n, expr.OpMul, append(rest, m))
}

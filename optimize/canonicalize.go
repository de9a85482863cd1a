package optimize

import "arignote/expr"

// canonicalize collects sums and products of any length: a sum becomes a
// constant and terms with coefficients, a product a coefficient and powers of
// bases, whatever additions, negations, divisions, squares and roots they were
// written with. Equal terms and bases meet (a + b - a, x*y/y, 2*x*3) and the
// rules whose left side is a sum or a product are matched inside.
//
// What was collected is written back only if that saves operations: the order
// of a sum and the grouping of a product that gain nothing stay as the user
// wrote them, and with them their rounding and their overflow. Sums and
// products nested in their first argument become one node with many arguments,
// which is the same computation.
//
// Integers are collected modulo 2^n, which is exact. Coefficients of complex
// numbers are real; bool is left alone.
func canonicalize(r *run, _ *expr.Graph) (*opSet, stepFunc) {
	return collected, func(n *expr.Node) (*expr.Node, why) {
		if !r.collects(n) {
			return nil, why{}
		}
		return r.canonical(n)
	}
}

// collected are the ops that add terms or multiply powers.
var collected = opSetWith(func(op expr.Op) bool { return sumOp(op) || productOp(op) })

// collects reports whether n is the root of a sum or product that is worth
// looking at: inner nodes are collected with their root.
func (r *run) collects(n *expr.Node) bool {
	t := n.Type()
	if t.DType == expr.Bool || t.Weak || r.opt.Strict && !t.DType.IsInteger() {
		return false
	}
	sum, product := sumOp(n.Op()), productOp(n.Op())
	if !sum && !product {
		return false
	}
	u := r.onlyUser(n)
	if u == nil || u.DType() != t.DType {
		return true
	}
	return !(sum && sumOp(u.Op()) || !sum && opensFactors(u.Op()))
}

// partOfSum reports whether the sum n is collected with another.
func (r *run) partOfSum(n *expr.Node) bool {
	u := r.onlyUser(n)
	return u != nil && u.DType() == n.DType() && sumOp(u.Op()) && !n.Type().Weak
}

// opensFactors reports whether a product that is an argument of op is always
// collected with it. A negation may be collected with a sum instead.
func opensFactors(op expr.Op) bool {
	return productOp(op) && op != expr.OpSqrt && op != expr.OpPow && op != expr.OpNeg
}

// sumOp reports whether op adds terms.
func sumOp(op expr.Op) bool {
	return op == expr.OpAdd || op == expr.OpSub || op == expr.OpNeg
}

// productOp reports whether op multiplies powers.
func productOp(op expr.Op) bool {
	switch op {
	case expr.OpMul, expr.OpDiv, expr.OpReciprocal, expr.OpSquare, expr.OpSqrt, expr.OpPow, expr.OpNeg:
		return true
	}
	return false
}

// canonical returns a cheaper form of the sum or product n, or nil.
func (r *run) canonical(n *expr.Node) (*expr.Node, why) {
	if m := r.flatten(n); m != nil && !r.skips("flatten") {
		return m, why{rule: "flatten", class: Exact}
	}
	if sumOp(n.Op()) {
		if m, by := r.collectSum(n); m != nil {
			return m, by
		}
	}
	if productOp(n.Op()) {
		return r.collectProduct(n)
	}
	return nil, why{}
}

// maxArgs is the largest number of arguments of a collected node: longer sums
// and products stay a chain of such nodes.
const maxArgs = 32

// flatten merges add(add(a, b), c) into add(a, b, c), which is computed in the
// same order, if nothing else uses the inner sum. The same for mul.
func (r *run) flatten(n *expr.Node) *expr.Node {
	if n.Op() != expr.OpAdd && n.Op() != expr.OpMul {
		return nil
	}
	inner := n.Arg(0)
	if inner.Op() != n.Op() || !r.once(inner) || inner.Type().DType != n.Type().DType || inner.Type().Weak {
		return nil
	}
	if len(inner.Args())+len(n.Args()) > maxArgs {
		return nil
	}
	args := append(append([]*expr.Node{}, inner.Args()...), n.Args()[1:]...)
	m := expr.New(n, n.Op(), nil, args...)
	return r.fit(n, m)
}

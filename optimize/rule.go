package optimize

import (
	"fmt"
	"slices"

	"arignote/expr"
)

// Rule is one rewrite: text that is matched and text that replaces it.
//
//	{Name: "div-self", Left: "x / x", Right: "1", Class: Real}
//
// # What the text means
//
// Both sides are expressions of the language. A name matches any node, and the
// same node wherever it occurs again; which are equal is known because equal
// nodes are one node. A number matches a scalar constant of that value, of any
// dtype, stretched or not; 0 does not match -0 in an Exact rule. True and
// False match bool constants. x.T is the transpose of a matrix, @ is dot.
//
// Attributes: an op without keywords matches any attribute, and gives it to
// the ops without keywords on the right: log(sum(exp(x))) -> logsumexp(x)
// keeps axis and keepdims. With keywords, a name is bound to the axis (or the
// axes) and can be used on the right, True, False and numbers must be equal,
// and keywords that are not written have their default: exp(x) / sum(exp(x),
// axis=k, keepdims=True) -> softmax(x, axis=k).
//
// # How a rule is found
//
// Rules are indexed by the op at the root of the left side. For each node,
// arguments before users, the rules of its op are tried in the order of the
// table; the first that matches and whose replacement fits is applied, and the
// replacement is looked at in turn. The arguments of commutative ops match in
// any order. A rule whose left side is a sum or a product is also matched
// inside longer sums and products, by the pass canonicalize. What a reduction
// with keepdims=True matches below the root may also be one without, of which
// the axes are inserted again.
//
// # What a rule may do
//
//  1. It keeps the value, as its Class promises.
//  2. It need not care for types: the replacement is converted to the dtype of
//     what it replaces and stretched to its shape. Where neither is certain
//     to be right, the rule does not fire.
//  3. It fires for real numbers only unless When says "complex". A Real rule
//     fires for floats only unless When says "integers": what is true of real
//     numbers need not be true of numbers that wrap.
//  4. It makes the expression smaller, or leaves a form that no other rule
//     turns back.
//
// # Why it ends
//
// Built-in rules shrink, or go from one op to another in one direction. That
// is tested, and for rules of the user's it is watched: rules that undo each
// other, or what a built-in one does, end in an error that names them (see
// rewrite.go, and undone in run.go).
type Rule struct {
	Name  string
	Left  string
	Right string
	Class Class
	// When lists conditions, separated by commas, each a name of the left
	// side, or the word result for all of it, and a property: "x integer,
	// result integer"; the properties are those
	// of the table in when.go. The words complex and integers alone let these
	// numbers in, the word same asks that all names are of one dtype, the word
	// aligned that they are of one rank.
	When string

	// Op and Func are for rewrites that text cannot say, in place of Left and
	// Right: Func is called for each node with that op and returns what
	// replaces it, computed from what the node is computed from, or nil. A node
	// that carries a mistake, or whose type does not fit, replaces nothing.
	Op   expr.Op
	Func func(n *expr.Node) *expr.Node

	// rewrite is Func with the run's knowledge of shapes and uses, for
	// built-in rules; example is a program in which it fires.
	rewrite func(r *run, n *expr.Node) *expr.Node
	ops     []expr.Op
	with    []expr.Op // one argument at least has one of these ops; any if there are none
	example string
}

// compiled is a rule made ready for matching.
type compiled struct {
	Rule
	left              []*pattern // with the arguments of commutative ops in each order
	right             *pattern
	when              []condition
	names             []string // of variables, by their number
	vars              int
	attrs             int  // number of attribute variables
	complex, integers bool // let complex numbers in; let integers into a Real rule
	same              bool // all names are of one dtype
	aligned           bool // all names are of one rank
	inSums            bool // it has a constant, and is matched inside longer sums too
}

// table is a list of rules, indexed by the op at the root.
type table struct {
	rules []*compiled
	byOp  [expr.NumOps][]candidate
	ops   opSet // those with rules
}

// candidate is a rule in one of the orders of its arguments, or a function, and
// what it asks of the node's arguments before anything else is looked at.
type candidate struct {
	*compiled
	left  *pattern // nil for a function
	args  int      // how many there are; 0 for any number
	needs [2]opBits
	some  opBits // one of them has one of these ops
}

// anyOp is the set of all ops.
var anyOp = func() (b opBits) {
	for i := range b {
		b[i] = ^uint64(0)
	}
	return b
}()

// opBits is a small set of ops.
type opBits [(expr.NumOps + 63) / 64]uint64

func (b *opBits) add(op expr.Op)      { b[op/64] |= 1 << (op % 64) }
func (b *opBits) has(op expr.Op) bool { return b[op/64]&(1<<(op%64)) != 0 }

// candidates returns c as alternatives, in the order in which they are tried.
func (c *compiled) candidates() []candidate {
	if c.left == nil {
		some := anyOp
		if c.with != nil {
			some = opBits{}
			for _, op := range c.with {
				some.add(op)
			}
		}
		return []candidate{{compiled: c, needs: [2]opBits{anyOp, anyOp}, some: some}}
	}
	list := make([]candidate, len(c.left))
	for i, left := range c.left {
		list[i] = candidate{c, left, len(left.args), [2]opBits{anyOp, anyOp}, anyOp}
		for k, a := range left.args[:min(2, len(left.args))] {
			list[i].needs[k] = a.roots()
		}
	}
	return list
}

// roots returns the ops of nodes that p may match.
func (p *pattern) roots() (b opBits) {
	switch p.kind {
	case isVar:
		return anyOp
	case isLit:
		b.add(expr.OpConst)
		for op := expr.OpConst; op < expr.NumOps; op++ {
			if op.View() {
				b.add(op)
			}
		}
		return b
	}
	b.add(p.op)
	return b
}

// suits reports whether the candidate may match a node with these arguments: most
// are told apart by the ops one level down.
func (c *candidate) suits(args []*expr.Node) bool {
	if c.args > 0 && c.args != len(args) {
		return false
	}
	if len(args) > 0 && !c.needs[0].has(args[0].Op()) || len(args) > 1 && !c.needs[1].has(args[1].Op()) {
		return false
	}
	return c.some == anyOp || slices.ContainsFunc(args, func(x *expr.Node) bool { return c.some.has(x.Op()) })
}

// newTable compiles rules.
func newTable(rules []Rule) (*table, error) {
	t := &table{}
	for _, rule := range rules {
		c, err := compile(rule)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", rule.Name, err)
		}
		t.add(c)
		if c.left == nil {
			continue
		}
		if left, other := c.left[0].spread(); other && left.kind == isOp {
			d := *c
			d.left = left.orders()
			t.add(&d)
		}
	}
	return t, nil
}

func (t *table) add(c *compiled) {
	t.rules = append(t.rules, c)
	for _, op := range c.roots() {
		t.byOp[op], t.ops[op] = append(t.byOp[op], c.candidates()...), true
	}
}

// roots returns the ops of the nodes on which the rule is tried.
func (c *compiled) roots() []expr.Op {
	switch {
	case c.ops != nil:
		return c.ops
	case c.left == nil:
		return []expr.Op{c.Op}
	}
	return []expr.Op{c.left[0].op}
}

// compile parses both sides and checks that they fit together.
func compile(rule Rule) (*compiled, error) {
	c := &compiled{Rule: rule}
	switch text := rule.Left != "" || rule.Right != ""; {
	case rule.Name == "":
		return nil, expr.Errorf(expr.ErrInput, "", "it has no name")
	case rule.Func != nil && text:
		return nil, expr.Errorf(expr.ErrInput, "", "both text and a function")
	case rule.Func != nil && (rule.Op == expr.OpInvalid || rule.Op >= expr.NumOps):
		return nil, expr.Errorf(expr.ErrInput, "", "a function needs the Op of the nodes that it replaces")
	}
	if rule.Func != nil || rule.rewrite != nil {
		return c, nil
	}
	p := &patternParser{}
	left, err := p.parse(rule.Left)
	if err != nil {
		return nil, err
	}
	if left.kind != isOp && left.kind != isTranspose {
		return nil, expr.Errorf(expr.ErrSyntax, "", "the left side %q is no operation", rule.Left)
	}
	p.right = true
	if c.right, err = p.parse(rule.Right); err != nil {
		return nil, err
	}
	c.left = left.orders()
	c.names, c.vars, c.attrs = p.names, len(p.names), len(p.attrs)+numWhole
	return c, c.parseWhen()
}

// binding is what the names of a rule stand for in one match.
type binding struct {
	vars  []*expr.Node
	attrs []expr.Attr // whole attributes by family, then axis variables (as Axes)
	exact bool
}

func (b *binding) reset(c *compiled) {
	b.vars = slices.Grow(b.vars[:0], c.vars)[:c.vars]
	b.attrs = slices.Grow(b.attrs[:0], c.attrs)[:c.attrs]
	clear(b.vars)
	clear(b.attrs)
	b.exact = c.Class == Exact
}

// apply returns the replacement of n by the first rule of t that matches and
// fits, or nil.
func (r *run) apply(t *table, n *expr.Node) (*expr.Node, why) {
	list, args := t.byOp[n.Op()], n.Args()
	for i := range list {
		c := &list[i]
		if !c.suits(args) || !r.allowed(c.compiled) {
			continue
		}
		if m := r.fit(n, r.try(c, n)); m != nil && m != n {
			return m, why{c.Name, c.Class, c.assumption()}
		}
	}
	return nil, why{}
}

// allowed reports whether the options let a rule fire.
func (r *run) allowed(c *compiled) bool {
	return !(r.opt.Strict && c.Class == Real) && !r.skips(c.Name)
}

// try returns the right side of c for the node n, nil if c does not match.
func (r *run) try(c *candidate, n *expr.Node) *expr.Node {
	switch {
	case c.rewrite != nil:
		return c.rewrite(r, n)
	case c.Func != nil:
		return r.call(c.Rule, n)
	}
	if c.inSums && r.partOfSum(n) {
		return nil // it is matched in the whole sum
	}
	r.bound.reset(c.compiled)
	if c.left.match(n, &r.bound) && c.holds(r, n, &r.bound) {
		return c.right.build(r, n, &r.bound)
	}
	return nil
}

// holds reports whether the conditions of c are met.
func (c *compiled) holds(r *run, n *expr.Node, b *binding) bool {
	if !c.complex && n.DType().IsComplex() {
		return false
	}
	for _, x := range b.vars {
		if x == nil {
			continue
		}
		d, literal := x.DType(), x.Type().Weak && n.DType().IsFloat()
		if !c.complex && d.IsComplex() || c.Class == Real && !c.integers && !d.Inexact() && !literal {
			return false
		}
	}
	if c.same && !sameDType(b.vars) || c.aligned && !sameRank(b.vars) {
		return false
	}
	for _, w := range c.when {
		x := n
		if w.v >= 0 {
			x = b.vars[w.v]
		}
		if x != nil && !w.holds(r, x) {
			return false
		}
	}
	return c.right.kind != isOp || n.DType() == expr.Bool || !narrows(n, b)
}

// sameDType reports whether all names are of one dtype. A literal is of any
// dtype of its kind.
func sameDType(vars []*expr.Node) bool {
	i := slices.IndexFunc(vars, func(x *expr.Node) bool { return x != nil && !x.Type().Weak })
	return i >= 0 && !slices.ContainsFunc(vars, func(x *expr.Node) bool {
		if x == nil {
			return false
		}
		d, want := x.DType(), vars[i].DType()
		return d != want && !(x.Type().Weak && d.IsInteger() && want.IsInteger()) && !(x.Type().Weak && d.IsFloat() && want.IsFloat())
	})
}

// sameRank reports whether all names are of one rank, so that axes are counted
// alike.
func sameRank(vars []*expr.Node) bool {
	return !slices.ContainsFunc(vars, func(x *expr.Node) bool { return x != nil && x.Rank() != vars[0].Rank() })
}

// narrows reports whether an operand is of another dtype than n: what the right
// side computes of it might wrap, or lose digits, where the left side does not.
func narrows(n *expr.Node, b *binding) bool {
	for _, x := range b.vars {
		if x != nil && x.DType() != expr.Bool && x.DType() != n.DType() && x.DType() != n.DType().Complex() && !x.Type().Weak {
			return true
		}
	}
	return false
}

// assumption says in words what the rule takes for granted.
func (c *compiled) assumption() string {
	if c.Class == Exact {
		return ""
	}
	if c.Left == "" {
		return "true over the reals"
	}
	return c.Left + " = " + c.Right + " over the reals"
}

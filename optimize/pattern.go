package optimize

import (
	"math"
	"slices"
	"strconv"

	"arignote/expr"
	"arignote/expr/syntax"
)

// pattern is one side of a rule, or a part of it.
type pattern struct {
	kind patternKind
	v    int     // isVar: number of the name
	lit  literal // isLit
	op   expr.Op // isOp
	args []*pattern
	attr attrPattern
}

type patternKind uint8

const (
	isVar patternKind = iota
	isLit
	isOp
	isTranspose // x.T of a matrix
	isSpread    // a reduction, and the axes that it dropped put in again
)

// literal is a number or truth value in a rule.
type literal struct {
	value  float64
	isBool bool
	isInt  bool
}

// attrPattern says which attributes match, and which one to build.
type attrPattern struct {
	family family
	keys   bool  // keywords are written: axis and keep count; else any attribute
	axis   int   // attribute variable, or -1
	fixed  []int // the axes as written, where axis is -1; nil = default
	keep   bool
}

// family is a kind of attribute that patterns can name.
type family uint8

const (
	noFamily   family = iota
	axesFamily        // reductions
	axisFamily        // ops along one axis
	numWhole   = int(axisFamily) + 1
)

// familyOf returns the attribute family of op, and whether rules can use op.
func familyOf(op expr.Op) (family, bool) {
	switch {
	case op.Reduction():
		return axesFamily, true
	case slices.Contains([]expr.Op{expr.OpSoftmax, expr.OpLogSoftmax, expr.OpCumsum, expr.OpCumprod, expr.OpSort,
		expr.OpArgsort, expr.OpArgmax, expr.OpArgmin}, op):
		return axisFamily, true
	case op.Elementwise():
		return noFamily, op != expr.OpCast && op != expr.OpPolygamma
	}
	return noFamily, slices.Contains([]expr.Op{expr.OpDot, expr.OpMatMul, expr.OpOuter, expr.OpDet, expr.OpLogAbsDet, expr.OpLogDet,
		expr.OpInv, expr.OpSolve, expr.OpCholesky, expr.OpStopGradient, expr.OpBroadcastLike, expr.OpSumLike,
		expr.OpShape}, op)
}

// operators maps the operators of the language to ops.
var operators = map[string]expr.Op{
	"+": expr.OpAdd, "-": expr.OpSub, "*": expr.OpMul, "/": expr.OpDiv, "//": expr.OpFloorDiv, "%": expr.OpMod,
	"**": expr.OpPow, "@": expr.OpDot, "&": expr.OpAnd, "|": expr.OpOr, "^": expr.OpXor, "<<": expr.OpShl, ">>": expr.OpShr,
	"<": expr.OpLt, "<=": expr.OpLe, "==": expr.OpEq, "!=": expr.OpNe, ">": expr.OpGt, ">=": expr.OpGe,
}

// opNamed returns the op with the given name in the language.
func opNamed(name string) (expr.Op, bool) {
	for op := expr.OpConst + 1; op < expr.NumOps; op++ {
		if op.String() == name {
			return op, true
		}
	}
	return expr.OpInvalid, false
}

// patternParser turns the two sides of one rule into patterns.
type patternParser struct {
	names []string
	attrs []string
	whole [numWhole]bool // families of which the left side binds a whole attribute
	right bool           // names must be known
}

func (p *patternParser) errorf(at syntax.Expr, format string, args ...any) error {
	e := expr.Errorf(expr.ErrSyntax, "", format, args...)
	e.Pos = expr.Pos{Line: at.Position().Line, Col: at.Position().Col}
	return e
}

func (p *patternParser) parse(text string) (*pattern, error) {
	e, err := syntax.ParseExpr(text)
	if err != nil {
		return nil, err
	}
	return p.pattern(e)
}

func (p *patternParser) pattern(e syntax.Expr) (*pattern, error) {
	switch e := e.(type) {
	case *syntax.Name:
		return p.name(e)
	case *syntax.Int:
		n, err := strconv.ParseInt(e.Text, 0, 64)
		return &pattern{kind: isLit, lit: literal{value: float64(n), isInt: true}}, err
	case *syntax.Float:
		return &pattern{kind: isLit, lit: literal{value: e.Value}}, nil
	case *syntax.Bool:
		return &pattern{kind: isLit, lit: literal{value: oneIf(e.Value), isBool: true}}, nil
	case *syntax.Unary:
		return p.unary(e)
	case *syntax.Binary:
		op, ok := operators[e.Op]
		if !ok {
			return nil, p.errorf(e, "no operator %s in rules", e.Op)
		}
		return p.apply(e, op, []syntax.Expr{e.X, e.Y}, nil)
	case *syntax.Attribute:
		if e.Name != "T" {
			return nil, p.errorf(e, "no attribute %s in rules", e.Name)
		}
		x, err := p.pattern(e.X)
		return &pattern{kind: isTranspose, op: expr.OpDimShuffle, args: []*pattern{x}}, err
	case *syntax.Call:
		op, ok := opNamed(e.Fun)
		if !ok {
			return nil, p.errorf(e, "no operation %s", e.Fun)
		}
		return p.apply(e, op, e.Args, e.Keywords)
	}
	return nil, p.errorf(e, "rules cannot say this")
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (p *patternParser) name(e *syntax.Name) (*pattern, error) {
	switch e.Ident {
	case "pi":
		return &pattern{kind: isLit, lit: literal{value: math.Pi}}, nil
	case "inf":
		return &pattern{kind: isLit, lit: literal{value: math.Inf(1)}}, nil
	}
	i := slices.Index(p.names, e.Ident)
	if i < 0 {
		if p.right {
			return nil, p.errorf(e, "the left side does not bind %s", e.Ident)
		}
		i = len(p.names)
		p.names = append(p.names, e.Ident)
	}
	return &pattern{kind: isVar, v: i}, nil
}

func (p *patternParser) unary(e *syntax.Unary) (*pattern, error) {
	x, err := p.pattern(e.X)
	if err != nil {
		return nil, err
	}
	switch {
	case e.Op == "-" && x.kind == isLit:
		x.lit.value = -x.lit.value
		if x.lit.value == 0 {
			x.lit.isInt = false // -0 is a float
		}
		return x, nil
	case e.Op == "-":
		return &pattern{kind: isOp, op: expr.OpNeg, args: []*pattern{x}}, nil
	case e.Op == "~":
		return &pattern{kind: isOp, op: expr.OpNot, args: []*pattern{x}}, nil
	}
	return nil, p.errorf(e, "no operator %s in rules", e.Op)
}

func (p *patternParser) apply(e syntax.Expr, op expr.Op, args []syntax.Expr, keywords []syntax.Keyword) (*pattern, error) {
	fam, ok := familyOf(op)
	if !ok {
		return nil, p.errorf(e, "rules as text cannot use %s: write a function", op)
	}
	n := &pattern{kind: isOp, op: op}
	for _, a := range args {
		x, err := p.pattern(a)
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, x)
	}
	if least, variadic := op.Arity(); len(args) != least && !(variadic && len(args) > least) {
		return nil, p.errorf(e, "%s has %d arguments", op, least)
	}
	var err error
	n.attr, err = p.attr(e, fam, keywords)
	return n, err
}

// attr reads the keywords axis and keepdims.
func (p *patternParser) attr(e syntax.Expr, fam family, keywords []syntax.Keyword) (attrPattern, error) {
	a := attrPattern{family: fam, axis: -1, keys: len(keywords) > 0}
	switch {
	case fam == noFamily && a.keys:
		return a, p.errorf(e, "no keywords here in rules")
	case fam == noFamily:
		return a, nil
	case !a.keys && p.right && !p.whole[fam]:
		return a, p.errorf(e, "the left side has no attribute without keywords to take over")
	case !a.keys:
		p.whole[fam] = true
		return a, nil
	}
	for _, k := range keywords {
		switch v := k.Value.(type) {
		case *syntax.Bool:
			a.keep = k.Name == "keepdims" && v.Value
		case *syntax.Int:
			n, err := strconv.Atoi(v.Text)
			if k.Name != "axis" || err != nil {
				return a, p.errorf(v, "%s cannot be %s", k.Name, v.Text)
			}
			a.fixed = []int{n}
		case *syntax.Name:
			if k.Name != "axis" {
				return a, p.errorf(v, "only axis can have a name as value")
			}
			a.axis = slices.Index(p.attrs, v.Ident)
			if a.axis < 0 {
				if p.right {
					return a, p.errorf(v, "the left side does not bind %s", v.Ident)
				}
				a.axis = len(p.attrs)
				p.attrs = append(p.attrs, v.Ident)
			}
		default:
			return a, p.errorf(v, "%s cannot be this in rules", k.Name)
		}
	}
	return a, nil
}

// hasOp reports whether p matches nodes with a certain op only.
func (p *pattern) hasOp() bool { return p.kind >= isOp }

// orders returns p with the arguments of each commutative op in both orders,
// so that matching need not try.
func (p *pattern) orders() []*pattern {
	if len(p.args) == 0 {
		return []*pattern{p}
	}
	alternatives := [][]*pattern{nil}
	for _, a := range p.args {
		var longer [][]*pattern
		for _, head := range alternatives {
			for _, o := range a.orders() {
				longer = append(longer, append(slices.Clone(head), o))
			}
		}
		alternatives = longer
	}
	var out []*pattern
	for _, args := range alternatives {
		q := *p
		q.args = args
		out = append(out, &q)
		if p.op.Commutative() && len(args) == 2 && !p.args[0].same(p.args[1]) {
			swapped := *p
			swapped.args = []*pattern{args[1], args[0]}
			out = append(out, &swapped)
		}
	}
	return out
}

// same reports whether two patterns match the same nodes.
func (p *pattern) same(q *pattern) bool {
	return p.kind == q.kind && p.v == q.v && p.lit == q.lit && p.op == q.op &&
		slices.EqualFunc(p.args, q.args, (*pattern).same) && p.attr.same(q.attr)
}

func (a attrPattern) same(b attrPattern) bool {
	return a.family == b.family && a.keys == b.keys && a.axis == b.axis && a.keep == b.keep && slices.Equal(a.fixed, b.fixed)
}

// spread returns p with each reduction that keeps axes spelled as one that drops
// them, and has them inserted again, and whether there is such a reduction.
func (p *pattern) spread() (q *pattern, other bool) {
	c := *p
	c.args = slices.Clone(p.args)
	for i, a := range p.args {
		var is bool
		c.args[i], is = a.spread()
		other = other || is
	}
	if p.kind != isOp || p.attr.family != axesFamily || !p.attr.keep {
		return &c, other
	}
	c.attr.keep = false
	return &pattern{kind: isSpread, op: expr.OpDimShuffle, args: []*pattern{&c}}, true
}

// match reports whether n is an instance of p, and binds the names.
func (p *pattern) match(n *expr.Node, b *binding) bool {
	switch p.kind {
	case isVar:
		if b.vars[p.v] == nil {
			b.vars[p.v] = n
		}
		return b.vars[p.v] == n
	case isLit:
		return p.lit.match(n, b.exact)
	}
	if p.op == expr.OpNeg && n.Op() != p.op && p.args[0].kind == isVar && !b.exact {
		x := b.vars[p.args[0].v]
		return x != nil && negatives(x, n)
	}
	if n.Op() != p.op || len(n.Args()) != len(p.args) || !p.attr.match(p, n, b) {
		return false
	}
	for i, a := range p.args {
		if !a.match(n.Arg(i), b) {
			return false
		}
	}
	return true
}

// negatives reports whether y is -x in the form that rules give it: the negative of
// a - b is b - a, that of 2*a is -2*a, that of -a is a.
func negatives(x, y *expr.Node) bool {
	switch {
	case x.Op() == expr.OpNeg:
		return x.Arg(0) == y
	case x.Op() == expr.OpSub && y.Op() == expr.OpSub:
		return x.Arg(0) == y.Arg(1) && x.Arg(1) == y.Arg(0)
	case x.Op() != expr.OpMul || y.Op() != expr.OpMul || len(x.Args()) != 2 || len(y.Args()) != 2:
		return false
	}
	for i, a := range x.Args() {
		for k, c := range y.Args() {
			u, constant := scalarOf(a)
			v, too := scalarOf(c)
			if constant && too && u == -v && a.DType() == c.DType() && x.Arg(1-i) == y.Arg(1-k) {
				return true
			}
		}
	}
	return false
}

// match reports whether n is a constant of the literal's value.
func (l literal) match(n *expr.Node, exact bool) bool {
	z, ok := scalarOf(n)
	if !ok || imag(z) != 0 || real(z) != l.value || l.isBool != (n.DType() == expr.Bool) {
		return false
	}
	return l.value != 0 || !exact || math.Signbit(l.value) == math.Signbit(real(z))
}

// scalarOf returns the value of all elements of n, if n is a constant of one
// element, stretched or not.
func scalarOf(n *expr.Node) (complex128, bool) {
	for n.Op().View() && n.Op() != expr.OpSlice {
		n = n.Arg(0)
	}
	v := n.Value()
	if v == nil || v.Len() != 1 {
		return 0, false
	}
	return v.Complex(0), true
}

// match compares and binds an attribute.
func (a *attrPattern) match(p *pattern, n *expr.Node, b *binding) bool {
	switch {
	case p.kind == isTranspose:
		return isMatrixTranspose(n)
	case p.kind == isSpread:
		return respread(n)
	case a.family == noFamily:
		return true
	}
	if !a.keys {
		return b.bind(int(a.family), n.Attr())
	}
	have := axesOf(n)
	switch {
	case have.KeepDims != a.keep:
		return false
	case a.axis >= 0:
		have.KeepDims = false
		return len(have.Axes) > 0 && b.bind(numWhole+a.axis, have)
	case a.fixed != nil:
		return slices.Equal(have.Axes, a.fixed)
	}
	return have.All
}

// bind binds attribute variable i, or compares with what it is bound to.
func (b *binding) bind(i int, a expr.Attr) bool {
	if b.attrs[i] == nil {
		b.attrs[i] = a
		return true
	}
	return b.attrs[i].Key() == a.Key()
}

// axesOf returns the attribute of a reduction or of an op along an axis as
// axes; none for the flattened array.
func axesOf(n *expr.Node) expr.Axes {
	switch a := n.Attr().(type) {
	case expr.Axes:
		return a
	case expr.Axis:
		if a.Axis >= 0 {
			return expr.Axes{Axes: []int{a.Axis}, All: n.Arg(0).Rank() == 1, KeepDims: a.KeepDims}
		}
	}
	return expr.Axes{}
}

func isMatrixTranspose(n *expr.Node) bool {
	return n.Op() == expr.OpDimShuffle && n.Arg(0).Rank() == 2 && slices.Equal(n.Attr().(expr.Pattern).Axes, []int{1, 0})
}

// build returns the node that p describes, at the place of at.
func (p *pattern) build(r *run, at *expr.Node, b *binding) *expr.Node {
	switch p.kind {
	case isVar:
		return b.vars[p.v]
	case isLit:
		return r.literal(p.lit)
	}
	args := make([]*expr.Node, len(p.args))
	for i, a := range p.args {
		args[i] = a.build(r, at, b)
		if args[i] == nil || args[i].Err() != nil {
			return nil
		}
	}
	if p.kind == isTranspose {
		return r.transpose(at, args[0])
	}
	attr, ok := p.attr.build(args, b)
	if !ok {
		return nil
	}
	return r.make(at, p.op, attr, args...)
}

// build returns the attribute of an op on the right.
func (a *attrPattern) build(args []*expr.Node, b *binding) (attr expr.Attr, ok bool) {
	switch {
	case a.family == noFamily:
		return nil, true
	case !a.keys:
		return b.attrs[a.family], b.attrs[a.family] != nil
	}
	axes, rank := a.fixed, args[0].Rank()
	if a.axis >= 0 {
		axes = b.attrs[numWhole+a.axis].(expr.Axes).Axes
	}
	if a.family == axisFamily {
		if len(axes) != 1 || axes[0] >= rank {
			return nil, false
		}
		return expr.Axis{Axis: axes[0], KeepDims: a.keep}, true
	}
	return axesAttr(axes, rank, a.keep), true
}

// axesAttr returns the attribute of a reduction of an array of that rank; of
// all axes if axes is nil.
func axesAttr(axes []int, rank int, keep bool) expr.Axes {
	if axes == nil {
		axes = make([]int, rank)
		for i := range axes {
			axes[i] = i
		}
	}
	return expr.Axes{Axes: axes, All: len(axes) == rank, KeepDims: keep && rank > 0}
}

// transpose returns the transpose of a matrix, nil of anything else.
func (r *run) transpose(at, x *expr.Node) *expr.Node {
	if x.Rank() != 2 {
		return nil
	}
	return r.make(at, expr.OpDimShuffle, expr.Pattern{Axes: []int{1, 0}}, x)
}

// literal returns the weak constant that a rule names.
func (r *run) literal(l literal) *expr.Node {
	switch {
	case l.isBool:
		return r.weak(l.value != 0)
	case l.isInt:
		return r.weak(int(l.value))
	}
	return r.weak(l.value)
}

// weak returns the weak constant v: an int, float64, complex128 or bool.
func (r *run) weak(v any) *expr.Node {
	var n *expr.Node
	switch v := v.(type) {
	case bool:
		n = r.weakScalar(expr.Bool, 0, complex(oneIf(v), 0))
	case int:
		n = r.weakScalar(expr.Int64, int64(v), complex(float64(v), 0))
	case float64:
		n = r.weakScalar(expr.Float64, 0, complex(v, 0))
	case complex128:
		n = r.weakScalar(expr.Complex128, 0, v)
	}
	if n == nil {
		n = r.node(expr.Const(v))
	}
	return n
}

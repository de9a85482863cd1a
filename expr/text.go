package expr

import (
	"fmt"
	"math"
	"strconv"

	"arignote/expr/syntax"
)

// This file turns the tree of package syntax into nodes: names, numbers,
// operators, attributes and statements. Calls are in site.go, the functions
// that can be called in lang.go, indices in textindex.go, functions as
// arguments in textlambda.go.
//
// Long chains (a + b + ..., x.T.T...) are deep on their left side and are
// walked with a loop; everything else is nested at most as deep as the parser
// allows.

// Func is a function that text can call by name, with arrays as arguments.
type Func func(args ...*Node) *Node

// Parser reads text in which more than the language's own names have a
// meaning. Its zero value reads the plain language.
type Parser struct {
	Inputs []*Node         // input nodes, which text refers to by their names; the names must differ
	Funcs  map[string]Func // functions beside those of the language, which they cannot replace
}

// Parse reads one expression of the given inputs, assignments before it
// allowed: "t = x + 1; t*t". The error, if any, is an *[Error] with the line
// and the column.
func Parse(src string, inputs ...*Node) (*Node, error) { return Parser{Inputs: inputs}.Parse(src) }

// ParseGraph reads a program: declarations of inputs such as
// "x: float64[m, 3]", assignments, and in the last line the outputs, separated
// by commas. It reads what [Graph.String] prints. The error, if any, is an
// *[Error] with the line and the column.
func ParseGraph(src string) (*Graph, error) { return Parser{}.ParseGraph(src) }

// Parse is the function [Parse] with p's inputs and functions.
func (p Parser) Parse(src string) (*Node, error) {
	file, g, err := p.read(src)
	if err != nil {
		return nil, err
	}
	outputs := file.Body.Outputs
	if _, isTuple := outputs[0].(*syntax.Tuple); len(outputs) != 1 || isTuple {
		at := outputs[min(1, len(outputs)-1)]
		return nil, errorAt(at.Position(), ErrSyntax, "", "one expression is wanted, not a tuple")
	}
	return g.Outputs[0], nil
}

// ParseGraph is the function [ParseGraph] with p's inputs, which come before
// the declared ones, and p's functions.
func (p Parser) ParseGraph(src string) (*Graph, error) {
	_, g, err := p.read(src)
	if err != nil {
		return nil, err
	}
	return g, nil
}

func (p Parser) read(src string) (*syntax.File, *Graph, error) {
	for name := range p.Funcs {
		if forms[name] != nil {
			return nil, nil, Errorf(ErrInput, "", "%s is a function of the language and cannot be replaced", name)
		}
	}
	file, err := syntax.Parse(src)
	if err != nil {
		e := err.(*syntax.Error)
		return nil, nil, errorAt(e.Pos, ErrSyntax, "", "%s", e.Msg)
	}
	names := make(map[string]definition, len(p.Inputs)+len(file.Decls)+len(file.Body.Stmts))
	r := &reader{funcs: p.Funcs, scope: &scope{names: names}}
	for i, in := range p.Inputs {
		if err := r.input(i, in); err != nil {
			return nil, nil, err
		}
	}
	g := &Graph{Inputs: append([]*Node{}, p.Inputs...)}
	for i := range file.Decls {
		in, err := r.declare(&file.Decls[i])
		if err != nil {
			return nil, nil, err
		}
		g.Inputs = append(g.Inputs, in)
	}
	outputs, wrong := r.block(&file.Body)
	if wrong != nil {
		return nil, nil, wrong
	}
	g.Outputs = outputs
	return file, g, nil
}

// reader builds the nodes of one text.
type reader struct {
	funcs   map[string]Func
	scope   *scope
	lambdas int                // how many lambdas the reader is inside of
	foreign map[*Node]bool     // nodes that user functions made
	indexed map[*Node]indexing // the results of mixed indices, see reader.index
}

// scope holds the names of a program or of a lambda's body.
type scope struct {
	names    map[string]definition
	outer    *scope
	elements bool    // of an array outside, one element is known here
	captured []*Node // nodes of the outer scope that the body of a lambda uses
	params   []*Node // the parameters that stand for them
}

// definition is what a name stands for.
type definition struct {
	node *Node
	pos  syntax.Pos // zero for the parser's inputs
}

func (d definition) where() string {
	if d.pos == (syntax.Pos{}) {
		return "as an input"
	}
	return "at " + d.pos.String()
}

func placeAt(p syntax.Pos) place { return placeInText(p.Line, p.Col) }

func errorAt(p syntax.Pos, kind error, op, format string, args ...any) *Error {
	return &Error{Kind: kind, Op: op, Pos: Pos{Line: p.Line, Col: p.Col}, Msg: fmt.Sprintf(format, args...)}
}

// input makes the parser's i-th input known.
func (r *reader) input(i int, in *Node) *Error {
	switch {
	case in == nil:
		return Errorf(ErrInput, "", "input %d is nil", i+1)
	case in.mistake() != nil:
		return in.mistake()
	case in.op != OpInput:
		return Errorf(ErrInput, "", "input %d is no input but %s", i+1, in.op)
	}
	if _, ok := r.scope.names[in.Name()]; ok {
		return Errorf(ErrInput, "", "two inputs are called %s", shorten(in.Name()))
	}
	r.scope.names[in.Name()] = definition{node: in}
	return nil
}

// declare makes a declared input known.
func (r *reader) declare(d *syntax.Decl) (*Node, *Error) {
	if have, ok := r.scope.names[d.Name]; ok {
		return nil, errorAt(d.Pos, ErrInput, "", "input %s is already declared %s", shorten(d.Name), have.where())
	}
	dt, ok := ParseDType(d.DType)
	if !ok {
		return nil, errorAt(d.DTypePos, ErrDType, "", "%s is no dtype%s", shorten(d.DType), suggest(d.DType, dtypeNames()))
	}
	if len(d.Dims) > maxRank {
		return nil, errorAt(d.Pos, ErrShape, "", "%d axes, more than the limit of %d", len(d.Dims), maxRank)
	}
	t := Type{DType: dt, Dims: make([]Dim, len(d.Dims))}
	for i, dim := range d.Dims {
		switch {
		case dim.Size > maxLen:
			return nil, errorAt(dim.Pos, ErrShape, "", "length %d is too large", dim.Size)
		case dim.Size >= 0:
			t.Dims[i] = KnownDim(dim.Size)
		default:
			t.Dims[i] = NamedDim(dim.Name)
		}
	}
	in := &Node{op: OpInput, attr: InputName{d.Name}, typ: &t, place: placeAt(d.Pos)}
	if tooLarge(t.Dims) {
		return nil, errorAt(d.Pos, ErrShape, "", "shape %s has too many elements", shapeString(t.Dims))
	}
	r.scope.names[d.Name] = definition{in, d.Pos}
	return in, nil
}

// maxRank is the largest number of axes in a text.
const maxRank = 64

// block reads assignments and the outputs after them, which may stand in a
// tuple.
func (r *reader) block(b *syntax.Block) ([]*Node, *Error) {
	for i := range b.Stmts {
		if err := r.assign(&b.Stmts[i]); err != nil {
			return nil, err
		}
	}
	outputs := b.Outputs
	if tuple, ok := outputs[0].(*syntax.Tuple); ok && len(outputs) == 1 {
		outputs = tuple.Elems
	}
	nodes := make([]*Node, len(outputs))
	for i, e := range outputs {
		n, err := r.expr(e)
		if err != nil {
			return nil, err
		}
		nodes[i] = n
	}
	return nodes, nil
}

func (r *reader) assign(s *syntax.Stmt) *Error {
	if d, ok := r.scope.names[s.Name]; ok {
		return errorAt(s.Pos, ErrSyntax, "", "%s is already defined %s", shorten(s.Name), d.where())
	}
	if _, ok := constants[s.Name]; ok {
		return errorAt(s.Pos, ErrSyntax, "", "%s is a constant of the language", s.Name)
	}
	n, err := r.expr(s.Value)
	if err != nil {
		return err
	}
	if d, ok := r.scope.names[s.Name]; ok { // captured meanwhile
		return errorAt(s.Pos, ErrSyntax, "", "%s is already defined %s", shorten(s.Name), d.where())
	}
	r.scope.names[s.Name] = definition{n, s.Pos}
	return nil
}

// constants are the names of numbers.
var constants = map[string]float64{"pi": math.Pi, "inf": math.Inf(1), "nan": math.NaN()}

// lookup returns what a name stands for in scope s, nil if it is unknown. What
// a lambda uses from outside becomes a parameter of it, except for literals,
// which stay what they are.
func (r *reader) lookup(s *scope, e *syntax.Name) (*Node, *Error) {
	if d, ok := s.names[e.Ident]; ok {
		return d.node, nil
	}
	if s.outer == nil {
		return nil, nil
	}
	n, err := r.lookup(s.outer, e)
	if n == nil || err != nil || (n.op == OpConst || n.Type().Weak) && (n.Rank() == 0 || !s.elements) {
		return n, err
	}
	if n.Type().IsTuple() {
		return nil, errorAt(e.Pos, ErrDType, "", "%s has several results %v: pick one by its index outside of the lambda", shorten(e.Ident), n.Type())
	}
	t := n.Type()
	if s.elements {
		t.Dims = nil
	}
	param := parameter(e.Ident, t, e.Pos)
	s.names[e.Ident] = definition{param, e.Pos}
	s.captured, s.params = append(s.captured, n), append(s.params, param)
	return param, nil
}

// parameter returns an input of the body of a lambda.
func parameter(name string, t Type, pos syntax.Pos) *Node {
	return &Node{op: OpInput, attr: InputName{name}, typ: &Type{DType: t.DType, Dims: t.Dims}, place: placeAt(pos)}
}

func (r *reader) name(e *syntax.Name) (*Node, *Error) {
	n, err := r.lookup(r.scope, e)
	if n != nil || err != nil {
		return n, err
	}
	if x, ok := constants[e.Ident]; ok {
		return weakAt(ScalarValue(x), e.Pos), nil
	}
	return nil, r.unknown(e)
}

// weakAt returns the weak constant v.
func weakAt(v *Value, pos syntax.Pos) *Node {
	return constantAt(placeAt(pos), v, true)
}

// expr reads one array.
func (r *reader) expr(e syntax.Expr) (*Node, *Error) {
	var few [8]syntax.Expr
	spine := few[:0] // the operators of a chain, outermost first
	for left := syntax.Left(e); left != nil && !isComplexLiteral(e); left = syntax.Left(e) {
		spine = append(spine, e)
		e = left
	}
	n, err := r.operand(e)
	for i := len(spine) - 1; i >= 0 && err == nil; i-- {
		n, err = r.step(n, spine[i])
	}
	return n, err
}

// operand reads what is not a link of a chain.
func (r *reader) operand(e syntax.Expr) (*Node, *Error) {
	switch e := e.(type) {
	case *syntax.Name:
		return r.name(e)
	case *syntax.Bool:
		return weakAt(ScalarValue(e.Value), e.Pos), nil
	case *syntax.Int, *syntax.Float, *syntax.Imag, *syntax.Binary:
		return r.literal(e)
	case *syntax.Unary:
		return r.unary(e)
	case *syntax.Call:
		return r.call(e.Pos, e.Fun, e.Args, e.Keywords)
	case given:
		return e.node, nil
	}
	return nil, errorAt(e.Position(), ErrSyntax, "", "%s is no array", describeExpr(e))
}

// describeExpr names an expression that is no array, for messages.
func describeExpr(e syntax.Expr) string {
	switch e.(type) {
	case *syntax.String:
		return "a string"
	case *syntax.Tuple:
		return "a tuple"
	case *syntax.List:
		return "a list (write array([...]) for a constant)"
	case *syntax.None:
		return "None"
	case *syntax.Ellipsis:
		return "..."
	case *syntax.Lambda:
		return "a lambda"
	case *syntax.Slice:
		return "a slice"
	}
	return "this"
}

func (r *reader) unary(e *syntax.Unary) (*Node, *Error) {
	if r.isLiteral(e) {
		return r.literal(e)
	}
	x, err := r.expr(e.X)
	if err != nil || e.Op == "+" {
		return x, err
	}
	op := OpNeg
	if e.Op == "~" {
		op = OpNot
	}
	return r.node(e.Pos, op, nil, x)
}

// node builds a node at a place in the text.
func (r *reader) node(pos syntax.Pos, op Op, attr Attr, args ...*Node) (*Node, *Error) {
	return checked(newNode(op, attr, placeAt(pos), args))
}

// checked returns n, or the mistake that it carries.
func checked(n *Node) (*Node, *Error) {
	switch {
	case n.mistake() != nil:
		return nil, n.mistake()
	case len(n.Type().Dims) > maxRank:
		return nil, Errorf(ErrShape, n.op.String(), "%d axes, more than the limit of %d", len(n.Type().Dims), maxRank).at(n.Pos())
	}
	return n, nil
}

// step applies one link of a chain to the operand x on its left.
func (r *reader) step(x *Node, e syntax.Expr) (*Node, *Error) {
	switch e := e.(type) {
	case *syntax.Binary:
		y, err := r.expr(e.Y)
		if err != nil {
			return nil, err
		}
		op := infixOps[e.Op].op
		if op == OpDot && !(x.isMatrix() && y.isMatrix()) {
			op = OpMatMul
		}
		return r.node(e.Pos, op, nil, x, y)
	case *syntax.Index:
		return r.index(x, e)
	case *syntax.Attribute:
		return r.attribute(x, e)
	case *syntax.MethodCall:
		args := append([]syntax.Expr{given{x, e.Pos}}, e.Args...)
		return r.call(e.Pos, e.Name, args, e.Keywords)
	}
	panic("expr: not a link of a chain")
}

// isMatrix reports whether dot, not matmul, multiplies x.
func (x *Node) isMatrix() bool { return x.Rank() == 1 || x.Rank() == 2 }

// given is an argument that has been read already: the x of x.f(a).
type given struct {
	node *Node
	pos  syntax.Pos
}

// Position returns the place of the method's name.
func (g given) Position() syntax.Pos { return g.pos }

// attributes are the functions that can be written without brackets: x.T.
var attributes = map[string]string{"T": "transpose", "shape": "shape", "size": "size", "real": "real", "imag": "imag"}

func (r *reader) attribute(x *Node, e *syntax.Attribute) (*Node, *Error) {
	if f, ok := attributes[e.Name]; ok {
		return r.call(e.Pos, f, []syntax.Expr{given{x, e.Pos}}, nil)
	}
	if forms[e.Name] != nil {
		return nil, errorAt(e.Pos, ErrSyntax, "", "%s is a method: write .%s(...)", e.Name, e.Name)
	}
	return nil, errorAt(e.Pos, ErrInput, "", "no attribute %s%s", shorten(e.Name), suggest(e.Name, keysOf(attributes)))
}

// isComplexLiteral reports whether e is 1+2j: the sum or difference of a real
// and an imaginary literal.
func isComplexLiteral(e syntax.Expr) bool {
	b, ok := e.(*syntax.Binary)
	if !ok || b.Op != "+" && b.Op != "-" {
		return false
	}
	if _, ok := b.Y.(*syntax.Imag); !ok {
		return false
	}
	x := b.X
	for {
		switch e := x.(type) {
		case *syntax.Int, *syntax.Float:
			return true
		case *syntax.Unary:
			if e.Op == "~" {
				return false
			}
			x = e.X
		default:
			return false
		}
	}
}

// isLiteral reports whether e is a number, with or without signs.
func (r *reader) isLiteral(e syntax.Expr) bool {
	for {
		switch x := e.(type) {
		case *syntax.Int, *syntax.Float, *syntax.Imag:
			return true
		case *syntax.Binary:
			return isComplexLiteral(x)
		case *syntax.Name:
			_, ok := constants[x.Ident]
			return ok && !r.defined(x.Ident)
		case *syntax.Unary:
			if x.Op == "~" {
				return false
			}
			e = x.X
		default:
			return false
		}
	}
}

// defined reports whether a name stands for a node.
func (r *reader) defined(name string) bool {
	for s := r.scope; s != nil; s = s.outer {
		if _, ok := s.names[name]; ok {
			return true
		}
	}
	return false
}

// literal reads a number, for which isLiteral holds, as a weak constant.
func (r *reader) literal(e syntax.Expr) (*Node, *Error) {
	x, err := numeral(e)
	if err != nil {
		return nil, err
	}
	switch x.dtype {
	case Int64:
		if !x.fitsInt64() {
			return nil, errorAt(e.Position(), ErrSyntax, "", "%s does not fit int64", x)
		}
		return weakAt(ScalarValue(x.int64()), e.Position()), nil
	case Float64:
		return weakAt(ScalarValue(real(x.c)), e.Position()), nil
	}
	return weakAt(ScalarValue(x.c), e.Position()), nil
}

// numberText is a number as text has it.
type numberText struct {
	dtype    DType      // Bool, Int64, Float64 or Complex128
	negative bool       // of an integer
	u        uint64     // absolute value of an integer
	c        complex128 // the value of all others; a bool is 0 or 1
}

// numeral reads a number.
func numeral(e syntax.Expr) (numberText, *Error) {
	switch e := e.(type) {
	case *syntax.Int:
		u, err := strconv.ParseUint(e.Text, 0, 64)
		if err != nil {
			return numberText{}, errorAt(e.Pos, ErrSyntax, "", "%s is too large for an integer", shorten(e.Text))
		}
		return numberText{dtype: Int64, u: u}, nil
	case *syntax.Float:
		return numberText{dtype: Float64, c: complex(e.Value, 0)}, nil
	case *syntax.Imag:
		return numberText{dtype: Complex128, c: complex(0, e.Value)}, nil
	case *syntax.Name:
		return numberText{dtype: Float64, c: complex(constants[e.Ident], 0)}, nil
	case *syntax.Unary:
		x, err := numeral(e.X)
		if e.Op == "-" {
			x.negative, x.c = !x.negative, -x.c
		}
		return x, err
	case *syntax.Binary:
		x, err := numeral(e.X)
		im := e.Y.(*syntax.Imag).Value
		if e.Op == "-" {
			im = -im
		}
		return numberText{dtype: Complex128, c: complex(x.float(), im)}, err
	}
	return numberText{}, errorAt(e.Position(), ErrSyntax, "", "a number is wanted")
}

func (x numberText) fitsInt64() bool {
	return x.u <= math.MaxInt64 || x.negative && x.u == 1<<63
}

func (x numberText) int64() int64 {
	if x.negative {
		return -int64(x.u)
	}
	return int64(x.u)
}

// float returns a real number as a float64.
func (x numberText) float() float64 {
	switch {
	case x.dtype != Int64:
		return real(x.c)
	case x.negative:
		return -float64(x.u)
	}
	return float64(x.u)
}

// String writes an integer.
func (x numberText) String() string {
	s := strconv.FormatUint(x.u, 10)
	if x.negative {
		return "-" + s
	}
	return s
}

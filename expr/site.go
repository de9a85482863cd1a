package expr

import (
	"slices"
	"strings"

	"arignote/expr/syntax"
)

// This file reads calls: it finds the function, binds arguments to parameters,
// and gives the builders of lang.go their arguments as what they want: arrays,
// axes, shapes, dtypes. An argument is read when its builder asks for it.

// param is a parameter of a function of the language.
type param struct {
	name    string
	missing syntax.Expr // the default, nil if there must be an argument
	rest    bool        // takes all further arguments by position
}

// form is a function of the language, ready for use.
type form struct {
	function
	params []param
}

// usage returns "sum(x, axis=None, keepdims=False)".
func (f *form) usage() string { return f.name + "(" + f.signature + ")" }

// newForm takes a signature apart: "x, axis=None, *shape".
func newForm(f function) *form {
	out := &form{function: f}
	for _, text := range strings.Split(f.signature, ", ") {
		name, missing, optional := strings.Cut(text, "=")
		p := param{name: name}
		if name[0] == '*' {
			p = param{name: name[1:], rest: true}
		}
		if optional {
			e, err := syntax.ParseExpr(missing)
			if err != nil {
				panic("expr: signature of " + f.name + ": " + err.Error())
			}
			p.missing = e
		}
		out.params = append(out.params, p)
	}
	return out
}

// site is one call of a function of the language. Its methods read arguments,
// by the number of their parameter. After the first mistake, which is kept,
// they return something harmless.
type site struct {
	r    *reader
	form *form
	pos  syntax.Pos
	args []syntax.Expr // for each parameter the argument or the default
	rest []syntax.Expr // what a parameter with * takes
	err  *Error
}

// call reads a call by name.
func (r *reader) call(pos syntax.Pos, name string, args []syntax.Expr, keywords []syntax.Keyword) (*Node, *Error) {
	f := forms[name]
	if f == nil {
		return r.callUser(pos, name, args, keywords)
	}
	s := &site{r: r, form: f, pos: pos}
	if err := s.bind(args, keywords); err != nil {
		return nil, err
	}
	n := f.build(s)
	switch {
	case s.err != nil:
		return nil, s.err
	case n.mistake() != nil:
		e := *n.mistake()
		e.Op, e.Pos = name, Pos{Line: pos.Line, Col: pos.Col}
		return nil, &e
	}
	r.adopt(n, placeAt(pos))
	return checked(n)
}

// bind gives each parameter its argument.
func (s *site) bind(args []syntax.Expr, keywords []syntax.Keyword) *Error {
	params := s.form.params
	s.args = make([]syntax.Expr, len(params))
	for i, a := range args {
		at := min(i, len(params)-1)
		switch {
		case params[at].rest:
			s.rest = append(s.rest, a)
		case i >= len(params):
			return s.refuse(a.Position(), "%d arguments are too many", len(args))
		default:
			s.args[i] = a
		}
	}
	for _, k := range keywords {
		i := slices.IndexFunc(params, func(p param) bool { return p.name == k.Name })
		switch {
		case i < 0:
			return s.refuse(k.Pos, "no parameter %q", shorten(k.Name))
		case s.args[i] != nil || params[i].rest && s.rest != nil:
			return s.refuse(k.Pos, "%s is given twice", k.Name)
		case params[i].rest:
			s.rest = []syntax.Expr{k.Value}
		default:
			s.args[i] = k.Value
		}
	}
	for i, p := range params {
		if s.args[i] != nil || p.rest {
			continue
		}
		if p.missing == nil {
			return s.refuse(s.pos, "argument %s is missing", p.name)
		}
		s.args[i] = p.missing
	}
	return nil
}

// refuse returns a mistake in the use of the function.
func (s *site) refuse(pos syntax.Pos, format string, args ...any) *Error {
	e := errorAt(pos, ErrInput, s.form.name, format, args...)
	e.Msg += ": " + s.form.usage()
	return e
}

// callUser reads a call of one of the parser's functions, which get arrays by
// position.
func (r *reader) callUser(pos syntax.Pos, name string, args []syntax.Expr, keywords []syntax.Keyword) (*Node, *Error) {
	f, ok := r.funcs[name]
	if !ok || f == nil {
		return nil, r.unknownFunction(pos, name)
	}
	if len(keywords) > 0 {
		return nil, errorAt(keywords[0].Pos, ErrInput, name, "takes arguments by position only")
	}
	nodes := make([]*Node, len(args))
	for i, a := range args {
		n, err := r.expr(a)
		if err != nil {
			return nil, err
		}
		nodes[i] = n
	}
	n, err := callSafely(f, nodes)
	switch {
	case err == nil && n == nil:
		err = Errorf(ErrInput, name, "the function returned nil")
	case err == nil && n.mistake() != nil:
		err = n.mistake()
	}
	if err != nil {
		e := *err
		e.Pos = Pos{Line: pos.Line, Col: pos.Col}
		if e.Op == "" {
			e.Op = name
		}
		return nil, &e
	}
	r.keep(n)
	return checked(n)
}

// callSafely calls a user's function; a panic in it is a mistake of the user's.
func callSafely(f Func, args []*Node) (n *Node, err *Error) {
	defer func() {
		if p := recover(); p != nil {
			err = Errorf(ErrInput, "", "the function panicked: %v", p)
		}
	}()
	return f(args...), nil
}

// keep notes that a user's function made n, whose place must stay as it is.
// Constructors may also build on the array that n is a part or the shape of.
func (r *reader) keep(n *Node) {
	if r.foreign == nil {
		r.foreign = map[*Node]bool{}
	}
	for !r.foreign[n] {
		r.foreign[n] = true
		switch n.op {
		case OpSlice, OpTake, OpShape:
			n = n.Args()[0]
		}
	}
}

// adopt gives the nodes that a constructor has just built their place in the
// text. What was there before has one, or is an input, or a user's function
// made it.
func (r *reader) adopt(n *Node, at place) {
	stack := []*Node{n}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n.place&inText != 0 || n.op == OpInput || r.foreign[n] {
			continue
		}
		n.place = at
		stack = append(stack, n.Args()...)
	}
}

// fail keeps the first mistake, made in argument e.
func (s *site) fail(e syntax.Expr, kind error, format string, args ...any) {
	if s.err == nil {
		pos := e.Position()
		if pos == (syntax.Pos{}) || s.isDefault(e) {
			pos = s.pos
		}
		s.err = errorAt(pos, kind, s.form.name, format, args...)
	}
}

func (s *site) isDefault(e syntax.Expr) bool {
	return slices.ContainsFunc(s.form.params, func(p param) bool { return p.missing == e })
}

// none reports whether argument i is None.
func (s *site) none(i int) bool {
	_, ok := s.args[i].(*syntax.None)
	return ok
}

// array reads e as an array.
func (s *site) array(e syntax.Expr) *Node {
	if s.err == nil {
		n, err := s.r.expr(e)
		switch {
		case err != nil:
			s.err = err
		case n.Type().IsTuple():
			s.fail(e, ErrDType, "%s has several results %v: pick one by its index", n.op, n.Type())
		default:
			return n
		}
	}
	return failed(s.err)
}

// node returns argument i, an array.
func (s *site) node(i int) *Node { return s.array(s.args[i]) }

// nodes returns the arrays in argument i, a tuple or a list.
func (s *site) nodes(i int) []*Node {
	elems, ok := elemsOf(s.args[i])
	if !ok {
		s.fail(s.args[i], ErrInput, "%s must be a tuple of arrays: (x, y)", s.form.params[i].name)
	}
	return s.arrays(elems)
}

// arrays reads several arrays.
func (s *site) arrays(elems []syntax.Expr) []*Node {
	nodes := make([]*Node, len(elems))
	for i, e := range elems {
		nodes[i] = s.array(e)
	}
	return nodes
}

func elemsOf(e syntax.Expr) ([]syntax.Expr, bool) {
	switch e := e.(type) {
	case *syntax.Tuple:
		return e.Elems, true
	case *syntax.List:
		return e.Elems, true
	}
	return nil, false
}

// anys turns nodes into operands.
func anys(nodes []*Node) []any {
	out := make([]any, len(nodes))
	for i, n := range nodes {
		out[i] = n
	}
	return out
}

// all returns the arguments of all parameters, which are arrays.
func (s *site) all() []*Node {
	elems := s.args
	if s.form.params[len(s.args)-1].rest {
		elems = append(s.args[:len(s.args)-1:len(s.args)-1], s.rest...)
	}
	return s.arrays(elems)
}

// apply builds a node at the place of the call.
func (s *site) apply(op Op, attr Attr, args ...*Node) *Node {
	if s.err != nil {
		return failed(s.err)
	}
	return newNode(op, attr, placeAt(s.pos), args)
}

// constant returns a weak constant at the place of the call.
func (s *site) constant(v *Value) *Node { return weakAt(v, s.pos) }

// int reads e as an integer that is known: a literal, or a name for one.
func (s *site) int(e syntax.Expr, what string) int {
	if s.err != nil {
		return 0
	}
	if !s.isDefault(e) {
		if n := s.array(e); s.err == nil {
			if v := n.Value(); v != nil && v.Rank() == 0 && v.dtype.IsInteger() {
				return s.limited(e, v.Int(0))
			}
			s.fail(e, ErrInput, "%s must be an integer literal", what)
		}
		return 0
	}
	x, err := numeral(e)
	if err != nil {
		s.err = err
	}
	return int(x.int64())
}

// limited refuses integers that no array could have a use for.
func (s *site) limited(e syntax.Expr, k int64) int {
	if k > maxLen || k < -maxLen {
		s.fail(e, ErrDomain, "%d is out of range", k)
		return 0
	}
	return int(k)
}

// integer returns argument i, an integer.
func (s *site) integer(i int) int { return s.int(s.args[i], s.form.params[i].name) }

// ints returns argument i, an integer or a tuple of integers.
func (s *site) ints(i int) []int {
	elems, ok := elemsOf(s.args[i])
	if !ok {
		return []int{s.integer(i)}
	}
	if !s.fewEnough(s.args[i], elems) {
		return nil
	}
	out := make([]int, len(elems))
	for k, e := range elems {
		out[k] = s.int(e, s.form.params[i].name)
	}
	return out
}

// fewEnough refuses more entries than an array may have axes.
func (s *site) fewEnough(e syntax.Expr, elems []syntax.Expr) bool {
	if len(elems) > maxRank {
		s.fail(e, ErrShape, "%d entries, more than the limit of %d axes", len(elems), maxRank)
		return false
	}
	return true
}

// bool returns argument i, True or False.
func (s *site) bool(i int) bool {
	if b, ok := s.args[i].(*syntax.Bool); ok {
		return b.Value
	}
	s.fail(s.args[i], ErrInput, "%s must be True or False", s.form.params[i].name)
	return false
}

// float returns argument i, a real number that is known.
func (s *site) float(i int) float64 {
	n := s.node(i)
	if v := n.Value(); s.err == nil && v != nil && v.Rank() == 0 && !v.dtype.IsComplex() {
		return v.Float(0)
	}
	s.fail(s.args[i], ErrInput, "%s must be a number", s.form.params[i].name)
	return 0
}

// dtype returns argument i, a dtype in quotes; otherwise d, if it is None.
func (s *site) dtype(i int, d DType) DType {
	if s.none(i) {
		return d
	}
	text, ok := s.args[i].(*syntax.String)
	if !ok {
		s.fail(s.args[i], ErrDType, "%s must be the name of a dtype in quotes, such as 'float32'", s.form.params[i].name)
		return Float64
	}
	d, ok = ParseDType(text.Value)
	if !ok {
		s.fail(text, ErrDType, "%q is no dtype%s", shorten(text.Value), suggest(text.Value, dtypeNames()))
		return Float64
	}
	return d
}

// shape returns argument i, a shape: a length, a tuple of lengths, or a vector.
// The result is what constructors take: one operand.
func (s *site) shape(i int) any { return s.lengths(s.args[i]) }

// restShape returns the shape that the arguments of the parameter with * are:
// reshape(x, 2, 3) or reshape(x, (2, 3)).
func (s *site) restShape() any {
	switch len(s.rest) {
	case 0:
		s.err = s.refuse(s.pos, "argument shape is missing")
		return []any{}
	case 1:
		return s.lengths(s.rest[0])
	}
	return s.tupleOfLengths(s.rest[0], s.rest)
}

func (s *site) lengths(e syntax.Expr) any {
	if elems, ok := elemsOf(e); ok {
		return s.tupleOfLengths(e, elems)
	}
	n := s.array(e)
	if s.err == nil && n.Rank() == 0 {
		return []any{s.length(e, n)}
	}
	if v := n.Value(); v != nil && s.err == nil {
		if v.Len() > maxRank {
			s.fail(e, ErrShape, "%d entries, more than the limit of %d axes", v.Len(), maxRank)
		} else if !v.dtype.IsInteger() {
			s.fail(e, ErrDType, "a shape must have integers, not %s", v.dtype)
		}
	} else if d := n.Type().Dims; s.err == nil && len(d) == 1 {
		if k, ok := d[0].Known(); ok && k > maxRank {
			s.fail(e, ErrShape, "%d entries, more than the limit of %d axes", k, maxRank)
		}
	}
	return n
}

// tupleOfLengths reads the entries of a shape.
func (s *site) tupleOfLengths(e syntax.Expr, elems []syntax.Expr) any {
	if !s.fewEnough(e, elems) {
		return []any{}
	}
	out := make([]any, len(elems))
	for i, n := range s.arrays(elems) {
		out[i] = s.length(elems[i], n)
	}
	return out
}

// length checks one entry of a shape: an integer scalar, not too large if it is
// known.
func (s *site) length(e syntax.Expr, n *Node) any {
	switch v := n.Value(); {
	case s.err != nil:
	case n.Rank() != 0 || !n.DType().IsInteger():
		s.fail(e, ErrDType, "a length must be an integer scalar, not %s", n.Type())
	case v != nil && v.Int(0) > maxLen:
		s.fail(e, ErrShape, "length %d is too large", v.Int(0))
	}
	return n
}

// index reads e as an array of indices, which may be a list.
func (s *site) index(e syntax.Expr) *Node {
	if s.err == nil {
		if list, ok := e.(*syntax.List); ok {
			n, err := s.r.indexList(list)
			if err != nil {
				s.err = err
				return failed(err)
			}
			return n
		}
	}
	return s.array(e)
}

// axes returns the axes that argument i names: one or several, or none (ok is
// false) where it is None.
func (s *site) axes(i int) (axes []int, ok bool) {
	if s.none(i) {
		return nil, false
	}
	return s.ints(i), true
}

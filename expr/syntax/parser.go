package syntax

import "fmt"

// The grammar of expressions, loosest first. A comma may follow the last item of any list in brackets.
//
//	expr     = lambda | compare
//	lambda   = "lambda" [name {"," name}] ":" (block | expr)          block: see statement.go
//	compare  = or [("<" | "<=" | "==" | "!=" | ">" | ">=") or]         not chained
//	or       = xor {"|" xor}
//	xor      = and {"^" and}
//	and      = shift {"&" shift}
//	shift    = sum {("<<" | ">>") sum}
//	sum      = product {("+" | "-") product}
//	product  = unary {("*" | "/" | "//" | "%" | "@") unary}
//	unary    = ("-" | "+" | "~") unary | power
//	power    = postfix ["**" unary]
//	postfix  = (atom | name args) {"[" item {"," item} "]" | "." name [args]}
//	args     = "(" [expr {"," expr}] {"," name "=" expr} ")"
//	item     = expr | [expr] ":" [expr] [":" [expr]]
//	atom     = name | number | string | "True" | "False" | "None" | "..."
//	         | "(" ")" | "(" expr ")" | "(" expr "," [expr {"," expr}] ")" | "[" [expr {"," expr}] "]"

// precedence gives the binding strength of the infix operators except **, and 0 for every other text.
func precedence(op string) int {
	switch op {
	case "<", "<=", "==", "!=", ">", ">=":
		return precCompare
	case "|":
		return 2
	case "^":
		return 3
	case "&":
		return 4
	case "<<", ">>":
		return 5
	case "+", "-":
		return 6
	case "*", "/", "//", "%", "@":
		return 7
	}
	return 0
}

const precCompare = 1

// A parser is a recursive descent parser with one token of lookahead. The first error sticks: from then on every token
// is tokEnd, which makes all loops and recursion end, and what they return is thrown away.
type parser struct {
	lex   *lexer
	tok   token // the next token
	depth int   // of nesting, at most MaxDepth
	err   *Error
}

// start makes a parser for src, with the first token read.
func start(src string) *parser {
	p := &parser{lex: newLexer(src)}
	if len(src) > MaxSource {
		p.fail(Pos{1, 1}, "the source has %d bytes, more than the limit of %d", len(src), MaxSource)
		return p
	}
	p.advance()
	return p
}

// ParseExpr parses one expression. It may span several lines only inside brackets; empty lines and comments around it
// are fine. The error, if any, is an [*Error].
func ParseExpr(src string) (Expr, error) {
	p := start(src)
	p.skipNewlines()
	x := p.expr()
	p.skipNewlines()
	if p.tok.kind != tokEnd {
		p.unexpected("an operator or the end of the expression")
	}
	if p.err != nil {
		return nil, p.err
	}
	return x, nil
}

// advance reads the next token.
func (p *parser) advance() {
	if p.err != nil {
		return
	}
	tok, err := p.lex.next()
	if err != nil {
		p.fail(err.Pos, "%s", err.Msg)
		return
	}
	p.tok = tok
}

// fail records the first error and ends the input.
func (p *parser) fail(pos Pos, format string, args ...any) {
	if p.err != nil {
		return
	}
	p.err = &Error{pos, fmt.Sprintf(format, args...)}
	p.tok = token{kind: tokEnd, pos: pos}
}

// unexpected complains about the next token. Where there is advice about it, that is better than what was expected.
func (p *parser) unexpected(expected string) {
	if p.err != nil {
		return
	}
	if hint := p.tok.hint(); hint != "" {
		p.fail(p.tok.pos, "unexpected %s, %s", &p.tok, hint)
		return
	}
	msg := fmt.Sprintf("unexpected %s, expected %s", &p.tok, expected)
	if n := len(p.lex.open); n > 0 && p.tok.kind == tokEnd {
		b := p.lex.open[n-1]
		msg += fmt.Sprintf(" (the '%c' at %s is not closed)", b.char, b.pos)
	}
	p.fail(p.tok.pos, "%s", msg)
}

// got steps over the next token if it is this one.
func (p *parser) got(text string) bool {
	if !p.tok.is(text) {
		return false
	}
	p.advance()
	return true
}

// skipNewlines steps over line ends.
func (p *parser) skipNewlines() {
	for p.tok.kind == tokNewline {
		p.advance()
	}
}

// enter begins one more level of nesting; every call needs a leave.
func (p *parser) enter() {
	if p.depth++; p.depth > MaxDepth {
		p.fail(p.tok.pos, "nested too deeply (the limit is %d levels)", MaxDepth)
	}
}

func (p *parser) leave() { p.depth-- }

// open steps over an opening bracket, which is the next token, and returns its position.
func (p *parser) open() Pos {
	pos := p.tok.pos
	p.enter()
	p.advance()
	return pos
}

// close steps over the closing bracket for the opening one at pos. The alternative is what else could have followed,
// or "".
func (p *parser) close(bracket string, pos Pos, alternative string) {
	p.leave()
	if p.got(bracket) {
		return
	}
	opening := map[string]string{")": "(", "]": "[", "}": "{"}[bracket]
	expected := fmt.Sprintf("'%s' to close the '%s' at %s", bracket, opening, pos)
	if alternative != "" {
		expected = alternative + " or " + expected
	}
	if p.tok.kind == tokEnd && p.err == nil { // says already what unexpected would add
		p.fail(p.tok.pos, "unexpected %s, expected %s", &p.tok, expected)
	}
	p.unexpected(expected)
}

// expr parses an expression.
func (p *parser) expr() Expr {
	if p.tok.is("lambda") {
		return p.lambda()
	}
	return p.binary(precCompare)
}

// lambda parses a lambda. Its body is an expression or a block in braces.
func (p *parser) lambda() Expr {
	p.enter()
	defer p.leave()
	x := &Lambda{Pos: p.tok.pos}
	p.advance()
	var seen nameSet
	for p.tok.kind == tokName {
		param := Name{p.tok.pos, p.tok.text}
		if !seen.add(param.Ident) {
			p.fail(param.Pos, "parameter '%s' is repeated", shorten(param.Ident))
		}
		x.Params = append(x.Params, param)
		p.advance()
		if !p.got(",") {
			break
		}
	}
	if !p.got(":") {
		if len(x.Params) == 0 {
			p.unexpected("a parameter name or ':'")
		}
		p.unexpected("',' or ':' after the parameters of the lambda")
	}
	if p.tok.is("{") {
		x.Body = p.braces()
		return x
	}
	x.Body = &Block{Pos: p.tok.pos}
	x.Body.Outputs = []Expr{p.expr()}
	return x
}

// binary parses infix operators of at least the given precedence. It loops over the operators of a chain and recurses
// only into right operands, which have a higher precedence.
func (p *parser) binary(least int) Expr {
	x := p.unary()
	for p.tok.kind == tokOp {
		prec := precedence(p.tok.text)
		if prec == 0 || prec < least {
			break
		}
		op := &Binary{Pos: p.tok.pos, Op: p.tok.text, X: x}
		p.advance()
		op.Y = p.binary(prec + 1)
		x = op
		if prec == precCompare && p.tok.kind == tokOp && precedence(p.tok.text) == precCompare {
			p.fail(p.tok.pos, "comparisons cannot be chained: write (a < b) & (b < c), with brackets because & and | bind tighter than '%s'", p.tok.text)
		}
	}
	return x
}

// unary parses prefix operators and **, which binds tighter than a prefix operator on its left and looser than one on
// its right.
func (p *parser) unary() Expr {
	if p.tok.is("-") || p.tok.is("+") || p.tok.is("~") {
		x := &Unary{Pos: p.tok.pos, Op: p.tok.text}
		p.enter()
		p.advance()
		x.X = p.unary()
		p.leave()
		return x
	}
	x := p.postfix()
	if !p.tok.is("**") {
		return x
	}
	op := &Binary{Pos: p.tok.pos, Op: "**", X: x}
	p.enter()
	p.advance()
	op.Y = p.unary()
	p.leave()
	return op
}

// postfix parses an operand and the calls, indices and attributes behind it.
func (p *parser) postfix() Expr {
	first := p.tok
	x := p.atom()
	if first.kind == tokName && p.tok.is("(") {
		call := &Call{Pos: first.pos, Fun: first.text}
		call.Args, call.Keywords = p.args()
		x = call
	}
	for p.tok.kind == tokOp {
		switch p.tok.text {
		case "[":
			x = p.index(x)
		case ".":
			x = p.member(x)
		case "(":
			p.fail(p.tok.pos, "unexpected '(', only a name or a method can be called")
		default:
			return x
		}
	}
	return x
}

// member parses ".name" or ".name(args)" behind x.
func (p *parser) member(x Expr) Expr {
	p.advance()
	pos, name := p.tok.pos, p.tok.text
	if p.tok.kind != tokName {
		p.unexpected("the name of an attribute or method after '.'")
		return x
	}
	p.advance()
	if !p.tok.is("(") {
		return &Attribute{pos, x, name}
	}
	call := &MethodCall{Pos: pos, X: x, Name: name}
	call.Args, call.Keywords = p.args()
	return call
}

// args parses the arguments of a call, with the brackets.
func (p *parser) args() (args []Expr, keywords []Keyword) {
	pos := p.open()
	var seen nameSet
	for p.tok.kind != tokEnd && !p.tok.is(")") {
		first := p.tok
		x := p.expr()
		switch {
		case p.tok.is("=") && isNameAt(x, first.pos):
			if !seen.add(first.text) {
				p.fail(first.pos, "keyword argument '%s' is repeated", shorten(first.text))
			}
			p.advance()
			keywords = append(keywords, Keyword{first.pos, first.text, p.expr()})
		case len(keywords) > 0 && !p.tok.is("="):
			p.fail(first.pos, "positional argument after a keyword argument")
		default:
			args = append(args, x)
		}
		if !p.got(",") {
			break
		}
	}
	p.close(")", pos, "','")
	return args, keywords
}

// isNameAt reports whether x is a name without brackets around it. It began at pos.
func isNameAt(x Expr, pos Pos) bool {
	name, ok := x.(*Name)
	return ok && name.Pos == pos
}

// index parses "[items]" behind x.
func (p *parser) index(x Expr) Expr {
	index := &Index{X: x}
	index.Pos = p.open()
	if p.tok.is("]") {
		p.fail(p.tok.pos, "unexpected ']', expected an index")
	}
	for p.tok.kind != tokEnd && !p.tok.is("]") {
		index.Items = append(index.Items, p.item())
		if !p.got(",") {
			break
		}
	}
	p.close("]", index.Pos, "','")
	return index
}

// item parses one item of an index: an expression or a slice.
func (p *parser) item() Expr {
	pos := p.tok.pos
	var lo Expr
	if !p.tok.is(":") {
		lo = p.expr()
		if !p.tok.is(":") {
			return lo
		}
	}
	p.advance()
	s := &Slice{Pos: pos, Lo: lo}
	s.Hi = p.bound()
	if p.got(":") {
		s.Step = p.bound()
	}
	return s
}

// bound parses a part of a slice behind a colon, which may be absent.
func (p *parser) bound() Expr {
	if p.tok.is(":") || p.tok.is(",") || p.tok.is("]") {
		return nil
	}
	return p.expr()
}

// atom parses an operand. After an error it returns something that is not nil.
func (p *parser) atom() Expr {
	t := p.tok
	var x Expr
	switch t.kind {
	case tokName:
		x = &Name{t.pos, t.text}
	case tokInt:
		x = &Int{t.pos, t.text}
	case tokFloat:
		x = &Float{t.pos, t.num}
	case tokImag:
		x = &Imag{t.pos, t.num}
	case tokString:
		x = &String{t.pos, t.text}
	case tokOp, tokReserved:
		switch t.text {
		case "(":
			return p.parens()
		case "[":
			return p.list()
		case "...":
			x = &Ellipsis{t.pos}
		case "True", "False":
			x = &Bool{t.pos, t.text == "True"}
		case "None":
			x = &None{t.pos}
		}
	}
	if x == nil {
		p.unexpected("an expression")
		return &None{t.pos}
	}
	p.advance()
	return x
}

// parens parses an expression or a tuple in round brackets.
func (p *parser) parens() Expr {
	pos := p.open()
	if p.tok.is(")") {
		p.close(")", pos, "")
		return &Tuple{Pos: pos}
	}
	x := p.expr()
	if !p.tok.is(",") {
		p.close(")", pos, "','")
		return x
	}
	p.advance()
	tuple := &Tuple{Pos: pos, Elems: p.elems([]Expr{x}, ")")}
	p.close(")", pos, "','")
	return tuple
}

// list parses a list in square brackets.
func (p *parser) list() Expr {
	pos := p.open()
	list := &List{Pos: pos, Elems: p.elems(nil, "]")}
	p.close("]", pos, "','")
	return list
}

// elems appends expressions separated by commas, up to the closing bracket.
func (p *parser) elems(elems []Expr, bracket string) []Expr {
	for p.tok.kind != tokEnd && !p.tok.is(bracket) {
		elems = append(elems, p.expr())
		if !p.got(",") {
			break
		}
	}
	return elems
}

// A nameSet finds repeated names, without hashing while there are few.
type nameSet struct {
	few  []string
	many map[string]bool
}

// add adds a name, and reports false if it was there before.
func (s *nameSet) add(name string) bool {
	if s.many != nil {
		if s.many[name] {
			return false
		}
		s.many[name] = true
		return true
	}
	for _, have := range s.few {
		if have == name {
			return false
		}
	}
	s.few = append(s.few, name)
	if len(s.few) > 16 {
		s.many = make(map[string]bool)
		for _, have := range s.few {
			s.many[have] = true
		}
	}
	return true
}

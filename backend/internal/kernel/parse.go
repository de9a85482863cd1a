package kernel

import (
	"fmt"
	"strconv"
	"strings"

	"arignote/expr"
)

// Parse reads the text of a kernel as String writes it, and checks it.
func Parse(src string) (k *Kernel, err error) {
	p := &parser{scanner: scanner{src: src}, k: &Kernel{}, buffers: make(map[string]Buf),
		params: make(map[string]Param), vars: make(map[string]Var), values: make(map[string]Value)}
	defer func() {
		if e, ok := recover().(syntaxError); ok {
			k, err = nil, fmt.Errorf("kernel: line %d: %s", 1+strings.Count(src[:min(p.pos, len(src))], "\n"), string(e))
		}
	}()
	p.next()
	p.header()
	p.k.Body, _ = p.block()
	if p.token != "" {
		p.fail("%q after the end", p.token)
	}
	return p.k, p.k.Check()
}

// syntaxError is how the parser gives up; Parse catches it.
type syntaxError string

func (p *parser) fail(format string, args ...any) {
	panic(syntaxError(fmt.Sprintf(format, args...)))
}

// parser reads tokens: names, numbers and single other characters. Names of
// variables and values may be used again for new ones: the last one counts.
type parser struct {
	scanner
	k       *Kernel
	buffers map[string]Buf
	params  map[string]Param
	vars    map[string]Var
	values  map[string]Value
}

// scanner cuts src into tokens.
type scanner struct {
	src   string
	pos   int    // behind token
	token string // "" at the end
}

func (s *scanner) next() {
	for s.pos < len(s.src) && strings.IndexByte(" \t\r\n", s.src[s.pos]) >= 0 {
		s.pos++
	}
	start := s.pos
	for s.pos < len(s.src) && isWord(s.src[s.pos]) {
		s.pos++
	}
	if s.pos == start && s.pos < len(s.src) {
		s.pos++
	}
	s.token = s.src[start:s.pos]
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// rest returns the text up to the end of the line, and goes on behind it.
func (p *parser) rest() string {
	start := p.pos - len(p.token)
	end := len(p.src)
	if i := strings.IndexByte(p.src[start:], '\n'); i >= 0 {
		end = start + i
	}
	p.pos = end
	p.next()
	return strings.TrimSpace(p.src[start:end])
}

// take returns the token and goes on.
func (p *parser) take() string {
	t := p.token
	p.next()
	return t
}

// accept goes on if the token is t.
func (p *parser) accept(t string) bool {
	if p.token != t {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(tokens ...string) {
	for _, t := range tokens {
		if !p.accept(t) {
			p.fail("%q, want %q", p.token, t)
		}
	}
}

func (p *parser) header() {
	p.expect("kernel", "(")
	for p.token != ";" {
		name := p.take()
		p.expect(":")
		b := Buffer{Name: name, DType: p.dtype()}
		switch mode := p.take(); mode {
		case "in":
		case "out":
			b.Mode = Out
		case "inout":
			b.Mode = InOut
		default:
			p.fail("mode %q", mode)
		}
		if p.accept("over") {
			for p.token != "," && p.token != ";" && p.token != "" {
				b.Reduced = append(b.Reduced, p.take())
			}
		}
		p.buffer(b)
		if !p.accept(",") {
			break
		}
	}
	p.expect(";")
	for p.token != ")" {
		name := p.take()
		p.k.Params = append(p.k.Params, name)
		p.params[name] = Param(len(p.k.Params))
		if !p.accept(",") {
			break
		}
	}
	p.expect(")", "{")
}

func (p *parser) buffer(b Buffer) Buf {
	p.k.Buffers = append(p.k.Buffers, b)
	p.buffers[b.Name] = Buf(len(p.k.Buffers) - 1)
	return p.buffers[b.Name]
}

func (p *parser) dtype() expr.DType {
	d, ok := expr.ParseDType(p.take())
	if !ok {
		p.fail("no dtype before %q", p.token)
	}
	return d
}

// block reads statements up to and with the closing brace.
func (p *parser) block() (body []Stmt, next []Value) {
	for !p.accept("}") {
		switch p.token {
		case "":
			p.fail("no }")
		case "next":
			p.next()
			next = p.list()
		default:
			body = append(body, p.stmt())
		}
	}
	return body, next
}

func (p *parser) stmt() Stmt {
	switch p.token {
	case "for":
		p.next()
		l := &Loop{}
		p.loop(l)
		p.expect("{")
		l.Body, _ = p.block()
		return l
	case "reduce":
		p.next()
		return p.reduce()
	case "while":
		p.next()
		return p.while()
	case "store":
		p.next()
		s := &Store{}
		s.Buf, s.At, s.Picks, s.Access = p.access()
		s.Add = p.accept("+")
		p.expect("=")
		s.Src = p.value()
		return s
	case "scratch":
		p.next()
		b := Buffer{Name: p.take(), Mode: Scratch}
		p.expect(":")
		b.DType = p.dtype()
		p.expect("[")
		b.Len = p.int()
		p.expect("]")
		return &Alloc{p.buffer(b)}
	}
	return p.assignment()
}

// assignment reads the statements that begin with "v1, v2: float64 =".
func (p *parser) assignment() Stmt {
	names := p.names()
	p.expect(":")
	d := p.dtype()
	define := func() []Value {
		v := make([]Value, len(names))
		for i, n := range names {
			v[i] = p.define(n, d)
		}
		return v
	}
	p.expect("=")
	switch op := p.token; op {
	case "const":
		p.next()
		text := p.rest()
		x, err := parseScalar(d, text)
		if err != nil {
			p.fail("%q is no %v", text, d)
		}
		return &Const{define()[0], x}
	case "iota":
		p.next()
		at, _ := p.index()
		return &Iota{define()[0], at}
	case "random":
		p.expect("random", "(")
		s := &Random{Key: [2]Value{p.value()}}
		p.expect(",")
		s.Key[1] = p.value()
		p.expect(")")
		s.At, _ = p.index()
		s.Dst = define()
		return s
	case "load":
		p.next()
		s := &Load{}
		s.Buf, s.At, s.Picks, s.Access = p.access()
		s.Dst = define()[0]
		return s
	}
	if p.accept("rare") {
		s := &Rare{Let: p.call()}
		p.expect("if")
		s.Test = p.value()
		p.expect("else")
		s.Otherwise = p.value()
		s.Dst = define()[0]
		return s
	}
	s := p.call()
	s.Dst = define()[0]
	return &s
}

// call reads "exp(v1)" or "polygamma[2](v1)".
func (p *parser) call() Let {
	s := Let{Op: p.op()}
	if p.accept("[") {
		s.N = p.number()
		p.expect("]")
	}
	p.expect("(")
	s.Args = p.list()
	p.expect(")")
	return s
}

func (p *parser) op() expr.Op {
	for op := expr.Op(0); op < expr.NumOps; op++ {
		if op.Elementwise() && op.String() == p.token {
			p.next()
			return op
		}
	}
	p.fail("no element-wise operation %q", p.token)
	return 0
}

// loop reads "i < n by 1024 split" or "i in c vector".
func (p *parser) loop(l *Loop) {
	name := p.take()
	if p.accept("in") {
		l.Block = p.vars[p.take()]
		if l.Block == 0 {
			p.fail("no loop over blocks before %q", p.token)
		}
	} else {
		p.expect("<")
		l.Extent = p.int()
	}
	if p.accept("by") {
		l.By = p.int()
	}
	l.Split = p.accept("split")
	l.Vector = p.accept("vector")
	p.k.Vars = append(p.k.Vars, name)
	l.Var = Var(len(p.k.Vars))
	p.vars[name] = l.Var
}

func (p *parser) reduce() Stmt {
	r := &Reduce{}
	p.loop(&r.Loop)
	p.expect("lanes")
	r.Lanes = p.number()
	r.States = p.states()
	p.expect("{")
	var next []Value
	r.Body, next = p.block()
	p.setNext(r.States, next)
	if p.accept("combine") {
		p.expect("(")
		c := &Combine{Left: p.defineAll(r.States, p.names())}
		p.expect(";")
		c.Right = p.defineAll(r.States, p.names())
		p.expect(")", "{")
		c.Body, c.Next = p.block()
		r.Combine = c
	}
	p.gives(r.States)
	return r
}

func (p *parser) while() Stmt {
	w := &While{Bound: p.int()}
	w.States = p.states()
	p.expect("{")
	var test, next []Value
	w.Cond, test = p.block()
	if len(test) != 1 {
		p.fail("%d tests of a while", len(test))
	}
	w.Test = test[0]
	p.expect("do", "{")
	w.Body, next = p.block()
	p.setNext(w.States, next)
	p.gives(w.States)
	return w
}

// states reads "(v1: float64 = v0, ...)".
func (p *parser) states() []State {
	var all []State
	p.expect("(")
	for p.token != ")" {
		name := p.take()
		p.expect(":")
		d := p.dtype()
		p.expect("=")
		init := p.value()
		all = append(all, State{Init: init, Value: p.define(name, d)})
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	return all
}

func (p *parser) setNext(all []State, next []Value) {
	if len(next) != len(all) {
		p.fail("%d next values for %d states", len(next), len(all))
	}
	for i, v := range next {
		all[i].Next = v
	}
}

func (p *parser) gives(all []State) {
	p.expect("gives")
	for i, v := range p.defineAll(all, p.names()) {
		all[i].Result = v
	}
}

// defineAll defines a value like each of the states.
func (p *parser) defineAll(all []State, names []string) []Value {
	if len(names) != len(all) {
		p.fail("%d values for %d states", len(names), len(all))
	}
	v := make([]Value, len(names))
	for i, n := range names {
		v[i] = p.define(n, p.k.Values[all[i].Value])
	}
	return v
}

func (p *parser) define(name string, d expr.DType) Value {
	if !isName(name) {
		p.fail("%q is no name", name)
	}
	p.k.Values = append(p.k.Values, d)
	p.values[name] = Value(len(p.k.Values) - 1)
	return p.values[name]
}

func (p *parser) value() Value {
	v, ok := p.values[p.token]
	if !ok {
		p.fail("no value %q", p.token)
	}
	p.next()
	return v
}

func (p *parser) names() []string {
	names := []string{p.take()}
	for p.accept(",") {
		names = append(names, p.take())
	}
	return names
}

func (p *parser) list() []Value {
	values := []Value{p.value()}
	for p.accept(",") {
		values = append(values, p.value())
	}
	return values
}

func (p *parser) access() (b Buf, at Index, picks []Picked, access int) {
	b, ok := p.buffers[p.token]
	if !ok {
		p.fail("no buffer %q", p.token)
	}
	p.next()
	at, picks = p.index()
	if p.accept("access") {
		access = p.number()
	}
	return b, at, picks, access
}

// index reads "[i*sx + j + pick(v3 of n)*m + 5]".
func (p *parser) index() (at Index, picks []Picked) {
	p.expect("[")
	for {
		v, isVar := p.vars[p.token]
		switch {
		case p.token == "pick":
			p.expect("pick", "(")
			x := Picked{Index: p.value()}
			p.expect("of")
			x.Len = p.int()
			p.expect(")")
			x.Stride = p.factor()
			picks = append(picks, x)
		case isVar:
			p.next()
			at.Terms = append(at.Terms, Term{v, p.factor()})
		default:
			at.Offset = p.int()
		}
		if !p.accept("+") {
			break
		}
	}
	p.expect("]")
	return at, picks
}

// factor reads "", "*2", "*n" or "*(n+1)".
func (p *parser) factor() Int {
	if !p.accept("*") {
		return N(1)
	}
	if p.accept("(") {
		x := p.int()
		p.expect(")")
		return x
	}
	return p.single()
}

// int reads "5", "n" or "n+1".
func (p *parser) int() Int {
	x := p.single()
	if x.Param != 0 && (p.token == "+" || p.token == "-") {
		x.N = p.number()
	}
	return x
}

func (p *parser) single() Int {
	if i, ok := p.params[p.token]; ok {
		p.next()
		return Int{Param: i}
	}
	return N(p.number())
}

func (p *parser) number() int {
	sign := 1
	if p.accept("-") {
		sign = -1
	} else {
		p.accept("+")
	}
	n, err := strconv.Atoi(p.token)
	if err != nil {
		p.fail("%q is no number", p.token)
	}
	p.next()
	return sign * n
}

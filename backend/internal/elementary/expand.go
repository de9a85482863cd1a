package elementary

import (
	"slices"
	"sync"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// Expand returns k with the functions of the table written as primitive
// instructions; k itself if it has none. Float32 is converted to float64 for a
// function and rounded after it, once.
func Expand(k *kernel.Kernel) *kernel.Kernel {
	if !wanted(k.Body) {
		return k
	}
	out := *k
	e := &expander{k: &out, supply: supplies.Get().(*supply)}
	defer supplies.Put(e.supply)
	out.Values = slices.Clone(k.Values)
	out.Body = e.scope(k.Body)
	return &out
}

// wanted reports whether there is a function of the table in body, or in the
// combine of a reduction there.
func wanted(body []kernel.Stmt) bool {
	for s := range kernel.All(body) {
		if _, ok := function(s); ok {
			return true
		}
		if r, ok := s.(*kernel.Reduce); ok && r.Combine != nil && wanted(r.Combine.Body) {
			return true
		}
	}
	return false
}

// function returns the instruction s if it is a function of the table.
func function(s kernel.Stmt) (*kernel.Let, bool) {
	l, ok := s.(*kernel.Let)
	return l, ok && table[l.Op].of != nil && l.N == 0
}

// expander writes the expanded kernel.
type expander struct {
	*supply
	k      *kernel.Kernel
	consts []kernel.Stmt           // of the scope
	known  map[number]kernel.Value // their values
	made   memo                    // what expansions have made in the block so far
	body   []kernel.Stmt           // the block
}

// A supply has memory for many instructions, and what an expansion needs meanwhile.
type supply struct {
	lets   []kernel.Let
	args   []kernel.Value
	values []kernel.Value // of the instructions of a template
	memos  []memo         // that are not in use
}

// supplies are those of kernels that have been expanded: their memos are large.
var supplies = sync.Pool{New: func() any { return &supply{} }}

// memo returns an empty memo.
func (s *supply) memo() memo {
	if len(s.memos) == 0 {
		return memo{}
	}
	m := s.memos[len(s.memos)-1]
	s.memos = s.memos[:len(s.memos)-1]
	return m
}

// discard takes back a memo.
func (s *supply) discard(m memo) {
	m.clear()
	s.memos = append(s.memos, m)
}

// supplied is how many instructions there is memory for at once.
const supplied = 256

// let returns memory for an instruction.
func (s *supply) let() *kernel.Let {
	if len(s.lets) == 0 {
		s.lets = make([]kernel.Let, supplied)
	}
	l := &s.lets[0]
	s.lets = s.lets[1:]
	return l
}

// list returns memory for n arguments.
func (s *supply) list(n int) []kernel.Value {
	if len(s.args) < n {
		s.args = make([]kernel.Value, max(2*supplied, n))
	}
	list := s.args[:n:n]
	s.args = s.args[n:]
	return list
}

// scope expands a block that sees no constants from around it: that of a kernel
// or of a Combine. Its constants come first.
func (e *expander) scope(body []kernel.Stmt) []kernel.Stmt {
	inner := &expander{k: e.k, supply: e.supply, known: make(map[number]kernel.Value)}
	expanded := inner.block(body)
	return append(inner.consts, expanded...)
}

// block expands the statements of a block.
func (e *expander) block(body []kernel.Stmt) []kernel.Stmt {
	made, outer := e.made, e.body
	e.made, e.body = e.memo(), make([]kernel.Stmt, 0, e.length(body))
	for _, s := range body {
		e.stmt(s)
	}
	expanded := e.body
	e.discard(e.made)
	e.made, e.body = made, outer
	return expanded
}

// length returns how many statements a block may have when it is expanded.
func (e *expander) length(body []kernel.Stmt) int {
	n := len(body)
	for _, s := range body {
		if l, ok := function(s); ok && e.k.Values[l.Dst].IsFloat() {
			n += len(template(l.Op, e.k.Values[l.Dst]))
		}
	}
	return n
}

// stmt adds a statement, expanded. Statements with blocks are copied: a kernel
// is not changed.
func (e *expander) stmt(s kernel.Stmt) {
	if l, ok := function(s); ok && e.inline(l) {
		return
	}
	switch old := s.(type) {
	case *kernel.Loop:
		l := *old
		l.Body, s = e.block(l.Body), &l
	case *kernel.Reduce:
		r := *old
		r.Body, s = e.block(r.Body), &r
		if r.Combine != nil {
			c := *r.Combine
			c.Body, r.Combine = e.scope(c.Body), &c
		}
	case *kernel.While:
		w := *old
		w.Cond, w.Body, s = e.block(w.Cond), e.block(w.Body), &w
	}
	e.body = append(e.body, s)
}

// inline adds the expansion of a function of real numbers.
func (e *expander) inline(s *kernel.Let) bool {
	d := e.k.Values[s.Dst]
	if !d.IsFloat() {
		return false
	}
	code := template(s.Op, d)
	values := slices.Grow(e.values[:0], len(code))[:len(code)]
	e.values = values
	for i, c := range code {
		args := e.list(len(c.args))
		for j, a := range c.args {
			args[j] = values[a]
		}
		switch {
		case c.input > 0:
			values[i] = e.cast(s.Args[c.input-1], expr.Float64)
		case c.op == expr.OpConst:
			values[i] = e.constant(c.number)
		case i == len(code)-1 && d == expr.Float64:
			e.put(c.op, args, s.Dst)
		default:
			values[i] = e.primitive(c.op, c.d, args)
		}
	}
	if d != expr.Float64 {
		e.put(expr.OpCast, append(e.list(1)[:0], values[len(code)-1]), s.Dst)
	}
	return true
}

// constant returns the value of a number.
func (e *expander) constant(c number) kernel.Value {
	v, ok := e.known[c]
	if !ok {
		v = e.value(c.d)
		e.known[c] = v
		e.consts = append(e.consts, &kernel.Const{Dst: v, X: c.x})
	}
	return v
}

// cast converts a value.
func (e *expander) cast(v kernel.Value, d expr.DType) kernel.Value {
	if e.k.Values[v] == d {
		return v
	}
	return e.primitive(expr.OpCast, d, append(e.list(1)[:0], v))
}

// primitive returns the value of an instruction, which expansions of the same
// block share.
func (e *expander) primitive(op expr.Op, d expr.DType, args []kernel.Value) kernel.Value {
	key := operation{op: op, d: d}
	copy(key.args[:], args)
	v := e.made.at(key)
	if *v == 0 {
		x := e.value(d)
		*v = x + 1
		e.put(op, args, x)
	}
	return *v - 1
}

// put adds an instruction. A function of the table with a condition and another
// value is a Rare.
func (e *expander) put(op expr.Op, args []kernel.Value, dst kernel.Value) {
	if table[op].of == nil {
		let := e.let()
		*let = kernel.Let{Dst: dst, Op: op, Args: args}
		e.body = append(e.body, let)
		return
	}
	e.body = append(e.body, &kernel.Rare{Let: kernel.Let{Dst: dst, Op: op, Args: args[2:]}, Test: args[0], Otherwise: args[1]})
}

func (e *expander) value(d expr.DType) kernel.Value {
	e.k.Values = append(e.k.Values, d)
	return kernel.Value(len(e.k.Values) - 1)
}

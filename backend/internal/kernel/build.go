package kernel

import (
	"fmt"

	"arignote/expr"
)

// Builder makes a Kernel. Statements are added, in order, to the innermost
// block whose function is running. The first mistake is kept and returned by
// Kernel; what the methods return after it has no meaning.
type Builder struct {
	k      Kernel
	block  *[]Stmt // where statements go
	access int     // accesses with picks so far
	err    error
}

// Over says what a loop runs over: the fields are those of [Loop].
type Over struct {
	Name   string
	Extent Int
	By     Int
	Block  Var
	Split  bool
	Vector bool
}

// NewBuilder returns a Builder of an empty kernel.
func NewBuilder() *Builder {
	b := &Builder{}
	b.block = &b.k.Body
	return b
}

// Kernel returns the kernel if it is right.
func (b *Builder) Kernel() (*Kernel, error) {
	if b.err != nil {
		return nil, b.err
	}
	return &b.k, b.k.Check()
}

// In adds a buffer that is read.
func (b *Builder) In(name string, d expr.DType) Buf {
	return b.buffer(Buffer{Name: name, DType: d, Mode: In})
}

// Out adds a buffer that is written. Reduced names the loops along which its
// elements are combined.
func (b *Builder) Out(name string, d expr.DType, reduced ...string) Buf {
	return b.buffer(Buffer{Name: name, DType: d, Mode: Out, Reduced: reduced})
}

// InOut adds a buffer that is read and written.
func (b *Builder) InOut(name string, d expr.DType, reduced ...string) Buf {
	return b.buffer(Buffer{Name: name, DType: d, Mode: InOut, Reduced: reduced})
}

// Scratch adds a buffer of n elements that lives from here to the end of the
// block.
func (b *Builder) Scratch(name string, d expr.DType, n Int) Buf {
	buf := b.buffer(Buffer{Name: name, DType: d, Mode: Scratch, Len: n})
	b.add(&Alloc{buf})
	return buf
}

// Param adds a parameter.
func (b *Builder) Param(name string) Int {
	b.k.Params = append(b.k.Params, name)
	return Int{Param: Param(len(b.k.Params))}
}

// Const makes a number of dtype d: x is a Scalar, or a Go number or bool that d
// can hold.
func (b *Builder) Const(d expr.DType, x any) Value {
	s, ok := scalarOf(d, x)
	if !ok {
		b.fail("no %v is %v(%v)", d, fmt.Sprintf("%T", x), x)
	}
	v := b.value(d)
	b.add(&Const{v, s})
	return v
}

// Let makes op(args...); the arguments have op's operand dtype.
func (b *Builder) Let(op expr.Op, args ...Value) Value {
	return b.let(&Let{Op: op, Args: args}, nil)
}

// Cast makes x converted to dtype d: x itself if it has it.
func (b *Builder) Cast(d expr.DType, x Value) Value {
	if b.k.Values[x] == d {
		return x
	}
	return b.let(&Let{Op: expr.OpCast, Args: []Value{x}}, expr.Cast{DType: d})
}

// Polygamma makes the derivative of order n of psi at x.
func (b *Builder) Polygamma(n int, x Value) Value {
	return b.let(&Let{Op: expr.OpPolygamma, Args: []Value{x}, N: n}, nil)
}

// Rare makes op(args...) where test is true, and otherwise elsewhere.
func (b *Builder) Rare(test Value, op expr.Op, otherwise Value, args ...Value) Value {
	s := &Rare{Let: Let{Op: op, Args: args, Dst: b.value(b.k.Values[otherwise])}, Test: test, Otherwise: otherwise}
	b.add(s)
	return s.Dst
}

func (b *Builder) let(s *Let, attr expr.Attr) Value {
	d := make([]expr.DType, len(s.Args))
	for i, a := range s.Args {
		d[i] = b.k.Values[a]
	}
	result, _, err := s.Op.ElementDType(attr, d...)
	if err != nil {
		b.fail("%v", err)
		result = expr.Float64
	}
	s.Dst = b.value(result)
	b.add(s)
	return s.Dst
}

// Iota makes the Int64 value of an index.
func (b *Builder) Iota(at Index) Value {
	v := b.value(expr.Int64)
	b.add(&Iota{v, at})
	return v
}

// Random makes n elements of dtype d, number n*at and those after it, of the
// stream of a key.
func (b *Builder) Random(d expr.DType, n int, key [2]Value, at Index) []Value {
	v := b.values(n, d)
	b.add(&Random{v, key, at})
	return v
}

// Load makes an element of a buffer.
func (b *Builder) Load(buf Buf, at Index, picks ...Picked) Value {
	v := b.value(b.k.Buffers[buf].DType)
	b.add(&Load{Dst: v, Buf: buf, At: at, Picks: picks, Access: b.accessOf(picks)})
	return v
}

// Store sets an element of a buffer.
func (b *Builder) Store(buf Buf, at Index, x Value, picks ...Picked) {
	b.add(&Store{Buf: buf, At: at, Picks: picks, Access: b.accessOf(picks), Src: x})
}

// Add adds to an element of a buffer.
func (b *Builder) Add(buf Buf, at Index, x Value, picks ...Picked) {
	b.add(&Store{Buf: buf, At: at, Picks: picks, Access: b.accessOf(picks), Add: true, Src: x})
}

// LastAccess returns the number of the last Load or Store that had picks.
func (b *Builder) LastAccess() int { return b.access }

func (b *Builder) accessOf(picks []Picked) int {
	if len(picks) == 0 {
		return 0
	}
	b.access++
	return b.access
}

// For adds a loop.
func (b *Builder) For(over Over, body func(i Var)) {
	l := &Loop{}
	b.add(l)
	b.loop(l, over, body)
}

func (b *Builder) loop(l *Loop, over Over, body func(i Var)) {
	b.k.Vars = append(b.k.Vars, over.Name)
	l.Var = Var(len(b.k.Vars))
	l.Extent, l.By, l.Block, l.Split, l.Vector = over.Extent, over.By, over.Block, over.Split, over.Vector
	b.inside(&l.Body, func() { body(l.Var) })
}

// Reduce adds a reduction whose states start as init. Body makes the next
// states from the states; combine, which may be nil for one lane, joins two
// times all states. It returns the results.
func (b *Builder) Reduce(over Over, lanes int, init []Value, body func(i Var, state []Value) []Value, combine func(x, y []Value) []Value) []Value {
	r := &Reduce{Lanes: lanes, States: make([]State, len(init))}
	b.add(r)
	b.loop(&r.Loop, over, func(i Var) { b.next(r.States, body(i, b.states(r.States, init))) })
	if combine != nil {
		c := &Combine{Left: b.like(init), Right: b.like(init)}
		b.inside(&c.Body, func() { c.Next = combine(c.Left, c.Right) })
		r.Combine = c
	}
	return b.results(r.States)
}

// Fold adds a reduction with one state and an op that both takes up an element
// and combines: sums with OpAdd, products with OpMul, extrema.
func (b *Builder) Fold(over Over, lanes int, op expr.Op, init Value, element func(i Var) Value) Value {
	return b.Reduce(over, lanes, []Value{init},
		func(i Var, s []Value) []Value { return []Value{b.Let(op, s[0], element(i))} },
		func(x, y []Value) []Value { return []Value{b.Let(op, x[0], y[0])} })[0]
}

// While adds a while loop whose states start as init: it goes on, at most
// bound times, where test gives true. It returns the results.
func (b *Builder) While(bound Int, init []Value, test func(state []Value) Value, body func(state []Value) []Value) []Value {
	w := &While{Bound: bound, States: make([]State, len(init))}
	b.add(w)
	state := b.states(w.States, init)
	b.inside(&w.Cond, func() { w.Test = test(state) })
	b.inside(&w.Body, func() { b.next(w.States, body(state)) })
	return b.results(w.States)
}

func (b *Builder) states(states []State, init []Value) []Value {
	values := b.like(init)
	for i := range states {
		states[i].Value, states[i].Init = values[i], init[i]
	}
	return values
}

func (b *Builder) next(states []State, next []Value) {
	if len(next) != len(states) {
		b.fail("%d next states for %d states", len(next), len(states))
		return
	}
	for i := range states {
		states[i].Next = next[i]
	}
}

func (b *Builder) results(states []State) []Value {
	values := make([]Value, len(states))
	for i := range states {
		values[i] = b.value(b.k.Values[states[i].Value])
		states[i].Result = values[i]
	}
	return values
}

// inside runs f with statements going into block.
func (b *Builder) inside(block *[]Stmt, f func()) {
	outer := b.block
	b.block = block
	f()
	b.block = outer
}

func (b *Builder) add(s Stmt) { *b.block = append(*b.block, s) }

func (b *Builder) buffer(x Buffer) Buf {
	b.k.Buffers = append(b.k.Buffers, x)
	return Buf(len(b.k.Buffers) - 1)
}

func (b *Builder) value(d expr.DType) Value {
	b.k.Values = append(b.k.Values, d)
	return Value(len(b.k.Values) - 1)
}

func (b *Builder) values(n int, d expr.DType) []Value {
	v := make([]Value, n)
	for i := range v {
		v[i] = b.value(d)
	}
	return v
}

// like makes a value of the same dtype for each of x.
func (b *Builder) like(x []Value) []Value {
	v := make([]Value, len(x))
	for i := range v {
		v[i] = b.value(b.k.Values[x[i]])
	}
	return v
}

func (b *Builder) fail(format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf("kernel: "+format, args...)
	}
}

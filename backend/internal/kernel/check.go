package kernel

import (
	"fmt"
	"slices"

	"arignote/expr"
)

// MaxLanes is the largest number of lanes of a Reduce.
const MaxLanes = 256

// Check returns the first thing that is wrong with the structure of k:
//
//   - names are unique where they can be seen, references are to what exists
//   - a value is defined once, before its uses, and used in its block or deeper
//   - dtypes are those that the instructions take and give
//   - Split loops are outermost, each last in its block but for the outermost
//     ones, which may follow one another; where there are any, each store to an
//     argument is inside of and depends on them all, and none goes to scratch
//     made outside of them
//   - Vector loops do not nest; what is stored in one depends on its variable;
//     scatters in one are directly in its body, one for each buffer
//   - a While stores nothing, scratch is not made in a Vector loop
//   - a Reduce has a power of two of lanes and, for more than one, a Combine
//   - an Out buffer is stored to and not loaded from, an In buffer not stored to
//
// What depends on lengths and strides, [Kernel.Verify] checks.
func (k *Kernel) Check() error {
	c := &checker{k: k, defined: make([]bool, len(k.Values)), visible: make([]bool, len(k.Values)),
		alive: make([]bool, len(k.Buffers)), open: make(map[Var]*Loop), ran: make(map[Var]bool),
		stored: make(map[Buf]bool), splits: make(map[Buf]int)}
	c.header()
	c.block(k.Body)
	for i, b := range k.Buffers {
		if b.Mode == Out && !c.stored[Buf(i)] {
			c.errorf("nothing is stored to the output %s", b.Name)
		}
	}
	return c.err
}

// checker is a walk through a kernel.
type checker struct {
	k       *Kernel
	defined []bool        // values that have a definition
	visible []bool        // values that may be used here
	alive   []bool        // buffers that may be used here
	loops   []*Loop       // the loops around this place
	open    map[Var]*Loop // the same by variable
	ran     map[Var]bool  // variables that have had their loop
	vector  *Loop         // the Vector loop around this place
	nested  int           // loops inside of it around this place
	whiles  int           // While statements around this place
	pure    bool          // inside a Combine
	reduces int           // Reduce statements around this place
	stored  map[Buf]bool
	plain   string       // the name of an argument that is stored to outside of Split loops
	divided bool         // there has been a Split loop
	splits  map[Buf]int  // scratch: the Split loops around its Alloc
	scatter map[Buf]bool // in the Vector loop around this place: those stored to, true for a scatter
	err     error

	taken []Value      // by the statement that is being checked
	types []expr.DType // of its arguments
}

func (c *checker) errorf(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("kernel: "+format, args...)
	}
}

// header checks the buffers and parameters.
func (c *checker) header() {
	names := make(map[string]bool)
	unique := func(name string) {
		if !isName(name) || names[name] {
			c.errorf("%q is no name, or used twice", name)
		}
		names[name] = true
	}
	for i, b := range c.k.Buffers {
		unique(b.Name)
		c.alive[i] = b.Mode != Scratch
		if b.DType.Size() == 0 || b.Mode > Scratch {
			c.errorf("buffer %s: dtype %v, mode %d", b.Name, b.DType, b.Mode)
		}
		for _, loop := range b.Reduced {
			if !slices.Contains(c.k.Vars, loop) || b.Mode == In || b.Mode == Scratch {
				c.errorf("buffer %s is reduced along %s, which is no loop, or it is no output", b.Name, loop)
			}
		}
	}
	for _, p := range c.k.Params {
		unique(p)
	}
	for _, v := range c.k.Vars {
		if !isName(v) || names[v] {
			c.errorf("loop variable %q is no name, or that of something else", v)
		}
	}
}

// isName reports whether s is a letter followed by letters, digits and _.
func isName(s string) bool {
	for i, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && (r >= '0' && r <= '9' || r == '_')) {
			return false
		}
	}
	return s != ""
}

// block checks statements; what they define is not visible after them.
func (c *checker) block(body []Stmt, use ...Value) {
	mine := make([]Value, 0, len(body))
	var buffers []Buf
	for i, s := range body {
		c.stmt(s, i == len(body)-1)
		n := len(mine)
		mine = AppendDefs(mine, s)
		c.define(mine[n:]...)
		if a, ok := s.(*Alloc); ok {
			buffers = append(buffers, a.Buf)
		}
		if c.err != nil {
			return
		}
	}
	c.use(use...)
	for _, v := range mine {
		c.visible[v] = false
	}
	for _, b := range buffers {
		c.alive[b] = false
	}
}

// define makes values visible that have no definition yet.
func (c *checker) define(values ...Value) {
	for _, v := range values {
		if int(v) < 0 || int(v) >= len(c.defined) || c.defined[v] {
			c.errorf("value %d is none of the kernel's or defined twice", v)
			return
		}
		if c.k.Values[v].Size() == 0 {
			c.errorf("value %d has dtype %v", v, c.k.Values[v])
		}
		c.defined[v], c.visible[v] = true, true
	}
}

func (c *checker) hide(values ...Value) {
	for _, v := range values {
		c.visible[v] = false
	}
}

func (c *checker) show(values ...Value) {
	for _, v := range values {
		c.visible[v] = true
	}
}

func (c *checker) use(values ...Value) {
	for _, v := range values {
		if int(v) < 0 || int(v) >= len(c.visible) || !c.visible[v] {
			c.errorf("value %d is used where it is not defined", v)
			return
		}
	}
}

func (c *checker) stmt(s Stmt, last bool) {
	switch s.(type) {
	case *Reduce, *While: // next states and test are checked where they are visible
	default:
		c.taken = AppendUses(c.taken[:0], s)
		c.use(c.taken...)
	}
	if c.err != nil {
		return
	}
	switch s := s.(type) {
	case *Loop:
		c.splitLoop(s, last)
		c.loop(s, func() { c.block(s.Body) })
	case *Reduce:
		c.reduce(s)
	case *While:
		c.while(s)
	case *Let:
		c.let(s)
	case *Rare:
		c.let(&s.Let)
		c.dtype(s.Test, expr.Bool)
		c.dtype(s.Otherwise, c.k.Values[s.Dst])
	case *Const:
		if !s.X.fits(c.k.Values[s.Dst]) {
			c.errorf("const of %v: %v", c.k.Values[s.Dst], s.X)
		}
	case *Iota:
		c.index(s.At, nil)
		c.dtype(s.Dst, expr.Int64)
		c.impure(s)
	case *Random:
		c.random(s)
	case *Load:
		c.load(s)
	case *Store:
		c.store(s)
	case *Alloc:
		c.alloc(s)
	default:
		c.errorf("statement %T", s)
	}
}

// impure refuses what a Combine does not have.
func (c *checker) impure(s Stmt) {
	if c.pure {
		c.errorf("%T in a combine", s)
	}
}

func (c *checker) dtype(v Value, d expr.DType) {
	if got := c.k.Values[v]; got != d {
		c.errorf("value %d is %v, want %v", v, got, d)
	}
}

func (c *checker) int(x Int) {
	if x.Param < 0 || int(x.Param) > len(c.k.Params) {
		c.errorf("no parameter %d", x.Param)
	}
}

// index checks that an index depends on open loops, on each once.
func (c *checker) index(at Index, picks []Picked) {
	c.int(at.Offset)
	for i, t := range at.Terms {
		c.int(t.Stride)
		if c.open[t.Var] == nil || t.Stride == (Int{}) {
			c.errorf("an index depends on variable %d, which is not around it, with stride %v", t.Var, t.Stride)
		}
		for _, u := range at.Terms[:i] {
			if u.Var == t.Var {
				c.errorf("two terms of an index for variable %d", t.Var)
			}
		}
	}
	for _, p := range picks {
		c.int(p.Len)
		c.int(p.Stride)
		c.dtype(p.Index, expr.Int64)
	}
}

// buffer checks that b may be used here.
func (c *checker) buffer(b Buf) bool {
	if int(b) < 0 || int(b) >= len(c.alive) || !c.alive[b] {
		c.errorf("buffer %d is used where it is not", b)
		return false
	}
	return true
}

func (c *checker) let(s *Let) {
	types := c.types[:0]
	for _, a := range s.Args {
		types = append(types, c.k.Values[a])
	}
	c.types = types
	if n, variadic := s.Op.Arity(); variadic && len(types) != n {
		c.errorf("%v of %d arguments", s.Op, len(types))
		return
	}
	result, operand, err := s.Op.ElementDType(c.k.Attr(s), types...)
	switch {
	case err != nil:
		c.errorf("%w", err)
	case result != c.k.Values[s.Dst]:
		c.errorf("%v gives %v, not %v", s.Op, result, c.k.Values[s.Dst])
	case !operandsFit(s.Op, operand, types):
		c.errorf("%v of %v, want %v", s.Op, types, operand)
	}
}

// operandsFit reports whether op takes arguments of these dtypes without
// conversion.
func operandsFit(op expr.Op, operand expr.DType, types []expr.DType) bool {
	integer := func(d expr.DType) bool { return d == expr.Bool || d.IsInteger() }
	switch op {
	case expr.OpCast, expr.OpIsNaN, expr.OpIsInf, expr.OpIsFinite:
		return true
	case expr.OpWhere:
		return types[0] == expr.Bool && types[1] == operand && types[2] == operand
	case expr.OpEq, expr.OpNe, expr.OpLt, expr.OpLe, expr.OpGt, expr.OpGe:
		return types[0] == types[1] || integer(types[0]) && integer(types[1])
	}
	return !slices.ContainsFunc(types, func(d expr.DType) bool { return d != operand })
}

func (c *checker) random(s *Random) {
	c.impure(s)
	c.index(s.At, nil)
	if len(s.Dst) == 0 {
		c.errorf("random without results")
		return
	}
	d := c.k.Values[s.Dst[0]]
	for _, v := range s.Dst {
		c.dtype(v, d)
	}
	if n, per := len(s.Dst), RandomPer(d); n != 1 && n != 2 && n != 4 || n > per {
		c.errorf("%d random numbers of dtype %v", n, d)
	}
	c.dtype(s.Key[0], expr.Uint32)
	c.dtype(s.Key[1], expr.Uint32)
}

func (c *checker) load(s *Load) {
	c.impure(s)
	c.index(s.At, s.Picks)
	if !c.buffer(s.Buf) {
		return
	}
	b := c.k.Buffers[s.Buf]
	c.dtype(s.Dst, b.DType)
	if b.Mode == Out {
		c.errorf("load from the output %s", b.Name)
	}
	if c.scatter[s.Buf] {
		c.errorf("load from %s in the vector loop that scatters to it", b.Name)
	}
}

func (c *checker) store(s *Store) {
	c.impure(s)
	c.index(s.At, s.Picks)
	if !c.buffer(s.Buf) {
		return
	}
	b := c.k.Buffers[s.Buf]
	c.dtype(s.Src, b.DType)
	c.stored[s.Buf] = true
	switch {
	case b.Mode == In:
		c.errorf("store to the input %s", b.Name)
	case b.Mode == Out && s.Add:
		c.errorf("store to the output %s adds to what is there", b.Name)
	case c.whiles > 0:
		c.errorf("store to %s in a while", b.Name)
	}
	if b.Mode != Scratch && c.splitDepth() == 0 {
		c.plain = b.Name
		if c.divided {
			c.errorf("store to %s behind a split loop", b.Name)
		}
	}
	if b.Mode == Scratch && c.splits[s.Buf] != c.splitDepth() {
		c.errorf("store to scratch %s, which is from outside of a split loop", b.Name)
	}
	for _, l := range c.loops {
		if _, ok := s.At.Stride(l.Var); ok && slices.Contains(b.Reduced, c.k.Vars[l.Var-1]) {
			c.errorf("%s depends on %s, along which it is reduced", b.Name, c.k.Vars[l.Var-1])
		}
		if b.Mode != Scratch && l.Split && !c.depends(s.At, l) {
			c.errorf("store to %s is the same for all iterations of the split loop %s", b.Name, c.k.Vars[l.Var-1])
		}
	}
	c.vectorStore(s, b)
}

// depends reports whether an index depends on l, or on a loop over a block of
// it.
func (c *checker) depends(at Index, l *Loop) bool {
	return slices.ContainsFunc(at.Terms, func(t Term) bool { return t.Var == l.Var || c.open[t.Var].Block == l.Var })
}

// splitDepth returns the number of Split loops around this place.
func (c *checker) splitDepth() int {
	n := 0
	for _, l := range c.loops {
		if l.Split {
			n++
		}
	}
	return n
}

// vectorStore checks a store in a Vector loop.
func (c *checker) vectorStore(s *Store, b Buffer) {
	if c.vector == nil {
		return
	}
	scatter, again := c.scatter[s.Buf]
	switch {
	case len(s.Picks) > 0 && c.nested > 0:
		c.errorf("scatter to %s in a loop inside a vector loop", b.Name)
	case again && (scatter || len(s.Picks) > 0):
		c.errorf("two stores to %s, one of them a scatter, in a vector loop", b.Name)
	case len(s.Picks) == 0 && !c.depends(s.At, c.vector):
		c.errorf("store to %s is the same for all iterations of the vector loop %s", b.Name, c.k.Vars[c.vector.Var-1])
	}
	c.scatter[s.Buf] = scatter || len(s.Picks) > 0
}

func (c *checker) alloc(s *Alloc) {
	c.impure(s)
	if int(s.Buf) < 0 || int(s.Buf) >= len(c.alive) || c.k.Buffers[s.Buf].Mode != Scratch || c.alive[s.Buf] {
		c.errorf("scratch of buffer %d, which is no scratch or there already", s.Buf)
		return
	}
	b := c.k.Buffers[s.Buf]
	c.int(b.Len)
	c.alive[s.Buf], c.splits[s.Buf] = true, c.splitDepth()
	if c.vector != nil || c.whiles > 0 {
		c.errorf("scratch %s in a vector loop or a while", b.Name)
	}
}

package backend

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"arignote/backend/internal/kernel"
	"arignote/expr"
	"arignote/expr/layout"
)

// This file writes kernels. A value is made where it is needed: gen(v, at)
// writes what computes the element at of vertex v and returns its value.
// Statements go into the outermost loop on which they depend, so that a row's
// maximum stands before the loop over the row. A value that was made once is
// used again wherever it can be seen.

// emitter writes one kernel.
type emitter struct {
	g        *group
	k        *kernel.Kernel
	params   []int
	bound    []*storage // of the buffers of k
	buffer   map[*storage]kernel.Buf
	blocks   []*block                     // those that are open, from outer to inner
	depth    map[kernel.Var]int           // of the block in a loop
	level    []int                        // of the block that a value is in, by value
	known    map[string]kernel.Value      // values by what they are
	lets     map[instruction]kernel.Value // the same of instructions
	room     []byte                       // for a key
	forced   *block                       // where statements go, if not nil: the combine of a reduction
	rows     map[*vertex]kernel.Buf       // row scratch that has been filled
	accesses int                          // loads and stores with computed indices
	pending  []*vertex                    // the reductions whose loops are being written
	loopOf   map[kernel.Var]coord         // for the loops of the group that are open: those of the kernel
	trace    *[]coord                     // of all places that are touched, if not nil
}

// An instruction is an op on values, and the dtype of its result.
type instruction struct {
	op   expr.Op
	d    expr.DType
	args [3]kernel.Value // from 1 on
}

// block is the inside of a loop.
type block struct {
	stmts []kernel.Stmt
	keys  []string      // of the values known here
	lets  []instruction // likewise
	rows  []*vertex
}

func newEmitter(g *group) *emitter {
	e := &emitter{
		g: g, k: &kernel.Kernel{}, buffer: make(map[*storage]kernel.Buf), depth: make(map[kernel.Var]int),
		known: make(map[string]kernel.Value), lets: make(map[instruction]kernel.Value), rows: make(map[*vertex]kernel.Buf), loopOf: make(map[kernel.Var]coord),
	}
	e.blocks = []*block{{}}
	return e
}

// param returns an Int that is bound to n when the kernel runs.
func (e *emitter) param(n int) kernel.Int {
	e.k.Params = append(e.k.Params, "p"+strconv.Itoa(len(e.k.Params)+1))
	e.params = append(e.params, n)
	return kernel.Int{Param: kernel.Param(len(e.k.Params))}
}

// buf returns the buffer for a storage.
func (e *emitter) buf(s *storage, mode kernel.Mode) kernel.Buf {
	b, ok := e.buffer[s]
	if !ok {
		b = kernel.Buf(len(e.k.Buffers))
		e.buffer[s] = b
		e.k.Buffers = append(e.k.Buffers, kernel.Buffer{Name: "b" + strconv.Itoa(int(b)), DType: s.dtype, Mode: mode})
		e.bound = append(e.bound, s)
	}
	if mode != kernel.In && e.k.Buffers[b].Mode != mode {
		e.k.Buffers[b].Mode = kernel.InOut
	}
	return b
}

// variable returns a new loop variable.
func (e *emitter) variable() kernel.Var {
	e.k.Vars = append(e.k.Vars, "i"+strconv.Itoa(len(e.k.Vars)+1))
	return kernel.Var(len(e.k.Vars))
}

// open begins the inside of a loop.
func (e *emitter) open(v kernel.Var) {
	e.blocks = append(e.blocks, &block{})
	e.depth[v] = len(e.blocks) - 1
}

// close ends the innermost loop and returns its statements.
func (e *emitter) close() []kernel.Stmt {
	last := len(e.blocks) - 1
	b := e.blocks[last]
	e.blocks = e.blocks[:last]
	for _, key := range b.keys {
		delete(e.known, key)
	}
	for _, key := range b.lets {
		delete(e.lets, key)
	}
	for _, v := range b.rows {
		delete(e.rows, v)
	}
	return b.stmts
}

// put adds a statement to the block at a level.
func (e *emitter) put(level int, s kernel.Stmt) {
	b := e.forced
	if b == nil {
		b = e.blocks[level]
	}
	b.stmts = append(b.stmts, s)
}

func (e *emitter) top() int { return len(e.blocks) - 1 }

// value returns a new value in the block at a level.
func (e *emitter) value(d expr.DType, level int) kernel.Value {
	e.k.Values = append(e.k.Values, d)
	e.level = append(e.level, level)
	return kernel.Value(len(e.k.Values) - 1)
}

// remember lets later uses find a value.
func (e *emitter) remember(key string, v kernel.Value) {
	if e.forced != nil {
		return
	}
	e.known[key] = v
	b := e.blocks[e.level[v]]
	b.keys = append(b.keys, key)
}

// let writes an instruction.
func (e *emitter) let(op expr.Op, attr expr.Attr, args ...kernel.Value) kernel.Value {
	var room [3]expr.DType
	d, level := room[:0], 0
	key := instruction{op: op}
	shared := len(args) <= len(key.args) && op != expr.OpPolygamma
	for i, a := range args {
		d = append(d, e.k.Values[a])
		level = max(level, e.level[a])
		if shared {
			key.args[i] = a + 1
		}
	}
	result, _, err := op.ElementDType(attr, d...)
	if err != nil {
		panic(fmt.Sprintf("%v of %v: %v", op, d, err))
	}
	key.d = result
	if shared && e.forced == nil {
		if v, ok := e.lets[key]; ok {
			return v
		}
	}
	n := 0
	if a, ok := attr.(expr.Number); ok {
		n = a.N
	}
	dst := e.value(result, level)
	e.put(level, &kernel.Let{Dst: dst, Op: op, Args: args, N: n})
	if shared && e.forced == nil {
		e.lets[key] = dst
		b := e.blocks[level]
		b.lets = append(b.lets, key)
	}
	return dst
}

// cast converts a value.
func (e *emitter) cast(d expr.DType, x kernel.Value) kernel.Value {
	if e.k.Values[x] == d {
		return x
	}
	return e.let(expr.OpCast, expr.Cast{DType: d}, x)
}

// scalar writes a constant.
func (e *emitter) scalar(d expr.DType, x kernel.Scalar) kernel.Value {
	key := fmt.Sprintf("C%d %x %x", d, x.Bits, x.Imag)
	if v, ok := e.known[key]; ok && e.forced == nil {
		return v
	}
	v := e.value(d, 0)
	e.put(0, &kernel.Const{Dst: v, X: x})
	e.remember(key, v)
	return v
}

// number returns the Scalar of a small integer as an element of dtype d.
func scalarNumber(d expr.DType, n int) kernel.Scalar {
	switch {
	case d == expr.Bool:
		return kernel.Bool(n != 0)
	case d.IsInteger():
		return kernel.Integer(n)
	case d.IsFloat():
		return kernel.Float(float64(n))
	}
	return kernel.Complex(complex(float64(n), 0))
}

// constant returns the Scalar of a constant of rank 0.
func constant(v *expr.Value) kernel.Scalar {
	switch d := v.DType(); {
	case d == expr.Bool:
		return kernel.Bool(v.Bool(0))
	case d == expr.Uint64:
		return kernel.Integer(v.Data().([]uint64)[0])
	case d.IsInteger():
		return kernel.Integer(v.Int(0))
	case d.IsFloat():
		return kernel.Float(v.Float(0))
	}
	return kernel.Complex(v.Complex(0))
}

// index converts a coordinate without computed indices to an address and returns
// the level of its innermost loop.
func (e *emitter) index(c coord) (kernel.Index, int) {
	var at kernel.Index
	level := 0
	e.note(c)
	if c.off != 0 {
		at.Offset = e.param(c.off)
	}
	for _, t := range c.terms {
		if t.n == 0 {
			continue
		}
		stride := kernel.N(1)
		if t.n != 1 {
			stride = e.param(t.n)
		}
		at.Terms = append(at.Terms, t.v.Times(stride))
		level = max(level, e.depth[t.v])
	}
	return at, level
}

// iota writes the value of a coordinate.
func (e *emitter) iota(c coord) kernel.Value {
	if v, ok := e.known[string(e.key('I', 0, c))]; ok {
		return v
	}
	at, level := e.index(c)
	v := e.value(expr.Int64, level)
	e.put(level, &kernel.Iota{Dst: v, At: at})
	for _, p := range c.picks {
		v = e.let(expr.OpAdd, nil, v, e.let(expr.OpMul, nil, e.wrapped(e.pick(p), p.len), e.intParam(p.n)))
	}
	e.remember(string(e.key('I', 0, c)), v)
	return v
}

// load writes the load of an element of an array.
func (e *emitter) load(a *array, at []coord) kernel.Value {
	c := a.address(at)
	b := e.buf(a.storage, kernel.In)
	if v, ok := e.known[string(e.key('A', int(b), c))]; ok {
		return v
	}
	v := e.loadFrom(b, c, 0)
	e.remember(string(e.key('A', int(b), c)), v)
	return v
}

// loadFrom writes the load of the element of a buffer at an address, not outside
// of the block at a level.
func (e *emitter) loadFrom(b kernel.Buf, c coord, level int) kernel.Value {
	index, inner := e.index(c)
	level = max(level, inner)
	s := &kernel.Load{Buf: b, At: index}
	for _, p := range c.picks {
		i := e.pick(p)
		s.Picks = append(s.Picks, kernel.Picked{Index: i, Len: e.param(p.len), Stride: e.param(p.n)})
		level = max(level, e.level[i])
	}
	if len(s.Picks) > 0 {
		e.accesses++
		s.Access = e.accesses
	}
	s.Dst = e.value(e.k.Buffers[b].DType, level)
	e.put(level, s)
	return s.Dst
}

// gen writes what computes the element at of v, in the dtype of v.
func (e *emitter) gen(v *vertex, at []coord) kernel.Value {
	if v.kind == kindConst && len(v.shape) == 0 {
		return e.scalar(v.dtype, constant(v.node.Value()))
	}
	if v.array == nil && v.kind == kindView && (v.home == nil || v.home == e.g) {
		return e.gen(v.args[0], v.viewAt(at))
	}
	if v.array != nil && v.home != e.g || v.kind == kindReshape && v.home == nil {
		return e.load(v.located(), at)
	}
	if x, ok := e.known[string(e.key('V', v.id, at...))]; ok {
		return x
	}
	if e.g.scratch[v] != nil && !picks(at) {
		if _, filled := e.rows[v]; !filled {
			e.fillRow(v, e.rowDepth(v), at)
		}
		return e.loadRow(v, e.rows[v], at)
	}
	x := e.compute(v, at)
	e.remember(string(e.key('V', v.id, at...)), x)
	return x
}

// compute is gen for what is not loaded.
func (e *emitter) compute(v *vertex, at []coord) kernel.Value {
	switch v.kind {
	case kindView: // stored by this group
		return e.gen(v.args[0], v.viewAt(at))
	case kindCopy:
		return e.gen(v.args[0], at)
	case kindReshape:
		return e.load((&array{storage: v.args[0].located().storage, off: v.args[0].located().off, strides: layout.RowMajor(v.shape)}), at)
	case kindElement:
		return e.element(v, at)
	case kindSource:
		return e.source(v, at)
	case kindMask:
		n := len(at)
		above := e.let(expr.OpSub, nil, e.iota(at[n-1]), e.iota(at[n-2]))
		k := e.scalar(expr.Int64, kernel.Integer(v.node.Attr().(expr.Diagonal).K))
		op := expr.OpLe
		if v.node.Op() == expr.OpTriu {
			op = expr.OpGe
		}
		keep := e.let(op, nil, above, k)
		return e.let(expr.OpWhere, nil, keep, e.gen(v.args[0], broadcastAt(v.args[0].shape, at)), e.scalar(v.dtype, scalarNumber(v.dtype, 0)))
	case kindTake:
		return e.gen(v.args[0], takenAt(v, at))
	case kindScatter:
		return e.placed(v, at)
	case kindReduce:
		return e.reduce(v, at)
	case kindWhile:
		return e.item(v, 0, at)
	case kindResult:
		return e.item(v.args[0], v.node.Attr().(expr.Number).N, at)
	}
	panic("a kernel cannot compute " + v.node.Op().String())
}

// element writes an element-wise op.
func (e *emitter) element(v *vertex, at []coord) kernel.Value {
	args := make([]kernel.Value, len(v.args))
	for i, a := range v.args {
		args[i] = e.gen(a, broadcastAt(a.shape, at))
	}
	return e.apply(v.node, args)
}

// apply writes the element-wise op of a node for these arguments.
func (e *emitter) apply(n *expr.Node, args []kernel.Value) kernel.Value {
	op, d := n.Op(), n.OperandDType()
	switch op {
	case expr.OpCast:
		return e.cast(n.DType(), args[0])
	case expr.OpWhere:
		return e.let(op, nil, e.cast(expr.Bool, args[0]), e.cast(n.DType(), args[1]), e.cast(n.DType(), args[2]))
	case expr.OpEq, expr.OpNe, expr.OpLt, expr.OpLe, expr.OpGt, expr.OpGe:
		if integral(e.k.Values[args[0]]) && integral(e.k.Values[args[1]]) {
			return e.let(op, nil, args...)
		}
	case expr.OpIsNaN, expr.OpIsInf, expr.OpIsFinite:
		return e.let(op, nil, args...)
	}
	for i := range args {
		args[i] = e.cast(d, args[i])
	}
	if op == expr.OpAdd || op == expr.OpMul {
		x := args[0]
		for _, y := range args[1:] {
			x = e.let(op, nil, x, y)
		}
		return x
	}
	return e.cast(n.DType(), e.let(op, n.Attr(), args...))
}

func integral(d expr.DType) bool { return d == expr.Bool || d.IsInteger() }

// source writes an element that follows from its place.
func (e *emitter) source(v *vertex, at []coord) kernel.Value {
	n := v.node
	switch n.Op() {
	case expr.OpEye:
		k := n.Attr().(expr.Diagonal).K
		return e.cast(v.dtype, e.let(expr.OpEq, nil, e.iota(at[0].plus(coord{off: k}, 1)), e.iota(at[1])))
	case expr.OpLinspace:
		return e.linspace(v, at[0])
	case expr.OpUniform:
		return e.uniform(v, at)
	case expr.OpSize:
		return e.cast(v.dtype, e.intParam(int(lengths(n).Int(0))))
	}
	start, step := n.Arg(0).Value(), n.Arg(2).Value()
	i := e.iota(at[0])
	if v.dtype.IsInteger() && integral(start.DType()) && integral(step.DType()) {
		x := e.let(expr.OpMul, nil, i, e.intParam(int(step.Int(0))))
		return e.cast(v.dtype, e.let(expr.OpAdd, nil, e.intParam(int(start.Int(0))), x))
	}
	d, a, b := expr.Float64, start.Float(0), start.Float(0)+step.Float(0)
	delta := b - a
	if v.dtype == expr.Float32 {
		d = expr.Float32
		a, b = float64(float32(a)), float64(float32(b))
		delta = float64(float32(b) - float32(a))
	}
	float := func(x float64) kernel.Value { return e.scalar(d, kernel.Float(x)) }
	x := e.let(expr.OpAdd, nil, float(a), e.let(expr.OpMul, nil, e.cast(d, i), float(delta)))
	x = e.let(expr.OpWhere, nil, e.let(expr.OpEq, nil, i, e.scalar(expr.Int64, kernel.Integer(1))), float(b), x)
	x = e.let(expr.OpWhere, nil, e.let(expr.OpEq, nil, i, e.scalar(expr.Int64, kernel.Integer(0))), float(a), x)
	return e.cast(v.dtype, x)
}

// uniform writes a random number: the element of the key's stream whose number
// is that of the place, counted in row-major order.
func (e *emitter) uniform(v *vertex, at []coord) kernel.Value {
	c := (&array{strides: layout.RowMajor(v.shape)}).address(at)
	word := e.cast(expr.Uint64, e.gen(v.args[0], nil))
	low := e.cast(expr.Uint32, word)
	high := e.cast(expr.Uint32, e.let(expr.OpShr, nil, word, e.scalar(expr.Uint64, kernel.Integer(32))))
	index, level := e.index(c)
	level = max(level, e.level[low])
	x := e.value(v.dtype, level)
	e.put(level, &kernel.Random{Dst: []kernel.Value{x}, Key: [2]kernel.Value{low, high}, At: index})
	return x
}

// linspace writes a + i*step, and b for the last element.
func (e *emitter) linspace(v *vertex, c coord) kernel.Value {
	n := v.shape[0]
	a := e.cast(expr.Float64, e.gen(v.args[0], nil))
	b := e.cast(expr.Float64, e.gen(v.args[1], nil))
	i := e.iota(c)
	parts := e.intParam(max(n-1, 1))
	step := e.let(expr.OpDiv, nil, e.let(expr.OpSub, nil, b, a), e.cast(expr.Float64, parts))
	x := e.let(expr.OpAdd, nil, a, e.let(expr.OpMul, nil, e.cast(expr.Float64, i), step))
	if n > 1 {
		x = e.let(expr.OpWhere, nil, e.let(expr.OpEq, nil, i, parts), b, x)
	}
	return e.cast(v.dtype, x)
}

// intParam writes an integer that is a parameter, so that another length needs
// no other kernel.
func (e *emitter) intParam(n int) kernel.Value { return e.iota(coord{off: n}) }

// store writes the store of a value.
func (e *emitter) store(s *storage, c coord, x kernel.Value) {
	b := e.buf(s, kernel.Out)
	index, _ := e.index(c)
	e.put(e.top(), &kernel.Store{Buf: b, At: index, Src: x})
}

// infinity returns the smallest (sign -1) or largest element of a dtype.
func infinity(d expr.DType, sign int) kernel.Scalar {
	switch {
	case d == expr.Bool:
		return kernel.Bool(sign > 0)
	case d.IsFloat():
		return kernel.Float(math.Inf(sign))
	case d.IsUnsigned():
		if sign < 0 {
			return kernel.Integer(0)
		}
		return kernel.Integer(^uint64(0) >> (64 - 8*d.Size()))
	}
	least := int64(-1) << (8*d.Size() - 1)
	if sign < 0 {
		return kernel.Integer(least)
	}
	return kernel.Integer(^least)
}

// valueKey tells elements of vertices apart.
func valueKey(v *vertex, at []coord) string { return string(appendKeyOf(nil, 'V', v.id, at)) }

// appendKeyOf appends what tells values of a kind apart that belong to something
// with a number and to a place.
func appendKeyOf(b []byte, kind byte, number int, at []coord) []byte {
	return appendKey(binary.AppendUvarint(append(b, kind), uint64(number)), at)
}

// key is appendKeyOf in memory that lasts until the next call.
func (e *emitter) key(kind byte, number int, at ...coord) []byte {
	e.room = appendKeyOf(e.room[:0], kind, number, at)
	return e.room
}

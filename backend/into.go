package backend

import (
	"context"
	"slices"
	"unsafe"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"arignote/backend/internal/par"
	"arignote/expr"
	"arignote/expr/layout"
)

// This file has RunInto. What it needs for a call is kept for the next one: a
// call with arguments and tensors of the kinds and sizes of an earlier one needs
// no planning and no memory.

// A call is what one goroutine keeps of a call of RunInto for the next one.
type call struct {
	q        *Plan
	f        *frame
	in       []argument
	out      []target
	fallible bool // a step can fail because of data
}

// argument is an input of the program as the plan of a call wants it.
type argument struct {
	node    *expr.Node
	id      int // of the storage
	dtype   expr.DType
	shape   []int
	strides []int // nil = row-major
	n       int   // elements
	fixed   *expr.Value
	number  any // of rank 0: a slice for the number
	recent  recent
}

// target is where a result goes.
type target struct {
	id     int
	dtype  expr.DType
	shape  []int
	n      int
	own    any // memory for the result where it cannot go into the tensor at once
	in     *spot
	recent recent
}

// A spot is a tensor or other array of the user's as it was when it was last
// seen, with its elements.
type spot struct {
	array   any     // *tensor.Dense, *mat.Dense ..., nil for slices
	at      uintptr // where it has its elements
	n       int     // of a slice
	data    any
	value   *expr.Value // of arguments
	strides []int       // of results
	direct  bool        // of results: row-major, without gaps
}

// recent has the places that were seen last: enough for arrays that take turns.
type recent struct {
	places [4]*spot
	next   int
}

// find returns the spot of an array whose elements are at an address.
func (r *recent) find(array any, at uintptr, n int) *spot {
	for _, p := range r.places {
		if p != nil && p.at == at && p.array == array && p.n == n {
			return p
		}
	}
	return nil
}

// keep remembers a spot instead of the oldest one.
func (r *recent) keep(p *spot) *spot {
	r.places[r.next] = p
	r.next = (r.next + 1) % len(r.places)
	return p
}

// maxCalls is how many kinds of calls that take turns are told apart.
const maxCalls = 4

// recall finds what an earlier call like this one has left, bound to these
// arguments and tensors; nil if there is nothing. Nobody else uses it until it
// is given back.
func (p *Program) recall(out []*tensor.Dense, args []any) *call {
	var others [maxCalls]*call
	for i := range others {
		c, _ := p.calls.Get().(*call)
		if c == nil || c.bind(out, args) {
			for _, o := range others[:i] {
				p.calls.Put(o)
			}
			return c
		}
		others[i] = c
	}
	for _, o := range others[1:] { // the first one makes room
		p.calls.Put(o)
	}
	others[0].f.release()
	return nil
}

// prepare plans a call; c is nil if the results must be copied: sizes depend on
// data, or there is nothing in a tensor.
func (p *Program) prepare(out []*tensor.Dense, args []any) (c *call, err error) {
	values, err := p.bind(args)
	if err != nil {
		return nil, err
	}
	q, err := p.plan(values)
	if err != nil || q.stage != nil {
		return nil, err
	}
	if err := p.config.checkMemory(q); err != nil {
		return nil, err
	}
	c = &call{q: q, f: q.frame(), in: make([]argument, len(args)), out: make([]target, len(out)), fallible: q.fallible()}
	for i, v := range values {
		a := argument{node: p.graph.Inputs[i], id: q.inputs[i].array.id, dtype: v.DType(), shape: slices.Clone(v.Shape()), n: v.Len()}
		if !v.Contiguous() {
			a.strides = slices.Clone(v.Strides())
		}
		if len(a.shape) == 0 {
			a.number = v.Clone().Data()
		}
		if p.host[a.node] {
			a.fixed = v.Clone()
		}
		c.in[i] = a
		c.f.data[a.id], c.f.values[a.id] = v.Data(), v
		if a.number != nil {
			c.f.data[a.id], c.f.values[a.id] = a.number, nil
		}
	}
	for i, a := range q.results {
		c.out[i] = target{id: a.id, dtype: q.dtypes[i], shape: q.shapes[i], n: product(q.shapes[i])}
		if c.out[i].bind(out[i]) {
			continue
		}
		if err := expr.Zeros(q.dtypes[i], q.shapes[i]...).FitsDense(out[i]); err != nil {
			return nil, located(err, "output %d", i+1)
		}
		return nil, nil
	}
	return c, nil
}

// bind binds the call to arguments and tensors, and reports whether they are of
// the kinds and sizes of the call's.
func (c *call) bind(out []*tensor.Dense, args []any) bool {
	for i := range c.in {
		if !c.in[i].bind(c.f, args[i]) {
			return false
		}
	}
	for i := range c.out {
		if !c.out[i].bind(out[i]) {
			return false
		}
	}
	return true
}

// bind binds an argument.
func (k *argument) bind(f *frame, x any) bool {
	if k.number != nil && k.setNumber(x) {
		f.data[k.id], f.values[k.id] = k.number, nil
		return k.fixed == nil || memories[k.dtype].equal(k.number, k.fixed.Data())
	}
	if k.fixed != nil {
		return false
	}
	if n, ok := memories[k.dtype].length(x); ok {
		if len(k.shape) != 1 || n != k.n {
			return false
		}
		f.data[k.id], f.values[k.id] = x, nil
		return true
	}
	if v, ok := x.(*expr.Value); ok && v != nil && v.Data() != nil {
		f.data[k.id], f.values[k.id] = v.Data(), v
		return k.holds(v)
	}
	array, at, n, ok := k.identify(x)
	if !ok {
		return false
	}
	p := k.recent.find(array, at, n)
	if p == nil || at == 0 {
		if p = k.look(x); p == nil {
			return false
		}
		p.array, p.at, p.n = array, at, n
		if at != 0 {
			k.recent.keep(p)
		}
	}
	f.data[k.id], f.values[k.id] = p.data, p.value
	return true
}

// setNumber keeps the number x if it has the dtype of the input or takes it
// without a check.
func (k *argument) setNumber(x any) bool {
	if memories[k.dtype].set(k.number, x) {
		return true
	}
	switch x := x.(type) {
	case int:
		switch d := k.number.(type) {
		case []float64:
			d[0] = float64(x)
			return true
		case []int64:
			d[0] = int64(x)
			return true
		}
	case float64:
		if d, ok := k.number.([]float32); ok {
			d[0] = float32(x)
			return true
		}
	}
	return false
}

// identify returns what tells an array apart from others and from itself with
// other elements; at is 0 if nothing does. It is not ok if the array is not like
// the argument.
func (k *argument) identify(x any) (array any, at uintptr, n int, ok bool) {
	switch x := x.(type) {
	case *tensor.Dense:
		ok = x != nil && !x.IsMasked() && k.like([]int(x.Shape()), x.Strides())
		if ok && k.n > 0 {
			return x, x.Uintptr(), 0, true
		}
		return nil, 0, 0, ok
	case *mat.Dense:
		if x == nil {
			return nil, 0, 0, false
		}
		r := x.RawMatrix()
		return x, addressOf(r.Data), 0, k.like2(r.Rows, r.Cols, r.Stride)
	case *mat.VecDense:
		if x == nil {
			return nil, 0, 0, false
		}
		r := x.RawVector()
		return x, addressOf(r.Data), 0, len(k.shape) == 1 && r.N == k.n && (r.Inc == k.stride(0) || r.N == 1)
	case []int:
		return nil, addressOf(x), len(x), len(k.shape) == 1 && len(x) == k.n
	}
	return nil, 0, 0, true
}

// addressOf returns the address of the first element, 0 if there is none.
func addressOf[T any](x []T) uintptr {
	if len(x) == 0 {
		return 0
	}
	return uintptr(unsafe.Pointer(unsafe.SliceData(x)))
}

// like reports whether the argument has this shape and these strides.
func (k *argument) like(shape, strides []int) bool {
	if !slices.Equal(shape, k.shape) {
		return false
	}
	if k.strides == nil {
		return layout.IsRowMajor(shape, strides)
	}
	return slices.Equal(strides, k.strides)
}

// like2 is like for a matrix whose rows lie stride apart.
func (k *argument) like2(rows, cols, stride int) bool {
	return len(k.shape) == 2 && rows == k.shape[0] && cols == k.shape[1] && (rows == 1 || stride == k.stride(0)) && (cols == 1 || k.stride(1) == 1)
}

// stride returns the stride of an axis.
func (k *argument) stride(axis int) int {
	if k.strides != nil {
		return k.strides[axis]
	}
	n := 1
	for _, l := range k.shape[axis+1:] {
		n *= l
	}
	return n
}

// look converts an argument, nil if it is not as the plan wants it.
func (k *argument) look(x any) *spot {
	if t, ok := x.(*tensor.Dense); ok && t != nil && k.number != nil && t.Dims() == 0 {
		data := elementsOf(t)
		if n, _ := memories[k.dtype].length(data); n > 0 {
			return &spot{data: data} // a Value would have a copy of the number
		}
		return nil
	}
	if v, err := expr.ValueFor(k.node, x); err == nil && k.holds(v) {
		return &spot{data: v.Data(), value: v}
	}
	return nil
}

// holds reports whether v is as the plan wants it.
func (k *argument) holds(v *expr.Value) bool {
	if v.DType() != k.dtype || !slices.Equal(v.Shape(), k.shape) || v.Contiguous() != (k.strides == nil) {
		return false
	}
	return k.strides == nil || slices.Equal(v.Strides(), k.strides)
}

// bind binds a result to a tensor.
func (k *target) bind(t *tensor.Dense) bool {
	if t == nil || k.n == 0 || t.IsMasked() || !slices.Equal([]int(t.Shape()), k.shape) {
		return false // the elements of a tensor without any cannot be asked for
	}
	if k.in = k.recent.find(t, t.Uintptr(), 0); k.in != nil && slices.Equal(k.in.strides, t.Strides()) {
		return true
	}
	data := elementsOf(t)
	n, ok := memories[k.dtype].length(data)
	if !ok || !holds(n, k.shape, t.Strides()) {
		return false
	}
	k.in = k.recent.keep(&spot{array: t, at: t.Uintptr(), data: data, strides: slices.Clone(t.Strides()),
		direct: n == k.n && (len(k.shape) == 0 || layout.IsRowMajor(k.shape, t.Strides()))})
	return true
}

// holds reports whether n elements hold an array, which is not empty, of this
// shape and these strides.
func holds(n int, shape, strides []int) bool {
	if len(shape) == 0 {
		return n > 0
	}
	if len(strides) != len(shape) {
		return false
	}
	last := 0
	for i, l := range shape {
		last += (l - 1) * strides[i]
	}
	return last < n
}

// run runs the plan and writes the results. Steps write where results belong,
// unless something could go wrong after that or an argument lies there.
func (c *call) run(o par.Options) error {
	for i := range c.out {
		k := &c.out[i]
		if c.ownsResult(i) {
			if k.own == nil {
				k.own = memories[k.dtype].make(k.n)
			}
			c.f.set(k.id, k.own)
		} else {
			c.f.set(k.id, k.in.data)
		}
	}
	if err := c.f.run(o); err != nil {
		c.f.failed.Store(nil)
		return err
	}
	for i := range c.out {
		k := &c.out[i]
		switch {
		case k.in == nil || !c.ownsResult(i):
		case k.in.direct:
			memories[k.dtype].copy(k.in.data, k.own)
		default:
			memories[k.dtype].scatter(k.in.data, k.own, k.shape, k.in.strides)
		}
	}
	return nil
}

// ownsResult reports whether result i is computed in memory of the call: its
// tensor has gaps, the run may fail, or an argument or another result is there.
func (c *call) ownsResult(i int) bool {
	k := &c.out[i]
	if k.in == nil || !k.in.direct || c.fallible {
		return true
	}
	lo, hi := memories[k.dtype].span(k.in.data)
	for j := range c.in {
		a := &c.in[j]
		if l, h := memories[a.dtype].span(c.f.data[a.id]); l < hi && lo < h {
			return true
		}
	}
	for j := range c.out {
		if o := &c.out[j]; j != i && o.in != nil {
			if l, h := memories[o.dtype].span(o.in.data); l < hi && lo < h {
				return true
			}
		}
	}
	return false
}

// elementsOf returns the elements of a tensor where they lie; int counts as
// int64 and uint as uint64, as elsewhere. It returns nil for other types.
func elementsOf(t *tensor.Dense) any {
	if !t.IsNativelyAccessible() {
		return nil
	}
	switch t.Dtype() {
	case tensor.Bool:
		return t.Bools()
	case tensor.Int:
		return sameMemory[int, int64](t.Ints())
	case tensor.Int8:
		return t.Int8s()
	case tensor.Int16:
		return t.Int16s()
	case tensor.Int32:
		return t.Int32s()
	case tensor.Int64:
		return t.Int64s()
	case tensor.Uint:
		return sameMemory[uint, uint64](t.Uints())
	case tensor.Uint8:
		return t.Uint8s()
	case tensor.Uint16:
		return t.Uint16s()
	case tensor.Uint32:
		return t.Uint32s()
	case tensor.Uint64:
		return t.Uint64s()
	case tensor.Float32:
		return t.Float32s()
	case tensor.Float64:
		return t.Float64s()
	case tensor.Complex64:
		return t.Complex64s()
	case tensor.Complex128:
		return t.Complex128s()
	}
	return nil
}

// sameMemory returns x as a slice of another type of the same size, nil where
// the sizes differ.
func sameMemory[T, U any](x []T) any {
	if unsafe.Sizeof(*new(T)) != unsafe.Sizeof(*new(U)) {
		return nil
	}
	return unsafe.Slice((*U)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// set gives a storage its memory for this run.
func (f *frame) set(id int, data any) { f.data[id], f.values[id] = data, nil }

// fallible reports whether a step can fail because of data.
func (q *Plan) fallible() bool {
	for _, s := range q.steps {
		if s.vertex != nil && (s.vertex.kind == kindReference || s.vertex.kind == kindRoutine && canFail(s.vertex)) {
			return true
		}
		for _, l := range s.launches {
			if l.picks {
				return true
			}
		}
	}
	return false
}

// runInto is RunInto.
func (p *Program) runInto(out []*tensor.Dense, args []any) error {
	var c *call
	if len(args) == len(p.graph.Inputs) {
		c = p.recall(out, args)
	}
	if c == nil {
		var err error
		if c, err = p.prepare(out, args); err != nil {
			return err
		}
		if c == nil {
			return p.runStages(out, args)
		}
	}
	if err := c.run(par.Options{Threads: par.Threads(p.config.Threads)}); err != nil {
		values, wrong := p.bind(args)
		if wrong != nil {
			return wrong
		}
		return p.explain(values, err)
	}
	p.calls.Put(c)
	return nil
}

// runStages is RunInto where sizes depend on data: the results are copied.
func (p *Program) runStages(out []*tensor.Dense, args []any) error {
	values, err := p.bind(args)
	if err != nil {
		return err
	}
	outs, err := p.run(context.Background(), values)
	if err != nil {
		return err
	}
	for i, v := range outs {
		if err := v.FitsDense(out[i]); err != nil {
			return located(err, "output %d", i+1)
		}
	}
	for i, v := range outs {
		v.CopyToDense(out[i])
	}
	return nil
}

package backend

import (
	"context"
	"slices"
	"unsafe"

	"gorgonia.org/tensor"

	"arignote/backend/internal/par"
	"arignote/expr"
)

// This file has the short way of RunInto: a call with arguments and tensors of
// the kinds and sizes of an earlier call needs no conversion, no planning and
// no memory.

// A call is what one goroutine keeps of a call of RunInto for the next one.
type call struct {
	q   *Plan
	f   *frame
	in  []known
	out []known
}

// known is an argument or a tensor for a result as it was the last time.
type known struct {
	dtype  expr.DType
	n      int // elements
	rank   int
	data   any           // for tensors: their elements; for scalars: a slice for the number
	dense  *tensor.Dense // the tensor of data
	at     uintptr       // where that has its elements
	before *known        // the tensor before that one: two that change places are both known
	shape  []int
	id     int // of the storage
	scalar bool
}

// runShort runs p by way of an earlier call; ok is false if that cannot be.
func (p *Program) runShort(out []*tensor.Dense, args []any) (ok bool) {
	c, _ := p.calls.Get().(*call)
	if c == nil {
		return false
	}
	defer p.calls.Put(c)
	if len(args) != len(c.in) || len(out) != len(c.out) {
		return false
	}
	for i := range c.in {
		if !c.argument(&c.in[i], args[i]) {
			return false
		}
	}
	for i := range c.out {
		k := &c.out[i]
		if !k.tensor(out[i]) {
			return false
		}
		c.f.data[k.id] = k.data
	}
	if c.overlaps() {
		return false
	}
	return c.f.run(par.Options{Threads: par.Threads(p.config.Threads)}) == nil
}

// argument binds an argument and reports whether it is as it was.
func (c *call) argument(k *known, x any) bool {
	if t, ok := x.(*tensor.Dense); ok {
		if !k.tensor(t) {
			return false
		}
		c.f.data[k.id] = k.data
		return true
	}
	if k.scalar {
		switch x := x.(type) {
		case float64:
			if d, ok := k.data.([]float64); ok {
				d[0] = x
				c.f.data[k.id] = k.data
				return true
			}
		case float32:
			if d, ok := k.data.([]float32); ok {
				d[0] = x
				c.f.data[k.id] = k.data
				return true
			}
		case int64:
			if d, ok := k.data.([]int64); ok {
				d[0] = x
				c.f.data[k.id] = k.data
				return true
			}
		}
		return false
	}
	if k.rank != 1 || k.dense != nil {
		return false
	}
	if n, ok := memories[k.dtype].length(x); !ok || n != k.n {
		return false
	}
	c.f.data[k.id] = x
	return true
}

// tensor reports whether t is like the tensor of the last time, whose elements
// k has then.
func (k *known) tensor(t *tensor.Dense) bool {
	if t == nil || k.dense == nil || t.IsMasked() || !slices.Equal([]int(t.Shape()), k.shape) {
		return false
	}
	if t == k.dense && t.Uintptr() == k.at {
		return true
	}
	if b := k.before; b != nil && t == b.dense && t.Uintptr() == b.at {
		k.data, k.dense, k.at, b.data, b.dense, b.at = b.data, b.dense, b.at, k.data, k.dense, k.at
		return true
	}
	return k.remember(t)
}

// remember takes the elements of a tensor; it reports whether they are
// contiguous and of the right dtype.
func (k *known) remember(t *tensor.Dense) bool {
	if k.n == 0 || t == nil || t.IsMasked() {
		return false // Data of a tensor without elements may panic
	}
	data := elementsOf(t)
	if data == nil {
		return false
	}
	n, ok := memories[k.dtype].length(data)
	if !ok || n != k.n || !isRowMajor([]int(t.Shape()), t.Strides()) && t.Dims() > 0 {
		return false
	}
	if k.before == nil {
		k.before = new(known)
	}
	k.before.data, k.before.dense, k.before.at = k.data, k.dense, k.at
	k.data, k.dense, k.at = data, t, t.Uintptr()
	return true
}

// elementsOf returns the elements of a tensor where they lie, nil for types
// that have no short way.
func elementsOf(t *tensor.Dense) any {
	if !t.IsNativelyAccessible() {
		return nil
	}
	switch t.Dtype() {
	case tensor.Float64:
		return t.Float64s()
	case tensor.Float32:
		return t.Float32s()
	case tensor.Int64:
		return t.Int64s()
	case tensor.Int32:
		return t.Int32s()
	case tensor.Bool:
		return t.Bools()
	}
	return nil
}

// overlaps reports whether a result lies in the memory of an argument or of
// another result.
func (c *call) overlaps() bool {
	for i := range c.out {
		lo, hi := memories[c.out[i].dtype].span(c.f.data[c.out[i].id])
		for k := range c.in {
			if l, h := memories[c.in[k].dtype].span(c.f.data[c.in[k].id]); l < hi && lo < h {
				return true
			}
		}
		for k := range c.out[:i] {
			if l, h := memories[c.out[k].dtype].span(c.f.data[c.out[k].id]); l < hi && lo < h {
				return true
			}
		}
	}
	return false
}

// prepare makes the short way possible for calls like this one, where nothing
// can go wrong while results are written in place.
func (p *Program) prepare(out []*tensor.Dense, args []any, values []*expr.Value) {
	q, err := p.plan(values)
	if err != nil || q.stage != nil || q.fallible() {
		return
	}
	c := &call{q: q, in: make([]known, len(args)), out: make([]known, len(out))}
	for i, v := range values {
		k := &c.in[i]
		*k = known{dtype: v.DType(), n: v.Len(), rank: v.Rank(), shape: slices.Clone(v.Shape()), id: q.inputs[i].array.id}
		t, isTensor := args[i].(*tensor.Dense)
		switch {
		case !v.Contiguous() || p.host[p.graph.Inputs[i]]:
			return
		case isTensor:
			if !k.remember(t) {
				return
			}
		case v.Rank() == 0:
			k.scalar, k.data = true, v.Clone().Data()
		case v.Rank() != 1:
			return
		}
	}
	for i, t := range out {
		k := &c.out[i]
		*k = known{dtype: q.dtypes[i], n: product(q.shapes[i]), rank: len(q.shapes[i]), shape: q.shapes[i], id: q.results[i].id}
		if !k.remember(t) {
			return
		}
	}
	c.f = q.frame()
	p.calls.Put(c)
}

// fallible reports whether a step can fail because of data, or makes values of
// its own.
func (q *Plan) fallible() bool {
	for _, s := range q.steps {
		if s.vertex != nil {
			return true
		}
		for _, l := range s.launches {
			if len(l.picks) > 0 {
				return true
			}
		}
	}
	return false
}

func (memoryOf[T]) length(data any) (int, bool) {
	d, ok := data.([]T)
	return len(d), ok
}

// span returns the addresses of the first byte and of the one after the last.
func (memoryOf[T]) span(data any) (lo, hi uintptr) {
	d := data.([]T)
	lo = uintptr(unsafe.Pointer(unsafe.SliceData(d)))
	return lo, lo + uintptr(len(d))*unsafe.Sizeof(*new(T))
}

// runLong converts, plans, runs and copies.
func (p *Program) runLong(out []*tensor.Dense, args []any) error {
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
	p.prepare(out, args, values)
	return nil
}

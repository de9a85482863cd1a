package backend

import (
	"slices"
	"sync/atomic"
	"unsafe"

	"arignote/backend/internal/kernel"
	"arignote/backend/internal/par"
	"arignote/expr"
)

// A frame is the memory of one run of a Plan. It is used again by later runs.
type frame struct {
	q      *Plan
	arena  []uint64
	data   []any         // of each storage
	values []*expr.Value // of arguments, and of what reference steps made
	args   [][]*kernel.Args
	body   [][]func(worker, lo, hi int)
	refs   []ref
	failed atomic.Pointer[kernel.IndexError]
	verify bool // whether arguments have been verified

	progress func(done, total int64) // of this run; nil = none
}

// ref is a buffer of a launch whose memory is another in each run.
type ref struct {
	arg     *kernel.Arg
	storage *storage
}

// frame returns memory for a run.
func (q *Plan) frame() *frame {
	if f, ok := q.frames.Get().(*frame); ok {
		return f
	}
	f := &frame{q: q, data: make([]any, len(q.storages)), values: make([]*expr.Value, len(q.storages))}
	f.arena = make([]uint64, q.arena/8+8)
	base := (uintptr(unsafe.Pointer(unsafe.SliceData(f.arena)))+63)&^63 - uintptr(unsafe.Pointer(unsafe.SliceData(f.arena)))
	for i, s := range q.storages {
		switch s.place {
		case inArena:
			f.data[i] = memories[s.dtype].carve(unsafe.Add(unsafe.Pointer(unsafe.SliceData(f.arena)), int(base)+s.at), s.n)
		case inConstant:
			f.data[i], f.values[i] = s.data, s.value
		}
	}
	for _, s := range q.steps {
		var args []*kernel.Args
		var bodies []func(worker, lo, hi int)
		for _, l := range s.launches {
			a := f.launch(l)
			args = append(args, a)
			bodies = append(bodies, func(worker, lo, hi int) {
				if err := l.program.Run(a, kernel.Range{Lo: lo, Hi: hi}); err != nil {
					f.failed.CompareAndSwap(nil, err.(*kernel.IndexError))
				}
			})
		}
		f.args, f.body = append(f.args, args), append(f.body, bodies)
	}
	return f
}

// launch binds a launch to the memory of f.
func (f *frame) launch(l *launch) *kernel.Args {
	a := &kernel.Args{Params: l.params, Buffers: make([]kernel.Arg, len(l.bound))}
	for i, s := range l.bound {
		if s == nil {
			continue
		}
		a.Buffers[i].Data = f.data[s.id]
		if s.place != inArena && s.place != inConstant {
			f.refs = append(f.refs, ref{&a.Buffers[i], s})
		}
	}
	return a
}

// run runs the steps. The data of arguments and results has been set.
func (f *frame) run(o par.Options) error {
	for _, r := range f.refs {
		r.arg.Data = f.data[r.storage.id]
	}
	for i, s := range f.q.steps {
		if o.Context != nil && o.Context.Err() != nil {
			return o.Context.Err()
		}
		run := f.step
		if f.q.program.config.Profile {
			run = f.timed
		}
		if err := run(i, s, o); err != nil {
			return err
		}
	}
	f.verify = true
	return nil
}

// step runs step i.
func (f *frame) step(i int, s *step, o par.Options) error {
	if s.vertex != nil {
		if err := f.opaque(s.vertex); err != nil {
			return err
		}
		f.bindValues()
		return nil
	}
	for k, l := range s.launches {
		if !f.verify {
			if err := l.k.Verify(f.args[i][k]); err != nil {
				panic(err.Error() + "\n" + l.k.String())
			}
		}
		if f.progress != nil {
			o = f.q.progress(o, i, k, f.progress)
		}
		if err := par.For(o, l.units, l.chunk, f.body[i][k]); err != nil {
			return err
		}
		if err := f.failed.Load(); err != nil {
			return err
		}
	}
	return nil
}

// bindValues gives launches the memory that a reference step has made.
func (f *frame) bindValues() {
	for _, r := range f.refs {
		if r.storage.place == inValue {
			r.arg.Data = f.data[r.storage.id]
		}
	}
}

// opaque runs a step that is no kernel.
func (f *frame) opaque(v *vertex) error {
	id := v.array.id
	if v.kind == kindItem {
		x := f.values[v.args[0].array.id].Item(v.node.Attr().(expr.Number).N)
		f.setValue(id, x)
		return nil
	}
	if v.kind == kindProduct {
		args := make([]dense, len(v.args))
		for i, a := range v.args {
			l := a.located()
			args[i] = dense{f.data[l.id], l.off, a.shape, l.strides, a.dtype}
		}
		if multiply(v.node, args, f.data[id]) {
			return nil
		}
	}
	args := make([]*expr.Value, len(v.args))
	for i, a := range v.args {
		args[i] = f.valueOf(a)
	}
	x, err := v.node.Eval(args)
	if err != nil {
		return err
	}
	if v.kind == kindProduct {
		memories[v.dtype].copy(f.data[id], x.Clone().Data())
		return nil
	}
	f.setValue(id, x)
	return nil
}

// setValue keeps what a reference step made.
func (f *frame) setValue(id int, x *expr.Value) {
	f.values[id] = x
	if x.Data() == nil { // several results
		return
	}
	if !x.Contiguous() {
		x = x.Clone()
		f.values[id] = x
	}
	f.data[id] = x.Data()
}

// valueOf returns an argument of a reference step as a Value.
func (f *frame) valueOf(v *vertex) *expr.Value {
	a := v.located()
	if x := f.values[a.id]; x != nil && a.off == 0 && slices.Equal(x.Shape(), v.shape) && (v.kind == kindInput || v.kind == kindConst || isRowMajor(v.shape, a.strides)) {
		return x
	}
	if a.contiguous(v.shape) {
		return memories[v.dtype].value(v.shape, f.data[a.id], a.off)
	}
	return strided(v, a, f.data[a.id])
}

// strided copies an array that is not contiguous: what a product reads by its
// strides, but the reference cannot.
func strided(v *vertex, a *array, data any) *expr.Value {
	out := expr.Zeros(v.dtype, v.shape...)
	m := memories[v.dtype]
	i := 0
	forEach(v.shape, a.strides, func(off int) {
		m.copy(m.window(out.Data(), i, 1), m.window(data, a.off+off, 1))
		i++
	})
	return out
}

// forEach calls f with the offset of each element, in row-major order.
func forEach(shape, strides []int, f func(off int)) {
	if len(shape) == 0 {
		f(0)
		return
	}
	for i := range shape[0] {
		forEach(shape[1:], strides[1:], func(off int) { f(i*strides[0] + off) })
	}
}

// release gives the frame back, without references to what is not its own.
func (f *frame) release() {
	for i, s := range f.q.storages {
		if s.place != inArena && s.place != inConstant {
			f.data[i], f.values[i] = nil, nil
		}
	}
	for _, r := range f.refs {
		r.arg.Data = nil
	}
	f.progress = nil
	f.failed.Store(nil)
	f.q.frames.Put(f)
}

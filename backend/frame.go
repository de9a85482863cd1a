package backend

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"arignote/backend/internal/kernel"
	"arignote/backend/internal/par"
	"arignote/expr"
)

// A frame is the memory of one run of a Plan. It is used again by later runs,
// which allocate nothing unless the reference computes a step.
type frame struct {
	q      *Plan
	arena  []uint64
	data   []any         // of each storage
	values []*expr.Value // of arguments, and of what reference steps made
	steps  []bound       // the steps of the plan
	refs   []ref
	failed atomic.Pointer[kernel.IndexError]
	verify bool // whether arguments have been verified

	options  par.Options // of this run
	progress func(done, total int64)
	done     int64 // parts that have ended, for progress
	total    int64 // of all steps
	errs     []error
	together func(worker, lo, hi int) // runs steps of the batch that begins at first
	first    int
}

// bound is a step with the memory of a frame.
type bound struct {
	args    []*kernel.Args // of each launch
	body    []func(worker, lo, hi int)
	routine routine
	inputs  []input       // of what the reference computes
	taken   []*expr.Value // their values
	time    int64         // nanoseconds, of a step of a batch
}

// input is an array that the reference reads. The Value is kept for the next
// run, if the memory is the same then.
type input struct {
	v      *vertex
	value  *expr.Value
	lo, hi uintptr
}

// ref is a buffer of a launch whose memory is another in each run.
type ref struct {
	arg     *kernel.Arg
	storage *storage
}

// frame returns memory for a run: that of an earlier one, of this plan or of
// another one of its class.
func (q *Plan) frame() *frame {
	f, _ := q.pool().Get().(*frame)
	if f == nil {
		f = q.newFrame()
	}
	if f.q != q {
		f.settle(q)
	}
	return f
}

// pool returns the frames that are not in use.
func (q *Plan) pool() *sync.Pool {
	if q.class != nil {
		return &q.class.frames
	}
	return &q.frames
}

// newFrame returns what the frames of all plans of a class have in common: all
// but memory and numbers.
func (q *Plan) newFrame() *frame {
	f := &frame{data: make([]any, len(q.storages)), values: make([]*expr.Value, len(q.storages))}
	f.steps = make([]bound, len(q.steps))
	f.errs = make([]error, len(q.steps))
	for i, s := range q.steps {
		f.bind(s, &f.steps[i])
	}
	f.together = func(_, lo, hi int) {
		for i := f.first + lo; i < f.first+hi; i++ {
			start := time.Now()
			f.errs[i] = f.step(i, f.options)
			f.steps[i].time = int64(time.Since(start))
		}
	}
	return f
}

// settle makes f a frame of q: it gives memory to the storages, and numbers to
// the steps.
func (f *frame) settle(q *Plan) {
	f.q, f.verify = q, false
	start := f.space(q.arena)
	for i, s := range q.storages {
		switch {
		case s.id != i: // in place of another one
		case s.place == inArena:
			f.data[i] = memories[s.dtype].carve(unsafe.Add(start, s.at), s.n)
		case s.place == inConstant:
			f.data[i], f.values[i] = s.data, s.value
		}
	}
	for i, s := range q.steps {
		b := &f.steps[i]
		for k, l := range s.launches {
			b.args[k].Params = l.params
			for j, x := range l.bound {
				if x != nil && x.steady() {
					b.args[k].Buffers[j].Data = f.data[x.id]
				}
			}
		}
		if m, ok := b.routine.(rebinder); ok {
			m.rebind(s.vertex)
		} else if s.counted > 0 {
			b.routine = newRoutine(s.vertex, s.scratch, s.workers)
		}
		for k := range b.inputs {
			b.inputs[k].v = s.vertex.args[k]
		}
	}
}

// steady reports whether a storage has the same memory in all runs of a frame.
func (s *storage) steady() bool { return s.place == inArena || s.place == inConstant }

// maxSpare bounds the memory in an arena that is not used, as a multiple of what
// is used, beside a small number of words.
const maxSpare, smallSpare = 8, 1 << 13

// space returns the place of n bytes at the beginning of a cache line: the arena
// that f has, unless that is too small, or much too large. One that grew will
// grow again.
func (f *frame) space(n int64) unsafe.Pointer {
	words := int(n+7)/8 + 8
	switch have := len(f.arena); {
	case have == 0 || have > maxSpare*words+smallSpare:
		f.arena = make([]uint64, words)
	case have < words:
		f.arena = make([]uint64, words+words/4)
	}
	start := unsafe.Pointer(unsafe.SliceData(f.arena))
	return unsafe.Add(start, int((uintptr(start)+63)&^63-uintptr(start)))
}

// bind makes b the step s in the frame f.
func (f *frame) bind(s *step, b *bound) {
	for _, l := range s.launches {
		a := f.launch(l)
		b.args = append(b.args, a)
		b.body = append(b.body, func(_, lo, hi int) {
			if wrong, ok := l.run().Run(a, kernel.Range{Lo: lo, Hi: hi}).(*kernel.IndexError); ok {
				f.failed.CompareAndSwap(nil, wrong)
			}
		})
	}
	if s.vertex == nil {
		return
	}
	b.inputs = make([]input, len(s.vertex.args))
	b.taken = make([]*expr.Value, len(b.inputs))
}

// launch makes the arguments of a launch.
func (f *frame) launch(l *launch) *kernel.Args {
	a := &kernel.Args{Buffers: make([]kernel.Arg, len(l.bound))}
	for i, s := range l.bound {
		if s != nil && !s.steady() {
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
	f.options, f.done, f.total = o, 0, 0
	if f.progress != nil {
		for i := range f.steps {
			f.total += f.parts(i)
		}
	}
	for _, b := range f.q.batches {
		if o.Context != nil && o.Context.Err() != nil {
			return o.Context.Err()
		}
		run := f.batch
		if f.q.program.config.Profile {
			run = f.timed
		}
		if err := run(b); err != nil {
			return err
		}
	}
	f.verify = true
	return nil
}

// batch runs the steps of a batch, at the same time if there are several.
func (f *frame) batch(b batch) error {
	if b.hi-b.lo == 1 {
		return f.step(b.lo, f.options)
	}
	f.first = b.lo
	progress := f.progress
	f.progress = nil
	err := par.For(f.options, b.hi-b.lo, 1, f.together)
	f.progress = progress
	for i := b.lo; i < b.hi; i++ {
		if err == nil {
			err = f.errs[i]
		}
		f.errs[i] = nil
		f.advance(f.parts(i))
	}
	return err
}

// parts returns the number of parts of step i.
func (f *frame) parts(i int) int64 {
	if r := f.steps[i].routine; r != nil {
		return max(r.count(), 1)
	}
	return f.q.steps[i].parts()
}

// step runs step i.
func (f *frame) step(i int, o par.Options) error {
	s := f.q.steps[i]
	if s.vertex != nil {
		if err := f.opaque(s.vertex, &f.steps[i], o); err != nil {
			return err
		}
		f.advance(f.parts(i))
		return nil
	}
	for k, l := range s.launches {
		args := f.steps[i].args[k]
		if !f.verify {
			if err := l.k.Verify(args); err != nil {
				panic(err.Error() + "\n" + l.k.String())
			}
		}
		if o.Context != nil {
			args.Done = o.Context.Done()
		}
		err := par.For(f.watched(o, 0), l.units, l.chunk, f.steps[i].body[k])
		args.Done = nil
		if err == nil && o.Context != nil {
			err = o.Context.Err() // a part may have stopped
		}
		if err != nil {
			return err
		}
		if err := f.failed.Load(); err != nil {
			return err
		}
		f.advance(l.parts())
	}
	return nil
}

// opaque runs a step that is no kernel.
func (f *frame) opaque(v *vertex, b *bound, o par.Options) error {
	if b.routine != nil {
		if done, err := b.routine.compute(f, o); done || err != nil {
			return err
		}
	}
	x, err := f.reference(v, b)
	if err != nil {
		return err
	}
	if v.kind == kindRoutine && v.node.Type().IsTuple() {
		for _, r := range v.items {
			f.keep(r, x.Item(r.node.Attr().(expr.Number).N))
		}
		return nil
	}
	f.keep(v, x)
	return nil
}

// keep puts the value of v, which the reference has made, where it belongs.
func (f *frame) keep(v *vertex, x *expr.Value) {
	if v.array == nil { // one of several results that nobody wants
		return
	}
	id := v.array.id
	if v.array.place != inValue {
		if !x.Contiguous() {
			x = x.Clone()
		}
		memories[v.dtype].copy(f.data[id], x.Data())
		return
	}
	f.setValue(id, x)
	for _, r := range f.refs {
		if r.storage.id == id {
			r.arg.Data = f.data[id]
		}
	}
}

// reference computes v by its meaning.
func (f *frame) reference(v *vertex, b *bound) (*expr.Value, error) {
	if v.kind == kindItem {
		return f.values[v.args[0].array.id].Item(v.node.Attr().(expr.Number).N), nil
	}
	for i := range b.inputs {
		b.taken[i] = f.valueOf(&b.inputs[i])
	}
	x, err := v.node.Eval(b.taken)
	clear(b.taken)
	return x, err
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
func (f *frame) valueOf(in *input) *expr.Value {
	v, a := in.v, in.v.located()
	if x := f.values[a.id]; x != nil && (v.kind == kindInput || v.kind == kindConst || f.isWhole(v, x)) {
		return x
	}
	data := f.data[a.id]
	if !a.contiguous(v.shape) {
		return strided(v, a, data)
	}
	lo, hi := memories[v.dtype].span(data)
	if in.value == nil || lo != in.lo || hi != in.hi {
		in.value, in.lo, in.hi = memories[v.dtype].value(v.shape, data, a.off), lo, hi
	}
	return in.value
}

// isWhole reports whether v has the elements of x, in the order of x: a view of
// an argument that is not contiguous may be row-major, and still is another array.
func (f *frame) isWhole(v *vertex, x *expr.Value) bool {
	a := v.located()
	return a.off == 0 && slices.Equal(x.Shape(), v.shape) && a.contiguous(v.shape) && x.Contiguous()
}

// strided copies an array that is not contiguous: what a product reads by its
// strides, but the reference cannot.
func strided(v *vertex, a *array, data any) *expr.Value {
	out := expr.Zeros(v.dtype, v.shape...)
	memories[v.dtype].gather(out.Data(), data, a.off, v.shape, a.strides)
	return out
}

// release gives the frame back, without references to what is not its own.
func (f *frame) release() {
	for i, s := range f.q.storages {
		if !s.steady() {
			f.data[i], f.values[i] = nil, nil
		}
	}
	for _, r := range f.refs {
		r.arg.Data = nil
	}
	for i := range f.steps {
		for k := range f.steps[i].inputs {
			in := &f.steps[i].inputs[k]
			in.value, in.lo, in.hi = nil, 0, 0
		}
		if r := f.steps[i].routine; r != nil {
			r.release()
		}
	}
	f.options, f.progress = par.Options{}, nil
	f.failed.Store(nil)
	f.q.pool().Put(f)
}

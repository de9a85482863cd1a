package backend

import (
	"arignote/backend/internal/par"
	"arignote/expr"
)

// This file has what steps have in common that are Go code on whole arrays
// rather than a kernel: products (blas.go), sorts (sort.go), linear algebra
// (linalg.go).

// A routine is such a step with the memory of one frame. All memory that it works
// in is planned.
type routine interface {
	// compute does the step; done is false if the reference must do it, or
	// must say why nobody can.
	compute(f *frame, o par.Options) (done bool, err error)
	// release lets go of memory that is not the frame's own.
	release()
	// count returns the number of parts, of which at most that many are done.
	count() int64
	// flops estimates the work, in additions.
	flops() float64
	// scratch says which memory it works in.
	scratch() []room
	// describe says what it does in how many parts.
	describe() string
}

// A rebinder is a routine that can become one for another plan of a class.
type rebinder interface{ rebind(v *vertex) }

// room is memory for n elements.
type room struct {
	dtype expr.DType
	n     int
}

// hasRoutine reports whether there is a routine for n, all of whose dims are
// known.
func hasRoutine(n *expr.Node) bool {
	switch n.Op() {
	case expr.OpSort, expr.OpArgsort:
		return sortable(n)
	case expr.OpMap:
		return isElementwise(n)
	}
	return isLinear(n.Op())
}

// newRoutine binds the step v to memory; scratch, which has what the routine
// asked for, is nil while planning. It returns nil if the reference must do it.
func newRoutine(v *vertex, scratch []*storage, workers int) routine {
	switch {
	case v.kind == kindProduct:
		return newMultiplier(v)
	case v.node.Op() == expr.OpSort || v.node.Op() == expr.OpArgsort:
		return newSort(v, scratch, workers)
	case v.node.Op() == expr.OpMap:
		return newElements(v, workers)
	case v.node.Type().IsTuple():
		return newFactoring(v, scratch)
	case v.args[0].dtype.IsComplex():
		return newLinear[complex128](v, scratch, workers)
	}
	return newLinear[float64](v, scratch, workers)
}

// canFail reports whether the routine v can fail because of data.
func canFail(v *vertex) bool {
	if v.body != nil {
		return v.body.fallible()
	}
	return v.node.Op().Fallible()
}

// routine plans a step that is a routine.
func (s *step) routine(workers int) {
	s.workers = workers
	r := newRoutine(s.vertex, nil, workers)
	if r == nil {
		return
	}
	s.flops, s.counted, s.text = r.flops(), r.count(), r.describe()
	if m, ok := r.(*elements); ok {
		s.own = m.bytes()
	}
	for _, m := range r.scratch() {
		x := &storage{place: inArena, dtype: m.dtype, n: m.n, partial: true}
		s.scratch = append(s.scratch, x)
		s.writes = append(s.writes, x)
	}
}

// A splitter divides the work of a routine among workers and tells how far it is.
type splitter struct {
	f       *frame
	options par.Options
	workers int // for so many there is memory
	ended   int64
}

// begin prepares for a run.
func (s *splitter) begin(f *frame, o par.Options) {
	o.Threads = min(o.Threads, s.workers)
	s.f, s.options, s.ended = f, o, 0
}

// split is [par.For].
func (s *splitter) split(n, chunk int, body func(worker, lo, hi int)) error {
	err := par.For(s.f.watched(s.options, s.ended), n, chunk, body)
	s.ended += int64(parts(n, chunk))
	return err
}

// whole is [par.For] for work in parts whose number is not known: a call counts as
// one part.
func (s *splitter) whole(n, chunk int, body func(worker, lo, hi int)) error {
	err := par.For(s.options, n, chunk, body)
	s.ended++
	if s.f.progress != nil {
		s.f.progress(s.f.done+s.ended, s.f.total)
	}
	return err
}

// release lets go of the frame.
func (s *splitter) release() { s.f, s.options = nil, par.Options{} }

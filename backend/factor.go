package backend

import (
	"fmt"

	"arignote/backend/internal/par"
	"arignote/expr"
	"arignote/expr/linalg"
)

// This file runs factorizations of one real matrix that have several results:
// LAPACK's, which one worker does and nobody can end. The README has their times.

// A factoring is such a step. Results that are float64 and wanted are computed
// where they belong.
type factoring struct {
	v      *vertex
	m, n   int
	memory []*storage // the matrix, memory to work in, the results that are computed elsewhere
	wanted []*vertex  // the results, nil for those that are not
	sizes  []int      // of the results
	f      *frame
}

// newFactoring binds the step v.
func newFactoring(v *vertex, scratch []*storage) routine {
	shape := v.args[0].shape
	r := &factoring{v: v, m: shape[0], n: shape[1], memory: scratch, wanted: make([]*vertex, len(v.node.Type().Elems))}
	for _, t := range v.node.Type().Elems {
		shape, _ := t.Shape()
		r.sizes = append(r.sizes, product(shape))
	}
	for _, x := range v.stores() {
		r.wanted[x.node.Attr().(expr.Number).N] = x
	}
	return r
}

// direct reports whether result i is computed where it belongs.
func (r *factoring) direct(i int) bool {
	return r.wanted[i] != nil && r.wanted[i].dtype == expr.Float64
}

// result returns the memory in which result i is computed.
func (r *factoring) result(i int) []float64 {
	if r.direct(i) {
		a := r.wanted[i].array
		return r.f.data[a.id].([]float64)[a.off : a.off+r.sizes[i]]
	}
	return memoryFor[float64](r.f, r.memory[2+i])
}

// compute is described by routine.
func (r *factoring) compute(f *frame, _ par.Options) (done bool, err error) {
	r.f = f
	x := r.v.args[0].located()
	a, work := memoryFor[float64](f, r.memory[0]), memoryFor[float64](f, r.memory[1])
	if r.v.node.Op() == expr.OpEigh {
		a = r.result(1) // the eigenvectors come to lie over the matrix
	}
	load(a, f.data[x.id], x.off)
	switch r.v.node.Op() {
	case expr.OpEigh:
		done = linalg.Eigh(r.n, a, r.result(0), work)
	case expr.OpSVD:
		done = linalg.SVD(r.m, r.n, a, r.result(0), r.result(1), r.result(2), work)
	case expr.OpQR:
		linalg.QR(r.m, r.n, a, r.result(0), r.result(1), work)
		done = true
	}
	for i, v := range r.wanted {
		if v != nil && !r.direct(i) {
			store(f.data[v.array.id], v.array.off, r.result(i))
		}
	}
	return done, nil
}

// release is described by routine.
func (r *factoring) release() { r.f = nil }

// count is described by routine.
func (r *factoring) count() int64 { return 1 }

// flops is described by routine. The numbers are those of Golub and Van Loan, Matrix
// Computations, for these algorithms.
func (r *factoring) flops() float64 {
	m, n := float64(max(r.m, r.n)), float64(min(r.m, r.n))
	switch r.v.node.Op() {
	case expr.OpEigh:
		return 9 * n * n * n
	case expr.OpSVD:
		return float64(14*m*n*n) + float64(8*n*n*n)
	}
	return float64(4*m*n*n) - float64(4*n*n*n/3)
}

// scratch is described by routine.
func (r *factoring) scratch() []room {
	a, work := r.m*r.n, 0
	switch r.v.node.Op() {
	case expr.OpEigh:
		a, work = 0, linalg.EighWork(r.n)
	case expr.OpSVD:
		work = linalg.SVDWork(r.m, r.n)
	case expr.OpQR:
		work = linalg.QRWork(r.m, r.n)
	}
	rooms := []room{{expr.Float64, a}, {expr.Float64, work}}
	for i, n := range r.sizes {
		if r.direct(i) {
			n = 0
		}
		rooms = append(rooms, room{expr.Float64, n})
	}
	return rooms
}

// describe is described by routine.
func (r *factoring) describe() string {
	return fmt.Sprintf("%v of %d x %d by gonum, which cannot be ended", r.v.node.Op(), r.m, r.n)
}

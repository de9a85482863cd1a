package backend

import (
	"fmt"
	"math"
	"sync/atomic"

	"arignote/backend/internal/par"
	"arignote/expr"
	"arignote/expr/linalg"
)

// This file runs linear algebra, by package linalg, on float64 or complex128
// copies of its arguments. Where it fails (a singular matrix), the reference
// says so in the user's terms.

// isLinear reports whether op is linear algebra other than a product.
func isLinear(op expr.Op) bool {
	switch op {
	case expr.OpDet, expr.OpLogAbsDet, expr.OpLogDet, expr.OpInv, expr.OpSolve, expr.OpSolveTriangular, expr.OpCholesky, expr.OpEigh, expr.OpSVD, expr.OpQR:
		return true
	}
	return false
}

// lowerLinear converts arguments to the dtype in which an op is computed.
func lowerLinear(n *expr.Node) *expr.Node {
	d := n.DType()
	if t := n.Type(); t.IsTuple() {
		d = t.Elems[0].DType
	}
	args := make([]*expr.Node, len(n.Args()))
	for i, a := range n.Args() {
		if n.Op() == expr.OpLogAbsDet && a.DType().IsComplex() {
			d = a.DType()
		}
		args[i] = castTo(n, a, d)
	}
	return n.With(args...)
}

// load copies elements from number at on of an array, rounded to T.
func load[T linalg.Number](to []T, from any, at int) {
	switch to := any(to).(type) {
	case []float64:
		switch x := from.(type) {
		case []float64:
			copy(to, x[at:])
		case []float32:
			for i := range to {
				to[i] = float64(x[at+i])
			}
		}
	case []complex128:
		switch x := from.(type) {
		case []complex128:
			copy(to, x[at:])
		case []complex64:
			for i := range to {
				to[i] = complex128(x[at+i])
			}
		}
	}
}

// store copies elements to an array from number at on.
func store[T linalg.Number](to any, at int, from []T) {
	switch from := any(from).(type) {
	case []float64:
		switch x := to.(type) {
		case []float64:
			copy(x[at:], from)
		case []float32:
			for i, v := range from {
				x[at+i] = float32(v)
			}
		}
	case []complex128:
		switch x := to.(type) {
		case []complex128:
			copy(x[at:], from)
		case []complex64:
			for i, v := range from {
				x[at+i] = complex64(v)
			}
		}
	}
}

// A linear is a step of elimination, substitution or Cholesky factors for a stack
// of matrices.
type linear[T linalg.Number] struct {
	splitter
	v         *vertex
	memory    []*storage
	op        expr.Op
	stack     int  // matrices
	n, m      int  // rows of a matrix, columns of right-hand sides
	within    bool // workers share matrices
	each      []*solution[T]
	run       func(worker, lo, hi int)
	divided   linalg.Split
	failed    atomic.Bool
	a, b, out any
	first     [3]int // of the elements of a, b, out
	lines     [2]rows
}

// rows says where the rows of matrices are of an array that is not contiguous.
type rows struct {
	strided     bool
	matrices    stack
	row, column int // how far apart
}

// rowsOf describes the argument v, an array of matrices or, with as many axes as
// stack, of vectors.
func rowsOf(v *vertex, axes int) rows {
	a := v.located()
	l := rows{strided: !a.contiguous(v.shape), matrices: stack{v.shape[:axes], a.strides[:axes]}, row: a.strides[axes], column: 1}
	if len(v.shape) > axes+1 {
		l.column = a.strides[axes+1]
	}
	return l
}

// readsRows reports whether the routine v reads its argument a wherever its elements
// lie: linear algebra copies matrices row by row.
func readsRows(v, a *vertex) bool {
	return v.kind == kindRoutine && isLinear(v.node.Op()) && !v.node.Type().IsTuple() && (a.dtype == expr.Float64 || a.dtype == expr.Complex128)
}

// loadLines copies rows that begin at number at and lie row apart, their elements
// column apart.
func loadLines[T linalg.Number](to, from []T, at, row, column, columns int) {
	for ; len(to) > 0; at += row {
		for j := range columns {
			to[j] = from[at+j*column]
		}
		to = to[columns:]
	}
}

// newLinear binds the step v.
func newLinear[T linalg.Number](v *vertex, scratch []*storage, workers int) routine {
	l := &linear[T]{v: v, memory: scratch, op: v.node.Op()}
	shape := v.args[0].shape
	l.n = shape[len(shape)-1]
	l.stack = product(shape[:len(shape)-2])
	switch l.op {
	case expr.OpInv:
		l.m = l.n
	case expr.OpSolve, expr.OpSolveTriangular:
		l.m = product(v.shape) / (l.stack * l.n)
	}
	one := l.flops() / float64(l.stack)
	l.within = one >= mustShare || one >= worthSharing && l.stack < workers
	l.workers = workers
	l.run, l.divided = l.matrices, l.whole
	if !l.within {
		workers = min(workers, l.stack)
	}
	for range workers {
		l.each = append(l.each, newSolution(l))
		if l.within {
			break
		}
	}
	return l
}

// Matrices of more work, in additions, than this are shared by workers, always, so
// that a run can be ended, or if there are few of them: 16 and 0.5 ms.
const mustShare, worthSharing = 1 << 24, 1 << 19

// compute is described by routine.
func (l *linear[T]) compute(f *frame, o par.Options) (done bool, err error) {
	l.begin(f, o)
	l.failed.Store(false)
	l.bind(f)
	if !l.within {
		err = l.split(l.stack, l.chunk(), l.run)
	}
	for k := 0; l.within && k < l.stack && err == nil; k++ {
		err = l.each[0].matrix(k, l.divided)
	}
	return !l.failed.Load(), err
}

// bind finds the memory of a run.
func (l *linear[T]) bind(f *frame) {
	find := func(a *array) (any, int) { return f.data[a.id], a.off }
	l.a, l.first[0] = find(l.v.args[0].located())
	axes := len(l.v.args[0].shape) - 2
	l.lines[0] = rowsOf(l.v.args[0], axes)
	if len(l.v.args) > 1 {
		l.b, l.first[1] = find(l.v.args[1].located())
		l.lines[1] = rowsOf(l.v.args[1], axes)
	}
	l.out, l.first[2] = find(l.v.array)
	a, b, c := memoryFor[T](f, l.memory[0]), memoryFor[T](f, l.memory[1]), memoryFor[T](f, l.memory[2])
	n := len(l.each)
	for i, s := range l.each {
		s.a, s.b, s.scratch = share(a, i, n), share(b, i, n), share(c, i, n)
		s.solver.Use(s.a, s.b)
	}
}

// memoryFor returns the elements of a storage.
func memoryFor[T linalg.Number](f *frame, s *storage) []T { return f.data[s.id].([]T) }

// share returns part i of n equal parts.
func share[T any](x []T, i, n int) []T { return x[len(x)/n*i : len(x)/n*(i+1)] }

// matrices does the matrices lo up to hi of the stack.
func (l *linear[T]) matrices(worker, lo, hi int) {
	for k := lo; k < hi; k++ {
		l.each[worker].matrix(k, alone)
	}
}

// alone is a split for one worker.
func alone(n, _ int, body func(worker, lo, hi int)) error {
	if n > 0 {
		body(0, 0, n)
	}
	return nil
}

// release is described by routine.
func (l *linear[T]) release() {
	l.splitter.release()
	l.a, l.b, l.out = nil, nil, nil
	for _, s := range l.each {
		s.a, s.b, s.scratch = nil, nil, nil
		s.solver.Use(nil, nil)
	}
}

// chunk returns how many matrices are a part.
func (l *linear[T]) chunk() int { return chunkOf(l.stack, l.flops()) }

// count is described by routine: where workers share a matrix, each call of split
// counts as one part.
func (l *linear[T]) count() int64 {
	if !l.within {
		return int64(parts(l.stack, l.chunk()))
	}
	return int64(l.stack) * int64(2+4*linalg.Blocks(l.n))
}

// flops is described by routine.
func (l *linear[T]) flops() float64 {
	n, m, stack := float64(l.n), float64(l.m), float64(l.stack)
	work := n * n * n / 3
	switch l.op {
	case expr.OpCholesky:
	case expr.OpSolveTriangular:
		work = n * n * m
	default:
		work = float64(2*work) + float64(2*n*n*m)
	}
	if l.v.args[0].dtype.IsComplex() {
		work *= 4
	}
	return stack * work
}

// scratch is described by routine.
func (l *linear[T]) scratch() []room {
	d, n := expr.Float64, len(l.each)
	if l.v.args[0].dtype.IsComplex() {
		d = expr.Complex128
	}
	rooms := []room{{d, n * l.n * l.n}, {d, n * l.n * l.m}, {d, 0}}
	switch l.op {
	case expr.OpDet:
		rooms[1].n = n
	case expr.OpCholesky:
		rooms[2].n = n * l.each[0].cholesky.Scratch()
	}
	return rooms
}

// describe is described by routine.
func (l *linear[T]) describe() string {
	text := fmt.Sprintf("%v of %d x %d", l.op, l.n, l.n)
	if l.m > 0 && l.op != expr.OpInv {
		text += fmt.Sprintf(" for %d columns", l.m)
	}
	if l.stack != 1 {
		text = fmt.Sprintf("%d times %s", l.stack, text)
	}
	return text
}

// A solution is what one worker, or all together, has for a matrix of the stack.
type solution[T linalg.Number] struct {
	*linear[T]
	solver          *linalg.Solver[T]
	cholesky        *linalg.Cholesky[T]
	a, b, scratch   []T
	k               int // number of the matrix
	nan             atomic.Bool
	log             [1]float64
	loading, saving func(worker, lo, hi int)
}

func newSolution[T linalg.Number](l *linear[T]) *solution[T] {
	s := &solution[T]{linear: l, solver: linalg.NewSolver[T](l.n, l.m), cholesky: linalg.NewCholesky[T](l.n)}
	s.loading, s.saving = s.loadRows, s.saveRows
	return s
}

// matrix does matrix k of the stack.
func (s *solution[T]) matrix(k int, split linalg.Split) error {
	s.k = k
	s.nan.Store(false)
	rows := max(1, chunkWork/(s.n+s.m))
	if err := split(s.n, rows, s.loading); err != nil {
		return err
	}
	if ok, err := s.solve(split); !ok || err != nil {
		if err == nil {
			s.failed.Store(true)
		}
		return err
	}
	return split(s.n, rows, s.saving)
}

// loadRows copies the rows lo up to hi of the matrix and of what it is solved for.
func (s *solution[T]) loadRows(_, lo, hi int) {
	n, m := s.n, s.m
	rows := s.a[lo*n : hi*n]
	s.load(0, rows, s.linear.a, lo, n)
	for i := lo; i < hi && s.op == expr.OpCholesky; i++ {
		clear(s.a[i*n+i+1 : (i+1)*n]) // is not read
	}
	if s.op != expr.OpSolveTriangular && linalg.HasNaN(rows) {
		s.nan.Store(true)
	}
	if s.op != expr.OpInv {
		s.load(1, s.b[lo*m:hi*m], s.linear.b, lo, m)
		return
	}
	clear(s.b[lo*m : hi*m])
	for i := lo; i < hi; i++ {
		s.b[i*m+i] = 1
	}
}

// load copies rows of argument i, from number lo on, of columns elements.
func (s *solution[T]) load(i int, to []T, from any, lo, columns int) {
	if !s.lines[i].strided {
		load(to, from, s.first[i]+(s.k*s.n+lo)*columns)
	} else if x, ok := from.([]T); ok {
		l := &s.lines[i]
		loadLines(to, x, s.first[i]+l.matrices.at(s.k)+lo*l.row, l.row, l.column, columns)
	}
}

// solve computes the result from what was loaded; ok is false where there is none.
func (s *solution[T]) solve(split linalg.Split) (ok bool, err error) {
	switch s.op {
	case expr.OpDet, expr.OpLogAbsDet, expr.OpLogDet:
		return true, s.determinant(split)
	case expr.OpCholesky:
		return s.factor(split)
	case expr.OpSolveTriangular:
		if s.solver.ZeroOnDiagonal() >= 0 {
			return false, nil
		}
		return true, s.solver.Substitute(split, s.v.node.Attr().(expr.Triangular).Lower)
	}
	if s.nan.Load() {
		linalg.FillNaN(s.b)
		return true, nil
	}
	if _, zero, err := s.solver.Eliminate(split); zero >= 0 || err != nil {
		return false, err
	}
	return true, s.solver.Substitute(split, false)
}

// determinant computes and stores a determinant, or its logarithm.
func (s *solution[T]) determinant(split linalg.Split) error {
	odd, zero, err := false, -1, error(nil)
	if !s.nan.Load() {
		if odd, zero, err = s.solver.Eliminate(split); err != nil {
			return err
		}
	}
	if s.op != expr.OpDet {
		switch s.log[0] = math.Inf(-1); {
		case zero < 0 && s.op == expr.OpLogDet:
			s.log[0] = s.solver.LogDet(odd)
		case zero < 0:
			s.log[0] = s.solver.LogAbsDet()
		}
		store(s.out, s.first[2]+s.k, s.log[:])
		return nil
	}
	s.b[0] = 0
	if zero < 0 {
		s.b[0] = s.solver.Det(odd)
	}
	store(s.out, s.first[2]+s.k, s.b[:1])
	return nil
}

// factor computes a Cholesky factor.
func (s *solution[T]) factor(split linalg.Split) (ok bool, err error) {
	if s.nan.Load() {
		for i := range s.n {
			linalg.FillNaN(s.a[i*s.n : i*s.n+i+1])
		}
		return true, nil
	}
	bad, err := s.cholesky.Factor(split, s.a, s.scratch)
	return bad < 0, err
}

// saveRows stores the rows lo up to hi of a result that is a matrix.
func (s *solution[T]) saveRows(_, lo, hi int) {
	from, columns := s.b, s.m
	switch s.op {
	case expr.OpDet, expr.OpLogAbsDet, expr.OpLogDet:
		return
	case expr.OpCholesky:
		from, columns = s.a, s.n
	}
	store(s.out, s.first[2]+s.k*s.n*columns+lo*columns, from[lo*columns:hi*columns])
}

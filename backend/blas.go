package backend

import (
	"slices"
	"sync/atomic"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"arignote/backend/internal/par"
	"arignote/expr"
	"arignote/expr/layout"
)

// This file runs products of real and complex matrices and vectors, and of stacks
// of matrices one by one, by gonum's BLAS, in parts that go through the worker
// pool.
//
// gonum's gemm skips factors that are zero, and its routines ignore what is
// multiplied by alpha = 0 or beta = 0, so that 0*NaN and 0*Inf would be lost:
// where that can happen, operands must be finite, or plain loops compute the
// product instead.

// inexact is an element type that BLAS has.
type inexact interface {
	float32 | float64 | complex64 | complex128
}

// routines are the BLAS routines for one element type.
type routines[T inexact] struct {
	gemm func(ta, tb blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	gemv func(ta blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int)
	ger  func(m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int)
}

var (
	double        = routines[float64]{gonum.Implementation{}.Dgemm, gonum.Implementation{}.Dgemv, gonum.Implementation{}.Dger}
	single        = routines[float32]{gonum.Implementation{}.Sgemm, gonum.Implementation{}.Sgemv, gonum.Implementation{}.Sger}
	complexDouble = routines[complex128]{gonum.Implementation{}.Zgemm, gonum.Implementation{}.Zgemv, gonum.Implementation{}.Zgeru}
	complexSingle = routines[complex64]{gonum.Implementation{}.Cgemm, gonum.Implementation{}.Cgemv, gonum.Implementation{}.Cgeru}
)

// isProduct reports whether BLAS has n's op.
func isProduct(n *expr.Node) bool {
	switch n.Op() {
	case expr.OpDot, expr.OpMatMul, expr.OpGemm, expr.OpGemv, expr.OpGer:
		return true
	}
	return false
}

// blasReads reports whether BLAS can read v where it lies.
func blasReads(v *vertex) bool {
	_, strides := v.layout()
	switch last := len(v.shape) - 2; last {
	case -2:
		return true
	case -1:
		return strides[0] > 0
	default:
		return matrixReadable(v.shape[last:], strides[last:]) && !slices.ContainsFunc(strides[:last], func(s int) bool { return s < 0 })
	}
}

// matrixReadable reports whether BLAS can read a matrix: its rows or its columns
// are contiguous.
func matrixReadable(shape, strides []int) bool {
	rows, cols := shape[0], shape[1]
	return strides[1] == 1 && strides[0] >= cols && cols > 1 && rows > 1 || strides[0] == 1 && strides[1] >= rows && cols > 1 && rows > 1 ||
		layout.IsRowMajor(shape, strides)
}

// operand is a scalar, a vector (rows elements, ld apart) or a matrix whose
// rows lie ld apart; transposed tells that the memory holds its transpose. Of a
// stack it is the first matrix. Data is set for each run.
type operand[T inexact] struct {
	at         *array
	data       []T
	rank       int
	rows, cols int
	ld         int
	transposed bool
	own        stack // its matrices, each once
	over       stack // those that belong to the matrices of the result
}

// stack says where the matrices of a stack begin: along axis i there are
// shape[i] of them, steps[i] apart.
type stack struct{ shape, steps []int }

// count returns the number of matrices.
func (s *stack) count() int { return product(s.shape) }

// at returns where matrix i begins.
func (s *stack) at(i int) int {
	off := 0
	for a := len(s.shape) - 1; a >= 0 && i > 0; a-- {
		off += i % s.shape[a] * s.steps[a]
		i /= s.shape[a]
	}
	return off
}

// stackOf returns the stack of all axes but the last two of an array, and the
// one that it is when broadcast to the shape of a result.
func stackOf(shape, steps, result []int) (own, over stack) {
	over = stack{result, make([]int, len(result))}
	skip := len(result) - len(shape)
	for i, n := range shape {
		if n > 1 && steps[i] > 0 {
			own.shape, own.steps = append(own.shape, n), append(own.steps, steps[i])
			over.steps[skip+i] = steps[i]
		}
	}
	return own, over
}

// operandOf describes v, which is not empty; result is the shape of the stack
// that the product is.
func operandOf[T inexact](v *vertex, result []int) operand[T] {
	o := operand[T]{at: v.located(), rank: len(v.shape), rows: 1, cols: 1, ld: 1}
	strides := o.at.strides
	switch o.rank {
	case 1:
		o.rows, o.ld = v.shape[0], max(1, strides[0])
	default:
		last := max(o.rank-2, 0)
		o.own, o.over = stackOf(v.shape[:last], strides[:last], result)
		if o.rank > 0 {
			o.matrix(v.shape[last:], strides[last:])
		}
	}
	return o
}

// matrix describes the last two axes.
func (o *operand[T]) matrix(shape, strides []int) {
	o.rows, o.cols = shape[0], shape[1]
	switch {
	case o.rows == 1: // the stride of one row does not matter
		o.ld = o.cols
	case o.cols == 1 || strides[1] == 1:
		o.ld = max(strides[0], o.cols)
	default:
		o.ld, o.transposed = max(strides[1], o.rows), true
	}
}

// finite reports whether the rows of o's memory from lo up to hi, counted
// through its matrices, are finite: x - x is 0 for numbers that are, and NaN
// otherwise.
func (o *operand[T]) finite(lo, hi int) bool {
	rows, cols := o.memory()
	var zero [4]T
	for i := lo; i < hi; i++ {
		at := o.own.at(i/rows) + i%rows*o.ld
		row := o.data[at : at+cols]
		for ; len(row) >= 4; row = row[4:] {
			zero[0] += row[0] - row[0]
			zero[1] += row[1] - row[1]
			zero[2] += row[2] - row[2]
			zero[3] += row[3] - row[3]
		}
		for _, x := range row {
			zero[0] += x - x
		}
	}
	return zero == [4]T{}
}

// memory returns the number of rows and columns of the memory of o, in which a
// vector is a column.
func (o *operand[T]) memory() (rows, cols int) {
	if o.transposed {
		return o.cols, o.rows
	}
	return o.rows, o.cols
}

// shape returns the shape of o, transposed if t.
func (o *operand[T]) shape(t bool) (rows, cols int) {
	if t {
		return o.cols, o.rows
	}
	return o.rows, o.cols
}

// from returns the memory of op(o) from row i and column j on, op being the
// transpose if t, of the matrix that belongs to the given one of the result.
func (o *operand[T]) from(matrix int, t bool, i, j int) []T {
	if t != o.transposed {
		i, j = j, i
	}
	return o.data[o.over.at(matrix)+i*o.ld+j:]
}

// copyTo writes the elements of a matrix of o in rows i up to i+m and columns j up
// to j+n to dst, whose rows lie ld apart.
func (o *operand[T]) copyTo(dst []T, ld, matrix, i, j, m, n int) {
	from := o.data[o.over.at(matrix):]
	for r := range m {
		if o.transposed {
			for c := range n {
				dst[r*ld+c] = from[(j+c)*o.ld+i+r]
			}
		} else {
			copy(dst[r*ld:r*ld+n], from[(i+r)*o.ld+j:])
		}
	}
}

func transpose(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

// A multiplication is a product step with the memory of one frame:
// alpha*op(A)@op(B) + beta*C. Of gemv and ger B is a vector, of ger A too.
type multiplication[T inexact] struct {
	routines[T]
	v            *vertex
	in           []operand[T]
	a, b, c      *operand[T] // of in; c may be nil
	alpha, beta  *operand[T] // nil = 1
	ta, tb       bool
	m, n, k      int // the result, or each matrix of it, has m x n elements
	blocks       int // gemm: in a matrix of the result
	out          []T
	parts        division
	first        int // gemv: where this round begins along the axis summed over
	infinite     atomic.Bool
	run, plainly func(worker, lo, hi int)   // by BLAS, and without leaving anything out
	check        []func(worker, lo, hi int) // of A and B
}

// A division says how a product is computed in parts, which follow from its
// shape alone.
type division struct {
	units, chunk int
	rows, cols   int // of a block of the result of gemm
	round        int // gemv: elements of the axis summed over that are done at a time
}

// newMultiplier binds the product step v, nil if BLAS cannot do it: operands of
// other dtypes, arrays without elements, two vectors.
func newMultiplier(v *vertex) routine {
	if v.node.Op() == expr.OpDot && len(v.shape) == 0 {
		return nil
	}
	for _, a := range v.args {
		if a.dtype != v.dtype || product(a.shape) == 0 {
			return nil
		}
	}
	switch v.dtype {
	case expr.Float64:
		return newMultiplication(double, v)
	case expr.Float32:
		return newMultiplication(single, v)
	case expr.Complex128:
		return newMultiplication(complexDouble, v)
	}
	return newMultiplication(complexSingle, v)
}

func newMultiplication[T inexact](r routines[T], v *vertex) *multiplication[T] {
	p := &multiplication[T]{routines: r, in: make([]operand[T], len(v.args))}
	p.locate(v)
	if t, ok := v.node.Attr().(expr.Transposed); ok {
		p.ta, p.tb = t.A, t.B
	}
	switch v.node.Op() {
	case expr.OpDot, expr.OpMatMul:
		p.a, p.b = &p.in[0], &p.in[1]
		if p.a.rank == 1 { // x @ A is A' @ x
			p.a, p.b, p.ta = p.b, p.a, true
		}
	case expr.OpGer:
		p.alpha, p.a, p.b, p.c = &p.in[0], &p.in[1], &p.in[2], &p.in[3]
	default:
		p.alpha, p.a, p.b = &p.in[0], &p.in[1], &p.in[2]
		if len(p.in) == 5 {
			p.beta, p.c = &p.in[3], &p.in[4]
		}
	}
	p.divide()
	p.plainly = p.plain
	for _, o := range []*operand[T]{p.a, p.b} {
		p.check = append(p.check, func(_, lo, hi int) {
			if !o.finite(lo, hi) {
				p.infinite.Store(true)
			}
		})
	}
	return p
}

// locate finds where the operands of v are.
func (p *multiplication[T]) locate(v *vertex) {
	p.v = v
	for i, a := range v.args {
		p.in[i] = operandOf[T](a, v.shape[:max(len(v.shape)-2, 0)])
	}
}

// rebind makes p, which is for another vertex of the same kind, one for v.
func (p *multiplication[T]) rebind(v *vertex) {
	p.locate(v)
	p.divide()
}

// blockSize is the number of rows and columns of the blocks in which gemm works,
// that of gonum.
const blockSize = 64

// divide decides about the parts.
func (p *multiplication[T]) divide() {
	d := &p.parts
	switch {
	case p.a.rank == 1:
		p.m, p.k, p.n = p.a.rows, 1, p.b.rows
		d.units, d.chunk, p.run = p.m, productChunk(p.m, p.n, 1), p.ger
	case p.b.rank == 1:
		p.m, p.k = p.a.shape(p.ta)
		p.n = 1
		d.units, p.run = p.m, p.gemv
		width := 8
		if p.ta != p.a.transposed { // rows of the memory lie across the parts
			width = min(p.m, 1<<12)
		}
		d.round = max(8, min(p.k, maxRound/width)&^7)
		d.chunk = productChunk(p.m, d.round, 64)
	default:
		p.stackRows()
		p.m, p.k = p.a.shape(p.ta)
		_, p.n = p.b.shape(p.tb)
		d.rows, d.cols = max(1, min(blockSize, maxBlock/p.k)), blockSize
		p.blocks = parts(p.m, d.rows) * parts(p.n, d.cols)
		d.units, p.run = p.blocks*product(p.v.shape)/(p.m*p.n), p.gemm
		d.chunk = productChunk(d.units, min(p.m, d.rows)*min(p.n, d.cols)*p.k, 1)
	}
}

// stackRows makes one matrix of the matrices of A where their rows follow one
// another in memory and all are multiplied by the same one, so that blocks are
// filled however few rows each has. An element is added up as before.
func (p *multiplication[T]) stackRows() {
	if p.ta || p.b.own.count() > 1 {
		return
	}
	rows, ok := p.a.joined()
	if _, cols := p.b.shape(p.tb); !ok || rows*cols != product(p.v.shape) { // A is used several times
		return
	}
	if p.c != nil {
		if joined, ok := p.c.joined(); !ok || joined != rows {
			return
		}
		p.c.rows, p.c.own = rows, stack{}
	}
	p.a.rows, p.a.own = rows, stack{}
}

// joined returns the number of rows of all matrices of o, if they follow one
// another in memory.
func (o *operand[T]) joined() (rows int, ok bool) {
	rows = o.rows
	for i := len(o.own.shape) - 1; i >= 0; i-- {
		if o.own.steps[i] != rows*o.ld {
			return 0, false
		}
		rows *= o.own.shape[i]
	}
	return rows, !o.transposed
}

// maxBlock bounds the rows of a block of gemm times the length of the axis that
// is summed over, maxRound the elements of the matrix in 8 rows of a round of
// gemv, or in 4096 columns: a part takes about ten milliseconds at most, and a
// run can be cancelled between parts.
const maxBlock, maxRound = 1 << 18, 1 << 22

// productChunk returns how many of units, each of n multiplications, are one
// part: a multiple of unit.
func productChunk(units, n, unit int) int {
	chunk := chunkOf(units, float64(units)*float64(n))
	return (chunk + unit - 1) / unit * unit
}

// parts returns the number of parts of n in steps of by.
func parts(n, by int) int { return (n + by - 1) / by }

// compute is described by routine.
func (p *multiplication[T]) compute(f *frame, o par.Options) (done bool, err error) {
	for i := range p.in {
		x := &p.in[i]
		x.data = f.data[x.at.id].([]T)[x.at.off:]
	}
	p.out = f.data[p.v.array.id].([]T)[p.v.array.off:]
	if ok, err := p.safe(o); err != nil {
		return false, err
	} else if !ok {
		rows := product(p.v.shape) / p.n
		return true, par.For(o, rows*parts(p.n, blockSize), productChunk(rows, blockSize*p.k, 1), p.plainly)
	}
	ended := int64(0)
	for p.first = 0; ; p.first += p.parts.round {
		err := par.For(f.watched(o, ended), p.parts.units, p.parts.chunk, p.run)
		ended += int64(parts(p.parts.units, p.parts.chunk))
		if err != nil || p.parts.round == 0 || p.first+p.parts.round >= p.k {
			return true, err
		}
	}
}

// release is described by routine.
func (p *multiplication[T]) release() {
	for i := range p.in {
		p.in[i].data = nil
	}
	p.out = nil
}

// count is described by routine.
func (p *multiplication[T]) count() int64 {
	rounds := 1
	if p.parts.round > 0 {
		rounds = parts(p.k, p.parts.round)
	}
	return int64(rounds) * int64(parts(p.parts.units, p.parts.chunk))
}

// safe reports whether BLAS computes what the product means: nothing is
// skipped that is not finite.
func (p *multiplication[T]) safe(o par.Options) (bool, error) {
	o.Progress = nil
	p.infinite.Store(false)
	if p.beta != nil && p.beta.data[0] == 0 {
		if rows, _ := p.c.memory(); !p.c.finite(0, rows*p.c.own.count()) {
			return false, nil
		}
	}
	if p.parts.rows == 0 && (p.alpha == nil || p.alpha.data[0] != 0) {
		return true, nil // gemv and ger skip nothing
	}
	for i, x := range []*operand[T]{p.a, p.b} {
		rows, cols := x.memory()
		rows *= x.own.count()
		if err := par.For(o, rows, productChunk(rows, cols, 1), p.check[i]); err != nil {
			return false, err
		}
	}
	return !p.infinite.Load(), nil
}

// factor returns a scalar operand, 1 if there is none.
func factor[T inexact](x *operand[T]) T {
	if x == nil {
		return 1
	}
	return x.data[0]
}

// gemm computes blocks lo up to hi of the result, each over blocks of the axis
// that is summed over, as gonum's own parallel gemm does. An element is added
// up in the same order whatever block it is in.
func (p *multiplication[T]) gemm(_, lo, hi int) {
	across := parts(p.n, p.parts.cols)
	for u := lo; u < hi; u++ {
		matrix, block := u/p.blocks, u%p.blocks
		i, j := block/across*p.parts.rows, block%across*p.parts.cols
		m, n := min(p.parts.rows, p.m-i), min(p.parts.cols, p.n-j)
		out, beta := p.out[(matrix*p.m+i)*p.n+j:], T(0)
		if p.c != nil {
			p.startFrom(out, matrix, i, j, m, n)
			beta = factor(p.beta)
		}
		for l := 0; l < p.k; l += blockSize {
			p.routines.gemm(transpose(p.ta != p.a.transposed), transpose(p.tb != p.b.transposed), m, n, min(blockSize, p.k-l),
				factor(p.alpha), p.a.from(matrix, p.ta, i, l), p.a.ld, p.b.from(matrix, p.tb, l, j), p.b.ld, beta, out, p.n)
			beta = 1
		}
	}
}

// strides returns how far apart rows and columns of op(o) are, op being the
// transpose if t. For a vector, which is one row or one column, both are the
// same: the other one does not matter.
func (o *operand[T]) strides(t bool) (row, column int) {
	switch {
	case o.rank < 2:
		return o.ld, o.ld
	case t != o.transposed:
		return 1, o.ld
	}
	return o.ld, 1
}

// plain computes blocks of a row of the result, lo up to hi, without leaving
// anything out.
func (p *multiplication[T]) plain(_, lo, hi int) {
	across := parts(p.n, blockSize)
	ra, ca := p.a.strides(p.ta)
	rb, cb := p.b.strides(p.tb)
	for u := lo; u < hi; u++ {
		i, j := u/across, u%across*blockSize
		out := p.out[i*p.n+j : i*p.n+min(j+blockSize, p.n)]
		matrix := i / p.m
		a, b := p.a.data[p.a.over.at(matrix):], p.b.data[p.b.over.at(matrix):]
		i %= p.m
		var sums [blockSize]T
		sum := sums[:len(out)]
		for l := range p.k {
			for c := range sum {
				sum[c] += scaledBy(a[i*ra+l*ca], b[l*rb+(j+c)*cb])
			}
		}
		p.finish(out, sum, matrix, i, j)
	}
}

// finish writes alpha times the sums, plus beta times the elements of a row i of C
// from column j on, to out, where these may be. Complex infinities keep their
// direction where there is nothing to multiply by.
func (p *multiplication[T]) finish(out, sum []T, matrix, i, j int) {
	alpha, beta := factor(p.alpha), factor(p.beta)
	for c := range sum {
		if alpha != 1 {
			sum[c] = scaledBy(alpha, sum[c])
		}
	}
	if p.c == nil {
		copy(out, sum)
		return
	}
	rc, cc := p.c.strides(false)
	from := p.c.data[p.c.over.at(matrix):]
	for c := range out {
		x := from[i*rc+(j+c)*cc]
		if beta != 1 {
			x = scaledBy(beta, x)
		}
		out[c] = x + sum[c]
	}
}

// scaledBy is x*y, rounded: conversions keep the compiler from fusing.
func scaledBy[T inexact](x, y T) T {
	switch x := any(x).(type) {
	case complex128:
		y := any(y).(complex128)
		return any(complex(float64(real(x)*real(y))-float64(imag(x)*imag(y)), float64(real(x)*imag(y))+float64(imag(x)*real(y)))).(T)
	case complex64:
		y := any(y).(complex64)
		return any(complex(float32(real(x)*real(y))-float32(imag(x)*imag(y)), float32(real(x)*imag(y))+float32(imag(x)*real(y)))).(T)
	}
	return T(x * y) // never complex
}

// startFrom writes the elements of a matrix of C in rows i up to i+m and columns j
// up to j+n to out, their place in the result, unless the result is written over
// C.
func (p *multiplication[T]) startFrom(out []T, matrix, i, j, m, n int) {
	if p.c.at.id != p.v.array.id {
		p.c.copyTo(out, p.n, matrix, i, j, m, n)
	}
}

// gemv computes the elements lo up to hi of the result, of one round.
func (p *multiplication[T]) gemv(_, lo, hi int) {
	out, beta := p.out[lo:hi], T(1)
	if p.first == 0 {
		beta = 0
		if p.c != nil {
			for i := range out {
				out[i] = p.c.data[(lo+i)*p.c.ld]
			}
			beta = factor(p.beta)
		}
	}
	t := p.ta != p.a.transposed
	rows, cols := hi-lo, min(p.parts.round, p.k-p.first)
	if t {
		rows, cols = cols, rows
	}
	p.routines.gemv(transpose(t), rows, cols, factor(p.alpha), p.a.from(0, p.ta, lo, p.first), p.a.ld, p.b.data[p.first*p.b.ld:], p.b.ld, beta, out, 1)
}

// ger computes the rows lo up to hi of C + alpha*outer(a, b).
func (p *multiplication[T]) ger(_, lo, hi int) {
	out := p.out[lo*p.n:]
	p.startFrom(out, 0, lo, 0, hi-lo, p.n)
	p.routines.ger(hi-lo, p.n, factor(p.alpha), p.a.data[lo*p.a.ld:], p.a.ld, p.b.data, p.b.ld, out, p.n)
}

// flops is described by routine.
func (p *multiplication[T]) flops() float64 { return productFlops(p.v) }

// scratch is described by routine: there is none.
func (p *multiplication[T]) scratch() []room { return nil }

// describe is described by routine.
func (p *multiplication[T]) describe() string { return productText(p.v, p.count()) }

// productFlops returns the multiplications and additions of a product: two for
// each element of the result and each element along the axis summed over.
func productFlops(v *vertex) float64 {
	summed := 1
	if v.node.Op() != expr.OpGer {
		summed = summedOver(v.node)
	}
	return 2 * float64(product(v.shape)) * float64(summed)
}

package backend

import (
	"fmt"
	"unsafe"

	"arignote/backend/internal/par"
	"arignote/backend/internal/radix"
	"arignote/expr"
)

// This file sorts and ranks along an axis, by package radix.

// sortable reports whether lines of n are not too long.
func sortable(n *expr.Node) bool {
	shape, _ := n.Arg(0).Type().Shape()
	_, length, _ := linesOf(shape, n.Attr().(expr.Axis).Axis)
	return uint64(length) <= radix.MaxLength
}

// linesOf returns the number of lines along an axis, their length and how far
// apart their elements are; the whole array is one line where there is no axis.
func linesOf(shape []int, axis int) (lines, length, step int) {
	if axis < 0 {
		return 1, product(shape), 1
	}
	length = shape[axis]
	return product(shape) / max(length, 1), length, product(shape[axis+1:])
}

// A sorting is a step that sorts or ranks words of type K.
type sorting[K radix.Word] struct {
	splitter
	*radix.Sorter[K]
	v       *vertex
	memory  []*storage
	divides radix.Split
	text    string
}

// newSort binds the step v.
func newSort(v *vertex, scratch []*storage, workers int) routine {
	switch d := v.args[0].dtype; d.Size() {
	case 1:
		return newSorting[uint8](v, scratch, workers)
	case 2:
		return newSorting[uint16](v, scratch, workers)
	case 4:
		return newSorting[uint32](v, scratch, workers)
	default:
		return newSorting[uint64](v, scratch, workers)
	}
}

func newSorting[K radix.Word](v *vertex, scratch []*storage, workers int) routine {
	x := v.args[0]
	coding, ranks := radix.Unsigned, v.node.Op() == expr.OpArgsort
	switch {
	case x.dtype.IsSigned():
		coding = radix.Signed
	case x.dtype.IsFloat():
		coding = radix.Float
	}
	lines, length, step := linesOf(x.shape, v.node.Attr().(expr.Axis).Axis)
	s := &sorting[K]{splitter: splitter{workers: workers}, v: v, memory: scratch,
		Sorter: radix.New[K](lines, length, step, coding, ranks, workers)}
	s.divides = s.split
	s.text = fmt.Sprintf("%d lines of %d", lines, length)
	return s
}

// words returns the elements of an array as words of the same size.
func words[K radix.Word](d expr.DType, data any) []K {
	lo, hi := memories[d].span(data)
	return unsafe.Slice((*K)(memories[d].start(data)), (hi-lo)/unsafe.Sizeof(K(0)))
}

// compute is described by routine.
func (s *sorting[K]) compute(f *frame, o par.Options) (done bool, err error) {
	s.begin(f, o)
	x, y := s.v.args[0].located(), s.v.array
	in := words[K](x.dtype, f.data[x.id])[x.off:]
	var out []K
	var ranked []int64
	if s.v.node.Op() == expr.OpArgsort {
		ranked = f.data[y.id].([]int64)[y.off:]
	} else {
		out = words[K](y.dtype, f.data[y.id])[y.off:]
	}
	keys := words[K](s.memory[0].dtype, f.data[s.memory[0].id])
	index, table := f.data[s.memory[1].id].([]uint32), f.data[s.memory[2].id].([]uint32)
	return true, s.Run(s.divides, in, out, ranked, keys, index, table)
}

// release is described by routine.
func (s *sorting[K]) release() {
	s.splitter.release()
	s.Release()
}

// count is described by routine.
func (s *sorting[K]) count() int64 { return int64(s.Parts()) }

// flops is described by routine.
func (s *sorting[K]) flops() float64 { return s.Work() }

// scratch is described by routine.
func (s *sorting[K]) scratch() []room {
	keys, index, table := s.Scratch()
	word := [...]expr.DType{1: expr.Uint8, 2: expr.Uint16, 4: expr.Uint32, 8: expr.Uint64}[unsafe.Sizeof(K(0))]
	return []room{{word, keys}, {expr.Uint32, index}, {expr.Uint32, table}}
}

// describe is described by routine.
func (s *sorting[K]) describe() string {
	text := s.text
	if s.Long() {
		text += ", each by all workers"
	}
	return text
}

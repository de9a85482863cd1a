package interp

import (
	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// register holds a value: a *vec of the value's Go type. The methods are what
// statements need that do not care which type that is.
type register interface {
	slice() any                          // a *[]T that always is the window: for expr.Op.Lanes
	size() int                           // length of the window
	grow(n int)                          // memory for n elements
	window(lo, hi int)                   // the window is elements lo to hi of the memory
	view(of register, lo, hi int)        // the window is a part of another register's window
	set(from register)                   // the window's elements become those of another, or its only one
	setWhere(from register, mask []bool) // the same, only where mask is true
	setScalar(x kernel.Scalar)
}

// vec is a register for elements of type T.
type vec[T expr.Element] struct {
	s   []T // the window: the elements in use, in own, another vec or a buffer
	own []T // memory
}

func (v *vec[T]) slice() any { return &v.s }
func (v *vec[T]) size() int  { return len(v.s) }

func (v *vec[T]) grow(n int) {
	if len(v.own) < n {
		v.own = make([]T, n)
	}
	v.s = v.own[:n]
}

func (v *vec[T]) window(lo, hi int) { v.s = v.own[lo:hi] }

func (v *vec[T]) view(of register, lo, hi int) { v.s = of.(*vec[T]).s[lo:hi] }

func (v *vec[T]) set(from register) {
	x := from.(*vec[T]).s
	if len(x) == 1 {
		fill(v.s, x[0])
		return
	}
	copy(v.s, x)
}

func fill[T any](s []T, x T) {
	for i := range s {
		s[i] = x
	}
}

func (v *vec[T]) setWhere(from register, mask []bool) {
	x, s := from.(*vec[T]).s, v.s[:len(mask)]
	if len(x) == 1 {
		for i, m := range mask {
			if m {
				s[i] = x[0]
			}
		}
		return
	}
	x = x[:len(mask)]
	for i, m := range mask {
		if m {
			s[i] = x[i]
		}
	}
}

func (v *vec[T]) setScalar(x kernel.Scalar) {
	switch s := any(v.s).(type) {
	case []bool:
		fill(s, x.Bits != 0)
	case []int8:
		fill(s, int8(x.Bits))
	case []int16:
		fill(s, int16(x.Bits))
	case []int32:
		fill(s, int32(x.Bits))
	case []int64:
		fill(s, int64(x.Bits))
	case []uint8:
		fill(s, uint8(x.Bits))
	case []uint16:
		fill(s, uint16(x.Bits))
	case []uint32:
		fill(s, uint32(x.Bits))
	case []uint64:
		fill(s, x.Bits)
	case []float32:
		fill(s, float32(x.Float()))
	case []float64:
		fill(s, x.Float())
	case []complex64:
		fill(s, complex64(x.Complex()))
	case []complex128:
		fill(s, x.Complex())
	}
}

// memory is a buffer: a *block of the buffer's Go type.
type memory interface {
	bind(a kernel.Arg) // is the elements of a from its offset on
	make(n int)        // is n elements of its own
	release()
}

// block is memory of elements of type T.
type block[T expr.Element] struct{ s []T }

func (b *block[T]) bind(a kernel.Arg) { b.s = a.Data.([]T)[a.Offset:] }
func (b *block[T]) release()          { b.s = nil }

func (b *block[T]) make(n int) {
	if cap(b.s) < n {
		b.s = make([]T, n)
	}
	b.s = b.s[:n]
}

// typed makes registers, memory and the steps that move elements between them
// for one Go type.
type typed interface {
	register() register
	memory() memory
	load(m memory, dst register, l place) step
	store(m memory, src register, add bool, l place) step
	target(m memory, dst register, a *address, vars []int) step // dst's window is the memory that a store would fill
}

// typedOf implements typed for T.
type typedOf[T expr.Element] struct{ add func(x, y T) T }

func (typedOf[T]) register() register { return &vec[T]{} }
func (typedOf[T]) memory() memory     { return &block[T]{} }

type number interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | complex64 | complex128
}

func sum[T number](x, y T) T { return x + y }

// types has the typed of each DType.
var types = [...]typed{
	expr.Bool: typedOf[bool]{func(x, y bool) bool { return x || y }},
	expr.Int8: typedOf[int8]{sum[int8]}, expr.Int16: typedOf[int16]{sum[int16]},
	expr.Int32: typedOf[int32]{sum[int32]}, expr.Int64: typedOf[int64]{sum[int64]},
	expr.Uint8: typedOf[uint8]{sum[uint8]}, expr.Uint16: typedOf[uint16]{sum[uint16]},
	expr.Uint32: typedOf[uint32]{sum[uint32]}, expr.Uint64: typedOf[uint64]{sum[uint64]},
	expr.Float32: typedOf[float32]{sum[float32]}, expr.Float64: typedOf[float64]{sum[float64]},
	expr.Complex64: typedOf[complex64]{sum[complex64]}, expr.Complex128: typedOf[complex128]{sum[complex128]},
}

package backend

import (
	"unsafe"

	"arignote/backend/internal/kernel"
	"arignote/expr"
	"arignote/expr/layout"
)

// A storage is a piece of memory that steps read and write, known while
// planning by its size alone.
type storage struct {
	id    int
	place place
	index int // of the argument or result
	dtype expr.DType
	n     int         // elements
	data  any         // of a constant
	value *expr.Value // likewise
	from  int         // batch that writes it first
	to    int         // batch that uses it last
	at    int         // byte in the arena

	number  int      // in the plan; id is that of the storage whose memory it has
	over    *storage // the one that it is written over, which has the same size
	shared  bool     // a part of another value
	partial bool     // between the two parts of a long reduction, or scratch of a routine: its size follows from theirs
}

// place says where a storage is.
type place uint8

const (
	inArgument place = iota // the user's: never written
	inConstant
	inArena  // memory of a run, used again by later steps and runs
	inResult // what Run returns
	inValue  // made by a reference step while running
)

// array says where in a storage an array lies.
type array struct {
	*storage
	off     int
	strides []int
}

func inputArray(v *vertex, index int, strides []int) *array {
	s := &storage{place: inArgument, index: index, dtype: v.dtype, n: product(v.shape)}
	if strides == nil {
		strides = layout.RowMajor(v.shape)
	} else {
		for i, l := range v.shape {
			s.n = max(s.n, 1+(l-1)*strides[i])
		}
	}
	return &array{storage: s, strides: strides}
}

func constArray(v *expr.Value) *array {
	if !v.Contiguous() {
		v = v.Clone()
	}
	s := &storage{place: inConstant, dtype: v.DType(), n: v.Len(), data: v.Data(), value: v}
	return &array{storage: s, strides: layout.RowMajor(v.Shape())}
}

// contiguous reports whether the elements lie in row-major order without gaps.
func (a *array) contiguous(shape []int) bool { return layout.IsRowMajor(shape, a.strides) }

// address returns the place in the storage of the element at.
func (a *array) address(at []coord) coord {
	c := coord{off: a.off}
	for i, x := range at {
		c = c.plus(x, a.strides[i])
	}
	return c
}

// layout returns the offset and strides that v has if arrays that will be
// computed are contiguous.
func (v *vertex) layout() (off int, strides []int) {
	switch {
	case v.array != nil:
		return v.array.off, v.array.strides
	case v.kind == kindReshape:
		off, _ := v.args[0].layout()
		return off, layout.RowMajor(v.shape)
	case v.kind != kindView || v.home != nil:
		return 0, layout.RowMajor(v.shape)
	}
	off, strides = v.args[0].layout()
	return viewed(v, off, strides)
}

// viewed returns the offset and strides of a view of an array.
func viewed(v *vertex, off int, strides []int) (int, []int) {
	at := make([]coord, len(v.shape))
	for i := range at {
		at[i] = unit(kernel.Var(i + 1))
	}
	c := (&array{off: off, strides: strides}).address(v.viewAt(at))
	out := make([]int, len(v.shape))
	for _, t := range c.terms {
		out[t.v-1] = t.n
	}
	return c.off, out
}

// located returns where v is: the place of what it is a view of.
func (v *vertex) located() *array {
	if v.array != nil {
		return v.array
	}
	if v.kind != kindView && v.kind != kindReshape {
		return nil
	}
	base := v.args[0].located()
	if base == nil {
		return nil
	}
	a := &array{storage: base.storage}
	if v.kind == kindReshape {
		a.off, a.strides = base.off, layout.RowMajor(v.shape)
	} else {
		a.off, a.strides = viewed(v, base.off, base.strides)
	}
	v.array = a
	return a
}

// bytes returns the size of a storage.
func (s *storage) bytes() int64 { return int64(s.n) * int64(s.dtype.Size()) }

// memory has what must be done with slices of one element type.
type memory interface {
	carve(p unsafe.Pointer, n int) any
	value(shape []int, data any, off int) *expr.Value
	copy(to, from any)
	move(to any, at int, from any, off, n int)
	gather(to, from any, off int, shape, strides []int)
	scatter(to, from any, shape, strides []int)
	set(data, x any) bool
	equal(x, y any) bool
	make(n int) any
	length(data any) (n int, ok bool)
	span(data any) (lo, hi uintptr)
	start(data any) unsafe.Pointer
}

type memoryOf[T expr.Element] struct{}

func (memoryOf[T]) carve(p unsafe.Pointer, n int) any { return unsafe.Slice((*T)(p), n) }

func (memoryOf[T]) value(shape []int, data any, off int) *expr.Value {
	n := product(shape)
	if n == 0 {
		off = 0 // there may be nothing at the place of no elements
	}
	v, err := expr.NewValue(shape, data.([]T)[off:off+n:off+n])
	if err != nil {
		panic(err)
	}
	return v
}

func (memoryOf[T]) copy(to, from any) { copy(to.([]T), from.([]T)) }

// move copies n elements.
func (memoryOf[T]) move(to any, at int, from any, off, n int) {
	copy(to.([]T)[at:at+n], from.([]T)[off:off+n])
}

// gather copies the elements of an array to a contiguous one.
func (memoryOf[T]) gather(to, from any, off int, shape, strides []int) {
	if product(shape) > 0 {
		gather(to.([]T), from.([]T)[off:], shape, strides)
	}
}

func gather[T any](to, from []T, shape, strides []int) []T {
	if len(shape) == 0 {
		to[0] = from[0]
		return to[1:]
	}
	for i := range shape[0] {
		to = gather(to, from[i*strides[0]:], shape[1:], strides[1:])
	}
	return to
}

// scatter copies a contiguous array to where the elements of another lie.
func (memoryOf[T]) scatter(to, from any, shape, strides []int) {
	if product(shape) > 0 {
		scatter(to.([]T), from.([]T), shape, strides)
	}
}

func scatter[T any](to, from []T, shape, strides []int) []T {
	if len(shape) == 0 {
		to[0] = from[0]
		return from[1:]
	}
	for i := range shape[0] {
		from = scatter(to[i*strides[0]:], from, shape[1:], strides[1:])
	}
	return from
}

// set stores the number x in the first element and reports whether x is one of
// this type.
func (memoryOf[T]) set(data, x any) bool {
	n, ok := x.(T)
	if ok {
		data.([]T)[0] = n
	}
	return ok
}

// equal reports whether two numbers in memory are the same.
func (memoryOf[T]) equal(x, y any) bool { return x.([]T)[0] == y.([]T)[0] }

func (memoryOf[T]) make(n int) any { return make([]T, n) }

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

// start returns where the elements are.
func (memoryOf[T]) start(data any) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(data.([]T)))
}

// memories has the memory of each dtype.
var memories = map[expr.DType]memory{
	expr.Bool: memoryOf[bool]{},
	expr.Int8: memoryOf[int8]{}, expr.Int16: memoryOf[int16]{}, expr.Int32: memoryOf[int32]{}, expr.Int64: memoryOf[int64]{},
	expr.Uint8: memoryOf[uint8]{}, expr.Uint16: memoryOf[uint16]{}, expr.Uint32: memoryOf[uint32]{}, expr.Uint64: memoryOf[uint64]{},
	expr.Float32: memoryOf[float32]{}, expr.Float64: memoryOf[float64]{},
	expr.Complex64: memoryOf[complex64]{}, expr.Complex128: memoryOf[complex128]{},
}

package expr

// element stands for one Go element type: it lets code that knows a DType at
// run time call code that is generic over the element type. Data is a slice of
// that type.
type element interface {
	pack(v *Value) *Value             // a row-major copy of v, whose elements have this type
	length(data any) (n int, ok bool) // the length of data if it is a slice of this type
	head(data any, n int) any         // the first n elements of data
	clone(data any) any               // a copy of data
	store(dst, src *Value)            // copies the elements of src into dst, which may be strided

	gather(data any, offsets []int) any           // element i of the result is data[offsets[i]]
	scatter(data any, offsets []int, from any)    // data[offsets[i]] = from[i], in this order
	scatterAdd(data any, offsets []int, from any) // data[offsets[i]] += from[i], in this order
}

// elementOf implements element for T.
type elementOf[T Element] struct{ add func(x, y T) T }

func (elementOf[T]) pack(v *Value) *Value { return makeValue(v.shape, Elements[T](v)) }

func (elementOf[T]) length(data any) (int, bool) {
	s, ok := data.([]T)
	return len(s), ok
}

func (elementOf[T]) head(data any, n int) any { return data.([]T)[:n:n] }

func (elementOf[T]) clone(data any) any { return append([]T{}, data.([]T)...) }

func (elementOf[T]) gather(data any, offsets []int) any {
	from, out := data.([]T), make([]T, len(offsets))
	for i, o := range offsets {
		out[i] = from[o]
	}
	return out
}

func (elementOf[T]) scatter(data any, offsets []int, from any) {
	to := data.([]T)
	for i, x := range from.([]T) {
		to[offsets[i]] = x
	}
}

func (e elementOf[T]) scatterAdd(data any, offsets []int, from any) {
	to := data.([]T)
	for i, x := range from.([]T) {
		to[offsets[i]] = e.add(to[offsets[i]], x)
	}
}

// plus is the sum of two numbers; integers wrap.
func plus[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64 | complex64 | complex128](x, y T) T {
	return x + y
}

// or is the sum of two bools.
func or(x, y bool) bool { return x || y }

// elements has the element of each DType.
var elements = [numDTypes]element{
	Bool: elementOf[bool]{or},
	Int8: elementOf[int8]{plus[int8]}, Int16: elementOf[int16]{plus[int16]},
	Int32: elementOf[int32]{plus[int32]}, Int64: elementOf[int64]{plus[int64]},
	Uint8: elementOf[uint8]{plus[uint8]}, Uint16: elementOf[uint16]{plus[uint16]},
	Uint32: elementOf[uint32]{plus[uint32]}, Uint64: elementOf[uint64]{plus[uint64]},
	Float32: elementOf[float32]{plus[float32]}, Float64: elementOf[float64]{plus[float64]},
	Complex64: elementOf[complex64]{plus[complex64]}, Complex128: elementOf[complex128]{plus[complex128]},
}

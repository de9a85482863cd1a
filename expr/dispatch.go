package expr

// element stands for one Go element type: it lets code that knows a DType at
// run time call code that is generic over the element type.
type element interface {
	pack(v *Value) *Value             // a row-major copy of v, whose elements have this type
	length(data any) (n int, ok bool) // the length of data if it is a slice of this type
	head(data any, n int) any         // the first n elements of data
}

// elementOf implements element for T.
type elementOf[T Element] struct{}

func (elementOf[T]) pack(v *Value) *Value { return makeValue(v.shape, Elements[T](v)) }

func (elementOf[T]) length(data any) (int, bool) {
	s, ok := data.([]T)
	return len(s), ok
}

func (elementOf[T]) head(data any, n int) any { return data.([]T)[:n] }

// elements has the element of each DType.
var elements = [numDTypes]element{
	Bool: elementOf[bool]{}, Int8: elementOf[int8]{}, Int16: elementOf[int16]{}, Int32: elementOf[int32]{},
	Int64: elementOf[int64]{}, Uint8: elementOf[uint8]{}, Uint16: elementOf[uint16]{}, Uint32: elementOf[uint32]{},
	Uint64: elementOf[uint64]{}, Float32: elementOf[float32]{}, Float64: elementOf[float64]{},
	Complex64: elementOf[complex64]{}, Complex128: elementOf[complex128]{},
}

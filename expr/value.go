package expr

import (
	"fmt"
	"math"
	"strings"

	"arignote/expr/internal/scalar"
	"arignote/expr/layout"
)

// Value is a concrete array: what constants hold, inputs are bound to and
// evaluation gives. Elements lie in a flat Go slice; Strides tells where.
// Values are not changed once made.
type Value struct {
	dtype   DType
	shape   []int
	strides []int    // elements from one index to the next for each axis; nil = row-major without gaps
	data    any      // []bool, []int8 ... []complex128: element (0, ..., 0) is first
	elems   []*Value // the results of an op with several, and nothing else
}

// Element is the Go type of an array's elements.
type Element interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 |
		float32 | float64 | complex64 | complex128
}

// NewValue returns the array with the given shape over data, which is not
// copied: a []T in row-major order with exactly as many elements as the shape
// asks for.
func NewValue[T Element](shape []int, data []T) (*Value, error) {
	if n := product(shape); n != len(data) {
		return nil, Errorf(ErrShape, "", "%d elements for shape %s", len(data), shapeString(knownDims(shape)))
	}
	return makeValue(shape, data), nil
}

// makeValue is NewValue for lengths that are right.
func makeValue[T Element](shape []int, data []T) *Value {
	return &Value{dtype: dtypeOf[T](), shape: shape, data: data}
}

// ScalarValue returns the array of rank 0 that holds x.
func ScalarValue[T Element](x T) *Value { return makeValue(nil, []T{x}) }

// tupleValue returns the results of an op with several.
func tupleValue(elems ...*Value) *Value { return &Value{elems: elems} }

// dtypeOf returns the DType of the Go type T.
func dtypeOf[T Element]() DType {
	switch any(*new(T)).(type) {
	case bool:
		return Bool
	case int8:
		return Int8
	case int16:
		return Int16
	case int32:
		return Int32
	case int64:
		return Int64
	case uint8:
		return Uint8
	case uint16:
		return Uint16
	case uint32:
		return Uint32
	case uint64:
		return Uint64
	case float32:
		return Float32
	case float64:
		return Float64
	case complex64:
		return Complex64
	}
	return Complex128
}

// newData returns a zeroed []T of n elements of dtype d.
func newData(d DType, n int) any {
	switch d {
	case Bool:
		return make([]bool, n)
	case Int8:
		return make([]int8, n)
	case Int16:
		return make([]int16, n)
	case Int32:
		return make([]int32, n)
	case Int64:
		return make([]int64, n)
	case Uint8:
		return make([]uint8, n)
	case Uint16:
		return make([]uint16, n)
	case Uint32:
		return make([]uint32, n)
	case Uint64:
		return make([]uint64, n)
	case Float32:
		return make([]float32, n)
	case Float64:
		return make([]float64, n)
	case Complex64:
		return make([]complex64, n)
	case Complex128:
		return make([]complex128, n)
	}
	panic("expr: no data of dtype " + d.String())
}

// Zeros returns an array of zeros.
func Zeros(d DType, shape ...int) *Value {
	return &Value{dtype: d, shape: shape, data: newData(d, product(shape))}
}

// DType returns the element type.
func (v *Value) DType() DType { return v.dtype }

// Shape returns the lengths of the axes; the slice must not be changed.
func (v *Value) Shape() []int { return v.shape }

// Rank returns the number of axes.
func (v *Value) Rank() int { return len(v.shape) }

// Len returns the number of elements.
func (v *Value) Len() int { return product(v.shape) }

// Item returns result i of several.
func (v *Value) Item(i int) *Value { return v.elems[i] }

// Type returns the type of v, with all dims known.
func (v *Value) Type() Type {
	if v.elems != nil {
		t := Type{Elems: make([]Type, len(v.elems))}
		for i, e := range v.elems {
			t.Elems[i] = e.Type()
		}
		return t
	}
	return Type{DType: v.dtype, Dims: knownDims(v.shape)}
}

// Strides returns, for each axis, how many elements of Data lie from one index
// to the next.
func (v *Value) Strides() []int {
	if v.strides != nil {
		return v.strides
	}
	return layout.RowMajor(v.shape)
}

// Contiguous reports whether the elements lie in row-major order without gaps.
func (v *Value) Contiguous() bool { return v.strides == nil }

// Data returns the slice of elements, a []float64 for Float64 and so on. Where
// v is not Contiguous, Strides tells which of them belong to v.
func (v *Value) Data() any { return v.data }

// Elements returns the elements in row-major order: the data itself where it
// is contiguous, a copy otherwise. T must be the type of v's elements.
func Elements[T Element](v *Value) []T {
	data := v.data.([]T)
	if v.strides == nil {
		return data
	}
	out := make([]T, v.Len())
	i := 0
	forEachOffset(v.shape, v.strides, func(offset int) {
		out[i] = data[offset]
		i++
	})
	return out
}

// contiguous returns v, or a row-major copy of it.
func (v *Value) contiguous() *Value {
	if v.strides == nil {
		return v
	}
	return elements[v.dtype].pack(v)
}

// forEachOffset calls f with the offset of each element, in row-major order.
func forEachOffset(shape, strides []int, f func(offset int)) {
	if product(shape) == 0 {
		return
	}
	index := make([]int, len(shape))
	offset := 0
	for {
		f(offset)
		axis := len(shape) - 1
		for ; axis >= 0; axis-- {
			index[axis]++
			offset += strides[axis]
			if index[axis] < shape[axis] {
				break
			}
			offset -= strides[axis] * shape[axis]
			index[axis] = 0
		}
		if axis < 0 {
			return
		}
	}
}

// Float returns element i, in row-major order, as a float64.
func (v *Value) Float(i int) float64 { return real(v.Complex(i)) }

// offset returns where in the data element i, counted in row-major order, is.
func (v *Value) offset(i int) int {
	if v.strides == nil {
		return i
	}
	offset := 0
	for axis := len(v.shape) - 1; axis >= 0; axis-- {
		offset += i % v.shape[axis] * v.strides[axis]
		i /= v.shape[axis]
	}
	return offset
}

// Int returns element i as an int64, by the rules of conversion.
func (v *Value) Int(i int) int64 {
	switch d := v.data.(type) {
	case []int64:
		return d[v.offset(i)]
	case []uint64:
		return int64(d[v.offset(i)])
	default:
		return scalar.FloatToInt(v.Float(i), 64)
	}
}

// index returns element i of an integer array as an index; what is too large
// for an int becomes the largest int, which is out of every range.
func (v *Value) index(i int) int {
	if d, ok := v.data.([]uint64); ok {
		return int(min(d[v.offset(i)], math.MaxInt))
	}
	return int(v.Int(i))
}

// Bool reports whether element i is not zero.
func (v *Value) Bool(i int) bool { return v.Complex(i) != 0 }

// Complex returns element i as a complex128.
func (v *Value) Complex(i int) complex128 {
	i = v.offset(i)
	switch d := v.data.(type) {
	case []bool:
		if d[i] {
			return 1
		}
		return 0
	case []int8:
		return complex(float64(d[i]), 0)
	case []int16:
		return complex(float64(d[i]), 0)
	case []int32:
		return complex(float64(d[i]), 0)
	case []int64:
		return complex(float64(d[i]), 0)
	case []uint8:
		return complex(float64(d[i]), 0)
	case []uint16:
		return complex(float64(d[i]), 0)
	case []uint32:
		return complex(float64(d[i]), 0)
	case []uint64:
		return complex(float64(d[i]), 0)
	case []float32:
		return complex(float64(d[i]), 0)
	case []float64:
		return complex(d[i], 0)
	case []complex64:
		return complex128(d[i])
	}
	return v.data.([]complex128)[i]
}

// maxPrinted is the number of elements up to which String prints them all.
const maxPrinted = 24

// String returns the type and the elements; of a large array only the type.
func (v *Value) String() string {
	if v.elems != nil || v.Len() > maxPrinted {
		return v.Type().String() + "{...}"
	}
	var b strings.Builder
	b.WriteString(v.Type().String())
	fmt.Fprintf(&b, "%v", v.contiguous().data)
	return b.String()
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

package expr

import (
	"fmt"
	"reflect"
	"unsafe"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"
)

// This file is the border between arrays of this package and those of others:
// Go numbers and slices, gorgonia.org/tensor and gonum's mat.

// operand returns y as a node: *Node as it is; Go's int, float64, complex128
// and bool as weak constants; everything else that ValueOf takes as a constant,
// copied.
func operand(y any) *Node {
	switch y := y.(type) {
	case *Node:
		if y == nil {
			return wrong(Errorf(ErrInput, "", "nil operand"))
		}
		return y
	case int:
		return constant(ScalarValue(int64(y)), true)
	case float64:
		return constant(ScalarValue(y), true)
	case complex128:
		return constant(ScalarValue(y), true)
	case bool:
		return constant(ScalarValue(y), true)
	}
	v, err := ValueOf(y)
	if err != nil {
		return wrong(asError(err, ErrInput, ""))
	}
	return constant(v.Clone(), false)
}

// Const returns the constant v. Go's int, float64, complex128 and bool are
// weak: they take the precision of the array that they meet. All other
// numbers, slices, nested slices, *tensor.Dense and mat.Matrix keep their
// dtype and are copied.
func Const(v any) *Node { return operand(v) }

// Strong returns the constant v with v's own dtype, whatever it meets.
func Strong(v *Value) *Node { return constant(v, false) }

// constant returns the node that holds v, which must not change any more.
func constant(v *Value, weak bool) *Node {
	n := &Node{op: OpConst, attr: Constant{v}, typ: v.Type(), place: here()}
	n.typ.Weak = weak
	return n
}

// Clone returns a copy of v in row-major order that shares no memory with it.
func (v *Value) Clone() *Value {
	c := *v.contiguous()
	if v.strides == nil {
		c.data = reflect.AppendSlice(reflect.Zero(reflect.TypeOf(v.data)), reflect.ValueOf(v.data)).Interface()
		if v.Len() == 0 {
			c.data = newData(v.dtype, 0)
		}
	}
	c.shape = append([]int{}, v.shape...)
	return &c
}

// ValueOf returns x as an array. Numbers, slices, *tensor.Dense of any strides
// and *mat.Dense are not copied and must not change while the Value is in use;
// nested slices and other mat.Matrix are copied.
func ValueOf(x any) (*Value, error) {
	switch x := x.(type) {
	case nil:
		return nil, Errorf(ErrInput, "", "nil")
	case *Value:
		if x == nil {
			return nil, Errorf(ErrInput, "", "nil *Value")
		}
		return x, nil
	case *tensor.Dense:
		return fromDense(x)
	case tensor.Tensor:
		return nil, Errorf(ErrInput, "", "a %T is no *tensor.Dense", x)
	case *mat.Dense:
		if x == nil {
			return nil, Errorf(ErrInput, "", "nil *mat.Dense")
		}
		m := x.RawMatrix()
		return strided([]int{m.Rows, m.Cols}, []int{m.Stride, 1}, m.Data), nil
	case *mat.VecDense:
		if x == nil {
			return nil, Errorf(ErrInput, "", "nil *mat.VecDense")
		}
		m := x.RawVector()
		return strided([]int{m.N}, []int{m.Inc}, m.Data), nil
	case mat.Matrix:
		return fromMatrix(x), nil
	}
	if v := fromFlat(x); v != nil {
		return v, nil
	}
	return fromNested(reflect.ValueOf(x))
}

// strided returns the array over data with the given strides.
func strided[T Element](shape, strides []int, data []T) *Value {
	v := makeValue(shape, data)
	if !isRowMajor(shape, strides) {
		v.strides = strides
	}
	return v
}

// isRowMajor reports whether strides are those of a row-major array; the
// stride of an axis of length 1 does not matter, nor does any of an empty one.
func isRowMajor(shape, strides []int) bool {
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] != 1 && strides[i] != step {
			return product(shape) == 0
		}
		step *= shape[i]
	}
	return true
}

// fromFlat returns a Go number or a slice of numbers, nil if x is neither.
func fromFlat(x any) *Value {
	switch x := x.(type) {
	case bool:
		return ScalarValue(x)
	case int:
		return ScalarValue(int64(x))
	case int8:
		return ScalarValue(x)
	case int16:
		return ScalarValue(x)
	case int32:
		return ScalarValue(x)
	case int64:
		return ScalarValue(x)
	case uint:
		return ScalarValue(uint64(x))
	case uint8:
		return ScalarValue(x)
	case uint16:
		return ScalarValue(x)
	case uint32:
		return ScalarValue(x)
	case uint64:
		return ScalarValue(x)
	case float32:
		return ScalarValue(x)
	case float64:
		return ScalarValue(x)
	case complex64:
		return ScalarValue(x)
	case complex128:
		return ScalarValue(x)
	}
	data := asElements(x)
	if data == nil {
		return nil
	}
	d, n := describe(data)
	return &Value{dtype: d, shape: []int{n}, data: data}
}

// asElements returns x as one of the slices that a Value can hold: Go's int
// and uint count as int64 and uint64. It returns nil if x is no such slice.
func asElements(x any) any {
	switch x := x.(type) {
	case []int:
		return int64s(x)
	case []uint:
		return uint64s(x)
	case []bool, []int8, []int16, []int32, []int64, []uint8, []uint16, []uint32, []uint64,
		[]float32, []float64, []complex64, []complex128:
		return x
	}
	return nil
}

// int64s returns x as []int64: the same memory where int has 64 bits.
func int64s(x []int) []int64 {
	if unsafe.Sizeof(int(0)) == 8 {
		return unsafe.Slice((*int64)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
	}
	out := make([]int64, len(x))
	for i, n := range x {
		out[i] = int64(n)
	}
	return out
}

// uint64s returns x as []uint64: the same memory where uint has 64 bits.
func uint64s(x []uint) []uint64 {
	if unsafe.Sizeof(uint(0)) == 8 {
		return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
	}
	out := make([]uint64, len(x))
	for i, n := range x {
		out[i] = uint64(n)
	}
	return out
}

// describe returns the dtype and the length of a slice of elements.
func describe(data any) (DType, int) {
	for d := Bool; d < numDTypes; d++ {
		if n, ok := elements[d].length(data); ok {
			return d, n
		}
	}
	return NoDType, 0
}

// fromDense reads a dense tensor's window, shape and strides, which describe
// it fully.
func fromDense(t *tensor.Dense) (*Value, error) {
	if t == nil {
		return nil, Errorf(ErrInput, "", "nil *tensor.Dense")
	}
	if t.IsMasked() {
		return nil, Errorf(ErrInput, "", "a tensor with a mask: fill or drop the masked elements first")
	}
	shape := append([]int{}, t.Shape()...)
	data := asElements(t.Data())
	if data == nil {
		v := fromFlat(t.Data()) // the data of a scalar tensor is the number itself
		if v == nil {
			return nil, Errorf(ErrDType, "", "a tensor of %v", t.Dtype())
		}
		data = v.data
	}
	d, n := describe(data)
	strides := append([]int{}, t.Strides()...)
	if len(strides) != len(shape) { // scalars, and vectors sliced from matrices
		strides = rowMajor(shape)
		if len(t.Strides()) == 1 && len(shape) == 1 {
			strides[0] = t.Strides()[0]
		}
	}
	if last := lastOffset(shape, strides); last >= n {
		return nil, Errorf(ErrShape, "", "a tensor of shape %v with strides %v holds %d elements", shape, t.Strides(), n)
	}
	v := &Value{dtype: d, shape: shape, data: data}
	if !isRowMajor(shape, strides) {
		v.strides = strides
	} else {
		v.data = elements[d].head(data, product(shape))
	}
	return v, nil
}

// lastOffset is the offset of the last element, -1 of an empty array.
func lastOffset(shape, strides []int) int {
	last := 0
	for i, n := range shape {
		if n == 0 {
			return -1
		}
		last += (n - 1) * strides[i]
	}
	return last
}

// fromMatrix copies any gonum matrix.
func fromMatrix(m mat.Matrix) *Value {
	rows, columns := m.Dims()
	data := make([]float64, 0, rows*columns)
	for i := range rows {
		for j := range columns {
			data = append(data, m.At(i, j))
		}
	}
	return makeValue([]int{rows, columns}, data)
}

// fromNested copies slices and arrays of slices, which must be rectangular.
func fromNested(x reflect.Value) (*Value, error) {
	unknown := func() error { return Errorf(ErrDType, "", "a %v is no number, slice or tensor", x.Type()) }
	shape, leaf := []int{}, x
	for leaf.Kind() == reflect.Slice || leaf.Kind() == reflect.Array {
		shape = append(shape, leaf.Len())
		if leaf.Len() == 0 {
			element := leaf.Type().Elem()
			for element.Kind() == reflect.Slice || element.Kind() == reflect.Array {
				shape, element = append(shape, 0), element.Elem()
			}
			leaf = reflect.Zero(element)
			break
		}
		leaf = leaf.Index(0)
	}
	example := fromFlat(plain(leaf))
	if example == nil || !x.IsValid() {
		return nil, unknown()
	}
	out := Zeros(example.dtype, shape...)
	flat := reflect.ValueOf(out.data)
	next := 0
	var fill func(x reflect.Value, shape []int) error
	fill = func(x reflect.Value, shape []int) error {
		if len(shape) == 0 {
			flat.Index(next).Set(x.Convert(flat.Type().Elem()))
			next++
			return nil
		}
		if x.Len() != shape[0] {
			return Errorf(ErrShape, "", "a ragged slice: %d and %d elements side by side", shape[0], x.Len())
		}
		for i := range x.Len() {
			if err := fill(x.Index(i), shape[1:]); err != nil {
				return err
			}
		}
		return nil
	}
	if err := fill(x, shape); err != nil {
		return nil, err
	}
	return out, nil
}

// plain returns a number of a named type as the number of its basic type.
func plain(x reflect.Value) any {
	if !x.IsValid() {
		return nil
	}
	for _, basic := range []any{false, 0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0),
		uint64(0), float32(0), 0.0, complex64(0), complex128(0)} {
		if t := reflect.TypeOf(basic); t.Kind() == x.Kind() {
			return x.Convert(t).Interface()
		}
	}
	return nil
}

// Dense returns v as a fresh tensor over its own elements, or over a row-major
// copy of them. An array without elements becomes a tensor of that shape too.
func (v *Value) Dense() (t *tensor.Dense, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("tensor of shape %v: %v", v.shape, r)
		}
	}()
	c := v.contiguous()
	if len(c.shape) == 0 {
		return tensor.New(tensor.FromScalar(scalarOf(c.data))), nil
	}
	return tensor.New(tensor.WithShape(c.shape...), tensor.WithBacking(c.data)), nil
}

// scalarOf returns the first element of data.
func scalarOf(data any) any { return reflect.ValueOf(data).Index(0).Interface() }

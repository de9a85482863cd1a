package expr

import (
	"reflect"
	"slices"
	"unsafe"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"arignote/expr/layout"
)

// This file is the border between arrays of this package and those of others:
// Go numbers and slices, gorgonia.org/tensor and gonum's mat.

// operand returns y as a node: *Node as it is; Go's int, float64, complex128
// and bool as weak constants; everything else that ValueOf takes as a constant,
// copied.
func operand(y any) *Node {
	if n, ok := y.(*Node); ok && n != nil {
		return n
	}
	return operandAt(here(), y)
}

// operandAt is operand with the place where it is called: it takes longer to find
// that than to make the node.
func operandAt(at place, y any) *Node {
	switch y := y.(type) {
	case *Node:
		if y == nil {
			return wrong(Errorf(ErrInput, "", "nil operand"))
		}
		return y
	case int:
		return constantAt(at, ScalarValue(int64(y)), true)
	case float64:
		return constantAt(at, ScalarValue(y), true)
	case complex128:
		return constantAt(at, ScalarValue(y), true)
	case bool:
		return constantAt(at, ScalarValue(y), true)
	}
	v, err := ValueOf(y)
	if err != nil {
		return wrong(asError(err, ErrInput, ""))
	}
	return constantAt(at, v.Clone(), false)
}

// Const returns the constant v. Go's int, float64, complex128 and bool are
// weak: they take the precision of the array that they meet. All other
// numbers, slices, nested slices, *tensor.Dense and mat.Matrix keep their
// dtype and are copied.
func Const(v any) *Node { return operand(v) }

// Strong returns the constant v with v's own dtype, whatever it meets.
func Strong(v *Value) *Node {
	if v == nil || v.data == nil {
		return wrong(Errorf(ErrInput, "", "a Value that is no array"))
	}
	return constant(v, false)
}

// constant returns the node that holds v, which must not change any more.
func constant(v *Value, weak bool) *Node {
	return constantAt(here(), v, weak)
}

func constantAt(at place, v *Value, weak bool) *Node {
	t := v.Type()
	t.Weak = weak
	return &Node{op: OpConst, attr: Constant{v}, typ: &t, place: at}
}

// Clone returns a copy of v in row-major order that shares no memory with it.
func (v *Value) Clone() *Value {
	data := v.contiguous().data
	if v.strides == nil {
		data = elements[v.dtype].clone(data)
	}
	return &Value{dtype: v.dtype, shape: slices.Clone(v.shape), data: data}
}

// ValueOf returns x as an array. Slices, *tensor.Dense of any strides (except
// scalars), *mat.Dense, *mat.VecDense and the transposes of these two are not
// copied and must not change while the Value is in use; nested slices and
// every other mat.Matrix are copied. A vector of gonum has one axis, its
// transpose two. Numbers of named types count as what they are made of; int
// counts as int64 and uint as uint64.
func ValueOf(x any) (*Value, error) {
	r := reflect.ValueOf(x)
	if r.Kind() == reflect.Pointer && r.IsNil() {
		return nil, Errorf(ErrInput, "", "nil %T", x)
	}
	switch x := x.(type) {
	case nil:
		return nil, Errorf(ErrInput, "", "nil")
	case *Value:
		if x.data == nil {
			return nil, Errorf(ErrInput, "", "a Value that is no array")
		}
		return x, nil
	case *tensor.Dense:
		return fromDense(x)
	case tensor.Tensor:
		return nil, Errorf(ErrInput, "", "a %T is no *tensor.Dense", x)
	case mat.Matrix:
		return fromMatrix(x)
	}
	if v := fromFlat(x); v != nil {
		return v, nil
	}
	return fromNested(r)
}

// strided returns the array over data with the given strides.
func strided[T Element](shape, strides []int, data []T) *Value {
	if layout.IsRowMajor(shape, strides) {
		return makeValue(shape, data[:product(shape)])
	}
	v := makeValue(shape, data)
	v.strides = strides
	return v
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
	if t.Dtype().Type == nil || !t.IsNativelyAccessible() {
		return nil, Errorf(ErrInput, "", "a tensor without data in Go's memory")
	}
	d := kindDType(t.Dtype().Kind())
	if d == NoDType || t.Dtype().PkgPath() != "" {
		return nil, Errorf(ErrDType, "", "a tensor of %v", t.Dtype())
	}
	shape, strides := slices.Clone([]int(t.Shape())), slices.Clone(t.Strides())
	if product(shape) == 0 {
		return Zeros(d, shape...), nil // Data would panic
	}
	if t.IsMasked() {
		return nil, Errorf(ErrInput, "", "a tensor with a mask: fill or drop the masked elements first")
	}
	if len(shape) == 0 {
		return fromFlat(t.Data()), nil // the data of a scalar tensor is the number itself
	}
	data := asElements(t.Data())
	_, n := describe(data)
	if len(strides) != len(shape) || lastOffset(shape, strides) >= n {
		return nil, Errorf(ErrShape, "", "a tensor of shape %v with strides %v holds %d elements", shape, strides, n)
	}
	v := &Value{dtype: d, shape: shape, data: data}
	if layout.IsRowMajor(shape, strides) {
		v.data = elements[d].head(data, product(shape))
	} else {
		v.strides = strides
	}
	return v, nil
}

// lastOffset is the offset of the last element of an array that is not empty.
func lastOffset(shape, strides []int) int {
	last := 0
	for i, n := range shape {
		last += (n - 1) * strides[i]
	}
	return last
}

// fromMatrix takes gonum's dense matrices and vectors as they are and copies
// all others.
func fromMatrix(m mat.Matrix) (*Value, error) {
	switch m := m.(type) {
	case *mat.Dense:
		raw := m.RawMatrix()
		return strided([]int{raw.Rows, raw.Cols}, []int{raw.Stride, 1}, raw.Data), nil
	case *mat.VecDense:
		raw := m.RawVector()
		return strided([]int{raw.N}, []int{raw.Inc}, raw.Data), nil
	case mat.Transpose:
		return transposed(m.Matrix)
	case mat.TransposeVec:
		return transposed(m.Vector)
	}
	rows, columns := m.Dims()
	data := make([]float64, 0, rows*columns)
	for i := range rows {
		for j := range columns {
			data = append(data, m.At(i, j))
		}
	}
	if _, ok := m.(mat.Vector); ok {
		return makeValue([]int{rows}, data), nil
	}
	return makeValue([]int{rows, columns}, data), nil
}

// transposed returns the transpose of m: m itself with its axes exchanged.
func transposed(m mat.Matrix) (*Value, error) {
	v, err := ValueOf(m)
	if err != nil {
		return nil, err
	}
	shape, strides := v.shape, v.Strides()
	if len(shape) == 1 { // a vector is a column
		shape, strides = []int{shape[0], 1}, []int{strides[0], 1}
	}
	return strided([]int{shape[1], shape[0]}, []int{strides[1], strides[0]}, v.data.([]float64)), nil
}

// fromNested copies numbers of named types and slices and arrays of slices and
// arrays, which must be rectangular. Only a slice of a named type is not
// copied, if its elements are not of a named type.
func fromNested(x reflect.Value) (*Value, error) {
	if x.Kind() == reflect.Slice {
		if v := fromFlat(x.Convert(reflect.SliceOf(x.Type().Elem())).Interface()); v != nil {
			return v, nil
		}
	}
	shape, leaf := nestedShape(x)
	d := kindDType(leaf.Kind())
	if d == NoDType {
		return nil, Errorf(ErrDType, "", "a %v is no number, slice or tensor", x.Type())
	}
	out := Zeros(d, shape...)
	if _, err := fill(reflect.ValueOf(out.data), x, shape); err != nil {
		return nil, err
	}
	return out, nil
}

// nestedShape returns the lengths of x, its first element, that one's first
// element and so on, and the type that is neither slice nor array.
func nestedShape(x reflect.Value) (shape []int, leaf reflect.Type) {
	leaf = x.Type()
	for leaf.Kind() == reflect.Slice || leaf.Kind() == reflect.Array {
		n := 0
		switch {
		case x.IsValid():
			n = x.Len()
		case leaf.Kind() == reflect.Array:
			n = leaf.Len()
		}
		if n > 0 && x.IsValid() {
			x = x.Index(0)
		} else {
			x = reflect.Value{} // no first element
		}
		shape, leaf = append(shape, n), leaf.Elem()
	}
	return shape, leaf
}

// fill copies the numbers in x, which must have this shape, to the front of
// the slice to, and returns the rest of it.
func fill(to, x reflect.Value, shape []int) (rest reflect.Value, err error) {
	if len(shape) == 0 {
		to.Index(0).Set(x.Convert(to.Type().Elem()))
		return to.Slice(1, to.Len()), nil
	}
	if x.Len() != shape[0] {
		return to, Errorf(ErrShape, "", "a ragged slice: %d and %d elements side by side", shape[0], x.Len())
	}
	if len(shape) == 1 && x.Type().Elem() == to.Type().Elem() {
		n := reflect.Copy(to, x)
		return to.Slice(n, to.Len()), nil
	}
	for i := range x.Len() {
		if to, err = fill(to, x.Index(i), shape[1:]); err != nil {
			return to, err
		}
	}
	return to, nil
}

// kindDType returns the DType of a Go kind, NoDType if there is none.
func kindDType(k reflect.Kind) DType {
	switch k {
	case reflect.Bool:
		return Bool
	case reflect.Int8:
		return Int8
	case reflect.Int16:
		return Int16
	case reflect.Int32:
		return Int32
	case reflect.Int64, reflect.Int:
		return Int64
	case reflect.Uint8:
		return Uint8
	case reflect.Uint16:
		return Uint16
	case reflect.Uint32:
		return Uint32
	case reflect.Uint64, reflect.Uint:
		return Uint64
	case reflect.Float32:
		return Float32
	case reflect.Float64:
		return Float64
	case reflect.Complex64:
		return Complex64
	case reflect.Complex128:
		return Complex128
	}
	return NoDType
}

// Dense returns v as a fresh row-major tensor over v's own elements, or over a
// copy of them where v is not row-major. An array without elements becomes a
// tensor of that shape; where its elements have one byte, the tensor's Data
// method panics, as it does for every tensor without elements that package
// tensor makes.
func (v *Value) Dense() (t *tensor.Dense, err error) {
	defer func() {
		if r := recover(); r != nil {
			t, err = nil, Errorf(ErrShape, "", "no tensor of shape %v: %v", v.shape, r)
		}
	}()
	if v.elems != nil {
		return nil, Errorf(ErrInput, "", "several results %v: pick one by its index", v.Type())
	}
	c := v.contiguous()
	switch {
	case len(c.shape) == 0:
		return tensor.New(tensor.WithBacking(c.data)), nil // one element without a shape is a scalar
	case c.Len() == 0 && c.dtype.Size() > 1:
		// Data wants the address of the first byte: one byte is there, and
		// is less than an element.
		d := tensor.Dtype{Type: reflect.TypeOf(c.data).Elem()}
		return tensor.New(tensor.WithShape(c.shape...), tensor.WithBacking([]byte{0}), tensor.Of(d)), nil
	}
	return tensor.New(tensor.WithShape(c.shape...), tensor.WithBacking(c.data)), nil
}

// scalarOf returns the first element of data.
func scalarOf(data any) any { return reflect.ValueOf(data).Index(0).Interface() }

package expr

import (
	"reflect"
	"slices"

	"gorgonia.org/tensor"
)

// Writing results into tensors of the user's.

// FitsDense returns an error if v cannot be written into t: nil, another
// dtype or another shape.
func (v *Value) FitsDense(t *tensor.Dense) error {
	w, err := fromDense(t)
	if err != nil {
		return err
	}
	if w.dtype != v.dtype {
		return Errorf(ErrDType, "", "a %s result does not go into a tensor of %s", v.dtype, w.dtype)
	}
	if !slices.Equal(w.shape, v.shape) {
		return Errorf(ErrShape, "", "a result of shape %s does not go into a tensor of shape %s",
			shapeString(knownDims(v.shape)), shapeString(knownDims(w.shape)))
	}
	return nil
}

// CopyToDense writes the elements of v into t, which [Value.FitsDense] must
// have accepted.
func (v *Value) CopyToDense(t *tensor.Dense) {
	if len(v.shape) == 0 { // the Data of a scalar tensor is a copy of the number
		t.Set(0, reflect.ValueOf(scalarOf(v.contiguous().data)).Convert(t.Dtype().Type).Interface())
		return
	}
	w, err := fromDense(t)
	if err != nil {
		panic(err)
	}
	elements[v.dtype].store(w, v)
}

// store writes the elements of src to where those of dst lie.
func (elementOf[T]) store(dst, src *Value) {
	to := dst.data.([]T)
	i := 0
	from := Elements[T](src)
	forEachOffset(dst.shape, dst.Strides(), func(offset int) {
		to[offset] = from[i]
		i++
	})
}

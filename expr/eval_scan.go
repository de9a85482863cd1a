package expr

import (
	"cmp"
	"slices"

	"arignote/expr/internal/scalar"
)

// The reference meaning of ops along one axis that keep the shape: each line
// of elements is gathered and given to a function from slice to slice.

// along computes each line of the result from the line of x along the
// attribute's axis; the whole array is one line where there is no axis.
func along[T, R lane](c *call, x []T, f func(line []T) []R) []R {
	length, step := len(x), 1 // of a line, and from one of its elements to the next
	if a := c.attr.(Axis).Axis; a >= 0 {
		shape := c.args[0].shape
		length, step = shape[a], product(shape[a+1:])
	}
	out := make([]R, len(x))
	if len(x) == 0 {
		return out
	}
	line := make([]T, length)
	for block := 0; block < len(x); block += length * step {
		for first := block; first < block+step; first++ {
			for i := range line {
				line[i] = x[first+i*step]
			}
			for i, v := range f(line) {
				out[first+i*step] = v
			}
		}
	}
	return out
}

// alongAs works along c's axis in dtype d, whose lane type T must be.
func alongAs[T, R lane](c *call, d DType, f func(line []T) []R) *Value {
	x := widen(convert(c.args[0], d).data).([]T)
	return fromLanes(along(c, x, f), c.typ.DType, c.shape())
}

// evalSoftmax is exp(x) by its sum. A line with NaN or +Inf, or of -Inf
// alone, gives NaN.
func evalSoftmax(c *call) (*Value, *Error) {
	return alongAs(c, c.typ.DType, func(x []float64) []float64 {
		peak := folding(scalar.Maximum, 0)(x)
		e := make([]float64, len(x))
		for i, v := range x {
			e[i] = scalar.ExpSub(v, peak)
		}
		s := sumFloats(e)
		for i := range e {
			e[i] /= s
		}
		return e
	}), nil
}

// evalLogSoftmax is the logarithm of softmax, accurate near 0 too.
func evalLogSoftmax(c *call) (*Value, *Error) {
	return alongAs(c, c.typ.DType, func(x []float64) []float64 {
		peak := folding(scalar.Maximum, 0)(x)
		logSum := logOfSum(x, peak)
		out := make([]float64, len(x))
		for i, v := range x {
			out[i] = (v - peak) - logSum
		}
		return out
	}), nil
}

// evalCumsum gives the running sums, each as good as that of evalSum.
func evalCumsum(c *call) (*Value, *Error) {
	switch d := c.typ.DType; {
	case d.IsSigned():
		return alongAs(c, d, running(add[int64])), nil
	case d.IsUnsigned():
		return alongAs(c, d, running(add[uint64])), nil
	case d.IsFloat():
		return alongAs(c, d, runningSum), nil
	default:
		return alongAs(c, d, runningComplexSum), nil
	}
}

// evalCumprod gives the running products, each that of evalProd.
func evalCumprod(c *call) (*Value, *Error) {
	switch d := c.typ.DType; {
	case d.IsSigned():
		return alongAs(c, d, running(mul[int64])), nil
	case d.IsUnsigned():
		return alongAs(c, d, running(mul[uint64])), nil
	case d.IsFloat():
		return alongAs(c, d, running(mul[float64])), nil
	default:
		return alongAs(c, d, running(scalar.CMul)), nil
	}
}

// running returns the function that joins each element of a slice with all
// before it by f.
func running[T lane](f func(x, y T) T) func([]T) []T {
	return func(x []T) []T {
		out := slices.Clone(x)
		for i := 1; i < len(out); i++ {
			out[i] = f(out[i-1], x[i])
		}
		return out
	}
}

func runningSum(x []float64) []float64 {
	out := make([]float64, len(x))
	var s adder
	for i, v := range x {
		s.add(v)
		out[i] = s.sum()
	}
	return out
}

func runningComplexSum(x []complex128) []complex128 {
	out := make([]complex128, len(x))
	var re, im adder
	for i, z := range x {
		re.add(real(z))
		im.add(imag(z))
		out[i] = complex(re.sum(), im.sum())
	}
	return out
}

// evalSort puts the elements in ascending order, NaN last. Equal elements, the
// two zeros among them, stay in their order.
func evalSort(c *call) (*Value, *Error) {
	d := c.typ.DType
	switch data := sortable(c.args[0]).(type) {
	case []int64:
		return fromLanes(along(c, data, sorting(orderOf[int64])), d, c.shape()), nil
	case []uint64:
		return fromLanes(along(c, data, sorting(orderOf[uint64])), d, c.shape()), nil
	case []float64:
		return fromLanes(along(c, data, sorting(orderNaN(+1))), d, c.shape()), nil
	}
	panic("expr: sort of " + d.String())
}

// evalArgsort gives the indices along the axis that sort would take the
// elements from.
func evalArgsort(c *call) (*Value, *Error) {
	switch data := sortable(c.args[0]).(type) {
	case []int64:
		return makeValue(c.shape(), along(c, data, ranking(orderOf[int64]))), nil
	case []uint64:
		return makeValue(c.shape(), along(c, data, ranking(orderOf[uint64]))), nil
	case []float64:
		return makeValue(c.shape(), along(c, data, ranking(orderNaN(+1)))), nil
	}
	panic("expr: argsort of " + c.from[0].DType.String())
}

func sorting[T lane](order func(x, y T) int) func([]T) []T {
	return func(x []T) []T {
		out := slices.Clone(x)
		slices.SortStableFunc(out, order)
		return out
	}
}

func ranking[T lane](order func(x, y T) int) func([]T) []int64 {
	return func(x []T) []int64 {
		out := make([]int64, len(x))
		for i := range out {
			out[i] = int64(i)
		}
		slices.SortStableFunc(out, func(i, j int64) int { return order(x[i], x[j]) })
		return out
	}
}

// sortable returns v's elements as []int64, []uint64 or []float64; bool counts
// as 0 and 1.
func sortable(v *Value) any {
	if v.dtype == Bool {
		v = convert(v, Int64)
	}
	return widen(v.contiguous().data)
}

// orderOf is the order of integers.
func orderOf[T int64 | uint64](x, y T) int { return cmp.Compare(x, y) }

// orderNaN returns the order of floats with NaN above all numbers (sign 1) or
// below (sign -1). The two zeros are equal, and so are all NaN.
func orderNaN(sign int) func(x, y float64) int {
	return func(x, y float64) int {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		case isNaN(x) == isNaN(y):
			return 0
		case isNaN(x):
			return sign
		}
		return -sign
	}
}

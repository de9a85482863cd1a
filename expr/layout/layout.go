// Package layout says where the elements of an array lie in memory: at the sum
// of index times stride over all axes. It is shared by package expr, whose values
// are such arrays, and backend, which plans them.
package layout

import "slices"

// RowMajor returns the strides of a row-major array without gaps.
func RowMajor(shape []int) []int {
	strides := make([]int, len(shape))
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = step
		step *= shape[i]
	}
	return strides
}

// IsRowMajor reports whether strides are those of a row-major array without gaps;
// the stride of an axis of length 1 does not matter, nor does any of an empty
// array.
func IsRowMajor(shape, strides []int) bool {
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] != 1 && strides[i] != step {
			return slices.Contains(shape, 0)
		}
		step *= shape[i]
	}
	return true
}

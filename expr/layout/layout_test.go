package layout_test

import (
	"fmt"
	"slices"
	"testing"

	"arignote/expr/layout"
)

func TestLayout(t *testing.T) {
	for _, c := range []struct {
		shape, strides []int
		rowMajor       bool
	}{
		{nil, nil, true},
		{[]int{2, 3, 4}, []int{12, 4, 1}, true},
		{[]int{2, 3}, []int{1, 2}, false},
		{[]int{2, 3}, []int{4, 1}, false},
		{[]int{3}, []int{-1}, false},
		{[]int{1, 3}, []int{7, 1}, true},
		{[]int{3, 1}, []int{1, 9}, true},
		{[]int{0, 3}, []int{5, 2}, true},
	} {
		t.Run(fmt.Sprint(c.shape, c.strides), func(t *testing.T) {
			if is := layout.IsRowMajor(c.shape, c.strides); is != c.rowMajor {
				t.Errorf("row-major: %v", is)
			}
			if s := layout.RowMajor(c.shape); !layout.IsRowMajor(c.shape, s) {
				t.Errorf("RowMajor gives %v", s)
			}
		})
	}
	if s := layout.RowMajor([]int{2, 3, 4}); !slices.Equal(s, []int{12, 4, 1}) {
		t.Errorf("strides %v", s)
	}
}

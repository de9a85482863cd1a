package expr

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"arignote/expr/layout"
)

type (
	celsius float64
	path    []float64
	paths   []path
	flags   [2]bool
)

// valueText returns the text of ValueOf(x) or of the mistake.
func valueText(x any) string {
	v, err := ValueOf(x)
	if err != nil {
		return mistake(err)
	}
	return v.String()
}

func TestValueOfGo(t *testing.T) {
	for _, c := range []struct {
		x    any
		want string
	}{
		{true, "bool[true]"},
		{1, "int64[1]"}, {int8(1), "int8[1]"}, {int16(1), "int16[1]"}, {int32(1), "int32[1]"}, {int64(1), "int64[1]"},
		{uint(1), "uint64[1]"}, {uint8(1), "uint8[1]"}, {uint16(1), "uint16[1]"}, {uint32(1), "uint32[1]"}, {uint64(1), "uint64[1]"},
		{float32(1), "float32[1]"}, {1.5, "float64[1.5]"}, {complex64(1), "complex64[(1+0i)]"}, {1i, "complex128[(0+1i)]"},
		{celsius(2), "float64[2]"},

		{[]bool{true}, "bool[1][true]"},
		{[]int{1, -2}, "int64[2][1 -2]"}, {[]uint{1, 2}, "uint64[2][1 2]"}, {[]uint8{1}, "uint8[1][1]"},
		{[]complex64{1i}, "complex64[1][(0+1i)]"},
		{[]float64{}, "float64[0][]"}, {[]float64(nil), "float64[0][]"},
		{[2]float32{1, 2}, "float32[2][1 2]"},
		{path{1, 2}, "float64[2][1 2]"}, {[]celsius{1, 2}, "float64[2][1 2]"}, {flags{true, false}, "bool[2][true false]"},

		{[][]float64{{1, 2}, {3, 4}, {5, 6}}, "float64[3, 2][1 2 3 4 5 6]"},
		{[][]int{{1}, {2}}, "int64[2, 1][1 2]"}, {[][]uint{{1}, {2}}, "uint64[2, 1][1 2]"},
		{[][3]float32{{1, 2, 3}, {4, 5, 6}}, "float32[2, 3][1 2 3 4 5 6]"},
		{[2][2]int8{{1, 2}, {3, 4}}, "int8[2, 2][1 2 3 4]"},
		{[2][]celsius{{1, 2}, {3, 4}}, "float64[2, 2][1 2 3 4]"},
		{paths{{1}, {2}}, "float64[2, 1][1 2]"},
		{[][][]bool{{{true}, {false}}}, "bool[1, 2, 1][true false]"},
		{[][]float64{}, "float64[0, 0][]"}, {[][]float64{{}, {}}, "float64[2, 0][]"}, {[][]float64{nil, {}}, "float64[2, 0][]"},
		{[][3]float32{}, "float32[0, 3][]"}, {[][0]int{{}}, "int64[1, 0][]"}, {[][][2]uint8{{}, {}}, "uint8[2, 0, 2][]"},

		{[][]float64{{1, 2}, {3}}, "shape error: : a ragged slice: 2 and 1 elements side by side"},
		{[][]float64{{}, {3}}, "shape error: : a ragged slice: 0 and 1 elements side by side"},
		{[][][]int{{{1}, {2}}, {{1}, {2, 3}}}, "shape error: : a ragged slice: 1 and 2 elements side by side"},
		{nil, "input error: : nil"},
		{(*float64)(nil), "input error: : nil *float64"},
		{"text", "dtype error: : a string is no number, slice or tensor"},
		{[]string{"a"}, "dtype error: : a []string is no number, slice or tensor"},
		{[]any{1.0}, "dtype error: : a []interface {} is no number, slice or tensor"},
		{new(float64), "dtype error: : a *float64 is no number, slice or tensor"},
		{map[int]int{}, "dtype error: : a map[int]int is no number, slice or tensor"},
		{struct{}{}, "dtype error: : a struct {} is no number, slice or tensor"},
		{(*Value)(nil), "input error: : nil *expr.Value"},
	} {
		if got := valueText(c.x); got != c.want {
			t.Errorf("%T %v: got %s, want %s", c.x, c.x, got, c.want)
		}
	}
}

func threeByFour() *mat.Dense {
	return mat.NewDense(3, 4, []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
}

func TestValueOfMat(t *testing.T) {
	column := threeByFour().ColView(1).(*mat.VecDense)
	steps := &mat.VecDense{}
	steps.SetRawVector(blas64.Vector{N: 3, Inc: 2, Data: []float64{0, 1, 2, 3, 4}})
	for _, c := range []struct {
		name string
		m    mat.Matrix
		want string
	}{
		{"dense", threeByFour(), "float64[3, 4][0 1 2 3 4 5 6 7 8 9 10 11]"},
		{"part", threeByFour().Slice(1, 3, 1, 3), "float64[2, 2][5 6 9 10]"},
		{"rows", threeByFour().Slice(1, 3, 0, 4), "float64[2, 4][4 5 6 7 8 9 10 11]"},
		{"one row", threeByFour().Slice(1, 2, 1, 3), "float64[1, 2][5 6]"},
		{"transposed", threeByFour().T(), "float64[4, 3][0 4 8 1 5 9 2 6 10 3 7 11]"},
		{"transposed part", threeByFour().Slice(1, 3, 1, 3).T(), "float64[2, 2][5 9 6 10]"},
		{"transposed twice", mat.Transpose{Matrix: threeByFour().T()}, "float64[3, 4][0 1 2 3 4 5 6 7 8 9 10 11]"},
		{"empty", &mat.Dense{}, "float64[0, 0][]"},
		{"vector", mat.NewVecDense(2, []float64{1, 2}), "float64[2][1 2]"},
		{"vector with steps", steps, "float64[3][0 2 4]"},
		{"column", column, "float64[3][1 5 9]"},
		{"transposed vector", mat.NewVecDense(2, []float64{1, 2}).T(), "float64[1, 2][1 2]"},
		{"transposed column", column.T(), "float64[1, 3][1 5 9]"},
		{"transposed column as matrix", mat.Transpose{Matrix: column}, "float64[1, 3][1 5 9]"},
		{"symmetric", mat.NewSymDense(2, []float64{1, 2, 7, 3}), "float64[2, 2][1 2 2 3]"},
		{"triangular", mat.NewTriDense(2, mat.Lower, []float64{1, 2, 3, 4}), "float64[2, 2][1 0 3 4]"},
		{"transposed triangular", mat.NewTriDense(2, mat.Lower, []float64{1, 2, 3, 4}).T(), "float64[2, 2][1 3 0 4]"},
		{"diagonal", mat.NewDiagDense(2, []float64{1, 2}), "float64[2, 2][1 0 0 2]"},
		{"nil dense", (*mat.Dense)(nil), "input error: : nil *mat.Dense"},
		{"nil vector", (*mat.VecDense)(nil), "input error: : nil *mat.VecDense"},
		{"nil symmetric", (*mat.SymDense)(nil), "input error: : nil *mat.SymDense"},
		{"transposed nil", mat.Transpose{}, "input error: : nil"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := valueText(c.m); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestValueOfDoesNotCopy changes the first element, which must be the value's.
func TestValueOfDoesNotCopy(t *testing.T) {
	floats := []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	m := mat.NewDense(3, 4, floats)
	dense := tensor.New(tensor.WithShape(3, 4), tensor.WithBacking(floats))
	turned := tensor.New(tensor.WithShape(3, 4), tensor.WithBacking(floats))
	if err := turned.T(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		x    any
	}{
		{"slice", floats}, {"named slice", path(floats)},
		{"mat", m}, {"mat part", m.Slice(0, 2, 0, 2)}, {"mat transposed", m.T()},
		{"vector", m.RowView(0)}, {"column", m.ColView(0)}, {"column transposed", m.ColView(0).T()},
		{"tensor", dense}, {"tensor transposed", turned},
		{"tensor rows", sliceOf(dense, tensor.S(0, 2))}, {"tensor columns", sliceOf(dense, nil, tensor.S(0, 3, 2))},
	} {
		v, err := ValueOf(c.x)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		floats[0] = 77
		if v.Float(0) != 77 {
			t.Errorf("%s was copied", c.name)
		}
		floats[0] = 0
	}
	ints, uints := []int{1}, []uint{1}
	v, _ := ValueOf(ints)
	w, _ := ValueOf(uints)
	ints[0], uints[0] = 7, 7
	if v.Int(0) != 7 || w.Int(0) != 7 {
		t.Errorf("[]int or []uint was copied: %v, %v", v, w)
	}
	if Const(floats).Value().Data().([]float64)[0] = 5; floats[0] != 0 {
		t.Errorf("Const did not copy")
	}
}

// sliceOf returns a view of x.
func sliceOf(x *tensor.Dense, at ...tensor.Slice) *tensor.Dense {
	v, err := x.Slice(at...)
	if err != nil {
		panic(err)
	}
	return v.(*tensor.Dense)
}

func TestValueOfTensor(t *testing.T) {
	backing := func() *tensor.Dense {
		return tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{0, 1, 2, 3, 4, 5}))
	}
	turned := backing()
	if err := turned.T(); err != nil {
		t.Fatal(err)
	}
	type grade float64
	for _, c := range []struct {
		name string
		x    any
		want string
	}{
		{"plain", backing(), "float64[2, 3][0 1 2 3 4 5]"},
		{"transposed", turned, "float64[3, 2][0 3 1 4 2 5]"},
		{"column-major", tensor.New(tensor.WithShape(2, 3), tensor.AsFortran([]float64{0, 1, 2, 3, 4, 5})), "float64[2, 3][0 1 2 3 4 5]"},
		{"row", sliceOf(backing(), tensor.S(1)), "float64[3][3 4 5]"},
		{"column", sliceOf(backing(), nil, tensor.S(1)), "float64[2][1 4]"},
		{"columns", sliceOf(backing(), nil, tensor.S(1, 3)), "float64[2, 2][1 2 4 5]"},
		{"every second column", sliceOf(backing(), nil, tensor.S(0, 3, 2)), "float64[2, 2][0 2 3 5]"},
		{"column of a transpose", sliceOf(turned, nil, tensor.S(1)), "float64[3][3 4 5]"},
		{"element", sliceOf(backing(), tensor.S(1), tensor.S(2)), "float64[5]"},
		{"scalar", tensor.New(tensor.FromScalar(float32(2))), "float32[2]"},
		{"bool scalar", tensor.New(tensor.FromScalar(true)), "bool[true]"},
		{"int scalar", tensor.New(tensor.FromScalar(3)), "int64[3]"},
		{"int", tensor.New(tensor.WithBacking([]int{1, 2})), "int64[2][1 2]"},
		{"uint", tensor.New(tensor.WithBacking([]uint{1, 2})), "uint64[2][1 2]"},
		{"bool", tensor.New(tensor.WithBacking([]bool{true, false})), "bool[2][true false]"},
		{"one element", tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]int8{1})), "int8[1, 1][1]"},
		{"empty", tensor.New(tensor.WithShape(0, 3), tensor.WithBacking([]int32{})), "int32[0, 3][]"},
		{"empty, allocated", tensor.New(tensor.WithShape(3, 0), tensor.Of(tensor.Bool)), "bool[3, 0][]"},
		{"text", tensor.New(tensor.WithBacking([]string{"a", "b"})), "dtype error: : a tensor of string"},
		{"named type", tensor.New(tensor.WithBacking([]grade{1, 2})), "dtype error: : a tensor of grade"},
		{"mask", tensor.New(tensor.WithBacking([]float64{1, 2}, []bool{true, false})),
			"input error: : a tensor with a mask: fill or drop the masked elements first"},
		{"sparse", tensor.CSRFromCoord(tensor.Shape{2, 2}, []int{0}, []int{1}, []float64{1}), "input error: : a *tensor.CS is no *tensor.Dense"},
		{"nil", (*tensor.Dense)(nil), "input error: : nil *tensor.Dense"},
		{"nil sparse", (*tensor.CS)(nil), "input error: : nil *tensor.CS"},
		{"no data", &tensor.Dense{}, "input error: : a tensor without data in Go's memory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := valueText(c.x); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestValueOfTensorViews compares random views, views of views and transposes
// to the tensor's own element access.
func TestValueOfTensorViews(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		shape := make([]int, 1+rng.IntN(3))
		for i := range shape {
			shape[i] = 2 + rng.IntN(4)
		}
		x := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(counted(shape...).data))
		steps := fmt.Sprint(shape)
		for range rng.IntN(4) {
			if x.Dims() > 1 && rng.IntN(2) == 0 {
				axes := rng.Perm(x.Dims())
				steps += fmt.Sprint(" T", axes)
				if x = x.ShallowClone(); x.T(axes...) != nil {
					continue // a transpose of nothing
				}
			} else if x.Dims() > 0 {
				at := randomSlices(rng, x.Shape())
				steps += fmt.Sprint(" ", at)
				x = sliceOf(x, at...)
			}
		}
		checkView(t, x, steps)
	}
}

// randomSlices returns slices without steps along the first axis, which the
// tensor package gets wrong.
func randomSlices(rng *rand.Rand, shape []int) []tensor.Slice {
	at := make([]tensor.Slice, len(shape))
	for i, n := range shape {
		start := rng.IntN(n)
		switch end := start + 1 + rng.IntN(n-start); {
		case rng.IntN(3) == 0:
		case i > 0 && rng.IntN(3) == 0:
			at[i] = tensor.S(start, end, 1+rng.IntN(2))
		default:
			at[i] = tensor.S(start, end)
		}
	}
	return at
}

func checkView(t *testing.T, x *tensor.Dense, steps string) {
	t.Helper()
	v, err := ValueOf(x)
	if err != nil {
		t.Fatalf("%s: %v", steps, err)
	}
	if !slices.Equal(v.shape, []int(x.Shape())) {
		t.Fatalf("%s: shape %v, want %v", steps, v.shape, x.Shape())
	}
	if len(v.shape) == 0 {
		if v.Float(0) != x.Data().(float64) {
			t.Errorf("%s: %v, want %v", steps, v, x.Data())
		}
		return
	}
	index := make([]int, len(v.shape))
	for i, got := range Elements[float64](v) {
		rest := i
		for axis := len(index) - 1; axis >= 0; axis-- {
			index[axis], rest = rest%v.shape[axis], rest/v.shape[axis]
		}
		want, err := x.At(index...)
		if err != nil || want.(float64) != got || v.Float(i) != got {
			t.Fatalf("%s: element %v is %v and %v, want %v (%v)", steps, index, got, v.Float(i), want, err)
		}
	}
}

func TestDense(t *testing.T) {
	for _, d := range DTypes() {
		for _, shape := range [][]int{{}, {1}, {3}, {2, 3}, {1, 1}, {2, 1, 2}, {0}, {0, 3}, {3, 0}, {2, 0, 2}} {
			v := convert(counted(shape...), d)
			for _, v := range []*Value{v, withGaps(v)} {
				checkDense(t, v)
			}
		}
	}
}

// checkDense makes a tensor of v and reads it back.
func checkDense(t *testing.T, v *Value) {
	t.Helper()
	x, err := v.Dense()
	if err != nil {
		t.Fatalf("%v: %v", v, err)
	}
	if !slices.Equal([]int(x.Shape()), v.shape) {
		t.Fatalf("%v: shape %v", v, x.Shape())
	}
	want := v.contiguous().data
	switch {
	case len(v.shape) == 0:
		want = scalarOf(want)
	case !slices.Equal(x.Strides(), layout.RowMajor(v.shape)):
		t.Errorf("%v: strides %v", v, x.Strides())
	}
	if v.Len() > 0 || v.dtype.Size() > 1 { // see Dense
		if got := x.Data(); !reflect.DeepEqual(got, want) {
			t.Errorf("%v: data %v of type %T", v, got, got)
		}
	}
	if back := valueText(x); back != v.String() {
		t.Errorf("%v came back as %s", v, back)
	}
}

func TestDenseSharesMemory(t *testing.T) {
	v := counted(2, 3)
	x, err := v.Dense()
	if err != nil {
		t.Fatal(err)
	}
	v.data.([]float64)[4] = 9
	if x.Data().([]float64)[4] != 9 {
		t.Error("a row-major array was copied")
	}
	turned := &Value{dtype: Float64, shape: []int{3, 2}, strides: []int{1, 3}, data: v.data}
	x, err = turned.Dense()
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(x.Data()); got != "[0 3 1 9 2 5]" {
		t.Errorf("a transposed array became %s", got)
	}
	if _, err := tupleValue(v, v).Dense(); err == nil {
		t.Error("several results became one tensor")
	}
}

// TestElementAccess reads single elements of a strided array.
func TestElementAccess(t *testing.T) {
	for _, d := range DTypes() {
		v := convert(vec[int64](0, 1, 2, 3, 4, 5), d).reshaped([]int{2, 3})
		w := withGaps(v)
		for i := range v.Len() {
			want := i
			if d == Bool {
				want = min(i, 1)
			}
			if w.Int(i) != int64(want) || w.Float(i) != float64(want) || w.Complex(i) != complex(float64(want), 0) || w.Bool(i) != (i > 0) {
				t.Errorf("%v: element %d of %v", d, i, v)
			}
		}
	}
	for x, want := range map[float64]int64{1e300: 1<<63 - 1, -1e300: -1 << 63, -2.7: -2} {
		if got := ScalarValue(x).Int(0); got != want {
			t.Errorf("%v to int64: %d, want %d", x, got, want)
		}
	}
	if got := ScalarValue(nan).Int(0); got != 0 {
		t.Errorf("NaN to int64: %d", got)
	}
}

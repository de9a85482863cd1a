package backend_test

import (
	"math"
	"slices"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"arignote/backend"
	"arignote/expr"
)

// compile compiles or fails the test.
func compile(t testing.TB, inputs []*expr.Node, outputs ...*expr.Node) *backend.Program {
	t.Helper()
	p, err := backend.Compile(inputs, outputs...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run runs or fails the test.
func run(t testing.TB, p *backend.Program, args ...any) []*tensor.Dense {
	t.Helper()
	results, err := p.Run(args...)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// floats checks the elements and the shape of a float64 result.
func floats(t testing.TB, got *tensor.Dense, shape []int, want ...float64) {
	t.Helper()
	if !slices.Equal([]int(got.Shape()), shape) {
		t.Errorf("shape %v, want %v", got.Shape(), shape)
	}
	if data := got.Float64s(); !slices.Equal(data, want) {
		t.Errorf("elements %v, want %v", data, want)
	}
}

// TestArgumentForms gives the same matrix in all the forms that Run takes.
func TestArgumentForms(t *testing.T) {
	x := expr.Matrix("x")
	p := compile(t, []*expr.Node{x}, x.Mul([]float64{1, 10, 100}))

	rows := []float64{1, 2, 3, 4, 5, 6}
	columns := []float64{1, 4, 2, 5, 3, 6}
	dense := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(slices.Clone(rows)))
	transposed := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking(slices.Clone(columns)))
	if err := transposed.T(); err != nil {
		t.Fatal(err)
	}
	columnMajor := tensor.New(tensor.WithShape(2, 3), tensor.AsFortran(slices.Clone(rows)))
	wide := tensor.New(tensor.WithShape(2, 4), tensor.WithBacking([]float64{0, 1, 2, 3, 0, 4, 5, 6}))
	columnsOf, err := wide.Slice(nil, tensor.S(1, 4))
	if err != nil {
		t.Fatal(err)
	}
	for name, arg := range map[string]any{
		"nested slices":     [][]float64{{1, 2, 3}, {4, 5, 6}},
		"arrays":            [2][3]float64{{1, 2, 3}, {4, 5, 6}},
		"row-major":         dense,
		"transposed":        transposed,
		"column-major":      columnMajor,
		"columns of wider":  columnsOf,
		"mat.Dense":         mat.NewDense(2, 3, slices.Clone(rows)),
		"transposed mat":    mat.NewDense(3, 2, slices.Clone(columns)).T(),
		"window of a mat":   mat.NewDense(3, 4, []float64{0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6}).Slice(1, 3, 1, 4),
		"expr.Value itself": mustValue(t, [][]float64{{1, 2, 3}, {4, 5, 6}}),
	} {
		t.Run(name, func(t *testing.T) {
			floats(t, run(t, p, arg)[0], []int{2, 3}, 1, 20, 300, 4, 50, 600)
		})
	}
}

func mustValue(t *testing.T, x any) *expr.Value {
	t.Helper()
	v, err := expr.ValueOf(x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestStridedProducts multiplies matrices that lie in memory in every way.
func TestStridedProducts(t *testing.T) {
	a, b, v := expr.Matrix("a"), expr.Matrix("b"), expr.Vector("v")
	p := compile(t, []*expr.Node{a, b, v}, a.Dot(b), a.Dot(v), v.Dot(b), b.T().Dot(a.T()))
	forms := func(rows, columns []float64) map[string]any {
		return map[string]any{
			"row-major":  mat.NewDense(2, 2, rows),
			"transposed": mat.NewDense(2, 2, columns).T(),
			"window":     mat.NewDense(2, 3, []float64{9, rows[0], rows[1], 9, rows[2], rows[3]}).Slice(0, 2, 1, 3),
		}
	}
	vectors := map[string]any{
		"slice":  []float64{1, -1},
		"column": mat.NewDense(2, 3, []float64{9, 1, 9, 9, -1, 9}).ColView(1),
	}
	for nameA, argA := range forms([]float64{1, 2, 3, 4}, []float64{1, 3, 2, 4}) {
		for nameB, argB := range forms([]float64{5, 6, 7, 8}, []float64{5, 7, 6, 8}) {
			for nameV, argV := range vectors {
				t.Run(nameA+" "+nameB+" "+nameV, func(t *testing.T) {
					results := run(t, p, argA, argB, argV)
					floats(t, results[0], []int{2, 2}, 19, 22, 43, 50)
					floats(t, results[1], []int{2}, -1, -1)
					floats(t, results[2], []int{2}, -2, -2)
					floats(t, results[3], []int{2, 2}, 19, 43, 22, 50)
				})
			}
		}
	}
	// 0 times NaN or infinity is NaN, also in a library that skips zeros.
	results := run(t, p, [][]float64{{0, 1}, {0, 0}}, [][]float64{{math.NaN(), 1}, {2, 3}}, []float64{0, 0})
	if got := results[0].Float64s(); !math.IsNaN(got[0]) || !math.IsNaN(got[2]) || got[1] != 3 || got[3] != 0 {
		t.Errorf("zeros times NaN: %v", got)
	}
}

// TestStepped multiplies a row and a column whose elements lie apart, and a stack
// of them.
func TestStepped(t *testing.T) {
	p := program(t, backend.Config{}, "x: float64[?, ?]\nv: float64[?]\nx @ v, x.T @ x, x @ x.T")
	row, err := tensor.New(tensor.WithShape(1, 5), tensor.WithBacking([]float64{9, 1, 9, 2, 9})).Slice(nil, tensor.S(1, 5, 2))
	if err != nil {
		t.Fatal(err)
	}
	results := run(t, p, row, []float64{3, 4})
	floats(t, results[0], []int{1}, 11)
	floats(t, results[1], []int{2, 2}, 1, 2, 2, 4)
	floats(t, results[2], []int{1, 1}, 5)

	both, err := tensor.New(tensor.WithShape(2, 5), tensor.WithBacking([]float64{9, 1, 9, 2, 9, 9, 3, 9, 4, 9})).Slice(nil, tensor.S(1, 5, 2))
	if err != nil {
		t.Fatal(err)
	}
	results = run(t, p, both, []float64{3, 4})
	floats(t, results[0], []int{2}, 11, 25)
	floats(t, results[1], []int{2, 2}, 10, 14, 14, 20)
	floats(t, results[2], []int{2, 2}, 5, 11, 11, 25)
}

// TestReferenceOfTransposed hands the transpose of a square argument that is
// itself transposed in memory, so a row-major one, to the reference.
func TestReferenceOfTransposed(t *testing.T) {
	p := program(t, backend.Config{}, "x: float64[2, 2]\ncholesky(x.T), cholesky(x)")
	results := run(t, p, mat.NewDense(2, 2, []float64{4, 2, 6, 10}).T()) // x is 4, 6; 2, 10
	floats(t, results[0], []int{2, 2}, 2, 0, 3, 1)
	floats(t, results[1], []int{2, 2}, 2, 0, 1, 3)
}

// TestResultsAreFresh writes to every result and runs again: neither the
// arguments nor constants nor other results change.
func TestResultsAreFresh(t *testing.T) {
	x := expr.Vector("x")
	c := expr.Const([]float64{7, 8})
	twice := x.Mul(2)
	p := compile(t, []*expr.Node{x}, x, x, twice, twice, c, x.Reshape(-1, 1), x.Index(expr.Range{Stop: 1}))
	arg := []float64{1, 2}
	for range 2 {
		results := run(t, p, arg)
		floats(t, results[0], []int{2}, 1, 2)
		floats(t, results[1], []int{2}, 1, 2)
		floats(t, results[2], []int{2}, 2, 4)
		floats(t, results[3], []int{2}, 2, 4)
		floats(t, results[4], []int{2}, 7, 8)
		floats(t, results[5], []int{2, 1}, 1, 2)
		floats(t, results[6], []int{1}, 1)
		for _, r := range results {
			data := r.Float64s()
			for i := range data {
				data[i] = -1
			}
		}
	}
	if !slices.Equal(arg, []float64{1, 2}) {
		t.Errorf("the argument has become %v", arg)
	}
}

// TestSizes runs with rank 0, lengths 0 and 1, and lengths that change.
func TestSizes(t *testing.T) {
	x, y := expr.Vector("x"), expr.Vector("y")
	p := compile(t, []*expr.Node{x, y}, x.Add(y), x.Mul(y).Sum(), x.Dot(y))
	for _, n := range []int{0, 1, 2, 3, 1000, 1, 0} {
		data := make([]float64, n)
		for i := range data {
			data[i] = 1
		}
		results := run(t, p, data, data)
		if got := results[0].Shape(); len(got) != 1 || got[0] != n {
			t.Errorf("n = %d: shape %v", n, got)
		}
		if got := results[1].Float64s()[0]; got != float64(n) {
			t.Errorf("n = %d: sum %v", n, got)
		}
		if got := results[2].Float64s()[0]; got != float64(n) {
			t.Errorf("n = %d: dot %v", n, got)
		}
	}

	// Lengths that were unknown may turn out to be 1 and stretch.
	q := compile(t, []*expr.Node{x, y}, x.Add(y))
	floats(t, run(t, q, []float64{1, 2, 3}, []float64{10})[0], []int{3}, 11, 12, 13)
	floats(t, run(t, q, []float64{1}, []float64{10, 20})[0], []int{2}, 11, 21)
	if got := run(t, q, []float64{}, []float64{10})[0].Shape(); len(got) != 1 || got[0] != 0 {
		t.Errorf("0 and 1: shape %v", got)
	}

	a := expr.Scalar("a")
	r := run(t, compile(t, []*expr.Node{a}, a.Square()), 3)[0]
	if !r.IsScalar() || r.Data() != 9.0 {
		t.Errorf("3 squared = %v", r)
	}
	empty := run(t, compile(t, []*expr.Node{x}, x.Sum(), x.Prod(), x.Mean(), x.Gt(0).Any(), x.Gt(0).All()), []float64{})
	if got := []any{empty[0].Data(), empty[1].Data(), empty[3].Data(), empty[4].Data()}; !slices.Equal(got, []any{0.0, 1.0, false, true}) {
		t.Errorf("sum, prod, any, all of nothing: %v", got)
	}
	if got := empty[2].Data().(float64); !math.IsNaN(got) {
		t.Errorf("mean of nothing: %v", got)
	}
}

func TestUnusedInput(t *testing.T) {
	x, y := expr.Vector("x"), expr.Vector("y")
	p := compile(t, []*expr.Node{y, x}, x.Neg())
	floats(t, run(t, p, []float64{5, 6, 7}, []float64{1, 2})[0], []int{2}, -1, -2)
}

func TestRunNamed(t *testing.T) {
	x, y := expr.Vector("x"), expr.Scalar("y")
	p := compile(t, []*expr.Node{x, y}, x.Sub(y))
	results, err := p.RunNamed(map[string]any{"y": 1, "x": []float64{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	floats(t, results[0], []int{2}, 0, 1)
}

func TestRunInto(t *testing.T) {
	x := expr.Matrix("x")
	p := compile(t, []*expr.Node{x}, x.T().Add(1), x.Sum())
	arg := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{1, 2, 3, 4}))
	sum := tensor.New(tensor.FromScalar(0.0))
	wide := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking(make([]float64, 6)))
	window, err := wide.Slice(nil, tensor.S(1, 3))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.RunInto([]*tensor.Dense{window.(*tensor.Dense), sum}, arg); err != nil {
		t.Fatal(err)
	}
	floats(t, wide, []int{2, 3}, 0, 2, 4, 0, 3, 5)
	if sum.Data() != 10.0 {
		t.Errorf("sum = %v", sum.Data())
	}
	// Into the argument itself: as if they did not share memory.
	if err := p.RunInto([]*tensor.Dense{arg, sum}, arg); err != nil {
		t.Fatal(err)
	}
	floats(t, arg, []int{2, 2}, 2, 4, 3, 5)
	// Nothing is written when something is wrong.
	bad := tensor.New(tensor.WithShape(1), tensor.WithBacking([]float64{0}))
	if err := p.RunInto([]*tensor.Dense{arg, bad}, arg); err == nil {
		t.Error("a sum went into a vector")
	}
	floats(t, arg, []int{2, 2}, 2, 4, 3, 5)
}

// TestHammer runs one Program from many goroutines.
func TestHammer(t *testing.T) {
	x, y := expr.Vector("x"), expr.Vector("y")
	p := compile(t, []*expr.Node{x, y}, x.Sub(y).Square().Sum(), x.Outer(y).Dot(y))
	shared := []float64{1, 2, 3}
	var wg sync.WaitGroup
	for g := range 64 {
		wg.Go(func() {
			for i := range 50 {
				n := 1 + (g+i)%7
				a := make([]float64, n)
				results, err := p.Run(a, a)
				if err != nil || results[0].Data() != 0.0 {
					t.Errorf("zeros: %v %v", results, err)
				}
				results, err = p.Run(shared, []float64{0, 0, 1})
				if err != nil || results[0].Data() != 9.0 || !slices.Equal(results[1].Float64s(), shared) {
					t.Errorf("shared: %v %v", results, err)
				}
			}
		})
	}
	wg.Wait()
}

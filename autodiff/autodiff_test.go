package autodiff_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"arignote/autodiff"
	"arignote/expr"
	"arignote/expr/exprtest"
)

// TestProducts: for an example of each op, v'(Ju) = (J'v)u for random u and v,
// where JVP gives the one and VJP the other; and where the Jacobian exists its
// product with u is Ju. Products of complex numbers are those of their parts.
func TestProducts(t *testing.T) {
	for op := range expr.NumOps {
		for _, e := range examples(t, op) {
			if !e.node.DType().Inexact() || userGradient[op] {
				continue
			}
			t.Run(e.name, func(t *testing.T) { e.products(t) })
		}
	}
}

func (e example) products(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	y := e.node
	value := evaluate(t, e.inputs, e.values, y)[0]
	v := expr.Strong(randomValue(random, y.DType(), value.Shape(), -1, 1))
	for i, x := range e.inputs {
		if !x.DType().Inexact() {
			continue
		}
		u := expr.Strong(randomValue(random, x.DType(), e.values[i].Shape(), -1, 1))
		forward, back := autodiff.JVP(y, x, u), autodiff.VJP(y, x, v)
		left, right := inner(v, forward), inner(back, u)
		got := evaluate(t, e.inputs, e.values, left, right, forward, back)
		if err := exprtest.Compare(got[0], got[1], 1e-9, 1e-9); err != nil && !strings.Contains(e.name, "float32") {
			t.Errorf("v'(Ju) is not (J'v)u: %v\n%v\n%v", err, forward, back)
		}
		if forward.DType() != y.DType() || back.DType() != x.DType() {
			t.Errorf("dtypes: %v of %v, %v of %v", forward.DType(), y.DType(), back.DType(), x.DType())
		}
		if y.DType().IsComplex() || x.DType().IsComplex() {
			continue
		}
		j := autodiff.Jacobian(y, x)
		product := j.Mul(u)
		for range x.Rank() {
			product = product.Sum(-1)
		}
		if product := evaluate(t, e.inputs, e.values, product.AsType(y.DType()))[0]; exprtest.Compare(product, got[2], 1e-5, 1e-7) != nil {
			t.Errorf("the Jacobian times u is %v, JVP gives %v\n%v", product, got[2], j)
		}
	}
}

// inner is the sum of the products of the real and of the imaginary parts.
func inner(x, y *expr.Node) *expr.Node { return x.Mul(y.Conj()).Real().Sum() }

// TestRandomGraphs: the same identity for graphs of many ops, and gradients
// with unknown dims are those with known ones.
func TestRandomGraphs(t *testing.T) {
	generator := exprtest.NewGenerator(5)
	random := rand.New(rand.NewPCG(5, 6))
	checked := 0
	for range 300 {
		s := generator.Graph(12)
		values, err := s.Graph.Evaluate(s.Values)
		if err != nil {
			continue
		}
		y, value := s.Graph.Outputs[0], values[0]
		if !y.DType().Inexact() {
			continue
		}
		v := expr.Strong(randomValue(random, y.DType(), value.Shape(), -1, 1))
		for i, x := range s.Graph.Inputs {
			if !x.DType().Inexact() {
				continue
			}
			u := expr.Strong(randomValue(random, x.DType(), s.Values[i].Shape(), -1, 1))
			forward, back := autodiff.JVP(y, x, u), autodiff.VJP(y, x, v)
			got := evaluate(t, s.Graph.Inputs, s.Values, inner(v, forward), inner(back, u))
			left, right := got[0].Float(0), got[1].Float(0)
			if math.IsInf(left, 0) || math.IsNaN(left) || math.IsInf(right, 0) || math.IsNaN(right) {
				continue
			}
			checked++
			tolerance := 1e-9
			for n := range expr.Nodes(y) {
				if n.DType() == expr.Float32 || n.DType() == expr.Complex64 {
					tolerance = 1e-3
				}
			}
			if math.Abs(left-right) > tolerance*(1+math.Abs(left)) {
				t.Errorf("%v by %v: %v and %v", y, x.Name(), left, right)
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d gradients checked", checked)
	}
}

// TestFloat32: the gradient of a float32 input is float32, and what is computed
// on the way is too where only literals come in.
func TestFloat32(t *testing.T) {
	for op := range expr.NumOps {
		if userGradient[op] {
			continue
		}
		for _, e := range examples(t, op) {
			by := make(map[*expr.Node]*expr.Node)
			single := example{name: e.name}
			for i, x := range e.inputs {
				d := x.DType()
				if d == expr.Float64 {
					d = expr.Float32
				}
				by[x] = expr.InputOf(x.Name(), expr.Type{DType: d, Dims: x.Type().Dims})
				single.inputs = append(single.inputs, by[x])
				data := make([]complex128, e.values[i].Len())
				for j := range data {
					data[j] = e.values[i].Complex(j)
				}
				single.values = append(single.values, exprtest.Convert(data, e.values[i].Shape(), d))
			}
			single.node = expr.Replace(by, e.node)[0]
			if single.node.Err() != nil || single.node.DType() != expr.Float32 {
				continue
			}
			t.Run(e.name, func(t *testing.T) {
				for i, x := range single.inputs {
					if x.DType() != expr.Float32 {
						continue
					}
					g := autodiff.Grad(single.node.Sum(), x)
					for n := range expr.Nodes(g) {
						if n.DType() == expr.Float64 && !n.Type().Weak {
							t.Errorf("float64 in the gradient: %v", n)
						}
					}
					got := evaluate(t, single.inputs, single.values, g.AsType(expr.Float64))[0]
					want := evaluate(t, e.inputs, e.values, autodiff.Grad(e.node.Sum(), e.inputs[i]))[0]
					if err := exprtest.Compare(got, want, 2e-3, 2e-3); err != nil {
						t.Errorf("by %s: %v", x.Name(), err)
					}
				}
			})
		}
	}
}

// TestJacobianFloat32: what is computed from literals alone stays weak in the
// body of a map.
func TestJacobianFloat32(t *testing.T) {
	x := expr.Vector("x", expr.Float32)
	y, err := expr.Parse("x**2 * sqrt(2.0)", x)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []*expr.Node{autodiff.Jacobian(y, x), autodiff.Hessian(y.Sum(), x), autodiff.JVP(y, x, x)} {
		for m := range expr.Nodes(n) {
			if m.DType() == expr.Float64 && !m.Type().Weak || m.Err() != nil {
				t.Errorf("%v in %v", m, n)
			}
		}
	}
}

// TestMistakes: what cannot be differentiated says why, in the node.
func TestMistakes(t *testing.T) {
	x, i, z := expr.Vector("x"), expr.Vector("i", expr.Int64), expr.Vector("z", expr.Complex128)
	s := x.Sum()
	known := expr.Input("k", expr.Float64, 3)
	bad := x.Add(known).Add(expr.Input("m", expr.Float64, 4))
	for _, c := range []struct {
		name string
		n    *expr.Node
		kind error
		text string
	}{
		{"vector cost", autodiff.Grad(known, x), expr.ErrShape, "grad: the cost is float64[3], not a scalar: sum it first"},
		{"integer cost", autodiff.Grad(i.Sum(), x), expr.ErrDType, "grad: the cost is int64"},
		{"complex cost", autodiff.Grad(z.Sum(), z), expr.ErrDType, "grad: the cost is complex128: take its real part"},
		{"integer input", autodiff.Grad(s, i), expr.ErrDType, "grad: i is int64[?]: only floats"},
		{"several results", autodiff.Grad(s, expr.New(x, expr.OpSVD, nil, expr.Matrix("A"))), expr.ErrDType, "several results"},
		{"nil cost", autodiff.Grad(nil, x), expr.ErrInput, "grad: the cost is nil"},
		{"nil input", autodiff.Grad(s, nil), expr.ErrInput, "is nil"},
		{"wrong cost", autodiff.Grad(bad.Sum(), x), expr.ErrShape, "do not broadcast"},
		{"wrong input", autodiff.Grad(s, bad), expr.ErrShape, "do not broadcast"},
		{"vjp shape", autodiff.VJP(known, x, expr.Const([]float64{1, 2})), expr.ErrShape, "vjp: v is float64[2], which is not the shape of y: float64[3]"},
		{"vjp integers", autodiff.VJP(i, x, x), expr.ErrDType, "vjp: y is int64[?]"},
		{"jvp shape", autodiff.JVP(s, known, s), expr.ErrShape, "jvp: v is float64, which is not the shape of x: float64[3]"},
		{"jvp nil", autodiff.JVP(nil, x, x), expr.ErrInput, "jvp: y is nil"},
		{"complex jacobian", autodiff.Jacobian(z, z), expr.ErrDType, "jacobian: complex128[?] has no matrix"},
		{"hessian", autodiff.Hessian(x, x), expr.ErrShape, "hessian: the cost is float64[?], not a scalar"},
		{"few arguments", autodiff.Funcs["grad"](s), expr.ErrInput, "grad: 1 arguments, not 2"},
		{"many arguments", autodiff.Funcs["jvp"](s, s), expr.ErrInput, "jvp: 2 arguments, not 3"},
	} {
		err := c.n.Err()
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), "autodiff_test.go:") {
			t.Errorf("%s: %v, want %v with %q and this file's name", c.name, err, c.kind, c.text)
		}
	}
	two := autodiff.Grads(s, x, i)
	if two[0].Err() != nil || two[1].Err() == nil {
		t.Errorf("a wrong input spoils another: %v, %v", two[0].Err(), two[1].Err())
	}
}

// TestPlaces: a mistake that shows when a gradient is computed names the line
// of the operation.
func TestPlaces(t *testing.T) {
	a := expr.Matrix("a")
	d := a.Det() // the line in question
	line := d.Pos().Line
	zeros := expr.Zeros(expr.Float64, 2, 2)
	_, err := expr.NewGraph([]*expr.Node{a}, autodiff.Grad(d, a)).Evaluate([]*expr.Value{zeros})
	if !errors.Is(err, expr.ErrSingular) || !strings.Contains(err.Error(), fmt.Sprintf("autodiff_test.go:%d", line)) {
		t.Errorf("%v, want a singular matrix at line %d", err, line)
	}
}

// TestDisconnected: what the cost does not depend on, or only by integers and
// constant pieces, has the gradient zero.
func TestDisconnected(t *testing.T) {
	x := expr.Input("x", expr.Float32, 2)
	y := expr.Vector("y")
	for _, s := range []*expr.Node{
		y.Sum(), x.Floor().Sum(), x.Gt(0).AsType(expr.Float64).Sum(), x.Sign().Mul(3).Sum(),
		x.AsType(expr.Int64).AsType(expr.Float64).Sum(), x.Argmax(0).Mul(1.5), x.ZerosLike().Sum(), x.StopGradient().Sum(),
		x.Size().AsType(expr.Float64), y.Take(x.Argsort(0), 0).Sum(), expr.Where(x, 1.0, 2.0).Sum(),
	} {
		g := autodiff.Grad(s, x)
		got := evaluate(t, []*expr.Node{x, y}, []*expr.Value{mustValue([]float32{1.5, -2}), mustValue([]float64{1, 2, 3})}, g)[0]
		if err := exprtest.SameBits(got, expr.Zeros(expr.Float32, 2)); err != nil {
			t.Errorf("gradient of %v: %v", s, err)
		}
	}
	if j := autodiff.Jacobian(y, x); j.Type().String() != "float32[?, 2]" {
		t.Errorf("zero Jacobian: %v", j.Type())
	}
	if v := autodiff.JVP(y, x, x); !v.Type().Equal(y.Type()) {
		t.Errorf("zero JVP: %v", v.Type())
	}
}

func mustValue(x any) *expr.Value {
	v, err := expr.ValueOf(x)
	if err != nil {
		panic(err)
	}
	return v
}

// TestIntermediate: with respect to a node that is no input, what it has been
// computed from does not matter, and both may be asked for.
func TestIntermediate(t *testing.T) {
	x := expr.Scalar("x")
	y := x.Square()
	s := y.Mul(x).Add(y.Exp())
	got := evaluate(t, []*expr.Node{x}, []*expr.Value{expr.ScalarValue(0.5)}, autodiff.Grads(s, y, x, s)...)
	want := []float64{0.5 + math.Exp(0.25), 0.75 + math.Exp(0.25), 1}
	for i, w := range want {
		if math.Abs(got[i].Float(0)-w) > 1e-15 {
			t.Errorf("gradient %d: %v, want %v", i, got[i], w)
		}
	}
}

// TestJacobianShapes: y.shape + x.shape for all ranks, with unknown dims.
func TestJacobianShapes(t *testing.T) {
	s, v, m := expr.Scalar("s"), expr.Vector("v"), expr.Matrix("m")
	inputs := []*expr.Node{s, v, m}
	values := []*expr.Value{expr.ScalarValue(0.5), mustValue([]float64{1, 2, 3}), mustValue([][]float64{{1, 2, 3}, {4, 5, 6}})}
	for _, c := range []struct {
		j    *expr.Node
		want string
	}{
		{autodiff.Jacobian(s.Exp(), s), "float64[]"},
		{autodiff.Jacobian(v.Sum(), v), "float64[3]"},
		{autodiff.Jacobian(v.Mul(s), s), "float64[3]"},
		{autodiff.Jacobian(m.Dot(v), v), "float64[2 3]"},
		{autodiff.Jacobian(m.Dot(v), m), "float64[2 2 3]"},
		{autodiff.Jacobian(m.Mul(m), v), "float64[2 3 3]"},
		{autodiff.Jacobian(m.Mul(s), m), "float64[2 3 2 3]"},
		{autodiff.Hessian(m.Dot(v).Square().Sum(), m), "float64[2 3 2 3]"},
		{autodiff.Hessian(v.Sum(), m), "float64[2 3 2 3]"},
		{autodiff.Hessian(s.Exp(), s), "float64[]"},
		{autodiff.Jacobian(autodiff.Jacobian(v.Mul(v), v), v), "float64[3 3 3]"},
	} {
		got := evaluate(t, inputs, values, c.j)[0]
		if shape := fmt.Sprintf("%v%v", got.DType(), got.Shape()); shape != c.want {
			t.Errorf("%v, want %v", shape, c.want)
		}
	}
}

// TestForwardIsLinear: what JVP computes does not use the vector u that the
// transposed Jacobian is multiplied by, except for its shape.
func TestForwardIsLinear(t *testing.T) {
	for op := range expr.NumOps {
		for _, e := range examples(t, op) {
			for _, x := range e.inputs {
				if !e.node.DType().Inexact() || !x.DType().Inexact() || op == expr.OpMap { // a map may use u for its shape
					continue
				}
				product, u := autodiff.Forward(e.node, x, x)
				if product != nil && usesValue(product, u) {
					t.Errorf("%s by %s: %v", e.name, x.Name(), product)
				}
			}
		}
	}
}

// usesValue reports whether the value of u, and not only its shape, is used for
// n.
func usesValue(n, u *expr.Node) bool {
	seen := map[*expr.Node]bool{n: true}
	for todo := []*expr.Node{n}; len(todo) > 0; {
		m := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for i, a := range m.Args() {
			if !m.Op().ShapeOnly(i) && !seen[a] {
				seen[a] = true
				todo = append(todo, a)
			}
		}
	}
	return seen[u]
}

// TestLargeGraphs: a chain of a million nodes, and a node with a hundred
// thousand users, take seconds and not minutes, and no deep recursion.
func TestLargeGraphs(t *testing.T) {
	length := 1_000_000
	if testing.Short() {
		length = 100_000
	}
	x := expr.Scalar("x")
	n := x
	for range length {
		n = expr.New(x, expr.OpSin, nil, n)
	}
	start := time.Now()
	if g := autodiff.Grad(n, x); g.Err() != nil {
		t.Error(g.Err())
	}
	t.Logf("gradient of a chain of %d: %v", length, time.Since(start))

	const users = 100_000
	v := expr.Input("v", expr.Float64, users)
	var terms []*expr.Node
	for i := range users / 2 {
		terms = append(terms, expr.New(x, expr.OpMul, nil, x, expr.Const(float64(i))), v.Index(i))
	}
	start = time.Now()
	gs := autodiff.Grads(expr.New(x, expr.OpAdd, nil, terms...), x, v)
	t.Logf("gradient of a sum of %d: %v", users, time.Since(start))
	for _, g := range gs {
		if g.Err() != nil {
			t.Error(g.Err())
		}
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("%v for a sum of %d", took, users)
	}
}

// TestRepeatedParts: gradients of many parts of one array are put into one
// array of zeros.
func TestRepeatedParts(t *testing.T) {
	x := expr.Input("x", expr.Float64, 5)
	s := x.Index(0).Mul(x.Index(1)).Add(x.Index(expr.Range{Start: 2}).Prod())
	zeros := 0
	g := autodiff.Grad(s, x)
	for n := range expr.Nodes(g) {
		if n.Op() == expr.OpBroadcastLike && n.DType() == expr.Float64 && n.Rank() == 1 {
			zeros++
		}
	}
	got := evaluate(t, []*expr.Node{x}, []*expr.Value{mustValue([]float64{1, 2, 3, 4, 5})}, g)[0]
	if err := exprtest.Compare(got, mustValue([]float64{2, 1, 20, 15, 12}), 0, 0); err != nil {
		t.Error(err)
	}
	if !strings.HasPrefix(g.Op().String(), "inc_subtensor") || strings.Count(g.String(), "zeros_like") != 1 {
		t.Errorf("%d arrays: %v", zeros, g)
	}
}

package autodiff_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/num/hyperdual"

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
		sum := j.Mul(u).Sum()
		if x.Rank() > 0 {
			axes := make([]int, x.Rank())
			for k := range axes {
				axes[k] = y.Rank() + k
			}
			sum = j.Mul(u).Sum(axes...)
		} else {
			sum = j.Mul(u)
		}
		if got := evaluate(t, e.inputs, e.values, sum.AsType(y.DType()))[0]; exprtest.Compare(got, gotForward(t, e, forward), 1e-5, 1e-7) != nil {
			t.Errorf("the Jacobian times u is %v, JVP gives %v\n%v", got, gotForward(t, e, forward), j)
		}
	}
}

func gotForward(t *testing.T, e example, n *expr.Node) *expr.Value {
	return evaluate(t, e.inputs, e.values, n)[0]
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

// TestHyperdual compares first and second derivatives to those that hyperdual
// numbers give.
func TestHyperdual(t *testing.T) {
	type number = hyperdual.Number
	unary := map[expr.Op]func(number) number{
		expr.OpAbs: hyperdual.Abs, expr.OpReciprocal: hyperdual.Inv, expr.OpSqrt: hyperdual.Sqrt,
		expr.OpExp: hyperdual.Exp, expr.OpLog: hyperdual.Log,
		expr.OpSin: hyperdual.Sin, expr.OpCos: hyperdual.Cos, expr.OpTan: hyperdual.Tan,
		expr.OpArcsin: hyperdual.Asin, expr.OpArccos: hyperdual.Acos, expr.OpArctan: hyperdual.Atan,
		expr.OpSinh: hyperdual.Sinh, expr.OpCosh: hyperdual.Cosh, expr.OpTanh: hyperdual.Tanh,
		expr.OpArcsinh: hyperdual.Asinh, expr.OpArccosh: hyperdual.Acosh, expr.OpArctanh: hyperdual.Atanh,
	}
	binary := map[expr.Op]func(x, y number) number{
		expr.OpAdd: hyperdual.Add, expr.OpSub: hyperdual.Sub, expr.OpMul: hyperdual.Mul, expr.OpPow: hyperdual.Pow,
		expr.OpDiv: func(x, y number) number { return hyperdual.Mul(x, hyperdual.Inv(y)) },
	}
	random := rand.New(rand.NewPCG(7, 8))
	x, y := expr.Scalar("x"), expr.Scalar("y")
	close := func(got, want float64) bool { return math.Abs(got-want) <= 1e-10*(1+math.Abs(want)) }
	for op := range expr.NumOps {
		f, f2 := unary[op], binary[op]
		if f == nil && f2 == nil {
			continue
		}
		z := expr.New(x, op, nil, x)
		if f2 != nil {
			z = expr.New(x, op, nil, x, y)
		}
		dx, dy := autodiff.Grad(z, x), autodiff.Grad(z, y)
		dxx, dxy, dyy := autodiff.Grad(dx, x), autodiff.Grad(dx, y), autodiff.Grad(dy, y)
		lo, hi := op.Domain()
		for range 20 {
			a, b := lo+(hi-lo)*random.Float64(), lo+(hi-lo)*random.Float64()
			got := evaluate(t, []*expr.Node{x, y}, []*expr.Value{expr.ScalarValue(a), expr.ScalarValue(b)}, dx, dy, dxx, dxy, dyy)
			g := func(i int) float64 { return got[i].Float(0) }
			if f != nil {
				if d := f(number{Real: a, E1mag: 1, E2mag: 1}); !close(g(0), d.E1mag) || !close(g(2), d.E1E2mag) {
					t.Errorf("%v at %v: %v and %v, want %v and %v", z, a, g(0), g(2), d.E1mag, d.E1E2mag)
				}
				continue
			}
			mixed := f2(number{Real: a, E1mag: 1}, number{Real: b, E2mag: 1})
			byX := f2(number{Real: a, E1mag: 1, E2mag: 1}, number{Real: b})
			byY := f2(number{Real: a}, number{Real: b, E1mag: 1, E2mag: 1})
			if !close(g(0), mixed.E1mag) || !close(g(1), mixed.E2mag) || !close(g(3), mixed.E1E2mag) ||
				!close(g(2), byX.E1E2mag) || !close(g(4), byY.E1E2mag) {
				t.Errorf("%v at %v, %v: %v %v %v %v %v, want %v %v %v %v %v", z, a, b, g(0), g(1), g(2), g(3), g(4),
					mixed.E1mag, mixed.E2mag, byX.E1E2mag, mixed.E1E2mag, byY.E1E2mag)
			}
		}
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

// cube is an operation of the user's own.
type cube struct {
	gradients func(y, g *expr.Node) []*expr.Node
}

func (cube) Name() string                             { return "cube" }
func (cube) Type(args []expr.Type) (expr.Type, error) { return args[0], nil }
func (c cube) Gradient(y, g *expr.Node) []*expr.Node  { return c.gradients(y, g) }
func (cube) Eval(args []*expr.Value) (*expr.Value, error) {
	data := make([]float64, args[0].Len())
	for i := range data {
		data[i] = math.Pow(args[0].Float(i), 3)
	}
	return expr.NewValue(args[0].Shape(), data)
}

// TestUserGradients: gradients that are stopped, scaled, given by a graph or by
// an operation of the user's own, also in other derivatives.
func TestUserGradients(t *testing.T) {
	x := expr.Input("x", expr.Float64, 2)
	at := []*expr.Value{mustValue([]float64{2, -3})}
	g := expr.Vector("g")
	p := expr.Vector("p")
	clipped := expr.WithGradient(x.Square(), expr.NewGraph([]*expr.Node{g, p}, g.Mul(p).Mul(2).Clip(-5, 5)), x)
	own := expr.Apply(cube{func(y, g *expr.Node) []*expr.Node { return []*expr.Node{g.Mul(y.Arg(0).Square()).Mul(3)} }}, x)
	for _, c := range []struct {
		name string
		got  *expr.Node
		want []float64
	}{
		{"stop", autodiff.Grad(x.Mul(x.StopGradient()).Sum(), x), []float64{2, -3}},
		{"scale", autodiff.Grad(x.Square().ScaleGradient(0.5).Sum(), x), []float64{2, -3}},
		{"scale by -1", autodiff.JVP(x.ScaleGradient(-1), x, x), []float64{-2, 3}},
		{"given", autodiff.Grad(clipped.Sum(), x), []float64{4, -5}},
		{"given, second", autodiff.Grad(autodiff.Grad(clipped.Sum(), x).Sum(), x), []float64{2, 0}},
		{"custom", autodiff.Grad(own.Sum(), x), []float64{12, 27}},
		{"custom, second", autodiff.Grad(autodiff.Grad(own.Sum(), x).Sum(), x), []float64{12, -18}},
		{"custom, jvp", autodiff.JVP(own, x, x), []float64{24, -81}},
		{"custom, hessian", autodiff.Hessian(own.Sum(), x).Diag(0), []float64{12, -18}},
		{"custom, none", autodiff.Grad(expr.Apply(cube{func(y, g *expr.Node) []*expr.Node { return []*expr.Node{nil} }}, x).Sum(), x), []float64{0, 0}},
	} {
		got := evaluate(t, []*expr.Node{x}, at, c.got)[0]
		if err := exprtest.Compare(got, mustValue(c.want), 1e-15, 0); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for text, f := range map[string]func(y, g *expr.Node) []*expr.Node{
		"cube: Gradient returned 2 gradients for 1 arguments": func(y, g *expr.Node) []*expr.Node { return []*expr.Node{g, g} },
		"the gradient of float64[2] is float64":               func(y, g *expr.Node) []*expr.Node { return []*expr.Node{g.Sum()} },
		"the gradient of float64[2] is int64[2]":              func(y, g *expr.Node) []*expr.Node { return []*expr.Node{g.AsType(expr.Int64)} },
		"cube: Gradient: panic: oh":                           func(y, g *expr.Node) []*expr.Node { panic("oh") },
	} {
		err := autodiff.Grad(expr.Apply(cube{f}, x).Exp().Sum(), x).Err()
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want %q", err, text)
		}
	}
}

// TestMap: gradients of maps with captured arguments and several results, of
// any order, are those of the same thing said without a map.
func TestMap(t *testing.T) {
	x, a := expr.Matrix("x"), expr.Matrix("a")
	both := expr.Map(func(p ...*expr.Node) []*expr.Node {
		return []*expr.Node{p[1].Dot(p[0]).Tanh(), p[0].Square().Sum()}
	}, []any{x}, a)
	mapped := both[0].Sum(1).Mul(both[1]).Sum()
	plain := x.Dot(a.T()).Tanh().Sum(1).Mul(x.Square().Sum(1)).Sum()
	inputs := []*expr.Node{x, a}
	random := rand.New(rand.NewPCG(1, 2))
	values := []*expr.Value{randomValue(random, expr.Float64, []int{3, 2}, -1, 1), randomValue(random, expr.Float64, []int{2, 2}, -1, 1)}
	same := func(what string, m, p *expr.Node) {
		t.Helper()
		got := evaluate(t, inputs, values, m, p)
		if err := exprtest.Compare(got[0], got[1], 1e-12, 1e-12); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, by := range inputs {
		gm, gp := autodiff.Grad(mapped, by), autodiff.Grad(plain, by)
		same("gradient", gm, gp)
		same("second", autodiff.Grad(gm.Square().Sum(), a), autodiff.Grad(gp.Square().Sum(), a))
		same("hessian", autodiff.Hessian(mapped, by), autodiff.Hessian(plain, by))
		same("gradient of the hessian", autodiff.Grad(autodiff.Hessian(mapped, by).Square().Sum(), x), autodiff.Grad(autodiff.Hessian(plain, by).Square().Sum(), x))
	}
	same("only one result", autodiff.Grad(both[1].Sum(), x), x.Mul(2))
	same("no dependence", autodiff.Grad(both[1].Sum(), a), a.ZerosLike())
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
	if took := time.Since(start); took > 10*time.Second {
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

// TestSharp: values at places where a careless formula fails.
func TestSharp(t *testing.T) {
	for _, c := range []struct {
		expr    string
		x, want float64
		tol     float64
	}{
		{"sigmoid(x)", 40, math.Exp(-40), 1e-12},
		{"sigmoid(x)", -800, 0, 0},
		{"softplus(x)", 800, 1, 0},
		{"log_erfc(x)", 1e6, -2e6, 1e-9},
		{"log_erfc(x)", -40, 0, 0},
		{"expm1(x)", -50, math.Exp(-50), 1e-14},
		{"log1mexp(x)", -1e-10, -1e10, 1e-9},
		{"log1mexp(x)", -800, 0, 0},
		{"arcsin(x)", 1 - 1e-15, 1 / math.Sqrt(1.9999999999999991*9.992007221626409e-16), 1e-12},
		{"logaddexp(x, 900.0)", 800, math.Exp(-100), 1e-12},
		{"hypot(x, 0.0)", 0, 0, 0},
		{"arctan2(x, 1e200)", 1e200, 0.5e-200, 1e-14},
		{"sqrt(x)", 0, math.Inf(1), 0},
		{"abs(x)", 0, 0, 0},
		{"x**0", 0, 0, 0},
		{"x**1", 0, 1, 0},
		{"x**2", 0, 0, 0},
		{"x**(x*0)", 0, 0, 0},
		{"x**(x*0 + 1)", 0, 1, 0},
		{"0.0**x", 2, 0, 0},
		{"prod(x*array([0.0, 1.0, 2.0]) + array([0.0, 3.0, 4.0]))", 0, 0, 0},
	} {
		x := expr.Scalar("x")
		y, err := expr.Parse(c.expr, x)
		if err != nil {
			t.Fatal(err)
		}
		got := evaluate(t, []*expr.Node{x}, []*expr.Value{expr.ScalarValue(c.x)}, autodiff.Grad(y, x))[0].Float(0)
		if got != c.want && !(math.Abs(got-c.want) <= c.tol*math.Abs(c.want)) {
			t.Errorf("derivative of %s at %v: %v, want %v", c.expr, c.x, got, c.want)
		}
	}
}

// TestProductsOfZeros: derivatives of prod and cumprod with 0, 1, 2 and 3
// zeros, of first, second and third order, are those of the product written
// out.
func TestProductsOfZeros(t *testing.T) {
	x := expr.Input("x", expr.Float64, 4)
	var written []*expr.Node
	out := expr.Const(1.0)
	for i := range 4 {
		out = out.Mul(x.Index(i))
		written = append(written, out)
	}
	w := []float64{1, 2, 4, 8}
	sum := expr.Const(0.0)
	for i, n := range written {
		sum = sum.Add(n.Mul(w[i]))
	}
	for _, c := range []struct{ got, want *expr.Node }{{x.Prod(), out}, {x.Cumprod(0).Mul(w).Sum(), sum}} {
		for _, at := range [][]float64{{2, 3, 5, 7}, {2, 0, 5, 7}, {0, 3, 0, 7}, {0, 3, 5, 0}, {0, 0, 0, 7}, {0, 0, 0, 0}} {
			got, want := c.got, c.want
			for order := 1; order <= 3; order++ {
				got, want = autodiff.Grad(got, x), autodiff.Grad(want, x)
				v := evaluate(t, []*expr.Node{x}, []*expr.Value{mustValue(at)}, got, want)
				if err := exprtest.Compare(v[0], v[1], 0, 0); err != nil {
					t.Errorf("%v: derivative %d at %v: %v", c.got, order, at, err)
				}
				got, want = got.Mul(w).Sum(), want.Mul(w).Sum()
			}
		}
	}
}

package expr_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	. "arignote/expr"
)

// roundTrip checks that what g prints is read as a graph that prints the same,
// and if exact is true, that it is the same graph node for node.
func roundTrip(t testing.TB, g *Graph, exact bool) {
	t.Helper()
	text := g.String()
	h, err := ParseGraph(text)
	if err != nil {
		t.Errorf("%v in\n%s", err, cut(text))
		return
	}
	if again := h.String(); again != text {
		t.Errorf("printed as\n%s\nand then as\n%s", cut(text), cut(again))
	}
	if err := h.Check(); err != nil {
		t.Errorf("%v in\n%s", err, cut(text))
	}
	if exact {
		if diff := difference(g, h); diff != "" {
			t.Errorf("%s in\n%s", diff, cut(text))
		}
	}
}

func cut(s string) string {
	if len(s) > 2000 {
		return s[:2000] + "..."
	}
	return s
}

// difference says where two graphs differ in op, attribute, type or sharing.
// Constants may be shared more or less.
func difference(g, h *Graph) string {
	if len(g.Inputs) != len(h.Inputs) || len(g.Outputs) != len(h.Outputs) {
		return "the numbers of inputs or outputs differ"
	}
	type pair struct{ a, b *Node }
	of := map[*Node]*Node{}
	var stack []pair
	for i := range g.Inputs {
		stack = append(stack, pair{g.Inputs[i], h.Inputs[i]})
	}
	for i := range g.Outputs {
		stack = append(stack, pair{g.Outputs[i], h.Outputs[i]})
	}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		a, b := p.a, p.b
		if seen, ok := of[a]; ok && seen == b {
			continue
		} else if ok && a.Op() != OpConst {
			return fmt.Sprintf("%s is one node and then two", a.Op())
		}
		of[a] = b
		if a.Op() != b.Op() || !a.Type().Equal(b.Type()) || len(a.Args()) != len(b.Args()) || key(a) != key(b) {
			return fmt.Sprintf("%s %s %s became %s %s %s", a.Op(), key(a), a.Type(), b.Op(), key(b), b.Type())
		}
		for i := range a.Args() {
			stack = append(stack, pair{a.Arg(i), b.Arg(i)})
		}
	}
	return ""
}

// key is the attribute's key; that of a constant is its text, which also
// compares large ones but not the payloads of NaNs.
func key(n *Node) string {
	switch a := n.Attr().(type) {
	case nil:
		return ""
	case Constant:
		return n.String()
	case Body:
		return fmt.Sprint(a.Sequences, a.Graph)
	default:
		return a.Key()
	}
}

func TestEveryOpRoundTrips(t *testing.T) {
	for op := OpInput; op < NumOps; op++ {
		t.Run(op.String(), func(t *testing.T) {
			if src := op.Example(); src != "" {
				g := mustGraph(t, src)
				roundTrip(t, g, true)
				used := false
				for n := range g.Nodes() {
					used = used || n.Op() == op
				}
				if !used {
					t.Errorf("the example %s does not use the op", src)
				}
				return
			}
			g := plainUse(op)
			if g == nil {
				t.Skip("neither an example nor an element-wise op nor a reduction")
			}
			roundTrip(t, g, true)
		})
	}
}

// plainUse applies an element-wise op or a reduction to arrays of the first
// dtype that it takes.
func plainUse(op Op) *Graph {
	arity, _ := op.Arity()
	for _, d := range []DType{Float64, Int64, Bool, Complex128} {
		var inputs []*Node
		for i := range arity {
			inputs = append(inputs, Input(string(rune('x'+i)), d, 3, "m"))
		}
		var n *Node
		switch {
		case op.Elementwise():
			n = NewNode(op, nil, inputs...)
		case op.Reduction():
			n = Reduce(op, inputs[0], true, 1)
		default:
			return nil
		}
		if n.Err() == nil {
			return NewGraph(inputs, n)
		}
	}
	return nil
}

// randomGraph builds a graph of about size nodes by random constructors.
func randomGraph(r *rand.Rand, size int) *Graph {
	inputs := []*Node{Matrix("x"), Input("v", Float32, 3), Scalar("a"), Input("n", Int64), Input("k", Int32, 4, 3),
		Input("t2", Float64, "m", 3), Input("p", Bool, 3), Input("z", Complex128, 3)}
	pool := append([]*Node{Const(2.0), Const(-1.5), Const(3), Const(true), Const(2i), Const([]float32{1, -2.5, 0.1}), Const(math.Inf(-1))}, inputs...)
	pick := func() *Node { return pool[max(0, len(pool)-1-int(r.ExpFloat64()*float64(len(pool))/3))] }
	for len(pool) < size {
		x, y := pick(), pick()
		axis := r.IntN(max(1, x.Rank()))
		var n *Node
		switch r.IntN(24) {
		case 0:
			op := Op(r.IntN(int(NumOps)))
			if !op.Elementwise() || op == OpCast || op == OpPolygamma {
				continue
			}
			n = NewNode(op, nil, x)
		case 1:
			n = x.Sum(axis)
		case 2:
			n = Reduce(OpMax, x, true)
		case 3:
			n = x.T()
		case 4:
			n = x.Index(r.IntN(5) - 2)
		case 5:
			n = x.Index(Range{Start: r.IntN(4) - 2, Step: []any{nil, 1, -1, 2}[r.IntN(4)]})
		case 6:
			n = x.Index(NewAxis, Ellipsis, Range{Stop: y})
		case 7:
			n = x.Take([]int{0, 2, 1}, axis)
		case 8:
			n = Where(x, y, pick())
		case 9:
			n = Concatenate(0, x, y)
		case 10:
			n = x.Reshape(-1, 1)
		case 11:
			n = x.BroadcastTo(2, x.Size(0), 3)
		case 12:
			n = x.SetSubtensor(y, Range{Start: 1})
		case 13:
			n = x.IncSubtensor(y, []int{0, 1})
		case 14:
			n = x.AsType(DTypes()[r.IntN(len(DTypes()))])
		case 15:
			n = x.Dot(y)
		case 16:
			n = x.Softmax(axis)
		case 17:
			n = x.ZerosLike()
		case 18:
			n = Full(y, x.Size(axis), 2)
		case 19:
			n = Map(func(p ...*Node) []*Node { s := p[0].Sin(); return []*Node{s.Mul(s).Add(p[1])} }, []any{x}, y)[0]
		case 20:
			n = x.Var(axis)
		default: // mostly infix operators
			binary := []Op{OpAdd, OpSub, OpMul, OpDiv, OpPow, OpMod, OpFloorDiv, OpLt, OpEq, OpAnd, OpOr, OpXor, OpShl, OpMatMul}
			n = NewNode(binary[r.IntN(len(binary))], nil, x, y)
		}
		if n.Err() == nil && !n.Type().IsTuple() && n.Rank() < 6 {
			pool = append(pool, n)
		}
	}
	return NewGraph(inputs, pool[len(pool)-3:]...)
}

func TestRandomGraphsRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		g := randomGraph(rand.New(rand.NewPCG(seed, 1)), 30+int(seed))
		if err := g.Check(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		roundTrip(t, g, true)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// TestSumsOfManyTerms: a sum of several terms is printed with operators where
// additions of two give the same, and then comes back as these.
func TestSumsOfManyTerms(t *testing.T) {
	a, b, c := Vector("a"), Vector("b"), Vector("c")
	f, g := Vector("f", Float32), Vector("g", Float32)
	inputs := []*Node{a, b, c, f, g}
	var many []*Node
	for i := range 200 {
		many = append(many, inputs[i%3].Add(i))
	}
	for _, n := range []struct {
		node *Node
		want string
	}{
		{NewNode(OpAdd, nil, a, b, c), "a + b + c"},
		{NewNode(OpMul, nil, a, b.Add(c), c), "a*(b + c)*c"},
		{NewNode(OpAdd, nil, a, NewNode(OpAdd, nil, a, b, c), c), "a + (a + b + c) + c"},
		{NewNode(OpAdd, nil, f, g, a), "add(f, g, a)"},
		{NewNode(OpAdd, nil, Const(1.0), Const(2.0), f), "add(1.0, 2.0, f)"},
		{NewNode(OpAdd, nil, Const(1.0), Const(2i), a), "add(1.0, 2.0j, a)"},
		{NewNode(OpMul, nil, many...), ""},
		{NewNode(OpAdd, nil, many...).Exp(), ""},
	} {
		if got := n.node.String(); got != n.want && n.want != "" {
			t.Errorf("got %s, want %s", got, n.want)
		}
		roundTrip(t, NewGraph(inputs, n.node), false)
	}
}

// TestSharing: text grows with the graph, not with the tree.
func TestSharing(t *testing.T) {
	x := Scalar("x")
	n := x
	for range 1000 {
		n = n.Add(n)
	}
	if text := n.String(); len(text) > 30000 {
		t.Errorf("%d bytes", len(text))
	}
	roundTrip(t, NewGraph([]*Node{x}, n), true)
	big := Const(make([]float64, 100))
	if got := big.Add(big).String(); strings.Count(got, "array") != 1 {
		t.Errorf("a large constant used twice: %s", got)
	}
}

func TestDeepGraphs(t *testing.T) {
	x := Input("x", Float64, 3, 4)
	chains := map[string]func(n *Node) *Node{
		"add":       func(n *Node) *Node { return NewNode(OpAdd, nil, n, x) },
		"add right": func(n *Node) *Node { return NewNode(OpAdd, nil, x, n) },
		"square":    func(n *Node) *Node { return NewNode(OpMul, nil, n, n) },
		"neg":       func(n *Node) *Node { return NewNode(OpNeg, nil, n) },
		"pow":       func(n *Node) *Node { return NewNode(OpPow, nil, x, n) },
		"T":         func(n *Node) *Node { return NewNode(OpDimShuffle, Pattern{[]int{1, 0}}, n) },
		"cat":       func(n *Node) *Node { return NewNode(OpConcatenate, Axis{Axis: 0}, n) },
	}
	for name, link := range chains {
		t.Run(name, func(t *testing.T) {
			size := 50_000
			if name == "square" && !testing.Short() {
				size = 1_000_000
			}
			n := x
			for range size {
				n = link(n)
			}
			roundTrip(t, NewGraph([]*Node{x}, n), true)
		})
	}
}

func TestNestedFunctions(t *testing.T) {
	x := Input("x", Float64, 2, 2, 2, 2, 2, 2, 2, 2, 2)
	var nest func(n *Node, deep int) *Node
	nest = func(n *Node, deep int) *Node {
		if deep == 0 {
			return n.Exp()
		}
		return Map(func(p ...*Node) []*Node {
			s := p[0].Sin()
			return []*Node{nest(s.Add(s).Mul(p[1]), deep-1).Add(1)}
		}, []any{n}, 2.5)[0].Sqrt()
	}
	roundTrip(t, NewGraph([]*Node{x}, nest(x, 9)), true)
}

func TestPrintConstants(t *testing.T) {
	values := []any{int8(-128), int16(7), int32(-7), int64(math.MinInt64), uint8(255), uint64(math.MaxUint64), float32(0.1), float32(1e-45),
		math.Copysign(0, -1), 5e-324, math.MaxFloat64, math.NaN(), math.Inf(1), complex64(1 + 2i), complex(math.NaN(), math.Inf(-1)),
		complex(0, math.Copysign(0, -1)), complex(math.Copysign(0, -1), 3), []bool{true, false}, []float32{1, 0.1, float32(math.Inf(1))},
		[][]int32{{1, 2}, {3, 4}}, [][]float64{}, [][3]float64{}, []int64{}, []complex128{1, 1i}, 2, 2.0, true, 2i, -3, -3.5, 1e16, 1e-5, 123456.789e3}
	for _, v := range values {
		n := Const(v)
		roundTrip(t, NewGraph(nil, n), true)
		for _, m := range []*Node{n.Neg(), n.Add(n), n.Index(NewAxis), n.Pow(2), Const(1.0).Sub(n), n.Sub(2i).Add(n), n.BroadcastLike([]int{1})} {
			if m.Err() == nil {
				roundTrip(t, NewGraph(nil, m), true)
			}
		}
		array, err := ValueOf(v)
		if err != nil {
			t.Fatal(err)
		}
		roundTrip(t, NewGraph(nil, Strong(array), Strong(array).BroadcastTo(append([]any{2}, anyShape(array)...)...)), true)
	}
}

func anyShape(v *Value) []any {
	var dims []any
	for _, d := range v.Shape() {
		dims = append(dims, d)
	}
	return dims
}

// TestFloat32Digits: each float32 is read back from the text that stands for it.
func TestFloat32Digits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]float32, 20000)
	for i := range data {
		data[i] = math.Float32frombits(r.Uint32())
		if data[i] != data[i] {
			data[i] = 0
		}
	}
	n, err := Parse(Const(data).String())
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range n.Value().Data().([]float32) {
		if math.Float32bits(x) != math.Float32bits(data[i]) {
			t.Fatalf("%v became %v", data[i], x)
		}
	}
}

func TestKeys(t *testing.T) {
	key := func(v any) string {
		n := Const(v)
		return n.Attr().Key()
	}
	different := []any{1, 1.0, float32(1), 1i, complex64(1i), true, int8(1), math.Copysign(0, -1), 0.0, math.NaN(), math.Float64frombits(0xfff8000000000000),
		[]float64{1}, []float64{1, 2}, [][]float64{{1, 2}}, [][]float64{{1}, {2}}, [][]float64{}, []float64{}, make([]float64, 100), make([]float64, 100)}
	keys := map[string]any{}
	for _, v := range different {
		k := key(v)
		if other, ok := keys[k]; ok {
			t.Errorf("%v and %v have the key %s", v, other, k)
		}
		keys[k] = v
	}
	if one, two := key([]float32{1, 2}), key([]float32{1, 2}); one != two {
		t.Error("equal constants have different keys")
	}
}

// TestPrintWrong: whatever is printed, nothing panics.
func TestPrintWrong(t *testing.T) {
	x := Vector("x")
	bad := x.Add(Const([][]float64{{1, 2}})).Reshape(1, 2, -1, -1)
	var none *Node
	for _, c := range []struct {
		got  fmt.Stringer
		want string
	}{
		{none, "<nil>"},
		{bad, "<error: "},
		{bad.Exp().Sum(), "<error: "},
		{NewGraph([]*Node{x}, x, bad, nil), "x, <error: "},
		{NewGraph([]*Node{x, nil, bad, x.Exp()}), "is no input>"},
		{NewGraph(nil), "()"},
		{(*Graph)(nil), "<nil>"},
		{(*Node)(new(Node)), ""},
	} {
		if got := c.got.String(); !strings.Contains(got, c.want) {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// assignments is a program of n assignments.
func assignments(n int) string {
	var b strings.Builder
	b.WriteString("x: float64[3]\nt0 = x\n")
	for i := range n {
		fmt.Fprintf(&b, "t%d = sin(t%d)*t%d\n", i+1, i, i)
	}
	fmt.Fprintf(&b, "t%d\n", n)
	return b.String()
}

func BenchmarkParseGraph(b *testing.B) {
	const n = 1_000_000
	src := assignments(n)
	for b.Loop() {
		mustGraph(b, src)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/line")
}

func BenchmarkGraphString(b *testing.B) {
	const n = 1_000_000
	g := mustGraph(b, assignments(n))
	for b.Loop() {
		_ = g.String()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/line")
}

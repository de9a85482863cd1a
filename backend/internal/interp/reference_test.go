package interp_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"arignote/backend/internal/interp"
	"arignote/backend/internal/kernel"
	"arignote/backend/internal/kernel/kerneltest"
	"arignote/expr"
)

// reference returns op applied to arrays by the reference evaluator.
func reference(s *kernel.Let, to expr.DType, args []*expr.Value) (*expr.Value, error) {
	name := s.Op.String()
	switch s.Op {
	case expr.OpAnd, expr.OpOr, expr.OpXor, expr.OpNot:
		name = "bitwise_" + name
	}
	letters, inputs := "", []*expr.Node(nil)
	for i, a := range args {
		letter := string(rune('a' + i))
		letters += ", " + letter
		inputs = append(inputs, expr.Input(letter, a.DType(), "n"))
	}
	text := fmt.Sprintf("%s(%s)", name, letters[2:])
	switch s.Op {
	case expr.OpCast:
		text = fmt.Sprintf("astype(a, '%v')", to)
	case expr.OpPolygamma:
		text = fmt.Sprintf("polygamma(%d, a)", s.N)
	}
	n, err := expr.Parse(text, inputs...)
	if err != nil {
		return nil, err
	}
	return n.Eval(args)
}

// specials are numbers that operations treat apart.
var specials = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 2, -3, 7, 64, math.Inf(1), math.Inf(-1), math.NaN(), 1e300, 1e-310, 127, 128, -129, 65536.5, 1 << 40, -1 << 63, 1 << 63, 1 << 62}

// sample returns n elements of dtype d, many of them special.
func sample(d expr.DType, n int, r *rand.Rand) *expr.Value {
	v := expr.Zeros(d, n)
	number := func() float64 {
		switch r.IntN(3) {
		case 0:
			return specials[r.IntN(len(specials))]
		case 1:
			return float64(r.IntN(20) - 5)
		}
		return r.NormFloat64() * 3
	}
	data := reflect.ValueOf(v.Data())
	for i := range n {
		e := data.Index(i)
		switch x := number(); {
		case d == expr.Bool:
			e.SetBool(r.IntN(2) == 0)
		case d.IsSigned():
			e.SetInt(int64(max(-1<<63, min(x, 1<<62))))
			if r.IntN(4) == 0 {
				e.SetInt(int64(r.Uint64()))
			}
		case d.IsUnsigned():
			e.SetUint(uint64(max(0, min(x, 1<<63))))
			if r.IntN(4) == 0 {
				e.SetUint(r.Uint64())
			}
		case d.IsFloat():
			e.SetFloat(x)
		default:
			e.SetComplex(complex(x, number()))
		}
	}
	return v
}

// operands lists the dtypes of arguments that op takes as they are, as often as
// they are different.
func operands(op expr.Op) [][]expr.DType {
	var all [][]expr.DType
	arity, _ := op.Arity()
	add := func(types ...expr.DType) {
		k := &kernel.Kernel{}
		let := &kernel.Let{Op: op, Dst: kernel.Value(len(types))}
		for i, d := range types {
			k.Values = append(k.Values, d)
			let.Args = append(let.Args, kernel.Value(i))
		}
		var attr expr.Attr
		if op == expr.OpPolygamma {
			attr = expr.Number{N: 1}
		}
		if _, operand, err := op.ElementDType(attr, types...); err == nil && (operand == types[len(types)-1] || len(types) == 1 && isTest(op)) {
			all = append(all, types)
		}
	}
	for _, d := range expr.DTypes() {
		types := []expr.DType{d, d, d}[:arity]
		if op == expr.OpWhere {
			types[0] = expr.Bool
		}
		add(types...)
	}
	switch op {
	case expr.OpEq, expr.OpNe, expr.OpLt, expr.OpLe, expr.OpGt, expr.OpGe:
		for _, pair := range [][2]expr.DType{{expr.Int8, expr.Uint64}, {expr.Uint64, expr.Int64}, {expr.Bool, expr.Int16}, {expr.Uint8, expr.Uint32}, {expr.Bool, expr.Uint16}} {
			all = append(all, pair[:], []expr.DType{pair[1], pair[0]})
		}
	}
	return all
}

func isTest(op expr.Op) bool {
	return op == expr.OpIsNaN || op == expr.OpIsInf || op == expr.OpIsFinite
}

// TestInstructions compares every instruction for all dtypes with the
// reference, with arguments that vary and arguments that are the same for all
// iterations.
func TestInstructions(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for op := range expr.NumOps {
		if !op.Elementwise() || op == expr.OpCast {
			continue
		}
		types := operands(op)
		if len(types) == 0 {
			t.Errorf("no dtypes for %v", op)
		}
		for _, d := range types {
			for same := range 1 << len(d) { // bit i: argument i is one element
				testInstruction(t, &kernel.Let{Op: op, N: r.IntN(3)}, d, expr.NoDType, same, r)
			}
		}
	}
}

// TestCasts compares the conversions from each dtype to each.
func TestCasts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for _, from := range expr.DTypes() {
		for _, to := range expr.DTypes() {
			for same := range 2 {
				testInstruction(t, &kernel.Let{Op: expr.OpCast}, []expr.DType{from}, to, same, r)
			}
		}
	}
}

// testInstruction runs y[i] = op(a[i], b[i], ...) where arguments in same are
// a[0] for all i.
func testInstruction(t *testing.T, s *kernel.Let, types []expr.DType, to expr.DType, same int, r *rand.Rand) {
	const n = 40
	b := kernel.NewBuilder()
	size := b.Param("n")
	var bufs []kernel.Buf
	a := &kernel.Args{Params: []int{n}}
	args := make([]*expr.Value, len(types))
	for i, d := range types {
		bufs = append(bufs, b.In(fmt.Sprintf("a%d", i), d))
		args[i] = sample(d, n, r)
		a.Buffers = append(a.Buffers, kernel.Arg{Data: args[i].Data()})
		if same>>i&1 != 0 { // the reference stretches it
			first := reflect.ValueOf(args[i].Data()).Index(0)
			for j := range n {
				reflect.ValueOf(args[i].Data()).Index(j).Set(first)
			}
		}
	}
	want, err := reference(s, to, args)
	if err != nil {
		t.Fatalf("%v of %v: %v", s.Op, types, err)
	}
	out := b.Out("y", want.DType())
	got := expr.Zeros(want.DType(), n)
	a.Buffers = append(a.Buffers, kernel.Arg{Data: got.Data()})
	b.For(kernel.Over{Name: "i", Extent: size, Vector: true}, func(i kernel.Var) {
		var values []kernel.Value
		for j, buf := range bufs {
			at := kernel.At(i.Unit())
			if same>>j&1 != 0 {
				at = kernel.At()
			}
			values = append(values, b.Load(buf, at))
		}
		b.Store(out, kernel.At(i.Unit()), emit(b, s, to, values))
	})
	k, err := b.Kernel()
	if err != nil {
		t.Fatalf("%v of %v: %v", s.Op, types, err)
	}
	run(t, k, a)
	compare(t, fmt.Sprintf("%v of %v to %v", s.Op, types, want.DType()), got.Data(), want.Data(), args)
}

func emit(b *kernel.Builder, s *kernel.Let, to expr.DType, args []kernel.Value) kernel.Value {
	switch s.Op {
	case expr.OpCast:
		return b.Cast(to, args[0])
	case expr.OpPolygamma:
		return b.Polygamma(s.N, args[0])
	}
	return b.Let(s.Op, args...)
}

func run(t *testing.T, k *kernel.Kernel, a *kernel.Args) {
	t.Helper()
	if err := k.Verify(a); err != nil {
		t.Fatalf("%v\n%v", err, k)
	}
	p, err := interp.Compile(k)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(a, k.Whole(a.Params)); err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, what string, got, want any, args []*expr.Value) {
	t.Helper()
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.Len() {
		if !kerneltest.Same(g.Index(i).Interface(), w.Index(i).Interface()) {
			var at []any
			for _, a := range args {
				at = append(at, reflect.ValueOf(a.Data()).Index(i).Interface())
			}
			t.Errorf("%s: element %d of %v is %v, want %v", what, i, at, g.Index(i), w.Index(i))
			return
		}
	}
}

// FuzzStraightLine runs random sequences of instructions and compares each
// result with the reference.
func FuzzStraightLine(f *testing.F) {
	for i := range uint64(40) {
		f.Add(i)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { straightLine(t, rand.New(rand.NewPCG(seed, 1))) })
}

// cheap are ops that the reference computes fast enough for long arrays.
var cheap = []expr.Op{expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpDiv, expr.OpNeg, expr.OpAbs, expr.OpSquare, expr.OpSqrt, expr.OpMaximum,
	expr.OpMinimum, expr.OpClip, expr.OpFloor, expr.OpRelu, expr.OpEq, expr.OpLt, expr.OpLe, expr.OpGt, expr.OpGe, expr.OpNe, expr.OpAnd, expr.OpOr,
	expr.OpWhere, expr.OpIsNaN, expr.OpFMA, expr.OpMod, expr.OpShl}

func straightLine(t *testing.T, r *rand.Rand) {
	n := []int{1, 5, 40, 1023, 1025, 2049}[r.IntN(6)]
	ops := cheap
	if n <= 40 {
		for op := range expr.NumOps {
			if op.Elementwise() && op != expr.OpCast && op != expr.OpPolygamma {
				ops = append(ops, op)
			}
		}
	}
	b := kernel.NewBuilder()
	size := b.Param("n")
	a := &kernel.Args{Params: []int{n}}
	pool := map[expr.DType][]kernel.Value{} // values by dtype
	known := map[kernel.Value]*expr.Value{} // what they are
	keep := func(v kernel.Value, x *expr.Value) {
		known[v] = x
		pool[x.DType()] = append(pool[x.DType()], v)
	}
	results := map[int]*expr.Value{} // by buffer
	bufs := []kernel.Buf{}
	for _, d := range expr.DTypes() {
		bufs = append(bufs, b.In("x"+d.String(), d))
		a.Buffers = append(a.Buffers, kernel.Arg{Data: sample(d, n, r).Data()})
	}
	b.For(kernel.Over{Name: "i", Extent: size, Split: true, Vector: true}, func(i kernel.Var) {
		for j, d := range expr.DTypes() {
			x, at := valueOf(a.Buffers[j].Data, d, n), kernel.At(i.Unit())
			if r.IntN(3) == 0 {
				at, x = kernel.At(), stretched(x, n)
			}
			keep(b.Load(bufs[j], at), x)
		}
		for range 5 + r.IntN(20) {
			s := &kernel.Let{Op: ops[r.IntN(len(ops))]}
			to := expr.NoDType
			types := operands(s.Op)
			if r.IntN(4) == 0 {
				s.Op, to = expr.OpCast, expr.DTypes()[r.IntN(13)]
				types = [][]expr.DType{{expr.DTypes()[r.IntN(13)]}}
			}
			var values []kernel.Value
			var args []*expr.Value
			for _, d := range types[r.IntN(len(types))] {
				v := pool[d][r.IntN(len(pool[d]))]
				values, args = append(values, v), append(args, known[v])
			}
			want, err := reference(s, to, args)
			if err != nil {
				t.Fatal(err)
			}
			v := emit(b, s, to, values)
			if s.Op == expr.OpCast && args[0].DType() == to {
				continue // no new value
			}
			keep(v, want)
			if r.IntN(2) == 0 {
				out := b.Out(fmt.Sprintf("y%d", len(a.Buffers)), want.DType())
				results[len(a.Buffers)] = want
				a.Buffers = append(a.Buffers, kernel.Arg{Data: expr.Zeros(want.DType(), n).Data()})
				b.Store(out, kernel.At(i.Unit()), v)
			}
		}
	})
	k, err := b.Kernel()
	if err != nil {
		t.Fatal(err)
	}
	run(t, k, a)
	for i, want := range results {
		compare(t, fmt.Sprintf("buffer %d of\n%v", i, k), a.Buffers[i].Data, want.Data(), nil)
	}
}

// valueOf returns the array over data.
func valueOf(data any, d expr.DType, n int) *expr.Value {
	v := expr.Zeros(d, n)
	reflect.Copy(reflect.ValueOf(v.Data()), reflect.ValueOf(data))
	return v
}

// stretched returns n times the first element of x.
func stretched(x *expr.Value, n int) *expr.Value {
	v := expr.Zeros(x.DType(), n)
	for i := range n {
		reflect.ValueOf(v.Data()).Index(i).Set(reflect.ValueOf(x.Data()).Index(0))
	}
	return v
}

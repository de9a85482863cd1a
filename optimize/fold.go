package optimize

import (
	"slices"

	"arignote/expr"
)

// fold computes nodes whose arguments are all constants, by the reference
// evaluator, unless the result has more than MaxConst elements or the
// computation fails: then the mistake is left for the time of running. What is
// weak stays weak.
//
// Arrays that are cheap to make (arange, eye, linspace) become constants only
// where they are small, or where an op makes something small of them: a
// generated array needs no memory to be read. Stretched constants stay
// stretched; what is computed of them is stretched after it (see structure), but for
// what makes small arrays of other elements of them: cumsum, concatenate.
func fold(r *run, _ *expr.Graph) (*opSet, stepFunc) {
	f := &folder{r: r}
	return foldable, f.computed
}

// smallConst is the number of elements up to which a created array becomes a
// constant by itself.
const smallConst = 32

// folder knows the values of closed nodes: those without inputs.
type folder struct {
	r      *run
	values map[int32]*expr.Value // by node number
}

// computed returns the constant that n is, or nil.
func (f *folder) computed(n *expr.Node) (*expr.Node, why) {
	if f.r.skips("fold") {
		return nil, why{}
	}
	v := f.value(n)
	if v == nil || n.Type().IsTuple() || created(n.Op()) && v.Len() > smallConst {
		return nil, why{}
	}
	c := f.r.constant(v, n.Type().Weak)
	if !c.Type().Equal(n.Type()) {
		return nil, why{} // weak, of a dtype that no literal has: True % True
	}
	return c, why{rule: "fold", class: Exact}
}

// foldable are the ops that folding may compute.
var foldable = opSetWith(func(op expr.Op) bool {
	switch op {
	case expr.OpInput, expr.OpConst, expr.OpBroadcastTo, expr.OpBroadcastLike, expr.OpCustom,
		expr.OpStopGradient, expr.OpScaleGradient, expr.OpWithGradient:
		return false
	}
	return true
})

// created reports whether op makes an array of scalars.
func created(op expr.Op) bool {
	return op == expr.OpArange || op == expr.OpLinspace || op == expr.OpEye
}

// open reports whether an argument, which is finished, certainly has no value:
// it is neither a constant nor one of the cheap arrays that are not made
// constants.
func open(a *expr.Node) bool {
	return a.Op() != expr.OpConst && !created(a.Op()) && !a.Type().IsTuple() && !smallFill(a)
}

// smallFill reports whether a is a stretched constant of few elements.
func smallFill(a *expr.Node) bool {
	if a.Op() != expr.OpBroadcastTo || a.Arg(0).Op() != expr.OpConst {
		return false
	}
	shape, known := a.Type().Shape()
	return known && volume(shape) <= smallConst
}

// keepsFill reports whether op makes a stretched scalar of one, or something that rules
// know by it: parts of it that are written to, a triangle of ones.
func keepsFill(op expr.Op) bool {
	switch op {
	case expr.OpSetSlice, expr.OpIncSlice, expr.OpTril, expr.OpTriu:
		return true
	}
	return op.View() || op.Elementwise() || op.Reduction()
}

// value computes n if it is closed and small, else returns nil.
func (f *folder) value(n *expr.Node) *expr.Value {
	if v := n.Value(); v != nil {
		return v
	}
	if !foldable[n.Op()] || len(n.Args()) == 0 || slices.ContainsFunc(n.Args(), open) {
		return nil
	}
	fills := slices.ContainsFunc(n.Args(), smallFill)
	if fills && keepsFill(n.Op()) {
		return nil
	}
	id := f.r.id(n)
	if v := f.values[id]; v != nil {
		return v
	}
	if f.tooLarge(n.Type()) {
		return nil
	}
	args := make([]*expr.Value, len(n.Args()))
	for i, a := range n.Args() {
		if args[i] = f.argument(a); args[i] == nil {
			return nil
		}
	}
	v, err := n.Eval(args)
	if err != nil || !n.Type().IsTuple() && (v.Len() > f.r.opt.MaxConst || fills && equalElements(v)) {
		return nil
	}
	if f.values == nil {
		f.values = make(map[int32]*expr.Value)
	}
	f.values[id] = v
	return v
}

// argument is value for an argument, which may be a stretched constant.
func (f *folder) argument(a *expr.Node) *expr.Value {
	if !smallFill(a) {
		return f.value(a)
	}
	v, err := a.Eval([]*expr.Value{a.Arg(0).Value()})
	if err != nil {
		return nil
	}
	return v
}

// tooLarge reports whether a result is known to be above the cap.
func (f *folder) tooLarge(t expr.Type) bool {
	for _, e := range t.Elems {
		if f.tooLarge(e) {
			return true
		}
	}
	total := 1
	for _, d := range t.Dims {
		if n, known := d.Known(); known {
			total *= n
		}
		if total > f.r.opt.MaxConst {
			return true
		}
	}
	return false
}

// computed returns the constant that an op on constants is, nil if it fails.
func (r *run) computed(n *expr.Node) *expr.Node {
	if n.Err() != nil {
		return nil
	}
	args := make([]*expr.Value, len(n.Args()))
	for i, a := range n.Args() {
		if args[i] = a.Value(); args[i] == nil {
			return nil
		}
	}
	v, err := n.Eval(args)
	if err != nil {
		return nil
	}
	return r.constant(v, n.Type().Weak)
}

// constant returns the node that holds v.
func (r *run) constant(v *expr.Value, weak bool) *expr.Node {
	if !weak {
		return r.node(expr.Strong(v))
	}
	switch d := v.DType(); {
	case d == expr.Bool:
		return r.weak(v.Bool(0))
	case d.IsInteger():
		return r.weak(int(v.Int(0)))
	case d.IsFloat():
		return r.weak(v.Float(0))
	}
	return r.node(expr.Const(v.Complex(0)))
}

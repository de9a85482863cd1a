package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// set_subtensor and inc_subtensor, for the pass structure: what is read of
// their result, and what is written over.

// structureAssigning are the rows about set_subtensor and inc_subtensor.
var structureAssigning = []Rule{
	// Assignment.
	{Name: "set-slice-itself", Class: Exact, Op: expr.OpSetSlice, rewrite: setSliceItself, example: "x: float64[5]; set_subtensor(x[1:3], x[1:3])"},
	{Name: "set-take-itself", Class: Exact, Op: expr.OpSetTake, rewrite: setTakeItself, example: "x: float64[5]; i: int64[1]; set_subtensor(x[i*0], x[i*0])"},
	{Name: "assign-whole", Class: Exact, ops: []expr.Op{expr.OpSetSlice, expr.OpIncSlice}, rewrite: assignWhole, example: "x: float64[5]; y: float64[5]; set_subtensor(x[:], y), inc_subtensor(x[0:5], y)"},
	{Name: "assign-nothing", Class: Exact, ops: []expr.Op{expr.OpSetSlice, expr.OpIncSlice}, rewrite: assignNothing, example: "x: float64[5]; a: float64; set_subtensor(x[2:2], a)"},
	{Name: "set-same", Class: Exact, Op: expr.OpSetSlice, rewrite: setSame, example: "x: float64[5]; set_subtensor(zeros(5)[1:3], 0), x"},
	{Name: "assign-assign", Class: Exact, ops: []expr.Op{expr.OpSetSlice, expr.OpIncSlice}, rewrite: assignAssign, example: "x: float64[5]; y: float64[2]; z: float64[4]; set_subtensor(set_subtensor(x[1:3], y)[:4], z)"},
	{Name: "assign-over", Class: Exact, Op: expr.OpSetSlice, rewrite: assignOver, example: "x: float64[5]; a: float64; t = 2*set_subtensor(x[1:3], a); set_subtensor(t[1:3], 0.0)"},
	{Name: "inc-inc", Class: Real, Op: expr.OpIncSlice, rewrite: incInc, example: "x: float64[5]; y: float64[2]; z: float64[2]; inc_subtensor(inc_subtensor(x[1:3], y)[1:3], z)"},
	{Name: "inc-zeros", Class: Real, Op: expr.OpIncSlice, rewrite: incZeros, example: "y: float64[2]; inc_subtensor(zeros((5,))[1:3], y)"},
	{Name: "inc-by-zero", Class: Real, ops: []expr.Op{expr.OpIncSlice, expr.OpIncTake}, rewrite: incByZero, example: "x: float64[5]; inc_subtensor(x[1:3], 0.0)"},
	{Name: "assign-parts", Class: Real, ops: []expr.Op{expr.OpSetSlice, expr.OpIncSlice}, rewrite: assignParts, example: "x: float64[2]; y: float64[3]; inc_subtensor(set_subtensor(zeros((5,))[:2], x)[2:], y)"},
	{Name: "mul-assigned", Class: Real, Op: expr.OpMul, rewrite: mulAssigned, with: []expr.Op{expr.OpIncTake, expr.OpSetTake, expr.OpSetSlice, expr.OpIncSlice}, example: "x: float64[5]; y: float64[2]; i: int64[1]; inc_subtensor(zeros((5,))[i*0], 2/x[i*0])*x, set_subtensor(zeros((5,))[1:3], y)*x"},
	{Name: "assign-take-range", Class: Exact, ops: []expr.Op{expr.OpSetTake, expr.OpIncTake}, rewrite: assignTakeRange, example: "x: float64[5]; y: float64[2]; set_subtensor(x[[1, 2]], y), inc_subtensor(x[[1, 2]], y)"},
}

// region is the part of x that n, set_subtensor or inc_subtensor, writes.
func (r *run) region(n *expr.Node) *expr.Node { return r.slice(n, n.Arg(0), itemsOf(n)) }

// fills reports whether v can certainly be stretched to the shape of region.
func (r *run) fills(v, region *expr.Node) bool {
	have, want := r.dims(v), r.dims(region)
	if len(have) > len(want) {
		return false
	}
	for i, d := range have {
		if !(d == 1 || d == want[len(want)-len(have)+i]) {
			return false
		}
	}
	return true
}

// sliceSetSlice reads around what was written, or what was written there.
func sliceSetSlice(r *run, n *expr.Node) *expr.Node {
	set, read := n.Arg(0), itemsOf(n)
	if set.Op() != expr.OpSetSlice && set.Op() != expr.OpIncSlice || hasNew(read) {
		return nil
	}
	x, v, write := set.Arg(0), set.Arg(1), itemsOf(set)
	if hasNew(write) {
		return nil
	}
	region := r.region(set)
	if region.Err() != nil || !r.fills(v, region) {
		return nil
	}
	part, apart, ok := overlap(read, write, x)
	switch {
	case apart:
		return r.slice(n, x, read)
	case !ok:
		return nil
	}
	y := r.partOfOperand(n, r.cast(n, v, n.DType()), r.dims(region), part)
	if y == nil || y.Err() != nil {
		return nil
	}
	if set.Op() == expr.OpIncSlice {
		return r.make(n, expr.OpAdd, nil, r.slice(n, x, read), y)
	}
	if r.sameShape(y, n) {
		return y
	}
	return r.stretch(n, y, r.dims(n))
}

// overlap compares what is read of x with what was written: apart if they have
// certainly nothing in common; ok if all that is read was written, and then
// part is what is read counted in the region that was written.
func overlap(read, write []item, x *expr.Node) (part []item, apart, ok bool) {
	ok = true
	for i, d := range x.Type().Dims {
		e, w := read[i], write[i]
		if e == w {
			if w.kind == expr.IndexSlice {
				part = append(part, wholeItem)
			}
			continue
		}
		if elementApart(e, w) {
			return nil, true, false
		}
		s, okS := e.span(d)
		t, okT := w.span(d)
		if !okS || !okT {
			ok = false
			continue
		}
		if !s.meets(t) {
			return nil, true, false
		}
		in, inside := s.inside(t)
		if !inside || t.drop && !s.drop {
			ok = false
			continue
		}
		if !t.drop {
			part = append(part, in.item(t.count))
		}
	}
	return part, false, ok
}

// elementApart reports whether two single elements differ for any length. Where
// the one that is read is in range the one that was written is too.
func elementApart(read, write item) bool {
	i, okI := read.start.number()
	j, okJ := write.start.number()
	return read.kind == expr.IndexInt && write.kind == expr.IndexInt && okI && okJ && (i > j && j >= 0 || i < j && j < 0)
}

// setSliceItself drops the replacement of a part by itself.
func setSliceItself(r *run, n *expr.Node) *expr.Node {
	v := n.Arg(1)
	if v.Op() != expr.OpSlice || v.Arg(0) != n.Arg(0) || !slices.Equal(itemsOf(v), itemsOf(n)) {
		return nil
	}
	return n.Arg(0)
}

// setTakeItself does the same where the part is given by arrays.
func setTakeItself(r *run, n *expr.Node) *expr.Node {
	v := n.Arg(1)
	if v.Op() != expr.OpTake || v.Arg(0) != n.Arg(0) || v.Attr().Key() != n.Attr().Key() || !slices.Equal(v.Args()[1:], n.Args()[2:]) {
		return nil
	}
	return n.Arg(0)
}

// backwards takes all of an axis, the last element first.
var backwards = item{kind: expr.IndexSlice, step: at(-1)}

// assignWhole: what replaces everything is the result.
func assignWhole(r *run, n *expr.Node) *expr.Node {
	x, v := n.Arg(0), n.Arg(1)
	items := itemsOf(n)
	if x.Rank() == 0 || hasNew(items) {
		return nil
	}
	flips := slices.Repeat([]item{wholeItem}, len(items))
	flipped := false
	for i, e := range items {
		s, ok := e.span(x.Type().Dims[i])
		length, _ := x.Type().Dims[i].Known()
		switch {
		case e == backwards || ok && s == span{first: length - 1, count: length, step: -1}:
			flips[i], flipped = backwards, true
		case !e.whole() && !(ok && s == span{count: length, step: 1}):
			return nil
		}
	}
	if !r.fills(v, n) || x.DType() == expr.Bool && n.Op() == expr.OpIncSlice || flipped && v.Rank() > 0 && !r.sameShape(v, n) {
		return nil
	}
	v = r.cast(n, v, n.DType())
	if flipped && v.Rank() > 0 {
		v = r.slice(n, v, flips)
	}
	switch {
	case v.Err() != nil:
		return nil
	case n.Op() == expr.OpIncSlice:
		return r.make(n, expr.OpAdd, nil, x, v)
	case r.sameShape(v, n):
		return v
	}
	return r.stretch(n, v, r.dims(n))
}

// assignNothing: a part without elements.
func assignNothing(r *run, n *expr.Node) *expr.Node {
	region := r.region(n)
	if region.Err() != nil || !slices.ContainsFunc(region.Type().Dims, func(d expr.Dim) bool { return d.Is(0) }) || !r.fills(n.Arg(1), region) {
		return nil
	}
	return n.Arg(0)
}

// setSame writes a number where it is already.
func setSame(r *run, n *expr.Node) *expr.Node {
	x, v := n.Arg(0), n.Arg(1)
	y, ok := scalarOf(x)
	z, also := scalarOf(v)
	if !ok || !also || math.Signbit(real(y)) != math.Signbit(real(z)) || y != z || x.DType().IsComplex() || v.DType().IsComplex() {
		return nil
	}
	if region := r.region(n); region.Err() != nil || !r.fills(v, region) {
		return nil
	}
	return x
}

// assignAssign forgets what is written over, and adds to what was just set
// before it is written.
func assignAssign(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	if inner.Op() != expr.OpSetSlice && inner.Op() != expr.OpIncSlice {
		return nil
	}
	first, second := itemsOf(inner), itemsOf(n)
	if hasNew(first) || hasNew(second) || !r.fills(inner.Arg(1), r.region(inner)) {
		return nil
	}
	if n.Op() == expr.OpSetSlice {
		if _, _, all := overlap(first, second, n.Arg(0)); !all {
			return nil
		}
		return r.make(n, expr.OpSetSlice, n.Attr(), append([]*expr.Node{inner.Arg(0)}, n.Args()[1:]...)...)
	}
	if inner.Op() != expr.OpSetSlice || !slices.Equal(first, second) || !r.once(inner) || n.DType() == expr.Bool {
		return nil
	}
	return r.assignSum(n, inner)
}

// assignOver leaves out what was assigned to a part before something was computed of
// each element, if that part is then written over.
func assignOver(r *run, n *expr.Node) *expr.Node {
	items := itemsOf(n)
	if !n.Arg(0).Op().Elementwise() || hasNew(items) {
		return nil
	}
	left := mostCopied
	x := r.without(n.Arg(0), items, &left)
	if x == nil {
		return nil
	}
	return r.make(n, expr.OpSetSlice, n.Attr(), append([]*expr.Node{x}, n.Args()[1:]...)...)
}

// without returns x, which nothing else uses, without assignments to parts of what
// the items take, nil if there are none. Left is how many nodes may be looked at.
func (r *run) without(x *expr.Node, items []item, left *int) *expr.Node {
	if *left--; *left < 0 || !r.once(x) || x.Rank() != len(items) {
		return nil
	}
	switch {
	case x.Op() == expr.OpSetSlice || x.Op() == expr.OpIncSlice:
		first := itemsOf(x)
		if hasNew(first) || !r.fills(x.Arg(1), r.region(x)) {
			return nil
		}
		if _, _, all := overlap(first, items, x); all {
			return x.Arg(0)
		}
	case x.Op().Elementwise():
		args, changed := slices.Clone(x.Args()), false
		for i, a := range args {
			if !r.sameShape(a, x) {
				continue
			}
			if y := r.without(a, items, left); y != nil {
				args[i], changed = y, true
			}
		}
		if changed {
			return r.make(x, x.Op(), x.Attr(), args...)
		}
	}
	return nil
}

// incInc adds both parts at once.
func incInc(r *run, n *expr.Node) *expr.Node {
	inner := n.Arg(0)
	if inner.Op() != expr.OpIncSlice || !slices.Equal(itemsOf(inner), itemsOf(n)) || !r.once(inner) || !n.DType().Inexact() {
		return nil
	}
	return r.assignSum(n, inner)
}

// assignSum is inner with the sum of what inner and n write to one region.
func (r *run) assignSum(n, inner *expr.Node) *expr.Node {
	sum := r.make(n, expr.OpAdd, nil, r.cast(n, inner.Arg(1), n.DType()), r.cast(n, n.Arg(1), n.DType()))
	if sum.Err() != nil || !r.fills(inner.Arg(1), r.region(n)) || !r.fills(n.Arg(1), r.region(n)) {
		return nil
	}
	args := slices.Clone(inner.Args())
	args[1] = sum
	return r.make(n, inner.Op(), inner.Attr(), args...)
}

// incZeros: adding to zeros is replacing them.
func incZeros(r *run, n *expr.Node) *expr.Node {
	if z, ok := scalarOf(n.Arg(0)); !ok || z != 0 || n.DType() == expr.Bool {
		return nil
	}
	return r.make(n, expr.OpSetSlice, n.Attr(), n.Args()...)
}

// incByZero drops the adding of nothing.
func incByZero(r *run, n *expr.Node) *expr.Node {
	if z, ok := scalarOf(n.Arg(1)); !ok || z != 0 || n.Op() == expr.OpIncSlice && !r.fills(n.Arg(1), r.region(n)) || n.Op() == expr.OpIncTake && n.Arg(1).Rank() > 0 {
		return nil
	}
	return n.Arg(0)
}

// mulAssigned multiplies only what was written to zeros: the gradient of log(x[i])
// times x is that of x[i]. Elements that an array of indices picks are known already,
// or it would be more work.
func mulAssigned(r *run, n *expr.Node) *expr.Node {
	if len(n.Args()) != 2 {
		return nil
	}
	for i, set := range n.Args() {
		x := n.Arg(1 - i)
		if !assigns(set.Op()) || !r.once(set) || set.DType() != n.DType() || x.DType() != n.DType() || !r.sameShape(set, x) {
			continue
		}
		zeros, index := set.Arg(0), set.Args()[2:]
		met := r.written(set, x)
		if z, ok := scalarOf(zeros); !ok || z != 0 || met == nil {
			continue
		}
		v := r.make(n, expr.OpMul, nil, set.Arg(1), met)
		return r.make(n, set.Op(), set.Attr(), append([]*expr.Node{zeros, v}, index...)...)
	}
	return nil
}

// assigns reports whether op is set_subtensor or inc_subtensor.
func assigns(op expr.Op) bool {
	switch op {
	case expr.OpSetSlice, expr.OpIncSlice, expr.OpSetTake, expr.OpIncTake:
		return true
	}
	return false
}

// written is the part of x that set writes of its own array, nil if it is picked by an
// array of indices and nothing else needs it.
func (r *run) written(set, x *expr.Node) *expr.Node {
	if set.Op() == expr.OpSetSlice || set.Op() == expr.OpIncSlice {
		return r.slice(set, x, itemsOf(set)) // the attribute counts arguments otherwise
	}
	return r.existing(expr.OpTake, set.Attr(), append([]*expr.Node{x}, set.Args()[2:]...))
}

// assignTakeRange writes to a slice where constant indices ascend or descend
// evenly.
func assignTakeRange(r *run, n *expr.Node) *expr.Node {
	if len(n.Args()) != 3 {
		return nil
	}
	x := n.Arg(0)
	items, ok := evenItems(x, n.Arg(2), n.Attr().(expr.Gathered))
	if !ok {
		return nil
	}
	op := expr.OpSetSlice
	if n.Op() == expr.OpIncTake {
		op = expr.OpIncSlice
	}
	list := make([]expr.IndexItem, len(items))
	for i, e := range items {
		list[i] = e.indexItem(nil)
	}
	return r.make(n, op, expr.Index{Items: list}, x, n.Arg(1))
}

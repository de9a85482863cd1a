package optimize

import (
	"slices"

	"arignote/expr"
)

// This file says which dims results have, as symbols (dims.go), by the dims of
// arguments: one function for each family of ops.

// derive traces the axes of n to those of its arguments; nil where it cannot.
func (s *shapes) derive(n *expr.Node) []symbol {
	if n.Op().Elementwise() {
		return s.broadcast(n.Args()...)
	}
	if len(n.Args()) == 0 {
		return nil
	}
	x := s.dims(n.Arg(0))
	switch a := n.Attr().(type) {
	case expr.Axes:
		return reducedSymbols(x, a)
	case expr.Pattern:
		out := make([]symbol, len(a.Axes))
		for i, axis := range a.Axes {
			out[i] = 1
			if axis >= 0 {
				out[i] = x[axis]
			}
		}
		return out
	case expr.Dims:
		return s.deriveDims(n, a)
	case expr.Index:
		if n.Op() == expr.OpSlice {
			return s.deriveSlice(n, x)
		}
		return x // set_subtensor, inc_subtensor
	case expr.Gathered:
		if n.Op() != expr.OpTake {
			return x
		}
		return s.deriveTake(n, a)
	case expr.Transposed:
		return s.deriveBlas(n, a)
	}
	return s.deriveOther(n, x)
}

// deriveOther traces ops whose attribute does not matter for it.
func (s *shapes) deriveOther(n *expr.Node, x []symbol) []symbol {
	switch n.Op() {
	case expr.OpSoftmax, expr.OpLogSoftmax, expr.OpCumsum, expr.OpCumprod, expr.OpSort, expr.OpArgsort:
		if n.Attr().(expr.Axis).Axis < 0 && len(x) != 1 {
			return nil
		}
		return x
	case expr.OpArgmax, expr.OpArgmin:
		if a := n.Attr().(expr.Axis); a.Axis >= 0 {
			return reducedSymbols(x, expr.Axes{Axes: []int{a.Axis}, KeepDims: a.KeepDims})
		}
	case expr.OpInv, expr.OpCholesky, expr.OpTril, expr.OpTriu,
		expr.OpStopGradient, expr.OpScaleGradient, expr.OpWithGradient:
		return x
	case expr.OpSolve, expr.OpSolveTriangular, expr.OpBroadcastLike, expr.OpSumLike:
		return s.dims(n.Arg(1))
	case expr.OpDet, expr.OpLogAbsDet, expr.OpLogDet:
		return x[:len(x)-2]
	case expr.OpGer:
		return []symbol{s.dims(n.Arg(1))[0], s.dims(n.Arg(2))[0]}
	case expr.OpOuter:
		return []symbol{x[0], s.dims(n.Arg(1))[0]}
	case expr.OpDot:
		y := s.dims(n.Arg(1))
		return append(slices.Clone(x[:len(x)-1]), y[1:]...)
	case expr.OpMatMul:
		return s.deriveMatMul(n)
	case expr.OpConcatenate:
		out, axis := slices.Clone(x), n.Attr().(expr.Axis).Axis
		list := make([]symbol, len(n.Args()))
		for i, a := range n.Args() {
			list[i] = s.dims(a)[axis]
		}
		out[axis] = s.total(list)
		return out
	case expr.OpArange:
		if d, ok := s.counted(n); ok {
			return []symbol{d}
		}
	}
	return nil
}

func reducedSymbols(x []symbol, a expr.Axes) []symbol {
	out := make([]symbol, 0, len(x))
	for i, d := range x {
		switch {
		case !slices.Contains(a.Axes, i):
			out = append(out, d)
		case a.KeepDims:
			out = append(out, 1)
		}
	}
	return out
}

// deriveDims traces sizes that are given as size(y, axis).
func (s *shapes) deriveDims(n *expr.Node, a expr.Dims) []symbol {
	out := make([]symbol, len(a.Sizes))
	for i, z := range a.Sizes {
		out[i] = untraced
		if z.Arg < 0 {
			continue
		}
		if d, ok := s.sizeSymbol(n.Arg(z.Arg)); ok {
			out[i] = d
		}
	}
	return out
}

// deriveSlice traces each axis to the one it is a part of: the same item takes
// as many elements of axes of one length.
func (s *shapes) deriveSlice(n *expr.Node, x []symbol) []symbol {
	var out []symbol
	axis := 0
	for _, e := range itemsOf(n) {
		if e.kind == expr.IndexNew {
			out = append(out, 1)
			continue
		}
		if e.kind == expr.IndexSlice {
			out = append(out, s.part(x[axis], e))
		}
		axis++
	}
	return out
}

// sliced is the length of a part of an axis of unknown length.
type sliced struct {
	of symbol
	e  item
}

// part is the length of what e takes of an axis of length x. A part of a part
// is traced to the axis where one item says the same, and a part that goes
// backward is as long as its mirror image.
func (s *shapes) part(x symbol, e item) symbol {
	if from, ok := s.parts[x]; ok {
		if merged, ok := after(from.e, e, expr.Dim{}); ok {
			return s.part(from.of, merged)
		}
	}
	if e.numeric() && e.step.n < 0 {
		e = e.mirrored().tidy()
	}
	if list, ok := s.totals[x]; ok && e.kind == expr.IndexSlice && e.step == at(1) {
		if from, to, ok := s.wholes(list, e); ok {
			return s.total(list[from:to])
		}
	}
	switch {
	case e.whole():
		return x
	case x >= 0:
		if p, ok := e.span(expr.KnownDim(int(x))); ok {
			return symbol(p.count)
		}
	}
	if y, ok := s.partOf[sliced{x, e}]; ok {
		return y
	}
	if s.parts == nil {
		s.parts, s.partOf = make(map[symbol]sliced), make(map[sliced]symbol)
	}
	y := s.atom(atom{name: "part", node: int32(len(s.parts)), axis: int(x)})
	s.parts[y], s.partOf[sliced{x, e}] = sliced{x, e}, y
	return y
}

// total is the length of joined axes. Neighbouring parts of one axis are joined
// again, and what was joined before counts by its parts.
func (s *shapes) total(list []symbol) symbol {
	var parts []symbol
	for _, x := range list {
		if inner, ok := s.totals[x]; ok {
			parts = append(parts, inner...)
		} else {
			parts = append(parts, x)
		}
	}
	var out []symbol
	for _, x := range parts {
		if last := len(out) - 1; last >= 0 {
			if y, ok := s.sum(out[last], x); ok {
				out[last] = y
				continue
			}
		}
		out = append(out, x)
	}
	if len(out) == 1 {
		return out[0]
	}
	y := s.atom(atom{name: "joined " + shapeKey(out), node: -1})
	if s.totals == nil {
		s.totals = make(map[symbol][]symbol)
	}
	s.totals[y] = out
	return y
}

// sum is the length of two neighbours where that is a number or the length of
// an axis or part.
func (s *shapes) sum(x, y symbol) (symbol, bool) {
	switch {
	case x == 0:
		return y, true
	case y == 0:
		return x, true
	case x >= 0 && y >= 0:
		return x + y, true
	}
	a, okA := s.parts[x]
	b, okB := s.parts[y]
	if !okA || !okB || a.of != b.of {
		return 0, false
	}
	e, ok := neighbours(a.e, b.e, expr.Dim{})
	if !ok {
		return 0, false
	}
	return s.part(a.of, e.tidy()), true
}

// counted is the length of arange(0, size(x, axis), 1).
func (s *shapes) counted(n *expr.Node) (symbol, bool) {
	first, okFirst := integerOf(n.Arg(0))
	step, okStep := integerOf(n.Arg(2))
	if !okFirst || !okStep || first != 0 || step != 1 {
		return 0, false
	}
	return s.sizeSymbol(n.Arg(1))
}

// sizeSymbol is the length that the node n, size(x, axis), asks for.
func (s *shapes) sizeSymbol(n *expr.Node) (symbol, bool) {
	if n.Op() != expr.OpSize {
		return 0, false
	}
	x, axis := n.Arg(0), n.Attr().(expr.Number).N
	if axis < 0 && x.Rank() == 1 {
		axis = 0
	}
	if axis < 0 {
		return 0, false
	}
	return s.dims(x)[axis], true
}

// deriveTake replaces the indexed axes by those of the index arrays.
func (s *shapes) deriveTake(n *expr.Node, a expr.Gathered) []symbol {
	x, index := s.dims(n.Arg(0)), s.broadcast(n.Args()[1:]...)
	var out []symbol
	if a.Front {
		out = append(out, index...)
	}
	for axis, d := range x {
		switch {
		case axis == a.Axes[0] && !a.Front:
			out = append(out, index...)
		case !slices.Contains(a.Axes, axis):
			out = append(out, d)
		}
	}
	return out
}

// deriveBlas traces gemm and gemv.
func (s *shapes) deriveBlas(n *expr.Node, t expr.Transposed) []symbol {
	out := transposedSymbols(s.dims(n.Arg(1)), t.A)
	if n.Op() == expr.OpGemv {
		out = slices.Clone(out[:1])
	} else {
		out = s.stackSymbols(out, transposedSymbols(s.dims(n.Arg(2)), t.B))
	}
	if len(n.Args()) == 5 {
		for i, d := range s.dims(n.Arg(4)) {
			out[i] = s.join(out[i], d)
		}
	}
	return out
}

// transposedSymbols are the axes of a stack of matrices, each transposed if so
// wanted.
func transposedSymbols(x []symbol, transposed bool) []symbol {
	if !transposed {
		return x
	}
	last := len(x) - 1
	return append(slices.Clone(x[:last-1]), x[last], x[last-1])
}

// deriveMatMul traces a product of stacks of matrices.
func (s *shapes) deriveMatMul(n *expr.Node) []symbol {
	a, b := s.dims(n.Arg(0)), s.dims(n.Arg(1))
	if len(a) < 2 || len(b) < 2 {
		return nil
	}
	return s.stackSymbols(a, b)
}

// stackSymbols are the axes of the product of stacks with the axes a and b.
func (s *shapes) stackSymbols(a, b []symbol) []symbol {
	p, q := a[:len(a)-2], b[:len(b)-2]
	if len(p) < len(q) {
		p, q = q, p
	}
	out := slices.Clone(p)
	for i, x := range q {
		out[len(p)-len(q)+i] = s.join(out[len(p)-len(q)+i], x)
	}
	return append(out, a[len(a)-2], b[len(b)-1])
}

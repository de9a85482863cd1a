package autodiff

import (
	"slices"

	"arignote/expr"
)

// Rules of ops that change shapes, of indexing and of creation.

// dimShuffleRule puts the axes back.
func dimShuffleRule(s *step) []term {
	back := make([]int, s.x(0).rank())
	for i := range back {
		back[i] = slices.Index(s.n.Attr().(expr.Pattern).Axes, i)
	}
	return []term{s.g().dimshuffle(back...)}
}

// concatenateRule cuts the gradient into the parts that were joined.
func concatenateRule(s *step) []term {
	axis := s.n.Attr().(expr.Axis).Axis
	out := make([]term, len(s.want))
	items := make([]any, axis+1)
	for i := range items {
		items[i] = expr.All
	}
	start := expr.Const(0)
	for i := range out {
		stop := sum2(s.n, start, s.n.Arg(i).Size(axis))
		if s.want[i] {
			items[axis] = expr.Range{Start: start, Stop: stop}
			out[i] = s.g().index(items...)
		}
		start = stop
	}
	return out
}

// sum2 returns u+v, at once where both are known.
func sum2(at, u, v *expr.Node) *expr.Node {
	if a, b := u.Value(), v.Value(); a != nil && b != nil {
		return expr.Const(int(a.Int(0) + b.Int(0)))
	}
	return expr.New(at, expr.OpAdd, nil, u, v)
}

// moved returns an index whose bounds are the arguments of a node by places
// further on than before.
func moved(a expr.Index, by int) expr.Index {
	items := slices.Clone(a.Items)
	for i := range items {
		for _, z := range []*expr.Size{&items[i].Start, &items[i].Stop, &items[i].Step} {
			if z.Arg > 0 {
				z.Arg += by
			}
		}
	}
	return expr.Index{Items: items}
}

// sliceRule puts the gradient of a part into zeros.
func sliceRule(s *step) []term {
	args := append([]*expr.Node{s.x(0).zeros().v, s.g().v}, s.n.Args()[1:]...)
	return s.only(s.g().apply(expr.OpIncSlice, moved(s.n.Attr().(expr.Index), 1), args...))
}

// takeRule adds the gradients of the elements into zeros.
func takeRule(s *step) []term {
	args := append([]*expr.Node{s.x(0).zeros().v, s.g().v}, s.n.Args()[1:]...)
	return s.only(s.g().apply(expr.OpIncTake, s.n.Attr(), args...))
}

// sliced returns the part of t that the index of set_subtensor or inc_subtensor
// names, and taken the one that its arrays of integers name.
func (s *step) sliced(t term) term {
	args := append([]*expr.Node{t.v}, s.n.Args()[2:]...)
	return t.apply(expr.OpSlice, moved(s.n.Attr().(expr.Index), -1), args...)
}

func (s *step) taken(t term) term {
	args := append([]*expr.Node{t.v}, s.n.Args()[2:]...)
	return t.apply(expr.OpTake, s.n.Attr(), args...)
}

// cleared returns the gradient with zeros at the elements that were replaced.
func (s *step) cleared() term {
	zero := s.g().is(number(0)).cast(s.n.DType())
	args := append([]*expr.Node{s.g().v, zero.v}, s.n.Args()[2:]...)
	return s.g().apply(s.n.Op(), s.n.Attr(), args...)
}

func setSliceRule(s *step) []term {
	out := make([]term, len(s.want))
	if s.want[0] {
		out[0] = s.cleared()
	}
	if s.want[1] {
		out[1] = s.sliced(s.g()).shrink(s.x(1))
	}
	return out
}

func incSliceRule(s *step) []term {
	out := s.only(s.g())
	if s.want[1] {
		out[1] = s.sliced(s.g()).shrink(s.x(1))
	}
	return out
}

// setTakeRule: of several new values for one element the last has won, and the
// gradient is its alone.
func setTakeRule(s *step) []term {
	out := make([]term, len(s.want))
	if s.want[0] {
		out[0] = s.cleared()
	}
	if s.want[1] {
		g := s.taken(s.g())
		if !distinct(s.n.Args()[2:]) {
			g = s.winners(g)
		}
		out[1] = g.shrink(s.x(1))
	}
	return out
}

func incTakeRule(s *step) []term {
	out := s.only(s.g())
	if s.want[1] {
		out[1] = s.taken(s.g()).shrink(s.x(1))
	}
	return out
}

// winners returns g, the gradient of the part that set_subtensor has replaced,
// with zeros for values that another one has replaced in its turn. To find
// these it does the same with the values' numbers.
func (s *step) winners(g term) term {
	numbers := g.is(expr.Arange(0, g.v.Size(), 1)).reshapeLike(g)
	zeros := g.is(s.n.FullLike(0.0).AsType(expr.Int64))
	args := append([]*expr.Node{zeros.v, numbers.v}, s.n.Args()[2:]...)
	won := s.taken(g.apply(s.n.Op(), s.n.Attr(), args...)).eq(numbers)
	return won.choose(g, 0.0)
}

// distinct reports whether an index surely names no element twice: one array of
// constants of one sign, a mask, or numbers.
func distinct(index []*expr.Node) bool {
	numbers := true
	for _, i := range index {
		numbers = numbers && i.Rank() == 0
	}
	if numbers || index[0].Op() == expr.OpItem && index[0].Arg(0).Op() == expr.OpNonzero {
		return true
	}
	v := index[0].Value()
	if v == nil || len(index) > 1 {
		return false
	}
	seen := make(map[int64]bool)
	for i := range v.Len() {
		n := v.Int(i)
		if seen[n] || n < 0 != (v.Int(0) < 0) {
			return false
		}
		seen[n] = true
	}
	return true
}

// traceRule and diagRule put the gradient on a diagonal.
func traceRule(s *step) []term { return []term{s.x(0).eye().mul(s.g())} }

func diagRule(s *step) []term {
	x, k := s.x(0), s.n.Attr().(expr.Diagonal).K
	if x.rank() == 1 {
		return []term{s.g().apply(expr.OpDiag, s.n.Attr(), s.g().v)}
	}
	i := x.is(expr.Arange(0, s.y().size(0), 1))
	row, column := shifted(i, -k), shifted(i, k)
	return []term{x.apply(expr.OpIncTake, expr.Gathered{Axes: []int{0, 1}}, x.zeros().v, s.g().v, row.v, column.v)}
}

// shifted returns the integers i increased by k if k > 0.
func shifted(i term, k int) term {
	if k <= 0 {
		return i
	}
	return i.add(expr.Const(k))
}

// arangeRule: start + i*step. The number of elements is piecewise constant, so
// that the end has no gradient.
func arangeRule(s *step) []term {
	out := make([]term, 3)
	if s.want[0] {
		out[0] = s.g().total()
	}
	if s.want[2] {
		i := s.g().is(expr.Arange(0, s.y().size(0), 1)).cast(s.n.DType())
		out[2] = s.g().mul(i).total()
	}
	return out
}

// linspaceRule: first*(1-t) + last*t.
func linspaceRule(s *step) []term {
	out := make([]term, 3)
	for i, ends := range [][2]float64{{1, 0}, {0, 1}} {
		if s.want[i] {
			t := s.y().apply(expr.OpLinspace, s.n.Attr(), number(ends[0]), number(ends[1]), s.n.Arg(2))
			out[i] = s.g().mul(t).total()
		}
	}
	return out
}

package autodiff

import "arignote/expr"

// mask says which elements of a gradient count: those where c is not zero, or
// where it is zero if not is set. The others are zero, whatever has been
// computed for them. The shape of c broadcasts to that of the gradient. The
// zero mask lets everything count.
type mask struct {
	c   *expr.Node
	not bool
}

// bool returns the mask as a node of bools.
func (m mask) bool(at *expr.Node) term {
	t := on(at, m.c)
	switch {
	case t.dtype() != expr.Bool && m.not:
		return t.eq(0.0)
	case t.dtype() != expr.Bool:
		return t.ne(0.0)
	case m.not:
		return t.not()
	}
	return t
}

// and returns the mask of the elements that count for both m and u.
func (m mask) and(u mask, at *expr.Node) mask {
	switch {
	case m.c == nil || m == u:
		return u
	case u.c == nil:
		return m
	}
	return mask{c: m.bool(at).binary(expr.OpAnd, u.bool(at)).v}
}

// or returns the mask of the elements that count for m or for u.
func (m mask) or(u mask, at *expr.Node) mask {
	if m.c == nil || m == u {
		return m
	}
	if u.c == nil {
		return u
	}
	return mask{c: m.bool(at).binary(expr.OpOr, u.bool(at)).v}
}

// apply returns g with zeros where it does not count.
func (m mask) apply(g, at *expr.Node) *expr.Node {
	switch {
	case m.c == nil:
		return g
	case m.not:
		return on(at, m.c).choose(0.0, g).v
	}
	return on(at, m.c).choose(g, 0.0).v
}

// The functions below give the mask of an argument's gradient, from the mask of
// the result's gradient in s: the reach column of the gradients table. An
// element of the argument counts if it has a part in any element of the result
// that counts. They are asked only where the result has a mask, except that of
// where, which makes masks.

// reachWhere: the condition, or its opposite.
func reachWhere(s *step, i int) mask {
	return s.mask.and(mask{c: s.n.Arg(0), not: i == 2}, s.n)
}

// reachLinear is for ops that sum and rearrange elements: the rule itself,
// applied to ones where the result counts and zeros elsewhere, is not zero
// where the argument counts.
func reachLinear(s *step, i int) mask {
	if s.mask.c == nil {
		return mask{}
	}
	ones := *s
	ones.gs = []*expr.Node{s.mask.bool(s.n).stretch(s.y()).cast(s.n.DType().Real()).v}
	ones.mask = mask{}
	ones.want = make([]bool, len(s.want))
	ones.want[i] = true
	m := table[s.n.Op()].rule(&ones)[i]
	if m.v == nil {
		return mask{}
	}
	return mask{c: m.ne(0.0).v}
}

// reachTake and reachSetTake: where the index is a condition, x[x > 0], taking
// and setting are choices as where is. Other indices let everything count.
func reachTake(s *step, i int) mask {
	return reachLinear(s, i).and(mask{c: s.condition(s.n.Args()[1:])}, s.n)
}

func reachSetTake(s *step, i int) mask {
	m := reachLinear(s, i)
	if c := s.condition(s.n.Args()[2:]); i == 0 && c != nil {
		return m.and(mask{c, true}, s.n)
	}
	return m
}

// condition returns the condition over the elements of argument 0 that the
// index has been made from, nil if there is none.
func (s *step) condition(index []*expr.Node) *expr.Node {
	if index[0].Op() != expr.OpItem || index[0].Arg(0).Op() != expr.OpNonzero {
		return nil
	}
	where := index[0].Arg(0)
	for k, i := range index {
		if i.Op() != expr.OpItem || i.Arg(0) != where || i.Attr().(expr.Number).N != k {
			return nil
		}
	}
	c := s.x(0).is(where.Arg(0))
	axes := s.n.Attr().(expr.Gathered).Axes
	if c.rank() != len(axes) || axes[len(axes)-1]-axes[0] != len(axes)-1 {
		return nil
	}
	for range s.x(0).rank() - axes[len(axes)-1] - 1 {
		c = c.expand(-1)
	}
	return c.v
}

// reachReduced is for reductions along axes: all elements that are combined
// into one that counts.
func reachReduced(s *step, _ int) mask {
	return mask{c: s.unreduced(s.mask.bool(s.n).stretch(s.y())).v}
}

// reachAlong is for ops along an axis: all elements of a line that has one that
// counts.
func reachAlong(s *step, _ int) mask {
	axis := s.n.Attr().(expr.Axis).Axis
	if axis < 0 {
		return reachAll(s, 0)
	}
	return mask{c: s.fullRank().any(axis).v}
}

// reachMatrix is for functions of one matrix, or of a stack of them: all
// elements of a matrix that has a part in something that counts.
func reachMatrix(s *step, _ int) mask {
	m := s.mask.bool(s.n).stretch(s.y())
	if s.n.Rank() == s.n.Arg(0).Rank() {
		return mask{c: m.any(-1, -2).v}
	}
	return mask{c: m.expand(-1).expand(-1).v}
}

// reachAll: everything if anything counts.
func reachAll(s *step, _ int) mask {
	m := s.mask.bool(s.n)
	if m.rank() == 0 {
		return mask{c: m.v}
	}
	return mask{c: m.apply(expr.OpAny, expr.Axes{Axes: allAxes(m.rank()), All: true}, m.v).v}
}

// fullRank returns the mask of s as bools with as many axes as the result has,
// some of them perhaps of length 1.
func (s *step) fullRank() term {
	m := s.mask.bool(s.n)
	for m.rank() < s.n.Rank() {
		m = m.expand(0)
	}
	return m
}

package optimize

import (
	"slices"

	"arignote/expr"
)

// Views that sink through element-wise ops to other views, which they undo or
// join: exp(sin(x.T)).T is exp(sin(x)).

// mostSunk is the largest number of element-wise ops that a view sinks through
// at once.
const mostSunk = 32

// sinking is a view on its way down.
type sinking struct {
	r    *run
	view *expr.Node
	left int // ops that it may still sink through
	gain int // views that have gone, less those that have come
}

// viewElementwise moves a permutation or a reshape into element-wise ops, if
// fewer views are left.
func viewElementwise(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	if !f.Op().Elementwise() || !r.once(f) {
		return nil
	}
	if n.Op() == expr.OpDimShuffle && len(n.Attr().(expr.Pattern).Axes) > f.Rank() {
		return nil
	}
	s := &sinking{r: r, view: n, left: mostSunk, gain: 1}
	m := s.through(f)
	if m == nil || s.gain <= 0 {
		return nil
	}
	return m
}

// through returns the element-wise node f with the view on its arguments, nil if
// it cannot sink.
func (s *sinking) through(f *expr.Node) *expr.Node {
	if s.left--; s.left < 0 {
		return nil
	}
	args := make([]*expr.Node, len(f.Args()))
	for i, a := range f.Args() {
		if args[i] = s.argument(f, a); args[i] == nil {
			return nil
		}
	}
	return s.r.make(f, f.Op(), f.Attr(), args...)
}

// argument returns the view of an argument of f.
func (s *sinking) argument(f, a *expr.Node) *expr.Node {
	dimshuffle := s.view.Op() == expr.OpDimShuffle
	switch {
	case a.Rank() == 0:
		return a
	case !dimshuffle && !s.r.sameShape(a, f):
		return nil // it is stretched
	case a.Rank() != f.Rank():
		s.gain--
		return s.aligned(a, f.Rank())
	case isFill(a):
		return s.placed(a)
	case a.Op() == s.view.Op():
		return s.meets(a)
	case a.Op().Elementwise() && s.r.once(a):
		return s.through(a)
	case dimshuffle && isMatrixTranspose(s.view) && a.Op() == expr.OpDot && s.r.once(a): // takes it in
		return s.r.transpose(s.view, a)
	}
	s.gain--
	return s.placed(a)
}

// meets joins the view with the view a.
func (s *sinking) meets(a *expr.Node) *expr.Node {
	x := a.Arg(0)
	if s.view.Op() == expr.OpReshape {
		if s.r.sameShape(s.view, x) {
			s.gain++
			return x
		}
		return s.placed(x)
	}
	pattern := composed(s.view, a)
	if isIdentity(pattern, x.Rank()) {
		s.gain++
		return x
	}
	return s.r.make(s.view, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, x)
}

// aligned is the view of x after the axes that it lacks have been inserted.
func (s *sinking) aligned(x *expr.Node, rank int) *expr.Node {
	missing := rank - x.Rank()
	pattern := slices.Clone(s.view.Attr().(expr.Pattern).Axes)
	for i, a := range pattern {
		pattern[i] = max(a-missing, -1)
	}
	return s.r.make(s.view, expr.OpDimShuffle, expr.Pattern{Axes: pattern}, x)
}

// placed is the view of x.
func (s *sinking) placed(x *expr.Node) *expr.Node {
	args := append([]*expr.Node{x}, s.view.Args()[1:]...)
	return s.r.make(s.view, s.view.Op(), s.view.Attr(), args...)
}

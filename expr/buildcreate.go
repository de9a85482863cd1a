package expr

import "slices"

// This file has the builders of the functions that create arrays.

// sortedAxes is the attribute of a reduction over the given axes, negative
// ones counting from the last.
func sortedAxes(axes []int, rank int, keepDims bool) Axes {
	a := Axes{Axes: make([]int, len(axes)), KeepDims: keepDims, All: len(axes) == rank}
	for i, axis := range axes {
		a.Axes[i] = fromEnd(axis, rank)
	}
	slices.Sort(a.Axes)
	return a
}

// buildArray reads array([[1, 2], [3, 4]], 'float32'): literals only.
func buildArray(s *site) *Node {
	d := s.dtype(1, NoDType)
	weak := s.bool(3)
	if s.err != nil {
		return failed(s.err)
	}
	v, err := s.r.arrayLiteral(s.args[0], d)
	if err != nil {
		s.err = err
		return failed(err)
	}
	if !s.none(2) {
		shape := s.ints(2)
		for _, n := range shape {
			if n < 0 || n > maxLen {
				s.fail(s.args[2], ErrShape, "length %d", n)
			}
		}
		if s.err == nil && !hasLen(shape, v.Len()) {
			s.fail(s.args[2], ErrShape, "%d elements for shape %s", v.Len(), shapeString(knownDims(shape)))
		}
		if s.err != nil {
			return failed(s.err)
		}
		v = &Value{dtype: v.dtype, shape: shape, data: v.data}
	}
	n := s.constant(v)
	if n.typ.Weak = weak; weak && v.Rank() != 0 {
		s.fail(s.args[3], ErrShape, "only a scalar can be weak")
	}
	return n
}

// hasLen reports whether an array of the given shape has n elements.
func hasLen(shape []int, n int) bool {
	if slices.Contains(shape, 0) {
		return n == 0
	}
	total := 1
	for _, d := range shape {
		if total *= d; total > maxLen {
			return false
		}
	}
	return total == n
}

// buildFloat reads float('inf'), which stands for inf where an input is called
// inf.
func buildFloat(s *site) *Node {
	x, err := floatText(s.args[0])
	if err != nil {
		s.err = err
		return failed(err)
	}
	return s.constant(ScalarValue(real(x)))
}

func buildArange(s *site) *Node {
	start, step := s.node(0), s.node(2)
	var stop *Node
	if s.none(1) {
		start, stop = s.constant(ScalarValue(int64(0))), start
	} else {
		stop = s.node(1)
	}
	n := Arange(start, stop, step)
	if s.none(3) || n.mistake() != nil {
		return n
	}
	d := s.dtype(3, Float64)
	if d == Bool || d.IsComplex() {
		s.fail(s.args[3], ErrDType, "no arange of %s", d)
	}
	return s.apply(OpArange, Filled{d}, start, stop, step)
}

func buildLinspace(s *site) *Node {
	d := s.dtype(3, Float64)
	if !d.IsFloat() {
		s.fail(s.args[3], ErrDType, "no linspace of %s", d)
	}
	return s.apply(OpLinspace, Filled{d}, s.node(0), s.node(1), s.node(2))
}

// buildFull fills with a scalar, converted where a dtype is given.
func buildFull(s *site) *Node {
	v := s.node(1)
	if s.err == nil && v.Rank() != 0 {
		s.fail(s.args[1], ErrShape, "v must be a scalar, not %s", v.Type())
	}
	v = s.converted(v, s.dtype(2, v.DType()))
	return v.BroadcastTo(s.shape(0))
}

// converted returns the scalar v as a strong scalar of dtype d: a constant if
// v is one.
func (s *site) converted(v *Node, d DType) *Node {
	switch {
	case s.err != nil || v.mistake() != nil:
		return failed(s.err)
	case v.op == OpConst:
		n := s.constant(v.Value().convert(d))
		n.typ.Weak = false
		return n
	case v.DType() == d && !v.Type().Weak:
		return v
	}
	return s.apply(OpCast, Cast{d}, v)
}

// filledLike builds zeros_like and ones_like.
func filledLike(x float64) func(*site) *Node {
	return func(s *site) *Node {
		return s.like(s.node(0), s.constant(ScalarValue(x)), 1)
	}
}

func buildFullLike(s *site) *Node { return s.like(s.node(0), s.node(1), 2) }

// like fills an array of the shape of x with v, in the dtype of argument i.
func (s *site) like(x, v *Node, i int) *Node {
	if s.err == nil && v.Rank() != 0 {
		s.fail(s.args[i-1], ErrShape, "v must be a scalar, not %s", v.Type())
	}
	v = s.converted(v, s.dtype(i, x.DType()))
	if s.err == nil && x.Rank() == 0 {
		return v
	}
	return s.apply(OpBroadcastLike, nil, v, x)
}

func buildEye(s *site) *Node {
	n := s.node(0)
	m := n
	if !s.none(1) {
		m = s.node(1)
	}
	return s.apply(OpEye, Diagonal{K: s.integer(2), DType: s.dtype(3, Float64)}, n, m)
}

// drawing builds arrays of random numbers from "key, shape, dtype", by default
// of dtype d.
func drawing(d DType, draw func(d DType, key any, dims ...any) *Node) func(*site) *Node {
	return func(s *site) *Node { return draw(s.dtype(2, d), s.node(0), s.shape(1)) }
}

func diagonalOf(op Op) func(*site) *Node {
	return func(s *site) *Node { return s.apply(op, Diagonal{K: s.integer(1)}, s.node(0)) }
}

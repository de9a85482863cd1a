package expr

import "slices"

// Type rules of ops that change shapes.

// inferDimShuffle permutes axes, inserts axes of length 1 and drops such axes.
func inferDimShuffle(s *sig) (Type, *Error) {
	x := s.args[0]
	pattern := s.attr.(Pattern).Axes
	dims := make([]Dim, len(pattern))
	for i, a := range pattern {
		switch {
		case a < 0:
			dims[i] = KnownDim(1)
			continue
		case a >= x.Rank():
			return Type{}, s.errorf(ErrAxis, "axis %d of %s", a, countAxes(x.Rank()))
		case slices.Contains(pattern[:i], a):
			return Type{}, s.errorf(ErrAxis, "axis %d is named twice", a)
		}
		dims[i] = x.Dims[a]
	}
	for a, d := range x.Dims {
		if !slices.Contains(pattern, a) && !d.mayEqual(KnownDim(1)) {
			return Type{}, s.errorf(ErrShape, "axis %d of shape %s has length %s and cannot be dropped", a, shapeString(x.Dims), d)
		}
	}
	return Type{DType: x.DType, Weak: x.Weak && len(dims) == 0, Dims: dims}, nil
}

// sizes resolves the sizes of an attribute: dims, the axis whose size is
// -1 (or -1 if there is none), and whether all other sizes are known.
func (s *sig) sizes(sizes []Size) (dims []Dim, infer int, err *Error) {
	for i := 1; i < len(s.args); i++ {
		if a := s.args[i]; a.Rank() != 0 || !a.DType.IsInteger() {
			return nil, 0, s.errorf(ErrDType, "a size must be an integer scalar, not %s", a)
		}
	}
	dims = make([]Dim, len(sizes))
	infer = -1
	for i, z := range sizes {
		n, d, known := s.size(z)
		switch {
		case known && n > maxLen:
			return nil, 0, s.errorf(ErrShape, "length %d", n)
		case !known || n >= 0:
			dims[i] = d
		case n < -1:
			return nil, 0, s.errorf(ErrShape, "negative length %d", n)
		case infer >= 0:
			return nil, 0, s.errorf(ErrShape, "two lengths of -1")
		default:
			infer = i
			dims[i] = Dim{}
		}
	}
	return dims, infer, nil
}

// inferReshape: the same elements in another shape; one size may be -1.
func inferReshape(s *sig) (Type, *Error) {
	x := s.args[0]
	dims, minus, err := s.sizes(s.attr.(Dims).Sizes)
	if err != nil {
		return Type{}, err
	}
	bad := func() *Error {
		return s.errorf(ErrShape, "shape %s does not fit into shape %s", shapeString(x.Dims), shapeString(dims))
	}
	if minus >= 0 {
		d, ok := quotientDim(x.Dims, slices.Delete(slices.Clone(dims), minus, minus+1))
		if !ok {
			return Type{}, bad()
		}
		dims[minus] = d
	} else if !countDim(x.Dims).mayEqual(countDim(dims)) {
		return Type{}, bad()
	}
	return Type{DType: x.DType, Weak: x.Weak && len(dims) == 0, Dims: dims}, nil
}

// quotientDim is the length that, times the dims of rest, gives as many
// elements as the dims of whole. Equal dims cancel even when unknown, or 0.
func quotientDim(whole, rest []Dim) (Dim, bool) {
	whole, rest = slices.Clone(whole), slices.Clone(rest)
	for i := 0; i < len(rest); i++ {
		if j := slices.IndexFunc(whole, rest[i].Same); j >= 0 {
			whole, rest = slices.Delete(whole, j, j+1), slices.Delete(rest, i, i+1)
			i--
		}
	}
	if len(rest) == 0 {
		return countDim(whole), true
	}
	n, ok := countDim(whole).Known()
	m, okM := countDim(rest).Known()
	switch {
	case !ok || !okM:
		return Dim{}, true
	case m == 0:
		return KnownDim(0), n == 0
	}
	return KnownDim(n / m), n%m == 0
}

// inferBroadcastTo: axes of length 1 stretch to the shape, new axes in front.
func inferBroadcastTo(s *sig) (Type, *Error) {
	x := s.args[0]
	dims, minus, err := s.sizes(s.attr.(Dims).Sizes)
	if err != nil {
		return Type{}, err
	}
	if minus >= 0 {
		return Type{}, s.errorf(ErrShape, "negative length -1")
	}
	return s.stretched(x, dims)
}

// stretched checks that x stretches to dims exactly.
func (s *sig) stretched(x Type, dims []Dim) (Type, *Error) {
	skip := len(dims) - x.Rank()
	ok := skip >= 0
	for i := 0; ok && i < x.Rank(); i++ {
		ok = x.Dims[i].Is(1) || x.Dims[i].mayEqual(dims[skip+i]) ||
			x.Dims[i].size == 0 // may turn out to be 1
	}
	if !ok {
		return Type{}, s.errorf(ErrShape, "shape %s does not broadcast to %s", shapeString(x.Dims), shapeString(dims))
	}
	return Type{DType: x.DType, Weak: x.Weak && len(dims) == 0, Dims: dims}, nil
}

// inferBroadcastLike: x stretched to the shape of y.
func inferBroadcastLike(s *sig) (Type, *Error) { return s.stretched(s.args[0], s.args[1].Dims) }

// inferSumLike: x summed over the axes along which the shape of y stretches
// to that of x.
func inferSumLike(s *sig) (Type, *Error) {
	x, y := s.args[0], s.args[1]
	if _, err := s.stretched(y, x.Dims); err != nil {
		return Type{}, s.errorf(ErrShape, "shape %s does not come from broadcasting shape %s", shapeString(x.Dims), shapeString(y.Dims))
	}
	return Type{DType: x.DType, Weak: x.Weak, Dims: y.Dims}, nil
}

// inferConcatenate joins along an axis; the other axes agree.
func inferConcatenate(s *sig) (Type, *Error) {
	axis := s.attr.(Axis).Axis
	first := s.args[0]
	if first.Rank() == 0 {
		return Type{}, s.errorf(ErrShape, "scalars have no axis to join along: use stack")
	}
	if err := s.checkAxes([]int{axis}, first.Rank()); err != nil {
		return Type{}, err
	}
	dims := slices.Clone(first.Dims)
	total, known := dims[axis].Known()
	for _, x := range s.args[1:] {
		if x.Rank() != first.Rank() {
			return Type{}, s.errorf(ErrShape, "shapes %s: the numbers of axes differ", s.shapes())
		}
		for i, d := range x.Dims {
			switch {
			case i == axis:
				n, ok := d.Known()
				total, known = total+n, known && ok
			case !d.mayEqual(dims[i]):
				return Type{}, s.errorf(ErrShape, "shapes %s differ in axis %d", s.shapes(), i)
			default:
				dims[i] = moreKnown(dims[i], d)
			}
		}
	}
	if len(s.args) > 1 {
		dims[axis] = Dim{}
		if known {
			dims[axis] = KnownDim(total)
		}
	}
	d, _ := s.promoted(0)
	return Type{DType: d, Dims: dims}, nil
}

// inferShape: the lengths as an int64 vector.
func inferShape(s *sig) (Type, *Error) {
	return Type{DType: Int64, Dims: []Dim{KnownDim(s.args[0].Rank())}}, nil
}

// inferSize: a length, or the number of elements, as an int64 scalar.
func inferSize(s *sig) (Type, *Error) {
	if k := s.attr.(Number).N; k >= 0 {
		if err := s.checkAxes([]int{k}, s.args[0].Rank()); err != nil {
			return Type{}, err
		}
	}
	return Type{DType: Int64}, nil
}

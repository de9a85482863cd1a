package expr

import "slices"

// Type rules of indexing.

// bounds checks that the bounds of an index, the arguments from the i-th on,
// are integer scalars.
func (s *sig) bounds(i int) *Error {
	for ; i < len(s.args); i++ {
		if a := s.args[i]; a.Rank() != 0 || !a.DType.IsInteger() {
			return s.errorf(ErrDType, "a bound must be an integer scalar, not %s", a)
		}
	}
	return nil
}

// sliced returns the dims of the part that the index picks from dims.
func (s *sig) sliced(dims []Dim) ([]Dim, *Error) {
	items := s.attr.(Index).Items
	out := make([]Dim, 0, len(items))
	axis := 0
	for _, it := range items {
		if it.Kind == IndexNew {
			out = append(out, KnownDim(1))
			continue
		}
		if axis == len(dims) {
			return nil, s.errorf(ErrIndex, "too many indices for shape %s", shapeString(dims))
		}
		d := dims[axis]
		axis++
		if it.Kind == IndexInt {
			if err := s.indexInt(it.Start, d, axis-1); err != nil {
				return nil, err
			}
			continue
		}
		e, err := s.sliceDim(it, d)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return append(out, dims[axis:]...), nil
}

// indexInt checks an integer index against the length, where both are known.
func (s *sig) indexInt(z Size, d Dim, axis int) *Error {
	i, _, known := s.size(z)
	n, ok := d.Known()
	if known && ok && (i >= n || i < -n) {
		return s.errorf(ErrIndex, "index %d is out of range for axis %d of length %d", i, axis, n)
	}
	return nil
}

// sliceDim is the length of start:stop:step of an axis of length d.
func (s *sig) sliceDim(it IndexItem, d Dim) (Dim, *Error) {
	step, _, stepKnown := s.size(it.Step)
	if stepKnown && step == 0 {
		return Dim{}, s.errorf(ErrIndex, "a slice cannot have step 0")
	}
	if !it.HasStart && !it.HasStop && stepKnown && (step == 1 || step == -1) {
		return d, nil
	}
	n, ok := d.Known()
	start, startKnown := s.bound(it.HasStart, it.Start)
	stop, stopKnown := s.bound(it.HasStop, it.Stop)
	if !ok || !stepKnown || !startKnown || !stopKnown {
		return Dim{}, nil
	}
	_, count := sliceRange(n, it.HasStart, start, it.HasStop, stop, step)
	return KnownDim(count), nil
}

// bound resolves a bound of a slice; one that is absent counts as known.
func (s *sig) bound(has bool, z Size) (n int, known bool) {
	if !has {
		return 0, true
	}
	n, _, known = s.size(z)
	return n, known
}

// sliceRange resolves start:stop:step on an axis of length n by Python's
// rules: the first index and the number of elements.
func sliceRange(n int, hasStart bool, start int, hasStop bool, stop, step int) (first, count int) {
	low, high := 0, n // where bounds are clamped to
	if step < 0 {
		low, high = -1, n-1
	}
	clamp := func(has bool, i, absent int) int {
		if !has {
			return absent
		}
		if i < 0 {
			i += n
		}
		return min(max(i, low), high)
	}
	if step > 0 {
		first = clamp(hasStart, start, low)
		end := clamp(hasStop, stop, high)
		if end <= first {
			return first, 0
		}
		return first, (end-first-1)/step + 1
	}
	first = clamp(hasStart, start, high)
	end := clamp(hasStop, stop, low)
	if end >= first {
		return first, 0
	}
	return first, (end-first+1)/step + 1
}

// inferSlice: x[items]. Arguments after x are the bounds that are not constant.
func inferSlice(s *sig) (Type, *Error) {
	if err := s.bounds(1); err != nil {
		return Type{}, err
	}
	dims, err := s.sliced(s.args[0].Dims)
	return Type{DType: s.args[0].DType, Dims: dims}, err
}

// inferSetSlice: x with the part x[items] replaced or increased; the second
// argument broadcasts to the part.
func inferSetSlice(s *sig) (Type, *Error) {
	if err := s.bounds(2); err != nil {
		return Type{}, err
	}
	part, err := s.sliced(s.args[0].Dims)
	if err != nil {
		return Type{}, err
	}
	return s.replaced(part)
}

// replaced is the type of argument 0 with the part of shape part taken from
// argument 1.
func (s *sig) replaced(part []Dim) (Type, *Error) {
	x, v := s.args[0], s.args[1]
	if _, err := s.stretched(v, part); err != nil {
		return Type{}, err
	}
	joined, _ := promote(Type{DType: x.DType}, v)
	if joined != x.DType && (dtypes[joined].kind != dtypes[x.DType].kind || s.op == OpIncSlice || s.op == OpIncTake) {
		return Type{}, s.errorf(ErrDType, "%s does not go into %s: convert with astype", v.DType, x.DType)
	}
	return Type{DType: x.DType, Dims: x.Dims}, nil
}

// gathered returns the dims of the part that index arrays, the arguments from
// the i-th on, pick from dims.
func (s *sig) gathered(dims []Dim, i int) ([]Dim, *Error) {
	a := s.attr.(Gathered)
	if len(a.Axes) != len(s.args)-i || len(a.Axes) == 0 {
		return nil, s.errorf(ErrIndex, "%d index arrays for %d axes", len(s.args)-i, len(a.Axes))
	}
	var index []Dim
	for k, axis := range a.Axes {
		x := s.args[i+k]
		if !x.DType.IsInteger() {
			return nil, s.errorf(ErrDType, "an index array must hold integers, not %s", x.DType)
		}
		if axis >= len(dims) {
			return nil, s.errorf(ErrIndex, "too many indices for shape %s", shapeString(dims))
		}
		joined, ok := broadcastDims(index, x.Dims)
		if !ok {
			return nil, s.errorf(ErrShape, "index arrays of shapes %s and %s do not broadcast", shapeString(index), shapeString(x.Dims))
		}
		index = joined
	}
	out := make([]Dim, 0, len(dims)+len(index))
	if a.Front {
		out = append(out, index...)
	}
	for axis, d := range dims {
		switch {
		case axis == a.Axes[0] && !a.Front:
			out = append(out, index...)
		case !slices.Contains(a.Axes, axis):
			out = append(out, d)
		}
	}
	return out, nil
}

// inferTake: x[i, j], take(x, i, axis). Arguments after x are index arrays.
func inferTake(s *sig) (Type, *Error) {
	dims, err := s.gathered(s.args[0].Dims, 1)
	return Type{DType: s.args[0].DType, Dims: dims}, err
}

// inferSetTake: x with the elements that index arrays pick replaced or
// increased.
func inferSetTake(s *sig) (Type, *Error) {
	part, err := s.gathered(s.args[0].Dims, 2)
	if err != nil {
		return Type{}, err
	}
	return s.replaced(part)
}

// inferNonzero: for each axis an int64 vector of the indices of the elements
// that are not zero, in row-major order. Its length depends on data.
func inferNonzero(s *sig) (Type, *Error) {
	if s.args[0].Rank() == 0 {
		return Type{}, s.errorf(ErrShape, "a scalar has no axes")
	}
	t := Type{Elems: make([]Type, s.args[0].Rank())}
	for i := range t.Elems {
		t.Elems[i] = Type{DType: Int64, Dims: []Dim{{}}}
	}
	return t, nil
}

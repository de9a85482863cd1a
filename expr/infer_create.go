package expr

import "math"

// Type rules of ops that make arrays from scalars, and of diagonals.

// scalars checks that all arguments are real scalars.
func (s *sig) scalars() *Error {
	for i, a := range s.args {
		if a.Rank() != 0 || a.DType.IsComplex() {
			return s.errorf(ErrShape, "argument %d is %s: a real scalar is wanted", i+1, a)
		}
	}
	return nil
}

// inferArange: start, stop, step.
func inferArange(s *sig) (Type, *Error) {
	if err := s.scalars(); err != nil {
		return Type{}, err
	}
	t := Type{DType: s.attr.(Filled).DType, Dims: []Dim{{}}}
	start, stop, step := s.value(0), s.value(1), s.value(2)
	if step != nil && step.Float(0) == 0 {
		return Type{}, s.errorf(ErrDomain, "step 0")
	}
	switch {
	case start != nil && stop != nil && step != nil:
		n, err := s.arangeLen(start, stop, step)
		if err != nil {
			return Type{}, err
		}
		t.Dims[0] = KnownDim(n)
	case start != nil && step != nil && start.Float(0) == 0 && step.Float(0) == 1:
		t.Dims[0] = s.dim(1) // arange(shape(x)[0])
	}
	return t, nil
}

// maxLen bounds the length of a created array, so that a wrong one is an error
// and not an attempt to allocate.
const maxLen = min(1<<46, math.MaxInt)

// arangeLen is ceil((stop-start)/step), not below 0.
func (s *sig) arangeLen(start, stop, step *Value) (int, *Error) {
	if start.dtype.IsInteger() && stop.dtype.IsInteger() && step.dtype.IsInteger() {
		a, b, c := start.Int(0), stop.Int(0), step.Int(0)
		if c < 0 {
			a, b, c = b, a, -c
		}
		if b <= a {
			return 0, nil
		}
		if n := (uint64(b)-uint64(a)-1)/uint64(c) + 1; n <= maxLen {
			return int(n), nil
		}
		return 0, s.errorf(ErrShape, "too many elements")
	}
	n := math.Ceil((stop.Float(0) - start.Float(0)) / step.Float(0))
	switch {
	case n <= 0:
		return 0, nil
	case n <= maxLen:
		return int(n), nil
	}
	return 0, s.errorf(ErrShape, "from %v to %v by %v: too many elements, or not a number", start.Float(0), stop.Float(0), step.Float(0))
}

// integer checks that argument i is an integer scalar and returns the dim that
// it denotes.
func (s *sig) length(i int) (Dim, *Error) {
	if a := s.args[i]; a.Rank() != 0 || !a.DType.IsInteger() {
		return Dim{}, s.errorf(ErrDType, "a length must be an integer scalar, not %s", a)
	}
	n, d, known := s.size(Size{Arg: i})
	if known && (n < 0 || n > maxLen) {
		return Dim{}, s.errorf(ErrShape, "length %d", n)
	}
	return d, nil
}

// inferLinspace: first, last, number of elements.
func inferLinspace(s *sig) (Type, *Error) {
	if err := s.scalars(); err != nil {
		return Type{}, err
	}
	d, err := s.length(2)
	return Type{DType: s.attr.(Filled).DType, Dims: []Dim{d}}, err
}

// inferEye: rows and columns.
func inferEye(s *sig) (Type, *Error) {
	n, err := s.length(0)
	if err != nil {
		return Type{}, err
	}
	m, err := s.length(1)
	d := s.attr.(Diagonal).DType
	if err == nil && (d == NoDType || d >= numDTypes) {
		return Type{}, s.errorf(ErrDType, "%v is no dtype", d)
	}
	return Type{DType: d, Dims: []Dim{n, m}}, err
}

// inferUniform: a key, and the lengths that the shape refers to.
func inferUniform(s *sig) (Type, *Error) {
	a := s.attr.(Drawn)
	switch a.DType {
	case Uint32, Uint64, Float32, Float64:
	default:
		return Type{}, s.errorf(ErrDType, "no random numbers of %s", a.DType)
	}
	if key := s.args[0]; key.Rank() != 0 || !key.DType.IsInteger() {
		return Type{}, s.errorf(ErrDType, "a key must be an integer scalar, not %s", key)
	}
	dims, minus, err := s.sizes(a.Sizes)
	if err == nil && minus >= 0 {
		err = s.errorf(ErrShape, "negative length -1")
	}
	return Type{DType: a.DType, Dims: dims}, err
}

// inferDiag: the diagonal of a matrix, or the matrix with a vector on its
// diagonal.
func inferDiag(s *sig) (Type, *Error) {
	x, k := s.args[0], s.attr.(Diagonal).K
	t := Type{DType: x.DType}
	switch x.Rank() {
	case 1:
		if k < -math.MaxInt/4 || k > math.MaxInt/4 {
			return t, s.errorf(ErrShape, "diagonal %d is too far out", k)
		}
		d := x.Dims[0]
		if n, ok := d.Known(); ok {
			d = KnownDim(n + max(k, -k))
		} else if k != 0 {
			d = Dim{}
		}
		t.Dims = []Dim{d, d}
		return t, nil
	case 2:
		n, okN := x.Dims[0].Known()
		m, okM := x.Dims[1].Known()
		d := Dim{}
		switch {
		case okN && okM:
			d = KnownDim(max(0, min(n+min(k, 0), m-max(k, 0))))
		case k == 0 && x.Dims[0].Same(x.Dims[1]):
			d = x.Dims[0]
		}
		t.Dims = []Dim{d}
		return t, nil
	}
	return t, s.errorf(ErrShape, "shape %s: a vector or a matrix is wanted", shapeString(x.Dims))
}

// inferTri: tril and triu of a stack of matrices.
func inferTri(s *sig) (Type, *Error) {
	if s.args[0].Rank() < 2 {
		return Type{}, s.errorf(ErrShape, "shape %s: a matrix is wanted", shapeString(s.args[0].Dims))
	}
	return Type{DType: s.args[0].DType, Dims: s.args[0].Dims}, nil
}

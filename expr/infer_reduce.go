package expr

import "slices"

// Type rules of reductions and of ops along one axis.

// reduced removes or shortens the axes of the attribute.
func (s *sig) reduced(d DType) (Type, *Error) {
	a := s.attr.(Axes)
	x := s.args[0]
	if err := s.checkAxes(a.Axes, x.Rank()); err != nil {
		return Type{}, err
	}
	dims := make([]Dim, 0, x.Rank())
	for i, n := range x.Dims {
		switch {
		case !slices.Contains(a.Axes, i):
			dims = append(dims, n)
		case a.KeepDims:
			dims = append(dims, KnownDim(1))
		}
	}
	return Type{DType: d, Weak: x.Weak, Dims: dims}, nil
}

func (s *sig) checkAxes(axes []int, rank int) *Error {
	for i, a := range axes {
		if a < 0 || a >= rank {
			return s.errorf(ErrAxis, "axis %d of %s", a, countAxes(rank))
		}
		if slices.Contains(axes[:i], a) {
			return s.errorf(ErrAxis, "axis %d is named twice", a)
		}
	}
	return nil
}

func countAxes(rank int) string {
	switch rank {
	case 0:
		return "a scalar"
	case 1:
		return "an array of 1 axis"
	}
	return "an array of " + KnownDim(rank).String() + " axes"
}

// accumulator is the dtype in which sums of d are kept: int64 for bool and
// signed integers, uint64 for unsigned ones, d itself otherwise.
func (d DType) accumulator() DType {
	switch {
	case d == Bool || d.IsSigned():
		return Int64
	case d.IsUnsigned():
		return Uint64
	}
	return d
}

// inferSum: sum and prod of any dtype.
func inferSum(s *sig) (Type, *Error) { return s.reduced(s.args[0].DType.accumulator()) }

// inferMean: integers give float64.
func inferMean(s *sig) (Type, *Error) { return s.reduced(s.args[0].DType.floating()) }

// inferMeanReal: as mean, of real numbers.
func inferMeanReal(s *sig) (Type, *Error) {
	if err := s.ordered(); err != nil {
		return Type{}, err
	}
	return inferMean(s)
}

// ordered refuses complex numbers.
func (s *sig) ordered() *Error {
	if s.args[0].DType.IsComplex() {
		return s.errorf(ErrDType, "no %s for %s", s.op, s.args[0].DType)
	}
	return nil
}

// inferExtremum: max and min of an array that is not known to be empty.
func inferExtremum(s *sig) (Type, *Error) {
	if err := s.ordered(); err != nil {
		return Type{}, err
	}
	t, err := s.reduced(s.args[0].DType)
	if err != nil {
		return t, err
	}
	return t, s.notEmpty(s.attr.(Axes).Axes, t)
}

// notEmpty refuses a reduction without a value over an axis of length 0,
// unless there are no results at all.
func (s *sig) notEmpty(axes []int, result Type) *Error {
	for _, d := range result.Dims {
		if n, ok := d.Known(); !ok || n == 0 {
			return nil
		}
	}
	for _, a := range axes {
		if s.args[0].Dims[a].Is(0) {
			return s.errorf(ErrEmpty, "axis %d of shape %s has no elements", a, shapeString(s.args[0].Dims))
		}
	}
	return nil
}

// inferAny: any and all give bool.
func inferAny(s *sig) (Type, *Error) { return s.reduced(Bool) }

// inferArg: argmax and argmin give int64 indices, into the flattened array
// where no axis is given.
func inferArg(s *sig) (Type, *Error) {
	if err := s.ordered(); err != nil {
		return Type{}, err
	}
	a := s.attr.(Axis)
	axes := Axes{Axes: []int{a.Axis}, KeepDims: a.KeepDims}
	if a.Axis < 0 {
		axes.Axes = allAxes(s.args[0].Rank())
	}
	r := *s
	r.attr = axes
	t, err := r.reduced(Int64)
	if err != nil {
		return t, err
	}
	t.Weak = false
	return t, s.notEmpty(axes.Axes, t)
}

func allAxes(rank int) []int {
	axes := make([]int, rank)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

// along checks the attribute's axis; -1 means the flattened array.
func (s *sig) along(d DType) (Type, *Error) {
	x := s.args[0]
	a := s.attr.(Axis).Axis
	if a >= 0 {
		if err := s.checkAxes([]int{a}, x.Rank()); err != nil {
			return Type{}, err
		}
		return Type{DType: d, Dims: x.Dims}, nil
	}
	return Type{DType: d, Dims: []Dim{countDim(x.Dims)}}, nil
}

// countDim is the number of elements of an array with these dims.
func countDim(dims []Dim) Dim {
	if len(dims) == 1 {
		return dims[0]
	}
	total := 1
	unknown := false
	for _, d := range dims {
		n, ok := d.Known()
		if ok && n == 0 {
			return d
		}
		unknown = unknown || !ok
		total *= n
	}
	if unknown {
		return Dim{}
	}
	return KnownDim(total)
}

// inferAlongFloat: softmax and log_softmax of real numbers.
func inferAlongFloat(s *sig) (Type, *Error) {
	if err := s.ordered(); err != nil {
		return Type{}, err
	}
	return s.along(s.args[0].DType.floating())
}

// inferCumulative: cumsum and cumprod, in the dtype of sum.
func inferCumulative(s *sig) (Type, *Error) { return s.along(s.args[0].DType.accumulator()) }

// inferSort: the elements themselves.
func inferSort(s *sig) (Type, *Error) {
	if err := s.ordered(); err != nil {
		return Type{}, err
	}
	return s.along(s.args[0].DType)
}

// inferArgsort: their int64 indices.
func inferArgsort(s *sig) (Type, *Error) {
	if err := s.ordered(); err != nil {
		return Type{}, err
	}
	return s.along(Int64)
}

package expr

import "slices"

// Reductions and ops along an axis. Axes may be negative, counting from the
// last; no axes means all.

// Reduce returns the reduction op (OpSum, OpMax ...) of x over axes; with
// keepDims the reduced axes stay, with length 1.
func Reduce(op Op, x any, keepDims bool, axes ...int) *Node {
	if op >= NumOps || !op.Reduction() {
		return wrong(Errorf(ErrInput, op.String(), "not a reduction"))
	}
	return reduce(op, operand(x), keepDims, axes)
}

func reduce(op Op, x *Node, keepDims bool, axes []int) *Node {
	if x == nil || x.mistake() != nil {
		return apply(op, nil, x)
	}
	a := Axes{KeepDims: keepDims && x.Rank() > 0}
	if len(axes) == 0 {
		a.Axes, a.All = allAxes(x.Rank()), true
		return apply(op, a, x)
	}
	for _, axis := range axes {
		a.Axes = append(a.Axes, fromEnd(axis, x.Rank()))
	}
	slices.Sort(a.Axes)
	a.All = len(a.Axes) == x.Rank()
	return apply(op, a, x)
}

// fromEnd turns a negative axis into one from the front; what is out of range
// stays out of range.
func fromEnd(axis, rank int) int {
	if axis < 0 && axis >= -rank {
		return axis + rank
	}
	return axis
}

// Sum returns the sum over axes; of bool and integers in int64.
func (x *Node) Sum(axes ...int) *Node { return reduce(OpSum, x, false, axes) }

// Prod returns the product over axes; of bool and integers in int64.
func (x *Node) Prod(axes ...int) *Node { return reduce(OpProd, x, false, axes) }

// Max returns the largest element along axes, NaN if there is one.
func (x *Node) Max(axes ...int) *Node { return reduce(OpMax, x, false, axes) }

// Min returns the smallest element along axes, NaN if there is one.
func (x *Node) Min(axes ...int) *Node { return reduce(OpMin, x, false, axes) }

// Mean returns the arithmetic mean over axes, a float.
func (x *Node) Mean(axes ...int) *Node { return reduce(OpMean, x, false, axes) }

// Any reports whether any element along axes is not zero.
func (x *Node) Any(axes ...int) *Node { return reduce(OpAny, x, false, axes) }

// All reports whether all elements along axes are not zero.
func (x *Node) All(axes ...int) *Node { return reduce(OpAll, x, false, axes) }

// LogSumExp returns log(sum(exp(x))) over axes without overflow.
func (x *Node) LogSumExp(axes ...int) *Node { return reduce(OpLogSumExp, x, false, axes) }

// Var returns the variance over axes: the mean of the squared distances from
// the mean, divided by the number of elements.
func (x *Node) Var(axes ...int) *Node { return variance(x, false, axes) }

// Std returns the standard deviation over axes, the square root of Var.
func (x *Node) Std(axes ...int) *Node { return variance(x, false, axes).Sqrt() }

func variance(x *Node, keepDims bool, axes []int) *Node {
	d := x.Sub(reduce(OpMean, x, true, axes))
	if x.DType().IsComplex() {
		return reduce(OpMean, d.Real().Square().Add(d.Imag().Square()), keepDims, axes)
	}
	return reduce(OpMean, d.Square(), keepDims, axes)
}

// Argmax returns the int64 index of the first largest element along axis.
func (x *Node) Argmax(axis int) *Node { return alongAxis(OpArgmax, x, axis) }

// Argmin returns the int64 index of the first smallest element along axis.
func (x *Node) Argmin(axis int) *Node { return alongAxis(OpArgmin, x, axis) }

// Softmax returns exp(x)/sum(exp(x)) along axis without overflow.
func (x *Node) Softmax(axis int) *Node { return alongAxis(OpSoftmax, x, axis) }

// LogSoftmax returns log(softmax(x)) along axis.
func (x *Node) LogSoftmax(axis int) *Node { return alongAxis(OpLogSoftmax, x, axis) }

// Cumsum returns the running sums along axis.
func (x *Node) Cumsum(axis int) *Node { return alongAxis(OpCumsum, x, axis) }

// Cumprod returns the running products along axis.
func (x *Node) Cumprod(axis int) *Node { return alongAxis(OpCumprod, x, axis) }

// Sort returns the elements along axis in ascending order, NaN last.
func (x *Node) Sort(axis int) *Node { return alongAxis(OpSort, x, axis) }

// Argsort returns the int64 indices that sort x along axis; equal elements keep
// their order.
func (x *Node) Argsort(axis int) *Node { return alongAxis(OpArgsort, x, axis) }

// alongAxis applies an op with an [Axis] attribute.
func alongAxis(op Op, x *Node, axis int) *Node {
	if x == nil || x.mistake() != nil {
		return apply(op, nil, x)
	}
	a := fromEnd(axis, x.Rank())
	if a < 0 || a >= x.Rank() { // -1 inside the attribute would mean flattened
		return wrong(Errorf(ErrAxis, op.String(), "axis %d of %s", axis, countAxes(x.Rank())))
	}
	return apply(op, Axis{Axis: a}, x)
}

// Diff returns the n-th differences x[1:] - x[:-1] along axis; n is at most 100.
func (x *Node) Diff(n, axis int) *Node {
	if x.Err() != nil {
		return x
	}
	axis = fromEnd(axis, x.Rank())
	if axis < 0 || axis >= x.Rank() {
		return wrong(Errorf(ErrAxis, "diff", "axis %d of %s", axis, countAxes(x.Rank())))
	}
	switch {
	case n < 0:
		return wrong(Errorf(ErrDomain, "diff", "negative order %d", n))
	case n > maxDiff:
		return wrong(Errorf(ErrDomain, "diff", "order %d is more than the limit of %d", n, maxDiff))
	}
	for range n {
		hi, lo := fullIndex(axis+1), fullIndex(axis+1)
		hi[axis], lo[axis] = Range{Start: 1}, Range{Stop: -1}
		if x.DType() == Bool {
			x = x.Index(hi...).Ne(x.Index(lo...))
			continue
		}
		x = x.Index(hi...).Sub(x.Index(lo...))
	}
	return x
}

package expr

import "slices"

// Constructors that change shapes. Lengths may be ints, integer scalar nodes,
// or one vector of integers such as the result of Shape.

// shapeArgs turns the lengths given by the user into sizes and the arguments
// that they refer to, which start at index first.
func shapeArgs(dims []any, first int) (sizes []Size, args []*Node, err *Error) {
	if len(dims) == 1 {
		dims, err = spread(dims[0])
		if err != nil {
			return nil, nil, err
		}
	}
	sizes = make([]Size, len(dims))
	for i, d := range dims {
		n := operand(d)
		if n.mistake() != nil {
			return nil, nil, n.mistake()
		}
		if v := n.Value(); v != nil && v.Rank() == 0 && v.dtype.IsInteger() {
			sizes[i] = Size{Arg: -1, N: v.index(0)}
			continue
		}
		sizes[i] = Size{Arg: first + len(args)}
		args = append(args, n)
	}
	return sizes, args, nil
}

// spread returns the entries of a vector of lengths, or the one length itself.
func spread(d any) ([]any, *Error) {
	switch d := d.(type) {
	case int:
		return []any{d}, nil
	case []any:
		return d, nil
	}
	n := operand(d)
	switch {
	case n.mistake() != nil:
		return nil, n.mistake()
	case n.Rank() == 0:
		return []any{n}, nil
	case n.Rank() > 1:
		return nil, Errorf(ErrShape, "", "a shape is a vector, not %s", n.Type())
	}
	length, known := n.Type().Dims[0].Known()
	if !known {
		return nil, Errorf(ErrShape, "", "a shape of unknown rank: %s", n.Type())
	}
	entries := make([]any, length)
	for i := range entries {
		switch {
		case n.op == OpConst:
			entries[i] = int(n.Value().Int(i))
		case n.op == OpShape:
			entries[i] = n.Args()[0].Size(i)
		default:
			entries[i] = n.Index(i)
		}
	}
	return entries, nil
}

// shaped applies an op with a [Dims] attribute to x.
func shaped(op Op, x *Node, dims []any) *Node {
	if x.Err() != nil {
		return apply(op, nil, x)
	}
	sizes, args, err := shapeArgs(dims, 1)
	if err != nil {
		if err.Op == "" {
			err.Op = op.String()
		}
		return wrong(err)
	}
	return apply(op, Dims{sizes}, append([]*Node{x}, args...)...)
}

// Reshape returns the elements in row-major order in another shape; one length
// may be -1 and follows from the others.
func (x *Node) Reshape(dims ...any) *Node { return shaped(OpReshape, x, dims) }

// Ravel returns the elements in row-major order as a vector.
func (x *Node) Ravel() *Node { return shaped(OpReshape, x, []any{-1}) }

// BroadcastTo returns x with axes of length 1 stretched, and new axes in front.
func (x *Node) BroadcastTo(dims ...any) *Node { return shaped(OpBroadcastTo, x, dims) }

// BroadcastLike returns x stretched to the shape of y, whose value is not used.
func (x *Node) BroadcastLike(y any) *Node {
	b := operand(y)
	if x.Err() == nil && b.mistake() == nil && x.Type().SameShape(b.Type()) {
		return x
	}
	return apply(OpBroadcastLike, nil, x, b)
}

// SumLike returns x summed to the shape of y, from which x was broadcast: the
// gradient of BroadcastLike. The value of y is not used.
func (x *Node) SumLike(y any) *Node {
	b := operand(y)
	if x.Err() == nil && b.mistake() == nil && x.Type().SameShape(b.Type()) {
		return x
	}
	return apply(OpSumLike, nil, x, b)
}

// DimShuffle permutes axes (each named by its number), inserts new axes of
// length 1 (-1) and drops axes of length 1 (those not named).
func (x *Node) DimShuffle(pattern ...int) *Node {
	return apply(OpDimShuffle, Pattern{slices.Clone(pattern)}, x)
}

// T returns x with all axes reversed: the transpose of a matrix.
func (x *Node) T() *Node { return x.Transpose() }

// Transpose returns x with its axes in the given order; reversed if no order
// is given.
func (x *Node) Transpose(axes ...int) *Node {
	if x.Err() != nil {
		return apply(OpDimShuffle, nil, x)
	}
	order := make([]int, x.Rank())
	if len(axes) == 0 {
		for i := range order {
			order[i] = len(order) - 1 - i
		}
		return apply(OpDimShuffle, Pattern{order}, x)
	}
	if len(axes) != x.Rank() {
		return wrong(Errorf(ErrAxis, "transpose", "%d axes named of %s", len(axes), countAxes(x.Rank())))
	}
	for i, a := range axes {
		order[i] = fromEnd(a, x.Rank())
		if order[i] < 0 {
			return wrong(Errorf(ErrAxis, "transpose", "axis %d of %s", a, countAxes(x.Rank())))
		}
	}
	return apply(OpDimShuffle, Pattern{order}, x)
}

// SwapAxes returns x with two axes exchanged.
func (x *Node) SwapAxes(i, j int) *Node {
	if x.Err() != nil {
		return x
	}
	order := allAxes(x.Rank())
	a, b := fromEnd(i, x.Rank()), fromEnd(j, x.Rank())
	if a < 0 || b < 0 || a >= x.Rank() || b >= x.Rank() {
		return wrong(Errorf(ErrAxis, "swapaxes", "axes %d and %d of %s", i, j, countAxes(x.Rank())))
	}
	order[a], order[b] = b, a
	return apply(OpDimShuffle, Pattern{order}, x)
}

// MoveAxis returns x with the axis source moved to the place destination.
func (x *Node) MoveAxis(source, destination int) *Node {
	if x.Err() != nil {
		return x
	}
	from, to := fromEnd(source, x.Rank()), fromEnd(destination, x.Rank())
	if from < 0 || to < 0 || from >= x.Rank() || to >= x.Rank() {
		return wrong(Errorf(ErrAxis, "moveaxis", "axes %d and %d of %s", source, destination, countAxes(x.Rank())))
	}
	order := slices.Delete(allAxes(x.Rank()), from, from+1)
	return apply(OpDimShuffle, Pattern{slices.Insert(order, to, from)}, x)
}

// ExpandDims returns x with a new axis of length 1 at the place axis of the
// result.
func (x *Node) ExpandDims(axis int) *Node {
	if x.Err() != nil {
		return x
	}
	a := fromEnd(axis, x.Rank()+1)
	if a < 0 || a > x.Rank() {
		return wrong(Errorf(ErrAxis, "expand_dims", "axis %d of %s", axis, countAxes(x.Rank()+1)))
	}
	return apply(OpDimShuffle, Pattern{slices.Insert(allAxes(x.Rank()), a, -1)}, x)
}

// atLeast returns x with new axes in front up to the given number of axes.
func (x *Node) atLeast(rank int) *Node {
	for x.mistake() == nil && x.Rank() < rank {
		x = x.ExpandDims(0)
	}
	return x
}

// Squeeze returns x without the given axes, which must have length 1. Without
// axes it drops all of length 1, and all dims must be known.
func (x *Node) Squeeze(axes ...int) *Node {
	if x.Err() != nil {
		return x
	}
	drop := make([]bool, x.Rank())
	for _, axis := range axes {
		a := fromEnd(axis, x.Rank())
		if a < 0 || a >= x.Rank() {
			return wrong(Errorf(ErrAxis, "squeeze", "axis %d of %s", axis, countAxes(x.Rank())))
		}
		drop[a] = true
	}
	for a, d := range x.Type().Dims {
		if _, known := d.Known(); len(axes) == 0 && !known {
			return wrong(Errorf(ErrShape, "squeeze", "shape %s: name the axes, unknown lengths may be 1", shapeString(x.Type().Dims)))
		}
		drop[a] = drop[a] || len(axes) == 0 && d.Is(1)
	}
	pattern := []int{}
	for a := range drop {
		if !drop[a] {
			pattern = append(pattern, a)
		}
	}
	n := apply(OpDimShuffle, Pattern{pattern}, x)
	if n.mistake() != nil {
		n.mistake().Op = "squeeze"
	}
	return n
}

// Concatenate joins arrays along an axis.
func Concatenate(axis int, arrays ...any) *Node {
	if len(arrays) == 0 {
		return wrong(Errorf(ErrInput, "concatenate", "no arrays"))
	}
	nodes := operands(arrays)
	return apply(OpConcatenate, Axis{Axis: fromEnd(axis, nodes[0].Rank())}, nodes...)
}

// Stack joins arrays of one shape along a new axis.
func Stack(axis int, arrays ...any) *Node {
	if len(arrays) == 0 {
		return wrong(Errorf(ErrInput, "stack", "no arrays"))
	}
	nodes := operands(arrays)
	first := nodes[0]
	for i, n := range nodes {
		if n.mistake() == nil && first.mistake() == nil && n.Rank() != first.Rank() {
			return wrong(Errorf(ErrShape, "stack", "shapes %s and %s differ", shapeString(first.Type().Dims), shapeString(n.Type().Dims)))
		}
		nodes[i] = n.ExpandDims(axis)
	}
	return apply(OpConcatenate, Axis{Axis: fromEnd(axis, nodes[0].Rank())}, nodes...)
}

// one returns the integer 1 at the place of x.
func (x *Node) one() *Node { return constant(ScalarValue(int64(1)), true) }

// length returns the value of x if it is a constant integer scalar.
func (x *Node) length() (n int64, known bool) {
	if v := x.Value(); v != nil && v.Rank() == 0 && v.dtype.IsInteger() {
		return v.Int(0), true
	}
	return 0, false
}

// mulSizes multiplies two lengths, at once where both are known.
func mulSizes(a, b *Node) *Node {
	u, knownA := a.length()
	v, knownB := b.length()
	switch {
	case knownA && knownB:
		return constant(ScalarValue(u*v), true)
	case knownA && u == 1:
		return b
	case knownB && v == 1:
		return a
	case knownA:
		a = constant(ScalarValue(u), true)
	case knownB:
		b = constant(ScalarValue(v), true)
	}
	return a.Mul(b)
}

// Repeat returns x with each element along axis repeated n times; n is an int
// or an integer scalar.
func (x *Node) Repeat(n any, axis int) *Node {
	if x.Err() != nil {
		return x
	}
	a := fromEnd(axis, x.Rank())
	if a < 0 || a >= x.Rank() {
		return wrong(Errorf(ErrAxis, "repeat", "axis %d of %s", axis, countAxes(x.Rank())))
	}
	count := operand(n)
	if k, known := count.length(); known && k < 0 {
		return wrong(Errorf(ErrShape, "repeat", "negative count %d", k))
	}
	wide, flat := make([]any, 0, x.Rank()+1), make([]any, 0, x.Rank())
	for i := range x.Rank() {
		size := x.Size(i)
		wide = append(wide, size)
		if i == a {
			wide = append(wide, count)
			size = mulSizes(size, count)
		}
		flat = append(flat, size)
	}
	return x.ExpandDims(a + 1).BroadcastTo(wide...).Reshape(flat...)
}

// Tile returns x repeated as a whole, reps times along the last axes.
func (x *Node) Tile(reps ...any) *Node {
	if x.Err() != nil {
		return x
	}
	if x = x.atLeast(len(reps)); x.mistake() != nil {
		return x
	}
	for len(reps) < x.Rank() {
		reps = append([]any{1}, reps...)
	}
	var pattern []int
	var wide, flat []any
	for i := range x.Rank() {
		r := operand(reps[i])
		pattern = append(pattern, -1, i)
		wide = append(wide, r, x.Size(i))
		flat = append(flat, mulSizes(r, x.Size(i)))
	}
	return x.DimShuffle(pattern...).BroadcastTo(wide...).Reshape(flat...)
}

// Flip returns x with the elements along the given axes in reverse order; along
// all if no axes are given.
func (x *Node) Flip(axes ...int) *Node {
	if x.Err() != nil {
		return x
	}
	if len(axes) == 0 {
		axes = allAxes(x.Rank())
	}
	items := fullIndex(x.Rank())
	for _, axis := range axes {
		a := fromEnd(axis, x.Rank())
		if a < 0 || a >= x.Rank() {
			return wrong(Errorf(ErrAxis, "flip", "axis %d of %s", axis, countAxes(x.Rank())))
		}
		items[a] = Range{Step: -1}
	}
	return x.Index(items...)
}

// Roll returns x with its elements moved by n places along axis; those that
// leave at the end come back in front. n is an int or an integer scalar.
func (x *Node) Roll(n any, axis int) *Node {
	if x.Err() != nil {
		return x
	}
	a := fromEnd(axis, x.Rank())
	if a < 0 || a >= x.Rank() {
		return wrong(Errorf(ErrAxis, "roll", "axis %d of %s", axis, countAxes(x.Rank())))
	}
	var cut any // the element that comes first
	shift, size := operand(n), x.Size(a)
	k, knownShift := shift.length()
	d, knownSize := size.length()
	if knownShift && knownSize {
		cut = 0
		if d > 0 {
			cut = int(((-k)%d + d) % d)
		}
	} else {
		cut = shift.Neg().Mod(size)
	}
	head, tail := fullIndex(a+1), fullIndex(a+1)
	head[a], tail[a] = Range{Start: cut}, Range{Stop: cut}
	return Concatenate(a, x.Index(head...), x.Index(tail...))
}

// Shape returns the lengths of all axes as an int64 vector.
func (x *Node) Shape() *Node { return apply(OpShape, nil, x) }

// Size returns the length of an axis, or without axis the number of elements,
// as an int64 scalar: a constant where it is known. It is not weak.
func (x *Node) Size(axis ...int) *Node {
	if x.Err() != nil {
		return apply(OpSize, nil, x)
	}
	k, d := -1, countDim(x.Type().Dims)
	if len(axis) > 0 {
		k = fromEnd(axis[0], x.Rank())
		if k < 0 || k >= x.Rank() {
			return wrong(Errorf(ErrAxis, "size", "axis %d of %s", axis[0], countAxes(x.Rank())))
		}
		d = x.Type().Dims[k]
	}
	if n, ok := d.Known(); ok {
		return constant(ScalarValue(int64(n)), false)
	}
	return apply(OpSize, Number{k}, x)
}

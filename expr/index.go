package expr

import "slices"

// Indexing, by NumPy's rules.

// Range is a slice start:stop:step inside an index; nil means absent. Bounds
// are ints or integer scalars, negative ones count from the end, and bounds
// out of range are clamped as in Python.
type Range struct{ Start, Stop, Step any }

// All is the index of a whole axis, Python's ":".
var All = Range{}

// mark is an index entry that stands for itself.
type mark string

// NewAxis inside an index makes a new axis of length 1, Python's None.
// Ellipsis stands for as many whole axes as there are left.
const (
	NewAxis  = mark("None")
	Ellipsis = mark("...")
)

// fullIndex returns n entries that each take a whole axis.
func fullIndex(n int) []any {
	items := make([]any, n)
	for i := range items {
		items[i] = All
	}
	return items
}

// selection is an index after its entries have been sorted: first a basic
// part, then arrays of integers along axes of what the basic part leaves.
type selection struct {
	items  []IndexItem
	bounds []*Node // the bounds that are not constant, in the order of Size.Arg
	axes   []int
	arrays []*Node
	front  bool
}

// Index returns the part of x that items select: ints and integer scalars
// (which drop an axis), Range, NewAxis, Ellipsis, arrays of integers as []int
// or nodes, and arrays of bool, which select where they are true.
func (x *Node) Index(items ...any) *Node {
	if x.Err() != nil {
		return apply(OpSlice, nil, x)
	}
	s, err := x.selection(items, 1)
	if err != nil {
		return wrong(err)
	}
	if s.basic() {
		x = apply(OpSlice, Index{s.items}, append([]*Node{x}, s.bounds...)...)
	}
	if len(s.arrays) > 0 {
		x = apply(OpTake, Gathered{s.axes, s.front}, append([]*Node{x}, s.arrays...)...)
	}
	return x
}

// SetSubtensor returns a copy of x in which the part x.Index(items...) is
// replaced by v, which broadcasts to it.
func (x *Node) SetSubtensor(v any, items ...any) *Node {
	return x.assign(OpSetSlice, OpSetTake, operand(v), items)
}

// IncSubtensor returns a copy of x in which v is added to the part
// x.Index(items...); an element selected twice is increased twice.
func (x *Node) IncSubtensor(v any, items ...any) *Node {
	return x.assign(OpIncSlice, OpIncTake, operand(v), items)
}

func (x *Node) assign(slice, take Op, v *Node, items []any) *Node {
	if x.Err() != nil {
		return apply(slice, nil, x, v)
	}
	s, err := x.selection(items, 2)
	if err != nil {
		return wrong(err)
	}
	sliced := func(op Op, v *Node) *Node {
		return apply(op, Index{s.items}, append([]*Node{x, v}, s.bounds...)...)
	}
	gathered := func(x *Node) *Node {
		return apply(take, Gathered{s.axes, s.front}, append([]*Node{x, v}, s.arrays...)...)
	}
	switch {
	case len(s.arrays) == 0:
		return sliced(slice, v)
	case s.basic():
		return sliced(OpSetSlice, gathered(x.Index(items2basic(items, x)...)))
	}
	return gathered(x)
}

// items2basic returns items with each array replaced by the whole axes that it
// indexes: the basic part of a mixed index.
func items2basic(items []any, x *Node) []any {
	basic := make([]any, 0, len(items))
	for _, it := range items {
		switch it := it.(type) {
		case Range, mark:
			basic = append(basic, it)
		default:
			axes := 1
			if n := operand(it); n.DType() == Bool {
				axes = n.Rank()
			}
			basic = append(basic, fullIndex(axes)...)
		}
	}
	return basic
}

// basic reports whether the basic part does anything.
func (s *selection) basic() bool {
	if len(s.arrays) == 0 {
		return true
	}
	for _, it := range s.items {
		if !it.whole() {
			return true
		}
	}
	return false
}

// selection sorts the entries of an index of x. Arguments for bounds start at
// index first.
func (x *Node) selection(items []any, first int) (*selection, *Error) {
	items, arrays, gap, err := x.expand(items)
	if err != nil {
		return nil, err
	}
	s := &selection{}
	size := func(v any) (Size, *Error) {
		n := operand(v)
		if n.mistake() == nil && n.Rank() != 0 {
			return Size{}, Errorf(ErrDType, "slice", "a bound must be an integer scalar, not %s", n.Type())
		}
		sizes, args, err := shapeArgs([]any{n}, first+len(s.bounds))
		if err != nil {
			return Size{}, err
		}
		s.bounds = append(s.bounds, args...)
		return sizes[0], nil
	}
	axis := 0       // of the result of the basic part
	before := false // there is an array before the gap
	for i, it := range items {
		item := IndexItem{Step: Size{Arg: -1, N: 1}}
		switch it := it.(type) {
		case mark:
			item.Kind = IndexNew
		case Range:
			item, err = rangeItem(it, size)
		case *Node:
			if arrays {
				s.front = s.front || i >= gap && before
				before = before || i < gap
				s.axes, s.arrays = append(s.axes, axis), append(s.arrays, it)
				break
			}
			item.Kind = IndexInt
			item.Start, err = size(it)
			axis--
		}
		if err != nil {
			return nil, err
		}
		s.items = append(s.items, item)
		axis++
	}
	for i, a := range s.axes {
		s.front = s.front || a != s.axes[0]+i
	}
	return s, nil
}

// absent is the bound that is not there.
var absent = Size{Arg: -1}

// rangeItem resolves the bounds of a Range.
func rangeItem(r Range, size func(any) (Size, *Error)) (item IndexItem, err *Error) {
	item = IndexItem{Kind: IndexSlice, HasStart: r.Start != nil, HasStop: r.Stop != nil, Start: absent, Stop: absent, Step: Size{Arg: -1, N: 1}}
	for _, bound := range []struct {
		v  any
		to *Size
	}{{r.Start, &item.Start}, {r.Stop, &item.Stop}, {r.Step, &item.Step}} {
		if bound.v == nil {
			continue
		}
		if *bound.to, err = size(bound.v); err != nil {
			return item, err
		}
	}
	return item, nil
}

// expand replaces Ellipsis by whole axes, masks by arrays of integers and
// numbers by nodes, and checks the number of entries. arrays reports whether
// any entry is an array, in which case integers count as arrays too. gap is
// the place in out of an Ellipsis that stands for no axes, 0 if there is none:
// it still keeps the arrays on its sides apart.
func (x *Node) expand(items []any) (out []any, arrays bool, gap int, err *Error) {
	nodes := make([]*Node, len(items)) // of the entries that are neither marks nor slices
	used, ellipses := 0, 0
	for i, it := range items {
		switch it := it.(type) {
		case nil:
		case mark:
			if it == Ellipsis {
				ellipses++
			}
		case Range:
			used++
		default:
			n := operand(it)
			axes, err := n.indexedAxes()
			if err != nil {
				return nil, false, 0, err
			}
			nodes[i] = n
			used += axes
		}
	}
	rest := x.Rank() - used
	switch {
	case ellipses > 1:
		return nil, false, 0, Errorf(ErrIndex, "slice", "two ellipses in one index")
	case rest < 0:
		return nil, false, 0, Errorf(ErrIndex, "slice", "%d indices for shape %s", used, shapeString(x.Type().Dims))
	case ellipses == 0:
		items = append(slices.Clone(items), Ellipsis)
	}
	axis := 0 // of x
	for i, it := range items {
		switch {
		case it == nil:
			out = append(out, NewAxis)
		case it == Ellipsis:
			if rest == 0 {
				gap = len(out)
			}
			out = append(out, fullIndex(rest)...)
			axis += rest
		case nodes[i] == nil:
			out = append(out, it)
			if it != NewAxis {
				axis++
			}
		default:
			entry, err := x.indexArrays(nodes[i], axis)
			if err != nil {
				return nil, false, 0, err
			}
			arrays = arrays || len(entry) != 1 || entry[0].Rank() > 0
			for _, m := range entry {
				out = append(out, m)
			}
			axis += len(entry)
		}
	}
	return out, arrays, gap, nil
}

// indexedAxes returns the number of axes that n indexes: those of a mask, or
// one. It refuses what is no index.
func (n *Node) indexedAxes() (int, *Error) {
	switch {
	case n.mistake() != nil:
		return 0, n.mistake()
	case n.DType().IsInteger() || n.isEmptyConst():
		return 1, nil
	case n.DType() != Bool:
		return 0, Errorf(ErrDType, "slice", "an index must be an integer or a mask, not %s", n.Type())
	case n.Rank() == 0:
		return 0, Errorf(ErrDType, "slice", "a single bool is no index")
	}
	return n.Rank(), nil
}

// isEmptyConst reports whether n is a constant without elements: [] in text,
// whose dtype says nothing.
func (n *Node) isEmptyConst() bool {
	v := n.Value()
	return v != nil && v.Len() == 0 && n.DType() != Bool
}

// indexArrays returns the integer arrays that the entry n stands for: n itself,
// or the indices of the true elements of a mask over the axes from axis on.
func (x *Node) indexArrays(n *Node, axis int) ([]*Node, *Error) {
	switch {
	case n.DType().IsInteger():
		return []*Node{n}, nil
	case n.isEmptyConst():
		return []*Node{Strong(Zeros(Int64, n.Value().shape...))}, nil
	}
	for i, d := range n.Type().Dims {
		if !d.mayEqual(x.Type().Dims[axis+i]) {
			return nil, Errorf(ErrIndex, "slice", "a mask of shape %s does not fit axis %d of shape %s",
				shapeString(n.Type().Dims), axis, shapeString(x.Type().Dims))
		}
	}
	where := apply(OpNonzero, nil, n)
	nodes := make([]*Node, n.Rank())
	for i := range nodes {
		nodes[i] = where.Item(i)
	}
	return nodes, nil
}

// Take returns the elements of x with the given indices along axis; the dims of
// indices replace the axis.
func (x *Node) Take(indices any, axis int) *Node {
	i := operand(indices)
	switch {
	case x.Err() != nil || i.mistake() != nil:
		return apply(OpTake, nil, x, i)
	case x.Rank() == 0:
		return wrong(Errorf(ErrAxis, "take", "axis %d of a scalar", axis))
	}
	a := fromEnd(axis, x.Rank())
	if a < 0 || a >= x.Rank() {
		return wrong(Errorf(ErrAxis, "take", "axis %d of %s", axis, countAxes(x.Rank())))
	}
	return apply(OpTake, Gathered{Axes: []int{a}}, x, i)
}

// Nonzero returns, for each axis of x, the int64 indices of the elements that
// are not zero, in row-major order.
func (x *Node) Nonzero() []*Node {
	t := apply(OpNonzero, nil, x)
	items := make([]*Node, max(x.Rank(), 1))
	for i := range items {
		items[i] = t.Item(i)
	}
	return items
}

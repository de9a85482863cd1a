package expr

import (
	"slices"
	"strconv"
	"strings"
)

// Dim is the length of one axis: a known number, a named unknown (equal names
// are equal lengths) or an anonymous unknown, which is the zero Dim.
type Dim struct {
	size int // length + 1 where known, else 0
	name string
}

// KnownDim returns the dim of n elements, n >= 0.
func KnownDim(n int) Dim { return Dim{size: n + 1} }

// NamedDim returns the unknown dim called name.
func NamedDim(name string) Dim { return Dim{name: name} }

// Known returns the length and whether it is known.
func (d Dim) Known() (n int, ok bool) { return d.size - 1, d.size > 0 }

// Is reports whether d is known to be n.
func (d Dim) Is(n int) bool { return d.size == n+1 }

// Name returns the name of a named unknown, else "".
func (d Dim) Name() string { return d.name }

// Same reports whether d and e are certainly the same length.
func (d Dim) Same(e Dim) bool { return d == e && d != Dim{} }

// mayEqual reports whether d and e can be the same length.
func (d Dim) mayEqual(e Dim) bool { return d.size == 0 || e.size == 0 || d.size == e.size }

// String returns the length, the name, or "?".
func (d Dim) String() string {
	switch {
	case d.size > 0:
		return strconv.Itoa(d.size - 1)
	case d.name != "":
		return d.name
	}
	return "?"
}

// Type is what is known of a node before it is computed: the element type and
// the dims. The number of dims (the rank) is always known. A tuple type has
// Elems and nothing else.
type Type struct {
	DType DType
	Weak  bool // a scalar of literals alone: it adapts to the array it meets
	Dims  []Dim
	Elems []Type // the types of the results of an op with several
}

// Rank returns the number of axes.
func (t Type) Rank() int { return len(t.Dims) }

// IsTuple reports whether t is the type of several results.
func (t Type) IsTuple() bool { return t.Elems != nil }

// Shape returns the lengths of all axes, and whether all are known.
func (t Type) Shape() (shape []int, known bool) {
	shape = make([]int, len(t.Dims))
	for i, d := range t.Dims {
		n, ok := d.Known()
		if !ok {
			return nil, false
		}
		shape[i] = n
	}
	return shape, true
}

// Equal reports whether t and u say the same, dim by dim; two anonymous
// unknowns count as the same.
func (t Type) Equal(u Type) bool {
	return t.DType == u.DType && t.Weak == u.Weak && slices.Equal(t.Dims, u.Dims) &&
		slices.EqualFunc(t.Elems, u.Elems, Type.Equal)
}

// SameShape reports whether t and u certainly have the same shape.
func (t Type) SameShape(u Type) bool { return slices.EqualFunc(t.Dims, u.Dims, Dim.Same) }

// String returns the type as a declaration writes it: float64[m, 3], int64, or
// (float64[3], int64) for a tuple.
func (t Type) String() string {
	if t.IsTuple() {
		parts := make([]string, len(t.Elems))
		for i, e := range t.Elems {
			parts[i] = e.String()
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	if len(t.Dims) == 0 {
		return t.DType.String()
	}
	return t.DType.String() + "[" + joinDims(t.Dims) + "]"
}

// shapeString returns the shape as Python writes a tuple: (3, 4), (5,), ().
func shapeString(dims []Dim) string {
	if len(dims) == 1 {
		return "(" + dims[0].String() + ",)"
	}
	return "(" + joinDims(dims) + ")"
}

func joinDims(dims []Dim) string {
	parts := make([]string, len(dims))
	for i, d := range dims {
		parts[i] = d.String()
	}
	return strings.Join(parts, ", ")
}

// knownDims returns the dims of a known shape.
func knownDims(shape []int) []Dim {
	dims := make([]Dim, len(shape))
	for i, n := range shape {
		dims[i] = KnownDim(n)
	}
	return dims
}

// broadcastDims joins two shapes by NumPy's rule: trailing axes aligned, an
// axis of length 1 stretches. A known length other than 1 wins over an unknown
// one, which must then turn out to be that length or 1.
func broadcastDims(a, b []Dim) ([]Dim, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	skip := len(a) - len(b)
	out := a // nearly always the result, which shares its memory then
	for i, d := range b {
		j, ok := broadcastDim(a[skip+i], d)
		switch {
		case !ok:
			return nil, false
		case j == out[skip+i]:
			continue
		case &out[0] == &a[0]:
			out = slices.Clone(a)
		}
		out[skip+i] = j
	}
	return out, true
}

func broadcastDim(a, b Dim) (Dim, bool) {
	switch {
	case a.Same(b) || b.Is(1):
		return a, true
	case a.Is(1):
		return b, true
	case a.size > 0 && b.size > 0:
		return Dim{}, false
	case a.size > 0:
		return a, true
	case b.size > 0:
		return b, true
	}
	return Dim{}, true
}

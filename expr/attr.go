package expr

import (
	"strconv"
	"strings"
)

// Attr is the part of a node that is neither op nor argument: axes, a
// permutation, an index. The set is closed: the structs of this file. Attrs
// are immutable.
type Attr interface {
	// Key is the canonical text: two attrs of one op are the same if and
	// only if their keys are. Where the text form of the op has keyword
	// arguments, the key is these: "axis=1, keepdims=True".
	Key() string
	attr()
}

// Axes belongs to reductions. Axes are sorted and not negative.
type Axes struct {
	Axes     []int
	All      bool // every axis of the argument is named
	KeepDims bool // reduced axes stay, with length 1
}

// Axis belongs to ops that work along one axis. Axis is -1 for the flattened
// array (argmax, cumsum).
type Axis struct {
	Axis     int
	KeepDims bool
}

// Pattern belongs to dimshuffle: for each axis of the result the axis of the
// argument that it is, or -1 for a new axis of length 1. Axes of the argument
// that are left out have length 1.
type Pattern struct{ Axes []int }

// Dims belongs to reshape and broadcast_to: the shape of the result, one Size
// for each axis.
type Dims struct{ Sizes []Size }

// Size is an integer inside an attr: a constant, or the value of an integer
// scalar argument of the node.
type Size struct {
	Arg int // index of the argument that gives the value, or -1
	N   int // the value where Arg is -1
}

// Index belongs to slice and set_subtensor and inc_subtensor of a slice: one
// item for each axis of the argument and each new axis.
type Index struct{ Items []IndexItem }

// IndexItem is one entry of a basic index.
type IndexItem struct {
	Kind              IndexKind
	Start, Stop, Step Size // Start alone for IndexInt
	HasStart, HasStop bool // absent bounds mean the end that the step's sign says
}

// whole reports whether the entry takes a whole axis in order, as ":" does.
func (it IndexItem) whole() bool {
	return it.Kind == IndexSlice && !it.HasStart && !it.HasStop && it.Step == Size{Arg: -1, N: 1}
}

// IndexKind tells the entries of a basic index apart.
type IndexKind uint8

// The kinds of IndexItem.
const (
	IndexSlice IndexKind = iota // a:b:c, keeps the axis
	IndexInt                    // i, drops the axis
	IndexNew                    // None, a new axis of length 1
)

// Gathered belongs to take, set_subtensor and inc_subtensor with integer
// arrays: the axes of the argument that the index arrays index, ascending.
// The dims of the (broadcast) index arrays replace them, at the place of the
// first where the axes are adjacent and Front is false, in front otherwise.
type Gathered struct {
	Axes  []int
	Front bool
}

// Cast belongs to astype.
type Cast struct{ DType DType }

// Diagonal belongs to eye, diag, tril, triu, trace: the diagonal's offset,
// positive above the main one. DType is used by eye alone.
type Diagonal struct {
	K     int
	DType DType
}

// Filled belongs to arange and linspace: the dtype of the elements.
type Filled struct{ DType DType }

// Drawn belongs to uniform: the shape and the dtype of the result.
type Drawn struct {
	Sizes []Size
	DType DType
}

// Number belongs to item (which result), polygamma (which derivative of psi)
// and size (which axis; -1 = the product of all).
type Number struct{ N int }

// Factor belongs to scale_gradient.
type Factor struct{ F float64 }

// Transposed belongs to gemm, gemv and their like: which factors are used
// transposed.
type Transposed struct{ A, B bool }

// Triangular belongs to solve_triangular.
type Triangular struct{ Lower bool }

// Constant holds the value of a constant node.
type Constant struct{ Value *Value }

// InputName belongs to inputs.
type InputName struct{ Name string }

// Body belongs to ops that run a graph of their own: map, while_loop and
// with_gradient. The first Sequences inputs of the graph are bound to slices of
// the first arguments along the leading axis, the others to whole arguments.
//
// The graph of while_loop works on elements: its inputs are scalars, the states
// first, and are bound to elements of the broadcast arguments; the last argument
// of the node, the bound, is not among them. Its outputs are the condition and
// the next states.
type Body struct {
	Graph     *Graph
	Sequences int
}

// User belongs to OpCustom.
type User struct{ Custom Custom }

func (Axes) attr()       {}
func (Axis) attr()       {}
func (Pattern) attr()    {}
func (Dims) attr()       {}
func (Index) attr()      {}
func (Gathered) attr()   {}
func (Cast) attr()       {}
func (Diagonal) attr()   {}
func (Filled) attr()     {}
func (Drawn) attr()      {}
func (Number) attr()     {}
func (Factor) attr()     {}
func (Transposed) attr() {}
func (Triangular) attr() {}
func (Constant) attr()   {}
func (InputName) attr()  {}
func (Body) attr()       {}
func (User) attr()       {}

// keywords joins the parts that are not empty with commas.
func keywords(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p)
	}
	return b.String()
}

func keyIf(on bool, text string) string {
	if on {
		return text
	}
	return ""
}

// intTuple writes axes as Python does: 1 alone, else (0, 2).
func intTuple(v []int) string {
	if len(v) == 1 {
		return strconv.Itoa(v[0])
	}
	parts := make([]string, len(v))
	for i, n := range v {
		parts[i] = strconv.Itoa(n)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// Key returns "axis=(0, 2), keepdims=True"; no axis where all are reduced.
func (a Axes) Key() string {
	return keywords(keyIf(!a.All, "axis="+intTuple(a.Axes)), keyIf(a.KeepDims, "keepdims=True"))
}

// Key returns "axis=1"; nothing for the flattened array.
func (a Axis) Key() string {
	return keywords(keyIf(a.Axis >= 0, "axis="+strconv.Itoa(a.Axis)), keyIf(a.KeepDims, "keepdims=True"))
}

// Key returns the pattern as dimshuffle takes it: (1, 'x', 0).
func (a Pattern) Key() string {
	parts := make([]string, len(a.Axes))
	for i, n := range a.Axes {
		parts[i] = "'x'"
		if n >= 0 {
			parts[i] = strconv.Itoa(n)
		}
	}
	if len(parts) == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func (s Size) key() string {
	if s.Arg < 0 {
		return strconv.Itoa(s.N)
	}
	return "$" + strconv.Itoa(s.Arg)
}

// Key returns the shape, with $k for the value of argument k.
func (a Dims) Key() string {
	parts := make([]string, len(a.Sizes))
	for i, s := range a.Sizes {
		parts[i] = s.key()
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// Key returns the index, with $k for the value of argument k.
func (a Index) Key() string {
	parts := make([]string, len(a.Items))
	for i, it := range a.Items {
		parts[i] = it.text(Size.key)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// text writes one entry, its bounds by the function size.
func (it IndexItem) text(size func(Size) string) string {
	switch it.Kind {
	case IndexInt:
		return size(it.Start)
	case IndexNew:
		return "None"
	}
	var b strings.Builder
	if it.HasStart {
		b.WriteString(size(it.Start))
	}
	b.WriteByte(':')
	if it.HasStop {
		b.WriteString(size(it.Stop))
	}
	if it.Step != (Size{Arg: -1, N: 1}) {
		b.WriteByte(':')
		b.WriteString(size(it.Step))
	}
	return b.String()
}

// Key returns "axis=0", or "axes=(0, 2), front" for several.
func (a Gathered) Key() string {
	return keywords("axis="+intTuple(a.Axes), keyIf(a.Front, "front"))
}

// Key returns the dtype in quotes.
func (a Cast) Key() string { return "'" + a.DType.String() + "'" }

// Key returns the offset where it is not 0, and the dtype of an eye.
func (a Diagonal) Key() string {
	return keywords(keyIf(a.K != 0, "k="+strconv.Itoa(a.K)),
		keyIf(a.DType != NoDType && a.DType != Float64, "dtype='"+a.DType.String()+"'"))
}

// Key returns the dtype.
func (a Filled) Key() string { return "dtype='" + a.DType.String() + "'" }

// Key returns the shape, with $k for the value of argument k, and the dtype.
func (a Drawn) Key() string { return Dims{a.Sizes}.Key() + ", dtype='" + a.DType.String() + "'" }

// Key returns the number.
func (a Number) Key() string { return strconv.Itoa(a.N) }

// Key returns the factor.
func (a Factor) Key() string { return formatFloat(a.F, 64) }

// Key returns "trans_a=True" and "trans_b=True" where they are.
func (a Transposed) Key() string {
	return keywords(keyIf(a.A, "trans_a=True"), keyIf(a.B, "trans_b=True"))
}

// Key returns "lower=True" for a lower triangle.
func (a Triangular) Key() string { return keyIf(a.Lower, "lower=True") }

// Key returns the constant's text: its dtype, shape and elements. Above
// MaxKey elements it identifies the Value itself.
func (a Constant) Key() string { return a.Value.key() }

// Key returns the name.
func (a InputName) Key() string { return a.Name }

// Key returns the body's text.
func (a Body) Key() string { return strconv.Itoa(a.Sequences) + ": " + a.Graph.String() }

// Key returns the name that the user's operation gives itself.
func (a User) Key() string { return a.Custom.Name() }

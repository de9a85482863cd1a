package expr

import "arignote/expr/syntax"

// Input returns an unbound array: a name, an element type, and for each axis
// a dim, which is an int >= 0, a name (a string; dims with equal names must be
// equal at run time), or -1 for an unknown length.
func Input(name string, dt DType, dims ...any) *Node {
	n := &Node{op: OpInput, attr: InputName{name}, place: here()}
	if !isName(name) {
		return n.fail(Errorf(ErrInput, "", "%q is no name: letters, digits and _ are wanted", name))
	}
	if dt == NoDType || dt >= numDTypes {
		return n.fail(Errorf(ErrDType, "", "%s: %v is no dtype", name, dt))
	}
	n.typ = &Type{DType: dt, Dims: make([]Dim, len(dims))}
	for i, d := range dims {
		switch d := d.(type) {
		case int:
			if d < -1 {
				return n.fail(Errorf(ErrShape, "", "%s: negative length %d", name, d))
			}
			if d >= 0 {
				n.typ.Dims[i] = KnownDim(d)
			}
		case string:
			if !isName(d) {
				return n.fail(Errorf(ErrInput, "", "%s: dim %q is no name", name, d))
			}
			n.typ.Dims[i] = NamedDim(d)
		case Dim:
			n.typ.Dims[i] = d
		default:
			return n.fail(Errorf(ErrShape, "", "%s: a dim is an int or a name, not a %T", name, d))
		}
	}
	return n
}

// InputOf returns an input of the given type.
func InputOf(name string, t Type) *Node {
	dims := make([]any, len(t.Dims))
	for i, d := range t.Dims {
		dims[i] = d
	}
	return Input(name, t.DType, dims...)
}

// Scalar returns an input of rank 0, float64 unless a dtype is given.
func Scalar(name string, dt ...DType) *Node { return Input(name, oneDType(dt)) }

// Vector returns an input of rank 1 of unknown length, float64 unless a dtype
// is given.
func Vector(name string, dt ...DType) *Node { return Input(name, oneDType(dt), -1) }

// Matrix returns an input of rank 2 of unknown lengths, float64 unless a dtype
// is given.
func Matrix(name string, dt ...DType) *Node { return Input(name, oneDType(dt), -1, -1) }

func oneDType(dt []DType) DType {
	switch len(dt) {
	case 0:
		return Float64
	case 1:
		return dt[0]
	}
	return NoDType
}

// isName reports whether s can be written as a name in the language.
func isName(s string) bool { return syntax.IsName(s) }

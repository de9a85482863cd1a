package expr

import "strconv"

// DType is the type of one element. The zero DType is no type at all; it is
// what a wrong node has.
type DType uint8

// The element types, in the order in which promotion widens them.
const (
	NoDType DType = iota
	Bool
	Int8
	Int16
	Int32
	Int64
	Uint8
	Uint16
	Uint32
	Uint64
	Float32
	Float64
	Complex64
	Complex128
	numDTypes
)

// kind orders the families of element types: a weak operand never changes the
// dtype of a strong operand of the same or of a higher kind.
type kind uint8

const (
	noKind kind = iota
	boolKind
	intKind
	floatKind
	complexKind
)

// dtypes has one row for each DType.
var dtypes = [numDTypes]struct {
	name string
	kind kind
	size int // bytes
}{
	NoDType:    {"invalid", noKind, 0},
	Bool:       {"bool", boolKind, 1},
	Int8:       {"int8", intKind, 1},
	Int16:      {"int16", intKind, 2},
	Int32:      {"int32", intKind, 4},
	Int64:      {"int64", intKind, 8},
	Uint8:      {"uint8", intKind, 1},
	Uint16:     {"uint16", intKind, 2},
	Uint32:     {"uint32", intKind, 4},
	Uint64:     {"uint64", intKind, 8},
	Float32:    {"float32", floatKind, 4},
	Float64:    {"float64", floatKind, 8},
	Complex64:  {"complex64", complexKind, 8},
	Complex128: {"complex128", complexKind, 16},
}

// String returns NumPy's name: float64, int32, bool.
func (d DType) String() string {
	if d >= numDTypes {
		return "DType(" + strconv.Itoa(int(d)) + ")"
	}
	return dtypes[d].name
}

// Size returns the bytes of one element.
func (d DType) Size() int { return dtypes[d].size }

// IsInteger reports whether d is one of the signed or unsigned integers.
func (d DType) IsInteger() bool { return dtypes[d].kind == intKind }

// IsSigned reports whether d is Int8, Int16, Int32 or Int64.
func (d DType) IsSigned() bool { return d >= Int8 && d <= Int64 }

// IsUnsigned reports whether d is Uint8, Uint16, Uint32 or Uint64.
func (d DType) IsUnsigned() bool { return d >= Uint8 && d <= Uint64 }

// IsFloat reports whether d is Float32 or Float64.
func (d DType) IsFloat() bool { return dtypes[d].kind == floatKind }

// IsComplex reports whether d is Complex64 or Complex128.
func (d DType) IsComplex() bool { return dtypes[d].kind == complexKind }

// Inexact reports whether d is a float or complex type, the types that have
// gradients.
func (d DType) Inexact() bool { return dtypes[d].kind >= floatKind }

// ParseDType returns the DType with NumPy's name s.
func ParseDType(s string) (DType, bool) {
	for d := Bool; d < numDTypes; d++ {
		if dtypes[d].name == s {
			return d, true
		}
	}
	return NoDType, false
}

// DTypes lists all element types in promotion order.
func DTypes() []DType {
	all := make([]DType, 0, numDTypes-1)
	for d := Bool; d < numDTypes; d++ {
		all = append(all, d)
	}
	return all
}

// Promote returns the smallest dtype that holds both operands, by NumPy's
// table: int32 and float32 give float64, int64 and uint64 give float64, bool
// gives way to everything.
func Promote(a, b DType) DType {
	if a > b {
		a, b = b, a
	}
	switch {
	case a == b || a == Bool:
		return b
	case a.IsInteger() && b.IsInteger():
		return promoteIntegers(a, b)
	case a.IsInteger() && b.IsFloat():
		return promoteFloat(b, a.Size() > 2)
	case a.IsInteger() && b.IsComplex():
		return promoteComplex(b, a.Size() > 2)
	case a.IsFloat() && b.IsComplex():
		return promoteComplex(b, a == Float64)
	}
	return b // two floats or two complex types
}

// promoteIntegers joins two different integer types with a < b. A signed and
// an unsigned type need a signed type wider than the unsigned one.
func promoteIntegers(a, b DType) DType {
	if a.IsSigned() == b.IsSigned() {
		return b
	}
	switch size := b.Size(); { // a is signed, b is unsigned
	case size < a.Size():
		return a
	case size == 1:
		return Int16
	case size == 2:
		return Int32
	case size == 4:
		return Int64
	}
	return Float64
}

func promoteFloat(d DType, wide bool) DType {
	if wide {
		return Float64
	}
	return d
}

func promoteComplex(d DType, wide bool) DType {
	if wide {
		return Complex128
	}
	return d
}

// promoteWeak joins a strong dtype with a weak one: the strong dtype stays
// unless the weak one is of a higher kind.
func promoteWeak(strong, weak DType) DType {
	if dtypes[weak].kind <= dtypes[strong].kind {
		return strong
	}
	switch {
	case weak.IsComplex() && strong == Float32:
		return Complex64
	default:
		return weak
	}
}

// promote joins the dtypes of two operands, either of which may be weak. The
// result is weak only if both are.
func promote(a, b Type) (d DType, weak bool) {
	switch {
	case a.Weak == b.Weak:
		return Promote(a.DType, b.DType), a.Weak
	case a.Weak:
		return promoteWeak(b.DType, a.DType), false
	default:
		return promoteWeak(a.DType, b.DType), false
	}
}

// floating returns the dtype in which a float function of d is computed:
// float64 for integers and bool, d itself otherwise.
func (d DType) floating() DType {
	if d.Inexact() {
		return d
	}
	return Float64
}

// Real returns the dtype of the real part: Float64 for Complex128, Float32
// for Complex64, d itself otherwise.
func (d DType) Real() DType {
	switch d {
	case Complex64:
		return Float32
	case Complex128:
		return Float64
	}
	return d
}

// Complex returns the complex dtype with the precision of d.
func (d DType) Complex() DType {
	switch d {
	case Complex64, Float32:
		return Complex64
	}
	return Complex128
}

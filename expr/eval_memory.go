package expr

import (
	"reflect"
	"slices"

	"arignote/expr/machine"
)

// bytes returns the size of arrays of type t with so many bytes for an element,
// in float64 because a product of lengths may not fit an int64. What depends on
// data counts nothing.
func (t Type) bytes(each int) float64 {
	n := 0.0
	for _, e := range t.Elems {
		n += e.bytes(each)
	}
	if t.IsTuple() {
		return n
	}
	n = float64(each)
	for _, d := range t.Dims {
		length, _ := d.Known()
		n *= float64(length)
	}
	return n
}

// fits refuses a result of type t for which there is not enough memory beside its
// arguments and other values. What is computed takes 16 bytes an element for a
// while: it is converted from float64, int64 or complex128.
func (x *Node) fits(t Type, args, others []*Value) *Error {
	const small, each = 1 << 24, 16
	n := t.bytes(each)
	if n < small {
		return nil
	}
	if x.op.View() {
		n = t.bytes(t.DType.Size())
	}
	n += held(slices.Concat(args, others))
	have := float64(machine.Memory())
	if n <= have {
		return nil
	}
	return Errorf(ErrMemory, x.op.String(), "%v needs about %.3g bytes of memory, the machine has %.3g", t, n, have)
}

// held returns the bytes of values, those that share memory counted once.
func held(values []*Value) float64 {
	n := 0.0
	seen := make(map[uintptr]bool)
	for _, v := range values {
		if v == nil || v.elems != nil {
			continue
		}
		data := reflect.ValueOf(v.data)
		if at := data.Pointer(); !seen[at] {
			seen[at] = true
			n += float64(data.Len() * v.dtype.Size())
		}
	}
	return n
}

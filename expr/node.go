package expr

import (
	"slices"
	"sync/atomic"
)

// Node is one symbolic value: an op applied to arguments, with an attribute
// and a type. Nodes are immutable and may be shared between graphs and
// goroutines.
//
// A node that was built wrongly carries an error, and so does everything built
// on it; its type is the zero Type. See [Node.Err].
type Node struct {
	// 64 bytes on machines of 64 bits, one line of the cache: walking over large
	// graphs is waiting for memory.
	op    Op
	count uint8         // of the arguments in few
	slot  atomic.Uint32 // see Numbers
	few   [2]*Node      // the arguments: most nodes have no more
	rest  *rest         // nil for most nodes
	attr  Attr
	typ   *Type // shared with other nodes of the same type; nil for a wrong node
	place place
}

// rest is what few nodes have.
type rest struct {
	args []*Node // all arguments, where few is too small
	err  *Error  // the mistake of a wrong node
}

// Op returns the operation.
func (x *Node) Op() Op {
	if x == nil {
		return OpInvalid
	}
	return x.op
}

// Args returns the arguments; the slice must not be changed.
func (x *Node) Args() []*Node {
	if x == nil {
		return nil
	}
	if x.rest != nil && x.rest.args != nil {
		return x.rest.args
	}
	return x.few[:x.count:x.count]
}

// Arg returns argument i.
func (x *Node) Arg(i int) *Node { return x.Args()[i] }

// Attr returns the attribute, nil for most ops.
func (x *Node) Attr() Attr {
	if x == nil {
		return nil
	}
	return x.attr
}

// Type returns the element type and the dims, the zero Type for a wrong node.
func (x *Node) Type() Type {
	if x == nil || x.typ == nil {
		return Type{}
	}
	return *x.typ
}

// DType returns the element type.
func (x *Node) DType() DType { return x.Type().DType }

// Rank returns the number of axes.
func (x *Node) Rank() int { return len(x.Type().Dims) }

// Name returns the name of an input, else "".
func (x *Node) Name() string {
	if x != nil && x.op == OpInput {
		return x.attr.(InputName).Name
	}
	return ""
}

// Value returns the value of a constant, else nil.
func (x *Node) Value() *Value {
	if x != nil && x.op == OpConst {
		return x.attr.(Constant).Value
	}
	return nil
}

// Pos returns the place in the user's program or text that built the node.
func (x *Node) Pos() Pos {
	if x == nil {
		return Pos{}
	}
	return x.place.pos()
}

// Err returns the first mistake made on the way to this node, nil if there is
// none. It is an *[Error].
func (x *Node) Err() error {
	if x == nil {
		return Errorf(ErrInput, "", "nil expression")
	}
	if err := x.mistake(); err != nil {
		return err
	}
	if x.op == OpInvalid {
		return Errorf(ErrInput, "", "an empty Node")
	}
	return nil
}

// mistake is Err without a look at x itself.
func (x *Node) mistake() *Error {
	if x.rest == nil {
		return nil
	}
	return x.rest.err
}

// failed returns a node that carries the mistake err.
func failed(err *Error) *Node { return &Node{rest: &rest{err: err}} }

// apply builds a node at the user's line. It is what constructors call.
func apply(op Op, attr Attr, args ...*Node) *Node {
	return newNode(op, attr, here(), args)
}

// applyTwo builds an operation of x and y, which is made a node at the same place.
func applyTwo(op Op, x *Node, y any) *Node {
	at := here()
	return newNode(op, nil, at, []*Node{x, operandAt(at, y)})
}

// New builds a node at the place of the node at, or at the user's line where
// that is nil: what rewrites and gradients call. The type follows from op, attribute and arguments.
func New(at *Node, op Op, attr Attr, args ...*Node) *Node {
	if at == nil {
		return apply(op, attr, args...)
	}
	return newNode(op, attr, at.place, args)
}

// newNode builds a node, finds its type, and keeps the mistake if there is one.
func newNode(op Op, attr Attr, at place, args []*Node) *Node {
	n := &Node{op: op, attr: attr, place: at}
	n.setArgs(args)
	for i, a := range args {
		if a == nil {
			return n.fail(Errorf(ErrInput, op.String(), "argument %d is nil", i+1))
		}
		if err := a.mistake(); err != nil {
			n.setMistake(err)
			return n
		}
		if a.op == OpInvalid {
			return n.fail(Errorf(ErrInput, op.String(), "argument %d is an empty Node", i+1))
		}
	}
	t, err := inferNode(n)
	if err != nil {
		return n.fail(err)
	}
	n.typ = n.sharedType(&t)
	return n
}

// setArgs copies args, so that callers can keep them on the stack.
func (x *Node) setArgs(args []*Node) {
	if len(args) <= len(x.few) {
		x.count = uint8(copy(x.few[:], args))
		return
	}
	var r struct {
		rest
		room [4]*Node
	}
	r.args = append(r.room[:0], args...)
	x.rest = &r.rest
}

// setMistake marks a node under construction as wrong.
func (x *Node) setMistake(err *Error) {
	x.rest, x.typ = &rest{args: slices.Clone(x.Args()), err: err}, nil
}

// sharedType returns t in the memory of an argument of x that has the same
// type if there is one: large graphs have few different types.
func (x *Node) sharedType(t *Type) *Type {
	for _, a := range x.Args() {
		if u := a.typ; u.DType == t.DType && u.Weak == t.Weak && sameDims(u.Dims, t.Dims) && u.Elems == nil && t.Elems == nil {
			return u
		}
	}
	shared := *t
	return &shared
}

// sameDims reports whether a and b lie in the same memory, or are equal and
// few: to compare more would cost more than sharing saves.
func sameDims(a, b []Dim) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || len(a) <= 4 && slices.Equal(a, b))
}

// fail marks a node under construction as wrong at its place.
func (x *Node) fail(err *Error) *Node {
	if err.Op == "" {
		e := *err
		e.Op = x.op.String()
		err = &e
	}
	x.setMistake(err.at(x.place.pos()))
	return x
}

// wrong returns a node that carries the mistake err, made at the user's line.
func wrong(err *Error) *Node {
	return failed(err.at(here().pos()))
}

// Wrong returns a node that carries the mistake err, made at the user's line:
// for functions that build expressions and refuse some of their arguments.
func Wrong(err *Error) *Node { return wrong(err) }

// With returns x with other arguments: the same op, attribute and place. It
// returns x itself if the arguments are the same.
func (x *Node) With(args ...*Node) *Node {
	if x == nil {
		return wrong(Errorf(ErrInput, "", "nil expression"))
	}
	have := x.Args()
	if len(args) != len(have) {
		return newNode(x.op, x.attr, x.place, args)
	}
	same, sameTypes := true, x.op.Elementwise() && x.typ != nil
	for i, a := range args {
		old := have[i]
		if a == old {
			continue
		}
		same = false
		// The type rule of an element-wise op asks for types, and for the values
		// of constants.
		sameTypes = sameTypes && a != nil && a.typ != nil && a.op != OpConst && old.op != OpConst &&
			(a.typ == old.typ || a.typ.Equal(*old.typ))
	}
	switch {
	case same:
		return x
	case sameTypes:
		n := &Node{op: x.op, attr: x.attr, typ: x.typ, place: x.place}
		n.setArgs(args)
		return n
	}
	return newNode(x.op, x.attr, x.place, args)
}

// Item returns result i of an op with several results.
func (x *Node) Item(i int) *Node { return apply(OpItem, Number{i}, x) }

package expr

// Node is one symbolic value: an op applied to arguments, with an attribute
// and a type. Nodes are immutable and may be shared between graphs and
// goroutines.
//
// A node that was built wrongly carries an error, and so does everything built
// on it; its type is the zero Type. See [Node.Err].
type Node struct {
	op    Op
	args  []*Node
	attr  Attr
	typ   Type
	place place
	err   *Error
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
	return x.args
}

// Arg returns argument i.
func (x *Node) Arg(i int) *Node { return x.args[i] }

// Attr returns the attribute, nil for most ops.
func (x *Node) Attr() Attr {
	if x == nil {
		return nil
	}
	return x.attr
}

// Type returns the element type and the dims, the zero Type for a wrong node.
func (x *Node) Type() Type {
	if x == nil {
		return Type{}
	}
	return x.typ
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
	if x.err == nil && x.op == OpInvalid {
		return Errorf(ErrInput, "", "an empty Node")
	}
	if x.err == nil {
		return nil
	}
	return x.err
}

// apply builds a node at the user's line. It is what constructors call.
func apply(op Op, attr Attr, args ...*Node) *Node {
	return newNode(op, attr, here(), args)
}

// New builds a node at the place of the node at: what rewrites and gradients
// call. The type follows from op, attribute and arguments.
func New(at *Node, op Op, attr Attr, args ...*Node) *Node {
	return newNode(op, attr, at.place, args)
}

// newNode builds a node, finds its type, and keeps the mistake if there is one.
func newNode(op Op, attr Attr, at place, args []*Node) *Node {
	n := &Node{op: op, attr: attr, args: args, place: at}
	for i, a := range args {
		if a == nil {
			return n.fail(Errorf(ErrInput, op.String(), "argument %d is nil", i+1))
		}
		if a.err != nil {
			n.err = a.err
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
	n.typ = t
	return n
}

// fail marks a node under construction as wrong.
func (x *Node) fail(err *Error) *Node {
	if err.Op == "" {
		e := *err
		e.Op = x.op.String()
		err = &e
	}
	x.err = err.at(x.place.pos())
	x.typ = Type{}
	return x
}

// wrong returns a node that carries the mistake err, made at the user's line.
func wrong(err *Error) *Node {
	return &Node{err: err.at(here().pos())}
}

// Wrong returns a node that carries the mistake err, made at the user's line:
// for functions that build expressions and refuse some of their arguments.
func Wrong(err *Error) *Node { return wrong(err) }

// With returns x with other arguments: the same op, attribute and place. It
// returns x itself if the arguments are the same.
func (x *Node) With(args ...*Node) *Node {
	if len(args) != len(x.args) {
		return newNode(x.op, x.attr, x.place, args)
	}
	same, sameTypes := true, x.op.Elementwise() && x.err == nil
	for i, a := range args {
		old := x.args[i]
		if a == old {
			continue
		}
		same = false
		// The type rule of an element-wise op asks for types, and for the values
		// of constants.
		sameTypes = sameTypes && a != nil && a.err == nil && a.op != OpConst && old.op != OpConst && a.typ.Equal(old.typ)
	}
	switch {
	case same:
		return x
	case sameTypes:
		return &Node{op: x.op, args: args, attr: x.attr, typ: x.typ, place: x.place}
	}
	return newNode(x.op, x.attr, x.place, args)
}

// Item returns result i of an op with several results.
func (x *Node) Item(i int) *Node { return apply(OpItem, Number{i}, x) }

package expr

// Usages returns the signature of each function of the language, by its name.
func Usages() map[string]string {
	out := map[string]string{}
	for name, f := range forms {
		out[name] = f.usage()
	}
	return out
}

// NewNode builds a node without a place, whatever op and attribute are.
func NewNode(op Op, attr Attr, args ...*Node) *Node { return newNode(op, attr, 0, args) }

// WithType returns a copy of x that claims to have the type t.
func WithType(x *Node, t Type) *Node {
	n := &Node{op: x.op, attr: x.attr, place: x.place, typ: &t}
	n.setArgs(x.Args())
	return n
}

// HasRules reports whether the row of op has a type rule and a meaning.
func (op Op) HasRules() bool { return ops[op].infer != nil && ops[op].eval != nil }

package expr

import "fmt"

// Check verifies what every graph must satisfy and returns the first violation:
//
//   - Inputs are input nodes, no two of them the same or of one name.
//   - No node is nil or wrong, and each has as many arguments as its op takes.
//   - Each node has the type that its type rule gives, a constant that of its
//     value.
//   - Every input that the outputs need is in Inputs.
//   - All of this holds for the functions of map, while_loop and with_gradient too.
//
// That a graph has no cycles follows from how nodes are built. A violation is
// a mistake of whoever built the graph by other means than the constructors.
func (g *Graph) Check() error {
	if err := check(g, map[*Graph]bool{}); err != nil {
		return err
	}
	return nil
}

// check checks g and the bodies in it that are not done yet.
func check(g *Graph, done map[*Graph]bool) *Error {
	if g == nil {
		return Errorf(ErrInput, "", "nil graph")
	}
	if done[g] {
		return nil
	}
	done[g] = true
	listed, err := checkInputs(g)
	if err != nil {
		return err
	}
	for i, out := range g.Outputs {
		if out == nil {
			return Errorf(ErrInput, "", "output %d is nil", i+1)
		}
	}
	for n := range g.Nodes() {
		if err := checkNode(n); err != nil {
			return err.at(n.Pos())
		}
		if n.op == OpInput && !listed[n] {
			return Errorf(ErrInput, "", "%s is used but is not among the inputs", n.Name()).at(n.Pos())
		}
		if b, ok := n.attr.(Body); ok {
			if err := check(b.Graph, done); err != nil {
				e := *err
				e.Msg = "in the function: " + e.Msg
				return e.at(n.Pos())
			}
		}
	}
	return nil
}

// checkInputs returns the inputs of g as a set.
func checkInputs(g *Graph) (map[*Node]bool, *Error) {
	listed, names := map[*Node]bool{}, map[string]bool{}
	for i, in := range g.Inputs {
		switch {
		case in == nil:
			return nil, Errorf(ErrInput, "", "input %d is nil", i+1)
		case in.mistake() != nil:
			return nil, in.mistake()
		case in.op != OpInput:
			return nil, Errorf(ErrInput, "", "input %d is no input but %s", i+1, in.op)
		case names[in.Name()]:
			return nil, Errorf(ErrInput, "", "two inputs are called %s", in.Name())
		}
		listed[in], names[in.Name()] = true, true
	}
	return listed, nil
}

// checkNode checks one node, whose arguments have been checked.
func checkNode(n *Node) *Error {
	if n.mistake() != nil {
		return n.mistake()
	}
	for i, a := range n.Args() {
		if a == nil {
			return Errorf(ErrInput, n.op.String(), "argument %d is nil", i+1)
		}
	}
	switch a := n.attr.(type) {
	case InputName:
		if n.op != OpInput || len(n.Args()) > 0 || !isName(a.Name) {
			return Errorf(ErrInput, n.op.String(), "no input: %q", a.Name)
		}
		return nil
	case Constant:
		want := a.Value.Type()
		want.Weak = n.Type().Weak
		if n.op != OpConst || len(n.Args()) > 0 || !n.Type().Equal(want) || n.Type().Weak && n.Rank() > 0 {
			return Errorf(ErrDType, n.op.String(), "type %s for the constant %s", n.Type(), want)
		}
		return nil
	}
	t, err := inferSafely(n)
	switch {
	case err != nil:
		return err
	case !t.Equal(n.Type()):
		return Errorf(ErrDType, n.op.String(), "the node has type %s, its rule says %s", typeText(n.Type()), typeText(t))
	}
	return nil
}

// inferSafely is the type rule of n; a panic in it comes from an attribute of
// another op.
func inferSafely(n *Node) (t Type, err *Error) {
	defer func() {
		if r := recover(); r != nil {
			err = Errorf(ErrInput, n.op.String(), "attribute %s: %v", attrText(n.attr), r)
		}
	}()
	return inferNode(n)
}

func attrText(a Attr) string {
	if a == nil {
		return "nil"
	}
	return fmt.Sprintf("%T", a)
}

// typeText is the type with its weakness.
func typeText(t Type) string {
	if t.Weak {
		return "weak " + t.String()
	}
	return t.String()
}

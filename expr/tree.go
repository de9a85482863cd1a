package expr

import (
	"bufio"
	"io"
	"strings"
)

// maxTree is how many levels of a tree are printed inside each other; what is
// deeper follows as a tree of its own, so that the output grows with the graph
// and not with its square.
const maxTree = 50

// Print writes the nodes as trees, one line for each use of a node, with its
// type and a mark [id A] by which to recognize it:
//
//	add [id A] float64[3]
//	 ├─ x [id B] float64[3]
//	 └─ mul [id C] float64[3]
//	    ├─ x [id B]
//	    └─ 2.0 [id D] float64
//
// What stands below a node is written once; "..." stands for it after that.
// The functions of map, while_loop and with_gradient follow as trees of their own. Large
// constants are cut.
func Print(w io.Writer, nodes ...*Node) error {
	t := &treePrinter{w: bufio.NewWriter(w), marks: map[*Node]string{}}
	for _, n := range nodes {
		t.pending = append(t.pending, tree{root: n})
	}
	for len(t.pending) > 0 {
		next := t.pending[0]
		t.pending = t.pending[1:]
		t.w.WriteString(next.title)
		t.print(next)
	}
	return t.w.Flush()
}

// tree is one of the trees to print.
type tree struct {
	root      *Node
	title     string
	continued bool // the root has a mark already, but nothing below it is printed
}

type treePrinter struct {
	w       *bufio.Writer
	marks   map[*Node]string
	pending []tree
}

// branch is a node on the way from the root to what is being printed.
type branch struct {
	n      *Node
	next   int    // the number of arguments already printed
	indent string // in front of the lines of the arguments
}

func (t *treePrinter) print(root tree) {
	if !t.line(root.root, root.continued) {
		return
	}
	stack := []branch{{n: root.root}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.next == len(top.n.Args()) {
			stack = stack[:len(stack)-1]
			continue
		}
		a := top.n.Args()[top.next]
		top.next++
		fork, indent := " ├─ ", " │ "
		if top.next == len(top.n.Args()) {
			fork, indent = " └─ ", "   "
		}
		indent = top.indent + indent
		t.w.WriteString(top.indent + fork)
		if len(stack) == maxTree && t.postpone(a) {
			continue
		}
		if t.line(a, false) {
			stack = append(stack, branch{n: a, indent: indent})
		}
	}
}

// postpone prints a line for a node whose arguments follow as another tree,
// if it has any that are not printed.
func (t *treePrinter) postpone(n *Node) bool {
	if n == nil || n.mistake() != nil || len(n.Args()) == 0 || t.marks[n] != "" {
		return false
	}
	t.w.WriteString(label(n) + t.mark(n) + " " + n.Type().String() + " (below)\n")
	t.pending = append(t.pending, tree{root: n, title: "\n", continued: true})
	return true
}

// line prints the line of n and reports whether its arguments are to follow.
func (t *treePrinter) line(n *Node, again bool) bool {
	switch {
	case n == nil || n.mistake() != nil:
		t.w.WriteString(n.String() + "\n")
		return false
	case t.marks[n] == "" || again:
		t.w.WriteString(label(n) + t.mark(n) + " " + n.Type().String() + "\n")
		if b, ok := n.attr.(Body); ok {
			t.body(n, b)
		}
		return true
	case len(n.Args()) == 0:
		t.w.WriteString(label(n) + t.mark(n) + "\n")
	default:
		t.w.WriteString(label(n) + t.mark(n) + " ...\n")
	}
	return false
}

// body lets the trees of n's body follow.
func (t *treePrinter) body(n *Node, b Body) {
	title := "\nfunction of " + n.op.String() + t.mark(n) + "\n"
	for _, out := range b.Graph.Outputs {
		t.pending = append(t.pending, tree{root: out, title: title})
		title = ""
	}
}

// mark returns " [id A]".
func (t *treePrinter) mark(n *Node) string {
	if t.marks[n] == "" {
		t.marks[n] = " [id " + letters(len(t.marks)) + "]"
	}
	return t.marks[n]
}

// letters counts A, B ... Z, AA, AB ...
func letters(i int) string {
	text := ""
	for {
		text = string(rune('A'+i%26)) + text
		if i = i/26 - 1; i < 0 {
			return text
		}
	}
}

// label names a node for people: the name of an input, the value of a
// constant, else the op and its attribute.
func label(n *Node) string {
	switch a := n.attr.(type) {
	case nil:
		return n.op.String()
	case InputName:
		return a.Name
	case Constant:
		return shortText(a.Value, n.Type().Weak)
	case User:
		return a.Custom.Name()
	case Body:
		params := make([]string, len(a.Graph.Inputs))
		for i, in := range a.Graph.Inputs {
			params[i] = in.Name()
		}
		return n.op.String() + "{lambda " + strings.Join(params, ", ") + "}"
	default:
		if key := a.Key(); key != "" {
			return n.op.String() + "{" + key + "}"
		}
	}
	return n.op.String()
}

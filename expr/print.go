package expr

import (
	"strconv"
	"strings"
)

// This file writes nodes and graphs as text that text.go reads.
//
// Nodes that are used more than once are named by an assignment, so that the
// text has the size of the graph. An expression that has become deep or long
// is named as well. Texts are put together from the arguments up, in one
// iterative walk.
//
// What is read back is the same graph, except that a sum or product of three
// or more terms comes back as additions of two (which give the same bits:
// sums of several terms are added from the left, and where that would not be
// the same, they are written as a call), that a constant used several times
// may become several constants, that what the condition of a while_loop shares
// with its body is in both, and that all NaNs are one.

const (
	maxHeight = 40   // operators and calls inside each other before an expression is named
	maxText   = 4000 // bytes of text before an expression is named
	maxLeaf   = 40   // bytes of text up to which a constant is repeated instead of named
)

// String returns the expression as text that [Parse] reads, given the inputs.
// Constants are written completely. A wrong node gives its error in angle
// brackets.
func (x *Node) String() string {
	p := newPrinter(nil, []*Node{x})
	outputs := p.outputs([]*Node{x})
	return p.join("; ", outputs[0].in(0))
}

// String returns the program that [ParseGraph] reads: the declarations of all
// inputs, assignments, and in the last line the outputs.
func (g *Graph) String() string {
	if g == nil {
		return "<nil>"
	}
	p := newPrinter(g.Inputs, g.Outputs)
	var b strings.Builder
	for _, in := range g.Inputs {
		if in == nil || in.op != OpInput {
			b.WriteString("<error: " + in.String() + " is no input>\n")
			continue
		}
		b.WriteString(in.Name() + ": " + in.Type().String() + "\n")
	}
	return b.String() + p.join("\n", tupleText(p.outputs(g.Outputs), false))
}

// piece is a part of the text: an expression.
type piece struct {
	text   string
	level  level // of its outermost operator
	height int   // operators and calls inside each other
}

// in returns the text as an operand of an operator of the given level, in
// brackets if it needs them.
func (p piece) in(l level) string {
	if p.level < l {
		return "(" + p.text + ")"
	}
	return p.text
}

func leaf(text string) piece { return piece{text: text, level: levelPostfix} }

// tupleText writes outputs: "a, b"; one output alone stands without brackets
// even where brackets are asked for.
func tupleText(outputs []piece, brackets bool) string {
	parts := make([]string, len(outputs))
	for i, p := range outputs {
		parts[i] = p.text
	}
	text := strings.Join(parts, ", ")
	if len(outputs) == 0 || brackets && len(outputs) > 1 {
		return "(" + text + ")"
	}
	return text
}

// printer writes one scope: a program, or the body of a lambda.
type printer struct {
	nodes   map[*Node]*printed
	names   map[*Node]string // of inputs whose text is not their own name
	taken   map[string]bool  // names that cannot be given to assignments
	outer   *printer         // of the scope around a lambda
	lines   []string         // the assignments
	counter int
}

// printed is what the printer knows of a node.
type printed struct {
	uses int   // outputs included
	text piece // empty before the node is written
}

// newPrinter counts the uses of the nodes that the outputs need.
func newPrinter(inputs, outputs []*Node) *printer {
	p := &printer{nodes: map[*Node]*printed{}, taken: map[string]bool{}}
	for _, in := range inputs {
		if in != nil {
			p.taken[in.Name()] = true
		}
	}
	for n := range Nodes(sound(outputs)...) {
		if n.op == OpInput {
			p.taken[n.Name()] = true
		}
		for _, a := range n.Args() {
			p.nodes[a].uses++
		}
		p.nodes[n] = &printed{}
	}
	for _, out := range sound(outputs) {
		p.nodes[out].uses++
	}
	return p
}

// sound returns the nodes that are neither nil nor wrong.
func sound(nodes []*Node) []*Node {
	var out []*Node
	for _, n := range nodes {
		if n != nil && n.mistake() == nil {
			out = append(out, n)
		}
	}
	return out
}

// join puts the assignments before the last statement.
func (p *printer) join(separator, last string) string {
	return strings.Join(append(p.lines, last), separator)
}

// outputs writes all nodes that the outputs need and returns their texts.
func (p *printer) outputs(outputs []*Node) []piece {
	texts := make([]piece, len(outputs))
	for i, out := range outputs {
		switch {
		case out == nil:
			texts[i] = leaf("<nil>")
		case out.mistake() != nil:
			texts[i] = leaf("<error: " + out.mistake().Error() + ">")
		default:
			p.walk(out)
			texts[i] = p.nodes[out].text
		}
	}
	return texts
}

// frame is a node on the stack of a walk.
type frame struct {
	n     *Node
	next  int   // the number of arguments already entered
	chain piece // of a sum or product that is written infix: the terms so far
}

// walk writes root and all that it needs, arguments before users.
func (p *printer) walk(root *Node) {
	if p.nodes[root].text.text != "" {
		return
	}
	stack := []frame{{n: root}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.next > 1 && isChain(top.n) {
			p.extend(top)
		}
		if top.next < len(top.n.Args()) {
			a := top.n.Args()[top.next]
			top.next++
			if p.nodes[a].text.text == "" {
				stack = append(stack, frame{n: a})
			}
			continue
		}
		f := *top
		stack = stack[:len(stack)-1]
		text := f.chain
		if !isChain(f.n) {
			text = p.write(f.n)
		}
		p.finish(f.n, text)
	}
}

// hides reports whether an input of this scope or of one around it has the
// given name.
func (p *printer) hides(name string) bool {
	for ; p != nil; p = p.outer {
		if p.taken[name] {
			return true
		}
	}
	return false
}

// finish keeps the text of n, or gives it a name if it is used again.
func (p *printer) finish(n *Node, text piece) {
	at := p.nodes[n]
	if at.uses > 1 {
		switch n.op {
		case OpInput:
		case OpConst:
			if len(text.text) > maxLeaf {
				text = p.assign(text)
			}
		default:
			text = p.assign(text)
		}
	}
	at.text = text
}

// assign gives a text a name.
func (p *printer) assign(text piece) piece {
	name := ""
	for name == "" || p.taken[name] {
		p.counter++
		name = "t" + strconv.Itoa(p.counter)
	}
	p.lines = append(p.lines, name+" = "+text.text)
	return leaf(name)
}

// arg returns the text of argument i, named if it has become too deep or long.
func (p *printer) arg(n *Node, i int) piece {
	a := p.nodes[n.Args()[i]]
	text := p.short(a.text)
	if a.uses == 1 {
		a.text = piece{} // frees the memory: nobody asks again
	}
	return text
}

// short returns the text, named if it is too deep or long.
func (p *printer) short(text piece) piece {
	if text.height >= maxHeight || len(text.text) > maxText {
		return p.assign(text)
	}
	return text
}

// isChain reports whether n is an addition or multiplication that is written
// with operators, term after term, as it can be if all partial results have
// the dtype of the result.
func isChain(n *Node) bool {
	if n.op != OpAdd && n.op != OpMul {
		return false
	}
	d, weak := promote(n.Args()[0].Type(), n.Args()[1].Type())
	if len(n.Args()) > 2 && (d != n.Type().DType || weak != n.Type().Weak) {
		return false
	}
	return !isComplexSum(n)
}

// isComplexSum reports whether the first terms of n would be read as one
// complex literal: 1.0 + 2.0j.
func isComplexSum(n *Node) bool {
	if n.op != OpAdd && n.op != OpSub {
		return false
	}
	x, y := n.Args()[0], n.Args()[1]
	if x.op != OpConst || y.op != OpConst || !isLiteral(x.Value(), x.Type().Weak) || !isLiteral(y.Value(), y.Type().Weak) {
		return false
	}
	return (x.DType() == Int64 || x.DType() == Float64) && y.DType() == Complex128
}

// extend adds the term that was entered last to the chain of f.
func (p *printer) extend(f *frame) {
	last := f.next - 1
	left := piece{}
	if last == 1 {
		left = p.arg(f.n, 0)
	} else {
		left = p.short(f.chain)
	}
	f.chain = binary(opInfixes[f.n.op], left, p.arg(f.n, last))
}

// binary writes left op right.
func binary(op *infix, left, right piece) piece {
	l, r := op.level, op.level+1 // operators of one level bind from the left
	switch op.level {
	case levelCompare:
		l = op.level + 1
	case levelPower:
		l, r = levelPostfix, levelUnary
	}
	return piece{
		text:   left.in(l) + op.print + right.in(r),
		level:  op.level,
		height: 1 + max(left.height, right.height),
	}
}

package optimize

import (
	"strings"

	"arignote/expr"
)

// infix has the operators of the language and how tightly they bind.
var infix = map[expr.Op]struct {
	text string
	prec int
}{
	expr.OpOr: {" | ", 1}, expr.OpXor: {" ^ ", 2}, expr.OpAnd: {" & ", 3},
	expr.OpLt: {" < ", 0}, expr.OpLe: {" <= ", 0}, expr.OpGt: {" > ", 0}, expr.OpGe: {" >= ", 0},
	expr.OpEq: {" == ", 0}, expr.OpNe: {" != ", 0},
	expr.OpShl: {" << ", 4}, expr.OpShr: {" >> ", 4},
	expr.OpAdd: {" + ", 5}, expr.OpSub: {" - ", 5},
	expr.OpMul: {"*", 6}, expr.OpDiv: {"/", 6}, expr.OpFloorDiv: {"//", 6}, expr.OpMod: {" % ", 6},
	expr.OpDot: {" @ ", 6}, expr.OpMatMul: {" @ ", 6}, expr.OpPow: {"**", 8},
}

const (
	briefDepth = 8   // levels that Brief shows
	briefLen   = 160 // characters after which it stops
	precNeg    = 7
)

// Brief returns n on one line for people: large constants, deep and long parts
// are elided as "...", so that it does not always parse.
func Brief(n *expr.Node) string {
	var b briefer
	b.brief(n, 0, briefDepth)
	return b.String()
}

// Line returns n as an operation on its arguments, which are written as name
// says: "%1 + %2".
func Line(n *expr.Node, name func(arg *expr.Node) string) string {
	b := briefer{name: func(m *expr.Node) string {
		if m == n {
			return ""
		}
		return name(m)
	}}
	b.brief(n, 0, briefDepth)
	return b.String()
}

// briefer writes expressions. Nodes for which name has one are written by it.
type briefer struct {
	strings.Builder
	name func(n *expr.Node) string
}

func (b *briefer) brief(n *expr.Node, prec, depth int) {
	if b.name != nil {
		if text := b.name(n); text != "" {
			b.WriteString(text)
			return
		}
	}
	switch {
	case n == nil || n.Err() != nil:
		b.WriteString("wrong")
	case n.Op() == expr.OpInput:
		b.WriteString(n.Name())
	case n.Op() == expr.OpConst:
		b.constant(n)
	case depth == 0 || b.Len() > briefLen && b.name == nil:
		b.WriteString("...")
	case n.Op() == expr.OpNeg:
		b.bracket(prec > precNeg, func() {
			b.WriteByte('-')
			b.brief(n.Arg(0), precNeg, depth-1)
		})
	default:
		b.apply(n, prec, depth)
	}
}

// apply writes an operator or a function with its arguments.
func (b *briefer) apply(n *expr.Node, prec, depth int) {
	op, ok := infix[n.Op()]
	if !ok {
		b.WriteString(n.Op().String() + "(")
		for i, a := range n.Args() {
			if i > 0 {
				b.WriteString(", ")
			}
			b.brief(a, 0, depth-1)
		}
		if key := briefAttr(n.Attr()); key != "" {
			b.WriteString(", " + key)
		}
		b.WriteByte(')')
		return
	}
	b.bracket(prec > op.prec, func() {
		for i, a := range n.Args() {
			if i > 0 {
				b.WriteString(op.text)
			}
			side := op.prec
			if i > 0 && (!n.Op().Commutative() || a.Op() != n.Op()) || op.text == "**" {
				side++
			}
			b.brief(a, side, depth-1)
		}
	})
}

// briefAttr writes an attribute, bodies of loops elided.
func briefAttr(a expr.Attr) string {
	switch a.(type) {
	case nil:
		return ""
	case expr.Body:
		return "..."
	}
	return a.Key()
}

func (b *briefer) bracket(on bool, inside func()) {
	if on {
		b.WriteByte('(')
	}
	inside()
	if on {
		b.WriteByte(')')
	}
}

// constant writes a scalar by its value, an array by its type.
func (b *briefer) constant(n *expr.Node) {
	if n.Rank() > 0 {
		b.WriteString(n.Type().String() + "{...}")
		return
	}
	b.WriteString(n.String())
}

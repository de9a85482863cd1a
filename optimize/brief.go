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
	var b strings.Builder
	brief(&b, n, 0, briefDepth)
	return b.String()
}

func brief(b *strings.Builder, n *expr.Node, prec, depth int) {
	switch {
	case n == nil || n.Err() != nil:
		b.WriteString("wrong")
	case n.Op() == expr.OpInput:
		b.WriteString(n.Name())
	case n.Op() == expr.OpConst:
		briefConst(b, n)
	case depth == 0 || b.Len() > briefLen:
		b.WriteString("...")
	case n.Op() == expr.OpNeg:
		bracket(b, prec > precNeg, func() {
			b.WriteByte('-')
			brief(b, n.Arg(0), precNeg, depth-1)
		})
	default:
		briefApply(b, n, prec, depth)
	}
}

// briefApply writes an operator or a function with its arguments.
func briefApply(b *strings.Builder, n *expr.Node, prec, depth int) {
	op, ok := infix[n.Op()]
	if !ok {
		b.WriteString(n.Op().String() + "(")
		for i, a := range n.Args() {
			if i > 0 {
				b.WriteString(", ")
			}
			brief(b, a, 0, depth-1)
		}
		if key := briefAttr(n.Attr()); key != "" {
			b.WriteString(", " + key)
		}
		b.WriteByte(')')
		return
	}
	bracket(b, prec > op.prec, func() {
		for i, a := range n.Args() {
			if i > 0 {
				b.WriteString(op.text)
			}
			side := op.prec
			if i > 0 && (!n.Op().Commutative() || a.Op() != n.Op()) || op.text == "**" {
				side++
			}
			brief(b, a, side, depth-1)
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

func bracket(b *strings.Builder, on bool, inside func()) {
	if on {
		b.WriteByte('(')
	}
	inside()
	if on {
		b.WriteByte(')')
	}
}

// briefConst writes a scalar by its value, an array by its type.
func briefConst(b *strings.Builder, n *expr.Node) {
	if n.Rank() > 0 {
		b.WriteString(n.Type().String() + "{...}")
		return
	}
	b.WriteString(n.String())
}

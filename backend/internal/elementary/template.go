package elementary

import (
	"fmt"
	"slices"
	"sync"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// instruction is a node of an expansion. Its arguments are instructions before
// it. The op is a primitive; or a function of the table, which stands for its
// reference meaning, where args[0] is true and otherwise args[1]; or OpConst.
type instruction struct {
	op     expr.Op
	d      expr.DType
	args   []int
	input  int // from 1 on: the argument of the function with that number
	number number
}

// number is a constant of some dtype.
type number struct {
	d expr.DType
	x kernel.Scalar
}

// templates has what template has made, for float32 and for float64.
var templates [2][expr.NumOps]struct {
	sync.Once
	code []instruction
}

// expansion returns the function of the table for results of dtype d.
func expansion(op expr.Op, d expr.DType) func(x ...node) node {
	if f := table[op].of32; f != nil && d == expr.Float32 {
		return f
	}
	return table[op].of
}

// template returns the expansion of a function of the table for results of
// dtype d, computed in float64, the result last.
func template(op expr.Op, d expr.DType) []instruction {
	t := &templates[0][op]
	if d == expr.Float64 {
		t = &templates[1][op]
	}
	t.Do(func() {
		b := &templater{at: make(map[*expr.Node]int), numbers: make(map[number]int)}
		arity, _ := op.Arity()
		inputs := make([]*expr.Node, arity)
		for i := range inputs {
			inputs[i] = expr.Scalar(string(rune('x' + i)))
			b.at[inputs[i]] = b.add(instruction{input: i + 1, d: expr.Float64})
		}
		y := expansion(op, d)(inputs...)
		if y.Err() != nil {
			panic(fmt.Sprintf("elementary: %v: %v", op, y.Err()))
		}
		for n := range expr.Nodes(y) {
			b.node(n)
		}
		t.code = b.code
	})
	return t.code
}

// templater makes a list of instructions.
type templater struct {
	code    []instruction
	at      map[*expr.Node]int
	numbers map[number]int
}

func (b *templater) add(i instruction) int {
	b.code = append(b.code, i)
	return len(b.code) - 1
}

// node adds the instruction of a node. Constants are added where they are used,
// in the dtype in which they are.
func (b *templater) node(n *expr.Node) {
	if n.Op() == expr.OpConst || n.Op() == expr.OpInput || table[n.Op()].of != nil {
		return
	}
	i := instruction{op: n.Op(), d: n.DType()}
	args := n.Args()
	if i.op == expr.OpWhere && table[args[1].Op()].of != nil {
		i.op = args[1].Op()
		args = slices.Concat([]*expr.Node{args[0], args[2]}, args[1].Args())
	}
	d := n.OperandDType()
	for _, a := range args {
		switch {
		case a.Op() == expr.OpConst:
			i.args = append(i.args, b.number(a.Value(), d))
		case a.DType() != d && a.DType() != expr.Bool:
			panic(fmt.Sprintf("elementary: %v of %v, want %v", n, a.DType(), d))
		default:
			i.args = append(i.args, b.at[a])
		}
	}
	b.at[n] = b.add(i)
}

func (b *templater) number(v *expr.Value, d expr.DType) int {
	x := number{d: d, x: kernel.Integer(v.Int(0))}
	if d.IsFloat() {
		x.x = kernel.Float(v.Float(0))
	} else if v.DType() == expr.Uint64 {
		x.x = kernel.Integer(v.Data().([]uint64)[0])
	}
	i, ok := b.numbers[x]
	if !ok {
		i = b.add(instruction{op: expr.OpConst, number: x})
		b.numbers[x] = i
	}
	return i
}

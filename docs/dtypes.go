package main

import (
	"strings"

	"arignote/expr"
)

// tried are the dtypes that stand for the others of their kind.
var tried = []expr.DType{expr.Bool, expr.Int32, expr.Uint8, expr.Float32, expr.Complex64}

// dtypes says what an op makes of arguments of each kind of dtype, found by
// building it: "bool, int32 -> float64; else as it is; no complex64".
func dtypes(op expr.Op) string {
	same, refused := 0, []string{}
	from, order := make(map[expr.DType][]string), []expr.DType{}
	for _, d := range tried {
		n := built(op, d)
		switch {
		case n == nil || n.Err() != nil || n.Type().IsTuple():
			refused = append(refused, d.String())
		case n.DType() == d:
			same++
		default:
			if from[n.DType()] == nil {
				order = append(order, n.DType())
			}
			from[n.DType()] = append(from[n.DType()], d.String())
		}
	}
	if len(refused) == len(tried) {
		return ""
	}
	var parts []string
	for _, d := range order {
		parts = append(parts, strings.Join(from[d], ", ")+" → "+d.String())
	}
	if same > 0 && len(order) > 0 {
		parts = append(parts, "else as it is")
	} else if same > 0 {
		parts = append(parts, "as it is")
	}
	if len(refused) > 0 {
		parts = append(parts, "no "+strings.Join(refused, ", "))
	}
	return strings.Join(parts, "; ")
}

// built returns op of arguments of dtype d, nil if that cannot be written, or
// says nothing: bodies of loops and conversions have their dtypes in them.
func built(op expr.Op, d expr.DType) *expr.Node {
	if op == expr.OpCast || op == expr.OpItem {
		return nil
	}
	if example := op.Example(); example != "" {
		return rebuilt(op, example, d)
	}
	if !op.Elementwise() && !op.Reduction() {
		return nil
	}
	count, _ := op.Arity()
	args := make([]*expr.Node, count)
	for i := range args {
		args[i] = expr.Input("x", d, 3)
	}
	if op.Reduction() {
		return expr.Reduce(op, args[0], false)
	}
	return expr.New(args[0], op, nil, args...)
}

// rebuilt returns the operation of an example with arguments of dtype d in
// place of the floats.
func rebuilt(op expr.Op, example string, d expr.DType) *expr.Node {
	g, err := expr.ParseGraph(example)
	if err != nil || g.Outputs[0].Op() != op {
		return nil
	}
	n := g.Outputs[0]
	if _, ok := n.Attr().(expr.Body); ok {
		return nil
	}
	args, floats := make([]*expr.Node, len(n.Args())), false
	for i, a := range n.Args() {
		args[i] = a
		if t := a.Type(); t.DType == expr.Float64 && !t.Weak {
			t.DType, floats = d, true
			args[i] = expr.InputOf("x", t)
		}
	}
	if !floats {
		return nil
	}
	return expr.New(n, op, n.Attr(), args...)
}

// opNamed returns the op with a name.
func opNamed(name string) expr.Op {
	for op := expr.OpInvalid + 1; op < expr.NumOps; op++ {
		if op.String() == name {
			return op
		}
	}
	return expr.OpInvalid
}

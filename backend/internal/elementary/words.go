package elementary

import "arignote/expr"

// This file has the words in which expansions are written, beside the methods
// of nodes.

// node is a value of an expansion: float64, uint64 or bool.
type node = *expr.Node

// pair is an unevaluated sum hi + lo, lo being small beside hi: a number with
// more bits than a float64.
type pair struct{ hi, lo node }

func c(x any) node { return expr.Const(x) }

func where(condition, x, y any) node { return expr.Where(condition, x, y) }

// rare is the reference meaning of op where the condition is true, which is
// slow, and otherwise y.
func rare(condition node, op expr.Op, y node, args ...node) node {
	var attr expr.Attr
	if op == expr.OpPolygamma {
		attr = expr.Number{} // of order 0
	}
	return where(condition, expr.New(y, op, attr, args...), y)
}

// horner is terms[0] + terms[1]*x + terms[2]*x**2 + ...
func horner(x node, terms ...float64) node {
	last := len(terms) - 1
	var y any = terms[last]
	for i := last - 1; i >= 0; i-- {
		y = expr.New(x, expr.OpFMA, nil, operand(y), x, c(terms[i]))
	}
	return operand(y)
}

func operand(x any) node {
	if n, ok := x.(node); ok {
		return n
	}
	return c(x)
}

// quickSum is a + b exactly, for |a| >= |b| or a = 0: Dekker, "A floating-point
// technique for extending the available precision" (1971).
func quickSum(a, b node) pair {
	s := a.Add(b)
	return pair{s, b.Sub(s.Sub(a))}
}

// twoSum is a + b exactly: Knuth, "Seminumerical Algorithms", 4.2.2.
func twoSum(a, b node) pair {
	s := a.Add(b)
	t := s.Sub(a)
	return pair{s, a.Sub(s.Sub(t)).Add(b.Sub(t))}
}

// twoProduct is a * b exactly, unless it underflows.
func twoProduct(a node, b any) pair {
	p := a.Mul(b)
	return pair{p, a.FMA(b, p.Neg())}
}

// float is the sum, rounded.
func (x pair) float() node { return x.hi.Add(x.lo) }

// over is x/y, rounded, with an error a little above half an ulp.
func (x pair) over(y pair) node { return x.quotient(y).float() }

// quotient is x/y.
func (x pair) quotient(y pair) pair {
	inverse := c(1.0).Div(y.hi)
	q := x.hi.Mul(inverse)
	minus := q.Neg()
	rest := minus.FMA(y.hi, x.hi).Add(x.lo)
	return pair{q, minus.FMA(y.lo, rest).Mul(inverse)}
}

// chosen is x where the condition is true, else y.
func chosen(condition node, x, y pair) pair {
	return pair{where(condition, x.hi, y.hi), where(condition, x.lo, y.lo)}
}

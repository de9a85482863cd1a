package autodiff

import "arignote/expr"

// Rules of element-wise ops that do not fit into a line of the table.

// notZero is x with ones for zeros, to divide a zero by.
func notZero(x term) term { return x.eq(0.0).choose(1.0, x) }

// oneMinusSquare is 1-x² without cancellation near 1.
func oneMinusSquare(x term) term { return x.from(1.0).mul(x.add(1.0)) }

func addRule(s *step) []term {
	out := make([]term, len(s.want))
	for i := range out {
		out[i] = s.g()
	}
	return out
}

// mulRule: for each factor the product of the others, which two passes find
// from both ends.
func mulRule(s *step) []term {
	n := len(s.want)
	out := make([]term, n)
	if n == 2 {
		for i := range out {
			if s.want[i] {
				out[i] = s.chain(s.x(1 - i))
			}
		}
		return out
	}
	before := s.g()
	for i := range out {
		out[i] = before
		before = before.mul(s.x(i).conj())
	}
	after := s.x(n - 1).conj()
	for i := n - 2; i >= 0; i-- {
		out[i] = out[i].mul(after)
		after = after.mul(s.x(i).conj())
	}
	return out
}

// chain returns the gradient times the derivative d, by the chain rule. It
// leaves out factors of one: those of d, and those of the gradient where d
// surely has its shape.
func (s *step) chain(d term) term {
	g := s.g()
	switch {
	case isFilled(d.v, 1):
		return g
	case isFilled(d.v, -1):
		return g.neg()
	case isFilled(g.v, 1) && keeps(d.v, g.v) && s.tape.sameShape(s.n, d.v):
		return d.conj()
	case d.v.Op() == expr.OpDiv && isFilled(d.v.Arg(0), 1):
		return g.div(d.is(d.v.Arg(1)).conj())
	}
	return g.mul(d.conj())
}

// powBase: y*x^(y-1), which is 0 for y = 0 even where x is 0. Constant
// exponents are treated when the graph is built.
func powBase(x, y, z term) term {
	if c := y.v.Value(); c != nil && c.Rank() == 0 && !c.DType().IsComplex() {
		switch c := c.Float(0); c {
		case 0:
			return x.is(number(0))
		case 1:
			return x.is(number(1))
		case 2:
			return x.mul(2.0)
		default:
			return x.pow(c - 1).mul(c)
		}
	}
	d := y.mul(x.pow(y.sub(1.0)))
	return y.eq(0.0).choose(0.0, d)
}

// powExponent: x^y log(x), and 0 where x is 0. Neither the logarithm of 0 nor
// what comes of it in higher derivatives is ever computed.
func powExponent(x, y, z term) term { return z.mul(notZero(x).log()) }

func fmaRule(s *step) []term {
	g := s.g()
	out := []term{none, none, g}
	for i := range 2 {
		if s.want[i] {
			out[i] = g.mul(s.x(1 - i))
		}
	}
	return out
}

// signRule: z/|z| of complex numbers turns with z. With the gradient g, the
// step dz has the effect Re(conj(g)(dz/|z| - z Re(conj(z)dz)/|z|³)).
func signRule(s *step) []term {
	if !s.n.DType().IsComplex() {
		return []term{none}
	}
	g, size := s.g(), notZero(s.x(0).unary(expr.OpAbs))
	along := s.y().mul(g.conj().mul(s.y()).real())
	return []term{g.sub(along).div(size)}
}

// clipRule: the gradient goes to x where lo <= x <= hi, and to the bound that
// is the result elsewhere.
func clipRule(s *step) []term {
	g, x, lo, hi := s.g(), s.x(0), s.x(1), s.x(2)
	out := []term{none, none, none}
	if s.want[0] {
		out[0] = x.ge(lo).and(x.le(hi)).choose(g, 0.0)
	}
	if s.want[1] {
		out[1] = x.lt(lo).and(lo.le(hi)).choose(g, 0.0)
	}
	if s.want[2] {
		out[2] = x.binary(expr.OpMaximum, lo).gt(hi).choose(g, 0.0)
	}
	return out
}

// imagRule: i*g; nothing for real numbers.
func imagRule(s *step) []term {
	if !s.x(0).dtype().IsComplex() {
		return []term{none}
	}
	return []term{s.g().is(number(0)).binary(expr.OpComplex, s.g())}
}

// angleRule: i*z*g/|z|²; nothing for real numbers, whose angle is 0 or pi.
func angleRule(s *step) []term {
	x := s.x(0)
	if !x.dtype().IsComplex() {
		return []term{none}
	}
	i := s.g().is(expr.Const(1i))
	return []term{s.g().div(x.conj()).mul(i)}
}

// whereRule: the choice is the work of reachWhere.
func whereRule(s *step) []term { return []term{none, s.g(), s.g()} }

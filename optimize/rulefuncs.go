package optimize

import (
	"math"
	"slices"

	"arignote/expr"
)

// Rewrites of the pass simplify that text cannot say.

// divPowerOfTwo turns x / c into x * (1/c) where 1/c is exact and both are
// normal numbers, so that not a bit changes.
func divPowerOfTwo(r *run, n *expr.Node) *expr.Node {
	c, ok := scalarOf(n.Arg(1))
	if !ok || imag(c) != 0 || !n.DType().IsFloat() {
		return nil
	}
	fraction, exp := math.Frexp(real(c))
	limit := 1000 // of exponents: far from subnormals in float64
	if n.DType() == expr.Float32 {
		limit = 120
	}
	if math.Abs(fraction) != 0.5 || exp > limit || exp < -limit || math.Abs(real(c)) == 1 {
		return nil
	}
	return r.make(n, expr.OpMul, nil, r.weak(1/real(c)), n.Arg(0))
}

// powConstant computes a power by squaring, where the base is a product that
// is better raised as a whole.
func powConstant(r *run, n *expr.Node) *expr.Node {
	c, ok := numberOf(n.Arg(1), expr.Float64)
	x := n.Arg(0)
	if !ok || x.Op() != expr.OpMul && x.Op() != expr.OpDiv || x.DType() != n.DType() || !n.DType().IsFloat() || n.Arg(1).Rank() > 0 ||
		c.f <= 2 || c.f != math.Trunc(c.f) || powerCost(c.f) >= costPow {
		return nil
	}
	return r.power(n, x, c.f)
}

// dropGradient drops what says how to differentiate, once that is done.
func dropGradient(r *run, n *expr.Node) *expr.Node {
	if r.opt.KeepGradient {
		return nil
	}
	return n.Arg(0)
}

// weakenConstant makes a strong constant of equal elements a weak scalar where the
// op converts both to the same dtype and others stretch as far: 1.0 and not
// array(1.0), 0 and not array([0, 0]), and 1 for a True that is multiplied.
// Constants then merge, and print as they were written.
func weakenConstant(r *run, n *expr.Node) *expr.Node {
	for i, a := range n.Args() {
		weak := r.weakened(a, numeric[n.Op()] && n.OperandDType() != expr.Bool)
		if weak == nil {
			continue
		}
		args := slices.Clone(n.Args())
		args[i] = weak
		m := expr.New(n, n.Op(), n.Attr(), args...)
		if m.Err() == nil && m.Type().Equal(n.Type()) && m.OperandDType() == n.OperandDType() {
			return m
		}
	}
	return nil
}

// numeric are the ops that work on truth values as on 0 and 1, if another argument
// is a number.
var numeric = opSetWith(func(op expr.Op) bool {
	return sumOp(op) || productOp(op) || op == expr.OpMaximum || op == expr.OpMinimum
})

// weakened returns the weak scalar that the constant a is, truth values as numbers
// if asked; nil if it is none, or weak already.
func (r *run) weakened(a *expr.Node, numbers bool) *expr.Node {
	v := a.Value()
	if v == nil || v.Len() == 0 || v.DType() == expr.Uint64 {
		return nil
	}
	if v.DType() == expr.Bool {
		if !numbers || !equalElements(v) {
			return nil
		}
		return r.weak(int(oneIf(v.Bool(0))))
	}
	if a.Type().Weak || !equalElements(v) {
		return nil
	}
	return r.constant(v, true)
}

// equalElements reports whether all elements of v have the same bits.
func equalElements(v *expr.Value) bool {
	for i := 1; i < v.Len(); i++ {
		if !sameNumber(v, 0, i) {
			return false
		}
	}
	return true
}

// sameNumber reports whether the elements i and j of v have the same bits.
func sameNumber(v *expr.Value, i, j int) bool {
	if v.DType().IsInteger() {
		return v.Int(i) == v.Int(j)
	}
	x, y := v.Complex(i), v.Complex(j)
	return math.Float64bits(real(x)) == math.Float64bits(real(y)) && math.Float64bits(imag(x)) == math.Float64bits(imag(y))
}

// partOfMultiple multiplies the real or imaginary part by what is real.
func partOfMultiple(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if x.Op() != expr.OpMul || len(x.Args()) != 2 || !x.DType().IsComplex() || !n.DType().IsFloat() {
		return nil
	}
	for i, a := range x.Args() {
		z := x.Arg(1 - i)
		if !a.DType().IsComplex() && a.DType() != expr.Bool && z.DType() == x.DType() && !z.Type().Weak {
			return r.make(n, expr.OpMul, nil, r.make(n, n.Op(), nil, z), a)
		}
	}
	return nil
}

// cosineOf maps a sine to its cosine.
var cosineOf = [expr.NumOps]expr.Op{expr.OpSin: expr.OpCos, expr.OpSinh: expr.OpCosh}

// doubleAngle multiplies sine and cosine of one angle, if nothing else needs
// them: sin(x)*cos(x) is 0.5*sin(2*x). The same for sinh and cosh.
func doubleAngle(r *run, n *expr.Node) *expr.Node {
	for i, s := range n.Args() {
		if cosineOf[s.Op()] == 0 || !r.once(s) || s.DType() != n.DType() || !n.DType().IsFloat() {
			continue
		}
		j := slices.IndexFunc(n.Args(), func(c *expr.Node) bool {
			return c.Op() == cosineOf[s.Op()] && c.Arg(0) == s.Arg(0) && r.once(c)
		})
		if j < 0 || s.Arg(0).DType() != n.DType() {
			continue
		}
		sine := r.make(n, s.Op(), nil, r.make(n, expr.OpMul, nil, r.weak(2), s.Arg(0)))
		args := []*expr.Node{r.weak(0.5)}
		for k, a := range n.Args() {
			if k != i && k != j {
				args = append(args, a)
			}
		}
		return r.make(n, expr.OpMul, nil, append(args, sine)...)
	}
	return nil
}

// sqrtSquares takes the root of a product of even powers: sqrt(x**2 * y**2) is
// abs(x*y).
func sqrtSquares(r *run, n *expr.Node) *expr.Node {
	x := n.Arg(0)
	if x.Op() != expr.OpMul && x.Op() != expr.OpDiv || !r.opens(x, n.DType()) || !n.DType().IsFloat() {
		return nil
	}
	p := r.gatherProduct(x, 0)
	odd := slices.ContainsFunc(p.factors, func(f factor) bool { return math.Mod(f.exp, 2) != 0 })
	if p.bad || odd || p.coef.f <= 0 || len(p.factors) == 0 {
		return nil
	}
	root := newProduct(p.d)
	for _, f := range p.factors {
		root.mul(factor{f.base, f.exp / 2})
	}
	return r.scaledOrNeg(n, math.Sqrt(p.coef.f), r.make(n, expr.OpAbs, nil, root.write(r, n)))
}

// subNegative adds what is subtracted with a sign.
func subNegative(r *run, n *expr.Node) *expr.Node {
	c, ok := scalarOf(n.Arg(1))
	if !ok || imag(c) != 0 || !(real(c) < 0) || !n.DType().IsFloat() || !n.Arg(1).Type().Weak || n.Arg(1).Rank() > 0 {
		return nil
	}
	return r.make(n, expr.OpAdd, nil, n.Arg(0), r.weak(-real(c)))
}

// oddOps are functions with f(-x) = -f(x).
var oddOps = []expr.Op{
	expr.OpSin, expr.OpTan, expr.OpArcsin, expr.OpArctan, expr.OpSinh, expr.OpTanh, expr.OpArcsinh, expr.OpArctanh,
	expr.OpErf, expr.OpCbrt, expr.OpTrunc, expr.OpRound,
}

// negOdd lets the signs of an odd function and of a constant in its argument
// cancel: -tanh(-2*x) is tanh(2*x).
func negOdd(r *run, n *expr.Node) *expr.Node {
	f := n.Arg(0)
	if !slices.Contains(oddOps, f.Op()) || !r.once(f) || !f.DType().IsFloat() || f.Arg(0).Op() != expr.OpMul || f.Arg(0).DType() != f.DType() {
		return nil
	}
	args := slices.Clone(f.Arg(0).Args())
	for i, a := range args {
		if z, ok := scalarOf(a); ok && imag(z) == 0 && real(z) < 0 && a.Rank() == 0 && a.DType() != expr.Bool {
			args[i] = r.weak(-real(z))
			return r.make(n, f.Op(), nil, r.make(n, expr.OpMul, nil, args...))
		}
	}
	return nil
}

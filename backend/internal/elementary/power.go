package elementary

import (
	"math"

	"arignote/expr"
)

// Powers and roots.

// logAccurate is log(x) for a normal number x > 0 with a relative error below
// 2**-64: 2 atanh(s) as in log.go, with s and the first terms as pairs.
func logAccurate(x node) pair {
	k, m := decomposed(x)
	f := m.Sub(1.0)
	s := pair{f, c(0.0)}.quotient(quickSum(c(2.0), f))
	s = quickSum(s.hi, s.lo)
	z := twoProduct(s.hi, s.hi)
	z.lo = s.hi.Add(s.hi).FMA(s.lo, z.lo)
	first := quickSum(c(twoThirds), z.hi.Mul(horner(z.hi, logTerms[1:]...)))
	first.lo = first.lo.Add(twoThirdsTail)
	rest := s.product(z).product(first)
	y := quickSum(s.hi.Add(s.hi), rest.hi)
	y.lo = s.lo.FMA(2.0, y.lo.Add(rest.lo))
	y = plusLn2(k, y)
	return quickSum(y.hi, y.lo)
}

const twoThirds, twoThirdsTail = 0x1.5555555555555p-1, 0x1.5555555555555p-55

// product is x*y.
func (x pair) product(y pair) pair {
	p := twoProduct(x.hi, y.hi)
	return pair{p.hi, x.hi.FMA(y.lo, x.lo.FMA(y.hi, p.lo))}
}

// pow is exp(y log(|x|)) with the sign of x if y is odd; NaN for x < 0 unless y
// is an integer. The reference meaning has all that is not ordinary: x that is
// 0, subnormal, infinite or NaN, and huge y.
func pow(args ...node) node {
	x, y := args[0], args[1]
	a := x.Abs()
	l := logAccurate(a)
	p := twoProduct(y, l.hi)
	p.lo = y.FMA(l.lo, p.lo)
	t := p.hi.Maximum(-750.0).Minimum(720.0)
	e, k := expPair(t)
	tail := where(p.hi.Eq(t), p.lo, 0.0)
	z := k.scale(e.hi.Add(e.hi.FMA(tail, e.lo)))

	half := y.Mul(0.5)
	odd := half.Round().Ne(half)
	z = where(x.Lt(0.0), where(y.Round().Eq(y), where(odd, z.Neg(), z), math.NaN()), z)
	usual := a.Ge(smallest).And(a.Lt(math.Inf(1))).And(y.Abs().Lt(0x1p64))
	return rare(usual.Not(), expr.OpPow, z, x, y)
}

// hypotScale is a power of two that keeps squares of numbers up to a from
// overflowing, and those that matter from underflowing.
func hypotScale(a node) (scale, inverse node) {
	large, tiny := a.Gt(0x1p500), a.Lt(0x1p-400)
	return where(large, 0x1p-600, where(tiny, 0x1p600, 1.0)), where(large, 0x1p600, where(tiny, 0x1p-600, 1.0))
}

// hypot is sqrt(a*a + b*b), a >= b >= 0, with one Newton step for what the root
// lacks; infinite if an argument is, even if the other one is NaN.
func hypot(x ...node) node {
	u, v := x[0].Abs(), x[1].Abs()
	scale, inverse := hypotScale(u.Maximum(v))
	a, b := u.Maximum(v).Mul(scale), u.Minimum(v).Mul(scale)
	p, q := twoProduct(a, a), twoProduct(b, b)
	s := quickSum(p.hi, q.hi)
	s.lo = s.lo.Add(p.lo.Add(q.lo))
	r := s.hi.Sqrt()
	y := r.Add(r.Neg().FMA(r, s.hi).Add(s.lo).Div(r.Add(r).Maximum(smallest)))
	infinite := u.Eq(math.Inf(1)).Or(v.Eq(math.Inf(1)))
	return where(infinite, math.Inf(1), y.Mul(inverse))
}

// cbrtTerms is the cube root for numbers between sqrt(1/2) and sqrt(2), with a
// relative error below 2**-19.
var cbrtTerms = []float64{0x1.afcf4f80d43afp-2, 0x1.0e572bfb02a5cp+0, -0x1.ac11ff8ef43abp-1, 0x1.059df5cbcbb8ep-1, -0x1.6fbcbbecfb6b8p-3, 0x1.b9a2fd5b5e2f1p-6}

// cbrt is 2**n times the cube root t of m 2**i, i = -1, 0 or 1: a polynomial,
// then a step of Halley's method with t**3 as a pair. 0, infinities and NaN
// remain.
func cbrt(x ...node) node {
	a := x[0].Abs()
	k, m := anyDecomposed(a)
	n := round(k, 1.0/3)
	i := n.k.FMA(-3.0, k)
	down, up := i.Lt(0.0), i.Gt(0.0)
	m = m.Mul(where(down, 0.5, where(up, 2.0, 1.0)))
	t := horner(m.Mul(where(down, 2.0, where(up, 0.5, 1.0))), cbrtTerms...).Mul(where(down, 0x1.965fea53d6e3dp-1, where(up, 0x1.428a2f98d728bp+0, 1.0)))
	cube := twoProduct(t, t).product(pair{t, c(0.0)})
	missing := m.Sub(cube.hi).Sub(cube.lo)
	y := t.Add(t.Mul(missing).Div(cube.hi.FMA(2.0, m)))
	y = y.Mul(n.bits.Sub(bias - 1023).Shl(52).FromBits()).Copysign(x[0])
	return where(a.Gt(0.0).And(a.Lt(math.Inf(1))), y, x[0])
}

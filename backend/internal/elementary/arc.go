package elementary

import "arignote/expr"

// Inverse trigonometric functions. The argument is brought near 0 by an
// identity, so that a polynomial does the rest.

const (
	halfPi     = 0x1.921fb54442d18p+0
	halfPiTail = 0x1.1a62633145c07p-54
	tanEighth  = 0x1.a827999fcef32p-2 // tan(pi/8)
)

// arctanTerms is (atan(t) - t)/t**3 in t*t for |t| <= tan(pi/8), arcsinTerms
// (asin(t) - t)/t**3 for |t| <= 1/2, with errors below 2**-57 and 2**-58.
var (
	arctanTerms = []float64{-0x1.5555555555555p-2, 0x1.99999999993a1p-3, -0x1.249249243a15cp-3, 0x1.c71c718785f9cp-4, -0x1.745d0b7e40755p-4,
		0x1.3b126a39eac06p-4, -0x1.10fad62321cadp-4, 0x1.dfec46c5fc49ap-5, -0x1.a0b6fe5b5008dp-5, 0x1.41b28f41a0c1bp-5, -0x1.3ae9f62273a6ep-6}
	arcsinTerms = []float64{0x1.5555555555556p-3, 0x1.3333333332e36p-4, 0x1.6db6db6e3fcb4p-5, 0x1.f1c71c158c7f0p-6, 0x1.6e8bb30449a46p-6,
		0x1.1c4d1985fb5a9p-6, 0x1.c9d23c8b41cc7p-7, 0x1.7807aefdf1fa3p-7, 0x1.53052e7e88fb5p-7, 0x1.5f4038db2fcf8p-8, 0x1.215f00315abe4p-6,
		-0x1.f3c358092c397p-7, 0x1.db8e5ff7d04b6p-6}
)

// eighths writes the angle of the point (x, y) with x, y >= 0 as n pi/4 + atan(t):
// t = y/x for n = 0, (y - x)/(y + x) for n = 1 and -x/y for n = 2.
func eighths(y, x node) (n node, t pair) {
	zero := c(0.0)
	low, high := y.Le(x.Mul(tanEighth)), x.Lt(y.Mul(tanEighth))
	over := chosen(low, pair{y, zero}, chosen(high, pair{x.Neg(), zero}, twoSum(y, x.Neg())))
	under := chosen(low, pair{x, zero}, chosen(high, pair{y, zero}, twoSum(y, x)))
	return where(low, 0.0, where(high, 2.0, 1.0)), over.quotient(under)
}

// angle is n pi/4 + atan(t).
func angle(n node, t pair) node {
	z := t.hi.Mul(t.hi)
	tail := z.Mul(t.hi).FMA(horner(z, arctanTerms...), t.lo)
	sum := quickSum(n.Mul(halfPi/2), t.hi)
	return sum.hi.Add(n.FMA(halfPiTail/2, tail.Add(sum.lo)))
}

// arctan is pi/2 for all huge arguments.
func arctan(x ...node) node {
	return angle(eighths(x[0].Abs().Minimum(huge), c(1.0))).Copysign(x[0])
}

// arctan2 leaves to the reference meaning what might over- or underflow on the
// way: all points with a coordinate above 2**500 or below 2**-500, other than
// those on an axis.
func arctan2(x ...node) node {
	a, b := x[0].Abs(), x[1].Abs()
	most, least := a.Maximum(b), a.Minimum(b)
	n, t := eighths(a, b)
	left := x[1].Bits().Shr(63).Ne(0)
	n, t = where(left, c(4.0).Sub(n), n), chosen(left, pair{t.hi.Neg(), t.lo.Neg()}, t)
	y := angle(n, t).Copysign(x[0])
	odd := most.Gt(0x1p500).Or(most.Lt(0x1p-500)).Or(least.Lt(0x1p-500).And(least.Ne(0.0)))
	return rare(odd, expr.OpArctan2, y, x[0], x[1])
}

// arc is asin(s) = s + tail, with s = |x| where that is at most 1/2 (small), and
// otherwise s = sqrt((1 - |x|)/2), for which acos(|x|) = 2 asin(s). Outside of
// [-1, 1] it is NaN.
func arc(x node) (small node, s pair, tail node) {
	a := x.Abs()
	small = a.Le(0.5)
	z := where(small, a.Mul(a), c(1.0).Sub(a).Mul(0.5))
	root := z.Sqrt()
	lost := root.Neg().FMA(root, z).Div(root.Add(root).Maximum(smallest)) // z is root**2 where that is 0
	s = chosen(small, pair{a, c(0.0)}, pair{root, lost})
	return small, s, s.hi.Mul(z).FMA(horner(z, arcsinTerms...), s.lo)
}

// arcsin is pi/2 - 2 asin(s) where x is not small.
func arcsin(x ...node) node {
	small, s, tail := arc(x[0])
	factor := where(small, 1.0, -2.0)
	y := quickSum(where(small, 0.0, halfPi), s.hi.Mul(factor))
	return y.hi.Add(tail.FMA(factor, where(small, 0.0, halfPiTail).Add(y.lo))).Copysign(x[0])
}

// arccos is pi/2 - asin(x) where x is small, otherwise 2 asin(s) or pi minus
// that.
func arccos(x ...node) node {
	small, s, tail := arc(x[0])
	factor := where(small, -1.0, 2.0).Mul(c(1.0).Copysign(x[0]))
	n := where(small, 1.0, where(x[0].Lt(0.0), 2.0, 0.0))
	y := quickSum(n.Mul(halfPi), s.hi.Mul(factor))
	return y.hi.Add(n.FMA(halfPiTail, tail.FMA(factor, y.lo)))
}

package elementary

import "arignote/expr"

// Trigonometry. x = n pi/2 + r with |r| <= pi/4, by subtracting n times pi/2 in
// three parts (Cody and Waite), the first so short that its product with n is
// exact; sine and cosine of r are polynomials, and n says which of the two it is
// and with which sign. Where |x| is so large that the parts do not do, the
// reference meaning is asked, which has 1280 bits of 2/pi.

const (
	twoOverPi = 0x1.45f306dc9c883p-1
	halfPi1   = 0x1.921fb54p+0 // 30 bits
	halfPi2   = 0x1.10b4611a62633p-30
	halfPi3   = 0x1.45c06e0e68948p-86
	// reducible is a limit of |x|: n has 23 bits.
	reducible = 0x1p23
)

// sinTerms is (sin(r) - r)/r**3 and cosTerms (cos(r) - 1 + r*r/2)/r**4, in r*r,
// with errors below 2**-66 and 2**-60.
var (
	sinTerms = []float64{-0x1.5555555555555p-3, 0x1.1111111111110p-7, -0x1.a01a01a019938p-13, 0x1.71de3a546091ep-19, -0x1.ae645412baa0bp-26,
		0x1.61217f0053b44p-33, -0x1.ab17cc211a6c3p-41}
	cosTerms = []float64{0x1.5555555555555p-5, -0x1.6c16c16c16967p-10, 0x1.a01a019f4eb44p-16, -0x1.27e4fa17db6c2p-22, 0x1.1eeb68e764238p-29,
		-0x1.907da02fc4a17p-37}
)

// quarter is r and bits that end with those of n.
func quarter(x node) (n node, r pair) {
	const magic = 0x1.8p52
	t := x.FMA(twoOverPi, magic)
	k := t.Sub(magic)
	first := k.FMA(-halfPi1, x) // exact
	second := twoProduct(k, halfPi2)
	hi := first.Sub(second.hi)
	lo := first.Sub(hi).Sub(second.hi).Sub(second.lo)
	return t.Bits(), pair{hi, k.FMA(-halfPi3, lo)}
}

// sinNear and cosNear are the sine and cosine of |r| <= pi/4.
func sinNear(r pair) pair {
	z := r.hi.Mul(r.hi)
	return pair{r.hi, z.Mul(r.hi).FMA(horner(z, sinTerms...), r.lo)}
}

func cosNear(r pair) pair {
	z := r.hi.Mul(r.hi)
	y := quickSum(c(1.0), z.Mul(-0.5))
	return pair{y.hi, y.lo.Add(z.Mul(z).FMA(horner(z, cosTerms...), r.hi.Mul(r.lo).Neg()))}
}

// sine is sin(x + n pi/2).
func sine(x node, shift int) node {
	n, r := quarter(x)
	n = n.Add(shift)
	y := chosen(n.And(1).Eq(0), sinNear(r), cosNear(r)).float()
	return y.Bits().Xor(n.And(2).Shl(62)).FromBits()
}

// sin keeps -0.
func sin(x ...node) node {
	y := where(x[0].Eq(0.0), x[0], sine(x[0], 0))
	return rare(x[0].Abs().Gt(reducible), expr.OpSin, y, x[0])
}

func cos(x ...node) node {
	return rare(x[0].Abs().Gt(reducible), expr.OpCos, sine(x[0], 1), x[0])
}

// tan is sin/cos or -cos/sin.
func tan(x ...node) node {
	n, r := quarter(x[0])
	s, k := sinNear(r), cosNear(r)
	s, k = quickSum(s.hi, s.lo), quickSum(k.hi, k.lo)
	even := n.And(1).Eq(0)
	y := chosen(even, s, k).over(chosen(even, k, s))
	y = y.Bits().Xor(n.And(1).Shl(63)).FromBits()
	y = where(x[0].Eq(0.0), x[0], y)
	return rare(x[0].Abs().Gt(reducible), expr.OpTan, y, x[0])
}

package scalar

import (
	"math"
	"math/bits"
)

// Elementary functions of double-double numbers: argument reduction, then the Taylor series to 106 bits. The arguments
// are finite and in the domain.

var (
	invFactorial = func() (c [42]dd) { // 1/k!
		c[0] = ddOne
		for k := 1; k < len(c); k++ {
			c[k] = c[k-1].div(ddOf(float64(k)))
		}
		return
	}()
	expTerms   = invFactorial[:26] // x^26/26! < 2^-124 for |x| <= ln(2)/2
	expm1Terms = invFactorial[1:27]
	sinTerms   = alternating(1) // x^(2k+1)/(2k+1)!: below 2^-124 beyond the last term for |x| <= pi/2
	cosTerms   = alternating(0)
	atanhTerms = func() (c [25]dd) { // 1/(2k+1)
		for k := range c {
			c[k] = ddOne.div(ddOf(float64(2*k + 1)))
		}
		return
	}()
)

// alternating is (-1)^k / (2k+first)!.
func alternating(first int) []dd {
	c := make([]dd, 20)
	for k := range c {
		c[k] = invFactorial[2*k+first]
		if k%2 == 1 {
			c[k] = c[k].neg()
		}
	}
	return c
}

// expDD is exp(x) = m * 2^k with m in [0.7, 1.42]; |x| < 2^20.
func expDD(x dd) (m dd, k int) {
	n := math.RoundToEven(x.hi / ddLn2.hi)
	return horner(x.sub(ddLn2.mulF(n)), expTerms), int(n)
}

// expm1DD is exp(x) - 1 with a small relative error; |x| < 700.
func expm1DD(x dd) dd {
	if math.Abs(x.hi) < 0.35 {
		return horner(x, expm1Terms).mul(x)
	}
	m, k := expDD(x)
	return m.shift(k).addF(-1)
}

// atanhSeries is atanh(s) for |s| <= 0.18.
func atanhSeries(s dd) dd { return horner(s.mul(s), atanhTerms[:]).mul(s) }

// logDD is log(x), x > 0: x = 2^k m, log(m) = 2 atanh((m-1)/(m+1)).
func logDD(x dd) dd {
	m, k := math.Frexp(x.hi)
	if m < math.Sqrt2/2 {
		k--
	}
	f := x.shift(-k).addF(-1)
	l := atanhSeries(f.div(f.addF(2)))
	return ddLn2.mulF(float64(k)).add(l.add(l))
}

// log1pDD is log(1+x) with a small relative error, x > -1.
func log1pDD(x dd) dd {
	if math.Abs(x.hi) > 0.25 {
		return logDD(x.addF(1))
	}
	l := atanhSeries(x.div(x.addF(2)))
	return l.add(l)
}

// twoOverPi are the first 1280 bits of 2/pi, most significant first, after one word of zeros.
var twoOverPi = [...]uint64{0,
	0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
	0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
	0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
	0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
}

// reduceHalfPi writes x as (4n + q) pi/2 + r with |r| <= pi/4, for any finite x: Payne and Hanek, "Radian reduction for
// trigonometric functions" (1983). With x = m 2^e, the bits of 2/pi that can only make multiples of 4 are dropped, and
// the next 256 are multiplied by m modulo 4.
func reduceHalfPi(x float64) (q int, r dd) {
	if math.Abs(x) <= math.Pi/4 {
		return 0, ddOf(x)
	}
	fraction, e := math.Frexp(math.Abs(x))
	m := uint64(math.Ldexp(fraction, 53))
	first := e - 53 - 2 + 64 // the first bit of the table whose weight times 2^e is below 4
	word, shift := first/64, uint(first%64)
	var p [4]uint64 // m * 2/pi * 2^e mod 4, two bits before the binary point
	var carry uint64
	for i := 3; i >= 0; i-- {
		w := twoOverPi[word+i]<<shift | twoOverPi[word+i+1]>>(64-shift)
		hi, lo := bits.Mul64(w, m)
		var c uint64
		p[i], c = bits.Add64(lo, carry, 0)
		carry = hi + c
	}
	q = int(p[0] >> 62)
	p[0] &= 1<<62 - 1
	negative := p[0]>>61 == 1 // fraction >= 1/2: the next multiple is nearer
	if negative {
		q = (q + 1) & 3
		var borrow uint64
		for i := 3; i >= 0; i-- {
			p[i], borrow = bits.Sub64(0, p[i], borrow)
		}
		p[0] &= 1<<62 - 1
	}
	for i := 3; i >= 0; i-- { // smallest first; halves of words are exact floats
		lo, hi := float64(p[i]&math.MaxUint32), float64(p[i]>>32)
		r = r.addF(math.Ldexp(lo, -62-64*i)).addF(math.Ldexp(hi, -30-64*i))
	}
	r = r.mul(ddHalfPi)
	if negative {
		r = r.neg()
	}
	if x < 0 {
		q, r = (4-q)&3, r.neg()
	}
	return q, r
}

// sincosDD is the sine and cosine of x, any size.
func sincosDD(x dd) (sin, cos dd) {
	q, r := reduceHalfPi(x.hi)
	more, rest := reduceHalfPi(x.lo) // of a huge x, that goes around too
	q, r = (q+more)&3, r.add(rest)
	switch {
	case r.hi > math.Pi/4:
		q, r = (q+1)&3, r.sub(ddHalfPi)
	case r.hi < -math.Pi/4:
		q, r = (q+3)&3, r.add(ddHalfPi)
	}
	r2 := r.mul(r)
	sin, cos = horner(r2, sinTerms).mul(r), horner(r2, cosTerms)
	switch q {
	case 1:
		return cos, sin.neg()
	case 2:
		return sin.neg(), cos.neg()
	case 3:
		return cos.neg(), sin
	}
	return sin, cos
}

// atan2DD is the angle of (x, y), not both zero and of ordinary size: the float64 angle a, corrected by the small angle
// between (x, y) and (cos a, sin a).
func atan2DD(y, x dd) dd {
	a := math.Atan2(y.hi, x.hi)
	s, c := sincosDD(ddOf(a))
	t := y.mul(c).sub(x.mul(s)).div(x.mul(c).add(y.mul(s)))
	// atan(t) = t - t^3/3 with |t| < 2^-50.
	return ddOf(a).add(t)
}

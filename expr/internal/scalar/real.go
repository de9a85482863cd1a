package scalar

import "math"

// special reports whether x is NaN or infinite.
func special(x float64) bool { return x-x != 0 }

// tiny is a size below which odd functions with slope 1 at 0 return their argument, and products of it may underflow.
const tiny = 0x1p-300

// FloorDiv is Python's x // y on floats: the floor of the exact quotient, rounded. x // 0 is x/0: infinite, NaN for 0 // 0.
// An infinite x gives NaN; a finite x // ±Inf is 0 or -1. Zero results have the sign of x/y.
func FloorDiv(x, y float64) float64 {
	if y == 0 {
		return x / y
	}
	r := math.Mod(x, y)
	q := (x - r) / y // nearly an integer
	if r != 0 && (r < 0) != (y < 0) {
		q--
	}
	if q == 0 {
		return math.Copysign(0, x/y)
	}
	f := math.Floor(q)
	if q-f > 0.5 {
		f++
	}
	return f
}

// Mod is Python's x % y on floats: the remainder with the sign of y (zeros too). NaN for y = 0 and for infinite x; a finite
// x % ±Inf is x or, if the signs differ, y.
func Mod(x, y float64) float64 {
	r := math.Mod(x, y)
	switch {
	case r == 0:
		return math.Copysign(0, y)
	case (r < 0) != (y < 0):
		return r + y // also NaN
	}
	return r
}

// Sign is -1, 0 (for both zeros) or 1, and NaN for NaN.
func Sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	case x == 0:
		return 0
	}
	return x
}

// Maximum is the larger of x and y, NaN if one is NaN; +0 is larger than -0.
func Maximum(x, y float64) float64 { return max(x, y) }

// Minimum is the smaller of x and y, NaN if one is NaN; -0 is smaller than +0.
func Minimum(x, y float64) float64 { return min(x, y) }

// Fmax is the larger of x and y; a NaN is ignored if the other is a number.
func Fmax(x, y float64) float64 {
	switch {
	case x != x:
		return y
	case y != y:
		return x
	}
	return max(x, y)
}

// Fmin is the smaller of x and y; a NaN is ignored if the other is a number.
func Fmin(x, y float64) float64 {
	switch {
	case x != x:
		return y
	case y != y:
		return x
	}
	return min(x, y)
}

// Clip is Minimum(Maximum(x, lo), hi): hi wins where lo > hi, and a NaN anywhere gives NaN.
func Clip(x, lo, hi float64) float64 { return Minimum(Maximum(x, lo), hi) }

// Relu is Maximum(x, 0): NaN stays NaN, -0 becomes +0.
func Relu(x float64) float64 { return Maximum(x, 0) }

// Heaviside is 0 for x < 0, h for x = 0, 1 for x > 0, and NaN for NaN.
func Heaviside(x, h float64) float64 {
	switch {
	case x < 0:
		return 0
	case x > 0:
		return 1
	case x == 0:
		return h
	}
	return x
}

// Rad2deg is 180/pi x. At most 0.51 ulp.
func Rad2deg(x float64) float64 {
	return timesDD(x, dd{0x1.ca5dc1a63c1f8p+5, -0x1.1e7ab456405f9p-49})
}

// Deg2rad is pi/180 x. At most 0.51 ulp.
func Deg2rad(x float64) float64 { return timesDD(x, ddPi.div(ddOf(180))) }

// timesDD is x*c rounded once.
func timesDD(x float64, c dd) float64 {
	if x == 0 || special(x) {
		return x
	}
	m, k := math.Frexp(x)
	return c.mulF(m).float(k)
}

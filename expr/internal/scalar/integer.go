package scalar

// FloorDivInt is x // y rounded towards minus infinity. Division by 0 gives 0; MinInt64 // -1 wraps to MinInt64.
func FloorDivInt(x, y int64) int64 {
	if y == 0 {
		return 0
	}
	q := x / y
	if x%y != 0 && (x < 0) != (y < 0) {
		q--
	}
	return q
}

// ModInt is x - y*(x // y): the remainder with the sign of the divisor. Modulo 0 gives 0.
func ModInt(x, y int64) int64 {
	if y == 0 {
		return 0
	}
	r := x % y
	if r != 0 && (r < 0) != (y < 0) {
		r += y
	}
	return r
}

// FmodInt is the remainder with the sign of the dividend, as in C. Modulo 0 gives 0.
func FmodInt(x, y int64) int64 {
	if y == 0 {
		return 0
	}
	return x % y
}

// FloorDivUint is x // y. Division by 0 gives 0.
func FloorDivUint(x, y uint64) uint64 {
	if y == 0 {
		return 0
	}
	return x / y
}

// ModUint is x % y. Modulo 0 gives 0.
func ModUint(x, y uint64) uint64 {
	if y == 0 {
		return 0
	}
	return x % y
}

// PowInt is x to the power n modulo 2^64. 0**0 is 1. A negative power is 1 for x = 1, ±1 for x = -1 and otherwise 0,
// also for x = 0.
func PowInt(x, n int64) int64 {
	if n >= 0 {
		return int64(PowUint(uint64(x), uint64(n)))
	}
	switch {
	case x == 1, x == -1 && n%2 == 0:
		return 1
	case x == -1:
		return -1
	}
	return 0
}

// PowUint is x to the power n modulo 2^64, by repeated squaring. 0**0 is 1.
func PowUint(x, n uint64) uint64 {
	p := uint64(1)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p *= x
		}
		x *= x
	}
	return p
}

// ShiftLeft is x << n for integers of the given width in bits; 0 if n < 0 or n >= width. The caller wraps the result to
// the width.
func ShiftLeft(x, n int64, width int) int64 {
	if n < 0 || n >= int64(width) {
		return 0
	}
	return x << uint(n)
}

// ShiftRight is the arithmetic x >> n for integers of the given width in bits; the sign, 0 or -1, if n < 0 or n >= width.
func ShiftRight(x, n int64, width int) int64 {
	if n < 0 || n >= int64(width) {
		return x >> 63
	}
	return x >> uint(n)
}

// ShiftLeftUint is x << n for unsigned integers of the given width in bits; 0 if n >= width. The caller wraps the result
// to the width.
func ShiftLeftUint(x, n uint64, width int) uint64 {
	if n >= uint64(width) {
		return 0
	}
	return x << n
}

// ShiftRightUint is the logical x >> n for unsigned integers of the given width in bits; 0 if n >= width.
func ShiftRightUint(x, n uint64, width int) uint64 {
	if n >= uint64(width) {
		return 0
	}
	return x >> n
}

// AbsInt is |x|; MinInt64 wraps to itself.
func AbsInt(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

// SignInt is -1, 0 or 1.
func SignInt(x int64) int64 {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}

// SignUint is 0 or 1.
func SignUint(x uint64) uint64 { return min(x, 1) }

// GCD is the greatest common divisor, not negative except that the result 2^63 wraps to MinInt64. GCD(0, 0) is 0.
func GCD(x, y int64) int64 {
	return int64(GCDUint(uint64(AbsInt(x)), uint64(AbsInt(y))))
}

// LCM is the least common multiple modulo 2^64; 0 if x or y is 0.
func LCM(x, y int64) int64 {
	return int64(LCMUint(uint64(AbsInt(x)), uint64(AbsInt(y))))
}

// GCDUint is the greatest common divisor by Euclid's algorithm. GCDUint(0, 0) is 0.
func GCDUint(x, y uint64) uint64 {
	for y != 0 {
		x, y = y, x%y
	}
	return x
}

// LCMUint is the least common multiple modulo 2^64; 0 if x or y is 0.
func LCMUint(x, y uint64) uint64 {
	if x == 0 || y == 0 {
		return 0
	}
	return x / GCDUint(x, y) * y
}

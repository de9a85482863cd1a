package scalar

import "math"

// FloatToInt converts x to a signed integer of the given number of bits (1 to 64): truncated, saturated at the smallest
// and largest integer of that width, NaN to 0. (The other direction, int64 or uint64 to float64 or float32, is Go's
// conversion: it rounds once.)
func FloatToInt(x float64, bits int) int64 {
	limit := math.Ldexp(1, bits-1)
	switch {
	case x != x:
		return 0
	case x >= limit:
		return 1<<(bits-1) - 1
	case x <= -limit:
		return -1 << (bits - 1)
	}
	return int64(x)
}

// FloatToUint converts x to an unsigned integer of the given number of bits (1 to 64): truncated, saturated at 0 and the
// largest integer of that width, NaN to 0.
func FloatToUint(x float64, bits int) uint64 {
	switch {
	case x != x || x <= 0:
		return 0
	case x >= math.Ldexp(1, bits):
		return math.MaxUint64 >> (64 - bits)
	}
	return uint64(x)
}

// WrapInt reduces x modulo 2^bits to the signed integers of that width (1 to 64).
func WrapInt(x int64, bits int) int64 { return x << (64 - bits) >> (64 - bits) }

// WrapUint reduces x modulo 2^bits (1 to 64).
func WrapUint(x uint64, bits int) uint64 { return x << (64 - bits) >> (64 - bits) }

package scalar

import (
	"math"
	"math/bits"
)

// Philox returns the four random words that Philox4x32-10 makes of a counter
// and a key: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
// as 1, 2, 3" (2011).
func Philox(counter [4]uint32, key [2]uint32) [4]uint32 {
	for range 10 {
		hi0, lo0 := bits.Mul32(0xD2511F53, counter[0])
		hi1, lo1 := bits.Mul32(0xCD9E8D57, counter[2])
		counter = [4]uint32{hi1 ^ counter[1] ^ key[0], lo1, hi0 ^ counter[3] ^ key[1], lo0}
		key[0] += 0x9E3779B9
		key[1] += 0xBB67AE85
	}
	return counter
}

// RandomUint64 joins words 2j and 2j+1.
func RandomUint64(words [4]uint32, j int) uint64 {
	return uint64(words[2*j]) | uint64(words[2*j+1])<<32
}

// RandomFloat32 returns a multiple of 2^-23 in [0, 1): the upper 23 bits of
// word j as the mantissa of a float in [1, 2), minus 1.
func RandomFloat32(words [4]uint32, j int) float32 {
	return math.Float32frombits(words[j]>>9|0x3F800000) - 1
}

// RandomFloat64 returns a multiple of 2^-52 in [0, 1): the upper 52 bits of
// words 2j and 2j+1 as the mantissa of a float in [1, 2), minus 1.
func RandomFloat64(words [4]uint32, j int) float64 {
	return math.Float64frombits(RandomUint64(words, j)>>12|0x3FF0000000000000) - 1
}

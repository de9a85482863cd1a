package kernel

import (
	"math"

	"arignote/expr"
)

// Philox returns the four words that Philox4x32-10 makes of a counter and a
// key: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1,
// 2, 3" (2011).
func Philox(counter [4]uint32, key [2]uint32) [4]uint32 {
	c0, c1, c2, c3 := counter[0], counter[1], counter[2], counter[3]
	k0, k1 := key[0], key[1]
	for round := 0; round < 10; round++ {
		p0, p1 := 0xD2511F53*uint64(c0), 0xCD9E8D57*uint64(c2)
		c0, c1, c2, c3 = uint32(p1>>32)^c1^k0, uint32(p1), uint32(p0>>32)^c3^k1, uint32(p0)
		k0 += 0x9E3779B9
		k1 += 0xBB67AE85
	}
	return [4]uint32{c0, c1, c2, c3}
}

// RandomPer returns the number of elements of dtype d that come from one
// counter: 4 of Uint32 and Float32, 2 of Uint64 and Float64, 0 for dtypes that
// have no random numbers.
func RandomPer(d expr.DType) int {
	switch d {
	case expr.Uint32, expr.Float32:
		return 4
	case expr.Uint64, expr.Float64:
		return 2
	}
	return 0
}

// RandomWords returns the words of counter number c of the stream of key: the
// counter's words are the low and the high half of c, 0 and 0.
func RandomWords(key [2]uint32, c uint64) [4]uint32 {
	return Philox([4]uint32{uint32(c), uint32(c >> 32)}, key)
}

// RandomElement returns element number j, below RandomPer(d), of those that
// the words of a counter give:
//
//	Uint32   words[j]
//	Uint64   words[2j] + words[2j+1]<<32
//	Float32  (words[j] >> 9) * 2^-23
//	Float64  (the Uint64 >> 12) * 2^-52
//
// A float is in [0, 1), uniform: its mantissa bits under the exponent of 1,
// minus 1. One bit more would cost AVX2 several instructions.
func RandomElement(d expr.DType, words [4]uint32, j int) Scalar {
	switch d {
	case expr.Uint32:
		return Integer(uint64(words[j]))
	case expr.Uint64:
		return Integer(RandomUint64(words, j))
	case expr.Float32:
		return Float(float64(RandomFloat32(words[j])))
	}
	return Float(RandomFloat64(RandomUint64(words, j)))
}

// RandomUint64 joins two of the words.
func RandomUint64(words [4]uint32, j int) uint64 {
	return uint64(words[2*j]) | uint64(words[2*j+1])<<32
}

// RandomFloat32 returns the float in [0, 1) of 32 random bits.
func RandomFloat32(w uint32) float32 { return math.Float32frombits(w>>9|0x3F800000) - 1 }

// RandomFloat64 returns the float in [0, 1) of 64 random bits.
func RandomFloat64(w uint64) float64 { return math.Float64frombits(w>>12|0x3FF0000000000000) - 1 }

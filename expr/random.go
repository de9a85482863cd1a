package expr

import "math"

// Random numbers are pure functions of a key and an index: the same key gives
// the same numbers, in any order and on any number of cores, and two nodes with
// one key and one shape are one array. Independent numbers need different
// keys: see FoldIn.

// Uniform returns float64 random numbers, uniform in [0, 1), in an array of the
// given shape. The key is an integer scalar. Element i in row-major order has
// 52 random bits of Philox4x32-10 with the counter i/2: it does not depend on
// the shape otherwise, nor on how it is computed.
func Uniform(key any, dims ...any) *Node { return UniformOf(Float64, key, dims...) }

// UniformOf is [Uniform] of float64 or of float32, which has 23 random bits and
// the counter i/4; of another dtype it is ErrDType.
func UniformOf(d DType, key any, dims ...any) *Node {
	if !d.IsFloat() {
		return wrong(Errorf(ErrDType, "uniform", "no uniform numbers of %s: float32 or float64 is wanted", d))
	}
	return draw(d, key, dims)
}

// RandomBits returns random uint64 integers, all of them equally likely, in an
// array of the given shape.
func RandomBits(key any, dims ...any) *Node { return RandomBitsOf(Uint64, key, dims...) }

// RandomBitsOf is [RandomBits] of uint64 or uint32; of another dtype it is
// ErrDType.
func RandomBitsOf(d DType, key any, dims ...any) *Node {
	if !d.IsUnsigned() {
		return wrong(Errorf(ErrDType, "random_bits", "no random bits of %s: uint32 or uint64 is wanted", d))
	}
	return draw(d, key, dims)
}

func draw(d DType, key any, dims []any) *Node {
	k := operand(key)
	if k.mistake() != nil {
		return k
	}
	sizes, args, err := shapeArgs(dims, 1)
	if err != nil {
		e := *err
		if e.Op == "" {
			e.Op = OpUniform.String()
		}
		return wrong(&e)
	}
	return apply(OpUniform, Drawn{sizes, d}, append([]*Node{k}, args...)...)
}

// Normal returns float64 random numbers of the normal distribution with mean 0
// and standard deviation 1, in an array of the given shape. None is further
// out than 8.3.
func Normal(key any, dims ...any) *Node { return NormalOf(Float64, key, dims...) }

// NormalOf is [Normal] of float64 or of float32, where none is further out than
// 5.3.
func NormalOf(d DType, key any, dims ...any) *Node {
	// The inverse of the distribution function, at the middle of the interval
	// of the numbers that give one uniform number: symmetric and never 0 or 1.
	// 2*u - (1 - interval) is exact.
	interval := 0x1p-52
	if d == Float32 {
		interval = 0x1p-23
	}
	u := UniformOf(d, key, dims...)
	if u.mistake() != nil {
		return u
	}
	return u.Mul(2).Sub(1 - interval).Erfinv().Mul(math.Sqrt2)
}

// FoldIn returns a new key, an int64, made of a key and an integer i: for
// different i it is never the same, and what is drawn with it is independent of
// what is drawn with the key itself and with other i. Both may be arrays.
//
// It is the generator SplitMix64 started from the key, at place i: Steele, Lea
// and Flood, "Fast splittable pseudorandom number generators" (2014).
func FoldIn(key, i any) *Node {
	k, n := operand(key), operand(i)
	for _, x := range []*Node{k, n} {
		switch {
		case x.mistake() != nil:
			return x
		case x.Type().IsTuple() || !x.DType().IsInteger():
			return wrong(Errorf(ErrDType, "fold_in", "a key and a number to fold in must be integers, not %s", x.Type()))
		}
	}
	const golden = uint64(0x9E3779B97F4A7C15)
	at := n.AsType(Uint64).Add(1).Mul(golden)
	return mix(mix(k.AsType(Uint64)).Add(at)).AsType(Int64)
}

// mix is a bijection of 64 bits in which each bit of the result depends on each
// of x: Stafford's variant 13 of the finalizer of MurmurHash3.
func mix(x *Node) *Node {
	x = x.Xor(x.Shr(30)).Mul(uint64(0xBF58476D1CE4E5B9))
	x = x.Xor(x.Shr(27)).Mul(uint64(0x94D049BB133111EB))
	return x.Xor(x.Shr(31))
}

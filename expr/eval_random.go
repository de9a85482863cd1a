package expr

import "arignote/expr/internal/scalar"

// evalUniform: numbers of Philox4x32-10. The key's words are the low and the
// high half of the integer. Each counter c, whose words are the low and the
// high half of c, 0 and 0, gives the elements from 2*c on, or from 4*c on where
// they have 32 bits.
func evalUniform(c *call) (*Value, *Error) {
	key, shape := uint64(c.args[0].Int(0)), c.shape()
	switch c.typ.DType {
	case Uint32:
		return drawn(key, shape, 4, func(words [4]uint32, j int) uint32 { return words[j] }), nil
	case Uint64:
		return drawn(key, shape, 2, scalar.RandomUint64), nil
	case Float32:
		return drawn(key, shape, 4, scalar.RandomFloat32), nil
	}
	return drawn(key, shape, 2, scalar.RandomFloat64), nil
}

// drawn takes each element from the words of a counter, which are enough for
// per of them.
func drawn[T Element](key uint64, shape []int, per int, element func(words [4]uint32, j int) T) *Value {
	out := make([]T, product(shape))
	var words [4]uint32
	for i := range out {
		if i%per == 0 {
			counter := uint64(i / per)
			words = scalar.Philox([4]uint32{uint32(counter), uint32(counter >> 32)}, [2]uint32{uint32(key), uint32(key >> 32)})
		}
		out[i] = element(words, i%per)
	}
	return makeValue(shape, out)
}

// Package radix sorts lines of numbers along an axis, or ranks their elements.
//
// What comes in: the bits of integers or floats as unsigned words, memory to
// work in, and a function that divides work among workers. What goes out: the
// lines in ascending order, NaN last, equal elements in their order; or for each
// place of a sorted line where in the line its element was.
//
// Elements become keys, words whose order as unsigned integers is theirs. Keys
// are sorted digit by digit of 8 bits, the lowest first, each time into the
// buckets of a digit without changing the order within one (Knuth, The Art of
// Computer Programming 3, 5.2.5). That needs no comparison, keeps equal keys in
// order and, with buckets counted chunk by chunk, is done by any number of
// workers with the same result. Short lines are sorted by comparing keys.
//
// It does not allocate. Read sorter.go first.
package radix

import (
	"slices"
	"unsafe"
)

// Word is an element as its bits.
type Word interface {
	uint8 | uint16 | uint32 | uint64
}

// Coding says what the bits of an element mean.
type Coding uint8

const (
	Unsigned Coding = iota // a number from 0 on, or a bool
	Signed                 // a number in two's complement
	Float                  // IEEE 754, words of 32 and 64 bits
)

// bitsOf returns the number of bits of a word.
func bitsOf[K Word]() int { return 8 * int(unsafe.Sizeof(K(0))) }

// signOf returns the word that has the highest bit alone.
func signOf[K Word]() K { return K(1) << (bitsOf[K]() - 1) }

// infinity returns the bits of a float's infinity: its exponent is all ones.
func infinity[K Word]() K {
	fraction := 52
	if bitsOf[K]() == 32 {
		fraction = 23
	}
	return (signOf[K]() - 1) >> fraction << fraction
}

// floatKey returns the key of a float: the highest bit is set where the float is
// positive, the others count downwards where it is not. Both zeros have the same
// key, and so have all NaN.
func floatKey[K Word](x, sign, inf K) K {
	if x&^sign > inf {
		return ^K(0)
	}
	k := x ^ (-(x >> (bitsOf[K]() - 1)) | sign)
	if k == ^sign {
		return sign
	}
	return k
}

// encode writes the keys of elements that lie step apart.
func encode[K Word](keys, x []K, step int, c Coding) {
	sign, inf := signOf[K](), infinity[K]()
	switch c {
	case Unsigned:
		for i := range keys {
			keys[i] = x[i*step]
		}
	case Signed:
		for i := range keys {
			keys[i] = x[i*step] ^ sign
		}
	case Float:
		for i := range keys {
			keys[i] = floatKey(x[i*step], sign, inf)
		}
	}
}

// decode writes the elements that keys stand for to places that lie step apart,
// which may be those of the keys.
func decode[K Word](x, keys []K, step int, c Coding) {
	sign := signOf[K]()
	for i, k := range keys {
		switch {
		case c == Signed || c == Float && k&sign != 0:
			k ^= sign
		case c == Float:
			k = ^k
		}
		x[i*step] = k
	}
}

// loose counts the zeros and the NaN among floats that lie step apart: their keys
// do not tell their bits.
func loose[K Word](x []K, n, step int) (zeros, nans int) {
	sign, inf := signOf[K](), infinity[K]()
	for i := range n {
		switch size := x[i*step] &^ sign; {
		case size == 0:
			zeros++
		case size > inf:
			nans++
		}
	}
	return zeros, nans
}

// restore writes the zeros and the NaN among x, in their order, to places of out
// from zero and nan on. All lie step apart.
func restore[K Word](out, x []K, n, step, zero, nan int) {
	sign, inf := signOf[K](), infinity[K]()
	for i := range n {
		switch v := x[i*step]; {
		case v&^sign == 0:
			out[zero*step] = v
			zero++
		case v&^sign > inf:
			out[nan*step] = v
			nan++
		}
	}
}

// below returns how many of the sorted keys are less than that of zero.
func below[K Word](keys []K) int {
	lo, hi := 0, len(keys)
	for lo < hi {
		if mid := (lo + hi) / 2; keys[mid] < signOf[K]() {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// buckets has a number for each value of a digit: a count, then the place of the
// next key with that value.
type buckets = [256]uint32

// count adds the keys to the buckets of the digit at shift.
func count[K Word](b *buckets, keys []K, shift int) {
	for _, k := range keys {
		b[uint8(k>>shift)]++
	}
}

// scatter moves each key to the next place of its bucket, and with it its index
// if there are any.
func scatter[K Word](to, keys []K, toIndex, index []uint32, b *buckets, shift int) {
	if index == nil {
		for _, k := range keys {
			p := &b[uint8(k>>shift)]
			to[*p] = k
			*p++
		}
		return
	}
	for i, k := range keys {
		p := &b[uint8(k>>shift)]
		to[*p], toIndex[*p] = k, index[i]
		*p++
	}
}

// insertion sorts a few keys and moves their indices with them.
func insertion[K Word](keys []K, index []uint32) {
	for i := 1; i < len(keys); i++ {
		k, at, j := keys[i], index[i], i
		for ; j > 0 && keys[j-1] > k; j-- {
			keys[j], index[j] = keys[j-1], index[j-1]
		}
		keys[j], index[j] = k, at
	}
}

// Up to these lengths comparing is faster: by insertion where indices move too,
// by [slices.Sort] where they do not, since equal keys are the same key. Measured
// for words of 64 bits by go test -bench Sort.
const fewRanks, fewKeys = 64, 256

// sortKeys sorts keys in one go and returns where they and their indices are
// then: in the arguments or in the spare ones, which have the same lengths.
func sortKeys[K Word](keys, spare []K, index, spareIndex []uint32) ([]K, []uint32) {
	if index == nil && len(keys) <= fewKeys {
		slices.Sort(keys)
		return keys, nil
	}
	if len(keys) <= fewRanks {
		insertion(keys, index)
		return keys, index
	}
	for shift := 0; shift < bitsOf[K](); shift += 8 {
		var b buckets
		count(&b, keys, shift)
		if int(b[uint8(keys[0]>>shift)]) == len(keys) {
			continue // they are equal in this digit
		}
		sum := uint32(0)
		for i, n := range b {
			b[i], sum = sum, sum+n
		}
		scatter(spare, keys, spareIndex, index, &b, shift)
		keys, spare, index, spareIndex = spare, keys, spareIndex, index
	}
	return keys, index
}

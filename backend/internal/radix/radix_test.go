package radix_test

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"arignote/backend/internal/radix"
)

// inOrder is a Split that does one part after the other.
func inOrder(n, chunk int, body func(worker, lo, hi int)) error {
	for lo := 0; lo < n; lo += chunk {
		body(0, lo, min(lo+chunk, n))
	}
	return nil
}

// backwards is a Split whose last parts are done first, by several workers.
func backwards(n, chunk int, body func(worker, lo, hi int)) error {
	for i := (n - 1) / chunk; i >= 0; i-- {
		body(i%2, i*chunk, min((i+1)*chunk, n))
	}
	return nil
}

// sorted sorts or ranks an array by a Sorter.
func sorted[K radix.Word](t *testing.T, split radix.Split, x []K, lines, length, step int, c radix.Coding, ranks bool) ([]K, []int64) {
	t.Helper()
	s := radix.New[K](lines, length, step, c, ranks, 3)
	keys, index, table := s.Scratch()
	out, ranked := make([]K, len(x)), []int64(nil)
	if ranks {
		out, ranked = nil, make([]int64, len(x))
	}
	parts := 0
	counted := func(n, chunk int, body func(worker, lo, hi int)) error {
		parts += (n-1)/chunk + 1
		return split(n, chunk, body)
	}
	if err := s.Run(counted, x, out, ranked, make([]K, keys), make([]uint32, index), make([]uint32, table)); err != nil {
		t.Fatal(err)
	}
	if parts > s.Parts() {
		t.Errorf("%d parts, at most %d were promised", parts, s.Parts())
	}
	return out, ranked
}

// expected ranks the elements of an array by comparing them.
func expected[K radix.Word](x []K, lines, length, step int, order func(a, b K) int) []int64 {
	ranked := make([]int64, len(x))
	for l := range lines {
		first := l/step*length*step + l%step
		places := make([]int64, length)
		for i := range places {
			places[i] = int64(i)
		}
		slices.SortStableFunc(places, func(i, j int64) int { return order(x[first+int(i)*step], x[first+int(j)*step]) })
		for i, p := range places {
			ranked[first+i*step] = p
		}
	}
	return ranked
}

// check compares what a Sorter makes of an array with what comparing makes of it.
func check[K radix.Word](t *testing.T, x []K, lines, length, step int, c radix.Coding, order func(a, b K) int) {
	t.Helper()
	want := expected(x, lines, length, step, order)
	for _, split := range []radix.Split{inOrder, backwards} {
		out, _ := sorted(t, split, x, lines, length, step, c, false)
		_, ranked := sorted(t, split, x, lines, length, step, c, true)
		if !slices.Equal(ranked, want) {
			t.Fatalf("%d lines of %d, %d apart: wrong ranks", lines, length, step)
		}
		for at, p := range want {
			first := at/(length*step)*length*step + at%step
			if out[at] != x[first+int(p)*step] {
				t.Fatalf("%d lines of %d, %d apart: element %d is %#x, want %#x", lines, length, step, at, out[at], x[first+int(p)*step])
			}
		}
	}
}

// shapes of arrays: lines, length, step. Some lines are divided.
var shapes = [][3]int{{1, 1, 1}, {3, 2, 1}, {6, 5, 3}, {2, 64, 1}, {2, 65, 1}, {4, 300, 2}, {700, 3, 7}, {1, 140000, 1}, {2, 70000, 2}}

// order64 is the order of float64 with NaN last.
func order64(a, b uint64) int {
	x, y := math.Float64frombits(a), math.Float64frombits(b)
	switch {
	case x != x || y != y:
		return cmp.Compare(b2i(x != x), b2i(y != y))
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestFloat(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), -math.NaN(), 1, -1, 5e-324, -5e-324, math.MaxFloat64}
	for _, s := range shapes {
		for _, some := range []int{1, 4, 1 << 20} { // of how many one is special
			x := make([]uint64, s[0]*s[1])
			y := make([]uint32, len(x))
			for i := range x {
				v := rng.NormFloat64()
				if rng.IntN(some) == 0 {
					v = special[rng.IntN(len(special))]
				}
				x[i], y[i] = math.Float64bits(v), math.Float32bits(float32(v))
				if v != v {
					x[i], y[i] = x[i]^uint64(rng.IntN(100)), y[i]^uint32(rng.IntN(100)) // NaN are told apart by their bits
				}
			}
			check(t, x, s[0], s[1], s[2], radix.Float, order64)
			check(t, y, s[0], s[1], s[2], radix.Float, func(a, b uint32) int {
				return order64(math.Float64bits(float64(math.Float32frombits(a))), math.Float64bits(float64(math.Float32frombits(b))))
			})
		}
	}
}

func TestIntegers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, s := range shapes[:len(shapes)-2] {
		for _, width := range []int{1, 9, 64} {
			a, b, c, d := make([]uint8, s[0]*s[1]), make([]uint16, s[0]*s[1]), make([]uint32, s[0]*s[1]), make([]uint64, s[0]*s[1])
			for i := range d {
				d[i] = rng.Uint64() >> (64 - width)
				if width < 64 {
					d[i] -= 1 << (width - 1)
				}
				a[i], b[i], c[i] = uint8(d[i]), uint16(d[i]), uint32(d[i])
			}
			check(t, a, s[0], s[1], s[2], radix.Unsigned, cmp.Compare)
			check(t, b, s[0], s[1], s[2], radix.Signed, func(x, y uint16) int { return cmp.Compare(int16(x), int16(y)) })
			check(t, c, s[0], s[1], s[2], radix.Signed, func(x, y uint32) int { return cmp.Compare(int32(x), int32(y)) })
			check(t, d, s[0], s[1], s[2], radix.Signed, func(x, y uint64) int { return cmp.Compare(int64(x), int64(y)) })
			check(t, d, s[0], s[1], s[2], radix.Unsigned, cmp.Compare)
		}
	}
}

// A sort ends with the error of the function that divides it.
func TestEnd(t *testing.T) {
	stop := errors.New("stop")
	for _, length := range []int{10, 1 << 16} {
		s := radix.New[uint64](1, length, 1, radix.Float, false, 2)
		keys, index, table := s.Scratch()
		for after := range 5 {
			calls := 0
			err := s.Run(func(n, chunk int, body func(worker, lo, hi int)) error {
				if calls++; calls > after {
					return stop
				}
				return inOrder(n, chunk, body)
			}, make([]uint64, length), make([]uint64, length), nil, make([]uint64, keys), make([]uint32, index), make([]uint32, table))
			if want := after == 0 || s.Long(); (err == stop) != want {
				t.Errorf("length %d, stopped after %d: %v", length, after, err)
			}
		}
	}
}

func BenchmarkSort(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{16, 32, 33, 256, 257, 4096, 1 << 16, 1 << 20} {
		x := make([]float64, n)
		bits := make([]uint64, n)
		for i := range x {
			x[i] = rng.NormFloat64()
			bits[i] = math.Float64bits(x[i])
		}
		y := make([]float64, n)
		perElement := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
		}
		b.Run(fmt.Sprintf("slices/%d", n), func(b *testing.B) {
			for range b.N {
				copy(y, x)
				slices.Sort(y)
			}
			perElement(b)
		})
		for _, ranks := range []bool{false, true} {
			s := radix.New[uint64](1, n, 1, radix.Float, ranks, 2)
			keys, index, table := s.Scratch()
			k, i, w := make([]uint64, keys), make([]uint32, index), make([]uint32, table)
			out, ranked := make([]uint64, n), make([]int64, n)
			b.Run(fmt.Sprintf("radix/%d/ranks=%v", n, ranks), func(b *testing.B) {
				b.ReportAllocs()
				for range b.N {
					s.Run(inOrder, bits, out, ranked, k, i, w)
				}
				perElement(b)
			})
		}
	}
}

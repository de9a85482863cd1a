// Package kerneltest tests executors of kernels: [Run] gives one a list of
// kernels of all kinds, in many sizes, whole and in parts, and compares every
// bit of the results with plain Go loops.
//
// What comes in: a function that makes a kernel ready to run. What goes out:
// failures of a test. Read run.go first; the kernels are in [Cases].
package kerneltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"arignote/backend/internal/kernel"
)

// Engine makes a kernel ready to run: a function that runs a part of it.
type Engine func(k *kernel.Kernel) (func(a *kernel.Args, part kernel.Range) error, error)

// Case is a kernel and the loops in Go that say what it gives.
type Case struct {
	Name string
	Text string
	// New makes arguments of size n. Data lists the contents of the buffers,
	// zeroed for outputs; want what they are afterwards, nil for inputs.
	New func(n int, r *rand.Rand) (params []int, data, want []any)
}

// Sizes are the sizes in which cases are tried: around the tile of the
// interpreter and the lengths of vectors.
var Sizes = []int{0, 1, 2, 7, 8, 31, 33, 100, 1023, 1024, 1025, 2049}

// Run tests an engine with all cases.
func Run(t *testing.T, engine Engine) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			k, err := kernel.Parse(c.Text)
			if err != nil {
				t.Fatal(err)
			}
			run, err := engine(k)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range Sizes {
				c.try(t, k, run, n)
			}
			c.unmarked(t, engine)
			if first, second, ok := k.Divide(); ok {
				c.divided(t, first, second, len(k.Buffers), engine)
			}
		})
	}
}

// unmarked runs the kernel without the marks of its loops, which change no bit.
func (c Case) unmarked(t *testing.T, engine Engine) {
	k, err := kernel.Parse(strings.NewReplacer(" vector", "", " split", "").Replace(c.Text))
	if err != nil {
		t.Fatal(err)
	}
	run, err := engine(k)
	if err != nil {
		t.Fatalf("without marks: %v", err)
	}
	for _, n := range []int{0, 1, 33, 100} {
		c.try(t, k, run, n)
	}
}

// try runs a kernel whole and in up to 8 parts, the last part first.
func (c Case) try(t *testing.T, k *kernel.Kernel, run func(*kernel.Args, kernel.Range) error, n int) {
	for parts := 1; parts <= 8; parts++ {
		params, data, want := c.New(n, rand.New(rand.NewPCG(1, uint64(n))))
		a, guard := Guarded(k, params, data)
		if err := k.Verify(a); err != nil {
			t.Fatalf("n = %d: %v", n, err)
		}
		for _, part := range slices.Backward(Parts(k.Units(params), parts)) {
			if err := run(a, part); err != nil {
				t.Fatalf("n = %d: %v", n, err)
			}
		}
		if err := guard.Check(want); err != nil {
			t.Fatalf("n = %d in %d parts: %v", n, parts, err)
		}
		if k.Units(params) <= 1 {
			break
		}
	}
}

// divided runs the two kernels that Divide makes: the results of the parts of
// the first go to memory that the second reads, in buffers from number own on.
func (c Case) divided(t *testing.T, first, second *kernel.Kernel, own int, engine Engine) {
	run1, err := engine(first)
	if err != nil {
		t.Fatalf("first half: %v\n%v", err, first)
	}
	run2, err := engine(second)
	if err != nil {
		t.Fatalf("second half: %v\n%v", err, second)
	}
	for _, n := range Sizes {
		params, data, want := c.New(n, rand.New(rand.NewPCG(1, uint64(n))))
		for _, b := range first.Buffers[own:] {
			data = append(data, zeros(b.DType.String(), first.Units(params)))
		}
		a, guard := Guarded(first, params, data)
		for _, half := range []struct {
			k   *kernel.Kernel
			run func(*kernel.Args, kernel.Range) error
		}{{first, run1}, {second, run2}} {
			if err := half.k.Verify(a); err != nil {
				t.Fatalf("n = %d: %v", n, err)
			}
			for _, part := range slices.Backward(Parts(half.k.Units(params), 3)) {
				if err := half.run(a, part); err != nil {
					t.Fatalf("n = %d: %v", n, err)
				}
			}
		}
		if err := guard.Check(want); err != nil {
			t.Fatalf("n = %d, divided: %v", n, err)
		}
	}
}

// Parts cuts units into parts of about the same length.
func Parts(units, parts int) []kernel.Range {
	var all []kernel.Range
	for i := range parts {
		if r := (kernel.Range{Lo: units * i / parts, Hi: units * (i + 1) / parts}); r.Lo < r.Hi {
			all = append(all, r)
		}
	}
	return all
}

// Guard watches the memory around buffers.
type Guard struct {
	k      *kernel.Kernel
	before []any // copies of data with the elements around it
	after  []any // the memory that the kernel works on
	length []int
}

const margin = 5 // elements on each side

// Guarded returns arguments whose buffers are copies of data with other
// elements around them. Data leaves out Scratch buffers.
func Guarded(k *kernel.Kernel, params []int, data []any) (*kernel.Args, *Guard) {
	a := &kernel.Args{Params: params, Buffers: make([]kernel.Arg, len(k.Buffers))}
	g := &Guard{k: k}
	next := 0
	for i, b := range k.Buffers {
		if b.Mode == kernel.Scratch {
			g.before, g.after, g.length = append(g.before, nil), append(g.after, nil), append(g.length, 0)
			continue
		}
		x := reflect.ValueOf(data[next])
		next++
		wide := func() reflect.Value {
			s := reflect.MakeSlice(x.Type(), x.Len()+2*margin, x.Len()+2*margin)
			reflect.Copy(s.Slice(margin, margin+x.Len()), x)
			return s
		}
		after := wide().Interface()
		g.before, g.after, g.length = append(g.before, wide().Interface()), append(g.after, after), append(g.length, x.Len())
		a.Buffers[i] = kernel.Arg{Data: reflect.ValueOf(after).Slice(0, x.Len()+margin).Interface(), Offset: margin}
	}
	return a, g
}

// Check compares every element with want, which leaves out Scratch buffers
// and, at the end, those handed over between halves. Nil stands for what was
// there before.
func (g *Guard) Check(want []any) error {
	next := 0
	for i, b := range g.k.Buffers {
		if b.Mode == kernel.Scratch {
			continue
		}
		expected := reflect.ValueOf(g.before[i])
		if next < len(want) && want[next] != nil {
			reflect.Copy(expected.Slice(margin, margin+g.length[i]), reflect.ValueOf(want[next]))
		} else if next >= len(want) {
			continue
		}
		next++
		got := reflect.ValueOf(g.after[i])
		for j := range got.Len() {
			if x, y := got.Index(j).Interface(), expected.Index(j).Interface(); !Same(x, y) {
				return fmt.Errorf("%s[%d] is %v, want %v", b.Name, j-margin, x, y)
			}
		}
	}
	return nil
}

// Same reports whether two elements have the same bits; all NaN count as the
// same.
func Same(x, y any) bool {
	switch x := x.(type) {
	case float64:
		return same(x, y.(float64))
	case float32:
		return same(float64(x), float64(y.(float32)))
	case complex128:
		y := y.(complex128)
		return same(real(x), real(y)) && same(imag(x), imag(y))
	case complex64:
		x2, y2 := complex128(x), complex128(y.(complex64))
		return Same(x2, y2)
	}
	return x == y
}

func same(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

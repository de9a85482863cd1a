package kernel

import (
	"errors"
	"fmt"
)

// Args is what a kernel runs with.
type Args struct {
	Params  []int // parameter p is Params[p-1]
	Buffers []Arg // indexed by Buf; those of Scratch buffers are not used, and may be missing at the end

	// Done, if not nil, ends a run with [ErrStopped] soon after it is closed.
	Done <-chan struct{}
}

// ErrStopped is the error of a run that was told to stop: it has stored parts of
// its results.
var ErrStopped = errors.New("stopped")

// Arg is the memory of a buffer: element i is Data[Offset+i].
type Arg struct {
	Data   any // []float64 for Float64 and so on
	Offset int
}

// Range is a part of the iterations of the Split loops of a kernel: those with
// numbers from Lo up to but without Hi, counted as nested loops count, the
// outermost slowest, and from one nest on to the next.
type Range struct{ Lo, Hi int }

// Whole returns the Range of all iterations.
func (k *Kernel) Whole(params []int) Range { return Range{0, k.Units(params)} }

// Units returns the number of iterations of the Split loops together: 1 for a
// kernel without. All Ranges together that a kernel is run for must cover
// [0, Units) once, in any order and at the same time.
func (k *Kernel) Units(params []int) int {
	nests := k.SplitNests()
	if len(nests) == 0 {
		return 1
	}
	n := 0
	for _, nest := range nests {
		n += Trips(nest, params)
	}
	return n
}

// Trips returns the number of iterations of a nest of loops.
func Trips(nest []*Loop, params []int) int {
	n := 1
	for _, l := range nest {
		n *= l.Trips(params)
	}
	return n
}

// SplitNests returns the nests of Split loops of k in order, of each the
// outermost loop first.
func (k *Kernel) SplitNests() [][]*Loop {
	var all [][]*Loop
	for i := range k.Body {
		var nest []*Loop
		for body := k.Body[i : i+1]; len(body) > 0; {
			l, ok := body[len(body)-1].(*Loop)
			if !ok || !l.Split {
				break
			}
			nest = append(nest, l)
			body = l.Body
		}
		if nest != nil {
			all = append(all, nest)
		}
	}
	return all
}

// Trips returns the number of iterations of l, which is no loop over a block.
func (l *Loop) Trips(params []int) int {
	n := l.Extent.Value(params)
	if l.By == (Int{}) {
		return n
	}
	by := l.By.Value(params)
	return n/by + min(n%by, 1)
}

// Value returns the value of x for the given parameters.
func (x Int) Value(params []int) int {
	if x.Param == 0 {
		return x.N
	}
	return params[x.Param-1] + x.N
}

// IndexError is an index value out of range.
type IndexError struct {
	Access int   // the Access of the Load or Store
	Pick   int   // which of its Picks
	Index  int64 // the value
	Len    int   // the number of elements along that axis
}

// Error says which index is out of which range.
func (e *IndexError) Error() string {
	return fmt.Sprintf("access %d, index %d: %d is out of range for %d elements", e.Access, e.Pick, e.Index, e.Len)
}

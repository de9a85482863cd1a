package expr

import (
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
)

// place is a Pos in the form that nodes keep: a return address in the user's
// program, or a line and column of text with inText; 0 is none.
type place uint64

const inText place = 1 << 63 // no program is there

func placeInText(line, col int) place { return inText | place(line)<<32 | place(uint32(col)) }

// modulePackages are the packages whose functions call constructors on behalf
// of the user; the user's line is the first one outside of them.
var modulePackages = []string{
	"arignote/expr.", "arignote/autodiff.", "arignote/optimize.", "arignote/backend.",
}

// here returns the place of the innermost call from outside of this module.
func here() place {
	var buf [24]uintptr
	// The user is two or three calls away as a rule, and unwinding is what
	// building a node costs most.
	for _, depth := range []int{4, len(buf)} {
		pcs := buf[:runtime.Callers(3, buf[:depth])]
		for _, pc := range pcs {
			if !inModule(pc) {
				return place(pc)
			}
		}
	}
	return 0
}

// inModule reports whether pc, a return address, lies in a function of this module.
// It remembers what it has found: to find it takes as long as building a node.
func inModule(pc uintptr) bool {
	known := &callers[pc%uintptr(len(callers))]
	switch known.Load() {
	case uint64(pc) << 1:
		return false
	case uint64(pc)<<1 | 1:
		return true
	}
	f := runtime.FuncForPC(pc - 1)
	in := f != nil && slices.ContainsFunc(modulePackages, func(p string) bool { return strings.HasPrefix(f.Name(), p) })
	found := uint64(pc) << 1
	if in {
		found |= 1
	}
	known.Store(found)
	return in
}

// callers holds return addresses, each at its remainder, shifted to have room for
// whether they lie in this module.
var callers [1021]atomic.Uint64

// pos resolves p.
func (p place) pos() Pos {
	switch {
	case p == 0:
		return Pos{}
	case p&inText != 0:
		return Pos{Line: int(p &^ inText >> 32), Col: int(uint32(p))}
	}
	frame, _ := runtime.CallersFrames([]uintptr{uintptr(p)}).Next()
	return Pos{File: frame.File, Line: frame.Line}
}

// Here returns the user's line: the innermost call from outside of this
// module. It is for errors that do not belong to a node.
func Here() Pos { return here().pos() }

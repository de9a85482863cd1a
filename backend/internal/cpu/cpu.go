// Package cpu says what the processor can do and how large its caches are.
//
// What comes in: nothing; the processor is asked once, when the program starts.
// What goes out: [Features], with a [Level] that stands for all instruction sets
// that machine code is made for. [Parse] reads a level that a user asks for, in
// order to pretend that the processor is less than it is.
//
// What it does not do: read the environment (package backend does), or watch
// for processors that come and go. It is the only package that imports cpuid.
package cpu

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// A Level is a group of instruction sets. A processor of one level has all that
// the levels before it have.
type Level int

// The levels, least first.
const (
	Generic Level = iota // nothing is known: no machine code
	AVX2                 // AVX2 and FMA
	AVX512               // also AVX-512 F, DQ, VL and BW, with their registers saved by the operating system
)

var levelNames = [...]string{Generic: "generic", AVX2: "avx2", AVX512: "avx512"}

// String returns the name that [Parse] reads.
func (l Level) String() string {
	if l < 0 || int(l) >= len(levelNames) {
		return fmt.Sprintf("Level(%d)", int(l))
	}
	return levelNames[l]
}

// Features describe a machine. No field is zero but Level, which may be
// [Generic].
type Features struct {
	Level   Level
	L1D, L2 int // bytes of a core's data caches
	L3      int // bytes of the last cache, which cores share; that of the host on a virtual machine
	Cores   int // physical cores, at most Threads
	Threads int // logical processors that this process may use
}

// Cache sizes where the processor does not tell: small ones of today, because a
// block that is too small costs less than one that does not fit.
const (
	defaultL1D = 32 << 10
	defaultL2  = 256 << 10
	defaultL3  = 4 << 20
)

var features = read()

// Get returns the features of this machine.
func Get() Features { return features }

// Best returns the highest level of this machine. It is [Generic] on other
// architectures than amd64 and in programs built with the tag purego.
func Best() Level { return features.Level }

// Parse returns the level with the given name; the empty name means the best
// that the machine has. A name that does not exist, and a level above the best,
// give an error that says so, and the best level.
func Parse(name string) (Level, error) { return parse(name, Best()) }

func parse(name string, best Level) (Level, error) {
	if name == "" {
		return best, nil
	}
	for i, known := range levelNames {
		switch {
		case name != known:
		case Level(i) > best:
			return best, fmt.Errorf("CPU level %s: this program has %v at most on this machine", name, best)
		default:
			return Level(i), nil
		}
	}
	return best, fmt.Errorf("CPU level %q: not one of %s", name, strings.Join(levelNames[:], ", "))
}

// read asks the processor.
func read() Features {
	c := &cpuid.CPU
	f := Features{
		L1D:     known(c.Cache.L1D, defaultL1D),
		L2:      known(c.Cache.L2, defaultL2),
		L3:      known(c.Cache.L3, defaultL3),
		Threads: runtime.NumCPU(),
	}
	f.Cores = min(known(c.PhysicalCores, f.Threads), f.Threads)
	if machineCode {
		f.Level = level(c.Has)
	}
	return f
}

// level returns the level of a processor with the features that has reports.
// cpuid reports those only whose registers the operating system saves.
func level(has func(cpuid.FeatureID) bool) Level {
	all := func(ids ...cpuid.FeatureID) bool {
		for _, id := range ids {
			if !has(id) {
				return false
			}
		}
		return true
	}
	switch {
	case !all(cpuid.AVX2, cpuid.FMA3):
		return Generic
	case !all(cpuid.AVX512F, cpuid.AVX512DQ, cpuid.AVX512VL, cpuid.AVX512BW):
		return AVX2
	}
	return AVX512
}

// known returns n, or other if n says that it is not known.
func known(n, other int) int {
	if n <= 0 {
		return other
	}
	return n
}

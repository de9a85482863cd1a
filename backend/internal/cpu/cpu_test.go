package cpu

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/cpuid/v2"
)

func TestLevel(t *testing.T) {
	avx2 := []cpuid.FeatureID{cpuid.AVX2, cpuid.FMA3}
	avx512 := append(avx2[:2:2], cpuid.AVX512F, cpuid.AVX512DQ, cpuid.AVX512VL, cpuid.AVX512BW)
	without := func(list []cpuid.FeatureID, id cpuid.FeatureID) []cpuid.FeatureID {
		var rest []cpuid.FeatureID
		for _, x := range list {
			if x != id {
				rest = append(rest, x)
			}
		}
		return rest
	}
	tests := []struct {
		name string
		has  []cpuid.FeatureID
		want Level
	}{
		{"nothing", nil, Generic},
		{"AVX2 and FMA", avx2, AVX2},
		{"no FMA", without(avx2, cpuid.FMA3), Generic},
		{"no AVX2", without(avx512, cpuid.AVX2), Generic},
		{"AVX-512", avx512, AVX512},
		{"no F", without(avx512, cpuid.AVX512F), AVX2},
		{"no DQ", without(avx512, cpuid.AVX512DQ), AVX2},
		{"no VL", without(avx512, cpuid.AVX512VL), AVX2},
		{"no BW", without(avx512, cpuid.AVX512BW), AVX2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := level(func(id cpuid.FeatureID) bool {
				for _, x := range test.has {
					if x == id {
						return true
					}
				}
				return false
			})
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		name       string
		best, want Level
		err        string
	}{
		{"", AVX512, AVX512, ""},
		{"", Generic, Generic, ""},
		{"generic", AVX512, Generic, ""},
		{"avx2", AVX512, AVX2, ""},
		{"avx2", AVX2, AVX2, ""},
		{"avx512", AVX512, AVX512, ""},
		{"avx512", AVX2, AVX2, "CPU level avx512: this program has avx2 at most on this machine"},
		{"avx2", Generic, Generic, "CPU level avx2: this program has generic at most on this machine"},
		{"AVX2", AVX512, AVX512, `CPU level "AVX2": not one of generic, avx2, avx512`},
		{"sse9", Generic, Generic, `CPU level "sse9": not one of generic, avx2, avx512`},
	}
	for _, test := range tests {
		t.Run(test.name+" of "+test.best.String(), func(t *testing.T) {
			got, err := parse(test.name, test.best)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if got != test.want || text != test.err {
				t.Errorf("got %v and %q, want %v and %q", got, text, test.want, test.err)
			}
		})
	}
	if l, err := Parse(""); l != Best() || err != nil {
		t.Errorf("Parse of nothing: %v, %v", l, err)
	}
}

func TestLevelNames(t *testing.T) {
	for l := Generic; l <= AVX512; l++ {
		if got, err := parse(l.String(), AVX512); got != l || err != nil {
			t.Errorf("%v: read as %v, %v", l, got, err)
		}
	}
	if got := Level(7).String(); got != "Level(7)" {
		t.Error(got)
	}
}

func TestGet(t *testing.T) {
	f := Get()
	t.Logf("%+v", f)
	if f.Level != Best() || !machineCode && f.Level != Generic || f.Level < Generic || f.Level > AVX512 {
		t.Errorf("level %v", f.Level)
	}
	if f.L1D < 4<<10 || f.L2 < f.L1D || f.L3 < 1 {
		t.Errorf("caches: %+v", f)
	}
	if f.Threads != runtime.NumCPU() || f.Cores < 1 || f.Cores > f.Threads {
		t.Errorf("cores: %+v", f)
	}
}

// TestAgainstLinux compares with what the kernel found, which reads the same
// registers by other code.
func TestAgainstLinux(t *testing.T) {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil || !machineCode {
		t.Skip("no /proc/cpuinfo or no machine code")
	}
	flags := make(map[string]bool)
	for line := range strings.Lines(string(text)) {
		if name, list, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "flags" {
			for _, flag := range strings.Fields(list) {
				flags[flag] = true
			}
			break
		}
	}
	want := Generic
	if flags["avx2"] && flags["fma"] {
		want = AVX2
		if flags["avx512f"] && flags["avx512dq"] && flags["avx512vl"] && flags["avx512bw"] {
			want = AVX512
		}
	}
	if Best() != want {
		t.Errorf("level %v, Linux says %v", Best(), want)
	}
}

package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func printed(t *table) string {
	var b bytes.Buffer
	t.print(&b)
	return b.String()
}

func TestLine(t *testing.T) {
	x := newTable()
	x.add(parse(`{"workload":"W1","impl":"arignote","threads":1,"n":1000000,"median_s":0.001234,"check":10.0000001}
{"workload":"W1","impl":"c","threads":1,"n":1000000,"median_s":0.0003,"check":10}
{"workload":"W1","impl":"c-nt","threads":1,"n":1000000,"median_s":0.00022,"check":10}
{"workload":"W1","impl":"numpy","threads":1,"n":1000000,"median_s":0.0015,"check":10}
{"workload":"W1","impl":"numba","threads":1,"n":1000000,"median_s":0.00016,"check":10}
{"workload":"W1","impl":"numba-par","threads":2,"n":1000000,"median_s":0.00001,"check":10}
{"workload":"W1","impl":"torch","threads":1,"n":1000000,"error":"ModuleNotFoundError(\"No module named 'torch'\")"}`)...)
	want := "W1 n=1e6 T1  ours 1.234 ms  C 0.22 ms  ratio=5.609  best other: numba 0.16 ms  check ok\n"
	if got := printed(x); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if f := x.failures(); len(f) != 1 || !strings.Contains(f[0], "peers that need torch are skipped") {
		t.Errorf("failures %q", f)
	}
}

func TestRoundsAndDisagreement(t *testing.T) {
	x := newTable()
	for _, ours := range []string{"2", "4", "3"} {
		if x.decided() && len(x.lines) > 0 {
			t.Error("decided although the ratio is small")
		}
		x.add(parse(`{"workload":"W7","impl":"arignote","threads":2,"n":10,"median_s":` + ours + `,"check":45}
{"workload":"W7","impl":"c-fused","threads":2,"n":10,"median_s":2,"check":46}`)...)
	}
	want := "W7 n=10 T2  ours 3000 ms  C 2000 ms  ratio=1.5 (1 to 2)  best other: -  check differs: ours 45, c-fused 46\n"
	if got := printed(x); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	x.add(parse(`{"workload":"W7","impl":"arignote","threads":1,"n":10,"median_s":50}
{"workload":"W7","impl":"c-fused","threads":1,"n":10,"median_s":2}`)...)
	if x.decided() {
		t.Error("decided although one ratio is small")
	}
}

func TestSpecialLines(t *testing.T) {
	for _, test := range []struct{ name, rows, want string }{
		{"missing", `{"workload":"W5","impl":"arignote","threads":1,"n":10000000,"error":"memory limit"}
{"workload":"W5","impl":"c-xoshiro-simd","threads":1,"n":10000000,"median_s":0.0028,"check":3.1415}`,
			"W5 n=1e7 T1  ours: memory limit  C 2.8 ms  ratio=-  best other: -\n"},
		{"scaled", `{"workload":"W9","impl":"arignote","threads":1,"n":100000000,"median_s":5,"scaled":100,"note":"measured at length 1000000"}
{"workload":"W9","impl":"c-simd","threads":1,"n":100000000,"median_s":0.5,"check":8.175}`,
			"W9 n=1e8 T1  ours 5000 ms (scaled)  C 500 ms  ratio=10  best other: -  [measured at length 1000000]\n"},
		{"step of the diffusion", `{"workload":"W4","impl":"arignote","threads":1,"n":"step","median_s":0.001}
{"workload":"W4","impl":"c-fused","threads":1,"n":"299x299x13410 steps","median_s":0.3,"loop_s":0.2682}
{"workload":"W4","impl":"c-fused-tblock2","threads":1,"n":"299x299x13410 steps","median_s":0.2,"loop_s":0.2}`,
			"W4 n=step T1  ours 1 ms  C 0.02 ms  ratio=50  best other: -\n"},
		{"BLAS as reference, checksum by NumPy", `{"workload":"W10d","impl":"numpy","threads":0,"n":64,"check":2}
{"workload":"W10d","impl":"arignote","threads":1,"n":64,"median_s":0.002,"check":1}
{"workload":"W10d","impl":"openblas-default","threads":1,"n":64,"median_s":0.001}`,
			"W10d n=64 T1  ours 2 ms  C 1 ms  ratio=2  best other: -  check differs: ours 1, numpy 2\n"},
		{"a busy machine", `{"workload":"W7","impl":"arignote","threads":2,"n":10,"median_s":4,"foreign":0.4,"steal":0.1}
{"workload":"W7","impl":"c-fused","threads":2,"n":10,"median_s":2,"foreign":0.3}`,
			"W7 n=10 T2  ours 4000 ms  C 2000 ms  ratio=2  best other: -  disturbed: others used 0.4 cores\n"},
		{"variants", `{"workload":"OVH","impl":"arignote-add-scalars","threads":1,"n":1,"median_s":2e-7,"check":2}
{"workload":"OVH","impl":"numpy-add","threads":1,"n":1,"median_s":3e-7}
{"workload":"OVH","impl":"c-W1expr-ctypes","threads":1,"n":1,"median_s":1e-7,"check":4}`,
			"OVH add-scalars n=1 T1  ours 0.0002 ms  C -  ratio=-  best other: numpy-add 0.0003 ms\n"},
		{"fewer threads, a better algorithm", `{"workload":"W8","impl":"arignote","threads":2,"n":10000,"median_s":1}
{"workload":"W8","impl":"numpy-3term","threads":1,"n":10000,"median_s":3}
{"workload":"W8","impl":"scipy-kdtree","threads":1,"n":10000,"median_s":0.1}`,
			"W8 n=1e4 T2  ours 1000 ms  C -  ratio=-  best other: numpy-3term 3000 ms\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newTable()
			x.add(parse(test.rows)...)
			if got := printed(x); got != test.want {
				t.Errorf("\n%s want\n%s", got, test.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	rows := parse("gcc -O3 cref.c\n{\"workload\": \"OVH\", \"impl\": \"c\", \"n\": 1, \"check\": NaN}\n{\"other\": 1}\n")
	if len(rows) != 1 || rows[0].Impl != "c" || rows[0].Check != nil {
		t.Errorf("%+v", rows)
	}
}

func TestSelected(t *testing.T) {
	for only, want := range map[string]string{
		"W2": "W2v W2vg", "W1": "W1", "W10": "W10d W10s", "W8b,W12s": "W8b W12s", "OVH": "OVH", "W16": "W16",
	} {
		if got, err := selected(only); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s selects %v, error %v; want %s", only, got, err, want)
		}
	}
	if _, err := selected("W99"); err == nil {
		t.Error("W99 is no error")
	}
}

func TestEnvironment(t *testing.T) {
	c := comparison{options: options{scratch: "s"}}
	env := c.environment([]string{"OPENBLAS_CORETYPE=Haswell", "OPENBLAS_L2_SIZE=512", "OMP_NUM_THREADS=9", "HOME=h"}, 2, "")
	for _, e := range env {
		if strings.HasPrefix(e, "OPENBLAS_CORETYPE") || strings.HasPrefix(e, "OPENBLAS_L2_SIZE") || e == "OMP_NUM_THREADS=9" {
			t.Errorf("the environment has %s", e)
		}
	}
	if !slices.Contains(env, "HOME=h") || !slices.Contains(env, "OMP_NUM_THREADS=2") {
		t.Errorf("environment %q", env)
	}
}

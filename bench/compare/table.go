package main

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// key identifies a line of the output.
type key struct {
	workload string
	variant  string // of OVH: the expression
	n        string
	threads  int
}

// times are the measurements of one line in seconds: for each implementation
// one per round.
type times struct {
	ours      []float64
	reference map[string][]float64
	others    map[string][]float64
	disturbed []float64 // cores used by others while ours or C ran
	scaled    bool
	remark    string   // of ours
	missing   string   // why ours did not run
	check     *float64 // of ours
}

// job is a workload at one size, by any number of threads.
type job struct{ workload, variant, n string }

func (k key) job() job { return job{k.workload, k.variant, k.n} }

// table collects measurements until they are printed.
type table struct {
	order  []key
	lines  map[key]*times
	checks map[job]map[string]float64 // the peers' checksums by implementation
	failed []row
}

func newTable() *table {
	return &table{lines: map[key]*times{}, checks: map[job]map[string]float64{}}
}

// at returns the measurements of a line.
func (t *table) at(k key) *times {
	if t.lines[k] == nil {
		t.order = append(t.order, k)
		t.lines[k] = &times{reference: map[string][]float64{}, others: map[string][]float64{}}
	}
	return t.lines[k]
}

// add files measurements of any implementation.
func (t *table) add(rows ...row) {
	for _, r := range rows {
		k := key{workload: r.Workload, n: size(r.N), threads: r.Threads}
		if r.Workload == "OVH" {
			k.variant = variant(r.Impl)
		}
		switch isOurs := strings.HasPrefix(r.Impl, "arignote"); {
		case isOurs:
			t.addOurs(t.at(k), r)
		case r.Error != "":
			t.failed = append(t.failed, r)
		default:
			t.addPeer(k, r)
		}
	}
}

func (t *table) addOurs(x *times, r row) {
	if r.Error != "" {
		x.missing = r.Error
		return
	}
	x.ours = append(x.ours, r.Median)
	x.disturbed = append(x.disturbed, r.Foreign+r.Steal)
	x.check, x.remark, x.scaled = r.Check, r.Note, r.Scaled != nil
}

func (t *table) addPeer(k key, r row) {
	if r.Check != nil && comparable(r) {
		j := k.job()
		if t.checks[j] == nil {
			t.checks[j] = map[string]float64{}
		}
		t.checks[j][r.Impl] = *r.Check
	}
	seconds := r.Median
	if r.Loop > 0 {
		seconds = r.Loop
	}
	if seconds <= 0 || otherAlgorithm(r.Impl) {
		return // a checksum only, or another algorithm
	}
	t.at(k).addPeer(r, seconds)
	if k.workload == "W4" && !strings.Contains(r.Impl, "tblock") {
		k.n = "step"
		t.at(k).addPeer(r, seconds/diffusionSteps)
	}
}

// diffusionSteps is the number of steps of W4.
const diffusionSteps = 13410

func (x *times) addPeer(r row, seconds float64) {
	group := x.others
	if isReference(r) {
		group = x.reference
		x.disturbed = append(x.disturbed, r.Foreign+r.Steal)
	}
	group[r.Impl] = append(group[r.Impl], seconds)
}

// isReference reports whether r is of the hand-written C, or for the products
// of matrices and the perceptron, of OpenBLAS.
func isReference(r row) bool {
	return r.Impl == "c" || strings.HasPrefix(r.Impl, "c-") ||
		strings.HasPrefix(r.Workload, "W10") && strings.HasPrefix(r.Impl, "openblas-")
}

// otherAlgorithm reports whether a peer does less work by a better algorithm or
// by mathematics done by hand, as the peers' own report says.
func otherAlgorithm(impl string) bool { return impl == "scipy-kdtree" || impl == "numpy-alg" }

// comparable reports whether the checksum of r belongs to the common inputs: the
// perceptron in C has its own, and peers that train may report the loss of a
// later step.
func comparable(r row) bool { return r.Workload != "W11" || r.Threads == 0 }

// variant returns the expression of a peer of OVH, from its name.
func variant(impl string) string {
	switch {
	case strings.Contains(impl, "add-scalars"):
		return "add-scalars"
	case strings.Contains(impl, "add"):
		return "add"
	case strings.Contains(impl, "W1expr"), strings.HasPrefix(impl, "numexpr"):
		return "W1expr"
	}
	return impl
}

// size returns the name of a size: 1000000 is 1e6.
func size(n any) string {
	switch n := n.(type) {
	case float64:
		if e := math.Log10(n); n >= 1000 && e == math.Trunc(e) {
			return "1e" + strconv.Itoa(int(e))
		}
		return strconv.FormatFloat(n, 'f', -1, 64)
	case string:
		name, _, _ := strings.Cut(n, " ")
		return name
	}
	return ""
}

// fastest returns the implementation with the least median.
func fastest(group map[string][]float64) (impl string, seconds float64) {
	for name, x := range group {
		if m := median(x); impl == "" || m < seconds || m == seconds && name < impl {
			impl, seconds = name, m
		}
	}
	return impl, seconds
}

// other returns the fastest of the other peers with at most as many threads.
func (t *table) other(k key) (impl string, seconds float64) {
	k.variant = strings.TrimSuffix(k.variant, "-scalars")
	all := map[string][]float64{}
	for threads := 1; threads <= k.threads; threads++ {
		k.threads = threads
		if x := t.lines[k]; x != nil {
			for name, s := range x.others {
				if old, ok := all[name]; !ok || median(s) < median(old) {
					all[name] = s
				}
			}
		}
	}
	return fastest(all)
}

// ratios returns ours/reference for each round.
func (x *times) ratios() []float64 {
	var ratios []float64
	for i, ours := range x.ours {
		least := math.Inf(1)
		for _, s := range x.reference {
			if i < len(s) {
				least = min(least, s[i])
			}
		}
		if !math.IsInf(least, 1) {
			ratios = append(ratios, ours/least)
		}
	}
	return ratios
}

// clear is the ratio from which more rounds would tell nothing.
const clear = 10

// decided reports whether no line is close enough for another round.
func (t *table) decided() bool {
	for _, x := range t.lines {
		if r := x.ratios(); len(r) > 0 && slices.Min(r) < clear {
			return false
		}
	}
	return true
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

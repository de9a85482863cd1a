package main

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
)

// print writes the lines of the workloads that ours has.
func (t *table) print(w io.Writer) {
	for _, k := range t.order {
		if x := t.lines[k]; x.ours != nil || x.missing != "" {
			fmt.Fprintln(w, t.text(k, x))
		}
	}
}

// text returns one line, see package bench.
func (t *table) text(k key, x *times) string {
	var b strings.Builder
	name := k.workload
	if k.variant != "" {
		name += " " + k.variant
	}
	fmt.Fprintf(&b, "%s n=%s T%d  ", name, k.n, k.threads)
	if x.ours == nil {
		fmt.Fprintf(&b, "ours: %s", x.missing)
	} else {
		fmt.Fprintf(&b, "ours %s", ms(median(x.ours)))
		if x.scaled {
			b.WriteString(" (scaled)")
		}
	}
	reference, _ := fastest(x.reference)
	if reference != "" {
		fmt.Fprintf(&b, "  C %s", ms(median(x.reference[reference])))
	} else {
		b.WriteString("  C -")
	}
	switch r := x.ratios(); {
	case len(r) > 1:
		fmt.Fprintf(&b, "  ratio=%s (%s to %s)", short(median(r)), short(slices.Min(r)), short(slices.Max(r)))
	case len(r) == 1:
		fmt.Fprintf(&b, "  ratio=%s", short(r[0]))
	default:
		b.WriteString("  ratio=-")
	}
	if impl, seconds := t.other(k); impl != "" {
		fmt.Fprintf(&b, "  best other: %s %s", impl, ms(seconds))
	} else {
		b.WriteString("  best other: -")
	}
	b.WriteString(t.agreement(k, x))
	b.WriteString(disturbance(k, x))
	if x.remark != "" {
		fmt.Fprintf(&b, "  [%s]", x.remark)
	}
	return b.String()
}

// ms formats seconds as milliseconds.
func ms(seconds float64) string { return short(seconds*1e3) + " ms" }

// short formats x with four digits and without an exponent.
func short(x float64) string {
	digits := 3
	if x != 0 {
		digits = max(0, 3-int(math.Floor(math.Log10(math.Abs(x)))))
	}
	s := fmt.Sprintf("%.*f", digits, x)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// agreement says whether our checksum is that of a peer but for rounding.
func (t *table) agreement(k key, x *times) string {
	checks := t.checks[k.job()]
	if x.check == nil || len(checks) == 0 {
		return ""
	}
	impl := authority(checks)
	if want := checks[impl]; !agree(*x.check, want, tolerance(k.workload)) {
		return fmt.Sprintf("  check differs: ours %.12g, %s %.12g", *x.check, impl, want)
	}
	return "  check ok"
}

// disturbance says so if other processes used the CPU in most measurements of
// ours and C, by the limits of the peers' driver: times are then worth little.
func disturbance(k key, x *times) string {
	tolerated := 0.4
	if k.threads > 1 {
		tolerated = 0.15
	}
	if len(x.disturbed) == 0 || median(x.disturbed) <= tolerated {
		return ""
	}
	return fmt.Sprintf("  disturbed: others used %.1f cores", median(x.disturbed))
}

// authority returns the peer whose checksum counts: C, else NumPy, else any.
func authority(checks map[string]float64) string {
	rank := func(impl string) int {
		switch {
		case impl == "c" || strings.HasPrefix(impl, "c-"):
			return 0
		case impl == "numpy":
			return 1
		case strings.HasPrefix(impl, "numpy"):
			return 2
		}
		return 3
	}
	best := ""
	for impl := range checks {
		if best == "" || rank(impl) < rank(best) || rank(impl) == rank(best) && impl < best {
			best = impl
		}
	}
	return best
}

// tolerance is the relative difference of checksums that rounding explains:
// float32 in the workloads listed; random numbers in W5; in W6 points on the
// edge that differ.
func tolerance(workload string) float64 {
	switch workload {
	case "W5":
		return 1e-2
	case "W6", "W10s", "W11", "W11f", "W12s", "W12l":
		return 1e-4
	}
	return 1e-7
}

func agree(x, y, tolerance float64) bool {
	return math.Abs(x-y) <= tolerance*max(math.Abs(x), math.Abs(y), 1e-300)
}

var noModule = regexp.MustCompile(`No module named '([^'.]+)`)

// failures describes what did not run.
func (t *table) failures() []string {
	var texts []string
	for _, r := range t.failed {
		if m := noModule.FindStringSubmatch(r.Error); m != nil {
			texts = append(texts, fmt.Sprintf("peers that need %s are skipped: it is not installed (make peers-setup)", m[1]))
			continue
		}
		texts = append(texts, fmt.Sprintf("%s %s T%d: %s", r.Workload, r.Impl, r.Threads, r.Error))
	}
	return texts
}

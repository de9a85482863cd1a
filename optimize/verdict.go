package optimize

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"
	"strings"

	"arignote/expr"
)

// Verdict says what came of computing both sides of a step.
type Verdict struct {
	// Random and Special are the numbers of sets of values that were tried.
	Random, Special int
	// Rounded: the sides are not equal in every bit, but up to rounding.
	Rounded bool
	// Differs is the number of sets in which the sides differ by more, and
	// Example one of them: "x = 0: NaN -> 1".
	Differs int
	Example string
	// Assumes is what excludes the sets in which the sides differ: "x != 0,
	// finite".
	Assumes string
	// Wrong: the sides differ where the rewrite promises that they do not.
	Wrong bool
	// Untried says why there were no trials, "" if there were.
	Untried string
}

// String returns "equal on 64 random, 12 special values", or what is different:
// "equal up to rounding on 64 random values; differs at x = 0: NaN -> 1, assumes x != 0".
func (v Verdict) String() string {
	if v.Untried != "" {
		return "not tried: " + v.Untried
	}
	how := "equal"
	if v.Rounded {
		how += " up to rounding"
	}
	switch {
	case v.Wrong:
		return fmt.Sprintf("WRONG: differs at %s", v.Example)
	case v.Differs == 0 && v.Special == 0:
		return how + ", of constants alone"
	case v.Differs == 0:
		return fmt.Sprintf("%s on %d random, %d special values", how, v.Random, v.Special)
	}
	text := fmt.Sprintf("%s on %d of %d random and special values; differs at %s", how, v.Random+v.Special-v.Differs, v.Random+v.Special, v.Example)
	if v.Assumes != "" {
		text += "; assumes " + v.Assumes
	}
	return text
}

// Try computes both sides of s for random and for special values, to see what
// the rewrite does to numbers, and what it takes for granted.
func (s Step) Try() Verdict {
	if s.Rule == bodyRule {
		return Verdict{Untried: "the rewrites inside of the body stand above"}
	}
	var last *trial
	for _, depth := range cutDepths {
		t, whole := newTrial(s, depth)
		if t != nil {
			last = t
			if t.agrees() {
				if v := t.verdict(); !v.Wrong {
					return v
				}
			}
		}
		if whole {
			break
		}
	}
	if last == nil {
		return Verdict{Untried: "too large, or without values"}
	}
	return last.verdict()
}

// verdict tries random and special values.
func (t *trial) verdict() Verdict {
	var v Verdict
	var points []point
	for i := range randomTrials {
		if p := t.point(t.random(i%2), ""); p.err == nil {
			points = append(points, p)
		}
	}
	v.Random = len(points)
	points = append(points, t.specials()...)
	v.Special = len(points) - v.Random
	for i, p := range points {
		v.Rounded = v.Rounded || p.rounded
		if p.wrong && (t.exact || i < v.Random) && !v.Wrong {
			v.Wrong, v.Example = true, p.text(t)
		}
		if p.differs {
			v.Differs++
		}
		if p.differs && (v.Example == "" || p.label != "" && !v.Wrong && v.Differs == 1) {
			v.Example = p.text(t)
		}
	}
	if !v.Wrong {
		v.Assumes = t.assumption(points)
	}
	return v
}

// text says at which values what differs.
func (p *point) text(t *trial) string {
	label := p.label
	if label == "" {
		var parts []string
		for i := range t.inputs {
			if x := p.values[i]; x.Len() > 0 {
				parts = append(parts, t.watched[i].name+" = "+briefValue(x))
			}
		}
		label = strings.Join(parts, ", ")
	}
	return label + ": " + p.example
}

// briefValue writes the first elements of an array.
func briefValue(v *expr.Value) string {
	if v.Rank() == 0 {
		return numberText(v, 0)
	}
	var parts []string
	for i := range min(v.Len(), 3) {
		parts = append(parts, numberText(v, i))
	}
	if v.Len() > 3 {
		parts = append(parts, "...")
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// claims are what a rewrite may take for granted of a number.
var claims = []struct {
	text  string
	holds func(x complex128) bool
}{
	{"> 0", func(x complex128) bool { return real(x) > 0 }},
	{">= 0", func(x complex128) bool { return real(x) >= 0 }},
	{"!= 0", func(x complex128) bool { return x != 0 }},
	{"finite", finite},
	{"not NaN", func(x complex128) bool { return !cmplx.IsNaN(x) }},
	{"not huge", func(x complex128) bool { return !(cabs(x) > 1e15) || math.IsInf(cabs(x), 1) }},
	{"not tiny", func(x complex128) bool { return !(cabs(x) < 1e-15) || x == 0 }},
}

// claim is one of these about one of the watched values.
type claim struct{ watched, claim int }

// assumption returns claims that hold at no point where the sides differ and
// otherwise at as many points as possible: "x != 0, finite; y finite". It
// prefers what is said of free values.
func (t *trial) assumption(points []point) string {
	var open, equal []point
	for _, p := range points {
		if p.differs {
			open = append(open, p)
		} else {
			equal = append(equal, p)
		}
	}
	var chosen []claim
	for rest := open; len(rest) > 0; {
		best, gain := claim{}, math.Inf(-1)
		for w := range t.watched {
			for c := range claims {
				if g := t.gain(claim{w, c}, rest, equal); g > gain {
					best, gain = claim{w, c}, g
				}
			}
		}
		if math.IsInf(gain, -1) {
			return "" // nothing that could be said in few words
		}
		chosen = append(chosen, best)
		rest = slices.DeleteFunc(slices.Clone(rest), func(p point) bool { return !best.holds(p) })
	}
	return t.claimText(needed(chosen, open))
}

// needed leaves out claims that exclude nothing that the others do not.
func needed(list []claim, open []point) []claim {
	for i := 0; i < len(list); i++ {
		others := slices.Delete(slices.Clone(list), i, i+1)
		if !slices.ContainsFunc(open, func(p point) bool {
			return !slices.ContainsFunc(others, func(c claim) bool { return !c.holds(p) })
		}) {
			list = others
			i--
		}
	}
	return list
}

// gain values a claim by how many points it excludes, rightly and wrongly.
func (t *trial) gain(c claim, open, equal []point) float64 {
	g := 0.0
	for _, p := range open {
		if !c.holds(p) {
			g++
		}
	}
	if g == 0 {
		return math.Inf(-1)
	}
	wrongly := 0
	for _, p := range equal {
		if !c.holds(p) {
			wrongly++
		}
	}
	if 2*wrongly > len(equal) {
		return math.Inf(-1) // it says more about the values that were tried than about the rewrite
	}
	g -= float64(0.3 * float64(wrongly))
	if !t.watched[c.watched].free {
		g -= 0.5
	}
	return g
}

// holds reports whether c holds at p for every element.
func (c claim) holds(p point) bool {
	v := p.values[c.watched]
	for i := range v.Len() {
		if !claims[c.claim].holds(v.Complex(i)) {
			return false
		}
	}
	return true
}

// claimText writes claims, those about one value together.
func (t *trial) claimText(list []claim) string {
	slices.SortFunc(list, func(a, b claim) int { return (a.watched-b.watched)*len(claims) + a.claim - b.claim })
	var b strings.Builder
	for i, c := range list {
		switch {
		case i == 0:
			b.WriteString(t.watched[c.watched].name + " ")
		case list[i-1].watched == c.watched:
			b.WriteString(", ")
		default:
			b.WriteString("; " + t.watched[c.watched].name + " ")
		}
		b.WriteString(claims[c.claim].text)
	}
	return b.String()
}

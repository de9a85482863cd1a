package expr

import (
	"slices"
	"strings"

	"arignote/expr/syntax"
)

// Names that are not known, and what may have been meant.

// unknownFunction returns the mistake of calling a name that is no function.
func (r *reader) unknownFunction(pos syntax.Pos, name string) *Error {
	if r.defined(name) {
		return errorAt(pos, ErrInput, "", "%s is an array, not a function", shorten(name))
	}
	names := append(keysOf(forms), keysOf(r.funcs)...)
	return errorAt(pos, ErrInput, "", "unknown function %s%s", shorten(name), suggest(name, names))
}

// unknown returns the mistake of using a name that stands for nothing.
func (r *reader) unknown(e *syntax.Name) *Error {
	if f := forms[e.Ident]; f != nil {
		return errorAt(e.Pos, ErrInput, "", "%s is a function: %s", e.Ident, f.usage())
	}
	var names []string
	for s := r.scope; s != nil; s = s.outer {
		names = append(names, keysOf(s.names)...)
	}
	names = append(names, keysOf(constants)...)
	return errorAt(e.Pos, ErrInput, "", "unknown name %s%s", shorten(e.Ident), suggest(e.Ident, names))
}

func keysOf[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func dtypeNames() []string {
	var names []string
	for _, d := range DTypes() {
		names = append(names, d.String())
	}
	return names
}

// shorten cuts a name from the text down to what fits in a message.
func shorten(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// suggest returns "; did you mean sum?" for the name in names that is most
// like s, or "" if none is.
func suggest(s string, names []string) string {
	const most = 40                          // longer names are not compared
	best, bestName := 1+max(1, len(s)/4), "" // a mistake for every four letters
	if len(s) > most {
		return ""
	}
	for _, name := range names {
		if len(name) > most || name == "" {
			continue
		}
		if d := editDistance(s, name); d < best {
			best, bestName = d, name
		}
	}
	if bestName == "" || bestName == s || best >= len(s) {
		return ""
	}
	return "; did you mean " + bestName + "?"
}

// editDistance is the number of letters to insert, delete, replace or swap
// with their neighbour to make b of a (Damerau and Levenshtein).
func editDistance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

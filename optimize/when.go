package optimize

import (
	"slices"
	"strings"

	"arignote/expr"
)

// condition is one entry of a rule's When.
type condition struct {
	v        int // number of the name
	property string
	holds    func(r *run, x *expr.Node) bool
}

// properties are what a condition can ask of a node.
var properties = map[string]func(r *run, x *expr.Node) bool{
	"bool":     func(r *run, x *expr.Node) bool { return x.DType() == expr.Bool },
	"integer":  func(r *run, x *expr.Node) bool { return x.DType().IsInteger() },
	"float":    func(r *run, x *expr.Node) bool { return x.DType().IsFloat() },
	"inexact":  func(r *run, x *expr.Node) bool { return x.DType().Inexact() },
	"number":   func(r *run, x *expr.Node) bool { return x.DType() != expr.Bool },
	"constant": func(r *run, x *expr.Node) bool { _, ok := scalarOf(x); return ok },
	"matrix":   func(r *run, x *expr.Node) bool { return x.Rank() == 2 },
	"vector":   func(r *run, x *expr.Node) bool { return x.Rank() == 1 },
	"once":     func(r *run, x *expr.Node) bool { return r.once(x) },
}

// parseWhen reads the conditions of a rule with these names.
func parseWhen(when string, names []string) (list []condition, complex bool, err error) {
	for _, clause := range strings.Split(when, ",") {
		words := strings.Fields(clause)
		switch {
		case len(words) == 0:
			continue
		case len(words) == 1 && words[0] == "complex":
			complex = true
			continue
		case len(words) != 2:
			return nil, false, expr.Errorf(expr.ErrSyntax, "", "condition %q is not a name and a property", clause)
		}
		v, holds := slices.Index(names, words[0]), properties[words[1]]
		if v < 0 || holds == nil {
			return nil, false, expr.Errorf(expr.ErrSyntax, "", "condition %q: no such name or property", clause)
		}
		list = append(list, condition{v, words[1], holds})
	}
	return list, complex, nil
}

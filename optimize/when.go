package optimize

import (
	"math"
	"slices"
	"strings"

	"arignote/expr"
)

// condition is one entry of a rule's When.
type condition struct {
	v     int // number of the name, -1 for the whole left side
	holds func(r *run, x *expr.Node) bool
}

// properties are what a condition can ask of a node.
var properties = map[string]func(r *run, x *expr.Node) bool{
	"bool":     func(r *run, x *expr.Node) bool { return x.DType() == expr.Bool },
	"integer":  func(r *run, x *expr.Node) bool { return x.DType().IsInteger() },
	"float":    func(r *run, x *expr.Node) bool { return x.DType().IsFloat() },
	"complex":  func(r *run, x *expr.Node) bool { return x.DType().IsComplex() },
	"discrete": func(r *run, x *expr.Node) bool { return !x.DType().Inexact() },
	"unsigned": func(r *run, x *expr.Node) bool { return x.DType().IsUnsigned() },
	"signed":   func(r *run, x *expr.Node) bool { return !x.DType().IsUnsigned() },
	"inexact":  func(r *run, x *expr.Node) bool { return x.DType().Inexact() },
	"number":   func(r *run, x *expr.Node) bool { return x.DType() != expr.Bool },
	"constant": func(r *run, x *expr.Node) bool { _, ok := scalarOf(x); return ok },
	// It is not known to be a whole number.
	"general": func(r *run, x *expr.Node) bool {
		z, ok := scalarOf(x)
		return !ok || real(z) != math.Trunc(real(z))
	},
	"matrix": func(r *run, x *expr.Node) bool { return x.Rank() == 2 },
	"vector": func(r *run, x *expr.Node) bool { return x.Rank() == 1 },
	"filled": func(r *run, x *expr.Node) bool { return filled(x.Type()) },
	"once":   func(r *run, x *expr.Node) bool { return r.once(x) },
}

// parseWhen reads the conditions of a rule.
func (c *compiled) parseWhen() error {
	for _, clause := range strings.Split(c.When, ",") {
		words := strings.Fields(clause)
		switch {
		case len(words) == 0:
			continue
		case len(words) == 1 && words[0] == "complex":
			c.complex = true
			continue
		case len(words) == 1 && words[0] == "integers":
			c.integers = true
			continue
		case len(words) == 1 && words[0] == "same":
			c.same = true
			continue
		case len(words) == 1 && words[0] == "aligned":
			c.aligned = true
			continue
		case len(words) != 2:
			return expr.Errorf(expr.ErrSyntax, "", "condition %q is not a name and a property", clause)
		}
		v, holds := slices.Index(c.names, words[0]), properties[words[1]]
		if v < 0 && words[0] != "result" || holds == nil {
			return expr.Errorf(expr.ErrSyntax, "", "condition %q: no such name or property", clause)
		}
		c.when = append(c.when, condition{v, holds})
	}
	return nil
}

// filled reports whether an array of type t certainly has elements.
func filled(t expr.Type) bool {
	for _, d := range t.Dims {
		if n, known := d.Known(); !known || n == 0 {
			return false
		}
	}
	return true
}

package autodiff

import "arignote/expr"

// Funcs has the functions of this package for expressions in text:
// grad(s, x), jacobian(y, x), hessian(s, x), vjp(y, x, v) and jvp(y, x, v). Give
// it to [expr.Parser].
var Funcs = map[string]expr.Func{
	"grad":     two("grad", Grad),
	"jacobian": two("jacobian", Jacobian),
	"hessian":  two("hessian", Hessian),
	"vjp":      three("vjp", VJP),
	"jvp":      three("jvp", JVP),
}

func two(name string, f func(a, b *expr.Node) *expr.Node) expr.Func {
	return func(args ...*expr.Node) *expr.Node {
		if len(args) != 2 {
			return wrong(expr.ErrInput, name, "%d arguments, not 2", len(args))
		}
		return f(args[0], args[1])
	}
}

func three(name string, f func(a, b, c *expr.Node) *expr.Node) expr.Func {
	return func(args ...*expr.Node) *expr.Node {
		if len(args) != 3 {
			return wrong(expr.ErrInput, name, "%d arguments, not 3", len(args))
		}
		return f(args[0], args[1], args[2])
	}
}

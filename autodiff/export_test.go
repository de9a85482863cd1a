package autodiff

import "arignote/expr"

// HasRule reports whether the row of op has a rule, and Reason returns the
// reason of a row without one.
func HasRule(op expr.Op) bool  { return gradients[op].rule != nil }
func Reason(op expr.Op) string { return gradients[op].reason }

// Forward is what JVP returns before it removes u.
func Forward(y, x, v *expr.Node) (product, u *expr.Node) { return forward(y, x, v) }

package elementary

import "arignote/expr"

// row is the expansion of a function. The columns:
//
//	of   the function of float64 nodes, one for each argument
//	ulp  the largest error that tests allow, in units of the last place
type row struct {
	of  func(x ...node) node
	ulp float64
}

// table has the functions that are expanded.
var table = [expr.NumOps]row{
	expr.OpExp: {of: exp, ulp: 1},
}

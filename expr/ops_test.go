package expr_test

import (
	"strings"
	"testing"

	. "arignote/expr"
)

// TestOpTable: every op has a row with what a row needs, and what it is called in
// text is a row of the language.
func TestOpTable(t *testing.T) {
	for op := OpInput; op < NumOps; op++ {
		switch leaf := op == OpInput || op == OpConst; {
		case op.String() == "":
			t.Errorf("expr/ops.go: opTable has no row for op %d, the one after %v", op, op-1)
		case leaf || op.HasRules() && op.Example() != "":
		case !op.HasRules():
			t.Errorf("expr/ops.go: the row of %v needs a type rule (infer) and a meaning (eval)", op)
		default:
			if g := plainUse(op); g != nil {
				if _, err := ParseGraph(g.String()); err != nil && strings.Contains(err.Error(), "unknown function") {
					t.Errorf("expr/lang.go: a row for %v is missing: %v", op, err)
				}
			}
		}
	}
}

package optimize

import (
	"slices"

	"arignote/expr"
)

// What a rewrite drops cannot fail any more. By default that is welcome; in
// strict mode a graph fails for the same arguments as before.

// maxDropped is the number of nodes below a replaced one that are looked at.
// Where there are more, the rewrite is refused.
const maxDropped = 256

// check is a length that must be another, or 1, for arguments to broadcast.
type check struct{ length, want symbol }

// keepsErrors reports whether m fails whenever old does: no node that can fail
// is part of old but not of m, and the lengths that are compared for old are
// compared for m too.
func (r *run) keepsErrors(old, m *expr.Node) bool {
	list := below(m, nil)
	kept, checked := make(map[*expr.Node]bool), make(map[check]bool)
	for _, n := range list {
		kept[n] = true
		for _, c := range r.checks(n) {
			checked[c] = true
		}
	}
	dropped := below(old, kept)
	return len(dropped) < maxDropped && !slices.ContainsFunc(dropped, func(n *expr.Node) bool {
		return r.canFail(n) && n.Op() != m.Op() || slices.ContainsFunc(r.checks(n), func(c check) bool { return !checked[c] })
	})
}

// below returns the node n and those it is built of, without the nodes in skip
// and what is below these, up to maxDropped of them.
func below(n *expr.Node, skip map[*expr.Node]bool) []*expr.Node {
	seen := make(map[*expr.Node]bool)
	list := []*expr.Node{n}
	for i := 0; i < len(list) && len(list) < maxDropped; i++ {
		for _, a := range list[i].Args() {
			if !skip[a] && !seen[a] {
				seen[a] = true
				list = append(list, a)
			}
		}
	}
	return list
}

// checks returns what must hold for the arguments of n to broadcast, beyond
// what is known of them.
func (r *run) checks(n *expr.Node) []check {
	if !n.Op().Elementwise() || len(n.Args()) < 2 {
		return nil
	}
	var list []check
	d := r.dims(n)
	for _, a := range n.Args() {
		x := r.dims(a)
		for i, s := range x {
			if want := d[len(d)-len(x)+i]; s != 1 && s != want {
				list = append(list, check{s, want})
			}
		}
	}
	return list
}

// canFail reports whether n fails for some arguments, whatever their shapes,
// or looks at lengths that are not known in a way that checks does not tell.
func (r *run) canFail(n *expr.Node) bool {
	return n.Op().Fallible() || len(n.Args()) > 1 && !n.Op().Elementwise() && slices.ContainsFunc(n.Args(), func(a *expr.Node) bool {
		return !a.Type().IsTuple() && slices.ContainsFunc(r.dims(a), func(s symbol) bool { return s < 0 })
	})
}

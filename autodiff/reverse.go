package autodiff

import "arignote/expr"

// sum collects the gradients that reach one node.
type sum struct {
	first part
	rest  []part
}

// part is a gradient with respect to a node that has come from one of its
// users: to its result number item, if it has several.
type part struct {
	g    *expr.Node // nil = nothing
	mask mask
	item int
}

// seed is an output and the gradient of the cost with respect to it.
type seed struct {
	output *expr.Node
	part   part
}

// reverse returns the gradients with respect to the nodes wrt of the cost whose
// gradients with respect to some outputs are given; nil where no output depends
// on a node. It visits the nodes between wrt and the outputs once, users before
// arguments, and adds up what reaches each.
func reverse(seeds []seed, wrt []*expr.Node) []*expr.Node {
	outputs := make([]*expr.Node, len(seeds))
	for i, s := range seeds {
		outputs[i] = s.output
	}
	t := record(outputs, wrt)
	defer t.position.Release()
	for _, s := range seeds {
		t.give(t.position.Of(s.output), s.part)
	}
	wanted := make(map[*expr.Node]*expr.Node, len(wrt))
	for _, x := range wrt {
		wanted[x] = nil
	}
	for i := len(t.nodes) - 1; i >= 0; i-- {
		parts := t.sums[i]
		t.sums[i] = sum{}
		if parts.first.g == nil {
			continue
		}
		n := t.nodes[i]
		gs, m := t.collect(n, parts)
		if _, ok := wanted[n]; ok {
			wanted[n] = m.apply(gs[0], n)
		}
		t.push(n, gs, m)
	}
	gradients := make([]*expr.Node, len(wrt))
	for i, x := range wrt {
		gradients[i] = wanted[x]
	}
	return gradients
}

// give adds to the gradient with respect to the node at a position.
func (t *tape) give(at int32, p part) {
	s := &t.sums[at]
	switch {
	case p.g == nil || !t.active[at]:
	case s.first.g == nil:
		s.first = p
	default:
		s.rest = append(s.rest, p)
	}
}

// collect adds up what has reached n: a gradient, of which some elements may
// not count, or one for each of several results. Those of a loop have the same
// elements; what counts for any of them does.
func (t *tape) collect(n *expr.Node, s sum) (gs []*expr.Node, m mask) {
	if !n.Type().IsTuple() {
		if s.rest == nil {
			return []*expr.Node{s.first.g}, s.first.mask
		}
		g, m := add(n, append([]part{s.first}, s.rest...))
		return []*expr.Node{g}, m
	}
	items := make([][]part, len(n.Type().Elems))
	for _, p := range append([]part{s.first}, s.rest...) {
		items[p.item] = append(items[p.item], p)
	}
	gs = make([]*expr.Node, len(items))
	first := true
	for i, parts := range items {
		if len(parts) == 0 {
			continue
		}
		g, u := add(n, parts)
		gs[i] = u.apply(g, n)
		if m = m.or(u, n); first {
			m, first = u, false
		}
	}
	if n.Op() != expr.OpWhile {
		m = mask{}
	}
	return gs, m
}

// push hands the gradients with respect to the results of n on to its
// arguments.
func (t *tape) push(n *expr.Node, gs []*expr.Node, m mask) {
	s := step{n: n, gs: gs, mask: m, want: make([]bool, len(n.Args())), tape: t}
	wanted := false
	for i, a := range n.Args() {
		s.want[i] = t.active[t.position.Of(a)] && !n.Op().ShapeOnly(i)
		wanted = wanted || s.want[i]
	}
	if !wanted {
		return
	}
	if !n.Op().Elementwise() && gs[0] != nil {
		s.gs = append([]*expr.Node{m.apply(gs[0], n)}, gs[1:]...)
	}
	for i, d := range s.arguments() {
		if d.v == nil || !s.want[i] {
			continue
		}
		p := s.fit(i, d)
		if n.Op() == expr.OpItem {
			p.item = n.Attr().(expr.Number).N
		}
		t.give(t.position.Of(n.Arg(i)), p)
	}
}

// step is the way of a gradient through one node: what a rule sees.
type step struct {
	n    *expr.Node
	gs   []*expr.Node // the gradient with respect to each result of n, nil = not used
	want []bool       // the arguments whose gradients are asked for
	mask mask         // which elements of gs[0] count; see mask
	tape *tape
}

// g is the gradient with respect to the result, y the result and x argument i.
func (s *step) g() term         { return term{s.gs[0], s} }
func (s *step) y() term         { return term{s.n, s} }
func (s *step) x(i int) term    { return term{s.n.Arg(i), s} }
func (s *step) item(i int) term { return s.y().apply(expr.OpItem, expr.Number{N: i}, s.n) }

// item's gradient: gs[i] as a term, none where result i is not used.
func (s *step) gItem(i int) term {
	if s.gs[i] == nil {
		return none
	}
	return term{s.gs[i], s}
}

// arguments returns the gradients with respect to the arguments, by the row of
// the op. A mistake met on the way up goes all the way down.
func (s *step) arguments() []term {
	for _, g := range s.gs {
		if g == nil || g.Err() == nil {
			continue
		}
		out := make([]term, len(s.want))
		for i := range out {
			out[i] = term{g, s}
		}
		return out
	}
	row := &table[s.n.Op()]
	if row.rule == nil {
		return nil
	}
	return row.rule(s)
}

// fit makes d, a gradient with respect to argument i, fit that argument: summed
// to its shape where it has been broadcast, real where it is real, and with its
// dtype. It finds the mask that goes with it.
func (s *step) fit(i int, d term) part {
	x := s.x(i)
	if d.v.Err() != nil {
		return part{g: d.v}
	}
	if x.v.Type().IsTuple() {
		return part{g: d.v, mask: s.mask}
	}
	if !x.dtype().IsComplex() {
		d = d.real()
	}
	m := s.reach(i)
	if s.n.Op().Elementwise() && !s.tape.sameShape(s.n, x.v) {
		if m.c != nil {
			d.v = m.apply(d.v, s.n)
			m = mask{c: m.bool(s.n).stretch(s.y()).cast(x.dtype().Real()).shrink(x).ne(0.0).v}
		}
		d = d.shrink(x)
	}
	return part{g: d.cast(x.dtype()).v, mask: m}
}

// reach returns the mask for the gradient with respect to argument i.
func (s *step) reach(i int) mask {
	row := &table[s.n.Op()]
	switch {
	case s.mask.c == nil && !row.selects:
		return mask{}
	case row.reach != nil:
		return row.reach(s, i)
	case s.n.Op().Elementwise():
		return s.mask
	}
	return mask{}
}

// add adds up gradients with respect to n. Those with the same mask are added
// first, and those with opposite masks, the two sides of a where, are put
// together by a where; the rest needs its zeros before it can be added.
func add(n *expr.Node, parts []part) (*expr.Node, mask) {
	type group struct {
		mask mask
		gs   []*expr.Node
	}
	var groups []*group
	of := make(map[mask]*group)
	for _, p := range parts {
		g := of[p.mask]
		if g == nil {
			g = &group{mask: p.mask}
			of[p.mask] = g
			groups = append(groups, g)
		}
		g.gs = append(g.gs, p.g)
	}
	if len(groups) == 1 {
		return plus(n, groups[0].gs), groups[0].mask
	}
	var gs []*expr.Node
	all := groups[0].mask
	for _, g := range groups {
		all = all.or(g.mask, n)
		other := of[mask{g.mask.c, !g.mask.not}]
		switch {
		case g.mask.c == nil || other == nil:
			gs = append(gs, g.mask.apply(plus(n, g.gs), n))
		case !g.mask.not:
			gs = append(gs, on(n, g.mask.c).choose(plus(n, g.gs), plus(n, other.gs)).v)
		}
		if other != nil {
			all = mask{}
		}
	}
	return plus(n, gs), all
}

// plus returns the sum of some gradients with respect to n. Parts of n that
// have been put into zeros are put one after the other into the sum of the
// others: adding up an array of zeros for each would be quadratic.
func plus(n *expr.Node, gs []*expr.Node) *expr.Node {
	var whole, parts []*expr.Node
	for _, g := range gs {
		if op := g.Op(); (op == expr.OpIncSlice || op == expr.OpIncTake) && isFilled(g.Arg(0), 0) {
			parts = append(parts, g)
		} else {
			whole = append(whole, g)
		}
	}
	if len(whole) == 0 {
		whole, parts = parts[:1], parts[1:]
	}
	total := whole[0]
	if len(whole) > 1 {
		total = expr.New(n, expr.OpAdd, nil, whole...)
	}
	for _, p := range parts {
		total = expr.New(n, p.Op(), p.Attr(), append([]*expr.Node{total}, p.Args()[1:]...)...)
	}
	return total
}

// isFilled reports whether all elements of x are the number v.
func isFilled(x *expr.Node, v complex128) bool {
	for x.Op() == expr.OpBroadcastLike || x.Op() == expr.OpBroadcastTo {
		x = x.Arg(0)
	}
	c := x.Value()
	return c != nil && c.Len() == 1 && c.Complex(0) == v
}

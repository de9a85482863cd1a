package backend

import "slices"

// This file says which reductions of a group need which.

// Chains are the hoisted reductions of a group by number, and for each vertex that
// the group computes the reductions that it is computed from.
type chains struct {
	g      *group
	number map[*vertex]int
	known  map[*vertex]set
}

// A set is a set of small numbers, in the bits of words.
type set []uint64

// with returns the union of x and y.
func (x set) with(y set) set {
	if len(x) < len(y) {
		x, y = y, x
	}
	if !slices.ContainsFunc(y, func(w uint64) bool { return w != 0 }) {
		return x
	}
	both := slices.Clone(x)
	for i, w := range y {
		both[i] |= w
	}
	return both
}

// meets reports whether x and y have a number in common.
func (x set) meets(y set) bool {
	for i := range min(len(x), len(y)) {
		if x[i]&y[i] != 0 {
			return true
		}
	}
	return false
}

// chained returns the chains of g, whose reductions are known.
func (g *group) chained() *chains {
	if g.chains == nil {
		g.chains = &chains{g: g, number: make(map[*vertex]int), known: make(map[*vertex]set)}
		for _, h := range g.hoisted {
			if _, ok := g.chains.number[h.v]; !ok {
				g.chains.number[h.v] = len(g.chains.number)
			}
		}
	}
	return g.chains
}

// only returns the set of the reduction v.
func (c *chains) only(v *vertex) set {
	n, ok := c.number[v]
	if !ok {
		n = len(c.number)
		c.number[v] = n
		clear(c.known)
	}
	s := make(set, n/64+1)
	s[n/64] = 1 << (n % 64)
	return s
}

// below returns the reductions that v is computed from. What other groups store
// is not computed from those of this one that v is computed from.
func (c *chains) below(v *vertex) set {
	if s, ok := c.known[v]; ok {
		return s
	}
	var s set
	if v.array == nil || v.home == c.g {
		for _, a := range v.args {
			s = s.with(c.below(a))
			if _, ok := c.number[a]; ok {
				s = s.with(c.only(a))
			}
		}
	}
	c.known[v] = s
	return s
}

// links are some reductions of a group, and those that they are computed from.
type links struct{ of, below set }

func (c *chains) links(all ...*vertex) (l links) {
	for _, v := range all {
		l = c.joined(l, v)
	}
	return l
}

// joined returns l with the reduction v.
func (c *chains) joined(l links, v *vertex) links {
	return links{l.of.with(c.only(v)), l.below.with(c.below(v))}
}

// reach returns the reduction v and those that it is computed from.
func (c *chains) reach(v *vertex) set { return c.only(v).with(c.below(v)) }

// apart reports whether v is none of the reductions of l, nor is one needed by another.
func (c *chains) apart(l links, v *vertex) bool {
	return !c.reach(v).meets(l.of) && !l.below.meets(c.only(v))
}

package backend

// This file finds out whether a group needs what another one stores.

// Marks are what a group knows of searches: the numbers of the last ones that met it.
type marks struct {
	asks   int // as one that needs the vertex that was asked for
	above  int // as one that needs what such a group stores, perhaps by way of others
	below  int // as one that does not
	passed int // as one that a group needs
	tried  int // as one that may store a vertex
}

// A reach is the state of a search for the groups that need what other groups store
// that need a vertex. It goes in both directions, a step in one for each step in the
// other: up from the groups that need the vertex, to those that need these, and down
// from the group in question. So it takes no longer than twice the shorter way, where
// one of the ways may be through all of a large graph.
type reach struct {
	asked    *vertex
	searches int      // for vertices
	walks    int      // down
	steps    int      // in each direction, of all searches
	deepest  int      // the highest rank of the groups that need the vertex
	up       []*group // above, and those that need the vertex: in the order in which they were met
	next     int      // in up: the users of those before are in it too
	user     int      // the next user of that
	down     []*group // that the group in question needs
}

// follows reports whether g needs, perhaps by way of others, what another group
// stores that needs v: then v cannot be stored by g.
func (r *reach) follows(g *group, v *vertex) bool {
	if r.asked != v {
		r.begin(v)
	}
	if g.below == r.searches || g.rank >= r.deepest {
		return false
	}
	r.walks++
	r.down = append(r.down[:0], g)
	for i, dep := 0, 0; ; dep++ {
		r.steps++
		switch {
		case g.above == r.searches:
			return true
		case !r.climb(): // all that are above are known
			return g.above == r.searches
		}
		for i < len(r.down) && dep == len(r.down[i].deps) {
			i, dep = i+1, 0
		}
		if i == len(r.down) {
			for _, d := range r.down {
				d.below = r.searches
			}
			return false
		}
		d := r.down[i].deps[dep]
		switch {
		case d.asks == r.searches || d.above == r.searches:
			return true
		case d.rank < r.deepest && d.below != r.searches && d.passed != r.walks:
			d.passed = r.walks
			r.down = append(r.down, d)
		}
	}
}

// begin begins a search for a vertex.
func (r *reach) begin(v *vertex) {
	r.asked, r.deepest, r.up, r.next, r.user = v, 0, r.up[:0], 0, 0
	r.searches++
	for _, u := range v.uses {
		if u.by.asks != r.searches {
			u.by.asks = r.searches
			r.up = append(r.up, u.by)
			r.deepest = max(r.deepest, u.by.rank)
		}
	}
}

// climb goes one step up; it reports whether there was one.
func (r *reach) climb() bool {
	for r.next < len(r.up) && r.user == len(r.up[r.next].users) {
		r.next, r.user = r.next+1, 0
	}
	if r.next == len(r.up) {
		return false
	}
	if u := r.up[r.next].users[r.user]; u.above != r.searches {
		u.above = r.searches
		if u.asks != r.searches { // else it is there
			r.up = append(r.up, u)
		}
	}
	r.user++
	return true
}

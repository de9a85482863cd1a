package interp

import "arignote/backend/internal/kernel"

// loop makes the step of a loop.
func (c *compiler) loop(l *kernel.Loop) step {
	outer := c.vector
	if l.Vector {
		c.vectorLoop(l)
	}
	body := c.block(l.Body, nil)
	c.vector = outer
	i := int(l.Var)
	vars, s := c.vars, c.state
	if level := c.splitLevel(l); level >= 0 {
		return c.splitLoop(l, level, body)
	}
	bounds := c.bounds(l)
	if l.Vector {
		tile := c.tile
		return func(int) {
			lo, hi := bounds()
			for v := lo; v < hi && s.goesOn(); v += tile {
				vars[i] = v
				body.run(min(tile, hi-v))
			}
		}
	}
	return func(w int) {
		lo, hi := bounds()
		for v := lo; v < hi && s.goesOn(); v++ {
			vars[i] = v
			body.run(w)
		}
	}
}

// bounds returns the function that says what a loop runs over.
func (c *compiler) bounds(l *kernel.Loop) func() (lo, hi int) {
	if l.Block != 0 {
		around := c.blocks[l.Block]
		n, by, vars, v := c.int(around.Extent), c.int(around.By), c.vars, int(l.Block)
		return func() (lo, hi int) {
			lo = vars[v] * by.v
			return lo, min(lo+by.v, n.v)
		}
	}
	n := c.int(l.Extent)
	if l.By == (kernel.Int{}) {
		return func() (lo, hi int) { return 0, n.v }
	}
	by := c.int(l.By)
	return func() (lo, hi int) { return 0, n.v/by.v + min(n.v%by.v, 1) }
}

func (c *compiler) splitLevel(l *kernel.Loop) int {
	for i, x := range c.split {
		if x == l {
			return i
		}
	}
	return -1
}

// splitLoop makes the step of Split loop number level: it runs the iterations
// in its window, and gives the next Split loop, if that is inside, its own.
func (c *compiler) splitLoop(l *kernel.Loop, level int, body steps) step {
	i, vars, s, tile := int(l.Var), c.vars, c.state, c.tile
	if l.Vector {
		return func(int) {
			win := s.windows[level]
			for v := win.Lo; v < win.Hi && s.goesOn(); v += tile {
				vars[i] = v
				body.run(min(tile, win.Hi-v))
			}
		}
	}
	return func(w int) {
		win, n := s.windows[level], s.inner[level]
		if n == 0 {
			return
		}
		for v := win.Lo / n; v*n < win.Hi && s.goesOn(); v++ {
			vars[i] = v
			s.windows[level+1] = kernel.Range{Lo: max(0, win.Lo-v*n), Hi: min(n, win.Hi-v*n)}
			body.run(w)
		}
	}
}

// while makes the step of a While. The window of active says which iterations
// of a tile are still going on.
func (c *compiler) while(s *kernel.While) step {
	vary, outer := c.vector != 0, c.mask
	active := &vec[bool]{}
	c.reserve(active, 1, vary)
	init := make([]register, len(s.States))
	state := make([]register, len(s.States))
	for i, x := range s.States {
		init[i] = c.values[x.Init].register
		state[i] = c.fresh(x.Value, vary)
		c.values[x.Value] = value{register: state[i], vary: vary}
		c.values[x.Result] = c.values[x.Value]
	}
	c.mask = active
	cond := c.block(s.Cond, s.Body, append(next(s.States), s.Test)...)
	test := c.values[s.Test].register.(*vec[bool])
	body := c.block(s.Body, nil, next(s.States)...)
	update := c.update(s.States, state)
	c.mask = outer
	bound, st := c.int(s.Bound), c.state
	return func(w int) {
		if !vary {
			w = 1
		}
		for i, r := range state {
			r.window(0, w)
			r.set(init[i])
		}
		active.s = active.own[:w]
		fill(active.s, true)
		if outer != nil && vary {
			copy(active.s, outer.s)
		}
		for t := 0; t < bound.v && st.goesOn(); t++ {
			cond.run(w)
			n := narrow(active.s, test.s)
			if n == 0 {
				break
			}
			body.run(w)
			if n == w {
				update(nil)
			} else {
				update(active.s)
			}
		}
	}
}

// narrow leaves in active what is in test too and returns the count.
func narrow(active, test []bool) (n int) {
	each := each(len(test))
	for i, a := range active {
		on := a && test[i&each]
		active[i] = on
		if on {
			n++
		}
	}
	return n
}

func next(states []kernel.State) []kernel.Value {
	v := make([]kernel.Value, len(states))
	for i, s := range states {
		v[i] = s.Next
	}
	return v
}

// update returns the function that makes the next states the states, where
// mask is true, everywhere if it is nil. Windows of states stay.
func (c *compiler) update(states []kernel.State, state []register) func(mask []bool) {
	next := next(states)
	from := make([]register, len(next))
	for i, v := range next {
		from[i] = c.values[v].register
	}
	return c.move(state, from, next)
}

// move returns the function that copies registers, those of the given values,
// to others at the same time: a copy may be of what another one changes.
func (c *compiler) move(to, from []register, values []kernel.Value) func(mask []bool) {
	saved := make([]register, len(to)) // copies of what changes before it is read
	for i, x := range from {
		for j, r := range to[:i] {
			if r == x && saved[i] == nil && i != j {
				saved[i] = c.fresh(values[i], c.vector != 0)
			}
		}
	}
	return func(mask []bool) {
		for i, x := range saved {
			if x != nil {
				x.window(0, from[i].size())
				x.set(from[i])
			}
		}
		for i, r := range to {
			x := from[i]
			if saved[i] != nil {
				x = saved[i]
			}
			switch {
			case x == r:
			case mask == nil:
				r.set(x)
			default:
				r.setWhere(x, mask)
			}
		}
	}
}

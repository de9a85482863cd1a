package interp

import "arignote/backend/internal/kernel"

// accumulator is a state of a Reduce while it runs. Its lanes lie one after
// the other in own: one element for each in a Vector loop, otherwise a row of
// so many elements as the tile around has.
type accumulator struct {
	own         register // all lanes
	init        register
	state       register // what the body sees
	left, right register // what combine sees; its result goes to left
}

// reduce makes the step of a Reduce. There are two kinds: if it is the Vector
// loop, lanes lie along the tile; otherwise the loop is serial and there may
// be a tile around it.
func (c *compiler) reduce(r *kernel.Reduce) step {
	acc := make([]accumulator, len(r.States))
	for i, s := range r.States {
		acc[i] = accumulator{init: c.values[s.Init].register, own: types[c.k.Values[s.Value]].register(), state: types[c.k.Values[s.Value]].register()}
	}
	if r.Vector {
		return c.reduceVector(r, acc)
	}
	return c.reduceSerial(r, acc)
}

// combine makes the function that applies r's Combine to w elements of left and
// right.
func (c *compiler) combine(r *kernel.Reduce, acc []accumulator, vary bool) func(w int) {
	if r.Combine == nil {
		return nil
	}
	x := r.Combine
	left, joined := make([]register, len(acc)), make([]register, len(acc))
	for i := range acc {
		d := types[c.k.Values[x.Left[i]]]
		acc[i].left, acc[i].right = d.register(), d.register()
		c.values[x.Left[i]] = value{register: acc[i].left, vary: vary}
		c.values[x.Right[i]] = value{register: acc[i].right, vary: vary}
	}
	body := c.block(x.Body, nil, x.Next...)
	for i := range acc {
		left[i], joined[i] = acc[i].left, c.values[x.Next[i]].register
	}
	move := c.move(left, joined, x.Next)
	return func(w int) {
		body.run(w)
		move(nil)
	}
}

// reduceVector makes the step of a Reduce that is the Vector loop. The part of
// the body that does not depend on states runs for a tile, the other part for
// as many elements at once as there are lanes.
func (c *compiler) reduceVector(r *kernel.Reduce, acc []accumulator) step {
	element, rest := r.Element()
	c.vectorLoop(&r.Loop)
	for i, s := range r.States {
		acc[i].own.grow(r.Lanes)
		c.values[s.Value] = value{register: acc[i].state, vary: true}
	}
	elements := c.block(element, rest, next(r.States)...)
	take := c.take(r, acc, element, rest)
	combine := c.combine(r, acc, true)
	c.vector = 0
	bounds, tile, v, s := c.bounds(&r.Loop), c.tile, int(r.Var), c.state
	for i, x := range r.States {
		c.values[x.Result] = value{register: acc[i].own}
	}
	return func(int) {
		for _, a := range acc {
			a.own.window(0, r.Lanes)
			a.own.set(a.init)
		}
		lo, hi := bounds()
		for at := lo; at < hi && s.goesOn(); at += tile {
			s.vars[v] = at
			w := min(tile, hi-at)
			elements.run(w)
			take(at, w)
		}
		for h := r.Lanes / 2; h > 0; h /= 2 {
			for _, a := range acc {
				a.left.view(a.own, 0, h)
				a.right.view(a.own, h, 2*h)
			}
			combine(h)
		}
		for _, a := range acc {
			a.own.window(0, 1)
		}
	}
}

// take returns the function that takes up w elements from iteration at on.
func (c *compiler) take(r *kernel.Reduce, acc []accumulator, element, rest []kernel.Stmt) func(at, w int) {
	if f := c.takeFast(r, acc, rest); f != nil {
		return func(_, w int) { f(w) }
	}
	if f := c.takeScan(r, acc, rest); f != nil {
		return func(_, w int) { f(w) }
	}
	views := c.views(element)
	steps := c.block(rest, nil, next(r.States)...)
	state := make([]register, len(acc))
	for i := range acc {
		state[i] = acc[i].state
	}
	update := c.update(r.States, state)
	v, s := int(r.Var), c.state
	return func(at, w int) {
		for g := 0; g < w && s.goesOn(); g += r.Lanes {
			n := min(r.Lanes, w-g)
			s.vars[v] = at + g
			for _, x := range views {
				x.part.view(x.whole, g, g+n)
			}
			for _, a := range acc {
				a.state.view(a.own, 0, n)
			}
			steps.run(n)
			update(nil)
		}
	}
}

// view is a register that shows a part of a tile.
type view struct{ part, whole register }

// views replaces the varying values that statements define, for those who use
// them from now on, by views of them.
func (c *compiler) views(body []kernel.Stmt) []view {
	var all []view
	for _, s := range body {
		for _, v := range kernel.Defs(s) {
			if x := c.values[v]; x.vary {
				part := types[c.k.Values[v]].register()
				all = append(all, view{part, x.register})
				c.values[v] = value{register: part, vary: true}
			}
		}
	}
	return all
}

// reduceSerial makes the step of a Reduce that runs element by element, each
// for all iterations of the tile around it, if there is one.
func (c *compiler) reduceSerial(r *kernel.Reduce, acc []accumulator) step {
	vary := c.vector != 0
	state := make([]register, len(acc))
	for i, s := range r.States {
		c.reserve(acc[i].own, r.Lanes, vary)
		c.values[s.Value] = value{register: acc[i].state, vary: vary}
		state[i] = acc[i].state
	}
	body := c.block(r.Body, nil, next(r.States)...)
	update := c.update(r.States, state)
	combine := c.combine(r, acc, vary)
	bounds, v, s, lanes := c.bounds(&r.Loop), int(r.Var), c.state, r.Lanes
	for i, x := range r.States {
		c.values[x.Result] = value{register: acc[i].own, vary: vary}
	}
	return func(w int) {
		if !vary {
			w = 1
		}
		for _, a := range acc {
			for k := range lanes {
				a.own.window(k*w, k*w+w)
				a.own.set(a.init)
			}
			a.own.window(0, lanes*w)
		}
		lo, hi := bounds()
		for at := lo; at < hi && s.goesOn(); at++ {
			s.vars[v] = at
			k := (at - lo) & (lanes - 1)
			for _, a := range acc {
				a.state.view(a.own, k*w, k*w+w)
			}
			body.run(w)
			update(nil)
		}
		join(acc, combine, lanes, w)
	}
}

// join combines rows of w elements, and leaves the window of each accumulator
// on the result.
func join(acc []accumulator, combine func(w int), lanes, w int) {
	for h := lanes / 2; h > 0; h /= 2 {
		for k := range h {
			for _, a := range acc {
				a.left.view(a.own, k*w, k*w+w)
				a.right.view(a.own, (k+h)*w, (k+h)*w+w)
			}
			combine(w)
		}
	}
	for _, a := range acc {
		a.own.window(0, w)
	}
}

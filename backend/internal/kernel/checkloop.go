package kernel

import "arignote/expr"

// This file has the part of Check that concerns loops.

// splitLoop checks where a Split loop is. Last tells that nothing follows it
// in its block, if that is inside of another one.
func (c *checker) splitLoop(l *Loop, last bool) {
	if !l.Split {
		return
	}
	name := c.varName(l.Var)
	if !last && len(c.loops) > 0 || l.Block != 0 || c.whiles > 0 || c.reduces > 0 || c.vector != nil {
		c.errorf("the split loop %s is not the last statement of its block, or over a block, or inside a vector loop", name)
	}
	for _, outer := range c.loops {
		if !outer.Split {
			c.errorf("the split loop %s is inside a loop that is not", name)
		}
	}
	if c.plain != "" {
		c.errorf("store to %s before the split loop %s", c.plain, name)
	}
	c.divided = true
}

func (c *checker) varName(v Var) string {
	if v <= 0 || int(v) > len(c.k.Vars) {
		return "?"
	}
	return c.k.Vars[v-1]
}

// loop checks the head of a loop and, with it open, its body.
func (c *checker) loop(l *Loop, body func()) {
	c.int(l.Extent)
	c.int(l.By)
	name := c.varName(l.Var)
	switch around := c.open[l.Block]; {
	case c.pure:
		c.errorf("loop %s in a combine", name)
	case name == "?" || c.ran[l.Var]:
		c.errorf("loop variable %d is none of the kernel's or has two loops", l.Var)
	case l.Block != 0 && (around == nil || around.By == (Int{}) || l.By != (Int{})):
		c.errorf("loop %s is over blocks of %s, which is not around it or has none", name, c.varName(l.Block))
	case l.Vector && c.vector != nil:
		c.errorf("vector loop %s inside vector loop %s", name, c.varName(c.vector.Var))
	case l.Vector && (c.whiles > 0 || l.By != (Int{})):
		c.errorf("vector loop %s inside a while, or over blocks", name)
	}
	for _, outer := range c.loops {
		if c.varName(outer.Var) == name {
			c.errorf("loop %s inside loop %s", name, name)
		}
	}
	if c.err != nil {
		return
	}
	nested, scatter := c.nested, c.scatter
	if l.Vector {
		c.vector, c.nested, c.scatter = l, 0, make(map[Buf]bool)
	} else {
		c.nested++
	}
	c.ran[l.Var], c.open[l.Var], c.loops = true, l, append(c.loops, l)
	body()
	delete(c.open, l.Var)
	c.loops, c.nested = c.loops[:len(c.loops)-1], nested
	if l.Vector {
		c.vector, c.scatter = nil, scatter
	}
}

func (c *checker) reduce(r *Reduce) {
	switch {
	case r.Lanes < 1 || r.Lanes > MaxLanes || r.Lanes&(r.Lanes-1) != 0:
		c.errorf("%d lanes", r.Lanes)
	case r.Combine == nil && r.Lanes > 1:
		c.errorf("no combine for %d lanes", r.Lanes)
	case len(r.States) == 0:
		c.errorf("reduce without states")
	case r.Split && len(c.loops) > 0:
		c.errorf("the split reduce %s is not outermost", c.varName(r.Var))
	}
	c.states(r.States)
	if c.err != nil {
		return
	}
	c.reduces++
	c.loop(&r.Loop, func() { c.block(r.Body, nexts(r.States)...) })
	c.reduces--
	c.hide(states(r.States)...)
	c.next(r.States)
	if r.Combine != nil {
		c.combine(r.Combine, r.States)
	}
	c.sameDTypes(r.States, results(r.States))
}

// states checks the initial values and defines the states.
func (c *checker) states(all []State) {
	for _, s := range all {
		c.use(s.Init)
	}
	for _, s := range all {
		c.define(s.Value)
	}
	if c.err == nil {
		for _, s := range all {
			c.dtype(s.Value, c.k.Values[s.Init])
		}
	}
}

func states(all []State) []Value {
	v := make([]Value, len(all))
	for i, s := range all {
		v[i] = s.Value
	}
	return v
}

func (c *checker) next(all []State) { c.sameDTypes(all, nexts(all)) }

// sameDTypes checks that values have the dtypes of states.
func (c *checker) sameDTypes(all []State, values []Value) {
	if len(values) != len(all) {
		c.errorf("%d values for %d states", len(values), len(all))
	}
	for i, v := range values {
		if c.err != nil {
			return
		}
		if int(v) < 0 || int(v) >= len(c.k.Values) {
			c.errorf("value %d is none of the kernel's", v)
			return
		}
		c.dtype(v, c.k.Values[all[i].Value])
	}
}

// combine checks a Combine: it sees its own values alone.
func (c *checker) combine(x *Combine, all []State) {
	visible := c.visible
	c.visible, c.pure = make([]bool, len(visible)), true
	c.sameDTypes(all, x.Left)
	c.sameDTypes(all, x.Right)
	c.sameDTypes(all, x.Next)
	if c.err == nil {
		c.define(x.Left...)
		c.define(x.Right...)
		c.block(x.Body, x.Next...)
	}
	c.visible, c.pure = visible, false
}

func (c *checker) while(w *While) {
	c.impure(w)
	c.int(w.Bound)
	if len(w.States) == 0 {
		c.errorf("while without states")
	}
	c.states(w.States)
	if c.err != nil {
		return
	}
	c.whiles++
	c.block(w.Cond, w.Test)
	if c.err == nil {
		c.dtype(w.Test, expr.Bool)
		for _, s := range w.Cond { // the body sees what the condition made
			c.show(Defs(s)...)
		}
		c.block(w.Body, nexts(w.States)...)
		for _, s := range w.Cond {
			c.hide(Defs(s)...)
		}
	}
	c.whiles--
	c.hide(states(w.States)...)
	c.next(w.States)
	c.sameDTypes(w.States, results(w.States))
}

package expr

import "slices"

// evalWhile: for each element
//
//	for t := 0; t < bound && condition(states, others); t++ {
//		states = body(states, others)
//	}
//
// All elements that are not done yet take a step together: the graph is
// evaluated for vectors of their states.
func evalWhile(c *call) (*Value, *Error) {
	w, err := c.newWhiler()
	if err != nil {
		return nil, err
	}
	bound := c.args[len(c.args)-1].index(0)
	for t := 0; t < bound && len(w.running) > 0; t++ {
		if err := w.step(); err != nil {
			return nil, err
		}
	}
	w.store()
	if len(w.results) == 1 {
		return w.results[0], nil
	}
	return tupleValue(w.results...), nil
}

// whiler is an element-wise loop on its way.
type whiler struct {
	condition, body *schedule
	running         []int    // the elements that are not done, in row-major order
	values          []*Value // of the graph's inputs, states first: one element for each of running
	results         []*Value // the states of all elements, as they were when last stored
}

func (c *call) newWhiler() (*whiler, *Error) {
	g := c.attr.(Body).Graph
	types := make([]Type, len(g.Inputs))
	for i, in := range g.Inputs {
		types[i] = Type{DType: in.Type().DType, Dims: []Dim{{}}}
	}
	g, err := g.specialize(types)
	if err != nil {
		return nil, err
	}
	w := &whiler{condition: newSchedule(NewGraph(g.Inputs, g.Outputs[0])), body: newSchedule(NewGraph(g.Inputs, g.Outputs[1:]...))}
	t := c.typ
	if t.IsTuple() {
		t = t.Elems[0]
	}
	shape, _ := t.Shape()
	for i := range product(shape) {
		w.running = append(w.running, i)
	}
	for i, a := range c.args[:len(g.Inputs)] {
		w.values = append(w.values, a.pick(a.whole().stretched(shape)).reshaped([]int{len(w.running)}))
		if i < len(g.Outputs)-1 {
			w.results = append(w.results, Zeros(a.dtype, shape...))
		}
	}
	return w, nil
}

// run evaluates a part of the graph for the running elements.
func (w *whiler) run(s *schedule) ([]*Value, *Error) {
	out, err := s.run(w.values)
	if err != nil {
		return nil, err
	}
	for i, v := range out {
		out[i] = v.pick(v.whole().stretched([]int{len(w.running)})) // constants are scalars
	}
	return out, nil
}

// step tests the condition and, where it holds, replaces the states.
func (w *whiler) step() *Error {
	holds, err := w.run(w.condition)
	if err != nil {
		return err
	}
	var kept []int
	for i, on := range Elements[bool](holds[0]) {
		if on {
			kept = append(kept, i)
		}
	}
	if len(kept) < len(w.running) {
		w.store()
		w.keep(kept)
	}
	states, err := w.run(w.body)
	copy(w.values, states)
	return err
}

// store notes the states of the running elements.
func (w *whiler) store() {
	for k, r := range w.results {
		r.put(w.running, w.values[k])
	}
}

// keep goes on with these of the running elements alone.
func (w *whiler) keep(kept []int) {
	running := slices.Clone(kept)
	for i, k := range kept {
		running[i] = w.running[k]
	}
	w.running = running
	for i, v := range w.values {
		w.values[i] = v.contiguous().pickAt([]int{len(kept)}, kept)
	}
}

package backend

import (
	"fmt"
	"sync/atomic"

	"arignote/backend/internal/par"
	"arignote/expr"
)

// This file runs a map whose body has an op that no rule of map.go takes to all
// elements at once: the body is planned as a program of its own, which workers
// run for one element after the other.

// elementwise returns the map m with its body written for one element whose dims
// are known, lowered; m itself if a size in the body depends on data.
func elementwise(m *expr.Node) *expr.Node {
	body := m.Attr().(expr.Body)
	g := (&mapping{at: m}).specialize(body, m.Args())
	if g == nil {
		return m
	}
	for i, out := range g.Outputs {
		g.Outputs[i] = castTo(m, out, body.Graph.Outputs[i].DType())
	}
	if x := expr.New(m, expr.OpMap, expr.Body{Graph: g, Sequences: body.Sequences}, m.Args()...); x.Err() == nil {
		return x
	}
	return m
}

// isElementwise reports whether all dims in the body of the map n are known.
func isElementwise(n *expr.Node) bool {
	for x := range n.Attr().(expr.Body).Graph.Nodes() {
		if !shapeKnown(x.Type()) {
			return false
		}
	}
	return true
}

// planElement plans the body of the map v for one worker.
func (p *Program) planElement(v *vertex) (err error) {
	g := v.node.Attr().(expr.Body).Graph
	c := p.config
	c.Threads, c.Profile, c.MemoryLimit = 1, false, 0
	var musts []*expr.Node
	if c.Strict {
		musts = partlyNeeded(g.Outputs, g.Outputs)
	}
	v.body, err = newPlan(newProgram(g, p.trace, c, p.level), g, musts, make([][]int, len(g.Inputs)), fast)
	return err
}

// An elements is the step of such a map.
type elements struct {
	splitter
	v         *vertex
	wanted    []*vertex // what it stores
	sequences int       // of the arguments: the others are the same for each element
	n         int
	each      []*element
	run       func(worker, lo, hi int)
	failed    atomic.Bool
}

// An element is what one worker has: a run of the body's plan, in which arguments
// and results have places of their own.
type element struct {
	*frame
	in, out []any
}

// newElements binds the step v.
func newElements(v *vertex, workers int) routine {
	m := &elements{v: v, wanted: v.stores(), sequences: v.node.Attr().(expr.Body).Sequences, n: v.args[0].shape[0]}
	m.run = m.several
	m.workers = min(workers, m.n)
	return m
}

func newElement(v *vertex) *element {
	e := &element{frame: v.body.frame()}
	for _, x := range v.body.inputs {
		e.in = append(e.in, memories[x.dtype].make(product(x.shape)))
		e.data[x.array.id] = e.in[len(e.in)-1]
	}
	for i, a := range v.body.results {
		e.out = append(e.out, memories[v.body.dtypes[i]].make(product(v.body.shapes[i])))
		e.data[a.id] = e.out[i]
	}
	return e
}

// compute is described by routine.
func (m *elements) compute(f *frame, o par.Options) (done bool, err error) {
	m.begin(f, o)
	m.failed.Store(false)
	for len(m.each) < m.workers { // for the first run in this frame
		m.each = append(m.each, newElement(m.v))
	}
	for _, e := range m.each {
		for i := m.sequences; i < len(m.v.args); i++ {
			m.copyArgument(e, i, 0)
		}
	}
	err = m.split(m.n, m.chunk(), m.run)
	if err == nil && o.Context != nil {
		err = o.Context.Err()
	}
	return !m.failed.Load(), err
}

// copyArgument gives a worker an argument of the body: element k of a sequence, or
// the only one of what is the same for each.
func (m *elements) copyArgument(e *element, i, k int) {
	x, at := m.v.body.inputs[i], m.v.args[i].located()
	n := product(x.shape)
	memories[x.dtype].move(e.in[i], 0, m.f.data[at.id], at.off+k*n, n)
}

// several does the elements lo up to hi.
func (m *elements) several(worker, lo, hi int) {
	e := m.each[worker]
	for k := lo; k < hi && !m.failed.Load(); k++ {
		for i := range m.sequences {
			m.copyArgument(e, i, k)
		}
		if err := e.frame.run(par.Options{Threads: 1, Context: m.options.Context}); err != nil {
			e.frame.failed.Store(nil)
			m.failed.Store(true)
			return
		}
		for _, r := range m.wanted {
			i := 0
			if r != m.v {
				i = r.node.Attr().(expr.Number).N
			}
			n := product(r.shape[1:])
			memories[r.dtype].move(m.f.data[r.array.id], r.array.off+k*n, e.out[i], 0, n)
		}
	}
}

// chunk returns how many elements are a part.
func (m *elements) chunk() int { return chunkOf(m.n, m.flops()) }

// count is described by routine.
func (m *elements) count() int64 { return int64(parts(m.n, m.chunk())) }

// beginning is the work of beginning a step of an element's plan, in additions:
// about 0.2 us.
const beginning = 300

// flops is described by routine.
func (m *elements) flops() float64 {
	work := 0.0
	for _, s := range m.v.body.steps {
		work += s.flops + beginning
	}
	return work * float64(m.n)
}

// scratch is described by routine: there is none.
func (m *elements) scratch() []room { return nil }

// bytes returns the memory that the workers have for their runs.
func (m *elements) bytes() int64 {
	n := m.v.body.PeakBytes()
	for _, x := range m.v.body.inputs {
		n += x.array.bytes()
	}
	return n * int64(m.workers)
}

// describe is described by routine.
func (m *elements) describe() string {
	text := fmt.Sprintf("%d times a plan of %d kernels", m.n, m.v.body.Kernels())
	for _, s := range m.v.body.steps {
		if s.why != "" {
			text += "; reference: " + s.why
		}
	}
	return text
}

// release is described by routine.
func (m *elements) release() {
	m.splitter.release()
	for _, e := range m.each {
		e.options = par.Options{}
	}
}

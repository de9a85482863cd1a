package backend

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"arignote/backend/internal/kernel"
	"arignote/backend/internal/par"
	"arignote/expr"
)

// maxPlans is the number of plans that a Program keeps: shapes come back.
const maxPlans = 64

// planCache holds the plans that were used last.
type planCache struct {
	sync.Mutex
	byKey     map[string]*Plan
	staged    *Plan // that of all arguments, if sizes depend on data whatever they are (that of a map does for no elements)
	clock     uint64
	key       []byte
	forgotten time.Duration // that steps of plans took which are no longer here
}

// run computes the outputs for bound arguments. The results share no memory
// with anything.
func (p *Program) run(ctx context.Context, values []*expr.Value) ([]*expr.Value, error) {
	q, err := p.plan(values)
	if err != nil {
		return nil, err
	}
	if q.stage != nil {
		out, err := q.stage.run(ctx, values)
		return out, p.staged(err, values)
	}
	if err := p.config.checkMemory(q); err != nil {
		return nil, err
	}
	f := q.frame()
	defer f.release()
	f.setArguments(values)
	f.progress, _ = ctx.Value(progressKey{}).(func(done, total int64))
	out := make([]*expr.Value, len(q.results))
	for i, a := range q.results {
		out[i] = expr.Zeros(q.dtypes[i], q.shapes[i]...)
		f.data[a.id] = out[i].Data()
	}
	if err := f.run(p.options(ctx)); err != nil {
		return nil, p.explain(values, err)
	}
	return out, nil
}

// options says how to run steps.
func (p *Program) options(ctx context.Context) par.Options {
	o := par.Options{Threads: par.Threads(p.config.Threads)}
	if ctx.Done() != nil {
		o.Context = ctx
	}
	return o
}

// setArguments binds the storages of arguments.
func (f *frame) setArguments(values []*expr.Value) {
	for i, v := range f.q.inputs {
		id := v.array.id
		f.data[id], f.values[id] = values[i].Data(), values[i]
	}
}

// explain turns the error of a kernel into that of the op: the reference finds
// the same index out of range and says it in the user's terms.
func (p *Program) explain(values []*expr.Value, err error) error {
	var wrong *kernel.IndexError
	if !errors.As(err, &wrong) {
		return err
	}
	if _, told := p.graph.Evaluate(values); told != nil {
		return told
	}
	return expr.Errorf(expr.ErrIndex, "", "index %d is out of range for an axis of length %d", wrong.Index, wrong.Len)
}

// plan returns the plan for bound arguments, from the cache if there is one.
func (p *Program) plan(values []*expr.Value) (*Plan, error) {
	q, unknown, err := p.planned(values)
	if unknown != nil {
		p.learn(unknown)
	}
	return q, err
}

// planned is plan without looking for a class; unknown is the description of
// arguments that have none yet.
func (p *Program) planned(values []*expr.Value) (q *Plan, unknown []int, err error) {
	c := &p.plans
	c.Lock()
	defer c.Unlock()
	if c.staged != nil {
		return c.staged, nil, nil
	}
	c.key = p.appendKey(c.key[:0], values)
	c.clock++
	if q := c.byKey[string(c.key)]; q != nil {
		q.used = c.clock
		return q, nil, nil
	}
	description, ok := p.describe(values)
	if ok {
		if q := p.classes.find(description); q != nil && p.config.checkMemory(q) == nil {
			c.put(q)
			return q, nil, nil
		}
	}
	if q, err = p.newPlan(values); err != nil {
		return nil, nil, err
	}
	if q.stage != nil {
		if every(q.stage.stops, func(n *expr.Node) bool { return n.Op() != expr.OpMap }) {
			c.staged = q
		}
	} else if ok {
		unknown = slices.Clone(description)
	}
	c.put(q)
	return q, unknown, nil
}

// staged returns the mistake of a run in segments: the segments, which were made
// for other arguments, find some mistakes that planning would have found.
func (p *Program) staged(err error, values []*expr.Value) error {
	if err == nil {
		return nil
	}
	if _, wrong := p.newPlan(values); wrong != nil {
		return wrong
	}
	return err
}

// put adds a plan for the key of the last call, in place of the one that was not
// used for the longest time.
func (c *planCache) put(q *Plan) {
	if c.byKey == nil {
		c.byKey = make(map[string]*Plan)
	}
	if len(c.byKey) >= maxPlans {
		oldest, used := "", uint64(math.MaxUint64)
		for key, q := range c.byKey {
			if q.used < used {
				oldest, used = key, q.used
			}
		}
		c.forget(oldest)
	}
	q.used = c.clock
	c.byKey[string(c.key)] = q
}

// forget drops a plan from the cache.
func (c *planCache) forget(key string) {
	c.forgotten += c.byKey[key].took()
	delete(c.byKey, key)
}

// appendKey appends what tells arguments apart that need different plans:
// shapes, strides where they are not row-major, and the values of scalars that
// shapes depend on.
func (p *Program) appendKey(b []byte, values []*expr.Value) []byte {
	for i, v := range values {
		for _, n := range v.Shape() {
			b = binary.AppendVarint(b, int64(n))
		}
		if !v.Contiguous() {
			b = append(b, 'S')
			for _, n := range v.Strides() {
				b = binary.AppendVarint(b, int64(n))
			}
		}
		if p.host[p.graph.Inputs[i]] {
			b = append(b, 'V')
			b = appendValue(b, v)
		}
		b = append(b, ';')
	}
	return b
}

// appendValue appends the value of a scalar.
func appendValue(b []byte, v *expr.Value) []byte {
	if v.DType().IsInteger() {
		return binary.AppendVarint(b, v.Int(0))
	}
	z := v.Complex(0)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(real(z)))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(imag(z)))
}

// newPlan plans for bound arguments.
func (p *Program) newPlan(values []*expr.Value) (*Plan, error) {
	types := make([]expr.Type, len(values))
	strides := make([][]int, len(values))
	for i, v := range values {
		types[i] = v.Type()
		if !v.Contiguous() {
			strides[i] = v.Strides()
		}
	}
	s, err := specialize(p.graph, p.host, types, values)
	if err != nil {
		return nil, p.asWritten(err, types, values)
	}
	if len(s.stop) > 0 {
		return newStage(p, s), nil
	}
	musts := p.musts(s)
	q, err := newPlan(p, s.graph, musts, strides, fast)
	for t := ordered; err == nil && p.config.checkMemory(q) != nil && t <= apart; t++ {
		var other *Plan
		if other, err = newPlan(p, s.graph, musts, strides, t); err == nil && other.PeakBytes() < q.PeakBytes() {
			q = other
		}
	}
	if err == nil {
		err = p.showPlan(q, s)
	}
	return q, err
}

// asWritten returns a mistake in the words of the graph that the user wrote,
// where that has one for these arguments: err speaks of the simplified graph.
func (p *Program) asWritten(err error, types []expr.Type, values []*expr.Value) error {
	if p.source == nil {
		return err
	}
	if _, told := specialize(p.source, hostNodes(p.source), types, values); told != nil {
		return told
	}
	return err
}

// Plan returns the plan for arguments of these shapes. Where sizes depend on
// data, the part that the sizes need is run.
func (p *Program) Plan(args ...any) (q *Plan, err error) {
	defer catch("plan", p.graph, &err)
	values, err := p.bind(args)
	if err != nil {
		return nil, err
	}
	if q, err = p.plan(values); err != nil {
		return nil, err
	}
	if q.class != nil { // the texts of its nodes are about other lengths
		return p.newPlan(values)
	}
	if q.stage == nil {
		return q, nil
	}
	shown, err := q.stage.plan(values)
	return shown, p.staged(err, values)
}

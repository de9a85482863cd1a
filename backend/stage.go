package backend

import (
	"context"
	"fmt"

	"arignote/expr"
)

// A stage is a plan in two segments: shapes in the second depend on what the
// first computes.
type stage struct {
	first  *Program     // computes what stops and rest need
	stops  []*expr.Node // whose result has a size that depends on data
	from   [][]int      // for each of stops, which values of first are its arguments
	rest   *Program     // its inputs: those of the program, the results of first, those of stops
	pieces []piece
	head   *Plan // for String: of first and rest
	tail   *Plan
}

// piece is an input of rest that is the result, or one of the results, of a stop.
type piece struct{ stop, item int }

// newStage cuts a program before the nodes whose sizes depend on data.
func newStage(p *Program, s *special) *Plan {
	c := &cut{p: p, s: s, position: make(map[*expr.Node]int)}
	st := &stage{stops: s.stop}
	for _, n := range s.stop {
		var from []int
		for _, a := range n.Args() {
			from = append(from, c.export(a))
		}
		st.from = append(st.from, from)
	}
	c.exportAll()
	inputs, by := c.standIns(st)
	st.first = newProgram(expr.NewGraph(p.graph.Inputs, c.boundary...), p.trace, p.config, p.level)
	st.rest = newProgram(expr.NewGraph(inputs, expr.Replace(by, p.graph.Outputs...)...), p.trace, p.config, p.level)
	st.first.page, st.rest.page = p.page, p.page
	return &Plan{program: p, stage: st}
}

// A cut is the program p on its way to be cut in two.
type cut struct {
	p        *Program
	s        *special
	boundary []*expr.Node // the results of the first segment
	position map[*expr.Node]int
}

// export makes n a result of the first segment, and returns which.
func (c *cut) export(n *expr.Node) int {
	i, ok := c.position[n]
	if !ok {
		i = len(c.boundary)
		c.position[n] = i
		c.boundary = append(c.boundary, n)
	}
	return i
}

// exportAll exports what the second segment needs of the first and what is a
// result of the whole; in strict mode also what can fail.
func (c *cut) exportAll() {
	g, first := c.p.graph, c.s.of
	computed := func(n *expr.Node) bool {
		return first[n] != nil && n.Op() != expr.OpInput && n.Op() != expr.OpConst && !n.Type().IsTuple()
	}
	for n := range g.Nodes() {
		if first[n] != nil {
			if c.p.config.Strict && n.Op().Fallible() && computed(n) {
				c.export(n)
			}
			continue
		}
		for _, a := range n.Args() {
			if computed(a) {
				c.export(a)
			}
		}
	}
	for _, out := range g.Outputs {
		if computed(out) {
			c.export(out)
		}
	}
}

// standIns returns the inputs of the second segment, and for nodes of the program
// which of them stand for them: for the results of the first and those of stops.
func (c *cut) standIns(st *stage) (inputs []*expr.Node, by map[*expr.Node]*expr.Node) {
	g := c.p.graph
	by = make(map[*expr.Node]*expr.Node)
	stops := make(map[*expr.Node]int)
	for i, n := range st.stops {
		stops[n] = i
	}
	inputs = append(inputs, g.Inputs...)
	stand := func(n *expr.Node) *expr.Node {
		dims := make([]any, n.Rank())
		for i := range dims {
			dims[i] = -1
		}
		in := expr.Input(fmt.Sprintf("segment_%d", len(inputs)), n.DType(), dims...)
		inputs = append(inputs, in)
		return in
	}
	for _, n := range c.boundary {
		in := stand(n)
		if n.Op() != expr.OpInput && n.Op() != expr.OpConst {
			by[n] = in
		}
	}
	for n := range g.Nodes() {
		if i, ok := stops[n]; ok && !n.Type().IsTuple() {
			by[n] = stand(n)
			st.pieces = append(st.pieces, piece{i, -1})
		}
		if n.Op() == expr.OpItem {
			if i, ok := stops[n.Arg(0)]; ok {
				by[n] = stand(n)
				st.pieces = append(st.pieces, piece{i, n.Attr().(expr.Number).N})
			}
		}
	}
	return inputs, by
}

// advance runs the first segment and returns the arguments of the second.
func (st *stage) advance(ctx context.Context, values []*expr.Value) ([]*expr.Value, error) {
	known, err := st.first.run(ctx, values)
	if err != nil {
		return nil, err
	}
	results := make([]*expr.Value, len(st.stops))
	for i, n := range st.stops {
		args := make([]*expr.Value, len(st.from[i]))
		for k, from := range st.from[i] {
			args[k] = known[from]
		}
		if results[i], err = n.Eval(args); err != nil {
			return nil, err
		}
	}
	all := append(append([]*expr.Value{}, values...), known...)
	for _, x := range st.pieces {
		v := results[x.stop]
		if x.item >= 0 {
			v = v.Item(x.item)
		}
		all = append(all, v)
	}
	return all, nil
}

// run runs both segments.
func (st *stage) run(ctx context.Context, values []*expr.Value) ([]*expr.Value, error) {
	all, err := st.advance(ctx, values)
	if err != nil {
		return nil, err
	}
	return st.rest.run(ctx, all)
}

// plan returns the plan with the plans of both segments, the first of which it
// runs.
func (st *stage) plan(values []*expr.Value) (*Plan, error) {
	head, err := st.first.plan(values)
	if err != nil {
		return nil, err
	}
	if head.stage != nil {
		if head, err = head.stage.plan(values); err != nil {
			return nil, err
		}
	}
	all, err := st.advance(context.Background(), values)
	if err != nil {
		return nil, err
	}
	tail, err := st.rest.plan(all)
	if err == nil && tail.stage != nil {
		tail, err = tail.stage.plan(all)
	}
	if err != nil {
		return nil, err
	}
	shown := *st
	shown.head, shown.tail = head, tail
	return &Plan{program: head.program, stage: &shown}, nil
}

func (st *stage) kernels() int {
	return st.head.Kernels() + len(st.stops) + st.tail.Kernels()
}

func (st *stage) bytes() int64 { return st.head.PeakBytes() + st.tail.PeakBytes() }

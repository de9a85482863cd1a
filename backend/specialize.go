package backend

import (
	"slices"

	"arignote/expr"
)

// This file makes of a graph the graph for concrete arguments: all dims known,
// integers on which shapes depend replaced by their values, ops without a loop
// of their own rewritten (lower.go), equal expressions merged.

// shapeArgs returns the number of the first argument of op whose value decides
// the shape of the result or what part of an argument it is, and the number
// after the last; none if from >= to.
func shapeArgs(n *expr.Node) (from, to int) {
	switch n.Op() {
	case expr.OpArange, expr.OpEye:
		return 0, len(n.Args())
	case expr.OpLinspace:
		return 2, 3
	case expr.OpReshape, expr.OpBroadcastTo, expr.OpSlice, expr.OpUniform:
		return 1, len(n.Args())
	case expr.OpSetSlice, expr.OpIncSlice:
		return 2, len(n.Args())
	case expr.OpWhile:
		return len(n.Args()) - 1, len(n.Args())
	}
	return 0, 0
}

// hostNodes returns the scalars that decide shapes and all scalars that they
// are computed from: their values are found while planning.
func hostNodes(g *expr.Graph) map[*expr.Node]bool {
	host := make(map[*expr.Node]bool)
	var visit func(n *expr.Node)
	visit = func(n *expr.Node) {
		if host[n] || n.Rank() > 1 || n.Rank() == 1 && n.Op() != expr.OpShape && n.Op() != expr.OpConst {
			return
		}
		host[n] = true
		if n.Op() == expr.OpShape || n.Op() == expr.OpSize {
			return
		}
		for _, a := range n.Args() {
			visit(a)
		}
	}
	for n := range g.Nodes() {
		from, to := shapeArgs(n)
		for i := from; i < to; i++ {
			visit(n.Arg(i))
		}
	}
	return host
}

// special is a graph for concrete arguments.
type special struct {
	graph *expr.Graph
	of    map[*expr.Node]*expr.Node   // the node that stands for each node of the general graph
	data  map[*expr.Node]*expr.Node   // for integers that of has as constants, because shapes depend on them: what kernels take instead
	items map[*expr.Node][]*expr.Node // the results of maps that have several
	stop  []*expr.Node                // nodes of the general graph whose shape depends on data, their arguments known
	last  map[*expr.Node]int          // the last of several assignments, and how many
	plain map[*expr.Node]*expr.Node   // assignments of the general graph for these arguments, not lowered
}

// specialize returns the graph for arguments of these types. Host says which
// scalars are wanted as numbers; values has those of the inputs among them.
func specialize(g *expr.Graph, host map[*expr.Node]bool, types []expr.Type, values []*expr.Value) (*special, error) {
	s := &special{of: make(map[*expr.Node]*expr.Node), data: make(map[*expr.Node]*expr.Node), items: make(map[*expr.Node][]*expr.Node), last: assignments(g)}
	if len(s.last) > 0 {
		s.plain = make(map[*expr.Node]*expr.Node)
	}
	inputs := make([]*expr.Node, len(g.Inputs))
	for i, in := range g.Inputs {
		dims := make([]any, types[i].Rank())
		for k, d := range types[i].Dims {
			dims[k], _ = d.Known()
		}
		inputs[i] = expr.Input(in.Name(), types[i].DType, dims...)
		s.of[in] = inputs[i]
		if host[in] && values[i] != nil {
			s.of[in], s.data[in] = expr.Strong(values[i].Clone()), inputs[i]
		}
	}
	blocked := make(map[*expr.Node]bool)
	for n := range g.Nodes() {
		if s.of[n] != nil {
			continue
		}
		args := make([]*expr.Node, len(n.Args()))
		ready := true
		from, to := shapeArgs(n)
		for i, a := range n.Args() {
			args[i] = s.of[a]
			if d := s.data[a]; d != nil && !host[n] && n.Op() != expr.OpMap && (i < from || i >= to) { // shapes in a body may depend on it
				args[i] = d
			}
			ready = ready && !blocked[a]
		}
		if !ready {
			blocked[n] = true
			continue
		}
		m, known, err := s.node(n, args, host[n])
		if err != nil {
			return nil, err
		}
		if !known {
			blocked[n] = true
			s.stop = append(s.stop, n)
			continue
		}
		s.of[n] = m
		if host[n] {
			s.compute(n)
		}
	}
	s.graph = expr.NewGraph(inputs)
	for _, out := range g.Outputs {
		m := s.of[out]
		if d := s.data[out]; d != nil {
			m = d
		}
		s.graph.Outputs = append(s.graph.Outputs, m)
	}
	return s, nil
}

// compute lets kernels compute n, on which shapes depend: a kernel that has it as
// a constant would be another one for each length.
func (s *special) compute(n *expr.Node) {
	args := make([]*expr.Node, len(n.Args()))
	varies := n.Op() == expr.OpSize
	for i, a := range n.Args() {
		args[i] = s.of[a]
		if d := s.data[a]; d != nil && n.Op() != expr.OpSize {
			args[i], varies = d, true
		}
	}
	if !varies || n.Op() != expr.OpSize && !n.Op().Elementwise() {
		return
	}
	if m := n.With(args...); m.Err() == nil && !empty(m) {
		s.data[n] = m
	}
}

// node returns n for these arguments, lowered; known is false if its shape
// depends on data.
func (s *special) node(n *expr.Node, args []*expr.Node, host bool) (m *expr.Node, known bool, err error) {
	m = n.With(args...)
	if err := m.Err(); err != nil {
		return nil, false, err
	}
	switch n.Op() {
	case expr.OpSize, expr.OpShape:
		if n.Op() == expr.OpSize && !host && !empty(m) {
			return m, true, nil // a number that a kernel has as a parameter
		}
		return expr.Strong(lengths(m)), true, nil
	case expr.OpMap:
		if items := lowerMap(m); len(items) == 1 {
			return items[0], true, nil
		} else if items != nil {
			s.items[m] = items
			return m, true, nil
		}
		m = elementwise(m)
	case expr.OpItem:
		if items := s.items[m.Arg(0)]; items != nil {
			return items[m.Attr().(expr.Number).N], true, nil
		}
	}
	m = computedIndex(m)
	from, to := shapeArgs(m)
	for i := from; i < to; i++ {
		if m.Arg(i).Value() == nil {
			return m, false, nil
		}
	}
	if !shapeKnown(m.Type()) {
		return m, false, nil
	}
	if host && len(m.Args()) > 0 {
		values := make([]*expr.Value, len(m.Args()))
		for i, a := range m.Args() {
			if values[i] = a.Value(); values[i] == nil {
				return m, true, nil
			}
		}
		m, err = fold(m, values)
		return m, err == nil, err
	}
	if joined := s.cells(n, m); joined != nil {
		return joined, true, nil
	}
	if f := lowerings[m.Op()]; f != nil {
		m = f(m)
	}
	return m, m.Err() == nil, m.Err()
}

// cells returns what several assignments leave, joined, if n is the last of them:
// it is m for these arguments.
func (s *special) cells(n, m *expr.Node) *expr.Node {
	if s.plain == nil || !assigns(m) {
		return nil
	}
	s.plain[n] = m
	count := s.last[n]
	if count == 0 {
		return nil
	}
	return cellsOf(m, count, func(i int) *expr.Node {
		x := n
		for range i {
			x = x.Arg(0)
		}
		return s.plain[x]
	})
}

// computedIndex makes takes of those integers in the index of a slice that are
// not known: they decide which elements are wanted, not how many.
func computedIndex(n *expr.Node) *expr.Node {
	if n.Op() != expr.OpSlice {
		return n
	}
	items := slices.Clone(n.Attr().(expr.Index).Items)
	var axes []int
	var index []*expr.Node
	axis := 0
	unknown := func(z expr.Size) bool { return z.Arg >= 0 && n.Arg(z.Arg).Value() == nil }
	for i := range items {
		it := &items[i]
		switch {
		case it.Kind == expr.IndexSlice && (unknown(it.Step) || it.HasStart && unknown(it.Start) || it.HasStop && unknown(it.Stop)):
			return n
		case it.Kind == expr.IndexInt && unknown(it.Start):
			axes, index = append(axes, axis), append(index, n.Arg(it.Start.Arg))
			*it = expr.IndexItem{Kind: expr.IndexSlice, Step: expr.Size{Arg: -1, N: 1}}
		}
		if it.Kind != expr.IndexInt {
			axis++
		}
	}
	if axes == nil {
		return n
	}
	// Arguments keep their numbers; those that are left over are not used.
	args := slices.Clone(n.Args())
	for i := 1; i < len(args); i++ {
		if args[i].Value() == nil {
			args[i] = expr.Const(0)
		}
	}
	x := expr.New(n, expr.OpSlice, expr.Index{Items: items}, args...)
	if x.Err() != nil {
		return n
	}
	return expr.New(n, expr.OpTake, expr.Gathered{Axes: axes}, append([]*expr.Node{x}, index...)...)
}

// lengths returns the value of shape and size.
func lengths(n *expr.Node) *expr.Value {
	shape, _ := n.Arg(0).Type().Shape()
	if n.Op() == expr.OpShape {
		all := make([]int64, len(shape))
		for i, l := range shape {
			all[i] = int64(l)
		}
		v, _ := expr.NewValue([]int{len(all)}, all)
		return v
	}
	if axis := n.Attr().(expr.Number).N; axis >= 0 {
		return expr.ScalarValue(int64(shape[axis]))
	}
	return expr.ScalarValue(int64(product(shape)))
}

// fold returns the constant that n is for the given arguments.
func fold(n *expr.Node, args []*expr.Value) (*expr.Node, error) {
	v, err := n.Eval(args)
	if err != nil {
		return nil, err
	}
	if !n.Type().Weak {
		return expr.Strong(v), nil
	}
	switch data := v.Data().(type) {
	case []int64:
		return expr.Const(int(data[0])), nil
	case []float64:
		return expr.Const(data[0]), nil
	case []complex128:
		return expr.Const(data[0]), nil
	case []bool:
		return expr.Const(data[0]), nil
	}
	return n, nil
}

// shapeKnown reports whether all dims of t, or of its parts, are known.
func shapeKnown(t expr.Type) bool {
	for _, e := range t.Elems {
		if !shapeKnown(e) {
			return false
		}
	}
	_, known := t.Shape()
	return known
}

// product returns the number of elements of an array of the given shape.
func product(shape []int) int {
	n := 1
	for _, l := range shape {
		n *= l
	}
	return n
}

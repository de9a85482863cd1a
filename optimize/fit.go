package optimize

import (
	"slices"

	"arignote/expr"
)

// fit returns m with the type of old: the same dtype and weakness, and a shape
// that is certainly the same. It converts and stretches where that is needed,
// and returns nil where it cannot promise the type: an unknown dim of a part
// that m lost might have stretched old.
func (r *run) fit(old, m *expr.Node) *expr.Node {
	if m == nil || m.Err() != nil || old.Type().IsTuple() || m.Type().IsTuple() {
		return nil
	}
	if r.opt.Strict && !r.keepsErrors(old, m) {
		return nil
	}
	if m = r.fitDType(old, m); m == nil {
		return nil
	}
	m = r.node(m)
	have, want := r.dims(m), r.dims(old)
	if slices.Equal(have, want) {
		return m
	}
	if !old.Op().Elementwise() && len(have) > 0 || len(have) > len(want) {
		return nil
	}
	for i, d := range have {
		if !r.within(d, want[len(want)-len(have)+i]) {
			return nil
		}
	}
	return r.stretch(old, m, want)
}

// fitDType gives m the dtype and the weakness of old.
func (r *run) fitDType(old, m *expr.Node) *expr.Node {
	t, u := old.Type(), m.Type()
	switch {
	case t.DType == u.DType && t.Weak == u.Weak:
		return m
	case t.Weak:
		return nil // literals alone: folding computes it
	}
	return r.cast(old, m, t.DType)
}

// cast converts m to d, a constant at once. The result is strong.
func (r *run) cast(at, m *expr.Node, d expr.DType) *expr.Node {
	if m.DType() == d && !m.Type().Weak {
		return m
	}
	n := expr.New(at, expr.OpCast, expr.Cast{DType: d}, m)
	if v := m.Value(); v != nil && n.Err() == nil {
		if c, err := n.Eval([]*expr.Value{v}); err == nil {
			return r.node(expr.Strong(c))
		}
	}
	if n.Err() != nil {
		return n
	}
	return r.node(n)
}

// stretch broadcasts m to the shape of old, by number where that is known,
// else by the shape of another node that is as long.
func (r *run) stretch(old, m *expr.Node, want []symbol) *expr.Node {
	if shape, known := old.Type().Shape(); known {
		return r.make(old, expr.OpBroadcastTo, expr.Dims{Sizes: sizesOf(shape)}, m)
	}
	if w := r.witness(old, want); w != nil {
		return r.make(old, expr.OpBroadcastLike, nil, m, w)
	}
	return nil
}

func sizesOf(shape []int) []expr.Size {
	sizes := make([]expr.Size, len(shape))
	for i, n := range shape {
		sizes[i] = expr.Size{Arg: -1, N: n}
	}
	return sizes
}

// witness returns a node with the given shape, which old has, that is cheaper
// than old and does not need it: an input, or one of the nodes old is built of,
// as near to the inputs as small steps lead; nil if there is none.
func (r *run) witness(old *expr.Node, want []symbol) *expr.Node {
	if n := r.named[namedShape{r.scope, shapeKey(want)}]; n != nil && n != old {
		return n
	}
	best := old
	var path []*expr.Node
	for {
		next, known := r.witnesses[best]
		if !known {
			next = r.nearWitness(best, want)
		}
		if next == nil || next == best {
			break
		}
		path = append(path, best)
		best = next
	}
	if r.witnesses == nil {
		r.witnesses = make(map[*expr.Node]*expr.Node)
	}
	for _, n := range path { // so that long chains are walked once
		r.witnesses[n] = best
	}
	if best == old {
		return nil
	}
	return best
}

// nearWitness returns the node with the given shape that is farthest among the
// nodes from which n is built in a few steps, nil if there is none.
func (r *run) nearWitness(n *expr.Node, want []symbol) *expr.Node {
	const limit = 64 // nodes looked at
	var best *expr.Node
	var queue [limit]*expr.Node
	end := copy(queue[:], n.Args())
	for i := 0; i < end; i++ {
		m := queue[i]
		if slices.Equal(r.dims(m), want) {
			best = m
		}
		end += copy(queue[end:], m.Args())
	}
	return best
}

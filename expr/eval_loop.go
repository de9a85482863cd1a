package expr

import (
	"fmt"
	"slices"
)

// Reference meaning of the ops with a body, of tuples and of the user's
// operations.

// evalMap: the body is evaluated for each index of the leading axis of the
// first arguments, and its results are stacked.
func evalMap(c *call) (*Value, *Error) {
	b := c.attr.(Body)
	length := c.args[0].shape[0]
	body, err := b.Graph.specialize(c.bodyTypes(b.Sequences))
	if err != nil {
		return nil, err
	}
	steps := newSchedule(body)
	results := make([][]*Value, length)
	for i := range results {
		results[i], err = steps.run(c.bodyInputs(b.Sequences, i))
		if err != nil {
			return nil, err
		}
	}
	stacks := make([]*Value, len(body.Outputs))
	for k, out := range body.Outputs {
		stacks[k], err = c.stack(out.Type(), results, k)
		if err != nil {
			return nil, err
		}
	}
	if len(stacks) == 1 {
		return stacks[0], nil
	}
	return tupleValue(stacks...), nil
}

// bodyTypes returns the types to which the body's inputs are bound.
func (c *call) bodyTypes(sequences int) []Type {
	types := make([]Type, len(c.args))
	for i, a := range c.args {
		types[i] = a.Type()
		if i < sequences {
			types[i].Dims = types[i].Dims[1:]
		}
	}
	return types
}

// bodyInputs returns the values of the body's inputs at index i.
func (c *call) bodyInputs(sequences, i int) []*Value {
	values := slices.Clone(c.args)
	for k, a := range c.args[:sequences] {
		strides := a.Strides()
		values[k] = a.pick(part{i * strides[0], a.shape[1:], strides[1:]})
	}
	return values
}

// stack joins the k-th results of all indices along a new leading axis. t is
// their type; where the loop is empty and a length depends on data, it is 0.
func (c *call) stack(t Type, results [][]*Value, k int) (*Value, *Error) {
	shape := make([]int, t.Rank())
	for i, d := range t.Dims {
		if n, ok := d.Known(); ok {
			shape[i] = n
		}
	}
	if len(results) > 0 {
		shape = results[0][k].shape
	}
	out := Zeros(t.DType, append([]int{len(results)}, shape...)...)
	size := product(shape)
	for i, r := range results {
		if !slices.Equal(r[k].shape, shape) {
			return nil, c.errorf(ErrShape, "result %d has shape %s at index 0 and %s at index %d: they cannot be stacked",
				k, shapeString(knownDims(shape)), shapeString(knownDims(r[k].shape)), i)
		}
		out.put(part{i * size, []int{size}, []int{1}}.offsets(), r[k])
	}
	return out, nil
}

// specialize returns g with inputs of the given types, which fit those of g,
// and with all that follows from them.
func (g *Graph) specialize(types []Type) (*Graph, *Error) {
	inputs := make([]*Node, len(g.Inputs))
	by := make(map[*Node]*Node, len(g.Inputs))
	for i, in := range g.Inputs {
		inputs[i] = &Node{op: OpInput, attr: in.attr, typ: &types[i], place: in.place}
		by[in] = inputs[i]
	}
	out := NewGraph(inputs, Replace(by, g.Outputs...)...)
	for _, n := range out.Outputs {
		if n.mistake() != nil {
			return nil, n.mistake()
		}
	}
	return out, nil
}

// evalItem: one of several results.
func evalItem(c *call) (*Value, *Error) { return c.args[0].Item(c.attr.(Number).N), nil }

// evalCustom: what the user's operation computes, if it keeps the promise of
// its type.
func evalCustom(c *call) (*Value, *Error) {
	op := c.attr.(User).Custom
	v, err := callCustom(op, c.args)
	if err != nil {
		return nil, asError(err, ErrDomain, op.Name())
	}
	if err := checkPromise(op.Name(), v, c.typ); err != nil {
		return nil, err
	}
	return v, nil
}

// callCustom runs the user's code; a panic becomes an error.
func callCustom(op Custom, args []*Value) (v *Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, Errorf(ErrInput, op.Name(), "panic: %v", r)
		}
	}()
	return op.Eval(args)
}

// checkPromise compares a custom result to its promised type.
func checkPromise(name string, v *Value, t Type) *Error {
	if v == nil {
		return Errorf(ErrInput, name, "Eval returned nil")
	}
	if len(v.elems) != len(t.Elems) {
		return Errorf(ErrInput, name, "Eval returned %d results where Type promised %d", max(len(v.elems), 1), max(len(t.Elems), 1))
	}
	for i, e := range t.Elems {
		if err := checkPromise(fmt.Sprintf("%s: result %d", name, i), v.elems[i], e); err != nil {
			return err
		}
	}
	if v.dtype != t.DType {
		return Errorf(ErrDType, name, "Eval returned %s where Type promised %s", v.dtype, t.DType)
	}
	if !fitsDims(v.shape, t.Dims) {
		return Errorf(ErrShape, name, "Eval returned shape %s where Type promised %s", shapeString(knownDims(v.shape)), shapeString(t.Dims))
	}
	return nil
}

package expr

import (
	"math"

	"arignote/expr/syntax"
)

// This file reads indices, x[1:, i], and literal arrays.

// indexing is what x[items] was made from.
type indexing struct {
	base  *Node
	items []any
}

// index reads x[items]. One item of several results is picked by its number.
func (r *reader) index(x *Node, e *syntax.Index) (*Node, *Error) {
	if x.Type().IsTuple() {
		return r.item(x, e)
	}
	items, err := r.items(e)
	if err != nil {
		return nil, err
	}
	n := x.Index(items...)
	if n.mistake() != nil {
		moved := *n.mistake()
		moved.Pos = Pos{Line: e.Pos.Line, Col: e.Pos.Col}
		return nil, &moved
	}
	r.adopt(n, placeAt(e.Pos))
	if n.op == OpTake && n.Args()[0] != x { // a basic part and index arrays
		if r.indexed == nil {
			r.indexed = map[*Node]indexing{}
		}
		r.indexed[n] = indexing{x, items}
	}
	return checked(n)
}

// item picks one of several results.
func (r *reader) item(x *Node, e *syntax.Index) (*Node, *Error) {
	if len(e.Items) == 1 {
		if n, err := r.expr(e.Items[0]); err == nil {
			if v := n.Value(); v != nil && v.Rank() == 0 && v.dtype.IsInteger() {
				k := v.Int(0)
				if k < 0 {
					k += int64(len(x.Type().Elems))
				}
				return r.node(e.Pos, OpItem, Number{int(k)}, x)
			}
		}
	}
	return nil, errorAt(e.Pos, ErrIndex, "item", "one of the results %v is picked by an integer literal", x.Type())
}

// items reads the items of an index as [Node.Index] takes them.
func (r *reader) items(e *syntax.Index) ([]any, *Error) {
	elems := e.Items
	if tuple, ok := elems[0].(*syntax.Tuple); ok && len(elems) == 1 {
		elems = tuple.Elems
	}
	if len(elems) > maxRank {
		return nil, errorAt(e.Pos, ErrIndex, "", "%d indices, more than the limit of %d axes", len(elems), maxRank)
	}
	items := make([]any, len(elems))
	for i, e := range elems {
		it, err := r.indexItem(e)
		if err != nil {
			return nil, err
		}
		items[i] = it
	}
	return items, nil
}

func (r *reader) indexItem(e syntax.Expr) (any, *Error) {
	switch e := e.(type) {
	case *syntax.None:
		return NewAxis, nil
	case *syntax.Ellipsis:
		return Ellipsis, nil
	case *syntax.List:
		return r.indexList(e)
	case *syntax.Slice:
		var out Range
		for _, bound := range []struct {
			e  syntax.Expr
			to *any
		}{{e.Lo, &out.Start}, {e.Hi, &out.Stop}, {e.Step, &out.Step}} {
			if err := r.bound(bound.e, bound.to); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return r.expr(e)
}

// bound reads one bound of a slice, which may be absent or None.
func (r *reader) bound(e syntax.Expr, to *any) *Error {
	if _, none := e.(*syntax.None); e == nil || none {
		return nil
	}
	n, err := r.expr(e)
	if err != nil {
		return err
	}
	if n.Rank() != 0 || !n.DType().IsInteger() {
		return errorAt(e.Position(), ErrDType, "slice", "a bound must be an integer scalar, not %s", n.Type())
	}
	*to = n
	return nil
}

// indexList reads a list as an index: integers or bools.
func (r *reader) indexList(e *syntax.List) (*Node, *Error) {
	v, err := r.arrayLiteral(e, NoDType)
	if err != nil {
		return nil, err
	}
	if v.Len() == 0 {
		v = Zeros(Int64, v.shape...)
	}
	return constantAt(placeAt(e.Pos), v, false), nil
}

// arrayReader collects the elements of nested lists.
type arrayReader struct {
	r     *reader
	shape []int
	elems []numberText
	dtype DType // the widest of the elements
}

// arrayLiteral reads nested lists of numbers, or one number, with the given
// dtype or the one that the numbers have.
func (r *reader) arrayLiteral(e syntax.Expr, d DType) (*Value, *Error) {
	a := &arrayReader{r: r}
	for x := e; ; {
		elems, ok := elemsOf(x)
		if !ok {
			break
		}
		if a.shape = append(a.shape, len(elems)); len(a.shape) > maxRank {
			return nil, errorAt(e.Position(), ErrShape, "array", "more than %d axes", maxRank)
		}
		if len(elems) == 0 {
			break
		}
		x = elems[0]
	}
	if err := a.read(e, 0); err != nil {
		return nil, err
	}
	return a.value(e, d)
}

// read reads e at the given depth of nesting.
func (a *arrayReader) read(e syntax.Expr, depth int) *Error {
	elems, ok := elemsOf(e)
	switch {
	case !ok && depth == len(a.shape):
		return a.number(e)
	case !ok || depth == len(a.shape) || len(elems) != a.shape[depth]:
		return errorAt(e.Position(), ErrShape, "array", "a ragged list: lists side by side must have the same length")
	}
	for _, x := range elems {
		if err := a.read(x, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// number reads one element.
func (a *arrayReader) number(e syntax.Expr) *Error {
	x, err := a.numeral(e)
	if err != nil {
		return err
	}
	a.elems = append(a.elems, x)
	a.dtype = max(a.dtype, x.dtype)
	return nil
}

// numeral reads a number, True, complex(1.0, inf) or float('inf').
func (a *arrayReader) numeral(e syntax.Expr) (numberText, *Error) {
	if b, ok := e.(*syntax.Bool); ok {
		if b.Value {
			return numberText{dtype: Bool, u: 1, c: 1}, nil
		}
		return numberText{dtype: Bool}, nil
	}
	if a.r.isLiteral(e) {
		return numeral(e)
	}
	call, ok := e.(*syntax.Call)
	switch {
	case ok && call.Fun == "complex" && len(call.Args) == 2 && len(call.Keywords) == 0:
		re, err := a.numeral(call.Args[0])
		if err != nil {
			return re, err
		}
		im, err := a.numeral(call.Args[1])
		return numberText{dtype: Complex128, c: complex(re.float(), im.float())}, err
	case ok && call.Fun == "float" && len(call.Args) == 1 && len(call.Keywords) == 0:
		c, err := floatText(call.Args[0])
		return numberText{dtype: Float64, c: c}, err
	}
	return numberText{}, errorAt(e.Position(), ErrSyntax, "array", "numbers are wanted: stack((x, y)) joins arrays")
}

// floatText reads the argument of float('inf').
func floatText(e syntax.Expr) (complex128, *Error) {
	if s, ok := e.(*syntax.String); ok {
		switch s.Value {
		case "inf", "+inf":
			return complex(math.Inf(1), 0), nil
		case "-inf":
			return complex(math.Inf(-1), 0), nil
		case "nan":
			return complex(math.NaN(), 0), nil
		}
	}
	return 0, errorAt(e.Position(), ErrInput, "float", "'inf', '-inf' or 'nan' is wanted")
}

// value makes the array of what was read.
func (a *arrayReader) value(e syntax.Expr, d DType) (*Value, *Error) {
	natural := a.dtype
	if natural == NoDType {
		natural = Float64
	}
	if d == NoDType {
		d = natural
	}
	n := len(a.elems)
	switch {
	case d.IsInteger() && natural == Int64:
		return a.integers(e, d)
	case natural == Bool:
		out := make([]bool, n)
		for i, x := range a.elems {
			out[i] = x.u != 0
		}
		return convert(makeValue(a.shape, out), d), nil
	case natural == Complex128:
		out := make([]complex128, n)
		for i, x := range a.elems {
			out[i] = x.c
			if x.dtype == Int64 {
				out[i] = complex(x.float(), 0)
			}
		}
		return convert(makeValue(a.shape, out), d), nil
	}
	out := make([]float64, n)
	for i, x := range a.elems {
		out[i] = x.float()
	}
	return convert(makeValue(a.shape, out), d), nil
}

// integers makes an integer array, whose dtype must hold all elements.
func (a *arrayReader) integers(e syntax.Expr, d DType) (*Value, *Error) {
	signed, unsigned := make([]int64, len(a.elems)), make([]uint64, len(a.elems))
	for i, x := range a.elems {
		if x.dtype == Bool {
			x = numberText{dtype: Int64, u: x.u}
		}
		switch {
		case d == Uint64 && !(x.negative && x.u != 0):
		case d == Uint64 || !x.fitsInt64() || !integerFits(x.int64(), d):
			return nil, errorAt(e.Position(), ErrDomain, "array", "%s does not fit %s", x, d)
		}
		signed[i], unsigned[i] = x.int64(), x.u
	}
	if d == Uint64 {
		return makeValue(a.shape, unsigned), nil
	}
	return convert(makeValue(a.shape, signed), d), nil
}

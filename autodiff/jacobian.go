package autodiff

import (
	"slices"
	"strconv"

	"arignote/expr"
)

// JVP returns the product of the Jacobian of y with respect to x and v, which
// has the shape of x: how much y changes when x moves by v, to first order. The
// result has the shape and the dtype of y. Mistakes are as with [VJP].
func JVP(y, x, v *expr.Node) *expr.Node {
	if wrong := checkNode("jvp", "y", y); wrong != nil {
		return wrong
	}
	if wrong := checkPair("jvp", x, "x", v, "v"); wrong != nil {
		return wrong
	}
	product, u := forward(y, x, on(x, v).cast(x.DType()).v)
	switch {
	case product == nil:
		return y.ZerosLike()
	case product.Err() != nil:
		return product
	}
	return without(u, y, product)
}

// forward returns the product of the Jacobian of y with respect to x and v, nil
// if it is zero: the derivative of the product with the transposed Jacobian
// with respect to what it is multiplied by, which is u.
func forward(y, x, v *expr.Node) (product, u *expr.Node) {
	u = expr.InputOf("u", y.Type())
	back := reverse([]seed{{y, part{g: u.BroadcastLike(y)}}}, []*expr.Node{x})[0] // it has that shape, and now says so
	if back == nil || back.Err() != nil {
		return back, u
	}
	product = reverse([]seed{{back, part{g: v}}}, []*expr.Node{u})[0]
	if product != nil && product.Op() == expr.OpSumLike && product.Arg(1) == u {
		t := record([]*expr.Node{product, y}, nil)
		defer t.position.Release()
		if t.sameShape(product.Arg(0), y) {
			product = product.Arg(0)
		}
	}
	return product, u
}

// without returns n, a derivative with respect to u of something linear in u,
// without u: what is left of u is its shape, that of y. Should the user's own
// gradients be nonlinear in u, this is their derivative at 0.
func without(u, y, n *expr.Node) *expr.Node {
	zeros := y.ZerosLike()
	g := expr.NewGraph(nil, n).Rebuild(func(n *expr.Node, args []*expr.Node) *expr.Node {
		if n == u {
			return zeros
		}
		for i, a := range n.Args() {
			if a == u && n.Op().ShapeOnly(i) {
				args[i] = y
			}
		}
		return n.With(args...)
	})
	return g.Outputs[0]
}

// Jacobian returns the derivatives of all elements of y with respect to all
// elements of x, in the shape y.shape + x.shape. The shapes need not be known.
// y and x are real; mistakes are as with [Grad].
func Jacobian(y, x *expr.Node) *expr.Node { return jacobian("jacobian", y, x) }

// Hessian returns the second derivatives of the scalar s with respect to the
// elements of x, in the shape x.shape + x.shape. x is real; mistakes are as
// with [Grad].
func Hessian(s, x *expr.Node) *expr.Node {
	if wrong := checkCost("hessian", s); wrong != nil {
		return wrong
	}
	if wrong := checkReal("hessian", x); wrong != nil {
		return wrong
	}
	return jacobian("hessian", Grad(s, x), x)
}

func checkReal(op string, x *expr.Node) *expr.Node {
	if wrong := checkInput(op, x); wrong != nil {
		return wrong
	}
	if x.DType().IsComplex() {
		return wrong(expr.ErrDType, op, "%v has no matrix of derivatives: take its real and imaginary parts, or use vjp", x.Type())
	}
	return nil
}

// jacobian is a map over the rows of a unit matrix, each in the shape of y, of
// their VJP.
func jacobian(op string, y, x *expr.Node) *expr.Node {
	for _, n := range []*expr.Node{y, x} {
		if wrong := checkReal(op, n); wrong != nil {
			return wrong
		}
	}
	shape := slices.Concat(sizes(y), sizes(x))
	if y.Rank() == 0 {
		return differentiate(op, y, y.OnesLike(), []*expr.Node{x})[0]
	}
	row := expr.InputOf("p0", expr.Type{DType: y.DType(), Dims: y.Type().Dims})
	product := reverse([]seed{{y, part{g: row}}}, []*expr.Node{x})[0]
	switch {
	case product == nil:
		return expr.ZerosOf(x.DType(), shape...)
	case product.Err() != nil:
		return product
	}
	body, captured := closure(row, product)
	rows := expr.Eye(y.DType(), y.Size(), y.Size(), 0)
	if y.Rank() != 1 {
		rows = rows.Reshape(append([]any{y.Size()}, sizes(y)...)...)
	}
	j := expr.MapGraph(body, 1, append([]*expr.Node{rows}, captured...)...)
	if y.Rank() != 1 {
		j = j.Reshape(shape...)
	}
	return j
}

// closure returns the graph of n as a function of the input p, and what else it
// needs: the nodes that p does not enter into, but whose values are used
// together with it. They become further inputs.
func closure(p, n *expr.Node) (body *expr.Graph, captured []*expr.Node) {
	now := map[*expr.Node]*expr.Node{p: p} // the nodes of the body
	params := []*expr.Node{p}
	capture := func(a *expr.Node) *expr.Node {
		switch {
		case now[a] != nil:
			return now[a]
		case a.Op() == expr.OpConst || a.Type().Weak: // made of literals; an input would not be weak
			return a
		}
		name := "p" + strconv.Itoa(len(params))
		now[a] = expr.InputOf(name, expr.Type{DType: a.DType(), Dims: a.Type().Dims})
		params, captured = append(params, now[a]), append(captured, a)
		return now[a]
	}
	depends := map[*expr.Node]bool{p: true}
	for m := range expr.Nodes(n) {
		for _, a := range m.Args() {
			depends[m] = depends[m] || depends[a]
		}
		if m == p || !depends[m] {
			continue
		}
		args := make([]*expr.Node, len(m.Args()))
		for i, a := range m.Args() {
			if a.Op() == expr.OpSize && now[a] == nil { // its type says more when it is inside
				now[a] = a.With(capture(a.Arg(0)))
			}
			args[i] = capture(a)
		}
		now[m] = m.With(args...)
	}
	return expr.NewGraph(params, capture(n)), captured
}

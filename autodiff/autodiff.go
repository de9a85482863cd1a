// Package autodiff differentiates expressions: from nodes it makes the nodes of
// their derivatives, which are expressions like any other and can be
// differentiated again, to any order. It neither simplifies nor computes
// anything. Read this file first, then reverse.go (the loop) and rules.go (the
// table with a row for each op).
//
// # How
//
// Everything is reverse mode. The graph between the cost and the nodes asked
// for is walked once, users before arguments; what reaches a node from all of
// its users is added up and handed on to its arguments by the rule of its op.
//
// [JVP], forward mode, is the reverse of the reverse: the product of the
// transposed Jacobian with a vector u is linear in u, so that its own
// derivative with respect to u is the Jacobian, whatever u is. It needs no
// second table of rules and costs nothing at run time: what the first pass
// makes falls away, save for what the second one uses. [Jacobian] and
// [Hessian] are a map of VJP over the rows of a unit matrix.
//
// # Where there is no derivative
//
// Ops whose values are integers or bool, and those that are constant piece by
// piece (floor, sign), have the gradient zero, and so has a node on which the
// cost does not depend. At kinks: abs has 0 at 0, relu 1 at 0, clip 1 at its
// bounds; maximum and minimum of equals give all to the first argument, max and
// min the full gradient to each of several equal elements. x**0 has 0
// everywhere, x**y has 0 with respect to y where x is 0, and sqrt has +Inf at 0.
// Vectors of equal singular values or eigenvalues have no finite gradient. That
// of det goes through the inverse, so that a singular matrix is an error.
//
// # Where
//
// The gradient of where(c, x, y) with respect to x is zero where y was taken.
// But zero times the derivative of what leads to x is NaN where that is
// infinite: where(x > 0, x*log(x), 0) at 0, or where(x > 0, sqrt(x), 0). So
// nothing is multiplied by these zeros. A gradient has a mask of the elements
// that count, which where gives it, and travels on through element-wise ops as
// if all counted; the zeros are put in when it comes to another kind of op, is
// summed, or has arrived. Behind other ops the mask becomes that of the elements
// which had a part in one that counts, see mask.go. Indexing by a condition,
// x[x > 0], makes masks as where does; other indexing makes none.
//
// Masks depend on conditions only, never on whether a gradient happens to be
// zero: where(g == 0, 0, g*d) at each product would be simpler and wrong, for it
// has the derivative zero with respect to g there, which second derivatives and
// JVP need. Graphs that do not choose have no masks and pay nothing. What may
// still be NaN: in a product of matrices that mixes, in one row or column,
// elements that count with others that do not, infinite factors of the latter.
//
// # Loops
//
// The gradient of a map is a map. That of while_loop is another while_loop,
// which carries the derivatives of the states along with the states: forward
// mode inside, exact, one loop for all arguments and in constant memory, but
// with as many more states as there are pairs of a state and an argument. How
// many steps an element takes counts as constant, so that the derivative where
// that number jumps is the one of its own side.
//
// # Complex numbers
//
// The cost is real. Its gradient with respect to a complex z = x + iy is
// dcost/dx + i dcost/dy, the direction of steepest ascent, as in PyTorch and
// Aesara (JAX has the conjugate). Where z has gone through a function with
// derivative f'(z), the gradient is multiplied by the conjugate of f'(z). A
// real argument of a complex function gets the real part.
//
// # Dtypes and places
//
// A gradient has the dtype and the shape of what it is a gradient of. The nodes
// of a rule have the place of the node that is differentiated, so that errors
// name the line of the user that the operation comes from.
package autodiff

import (
	"slices"

	"arignote/expr"
)

// Grad returns the gradient of the scalar s with respect to x, which may be an
// input or any other node; in the latter case x counts as independent of what
// it has been computed from. The result has the shape and the dtype of x, and is
// zero where s does not depend on x.
//
// It is an error (carried by the result, see [expr.Node.Err]) if s is not a
// scalar (ErrShape) or no real float (ErrDType), or if x is no float or complex
// number (ErrDType).
func Grad(s, x *expr.Node) *expr.Node { return Grads(s, x)[0] }

// Grads returns the gradients of the scalar s with respect to several nodes, as
// [Grad] does, in one pass.
func Grads(s *expr.Node, wrt ...*expr.Node) []*expr.Node {
	if wrong := checkCost("grad", s); wrong != nil {
		return slices.Repeat([]*expr.Node{wrong}, len(wrt))
	}
	return differentiate("grad", s, s.OnesLike(), wrt)
}

// VJP returns the product of v, which has the shape of y, and the Jacobian of y
// with respect to x: the sum over all elements of v*dy/dx, in the shape of x.
// v is converted to the dtype of y. Mistakes are as with [Grad], but y may have
// any shape and may be complex; v of another shape is ErrShape.
func VJP(y, x, v *expr.Node) *expr.Node {
	if wrong := checkPair("vjp", y, "y", v, "v"); wrong != nil {
		return wrong
	}
	return differentiate("vjp", y, on(y, v).cast(y.DType()).v, []*expr.Node{x})[0]
}

// differentiate checks the nodes wrt and returns the gradients with respect to them
// of a cost whose gradient with respect to y is v.
func differentiate(op string, y, v *expr.Node, wrt []*expr.Node) []*expr.Node {
	out := make([]*expr.Node, len(wrt))
	var right []*expr.Node
	for i, x := range wrt {
		if out[i] = checkInput(op, x); out[i] == nil {
			right = append(right, x)
		}
	}
	found := reverse([]seed{{y, part{g: v}}}, right)
	for i, x := range wrt {
		if out[i] != nil {
			continue
		}
		if out[i], found = found[0], found[1:]; out[i] == nil {
			out[i] = x.ZerosLike()
		}
	}
	return out
}

// wrong returns a node that carries a mistake of the function op.
func wrong(kind error, op, format string, args ...any) *expr.Node {
	return expr.Wrong(expr.Errorf(kind, op, format, args...))
}

// checkNode returns nil if x is a float or complex array, or a node that says
// what is wrong with it.
func checkNode(op, name string, x *expr.Node) *expr.Node {
	switch {
	case x == nil:
		return wrong(expr.ErrInput, op, "%s is nil", name)
	case x.Err() != nil:
		return x
	case x.Type().IsTuple():
		return wrong(expr.ErrDType, op, "%s has several results %v: pick one by its index", name, x.Type())
	case !x.DType().Inexact():
		return wrong(expr.ErrDType, op, "%s is %v: only floats and complex numbers have derivatives, convert it with astype", name, x.Type())
	}
	return nil
}

// checkInput checks what is differentiated with respect to.
func checkInput(op string, x *expr.Node) *expr.Node {
	name := "what the derivative is asked for"
	if x.Name() != "" {
		name = x.Name()
	}
	return checkNode(op, name, x)
}

// checkCost checks what is differentiated as a cost.
func checkCost(op string, s *expr.Node) *expr.Node {
	if wrong := checkNode(op, "the cost", s); wrong != nil {
		return wrong
	}
	switch {
	case s.Rank() > 0:
		return wrong(expr.ErrShape, op, "the cost is %v, not a scalar: sum it first", s.Type())
	case s.DType().IsComplex():
		return wrong(expr.ErrDType, op, "the cost is %v: take its real part or its absolute value", s.DType())
	}
	return nil
}

// checkPair checks y, and v that should have the shape of y.
func checkPair(op string, y *expr.Node, yName string, v *expr.Node, vName string) *expr.Node {
	if wrong := checkNode(op, yName, y); wrong != nil {
		return wrong
	}
	if wrong := checkNode(op, vName, v); wrong != nil {
		return wrong
	}
	if !mayHaveShape(v, y) {
		return wrong(expr.ErrShape, op, "%s is %v, which is not the shape of %s: %v", vName, v.Type(), yName, y.Type())
	}
	return nil
}

// mayHaveShape reports whether u and x can have the same shape.
func mayHaveShape(u, x *expr.Node) bool {
	return slices.EqualFunc(u.Type().Dims, x.Type().Dims, func(d, e expr.Dim) bool {
		m, mOK := d.Known()
		n, nOK := e.Known()
		return m == n || !mOK || !nOK
	})
}

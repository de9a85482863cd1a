package expr

import "errors"

// Custom is an operation of the user's own. Its methods may be called from
// several goroutines at once.
type Custom interface {
	// Name is the operation's name in printed text and in messages. Two
	// customs with one name are taken for the same operation.
	Name() string
	// Type returns the type of the result for arguments of these types. It
	// is asked when the expression is built and again, with all dims known,
	// when it is run.
	Type(args []Type) (Type, error)
	// Eval computes the result. It must not change or keep the arguments.
	Eval(args []*Value) (*Value, error)
	// Gradient returns, for each argument, the gradient of a scalar with
	// respect to it, given the result's node and the gradient with respect
	// to the result; nil where there is none.
	Gradient(result, gradient *Node) []*Node
}

// Apply returns the node that applies the user's operation to operands.
func Apply(c Custom, args ...any) *Node {
	if c == nil {
		return wrong(Errorf(ErrInput, OpCustom.String(), "nil operation"))
	}
	nodes := make([]*Node, len(args))
	for i, a := range args {
		nodes[i] = operand(a)
	}
	return apply(OpCustom, User{c}, nodes...)
}

// asError returns err as an *Error, made one of the given kind if it is not.
func asError(err error, kind error, op string) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	for _, k := range []error{ErrShape, ErrAxis, ErrIndex, ErrEmpty, ErrSingular, ErrDomain, ErrDType, ErrSyntax, ErrInput} {
		if errors.Is(err, k) {
			kind = k
		}
	}
	return Errorf(kind, op, "%v", err)
}

package expr

// Constructors that make arrays from scalars, and diagonals. Created arrays
// have a dtype of their own (they are strong), also where all arguments are
// literals.

// Arange returns start, start+step, ... up to but without stop; of integers
// int64, else float64.
func Arange(start, stop, step any) *Node {
	args := operands([]any{start, stop, step})
	d := Int64
	for _, a := range args {
		switch {
		case a.DType().IsFloat():
			d = Promote(Float32, a.DType())
			if a.Type().Weak {
				d = Float64
			}
		case a.DType() == Uint64 && d == Int64:
			d = Uint64
		}
	}
	return apply(OpArange, Filled{d}, args...)
}

// Linspace returns n evenly spaced float64 numbers from first to last.
func Linspace(first, last, n any) *Node {
	return apply(OpLinspace, Filled{Float64}, operands([]any{first, last, n})...)
}

// Full returns an array of the given shape filled with v, a scalar.
func Full(v any, dims ...any) *Node { return strong(operand(v)).BroadcastTo(dims...) }

// FullLike returns an array with the shape and the dtype of x filled with v.
func (x *Node) FullLike(v any) *Node {
	if x.Err() != nil {
		return x
	}
	f := operand(v)
	if f.Value() != nil && f.Rank() == 0 && x.DType() != NoDType {
		f = constant(f.Value().convert(x.DType()), false)
	} else {
		f = f.AsType(x.DType())
	}
	return f.BroadcastLike(x)
}

// strong returns x with a dtype of its own: the same elements, not weak.
func strong(x *Node) *Node {
	switch {
	case !x.Type().Weak:
		return x
	case x.op == OpConst:
		return constant(x.Value(), false)
	}
	return x.AsType(x.DType())
}

// ZerosOf returns the array of zeros of the given dtype and shape.
func ZerosOf(d DType, dims ...any) *Node { return filledOf("zeros", 0, d, dims) }

// OnesOf returns the array of ones of the given dtype and shape.
func OnesOf(d DType, dims ...any) *Node { return filledOf("ones", 1, d, dims) }

// filledOf returns the array of the given dtype and shape that is filled with x.
func filledOf(name string, x float64, d DType, dims []any) *Node {
	if d == NoDType || d >= numDTypes {
		return wrong(Errorf(ErrDType, name, "%v is no dtype", d))
	}
	return constant(ScalarValue(x).convert(d), false).BroadcastTo(dims...)
}

// ZerosLike returns zeros with the shape and dtype of x.
func (x *Node) ZerosLike() *Node { return x.FullLike(0.0) }

// OnesLike returns ones with the shape and dtype of x.
func (x *Node) OnesLike() *Node { return x.FullLike(1.0) }

// Eye returns the n by m matrix with ones on diagonal k and zeros elsewhere.
func Eye(d DType, n, m any, k int) *Node {
	return apply(OpEye, Diagonal{K: k, DType: d}, operand(n), operand(m))
}

// Diag returns the k-th diagonal of a matrix, or the matrix with a vector as
// its k-th diagonal.
func (x *Node) Diag(k int) *Node { return apply(OpDiag, Diagonal{K: k}, x) }

// Tril returns x with zeros above diagonal k.
func (x *Node) Tril(k int) *Node { return apply(OpTril, Diagonal{K: k}, x) }

// Triu returns x with zeros below diagonal k.
func (x *Node) Triu(k int) *Node { return apply(OpTriu, Diagonal{K: k}, x) }

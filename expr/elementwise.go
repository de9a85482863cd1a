package expr

// Element-wise constructors. Operands broadcast as in NumPy, dtypes are joined
// by Promote, and an operand may be a *Node or anything that Const takes.

// Neg returns -x.
func (x *Node) Neg() *Node { return apply(OpNeg, nil, x) }

// Abs returns the absolute value; of complex numbers the modulus, which is real.
func (x *Node) Abs() *Node { return apply(OpAbs, nil, x) }

// Sign returns -1, 0 or 1; NaN for NaN; z/|z| for complex numbers.
func (x *Node) Sign() *Node { return apply(OpSign, nil, x) }

// Square returns x*x.
func (x *Node) Square() *Node { return apply(OpSquare, nil, x) }

// Reciprocal returns 1/x, a float.
func (x *Node) Reciprocal() *Node { return apply(OpReciprocal, nil, x) }

// Sqrt returns the square root; NaN for negative numbers.
func (x *Node) Sqrt() *Node { return apply(OpSqrt, nil, x) }

// Cbrt returns the cube root.
func (x *Node) Cbrt() *Node { return apply(OpCbrt, nil, x) }

// Floor rounds down.
func (x *Node) Floor() *Node { return apply(OpFloor, nil, x) }

// Ceil rounds up.
func (x *Node) Ceil() *Node { return apply(OpCeil, nil, x) }

// Trunc rounds towards zero.
func (x *Node) Trunc() *Node { return apply(OpTrunc, nil, x) }

// Round rounds to the nearest integer, halves to the even one.
func (x *Node) Round() *Node { return apply(OpRound, nil, x) }

// Exp returns e to the power x.
func (x *Node) Exp() *Node { return apply(OpExp, nil, x) }

// Exp2 returns 2 to the power x.
func (x *Node) Exp2() *Node { return apply(OpExp2, nil, x) }

// Expm1 returns exp(x)-1, accurate near 0.
func (x *Node) Expm1() *Node { return apply(OpExpm1, nil, x) }

// Log returns the natural logarithm.
func (x *Node) Log() *Node { return apply(OpLog, nil, x) }

// Log2 returns the binary logarithm.
func (x *Node) Log2() *Node { return apply(OpLog2, nil, x) }

// Log10 returns the decimal logarithm.
func (x *Node) Log10() *Node { return apply(OpLog10, nil, x) }

// Log1p returns log(1+x), accurate near 0.
func (x *Node) Log1p() *Node { return apply(OpLog1p, nil, x) }

// Log1mExp returns log(1-exp(x)) for x <= 0 without cancellation (Mächler, 2012).
func (x *Node) Log1mExp() *Node { return apply(OpLog1mExp, nil, x) }

// Sigmoid returns 1/(1+exp(-x)) without overflow.
func (x *Node) Sigmoid() *Node { return apply(OpSigmoid, nil, x) }

// Softplus returns log(1+exp(x)) without overflow.
func (x *Node) Softplus() *Node { return apply(OpSoftplus, nil, x) }

// Relu returns maximum(x, 0).
func (x *Node) Relu() *Node { return apply(OpRelu, nil, x) }

// Sin returns the sine of x radians.
func (x *Node) Sin() *Node { return apply(OpSin, nil, x) }

// Cos returns the cosine of x radians.
func (x *Node) Cos() *Node { return apply(OpCos, nil, x) }

// Tan returns the tangent of x radians.
func (x *Node) Tan() *Node { return apply(OpTan, nil, x) }

// Asin returns the inverse sine in radians.
func (x *Node) Asin() *Node { return apply(OpArcsin, nil, x) }

// Acos returns the inverse cosine in radians.
func (x *Node) Acos() *Node { return apply(OpArccos, nil, x) }

// Atan returns the inverse tangent in radians.
func (x *Node) Atan() *Node { return apply(OpArctan, nil, x) }

// Sinh returns the hyperbolic sine.
func (x *Node) Sinh() *Node { return apply(OpSinh, nil, x) }

// Cosh returns the hyperbolic cosine.
func (x *Node) Cosh() *Node { return apply(OpCosh, nil, x) }

// Tanh returns the hyperbolic tangent.
func (x *Node) Tanh() *Node { return apply(OpTanh, nil, x) }

// Asinh returns the inverse hyperbolic sine.
func (x *Node) Asinh() *Node { return apply(OpArcsinh, nil, x) }

// Acosh returns the inverse hyperbolic cosine.
func (x *Node) Acosh() *Node { return apply(OpArccosh, nil, x) }

// Atanh returns the inverse hyperbolic tangent.
func (x *Node) Atanh() *Node { return apply(OpArctanh, nil, x) }

// Erf returns the error function.
func (x *Node) Erf() *Node { return apply(OpErf, nil, x) }

// Erfc returns 1-erf(x), accurate in the upper tail.
func (x *Node) Erfc() *Node { return apply(OpErfc, nil, x) }

// Erfcx returns exp(x*x)*erfc(x), the scaled complementary error function.
func (x *Node) Erfcx() *Node { return apply(OpErfcx, nil, x) }

// LogErfc returns log(erfc(x)), finite where erfc(x) underflows.
func (x *Node) LogErfc() *Node { return apply(OpLogErfc, nil, x) }

// Erfinv returns the inverse of erf.
func (x *Node) Erfinv() *Node { return apply(OpErfinv, nil, x) }

// Gamma returns the gamma function.
func (x *Node) Gamma() *Node { return apply(OpGamma, nil, x) }

// Gammaln returns log(abs(gamma(x))).
func (x *Node) Gammaln() *Node { return apply(OpGammaln, nil, x) }

// Not returns the complement: bit by bit for integers, logical for bool.
func (x *Node) Not() *Node { return apply(OpNot, nil, x) }

// IsNaN reports which elements are NaN.
func (x *Node) IsNaN() *Node { return apply(OpIsNaN, nil, x) }

// IsInf reports which elements are infinite.
func (x *Node) IsInf() *Node { return apply(OpIsInf, nil, x) }

// IsFinite reports which elements are neither infinite nor NaN.
func (x *Node) IsFinite() *Node { return apply(OpIsFinite, nil, x) }

// Real returns the real part.
func (x *Node) Real() *Node { return apply(OpReal, nil, x) }

// Imag returns the imaginary part, 0 for real numbers.
func (x *Node) Imag() *Node { return apply(OpImag, nil, x) }

// Conj returns the complex conjugate.
func (x *Node) Conj() *Node { return apply(OpConj, nil, x) }

// Angle returns the argument of a complex number in radians.
func (x *Node) Angle() *Node { return apply(OpAngle, nil, x) }

// Add returns x + y; of bool, or.
func (x *Node) Add(y any) *Node { return applyTwo(OpAdd, x, y) }

// Sub returns x - y.
func (x *Node) Sub(y any) *Node { return applyTwo(OpSub, x, y) }

// Mul returns x * y; of bool, and.
func (x *Node) Mul(y any) *Node { return applyTwo(OpMul, x, y) }

// Div returns x / y, a float even for integers.
func (x *Node) Div(y any) *Node { return applyTwo(OpDiv, x, y) }

// FloorDiv returns the quotient rounded down; of integers, 0 where y is 0.
func (x *Node) FloorDiv(y any) *Node { return applyTwo(OpFloorDiv, x, y) }

// Mod returns the remainder with the sign of the divisor y; of integers, 0 where y is 0.
func (x *Node) Mod(y any) *Node { return applyTwo(OpMod, x, y) }

// Fmod returns the remainder with the sign of the dividend x; of integers, 0 where y is 0.
func (x *Node) Fmod(y any) *Node { return applyTwo(OpFmod, x, y) }

// Pow returns x to the power y.
func (x *Node) Pow(y any) *Node { return applyTwo(OpPow, x, y) }

// Hypot returns sqrt(x*x + y*y) without overflow.
func (x *Node) Hypot(y any) *Node { return applyTwo(OpHypot, x, y) }

// Copysign returns the magnitude of x with the sign of y. The sign of a NaN y is
// that of its bits, which arithmetic does not determine and rewrites may change.
func (x *Node) Copysign(y any) *Node { return applyTwo(OpCopysign, x, y) }

// Maximum returns the larger of x and y, NaN if either is.
func (x *Node) Maximum(y any) *Node { return applyTwo(OpMaximum, x, y) }

// Minimum returns the smaller of x and y, NaN if either is.
func (x *Node) Minimum(y any) *Node { return applyTwo(OpMinimum, x, y) }

// LogAddExp returns log(exp(x) + exp(y)) without overflow.
func (x *Node) LogAddExp(y any) *Node { return applyTwo(OpLogAddExp, x, y) }

// Atan2 returns the angle of the point (y, x) in radians, where the receiver is the ordinate.
func (x *Node) Atan2(y any) *Node { return applyTwo(OpArctan2, x, y) }

// Eq reports where x equals y.
func (x *Node) Eq(y any) *Node { return applyTwo(OpEq, x, y) }

// Ne reports where x differs from y.
func (x *Node) Ne(y any) *Node { return applyTwo(OpNe, x, y) }

// Lt reports where x is less than y.
func (x *Node) Lt(y any) *Node { return applyTwo(OpLt, x, y) }

// Le reports where x is at most y.
func (x *Node) Le(y any) *Node { return applyTwo(OpLe, x, y) }

// Gt reports where x is greater than y.
func (x *Node) Gt(y any) *Node { return applyTwo(OpGt, x, y) }

// Ge reports where x is at least y.
func (x *Node) Ge(y any) *Node { return applyTwo(OpGe, x, y) }

// And returns x & y: bit by bit for integers, logical for bool.
func (x *Node) And(y any) *Node { return applyTwo(OpAnd, x, y) }

// Or returns x | y.
func (x *Node) Or(y any) *Node { return applyTwo(OpOr, x, y) }

// Xor returns x ^ y.
func (x *Node) Xor(y any) *Node { return applyTwo(OpXor, x, y) }

// Shl returns the integer x shifted left by y bits; 0 where y is negative or not less than the width.
func (x *Node) Shl(y any) *Node { return applyTwo(OpShl, x, y) }

// Shr returns the integer x shifted right by y bits, with its sign.
func (x *Node) Shr(y any) *Node { return applyTwo(OpShr, x, y) }

// Clip returns minimum(maximum(x, lo), hi).
func (x *Node) Clip(lo, hi any) *Node { return apply(OpClip, nil, x, operand(lo), operand(hi)) }

// FMA returns x*y + z, rounded once.
func (x *Node) FMA(y, z any) *Node { return apply(OpFMA, nil, x, operand(y), operand(z)) }

// Polygamma returns derivative k of the digamma function psi, k >= 0.
func (x *Node) Polygamma(k int) *Node {
	if k < 0 {
		return wrong(Errorf(ErrDomain, "polygamma", "negative order %d", k))
	}
	return apply(OpPolygamma, Number{k}, x)
}

// Psi returns the digamma function, the derivative of gammaln.
func (x *Node) Psi() *Node { return apply(OpPolygamma, Number{0}, x) }

// AsType returns x converted to the dtype d. Floats become integers by
// truncation and saturation, NaN becomes 0.
func (x *Node) AsType(d DType) *Node {
	if d == NoDType || d >= numDTypes {
		return wrong(Errorf(ErrDType, "astype", "%v is no dtype", d))
	}
	return apply(OpCast, Cast{d}, x)
}

// Bits returns the IEEE 754 representation of float32 as uint32 and of float64
// as uint64. Which bits a computed NaN has is not defined.
func (x *Node) Bits() *Node { return apply(OpBits, nil, x) }

// FromBits returns the floats whose representation are the uint32 or uint64 x.
func (x *Node) FromBits() *Node { return apply(OpFromBits, nil, x) }

// Where returns the elements of x where condition is not zero and those of y
// elsewhere. The side that is not taken has no influence, not even on the
// gradient.
func Where(condition, x, y any) *Node {
	return apply(OpWhere, nil, operand(condition), operand(x), operand(y))
}

// Complex returns the complex numbers with real parts re and imaginary parts im.
func Complex(re, im any) *Node { return apply(OpComplex, nil, operand(re), operand(im)) }

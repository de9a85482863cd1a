// Package scalar says what an element-wise operation means for one element.
//
// Float64, complex128, int64 and uint64 go in and come out. The functions are slow, obvious and accurate: the reference
// evaluator calls them and every faster engine is compared to them. A function is here only where package math or
// math/cmplx does not already give the wanted result: for those not found here (Sqrt, Floor, RoundToEven, Log, Expm1,
// Log1p, Cbrt, Copysign ...) use the standard library.
//
// Not done here: float32 (compute in float64, round the result), integers narrower than 64 bits (compute in 64 bits,
// then [WrapInt] or [WrapUint]), arrays, dtypes and broadcasting.
//
// Most real functions compute in double-double arithmetic (about 104 bits) and round once at the end, so their error is
// at most a hair more than half an ulp. Read dd.go first (the arithmetic), then ddfunc.go (exp, log, sin, cos, atan in it);
// real.go, trig.go, gamma.go, erf.go and complex.go are short formulas on top. The accuracies in the comments are the
// largest errors seen by the tests, in ulp of the correctly rounded result.
package scalar

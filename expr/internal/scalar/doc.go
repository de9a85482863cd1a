// Package scalar says what an element-wise operation means for one element.
//
// Float64, complex128, int64 and uint64 go in and come out. The functions are slow, obvious and accurate: the reference
// evaluator calls them and every faster engine is compared to them. A function is here only where package math or
// math/cmplx does not already give the wanted result: for those not found here (Sqrt, Floor, RoundToEven, Log1p, Cbrt,
// Copysign ...) use the standard library.
//
// Not done here: float32 (compute in float64, round the result), integers narrower than 64 bits (compute in 64 bits,
// then [WrapInt] or [WrapUint]), arrays, dtypes and broadcasting.
//
// Nearly all functions compute in double-double arithmetic (about 104 bits) and round once at the end, so that their error
// is at most a hair above half an ulp; "at most 0.51 ulp" is the limit that the tests enforce against high-precision values
// (largest error seen: 0.5000). Read dd.go first (the arithmetic), then ddfunc.go (exp, log, sin, cos and atan in it); the
// other files are short formulas on top, the complex ones with an exponent beside the number (scaled.go).
package scalar

package interp

import (
	"math"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// This file has faster loops for the commonest instructions on float64,
// float32 and int64. They give the bits of the reference meanings: for one
// operation of + - * / and the square root, computing in float32 is the same
// as computing in float64 and rounding.

// fast returns the function of an instruction on the windows of registers, nil
// if there is none here.
func fast(op expr.Op, dst value, args []value) func() {
	switch op {
	case expr.OpFMA:
		return fastFMA(dst, args)
	case expr.OpWhere:
		return fastWhere(dst, args)
	case expr.OpBits, expr.OpFromBits:
		return fastBits(dst, args)
	}
	switch args[0].register.(type) {
	case *vec[float64]:
		return fastOf(op, dst, args, unary64, &loops64)
	case *vec[float32]:
		return fastOf(op, dst, args, unary32, &loops32)
	case *vec[int64]:
		return fastOf(op, dst, args, nil, &loopsInt)
	case *vec[uint64]:
		return fastUint64(op, dst, args)
	case *vec[bool]:
		return fastBool(op, dst, args)
	}
	return nil
}

// real is a type that has faster loops.
type real interface {
	float32 | float64 | int64 | uint64
}

func fastOf[T real](op expr.Op, dst value, args []value, own func(op expr.Op) func(o, x []T), all *loopTable[T]) func() {
	x := args[0].register.(*vec[T])
	switch {
	case len(args) == 1 && args[0].vary:
		o, ok := dst.register.(*vec[T])
		f := unary[T](op)
		if f == nil && own != nil {
			f = own(op)
		}
		if !ok || f == nil {
			return nil
		}
		return func() { f(o.s, x.s) }
	case len(args) != 2:
		return nil
	}
	y, ok := args[1].register.(*vec[T])
	if !ok {
		return nil
	}
	if o, ok := dst.register.(*vec[T]); ok {
		return all.binary[op].on(&o.s, &x.s, &y.s, args[0].vary, args[1].vary)
	}
	if o, ok := dst.register.(*vec[bool]); ok {
		return all.comparison[op].on(&o.s, &x.s, &y.s, args[0].vary, args[1].vary)
	}
	return nil
}

func unary[T real](op expr.Op) func(o, x []T) {
	switch op {
	case expr.OpNeg:
		return negEach[T]
	case expr.OpSquare:
		return squareEach[T]
	}
	return nil
}

func unary64(op expr.Op) func(o, x []float64) {
	switch op {
	case expr.OpSqrt:
		return sqrt64
	case expr.OpAbs:
		return abs64
	case expr.OpRound:
		return round64
	}
	return nil
}

func unary32(op expr.Op) func(o, x []float32) {
	if op == expr.OpSqrt {
		return sqrt32
	}
	return nil
}

func negEach[T real](o, x []T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = -x[i]
	}
}

func squareEach[T real](o, x []T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] * x[i]
	}
}

func sqrt64(o, x []float64) {
	x = x[:len(o)]
	for i := range o {
		o[i] = math.Sqrt(x[i])
	}
}

func abs64(o, x []float64) {
	x = x[:len(o)]
	for i := range o {
		o[i] = math.Abs(x[i])
	}
}

func round64(o, x []float64) {
	x = x[:len(o)]
	for i := range o {
		o[i] = math.RoundToEven(x[i])
	}
}

func sqrt32(o, x []float32) {
	x = x[:len(o)]
	for i := range o {
		o[i] = float32(math.Sqrt(float64(x[i])))
	}
}

// loops has the loops of an operation of two arguments: both vary, the first
// alone, the second alone.
type loops[O, T any] struct {
	vv func(o []O, x, y []T)
	vs func(o []O, x []T, y T)
	sv func(o []O, x T, y []T)
}

// on returns the loop on the windows of registers; nil if nothing varies, or there
// is none.
func (l *loops[O, T]) on(o *[]O, x, y *[]T, varyX, varyY bool) func() {
	switch {
	case l.vv == nil:
	case varyX && varyY:
		f := l.vv
		return func() { f(*o, *x, *y) }
	case varyX:
		f := l.vs
		return func() { f(*o, *x, (*y)[0]) }
	case varyY:
		f := l.sv
		return func() { f(*o, (*x)[0], *y) }
	}
	return nil
}

// A loopTable has the loops on elements of type T by op. Making a loop where it
// is needed would allocate it each time.
type loopTable[T real] struct {
	binary     [expr.NumOps]loops[T, T]
	comparison [expr.NumOps]loops[bool, T]
}

var (
	loops64  = loopTable[float64]{binary: binaryLoops[float64](true), comparison: comparisonLoops[float64]()}
	loops32  = loopTable[float32]{binary: binaryLoops[float32](true), comparison: comparisonLoops[float32]()}
	loopsInt = loopTable[int64]{binary: binaryLoops[int64](false), comparison: comparisonLoops[int64]()}
)

// binaryLoops returns the loops of arithmetic, among them division where that is
// Go's.
func binaryLoops[T real](division bool) [expr.NumOps]loops[T, T] {
	all := [expr.NumOps]loops[T, T]{
		expr.OpAdd:     {addVV[T], addVS[T], func(o []T, x T, y []T) { addVS(o, y, x) }},
		expr.OpSub:     {subVV[T], subVS[T], subSV[T]},
		expr.OpMul:     {mulVV[T], mulVS[T], func(o []T, x T, y []T) { mulVS(o, y, x) }},
		expr.OpMaximum: {maxVV[T], maxVS[T], func(o []T, x T, y []T) { maxVS(o, y, x) }},
		expr.OpMinimum: {minVV[T], minVS[T], func(o []T, x T, y []T) { minVS(o, y, x) }},
	}
	if division {
		all[expr.OpDiv] = loops[T, T]{divVV[T], divVS[T], divSV[T]}
	}
	return all
}

func addVV[T real](o, x, y []T) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] + y[i]
	}
}

func addVS[T real](o, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] + y
	}
}

func subVV[T real](o, x, y []T) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] - y[i]
	}
}

func subVS[T real](o, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] - y
	}
}

func subSV[T real](o []T, x T, y []T) {
	y = y[:len(o)]
	for i := range o {
		o[i] = x - y[i]
	}
}

func mulVV[T real](o, x, y []T) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] * y[i]
	}
}

func mulVS[T real](o, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] * y
	}
}

func divVV[T real](o, x, y []T) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] / y[i]
	}
}

func divVS[T real](o, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] / y
	}
}

func divSV[T real](o []T, x T, y []T) {
	y = y[:len(o)]
	for i := range o {
		o[i] = x / y[i]
	}
}

func maxVV[T real](o, x, y []T) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = max(x[i], y[i])
	}
}

func maxVS[T real](o, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = max(x[i], y)
	}
}

func minVV[T real](o, x, y []T) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = min(x[i], y[i])
	}
}

func minVS[T real](o, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = min(x[i], y)
	}
}

// comparisonLoops returns the loops of comparisons; x > y is y < x.
func comparisonLoops[T real]() [expr.NumOps]loops[bool, T] {
	return [expr.NumOps]loops[bool, T]{
		expr.OpLt: {ltVV[T], ltVS[T], func(o []bool, x T, y []T) { gtVS(o, y, x) }},
		expr.OpLe: {leVV[T], leVS[T], func(o []bool, x T, y []T) { geVS(o, y, x) }},
		expr.OpGt: {func(o []bool, x, y []T) { ltVV(o, y, x) }, gtVS[T], func(o []bool, x T, y []T) { ltVS(o, y, x) }},
		expr.OpGe: {func(o []bool, x, y []T) { leVV(o, y, x) }, geVS[T], func(o []bool, x T, y []T) { leVS(o, y, x) }},
		expr.OpEq: {eqVV[T], eqVS[T], func(o []bool, x T, y []T) { eqVS(o, y, x) }},
		expr.OpNe: {neVV[T], neVS[T], func(o []bool, x T, y []T) { neVS(o, y, x) }},
	}
}

func ltVV[T real](o []bool, x, y []T) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] < y[i]
	}
}

func ltVS[T real](o []bool, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] < y
	}
}

func leVV[T real](o []bool, x, y []T) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] <= y[i]
	}
}

func leVS[T real](o []bool, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] <= y
	}
}

func gtVS[T real](o []bool, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] > y
	}
}

func geVS[T real](o []bool, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] >= y
	}
}

func eqVV[T real](o []bool, x, y []T) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] == y[i]
	}
}

func eqVS[T real](o []bool, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] == y
	}
}

func neVV[T real](o []bool, x, y []T) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] != y[i]
	}
}

func neVS[T real](o []bool, x []T, y T) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] != y
	}
}

// fastBool returns the loops of and, or and not.
func fastBool(op expr.Op, dst value, args []value) func() {
	if op != expr.OpAnd && op != expr.OpOr && op != expr.OpNot || !args[0].vary || !args[len(args)-1].vary {
		return nil
	}
	o, x, y := dst.register.(*vec[bool]), args[0].register.(*vec[bool]), args[len(args)-1].register.(*vec[bool])
	switch op {
	case expr.OpAnd:
		return func() { bothVV(o.s, x.s, y.s) }
	case expr.OpOr:
		return func() { eitherVV(o.s, x.s, y.s) }
	case expr.OpNot:
		return func() { notEach(o.s, x.s) }
	}
	return nil
}

func bothVV(o, x, y []bool) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] && y[i]
	}
}

func eitherVV(o, x, y []bool) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] || y[i]
	}
}

func notEach(o, x []bool) {
	x = x[:len(o)]
	for i := range o {
		o[i] = !x[i]
	}
}

// takeFast returns the function that takes up w elements of a tile in the lanes
// of a Reduce whose step is one instruction of state and element; nil if there
// is none here.
func (c *compiler) takeFast(r *kernel.Reduce, acc []accumulator, rest []kernel.Stmt) func(w int) {
	if len(acc) != 1 || len(rest) != 1 || r.Lanes < 8 {
		return nil
	}
	s, ok := rest[0].(*kernel.Let)
	if !ok || len(s.Args) != 2 || s.Dst != r.States[0].Next {
		return nil
	}
	x := s.Args[1]
	if x == r.States[0].Value {
		x = s.Args[0]
	}
	if x == r.States[0].Value || !c.values[x].vary {
		return nil
	}
	switch own := acc[0].own.(type) {
	case *vec[float64]:
		return takeOf(s.Op, own, c.values[x].register.(*vec[float64]), r.Lanes)
	case *vec[float32]:
		return takeOf(s.Op, own, c.values[x].register.(*vec[float32]), r.Lanes)
	case *vec[int64]:
		return takeOf(s.Op, own, c.values[x].register.(*vec[int64]), r.Lanes)
	}
	return nil
}

func takeOf[T real](op expr.Op, acc, x *vec[T], lanes int) func(w int) {
	var f func(acc, x []T)
	switch op {
	case expr.OpAdd:
		return func(w int) { takeSum(acc.s, x.s[:w]) }
	case expr.OpMul:
		f = func(acc, x []T) { mulVV(acc, acc, x) }
	case expr.OpMaximum:
		f = func(acc, x []T) { maxVV(acc, acc, x) }
	case expr.OpMinimum:
		f = func(acc, x []T) { minVV(acc, acc, x) }
	default:
		return nil
	}
	return func(w int) {
		for g := 0; g < w; g += lanes {
			n := min(lanes, w-g)
			f(acc.s[:n], x.s[g:g+n])
		}
	}
}

// takeSum adds the elements of x to the lanes of acc, eight lanes at a time so
// that these stay in machine registers.
func takeSum[T real](acc, x []T) {
	lanes := len(acc)
	whole := len(x) - len(x)%lanes
	for k := 0; k < lanes; k += 8 {
		a := acc[k : k+8 : k+8]
		a0, a1, a2, a3, a4, a5, a6, a7 := a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]
		for g := k; g < whole; g += lanes {
			v := x[g : g+8 : g+8]
			a0 += v[0]
			a1 += v[1]
			a2 += v[2]
			a3 += v[3]
			a4 += v[4]
			a5 += v[5]
			a6 += v[6]
			a7 += v[7]
		}
		a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7] = a0, a1, a2, a3, a4, a5, a6, a7
	}
	for i, v := range x[whole:] {
		acc[i] += v
	}
}

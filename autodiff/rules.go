package autodiff

import (
	"math"

	"arignote/expr"
)

// gradient is what this package knows of an op. A row is made by one of the
// functions below the table. The columns:
//
//	rule    from the gradients with respect to the results of a node, the
//	        gradient with respect to each argument that is asked for; none
//	        where there is none. It need not care for dtypes, nor, in an
//	        element-wise op, for shapes: [step.fit] does.
//	reach   which elements of an argument have a part in those elements of the
//	        result whose gradient counts, see mask. Without it all count, and
//	        of an element-wise op the same.
//	selects the op picks elements by a condition: reach makes masks where there
//	        are none yet
//	reason  why there is no rule. The gradient is zero then.
type gradient struct {
	rule    func(s *step) []term
	reach   func(s *step, i int) mask
	selects bool
	reason  string
}

// table points to gradients. Some rules differentiate a graph in their turn, so
// that gradients cannot be the initial value of a variable that they use.
var table *[expr.NumOps]gradient

func init() { table = &gradients }

// gradients is the table of all gradients. In the rules of functions of complex
// numbers a gradient is multiplied by the conjugate of the derivative; see the
// package's documentation for why.
var gradients = [expr.NumOps]gradient{
	expr.OpInvalid: noGradient("not an operation"),
	expr.OpInput:   noGradient("no arguments"),
	expr.OpConst:   noGradient("no arguments"),

	expr.OpAdd:      elementwise(addRule),
	expr.OpSub:      binary(one, minusOne),
	expr.OpMul:      elementwise(mulRule),
	expr.OpDiv:      binary(func(x, y, z term) term { return y.under(1.0) }, func(x, y, z term) term { return z.div(y).neg() }),
	expr.OpFloorDiv: noGradient("piecewise constant"),
	expr.OpMod:      binary(one, func(x, y, z term) term { return x.floorDiv(y).neg() }),
	expr.OpFmod:     binary(one, func(x, y, z term) term { return x.sub(z).div(y).round().neg() }),
	expr.OpPow:      binary(powBase, powExponent),
	expr.OpFMA:      elementwise(fmaRule),
	expr.OpNeg:      elementwise(func(s *step) []term { return []term{s.g().neg()} }),
	expr.OpAbs:      unary(func(x, y term) term { return x.sign().conj() }),
	expr.OpSign:     elementwise(signRule),
	expr.OpSquare:   unary(func(x, y term) term { return x.mul(2.0) }),

	expr.OpReciprocal: unary(func(x, y term) term { return y.square().neg() }),
	expr.OpSqrt:       unary(func(x, y term) term { return y.under(0.5) }),
	expr.OpCbrt:       unary(func(x, y term) term { return y.square().mul(3.0).under(1.0) }),
	expr.OpHypot:      binary(func(x, y, z term) term { return x.div(notZero(z)) }, func(x, y, z term) term { return y.div(notZero(z)) }),
	expr.OpCopysign:   binary(func(x, y, z term) term { return x.sign().mul(x.is(number(1)).binary(expr.OpCopysign, y)) }, nil),
	expr.OpMaximum:    choice(func(x, y term) term { return x.ge(y) }),
	expr.OpMinimum:    choice(func(x, y term) term { return x.le(y) }),
	expr.OpClip:       elementwise(clipRule),

	expr.OpFloor: noGradient("piecewise constant"),
	expr.OpCeil:  noGradient("piecewise constant"),
	expr.OpTrunc: noGradient("piecewise constant"),
	expr.OpRound: noGradient("piecewise constant"),

	expr.OpExp:       unary(func(x, y term) term { return y }),
	expr.OpExp2:      unary(func(x, y term) term { return y.mul(math.Ln2) }),
	expr.OpExpm1:     unary(func(x, y term) term { return x.exp() }),
	expr.OpLog:       unary(func(x, y term) term { return x.under(1.0) }),
	expr.OpLog2:      unary(func(x, y term) term { return x.mul(math.Ln2).under(1.0) }),
	expr.OpLog10:     unary(func(x, y term) term { return x.mul(math.Ln10).under(1.0) }),
	expr.OpLog1p:     unary(func(x, y term) term { return x.add(1.0).under(1.0) }),
	expr.OpLogAddExp: binary(func(x, y, z term) term { return x.sub(y).sigmoid() }, func(x, y, z term) term { return y.sub(x).sigmoid() }),
	expr.OpLog1mExp:  unary(func(x, y term) term { return x.neg().expm1().under(-1.0) }),
	expr.OpSigmoid:   unary(func(x, y term) term { return y.mul(x.neg().sigmoid()) }),
	expr.OpSoftplus:  unary(func(x, y term) term { return x.sigmoid() }),
	expr.OpRelu:      elementwise(func(s *step) []term { return []term{s.x(0).ge(0.0).choose(s.g(), 0.0)} }),

	expr.OpSin:     unary(func(x, y term) term { return x.cos() }),
	expr.OpCos:     unary(func(x, y term) term { return x.sin().neg() }),
	expr.OpTan:     unary(func(x, y term) term { return y.square().add(1.0) }),
	expr.OpArcsin:  unary(func(x, y term) term { return oneMinusSquare(x).sqrt().under(1.0) }),
	expr.OpArccos:  unary(func(x, y term) term { return oneMinusSquare(x).sqrt().under(-1.0) }),
	expr.OpArctan:  unary(func(x, y term) term { return x.square().add(1.0).under(1.0) }),
	expr.OpArctan2: binary(func(y, x, z term) term { return x.div(y.hypot(x)).div(y.hypot(x)) }, func(y, x, z term) term { return y.div(y.hypot(x)).div(y.hypot(x)).neg() }),
	expr.OpSinh:    unary(func(x, y term) term { return x.cosh() }),
	expr.OpCosh:    unary(func(x, y term) term { return x.sinh() }),
	expr.OpTanh:    unary(func(x, y term) term { return y.square().from(1.0) }),
	expr.OpArcsinh: unary(func(x, y term) term { return x.square().add(1.0).sqrt().under(1.0) }),
	expr.OpArccosh: unary(func(x, y term) term { return x.sub(1.0).sqrt().mul(x.add(1.0).sqrt()).under(1.0) }),
	expr.OpArctanh: unary(func(x, y term) term { return oneMinusSquare(x).under(1.0) }),

	expr.OpErf:       unary(func(x, y term) term { return x.square().neg().exp().mul(2 / math.SqrtPi) }),
	expr.OpErfc:      unary(func(x, y term) term { return x.square().neg().exp().mul(-2 / math.SqrtPi) }),
	expr.OpErfcx:     unary(func(x, y term) term { return x.mul(y).mul(2.0).sub(2 / math.SqrtPi) }),
	expr.OpLogErfc:   unary(func(x, y term) term { return x.erfcx().under(-2 / math.SqrtPi) }),
	expr.OpErfinv:    unary(func(x, y term) term { return y.square().exp().mul(math.SqrtPi / 2) }),
	expr.OpGamma:     unary(func(x, y term) term { return y.mul(x.polygamma(0)) }),
	expr.OpGammaln:   unary(func(x, y term) term { return x.polygamma(0) }),
	expr.OpPolygamma: unary(func(x, y term) term { return x.polygamma(y.v.Attr().(expr.Number).N + 1) }),

	expr.OpEq:       noGradient("a comparison"),
	expr.OpNe:       noGradient("a comparison"),
	expr.OpLt:       noGradient("a comparison"),
	expr.OpLe:       noGradient("a comparison"),
	expr.OpGt:       noGradient("a comparison"),
	expr.OpGe:       noGradient("a comparison"),
	expr.OpAnd:      noGradient("integers and bool"),
	expr.OpOr:       noGradient("integers and bool"),
	expr.OpXor:      noGradient("integers and bool"),
	expr.OpNot:      noGradient("integers and bool"),
	expr.OpShl:      noGradient("integers"),
	expr.OpShr:      noGradient("integers"),
	expr.OpWhere:    {rule: whereRule, reach: reachWhere, selects: true},
	expr.OpIsNaN:    noGradient("bool"),
	expr.OpIsInf:    noGradient("bool"),
	expr.OpIsFinite: noGradient("bool"),

	expr.OpComplex:  elementwise(func(s *step) []term { return []term{s.g().real(), s.g().imag()} }),
	expr.OpReal:     elementwise(func(s *step) []term { return []term{s.g()} }),
	expr.OpImag:     elementwise(imagRule),
	expr.OpConj:     elementwise(func(s *step) []term { return []term{s.g().conj()} }),
	expr.OpAngle:    elementwise(angleRule),
	expr.OpBits:     noGradient("integers"),
	expr.OpFromBits: noGradient("of integers"),
	expr.OpCast:     elementwise(func(s *step) []term { return []term{s.g()} }), // step.fit casts

	expr.OpSum:       linear(func(s *step) []term { return []term{s.unreduced(s.g())} }),
	expr.OpProd:      {rule: prodRule, reach: reachReduced},
	expr.OpMax:       {rule: extremumRule, reach: reachReduced},
	expr.OpMin:       {rule: extremumRule, reach: reachReduced},
	expr.OpMean:      linear(meanRule),
	expr.OpAny:       noGradient("bool"),
	expr.OpAll:       noGradient("bool"),
	expr.OpArgmax:    noGradient("an index"),
	expr.OpArgmin:    noGradient("an index"),
	expr.OpLogSumExp: {rule: logSumExpRule, reach: reachReduced},

	expr.OpSoftmax:    {rule: softmaxRule, reach: reachAlong},
	expr.OpLogSoftmax: {rule: logSoftmaxRule, reach: reachAlong},
	expr.OpCumsum:     linear(cumsumRule),
	expr.OpCumprod:    {rule: cumprodRule, reach: reachAlong},
	expr.OpSort:       {rule: sortRule, reach: reachAlong},
	expr.OpArgsort:    noGradient("indices"),

	expr.OpDot:    {rule: productRule, reach: reachProduct},
	expr.OpMatMul: {rule: productRule, reach: reachProduct},
	expr.OpOuter:  {rule: outerRule, reach: reachOuter},
	expr.OpGemm:   {rule: gemmRule, reach: reachAll},
	expr.OpGemv:   {rule: gemvRule, reach: reachAll},
	expr.OpGer:    {rule: gerRule, reach: reachAll},

	expr.OpTrace:           linear(traceRule),
	expr.OpDet:             {rule: detRule, reach: reachMatrix},
	expr.OpLogAbsDet:       {rule: logAbsDetRule, reach: reachMatrix},
	expr.OpLogDet:          {rule: logAbsDetRule, reach: reachMatrix},
	expr.OpInv:             {rule: invRule, reach: reachMatrix},
	expr.OpSolve:           {rule: solveRule, reach: reachAll},
	expr.OpSolveTriangular: {rule: solveTriangularRule, reach: reachAll},
	expr.OpCholesky:        {rule: choleskyRule, reach: reachMatrix},
	expr.OpEigh:            {rule: eighRule},
	expr.OpSVD:             {rule: svdRule},
	expr.OpQR:              {rule: qrRule},

	expr.OpDimShuffle:    linear(dimShuffleRule),
	expr.OpReshape:       linear(func(s *step) []term { return s.only(s.g().reshapeLike(s.x(0))) }),
	expr.OpBroadcastTo:   linear(func(s *step) []term { return s.only(s.g().shrink(s.x(0))) }),
	expr.OpBroadcastLike: linear(func(s *step) []term { return s.only(s.g().shrink(s.x(0))) }),
	expr.OpSumLike:       linear(func(s *step) []term { return s.only(s.g().stretch(s.x(0))) }),
	expr.OpConcatenate:   linear(concatenateRule),
	expr.OpShape:         noGradient("integers"),
	expr.OpSize:          noGradient("an integer"),

	expr.OpSlice:    linear(sliceRule),
	expr.OpTake:     {rule: takeRule, reach: reachTake, selects: true},
	expr.OpSetSlice: linear(setSliceRule),
	expr.OpIncSlice: linear(incSliceRule),
	expr.OpSetTake:  {rule: setTakeRule, reach: reachSetTake, selects: true},
	expr.OpIncTake:  linear(incTakeRule),
	expr.OpNonzero:  noGradient("indices"),

	expr.OpArange:   {rule: arangeRule, reach: reachAll},
	expr.OpLinspace: {rule: linspaceRule, reach: reachAll},
	expr.OpEye:      noGradient("a constant"),
	expr.OpDiag:     linear(diagRule),
	expr.OpTril:     linear(func(s *step) []term { return []term{s.g().tril(s.n.Attr().(expr.Diagonal).K)} }),
	expr.OpTriu:     linear(func(s *step) []term { return []term{s.g().triu(s.n.Attr().(expr.Diagonal).K)} }),

	expr.OpUniform: noGradient("random numbers depend on integers alone"),

	expr.OpStopGradient:  noGradient("asked for"),
	expr.OpScaleGradient: linear(func(s *step) []term { return []term{s.g().mul(s.n.Attr().(expr.Factor).F)} }),
	expr.OpWithGradient:  {rule: withGradientRule, reach: reachAll},
	expr.OpMap:           {rule: mapRule, reach: reachMap},
	expr.OpWhile:         {rule: whileRule, reach: reachWhile},
	expr.OpItem:          {rule: func(s *step) []term { return []term{s.g()} }},
	expr.OpCustom:        {rule: customRule, reach: reachAll},
}

// noGradient is the row of an op whose gradient is zero wherever there is one,
// or whose results are no inexact numbers. The reason is for the reader.
func noGradient(reason string) gradient { return gradient{reason: reason} }

// elementwise is the row of an element-wise op with a rule of its own.
func elementwise(rule func(s *step) []term) gradient { return gradient{rule: rule} }

// linear is the row of an op that sums and rearranges elements.
func linear(rule func(s *step) []term) gradient { return gradient{rule: rule, reach: reachLinear} }

// unary is the row of an element-wise function y of one argument x, by its
// derivative.
func unary(derivative func(x, y term) term) gradient {
	return elementwise(func(s *step) []term { return []term{s.chain(derivative(s.x(0), s.y()))} })
}

// binary is the row of an element-wise function z of x and y, by its
// derivatives with respect to these; nil for one that is zero.
func binary(dx, dy func(x, y, z term) term) gradient {
	return elementwise(func(s *step) []term {
		out := []term{none, none}
		for i, d := range []func(x, y, z term) term{dx, dy} {
			if d != nil && s.want[i] {
				out[i] = s.chain(d(s.x(0), s.x(1), s.y()))
			}
		}
		return out
	})
}

func one(x, y, z term) term      { return z.is(number(1)) }
func minusOne(x, y, z term) term { return z.is(number(-1)) }

// choice is the row of an op that gives x where a condition holds and y
// elsewhere.
func choice(takesX func(x, y term) term) gradient {
	return elementwise(func(s *step) []term {
		c := takesX(s.x(0), s.x(1))
		return []term{c.choose(s.g(), 0.0), c.choose(0.0, s.g())}
	})
}

// only returns d as the gradient with respect to the first argument; the others
// have none.
func (s *step) only(d term) []term {
	out := make([]term, len(s.want))
	out[0] = d
	return out
}

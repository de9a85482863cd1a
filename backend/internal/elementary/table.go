package elementary

import "arignote/expr"

// row is the expansion of a function. The columns:
//
//	of   the function of float64 nodes, one for each argument
//	of32 the same where arguments and results are float32 numbers, if that is
//	     cheaper; nil if it is of
//	ulp  the largest error that tests allow, in units of the last place: the
//	     distance from the correctly rounded result, counted in floats
//	abs  size below which results vanish by cancellation; errors of smaller
//	     ones are in the last place of this
type row struct {
	of   func(x ...node) node
	of32 func(x ...node) node
	ulp  float64
	abs  float64
}

// table has the functions that are expanded. Nanoseconds for an element of a
// float64 array of 1e6, run by the interpreter on one thread of a Xeon at 2.6 GHz
// (processor time), and before, by the reference meaning or for cbrt, expm1, log
// and log1p by package math: measured again by go test -bench Function. Float32
// takes half to two thirds of it where of32 is set, otherwise as long.
//
//	pow         55   651    sigmoid     22   344    arcsinh     30   438
//	cbrt        26     7    softplus    36   653    arccosh     31   399
//	hypot       17   120    sin         26   470    arctanh     29   382
//	exp         14   272    cos         25   465    erf         45  1863
//	exp2        17   300    tan         32   502    erfc        46  1855
//	expm1       15    16    arcsin      20   556    erfcx       50  2195
//	log         20     8    arccos      22   620    log_erfc    92  2360
//	log2        21   403    arctan      24   559    erfinv      55  2660
//	log10       22   388    arctan2     42   601    gamma       75   944
//	log1p       25    13    sinh        19   357    gammaln     51  1000
//	logaddexp   41   661    cosh        13   344    polygamma   44   980
//	log1mexp    51   647    tanh        21   346
var table = [expr.NumOps]row{
	expr.OpExp:       {of: exp, of32: exp32, ulp: 1},
	expr.OpExp2:      {of: exp2, of32: exp2of32, ulp: 1},
	expr.OpExpm1:     {of: expm1, of32: expm1of32, ulp: 1},
	expr.OpLog:       {of: log, of32: log32, ulp: 1},
	expr.OpLog2:      {of: log2, of32: log2of32, ulp: 1},
	expr.OpLog10:     {of: log10, of32: log10of32, ulp: 1},
	expr.OpLog1p:     {of: log1p, of32: log1pOf32, ulp: 1},
	expr.OpLogAddExp: {of: logaddexp, of32: logaddexp32, ulp: 1, abs: 0.5},
	expr.OpLog1mExp:  {of: log1mexp, of32: log1mexp32, ulp: 2},
	expr.OpSigmoid:   {of: sigmoid, of32: sigmoid32, ulp: 1},
	expr.OpSoftplus:  {of: softplus, of32: softplus32, ulp: 1},
	expr.OpSinh:      {of: sinh, of32: sinh32, ulp: 2},
	expr.OpCosh:      {of: cosh, of32: cosh32, ulp: 2},
	expr.OpTanh:      {of: tanh, of32: tanh32, ulp: 1},
	expr.OpArcsinh:   {of: arcsinh, ulp: 2},
	expr.OpArccosh:   {of: arccosh, ulp: 2},
	expr.OpArctanh:   {of: arctanh, ulp: 2},
	expr.OpSin:       {of: sin, of32: sin32, ulp: 1},
	expr.OpCos:       {of: cos, of32: cos32, ulp: 1},
	expr.OpArcsin:    {of: arcsin, ulp: 1},
	expr.OpArccos:    {of: arccos, ulp: 1},
	expr.OpArctan:    {of: arctan, ulp: 1},
	expr.OpArctan2:   {of: arctan2, ulp: 1},
	expr.OpErf:       {of: erf, ulp: 4},
	expr.OpErfc:      {of: erfc, ulp: 4},
	expr.OpErfcx:     {of: erfcx, ulp: 4},
	expr.OpLogErfc:   {of: logErfc, ulp: 4},
	expr.OpErfinv:    {of: erfinv, ulp: 4},
	expr.OpGamma:     {of: gamma, ulp: 4},
	expr.OpGammaln:   {of: gammaln, ulp: 4},
	expr.OpPolygamma: {of: digamma, ulp: 4},
	expr.OpPow:       {of: pow, ulp: 1},
	expr.OpCbrt:      {of: cbrt, ulp: 1},
	expr.OpHypot:     {of: hypot, ulp: 1},
	expr.OpTan:       {of: tan, of32: tan32, ulp: 2},
}

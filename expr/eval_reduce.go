package expr

import (
	"math"
	"slices"

	"arignote/expr/internal/scalar"
	"arignote/expr/layout"
)

// The reference meaning of reductions: the elements that go into one result
// are gathered in row-major order and given to a function of a slice.

// reduceLanes computes each element of the result from the elements of x along
// axes, with x in the lane type and of the given shape.
func reduceLanes[T, R lane](x []T, shape, axes []int, f func(group []T) R) []R {
	strides := layout.RowMajor(shape)
	var keptShape, keptStrides, shapeOut, stridesOut []int
	reduced := make([]bool, len(shape))
	for _, a := range axes {
		reduced[a] = true
	}
	for i, n := range shape {
		if reduced[i] {
			shapeOut, stridesOut = append(shapeOut, n), append(stridesOut, strides[i])
		} else {
			keptShape, keptStrides = append(keptShape, n), append(keptStrides, strides[i])
		}
	}
	group := make([]T, product(shapeOut))
	out := make([]R, 0, product(keptShape))
	forEachOffset(keptShape, keptStrides, func(base int) {
		i := 0
		forEachOffset(shapeOut, stridesOut, func(offset int) {
			group[i] = x[base+offset]
			i++
		})
		out = append(out, f(group))
	})
	return out
}

// reduceAs reduces along c's axes, in dtype d, whose lane type T must be.
func reduceAs[T, R lane](c *call, d DType, f func(group []T) R) *Value {
	x := convert(c.args[0], d)
	out := reduceLanes(widen(x.data).([]T), x.shape, c.attr.(Axes).Axes, f)
	return fromLanes(out, c.typ.DType, c.shape())
}

// evalSum adds: integers modulo 2^64, floats and complex numbers with a
// compensated sum in float64 that is rounded at the end.
func evalSum(c *call) (*Value, *Error) {
	switch d := c.typ.DType; {
	case d.IsSigned():
		return reduceAs(c, d, total[int64]), nil
	case d.IsUnsigned():
		return reduceAs(c, d, total[uint64]), nil
	case d.IsFloat():
		return reduceAs(c, d, sumFloats), nil
	default:
		return reduceAs(c, d, sumComplex), nil
	}
}

func total[T int64 | uint64](x []T) T {
	var s T
	for _, v := range x {
		s += v
	}
	return s
}

// adder is a running sum that keeps what rounding loses: Neumaier,
// "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen"
// (1974). The zero adder is the sum of nothing.
type adder struct {
	plain, lost float64
	started     bool
}

// add adds x. The first x is taken as it is: -0 stays -0.
func (s *adder) add(x float64) {
	if !s.started {
		s.plain, s.started = x, true
		return
	}
	t := s.plain + x
	if math.Abs(s.plain) >= math.Abs(x) {
		s.lost += (s.plain - t) + x
	} else {
		s.lost += (x - t) + s.plain
	}
	s.plain = t
}

// sum returns the sum. Where the plain sum is infinite or NaN, that is it.
func (s *adder) sum() float64 {
	if !isFinite(s.plain) || s.lost == 0 {
		return s.plain
	}
	return s.plain + s.lost
}

func sumFloats(x []float64) float64 {
	var s adder
	for _, v := range x {
		s.add(v)
	}
	return s.sum()
}

func sumComplex(x []complex128) complex128 {
	var re, im adder
	for _, z := range x {
		re.add(real(z))
		im.add(imag(z))
	}
	return complex(re.sum(), im.sum())
}

// evalProd multiplies in order: integers modulo 2^64, float32 in float64 with
// one rounding at the end.
func evalProd(c *call) (*Value, *Error) {
	switch d := c.typ.DType; {
	case d.IsSigned():
		return reduceAs(c, d, folding(mul[int64], 1)), nil
	case d.IsUnsigned():
		return reduceAs(c, d, folding(mul[uint64], 1)), nil
	case d.IsFloat():
		return reduceAs(c, d, folding(mul[float64], 1)), nil
	default:
		return reduceAs(c, d, folding(scalar.CMul, 1)), nil
	}
}

// folding returns the function that joins the elements of a slice by f, from
// the first to the last; empty is its value for no elements.
func folding[T lane](f func(x, y T) T, empty T) func([]T) T {
	return func(x []T) T {
		if len(x) == 0 {
			return empty
		}
		r := x[0]
		for _, v := range x[1:] {
			r = f(r, v)
		}
		return r
	}
}

// evalMax takes the largest element; a NaN wins.
func evalMax(c *call) (*Value, *Error) { return c.extremum(&meanings[OpMaximum]) }

// evalMin takes the smallest element; a NaN wins.
func evalMin(c *call) (*Value, *Error) { return c.extremum(&meanings[OpMinimum]) }

func (c *call) extremum(m *meaning) (*Value, *Error) {
	if err := c.notEmpty(c.attr.(Axes).Axes); err != nil {
		return nil, err
	}
	switch d := c.typ.DType; {
	case d == Bool:
		return reduceAs(c, d, folding(m.b2, false)), nil
	case d.IsSigned():
		return reduceAs(c, d, folding(m.i2, 0)), nil
	case d.IsUnsigned():
		return reduceAs(c, d, folding(m.u2, 0)), nil
	default:
		return reduceAs(c, d, folding(m.f2, 0)), nil
	}
}

// notEmpty refuses to reduce axes without elements to results that have no
// value then.
func (c *call) notEmpty(axes []int) *Error {
	return (&sig{op: c.op, args: c.from}).notEmpty(axes, c.typ)
}

// evalMean is the sum by the count, NaN for no elements.
func evalMean(c *call) (*Value, *Error) {
	d := c.typ.DType
	if d.IsFloat() {
		return reduceAs(c, d, func(x []float64) float64 { return sumFloats(x) / float64(len(x)) }), nil
	}
	return reduceAs(c, d, func(x []complex128) complex128 {
		n, s := float64(len(x)), sumComplex(x)
		return complex(real(s)/n, imag(s)/n)
	}), nil
}

// evalAny asks whether one of the elements is not zero.
func evalAny(c *call) (*Value, *Error) { return reduceAs(c, Bool, folding(either, false)), nil }

// evalAll asks whether no element is zero.
func evalAll(c *call) (*Value, *Error) { return reduceAs(c, Bool, folding(both, true)), nil }

// evalArgmax gives the index of the first of the largest elements, or of the
// first NaN.
func evalArgmax(c *call) (*Value, *Error) { return c.argExtremum(+1) }

// evalArgmin gives the index of the first of the smallest elements, or of the
// first NaN.
func evalArgmin(c *call) (*Value, *Error) { return c.argExtremum(-1) }

// argExtremum finds the largest (sign 1) or smallest (sign -1) elements along
// the attribute's axis, or of the flattened array.
func (c *call) argExtremum(sign int) (*Value, *Error) {
	x := c.args[0].contiguous()
	axes := []int{c.attr.(Axis).Axis}
	if axes[0] < 0 {
		axes = allAxes(x.Rank())
	}
	if err := c.notEmpty(axes); err != nil {
		return nil, err
	}
	var out []int64
	switch data := sortable(x).(type) {
	case []int64:
		out = reduceLanes(data, x.shape, axes, firstIndex(sign, orderOf[int64]))
	case []uint64:
		out = reduceLanes(data, x.shape, axes, firstIndex(sign, orderOf[uint64]))
	case []float64:
		out = reduceLanes(data, x.shape, axes, firstIndex(sign, orderNaN(sign)))
	}
	return makeValue(c.shape(), out), nil
}

// firstIndex returns the function that finds the first of the elements of a
// slice that sign makes the largest in the given order.
func firstIndex[T lane](sign int, order func(x, y T) int) func([]T) int64 {
	return func(x []T) int64 {
		best := 0
		for i, v := range x {
			if sign*order(v, x[best]) > 0 {
				best = i
			}
		}
		return int64(best)
	}
}

// evalLogSumExp is log(sum(exp(x))) without overflow: -Inf for no elements.
func evalLogSumExp(c *call) (*Value, *Error) { return reduceAs(c, c.typ.DType, logSumExp), nil }

func logSumExp(x []float64) float64 {
	peak := folding(scalar.Maximum, math.Inf(-1))(x)
	if !isFinite(peak) {
		return peak
	}
	return peak + logOfSum(x, peak)
}

// logOfSum is log(sum(exp(x - peak))), where peak is the largest of x. One
// term is exp(0); log1p of the others is accurate for small ones too.
func logOfSum(x []float64, peak float64) float64 {
	i := slices.Index(x, peak)
	if i < 0 || !isFinite(peak) {
		return math.NaN()
	}
	var others adder
	for _, v := range expBelow(x[:i], peak) {
		others.add(v)
	}
	for _, v := range expBelow(x[i+1:], peak) {
		others.add(v)
	}
	return scalar.Log1p(others.sum())
}

// expBelow returns exp(x - peak) for each x.
func expBelow(x []float64, peak float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = scalar.Exp(v - peak)
	}
	return out
}

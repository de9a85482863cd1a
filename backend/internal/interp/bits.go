package interp

import (
	"math"

	"arignote/expr"
)

// This file has faster loops for what elementary functions are made of beside
// arithmetic and fma: choices, and the bits of floats.

// fastWhere returns the loop of a choice between two float64, int64 or uint64.
func fastWhere(dst value, args []value) func() {
	if !args[0].vary {
		return nil
	}
	switch o := dst.register.(type) {
	case *vec[float64]:
		return whereFloats(o, args)
	case *vec[int64]:
		return whereIntegers(o, args)
	case *vec[uint64]:
		return whereIntegers(o, args)
	}
	return nil
}

// whereFloats chooses between the bits of floats, which compilers do without a
// jump.
func whereFloats(o *vec[float64], args []value) func() {
	c, x, y := args[0].register.(*vec[bool]), args[1].register.(*vec[float64]), args[2].register.(*vec[float64])
	switch {
	case args[1].vary && args[2].vary:
		return func() { whereVV(o.s, c.s, x.s, y.s) }
	case args[1].vary:
		return func() { whereVS(o.s, c.s, x.s, y.s[0]) }
	case args[2].vary:
		return func() { whereSV(o.s, c.s, x.s[0], y.s) }
	}
	return func() { whereSS(o.s, c.s, x.s[0], y.s[0]) }
}

func whereVV(o []float64, c []bool, x, y []float64) {
	c, x, y = c[:len(o)], x[:len(o)], y[:len(o)]
	for i := range o {
		r, a := math.Float64bits(y[i]), math.Float64bits(x[i])
		if c[i] {
			r = a
		}
		o[i] = math.Float64frombits(r)
	}
}

func whereVS(o []float64, c []bool, x []float64, y float64) {
	c, x = c[:len(o)], x[:len(o)]
	b := math.Float64bits(y)
	for i := range o {
		r, a := b, math.Float64bits(x[i])
		if c[i] {
			r = a
		}
		o[i] = math.Float64frombits(r)
	}
}

func whereSV(o []float64, c []bool, x float64, y []float64) {
	c, y = c[:len(o)], y[:len(o)]
	a := math.Float64bits(x)
	for i := range o {
		r := math.Float64bits(y[i])
		if c[i] {
			r = a
		}
		o[i] = math.Float64frombits(r)
	}
}

func whereSS(o []float64, c []bool, x, y float64) {
	c = c[:len(o)]
	a, b := math.Float64bits(x), math.Float64bits(y)
	for i := range o {
		r := b
		if c[i] {
			r = a
		}
		o[i] = math.Float64frombits(r)
	}
}

// whereIntegers chooses between integers that both vary.
func whereIntegers[T int64 | uint64](o *vec[T], args []value) func() {
	if !args[1].vary || !args[2].vary {
		return nil
	}
	c, x, y := args[0].register.(*vec[bool]), args[1].register.(*vec[T]), args[2].register.(*vec[T])
	return func() {
		o := o.s
		c, x, y := c.s[:len(o)], x.s[:len(o)], y.s[:len(o)]
		for i := range o {
			r, a := y[i], x[i]
			if c[i] {
				r = a
			}
			o[i] = r
		}
	}
}

// fastBits returns the loop that reads float64 as integers or makes them of
// these.
func fastBits(dst value, args []value) func() {
	if !args[0].vary {
		return nil
	}
	switch x := args[0].register.(type) {
	case *vec[float64]:
		o := dst.register.(*vec[uint64])
		return func() { bits64(o.s, x.s) }
	case *vec[uint64]:
		o := dst.register.(*vec[float64])
		return func() { fromBits64(o.s, x.s) }
	}
	return nil
}

func bits64(o []uint64, x []float64) {
	x = x[:len(o)]
	for i := range o {
		o[i] = math.Float64bits(x[i])
	}
}

func fromBits64(o []float64, x []uint64) {
	x = x[:len(o)]
	for i := range o {
		o[i] = math.Float64frombits(x[i])
	}
}

// fastUint64 returns the loop of an operation on the bits of float64.
func fastUint64(op expr.Op, dst value, args []value) func() {
	o, ok := dst.register.(*vec[uint64])
	if !ok || len(args) != 2 {
		return nil
	}
	var l loops[uint64, uint64]
	switch op {
	case expr.OpAdd:
		l = loops[uint64, uint64]{addVV[uint64], addVS[uint64], func(o []uint64, x uint64, y []uint64) { addVS(o, y, x) }}
	case expr.OpSub:
		l = loops[uint64, uint64]{subVV[uint64], subVS[uint64], subSV[uint64]}
	case expr.OpAnd:
		l = loops[uint64, uint64]{andVV, andVS, func(o []uint64, x uint64, y []uint64) { andVS(o, y, x) }}
	case expr.OpOr:
		l = loops[uint64, uint64]{orVV, orVS, func(o []uint64, x uint64, y []uint64) { orVS(o, y, x) }}
	case expr.OpXor:
		l = loops[uint64, uint64]{xorVV, xorVS, func(o []uint64, x uint64, y []uint64) { xorVS(o, y, x) }}
	case expr.OpShl:
		l = loops[uint64, uint64]{shlVV, shlVS, shlSV}
	case expr.OpShr:
		l = loops[uint64, uint64]{shrVV, shrVS, shrSV}
	default:
		return nil
	}
	x, y := args[0].register.(*vec[uint64]), args[1].register.(*vec[uint64])
	return l.on(&o.s, &x.s, &y.s, args[0].vary, args[1].vary)
}

func andVV(o, x, y []uint64) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] & y[i]
	}
}

func andVS(o, x []uint64, y uint64) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] & y
	}
}

func orVV(o, x, y []uint64) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] | y[i]
	}
}

func orVS(o, x []uint64, y uint64) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] | y
	}
}

func xorVV(o, x, y []uint64) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] ^ y[i]
	}
}

func xorVS(o, x []uint64, y uint64) {
	x = x[:len(o)]
	for i := range o {
		o[i] = x[i] ^ y
	}
}

// Shifts by 64 and more give 0, in Go as in package expr.

func shlVV(o, x, y []uint64) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] << y[i]
	}
}

func shlVS(o, x []uint64, y uint64) {
	x = x[:len(o)]
	if y > 63 {
		fill(o, 0)
		return
	}
	for i := range o {
		o[i] = x[i] << (y & 63)
	}
}

func shlSV(o []uint64, x uint64, y []uint64) {
	y = y[:len(o)]
	for i := range o {
		o[i] = x << y[i]
	}
}

func shrVV(o, x, y []uint64) {
	x, y = x[:len(o)], y[:len(o)]
	for i := range o {
		o[i] = x[i] >> y[i]
	}
}

func shrVS(o, x []uint64, y uint64) {
	x = x[:len(o)]
	if y > 63 {
		fill(o, 0)
		return
	}
	for i := range o {
		o[i] = x[i] >> (y & 63)
	}
}

func shrSV(o []uint64, x uint64, y []uint64) {
	y = y[:len(o)]
	for i := range o {
		o[i] = x >> y[i]
	}
}

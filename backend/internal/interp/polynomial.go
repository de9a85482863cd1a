package interp

import (
	"math"

	"arignote/backend/internal/kernel"
	"arignote/expr"
)

// polynomial makes one step of as many instructions from i on as are Horner's
// scheme for a polynomial in float64, p = fma(p, x, c) with the same varying x
// and a constant c, each p used by the next alone. It returns how many they are,
// nil if there are less than two.
func (c *compiler) polynomial(b *section, i int) (st step, n int) {
	first, ok := c.hornerStep(b, i)
	if !ok {
		return nil, 0
	}
	x, start := first.Args[1], c.values[first.Args[0]]
	var terms []*vec[float64]
	last := first
	for {
		terms = append(terms, c.values[last.Args[2]].register.(*vec[float64]))
		n++
		next, ok := c.hornerStep(b, i+n)
		if !ok || next.Args[0] != last.Dst || next.Args[1] != x || next.Args[2] == last.Dst || b.last(last.Dst) != i+n {
			break
		}
		last = next
	}
	if n < 2 {
		return nil, 0
	}
	dst := c.register(last.Dst, true).(*vec[float64]) // none of the arguments'
	at, from := c.values[x].register.(*vec[float64]), start.register.(*vec[float64])
	numbers := make([]float64, n)
	return func(w int) {
		dst.window(0, w)
		for k, t := range terms {
			numbers[k] = t.s[0]
		}
		if start.vary {
			hornerFrom(dst.s, at.s, from.s, numbers)
			return
		}
		horner(dst.s, at.s, from.s[0], numbers)
	}, n
}

// hornerStep returns statement i if it is fma(p, x, c) of float64 with x that
// varies and c that does not.
func (c *compiler) hornerStep(b *section, i int) (*kernel.Let, bool) {
	if i >= len(b.body) {
		return nil, false
	}
	s, ok := b.body[i].(*kernel.Let)
	if !ok || s.Op != expr.OpFMA || c.k.Values[s.Dst] != expr.Float64 || s.Args[0] == s.Args[1] {
		return nil, false
	}
	return s, c.values[s.Args[1]].vary && !c.values[s.Args[2]].vary
}

// horner is the polynomial in x with the first term and, after it, the others,
// from the highest power down. Four elements at once keep the processor busy,
// which waits for the result of an fma otherwise.
func horner(o, x []float64, first float64, terms []float64) {
	x = x[:len(o)]
	i := 0
	for ; i+4 <= len(o); i += 4 {
		x0, x1, x2, x3 := x[i], x[i+1], x[i+2], x[i+3]
		p0, p1, p2, p3 := first, first, first, first
		for _, c := range terms {
			p0, p1, p2, p3 = math.FMA(p0, x0, c), math.FMA(p1, x1, c), math.FMA(p2, x2, c), math.FMA(p3, x3, c)
		}
		o[i], o[i+1], o[i+2], o[i+3] = p0, p1, p2, p3
	}
	for ; i < len(o); i++ {
		p := first
		for _, c := range terms {
			p = math.FMA(p, x[i], c)
		}
		o[i] = p
	}
}

// hornerFrom is horner with a first term that varies.
func hornerFrom(o, x, first, terms []float64) {
	x, first = x[:len(o)], first[:len(o)]
	i := 0
	for ; i+4 <= len(o); i += 4 {
		x0, x1, x2, x3 := x[i], x[i+1], x[i+2], x[i+3]
		p0, p1, p2, p3 := first[i], first[i+1], first[i+2], first[i+3]
		for _, c := range terms {
			p0, p1, p2, p3 = math.FMA(p0, x0, c), math.FMA(p1, x1, c), math.FMA(p2, x2, c), math.FMA(p3, x3, c)
		}
		o[i], o[i+1], o[i+2], o[i+3] = p0, p1, p2, p3
	}
	for ; i < len(o); i++ {
		p := first[i]
		for _, c := range terms {
			p = math.FMA(p, x[i], c)
		}
		o[i] = p
	}
}

package optimize

import "arignote/expr"

// Sums over ranges with many residue classes, see counted.go.

// byTable adds up many classes: those of whole periods are one polynomial of their
// number q, and those of the period that is not whole are looked up.
func (c *counter) byTable(x *expr.Node) (total *scalar, ok bool) {
	if c.outer != nil || !c.readPeriod() {
		return nil, false
	}
	var sum polynomial   // of the functions so far
	var before [][]int64 // their coefficients, before each class
	for c.class = range c.period {
		f, ok := c.function(x)
		if !ok {
			return nil, false
		}
		before = append(before, sum.numbers())
		for _, p := range f {
			if p.low != nil || p.high != nil || p.p.numbers() == nil {
				return nil, false
			}
			sum = c.total(sum, p.p)
		}
	}
	below := func(k *scalar) *scalar {
		if k == nil {
			return nil
		}
		m := number64(int64(c.period))
		q := c.apply(expr.OpFloorDiv, floorDiv64, k, m)
		rest := c.sub(k, c.mul(q, m))
		part := make(polynomial, len(sum))
		for d := range part {
			part[d] = c.lookup(before, d, rest)
		}
		return c.add(c.sumBelow(sum, q), c.valueAt(part, q))
	}
	return c.sub(below(c.inner.count), below(c.inner.first)), true
}

// numbers returns the coefficients of p, nil if they are not known.
func (p polynomial) numbers() []int64 {
	list := make([]int64, len(p))
	for i, s := range p {
		v, known := s.value()
		if !known {
			return nil
		}
		list[i] = v
	}
	return list
}

// lookup reads coefficient d of row number i of a table.
func (c *counter) lookup(rows [][]int64, d int, i *scalar) *scalar {
	column := make([]int64, len(rows))
	for k, row := range rows {
		if d < len(row) {
			column[k] = row[d]
		}
	}
	c.written++
	table := c.r.node(expr.Const(column))
	return &scalar{node: c.r.make(c.at, expr.OpTake, expr.Gathered{Axes: []int{0}}, table, c.node(i))}
}

// valueAt is the polynomial p at q, by Horner's scheme.
func (c *counter) valueAt(p polynomial, q *scalar) (v *scalar) {
	for i := len(p) - 1; i >= 0; i-- {
		v = c.add(p[i], c.mul(v, q))
	}
	return v
}

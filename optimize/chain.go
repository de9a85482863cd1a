package optimize

import (
	"math"

	"arignote/expr"
)

// The order of a chain of products: A @ B @ v costs less as A @ (B @ v).

// maxFactors is the longest chain of products whose order is looked for: the
// search takes the third power of the length.
const maxFactors = 24

// dotChain multiplies a chain of matrices in the cheapest order, if all lengths
// are known (Cormen et al., Introduction to Algorithms, section 14.2). Where
// they are not, a vector at an end decides: it is multiplied first.
func dotChain(r *run, n *expr.Node) *expr.Node {
	if !n.DType().IsFloat() || r.innerProduct(n) {
		return nil
	}
	c := &productChain{r: r, n: n}
	now := c.gather(n)
	if k := len(c.factors); k < 3 || k > maxFactors || !c.oneDType() {
		return nil
	}
	if !c.knownSizes() {
		return c.fromVector()
	}
	best := c.search()
	if !(best < now*(1-1e-9)) {
		return nil
	}
	return c.build(0, len(c.factors)-1)
}

// oneDType reports whether all factors have the dtype of the result: otherwise
// two of them may have a narrower product.
func (c *productChain) oneDType() bool {
	return allOf(c.factors, func(f *expr.Node) bool { return f.DType() == c.n.DType() })
}

// innerProduct reports whether n is a factor of another product that will be
// ordered with it.
func (r *run) innerProduct(n *expr.Node) bool {
	u := r.onlyUser(n)
	return u != nil && u.Op() == expr.OpDot && u.DType() == n.DType()
}

// productChain is a chain of factors; matrix i has sizes[i] rows and
// sizes[i+1] columns, a vector at an end counts as a matrix of one row or
// column.
type productChain struct {
	r       *run
	n       *expr.Node
	factors []*expr.Node
	sizes   []float64
	split   [][]int // by first and last factor: where to split
}

// gather collects the factors of the product x and returns the number of
// multiplications that it takes as it stands (of no meaning where lengths are
// unknown).
func (c *productChain) gather(x *expr.Node) float64 {
	if len(c.factors) > maxFactors || !c.opens(x) {
		c.factors = append(c.factors, x)
		return 0
	}
	a, b := x.Arg(0), x.Arg(1)
	cost := c.side(a, 0) + c.side(b, 1)
	return cost + float64(lengthOf(x, 0)*lengthOf(x, 1)*lengthOf(a, a.Rank()-1))
}

// side gathers an argument of a product: the left one counts as a row if it is
// a vector, the right one as a column, and A @ v is neither on the left.
func (c *productChain) side(x *expr.Node, i int) float64 {
	if x.Rank() == 1 && c.opens(x) && x.Arg(i).Rank() != 1 {
		c.factors = append(c.factors, x)
		return 0
	}
	return c.gather(x)
}

// opens reports whether x is a product that belongs to the chain.
func (c *productChain) opens(x *expr.Node) bool {
	return x.Op() == expr.OpDot && x.DType() == c.n.DType() && (x == c.n || c.r.once(x))
}

// lengthOf is a known length, 1 where there is no such axis.
func lengthOf(x *expr.Node, axis int) int {
	if axis >= x.Rank() {
		return 1
	}
	n, _ := x.Type().Dims[axis].Known()
	return n
}

// knownSizes finds the lengths of the chain.
func (c *productChain) knownSizes() bool {
	for i, f := range c.factors {
		if _, known := f.Type().Shape(); !known {
			return false
		}
		if i == 0 {
			c.sizes = append(c.sizes, 1)
			if f.Rank() == 2 {
				c.sizes[0] = float64(lengthOf(f, 0))
			}
		}
		if f.Rank() == 1 && i == 0 {
			c.sizes = append(c.sizes, float64(lengthOf(f, 0)))
		} else {
			c.sizes = append(c.sizes, float64(lengthOf(f, 1)))
		}
	}
	return true
}

// search finds the cheapest splits and returns the cost of the whole chain.
func (c *productChain) search() float64 {
	k := len(c.factors)
	cost := make([][]float64, k)
	c.split = make([][]int, k)
	for i := range k {
		cost[i], c.split[i] = make([]float64, k), make([]int, k)
	}
	for length := 2; length <= k; length++ {
		for i := 0; i+length <= k; i++ {
			j := i + length - 1
			cost[i][j] = math.Inf(1)
			for m := i; m < j; m++ {
				if x := cost[i][m] + cost[m+1][j] + float64(c.sizes[i]*c.sizes[m+1]*c.sizes[j+1]); x < cost[i][j] {
					cost[i][j], c.split[i][j] = x, m
				}
			}
		}
	}
	return cost[0][k-1]
}

// build makes the product of the factors i to j.
func (c *productChain) build(i, j int) *expr.Node {
	if i == j {
		return c.factors[i]
	}
	m := c.split[i][j]
	return c.r.make(c.n, expr.OpDot, nil, c.build(i, m), c.build(m+1, j))
}

// fromVector multiplies from the end at which there is a vector; nil if there
// is none, or that is so already.
func (c *productChain) fromVector() *expr.Node {
	last := len(c.factors) - 1
	var y *expr.Node
	switch {
	case c.factors[last].Rank() == 1:
		y = c.factors[last]
		for i := last - 1; i >= 0; i-- {
			y = c.r.make(c.n, expr.OpDot, nil, c.factors[i], y)
		}
	case c.factors[0].Rank() == 1:
		y = c.factors[0]
		for _, f := range c.factors[1:] {
			y = c.r.make(c.n, expr.OpDot, nil, y, f)
		}
	}
	if y == nil || !c.hasMatrixProduct(c.n) {
		return nil
	}
	return y
}

// hasMatrixProduct reports whether a part of the chain multiplies two matrices.
func (c *productChain) hasMatrixProduct(x *expr.Node) bool {
	if !c.opens(x) {
		return false
	}
	return x.Rank() == 2 || c.hasMatrixProduct(x.Arg(0)) || c.hasMatrixProduct(x.Arg(1))
}

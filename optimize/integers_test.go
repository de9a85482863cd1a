package optimize_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"arignote/expr"
	"arignote/expr/exprtest"
	"arignote/optimize"
)

// integerInputs are the dtypes on which expressions of integers are tried.
var integerInputs = []string{
	"i: int64[?]; j: int64[?]", "i: int32[?]; j: int32[?]", "i: int8[?]; j: int8[?]", "i: uint8[?]; j: uint8[?]", "i: uint64[?]; j: uint64[?]",
	"i: int8[?]; j: uint8[?]", "i: int64[?]; j: int32[?]", "i: uint64[?]; j: int8[?]",
}

// integerFindings are expressions that were simplified to something else.
var integerFindings = []string{
	"clip(abs(minimum(-3, i)), 1, 7)", "clip(-minimum(-1, j), 0, 2)", "maximum(~minimum(i, -3), -minimum(i, -3))",
	"-7 == -i", "j - 7 != -5", "~2 == 0 - i", "300 == i + 44", "maximum(5 - i*j, j + 1)", "1 - where(p, i, i)*j", "-i*j + 1.0",
}

// integerNumbers are the values of i and j, in all pairs: where sums, negations
// and quotients wrap around, and small ones.
var integerNumbers = []float64{0, 1, -1, 2, 3, -3, 5, 7, -8, 64, 100, 127, -128, 255, math.MaxInt32, math.MinInt32, 1 << 62, math.MinInt64, math.MaxInt64, 12345}

// TestIntegers simplifies random expressions of integers and truth values and
// compares them with what they were: what is said of integers is exact, also by
// default and where they wrap around.
func TestIntegers(t *testing.T) {
	for k, declared := range integerInputs {
		g := &integerText{rng: rand.New(rand.NewPCG(uint64(k), 3)), signed: !strings.Contains(declared, "uint")}
		inputs := parse(t, declared+"; p: bool[?]; q: bool[?]; i, j, p, q").Inputs
		values := integerValues(inputs)
		for _, src := range integerFindings {
			if err := sameIntegers(src, inputs, values); err != nil {
				t.Errorf("%s; %s: %v", declared, src, err)
			}
		}
		for range 800 {
			src := g.number(3)
			if g.rng.IntN(3) == 0 {
				src = g.truth(3)
			}
			if err := sameIntegers(src, inputs, values); err != nil {
				t.Errorf("%s; %s: %v", declared, src, err)
			}
		}
	}
}

// integerValues returns all pairs of numbers for the first two inputs, and truth
// values for the others.
func integerValues(inputs []*expr.Node) []*expr.Value {
	k := len(integerNumbers)
	var values []*expr.Value
	for i, x := range inputs {
		data := make([]complex128, k*k)
		for at := range data {
			first, second := at%k, at/k
			data[at] = complex([]float64{integerNumbers[first], integerNumbers[second], float64((first + second) % 2), float64((first + second) / 2 % 2)}[i], 0)
		}
		values = append(values, exprtest.Convert(data, []int{k * k}, x.DType()))
	}
	return values
}

// sameIntegers compares an expression with what is left of it. Results that are
// floats, which two integer dtypes may have, are equal up to rounding.
func sameIntegers(src string, inputs []*expr.Node, values []*expr.Value) error {
	n, err := expr.Parser{Inputs: inputs}.Parse(src)
	if err != nil || n.Rank() == 0 {
		return nil // such as a literal that is no number of the dtype
	}
	before := expr.NewGraph(inputs, n)
	after, trace, err := optimize.Run(before, optimize.Options{})
	if err != nil || trace.Unsettled {
		return fmt.Errorf("%v, comes to rest: %v", err, !trace.Unsettled)
	}
	for x := range before.Nodes() {
		if x.DType().Inexact() && !n.DType().IsFloat() {
			return nil // a comparison or conversion of what is rounded
		}
	}
	return sameMeaning(before, after, values, !n.DType().IsFloat())
}

// integerText makes expressions of the integers i and j and the truth values p
// and q.
type integerText struct {
	rng    *rand.Rand
	signed bool
}

func (g *integerText) pick(list ...string) string { return list[g.rng.IntN(len(list))] }

// number returns an integer, of at most that many operations one in the other.
func (g *integerText) number(depth int) string {
	if depth == 0 || g.rng.IntN(6) == 0 {
		if g.signed && g.rng.IntN(8) == 0 {
			return g.pick("-1", "-2", "-3")
		}
		return g.pick("i", "j", "i", "j", "0", "1", "2", "3", "5", "7", "8")
	}
	x := func() string { return g.number(depth - 1) }
	switch g.rng.IntN(9) {
	case 0, 1, 2, 3:
		return "(" + x() + g.pick(" + ", " - ", " * ", " // ", " % ", " & ", " | ", " ^ ", " << ", " >> ") + x() + ")"
	case 4:
		return g.pick("maximum", "minimum") + "(" + x() + ", " + x() + ")"
	case 5:
		return g.pick("abs", "-", "sign", "~", "square") + "(" + x() + ")"
	case 6:
		return "where(" + g.truth(depth-1) + ", " + x() + ", " + x() + ")"
	case 7:
		return g.pick("clip("+x()+", "+g.pick("0", "1")+", "+g.pick("2", "7", "3")+")", "("+x()+")**"+g.pick("2", "3", "0", "1"))
	}
	return g.pick("astype("+g.truth(depth-1)+", 'int64')", "astype("+x()+", '"+g.pick("int8", "uint8", "int32", "int64", "uint64", "bool")+"')")
}

// truth returns a truth value.
func (g *integerText) truth(depth int) string {
	if depth <= 0 || g.rng.IntN(6) == 0 {
		return g.pick("p", "q")
	}
	switch g.rng.IntN(6) {
	case 0, 1:
		return "(" + g.truth(depth-1) + g.pick(" & ", " | ", " ^ ", " == ", " != ") + g.truth(depth-1) + ")"
	case 2:
		return "(~" + g.truth(depth-1) + ")"
	}
	return "(" + g.number(depth-1) + g.pick(" < ", " <= ", " > ", " >= ", " == ", " != ") + g.number(depth-1) + ")"
}

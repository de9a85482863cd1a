package optimize_test

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"arignote/expr"
	"arignote/expr/exprtest"
	"arignote/optimize"
)

// TestRules tests each row of the tables, by its existence: it fires on its
// own left side, keeps type and value, does not make the graph larger, and
// comes to rest together with all other rules.
func TestRules(t *testing.T) {
	for _, table := range optimize.Tables() {
		for _, rule := range table.Rules {
			t.Run(table.Pass+"/"+rule.Name, func(t *testing.T) {
				more := 2
				if table.Pass == "cancellation" {
					more = 12
				}
				if err := checkRule(rule, more); err != nil {
					t.Errorf("the rule %s is wrong, mend it in %s: %v", rule.Name, table.File, err)
				}
			})
		}
	}
}

// TestWrongRules: rows that are wrong are found, and the message says which.
func TestWrongRules(t *testing.T) {
	for _, rule := range []optimize.Rule{
		{Name: "wrong-sign", Left: "x + y", Right: "x - y", Class: optimize.Real},
		{Name: "wrong-at-minus-zero", Left: "x + 0", Right: "x", Class: optimize.Exact},
		{Name: "wrong-at-nan", Left: "x - x", Right: "0", Class: optimize.Exact},
		{Name: "wrong-below-zero", Left: "sqrt(square(x))", Right: "x", Class: optimize.Real},
		{Name: "wrong-integers", Left: "(x * y) // y", Right: "x", Class: optimize.Real},
		{Name: "never-fires", Left: "exp(x)", Right: "log(x)", Class: optimize.Real, When: "x complex"},
		{Name: "grows", Left: "sin(x)", Right: "cos(x) * tan(x) + 0 * tan(x) + 0 * log(x + 2)", Class: optimize.Real},
		{Name: "no-text", Left: "exp(x", Right: "x", Class: optimize.Real},
		{Name: "unbound", Left: "exp(x)", Right: "y", Class: optimize.Real},
	} {
		if err := checkRule(rule, 2); err == nil {
			t.Errorf("the wrong rule %s is not found", rule.Name)
		}
	}
}

// checkRule returns what is wrong with a rule, to which that many operations more
// than it finds are allowed.
func checkRule(rule optimize.Rule, more int) error {
	if rule.Left == "" {
		return checkExample(rule, more)
	}
	fired, settled := 0, make(map[string]bool)
	for in := range instances(rule) {
		for _, text := range withLiterals(withAxis(rule.Left, in.inputs)) {
			g, err := expr.Parser{Inputs: in.inputs}.ParseGraph(text)
			if err != nil {
				continue // not for this dtype or rank
			}
			kind := typesOf(in.inputs)[0]
			hit, err := checkInstance(rule, g, in, more, !settled[kind])
			if err != nil {
				return fmt.Errorf("%s with %v: %w", text, typesOf(in.inputs), err)
			}
			if hit {
				fired++
				settled[kind] = true
			}
		}
	}
	if fired == 0 {
		return fmt.Errorf("%s: does not fire on its own left side %q", rule.Name, rule.Left)
	}
	return nil
}

// checkExample checks a rule that is a function on its example.
func checkExample(rule optimize.Rule, more int) error {
	g, err := expr.ParseGraph(rule.Example())
	if err != nil {
		return fmt.Errorf("%s: example %q: %w", rule.Name, rule.Example(), err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	in := instance{inputs: g.Inputs}
	for _, x := range g.Inputs {
		shape := make([]int, x.Rank())
		for i, d := range x.Type().Dims {
			shape[i] = 3
			if n, ok := d.Known(); ok {
				shape[i] = n
			}
		}
		in.values = append(in.values, randomArray(rng, x.DType(), shape))
	}
	hit, err := checkInstance(rule, g, in, more, true)
	if err == nil && !hit {
		err = fmt.Errorf("%s: does not fire on %q", rule.Name, rule.Example())
	}
	return err
}

// instance is a set of inputs for the names of a rule.
type instance struct {
	inputs []*expr.Node
	values []*expr.Value
}

func typesOf(inputs []*expr.Node) []string {
	var list []string
	for _, x := range inputs {
		list = append(list, x.Name()+": "+x.Type().String())
	}
	return list
}

// checkInstance applies the rule to g and compares types and values; with all,
// it applies all other rules too, which once for each type of input is enough
// to see whether they come to rest.
func checkInstance(rule optimize.Rule, g *expr.Graph, in instance, more int, all bool) (fired bool, err error) {
	g = expr.NewGraph(in.inputs, g.Outputs...)
	after, trace, err := optimize.Alone(rule, g)
	if err != nil {
		return false, err
	}
	if trace.Hits()[rule.Name] == 0 {
		return false, nil
	}
	if err := after.Check(); err != nil {
		return true, err
	}
	// What does not overflow or cancel may take some operations more.
	if a, b := work(g), work(after); b > a+more {
		return true, fmt.Errorf("%d compute nodes become %d", a, b)
	}
	if err := sameMeaning(g, after, in.values, rule.Class == optimize.Exact); err != nil {
		return true, err
	}
	if !all {
		return true, nil
	}
	full, trace, err := optimize.Run(g, optimize.Options{})
	if err != nil {
		return true, err
	}
	if trace.Unsettled {
		return true, fmt.Errorf("does not come to rest:\n%v", trace)
	}
	return true, sameMeaning(g, full, in.values, false)
}

// sameMeaning compares types and values. Exact graphs agree in every bit;
// others where the first graph has finite values.
func sameMeaning(before, after *expr.Graph, values []*expr.Value, exact bool) error {
	want, err := before.Evaluate(values)
	if err != nil {
		return nil // singular matrices and the like
	}
	got, err := after.Evaluate(values)
	if err != nil {
		return fmt.Errorf("fails: %w\n%v", err, after)
	}
	for i, w := range want {
		if a, b := before.Outputs[i].Type(), after.Outputs[i].Type(); !atLeastAsKnown(b, a) {
			return fmt.Errorf("the type %v becomes %v\n%v", a, b, after)
		}
		if exact {
			err = exprtest.SameBits(got[i], w)
		} else {
			err = closeWhereFinite(got[i], w, precision(before))
		}
		if err != nil {
			return fmt.Errorf("%w\n%v\n%v", err, before, after)
		}
	}
	return nil
}

// precision is how well two graphs that mean the same must agree: some node may
// be rounded to float32.
func precision(g *expr.Graph) float64 {
	for n := range g.Nodes() {
		if d := n.DType(); d == expr.Float32 || d == expr.Complex64 {
			return 1e-4
		}
	}
	return 1e-9
}

// closeWhereFinite compares the elements in which want is finite.
func closeWhereFinite(got, want *expr.Value, tol float64) error {
	if got.Len() != want.Len() || got.DType() != want.DType() {
		return fmt.Errorf("%v, want %v", got.Type(), want.Type())
	}
	largest := 1.0
	for i := range want.Len() {
		if z := want.Complex(i); finite(z) && want.DType().Inexact() {
			largest = max(largest, min(math.Hypot(real(z), imag(z)), 1e3))
		}
	}
	for i := range want.Len() {
		w, g := want.Complex(i), got.Complex(i)
		if want.DType().IsInteger() && got.Int(i) != want.Int(i) {
			return fmt.Errorf("element %d: %d, want %d", i, got.Int(i), want.Int(i))
		}
		if !finite(w) || want.DType().IsInteger() {
			continue
		}
		size := math.Max(largest, math.Hypot(real(w), imag(w)))
		if d := g - w; !(math.Hypot(real(d), imag(d)) <= tol*size) {
			return fmt.Errorf("element %d: %v, want %v", i, g, w)
		}
	}
	return nil
}

func finite(z complex128) bool { return real(z)-real(z) == 0 && imag(z)-imag(z) == 0 }

// computeNodes counts the nodes that compute something.
func computeNodes(g *expr.Graph) int {
	n := 0
	for x := range g.Nodes() {
		if x.Op() != expr.OpInput && x.Op() != expr.OpConst && !x.Op().View() {
			n++
		}
	}
	return n
}

// work counts the nodes that compute something; those that work on whole
// matrices count by the rows, those on many elements as several.
func work(g *expr.Graph) int {
	n := 0
	for x := range g.Nodes() {
		switch op := x.Op(); {
		case op == expr.OpInput || op == expr.OpConst || op.View() || op.Elementwise() && x.Rank() == 0:
		case op == expr.OpInv || op == expr.OpDot && x.Rank() == 2:
			n += 3 * rows(x.Arg(0))
		case op == expr.OpMatMul || op == expr.OpMap && x.Rank() > 0 || op == expr.OpMul && x.Rank() == 3:
			last, _ := x.Type().Dims[x.Rank()-1].Known()
			n += rows(x) * last
		case op == expr.OpSolve:
			n += 2 * rows(x.Arg(0))
		case op == expr.OpDet || op == expr.OpLogAbsDet || op == expr.OpCholesky:
			n += rows(x.Arg(0))
		case op == expr.OpAbs && x.Args()[0].DType().IsComplex():
			n += 4
		case rows(x) > 99:
			n += 4
		default:
			n++
		}
	}
	return n
}

// rows is the number of rows of a matrix, or of all matrices of a stack, 1 if x is
// none or that is unknown.
func rows(x *expr.Node) int {
	n := 1
	for _, d := range x.Type().Dims[:max(x.Rank()-1, 0)] {
		k, _ := d.Known()
		n *= k
	}
	return max(n, 1)
}

// namePattern finds the names in the text of a rule.
var namePattern = regexp.MustCompile(`\b[a-z]\b`)

// axisPattern finds the axis variables.
var axisPattern = regexp.MustCompile(`axis=[a-z]`)

// withAxis replaces axis variables by the last axis of the first input.
func withAxis(text string, inputs []*expr.Node) string {
	return axisPattern.ReplaceAllString(text, fmt.Sprintf("axis=%d", max(inputs[0].Rank()-1, 0)))
}

// intPattern finds integer literals that are operands.
var intPattern = regexp.MustCompile(`(^|[ (])(-?[0-9]+)($|[ )])`)

// withLiterals returns the text, and the text with floats and with strong
// constants in place of integer literals.
func withLiterals(text string) []string {
	if !intPattern.MatchString(text) {
		return []string{text}
	}
	return []string{
		text,
		intPattern.ReplaceAllString(text, "${1}${2}.0${3}"),
		intPattern.ReplaceAllString(text, "${1}array($2, 'int64')${3}"),
		intPattern.ReplaceAllString(text, "${1}array($2, 'float64')${3}"),
	}
}

// instances yields inputs for the names of a rule: of each dtype, floats
// early, of ranks 0 to 2, with known and with unknown dims.
func instances(rule optimize.Rule) iter.Seq[instance] {
	text := axisPattern.ReplaceAllString(rule.Left, "")
	var names []string
	for _, name := range namePattern.FindAllString(text, -1) {
		if !strings.Contains(strings.Join(names, " "), name) {
			names = append(names, name)
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	return func(yield func(instance) bool) {
		for _, d := range slices.Backward(expr.DTypes()) {
			for _, shapes := range [][][]int{{{3}}, {{}}, {{3, 3}}, {{3}, {3, 3}}, {{3, 3}, {3}}, {{3}, {1}}, {{}, {3}}} {
				for _, known := range []bool{true, false} {
					if !yield(ofShapes(rng, names, d, shapes, known)) {
						return
					}
				}
			}
			if rule.Class == optimize.Exact && !yield(specials(names, d)) {
				return
			}
		}
		for range 60 {
			if !yield(mixed(rng, names, rule.Class)) {
				return
			}
		}
		yield(chosen(rng, names))
	}
}

// ofShapes returns random inputs of one dtype, with the shapes in turn.
func ofShapes(rng *rand.Rand, names []string, d expr.DType, shapes [][]int, known bool) instance {
	in := instance{}
	for i, name := range names {
		shape := shapes[i%len(shapes)]
		in.inputs = append(in.inputs, input(name, d, shape, known))
		in.values = append(in.values, randomArray(rng, d, shape))
	}
	return in
}

// mixed returns names of different dtypes, with the numbers at which integers
// wrap.
func mixed(rng *rand.Rand, names []string, class optimize.Class) instance {
	in := specials(names, expr.Float64)
	for i, name := range names {
		d := expr.DTypes()[rng.IntN(len(expr.DTypes()))]
		v := in.values[i]
		if class == optimize.Real {
			v = randomArray(rng, expr.Float64, v.Shape())
		}
		data := make([]complex128, v.Len())
		for k := range data {
			data[k] = v.Complex(k)
		}
		in.inputs[i], in.values[i] = expr.Input(name, d, v.Len()), exprtest.Convert(data, v.Shape(), d)
	}
	return in
}

// chosen returns a condition or choice that is bool, among names of numbers.
func chosen(rng *rand.Rand, names []string) instance {
	in := instance{}
	for _, name := range names {
		d := expr.Float64
		if name == "c" {
			d = expr.Bool
		}
		in.inputs = append(in.inputs, input(name, d, []int{3}, true))
		in.values = append(in.values, randomArray(rng, d, []int{3}))
	}
	return in
}

func input(name string, d expr.DType, shape []int, known bool) *expr.Node {
	dims := make([]any, len(shape))
	for i, n := range shape {
		dims[i] = -1
		if known {
			dims[i] = n
		}
	}
	return expr.Input(name, d, dims...)
}

// special values, on all pairs of which Exact rules are tried.
var special = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -2, 3.75, 5e-324, -1e-310, 1e-40, 1e300, math.MaxFloat64,
	math.MaxFloat32, -127, 128, math.Inf(1), math.Inf(-1), math.NaN()}

// specials returns vectors in which each tuple of special values occurs.
func specials(names []string, d expr.DType) instance {
	list := special
	if len(names) > 2 { // all tuples would be too many
		list = []float64{0, math.Copysign(0, -1), 1, -2, 128, math.Inf(-1), math.NaN()}
	}
	total := 1
	for range names {
		total *= len(list)
	}
	in := instance{}
	for i, name := range names {
		step := 1
		for range i {
			step *= len(list)
		}
		data := make([]complex128, total)
		for k := range data {
			x := list[k/step%len(list)]
			data[k] = complex(x, list[(k/step+3)%len(list)])
		}
		in.inputs = append(in.inputs, expr.Input(name, d, total))
		in.values = append(in.values, exprtest.Convert(data, []int{total}, d))
	}
	return in
}

// randomArray returns numbers of both signs, of the size that most functions
// are defined for.
func randomArray(rng *rand.Rand, d expr.DType, shape []int) *expr.Value {
	n := 1
	for _, k := range shape {
		n *= k
	}
	data := make([]complex128, n)
	for i := range data {
		data[i] = complex(3*rng.Float64()-1, 3*rng.Float64()-1)
		if d.IsInteger() || d == expr.Bool {
			data[i] = complex(math.Round(4*real(data[i])), 0)
		}
	}
	return exprtest.Convert(data, shape, d)
}

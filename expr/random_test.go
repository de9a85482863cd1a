package expr_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	. "arignote/expr"
)

// textMaker writes random programs, most of which are wrong, with all of the
// language's functions.
type textMaker struct {
	r     *rand.Rand
	names []string // functions
	vars  []string
}

// pick returns one of the texts.
func (m *textMaker) pick(texts ...string) string { return texts[m.r.IntN(len(texts))] }

func (m *textMaker) expr(deep int) string {
	if deep == 0 {
		if m.r.IntN(3) > 0 {
			return m.pick(m.vars...)
		}
		return m.pick("0", "1", "2", "-1", "3", "2.5", "-0.0", "1e-30", "inf", "nan", "pi", "True", "2j", "1+2j", "9223372036854775807",
			"-9223372036854775808", "array([1, 2, 0])", "array([0.1], 'float32')", "array(3, 'int8')", "array(-inf)")
	}
	x, y := m.expr(m.r.IntN(deep)), m.expr(m.r.IntN(deep))
	switch m.r.IntN(12) {
	case 0, 1, 2:
		op := m.pick("+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>", "<", "==", ">=")
		return "(" + x + ")" + op + "(" + y + ")"
	case 3:
		return m.pick("-", "~", "+") + "(" + x + ")"
	case 4:
		return "(" + x + ")" + m.pick(".T", ".shape", ".size", ".real", ".sum()", ".ravel()", "[0]", "[1:]", "[None]", "[::-1]")
	case 5:
		return "(" + x + ")[" + m.items(deep) + "]"
	default:
		name := m.pick(m.names...)
		args := []string{}
		for range 1 + m.r.IntN(3) {
			args = append(args, m.arg(deep))
		}
		for range m.r.IntN(2) * m.r.IntN(3) {
			args = append(args, m.pick("axis", "keepdims", "dtype", "k", "n", "shape", "lower", "axes", "v")+"="+m.arg(1))
		}
		return name + "(" + strings.Join(args, ", ") + ")"
	}
}

func (m *textMaker) arg(deep int) string {
	switch m.r.IntN(14) {
	case 0:
		return m.pick("'float32'", "'int64'", "'bool'", "'complex128'", "'x'", "None", "True", "False")
	case 1:
		return m.pick("0", "1", "-1", "2", "(0, 1)", "(1, 0)", "()", "(2, 3)", "((0,), (0,))", "(n, 2)", "[0, 1]", "[[0], [1]]", "[]", "(-1,)")
	case 2:
		return "(" + m.expr(deep-1) + ", " + m.expr(deep-1) + ")"
	case 3:
		return m.pick("x[1:]", "x[0]", "x[[0, 1]]", "x[:, [1, 1]]", "x[1:, i]", "v[n:]")
	case 4:
		return m.pick("lambda a: ", "lambda g, a: ", "lambda a, b: ") + m.pick("a", "a*v", "{t = a + s; t*t}", "(a, x)", "sum(a)")
	}
	return m.expr(m.r.IntN(deep))
}

func (m *textMaker) items(deep int) string {
	var items []string
	for range 1 + m.r.IntN(3) {
		items = append(items, m.pick("0", "-1", ":", "1:", "::-1", ":n", "n:", "None", "...", "[0, 1]", "i", "p", "n", m.expr(m.r.IntN(deep))))
	}
	return strings.Join(items, ", ")
}

// TestRandomTexts: nothing panics; mistakes have a position; what is right
// survives being printed.
func TestRandomTexts(t *testing.T) {
	names := []string{}
	for name := range Usages() {
		names = append(names, name)
	}
	slices.Sort(names)
	right := 0
	for seed := range uint64(20000) {
		m := &textMaker{r: rand.New(rand.NewPCG(seed, 7)), names: names, vars: []string{"x", "v", "s", "n", "i", "p", "z", "A", "f"}}
		src := "x: float64[2, 3]; v: float64[?]; s: float64; n: int64; i: int32[2]; p: bool[2]; z: complex64[3]; A: float64[m, m]; f: float32[3, 1]\n"
		for k := range m.r.IntN(3) {
			name := fmt.Sprint("u", k)
			src += name + " = " + m.expr(2) + "\n"
			m.vars = append(m.vars, name, name)
		}
		src += m.expr(2)
		g, err := ParseGraph(src)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Pos.Line == 0 {
				t.Fatalf("%s\n%v has no position", src, err)
			}
			continue
		}
		right++
		if err := g.Check(); err != nil {
			t.Fatalf("%s\n%v", src, err)
		}
		if roundTrip(t, g, false); t.Failed() {
			t.Fatal(src)
		}
	}
	if right < 1000 {
		t.Errorf("only %d programs are right", right)
	}
	t.Logf("%d programs are right", right)
}

package expr_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	. "arignote/expr"
)

// printed returns what Print writes.
func printed(t *testing.T, nodes ...*Node) string {
	t.Helper()
	var b strings.Builder
	if err := Print(&b, nodes...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func ExamplePrint() {
	a, v, M := Scalar("a"), Vector("v"), Matrix("M")
	Print(os.Stdout, a.Div(a).Add(M.Add(a).Dot(v)))
	// Output:
	// add [id A] float64[?]
	//  ├─ div [id B] float64
	//  │  ├─ a [id C] float64
	//  │  └─ a [id C]
	//  └─ dot [id D] float64[?]
	//     ├─ add [id E] float64[?, ?]
	//     │  ├─ M [id F] float64[?, ?]
	//     │  └─ a [id C]
	//     └─ v [id G] float64[?]
}

func TestPrintTree(t *testing.T) {
	g := mustGraph(t, `x: float64[4, 3]; s = sum(x, axis=1)
		map(lambda r, c: {t = r*c; t + t}, x, (s[0],)) + x[1:][:1], s, s`)
	want := `add [id A] float64[4, 3]
 ├─ map{lambda r, c} [id B] float64[4, 3]
 │  ├─ x [id C] float64[4, 3]
 │  └─ slice{[0]} [id D] float64
 │     └─ sum{axis=1} [id E] float64[4]
 │        └─ x [id C]
 └─ slice{[:1, :]} [id F] float64[1, 3]
    └─ slice{[1:, :]} [id G] float64[3, 3]
       └─ x [id C]
sum{axis=1} [id E] ...
sum{axis=1} [id E] ...

function of map [id B]
add [id H] float64[3]
 ├─ mul [id I] float64[3]
 │  ├─ r [id J] float64[3]
 │  └─ c [id K] float64
 └─ mul [id I] ...
`
	if got := printed(t, g.Outputs...); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestPrintTreeCuts(t *testing.T) {
	x := Scalar("x")
	n := x
	for range 120 {
		n = n.Sin()
	}
	text := printed(t, n.Add(Const(make([]float32, 1000))))
	if !strings.Contains(text, "float32[1000]([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, ...], 'float32') [id") {
		t.Errorf("the constant is not cut:\n%s", text)
	}
	if got := strings.Count(text, "(below)"); got != 2 || strings.Count(text, "sin") != 120+got {
		t.Errorf("%d continued trees:\n%s", got, text)
	}
	if strings.Contains(text, strings.Repeat("   ", 51)) {
		t.Error("lines are indented more than 50 levels")
	}
}

func TestPrintTreeWrong(t *testing.T) {
	x := Vector("x")
	if got := printed(t, nil, x.Reshape(-1, -1), x); !strings.HasPrefix(got, "<nil>\n<error: ") || !strings.HasSuffix(got, "x [id A] float64[?]\n") {
		t.Error(got)
	}
	if err := Print(brokenWriter{}, x); err == nil {
		t.Error("a write error is lost")
	}
	if err := DOT(brokenWriter{}, x); err == nil {
		t.Error("a write error is lost")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("broken") }

func TestPrintTreeDeep(t *testing.T) {
	const size = 200_000
	x := Scalar("x")
	n := x
	for range size {
		n = NewNode(OpAdd, nil, n, x)
	}
	var w countingWriter
	if err := Print(&w, n); err != nil || w.n > 400*size {
		t.Errorf("%d bytes, %v", w.n, err)
	}
	w.n = 0
	if err := DOT(&w, n); err != nil || w.n > 400*size {
		t.Errorf("%d bytes, %v", w.n, err)
	}
}

func TestMarksAreDistinct(t *testing.T) {
	x := Scalar("x")
	n := x
	for range 800 {
		n = n.Neg()
	}
	seen := map[string]bool{}
	for line := range strings.Lines(printed(t, n)) {
		_, mark, _ := strings.Cut(line, "[id ")
		mark, rest, _ := strings.Cut(mark, "]")
		if strings.Contains(rest, "float64") && !seen[mark] {
			seen[mark] = true
		}
	}
	if len(seen) != 801 || !seen["A"] || !seen["Z"] || !seen["AA"] || !seen["ZZ"] || !seen["AAA"] {
		t.Errorf("%d marks", len(seen))
	}
}

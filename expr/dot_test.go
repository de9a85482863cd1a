package expr_test

import (
	"os"
	"strings"
	"testing"

	. "arignote/expr"
)

func ExampleDOT() {
	x := Vector("x")
	DOT(os.Stdout, x.Mul(x).Add(1))
	// Output:
	// digraph {
	// 	n1 [label="x\nfloat64[?]", shape=box];
	// 	n2 [label="mul\nfloat64[?]"];
	// 	n1 -> n2 [label=0];
	// 	n1 -> n2 [label=1];
	// 	n3 [label="1\nint64", shape=plain];
	// 	n4 [label="add\nfloat64[?]", peripheries=2];
	// 	n2 -> n4 [label=0];
	// 	n3 -> n4 [label=1];
	// }
}

func TestDOT(t *testing.T) {
	g := mustGraph(t, `x: float64[4, 3]; map(lambda r: sum(astype(r, "float32")), x)*dimshuffle(x, (1, 'x', 0))[:, 0]`)
	var b strings.Builder
	if err := DOT(&b, append(g.Outputs, nil, g.Outputs[0].Reshape(-1, -1))...); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"subgraph cluster", "[style=dashed]", `dimshuffle{(1, 'x', 0)}`, `label="<nil>"`, `label="<error: `, "}\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Count(text, "{\n") != strings.Count(text, "}\n") {
		t.Errorf("braces do not match in\n%s", text)
	}
}

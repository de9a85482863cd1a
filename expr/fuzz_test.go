package expr_test

import (
	"errors"
	"io"
	"testing"

	. "arignote/expr"
)

// FuzzParse: text is refused with a position, or read as a sound graph whose
// text is read as the same graph.
func FuzzParse(f *testing.F) {
	for _, c := range languageCases {
		f.Add(languageInputs + c.src)
	}
	for _, c := range wrongTexts {
		f.Add("x: float64[3]; y: float64[4]; A: float64[2, 3]\n" + c.src)
	}
	for op := range NumOps {
		f.Add(op.Example())
	}
	f.Fuzz(func(t *testing.T, src string) {
		g, err := ParseGraph(src)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Pos.Line == 0 || e.Pos.Col == 0 || e.Kind == nil {
				t.Errorf("%v has no position", err)
			}
			return
		}
		if err := g.Check(); err != nil {
			t.Error(err)
		}
		for n := range g.Nodes() {
			if n.Pos().Line == 0 || n.Pos().File != "" {
				t.Errorf("%v has the place %v", n.Op(), n.Pos())
			}
		}
		roundTrip(t, g, false)
		if err := Print(io.Discard, g.Outputs...); err != nil {
			t.Error(err)
		}
		if err := DOT(io.Discard, g.Outputs...); err != nil {
			t.Error(err)
		}
	})
}

package syntax_test

import (
	"errors"
	"strings"
	"testing"

	"arignote/expr/syntax"
)

// FuzzParse checks that no text makes the parser panic, and that errors point into the text. What ParseExpr accepts,
// Parse accepts with the same tree.
func FuzzParse(f *testing.F) {
	for _, c := range expressions {
		f.Add(c.src)
	}
	for _, c := range mistakes {
		f.Add(c.src)
	}
	f.Add("x: float64[m, 3, ?]\nt = f(x, k=lambda a: {b = a; b, a})\nt[0, 1:], t.T")
	f.Fuzz(func(t *testing.T, src string) {
		file, err := syntax.Parse(src)
		switch {
		case err != nil:
			checkError(t, src, err)
		case len(file.Body.Outputs) == 0:
			t.Error("no outputs, no error")
		default:
			dumpFile(file)
		}
		e, errExpr := syntax.ParseExpr(src)
		if errExpr != nil {
			checkError(t, src, errExpr)
			return
		}
		if err != nil {
			t.Fatalf("ParseExpr accepts it, Parse says %v", err)
		}
		if a, b := dump(e), dumpFile(file); a != b {
			t.Errorf("ParseExpr gives %s\nParse gives %s", a, b)
		}
	})
}

// checkError checks the type and the position of an error.
func checkError(t *testing.T, src string, err error) {
	var e *syntax.Error
	if !errors.As(err, &e) {
		t.Fatalf("an error of type %T", err)
	}
	lines := strings.Count(src, "\n") + strings.Count(src, "\r") + 1
	if e.Pos.Line < 1 || e.Pos.Line > lines || e.Pos.Col < 1 || e.Pos.Col > len(src)+1 {
		t.Errorf("position %s", e.Pos)
	}
	if e.Msg == "" || strings.Contains(e.Msg, "%!") {
		t.Errorf("message %q", e.Msg)
	}
}

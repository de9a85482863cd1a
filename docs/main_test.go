package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arignote/expr"
)

// TestUpToDate fails where a table has changed and the reference has not.
func TestUpToDate(t *testing.T) {
	for _, d := range documents {
		want, err := d.write("..")
		if err != nil {
			t.Fatal(err)
		}
		have, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(d.name)))
		if err != nil {
			t.Fatal(err)
		}
		if strings.ReplaceAll(string(have), "\r\n", "\n") != want {
			t.Errorf("%s is not up to date: run \"make docs\" or \"go run ./docs\"", d.name)
		}
	}
}

// TestEveryOp: each op has its row, with a text, a Go function, a meaning and a
// word on its gradient.
func TestEveryOp(t *testing.T) {
	text, err := operations("..")
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string][]string)
	for _, line := range strings.Split(text, "\n") {
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "/"), "|")
		if len(cells) == 9 {
			rows[strings.Trim(cells[1], " `")] = cells[2:8]
		}
	}
	for op := expr.OpInvalid + 1; op < expr.NumOps; op++ {
		row := rows[op.String()]
		if row == nil {
			t.Errorf("%v has no row", op)
			continue
		}
		for i, column := range []string{"text", "Go", "arguments", "result", "types", "gradient"} {
			optional := column == "text" && op == expr.OpCustom || column == "types" && (op == expr.OpInput || op == expr.OpConst)
			if strings.TrimSpace(row[i]) == "" && !optional {
				t.Errorf("%v: the column %s is empty", op, column)
			}
		}
	}
}

// TestRulesAreListed: rules of each kind have their rows.
func TestRulesAreListed(t *testing.T) {
	text, err := rewrites("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		"| div-self | `x / x` | `1` | real |",
		"| and-self | `x & x` | `x` | exact |",
		"| or-self | `x \\| x` | `x` | exact |",
		"| slice-slice | merges two indices",
		"| collect-sum | ",
		"| fold | ",
		"### Signs",
		"## blas",
		"| [merge](#merge) | yes | yes | equal subexpressions become one node",
	} {
		if !strings.Contains(text, "\n"+row) {
			t.Errorf("no row %s", row)
		}
	}
	if strings.Contains(text, "|  |  |  |") {
		t.Error("there is an empty row")
	}
}

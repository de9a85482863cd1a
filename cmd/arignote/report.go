package main

import (
	"errors"
	"fmt"
	"strings"

	"arignote/backend"
	"arignote/expr"
)

// text is something that was written by the user and can be wrong at a place.
type text struct {
	where string // "model.txt" or "the value of x", "" for the expression on the command line
	src   string
	shown string // what stands in front of src on the command line: "x="
	skip  int    // characters that were put in front of src before it was parsed
}

// mistake is an error with the place in the text that it is about.
type mistake struct {
	text text
	err  error
	hint string // what to do about it
}

func (m *mistake) Unwrap() error { return m.err }

// Error returns the message, the line of the text with a caret under the
// column, and the hint.
func (m *mistake) Error() string {
	var b strings.Builder
	e, plain := m.err.(*expr.Error)
	var internal *backend.InternalError
	switch {
	case plain:
		m.locate(&b, e)
	case errors.As(m.err, &internal):
		fmt.Fprintf(&b, "%v\nThis is a bug in arignote, not in the expression. The graph:\n%v\n\n%s",
			internal, internal.Graph, internal.Stack)
	default:
		b.WriteString(m.prefix() + m.err.Error())
	}
	if m.hint != "" {
		b.WriteString("\n" + m.hint)
	}
	return b.String()
}

func (m *mistake) prefix() string {
	if m.text.where == "" {
		return ""
	}
	return m.text.where + ": "
}

// locate writes an error, and the line that it is about if it has a place in
// the text. A place in Go code is of no use here.
func (m *mistake) locate(b *strings.Builder, e *expr.Error) {
	moved := *e
	moved.Pos = expr.Pos{}
	lines := strings.Split(m.text.src, "\n")
	p := e.Pos
	if p.File != "" || p.Line < 1 || p.Line > len(lines) {
		b.WriteString(m.prefix() + moved.Error())
		return
	}
	line := strings.TrimSuffix(lines[p.Line-1], "\r")
	if p.Line == 1 {
		p.Col -= m.text.skip
	}
	p.Col = min(max(p.Col, 1), len([]rune(line))+1)
	if m.text.shown == "" {
		fmt.Fprintf(b, "%s%d:%d: %s", strings.TrimSuffix(m.prefix(), " "), p.Line, p.Col, moved.Error())
	} else {
		fmt.Fprintf(b, "%s%s", m.prefix(), moved.Error())
	}
	if p.Line == 1 {
		line = m.text.shown + line
		p.Col += len([]rune(m.text.shown))
	}
	if strings.TrimSpace(line) != "" {
		b.WriteString("\n" + caret(line, p.Col))
	}
}

// Characters shown around a caret in a line that is longer.
const (
	shownBefore = 60
	shownAfter  = 30
)

// caret returns the line, or the part of it around a column, with a caret
// under the column, which counts characters from 1.
func caret(line string, col int) string {
	runes := []rune(line)
	col--
	before, after := "", ""
	if len(runes) > shownBefore+shownAfter {
		if end := col + shownAfter; end < len(runes) {
			runes, after = runes[:end], "..."
		}
		if start := col - shownBefore; start > 0 {
			runes, before, col = runes[start:], "...", col-start
		}
	}
	pad := []rune(before + string(runes[:col]))
	for i, r := range pad {
		if r != '\t' {
			pad[i] = ' '
		}
	}
	return "    " + before + string(runes) + after + "\n    " + string(pad) + "^"
}
